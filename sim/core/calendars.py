"""Calendars: right-continuous step functions of time, with their cumulated area and its inverse.

The last value holds for ever. Times start at 0.0 and are never asked for before that. Like every
time, those of a calendar are whole milliseconds (docs/model.md, section 8).
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_ALMOST_WHOLE = 1e-9  # 75 places x 80 % are 60, even where the product falls a hair short
ALMOST = 1.0 - 1e-9
"""The part of a whole number of outings that counts as all of it."""
MILLISECONDS = 86_400_000
"""Milliseconds of a day. In floating point days, 200 years are exact to less than 0.001 of one."""
_FAR = 1e9  # days: beyond every period, nothing is due


def rounded(time: float) -> float:
    """Return a time [days] to the nearest millisecond, halves to the even one.

    The same millisecond always gives the same float, however the time was added up, and a whole
    day, hour, minute or second is that very number.
    """
    return round(time * MILLISECONDS) / MILLISECONDS if time < _FAR else time


@dataclass(frozen=True, slots=True)
class Calendar:
    """``values[i]`` holds from ``times[i]`` on; ``areas[i]`` is the integral up to there.

    Build it with ``calendar`` or ``constant``, which check and cumulate.
    """

    times: tuple[float, ...]
    values: tuple[float, ...]
    areas: tuple[float, ...]

    def at(self, t: float) -> float:
        """Return the value in force at ``t``."""
        if len(self.times) == 1:
            return self.values[0]
        return self.values[bisect_right(self.times, t, 1) - 1]

    def area(self, t: float) -> float:
        """Return the integral of the values from 0 to ``t``."""
        i = bisect_right(self.times, t, 1) - 1
        return self.areas[i] + self.values[i] * (t - self.times[i])

    def when(self, target: float, enough: float = 1.0) -> float:
        """Return the smallest time from 0 on whose area reaches ``target``; inf if none does.

        A target above 0 is always reached in a stretch with a positive value, or at its end: for
        arrivals this is the exact inversion of the cumulated rate (Cinlar, 1975, section 4.7).
        Where a stretch ends with this part of the target (ALMOST), that is ``enough``.
        """
        if target <= 0.0:
            return 0.0
        following = bisect_left(self.areas, target * enough)
        i = following - 1
        if following < len(self.times):
            # Positive here: areas[i] < areas[following]. Rounding may not step over.
            reached = self.times[i] + (target - self.areas[i]) / self.values[i]
            return min(reached, self.times[following])
        if self.values[i] > 0.0:
            return self.times[i] + (target - self.areas[i]) / self.values[i]
        return math.inf


def calendar(times: Sequence[float], values: Sequence[float]) -> Calendar:
    """Return the calendar with ``values[i]`` from ``times[i]`` on, equal neighbours merged.

    Times are rounded to milliseconds. Raises ValueError unless they start at 0, grow strictly and
    are finite, and values are finite and not negative.
    """
    times = [rounded(time) for time in times]
    if len(times) != len(values) or not times:
        raise ValueError(
            f"a calendar needs as many times as values, not {len(times)} and {len(values)}"
        )
    if times[0] != 0.0:
        raise ValueError(f"a calendar starts at time 0, not {times[0]:g}")
    for earlier, later in pairwise(times):
        if not earlier < later < math.inf:
            raise ValueError(f"times of a calendar grow: {later:g} cannot follow {earlier:g}")
    for value in values:
        if not 0.0 <= value < math.inf:
            raise ValueError(f"values of a calendar are 0 or more, not {value:g}")
    kept = [i for i in range(len(times)) if i == 0 or values[i] != values[i - 1]]
    starts = tuple(float(times[i]) for i in kept)
    steps = tuple(float(values[i]) for i in kept)
    return Calendar(starts, steps, _areas(starts, steps))


def _areas(times: tuple[float, ...], values: tuple[float, ...]) -> tuple[float, ...]:
    """Return the integral up to each time, added from left to right."""
    areas = [0.0]
    for i in range(1, len(times)):
        areas.append(areas[-1] + values[i - 1] * (times[i] - times[i - 1]))
    return tuple(areas)


def constant(value: float) -> Calendar:
    """Return the calendar that always has this value."""
    return calendar((0.0,), (value,))


def product(a: Calendar, b: Calendar, round_down: bool = False) -> Calendar:
    """Return a x b at every time; ``round_down`` makes each step whole (60 - 1e-9 counts as 60)."""
    times = sorted({*a.times, *b.times})
    values = [a.at(t) * b.at(t) for t in times]
    if round_down:
        values = [float(math.floor(value + _ALMOST_WHOLE)) for value in values]
    return calendar(times, values)


def next_change(calendar: Calendar, t: float) -> float:
    """Return the first time after ``t`` at which the value changes; inf if it never does."""
    following = bisect_right(calendar.times, t)
    return calendar.times[following] if following < len(calendar.times) else math.inf
