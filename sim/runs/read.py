"""A folder of results, read back as the results it was written from."""

from __future__ import annotations

import csv
from os import PathLike
from pathlib import Path
from typing import Annotated, TypeVar

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from sim.analysis.measures import Key, keys
from sim.analysis.windows import Array
from sim.core.errors import ArgumentError, path_text
from sim.core.log import Outline
from sim.plan.build import plan_of
from sim.runs.files import DESIGN, MANIFEST
from sim.runs.run import (
    CURVES,
    MEASURES,
    OWN_MEASURES,
    RESOLVED,
    RUN_AGAIN,
    Results,
    damaged,
    read_curves,
    read_manifest,
    read_own,
    refuse_changed,
)
from sim.scenarios.loading import load
from sim.scenarios.values import Wording

NEEDED = (RESOLVED, MEASURES, CURVES)


def is_run(path: Path) -> bool:
    """Return whether a folder holds the results of a run."""
    return (path / MANIFEST).is_file() and "scenario" in read_manifest(path)


class _Loop(BaseModel):
    replication: int
    day: float
    services: list[str]


class _InBoth(BaseModel):
    fr: str = Field(min_length=1)
    en: str = Field(min_length=1)


class _Scenario(BaseModel):
    file: str
    sha256: str
    because: dict[str, Annotated[str, Field(min_length=1)] | _InBoth]


class RunManifest(BaseModel):
    """What has to stand in the manifest of a run for its results to be read back."""

    scenario: _Scenario
    seed: int
    replications: int = Field(ge=1)
    first_replication: int
    engine: str
    precision_not_reached: list[str]
    locked_loops: list[_Loop]
    elapsed_seconds: float
    events: int
    versions: dict[str, str]
    files: dict[str, str]


Model = TypeVar("Model", bound=BaseModel)


def manifest_as(model: type[Model], folder: Path) -> Model:
    """Return the manifest of a folder; ArgumentError with the first thing wrong in it."""
    try:
        return model.model_validate(read_manifest(folder))
    except ValidationError as error:
        first = error.errors()[0]
        why = f"{path_text(first['loc'])}: {first['msg'].lower()}"
        raise damaged(folder / MANIFEST, why) from error


def read_results(folder: str | PathLike[str], again: str = RUN_AGAIN) -> Results:
    """Return the results in a folder.

    Raises ArgumentError where a file is missing, damaged or not as it was written (``again``: what
    mends that), ScenarioError where the scenario cannot be read by this version.
    """
    folder = Path(folder)
    manifest = _checked(folder, again)
    scenario = load(folder / RESOLVED)
    plan = plan_of(scenario)
    keys_read, values = _measures(folder, manifest, plan.outline)
    courses, summary = read_curves(folder / CURVES)
    return Results(
        plan=plan,
        seed=manifest.seed,
        engine=manifest.engine,
        keys=keys_read,
        values=values,
        courses=courses,
        first=manifest.first_replication,
        locked=[
            (loop.replication, loop.day, tuple(loop.services)) for loop in manifest.locked_loops
        ],
        missed=manifest.precision_not_reached,
        events=manifest.events,
        elapsed_seconds=manifest.elapsed_seconds,
        scenario=scenario,
        reasons={path: _wording(text) for path, text in manifest.scenario.because.items()},
        hash=manifest.scenario.sha256,
        file=manifest.scenario.file,
        summary=summary,
        version=manifest.versions.get("maraude", ""),
        own=read_own(folder / OWN_MEASURES),
    )


def _wording(text: str | _InBoth) -> Wording:
    return Wording(text, text) if isinstance(text, str) else Wording(text.fr, text.en)


def _checked(folder: Path, again: str) -> RunManifest:
    """Return the manifest of a folder whose files are those that were written."""
    if not folder.exists():
        raise ArgumentError(f"there is no folder {folder.as_posix()}")
    if (folder / DESIGN).is_file():
        raise ArgumentError(
            f"{folder.as_posix()} is the folder of a sweep, not of a run: "
            "'maraude sweep-report' makes its page and figures"
        )
    if not is_run(folder):
        raise ArgumentError(
            f"{folder.as_posix()} is not the folder of a run (its {MANIFEST} is missing or of "
            "something else); 'maraude run' makes one"
        )
    manifest = manifest_as(RunManifest, folder)
    for name in NEEDED:
        if name not in manifest.files or not (folder / name).is_file():
            raise ArgumentError(f"{folder.as_posix()} cannot be used: {name} is missing; {again}")
    refuse_changed(folder, manifest.files, again)
    return manifest


def _measures(folder: Path, manifest: RunManifest, outline: Outline) -> tuple[list[Key], Array]:
    """Return keys and values (R, K), keys in the order of the tables, then those unknown today."""
    first, count = manifest.first_replication, manifest.replications
    columns = {key: column for column, key in enumerate(keys(outline))}
    cells = []
    with (folder / MEASURES).open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for replication, *words, value in rows:
            column = columns.setdefault(Key(*words), len(columns))
            cells.append((int(replication) - first, column, float(value)))
    if {row for row, _, _ in cells} != set(range(count)):
        why = f"{MEASURES} has other replications than 'first_replication' and 'replications' say"
        raise damaged(folder / MANIFEST, why)
    values = np.full((count, len(columns)), np.nan)
    for row, column, number in cells:
        values[row, column] = number
    return list(columns), values
