"""Units: "6 weeks", "18 per week", "12 %", "mon-fri 09:00"; the only parser of them."""

from __future__ import annotations

import contextlib
import datetime
import itertools
import math
import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from functools import lru_cache

from sim.core.calendars import Calendar, calendar, constant, rounded
from sim.core.errors import InvalidValue, quoted, suggestion, unaccented
from sim.core.limits import (
    HIGHEST_NUMBER,
    LONGEST_NAME,
    LONGEST_TIME,
    MOST_MONEY,
    MOST_PEOPLE,
    MOST_PER_DAY,
    MOST_PLACES,
    PLAIN_FACTOR,
    SHORTEST_TIME,
    UNLIMITED,
)

# --- The only unit parser: "6 weeks", "18 per week", "12 %" -> numbers in days, per day, shares.
#
# Texts come from people, many of whom write French: what could mean two things (``1,5 h`` is 15
# hours to some parsers, ``1.000`` a thousand to some people) is refused with what to write,
# spaces between groups of three digits are accepted, narrow or not, and so are the French words
# for units. 1 year = 365 days, 1 month = 365/12 days, but for the length of a period
# (``days_of_months``).

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
    "number": "1.2",
}
"""One well-written value of each dimension."""

TOO_LARGE = 1e15
"""No number is larger, whatever its unit: beyond, digits are lost."""

# --------------------------------------------------------------------- numbers

_DIGITS = r"[0-9](?:[0-9.,'\u2019_ ]*[0-9])?"
_RUN = re.compile(rf"([-+\u2212]?)(\.?{_DIGITS}\.?)([eE][-+]?[0-9]+)?(?![0-9])(.*)$", re.DOTALL)
_SOUND = re.compile(r"([0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:\.([0-9]+))?")
_AMBIGUOUS = re.compile(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}")
_OTHER_BASE = re.compile(r"([-+]?)(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+)\b\s*(.*)$")
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
    """Raise ``InvalidValue`` for a number with a plus sign: it may be meant as so much more."""
    if re.match(r"\+\s*\.?[0-9]", text):
        bare = quoted(text[1:].strip(), marks=False)
        raise InvalidValue(
            f"{quoted(text)} could mean {bare} more, or {bare} in all: write {bare}; in a what-if "
            f"'add: {bare}' is {bare} more, 'to: {bare}' is {bare} in all"
        )


def split_number(text: str) -> tuple[str, str] | None:
    """Return the number a text begins with and what follows it, None if it begins with none.

    Raises ``InvalidValue`` with what to write for a number written in a way that is not taken.
    """
    refuse_sign(text)
    other = _OTHER_BASE.match(text)
    if other is not None:
        number = int(other[1] + other[2], 0)
        if abs(number) > TOO_LARGE:
            raise InvalidValue(f"numbers have the digits 0 to 9 alone, not {quoted(text)}")
        raise InvalidValue(
            f"numbers have the digits 0 to 9 alone: {_write(str(number), other[3], text)}"
        )
    match = _RUN.match(text)
    if match is None:
        return None
    sign, body, exponent, rest = match[1].replace("\u2212", "-"), match[2], match[3] or "", match[4]
    if rest[:1] in (":", "-") and rest[1:2].isdigit():  # a time of day, a date
        return None
    rest = rest.strip()
    if _SOUND.fullmatch(body) is None:
        raise InvalidValue(_mended(sign, body, exponent, rest, text))
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
    messages = {
        "comma": "a comma could mean thousands or decimals: write {thousands} for thousands, "
        "{decimals} for decimals, not {text}",
        "dot": "a dot before three digits could mean thousands or decimals: write {thousands} for "
        "thousands, {decimals} for decimals, not {text}",
    }
    return messages[mark].format(**ways)


def refuse_ambiguous(text: str) -> None:
    """Raise ``InvalidValue`` for a number with a dot before three digits, unless it is per cent."""
    split = split_number(spaced(text))
    if split is not None and is_ambiguous(split[0]) and not split[1].startswith("%"):
        whole, _, decimals = split[0].partition(".")
        raise InvalidValue(thousands_or_decimals(whole, decimals, split[1], spaced(text), "dot"))


# ---------------------------------------------------------------------- reading


