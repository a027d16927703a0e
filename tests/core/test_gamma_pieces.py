"""Gamma laws in pieces: against the exact quantile and scipy, and the same bits in both engines.

Declared errors, relative: 1e-12 to ``gamma_quantile``, 5e-12 to scipy (what is declared for
``gamma_quantile`` itself in test_distributions).
"""

import math
from collections.abc import Callable

import numba
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.core.distributions import Distribution, distribution
from sim.core.events import HOUSED
from sim.core.quantiles import (
    COEFFICIENTS,
    NOWHERE,
    PIECES,
    SMALLEST_SHAPE,
    Family,
    draw_at,
    drawn,
    fill_piece,
    gamma_quantile,
    piece_of,
    quantile,
)
from sim.engines.compiled import draws
from sim.engines.compiled.draws import TABLE, fill_table, table_of
from sim.engines.compiled.plan_arrays import Flat
from sim.plan.build import plan_of
from sim.plan.tables import Plan
from sim.scenarios.loading import load
from tests.engines.test_agreement import compared
from tests.support.plans import Drafting

Floats = NDArray[np.float64]
STEP = 2.0**-53  # between two draws
LAST = 2.0**-13  # of the octaves in pieces
SHAPES = [
    *(SMALLEST_SHAPE, 1 / 1.5**2, 1.0, 1 / 0.7**2, 4.0, 30.0, 1e4),
    *np.exp(np.random.default_rng(8).uniform(math.log(SMALLEST_SHAPE), math.log(1e4), 12)),
]
exact_compiled = draws._shared["gamma_quantile"]


def borders() -> Floats:
    """Return the first and the last draw of every piece, and the draws outside beside them."""
    tails = [(1 + part / 16) * 2.0**-octave / 4 for octave in range(12) for part in range(17)]
    near = np.array([tail + step * STEP for tail in tails for step in (-2, -1, 0, 1, 2)])
    return np.concatenate([near, 1.0 - near])


def sample(size: int) -> Floats:
    """Return draws in the middle, in all octaves of both tails, and at the borders of pieces."""
    chance_of = np.random.default_rng(5)
    tails = np.floor(2.0 ** (53 - chance_of.uniform(1, 13, size))) * STEP
    return np.concatenate([chance_of.random(size), tails, 1.0 - tails, borders()])


@numba.njit
def from_table(table: Floats, u: Floats) -> Floats:
    """Return what the compiled engine computes from a table; nan where it asks the quantile."""
    result = np.full(len(u), np.nan)
    for number in range(len(u)):
        piece, place = chance_piece_of(u[number])
        if piece >= 0:
            result[number] = chance_value_in_piece(table, piece * COEFFICIENTS, place)
    return result


@numba.njit
def exact(shape: float, log_gamma: float, u: Floats) -> Floats:
    result = np.empty(len(u))
    for number in range(len(u)):
        result[number] = exact_compiled(shape, 1.0, log_gamma, u[number])
    return result


chance_piece_of, chance_value_in_piece = draws.piece_of, draws.value_in_piece


def plain(function: Callable[..., float], shape: float, u: Floats) -> Floats:
    """Return what a function of ``quantiles`` gives in CPython for a gamma law of scale 1."""
    law = (Family.GAMMA, shape, 1.0, math.lgamma(shape), ())
    return np.array([function(*law, value) for value in u.tolist()])


def largest(result: Floats, expected: Floats) -> float:
    """Return the largest relative difference, where the pieces answer."""
    kept = ~np.isnan(result) & (expected > 1e-290)
    return float(np.max(np.abs(result[kept] / expected[kept] - 1.0)))


# --- how close ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_pieces_keep_twelve_digits(shape: float) -> None:
    u, log_gamma = sample(100_000), math.lgamma(shape)
    result = from_table(table_of(shape, log_gamma), u)
    tail = np.minimum(u, 1.0 - u)
    assert np.array_equal(np.isnan(result), (tail < LAST) | (tail >= 0.5))
    assert largest(result, exact(shape, log_gamma, u)) < 1e-12


