"""Simulate a care pathway whose places are full, and show who is blocked, where and why.

The public names below are imported when they are first used: ``import sim`` stays light.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.analysis.measures import MEASURES
    from sim.api.comparisons import Comparison, compare, marginal_value
    from sim.api.folders import read
    from sim.api.results import Results, log, run
    from sim.api.scenarios import Check, check, scenario
    from sim.api.sweeps import SweepResults, sweep
    from sim.experiments.own_measures import Daily, Measure
    from sim.scenario.loading import load
    from sim.scenario.schema import Scenario
    from sim.vocabulary.errors import (
        Fault,
        OutputError,
        RunError,
        ScenarioError,
    )
    from sim.vocabulary.errors import WishError as ArgumentError

__version__ = "0.1.0"

_HOME = {
    "MEASURES": "sim.analysis.measures",
    "ArgumentError": "sim.vocabulary.errors",
    "Check": "sim.api.scenarios",
    "Comparison": "sim.api.comparisons",
    "Daily": "sim.experiments.own_measures",
    "Fault": "sim.vocabulary.errors",
    "Measure": "sim.experiments.own_measures",
    "OutputError": "sim.vocabulary.errors",
    "Results": "sim.api.results",
    "RunError": "sim.vocabulary.errors",
    "Scenario": "sim.scenario.schema",
    "ScenarioError": "sim.vocabulary.errors",
    "SweepResults": "sim.api.sweeps",
    "check": "sim.api.scenarios",
    "compare": "sim.api.comparisons",
    "load": "sim.scenario.loading",
    "log": "sim.api.results",
    "marginal_value": "sim.api.comparisons",
    "read": "sim.api.folders",
    "run": "sim.api.results",
    "scenario": "sim.api.scenarios",
    "sweep": "sim.api.sweeps",
}
"""The module of each public name."""
_NAME_THERE = {"ArgumentError": "WishError"}
"""Names that are others in their module."""

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


class _Public(ModuleType):
    """The package ``sim``: importing a package inside it never hides the function of its name."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Public


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    value = getattr(import_module(_HOME[name]), _NAME_THERE.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