def read(dimension: str, written: object) -> float:
    """Return the number meant by a written value of a dimension, in the units of the plan.

    Shares are 0 to 1, durations days, rates per day, times of day shares of the day, money EUR.
    Raises ``InvalidValue`` with a sentence that says what to write.
    """
    if written is None or written == "":
        raise InvalidValue(f"nothing is written here; write for instance '{EXAMPLES[dimension]}'")
    if isinstance(written, bool) or not isinstance(written, (str, int, float)):
        raise InvalidValue(f"{_a(dimension)} was expected, for instance '{EXAMPLES[dimension]}'")
    if isinstance(written, int) and abs(written) > TOO_LARGE:
        written = f"{'-' * (written < 0)}1e15"  # beyond every limit, and perhaps too long to show
    text = spaced(written)
    if dimension == "time":
        return read_time(text)
    if dimension == "places" and in_english(text) == "unlimited":
        return float(UNLIMITED)
    split = split_number(text)
    if split is None:
        raise InvalidValue(
            f"{_a(dimension)} was expected, for instance '{EXAMPLES[dimension]}', "
            f"not {quoted(text)}"
        )
    if isinstance(written, str) and dimension not in ("share", "factor", "number"):
        refuse_ambiguous(text)
    number = float(split[0])
    if abs(number) <= TOO_LARGE:
        value = _read_unit(dimension, number, *split)
    else:
        value = math.copysign(math.inf, number)
    _within_limits(dimension, value, text)
    return value


def _read_unit(dimension: str, number: float, digits: str, unit: str) -> float:
    """Return a number with its unit; a refusal repeats the words of the unit as they are typed."""
    english = in_english(unit)
    try:
        return _READERS[dimension](number, digits, english)
    except InvalidValue as refused:
        text = str(refused)
        for before, after in (("'", "'"), (f"{digits} ", "")):
            text = text.replace(f"{before}{english}{after}", f"{before}{unit}{after}")
        raise InvalidValue(text if english else str(refused)) from None


def read_whole(written: object) -> int:
    """Return a whole number that is a setting, without unit; InvalidValue says what to write."""
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
                raise InvalidValue(thousands_or_decimals(digits[:-3], "000", "", text, mark))
            raise InvalidValue(f"a whole number was expected: write {digits}, not {text}")
        with contextlib.suppress(InvalidValue):
            split = split_number(text)
    if split is not None and re.fullmatch("[-+]?[0-9]+", split[0]) and not split[1]:
        digits = split[0] if len(split[0]) < 1000 else split[0][:30]  # as far beyond every limit
        return int(digits)
    if split is None or split[1] or not abs(float(split[0])) < TOO_LARGE or float(split[0]) % 1:
        raise InvalidValue(f"a whole number was expected, not {quoted(written)}")
    return int(float(split[0]))


def _within_limits(dimension: str, value: float, text: str) -> None:
    """Raise ``InvalidValue`` for a number beyond what can be simulated."""
    most, message = _LIMITS[dimension]
    if not abs(value) <= most:
        raise InvalidValue(message.format(found=quoted(text, marks=False), most=plain(most)))
    if dimension == "duration" and 0 < abs(value) < SHORTEST_TIME * (1 - 1e-9):
        shown = quoted(text, marks=False)
        raise InvalidValue(f"{shown} is too short: 1 second is the shortest time above 0")


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
    "number": (HIGHEST_NUMBER, "{found} is too large: {most} is the largest value"),
}  # fmt: skip


def _a(dimension: str) -> str:
    names = {
        "share": "a share", "count": "a number", "places": "a number of places",
        "duration": "a duration", "rate": "a rate", "time": "a time of day",
        "money": "an amount of money", "factor": "a factor", "number": "a number",
    }  # fmt: skip
    return names[dimension]


def _share(number: float, written: str, unit: str) -> float:
    if unit == "%":
        return number / 100
    if unit:
        raise InvalidValue(
            f"a share is written in per cent, for instance '12 %', not "
            f"{quoted(f'{written} {unit}')}"
        )
    if number == 1:
        raise InvalidValue(
            f"a share is written in per cent: write '100 %' for all or '1 %', not {written}"
        )
    meant = number * 100 if abs(number) <= 1 else number
    raise InvalidValue(f"a share is written in per cent: write '{clear(meant)} %', not {written}")


def _count(number: float, written: str, unit: str) -> float:
    if unit in _MULTIPLES:
        meant = clear(number * _MULTIPLES[unit])
        raise InvalidValue(
            f"a number without unit was expected: write {meant}, not '{written} {unit}'"
        )
    if unit:
        raise InvalidValue(
            f"a number without unit was expected: write {written}, not "
            f"{quoted(f'{written} {unit}')}"
        )
    return number


