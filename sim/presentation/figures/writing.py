"""A figure becomes files: pictures with where they come from, and the numbers behind them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.figure import Figure

from sim.analysis.summary import Summary
from sim.analysis.tables import text_cell
from sim.presentation.figures.style import FORMATS, house_style, save
from sim.presentation.words import words

LONG_HASH = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{8,}\b")
"""A hash, of which print shows the first twelve digits and the file's metadata all."""

Table = list[list[str | float]]


@dataclass(frozen=True, slots=True)
class RunFigure:
    """A figure of one scenario: its message, its picture, and the numbers behind it.

    Each is a function of the summary of a run and the words of a language; ``draw`` is also given
    the small print.
    """

    title: Callable[[Summary, Mapping[str, str]], str]
    draw: Callable[[Summary, Mapping[str, str], str], Figure]
    table: Callable[[Summary, Mapping[str, str]], Table]


class Drawn(NamedTuple):
    """A figure, its title and the numbers drawn, heads first."""

    figure: Figure
    title: str
    table: Table


def write_figure(
    name: str,
    path: Path,
    draw: Callable[[str], Drawn],
    lang: str,
    provenance: Mapping[str, object] | None = None,
    formats: Sequence[str] = FORMATS[:2],
) -> list[Path]:
    """Write the figure ``name`` as ``path`` with .csv and each format added; return the files.

    ``draw`` is given the small print; ``provenance`` goes into it and into the metadata.
    """
    full = _small_print(lang, provenance)
    with house_style():
        # Two figures inlined in one page must not share the names of their clip paths.
        mpl.rcParams["svg.hashsalt"] = f"maraude {name} {lang}"
        drawn = draw(LONG_HASH.sub(r"\1", full))
        written = save(drawn.figure, path, drawn.title, full, formats)
    numbers = path.with_suffix(".csv")
    with numbers.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerows([_cell(value) for value in row] for row in drawn.table)
    return [*written, numbers]


def figure_alone(
    draw: Callable[[str], Drawn], lang: str, provenance: Mapping[str, object] | None = None
) -> Figure:
    """Return the figure that ``write_figure`` would write."""
    with house_style():
        return draw(LONG_HASH.sub(r"\1", _small_print(lang, provenance))).figure


def _small_print(lang: str, provenance: Mapping[str, object] | None) -> str:
    spoken = words(lang)
    return " · ".join(f"{spoken.get(k, k)} {v}" for k, v in (provenance or {}).items())


def _cell(value: str | float) -> str:
    """Return a number so that reading it back gives the same number; empty if there is none."""
    if isinstance(value, str):
        return text_cell(value)
    return "" if isnan(value) else repr(float(value))
