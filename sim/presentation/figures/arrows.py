"""The arrows of the flow figure: onward, back to the street, out of the pathway, and in."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle

from sim.presentation.figures.layout import Key, path_of
from sim.presentation.figures.pathway import STREET_NODE
from sim.presentation.figures.ribbons import bend, loop, ribbon
from sim.presentation.figures.scene import BOX, LEAVING, Scene, rounded
from sim.presentation.figures.style import QUIET, STREET, spread

APART = 0.12
"""Distance of the lanes above and below from the boxes [inches]."""
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
    here = [(spot, node) for node, spot in scene.nodes().items() if spot.layer == layer]
    here.sort(key=lambda pair: pair[0].middle)
    right = scene.left(layer) + BOX
    for rank, (spot, node) in enumerate(here):
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
            end = (right + 0.16 + 0.12 * (len(here) - 1 - rank) + width / 2, scene.area + APART)
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
    for layer, here in notes.items():
        heights = spread([middle for middle, _ in here], 0.14, 0.1, scene.area)
        across = scene.left(layer) + BOX + 0.55 * scene.gap
        for high, (_, text) in zip(heights, here, strict=True):
            axes.text(across, high, text, size=8, ha="center", va="center", zorder=6)


def _slots(scene: Scene, paths: list[list[Key]], outward: bool) -> dict[int, tuple[float, float]]:
    """Return where each arrow touches its box (height, width), squeezed where the box is small."""
    found: dict[int, tuple[float, float]] = {}
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
            found[number] = (high - free - width / 2, width)
            high -= free + width
    return found
