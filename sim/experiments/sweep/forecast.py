"""How long a sweep may take, from one replication of one of its points."""

from __future__ import annotations

from sim.experiments.sweep.crew import Crew, Processes, Threads
from sim.experiments.sweep.task import Task, time_of_one


def seconds_of_one(task: Task, crew: Crew, patience: float | None) -> float:
    """Return how long one replication of a point takes; nan if not known.

    ``patience``: seconds after which it is not waited for any longer. What is under way then goes
    on until the crew is closed; a thread could not be stopped, so a process stands in for it.
    """
    if patience is None or not isinstance(crew, Threads):
        return _timed(task, crew, patience)
    stand_in = Processes(1)
    try:
        return _timed(task, stand_in, patience)
    finally:
        stand_in.close(stop=True)


def _timed(task: Task, crew: Crew, patience: float | None) -> float:
    try:
        return crew.submit(0, time_of_one, task).result(patience)
    except TimeoutError:
        return float("nan")
    except Exception:
        crew.renew(0)
        return float("nan")
