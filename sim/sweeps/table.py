"""The tables of a finished sweep, and its manifest."""

from __future__ import annotations

import contextlib
import csv
import filecmp
import hashlib
import json
import math
import platform
import re
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.analysis.measures import text_cell
from sim.analysis.statistics import estimates
from sim.core.errors import OutputError, counted, path_text
from sim.runs.files import MANIFEST, REPORT, SWEEP, atomic_file, contents_of, translate_os_errors
from sim.runs.run import RESOLVED
from sim.scenarios.resolved import resolved_yaml, scenario_hash
from sim.scenarios.values import Wording
from sim.sweeps.levers import LEVELS, REACHED, Lever, outcome_columns
from sim.sweeps.points import Keys, Sweep, program_version, question_hash, stop_rule
from sim.sweeps.store import Store, Used, used

# --- What ``sweep-report`` leaves in the folder of a sweep; it goes when its numbers are
# replaced.

FIGURES = "figures"
"""Folder of the figures, in the folder of the sweep."""
_NAMED = re.compile(
    r"((curve|map|points|tornado|morris|total|correlation)-\d+|pareto)\.(svg|png|csv)", re.ASCII
)
"""Names the figures of sweeps have: nothing else in the folder is ours to remove."""


def forget_report(folder: Path) -> bool:
    """Remove the page and the figures of a sweep; return whether there were any.

    OutputError says what the system refused.
    """
    page = folder / REPORT
    there = page.exists()
    with translate_os_errors(page):
        page.unlink(missing_ok=True)
    gone = forget_figures(folder)
    with contextlib.suppress(OSError):  # not empty: somebody keeps files of their own there
        (folder / FIGURES).rmdir()
    return there or gone


def forget_figures(folder: Path, but: Collection[Path] = ()) -> bool:
    """Remove the figures of a sweep except some; return whether there were any to remove.

    OutputError says what the system refused.
    """
    old = [
        path
        for path in sorted((folder / FIGURES).glob("*"))
        if _NAMED.fullmatch(path.name) and path not in but
    ]
    with translate_os_errors(folder / FIGURES):
        for path in old:
            path.unlink(missing_ok=True)
    return bool(old)


# --- The table a finished sweep leaves: a row per point, levers and outcomes with intervals.
#
# ``table.csv``, ``table.parquet``, and ``replications.parquet`` with the outcomes of every
# replication. Points are read in the order of the design, some at a time: the memory used does
# not grow with their number.

TABLE, TABLE_PARQUET, REPLICATIONS = "table.csv", "table.parquet", "replications.parquet"
TABLES = (TABLE, TABLE_PARQUET, REPLICATIONS)
MARK = b"maraude manifest"
"""In the metadata of the table: the mark of the manifest it was made with."""
DONE, FAILED, PENDING = "done", "failed", "pending"
AT_ONCE = 500
"""Points read before their rows are written."""


