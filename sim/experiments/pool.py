"""Worker pools: threads or processes of this machine; and replications, handed back in order."""

from __future__ import annotations

import os
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from threading import Event, Lock
from typing import Any, Protocol, TypeVar

from sim.experiments.engines import engine_name, prepare, releases_gil
from sim.experiments.machine import workers_that_fit
from sim.experiments.processes import WorkerDiedError, WorkerProcess
from sim.experiments.worker import Done, Order, carry_out
from sim.plan.tables import Plan
from sim.vocabulary.errors import RunError
from sim.vocabulary.stopping import stop_thread_when, undisturbed

T = TypeVar("T")

SHORT = 300_000
"""Days that all people of all replications live at most, up to which no process is started.

The reference engine is done with them in a second or two, and a process takes as long to start.
"""
LOOK_SECONDS = 1.0
"""Time after which whoever waits looks up, so that Ctrl-C is heard on every system."""


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class WorkerPool(Protocol):
    """Workers that carry out tasks: threads, processes, or the cluster of ``sweep.cluster``."""

    @property
    def size(self) -> int:
        """How many tasks may be under way at once."""

    @property
    def present(self) -> int:
        """For how many of them a worker is there now."""

    def submit(self, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Have a worker do some work."""

    def crashes(self, error: BaseException) -> int:
        """Return how many deaths of workers an error stands for, 0 for any other error."""

    def close(self, stop: bool) -> None:
        """End all workers; ``stop``: do not wait for what is under way, if it can be stopped."""


class Threads:
    """Threads of this process: for an engine that releases the GIL."""

    def __init__(self, size: int | None = None) -> None:
        self._size = size or cores()
        self._is_stopped = Event()
        self._threads = ThreadPoolExecutor(
            self._size, initializer=stop_thread_when, initargs=(self._is_stopped.is_set,)
        )

    @property
    def size(self) -> int:
        """One for each thread."""
        return self._size

    @property
    def present(self) -> int:
        """All of them."""
        return self._size

    def submit(self, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Have any thread do some work."""
        return self._threads.submit(work, *arguments)

    def crashes(self, error: BaseException) -> int:
        """Return 0: what kills a thread kills the whole."""
        return 0

    def abandon(self, futures: Iterable[Future[Any]]) -> None:
        """Give up these tasks, all that there are, and wait until none is under way."""
        self._is_stopped.set()  # engines look for it now and then
        wait([future for future in futures if not future.cancel()])
        self._is_stopped.clear()

    def close(self, stop: bool) -> None:
        """Wait for what is under way; ``stop``: until it looks whether it is to stop."""
        if stop:
            self._is_stopped.set()
        self._threads.shutdown(cancel_futures=stop)


class Processes:
    """Processes that start when they are needed, each led by a thread that waits for it.

    A worker that dies costs its own task, which ends with WorkerDiedError, and nothing else:
    another one takes its place at the next task.
    """

    def __init__(self, size: int | None = None) -> None:
        self._size = size or cores()
        self._threads = ThreadPoolExecutor(self._size)
        self._lock = Lock()
        self._idle: list[WorkerProcess] = []
        self._all: set[WorkerProcess] = set()
        self._is_stopped = False

    @property
    def size(self) -> int:
        """One for each process."""
        return self._size

    @property
    def present(self) -> int:
        """All of them."""
        return self._size

    def submit(self, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Have a process do some work."""
        return self._threads.submit(self._carry_out, work, arguments)

    def crashes(self, error: BaseException) -> int:
        """Return 1 if the process died."""
        return int(isinstance(error, WorkerDiedError))

    def abandon(self, futures: Iterable[Future[Any]]) -> None:
        """Give up these tasks, all that there are, and end the processes that are at work."""
        under_way = [future for future in futures if not future.cancel()]
        while under_way:
            with self._lock:
                for worker in self._all.difference(self._idle):
                    worker.kill()
            under_way = list(wait(under_way, 0.05).not_done)  # one may just be starting

    def close(self, stop: bool) -> None:
        """End all processes."""
        if not stop:
            self._threads.shutdown()
        with self._lock:
            self._is_stopped = True
            for worker in self._all:
                worker.kill()
        self._threads.shutdown(cancel_futures=True)  # each waits for a process that is dead now
        for worker in self._all:
            worker.close()
        self._all.clear()

    def _carry_out(self, work: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        worker = self._take()
        try:
            result: T = worker.carry_out(work, arguments)
        finally:
            with self._lock:
                self._idle.append(worker)
        return result

    def _take(self) -> WorkerProcess:
        with self._lock:
            if self._is_stopped:
                raise WorkerDiedError("the pool is closed")
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive:
                    return worker
                self._all.discard(worker)
                worker.close()
            try:
                worker = WorkerProcess()
            except OSError as error:
                raise RunError(
                    f"no worker process could be started ({error.strerror or error}); try fewer "
                    "workers"
                ) from error
            self._all.add(worker)
            return worker


LocalPool = Threads | Processes


@contextmanager
def shared_pool(engine: str, workers: int | LocalPool | None) -> Iterator[LocalPool]:
    """Give one pool for all replications in this block (default: a worker per core).

    A pool given is handed on and stays; another is closed at the end, however the block is left.
    Raises WishError for an engine that does not exist or does not work here.
    """
    if isinstance(workers, Threads | Processes):
        yield workers
        return
    pool = (Threads if releases_gil(engine_name(engine)) else Processes)(workers)
    stop = True
    try:
        yield pool
        stop = False
    finally:
        with undisturbed():
            pool.close(stop)


def replicate(
    order: Order, numbers: range, workers: int | LocalPool | None = None
) -> Iterator[Done]:
    """Yield these replications in order, each a pure function of (plan, seed, number).

    One worker works in this process; more are threads or processes (default: one per core), but no
    more at once than memory holds. Closing the iterator stops them. Raises WishError if memory
    cannot hold one replication, RunError where one contradicts itself or a worker is killed.
    """
    with shared_pool(order.engine, workers) as pool:
        at_once = workers_that_fit(order.plan, pool.size)
        is_short = isinstance(pool, Processes) and _person_days(order.plan) * len(numbers) < SHORT
        if is_short or min(at_once, len(numbers)) <= 1:
            yield from (carry_out(order, number) for number in numbers)
        else:
            prepare(order.engine)
            # A few ahead of the one waited for: enough to keep all busy, not to fill the memory.
            ahead = 2 * at_once if at_once == pool.size else at_once
            yield from _in_order(order, iter(numbers), pool, ahead)


def _person_days(plan: Plan) -> float:
    """Return the days that all people of a replication live at most."""
    people = float(sum(group.people for group in plan.start_groups))
    people += sum(stream.rate.area(plan.horizon) for stream in plan.streams)
    return people * plan.horizon


def _in_order(order: Order, left: Iterator[int], pool: LocalPool, ahead: int) -> Iterator[Done]:
    text = b"" if isinstance(pool, Threads) else pickle.dumps(order)
    pending: deque[Future[Done]] = deque()

    def begin(count: int) -> None:
        for number in islice(left, count):
            if text:
                pending.append(pool.submit(carry_out_pickled, text, number))
            else:
                pending.append(pool.submit(carry_out, order, number))

    try:
        begin(ahead)
        while pending:
            done = result_of(pending[0])
            pending.popleft()
            begin(1)
            yield done
    except WorkerDiedError as error:
        raise RunError(
            "a worker process died before its replication was done (short of memory, or "
            "killed); try fewer workers"
        ) from error
    finally:
        with undisturbed():
            pool.abandon(pending)


def carry_out_pickled(order: bytes, number: int) -> Done:
    """Carry out one replication in a worker process."""
    return carry_out(_unpickled(order), number)


@lru_cache(maxsize=1)
def _unpickled(order: bytes) -> Order:
    """Return the same order for all its replications: what an engine makes of a plan is kept."""
    found: Order = pickle.loads(order)
    return found


def result_of(future: Future[T]) -> T:
    """Wait for a result; Ctrl-C is heard meanwhile."""
    while not future.done():
        wait([future], LOOK_SECONDS)
    return future.result()