_MULTIPLES = {"k": 1e3, "K": 1e3, "M": 1e6, "million": 1e6, "millions": 1e6}


def _duration(number: float, written: str, unit: str) -> float:
    if not unit:
        raise InvalidValue(f"a duration needs a unit: write {_durations(written)}, not {written}")
    if unit not in UNITS:
        both = re.fullmatch(r"([^\W\d]+) (?:et |and )?([0-9]{1,9}) ?([^\W\d]+)", unit)
        if both is not None and both[1] in UNITS and both[3] in UNITS:
            least = UNITS[both[3]]
            total = round((number * UNITS[both[1]] + int(both[2]) * least) / least, 6)
            raise InvalidValue(
                f"a duration is one number and one unit: write {clear(total)} {both[3]}, "
                f"not {written} {unit}"
            )
        more = re.fullmatch(r"([^\W\d]+) (?:et|and|and a) ([^\W\d]+)", unit)
        if more is not None and more[1] in UNITS and folded(more[2]) in _PARTS:
            meant = clear(round(number + _PARTS[folded(more[2])], 6))
            many = f"{more[1]}s" if f"{more[1]}s" in UNITS else more[1]
            raise InvalidValue(
                f"a duration is one number and one unit: write {meant} {many}, not {written} {unit}"
            )
        raise InvalidValue(f"{quoted(unit)} is not a unit of time{suggestion(unit, UNIT_WORDS)}")
    return number * UNITS[unit]


_PARTS = {"demi": 0.5, "demie": 0.5, "half": 0.5, "quart": 0.25, "quarter": 0.25}
"""Parts of a unit that people write in words, without accents."""


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
        raise InvalidValue(
            f"a rate needs a time: write '{written}{sign} per week' or "
            f"'{written}{sign} per year', not {written}{sign}"
        )
    if "/" in unit and unit.split("/")[-1].strip() in UNITS:
        time = unit.split("/")[-1].strip()
        raise InvalidValue(
            f"a rate is written with 'per': write '{written}{sign} per {time}', "
            f"not {quoted(f'{written} {unit}')}"
        )
    if len(words) != 2 or words[0] != "per":
        raise InvalidValue(
            f"a rate is written as '{written}{sign} per week' or '{written}{sign} per year', "
            f"not {quoted(f'{written} {unit}')}"
        )
    if words[1] not in UNITS:
        singular = ("h", "day", "week", "month", "year")
        raise InvalidValue(
            f"{quoted(words[1])} is not a unit of time{suggestion(words[1], singular)}"
        )
    return (number / 100 if share else number) / UNITS[words[1]]


def _money(number: float, written: str, unit: str) -> float:
    if unit not in ("EUR", "€"):
        many = unit.removesuffix("EUR").removesuffix("€").strip()
        meant = clear(number * _MULTIPLES[many]) if many in _MULTIPLES else written
        raise InvalidValue(f"an amount of money is written in EUR: write '{meant} EUR'")
    return number


def _factor(number: float, written: str, unit: str) -> float:
    """Return what other numbers are multiplied by; a large one could be meant in per cent."""
    if unit and unit != "%":
        raise InvalidValue(f"a factor has no unit: write {written} or '{clear(number * 100)} %'")
    if not unit and number > PLAIN_FACTOR:
        raise InvalidValue(
            f"a factor above {plain(PLAIN_FACTOR)} is written in per cent: write "
            f"'{clear(number)} %', or '{clear(number * 100)} %' for {clear(number)} times as much, "
            f"not {written}"
        )
    return _pure(number, written, unit)


def _pure(number: float, written: str, unit: str) -> float:
    """Return a number that is not a share: a trait, a coefficient of variation."""
    if unit and unit != "%":
        raise InvalidValue(
            f"a number without unit was expected: write {written}, not "
            f"{quoted(f'{written} {unit}')}"
        )
    return number / 100 if unit else number


_READERS: dict[str, Callable[[float, str, str], float]] = {
    "share": _share, "count": _count, "places": _count, "duration": _duration,
    "rate": _rate, "money": _money, "factor": _factor, "number": _pure,
}  # fmt: skip


def plain(number: float) -> str:
    """Return a number as people write it: without a needless ``.0``, never with an exponent."""
    return f"{number:.10f}".rstrip("0").rstrip(".") if number % 1 else str(int(number))


