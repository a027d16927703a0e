"""The figures of a finished sweep: which ones its design allows, and their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

from sim.experiments.sweep.results import Swept
from sim.experiments.sweep.written import ONE_AT_A_TIME
from sim.presentation.figures import sweep_bars, sweep_curve, sweep_map, sweep_pareto, sweep_points
from sim.presentation.figures.style import FORMATS
from sim.presentation.figures.writing import Drawn, write_figure
from sim.presentation.words import words

FINE = 3
"""Values of two numbers from which a panel for each word of a third lever shows more than dots."""
SAMPLED = (ONE_AT_A_TIME, "morris", "saltelli")
"""Designs that are read by their indices alone."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A figure of a sweep: its file name, who draws it, and the outcome it shows."""

    name: str
    module: ModuleType
    outcome: str

    def title(self, swept: Swept, lang: str) -> str:
        """Return the message of the figure."""
        return str(self.module.title(swept, self.outcome, words(lang)))


def figures_of(swept: Swept) -> list[Chosen]:
    """Return the figures a sweep can have, the first outcome first."""
    if swept.done.empty:
        return []
    module, name = _reading(swept)
    found = [
        Chosen(f"{name}-{place}", module, outcome)
        for place, outcome in enumerate(swept.outcomes, start=1)
        if _is_drawn(swept, outcome, module)
    ]
    if sweep_pareto.outcomes(swept) is not None and swept.design not in SAMPLED:
        found.append(Chosen("pareto", sweep_pareto, ""))
    return found


def undrawn(swept: Swept) -> list[str]:
    """Return the outcomes without a figure: some points have no such number."""
    drawn = {one.outcome for one in figures_of(swept)}
    return [outcome for outcome in swept.outcomes if outcome not in drawn]


def _is_drawn(swept: Swept, outcome: str, module: ModuleType) -> bool:
    """Say whether every point has the number; a curve may have gaps."""
    known = np.isfinite(swept.done[outcome])
    return bool(known.all() or (module in (sweep_curve, sweep_points) and known.sum() > 1))


def _reading(swept: Swept) -> tuple[ModuleType, str]:
    levers = swept.axes
    if swept.design in SAMPLED:
        return sweep_bars, sweep_bars.kind_of(swept)
    if swept.is_line:
        return sweep_curve, "curve"
    if _is_on_a_map(swept):
        return sweep_map, "map"
    on_no_axis = swept.design == "list" or not all(lever.is_number for lever in levers)
    if on_no_axis and len(swept.done) <= sweep_points.MOST:
        return sweep_points, "points"
    return sweep_bars, "correlation"


def _is_on_a_map(swept: Swept) -> bool:
    """Say whether two numbers span an area, and a third lever, if any, panels of it."""
    levers = swept.axes
    if swept.design == "list" or not all(lever.is_number for lever in levers[:2]):
        return False
    if len(levers) == 3:
        is_fine = all(swept.done[lever.name].nunique() >= FINE for lever in levers[:2])
        return swept.design == "grid" and (levers[2].is_number or is_fine) and _has_an_area(swept)
    return len(levers) == 2 and _has_an_area(swept)


def _has_an_area(swept: Swept) -> bool:
    """Say whether the points of two levers do not all lie on a line, in every panel."""
    names = [lever.name for lever in swept.axes[:2]]
    return all(
        np.linalg.matrix_rank(
            rows[names].to_numpy(dtype=float) - rows[names].iloc[0].to_numpy(float)
        )
        == 2
        for _, rows in sweep_map.parts(swept)
    )


def draw_sweep(
    swept: Swept, out_dir: Path, lang: str, formats: Sequence[str] = FORMATS[:2]
) -> list[Path]:
    """Write the figures of a sweep and the numbers behind them; return the files written."""
    out_dir.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for one in figures_of(swept):
        written += draw_chosen(one, swept, out_dir / one.name, lang, formats)
    return written


def draw_chosen(
    one: Chosen, swept: Swept, path: Path, lang: str, formats: Sequence[str] = FORMATS[:2]
) -> list[Path]:
    """Write one figure of a sweep and the numbers behind it; return the files written."""
    spoken = words(lang)

    def draw(origin: str) -> Drawn:
        return Drawn(
            one.module.draw(swept, one.outcome, spoken, origin),
            f"{swept.manifest['title'][lang]}. {one.title(swept, lang)}",
            one.module.table(swept, one.outcome, spoken),
        )

    return write_figure(one.name, path, draw, lang, provenance_of_sweep(swept), formats)


def provenance_of_sweep(swept: Swept) -> Mapping[str, object]:
    """Return where the numbers of a sweep come from."""
    told = swept.manifest
    base = {"scenario": told["base_sha256"]} if "base_sha256" in told else {}
    return {**base, "seed": told["seed"], "version": told["program"]}
