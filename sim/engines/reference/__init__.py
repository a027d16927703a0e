"""The reference engine: the model in SimPy, written to be read. It is the specification in code.

A person is a process; stays, requests and visits are processes of their own, and so is what a
service does by itself (nights, outings). A process waits by yielding a timer; timers that are no
longer needed are cancelled. After every event ``run_conditional_events`` does the consequences in
the written order. The rules are in ``model``, in the order of docs/model.md.
"""

from __future__ import annotations

from sim.core import limits
from sim.core.events import Event
from sim.core.log import STILL_WAITING, Replication, standstill
from sim.engines.reference.model import (
    arrivals,
    census,
    changes,
    days,
    enter,
    evenings,
    join_list,
    mornings,
    open_site,
    outings,
    run_conditional_events,
)
from sim.engines.reference.state import Person, Request, StandstillError, State
from sim.engines.start import listed, present
from sim.plan.tables import Kind, Plan


def simulate(plan: Plan, seed: int, replication: int, log: bool = False) -> Replication:
    """Simulate one replication; a pure function of its arguments.

    ``seed`` and ``replication`` are whole numbers from 0 to 2**64 - 1. With ``log`` the full event
    log is kept as well. Raises RunError if the run stands still.
    """
    world = State(plan, seed, replication, log)
    _begin(world)
    per_person = limits.AT_ONCE_PER_PERSON + limits.AT_ONCE_PER_SERVICE * len(plan.services)
    try:
        events = world.env.run_until(
            plan.horizon,
            after_each=lambda: run_conditional_events(world),
            most_at_once=lambda: limits.MOST_AT_ONCE + per_person * len(world.people),
        )
    except StandstillError as error:
        event, service = error.args
        place = plan.place_of(event, service)
        raise standstill(plan.outline, world.now, event, place) from None
    _close_lists(world)
    people = [_record(person) for person in world.people]
    for person in world.people:
        if person.where >= 0:
            world.tally.stay_days[person.where] += plan.horizon - person.since
    tallies = world.tally.result(seed, replication, people, events)
    return Replication(tallies, world.log)


def _begin(world: State) -> None:
    """Set up today's state and everything that runs by itself."""
    plan, env = world.plan, world.env
    env.process(days(world))
    env.process(census(world))
    for site in world.sites:
        open_site(world, site)
        env.process(changes(world, site))
        if site.plan.kind is Kind.OUTREACH:
            env.process(outings(world, site))
        elif site.plan.kind is Kind.OVERNIGHT:
            env.process(evenings(world, site))
            env.process(mornings(world, site))
    for class_id, key, where, first_stay in present(plan, world.keyed):
        world.write(Event.PRESENT, len(world.people), where, number=class_id)
        enter(world, class_id, key, where, first_stay)
    for service, numbers in listed(plan, world.keyed):
        for number in numbers:
            person = world.people[number]
            person.requests[service] = Request(person, service)
            join_list(world, person.requests[service])
    for number, stream in enumerate(plan.streams):
        env.process(arrivals(world, number, stream))
    env.begin()
    run_conditional_events(world)


def _close_lists(world: State) -> None:
    """Record the waits of those still on a list."""
    for site in world.sites:
        for number in sorted(site.listed):
            request = site.listed[number]
            world.tally.waits.append(
                (
                    float(site.number),
                    float(request.person.class_id),
                    request.listed_at,
                    world.plan.horizon,
                    float(STILL_WAITING),
                    float(request.hosted_when_listed),
                )
            )


def _record(person: Person) -> tuple[float, ...]:
    return (
        float(person.class_id),
        person.entered,
        person.first_contact,
        person.housed_at,
        person.gone_at,
        float(person.exit),
    )
