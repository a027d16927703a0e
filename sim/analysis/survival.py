"""Times that may not have ended: what share has had the event by each time since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.windows import Array
from sim.vocabulary.calendars import MILLISECONDS, rounded

CENSORED, EVENT, OTHER_END = 0, 1, 2
"""How a time ended: not yet; by the event asked for; in a way that rules the event out."""


@dataclass(frozen=True, slots=True)
class Incidence:
    """The share that has had the event by each of ``times``, in increasing order [days]."""

    times: Array
    share: Array

    def by(self, time: float) -> float:
        """Return the share that has had the event by ``time``; nan if nobody was observed."""
        if self.times.size == 0:
            return float("nan")
        position = int(np.searchsorted(self.times, rounded(time), side="right"))
        return float(self.share[position - 1]) if position else 0.0

    def median(self) -> float:
        """Return when half have had the event; inf if that is not reached, nan without anybody."""
        if self.times.size == 0:
            return float("nan")
        reached = np.flatnonzero(self.share >= 0.5 - 1e-12)
        return float(self.times[reached[0]]) if reached.size else float("inf")

    def restricted_mean(self, limit: float) -> float:
        """Return the mean time without the event, counting at most ``limit`` days of each."""
        if self.times.size == 0:
            return float("nan")
        inside = self.times < limit
        edges = np.concatenate(([0.0], self.times[inside], [limit]))
        without = 1.0 - np.concatenate(([0.0], self.share[inside]))
        return float(np.sum(np.diff(edges) * without))


def incidence(times: Array, ends: NDArray[Any]) -> Incidence:
    """Return the cumulative incidence of the event among ``times``: see ``incidences``."""
    return incidences(times, ends)[0]


def incidences(times: Array, *ends: NDArray[Any]) -> list[Incidence]:
    """Return the cumulative incidence of the event among observed ``times``, for each of ``ends``.

    Each of ``ends`` says of every time how it ended: CENSORED, EVENT or OTHER_END. Without
    OTHER_END this is one minus the Kaplan-Meier curve; with it, the Aalen-Johansen estimate:
    whoever ended otherwise never has the event. At equal times events come before censoring.
    Times are whole milliseconds, but as differences of two their last digits may differ.
    Source: Aalen and Johansen, Scandinavian Journal of Statistics 5 (1978) 141-150.
    """
    whole, place = np.unique(np.rint(times * MILLISECONDS), return_inverse=True)
    distinct = whole / MILLISECONDS
    if distinct.size == 0:
        return [Incidence(distinct, distinct) for _ in ends]
    ended = np.bincount(place, minlength=distinct.size)
    at_risk = times.size - np.concatenate(([0], np.cumsum(ended)[:-1]))
    found = []
    for one in ends:
        events = np.bincount(place[one == EVENT], minlength=distinct.size)
        any_end = np.bincount(place[one != CENSORED], minlength=distinct.size)
        free = np.cumprod(1.0 - any_end / at_risk)
        free_before = np.concatenate(([1.0], free[:-1]))
        found.append(Incidence(distinct, np.cumsum(free_before * events / at_risk)))
    return found
