"""Figures of a sweep."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import Formatter, NullFormatter

from sim.analysis.measures import measure_called
from sim.analysis.sensitivity import (
    SURE_FROM,
    Effect,
    SubstitutionRate,
    pareto_mask,
    ranked,
)
from sim.analysis.statistics import Interval
from sim.figures.style import (
    FORMATS,
    NO_BREAK,
    PALETTE,
    QUIET,
    Drawn,
    Table,
    broken,
    canvas,
    figure_alone,
    foot,
    head,
    tint,
    write_figure,
)
from sim.sweeps.file import ALL_ASSUMED, ONE_AT_A_TIME
from sim.sweeps.levers import HIGH, LOW, outcome_columns
from sim.sweeps.results import COST, NIGHT, STREET_NIGHTS, FinishedLever, FinishedSweep
from sim.text.scenario import names_of
from sim.text.translations import filled, in_language, number, percent, signed, words
from sim.text.translations import words as words_of

# --- What the figures of sweeps share: names, numbers, small print and colours.

SHADE = PALETTE[0]
DARK = "#003a5d"
FRONTIER, BUDGET = PALETTE[2], PALETTE[1]
SCALE = LinearSegmentedColormap.from_list("nights", ["#ffffff", tint(SHADE, 0.5), DARK])
"""From none to many; no red, which means blocked."""

UNITS = {"days": "days", "EUR": "EUR", "EUR a year": "EUR", "share": "share"}
"""Units that are not part of the names of measures, and what is added there."""
ENDS = ("sweep_mean", "sweep_low", "sweep_high")
"""What the columns of a mean and its bounds are called in tables."""
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SweepFigure:
    """A figure of a sweep: its message, its picture, and the numbers behind it.

    Each is a function of the results, the outcome shown and the words of a language; ``draw`` is
    also given the small print.
    """

    title: Callable[[FinishedSweep, str, Words], str]
    draw: Callable[[FinishedSweep, str, Words, str], Figure]
    table: Callable[[FinishedSweep, str, Words], Table]


def outcome_label(swept: FinishedSweep, outcome: str, words: Words) -> str:
    """Return what an outcome is called in a language, with its service."""
    entry = next(listed for listed in swept.manifest["outcomes"] if listed["name"] == outcome)
    called = names_of(swept.base, words["lang"]) if swept.base else {}
    where = [entry["service"]] if entry["service"] not in ("street", "all") else []
    where += [entry["other"]] if entry["other"] else []
    where += [entry[key] for key in ("class_id", "period") if entry[key] != "all"]
    where = [called.get(name, name) for name in where]
    text = ", ".join([measure_called(entry["measure"], words["lang"]), *where])
    return text[:1].upper() + text[1:]


def short(value: float, lang: str) -> str:
    """Return a number with about three digits, or that there is none."""
    if np.isposinf(value):
        return words_of(lang)["sweep_not_reached"]
    if not np.isfinite(value):
        return "-"
    size = abs(value)
    digits = 0 if size >= 100 or value == round(value) else 1 if size >= 9.95 else 2
    return number(value, lang, digits if size >= 0.01 or not value else 4)


def change_text(change: Interval, lang: str) -> str:
    """Return a change with its interval, where it has one."""
    digits = change_digits(change)
    numbers = (change.mean, change.low, change.high)
    mean, low, high = (signed(value, lang, digits) for value in numbers)
    between = f"({low} … {high})".replace(" ", "\N{NO-BREAK SPACE}")
    return f"{mean} {between}" if change.high > change.low else mean


def change_digits(change: Interval) -> int:
    """Return the digits after the point of a change: two that count, of it or of its chance."""
    size = change.half_width if change.half_width > 0 else abs(change.mean)
    if not 0 < size < 9.95:
        return 0
    return min(6, 1 - math.floor(math.log10(size)))


def along_text(
    swept: FinishedSweep, outcome: str, words: Words, sentence: Callable[..., str] | None = None
) -> str:
    """Return how an outcome changes from end to end; between what it lies, if that is not known.

    ``sentence``: for the sentences of a page, with the interval, in place of the title of a figure.
    """
    along, lang = swept.along(outcome), words["lang"]
    if along is None:
        return range_text(swept, outcome, words) + ("." if sentence else "")
    change, is_certain = along.change, along.change.excludes_zero
    blanks = {
        "outcome": outcome_label(swept, outcome, words),
        "lever": lever_titles(swept, lang),
        "first": " ; ".join(value_text(value, lang) for value in along.first),
        "last": " ; ".join(value_text(value, lang) for value in along.last),
    }
    if sentence:
        key = "sweep_along_answer" if is_certain else "sweep_along_unsure"
        return sentence(key, **blanks, change=change_text(change, lang))
    text = words["sweep_along" if is_certain else "sweep_along_none"]
    return text.format(**blanks, change=signed(change.mean, lang, change_digits(change)))


def lever_titles(swept: FinishedSweep, lang: str) -> str:
    """Return the names of the levers."""
    return " ; ".join(lever.title(lang) for lever in swept.axes)


def rate_texts(rate: SubstitutionRate, lang: str) -> dict[str, str]:
    """Return what one lever is worth in another, with its bounds, as blanks of a sentence."""
    return {name: short(getattr(rate, name), lang) for name in ("rate", "low", "high")}


def change_notes(swept: FinishedSweep, outcome: str, words: Words, note: str) -> list[str]:
    """Return the change from end to end, in the sentence ``note``, and how many points lack it."""
    sentences, along = [], swept.along(outcome)
    if along is not None:
        sentences.append(words[note].format(change=change_text(along.change, words["lang"])))
    missing = int((~np.isfinite(swept.done[outcome])).sum())
    return [*sentences, filled(words, "sweep_gaps", n=missing)] if missing else sentences


def range_text(swept: FinishedSweep, outcome: str, words: Words) -> str:
    """Return between which numbers an outcome lies."""
    values, lang = swept.done[outcome], words["lang"]
    return words["sweep_map_title"].format(
        outcome=outcome_label(swept, outcome, words),
        low=short(values.min(), lang),
        high=short(values.max(), lang),
    )


def with_unit(swept: FinishedSweep, outcome: str, words: Words) -> str:
    """Return what an outcome is called, with its unit where it is not part of the name."""
    label, unit = outcome_label(swept, outcome, words), swept.unit(outcome)
    return f"{label} [{in_language(UNITS[unit], words['lang'])}]" if unit in UNITS else label


class Ticks(Formatter):
    """Numbers beside an axis, with the digits that tell them apart."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Return the numbers at all ticks."""
        if isinstance(self.axis, Axis) and self.axis.get_scale() == "log":
            return [self(value) for value in values]
        gaps = np.diff(np.unique(np.asarray(values, float)))
        step = float(gaps.min()) if gaps.size else 1.0
        digits = min(6, max(0, math.ceil(-math.log10(step) - 1e-9)))
        return [number(value, self.lang, digits) for value in values]

    def __call__(self, value: float, _: object = None) -> str:
        """Return one number, whatever stands beside it."""
        return short(value, self.lang)


