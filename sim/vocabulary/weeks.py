"""Hours of the week and dates -> step functions in days since the first day of the period."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from sim.vocabulary.calendars import Calendar, calendar, constant, rounded
from sim.vocabulary.errors import Refused
from sim.vocabulary.quantities import read_time

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Intervals = tuple[tuple[float, float], ...]
"""Parts of the week, in days since Monday 00:00, rounded: sorted, apart, within 0 and 7."""
Profile = tuple[tuple[float, float], ...]
"""A week as a step function: (days since Monday 00:00, value from then on), the first at 0."""
Dated = tuple[datetime.date | None, "float | Profile"]
"""A value and the date from which it holds (none: always)."""

_PATTERN = re.compile(r"(?:(?P<days>[a-z][a-z, -]*?)\s*)??(?P<hours>\d{1,2}:\d{2}.*)?$")
_HINT = "write for instance 'mon-fri 09:00-17:00' or 'every day 20:00-08:00'"


def read_pattern(text: object) -> Intervals:
    """Return the parts of the week meant by a text like ``mon-fri 09:00-17:00``.

    ``always``, ``never``, ``every day``, single days, ranges and lists of days; hours may pass
    midnight; days without hours mean the whole days.
    """
    if not isinstance(text, str):
        raise Refused(f"hours of the week were expected: {_HINT}")
    words = " ".join(text.lower().replace("\u2013", "-").split())
    if words in ("always", "never"):
        return ((0.0, 7.0),) if words == "always" else ()
    match = _PATTERN.match(words)
    if match is None or not match["days"]:
        raise Refused(f"'{text}' does not say which days: {_HINT}")
    start, end = _hours(match["hours"], text)
    parts = []
    for day in _days(match["days"], text):
        parts.append((rounded(day + start), rounded(min(day + end, 7.0))))
        if day + end > 7:
            parts.append((0.0, rounded(day + end - 7)))
    return merge(parts)


def _hours(hours: str | None, text: str) -> tuple[float, float]:
    if hours is None:
        return 0.0, 1.0
    ends = hours.split("-")
    if len(ends) != 2:
        raise Refused(f"the hours of '{text}' are not understood: {_HINT}")
    start, end = read_time(ends[0]), read_time(ends[1])
    if start == end:
        raise Refused(
            f"'{text}' begins and ends at the same time; leave the hours out for whole days"
        )
    return start, end if end > start else end + 1


def _days(words: str, text: str) -> list[int]:
    if words == "every day":
        return list(range(7))
    days: list[int] = []
    for part in words.split(","):
        ends = [end.strip() for end in part.split("-")]
        if len(ends) > 2 or any(end not in DAYS for end in ends):
            raise Refused(
                f"the days of '{text}' are not understood (mon tue wed thu fri sat sun): {_HINT}"
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


def profile(values: Mapping[Intervals, float], otherwise: float) -> Profile:
    """Return the week in which each set of intervals has its value and the rest ``otherwise``."""
    changes = {0.0: otherwise}
    parts = sorted((start, end, value) for key, value in values.items() for start, end in key)
    for (_, end, _), (start, _, _) in itertools.pairwise(parts):
        if start < end:
            raise Refused("two lines of this week overlap; each hour may be named once")
    for start, end, value in parts:
        changes[start] = value
        if end < 7:
            changes.setdefault(end, otherwise)
    return tuple(sorted(changes.items()))


def open_profile(parts: Intervals) -> Profile:
    """Return the week that is 1 inside the intervals and 0 outside."""
    return profile({parts: 1.0}, 0.0)


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
