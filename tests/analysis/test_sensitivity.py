"""What many points tell, held to functions whose indices are known by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

from sim.analysis.sensitivity import (
    Effect,
    exchange,
    foremost,
    foremost_swings,
    morris,
    noise_share,
    pareto_mask,
    rank_correlations,
    ranked,
    sobol,
    swings,
)

NAMES = ["a", "b", "c"]
CUBE = {"num_vars": 3, "names": NAMES, "bounds": [[0.0, 1.0]] * 3}


def ishigami(places: np.ndarray) -> np.ndarray:
    """Return the test function of Ishigami and Homma (1990) with a = 7, b = 0.1."""
    item, two, three = (np.pi * (2 * places - 1)).T
    return np.sin(item) + 7 * np.sin(two) ** 2 + 0.1 * three**4 * np.sin(item)


# V1 = (1 + b pi^4 / 5)^2 / 2, V2 = a^2 / 8, V13 = b^2 pi^8 (1/18 - 1/50)
OWN, TWO = (1 + 0.1 * math.pi**4 / 5) ** 2 / 2, 7**2 / 8
BOTH = 0.1**2 * math.pi**8 * (1 / 18 - 1 / 50)
FIRST = [left / (OWN + TWO + BOTH) for left in (OWN, TWO, 0.0)]
TOTAL = [left / (OWN + TWO + BOTH) for left in (OWN + BOTH, TWO, BOTH)]


def saltelli(rows: int, seed: int, cube: dict = CUBE) -> np.ndarray:
    return sobol_sample.sample(cube, rows, calc_second_order=False, seed=seed)


def walks(count: int, seed: int, cube: dict = CUBE) -> np.ndarray:
    return morris_sample.sample(cube, count, num_levels=4, seed=seed)


def again(values: np.ndarray, count: int = 8) -> np.ndarray:
    """Return the same values in every replication."""
    return np.tile(values, (count, 1))


def chance_at(places: np.ndarray, count: int, rough: float, smooth: float, seed: int) -> np.ndarray:
    """Return Monte Carlo error: replications by points, which all have the same chance.

    ``rough``: of each point for itself. ``smooth``: grows with the inputs, as where it is decided
    by the chance of few people: the more points, the surer it looks.
    """
    source = np.random.default_rng(seed)
    slopes = source.normal(0.0, smooth, (count, places.shape[1]))
    level = source.normal(0.0, 10.0, (count, 1))
    return level + slopes @ (places - 0.5).T + source.normal(0.0, rough, (count, len(places)))


def test_sobol_indices_of_a_function_with_known_ones() -> None:
    first, total = sobol(again(ishigami(saltelli(4096, 1))), NAMES)
    assert [e.value for e in first] == pytest.approx(FIRST, abs=0.02)
    assert [e.value for e in total] == pytest.approx(TOTAL, abs=0.02)
    assert all(effect.low < truth < effect.high for effect, truth in zip(total, TOTAL, strict=True))
    assert all(effect.is_sure for effect in total)
    assert [effect.is_sure for effect in first] == [True, True, False]


def test_without_noise_indices_are_those_of_salib() -> None:
    places = saltelli(256, 3)
    first, total = sobol(again(ishigami(places)), NAMES)
    right = sobol_analysis.analyze(CUBE, ishigami(places), calc_second_order=False, seed=1)
    assert [e.value for e in total] == pytest.approx(right["ST"], rel=1e-9)
    assert [e.value for e in first] == pytest.approx(np.maximum(right["S1"], 0.0), rel=1e-9)
    walked = walks(20, 2)
    result, sigma = morris(walked, again(ishigami(walked)), NAMES)
    screened = morris_analysis.analyze(CUBE, walked, ishigami(walked), num_levels=4, seed=1)
    assert [e.value for e in result] == pytest.approx(screened["mu_star"], rel=1e-9)
    assert sigma == pytest.approx(screened["sigma"], rel=1e-9)


def test_an_input_that_is_not_sure_is_never_ranked() -> None:
    large = Effect("unsure but large", 9.0, -1.0, 19.0, False)
    small = Effect("sure", 0.1, 0.05, 0.15, True)
    assert [e.name for e in ranked([large, small])] == ["sure", "unsure but large"]


def test_a_constant_outcome_has_no_indices() -> None:
    first, total = sobol(np.full((8, 20), 3.0), NAMES)
    assert [e.value for e in (*first, *total)] == [0.0] * 6
    assert noise_share(np.full((8, 20), 3.0)) == 0.0


def test_morris_effects_of_a_plane_are_its_slopes() -> None:
    places = walks(10, 2)
    result, sigma = morris(places, again(5 * places[:, 0] - 2 * places[:, 1]), NAMES)
    assert [e.value for e in result] == pytest.approx([5, 2, 0], abs=1e-9)
    assert sigma == pytest.approx([0, 0, 0], abs=1e-7)
    assert [e.is_sure for e in result] == [True, True, False]


def test_morris_sees_that_inputs_act_together() -> None:
    places = walks(40, 2)
    _, sigma = morris(places, again(places[:, 0] * places[:, 1]), NAMES)
    assert sigma[0] > 0.1
    assert sigma[2] == pytest.approx(0, abs=1e-9)


def test_rank_correlations_see_order_not_shape() -> None:
    places = np.random.default_rng(1).random((200, 3))
    values = np.exp(9 * places[:, 0]) - 1e-9 * places[:, 1]
    result = rank_correlations(places, again(values), NAMES)
    assert result[0].value == pytest.approx(1.0, abs=1e-4)
    assert result[0].is_sure
    assert not result[2].is_sure


@pytest.mark.statistical
def test_rank_correlation_intervals_cover_the_truth_as_often_as_they_say() -> None:
    chance, covered = np.random.default_rng(5), 0
    truth = 6 / math.pi * math.asin(0.5 / 2)  # Spearman's of a normal pair with correlation 0.5
    for _ in range(400):
        pair = chance.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 60)
        (result,) = rank_correlations(pair[:, :1], again(pair[:, 1]), ["a"])
        covered += result.low < truth < result.high
    assert 364 <= covered <= 394  # 380 expected; false alarm about 1 in 1,000


# ------------------------------------------------------------------ Monte Carlo error

TWO_INPUTS = ["inert", "real"]
SQUARE = {"num_vars": 2, "names": TWO_INPUTS, "bounds": [[0.0, 1.0]] * 2}
DESIGNS = {
    "morris": (lambda seed: walks(20, seed, SQUARE), lambda p, y: morris(p, y, TWO_INPUTS)[0]),
    "sobol": (lambda seed: saltelli(32, seed, SQUARE), lambda p, y: sobol(y, TWO_INPUTS)[1]),
    "correlation": (
        lambda seed: np.random.default_rng(seed).random((60, 2)),
        lambda p, y: rank_correlations(p, y, TWO_INPUTS),
    ),
}


def trials(design: str, count: int, smooth: float, number: int = 200) -> np.ndarray:
    """Return in how many trials an input without effect and a real one are sure."""
    result, (make, index) = np.zeros(2, int), DESIGNS[design]
    for seed in range(number):
        places = make(seed)
        weights = np.array([[1.0, 0.03]])  # the chance belongs to the input without effect
        chance = chance_at(places * weights, count, 5.0, smooth, seed)
        result += [effect.is_sure for effect in index(places, 100 * places[:, 1] + chance)]
    return result


@pytest.mark.statistical
@pytest.mark.parametrize("count", [6, 20])
@pytest.mark.parametrize("design", DESIGNS)
def test_noise_that_all_points_share_is_not_sure_and_a_real_effect_is(
    design: str, count: int
) -> None:
    inert, real = trials(design, count, smooth=300.0)
    assert inert <= 4  # 0.5 expected (0.25 % of each input); false alarm about 1 in 5,000
    assert real >= (40 if design == "correlation" else 190)


@pytest.mark.parametrize("design", DESIGNS)
def test_few_replications_make_nothing_sure_unless_there_is_no_chance(design: str) -> None:
    make, index = DESIGNS[design]
    places = make(1)
    values = 100 * places[:, 1]
    for count in (1, 2, 4, 5):
        chance = chance_at(places, count, 0.1, 0.1, 1)
        assert not any(effect.is_sure for effect in index(places, values + chance))
    assert [effect.is_sure for effect in index(places, again(values, 4))] == [False, True]
    assert not any(effect.is_sure for effect in index(places, again(values, 3)))


def test_an_index_of_noise_is_no_index() -> None:
    """Intervals over points alone call noise sure, with every seed, whatever its size."""
    places, walked, seen = saltelli(64, 1, SQUARE), walks(20, 1, SQUARE), np.zeros(2, int)
    for seed in range(20):
        noise, steps = (
            chance_at(item * [[1.0, 0.05]], 4, 2.0, 300.0, seed) for item in (places, walked)
        )
        right = sobol_analysis.analyze(SQUARE, noise.mean(axis=0), calc_second_order=False, seed=1)
        assert right["ST"][0] - right["ST_conf"][0] > 0.0
        screened = morris_analysis.analyze(SQUARE, walked, steps.mean(axis=0), num_levels=4)
        assert screened["mu_star"][0] - screened["mu_star_conf"][0] > 0.0
        result = sobol(noise, TWO_INPUTS)[1][0], morris(walked, steps, TWO_INPUTS)[0][0]
        seen += [item.low > 0.0 for item in result]
    assert seen.max() <= 4  # 1 expected (5 %); false alarm of each about 1 in 400


def test_a_dummy_input_comes_out_at_nothing_on_average() -> None:
    """An input that is in no formula: its mean index is 0, and not the noise of the points."""
    alone, plain = [], []
    for seed in range(40):
        places = saltelli(64, seed)
        outcomes = 30 * places[:, 1] + chance_at(places, 6, 12.0, 0.0, seed)
        alone.append(sobol(outcomes, NAMES)[1][2].value)
        whole = outcomes.mean(axis=0)
        analysed = sobol_analysis.analyze(CUBE, whole, calc_second_order=False, num_resamples=2)
        plain.append(float(analysed["ST"][2]))
    share = 12**2 / 6 / (12**2 / 6 + 30**2 / 12)
    assert np.mean(plain) == pytest.approx(share, abs=0.03)  # the Monte Carlo error
    assert np.mean(alone) < 0.03  # less than 0 counts as 0


def test_the_noise_share_is_that_of_the_variance_between_points() -> None:
    places = np.random.default_rng(3).random((400, 2))
    for count in (4, 16):
        result = noise_share(30 * places[:, 1] + chance_at(places, count, 12.0, 0.0, count))
        truth = 12**2 / count / (12**2 / count + 30**2 / 12)
        assert result == pytest.approx(truth, rel=0.15)
    assert math.isnan(noise_share(places[:1]))
    assert noise_share(chance_at(places, 8, 1.0, 0.0, 1)) > 0.8


@pytest.mark.statistical
@pytest.mark.parametrize(("rough", "smooth"), [(3.0, 0.0), (3.0, 3.0), (0.0, 6.0)])
def test_intervals_of_a_known_function_with_noise_cover_the_truth(
    rough: float, smooth: float
) -> None:
    """Ishigami's function with Monte Carlo error, 100 trials of each index: 90 or more of them."""
    screened = np.array(
        [e.value for e in morris(walks(3000, 99), again(ishigami(walks(3000, 99))), NAMES)[0]]
    )
    covered = np.zeros((3, 3))
    for seed in range(100):
        places, walked = saltelli(64, seed), walks(20, seed)
        first, total = sobol(ishigami(places) + chance_at(places, 10, rough, smooth, seed), NAMES)
        steps = morris(
            walked, ishigami(walked) + chance_at(walked, 10, rough, smooth, seed), NAMES
        )[0]
        for row, (result, truths) in enumerate(
            ((first, FIRST), (total, TOTAL), (steps, screened.tolist()))
        ):
            covered[row] += [e.low <= t <= e.high for e, t in zip(result, truths, strict=True)]
    assert covered.min() >= 88  # of 95 expected or more; false alarm of any about 1 in 100
    assert covered.mean() >= 94


