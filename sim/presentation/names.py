"""How scenarios and numbers are called, and how a change and its certainty are written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from sim.analysis.blocking import service_name
from sim.analysis.measures import MEASURES
from sim.analysis.tables import Key
from sim.analysis.windows import WHOLE
from sim.event_log import Outline
from sim.experiments.comparison import DETAILS, HEADLINE, SERVICES, YEARS, Alone, Comparison, Moved
from sim.experiments.run import Results
from sim.presentation.measures_called import measure_called
from sim.presentation.words import filled, number, signed, words


def title_of(results: Results, lang: str) -> str:
    """Return the title of a scenario in a language."""
    return results.scenario.title.in_language(lang) if results.scenario else results.outline.title


def period_of(outline: Outline) -> tuple[date, date]:
    """Return the first and the last day of the period."""
    start = date.fromisoformat(outline.start)
    return start, start + timedelta(days=round(outline.horizon) - 1)


def name_of(one: Moved | Alone, outline: Outline, lang: str) -> str:
    """Return what readers call a number: measure, and service, class and period where it has any.

    Parts that stand for everything are left out.
    """
    return number_name(one.key, outline, lang) + (" [%]" if one.unit == "%" else "")


def number_name(key: Key, outline: Outline, lang: str) -> str:
    """Return what readers call the number of a key, parts that stand for everything left out."""
    measure = next((measure for measure in MEASURES if measure.name == key.measure), None)
    name = measure_called(key.measure, lang)
    parts = [name[:1].upper() + name[1:]]
    if key.service != WHOLE and not (
        key.service == "street" and measure and len(measure.where) == 1
    ):
        parts.append(place_called(key.service, outline, lang))
    if key.other:
        parts[-1] += f" → {place_called(key.other, outline, lang)}"
    parts += [part for part in (key.klass, key.period) if part != WHOLE]
    return ", ".join(parts)


def place_called(name: str, outline: Outline, lang: str) -> str:
    """Return what readers call a service, the street or a way out of the pathway."""
    numbers = {service.name: number for number, service in enumerate(outline.services)}
    if name in numbers:
        return service_name(outline, numbers[name], lang)
    spoken = words(lang)
    return spoken[name].lower() if name in ("street", "left", "died", "housed") else name


def in_per_cent(one: Moved) -> Moved:
    """Return a share as people read it, in per cent; any other number as it is."""
    if one.unit != "share":
        return one
    numbers = {name: 100 * getattr(one, name) for name in ("base", "other", "mean", "low", "high")}
    return replace(one, unit="%", **numbers)


def digits_of(one: Moved) -> int:
    """Return how many digits after the point a number is told with: about three in all."""
    sizes = [abs(value) for value in (one.base, one.other) if math.isfinite(value)]
    return digits_for(max(sizes, default=0.0))


def digits_for(largest: float) -> int:
    """Return how many digits after the point a number of this size is told with."""
    if largest >= 100 or largest == 0:
        return 0
    return 1 if largest >= 10 else 2 if largest >= 1 else 3


def change_text(one: Moved, lang: str) -> str:
    """Return ``-13,633 (-14,012 … -13,254)``, the mean alone where there is no interval."""
    digits = digits_of(one)
    if not math.isfinite(one.mean):
        return "-"
    mean = signed(one.mean, lang, digits)
    if not one.high - one.low > 0:
        return mean
    return f"{mean} ({signed(one.low, lang, digits)} … {signed(one.high, lang, digits)})"


def alone_text(one: Alone, lang: str) -> str:
    """Return a number that one scenario alone has, with its interval: ``9.8 (9.2 … 10.3)``."""
    if not math.isfinite(one.mean):
        return "-"
    digits = digits_for(abs(one.mean))
    mean = number(one.mean, lang, digits)
    if not one.high - one.low > 0:
        return mean
    return f"{mean} ({number(one.low, lang, digits)} … {number(one.high, lang, digits)})"


def sureness(one: Moved, spoken: Mapping[str, str]) -> str:
    """Return how sure it is that a number moved, in words."""
    if math.isnan(one.adjusted):
        return spoken["compare_unknown"]
    if one.p == 1.0 and one.mean == 0.0:
        return spoken["compare_none"]
    small = one.adjusted < 0.001
    p = number(0.001 if small else one.adjusted, spoken["lang"], 3)
    word = spoken["compare_yes"] if one.is_sure else spoken["compare_no"]
    return word.format(p=spoken["p_below" if small else "p_is"].format(p=p))


def about_tests(comparison: Comparison, lang: str) -> str:
    """Return what "certain" means in a comparison."""
    tests = comparison.tests
    return filled(
        words(lang),
        "compare_tests",
        n=tests[HEADLINE],
        years=tests[YEARS],
        services=tests[SERVICES],
        details=tests[DETAILS],
    )
