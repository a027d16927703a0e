"""One design point from its settings to its numbers: what a worker does, wherever it is."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from sim.analysis.checks import check
from sim.analysis.tables import Key, keys, values_of
from sim.analysis.windows import WHOLE, Array, settled
from sim.event_log import Outline
from sim.experiments.engines import AUTO, engine_name, simulate_with
from sim.experiments.machine import memory_told, refuse_too_large
from sim.experiments.precision import Ending, wanted
from sim.experiments.run import FIRST
from sim.experiments.sweep.levers import Setting
from sim.experiments.sweep.points import program_version, scenario_at
from sim.experiments.worker import Order
from sim.plan import plan_of
from sim.scenario import Scenario
from sim.vocabulary.errors import RunError, WishError


@dataclass(frozen=True, slots=True)
class Task:
    """A point to simulate: the base scenario as JSON, what is set in it, and what is kept.

    ``outcomes`` are kept besides the numbers of the whole period and all classes.
    """

    number: int
    key: str
    text: str
    settings: tuple[Setting, ...]
    most: int
    outcomes: tuple[Key, ...]
    program: str
    engine: str = AUTO


@dataclass(frozen=True, slots=True, eq=False)
class PointDone:
    """The numbers of a point: replications by ``keys``; nan where a replication has no such number.

    ``locked``: replications in which services locked one another. ``reached``: the precision asked
    for, if any, was reached.
    """

    number: int
    key: str
    keys: tuple[Key, ...]
    values: Array
    locked: int
    engine: str
    elapsed_seconds: float
    reached: bool = True


def simulate_point(task: Task) -> PointDone:
    """Simulate every replication of a point; RunError if one contradicts itself."""
    started = time.monotonic()
    if task.program != program_version():
        raise RunError(
            f"the worker has maraude {program_version()} and the sweep needs {task.program}"
        )
    scenario = scenario_at(task.text, task.settings)
    order = Order(plan_of(scenario), engine_name(task.engine), scenario.run.seed, daily=False)
    try:
        refuse_too_large(order.plan)
    except WishError as error:  # this point alone
        raise RunError(str(error)) from error
    kept = _kept(order.plan.outline, task.outcomes)
    with memory_told(order.plan):
        rows, locked, reached = _replications(scenario, order, kept, task.most)
    return PointDone(
        task.number,
        task.key,
        kept,
        rows,
        locked,
        order.engine,
        time.monotonic() - started,
        reached,
    )


def time_of_one(task: Task) -> float:
    """Return the seconds that one replication of a point takes."""
    scenario = scenario_at(task.text, task.settings)
    order = Order(plan_of(scenario), engine_name(task.engine), scenario.run.seed, daily=False)
    kept = _kept(order.plan.outline, task.outcomes)
    _replicate(order, kept, FIRST)  # warms up: compiles, and reads files
    started = time.monotonic()
    _replicate(order, kept, FIRST)
    return time.monotonic() - started


def _replicate(order: Order, kept: tuple[Key, ...], replication: int) -> tuple[Array, bool]:
    """Return the numbers kept of one replication, and whether services locked in it."""
    simulated = simulate_with(order.engine)(order.plan, order.seed, replication)
    tallies = settled(simulated.tallies)
    check(tallies)
    return values_of(tallies, kept), bool(tallies.locked)


def _replications(
    scenario: Scenario, order: Order, kept: tuple[Key, ...], most: int
) -> tuple[Array, int, bool]:
    """Return replications by the numbers kept, in how many services locked, precision reached."""
    run = scenario.run
    goals = [wanted(text, order.plan.outline) for text in run.until]
    every = keys(order.plan.outline)
    aims = [replace(goal, column=kept.index(every[goal.column])) for goal in goals]
    last = max(run.replications, most) if goals else run.replications
    ending = Ending(aims, run.replications)
    found: list[tuple[Array, bool]] = []
    while ending.enough is None and len(found) < last:
        found.append(_replicate(order, kept, FIRST + len(found)))
        ending.add(found[-1][0])
    found = found[: ending.enough or len(found)]
    locked = sum(is_locked for _, is_locked in found)
    return np.array([values for values, _ in found]), locked, not ending.missed


@lru_cache(maxsize=8)
def _kept(outline: Outline, outcomes: tuple[Key, ...]) -> tuple[Key, ...]:
    """Return which numbers are kept."""
    every = keys(outline)
    missing = [key for key in outcomes if key not in every]
    if missing:
        raise RunError(f"this point has no number {tuple(missing[0])}")
    return tuple(
        key
        for key in every
        if key in outcomes or (key.klass == WHOLE and key.period == WHOLE and not key.other)
    )