# ------------------------------------------------------------------ one at a time

BASE = np.array([10.0, 30.0, 20.0, 40.0, 25.0, 15.0])
SHAKEN = np.array([0.0, 9.0, -6.0, 3.0, -4.0, 7.0])


def test_swings_are_paired_and_the_sure_ones_come_first() -> None:
    wide = np.array([9.0, -11.0, 12.0, -8.0, 7.0, -10.0])
    ends = [
        (BASE + wide, BASE - wide),  # wide but unsure
        (BASE - 1 + 0.001 * wide, BASE + 2),  # sure: the chance of the base cancels out
    ]
    result = swings(BASE, ends, ["unsure", "sure"])
    assert [item.name for item in result] == ["sure", "unsure"]
    assert (result[0].low.mean, result[0].high.mean) == pytest.approx((-1.0, 2.0), abs=0.001)
    assert result[0].sure[0]
    assert result[1].sure == (False, False, False)


def test_swings_of_few_replications_are_not_sure_unless_there_is_no_chance() -> None:
    for count in (2, 3, 4, 5):
        (result,) = swings(BASE[:count], [(BASE[:count] - 5, BASE[:count] + 7)], ["few"])
        assert not result.is_sure
    even = np.full(4, 100.0)
    (cost,) = swings(even, [(even, even + 7)], ["a cost"])
    assert cost.sure == (False, True, True)
    (three,) = swings(even[:3], [(even[:3], even[:3] + 7)], ["a cost"])
    assert not three.is_sure


