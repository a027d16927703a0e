"""The only unit parser: "6 weeks", "18 per week", "12 %" -> numbers in days, per day, shares.

Texts come from people, many of whom write French: what could mean two things (``1,5 h`` is 15 hours
to some parsers, ``1.000`` a thousand to some people) is refused with what to write, spaces between
groups of three digits are accepted, narrow or not, and so are the French words for units. 1 year =
365 days, 1 month = 365/12 days, but for the length of a period (``days_of_months``).
"""

from __future__ import annotations

import contextlib
import datetime
import math
import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from functools import lru_cache

from sim.vocabulary.errors import Refused, did_you_mean, quoted
from sim.vocabulary.limits import (
    HIGHEST_NUMBER,
    LONGEST_NAME,
    LONGEST_TIME,
    MOST_MONEY,
    MOST_PEOPLE,
    MOST_PER_DAY,
    MOST_PLACES,
    PLAIN_FACTOR,
    SHORTEST_TIME,
)
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
UNIT_WORDS = ("min", "h", "days", "weeks", "months", "years")
"""Units of time as people are advised to write them."""

_FRENCH = {
    "seconde": "second", "minute": "minute", "heure": "hour", "jour": "day", "semaine": "week",
    "mois": "month", "an": "year", "annee": "year", "par": "per", "illimite": "unlimited",
    "illimitee": "unlimited",
}  # fmt: skip
"""French words of quantities, without accents and plural, by the English word they stand for."""

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

TOO_LARGE = 1e15
"""No number is larger, whatever its unit: beyond, digits are lost."""

# --------------------------------------------------------------------- numbers

_DIGITS = r"[0-9](?:[0-9.,'\u2019_ ]*[0-9])?"
_RUN = re.compile(rf"([-+\u2212]?)(\.?{_DIGITS}\.?)([eE][-+]?[0-9]+)?(?![0-9])(.*)$", re.DOTALL)
_SOUND = re.compile(r"([0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:\.([0-9]+))?")
_AMBIGUOUS = re.compile(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}")
_OTHER_BASE = re.compile(
    r"([-+]?)(0[xX][0-9a-fA-F]{1,40}|0[oO][0-7]{1,40}|0[bB][01]{1,40})\b\s*(.*)$"
)
_MARKS = re.compile(r"[.,'\u2019_ ]")


def spaced(written: object) -> str:
    """Return a written value on one line, every kind of space as one plain space."""
    return " ".join(str(written).split())


def is_ambiguous(number: str) -> bool:
    """Say whether a number could mean thousands or decimals: ``1.000``, ``20.000``."""
    return _AMBIGUOUS.fullmatch(number) is not None


def clear(number: float) -> str:
    """Return a number as people can type it again: 2.125 as ``2.1250``, which means one thing."""
    text = plain(number)
    return f"{text}0" if is_ambiguous(text) else text


def refuse_sign(text: str) -> None:
    """Raise ``Refused`` for a number with a plus sign: it may be meant as so much more."""
    if re.match(r"\+\s*\.?[0-9]", text):
        bare = quoted(text[1:].strip(), marks=False)
        raise Refused(
            f"{quoted(text)} could mean {bare} more, or {bare} in all: write {bare}; in a what-if "
            f"'add: {bare}' is {bare} more, 'to: {bare}' is {bare} in all"
        )


def split_number(text: str) -> tuple[str, str] | None:
    """Return the number a text begins with and what follows it, None if it begins with none.

    Raises ``Refused`` with what to write for a number written in a way that is not taken.
    """
    refuse_sign(text)
    other = _OTHER_BASE.match(text)
    if other is not None:
        number = str(int(other[1] + other[2], 0))
        raise Refused(f"numbers have the digits 0 to 9 alone: {_write(number, other[3], text)}")
    found = _RUN.match(text)
    if found is None:
        return None
    sign, body, exponent, rest = found[1].replace("\u2212", "-"), found[2], found[3] or "", found[4]
    if rest[:1] in (":", "-") and rest[1:2].isdigit():  # a time of day, a date
        return None
    rest = rest.strip()
    if _SOUND.fullmatch(body) is None:
        raise Refused(_mended(sign, body, exponent, rest, text))
    return f"{sign}{body.replace(' ', '')}{exponent}", rest


def _write(number: str, rest: str, text: str) -> str:
    """Return what to write instead of a text."""
    return f"write {quoted(f'{number} {rest}', marks=False)}, not {quoted(text, marks=False)}"


