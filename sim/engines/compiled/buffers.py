"""Memory that is used again: fresh pages from the system would cost an eighth of a short run.

What a replication hands back (its tallies) lies in such memory too; it is free again when nobody
holds any part of it.
"""

from __future__ import annotations

import weakref
from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.compiled.records import CACHE_LINE

_SMALLEST = 1 << 17
"""Smaller pieces [bytes] come and go by themselves."""
_MOST_FREE = 1 << 28
"""So many bytes lie ready at most; what is beyond goes back to the system."""

Buffer = NDArray[np.uint8]
_free: dict[int, list[Buffer]] = defaultdict(list)


def table(length: int, kind: np.dtype[Any]) -> NDArray[Any]:
    """Return a table that begins with a line of the processor's cache, its values left open."""
    size = length * kind.itemsize
    raw = _raw(size + CACHE_LINE)
    skipped = -raw.ctypes.data % CACHE_LINE
    return raw[skipped : skipped + size].view(kind)


def zeros(length: int) -> NDArray[np.float64]:
    """Return a table of zeros."""
    found = table(length, np.dtype(np.float64))
    found[:] = 0.0
    return found


def _raw(size: int) -> Buffer:
    if size < _SMALLEST:
        return np.empty(size, np.uint8)
    size = _rounded(size)
    try:
        buffer = _free[size].pop()
    except IndexError:
        buffer = np.empty(size, np.uint8)
    # An array of its own around the buffer: when it and all its views are gone, the buffer is free.
    raw = np.frombuffer(buffer.data, np.uint8)
    weakref.finalize(raw, _give_back, buffer).atexit = False
    return raw


def _rounded(size: int) -> int:
    """Return a size up to an eighth larger, so that sizes nearly the same serve each other."""
    step = 1 << max(0, size.bit_length() - 4)
    return -(-size // step) * step


def _give_back(buffer: Buffer) -> None:
    if sum(size * len(held) for size, held in list(_free.items())) + len(buffer) <= _MOST_FREE:
        _free[len(buffer)].append(buffer)
