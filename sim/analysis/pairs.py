"""Two sets of replications: differences and how sure they are, thousands of measures at once.

``paired`` for replications that share their luck, ``unpaired`` (Welch's test) for others. Times are
judged as any other number.

A difference that is the same in all replications, such as one person more, has no standard
deviation to judge it by. It is then as sure as its chance allows where nothing was changed. Paired:
if base and changed are drawn alike, a difference d is as likely as -d and at most as likely as 0,
so at most as likely as 1/3; n of them all d or all -d have a chance of at most 2/3**n. Unpaired:
n values all a and m values all b, or the other way round, have a chance of at most 2/2**(n + m)
(two values, equally likely). Both hold for any law, counts or not; no test of replications alone
can be surer.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from sim.analysis.statistics import Array, Interval, estimates, holm, is_same, observations

LEVEL = 0.95
"""Confidence of every interval; 1 minus it is the chance of a false alarm in a family of tests."""


class Differences(NamedTuple):
    """Mean differences (changed minus base) with intervals and two-sided p-values, one per column.

    ``replications``: how many (pairs of) replications have the number. nan where there are fewer
    than two, or where a time was not reached in all of them: nothing is known about their luck.
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
    found: Array = np.where(np.isfinite(sizes), sizes, 0.0).max(axis=0)
    return found


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
    half = stdtrit(freedom, (1 + level) / 2) * error
    count = np.minimum(first.replications, second.replications)
    p = _two_sided(mean, error, freedom)
    chance = 2 * 2.0 ** -(first.replications + second.replications)
    found = Differences(mean, mean - half, mean + half, p, count)
    return _without_spread(found, error == 0, chance, level)


def _two_sided(mean: Array, error: Array, freedom: Array) -> Array:
    """Return the chance of a mean this far from 0; 1 where there is no error."""
    known = np.isfinite(mean) & ~np.isnan(error) & (freedom >= 1)
    ratio = np.divide(np.abs(mean), error, out=np.zeros_like(mean), where=known & (error > 0))
    p = 2.0 * stdtr(np.where(known, freedom, 1.0), -ratio)
    found: Array = np.where(known, p, np.nan)
    return found


def _without_spread(found: Differences, without: Array, chance: Array, level: float) -> Differences:
    """Return differences of which those without any spread are as sure as their chance allows."""
    alike = without & (found.mean != 0) & ~np.isnan(found.p)
    unknown = alike & (chance > 1 - level)
    return found._replace(
        low=np.where(unknown, np.nan, found.low),
        high=np.where(unknown, np.nan, found.high),
        p=np.where(alike, chance, found.p),
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
    mean, low, high = (float(one[0]) for one in paired(*columns, level)[:3])
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
        one, other = values[:, :, i], values[:, :, j]
        gaps[row] = paired(other, one).mean
        up = gaps[row] > 0
        low, high = np.where(up, one, other), np.where(up, other, one)
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
