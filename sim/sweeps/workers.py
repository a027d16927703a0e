"""What a worker does with a point, and who works: local pools or a cluster."""

from __future__ import annotations

import contextlib
import logging
import math
import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field, replace
from functools import lru_cache
from numbers import Integral
from typing import Any, TypeVar

import numpy as np

from sim.analysis.checks import check
from sim.analysis.measures import Key, keys, values_of
from sim.analysis.windows import WHOLE, Array, frozen
from sim.core.errors import ArgumentError, InvalidValue, RunError
from sim.core.limits import HIGHEST_SEED, MOST_REPLICATIONS, MOST_WORKERS
from sim.core.log import Outline
from sim.plan.build import plan_of
from sim.plan.tables import Plan
from sim.runs.pool import Processes, Threads, WorkerPool, cores, script_hidden
from sim.runs.run import FIRST
from sim.runs.simulate import (
    AUTO,
    Order,
    engine_name,
    memory_told,
    prepare,
    refuse_too_large,
    simulate_with,
    workers_that_fit,
)
from sim.sweeps.levers import Setting
from sim.sweeps.points import ReplicationCount, StopRule, Sweep, program_version, scenario_at

# --- One design point from its settings to its numbers: what a worker does, wherever it is.


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A point to simulate: the base scenario as JSON, what is set in it, and what is kept.

    ``outcomes`` are kept besides the numbers of the whole period and all classes. ``stored``: the
    numbers of the goals of ``rule`` in the replications that are stored already, replications by
    goals; those after them are simulated.
    """

    number: int
    key: str
    text: str
    settings: tuple[Setting, ...]
    rule: StopRule
    outcomes: tuple[Key, ...]
    program: str
    engine: str = AUTO
    stored: Array = field(default_factory=lambda: np.empty((0, 0)))


@dataclass(frozen=True, slots=True, eq=False)
class PointDone:
    """Replications of a point by ``keys``; nan where a replication has no such number.

    ``first``: how many replications of the point come before these. ``locked``: the numbers of
    those in which services locked one another.
    """

    number: int
    key: str
    keys: tuple[Key, ...]
    values: Array
    locked: tuple[int, ...]
    engine: str
    elapsed_seconds: float
    first: int = 0


def simulate_point(task: Task) -> PointDone:
    """Simulate the missing replications of a point; RunError if one contradicts itself."""
    started = time.monotonic()
    if task.program != program_version():
        raise RunError(
            f"the worker has maraude {program_version()} and the sweep needs {task.program}"
        )
    order = _order(task)
    try:
        refuse_too_large(order.plan)
    except ArgumentError as error:  # this point alone
        raise RunError(str(error)) from error
    kept = _kept(order.plan.outline, (*task.outcomes, *task.rule.keys))
    with memory_told(order.plan):
        rows, locked = _replications(task, order, kept)
    seconds = time.monotonic() - started
    return PointDone(
        task.number, task.key, kept, rows, locked, order.engine, seconds, len(task.stored)
    )


def time_of_one(task: Task) -> float:
    """Return the seconds that one replication of a point takes."""
    order = _order(task)
    kept = _kept(order.plan.outline, task.outcomes)
    _replicate(order, kept, FIRST)  # warms up: compiles, and reads files
    started = time.monotonic()
    _replicate(order, kept, FIRST)
    return time.monotonic() - started


def _order(task: Task) -> Order:
    scenario = scenario_at(task.text, task.settings)
    return Order(plan_of(scenario), engine_name(task.engine), scenario.run.seed, daily=False)


def _replicate(order: Order, kept: tuple[Key, ...], replication: int) -> tuple[Array, bool]:
    """Return the numbers kept of one replication, and whether services locked in it."""
    simulated = simulate_with(order.engine)(order.plan, order.seed, replication)
    tallies = frozen(simulated.tallies)
    check(tallies)
    return values_of(tallies, kept), bool(tallies.locked)


def _replications(task: Task, order: Order, kept: tuple[Key, ...]) -> tuple[Array, tuple[int, ...]]:
    """Return the replications that are not stored by the numbers kept, and which of them locked."""
    goals = [kept.index(key) for key in task.rule.keys]
    count = ReplicationCount(task.rule)
    for row in task.stored:
        count.add(row)
    rows: list[Array] = []
    locked: list[int] = []
    while count.used is None:
        number = FIRST + len(task.stored) + len(rows)
        values, is_locked = _replicate(order, kept, number)
        rows.append(values)
        locked += [number] if is_locked else []
        count.add(values[goals])
    return np.array(rows).reshape(-1, len(kept)), tuple(locked)


@lru_cache(maxsize=8)
def _kept(outline: Outline, outcomes: tuple[Key, ...]) -> tuple[Key, ...]:
    """Return which numbers are kept."""
    every = keys(outline)
    missing = [key for key in outcomes if key not in every]
    if missing:
        raise RunError(f"this point has no number {tuple(missing[0])}")
    return tuple(key for key in every if key in outcomes or is_always_kept(key))


def is_always_kept(key: Key) -> bool:
    """Say whether a number is kept of every point: of the whole period and all classes."""
    return key.class_id == WHOLE and key.period == WHOLE and not key.other


# --- A worker pool on dask.distributed: ``tcp://host:8786``, or ``local:4`` for a cluster of this
# machine.
#
# Needs the extra ``cluster``. Nothing else of the project knows about dask.

T = TypeVar("T")

CONNECT_SECONDS = 30
COUNT_SECONDS = 2.0
"""Time for which the workers counted last are believed."""


class Cluster:
    """The workers of a dask cluster; they need the same version of maraude, not the same disk."""

    def __init__(self, address: str) -> None:
        local = re.fullmatch(r"local:([1-9][0-9]{0,3})", address)
        if not local and not re.fullmatch(r"[a-z]+://\S+", address):
            raise ArgumentError(
                f"'{address}' is no cluster: write tcp://host:8786, or local:4 for four workers "
                "of this machine"
            )
        try:
            import distributed
        except ImportError as error:
            raise RunError(
                "a cluster needs dask.distributed, which is not installed: "
                "pip install 'maraude[cluster]'"
            ) from error
        # Lost connections are reported once, as a RunError.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        self._distributed: Any = distributed
        self._own: Any = None
        self._after = contextlib.ExitStack()
        try:
            if local:
                self._own = self._started(int(local[1]))
            self.address = self._own.scheduler_address if self._own else address
            self._client = self._connected()
        except BaseException:
            self._end()
            raise
        self._executor = self._client.get_executor(pure=False)
        self._size, self._is_manned, self._counted = 1, False, -math.inf

    def _started(self, workers: int) -> Any:
        import dask

        dask.config.set({"distributed.scheduler.allowed-failures": 0})
        self._after.enter_context(script_hidden())  # workers that die are replaced meanwhile
        return self._distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",  # without a password: for this machine only
            silence_logs=logging.ERROR,
        )

    def _end(self) -> None:
        """End the cluster if it is ours."""
        if self._own is not None:
            with contextlib.suppress(Exception):
                self._own.close(timeout=5)
        self._after.close()

    def _connected(self) -> Any:
        try:
            return self._distributed.Client(self.address, timeout=CONNECT_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            raise RunError(
                f"no scheduler answers at {self.address}: start one there (dask scheduler), or "
                "leave --cluster out to use this machine"
            ) from error

    @property
    def present(self) -> int:
        """How many tasks the workers there are now may have under way: 0 before the first comes."""
        size = self.size
        return size if self._is_manned else 0

    @property
    def size(self) -> int:
        """One for each thread of each worker there is now; one while there are none yet."""
        if time.monotonic() - self._counted > COUNT_SECONDS:
            self._counted = time.monotonic()
            # A scheduler that does not answer is reported by the tasks under way.
            with contextlib.suppress(Exception):
                threads = sum(self._client.nthreads().values())
                self._size, self._is_manned = threads or 1, threads > 0
        return self._size

    def submit(self, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Have any worker do some work."""
        try:
            future: Future[T] = self._executor.submit(work, *arguments)
        except Exception as error:
            raise RunError(f"the scheduler at {self.address} went away") from error
        return future

    def crashes(self, error: BaseException) -> int:
        """Return on how many workers that died dask had tried the task."""
        if isinstance(error, self._distributed.scheduler.KilledWorker):
            return int(error.allowed_failures) + 1
        return 0

    def close(self, stop: bool) -> None:
        """Leave the cluster; end it if it is ours."""
        with contextlib.suppress(Exception):  # it may be gone already
            self._client.close(timeout=2 if stop else 10)
        self._end()


