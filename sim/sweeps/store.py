"""The points of all sweeps of a folder: a file each, or packed."""

from __future__ import annotations

import errno
import json
import math
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from os import fstat
from os.path import samestat
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.analysis.measures import Key
from sim.analysis.windows import Array
from sim.core.errors import OutputError
from sim.runs.files import UNFINISHED, atomic_file, is_taken, translate_os_errors
from sim.sweeps.points import StopRule
from sim.sweeps.workers import PointDone, is_always_kept

# --- Many points in one file: ``packed.parquet``, with the rows of the small files one after
# another.
#
# It reads as they do, in pandas, polars, DuckDB and R. Its metadata hold the place of each point.
# Row groups hold some points each, so that one is read without the others.

PACKED = "packed.parquet"
ROWS = 50_000
"""Rows after which a row group is full."""
GROUPS_KEPT = 4
"""Row groups kept in memory: points are mostly read in the order in which they were packed."""
_WHERE = "maraude points"
_ABOUT = b"maraude "


@contextmanager
def refusals_named(path: Path) -> Iterator[None]:
    """Turn what the system refuses into an OutputError; what is missing or damaged stays as it is.

    A sound file may not be readable now, for instance where too many files are open. What Parquet
    cannot read is an OSError without a number.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (None, errno.ENOENT):
            raise
        reason = os.strerror(error.errno)
        raise OutputError(f"{path} cannot be read ({reason}): run again when it can") from error


class Packed:
    """The packed points of a store, read one by one; ``is_spoiled``: it is there, but unreadable.

    Points are read from several threads.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / PACKED
        self.is_spoiled = False
        self._where: dict[str, dict[str, Any]] = {}
        self._lock = Lock()
        self._group = lru_cache(maxsize=GROUPS_KEPT)(self._read_group)
        if self.path.exists():
            try:
                with refusals_named(self.path):
                    self._file = pq.ParquetFile(self.path, page_checksum_verification=True)
                    self._where = json.loads(self._file.metadata.metadata[_WHERE.encode()])
            except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
                self.is_spoiled = True

    def __contains__(self, key: str) -> bool:
        return key in self._where

    def __iter__(self) -> Any:
        return iter(tuple(self._where))

    def forget(self, key: str) -> None:
        """Take a point for one that is not there."""
        self._where.pop(key, None)

    def about(self, key: str) -> dict[str, str]:
        """Return the metadata of a point; KeyError if it is not there."""
        metadata: dict[str, str] = self._where[key]["about"]
        return metadata

    def table(self, key: str) -> pa.Table:
        """Return the rows of a point as its own file would hold them.

        Raises KeyError, OSError, ValueError or ArrowException if it is not there or spoiled.
        """
        place = self._where[key]
        with self._lock:
            rows = self._group(place["group"]).slice(place["first"], place["rows"])
        named = rows["point"].combine_chunks()
        codes = set(named.indices.to_numpy().tolist())
        if {named.dictionary[code].as_py() for code in codes} != {key}:
            raise ValueError(f"the rows at the place of {key} are those of another point")
        point = pa.DictionaryArray.from_arrays(
            pa.repeat(pa.scalar(0, pa.int16()), len(rows)), [key]
        )
        about = {_ABOUT + name.encode(): value.encode() for name, value in place["about"].items()}
        return rows.set_column(0, "point", point).replace_schema_metadata(about)

    def _read_group(self, number: int) -> pa.Table:
        return self._file.read_row_group(number, use_threads=False).combine_chunks()

    def close(self) -> None:
        """Let go of the file."""
        if self._where:
            self._file.close()


def write_packed(folder: Path, tables: Iterable[tuple[str, pa.Table]]) -> int:
    """Write points, each by its key, to the packed file of a folder; return how many.

    All at once: an earlier one is replaced when the new one is whole and on the disk. OutputError
    if the disk refuses, or if there is no point.
    """
    where: dict[str, dict[str, Any]] = {}
    with atomic_file(folder / PACKED) as unfinished:
        writer: pq.ParquetWriter | None = None
        some: list[pa.Table] = []
        groups = held = 0
        for key, table in tables:
            if writer is None:
                writer = pq.ParquetWriter(
                    unfinished,
                    table.schema.remove_metadata(),
                    compression="zstd",
                    write_statistics=["point"],
                    write_page_checksum=True,
                )
            about = {
                name.removeprefix(_ABOUT).decode(): value.decode()
                for name, value in (table.schema.metadata or {}).items()
                if name.startswith(_ABOUT)
            }
            where[key] = {"group": groups, "first": held, "rows": len(table), "about": about}
            some.append(table.replace_schema_metadata(None))
            held += len(table)
            if held >= ROWS:
                _write_group(writer, some)
                some, held, groups = [], 0, groups + 1
        if writer is None:
            raise OutputError(f"no point in {folder} can be read: run the sweeps again")
        if some:
            _write_group(writer, some)
        writer.add_key_value_metadata({_WHERE: json.dumps(where)})
        writer.close()
    return len(where)


