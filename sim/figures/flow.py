"""The pathway in one picture: who lives where, who moves, and where places are blocked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from sim.analysis.summary import Summary
from sim.analysis.windows import Array
from sim.figures.style import (
    BLOCKED,
    PAPER,
    QUIET,
    STREET,
    RunFigure,
    Table,
    broken,
    canvas,
    colours,
    foot,
    foot_lines,
    head,
    head_lines,
    label,
    lived_in,
    shared_notes,
    spread,
    tint,
    title_without_blocking,
)
from sim.text.translations import filled, percent
from sim.text.translations import number as number_text

# --- Where the boxes and arrows of the flow figure stand: a layered layout, in inches.
#
# Services stand in layers from left to right so that every drawn move between two services leads
# to a later layer; a move that skips layers bends around the boxes between through a gap kept for
# it (Sugiyama, Tagawa and Toda 1981, with a fixed number of sweeps so that it is the same every
# time).

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
    depth = dict.fromkeys(nodes, 1)
    for node in nodes:
        for arrow in arrows:
            if arrow.start == node and arrow.end in depth:
                depth[arrow.end] = max(depth[arrow.end], depth[node] + 1)
    return depth


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
        for first, other in pairwise(chain):
            every[first].beside.append(other)
            every[other].beside.append(first)
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
            sum(every[each].middle for each in beside) / len(beside)
            if beside
            else every[key].middle
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


# --- Curved bands for the flow figure; widths and places in inches.

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
    for first, other in pairwise(points):
        t = np.linspace(0.0, 1.0, POINTS)
        ease = t * t * (3.0 - 2.0 * t)
        across.append(first[0] + (other[0] - first[0]) * t)
        high.append(first[1] + (other[1] - first[1]) * ease)
        ends = first[2] + (other[2] - first[2]) * ease
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


# --- The numbers of the flow figure: who moves where in a year, and what is too small to draw.

SMALL = 0.01
"""Moves with a smaller share of all moves into and out of places are not drawn."""
TINY = 0.002
"""Moves with a smaller share do not even put one service behind another."""
STREET_NODE = -1


@dataclass(frozen=True, slots=True)
class Pathway:
    """Moves of people in a year; night places are part of the street.

    ``onward`` leads to a later service or, as node S, to ``housed``; ``backward`` to an earlier
    service. ``returns`` and ``leaves`` (left or died) by node. Small ones are left out of these
    four, not of the totals: ``arrivals``, ``to_street``, ``left``, ``died``, ``housed``. ``order``
    has the smaller onward moves between services too: it says which service stands behind which.
    """

    nodes: list[int]
    housed_node: int
    onward: list[Arrow]
    order: list[Arrow]
    backward: list[Arrow]
    returns: dict[int, float]
    leaves: dict[int, float]
    arrivals: float
    to_street: float
    left: float
    died: float
    housed: float


def merged_moves(summary: Summary) -> Array:
    """Return moves a year (S + 2, S + 4) with night places counted as the street."""
    street = len(summary.outline.services)
    moves = summary.moves.copy()
    for night in lived_in(summary, ("overnight",)):
        moves[street] += moves[night]
        moves[:, street] += moves[:, night]
        moves[night], moves[:, night] = 0.0, 0.0
    moves[street, street] = 0.0
    return moves


def pathway(summary: Summary) -> Pathway:
    """Return what the flow figure shows."""
    moves = merged_moves(summary)
    street = len(summary.outline.services)
    nodes = lived_in(summary, ("places",))
    all_moves = float(moves[:street].sum() + moves[street, :street].sum())
    least = SMALL * all_moves
    onward: list[Arrow] = []
    order: list[Arrow] = []
    backward: list[Arrow] = []
    for start in [street, *nodes]:
        for end in [*nodes, street + 3]:
            people = float(moves[start, end])
            node = street if end == street + 3 else end
            forward = start == street or end > start
            arrow = Arrow(STREET_NODE if start == street else start, node, people)
            if forward and people > TINY * all_moves:
                order.append(arrow)
            if people > 0 and people >= least:
                (onward if forward else backward).append(arrow)
    gone = moves[:, street + 1] + moves[:, street + 2]
    return Pathway(
        nodes=nodes,
        housed_node=street,
        onward=onward,
        order=order,
        backward=backward,
        returns={n: float(moves[n, street]) for n in nodes if 0 < moves[n, street] >= least},
        leaves={
            STREET_NODE if n == street else n: float(gone[n])
            for n in [*nodes, street]
            if 0 < gone[n] >= least
        },
        arrivals=float(summary.yearly["arrivals"].sum()),
        to_street=float(moves[:street, street].sum()),
        left=float(moves[: street + 1, street + 1].sum()),
        died=float(moves[: street + 1, street + 2].sum()),
        housed=float(moves[: street + 1, street + 3].sum()),
    )


def flow_table(summary: Summary, words: Mapping[str, str]) -> Table:
    """Return the numbers behind the figure, small ones too: quantity, from, to, value."""
    street = len(summary.outline.services)
    names = [label(summary, n, words) for n in range(street)]
    starts = [*names, words["street"]]
    ends = [*names, words["street"], words["left"], words["died"], words["housed"]]
    rows: Table = [[words[key] for key in ("quantity", "from", "to", "value")]]
    for row, start in enumerate(starts):
        rows.append([words["people_living"], start, "", float(summary.people[row])])
        for column, end in enumerate(ends):
            people = float(merged_moves(summary)[row, column])
            if people > 0:
                rows.append([words["moves_per_year"], start, end, people])
    for number, name in enumerate(names):
        for word, value in (
            ("people_blocked", summary.blocked[number]),
            ("waiting_list", summary.queue[number]),
            ("places_open_start", summary.open_at_start[number]),
            ("places_open_end", summary.open_at_end[number]),
            ("contacts_per_year", summary.yearly["contacts"][number]),
            ("visits_per_year", summary.yearly["visits"][number]),
            ("nights_per_year", summary.yearly["nights"][number]),
            ("nights_offered_per_year", summary.yearly["offered"][number]),
            ("turned_away_per_year", summary.yearly["turned_away"][number]),
            ("accepted_per_year", summary.yearly["accepted"][number]),
        ):
            if value > 0:
                rows.append([words[word], name, "", float(value)])
    arrivals = float(summary.yearly["arrivals"].sum())
    rows.append([words["moves_per_year"], words["arrivals"], "", arrivals])
    return rows


# --- The flow figure laid out: sizes and places of boxes and arrows, before anything is drawn.

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
        """Width of the whole picture [inches]; room for title and track if there is one layer."""
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


# --- The arrows of the flow figure: onward, back to the street, out of the pathway, and in.

APART = 0.12
"""Distance of the tracks above and below from the boxes [inches]."""
ALPHA = 0.45


def draw_arrows(axes: Axes, scene: Scene, words: Mapping[str, str]) -> None:
    """Draw every arrow with its number."""
    for layer in range(scene.last + 1):
        _out_of(axes, scene, words["lang"], layer)
    _backward(axes, scene)
    _street(axes, scene, words)
    _onward(axes, scene, words)


def _out_of(axes: Axes, scene: Scene, lang: str, layer: int) -> None:
    """Draw who falls from a layer back to the street (below) and who leaves (above)."""
    flows = scene.flows
    in_layer = [(spot, node) for node, spot in scene.nodes().items() if spot.layer == layer]
    in_layer.sort(key=lambda pair: pair[0].middle)
    right = scene.left(layer) + BOX
    for rank, (spot, node) in enumerate(in_layer):
        top = spot.middle + spot.height / 2
        if node in flows.returns:
            width = scene.arrow_width(flows.returns[node])
            narrow = min(width, 0.4 * spot.height)
            end = (right + 0.16 + 0.12 * rank + width / 2, -APART)
            start = (right, spot.lower + narrow / 2)
            axes.add_patch(bend(start, end, narrow, width, STREET, ALPHA))
            text = f"\N{DOWNWARDS ARROW}{rounded(flows.returns[node], lang)}"
            axes.text(right, spot.lower - 0.03, text, size=7.5, va="top", ha="right", zorder=6)
        if node in flows.leaves and node != STREET_NODE:
            width = scene.arrow_width(flows.leaves[node])
            narrow = min(width, 0.4 * spot.height)
            end = (right + 0.16 + 0.12 * (len(in_layer) - 1 - rank) + width / 2, scene.area + APART)
            start = (right, top - narrow / 2)
            axes.add_patch(bend(start, end, narrow, width, LEAVING, 0.6))
            text = f"\N{UPWARDS ARROW}{rounded(flows.leaves[node], lang)}"
            axes.text(right + 0.02, top + 0.04, text, size=7.5, color=QUIET, zorder=6)


def _backward(axes: Axes, scene: Scene) -> None:
    nodes = scene.nodes()
    for arrow in scene.flows.backward:
        start, end = nodes[arrow.start], nodes[arrow.end]
        axes.add_patch(
            loop(
                (scene.left(start.layer) + BOX / 2, start.lower),
                (scene.left(end.layer) + BOX / 2, end.lower),
                scene.arrow_width(arrow.people), scene.shades[arrow.end], ALPHA,
            )
        )  # fmt: skip


def _street(axes: Axes, scene: Scene, words: Mapping[str, str]) -> None:
    """Draw who arrives in the street and who leaves it for good."""
    flows, street = scene.flows, scene.nodes()[STREET_NODE]
    if STREET_NODE in flows.leaves:
        width = scene.arrow_width(flows.leaves[STREET_NODE])
        left, high = scene.left(0) + BOX / 2 - width / 2, street.middle + street.height / 2
        rest = scene.area + APART - high
        axes.add_patch(Rectangle((left, high), width, rest, facecolor=LEAVING, alpha=0.6, zorder=2))
        text = f"\N{UPWARDS ARROW}{rounded(flows.leaves[STREET_NODE], words['lang'])}"
        axes.text(left + width + 0.04, high + 0.05, text, size=8, color=QUIET, zorder=6)
    if flows.arrivals > 0:
        half, edge = scene.arrow_width(flows.arrivals) / 2, scene.left(0)
        upper = [(0.25, half), (edge - 0.3, half), (edge - 0.3, half + 0.08), (edge - 0.06, 0.0)]
        outline = upper + [(x, -y) for x, y in reversed(upper[:-1])]
        outline = [(x, y + street.middle) for x, y in outline]
        axes.add_patch(Polygon(outline, facecolor=STREET, alpha=ALPHA, zorder=2))
        text = words["flow_arrivals"].format(n=rounded(flows.arrivals, words["lang"]))
        axes.text(0.25, street.middle + half + 0.12, text, size=8, zorder=6)


def _onward(axes: Axes, scene: Scene, words: Mapping[str, str]) -> None:
    """Draw the arrows between boxes in the colour of where they lead, with their numbers."""
    flows = scene.flows
    paths = [path_of(n, arrow, scene.nodes()) for n, arrow in enumerate(flows.onward)]
    starts, ends = _slots(scene, paths, outward=True), _slots(scene, paths, outward=False)
    notes: dict[int, list[tuple[float, str]]] = {}
    for number, (arrow, path) in enumerate(zip(flows.onward, paths, strict=True)):
        layer, width = scene.spots[path[0]].layer, scene.widths[number]
        points = [(scene.left(layer) + BOX, *starts[number])]
        for key in path[1:-1]:
            left, high = scene.left(key[1]), scene.spots[key].middle
            points += [(left, high, width), (left + BOX, high, width)]
        points.append((scene.left(scene.spots[path[-1]].layer), *ends[number]))
        axes.add_patch(ribbon(points, width, scene.shades[arrow.end], ALPHA))
        text = words["flow_a_year"].format(n=rounded(arrow.people, words["lang"]))
        notes.setdefault(layer, []).append(((points[0][1] + points[1][1]) / 2, text))
    for layer, notes_of_layer in notes.items():
        heights = spread([middle for middle, _ in notes_of_layer], 0.14, 0.1, scene.area)
        across = scene.left(layer) + BOX + 0.55 * scene.gap
        for high, (_, text) in zip(heights, notes_of_layer, strict=True):
            axes.text(across, high, text, size=8, ha="center", va="center", zorder=6)


def _slots(scene: Scene, paths: list[list[Key]], outward: bool) -> dict[int, tuple[float, float]]:
    """Return where each arrow touches its box (height, width), squeezed where the box is small."""
    slots: dict[int, tuple[float, float]] = {}
    side, beside = (0, 1) if outward else (-1, -2)
    for node, spot in scene.nodes().items():
        mine = [n for n, path in enumerate(paths) if path[side] == (node, -1)]
        mine.sort(key=lambda n: -scene.spots[paths[n][beside]].middle)
        total = sum(scene.widths[n] for n in mine)
        squeeze = min(1.0, 0.9 * spot.height / total) if total > 0 else 1.0
        free = max(0.0, spot.height - squeeze * total) / (len(mine) + 1)
        high = spot.middle + spot.height / 2
        for number in mine:
            width = squeeze * scene.widths[number]
            slots[number] = (high - free - width / 2, width)
            high -= free + width
    return slots


# --- The pathway in one picture: who lives where, who moves, and where places are blocked.

TRACK = 0.3
"""Height of the tracks above (out of the pathway) and below (the street) [inches]."""
ACTS = ("contacts", "visits", "nights", "turned_away")
"""What a service on the way does, of the names in COUNTS."""
CARD_LINE, CARD_LETTER = 0.135, 0.072
"""Height of a line and width of a letter in the light boxes [inches]."""
CARDS_LEFT, CARDS_RIGHT, CARD_LEAST = LEFT + 1.1, 1.65, 1.4
"""Room beside the light boxes, and the least width of one [inches]."""


def flow_title(summary: Summary, words: Mapping[str, str]) -> str:
    """Return the message of the figure."""
    cause = summary.cause
    if cause is None:
        return title_without_blocking(summary, words, words["flow_title_none"])
    where, want = (label(summary, number, words) for number in (cause.where, cause.want))
    share = percent(cause.blocked / cause.occupied, words["lang"])
    return words["flow_title"].format(share=share, where=where, want=want)


def flow_draw(summary: Summary, words: Mapping[str, str], origin: str) -> Figure:
    """Return the figure, drawn in inches with the ground at height 0."""
    scene = scene_of(summary, words, pathway(summary))
    acts = _acts(summary, words)
    width = max(scene.width, CARDS_LEFT + CARDS_RIGHT + CARD_LEAST * len(acts))
    cards = _cards(acts, width)
    notes = [words["flow_note"], *shared_notes(summary, words)]
    below = APART + TRACK + foot_lines(width, notes, origin)[1] + _cards_height(cards)
    above = scene.area + APART + TRACK + 0.15 + head_lines(width, flow_title(summary, words))[1]
    figure = canvas(width, below + above)
    head(figure, flow_title(summary, words), words["flow_subtitle"])
    foot(figure, notes, origin)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(-below, above)
    axes.axis("off")
    _tracks(axes, scene, words)
    draw_arrows(axes, scene, words)
    _boxes(axes, summary, scene, words)
    _draw_cards(axes, cards, summary, words, width)
    return figure


def _boxes(axes: Axes, summary: Summary, scene: Scene, words: Mapping[str, str]) -> None:
    """Draw the boxes, red at their right side as far as people there are blocked."""
    for node, spot in scene.nodes().items():
        left = scene.left(spot.layer)
        corner, face = (left, spot.lower), scene.shades[node]
        axes.add_patch(Rectangle(corner, BOX, spot.height, facecolor=face, zorder=4))
        if node in scene.flows.nodes and summary.people[node] > 0:
            red = BOX * float(summary.blocked[node] / summary.people[node])
            corner = (left + BOX - red, spot.lower)
            axes.add_patch(Rectangle(corner, red, spot.height, facecolor=BLOCKED, zorder=5))
        lines = scene.labels.get(node, [])
        for row, (text, colour, weight) in enumerate(lines):
            high = spot.middle + spot.height / 2 + 0.05 + (len(lines) - 1 - row) * LINE
            axes.text(left, high, text, size=8, color=colour, weight=weight, zorder=6)
    street = scene.nodes()[STREET_NODE]
    middle, people = scene.left(0) + BOX / 2, rounded(float(summary.people[-1]), words["lang"])
    # In a low box the number still fits between the ground and the track below it.
    high = max(street.middle, 0.25)
    for up, text, size in ((0.12, people, 21), (-0.2, words["street"], 11)):
        axes.text(
            middle, high + up, text, size=size, weight="bold", color="white", ha="center",
            va="center", zorder=6,
        )  # fmt: skip


def _tracks(axes: Axes, scene: Scene, words: Mapping[str, str]) -> None:
    """Draw the track back to the street below the boxes and the track out of the pathway above."""
    flows, lang = scene.flows, words["lang"]
    left, right = scene.left(0), scene.width - 0.3
    axes.add_patch(
        Rectangle((left, -TRACK - APART), right - left, TRACK, facecolor=STREET, zorder=4)
    )
    axes.add_patch(Rectangle((left, -APART), BOX, APART + 0.01, facecolor=STREET, zorder=4))
    back = words["flow_back"].format(n=rounded(flows.to_street, lang))
    axes.text(
        left + BOX + 0.25, -APART - TRACK / 2, f"\N{LEFTWARDS ARROW}  {back}", color="white",
        size=9,
        weight="bold", va="center", zorder=6,
    )  # fmt: skip
    low = scene.area + APART
    high = low + TRACK
    tip = [(right, low - 0.06), (right + 0.22, low + TRACK / 2), (right, high + 0.06)]
    track = [(left, low), (right, low), *tip, (right, high), (left, high)]
    axes.add_patch(Polygon(track, facecolor=tint(LEAVING, 0.55), zorder=2))
    left_died = {"left": rounded(flows.left, lang), "died": rounded(flows.died, lang)}
    gone = words["flow_exits"].format(**left_died)
    axes.text(
        right - 0.1, low + TRACK / 2, f"{gone}  \N{RIGHTWARDS ARROW}", ha="right", va="center",
        size=9, zorder=6,
    )  # fmt: skip


Card = tuple[list[str], list[str], float, float]
"""A light box: lines of its name, what it did in a year, left edge, width."""


def _acts(summary: Summary, words: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Return name and yearly acts of each service met on the way that did anything."""
    result, done = [], summary.yearly
    for number in lived_in(summary, ("outreach", "drop-in", "overnight")):
        offered = float(done["offered"][number])
        limited = not summary.outline.services[number].unlimited
        acts = [
            filled(
                words,
                "flow_nights_all" if act == "nights" and not limited else f"flow_{act}",
                n=rounded(float(done[act][number]), words["lang"]),
                all=rounded(offered, words["lang"]),
            )
            for act in ACTS
            if done[act][number] >= 0.5 or (act == "nights" and limited and offered >= 0.5)
        ]
        if acts:
            result.append((label(summary, number, words), acts))
    return result


