"""Where the time goes: event list, draws, tallies.

In the C program a part is exchanged for something cheaper and the difference is its cost. In the
compiled engine that would give another model; there the engine's own functions are timed alone,
and how often they are called per event of the Paris pathway is counted in the reference engine,
which does the same things in the same order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sim
from sim.core.draws import Keyed
from sim.core.quantiles import Family
from sim.engines import reference
from sim.engines.reference import state
from sim.engines.reference.state import Environment
from sim.engines.reference.tallies import Tally
from sim.plan.build import plan_of
from sim.runs.simulate import simulate_with
from tests.benchmarks.findings import Findings
from tests.benchmarks.floor import Floor, NoFloorError, compile_floor
from tests.benchmarks.pathway import FILE
from tests.benchmarks.queues import SCENARIOS, plan
from tests.benchmarks.timing import Candidate, interleaved

IN_C = "share of time by part, C program"
IN_ENGINE = "share of time by part, compiled engine on paris.yaml"
SEED = 2024
_COUNTED_DAYS = 60.0
_CALLED = {
    "draw": (Keyed, "uniform"),
    "timer": (Environment, "at"),
    "count": (Tally, "count"),
    "move": (Tally, "move"),
    "level": (Tally, "_shift"),
    "law": (state, "drawn"),
}
"""What is counted in the reference engine; a timer is set and taken (or cancelled)."""
_PARTS = {
    "event list": ("timer",),
    "draws": ("draw",),
    "laws: from a draw to a time": ("law",),
    "tallies": ("count", "move", "level"),
}
_LOOP_OF = {"move": "count"}  # a move is counted like anything else


def measure(result: Findings, folder: Path, quick: bool) -> None:
    """Measure the shares in both."""
    _measure_c(result, folder, quick)
    _measure_engine(result, quick)


# --- in the C program -----------------------------------------------------------------------------


def _measure_c(result: Findings, folder: Path, quick: bool) -> None:
    try:
        floors = {
            "all": compile_floor(folder, "TALLIES"),
            "short draws": compile_floor(folder, "TALLIES", "SHORT_DRAWS"),
            "no event list": compile_floor(folder, "TALLIES", "NO_EVENT_LIST"),
            "no tallies": compile_floor(folder),
        }
    except NoFloorError as reason:
        result.left_out.append(f"{IN_C}: {reason}")
        return
    for name in SCENARIOS:
        queue = plan(name)
        queue = replace(queue, horizon=queue.horizon * (0.5 if quick else 10.0))

        def run(floor: Floor, queue: Any = queue) -> Candidate:
            return lambda number: floor.events(queue, SEED, number)

        rounds = interleaved({what: run(each) for what, each in floors.items()}, 3 if quick else 15)
        result.note(IN_C, f"{name}: C with tallies", rounds.cost("all"), "ns per event")
        for part, without in (
            ("draws (Philox4x64 instead of SplitMix64)", "short draws"),
            ("event list (heap instead of looking through)", "no event list"),
            ("tallies (daily levels and counts, waits, people)", "no tallies"),
        ):
            share = 1.0 - rounds.ratio(without, "all").value
            result.note(IN_C, f"{name}: {part}", 100.0 * share, "% of time")


# --- in the compiled engine -----------------------------------------------------------------------


def calls_per_event(days: float = _COUNTED_DAYS) -> dict[str, float]:
    """Return how often each part is called per event of the Paris pathway."""
    called: Counter[str] = Counter()

    def counting(what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            law = f" {Family(arguments[0]).name.lower()}" if what == "law" else ""
            called[what + law] += 1
            return function(*arguments, **named)

        return call

    paris = replace(plan_of(sim.load(FILE)), horizon=days)
    start = replace(paris, horizon=1e-9)  # what the start alone calls is not an event's
    with ExitStack() as patches:
        for what, (home, name) in _CALLED.items():
            replaced = counting(what, getattr(home, name))
            patches.enter_context(patch.object(home, name, replaced))
        reference.simulate(start, SEED, 0)
        before = Counter(called)
        events = reference.simulate(paris, SEED, 0).tallies.events
    return {what: (called[what] - 2 * before[what]) / events for what in called}


def _measure_engine(result: Findings, quick: bool) -> None:
    from tests.benchmarks.loops import engine_loops  # needs numba

    calls = calls_per_event(10.0 if quick else _COUNTED_DAYS)
    compiled = simulate_with("compiled")
    paris = plan_of(sim.load(FILE))
    number_of_rounds = 3 if quick else 11
    loops = engine_loops(20_000 if quick else 500_000, number_of_rounds + 1)
    candidates: dict[str, Candidate] = {
        "whole": lambda number: compiled(paris, SEED, number).tallies.events,
        **loops,
    }
    rounds = interleaved(candidates, number_of_rounds)
    whole, rest = rounds.cost("whole").value, 100.0
    result.note(IN_ENGINE, "whole", rounds.cost("whole"), "ns per event")
    for part, words in _PARTS.items():
        loop_of = {what: _LOOP_OF.get(what, what) for what in calls if what.startswith(words)}
        cost = sum(calls[what] * rounds.cost(loop).value for what, loop in loop_of.items())
        result.note(IN_ENGINE, part, 100.0 * cost / whole, "% of time")
        rest -= 100.0 * cost / whole
    result.note(IN_ENGINE, "the rest: rules, lists, lotteries, memory", rest, "% of time")
    for what, often in calls.items():
        result.note(IN_ENGINE, f"calls: {what}", often, "per event")
    for loop in loops:
        result.note(IN_ENGINE, f"cost: {loop}", rounds.cost(loop), "ns per call")
