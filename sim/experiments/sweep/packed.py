"""Many points in one file: ``packed.parquet``, with the rows of the small files one after another.

It reads as they do, in pandas, polars, DuckDB and R. Its metadata say where each point stands. Row
groups hold some points each, so that one is read without the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiments.folder import whole_file
from sim.vocabulary.errors import OutputError

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
    with whole_file(folder / PACKED) as unfinished:
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
