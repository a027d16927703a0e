"""Event logs as files: every event in words, or what animation and process mining tools read."""

from __future__ import annotations

import csv
import heapq
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.event_log import Outline, Row
from sim.vocabulary.calendars import MILLISECONDS
from sim.vocabulary.events import EXITS, Event, event_name
from sim.vocabulary.limits import UNLIMITED

CANONICAL, VIDIGI = "canonical", "vidigi"
FORMATS = (CANONICAL, VIDIGI)
"""Forms of an exported log."""

ARRIVAL, QUEUE, USE, USE_END = "arrival_departure", "queue", "resource_use", "resource_use_end"
_WITH_CODE = frozenset(
    (
        Event.GOES, Event.DROP_OUT, Event.STAY_ENDS, Event.DELAY_ENDS, Event.BLOCKED_LIMIT,
        Event.REFERRED, Event.ADMITTED, Event.NIGHT, Event.BLOCKED, Event.LEAVES_PLACE,
    )
)  # fmt: skip
"""Events whose second detail is a living situation or a service."""


def write_log(file: TextIO, log: Iterable[Row], outline: Outline, form: str = CANONICAL) -> int:
    """Write a log as CSV with a header; return how many rows are below the header.

    ``form`` is "canonical" or "vidigi" (else ValueError).

    canonical: ``time,event,person,service,other,number``, one row per event in the order in which
    things happened; times in days, to the last bit. vidigi: ``entity_id,event_type,event,time,
    resource_id``; the place number is the lowest free one of the service.
    """
    if form not in FORMATS:
        raise ValueError(f"no form '{form}'; choose one of: {', '.join(FORMATS)}")
    table = csv.writer(file, lineterminator="\n")
    rows = canonical_rows(log, outline) if form == CANONICAL else resource_rows(log, outline)
    written = -1  # the header
    for row in rows:
        table.writerow(row)
        written += 1
    return written


def canonical_rows(log: Iterable[Row], outline: Outline) -> Iterator[tuple[object, ...]]:
    """Yield the header and a row of words per event; empty where there is nothing to say."""
    names = _words(outline)
    yield ("time", "event", "person", "service", "other", "number")
    for row in log:
        event = Event(row.event)
        at_street = event in (Event.PRESENT, Event.ARRIVES, Event.GOES) and row.service == -1
        yield (
            repr(float(row.time)),
            event_name(row.event),
            row.person if row.person >= 0 else "",
            "street" if at_street else names[row.service] if row.service >= 0 else "",
            names[row.other] if row.other >= 0 or event in _WITH_CODE else "",
            "unlimited" if event is Event.CAPACITY and row.number >= UNLIMITED else row.number,
        )


def log_frame(log: Iterable[Row], outline: Outline) -> pd.DataFrame:
    """Return a log as a table, a row per event in the order in which things happened.

    ``time`` [days since the start], ``date`` (to the millisecond), ``event``, ``person``, ``class``
    (of the person), ``service``, ``other``, ``number``: docs/model.md, section 11, says which of
    them an event fills; the others are missing (0 for the number, missing for unlimited places).
    """
    rows = np.array([tuple(row) for row in log], dtype=np.float64).reshape(-1, 6)
    time, (event, person, service, other, number) = rows[:, 0], rows[:, 1:].T.astype(np.int64)
    enters = np.isin(event, (Event.PRESENT, Event.ARRIVES))
    in_street = (enters | (event == Event.GOES)) & (service == -1)
    classes = np.full(int(person.max(initial=-1)) + 1, -1)
    classes[person[enters]] = number[enters]
    start = np.datetime64(outline.start, "ms")
    names = [*(one.name for one in outline.services), "street", *EXITS]
    codes = {-1: len(outline.services)} | {
        code: len(outline.services) + 1 + at for at, code in enumerate(EXITS.values())
    }
    place = np.where(in_street, len(outline.services), service)
    there = np.isin(event, list(_WITH_CODE)) | (other >= 0)
    to = other.copy()
    for code, at in codes.items():
        to[other == code] = at
    events = [one.name.lower() for one in Event]
    by_code = np.zeros(max(Event) + 1, dtype=np.int64)
    by_code[[int(one) for one in Event]] = np.arange(len(events))
    unlimited = (event == Event.CAPACITY) & (number >= UNLIMITED)
    return pd.DataFrame(
        {
            "time": time,
            "date": start + np.rint(time * MILLISECONDS).astype("timedelta64[ms]"),
            "event": category(by_code[event], events),
            "person": pd.arrays.IntegerArray(person, person < 0),
            "class": category(np.where(person >= 0, classes[person], -1), list(outline.classes)),
            "service": category(place, names),
            "other": category(np.where(there, to, -1), names),
            "number": pd.arrays.IntegerArray(number, unlimited),
        }
    )


def category(codes: NDArray[np.int64], names: Sequence[str]) -> pd.Categorical[str]:
    """Return a column of words from their positions among ``names``; -1: missing."""
    return pd.Categorical.from_codes(codes, pd.Index(names))


def _words(outline: Outline) -> dict[int, str]:
    exits = {code: word for word, code in EXITS.items()}
    return {-1: "street", **exits, **{i: s.name for i, s in enumerate(outline.services)}}


def resource_rows(log: Iterable[Row], outline: Outline) -> Iterator[tuple[object, ...]]:
    """Yield the header and the rows of people queueing for places, taking and leaving them."""
    yield ("entity_id", "event_type", "event", "time", "resource_id")
    places = _Places(outline)
    for row in log:
        for kind, event, resource in places.seen(row):
            yield row.person, kind, event, repr(float(row.time)), resource


class _Places:
    """Which numbered place of which service each person holds."""

    def __init__(self, outline: Outline) -> None:
        self.names = _words(outline)
        self.freed: dict[int, list[int]] = {}
        self.used: dict[int, int] = {}
        self.held: dict[tuple[int, int], int] = {}

    def seen(self, row: Row) -> Iterator[tuple[str, str, object]]:
        """Yield (event type, event, place number) of what one row means for places."""
        event, name = Event(row.event), self.names.get(row.service, "")
        if event in (Event.ARRIVES, Event.PRESENT):
            yield ARRIVAL, "arrival", ""
            if event is Event.PRESENT and row.service >= 0:
                yield USE, name, self._take(row)
        elif event in (Event.LISTED, Event.AT_DOOR):
            yield QUEUE, f"waiting for {name}", ""
        elif event in (Event.ADMITTED, Event.NIGHT, Event.VISIT):
            yield USE, name, self._take(row)
        elif event in (Event.LEAVES_PLACE, Event.VISIT_ENDS):
            yield from self._left(row, name)
        elif event is Event.GOES:
            yield ARRIVAL, "depart", ""

    def _take(self, row: Row) -> int:
        freed = self.freed.setdefault(row.service, [])
        if freed:
            place = heapq.heappop(freed)
        else:
            place = self.used[row.service] = self.used.get(row.service, 0) + 1
        self.held[row.person, row.service] = place
        return place

    def _left(self, row: Row, name: str) -> Iterator[tuple[str, str, object]]:
        place = self.held.pop((row.person, row.service), None)
        if place is not None:
            heapq.heappush(self.freed.setdefault(row.service, []), place)
            yield USE_END, name, place
