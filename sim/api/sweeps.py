"""Sweeps from Python, and reading any folder of results."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.statistics import estimates
from sim.api.comparisons import Comparison
from sim.api.results import (
    Page,
    Results,
    html_table,
    in_python,
    written,
)
from sim.api.scenarios import finite
from sim.core.errors import (
    ArgumentError,
    InvalidValue,
    OutputError,
    RunError,
    ScenarioError,
    UnknownNameError,
    unknown_name,
)
from sim.runs.compare import is_comparison, read_comparison
from sim.runs.files import DESIGN, MANIFEST, translate_os_errors
from sim.runs.read import is_run, read_results
from sim.runs.run import read_manifest
from sim.runs.simulate import AUTO
from sim.scenarios.resolved import scenario_hash
from sim.sweeps.levers import outcome_columns
from sim.sweeps.load import load_sweep, sweep_of_assumed
from sim.sweeps.points import Sweep, question_hash
from sim.sweeps.results import FinishedSweep, read_sweep
from sim.sweeps.store import Store
from sim.sweeps.sweep import POINTS, carry_out_sweep, numbers_at, points_held
from sim.sweeps.workers import Callbacks, Progress, SweepOptions, with_options

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# --- Sweeps: many variants of a scenario, as a table, figures and single points.


@dataclass(frozen=True, repr=False, eq=False)
class SweepResults:
    """A finished sweep, made by ``sim.sweep`` or read by ``sim.read``.

    ``table``: a row per point: point, key, status ("done", "failed"), each lever, each outcome with
    its bounds ("NAME low", "NAME high"), replications, message. ``replications``: a row per point
    and replication, a column per outcome. ``folder``: where its files are.
    """

    data: FinishedSweep
    folder: Path

    @property
    def table(self) -> pd.DataFrame:
        """The points."""
        return self.data.table

    @property
    def replications(self) -> pd.DataFrame:
        """The outcomes of every replication."""
        return self.data.replications

    @property
    def levers(self) -> list[str]:
        """The names of the levers."""
        return [lever.name for lever in self.data.levers]

    @property
    def outcomes(self) -> list[str]:
        """The names of the outcomes."""
        return self.data.outcomes

    def __repr__(self) -> str:
        title = str(self.data.manifest["title"]["en"])[:120]
        points, failed = len(self.table), len(self.table) - len(self.data.done)
        levers = ", ".join(self.levers)
        return (
            f'<SweepResults "{title}", {points} point{"s" if points != 1 else ""}'
            f"{f' ({failed} failed)' if failed else ''}, levers: "
            f"{levers if len(levers) < 100 else f'{len(self.levers)} of them'}>"
        )

    def _repr_html_(self) -> str:
        columns = [*self.levers[:4], *self.outcomes[:4]]
        rows = [
            [finite(value) if isinstance(value, float | int) else str(value) for value in row]
            for row in self.data.done[columns].head(20).to_numpy(dtype=object).tolist()
        ]
        return html_table(repr(self).strip("<>"), columns, rows)

    @property
    def plots(self) -> list[str]:
        """The names of the figures its design allows."""
        from sim.figures.sweeps import figures_of

        return [figure.name for figure in figures_of(self.data)]

    def plot(self, name: str | None = None, *, lang: str = "en") -> Figure:
        """Return a figure: one of ``plots``, the first unless named.

        Raises KeyError, ValueError (language).
        """
        from sim.figures.sweeps import figure_of_sweep, figures_of
        from sim.report.sensitivity import for_readers

        shown = for_readers(self.data, lang)
        chosen = {figure.name: figure for figure in figures_of(shown)}
        if not chosen:
            raise UnknownNameError("this sweep has no figure: no outcome has numbers to be drawn")
        if name is not None and name not in chosen:
            raise UnknownNameError(unknown_name("figure", name, list(chosen)))
        return figure_of_sweep(chosen[name or next(iter(chosen))], shown, lang)

    def report(self, path: str | PathLike[str] | None = None, *, lang: str = "en") -> Page:
        """Return the page of the sweep as HTML that needs nothing else; ``path``: also a file.

        Raises ValueError (language), OutputError.
        """
        from sim.report.sweep import sweep_report

        return written(sweep_report(self.data, self.folder, lang), path)

    def evaluate(
        self,
        values: Mapping[str, float | str] | None = None,
        /,
        *,
        engine: str = AUTO,
        **levers: float | str,
    ) -> pd.Series[float]:
        """Return the outcomes at some values of the levers, with bounds: "NAME", "NAME low", ...

        ``evaluate(shelter=40)``, or ``evaluate({"services.shelter.places": 40})`` for names that
        are no words of Python; levers left out stay as in the base. A value is a number in the unit
        of its lever, or a label. A point is simulated once and kept with the others. Raises
        KeyError for levers, ArgumentError for values, OutputError where the sweep file has gone or
        was changed.
        """
        wanted = {**(values or {}), **levers}
        unknown = [name for name in wanted if name not in self.levers]
        if unknown:
            raise UnknownNameError(unknown_name("lever", unknown[0], self.levers))
        sweep, out = self._sweep(), self.folder.parent
        with translate_os_errors(out / POINTS):
            (out / POINTS).mkdir(parents=True, exist_ok=True)
        try:
            with points_held(out):
                outcomes = numbers_at(sweep, Store(out / POINTS), engine, wanted)
        except InvalidValue as error:
            raise ArgumentError(f"the scenario of this point cannot be used: {error}") from None
        mean, low, high, *_ = estimates(outcomes)
        return pd.Series(
            {
                column: float(number[place])
                for place, outcome in enumerate(sweep.outcomes)
                for column, number in zip(
                    outcome_columns(outcome.name), (mean, low, high), strict=True
                )
            },
            dtype=np.float64,
        )

    def _sweep(self) -> Sweep:
        """Return the sweep as its file describes it; raises OutputError if that is another."""
        manifest = self.data.manifest
        file = str(manifest["file"])
        try:
            sweep = _read(file)
        except ScenarioError as error:
            raise OutputError(f"points are simulated from the sweep file: {error}") from None
        options = SweepOptions(
            replications=None if manifest["until"] else int(manifest["replications"]),
            seed=int(manifest["seed"]),
        )
        sweep = with_options(sweep, options)
        hashes = (scenario_hash(sweep.base), question_hash(sweep))
        if hashes != (manifest["base_sha256"], manifest.get("question_sha256")):
            raise OutputError(
                f"{file} or its base was changed since this sweep was made: make the sweep again"
            )
        return sweep


def _read(file: str) -> Sweep:
    try:
        return load_sweep(file)
    except ScenarioError:
        with suppress(ScenarioError):
            return sweep_of_assumed(file)  # the sweep of a scenario file
        raise


def sweep(
    file: str | PathLike[str],
    *,
    out: str | PathLike[str] | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    threads: bool = False,
    cluster: str | None = None,
    shard: tuple[int, int] | None = None,
    engine: str = AUTO,
    assumed: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> SweepResults:
    """Simulate all points of a sweep file and return them as a table.

    ``out``: points are kept in ``out/points`` and tables in ``out/NAME OF FILE``; what is there is
    not simulated again (default: a temporary folder). ``replications``, ``seed``: those of the file
    unless given. ``workers``: cores (default: all); ``threads``: as threads; ``cluster``: "local:N"
    or the address of a dask scheduler; ``shard``: (number, of how many), for job arrays.
    ``assumed``: the file is a scenario, of which every assumed number is varied alone.
    ``progress``: called with (points done, points to do). Raises ScenarioError, ArgumentError,
    RunError (points are left to other shards), OutputError.
    """
    options = SweepOptions(replications, seed, workers, threads, cluster, shard, engine, assumed)

    def report(now: Progress) -> None:
        if progress is not None:
            progress(now.done + now.failed, now.done + now.failed + now.left)

    home = Path(tempfile.mkdtemp() if out is None else out)
    with ExitStack() as on_error, in_python():
        if out is None:
            on_error.callback(shutil.rmtree, home, ignore_errors=True)
        ended = carry_out_sweep(file, home, options, Callbacks(progress=report))
        if ended.left:
            left = "1 point is" if ended.left == 1 else f"{ended.left} points are"
            raise RunError(f"{left} left to other shards: there is no table yet")
        results = SweepResults(read_sweep(ended.folder), ended.folder)
        on_error.pop_all()
    if out is None:  # the folder goes with the results
        weakref.finalize(results, shutil.rmtree, home, ignore_errors=True)
    return results


# --- Folders of results, read back as what they hold.

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
            raise ArgumentError(f"{path.as_posix()} is {what}")
        if (path / DESIGN).is_file():
            return SweepResults(read_sweep(path), path)
        if not (path / MANIFEST).is_file():
            raise ArgumentError(_nothing(path))
        if is_comparison(path):
            return Comparison(read_comparison(path), path)
        if is_run(path):
            return Results(read_results(path), path)
        raise ArgumentError(_other(path))


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
