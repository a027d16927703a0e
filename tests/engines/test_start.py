"""Who is there at the start, and what of their stay is left."""

from __future__ import annotations

import math

import pytest

from sim.core.distributions import distribution, equilibrium_residual
from sim.core.draws import Keyed, key_of, person_key
from sim.core.events import STREET
from sim.engines.start import listed, present
from sim.plan.build import plan_of
from sim.plan.tables import Plan
from tests.support.written import scenario

PEOPLE = "people: {classes: {men: 50 %, women: 50 %}}"
SERVICE = """
{name}:
  kind: places
  places: 10
  classes: [{classes}]
  stay: {{family: gamma, mean: 90 days, cv: 0.5}}
  routes: [{{to: street, share: 100 %}}]
"""
START = """
start:
  street: {men: 40, women: 60}
  services:
    new: {people: 2, residual: full}
    old: {people: 3, waiting: 5}
    known: {people: 1, residual: {family: uniform, low: 10 days, high: 20 days}}
"""
KEYED = Keyed(7, 3)
STAY = distribution("gamma", mean=90.0, cv=0.5)
NEW, OLD, KNOWN = range(3)


@pytest.fixture(scope="module")
def plan() -> Plan:
    services = [("new", "men, women"), ("old", "women"), ("known", "men")]
    text = "".join(SERVICE.format(name=name, classes=classes) for name, classes in services)
    return plan_of(scenario(text, PEOPLE, START))


def draw(name: str, source: str, rank: int, count: int = 0) -> float:
    return KEYED.uniform(person_key(key_of(f"start:{source}"), rank), key_of(name), count)


def test_the_street_comes_first_then_services_and_classes_in_order(plan: Plan) -> None:
    people = present(plan, KEYED)
    order = [(class_id, where) for class_id, _, where, _ in people]
    assert order == (
        [(0, STREET)] * 40
        + [(1, STREET)] * 60
        + [(0, NEW), (1, NEW), (1, OLD), (1, OLD), (1, OLD), (0, KNOWN)]
    )
    assert people[41][1] == person_key(key_of("start:street:women"), 1)
    assert all(math.isnan(left) for _, _, where, left in people if where == STREET)


def test_a_full_stay_has_a_draw_of_its_own(plan: Plan) -> None:
    left = present(plan, KEYED)[101][3]
    assert left == STAY.quantile(draw("residual:new", "new:women", 0))
    assert left != STAY.quantile(draw("stay:new", "new:women", 0))  # kept for the next stay


def test_an_equilibrium_residual_uses_its_own_two_draws(plan: Plan) -> None:
    left = present(plan, KEYED)[104][3]
    draws = [draw("residual:old", "old:women", 2, count) for count in (0, 1)]
    assert left == equilibrium_residual(STAY, *draws)
    assert left != STAY.quantile(draws[0])


def test_a_given_law_uses_its_own_draw(plan: Plan) -> None:
    assert present(plan, KEYED)[105][3] == 10.0 + 10.0 * draw("residual:known", "known:men", 0)


def test_those_with_the_smallest_draws_are_listed_by_number(plan: Plan) -> None:
    draws = [draw("start list:old", "street:women", rank) for rank in range(60)]
    smallest = sorted(range(60), key=lambda rank: draws[rank])[:5]
    assert listed(plan, KEYED) == [(OLD, sorted(40 + rank for rank in smallest))]


def test_another_seed_lists_others(plan: Plan) -> None:
    assert listed(plan, Keyed(7, 4)) != listed(plan, KEYED)
