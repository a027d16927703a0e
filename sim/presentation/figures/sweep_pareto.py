"""Cost against street nights: which points no other beats."""

from __future__ import annotations

from matplotlib.figure import Figure

from sim.analysis.sensitivity import efficient
from sim.experiments.sweep.results import COST, STREET_NIGHTS, Swept
from sim.experiments.sweep.table import HIGH, LOW
from sim.presentation.figures.style import QUIET, canvas, foot, head, tint
from sim.presentation.figures.sweep_parts import (
    FRONTIER,
    SHADE,
    Words,
    axes_of,
    notes,
    outcome_label,
    short,
)
from sim.presentation.figures.writing import Table


def outcomes(swept: Swept) -> tuple[str, str] | None:
    """Return the outcomes drawn, cost and burden; None if the sweep has not both."""
    cost, burden = swept.outcome(COST), swept.outcome(STREET_NIGHTS)
    return None if cost is None or burden is None else (cost, burden)


def _names(swept: Swept) -> tuple[str, str]:
    found = outcomes(swept)
    if found is None:
        raise ValueError("this sweep has no cost or no street nights among its outcomes")
    return found


def title(swept: Swept, _: str, words: Words) -> str:
    """Return the message of the figure."""
    cost, burden = _names(swept)
    best = efficient(swept.done[cost], swept.done[burden])
    return words["sweep_pareto_title"].format(n=int(best.sum()), all=len(best))


def draw(swept: Swept, _: str, words: Words, origin: str) -> Figure:
    """Return the figure."""
    cost, burden = _names(swept)
    rows, lang = swept.done, words["lang"]
    figure = canvas(9.0, 6.0)
    labels = {name: outcome_label(swept, name, words) for name in (cost, burden)}
    subtitle = words["sweep_pareto_subtitle"].format(cost=labels[cost], burden=labels[burden])
    top = head(figure, title(swept, "", words), subtitle)
    bottom = foot(figure, [words["sweep_pareto_note"], *notes(swept, words)], origin)
    axes = figure.add_axes((0.12, bottom + 0.11, 0.85, top - bottom - 0.14))
    best = efficient(rows[cost], rows[burden])
    axes.plot(rows[cost], rows[burden], "o", color=tint(SHADE, 0.45), markersize=3.5)
    front = rows[best].sort_values(cost)
    axes.plot(front[cost], front[burden], color=FRONTIER, linewidth=1.4)
    axes.hlines(front[burden], front[cost + LOW], front[cost + HIGH], color=FRONTIER, linewidth=1)
    axes.vlines(front[cost], front[burden + LOW], front[burden + HIGH], color=FRONTIER, linewidth=1)
    axes.plot(front[cost], front[burden], "o", color=FRONTIER, markersize=5)
    if swept.manifest["budget"] is not None:
        axes.axvline(swept.manifest["budget"], color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.margins(x=0.03, y=0.05)
    axes.set_xlabel(f"{labels[cost]} [EUR]")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: short(value, lang))
    return figure


def table(swept: Swept, _: str, words: Words) -> Table:
    """Return the numbers drawn: a row per point."""
    cost, burden = _names(swept)
    levers, rows = axes_of(swept), swept.done
    heads = [outcome_label(swept, name, words) for name in (cost, burden)]
    found: Table = [
        [*(lever.title(words["lang"]) for lever in levers), words["sweep_efficient"], *heads]
    ]
    for best, (__, row) in zip(efficient(rows[cost], rows[burden]), rows.iterrows(), strict=True):
        said = words["sweep_yes" if best else "sweep_no"]
        values = [row[lever.name] for lever in levers]
        found.append([*map(str, values), said, float(row[cost]), float(row[burden])])
    return found
