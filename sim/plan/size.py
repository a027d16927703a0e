"""How much work and memory one replication takes, before it starts.

An estimate that errs upwards. Events: each day its end, its census, its evenings and mornings; each
step of a calendar of places; arrivals and departures; outings and whom they meet; those who apply
for a night; visits, with as many people in the
street as come when none of them finds a place, and no limit at the door; admissions, as many as
come on from the services before, but no more than the places can pass through. Memory: the daily
tables (days x services x classes x what is counted), what is kept of each person, listing and row
of the log, and what the analysis makes of them. Measured ratios: docs/performance.md, "How large".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, inf

from sim.core.calendars import Calendar, constant
from sim.core.limits import UNLIMITED
from sim.core.log import COUNTS, LEVELS, PLACE_LEVELS, stretches
from sim.plan.demand import Demand, Moment, Stays, demand_of, grown, moments, stays
from sim.plan.tables import Kind, Plan, Service, blocked_pairs

NUMBER = 8
"""Bytes of a number in a table; the constants below were measured (docs/performance.md)."""
ANALYSED = 2.2
"""Memory of the daily tables, and of what is computed from them, by that of the tables."""
PER_MEASURE = 1000
"""Bytes of one number of the results: its name, its value, its rows in the files."""
PER_PERSON, PER_LISTING = 48, 48
"""Bytes kept of a person and of a listing (six numbers) until the end of the replication."""
TALLIED = 2.5
"""Memory of those rows with room to grow and as they are analysed, by that of the rows."""
PRESENT = 600
"""Bytes of a person who is in the model, without their draws: record, timers, requests."""
PER_ROW = 40
"""Bytes of a row of the log."""
PER_CONTACT, PER_ASKED, PER_APPLICANT = 0.1, 0.15, 0.25
"""Work of a person met or of a referral considered, of one who may apply for a night, and of one
who does, by that of an event (measured: 0.07, 0.13 and 0.21)."""
ROUNDS = 100
"""Steps along the pathway for which flows are followed."""
LARGE_EVENTS, LARGE_BYTES = 50e6, 2e9
"""Events and bytes from which a replication is called large."""


@dataclass(frozen=True, slots=True)
class Size:
    """Events and bytes of one replication.

    ``tables``: bytes of the daily tables and what is made of them; ``people``: of people and their
    waits; ``least``: bytes that are surely needed; ``log``: of the log, counted by ``with_log``
    alone. ``days``, ``services``, ``classes``, ``everybody`` (people ever in the model) are what
    makes it large.
    """

    events: float
    tables: float
    people: float
    least: float
    log: float
    days: int
    services: int
    classes: int
    everybody: float

    @property
    def bytes(self) -> float:
        """Memory of a replication, with its log if that is kept (``with_log``)."""
        return self.tables + self.people

    def with_log(self) -> Size:
        """Return the size of the replication if its log is kept until the end."""
        least = self.least + PER_ROW * self.everybody
        return replace(self, people=self.people + self.log, least=least)

    @property
    def is_large(self) -> bool:
        """Say whether somebody who starts it should know before."""
        return self.bytes > LARGE_BYTES or self.events > LARGE_EVENTS


def size_of(plan: Plan, log: bool = False) -> Size:
    """Return the size of one replication of a plan, with its log or without."""
    size = _size_of(plan)
    return size.with_log() if log else size


def _size_of(plan: Plan) -> Size:
    arrivals = sum(stream.rate.area(plan.horizon) for stream in plan.streams)
    everybody = people_ever(plan)
    street, most_street = street_size(plan, arrivals)
    places = sum(min(highest(plan.services[i].open_places), everybody) for i in plan.hosts)
    present = min(everybody, most_street + places)
    crowd, open_plan = crowd_of(plan, street), without_doors(plan)
    weeks = [
        (moment, demand_of(open_plan, moment, crowd), stays(plan, moment))
        for moment in moments(plan)
    ]
    listings, events = 0.0, 0.0
    for moment, demand, taken in weeks:
        referred = sum(map(sum, demand.referred))
        listed = sum(map(sum, demand.listed)) + referred
        moved = admissions(plan, demand, taken, present)
        visits = sum(
            visit_events(service, moment, wanted, 1.0 + places / max(1.0, street))
            for service, wanted in zip(plan.services, demand.visits, strict=True)
            if service.visits is not None
        )
        steps = sum(
            flow * steps_of(plan.services[number], moment) for number, flow in moved.items()
        )
        retried = sum(retries(plan.services[i], moment, present) for i in plan.hosts)
        listings = max(listings, (listed + sum(moved.values())) * plan.horizon)
        events = max(events, (visits + steps + retried + 2.0 * referred) * plan.horizon)
    events += 2.0 * everybody + by_calendar(plan) + crowd_work(plan, street)
    tables = table_bytes(plan)[1]
    rows = PER_PERSON * everybody + PER_LISTING * listings
    records = present * (PRESENT + 4 * len(plan.purposes))
    return Size(
        events=events,
        tables=tables,
        people=TALLIED * rows + records,
        least=least_bytes(plan),
        log=PER_ROW * (2.0 * events + sum(contacts(plan, street))),
        days=int(plan.horizon),
        services=len(plan.services),
        classes=len(plan.classes),
        everybody=everybody,
    )


def people_ever(plan: Plan) -> float:
    """Return how many people are in the model at some time, on average."""
    arrivals = sum(stream.rate.area(plan.horizon) for stream in plan.streams)
    return sum(group.people for group in plan.start_groups) + arrivals


def least_bytes(plan: Plan, log: bool = False) -> float:
    """Return the bytes that one replication surely needs; known at once, without any flows.

    A log has a row or more for each person.
    """
    per_person = PER_PERSON + (PER_ROW if log else 0)
    return table_bytes(plan)[0] + per_person * people_ever(plan)


def highest(calendar: Calendar) -> float:
    """Return the largest value of a calendar, infinity for one without limit."""
    most = max(calendar.values)
    return inf if most >= UNLIMITED else most


def table_bytes(plan: Plan) -> tuple[float, float]:
    """Return the bytes of the daily tables alone, and with what the analysis makes of them."""
    days, size, classes = int(plan.horizon) + 1, len(plan.services), len(plan.classes)
    cells = (2 * len(LEVELS) + len(COUNTS)) * (size + 1) * classes
    cells += 2 * len(PLACE_LEVELS) * size + len(blocked_pairs(plan.services)) + 3 * (size + 1)
    spans = len(stretches(plan.outline))
    raw = NUMBER * (days * cells + (spans + 1) * (size + 2) * (size + 4))
    measures = (spans + 1) * (2.0 * (size + 2) * (size + 4) + 60.0 * (size + 1))
    return float(raw), ANALYSED * raw + PER_MEASURE * measures


def street_size(plan: Plan, arrivals: float) -> tuple[float, float]:
    """Return the mean and the largest number of people in the street if nobody finds a place.

    Of the linear equation of arrivals at a steady rate and leaving at the mean risk of the period.
    """
    first = float(sum(group.people for group in plan.start_groups))
    leaving = sum(risk.rate.area(plan.horizon) for risk in plan.street_risks)
    if leaving < 1e-9:
        return first + arrivals / 2.0, first + arrivals
    kept = exp(-leaving)
    mean = (1.0 - kept) / leaving
    settled = arrivals / leaving
    last = grown(first, arrivals / plan.horizon, leaving / plan.horizon, plan.horizon)
    return first * mean + settled * (1.0 - mean), max(first, last)


def crowd_of(plan: Plan, street: float) -> list[float]:
    """Return so many people by class, in the proportions of all who are ever in the model."""
    shares = [0.0] * len(plan.classes)
    for group in plan.start_groups:
        shares[group.class_id] += group.people
    for stream in plan.streams:
        shares[stream.class_id] += stream.rate.area(plan.horizon)
    total = sum(shares) or 1.0
    return [street * share / total for share in shares]


def without_doors(plan: Plan) -> Plan:
    """Return the plan with drop-ins whose doors have no limit."""
    services = tuple(
        replace(service, visit_length=None, opening=service.opening or constant(1.0))
        for service in plan.services
    )
    return replace(plan, services=services)


def admissions(plan: Plan, demand: Demand, taken: Stays, present: float) -> dict[int, float]:
    """Return admissions a day by service: what comes, at most what the places can pass through.

    From that most downwards, so that a closed loop keeps it.
    """
    most = {}
    for number in plan.hosts:
        service = plan.services[number]
        times = [taken[number, k].taken for k, served in enumerate(service.classes) if served]
        shortest = max(min(times, default=inf), 1e-3)
        most[number] = min(highest(service.open_places), present) / shortest
    onward = {
        number: {
            to: max(taken[number, k].onward.get(to, 0.0) for k in range(len(plan.classes))
                    if (number, k) in taken)
            for k in range(len(plan.classes)) if (number, k) in taken
            for to in taken[number, k].onward
        }
        for number in most
    }  # fmt: skip
    direct = {i: sum(demand.listed[i]) + sum(demand.referred[i]) for i in most}
    flows = dict(most)
    for _ in range(ROUNDS):
        coming = dict(direct)
        for number, flow in flows.items():
            for to, part in onward[number].items():
                coming[to] = coming.get(to, 0.0) + flow * part
        after = {i: min(most[i], coming[i]) for i in most}
        if after == flows:
            break
        flows = after
    return flows


def steps_of(service: Service, moment: Moment) -> float:
    """Return the most events of one admission: the stay's end, and what else the service has."""
    more = (
        service.turnaround, service.blocked_limit, service.patience, service.assessment,
        service.drop_out_after, service.request_lead or None,
        any(route.delay for own in service.routes for route in own) or None,
    )  # fmt: skip
    missed = min(0.99, moment.mean(service.unreachable)) if service.unreachable else 0.0
    return 1.0 + sum(step is not None for step in more) + missed / (1.0 - missed)