@pytest.mark.parametrize("shape", SHAPES)
def test_pieces_are_the_quantiles_of_scipy(shape: float) -> None:
    u = sample(2_000)
    law = stats.gamma(shape)
    expected = np.where(u < 0.5, law.ppf(u), law.isf(1.0 - u))
    assert largest(from_table(table_of(shape, math.lgamma(shape)), u), expected) < 5e-12


@pytest.mark.parametrize("shape", SHAPES)
def test_one_wrong_coefficient_is_seen(shape: float) -> None:
    u = sample(20_000)
    table = table_of(shape, math.lgamma(shape)).copy()
    table[COEFFICIENTS * 40 + 1] *= 1.0 + 1e-8
    assert largest(from_table(table, u), exact(shape, math.lgamma(shape), u)) > 1e-12


def test_a_piece_begins_and_ends_at_its_own_draws() -> None:
    """Places are exact: the draw before a border, counted to the next piece, lies outside it."""
    for piece in range(PIECES):
        first, last = draw_at(piece, -1.0), draw_at(piece, 1.0)
        inner, outer = (first, last - STEP) if first < last else (first, last + STEP)
        assert piece_of(inner) == (piece, -1.0)
        assert piece_of(outer)[0] == piece
        assert piece_of(outer)[1] < 1.0
        assert piece_of(last)[0] != piece


def test_a_place_in_a_piece_is_found_again() -> None:
    for piece in range(PIECES):
        for place in (-1.0, -0.75, 0.0, 213 / 256, 0.9375):
            assert piece_of(draw_at(piece, place)) == (piece, place)


def test_a_law_fitted_to_the_next_piece_is_far_off() -> None:
    """The neighbour's polynomial, from one end of a piece to the other."""
    table = table_of(2.0, 0.0)
    shifted = np.concatenate([table[COEFFICIENTS:], table[:COEFFICIENTS]])
    assert largest(from_table(shifted, sample(2_000)), exact(2.0, 0.0, sample(2_000))) > 1e-3


@pytest.mark.parametrize("shape", [1 / 900, 0.01, np.nextafter(SMALLEST_SHAPE, 0.0)])
def test_smaller_shapes_are_left_to_the_exact_quantile(shape: float) -> None:
    u = sample(20)
    assert np.array_equal(plain(drawn, shape, u), plain(quantile, shape, u))


def test_a_shape_well_below_the_smallest_would_lose_digits() -> None:
    u, log_gamma = sample(20_000), math.lgamma(0.04)
    assert largest(from_table(table_of(0.04, log_gamma), u), exact(0.04, log_gamma, u)) > 1e-11


def test_the_ends_and_the_middle_are_left_to_the_exact_quantile() -> None:
    u = np.array([0.0, STEP, LAST - STEP, 0.5, 1.0 - LAST + STEP, 1.0 - STEP])
    assert [piece_of(value)[0] for value in u.tolist()] == [NOWHERE] * 6
    assert np.array_equal(plain(drawn, 2.0, u), plain(quantile, 2.0, u))


# --- the same bits --------------------------------------------------------------------------------


def coefficients_that_differ(fill: Callable[..., None], shape: float) -> int:
    table = [0.0] * TABLE
    for piece in range(PIECES):
        fill(shape, math.lgamma(shape), piece, table, piece * COEFFICIENTS)
    compiled_ones = table_of(shape, math.lgamma(shape))
    return int(np.sum(np.array(table).view(np.uint64) != compiled_ones.view(np.uint64)))


@pytest.mark.parametrize("shape", [SMALLEST_SHAPE, 1 / 1.5**2, 1.0, 1 / 0.7**2, 60.0])
def test_compiled_coefficients_are_the_same_to_the_last_bit(shape: float) -> None:
    assert coefficients_that_differ(fill_piece, shape) == 0


