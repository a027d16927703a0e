"""What the figures of sweeps share: names, numbers, small print and colours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from sim.analysis.statistics import Interval
from sim.experiments.sweep.results import Swept
from sim.presentation.figures.style import PALETTE, tint
from sim.presentation.measures_called import measure_called
from sim.presentation.report.saying import names_of
from sim.presentation.words import number, signed
from sim.presentation.words import words as words_of

SHADE = PALETTE[0]
DARK = "#003a5d"
FRONTIER, BUDGET = PALETTE[2], PALETTE[1]
SCALE = LinearSegmentedColormap.from_list("nights", ["#ffffff", tint(SHADE, 0.5), DARK])
"""From none to many; no red, which means blocked."""

Words = Mapping[str, str]


def outcome_label(swept: Swept, outcome: str, words: Words) -> str:
    """Return what an outcome is called in a language, with its service and its unit."""
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
        return [words["sweep_failed"].format(n=failed)]
    least, most = int(counts.min()), int(counts.max())
    each = number(least, lang) if least == most else f"{least}-{most}"
    found = [words["sweep_points"].format(n=number(len(swept.table), lang), replications=each)]
    return [*found, words["sweep_failed"].format(n=failed)] if failed else found
