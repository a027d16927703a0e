"""The flow figure laid out: sizes and places of boxes and arrows, before anything is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.analysis.summary import Summary
from sim.presentation.figures.layout import MARGIN, Key, Spot, layers, path_of, place
from sim.presentation.figures.pathway import STREET_NODE, Pathway
from sim.presentation.figures.style import BLOCKED, QUIET, STREET, broken, colours, label
from sim.presentation.words import filled, percent
from sim.presentation.words import number as number_text

BOX, GAP, AREA = 1.3, 0.95, 4.5
"""Width of a box, least distance to the next layer, least height for all boxes [inches]."""
LEFT, RIGHT, NARROWEST = 1.0, 0.9, 11.0
"""Free width for arrivals and beyond the last layer; least width of the picture [inches]."""
LEAST_BOX, LEAST_ARROW, WIDEST_ARROW = 0.2, 0.015, 0.75
"""Heights of boxes and arrows, whatever the numbers [inches]."""
LINE = 0.15
"""Height of a line of text [inches]."""
LEAVING = "#b9b9b9"

Line = tuple[str, str, str]
"""Text, colour, weight."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything laid out: spots by key, widths of onward arrows, inches per person a year."""

    flows: Pathway
    spots: dict[Key, Spot]
    widths: list[float]
    thick: float
    labels: dict[int, list[Line]]
    shades: dict[int, str]
    gap: float
    area: float

    @property
    def last(self) -> int:
        """The layer furthest to the right."""
        return max(spot.layer for spot in self.spots.values())

    @property
    def width(self) -> float:
        """Width of the whole picture [inches]; room for title and lane if there is one layer."""
        return max(NARROWEST, self.left(self.last) + BOX + RIGHT)

    def left(self, layer: int) -> float:
        """Left edge of the boxes of a layer [inches]."""
        return LEFT + layer * (BOX + self.gap)

    def nodes(self) -> dict[int, Spot]:
        """The boxes, without the gaps kept for arrows."""
        return {node: spot for (node, layer), spot in self.spots.items() if layer < 0}

    def arrow_width(self, people: float) -> float:
        """Width of an arrow for so many people a year [inches]."""
        return max(LEAST_ARROW, self.thick * people)


def scene_of(summary: Summary, words: Mapping[str, str], flows: Pathway) -> Scene:
    """Return the layout of the flow figure."""
    is_housed = any(arrow.end == flows.housed_node for arrow in flows.onward)
    nodes = [*flows.nodes, *([flows.housed_node] if is_housed else [])]
    level = layers(nodes, flows.order)
    if is_housed:
        level[flows.housed_node] = max([level[n] for n in flows.nodes], default=0) + 1
    labels = {n: _lines(summary, words, flows, n) for n in nodes}
    drawn = [arrow.people for arrow in flows.onward]
    drawn += [*flows.leaves.values(), *flows.returns.values(), flows.arrivals / 1.5]
    thick = WIDEST_ARROW / max(*drawn, 1e-9)
    widths = [max(LEAST_ARROW, thick * arrow.people) for arrow in flows.onward]
    spots = {STREET_NODE: Spot(0, 0.0)}
    spots |= {n: Spot(level[n], 0.0, LINE * len(labels[n]) + 0.06) for n in nodes}
    area = _heights(summary, flows, spots, widths)
    every = place(spots, flows.onward, widths, area)
    spots[STREET_NODE].middle = spots[STREET_NODE].height / 2  # it stands on the ground
    shades = colours(summary) | {flows.housed_node: LEAVING, STREET_NODE: STREET}
    across = max(level.values(), default=1)
    gap = max(GAP, (NARROWEST - LEFT - RIGHT - BOX) / across - BOX)
    return Scene(flows, every, widths, thick, labels, shades, gap, area)


def _heights(
    summary: Summary, flows: Pathway, spots: Mapping[int, Spot], widths: list[float]
) -> float:
    """Make every box as high as the people in it, by one scale; return the height all need."""
    lives = {n: 0.0 if n == flows.housed_node else float(summary.people[n]) for n in spots}
    taken, boxes = {}, {}
    for layer in {spot.layer for spot in spots.values()}:
        passing = [
            width + 0.04 + MARGIN
            for index, (arrow, width) in enumerate(zip(flows.onward, widths, strict=True))
            if (index, layer) in path_of(index, arrow, spots)[1:-1]
        ]
        texts = [spot.text + MARGIN for spot in spots.values() if spot.layer == layer]
        taken[layer], boxes[layer] = sum(passing) + sum(texts), LEAST_BOX * len(texts)
    area = max(AREA, *(taken[layer] + boxes[layer] + LEAST_BOX for layer in taken))
    scale = area / max(lives[STREET_NODE], 1.0)
    while True:
        used = dict(taken)
        for node, spot in spots.items():
            spot.height = max(LEAST_BOX, scale * lives[node])
            used[spot.layer] += spot.height
        if max(used.values()) <= area:
            return area
        scale *= 0.96


def _lines(summary: Summary, words: Mapping[str, str], flows: Pathway, node: int) -> list[Line]:
    """Return the lines above a box."""
    lang = words["lang"]
    if node == flows.housed_node:
        text = words["per_year"].format(n=rounded(flows.housed, lang))
        return [(words["housed"], "#222222", "bold"), (text, QUIET, "normal")]
    name = broken(label(summary, node, words), 20)
    lines = [(line, "#222222", "bold") for line in name.split("\n")]
    people = float(summary.people[node])
    lives = _people_and_places(summary, words, node).split("\n")
    lines += [(line, QUIET, "normal") for line in lives]
    if summary.queue[node] >= 0.5:
        queue = words["flow_waiting"].format(n=rounded(float(summary.queue[node]), lang))
        lines.append((queue, QUIET, "normal"))
    share = float(summary.blocked[node]) / people if people > 0 else 0.0
    if share >= 0.005:
        lines.append((words["flow_blocked"].format(share=percent(share, lang)), BLOCKED, "bold"))
    return lines


def _people_and_places(summary: Summary, words: Mapping[str, str], node: int) -> str:
    """Return how many people live there, and in how many places: at the start and at the end."""
    lang = words["lang"]
    people = rounded(float(summary.people[node]), lang)
    first, last = float(summary.open_at_start[node]), float(summary.open_at_end[node])
    if np.isnan(last):
        return filled(words, "flow_people", n=people)
    if rounded(first, lang) == rounded(last, lang):
        key = "flow_people_place" if last == 1.0 else "flow_people_places"
        return filled(words, key, n=people, places=rounded(last, lang))
    return filled(
        words,
        "flow_people_places_change",
        n=people,
        first=rounded(first, lang),
        last=rounded(last, lang),
    )


def rounded(value: float, lang: str) -> str:
    """Return a number for the picture: whole unless it is below one."""
    return number_text(value, lang, 0 if value >= 0.95 or value == 0 else 1)
