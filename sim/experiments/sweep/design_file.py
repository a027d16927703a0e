"""The points of a sweep with their keys, kept in ``design.parquet`` as long as nothing changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiments.folder import DESIGN, whole_file
from sim.experiments.sweep.designs import PLACE
from sim.experiments.sweep.points import Sweep, point_key, program_version, scenario_at
from sim.vocabulary.errors import Refused

MARK = b"maraude sweep"


@dataclass(frozen=True, slots=True)
class Keys:
    """The key of each point, and why a point cannot be simulated ("" if it can)."""

    keys: list[str]
    faults: list[str]


def keys_of(sweep: Sweep, folder: Path, progress: Callable[[int], None] | None = None) -> Keys:
    """Return the keys of all points: from the file of an earlier start if nothing has changed."""
    mark = _mark(sweep)
    path = folder / DESIGN
    kept = _kept(path, mark)
    if kept is not None:
        return kept
    found = Keys([], [])
    for point in sweep.points():
        try:
            found.keys.append(point_key(scenario_at(sweep.text, point.settings), most=sweep.most))
            found.faults.append("")
        except Refused as refused:
            text = json.dumps([sweep.text, repr(point.settings)])
            found.keys.append("refused-" + hashlib.sha256(text.encode()).hexdigest()[:32])
            found.faults.append(str(refused))
        if progress is not None:
            progress(point.number)
    with whole_file(path) as unfinished:
        pq.write_table(_table(sweep, found, mark), unfinished, compression="zstd")
    return found


def _mark(sweep: Sweep) -> bytes:
    """Return a hash of all that the keys depend on, and the columns of the file."""
    digest = hashlib.sha256(f"{program_version()} {sweep.most} {sweep.text}".encode())
    digest.update(repr([(lever.name, lever.unit, lever.group) for lever in sweep.levers]).encode())
    for point in sweep.points():
        digest.update(repr((point.shown, point.settings)).encode())
    return digest.hexdigest().encode()


def _kept(path: Path, mark: bytes) -> Keys | None:
    try:
        table = pq.read_table(path, columns=["key", "fault"])
    except (OSError, pa.ArrowException, KeyError, ValueError):
        return None
    if (table.schema.metadata or {}).get(MARK) != mark:
        return None
    return Keys(table["key"].to_pylist(), table["fault"].to_pylist())


def _table(sweep: Sweep, found: Keys, mark: bytes) -> pa.Table:
    columns: dict[str, pa.Array] = {
        "point": pa.array(np.arange(1, len(sweep) + 1)),
        "key": pa.array(found.keys, pa.string()),
        "fault": pa.array(found.faults, pa.string()),
    }
    shown = [point.shown for point in sweep.points()]
    for position, lever in enumerate(sweep.levers):
        values = [row[position] for row in shown]
        columns[lever.name] = pa.array(values if lever.is_number else [str(v) for v in values])
    if sweep.places is not None:
        for group, places in enumerate(sweep.places.T):
            columns[f"{PLACE}{group}"] = pa.array(places)
    return pa.table(columns).replace_schema_metadata({MARK: mark})
