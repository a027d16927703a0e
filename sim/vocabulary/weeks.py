"""Hours of the week and dates -> step functions in days since the first day of the period."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Sequence
from functools import lru_cache

from sim.vocabulary.calendars import Calendar, calendar, constant, rounded
from sim.vocabulary.errors import Refused, quoted
from sim.vocabulary.quantities import folded, read_time

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
def in_english(pattern: str) -> str:
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
        raise Refused(f"hours of the week were expected: {_HINT}")
    words = in_english(text)
    if words in ("always", "never"):
        return ((0.0, 7.0),) if words == "always" else ()
    match = _PATTERN.match(words)
    if match is None or not match["days"]:
        raise Refused(f"{quoted(text)} does not say which days: {_HINT}")
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
            raise Refused(
                f"the hours of {quoted(text)} are written like '09:00-17:00': write "
                f"'{days} {first}-{last}'"
            )
        raise Refused(f"the hours of {quoted(text)} are not understood: {_HINT}")
    start, end = read_time(ends[0]), read_time(ends[1])
    if start == end:
        raise Refused(
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
            raise Refused(
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

    ``Refused`` if two lines name the same hour, or if without ``otherwise`` an hour has no value.
    """
    parts = sorted((start, end, key, value) for key, spans, value in lines for start, end in spans)
    for (_, end, one, _), (start, _, other, _) in itertools.pairwise(parts):
        if start < end:
            raise Refused(
                f"'{one}' and '{other}' overlap from {_moment(start)} on: each hour of the week "
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
    """Raise ``Refused`` for the first hours of the week that have no value."""
    ends = [0.0, *(end for _, end, _, _ in parts)]
    starts = [*(start for start, _, _, _ in parts), 7.0]
    for end, start in zip(ends, starts, strict=True):
        if start > end:
            raise Refused(
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
        raise Refused("a ramp leads from number to number, not to hours of the week")
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
