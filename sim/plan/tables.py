"""The contract in: the immutable tables an engine receives.

Times are days since midnight of the first day; rates are per day; shares are 0 to 1. Services are
numbered in file order; destinations that are not services have the negative codes of
``core.events``. Whatever is random carries its *purpose*: an index into ``Plan.purposes``.
Rules: docs/model.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from sim.core.calendars import Calendar
from sim.core.distributions import Distribution
from sim.core.events import STREET, Event
from sim.core.log import Outline

AT_ADMISSION = -1.0
"""Value of ``Service.request_lead``: the request is due at admission."""


class Kind(IntEnum):
    """The four kinds of service."""

    OUTREACH = 0
    DROP_IN = 1
    OVERNIGHT = 2
    PLACES = 3


class Evict(IntEnum):
    """Who leaves when capacity falls below the people present."""

    NOBODY = 0
    LAST_IN = 1
    FIRST_IN = 2
    BLOCKED_FIRST = 3


class Evicted(IntEnum):
    """What people do who are evicted before their stay is over."""

    ASK_NO_MORE = 0
    KEEP_RANK = 1
    JOIN_END = 2


class Residual(IntEnum):
    """How the remaining stay of somebody hosted at the start is drawn."""

    EQUILIBRIUM = 0
    FULL = 1
    GIVEN = 2


@dataclass(frozen=True, slots=True)
class TimedDistribution:
    """A drawn time: the distribution in force from each time on."""

    times: tuple[float, ...]
    rows: tuple[Distribution, ...]
    purpose: int


@dataclass(frozen=True, slots=True)
class TimedProbability:
    """A yes or no drawn with a share that may change with time."""

    share: Calendar
    purpose: int


@dataclass(frozen=True, slots=True)
class Hazard:
    """An exponential clock: rings when the rate, cumulated, has used up a unit exponential draw."""

    rate: Calendar
    purpose: int


@dataclass(frozen=True, slots=True)
class ExitHazard:
    """A risk of leaving the model in one living situation: exit code, rate, the person's clock.

    ``clock`` is the number of the clock (0 .. ``len(Plan.risk_purposes)`` - 1), the same in every
    situation; a situation without a risk simply does not list it.
    """

    exit: int
    rate: Calendar
    clock: int


@dataclass(frozen=True, slots=True)
class Route:
    """Where a stay leads: destination, share among the routes of that class, delay (place held)."""

    to: int
    share: Calendar
    delay: TimedDistribution | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """What a contact or an interview may open. Coordination factors are already in both calendars.

    ``success.share`` is at most 1; ``delay_factor`` multiplies the drawn delay. ``classes``: who
    is considered, among those the target serves; empty means all of them.
    """

    to: int
    opened: TimedProbability
    success: TimedProbability
    delay: TimedDistribution | None
    delay_factor: Calendar
    classes: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class MakesVisitor:
    """A contact makes the person a visitor of a drop-in with this chance."""

    of: int
    chance: TimedProbability


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service with everything any kind needs; fields of other kinds keep their defaults."""

    name: str
    key: int  # person_key for draws made by the service itself (outings)
    kind: Kind
    classes: tuple[bool, ...]  # which classes may be served
    priority: tuple[int, ...]  # per class, lower first
    places: Calendar  # nominal, before staffing (UNLIMITED allowed)
    open_places: Calendar  # effective, whole numbers
    room: int = -1  # number of the shared room, -1 none
    housing: bool = False  # an admission here counts as long-term housing

    # outreach
    outings: Calendar | None = None  # rate per day: evenly spaced, or Poisson if at_random
    at_random: bool = False
    contacts: Calendar | None = None  # people met per outing (may be fractional)
    outing_purpose: int = -1  # gaps of random contacts
    size_purpose: int = -1  # rounding of a fractional number
    meet_purpose: int = -1  # who is met
    makes_visitors: tuple[MakesVisitor, ...] = ()
    referrals: tuple[Referral, ...] = ()  # drop-in as well: opened by interviews

    # drop-in
    opening: Calendar | None = None  # 1 open, 0 closed
    visits: Hazard | None = None  # rate per day for a trait of 1; 0 while closed
    trait: int = -1  # multiplies the rate
    visitor: tuple[TimedProbability, ...] = ()  # per class: a visitor from the start (one purpose)
    visit_length: TimedDistribution | None = None
    door_wait: TimedDistribution | None = None  # None: turned away when full
    hosted_attend: bool = False
    care_act: TimedProbability | None = None
    interview: TimedProbability | None = None
    interviews_per_day: Calendar | None = None

    # overnight
    evening: float = 0.0  # time of day, as a share of the day
    morning: float = 0.0
    visitors_of: int = -1  # applicants: only that day's visitors of this drop-in; -1 the street
    applies: TimedProbability | None = None
    lottery_purpose: int = -1
    returning_first: bool = False
    most_nights: int = 0  # consecutive; 0 no limit

    # places
    stay: TimedDistribution | None = None
    drop_out: TimedProbability | None = None
    drop_out_after: TimedDistribution | None = None
    drop_out_risk: Hazard | None = None
    drop_out_to: int = STREET
    routes: tuple[tuple[Route, ...], ...] = ()  # per class
    route_purpose: int = -1
    request_lead: float = 0.0  # days before the planned end; AT_ADMISSION; 0 at the end
    leave_early: bool = False
    wait_in_place: bool = True
    blocked_limit: TimedDistribution | None = None
    fallback: int = STREET
    blocked_credit: Calendar | None = None  # share of blocked time taken off a stay here
    turnaround: TimedDistribution | None = None
    window: Calendar | None = None  # 1 admissions possible, 0 not
    waiting_room: int = -1  # most people listed when no place is free; -1 no limit
    turned_away_to: int = STREET  # people living in the street who are turned away
    patience: TimedDistribution | None = None
    gives_up_to: int = STREET  # people living in the street who give up
    unreachable: Calendar | None = None
    declines: Calendar | None = None
    offer_purpose: int = -1
    offer_again: TimedDistribution | None = None
    assessment: TimedProbability | None = None
    assessment_delay: TimedDistribution | None = None
    evict: Evict = Evict.NOBODY
    evicted: Evicted = Evicted.KEEP_RANK
    risks: tuple[ExitHazard, ...] = ()  # leaving the model while hosted here (overnight as well)


