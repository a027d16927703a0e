"""State of the reference engine: the event list, people, requests, services."""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from enum import IntEnum
from heapq import heappop, heappush
from typing import Any

import simpy

from sim.core.calendars import Calendar, rounded
from sim.core.draws import Keyed
from sim.core.events import STREET, Event
from sim.core.log import Row
from sim.core.quantiles import drawn
from sim.core.stopping import stop_if_asked
from sim.engines.reference.tallies import Tally
from sim.plan.tables import Kind, Plan, Service, TimedDistribution, TimedProbability, blocked_pairs

# --- SimPy's calendar with the written order of simultaneous events (docs/model.md, section 6).

Timeline = Generator[simpy.Event, Any, None]
"""What a SimPy process runs: it waits by yielding timers."""

_SERVICE_BITS = (1 << 12) - 1
_FIRST_OWN = int(Event.DAY_ENDS) << 48
"""Priorities below this are SimPy's own bookkeeping (a process begins); it comes first."""

EVENTS = 2**12
"""Events after which a thread looks whether it is to stop."""


class Timer(simpy.Event):
    """An event that comes at a fixed time unless it is cancelled."""

    cancelled = False

    def cancel(self) -> None:
        """Make the timer pass without effect; whoever waits for it waits for ever."""
        self.cancelled = True
        if self.callbacks is not None:
            self.callbacks.clear()


class StandstillError(Exception):
    """Too many events at the same time: the code and the service of the next one."""


class Environment(simpy.Environment):
    """A SimPy environment whose ties are broken by event code, person and service."""

    def at(self, time: float, code: Event, person: int = -1, service: int = -1) -> Timer:
        """Return a timer for a time [days], rounded to milliseconds; ``math.inf`` means never.

        SimPy sorts its calendar by (time, priority, serial). The time is entered as it is, because
        ``now + (time - now)`` can differ from it in the last digit; the priority carries the
        written order, so that the serial never decides.
        """
        timer = Timer(self)
        timer._ok, timer._value = True, None
        if time < math.inf:
            order = int(code) << 48 | (person + 1) << 12 | (service + 1)
            entry = (rounded(time), order, next(self._eid), timer)
            heappush(self._queue, entry)  # type: ignore[misc]
        return timer

    def begin(self) -> None:
        """Let processes that were started at this instant run up to their first timer."""
        while self._queue and self._queue[0][1] < _FIRST_OWN:
            self.step()

    def run_until(
        self,
        horizon: float,
        after_each: Callable[[], None],
        most_at_once: Callable[[], float] = lambda: math.inf,
    ) -> int:
        """Take events in order up to the horizon [days]; return how many.

        ``after_each`` is called after every event that was not cancelled. At the horizon itself
        only the end of the last day is taken. Raises StandstillError instead of taking more than
        ``most_at_once`` events at the same time.
        """
        last = (horizon, int(Event.DAY_ENDS) + 1 << 48)
        events = before = 0  # before: this instant
        self.begin()
        while self._queue and self._queue[0][:2] < last:
            timer = self._queue[0][3]
            if isinstance(timer, Timer) and timer.cancelled:
                heappop(self._queue)  # also if somebody began to wait after it was cancelled
                continue
            time, order = self._queue[0][:2]
            if time > self.now:
                before = events
            elif events - before >= most_at_once():
                raise StandstillError(order >> 48, (order & _SERVICE_BITS) - 1)
            self.step()
            self.begin()
            events += 1
            after_each()
            if events % EVENTS == 0:
                stop_if_asked()
        return events


# --- People, their requests, and what stands at each service.

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
    class_id: int
    entered: float
    draws: list[int]  # how many times the person has drawn for each purpose
    traits: tuple[float, ...] = ()
    where: int = OUTSIDE
    street_list_at: int = -1
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
class ServiceState:
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


# --- The state of one replication and what every rule needs: time, draws, log, room.


