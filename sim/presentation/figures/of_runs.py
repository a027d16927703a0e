"""The figures of a run, from its results, fresh or read back from a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from sim.experiments.run import Results
from sim.presentation.figures import FIGURES, draw_one, drawing
from sim.presentation.figures.style import FORMATS
from sim.presentation.figures.writing import figure_alone
from sim.vocabulary.errors import WishError


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
    """Return one of FIGURES of a run; raises WishError without its summary."""
    if results.summary is None:
        raise WishError("this run has no figures: run it again without --no-figures")
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