def test_coefficients_in_another_order_of_nodes_are_seen_to_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sim.core import quantiles as gamma_pieces

    monkeypatch.setattr(gamma_pieces, "_NODES", tuple(sorted(gamma_pieces._NODES)))
    assert coefficients_that_differ(fill_piece, 2.0) > 1_000


@pytest.mark.parametrize("shape", [SMALLEST_SHAPE, 1.0, 1 / 0.7**2, 60.0])
def test_compiled_draws_are_the_same_to_the_last_bit(shape: float) -> None:
    u = sample(50_000)
    fast = from_table(table_of(shape, math.lgamma(shape)), u)
    kept = ~np.isnan(fast)
    assert np.array_equal(plain(drawn, shape, u[kept]), fast[kept])


def test_horner_s_rule_would_be_seen_to_differ() -> None:
    u = sample(5_000)
    table = table_of(2.0, 0.0)
    for_horner = np.zeros(len(u))
    for number, value in enumerate(u.tolist()):
        piece, place = piece_of(value)
        for power in range(COEFFICIENTS - 1, -1, -1):
            coefficient = table[max(piece, 0) * COEFFICIENTS + power]
            for_horner[number] = for_horner[number] * place + coefficient
    result = from_table(table, u)
    assert np.sum(result != for_horner) > 1_000
    assert largest(result, for_horner) < 1e-14


# --- in the engines -------------------------------------------------------------------------------


def stays_of(*laws: Distribution) -> Plan:
    draft = Drafting(horizon=120)
    for number, law in enumerate(laws):
        draft.place(f"stay {number}", 20, stay=law, to=HOUSED)
        draft.stream(1.0, to=number)
    return draft.plan()


@pytest.mark.parametrize("cv", [0.01, 0.7, 1.5, 4.0, 30.0])
def test_the_engines_agree_on_gamma_laws_of_any_spread(cv: float) -> None:
    law = distribution("gamma", mean=5.0, cv=cv)
    assert compared(stays_of(law, distribution("erlang", mean=2.0, phases=2))) == ""


def test_laws_of_one_shape_share_a_table() -> None:
    means = [distribution("gamma", mean=mean, cv=0.5) for mean in (1.0, 30.0)]
    others = [distribution("erlang", mean=3.0, phases=2), distribution("exponential", mean=2.0)]
    too_small = distribution("gamma", mean=2.0, cv=5.0)
    arrays = Flat(stays_of(*means, *others, too_small)).arrays
    assert arrays["pieces"].shape == (2 * TABLE,)
    assert sorted(arrays["shapes"]["pieces"].tolist()) == [-1, -1, 0, 0, TABLE]
    assert np.array_equal(arrays["pieces"][TABLE:], table_of(2.0, 0.0))


def test_every_gamma_law_of_paris_is_in_pieces() -> None:
    shapes = Flat(plan_of(load("scenarios/paris.yaml"))).arrays["shapes"]
    gammas = shapes[shapes["family"] == Family.GAMMA]
    assert len(gammas) > 5
    assert np.all(gammas["pieces"] >= 0)


def test_a_table_is_made_once_and_for_good() -> None:
    assert table_of(3.0, math.lgamma(3.0)) is table_of(3.0, math.lgamma(3.0))
    assert not table_of(3.0, math.lgamma(3.0)).flags.writeable
    assert [len(signature) for signature in fill_table.signatures] == [3]  # type: ignore[attr-defined]


def test_a_table_holds_the_standard_law() -> None:
    u = 0.3
    law = distribution("gamma", mean=90.0, cv=0.5)
    result = drawn(law.family, law.a, law.b, law.c, (), u)
    assert result == pytest.approx(gamma_quantile(law.a, law.b, law.c, u), rel=1e-14)
    assert result == pytest.approx(22.5 * stats.gamma(4.0).ppf(u), rel=1e-12)
