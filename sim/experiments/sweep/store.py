"""The points of all sweeps of a folder: a small file for each, or all together in a packed one.

A small file counts more than the packed one: it is the newer.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa

from sim.analysis.tables import Key
from sim.experiments.sweep.packed import Packed
from sim.experiments.sweep.point_files import (
    SUFFIX,
    Stored,
    file_of,
    looks_whole,
    picked,
    read_table,
    write_point,
)
from sim.experiments.sweep.task import PointDone

FLUSHES = 8
"""Points written beside one another: the disk flushes them for little more than one alone."""
SLOW_SECONDS = 0.1
"""Time between two points after which each is written before the next is waited for."""
KEY_LENGTH = 40
SPOILED = (OSError, pa.ArrowException, KeyError, ValueError)


class Store:
    """The points in a folder, by their keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.packed = Packed(folder)

    def holds(self, key: str) -> bool:
        """Say whether a point seems to be there; only reading it tells that it is sound."""
        return looks_whole(file_of(self.folder, key)) or key in self.packed

    def read(self, key: str, wanted: Sequence[Key]) -> Stored | None:
        """Return the numbers wanted of a point; None if it is not there, or of no use.

        Of no use: it cannot be read, fails its checksums, is another point's, or lacks a number.
        """
        try:
            return picked(self.table(key), key, wanted)
        except SPOILED:
            return None

    def table(self, key: str) -> pa.Table:
        """Return all numbers of a point; an error of reading if it is not there or spoiled."""
        file = file_of(self.folder, key)
        is_small = key not in self.packed or file.exists()
        return read_table(file) if is_small else self.packed.table(key)

    def write(self, done: PointDone) -> None:
        """Write the numbers of a point, all at once; OutputError says what refused."""
        write_point(self.folder, done)

    def drop(self, key: str) -> None:
        """Take a point away that is of no use, so that it is made again."""
        file_of(self.folder, key).unlink(missing_ok=True)
        self.packed.forget(key)

    def is_cut_short(self, key: str) -> bool:
        """Say whether a small file is there that is not whole."""
        file = file_of(self.folder, key)
        return file.exists() and not looks_whole(file)

    def small(self) -> list[str]:
        """Return the keys of all points with a file of their own, in the order of their age."""
        files = [
            path for path in self.folder.glob(f"[!.]*{SUFFIX}") if len(path.stem) == KEY_LENGTH
        ]
        return [path.stem for path in sorted(files, key=lambda one: (one.stat().st_mtime_ns, one))]


class Writers:
    """Threads that put points on the disk beside one another; ``fault``: what the disk refused."""

    def __init__(self, store: Store) -> None:
        self.fault: BaseException | None = None
        self._store = store
        self._threads = ThreadPoolExecutor(FLUSHES)
        self._pending: deque[Future[None]] = deque()
        self._latest = -math.inf

    def write(self, done: PointDone) -> int:
        """Have a point written; return how many have come to be on the disk since last told.

        A point that comes after a while is waited for, so that it is told at once.
        """
        now = time.monotonic()
        is_slow, self._latest = now - self._latest > SLOW_SECONDS, now
        self._pending.append(self._threads.submit(self._store.write, done))
        return self._told(0 if is_slow else 2 * FLUSHES)

    def close(self) -> int:
        """Wait until all is written; return how many came to be on the disk since last told."""
        self._threads.shutdown()
        return self._told(0)

    def _told(self, most: int) -> int:
        sound = 0
        while self._pending and (len(self._pending) > most or self._pending[0].done()):
            fault = self._pending.popleft().exception()
            sound += fault is None
            self.fault = self.fault or fault
        return sound