def _write_group(writer: pq.ParquetWriter, tables: list[pa.Table]) -> None:
    together = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    writer.write_table(together, row_group_size=len(together))


# --- The store: one Parquet file per design point, named by its key; whole or not there.
#
# Every file reads alone in pandas, polars, DuckDB and R; ``point`` is the key in all of them.

_WORD = pa.dictionary(pa.int16(), pa.string())
SCHEMA = pa.schema(
    [
        ("point", _WORD),
        ("replication", pa.int32()),
        ("measure", _WORD),
        ("service", _WORD),
        ("other", _WORD),
        ("class", _WORD),
        ("period", _WORD),
        ("value", pa.float64()),
    ]
)
"""One number of one replication per row, as in measures.csv; numbers that do not exist are null."""
SUFFIX = ".parquet"
REPLICATIONS, SOME, LOCKED, ENGINE, SECONDS = (
    "replications", "outcomes", "locked", "engine", "seconds"
)  # fmt: skip
"""Names in the metadata; SOME: numbers that only some sweeps ask for, and their replications."""
WAIT_SECONDS = 0.005
"""Time after which a point held by another writer is tried again."""


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """Replications of a point by the numbers wanted; ``locked``: the numbers of locked ones."""

    values: Array
    locked: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Used:
    """Replications by outcomes that a sweep uses, how many locked, and the precision reached."""

    values: Array
    locked: int
    reached: bool


def used(stored: Stored | None, rule: StopRule) -> Used | None:
    """Return what a sweep uses of a point; None if it is not there or more is needed.

    The last columns of what is stored are the numbers of the goals of the rule.
    """
    if stored is None:
        return None
    outcomes = stored.values.shape[1] - len(rule.keys)
    enough = rule.used(stored.values[:, outcomes:])
    if enough is None:
        return None
    count, reached = enough
    locked = sum(number <= count for number in stored.locked)
    return Used(stored.values[:count, :outcomes], locked, reached)


def file_of(folder: Path, key: str) -> Path:
    """Return where the file of a point stands."""
    return folder / f"{key}{SUFFIX}"


def write_rows(folder: Path, key: str, rows: Rows) -> None:
    """Write the numbers of a point, all at once; OutputError if the disk refuses."""
    stream = pa.BufferOutputStream()  # in one piece: half the cost of Parquet writing to the disk
    pq.write_table(point_table(key, rows), stream, compression="zstd", write_page_checksum=True)
    with atomic_file(file_of(folder, key)) as unfinished:
        unfinished.write_bytes(stream.getvalue())


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """All that is stored of a point: each number in its replications, from the first on.

    A number that only some sweeps ask for may have fewer replications than the others.
    """

    numbers: dict[Key, Array]
    locked: tuple[int, ...] = ()
    engine: str = ""
    seconds: float = 0.0

    def picked(self, wanted: Sequence[Key]) -> Stored:
        """Return the replications that have all numbers wanted."""
        columns = [self.numbers.get(key, np.empty(0)) for key in wanted]
        count = min(map(len, columns))
        return Stored(np.array([column[:count] for column in columns]).T, self.locked)

    def extended(self, done: PointDone) -> Rows | None:
        """Return these and further replications; None if they add nothing.

        Replications that do not follow those stored are left out.
        """
        longer: dict[Key, Array] = {}
        for key, values in zip(done.keys, done.values.T, strict=True):
            stored = self.numbers.get(key, np.empty(0))
            if done.first <= len(stored) < done.first + len(values):
                longer[key] = np.concatenate([stored[: done.first], values])
        if not longer:
            return None
        locked = tuple(sorted({*self.locked, *done.locked}))
        seconds = self.seconds + done.elapsed_seconds
        return Rows({**self.numbers, **longer}, locked, done.engine, seconds)


