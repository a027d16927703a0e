"""People, their requests, and what stands at each service."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import IntEnum

import simpy

from sim.engines.reference.clockwork import Timer
from sim.plan.tables import Service
from sim.vocabulary.events import STREET

OUTSIDE = -9
"""Living situation before a person has entered the model."""


FROM_THE_START = -1.0
"""Rank of those who live in a place at the start: before everybody who has been listed."""


class Stage(IntEnum):
    """How far somebody hosted in a place has come."""

    STAYING = 0
    HELD = 1  # the route's delay runs
    READY = 2  # wants to move; known only within one instant
    BLOCKED = 3


@dataclass(slots=True, eq=False)
class Request:
    """One person's request for one service: under way (``listed_at`` is nan) or on the list."""

    person: Person
    service: int
    listed_at: float = math.nan
    hosted_when_listed: bool = False
    passed_over: bool = False  # an offer failed a short time ago
    is_ready: bool = False
    ranks_from: float = math.nan  # the time of listing that counts for the rank
    level: str = ""  # "waiting" or "waiting_hosted", as counted now
    timers: list[Timer] = field(default_factory=list)

    @property
    def is_listed(self) -> bool:
        """Whether the request is on the list."""
        return not math.isnan(self.listed_at)

    def rank(self, priority: int) -> tuple[int, float, int]:
        """Return what orders a list: priority of class, time of listing, person number."""
        return priority, self.ranks_from, self.person.number


@dataclass(slots=True, eq=False)
class VisitClock:
    """One person's clock for one drop-in: what is left of the unit exponential draw."""

    drop_in: int
    left: float
    since: float = math.nan  # running since; nan while paused
    timer: Timer | None = None


@dataclass(slots=True, eq=False)
class Person:
    """One person and everything the rules ask about them."""

    number: int
    key: int
    klass: int
    entered: float
    draws: list[int]  # how many times the person has drawn for each purpose
    traits: tuple[float, ...] = ()
    where: int = OUTSIDE
    roster_at: int = -1
    moved: simpy.Event | None = None  # news for the person's process
    # leaving the model
    risks_left: list[float] = field(default_factory=list)
    risks_since: float = 0.0
    leaving: Timer | None = None
    # in a place
    stage: Stage = Stage.STAYING
    since: float = 0.0  # admitted at
    blocked_since: float = math.nan
    ranked_from: float = FROM_THE_START  # rank of the request that brought them here
    credit: float = 0.0  # time blocked before this admission [days]
    destination: int = STREET
    route: int = -1  # which of the class's routes was drawn; -1 none yet
    first_stay: float = math.nan  # remaining stay of somebody hosted at the start
    fell_back: bool = False
    stay_timer: Timer | None = None
    # asking and visiting
    requests: dict[int, Request] = field(default_factory=dict)
    clocks: dict[int, VisitClock] = field(default_factory=dict)
    visiting: int = -1
    at_door: int = -1
    visit_timer: Timer | None = None
    visit_day: dict[int, int] = field(default_factory=dict)  # day of the last visit begun
    seen_year: dict[int, int] = field(default_factory=dict)
    nights: dict[int, tuple[int, int]] = field(default_factory=dict)  # last night, in a row
    # milestones
    first_contact: float = math.nan
    housed_at: float = math.nan
    gone_at: float = math.nan
    exit: int = 0


@dataclass(slots=True, eq=False)
class Site:
    """What stands at one service now."""

    plan: Service
    number: int
    occupied: int = 0  # people living there, or visiting a drop-in
    blocked: int = 0
    turnaround: int = 0
    present: dict[int, Person] = field(default_factory=dict)  # living there, by number
    listed: dict[int, Request] = field(default_factory=dict)  # by person
    ready: list[tuple[int, float, int]] = field(default_factory=list)  # ranks, sorted
    door: list[Person] = field(default_factory=list)
    interviews_day: int = -1
    interviews: int = 0
    draws: list[int] = field(default_factory=list)
