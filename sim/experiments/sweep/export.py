"""All points of a sweep in one file, for other programs: Parquet, Arrow or CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from sim.experiments.folder import plain_refusals, whole_file
from sim.experiments.sweep.columns import VALUE, WORDS
from sim.experiments.sweep.results import read_sweep
from sim.experiments.sweep.store import SPOILED, Store
from sim.experiments.sweep.sweep import POINTS
from sim.experiments.sweep.table import DONE
from sim.vocabulary.errors import OutputError


def export(folder: Path, target: Path) -> tuple[int, int]:
    """Write every number kept of a finished sweep to one file; return its points and its rows.

    The form is that of the file's name: ``.parquet``, ``.arrow`` or ``.csv``. Points are read one
    by one. OutputError if a point is gone, for another form, or what the disk refused.
    """
    if target.suffix not in _WRITERS:
        forms = ", ".join(_WRITERS)
        raise OutputError(f"{target}: the name of the file ends with one of {forms}")
    swept = read_sweep(folder)
    names = [lever.name for lever in swept.levers]
    rows = points = 0
    advice = "Give another file to write"
    with plain_refusals(target, advice), whole_file(target) as unfinished, ExitStack() as files:
        writer: Any = None
        for table in _tables(swept.table[swept.table["status"] == DONE], names, folder):
            if writer is None:
                writer = files.enter_context(_WRITERS[target.suffix](unfinished, table.schema))
            writer.write_table(table)
            points, rows = points + 1, rows + len(table)
    return points, rows


def _tables(done: pd.DataFrame, names: list[str], folder: Path) -> Iterator[pa.Table]:
    """Yield the numbers of each point, with its number and its levers before them."""
    store = Store(folder.parent / POINTS)
    for _, point in done.iterrows():
        try:
            found = store.table(str(point["key"]))
        except SPOILED as error:
            text = f"point {point['point']} cannot be read: run the sweep again, then export"
            raise OutputError(text) from error
        count = len(found)
        columns: dict[str, pa.Array] = {"point": pa.array([int(point["point"])] * count)}
        columns |= {name: pa.array([point[name]] * count) for name in names}
        columns["replication"] = found["replication"]
        columns |= {name: found[name].cast(pa.string()) for name in WORDS}
        columns[VALUE] = found["value"]
        yield pa.table(columns)


_WRITERS: dict[str, Callable[[Path, pa.Schema], Any]] = {
    ".parquet": lambda path, schema: pq.ParquetWriter(path, schema, compression="zstd"),
    ".arrow": lambda path, schema: pa.ipc.new_file(str(path), schema),
    ".csv": lambda path, schema: pyarrow.csv.CSVWriter(str(path), schema),
}
