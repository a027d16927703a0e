"""One replication from plan to numbers: what a worker does."""

from __future__ import annotations

import csv
import heapq
import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from functools import cache, cached_property, lru_cache
from importlib import import_module
from importlib.util import find_spec
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.analysis.checks import check
from sim.analysis.measures import values
from sim.analysis.summary import Part, courses, part_of
from sim.analysis.windows import WHOLE, Array, as_arrays, day_count, frozen
from sim.core.calendars import MILLISECONDS
from sim.core.errors import (
    ArgumentError,
    RunError,
    Shown,
    UnknownNameError,
    counted,
    quoted,
    unknown_name,
)
from sim.core.events import EXITS, Event, event_name
from sim.core.limits import UNLIMITED
from sim.core.log import COUNTS, LEVELS, PLACE_LEVELS, Outline, Replication, Row, Tallies
from sim.core.stopping import stop_if_asked
from sim.core.units import spaced
from sim.plan.size import Size, least_bytes, size_of
from sim.plan.tables import Plan
from sim.scenarios.source import normal

if TYPE_CHECKING:
    import pandas as pd

# --- The memory of this machine, and what of a replication fits into it.

ITSELF = 0.4e9
"""Bytes of the command itself: Python, its libraries, the figures of a small scenario."""
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Where Linux says how much memory a container may use."""


def memory() -> float:
    """Return the bytes of memory that this process may use at most, infinity if nobody knows."""
    limits = [_physical()]
    for path in LIMITS:
        with suppress(OSError, ValueError):
            limits.append(float(Path(path).read_text(encoding="ascii")))  # "max": no limit
    with suppress(ImportError, OSError, ValueError):
        import resource  # not on Windows

        most = resource.getrlimit(resource.RLIMIT_AS)[0]
        limits += [float(most)] if most != resource.RLIM_INFINITY else []
    return min(limits)


def _physical() -> float:
    if sys.platform == "win32":
        return _of_windows()
    with suppress(OSError, ValueError, AttributeError):  # a system that does not know the name
        return float(os.sysconf("SC_PAGE_SIZE")) * float(os.sysconf("SC_PHYS_PAGES"))
    return float("inf")


def _of_windows() -> float:
    """Return the memory by GlobalMemoryStatusEx: its record says its own size first."""
    import ctypes
    import struct

    record = ctypes.create_string_buffer(64)
    struct.pack_into("<L", record, 0, 64)
    try:
        answered = ctypes.windll.kernel32.GlobalMemoryStatusEx(record)  # type: ignore[attr-defined]
    except (AttributeError, OSError):
        return float("inf")
    return float(struct.unpack_from("<Q", record, 8)[0]) if answered else float("inf")


def workers_that_fit(plan: Plan, wanted: int, log: bool = False) -> int:
    """Return how many replications of a plan, with logs or without, may be under way at once.

    At least one. Raises ArgumentError if memory cannot hold a single one.
    """
    refuse_too_large(plan, log)
    if wanted <= 1:
        return 1
    room = memory() - ITSELF
    return int(max(1, min(wanted, room // max(size_of(plan, log).bytes, 1.0))))


def refuse_too_large(plan: Plan, log: bool = False) -> None:
    """Raise ArgumentError if the memory of this machine cannot hold one replication of a plan.

    ``log``: whether its log is kept until the end.
    """
    if least_bytes(plan, log) + ITSELF > memory():
        size = size_of(plan, log)
        raise ArgumentError(
            f"this scenario is too large for this machine: one replication takes {_gb(size.least)} "
            f"of memory or more, and there are {_gb(memory())}; {_why(size)}"
        )


@contextmanager
def memory_told(plan: Plan, log: bool = False) -> Iterator[None]:
    """Turn the end of memory in this block into a RunError that says what to do."""
    try:
        yield
    except MemoryError as error:
        raise RunError(
            f"{_takes(plan, log)}; write --workers 1; else {_why(size_of(plan, log))}"
        ) from error


@contextmanager
def memory_for_one(plan: Plan, log: bool = False) -> Iterator[None]:
    """Have this block simulate one replication, with its log or without, and nothing beside it.

    Raises ArgumentError before it begins if memory cannot hold that, RunError if memory ends.
    """
    refuse_too_large(plan, log)
    try:
        yield
    except MemoryError as error:
        raise RunError(f"{_takes(plan, log)}; {_why(size_of(plan, log))}") from error


def _takes(plan: Plan, log: bool) -> str:
    whole = (
        "one replication of this scenario with its log"
        if log
        else ("one replication of this scenario")
    )
    return (
        f"out of memory: {whole} takes up to {_gb(size_of(plan, log).bytes)}, and there are "
        f"{_gb(memory())}"
    )


def _why(size: Size) -> str:
    """Return what makes a replication large, and what to write instead."""
    if size.tables > size.people:
        return (
            f"its daily tables hold {counted(f'{size.days:,}', 'day')} x "
            f"{counted(f'{size.services:,}', 'service')} x {size.classes:,} "
            f"{'class' if size.classes == 1 else 'classes'}: write a shorter 'period: length', or "
            "join services or classes"
        )
    return (
        f"{size.everybody:,.0f} people are in it: write a shorter 'period: length', fewer people "
        "at the start or a lower rate of arrivals"
    )


def _gb(size: float) -> str:
    return f"{size / 1e9:,.1f} GB"


# --- Which engine moves the people.

Simulate = Callable[..., Replication]
"""``simulate(plan, seed, replication, log=False) -> Replication``"""

AUTO = "auto"
ENGINES = ("compiled", "reference")
"""Engines, the faster first."""
OLDEST_NUMBA = (0, 63)
"""The first numba that compiles the engine (also in pyproject.toml)."""


def engine_name(name: str = AUTO) -> str:
    """Return the engine to use: the one named, or for "auto" the fastest that works here.

    Raises ArgumentError for an engine that does not exist or does not work here.
    """
    if name == AUTO:
        return next(engine for engine in ENGINES if _works(engine))
    if name not in ENGINES or not _works(name):
        there = (AUTO, *(engine for engine in ENGINES if _works(engine)))
        fault = numba_fault() if name == ENGINES[0] else None
        why = f" ({fault.error or f'numba {fault.version}'.strip()})" if fault else ""
        meant = get_close_matches(str(name), there, 1)
        hint = f"; did you mean '{meant[0]}'? Choose" if meant else "; choose"
        raise ArgumentError(f"no engine '{name}' here{why}{hint} one of: {', '.join(there)}")
    return name


def simulate_with(name: str) -> Simulate:
    """Return the ``simulate`` function of an engine."""
    prepare(name)
    simulate: Simulate = import_module(f"sim.engines.{engine_name(name)}").simulate
    return simulate


def prepare(name: str, silently: bool = False) -> None:
    """Let an engine that is compiled be so now: processes started later find it ready.

    Raises RunError, with what to do, where numba can be imported but does not compile the engine.
    """
    module = import_module(f"sim.engines.{engine_name(name)}")
    if not hasattr(module, "prepare"):
        return
    try:
        module.prepare(silently)
    except MemoryError:
        raise
    except Exception as error:  # whatever a numba raises that does not fit Python or numpy
        text = quoted(f"{type(error).__name__}: {error}", marks=False, most=200)
        raise RunError(
            f"numba {module.numba.__version__} cannot compile the fast engine ({text}): "
            "python -m pip install --force-reinstall numba; or choose the engine 'reference', with "
            "the same results, some 200 times slower"
        ) from error


def releases_gil(name: str) -> bool:
    """Return whether replications of an engine run side by side in threads of one process."""
    return bool(getattr(import_module(f"sim.engines.{engine_name(name)}"), "RELEASES_GIL", False))


def must_compile(name: str) -> bool:
    """Return whether an engine has to be compiled on this machine before it can run."""
    module = import_module(f"sim.engines.{engine_name(name)}")
    return hasattr(module, "must_compile") and module.must_compile()


def _works(engine: str) -> bool:
    module = find_spec(f"sim.engines.{engine}")
    if module is None or module.origin is None:
        return False
    return engine != ENGINES[0] or numba_fault() is None


@dataclass(frozen=True, slots=True)
class NumbaFault:
    """Why the compiled engine cannot run: no numba, one that is too old, or one that is broken.

    ``version``: empty where none is known; ``error``: what importing it said, empty if too old.
    """

    is_missing: bool
    version: str
    error: str


@cache
def numba_fault() -> NumbaFault | None:
    """Return why the compiled engine cannot run here, None if it can: found out by importing it."""
    try:
        if find_spec("numba") is None:
            return NumbaFault(True, "", "numba is not installed")
    except (ImportError, ValueError):
        return NumbaFault(True, "", "numba is not installed")
    version = ""
    try:
        version = str(getattr(import_module("numba"), "__version__", ""))
        numbers = re.match(r"(\d+)\.(\d+)", version)
        if numbers is not None and (int(numbers[1]), int(numbers[2])) < OLDEST_NUMBA:
            return NumbaFault(False, version, "")
        import_module(f"sim.engines.{ENGINES[0]}")
    except Exception as error:  # whatever a broken installation raises: the reference engine runs
        text = " ".join(str(error).split())
        return NumbaFault(False, version, f"{type(error).__name__}: {text}")
    return None


# --- Every level and count by day, as a long table: ``daily.parquet``.

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
    codes_of_pieces, pieces = [], []
    for name, end, mean, is_merged in by_day(tallies):
        codes_of_pieces.append(quantities[name])
        pieces.append(_piece(len(outline.classes), end, mean, is_merged))
    day, service, class_id, ends, means = map(np.concatenate, zip(*pieces, strict=True))
    quantity = np.repeat(np.array(codes_of_pieces, np.int16), [len(piece[0]) for piece in pieces])
    codes = service, class_id, quantity
    columns = [
        number_column(np.full(len(day), tallies.replication, np.int32)),
        number_column(day),
        *map(word_column, codes, words(outline)),
        number_column(ends),
        number_column(means),
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


def _piece(classes: int, end: Array, mean: Array, merged: bool) -> tuple[NDArray[Any], ...]:
    """Return day, service, class, end and mean of the rows in which one of the two is not zero."""
    rows, columns = end.shape[1:]
    filled = end != 0
    if mean is not end:
        filled |= mean != 0
    place = np.flatnonzero(filled).astype(np.int32)  # small numbers are divided faster
    line = place // columns
    day = line // rows
    service = (line - day * rows).astype(np.int16)
    if merged:
        class_id = np.full(len(place), classes, np.int16)
    else:
        class_id = (place - line * columns).astype(np.int16)
    ends = end[filled]
    return day, service, class_id, ends, ends if mean is end else mean[filled]


# --- Event logs as files: every event in words, or what animation and process mining tools read.

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
    import pandas as pd

    rows = np.array([tuple(row) for row in log], dtype=np.float64).reshape(-1, 6)
    time, (event, person, service, other, number) = rows[:, 0], rows[:, 1:].T.astype(np.int64)
    enters = np.isin(event, (Event.PRESENT, Event.ARRIVES))
    in_street = (enters | (event == Event.GOES)) & (service == -1)
    classes = np.full(int(person.max(initial=-1)) + 1, -1)
    classes[person[enters]] = number[enters]
    start = np.datetime64(outline.start, "ms")
    names = [*(each.name for each in outline.services), "street", *EXITS]
    codes = {-1: len(outline.services)} | {
        code: len(outline.services) + 1 + at for at, code in enumerate(EXITS.values())
    }
    place = np.where(in_street, len(outline.services), service)
    there = np.isin(event, list(_WITH_CODE)) | (other >= 0)
    to = other.copy()
    for code, at in codes.items():
        to[other == code] = at
    events = [first.name.lower() for first in Event]
    by_code = np.zeros(max(Event) + 1, dtype=np.int64)
    by_code[[int(first) for first in Event]] = np.arange(len(events))
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
    import pandas as pd

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


# --- Measures that users define: functions of one replication, beside those of the program.

DAILY, LOG = "daily", "log"
QUANTITIES = (*LEVELS, *PLACE_LEVELS, *COUNTS)
"""What is counted every day (docs/measures.md, Quantities by day)."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A user's measure: ``function`` gives one number for one replication.

    ``needs``: "daily" (the function is given a ``Daily``) or "log" (the event log as ``sim.log``
    gives it). ``unit``: written beside its estimates. nan: no such number in this replication.
    """

    function: Callable[[Any], float]
    needs: Literal["daily", "log"] = "daily"
    unit: str = ""

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise ArgumentError(
                f"a measure is a function of one replication, not {self.function!r}"
            )
        if not isinstance(self.unit, str):
            raise ArgumentError(f"the unit of a measure is a text, not {self.unit!r}")
        if self.needs not in (DAILY, LOG):
            raise ArgumentError(unknown_name("input of measures", self.needs, (DAILY, LOG)))


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """What a measure of a user gave: a number for each replication (R,), and its unit."""

    values: Array
    unit: str = ""


class Daily:
    """What one replication counted, day by day, over D days.

    ``days``: the dates (D,). ``services``: names, "street" last. ``classes``: names.
    """

    def __init__(self, tallies: Tallies) -> None:
        self._tallies = as_arrays(tallies)
        outline = tallies.outline
        start = np.datetime64(date.fromisoformat(outline.start))
        self.replication = tallies.replication
        self.warm_up = math.ceil(outline.warm_up)
        self.services = (*(service.name for service in outline.services), STREET)
        self.classes = outline.classes
        self.days = start + np.arange(len(self._tallies.came))

    def __repr__(self) -> str:
        return f"<Daily, replication {self.replication}, {counted(len(self.days), 'day')}>"

    def series(
        self,
        quantity: str,
        service: str | None = None,
        class_: str | None = None,
        *,
        at_end: bool = False,
    ) -> Array:
        """Return a quantity by day (D,), services and classes not named added up.

        Levels are means over the day, with ``at_end`` the values at its end. Raises KeyError.
        """
        position(self.quantities, quantity, "quantity")
        end, mean, is_merged = self._by_day[quantity]
        values = end if at_end else mean
        if class_ is not None:
            column = position(self.classes, class_, "class")
            if is_merged:
                raise ArgumentError(f"{quantity} is not counted by class")
            values = values[:, :, column : column + 1]
        if service is not None:
            row = position(self.services, service, "service")
            if row >= values.shape[1]:
                raise ArgumentError(f"{quantity} is not counted in the street")
            values = values[:, row : row + 1]
        total: Array = values.sum(axis=(1, 2))
        return total

    @cached_property
    def _by_day(self) -> dict[str, tuple[Array, Array, bool]]:
        """Return end and mean (D, rows, columns) of each quantity, and whether classes are one."""
        return {name: (end, mean, each) for name, end, mean, each in by_day(self._tallies)}

    @property
    def quantities(self) -> tuple[str, ...]:
        """The names of what is counted every day."""
        return tuple(self._by_day)

    def frame(self, quantities: Iterable[str] | None = None) -> pd.DataFrame:
        """Return quantities (all of QUANTITIES) as a table: date, service, class, mean, end, ...

        Zeros are rows like others. What is not counted by class has the class "all".
        """
        import pandas as pd

        pieces = []
        chosen = quantities_chosen(quantities, self.quantities)
        for quantity in chosen:
            end, mean, is_merged = self._by_day[quantity]
            day, row, column = (indice.ravel() for indice in np.indices(mean.shape))
            pieces.append(
                pd.DataFrame(
                    {
                        "replication": np.int32(self.replication),
                        "date": self.days[day].astype("datetime64[s]"),
                        "service": category(row, self.services),
                        "class": category(
                            column + len(self.classes) if is_merged else column,
                            (*self.classes, "all"),
                        ),
                        "quantity": category(np.full(day.size, chosen.index(quantity)), chosen),
                        "mean": mean.ravel(),
                        "end": end.ravel(),
                    }
                )
            )
        return pd.concat(pieces, ignore_index=True)


def quantities_chosen(wanted: Iterable[str] | None, there: Sequence[str]) -> tuple[str, ...]:
    """Return the quantities of a table of days, each once; None: QUANTITIES.

    Raises ArgumentError for none at all, KeyError with those there are.
    """
    if wanted is None:
        return QUANTITIES
    names = (wanted,) if isinstance(wanted, str) else wanted
    chosen = tuple(dict.fromkeys(there[position(there, name, "quantity")] for name in names))
    if not chosen:
        raise ArgumentError("a table of days has one quantity or more, and none is named")
    return chosen


def position(names: Iterable[str], name: object, what: str, shown: Shown = ()) -> int:
    """Return where a name stands, with accents of any form; KeyError with what there is.

    ``shown``: the names in reports, of which a message says what they are called in files.
    """
    known = tuple(names)
    if name in known:
        return known.index(name)
    if isinstance(name, str):
        alike = [at for at, each in enumerate(known) if normal(each) == spaced(normal(name))]
        if alike:
            return alike[0]
    raise UnknownNameError(unknown_name(what, name, known, shown))


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise RunError(f"{where}: it gave {value!r} ({type(value).__name__}), not a number")
    return float(value)


def own_values(measures: Mapping[str, Measure], simulated: Replication) -> tuple[float, ...]:
    """Return each measure of one replication; RunError that names the one whose function failed."""
    log: pd.DataFrame | None = None
    numbers = []
    for name, measure in measures.items():
        given: Any
        if measure.needs == LOG:
            if log is None:
                log = log_frame(simulated.log or (), simulated.tallies.outline)
            given = log.copy()
        else:
            given = Daily(simulated.tallies)
        where = f"the measure '{name}' failed in replication {simulated.tallies.replication}"
        try:
            value = measure.function(given)
        except Exception as error:
            raise RunError(f"{where}: {type(error).__name__}: {error}") from error
        numbers.append(_number(value, where))
    return tuple(numbers)


# --- One replication from plan to numbers: what a worker does, and nothing else.


@dataclass(frozen=True, slots=True)
class Order:
    """What to run: an engine's name, a plan, a seed, and what to hand back besides measures."""

    plan: Plan
    engine: str
    seed: int
    daily: bool = True
    figures: bool = False
    own: Mapping[str, Measure] = field(default_factory=dict)

    @property
    def log(self) -> bool:
        """Whether the log is kept, for a measure that is computed from it."""
        return any(measure.needs == LOG for measure in self.own.values())


