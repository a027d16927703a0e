"""The store: one Parquet file per design point, named by its key; whole or not there.

Every file reads alone in pandas, polars, DuckDB and R; ``point`` is the key in all of them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.analysis.tables import Key
from sim.analysis.windows import Array
from sim.experiments.folder import whole_file
from sim.experiments.sweep.task import PointDone

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
    with whole_file(file_of(folder, done.key)) as unfinished:
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
