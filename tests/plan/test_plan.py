"""From scenario to plan: every number in the tables is the one worked out by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.core.calendars import calendar, constant
from sim.core.distributions import distribution
from sim.core.draws import key_of
from sim.core.events import DIED, HOUSED, LEFT, STREET
from sim.core.limits import UNLIMITED
from sim.core.units import largest_remainder
from sim.plan.build import plan_of
from sim.plan.demand import Moment
from sim.plan.tables import AT_ADMISSION, Evict, Evicted, Kind, Plan, Residual
from sim.scenarios.loading import load
from tests.support.written import scenario

FOLDER = Path(__file__).parents[2] / "scenarios"
SCENARIOS = sorted(set(FOLDER.rglob("*.yaml")) - set((FOLDER / "sweeps").rglob("*.yaml")))

PEOPLE = """
people:
  classes: {men: 80 %, women: 15 %, pregnant women: 5 %}
  traits: {eagerness: {family: gamma, mean: 1, cv: 1.2}}
  arrivals:
    newcomers: {rate: 730 per year}
    mothers: {rate: 36.5 per year, classes: [women, pregnant women], to: shelter}
  leaving:
    street: {left: 36.5 % per year, died: 1.825 % per year}
    hosted: {died: 0.73 % per year}
"""
MORE = """
start:
  street: {men: 30, women: 7}
  services:
    shelter: {people: 8, waiting: 3, residual: full}
    housing: {people: {women: 1}, residual: {family: uniform, low: 0 days, high: 10 days}}
coordination: {success: 150 %, delay: 2}
rooms: {house: {places: 12.5}}
"""
SERVICES = """
maraudes:
  kind: outreach
  teams: {calendar: {2024-01-01: 2, 2024-02-01: 3}}
  outings: 5 per week
  hours: mon-fri 09:00-17:00
  contacts: 2.5
  makes_visitors: [{of: rest space, share: 10 %}]
  referrals:
    - {to: shelter, share: 5 %, success: 60 %, delay: 3 days}
    - {to: housing, share: 1 %, success: 80 %, classes: [women]}
orders: {kind: outreach, contacts_at_random: 365 per year}
rest space:
  kind: drop-in
  places: {calendar: {2024-01-01: 10, 2024-03-01: unlimited}}
  staffed: 33 %
  classes: [men, women]
  opening_hours: {calendar: {2024-01-01: every day 09:00-17:00, 2024-01-04: never}}
  visits: 36.5 per year
  trait: eagerness
  visitors: {men: 60 %}
  visit_length: 3 h
night places:
  kind: overnight
  places: 14
  room: house
  from: 20:00
  until: 08:00
  visitors_of: rest space
  leaving: {left: 36.5 % per year}
  most_consecutive_nights: 7
shelter:
  kind: places
  places: {calendar: {2024-01-01: 75, 2024-01-11: 10}}
  staffed: {calendar: {2024-01-01: 80 %, 2024-01-21: 50 %}}
  priority: [[pregnant women], [men]]
  stay: {family: exponential, mean: {calendar: {2024-01-01: 100 days, 2024-01-31: 50 days}}}
  drop_out: {share: 40 %, after: 9 days, risk: 36.5 % per year, to: left}
  routes:
    - {to: housing, share: 70 %, delay: 2 days, classes: [women, pregnant women]}
    - {to: street, share: 100 %, classes: [men]}
    - {to: housed, share: 30 %, classes: [women, pregnant women]}
  request: 10 days
  when_places_fall: last in leaves
  evicted_people: join the end
  blocked: {at_most: 30 days, then: left}
housing:
  kind: places
  places: 100
  classes: [women, pregnant women]
  stay: 3 years
  routes: [{to: died, share: 100 %}]
  request: at admission
  housing: true
  leaving: {}
  cost: {per_year: 1000 EUR, per_night: {calendar: {2024-01-01: 10 EUR, 2024-12-31: 30 EUR}}}
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(scenario(SERVICES, PEOPLE, MORE))


MARAUDES, ORDERS, REST, NIGHT, SHELTER, HOUSING = range(6)
OPEN = 8 / 24


