"""From a validated scenario to the tables an engine receives."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from typing import Any

from sim.log import Outline, ServiceOutline
from sim.plan import people
from sim.plan.making import Making
from sim.plan.services import risks, service_row
from sim.plan.tables import UNLIMITED, Plan, Service
from sim.scenario.schema import Scenario
from sim.vocabulary.calendars import constant, product
from sim.vocabulary.keys import key_of


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
    cost = written.cost
    return ServiceOutline(
        name=service.name,
        kind=written.kind,
        housing=service.housing,
        unlimited=max(service.places.values) >= UNLIMITED,
        mean_stay=nan if service.stay is None else service.stay.rows[0].mean,
        cost_per_year=mean_cost(make, cost.per_year),
        cost_per_place_year=mean_cost(make, cost.per_place_year),
        cost_per_night=mean_cost(make, cost.per_night),
        cost_per_visit=mean_cost(make, cost.per_visit),
        name_fr="" if names is None else names.fr,
        name_en="" if names is None else names.en,
    )


def mean_cost(make: Making, written: Any) -> float:
    """Return a unit cost [EUR]; one that changes with time counts with its mean over the period."""
    return 0.0 if written is None else make.calendar(written).area(make.horizon) / make.horizon
