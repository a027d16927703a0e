"""Carry out tasks with a pool that may lose workers: nothing is lost but what was under way.

A task whose worker died is tried again among the others, then alone at the end; after three
crashes, the last one alone, it is refused and the sweep goes on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field

from sim.experiments.pool import WorkerPool
from sim.experiments.sweep.task import PointDone, Task
from sim.vocabulary.errors import Refused, RunError

CRASHES = 3
"""Crashes after which a point is refused."""
LOOK_SECONDS = 5.0
"""Time after which the number of workers is asked for again."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A point that gave no numbers, and why."""

    number: int
    key: str
    message: str


Work = Callable[[Task], PointDone]


def conduct(tasks: Iterator[Task], pool: WorkerPool, work: Work) -> Iterator[PointDone | Failed]:
    """Yield what becomes of each task, in the order in which they end.

    Raises RunError if the cluster itself goes away.
    """
    return _Conduct(tasks, pool, work).run()


@dataclass(slots=True)
class _Conduct:
    tasks: Iterator[Task]
    pool: WorkerPool
    work: Work
    under_way: dict[Future[PointDone], Task] = field(default_factory=dict)
    again: deque[Task] = field(default_factory=deque)
    alone: deque[Task] = field(default_factory=deque)
    crashes: dict[str, int] = field(default_factory=dict)
    is_alone: bool = False

    def run(self) -> Iterator[PointDone | Failed]:
        """Keep every worker busy; then take the suspects one by one."""
        while self._fill():
            done, _ = wait(self.under_way, LOOK_SECONDS, FIRST_COMPLETED)
            for future in done:
                found = self._outcome(future, self.under_way.pop(future))
                if found is not None:
                    yield found

    def _fill(self) -> bool:
        """Give work to free workers; return whether any is under way."""
        while len(self.under_way) < self.pool.size:
            task = self.again.popleft() if self.again else next(self.tasks, None)
            if task is None:
                break
            self.is_alone = False
            self._start(task)
        if not self.under_way and self.alone:
            self.is_alone = True
            self._start(self.alone.popleft())
        return bool(self.under_way)

    def _start(self, task: Task) -> None:
        self.under_way[self.pool.submit(self.work, task)] = task

    def _outcome(self, future: Future[PointDone], task: Task) -> PointDone | Failed | None:
        try:
            return future.result()
        except CancelledError as error:
            raise RunError("the scheduler went away, and with it what was under way") from error
        except (RunError, Refused) as error:
            return Failed(task.number, task.key, str(error))
        except Exception as error:
            count = self.pool.crashes(error)
            if not count:
                return Failed(task.number, task.key, f"{type(error).__name__}: {error}")
            return self._crashed(task, count)

    def _crashed(self, task: Task, count: int) -> Failed | None:
        self.crashes[task.key] = self.crashes.get(task.key, 0) + count
        if self.crashes[task.key] < CRASHES - 1:
            self.again.append(task)
        elif self.crashes[task.key] < CRASHES or not self.is_alone:
            self.alone.append(task)
        else:
            return Failed(
                task.number,
                task.key,
                f"its worker died {CRASHES} times, the last time with nothing else running: out "
                "of memory, or a fault in compiled code",
            )
        return None
