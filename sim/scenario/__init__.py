"""What people write: scenario files, read, checked and resolved."""

from sim.scenario.comparing import ValueChange, changes_between, reasons_of
from sim.scenario.data import changed_scenario, scenario_from_data
from sim.scenario.loading import load, what_changed
from sim.scenario.resolving import numbers_in, resolved, resolved_yaml, scenario_hash
from sim.scenario.schema import Scenario
from sim.vocabulary.errors import Fault, ScenarioError

__all__ = [
    "Fault",
    "Scenario",
    "ScenarioError",
    "ValueChange",
    "changed_scenario",
    "changes_between",
    "load",
    "numbers_in",
    "reasons_of",
    "resolved",
    "resolved_yaml",
    "scenario_from_data",
    "scenario_hash",
    "what_changed",
]
