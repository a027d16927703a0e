"""The files of a finished sweep, read with care: damaged ones are named, with what mends them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.analysis.sensitivity import (
    FEWEST,
    Effect,
    SubstitutionRate,
    TornadoBar,
    exchange,
    foremost,
    foremost_swings,
    is_too_few,
    morris,
    noise_share,
    rank_correlations,
    sobol,
    swings,
)
from sim.analysis.statistics import LEVEL, Array, Interval, paired_difference
from sim.core.errors import ArgumentError, OutputError, ScenarioError
from sim.runs.files import DESIGN, MANIFEST
from sim.runs.run import RESOLVED
from sim.scenarios.loading import load
from sim.scenarios.schema import Scenario
from sim.sweeps.file import ALL_ASSUMED, ONE_AT_A_TIME
from sim.sweeps.levers import PLACE
from sim.sweeps.table import DONE, MARK, REPLICATIONS, TABLE_PARQUET, mark_of

# --- The files of a finished sweep, read with care: damaged ones are named, with what mends them.


def refuse_unfinished(folder: Path) -> None:
    """Raise OutputError if a folder is not that of a sweep, or has no table yet."""
    with _named(folder):
        if not (folder / MANIFEST).is_file() or not (folder / DESIGN).is_file():
            raise OutputError(f"{folder} is not the folder of a sweep ({DESIGN} is missing)")
        if not (folder / TABLE_PARQUET).is_file():
            raise OutputError(
                f"the sweep in {folder} is not finished ({TABLE_PARQUET} is missing): "
                "run it again until no point is left"
            )


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a sweep; OutputError if it cannot be read."""
    with _named(folder / MANIFEST):
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if not isinstance(manifest, dict):
            raise ValueError("no object")
        return manifest


def read_columns(path: Path) -> pd.DataFrame:
    """Return a table of a sweep; OutputError if it cannot be read."""
    with _named(path):
        return pd.read_parquet(path)


