"""What is known before any simulation: loads, scarce places, lists, loops that can lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from math import ceil, floor, inf

from sim.core.calendars import Calendar, next_change
from sim.core.events import DESTINATIONS, STREET
from sim.core.limits import UNLIMITED
from sim.plan.demand import Moment, accepted, moments, offers, taken_up
from sim.plan.fluid import MATTERS, Balance, Settled, limited_by, settled, waited_for
from sim.plan.tables import (
    AT_ADMISSION,
    Evict,
    Evicted,
    Kind,
    Plan,
    Referral,
    Service,
    TimedDistribution,
)
from sim.scenarios.schema import COSTS, Scenario, WithPlaces

# --- Which services can be reached at all, which routes are used, and which loops can lock.


def ever(calendar: Calendar | None) -> bool:
    """Say whether a calendar is above 0 at any time."""
    return calendar is not None and any(calendar.values)


def works(service: Service) -> bool:
    """Say whether outreach ever meets anybody, or a drop-in ever holds an interview."""
    if service.kind is Kind.OUTREACH:
        return ever(service.outings) and ever(service.contacts)
    return (
        service.kind is Kind.DROP_IN
        and service.visits is not None
        and ever(service.visits.rate)
        and ever(service.open_places)
        and service.interview is not None
        and ever(service.interviews_per_day)
    )


def reached(plan: Plan) -> set[tuple[int, int]]:
    """Return (service, class) of every service of kind places that somebody can ask for."""
    present = {group.class_id for group in plan.start_groups}
    present |= {stream.class_id for stream in plan.streams}
    pairs = {(group.where, group.class_id) for group in plan.start_groups if group.where != STREET}
    pairs |= {(stream.to, stream.class_id) for stream in plan.streams if stream.to != STREET}
    pairs |= {
        (start_list.service, class_id)
        for start_list in plan.start_lists
        for class_id in present
        if plan.services[start_list.service].classes[class_id]
    }
    for service in plan.services:
        for referral in service.referrals if works(service) else ():
            if ever(referral.opened.share) and ever(referral.success.share):
                pairs |= {
                    (referral.to, class_id)
                    for class_id in present
                    if considered(plan, referral, class_id)
                }
    fresh = set(pairs)
    while fresh:
        fresh = {
            (to, class_id)
            for number, class_id in fresh
            for to in wanted(plan.services[number], class_id)
            if plan.services[to].classes[class_id]
        } - pairs
        pairs |= fresh
    return pairs


def wanted(service: Service, class_id: int) -> set[int]:
    """Return the services that people of a class may ask for when they leave: routes, fallback."""
    asked = {route.to for route in service.routes[class_id] if route.to >= 0 and ever(route.share)}
    return asked | {service.fallback} if asked and service.fallback >= 0 else asked


def considered(plan: Plan, referral: Referral, class_id: int) -> bool:
    """Say whether a referral is for a class."""
    named = not referral.classes or referral.classes[class_id]
    return named and plan.services[referral.to].classes[class_id]


def unreached(plan: Plan) -> tuple[int, ...]:
    """Return the services of kind places that nobody can ever come to."""
    numbers = {number for number, _ in reached(plan)}
    return tuple(number for number in plan.hosts if number not in numbers)


def unused_routes(plan: Plan) -> tuple[tuple[int, int], ...]:
    """Return (service, destination) of routes that no one ever takes."""
    pairs = reached(plan)
    lines: dict[tuple[int, int], bool] = {}
    for number, service in enumerate(plan.services):
        for class_id, routes in enumerate(service.routes):
            for route in routes:
                used = (number, class_id) in pairs and ever(route.share)
                line = (number, route.to)
                lines[line] = lines.get(line, False) or used
    return tuple(line for line, used in lines.items() if not used)


def loops(plan: Plan) -> tuple[tuple[int, ...], ...]:
    """Return the sets of services that can lock: everybody may wait in a place for another's.

    A wait counts if nothing ends it: no limit, no patience for the list, places that are limited.
    Who waits for a service waits for all who may fill the room that it shares. Of services that
    wait for one another, those count that as many people as can ever be there can fill.
    """
    size = len(plan.services)
    waits = [[False] * size for _ in range(size)]
    for number, class_id in reached(plan):
        for to in services_waited_for(plan, plan.services[number], class_id):
            room = plan.services[to].room
            for other, service in enumerate(plan.services):
                if other == to or (room >= 0 and service.room == room):
                    waits[number][other] = True
    can_fill = [[False] * size for _ in range(size)]
    for group in rings(waits):
        people, needed = people_in(plan, group), least_people(plan, group, waits)
        for first, other in needed:
            can_fill[first][other] = waits[first][other] and needed[other, first] <= people
    return rings(can_fill)


def rings(waits: list[list[bool]]) -> tuple[tuple[int, ...], ...]:
    """Return the sets of services of which each waits, through others or not, for each other."""
    size = len(waits)
    after = [list(line) for line in waits]
    for middle in range(size):  # who waits for somebody who waits
        for first in range(size):
            if after[first][middle]:
                after[first] = [a or b for a, b in zip(after[first], after[middle], strict=True)]
    groups = {
        tuple(j for j in range(size) if after[i][j] and after[j][i])
        for i in range(size)
        if after[i][i]
    }
    return tuple(sorted(groups))


def people_in(plan: Plan, services: tuple[int, ...]) -> float:
    """Return how many people can be in services at once at most: no limit if some arrive."""
    classes = {class_id for number, class_id in reached(plan) if number in services}
    if any(stream.class_id in classes and ever(stream.rate) for stream in plan.streams):
        return inf
    return sum(group.people for group in plan.start_groups if group.class_id in classes)


def least_people(
    plan: Plan, services: tuple[int, ...], waits: list[list[bool]]
) -> dict[tuple[int, int], float]:
    """Return how many people fill the services from one to another, by the shortest way of waits.

    Both ends count. Of a service with a shared room, its own places or those of the room, whichever
    are fewer; two services of a room are filled by the same people.
    """
    least = {}
    for number in services:
        service = plan.services[number]
        places = [service.open_places] + ([plan.rooms[service.room]] if service.room >= 0 else [])
        least[number] = min(min(calendar.values) for calendar in places)
    people = {}
    for i in services:
        for j in services:
            together = i == j or plan.services[i].room == plan.services[j].room >= 0
            both = max(least[i], least[j]) if together else least[i] + least[j]
            people[i, j] = both if i == j or waits[i][j] else inf
    for k in services:
        for i, j in people:
            people[i, j] = min(people[i, j], people[i, k] + people[k, j] - least[k])
    return people


def services_waited_for(plan: Plan, service: Service, class_id: int) -> set[int]:
    """Return the services that people of a class may wait for here without limit."""
    if not service.wait_in_place or not limited(plan, service):
        return set()
    asked = wanted(service, class_id)  # a fallback without limit, whatever that for the others
    if service.blocked_limit is not None:
        asked &= {service.fallback}
    return {
        to
        for to in asked
        if plan.services[to].patience is None and limited(plan, plan.services[to])
    }


def limited(plan: Plan, service: Service) -> bool:
    """Say whether the places of a service, or those of the room it shares, can ever be short."""
    places = [service.open_places] + ([plan.rooms[service.room]] if service.room >= 0 else [])
    return any(min(calendar.values) < UNLIMITED for calendar in places)


# --- Services that people ask for while they cannot admit anybody: no places, or no admission
# or opening hours.
#
# Every way to a list counts: referrals of outreach and drop-ins, routes and fallbacks of
# services, arrivals straight to a service, the lists of the start, and people evicted who ask
# again. So do visitors of a drop-in, contacts that make somebody a visitor, and visitors who alone
# may apply for a night. A request that comes no more than its own delays (referral, assessment,
# request before the end of a stay) and a week before the opening is made in time.

WEEK = 7.0
"""Days: what is closed no longer at a stretch is a weekly pattern."""
EARLIEST, LATEST = 0.01, 0.99
"""Quantiles of the stay that stand for the first and the last who leave."""


class Cause(StrEnum):
    """Why nobody is admitted."""

    PLACES = "no places"
    HOURS = "no admission hours"


class Origin(StrEnum):
    """Where requests come from that no service sends; no service can have such a name."""

    ARRIVALS = "(arrivals)"
    VISITORS = "(visitors)"
    START = "(start)"
    EVICTED = "(evicted)"


@dataclass(frozen=True, slots=True)
class Closing:
    """Requests for a service that can admit nobody, times in days since the start.

    People ask from ``begin`` to ``end``, whole days; the service admits again at ``opens``, inf if
    it does not within the period. ``origins``: services, or values of ``Origin``. ``kind``: of the
    service; requests for a drop-in are visits, or contacts that make somebody its visitor.
    """

    service: str
    cause: Cause
    begin: float
    end: float
    opens: float
    origins: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the list of a service: open while all calendars are above 0 in ``begin..end``.

    ``lead``: mean days from the request to the need of a place.
    """

    origin: str
    to: int
    calendars: tuple[Calendar, ...]
    lead: float = 0.0
    begin: float = 0.0
    end: float = inf


