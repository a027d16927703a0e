"""Figures of one scenario, in French or English, with the numbers behind each."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import matplotlib as mpl

from sim.analysis.summary import Summary
from sim.presentation.figures import blocked, flow, places, waiting, where
from sim.presentation.figures.style import house_style, save
from sim.presentation.words import words

FIGURES: Mapping[str, ModuleType] = {
    "where": where,
    "places": places,
    "waiting": waiting,
    "blocked": blocked,
    "flow": flow,
}
"""The figures by file name; each module has ``title``, ``draw`` and ``table``."""

LONG_HASH = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{8,}\b")
"""A hash, of which print shows the first twelve digits and the file's metadata all."""


def draw_all(
    summary: Summary, out_dir: Path, lang: str, provenance: Mapping[str, object] | None = None
) -> list[Path]:
    """Write every figure as .svg and .png, and its numbers as .csv; return the files written.

    ``provenance`` (scenario, seed, replications, version, ...) goes into small print and metadata.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name in FIGURES:
        written += draw_one(name, summary, out_dir / name, lang, provenance)
    return written


def draw_one(
    name: str,
    summary: Summary,
    path: Path,
    lang: str,
    provenance: Mapping[str, object] | None = None,
) -> list[Path]:
    """Write one of FIGURES as ``path`` with .svg, .png and .csv added; return the files written."""
    figure_of, spoken = FIGURES[name], words(lang)
    full = " · ".join(f"{spoken.get(k, k)} {v}" for k, v in (provenance or {}).items())
    printed = LONG_HASH.sub(r"\1", full)
    with house_style():
        # Two figures inlined in one page must not share the names of their clip paths.
        mpl.rcParams["svg.hashsalt"] = f"maraude {name} {lang}"
        figure = figure_of.draw(summary, spoken, printed)
        title = f"{summary.outline.title}. {figure_of.title(summary, spoken)}"
        written = save(figure, path, title, full)
    numbers = path.with_suffix(".csv")
    with numbers.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerows([_cell(value) for value in row] for row in figure_of.table(summary, spoken))
    return [*written, numbers]


def draw_picture(summary: Summary, path: Path, lang: str) -> Path:
    """Write the flow figure alone as a .png, for a page of text; return the file written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        _, picture, _ = draw_one("flow", summary, Path(folder) / "flow", lang)
        path.write_bytes(picture.read_bytes())
    return path


def _cell(value: str | float) -> str:
    """Return a number so that reading it back gives the same number; empty if there is none."""
    if isinstance(value, str):
        return value
    return "" if isnan(value) else repr(float(value))
