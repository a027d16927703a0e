"""Which engine moves the people."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from sim.event_log import Replication
from sim.vocabulary.errors import WishError

Simulate = Callable[..., Replication]
"""``simulate(plan, seed, replication, log=False) -> Replication``"""

AUTO = "auto"
ENGINES = ("compiled", "reference")
"""Engines, the faster first."""
OLDEST_NUMBA = (0, 63)
"""The first numba that compiles the engine (also in pyproject.toml)."""


def engine_name(name: str = AUTO) -> str:
    """Return the engine to use: the one named, or for "auto" the fastest that works here.

    Raises WishError for an engine that does not exist or does not work here.
    """
    if name == AUTO:
        return next(engine for engine in ENGINES if _works(engine))
    if name not in ENGINES or not _works(name):
        there = (AUTO, *(engine for engine in ENGINES if _works(engine)))
        fault = numba_fault() if name == ENGINES[0] else None
        why = f" ({fault.error or f'numba {fault.version}'.strip()})" if fault else ""
        meant = get_close_matches(str(name), there, 1)
        hint = f"; did you mean '{meant[0]}'?" if meant else ""
        raise WishError(f"no engine '{name}' here{why}{hint}; choose one of: {', '.join(there)}")
    return name


def simulate_with(name: str) -> Simulate:
    """Return the ``simulate`` function of an engine."""
    simulate: Simulate = import_module(f"sim.engines.{engine_name(name)}").simulate
    return simulate


def prepare(name: str, silently: bool = False) -> None:
    """Let an engine that is compiled be so now: processes started later find it ready."""
    module = import_module(f"sim.engines.{engine_name(name)}")
    if hasattr(module, "prepare"):
        module.prepare(silently)


def releases_gil(name: str) -> bool:
    """Return whether replications of an engine run side by side in threads of one process."""
    return bool(getattr(import_module(f"sim.engines.{engine_name(name)}"), "RELEASES_GIL", False))


def must_compile(name: str) -> bool:
    """Return whether an engine has to be compiled on this machine before it can run."""
    module = import_module(f"sim.engines.{engine_name(name)}")
    return hasattr(module, "must_compile") and module.must_compile()


def _works(engine: str) -> bool:
    found = find_spec(f"sim.engines.{engine}")
    if found is None or found.origin is None:
        return False
    return engine != ENGINES[0] or numba_fault() is None


@dataclass(frozen=True, slots=True)
class NumbaFault:
    """Why the compiled engine cannot run: no numba, one that is too old, or one that is broken.

    ``version``: empty where none is known; ``error``: what importing it said, empty if too old.
    """

    is_missing: bool
    version: str
    error: str


@cache
def numba_fault() -> NumbaFault | None:
    """Return why the compiled engine cannot run here, None if it can: found out by importing it."""
    try:
        if find_spec("numba") is None:
            return NumbaFault(True, "", "numba is not installed")
    except (ImportError, ValueError):
        return NumbaFault(True, "", "numba is not installed")
    version = ""
    try:
        version = str(getattr(import_module("numba"), "__version__", ""))
        numbers = re.match(r"(\d+)\.(\d+)", version)
        if numbers is not None and (int(numbers[1]), int(numbers[2])) < OLDEST_NUMBA:
            return NumbaFault(False, version, "")
        import_module(f"sim.engines.{ENGINES[0]}")
    except Exception as error:  # whatever a broken installation raises: the reference engine runs
        text = " ".join(str(error).split())
        return NumbaFault(False, version, f"{type(error).__name__}: {text}")
    return None