def closings(plan: Plan) -> tuple[Closing, ...]:
    """Return the requests for services while they can admit nobody."""
    numbers = range(len(plan.services))
    closed = [
        (number, *closed_time) for number in numbers for closed_time in closed_times(plan, number)
    ]
    if not closed:
        return ()
    times = []
    ways = list(ways_of(plan))
    for number, begin, opens, cause in closed:
        until = min(opens, plan.horizon)
        asked = [
            (first, until if last + WEEK > until else last, way.origin)
            for way in ways
            if way.to == number and (cause is Cause.PLACES or way.origin is not Origin.VISITORS)
            for first, last in together(way, begin, until)
            if first + way.lead + WEEK < opens
        ]
        if asked:
            times.append(
                Closing(
                    service=plan.services[number].name,
                    cause=cause,
                    begin=float(floor(min(first for first, _, _ in asked))),
                    end=float(ceil(max(last for _, last, _ in asked))),
                    opens=opens,
                    origins=tuple(dict.fromkeys(origin for _, _, origin in asked)),
                    kind=plan.services[number].kind,
                )
            )
    return tuple(times)


def closed_times(plan: Plan, number: int) -> Iterator[tuple[float, float, Cause]]:
    """Yield (begin, opens, cause) of more than a week in which a service admits nobody."""
    service = plan.services[number]
    places = [service.open_places]
    if service.room >= 0:
        places.append(plan.rooms[service.room])
    if service.kind is Kind.OUTREACH:
        return
    hours = service.opening if service.kind is Kind.DROP_IN else service.window
    for calendars, cause in ((places, Cause.PLACES), ([hours], Cause.HOURS)):
        for calendar in calendars:
            for i, value in enumerate(calendar.values if calendar is not None else ()):
                assert calendar is not None
                opens = calendar.times[i + 1] if i + 1 < len(calendar.times) else inf
                if value == 0.0 and min(opens, plan.horizon) - calendar.times[i] > WEEK:
                    yield calendar.times[i], opens if opens < plan.horizon else inf, cause


