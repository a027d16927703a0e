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
from multiprocessing.context import BaseContext
from threading import RLock
from typing import Any

_HIDDEN = ("__spec__", "__file__")
"""What tells a fresh process where the script of its parent stands."""
_hiding = RLock()


@contextmanager
def script_hidden() -> Iterator[None]:
    """Have processes that start in this block read no script."""
    with _hiding:
        script = vars(sys.modules["__main__"])
        kept = {name: script.pop(name) for name in _HIDDEN if name in script}
        script["__spec__"] = None
        try:
            yield
        finally:
            script.pop("__spec__")
            script.update(kept)


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
