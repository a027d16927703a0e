"""The table a finished sweep leaves: a row per point, levers and outcomes with intervals.

``table.csv``, ``table.parquet``, and ``replications.parquet`` with the outcomes of every
replication. Points are read in the order of the design, some at a time: the memory used does not
grow with their number.
"""

from __future__ import annotations

import csv
import filecmp
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.analysis.statistics import estimates
from sim.analysis.tables import text_cell
from sim.experiments.folder import whole_file
from sim.experiments.sweep.columns import REACHED, outcome_columns
from sim.experiments.sweep.design_file import Keys
from sim.experiments.sweep.drawn import forget_report
from sim.experiments.sweep.point_files import Stored
from sim.experiments.sweep.points import Sweep
from sim.experiments.sweep.store import Store

TABLE, TABLE_PARQUET, REPLICATIONS = "table.csv", "table.parquet", "replications.parquet"
TABLES = (TABLE, TABLE_PARQUET, REPLICATIONS)
MARK = b"maraude manifest"
"""In the metadata of the table: the mark of the manifest it was made with."""
DONE, FAILED, PENDING = "done", "failed", "pending"
AT_ONCE = 500
"""Points read before their rows are written."""


class UnreadableError(Exception):
    """Point files that were there and cannot be used: their keys."""

    def __init__(self, keys: list[str]) -> None:
        self.keys = keys
        super().__init__(f"{len(keys)} point files cannot be read")


@dataclass(frozen=True, slots=True)
class Made:
    """What became of tables; ``outdated``: an older report, which had other numbers, is gone.

    ``unreached``: points that did not reach the precision asked for.
    """

    outdated: bool = False
    unreached: tuple[int, ...] = ()


def write_tables(
    folder: Path, store: Store, sweep: Sweep, keys: Keys, failed: dict[str, str], mark: str = ""
) -> Made:
    """Write the three tables, all at once; ``failed``: key to message; ``mark``: of the manifest.

    A report of other numbers, or of another manifest, is removed before they are replaced: killed
    at any moment, none stays beside tables it does not tell. Raises UnreadableError, having written
    nothing, if a point that should be there cannot be read, OutputError for what the disk refused.
    """
    with ExitStack() as files:
        unfinished = [files.enter_context(whole_file(folder / name)) for name in TABLES]
        batches = _batches(store, sweep, keys, failed)
        unreached = _fill(unfinished, batches, sweep, failed, mark)
        is_new = not all(map(_is_same, unfinished, (folder / name for name in TABLES)))
        return Made(is_new and forget_report(folder), unreached)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False


def _fill(
    unfinished: list[Path],
    batches: Iterator[list[tuple[int, str, Stored | None]]],
    sweep: Sweep,
    failed: dict[str, str],
    mark: str,
) -> tuple[int, ...]:
    """Write all points to the files of the three tables; return which were not precise enough."""
    schema = _table_schema(sweep).with_metadata({MARK: mark.encode()})
    makers = (schema, _replication_schema(sweep))
    text, *parquet = unfinished
    with ExitStack() as files:
        file = files.enter_context(text.open("w", newline="", encoding="utf-8"))
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(makers[0].names)
        writers = [
            files.enter_context(pq.ParquetWriter(path, schema, compression="zstd"))
            for path, schema in zip(parquet, makers, strict=True)
        ]
        unreadable: list[str] = []
        unreached: list[int] = []
        for stored in batches:
            unreadable += [key for _, key, found in stored if found is None and key not in failed]
            if unreadable:
                continue
            lines = [_row(sweep, number, key, found, failed) for number, key, found in stored]
            rows.writerows([_text(value) for value in line] for line in lines)
            writers[0].write_table(_columns(lines, makers[0]))
            writers[1].write_table(_columns(list(_replications(stored)), makers[1]))
            unreached += [number for number, _, found in stored if found and found.reached is False]
        if unreadable:
            raise UnreadableError(list(dict.fromkeys(unreadable)))
    return tuple(unreached)


def _batches(
    store: Store, sweep: Sweep, keys: Keys, failed: dict[str, str]
) -> Iterator[list[tuple[int, str, Stored | None]]]:
    """Yield number, key and numbers of the points, some at a time."""
    wanted = [one.key for one in sweep.outcomes]

    def read(key: str) -> Stored | None:
        return None if key in failed else store.read(key, wanted)

    with ThreadPoolExecutor() as readers:
        for start in range(0, len(keys.keys), AT_ONCE):
            some = keys.keys[start : start + AT_ONCE]
            numbers = range(start + 1, start + 1 + len(some))
            yield list(zip(numbers, some, readers.map(read, some), strict=True))


def _table_schema(sweep: Sweep) -> pa.Schema:
    number, word = pa.float64(), pa.string()
    fields = [("point", pa.int64()), ("key", word), ("status", word)]
    fields += [(lever.name, number if lever.is_number else word) for lever in sweep.levers]
    for outcome in sweep.outcomes:
        fields += [(column, number) for column in outcome_columns(outcome.name)]
    fields += [("replications", pa.int64())]
    fields += [(REACHED, pa.bool_())] if sweep.until else []
    fields += [("locked", pa.int64()), ("message", word)]
    return pa.schema(fields)


def _replication_schema(sweep: Sweep) -> pa.Schema:
    fields = [("point", pa.int64()), ("replication", pa.int64())]
    return pa.schema([*fields, *((one.name, pa.float64()) for one in sweep.outcomes)])


def _row(
    sweep: Sweep, number: int, key: str, found: Stored | None, failed: dict[str, str]
) -> list[Any]:
    shown = [
        value if isinstance(value, str) or lever.is_number else format(value, "g")
        for lever, value in zip(sweep.levers, sweep.point(number).shown, strict=True)
    ]
    if found is None:
        nothing = [math.nan] * (3 * len(sweep.outcomes))
        unknown = [None] if sweep.until else []
        return [number, key, FAILED, *shown, *nothing, 0, *unknown, 0, failed[key]]
    mean, low, high, *_ = estimates(found.values)
    numbers = [float(one) for three in zip(mean, low, high, strict=True) for one in three]
    reached = [found.reached] if sweep.until else []
    return [number, key, DONE, *shown, *numbers, len(found.values), *reached, found.locked, ""]


def _replications(stored: list[tuple[int, str, Stored | None]]) -> Iterator[list[Any]]:
    for number, _, found in stored:
        if found is not None:
            for replication, row in enumerate(found.values.tolist(), start=1):
                yield [number, replication, *row]


def _columns(lines: list[list[Any]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*lines, strict=True)) or [()] * len(schema)
    arrays = [
        pa.array(column, field.type, from_pandas=True)
        for column, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _text(value: Any) -> str:
    """Return a number so that reading it back gives the same number; empty if there is none."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    if not isinstance(value, float):
        return text_cell(str(value))
    if math.isnan(value):
        return ""
    whole = math.isfinite(value) and value == int(value) and abs(value) < 1e15
    return str(int(value)) if whole else repr(value)