def steps(way: Way, begin: float, end: float) -> Iterator[tuple[float, float]]:
    """Yield the times between two in which people may come by a way, step by step."""
    time, stop = max(begin, way.begin), min(end, way.end)
    if way.begin == way.end and begin <= way.begin < end:
        yield way.begin, end  # all at one time: they ask until somebody is admitted
    while time < stop:
        shut = [
            next_change(calendar, time) for calendar in way.calendars if calendar.at(time) == 0.0
        ]
        if shut:
            time = max(shut)
            continue
        following = min((stop, *(next_change(calendar, time) for calendar in way.calendars)))
        yield time, following
        time = following


def together(way: Way, begin: float, end: float) -> Iterator[tuple[float, float]]:
    """Yield the times between two in which people may come by a way; a week bridges them."""
    first = last = -inf
    for time, following in steps(way, begin, end):
        if time - last > WEEK:
            if first < last:
                yield first, last
            first = time
        last = following
    if first < last:
        yield first, last


def mean(law: TimedDistribution | None) -> float:
    """Return the mean of the first law of a drawn time, 0 without one."""
    return 0.0 if law is None else law.rows[0].mean


def ways_of(plan: Plan) -> Iterator[Way]:
    """Yield every way to the lists of services that somebody can take at some time."""
    outside = list(ways_from_outside(plan))
    yield from outside
    present = reached(plan)
    classes = range(len(plan.classes))
    first = first_present(plan, outside)
    for number in plan.hosts:
        service = plan.services[number]
        if first[number] == inf:
            continue
        begin, end = leaving_times(plan, number, first[number])
        stay = 0.0 if service.stay is None else service.stay.rows[0].mean
        early = stay if service.request_lead == AT_ADMISSION else service.request_lead
        for class_id in classes:
            for route in service.routes[class_id] if (number, class_id) in present else ():
                if (
                    route.to >= 0
                    and plan.services[route.to].classes[class_id]
                    and ever(route.share)
                ):
                    lead = early + mean(route.delay)
                    way = Way(service.name, route.to, (route.share,), lead, begin, end)
                    yield assessed(plan, way)
                    if service.fallback >= 0 and plan.services[service.fallback].classes[class_id]:
                        yield assessed(plan, replace(way, to=service.fallback, lead=0.0))
        if service.evict is not Evict.NOBODY and service.evicted is not Evicted.ASK_NO_MORE:
            for closes, _, cause in closed_times(plan, number):
                if cause is Cause.PLACES and closes > first[number]:
                    yield Way(Origin.EVICTED, number, (), 0.0, closes, closes)


