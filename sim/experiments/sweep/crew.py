"""Who does the work: processes or threads of this machine, or a cluster, behind executors.

A crew has lanes, each of which carries out one task at a time. It is replaced lane by lane: a
worker process that dies takes down its own lane and its own task, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Protocol, TypeVar

from sim.experiments.pool import cores
from sim.experiments.processes import fresh_processes
from sim.experiments.worker import follow_main

T = TypeVar("T")

CRASHES = 3
"""Crashes after which a point is refused."""


class Crew(Protocol):
    """Workers behind ``concurrent.futures.Executor``."""

    @property
    def lanes(self) -> int:
        """How many tasks may be under way."""

    @property
    def present(self) -> int:
        """How many of them have somebody to do the work now."""

    def submit(self, lane: int, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Have a free lane do some work."""

    def crashes(self, error: BaseException) -> int:
        """Return how many crashes of workers an error stands for, 0 for any other error."""

    def renew(self, lane: int) -> None:
        """Mend a lane whose worker has died."""

    def close(self, stop: bool) -> None:
        """Send everybody home; ``stop``: do not wait for what is under way."""


class Processes:
    """A pool of one process for each lane."""

    def __init__(self, lanes: int | None = None) -> None:
        self._context = fresh_processes()
        self._pools: list[Executor] = [self._pool() for _ in range(lanes or cores())]

    def _pool(self) -> Executor:
        return ProcessPoolExecutor(1, self._context, initializer=follow_main)

    @property
    def lanes(self) -> int:
        """One for each process."""
        return len(self._pools)

    @property
    def present(self) -> int:
        """All of them."""
        return self.lanes

    def submit(self, lane: int, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Have the process of a lane do some work."""
        return self._pools[lane].submit(work, *arguments)

    def crashes(self, error: BaseException) -> int:
        """Return 1 if the process died."""
        return int(isinstance(error, BrokenProcessPool))

    def renew(self, lane: int) -> None:
        """Start another process in the place of the dead one."""
        self._pools[lane].shutdown(wait=False, cancel_futures=True)
        self._pools[lane] = self._pool()

    def close(self, stop: bool) -> None:
        """End all processes."""
        for pool in self._pools:
            processes = list((getattr(pool, "_processes", None) or {}).values())
            pool.shutdown(wait=not stop, cancel_futures=True)
            if stop:
                for process in processes:
                    process.terminate()


class Threads:
    """Threads of this process: for an engine that lets others run, and tasks that are small."""

    def __init__(self, lanes: int | None = None) -> None:
        self._count = lanes or cores()
        self._pool = ThreadPoolExecutor(self._count)

    @property
    def lanes(self) -> int:
        """One for each thread."""
        return self._count

    @property
    def present(self) -> int:
        """All of them."""
        return self.lanes

    def submit(self, lane: int, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Have any thread do some work."""
        return self._pool.submit(work, *arguments)

    def crashes(self, error: BaseException) -> int:
        """Return 0: what kills a thread kills the whole."""
        return 0

    def renew(self, lane: int) -> None:
        """Nothing can be renewed."""

    def close(self, stop: bool) -> None:
        """Wait for what is under way: a thread cannot be stopped."""
        self._pool.shutdown(wait=True, cancel_futures=True)
