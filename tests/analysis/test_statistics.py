"""Estimates: coverage, corrections, warm-up and the precision rule, each with a twin."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.analysis.statistics import (
    ALIKE,
    FEWEST,
    Interval,
    estimate,
    estimates,
    holm,
    is_precise,
    paired,
    warm_up,
)
from sim.api.scenarios import finite

FALSE_ALARM = 1e-3  # of each statistical test in this file
Floats = NDArray[np.float64]


def test_a_worked_interval() -> None:
    row = estimate([4.0, 6.0, 8.0])
    # t(0.975, 2) = 4.3027 as printed in tables; standard error 2 / sqrt(3)
    assert (row.mean, row.sd, row.replications) == (6.0, 2.0, 3)
    assert (row.low, row.high) == pytest.approx((1.0317, 10.9683), abs=1e-4)
    assert row.half_width == pytest.approx(4.9683, abs=1e-4)


def test_one_replication_claims_no_certainty() -> None:
    row = estimate([7.0])
    assert (row.mean, row.replications) == (7.0, 1)
    assert all(math.isnan(part) for part in (row.low, row.high, row.sd))


def test_a_measure_missing_once_has_no_interval() -> None:
    row = estimate([1.0, math.nan, 2.0])
    assert all(math.isnan(part) for part in (row.mean, row.low, row.high))


@pytest.mark.parametrize("wrong", [[], [[1.0, 2.0]], 3.0])
def test_what_is_not_one_value_per_replication_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="one value for each"):
        estimate(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_levels_outside_0_to_1_are_refused(level: float) -> None:
    with pytest.raises(ValueError, match="lies between 0 and 1"):
        estimate([1.0, 2.0], level)


def coverage_chance(interval: Callable[[Floats], Interval], level: float) -> float:
    """Return the p-value of the interval of 5 normal values covering the mean as often as said."""
    source = np.random.default_rng(8)
    covered = 0
    for _ in range(3000):
        result = interval(source.normal(50.0, 9.0, 5))
        covered += result.low <= 50.0 <= result.high
    return float(stats.binomtest(covered, 3000, level).pvalue)


@pytest.mark.statistical
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_intervals_cover_as_often_as_they_say(level: float) -> None:
    assert coverage_chance(lambda values: estimate(values, level), level) > FALSE_ALARM


def normal_interval(values: Floats) -> Interval:
    """The mistake of using the normal quantile with few replications."""
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    half = 1.959964 * sd / math.sqrt(values.size)
    return Interval(mean, mean - half, mean + half, sd, values.size)


def population_interval(values: Floats) -> Interval:
    """The mistake of dividing by the number of values instead of one less."""
    row = estimate(values)
    half = row.half_width * math.sqrt(1 - 1 / values.size)
    return Interval(row.mean, row.mean - half, row.mean + half, row.sd, values.size)


@pytest.mark.parametrize("mistake", [normal_interval, population_interval])
def test_intervals_that_are_too_short_are_rejected(mistake: Callable[[Floats], Interval]) -> None:
    assert coverage_chance(mistake, 0.95) < FALSE_ALARM


def test_equal_values_have_that_mean_to_the_last_digit() -> None:
    for count in range(2, 40):
        row = estimate([0.1] * count)
        assert (row.mean, row.low, row.high, row.sd) == (0.1, 0.1, 0.1, 0.0)
    assert float(np.mean([0.1] * 20)) != 0.1  # a plain mean has not


def test_values_that_differ_by_rounding_have_no_spread() -> None:
    assert estimate([0.1 + 0.2, 0.3, 0.3]).sd == 0.0
    assert estimate([1e6, 1e6 + 0.01]).sd > 0.0
    table = np.array([[0.3, np.nan, np.inf], [0.1 + 0.2, 5.0, 1.0]])
    rows = estimates(table)
    assert rows.sd[0] == 0.0
    assert rows.mean.tolist() == [0.3, 5.0, math.inf]
    assert np.isnan(rows.sd[1:]).all()


def test_the_mean_of_numbers_without_a_bound_has_their_sign() -> None:
    values = np.array([[1.0, np.inf, np.inf], [-np.inf, -np.inf, np.nan]])
    result = estimates(values)
    np.testing.assert_equal(result.mean, [-math.inf, math.nan, math.inf])
    assert estimate([-math.inf]).mean == -math.inf
    reached = paired(np.array([[3.0], [4.0]]), np.array([[np.inf], [5.0]]))
    assert reached.mean[0] == -math.inf  # reached with the change, and not without
    assert np.isnan(reached.p[0])
    assert [finite(value) for value in (math.inf, -math.inf)] == ["∞", "-∞"]


# ------------------------------------------------------------------ many tests


def test_holm_of_a_worked_example() -> None:
    # Smallest times 4, next times 3, ...; never below the one before, never above 1.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]).tolist() == [1.0, 1.0]
    assert holm([0.2]).tolist() == [0.2]


def false_rejections(adjust: Callable[[Floats], Floats]) -> float:
    """Return the p-value against: any of 8 true hypotheses is rejected in at most 5 % of 2,000."""
    given = np.random.default_rng(5).random((2000, 8))
    wrong = sum(bool(np.any(adjust(row) < 0.05)) for row in given)
    return float(stats.binomtest(wrong, 2000, 0.05, alternative="greater").pvalue)


@pytest.mark.statistical
def test_holm_keeps_false_rejections_rare() -> None:
    assert false_rejections(holm) > FALSE_ALARM
    assert false_rejections(lambda row: row) < FALSE_ALARM


# ------------------------------------------------------------------ warm-up


def emptying(days: int, transient: float, seed: int) -> Floats:
    """Return a daily series that approaches 100 with a time of 20 days, with noise of its own."""
    noise = np.random.default_rng(seed).normal(0.0, 2.0, days)
    return 100.0 - transient * np.exp(-np.arange(days) / 20.0) + noise


def mser_by_definition(series: Floats) -> int:
    means = [float(series[i : i + 5].mean()) for i in range(0, len(series) - 4, 5)]
    errors = []
    for left_out in range(len(means) // 2 + 1):
        rest = np.array(means[left_out:])
        errors.append(float(np.sum((rest - rest.mean()) ** 2)) / len(rest) ** 2)
    return 5 * int(np.argmin(errors))


@pytest.mark.parametrize("seed", range(5))
def test_warm_up_is_mser_by_its_definition(seed: int) -> None:
    series = 1e6 + emptying(403, 60.0, seed)
    assert warm_up(series).left_out == mser_by_definition(series)


def test_a_known_transient_is_left_out() -> None:
    """After 60 days 3.0 of the transient of 60 are left, after 150 days 0.03: noise is 2."""
    rows = [warm_up(emptying(400, 60.0, seed)) for seed in range(20)]
    assert all(each.is_settled and 60 <= each.left_out <= 150 for each in rows)
    kept = np.mean([emptying(400, 60.0, seed)[rows[seed].left_out :].mean() for seed in range(20)])
    assert kept == pytest.approx(100.0, abs=0.3)


@pytest.mark.statistical
def test_keeping_the_transient_is_seen_as_a_bias() -> None:
    kept = np.mean([emptying(400, 60.0, seed).mean() for seed in range(20)])
    assert kept != pytest.approx(100.0, abs=0.3)


def test_a_settled_series_loses_little() -> None:
    left_out = [warm_up(emptying(400, 0.0, seed)).left_out for seed in range(20)]
    assert np.median(left_out) <= 25


def test_a_series_that_keeps_growing_has_not_settled() -> None:
    growing = warm_up(np.arange(400.0))
    assert not growing.is_settled
    assert growing.left_out == 200


def test_a_short_series_is_refused() -> None:
    with pytest.raises(ValueError, match="needs 20 observations or more, not 19"):
        warm_up(np.zeros(19))


# ------------------------------------------------------------------ how many replications


def half_width(values: Floats) -> float:
    return float(stats.t.ppf(0.975, values.size - 1) * values.std(ddof=1) / math.sqrt(values.size))


def test_precise_is_a_half_width_of_a_share_of_the_mean() -> None:
    values = np.array([90.0, 110.0, 100.0, 95.0, 105.0, 120.0])
    share = half_width(values) / float(values.mean())
    assert is_precise(values, share * 1.001)
    assert not is_precise(values, share * 0.999)
    assert is_precise(-values, share * 1.001)
    assert not is_precise([-1.0, 1.0, -2.0, 2.0, 0.0], 0.99)  # a mean of 0


def test_few_replications_are_never_enough() -> None:
    steady = [100.0, 101.0, 99.0, 100.5, 99.5]
    assert not is_precise(steady[: FEWEST - 1], 0.5)
    assert is_precise(steady, 0.5)


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_equal_values_are_precise_only_where_another_would_have_been_seen(value: float) -> None:
    assert not is_precise([value] * 2, 0.5)
    assert not is_precise([value] * (ALIKE - 1), 0.5)
    assert is_precise([value] * ALIKE, 0.5)
    assert (1 - 0.05) ** ALIKE < 0.05  # a value that every 20th replication has


def test_replications_without_the_number_are_left_out() -> None:
    steady, wild = [100.0, 101.0, 99.0, 100.5, 99.5], [1.0, 2.0, 3.0, 90.0, 5.0]
    assert is_precise([math.nan, *steady], 0.05)
    assert not is_precise([math.nan, *steady[:4]], 0.05)
    assert not is_precise([math.nan, *wild], 0.05)
    assert not is_precise([math.inf, *steady], 0.05)  # a time that was not reached


def test_wrong_wishes_are_refused() -> None:
    with pytest.raises(ValueError, match="above 0, not 0"):
        is_precise([1.0, 2.0], 0.0)