@pytest.mark.statistical
def test_noise_at_three_ends_of_many_inputs_is_not_sure() -> None:
    chance, sure, alone = np.random.default_rng(9), 0, 0
    for _ in range(300):
        base, ends = chance.normal(0, 1, 8), chance.normal(0, 1, (10, 2, 8))
        result = swings(
            base, [(low, high) for low, high in ends], [str(number) for number in range(10)]
        )
        sure += any(item.is_sure for item in result)
        alone += any(
            each.excludes_zero for item in result for each in (item.low, item.high, item.between)
        )
    assert sure <= 8  # 1.5 expected (0.5 %); false alarm about 1 in 10,000
    assert alone > 200  # what intervals at 95 % each would call sure


def test_the_first_is_named_alone_only_where_no_interval_reaches_it() -> None:
    first = Effect("first", -5.0, -6.0, -4.0, True)
    near, far = Effect("near", 3.5, 2.5, 4.5, True), Effect("far", 3.0, 2.1, 3.9, True)
    unsure, small = Effect("unsure", 3.0, -1.0, 7.0, False), Effect("small", 0.0, -1.0, 1.0, False)
    assert [swing.name for swing in foremost([far, near, small, first])] == ["first", "near"]
    assert [swing.name for swing in foremost([far, small, first])] == ["first"]
    assert [swing.name for swing in foremost([unsure, far, first])] == ["first", "unsure"]
    assert foremost([unsure]) == []
    unknown = Effect("unknown", 1.0, math.nan, math.nan, False)
    assert [swing.name for swing in foremost([unknown, first])] == ["first", "unknown"]