# --- Carry out tasks with a pool that may lose workers: nothing is lost but what was under way.
#
# A task whose worker died is tried again among the others, then alone at the end; after three
# crashes, the last one alone, it is refused and the sweep goes on.

CRASHES = 3
"""Crashes after which a point is refused."""
LOOK_SECONDS = 5.0
"""Time after which the workers are counted again."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A point that gave no numbers, and why."""

    number: int
    key: str
    message: str


Work = Callable[[Task], PointDone]


def schedule(tasks: Iterator[Task], pool: WorkerPool, work: Work) -> Iterator[PointDone | Failed]:
    """Yield what becomes of each task, in the order in which they end.

    Raises RunError if the cluster itself goes away.
    """
    return _Schedule(tasks, pool, work).run()


@dataclass(slots=True)
class _Schedule:
    tasks: Iterator[Task]
    pool: WorkerPool
    work: Work
    under_way: dict[Future[PointDone], Task] = field(default_factory=dict)
    again: deque[Task] = field(default_factory=deque)
    alone: deque[Task] = field(default_factory=deque)
    crashes: dict[str, int] = field(default_factory=dict)
    is_alone: bool = False

    def run(self) -> Iterator[PointDone | Failed]:
        """Keep every worker busy; then run alone, one by one, the tasks whose workers died."""
        while self._fill():
            done, _ = wait(self.under_way, LOOK_SECONDS, FIRST_COMPLETED)
            for future in done:
                outcome = self._outcome(future, self.under_way.pop(future))
                if outcome is not None:
                    yield outcome

    def _fill(self) -> bool:
        """Give work to free workers; return whether any is under way."""
        while len(self.under_way) < self.pool.size:
            task = self.again.popleft() if self.again else next(self.tasks, None)
            if task is None:
                break
            self.is_alone = False
            self._start(task)
        if not self.under_way and self.alone:
            self.is_alone = True
            self._start(self.alone.popleft())
        return bool(self.under_way)

    def _start(self, task: Task) -> None:
        self.under_way[self.pool.submit(self.work, task)] = task

    def _outcome(self, future: Future[PointDone], task: Task) -> PointDone | Failed | None:
        try:
            return future.result()
        except CancelledError as error:
            raise RunError("the scheduler went away, and with it what was under way") from error
        except (RunError, InvalidValue) as error:
            return Failed(task.number, task.key, str(error))
        except Exception as error:
            count = self.pool.crashes(error)
            if not count:
                return Failed(task.number, task.key, f"{type(error).__name__}: {error}")
            return self._crashed(task, count)

    def _crashed(self, task: Task, count: int) -> Failed | None:
        self.crashes[task.key] = self.crashes.get(task.key, 0) + count
        if self.crashes[task.key] < CRASHES - 1:
            self.again.append(task)
        elif self.crashes[task.key] < CRASHES or not self.is_alone:
            self.alone.append(task)
        else:
            return Failed(
                task.number,
                task.key,
                f"its worker died {CRASHES} times, the last time with nothing else running: out "
                "of memory, or a fault in compiled code",
            )
        return None


