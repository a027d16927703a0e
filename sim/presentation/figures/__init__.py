"""Figures of one scenario, in French or English, with the numbers behind each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.analysis.summary import Summary
from sim.presentation.figures.blocked import BLOCKED_FIGURE
from sim.presentation.figures.flow import FLOW_FIGURE
from sim.presentation.figures.places import PLACES_FIGURE
from sim.presentation.figures.style import FORMATS
from sim.presentation.figures.waiting import WAITING_FIGURE
from sim.presentation.figures.where import WHERE_FIGURE
from sim.presentation.figures.writing import Drawn, RunFigure, write_figure
from sim.presentation.words import words

FIGURES: Mapping[str, RunFigure] = {
    "where": WHERE_FIGURE,
    "places": PLACES_FIGURE,
    "waiting": WAITING_FIGURE,
    "blocked": BLOCKED_FIGURE,
    "flow": FLOW_FIGURE,
}
"""The figures by file name."""


def draw_all(
    summary: Summary,
    out_dir: Path,
    lang: str,
    provenance: Mapping[str, object] | None = None,
    formats: Sequence[str] = FORMATS[:2],
) -> list[Path]:
    """Write every figure in each format, and its numbers as .csv; return the files written.

    ``provenance`` (scenario, seed, replications, version, ...) goes into small print and metadata.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name in FIGURES:
        written += draw_one(name, summary, out_dir / name, lang, provenance, formats)
    return written


def draw_one(
    name: str,
    summary: Summary,
    path: Path,
    lang: str,
    provenance: Mapping[str, object] | None = None,
    formats: Sequence[str] = FORMATS[:2],
) -> list[Path]:
    """Write one of FIGURES as ``path`` with .csv and each format added; return the files."""
    return write_figure(name, path, drawing(name, summary, lang), lang, provenance, formats)


def drawing(name: str, summary: Summary, lang: str) -> Callable[[str], Drawn]:
    """Return what draws one of FIGURES, given the small print."""
    figure_of, spoken = FIGURES[name], words(lang)

    def draw(origin: str) -> Drawn:
        title = f"{summary.outline.title}. {figure_of.title(summary, spoken)}"
        figure = figure_of.draw(summary, spoken, origin)
        return Drawn(figure, title, figure_of.table(summary, spoken))

    return draw


def draw_picture(summary: Summary, path: Path, lang: str) -> Path:
    """Write the flow figure alone as a .png, for a page of text; return the file written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        _, picture, _ = draw_one("flow", summary, Path(folder) / "flow", lang)
        path.write_bytes(picture.read_bytes())
    return path