# ----------------------------------------------------------------- French words


def folded(word: str) -> str:
    """Return a word without accents, capitals and a dot at its end: ``Années`` as ``annees``."""
    return unaccented(word).rstrip(".")


@lru_cache(maxsize=4096)
def in_english(text: str) -> str:
    """Return a written quantity with its French words in English: ``9 mois`` as ``9 months``."""
    is_quantity = len(text) < LONGEST_NAME and _LETTERS.search(text)
    return _LETTERS.sub(_word_in_english, text) if is_quantity else text


_LETTERS = re.compile(r"[^\W\d_]+")


def _word_in_english(match: re.Match[str]) -> str:
    word = folded(match.group())
    english = _FRENCH.get(word) or _FRENCH.get(word.removesuffix("s"))
    if english is None:
        return match.group()
    before = match.string[: match.start()].split()
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
            raise InvalidValue(f"a time of day is written like '09:00': write {meant}, not {text}")
        raise InvalidValue(f"a time of day is written like '09:00', not {quoted(text)}")
    hours, minutes = int(match[1]), int(match[2])
    if minutes > 59 or hours * 60 + minutes > 1440:
        raise InvalidValue(f"there is no time of day '{text}'")
    return (hours * 60 + minutes) / 1440


def read_date(written: object) -> datetime.date:
    """Return a date written as ``2024-01-31``."""
    text = str(written).strip()
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        parts = re.fullmatch(r"([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})", text)
        meant = f"{parts[1]}-{int(parts[2]):02d}-{int(parts[3]):02d}" if parts else ""
        if meant:
            raise InvalidValue(f"a date is written like '2024-01-31': write {meant}, not {text}")
        raise InvalidValue(
            f"a date is written like '2024-01-31' (year-month-day), not {quoted(text)}"
        )
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise InvalidValue(f"there is no date {text}") from None


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


# --- Hours of the week and dates -> step functions in days since the first day of the period.

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Intervals = tuple[tuple[float, float], ...]
"""Parts of the week, in days since Monday 00:00, rounded: sorted, apart, within 0 and 7."""
Profile = tuple[tuple[float, float], ...]
"""A week as a step function: (days since Monday 00:00, value from then on), the first at 0."""
Dated = tuple[datetime.date | None, "float | Profile"]
"""A value and the date from which it holds (none: always)."""

_PATTERN = re.compile(r"(?:(?P<days>[a-z][a-z, -]*?)\s*)??(?P<hours>[0-9]{1,2}(?: ?[:h.]|-).*)?$")
_HINT = "write for instance 'mon-fri 09:00-17:00' or 'every day 20:00-08:00'"
_NAMES = {
    **{day: day for day in DAYS},
    "monday": "mon", "tuesday": "tue", "tues": "tue", "wednesday": "wed", "thursday": "thu",
    "thur": "thu", "thurs": "thu", "friday": "fri", "saturday": "sat", "sunday": "sun",
    "lundi": "mon", "mardi": "tue", "mercredi": "wed", "jeudi": "thu", "vendredi": "fri",
    "samedi": "sat", "dimanche": "sun",
    "lun": "mon", "mar": "tue", "mer": "wed", "jeu": "thu", "ven": "fri", "sam": "sat",
    "dim": "sun",
}  # fmt: skip
"""Days of the week as people write them, in both languages, without accents and plural."""
OTHERWISE = "otherwise"
_OTHER_WORDS = {"toujours": "always", "jamais": "never", "sinon": OTHERWISE}


@lru_cache(maxsize=4096)
def hours_in_english(pattern: str) -> str:
    """Return hours of the week with their words in English and short: ``mon-fri 09:00-17:00``.

    A text that is in English already is returned as it is.
    """
    text = re.sub("[\u2010-\u2015\u2212]", "-", " ".join(pattern.lower().split()))
    text = re.sub(r"([^\W\d_]+)\.?", lambda word: folded(word.group()), text)
    text = re.sub(r"^(tous les jours|chaque jour)(?![a-z])", "every day", text)
    text = re.sub(r"\b(du|le|les|from) (?=[a-z])", "", text)
    text = re.sub(r"(?<=[a-z]) (au|a|to) (?=[a-z])", "-", text)
    text = re.sub(r" (de|from) (?=[0-9])", " ", text)
    text = re.sub(r"(?<=[a-z]),? (et|and) (?=[a-z])", ", ", text)
    text = re.sub("[a-z]+", lambda word: _day(word.group()), text)
    text = re.sub("(?<=[a-z]) ?- ?(?=[a-z])", "-", text)
    text = _OTHER_WORDS.get(text, text)
    return pattern if text == " ".join(pattern.split()) else text