def number_both(axes: Axes, lang: str) -> None:
    """Write numbers beside both axes."""
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(Ticks(lang))


def spaced(axes: Axes, *levers: FinishedLever) -> None:
    """Lay out the axes as the values of their levers are spaced, the level one first."""
    scales = (axes.set_xscale, axes.set_yscale)
    for lever, scale, axis in zip(levers, scales, (axes.xaxis, axes.yaxis), strict=False):
        if lever.log:
            scale("log")
            axis.set_minor_formatter(NullFormatter())


def value_text(value: object, lang: str) -> str:
    """Return a value of a lever, a number or a label."""
    return short(float(value), lang) if isinstance(value, int | float) else str(value)


def point_text(swept: FinishedSweep, point: pd.Series[Any], lang: str) -> str:
    """Return the values of the levers at a point."""
    return " ; ".join(value_text(point[lever.name], lang) for lever in swept.axes)


def in_quotes(names: Sequence[str], words: Words) -> str:
    """Return names one after another, each in the quotes of the language."""
    return ", ".join(words["sweep_quoted"].format(name=name) for name in names)


def notes(swept: FinishedSweep, words: Words) -> list[str]:
    """Return the notes of every figure of a sweep about its numbers."""
    counts, lang = swept.done["replications"], words["lang"]
    failed = len(swept.table) - len(swept.done)
    if swept.done.empty:
        return [filled(words, "sweep_failed", n=failed)]
    least, most = int(counts.min()), int(counts.max())
    each = number(least, lang) if least == most else f"{least}-{most}"
    sentences = [words["sweep_points"].format(n=number(len(swept.table), lang), replications=each)]
    sentences += [filled(words, "sweep_failed", n=failed)] if failed else []
    few = [words["sweep_few"].format(needed=SURE_FROM)] if least < SURE_FROM else []
    return sentences + few


