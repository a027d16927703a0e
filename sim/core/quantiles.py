"""Quantile functions of all distributions: the only place where a draw becomes a value."""

from __future__ import annotations

import math
from collections.abc import Callable, MutableSequence, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import Any

# --- The quantile functions of all families: the only place where a draw becomes a value.
#
# Plain arithmetic on purpose: + - * /, log, exp, sqrt, x**y and loops, whose last digit is the
# same in CPython and compiled by numba. The compiled engine compiles these very functions (it
# registers each of ``SCALAR_FUNCTIONS``), so both engines share one knowledge, bit for bit. Never
# use here gamma, lgamma, erf, x**3 or x * (1 / y): their last digits differ between the two.
#
# ``u`` and ``v`` are draws in [0, 1). What the constants a, b, c of a family mean is written at
# ``Family``. ``values`` may be any indexable sequence of floats (a tuple, an array).

_LARGEST_LOG = -37.0  # below exp(-37) the first term of the gamma series is exact
_MANY = 100_000  # bound of every loop; the largest allowed shape needs some 1,000 turns


class Family(IntEnum):
    """The code of a family, with the constants an engine receives."""

    FIXED = 0  # a: value
    EXPONENTIAL = 1  # a: mean
    UNIFORM = 2  # a: low, b: high
    TRIANGULAR = 3  # a: low, b: mode, c: high
    GAMMA = 4  # a: shape, b: scale, c: log of the gamma function at the shape
    WEIBULL = 5  # a: shape, b: scale, c: log of the gamma function at 1 + 1 / shape
    LOGNORMAL = 6  # a: mean of the logarithm, b: its standard deviation
    EMPIRICAL = 7  # values: equally likely


# Plain numbers: an attribute of an enum would cost more than the arithmetic below.
_FIXED = int(Family.FIXED)
_EXPONENTIAL = int(Family.EXPONENTIAL)
_UNIFORM = int(Family.UNIFORM)
_TRIANGULAR = int(Family.TRIANGULAR)
_GAMMA = int(Family.GAMMA)
_WEIBULL = int(Family.WEIBULL)
_LOGNORMAL = int(Family.LOGNORMAL)


def exponential_quantile(mean: float, u: float) -> float:
    """Return the exponential quantile at ``u``."""
    return -mean * math.log(1.0 - u)


def uniform_quantile(low: float, high: float, u: float) -> float:
    """Return the uniform quantile at ``u``."""
    return low + (high - low) * u


def triangular_quantile(low: float, mode: float, high: float, u: float) -> float:
    """Return the triangular quantile at ``u``."""
    if u * (high - low) < mode - low:
        return low + math.sqrt(u * (high - low) * (mode - low))
    return high - math.sqrt((1.0 - u) * (high - low) * (high - mode))


def weibull_quantile(shape: float, scale: float, u: float) -> float:
    """Return the Weibull quantile at ``u``."""
    return float(scale * (-math.log(1.0 - u)) ** (1.0 / shape))


