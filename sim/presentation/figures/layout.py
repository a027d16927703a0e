"""Where the boxes and arrows of the flow figure stand: a layered layout, in inches.

Services stand in layers from left to right so that every drawn move between two services leads to a
later layer; a move that skips layers bends around the boxes between through a gap kept for it
(Sugiyama, Tagawa and Toda 1981, with a fixed number of sweeps so that it is the same every time).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Key = tuple[int, int]
"""A service (number, -1), or the gap kept in a layer for arrow n: (n, layer)."""

SWEEPS = 8
MARGIN = 0.16
"""Free height between two things that stand above each other [inches]."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """People moving in a year from one node to another (node -1 is the street)."""

    start: int
    end: int
    people: float


@dataclass(slots=True)
class Spot:
    """Something with a place in a layer: height [inches], text above it, middle of the box."""

    layer: int
    height: float
    text: float = 0.0
    middle: float = 0.0
    beside: list[Key] = field(default_factory=list)

    @property
    def lower(self) -> float:
        """Lower edge."""
        return self.middle - self.height / 2

    @property
    def upper(self) -> float:
        """Upper edge, text included."""
        return self.middle + self.height / 2 + self.text


def layers(nodes: Sequence[int], arrows: Sequence[Arrow]) -> dict[int, int]:
    """Return the layer of each node, from 1; nodes are in pathway order, arrows lead onward."""
    found = dict.fromkeys(nodes, 1)
    for node in nodes:
        for arrow in arrows:
            if arrow.start == node and arrow.end in found:
                found[arrow.end] = max(found[arrow.end], found[node] + 1)
    return found


def place(
    spots: Mapping[int, Spot], arrows: Sequence[Arrow], widths: Sequence[float], area: float
) -> dict[Key, Spot]:
    """Return every spot and gap with its middle set, inside the height 0 to ``area``.

    ``spots`` (the street is -1, in layer 0) are changed in place.
    """
    every: dict[Key, Spot] = {(node, -1): spot for node, spot in spots.items()}
    for number, arrow in enumerate(arrows):
        chain = path_of(number, arrow, spots)
        for key in chain[1:-1]:
            every[key] = Spot(layer=key[1], height=widths[number] + 0.04)
        for one, other in pairwise(chain):
            every[one].beside.append(other)
            every[other].beside.append(one)
    columns: dict[int, list[Key]] = {}
    for key, spot in every.items():
        columns.setdefault(spot.layer, []).append(key)
    for column in columns.values():
        _stack(column, every, area)
    for sweep in range(SWEEPS):
        for layer in sorted(columns, reverse=sweep % 2 == 1):
            _settle(columns[layer], every, area, reorder=sweep < SWEEPS - 3)
    return every


def path_of(number: int, arrow: Arrow, spots: Mapping[int, Spot]) -> list[Key]:
    """Return the keys an arrow passes: its start, the gaps between, its end."""
    between = range(spots[arrow.start].layer + 1, spots[arrow.end].layer)
    return [(arrow.start, -1), *((number, layer) for layer in between), (arrow.end, -1)]


def _stack(column: list[Key], every: Mapping[Key, Spot], area: float) -> None:
    """Stand a column one above the other, the first on top, the free height shared evenly."""
    used = sum(every[key].height + every[key].text for key in column)
    gap = max(0.0, area - used) / (len(column) + 1)
    high = area - gap
    for key in column:
        spot = every[key]
        spot.middle = high - spot.text - spot.height / 2
        high = spot.lower - gap


def _settle(column: list[Key], every: Mapping[Key, Spot], area: float, reorder: bool) -> None:
    """Move a column towards its neighbours' heights, keeping everything apart and inside."""
    wanted = {}
    for key in column:
        beside = every[key].beside
        wanted[key] = (
            sum(every[one].middle for one in beside) / len(beside) if beside else every[key].middle
        )
    if reorder:
        column.sort(key=lambda key: -wanted[key])
    used = sum(every[key].height + every[key].text for key in column)
    gap = min(MARGIN, max(0.0, area - used) / max(1, len(column) - 1))
    ceiling = area
    for key in column:
        spot = every[key]
        spot.middle = min(wanted[key], ceiling - spot.text - spot.height / 2)
        ceiling = spot.lower - gap
    floor = 0.0
    for key in reversed(column):
        spot = every[key]
        spot.middle = max(spot.middle, floor + spot.height / 2)
        floor = spot.upper + gap
