"""Tallies kept by an engine are those that its own log tells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.core.events import Event
from sim.core.limits import UNLIMITED
from sim.core.log import LEVELS, Row
from sim.plan.build import plan_of
from sim.plan.tables import Kind
from sim.scenarios.loading import load
from tests.support.engines import ENGINES
from tests.support.random_plans import random_plan
from tests.support.retally import COUNTED, FOLLOWING, Retelling

ROUNDING = 1e-9  # person-days: the two ways add in different orders


@pytest.fixture(scope="module", params=sorted(ENGINES))
def paris(request):
    plan = replace(plan_of(load(Path("scenarios/paris.yaml"))), horizon=45.0)
    replication = ENGINES[request.param](plan, 5, 2, log=True)
    return plan, replication.tallies, list(replication.log)


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
def test_people_in_each_level(paris, level):
    plan, tallies, log = paris
    recount = Retelling(plan, log)
    np.testing.assert_allclose(
        np.asarray(tallies.level_mean[level]), recount.level_mean(level), rtol=0, atol=ROUNDING
    )
    assert np.array_equal(np.asarray(tallies.level_end[level]), recount.level_end(level))


@pytest.mark.slow
@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_places_open_and_free(engine):
    seen = {name: 0 for name in (*FOLLOWING, Kind.DROP_IN, Kind.OVERNIGHT)}
    for number in range(40):
        plan = random_plan(number, "any times")
        replication = ENGINES[engine](plan, number, 0, log=True)
        recount = Retelling(plan, list(replication.log)).place_levels()
        limited = [max(site.open_places.values) < UNLIMITED for site in plan.services]
        for name, table in recount.items():
            kept = np.asarray(replication.tallies.places_mean[name])[:, limited]
            table = table[: len(kept)]  # a day that did not end is left out
            np.testing.assert_allclose(kept, table[:, limited], rtol=0, atol=ROUNDING, err_msg=name)
            seen[name] += (table[:, limited] > 0).any()
        for site, table in zip(plan.services, recount["open_places"].T, strict=True):
            if site.kind in seen:
                seen[site.kind] += table.any()
    assert min(seen.values()) > 5


def test_blocked_by_what(paris):
    plan, tallies, log = paris
    recount = Retelling(plan, log).blocked()
    kept = np.zeros_like(recount)
    for column, pair in enumerate(tallies.blocked_pairs):
        kept[:, *pair] = np.asarray(tallies.blocked_for)[:, column]
    np.testing.assert_allclose(kept, recount, rtol=0, atol=ROUNDING)
    assert recount.sum() > 0


def test_everything_counted(paris):
    plan, tallies, log = paris
    recount = Retelling(plan, log).counts()
    for name in {*COUNTED.values(), "to_street", "left", "died", "housed", "outings"}:
        assert np.array_equal(np.asarray(tallies.counts[name]), recount[name]), name


def test_a_row_taken_out_of_the_log_is_noticed(paris):
    plan, tallies, log = paris
    result = next(
        number
        for number, row in enumerate(log)
        if row.event == Event.LISTED and row.time > 3 and row.person >= 0
    )
    recount = Retelling(plan, [*log[:result], *log[result + 1 :]])
    levels = [np.asarray(tallies.level_mean[name]) - recount.level_mean(name) for name in LEVELS]
    assert max(np.abs(table).max() for table in levels) > ROUNDING
    late = [Row(*row) for row in log]
    late[result] = late[result]._replace(time=late[result].time + 1e-6)
    moved = Retelling(plan, late)
    levels = [np.asarray(tallies.level_mean[name]) - moved.level_mean(name) for name in LEVELS]
    assert max(np.abs(table).max() for table in levels) > ROUNDING