def point_table(key: str, rows: Rows) -> pa.Table:
    """Return the numbers of a point in the form of SCHEMA, number by number.

    The metadata hold what is known of the point without reading its rows.
    """
    counts = [len(values) for values in rows.numbers.values()]
    words = [_words(column, counts) for column in zip(*rows.numbers, strict=True)]
    count = np.concatenate([np.arange(1, count + 1, dtype=np.int32) for count in counts])
    values = pa.array(np.concatenate(list(rows.numbers.values())), from_pandas=True)
    arrays = [_words([key], [sum(counts)]), pa.array(count), *words, values]
    some = [
        [*number, len(values)]
        for number, values in rows.numbers.items()
        if not is_always_kept(number)
    ]
    about = {
        REPLICATIONS: max(counts),
        SOME: json.dumps(some),
        LOCKED: " ".join(map(str, rows.locked)),
        ENGINE: rows.engine,
        SECONDS: rows.seconds,
    }
    metadata = {_ABOUT + name.encode(): str(value).encode() for name, value in about.items()}
    return pa.Table.from_arrays(arrays, schema=SCHEMA.with_metadata(metadata))


def _words(column: Sequence[str], counts: Sequence[int]) -> pa.DictionaryArray:
    places = {word: place for place, word in enumerate(dict.fromkeys(column))}
    codes = np.repeat(np.array([places[word] for word in column], dtype=np.int16), counts)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(list(places)))


def read_table(path: Path) -> pa.Table:
    """Return all rows of a file of a point; OSError or ArrowException if it is not sound."""
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        return file.read(use_threads=False)  # points are many: each of them is read by one thread


def rows_of(table: pa.Table, key: str) -> Rows:
    """Return what a table holds of a point; KeyError or ValueError if it is of another form."""
    columns = [table.column(name).combine_chunks() for name in table.column_names]
    point, count, *words, values = columns
    if point.dictionary.to_pylist() != [key]:
        raise ValueError("this file holds another point")
    replication = count.to_numpy()
    starts = np.flatnonzero(replication == 1)  # the first row of each number
    ends = [*starts[1:], len(replication)]
    if not np.array_equal(
        replication,
        np.arange(len(replication)) - np.repeat(starts, np.diff([*starts, len(replication)])) + 1,
    ):
        raise ValueError("the replications of this point are not in order")
    names = [word.dictionary.to_pylist() for word in words]
    codes = [word.indices.to_numpy()[starts] for word in words]
    numbers = [
        Key(*(name[code] for name, code in zip(names, row, strict=True)))
        for row in zip(*codes, strict=True)
    ]
    column = values.to_numpy(zero_copy_only=False)
    about = table.schema.metadata or {}
    return Rows(
        {key: column[start:end] for key, start, end in zip(numbers, starts, ends, strict=True)},
        tuple(map(int, about[_ABOUT + LOCKED.encode()].split())),
        about[_ABOUT + ENGINE.encode()].decode(),
        float(about[_ABOUT + SECONDS.encode()]),
    )


def replications_of(about: Mapping[str, str], wanted: Sequence[Key]) -> int:
    """Return in how many replications a point has all numbers wanted, by its metadata."""
    some = {Key(*entry[:-1]): int(entry[-1]) for entry in json.loads(about[SOME])}
    count = int(about[REPLICATIONS])
    return min(count if is_always_kept(key) else some.get(key, 0) for key in wanted)


@contextmanager
def held_alone(folder: Path, key: str) -> Iterator[None]:
    """Hold a point for one writer among the threads of all processes.

    The locked file is removed when the point is released. Whoever waited for it then opens it anew,
    because another writer may have made a new file of that name.
    """
    path = folder / f"{UNFINISHED}{key}.lock"
    with ExitStack() as files:
        while True:
            file = files.enter_context(path.open("a"))
            with suppress(FileNotFoundError):
                if not is_taken(file.fileno()) and samestat(fstat(file.fileno()), path.stat()):
                    break
            files.close()
            time.sleep(WAIT_SECONDS)
        try:
            yield
        finally:
            with suppress(OSError):  # Windows does not remove open files
                path.unlink()


# --- The points of all sweeps of a folder: a small file for each, or all together in a packed
# one.
#
# A small file counts more than the packed one: it is the newer.

