"""One replication from plan to numbers: what a worker does, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa

from sim.analysis.checks import check
from sim.analysis.courses import courses
from sim.analysis.summary import Part, part_of
from sim.analysis.tables import values
from sim.analysis.windows import Array, settled
from sim.experiments.daily import daily_table
from sim.experiments.engines import simulate_with
from sim.experiments.machine import memory_told
from sim.experiments.own_measures import LOG, Measure, own_values
from sim.plan.tables import Plan
from sim.vocabulary.stopping import stop_if_asked


@dataclass(frozen=True, slots=True)
class Order:
    """What to run: an engine's name, a plan, a seed, and what to hand back besides measures."""

    plan: Plan
    engine: str
    seed: int
    daily: bool = True
    figures: bool = False
    own: Mapping[str, Measure] = field(default_factory=dict)


@dataclass(slots=True)
class Done:
    """One replication: its measures (order of ``tables.keys``) and what else was asked for.

    ``courses``: (L, D) as ``courses.COURSES``. ``part``: what figures are drawn from.
    ``locked_at``: nan if no locked loop was met. ``own``: measures of the user, in their order.
    """

    replication: int
    values: Array
    courses: Array
    locked_at: float
    locked: tuple[int, ...]
    events: int
    daily: pa.Table | None
    part: Part | None
    own: tuple[float, ...] = ()


def carry_out(order: Order, replication: int) -> Done:
    """Simulate, check and measure one replication; RunError if it fails or memory ends."""
    with memory_told(order.plan):
        return _carry_out(order, replication)


def _carry_out(order: Order, replication: int) -> Done:
    log = any(measure.needs == LOG for measure in order.own.values())
    simulated = simulate_with(order.engine)(order.plan, order.seed, replication, log)
    tallies = settled(simulated.tallies)
    stop_if_asked()
    check(tallies)
    stop_if_asked()
    return Done(
        replication=replication,
        values=values(tallies),
        courses=courses(tallies),
        locked_at=tallies.locked_at,
        locked=tallies.locked,
        events=tallies.events,
        daily=daily_table(tallies) if order.daily else None,
        part=part_of(tallies) if order.figures else None,
        own=own_values(order.own, replace(simulated, tallies=tallies)) if order.own else (),
    )
