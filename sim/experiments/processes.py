"""Worker processes: fresh ones, each with a pipe of its own, that end with the main process.

A fresh process first reads the script of its parent, to know what is defined there. Ours need
nothing of it: what they do stands in this package. So a script that calls ``sim.run`` or
``sim.sweep`` in its first line works, where it would start itself again in each worker.

Why not ``concurrent.futures`` or another library: their workers share one pipe for results. A
worker that is killed inside a large result leaves half a message there, the reader waits for the
rest for ever (other ends of the pipe are still open), and the others cannot write. Here only the
worker itself holds the other end of its pipe: when it dies, however it dies, the reader is told.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.machinery import ModuleSpec
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Any

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


# Not by fork: the main process has threads (arrow, BLAS), and those do not survive it.
_WAY = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
_usual: Any = multiprocessing.get_context(_WAY)


class FreshProcess(_usual.Process):  # type: ignore[misc]
    """A process that does not read the script of its parent."""

    def start(self) -> None:
        """Start it."""
        with script_hidden():
            super().start()


def fresh_processes() -> BaseContext:
    """Return how to start such processes."""
    own: Any = type(_usual)()
    own.Process = FreshProcess
    found: BaseContext = own
    return found


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
