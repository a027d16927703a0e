"""Where people are: stacked areas, the street at the bottom."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.summary import Summary
from sim.presentation.figures.style import (
    STREET,
    canvas,
    colours,
    date_axis,
    date_of,
    foot,
    head,
    label,
    lived_in,
    number_axis,
    shared_notes,
    spread,
    whole,
)
from sim.presentation.figures.writing import RunFigure, Table
from sim.presentation.words import filled


def where_title(summary: Summary, words: Mapping[str, str]) -> str:
    """Return the message of the figure."""
    first, last = (whole(summary.living.mean[at, -1], words) for at in (0, -1))
    return filled(words, "where_title", n=last, first=first)


def where_draw(summary: Summary, words: Mapping[str, str], origin: str) -> Figure:
    """Return the figure."""
    figure = canvas(11.0, 6.2)
    top = head(figure, where_title(summary, words), words["where_subtitle"])
    bottom = foot(figure, shared_notes(summary, words, series="midnight"), origin)
    axes = figure.add_axes((0.07, bottom + 0.05, 0.63, top - bottom - 0.09))
    order = [len(summary.outline.services), *lived_in(summary)]
    shades = {order[0]: STREET, **colours(summary)}
    people = summary.living.mean[:, order].T
    axes.stackplot(
        summary.times, people, colors=[shades[n] for n in order], edgecolor="white", linewidth=0.6
    )
    axes.set_ylim(0, max(1.0, people.sum(axis=0).max() * 1.04))
    axes.set_ylabel(words["where_y"])
    date_axis(axes, summary, words["lang"])
    number_axis(axes, words)
    _label_edge(axes, summary, words, order, [shades[n] for n in order])
    return figure


def _label_edge(
    axes: Axes, summary: Summary, words: Mapping[str, str], order: list[int], shades: list[str]
) -> None:
    """Write each name and its last number beside the right edge, kept apart from each other."""
    last = summary.living.mean[-1, order]
    upper = last.cumsum()
    total = float(upper[-1])
    high = axes.get_ylim()[1]
    gap = high * 0.048
    heights = spread([*(upper - last / 2), total + gap], gap, 0.0, high)
    names = [words["street"], *(label(summary, n, words) for n in order[1:])]
    for name, people, middle, height, shade in zip(
        names, last, upper - last / 2, heights, shades, strict=False
    ):
        axes.annotate(
            f"{name}  {whole(people, words)}",
            xy=(1.0, middle), xycoords=("axes fraction", "data"),
            xytext=(1.035, height), textcoords=("axes fraction", "data"),
            va="center", size=9, weight="bold" if shade == STREET else "normal",
            arrowprops={"arrowstyle": "-", "color": shade, "linewidth": 1.6,
                        "shrinkA": 1, "shrinkB": 0, "relpos": (0, 0.5)},
        )  # fmt: skip
    axes.text(
        1.035, heights[-1], f"{words['total']}  {whole(total, words)}",
        transform=axes.get_yaxis_transform(), va="center", size=9, color="#555555", style="italic",
    )  # fmt: skip


def where_table(summary: Summary, words: Mapping[str, str]) -> Table:
    """Return the numbers drawn: a row per point in time, a column per living situation."""
    order = [len(summary.outline.services), *lived_in(summary)]
    names = [words["street"], *(label(summary, n, words) for n in order[1:])]
    rows: Table = [[words["date"], *names]]
    for day, people in zip(summary.times, summary.living.mean[:, order], strict=True):
        rows.append([date_of(summary, day).isoformat(), *(float(n) for n in people)])
    return rows


WHERE_FIGURE = RunFigure(where_title, where_draw, where_table)