def test_services_stand_in_the_order_of_the_file(plan: Plan) -> None:
    kinds = (Kind.OUTREACH, Kind.OUTREACH, Kind.DROP_IN, Kind.OVERNIGHT, Kind.PLACES, Kind.PLACES)
    assert tuple(service.kind for service in plan.services) == kinds
    assert plan.services[SHELTER].key == key_of("service:shelter")
    assert plan.classes == ("men", "women", "pregnant women")


def test_open_places_are_rounded_down_from_both_calendars(plan: Plan) -> None:
    shelter = plan.services[SHELTER]
    assert shelter.places.values == (75.0, 10.0)
    assert (shelter.open_places.times, shelter.open_places.values) == (
        (0.0, 10.0, 20.0),
        (60.0, 8.0, 5.0),
    )
    assert plan.services[REST].open_places.values == (3.0, UNLIMITED)  # 3.3; 33 % of no limit
    assert plan.rooms[0].values == (12.0,)
    assert [service.room for service in plan.services] == [-1, -1, -1, 0, -1, -1]


def test_outings_fall_in_the_hours_worked_and_keep_their_weekly_number(plan: Plan) -> None:
    outings = plan.services[MARAUDES].outings
    assert outings is not None
    assert outings.at(0.0) == outings.at(5.5) == 0.0  # Monday at midnight, Saturday at noon
    assert outings.at(0.5) == pytest.approx(10 / (5 * OPEN))  # 2 teams x 5 in 5 days of 8 hours
    assert outings.area(7.0) == pytest.approx(10.0)
    assert outings.area(49.0) - outings.area(42.0) == pytest.approx(15.0)  # 3 teams from February
    assert plan.services[MARAUDES].contacts == constant(2.5)


def test_random_contacts_meet_one_person_each(plan: Plan) -> None:
    orders = plan.services[ORDERS]
    assert orders.at_random
    assert orders.outings is not None
    assert orders.contacts is not None
    assert (orders.outings.at(3.3), orders.contacts.at(3.3)) == (1.0, 1.0)
    assert plan.purpose_names[orders.outing_purpose] == "contact gap:orders"


def test_visits_fall_in_the_opening_hours_in_force(plan: Plan) -> None:
    visits = plan.services[REST].visits
    assert visits is not None
    assert visits.rate.at(0.3) == 0.0
    assert visits.rate.at(0.5) == pytest.approx(0.1 / OPEN)
    assert visits.rate.area(3.0) == pytest.approx(0.3)  # 36.5 a year are 0.1 a day
    assert visits.rate.area(700.0) == pytest.approx(0.3)  # never open from day 3 on


def test_visitors_are_given_by_class(plan: Plan) -> None:
    rest = plan.services[REST]
    assert [chance.share.at(0.0) for chance in rest.visitor] == [0.6, 0.0, 0.0]
    assert {plan.purpose_names[chance.purpose] for chance in rest.visitor} == {"visitor:rest space"}
    assert rest.trait == 0


def test_coordination_is_folded_into_referrals(plan: Plan) -> None:
    to_shelter, to_housing = plan.services[MARAUDES].referrals
    assert to_shelter.success.share.at(0.0) == pytest.approx(0.9)
    assert to_housing.success.share.at(0.0) == 1.0  # 120 % is no share
    assert to_shelter.delay_factor.at(0.0) == 2.0
    assert to_shelter.delay is not None
    assert to_shelter.delay.rows == (distribution("fixed", value=3.0),)
    assert to_housing.delay is None  # without delay nothing is drawn
    assert to_shelter.classes == (True, True, True)
    assert to_housing.classes == (False, True, False)


def test_a_law_has_a_row_for_each_step_of_its_parameters(plan: Plan) -> None:
    stay = plan.services[SHELTER].stay
    assert stay is not None
    assert stay.times == (0.0, 30.0)
    assert stay.rows == tuple(distribution("exponential", mean=mean) for mean in (100.0, 50.0))


def test_priority_puts_classes_not_named_last(plan: Plan) -> None:
    assert plan.services[SHELTER].priority == (1, 2, 0)
    assert plan.services[NIGHT].priority == (0, 0, 0)


def test_routes_stand_by_class(plan: Plan) -> None:
    routes = plan.services[SHELTER].routes
    items = [[(route.to, route.share.at(0.0)) for route in rows] for rows in routes]
    assert items == [
        [(STREET, 1.0)],
        [(HOUSING, 0.7), (HOUSED, 0.3)],
        [(HOUSING, 0.7), (HOUSED, 0.3)],
    ]
    assert routes[1][0].delay is not None
    assert routes[0][0].delay is None


