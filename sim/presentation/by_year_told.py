"""Numbers by year, and what a mean over the period hides, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import isfinite
from typing import Any

from sim.analysis.tables import Key
from sim.analysis.windows import WHOLE
from sim.event_log import Outline
from sim.experiments.comparison import Other
from sim.experiments.findings import ByYear
from sim.presentation.names import number_name
from sim.presentation.words import number, percent, sentences, signed, words

_SAME = "people without a place per night"
"""A headline number that is another one, street nights a year, by 365."""
MOST_YEARS = 6
"""Years a table on a page or terminal has room for; of more, some are left out."""


def year_name(one: ByYear, outline: Outline, lang: str) -> str:
    """Return what readers call a number."""
    name = number_name(Key(one.measure, one.service, "", WHOLE, WHOLE), outline, lang)
    return f"{name} [EUR]" if one.unit.startswith("EUR") else name


def writer_of(one: ByYear, lang: str, change: bool = False) -> Callable[[float], str]:
    """Return how the values of one number are written: all with the same digits."""
    sizes = [abs(value) for value in (one.whole, *one.means) if isfinite(value)]
    largest = max(sizes, default=0.0)
    digits = 0 if largest >= 9.95 or all(size == round(size) for size in sizes) else 1

    def write(value: float) -> str:
        if not isfinite(value):
            return sentences(lang)("none_said")
        if one.unit == "share":
            return _points(value, lang) if change else percent(value, lang)
        return signed(value, lang, digits) if change else number(value, lang, digits)

    return write


def _points(value: float, lang: str) -> str:
    """Return a change of a share in points of a percentage."""
    return sentences(lang)("points", n=signed(100 * value, lang, 1))


def shown_years(years: Sequence[str], most: int = MOST_YEARS) -> list[int]:
    """Return which years stand in a table: all of a few, else the ends and some between."""
    last = len(years) - 1
    if last < most:
        return list(range(last + 1))
    return sorted({round(place * last / (most - 1)) for place in range(most)})


def hiding_sentence(one: ByYear, outline: Outline, lang: str, title: str = "") -> str:
    """Return that the mean of a number hides two years that are unlike; empty if it does not.

    ``title``: the scenario, where the number is its difference from a base.
    """
    if one.unlike is None:
        return ""
    key = "by_year_hides_change" if title else "by_year_hides"
    what = year_name(one, outline, lang)
    return two_years(one, lang, key, change=bool(title), what=what, title=title)


def hiding_sentences(
    found: Sequence[ByYear], outline: Outline, lang: str, title: str = ""
) -> list[str]:
    """Return what the means of these numbers hide, a sentence each; street nights only once."""
    told = [one for one in found if one.unlike and one.measure != _SAME]
    return [hiding_sentence(one, outline, lang, title) for one in told]


def two_years(one: ByYear, lang: str, key: str, change: bool = False, **blanks: str) -> str:
    """Return the sentence of a key on the two years that a mean hides; empty if it hides none."""
    if one.unlike is None:
        return ""
    first, second = one.unlike
    write = writer_of(one, lang, change)
    return sentences(lang)(
        key,
        mean=write(one.whole),
        first=write(one.means[first]),
        second=write(one.means[second]),
        year_1=one.years[first],
        year_2=one.years[second],
        **blanks,
    )


def year_rows(
    found: Iterable[ByYear], outline: Outline, lang: str, change: bool = False
) -> list[tuple[str, str, list[str], ByYear]]:
    """Return name, mean and the years shown of each number, ready to be written."""
    rows = []
    for one in found:
        write = writer_of(one, lang, change)
        years = [write(one.means[year]) for year in shown_years(one.years)]
        rows.append((year_name(one, outline, lang), write(one.whole), years, one))
    return rows


def year_changes(other: Other, one: ByYear, shown: Sequence[int], lang: str) -> list[str]:
    """Return the changes of one number in these years; in brackets where they are not certain."""
    write = writer_of(one, lang, change=True)
    return [
        write(one.means[year])
        if other.is_sure(one.measure, one.service, one.years[year])
        else words(lang)["year_in_brackets"].format(n=write(one.means[year]))
        for year in shown
    ]


def most_hidden(found: Sequence[ByYear], most: int) -> list[ByYear]:
    """Return the numbers whose mean hides most, at most so many, in the order given."""

    def spread(one: ByYear) -> float:
        first, second = one.unlike or (0, 0)
        return abs(one.means[first] - one.means[second]) / max(abs(one.whole), 1e-9)

    hiding = sorted((one for one in found if one.unlike), key=spread, reverse=True)[:most]
    return [one for one in found if any(one is kept for kept in hiding)]


def years_shown(found: Sequence[ByYear]) -> list[str]:
    """Return the names of the years in a table of these numbers."""
    return [found[0].years[year] for year in shown_years(found[0].years)] if found else []


def page_rows(
    found: Sequence[ByYear], outline: Outline, lang: str, change_of: Other | None = None
) -> list[tuple[str, str, list[str], bool]]:
    """Return the rows of a table on a page: name, mean, years, whether the mean hides a trend.

    ``change_of``: the scenario, where the numbers are differences from a base.
    """
    rows = []
    for name, mean, shown, one in year_rows(found, outline, lang, change_of is not None):
        if change_of is not None:
            shown = year_changes(change_of, one, shown_years(one.years), lang)
        if any(isfinite(value) for value in one.means):
            rows.append((name, mean, shown, one.unlike is not None))
    return rows


def as_records(found: Iterable[ByYear]) -> list[dict[str, Any]]:
    """Return numbers by year for other programs."""
    return [
        {
            "measure": one.measure,
            "service": one.service,
            "unit": one.unit,
            "mean": one.whole,
            "unlike": [one.years[year] for year in one.unlike] if one.unlike else None,
            "years": {
                year: {"mean": mean, "low": low, "high": high}
                for year, mean, low, high in zip(
                    one.years, one.means, one.lows, one.highs, strict=True
                )
            },
        }
        for one in found
    ]
