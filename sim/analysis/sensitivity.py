"""Analysis of many points: which inputs matter, what one is worth in another, what nothing beats.

Outcomes are replications by points with common random numbers. So what a replication has by chance
stays in every index however many points there are: an index is measured *across* replications,
each taken in the direction that the others give, and an input without effect comes out at 0 on
average instead of at the noise. Intervals hold both errors, of points and of replications (Monte
Carlo); the second goes by Student's t over replications.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import ndtri, stdtrit

from sim.analysis.statistics import (
    LEVEL,
    ROUNDING,
    Array,
    Interval,
    estimates,
    paired,
    paired_difference,
)

FEWEST = 5
"""Points below which a correlation has no meaning."""
RESAMPLES = 1000
"""Bootstrap resamples of points behind the intervals of Sobol indices."""
ALARM = 0.005
"""Chance that any input without effect is called sure of an outcome, at most (Bonferroni). A page
says it of every outcome and makes a ranking of it, and with few replications t is optimistic."""
SURE_FROM = 6
"""Replications below which no input is called sure: fewer all go the same way by chance too often
(sign test: 2/2**5 is above 5 %)."""
NOISELESS_FROM = 4
"""The same where no point shows any noise at all."""


@dataclass(frozen=True, slots=True)
class Effect:
    """How much an input moves an outcome: a number with its 95 % bounds, nan where unknown.

    ``is_sure``: it differs from no effect after correction for the number of inputs; only then it
    may be ranked.
    """

    name: str
    value: float
    low: float
    high: float
    is_sure: bool

    @property
    def least(self) -> float:
        """How large it is at least, whatever its sign."""
        return min(abs(self.low), abs(self.high)) if self.low * self.high > 0 else 0.0

    @property
    def most(self) -> float:
        """How large it is at most, whatever its sign."""
        return math.inf if math.isnan(self.low) else max(abs(self.low), abs(self.high))


@dataclass(frozen=True, slots=True, eq=False)
class TornadoBar:
    """An outcome with an input at its lowest and at its highest, against the base (paired).

    ``between``: from the lowest to the highest. ``sure``: which of ``low``, ``high``, ``between``
    differ from zero, after correction for all of them and all inputs. ``widths``: how far apart
    the two furthest of the three are in each replication: those furthest in the mean, with the sign
    that makes it positive.
    """

    name: str
    low: Interval
    high: Interval
    between: Interval
    sure: tuple[bool, bool, bool]
    widths: Array

    @property
    def width(self) -> float:
        """How far apart base and ends are."""
        return float(self.widths.mean())

    @property
    def is_sure(self) -> bool:
        """Say whether two of the three (base and ends) differ for certain."""
        return any(self.sure)


def ranked(effects: Sequence[Effect]) -> list[Effect]:
    """Return the effects that are sure, the largest first, then the others in the given order."""
    sure = [effect for effect in effects if effect.is_sure]
    others = [effect for effect in effects if not effect.is_sure]
    return sorted(sure, key=lambda effect: -abs(effect.value)) + others


def foremost(effects: Sequence[Effect]) -> list[Effect]:
    """Return the effects of which one is the largest, as far as intervals allow; none if not sure.

    An effect is out of the question if it is smaller for certain than one that is sure.
    """
    least = max((effect.least for effect in effects if effect.is_sure), default=math.inf)
    return [effect for effect in ranked(effects) if effect.most >= least]


def foremost_swings(bars: Sequence[TornadoBar]) -> list[TornadoBar]:
    """Return the swings of which one is the widest, replication by replication; none unless sure.

    That is the widest sure one, and those not narrower than it for certain.
    """
    first = max((bar for bar in bars if bar.is_sure), key=lambda bar: bar.width, default=None)
    if first is None:
        return []
    others = [
        bar
        for bar in bars
        if bar is not first and not paired_difference(first.widths, bar.widths).low > 0.0
    ]
    return [first, *others]


# ------------------------------------------------------------------------- two errors

Distances = Callable[[float], tuple[Array, Array]]
"""Of a confidence level: how far down and up an error reaches from each index."""


def noise_share(outcomes: ArrayLike) -> float:
    """Return the share of the variance of means between points that is Monte Carlo error.

    Outcomes are replications by points, points and replications crossed without repetition: what is
    left over when both have their means. nan with a single replication.
    """
    observed = np.asarray(outcomes, float)
    count, points = observed.shape
    if count < 2 or points < 2:
        return math.nan
    apart = observed - observed.mean(axis=1, keepdims=True)
    means = apart.mean(axis=0)
    between = float((means**2).sum()) / (points - 1)
    left = float(((apart - means) ** 2).sum()) / ((count - 1) * (points - 1))
    if between <= (ROUNDING * np.abs(observed).max()) ** 2:
        return 0.0
    return float(min(1.0, left / count / between))


def is_too_few(outcomes: Array) -> bool:
    """Say whether replications are too few for any input to be called sure."""
    return len(outcomes) < SURE_FROM and not _is_noiseless(outcomes)


def _is_noiseless(outcomes: Array) -> bool:
    """Say whether no point differs between replications: there is no Monte Carlo error."""
    return len(outcomes) >= NOISELESS_FROM and bool((estimates(outcomes).sd == 0).all())


def _error(observed: Array) -> Array:
    """Return the standard error of the mean of each column, one value per replication."""
    estimate = estimates(observed)
    return np.asarray(estimate.sd / np.sqrt(np.maximum(estimate.replications, 1)))


def _student(level: float, count: int) -> float:
    return float(stdtrit(count - 1.0, (1 + level) / 2)) if count > 1 else math.inf


def _normal(level: float) -> float:
    return float(ndtri((1 + level) / 2))


def _same(quantile: Callable[[float], float], error: Array) -> Distances:
    """Return the distances of a standard error, the same down and up."""

    def distances(level: float) -> tuple[Array, Array]:
        half = quantile(level) * error
        return half, half

    return distances


def _of_noise(error: Array, count: int) -> Distances:
    """Return the distances of a standard error of ``count`` observations."""
    return _same(lambda level: _student(level, count), error)


def _effects(
    names: Sequence[str],
    values: Array,
    of_points: Distances,
    of_noise: Distances,
    outcomes: Array,
    within: tuple[float, float] = (-math.inf, math.inf),
) -> list[Effect]:
    """Return effects with both errors (roots of the sum of squares), and which of them are sure.

    ``within``: bounds that hold whatever the sample.
    """
    level = 1 - ALARM / len(names)
    down, up = _summed(of_points, of_noise, LEVEL)
    least, most = _summed(of_points, of_noise, level)
    alike = 2 * 3.0 ** -len(outcomes) >= ALARM / len(names)  # as in pairs, if there is no spread
    sure = (values - least > 0) | (values + most < 0)
    sure &= not is_too_few(outcomes)
    sure &= (of_noise(LEVEL)[0] != 0) | (not alike) | _is_noiseless(outcomes)
    numbers = (np.clip(bounds, *within) for bounds in (values, values - down, values + up))
    rows = zip(names, *(bounds.tolist() for bounds in numbers), sure.tolist(), strict=True)
    return [Effect(*row) for row in rows]


def _summed(error: Distances, other: Distances, level: float) -> tuple[Array, Array]:
    """Return how far two errors reach together."""
    with np.errstate(invalid="ignore"):
        down, up = (np.hypot(a, b) for a, b in zip(error(level), other(level), strict=True))
    return down, up


# ---------------------------------------------------------------------------- indices


def morris(
    places: ArrayLike, outcomes: ArrayLike, names: Sequence[str]
) -> tuple[list[Effect], Array]:
    """Return the mean sizes of the elementary effects (mu*) and their standard deviations (sigma).

    ``places`` (N, inputs) are trajectories in the unit cube; an effect is the change of the outcome
    over the whole range of the input. Its size is taken with the sign that the other replications
    give, so that noise is as often below 0 as above, and its error also with the sign of all.
    Source: Morris (1991); Campolongo et al. (2007).
    """
    observed = np.asarray(outcomes, float)
    effects = _elementary(np.asarray(places, float), observed, len(names))
    count, walks, _ = effects.shape
    signs = np.sign(effects if count == 1 else effects.sum(axis=0) - effects)
    sizes, together = signs * effects, np.sign(effects.mean(axis=0)) * effects
    of_points = _of_noise(_error(sizes.mean(axis=0)), walks)
    noise = np.maximum(*(_error(each.mean(axis=1)) for each in (sizes, together)))
    spread = effects - effects.mean(axis=1, keepdims=True)
    variance = _across(spread, spread).sum(axis=0) / max(walks - 1, 1)
    values = np.maximum(sizes.mean(axis=(0, 1)), 0.0)
    means = _effects(names, values, of_points, _of_noise(noise, count), observed, (0.0, math.inf))
    return means, np.sqrt(np.maximum(variance, 0.0))


def _elementary(places: Array, outcomes: Array, inputs: int) -> Array:
    """Return elementary effects: replications by trajectories by inputs."""
    moves = np.diff(places.reshape(-1, inputs + 1, inputs), axis=1)
    changes = np.diff(outcomes.reshape(len(outcomes), -1, inputs + 1), axis=2)
    moved = np.abs(moves).argmax(axis=2)
    effects = np.empty_like(changes)
    walks = np.arange(len(moved))[:, None]
    effects[:, walks, moved] = changes / np.take_along_axis(moves, moved[:, :, None], 2)[:, :, 0]
    return effects


def _across(values: Array, other: Array) -> Array:
    """Return the mean of products of two different replications (first axis); one alone: its own.

    Their random numbers are not the same, so noise adds nothing on average.
    """
    count = len(values)
    if count == 1:
        return np.asarray(values[0] * other[0])
    every = values.sum(axis=0) * other.sum(axis=0) - (values * other).sum(axis=0)
    return np.asarray(every / (count * (count - 1)))


def sobol(
    outcomes: ArrayLike, names: Sequence[str], seed: int = 1
) -> tuple[list[Effect], list[Effect]]:
    """Return first-order and total Sobol indices of points in Saltelli's order.

    First order: share of the variance that vanishes if the input is known. Total: share that stays
    if all others are known. Variance is that of the expected outcome, without Monte Carlo error.
    Sure is an input whose change of the outcome is, not its share: noise that grows with an input
    is all of the variance in every replication. Source: Saltelli et al. (2010). Errors: bootstrap
    of points, jackknife of replications.
    """
    observed = np.asarray(outcomes, float)
    if np.ptp(observed, axis=1).max() <= ROUNDING * np.abs(observed).max():
        none = [Effect(name, 0.0, 0.0, 0.0, False) for name in names]
        return none, list(none)
    rows, count = _Rows.of(observed, len(names)), len(observed)
    points = len(rows.whole)
    even = np.full(points, 1 / points)
    drawn = np.random.default_rng(seed).multinomial(points, even, RESAMPLES)
    whole, resampled = rows.variances(even[None]), rows.variances(drawn / points)
    noise_of_rest, noise_of_first = _jackknife(observed, len(names))
    errors = _TotalErrors.of(rows, whole, resampled, noise_of_rest, count)

    def judged(values: Array, sampled: Array, of_noise: Distances) -> list[Effect]:
        of_points = _same(_normal, sampled.std(axis=0))
        return _effects(names, values[0], of_points, of_noise, observed, (0.0, 1.0))

    changes = _effects(
        names,
        np.ones(len(names)),
        _same(_normal, errors.of_points),
        _of_noise(errors.of_noise, count),
        observed,
    )
    firsts = judged(whole.first_share, resampled.first_share, _of_noise(noise_of_first, count))
    totals = judged(whole.total_share, resampled.total_share, errors.distances)
    least = errors.bounds(LEVEL, is_with_points=True)[0].tolist()
    return [
        replace(effect, is_sure=effect.is_sure and change.is_sure)
        for effect, change in zip(firsts, changes, strict=True)
    ], [
        replace(effect, is_sure=True, low=max(effect.low, low))
        if change.is_sure
        else replace(effect, is_sure=False)
        for effect, change, low in zip(totals, changes, least, strict=True)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _TotalErrors:
    """Errors of total Sobol indices, by those of the change of the outcome and of the rest.

    ``of_points``, ``of_noise``: standard errors of the changes, as shares of them.
    ``points_of_rest``, ``noise_of_rest``: standard errors of the variances of the other inputs.
    """

    whole: _Variances
    of_points: Array
    of_noise: Array
    points_of_rest: Array
    noise_of_rest: Array
    count: int

    @staticmethod
    def of(
        rows: _Rows, whole: _Variances, resampled: _Variances, noise_of_rest: Array, count: int
    ) -> _TotalErrors:
        """Return the errors, given variances of all points and of bootstrap samples of them."""
        total, sizes = whole.total[0], np.sqrt(np.maximum(resampled.total, 0.0)).std(axis=0)
        unknown = np.full_like(total, math.inf)
        is_there = (total > 0) & (rows.size > 0)
        root = np.sqrt(np.maximum(total, 0.0))
        of_points = np.divide(sizes, root, out=unknown.copy(), where=is_there)
        of_noise = np.divide(rows.error, rows.size, out=unknown, where=is_there)
        of_noise[np.isnan(of_noise)] = math.inf
        rest = resampled.rest.std(axis=0)
        return _TotalErrors(whole, of_points, of_noise, rest, noise_of_rest, count)

    def bounds(self, level: float, is_with_points: bool = False) -> tuple[Array, Array]:
        """Return between which total indices errors of the change and of the rest allow."""
        student, normal = _student(level, self.count), _normal(level)
        reach, room = student * self.of_noise, student * self.noise_of_rest
        if is_with_points:
            reach = np.hypot(reach, normal * self.of_points)
            room = np.hypot(room, normal * self.points_of_rest)
        low, high = np.maximum(0.0, 1 - reach) ** 2, np.minimum(1 + reach, 1e9) ** 2
        total, rest = self.whole.total[0], self.whole.rest[0]
        return _share(total * low, rest + room), _share(total * high, rest - room)

    def distances(self, level: float) -> tuple[Array, Array]:
        """Return how far down and up the error of replications reaches."""
        least, most = self.bounds(level)
        return self.whole.total_share[0] - least, most - self.whole.total_share[0]


def _share(part: Array, rest: Array) -> Array:
    """Return a part as a share of itself and the rest; less than nothing is nothing."""
    part, rest = np.maximum(part, 0.0), np.maximum(rest, 0.0)
    share: Array = np.divide(part, part + rest, out=np.zeros_like(part), where=part > 0)
    return share


@dataclass(frozen=True, slots=True, eq=False)
class _Variances:
    """Variances that vanish if an input is known, that stay if all others are, and the others'."""

    first: Array
    total: Array
    rest: Array

    @property
    def first_share(self) -> Array:
        """First-order indices."""
        whole = np.maximum(self.total, 0.0) + np.maximum(self.rest, 0.0)
        return _share(self.first, whole - self.first)

    @property
    def total_share(self) -> Array:
        """Total indices."""
        return _share(self.total, self.rest)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """What each row of Saltelli's points adds to variances: (N, inputs), ``whole`` (N,).

    ``level``: how far the row is from the mean of its replication (R, N). ``size``, ``error``: how
    much inputs change the outcome, in the direction of the other replications; standard error.
    """

    first: Array
    total: Array
    whole: Array
    level: Array
    size: Array
    error: Array

    @staticmethod
    def of(outcomes: Array, inputs: int) -> _Rows:
        """Return the rows of outcomes: replications by points, ``inputs`` + 2 to a row.

        In a row: a point, the point with each input in turn from another one, that other one.
        """
        table = outcomes.reshape(len(outcomes), -1, inputs + 2)
        table = table - table.mean(axis=(1, 2), keepdims=True)
        point, mixed, other = table[:, :, [0]], table[:, :, 1:-1], table[:, :, [-1]]
        gaps = point - mixed
        others = gaps if len(gaps) == 1 else gaps.sum(axis=0) - gaps
        norm = np.sqrt((others**2).mean(axis=1))
        along = (gaps * others).mean(axis=1)
        sizes = np.divide(along, norm, out=np.zeros_like(norm), where=norm > 0)
        return _Rows(
            first=-_across(other, gaps),
            total=_across(gaps, gaps) / 2,
            whole=(_across(point, point) + _across(other, other))[:, 0] / 2,
            level=(point + other)[:, :, 0] / 2,
            size=sizes.mean(axis=0),
            error=_error(sizes),
        )

    def variances(self, weights: Array) -> _Variances:
        """Return the variances (W, inputs) of weighted rows (W, N)."""
        middle = self.level @ weights.T
        whole = weights @ self.whole - _across(middle, middle)
        total = weights @ self.total
        return _Variances(weights @ self.first, total, whole[:, None] - total)


