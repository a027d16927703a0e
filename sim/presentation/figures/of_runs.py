"""The figures of a run, from its results, fresh or read back from a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.experiments.run import Results
from sim.presentation.figures import FIGURES, draw_one
from sim.presentation.figures.style import FORMATS


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


def provenance_of_run(results: Results) -> Mapping[str, object]:
    """Return where the numbers of a run come from."""
    return {
        "scenario": results.hash,
        "seed": results.seed,
        "replications": results.replications,
        "version": results.version,
    }