class State:
    """Everything that is true at one instant of one replication."""

    def __init__(self, plan: Plan, seed: int, replication: int, log: bool) -> None:
        self.plan = plan
        self.env = Environment()
        self.keyed = Keyed(seed, replication)
        self.tally = Tally(plan.outline, blocked_pairs(plan.services))
        self.log: list[Row] | None = [] if log else None
        self.people: list[Person] = []
        self.street_list: list[Person] = []
        purposes = len(plan.purposes)
        self.sites = [
            ServiceState(service, number, draws=[0] * purposes)
            for number, service in enumerate(plan.services)
        ]
        self.open = [0] * len(self.sites)  # open places now
        self.usable = [0] * len(self.sites)  # the same, but 0 while a drop-in is closed
        self.tonight = [0] * len(self.sites)  # places offered this evening, until the morning
        self.window = [True] * len(self.sites)  # admissions (or a drop-in's doors) open now
        self.rooms = [0] * len(plan.rooms)
        self.refused: list[Person] = []  # whose destination will not have them
        self.ready: list[Person] = []  # whose stay has just ended
        self.newly_blocked = False
        self.stuck_now: set[int] = set()  # services without a way out when last looked at
        self.loosened: set[int] = set()  # those where somebody has come or gone since

    @property
    def now(self) -> float:
        """The time [days]."""
        return self.env.now

    # --- log ---------------------------------------------------------------------------------

    def write(
        self, event: Event, person: int, service: int = -1, other: int = -1, number: int = 0
    ) -> None:
        """Write one row to the log, if a log is wanted."""
        if self.log is not None:
            self.log.append(Row(self.env.now, int(event), person, service, other, number))

    # --- draws -------------------------------------------------------------------------------

    def uniform(self, who: Person | ServiceState, purpose: int) -> float:
        """Return the next uniform draw of a person (or a service) for a purpose."""
        count = who.draws[purpose]
        who.draws[purpose] = count + 1
        key = who.key if isinstance(who, Person) else who.plan.key
        return self.keyed.uniform(key, self.plan.purposes[purpose], count)

    def bernoulli(self, person: Person, chance: TimedProbability) -> bool:
        """Draw whether something happens to a person."""
        return self.uniform(person, chance.purpose) < chance.share.at(self.now)

    def exponential(self, who: Person | ServiceState, purpose: int) -> float:
        """Return a unit exponential draw."""
        return -math.log(1.0 - self.uniform(who, purpose))

    def event_time(self, rate: Calendar, left: float) -> float:
        """Return when a clock with so much left runs out, if it runs at a rate from now on."""
        return max(self.now, rounded(rate.when(rate.area(self.now) + left)))

    def after(self, duration: float) -> float:
        """Return the time that lies so many days after now, to the millisecond."""
        return rounded(self.now + duration)

    def duration(self, person: Person, law: TimedDistribution) -> float:
        """Draw a time [days] from the law in force now."""
        row = law.rows[bisect_right(law.times, self.now) - 1]
        return drawn(row.family, row.a, row.b, row.c, row.values, self.uniform(person, law.purpose))

    # --- room --------------------------------------------------------------------------------

    def free(self, site: ServiceState) -> int:
        """Return how many more people a service can hold now."""
        free = self.open[site.number] - site.occupied - site.turnaround
        room = site.plan.room
        if room >= 0:
            inside = sum(other.occupied for other in self.sites if other.plan.room == room)
            free = min(free, self.rooms[room] - inside)
        return free

    def count_places(self, site: ServiceState) -> None:
        """Bring the tallies of a service's places up to date (docs/model.md, section 10)."""
        number, tally, now = site.number, self.tally, self.now
        by_night = site.plan.kind is Kind.OVERNIGHT
        usable = self.tonight[number] if by_night else self.usable[number]
        tally.place_level("open_places", number, usable, now)
        tally.place_level("turnaround", number, site.turnaround, now)
        free = max(0, usable - site.turnaround - site.occupied)
        tally.place_level("free_places", number, free, now)
        tally.place_level("people_while_open", number, site.occupied if usable > 0 else 0, now)
        tally.place_level("is_open", number, 1 if usable > 0 else 0, now)

    def is_hosted(self, person: Person) -> bool:
        """Return whether a person lives in a place that is not only for the night."""
        return person.where >= 0 and self.sites[person.where].plan.kind is Kind.PLACES

    # --- lists -------------------------------------------------------------------------------

    def is_ready(self, person: Person, service: int) -> bool:
        """Return whether a person could come to a service if they were offered a place now.

        A stay is left early only for a service that stands after it in the file: otherwise two
        services with free places could pass somebody to and fro within one instant.
        """
        if not self.is_hosted(person) or person.stage in (Stage.READY, Stage.BLOCKED):
            return True
        return service > person.where and self.sites[person.where].plan.leave_early

    def refresh(self, request: Request) -> None:
        """Bring a listed request's readiness and its count up to date with the person."""
        person, site = request.person, self.sites[request.service]
        level = "waiting_hosted" if self.is_hosted(person) else "waiting"
        if level != request.level:
            self._count_level(request, -1.0)
            request.level = level
            self._count_level(request, 1.0)
        ready = self.is_ready(person, site.number) and not request.passed_over
        if ready != request.is_ready:
            request.is_ready = ready
            rank = request.rank(site.plan.priority[person.class_id])
            if ready:
                insort(site.ready, rank)
            else:
                site.ready.remove(rank)

    def remove_request(self, request: Request, outcome: int) -> None:
        """Take a request off: from its list, with the wait recorded, or while under way."""
        person, site = request.person, self.sites[request.service]
        del person.requests[request.service]
        for timer in request.timers:
            timer.cancel()
        if not request.is_listed:
            return
        del site.listed[person.number]
        if request.is_ready:
            site.ready.remove(request.rank(site.plan.priority[person.class_id]))
        self._count_level(request, -1.0)
        self.tally.waits.append(
            (
                float(site.number),
                float(person.class_id),
                request.listed_at,
                self.now,
                float(outcome),
                float(request.hosted_when_listed),
            )
        )

    def _count_level(self, request: Request, delta: float) -> None:
        if request.level:
            class_id = request.person.class_id
            self.tally.level(request.level, request.service, class_id, delta, self.now)

    def refresh_all(self, person: Person) -> None:
        """Bring all listed requests of a person up to date."""
        for service in sorted(person.requests):
            request = person.requests[service]
            if request.is_listed:
                self.refresh(request)

    def queue_refusal(self, person: Person, service: int) -> None:
        """Remember somebody whose destination will not have them (docs/model.md, section 4)."""
        if self.is_hosted(person) and person.stage >= Stage.READY and person.destination == service:
            self.refused.append(person)

    def record_contact(self, person: Person, service: int) -> None:
        """Note that a service has met a person: first contact, first time this year."""
        year = int(self.now // 365.0)
        if person.seen_year.get(service, -1) != year:
            person.seen_year[service] = year
            self.tally.count("first_seen", service, person.class_id)
        if math.isnan(person.first_contact):
            person.first_contact = self.now

    def join_street_list(self, person: Person) -> None:
        """Put somebody who comes to the street at the end of the street list."""
        person.where = STREET
        person.street_list_at = len(self.street_list)
        self.street_list.append(person)
        self.tally.level("living", STREET, person.class_id, 1.0, self.now)

    def leave_street_list(self, person: Person) -> None:
        """Take somebody off the street list; the last on it takes the gap."""
        last = self.street_list.pop()
        if last is not person:
            self.street_list[person.street_list_at] = last
            last.street_list_at = person.street_list_at
        person.street_list_at = -1
        self.tally.level("living", STREET, person.class_id, -1.0, self.now)


# --- Being at a drop-in: inside, or waiting at its door.


def step_in(state: State, person: Person, drop_in: int) -> None:
    """Count somebody in."""
    person.visiting = drop_in
    state.sites[drop_in].occupied += 1
    state.count_places(state.sites[drop_in])
    state.tally.level("visiting", drop_in, person.class_id, 1.0, state.now)


def step_out(state: State, person: Person) -> None:
    """Count somebody out, at the end of a visit or because it is broken off."""
    drop_in = person.visiting
    state.write(Event.VISIT_ENDS, person.number, drop_in)
    state.sites[drop_in].occupied -= 1
    state.count_places(state.sites[drop_in])
    state.tally.level("visiting", drop_in, person.class_id, -1.0, state.now)
    person.visiting = -1


def join_door(state: State, person: Person, drop_in: int) -> None:
    """Queue at the door."""
    person.at_door = drop_in
    state.sites[drop_in].door.append(person)
    state.tally.level("at_door", drop_in, person.class_id, 1.0, state.now)
    state.write(Event.AT_DOOR, person.number, drop_in)


def leave_door(state: State, person: Person) -> None:
    """Leave the queue at the door, to go in or away."""
    state.sites[person.at_door].door.remove(person)
    state.tally.level("at_door", person.at_door, person.class_id, -1.0, state.now)
    person.at_door = -1
    if person.visit_timer is not None:
        person.visit_timer.cancel()


def break_off(state: State, person: Person) -> None:
    """End a visit or a wait at a door, because the person moves."""
    if person.visiting >= 0:
        step_out(state, person)
        if person.visit_timer is not None:
            person.visit_timer.cancel()
    elif person.at_door >= 0:
        state.write(Event.LEAVES_DOOR, person.number, person.at_door)
        leave_door(state, person)
