"""Replications on all cores of this machine, handed back in order."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice

from sim.experiments.engines import prepare
from sim.experiments.processes import fresh_processes
from sim.experiments.worker import Done, Order, begin, carry_out, carry_out_next
from sim.vocabulary.errors import RunError


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def replicate(order: Order, numbers: range, workers: int | None = None) -> Iterator[Done]:
    """Yield these replications in order, each a pure function of (plan, seed, number).

    One worker works in this process; more are processes of their own (default: one per core).
    Closing the iterator stops them. Raises RunError where a replication contradicts itself or a
    worker is killed.
    """
    workers = min(workers or cores(), len(numbers))
    if workers <= 1:
        yield from (carry_out(order, number) for number in numbers)
        return
    prepare(order.engine)
    left = iter(numbers)
    pending: deque[Future[Done]] = deque()
    with _pool(order, workers) as pool:
        try:
            # A few ahead of the one waited for: enough to keep all busy, not enough to fill memory.
            for number in islice(left, 2 * workers):
                pending.append(pool.submit(carry_out_next, number))
            while pending:
                done = pending.popleft().result()
                for number in islice(left, 1):
                    pending.append(pool.submit(carry_out_next, number))
                yield done
        except BrokenProcessPool as error:
            raise RunError(
                "a worker process died before its replication was done (short of memory, or "
                "killed); try fewer workers"
            ) from error


@contextmanager
def _pool(order: Order, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Give a pool whose processes are gone afterwards, however the block is left."""
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, fresh_processes(), initializer=begin, initargs=(order,))
    try:
        yield pool
        pool.shutdown()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
