"""The two theory queues: plans for the engines, a few plain numbers for other libraries.

A *logical event* is an arrival or the end of a stay: the calendar events every program has to
take, whatever else it keeps in its calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

import sim
from sim.core.log import Tallies
from sim.plan.build import plan_of
from sim.plan.tables import Plan

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = {
    "M/M/14": ROOT / "scenarios" / "theory" / "mm14.yaml",
    "tandem": ROOT / "scenarios" / "theory" / "tandem-blocking.yaml",
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """A theory queue for a library that knows no plans; times in days."""

    rate: float
    means: tuple[float, ...]  # of the exponential stays, per service
    places: tuple[int, ...]
    waiting_room: int  # before the first service; -1 no limit
    horizon: float


@dataclass(slots=True)
class Counted:
    """What a model written in another library counts."""

    arrivals: int = 0
    stays_ended: int = 0
    admitted: int = 0
    waited: float = 0.0

    @property
    def events(self) -> int:
        """The logical events."""
        return self.arrivals + self.stays_ended

    @property
    def mean_wait(self) -> float:
        """Mean wait [days] for the first service."""
        return self.waited / self.admitted


def plan(name: str) -> Plan:
    """Return the plan of a theory queue as shipped."""
    return plan_of(sim.load(SCENARIOS[name]))


def numbers(queue: Plan) -> Numbers:
    """Return the plain numbers of a theory queue."""
    laws = [service.stay for service in queue.services]
    return Numbers(
        rate=queue.streams[0].rate.values[0],
        means=tuple(law.rows[0].a for law in laws if law is not None),
        places=tuple(int(service.places.values[0]) for service in queue.services),
        waiting_room=queue.services[0].waiting_room,
        horizon=queue.horizon,
    )


def logical_events(tallies: Tallies) -> int:
    """Return how many arrivals and ends of stays an engine has tallied."""
    counted = (np.asarray(tallies.counts[name]) for name in ("arrivals", "completions"))
    return int(sum(table.sum() for table in counted))