def visit_events(service: Service, moment: Moment, wanted: float, more: float) -> float:
    """Return the events a day of a drop-in: each visit begins and ends, or is turned away.

    ``wanted``: visits a day if nobody stayed; ``more``: factor for the hosted. Nobody who is inside
    comes again, so as many as there are places come once in a visit and the gap before it.
    """
    assert service.visits is not None
    rate, length = moment.mean(service.visits.rate), moment.law(service.visit_length)
    if rate <= 0.0 or wanted <= 0.0:
        return 0.0
    people = wanted / rate * (more if service.hosted_attend else 1.0)
    inside = min(people, highest(service.open_places))
    share_open = moment.mean(service.opening) if service.opening is not None else 1.0
    stays_in = rate / max(share_open, 1e-9) * (length.mean if length is not None else 0.0)
    waits = 2.0 if service.door_wait is not None else 1.0
    return 2.0 * inside * rate / (1.0 + stays_in) + waits * (people - inside) * rate


def retries(service: Service, moment: Moment, present: float) -> float:
    """Return offers a day made again where hardly anybody can be reached: they bring nobody in."""
    if service.unreachable is None or moment.mean(service.unreachable) < 0.99:
        return 0.0
    again = moment.law(service.offer_again)
    return present / max(again.mean, 1e-5) if again is not None else 0.0


