"""The points of all sweeps of a folder: a file each, or packed."""

from __future__ import annotations

import json
import math
import os
import time
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.analysis.measures import Key
from sim.analysis.windows import Array
from sim.core.errors import OutputError
from sim.runs.files import atomic_file
from sim.sweeps.workers import PointDone

# --- Many points in one file: ``packed.parquet``, with the rows of the small files one after
# another.
#
# It reads as they do, in pandas, polars, DuckDB and R. Its metadata say where each point stands.
# Row groups hold some points each, so that one is read without the others.

PACKED = "packed.parquet"
ROWS = 50_000
"""Rows after which a row group is full."""
GROUPS_KEPT = 4
"""Row groups kept in memory: points are mostly read in the order in which they were packed."""
_WHERE = "maraude points"
_SAID = b"maraude "


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
        said = {_SAID + name.encode(): value.encode() for name, value in place["said"].items()}
        return rows.set_column(0, "point", point).replace_schema_metadata(said)

    def _read_group(self, number: int) -> pa.Table:
        return self._file.read_row_group(number, use_threads=False).combine_chunks()

    def close(self) -> None:
        """Let go of the file."""
        if self._where:
            self._file.close()


def write_packed(folder: Path, tables: Iterable[tuple[str, pa.Table]]) -> int:
    """Write points, each by its key, to the packed file of a folder; return how many.

    All at once: an earlier one is replaced when the new one is whole and on the disk. OutputError
    says what the disk refused, or that there is no point.
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
            said = {
                name.removeprefix(_SAID).decode(): value.decode()
                for name, value in (table.schema.metadata or {}).items()
                if name.startswith(_SAID)
            }
            where[key] = {"group": groups, "first": held, "rows": len(table), "said": said}
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
ENDS = b"PAR1"


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """What a point file holds of the numbers asked for: replications by numbers, and ``locked``.

    ``reached``: the precision asked for, if any, was reached; None in files of earlier versions.
    """

    values: Array
    locked: int
    reached: bool | None


def file_of(folder: Path, key: str) -> Path:
    """Return where the file of a point stands."""
    return folder / f"{key}{SUFFIX}"


def write_point(folder: Path, done: PointDone) -> None:
    """Write the numbers of a point, all at once; OutputError says what refused."""
    stream = pa.BufferOutputStream()  # in one piece: half the cost of Parquet writing to the disk
    pq.write_table(point_table(done), stream, compression="zstd", write_page_checksum=True)
    with atomic_file(file_of(folder, done.key)) as unfinished:
        unfinished.write_bytes(stream.getvalue())


def point_table(done: PointDone) -> pa.Table:
    """Return the numbers of a point in the form of SCHEMA, number by number."""
    replications, numbers = done.values.shape
    columns = list(zip(*done.keys, strict=True))
    words = [_words([done.key] * numbers, replications)]
    words += [_words(column, replications) for column in columns]
    count = np.tile(np.arange(1, replications + 1, dtype=np.int32), numbers)
    values = pa.array(done.values.T.ravel(), from_pandas=True)
    arrays = [words[0], pa.array(count), *words[1:], values]
    said = {
        "locked": done.locked,
        "engine": done.engine,
        "seconds": done.elapsed_seconds,
        "reached": done.reached,
    }
    metadata = {f"maraude {name}": str(value) for name, value in said.items()}
    return pa.Table.from_arrays(arrays, schema=SCHEMA.with_metadata(metadata))


def _words(column: Sequence[str], times: int) -> pa.DictionaryArray:
    places = {word: place for place, word in enumerate(dict.fromkeys(column))}
    codes = np.repeat(np.array([places[word] for word in column], dtype=np.int16), times)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(list(places)))


def looks_whole(path: Path) -> bool:
    """Say whether a file of a point is there and ends as a Parquet file does."""
    try:
        with path.open("rb") as file:
            file.seek(-len(ENDS), os.SEEK_END)
            return file.read() == ENDS
    except OSError:
        return False


def read_table(path: Path) -> pa.Table:
    """Return all rows of a file of a point; OSError or ArrowException if it is not sound."""
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        return file.read(use_threads=False)  # points are many: each of them is read by one thread


def picked(table: pa.Table, key: str, wanted: Sequence[Key]) -> Stored:
    """Return the numbers wanted of a point; KeyError or ValueError if the table lacks them."""
    columns = [table.column(name).combine_chunks() for name in table.column_names]
    point, count, *words, values = columns
    if point.dictionary.to_pylist() != [key]:
        raise ValueError("this file holds another point")
    replications = int(count.to_numpy().max())
    starts = slice(None, None, replications)  # number by number: one row of each tells which
    names = [word.dictionary.to_pylist() for word in words]
    codes = [word.indices.to_numpy()[starts] for word in words]
    place = {
        tuple(name[code] for name, code in zip(names, row, strict=True)): number
        for number, row in enumerate(zip(*codes, strict=True))
    }
    grid = values.to_numpy(zero_copy_only=False).reshape(-1, replications)
    chosen = [place[tuple(one)] for one in wanted]
    said = table.schema.metadata or {}
    reached = {b"True": True, b"False": False}.get(said.get(b"maraude reached", b""))
    return Stored(grid[chosen].T, int(said[b"maraude locked"]), reached)


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

    def holds(self, key: str) -> bool:
        """Say whether a point seems to be there; only reading it tells that it is sound."""
        return looks_whole(file_of(self.folder, key)) or key in self.packed

    def read(self, key: str, wanted: Sequence[Key]) -> Stored | None:
        """Return the numbers wanted of a point; None if it is not there, or of no use.

        Of no use: it cannot be read, fails its checksums, is another point's, or lacks a number.
        """
        try:
            return picked(self.table(key), key, wanted)
        except SPOILED:
            return None

    def table(self, key: str) -> pa.Table:
        """Return all numbers of a point; an error of reading if it is not there or spoiled."""
        file = file_of(self.folder, key)
        is_small = key not in self.packed or file.exists()
        return read_table(file) if is_small else self.packed.table(key)

    def write(self, done: PointDone) -> None:
        """Write the numbers of a point, all at once; OutputError says what refused."""
        write_point(self.folder, done)

    def drop(self, key: str) -> None:
        """Take a point away that is of no use, so that it is made again."""
        file_of(self.folder, key).unlink(missing_ok=True)
        self.packed.forget(key)

    def is_cut_short(self, key: str) -> bool:
        """Say whether a small file is there that is not whole."""
        file = file_of(self.folder, key)
        return file.exists() and not looks_whole(file)

    def small(self) -> list[str]:
        """Return the keys of all points with a file of their own, in the order of their age."""
        files = [
            path for path in self.folder.glob(f"[!.]*{SUFFIX}") if len(path.stem) == KEY_LENGTH
        ]
        return [path.stem for path in sorted(files, key=lambda one: (one.stat().st_mtime_ns, one))]


class Writers:
    """Threads that put points on the disk beside one another; ``fault``: what the disk refused."""

    def __init__(self, store: Store) -> None:
        self.fault: BaseException | None = None
        self._store = store
        self._threads = ThreadPoolExecutor(FLUSHES)
        self._pending: deque[Future[None]] = deque()
        self._latest = -math.inf

    def write(self, done: PointDone) -> int:
        """Have a point written; return how many have come to be on the disk since last told.

        A point that comes after a while is waited for, so that it is told at once.
        """
        now = time.monotonic()
        is_slow, self._latest = now - self._latest > SLOW_SECONDS, now
        self._pending.append(self._threads.submit(self._store.write, done))
        return self._told(0 if is_slow else 2 * FLUSHES)

    def close(self) -> int:
        """Wait until all is written; return how many came to be on the disk since last told."""
        self._threads.shutdown()
        return self._told(0)

    def _told(self, most: int) -> int:
        sound = 0
        while self._pending and (len(self._pending) > most or self._pending[0].done()):
            fault = self._pending.popleft().exception()
            sound += fault is None
            self.fault = self.fault or fault
        return sound
