"""Two sets of replications, thousands of measures at once: differences and how sure they are.

``paired`` gives column by column what ``statistics.paired_difference`` and ``paired_p_value`` give;
``unpaired`` is Welch's test, for replications that do not share their luck.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import stdtr, stdtrit

from sim.analysis.statistics import holm
from sim.analysis.tables import estimates
from sim.analysis.windows import Array

LEVEL = 0.95
"""Confidence of every interval; 1 minus it is the chance of a false alarm in a family of tests."""


class Differences(NamedTuple):
    """Mean differences (changed minus base) with intervals and two-sided p-values, one per column.

    ``replications``: how many (pairs of) replications have the number. nan where there are fewer
    than two, or where a time was not reached in all of them: nothing is known about their luck.
    """

    mean: Array
    low: Array
    high: Array
    p: Array
    replications: Array


def paired(changed: Array, base: Array) -> Differences:
    """Return differences replication by replication; both (R, K), nan where there is no number."""
    with np.errstate(invalid="ignore"):  # inf - inf: not reached with and without, no difference
        gaps = changed - base
    mean, low, high, sd, count = estimates(gaps, LEVEL)
    p = _two_sided(mean, sd / np.sqrt(np.maximum(count, 1)), count - 1)
    return Differences(mean, low, high, p, count)


def unpaired(changed: Array, base: Array) -> Differences:
    """Return differences of means of independent replications; (R, K) and (Q, K).

    Source: Welch, Biometrika 34 (1947), with Satterthwaite's degrees of freedom.
    """
    first, second = estimates(changed, LEVEL), estimates(base, LEVEL)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = first.mean - second.mean
        mine, yours = first.sd**2 / first.replications, second.sd**2 / second.replications
        error = np.sqrt(mine + yours)
        freedom = (mine + yours) ** 2 / (
            mine**2 / (first.replications - 1) + yours**2 / (second.replications - 1)
        )
    # Without any luck in either, every number of replications gives the same.
    freedom = np.where(error == 0, 1.0, freedom)
    half = stdtrit(freedom, (1 + LEVEL) / 2) * error
    count = np.minimum(first.replications, second.replications)
    p = _two_sided(mean, error, freedom)
    return Differences(mean, mean - half, mean + half, p, count)


def _two_sided(mean: Array, error: Array, freedom: Array) -> Array:
    """Return the chance of a mean this far from 0; without luck it is 1 at 0 and else 0."""
    known = np.isfinite(mean) & ~np.isnan(error) & (freedom >= 1)
    ratio = np.divide(np.abs(mean), error, out=np.zeros_like(mean), where=known & (error > 0))
    p = 2.0 * stdtr(np.where(known, freedom, 1.0), -ratio)
    p = np.where(error > 0, p, np.where(mean == 0, 1.0, 0.0))
    found: Array = np.where(known, p, np.nan)
    return found


def holm_known(p: Array) -> Array:
    """Return Holm's adjusted p-values of one family; nan ones are no tests and stay nan."""
    known = ~np.isnan(p)
    adjusted = np.full_like(p, np.nan)
    adjusted[known] = holm(p[known])
    return adjusted