# --- Many levers: how much each moves an outcome. Never ranked where the interval covers zero.

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


def kind_of(swept: FinishedSweep) -> str:
    """Return which index the design gives."""
    kinds = {ONE_AT_A_TIME: "tornado", "morris": "morris", "saltelli": "total"}
    return kinds.get(swept.design, "correlation")


def most_influential_text(
    swept: FinishedSweep, outcome: str, words: Words, longest: int = 1000
) -> str:
    """Return which inputs count most; only how many, if their names have more letters than that."""
    titles = _titles(swept, words)
    first = swept.most_influential(outcome)
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


bars_title = partial(most_influential_text, longest=LONGEST)


def noise_text(swept: FinishedSweep, outcome: str, words: Words) -> str:
    """Return how much of what varies over the points is Monte Carlo error; empty if not known."""
    share = swept.noise_share(outcome)
    if math.isnan(share):
        return ""
    return words["sweep_noise"].format(share=percent(share, words["lang"]))


def _titles(swept: FinishedSweep, words: Words) -> dict[str, str]:
    return {lever.name: lever.title(words["lang"]) for lever in swept.axes}


def _labels(swept: FinishedSweep, words: Words) -> dict[str, str]:
    """Return the name of each input, and between which values it was varied where that is known."""
    reaches = {
        lever.name: f" [{lever.reach}]".replace(" ", NO_BREAK).replace(NO_BREAK, " ", 1)
        for lever in swept.levers
        if lever.reach
    }
    return {name: title + reaches.get(name, "") for name, title in _titles(swept, words).items()}


def bars_draw(swept: FinishedSweep, outcome: str, words: Words, origin: str) -> Figure:
    """Return the figure."""
    kind = kind_of(swept)
    count = min(SHOWN, len(swept.axes))
    titles = {  # on two lines at most; the table beside has all of a name
        name: "\n".join(wrap(text, WIDEST, max_lines=2, placeholder="…"))
        for name, text in _labels(swept, words).items()
    }
    room = 0.42 if any("\n" in text for text in titles.values()) else 0.3
    figure = canvas(11.0, 2.3 + room * count)
    label = outcome_label(swept, outcome, words)
    subtitle = words[f"sweep_{kind}_subtitle"].format(outcome=label)
    top = head(figure, bars_title(swept, outcome, words), subtitle)
    hidden = max(0, len(swept.axes) - SHOWN)
    note = words["sweep_tornado_note" if kind == "tornado" else "sweep_bars_note"]
    noise = noise_text(swept, outcome, words)
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


def _swings(axes: Axes, swept: FinishedSweep, outcome: str, words: Words) -> list[str]:
    bars = swept.swings(outcome)[:SHOWN]
    for place, swing in enumerate(bars):
        for end, is_sure, shade, middle in (
            (swing.low, swing.sure[0], END, place - HALF / 2),
            (swing.high, swing.sure[1], SHADE, place + HALF / 2),
        ):
            effect = Effect(swing.name, end.mean, end.low, end.high, is_sure)
            _bar(axes, middle, HALF, effect, shade)
    _key(axes, (END, words["sweep_low_end"]), (SHADE, words["sweep_high_end"]))
    return [swing.name for swing in bars]


def _bars(axes: Axes, swept: FinishedSweep, outcome: str, words: Words) -> list[str]:
    effects = swept.effects(outcome)
    drawn = ranked(effects.get(kind_of(swept), []))[:SHOWN]
    alone = {effect.name: effect for effect in effects.get("first", [])}
    for place, effect in enumerate(drawn):
        if alone:
            _bar(axes, place - HALF / 2, HALF, effect, tint(SHADE, 0.55))
            _bar(axes, place + HALF / 2, HALF, alone[effect.name], DARK)
        else:
            _bar(axes, place, 2 * HALF, effect, SHADE)
    if alone:
        _key(axes, (tint(SHADE, 0.55), words["sweep_total"]), (DARK, words["sweep_alone"]))
    return [effect.name for effect in drawn]


def _bar(axes: Axes, middle: float, height: float, effect: Effect, shade: str) -> None:
    colour = shade if effect.is_sure else tint(shade, PALE)
    axes.barh(middle, effect.value, height=height, color=colour)
    axes.hlines(middle, effect.low, effect.high, color="#222222", linewidth=1.0)


