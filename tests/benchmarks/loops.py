"""Loops over single functions of the compiled engine, each compiled for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from sim.core.distributions import Distribution, distribution
from sim.core.events import Event
from sim.core.quantiles import COEFFICIENTS, is_in_pieces
from sim.engines.compiled.draws import (
    MILLISECONDS,
    after,
    keyed,
    moment,
    piece_of,
    quantile,
    table_of,
    value_in_piece,
)
from sim.engines.compiled.memory import Memory, scalars_of, timers_of
from sim.engines.compiled.plan_arrays import Flat
from sim.engines.compiled.queue import free_timer, set_timer, take_timer
from sim.engines.compiled.tallies import count, level
from tests.benchmarks.crowd import crowd
from tests.benchmarks.timing import Candidate

_VISIT = int(Event.VISIT)
_STEP = 0.618033988749895  # of the golden ratio: spreads times evenly without a draw


@numba.njit
def _draw(state: int, turns: int) -> float:
    total = 0.0
    for turn in range(turns):
        total += keyed(state, 7, 0, turn)
    return total


@numba.njit
def _fill(state: int, people: int) -> None:
    for person in range(people):
        set_timer(state, moment(2.0 * person / people), _VISIT, person, person, 0)


@numba.njit
def _timer(state: int, turns: int) -> float:
    """Take the first timer and set it again within two days: as many are pending as before."""
    scalars, spread = scalars_of(state), _STEP
    for _ in range(turns):
        timer = take_timer(state)
        record = timers_of(state)[timer]
        order, person = record["order"], record["person"]
        scalars["now"] = record["due"] / MILLISECONDS
        scalars["events"] += 1
        free_timer(state, timer)
        spread += _STEP if spread + _STEP < 1.0 else _STEP - 1.0
        set_timer(state, after(state, 2.0 * spread), order >> 48, person, person, 0)
    return float(scalars["now"])


@numba.njit
def _count(state: int, turns: int) -> None:
    for turn in range(turns):
        count(state, turn & 15, turn & 1, 0)


@numba.njit
def _level(state: int, turns: int) -> None:
    for turn in range(turns):
        level(state, turn & 3, turn & 1, 0, 1.0)


@numba.njit
def _law(shape: Any, values: Any, turns: int) -> float:
    family, a, b, c = shape
    total, u = 0.0, _STEP
    for _ in range(turns):
        u += _STEP if u + _STEP < 1.0 else _STEP - 1.0
        total += quantile(family, a, b, c, values, u)
    return total


@numba.njit
def _law_in_pieces(scale: float, table: Any, turns: int) -> float:
    """The same for a gamma law; draws outside the pieces, one in 4,000, count nothing."""
    total, u = 0.0, _STEP
    for _ in range(turns):
        u += _STEP if u + _STEP < 1.0 else _STEP - 1.0
        piece, place = piece_of(u)
        if piece >= 0:
            total += scale * value_in_piece(table, piece * COEFFICIENTS, place)
    return total


_LOOPS = {"draw": _draw, "timer": _timer, "count": _count, "level": _level}

_DISTRIBUTIONS = (
    distribution("fixed", value=1.0),
    distribution("exponential", mean=1.0),
    distribution("uniform", low=0.0, high=1.0),
    distribution("triangular", low=0.0, mode=0.5, high=1.0),
    distribution("gamma", mean=1.0, cv=0.7),
    distribution("weibull", mean=1.0, shape=1.5),
    distribution("lognormal", mean=1.0, cv=1.0),
)


def engine_loops(turns: int, rounds: int, people: int = 2_000) -> dict[str, Candidate]:
    """Return the loops by name, each over a state of its own with one timer per person."""
    # As many timers a day as there are people: the horizon lies well beyond the last turn.
    plan = crowd(people, 20.0 + 2.0 * turns * rounds / people)
    flat = Flat(plan)

    def candidate(loop: Callable[[int, int], Any]) -> Candidate:
        memory = Memory(plan, flat.arrays, flat.street_risks, logs=False)
        _fill(memory.address, people)

        def run(_number: int) -> int:
            loop(memory.address, turns)
            return turns

        return run

    loops = {name: candidate(loop) for name, loop in _LOOPS.items()}
    return loops | {
        f"law {each.family.name.lower()}": _law_candidate(each, turns // 10)
        for each in _DISTRIBUTIONS
    }


def _law_candidate(law: Distribution, turns: int) -> Candidate:
    shape, values = (int(law.family), law.a, law.b, law.c), np.zeros(1)
    table = table_of(law.a, law.c) if is_in_pieces(law.family, law.a) else None

    def run(_number: int) -> int:
        if table is None:
            _law(shape, values, turns)
        else:
            _law_in_pieces(law.b, table, turns)
        return turns

    return run
