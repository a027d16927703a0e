"""What people write: scenario files, read, checked and resolved."""

from sim.scenario.loading import load, what_changed
from sim.scenario.resolving import numbers_in, resolved, resolved_yaml, scenario_hash
from sim.scenario.schema import Scenario
from sim.vocabulary.errors import Fault, ScenarioError

__all__ = [
    "Fault",
    "Scenario",
    "ScenarioError",
    "load",
    "numbers_in",
    "resolved",
    "resolved_yaml",
    "scenario_hash",
    "what_changed",
]
