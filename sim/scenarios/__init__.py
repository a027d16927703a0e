"""What people write: scenario files, read, checked and resolved."""

from __future__ import annotations

from sim.core.errors import Fault, ScenarioError
from sim.scenarios.differences import ValueChange, changes_between, reasons_of
from sim.scenarios.loading import changed_scenario, load, scenario_from_data, what_changed
from sim.scenarios.resolved import numbers_in, resolved, resolved_yaml, scenario_hash
from sim.scenarios.schema import Scenario

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
