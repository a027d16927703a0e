"""Interleaved rounds: every candidate once per round, so that all meet the same bad weather."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter, process_time

Candidate = Callable[[int], int]
"""Does its work in a given round and returns how many logical events that were."""
Clock = Callable[[], float]

CPU: Clock = process_time
"""Processor time of this process: what other programs take from the machine does not count."""
WALL: Clock = perf_counter
"""Time on the wall, for work in several threads."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A median over rounds and half its interquartile range, as a share of the median."""

    value: float
    spread: float


@dataclass(frozen=True, slots=True)
class Rounds:
    """Seconds per event of every candidate, round by round."""

    costs: Mapping[str, list[float]]

    def cost(self, name: str) -> Figure:
        """Return the nanoseconds per logical event."""
        return _figure([1e9 * cost for cost in self.costs[name]])

    def ratio(self, slow: str, fast: str) -> Figure:
        """Return how many times the cost of ``fast`` the cost of ``slow`` is, within rounds."""
        pairs = zip(self.costs[slow], self.costs[fast], strict=True)
        return _figure([a / b for a, b in pairs])


def interleaved(candidates: Mapping[str, Candidate], rounds: int, clock: Clock = CPU) -> Rounds:
    """Run every candidate once per round, in turning order; a first round only warms up."""
    names = list(candidates)
    costs: dict[str, list[float]] = {name: [] for name in names}
    for number in range(-1, rounds):
        for name in names if number % 2 else reversed(names):
            seconds, events = _once(candidates[name], max(0, number), clock)
            if number >= 0:
                costs[name].append(seconds / events)
    return Rounds(costs)


def _once(candidate: Candidate, number: int, clock: Clock) -> tuple[float, int]:
    gc.collect()
    begin = clock()
    events = candidate(number)
    return clock() - begin, events


def _figure(values: list[float]) -> Figure:
    middle = median(values)
    if len(values) < 2:
        return Figure(middle, float("nan"))
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Figure(middle, (high - low) / 2.0 / middle)