def ways_from_outside(plan: Plan) -> Iterator[Way]:
    """Yield the ways that do not lead out of another service of kind places."""
    present = {group.class_id for group in plan.start_groups}
    present |= {stream.class_id for stream in plan.streams}
    for start_list in plan.start_lists:
        yield Way(Origin.START, start_list.service, (), 0.0, 0.0, 0.0)
    for stream in plan.streams:
        if stream.to != STREET:
            yield assessed(plan, Way(Origin.ARRIVALS, stream.to, (stream.rate,)))
    somebody = 0.0 if plan.start_groups else first_arrival(plan)
    for service in plan.services:
        for referral in service.referrals if works(service) else ():
            if any(considered(plan, referral, class_id) for class_id in present):
                way = Way(
                    service.name,
                    referral.to,
                    at_work(service, referral),
                    mean(referral.delay),
                    somebody,
                )
                yield assessed(plan, way)
    visitors = list(ways_of_visitors(plan, present, somebody))
    yield from visitors
    yield from ways_to_nights(plan, present, {way.to for way in visitors}, somebody)


def ways_of_visitors(plan: Plan, present: set[int], somebody: float) -> Iterator[Way]:
    """Yield the ways to drop-ins: contacts that make visitors, and visits of those who are some.

    Who is a visitor comes inside opening hours only, and is turned away where there is no place.
    """
    for number, service in enumerate(plan.services):
        if service.kind is not Kind.DROP_IN or not any(service.classes[item] for item in present):
            continue
        for other in plan.services:
            for makes in other.makes_visitors if works(other) else ():
                if makes.of == number and ever(makes.chance.share):
                    needed = [item for item in (other.outings, other.contacts) if item is not None]
                    calendars = (makes.chance.share, *needed)
                    yield Way(other.name, number, calendars, begin=somebody)
        assert service.visits is not None
        if any(
            ever(service.visitor[item].share)
            for item in present
            if service.visitor and service.classes[item]
        ):
            yield Way(Origin.VISITORS, number, (service.visits.rate,), begin=somebody)


def ways_to_nights(
    plan: Plan, present: set[int], visited: set[int], somebody: float
) -> Iterator[Way]:
    """Yield the ways from drop-ins to the night services to which only their visitors apply."""
    for number, service in enumerate(plan.services):
        if service.visitors_of not in visited or service.applies is None:
            continue
        rooms = plan.services[service.visitors_of]
        if any(service.classes[class_id] and rooms.classes[class_id] for class_id in present):
            assert rooms.visits is not None
            needed = (service.applies.share, rooms.visits.rate, rooms.open_places)
            yield Way(rooms.name, number, needed, begin=somebody)


def first_arrival(plan: Plan) -> float:
    """Return the first time at which somebody can arrive, inf if nobody ever does."""
    ways = (Way(Origin.ARRIVALS, stream.to, (stream.rate,)) for stream in plan.streams)
    return min((next(steps(way, 0.0, plan.horizon), (inf, inf))[0] for way in ways), default=inf)


def at_work(service: Service, referral: Referral) -> tuple[Calendar, ...]:
    """Return all that has to be above 0 for a referral to be opened and to succeed."""
    needed = [referral.opened.share, referral.success.share]
    if service.kind is Kind.OUTREACH:
        needed += [
            condition for condition in (service.outings, service.contacts) if condition is not None
        ]
    else:
        needed += [condition.rate for condition in (service.visits,) if condition is not None]
        needed += [condition.share for condition in (service.interview,) if condition is not None]
        needed += [
            condition for condition in (service.interviews_per_day,) if condition is not None
        ]
        needed.append(service.open_places)
    return tuple(needed)


def assessed(plan: Plan, way: Way) -> Way:
    """Return a way with the assessment that stands before the list."""
    service = plan.services[way.to]
    if service.assessment is None:
        return way
    return replace(
        way,
        calendars=(*way.calendars, service.assessment.share),
        lead=way.lead + mean(service.assessment_delay),
    )


def first_present(plan: Plan, outside: list[Way]) -> list[float]:
    """Return the first time somebody can be in each service, inf if nobody ever can."""
    coming = dict.fromkeys(plan.hosts, inf)
    for way in outside:
        if way.to in coming:
            time, _ = next(steps(way, 0.0, plan.horizon), (inf, inf))
            coming[way.to] = min(coming[way.to], time)
    at_start = {group.where for group in plan.start_groups}
    first = [0.0 if number in at_start else inf for number in range(len(plan.services))]
    for _ in coming:  # no way to a service is longer than through all of them
        for number in coming:
            first[number] = min(first[number], opens_after(plan, number, coming[number]))
            begin, _ = leaving_times(plan, number, first[number])
            for to in {route.to for routes in plan.services[number].routes for route in routes}:
                if to >= 0:
                    coming[to] = min(coming[to], begin)
    return first