def contacts(plan: Plan, street: float) -> list[float]:
    """Return the people met in the period by service; an outing meets nobody twice."""
    return [
        service.outings.area(plan.horizon) * min(highest(service.contacts), street)
        if service.outings is not None and service.contacts is not None
        else 0.0
        for service in plan.services
    ]


def crowd_work(plan: Plan, street: float) -> float:
    """Return the work of outings with those they meet, and of evenings with those who may apply.

    By that of an event.
    """
    work = 0.0
    for service, people in zip(plan.services, contacts(plan, street), strict=True):
        work += people * PER_CONTACT * (1 + len(service.referrals))
        if service.kind is Kind.OVERNIGHT:
            applying = plan.horizon
            if service.applies is not None:
                applying = service.applies.share.area(plan.horizon)
            work += street * (plan.horizon * PER_ASKED + applying * PER_APPLICANT)
    return work


def by_calendar(plan: Plan) -> float:
    """Return the events that the calendar alone brings in the period."""
    nights = sum(item.kind is Kind.OVERNIGHT for item in plan.services)
    calendars = [
        item for service in plan.services
        for item in (service.open_places, service.opening, service.window) if item is not None
    ]  # fmt: skip
    outings = [
        item.outings.area(plan.horizon) for item in plan.services if item.outings is not None
    ]
    steps = sum(len(item.times) for item in (*calendars, *plan.rooms))
    return plan.horizon * (2.0 + 2.0 * nights) + steps + sum(outings)
