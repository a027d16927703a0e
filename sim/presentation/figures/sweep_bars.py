"""Many levers: how much each moves an outcome. Never ranked where the interval covers zero."""

from __future__ import annotations

import math
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.sensitivity import SURE_FROM, Effect, ranked
from sim.experiments.sweep.results import Swept
from sim.experiments.sweep.written import ONE_AT_A_TIME
from sim.presentation.figures.style import NO_BREAK, PALETTE, canvas, foot, head, tint
from sim.presentation.figures.sweep_parts import (
    DARK,
    SHADE,
    SweepFigure,
    Ticks,
    Words,
    in_quotes,
    notes,
    outcome_label,
)
from sim.presentation.figures.writing import Table
from sim.presentation.words import filled, percent

SHOWN = 20
"""Bars, at most; the table beside has all."""
END = PALETTE[1]
MOST_NAMED = 3
"""Inputs of which one counts most that are named, at most."""
LONGEST = 90
"""Letters of names in a title."""
WIDEST = 66
"""Letters of a line of a name."""
LETTER = 0.0066
"""Width of such a letter, as a share of the figure."""
PALE = 0.28
"""Strength of the colour of what is not sure."""
HALF = 0.31
"""Height of the bar of one end of an input."""


def kind_of(swept: Swept) -> str:
    """Return which index the design gives."""
    kinds = {ONE_AT_A_TIME: "tornado", "morris": "morris", "saltelli": "total"}
    return kinds.get(swept.design, "correlation")


def bars_title(swept: Swept, outcome: str, words: Words) -> str:
    """Return the message of the figure: which inputs count most, as far as they can be told."""
    return first_told(swept, outcome, words, LONGEST)


def first_told(swept: Swept, outcome: str, words: Words, longest: int = 1000) -> str:
    """Return which inputs count most; only how many, if their names have more letters than that."""
    titles = _titles(swept, words)
    first = swept.counting_most(outcome)
    quoted = in_quotes([titles[name] for name in first or ()], words)
    if first is not None and swept.are_few(outcome):
        key = "sweep_first_few"
    elif not first:
        key = "sweep_first_unknown" if first is None else "sweep_first_none"
    elif len(first) == 1:
        key = "sweep_first"
    else:
        is_short = len(first) <= MOST_NAMED and len(quoted) <= longest
        key = "sweep_first_some" if is_short else "sweep_first_many"
    return words[key].format(
        outcome=outcome_label(swept, outcome, words),
        names=quoted,
        k=len(first or ()),
        n=len(titles),
        replications=len(swept.in_replications(outcome)),
        needed=SURE_FROM,
    )


def noise_told(swept: Swept, outcome: str, words: Words) -> str:
    """Return how much of what varies over the points is Monte Carlo error; empty if not known."""
    share = swept.noise_share(outcome)
    if math.isnan(share):
        return ""
    return words["sweep_noise"].format(share=percent(share, words["lang"]))


def _titles(swept: Swept, words: Words) -> dict[str, str]:
    return {lever.name: lever.title(words["lang"]) for lever in swept.axes}


def _labels(swept: Swept, words: Words) -> dict[str, str]:
    """Return the name of each input, and between which values it was varied where that is told."""
    reaches = {
        lever.name: f" [{lever.reach}]".replace(" ", NO_BREAK).replace(NO_BREAK, " ", 1)
        for lever in swept.levers
        if lever.reach
    }
    return {name: title + reaches.get(name, "") for name, title in _titles(swept, words).items()}


def _effects(swept: Swept, outcome: str) -> list[Effect]:
    return swept.effects(outcome).get(kind_of(swept), [])