# --- How long a sweep may take, from one replication of one of its points.


def seconds_of_one(task: Task, pool: WorkerPool, patience: float | None) -> float:
    """Return how long one replication of a point takes; nan if not known.

    ``patience``: seconds after which it is not waited for any longer, counted from when a worker is
    there and the engine compiled. What is under way then goes
    on until the pool is closed; a thread could not be stopped, so a process stands in for it.
    """
    if patience is None or not isinstance(pool, Threads):
        return _timed(task, pool, patience)
    stand_in = Processes(1)
    try:
        return _timed(task, stand_in, patience)
    finally:
        stand_in.close(stop=True)


def _timed(task: Task, pool: WorkerPool, patience: float | None) -> float:
    try:
        pool.submit(prepare, task.engine, True).result()  # starting and compiling do not count
        return pool.submit(time_of_one, task).result(patience)
    except Exception:  # the sweep itself reports it
        return float("nan")


# --- How a sweep is to be carried out: by which workers, how many replications, which random seed.


@dataclass(frozen=True, slots=True)
class SweepOptions:
    """How to carry out a sweep; None: the value in the file, or all cores.

    ``shard``: number of the part to do, from 1 on, and how many parts there are. ``assumed``: the
    file is a scenario, of which every assumed number is varied alone. Raises ArgumentError.
    """

    replications: int | None = None
    seed: int | None = None
    workers: int | None = None
    threads: bool = False
    cluster: str | None = None
    shard: tuple[int, int] | None = None
    engine: str = AUTO
    assumed: bool = False

    def __post_init__(self) -> None:
        for name, least, most in _BOUNDS:
            value = getattr(self, name)
            if value is not None and not (_is_whole(value) and least <= value <= most):
                raise ArgumentError(
                    f"{name} is a whole number from {least} to {most:,}, not {value!r}"
                )
        shard: Any = self.shard
        is_pair = isinstance(shard, tuple) and len(shard) == 2 and all(map(_is_whole, shard))
        if shard is not None and not (is_pair and 1 <= shard[0] <= shard[1]):
            raise ArgumentError(f"shard is two numbers, (1, 3) for the first of 3, not {shard!r}")


