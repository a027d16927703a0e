"""Reference results: what every shipped scenario gives, kept in the project, to see what moves.

``manifest.json`` names scenarios, hashes and versions; ``NAME/estimates.csv`` holds the means over
few replications of every number of the whole period and all people. They show a reviewer what a
change of the code or of a scenario moved; they are too few to conclude anything from.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import inf, nan
from pathlib import Path
from typing import Any

from sim.analysis.statistics import is_same
from sim.analysis.windows import WHOLE
from sim.core.errors import ArgumentError
from sim.runs.files import MANIFEST, REFERENCE, Contents, atomic_folder
from sim.runs.findings import HEADLINES
from sim.runs.pool import shared_pool
from sim.runs.run import (
    COLUMNS,
    ESTIMATES,
    Results,
    damaged,
    estimate_rows,
    read_manifest,
    run,
    versions,
    write_manifest,
)
from sim.runs.simulate import AUTO

REPLICATIONS = 4
"""Replications of each scenario: enough to see a change, few enough for every check."""
DIGITS = 8
"""Digits written; the last may differ between machines."""
TOLERANCE = 1e-6
"""Relative difference that is not a change: one more would be seen, another machine is not."""
LEFT_OUT = ("sweeps",)
"""Folders of scenarios that hold something else."""

Draw = Callable[[dict[str, Results], Path], None]
"""Draws figures of scenarios (by name) into the folder that has a folder for each."""
Announce = Callable[[str], None]


class Kind(StrEnum):
    """What can differ from the reference; each value is the end of a key of the catalogues."""

    SCENARIO_GONE = "scenario_gone"
    SCENARIO_NEW = "scenario_new"
    SCENARIO_CHANGED = "scenario_changed"
    NUMBER_GONE = "number_gone"
    NUMBER_NEW = "number_new"
    NUMBER_MOVED = "number_moved"
    INTERVAL_MOVED = "interval_moved"
    FIGURE_GONE = "figure_gone"
    FIGURE_NEW = "figure_new"
    FIGURE_CHANGED = "figure_changed"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as in the reference, and in which scenario.

    ``measure``, ``service``, means ``before`` and ``after`` and ``unit``: of a number that moved.
    ``figure``: the file of a figure.
    """

    scenario: str
    kind: Kind
    measure: str = ""
    service: str = ""
    before: float = nan
    after: float = nan
    unit: str = ""
    figure: str = ""


def shipped(folder: Path) -> dict[str, Path]:
    """Return the scenario files of a folder by name (``what-if/more-housing``), in order."""
    files = {
        path.relative_to(folder).with_suffix("").as_posix(): path
        for path in sorted(folder.rglob("*.yaml"))
        if path.relative_to(folder).parts[0] not in LEFT_OUT
    }
    if not files:
        raise ArgumentError(f"there is no scenario in {folder.as_posix()}")
    return files


def make_reference(
    scenarios: Path,
    out: Path,
    *,
    engine: str = AUTO,
    workers: int | None = 1,
    draw: Draw | None = None,
    announce: Announce | None = None,
    replace: bool = False,
) -> None:
    """Run every scenario in ``scenarios`` and write the reference to ``out``, whole or not at all.

    Same code, scenarios and versions give the same bytes. ScenarioError, RunError, OutputError.
    """
    ran: dict[str, Results] = {}
    ours = Contents(REFERENCE)
    with atomic_folder(out, ours, replace) as folder, shared_pool(engine, workers) as pool:
        for name, file in shipped(scenarios).items():
            if announce is not None:
                announce(name)
            ran[name] = run(
                file,
                replications=REPLICATIONS,
                engine=engine,
                workers=pool,
                summary=draw is not None,
            )
            (folder / name).mkdir(parents=True)
            _write_estimates(folder / name / ESTIMATES, ran[name])
        if draw is not None:
            draw(ran, folder)
        write_manifest(folder, _manifest(ran))


def _write_estimates(path: Path, results: Results) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow((*COLUMNS, "mean", "low", "high", "unit"))
        for key, numbers, unit in estimate_rows(results):
            if not key.other and key.class_id == WHOLE and key.period == WHOLE:
                digits = (f"{n:.{DIGITS}g}" if n == n else "" for n in numbers[:3])
                table.writerow((*key, *digits, unit))


def _manifest(ran: dict[str, Results]) -> dict[str, Any]:
    return {
        "about": "made by `maraude reference`, checked by `maraude reference --check`",
        "replications": REPLICATIONS,
        "versions": {name: versions()[name] for name in ("maraude", "matplotlib")},
        "scenarios": {
            name: {"sha256": results.hash, "seed": results.seed} for name, results in ran.items()
        },
    }