def bars_draw(swept: Swept, outcome: str, words: Words, origin: str) -> Figure:
    """Return the figure."""
    kind = kind_of(swept)
    count = min(SHOWN, len(swept.axes))
    titles = {name: _in_lines(text) for name, text in _labels(swept, words).items()}
    room = 0.42 if any("\n" in text for text in titles.values()) else 0.3
    figure = canvas(11.0, 2.3 + room * count)
    label = outcome_label(swept, outcome, words)
    subtitle = words[f"sweep_{kind}_subtitle"].format(outcome=label)
    top = head(figure, bars_title(swept, outcome, words), subtitle)
    hidden = max(0, len(swept.axes) - SHOWN)
    note = words["sweep_tornado_note" if kind == "tornado" else "sweep_bars_note"]
    noise = noise_told(swept, outcome, words)
    small = [note.format(needed=SURE_FROM), *([noise] if noise else [])]
    small += [filled(words, "sweep_hidden", n=hidden)] if hidden else []
    small += [*([words["sweep_intervals"]] if kind == "tornado" else []), *notes(swept, words)]
    bottom = foot(figure, small, origin)
    height = figure.get_size_inches()[1]
    longest = max(len(line) for text in titles.values() for line in text.split("\n"))
    left = min(0.46, 0.05 + longest * LETTER)
    axes = figure.add_axes(
        (left, bottom + 0.35 / height, 0.96 - left, top - bottom - 0.65 / height)
    )
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    if kind == "tornado":
        names = _swings(axes, swept, outcome, words)
    else:
        names = _bars(axes, swept, outcome, words)
    axes.set_yticks(range(len(names)), labels=[titles[name] for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.axvline(0, color="#222222", linewidth=0.8)
    axes.margins(x=0.05)
    axes.xaxis.set_major_formatter(Ticks(words["lang"]))
    if np.ptp(axes.dataLim.intervalx) == 0:  # nothing moves it
        axes.set_xlim(-1, 1)
        axes.set_xticks([0])
    return figure


def _in_lines(text: str) -> str:
    """Return a name on at most two lines; the table beside has all of it."""
    return "\n".join(wrap(text, WIDEST, max_lines=2, placeholder="…"))


def _swings(axes: Axes, swept: Swept, outcome: str, words: Words) -> list[str]:
    found = swept.swings(outcome)[:SHOWN]
    for place, swing in enumerate(found):
        for end, is_sure, shade, middle in (
            (swing.low, swing.sure[0], END, place - HALF / 2),
            (swing.high, swing.sure[1], SHADE, place + HALF / 2),
        ):
            effect = Effect(swing.name, end.mean, end.low, end.high, is_sure)
            _bar(axes, middle, HALF, effect, shade)
    _key(axes, (END, words["sweep_low_end"]), (SHADE, words["sweep_high_end"]))
    return [swing.name for swing in found]


def _bars(axes: Axes, swept: Swept, outcome: str, words: Words) -> list[str]:
    found = ranked(_effects(swept, outcome))[:SHOWN]
    alone = {one.name: one for one in swept.effects(outcome).get("first", [])}
    for place, one in enumerate(found):
        if alone:
            _bar(axes, place - HALF / 2, HALF, one, tint(SHADE, 0.55))
            _bar(axes, place + HALF / 2, HALF, alone[one.name], DARK)
        else:
            _bar(axes, place, 2 * HALF, one, SHADE)
    if alone:
        _key(axes, (tint(SHADE, 0.55), words["sweep_total"]), (DARK, words["sweep_alone"]))
    return [one.name for one in found]


def _bar(axes: Axes, middle: float, height: float, one: Effect, shade: str) -> None:
    colour = shade if one.is_sure else tint(shade, PALE)
    axes.barh(middle, one.value, height=height, color=colour)
    axes.hlines(middle, one.low, one.high, color="#222222", linewidth=1.0)


def _key(axes: Axes, *ends: tuple[str, str]) -> None:
    for colour, text in ends:
        axes.barh(0, 0, color=colour, label=text)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.2)


def bars_table(swept: Swept, outcome: str, words: Words) -> Table:
    """Return the numbers behind the figure: every input, also those not drawn."""
    ends = ("sweep_mean", "sweep_low", "sweep_high")
    heads = ("sweep_lever", "sweep_index", *ends, "sweep_sure")
    rows: Table = [[words[head] for head in heads]]
    yes = {True: words["sweep_yes"], False: words["sweep_no"]}
    titles = _labels(swept, words)
    if kind_of(swept) == "tornado":
        for swing in swept.swings(outcome):
            for end, key, is_sure in (
                (swing.low, "sweep_low_end", swing.sure[0]),
                (swing.high, "sweep_high_end", swing.sure[1]),
            ):
                numbers = [end.mean, end.low, end.high]
                rows.append([titles[swing.name], words[key], *numbers, yes[is_sure]])
        return rows
    for index, effects in swept.effects(outcome).items():
        told = words[f"sweep_index_{index}"]
        rows += [
            [titles[one.name], told, one.value, one.low, one.high,
             "" if index == "sigma" else yes[one.is_sure]]
            for one in ranked(effects)
        ]  # fmt: skip
    return rows


BARS_FIGURE = SweepFigure(bars_title, bars_draw, bars_table)
