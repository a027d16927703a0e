"""Families: quantiles against scipy, moments, residuals, and the same last bit when compiled."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numba
import numpy as np
import pytest
from numba.extending import register_jitable
from numpy.typing import NDArray
from scipy import stats

from sim.core.distributions import (
    DECLARATIONS,
    Distribution,
    distribution,
    equilibrium_residual,
    length_biased,
)
from sim.core.quantiles import (
    RESIDUAL_FUNCTIONS,
    Family,
    length_biased_quantile,
    normal_quantile,
    quantile,
)

Floats = NDArray[np.float64]
for function in RESIDUAL_FUNCTIONS:
    register_jitable(function)

VALUES = (3.0, 8.0, 8.0, 21.0, 1.5)


# as people write it, and the same in scipy
CONTINUOUS = [
    (("exponential", {"mean": 40.0}), stats.expon(scale=40.0)),
    (("uniform", {"low": 2.0, "high": 9.0}), stats.uniform(2.0, 7.0)),
    (("triangular", {"low": 1.0, "mode": 4.0, "high": 30.0}), stats.triang(3 / 29, 1.0, 29.0)),
    (("triangular", {"low": 0.0, "mode": 0.0, "high": 5.0}), stats.triang(0.0, 0.0, 5.0)),
    (("triangular", {"low": 0.0, "mode": 5.0, "high": 5.0}), stats.triang(1.0, 0.0, 5.0)),
    (("gamma", {"mean": 90.0, "cv": 0.5}), stats.gamma(4.0, scale=22.5)),
    (("gamma", {"mean": 90.0, "sd": 180.0}), stats.gamma(0.25, scale=360.0)),
    (("gamma", {"mean": 1.0, "cv": 0.05}), stats.gamma(400.0, scale=1 / 400)),
    (("gamma", {"mean": 1.0, "cv": 4.0}), stats.gamma(1 / 16, scale=16.0)),
    (("erlang", {"mean": 12.0, "phases": 3}), stats.gamma(3.0, scale=4.0)),
    (
        ("weibull", {"mean": 10.0, "shape": 1.7}),
        stats.weibull_min(1.7, scale=10 / math.gamma(1 + 1 / 1.7)),
    ),
    (
        ("weibull", {"mean": 10.0, "shape": 0.6}),
        stats.weibull_min(0.6, scale=10 / math.gamma(8 / 3)),
    ),
    (
        ("lognormal", {"mean": 30.0, "cv": 1.2}),
        stats.lognorm(math.sqrt(math.log(2.44)), scale=30 / math.sqrt(2.44)),
    ),
    (
        ("lognormal", {"mean": 30.0, "sd": 3.0}),
        stats.lognorm(math.sqrt(math.log(1.01)), scale=30 / math.sqrt(1.01)),
    ),
]
PAIRS = [
    pytest.param(distribution(name, **fields), oracle, id=f"{name} {fields}")
    for (name, fields), oracle in CONTINUOUS
]
EVERY: list[Distribution] = [
    *(distribution(name, **fields) for (name, fields), _ in CONTINUOUS),
    distribution("fixed", value=7.5),
    distribution("empirical", values=VALUES),
]


def draws(size: int) -> Floats:
    """Return even draws and draws close to both ends, of 53 bits like those of the engines."""
    middle = np.random.default_rng(5).random(size - 200)
    small = 2.0 ** -np.linspace(1.0, 53.0, 100)
    whole = np.floor(np.concatenate([middle, small, 1.0 - small]) * 2.0**53)
    return np.minimum(whole, 2.0**53 - 1.0) * 2.0**-53


def largest_error(ours: Distribution, oracle: Any) -> float:
    """Return the largest relative difference of quantiles; the upper half by the upper tail."""
    u = draws(2000)
    u = u[u > 0.0]
    expected = np.where(u < 0.5, oracle.ppf(u), oracle.isf(1.0 - u))
    result = np.array([ours.quantile(value) for value in u.tolist()])
    kept = expected > 1e-290  # digits are lost in denormal numbers
    if ours.family == Family.TRIANGULAR:  # written from its upper end, also where that ends at 0
        kept = expected > 1e-6 * ours.mean
    return float(np.max(np.abs(result[kept] / expected[kept] - 1.0)))


@pytest.mark.parametrize(("ours", "oracle"), PAIRS)
def test_quantiles_are_those_of_scipy(ours: Distribution, oracle: Any) -> None:
    assert largest_error(ours, oracle) < 1e-9


def test_a_shape_one_millionth_larger_is_seen_in_the_quantiles() -> None:
    wrong = distribution("gamma", mean=90.0, cv=0.5 * (1 + 1e-6))
    assert largest_error(wrong, stats.gamma(4.0, scale=22.5)) > 1e-9


def test_normal_quantile_is_that_of_scipy() -> None:
    u = draws(2000)
    u = u[u > 0.0]
    result = np.array([normal_quantile(value) for value in u.tolist()])
    expected = np.where(u < 0.5, stats.norm.ppf(u), stats.norm.isf(1.0 - u))
    assert np.max(np.abs(result - expected)) < 1e-13


@pytest.mark.parametrize("shape", [0.0012, 0.1, 0.9, 1.0, 2.5, 30.0, 1e4])
def test_gamma_quantile_keeps_twelve_digits_for_any_allowed_shape(shape: float) -> None:
    ours = Distribution(Family.GAMMA, shape, 1.0, math.lgamma(shape))
    # 5e-12 and not 1e-12: the shape 0.0012 amplifies the last bit of the draw 800 times.
    assert largest_error(ours, stats.gamma(shape)) < 5e-12


def test_quantiles_start_at_the_smallest_value() -> None:
    smallest = [row.quantile(0.0) for row in EVERY]
    assert smallest == [0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7.5, 3.0]


@pytest.mark.parametrize("row", EVERY, ids=str)
def test_quantiles_never_fall(row: Distribution) -> None:
    if row.family != Family.EMPIRICAL:  # a list keeps the order in which it was written
        result = np.array([row.quantile(value) for value in np.sort(draws(3000)).tolist()])
        assert np.all(np.diff(result) >= -1e-13 * result[1:])


def test_empirical_draws_take_each_value_in_its_turn() -> None:
    row = distribution("empirical", values=VALUES)
    assert [row.quantile((place + 0.5) / 5) for place in range(5)] == list(VALUES)
    assert row.quantile(1.0 - 2.0**-53) == VALUES[-1]


# ------------------------------------------------------------------ moments


@pytest.mark.parametrize(("ours", "oracle"), PAIRS)
def test_mean_and_variance_are_those_of_scipy(ours: Distribution, oracle: Any) -> None:
    assert ours.mean == pytest.approx(oracle.mean(), rel=1e-12)
    assert ours.variance == pytest.approx(oracle.var(), rel=1e-9)


def test_mean_and_variance_of_fixed_and_listed_values() -> None:
    fixed = distribution("fixed", value=7.5)
    listed = distribution("empirical", values=VALUES)
    assert (fixed.mean, fixed.variance) == (7.5, 0.0)
    assert listed.mean == pytest.approx(np.mean(VALUES))
    assert listed.variance == pytest.approx(np.var(VALUES))


def test_moments_are_those_of_the_quantile_function() -> None:
    """The midpoint rule over 20,000 even draws misses little of a tail that is not heavy."""
    u = (np.arange(20_000) + 0.5) / 20_000
    for row in EVERY:
        if row.variance < (1.2 * row.mean) ** 2:
            values = np.array([row.quantile(value) for value in u.tolist()])
            assert np.mean(values) == pytest.approx(row.mean, rel=1e-3)
            assert np.var(values) == pytest.approx(row.variance, rel=5e-2)


def test_an_unknown_code_has_no_mean() -> None:
    with pytest.raises(ValueError, match="there is no family with code 99"):
        _ = Distribution(99).mean


# ------------------------------------------------------------------ compiled


@cache
def compiled(source: Callable[..., float]) -> Any:
    def loop(family: int, a: float, b: float, c: float, values: Floats, u: Floats) -> Floats:
        result = np.empty(len(u))
        for place in range(len(u)):
            result[place] = source(family, a, b, c, values, u[place])
        return result

    return numba.njit(loop)


def bits_that_differ(source: Callable[..., float], row: Distribution, size: int) -> int:
    """Return for how many draws the function gives another number compiled than interpreted."""
    u = draws(size)
    constants = (row.family, row.a, row.b, row.c)
    fast = compiled(source)(int(row.family), *constants[1:], np.array(row.values), u)
    slow = np.array([source(*constants, row.values, value) for value in u.tolist()])
    return int(np.sum(fast.view(np.uint64) != slow.view(np.uint64)))


def one_of_each_family() -> list[Distribution]:
    rows = {row.family: row for row in reversed(EVERY)}
    assert set(rows) == set(Family)
    return list(rows.values())


@pytest.mark.slow
def test_compiled_quantiles_are_the_same_to_the_last_bit() -> None:
    differing = [bits_that_differ(quantile, row, 100_000) for row in one_of_each_family()]
    assert differing == [0] * len(Family)


def test_compiled_length_biased_quantiles_are_the_same_to_the_last_bit() -> None:
    rows = one_of_each_family()
    differing = [bits_that_differ(length_biased_quantile, row, 5_000) for row in rows]
    assert differing == [0] * len(Family)


def test_a_function_with_a_cube_would_be_seen_to_differ() -> None:
    def cubed(family: int, a: float, b: float, c: float, values: Any, u: float) -> float:
        return float(a * u**3)

    register_jitable(cubed)
    assert bits_that_differ(cubed, distribution("exponential", mean=3.0), 5_000) > 100


# ------------------------------------------------------------------ residuals


@pytest.mark.parametrize(("ours", "oracle"), PAIRS)
def test_length_biased_quantiles_invert_their_distribution(ours: Distribution, oracle: Any) -> None:
    """The oracle is the integral of x f(x) / mean up to the quantile, by scipy."""
    biased = length_biased(ours)
    for u in (0.003, 0.2, 0.5, 0.9):
        share = oracle.expect(lambda x: x, ub=biased(u)) / oracle.mean()
        assert share == pytest.approx(u, rel=2e-6)


def test_length_biased_list_gives_each_value_its_weight() -> None:
    biased = length_biased(distribution("empirical", values=VALUES))
    rows = [biased((place + 0.5) / 83) for place in range(83)]  # 83 halves make 41.5
    assert {value: rows.count(value) for value in set(VALUES)} == {3: 6, 8: 32, 21: 42, 1.5: 3}
    assert biased(1.0 - 2.0**-53) in VALUES


def test_length_bias_needs_something_to_weigh() -> None:
    with pytest.raises(ValueError, match="mean is above 0"):
        length_biased(distribution("fixed", value=0.0))


SIDE = 300  # even draws in each direction


def mean_residual(row: Distribution) -> float:
    even = ((np.arange(SIDE) + 0.5) / SIDE).tolist()
    return float(np.mean([equilibrium_residual(row, u, v) for u in even for v in (0.25, 0.75)]))


MODEST = [row for row in EVERY if row.variance < (1.3 * row.mean) ** 2]


@pytest.mark.parametrize("row", MODEST, ids=str)
def test_mean_residual_is_half_the_second_moment_over_the_mean(row: Distribution) -> None:
    """Declared error 1.5 %: the midpoint rule with 300 draws, worst for a heavy tail."""
    expected = (row.variance + row.mean**2) / (2 * row.mean)
    assert mean_residual(row) == pytest.approx(expected, rel=0.015)


def test_a_residual_drawn_from_the_plain_stay_is_rejected() -> None:
    row = distribution("gamma", mean=90.0, cv=0.5)
    even = ((np.arange(SIDE) + 0.5) / SIDE).tolist()
    plain = np.mean([0.5 * row.quantile(u) for u in even])
    assert plain != pytest.approx((row.variance + row.mean**2) / (2 * row.mean), rel=0.1)


def test_a_two_percent_longer_stay_is_rejected() -> None:
    longer = distribution("gamma", mean=91.8, cv=0.5)
    assert mean_residual(longer) != pytest.approx(90.0 * 1.25 / 2, rel=0.015)


# ------------------------------------------------------------------ what people write


@pytest.mark.parametrize(
    ("name", "fields", "message"),
    [
        ("fixed", {"value": -1.0}, "fixed: value must be 0 or more, not -1"),
        ("exponential", {"mean": 0.0}, "exponential: mean must be above 0, not 0"),
        ("exponential", {"mean": math.inf}, "exponential: mean must be above 0, not inf"),
        ("exponential", {"mean": math.nan}, "exponential: mean must be above 0, not nan"),
        ("exponential", {}, "exponential needs 'mean'"),
        ("exponential", {"mean": 1.0, "cv": 2.0}, "exponential has no field 'cv'; it has mean"),
        ("uniform", {"low": 4.0, "high": 4.0}, "uniform: high must be above low (4), not 4"),
        ("triangular", {"low": 4.0, "mode": 5.0, "high": 4.0}, "high must be above low"),
        ("triangular", {"low": 1.0, "mode": 5.0, "high": 4.0}, "mode must lie between 1 and 4"),
        ("gamma", {"mean": 3.0}, "gamma needs either cv or sd, and only one"),
        ("gamma", {"mean": 3.0, "cv": 1.0, "sd": 3.0}, "gamma needs either cv or sd, and only one"),
        ("gamma", {"mean": 3.0, "cv": 0.0}, "(cv or sd 0) is written 'fixed'"),
        ("lognormal", {"mean": 3.0, "sd": 0.0}, "(cv or sd 0) is written 'fixed'"),
        ("gamma", {"mean": 3.0, "cv": 0.001}, "cv (sd / mean) must lie between 0.01 and 30"),
        ("lognormal", {"mean": 3.0, "cv": -1.0}, "cv (sd / mean) must lie between 0.01 and 30"),
        ("erlang", {"mean": 3.0, "phases": 2.5}, "phases must be a whole number from 1 to 10000"),
        ("erlang", {"mean": 3.0, "phases": 0}, "phases must be a whole number from 1 to 10000"),
        ("weibull", {"mean": 3.0, "shape": 0.01}, "shape must lie between 0.1 and 100, not 0.01"),
        ("empirical", {"values": ()}, "values must hold at least one value"),
        ("empirical", {"values": (1.0, -2.0)}, "values[1] must be 0 or more, not -2"),
        ("normal", {"mean": 3.0}, "there is no family 'normal'; choose among fixed, exponential"),
    ],
)
def test_wrong_fields_are_refused_in_words(name: str, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        distribution(name, **fields)
    assert message in str(refused.value)


def test_every_field_has_a_sentence_and_every_alternative_is_a_field() -> None:
    for name, declaration in DECLARATIONS.items():
        names = [field.name for field in declaration.fields]
        assert declaration.name == name
        assert set(declaration.either) <= set(names)
        assert all(field.sentence.endswith(".") for field in declaration.fields)
