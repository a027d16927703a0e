"""What is found in a run: its bottleneck, and services that lock one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.analysis.blocking import Blocking, Cause, main_cause
from sim.analysis.windows import WHOLE, Array, windows
from sim.experiments.run import Results


@dataclass(frozen=True, slots=True)
class Locked:
    """Services that lock one another: in how many replications, and on which day first."""

    replications: int
    day: float
    services: tuple[int, ...]


def blocking_found(results: Results) -> Blocking:
    """Return blocking over the whole period: means over replications, in days."""
    services = len(results.outline.services)
    place = {service.name: number for number, service in enumerate(results.outline.services)}
    place["street"] = services
    tables = {
        "blocked place-days by service and want": np.zeros((services, services)),
        "blocked place-days by service and root": np.zeros((services, services)),
        "street nights for want of": np.zeros(services + 1),
        "street nights rooted in": np.zeros(services + 1),
    }
    for key, mean in zip(results.keys, results.estimates.mean, strict=True):
        if key.measure in tables and key.period == WHOLE:
            where = (place[key.service], place[key.other]) if key.other else (place[key.service],)
            tables[key.measure][where] = mean
    blocked_by, rooted_in, wanted, wanted_root = tables.values()
    lived = _lived(results)
    shares = np.divide(blocked_by.sum(axis=1), lived, out=np.zeros(services), where=lived > 0)
    return Blocking(blocked_by, rooted_in, wanted, wanted_root, shares)


def bottleneck(results: Results) -> Cause | None:
    """Return the root behind most blocked place-days, None where nobody is blocked."""
    return main_cause(blocking_found(results), _lived(results), windows(results.outline)[0].days)


def locked(results: Results) -> list[Locked]:
    """Return each set of services that locked first somewhere, the most frequent first."""
    number = {service.name: i for i, service in enumerate(results.outline.services)}
    days: dict[tuple[str, ...], list[float]] = {}
    for _, day, names in results.locked:
        days.setdefault(tuple(names), []).append(day)
    return [
        Locked(len(found), min(found), tuple(number[name] for name in names))
        for names, found in sorted(days.items(), key=lambda one: (-len(one[1]), min(one[1])))
    ]


def _lived(results: Results) -> Array:
    """Return mean person-days lived in each service over the whole period (S,)."""
    days = windows(results.outline)[0].days
    found = np.zeros(len(results.outline.services))
    for number, service in enumerate(results.outline.services):
        if service.kind in ("places", "overnight"):
            found[number] = results.number("occupied places", service.name).mean() * days
    return found
