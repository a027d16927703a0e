"""Which engine moves the people."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from sim.event_log import Replication
from sim.vocabulary.errors import WishError

Simulate = Callable[..., Replication]
"""``simulate(plan, seed, replication, log=False) -> Replication``"""

AUTO = "auto"
ENGINES = ("compiled", "reference")
"""Engines, the faster first."""


def engine_name(name: str = AUTO) -> str:
    """Return the engine to use: the one named, or for "auto" the fastest that works here.

    Raises WishError for an engine that does not exist or does not work here.
    """
    here = [engine for engine in ENGINES if _works(engine)]
    if name == AUTO:
        return here[0]
    if name not in here:
        raise WishError(f"no engine '{name}' here; choose one of: {', '.join((AUTO, *here))}")
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
    return engine != "compiled" or find_spec("numba") is not None
