"""Cost against street nights: which points no other beats."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from sim.analysis.sensitivity import efficient
from sim.experiments.sweep.columns import HIGH, LOW
from sim.experiments.sweep.results import COST, STREET_NIGHTS, Swept
from sim.experiments.sweep.written import ALL_ASSUMED
from sim.presentation.figures.style import QUIET, canvas, foot, head, tint
from sim.presentation.figures.sweep_parts import (
    FRONTIER,
    SHADE,
    SweepFigure,
    Ticks,
    Words,
    notes,
    outcome_label,
    short,
    value_told,
    with_unit,
)
from sim.presentation.figures.writing import Table
from sim.presentation.words import filled

APART = (0.12, 0.05)
"""How far from one another points stand, in shares of the figure, that both have their levers."""
RIGHT = 0.85
"""Share of the width from which words stand to the left of their point."""
MOST_TOLD, MOST_LEVERS = 12, 3
"""Points beside which their levers stand, and levers of a point, at most."""


def outcomes(swept: Swept) -> tuple[str, str] | None:
    """Return the outcomes drawn, cost and burden; None if the sweep has not both.

    Nor where inputs are assumptions: nobody can choose among those.
    """
    if swept.manifest["uncertain"] == ALL_ASSUMED:
        return None
    cost, burden = swept.outcome(COST), swept.outcome(STREET_NIGHTS)
    return None if cost is None or burden is None else (cost, burden)


def _names(swept: Swept) -> tuple[str, str]:
    found = outcomes(swept)
    if found is None:
        raise ValueError("this sweep has no cost or no street nights among its outcomes")
    return found


def efficient_rows(swept: Swept) -> pd.DataFrame:
    """Return the points that no other beats, the cheapest first."""
    cost, burden = _names(swept)
    best = efficient(swept.done[cost], swept.done[burden])
    return swept.done[best].sort_values(cost)


def pareto_title(swept: Swept, _: str, words: Words) -> str:
    """Return the message of the figure."""
    return filled(words, "sweep_pareto_title", n=len(efficient_rows(swept)), all=len(swept.done))


def pareto_draw(swept: Swept, _: str, words: Words, origin: str) -> Figure:
    """Return the figure."""
    cost, burden = _names(swept)
    rows, lang = swept.done, words["lang"]
    figure = canvas(9.0, 6.0)
    labels = {name: outcome_label(swept, name, words) for name in (cost, burden)}
    subtitle = words["sweep_pareto_subtitle"].format(cost=labels[cost], burden=labels[burden])
    top = head(figure, pareto_title(swept, "", words), subtitle)
    front = efficient_rows(swept)
    small = [words["sweep_pareto_note"], *notes(swept, words)]
    is_told = len(front) <= MOST_TOLD and len(swept.axes) <= MOST_LEVERS
    if is_told:
        titles = " ; ".join(lever.title(lang) for lever in swept.axes)
        small.insert(1, words["sweep_pareto_beside"].format(levers=titles))
    bottom = foot(figure, small, origin)
    axes = figure.add_axes((0.12, bottom + 0.11, 0.85, top - bottom - 0.14))
    axes.plot(rows[cost], rows[burden], "o", color=tint(SHADE, 0.45), markersize=3.5)
    axes.plot(front[cost], front[burden], color=FRONTIER, linewidth=1.4)
    axes.hlines(front[burden], front[cost + LOW], front[cost + HIGH], color=FRONTIER, linewidth=1)
    axes.vlines(front[cost], front[burden + LOW], front[burden + HIGH], color=FRONTIER, linewidth=1)
    axes.plot(front[cost], front[burden], "o", color=FRONTIER, markersize=5)
    budget = swept.manifest["budget"]
    if budget is not None and rows[cost].min() <= budget <= rows[cost].max():
        axes.axvline(budget, color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.text(
            budget, 1.01, words["sweep_budget"].format(n=short(budget, lang)), ha="center", size=8,
            color=QUIET, transform=axes.get_xaxis_transform(),
        )  # fmt: skip
    axes.margins(x=0.05, y=0.05)
    if is_told:
        _tell_levers(axes, swept, front, lang)
    axes.set_xlabel(with_unit(swept, cost, words))
    axes.set_ylabel(labels[burden])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(Ticks(lang))
    return figure


def _tell_levers(axes: Axes, swept: Swept, front: pd.DataFrame, lang: str) -> None:
    """Write the levers beside the points, where they do not cover those of another."""
    axes.autoscale_view()  # places are known from here on
    to_share = axes.transData + axes.transAxes.inverted()
    told: list[Any] = []
    for _, point in front.iterrows():
        at = tuple(point[name] for name in _names(swept))
        place = to_share.transform(at)
        if any((abs(place - one) < APART).all() for one in told):
            continue
        told.append(place)
        text = " ; ".join(value_told(point[lever.name], lang) for lever in swept.axes)
        is_right = place[0] > RIGHT
        axes.annotate(
            text, at, (-5 if is_right else 5, 6), size=8, textcoords="offset points",
            ha="right" if is_right else "left",
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )  # fmt: skip


def pareto_table(swept: Swept, _: str, words: Words) -> Table:
    """Return the numbers drawn: a row per point."""
    cost, burden = _names(swept)
    levers, rows = swept.axes, swept.done
    heads = [outcome_label(swept, name, words) for name in (cost, burden)]
    found: Table = [
        [*(lever.title(words["lang"]) for lever in levers), words["sweep_efficient"], *heads]
    ]
    for best, (__, row) in zip(efficient(rows[cost], rows[burden]), rows.iterrows(), strict=True):
        said = words["sweep_yes" if best else "sweep_no"]
        values = [row[lever.name] for lever in levers]
        found.append([*map(str, values), said, float(row[cost]), float(row[burden])])
    return found


PARETO_FIGURE = SweepFigure(pareto_title, pareto_draw, pareto_table)