def _mended(sign: str, body: str, exponent: str, rest: str, text: str) -> str:
    """Return what to write for a number with marks in it that are not taken."""
    marks = _MARKS.findall(body)
    last = body.rfind(marks[-1])
    head, tail = _MARKS.sub("", body[:last]), body[last + 1 :]
    in_threes = all(len(group) == 3 for group in _MARKS.split(body)[1:])
    is_decimal = marks[-1] in ".," and marks.count(marks[-1]) == 1
    whole = f"{sign}{head}{tail}{exponent}"
    if not head or not tail:  # .5 and 5.
        number = f"{sign}{head or '0'}{'.' * bool(tail)}{tail}{exponent}"
        return f"digits stand on both sides of the point: {_write(number, rest, text)}"
    if marks == [","]:
        if is_ambiguous(f"{head}.{tail}"):
            return thousands_or_decimals(f"{sign}{head}", tail, rest, text, "comma")
        number = _decimal(sign, head, tail, exponent)
        return f"decimals take a point: {_write(number, rest, text)}"
    if is_decimal:
        number = _decimal(sign, head, tail, exponent)
        return (
            f"spaces part groups of digits, and decimals take a point: {_write(number, rest, text)}"
        )
    if set(marks) == {" "}:
        return f"spaces part groups of three digits: {_write(whole, rest, text)}"
    if in_threes or not set(marks) & {".", ",", " "}:
        return f"only spaces part groups of digits: {_write(whole, rest, text)}"
    return f"{quoted(text)} is not understood as a number: decimals take a point, as in 1.5"


def _decimal(sign: str, whole: str, decimals: str, exponent: str) -> str:
    number = f"{sign}{whole}.{decimals}"
    return f"{number}0{exponent}" if is_ambiguous(number) else f"{number}{exponent}"


def thousands_or_decimals(whole: str, decimals: str, rest: str, text: str, mark: str) -> str:
    """Return the refusal of a number that could mean two things, with both ways to type it."""
    shorter = decimals.rstrip("0")
    digits = f"{decimals}0" if len(shorter) == 3 else shorter
    ways = {
        "thousands": quoted(f"{whole}{decimals} {rest}", marks=False),
        "decimals": quoted(f"{whole}{'.' * bool(digits)}{digits} {rest}", marks=False),
        "text": quoted(text, marks=False),
    }
    told = {
        "comma": "a comma could mean thousands or decimals: write {thousands} for thousands, "
        "{decimals} for decimals, not {text}",
        "dot": "a dot before three digits could mean thousands or decimals: write {thousands} for "
        "thousands, {decimals} for decimals, not {text}",
    }
    return told[mark].format(**ways)


def refuse_ambiguous(text: str) -> None:
    """Raise ``Refused`` for a number with a dot before three digits, unless it is per cent."""
    split = split_number(spaced(text))
    if split is not None and is_ambiguous(split[0]) and not split[1].startswith("%"):
        whole, _, decimals = split[0].partition(".")
        raise Refused(thousands_or_decimals(whole, decimals, split[1], spaced(text), "dot"))


# ---------------------------------------------------------------------- reading


def read(dimension: str, written: object) -> float:
    """Return the number meant by a written value of a dimension, in the units of the plan.

    Shares are 0 to 1, durations days, rates per day, times of day shares of the day, money EUR.
    Raises ``Refused`` with a sentence that says what to write.
    """
    if written is None or written == "":
        raise Refused(f"nothing is written here; write for instance '{EXAMPLES[dimension]}'")
    if isinstance(written, bool) or not isinstance(written, (str, int, float)):
        raise Refused(f"{_a(dimension)} was expected, for instance '{EXAMPLES[dimension]}'")
    if isinstance(written, int) and abs(written) > TOO_LARGE:
        written = f"{'-' * (written < 0)}1e15"  # beyond every limit, and perhaps too long to show
    text = spaced(written)
    if dimension == "time":
        return read_time(text)
    if dimension == "places" and in_english(text) == "unlimited":
        return float(UNLIMITED)
    split = split_number(text)
    if split is None:
        raise Refused(
            f"{_a(dimension)} was expected, for instance '{EXAMPLES[dimension]}', "
            f"not {quoted(text)}"
        )
    if isinstance(written, str) and dimension not in ("share", "factor"):
        refuse_ambiguous(text)
    number = float(split[0])
    if abs(number) <= TOO_LARGE:
        found = _READERS[dimension](number, split[0], in_english(split[1]))
    else:
        found = math.copysign(math.inf, number)
    _within_limits(dimension, found, text)
    return found


