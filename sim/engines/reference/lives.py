"""A person is a process: the living situations one after the other, and the risks of leaving."""

from __future__ import annotations

import math

from sim.engines.reference.clockwork import Timeline, Timer
from sim.engines.reference.moves import go, settle_in
from sim.engines.reference.people import OUTSIDE, Person
from sim.engines.reference.requests import ask
from sim.engines.reference.stays import stay
from sim.engines.reference.visits import become_visitor, refresh_clocks
from sim.engines.reference.world import World
from sim.plan.tables import Kind, Risk, Stream
from sim.vocabulary.events import STREET, Event
from sim.vocabulary.keys import person_key


def life(world: World, person: Person) -> Timeline:
    """Live: in the street or in a place, until news come that one lives elsewhere now."""
    while person.exit == 0:
        person.moved = world.env.event()
        risks = _risks(world, person)
        _let_risks_run(world, person, risks)
        refresh_clocks(world, person)
        if world.is_hosted(person):
            world.env.process(stay(world, person))
        yield person.moved
        _use_up_risks(world, person, risks)
    refresh_clocks(world, person)


def _risks(world: World, person: Person) -> tuple[Risk, ...]:
    if person.where == STREET:
        return world.plan.street_risks
    return world.sites[person.where].plan.risks


def _let_risks_run(world: World, person: Person, risks: tuple[Risk, ...]) -> None:
    """Set the timer of the risk that would strike first here."""
    person.risks_since = world.now
    soonest, way_out = math.inf, 0
    for risk in risks:
        strikes = world.strikes(risk.rate, person.risks_left[risk.clock])
        if strikes < soonest:
            soonest, way_out = strikes, risk.exit
    person.leaving = world.env.at(soonest, Event.GOES, person.number)
    world.env.process(_leaves(world, person, person.leaving, way_out))


def _leaves(world: World, person: Person, timer: Timer, way_out: int) -> Timeline:
    yield timer
    go(world, person, way_out)


def _use_up_risks(world: World, person: Person, risks: tuple[Risk, ...]) -> None:
    """Take from each clock what was used up in the situation that ends now."""
    if person.leaving is not None:
        person.leaving.cancel()
    for risk in risks:
        used = risk.rate.area(world.now) - risk.rate.area(person.risks_since)
        person.risks_left[risk.clock] = max(0.0, person.risks_left[risk.clock] - used)


def enter(world: World, klass: int, key: int, where: int, first_stay: float = math.nan) -> Person:
    """Let somebody enter the model, with everything that is drawn once."""
    number, plan = len(world.people), world.plan
    person = Person(number, key, klass, world.now, draws=[0] * len(plan.purposes))
    world.people.append(person)
    person.traits = tuple(world.duration(person, trait.law) for trait in plan.traits)
    person.risks_left = [world.exponential(person, purpose) for purpose in plan.risk_purposes]
    for drop_in in world.sites:
        chances = drop_in.plan.visitor
        if drop_in.plan.kind is Kind.DROP_IN and world.happens(person, chances[klass]):
            become_visitor(world, person, drop_in.number)
    person.first_stay = first_stay
    world.tally.move(OUTSIDE, where)
    if where == STREET:
        world.join_roster(person)
    else:
        settle_in(world, person, world.sites[where])
    world.env.process(life(world, person))
    return person


def arrivals(world: World, number: int, stream: Stream) -> Timeline:
    """Let the people of one stream arrive: exact inversion of the cumulated rate."""
    due, rank = 0.0, 0
    while True:
        draw = world.keyed.uniform(stream.key, world.plan.purposes[stream.gap_purpose], rank)
        due += -math.log(1.0 - draw)
        yield world.env.at(stream.rate.when(due), Event.ARRIVES, service=number)
        key = person_key(stream.key, rank)
        rank += 1
        world.write(Event.ARRIVES, len(world.people), stream.to, number=stream.klass)
        world.tally.count("arrivals", stream.to, stream.klass)
        person = enter(world, stream.klass, key, STREET)
        if stream.to != STREET:
            ask(world, person, stream.to)
