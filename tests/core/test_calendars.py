"""Calendars: values, areas, exact inversion, and products that never drift."""

import bisect
import math
import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from sim.core.calendars import Calendar, calendar, constant, next_change, product

OPENING = calendar((0.0, 2.0, 5.0, 9.0), (3.0, 0.0, 1.0, 4.0))

lengths = st.floats(0.01, 400.0)
rates = st.one_of(st.just(0.0), st.floats(0.01, 50.0), st.integers(0, 3).map(float))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    steps = draw(st.lists(st.tuples(lengths, rates), min_size=1, max_size=12))
    times = [0.0]
    for length, _ in steps[:-1]:
        times.append(times[-1] + length)
    return calendar(times, [rate for _, rate in steps])


def test_values_hold_from_their_time_on() -> None:
    assert [OPENING.at(t) for t in (0.0, 1.99, 2.0, 4.99, 5.0, 9.0, 1e9)] == [3, 3, 0, 0, 1, 4, 4]
    assert constant(7.0).at(123.0) == 7.0


def test_areas_are_cumulated_from_the_left() -> None:
    assert OPENING.areas == (0.0, 6.0, 6.0, 10.0)
    assert [OPENING.area(t) for t in (0.0, 1.0, 3.0, 6.0, 11.0)] == [0.0, 3.0, 6.0, 7.0, 18.0]


def test_area_is_the_integral_of_the_values() -> None:
    for t in (0.7, 2.5, 8.0, 12.5):
        integral = integrate.quad(OPENING.at, 0.0, t, points=[2.0, 5.0, 9.0], limit=200)[0]
        assert OPENING.area(t) == pytest.approx(integral, rel=1e-9)


def test_when_is_the_first_time_the_area_is_reached() -> None:
    targets = (-1.0, 0.0, 3.0, 6.0, 6.5, 10.0, 18.0)
    assert [OPENING.when(target) for target in targets] == [0.0, 0.0, 1.0, 2.0, 5.5, 9.0, 11.0]


def test_when_never_happens_without_a_rate() -> None:
    closing = calendar((0.0, 4.0), (2.0, 0.0))
    assert closing.when(8.0) == 4.0
    assert closing.when(8.0000001) == math.inf
    assert constant(0.0).when(1e-300) == math.inf


def test_rounding_does_not_step_over_a_closing() -> None:
    closing = calendar((0.0, 1.0, 8.1), (0.3, 2.8, 0.0))
    target = closing.areas[-1]
    assert 1.0 + (target - closing.areas[1]) / 2.8 > 8.1  # without care, by one last digit
    assert closing.when(target) == 8.1


def test_next_change() -> None:
    assert [next_change(OPENING, t) for t in (0.0, 1.9, 2.0, 8.0, 9.0)] == [2, 2, 5, 9, math.inf]
    assert next_change(constant(3.0), 0.0) == math.inf


@settings(max_examples=300, deadline=None)
@given(calendars(), st.floats(0.0, 5000.0))
def test_when_undoes_area_wherever_the_rate_is_positive(rate: Calendar, t: float) -> None:
    result = rate.when(rate.area(t))
    assert rate.area(result) == pytest.approx(rate.area(t), rel=1e-12, abs=1e-12)
    start = max(0, bisect.bisect_right(rate.times, t) - 1)
    if rate.at(t) > 0.0 and t > rate.times[start]:
        # One rounding of the area, divided by the rate, is the best there is.
        allowed = 1e-12 * (1.0 + t) + 4e-16 * rate.area(t) / rate.at(t)
        assert result == pytest.approx(t, abs=allowed)


@settings(max_examples=300, deadline=None)
@given(calendars(), st.lists(st.floats(0.0, 5000.0), min_size=2, max_size=30))
def test_area_and_when_never_fall(rate: Calendar, times: list[float]) -> None:
    times.sort()
    areas = [rate.area(t) for t in times]
    assert all(b >= a - 1e-12 * a for a, b in pairwise(areas))
    rows = [rate.when(area) for area in sorted(areas)]
    assert rows == sorted(rows)


def lies_in_a_positive_stretch(rate: Calendar, t: float) -> bool:
    """Whether the value is positive at t, or just before it."""
    before = max(0, bisect.bisect_left(rate.times, t) - 1)
    return rate.at(t) > 0.0 or rate.values[before] > 0.0


@settings(max_examples=300, deadline=None)
@given(calendars(), st.floats(0.0, 1.0, exclude_min=True))
def test_when_lies_where_the_rate_is_positive(rate: Calendar, share: float) -> None:
    result = rate.when(share * (rate.area(6000.0) + 1.0))
    assert result == math.inf or lies_in_a_positive_stretch(rate, result)


