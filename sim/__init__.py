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
    from sim.api.results import Results, log, run
    from sim.api.scenarios import Check, check, scenario
    from sim.experiments.compare import compare
    from sim.experiments.own_measures import Daily, Measure
    from sim.experiments.sweep.sweep import sweep
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
    "MEASURES": ("sim.analysis.measures", "MEASURES"),
    "ArgumentError": ("sim.vocabulary.errors", "WishError"),
    "Check": ("sim.api.scenarios", "Check"),
    "Daily": ("sim.experiments.own_measures", "Daily"),
    "Fault": ("sim.vocabulary.errors", "Fault"),
    "Measure": ("sim.experiments.own_measures", "Measure"),
    "OutputError": ("sim.vocabulary.errors", "OutputError"),
    "Results": ("sim.api.results", "Results"),
    "RunError": ("sim.vocabulary.errors", "RunError"),
    "Scenario": ("sim.scenario.schema", "Scenario"),
    "ScenarioError": ("sim.vocabulary.errors", "ScenarioError"),
    "check": ("sim.api.scenarios", "check"),
    "compare": ("sim.experiments.compare", "compare"),
    "sweep": ("sim.experiments.sweep.sweep", "sweep"),
    "load": ("sim.scenario.loading", "load"),
    "log": ("sim.api.results", "log"),
    "run": ("sim.api.results", "run"),
    "scenario": ("sim.api.scenarios", "scenario"),
}
"""Where each public name is: its module, and its name there."""

__all__ = [
    "MEASURES",
    "ArgumentError",
    "Check",
    "Daily",
    "Fault",
    "Measure",
    "OutputError",
    "Results",
    "RunError",
    "Scenario",
    "ScenarioError",
    "__version__",
    "check",
    "compare",
    "load",
    "log",
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
    module, there = _HOME[name]
    value = getattr(import_module(module), there)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
