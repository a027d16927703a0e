"""What many points tell: which inputs matter, what one is worth in another, what nothing beats.

Values are means over replications unless they say replications; luck is the same at every point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from sim.analysis.pairs import paired_difference
from sim.analysis.statistics import ROUNDING, Array, Interval

FEWEST = 5
"""Points below which a correlation says nothing."""
RESAMPLES = 1000
"""Bootstrap resamples behind the intervals of Morris and Sobol indices."""


@dataclass(frozen=True, slots=True)
class Effect:
    """How much an input moves an outcome: a number with its 95 % bounds."""

    name: str
    value: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Say whether the interval leaves out zero; only then the effect may be ranked."""
        return self.low > 0.0 or self.high < 0.0

    @property
    def least(self) -> float:
        """How large it is at least, whatever its sign."""
        return min(abs(self.low), abs(self.high)) if self.is_sure else 0.0

    @property
    def most(self) -> float:
        """How large it is at most, whatever its sign."""
        return max(abs(self.low), abs(self.high))


@dataclass(frozen=True, slots=True, eq=False)
class Swing:
    """An outcome with an input at its lowest and at its highest, against the base (paired).

    ``between``: from the lowest to the highest. ``widths``: how far apart the two furthest of the
    three are in each replication: those furthest in the mean, with the sign that makes it positive.
    """

    name: str
    low: Interval
    high: Interval
    between: Interval
    widths: Array

    @property
    def width(self) -> float:
        """How far apart base and ends are."""
        return float(self.widths.mean())

    @property
    def is_sure(self) -> bool:
        """Say whether two of the three (base and ends) differ for certain."""
        return any(one.excludes_zero for one in (self.low, self.high, self.between))


def ranked(effects: Sequence[Effect]) -> list[Effect]:
    """Return the effects that are sure, the largest first, then the others in the given order."""
    sure = sorted((one for one in effects if one.is_sure), key=lambda one: -abs(one.value))
    return sure + [one for one in effects if not one.is_sure]


def foremost(found: Sequence[Effect]) -> list[Effect]:
    """Return the effects of which one is the largest, as far as intervals tell; none if not sure.

    An effect is out of the question if it is smaller for certain than one that is sure.
    """
    least = max((one.least for one in found if one.is_sure), default=math.inf)
    return [one for one in ranked(found) if one.most >= least]


def foremost_swings(found: Sequence[Swing]) -> list[Swing]:
    """Return the swings of which one is the widest, as far as luck by luck tells; none unless sure.

    That is the widest sure one, and those not narrower than it for certain.
    """
    first = max((one for one in found if one.is_sure), key=lambda one: one.width, default=None)
    if first is None:
        return []
    others = [
        one
        for one in found
        if one is not first and not paired_difference(first.widths, one.widths).low > 0.0
    ]
    return [first, *others]


def _problem(names: Sequence[str]) -> dict[str, object]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def morris(
    places: ArrayLike, values: ArrayLike, names: Sequence[str], levels: int, seed: int = 1
) -> tuple[list[Effect], Array]:
    """Return the mean absolute elementary effects (mu*) and their standard deviations (sigma).

    ``places`` (N, inputs) are trajectories in the unit cube; an effect is the change of the outcome
    over the whole range of the input. Source: Morris (1991); Campolongo et al. (2007).
    """
    from SALib.analyze import morris as analysis

    found = analysis.analyze(
        _problem(names), np.asarray(places, float), np.asarray(values, float),
        num_resamples=RESAMPLES, num_levels=levels, seed=seed,
    )  # fmt: skip
    mean, half = np.asarray(found["mu_star"], float), np.asarray(found["mu_star_conf"], float)
    sigma = np.asarray(found["sigma"], float)
    return [Effect(n, m, m - h, m + h) for n, m, h in zip(names, mean, half, strict=True)], sigma


def sobol(
    values: ArrayLike, names: Sequence[str], seed: int = 1
) -> tuple[list[Effect], list[Effect]]:
    """Return first-order and total Sobol indices of points in Saltelli's order.

    First order: share of the variance that vanishes if the input is known. Total: share that stays
    if all others are known. Source: Saltelli et al. (2010).
    """
    from SALib.analyze import sobol as analysis

    observed = np.asarray(values, float)
    if observed.std() == 0.0:
        none = [Effect(name, 0.0, 0.0, 0.0) for name in names]
        return none, list(none)
    found = analysis.analyze(
        _problem(names), observed, calc_second_order=False, num_resamples=RESAMPLES, seed=seed
    )
    first, total = (
        [
            Effect(name, float(m), float(m - h), float(m + h))
            for name, m, h in zip(names, found[key], found[f"{key}_conf"], strict=True)
        ]
        for key in ("S1", "ST")
    )
    return first, total


