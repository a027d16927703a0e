"""Folders of results, read back as what they hold."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from sim.api.comparisons import Comparison
from sim.api.results import Results
from sim.api.sweeps import SweepResults
from sim.api.writing import comparison_with_own, in_python, results_with_own
from sim.experiments.comparison_store import is_comparison, read_comparison
from sim.experiments.folder import DESIGN, MANIFEST
from sim.experiments.reading import is_run, read_results
from sim.experiments.store import read_manifest
from sim.experiments.sweep.results import read_sweep
from sim.vocabulary.errors import WishError

MOST_NAMED = 12
"""Names in a folder that a message repeats."""


def read(folder: str | PathLike[str]) -> Results | Comparison | SweepResults:
    """Return what a folder of results holds: Results, a Comparison or SweepResults.

    Raises ArgumentError where it holds none of them (with what it holds), or files that are
    damaged or were changed; OutputError for a sweep that is not finished; ScenarioError.
    """
    path = Path(folder)
    with in_python():
        if not path.is_dir():
            what = "a file, not a folder of results" if path.exists() else "not there"
            raise WishError(f"{path.as_posix()} is {what}")
        if (path / DESIGN).is_file():
            return SweepResults(read_sweep(path), path)
        if not (path / MANIFEST).is_file():
            raise WishError(_nothing(path))
        if is_comparison(path):
            return Comparison(comparison_with_own(read_comparison(path)), path)
        if is_run(path):
            return Results(results_with_own(read_results(path), path), path)
        raise WishError(_other(path))


def _nothing(path: Path) -> str:
    """Say that a folder holds no results, and where some are."""
    inside = sorted(each for each in path.iterdir() if not each.name.startswith("."))
    results = [each.as_posix() for each in inside if (each / MANIFEST).is_file()]
    text = f"{path.as_posix()} holds no results ({MANIFEST} is missing)"
    if results:
        return f"{text}; results are in: {_listed(results)}"
    names = [each.name for each in inside]
    return f"{text}; it holds: {_listed(names)}" if names else f"{text}; it is empty"


def _other(path: Path) -> str:
    content = read_manifest(path)
    if "scenarios" in content:
        return f"{path.as_posix()} holds reference results: see 'maraude reference'"
    return (
        f"{path.as_posix()} holds no run, comparison or sweep; its {MANIFEST} has: "
        f"{_listed(sorted(content)) or 'nothing'}"
    )


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} and {len(names) - MOST_NAMED} more" if names[MOST_NAMED:] else shown