def _key(axes: Axes, *ends: tuple[str, str]) -> None:
    for colour, text in ends:
        axes.barh(0, 0, color=colour, label=text)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.2)


def bars_table(swept: FinishedSweep, outcome: str, words: Words) -> Table:
    """Return the numbers behind the figure: every input, also those not drawn."""
    heads = ("sweep_lever", "sweep_index", *ENDS, "sweep_sure")
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
        index_name = words[f"sweep_index_{index}"]
        rows += [
            [titles[effect.name], index_name, effect.value, effect.low, effect.high,
             "" if index == "sigma" else yes[effect.is_sure]]
            for effect in ranked(effects)
        ]  # fmt: skip
    return rows


BARS_FIGURE = SweepFigure(bars_title, bars_draw, bars_table)


# --- One lever: an outcome along its values, with the band of its intervals.

EDGE = 0.06
"""Share of the width next to an edge where words in the middle would leave the figure."""


def curve_draw(swept: FinishedSweep, outcome: str, words: Words, origin: str) -> Figure:
    """Return the figure."""
    lever, lang = swept.axes[0], words["lang"]
    figure = canvas(9.0, 5.2)
    label = outcome_label(swept, outcome, words)
    subtitle = words["sweep_curve_subtitle"].format(outcome=label, lever=lever.title(lang))
    top = head(figure, along_text(swept, outcome, words), subtitle)
    small = [words["sweep_interval"], *change_notes(swept, outcome, words, "sweep_along_note")]
    bottom = foot(figure, [*small, *notes(swept, words)], origin)
    axes = figure.add_axes((0.11, bottom + 0.13, 0.86, top - bottom - 0.17))
    rows = swept.done[np.isfinite(swept.done[outcome])].sort_values(lever.name)
    axes.fill_between(
        rows[lever.name], rows[outcome + LOW], rows[outcome + HIGH], color=tint(SHADE, 0.3)
    )
    axes.plot(rows[lever.name], rows[outcome], color=SHADE, marker="o", markersize=3.5)
    spaced(axes, lever)
    axes.margins(x=0.02, y=0.06)
    if lever.in_base is not None:
        _mark_base(axes, lever.in_base, words)
    axes.set_xlabel(lever.title(lang))
    axes.set_ylabel(with_unit(swept, outcome, words))
    number_both(axes, lang)
    return figure


def _mark_base(axes: Axes, base: float, words: Words) -> None:
    """Mark where the base scenario stands; at an edge the words stand inside."""
    axes.autoscale_view()
    place = axes.transAxes.inverted().transform(axes.transData.transform((base, 0.0)))[0]
    side = "left" if place < EDGE else "right" if place > 1 - EDGE else "center"
    axes.axvline(base, color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.text(
        base, 1.01, words["sweep_base"], ha=side, size=8, color=QUIET,
        transform=axes.get_xaxis_transform(),
    )  # fmt: skip


def points_table(swept: FinishedSweep, outcome: str, words: Words) -> Table:
    """Return the numbers drawn: a row per point."""
    titles = [lever.title(words["lang"]) for lever in swept.axes]
    names = [*(lever.name for lever in swept.axes), *outcome_columns(outcome)]
    rows: Table = [[*titles, *(words[end] for end in ENDS)]]
    return rows + [[row[name] for name in names] for _, row in swept.done.iterrows()]


CURVE_FIGURE = SweepFigure(along_text, curve_draw, points_table)


# --- Two levers: contours of an outcome, where the street is cleared, and the line of the budget.
#
# A third lever makes a panel for each of its values, all with one scale.

PANELS = 6
"""Values of a third lever that are shown, at most."""
LEVELS = 10


def map_title(swept: FinishedSweep, outcome: str, words: Words) -> str:
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
        text = range_text(swept, outcome, words)
    return text[:1].upper() + text[1:]


def _apart(swept: FinishedSweep, outcome: str, words: Words) -> dict[str, str]:
    """Return the lowest and the highest rate of the panels, if all are sure and the two differ."""
    panels = [(value, swept.exchange(outcome, rows)) for value, rows in parts(swept)]
    rates = [(value, rate) for value, rate in panels if rate is not None and rate.low > 0]
    if len(rates) < len(panels) or len(panels) < 2:
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
        "at_low": value_text(at_low, lang),
        "at_high": value_text(at_high, lang),
    }