def swings(
    base: ArrayLike, ends: Sequence[tuple[ArrayLike, ArrayLike]], names: Sequence[str]
) -> list[Swing]:
    """Return the swing of each input from replications at the base, its lowest and its highest.

    Those that are sure come first, the widest first.
    """
    start = np.asarray(base, float)
    found = []
    for name, (low, high) in zip(names, ends, strict=True):
        below, above = np.asarray(low, float), np.asarray(high, float)
        gaps = (below - start, above - start, above - below)
        widest = max(gaps, key=lambda gap: abs(float(gap.mean())))
        found.append(
            Swing(
                name,
                paired_difference(below, start),
                paired_difference(above, start),
                paired_difference(above, below),
                widest * (-1.0 if widest.mean() < 0 else 1.0),
            )
        )
    return sorted(found, key=lambda one: (not one.is_sure, -one.width))


def rank_correlations(places: ArrayLike, values: ArrayLike, names: Sequence[str]) -> list[Effect]:
    """Return Spearman's rank correlation of each input with the outcome (Fisher's intervals).

    Source: Bonett and Wright, Psychometrika 65 (2000), for the variance of the transform.
    """
    inputs, observed = np.asarray(places, float), np.asarray(values, float)
    effects = []
    for name, column in zip(names, inputs.T, strict=True):
        if np.ptp(column) == 0.0 or np.ptp(observed) == 0.0 or len(observed) < FEWEST:
            effects.append(Effect(name, 0.0, -1.0, 1.0))
            continue
        found = float(stats.spearmanr(column, observed).statistic)
        inner = min(max(found, -0.999999), 0.999999)
        half = stats.norm.ppf(0.975) * math.sqrt((1 + inner**2 / 2) / (len(observed) - 3))
        ends = (math.tanh(math.atanh(inner) + sign * half) for sign in (-1, 1))
        effects.append(Effect(name, found, *ends))
    return effects


def efficient(costs: ArrayLike, burdens: ArrayLike) -> NDArray[np.bool_]:
    """Return which points no other beats: none is as good in both and better in one (both low)."""
    cost, burden = np.asarray(costs, float), np.asarray(burdens, float)
    found = np.zeros(len(cost), dtype=bool)
    best = math.inf
    order = np.lexsort((burden, cost))
    for place, point in enumerate(order):
        if not (math.isfinite(cost[point]) and math.isfinite(burden[point])):
            continue
        if burden[point] < best:
            best = burden[point]
            found[point] = True
        elif burden[point] == best and place and found[order[place - 1]]:
            found[point] = cost[point] == cost[order[place - 1]]
    return found


# ------------------------------------------------------------------------ exchange


@dataclass(frozen=True, slots=True)
class Exchange:
    """How many units of the second lever do as much as one of the first, with 95 % bounds.

    ``first``, ``second``: what one unit of each changes in the outcome. Bounds are nan where the
    second lever may do nothing, or replications are too few: then no exchange can be named.
    """

    rate: float
    low: float
    high: float
    first: Interval
    second: Interval

    @property
    def is_known(self) -> bool:
        """Say whether the rate has bounds."""
        return not math.isnan(self.low)


def exchange(
    one: ArrayLike,
    other: ArrayLike,
    outcomes: ArrayLike,
    level: float = 0.95,
    blocks: ArrayLike | None = None,
) -> Exchange:
    """Return what a unit of ``one`` is worth in units of ``other``, over the points given.

    ``outcomes`` (R, N): replications by points. A plane is fitted to each replication by least
    squares; its slopes are one observation each. ``blocks`` (N,): points that differ in other
    levers too, by number from 0 on; each block has a height of its own. Bounds by Fieller (1954),
    which allow for the slopes varying together.
    """
    first, second = np.asarray(one, float), np.asarray(other, float)
    observed = np.asarray(outcomes, float)
    block = np.zeros(first.size, int) if blocks is None else np.asarray(blocks, int)
    heights = block[:, None] == np.arange(block.max() + 1)
    design = np.column_stack([first, second, heights])
    slopes = np.linalg.lstsq(design, observed.T, rcond=None)[0][:2]
    reach = np.abs(slopes) * [[np.ptp(first)], [np.ptp(second)]]
    slopes[reach <= ROUNDING * np.abs(observed).max()] = 0.0  # over the whole reach of the lever
    zero = np.zeros(slopes.shape[1])
    effects = [paired_difference(slope, zero, level) for slope in slopes]
    rate = effects[0].mean / effects[1].mean if effects[1].mean else math.nan
    known = not any(math.isnan(one.low) for one in effects)
    low, high = _fieller(slopes, level) if known else (math.nan, math.nan)
    return Exchange(rate, low, high, effects[0], effects[1])


def _fieller(slopes: Array, level: float) -> tuple[float, float]:
    count = slopes.shape[1]
    above, below = slopes.mean(axis=1)
    spread = np.cov(slopes) / count
    quantile = float(stats.t.ppf(0.5 + level / 2, count - 1)) ** 2
    a = below**2 - quantile * spread[1, 1]
    b = above * below - quantile * spread[0, 1]
    c = above**2 - quantile * spread[0, 0]
    inside = b**2 - a * c
    if a <= 0 or inside < -ROUNDING * b**2:
        return math.nan, math.nan
    root = math.sqrt(max(inside, 0.0))
    return (b - root) / a, (b + root) / a