@dataclass(slots=True)
class Done:
    """One replication: its measures (order of ``measures.keys``) and what else was asked for.

    ``courses``: (L, D) as ``summary.COURSES``. ``part``: what figures are drawn from.
    ``locked_at``: nan if no locked loop was met. ``own``: measures of the user, in their order.
    """

    replication: int
    values: Array
    courses: Array
    locked_at: float
    locked: tuple[int, ...]
    events: int
    daily: pa.Table | None
    part: Part | None
    own: tuple[float, ...] = ()


def carry_out(order: Order, replication: int) -> Done:
    """Simulate, check and measure one replication; RunError if it fails or memory ends."""
    with memory_told(order.plan, order.log):
        return _carry_out(order, replication)


def _carry_out(order: Order, replication: int) -> Done:
    simulated = simulate_with(order.engine)(order.plan, order.seed, replication, order.log)
    tallies = frozen(simulated.tallies)
    stop_if_asked()
    check(tallies)
    stop_if_asked()
    return Done(
        replication=replication,
        values=values(tallies),
        courses=courses(tallies),
        locked_at=tallies.locked_at,
        locked=tallies.locked,
        events=tallies.events,
        daily=daily_table(tallies) if order.daily else None,
        part=part_of(tallies) if order.figures else None,
        own=own_values(order.own, replace(simulated, tallies=tallies)) if order.own else (),
    )


