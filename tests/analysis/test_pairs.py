"""Differences of thousands of measures at once: the same as one by one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.analysis.statistics import holm, holm_known, paired, paired_difference, unpaired

RNG = np.random.default_rng(5)
BASE = RNG.normal(10.0, 2.0, (8, 5))
CHANGED = BASE + RNG.normal(0.3, 1.0, (8, 5))


def test_paired_columns_are_those_of_the_paired_t_test():
    result = paired(CHANGED, BASE)
    right = stats.ttest_rel(CHANGED, BASE)
    interval = right.confidence_interval(0.95)
    assert result.p == pytest.approx(right.pvalue, rel=1e-9)
    assert result.low == pytest.approx(interval.low, rel=1e-9)
    assert result.high == pytest.approx(interval.high, rel=1e-9)
    apart = stats.ttest_ind(CHANGED, BASE)  # the test it must not be
    assert result.p != pytest.approx(apart.pvalue, rel=1e-3)
    for column in range(5):
        item = paired_difference(CHANGED[:, column], BASE[:, column])
        bounds = (result.low[column], result.high[column])
        assert (item.low, item.high) == pytest.approx(bounds, rel=1e-12)


def test_pairs_see_what_independent_runs_hide():
    chance = np.random.default_rng(2).normal(0.0, 30.0, 12)
    small = np.random.default_rng(3).normal(2.0, 0.5, 12)
    result = paired_difference(100.0 + chance + small, 100.0 + chance)
    assert 1.0 < result.low < result.high < 3.0
    shuffled = paired_difference(100.0 + chance + small, 100.0 + chance[::-1])
    assert shuffled.low < 0.0 < shuffled.high


def test_pairs_need_the_same_replications():
    with pytest.raises(ValueError, match="the same replications, not 3 and 2"):
        paired_difference([1.0, 2.0, 3.0], [1.0, 2.0])


def test_unpaired_columns_are_welchs_test():
    other = RNG.normal(11.0, 0.5, (13, 5))
    result = unpaired(other, BASE)
    right = stats.ttest_ind(other, BASE, equal_var=False)
    interval = right.confidence_interval(0.95)
    assert result.p == pytest.approx(right.pvalue, rel=1e-9)
    assert result.low == pytest.approx(interval.low, rel=1e-9)
    assert result.high == pytest.approx(interval.high, rel=1e-9)
    student = stats.ttest_ind(other, BASE, equal_var=True)  # the test it must not be
    assert result.p != pytest.approx(student.pvalue, rel=1e-3)


def test_common_random_numbers_makes_intervals_narrower_only_where_it_is_shared():
    chance = RNG.normal(0.0, 5.0, (10, 1))
    base, changed = chance + RNG.normal(0, 0.1, (10, 1)), chance + RNG.normal(1, 0.1, (10, 1))
    paired_one, mixed = paired(changed, base), paired(changed, base[::-1])
    assert paired_one.high - paired_one.low < 0.1 * (mixed.high - mixed.low)


def test_a_number_missing_in_some_replications_uses_the_others():
    holed = CHANGED.copy()
    holed[2, 0] = np.nan
    kept = np.arange(8) != 2
    result = paired(holed, BASE)
    item = paired_difference(CHANGED[kept, 0], BASE[kept, 0])
    assert (result.mean[0], result.replications[0]) == (pytest.approx(item.mean), 7)


def test_no_noise_at_all_and_no_number_at_all():
    base = np.array([[1.0, 1.0, np.nan, 4.0], [1.0, 1.0, np.nan, np.inf]])
    changed = np.array([[1.0, 2.0, np.nan, 5.0], [1.0, 2.0, np.nan, 6.0]])
    for result in (paired(changed, base), unpaired(changed, base)):
        assert result.p[0] == 1.0
        assert np.isnan(result.p[2:]).all()
    only = paired(changed[:1], base[:1])
    assert np.isnan(only.p).all()
    assert only.mean[1] == 1.0


# ------------------------------------------------------- the same difference in all replications


def alike(size: float, count: int) -> np.ndarray:
    return np.full((count, 1), size)


def test_the_same_difference_in_a_few_replications_is_no_verdict():
    base = np.array([[13.0], [17.0], [12.0], [16.0]])
    for count, p in ((2, 2 / 9), (3, 2 / 27), (4, 2 / 81)):
        result = paired(base[:count] + 5.0, base[:count])
        assert (result.mean[0], result.p[0]) == (5.0, pytest.approx(p))
        bounds = [5.0, 5.0] if count == 4 else [np.nan, np.nan]
        assert [result.low[0], result.high[0]] == pytest.approx(bounds, nan_ok=True)
        item = paired_difference(base[:count, 0] + 5.0, base[:count, 0])
        assert (item.sd, item.excludes_zero) == (0.0, count == 4)


def test_two_constants_apart_are_as_sure_as_their_number_allows():
    for count, p in ((2, 1 / 8), (3, 1 / 32), (5, 1 / 512)):
        result = unpaired(alike(3.0, count), alike(1.0, count))
        assert (result.mean[0], result.p[0]) == (2.0, p)
        assert np.isnan(result.low[0]) == (count == 2)
    assert unpaired(alike(3.0, 20), alike(1.0, 7)).p[0] == 2.0**-26


def chances_of_counts(means: np.ndarray, count: int) -> tuple[float, float]:
    """Return the largest chance, over means of Poisson counts, that differences are all the same.

    And not 0: of ``count`` pairs, and of two groups of ``count`` counts, each without spread.
    """
    steps = np.arange(1, 400)
    pairs, groups = 0.0, 0.0
    for mean in means:
        pairs = max(pairs, 2 * float((stats.skellam.pmf(steps, mean, mean) ** count).sum()))
        p = stats.poisson.pmf(np.arange(400), mean) ** count
        groups = max(groups, float(p.sum() ** 2 - (p**2).sum()))
    return pairs, groups


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 3, 5, 8])
def test_equal_counts_are_never_said_to_be_rarer_than_they_are(count):
    base = np.array([[13.0], [17.0], [12.0], [16.0], [11.0], [9.0], [8.0], [7.0]])[:count]
    pairs, groups = chances_of_counts(np.geomspace(0.02, 50, 300), count)
    assert pairs <= paired(base + 1.0, base).p[0] <= 10 * pairs * 2**count
    assert groups <= unpaired(alike(1.0, count), alike(0.0, count)).p[0] <= 10 * groups * 2**count


def false_alarms(count: int, judge) -> int:
    """Return in how many of 1,000 pairs of runs any of 40 counts of one law is called moved."""
    chance = np.random.default_rng(7)
    means = np.geomspace(0.1, 30, 40)
    runs = chance.poisson(means, (1000, 2, count, 40)).astype(float)
    return sum(bool((holm_known(judge(first, other)) < 0.05).any()) for first, other in runs)


def welch_of_scipy(first, other):
    with np.errstate(all="ignore"):
        p = stats.ttest_ind(first, other, equal_var=False).pvalue
    gone = np.ptp(first, axis=0) + np.ptp(other, axis=0) == 0
    return np.where(gone, np.where(first[0] == other[0], 1.0, 0.0), p)


@pytest.mark.filterwarnings("ignore:Precision loss")
@pytest.mark.parametrize("count", [2, 3, 5])
def test_counts_that_did_not_move_raise_few_alarms(count):
    assert false_alarms(count, lambda first, other: unpaired(first, other).p) <= 50  # 5 %
    assert count > 2 or false_alarms(count, welch_of_scipy) > 100  # what is seen without the rule


def test_what_moved_is_still_seen():
    chance, seen = np.random.default_rng(8), 0
    for _ in range(200):
        base, changed = chance.poisson(20, (10, 40)), chance.poisson(20, (10, 40))
        changed[:, 0] = chance.poisson(32, 10)
        p = holm_known(unpaired(changed.astype(float), base.astype(float)).p)
        seen += bool(p[0] < 0.05)
    assert seen >= 160  # 187 seen with this seed


def test_the_last_digit_is_no_difference():
    tenth = np.full((20, 1), 0.1)
    noise = 1e-17 * np.arange(20.0)[:, None]
    for base, changed in (
        (tenth[:7], tenth),  # their sums differ in the last digit
        (1e6 * tenth, 1e6 * tenth + 1e-10),
        (np.zeros((20, 1)), noise),  # what is left of a difference of two sums
    ):
        assert unpaired(changed, base).p[0] == 1.0
        assert unpaired(changed, base).mean[0] == 0.0
    result = paired(1e5 + 0.3 + tenth, 1e5 + tenth + noise)  # 0.3 but for rounding, in all of them
    assert result.p[0] == 2 * 3.0**-20
    assert result.low[0] == result.high[0] == result.mean[0]


def test_a_small_difference_is_no_rounding():
    base = np.full((20, 1), 1e5)
    assert paired(base + 0.001, base).p[0] == 2 * 3.0**-20
    assert unpaired(base[:, :] + 0.001, base).p[0] == 2.0**-39


def test_not_reached_with_and_without_is_no_difference_to_be_told():
    never = np.full((3, 1), np.inf)
    assert np.isnan(paired(never, never).p).all()


def test_holm_counts_only_what_was_tested():
    p = np.array([0.01, np.nan, 0.04, 0.03])
    assert holm_known(p)[[0, 2, 3]].tolist() == holm(p[[0, 2, 3]]).tolist()
    assert np.isnan(holm_known(p)[1])
