"""Curved bands for the flow figure; widths and places in inches."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.patches import PathPatch, Polygon
from matplotlib.path import Path

Point = tuple[float, float]
POINTS = 24
"""Points along a curve: more cannot be seen."""


def ribbon(
    points: Sequence[tuple[float, float, float]], width: float, colour: str, alpha: float
) -> Polygon:
    """Return a band through points (across, high, width there), level at each of them.

    Between two points the band swells to ``width`` where a point is narrower.
    """
    across, high, thick = [], [], []
    for one, other in pairwise(points):
        t = np.linspace(0.0, 1.0, POINTS)
        ease = t * t * (3.0 - 2.0 * t)
        across.append(one[0] + (other[0] - one[0]) * t)
        high.append(one[1] + (other[1] - one[1]) * ease)
        ends = one[2] + (other[2] - one[2]) * ease
        thick.append(ends + (width - ends) * np.sin(np.pi * t) ** 0.7)
    x, y, half = (np.concatenate(part) for part in (across, high, [w / 2 for w in thick]))
    edge = np.concatenate([np.column_stack([x, y + half]), np.column_stack([x, y - half])[::-1]])
    return Polygon(edge, facecolor=colour, alpha=alpha, zorder=3)


def bend(
    start: Point, end: Point, narrow: float, width: float, colour: str, alpha: float
) -> Polygon:
    """Return a band that leaves to the right, turns, and arrives upright at ``end``."""
    down = -1.0 if end[1] < start[1] else 1.0
    turn = np.linspace(0.0, np.pi / 2, POINTS)

    def edge(side: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        x0, y0 = start[0], start[1] - down * side * narrow / 2
        x1 = end[0] + side * width / 2
        reach = min(abs(end[1] - y0), 0.34 + side * width / 2)
        x = x0 + (x1 - x0) * np.sin(turn)
        y = y0 + down * reach * (1.0 - np.cos(turn))
        return np.vstack([np.column_stack([x, y]), [[x1, end[1]]]])

    outline = np.vstack([edge(1.0), edge(-1.0)[::-1]])
    return Polygon(outline, facecolor=colour, alpha=alpha, zorder=2)


def loop(start: Point, end: Point, width: float, colour: str, alpha: float) -> PathPatch:
    """Return a line that hangs below two boxes, for moves back to an earlier service."""
    low = min(start[1], end[1]) - 0.45
    curve = Path(
        [start, (start[0], low), (end[0], low), end],
        [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
    )
    return PathPatch(
        curve, facecolor="none", edgecolor=colour, alpha=alpha, linewidth=72 * width, zorder=2
    )
