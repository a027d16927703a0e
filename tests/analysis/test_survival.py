"""Times that may not have ended: scipy as oracle, and the bias of looking at ended ones only."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.analysis.measure_functions import CENSORED, EVENT, OTHER_END, incidence

Floats = NDArray[np.float64]
MEAN_WAIT = 100.0


def waits(people: int, mean: float, seed: int) -> tuple[Floats, NDArray[np.int64]]:
    """Return exponential waits, cut where observation ends for each person."""
    source = np.random.default_rng(seed)
    whole = source.exponential(mean, people)
    seen_for = source.uniform(0.0, 250.0, people)
    return np.minimum(whole, seen_for), np.where(whole <= seen_for, EVENT, CENSORED)


@pytest.mark.parametrize("whole_days", [False, True])
def test_censored_waits_are_those_of_scipy(whole_days: bool) -> None:
    times, ends = waits(400, MEAN_WAIT, 1)
    if whole_days:  # ties between events, and of events with censored times
        times = np.floor(times / 20.0)
    ended, unended = times[ends == EVENT], times[ends == CENSORED]
    oracle = stats.ecdf(stats.CensoredData(uncensored=ended, right=unended)).sf
    result = incidence(times, ends)
    for time in np.unique(times):
        assert 1.0 - result.by(time) == pytest.approx(float(oracle.evaluate(time)), abs=1e-12)


def test_a_traced_example() -> None:
    result = incidence(np.array([2.0, 3.0, 3.0, 5.0]), np.array([EVENT, EVENT, CENSORED, EVENT]))
    assert [result.by(t) for t in (0.0, 2.0, 3.0, 5.0)] == pytest.approx([0.0, 0.25, 0.5, 1.0])
    assert result.median() == 3.0
    # 2 days of all, 1 of three quarters, 1 of a half
    assert result.restricted_mean(4.0) == pytest.approx(2.0 + 0.75 + 0.5)


def share_within_100_days(mean: float) -> tuple[float, float]:
    """Return the estimate and the naive share among ended waits, from 20,000 people."""
    times, ends = waits(20_000, mean, 2)
    return incidence(times, ends).by(100.0), float(np.mean(times[ends == EVENT] <= 100.0))


@pytest.mark.statistical
def test_unended_waits_are_counted_without_bias() -> None:
    """Standard error over seeds 0.0041; four of them are allowed."""
    expected = 1.0 - math.exp(-1.0)
    estimated, among_ended = share_within_100_days(MEAN_WAIT)
    assert estimated == pytest.approx(expected, abs=0.0164)
    assert among_ended != pytest.approx(expected, abs=0.1)


def test_ten_percent_longer_waits_are_seen() -> None:
    assert share_within_100_days(110.0)[0] != pytest.approx(1.0 - math.exp(-1.0), abs=0.0164)


def test_ends_that_rule_the_event_out_are_not_censoring() -> None:
    """Two competing constant risks: a third of all have the event, however long one waits."""
    source = np.random.default_rng(3)
    event, other = source.exponential(60.0, 20_000), source.exponential(30.0, 20_000)
    times = np.minimum(event, other)
    ends = np.where(event < other, EVENT, OTHER_END)
    share = incidence(times, ends).by(1e9)
    assert share == pytest.approx(1 / 3, abs=4 * math.sqrt(2 / 9 / 20_000))
    as_censored = incidence(times, np.where(ends == EVENT, EVENT, CENSORED)).by(100.0)
    assert as_censored > 0.7


def test_a_last_digit_does_not_part_equal_waits() -> None:
    # 7 days each, read off the clock at different dates; the second is still waiting.
    times = np.array([7.0, 7.0 - 5.7e-14, 9.0])
    result = incidence(times, np.array([EVENT, CENSORED, EVENT]))
    assert result.by(7.0) == pytest.approx(1 / 3)
    parted = incidence(times - np.array([0, 0.001, 0]), np.array([EVENT, CENSORED, EVENT]))
    assert parted.by(7.0) == 0.5
