"""Means and intervals, warm-up, number of replications, and paired differences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

# --- What replications tell: means and intervals, warm-up, and how many replications are enough.
#
# One value per replication is one independent observation; values are in the unit of their
# measure.

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

    Bounds and deviation are nan with a single replication: nothing is known about its spread.
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
        """Say whether the interval leaves out zero: a change that is not chance."""
        return self.low > 0.0 or self.high < 0.0


class Estimates(NamedTuple):
    """Means over replications with 95 % intervals, one entry per measure.

    ``low``, ``high`` and ``sd`` are nan with a single replication. ``replications``: how many have
    the number. A mean of times that were not all reached is inf, without interval; one of numbers
    of which some are -inf is -inf, and nan where others are inf.
    """

    mean: Array
    low: Array
    high: Array
    sd: Array
    replications: Array


def student_quantile(freedom: Array | NDArray[np.intp], chance: float) -> Array:
    """Return the quantiles of Student's t distribution with these degrees of freedom."""
    # Imported late: it takes a tenth of a second, and a worker process needs no interval.
    from scipy.special import stdtrit

    return np.asarray(stdtrit(freedom, chance), np.float64)


def student_chance(freedom: Array, value: Array) -> Array:
    """Return the chance that Student's t with these degrees of freedom is at most ``value``."""
    # Imported late, as above.
    from scipy.special import stdtr

    return np.asarray(stdtr(freedom, value), np.float64)


def is_same(first: ArrayLike, other: ArrayLike) -> NDArray[np.bool_]:
    """Return where numbers are the same but for ROUNDING."""
    return np.isclose(first, other, rtol=ROUNDING, atol=ROUNDING)


