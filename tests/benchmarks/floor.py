"""The floor: ``queues.c`` compiled, and called with the same plan as the engines."""

from __future__ import annotations

import ctypes
import platform
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.core.events import LEFT
from sim.core.log import Row
from sim.core.quantiles import Family
from sim.plan.tables import Plan

SOURCE = Path(__file__).with_name("queues.c")
FLAGS = ("-O3", "-std=gnu11", "-ffp-contract=off", "-shared", "-fPIC")
"""Never -ffast-math, and no fused multiply-add: they change last digits."""
PARTS = ("SHORT_DRAWS", "NO_EVENT_LIST", "TALLIES")
"""What can be exchanged in the C program, to see what it costs."""


class NoFloorError(Exception):
    """Why the C program cannot be had here."""


class _Queue(ctypes.Structure):
    _fields_ = (
        ("seed", ctypes.c_uint64),
        ("replication", ctypes.c_uint64),
        ("stream_key", ctypes.c_uint64),
        ("gap_purpose", ctypes.c_uint64),
        ("stay_purpose", ctypes.c_uint64 * 2),
        ("horizon", ctypes.c_double),
        ("rate", ctypes.c_double),
        ("mean", ctypes.c_double * 2),
        ("places", ctypes.c_int32 * 2),
        ("waiting_room", ctypes.c_int32),
        ("wants_log", ctypes.c_int32),
    )


class _Row(ctypes.Structure):
    _fields_ = (
        ("time", ctypes.c_double),
        ("event", ctypes.c_int32),
        ("person", ctypes.c_int32),
        ("service", ctypes.c_int32),
        ("other", ctypes.c_int32),
        ("number", ctypes.c_int32),
        ("unused", ctypes.c_int32),
    )


class Outcome(ctypes.Structure):
    """What came of one run; the log lives in the C program's memory until ``release``."""

    _fields_ = (
        ("events", ctypes.c_int64),
        ("people", ctypes.c_int64),
        ("rows", ctypes.c_int64),
        ("rows_room", ctypes.c_int64),
        ("waited", ctypes.c_double),
        ("tallied", ctypes.c_double),
        ("log", ctypes.POINTER(_Row)),
    )


class Floor:
    """The C program, with some parts exchanged."""

    def __init__(self, library: Path) -> None:
        self._library = ctypes.CDLL(str(library))

    def events(self, plan: Plan, seed: int, replication: int, log: bool = False) -> int:
        """Simulate and return how many logical events there were."""
        outcome = self._simulate(plan, seed, replication, log)
        self._library.release(ctypes.byref(outcome))
        return int(outcome.events)

    def log(self, plan: Plan, seed: int, replication: int) -> list[Row]:
        """Simulate and return the log."""
        outcome = self._simulate(plan, seed, replication, log=True)
        rows = list(_rows(outcome))
        self._library.release(ctypes.byref(outcome))
        return rows

    def _simulate(self, plan: Plan, seed: int, replication: int, log: bool) -> Outcome:
        outcome = Outcome()
        queue = _queue(plan, seed, replication, log)
        services = len(plan.services)
        self._library.simulate(ctypes.byref(queue), services, ctypes.byref(outcome))
        return outcome


def compile_floor(folder: Path, *parts: str) -> Floor:
    """Return the C program, compiled into a folder; NoFloorError says why there is none."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise NoFloorError("no C compiler here (cc, gcc or clang)")
    if platform.system() == "Windows":
        raise NoFloorError("queues.c is written for compilers with 128-bit numbers")
    library = folder / "-".join(("queues", *parts, "lib.so"))
    command = [compiler, *FLAGS, *(f"-D{part}" for part in parts), str(SOURCE)]
    made = subprocess.run(
        [*command, "-o", str(library), "-lm"], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        raise NoFloorError(f"{Path(compiler).name} refuses queues.c: {made.stderr.strip()}")
    return Floor(library)


def _queue(plan: Plan, seed: int, replication: int, log: bool) -> _Queue:
    """Return the few numbers of a theory queue; AssertionError if the plan is something else."""
    stream = plan.streams[0]
    laws: list[Any] = [service.stay for service in plan.services]
    rows = [law.rows[0] for law in laws]
    assert len(plan.streams) == 1
    assert len(rows) in (1, 2)
    assert all(row.family is Family.EXPONENTIAL for row in rows)
    assert plan.services[-1].routes[0][0].to == LEFT
    pair = len(rows) == 2
    return _Queue(
        seed=seed,
        replication=replication,
        stream_key=stream.key,
        gap_purpose=plan.purposes[stream.gap_purpose],
        stay_purpose=(ctypes.c_uint64 * 2)(*(plan.purposes[law.purpose] for law in laws)),
        horizon=plan.horizon,
        rate=stream.rate.values[0],
        mean=(ctypes.c_double * 2)(*(row.a for row in rows)),
        places=(ctypes.c_int32 * 2)(*(int(each.places.values[0]) for each in plan.services)),
        waiting_room=plan.services[0].waiting_room if pair else -1,
        wants_log=log,
    )


def _rows(outcome: Outcome) -> Iterator[Row]:
    for row in outcome.log[: outcome.rows]:
        yield Row(row.time, row.event, row.person, row.service, row.other, row.number)
