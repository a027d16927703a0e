"""Cost per event from 100 to 1,000,000 people who all stay and keep having events.

Half of them live in the street and visit a drop-in that is never full; the other half move to and
fro between two services that are never full. Nobody waits, so that what grows with the people is
the event list and the memory, not the queues.

``python -m tests.benchmarks.crowd PEOPLE DAYS`` prints the peak memory [bytes] of one such run.
"""

from __future__ import annotations

import gc
import math
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

from sim.core.distributions import distribution
from sim.engines import reference
from sim.plan.tables import Plan
from sim.runs.simulate import Simulate, simulate_with
from tests.benchmarks.findings import Findings
from tests.benchmarks.queues import ROOT
from tests.benchmarks.timing import CPU
from tests.support.plans import Drafting

PART = "cost per event by number of people"
SEED = 2024
DAYS = {100: 400, 1_000: 100, 10_000: 20, 100_000: 5, 1_000_000: 3}
"""Horizon [days] for so many people in the compiled engine; some 5 events per person and day."""
REFERENCE_DAYS = {100: 20, 1_000: 4, 10_000: 3}
MOST_MEMORY = 8_000_000_000
"""A crowd that needs more [bytes] is left out, and that is said."""
_VISITS_PER_DAY, _VISIT, _STAY = 4.0, 0.05, 0.25


def crowd(people: int, days: float) -> Plan:
    """Return the plan of a crowd."""
    draft = Drafting(horizon=days)
    quarter = people // 4
    stay = distribution("exponential", mean=_STAY)
    draft.drop_in(
        "rest", people, _VISITS_PER_DAY, distribution("exponential", mean=_VISIT), visitors=1.0
    )
    draft.place("one", people, stay, to=2)
    draft.place("two", people, stay, to=1)
    draft.start(people - 2 * quarter)
    draft.start(quarter, where=1, given=stay)
    draft.start(quarter, where=2, given=stay)
    return draft.plan()


def measure(result: Findings, quick: bool) -> None:
    """Measure the curve; start-up is told apart by running one day and several."""
    compiled = simulate_with("compiled")
    days = {people: most for people, most in DAYS.items() if not quick or people <= 10_000}
    if quick:
        days = {people: max(2, most // 4) for people, most in days.items()}
    held = {people: _memory(people, most) for people, most in {4: 2, **days}.items()}
    for people, memory in held.items():  # 4: what Python, numpy and numba take by themselves
        if memory is None:
            result.left_out.append(f"{people:,} people: needs more than {MOST_MEMORY / 1e9:g} GB")
        else:
            result.note(PART, f"memory, {people} people", memory / 1e6, "MB")
    days = {people: most for people, most in days.items() if held[people] is not None}
    costs = _costs(compiled, days, 2 if quick else 5)
    for people, cost in costs.items():
        result.note(PART, f"compiled, {people} people", cost, "ns per event")
    slow = {100: 10, 1_000: 3} if quick else REFERENCE_DAYS
    for people, cost in _costs(reference.simulate, slow, 1 if quick else 3).items():
        result.note(PART, f"reference, {people} people", cost, "ns per event")
    if not quick:
        growth = costs.get(100_000, math.inf) / costs[1_000]
        result.target("100,000 people against 1,000", growth, at_most=2.5)


def _costs(simulate: Simulate, days: dict[int, int], rounds: int) -> dict[int, float]:
    """Return the median cost [ns] of an event after the first day, rounds interleaved."""
    by_name: dict[int, list[float]] = {people: [] for people in days}
    for number in range(-1, rounds):
        for people, most in days.items():
            cost = _cost(simulate, people, most, max(0, number))
            if number >= 0:
                by_name[people].append(cost)
    return {people: median(costs) for people, costs in by_name.items()}


def _cost(simulate: Simulate, people: int, days: int, number: int) -> float:
    seconds, events = [], []
    for horizon in (1, days):
        plan = crowd(people, float(horizon))
        gc.collect()  # or the last run's garbage is paid for in this one
        begin = CPU()
        events.append(simulate(plan, SEED, number).tallies.events)
        seconds.append(CPU() - begin)
    return 1e9 * (seconds[1] - seconds[0]) / (events[1] - events[0])


def _memory(people: int, days: int) -> int | None:
    """Return the peak memory [bytes] of a process of its own; None if it may not have as much."""
    command = [sys.executable, "-m", "tests.benchmarks.crowd", str(people), str(days)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if "MemoryError" in done.stderr:
        return None
    done.check_returncode()
    return int(done.stdout)


def _peak() -> int:
    """Return the peak memory [bytes] of this process."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent process held before
        lines = status.read_text(encoding="utf-8").splitlines()
        peak = next(line for line in lines if line.startswith("VmHWM"))
        return 1024 * int(peak.split()[1])
    per_unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * per_unit


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    simulate_with("compiled")(crowd(int(sys.argv[1]), float(sys.argv[2])), SEED, 0)
    print(_peak())
