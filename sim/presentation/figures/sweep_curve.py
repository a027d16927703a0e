"""One lever: an outcome along its values, with the band of its intervals."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from sim.experiments.sweep.results import Swept
from sim.experiments.sweep.table import HIGH, LOW
from sim.presentation.figures.style import QUIET, canvas, foot, head, tint
from sim.presentation.figures.sweep_parts import (
    SHADE,
    Words,
    change_told,
    digits_told,
    notes,
    outcome_label,
    short,
    value_told,
)
from sim.presentation.figures.writing import Table
from sim.presentation.words import signed


def title(swept: Swept, outcome: str, words: Words) -> str:
    """Return the message: the change from the first to the last value of the lever."""
    values, lang = swept.done[outcome], words["lang"]
    along = swept.along(outcome)
    if along is not None:
        is_sure = along.change.low > 0 or along.change.high < 0
        return words["sweep_along" if is_sure else "sweep_along_none"].format(
            outcome=outcome_label(swept, outcome, words),
            change=signed(along.change.mean, lang, digits_told(along.change)),
            lever=swept.axes[0].title(lang),
            first=value_told(along.first, lang),
            last=value_told(along.last, lang),
        )
    return words["sweep_curve_title"].format(
        outcome=outcome_label(swept, outcome, words),
        low=short(values.min(), lang),
        high=short(values.max(), lang),
    )


def draw(swept: Swept, outcome: str, words: Words, origin: str) -> Figure:
    """Return the figure."""
    lever, lang = swept.axes[0], words["lang"]
    figure = canvas(9.0, 5.2)
    label = outcome_label(swept, outcome, words)
    subtitle = words["sweep_curve_subtitle"].format(outcome=label, lever=lever.title(lang))
    top = head(figure, title(swept, outcome, words), subtitle)
    bottom = foot(figure, [*_notes(swept, outcome, words), *notes(swept, words)], origin)
    axes = figure.add_axes((0.11, bottom + 0.13, 0.86, top - bottom - 0.17))
    rows = swept.done[np.isfinite(swept.done[outcome])]
    rows = rows.sort_values(lever.name) if lever.is_number else rows
    low, high = rows[outcome + LOW], rows[outcome + HIGH]
    if lever.is_number:
        axes.fill_between(rows[lever.name], low, high, color=tint(SHADE, 0.3))
        axes.plot(rows[lever.name], rows[outcome], color=SHADE, marker="o", markersize=3.5)
        if lever.in_base is not None:
            axes.axvline(lever.in_base, color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)))
            axes.text(
                lever.in_base, 1.01, words["sweep_base"], ha="center", size=8, color=QUIET,
                transform=axes.get_xaxis_transform(),
            )  # fmt: skip
        axes.margins(x=0.02, y=0.06)
    else:
        places = range(len(rows))
        axes.vlines(places, low, high, color=tint(SHADE, 0.5), linewidth=3)
        axes.plot(places, rows[outcome], "o", color=SHADE)
        axes.set_xticks(list(places), labels=list(rows[lever.name]))
        axes.margins(x=0.1, y=0.06)
    axes.set_xlabel(lever.title(lang))
    axes.yaxis.set_major_formatter(lambda value, _: short(value, lang))
    if lever.is_number:
        axes.xaxis.set_major_formatter(lambda value, _: short(value, lang))
    return figure


def _notes(swept: Swept, outcome: str, words: Words) -> list[str]:
    found, along = [words["sweep_interval"]], swept.along(outcome)
    if along is not None:
        found.append(
            words["sweep_along_note"].format(change=change_told(along.change, words["lang"]))
        )
    missing = int((~np.isfinite(swept.done[outcome])).sum())
    return [*found, words["sweep_gaps"].format(n=missing)] if missing else found


def table(swept: Swept, outcome: str, words: Words) -> Table:
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
