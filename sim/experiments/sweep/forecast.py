"""How long a sweep may take, from one replication of one of its points."""

from __future__ import annotations

from sim.experiments.engines import prepare
from sim.experiments.pool import Processes, Threads, WorkerPool
from sim.experiments.sweep.task import Task, time_of_one


def seconds_of_one(task: Task, pool: WorkerPool, patience: float | None) -> float:
    """Return how long one replication of a point takes; nan if not known.

    ``patience``: seconds after which it is not waited for any longer, counted from when a worker is
    there and the engine compiled. What is under way then goes
    on until the pool is closed; a thread could not be stopped, so a process stands in for it.
    """
    if patience is None or not isinstance(pool, Threads):
        return _timed(task, pool, patience)
    stand_in = Processes(1)
    try:
        return _timed(task, stand_in, patience)
    finally:
        stand_in.close(stop=True)


def _timed(task: Task, pool: WorkerPool, patience: float | None) -> float:
    try:
        pool.submit(prepare, task.engine, True).result()  # starting and compiling do not count
        return pool.submit(time_of_one, task).result(patience)
    except Exception:  # of time as of all else: the sweep itself will tell
        return float("nan")
