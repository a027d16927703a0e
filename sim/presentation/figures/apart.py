"""How people or places go in the base and in each scenario, and how far they are apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.experiments.comparison import Apart, Comparison
from sim.experiments.comparison import apart as found_apart
from sim.presentation.figures.style import (
    BLOCKED,
    PALETTE,
    QUIET,
    STREET,
    broken,
    canvas,
    date_axis,
    date_of,
    foot,
    head,
    number_axis,
    tint,
)
from sim.presentation.figures.writing import Drawn, Table
from sim.presentation.names import title_of
from sim.presentation.words import signed

SHADES = {"street": STREET, "blocked": BLOCKED, "occupied": PALETTE[0], "waiting": PALETTE[1]}
"""Colour of each course: what it has in the other figures."""
ACROSS = (3, 4, 5)
"""Scenarios side by side, where they are more than one row holds: what leaves fewest gaps."""
LEVEL, DIFFERENCE, NAME = 1.75, 1.35, 0.5
"""Heights of the two rows of a scenario, and of its name [inches]."""
GAP = 0.38
"""Between the two rows [inches]."""


def drawn(comparison: Comparison, words: Mapping[str, str], origin: str, course: str) -> Drawn:
    """Return the figure of one of COURSES, its title and its numbers."""
    base = comparison.base.results
    found = [found_apart(course, base, other.member.results) for other in comparison.others]
    names = [title_of(other.member.results, words["lang"]) for other in comparison.others]
    title = _title(course, names, found, words)
    figure = _figure(title, course, names, found, words, origin)
    return Drawn(figure, title, _table(comparison, found, words))


def _title(
    course: str, names: Sequence[str], found: Sequence[Apart], words: Mapping[str, str]
) -> str:
    """Return the message: the scenario furthest apart at the end, if its band leaves out zero."""
    what = words[f"course_{course}"]
    what = what[:1].upper() + what[1:]
    sure = [
        (abs(one.mean[-1]), one.mean[-1], name)
        for one, name in zip(found, names, strict=True)
        if one.low[-1] > 0 or one.high[-1] < 0
    ]
    if not sure:
        return words["course_title_none"].format(course=what)
    _, mean, name = max(sure)
    digits = 0 if abs(mean) >= 9.95 else 1
    change = signed(float(mean), words["lang"], digits)
    return words["course_title"].format(course=what, name=name, change=change)


def _figure(
    title: str,
    course: str,
    names: Sequence[str],
    found: Sequence[Apart],
    words: Mapping[str, str],
    origin: str,
) -> Figure:
    across, down = _grid(len(found))
    block = NAME + LEVEL + GAP + DIFFERENCE + 0.45
    figure = canvas(12.0, 1.7 + block * down)
    width, height = figure.get_size_inches()
    top = head(figure, title, words["course_subtitle"])
    step = found[0].step
    means = words["course_means"].format(step=step) if step > 1 else words["course_mean_1"]
    foot(figure, [words["course_note"], means], origin)
    limits = _limits(found)
    for place, (name, one) in enumerate(zip(names, found, strict=True)):
        row, column = divmod(place, across)
        left, wide = column / across + 0.6 / width, 1 / across - 0.8 / width
        upper = top - (row * block + NAME) / height
        level = figure.add_axes((left, upper - LEVEL / height, wide, LEVEL / height))
        lower = upper - (LEVEL + GAP + DIFFERENCE) / height
        difference = figure.add_axes((left, lower, wide, DIFFERENCE / height))
        level.set_title(broken(name, 108 // across))
        _draw_level(level, one, SHADES[course], limits[0])
        _draw_difference(difference, one, SHADES[course], limits[1:])
        for axes in (level, difference):
            date_axis(axes, one, words["lang"], most=max(4, 12 // across))
            number_axis(axes, words, most=4)
        if column == 0:
            level.set_ylabel(words[f"course_{course}"])
            difference.set_ylabel(words["course_difference"])
    return figure


def _grid(scenarios: int) -> tuple[int, int]:
    """Return how many scenarios stand side by side and how many rows that makes."""
    if scenarios < ACROSS[1]:
        return max(2, scenarios), 1
    rows = {across: -(-scenarios // across) for across in ACROSS}
    across = min(ACROSS, key=lambda each: (rows[each], rows[each] * each - scenarios))
    return across, rows[across]


def _limits(found: Sequence[Apart]) -> tuple[float, float, float]:
    """Return the top of the levels, and bottom and top of the differences: the same for all."""
    top = max(max(one.base.max(), one.other.max()) for one in found)
    low = min(np.nanmin([one.mean, one.low]) for one in found)
    high = max(np.nanmax([one.mean, one.high]) for one in found)
    room = 0.06 * max(high - low, 1.0)
    return max(1.0, 1.06 * top), min(low, 0.0) - room, max(high, 0.0) + room


def _draw_level(axes: Axes, one: Apart, shade: str, top: float) -> None:
    axes.plot(one.times, one.base, color="#a8a8a8", linewidth=2.4)
    axes.plot(one.times, one.other, color=shade, linewidth=1.5)
    axes.set_ylim(0, top)


def _draw_difference(axes: Axes, one: Apart, shade: str, limits: tuple[float, float]) -> None:
    axes.axhline(0, color=QUIET, linewidth=0.9)
    if not np.isnan(one.low).all():
        axes.fill_between(one.times, one.low, one.high, color=tint(shade, 0.3))
    axes.plot(one.times, one.mean, color=shade, linewidth=1.5)
    axes.set_ylim(*limits)


def _table(comparison: Comparison, found: Sequence[Apart], words: Mapping[str, str]) -> Table:
    """Return a row per scenario and point in time; empty where unknown."""
    heads = (words["compare_base"], words["compare_here"], words["course_difference"])
    rows: Table = [[words["scenario"], words["date"], *heads, words["low"], words["high"]]]
    for other, one in zip(comparison.others, found, strict=True):
        for at, day in enumerate(one.times):
            columns = (one.base, one.other, one.mean, one.low, one.high)
            numbers = [float(column[at]) for column in columns]
            rows.append([other.member.name, date_of(one, day).isoformat(), *numbers])
    return rows
