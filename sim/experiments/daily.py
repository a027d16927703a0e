"""Every level and count by day, as a long table: ``daily.parquet``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.analysis.windows import WHOLE, Array, day_count
from sim.event_log import COUNTS, LEVELS, PLACE_LEVELS, Outline, Tallies

BLOCKED_FOR = "blocked for "
"""Quantity: people blocked in the service who wait for the one named after these words."""
STREET_FOR = "street nights for want of "
NO_REQUEST = "street nights without request"
STREET = "street"

COLUMNS = ("replication", "day", "service", "class", "quantity", "end", "mean")

_WORD = pa.dictionary(pa.int16(), pa.string())
SCHEMA = pa.schema(
    [
        ("replication", pa.int32()),
        ("day", pa.int32()),
        ("service", _WORD),
        ("class", _WORD),
        ("quantity", _WORD),
        ("end", pa.float64()),
        ("mean", pa.float64()),
    ],
    metadata={
        b"about": b"Levels: value at the end of the day and mean over it. Counts: both are the "
        b"day's number. Days are counted from 0. Rows where both are zero are left out."
    },
)


@lru_cache(maxsize=8)
def words(outline: Outline) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the words of the columns service, class and quantity."""
    names = [service.name for service in outline.services]
    wants = [STREET_FOR + name for name in names]
    quantities = [
        *LEVELS,
        *PLACE_LEVELS,
        *COUNTS,
        *(BLOCKED_FOR + n for n in names),
        *wants,
        NO_REQUEST,
    ]
    return (*names, STREET), (*outline.classes, WHOLE), tuple(quantities)


def daily_table(tallies: Tallies) -> pa.Table:
    """Return one replication (tallies as arrays) in the form of SCHEMA."""
    outline = tallies.outline
    quantities = {name: number for number, name in enumerate(words(outline)[2])}
    pieces = [
        _piece(quantities[name], len(outline.classes), end, mean, merged)
        for name, end, mean, merged in by_day(tallies)
    ]
    day, service, klass, quantity, end, mean = (
        np.concatenate(column) for column in zip(*pieces, strict=True)
    )
    coded = [
        pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int16)), pa.array(list(names)))
        for codes, names in zip((service, klass, quantity), words(outline), strict=True)
    ]
    replication = np.full(len(day), tallies.replication, dtype=np.int32)
    columns = [
        pa.array(replication),
        pa.array(day.astype(np.int32)),
        *coded,
        pa.array(end),
        pa.array(mean),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def by_day(tallies: Tallies) -> Iterator[tuple[str, Array, Array, bool]]:
    """Yield quantity, end and mean, both (D, rows, columns), and whether classes are merged."""
    for name in LEVELS:
        yield name, tallies.level_end[name], tallies.level_mean[name], False
    for name in PLACE_LEVELS:
        end, mean = tallies.places_end[name], tallies.places_mean[name]
        limited = [not service.unlimited for service in tallies.outline.services]
        yield name, (end * limited)[:, :, None], (mean * limited)[:, :, None], True
    for name in COUNTS:
        yield name, tallies.counts[name], tallies.counts[name], False
    days, services = day_count(tallies.outline), len(tallies.outline.services)
    for number, service in enumerate(tallies.outline.services):
        table = np.zeros((days, services + 1, 1))
        for column, (where, wanted) in enumerate(tallies.blocked_pairs):
            if wanted == number:
                table[:, where, 0] = tallies.blocked_for[:, column]
        yield BLOCKED_FOR + service.name, table, table, True
    for number in range(services + 1):
        table = np.zeros((days, services + 1, 1))
        table[:, -1, 0] = tallies.street_wants[:, number]
        named = number < services
        name = STREET_FOR + tallies.outline.services[number].name if named else NO_REQUEST
        yield name, table, table, True


def _piece(
    quantity: int, classes: int, end: Array, mean: Array, merged: bool
) -> tuple[NDArray[Any], ...]:
    day, row, column = np.nonzero((end != 0) | (mean != 0))
    ends, means = end[day, row, column], mean[day, row, column]
    klass = np.full_like(column, classes) if merged else column
    return day, row, klass, np.full_like(day, quantity), ends, means