def _jackknife(outcomes: Array, inputs: int) -> tuple[Array, Array]:
    """Return standard errors over replications: of the others' variances, of first-order indices.

    Infinite with fewer than three.
    """
    count, rows = len(outcomes), outcomes.shape[1] // (inputs + 2)
    if count < 3:
        return np.full(inputs, math.inf), np.full(inputs, math.inf)
    even = np.full((1, rows), 1 / rows)
    without = [
        _Rows.of(np.delete(outcomes, replication, 0), inputs).variances(even)
        for replication in range(count)
    ]
    rests, firsts = (
        np.array([row[0] for row in values]).std(axis=0) * math.sqrt(count - 1)
        for values in (
            [variances.rest for variances in without],
            [variances.first_share for variances in without],
        )
    )
    return rests, firsts


def swings(
    base: ArrayLike, ends: Sequence[tuple[ArrayLike, ArrayLike]], names: Sequence[str]
) -> list[TornadoBar]:
    """Return the swing of each input from replications at the base, its lowest and its highest.

    Those that are sure come first, the widest first.
    """
    start = np.asarray(base, float)
    pairs = [(np.asarray(low, float), np.asarray(high, float)) for low, high in ends]
    is_noiseless = _is_noiseless(np.column_stack([start, *(end for pair in pairs for end in pair)]))
    bars = []
    for name, (below, above) in zip(names, pairs, strict=True):
        gaps = (below - start, above - start, above - below)
        widest = max(gaps, key=lambda gap: abs(float(gap.mean())))
        changes = [
            paired_difference(below, start),
            paired_difference(above, start),
            paired_difference(above, below),
        ]
        p = paired(np.column_stack([below, above, above]), np.column_stack([start, start, below])).p
        sure = (p < ALARM / (3 * len(names))) & (len(start) >= SURE_FROM)
        if is_noiseless:
            sure = np.array([change.mean != 0.0 for change in changes])
        bars.append(
            TornadoBar(
                name, changes[0], changes[1], changes[2],
                (bool(sure[0]), bool(sure[1]), bool(sure[2])),
                widest * (-1.0 if widest.mean() < 0 else 1.0),
            )
        )  # fmt: skip
    return sorted(bars, key=lambda bar: (not bar.is_sure, -bar.width))