def opens_after(plan: Plan, number: int, time: float) -> float:
    """Return the first time from ``time`` on at which a service can admit somebody."""
    for begin, opens, _ in sorted(closed_times(plan, number)):
        if begin <= time < opens:
            time = opens
    return time if time < plan.horizon else inf


def leaving_times(plan: Plan, number: int, first: float) -> tuple[float, float]:
    """Return when the first and the last who were in a service ask for the next one."""
    service = plan.services[number]
    at_start = any(group.where == number for group in plan.start_groups)
    begin, end = first, inf
    if service.stay is not None:
        stay = service.stay.rows[0]
        if not at_start and service.request_lead != AT_ADMISSION:
            begin += max(0.0, stay.quantile(EARLIEST) - service.request_lead)
        for closes, opens, _ in closed_times(plan, number):
            if opens == inf:
                stays_on = service.evict is Evict.NOBODY
                end = min(end, closes + (stay.quantile(LATEST) if stays_on else 0.0))
    return begin, max(begin, end)


# --- What is known before any simulation: loads, scarce places, lists, loops that can lock.

YEAR = 365.0
NOTICED = 0.05
"""People a year from which on a sentence says that people are turned away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLoad:
    """One service of kind places in one week of the period: what comes, and what it can take.

    Also one room that several of them share, as the sum of its services.

    ``asked_per_year``: all requests, ``inflow_per_year``: without those that an assessment refuses
    and those whose offers are declined. ``stay``: mean days one admission takes a place if nothing
    blocks it. ``load``: places that
    all who ask would take. ``opening_per_year``: places that open at a steady rate around the
    week (``Moment.growth``), below 0 if they close. ``passes_per_year``: what these and the
    places there can take unblocked. Once all waits have settled, those for the next service
    counted in: ``wait``: days one waits for it, ``list_limit``: people of the street on its
    list (inf if nothing bounds it), ``sustained_per_year``: admissions, ``blocked``: people
    blocked in it, ``limited_by``: the service whose shortage limits it, empty if none,
    ``held_for``: the one whose shortage those blocked in it wait for. ``seats``: most people on
    its list, None if any number; ``turned_away_per_year``: people for whom there is no seat, by
    where they go (a service is one they wait for instead). ``refused_per_year``: requests that
    the assessment refuses, ``declined_per_year``: offers declined, likewise. ``decided_after``:
    mean days an assessment takes; ``not_reached``: share of those in the street whom no offer
    reaches within a time as long as the period.
    """

    name: str
    places: float
    asked_per_year: float
    inflow_per_year: float
    stay: float
    load: float
    opening_per_year: float
    passes_per_year: float
    growth_per_year: float
    wait: float
    list_limit: float
    sustained_per_year: float
    blocked: float
    limited_by: str
    held_for: str
    seats: int | None
    turned_away_per_year: dict[str, float]
    refused_per_year: dict[str, float] = field(default_factory=dict)
    declined_per_year: dict[str, float] = field(default_factory=dict)
    decided_after: float = 0.0
    not_reached: float = 0.0
    room: str = ""
    room_is_short: bool = False

    @property
    def utilisation(self) -> float:
        """Return load over places; inf for a load without places."""
        if self.places > 0.0:
            return self.load / self.places
        return inf if self.load > 0.0 else 0.0

    @property
    def keeps_up(self) -> bool:
        """Say whether the places could take all who ask on average if nothing is blocked.

        A shared room has to take all who ask for its services, and where the list is limited,
        hardly anybody is turned away.
        """
        enough = self.load <= self.places + self.opening_per_year / YEAR * self.stay
        return (
            enough and not self.room_is_short and self.turned_away <= MATTERS * self.inflow_per_year
        )

    @property
    def turned_away(self) -> float:
        """Return the people turned away for good per year."""
        return sum(self.turned_away_per_year.values())

    @property
    def in_vain(self) -> float:
        """Return the requests refused and the offers declined per year."""
        return sum(self.refused_per_year.values()) + sum(self.declined_per_year.values())


class Omitted(StrEnum):
    """What the mean flows leave out, though it may hold people up."""

    HOURS = "admission hours"
    EVICTIONS = "evictions"
    OFFERS = "offers that reach nobody, where the list is limited"


def omissions(plan: Plan, weeks: tuple[Moment, ...]) -> tuple[tuple[int, Omitted], ...]:
    """Return (service, what) of all that the mean flows of these weeks leave out."""
    pairs = []
    for number in plan.hosts:
        service = plan.services[number]
        places = [service.open_places] + ([plan.rooms[service.room]] if service.room >= 0 else [])
        if service.window is not None and min(service.window.values) == 0.0:
            pairs.append((number, Omitted.HOURS))
        if service.evict is not Evict.NOBODY and any(
            week.falls(calendar) for week in weeks for calendar in places
        ):
            pairs.append((number, Omitted.EVICTIONS))
        if service.waiting_room >= 0 and ever(service.unreachable):
            pairs.append((number, Omitted.OFFERS))
    return tuple(pairs)


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """What a plan lets one say before any simulation; services by name."""

    at_start: tuple[ServiceLoad, ...]
    at_end: tuple[ServiceLoad, ...]
    rooms_at_start: tuple[ServiceLoad, ...]
    rooms_at_end: tuple[ServiceLoad, ...]
    loops: tuple[tuple[str, ...], ...]
    unreached: tuple[str, ...]
    unused_routes: tuple[tuple[str, str], ...]
    closings: tuple[Closing, ...]
    omitted: tuple[tuple[str, Omitted], ...]
    start: date
    names: dict[str, tuple[str, str]]  # French and English name of each service and room

    def name(self, service: str, language: str) -> str:
        """Return what readers of this language call a service."""
        french, english = self.names[service]
        return french if language == "fr" else english

    def day(self, time: float) -> date:
        """Return the date of a time in days since the start."""
        return self.start + timedelta(days=time)

    @property
    def bottleneck(self) -> ServiceLoad | None:
        """Return the service or room that holds most others up at the end, or else at the start."""
        for loads, rooms in (
            (self.at_end, self.rooms_at_end),
            (self.at_start, self.rooms_at_start),
        ):
            roots = {load.limited_by for load in loads}
            short = [load for load in (*loads, *rooms) if load.name in roots]
            if short:
                return max(
                    short,
                    key=lambda load: (
                        self.blocked_by(load),
                        load.list_limit,
                        load.growth_per_year + load.turned_away,
                    ),
                )
        return None

    @property
    def turning_away(self) -> tuple[ServiceLoad, ...]:
        """Return the services that turn people away, at the end, or else at the start."""
        return self._with(lambda load: load.turned_away)

    @property
    def refusing(self) -> tuple[ServiceLoad, ...]:
        """Return the services that refuse requests or whose offers are declined, likewise."""
        return self._with(lambda load: load.in_vain)

    @property
    def hard_to_reach(self) -> tuple[ServiceLoad, ...]:
        """Return the services that do not reach some of those in the street who ask, likewise."""
        asked = self._with(lambda load: load.inflow_per_year * load.not_reached)
        return tuple(load for load in asked if load.not_reached > MATTERS)

    def _with(self, people: Callable[[ServiceLoad], float]) -> tuple[ServiceLoad, ...]:
        for loads in (self.at_end, self.at_start):
            chosen = tuple(load for load in loads if people(load) > NOTICED)
            if chosen:
                return chosen
        return ()

    def blocked_by(self, root: ServiceLoad) -> float:
        """Return the people blocked in other services, at the same time, for want of this one."""
        loads = self.at_end if self.is_at_end(root) else self.at_start
        return sum(
            load.blocked for load in loads if load.held_for == root.name and load.name != root.name
        )

    def is_at_end(self, load: ServiceLoad) -> bool:
        """Say whether a load of these is one of the end of the period."""
        return load in self.at_end or load in self.rooms_at_end


def diagnose(plan: Plan) -> Diagnostics:
    """Return loads at the start and at the end of the period, loops and what is never used."""
    names = [service.name for service in plan.services]
    first, last = moments(plan)
    start = settled(plan, first)
    at_start, rooms_at_start = loads(plan, first, start)
    end = settled(plan, last, start.still(last.begin))
    at_end, rooms_at_end = loads(plan, last, end)
    return Diagnostics(
        at_start=at_start,
        at_end=at_end,
        rooms_at_start=rooms_at_start,
        rooms_at_end=rooms_at_end,
        loops=tuple(tuple(names[i] for i in loop) for loop in loops(plan)),
        unreached=tuple(names[i] for i in unreached(plan)),
        unused_routes=tuple((names[i], place_name(plan, to)) for i, to in unused_routes(plan)),
        closings=closings(plan),
        omitted=tuple((names[i], what) for i, what in omissions(plan, (first, last))),
        start=date.fromisoformat(plan.outline.start),
        names={
            service.name: (service.name_fr or service.name, service.name_en or service.name)
            for service in plan.outline.services
        }
        | {f"rooms.{name}": (f"salle {name}", f"room {name}") for name in plan.room_names},
    )


def loads(
    plan: Plan, moment: Moment, now: Settled
) -> tuple[tuple[ServiceLoad, ...], tuple[ServiceLoad, ...]]:
    """Return the load of each service of kind places, and of each room they share, in one week."""
    balance = now.balance
    services = {number: service_load(plan, moment, number, now) for number in plan.hosts}
    rooms = {}
    for room in range(len(plan.rooms)):
        inside = [load for number, load in services.items() if balance.shared[number] == room]
        if inside:
            rooms[room] = room_load(plan, room, inside, balance)
    service_loads = {
        number: replace(load, room=rooms[room].name, room_is_short=not rooms[room].keeps_up)
        if (room := balance.shared[number]) >= 0
        else load
        for number, load in services.items()
    }
    return tuple(service_loads.values()), tuple(rooms.values())


def room_load(plan: Plan, room: int, inside: list[ServiceLoad], balance: Balance) -> ServiceLoad:
    """Return the load of a room: the sum of its services, of each no more than its own places."""
    places, opening = balance.room_places[room], balance.room_opening[room]
    inflow, wanted = sum(load.inflow_per_year for load in inside), sum(load.load for load in inside)
    stay = wanted / inflow * YEAR if 0.0 < inflow < inf else inside[0].stay
    unlimited = stay == 0.0 or places >= UNLIMITED
    passes = inf if unlimited else max(0.0, places / stay + opening) * YEAR
    crowded = {
        plan.services[number].name
        for number, shared in enumerate(balance.shared)
        if shared == room and balance.crowded[number] and balance.is_short(number)
    }
    limited = [load.seats for load in inside if load.seats is not None]
    turned_away: dict[str, float] = {}
    for load in inside:
        for to, people in load.turned_away_per_year.items():
            turned_away[to] = turned_away.get(to, 0.0) + people
    return ServiceLoad(
        name=cause_name(plan, len(plan.services) + room),
        places=places if places < UNLIMITED else inf,
        asked_per_year=sum(load.asked_per_year for load in inside),
        inflow_per_year=inflow,
        stay=stay,
        load=sum(min(load.load, load.places) for load in inside),
        opening_per_year=opening * YEAR,
        passes_per_year=passes,
        growth_per_year=0.0 if len(limited) == len(inside) else max(0.0, inflow - passes),
        wait=max(load.wait for load in inside),
        list_limit=sum(load.list_limit for load in inside),
        sustained_per_year=sum(load.sustained_per_year for load in inside),
        blocked=sum(load.blocked for load in inside),
        limited_by=next((load.limited_by for load in inside if load.name in crowded), ""),
        held_for="",
        seats=sum(limited) if len(limited) == len(inside) else None,
        turned_away_per_year=turned_away,
    )


def service_load(plan: Plan, moment: Moment, number: int, now: Settled) -> ServiceLoad:
    """Return the load of one service from the flows offered to it and those it can sustain."""
    service = plan.services[number]
    taken, flows, balance = now.taken, now.flows[number], now.balance
    places = moment.mean(service.open_places)
    inflow = sum(flows)
    days = {k: taken[number, k].undisturbed for k, served in enumerate(service.classes) if served}
    load = sum(flow * days[class_id] for class_id, flow in enumerate(flows) if flow)
    stay = load / inflow if 0.0 < inflow < inf else sum(days.values()) / len(days)
    opening = balance.opening[number]
    unlimited = stay == 0.0 or places >= UNLIMITED
    passes = inf if unlimited else max(0.0, places / stay + opening)
    cause, held_for = limited_by(balance, number), waited_for(balance, number)
    reached = sum(share for share, _ in offers(plan, moment, number))
    outside = now.outside[number] > 0.0 or any(
        number in stay.onward and not stay.blocks for stay in taken.values()
    )
    refused, declined = in_vain(plan, moment, number, now)
    return ServiceLoad(
        name=service.name,
        places=places if places < UNLIMITED else inf,
        asked_per_year=now.asked[number] * YEAR,
        inflow_per_year=inflow * YEAR,
        stay=stay,
        load=load,
        opening_per_year=opening * YEAR,
        passes_per_year=passes * YEAR,
        growth_per_year=max(0.0, inflow - passes) * YEAR if service.waiting_room < 0 else 0.0,
        wait=balance.waits[number],
        list_limit=balance.lists[number],
        sustained_per_year=sum(balance.admitted[number]) * YEAR,
        blocked=sum(balance.blocked[number].values()),
        limited_by="" if cause < 0 else cause_name(plan, cause),
        held_for="" if held_for < 0 else cause_name(plan, held_for),
        seats=service.waiting_room if service.waiting_room >= 0 else None,
        turned_away_per_year={
            place_name(plan, to): people * YEAR for to, people in balance.refused[number].items()
        },
        refused_per_year=refused,
        declined_per_year=declined,
        not_reached=1.0 - reached if outside else 0.0,
        decided_after=decided.mean if (decided := moment.law(service.assessment_delay)) else 0.0,
    )


def in_vain(
    plan: Plan, moment: Moment, number: int, now: Settled
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the requests for a service refused, and its offers declined, per year by where to.

    Offers are made to as many of those who would decline as of the others. Whoever asks from the
    street stays there.
    """
    balance = now.balance
    asked = sum(balance.listed[number])
    accept, take = accepted(plan, moment, number), taken_up(plan, moment, number, False)
    # of whoever is never listed, no request is open when they are met again
    street = asked / (accept * take) if asked > 0.0 else now.outside[number]
    refused = {STREET: street * (1.0 - accept)}
    declined = {STREET: street * accept * (1.0 - take)}
    for (origin, class_id), stay in now.taken.items():
        flow = balance.leaving[origin][class_id]
        asked += flow * stay.onward.get(number, 0.0)
        for ways, of_stay in ((refused, stay.refused), (declined, stay.declined)):
            for (to, then), part in of_stay.items():
                if to == number:
                    ways[then] = ways.get(then, 0.0) + flow * part
    offered = 1.0 if balance.places[number] > 0.0 else 0.0
    if asked > 0.0:
        offered = min(1.0, sum(balance.admitted[number]) / asked)
    return (
        {place_name(plan, to): rate * YEAR for to, rate in refused.items() if rate > 0.0},
        {
            place_name(plan, to): rate * offered * YEAR
            for to, rate in declined.items()
            if rate > 0.0
        },
    )