def test_the_rules_of_a_stay_are_carried_over(plan: Plan) -> None:
    shelter, housing = plan.services[SHELTER], plan.services[HOUSING]
    assert shelter.drop_out is not None
    assert shelter.drop_out.share.at(0.0) == 0.4
    assert shelter.drop_out_risk is not None
    assert shelter.drop_out_risk.rate.at(0.0) == pytest.approx(0.001)
    assert shelter.drop_out_to == LEFT
    assert (shelter.request_lead, housing.request_lead) == (10.0, AT_ADMISSION)
    assert (shelter.evict, housing.evict) == (Evict.LAST_IN, Evict.NOBODY)
    assert (shelter.evicted, housing.evicted) == (Evicted.JOIN_END, Evicted.KEEP_RANK)
    assert shelter.blocked_limit is not None
    assert shelter.blocked_limit.rows[0].mean == 30.0
    assert (shelter.fallback, housing.fallback) == (LEFT, STREET)
    assert (shelter.housing, housing.housing) == (False, True)
    assert housing.classes == (False, True, True)
    assert housing.patience is None
    assert housing.window is None


def test_a_night_has_its_hours(plan: Plan) -> None:
    night = plan.services[NIGHT]
    assert night.evening == pytest.approx(20 / 24)
    assert night.morning == pytest.approx(8 / 24)
    assert (night.visitors_of, night.most_nights) == (REST, 7)


def test_each_exit_has_one_clock_everywhere(plan: Plan) -> None:
    def rows_of(risks: tuple) -> list[tuple[int, float, int]]:  # type: ignore[type-arg]
        return [(risk.exit, round(risk.rate.at(0.0), 9), risk.clock) for risk in risks]

    assert rows_of(plan.services[SHELTER].risks) == [(DIED, 2e-5, plan_clock(plan, "died"))]
    assert rows_of(plan.services[NIGHT].risks) == [(LEFT, 1e-3, plan_clock(plan, "left"))]
    assert rows_of(plan.services[HOUSING].risks) == []  # its own, empty
    street = [(LEFT, 1e-3, plan_clock(plan, "left")), (DIED, 5e-5, plan_clock(plan, "died"))]
    assert rows_of(plan.street_risks) == street
    assert len(plan.risk_purposes) == 2


def plan_clock(plan: Plan, word: str) -> int:
    return plan.risk_purposes.index(plan.purpose_names.index(f"risk:{word}"))


def test_streams_are_shared_between_their_classes(plan: Plan) -> None:
    rows = [
        (stream.name, stream.class_id, round(stream.rate.at(0.0), 9), stream.to)
        for stream in plan.streams
    ]
    assert rows == [
        ("newcomers:men", 0, 1.6, STREET),
        ("newcomers:women", 1, 0.3, STREET),
        ("newcomers:pregnant women", 2, 0.1, STREET),
        ("mothers:women", 1, 0.075, SHELTER),
        ("mothers:pregnant women", 2, 0.025, SHELTER),
    ]
    assert plan.streams[4].key == key_of("arrivals:mothers:pregnant women")


def test_the_start_is_shared_by_largest_remainder(plan: Plan) -> None:
    rows = [
        (start_group.name, start_group.class_id, start_group.people, start_group.where)
        for start_group in plan.start_groups
    ]
    assert rows == [
        ("street:men", 0, 30, STREET),
        ("street:women", 1, 7, STREET),
        ("shelter:men", 0, 7, SHELTER),  # 6.4, 1.2 and 0.4 of 8: the largest remainder
        ("shelter:women", 1, 1, SHELTER),
        ("housing:women", 1, 1, HOUSING),
    ]
    assert plan.start_groups[0].key == key_of("start:street:men")
    assert [(start_list.service, start_list.people) for start_list in plan.start_lists] == [
        (SHELTER, 3)
    ]