def normal_quantile(u: float) -> float:
    """Return the standard normal quantile at ``u`` in (0, 1), to about 1 part in 1e16.

    Source: Wichura, "Algorithm AS 241", Applied Statistics 37 (1988), routine PPND16.
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r
                + 6.7265770927008700853e4) * r + 4.5921953931549871457e4) * r
                + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r
                + 1.3314166789178437745e2) * r + 3.3871328727963666080e0)
            / (((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r
                + 3.9307895800092710610e4) * r + 2.1213794301586595867e4) * r
                + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r
                + 4.2313330701600911252e1) * r + 1.0)
        )  # fmt: skip
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    if r <= 5.0:
        r = r - 1.6
        tail = (
            (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r
                + 2.41780725177450611770e-1) * r + 1.27045825245236838258e0) * r
                + 3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r
                + 4.63033784615654529590e0) * r + 1.42343711074968357734e0)
            / (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r
                + 1.51986665636164571966e-2) * r + 1.48103976427480074590e-1) * r
                + 6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r
                + 2.05319162663775882187e0) * r + 1.0)
        )  # fmt: skip
    else:
        r = r - 5.0
        tail = (
            (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r
                + 1.24266094738807843860e-3) * r + 2.65321895265761230930e-2) * r
                + 2.96560571828504891230e-1) * r + 1.78482653991729133580e0) * r
                + 5.46378491116411436990e0) * r + 6.65790464350110377720e0)
            / (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r
                + 1.84631831751005468180e-5) * r + 7.86869131145613259100e-4) * r
                + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
                + 5.99832206555887937690e-1) * r + 1.0)
        )  # fmt: skip
    return -tail if q < 0.0 else tail


def lognormal_quantile(mu: float, sigma: float, u: float) -> float:
    """Return the lognormal quantile at ``u``."""
    if u <= 0.0:
        return 0.0
    return math.exp(mu + sigma * normal_quantile(u))


def gamma_lower(shape: float, x: float, slope: float) -> float:
    """Return P(shape, x) by its series, given ``slope = x**shape exp(-x) / Gamma(shape)``."""
    term = 1.0 / shape
    total = term
    divisor = shape
    for _ in range(_MANY):
        divisor += 1.0
        term = term * x / divisor
        total += term
        if term <= total * 1e-17:
            break
    return slope * total


def gamma_upper(shape: float, x: float, slope: float) -> float:
    """Return 1 - P(shape, x) by its continued fraction (Lentz), good for x above shape + 1."""
    b = x + 1.0 - shape
    c = 1e300
    d = 1.0 / b
    product = d
    turn = 0.0
    for _ in range(_MANY):
        turn += 1.0
        numerator = turn * (shape - turn)
        b += 2.0
        d = 1.0 / (numerator * d + b)
        c = b + numerator / c
        product *= d * c
        if abs(d * c - 1.0) <= 1e-15:
            break
    return slope * product


def gamma_start(shape: float, lowest: float, u: float) -> float:
    """Return a first guess of the logarithm of the standard gamma quantile, ``lowest`` or more.

    Source: Wilson and Hilferty, PNAS 17 (1931), for a shape from 1; below it Press et al.,
    Numerical Recipes, 3rd ed., section 6.2.1.
    """
    if shape < 1.0:
        share = 1.0 - shape * (0.253 + shape * 0.12)
        if u < share:
            guess = math.log(u / share) / shape
        else:
            guess = math.log(1.0 - math.log((1.0 - u) / (1.0 - share)))
    else:
        root = 1.0 - 1.0 / (9.0 * shape) + normal_quantile(u) / (3.0 * math.sqrt(shape))
        guess = math.log(shape) + 3.0 * math.log(root) if root > 0.1 else lowest
    return max(guess, lowest)


def gamma_step(shape: float, log_gamma: float, y: float, u: float) -> float:
    """Return how far the logarithm ``y`` lies above that of the gamma quantile, by Halley's rule.

    Applied to the logarithm of the smaller tail as a function of y: there both tails are concave.
    """
    x = math.exp(y)
    slope = math.exp(shape * y - x - log_gamma)
    if x < shape + 1.0:
        lower = gamma_lower(shape, x, slope)
        upper = 1.0 - lower
    else:
        upper = gamma_upper(shape, x, slope)
        lower = 1.0 - upper
    if u <= 0.5:
        newton = math.log(lower / u) * lower / slope
        bend = shape - x - slope / lower
    else:
        newton = -math.log(upper / (1.0 - u)) * upper / slope
        bend = shape - x + slope / upper
    return newton / max(0.5, 1.0 - 0.5 * newton * bend)


def gamma_quantile(shape: float, scale: float, log_gamma: float, u: float) -> float:
    """Return the gamma quantile at ``u``, to about 1 part in 1e12; ``log_gamma`` is at ``shape``.

    The distribution function is inverted in the logarithm of x, between bounds that always hold.
    """
    if u <= 0.0:
        return 0.0
    lowest = (math.log(u * shape) + log_gamma) / shape
    if lowest < _LARGEST_LOG:
        return scale * math.exp(lowest)
    low = lowest - 1e-6  # a little room: the answer can be the lowest itself
    # No draw of 53 bits lies above this: Laurent and Massart, Annals of Statistics 28 (2000).
    high = math.log(shape + 9.0 * math.sqrt(shape) + 40.0)
    y = gamma_start(shape, lowest, u)
    for _ in range(200):
        step = gamma_step(shape, log_gamma, y, u)
        if step > 0.0:
            high = y
        else:
            low = y
        following = y - step
        if not low <= following <= high:
            following = 0.5 * (low + high)
        if abs(following - y) <= 1e-8:
            return scale * math.exp(following)
        y = following
    return scale * math.exp(y)


def empirical_quantile(values: Sequence[float], u: float) -> float:
    """Return the value at place ``u`` of a list of equally likely values."""
    return values[min(int(u * len(values)), len(values) - 1)]


def quantile(family: int, a: float, b: float, c: float, values: Sequence[float], u: float) -> float:
    """Return the value of a draw ``u`` from a family with its constants."""
    if family == _EXPONENTIAL:
        return exponential_quantile(a, u)
    if family == _FIXED:
        return a
    if family == _GAMMA:
        return gamma_quantile(a, b, c, u)
    if family == _LOGNORMAL:
        return lognormal_quantile(a, b, u)
    if family == _UNIFORM:
        return uniform_quantile(a, b, u)
    if family == _TRIANGULAR:
        return triangular_quantile(a, b, c, u)
    if family == _WEIBULL:
        return weibull_quantile(a, b, u)
    return empirical_quantile(values, u)


SCALAR_FUNCTIONS: tuple[Callable[..., Any], ...] = (
    exponential_quantile,
    uniform_quantile,
    triangular_quantile,
    weibull_quantile,
    normal_quantile,
    lognormal_quantile,
    gamma_lower,
    gamma_upper,
    gamma_start,
    gamma_step,
    gamma_quantile,
    empirical_quantile,
    quantile,
)
"""Every function above, for the compiled engine to register."""


# --- The gamma quantile in polynomial pieces: what a draw costs once its law has been tabulated.
#
# Inverting the gamma distribution takes some fifty times as long as any other family. So a law is
# cut into pieces, each a polynomial through exact quantiles: first into octaves of the smaller of
# ``u`` and ``1 - u`` (1/4 to 1/2, 1/8 to 1/4, ...), because the quantile bends in proportion to
# its distance from either end, then into equal parts of each octave. The relative distance to
# ``gamma_quantile`` is below 1e-12 (measured: 4e-13 at the shapes 0.1 and 10,000, 2e-14 between
# 0.2 and 100). Where pieces would not reach that, the exact function answers: in the last
# octaves, which one draw in 4,000 meets, and for shapes below ``SMALLEST_SHAPE``, whose powers
# bend too much.
#
# Same rules of arithmetic as ``quantiles``: these functions are compiled too. Powers of two make
# places and nodes exact, so that a node is itself a draw. Source: Trefethen, Approximation Theory
# and Approximation Practice, chapters 2 to 8 (interpolation at Chebyshev points).

SMALLEST_SHAPE = 0.1
"""Of a law in pieces; a shape of 0.1 is a cv (sd / mean) of 3.2."""
COEFFICIENTS = 8
"""Of a piece, lowest power first: one cache line."""
_OCTAVES = 12
_PARTS = 16
_PIECES_OF_A_HALF = _OCTAVES * _PARTS
PIECES = 2 * _PIECES_OF_A_HALF
"""Of a law: those of the lower half from its middle outwards, then those of the upper half."""
NOWHERE = -1
"""The piece of a draw too close to 0, 1/2 or 1."""

# The Chebyshev points cos((2 i + 1) pi / 16) in 256ths, far from each other in turn (Leja's order),
# which keeps the divided differences small.
_NODES = (
    *(251.0 / 256.0, -251.0 / 256.0, 50.0 / 256.0, -142.0 / 256.0),
    *(213.0 / 256.0, -213.0 / 256.0, 142.0 / 256.0, -50.0 / 256.0),
)


def piece_of(u: float) -> tuple[int, float]:
    """Return the piece of a draw (or ``NOWHERE``) and its place there, from -1 to 1, exactly."""
    tail = u if u < 0.5 else 1.0 - u
    mantissa, exponent = math.frexp(tail)
    octave = -exponent - 1
    if octave < 0 or octave >= _OCTAVES:
        return NOWHERE, 0.0
    along = (mantissa - 0.5) * (2.0 * _PARTS)
    part = int(along)
    piece = octave * _PARTS + part
    if u >= 0.5:
        piece += _PIECES_OF_A_HALF
    return piece, 2.0 * (along - part) - 1.0


def draw_at(piece: int, place: float) -> float:
    """Return the draw at a place from -1 to 1 of a piece: ``piece_of`` the other way round."""
    is_upper = piece >= _PIECES_OF_A_HALF
    number = piece - _PIECES_OF_A_HALF if is_upper else piece
    octave = number // _PARTS
    part = number - octave * _PARTS
    tail = (1.0 + (part + 0.5 + 0.5 * place) / _PARTS) / (4 << octave)
    return 1.0 - tail if is_upper else tail


def fill_piece(
    shape: float, log_gamma: float, piece: int, into: MutableSequence[float], at: int
) -> None:
    """Write the coefficients of a piece of the standard gamma law (scale 1) into a row from ``at``.

    The polynomial through the exact quantiles at the nodes, by divided differences (Newton).
    """
    for i in range(COEFFICIENTS):
        into[at + i] = gamma_quantile(shape, 1.0, log_gamma, draw_at(piece, _NODES[i]))
    last = COEFFICIENTS - 1
    for order in range(1, COEFFICIENTS):
        for i in range(last, order - 1, -1):
            rise = into[at + i] - into[at + i - 1]
            into[at + i] = rise / (_NODES[i] - _NODES[i - order])
    for i in range(last - 1, -1, -1):  # from products of (z - node) to powers of z
        for j in range(i, last):
            into[at + j] -= _NODES[i] * into[at + j + 1]


def value_in_piece(row: Sequence[float], at: int, place: float) -> float:
    """Return the polynomial whose coefficients stand in a row from ``at``, at a place.

    By Estrin's rule, in pairs: half as long as Horner's, because few steps wait for each other.
    """
    square = place * place
    low = (row[at] + row[at + 1] * place) + (row[at + 2] + row[at + 3] * place) * square
    high = (row[at + 4] + row[at + 5] * place) + (row[at + 6] + row[at + 7] * place) * square
    return low + high * (square * square)


PIECE_FUNCTIONS: tuple[Callable[..., Any], ...] = (piece_of, draw_at, fill_piece, value_in_piece)
"""Every function above, for the compiled engine to register behind those of ``quantiles``."""


def is_in_pieces(family: int, shape: float) -> bool:
    """Return whether draws from a law are taken from its pieces."""
    return family == Family.GAMMA and shape >= SMALLEST_SHAPE


@lru_cache(maxsize=2**14)
def _piece(shape: float, log_gamma: float, piece: int) -> Sequence[float]:
    """Return the coefficients of a piece, made when first met: few are in a short run."""
    row = [0.0] * COEFFICIENTS
    fill_piece(shape, log_gamma, piece, row, 0)
    return row


def drawn(family: int, a: float, b: float, c: float, values: Sequence[float], u: float) -> float:
    """Return the value of a draw ``u`` like ``quantile``, that of a gamma law from its pieces."""
    if is_in_pieces(family, a):
        piece, place = piece_of(u)
        if piece != NOWHERE:
            return b * value_in_piece(_piece(a, c, piece), 0, place)
    return quantile(family, a, b, c, values, u)


# --- What is left of a stay met at a random moment: the length-biased stay and its residual.
#
# Somebody found in a place on a given day is more likely in a long stay: their whole stay has
# density x f(x) / mean, and the moment of the meeting is uniform within it. Source: Cox, Renewal
# Theory (1962), sections 5.2 to 5.4.
#
# Same rules of arithmetic as ``quantiles``: these functions are compiled too.


def length_biased_uniform(low: float, high: float, u: float) -> float:
    """Return the quantile at ``u`` of a length-biased uniform distribution."""
    return math.sqrt(low * low + u * (high * high - low * low))


def length_biased_triangular(low: float, mode: float, high: float, u: float) -> float:
    """Return the quantile at ``u`` of a length-biased triangular distribution.

    Each side of the mode has a cubic distribution function, inverted by halving: on the rising
    side in the distance from ``low``, on the falling side in the distance from ``high``.
    """
    scale = (high - low) * (low + mode + high) / 6.0
    rise = mode - low
    fall = high - mode
    rising = 0.0 if rise <= 0.0 else rise * (low / 2.0 + rise / 3.0) / scale
    if u < rising:
        target = u * scale * rise
        return low + halve(low / 2.0, 1.0 / 3.0, rise, target)
    if fall <= 0.0:
        return high
    target = (1.0 - u) * scale * fall
    return high - halve(high / 2.0, -1.0 / 3.0, fall, target)


def halve(square: float, cube: float, longest: float, target: float) -> float:
    """Return s in 0..longest where s * s * (square + cube * s), which grows, meets ``target``."""
    low = 0.0
    high = longest
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle <= low or middle >= high:
            break
        if middle * middle * (square + cube * middle) < target:
            low = middle
        else:
            high = middle
    return high


def length_biased_empirical(values: Sequence[float], u: float) -> float:
    """Return the quantile at ``u`` of a list in which each value weighs as much as it is long."""
    total = 0.0
    for value in values:
        total += value
    reached = 0.0
    longest = values[0]
    for value in values:
        reached += value
        if reached > u * total:
            return value
        if value > longest:
            longest = value
    return longest


def length_biased_quantile(
    family: int, a: float, b: float, c: float, values: Sequence[float], u: float
) -> float:
    """Return the value of a draw ``u`` from the length-biased version of a family.

    A gamma of shape k becomes one of shape k + 1, an exponential a gamma of shape 2, the logarithm
    of a lognormal moves up by its variance, and a Weibull is a power of a gamma.
    """
    if family == _FIXED:
        return a
    if family == _EXPONENTIAL:
        return gamma_quantile(2.0, a, 0.0, u)
    if family == _GAMMA:
        return gamma_quantile(a + 1.0, b, c + math.log(a), u)
    if family == _LOGNORMAL:
        return lognormal_quantile(a + b * b, b, u)
    if family == _UNIFORM:
        return length_biased_uniform(a, b, u)
    if family == _TRIANGULAR:
        return length_biased_triangular(a, b, c, u)
    if family == _WEIBULL:
        return float(b * gamma_quantile(1.0 + 1.0 / a, 1.0, c, u) ** (1.0 / a))
    return length_biased_empirical(values, u)


def residual_quantile(
    family: int, a: float, b: float, c: float, values: Sequence[float], u: float, v: float
) -> float:
    """Return what is left of a stay met at a random moment: ``v`` times its length-biased draw."""
    return v * length_biased_quantile(family, a, b, c, values, u)


RESIDUAL_FUNCTIONS: tuple[Callable[..., Any], ...] = (
    *SCALAR_FUNCTIONS,
    length_biased_uniform,
    halve,
    length_biased_triangular,
    length_biased_empirical,
    length_biased_quantile,
    residual_quantile,
)
"""All functions the compiled engine registers: those of ``quantiles`` and those above."""
