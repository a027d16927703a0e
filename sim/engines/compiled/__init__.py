"""The compiled engine: the model once more, on flat records, for speed.

It gives the same log and the same tallies as the reference engine, bit for bit; module by module it
follows the same rules (docs/model.md). Python only prepares memory and hands back results.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Any, overload

import numba
import numpy as np
from numpy.typing import NDArray

from sim.core.errors import RunError
from sim.core.log import (
    COUNTS,
    LEVELS,
    PLACE_LEVELS,
    STILL_WAITING,
    Replication,
    Row,
    Tallies,
    standstill,
    stretches,
)
from sim.core.stopping import stop_if_asked
from sim.engines.compiled.draws import SIGNATURE, fill_table
from sim.engines.compiled.jit import FOLDER, INTERPRETED, compile_at_once
from sim.engines.compiled.layout import COUNTED, LEVELLED, PLACE_LEVELLED
from sim.engines.compiled.memory import Memory
from sim.engines.compiled.model import DONE, PAUSE, SERVICE_BITS, SHORT_OF, STANDSTILL, run
from sim.engines.compiled.plan_arrays import Flat
from sim.plan.tables import Plan, blocked_pairs

Array = NDArray[Any]
_WORD = 2**64

RELEASES_GIL = not INTERPRETED
"""Whether others run while a replication is under way, so that threads make use of all cores."""

STEPS = 2**20
"""Events and consequences after which the compiled code comes back to Python for a moment."""

_preparing = Lock()
_is_prepared = INTERPRETED


def must_compile() -> bool:
    """Return whether the engine has yet to be compiled: no earlier run has kept it."""
    return not _is_prepared and (FOLDER is None or not any(FOLDER.rglob("*.nbc")))


def prepare(silently: bool = False) -> None:
    """Compile the engine, or fetch what an earlier run has kept; the first time takes a while.

    Whoever starts several processes had better prepare first: each would compile for itself. What
    takes a while is said on standard error, unless ``silently``.
    """
    global _is_prepared
    with _preparing:
        if _is_prepared:
            return
        if must_compile() and not silently:
            kept = "this is kept" if FOLDER else "no folder to keep it can be written"
            print(f"Compiling the fast engine, some 15 seconds ({kept}).", file=sys.stderr)
        compile_at_once(run, (numba.int64,))
        compile_at_once(fill_table, SIGNATURE)
        _is_prepared = True


def simulate(plan: Plan, seed: int, replication: int, log: bool = False) -> Replication:
    """Simulate one replication; a pure function of its arguments.

    ``seed`` and ``replication`` are whole numbers from 0 to 2**64 - 1. With ``log`` the full event
    log is kept as well. Raises RunError if the run stands still.
    """
    prepare()
    flat = _flat(plan)
    memory = Memory(plan, flat.arrays, flat.street_risks, log)
    state = memory.state
    state["key_0"], state["key_1"] = seed, replication
    state["until_pause"] = STEPS
    while (short := run(memory.address)) != DONE:
        if short == PAUSE:
            stop_if_asked()
            state["until_pause"] = STEPS
        elif short == STANDSTILL:
            raise _standstill(plan, memory)
        else:
            memory.grow(SHORT_OF[short], int(state["rows_needed"][0]))
    return Replication(_tallies(plan, seed, replication, memory), Log(memory) if log else None)


def _standstill(plan: Plan, memory: Memory) -> RunError:
    state = memory.state[0]
    order = int(memory.arrays["timers"]["order"][state["next_timer"]])
    event, service = order >> 48, (order & SERVICE_BITS) - 1
    return standstill(plan.outline, float(state["now"]), event, plan.place_of(event, service))


_latest: tuple[Plan, Flat] | None = None


def _flat(plan: Plan) -> Flat:
    """Return a plan on flat arrays; that of the latest plan is kept for its other replications."""
    global _latest
    latest = _latest
    if latest is None or latest[0] is not plan:
        latest = plan, Flat(plan)
        _latest = latest
    return latest[1]


class Log(Sequence[Row]):
    """The event log: rows are made when they are asked for."""

    def __init__(self, memory: Memory) -> None:
        self.records = memory.arrays["log"][: int(memory.state["log_count"][0])]
        self._columns = [self.records[name] for name in Row._fields]

    def __len__(self) -> int:
        return len(self.records)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        return Row(*(column[at].item() for column in self._columns))

    def __iter__(self) -> Iterator[Row]:
        return map(Row._make, zip(*(column.tolist() for column in self._columns), strict=True))


def _tallies(plan: Plan, seed: int, replication: int, memory: Memory) -> Tallies:
    """Return the tallies as arrays; the day that did not end is left out."""
    days, services, classes = int(plan.horizon), len(plan.services), len(plan.classes)
    arrays, state = memory.arrays, memory.state[0]

    def table(name: str, *shape: int) -> Array:
        size = int(np.prod((days, *shape)))
        return arrays[name][:size].reshape(days, *shape)

    means = table("level_means", LEVELLED, services + 1, classes)
    ends = table("level_ends", LEVELLED, services + 1, classes)
    place_means = table("place_means", PLACE_LEVELLED, services)
    place_ends = table("place_ends", PLACE_LEVELLED, services)
    counts = table("counts", COUNTED, services + 1, classes)
    first_loop = arrays["sites"]["is_in_first_loop"][:services]
    waits: Any = _waits(plan, memory)
    people: Any = arrays["milestones"][: 6 * int(state["people_count"])].reshape(-1, 6)
    stay_days: Any = _stay_days(plan, memory)
    pairs = blocked_pairs(plan.services)
    moves = arrays["moves"].reshape(-1, services + 2, services + 4)
    return Tallies(
        outline=plan.outline,
        seed=seed,
        replication=replication,
        level_mean={name: means[:, number] for number, name in enumerate(LEVELS)},
        level_end={name: ends[:, number] for number, name in enumerate(LEVELS)},
        places_mean={name: place_means[:, number] for number, name in enumerate(PLACE_LEVELS)},
        places_end={name: place_ends[:, number] for number, name in enumerate(PLACE_LEVELS)},
        counts={name: counts[:, number] for number, name in enumerate(COUNTS)},
        blocked_pairs=pairs,
        blocked_for=table("blocked_means", len(pairs)),
        came=table("came", services + 1),
        went=table("went", services + 1),
        moves=moves[: len(stretches(plan.outline))],
        street_wants=table("wants", services + 1),
        waits=waits,
        people=people,
        stay_days=stay_days,
        over_capacity=int(state["over_capacity"]),
        locked_at=float(state["locked_at"]),
        locked=tuple(np.flatnonzero(first_loop).tolist()),
        events=int(state["events"]),
    )


def _waits(plan: Plan, memory: Memory) -> Array:
    """Return all waits, those still on a list last, by service and number."""
    arrays, state = memory.arrays, memory.state[0]
    requests = arrays["requests"][: int(state["requests_used"])]
    open_now = requests[(requests["service"] >= 0) & (requests["listed_at"] >= 0.0)]
    open_now = open_now[np.lexsort((open_now["number"], open_now["service"]))]
    ended, width = int(state["waits_count"]), memory.widths["waits"]
    if width * (ended + len(open_now)) > len(arrays["waits"]):
        memory.grow(("waits",), len(open_now))
    waits = arrays["waits"][: width * (ended + len(open_now))].reshape(-1, width)
    rows = waits[ended:]
    rows[:, 0], rows[:, 1] = open_now["service"], arrays["people"]["class_id"][open_now["person"]]
    rows[:, 2], rows[:, 3], rows[:, 4] = open_now["listed_at"], plan.horizon, STILL_WAITING
    rows[:, 5] = open_now["hosted_when_listed"]
    return waits


def _stay_days(plan: Plan, memory: Memory) -> Array:
    """Return the person-days lived per service; stays under way are added in order of number."""
    days = memory.arrays["stay_days"][: len(plan.services)].copy()
    people = memory.arrays["people"][: int(memory.state["people_used"][0])]
    people = people[(people["exit"] == 0) & (people["where"] >= 0)]
    people = people[np.argsort(people["number"])]
    np.add.at(days, people["where"], plan.horizon - people["since"])
    return days
