"""Figures of one scenario, in French or English, with the numbers behind each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from matplotlib.figure import Figure

from sim.analysis.summary import Summary
from sim.core.errors import ArgumentError
from sim.figures.flow import FLOW_FIGURE
from sim.figures.services import BLOCKED_FIGURE, PLACES_FIGURE, WAITING_FIGURE, WHERE_FIGURE
from sim.figures.style import FORMATS, Drawn, RunFigure, figure_alone, write_figure
from sim.runs.run import Results
from sim.text.translations import words

# --- Figures of one scenario, in French or English, with the numbers behind each.

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
    figure_of, catalogue = FIGURES[name], words(lang)

    def draw(origin: str) -> Drawn:
        title = f"{summary.outline.title}. {figure_of.title(summary, catalogue)}"
        figure = figure_of.draw(summary, catalogue, origin)
        return Drawn(figure, title, figure_of.table(summary, catalogue))

    return draw


def draw_picture(summary: Summary, path: Path, lang: str) -> Path:
    """Write the flow figure alone as a .png, for a page of text; return the file written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        _, picture, _ = draw_one("flow", summary, Path(folder) / "flow", lang)
        path.write_bytes(picture.read_bytes())
    return path


# --- The figures of a run, from its results, fresh or read back from a folder.


def draw_run(
    results: Results,
    out_dir: Path,
    lang: str,
    formats: Sequence[str] = FORMATS[:2],
    only: Sequence[str] = (),
) -> list[Path]:
    """Write the figures of a run that has a summary (all, or ``only`` those); return the files."""
    if results.summary is None:
        raise ValueError("this run has no summary to draw figures from")
    out_dir.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name in FIGURES:
        if not only or name in only:
            made = provenance_of_run(results)
            written += draw_one(name, results.summary, out_dir / name, lang, made, formats)
    return written


def figure_of_run(results: Results, name: str, lang: str) -> Figure:
    """Return one of FIGURES of a run; raises ArgumentError without its summary."""
    if results.summary is None:
        raise ArgumentError("this run has no figures: run it again without --no-figures")
    draw = drawing(name, results.summary, lang)
    return figure_alone(draw, lang, provenance_of_run(results))


def provenance_of_run(results: Results) -> Mapping[str, object]:
    """Return where the numbers of a run come from."""
    return {
        "scenario": results.hash,
        "seed": results.seed,
        "replications": results.replications,
        "version": results.version,
    }
