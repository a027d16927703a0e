"""Simulate a care pathway whose places are full, and show who is blocked, where and why.

The public names below are imported when they are first used: ``import sim`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.analysis.measures import MEASURES
    from sim.api.comparisons import Comparison, compare, marginal_value
    from sim.api.results import Results, log, run
    from sim.api.scenarios import Check, check, scenario
    from sim.api.sweeps import SweepResults, read, sweep
    from sim.core.errors import ArgumentError, Fault, OutputError, RunError, ScenarioError
    from sim.runs.simulate import Daily, Measure
    from sim.scenarios.loading import load
    from sim.scenarios.schema import Scenario

__version__ = "0.1.0"

_HOME = {
    "MEASURES": "sim.analysis.measures",
    "ArgumentError": "sim.core.errors",
    "Check": "sim.api.scenarios",
    "Comparison": "sim.api.comparisons",
    "Daily": "sim.runs.simulate",
    "Fault": "sim.core.errors",
    "Measure": "sim.runs.simulate",
    "OutputError": "sim.core.errors",
    "Results": "sim.api.results",
    "RunError": "sim.core.errors",
    "Scenario": "sim.scenarios.schema",
    "ScenarioError": "sim.core.errors",
    "SweepResults": "sim.api.sweeps",
    "check": "sim.api.scenarios",
    "compare": "sim.api.comparisons",
    "load": "sim.scenarios.loading",
    "log": "sim.api.results",
    "marginal_value": "sim.api.comparisons",
    "read": "sim.api.sweeps",
    "run": "sim.api.results",
    "scenario": "sim.api.scenarios",
    "sweep": "sim.api.sweeps",
}
"""The module of each public name."""

__all__ = [
    "MEASURES",
    "ArgumentError",
    "Check",
    "Comparison",
    "Daily",
    "Fault",
    "Measure",
    "OutputError",
    "Results",
    "RunError",
    "Scenario",
    "ScenarioError",
    "SweepResults",
    "__version__",
    "check",
    "compare",
    "load",
    "log",
    "marginal_value",
    "read",
    "run",
    "scenario",
    "sweep",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