def estimates(values: Array, level: float = 0.95, size: Array | None = None) -> Estimates:
    """Return estimates from replications (rows) by measures (columns); nan entries are left out.

    Values that are all the same but for ROUNDING have that mean to the last digit, and no spread.
    ``size``: of the numbers of which the values are differences, else of the values themselves.
    Source: Law, Simulation Modeling and Analysis, 5th ed., section 9.4.1 (Student t).
    """
    is_known = ~np.isnan(values)
    count = is_known.sum(axis=0)
    whole = (np.isfinite(values) | ~is_known).all(axis=0) & (count > 0)
    used = is_known & whole
    known = np.where(used, values, 0.0)
    start = known[is_known.argmax(axis=0), np.arange(values.shape[1])]
    gaps = np.where(used, known - start, 0.0)  # of equal values 0, to the last digit
    limit = ROUNDING * (np.abs(known).max(axis=0) if size is None else size) + ROUNDING
    gaps = np.where((np.abs(gaps) <= limit).all(axis=0), 0.0, gaps)
    shift = gaps.sum(axis=0) / np.maximum(count, 1)
    above, below = (np.isposinf(values).any(axis=0), np.isneginf(values).any(axis=0))
    infinite = np.where(above & below, np.nan, np.where(below, -np.inf, np.inf))
    mean = np.where(whole, start + shift, np.where(count > 0, infinite, np.nan))
    spread = np.where(used, gaps - shift, 0.0)
    many = whole & (count > 1)
    sd = np.where(many, np.sqrt((spread**2).sum(axis=0) / np.maximum(count - 1, 1)), np.nan)
    quantile = student_quantile(np.maximum(count - 1, 1), (1 + level) / 2)
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
    mean, low, high, sd, _ = (
        float(estimate[0]) for estimate in estimates(observed[:, None], level)
    )
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
    fewer than ALIKE that all have the same value: their deviation of 0 may be chance.
    Source: Law, section 9.4.1.
    """
    if not 0.0 < wanted_relative < math.inf:
        raise ValueError(f"a relative precision is above 0, not {wanted_relative:g}")
    observed = observations(values)
    known = observed[~np.isnan(observed)]
    if known.size < FEWEST:
        return False
    interval = estimate(known, level)
    if interval.sd == 0.0:
        return known.size >= ALIKE
    return interval.half_width <= wanted_relative * abs(interval.mean)


# --- Two sets of replications: differences and how sure they are, thousands of measures at once.
#
# ``paired`` for replications with common random numbers, ``unpaired`` (Welch's test) for others.
# Times are judged as any other number.
#
# A difference that is the same in all replications, such as one person more, has no standard
# deviation to judge it by. It is then as sure as its chance allows where nothing was changed.
# Paired: if base and changed are drawn alike, a difference d is as likely as -d and at most as
# likely as 0, so at most as likely as 1/3; n of them all d or all -d have a chance of at most
# 2/3**n. Unpaired: n values all a and m values all b, or the other way round, have a chance of at
# most 2/2**(n + m) (two values, equally likely). Both hold for any law, counts or not; no test of
# replications alone can be surer.

LEVEL = 0.95
"""Confidence of every interval; 1 minus it is the chance of a false alarm in a family of tests."""


class Differences(NamedTuple):
    """Mean differences (changed minus base) with intervals and two-sided p-values, one per column.

    ``replications``: how many (pairs of) replications have the number. nan where there are fewer
    than two, or where a time was not reached in all of them: nothing is known about their spread.
    The interval of a difference that is the same in all replications is nan too, until they are
    enough to tell it from none, and then without length.
    """

    mean: Array
    low: Array
    high: Array
    p: Array
    replications: Array


def paired(changed: Array, base: Array, level: float = LEVEL) -> Differences:
    """Return differences replication by replication; both (R, K), nan where there is no number."""
    mean, low, high, sd, count = estimates(_gaps(changed, base), level, _sizes(changed, base))
    p = _two_sided(mean, sd / np.sqrt(np.maximum(count, 1)), count - 1)
    return _without_spread(Differences(mean, low, high, p, count), sd == 0, 2 * 3.0**-count, level)


def _gaps(changed: Array, base: Array) -> Array:
    """Return changed minus base, 0 where they are the same but for rounding."""
    with np.errstate(invalid="ignore"):  # inf - inf: not reached with and without, no difference
        gaps: Array = changed - base
    gaps[is_same(changed, base) & np.isfinite(gaps)] = 0.0
    return gaps


def _sizes(changed: Array, base: Array) -> Array:
    """Return how large the numbers of each column are, at most."""
    sizes = np.maximum(np.abs(changed), np.abs(base))
    largest: Array = np.where(np.isfinite(sizes), sizes, 0.0).max(axis=0)
    return largest


def unpaired(changed: Array, base: Array, level: float = LEVEL) -> Differences:
    """Return differences of means of independent replications; (R, K) and (Q, K).

    Source: Welch, Biometrika 34 (1947), with Satterthwaite's degrees of freedom.
    """
    first, second = estimates(changed, level), estimates(base, level)
    mean = _gaps(first.mean, second.mean)
    with np.errstate(invalid="ignore", divide="ignore"):
        mine, yours = first.sd**2 / first.replications, second.sd**2 / second.replications
        error = np.sqrt(mine + yours)
        freedom = (mine + yours) ** 2 / (
            mine**2 / (first.replications - 1) + yours**2 / (second.replications - 1)
        )
    freedom = np.where(error == 0, 1.0, freedom)
    half = student_quantile(freedom, (1 + level) / 2) * error
    count = np.minimum(first.replications, second.replications)
    p = _two_sided(mean, error, freedom)
    chance = 2 * 2.0 ** -(first.replications + second.replications)
    differences = Differences(mean, mean - half, mean + half, p, count)
    return _without_spread(differences, error == 0, chance, level)


def _two_sided(mean: Array, error: Array, freedom: Array) -> Array:
    """Return the chance of a mean this far from 0; 1 where there is no error."""
    known = np.isfinite(mean) & ~np.isnan(error) & (freedom >= 1)
    ratio = np.divide(np.abs(mean), error, out=np.zeros_like(mean), where=known & (error > 0))
    p = 2.0 * student_chance(np.where(known, freedom, 1.0), -ratio)
    p_values: Array = np.where(known, p, np.nan)
    return p_values


def _without_spread(
    differences: Differences, without: Array, chance: Array, level: float
) -> Differences:
    """Return differences of which those without any spread are as sure as their chance allows."""
    alike = without & (differences.mean != 0) & ~np.isnan(differences.p)
    unknown = alike & (chance > 1 - level)
    return differences._replace(
        low=np.where(unknown, np.nan, differences.low),
        high=np.where(unknown, np.nan, differences.high),
        p=np.where(alike, chance, differences.p),
    )


def paired_difference(changed: ArrayLike, base: ArrayLike, level: float = LEVEL) -> Interval:
    """Return the interval of ``changed - base``, replication by replication, as ``paired``.

    A nan in a replication makes all of it nan.
    """
    first, second = observations(changed), observations(base)
    if first.size != second.size:
        raise ValueError(
            f"paired scenarios need the same replications, not {first.size} and {second.size}"
        )
    if np.isnan(first).any() or np.isnan(second).any():
        return Interval(math.nan, math.nan, math.nan, math.nan, first.size)
    columns = first[:, None], second[:, None]
    mean, low, high = (float(each[0]) for each in paired(*columns, level)[:3])
    sd = estimates(_gaps(*columns), level, _sizes(*columns)).sd
    return Interval(mean, low, high, float(sd[0]), first.size)


def unlike_periods(values: Array, margins: Array) -> list[tuple[int, int] | None]:
    """Return the two periods in which each number differs most for certain, None where none do.

    ``values`` (R, K, Y): replications, numbers, periods; ``margins`` (K,): how much two periods
    must differ to be told apart at all. Differences between periods are paired: the same
    replication, and so the same people, in both. Tested is a mean difference beyond the margin, on
    either side; p-values are Holm's for all pairs of periods of a number, so that the chance of
    naming two periods of a number whose periods are alike is at most 5 %.
    """
    count = values.shape[2]
    pairs = [(i, j) for i in range(count) for j in range(i + 1, count)]
    if not pairs or not len(margins):
        return [None] * len(margins)
    gaps, p = np.zeros((len(pairs), len(margins))), np.full((len(pairs), len(margins)), np.nan)
    for row, (i, j) in enumerate(pairs):
        first, other = values[:, :, i], values[:, :, j]
        gaps[row] = paired(other, first).mean
        up = gaps[row] > 0
        low, high = np.where(up, first, other), np.where(up, other, first)
        beyond = paired(high, low + margins)
        p[row] = np.where(beyond.mean > 0, beyond.p, np.where(np.isnan(beyond.p), np.nan, 1.0))
    adjusted = np.stack([holm_known(column) for column in p.T], axis=1)
    sure = adjusted < 1 - LEVEL
    sizes = np.where(sure, np.abs(gaps), 0.0)
    best = sizes.argmax(axis=0)
    return [pairs[row] if sizes[row, k] > 0 else None for k, row in enumerate(best)]


def holm_known(p: Array) -> Array:
    """Return Holm's adjusted p-values of one family; nan ones are no tests and stay nan."""
    known = ~np.isnan(p)
    adjusted = np.full_like(p, np.nan)
    adjusted[known] = holm(p[known])
    return adjusted
