"""What a sweep leaves besides numbers: failed points, the status of every point, the manifest."""

from __future__ import annotations

import csv
import hashlib
import json
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.analysis.tables import text_cell
from sim.experiments.folder import plain_refusals, whole_file
from sim.experiments.store import RESOLVED
from sim.experiments.sweep.design_file import Keys
from sim.experiments.sweep.designs import LEVELS
from sim.experiments.sweep.points import Sweep, program_version
from sim.experiments.sweep.table import DONE, FAILED, PENDING
from sim.scenario import resolved_yaml, scenario_hash
from sim.scenario.values import Wording
from sim.vocabulary.errors import path_text

FAILURES, STATUS = "failed", "status"


class Marks:
    """Failed points: a small file for each, named by its key, with the reason."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FAILURES
        self.failed: dict[str, str] = {}
        with plain_refusals(self.folder):
            self.folder.mkdir(exist_ok=True)
            for path in sorted(self.folder.glob("*.txt")):
                self.failed[path.stem] = path.read_text(encoding="utf-8")

    def add(self, key: str, message: str) -> None:
        """Mark a point as failed."""
        with whole_file(self.folder / f"{key}.txt") as unfinished:
            unfinished.write_text(message, encoding="utf-8")
        self.failed[key] = message

    def forget(self, key: str) -> None:
        """Let a point be tried again."""
        if self.failed.pop(key, None) is not None:
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
        whole_file(folder / f"{STATUS}{part}.csv") as unfinished,
        unfinished.open("w", newline="", encoding="utf-8") as file,
    ):
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("point", "key", "status", "message"))
        for number, key in enumerate(keys.keys, start=1):
            status = FAILED if key in failed else PENDING if is_missing(key) else DONE
            rows.writerow((number, key, status, text_cell(failed.get(key, ""))))


def write_base(folder: Path, sweep: Sweep) -> None:
    """Write the base scenario in full: its reader needs no other file."""
    with whole_file(folder / RESOLVED) as unfinished:
        unfinished.write_text(resolved_yaml(sweep.base), encoding="utf-8")


def sweep_manifest(path: Path, sweep: Sweep, keys: Keys) -> str:
    """Write what the sweep is: its file in full, base, seed, levers with their units, program.

    Return the mark of what was written; OutputError says what the disk refused.
    """
    content = {
        "title": _in_both(sweep.written.title),
        "summary": _in_both(sweep.written.summary),
        "file": sweep.file,
        "based_on": sweep.base.history.files[-1],
        "base_sha256": scenario_hash(sweep.base),
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
            {
                "name": lever.name,
                "names": _in_both(lever.wording),
                "each": _in_both(lever.each),
                "unit": lever.unit,
                "in_base": lever.base if lever.base == lever.base else None,
                "group": lever.group,
                "is_number": lever.is_number,
                "log": lever.log,
                "is_assumed": lever.name not in sweep.written.levers,
                "paths": [path_text(target.path) for target in lever.targets],
            }
            for lever in sweep.levers
        ],
        "outcomes": [
            {"name": one.name, "unit": one.unit, **one.key._asdict()} for one in sweep.outcomes
        ],
        "program": program_version(),
        "python": platform.python_version(),
    }
    with whole_file(path) as unfinished:
        text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
        unfinished.write_text(text + "\n", encoding="utf-8")
    return mark_of(content)


_AS_GIVEN = ("file", "based_on")
"""What differs between folders in which the same command is given."""


def mark_of(manifest: dict[str, Any]) -> str:
    """Return a hash of all that a manifest says of a sweep, wherever it was started."""
    said = {name: value for name, value in manifest.items() if name not in _AS_GIVEN}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:40]


def _in_both(wording: Wording | None) -> dict[str, str] | None:
    return None if wording is None else {"fr": wording.fr, "en": wording.en}
