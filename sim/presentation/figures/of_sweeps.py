"""The figures of a finished sweep: which ones its design allows, and their files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from sim.experiments.sweep.results import Swept
from sim.experiments.sweep.written import ONE_AT_A_TIME
from sim.presentation.figures.style import FORMATS
from sim.presentation.figures.sweep_bars import BARS_FIGURE, kind_of
from sim.presentation.figures.sweep_curve import CURVE_FIGURE
from sim.presentation.figures.sweep_map import MAP_FIGURE, parts
from sim.presentation.figures.sweep_pareto import PARETO_FIGURE, outcomes
from sim.presentation.figures.sweep_parts import SweepFigure
from sim.presentation.figures.sweep_points import MOST, POINTS_FIGURE
from sim.presentation.figures.writing import Drawn, figure_alone, write_figure
from sim.presentation.words import words

FINE = 3
"""Values of two numbers from which a panel for each word of a third lever shows more than dots."""
SAMPLED = (ONE_AT_A_TIME, "morris", "saltelli")
"""Designs that are read by their indices alone."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A figure of a sweep: its file name, who draws it, and the outcome it shows."""

    name: str
    figure: SweepFigure
    outcome: str

    def title(self, swept: Swept, lang: str) -> str:
        """Return the message of the figure."""
        return self.figure.title(swept, self.outcome, words(lang))


def figures_of(swept: Swept) -> list[Chosen]:
    """Return the figures a sweep can have, the first outcome first."""
    if swept.done.empty:
        return []
    figure, name = _reading(swept)
    found = [
        Chosen(f"{name}-{place}", figure, outcome)
        for place, outcome in enumerate(swept.outcomes, start=1)
        if _is_drawn(swept, outcome, figure)
    ]
    if outcomes(swept) is not None and swept.design not in SAMPLED:
        found.append(Chosen("pareto", PARETO_FIGURE, ""))
    return found


def undrawn(swept: Swept) -> list[str]:
    """Return the outcomes without a figure: some points have no such number."""
    drawn = {one.outcome for one in figures_of(swept)}
    return [outcome for outcome in swept.outcomes if outcome not in drawn]


def _is_drawn(swept: Swept, outcome: str, figure: SweepFigure) -> bool:
    """Say whether every point has the number; a curve may have gaps."""
    known = np.isfinite(swept.done[outcome])
    return bool(known.all() or (figure in (CURVE_FIGURE, POINTS_FIGURE) and known.sum() > 1))


def _reading(swept: Swept) -> tuple[SweepFigure, str]:
    levers = swept.axes
    if swept.design in SAMPLED:
        return BARS_FIGURE, kind_of(swept)
    if swept.is_line:
        return CURVE_FIGURE, "curve"
    if _is_on_a_map(swept):
        return MAP_FIGURE, "map"
    on_no_axis = swept.design == "list" or not all(lever.is_number for lever in levers)
    if on_no_axis and len(swept.done) <= MOST:
        return POINTS_FIGURE, "points"
    return BARS_FIGURE, "correlation"


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
        for _, rows in parts(swept)
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
    draw = _drawing(one, swept, lang)
    return write_figure(one.name, path, draw, lang, provenance_of_sweep(swept), formats)


def figure_of_sweep(one: Chosen, swept: Swept, lang: str) -> Figure:
    """Return one figure of a sweep."""
    return figure_alone(_drawing(one, swept, lang), lang, provenance_of_sweep(swept))


def _drawing(one: Chosen, swept: Swept, lang: str) -> Callable[[str], Drawn]:
    spoken = words(lang)

    def draw(origin: str) -> Drawn:
        return Drawn(
            one.figure.draw(swept, one.outcome, spoken, origin),
            f"{swept.manifest['title'][lang]}. {one.title(swept, lang)}",
            one.figure.table(swept, one.outcome, spoken),
        )

    return draw


def provenance_of_sweep(swept: Swept) -> Mapping[str, object]:
    """Return where the numbers of a sweep come from."""
    told = swept.manifest
    base = {"scenario": told["base_sha256"]} if "base_sha256" in told else {}
    return {**base, "seed": told["seed"], "version": told["program"]}
