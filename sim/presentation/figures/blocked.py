"""Blocked by what: who waits for which service, and what that means at the root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.analysis.blocking import service_name
from sim.analysis.summary import Summary
from sim.analysis.windows import Array
from sim.presentation.figures.style import (
    BLOCKED,
    QUIET,
    STREET,
    broken,
    canvas,
    foot,
    head,
    label,
    shared_notes,
    tint,
    title_without_blocking,
    whole,
)
from sim.presentation.figures.writing import RunFigure, Table
from sim.presentation.words import percent

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
    found = summary.blocking
    names = [label(summary, n, words) for n in range(len(found.blocked_by))]
    blocked = found.blocked_by.sum(axis=1)
    where = [n for n in range(len(names)) if blocked[n] > SMALL * blocked.sum()]
    seen = found.blocked_by + found.rooted_in
    nights = found.wanted + found.wanted_root
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

    return table(found.blocked_by, found.wanted), table(found.rooted_in, found.wanted_root)


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