def cause_name(plan: Plan, number: int) -> str:
    """Return the name of a service, or of a room, whose numbers come after those of services."""
    room = number - len(plan.services)
    return plan.services[number].name if room < 0 else f"rooms.{plan.room_names[room]}"


def place_name(plan: Plan, number: int) -> str:
    """Return the name of a service, or the word for the street and for ways of leaving."""
    if number >= 0:
        return plan.services[number].name
    return next(word for word, code in DESTINATIONS.items() if code == number)


# ------------------------------------------------------------------ changes that cost nothing


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A change of what a service has to offer that moves no cost: it is free in the results.

    ``value``: the key that was changed, empty for a new service; ``costs``: the keys of costs that
    would follow it. ``room``: the shared room whose places were changed, empty for its own ones.
    """

    service: str
    value: str
    costs: tuple[str, ...]
    room: str = ""


FOLLOWED_BY: dict[str, dict[str, tuple[str, ...]]] = {
    "outreach": {
        "teams": ("per_team_year", "per_outing", "per_visit"),
        "outings": ("per_outing", "per_visit"),
        "contacts": ("per_visit",),
        "contacts_at_random": ("per_visit",),
    },
    "drop-in": {
        "places": ("per_place_year", "per_visit"),
        "room": ("per_visit",),
        "staffed": ("per_place_year", "per_visit"),
        "opening_hours": ("per_opening_hour", "per_visit"),
    },
    "overnight": {
        "places": ("per_place_year", "per_night"),
        "room": ("per_night",),
        "staffed": ("per_place_year", "per_night"),
        "from": ("per_opening_hour",),
        "until": ("per_opening_hour",),
    },
    "places": {
        "places": ("per_place_year", "per_night"),
        "room": ("per_night",),
        "staffed": ("per_place_year", "per_night"),
    },
}
"""The costs that follow what a service of each kind has to offer, alone or in a shared room."""


def unpaid_changes(scenario: Scenario) -> tuple[Unpaid, ...]:
    """Return the changes of capacity, by what-if files, to which no cost is attached.

    A file that changes the costs of a service too has thought of them, for its own changes.
    """
    changes = scenario.history.changes
    paid = {(each.place[0], each.path[:3]) for each in changes}
    unpaid: dict[tuple[str, str, str], Unpaid] = {}
    for change in changes:
        path = change.path
        if path[0] == "services" and len(path) > 1:
            touched = [(str(path[1]), str(path[2]) if len(path) > 2 else "", "")]
        elif path[0] == "rooms" and len(path) > 1:
            room = str(path[1])
            services = scenario.services.items()
            touched = [
                (name, "room", room)
                for name, service in services
                if isinstance(service, WithPlaces) and service.room == room
            ]
        else:
            continue
        for name, value, room in touched:
            service = scenario.services.get(name)
            if service is None or (change.place[0], ("services", name, "cost")) in paid:
                continue
            costs = FOLLOWED_BY[service.kind].get(value, ()) if value else COSTS[service.kind]
            if costs and all(getattr(service.cost, cost) is None for cost in costs):
                unpaid.setdefault((name, value, room), Unpaid(name, value, costs, room))
    return tuple(unpaid.values())
