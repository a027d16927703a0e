"""What the figures of sweeps share: names, numbers, small print and colours."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from sim.experiments.sweep.results import Swept, SweptLever
from sim.presentation.figures.style import PALETTE, tint
from sim.presentation.measures_called import measure_called
from sim.presentation.words import number

SHADE = PALETTE[0]
PALE = tint(SHADE, 0.28)
"""Sure, and not sure."""
FRONTIER, BUDGET = PALETTE[2], PALETTE[1]
SCALE = LinearSegmentedColormap.from_list("nights", ["#ffffff", tint(SHADE, 0.5), "#003a5d"])
"""From none to many; no red, which means blocked."""

Words = Mapping[str, str]


def outcome_label(swept: Swept, outcome: str, words: Words) -> str:
    """Return what an outcome is called in a language, with its service and its unit."""
    found = next(one for one in swept.manifest["outcomes"] if one["name"] == outcome)
    where = [found["service"]] if found["service"] not in ("street", "all") else []
    where += [found[key] for key in ("other",) if found[key]]
    where += [found[key] for key in ("klass", "period") if found[key] != "all"]
    text = ", ".join([measure_called(found["measure"], words["lang"]), *where])
    return text[:1].upper() + text[1:]


def axes_of(swept: Swept) -> list[SweptLever]:
    """Return the first lever of each group: the others move with it."""
    firsts: dict[int, SweptLever] = {}
    for lever in swept.levers:
        firsts.setdefault(lever.group, lever)
    return [firsts[group] for group in sorted(firsts)]


def short(value: float, lang: str) -> str:
    """Return a number with about three digits."""
    if not np.isfinite(value):
        return "-"
    size = abs(value)
    digits = 0 if size >= 100 or value == round(value) else 1 if size >= 9.95 else 2
    return number(value, lang, digits if size >= 0.01 or not value else 4)


def notes(swept: Swept, words: Words) -> list[str]:
    """Return what every figure of a sweep must say about its numbers."""
    counts = swept.done["replications"]
    lang = words["lang"]
    least, most = int(counts.min()), int(counts.max())
    each = number(least, lang) if least == most else f"{least}-{most}"
    found = [words["sweep_points"].format(n=number(len(swept.table), lang), replications=each)]
    failed = len(swept.table) - len(swept.done)
    return [*found, words["sweep_failed"].format(n=failed)] if failed else found
