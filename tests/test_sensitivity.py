"""What many points tell, held to functions whose indices are known by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

from sim.analysis.sensitivity import (
    Effect,
    efficient,
    exchange,
    foremost,
    foremost_swings,
    morris,
    rank_correlations,
    ranked,
    sobol,
    swings,
)

NAMES = ["a", "b", "c"]
CUBE = {"num_vars": 3, "names": NAMES, "bounds": [[0.0, 1.0]] * 3}


def ishigami(places: np.ndarray) -> np.ndarray:
    """Return the test function of Ishigami and Homma (1990) with a = 7, b = 0.1."""
    one, two, three = (np.pi * (2 * places - 1)).T
    return np.sin(one) + 7 * np.sin(two) ** 2 + 0.1 * three**4 * np.sin(one)


def test_sobol_indices_of_a_function_with_known_ones() -> None:
    places = sobol_sample.sample(CUBE, 4096, calc_second_order=False, seed=1)
    first, total = sobol(ishigami(places), NAMES)
    # V1 = (1 + b pi^4 / 5)^2 / 2, V2 = a^2 / 8, V13 = b^2 pi^8 (1/18 - 1/50)
    own = (1 + 0.1 * math.pi**4 / 5) ** 2 / 2
    two, both = 7**2 / 8, 0.1**2 * math.pi**8 * (1 / 18 - 1 / 50)
    whole = own + two + both
    assert [e.value for e in first] == pytest.approx([own / whole, two / whole, 0], abs=0.02)
    expected = [(own + both) / whole, two / whole, both / whole]
    assert [e.value for e in total] == pytest.approx(expected, abs=0.02)
    for effect, truth in zip(total, expected, strict=True):
        assert effect.low < truth < effect.high


def test_an_input_with_an_interval_over_zero_is_never_ranked() -> None:
    places = sobol_sample.sample(CUBE, 256, calc_second_order=False, seed=1)
    first, _ = sobol(ishigami(places), NAMES)
    assert not first[2].is_sure  # its true index is 0
    large = Effect("unsure but large", 9.0, -1.0, 19.0)
    small = Effect("sure", 0.1, 0.05, 0.15)
    assert [e.name for e in ranked([large, small])] == ["sure", "unsure but large"]


def test_a_constant_outcome_has_no_indices() -> None:
    first, total = sobol(np.full(20, 3.0), NAMES)
    assert [e.value for e in (*first, *total)] == [0.0] * 6


def test_morris_effects_of_a_plane_are_its_slopes() -> None:
    places = morris_sample.sample(CUBE, 10, num_levels=4, seed=2)
    found, sigma = morris(places, 5 * places[:, 0] - 2 * places[:, 1], NAMES, levels=4)
    assert [e.value for e in found] == pytest.approx([5, 2, 0], abs=1e-9)
    assert sigma == pytest.approx([0, 0, 0], abs=1e-9)


def test_morris_sees_that_inputs_act_together() -> None:
    places = morris_sample.sample(CUBE, 40, num_levels=4, seed=2)
    _, sigma = morris(places, places[:, 0] * places[:, 1], NAMES, levels=4)
    assert sigma[0] > 0.1
    assert sigma[2] == pytest.approx(0, abs=1e-9)


def test_rank_correlations_see_order_not_shape() -> None:
    places = np.random.default_rng(1).random((200, 3))
    found = rank_correlations(places, np.exp(9 * places[:, 0]) - 1e-9 * places[:, 1], NAMES)
    assert found[0].value == pytest.approx(1.0, abs=1e-4)
    assert found[0].is_sure
    assert not found[2].is_sure


def test_rank_correlation_intervals_cover_the_truth_as_often_as_they_say() -> None:
    luck, covered = np.random.default_rng(5), 0
    truth = 6 / math.pi * math.asin(0.5 / 2)  # Spearman's of a normal pair with correlation 0.5
    for _ in range(400):
        pair = luck.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 60)
        (found,) = rank_correlations(pair[:, :1], pair[:, 1], ["a"])
        covered += found.low < truth < found.high
    assert 364 <= covered <= 394  # 380 expected; false alarm about 1 in 1,000


def test_swings_are_paired_and_the_sure_ones_come_first() -> None:
    base, wide = np.array([10.0, 30.0, 20.0, 40.0]), np.array([9.0, -11.0, 12.0, -8.0])
    ends = [
        (base + wide, base - wide),  # wide but unsure
        (base - 1, base + 2),  # sure: the luck of the base cancels out
    ]
    found = swings(base, ends, ["unsure", "sure"])
    assert [one.name for one in found] == ["sure", "unsure"]
    assert (found[0].low.mean, found[0].high.mean) == (-1.0, 2.0)
    assert found[0].low.low == found[0].low.high == -1.0


def test_the_first_is_named_alone_only_where_no_interval_reaches_it() -> None:
    first = Effect("first", -5.0, -6.0, -4.0)
    near, far = Effect("near", 3.5, 2.5, 4.5), Effect("far", 3.0, 2.1, 3.9)
    unsure, small = Effect("unsure", 3.0, -1.0, 7.0), Effect("small", 0.0, -1.0, 1.0)
    assert [one.name for one in foremost([far, near, small, first])] == ["first", "near"]
    assert [one.name for one in foremost([far, small, first])] == ["first"]
    assert [one.name for one in foremost([unsure, far, first])] == ["first", "unsure"]
    assert foremost([unsure]) == []


def test_what_is_smaller_than_any_sure_effect_is_out_of_the_question() -> None:
    wide, sharp, less = (
        Effect("wide", 10.0, 1.0, 19.0),
        Effect("sharp", 9.0, 8.0, 10.0),
        Effect("less", 5.0, 4.5, 5.5),
    )
    assert [one.name for one in foremost([wide, sharp, less])] == ["wide", "sharp"]


def test_swings_are_told_apart_luck_by_luck() -> None:
    base = np.array([10.0, 30.0, 20.0, 40.0])
    luck = np.array([0.0, 9.0, -6.0, 3.0])  # much of it, and the same for both inputs
    steady, noisy = base - 12 - luck, base + 10 + luck  # intervals overlap, the order is certain
    other = base + 10 + luck[::-1]  # as wide as the noisy one, with a luck of its own
    first = foremost_swings(swings(base, [(steady, base), (base, noisy)], ["first", "second"]))
    assert [one.name for one in first] == ["first"]
    both = foremost_swings(swings(base, [(steady, base), (base, other)], ["first", "other"]))
    assert [one.name for one in both] == ["first", "other"]


def test_a_swing_that_is_not_sure_may_still_be_the_widest() -> None:
    base = np.array([10.0, 30.0, 20.0, 40.0])
    noisy = base + 4.5 + np.array([30.0, -30.0, 25.0, -25.0])
    found = foremost_swings(swings(base, [(base + 5, base), (base, noisy)], ["steady", "noisy"]))
    assert [one.name for one in found] == ["steady", "noisy"]


def test_two_ends_that_differ_for_certain_are_a_sure_swing() -> None:
    base, luck = np.zeros(4), np.array([2.5, -2.5, 2.0, -2.0])
    (found,) = swings(base, [(luck - 1, luck + 1)], ["both ways"])
    assert found.low.low < 0 < found.low.high
    assert found.high.low < 0 < found.high.high
    assert found.is_sure


def test_a_swing_is_as_wide_as_its_two_ends_are_apart() -> None:
    base = np.array([10.0, 30.0, 20.0])
    (found,) = swings(base, [(base - 4, base + 3)], ["both ways"])
    assert found.width == 7.0


def test_points_that_nothing_beats() -> None:
    costs, nights = [1, 2, 2, 3, 4, 5, 1], [9, 7, 8, 7, 3, math.nan, 9]
    best = efficient(costs, nights).tolist()
    assert best == [True, True, False, False, True, False, True]


# ---------------------------------------------------------------------------- exchange

ONE, OTHER = (axis.ravel() for axis in np.meshgrid(np.arange(5.0), np.arange(4.0)))


def test_points_missing_from_a_block_do_not_bend_the_exchange() -> None:
    one, other = np.tile([0.0, 0, 1, 1], 2), np.tile([0.0, 1, 0, 1], 2)
    block = np.repeat([0, 1], 4)
    values = 100 - 6 * one - 2 * other + 1000 * block
    kept = [0, 1, 2, 4, 5, 6, 7]
    args = (one[kept], other[kept], [values[kept]] * 3)
    assert exchange(*args, blocks=block[kept]).rate == pytest.approx(3.0)
    assert exchange(*args).rate != pytest.approx(3.0, abs=0.5)


def test_a_lever_that_does_nothing_but_rounding_is_worth_nothing() -> None:
    cost = 100.0 * np.array([1.0, 2, 3, 4]).repeat(4)
    one, other = np.array([1.0, 2, 3, 4]).repeat(4), np.tile([2.0, 4.0, 6.0, 8.0], 4)
    found = exchange(one, other, [cost, cost, cost])
    assert found.second.mean == 0.0
    assert not found.is_known
    assert exchange(other, one, [cost, cost, cost]).rate == pytest.approx(0.0, abs=1e-12)


def test_the_exchange_of_a_plane_is_the_ratio_of_its_slopes() -> None:
    outcomes = [a - 6 * ONE - 2 * OTHER for a in (100.0, 120.0, 90.0, 80.0)]
    assert not exchange(ONE, OTHER, outcomes[:3]).is_known  # the same in three: no verdict
    found = exchange(ONE, OTHER, outcomes)
    assert (found.rate, found.low, found.high) == pytest.approx((3.0, 3.0, 3.0))
    assert found.first.mean == pytest.approx(-6.0)
    assert found.is_known


def test_an_exchange_for_something_that_may_do_nothing_is_not_named() -> None:
    outcomes = [100 - 6 * ONE + slope * OTHER for slope in (-1.0, 1.2, -0.8, 0.9)]
    found = exchange(ONE, OTHER, outcomes)
    assert not found.is_known


@pytest.mark.parametrize(("right", "fits"), [(3.0, True), (3.5, False)])
def test_exchange_intervals_cover_the_truth_as_often_as_they_say(right: float, fits: bool) -> None:
    luck, covered = np.random.default_rng(3), 0
    for _ in range(400):
        slopes = luck.multivariate_normal([-6, -2], [[1, 0.3], [0.3, 0.2]], 8)
        outcomes = [100 + a * ONE + b * OTHER for a, b in slopes]
        found = exchange(ONE, OTHER, outcomes)
        covered += found.low < right < found.high
    assert (364 <= covered <= 394) == fits  # 380 expected; the wrong ratio is seen
