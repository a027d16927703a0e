"""From one living situation to another: admission, leaving a place, going for good."""

from __future__ import annotations

import math

from sim.engines.reference.clockwork import Timeline
from sim.engines.reference.people import Person, Site, Stage
from sim.engines.reference.presence import break_off
from sim.engines.reference.world import World
from sim.event_log import ADMITTED, WITHDREW
from sim.plan.tables import Kind
from sim.vocabulary.events import EXITS, STREET, Event

_COUNT_OF_EXIT = {code: word for word, code in EXITS.items()}


def admit(world: World, person: Person, site: Site) -> None:
    """Give somebody a place; every consequence in the written order (docs/model.md, section 6)."""
    origin = person.where
    blocked = world.now - person.blocked_since if person.stage is Stage.BLOCKED else 0.0
    break_off(world, person)
    _leave_situation(world, person, site.number)
    if site.plan.kind is Kind.PLACES:
        person.ranked_from = person.requests[site.number].ranks_from
        world.strike(person.requests[site.number], ADMITTED)
        withdraw(world, person, site.number)
    if world.free(site) < 1:
        world.tally.over_capacity += 1
    overnight = site.plan.kind is Kind.OVERNIGHT
    event = Event.NIGHT if overnight else Event.ADMITTED
    world.write(event, person.number, site.number, origin)
    world.tally.count("nights" if overnight else "admissions", site.number, person.klass)
    world.tally.move(origin, site.number)
    if site.plan.housing and math.isnan(person.housed_at):
        person.housed_at = world.now
    person.credit = blocked
    settle_in(world, person, site)


def settle_in(world: World, person: Person, site: Site) -> None:
    """Let somebody live in a place from now on, and tell their process."""
    person.where = site.number
    person.since = world.now
    person.stage = Stage.STAYING
    person.blocked_since = math.nan
    person.route = -1
    person.destination = STREET
    person.fell_back = False
    site.occupied += 1
    site.present[person.number] = person
    world.loosened.add(site.number)
    world.count_places(site)
    world.tally.level("living", site.number, person.klass, 1.0, world.now)
    _news(world, person)


def depart(world: World, person: Person, to: int, turnaround: bool = True) -> None:
    """Leave a place for the street (requests are kept) or for good."""
    if to != STREET:
        go(world, person, to)
        return
    origin = person.where
    break_off(world, person)
    _leave_place(world, person, STREET, turnaround)
    world.tally.move(origin, STREET)
    world.join_roster(person)
    _news(world, person)


def go(world: World, person: Person, way_out: int) -> None:
    """Leave the model: left, died or housed."""
    origin = person.where
    break_off(world, person)
    _leave_situation(world, person, way_out)
    withdraw(world, person, len(world.sites))
    world.write(Event.GOES, person.number, origin, way_out)
    world.tally.count(_COUNT_OF_EXIT[way_out], origin, person.klass)
    world.tally.move(origin, way_out)
    person.where = person.exit = way_out
    person.gone_at = world.now
    _news(world, person)


def evict(world: World, person: Person) -> None:
    """Lose a place because capacity fell; a place that is no more needs no turnaround."""
    world.write(Event.EVICTED, person.number, person.where)
    world.tally.count("evictions", person.where, person.klass)
    depart(world, person, STREET, turnaround=False)


def withdraw(world: World, person: Person, up_to: int) -> None:
    """Withdraw the requests for services up to a number, in file order."""
    for service in sorted(person.requests):
        if service <= up_to:
            world.strike(person.requests[service], WITHDREW)
            world.write(Event.WITHDRAWN, person.number, service)
            world.tally.count("withdrawn", service, person.klass)


def _leave_situation(world: World, person: Person, to: int) -> None:
    if person.where == STREET:
        world.leave_roster(person)
    else:
        _leave_place(world, person, to)


def _leave_place(world: World, person: Person, to: int, turnaround: bool = True) -> None:
    site, klass = world.sites[person.where], person.klass
    number = site.number
    world.write(Event.LEAVES_PLACE, person.number, number, to)
    world.tally.count("departures", number, klass)
    if to == STREET:
        world.tally.count("to_street", number, klass)
    world.tally.level("living", number, klass, -1.0, world.now)
    world.tally.stay_days[number] += world.now - person.since
    _end_stage(world, person)
    if person.stay_timer is not None:
        person.stay_timer.cancel()
    site.occupied -= 1
    del site.present[person.number]
    world.loosened.add(number)
    if turnaround and site.plan.turnaround is not None:
        site.turnaround += 1
        ends = world.after(world.duration(person, site.plan.turnaround))
        world.env.process(_turnaround(world, person.number, site, ends))
    world.count_places(site)


def _end_stage(world: World, person: Person) -> None:
    number, now = person.where, world.now
    if person.stage is Stage.BLOCKED:
        world.sites[number].blocked -= 1
        world.tally.level("blocked", number, person.klass, -1.0, now)
        world.tally.blocked_for(number, person.destination, -1.0, now)
    elif person.stage is Stage.HELD:
        world.tally.level("held", number, person.klass, -1.0, now)
    person.stage = Stage.STAYING


def _turnaround(world: World, person: int, site: Site, ends: float) -> Timeline:
    yield world.env.at(ends, Event.TURNAROUND_ENDS, person, site.number)
    world.write(Event.TURNAROUND_ENDS, person, site.number)
    site.turnaround -= 1
    world.count_places(site)


def _news(world: World, person: Person) -> None:
    """Tell the person's process that they live somewhere else now."""
    world.refresh_all(person)
    if person.moved is not None and not person.moved.triggered:
        person.moved.succeed()
