"""Both engines on every shipped scenario: the same tallies and estimates to the last digit.

The what-ifs are compared over 400 days, in which each of them has made its last sudden change, and
over their whole period with ``MARAUDE_DAYS=1826``;
``MARAUDE_REPLICATIONS=20`` compares that many replications of each.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.measures import values
from sim.analysis.windows import as_arrays
from sim.engines import compiled, reference
from sim.engines.reference.tallies import Tally
from sim.plan.build import plan_of
from sim.scenarios.loading import load
from tests.engines.test_agreement import different_tallies, in_two_products

pytestmark = pytest.mark.slow

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHIPPED = [
    path.relative_to(SCENARIOS).as_posix()
    for folder in (SCENARIOS, *(SCENARIOS / name for name in ("what-if", "kinds", "theory")))
    for path in sorted(folder.glob("*.yaml"))
]
DAYS = float(os.environ.get("MARAUDE_DAYS", "400"))
REPLICATIONS = int(os.environ.get("MARAUDE_REPLICATIONS", "1"))


def differences(name: str, replication: int) -> list[str]:
    """Return which tallies and how many numbers of the tables differ in any bit."""
    plan = plan_of(load(SCENARIOS / name))
    if name.startswith("what-if/"):  # the reference engine takes half a minute for five years
        days = min(plan.horizon, DAYS)
        plan = replace(plan, horizon=days, outline=replace(plan.outline, horizon=days))
    first, other = (
        as_arrays(engine.simulate(plan, 2024, replication).tallies)
        for engine in (reference, compiled)
    )
    rows = list(different_tallies(first, other))
    unequal = ~(
        (values(first) == values(other)) | (np.isnan(values(first)) & np.isnan(values(other)))
    )
    return [*rows, f"{unequal.sum()} numbers of the tables"] if unequal.any() else rows


def test_all_scenarios_are_compared():
    assert {"paris.yaml", "what-if/more-housing.yaml", "theory/mm14.yaml"} < set(SHIPPED)
    assert len(SHIPPED) >= 22


@pytest.mark.parametrize("name", SHIPPED)
def test_the_engines_agree_on_a_shipped_scenario(name):
    for replication in range(1, REPLICATIONS + 1):
        assert differences(name, replication) == [], f"replication {replication}"


def test_another_last_digit_is_seen(monkeypatch):
    monkeypatch.setattr(Tally, "_shift", in_two_products)
    result = differences("theory/time-varying.yaml", 1)
    assert any("numbers of the tables" in each for each in result)
