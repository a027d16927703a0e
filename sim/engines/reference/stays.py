"""A stay in a place, its end, and being blocked (docs/model.md, sections 3.4 and 4)."""

from __future__ import annotations

import math

from sim.engines.reference.clockwork import Timeline, Timer
from sim.engines.reference.moves import depart
from sim.engines.reference.people import Person, Stage
from sim.engines.reference.requests import ask
from sim.engines.reference.world import World
from sim.event_log import WITHDREW
from sim.plan.tables import AT_ADMISSION, Service
from sim.vocabulary.calendars import rounded
from sim.vocabulary.events import STREET, Event


def stay(world: World, person: Person) -> Timeline:
    """Live in a place: until drop-out, or the end of the stay and of the route's delay."""
    plan = world.sites[person.where].plan
    ends = world.after(_length(world, person, plan))
    drops_out = _drop_out(world, person, plan)
    lead = plan.request_lead
    due = world.now if lead == AT_ADMISSION else max(world.now, rounded(ends - lead))
    if lead > 0.0 and due < drops_out:
        yield _timer(world, person, due, Event.REQUEST_DUE)
    if lead == AT_ADMISSION or (lead > 0.0 and due < drops_out):
        _draw_route(world, person, plan)
        _ask(world, person)
    if drops_out <= ends:
        yield _timer(world, person, drops_out, Event.DROP_OUT)
        world.write(Event.DROP_OUT, person.number, person.where, plan.drop_out_to)
        world.tally.count("drop_outs", person.where, person.klass)
        depart(world, person, plan.drop_out_to)
        return
    yield _timer(world, person, ends, Event.STAY_ENDS)
    _draw_route(world, person, plan)
    world.write(Event.STAY_ENDS, person.number, person.where, person.destination)
    world.tally.count("completions", person.where, person.klass)
    delay = plan.routes[person.klass][person.route].delay
    if delay is not None:
        yield from _held(world, person, world.duration(person, delay))
    _wish_to_move(world, person)


def _timer(world: World, person: Person, time: float, code: Event) -> Timer:
    person.stay_timer = world.env.at(time, code, person.number, person.where)
    return person.stay_timer


def _length(world: World, person: Person, plan: Service) -> float:
    """Draw the stay [days]; blocked time that counts is taken off."""
    if not math.isnan(person.first_stay):
        first, person.first_stay = person.first_stay, math.nan
        return first
    assert plan.stay is not None, "a service of kind places declares a stay"
    length = world.duration(person, plan.stay)
    if plan.blocked_credit is not None:
        length = max(0.0, length - plan.blocked_credit.at(world.now) * person.credit)
    return length


def _drop_out(world: World, person: Person, plan: Service) -> float:
    """Draw the time of an early drop-out [days]; ``math.inf`` if none."""
    drops_out = math.inf
    after = plan.drop_out_after
    if plan.drop_out is not None and after is not None and world.happens(person, plan.drop_out):
        drops_out = world.after(world.duration(person, after))
    if plan.drop_out_risk is not None:
        unit = world.exponential(person, plan.drop_out_risk.purpose)
        drops_out = min(drops_out, world.strikes(plan.drop_out_risk.rate, unit))
    return drops_out


def _draw_route(world: World, person: Person, plan: Service) -> None:
    """Draw where the stay leads, unless that is known already."""
    if person.route >= 0:
        return
    routes = plan.routes[person.klass]
    draw, cumulated = world.uniform(person, plan.route_purpose), 0.0
    person.route = len(routes) - 1
    for number, route in enumerate(routes[:-1]):
        cumulated += route.share.at(world.now)
        if draw < cumulated:
            person.route = number
            break
    person.destination = routes[person.route].to


def _ask(world: World, person: Person) -> None:
    if person.destination >= 0:
        ask(world, person, person.destination)


def _held(world: World, person: Person, delay: float) -> Timeline:
    """Keep the place while papers or travel take their time."""
    person.stage = Stage.HELD
    world.tally.level("held", person.where, person.klass, 1.0, world.now)
    if world.sites[person.where].plan.request_lead == 0.0:  # otherwise they have asked already
        _ask(world, person)
    yield _timer(world, person, world.after(delay), Event.DELAY_ENDS)
    person.stage = Stage.STAYING
    world.tally.level("held", person.where, person.klass, -1.0, world.now)
    world.write(Event.DELAY_ENDS, person.number, person.where, person.destination)


def _wish_to_move(world: World, person: Person) -> None:
    """Go at once, or be ready for an offer within this instant."""
    if person.destination < 0:
        depart(world, person, person.destination)
        return
    person.stage = Stage.READY
    world.unsettled.append(person)
    world.refresh_all(person)
    _ask(world, person)


def settle_ready(world: World, person: Person) -> None:
    """Decide for somebody whom no offer has reached: blocked in the place, or to the street."""
    if person.stage is not Stage.READY:
        return
    plan = world.sites[person.where].plan
    if not plan.wait_in_place:
        _leave_without_next(world, person, STREET)
        return
    person.stage = Stage.BLOCKED
    person.blocked_since = world.now
    world.newly_blocked = True
    world.sites[person.where].blocked += 1
    world.tally.level("blocked", person.where, person.klass, 1.0, world.now)
    world.tally.blocked_for(person.where, person.destination, 1.0, world.now)
    world.write(Event.BLOCKED, person.number, person.where, person.destination)
    if plan.blocked_limit is not None and not person.fell_back:
        until = world.after(world.duration(person, plan.blocked_limit))
        timer = _timer(world, person, until, Event.BLOCKED_LIMIT)
        world.env.process(_blocked_limit(world, person, timer, plan.fallback))


def _blocked_limit(world: World, person: Person, timer: Timer, to: int) -> Timeline:
    yield timer
    world.write(Event.BLOCKED_LIMIT, person.number, person.where, to)
    fall_back(world, person)


def fall_back(world: World, person: Person) -> None:
    """Give up the destination: another service once, otherwise the street or leaving."""
    plan = world.sites[person.where].plan
    to = STREET if person.fell_back else plan.fallback
    person.fell_back = True
    if to < 0:
        _leave_without_next(world, person, to)
        return
    if person.stay_timer is not None:
        person.stay_timer.cancel()
    given_up = person.requests.get(person.destination)
    if given_up is not None:
        world.strike(given_up, WITHDREW)
        world.write(Event.WITHDRAWN, person.number, person.destination)
        world.tally.count("withdrawn", person.destination, person.klass)
    if person.stage is Stage.BLOCKED:
        world.tally.blocked_for(person.where, person.destination, -1.0, world.now)
        world.tally.blocked_for(person.where, to, 1.0, world.now)
        world.write(Event.BLOCKED, person.number, person.where, to)
        world.newly_blocked = True
    person.destination = to
    ask(world, person, to)


def _leave_without_next(world: World, person: Person, to: int) -> None:
    """Leave a place for want of the next one."""
    name = "no_next_street" if to == STREET else "no_next_gone"
    world.tally.count(name, person.where, person.klass)
    depart(world, person, to)
