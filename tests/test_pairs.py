"""Differences of thousands of measures at once: the same as one by one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.analysis.pairs import holm_known, paired, unpaired
from sim.analysis.statistics import holm, paired_difference, paired_p_value

RNG = np.random.default_rng(5)
BASE = RNG.normal(10.0, 2.0, (8, 5))
CHANGED = BASE + RNG.normal(0.3, 1.0, (8, 5))


def test_paired_columns_are_those_of_the_single_test():
    found = paired(CHANGED, BASE)
    for column in range(5):
        one = paired_difference(CHANGED[:, column], BASE[:, column])
        numbers = (found.mean[column], found.low[column], found.high[column])
        assert numbers == pytest.approx((one.mean, one.low, one.high), rel=1e-12)
        p = paired_p_value(CHANGED[:, column], BASE[:, column])
        assert found.p[column] == pytest.approx(p, rel=1e-9)


def test_unpaired_columns_are_welchs_test():
    other = RNG.normal(11.0, 0.5, (13, 5))
    found = unpaired(other, BASE)
    right = stats.ttest_ind(other, BASE, equal_var=False)
    interval = right.confidence_interval(0.95)
    assert found.p == pytest.approx(right.pvalue, rel=1e-9)
    assert found.low == pytest.approx(interval.low, rel=1e-9)
    assert found.high == pytest.approx(interval.high, rel=1e-9)
    student = stats.ttest_ind(other, BASE, equal_var=True)  # the test it must not be
    assert found.p != pytest.approx(student.pvalue, rel=1e-3)


def test_the_same_luck_makes_intervals_narrower_only_where_it_is_shared():
    luck = RNG.normal(0.0, 5.0, (10, 1))
    base, changed = luck + RNG.normal(0, 0.1, (10, 1)), luck + RNG.normal(1, 0.1, (10, 1))
    paired_one, mixed = paired(changed, base), paired(changed, base[::-1])
    assert paired_one.high - paired_one.low < 0.1 * (mixed.high - mixed.low)


def test_a_number_missing_in_some_replications_uses_the_others():
    holed = CHANGED.copy()
    holed[2, 0] = np.nan
    kept = np.arange(8) != 2
    found = paired(holed, BASE)
    one = paired_difference(CHANGED[kept, 0], BASE[kept, 0])
    assert (found.mean[0], found.replications[0]) == (pytest.approx(one.mean), 7)


def test_no_luck_at_all_and_no_number_at_all():
    base = np.array([[1.0, 1.0, np.nan, 4.0], [1.0, 1.0, np.nan, np.inf]])
    changed = np.array([[1.0, 2.0, np.nan, 5.0], [1.0, 2.0, np.nan, 6.0]])
    for found in (paired(changed, base), unpaired(changed, base)):
        assert found.p[:2].tolist() == [1.0, 0.0]
        assert np.isnan(found.p[2:]).all()
    only = paired(changed[:1], base[:1])
    assert np.isnan(only.p).all()
    assert only.mean[1] == 1.0


def test_not_reached_with_and_without_is_no_difference_to_be_told():
    never = np.full((3, 1), np.inf)
    assert np.isnan(paired(never, never).p).all()


def test_holm_counts_only_what_was_tested():
    p = np.array([0.01, np.nan, 0.04, 0.03])
    assert holm_known(p)[[0, 2, 3]].tolist() == holm(p[[0, 2, 3]]).tolist()
    assert np.isnan(holm_known(p)[1])
