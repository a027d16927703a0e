"""What one more place would change: paired replications with and without it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from sim.analysis.statistics import paired_difference
from sim.analysis.windows import WHOLE
from sim.core.calendars import Calendar, calendar
from sim.core.limits import UNLIMITED
from sim.plan.build import cost_of_places
from sim.plan.tables import Kind, Plan
from sim.runs.pool import LocalPool, shared_pool
from sim.runs.run import Results, run

Item = TypeVar("Item")
STREET_NIGHTS, COST = "street nights per year", "cost per year"


@dataclass(frozen=True, slots=True)
class OneMore:
    """Change per place added to a service: mean and paired 95 % interval (mean, low, high).

    ``street_nights``: nights a year. ``cost``: EUR a year, from the unit costs of the scenario.
    """

    service: str
    step: int
    replications: int
    street_nights: tuple[float, float, float]
    cost: tuple[float, float, float]


def marginal_value(
    base: Results,
    *,
    step: int = 1,
    services: Sequence[str] | None = None,
    workers: int | LocalPool | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[OneMore]:
    """Return, for each service with limited places, what ``step`` more places change per place.

    The replications of ``base`` are run again with the places: same seed, same numbers, so that
    each person draws the same random numbers with and without. A ``step`` above 1 shows rare
    effects with fewer replications; it gives the mean over these places, not the first one.
    ``services``: only these.
    """
    values = []
    with shared_pool(base.engine, workers) as pool:
        for service in with_places(base.plan):
            if services is None or service in services:
                if progress is not None:
                    progress(service)
                more = run(
                    with_more(base.plan, service, step),
                    replications=base.replications,
                    first=base.first,
                    seed=base.seed,
                    engine=base.engine,
                    workers=pool,
                )
                values.append(_change(service, step, base, more))
    return values


def with_places(plan: Plan) -> list[str]:
    """Return the services that have a limited number of places, in file order."""
    return [
        service.name
        for service in plan.services
        if service.kind is not Kind.OUTREACH and min(service.places.values) < UNLIMITED
    ]


def with_more(plan: Plan, name: str, step: int = 1) -> Plan:
    """Return the plan with ``step`` more places in a service, staffed, and in its shared room.

    They are there whenever the service has places; in one that never has any, always.
    """
    number = next(i for i, service in enumerate(plan.services) if service.name == name)
    service = plan.services[number]
    larger = replace(
        service,
        places=_added(service.places, step),
        open_places=_added(service.open_places, step),
    )
    about = plan.outline.services[number]
    costs = cost_of_places(about.costs, service.open_places, larger.open_places)
    rooms = tuple(
        _added(room, step) if index == service.room else room
        for index, room in enumerate(plan.rooms)
    )
    outlines = _with(plan.outline.services, number, replace(about, costs=costs))
    return replace(
        plan,
        outline=replace(plan.outline, services=outlines),
        services=_with(plan.services, number, larger),
        rooms=rooms,
    )


def _with(items: tuple[Item, ...], number: int, item: Item) -> tuple[Item, ...]:
    return (*items[:number], item, *items[number + 1 :])


def _added(places: Calendar, step: int) -> Calendar:
    never = max(places.values) <= 0
    values = [
        value + step if (value > 0 or never) and value < UNLIMITED else value
        for value in places.values
    ]
    return calendar(places.times, values)


def _change(service: str, step: int, base: Results, more: Results) -> OneMore:
    return OneMore(
        service=service,
        step=step,
        replications=base.replications,
        street_nights=_paired(base, more, STREET_NIGHTS, "street", step),
        cost=_paired(base, more, COST, WHOLE, step),
    )


def _paired(
    base: Results, more: Results, measure: str, service: str, step: int
) -> tuple[float, float, float]:
    interval = paired_difference(
        more.number(measure, service) / step, base.number(measure, service) / step
    )
    return interval.mean, interval.low, interval.high


def write_one_more(path: Path, values: Sequence[OneMore]) -> None:
    """Write a row per service and number: measure, mean, low, high, step, replications, unit."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(
            ("service", "measure", "mean", "low", "high", "step", "replications", "unit")
        )
        for value in values:
            for measure, numbers, unit in (
                (STREET_NIGHTS, value.street_nights, "nights a year per place"),
                (COST, value.cost, "EUR a year per place"),
            ):
                written = ("" if number != number else repr(number) for number in numbers)
                table.writerow(
                    (value.service, measure, *written, value.step, value.replications, unit)
                )


def read_one_more(path: Path) -> list[OneMore]:
    """Return what ``write_one_more`` wrote."""
    numbers: dict[str, dict[str, tuple[float, float, float]]] = {}
    about: dict[str, tuple[int, int]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            mean, low, high = (float(row[name] or "nan") for name in ("mean", "low", "high"))
            numbers.setdefault(row["service"], {})[row["measure"]] = (mean, low, high)
            about[row["service"]] = int(row["step"]), int(row["replications"])
    return [
        OneMore(service, *about[service], by_measure[STREET_NIGHTS], by_measure[COST])
        for service, by_measure in numbers.items()
    ]
