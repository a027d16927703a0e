"""The summary behind figures: weekly means, places by use, intervals, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.analysis.summary import STATES, part_of, summary_of
from sim.core.log import PLACE_LEVELS
from tests.support.synthetic import tallies


def test_long_series_become_means_of_seven_days_and_the_rest() -> None:
    run = tallies(3, 240)
    street = run.level_end["living"][:, -1].sum(axis=1)
    summary = summary_of([run])
    assert summary.step == 7
    assert summary.times[[0, 1, -1]].tolist() == [3.5, 10.5, 239.0]
    assert summary.living.mean[1, -1] == pytest.approx(street[7:14].mean())
    assert summary.living.mean[-1, -1] == pytest.approx(street[238:].mean())


def test_short_series_keep_their_days() -> None:
    summary = summary_of([tallies(3, 60)])
    assert summary.times.tolist() == [day + 0.5 for day in range(60)]


def test_every_place_has_one_use() -> None:
    run = tallies(3, 60)
    levels = {name: np.zeros_like(table) for name, table in run.level_mean.items()}
    for name, people in (("living", 500.0), ("blocked", 120.0), ("held", 5.0)):
        levels[name][:, 1, :] = people / 3  # shared by three classes
    places = held_all_day(places=610, staffed_places=549, open_places=549, turnaround=2, there=500)
    summary = summary_of([replace(run, level_mean=levels, places_mean=places)])
    uses = {state: summary.states[state][-1, 1] for state in STATES}
    assert uses == pytest.approx(
        {"planned": 375, "blocked": 120, "held": 5, "free": 47, "closed": 63}
    )


def held_all_day(there: float, share: float = 1.0, **numbers: float) -> dict[str, np.ndarray]:
    """Return levels of places of three services on 60 days, open for a share of each day."""
    left = numbers["open_places"] - numbers.get("turnaround", 0.0) - there
    open_only = {"free_places": left, "people_while_open": there, "is_open": 1.0}
    everything = {name: 0.0 for name in PLACE_LEVELS} | numbers | open_only
    return {
        name: np.full((60, 3), value * (share if name in (*open_only, "open_places") else 1.0))
        for name, value in everything.items()
    }


def test_what_is_open_for_half_a_day_is_not_half_empty() -> None:
    # Fourteen night places for ten hours, thirteen of them given out, nobody there by day.
    run = tallies(3, 60)
    levels = {name: np.zeros_like(table) for name, table in run.level_mean.items()}
    levels["living"][:, 1, 0] = 13 * 10 / 24
    places = held_all_day(13, 10 / 24, places=14, staffed_places=14, open_places=14)
    summary = summary_of([replace(run, level_mean=levels, places_mean=places)])
    uses = {state: summary.states[state][-1, 1] for state in STATES}
    assert uses == pytest.approx({"planned": 13, "blocked": 0, "held": 0, "free": 1, "closed": 0})
    assert summary.places[-1, 1] == 14
    assert summary.open_places[1] == pytest.approx(14 * 10 / 24)
    assert (summary.open_at_start[1], summary.open_at_end[1]) == pytest.approx((14, 14))


def test_people_who_stay_while_a_service_is_closed_are_still_shown() -> None:
    run = tallies(3, 60)
    levels = {name: np.zeros_like(table) for name, table in run.level_mean.items()}
    levels["living"][:, 1, 0] = 3.0
    places = {name: np.zeros((60, 3)) for name in PLACE_LEVELS} | {"places": np.full((60, 3), 5.0)}
    summary = summary_of([replace(run, level_mean=levels, places_mean=places)])
    uses = {state: summary.states[state][-1, 1] for state in STATES}
    assert uses == pytest.approx({"planned": 3, "blocked": 0, "held": 0, "free": 0, "closed": 2})
    assert summary.open_at_end[1] == 0


def test_a_service_without_limit_has_no_places_to_be_free_or_closed() -> None:
    summary = summary_of([tallies(10, 60)])
    assert np.isnan(summary.places[:, 0]).all()
    assert np.isnan(summary.open_places[0])
    assert summary.states["free"][:, 0].max() == summary.states["closed"][:, 0].max() == 0


def test_people_above_capacity_are_shown_and_nothing_is_free() -> None:
    run = tallies(3, 60)
    levels = {name: table.copy() for name, table in run.level_mean.items()}
    levels["living"][:, 1, 0] += 400.0
    places = held_all_day(800.0, places=300, staffed_places=300, open_places=300)
    places["free_places"][:] = 0.0
    summary = summary_of([replace(run, level_mean=levels, places_mean=places)])
    used = sum(summary.states[state][:, 1] for state in STATES)
    assert (used > summary.places[:, 1]).all()
    assert (summary.states["free"][:, 1] == 0).all()
    assert (summary.states["closed"][:, 1] == 0).all()


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
    moves = np.stack([100 * run.moves[0], run.moves[0]])  # before and after the warm-up
    late = replace(run, counts=counts, moves=moves, outline=replace(run.outline, warm_up=57.0))
    summary = summary_of([late])
    assert summary.yearly["visits"][0] == pytest.approx(730.0)
    assert summary.moves == pytest.approx(run.moves[0] * 365 / 73)


def test_nothing_and_different_scenarios_are_refused() -> None:
    with pytest.raises(ValueError, match="no replication"):
        summary_of([])
    with pytest.raises(ValueError, match="not all of one scenario"):
        summary_of([tallies(3, 60), tallies(3, 61)])


def test_what_is_kept_of_a_replication_is_small() -> None:
    run = tallies(12, 365)
    part = part_of(run)
    tables = [getattr(part, name) for name in part.__slots__]
    flat = [t for first in tables for t in (first.values() if isinstance(first, dict) else [first])]
    kept = sum(table.nbytes for table in flat if isinstance(table, np.ndarray))
    assert kept < 150_000  # its counts alone take 3.6 million bytes
    left, other = summary_of([run, run]), summary_of([part, part])
    assert np.array_equal(left.moves, other.moves)
    assert np.array_equal(left.states["blocked"], other.states["blocked"])
