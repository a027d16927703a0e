"""Figures of a comparison: one headline, and how the pathway goes with and without each change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from sim import __version__
from sim.experiments.comparison import Comparison
from sim.presentation.figures import apart, headline
from sim.presentation.figures.style import FORMATS
from sim.presentation.figures.writing import Drawn, figure_alone, write_figure
from sim.presentation.words import words

COMPARED: Mapping[str, Callable[..., Drawn]] = {
    "street-nights": headline.drawn,
    "street": partial(apart.drawn, course="street"),
    "blocked": partial(apart.drawn, course="blocked"),
    "occupied": partial(apart.drawn, course="occupied"),
}
"""The figures of a comparison by file name."""


def draw_comparison(
    comparison: Comparison,
    out_dir: Path,
    lang: str,
    formats: Sequence[str] = FORMATS[:2],
    only: Sequence[str] = (),
) -> list[Path]:
    """Write the figures of a comparison (all, or ``only`` those); return the files written."""
    out_dir.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, draw in COMPARED.items():
        if not only or name in only:
            made = partial(draw, comparison, words(lang))
            written += write_figure(
                name, out_dir / name, made, lang, provenance_of(comparison), formats
            )
    return written


def figure_of_comparison(comparison: Comparison, name: str, lang: str) -> Figure:
    """Return one of COMPARED."""
    draw = partial(COMPARED[name], comparison, words(lang))
    return figure_alone(draw, lang, provenance_of(comparison))


def provenance_of(comparison: Comparison) -> Mapping[str, object]:
    """Return where the numbers of a comparison come from."""
    base = comparison.base.results
    return {
        "scenario": " ".join(member.results.hash for member in comparison.members),
        "seed": base.seed,
        "replications": base.replications,
        "version": __version__,
    }