def test_what_is_smaller_than_any_sure_effect_is_out_of_the_question() -> None:
    wide, sharp, less = (
        Effect("wide", 10.0, 1.0, 19.0, True),
        Effect("sharp", 9.0, 8.0, 10.0, True),
        Effect("less", 5.0, 4.5, 5.5, True),
    )
    assert [swing.name for swing in foremost([wide, sharp, less])] == ["wide", "sharp"]


def test_swings_are_told_apart_replication_by_replication() -> None:
    chance = 0.1 * SHAKEN  # the same for both inputs
    steady, noisy = BASE - 12 - chance, BASE + 11 + chance  # the order is certain
    near = BASE + 12 + chance[::-1]  # as wide, with a chance of its own
    first = foremost_swings(swings(BASE, [(steady, BASE), (BASE, noisy)], ["first", "second"]))
    assert [item.name for item in first] == ["first"]
    both = foremost_swings(swings(BASE, [(steady, BASE), (BASE, near)], ["first", "near"]))
    assert {item.name for item in both} == {"first", "near"}


def test_a_swing_that_is_not_sure_may_still_be_the_widest() -> None:
    noisy = BASE + 4.5 + np.array([30.0, -30.0, 25.0, -25.0, 20.0, -20.0])
    steady = BASE + 5 + 0.01 * SHAKEN
    result = foremost_swings(swings(BASE, [(steady, BASE), (BASE, noisy)], ["steady", "noisy"]))
    assert [item.name for item in result] == ["steady", "noisy"]


