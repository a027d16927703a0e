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
    state = State(plan, seed, replication, log)
    _begin(state)
    per_person = limits.AT_ONCE_PER_PERSON + limits.AT_ONCE_PER_SERVICE * len(plan.services)
    try:
        events = state.env.run_until(
            plan.horizon,
            after_each=lambda: run_conditional_events(state),
            most_at_once=lambda: limits.MOST_AT_ONCE + per_person * len(state.people),
        )
    except StandstillError as error:
        event, service = error.args
        place = plan.place_of(event, service)
        raise standstill(plan.outline, state.now, event, place) from None
    _close_lists(state)
    people = [_record(person) for person in state.people]
    for person in state.people:
        if person.where >= 0:
            state.tally.stay_days[person.where] += plan.horizon - person.since
    tallies = state.tally.result(seed, replication, people, events)
    return Replication(tallies, state.log)


def _begin(state: State) -> None:
    """Set up today's state and everything that runs by itself."""
    plan, env = state.plan, state.env
    env.process(days(state))
    env.process(census(state))
    for site in state.sites:
        open_site(state, site)
        env.process(changes(state, site))
        if site.plan.kind is Kind.OUTREACH:
            env.process(outings(state, site))
        elif site.plan.kind is Kind.OVERNIGHT:
            env.process(evenings(state, site))
            env.process(mornings(state, site))
    for class_id, key, where, first_stay in present(plan, state.keyed):
        state.write(Event.PRESENT, len(state.people), where, number=class_id)
        enter(state, class_id, key, where, first_stay)
    for service, numbers in listed(plan, state.keyed):
        for number in numbers:
            person = state.people[number]
            person.requests[service] = Request(person, service)
            join_list(state, person.requests[service])
    for number, stream in enumerate(plan.streams):
        env.process(arrivals(state, number, stream))
    env.begin()
    run_conditional_events(state)


def _close_lists(state: State) -> None:
    """Record the waits of those still on a list."""
    for site in state.sites:
        for number in sorted(site.listed):
            request = site.listed[number]
            state.tally.waits.append(
                (
                    float(site.number),
                    float(request.person.class_id),
                    request.listed_at,
                    state.plan.horizon,
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