def test_what_is_left_of_a_stay_has_its_rule(plan: Plan) -> None:
    full, given = plan.start_residuals[SHELTER], plan.start_residuals[HOUSING]
    assert full is not None
    assert given is not None
    assert full.rule is Residual.FULL
    assert plan.purpose_names[full.residual_purpose] == "residual:shelter"
    assert given.rule is Residual.GIVEN
    assert given.given is not None
    assert given.given.rows[0].mean == 5.0
    assert plan.start_residuals[:SHELTER] == (None,) * SHELTER


@pytest.mark.parametrize(
    ("total", "weights", "people"),
    [
        (10, (0.87, 0.12, 0.01), [9, 1, 0]),
        (10, (0.84, 0.16), [8, 2]),
        (3, (0.5, 0.5), [2, 1]),
        (75, (0.8, 0.2), [60, 15]),
        (7, (0.0, 0.0), [4, 3]),
        (0, (1.0,), [0]),
        (10, (0.1, 0.2, 0.7), [1, 2, 7]),
    ],
)
def test_largest_remainder(total: int, weights: tuple[float, ...], people: list[int]) -> None:
    assert largest_remainder(total, weights) == people


def test_costs_and_names_are_in_the_outline(plan: Plan) -> None:
    housing = plan.outline.services[HOUSING]
    assert housing.costs.per_day == constant(1000 / 365)
    assert housing.costs.per_night == calendar((0.0, 365.0), (10.0, 30.0))
    assert (housing.kind, housing.mean_stay, housing.unlimited) == ("places", 1095.0, False)
    assert plan.outline.services[REST].unlimited
    assert (plan.outline.start, plan.outline.horizon) == ("2024-01-01", 731.0)


def purposes_in(table: object) -> Iterator[int]:
    """Yield every purpose a table refers to."""
    if isinstance(table, tuple):
        for each in table:
            yield from purposes_in(each)
    elif dataclasses.is_dataclass(table):
        for field in dataclasses.fields(table):
            value = getattr(table, field.name)
            if field.name.endswith("purpose") and value >= 0:
                yield value
            elif field.name == "risk_purposes":
                yield from value
            else:
                yield from purposes_in(value)


def test_only_purposes_in_use_are_listed(plan: Plan) -> None:
    assert set(purposes_in(plan)) == set(range(len(plan.purposes)))
    assert len(set(plan.purpose_names)) == len(plan.purposes)
    assert plan.purposes == tuple(key_of(name) for name in plan.purpose_names)


ANOTHER = """
centre:
  kind: places
  places: 5
  stay: 6 weeks
  patience: 9 days
  routes: [{to: street, share: 100 %}]
"""


def test_one_more_service_changes_nobody_elses_chance(plan: Plan) -> None:
    start = MORE.replace("  services:", "  services:\n    centre: {people: 2}")
    richer = plan_of(scenario(ANOTHER + SERVICES, PEOPLE, start))
    before = dict(zip(plan.purpose_names, plan.purposes, strict=True))
    after = dict(zip(richer.purpose_names, richer.purposes, strict=True))
    assert before.items() <= after.items()
    assert {stream.key for stream in plan.streams} == {stream.key for stream in richer.streams}
    assert {service.key for service in plan.services} <= {
        service.key for service in richer.services
    }
    # the numbers do change: a key made of them would not keep the chance
    assert plan.purposes != richer.purposes[: len(plan.purposes)]


def test_places_without_limit_for_a_part_of_a_week_are_without_limit() -> None:
    steps = calendar([0.0, 3.0, 10.0], [0.0, float(UNLIMITED), 0.0])
    assert Moment(0.0, 7.0, 7.0).mean(steps) == UNLIMITED
    assert Moment(7.0, 14.0, 0.0).mean(steps) == UNLIMITED
    assert Moment(10.0, 17.0, 3.0).mean(steps) == 0.0
    assert Moment(0.0, 3.0, 7.0).mean(steps) == 0.0


def test_the_period_is_whole_days() -> None:
    head = "title: a test\nperiod: {start: 2024-01-01, length: 9 months, warm_up: 1 month}\n"
    outline = plan_of(scenario(SERVICES, PEOPLE, MORE, head)).outline
    assert (outline.horizon, outline.warm_up) == (274.0, 30.0)


@pytest.mark.slow
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_has_a_plan(path: Path) -> None:
    made = plan_of(load(path))
    assert set(purposes_in(made)) == set(range(len(made.purposes)))
