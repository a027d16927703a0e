"""Sweeps: what they cost above the bare engine, on a cluster, and for ten thousand small points.

The bare kernel, to which the target of at most 1.10 belongs, is the compiled engine alone: plans
made beforehand, tallies thrown away. "Bare replications" also check themselves and give the numbers
a sweep keeps, which any use of the engine has to do. Processor time of one process tells what a
point costs, whatever else the machine does; elapsed time of two workers tells what a sweep costs.

``python -m tests.benchmarks.sweeps`` measures this part alone.
"""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import numpy as np

import sim
from sim.analysis.checks import check
from sim.analysis.measures import Key, values_of
from sim.analysis.windows import frozen
from sim.plan.build import plan_of
from sim.plan.tables import Plan
from sim.runs.pool import Processes, WorkerPool
from sim.runs.simulate import simulate_with
from sim.sweeps.load import load_sweep
from sim.sweeps.points import Keys, StopRule, Sweep, program_version, scenario_at
from sim.sweeps.store import Store, Writers
from sim.sweeps.sweep import POINTS, compact
from sim.sweeps.table import write_tables
from sim.sweeps.workers import Cluster, Failed, PointDone, Task, schedule, simulate_point
from tests.benchmarks.findings import Findings
from tests.benchmarks.queues import ROOT

PART = "sweeps"
FILE = ROOT / "scenarios" / "sweeps" / "housing-or-shelter.yaml"
WORKERS = 2
TASKS = 8
"""Points of a round: four for each worker."""
EACH = 12
"""Replications of a point: five years of the Paris pathway twelve times, about a second."""
SMALL = 10_000
REPLICATIONS = 4


def measure(result: Findings, quick: bool) -> None:
    """Measure the sweep of housing openings and shelter places; ``quick``: few rounds."""
    sweep = load_sweep(FILE)
    _by_point(result, sweep, rounds=1 if quick else 5)
    _overheads(result, sweep, rounds=1 if quick else 9)
    _cluster(result, sweep, rounds=1 if quick else 5)
    _small(result, sweep, points=500 if quick else SMALL)


# --------------------------------------------------------------------- points of one second


def _tasks(sweep: Sweep) -> list[Task]:
    """Return points of about a second."""
    outcomes = tuple(outcome.key for outcome in sweep.outcomes)
    numbers = np.linspace(1, len(sweep), TASKS).astype(int)
    return [
        Task(int(n), f"point {n}", sweep.text, sweep.point(int(n)).settings, StopRule(EACH),
             outcomes, program_version())
        for n in numbers
    ]  # fmt: skip


def _engine(plan: Plan, seed: int, kept: tuple[Key, ...]) -> None:
    """Run the engine on a plan that is ready, and throw everything away."""
    for replication in range(1, 1 + EACH):
        simulate_with("compiled")(plan, seed, replication)


def _bare(plan: Plan, seed: int, kept: tuple[Key, ...]) -> None:
    """Simulate, check and measure the replications of a plan that is ready: no sweep around."""
    for replication in range(1, 1 + EACH):
        tallies = frozen(simulate_with("compiled")(plan, seed, replication).tallies)
        check(tallies)
        values_of(tallies, kept)


def _by_point(result: Findings, sweep: Sweep, rounds: int) -> None:
    """Compare processor times of one process: engine, bare replications, points put on the disk."""
    tasks = _tasks(sweep)
    plans = [plan_of(scenario_at(task.text, task.settings)) for task in tasks]
    kept = simulate_point(tasks[0]).keys
    with tempfile.TemporaryDirectory() as name:
        store = Store(Path(name))
        ways: dict[str, Callable[[int], object]] = {
            "engine": lambda n: _engine(plans[n], sweep.seed, kept),
            "bare": lambda n: _bare(plans[n], sweep.seed, kept),
            "point": lambda n: _stored(store, tasks[n]),
        }
        spent: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for number in range(TASKS):
                for way, work in ways.items():
                    begin = process_time()
                    work(number)
                    spent[way].append(process_time() - begin)
    result.note(PART, "a point by the engine alone", median(spent["engine"]), "s of processor")
    for first, other, what in (
        ("bare", "engine", "bare replications against the engine alone"),
        ("point", "engine", "a point of a sweep against the engine alone"),
        ("point", "bare", "a point of a sweep against bare replications"),
    ):
        ratio = median(a / b for a, b in zip(spent[first], spent[other], strict=True))
        if (first, other) == ("point", "engine"):
            result.target(what, ratio, at_most=1.10)
        else:
            result.note(PART, what, ratio, "times")


def _stored(store: Store, task: Task) -> None:
    """Simulate a point and put it on the disk, as a new one."""
    store.drop(task.key)
    store.write(simulate_point(task))


