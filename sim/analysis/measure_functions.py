"""How measures are computed: each function makes one grid of numbers from tallies and a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.blocking import blocking
from sim.analysis.windows import (
    YEAR,
    Array,
    TallyCache,
    Window,
    by_day,
    cached,
    day_count,
    moves_between,
    sums,
)
from sim.core.calendars import MILLISECONDS, rounded
from sim.core.events import HOUSED
from sim.core.limits import UNLIMITED
from sim.core.log import ADMITTED, STILL_WAITING, Tallies

# --- Times that may not have ended: what share has had the event by each time since.

CENSORED, EVENT, OTHER_END = 0, 1, 2
"""How a time ended: not yet; by the event asked for; in a way that rules the event out."""


@dataclass(frozen=True, slots=True)
class Incidence:
    """The share that has had the event by each of ``times``, in increasing order [days]."""

    times: Array
    share: Array

    def by(self, time: float) -> float:
        """Return the share that has had the event by ``time``; nan if nobody was observed."""
        if self.times.size == 0:
            return float("nan")
        position = int(np.searchsorted(self.times, rounded(time), side="right"))
        return float(self.share[position - 1]) if position else 0.0

    def median(self) -> float:
        """Return when half have had the event; inf if that is not reached, nan without anybody."""
        if self.times.size == 0:
            return float("nan")
        reached = np.flatnonzero(self.share >= 0.5 - 1e-12)
        return float(self.times[reached[0]]) if reached.size else float("inf")

    def restricted_mean(self, limit: float) -> float:
        """Return the mean time without the event, counting at most ``limit`` days of each."""
        if self.times.size == 0:
            return float("nan")
        inside = self.times < limit
        edges = np.concatenate(([0.0], self.times[inside], [limit]))
        without = 1.0 - np.concatenate(([0.0], self.share[inside]))
        return float(np.sum(np.diff(edges) * without))


def incidence(times: Array, ends: NDArray[Any]) -> Incidence:
    """Return the cumulative incidence of the event among ``times``: see ``incidences``."""
    return incidences(times, ends)[0]


def incidences(times: Array, *ends: NDArray[Any]) -> list[Incidence]:
    """Return the cumulative incidence of the event among observed ``times``, for each of ``ends``.

    Each of ``ends`` says of every time how it ended: CENSORED, EVENT or OTHER_END. Without
    OTHER_END this is one minus the Kaplan-Meier curve; with it, the Aalen-Johansen estimate:
    whoever ended otherwise never has the event. At equal times events come before censoring.
    Times are whole milliseconds, but as differences of two their last digits may differ.
    Source: Aalen and Johansen, Scandinavian Journal of Statistics 5 (1978) 141-150.
    """
    if times.size == 0:
        return [Incidence(times, times) for _ in ends]
    whole = np.rint(times * MILLISECONDS)
    order = np.argsort(whole)
    whole = whole[order]
    starts = np.flatnonzero(np.concatenate(([True], whole[1:] != whole[:-1])))
    distinct = whole[starts] / MILLISECONDS
    at_risk = times.size - starts
    curves = []
    for end in ends:
        sorted_ends = end[order]
        events = np.add.reduceat(sorted_ends == EVENT, starts, dtype=np.intp)
        any_end = np.add.reduceat(sorted_ends != CENSORED, starts, dtype=np.intp)
        free = np.cumprod(1.0 - any_end / at_risk)
        free_before = np.concatenate(([1.0], free[:-1]))
        curves.append(Incidence(distinct, np.cumsum(free_before * events / at_risk)))
    return curves


# --- How measures are computed: each function makes one grid of numbers from tallies and a
# window.
#
# A grid has a row per service, one for the street and one for the whole pathway (S + 2), and a
# column per class and one for all classes together (C + 1). ``nan`` means: no such number here.

NDArrayBool = NDArray[np.bool_]
Grid = Callable[[Tallies, Window], Array]
Curves = list[list[Incidence | None]]


def with_sums(cells: Array) -> Array:
    """Return an (S + 1, C) table as a grid: the pathway and all classes are sums."""
    rows, columns = cells.shape
    every = np.concatenate((cells, cells.sum(axis=0, keepdims=True)))
    grid = np.empty((rows + 1, columns + 1))
    grid[:, :-1] = every
    grid[:, -1] = every.sum(axis=1)
    return grid


def _days(window: Window) -> slice:
    return slice(window.first, window.last)


@cached
def _mean_levels(tallies: Tallies, window: Window) -> dict[str, Array]:
    added = sums(tallies, "level_mean", window.first, window.last)
    return {name: each / window.days for name, each in added.items()}


@cached
def _totals(tallies: Tallies, window: Window) -> dict[str, Array]:
    added = sums(tallies, "counts", window.first, window.last)
    return {name: with_sums(each) for name, each in added.items()}


def level(*names: str) -> Grid:
    """Return the mean over the days of the sum of these levels."""

    def grid(tallies: Tallies, window: Window) -> Array:
        means = _mean_levels(tallies, window)
        return with_sums(np.sum([means[name] for name in names], axis=0))

    return grid


def hosted(tallies: Tallies, window: Window) -> Array:
    """Return the mean number of people living in each service; the pathway: without the street."""
    mean = _mean_levels(tallies, window)["living"].copy()
    mean[-1] = 0.0
    return with_sums(mean)


def level_at_end(*names: str) -> Grid:
    """Return the sum of these levels at the end of the last day."""

    def grid(tallies: Tallies, window: Window) -> Array:
        return with_sums(np.sum([tallies.level_end[n][window.last - 1] for n in names], axis=0))

    return grid


def total(name: str) -> Grid:
    """Return how often it happened in the period."""
    return lambda tallies, window: _totals(tallies, window)[name]


def per_day(name: str) -> Grid:
    """Return how often it happened on a mean day."""
    return lambda tallies, window: total(name)(tallies, window) / window.days


def per_year(name: str) -> Grid:
    """Return how often it happened in a mean year of 365 days."""
    return lambda tallies, window: total(name)(tallies, window) * YEAR / window.days


def ratio(upper: Grid, lower: Grid) -> Grid:
    """Return one grid divided by another; nan where the lower one is not positive."""

    def grid(tallies: Tallies, window: Window) -> Array:
        above, below = upper(tallies, window), lower(tallies, window)
        return _divided(above, below)

    return grid


def persons_seen(tallies: Tallies, window: Window) -> Array:
    """Return how many distinct people were met or came in a mean whole model year."""
    first, last = -(-window.first // YEAR), window.last // YEAR
    if last <= first:
        return with_sums(np.full_like(tallies.counts["first_seen"][0], np.nan))
    seen = sums(tallies, "counts", first * YEAR, last * YEAR)["first_seen"]
    return with_sums(seen / (last - first))


# ------------------------------------------------------------------------- by service only


def _by_service(tallies: Tallies, values: Array, street: float = np.nan) -> Array:
    """Return a grid with one number per service, under all classes; the pathway is their sum."""
    grid = np.full((len(values) + 2, len(tallies.outline.classes) + 1), np.nan)
    grid[:-2, -1] = values
    grid[-2, -1] = street
    grid[-1, -1] = np.nansum(values)
    return grid


def _limited(tallies: Tallies, values: Array) -> Array:
    unlimited = np.array([service.unlimited for service in tallies.outline.services], dtype=bool)
    return np.where(unlimited, np.nan, values)


@cached
def mean_places(tallies: Tallies, window: Window, name: str) -> Array:
    """Return the mean number of these places (S,), nan where there is no limit."""
    mean: Array = tallies.places_mean[name][_days(window)].mean(axis=0)
    return _limited(tallies, mean)


def places(name: str) -> Grid:
    """Return the mean number of these places (a name in PLACE_LEVELS)."""
    return lambda tallies, window: _by_service(tallies, mean_places(tallies, window, name))


def places_without(name: str, other: str) -> Grid:
    """Return the mean number of these places that are not those others (names in PLACE_LEVELS)."""

    def grid(tallies: Tallies, window: Window) -> Array:
        less = mean_places(tallies, window, other)
        return _by_service(tallies, mean_places(tallies, window, name) - less)

    return grid


def time_open(tallies: Tallies, window: Window) -> Array:
    """Return the share of the time in which a place is open."""
    return _by_service(tallies, tallies.places_mean["is_open"][_days(window)].mean(axis=0))


def people_while_open(tallies: Tallies, window: Window) -> Array:
    """Return the mean number of people there while a place is open; nan where none ever is."""
    days = _days(window)
    there, is_open = (
        tallies.places_mean[name][days].sum(axis=0) for name in ("people_while_open", "is_open")
    )
    return _by_service(tallies, _divided(there, is_open))


def occupied_share(tallies: Tallies, window: Window) -> Array:
    """Return nights given out by nights offered, or people there while open by open places."""
    days, by_night = (
        _days(window),
        [service.kind == "overnight" for service in tallies.outline.services],
    )
    there, places = (
        _limited(tallies, tallies.places_mean[name][days].sum(axis=0))
        for name in ("people_while_open", "open_places")
    )
    given, offered = (_nights(tallies, window, name) for name in ("nights", "offered"))
    share = np.where(by_night, _divided(given, offered), _divided(there, places))
    return _by_service(tallies, share)


def nights_offered(tallies: Tallies, window: Window) -> Array:
    """Return how many nights were offered; nan where no number of places sets a limit."""
    return _by_service(tallies, _nights(tallies, window, "offered"))


def _nights(tallies: Tallies, window: Window, name: str) -> Array:
    added = sums(tallies, "counts", window.first, window.last)[name][:-1].sum(axis=1)
    return np.where(added < UNLIMITED, added, np.nan)


def open_at(end: bool) -> Grid:
    """Return how many places are open while any is, in the first or last week of the period."""

    def grid(tallies: Tallies, window: Window) -> Array:
        days = min(7, window.days)
        first = window.last - days if end else window.first
        week = slice(first, first + days)
        places, is_open = (
            tallies.places_mean[name][week].sum(axis=0) for name in ("open_places", "is_open")
        )
        open_places = np.nan_to_num(_divided(places, is_open))
        return _by_service(tallies, _limited(tallies, open_places))

    return grid


def _divided(above: Array, below: Array) -> Array:
    quotient: Array = np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)
    return quotient


def cost(tallies: Tallies, window: Window) -> Array:
    """Return what each service cost in the period, from its costs and what was counted."""
    return _by_service(tallies, _daily_costs(tallies)[_days(window)].sum(axis=0))


@cached
def _daily_costs(tallies: Tallies) -> Array:
    """Return what each service cost each day (D, S)."""
    services, days = tallies.outline.services, day_count(tallies.outline)
    cost_by_day = np.zeros((days, len(services)))
    for number, service in enumerate(services):
        costs = service.costs
        lived = "nights" if service.kind == "overnight" else "living"
        seen = "contacts" if service.kind == "outreach" else "visits"
        if costs.per_day is not None:
            cost_by_day[:, number] += by_day(costs.per_day, days)
        for cost, name in (
            (costs.per_outing, "outings"), (costs.per_night, lived), (costs.per_visit, seen)
        ):  # fmt: skip
            if cost is not None:
                table = tallies.level_mean if name == "living" else tallies.counts
                cost_by_day[:, number] += by_day(cost, days) * table[name][:, number].sum(axis=1)
    return cost_by_day


def cost_per_year(tallies: Tallies, window: Window) -> Array:
    """Return what each service cost in a mean year of 365 days."""
    return cost(tallies, window) * YEAR / window.days


# ------------------------------------------------------------------------------- blocking


def blocked_days(tallies: Tallies, window: Window) -> Array:
    """Return place-days blocked in each service."""
    return _by_service(tallies, blocking(tallies, window).blocked_by.sum(axis=1))


def blocked_for_want(tallies: Tallies, window: Window) -> Array:
    """Return place-days blocked anywhere by people who wait for each service."""
    return _by_service(tallies, blocking(tallies, window).blocked_by.sum(axis=0))


def blocked_root(tallies: Tallies, window: Window) -> Array:
    """Return place-days blocked anywhere whose root is each service."""
    return _by_service(tallies, blocking(tallies, window).rooted_in.sum(axis=0))


def street_want(tallies: Tallies, window: Window) -> Array:
    """Return street nights for want of each service; the street row: no request open."""
    wanted = blocking(tallies, window).wanted
    return _by_service(tallies, wanted[:-1], wanted[-1])


def street_root(tallies: Tallies, window: Window) -> Array:
    """Return street nights by root; the street row: no request open."""
    wanted = blocking(tallies, window).wanted_root
    return _by_service(tallies, wanted[:-1], wanted[-1])


def blocked_by_pair(tallies: Tallies, window: Window) -> Array:
    """Return place-days (S, S) blocked in the row's service, waiting for the column's."""
    return blocking(tallies, window).blocked_by


def root_by_pair(tallies: Tallies, window: Window) -> Array:
    """Return place-days (S, S) blocked in the row's service whose root is the column's."""
    return blocking(tallies, window).rooted_in


def moves_by_pair(tallies: Tallies, window: Window) -> Array:
    """Return moves (S + 2, S + 4) of people (shape: ``Tallies.moves``)."""
    return moves_between(tallies, window)


# ------------------------------------------------------------- times that may not have ended


def wait(number: Callable[[Incidence], float], rule_out: bool = False) -> Grid:
    """Return a number of the time from listing to admission, for people listed in the period.

    Still waiting at the end is censored. People who gave up or withdrew are censored too, or with
    ``rule_out`` counted as never admitted.
    """
    return lambda tallies, window: _numbers(
        _waits(tallies, window, _classes_wanted(tallies))[rule_out], number
    )


@cached
def _waits(tallies: Tallies, window: Window, by_class: bool) -> tuple[Curves, Curves]:
    times, ends = _times_listed(tallies)
    service, class_id, listed = np.asarray(tallies.waits)[:, :3].T
    inside = (listed >= window.first) & (listed < window.last)
    return _curves(tallies, service, class_id, inside, times, ends, by_class)


@cached
def _times_listed(tallies: Tallies) -> tuple[Array, NDArray[Any]]:
    """Return the days of each wait (as ``Tallies.waits``), and how it ended."""
    listed, ended, outcome = np.asarray(tallies.waits)[:, 2:5].T
    ends = np.where(outcome == ADMITTED, EVENT, OTHER_END)
    ends[outcome == STILL_WAITING] = CENSORED
    return np.where(np.isnan(ended), tallies.outline.horizon, ended) - listed, ends


def housing(number: Callable[[Incidence], float], rule_out: bool = False) -> Grid:
    """Return a number of the time to housing, for people with their first contact in the period.

    Not housed at the end is censored. People who left or died before are censored too, or with
    ``rule_out`` counted as never housed. Housed for good counts as housed. Whole pathway only.
    """
    return lambda tallies, window: _numbers(
        _ways_home(tallies, window, _classes_wanted(tallies))[rule_out], number
    )


@cached
def _ways_home(tallies: Tallies, window: Window, by_class: bool) -> tuple[Curves, Curves]:
    class_id, _, contact = np.asarray(tallies.people)[:, :3].T
    until, ends = _times_to_housing(tallies)
    inside = (contact >= window.first) & (contact < window.last) & (until >= contact)
    everywhere = np.full(len(class_id), len(tallies.outline.services) + 1.0)
    return _curves(tallies, everywhere, class_id, inside, until - contact, ends, by_class)


@cached
def _times_to_housing(tallies: Tallies) -> tuple[Array, NDArray[Any]]:
    """Return when each person (as ``Tallies.people``) is housed, gone or not observed any more.

    With it, which of these it is.
    """
    housed, gone, way = np.asarray(tallies.people)[:, 3:].T
    for_good = np.where(way == HOUSED, gone, np.inf)
    housed = np.fmin(np.where(np.isnan(housed), np.inf, housed), for_good)
    gone = np.where(np.isnan(gone), np.inf, gone)
    ends = np.where(np.isfinite(gone), OTHER_END, CENSORED)
    ends[np.isfinite(housed)] = EVENT
    return np.minimum(np.minimum(housed, gone), tallies.outline.horizon), ends


def _curves(
    tallies: Tallies,
    row: Array,
    class_id: Array,
    inside: NDArrayBool,
    times: Array,
    ends: NDArray[Any],
    by_class: bool,
) -> tuple[Curves, Curves]:
    """Return the curve of each cell with people; of all classes alone if no other is wanted.

    Twice: with other ends as censored, and as ruling the event out.
    """
    rows, classes = len(tallies.outline.services) + 2, len(tallies.outline.classes)
    cell = (row[inside] * classes + class_id[inside]).astype(np.intp)
    order = np.argsort(cell, kind="stable")
    starts = np.searchsorted(cell[order], np.arange(rows * classes + 1)).tolist()
    sorted_times, other = times[inside][order], ends[inside][order]
    ways = np.where(other == OTHER_END, CENSORED, other), other

    def curves(first: int, last: int) -> Sequence[Incidence | None]:
        """Return both curves of the cells from ``first`` to the one before ``last``, if any."""
        part = slice(starts[first], starts[last])
        if part.start == part.stop:
            return None, None
        return incidences(sorted_times[part], *(way[part] for way in ways))

    grids: tuple[Curves, Curves] = ([], [])
    for first in range(0, rows * classes, classes):
        in_row: list[Sequence[Incidence | None]] = [(None, None)] * classes
        if by_class:
            in_row = [curves(first + k, first + k + 1) for k in range(classes)]
        in_row.append(curves(first, first + classes))
        for grid, curves_of_row in zip(grids, zip(*in_row, strict=True), strict=True):
            grid.append(list(curves_of_row))
    return grids


def _classes_wanted(tallies: Tallies) -> bool:
    return not isinstance(tallies, TallyCache) or tallies.by_class


def _numbers(curves: Curves, number: Callable[[Incidence], float]) -> Array:
    return np.array([[np.nan if each is None else number(each) for each in row] for row in curves])


# --- What a measure is: its name, unit and sentence, where it applies, and how it is computed.

OUTREACH, DROP_IN, OVERNIGHT, PLACES = "outreach", "drop-in", "overnight", "places"
STREET, PATHWAY = "street", "pathway"
"""Rows of the table that are not a service: the street, and the whole pathway."""
OUTSIDE = "outside"
"""Where people come from who enter the model."""
HOSTS = (OVERNIGHT, PLACES)
ROOMS = (DROP_IN, OVERNIGHT, PLACES)
MET = (OUTREACH, DROP_IN)
SERVICES = (OUTREACH, DROP_IN, OVERNIGHT, PLACES)
"""Kinds of service, and sets of kinds: that host people, have places, meet people; all."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A defined number of one replication.

    ``where``: kinds of service that have it, STREET, PATHWAY. ``by_class``: also counted class by
    class. ``pairs``: one number per service and other service (then ``compute`` gives such a
    table). ``yearly``: also taken over each model year.
    """

    name: str
    unit: str
    sentence: str
    name_fr: str
    sentence_fr: str
    where: tuple[str, ...]
    compute: Grid
    by_class: bool = True
    pairs: bool = False
    yearly: bool = True
