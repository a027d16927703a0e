"""Some points one below the other, where they lie on no axis: levers of words, lists of points."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from sim.experiments.sweep.columns import HIGH, LOW
from sim.experiments.sweep.results import Swept
from sim.presentation.figures.style import broken, canvas, foot, head, tint
from sim.presentation.figures.sweep_curve import curve_table
from sim.presentation.figures.sweep_parts import (
    SHADE,
    SweepFigure,
    Ticks,
    Words,
    along_told,
    change_notes,
    notes,
    outcome_label,
    value_told,
    with_unit,
)
from sim.presentation.figures.writing import Table

MOST = 30
"""Points, at most."""
LETTERS = 44
"""Letters of a line beside a point."""


def points_title(swept: Swept, outcome: str, words: Words) -> str:
    """Return the message: the change from the point with the highest number to the lowest."""
    return along_told(swept, outcome, words)


def points_draw(swept: Swept, outcome: str, words: Words, origin: str) -> Figure:
    """Return the figure."""
    rows, lang = swept.done[np.isfinite(swept.done[outcome])], words["lang"]
    labels = [
        broken(" ; ".join(value_told(row[lever.name], lang) for lever in swept.axes), LETTERS)
        for _, row in rows.iterrows()
    ]
    figure = canvas(9.0, 2.6 + 0.34 * len(rows))
    levers = " ; ".join(lever.title(lang) for lever in swept.axes)
    label = outcome_label(swept, outcome, words)
    subtitle = words["sweep_curve_subtitle"].format(outcome=label, lever=levers)
    top = head(figure, points_title(swept, outcome, words), subtitle)
    small = [words["sweep_intervals"], *change_notes(swept, outcome, words, "sweep_points_note")]
    bottom = foot(figure, [*small, *notes(swept, words)], origin)
    height = figure.get_size_inches()[1]
    longest = max(len(line) for text in labels for line in text.split("\n"))
    left = min(0.45, 0.05 + longest * 0.0085)
    axes = figure.add_axes((left, bottom + 0.6 / height, 0.96 - left, top - bottom - 0.75 / height))
    places = np.arange(len(rows))
    axes.hlines(
        places, rows[outcome + LOW], rows[outcome + HIGH], color=tint(SHADE, 0.5), linewidth=3
    )
    axes.plot(rows[outcome], places, "o", color=SHADE)
    axes.set_yticks(places, labels=labels)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.margins(x=0.05)
    axes.set_xlabel(with_unit(swept, outcome, words))
    axes.xaxis.set_major_formatter(Ticks(lang))
    return figure


def points_table(swept: Swept, outcome: str, words: Words) -> Table:
    """Return the numbers drawn: a row per point."""
    return curve_table(swept, outcome, words)


POINTS_FIGURE = SweepFigure(points_title, points_draw, points_table)