def _cards(acts: list[tuple[str, list[str]]], width: float) -> list[Card]:
    """Return a light box for each of them, side by side."""
    room = (width - CARDS_LEFT - CARDS_RIGHT) / max(1, len(acts))
    letters = int((room - 0.25) / CARD_LETTER)
    return [
        (broken(name, letters).split("\n"), own, CARDS_LEFT + place * room, room - 0.1)
        for place, (name, own) in enumerate(acts)
    ]


def _cards_height(cards: list[Card]) -> float:
    """Return the height the light boxes take, 0 if there are none [inches]."""
    lines = max((len(name) + len(acts) for name, acts, _, _ in cards), default=0)
    return lines * CARD_LINE + 0.3 if cards else 0.0


def _draw_cards(
    axes: Axes, cards: list[Card], summary: Summary, words: Mapping[str, str], width: float
) -> None:
    """Draw the services that meet people in the street as light boxes below it."""
    if not cards:
        return
    tall = _cards_height(cards) - 0.15
    low = -APART - TRACK - 0.1 - tall
    axes.text(LEFT, low + tall / 2, words["flow_reached"], size=8, color=QUIET, va="center")
    for name, acts, left, wide in cards:
        axes.add_patch(
            Rectangle((left, low), wide, tall, facecolor=PAPER, edgecolor="#cfcac0", linewidth=0.8)
        )
        for row, text in enumerate([*name, *acts]):
            bold = row < len(name)
            axes.text(
                left + 0.07, low + tall - 0.07 - row * CARD_LINE, text, va="top",
                size=8 if bold else 7.5, weight="bold" if bold else "normal",
                color="#222222" if bold else QUIET,
            )  # fmt: skip
    accepted = rounded(float(summary.yearly["accepted"].sum()), words["lang"])
    axes.text(
        width - 0.3 - 1.25, low + tall / 2, filled(words, "flow_requests", n=accepted), size=8,
        va="center",
    )  # fmt: skip


FLOW_FIGURE = RunFigure(flow_title, flow_draw, flow_table)
