"""Offered load: what comes to each service if every place needed were there at once.

Traffic equations: what comes to a service is what comes from outside plus what every service sends
on, returns included: ``x = direct + x P`` for each class. Source: Jackson (1957), "Networks of
waiting lines", Operations Research 5(4).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from sim.plan.demand import Demand
from sim.plan.occupancy import Stays
from sim.plan.tables import Plan

Flows = list[list[float]]
"""People per day, by service and class."""
TINY = 1e-12


def solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Return the solution of linear equations by elimination with row exchanges.

    A line without a pivot (a loop that nobody leaves) gives infinity if anything flows in, else 0.
    """
    size = len(right)
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for column in range(size):
        best = max(range(column, size), key=lambda i: abs(rows[i][column]))
        rows[column], rows[best] = rows[best], rows[column]
        if abs(rows[column][column]) < TINY:
            continue
        for i in range(column + 1, size):
            factor = rows[i][column] / rows[column][column]
            if factor:
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[column], strict=True)]
    answer = [0.0] * size
    for i in reversed(range(size)):
        rest = rows[i][size] - sum(
            rows[i][j] * answer[j] for j in range(i + 1, size) if rows[i][j] != 0.0
        )
        if abs(rows[i][i]) >= TINY:
            answer[i] = rest / rows[i][i]
        else:
            answer[i] = inf if rest > TINY else 0.0
    return answer


def offered(
    plan: Plan,
    demand: Demand,
    stays: Stays,
    diverted: Flows,
    fixed: Mapping[tuple[int, int], float],
) -> Flows:
    """Return requests per day by service and class, if every service had room at once.

    ``diverted``: requests of those whom another service has turned away. ``fixed``: flows, by
    service and class, that follow from the people there and from nothing else.
    """
    size = len(plan.services)
    flows = [[0.0] * len(plan.classes) for _ in range(size)]
    for klass in range(len(plan.classes)):
        matrix = [[1.0 if i == j else 0.0 for j in range(size)] for i in range(size)]
        for (number, own), stay in stays.items():
            if own == klass:
                for to, part in stay.onward.items():
                    matrix[to][number] -= part
        direct = [
            demand.listed[i][klass] + demand.referred[i][klass] + diverted[i][klass]
            for i in range(size)
        ]
        for number in range(size):
            if (number, klass) in fixed:
                matrix[number] = [1.0 if i == number else 0.0 for i in range(size)]
                direct[number] = fixed[number, klass]
        for number, flow in enumerate(solved(matrix, direct)):
            flows[number][klass] = flow
    return flows
