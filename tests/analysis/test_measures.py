"""Measures, against numbers worked out by hand from a pathway with fixed times."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.measures import (
    MEASURES,
    Key,
    keys,
    measure_named,
    measures_page,
    values,
    values_of,
)
from sim.analysis.statistics import estimate, estimates
from sim.analysis.windows import WHOLE, windows
from sim.core.calendars import calendar, constant
from sim.core.log import Costs, Outline, Tallies
from sim.engines.reference import simulate
from sim.plan.build import plan_of
from sim.runs.marginal import with_more
from sim.scenarios.loading import load
from tests.support.engines import ENGINES
from tests.support.written import ONE_CLASS, scenario

ROOT = Path(__file__).parents[2]

# scenarios/kinds/places.yaml, six days, traced in tests/support/kinds/places.log. Person 0: street
# until 3, then the shelter, blocked from 5 on. Person 1: shelter until 3, blocked from 2 on, then
# housing. Person 2: housing until 3, then left.
BY_HAND = {
    ("people", "street"): 3 / 6,
    ("people", "all"): (3 * 3 + 2 * 3) / 6,
    ("people at the end", "shelter"): 1,
    ("people at the end", "street"): 0,
    ("street nights", "street"): 3,
    ("street nights per year", "street"): 3 * 365 / 6,
    ("people without a place per night", "street"): 3 / 6,
    ("occupied places", "shelter"): 1,
    ("occupied places", "all"): 2,
    ("blocked places", "shelter"): 2 / 6,
    ("blocked share", "shelter"): 2 / 6,
    ("free places", "shelter"): 0,
    ("open places", "housing"): 1,
    ("waiting", "shelter"): 3 / 6,
    ("waiting", "housing"): 2 / 6,
    ("waiting in the street", "housing"): 0,
    ("waiting at the end", "housing"): 1,
    ("median wait", "shelter"): 3,
    # One admitted after a day, the other still waiting after a day: half are admitted by then.
    ("median wait", "housing"): 1,
    ("admitted within 30 days", "shelter"): 1,
    ("admitted within 30 days", "housing"): 1 / 2,
    # Half admitted at day 1, the other half not seen to be: 1 + 364 / 2.
    ("mean wait up to a year", "housing"): 183,
    ("listed", "housing"): 2,
    ("admissions", "shelter"): 1,
    ("admissions", "all"): 2,
    ("completions", "shelter"): 2,
    ("departures", "housing"): 1,
    ("left", "housing"): 1,
    ("left", "street"): 0,
    ("blocked place-days", "shelter"): 2,
    ("blocked place-days for want of", "housing"): 2,
    ("blocked place-days rooted in", "housing"): 2,
    ("street nights for want of", "shelter"): 3,
    # A third of the shelter's place-days is blocked for want of housing: one night of three.
    ("street nights rooted in", "shelter"): 2,
    ("street nights rooted in", "housing"): 1,
    ("street nights rooted in", "street"): 0,
    # 365 a year for 6 days, one place at 3,650 a year, 10 a night for the 6 nights lived there.
    ("cost", "shelter"): 6 + 60 + 60,
    ("cost", "housing"): 0,
    ("cost per year", "all"): (6 + 60 + 60) * 365 / 6,
}
MOVES = {
    ("outside", "street"): 1,
    ("outside", "shelter"): 1,
    ("outside", "housing"): 1,
    ("shelter", "housing"): 1,
    ("street", "shelter"): 1,
    ("housing", "left"): 1,
}


@cache
def tallies() -> Tallies:
    plan = plan_of(load(ROOT / "scenarios" / "kinds" / "places.yaml"))
    counted = simulate(plan, 1, 1).tallies
    shelter, *others = counted.outline.services
    paid = replace(shelter, costs=Costs(per_day=constant(1.0 + 10.0), per_night=constant(10.0)))
    return replace(counted, outline=replace(counted.outline, services=(paid, *others)))


@cache
def numbers() -> dict[Key, float]:
    return dict(zip(keys(tallies().outline), values(tallies()), strict=True))


@pytest.mark.parametrize("name", BY_HAND, ids=" of ".join)
def test_a_measure_is_the_number_worked_out_by_hand(name):
    measure, service = name
    result = numbers()[Key(measure, service, "", WHOLE, WHOLE)]
    assert result == pytest.approx(BY_HAND[name], abs=1e-9)


def test_moves_are_those_worked_out_by_hand():
    result = {(k.service, k.other): v for k, v in numbers().items() if k.measure == "moves" and v}
    assert result == MOVES


def test_blocked_days_by_service_and_want_are_those_worked_out_by_hand():
    by_want = Key("blocked place-days by service and want", "shelter", "housing", WHOLE, WHOLE)
    assert numbers()[by_want] == pytest.approx(2)
    assert numbers()[by_want._replace(service="housing", other="shelter")] == 0


def test_classes_and_services_add_up_to_the_whole(drafted):
    by_name = dict(zip(keys(drafted.outline), values(drafted), strict=True))
    by_class = [by_name[Key("street nights", "street", "", k, WHOLE)] for k in ("men", "women")]
    whole = by_name[Key("street nights", "street", "", WHOLE, WHOLE)]
    assert min(by_class) > 0
    assert sum(by_class) == whole == np.sum(drafted.street_wants)
    for measure in ("admissions", "left", "died", "cost"):
        parts = [
            v for k, v in by_name.items() if k[0] == measure and k.class_id == k.period == "all"
        ]
        assert sum(parts[:-1]) == pytest.approx(parts[-1])


def test_years_add_up_to_the_whole(drafted):
    by_name = dict(zip(keys(drafted.outline), values(drafted), strict=True))
    nights = {k.period: v for k, v in by_name.items() if k[:2] == ("street nights", "street")
              and k.class_id == WHOLE}  # fmt: skip
    assert list(nights) == [WHOLE, "2024", "2025"]
    assert nights["2024"] + nights["2025"] == nights[WHOLE] > 0


def outline(start: str, horizon: float, warm_up: float) -> Outline:
    return Outline("t", start, horizon, warm_up, ("people",), ())


@pytest.mark.parametrize(
    ("start", "horizon", "warm_up", "expected"),
    [
        ("2024-01-01", 730, 0, [("all", 0, 730), ("2024", 0, 365), ("2025", 365, 730)]),
        ("2024-01-01", 800, 30, [("all", 30, 800), ("2025", 365, 730)]),
        ("2024-07-01", 365, 0, [("all", 0, 365), ("2024/25", 0, 365)]),
        ("2024-01-01", 100, 10.5, [("all", 11, 100)]),
    ],
)
def test_periods_are_the_whole_after_the_warm_up_and_its_whole_years(
    start, horizon, warm_up, expected
):
    result = windows(outline(start, horizon, warm_up))
    assert [(w.label, w.first, w.last) for w in result] == expected


def test_names_are_unique_and_both_languages_are_there():
    names = [measure.name for measure in MEASURES]
    french = [measure.name_fr for measure in MEASURES]
    assert len(set(names)) == len(set(french)) == len(names)
    for measure in MEASURES:
        assert measure.sentence.endswith(".")
        assert measure.sentence_fr.endswith(".")
        assert measure.sentence != measure.sentence_fr
        assert measure_named(measure.name) is measure


def test_the_page_of_measures_is_current():
    page = (ROOT / "docs" / "measures.md").read_text(encoding="utf-8")
    assert page == measures_page(), "python -m sim.analysis.measures > docs/measures.md"


def test_estimates_of_many_columns_are_those_of_one():
    chance = np.random.default_rng(5)
    table = chance.normal(10, 2, (7, 3))
    rows = estimates(table)
    for column in range(3):
        row = estimate(table[:, column])
        assert rows.mean[column] == pytest.approx(row.mean, rel=1e-12)
        assert rows.low[column] == pytest.approx(row.low, rel=1e-12)
        assert rows.high[column] == pytest.approx(row.high, rel=1e-12)
        assert rows.sd[column] == pytest.approx(row.sd, rel=1e-12)


def test_estimates_say_what_is_not_there():
    nan, inf = np.nan, np.inf
    rows = estimates(np.array([[1.0, nan, 2.0, nan], [3.0, 4.0, inf, nan]]))
    np.testing.assert_array_equal(rows.replications, [2, 1, 2, 0])
    np.testing.assert_array_equal(rows.mean, [2.0, 4.0, inf, nan])
    np.testing.assert_array_equal(np.isnan(rows.low), [False, True, True, True])


# --------------------------------------------------------------------------- costs
# Every cost by hand, on both engines; Monday 2024-01-01 is day 0.

MARAUDES = """
maraudes:
  kind: outreach
  teams: {calendar: {2024-01-01: 2, 2024-01-03: 3}}
  outings: 7.35 per week
  contacts: 2
