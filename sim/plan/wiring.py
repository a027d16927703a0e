"""Which services can be reached at all, which routes are used, and which loops can lock."""

from __future__ import annotations

from sim.plan.tables import UNLIMITED, Kind, Plan, Referral, Service
from sim.vocabulary.calendars import Calendar
from sim.vocabulary.events import STREET


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
    present = {group.klass for group in plan.start_groups}
    present |= {stream.klass for stream in plan.streams}
    found = {(group.where, group.klass) for group in plan.start_groups if group.where != STREET}
    found |= {(stream.to, stream.klass) for stream in plan.streams if stream.to != STREET}
    found |= {
        (one.service, klass)
        for one in plan.start_lists
        for klass in present
        if plan.services[one.service].classes[klass]
    }
    for service in plan.services:
        for referral in service.referrals if works(service) else ():
            if ever(referral.opened.share) and ever(referral.success.share):
                found |= {
                    (referral.to, klass) for klass in present if considered(plan, referral, klass)
                }
    fresh = set(found)
    while fresh:
        fresh = {
            (to, klass)
            for number, klass in fresh
            for to in wanted(plan.services[number], klass)
            if plan.services[to].classes[klass]
        } - found
        found |= fresh
    return found


def wanted(service: Service, klass: int) -> set[int]:
    """Return the services that people of a class may ask for when they leave: routes, fallback."""
    found = {route.to for route in service.routes[klass] if route.to >= 0 and ever(route.share)}
    return found | {service.fallback} if found and service.fallback >= 0 else found


def considered(plan: Plan, referral: Referral, klass: int) -> bool:
    """Say whether a referral is for a class."""
    named = not referral.classes or referral.classes[klass]
    return named and plan.services[referral.to].classes[klass]


def unreached(plan: Plan) -> tuple[int, ...]:
    """Return the services of kind places that nobody can ever come to."""
    found = {number for number, _ in reached(plan)}
    return tuple(
        number
        for number, service in enumerate(plan.services)
        if service.kind is Kind.PLACES and number not in found
    )


def unused_routes(plan: Plan) -> tuple[tuple[int, int], ...]:
    """Return (service, destination) of routes that no one ever takes."""
    found = reached(plan)
    lines: dict[tuple[int, int], bool] = {}
    for number, service in enumerate(plan.services):
        for klass, routes in enumerate(service.routes):
            for route in routes:
                used = (number, klass) in found and ever(route.share)
                line = (number, route.to)
                lines[line] = lines.get(line, False) or used
    return tuple(line for line, used in lines.items() if not used)


def loops(plan: Plan) -> tuple[tuple[int, ...], ...]:
    """Return the sets of services that can lock: everybody may wait in a place for another's.

    A wait counts if nothing ends it: no limit, no patience for the list, places that are limited.
    Who waits for a service waits for all who may fill the room that it shares.
    """
    size = len(plan.services)
    waits = [[False] * size for _ in range(size)]
    for number, klass in reached(plan):
        for to in waited_for(plan, plan.services[number], klass):
            room = plan.services[to].room
            for other, service in enumerate(plan.services):
                if other == to or (room >= 0 and service.room == room):
                    waits[number][other] = True
    for middle in range(size):  # who waits for somebody who waits
        for one in range(size):
            if waits[one][middle]:
                waits[one] = [a or b for a, b in zip(waits[one], waits[middle], strict=True)]
    groups = {
        tuple(j for j in range(size) if waits[i][j] and waits[j][i])
        for i in range(size)
        if waits[i][i]
    }
    return tuple(sorted(groups))


def waited_for(plan: Plan, service: Service, klass: int) -> set[int]:
    """Return the services that people of a class may wait for here without limit."""
    if not service.wait_in_place or not limited(plan, service):
        return set()
    found = wanted(service, klass)  # a fallback without limit, whatever that for the others
    if service.blocked_limit is not None:
        found &= {service.fallback}
    return {
        to
        for to in found
        if plan.services[to].patience is None and limited(plan, plan.services[to])
    }


def limited(plan: Plan, service: Service) -> bool:
    """Say whether the places of a service, or those of the room it shares, can ever be short."""
    places = [service.open_places] + ([plan.rooms[service.room]] if service.room >= 0 else [])
    return any(min(one.values) < UNLIMITED for one in places)
