"""Tallies kept by an engine are those that its own log tells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.log import LEVELS, Row
from sim.plan import plan_of
from sim.scenario import load
from sim.vocabulary.events import Event
from tests.engines import ENGINES
from tests.retally import COUNTED, Retelling

ROUNDING = 1e-9  # person-days: the two ways add in different orders


@pytest.fixture(scope="module", params=sorted(ENGINES))
def paris(request):
    plan = replace(plan_of(load(Path("scenarios/paris.yaml"))), horizon=45.0)
    replication = ENGINES[request.param](plan, 5, 2, log=True)
    return plan, replication.tallies, list(replication.log)


@pytest.mark.parametrize("level", LEVELS)
def test_people_in_each_level(paris, level):
    plan, tallies, log = paris
    told = Retelling(plan, log)
    np.testing.assert_allclose(
        np.asarray(tallies.level_mean[level]), told.level_mean(level), rtol=0, atol=ROUNDING
    )
    assert np.array_equal(np.asarray(tallies.level_end[level]), told.level_end(level))


def test_blocked_by_what(paris):
    plan, tallies, log = paris
    told = Retelling(plan, log).blocked()
    np.testing.assert_allclose(np.asarray(tallies.blocked_for), told, rtol=0, atol=ROUNDING)
    assert told.sum() > 0


def test_everything_counted(paris):
    plan, tallies, log = paris
    told = Retelling(plan, log).counts()
    for name in {*COUNTED.values(), "to_street", "left", "died", "housed", "outings"}:
        assert np.array_equal(np.asarray(tallies.counts[name]), told[name]), name


def test_a_row_taken_out_of_the_log_is_noticed(paris):
    plan, tallies, log = paris
    found = next(
        number
        for number, row in enumerate(log)
        if row.event == Event.LISTED and row.time > 3 and row.person >= 0
    )
    told = Retelling(plan, [*log[:found], *log[found + 1 :]])
    levels = [np.asarray(tallies.level_mean[name]) - told.level_mean(name) for name in LEVELS]
    assert max(np.abs(table).max() for table in levels) > ROUNDING
    late = [Row(*row) for row in log]
    late[found] = late[found]._replace(time=late[found].time + 1e-6)
    moved = Retelling(plan, late)
    levels = [np.asarray(tallies.level_mean[name]) - moved.level_mean(name) for name in LEVELS]
    assert max(np.abs(table).max() for table in levels) > ROUNDING
