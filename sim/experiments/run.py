"""Run one scenario: replications, checks, measures, estimates, and a folder that holds them."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

import numpy as np

from sim import __version__
from sim.analysis.statistics import Estimates, estimates
from sim.analysis.summary import Summary, summary_of
from sim.analysis.tables import Key, keys
from sim.analysis.windows import WHOLE, Array
from sim.event_log import Outline
from sim.experiments.engines import AUTO, engine_name
from sim.experiments.folder import RUN, Contents, whole_folder
from sim.experiments.own_measures import Measure, Own
from sim.experiments.pool import LocalPool, replicate
from sim.experiments.precision import Ending, look_ahead, wanted
from sim.experiments.store import Writer
from sim.experiments.worker import Done, Order
from sim.plan import Plan, plan_of
from sim.scenario import Scenario, load, reasons_of, scenario_hash
from sim.scenario.values import Wording
from sim.vocabulary.errors import quoted

FIRST = 1
"""Number of the first replication, unless another is asked for."""
MOST = 200
"""Replications after which a precision not reached is given up."""
MOST_KEPT = 100
"""Replications that figures are drawn from: more would fill the memory, not change them."""

Progress = Callable[[int, int], None]
"""Called with (replications done, replications to do at most)."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Results:
    """All replications of one scenario.

    ``values`` (R, K): replications ``first``, ``first`` + 1, ... by measures in the order of
    ``keys``. ``courses`` (R, L, D): COURSES by day. ``locked``: (replication, time, services) of
    each locked loop. ``missed``: precisions wanted and not reached. ``scenario``: what was run,
    None for a bare plan; ``reasons`` of its changes, by path. ``summary``: of at most MOST_KEPT
    replications, what figures are drawn from, if it was asked for. ``own``: measures of the user.
    """

    plan: Plan
    seed: int
    engine: str
    keys: list[Key]
    values: Array
    courses: Array
    first: int
    locked: list[tuple[int, float, tuple[str, ...]]]
    missed: list[str]
    events: int
    elapsed_seconds: float
    scenario: Scenario | None = None
    reasons: Mapping[str, Wording] = field(default_factory=dict)
    hash: str = ""
    file: str = ""
    summary: Summary | None = None
    version: str = __version__
    own: Mapping[str, Own] = field(default_factory=dict)

    def __repr__(self) -> str:
        title = quoted(self.outline.title, False)
        count = f"{self.replications} replication{'s' if self.replications != 1 else ''}"
        return f'<Results "{title}", {count}, seed {self.seed}>'

    @property
    def outline(self) -> Outline:
        """Names and sizes of the pathway."""
        return self.plan.outline

    @property
    def replications(self) -> int:
        """How many replications there are."""
        return len(self.values)

    @property
    def estimates(self) -> Estimates:
        """Means and 95 % intervals, in the order of ``keys``."""
        return estimates(self.values)

    def number(
        self, measure: str, service: str = WHOLE, klass: str = WHOLE, period: str = WHOLE
    ) -> Array:
        """Return one measure in every replication (R,); KeyError if there is no such number."""
        key = Key(measure, service, "", klass, period)
        if key not in self.keys:
            raise KeyError(f"no number {tuple(key)}")
        return self.values[:, self.keys.index(key)]


Finish = Callable[[Results, Path], None]
"""Adds to the folder (figures, a report) before it gets its name."""


