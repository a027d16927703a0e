"""Sentences on results: names, years, findings."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from math import isfinite
from typing import Any

from sim.analysis.blocking import Cause, service_name
from sim.analysis.measures import MEASURES, Key, measure_called
from sim.analysis.windows import WHOLE
from sim.core.log import Outline
from sim.runs.compare import (
    DETAILS,
    HEADLINE,
    SERVICES,
    YEARS,
    Alone,
    Comparison,
    MeasureChange,
    Other,
)
from sim.runs.findings import ByYear, Unserved, bottleneck, locked, unserved
from sim.runs.kept import Finding
from sim.runs.run import Results, warm_up_found
from sim.text.translations import (
    filled,
    in_language,
    listing,
    number,
    percent,
    sentences,
    signed,
    words,
)

# --- How scenarios and numbers are called, and how a change and its certainty are written.


def title_of(results: Results, lang: str) -> str:
    """Return the title of a scenario in a language."""
    return results.scenario.title.in_language(lang) if results.scenario else results.outline.title


def period_of(outline: Outline) -> tuple[date, date]:
    """Return the first and the last day of the period."""
    start = date.fromisoformat(outline.start)
    return start, start + timedelta(days=round(outline.horizon) - 1)


def name_of(value: MeasureChange | Alone, outline: Outline, lang: str) -> str:
    """Return what readers call a number: measure, and service, class and period where it has any.

    Parts that stand for everything are left out.
    """
    return number_name(value.key, outline, lang) + (" [%]" if value.unit == "%" else "")


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
    parts += [part for part in (key.class_id, key.period) if part != WHOLE]
    return ", ".join(parts)


def place_called(name: str, outline: Outline, lang: str) -> str:
    """Return what readers call a service, the street or a way out of the pathway."""
    numbers = {service.name: number for number, service in enumerate(outline.services)}
    if name in numbers:
        return service_name(outline, numbers[name], lang)
    texts = words(lang)
    return texts[name].lower() if name in ("street", "left", "died", "housed") else name


def in_per_cent(change: MeasureChange) -> MeasureChange:
    """Return a share as people read it, in per cent; any other number as it is."""
    if change.unit != "share":
        return change
    numbers = {
        name: 100 * getattr(change, name) for name in ("base", "other", "mean", "low", "high")
    }
    return replace(change, unit="%", **numbers)


def digits_of(change: MeasureChange) -> int:
    """Return how many digits after the point a number is written with: about three in all."""
    sizes = [abs(mean) for mean in (change.base, change.other) if math.isfinite(mean)]
    return digits_for(max(sizes, default=0.0))


def digits_for(largest: float) -> int:
    """Return how many digits after the point a number of this size is written with."""
    if largest >= 100 or largest == 0:
        return 0
    return 1 if largest >= 10 else 2 if largest >= 1 else 3


def plain_number(value: float, lang: str, digits: int) -> str:
    """Return a number with these digits, a dash where there is none."""
    return number(value, lang, digits) if isfinite(value) else "-"


def with_interval(mean: float, low: float, high: float, write: Callable[[float], str]) -> str:
    """Return ``9.8 (9.2 … 10.3)``, the mean alone where there is no interval, a dash for none."""
    if not isfinite(mean):
        return "-"
    return f"{write(mean)} ({write(low)} … {write(high)})" if high - low > 0 else write(mean)


def change_text(change: MeasureChange, lang: str) -> str:
    """Return ``-13,633 (-14,012 … -13,254)``, the mean alone where there is no interval."""
    digits = digits_of(change)
    return with_interval(
        change.mean, change.low, change.high, lambda value: signed(value, lang, digits)
    )


def alone_text(value: Alone, lang: str) -> str:
    """Return a number that one scenario alone has, with its interval: ``9.8 (9.2 … 10.3)``."""
    digits = digits_for(abs(value.mean))
    return with_interval(value.mean, value.low, value.high, lambda end: number(end, lang, digits))


def sureness(change: MeasureChange, lang: str) -> str:
    """Return how sure it is that a number moved, in words."""
    texts = words(lang)
    if math.isnan(change.adjusted):
        return texts["compare_unknown"]
    if change.p == 1.0 and change.mean == 0.0:
        return texts["compare_none"]
    small = change.adjusted < 0.001
    p = number(0.001 if small else change.adjusted, lang, 3)
    word = texts["compare_yes"] if change.is_sure else texts["compare_no"]
    return word.format(p=texts["p_below" if small else "p_is"].format(p=p))


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


# --- Numbers by year, and what a mean over the period hides, in words.

_SAME = "people without a place per night"
"""A headline number that is another one, street nights a year, by 365."""
MOST_YEARS = 6
"""Years a table on a page or terminal has room for; of more, some are left out."""


def year_name(by_year: ByYear, outline: Outline, lang: str) -> str:
    """Return what readers call a number."""
    name = number_name(Key(by_year.measure, by_year.service, "", WHOLE, WHOLE), outline, lang)
    return f"{name} [EUR]" if by_year.unit.startswith("EUR") else name


def writer_of(by_year: ByYear, lang: str, change: bool = False) -> Callable[[float], str]:
    """Return how the values of one number are written: all with the same digits."""
    sizes = [abs(value) for value in (by_year.whole, *by_year.means) if isfinite(value)]
    largest = max(sizes, default=0.0)
    digits = 0 if largest >= 9.95 or all(size == round(size) for size in sizes) else 1

    def write(value: float) -> str:
        if not isfinite(value):
            return sentences(lang)("none_said")
        if by_year.unit == "share":
            points = sentences(lang)("points", n=signed(100 * value, lang, 1))
            return points if change else percent(value, lang)
        return signed(value, lang, digits) if change else number(value, lang, digits)

    return write


def shown_years(years: Sequence[str], most: int = MOST_YEARS) -> list[int]:
    """Return which years stand in a table: all of a few, else the ends and some between."""
    last = len(years) - 1
    if last < most:
        return list(range(last + 1))
    return sorted({round(place * last / (most - 1)) for place in range(most)})


def hiding_sentences(
    numbers: Sequence[ByYear], outline: Outline, lang: str, title: str = ""
) -> list[str]:
    """Return that the mean of a number hides two years that are unlike, a sentence each.

    Street nights only once. ``title``: the scenario, where numbers are differences from a base.
    """
    key = "by_year_hides_change" if title else "by_year_hides"
    return [
        two_years(
            each, lang, key, change=bool(title), what=year_name(each, outline, lang), title=title
        )
        for each in numbers
        if each.unlike and each.measure != _SAME
    ]


def two_years(by_year: ByYear, lang: str, key: str, change: bool = False, **blanks: str) -> str:
    """Return the sentence of a key on the two years that a mean hides; empty if it hides none."""
    if by_year.unlike is None:
        return ""
    first, second = by_year.unlike
    write = writer_of(by_year, lang, change)
    return sentences(lang)(
        key,
        mean=write(by_year.whole),
        first=write(by_year.means[first]),
        second=write(by_year.means[second]),
        year_1=by_year.years[first],
        year_2=by_year.years[second],
        **blanks,
    )


def year_rows(
    numbers: Iterable[ByYear], outline: Outline, lang: str, change: bool = False
) -> list[tuple[str, str, list[str], ByYear]]:
    """Return name, mean and the years shown of each number, ready to be written."""
    rows = []
    for by_year in numbers:
        write = writer_of(by_year, lang, change)
        years = [write(by_year.means[year]) for year in shown_years(by_year.years)]
        rows.append((year_name(by_year, outline, lang), write(by_year.whole), years, by_year))
    return rows


def year_changes(other: Other, by_year: ByYear, shown: Sequence[int], lang: str) -> list[str]:
    """Return the changes of one number in these years; in brackets where they are not certain."""
    write = writer_of(by_year, lang, change=True)
    return [
        write(by_year.means[year])
        if other.is_sure(by_year.measure, by_year.service, by_year.years[year])
        else words(lang)["year_in_brackets"].format(n=write(by_year.means[year]))
        for year in shown
    ]


def most_hidden(numbers: Sequence[ByYear], most: int) -> list[ByYear]:
    """Return the numbers whose mean hides most, at most so many, in the order given."""

    def spread(by_year: ByYear) -> float:
        first, second = by_year.unlike or (0, 0)
        return abs(by_year.means[first] - by_year.means[second]) / max(abs(by_year.whole), 1e-9)

    hiding = sorted((by_year for by_year in numbers if by_year.unlike), key=spread, reverse=True)[
        :most
    ]
    return [by_year for by_year in numbers if any(by_year is kept for kept in hiding)]


def years_shown(numbers: Sequence[ByYear]) -> list[str]:
    """Return the names of the years in a table of these numbers."""
    return [numbers[0].years[year] for year in shown_years(numbers[0].years)] if numbers else []


def page_rows(
    numbers: Sequence[ByYear], outline: Outline, lang: str, change_of: Other | None = None
) -> list[tuple[str, str, list[str], bool]]:
    """Return the rows of a table on a page: name, mean, years, whether the mean hides a trend.

    ``change_of``: the scenario, where the numbers are differences from a base.
    """
    rows = []
    for name, mean, shown, by_year in year_rows(numbers, outline, lang, change_of is not None):
        if change_of is not None:
            shown = year_changes(change_of, by_year, shown_years(by_year.years), lang)
        if any(isfinite(value) for value in by_year.means):
            rows.append((name, mean, shown, by_year.unlike is not None))
    return rows


def as_records(numbers: Iterable[ByYear]) -> list[dict[str, Any]]:
    """Return numbers by year for other programs."""
    return [
        {
            "measure": by_year.measure,
            "service": by_year.service,
            "unit": by_year.unit,
            "mean": by_year.whole,
            "unlike": [by_year.years[year] for year in by_year.unlike] if by_year.unlike else None,
            "years": {
                year: {"mean": mean, "low": low, "high": high}
                for year, mean, low, high in zip(
                    by_year.years, by_year.means, by_year.lows, by_year.highs, strict=True
                )
            },
        }
        for by_year in numbers
    ]


# --- What was found in a run, in a sentence each.

_WITHOUT_NEXT = ("to the street", "gone", "declined", "lapsed")
"""What is worded even where people are blocked, and is no want of room where nothing else is."""


def bottleneck_sentences(results: Results, lang: str) -> list[str]:
    """Return who is blocked and for want of what, and who found no room in another way.

    A sentence says that everybody finds room only where nobody is refused, waits or meets
    closed doors.
    """
    t, cause, missing = sentences(lang), bottleneck(results), unserved(results)
    if cause is not None:
        missing = [each for each in missing if each.what in _WITHOUT_NEXT and each.number >= 1]
        first = cause_sentence(cause, results.outline, lang)
    else:
        refused = all(each.what in _WITHOUT_NEXT for each in missing)
        key = "cause_none_but_refused" if refused else "cause_none_but"
        first = t(key if missing else "cause_none")
    return [first, *(_missing(each, results.outline, lang) for each in missing)]


def _missing(people: Unserved, outline: Outline, lang: str) -> str:
    """Return who found no room in a service."""
    what = people.what.replace(" ", "_")
    return sentences(lang)(
        f"unserved_{what}",
        service=service_name(outline, people.service, lang),
        number=_small(people.number, lang),
        of=_small(people.of, lang),
    )


def cause_sentence(cause: Cause, outline: Outline, lang: str) -> str:
    """Return what a main bottleneck does."""
    blocked, occupied = (
        number(people, lang, 0 if people >= 9.5 else 1)
        for people in (cause.blocked, cause.occupied)
    )
    return sentences(lang)(
        "cause",
        blocked=blocked,
        occupied=occupied,
        where=service_name(outline, cause.where, lang),
        want=service_name(outline, cause.want, lang),
        share=round(100 * cause.share),
        street=round(100 * cause.street_share),
    )


def locked_sentence(results: Results, lang: str) -> str:
    """Return a warning for each set of services that locked, else an empty text."""
    t = sentences(lang)
    return " ".join(
        t(
            "locked_services",
            n=lock.replications,
            all=results.replications,
            names=listing(
                (service_name(results.outline, service, lang) for service in lock.services), lang
            ),
            day=round(lock.day),
        )
        for lock in locked(results)
    )


def warm_up_sentence(results: Results, lang: str) -> str:
    """Return a sentence where MSER-5 would leave out more than the scenario does, else nothing."""
    warm_up, chosen = warm_up_found(results), round(results.outline.warm_up)
    if warm_up is None or (warm_up.is_settled and warm_up.left_out <= chosen):
        return ""
    key = "warm_up_short" if warm_up.is_settled else "warm_up_unsettled"
    return sentences(lang)(key, n=warm_up.left_out, chosen=chosen)


def _small(value: float, lang: str) -> str:
    """Return a number of people; a small one is not written as none."""
    if 0 < value < 0.05:
        return f"<{number(0.1, lang, 1)}"
    return number(value, lang, 0 if value >= 9.5 or value == round(value) else 1)


# --- What is not as in the reference, in sentences.


def finding_text(finding: Finding, lang: str) -> str:
    """Return a difference from the reference as a sentence, without the name of its scenario."""
    t = sentences(lang)
    name = measure_called(finding.measure, lang) if finding.measure else ""
    if finding.measure and finding.service != WHOLE:
        name = t("reference_number_of", measure=name, service=in_language(finding.service, lang))
    before, after, change = f"{finding.before:.6g}", f"{finding.after:.6g}", ""
    if finding.before:
        change = f" ({100 * (finding.after / finding.before - 1):+.2g} %)"
    if lang == "fr":
        before, after, change = (text.replace(".", ",") for text in (before, after, change))
    return t(
        f"reference_{finding.kind}",
        figure=finding.figure,
        number=name,
        before=before,
        after=after,
        change=change,
        unit=in_language(finding.unit, lang),
    )