FLUSHES = 8
"""Points written beside one another: the disk flushes them for little more than one alone."""
SLOW_SECONDS = 0.1
"""Time between two points after which each is written before the next is waited for."""
KEY_LENGTH = 40
SPOILED = (OSError, pa.ArrowException, KeyError, ValueError)


class Store:
    """The points in a folder, by their keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.packed = Packed(folder)

    def state(self, key: str) -> tuple[int, int] | None:
        """Return what changes when a point is written anew; None if it is not there."""
        try:
            status = file_of(self.folder, key).stat()
        except OSError:
            return (0, 0) if key in self.packed else None
        return status.st_mtime_ns, status.st_size

    def replications(self, key: str, wanted: Sequence[Key]) -> int:
        """Return how many replications are there by the metadata, without reading them."""
        file = file_of(self.folder, key)
        try:
            if not file.exists():
                return replications_of(self.packed.about(key), wanted)
            with refusals_named(file):
                about = pq.read_metadata(file).metadata or {}
            words = {
                name.removeprefix(_ABOUT).decode(): value.decode() for name, value in about.items()
            }
            return replications_of(words, wanted)
        except (*SPOILED, TypeError):
            return 0

    def read(self, key: str, wanted: Sequence[Key]) -> Stored | None:
        """Return all replications that have the numbers wanted; None if there is no sound point.

        Not sound: it cannot be read, fails its checksums, or is another point's.
        """
        try:
            return rows_of(self.table(key), key).picked(wanted)
        except SPOILED:
            return None

    def table(self, key: str) -> pa.Table:
        """Return all numbers of a point; an error of reading if it is not there or spoiled.

        OutputError where the system does not let it be read.
        """
        file = file_of(self.folder, key)
        is_small = key not in self.packed or file.exists()
        with refusals_named(file if is_small else self.packed.path):
            return read_table(file) if is_small else self.packed.table(key)

    def write(self, done: PointDone) -> None:
        """Add replications to a point, all at once; OutputError if the disk refuses.

        Those that others have added meanwhile are kept. Nothing is written where they do not follow
        what is stored: the point then still lacks them.
        """
        with translate_os_errors(file_of(self.folder, done.key)), held_alone(self.folder, done.key):
            try:
                stored = rows_of(self.table(done.key), done.key)
            except SPOILED:
                stored = Rows({})
            longer = stored.extended(done)
            if longer is not None:
                write_rows(self.folder, done.key, longer)

    def drop(self, key: str, state: tuple[int, int] | None) -> None:
        """Take a point away that cannot be read, so that it is made again.

        ``state``: in which it could not be read; what others have written since stays. Where it is
        also packed, the packed one counts again.
        """
        file = file_of(self.folder, key)
        with translate_os_errors(file), held_alone(self.folder, key):
            if self.state(key) != state:
                return
            if file.exists():
                file.unlink()
            else:
                self.packed.forget(key)

    def small(self) -> list[str]:
        """Return the keys of all points with a file of their own, in the order of their age."""
        files = [
            path for path in self.folder.glob(f"[!.]*{SUFFIX}") if len(path.stem) == KEY_LENGTH
        ]
        return [
            path.stem for path in sorted(files, key=lambda path: (path.stat().st_mtime_ns, path))
        ]


class Writers:
    """Threads that put points on the disk beside one another; ``fault``: what the disk refused."""

    def __init__(self, store: Store) -> None:
        self.fault: BaseException | None = None
        self._store = store
        self._threads = ThreadPoolExecutor(FLUSHES)
        self._pending: deque[Future[None]] = deque()
        self._latest = -math.inf

    def write(self, done: PointDone) -> int:
        """Have a point written; return how many were written since the last call.

        A point that comes after a while is waited for, so that it counts at once.
        """
        now = time.monotonic()
        is_slow, self._latest = now - self._latest > SLOW_SECONDS, now
        self._pending.append(self._threads.submit(self._store.write, done))
        return self._count_written(0 if is_slow else 2 * FLUSHES)

    def close(self) -> int:
        """Wait until all is written; return how many were written since the last call."""
        self._threads.shutdown()
        return self._count_written(0)

    def _count_written(self, most: int) -> int:
        sound = 0
        while self._pending and (len(self._pending) > most or self._pending[0].done()):
            fault = self._pending.popleft().exception()
            sound += fault is None
            self.fault = self.fault or fault
        return sound
