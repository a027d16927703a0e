"""Times that may not have ended, against a published curve and against counting."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.measure_functions import CENSORED, EVENT, OTHER_END, incidence

# Weeks in remission of the 21 patients on 6-mercaptopurine (Freireich et al., Blood 21, 1963), the
# example of most textbooks; 0 = still in remission when last seen.
WEEKS = np.array(
    [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35], dtype=float
)
RELAPSED = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0])
PUBLISHED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


def test_without_other_ends_it_is_the_published_kaplan_meier_curve():
    curve = incidence(WEEKS, RELAPSED)
    for week, remaining in PUBLISHED.items():
        assert 1 - curve.by(week) == pytest.approx(remaining, abs=0.0006)
    assert curve.median() == 23


def test_completed_times_alone_would_not_give_that_curve():
    completed = incidence(WEEKS[RELAPSED == 1], RELAPSED[RELAPSED == 1])
    assert 1 - completed.by(10) < 0.6
    assert completed.median() < 23


def test_whoever_ended_otherwise_never_has_the_event():
    times = np.array([1.0, 2.0, 3.0, 4.0])
    ends = np.array([EVENT, OTHER_END, EVENT, OTHER_END])
    assert incidence(times, ends).by(10.0) == pytest.approx(0.5)
    assert incidence(times, ends).median() == 3.0
    as_if_censored = np.where(ends == OTHER_END, CENSORED, ends)
    assert incidence(times, as_if_censored).by(10.0) == pytest.approx(1 - 3 / 4 * 1 / 2)


def test_the_restricted_mean_is_the_area_above_the_curve():
    curve = incidence(np.array([1.0, 2.0, 4.0]), np.array([EVENT, EVENT, EVENT]))
    assert curve.restricted_mean(10.0) == pytest.approx((1 + 2 + 4) / 3)
    assert curve.restricted_mean(3.0) == pytest.approx((1 + 2 + 3) / 3)


def test_what_is_not_reached_or_not_there_is_told_apart():
    assert incidence(np.array([5.0]), np.array([CENSORED])).median() == np.inf
    nobody = incidence(np.array([]), np.array([]))
    assert np.isnan([nobody.median(), nobody.by(3), nobody.restricted_mean(3)]).all()
