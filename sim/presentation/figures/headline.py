"""The headline of a comparison: the change of street nights by each scenario, with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.experiments.comparison import HEADLINE, Comparison, Moved
from sim.presentation.figures.style import QUIET, STREET, broken, canvas, foot, head
from sim.presentation.figures.writing import Drawn, Table
from sim.presentation.names import title_of
from sim.presentation.words import filled, number, signed

ROW = 0.52
"""Height of a row [inches]."""
NAMES, NUMBERS = 3.0, 2.6
"""Room for the names on the left and the numbers on the right [inches]."""


def drawn(comparison: Comparison, words: Mapping[str, str], origin: str) -> Drawn:
    """Return the figure, its title and its numbers."""
    found = [other.number("street nights per year", "street") for other in comparison.others]
    lang = words["lang"]
    names = [title_of(other.member.results, lang) for other in comparison.others]
    title = _title(names, found, words)
    figure = canvas(11.0, 2.3 + ROW * len(found))
    width, height = figure.get_size_inches()
    base = title_of(comparison.base.results, lang)
    top = head(figure, title, words["headline_subtitle"].format(base=base))
    note = filled(words, "headline_note", n=comparison.tests[HEADLINE])
    bottom = foot(figure, [note], origin)
    low = bottom + 0.55 / height
    wide = 1 - (NAMES + NUMBERS) / width
    axes = figure.add_axes((NAMES / width, low, wide, top - low - 0.1 / height))
    _rows(axes, names, found, words)
    return Drawn(figure, title, _table(comparison, names, found, words))


def _title(names: Sequence[str], found: Sequence[Moved], words: Mapping[str, str]) -> str:
    """Return the message: the scenario that changes them most, if any does for certain."""
    sure = [(one.mean, name) for name, one in zip(names, found, strict=True) if one.is_sure]
    if not sure:
        return words["headline_title_none"]
    mean, name = max(sure, key=lambda pair: abs(pair[0]))
    return words["headline_title"].format(name=name, change=signed(mean, words["lang"]))


def _rows(
    axes: Axes, names: Sequence[str], found: Sequence[Moved], words: Mapping[str, str]
) -> None:
    axes.axvline(0, color=QUIET, linewidth=1.0)
    for row, one in enumerate(found):
        if not math.isnan(one.low):
            axes.plot(
                [one.low, one.high], [row, row], color=STREET, linewidth=3.0, solid_capstyle="butt"
            )
        inside = STREET if one.is_sure else "white"
        axes.plot(
            [one.mean], [row], "o", markersize=5, markeredgecolor=STREET, markerfacecolor=inside
        )
        axes.text(
            1.03, row, _shown(one, words), transform=axes.get_yaxis_transform(), va="center",
            weight="bold" if one.is_sure else "normal",
        )  # fmt: skip
    ends = [end for one in found for end in (one.mean, one.low, one.high) if not math.isnan(end)]
    room = 0.06 * max(max(ends, default=0.0) - min(ends, default=0.0), 1.0)
    axes.set_xlim(min([*ends, 0.0]) - room, max([*ends, 0.0]) + room)
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.set_yticks(range(len(found)), labels=[broken(name, 34) for name in names], size=9)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(words["headline_axis"])
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: number(at, words["lang"])))


def _shown(one: Moved, words: Mapping[str, str]) -> str:
    change, low, high = (signed(value, words["lang"]) for value in (one.mean, one.low, one.high))
    if not one.high - one.low > 0:
        return change
    return words["headline_shown"].format(change=change, low=low, high=high)


def _table(
    comparison: Comparison, names: Sequence[str], found: Sequence[Moved], words: Mapping[str, str]
) -> Table:
    heads = (words["compare_base"], words["compare_here"], words["nights_change"])
    rows: Table = [[words["scenario"], "", *heads, words["low"], words["high"], "p", "p (Holm)"]]
    for other, name, one in zip(comparison.others, names, found, strict=True):
        numbers = (one.base, one.other, one.mean, one.low, one.high, one.p, one.adjusted)
        rows.append([other.member.name, name, *numbers])
    return rows