def parts(swept: FinishedSweep) -> list[tuple[Any, pd.DataFrame]]:
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


def map_draw(swept: FinishedSweep, outcome: str, words: Words, origin: str) -> Figure:
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
    _sweep_map_key(figure, swept, words, top)
    return figure


def panel_title(lever: FinishedLever, value: object, words: Words) -> str:
    """Return what the points of a panel have in common."""
    lang = words["lang"]
    return words["sweep_panel"].format(lever=lever.title(lang), value=value_text(value, lang))


def one_more(lever: FinishedLever, words: Words) -> str:
    """Return one more of a lever in words, its author's where there are some."""
    if lever.each:
        return lever.each[words["lang"]]
    return words["sweep_one_more"].format(name=lever.title(words["lang"]))


def unit_of(lever: FinishedLever, words: Words) -> str:
    """Return what is counted in numbers of a lever: in quotes unless its author named it."""
    title = lever.title(words["lang"])
    return title if lever.names and not lever.reach else in_quotes([title], words)


def _levels(swept: FinishedSweep, outcome: str) -> Any:
    from matplotlib.ticker import MaxNLocator

    values = swept.done[outcome]
    ticks = MaxNLocator(LEVELS).tick_values(float(values.min()), float(values.max()))
    return ticks if len(ticks) > 1 else [ticks[0], ticks[0] + 1]


def _panel(
    axes: Axes, swept: FinishedSweep, outcome: str, words: Words, rows: pd.DataFrame, levels: Any
) -> None:
    lang, levers = words["lang"], swept.axes
    x, y = (rows[lever.name].to_numpy(dtype=float) for lever in levers[:2])
    spaced(axes, *levers[:2])  # first: labels are fitted into the lines as they lie
    axes.set_xlim(x.min(), x.max())
    axes.set_ylim(y.min(), y.max())
    axes.tricontourf(x, y, rows[outcome], levels=levels, cmap=SCALE)
    lines = axes.tricontour(x, y, rows[outcome], levels=levels, colors="#222222", linewidths=0.7)
    labels = axes.clabel(
        lines, fmt=lambda value: short(value, lang), fontsize=7.5, inline=False
    )  # lines go on below: a label that is hidden leaves no gap
    axes.plot(x, y, ".", color="#222222", markersize=2.2, clip_on=False)
    for measure, limit, colour, line in _limits(swept):
        values = rows[measure]
        if _is_crossed(swept, measure, limit) and values.min() <= limit <= values.max():
            axes.tricontour(
                x, y, values, levels=[limit], colors=colour, linewidths=2.6, linestyles=line
            )
    x_base, y_base = (lever.in_base for lever in levers[:2])
    if x_base is not None and y_base is not None:
        axes.plot(
            [x_base], [y_base], "o", markersize=8, markerfacecolor="white",
            markeredgecolor="#222222", markeredgewidth=1.4, clip_on=False,
        )  # fmt: skip
    _hide_cut(axes, labels)
    axes.grid(False)
    number_both(axes, lang)


def _hide_cut(axes: Axes, labels: Any) -> None:
    """Hide labels that the edge of the panel would cut."""
    for label in labels:
        label.set_path_effects([withStroke(linewidth=3, foreground="white", alpha=0.8)])
        point = axes.transData.transform(label.get_position())
        inside = axes.transAxes.inverted().transform(point)
        label.set_visible(bool((inside > EDGE).all() and (inside < 1 - EDGE).all()))


def _limits(swept: FinishedSweep) -> list[tuple[str, float, str, Any]]:
    """Return outcome, limit, colour and line style of the frontier and of the budget."""
    limits = []
    for measure, key, colour, line in (
        (NIGHT, "cleared", FRONTIER, "solid"),
        (COST, "budget", BUDGET, "dashed"),
    ):
        name, limit = swept.outcome(measure), swept.manifest[key]
        if name is not None and limit is not None:
            limits.append((name, float(limit), colour, line))
    return limits


def _is_crossed(swept: FinishedSweep, measure: str, limit: float) -> bool:
    return bool(swept.done[measure].min() <= limit <= swept.done[measure].max())


def _limit_words(limit: float, colour: str, words: Words) -> str:
    key = "sweep_cleared" if colour == FRONTIER else "sweep_budget"
    return filled(words, key, n=short(limit, words["lang"]))