@dataclass(frozen=True, slots=True)
class Stream:
    """An arrival stream of one class: ``to`` is STREET or a service of kind places."""

    name: str
    key: int
    class_id: int
    rate: Calendar
    to: int
    gap_purpose: int


@dataclass(frozen=True, slots=True)
class StartGroup:
    """People of one class present at the start; ``where`` is STREET or a service of kind places."""

    name: str
    key: int
    class_id: int
    people: int
    where: int


@dataclass(frozen=True, slots=True)
class StartList:
    """How many street people are on a service's list at the start, chosen by ``purpose``."""

    service: int
    people: int
    purpose: int


@dataclass(frozen=True, slots=True)
class StartResidual:
    """Rule for the remaining stay of people hosted at the start in one service."""

    rule: Residual
    given: TimedDistribution | None  # purpose of the given law is residual_purpose
    residual_purpose: int  # first draw; for EQUILIBRIUM the count 0 and 1 are used


@dataclass(frozen=True, slots=True)
class Trait:
    """A number drawn once per person."""

    name: str
    law: TimedDistribution


def blocked_pairs(services: Sequence[Service]) -> tuple[tuple[int, int], ...]:
    """Return (service, service waited for) of all who can be blocked: by a route or a fallback."""
    pairs = set()
    for number, service in enumerate(services):
        routes = {route.to for own in service.routes for route in own}
        wanted = routes | {service.fallback} if service.kind is Kind.PLACES else routes
        pairs |= {(number, to) for to in wanted if to >= 0}
    return tuple(sorted(pairs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything an engine needs besides seed and replication."""

    outline: Outline
    horizon: float
    classes: tuple[str, ...]
    services: tuple[Service, ...]
    rooms: tuple[Calendar, ...] = ()  # places of each shared room, whole numbers
    traits: tuple[Trait, ...] = ()
    streams: tuple[Stream, ...] = ()
    start_groups: tuple[StartGroup, ...] = ()
    start_lists: tuple[StartList, ...] = ()
    start_residuals: tuple[StartResidual | None, ...] = ()  # per service
    street_risks: tuple[ExitHazard, ...] = ()
    risk_purposes: tuple[int, ...] = ()  # per clock
    purposes: tuple[int, ...] = field(default=(), repr=False)  # purpose -> 64-bit key for draws
    purpose_names: tuple[str, ...] = field(default=(), repr=False)
    room_names: tuple[str, ...] = field(default=(), repr=False)

    @property
    def hosts(self) -> list[int]:
        """The services of kind places."""
        return [i for i, service in enumerate(self.services) if service.kind is Kind.PLACES]

    def place_of(self, event: int, service: int) -> str:
        """Return where an event takes place, by the name in the file; of arrivals: the stream."""
        if service < 0:
            return "the street"
        if event == Event.ARRIVES:
            return self.streams[service].name
        return self.services[service].name
