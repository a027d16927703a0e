"""Waiting lists over time, with what is known and not known about them."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.summary import Summary
from sim.presentation.figures.panels import panels
from sim.presentation.figures.style import (
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
from sim.presentation.words import filled

LISTS = ("places",)
"""Kinds of service with a waiting list."""


def waiting_title(summary: Summary, words: Mapping[str, str]) -> str:
    """Return the message of the figure."""
    last = summary.waiting.mean[-1]
    if last.max(initial=0.0) < 0.05:
        refused = float(summary.yearly["turned_away"].sum())
        key = "waiting_title_refused" if refused > 0 else "waiting_title_none"
        return words[key].format(refused=whole(refused, words))
    number = int(last.argmax())
    name = label(summary, number, words)
    return filled(words, "waiting_title", service=name, n=whole(last[number], words))


def waiting_draw(summary: Summary, words: Mapping[str, str], origin: str) -> Figure:
    """Return the figure."""
    services = lived_in(summary, LISTS)
    note = words["waiting_note" if summary.replications > 1 else "waiting_note_1"]
    figure, grid, _ = panels(
        summary, words, services, words["waiting_y"],
        lambda figure: head(figure, waiting_title(summary, words), words["waiting_subtitle"]),
        lambda figure: foot(figure, [note, *shared_notes(summary, words, "midnight")], origin),
    )  # fmt: skip
    shades = colours(summary)
    for axes, number in zip(grid, services, strict=True):
        _panel(axes, summary, words, number, shades[number])
    return figure


def _panel(axes: Axes, summary: Summary, words: Mapping[str, str], number: int, shade: str) -> None:
    band, times = summary.waiting, summary.times
    top = band.mean[:, number].max()
    if summary.replications > 1:
        axes.fill_between(times, band.p5[:, number], band.p95[:, number], color=tint(shade, 0.22))
        axes.fill_between(times, band.low[:, number], band.high[:, number], color=tint(shade, 0.55))
        top = max(top, band.p95[:, number].max(), band.high[:, number].max())
    axes.plot(times, band.mean[:, number], color=shade)
    axes.set_ylim(0, max(1.0, top * 1.08))
    axes.text(
        1.0, 1.02, whole(band.mean[-1, number], words), transform=axes.transAxes, ha="right",
        va="bottom", size=9.5, weight="bold", color="#555555",
    )  # fmt: skip


def waiting_table(summary: Summary, words: Mapping[str, str]) -> Table:
    """Return the numbers drawn: a row per service and point in time; empty where unknown."""
    band = summary.waiting
    columns = ("mean", "low", "high", "p5", "p95")
    rows: Table = [[words["service"], words["date"], *(words[name] for name in columns)]]
    for number in lived_in(summary, LISTS):
        name = label(summary, number, words)
        for at, day in enumerate(summary.times):
            numbers = [float(getattr(band, column)[at, number]) for column in columns]
            rows.append([name, date_of(summary, day).isoformat(), *numbers])
    return rows


WAITING_FIGURE = RunFigure(waiting_title, waiting_draw, waiting_table)
