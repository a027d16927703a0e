"""What the figures of sweeps share: names, numbers, small print and colours."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, NullFormatter

from sim.analysis.sensitivity import SURE_FROM
from sim.analysis.statistics import Interval
from sim.experiments.sweep.results import Along, Swept, SweptLever
from sim.presentation.figures.style import PALETTE, tint
from sim.presentation.figures.writing import Table
from sim.presentation.measures_called import measure_called
from sim.presentation.report.saying import names_of
from sim.presentation.words import filled, in_language, number, signed
from sim.presentation.words import words as words_of

SHADE = PALETTE[0]
DARK = "#003a5d"
FRONTIER, BUDGET = PALETTE[2], PALETTE[1]
SCALE = LinearSegmentedColormap.from_list("nights", ["#ffffff", tint(SHADE, 0.5), DARK])
"""From none to many; no red, which means blocked."""

UNITS = {"days": "days", "EUR": "EUR", "EUR a year": "EUR", "share": "share"}
"""Units of measures whose names do not say them, and what is missing there."""
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SweepFigure:
    """A figure of a sweep: its message, its picture, and the numbers behind it.

    Each is a function of the results, the outcome shown and the words of a language; ``draw`` is
    also given the small print.
    """

    title: Callable[[Swept, str, Words], str]
    draw: Callable[[Swept, str, Words, str], Figure]
    table: Callable[[Swept, str, Words], Table]


def outcome_label(swept: Swept, outcome: str, words: Words) -> str:
    """Return what an outcome is called in a language, with its service."""
    found = next(one for one in swept.manifest["outcomes"] if one["name"] == outcome)
    called = names_of(swept.base, words["lang"]) if swept.base else {}
    where = [found["service"]] if found["service"] not in ("street", "all") else []
    where += [found["other"]] if found["other"] else []
    where += [found[key] for key in ("klass", "period") if found[key] != "all"]
    where = [called.get(name, name) for name in where]
    text = ", ".join([measure_called(found["measure"], words["lang"]), *where])
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


def change_told(found: Interval, lang: str) -> str:
    """Return a change with its interval, where it has one."""
    digits = digits_told(found)
    mean, low, high = (signed(value, lang, digits) for value in (found.mean, found.low, found.high))
    between = f"({low} … {high})".replace(" ", "\N{NO-BREAK SPACE}")
    return f"{mean} {between}" if found.high > found.low else mean


def digits_told(found: Interval) -> int:
    """Return the digits after the point of a change: two that count, of it or of its luck."""
    size = found.half_width if found.half_width > 0 else abs(found.mean)
    if not 0 < size < 9.95:
        return 0
    return min(6, 1 - math.floor(math.log10(size)))


def along_told(swept: Swept, outcome: str, words: Words) -> str:
    """Return how an outcome changes from end to end; between what it lies, if that is not known."""
    found, lang = swept.along(outcome), words["lang"]
    if found is None:
        return range_told(swept, outcome, words)
    return words["sweep_along" if found.change.excludes_zero else "sweep_along_none"].format(
        outcome=outcome_label(swept, outcome, words),
        change=signed(found.change.mean, lang, digits_told(found.change)),
        **ends_told(swept, found, lang),
    )


def ends_told(swept: Swept, found: Along, lang: str) -> dict[str, str]:
    """Return between which values of which levers a change is."""
    return {
        "lever": " ; ".join(lever.title(lang) for lever in swept.axes),
        "first": " ; ".join(value_told(value, lang) for value in found.first),
        "last": " ; ".join(value_told(value, lang) for value in found.last),
    }


def change_notes(swept: Swept, outcome: str, words: Words, note: str) -> list[str]:
    """Return the change from end to end, in the sentence ``note``, and how many points lack it."""
    found, along = [], swept.along(outcome)
    if along is not None:
        found.append(words[note].format(change=change_told(along.change, words["lang"])))
    missing = int((~np.isfinite(swept.done[outcome])).sum())
    return [*found, filled(words, "sweep_gaps", n=missing)] if missing else found


def range_told(swept: Swept, outcome: str, words: Words) -> str:
    """Return between which numbers an outcome lies."""
    values, lang = swept.done[outcome], words["lang"]
    return words["sweep_map_title"].format(
        outcome=outcome_label(swept, outcome, words),
        low=short(values.min(), lang),
        high=short(values.max(), lang),
    )


def with_unit(swept: Swept, outcome: str, words: Words) -> str:
    """Return what an outcome is called, with its unit where the name does not say it."""
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


def spaced(axes: Axes, *levers: SweptLever) -> None:
    """Lay out the axes as the values of their levers are spaced, the level one first."""
    scales = (axes.set_xscale, axes.set_yscale)
    for lever, scale, axis in zip(levers, scales, (axes.xaxis, axes.yaxis), strict=False):
        if lever.log:
            scale("log")
            axis.set_minor_formatter(NullFormatter())


def value_told(value: object, lang: str) -> str:
    """Return a value of a lever, a number or a label."""
    return short(float(value), lang) if isinstance(value, int | float) else str(value)


def in_quotes(names: Sequence[str], words: Words) -> str:
    """Return names one after another, each in the quotes of the language."""
    return ", ".join(words["sweep_quoted"].format(name=name) for name in names)


def notes(swept: Swept, words: Words) -> list[str]:
    """Return what every figure of a sweep must say about its numbers."""
    counts, lang = swept.done["replications"], words["lang"]
    failed = len(swept.table) - len(swept.done)
    if swept.done.empty:
        return [filled(words, "sweep_failed", n=failed)]
    least, most = int(counts.min()), int(counts.max())
    each = number(least, lang) if least == most else f"{least}-{most}"
    found = [words["sweep_points"].format(n=number(len(swept.table), lang), replications=each)]
    found += [filled(words, "sweep_failed", n=failed)] if failed else []
    return [*found, words["sweep_few"].format(needed=SURE_FROM)] if least < SURE_FROM else found