_BOUNDS = (
    ("replications", 1, MOST_REPLICATIONS), ("seed", 0, HIGHEST_SEED), ("workers", 1, MOST_WORKERS),
)  # fmt: skip
"""Options that are whole numbers, with their lowest and highest values."""


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def with_options(sweep: Sweep, options: SweepOptions) -> Sweep:
    """Return the sweep with the replications and the seed of the options.

    Raises ArgumentError if they leave no room for the precision the file asks for.
    """
    changes: dict[str, Any] = {}
    if options.replications is not None:  # asking for a number means that number
        changes |= {"replications": options.replications, "until": ()}
    if options.seed is not None:
        changes["seed"] = options.seed
    changed = replace(sweep, **changes, _text=[]) if changes else sweep
    is_written = "most" in sweep.written.model_fields_set
    if changed.until and is_written and changed.most < changed.replications:
        raise ArgumentError(
            f"{sweep.file}: 'most: {changed.most}' is fewer than the {changed.replications} "
            "replications every point has: write a higher 'most' (replications after which a "
            f"precision is given up), or 'replications: {changed.most}' or fewer"
        )
    return changed


def pool_of(options: SweepOptions, plan: Plan) -> WorkerPool:
    """Return who does the work: no more workers of this machine than its memory holds.

    ``plan``: of one of the points. Raises ArgumentError if memory cannot hold a replication of it.
    """
    if options.cluster is not None:
        return Cluster(options.cluster)
    workers = workers_that_fit(plan, options.workers or cores())
    return Threads(workers) if options.threads else Processes(workers)


# --- Plan and progress of a sweep, for callbacks.


@dataclass(frozen=True, slots=True)
class TimeEstimate:
    """What a sweep is about to do; ``seconds`` is nan where it is not known.

    ``to_simulate``: replications that are not stored. ``at_least``: a precision may ask for more.
    """

    points: int
    different: int
    stored: int
    mine: int
    refused: int
    replications: int
    to_simulate: int
    at_least: bool
    workers: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """Points done (stored ones too), failed and left, of this shard.

    ``simulated``: replications simulated of ``to_simulate``, as far as known.
    """

    done: int
    failed: int
    left: int
    simulated: int
    to_simulate: int


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What to call while a sweep goes on.

    ``patience``: time-out [s] of the replication from which the time of all is estimated.
    """

    preparing: Callable[[int, int], None] | None = None
    before: Callable[[TimeEstimate], None] | None = None
    progress: Callable[[Progress], None] | None = None
    patience: float | None = None