def run(
    scenario: Scenario | Plan | str | PathLike[str],
    *,
    replications: int | None = None,
    seed: int | None = None,
    engine: str = AUTO,
    workers: int | LocalPool | None = None,
    until: Sequence[str] | None = None,
    most: int | None = None,
    first: int = FIRST,
    out: Path | None = None,
    replace: bool = False,
    daily: bool = True,
    summary: bool = False,
    own: Mapping[str, Measure] | None = None,
    progress: Progress | None = None,
    finish: Finish | None = None,
) -> Results:
    """Simulate a scenario (or its file, or a plan) and return its results; with ``out`` store them.

    ``own``: measures of the user by name. ``workers``: how many (default: one per core), or a pool
    that several runs share. Replications
    ``first``, ``first`` + 1, ... are pure functions of (scenario, seed, number): results do not
    depend on ``workers`` nor on the order in which they finish. With ``until`` they go on from
    ``replications`` to at most ``most`` (MOST), until every precision is reached and kept, see
    ``precision``. Numbers not given come from the scenario. ``out`` may hold an earlier run of the
    same file; other results there are refused unless ``replace``. Raises ScenarioError, WishError
    (precision, engine), RunError (a check failed), OutputError.
    """
    if isinstance(scenario, str | PathLike):
        scenario = load(scenario)
    settings = _settings(scenario, replications, seed, until)
    plan = plan_of(scenario) if isinstance(scenario, Scenario) else scenario
    goals = [wanted(text, plan.outline) for text in settings.until]
    has_days = daily and out is not None
    order = Order(plan, engine_name(engine), settings.seed, has_days, summary, own or {})
    ending, last = Ending(goals, settings.replications), settings.replications
    if goals:
        last = max(last, most) if most else max(MOST, last + look_ahead(last))
    making = _Making(order, ending, range(first, first + last), scenario)
    if out is None:
        return making.run(workers, progress, None)
    ours = Contents(RUN, (scenario.history.files[-1] if isinstance(scenario, Scenario) else "",))
    with whole_folder(Path(out), ours, replace) as folder, Writer(folder, order) as writer:
        results = making.run(workers, progress, writer)
        if finish is not None:
            finish(results, folder)
        writer.conclude(results, shlex.join(["maraude", *sys.argv[1:]]))
    return results


@dataclass(frozen=True, slots=True)
class _Settings:
    replications: int
    seed: int
    until: tuple[str, ...]


def _settings(
    scenario: Scenario | Plan,
    replications: int | None,
    seed: int | None,
    until: Sequence[str] | None,
) -> _Settings:
    """Return what was asked for, else what the scenario says."""
    if isinstance(scenario, Scenario):
        written = scenario.run
        # Asking for a number of replications means that number, whatever precision the file wants.
        by_file = written.until if replications is None else ()
        return _Settings(
            replications or written.replications,
            written.seed if seed is None else seed,
            tuple(by_file if until is None else until),
        )
    return _Settings(replications or 20, 1 if seed is None else seed, tuple(until or ()))


@dataclass(slots=True)
class _Making:
    """One run under way."""

    order: Order
    ending: Ending
    numbers: range
    scenario: Scenario | Plan

    def run(
        self, workers: int | LocalPool | None, progress: Progress | None, writer: Writer | None
    ) -> Results:
        """Run until there are enough replications."""
        started = time.monotonic()
        done: list[Done] = []
        replications = replicate(self.order, self.numbers, workers)
        try:
            for one in replications:
                done.append(one)
                self.ending.add(one.values)
                self._write(done[: self.ending.certain], writer)
                if len(done) > MOST_KEPT:
                    one.part = None
                if progress is not None:
                    progress(len(done), len(self.numbers))
                if self.ending.enough is not None:
                    break
        finally:
            replications.close()  # type: ignore[attr-defined]
        del done[self.ending.enough or len(done) :]
        self._write(done, writer)
        return self._results(done, time.monotonic() - started)

    def _write(self, done: list[Done], writer: Writer | None) -> None:
        """Write the daily rows and forget them: they are too many to hold."""
        for one in done:
            if writer is not None and one.daily is not None:
                writer.add(one.daily)
            one.daily = None

    def _results(self, done: list[Done], elapsed: float) -> Results:
        outline = self.order.plan.outline
        scenario = self.scenario if isinstance(self.scenario, Scenario) else None
        kept = [one.part for one in done if one.part is not None]
        return Results(
            plan=self.order.plan,
            seed=self.order.seed,
            engine=self.order.engine,
            keys=keys(outline),
            values=np.array([one.values for one in done]),
            first=self.numbers[0],
            courses=np.array([one.courses for one in done]),
            locked=[_locked(one, outline) for one in done if one.locked],
            missed=self.ending.missed,
            events=sum(one.events for one in done),
            elapsed_seconds=elapsed,
            scenario=scenario,
            reasons=reasons_of(scenario) if scenario else {},
            hash=scenario_hash(scenario) if scenario else "",
            file=scenario.history.files[-1] if scenario else "",
            summary=summary_of(kept) if kept else None,
            own={
                name: Own(np.array([one.own[place] for one in done]), measure.unit)
                for place, (name, measure) in enumerate(self.order.own.items())
            },
        )


def _locked(one: Done, outline: Outline) -> tuple[int, float, tuple[str, ...]]:
    names = tuple(outline.services[number].name for number in one.locked)
    return one.replication, one.locked_at, names
