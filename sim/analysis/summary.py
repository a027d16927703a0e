"""What the figures show: the tallies of all replications brought down to a few small tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.blocking import Blocking, Cause, blocking, main_cause
from sim.analysis.statistics import estimates
from sim.analysis.windows import YEAR, Array, Window, as_arrays, day_count, windows
from sim.log import Outline, Tallies

LONG_SERIES = 200
"""More days than this are shown as means of seven days each."""
STATES = ("planned", "blocked", "held", "free", "closed")
"""What a place is used for: a planned stay, a blocked person, a route delay, nobody, not open."""


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
class Summary:
    """Means over replications, T points in time, S services; the last of S + 1 is the street.

    ``times`` (T,): days, in the middle of ``step`` days each. ``living`` (T, S + 1) and ``waiting``
    (T, S): people at midnight. ``states``: names in STATES, (T, S) places at midnight; ``places``
    (T, S): places there are, nan where unlimited. Over ``window``: ``yearly`` maps COUNTS to
    (S + 1,) a year, ``moves`` (S + 2, S + 4) people a year (rows and columns: ``Tallies``),
    ``people`` (S + 1,), ``blocked``, ``queue`` and ``open_places`` (S,) means over all instants.
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
    blocking: Blocking
    cause: Cause | None
    locked: int


def summary_of(tallies_list: Sequence[Tallies]) -> Summary:
    """Return the summary of all replications of one scenario.

    Raises ValueError if there are none or if they do not describe the same pathway and period.
    """
    if not tallies_list:
        raise ValueError("no replication to summarise")
    outline = tallies_list[0].outline
    # Compared as text: a mean stay may be nan, and nan is not equal to itself.
    if any(repr(other.outline) != repr(outline) for other in tallies_list):
        raise ValueError("the replications are not all of one scenario")
    runs = [as_arrays(tallies) for tallies in tallies_list]
    window = windows(outline)[0]
    step = 7 if day_count(outline) > LONG_SERIES else 1

    def mean(of: Callable[[Tallies], Array]) -> Array:
        average: Array = np.mean([of(run) for run in runs], axis=0)
        return average

    people = mean(lambda run: _level(run, "living", window))
    found = _mean_blocking([blocking(run, window) for run in runs], YEAR / window.days)
    return Summary(
        outline=outline,
        replications=len(runs),
        times=binned(np.arange(day_count(outline), dtype=np.float64) + 0.5, step),
        step=step,
        living=_band([binned(run.level_end["living"].sum(axis=2), step) for run in runs]),
        waiting=_band([binned(_listed(run.level_end), step) for run in runs]),
        states=_each([_states(run) for run in runs], lambda use: binned(use, step)),
        places=binned(_limited(mean(lambda run: run.places_end["places"]), outline), step),
        window=window,
        yearly=_each(
            [run.counts for run in runs], lambda count: _yearly(count.sum(axis=2), window)
        ),
        moves=mean(lambda run: _yearly(run.moves, window)),
        people=people,
        blocked=mean(lambda run: _level(run, "blocked", window))[:-1],
        queue=mean(lambda run: _listed(run.level_mean)[window.first : window.last].mean(axis=0)),
        open_places=_limited(
            mean(lambda run: run.places_mean["open_places"])[window.first : window.last], outline
        ).mean(axis=0),
        blocking=found,
        cause=main_cause(found, people[:-1] * YEAR, YEAR),
        locked=sum(not np.isnan(run.locked_at) for run in runs),
    )


def _each(runs: Sequence[Mapping[str, Array]], of: Callable[[Array], Array]) -> dict[str, Array]:
    """Return the mean over replications of every named table, brought down by ``of``."""
    return {name: np.mean([of(run[name]) for run in runs], axis=0) for name in runs[0]}


def binned(series: Array, step: int) -> Array:
    """Return means of ``step`` days each along the first axis; the last may be of fewer days."""
    starts = np.arange(0, len(series), step)
    sizes = np.diff(np.append(starts, len(series)))
    sums = np.add.reduceat(series, starts, axis=0)
    means: Array = sums / sizes.reshape(-1, *([1] * (series.ndim - 1)))
    return means


def _band(runs: Sequence[Array]) -> Band:
    stacked = np.stack(runs)
    found = estimates(stacked.reshape(len(runs), -1))
    shape = stacked.shape[1:]
    p5, p95 = np.percentile(stacked, (5, 95), axis=0)
    # A number of people is never negative, however wide the interval.
    low = np.maximum(found.low, 0.0).reshape(shape)
    high = found.high.reshape(shape)
    return Band(mean=found.mean.reshape(shape), low=low, high=high, p5=p5, p95=p95)


def _listed(levels: Mapping[str, Array]) -> Array:
    everybody: Array = (levels["waiting"] + levels["waiting_hosted"]).sum(axis=2)[:, :-1]
    return everybody


def _states(run: Tallies) -> dict[str, Array]:
    """Return places by use at the end of each day: names in STATES to (D, S)."""
    living, blocked, held = (
        run.level_end[name].sum(axis=2)[:, :-1] for name in ("living", "blocked", "held")
    )
    ends = run.places_end
    free = np.maximum(ends["open_places"] - ends["turnaround"] - living, 0.0)
    closed = np.maximum(ends["places"] - living - free, 0.0)
    unlimited = [service.unlimited for service in run.outline.services]
    free[:, unlimited] = closed[:, unlimited] = 0.0
    planned = living - blocked - held
    return dict(zip(STATES, (planned, blocked, held, free, closed), strict=True))


def _limited(places: Array, outline: Outline) -> Array:
    """Return places (.., S) with nan for services without limit."""
    unlimited = np.array([service.unlimited for service in outline.services], dtype=bool)
    limited: Array = np.where(unlimited, np.nan, places)
    return limited


def _level(run: Tallies, name: str, window: Window) -> Array:
    average: Array = run.level_mean[name][window.first : window.last].sum(axis=2).mean(axis=0)
    return average


def _yearly(daily: Array, window: Window) -> Array:
    rate: Array = daily[window.first : window.last].sum(axis=0) * (YEAR / window.days)
    return rate


def _mean_blocking(found: Sequence[Blocking], per_year: float) -> Blocking:
    """Return the mean over replications, days turned into days a year."""

    def mean(of: Callable[[Blocking], Array]) -> Array:
        average: Array = np.mean([of(one) for one in found], axis=0)
        return average

    return Blocking(
        blocked_by=mean(lambda one: one.blocked_by) * per_year,
        rooted_in=mean(lambda one: one.rooted_in) * per_year,
        wanted=mean(lambda one: one.wanted) * per_year,
        wanted_root=mean(lambda one: one.wanted_root) * per_year,
        passed_on=mean(lambda one: one.passed_on),
    )
