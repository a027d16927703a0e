"""The compiled engine against other programs on the two theory queues."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from sim.core.log import first_difference
from sim.engines import reference
from sim.plan.tables import Plan
from sim.runs.simulate import simulate_with
from tests.benchmarks.findings import Findings
from tests.benchmarks.floor import Floor, NoFloorError, compile_floor
from tests.benchmarks.queues import SCENARIOS, Counted, Numbers, logical_events, numbers, plan
from tests.benchmarks.timing import Candidate, interleaved

PART = "two theory queues"
LIBRARIES = {"SimPy": "simpy", "Ciw": "ciw", "salabim": "salabim"}
SEED = 2024

# Cost per event does not depend on the horizon; each program gets one that takes about as long.
_LONGER = 10.0  # than shipped: the engines in machine code
_SHORTER = {"SimPy": 1.0, "Ciw": 1.0, "salabim": 0.05, "reference": 0.1}


def library(name: str) -> Callable[[Numbers, int], Counted] | None:
    """Return ``simulate`` of the model written in a library; None if it is not installed."""
    if find_spec(LIBRARIES[name]) is None:
        return None
    module = import_module(f"tests.benchmarks.with_{LIBRARIES[name]}")
    return module.simulate  # type: ignore[no-any-return]


def measure(result: Findings, folder: Path, quick: bool) -> None:
    """Measure both queues; ``quick`` makes everything short."""
    floor = _floor(result, folder)
    for name in LIBRARIES:
        if library(name) is None:
            result.left_out.append(f"{name}: not installed (pip install -e '.[bench]')")
    for name in SCENARIOS:
        _measure_queue(result, name, floor, quick)


def _floor(result: Findings, folder: Path) -> Floor | None:
    try:
        return compile_floor(folder)
    except NoFloorError as reason:
        result.left_out.append(f"the C program: {reason}")
        return None


def _measure_queue(result: Findings, name: str, floor: Floor | None, quick: bool) -> None:
    queue = plan(name)
    short = 0.05 if quick else 1.0
    found_equal = floor is None or same_log(floor, replace(queue, horizon=short * queue.horizon))
    assert found_equal, "the C program and the engines must write the same log"
    rounds = interleaved(_candidates(queue, floor, short), 3 if quick else 11)
    for candidate in rounds.costs:
        result.note(PART, f"{name}: {candidate}", rounds.cost(candidate), "ns per event")
    for candidate in [*LIBRARIES, "reference"]:
        if candidate in rounds.costs:
            ratio = rounds.ratio(candidate, "compiled")
            result.note(PART, f"{name}: {candidate} / compiled", ratio, "times")
    if floor is not None:
        held = rounds.ratio("compiled", "C")
        result.note(PART, f"{name}: compiled / C", held, "times")
        result.target(f"{name}: compiled engine against C", held.value, at_most=2.5)
        held = rounds.ratio("compiled with log", "C with log")
        result.note(PART, f"{name}: compiled with log / C with log", held, "times")
    _call(result, name, queue, 3 if quick else 11)
    for other, wanted in (("SimPy", 40.0), ("Ciw", 80.0)):
        if other in rounds.costs:
            value = rounds.ratio(other, "compiled").value
            result.target(f"{name}: {other} against compiled engine", value, at_least=wanted)


def _call(result: Findings, name: str, queue: Plan, rounds: int) -> None:
    """Measure what one call costs before anything happens: it is spread over few events."""
    compiled, nothing = simulate_with("compiled"), replace(queue, horizon=1.0)

    def call(number: int) -> int:
        for _ in range(20):
            compiled(nothing, SEED, number)
        return 20

    cost = interleaved({"call": call}, rounds).cost("call").value
    result.note(PART, f"{name}: one call of the compiled engine for one day", cost / 1e3, "us")


def _candidates(queue: Plan, floor: Floor | None, short: float) -> dict[str, Candidate]:
    compiled = simulate_with("compiled")
    long = replace(queue, horizon=_LONGER * short * queue.horizon)
    brief = replace(queue, horizon=_SHORTER["reference"] * short * queue.horizon)
    events = [logical_events(compiled(long, SEED, number).tallies) for number in range(11)]

    def engine(log: bool) -> Candidate:
        def run(number: int) -> int:
            compiled(long, SEED, number, log)
            return events[number]

        return run

    def slow(number: int) -> int:
        return logical_events(reference.simulate(brief, SEED, number).tallies)

    by_name: dict[str, Candidate] = {
        "compiled": engine(log=False),
        "compiled with log": engine(log=True),
        "reference": slow,
    }
    if floor is not None:
        by_name["C"] = lambda number: floor.events(long, SEED, number)
        by_name["C with log"] = lambda number: floor.events(long, SEED, number, log=True)
    for name in LIBRARIES:
        simulate = library(name)
        if simulate is not None:
            asked = replace(queue, horizon=_SHORTER[name] * short * queue.horizon)
            by_name[name] = _model(simulate, numbers(asked))
    return by_name


def _model(simulate: Callable[[Numbers, int], Counted], asked: Numbers) -> Candidate:
    return lambda number: simulate(asked, number).events


def same_log(floor: Floor, queue: Plan) -> bool:
    """Return whether the C program and the compiled engine write the same log, bit for bit."""
    log = simulate_with("compiled")(queue, SEED, 0, True).log
    assert log is not None
    return first_difference(floor.log(queue, SEED, 0), log) is None
