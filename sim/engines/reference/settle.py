"""The settle rule: consequences of an event, one at a time (docs/model.md, section 6)."""

from __future__ import annotations

import math

from sim.engines.reference.clockwork import Timeline
from sim.engines.reference.moves import admit
from sim.engines.reference.people import Request, Site, Stage
from sim.engines.reference.stays import fall_back, settle_ready
from sim.engines.reference.visits import let_in
from sim.engines.reference.world import World
from sim.event_log import GAVE_UP
from sim.plan.tables import Kind
from sim.vocabulary.events import Event


def settle(world: World) -> None:
    """Do consequences until none is possible."""
    while _one(world):
        world.env.begin()
    if world.newly_blocked:
        world.newly_blocked = False
        _look_for_locked(world)


def _one(world: World) -> bool:
    """Do the next consequence; return whether there was one."""
    if world.refused:
        person = world.refused.pop(0)
        still_waits = world.is_hosted(person) and person.stage >= Stage.READY
        if still_waits and person.destination not in person.requests:
            fall_back(world, person)
        return True
    if any(_take_one(world, site) for site in world.sites):
        return True
    if world.unsettled:
        settle_ready(world, world.unsettled.pop(0))
        return True
    return False


def _take_one(world: World, site: Site) -> bool:
    """Let a service take somebody, if it can."""
    if site.plan.kind is Kind.PLACES and site.ready:
        if world.window[site.number] and world.free(site) >= 1:
            _offer(world, site)
            return True
    elif site.door and world.window[site.number] and world.free(site) >= 1:
        let_in(world, site)
        return True
    return False


def _offer(world: World, site: Site) -> None:
    """Offer a place to the highest rank; one draw decides whether the offer holds."""
    plan = site.plan
    request = site.listed[site.ready[0][2]]
    person = request.person
    if plan.offer_purpose >= 0:
        assert plan.unreachable is not None
        assert plan.declines is not None
        draw = world.uniform(person, plan.offer_purpose)
        missed = 0.0 if world.is_hosted(person) else plan.unreachable.at(world.now)
        if draw < missed:
            _pass_over(world, request, site)
            return
        if draw < missed + plan.declines.at(world.now):
            world.write(Event.DECLINES, person.number, site.number)
            world.tally.count("declines", site.number, person.klass)
            world.strike(request, GAVE_UP)
            world.refuse(person, site.number)
            return
    admit(world, person, site)


def _pass_over(world: World, request: Request, site: Site) -> None:
    person, plan = request.person, site.plan
    world.write(Event.UNREACHABLE, person.number, site.number)
    world.tally.count("unreachable", site.number, person.klass)
    request.passed_over = True
    world.refresh(request)
    assert plan.offer_again is not None
    until = world.after(world.duration(person, plan.offer_again))
    timer = world.env.at(until, Event.OFFER_AGAIN, person.number, site.number)
    request.timers.append(timer)
    world.env.process(_offer_again(world, request, timer))


def _offer_again(world: World, request: Request, timer: object) -> Timeline:
    yield timer  # type: ignore[misc]
    request.passed_over = False
    world.write(Event.OFFER_AGAIN, request.person.number, request.service)
    world.refresh(request)


def _look_for_locked(world: World) -> None:
    """Find full services whose people all wait for each other (section 7)."""
    known = _in_loops(world, _without_way_out(world, world.stuck_now - world.loosened))
    stuck = _without_way_out(
        world, {site.number for site in world.sites if _all_stuck(world, site)}
    )
    locked = _in_loops(world, stuck)
    for number in sorted(locked - known):
        world.write(Event.LOCKED, -1, number)
    world.stuck_now, world.loosened = stuck, set()
    if locked and math.isnan(world.tally.locked_at):
        world.tally.locked_at, world.tally.locked = world.now, tuple(sorted(locked))


def _without_way_out(world: World, services: set[int]) -> set[int]:
    """Return those of a set of services whose people wait for each other only."""
    stuck, shrinking = set(services), True
    while shrinking:
        free = {number for number in stuck if _has_way_out(world, number, stuck)}
        stuck -= free
        shrinking = bool(free)
    return stuck


def _in_loops(world: World, stuck: set[int]) -> set[int]:
    """Return the stuck services from which those waited for lead back to them."""
    return {number for number in stuck if number in _waited_for(world, number, stuck)}


def _waited_for(world: World, number: int, stuck: set[int]) -> set[int]:
    """Return the services that fill what the people of a service wait for, and these in turn."""
    reached: set[int] = set()
    left = [number]
    while left:
        present = world.sites[left.pop()].present.values()
        wanted = {to for person in present for to in person.requests} & stuck
        fill = {one for to in wanted for one in _filling(world, world.sites[to])}
        left += sorted(fill - reached)
        reached |= fill
    return reached


def _filling(world: World, site: Site) -> set[int]:
    """Return the services whose people keep others out of a full service: its own, or its room."""
    if _is_full_itself(world, site):
        return {site.number}
    room = site.plan.room
    return {one.number for one in world.sites if one.plan.room == room and one.occupied > 0}


def _is_full_itself(world: World, site: Site) -> bool:
    """Return whether the places of a full service are taken, not only those of the shared room."""
    return site.occupied >= world.open[site.number]


def _all_stuck(world: World, site: Site) -> bool:
    """Return whether a service is full, and everybody in it blocked."""
    if site.plan.kind is not Kind.PLACES or site.turnaround > 0 or world.free(site) >= 1:
        return False
    closed = site.occupied == 0 and _is_full_itself(world, site)
    return site.blocked == site.occupied and not closed


def _has_way_out(world: World, number: int, stuck: set[int]) -> bool:
    """Return whether somebody in a service may move without anybody in the set moving first."""
    site = world.sites[number]
    if world.free(site) >= 1 or not (
        _is_full_itself(world, site) or _filling(world, site) <= stuck
    ):
        return True
    for person in site.present.values():
        if not person.fell_back and site.plan.blocked_limit is not None:
            return True
        for service, request in person.requests.items():
            patience = world.sites[service].plan.patience is not None
            gives_up = service == person.destination and patience
            if service not in stuck or not request.is_listed or gives_up:
                return True
    return False
