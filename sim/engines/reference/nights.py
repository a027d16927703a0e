"""Overnight places: given out each evening, left each morning (section 3.3)."""

from __future__ import annotations

from sim.engines.reference.clockwork import Timeline
from sim.engines.reference.moves import admit, depart
from sim.engines.reference.people import Person, Site
from sim.engines.reference.world import World
from sim.vocabulary.events import STREET, Event


def evenings(world: World, site: Site) -> Timeline:
    """Run one overnight service, evening after evening."""
    plan, day = site.plan, 0
    while True:
        yield world.env.at(day + plan.evening, Event.EVENING, service=site.number)
        _give_out(world, site, day)
        day += 1


def mornings(world: World, site: Site) -> Timeline:
    """Empty one overnight service, morning after morning."""
    day = 0
    while True:
        yield world.env.at(day + site.plan.morning, Event.MORNING, service=site.number)
        world.write(Event.MORNING, -1, site.number)
        world.tonight[site.number] = 0
        world.count_places(site)
        for number in sorted(site.present):
            depart(world, site.present[number], STREET)
        day += 1


def _give_out(world: World, site: Site, day: int) -> None:
    """Offer tonight's places in order of priority, last night's guests, lottery, number."""
    ranked = []
    for person in world.roster:
        if _applies(world, person, site, day):
            returning = site.plan.returning_first and _last_night(person, site) == day - 1
            lottery = world.uniform(person, site.plan.lottery_purpose)
            priority = site.plan.priority[person.klass]
            ranked.append((priority, not returning, lottery, person.number))
    ranked.sort()
    world.tonight[site.number] = max(0, world.free(site))
    world.tally.count("offered", site.number, 0, world.tonight[site.number])
    world.count_places(site)
    world.write(Event.EVENING, -1, site.number, number=len(ranked))
    for *_, number in ranked:
        person = world.people[number]
        world.tally.count("applicants", site.number, person.klass)
        if world.free(site) < 1:
            world.write(Event.TURNED_AWAY, number, site.number)
            world.tally.count("turned_away", site.number, person.klass)
            continue
        in_a_row = person.nights[site.number][1] if _last_night(person, site) == day - 1 else 0
        person.nights[site.number] = (day, in_a_row + 1)
        admit(world, person, site)


def _last_night(person: Person, site: Site) -> int:
    return person.nights.get(site.number, (-9, 0))[0]


def _applies(world: World, person: Person, site: Site, day: int) -> bool:
    plan = site.plan
    if not plan.classes[person.klass]:
        return False
    if plan.visitors_of >= 0 and person.visit_day.get(plan.visitors_of, -1) != day:
        return False
    again = plan.most_nights > 0 and _last_night(person, site) == day - 1
    if again and person.nights[site.number][1] >= plan.most_nights:
        return False
    return plan.applies is None or world.happens(person, plan.applies)
