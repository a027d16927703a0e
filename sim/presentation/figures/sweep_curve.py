"""One lever: an outcome along its values, with the band of its intervals."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.experiments.sweep.columns import HIGH, LOW
from sim.experiments.sweep.results import Swept
from sim.presentation.figures.style import QUIET, canvas, foot, head, tint
from sim.presentation.figures.sweep_parts import (
    SHADE,
    SweepFigure,
    Ticks,
    Words,
    along_told,
    change_notes,
    notes,
    outcome_label,
    spaced,
    with_unit,
)
from sim.presentation.figures.writing import Table

EDGE = 0.06
"""Share of the width next to an edge where words in the middle would leave the figure."""


def curve_title(swept: Swept, outcome: str, words: Words) -> str:
    """Return the message: the change from the first to the last value of the lever."""
    return along_told(swept, outcome, words)


def curve_draw(swept: Swept, outcome: str, words: Words, origin: str) -> Figure:
    """Return the figure."""
    lever, lang = swept.axes[0], words["lang"]
    figure = canvas(9.0, 5.2)
    label = outcome_label(swept, outcome, words)
    subtitle = words["sweep_curve_subtitle"].format(outcome=label, lever=lever.title(lang))
    top = head(figure, curve_title(swept, outcome, words), subtitle)
    small = [words["sweep_interval"], *change_notes(swept, outcome, words, "sweep_along_note")]
    bottom = foot(figure, [*small, *notes(swept, words)], origin)
    axes = figure.add_axes((0.11, bottom + 0.13, 0.86, top - bottom - 0.17))
    rows = swept.done[np.isfinite(swept.done[outcome])].sort_values(lever.name)
    axes.fill_between(
        rows[lever.name], rows[outcome + LOW], rows[outcome + HIGH], color=tint(SHADE, 0.3)
    )
    axes.plot(rows[lever.name], rows[outcome], color=SHADE, marker="o", markersize=3.5)
    spaced(axes, lever)
    axes.margins(x=0.02, y=0.06)
    if lever.in_base is not None:
        _mark_base(axes, lever.in_base, words)
    axes.set_xlabel(lever.title(lang))
    axes.set_ylabel(with_unit(swept, outcome, words))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(Ticks(lang))
    return figure


def _mark_base(axes: Axes, base: float, words: Words) -> None:
    """Mark where the base scenario stands; at an edge the words stand inside."""
    axes.autoscale_view()
    place = axes.transAxes.inverted().transform(axes.transData.transform((base, 0.0)))[0]
    side = "left" if place < EDGE else "right" if place > 1 - EDGE else "center"
    axes.axvline(base, color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.text(
        base, 1.01, words["sweep_base"], ha=side, size=8, color=QUIET,
        transform=axes.get_xaxis_transform(),
    )  # fmt: skip


def curve_table(swept: Swept, outcome: str, words: Words) -> Table:
    """Return the numbers drawn: a row per point."""
    levers = swept.axes
    ends = ("sweep_mean", "sweep_low", "sweep_high")
    rows: Table = [[*(lever.title(words["lang"]) for lever in levers), *(words[e] for e in ends)]]
    for _, row in swept.done.iterrows():
        rows.append(
            [
                *(row[lever.name] for lever in levers),
                row[outcome],
                row[outcome + LOW],
                row[outcome + HIGH],
            ]
        )
    return rows


CURVE_FIGURE = SweepFigure(curve_title, curve_draw, curve_table)
