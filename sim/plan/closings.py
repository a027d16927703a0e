"""Services that people ask for while they cannot admit anybody: no places, or no admission hours.

Every way to a list counts: referrals of outreach and drop-ins, routes and fallbacks of services,
arrivals straight to a service, the lists of the start, and people evicted who ask again. A request
that comes no more than its own delays (referral, assessment, request before the end of a stay) and
a week before the opening is made in time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil, floor, inf

from sim.plan.tables import (
    AT_ADMISSION,
    Evict,
    Evicted,
    Kind,
    Law,
    Plan,
    Referral,
    Service,
)
from sim.plan.wiring import considered, ever, reached, works
from sim.vocabulary.calendars import Calendar, next_change
from sim.vocabulary.events import STREET

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
    START = "(start)"
    EVICTED = "(evicted)"


@dataclass(frozen=True, slots=True)
class Closing:
    """Requests for a service that can admit nobody, times in days since the start.

    People ask from ``begin`` to ``end``, whole days; the service admits again at ``opens``, inf if
    it does not within the period. ``origins``: services, or values of ``Origin``.
    """

    service: str
    cause: Cause
    begin: float
    end: float
    opens: float
    origins: tuple[str, ...]


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
    closed = [(number, *one) for number in hosts(plan) for one in closed_times(plan, number)]
    if not closed:
        return ()
    found = []
    ways = list(ways_of(plan))
    for number, begin, opens, cause in closed:
        until = min(opens, plan.horizon)
        asked = [
            (first, until if last + WEEK > until else last, way.origin)
            for way in ways
            if way.to == number
            for first, last in together(way, begin, until)
            if first + way.lead + WEEK < opens
        ]
        if asked:
            found.append(
                Closing(
                    service=plan.services[number].name,
                    cause=cause,
                    begin=float(floor(min(first for first, _, _ in asked))),
                    end=float(ceil(max(last for _, last, _ in asked))),
                    opens=opens,
                    origins=tuple(dict.fromkeys(origin for _, _, origin in asked)),
                )
            )
    return tuple(found)


def hosts(plan: Plan) -> Iterator[int]:
    """Yield the services of kind places."""
    return (i for i, service in enumerate(plan.services) if service.kind is Kind.PLACES)


def closed_times(plan: Plan, number: int) -> Iterator[tuple[float, float, Cause]]:
    """Yield (begin, opens, cause) of more than a week in which a service admits nobody."""
    service = plan.services[number]
    places = [service.open_places]
    if service.room >= 0:
        places.append(plan.rooms[service.room])
    for calendars, cause in ((places, Cause.PLACES), ([service.window], Cause.HOURS)):
        for one in calendars:
            for i, value in enumerate(one.values if one is not None else ()):
                assert one is not None
                opens = one.times[i + 1] if i + 1 < len(one.times) else inf
                if value == 0.0 and min(opens, plan.horizon) - one.times[i] > WEEK:
                    yield one.times[i], opens if opens < plan.horizon else inf, cause


def steps(way: Way, begin: float, end: float) -> Iterator[tuple[float, float]]:
    """Yield the times between two in which people may come by a way, step by step."""
    time, stop = max(begin, way.begin), min(end, way.end)
    if way.begin == way.end and begin <= way.begin < end:
        yield way.begin, end  # all at one time: they ask until somebody is admitted
    while time < stop:
        shut = [next_change(one, time) for one in way.calendars if one.at(time) == 0.0]
        if shut:
            time = max(shut)
            continue
        following = min((stop, *(next_change(one, time) for one in way.calendars)))
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


def mean(law: Law | None) -> float:
    """Return the mean of the first law of a drawn time, 0 without one."""
    return 0.0 if law is None else law.rows[0].mean


def ways_of(plan: Plan) -> Iterator[Way]:
    """Yield every way to the lists of services that somebody can take at some time."""
    outside = list(ways_from_outside(plan))
    yield from outside
    present = reached(plan)
    classes = range(len(plan.classes))
    first = first_present(plan, outside)
    for number in hosts(plan):
        service = plan.services[number]
        if first[number] == inf:
            continue
        begin, end = leaving_times(plan, number, first[number])
        stay = 0.0 if service.stay is None else service.stay.rows[0].mean
        early = stay if service.request_lead == AT_ADMISSION else service.request_lead
        for klass in classes:
            for route in service.routes[klass] if (number, klass) in present else ():
                if route.to >= 0 and plan.services[route.to].classes[klass] and ever(route.share):
                    lead = early + mean(route.delay)
                    way = Way(service.name, route.to, (route.share,), lead, begin, end)
                    yield assessed(plan, way)
                    if service.fallback >= 0 and plan.services[service.fallback].classes[klass]:
                        yield assessed(plan, replace(way, to=service.fallback, lead=0.0))
        if service.evict is not Evict.NOBODY and service.evicted is not Evicted.ASK_NO_MORE:
            for closes, _, cause in closed_times(plan, number):
                if cause is Cause.PLACES and closes > first[number]:
                    yield Way(Origin.EVICTED, number, (), 0.0, closes, closes)


def ways_from_outside(plan: Plan) -> Iterator[Way]:
    """Yield the ways that do not lead out of another service of kind places."""
    present = {group.klass for group in plan.start_groups}
    present |= {stream.klass for stream in plan.streams}
    for one in plan.start_lists:
        yield Way(Origin.START, one.service, (), 0.0, 0.0, 0.0)
    for stream in plan.streams:
        if stream.to != STREET:
            yield assessed(plan, Way(Origin.ARRIVALS, stream.to, (stream.rate,)))
    somebody = 0.0 if plan.start_groups else first_arrival(plan)
    for service in plan.services:
        for referral in service.referrals if works(service) else ():
            if any(considered(plan, referral, klass) for klass in present):
                way = Way(
                    service.name,
                    referral.to,
                    at_work(service, referral),
                    mean(referral.delay),
                    somebody,
                )
                yield assessed(plan, way)


def first_arrival(plan: Plan) -> float:
    """Return the first time at which somebody can arrive, inf if nobody ever does."""
    ways = (Way(Origin.ARRIVALS, stream.to, (stream.rate,)) for stream in plan.streams)
    return min((next(steps(way, 0.0, plan.horizon), (inf, inf))[0] for way in ways), default=inf)


def at_work(service: Service, referral: Referral) -> tuple[Calendar, ...]:
    """Return all that has to be above 0 for a referral to be opened and to succeed."""
    needed = [referral.opened.share, referral.success.share]
    if service.kind is Kind.OUTREACH:
        needed += [one for one in (service.outings, service.contacts) if one is not None]
    else:
        needed += [one.rate for one in (service.visits,) if one is not None]
        needed += [one.share for one in (service.interview,) if one is not None]
        needed += [one for one in (service.interviews_per_day,) if one is not None]
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
    coming = dict.fromkeys(hosts(plan), inf)
    for way in outside:
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
