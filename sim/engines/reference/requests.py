"""Referrals and requests: opened, decided, listed, given up (docs/model.md, section 5)."""

from __future__ import annotations

import math

from sim.engines.reference.clockwork import Timeline
from sim.engines.reference.moves import go
from sim.engines.reference.people import Person, Request
from sim.engines.reference.world import World
from sim.event_log import GAVE_UP
from sim.plan.tables import Evicted, Referral
from sim.vocabulary.events import STREET, Event


def refer(world: World, person: Person, referral: Referral, source: int) -> None:
    """Consider one declared referral for somebody met (who may have gone on the one before)."""
    if person.exit != 0:
        return
    target = world.sites[referral.to].plan
    if not target.classes[person.klass] or referral.to in person.requests:
        return
    if referral.classes and not referral.classes[person.klass]:
        return
    if world.is_hosted(person) and referral.to <= person.where:
        return
    if not world.happens(person, referral.opened):
        return
    world.write(Event.REFERRED, person.number, referral.to, source)
    world.tally.count("referred", referral.to, person.klass)
    accepted = world.happens(person, referral.success)
    delay = 0.0
    if referral.delay is not None:
        factor = referral.delay_factor.at(world.now)
        delay = world.duration(person, referral.delay) * factor
    _apply(world, person, referral.to, accepted, delay, formal=True)


def ask(world: World, person: Person, service: int) -> None:
    """Open the request that a route (or an arrival straight to a service) calls for.

    An open request keeps its rank. A service that does not serve the class refuses.
    """
    if service in person.requests:
        return
    if not world.sites[service].plan.classes[person.klass]:
        world.refuse(person, service)
        return
    _apply(world, person, service, accepted=True, delay=0.0, formal=False)


def _apply(
    world: World, person: Person, service: int, accepted: bool, delay: float, formal: bool
) -> None:
    """Begin a request: the assessment is drawn at once, its delay comes on top."""
    target = world.sites[service].plan
    if target.assessment is not None:
        accepted = world.happens(person, target.assessment) and accepted
        formal = True
    if target.assessment_delay is not None:
        delay = delay + world.duration(person, target.assessment_delay)
    request = Request(person, service)
    person.requests[service] = request
    due = world.after(delay)
    if due > world.now:
        timer = world.env.at(due, Event.DECIDED, person.number, service)
        request.timers.append(timer)
        world.env.process(_under_way(world, request, accepted, formal))
    else:
        _decide(world, request, accepted, formal)


def _under_way(world: World, request: Request, accepted: bool, formal: bool) -> Timeline:
    yield request.timers[-1]
    _decide(world, request, accepted, formal)


def _decide(world: World, request: Request, accepted: bool, formal: bool) -> None:
    person, service = request.person, request.service
    if formal:
        event, name = (Event.ACCEPTED, "accepted") if accepted else (Event.LAPSED, "lapsed")
        world.write(event, person.number, service)
        world.tally.count(name, service, person.klass)
    if not accepted:
        del person.requests[service]
        world.refuse(person, service)
    elif _is_full(world, service):
        _turn_away(world, request)
    else:
        enlist(world, request)


def ask_again(world: World, person: Person, service: int) -> None:
    """Ask for the service that has just evicted somebody, by the declared rule."""
    rule = world.sites[service].plan.evicted
    if rule is Evicted.ASK_NO_MORE or service in person.requests:
        return
    request = Request(person, service)
    if rule is Evicted.KEEP_RANK:
        request.ranks_from = person.ranked_from
    person.requests[service] = request
    _decide(world, request, accepted=True, formal=False)


def _is_full(world: World, service: int) -> bool:
    """Return whether no place is free for a newcomer and the waiting room is full too.

    Those on the list whom this very instant will admit take no seat in the waiting room.
    """
    site = world.sites[service]
    if site.plan.waiting_room < 0:
        return False
    free = max(0, world.free(site)) if world.window[service] else 0
    return free <= len(site.ready) and len(site.listed) - free >= site.plan.waiting_room


def _turn_away(world: World, request: Request) -> None:
    person, service = request.person, request.service
    del person.requests[service]
    world.write(Event.TURNED_AWAY, person.number, service)
    world.tally.count("turned_away", service, person.klass)
    if not world.is_hosted(person) and world.sites[service].plan.turned_away_to != STREET:
        world.tally.count("turned_away_gone", service, person.klass)
    close(world, person, service, world.sites[service].plan.turned_away_to)


def enlist(world: World, request: Request) -> None:
    """Put a request on the list; the patience clock starts."""
    person, site = request.person, world.sites[request.service]
    request.listed_at = world.now
    if math.isnan(request.ranks_from):
        request.ranks_from = world.now
    request.hosted_when_listed = world.is_hosted(person)
    site.listed[person.number] = request
    world.write(Event.LISTED, person.number, site.number)
    world.tally.count("listed", site.number, person.klass)
    world.refresh(request)
    if site.plan.patience is not None:
        until = world.after(world.duration(person, site.plan.patience))
        request.timers.append(world.env.at(until, Event.GIVES_UP, person.number, site.number))
        world.env.process(_patience(world, request, request.timers[-1]))


def _patience(world: World, request: Request, timer: object) -> Timeline:
    yield timer  # type: ignore[misc]
    person, service = request.person, request.service
    world.write(Event.GIVES_UP, person.number, service)
    world.tally.count("gave_up", service, person.klass)
    world.strike(request, GAVE_UP)
    close(world, person, service, world.sites[service].plan.gives_up_to)


def close(world: World, person: Person, service: int, street_goes_to: int) -> None:
    """Follow up a request that has come to nothing: a fallback, or leaving from the street."""
    world.refuse(person, service)
    if not world.is_hosted(person) and street_goes_to != STREET:
        go(world, person, street_goes_to)
