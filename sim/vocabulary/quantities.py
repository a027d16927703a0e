"""The only unit parser: "6 weeks", "18 per week", "12 %" -> numbers in days, per day, shares.

Texts come from people, many of whom write French: decimal commas are refused with a hint (some
parsers read "1,5 h" as 15 hours), spaces between groups of three digits are accepted, narrow or
not. 1 year = 365 days, 1 month = 365/12 days.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable

from sim.vocabulary.errors import Refused, did_you_mean
from sim.vocabulary.limits import UNLIMITED as UNLIMITED

_DAYS = {
    "second": 1 / 86400, "min": 1 / 1440, "h": 1 / 24, "day": 1.0, "week": 7.0,
    "month": 365 / 12, "year": 365.0,
}  # fmt: skip
UNITS = {
    **_DAYS,
    **{f"{unit}s": days for unit, days in _DAYS.items() if unit not in ("min", "h")},
    "minute": _DAYS["min"], "minutes": _DAYS["min"], "hour": _DAYS["h"], "hours": _DAYS["h"],
}  # fmt: skip
"""Units of time, in days."""

_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " "})
_NUMBER = r"[-+]?(?:\d{1,3}(?: \d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?"
_LEADING = re.compile(rf"({_NUMBER})(?![\d.,:])\s*(.*)$")
_COMMA = re.compile(r"([-+]?\d[\d ]*),(\d+)(.*)$")

EXAMPLES = {
    "share": "12 %",
    "count": "75",
    "places": "75",
    "duration": "9 months",
    "rate": "18 per week",
    "time": "09:00",
    "money": "20000 EUR",
    "factor": "1.2",
}
"""One well-written value of each dimension."""

Written = str | int | float | bool | None


def read(dimension: str, written: object) -> float:
    """Return the number meant by a written value of a dimension, in the units of the plan.

    Shares are 0 to 1, durations days, rates per day, times of day shares of the day, money EUR.
    Raises ``Refused`` with a sentence that says what to write.
    """
    if written is None or written == "":
        raise Refused(f"nothing is written here; write for instance '{EXAMPLES[dimension]}'")
    if isinstance(written, bool) or not isinstance(written, (str, int, float)):
        raise Refused(f"{_a(dimension)} was expected, for instance '{EXAMPLES[dimension]}'")
    text = " ".join(str(written).translate(_SPACES).split())
    refuse_comma(text)
    if dimension == "time":
        return read_time(text)
    if dimension == "places" and text == "unlimited":
        return float(UNLIMITED)
    match = _LEADING.match(text)
    if match is None:
        raise Refused(
            f"{_a(dimension)} was expected, for instance '{EXAMPLES[dimension]}', not '{text}'"
        )
    number = float(match[1].replace(" ", ""))
    if math.isinf(number):
        raise Refused(f"{match[1]} is too large a number")
    return _READERS[dimension](number, match[1], match[2].strip())


def _a(dimension: str) -> str:
    names = {
        "share": "a share", "count": "a number", "places": "a number of places",
        "duration": "a duration", "rate": "a rate", "time": "a time of day",
        "money": "an amount of money", "factor": "a factor",
    }  # fmt: skip
    return names[dimension]


def refuse_comma(text: str) -> None:
    """Raise ``Refused``, with what to write, for a number with a comma in it."""
    match = _COMMA.match(text)
    if match is None:
        return
    whole, decimals, rest = match.groups()
    if len(decimals) == 3 and whole.lstrip("+-") != "0":
        raise Refused(
            f"a comma could mean thousands or decimals: write {whole}{decimals}{rest} for "
            f"thousands, {whole}.{decimals}{rest} for decimals, not {text}"
        )
    raise Refused(f"decimals take a point: write {whole}.{decimals}{rest}, not {text}")


def _share(number: float, written: str, unit: str) -> float:
    if unit == "%":
        return number / 100
    if unit:
        raise Refused(
            f"a share is written in per cent, for instance '12 %', not '{written} {unit}'"
        )
    meant = number * 100 if abs(number) <= 1 else number
    raise Refused(f"a share is written in per cent: write '{plain(meant)} %', not {written}")


def _count(number: float, written: str, unit: str) -> float:
    if unit:
        raise Refused(
            f"a number without unit was expected: write {written}, not '{written} {unit}'"
        )
    return number


def _duration(number: float, written: str, unit: str) -> float:
    if not unit:
        raise Refused(f"a duration needs a unit: write {_durations(written)}, not {written}")
    if unit not in UNITS:
        raise Refused(f"'{unit}' is not a unit of time{did_you_mean(unit, UNIT_WORDS)}")
    return number * UNITS[unit]


UNIT_WORDS = ("min", "h", "days", "weeks", "months", "years")
"""Units of time as people are advised to write them."""


def _durations(written: str) -> str:
    number = float(written.replace(" ", ""))
    if number >= 60:
        return f"'{written} days' or '{plain(round(number / 30, 1))} months'"
    return f"'{written} days' or '{written} months'"


def _rate(number: float, written: str, unit: str) -> float:
    share = unit.startswith("%")
    words = unit.removeprefix("%").split()
    sign = " %" if share else ""
    if not words:
        raise Refused(
            f"a rate needs a time: write '{written}{sign} per week' or "
            f"'{written}{sign} per year', not {written}{sign}"
        )
    if len(words) != 2 or words[0] != "per":
        raise Refused(
            f"a rate is written as '{written}{sign} per week' or '{written}{sign} per year', "
            f"not '{written} {unit}'"
        )
    if words[1] not in UNITS:
        singular = ("h", "day", "week", "month", "year")
        raise Refused(f"'{words[1]}' is not a unit of time{did_you_mean(words[1], singular)}")
    return (number / 100 if share else number) / UNITS[words[1]]


def _money(number: float, written: str, unit: str) -> float:
    if unit not in ("EUR", "€"):
        raise Refused(f"an amount of money is written in EUR: write '{written} EUR'")
    return number


def _factor(number: float, written: str, unit: str) -> float:
    if unit == "%":
        return number / 100
    if unit:
        raise Refused(f"a factor has no unit: write {written} or '{plain(number * 100)} %'")
    return number


_READERS: dict[str, Callable[[float, str, str], float]] = {
    "share": _share, "count": _count, "places": _count, "duration": _duration,
    "rate": _rate, "money": _money, "factor": _factor,
}  # fmt: skip


def plain(number: float) -> str:
    """Return a number as people write it: without a needless ``.0``, never with an exponent."""
    return f"{number:.10f}".rstrip("0").rstrip(".") if number % 1 else str(int(number))


def read_time(text: str) -> float:
    """Return a clock time (``09:00``, at most ``24:00``) as a share of the day."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", text.strip())
    if match is None:
        raise Refused(f"a time of day is written like '09:00', not '{text}'")
    hours, minutes = int(match[1]), int(match[2])
    if minutes > 59 or hours * 60 + minutes > 1440:
        raise Refused(f"there is no time of day '{text}'")
    return (hours * 60 + minutes) / 1440


def read_date(written: object) -> datetime.date:
    """Return a date written as ``2024-01-31``."""
    text = str(written).strip()
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is None:
        raise Refused(f"a date is written like '2024-01-31' (year-month-day), not '{text}'")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Refused(f"there is no date {text}") from None