def _day(word: str) -> str:
    return _NAMES.get(word) or _NAMES.get(word.removesuffix("s")) or word


def read_pattern(text: object) -> Intervals:
    """Return the parts of the week meant by a text like ``mon-fri 09:00-17:00``.

    ``always``, ``never``, ``every day``, single days, ranges and lists of days, in English or
    French; hours may pass midnight; days without hours mean the whole days.
    """
    if not isinstance(text, str):
        raise InvalidValue(f"hours of the week were expected: {_HINT}")
    words = hours_in_english(text)
    if words in ("always", "never"):
        return ((0.0, 7.0),) if words == "always" else ()
    match = _PATTERN.match(words)
    if match is None or not match["days"]:
        raise InvalidValue(f"{quoted(text)} does not say which days: {_HINT}")
    days = _days(match["days"], text)
    start, end = _hours(match["hours"], text, match["days"])
    parts = []
    for day in days:
        parts.append((rounded(day + start), rounded(min(day + end, 7.0))))
        if day + end > 7:
            parts.append((0.0, rounded(day + end - 7)))
    return merge(parts)


def _hours(hours: str | None, text: str, days: str) -> tuple[float, float]:
    if hours is None:
        return 0.0, 1.0
    ends = hours.split("-")
    if len(ends) != 2 or not all(_CLOCK.fullmatch(end.strip()) for end in ends):
        meant = re.fullmatch(rf"{_HOUR} ?(?:-|a|to) ?{_HOUR}", hours)
        if meant is not None and int(meant[1]) <= 24 and int(meant[3]) <= 24:
            first, last = (f"{int(meant[i]):02d}:{meant[i + 1] or '00'}" for i in (1, 3))
            raise InvalidValue(
                f"the hours of {quoted(text)} are written like '09:00-17:00': write "
                f"'{days} {first}-{last}'"
            )
        raise InvalidValue(f"the hours of {quoted(text)} are not understood: {_HINT}")
    start, end = read_time(ends[0]), read_time(ends[1])
    if start == end or (start, end) == (1.0, 0.0):
        raise InvalidValue(
            f"{quoted(text)} begins and ends at the same time; leave the hours out for whole days"
        )
    return start, end if end > start else end + 1


_CLOCK = re.compile("[0-9]{1,2}:[0-9]{2}")
_HOUR = r"([0-9]{1,2})(?: ?[h:.] ?([0-9]{2})?)?"


def _days(words: str, text: str) -> list[int]:
    if words == "every day":
        return list(range(7))
    days: list[int] = []
    for part in words.split(","):
        ends = [end.strip() for end in part.split("-")]
        if len(ends) > 2 or any(end not in DAYS for end in ends):
            raise InvalidValue(
                f"the days of {quoted(text)} are not understood (mon tue wed thu fri sat sun): "
                f"{_HINT}"
            )
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        days += [day % 7 for day in range(first, last + 1 if last >= first else last + 8)]
    return days


