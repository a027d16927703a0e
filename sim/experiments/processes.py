"""How worker processes begin: fresh ones that do not read the caller's script again.

A fresh process first reads the script of its parent, to know what is defined there. Ours need
nothing of it: what they do stands in this package. So a script that calls ``sim.run`` or
``sim.sweep`` in its first line works, where it would start itself again in each worker.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from multiprocessing.context import BaseContext
from threading import Lock
from typing import Any

_NO_SCRIPT = ModuleSpec("__main__", None)
"""Of a module of this name, a fresh process reads nothing."""


class _Hiding:
    """How many blocks hide the script now, and what is to be put back after the last of them."""

    def __init__(self) -> None:
        self.lock = Lock()
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
    """Return how to start such processes, for pools."""
    own: Any = type(_usual)()
    own.Process = FreshProcess
    found: BaseContext = own
    return found