def read_whole(written: object) -> int:
    """Return a whole number that is a setting, without unit; ``Refused`` says what to write."""
    if isinstance(written, int) and not isinstance(written, bool):
        return written
    text = spaced(written)
    refuse_sign(text)
    split = None
    if isinstance(written, float | str):
        grouped = re.fullmatch("[0-9]{1,3}([.,'\u2019_][0-9]{3})+", text)
        if grouped is not None:
            digits = _MARKS.sub("", text)
            if re.fullmatch("[0-9]+[.,]000", text):
                mark = "dot" if "." in text else "comma"
                raise Refused(thousands_or_decimals(digits[:-3], "000", "", text, mark))
            raise Refused(f"a whole number was expected: write {digits}, not {text}")
        with contextlib.suppress(Refused):
            split = split_number(text)
    if split is not None and re.fullmatch("[-+]?[0-9]{1,30}", split[0]) and not split[1]:
        return int(split[0])
    if split is None or split[1] or not abs(float(split[0])) < TOO_LARGE or float(split[0]) % 1:
        raise Refused(f"a whole number was expected, not {quoted(written)}")
    return int(float(split[0]))


def _within_limits(dimension: str, found: float, text: str) -> None:
    """Raise ``Refused`` for a number beyond what can be simulated."""
    most, message = _LIMITS[dimension]
    if not abs(found) <= most:
        raise Refused(message.format(found=quoted(text, marks=False), most=plain(most)))
    if dimension == "duration" and 0 < abs(found) < SHORTEST_TIME * (1 - 1e-9):
        shown = quoted(text, marks=False)
        raise Refused(f"{shown} is too short: 1 second is the shortest time above 0")


_LIMITS = {
    "share": (1e13, "{found} is too large: 100 % is the largest share"),
    "count": (MOST_PEOPLE, "{found} is too large: {most} is the largest value"),
    "places": (
        MOST_PLACES,
        "{found} is too large: {most} is the largest number of places; where there is no limit "
        "write 'unlimited'",
    ),
    "duration": (LONGEST_TIME, "{found} is too long: {most} days is the longest time"),
    "rate": (MOST_PER_DAY, "{found} is too much: {most} per day is the highest rate"),
    "money": (MOST_MONEY, "{found} is too much: {most} EUR is the largest amount"),
    "factor": (HIGHEST_NUMBER, "{found} is too large: {most} is the largest value"),
}  # fmt: skip


def _a(dimension: str) -> str:
    names = {
        "share": "a share", "count": "a number", "places": "a number of places",
        "duration": "a duration", "rate": "a rate", "time": "a time of day",
        "money": "an amount of money", "factor": "a factor",
    }  # fmt: skip
    return names[dimension]


def _share(number: float, written: str, unit: str) -> float:
    if unit == "%":
        return number / 100
    if unit:
        raise Refused(
            f"a share is written in per cent, for instance '12 %', not "
            f"{quoted(f'{written} {unit}')}"
        )
    if number == 1:
        raise Refused(
            f"a share is written in per cent: write '100 %' for all or '1 %', not {written}"
        )
    meant = number * 100 if abs(number) <= 1 else number
    raise Refused(f"a share is written in per cent: write '{clear(meant)} %', not {written}")


def _count(number: float, written: str, unit: str) -> float:
    if unit in _MULTIPLES:
        meant = clear(number * _MULTIPLES[unit])
        raise Refused(f"a number without unit was expected: write {meant}, not '{written} {unit}'")
    if unit:
        raise Refused(
            f"a number without unit was expected: write {written}, not "
            f"{quoted(f'{written} {unit}')}"
        )
    return number


_MULTIPLES = {"k": 1e3, "K": 1e3, "M": 1e6, "million": 1e6, "millions": 1e6}


def _duration(number: float, written: str, unit: str) -> float:
    if not unit:
        raise Refused(f"a duration needs a unit: write {_durations(written)}, not {written}")
    if unit not in UNITS:
        both = re.fullmatch(r"([^\W\d]+) (?:et |and )?([0-9]{1,9}) ?([^\W\d]+)", unit)
        if both is not None and both[1] in UNITS and both[3] in UNITS:
            least = UNITS[both[3]]
            total = round((number * UNITS[both[1]] + int(both[2]) * least) / least, 6)
            raise Refused(
                f"a duration is one number and one unit: write {clear(total)} {both[3]}, "
                f"not {written} {unit}"
            )
        raise Refused(f"{quoted(unit)} is not a unit of time{did_you_mean(unit, UNIT_WORDS)}")
    return number * UNITS[unit]


def _durations(written: str) -> str:
    number = float(written)
    if 60 <= number < 1e6:
        return f"'{written} days' or '{clear(round(number / 30, 1))} months'"
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
    if "/" in unit and unit.split("/")[-1].strip() in UNITS:
        time = unit.split("/")[-1].strip()
        raise Refused(
            f"a rate is written with 'per': write '{written}{sign} per {time}', "
            f"not {quoted(f'{written} {unit}')}"
        )
    if len(words) != 2 or words[0] != "per":
        raise Refused(
            f"a rate is written as '{written}{sign} per week' or '{written}{sign} per year', "
            f"not {quoted(f'{written} {unit}')}"
        )
    if words[1] not in UNITS:
        singular = ("h", "day", "week", "month", "year")
        raise Refused(f"{quoted(words[1])} is not a unit of time{did_you_mean(words[1], singular)}")
    return (number / 100 if share else number) / UNITS[words[1]]