# --- Arrow columns from numpy arrays and back. ``pyarrow.array`` and ``to_numpy`` import pandas,
# which takes a fifth of a second, to see whether they are given something of it. A run has only
# arrays without missing values, so the memory of one is the memory of the other.


def number_column(values: NDArray[Any]) -> pa.Array:
    """Return an array (N,) of numbers as a column of the same type."""
    kind = pa.from_numpy_dtype(values.dtype)
    memory = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(kind, len(values), [None, memory])


def text_column(values: Sequence[str]) -> pa.Array:
    """Return texts as a column."""
    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    buffers = pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))
    return pa.StringArray.from_buffers(len(encoded), *buffers)


def word_column(codes: NDArray[np.int16], names: Sequence[str]) -> pa.DictionaryArray:
    """Return a column of words from their positions among ``names``."""
    return pa.DictionaryArray.from_arrays(number_column(codes), text_column(names))


def table_in(path: Path) -> pa.Table:
    """Return the table in a Parquet file."""
    with pq.ParquetFile(path) as file:
        return file.read()


def array_of(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return a column of floating-point numbers without missing values as an array."""
    parts = [
        np.frombuffer(part.buffers()[1], np.float64, len(part), part.offset * 8)
        for part in column.chunks
        if len(part)
    ]
    return np.concatenate([np.empty(0), *parts])
