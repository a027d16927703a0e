"""Tables of measures: which numbers there are, and their values in one replication."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.analysis.measure import OUTSIDE, PATHWAY, STREET, Measure
from sim.analysis.measures import MEASURES
from sim.analysis.windows import WHOLE, Array, Window, as_arrays, windows
from sim.event_log import Outline, Tallies
from sim.vocabulary.events import EXITS


def text_cell(text: str) -> str:
    """Return a text as a cell of a .csv that no spreadsheet takes for a formula."""
    if text[:1] not in ("=", "+", "-", "@", "\t", "\r"):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


class Key(NamedTuple):
    """Which number it is, in words; ``other`` is the second service of a pair, else empty."""

    measure: str
    service: str
    other: str
    klass: str
    period: str


class Cell(NamedTuple):
    """Where a number stands in the grid of its measure and window."""

    key: Key
    row: int
    column: int


@lru_cache(maxsize=16)
def layout(outline: Outline) -> tuple[tuple[Measure, Window, tuple[Cell, ...]], ...]:
    """Return every number there is for this pathway and period, in the order of the tables.

    Class by class only over the whole period; year by year only for all classes together.
    """
    found = []
    for measure in MEASURES:
        for window in windows(outline):
            if measure.yearly or not window.year:
                make = _pairs if measure.pairs else _singles
                found.append((measure, window, tuple(make(measure, window, outline))))
    return tuple(found)


def keys(outline: Outline) -> list[Key]:
    """Return the keys of ``values``, in the same order."""
    return [cell.key for _, _, cells in layout(outline) for cell in cells]


def values(tallies: Tallies) -> Array:
    """Return every measure of one replication, in the order of ``keys``.

    nan: no such number in this replication; inf: a time that was not reached.
    """
    counted = as_arrays(tallies)
    found: list[float] = []
    for measure, window, cells in layout(counted.outline):
        grid = measure.compute(counted, window)
        found.extend(grid[cell.row, cell.column] for cell in cells)
    return np.array(found, dtype=np.float64)


def values_of(tallies: Tallies, wanted: tuple[Key, ...]) -> Array:
    """Return these numbers of one replication, in the order wanted: what ``values`` gives for them.

    Costs only what they need: a sweep keeps one in ten.
    """
    counted = as_arrays(tallies, by_class=any(key.klass != WHOLE for key in wanted))
    found = np.empty(len(wanted), dtype=np.float64)
    for measure, window, places in _needed(counted.outline, wanted):
        grid = measure.compute(counted, window)
        for place, row, column in places:
            found[place] = grid[row, column]
    return found


@lru_cache(maxsize=16)
def _needed(
    outline: Outline, wanted: tuple[Key, ...]
) -> tuple[tuple[Measure, Window, tuple[tuple[int, int, int], ...]], ...]:
    """Return measure and window of these numbers, with (position, row, column) of each."""
    place = {key: number for number, key in enumerate(wanted)}
    found = []
    for measure, window, cells in layout(outline):
        places = tuple((place[c.key], c.row, c.column) for c in cells if c.key in place)
        if places:
            found.append((measure, window, places))
    return tuple(found)


def _rows(measure: Measure, outline: Outline) -> Iterator[tuple[int, str]]:
    for number, service in enumerate(outline.services):
        if service.kind in measure.where:
            yield number, service.name
    if STREET in measure.where:
        yield len(outline.services), STREET
    if PATHWAY in measure.where:
        yield len(outline.services) + 1, WHOLE


def _singles(measure: Measure, window: Window, outline: Outline) -> Iterator[Cell]:
    classes = list(enumerate((*outline.classes, WHOLE)))
    one_by_one = measure.by_class and not window.year and len(outline.classes) > 1
    for row, service in _rows(measure, outline):
        for column, klass in classes if one_by_one else classes[-1:]:
            yield Cell(Key(measure.name, service, "", klass, window.label), row, column)


def _pairs(measure: Measure, window: Window, outline: Outline) -> Iterator[Cell]:
    """Yield pairs of services; moves also come from and lead to the street and outside."""
    services = [service.name for service in outline.services]
    if measure.name == "moves":
        sources = list(enumerate([*services, STREET, OUTSIDE]))
        targets = list(enumerate([*services, STREET, *EXITS]))
    else:
        sources = list(_rows(measure, outline))
        targets = sources
    for row, service in sources:
        for column, other in targets:
            yield Cell(Key(measure.name, service, other, WHOLE, window.label), row, column)
