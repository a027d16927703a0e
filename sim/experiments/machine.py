"""The memory of this machine, and what of a replication fits into it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.plan.size import Size, least_bytes, size_of
from sim.plan.tables import Plan
from sim.vocabulary.errors import RunError, WishError

ITSELF = 0.4e9
"""Bytes of the command itself: Python, its libraries, the figures of a small scenario."""
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Where Linux says how much memory a container may use."""


def memory() -> float:
    """Return the bytes of memory that this process may use at most, infinity if nobody knows."""
    limits = [_physical()]
    for path in LIMITS:
        with suppress(OSError, ValueError):
            limits.append(float(Path(path).read_text(encoding="ascii")))  # "max": no limit
    with suppress(ImportError, OSError, ValueError):
        import resource  # not on Windows

        most = resource.getrlimit(resource.RLIMIT_AS)[0]
        limits += [float(most)] if most != resource.RLIM_INFINITY else []
    return min(limits)


def _physical() -> float:
    if sys.platform == "win32":
        return _of_windows()
    with suppress(OSError, ValueError, AttributeError):  # a system that does not know the name
        return float(os.sysconf("SC_PAGE_SIZE")) * float(os.sysconf("SC_PHYS_PAGES"))
    return float("inf")


def _of_windows() -> float:
    """Return the memory by GlobalMemoryStatusEx: its record says its own size first."""
    import ctypes
    import struct

    record = ctypes.create_string_buffer(64)
    struct.pack_into("<L", record, 0, 64)
    try:
        answered = ctypes.windll.kernel32.GlobalMemoryStatusEx(record)  # type: ignore[attr-defined]
    except (AttributeError, OSError):
        return float("inf")
    return float(struct.unpack_from("<Q", record, 8)[0]) if answered else float("inf")


def workers_that_fit(plan: Plan, wanted: int) -> int:
    """Return how many replications of a plan may be under way at once; at least one.

    Raises WishError if memory cannot hold a single one.
    """
    refuse_too_large(plan)
    room = memory() - ITSELF
    return int(max(1, min(wanted, room // max(size_of(plan).bytes, 1.0))))


def refuse_too_large(plan: Plan) -> None:
    """Raise WishError if the memory of this machine cannot hold one replication of a plan."""
    if least_bytes(plan) + ITSELF > memory():
        size = size_of(plan)
        raise WishError(
            f"this scenario is too large for this machine: one replication takes {_gb(size.least)} "
            f"of memory or more, and there are {_gb(memory())}; {_why(size)}"
        )


@contextmanager
def memory_told(plan: Plan) -> Iterator[None]:
    """Turn the end of memory in this block into a RunError that says what to do."""
    try:
        yield
    except MemoryError as error:
        size = size_of(plan)
        raise RunError(
            f"out of memory: one replication of this scenario takes up to {_gb(size.bytes)}, and "
            f"there are {_gb(memory())}; write --workers 1; else {_why(size)}"
        ) from error


def _why(size: Size) -> str:
    """Return what makes a replication large, and what to write instead."""
    if size.tables > size.people:
        return (
            f"its daily tables hold {size.days:,} days x {size.services:,} services x "
            f"{size.classes:,} classes: write a shorter 'period: length', or join services or "
            "classes"
        )
    return (
        f"{size.everybody:,.0f} people are in it: write a shorter 'period: length', fewer people "
        "at the start or a lower rate of arrivals"
    )


def _gb(size: float) -> str:
    return f"{size / 1e9:,.1f} GB"
