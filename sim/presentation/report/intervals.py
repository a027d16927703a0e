"""Intervals drawn beside their numbers: where the line and the point stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

WIDE, HIGH, EDGE = 160.0, 18.0, 6.0
"""Size of one drawing, and the room left at both ends [points]."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and its interval, and where they stand on a scale shared by all rows.

    ``x``: positions of zero, low, mean, high; ``has_ends``: whether there is an interval at all;
    ``is_sure``: whether the number is certain to differ from zero.
    """

    mean: float
    low: float
    high: float
    x: tuple[float, float, float, float]
    has_ends: bool
    is_sure: bool


def intervals(
    numbers: Sequence[tuple[float, float, float]], sure: Sequence[bool] | None = None
) -> list[Interval]:
    """Return (mean, low, high) of several rows as intervals on one scale that holds zero.

    ``sure``: which of them are certain, where a correction for several tests decides that; else
    those whose interval leaves zero out.
    """
    ends = [one for row in numbers for one in row if isfinite(one)] + [0.0]
    least, most = min(ends), max(ends)
    span = (most - least) or 1.0

    def at(value: float) -> float:
        value = min(max(value, least), most) if value == value else 0.0
        return round(EDGE + (WIDE - 2 * EDGE) * (value - least) / span, 1)

    if sure is None:
        sure = [high > low and (low > 0 or high < 0) for _, low, high in numbers]
    return [
        Interval(*row, (at(0.0), at(row[1]), at(row[0]), at(row[2])), row[2] - row[1] > 0, is_sure)
        for row, is_sure in zip(numbers, sure, strict=True)
    ]
