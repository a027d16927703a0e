"""What time itself brings: days, the census, capacity and hours that change."""

from __future__ import annotations

import math

from sim.engines.reference.clockwork import Timeline
from sim.engines.reference.moves import evict
from sim.engines.reference.people import Person, Site, Stage
from sim.engines.reference.requests import ask_again
from sim.engines.reference.world import World
from sim.plan.tables import Evict, Kind
from sim.vocabulary.calendars import Calendar, next_change
from sim.vocabulary.events import STREET, Event

_CENSUS = 3.0 / 24.0


def days(world: World) -> Timeline:
    """Close the tallies every midnight."""
    day = 1
    while True:
        yield world.env.at(float(day), Event.DAY_ENDS)
        world.tally.close_day()
        day += 1


def census(world: World) -> Timeline:
    """Count, at 03:00, the people without any place, and what they wait for."""
    day = 0
    while True:
        yield world.env.at(day + _CENSUS, Event.CENSUS)
        for person in world.roster:
            world.tally.count("street_nights", STREET, person.klass)
            _count_wants(world, person)
        day += 1


def _count_wants(world: World, person: Person) -> None:
    wanted = [number for number in sorted(person.requests) if person.requests[number].is_listed]
    if not wanted:
        world.tally.wants_today[-1] += 1.0
    for service in wanted:
        world.tally.wants_today[service] += 1.0 / len(wanted)


def _calendars(world: World, site: Site) -> list[Calendar]:
    """Return all calendars whose changes concern a service."""
    plan = site.plan
    calendars = [plan.places, plan.open_places, plan.window, plan.opening]
    if plan.room >= 0:
        calendars.append(world.plan.rooms[plan.room])
    return [calendar for calendar in calendars if calendar is not None]


def open_site(world: World, site: Site) -> None:
    """Bring places, staffed places, window and doors of a service up to date."""
    number, plan, now = site.number, site.plan, world.now
    if plan.kind is Kind.OUTREACH:
        return
    usable_before = world.usable[number]
    world.open[number] = int(plan.open_places.at(now))
    world.tally.place_level("places", number, plan.places.at(now), now)
    world.tally.place_level("staffed_places", number, world.open[number], now)
    hours = plan.opening if plan.kind is Kind.DROP_IN else plan.window
    world.window[number] = hours is None or hours.at(now) > 0.0
    if plan.room >= 0:
        world.rooms[plan.room] = int(world.plan.rooms[plan.room].at(now))
    closed = plan.kind is Kind.DROP_IN and not world.window[number]
    world.usable[number] = 0 if closed else world.open[number]
    if world.usable[number] != usable_before:
        world.write(Event.CAPACITY, -1, number, number=world.usable[number])
    world.count_places(site)


def changes(world: World, site: Site) -> Timeline:
    """Follow the calendars of a service; people may have to leave when places go."""
    while True:
        due = min(
            (next_change(calendar, world.now) for calendar in _calendars(world, site)),
            default=math.inf,
        )
        yield world.env.at(due, Event.CAPACITY, service=site.number)
        open_site(world, site)
        if site.plan.evict is not Evict.NOBODY:
            _evict(world, site)


def _evict(world: World, site: Site) -> None:
    """Let people leave until the rest fit, in the declared order."""
    over = site.occupied + site.turnaround - world.open[site.number]
    people = sorted(site.present.values(), key=lambda person: _order(person, site.plan.evict))
    for person in people[: max(0, over)]:
        stay_is_over = person.stage is not Stage.STAYING
        evict(world, person)
        if not stay_is_over:
            ask_again(world, person, site.number)


def _order(person: Person, rule: Evict) -> tuple[float, ...]:
    if rule is Evict.LAST_IN:
        return (-person.since, -person.number)
    if rule is Evict.FIRST_IN:
        return (person.since, person.number)
    if person.stage is Stage.BLOCKED:
        return (0.0, person.blocked_since, person.number)
    return (1.0, -person.since, person.number)