def test_two_ends_that_differ_for_certain_are_a_sure_swing() -> None:
    base, chance = np.zeros(6), np.array([2.5, -2.5, 2.0, -2.0, 1.5, -1.5])
    (result,) = swings(base, [(chance - 1, chance + 1.0001 + 0.0001 * chance)], ["both ways"])
    assert result.sure == (False, False, True)
    assert result.is_sure


def test_a_swing_is_as_wide_as_its_two_ends_are_apart() -> None:
    base = np.array([10.0, 30.0, 20.0])
    (result,) = swings(base, [(base - 4, base + 3)], ["both ways"])
    assert result.width == 7.0


def test_points_that_nothing_beats() -> None:
    costs, nights = [1, 2, 2, 3, 4, 5, 1], [9, 7, 8, 7, 3, math.nan, 9]
    best = pareto_mask(costs, nights).tolist()
    assert best == [True, True, False, False, True, False, True]


# ---------------------------------------------------------------------------- exchange

SINGLE, OTHER = (axis.ravel() for axis in np.meshgrid(np.arange(5.0), np.arange(4.0)))


def test_points_missing_from_a_block_do_not_bend_the_exchange() -> None:
    first, other = np.tile([0.0, 0, 1, 1], 2), np.tile([0.0, 1, 0, 1], 2)
    block = np.repeat([0, 1], 4)
    values = 100 - 6 * first - 2 * other + 1000 * block
    kept = [0, 1, 2, 4, 5, 6, 7]
    args = (first[kept], other[kept], [values[kept]] * 3)
    assert exchange(*args, blocks=block[kept]).rate == pytest.approx(3.0)
    assert exchange(*args).rate != pytest.approx(3.0, abs=0.5)


def test_a_lever_that_does_nothing_but_rounding_is_worth_nothing() -> None:
    cost = 100.0 * np.array([1.0, 2, 3, 4]).repeat(4)
    first, other = np.array([1.0, 2, 3, 4]).repeat(4), np.tile([2.0, 4.0, 6.0, 8.0], 4)
    exchange_rate = exchange(first, other, [cost, cost, cost])
    assert exchange_rate.second.mean == 0.0
    assert not exchange_rate.is_known
    assert exchange(other, first, [cost, cost, cost]).rate == pytest.approx(0.0, abs=1e-12)


def test_the_exchange_of_a_plane_is_the_ratio_of_its_slopes() -> None:
    outcomes = [a - 6 * SINGLE - 2 * OTHER for a in (100.0, 120.0, 90.0, 80.0)]
    assert not exchange(SINGLE, OTHER, outcomes[:3]).is_known  # the same in three: no verdict
    exchange_rate = exchange(SINGLE, OTHER, outcomes)
    assert (exchange_rate.rate, exchange_rate.low, exchange_rate.high) == pytest.approx(
        (3.0, 3.0, 3.0)
    )
    assert exchange_rate.first.mean == pytest.approx(-6.0)
    assert exchange_rate.is_known


def test_an_exchange_for_something_that_may_do_nothing_is_not_named() -> None:
    outcomes = [100 - 6 * SINGLE + slope * OTHER for slope in (-1.0, 1.2, -0.8, 0.9)]
    rate = exchange(SINGLE, OTHER, outcomes)
    assert not rate.is_known


@pytest.mark.statistical
@pytest.mark.parametrize(("right", "fits"), [(3.0, True), (3.5, False)])
def test_exchange_intervals_cover_the_truth_as_often_as_they_say(right: float, fits: bool) -> None:
    chance, covered = np.random.default_rng(3), 0
    for _ in range(400):
        slopes = chance.multivariate_normal([-6, -2], [[1, 0.3], [0.3, 0.2]], 8)
        outcomes = [100 + a * SINGLE + b * OTHER for a, b in slopes]
        rate = exchange(SINGLE, OTHER, outcomes)
        covered += rate.low < right < rate.high
    assert (364 <= covered <= 394) == fits  # 380 expected; the wrong ratio is seen
