"""What places are used for: one small panel per service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.analysis.summary import STATES, Summary
from sim.presentation.figures.panels import panels
from sim.presentation.figures.style import (
    BLOCKED,
    CLOSED,
    FREE,
    colours,
    date_of,
    foot,
    head,
    label,
    lived_in,
    shared_notes,
    tint,
    whole,
)
from sim.presentation.figures.writing import RunFigure, Table
from sim.presentation.words import filled, percent


def places_title(summary: Summary, words: Mapping[str, str]) -> str:
    """Return the message of the figure."""
    blocked = summary.blocked.sum()
    if blocked == 0:
        return words["places_title_none"]
    limited = summary.open_places[lived_in(summary, ("places",))]
    return filled(
        words, "places_title", n=whole(blocked, words), all=whole(np.nansum(limited), words)
    )


def places_draw(summary: Summary, words: Mapping[str, str], origin: str) -> Figure:
    """Return the figure."""
    services = lived_in(summary)
    shades = colours(summary)
    figure, grid, frame = panels(
        summary, words, services, words["places_y"],
        lambda figure: head(figure, places_title(summary, words), words["places_subtitle"]),
        lambda figure: foot(
            figure, [words["places_note"], *shared_notes(summary, words, series="open")], origin
        ),
        key=True,
    )  # fmt: skip
    for axes, number in zip(grid, services, strict=True):
        _panel(axes, summary, words, number, shades[number])
    _legend(figure, words, [shades[n] for n in services][:3], frame)
    return figure


def _panel(axes: Axes, summary: Summary, words: Mapping[str, str], number: int, shade: str) -> None:
    stack = np.array([summary.states[state][:, number] for state in STATES])
    axes.stackplot(summary.times, stack, colors=[shade, BLOCKED, tint(shade, 0.45), FREE, CLOSED])
    places = summary.places[:, number]
    axes.plot(summary.times, places, color="black", linewidth=1.1)
    tallest = max(float(stack.sum(axis=0).max()), float(np.nan_to_num(places).max()), 1.0)
    axes.set_ylim(0, tallest * 1.06)
    blocked, lived = stack[1, -1], stack[:3, -1].sum()
    if blocked > 0:
        axes.text(
            1.0, 1.02, percent(blocked / lived, words["lang"]), transform=axes.transAxes,
            ha="right", va="bottom", size=9.5, weight="bold", color=BLOCKED,
        )  # fmt: skip


def _legend(figure: Figure, words: Mapping[str, str], shades: list[str], height: float) -> None:
    """Write one key for all panels: the first entry shows that its colour changes."""
    handles: list[Any] = [
        tuple(Patch(facecolor=shade) for shade in shades),
        Patch(facecolor=BLOCKED),
        tuple(Patch(facecolor=tint(shade, 0.45)) for shade in shades),
        Patch(facecolor=FREE, edgecolor="#999999", linewidth=0.8),
        Patch(facecolor=CLOSED),
        Line2D([], [], color="black", linewidth=1.1),
    ]
    figure.legend(
        handles, [words[name] for name in (*STATES, "capacity")], ncols=6, loc="upper left",
        bbox_to_anchor=(0.015, height), borderaxespad=0.0,
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0)},
    )  # fmt: skip


def places_table(summary: Summary, words: Mapping[str, str]) -> Table:
    """Return the numbers drawn: a row per service and point in time, a column per use."""
    rows: Table = [
        [words["service"], words["date"], *(words[name] for name in (*STATES, "capacity"))]
    ]
    for number in lived_in(summary):
        name = label(summary, number, words)
        for at, day in enumerate(summary.times):
            uses = [float(summary.states[state][at, number]) for state in STATES]
            when = date_of(summary, day).isoformat()
            rows.append([name, when, *uses, float(summary.places[at, number])])
    return rows


PLACES_FIGURE = RunFigure(places_title, places_draw, places_table)
