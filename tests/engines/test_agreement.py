"""Both engines, on anything: the same log row for row, the same tallies bit for bit.

``MARAUDE_PLANS=2000`` in the environment compares that many plans of each family (.ci/run: 1,000).
Every planted fault below was made in the reference engine and must be seen by the same comparison.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from sim.core import log
from sim.core.distributions import distribution
from sim.core.events import HOUSED, LEFT, Event
from sim.core.log import Replication, Tallies, first_difference, sentence
from sim.core.quantiles import drawn
from sim.engines import compiled, reference
from sim.engines.compiled import memory
from sim.engines.reference import model, state, tallies
from sim.engines.reference.state import Person, State
from sim.engines.reference.tallies import Level, Tally
from sim.plan.tables import Plan
from tests.support.plans import Drafting
from tests.support.random_plans import FAMILIES, random_plan

settle = import_module("sim.engines.reference.model")  # the package has a function of that name
PLANS = int(os.environ.get("MARAUDE_PLANS", "100"))
BLOCKS = 4


def different_tallies(first: Tallies, other: Tallies) -> Iterator[str]:
    """Yield the names of tallies that differ in any bit (one nan is like another)."""
    for field in fields(Tallies):
        left, right = getattr(first, field.name), getattr(other, field.name)
        if field.name == "outline":
            continue
        if not isinstance(left, dict):
            left, right = {"": left}, {"": right}
        for name in left:
            a, b = np.asarray(left[name], float), np.asarray(right[name], float)
            if not np.array_equal(a.reshape(b.shape), b, equal_nan=True):
                yield f"{field.name} {name}".strip()


def difference(plan: Plan, first: Replication, other: Replication) -> str:
    """Return in words how two replications differ; empty if they do not."""
    assert first.log is not None
    assert other.log is not None
    parting = first_difference(first.log, other.log)
    if parting is not None:
        number, *rows = parting
        items = [sentence(row, plan.outline) if row else "nothing" for row in rows]
        return f"row {number}: " + " | ".join(items)
    return ", ".join(different_tallies(first.tallies, other.tallies))


def compared(plan: Plan, seed: int = 1) -> str:
    """Return how the engines differ on a plan."""
    simulated = (engine.simulate(plan, seed, 0, log=True) for engine in (reference, compiled))
    return difference(plan, *simulated)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(BLOCKS))
@pytest.mark.parametrize("family", FAMILIES)
def test_the_engines_agree_on_random_plans(family, block):
    for number in range(block, PLANS, BLOCKS):
        assert compared(random_plan(number, family), seed=number) == "", f"{family} {number}"


@pytest.mark.slow
def test_the_engines_agree_while_memory_is_short_all_the_time(monkeypatch):
    monkeypatch.setattr(memory, "_FIRST_PEOPLE", 1)
    monkeypatch.setattr(memory, "_FIRST_ROWS", 0)
    for number in range(8):
        assert compared(random_plan(number, "any times")) == ""


def crowd(horizon: float = 60) -> Plan:
    """Return a plan with far more arrivals, waits and log rows than memory is laid out for."""
    draft = Drafting(horizon=horizon)
    draft.place("care", 30, stay=distribution("gamma", mean=1, cv=0.7), to=1, patience=2.5)
    draft.place("housing", 40, stay=distribution("exponential", mean=1.5), to=HOUSED)
    draft.stream(25.0, to=0)
    draft.stream(15.0)
    draft.outreach("outreach", 3.0, 2.5, referrals=[draft.referral("outreach", 1, success=0.6)])
    draft.risk(LEFT, street=0.1, hosted=0.01)
    return draft.plan()


def test_the_engines_agree_on_a_crowd():
    plan = crowd()
    simulated = reference.simulate(plan, 5, 2, log=True), compiled.simulate(plan, 5, 2, log=True)
    assert len(simulated[0].tallies.people) > 2000
    assert difference(plan, *simulated) == ""


def test_seed_and_replication_may_be_any_word():
    plan = random_plan(1, "any times")
    words = (2**64 - 1, 2**63 + 5)
    simulated = (engine.simulate(plan, *words, log=True) for engine in (reference, compiled))
    assert difference(plan, *simulated) == ""


def test_tallies_do_not_depend_on_the_log():
    plan = random_plan(3, "any times")
    with_log, without = (compiled.simulate(plan, 1, 0, log=log) for log in (True, False))
    assert without.log is None
    assert list(different_tallies(with_log.tallies, without.tallies)) == []


# --- planted faults -------------------------------------------------------------------------------

_at = state.Environment.at
run_conditional_event = settle.run_conditional_event
_order = model._order


def last_person_first(self: Any, time: float, code: Event, person: int = -1, service: int = -1):
    """Break ties by the highest person number instead of the lowest."""
    timer = _at(self, math.inf, code)
    if time < math.inf:
        order = int(code) << 48 | (2**20 - person) << 12 | (service + 1)
        state.heappush(self._queue, (time, order, next(self._eid), timer))
    return timer


def last_service_first(state: State) -> bool:
    """Let the highest service take somebody first."""
    if not state.refused:
        for site in reversed(state.sites):
            if settle._take_one(state, site):
                return True
    return run_conditional_event(state)


def nobody_is_blocked_first(person: Person, rule: Any) -> tuple[float, ...]:
    """Evict whoever came last, whatever is declared."""
    return (-person.since, -person.number)


def by_number_alone(person: Person, rule: Any) -> tuple[float, ...]:
    """Take the other person where two times are equal."""
    order = _order(person, rule)
    return (*order[:-1], -order[-1])


def only_in_the_street(state: State, request: Any, timer: object) -> Any:
    """Let nobody hosted lose patience."""
    yield timer
    if not state.is_hosted(request.person):
        yield from _patience(state, request)


def _patience(state: State, request: Any) -> Any:
    state.write(Event.GIVES_UP, request.person.number, request.service)
    state.tally.count("gave_up", request.service, request.person.class_id)
    state.remove_request(request, log.GAVE_UP)
    model.close(
        state, request.person, request.service, state.sites[request.service].plan.gives_up_to
    )
    return
    yield


def from_the_last_request(state: State, person: Person, up_to: int) -> None:
    """Withdraw requests in the reverse of the file order."""
    for service in sorted(person.requests, reverse=True):
        if service <= up_to:
            state.remove_request(person.requests[service], log.WITHDREW)
            state.write(Event.WITHDRAWN, person.number, service)
            state.tally.count("withdrawn", service, person.class_id)


def the_gap_is_closed(self: State, person: Person) -> None:
    """Keep the street list in order when somebody leaves it."""
    self.street_list.remove(person)
    for number, other in enumerate(self.street_list):
        other.street_list_at = number
    person.street_list_at = -1
    self.tally.level("living", -1, person.class_id, -1.0, self.now)


def in_two_products(
    self: Tally, level: Level, row: int, column: int, delta: float, time: float
) -> None:
    """Compute the same integral in another order: other last digits."""
    level.now[row][column] += delta
    level.area[row][column] += delta * (self.day + 1.0) - delta * time


def a_millionth_more(*law: Any) -> float:
    """Draw from another law by a hair: less than shows would be rounded away."""
    return drawn(*law) * 1.000001


FAULTS = [
    ("ties", "whole days", state.Environment, "at", last_person_first),
    ("order of services", "any times", settle, "run_conditional_event", last_service_first),
    ("capacity cuts", "any times", model, "_order", nobody_is_blocked_first),
    ("ties at capacity cuts", "whole days", model, "_order", by_number_alone),
    ("patience", "any times", model, "_patience", only_in_the_street),
    ("order of release", "any times", model, "withdraw", from_the_last_request),
    ("the street list", "any times", State, "leave_street_list", the_gap_is_closed),
    ("last digits", "any times", tallies.Tally, "_shift", in_two_products),
    ("shares of a millisecond", "any times", state, "rounded", lambda time: time),
    ("gamma laws to a millionth", "any times", state, "drawn", a_millionth_more),
]


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=[name for name, *_ in FAULTS])
def test_a_planted_fault_is_seen(fault, monkeypatch):
    _, family, home, name, faulty = fault
    monkeypatch.setattr(home, name, faulty)
    assert any(compared(random_plan(number, family), seed=number) for number in range(60))