def refuse_mixed(folder: Path, manifest: dict[str, Any]) -> None:
    """Raise OutputError if the table of a sweep is older than its manifest.

    That is so where the sweep was changed and then stopped.
    """
    with _named(folder / TABLE_PARQUET):
        mark = (pq.read_schema(folder / TABLE_PARQUET).metadata or {}).get(MARK, b"")
    if mark and mark.decode() != mark_of(manifest):
        raise OutputError(
            f"the sweep in {folder} has been changed since its table was made: "
            "run it again until no point is left"
        )


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn every way in which a file cannot be read into an OutputError that names it."""
    try:
        yield
    except FileNotFoundError as error:
        raise OutputError(f"{path} is missing: {_MEND}") from error
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise OutputError(f"{path} cannot be read ({why.splitlines()[0]}): {_MEND}") from error


_MEND = "run the sweep again, which makes it from the points kept"


# --- A finished sweep, read back from its folder for figures and reports.

STREET_NIGHTS, COST, NIGHT = (
    "street nights per year", "cost per year", "people without a place per night"
)  # fmt: skip
"""Measures the readings know."""


@dataclass(frozen=True, slots=True)
class FinishedLever:
    """A lever as the manifest describes it, with what its author calls it and one more of it.

    ``log``: its values are spaced as logarithms. ``is_assumed``: a number the scenario assumes,
    which nobody has named. ``reach``: between which values it was varied, with their unit, where
    readers ask.
    """

    name: str
    names: Mapping[str, str] | None
    each: Mapping[str, str] | None
    unit: str
    in_base: float | None
    group: int
    is_number: bool
    log: bool
    is_assumed: bool
    paths: tuple[str, ...]
    reach: str = ""

    def called(self, lang: str) -> str:
        """Return its name for readers; the English one where it has none in a language."""
        return self.names.get(lang) or self.names["en"] if self.names else self.name

    def title(self, lang: str) -> str:
        """Return its name for readers, with its unit."""
        name = self.called(lang)
        return f"{name} [{self.unit}]" if self.unit and not self.reach else name


@dataclass(frozen=True, slots=True)
class Along:
    """How much an outcome changes from one point to another (common random numbers at both).

    ``first``, ``last``: the values of the axes there. The interval of two that were picked because
    they are furthest apart holds with 95 % for all pairs of points at once.
    """

    first: tuple[float | str, ...]
    last: tuple[float | str, ...]
    change: Interval


@dataclass(frozen=True, slots=True, eq=False)
class FinishedSweep:
    """A finished sweep: what it is, its table of points, and outcomes by replication.

    ``base``: the base scenario, None where this version cannot read it.
    """

    manifest: dict[str, Any]
    levers: tuple[FinishedLever, ...]
    table: pd.DataFrame
    replications: pd.DataFrame
    places: Array
    base: Scenario | None = None

    @property
    def outcomes(self) -> list[str]:
        """Return the names of the outcomes."""
        return [str(outcome["name"]) for outcome in self.manifest["outcomes"]]

    @property
    def design(self) -> str:
        """Return the kind of design."""
        return str(self.manifest["design"])

    @property
    def done(self) -> pd.DataFrame:
        """Return the points that have numbers."""
        return self.table[self.table["status"] == DONE]

    def outcome(self, measure: str) -> str | None:
        """Return the first outcome of a measure, over all classes and the whole period."""
        wanted = (measure, "all", "all")
        for number in self.manifest["outcomes"]:
            if (number["measure"], number["class_id"], number["period"]) == wanted:
                return str(number["name"])
        return None

    def unit(self, outcome: str) -> str:
        """Return the unit of an outcome."""
        return next(str(o["unit"]) for o in self.manifest["outcomes"] if o["name"] == outcome)

    def in_replications(self, outcome: str, points: Sequence[int] | None = None) -> Array:
        """Return an outcome by replications and points, as many replications as all points have."""
        wide = self.replications.pivot(index="replication", columns="point", values=outcome)
        chosen = wide if points is None else wide[list(points)]
        return chosen.dropna().to_numpy(dtype=float)

    # ------------------------------------------------------------------ readings

    @property
    def axes(self) -> list[FinishedLever]:
        """Return the first lever of each group, numbers first: the others move with it."""
        return sorted(self._firsts(), key=lambda lever: not lever.is_number)

    @property
    def names(self) -> list[str]:
        """Return the names of the first levers of the groups, in the order of ``places``."""
        return [lever.name for lever in self._firsts()]

    def _firsts(self) -> list[FinishedLever]:
        firsts: dict[int, FinishedLever] = {}
        for lever in self.levers:
            firsts.setdefault(lever.group, lever)
        return [firsts[group] for group in sorted(firsts)]

    @property
    def is_line(self) -> bool:
        """Say whether the points differ in one number alone."""
        return len(self.axes) == 1 and self.axes[0].is_number

    def swings(self, outcome: str) -> list[TornadoBar]:
        """Return the swing of each lever (design "one at a time")."""
        values = {
            point: rows[outcome].to_numpy(dtype=float)
            for point, rows in self.replications.groupby("point")
        }
        if 1 not in values:
            return []
        pairs = [
            (name, (values[2 + 2 * place], values[3 + 2 * place]))
            for place, name in enumerate(self.names)
            if 2 + 2 * place in values and 3 + 2 * place in values
        ]
        least = min(len(rows) for rows in values.values())
        ends = [(low[:least], high[:least]) for _, (low, high) in pairs]
        return swings(values[1][:least], ends, [name for name, _ in pairs])

    def effects(self, outcome: str) -> dict[str, list[Effect]]:
        """Return what each lever does, by the index the design allows; empty if a point failed."""
        values = self._crossed(outcome)
        if self.design in ("morris", "saltelli"):
            if values.shape[1] < len(self.table) or not len(values):
                return {}
            if self.design == "morris":
                means, sigma = morris(self.places, values, self.names)
                spread = zip(self.names, sigma.tolist(), strict=True)
                return {
                    "morris": means,
                    "sigma": [Effect(name, size, np.nan, np.nan, False) for name, size in spread],
                }
            first, total = sobol(values, self.names, int(self.manifest["seed"]) % 2**32)
            return {"total": total, "first": first}
        names, inputs = self._inputs()
        known = self._known(outcome)
        if known.sum() < FEWEST or not names or not len(values):
            return {}
        return {"correlation": rank_correlations(inputs[known], values, names)}

    def _known(self, outcome: str) -> NDArray[np.bool_]:
        """Return which points have the outcome, and a number for each lever that has an order."""
        inputs = self._inputs()[1]
        values = self.table[outcome].where(self.table["status"] == DONE).to_numpy(dtype=float)
        return np.asarray(np.isfinite(values) & np.isfinite(inputs).all(axis=1))

    def _crossed(self, outcome: str) -> Array:
        """Return an outcome by replications and the points that have it."""
        return self.in_replications(outcome, self.table["point"][self._known(outcome)].tolist())

    def noise_share(self, outcome: str) -> float:
        """Return the share of the variance between points that is Monte Carlo error; nan if none.

        Only of designs that are read by an index of each lever.
        """
        if self.design == ONE_AT_A_TIME or not self.effects(outcome):
            return math.nan
        return noise_share(self._crossed(outcome))

    def are_few(self, outcome: str) -> bool:
        """Say whether replications are too few to call any lever sure."""
        known = self.done[np.isfinite(self.done[outcome])]
        return is_too_few(self.in_replications(outcome, known["point"].tolist()))

    def _inputs(self) -> tuple[list[str], Array]:
        """Return the axes and where each point is on them, for correlations.

        Levers of words have no order. A list of points has no places, only values.
        """
        numbers = [place for place, lever in enumerate(self._firsts()) if lever.is_number]
        names = [self.names[place] for place in numbers]
        if self.places.shape[1]:
            return names, self.places[:, numbers]
        return names, self.table[names].to_numpy(dtype=float)

    def most_influential(self, outcome: str) -> list[str] | None:
        """Return the levers of which one counts most; empty where no effect differs from zero.

        None: not known, because some points failed or there are too few. A lever that cannot
        be compared (its ends failed, or its values are words) is never ruled out.
        """
        if self.design != ONE_AT_A_TIME:
            effects = next(iter(self.effects(outcome).values()), None)
            if effects is None:
                return None
            seen = {effect.name for effect in effects}
            first = [effect.name for effect in foremost(effects)]
        else:
            bars = self.swings(outcome)
            seen = {bar.name for bar in bars}
            first = [bar.name for bar in foremost_swings(bars)]
        unseen = [name for name in self.names if name not in seen]
        return None if unseen and not first else [*first, *unseen]

    def exchange(self, outcome: str, where: pd.DataFrame | None = None) -> SubstitutionRate | None:
        """Return what a unit of the first lever is worth in units of the second; None if unknown.

        ``where``: only these points. At least three that do not lie on a line are needed.
        """
        axes = self.axes[:2]
        if len(axes) < 2 or not all(lever.is_number for lever in axes):
            return None
        rows = self.done if where is None else where
        first, other = (rows[lever.name].to_numpy(dtype=float) for lever in axes)
        outcomes = self.in_replications(outcome, [int(point) for point in rows["point"]])
        if len(rows) < 3 or np.ptp(first) == 0 or np.ptp(other) == 0 or len(outcomes) < 2:
            return None
        if not np.isfinite(outcomes).all():
            return None
        others = [lever.name for lever in self.axes[2:]]
        blocks = rows.groupby(others).ngroup().to_numpy() if others else np.zeros(len(rows), int)
        if blocks.max() + 3 > len(rows):
            return None
        return exchange(first, other, outcomes, blocks=blocks)

    def along(self, outcome: str) -> Along | None:
        """Return what changes along the only number, else from the highest outcome to the lowest.

        None without two points that have the number in two or more replications.
        """
        levers, rows = [lever.name for lever in self.axes], self.done
        rows = rows[np.isfinite(rows[outcome])].sort_values(
            levers[0] if self.is_line else outcome, ascending=self.is_line, kind="stable"
        )
        if len(rows) < 2:
            return None
        first, last = rows.iloc[0], rows.iloc[-1]
        values = self.in_replications(outcome, [int(row["point"]) for row in (first, last)])
        if len(values) < 2:
            return None
        start, other = (tuple(row[name] for name in levers) for row in (first, last))
        pairs = 1 if self.is_line else len(rows) * (len(rows) - 1) // 2  # of which this is one
        level = 1 - (1 - LEVEL) / pairs
        return Along(start, other, paired_difference(values[:, 1], values[:, 0], level))


def read_sweep(folder: Path) -> FinishedSweep:
    """Return the finished sweep of a folder.

    Raises OutputError if it is none, is not finished, or a file in it cannot be read.
    """
    refuse_unfinished(folder)
    manifest = read_manifest(folder)
    try:
        levers = tuple(
            FinishedLever(**{**lever, "paths": tuple(lever["paths"])})
            for lever in manifest["levers"]
        )
    except (KeyError, TypeError) as error:
        text = f"the sweep in {folder} was made by another version of maraude: run it again"
        raise OutputError(text) from error
    refuse_mixed(folder, manifest)
    base, design = None, read_columns(folder / DESIGN)
    with suppress(OSError, ScenarioError):
        base = load(folder / RESOLVED)
    columns = [name for name in design.columns if name.startswith(PLACE)]
    return FinishedSweep(
        manifest,
        levers,
        read_columns(folder / TABLE_PARQUET),
        read_columns(folder / REPLICATIONS),
        design[columns].to_numpy(dtype=float),
        base,
    )


def read_sensitivity(folder: Path, scenario_sha256: str, file: str) -> FinishedSweep:
    """Return the finished sweep over the assumed numbers of the scenario reported.

    ``file``: what that scenario was read from, for messages. Raises OutputError where the folder is
    no finished sweep, ArgumentError where the sweep is of something else.
    """
    swept, shown = read_sweep(folder), folder.as_posix()
    mend = f"make one that is: maraude sweep {file} --assumed"
    if swept.manifest.get("uncertain") != ALL_ASSUMED:
        raise ArgumentError(f"{shown} is not a sweep over what is assumed in {file}; {mend}")
    varied = str(swept.manifest.get("base_sha256", ""))
    if varied != scenario_sha256:
        raise ArgumentError(
            f"{shown} is a sweep of another scenario ({swept.manifest['based_on']}, "
            f"{varied[:12] or 'hash unknown'}) than this report ({file}, {scenario_sha256[:12]}): "
            f"it says nothing about it; {mend}"
        )
    if swept.done.empty:
        raise ArgumentError(f"{shown} has no point with numbers: see status.csv in it")
    return swept
