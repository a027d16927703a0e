"""Where people are, places, waiting lists, blocking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from sim.analysis.blocking import service_name
from sim.analysis.summary import STATES, Summary
from sim.analysis.windows import Array
from sim.figures.style import (
    BLOCKED,
    CLOSED,
    FREE,
    QUIET,
    STREET,
    RunFigure,
    Table,
    broken,
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
    tint,
    title_without_blocking,
    whole,
)
from sim.text.translations import filled, percent

# --- Small multiples: one panel per service, all of one size and style.

COLUMNS = {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3}
"""Panels side by side for so many services; four beyond."""
KEY = 0.32
"""Height kept for a key below the title [inches]."""


def panels(
    summary: Summary,
    words: Mapping[str, str],
    services: Sequence[int],
    unit: str,
    head: Callable[[Figure], float],
    foot: Callable[[Figure], float],
    key: bool = False,
) -> tuple[Figure, list[Axes], float]:
    """Return figure, a named panel with a date axis per service, and the height below the title.

    ``head`` and ``foot`` write the title and the small print and return the height left. With
    ``key`` a line is kept free below the title.
    """
    across = COLUMNS.get(len(services), 4)
    down = max(1, -(-len(services) // across))
    tall = 4.0 if down == 1 else 2.35 * down
    figure = canvas(12.0, tall + 1.6 + (KEY if key else 0.0))
    width, height = figure.get_size_inches()
    below = head(figure)
    top = below - (KEY / height if key else 0.0)
    bottom = foot(figure)
    wide = 1.0 / across
    step = (top - bottom) / down
    grid = []
    for place, number in enumerate(services):
        row, column = divmod(place, across)
        left = column * wide + 0.55 / width
        axes = figure.add_axes(
            (left, top - (row + 1) * step + 0.36 / height,
             wide - 0.85 / width, step - 0.82 / height)
        )  # fmt: skip
        name = label(summary, number, words)
        axes.set_title(broken(name, max(19, 78 // across)))
        date_axis(axes, summary, words["lang"], most=max(4, 10 // across))
        number_axis(axes, words, most=4)
        if column == 0:
            axes.set_ylabel(unit)
        grid.append(axes)
    return figure, grid, below


# --- Where people are: stacked areas, the street at the bottom.


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


# --- What places are used for: one small panel per service.


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


# --- Waiting lists over time, with what is known and not known about them.

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
        _waiting_panel(axes, summary, words, number, shades[number])
    return figure


def _waiting_panel(
    axes: Axes, summary: Summary, words: Mapping[str, str], number: int, shade: str
) -> None:
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


# --- Blocked by what: who waits for which service, and what that means at the root.

ROW = 0.46
"""Height of a row [inches]."""
NARROWEST, WIDEST, TABLE = 0.82, 1.5, 4.2
"""Width of a column, at least and at most, and of a table with few columns [inches]."""
APART = 0.12
"""Distance of the two sums from the services above them [inches]."""
SMALL = 0.005
"""Rows and columns with a smaller share than this everywhere are left out."""
ROW_NAMES, COLUMN_NAMES, BETWEEN = 2.1, 1.25, 0.75
"""Room for the names of rows, of columns, and between the two tables [inches]."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """One table: names, days a year (rows, columns), and the sum each row is a share of."""

    rows: list[str]
    columns: list[str]
    days: Array
    whole: Array


def matrices(summary: Summary, words: Mapping[str, str]) -> tuple[Matrix, Matrix]:
    """Return the direct and the traced table: services with somebody blocked, all, the street.

    Both have the same rows and columns; the last column (no request open) concerns the street only.
    """
    blocking = summary.blocking
    names = [label(summary, n, words) for n in range(len(blocking.blocked_by))]
    blocked = blocking.blocked_by.sum(axis=1)
    where = [n for n in range(len(names)) if blocked[n] > SMALL * blocked.sum()]
    seen = blocking.blocked_by + blocking.rooted_in
    nights = blocking.wanted + blocking.wanted_root
    shares = [seen.sum(axis=0) / max(seen.sum(), 1e-9), nights[:-1] / max(nights.sum(), 1e-9)]
    what = [n for n in range(len(names)) if max(share[n] for share in shares) >= SMALL]
    rows = [*(names[n] for n in where), words["all_blocked"], words["street_nights"]]
    columns = [*(names[n] for n in what), words["no_request"]]

    def table(blocked: Array, wanted: Array) -> Matrix:
        days = np.zeros((len(rows), len(columns)))
        days[:-2, :-1] = blocked[np.ix_(where, what)]
        days[-2, :-1] = blocked[:, what].sum(axis=0)
        days[-1] = wanted[[*what, -1]]
        total = np.full(len(rows), blocked.sum())
        total[-1] = wanted.sum()
        return Matrix(rows, columns, days, total)

    return table(blocking.blocked_by, blocking.wanted), table(
        blocking.rooted_in, blocking.wanted_root
    )


def blocked_title(summary: Summary, words: Mapping[str, str]) -> str:
    """Return the message of the figure."""
    cause = summary.cause
    if cause is None:
        return title_without_blocking(summary, words, words["blocked_title_none"])
    name = service_name(summary.outline, cause.want, words["lang"])
    return words["blocked_title"].format(share=percent(cause.share, words["lang"]), service=name)


def blocked_draw(summary: Summary, words: Mapping[str, str], origin: str) -> Figure:
    """Return the figure."""
    direct, root = matrices(summary, words)
    column = min(WIDEST, max(NARROWEST, TABLE / len(direct.columns)))
    wide = column * len(direct.columns)
    tall = ROW * len(direct.rows) + APART
    figure = canvas(
        max(10.5, ROW_NAMES + 2 * max(wide, 3.2) + BETWEEN + 1.2), tall + COLUMN_NAMES + 2.2
    )
    width, height = figure.get_size_inches()
    top = head(figure, blocked_title(summary, words), words["blocked_subtitle"])
    foot(figure, [words["blocked_note"], *shared_notes(summary, words)], origin)
    bottom = top - (COLUMN_NAMES + 0.5 + tall) / height
    for place, (matrix, word) in enumerate(((direct, "direct"), (root, "root"))):
        left = (ROW_NAMES + 0.25 + place * (max(wide, 3.2) + BETWEEN)) / width
        axes = figure.add_axes((left, bottom, wide / width, tall / height))
        _matrix(axes, matrix, column, words, named=place == 0)
        figure.text(left, top - 0.1 / height, words[word], size=11, weight="bold", va="top")
        sub = broken(words[f"{word}_sub"], int(max(wide, 3.2) * 13))
        figure.text(left, top - 0.3 / height, sub, size=8, color=QUIET, va="top")
    return figure


def _matrix(
    axes: Axes, matrix: Matrix, width: float, words: Mapping[str, str], named: bool
) -> None:
    """Draw one table in inches, row by row from the top."""
    rows, columns = matrix.days.shape
    axes.set_xlim(0, columns * width)
    axes.set_ylim(rows * ROW + APART, 0)
    axes.axis("off")
    strongest = np.maximum(matrix.days.max(axis=1), 1e-9)
    strongest[:-2] = matrix.days[:-2].max(initial=1e-9)
    for row in range(rows):
        high = row * ROW + (APART if row >= rows - 2 else 0.0)
        if named:
            axes.text(
                -0.1, high + ROW / 2, broken(matrix.rows[row], 26), ha="right", va="center",
                size=9, weight="bold" if row >= rows - 2 else "normal",
            )  # fmt: skip
        colour = STREET if row == rows - 1 else BLOCKED
        for column, days in enumerate(matrix.days[row]):
            face = tint(colour, 0.08 + 0.82 * days / strongest[row]) if days > 0 else "#f6f6f6"
            place = (column * width + 0.015, high + 0.015)
            axes.add_patch(Rectangle(place, width - 0.03, ROW - 0.03, facecolor=face))
            if days > 0:
                ink = "white" if days / strongest[row] > 0.62 else "#222222"
                share = percent(days / matrix.whole[row], words["lang"])
                middle = (column + 0.5) * width
                _cell(axes, middle, high, whole(days, words), share, ink)
    for column, name in enumerate(matrix.columns):
        axes.text(
            (column + 0.5) * width - 0.1, -0.06, broken(name, 19), rotation=38, ha="left",
            va="bottom", rotation_mode="anchor", size=8, linespacing=1.0,
        )  # fmt: skip


def _cell(axes: Axes, middle: float, high: float, days: str, share: str, ink: str) -> None:
    for down, text, size, weight in ((0.17, days, 9, "bold"), (0.335, share, 7.5, "normal")):
        axes.text(
            middle, high + down, text, size=size, weight=weight, color=ink, ha="center", va="center"
        )


def blocked_table(summary: Summary, words: Mapping[str, str]) -> Table:
    """Return the numbers drawn: a row per cell of both tables."""
    rows: Table = [
        [words[key] for key in ("tracing", "blocked_rows", "waits_for", "place_days", "share")]
    ]
    for matrix, word in zip(matrices(summary, words), ("direct_word", "root_word"), strict=True):
        for name, days, total in zip(matrix.rows, matrix.days, matrix.whole, strict=True):
            for column, value in zip(matrix.columns, days, strict=True):
                share = float(value / total) if total > 0 else 0.0
                rows.append([words[word], name, column, float(value), share])
    return rows


BLOCKED_FIGURE = RunFigure(blocked_title, blocked_draw, blocked_table)
