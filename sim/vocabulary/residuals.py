"""What is left of a stay met at a random moment: the length-biased stay and its residual.

Somebody found in a place on a given day is more likely in a long stay: their whole stay has density
x f(x) / mean, and the moment of the meeting is uniform within it.
Source: Cox, Renewal Theory (1962), sections 5.2 to 5.4.

Same rules of arithmetic as ``quantiles``: these functions are compiled too.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from sim.vocabulary.quantiles import (
    SCALAR_FUNCTIONS,
    Family,
    gamma_quantile,
    lognormal_quantile,
)

_FIXED = int(Family.FIXED)
_EXPONENTIAL = int(Family.EXPONENTIAL)
_UNIFORM = int(Family.UNIFORM)
_TRIANGULAR = int(Family.TRIANGULAR)
_GAMMA = int(Family.GAMMA)
_WEIBULL = int(Family.WEIBULL)
_LOGNORMAL = int(Family.LOGNORMAL)


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
