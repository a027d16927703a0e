"""Outreach: outings and random contacts (section 3.1)."""

from __future__ import annotations

import math

from sim.engines.reference.clockwork import Timeline
from sim.engines.reference.people import Person, Site
from sim.engines.reference.requests import refer
from sim.engines.reference.visits import become_visitor, refresh_clocks
from sim.engines.reference.world import World
from sim.vocabulary.calendars import ALMOST
from sim.vocabulary.events import Event


def outings(world: World, site: Site) -> Timeline:
    """Go out whenever the cumulated rate of outings says so."""
    rate = site.plan.outings
    assert rate is not None, "outreach declares its outings"
    due, enough = 0.0, 1.0 if site.plan.at_random else ALMOST
    while True:
        due += world.exponential(site, site.plan.outing_purpose) if site.plan.at_random else 1.0
        yield world.env.at(rate.when(due, enough), Event.OUTING, service=site.number)
        met = _meet(world, site)
        world.write(Event.OUTING, -1, site.number, number=len(met))
        world.tally.count("outings", site.number, 0)
        for person in met:
            _contact(world, person, site)


def _how_many(world: World, site: Site) -> int:
    """Return how many people the outing would meet; a fraction is rounded by chance."""
    assert site.plan.contacts is not None, "outreach declares the people met per outing"
    wanted = site.plan.contacts.at(world.now)
    number = math.floor(wanted)
    if wanted > number and world.uniform(site, site.plan.size_purpose) < wanted - number:
        number += 1
    return min(number, len(world.roster))


def _meet(world: World, site: Site) -> list[Person]:
    """Pick distinct people of the street, each set equally likely."""
    number = _how_many(world, site)
    remaining = world.roster[:]
    met = []
    for _ in range(number):
        position = math.floor(world.uniform(site, site.plan.meet_purpose) * len(remaining))
        met.append(remaining[position])
        last = remaining.pop()
        if position < len(remaining):
            remaining[position] = last
    return met


def _contact(world: World, person: Person, site: Site) -> None:
    world.write(Event.CONTACT, person.number, site.number)
    world.tally.count("contacts", site.number, person.klass)
    world.seen(person, site.number)
    for made in site.plan.makes_visitors:
        if made.of not in person.clocks and world.happens(person, made.chance):
            become_visitor(world, person, made.of)
            world.write(Event.BECOMES_VISITOR, person.number, made.of, site.number)
            refresh_clocks(world, person)
    for referral in site.plan.referrals:
        refer(world, person, referral, site.number)
