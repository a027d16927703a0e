"""From a validated scenario to the tables an engine receives."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from operator import mul, sub
from typing import Any

from sim.event_log import Costs, Outline, ServiceOutline
from sim.plan import people
from sim.plan.making import Making, combined
from sim.plan.services import risks, service_row
from sim.plan.tables import UNLIMITED, Kind, Plan, Service
from sim.scenario.kinds import COSTS
from sim.scenario.schema import Scenario
from sim.vocabulary.calendars import Calendar, constant, product
from sim.vocabulary.keys import key_of
from sim.vocabulary.quantities import UNITS

YEAR = UNITS["year"]


def plan_of(scenario: Scenario) -> Plan:
    """Return the plan of a valid scenario; the same scenario always gives the same plan."""
    make = making(scenario)
    written = scenario.people
    services = tuple(
        service_row(make, name, each, scenario) for name, each in scenario.services.items()
    )
    street_risks = risks(make, written.leaving.street)
    rooms = tuple(
        product(make.calendar(room.places), constant(1.0), round_down=True)
        for room in scenario.rooms.values()
    )
    plan = Plan(
        outline=outline(make, scenario, services),
        horizon=make.horizon,
        classes=tuple(make.class_shares),
        services=services,
        rooms=rooms,
        room_names=tuple(scenario.rooms),
        traits=people.traits(make, written.traits),
        streams=people.streams(make, written.arrivals),
        start_groups=people.start_groups(make, scenario.start, services),
        start_lists=people.start_lists(make, scenario.start, services),
        start_residuals=people.start_residuals(make, scenario.start, services),
        street_risks=street_risks,
        risk_purposes=tuple(make.purpose(f"risk:{word}") for word in make.clocks),
    )
    # last, when every purpose in use is known
    return replace(
        plan,
        purposes=tuple(key_of(name) for name in make.purpose_names),
        purpose_names=tuple(make.purpose_names),
    )


def making(scenario: Scenario) -> Making:
    """Return what the tables are built from: the period and the numbers of names."""
    return Making(
        start=scenario.period.start,
        horizon=float(round(scenario.period.length.value)),  # whole days: 9 months are 274
        class_shares={name: each.share.value for name, each in scenario.people.classes.items()},
        numbers={name: number for number, name in enumerate(scenario.services)},
        traits=tuple(scenario.people.traits),
        rooms=tuple(scenario.rooms),
    )


def outline(make: Making, scenario: Scenario, services: tuple[Service, ...]) -> Outline:
    """Return the names, sizes and costs that give a log its meaning."""
    return Outline(
        title=scenario.title.en,
        start=scenario.period.start.isoformat(),
        horizon=make.horizon,
        warm_up=float(round(scenario.period.warm_up.value)),
        classes=tuple(make.class_shares),
        services=tuple(
            service_outline(make, service, scenario.services[service.name]) for service in services
        ),
    )


def service_outline(make: Making, service: Service, written: Any) -> ServiceOutline:
    """Return what the analysis must know of one service."""
    names = written.names
    return ServiceOutline(
        name=service.name,
        kind=written.kind,
        housing=service.housing,
        unlimited=max(service.places.values) >= UNLIMITED,
        mean_stay=nan if service.stay is None else service.stay.rows[0].mean,
        costs=costs_of(make, service, written),
        name_fr="" if names is None else names.fr,
        name_en="" if names is None else names.en,
    )


def costs_of(make: Making, service: Service, written: Any) -> Costs:
    """Return what one service costs, every unit cost with the value in force at each time."""
    unit = {key: make.nonzero(getattr(written.cost, key)) for key in COSTS[written.kind]}
    per_place = unit.get("per_place_year")
    per_place_day = None if per_place is None else combined(_per_day, per_place)
    drivers: list[tuple[Calendar | None, Calendar]] = [
        (unit["per_year"], constant(1 / YEAR)),
        (per_place_day, service.open_places),
    ]
    if service.kind is Kind.OUTREACH:
        drivers.append((unit["per_team_year"], combined(_per_day, make.calendar(written.teams))))
    elif "per_opening_hour" in unit:
        drivers.append((unit["per_opening_hour"], hours_open(service)))
    parts = [combined(mul, cost, driver) for cost, driver in drivers if cost is not None]
    return Costs(
        per_day=combined(_sum, *parts) if parts else None,
        per_place_day=per_place_day,
        per_outing=unit.get("per_outing"),
        per_night=unit.get("per_night"),
        per_visit=unit.get("per_visit"),
    )


def hours_open(service: Service) -> Calendar:
    """Return the hours open in a day of a drop-in or a night service, none while it has no place.

    Those of a drop-in are in force from minute to minute, those of a night service the same
    every day.
    """
    if service.opening is not None:
        return combined(_hours, service.opening, service.open_places)
    return combined(_hours, constant((service.morning - service.evening) % 1), service.open_places)


def cost_of_places(costs: Costs, before: Calendar, after: Calendar) -> Costs:
    """Return the costs of a service that has more open places than before."""
    if costs.per_place_day is None or costs.per_day is None:
        return costs
    more = combined(mul, costs.per_place_day, combined(sub, after, before))
    return replace(costs, per_day=combined(_sum, costs.per_day, more))


def _per_day(per_year: float) -> float:
    return per_year / YEAR


def _hours(is_open: float, places: float) -> float:
    return 24.0 * is_open if places > 0.0 else 0.0


def _sum(*parts: float) -> float:
    return sum(parts)
