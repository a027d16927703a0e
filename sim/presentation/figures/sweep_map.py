"""Two levers: contours of an outcome, where the street is cleared, and the line of the budget.

A third lever makes a panel for each of its values, all with one scale.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from sim.experiments.sweep.results import COST, NIGHT, Swept, SweptLever
from sim.presentation.figures.style import QUIET, canvas, foot, head
from sim.presentation.figures.sweep_curve import curve_table
from sim.presentation.figures.sweep_parts import (
    BUDGET,
    FRONTIER,
    SCALE,
    SweepFigure,
    Ticks,
    Words,
    in_quotes,
    notes,
    outcome_label,
    range_told,
    short,
    spaced,
    value_told,
    with_unit,
)
from sim.presentation.figures.writing import Table
from sim.presentation.words import filled

PANELS = 6
"""Values of a third lever that are shown, at most."""
LEVELS = 10
EDGE = 0.06
"""Share of a panel next to its edge where the label of a line would be cut."""


def map_title(swept: Swept, outcome: str, words: Words) -> str:
    """Return the message: what one lever is worth in the other if certain, else the range."""
    lang, levers = words["lang"], swept.axes
    named = {
        "outcome": outcome_label(swept, outcome, words),
        "each": one_more(levers[0], words),
        "other": unit_of(levers[1], words),
    }
    apart, whole = _apart(swept, outcome, words), swept.exchange(outcome)
    if outcome == swept.outcomes[0] and apart:
        text = words["sweep_exchange_ends"].format(**named, **apart)
    elif whole is not None and whole.low > 0:
        key = "sweep_exchange_title" if outcome == swept.outcomes[0] else "sweep_exchange_other"
        text = words[key].format(**named, rate=short(whole.rate, lang))
    else:
        text = range_told(swept, outcome, words)
    return text[:1].upper() + text[1:]


def _apart(swept: Swept, outcome: str, words: Words) -> dict[str, str]:
    """Return the lowest and the highest rate of the panels, if all are sure and the two differ."""
    found = [(value, swept.exchange(outcome, rows)) for value, rows in parts(swept)]
    rates = [(value, one) for value, one in found if one is not None and one.low > 0]
    if len(rates) < len(found) or len(found) < 2:
        return {}
    (at_low, least), (at_high, most) = (
        choose(rates, key=lambda pair: pair[1].rate) for choose in (min, max)
    )
    if least.high >= most.low:
        return {}
    lang = words["lang"]
    return {
        "lever": swept.axes[2].title(lang),
        "low": short(least.rate, lang),
        "high": short(most.rate, lang),
        "at_low": value_told(at_low, lang),
        "at_high": value_told(at_high, lang),
    }


def parts(swept: Swept) -> list[tuple[Any, pd.DataFrame]]:
    """Return the points of each panel, with the value of the third lever (None: there is none)."""
    levers = swept.axes
    if len(levers) < 3:
        return [(None, swept.done)]
    third = levers[2].name
    groups = list(swept.done.groupby(third, sort=levers[2].is_number))
    chosen = np.unique(
        np.linspace(0, len(groups) - 1, min(PANELS, len(groups))).round().astype(int)
    )
    return [(groups[place][0], groups[place][1]) for place in chosen]


def map_draw(swept: Swept, outcome: str, words: Words, origin: str) -> Figure:
    """Return the figure."""
    lang, levers, panels = words["lang"], swept.axes, parts(swept)
    across = min(len(panels), 3)
    down = -(-len(panels) // across)
    figure = canvas(max(9.0, 4.2 * across), 2.1 + 3.9 * down)
    subtitle = words["sweep_map_subtitle"].format(
        outcome=with_unit(swept, outcome, words),
        one=levers[0].title(lang),
        other=levers[1].title(lang),
    )
    top = head(figure, map_title(swept, outcome, words), subtitle)
    bottom = foot(figure, _notes(swept, outcome, words), origin)
    width, height = figure.get_size_inches()
    levels = _levels(swept, outcome)
    step = (top - bottom - 0.35 / height) / down
    for place, (value, rows) in enumerate(panels):
        row, column = divmod(place, across)
        axes = figure.add_axes(
            (column / across + 0.75 / width, top - 0.35 / height - (row + 1) * step + 0.62 / height,
             1 / across - 1.0 / width, step - 0.85 / height)
        )  # fmt: skip
        _panel(axes, swept, outcome, words, rows, levels)
        axes.set_xlabel(levers[0].title(lang))
        axes.set_ylabel(levers[1].title(lang) if column == 0 else "")
        if value is not None:
            axes.set_title(panel_title(levers[2], value, words))
    _key(figure, swept, words, top)
    return figure


def panel_title(lever: SweptLever, value: object, words: Words) -> str:
    """Return what the points of a panel have in common."""
    lang = words["lang"]
    return words["sweep_panel"].format(lever=lever.title(lang), value=value_told(value, lang))


def one_more(lever: SweptLever, words: Words) -> str:
    """Return one more of a lever in words, its author's where there are some."""
    if lever.each:
        return lever.each[words["lang"]]
    return words["sweep_one_more"].format(name=lever.title(words["lang"]))


