"""What the figures show: the tallies of all replications brought down to small tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.analysis.blocking import Blocking, Cause, blocking, main_cause
from sim.analysis.measure_functions import mean_places, open_at
from sim.analysis.statistics import estimates
from sim.analysis.windows import (
    YEAR,
    Array,
    Window,
    as_arrays,
    day_count,
    moves_between,
    over_classes,
    windows,
)
from sim.core.log import Outline, Tallies

# --- How a few numbers of the whole pathway go, day by day, in one replication.

COURSES = ("street", "occupied", "blocked", "waiting")
"""People without a place at night; places occupied and blocked, all services; people on lists."""


def courses(tallies: Tallies) -> Array:
    """Return COURSES day by day (L, D), classes added up (tallies as arrays)."""
    living = tallies.level_mean["living"].sum(axis=2)
    street = tallies.counts["street_nights"].sum(axis=2)[:, -1]
    blocked = tallies.level_mean["blocked"].sum(axis=(1, 2))
    listed = tallies.level_mean["waiting"] + tallies.level_mean["waiting_hosted"]
    return np.stack([street, living[:, :-1].sum(axis=1), blocked, listed[:, :-1].sum(axis=(1, 2))])


# --- What the figures show: the tallies of all replications brought down to a few small tables.

LONG_SERIES = 200
"""More days than this are shown as means of seven days each."""
STATES = ("planned", "blocked", "held", "free", "closed")
"""What a place is used for: a planned stay, a blocked person, a route delay, nobody, not open."""
_USES = ("living", "blocked", "held")


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Means over replications, the 95 % interval of the mean, and the middle 90 % of replications.

    All (T, K); ``low`` and ``high`` are nan with a single replication.
    """

    mean: Array
    low: Array
    high: Array
    p5: Array
    p95: Array


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What figures need of one replication: small enough for a hundred to be kept.

    T points in time, S services; shapes and meanings are those of ``Summary``.
    """

    outline: Outline
    living: Array
    waiting: Array
    states: Mapping[str, Array]
    places: Array
    yearly: Mapping[str, Array]
    moves: Array
    people: Array
    blocked: Array
    queue: Array
    open_places: Array
    open_at_start: Array
    open_at_end: Array
    blocking: Blocking
    is_locked: bool


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """Means over replications, T points in time, S services; the last of S + 1 is the street.

    ``times`` (T,): days, in the middle of ``step`` days each. ``living`` (T, S + 1) and ``waiting``
    (T, S): people at midnight. ``states``: names in STATES, (T, S) places while the service is
    open; ``places`` (T, S): places there are, nan where unlimited. Over ``window``: ``yearly`` maps
    COUNTS to (S + 1,) a year, ``moves`` (S + 2, S + 4) people a year (rows and columns:
    ``Tallies``), ``people`` (S + 1,) means over all instants, of the street people without a place
    per night, ``blocked``, ``queue`` and ``open_places`` (S,) means over all instants,
    ``open_at_start`` and ``open_at_end`` (S,) places open while any is, in its first and last week.
    ``blocking`` is in days a year, ``cause`` its main root. ``locked``: replications with a locked
    loop.
    """

    outline: Outline
    replications: int
    times: Array
    step: int
    living: Band
    waiting: Band
    states: Mapping[str, Array]
    places: Array
    window: Window
    yearly: Mapping[str, Array]
    moves: Array
    people: Array
    blocked: Array
    queue: Array
    open_places: Array
    open_at_start: Array
    open_at_end: Array
    blocking: Blocking
    cause: Cause | None
    locked: int


def step_of(outline: Outline) -> int:
    """Return over how many days each point of a series is a mean."""
    return 7 if day_count(outline) > LONG_SERIES else 1


def part_of(tallies: Tallies) -> Part:
    """Return one replication brought down to what figures need of it."""
    run = as_arrays(tallies)
    outline = run.outline
    window, step = windows(outline)[0], step_of(outline)
    people = _level(run, "living", window)
    people[-1] = _yearly(over_classes(run.counts["street_nights"]), window)[-1] / YEAR
    states, places = _states(run, step)
    return Part(
        # Figures know no classes: the plans of one scenario are told apart by the rest.
        outline=replace(outline, classes=("all",)),
        living=binned(over_classes(run.level_end["living"]), step),
        waiting=binned(_listed(run.level_end), step),
        states=states,
        places=places,
        yearly={name: _yearly(over_classes(each), window) for name, each in run.counts.items()},
        moves=moves_between(run, window) * (YEAR / window.days),
        people=people,
        blocked=_level(run, "blocked", window)[:-1],
        queue=_listed(run.level_mean)[window.first : window.last].mean(axis=0),
        open_places=mean_places(run, window, "open_places"),
        open_at_start=open_at(end=False)(run, window)[:-2, -1],
        open_at_end=open_at(end=True)(run, window)[:-2, -1],
        blocking=blocking(run, window),
        is_locked=not np.isnan(run.locked_at),
    )


def summary_of(runs: Sequence[Tallies | Part]) -> Summary:
    """Return the summary of all replications of one scenario.

    Raises ValueError if there are none or if they do not describe the same pathway and period.
    """
    if not runs:
        raise ValueError("no replication to summarise")
    parts = [run if isinstance(run, Part) else part_of(run) for run in runs]
    outline = parts[0].outline
    # Compared as text: a mean stay may be nan, and nan is not equal to itself.
    if any(repr(other.outline) != repr(outline) for other in parts):
        raise ValueError("the replications are not all of one scenario")
    window, step = windows(outline)[0], step_of(outline)
    means = {
        name: _mean([getattr(part, name) for part in parts])
        for name in ("places", "moves", "people", "blocked", "queue", "open_places",
                     "open_at_start", "open_at_end")
    }  # fmt: skip
    mean_blocking = _mean_blocking([part.blocking for part in parts], YEAR / window.days)
    return Summary(
        outline=outline,
        replications=len(parts),
        times=binned(np.arange(day_count(outline), dtype=np.float64) + 0.5, step),
        step=step,
        living=_band([part.living for part in parts]),
        waiting=_band([part.waiting for part in parts]),
        states=_each([part.states for part in parts]),
        window=window,
        yearly=_each([part.yearly for part in parts]),
        blocking=mean_blocking,
        cause=main_cause(mean_blocking, means["people"][:-1] * YEAR, YEAR),
        locked=sum(part.is_locked for part in parts),
        **means,
    )


def _mean(tables: Sequence[Array]) -> Array:
    average: Array = np.mean(tables, axis=0)
    return average


def _each(tables: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    return {name: _mean([table[name] for table in tables]) for name in tables[0]}


def binned(series: Array, step: int) -> Array:
    """Return means of ``step`` days each along the first axis; the last may be of fewer days."""
    starts = np.arange(0, len(series), step)
    sizes = np.diff(np.append(starts, len(series)))
    sums = np.add.reduceat(series, starts, axis=0)
    means: Array = sums / sizes.reshape(-1, *([1] * (series.ndim - 1)))
    return means


def _band(runs: Sequence[Array]) -> Band:
    stacked = np.stack(runs)
    means = estimates(stacked.reshape(len(runs), -1))
    shape = stacked.shape[1:]
    p5, p95 = np.percentile(stacked, (5, 95), axis=0)
    # A number of people is never negative, however wide the interval.
    low = np.maximum(means.low, 0.0).reshape(shape)
    high = means.high.reshape(shape)
    return Band(mean=means.mean.reshape(shape), low=low, high=high, p5=p5, p95=p95)


def _listed(levels: Mapping[str, Array]) -> Array:
    everybody: Array = over_classes(levels["waiting"] + levels["waiting_hosted"])[:, :-1]
    return everybody


def _states(run: Tallies, step: int) -> tuple[dict[str, Array], Array]:
    """Return places by use (names in STATES to (T, S)) and places there are (T, S).

    Means over the time in which the service is open, so that night places are not half empty
    because nobody sleeps there by day; where it is closed for all of ``step`` days, over all time.
    """
    levels = {name: over_classes(run.level_mean[name])[:, :-1] for name in _USES}
    means, limited = run.places_mean, [not service.unlimited for service in run.outline.services]

    def whole(daily: Array) -> Array:
        return binned(daily, step)

    share = whole(means["is_open"])
    while_open = np.where(share > 0, share, 1.0)
    living, blocked, held = (whole(levels[name]) for name in _USES)
    there = np.where(share > 0, whole(means["people_while_open"]) / while_open, living)
    scale = np.divide(there, living, out=np.zeros_like(there), where=living > 0)
    opened = whole(means["open_places"]) / while_open
    # Places by the hour: there are as many as are open when they are.
    places = np.maximum(whole(means["places"]), opened)
    free = whole(means["free_places"]) / while_open
    closed = np.maximum(places - there - free, 0.0)
    uses = (
        (living - blocked - held) * scale,
        blocked * scale,
        held * scale,
        np.where(limited, free, 0.0),
        np.where(limited, closed, 0.0),
    )
    return dict(zip(STATES, uses, strict=True)), np.where(limited, places, np.nan)


def _level(run: Tallies, name: str, window: Window) -> Array:
    days = run.level_mean[name][window.first : window.last]
    average: Array = over_classes(days).mean(axis=0)
    return average


def _yearly(daily: Array, window: Window) -> Array:
    rate: Array = daily[window.first : window.last].sum(axis=0) * (YEAR / window.days)
    return rate


def _mean_blocking(runs: Sequence[Blocking], per_year: float) -> Blocking:
    """Return the mean over replications, days turned into days a year."""

    def mean(of: Callable[[Blocking], Array]) -> Array:
        average: Array = np.mean([of(run) for run in runs], axis=0)
        return average

    return Blocking(
        blocked_by=mean(lambda each: each.blocked_by) * per_year,
        rooted_in=mean(lambda each: each.rooted_in) * per_year,
        wanted=mean(lambda each: each.wanted) * per_year,
        wanted_root=mean(lambda each: each.wanted_root) * per_year,
        passed_on=mean(lambda each: each.passed_on),
    )
