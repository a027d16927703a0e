"""The numbers of the flow figure: who moves where in a year, and what is too small to draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.analysis.summary import Summary
from sim.analysis.windows import Array
from sim.presentation.figures.layout import Arrow
from sim.presentation.figures.style import label, lived_in
from sim.presentation.figures.writing import Table

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