def unit_of(lever: SweptLever, words: Words) -> str:
    """Return what is counted in numbers of a lever: in quotes unless its author named it."""
    title = lever.title(words["lang"])
    return title if lever.names and not lever.reach else in_quotes([title], words)


def _levels(swept: Swept, outcome: str) -> Any:
    from matplotlib.ticker import MaxNLocator

    values = swept.done[outcome]
    found = MaxNLocator(LEVELS).tick_values(float(values.min()), float(values.max()))
    return found if len(found) > 1 else [found[0], found[0] + 1]


def _panel(
    axes: Axes, swept: Swept, outcome: str, words: Words, rows: pd.DataFrame, levels: Any
) -> None:
    lang, levers = words["lang"], swept.axes
    one, other = (rows[lever.name].to_numpy(dtype=float) for lever in levers[:2])
    spaced(axes, *levers[:2])  # first: labels are fitted into the lines as they lie
    axes.set_xlim(one.min(), one.max())
    axes.set_ylim(other.min(), other.max())
    axes.tricontourf(one, other, rows[outcome], levels=levels, cmap=SCALE)
    lines = axes.tricontour(
        one, other, rows[outcome], levels=levels, colors="#222222", linewidths=0.7
    )
    labels = axes.clabel(
        lines, fmt=lambda value: short(value, lang), fontsize=7.5, inline=False
    )  # lines go on below: a label that is hidden leaves no gap
    axes.plot(one, other, ".", color="#222222", markersize=2.2, clip_on=False)
    for measure, limit, colour, line in _limits(swept):
        values = rows[measure]
        if _is_crossed(swept, measure, limit) and values.min() <= limit <= values.max():
            axes.tricontour(
                one, other, values, levels=[limit], colors=colour, linewidths=2.6, linestyles=line
            )
    x, y = (lever.in_base for lever in levers[:2])
    if x is not None and y is not None:
        axes.plot(
            [x], [y], "o", markersize=8, markerfacecolor="white", markeredgecolor="#222222",
            markeredgewidth=1.4, clip_on=False,
        )  # fmt: skip
    _hide_cut(axes, labels)
    axes.grid(False)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(Ticks(lang))


def _hide_cut(axes: Axes, labels: Any) -> None:
    """Hide labels that the edge of the panel would cut."""
    for label in labels:
        label.set_path_effects([withStroke(linewidth=3, foreground="white", alpha=0.8)])
        point = axes.transData.transform(label.get_position())
        inside = axes.transAxes.inverted().transform(point)
        label.set_visible(bool((inside > EDGE).all() and (inside < 1 - EDGE).all()))


def _limits(swept: Swept) -> list[tuple[str, float, str, Any]]:
    """Return outcome, limit, colour and line style of the frontier and of the budget."""
    found = []
    for measure, key, colour, line in (
        (NIGHT, "cleared", FRONTIER, "solid"),
        (COST, "budget", BUDGET, "dashed"),
    ):
        name, limit = swept.outcome(measure), swept.manifest[key]
        if name is not None and limit is not None:
            found.append((name, float(limit), colour, line))
    return found


def _is_crossed(swept: Swept, measure: str, limit: float) -> bool:
    return bool(swept.done[measure].min() <= limit <= swept.done[measure].max())


def _limit_words(limit: float, colour: str, words: Words) -> str:
    key = "sweep_cleared" if colour == FRONTIER else "sweep_budget"
    return filled(words, key, n=short(limit, words["lang"]))


def _key(figure: Figure, swept: Swept, words: Words, top: float) -> None:
    drawn = [one for one in _limits(swept) if _is_crossed(swept, one[0], one[1])]
    handles: list[Any] = [
        Line2D([], [], color=colour, linewidth=2.6, linestyle=line) for _, _, colour, line in drawn
    ]
    labels = [_limit_words(limit, colour, words) for _, limit, colour, _ in drawn]
    if all(lever.in_base is not None for lever in swept.axes[:2]):
        handles.append(Line2D([], [], marker="o", color="white", markeredgecolor="#222222"))
        labels.append(words["sweep_base"])
    if handles:
        figure.legend(
            handles, labels, ncols=3, loc="upper left", bbox_to_anchor=(0.02, top),
            borderaxespad=0.0, labelcolor=QUIET,
        )  # fmt: skip


def _notes(swept: Swept, outcome: str, words: Words) -> list[str]:
    found, lang = [words["sweep_map_note"]], words["lang"]
    rate = swept.exchange(outcome)
    if rate is not None and rate.low > 0:
        numbers = {name: short(getattr(rate, name), lang) for name in ("rate", "low", "high")}
        found.append(words["sweep_exchange_note"].format(**numbers))
    for measure, limit, colour, _ in _limits(swept):
        if not _is_crossed(swept, measure, limit):
            everywhere = swept.done[measure].max() < limit
            key = "sweep_everywhere" if everywhere else "sweep_nowhere"
            found.append(words[key].format(what=_limit_words(limit, colour, words)))
    return [*found, *notes(swept, words)]


def map_table(swept: Swept, outcome: str, words: Words) -> Table:
    """Return the numbers drawn: a row per point."""
    return curve_table(swept, outcome, words)


MAP_FIGURE = SweepFigure(map_title, map_draw, map_table)
