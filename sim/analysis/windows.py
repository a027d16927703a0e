"""The periods a measure is taken over, and tallies as numpy arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import wraps
from math import ceil
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.core.calendars import Calendar
from sim.core.log import DAYS_PER_YEAR, Outline, Tallies, stretches

Array = NDArray[np.float64]

YEAR = DAYS_PER_YEAR
WHOLE = "all"
"""Label of the period after the warm-up, of all classes together, and of the whole pathway."""


@dataclass(frozen=True, slots=True)
class Window:
    """Days ``first`` to ``last - 1``; ``year`` tells a model year from the whole period."""

    label: str
    first: int
    last: int
    year: bool = False

    @property
    def days(self) -> int:
        """Number of days."""
        return self.last - self.first


def windows(outline: Outline) -> tuple[Window, ...]:
    """Return the whole period after the warm-up, then each whole model year after the warm-up.

    A model year has 365 days and is called by the calendar year in which it begins if the period
    starts on 1 January ("2026"), else by the two it touches ("2026/27"); leap days make later model
    years begin up to a few days before the calendar year of that name.
    """
    first, last = ceil(outline.warm_up), day_count(outline)
    periods = [Window(WHOLE, min(first, last - 1), last)]
    for number in range(last // YEAR):
        if number * YEAR >= outline.warm_up:
            label = _year_label(outline.start, number)
            periods.append(Window(label, number * YEAR, (number + 1) * YEAR, year=True))
    return tuple(periods)


def day_count(outline: Outline) -> int:
    """Return how many days the tallies of this outline have: those that ended by the horizon."""
    return int(outline.horizon)


def by_day(calendar: Calendar, days: int) -> Array:
    """Return the mean of a calendar over each day."""
    if len(calendar.times) == 1:
        return np.full(days, calendar.values[0])
    times = np.asarray([*calendar.times, days + 1.0])
    last = calendar.areas[-1] + calendar.values[-1] * (times[-1] - times[-2])
    means: Array = np.diff(np.interp(np.arange(days + 1.0), times, [*calendar.areas, last]))
    return means


def _year_label(start: str, number: int) -> str:
    begin = date.fromisoformat(start)
    year = begin.year + number
    if (begin.month, begin.day) == (1, 1):
        return str(year)
    return f"{year}/{(year + 1) % 100:02d}"


@dataclass(frozen=True, slots=True)
class TallyCache(Tallies):
    """Tallies as arrays, and what has been worked out of them already (see ``once``).

    ``by_class``: whether numbers of single classes are wanted, where each costs much by itself.
    ``is_settled``: nobody changes the arrays any more.
    """

    by_class: bool = True
    is_settled: bool = False
    # Not handed on by ``replace``: other tables, other sums.
    known: dict[tuple[Any, ...], Any] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )


Part = TypeVar("Part")


def cached(compute: Callable[..., Part]) -> Callable[..., Part]:
    """Have a function of (tallies, window, ...) worked out once for the measures that share it.

    What it returns is shared: nobody may change it.
    """

    @wraps(compute)
    def kept(tallies: Tallies, *which: Any) -> Part:
        if not isinstance(tallies, TallyCache):
            return compute(tallies, *which)
        key = (compute, *which)
        if key not in tallies.known:
            tallies.known[key] = compute(tallies, *which)
        part: Part = tallies.known[key]
        return part

    return kept


def as_arrays(tallies: Tallies, by_class: bool = True) -> TallyCache:
    """Return the same tallies with every table a numpy array of floats (shapes: ``Tallies``).

    Nothing is known of them yet, unless they are settled: whoever changes an array asks for them
    anew.
    """
    if isinstance(tallies, TallyCache) and tallies.is_settled:
        same = replace(tallies, by_class=by_class)
        object.__setattr__(same, "known", tallies.known)  # frozen for everybody else
        return same
    days, services = day_count(tallies.outline), len(tallies.outline.services)
    classes = len(tallies.outline.classes)

    def each(tables: Mapping[str, Any], *shape: int) -> dict[str, Array]:
        return {name: _array(table, *shape) for name, table in tables.items()}

    own = {field.name: getattr(tallies, field.name) for field in fields(Tallies)}
    arrays: dict[str, Any] = dict(
        level_mean=each(tallies.level_mean, days, services + 1, classes),
        level_end=each(tallies.level_end, days, services + 1, classes),
        places_mean=each(tallies.places_mean, days, services),
        places_end=each(tallies.places_end, days, services),
        counts=each(tallies.counts, days, services + 1, classes),
        blocked_for=_array(tallies.blocked_for, days, len(tallies.blocked_pairs)),
        came=_array(tallies.came, days, services + 1),
        went=_array(tallies.went, days, services + 1),
        moves=_array(tallies.moves, len(stretches(tallies.outline)), services + 2, services + 4),
        street_wants=_array(tallies.street_wants, days, services + 1),
        waits=_array(tallies.waits, -1, 6),
        people=_array(tallies.people, -1, 6),
        stay_days=_array(tallies.stay_days, services),
    )
    return TallyCache(**own | arrays, by_class=by_class)


def frozen(tallies: Tallies) -> TallyCache:
    """Return tallies as arrays that nobody changes any more: what is known of them stays known."""
    return replace(as_arrays(tallies), is_settled=True)


def _array(table: Any, *shape: int) -> Array:
    return np.asarray(table, dtype=np.float64).reshape(shape)


def over_days(
    tables: Mapping[str, Array], days: slice = slice(None), how: np.ufunc = np.add
) -> dict[str, Array]:
    """Return each of these tables (D, ...) added up over the days (or its lowest: np.minimum).

    The compiled engine's lie side by side in memory: one pass over all of them costs hardly more
    than one over a single table.
    """
    row = _side_by_side(list(tables.values()))
    if row is None:
        return {name: how.reduce(table[days], axis=0) for name, table in tables.items()}
    return dict(zip(tables, how.reduce(row[days], axis=0), strict=True))


def _side_by_side(tables: list[Array]) -> Array | None:
    """Return tables at equal distances in one piece of memory as one (D, tables, ...), if so."""
    first = tables[0]
    alike = all(table.base is first.base and table.strides == first.strides for table in tables)
    gaps = {int(gap) for gap in np.diff([table.ctypes.data for table in tables])}
    if first.base is None or not alike or len(gaps) != 1 or min(gaps) <= 0:
        return None
    shape = (len(first), len(tables), *first.shape[1:])
    strides = (first.strides[0], min(gaps), *first.strides[1:])
    return np.lib.stride_tricks.as_strided(first, shape, strides, writeable=False)


@cached
def sums(tallies: Tallies, table: str, first: int, last: int) -> dict[str, Array]:
    """Return the tables of ``level_mean`` or ``counts`` (S + 1, C), added up over these days."""
    return over_days(getattr(tallies, table), slice(first, last))


@cached
def blocked_between(tallies: Tallies, first: int, last: int) -> Array:
    """Return the place-days (S, S) blocked in the row's service, waiting for the column's."""
    services = len(tallies.outline.services)
    added = np.zeros((services, services))
    if tallies.blocked_pairs:
        where, wanted = np.array(tallies.blocked_pairs).T
        added[where, wanted] = tallies.blocked_for[first:last].sum(axis=0)
    return added


@cached
def moves_between(tallies: Tallies, window: Window) -> Array:
    """Return the moves (S + 2, S + 4) in a window; it begins and ends where stretches do."""
    starts = stretches(tallies.outline)
    inside = [number for number, day in enumerate(starts) if window.first <= day < window.last]
    ends = (*starts, day_count(tallies.outline))
    if window.first not in ends or window.last not in ends:
        raise ValueError(f"moves are not kept from day {window.first} to day {window.last}")
    moved: Array = tallies.moves[inside].sum(axis=0)
    return moved


def over_classes(table: Array) -> Array:
    """Return a table (..., C) added up over its classes: few, so that columns are added quicker."""
    added = table[..., 0].copy()
    for number in range(1, table.shape[-1]):
        added += table[..., number]
    return added