def merge(parts: Sequence[tuple[float, float]]) -> Intervals:
    """Return the intervals sorted, touching and overlapping ones joined."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(parts):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


Line = tuple[str, Intervals, float]
"""A line of a week: its hours as written, the parts of the week they mean, their value."""


def profile(lines: Sequence[Line], otherwise: float | None) -> Profile:
    """Return the week in which the hours of each line have its value, the rest ``otherwise``.

    InvalidValue if two lines name the same hour, or if without ``otherwise`` an hour has no value.
    """
    parts = sorted((start, end, key, value) for key, spans, value in lines for start, end in spans)
    for (_, end, key, _), (start, _, other, _) in itertools.pairwise(parts):
        if start < end:
            raise InvalidValue(
                f"'{key}' and '{other}' overlap from {_moment(start)} on: each hour of the week "
                "is named once"
            )
    if otherwise is None:
        _complete(parts)
        otherwise = 0.0
    changes = {0.0: otherwise}
    for start, end, _, value in parts:
        changes[start] = value
        if end < 7:
            changes.setdefault(end, otherwise)
    return tuple(sorted(changes.items()))


def _complete(parts: Sequence[tuple[float, float, str, float]]) -> None:
    """Raise ``InvalidValue`` for the first hours of the week that have no value."""
    ends = [0.0, *(end for _, end, _, _ in parts)]
    starts = [*(start for start, _, _, _ in parts), 7.0]
    for end, start in zip(ends, starts, strict=True):
        if start > end:
            raise InvalidValue(
                f"no value is given from {_moment(end)} to {_moment(start, ends=True)}: write "
                "one, or a line 'otherwise: value' for all hours not named"
            )


def _moment(time: float, ends: bool = False) -> str:
    """Return a moment of the week as in files: ``mon 09:00``; midnight may end the day before."""
    day, minute = divmod(round(time * 1440), 1440)
    if ends and minute == 0:
        day, minute = day - 1, 1440
    return f"{DAYS[day]} {minute // 60:02d}:{minute % 60:02d}"


def open_profile(parts: Intervals) -> Profile:
    """Return the week that is 1 inside the intervals and 0 outside."""
    return profile([("", parts, 1.0)], 0.0)


def expand(
    steps: Sequence[Dated], start: datetime.date, horizon: float, ramp: bool = False
) -> Calendar:
    """Return the step function over 0 .. horizon of dated values; day 0 is ``start``.

    A ramp is a staircase of whole days, each with the ramp's value at noon (docs/model.md, 8).
    """
    date, value = steps[0]
    if len(steps) == 1 and date is None and not isinstance(value, tuple):
        return constant(value)
    return _expanded(tuple(steps), start, horizon, ramp)


@lru_cache(maxsize=128)  # in a sweep nearly all calendars are those of the point before
def _expanded(
    steps: tuple[Dated, ...], start: datetime.date, horizon: float, ramp: bool
) -> Calendar:
    days = [0 if date is None else (date - start).days for date, _ in steps]
    values = [value for _, value in steps]
    rows: list[tuple[float, float]] = []
    for i, (day, value) in enumerate(zip(days, values, strict=True)):
        last = i + 1 == len(days)
        begin, end = max(0.0, day), horizon if last else min(horizon, days[i + 1])
        if begin >= end:
            continue
        if not isinstance(value, tuple):
            if ramp and not last:
                rows += _ramp(day, value, days[i + 1], _number(values[i + 1]), begin, end)
            else:
                rows.append((begin, value))
        else:
            rows += _repeat(value, start.weekday(), begin, end)
    return _steps(rows)


def _number(value: float | Profile) -> float:
    if isinstance(value, tuple):
        raise InvalidValue("a ramp leads from number to number, not to hours of the week")
    return value


def _ramp(
    day: int, value: float, next_day: int, next_value: float, begin: float, end: float
) -> list[tuple[float, float]]:
    slope = (next_value - value) / (next_day - day)
    whole_days = range(int(begin), int(-(-end // 1)))
    return [(float(k), value + slope * (k + 0.5 - day)) for k in whole_days]


def _repeat(week: Profile, weekday: int, begin: float, end: float) -> list[tuple[float, float]]:
    rows: list[tuple[float, float]] = []
    monday = -weekday + 7 * ((begin + weekday) // 7)
    while monday < end:
        for offset, value in week:
            time = monday + offset
            if time <= begin:
                rows = [(begin, value)]
            elif time < end:
                rows.append((time, value))
        monday += 7
    return rows


def _steps(rows: Sequence[tuple[float, float]]) -> Calendar:
    kept = [rows[0]]
    for time, value in rows[1:]:
        if value != kept[-1][1]:
            kept.append((time, value))
    return calendar([time for time, _ in kept], [value for _, value in kept])


# --- Whole numbers of people from shares.


def largest_remainder(total: int, weights: Sequence[float]) -> list[int]:
    """Return whole numbers that add up to ``total``, as near as possible to the weights.

    Equal remainders: the first gets the one more. Weights that are all 0 count as equal.
    """
    if not sum(weights) > 0.0:
        weights = [1.0] * len(weights)
    quotas = [total * weight / sum(weights) for weight in weights]
    people = [math.floor(round(quota, 9)) for quota in quotas]
    # rounded, or equal remainders would be ordered by noise in the last digit
    order = sorted(range(len(quotas)), key=lambda i: (-round(quotas[i] - people[i], 9), i))
    for i in order[: total - sum(people)]:
        people[i] += 1
    return people