class UnreadableError(Exception):
    """Points that were there and cannot be read or lack replications: their keys."""

    def __init__(self, keys: list[str]) -> None:
        self.keys = keys
        super().__init__(f"{counted(len(keys), 'point')} cannot be used")


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
    at any moment, none stays beside other tables. Raises UnreadableError, having written
    nothing, if a point that should be there cannot be read, OutputError for what the disk refused.
    """
    with ExitStack() as files:
        unfinished = [files.enter_context(atomic_file(folder / name)) for name in TABLES]
        batches = _batches(store, sweep, keys, failed)
        unreached = _fill(unfinished, batches, sweep, failed, mark)
        is_new = not all(map(_is_same, unfinished, (folder / name for name in TABLES)))
        return Made(is_new and forget_report(folder), unreached)


def _is_same(path: Path, other: Path) -> bool:
    try:
        return filecmp.cmp(path, other, shallow=False)
    except OSError:
        return False


def _fill(
    unfinished: list[Path],
    batches: Iterator[list[tuple[int, str, Used | None]]],
    sweep: Sweep,
    failed: dict[str, str],
    mark: str,
) -> tuple[int, ...]:
    """Write all points to the files of the three tables; return which were not precise enough."""
    schema = _table_schema(sweep).with_metadata({MARK: mark.encode()})
    outcomes = [(outcome.name, pa.float64()) for outcome in sweep.outcomes]
    makers = schema, pa.schema([("point", pa.int64()), ("replication", pa.int64()), *outcomes])
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
            unreadable += [key for _, key, point in stored if point is None and key not in failed]
            if unreadable:
                continue
            lines = [_row(sweep, number, key, point, failed) for number, key, point in stored]
            rows.writerows([_text(value) for value in line] for line in lines)
            writers[0].write_table(_columns(lines, makers[0]))
            writers[1].write_table(_columns(list(_replications(stored)), makers[1]))
            unreached += [number for number, _, point in stored if point and not point.reached]
        if unreadable:
            raise UnreadableError(list(dict.fromkeys(unreadable)))
    return tuple(unreached)


def _batches(
    store: Store, sweep: Sweep, keys: Keys, failed: dict[str, str]
) -> Iterator[list[tuple[int, str, Used | None]]]:
    """Yield number, key and numbers of the points, some at a time."""
    rule = stop_rule(sweep)
    wanted = [*(outcome.key for outcome in sweep.outcomes), *rule.keys]

    def read(key: str) -> Used | None:
        return None if key in failed else used(store.read(key, wanted), rule)

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


def _row(
    sweep: Sweep, number: int, key: str, point: Used | None, failed: dict[str, str]
) -> list[Any]:
    shown = [
        value if isinstance(value, str) or lever.is_number else format(value, "g")
        for lever, value in zip(sweep.levers, sweep.point(number).shown, strict=True)
    ]
    if point is None:
        nothing = [math.nan] * (3 * len(sweep.outcomes))
        unknown = [None] if sweep.until else []
        return [number, key, FAILED, *shown, *nothing, 0, *unknown, 0, failed[key]]
    mean, low, high, *_ = estimates(point.values)
    numbers = [float(bound) for three in zip(mean, low, high, strict=True) for bound in three]
    reached = [point.reached] if sweep.until else []
    return [number, key, DONE, *shown, *numbers, len(point.values), *reached, point.locked, ""]


def _replications(stored: list[tuple[int, str, Used | None]]) -> Iterator[list[Any]]:
    for number, _, point in stored:
        if point is not None:
            for replication, row in enumerate(point.values.tolist(), start=1):
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


# --- What a sweep leaves besides numbers: failed points, the status of every point, the manifest.

FAILURES, STATUS = "failed", "status"


class Marks:
    """Failed points: a small file for each, named by its key, with the reason.

    ``is_kept``: what is added and forgotten is also written.
    """

    def __init__(self, folder: Path, is_kept: bool = True) -> None:
        self.folder = folder / FAILURES
        self.failed: dict[str, str] = {}
        self._is_kept = is_kept
        with translate_os_errors(self.folder):
            if is_kept:
                self.folder.mkdir(exist_ok=True)
            for path in sorted(self.folder.glob("*.txt")):
                self.failed[path.stem] = path.read_text(encoding="utf-8", errors="replace")

    def add(self, key: str, message: str) -> None:
        """Mark a point as failed."""
        if self._is_kept:
            with atomic_file(self.folder / f"{key}.txt") as unfinished:
                unfinished.write_text(message, encoding="utf-8")
        self.failed[key] = message

    def forget(self, key: str) -> None:
        """Let a point be tried again."""
        if self.failed.pop(key, None) is not None and self._is_kept:
            (self.folder / f"{key}.txt").unlink(missing_ok=True)


def write_status(
    folder: Path,
    keys: Keys,
    failed: dict[str, str],
    is_missing: Callable[[str], bool],
    shard: tuple[int, int] | None,
) -> None:
    """Write the status of every point as seen now: pending, done, failed with the message."""
    part = f"-{shard[0]}-of-{shard[1]}" if shard else ""
    with (
        atomic_file(folder / f"{STATUS}{part}.csv") as unfinished,
        unfinished.open("w", newline="", encoding="utf-8") as file,
    ):
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("point", "key", "status", "message"))
        for number, key in enumerate(keys.keys, start=1):
            status = FAILED if key in failed else PENDING if is_missing(key) else DONE
            rows.writerow((number, key, status, text_cell(failed.get(key, ""))))


def write_base(folder: Path, sweep: Sweep) -> None:
    """Write the base scenario in full: its reader needs no other file."""
    with atomic_file(folder / RESOLVED) as unfinished:
        unfinished.write_text(resolved_yaml(sweep.base), encoding="utf-8")


def sweep_manifest(path: Path, sweep: Sweep, keys: Keys) -> str:
    """Write what the sweep is: its file in full, base, seed, levers with their units, program.

    Return the mark of what was written; OutputError if the disk refuses.
    """
    content = {
        "title": _in_both(sweep.written.title),
        "summary": _in_both(sweep.written.summary),
        "file": sweep.file,
        "based_on": sweep.base.history.files[-1],
        "base_sha256": scenario_hash(sweep.base),
        "question_sha256": question_hash(sweep),
        "uncertain": sweep.written.uncertain,
        "seed": sweep.seed,
        "replications": sweep.replications,
        "until": list(sweep.until),
        "most": sweep.most,
        "design": sweep.written.design.kind,
        "levels": sweep.written.design.levels or LEVELS,
        "cleared": sweep.written.cleared,
        "budget": sweep.written.budget,
        "points": len(sweep),
        "different_points": len(set(keys.keys)),
        "points_sha256": hashlib.sha256(" ".join(keys.keys).encode()).hexdigest(),
        "levers": [
            _of_lever(lever, lever.name not in sweep.written.levers) for lever in sweep.levers
        ],
        "outcomes": [
            {"name": outcome.name, "unit": outcome.unit, **outcome.key._asdict()}
            for outcome in sweep.outcomes
        ],
        "program": program_version(),
        "python": platform.python_version(),
    }
    with atomic_file(path) as unfinished:
        text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
        unfinished.write_text(text + "\n", encoding="utf-8")
    return mark_of(content)


def _of_lever(lever: Lever, is_assumed: bool) -> dict[str, Any]:
    """Return what the manifest holds of a lever."""
    return {
        "name": lever.name,
        "names": _in_both(lever.wording),
        "each": _in_both(lever.each),
        "unit": lever.unit,
        "in_base": None if math.isnan(lever.base) else lever.base,
        "group": lever.group,
        "is_number": lever.is_number,
        "log": lever.log,
        "is_assumed": is_assumed,
        "paths": [path_text(target.path) for target in lever.targets],
    }


_AS_GIVEN = ("file", "based_on")
"""What differs between folders in which the same command is given."""


def mark_of(manifest: dict[str, Any]) -> str:
    """Return a hash of a manifest, the same wherever the sweep was started."""
    content = {name: value for name, value in manifest.items() if name not in _AS_GIVEN}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:40]


def _in_both(wording: Wording | None) -> dict[str, str] | None:
    return None if wording is None else {"fr": wording.fr, "en": wording.en}


# --- Sweep files of the same name share a folder of results: one does not replace another's
# table.


def refuse_other_results(folder: Path) -> None:
    """Raise OutputError if the folder holds results that are not of a sweep."""
    held = contents_of(folder)
    if held is not None and held.kind != SWEEP:
        raise OutputError(
            f"{folder} holds results of something else ({held}): give the sweep another --out, or "
            "its file another name"
        )


def refuse_namesake(folder: Path, sweep: Sweep) -> None:
    """Raise OutputError if the folder holds the table of another sweep file of the same name."""
    earlier = _manifest(folder / MANIFEST)
    if earlier is None or not (folder / TABLE_PARQUET).exists():
        return
    if _is_another(earlier, sweep):
        raise OutputError(
            f"{folder} holds the table of another sweep, '{_title(earlier)}' "
            f"({earlier.get('file')}), and {sweep.file} asks '{sweep.title}': give the file "
            "another name or another --out (or remove that folder, if it is not needed any more)"
        )


def _is_another(earlier: dict[str, Any], sweep: Sweep) -> bool:
    """Say whether a manifest is of another sweep file.

    The path in it is only as it was given, somewhere: it shows a difference for certain where both
    files exist, seen from the working folder. Else title and levers decide: people edit the title
    or some levers, but not the title and every lever. A copy that asks the same is the same sweep.
    """
    levers = earlier.get("levers")
    listed = levers if isinstance(levers, list) else []
    names = {str(lever.get("name")) for lever in listed if isinstance(lever, dict)}
    now = {lever.name for lever in sweep.levers}
    is_renamed = _title(earlier) != sweep.title
    if _both_there(str(earlier.get("file", "")), sweep.file):
        return is_renamed or names != now
    return is_renamed and names.isdisjoint(now)


def _both_there(path: str, other: str) -> bool:
    """Say whether two paths lead to two files."""
    try:
        return Path(path).is_file() and not Path(path).samefile(other)
    except OSError:
        return False


def _title(manifest: dict[str, Any]) -> str:
    title = manifest.get("title")
    return str(title.get("en")) if isinstance(title, dict) else ""


def _manifest(path: Path) -> dict[str, Any] | None:
    """Return the manifest of an earlier sweep; None if there is none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
