"""Whatever scenario is written, nobody is lost, served twice, or hosted where there is no room.

The number of scenarios can be raised: MARAUDE_SCENARIOS=1000 (seen to hold).
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from sim.analysis.checks import check
from sim.core.errors import RunError
from sim.plan.build import plan_of
from sim.scenarios.loading import load
from tests.support.engines import FASTEST
from tests.support.random_scenarios import scenarios

EXAMPLES = int(os.environ.get("MARAUDE_SCENARIOS", "40"))


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # the text of a failing scenario is printed; shrinking takes minutes
    suppress_health_check=list(HealthCheck),
)
@given(text=scenarios())
def test_nothing_is_lost(tmp_path_factory, text):
    path = Path(tmp_path_factory.getbasetemp()) / "random.yaml"
    path.write_text(text, encoding="utf-8")
    tallies = FASTEST(plan_of(load(path)), 1, 0).tallies
    check(tallies)
    living = np.asarray(tallies.level_end["living"])
    lost = living.copy()
    lost[-1, 0, 0] += 1.0
    with pytest.raises(RunError, match="conservation of people"):
        check(replace(tallies, level_end={**tallies.level_end, "living": lost}))