# ------------------------------------------------------------------------------- checking


def what_moved(reference: Path, now: Path, figures: bool = True) -> list[Finding]:
    """Return everything that differs between two folders of reference results, by scenario.

    Figures are compared to the byte, but only if both were drawn by the same matplotlib.
    """
    if not (reference / MANIFEST).is_file():
        raise ArgumentError(
            f"there is no reference in {reference.as_posix()}; make it with 'maraude reference'"
        )
    kept, made = (_manifest_of(folder) for folder in (reference, now))
    findings = []
    for name in sorted({**kept["scenarios"], **made["scenarios"]}):
        findings += list(_scenario_moved(name, kept, made, reference, now))
    if figures and comparable_figures(reference, now):
        findings += list(_figures_moved(reference, now))
    return sorted(findings, key=lambda finding: finding.scenario)


def _manifest_of(folder: Path) -> dict[str, Any]:
    manifest = read_manifest(folder)
    for name in ("scenarios", "versions"):
        if not isinstance(manifest.get(name), dict):
            raise damaged(folder / MANIFEST, f"{name}: an object is expected")
    return manifest


def comparable_figures(reference: Path, now: Path) -> bool:
    """Return whether the figures of both were drawn by the same version of matplotlib."""
    drawn_by = {_manifest_of(folder)["versions"].get("matplotlib") for folder in (reference, now)}
    return len(drawn_by) == 1


def _scenario_moved(
    name: str, kept: dict[str, Any], made: dict[str, Any], reference: Path, now: Path
) -> Iterator[Finding]:
    if name not in made["scenarios"]:
        yield Finding(name, Kind.SCENARIO_GONE)
    elif name not in kept["scenarios"]:
        yield Finding(name, Kind.SCENARIO_NEW)
    else:
        if kept["scenarios"][name] != made["scenarios"][name]:
            yield Finding(name, Kind.SCENARIO_CHANGED)
        yield from _numbers_moved(name, *(_estimates(folder / name) for folder in (reference, now)))


Estimates = dict[tuple[str, ...], tuple[tuple[float, ...], str]]
"""Mean, low, high and unit of each number."""


def _estimates(folder: Path) -> Estimates:
    path = folder / ESTIMATES
    try:
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
            if any(len(row) != len(header) for row in rows):
                raise ValueError("a row is cut short")
        return {
            tuple(row[:5]): (tuple(float(n) if n else nan for n in row[5:-1]), row[-1])
            for row in rows
        }
    except (OSError, ValueError, csv.Error) as error:
        raise ArgumentError(
            f"{path.as_posix()} cannot be read ({error}): make the reference again with 'maraude "
            "reference'"
        ) from error


def _numbers_moved(name: str, kept: Estimates, made: Estimates) -> Iterator[Finding]:
    """Yield each number that moved: the headlines first, then by how much."""

    def rank(key: tuple[str, ...]) -> tuple[bool, float]:
        before, after = kept[key][0][0], made[key][0][0]
        largest = max(abs(before), abs(after))
        share = abs(after - before) / largest if 0 < largest < inf else 1.0
        return key[:2] not in HEADLINES, -share

    moved = [key for key in kept if key in made and not _same(kept[key][0], made[key][0])]
    for key in sorted(moved, key=rank):
        before, after, unit = kept[key][0], made[key][0], made[key][1]
        kind = Kind.INTERVAL_MOVED if _same(before[:1], after[:1]) else Kind.NUMBER_MOVED
        yield Finding(name, kind, key[0], key[1], before[0], after[0], unit)
    for key in {**kept, **made}:
        if key not in made:
            yield Finding(name, Kind.NUMBER_GONE, key[0], key[1])
        elif key not in kept:
            yield Finding(name, Kind.NUMBER_NEW, key[0], key[1])


def _same(before: tuple[float, ...], after: tuple[float, ...]) -> bool:
    return all(
        (a != a and b != b) or bool(is_same(a, b)) or abs(a - b) <= TOLERANCE * max(abs(a), abs(b))
        for a, b in zip(before, after, strict=True)
    )


def _figures_moved(reference: Path, now: Path) -> Iterator[Finding]:
    """Yield each figure that is not there in both, or not the same to the byte."""
    kept, made = (
        {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.svg")}
        for folder in (reference, now)
    )
    for name in sorted({**kept, **made}):
        scenario, _, figure = name.rpartition("/")
        if name not in made:
            yield Finding(scenario, Kind.FIGURE_GONE, figure=figure)
        elif name not in kept:
            yield Finding(scenario, Kind.FIGURE_NEW, figure=figure)
        elif kept[name].read_bytes() != made[name].read_bytes():
            yield Finding(scenario, Kind.FIGURE_CHANGED, figure=figure)
