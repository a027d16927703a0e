"""A folder of results, read back as the results it was written from."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from sim.analysis.tables import Key, keys
from sim.analysis.windows import Array
from sim.experiments.curves import CURVES, read_curves
from sim.experiments.folder import MANIFEST
from sim.experiments.run import Results
from sim.experiments.store import MEASURES, RESOLVED, read_manifest
from sim.experiments.sweep.design_file import DESIGN
from sim.log import Outline
from sim.plan import plan_of
from sim.scenario import load
from sim.scenario.reading import read_wording
from sim.vocabulary.errors import WishError

NEEDED = (RESOLVED, MEASURES, CURVES)


def is_run(path: Path) -> bool:
    """Return whether a folder holds the results of a run."""
    return (path / MANIFEST).is_file() and "scenario" in read_manifest(path)


def read_results(folder: Path) -> Results:
    """Return the results in a folder.

    Raises WishError where a file is missing or is not the one the manifest names, ScenarioError
    where the scenario cannot be read by this version.
    """
    manifest = _checked(folder)
    scenario = load(folder / RESOLVED)
    plan = plan_of(scenario)
    found, values = _measures(folder / MEASURES, manifest, plan.outline)
    courses, summary = read_curves(folder / CURVES)
    return Results(
        plan=plan,
        seed=manifest["seed"],
        engine=manifest["engine"],
        keys=found,
        values=values,
        courses=courses,
        first=manifest["first_replication"],
        locked=[
            (one["replication"], one["day"], tuple(one["services"]))
            for one in manifest["locked_loops"]
        ],
        missed=manifest["precision_not_reached"],
        events=manifest["events"],
        elapsed_seconds=manifest["elapsed_seconds"],
        scenario=scenario,
        reasons={
            path: read_wording(text) for path, text in manifest["scenario"]["because"].items()
        },
        hash=manifest["scenario"]["sha256"],
        file=manifest["scenario"]["file"],
        summary=summary,
        version=manifest["versions"]["maraude"],
    )


def _checked(folder: Path) -> dict[str, Any]:
    """Return the manifest of a folder whose files are those that were written."""
    if not folder.exists():
        raise WishError(f"there is no folder {folder.as_posix()}")
    if (folder / DESIGN).is_file():
        raise WishError(
            f"{folder.as_posix()} is the folder of a sweep, not of a run: "
            "'maraude sweep-report' makes its page and figures"
        )
    if not is_run(folder):
        raise WishError(
            f"{folder.as_posix()} is not the folder of a run (its {MANIFEST} is missing or of "
            "something else); 'maraude run' makes one"
        )
    manifest = read_manifest(folder)
    for name in NEEDED:
        if not (folder / name).is_file():
            raise WishError(f"{folder.as_posix()} cannot be used: {name} is missing; run it again")
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if digest != manifest["files"].get(name):
            raise WishError(
                f"{folder.as_posix()} cannot be used: {name} was changed after the run; "
                "run it again"
            )
    return manifest


def _measures(path: Path, manifest: dict[str, Any], outline: Outline) -> tuple[list[Key], Array]:
    """Return keys and values (R, K), keys in the order of the tables, then those unknown today."""
    first, count = manifest["first_replication"], manifest["replications"]
    columns = {key: column for column, key in enumerate(keys(outline))}
    cells = []
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for replication, *words, value in rows:
            column = columns.setdefault(Key(*words), len(columns))
            cells.append((int(replication) - first, column, float(value)))
    values = np.full((count, len(columns)), np.nan)
    for row, column, number in cells:
        values[row, column] = number
    return list(columns), values
