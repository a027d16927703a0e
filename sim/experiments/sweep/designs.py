"""Designs: where between 0 and 1 each group of levers stands at each point; nan as in the base."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiments.sweep.levers import Lever
from sim.experiments.sweep.written import ONE_AT_A_TIME, WrittenDesign
from sim.vocabulary.errors import Refused

Places = NDArray[np.float64]
"""Points (rows) by groups of levers (columns)."""

PLACE = "place of group "
"""How the columns begin that say where, from 0 to 1, a group of levers stands."""
MOST_POINTS = 1_000_000
"""Points of a design; more would fill the memory before the first is simulated."""
TRAJECTORIES, LEVELS = 10, 4
"""Morris unless the file says otherwise."""


def places(design: WrittenDesign, levers: Sequence[Lever], seed: int) -> Places:
    """Return the points of a design; ``Refused`` with what is missing for it."""
    seed = seed if design.seed is None else design.seed
    groups = max((lever.group for lever in levers), default=-1) + 1
    if not groups:
        raise Refused("a sweep needs levers, or 'uncertain: all assumed'")
    if design.kind == "grid":
        return _grid(levers, groups)
    _refuse_too_many(_size(design, groups), "fewer of them are enough")
    if design.kind == ONE_AT_A_TIME:
        return one_at_a_time(groups)
    if design.kind in ("latin hypercube", "sobol sequence"):
        return _filling(design, groups, seed)
    return _sampled(design, groups, seed)


def _grid(levers: Sequence[Lever], groups: int) -> Places:
    members = [[lever for lever in levers if lever.group == group] for group in range(groups)]
    counts = [_count(together) for together in members]
    product = " x ".join(map(str, counts)) + " = " if groups > 1 else ""
    how = "write fewer 'steps', or a design {kind: latin hypercube, points: 1000}"
    _refuse_too_many(math.prod(counts), how, product)
    axes = [np.arange(count) / max(count - 1, 1) for count in counts]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, groups)


def _count(members: Sequence[Lever]) -> int:
    """Return how many values of a grid levers that move together have."""
    for lever in members:
        if not lever.count:
            raise Refused(f"in a grid, '{lever.name}' needs 'values', or 'steps' of its range")
    if len({lever.count for lever in members}) > 1:
        found = " and ".join(f"'{lever.name}' ({lever.count})" for lever in members)
        raise Refused(f"{found} move together and need the same number of values")
    return members[0].count


def _size(design: WrittenDesign, groups: int) -> int:
    """Return how many points a sampled design asks for, 0 where it does not say."""
    if design.kind == "morris":
        return (design.trajectories or TRAJECTORIES) * (groups + 1)
    if design.kind == "saltelli":
        return (design.base or 0) * (groups + 2)
    return design.points if isinstance(design.points, int) else 0


def _refuse_too_many(count: int, how: str, product: str = "") -> None:
    if count > MOST_POINTS:
        raise Refused(
            f"{product}{count:,} points are too many, {MOST_POINTS:,} are the most: {how}"
        )


def one_at_a_time(groups: int) -> Places:
    """Return the base, then each group alone at its lowest and at its highest."""
    found = np.full((1 + 2 * groups, groups), math.nan)
    for group in range(groups):
        found[1 + 2 * group, group], found[2 + 2 * group, group] = 0.0, 1.0
    return found


def _filling(design: WrittenDesign, groups: int, seed: int) -> Places:
    from scipy.stats import qmc

    if not isinstance(design.points, int) or design.points < 1:
        raise Refused(f"a design '{design.kind}' needs 'points': how many, for instance 100")
    if design.kind == "latin hypercube":
        return np.asarray(qmc.LatinHypercube(groups, rng=seed).random(design.points))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # balance needs a power of 2; the guide says so
        return np.asarray(qmc.Sobol(groups, rng=seed).random(design.points))


def problem(levers: Sequence[Lever]) -> dict[str, Any]:
    """Return SALib's description: one number from 0 to 1 for each group."""
    groups = max(lever.group for lever in levers) + 1
    names = [
        " + ".join(lever.name for lever in levers if lever.group == group)
        for group in range(groups)
    ]
    return {"num_vars": groups, "names": names, "bounds": [[0.0, 1.0]] * groups}


def _sampled(design: WrittenDesign, groups: int, seed: int) -> Places:
    described = {"num_vars": groups, "names": [str(g) for g in range(groups)]}
    described["bounds"] = [[0.0, 1.0]] * groups
    if design.kind == "morris":
        from SALib.sample import morris

        levels = design.levels or LEVELS
        if levels % 2:
            raise Refused(f"'levels' is an even number, not {levels}")
        count = design.trajectories or TRAJECTORIES
        return np.asarray(morris.sample(described, count, num_levels=levels, seed=seed))
    from SALib.sample import sobol

    base = design.base or 0
    if base < 2 or base & (base - 1):
        raise Refused(f"a design 'saltelli' needs 'base', a power of 2, {_near(base)}")
    return np.asarray(sobol.sample(described, base, calc_second_order=False, seed=seed))


def _near(base: int) -> str:
    """Name the powers of 2 around a number."""
    if base < 2:
        return "for instance 64"
    below = 2 ** (base.bit_length() - 1)
    return f"not {base}: write {below} or {2 * below}"
