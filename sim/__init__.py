"""Simulate a care pathway whose places are full, and show who is blocked, where and why.

The public names below are imported when they are first used: ``import sim`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.analysis.checks import check
    from sim.analysis.measures import MEASURES
    from sim.experiments.compare import compare
    from sim.experiments.comparison_store import read_comparison, write_comparison
    from sim.experiments.differing import differ
    from sim.experiments.one_more import value_of_one_more
    from sim.experiments.reading import read_results
    from sim.experiments.run import Results, run
    from sim.experiments.store import read_daily, read_estimates, read_manifest, read_measures
    from sim.experiments.sweep.sweep import sweep
    from sim.plan import plan_of
    from sim.scenario import load
    from sim.vocabulary.errors import OutputError, RunError, ScenarioError, WishError

__version__ = "0.1.0"

_HOME = {
    "MEASURES": "sim.analysis.measures",
    "OutputError": "sim.vocabulary.errors",
    "Results": "sim.experiments.run",
    "RunError": "sim.vocabulary.errors",
    "ScenarioError": "sim.vocabulary.errors",
    "WishError": "sim.vocabulary.errors",
    "check": "sim.analysis.checks",
    "compare": "sim.experiments.compare",
    "differ": "sim.experiments.differing",
    "load": "sim.scenario",
    "plan_of": "sim.plan",
    "read_comparison": "sim.experiments.comparison_store",
    "read_daily": "sim.experiments.store",
    "read_estimates": "sim.experiments.store",
    "read_manifest": "sim.experiments.store",
    "read_measures": "sim.experiments.store",
    "read_results": "sim.experiments.reading",
    "run": "sim.experiments.run",
    "sweep": "sim.experiments.sweep.sweep",
    "value_of_one_more": "sim.experiments.one_more",
    "write_comparison": "sim.experiments.comparison_store",
}

__all__ = [
    "MEASURES",
    "OutputError",
    "Results",
    "RunError",
    "ScenarioError",
    "WishError",
    "__version__",
    "check",
    "compare",
    "differ",
    "load",
    "plan_of",
    "read_comparison",
    "read_daily",
    "read_estimates",
    "read_manifest",
    "read_measures",
    "read_results",
    "run",
    "sweep",
    "value_of_one_more",
    "write_comparison",
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
