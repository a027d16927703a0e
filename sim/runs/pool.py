"""Worker pools: threads, processes, and retries."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from functools import lru_cache
from importlib.machinery import ModuleSpec
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from threading import Event, Lock
from typing import Any, Protocol, TypeVar

from sim.core.errors import RunError
from sim.core.stopping import stop_thread_when, undisturbed
from sim.plan.tables import Plan
from sim.runs.simulate import (
    Done,
    Order,
    carry_out,
    engine_name,
    prepare,
    releases_gil,
    workers_that_fit,
)

# --- Worker processes: fresh ones, each with a pipe of its own, that end with the main process.
#
# A fresh process first reads the script of its parent, to know what is defined there. Ours need
# nothing of it: what they do stands in this package. So a script that calls ``sim.run`` or
# ``sim.sweep`` in its first line works, where it would start itself again in each worker.
#
# Why not ``concurrent.futures`` or another library: their workers share one pipe for results. A
# worker that is killed inside a large result leaves half a message there, the reader waits for
# the rest for ever (other ends of the pipe are still open), and the others cannot write. Here
# only the worker itself holds the other end of its pipe: when it dies, however it dies, the
# reader is told.

_NO_SCRIPT = ModuleSpec("__main__", None)
"""Of a module of this name, a fresh process reads nothing."""


class _Hiding:
    """How many blocks hide the script now, and what is to be put back after the last of them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.blocks = 0
        self.spec: ModuleSpec | None = None


_hiding = _Hiding()


@contextmanager
def script_hidden() -> Iterator[None]:
    """Have processes that start in this block read no script; blocks of threads may overlap."""
    script = sys.modules["__main__"]
    with _hiding.lock:
        if not _hiding.blocks:
            _hiding.spec, script.__spec__ = script.__spec__, _NO_SCRIPT
        _hiding.blocks += 1
    try:
        yield
    finally:
        with _hiding.lock:
            _hiding.blocks -= 1
            if not _hiding.blocks:
                script.__spec__ = _hiding.spec


# Not by fork: the main process has threads (arrow, BLAS), and those do not survive it. The server
# that forks workers imports what they need once; a worker then starts in a hundredth of a second.
_WAY = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
_usual: Any = multiprocessing.get_context(_WAY)


class FreshProcess(_usual.Process):  # type: ignore[misc]
    """A process that does not read the script of its parent."""

    def start(self) -> None:
        """Start it."""
        with script_hidden():
            if _WAY == "forkserver":
                _usual.set_forkserver_preload([__name__])
            super().start()


def fresh_processes() -> BaseContext:
    """Return how to start such processes."""
    own: Any = type(_usual)()
    own.Process = FreshProcess
    context: BaseContext = own
    return context


class WorkerDiedError(Exception):
    """A worker process ended (killed, out of memory) before its task was done."""


class WorkerProcess:
    """A process that carries out one task at a time."""

    def __init__(self) -> None:
        context = fresh_processes()
        self._pipe, theirs = context.Pipe()
        # A daemon: should nobody stop it, Python does at the end.
        self._process = context.Process(  # type: ignore[attr-defined]
            target=_serve, args=(theirs,), daemon=True
        )
        self._is_killed = False
        try:
            self._process.start()
        finally:
            theirs.close()

    @property
    def is_alive(self) -> bool:
        """Whether it can take a task."""
        return not self._is_killed and bool(self._process.is_alive())

    def carry_out(self, work: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """Return what the work returns, or raise what it raises; WorkerDiedError if it dies."""
        order = pickle.dumps((work, arguments), pickle.HIGHEST_PROTOCOL)
        try:
            self._pipe.send_bytes(order)
            answer = self._pipe.recv_bytes()
        except (EOFError, OSError) as error:
            self.kill()
            raise WorkerDiedError from error
        except BaseException:
            self.kill()  # what is left in the pipe belongs to no task any more
            raise
        is_done, result = pickle.loads(answer)
        if not is_done:
            raise result
        return result

    def kill(self) -> None:
        """End it now, whatever it is doing. It writes no files, so nothing is left half-made."""
        self._is_killed = True
        self._process.kill()

    def close(self) -> None:
        """End it and wait until it is gone."""
        self.kill()
        self._process.join()
        self._pipe.close()


def _serve(pipe: Connection) -> None:
    """Carry out tasks as they come, until nobody is there to send any."""
    _follow_main()
    with suppress(EOFError, OSError):
        while True:
            order = pipe.recv_bytes()
            pipe.send_bytes(_answer(order))


def _answer(order: bytes) -> bytes:
    try:
        work, arguments = pickle.loads(order)
        return pickle.dumps((True, work(*arguments)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        error.add_note(f"In a worker process:\n{traceback.format_exc()}")
        try:
            return pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)
        except Exception:
            return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))


def _follow_main() -> None:
    """Leave Ctrl-C to the main process, and end when that is gone, in the middle of work too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main = multiprocessing.parent_process()
    if main is not None:

        def follow() -> None:
            main.join()  # returns when the main process is gone, killed too
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()


# --- Worker pools: threads or processes of this machine; and replications, handed back in order.

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
    Raises ArgumentError for an engine that does not exist or does not work here.
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
    more at once than memory holds. Closing the iterator stops them. Raises ArgumentError if memory
    cannot hold one replication, RunError where one contradicts itself or a worker is killed.
    """
    with shared_pool(order.engine, workers) as pool:
        wanted = min(pool.size, len(numbers))
        at_once = workers_that_fit(order.plan, wanted, order.log)
        is_short = isinstance(pool, Processes) and _person_days(order.plan) * len(numbers) < SHORT
        if is_short or at_once <= 1:
            yield from (carry_out(order, number) for number in numbers)
        else:
            prepare(order.engine)
            # A few ahead of the one waited for: enough to keep all busy, not to fill the memory.
            ahead = 2 * at_once if at_once == wanted else at_once
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
    pickled: Order = pickle.loads(order)
    return pickled


def result_of(future: Future[T]) -> T:
    """Wait for a result; Ctrl-C is heard meanwhile."""
    while not future.done():
        wait([future], LOOK_SECONDS)
    return future.result()