def test_an_instant_of_a_closed_stretch_would_be_seen() -> None:
    assert not lies_in_a_positive_stretch(OPENING, 3.0)


@settings(max_examples=300, deadline=None)
@given(calendars(), calendars(), st.floats(0.0, 5000.0))
def test_a_product_is_the_product_at_every_time(a: Calendar, b: Calendar, t: float) -> None:
    assert product(a, b).at(t) == a.at(t) * b.at(t)


def test_effective_capacity_never_drifts() -> None:
    drifting = [
        (places, percent)
        for places in range(1, 301)
        for percent in range(101)
        if product(constant(float(places)), constant(percent / 100), round_down=True).at(0.0)
        != places * percent // 100
    ]
    assert drifting == []


def test_plain_rounding_down_would_drift() -> None:
    drifting = [n for n in range(1, 300) if math.floor(n * 0.29) != n * 29 // 100]
    assert drifting == [100, 200]


def test_equal_neighbours_are_merged() -> None:
    merged = calendar((0.0, 1.0, 2.0, 3.0), (5.0, 5.0, 2.0, 2.0))
    assert merged == calendar((0.0, 2.0), (5.0, 2.0))
    assert product(OPENING, constant(0.0)) == constant(0.0)


@pytest.mark.parametrize(
    ("times", "values", "message"),
    [
        ((), (), "as many times as values, not 0 and 0"),
        ((0.0, 1.0), (1.0,), "as many times as values, not 2 and 1"),
        ((1.0,), (1.0,), "starts at time 0, not 1"),
        ((0.0, 2.0, 2.0), (1.0, 2.0, 3.0), "2 cannot follow 2"),
        ((0.0, 2.0, 1.0), (1.0, 2.0, 3.0), "1 cannot follow 2"),
        ((0.0, math.inf), (1.0, 2.0), "inf cannot follow 0"),
        ((0.0,), (-1.0,), "0 or more, not -1"),
        ((0.0,), (math.nan,), "0 or more, not nan"),
    ],
)
def test_wrong_calendars_are_refused_in_words(times: Any, values: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        calendar(times, values)


# ------------------------------------------------------------------ arrivals by exact inversion

FALSE_ALARM = 1e-3
SEASONS = calendar((0.0, 10.0, 20.0, 25.0), (5.0, 0.5, 0.0, 20.0))


def arrivals(rate: Calendar, until: float, seed: int) -> list[float]:
    source = random.Random(seed)
    times: list[float] = []
    used = source.expovariate(1.0)
    while rate.when(used) < until:
        times.append(rate.when(used))
        used += source.expovariate(1.0)
    return times


def chance_of_poisson(times: list[float], rate: Calendar, until: float) -> float:
    """Return the p-value of the times being uniform in the area, given how many they are."""
    shares = [rate.area(t) / rate.area(until) for t in times]
    return float(stats.kstest(shares, "uniform").pvalue)


def pooled_chance(rate: Calendar) -> float:
    """Judge 60 histories whose rate is ``rate`` against ``SEASONS``."""
    times = [t for seed in range(60) for t in arrivals(rate, 40.0, seed)]
    return chance_of_poisson(times, SEASONS, 40.0)


def test_arrivals_by_inversion_follow_the_rate() -> None:
    assert pooled_chance(SEASONS) > FALSE_ALARM
    counts = [len(arrivals(SEASONS, 40.0, seed)) for seed in range(60)]
    expected = 60 * SEASONS.area(40.0)
    deviation = (sum(counts) - expected) / math.sqrt(expected)
    assert abs(deviation) < stats.norm.isf(FALSE_ALARM / 2)
    spread = sum((n - expected / 60) ** 2 for n in counts) / (expected / 60)
    assert FALSE_ALARM / 2 < stats.chi2.cdf(spread, 60) < 1 - FALSE_ALARM / 2


def test_a_season_five_percent_too_busy_is_rejected() -> None:
    wrong = calendar((0.0, 10.0, 20.0, 25.0), (6.0, 0.5, 0.0, 20.0))
    assert pooled_chance(wrong) < FALSE_ALARM


def test_thinning_with_the_rate_of_the_previous_instant_is_rejected() -> None:
    times = []
    for seed in range(60):
        source = random.Random(seed)
        t = source.expovariate(SEASONS.at(0.0))
        while t < 40.0:
            times.append(t)
            # The gap is drawn at the rate of now, although the rate may change within it.
            t += source.expovariate(max(SEASONS.at(t), 0.05))
    assert chance_of_poisson(times, SEASONS, 40.0) < FALSE_ALARM