def _sweep_map_key(figure: Figure, swept: FinishedSweep, words: Words, top: float) -> None:
    drawn = [limit for limit in _limits(swept) if _is_crossed(swept, limit[0], limit[1])]
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


def _notes(swept: FinishedSweep, outcome: str, words: Words) -> list[str]:
    sentences, lang = [words["sweep_map_note"]], words["lang"]
    rate = swept.exchange(outcome)
    if rate is not None and rate.low > 0:
        sentences.append(words["sweep_exchange_note"].format(**rate_texts(rate, lang)))
    for measure, limit, colour, _ in _limits(swept):
        if not _is_crossed(swept, measure, limit):
            everywhere = swept.done[measure].max() < limit
            key = "sweep_everywhere" if everywhere else "sweep_nowhere"
            sentences.append(words[key].format(what=_limit_words(limit, colour, words)))
    return [*sentences, *notes(swept, words)]


MAP_FIGURE = SweepFigure(map_title, map_draw, points_table)


# --- Some points one below the other, where they lie on no axis: levers of words, lists of
# points.

MOST = 30
"""Points, at most."""
LETTERS = 44
"""Letters of a line beside a point."""


def points_draw(swept: FinishedSweep, outcome: str, words: Words, origin: str) -> Figure:
    """Return the figure."""
    rows, lang = swept.done[np.isfinite(swept.done[outcome])], words["lang"]
    labels = [broken(point_text(swept, row, lang), LETTERS) for _, row in rows.iterrows()]
    figure = canvas(9.0, 2.6 + 0.34 * len(rows))
    label, levers = outcome_label(swept, outcome, words), lever_titles(swept, lang)
    subtitle = words["sweep_curve_subtitle"].format(outcome=label, lever=levers)
    top = head(figure, along_text(swept, outcome, words), subtitle)
    small = [words["sweep_intervals"], *change_notes(swept, outcome, words, "sweep_points_note")]
    bottom = foot(figure, [*small, *notes(swept, words)], origin)
    height = figure.get_size_inches()[1]
    longest = max(len(line) for text in labels for line in text.split("\n"))
    left = min(0.45, 0.05 + longest * 0.0085)
    axes = figure.add_axes((left, bottom + 0.6 / height, 0.96 - left, top - bottom - 0.75 / height))
    places = np.arange(len(rows))
    axes.hlines(
        places, rows[outcome + LOW], rows[outcome + HIGH], color=tint(SHADE, 0.5), linewidth=3
    )
    axes.plot(rows[outcome], places, "o", color=SHADE)
    axes.set_yticks(places, labels=labels)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.margins(x=0.05)
    axes.set_xlabel(with_unit(swept, outcome, words))
    axes.xaxis.set_major_formatter(Ticks(lang))
    return figure


POINTS_FIGURE = SweepFigure(along_text, points_draw, points_table)


# --- Cost against street nights: which points no other beats.

APART = (0.12, 0.05)
"""How far from one another points stand, in shares of the figure, that both have their levers."""
RIGHT = 0.85
"""Share of the width from which words stand to the left of their point."""
MOST_LABELLED, MOST_LEVERS = 12, 3
"""Points beside which their levers stand, and levers of a point, at most."""


def outcomes(swept: FinishedSweep) -> tuple[str, str] | None:
    """Return the outcomes drawn, cost and burden; None if the sweep has not both.

    Nor where inputs are assumptions: nobody can choose among those.
    """
    if swept.manifest["uncertain"] == ALL_ASSUMED:
        return None
    cost, burden = swept.outcome(COST), swept.outcome(STREET_NIGHTS)
    return None if cost is None or burden is None else (cost, burden)


def _drawn(swept: FinishedSweep) -> tuple[str, str]:
    """Return the outcomes drawn, where the figure is drawn at all."""
    names = outcomes(swept)
    assert names is not None
    return names


def efficient_rows(swept: FinishedSweep) -> pd.DataFrame:
    """Return the points that no other beats, the cheapest first."""
    cost, burden = _drawn(swept)
    best = pareto_mask(swept.done[cost], swept.done[burden])
    return swept.done[best].sort_values(cost)


def pareto_title(swept: FinishedSweep, _: str, words: Words) -> str:
    """Return the message of the figure."""
    return filled(words, "sweep_pareto_title", n=len(efficient_rows(swept)), all=len(swept.done))


