"""Visits to a drop-in: the clock that brings people, the door, the visit (section 3.2)."""

from __future__ import annotations

import math

from sim.engines.reference.clockwork import Timeline, Timer
from sim.engines.reference.people import Person, Site, VisitClock
from sim.engines.reference.presence import join_door, leave_door, step_in, step_out
from sim.engines.reference.requests import refer
from sim.engines.reference.world import World
from sim.plan.tables import Clock, Law
from sim.vocabulary.calendars import next_change
from sim.vocabulary.events import STREET, Event


def become_visitor(world: World, person: Person, drop_in: int) -> None:
    """Give somebody a clock for a drop-in, not yet running."""
    person.clocks[drop_in] = VisitClock(drop_in, _wind(world, person, drop_in))


def _visits(world: World, drop_in: int) -> Clock:
    clock = world.sites[drop_in].plan.visits
    assert clock is not None, "only drop-ins have visitors"
    return clock


def _wind(world: World, person: Person, drop_in: int) -> float:
    return world.exponential(person, _visits(world, drop_in).purpose)


def _eagerness(world: World, person: Person, drop_in: int) -> float:
    trait = world.sites[drop_in].plan.trait
    return person.traits[trait] if trait >= 0 else 1.0


def refresh_clocks(world: World, person: Person) -> None:
    """Let a person's clocks run or pause, as where they are demands."""
    elsewhere = person.exit != 0 or person.visiting >= 0 or person.at_door >= 0
    for drop_in in sorted(person.clocks):
        clock = person.clocks[drop_in]
        may_come = person.where == STREET or world.sites[drop_in].plan.hosted_attend
        runs = may_come and not elsewhere
        if runs and clock.timer is None:
            _run(world, person, clock)
        elif not runs and clock.timer is not None:
            _pause(world, person, clock)


def _run(world: World, person: Person, clock: VisitClock) -> None:
    rate, eagerness = _visits(world, clock.drop_in).rate, _eagerness(world, person, clock.drop_in)
    clock.since = world.now
    rings = math.inf
    if eagerness > 0.0:
        rings = world.strikes(rate, clock.left / eagerness)
    clock.timer = world.env.at(rings, Event.VISIT, person.number, clock.drop_in)
    world.env.process(_ring(world, person, clock, clock.timer))


def _pause(world: World, person: Person, clock: VisitClock) -> None:
    assert clock.timer is not None
    rate, eagerness = _visits(world, clock.drop_in).rate, _eagerness(world, person, clock.drop_in)
    used = (rate.area(world.now) - rate.area(clock.since)) * eagerness
    clock.left = max(0.0, clock.left - used)
    clock.timer.cancel()
    clock.timer = None


def _ring(world: World, person: Person, clock: VisitClock, timer: Timer) -> Timeline:
    """Come to the drop-in when the clock rings."""
    yield timer
    clock.timer = None
    clock.left = _wind(world, person, clock.drop_in)
    site = world.sites[clock.drop_in]
    if world.window[site.number] and not site.door and world.free(site) >= 1:
        begin_visit(world, person, site)
    elif world.window[site.number] and site.plan.door_wait is not None:
        join_door(world, person, site.number)
        person.visit_timer = _timer(world, person, site, site.plan.door_wait, Event.LEAVES_DOOR)
        world.env.process(_at_door(world, person, person.visit_timer))
    else:
        _turn_away(world, person, site)
    refresh_clocks(world, person)


def _timer(world: World, person: Person, site: Site, law: Law, code: Event) -> Timer:
    """Return a timer for a drawn time, cut at closing time."""
    ends = world.after(world.duration(person, law))
    if site.plan.opening is not None:
        ends = min(ends, next_change(site.plan.opening, world.now))
    return world.env.at(ends, code, person.number, site.number)


def _turn_away(world: World, person: Person, site: Site) -> None:
    world.write(Event.TURNED_AWAY, person.number, site.number)
    world.tally.count("turned_away", site.number, person.klass)


def _at_door(world: World, person: Person, timer: Timer) -> Timeline:
    """Give up at the door, unless let in before."""
    site = world.sites[person.at_door]
    yield timer
    world.write(Event.LEAVES_DOOR, person.number, site.number)
    leave_door(world, person)
    _turn_away(world, person, site)
    refresh_clocks(world, person)


def let_in(world: World, site: Site) -> None:
    """Let the first at the door come in (a consequence)."""
    person = site.door[0]
    leave_door(world, person)
    begin_visit(world, person, site)


def begin_visit(world: World, person: Person, site: Site) -> None:
    """Begin a visit, with what happens at its start."""
    plan = site.plan
    step_in(world, person, site.number)
    person.visit_day[site.number] = int(world.now // 1.0)
    world.write(Event.VISIT, person.number, site.number)
    world.tally.count("visits", site.number, person.klass)
    world.seen(person, site.number)
    assert plan.visit_length is not None, "a drop-in declares the length of visits"
    person.visit_timer = _timer(world, person, site, plan.visit_length, Event.VISIT_ENDS)
    world.env.process(_visit(world, person, person.visit_timer))
    if plan.care_act is not None and world.happens(person, plan.care_act):
        world.write(Event.CARE_ACT, person.number, site.number)
        world.tally.count("care_acts", site.number, person.klass)
    if plan.interview is not None and world.happens(person, plan.interview):
        _interview(world, person, site)


def _interview(world: World, person: Person, site: Site) -> None:
    today = int(world.now // 1.0)
    if site.interviews_day != today:
        site.interviews_day, site.interviews = today, 0
    most = site.plan.interviews_per_day
    if most is not None and site.interviews >= most.at(world.now):
        return
    site.interviews += 1
    world.write(Event.INTERVIEW, person.number, site.number)
    world.tally.count("interviews", site.number, person.klass)
    for referral in site.plan.referrals:
        refer(world, person, referral, site.number)


def _visit(world: World, person: Person, timer: Timer) -> Timeline:
    yield timer
    step_out(world, person)
    refresh_clocks(world, person)