def _money(number: float, written: str, unit: str) -> float:
    if unit not in ("EUR", "€"):
        many = unit.removesuffix("EUR").removesuffix("€").strip()
        meant = clear(number * _MULTIPLES[many]) if many in _MULTIPLES else written
        raise Refused(f"an amount of money is written in EUR: write '{meant} EUR'")
    return number


def _factor(number: float, written: str, unit: str) -> float:
    if unit == "%":
        return number / 100
    if unit:
        raise Refused(f"a factor has no unit: write {written} or '{clear(number * 100)} %'")
    if number > PLAIN_FACTOR:
        raise Refused(
            f"a factor above {plain(PLAIN_FACTOR)} is written in per cent: write "
            f"'{clear(number)} %', or '{clear(number * 100)} %' for {clear(number)} times as much, "
            f"not {written}"
        )
    return number


_READERS: dict[str, Callable[[float, str, str], float]] = {
    "share": _share, "count": _count, "places": _count, "duration": _duration,
    "rate": _rate, "money": _money, "factor": _factor,
}  # fmt: skip


def plain(number: float) -> str:
    """Return a number as people write it: without a needless ``.0``, never with an exponent."""
    return f"{number:.10f}".rstrip("0").rstrip(".") if number % 1 else str(int(number))


# ----------------------------------------------------------------- French words


def folded(word: str) -> str:
    """Return a word without accents, capitals and a dot at its end: ``Années`` as ``annees``."""
    parts = unicodedata.normalize("NFD", word.casefold())
    return "".join(one for one in parts if not unicodedata.combining(one)).rstrip(".")


@lru_cache(maxsize=4096)
def in_english(text: str) -> str:
    """Return a written quantity with its French words in English: ``9 mois`` as ``9 months``."""
    is_quantity = len(text) < LONGEST_NAME and _LETTERS.search(text)
    return _LETTERS.sub(_word_in_english, text) if is_quantity else text


_LETTERS = re.compile(r"[^\W\d_]+")


def _word_in_english(found: re.Match[str]) -> str:
    word = folded(found.group())
    english = _FRENCH.get(word) or _FRENCH.get(word.removesuffix("s"))
    if english is None:
        return found.group()
    before = found.string[: found.start()].split()
    is_after_number = bool(before) and before[-1][-1].isdigit()
    is_one = is_after_number and before[-1] in ("1", "0", "1.0")
    return f"{english}s" if is_after_number and english in _DAYS and not is_one else english


# --------------------------------------------------------------- times and dates


def read_time(text: str) -> float:
    """Return a clock time (``09:00``, at most ``24:00``) as a share of the day."""
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", text.strip())
    if match is None:
        other = re.fullmatch(r"([0-9]{1,2})(?: ?[hH.,] ?([0-9]{2})?)?", text.strip())
        if other is not None and int(other[1]) <= 24:
            meant = f"{int(other[1]):02d}:{other[2] or '00'}"
            raise Refused(f"a time of day is written like '09:00': write {meant}, not {text}")
        raise Refused(f"a time of day is written like '09:00', not {quoted(text)}")
    hours, minutes = int(match[1]), int(match[2])
    if minutes > 59 or hours * 60 + minutes > 1440:
        raise Refused(f"there is no time of day '{text}'")
    return (hours * 60 + minutes) / 1440


def read_date(written: object) -> datetime.date:
    """Return a date written as ``2024-01-31``."""
    text = str(written).strip()
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        parts = re.fullmatch(r"([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})", text)
        meant = f"{parts[1]}-{int(parts[2]):02d}-{int(parts[3]):02d}" if parts else ""
        if meant:
            raise Refused(f"a date is written like '2024-01-31': write {meant}, not {text}")
        raise Refused(f"a date is written like '2024-01-31' (year-month-day), not {quoted(text)}")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Refused(f"there is no date {text}") from None


def days_of_months(start: datetime.date, months: float) -> int | None:
    """Return the days from a date to the same date so many whole months later.

    Where that month has no such date, to its last one. None beyond the last date there is.
    """
    if not months <= 12 * datetime.MAXYEAR:
        return None
    year, month = divmod(start.year * 12 + start.month - 1 + int(months), 12)
    if year > datetime.MAXYEAR:
        return None
    day = min(start.day, monthrange(year, month + 1)[1])
    return (datetime.date(year, month + 1, day) - start).days
