"""The Paris pathway over five years: engines, log, threads, and the command people type."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import perf_counter

import sim
from sim.engines import reference
from sim.plan.build import plan_of
from sim.plan.tables import Plan
from sim.runs.simulate import simulate_with
from tests.benchmarks.findings import Findings
from tests.benchmarks.queues import ROOT
from tests.benchmarks.timing import WALL, Candidate, interleaved

PART = "paris.yaml, five years"
FILE = ROOT / "scenarios" / "paris.yaml"
SEED = 2024
_QUICK_DAYS = 60.0


def measure(result: Findings, quick: bool) -> None:
    """Measure everything about the Paris scenario; ``quick`` simulates two months of it."""
    plan = plan_of(sim.load(FILE))
    if quick:
        plan = replace(plan, horizon=_QUICK_DAYS)
    _engines(result, plan, quick)
    _log(result, plan, quick)
    _threads(result, plan, quick)
    _command(result, quick)


def _engines(result: Findings, plan: Plan, quick: bool) -> None:
    compiled = simulate_with("compiled")
    rounds = interleaved(
        {
            "compiled": lambda number: compiled(plan, SEED, number).tallies.events,
            "reference": lambda number: reference.simulate(plan, SEED, number).tallies.events,
        },
        2 if quick else 3,
    )
    events = compiled(plan, SEED, 0).tallies.events
    result.note(PART, "events in replication 0", float(events), "events")
    for name in rounds.costs:
        result.note(PART, name, rounds.cost(name), "ns per event")
        result.note(PART, f"one replication, {name}", rounds.cost(name).value * events / 1e9, "s")
    ratio = rounds.ratio("reference", "compiled")
    result.note(PART, "reference / compiled", ratio, "times")
    result.target("paris.yaml: reference against compiled engine", ratio.value, at_least=40.0)


def _log(result: Findings, plan: Plan, quick: bool) -> None:
    compiled = simulate_with("compiled")
    rounds = interleaved(
        {
            "without log": lambda number: compiled(plan, SEED, number).tallies.events,
            "with log": lambda number: compiled(plan, SEED, number, True).tallies.events,
        },
        3 if quick else 15,
    )
    ratio = rounds.ratio("with log", "without log")
    result.note(PART, "compiled with log", rounds.cost("with log"), "ns per event")
    result.note(PART, "with log / without log", ratio, "times")
    result.target("paris.yaml: with log against without", ratio.value, at_most=1.2)


def _threads(result: Findings, plan: Plan, quick: bool) -> None:
    """Replications per second with two threads against one: needs two idle cores."""
    compiled = simulate_with("compiled")
    replications = 2 if quick else 8

    def work(threads: int) -> Candidate:
        def run(number: int) -> int:
            first = number * replications
            with ThreadPoolExecutor(threads) as pool:
                done = pool.map(
                    lambda each: compiled(plan, SEED, each).tallies.events,
                    range(first, first + replications),
                )
                return sum(done)

        return run

    rounds = interleaved({"1 thread": work(1), "2 threads": work(2)}, 3 if quick else 9, WALL)
    ratio = rounds.ratio("1 thread", "2 threads")
    result.note(PART, "throughput of 2 threads / 1 thread", ratio, "times")
    result.target("two threads against one", ratio.value, at_least=1.8)


def _command(result: Findings, quick: bool) -> None:
    """Time the command as people type it, on the wall; the first call fills the cache."""
    few, many = 1, 4 if quick else 200
    _type_command(few)
    alone = _type_command(few)
    result.note(PART, "maraude run, 1 replication, no figures", alone, "s")
    seconds = _type_command(many)
    result.note(PART, f"maraude run, {many} replications, no figures", seconds, "s")
    if not quick:
        result.target("maraude run paris.yaml, 200 replications", seconds, at_most=40.0, unit="s")


def _type_command(replications: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "sim", "run", str(FILE), "--no-figures", "--out", folder]
        begin = perf_counter()
        subprocess.run(
            [*command, "--replications", str(replications)],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        return perf_counter() - begin
