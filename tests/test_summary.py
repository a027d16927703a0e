"""The summary behind figures: weekly means, places by use, intervals, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.analysis.summary import STATES, summary_of
from tests.synthetic import tallies


def test_long_series_become_means_of_seven_days_and_the_rest() -> None:
    run = tallies(3, 240)
    street = run.level_end["living"][:, -1].sum(axis=1)
    found = summary_of([run])
    assert found.step == 7
    assert found.times[[0, 1, -1]].tolist() == [3.5, 10.5, 239.0]
    assert found.living.mean[1, -1] == pytest.approx(street[7:14].mean())
    assert found.living.mean[-1, -1] == pytest.approx(street[238:].mean())


def test_short_series_keep_their_days() -> None:
    found = summary_of([tallies(3, 60)])
    assert found.times.tolist() == [day + 0.5 for day in range(60)]


def test_every_place_has_one_use() -> None:
    run = tallies(3, 60)
    levels = {name: np.zeros_like(table) for name, table in run.level_end.items()}
    for name, people in (("living", 500.0), ("blocked", 120.0), ("held", 5.0)):
        levels[name][:, 1, :] = people / 3  # shared by three classes
    places = {
        "places": np.full((60, 3), 610.0),
        "open_places": np.full((60, 3), 549.0),
        "turnaround": np.full((60, 3), 2.0),
    }
    found = summary_of([replace(run, level_end=levels, places_end=places)])
    uses = {state: found.states[state][-1, 1] for state in STATES}
    assert uses == pytest.approx(
        {"planned": 375, "blocked": 120, "held": 5, "free": 47, "closed": 63}
    )


def test_a_service_without_limit_has_no_places_to_be_free_or_closed() -> None:
    found = summary_of([tallies(10, 60)])
    assert np.isnan(found.places[:, 0]).all()
    assert np.isnan(found.open_places[0])
    assert found.states["free"][:, 0].max() == found.states["closed"][:, 0].max() == 0


def test_people_above_capacity_are_shown_and_nothing_is_free() -> None:
    run = tallies(3, 60)
    levels = {name: table.copy() for name, table in run.level_end.items()}
    levels["living"][:, 1, 0] += 400.0
    found = summary_of([replace(run, level_end=levels)])
    used = sum(found.states[state][:, 1] for state in STATES)
    assert (used > found.places[:, 1]).all()
    assert (found.states["free"][:, 1] == 0).all()
    assert (found.states["closed"][:, 1] == 0).all()


def test_bands_hold_mean_interval_and_spread_of_three_replications() -> None:
    made = []
    for people in (10.0, 20.0, 60.0):
        run = tallies(3, 60)
        levels = {name: np.zeros_like(table) for name, table in run.level_end.items()}
        levels["waiting"][:, 1, 0] = people
        made.append(replace(run, level_end=levels))
    band = summary_of(made).waiting
    # 30 +- 4.3027 x 26.4575 / sqrt(3), cut at nobody
    assert band.mean[0, 1] == pytest.approx(30.0)
    assert band.low[0, 1] == 0.0
    assert band.high[0, 1] == pytest.approx(95.7242, abs=1e-3)
    assert (band.p5[0, 1], band.p95[0, 1]) == pytest.approx((11.0, 56.0))


def test_one_replication_has_no_interval() -> None:
    band = summary_of([tallies(3, 60)]).waiting
    assert np.isnan(band.low).all()
    assert np.isnan(band.high).all()
    assert np.array_equal(band.p5, band.mean)


def test_yearly_numbers_leave_the_warm_up_out() -> None:
    run = tallies(3, 130)
    counts = {name: np.zeros_like(table) for name, table in run.counts.items()}
    counts["visits"][:57, 0, 0] = 1000.0
    counts["visits"][57:, 0, 0] = 2.0
    late = replace(run, counts=counts, outline=replace(run.outline, warm_up=57.0))
    assert summary_of([late]).yearly["visits"][0] == pytest.approx(730.0)


def test_nothing_and_different_scenarios_are_refused() -> None:
    with pytest.raises(ValueError, match="no replication"):
        summary_of([])
    with pytest.raises(ValueError, match="not all of one scenario"):
        summary_of([tallies(3, 60), tallies(3, 61)])