def _overheads(result: Findings, sweep: Sweep, rounds: int) -> None:
    """Compare, within each round: engine, bare replications, the local pool."""
    tasks = _tasks(sweep)
    plans = [plan_of(scenario_at(task.text, task.settings)) for task in tasks]
    kept = simulate_point(tasks[0]).keys
    pool, local = ProcessPoolExecutor(WORKERS), Processes(WORKERS)
    try:
        seconds = _by_round(
            rounds,
            engine=lambda: _spent_bare(pool, _engine, plans, sweep.seed, kept),
            bare=lambda: _spent_bare(pool, _bare, plans, sweep.seed, kept),
            local=lambda: _spent(local, tasks),
        )
    finally:
        pool.shutdown()
        local.close(stop=False)
    for name, spent in seconds.items():
        result.note(PART, f"{TASKS} points, {name}", median(spent), "s")
    result.target(
        "a sweep against the engine alone", _ratio(seconds, "local", "engine"), at_most=1.10
    )
    result.note(
        PART, "a sweep against bare replications", _ratio(seconds, "local", "bare"), "times"
    )


def _cluster(result: Findings, sweep: Sweep, rounds: int) -> None:
    """Compare dask on loopback and the local pool: apart, since an idle cluster is never quiet."""
    tasks = _tasks(sweep)
    local, dask = Processes(WORKERS), Cluster(f"local:{WORKERS}")
    try:
        seconds = _by_round(
            rounds, local=lambda: _spent(local, tasks), dask=lambda: _spent(dask, tasks)
        )
    finally:
        local.close(stop=False)
        dask.close(stop=False)
    result.note(PART, f"{TASKS} points, dask", median(seconds["dask"]), "s")
    result.target(
        "dask on loopback against the local pool", _ratio(seconds, "dask", "local"), at_most=1.3
    )


def _by_round(rounds: int, **ways: Callable[[], float]) -> dict[str, list[float]]:
    """Return the seconds of each way in each round; a round before them warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(-1, rounds):
        for name, way in ways.items():
            spent = way()
            if number >= 0:
                seconds[name].append(spent)
    return seconds


def _ratio(seconds: dict[str, list[float]], first: str, other: str) -> float:
    return median(a / b for a, b in zip(seconds[first], seconds[other], strict=True))


def _spent_bare(
    pool: ProcessPoolExecutor,
    work: Callable[[Plan, int, tuple[Key, ...]], None],
    plans: list[Plan],
    seed: int,
    kept: tuple[Key, ...],
) -> float:
    begin = perf_counter()
    list(pool.map(work, plans, [seed] * len(plans), [kept] * len(plans)))
    return perf_counter() - begin


def _spent(workers: WorkerPool, tasks: list[Task]) -> float:
    """Return the time from the first task to the last point on the disk."""
    with tempfile.TemporaryDirectory() as folder:
        begin = perf_counter()
        writers = Writers(Store(Path(folder)))
        for done in schedule(iter(tasks), workers, simulate_point):
            assert not isinstance(done, Failed), done.message
            writers.write(done)
        writers.close()
        assert writers.fault is None
        return perf_counter() - begin


# ------------------------------------------------------------------------- small points


def _small(result: Findings, sweep: Sweep, points: int) -> None:
    """Store and read back points of four replications and one number for each outcome."""
    chosen = tuple(outcome.key for outcome in sweep.outcomes)
    places = np.random.default_rng(1).random((points, 2))
    many = replace(sweep, places=places)
    keys = Keys([f"{number:040x}" for number in range(points)], [""] * points)
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / POINTS).mkdir()
        store = Store(Path(name) / POINTS)
        writers = Writers(store)
        begin = perf_counter()
        for number, key in enumerate(keys.keys, start=1):
            writers.write(_made_up(number, key, chosen))
        writers.close()
        result.note(PART, f"{points:,} small points stored", perf_counter() - begin, "s")
        before = _memory()
        begin = perf_counter()
        write_tables(Path(name), store, many, keys, {})
        result.note(PART, f"{points:,} small points read into a table", perf_counter() - begin, "s")
        result.note(PART, "memory that took, above what was in use", _memory() - before, "MB")
        begin = perf_counter()
        compact(store.folder.parent)
        result.note(PART, f"{points:,} small points packed", perf_counter() - begin, "s")
        begin = perf_counter()
        write_tables(Path(name), Store(store.folder), many, keys, {})
        result.note(PART, "the same table from the packed points", perf_counter() - begin, "s")


def _made_up(number: int, key: str, chosen: tuple[Key, ...]) -> PointDone:
    values = np.full((REPLICATIONS, len(chosen)), float(number)) + np.arange(REPLICATIONS)[:, None]
    return PointDone(number, key, chosen, values, (), "compiled", 1.0)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure this part and print what was found."""
    findings = Findings()
    measure(findings, quick=False)
    for line in findings.lines:
        print(f"{line.name}: {line.value:.2f} {line.unit}")
    for target in findings.targets:
        print(f"{target.name}: {target.reached:.3f}, wanted at most {target.wanted}")


if __name__ == "__main__":
    print(f"maraude {sim.__version__}")
    main()
