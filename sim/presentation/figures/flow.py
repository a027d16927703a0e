"""The pathway in one picture: who lives where, who moves, and where places are blocked."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle

from sim.analysis.summary import Summary
from sim.presentation.figures.arrows import APART, draw_arrows
from sim.presentation.figures.pathway import STREET_NODE, flow_table, pathway
from sim.presentation.figures.scene import BOX, LEAVING, LEFT, LINE, Scene, rounded, scene_of
from sim.presentation.figures.style import (
    BLOCKED,
    PAPER,
    QUIET,
    STREET,
    broken,
    canvas,
    foot,
    foot_lines,
    head,
    head_lines,
    label,
    lived_in,
    shared_notes,
    tint,
    title_without_blocking,
)
from sim.presentation.figures.writing import RunFigure
from sim.presentation.words import filled, percent

LANE = 0.3
"""Height of the lanes above (out of the pathway) and below (the street) [inches]."""
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
    below = APART + LANE + foot_lines(width, notes, origin)[1] + _cards_height(cards)
    above = scene.area + APART + LANE + 0.15 + head_lines(width, flow_title(summary, words))[1]
    figure = canvas(width, below + above)
    head(figure, flow_title(summary, words), words["flow_subtitle"])
    foot(figure, notes, origin)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(-below, above)
    axes.axis("off")
    _lanes(axes, scene, words)
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
    # In a low box the number still fits between the ground and the lane below it.
    high = max(street.middle, 0.25)
    for up, text, size in ((0.12, people, 21), (-0.2, words["street"], 11)):
        axes.text(
            middle, high + up, text, size=size, weight="bold", color="white", ha="center",
            va="center", zorder=6,
        )  # fmt: skip


def _lanes(axes: Axes, scene: Scene, words: Mapping[str, str]) -> None:
    """Draw the lane back to the street below the boxes and the lane out of the pathway above."""
    flows, lang = scene.flows, words["lang"]
    left, right = scene.left(0), scene.width - 0.3
    axes.add_patch(Rectangle((left, -LANE - APART), right - left, LANE, facecolor=STREET, zorder=4))
    axes.add_patch(Rectangle((left, -APART), BOX, APART + 0.01, facecolor=STREET, zorder=4))
    back = words["flow_back"].format(n=rounded(flows.to_street, lang))
    axes.text(
        left + BOX + 0.25, -APART - LANE / 2, f"\N{LEFTWARDS ARROW}  {back}", color="white", size=9,
        weight="bold", va="center", zorder=6,
    )  # fmt: skip
    low = scene.area + APART
    high = low + LANE
    tip = [(right, low - 0.06), (right + 0.22, low + LANE / 2), (right, high + 0.06)]
    lane = [(left, low), (right, low), *tip, (right, high), (left, high)]
    axes.add_patch(Polygon(lane, facecolor=tint(LEAVING, 0.55), zorder=2))
    left_died = {"left": rounded(flows.left, lang), "died": rounded(flows.died, lang)}
    gone = words["flow_exits"].format(**left_died)
    axes.text(
        right - 0.1, low + LANE / 2, f"{gone}  \N{RIGHTWARDS ARROW}", ha="right", va="center",
        size=9, zorder=6,
    )  # fmt: skip


Card = tuple[list[str], list[str], float, float]
"""A light box: lines of its name, what it did in a year, left edge, width."""


def _acts(summary: Summary, words: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Return name and yearly acts of each service met on the way that did anything."""
    found, done = [], summary.yearly
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
            found.append((label(summary, number, words), acts))
    return found


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
    low = -APART - LANE - 0.1 - tall
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
