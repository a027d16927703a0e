"""What replications tell: means and intervals, warm-up, and how many replications are enough.

One value per replication is one independent observation; values are in the unit of their measure.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

Array = NDArray[np.float64]

ROUNDING = 1e-9
"""Two numbers are the same if they differ by at most this share of them, or this part of their
unit: sums in another order differ in their last digits. Nothing that was simulated is as small."""

FEWEST = 5
"""Replications below which a standard deviation is too uncertain for the precision rule."""
ALIKE = 60
"""Replications with one value from which the next has another in less than 5 % of cases (rule of
three: 3/60 at 95 %; Hanley and Lippman-Hand, JAMA 249, 1983)."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over replications with its confidence bounds and standard deviation.

    Bounds and deviation are nan with a single replication: nothing is known about its luck.
    """

    mean: float
    low: float
    high: float
    sd: float
    replications: int

    @property
    def half_width(self) -> float:
        """Half the length of the interval."""
        return (self.high - self.low) / 2.0

    @property
    def excludes_zero(self) -> bool:
        """Say whether the interval leaves out zero: a change that is not luck."""
        return self.low > 0.0 or self.high < 0.0


class Estimates(NamedTuple):
    """Means over replications with 95 % intervals, one entry per measure.

    ``low``, ``high`` and ``sd`` are nan with a single replication. ``replications``: how many have
    the number. A mean of times that were not all reached is inf, without interval.
    """

    mean: Array
    low: Array
    high: Array
    sd: Array
    replications: Array


def is_same(one: ArrayLike, other: ArrayLike) -> NDArray[np.bool_]:
    """Return where numbers are the same but for ROUNDING."""
    return np.isclose(one, other, rtol=ROUNDING, atol=ROUNDING)


def estimates(values: Array, level: float = 0.95, size: Array | None = None) -> Estimates:
    """Return estimates from replications (rows) by measures (columns); nan entries are left out.

    Values that are all the same but for ROUNDING have that mean to the last digit, and no spread.
    ``size``: of the numbers of which the values are differences, else of the values themselves.
    Source: Law, Simulation Modeling and Analysis, 5th ed., section 9.4.1 (Student t).
    """
    found = ~np.isnan(values)
    count = found.sum(axis=0)
    whole = (np.isfinite(values) | ~found).all(axis=0) & (count > 0)
    used = found & whole
    known = np.where(used, values, 0.0)
    start = known[found.argmax(axis=0), np.arange(values.shape[1])]
    gaps = np.where(used, known - start, 0.0)  # of equal values 0, to the last digit
    limit = ROUNDING * (np.abs(known).max(axis=0) if size is None else size) + ROUNDING
    gaps = np.where((np.abs(gaps) <= limit).all(axis=0), 0.0, gaps)
    shift = gaps.sum(axis=0) / np.maximum(count, 1)
    mean = np.where(whole, start + shift, np.where(count > 0, np.inf, np.nan))
    spread = np.where(used, gaps - shift, 0.0)
    many = whole & (count > 1)
    sd = np.where(many, np.sqrt((spread**2).sum(axis=0) / np.maximum(count - 1, 1)), np.nan)
    quantile = stdtrit(np.maximum(count - 1, 1), (1 + level) / 2)
    half = quantile * sd / np.sqrt(np.maximum(count, 1))
    return Estimates(mean, mean - half, mean + half, sd, count.astype(np.float64))


def observations(values: ArrayLike) -> Array:
    """Return one value for each of one or more replications, else raise ValueError."""
    observed = np.asarray(values, dtype=float)
    if observed.ndim != 1 or observed.size == 0:
        raise ValueError("an estimate needs one value for each of one or more replications")
    return observed


def estimate(values: ArrayLike, level: float = 0.95) -> Interval:
    """Return mean and Student t interval of one value per replication, as ``estimates``.

    A nan among the values (a measure that one replication could not give) makes all of it nan.
    """
    observed = observations(values)
    if not 0.0 < level < 1.0:
        raise ValueError(f"a confidence level lies between 0 and 1, not {level:g}")
    if np.isnan(observed).any():
        return Interval(math.nan, math.nan, math.nan, math.nan, observed.size)
    mean, low, high, sd, _ = (float(one[0]) for one in estimates(observed[:, None], level))
    return Interval(mean, low, high, sd, observed.size)


def holm(p_values: ArrayLike) -> Array:
    """Return the p-values adjusted for their number, in the order given.

    Below ``alpha`` after adjustment: rejected, with a chance of at most alpha of any false
    rejection, however the tests depend. Source: Holm, Scandinavian Journal of Statistics 6 (1979).
    """
    given = np.asarray(p_values, dtype=float)
    order = np.argsort(given)
    factors = np.arange(given.size, 0, -1)
    adjusted = np.empty_like(given)
    adjusted[order] = np.minimum(np.maximum.accumulate(given[order] * factors), 1.0)
    return adjusted


# ------------------------------------------------------------------ warm-up


@dataclass(frozen=True, slots=True)
class WarmUp:
    """How many observations to leave out, and whether the series is long enough to say so."""

    left_out: int
    is_settled: bool


def warm_up(series: ArrayLike, batch: int = 5) -> WarmUp:
    """Return the warm-up of a series of equally spaced observations by MSER-5.

    Left out is what makes the standard error of the mean of the rest smallest, looked for in the
    first half; found at its very end, the series has not settled. Give it the mean over
    replications, day by day. Source: White, Cobb and Spratt, Winter Simulation Conference (2000).
    """
    observed = np.asarray(series, dtype=float)
    batches = observed.size // batch
    if batches < 4:
        raise ValueError(f"a warm-up needs {4 * batch} observations or more, not {observed.size}")
    means = observed[: batches * batch].reshape(batches, batch).mean(axis=1)
    centred = means - means.mean()  # keeps the digits of a series far from 0
    rest = np.arange(batches, 0, -1)
    sums = np.cumsum(centred[::-1])[::-1]
    squares = np.cumsum(centred[::-1] ** 2)[::-1]
    half = batches // 2
    errors = (squares - sums**2 / rest)[: half + 1] / rest[: half + 1] ** 2
    best = int(np.argmin(errors))
    return WarmUp(best * batch, best < half)


# ------------------------------------------------------------------ how many replications


def is_precise(values: ArrayLike, wanted_relative: float, level: float = 0.95) -> bool:
    """Return whether the half-width is at most ``wanted_relative`` times the absolute mean.

    Replications without the number (nan) are left out. Fewer than FEWEST tell nothing, nor do
    fewer than ALIKE that all have the same value: their deviation of 0 may be luck.
    Source: Law, section 9.4.1.
    """
    if not 0.0 < wanted_relative < math.inf:
        raise ValueError(f"a relative precision is above 0, not {wanted_relative:g}")
    observed = observations(values)
    known = observed[~np.isnan(observed)]
    if known.size < FEWEST:
        return False
    found = estimate(known, level)
    if found.sd == 0.0:
        return known.size >= ALIKE
    return found.half_width <= wanted_relative * abs(found.mean)