def rank_correlations(places: ArrayLike, outcomes: ArrayLike, names: Sequence[str]) -> list[Effect]:
    """Return the rank correlation of each input with the mean outcome, the other inputs held.

    ``places`` (N, inputs); outcomes are replications by points (R, N). It is the standardised
    coefficient of a regression of the ranks of the outcome on those of all inputs, which is
    Spearman's correlation where inputs are not correlated: what the others do, by effect or by
    chance, is no error of an input. Source: Saltelli et al., Global Sensitivity Analysis (2008),
    section 1.2. Errors: of points, Fisher's transform with the variance of Bonett and Wright,
    Psychometrika 65 (2000), for what no input explains in expectation; of replications, that of the
    slopes, one in each replication.
    """
    inputs, observed = np.asarray(places, float), np.asarray(outcomes, float)
    means = estimates(observed).mean
    varied = np.ptp(inputs, axis=0) > 0
    if np.ptp(means) == 0.0 or len(means) < FEWEST:
        return [Effect(name, 0.0, -1.0, 1.0, False) for name in names]
    ranks, ranked_means = (stats.rankdata(each, axis=0) for each in (inputs, means))
    ranks -= ranks.mean(axis=0)
    scale = ranks.std(axis=0)
    values = _slopes(ranks, ranked_means[None, :] - ranked_means.mean())[0]
    values = np.clip(values * scale / ranked_means.std(), -1.0, 1.0)
    values[np.abs(values) < ROUNDING] = 0.0
    centred = observed - observed.mean(axis=1, keepdims=True)
    slopes = _slopes(ranks, centred)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.fmax(scale / means.std(), np.abs(values / slopes.mean(axis=0)))
    inner = np.clip(values, -0.999999, 0.999999)
    left = _unexplained(ranks, centred, slopes) / (1 - inner**2)
    error = np.sqrt((1 + inner**2 / 2) / (len(means) - 3) * np.minimum(left, 1.0))

    def of_points(level: float) -> tuple[Array, Array]:
        half = _normal(level) * error
        return values - np.tanh(np.arctanh(inner) - half), np.tanh(
            np.arctanh(inner) + half
        ) - values

    of_noise = _of_noise(_error(slopes) * scale, len(observed))
    effects = _effects(names, values, of_points, of_noise, observed, (-1.0, 1.0))
    return [
        effect if is_varied else Effect(effect.name, 0.0, -1.0, 1.0, False)
        for effect, is_varied in zip(effects, varied, strict=True)
    ]