"""
SHELTER = """
shelter:
  kind: places
  places: {calendar: {2024-01-01: 5, 2024-01-03: 10}}
  staffed: 80 %
  stay: 100 days
  routes: [{to: street, share: 100 %}]
"""
REST = """
rest space:
  kind: drop-in
  places: {calendar: {2024-01-01: 0, 2024-01-04: 10}}
  staffed: 80 %
  opening_hours: mon-fri 09:00-17:00
  visits: 0 per day
  visit_length: 1 h
"""
BEDS = """
night places: {kind: overnight, places: 2, from: "20:00", until: "08:00"}
"""
LIVING = "start: {street: 3, services: {shelter: {people: 4, residual: full}}}\n"


def cost_of(engine, services, cost, days, more="start: {street: 3}\n", period=WHOLE):
    """Return the cost of the first service, given a line of its cost."""
    name = services.split(":")[0].strip()
    head = f"title: a test\nperiod: {{start: 2024-01-01, length: {days} days}}\n"
    if services == BEDS:
        written = services.replace("}", f", cost: {cost}}}")
    else:
        written = f"{services}  cost: {cost}\n"
    plan = plan_of(scenario(written, ONE_CLASS, more, head))
    replication = ENGINES[engine](plan, 1, 1).tallies
    numbers = dict(zip(keys(replication.outline), values(replication), strict=True))
    return numbers[Key("cost", name, "", WHOLE, period)]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("services", "cost", "days", "by_hand"),
    [
        (MARAUDES, "{per_year: 3650 EUR}", 4, 4 * 10),
        # Two teams for two days, three for two days.
        (MARAUDES, "{per_team_year: 36500 EUR}", 4, (2 * 2 + 2 * 3) * 100),
        # 1.05 outings a team and day: 10.5 are due by the end, ten take place, two met by each.
        (MARAUDES, "{per_outing: 20 EUR}", 4, 10 * 20),
        (MARAUDES, "{per_visit: 5 EUR}", 4, 20 * 5),
        # The fifth outing is due after 2 days and 0.8/3.15 of a day: four before 3 January.
        (MARAUDES, "{per_outing: {calendar: {2024-01-01: 1 EUR, 2024-01-03: 10 EUR}}}", 4, 4 + 60),
        # Of 5 places 4 can be opened, of 10 places 8.
        (SHELTER, "{per_place_year: 3650 EUR}", 4, (2 * 4 + 2 * 8) * 10),
        # Nobody leaves within four days, and four people live there.
        (SHELTER, "{per_night: 10 EUR}", 4, 4 * 4 * 10),
        # No place before Thursday: two days of 8 h, and four days of 8 places.
        (REST, "{per_opening_hour: 3 EUR}", 7, 2 * 8 * 3),
        (REST, "{per_place_year: 365 EUR}", 7, 4 * 8),
        (REST, "{per_year: 365 EUR, per_opening_hour: 3 EUR}", 7, 7 + 48),
        # Two places given out on three evenings, open from 20:00 to 08:00.
        (BEDS, "{per_night: 50 EUR}", 3, 3 * 2 * 50),
        (BEDS, "{per_opening_hour: 1 EUR}", 3, 3 * 12),
        (BEDS, "{per_place_year: 365 EUR}", 3, 3 * 2),
    ],
)
def test_a_cost_is_the_amount_worked_out_by_hand(engine, services, cost, days, by_hand):
    more = LIVING if services == SHELTER else "start: {street: 3}\n"
    assert cost_of(engine, services, cost, days, more) == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_cost_that_changes_is_counted_in_its_own_year(engine):
    cost = "{per_year: {calendar: {2024-01-01: 36500 EUR, 2025-01-01: 109500 EUR}}}"
    first, second = (cost_of(engine, BEDS, cost, 730, period=year) for year in ("2024", "2025"))
    assert first == pytest.approx(36500)
    assert second == pytest.approx(109500 - 200)  # the second model year begins on 31 December


@pytest.mark.parametrize("engine", ENGINES)
def test_visits_are_paid_as_often_as_they_are_counted(engine):
    visited = REST.replace("visits: 0 per day", "visits: 5 per day")
    paid_for = f"{visited}  cost: {{per_visit: 2 EUR}}\n"
    plan = plan_of(scenario(paid_for, more="start: {street: 3}\n"))
    replication = ENGINES[engine](plan, 1, 1).tallies
    numbers = dict(zip(keys(replication.outline), values(replication), strict=True))
    paid, visits = (
        numbers[Key(name, "rest space", "", WHOLE, WHOLE)] for name in ("cost", "visits")
    )
    assert paid == pytest.approx(2 * visits)
    assert visits > 1000


def test_one_more_place_costs_what_a_place_costs():
    paid = f"{SHELTER}  cost: {{per_place_year: 3650 EUR, per_year: 365 EUR}}\n"
    plan = plan_of(scenario(paid, more=LIVING))
    more = with_more(plan, "shelter", 5).outline.services[0].costs.per_day
    costs = plan.outline.services[0].costs
    assert costs.per_day == calendar((0.0, 2.0), (41.0, 81.0))
    assert more == calendar((0.0, 2.0), (91.0, 131.0))


FULL_ROOM = """
title: everybody who is listed is admitted within days
period: {start: 2024-01-01, length: 1 year}
people:
  classes: {everyone: 100 %}
  arrivals: {n: {rate: 4 per day, to: a}}
services:
  a:
    kind: places
    places: 3
    stay: {family: exponential, mean: 1 day}
    waiting_room: 3
    turned_away_to: left
    routes: [{to: left, share: 100 %}]
"""


@pytest.mark.slow
def test_whole_shares_are_exactly_one(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(FULL_ROOM, encoding="utf-8")
    plan = plan_of(load(path))
    shares = {measure.name for measure in MEASURES if measure.unit == "share"}
    ones = 0
    for replication in range(1, 6):
        tallies = simulate(plan, 1, replication).tallies
        by_name = dict(zip(keys(plan.outline), values(tallies), strict=True))
        near = [v for key, v in by_name.items() if key.measure in shares and abs(v - 1.0) < 1e-6]
        assert set(near) <= {1.0}
        ones += len(near)
        wanted = tuple(key for key in by_name if key.measure in shares)
        same = values_of(tallies, wanted)
        np.testing.assert_array_equal(same, [by_name[key] for key in wanted])
    assert ones > 10