def pareto_draw(swept: FinishedSweep, _: str, words: Words, origin: str) -> Figure:
    """Return the figure."""
    cost, burden = _drawn(swept)
    rows, lang = swept.done, words["lang"]
    figure = canvas(9.0, 6.0)
    labels = {name: outcome_label(swept, name, words) for name in (cost, burden)}
    subtitle = words["sweep_pareto_subtitle"].format(cost=labels[cost], burden=labels[burden])
    top = head(figure, pareto_title(swept, "", words), subtitle)
    front = efficient_rows(swept)
    small = [words["sweep_pareto_note"], *notes(swept, words)]
    is_labelled = len(front) <= MOST_LABELLED and len(swept.axes) <= MOST_LEVERS
    if is_labelled:
        small.insert(1, words["sweep_pareto_beside"].format(levers=lever_titles(swept, lang)))
    bottom = foot(figure, small, origin)
    axes = figure.add_axes((0.12, bottom + 0.11, 0.85, top - bottom - 0.14))
    axes.plot(rows[cost], rows[burden], "o", color=tint(SHADE, 0.45), markersize=3.5)
    axes.plot(front[cost], front[burden], color=FRONTIER, linewidth=1.4)
    axes.hlines(front[burden], front[cost + LOW], front[cost + HIGH], color=FRONTIER, linewidth=1)
    axes.vlines(front[cost], front[burden + LOW], front[burden + HIGH], color=FRONTIER, linewidth=1)
    axes.plot(front[cost], front[burden], "o", color=FRONTIER, markersize=5)
    budget = swept.manifest["budget"]
    if budget is not None and rows[cost].min() <= budget <= rows[cost].max():
        axes.axvline(budget, color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.text(
            budget, 1.01, words["sweep_budget"].format(n=short(budget, lang)), ha="center", size=8,
            color=QUIET, transform=axes.get_xaxis_transform(),
        )  # fmt: skip
    axes.margins(x=0.05, y=0.05)
    if is_labelled:
        _label_levers(axes, swept, front, lang)
    axes.set_xlabel(with_unit(swept, cost, words))
    axes.set_ylabel(labels[burden])
    number_both(axes, lang)
    return figure


def _label_levers(axes: Axes, swept: FinishedSweep, front: pd.DataFrame, lang: str) -> None:
    """Write the levers beside the points, where they do not cover those of another."""
    axes.autoscale_view()  # places are known from here on
    to_share = axes.transData + axes.transAxes.inverted()
    taken: list[Any] = []
    for _, point in front.iterrows():
        at = tuple(point[name] for name in _drawn(swept))
        place = to_share.transform(at)
        if any((abs(place - other) < APART).all() for other in taken):
            continue
        taken.append(place)
        text = point_text(swept, point, lang)
        is_right = place[0] > RIGHT
        axes.annotate(
            text, at, (-5 if is_right else 5, 6), size=8, textcoords="offset points",
            ha="right" if is_right else "left",
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )  # fmt: skip


def pareto_table(swept: FinishedSweep, _: str, words: Words) -> Table:
    """Return the numbers drawn: a row per point."""
    cost, burden = _drawn(swept)
    levers, rows = swept.axes, swept.done
    heads = [outcome_label(swept, name, words) for name in (cost, burden)]
    table: Table = [
        [*(lever.title(words["lang"]) for lever in levers), words["sweep_efficient"], *heads]
    ]
    for best, (__, row) in zip(pareto_mask(rows[cost], rows[burden]), rows.iterrows(), strict=True):
        answer = words["sweep_yes" if best else "sweep_no"]
        values = [row[lever.name] for lever in levers]
        table.append([*map(str, values), answer, float(row[cost]), float(row[burden])])
    return table


PARETO_FIGURE = SweepFigure(pareto_title, pareto_draw, pareto_table)


# --- The figures of a finished sweep: which ones its design allows, and their files.

FINE = 3
"""Values of two numbers from which a panel for each word of a third lever shows more than dots."""
SAMPLED = (ONE_AT_A_TIME, "morris", "saltelli")
"""Designs that are read by their indices alone."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A figure of a sweep: its file name, who draws it, and the outcome it shows."""

    name: str
    figure: SweepFigure
    outcome: str

    def title(self, swept: FinishedSweep, lang: str) -> str:
        """Return the message of the figure."""
        return self.figure.title(swept, self.outcome, words(lang))


def figures_of(swept: FinishedSweep) -> list[Chosen]:
    """Return the figures a sweep can have, the first outcome first."""
    if swept.done.empty:
        return []
    figure, name = _reading(swept)
    figures = [
        Chosen(f"{name}-{place}", figure, outcome)
        for place, outcome in enumerate(swept.outcomes, start=1)
        if _is_drawn(swept, outcome, figure)
    ]
    if outcomes(swept) is not None and swept.design not in SAMPLED:
        figures.append(Chosen("pareto", PARETO_FIGURE, ""))
    return figures


def undrawn(swept: FinishedSweep) -> list[str]:
    """Return the outcomes without a figure: some points have no such number."""
    drawn = {figure.outcome for figure in figures_of(swept)}
    return [outcome for outcome in swept.outcomes if outcome not in drawn]


def _is_drawn(swept: FinishedSweep, outcome: str, figure: SweepFigure) -> bool:
    """Say whether every point has the number; a curve may have gaps."""
    known = np.isfinite(swept.done[outcome])
    return bool(known.all() or (figure in (CURVE_FIGURE, POINTS_FIGURE) and known.sum() > 1))


def _reading(swept: FinishedSweep) -> tuple[SweepFigure, str]:
    levers = swept.axes
    if swept.design in SAMPLED:
        return BARS_FIGURE, kind_of(swept)
    if swept.is_line:
        return CURVE_FIGURE, "curve"
    if _is_on_a_map(swept):
        return MAP_FIGURE, "map"
    on_no_axis = swept.design == "list" or not all(lever.is_number for lever in levers)
    if on_no_axis and len(swept.done) <= MOST:
        return POINTS_FIGURE, "points"
    return BARS_FIGURE, "correlation"


def _is_on_a_map(swept: FinishedSweep) -> bool:
    """Say whether two numbers span an area, and a third lever, if any, panels of it."""
    levers = swept.axes
    if swept.design == "list" or not all(lever.is_number for lever in levers[:2]):
        return False
    if len(levers) == 3:
        is_fine = all(swept.done[lever.name].nunique() >= FINE for lever in levers[:2])
        return swept.design == "grid" and (levers[2].is_number or is_fine) and _has_an_area(swept)
    return len(levers) == 2 and _has_an_area(swept)


def _has_an_area(swept: FinishedSweep) -> bool:
    """Say whether the points of two levers do not all lie on a line, in every panel."""
    names = [lever.name for lever in swept.axes[:2]]
    return all(
        np.linalg.matrix_rank(
            rows[names].to_numpy(dtype=float) - rows[names].iloc[0].to_numpy(float)
        )
        == 2
        for _, rows in parts(swept)
    )


def draw_sweep(
    swept: FinishedSweep, out_dir: Path, lang: str, formats: Sequence[str] = FORMATS[:2]
) -> list[Path]:
    """Write the figures of a sweep and the numbers behind them; return the files written."""
    out_dir.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for figure in figures_of(swept):
        written += draw_chosen(figure, swept, out_dir / figure.name, lang, formats)
    return written


def draw_chosen(
    chosen: Chosen, swept: FinishedSweep, path: Path, lang: str, formats: Sequence[str]
) -> list[Path]:
    """Write one figure of a sweep and the numbers behind it; return the files written."""
    draw = _drawing(chosen, swept, lang)
    return write_figure(chosen.name, path, draw, lang, provenance_of_sweep(swept), formats)


def figure_of_sweep(chosen: Chosen, swept: FinishedSweep, lang: str) -> Figure:
    """Return one figure of a sweep."""
    return figure_alone(_drawing(chosen, swept, lang), lang, provenance_of_sweep(swept))


def _drawing(chosen: Chosen, swept: FinishedSweep, lang: str) -> Callable[[str], Drawn]:
    texts = words(lang)

    def draw(origin: str) -> Drawn:
        return Drawn(
            chosen.figure.draw(swept, chosen.outcome, texts, origin),
            f"{swept.manifest['title'][lang]}. {chosen.title(swept, lang)}",
            chosen.figure.table(swept, chosen.outcome, texts),
        )

    return draw


def provenance_of_sweep(swept: FinishedSweep) -> Mapping[str, object]:
    """Return where the numbers of a sweep come from."""
    manifest = swept.manifest
    base = {"scenario": manifest["base_sha256"]} if "base_sha256" in manifest else {}
    return {**base, "seed": manifest["seed"], "version": manifest["program"]}