def _slopes(ranks: Array, outcomes: Array) -> Array:
    """Return slopes (R, inputs) of outcomes (R, N) on the ranks (N, inputs) of all inputs.

    Each input is taken alone where points are too few for all at once.
    """
    if _freedom(ranks) < FEWEST:
        return np.asarray(outcomes @ ranks / (ranks**2).sum(axis=0).clip(min=1.0))
    return np.asarray(np.linalg.lstsq(ranks, outcomes.T, rcond=None)[0].T)


def _freedom(ranks: Array) -> int:
    return len(ranks) - len(ranks.T) - 1


def _unexplained(ranks: Array, outcomes: Array, slopes: Array) -> float:
    """Return the share of the variance of mean outcomes that no input explains in expectation."""
    if _freedom(ranks) < FEWEST:
        return 1.0
    left = outcomes - slopes @ ranks.T
    expected = max(float(_across(left, left).sum()), 0.0) / _freedom(ranks)
    return expected / float((outcomes.mean(axis=0) ** 2).sum()) * (len(ranks) - 1)


def pareto_mask(costs: ArrayLike, burdens: ArrayLike) -> NDArray[np.bool_]:
    """Return which points no other beats: none is as good in both and better in one (both low)."""
    cost, burden = np.asarray(costs, float), np.asarray(burdens, float)
    is_best = np.zeros(len(cost), dtype=bool)
    best = math.inf
    order = np.lexsort((burden, cost))
    for place, point in enumerate(order):
        if not (math.isfinite(cost[point]) and math.isfinite(burden[point])):
            continue
        if burden[point] < best:
            best = burden[point]
            is_best[point] = True
        elif burden[point] == best and place and is_best[order[place - 1]]:
            is_best[point] = cost[point] == cost[order[place - 1]]
    return is_best


# ------------------------------------------------------------------------ exchange


@dataclass(frozen=True, slots=True)
class SubstitutionRate:
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
    lever: ArrayLike,
    other: ArrayLike,
    outcomes: ArrayLike,
    level: float = 0.95,
    blocks: ArrayLike | None = None,
) -> SubstitutionRate:
    """Return what a unit of ``lever`` is worth in units of ``other``, over the points given.

    ``outcomes`` (R, N): replications by points. A plane is fitted to each replication by least
    squares; its slopes are one observation each. ``blocks`` (N,): points that differ in other
    levers too, by number from 0 on; each block has a height of its own. Bounds by Fieller (1954),
    which allow for the slopes varying together.
    """
    first, second = np.asarray(lever, float), np.asarray(other, float)
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
    known = not any(math.isnan(effect.low) for effect in effects)
    low, high = _fieller(slopes, level) if known else (math.nan, math.nan)
    return SubstitutionRate(rate, low, high, effects[0], effects[1])


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
