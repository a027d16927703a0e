"""Levers that stand in each other's way: the same value twice, or no share left to give way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.experiments.sweep.levers import Lever, Target
from sim.experiments.sweep.shares import members
from sim.experiments.sweep.written import ONE_AT_A_TIME
from sim.scenario.paths import value_at
from sim.vocabulary.errors import Path, path_text

ALONE = (ONE_AT_A_TIME, "list")
"""Designs that may move every share of a list: one lever at a time, or as their author wrote."""


def conflicts(levers: Sequence[Lever], design: str, data: object) -> Iterator[tuple[Path, str]]:
    """Yield (path in the sweep file, message) for levers of a file that exclude each other."""
    yield from _same_values(levers)
    if design not in ALONE:
        yield from _no_share_left(levers, data)


def _same_values(levers: Sequence[Lever]) -> Iterator[tuple[Path, str]]:
    done: list[tuple[Lever, Target]] = []
    for lever in levers:
        for target in lever.targets:
            for other, before in done:
                if not _overlap(target.path, before.path):
                    continue
                who = "this lever" if other is lever else f"the lever '{other.name}'"
                verb = "multiplies" if before.scale else "sets"
                message = (
                    f"{who} already {verb} '{path_text(before.path)}': "
                    "a value is moved by one lever, and once"
                )
                yield ("levers", lever.name, "scale" if target.scale else "set"), message
                break
            done.append((lever, target))


def _overlap(one: Path, other: Path) -> bool:
    """Say whether two values are the same, or one is inside the other."""
    return one[: len(other)] == other or other[: len(one)] == one


def _no_share_left(levers: Sequence[Lever], data: object) -> Iterator[tuple[Path, str]]:
    every = members(target.path for lever in levers for target in lever.targets)
    for family, moved in every.items():
        if len(moved) < len(value_at(data, family)):
            continue
        movers = [
            lever for lever in levers if family in members(target.path for target in lever.targets)
        ]
        if len({lever.group for lever in movers}) == 1:
            continue  # they move together: whether their values fit is for the points
        names = " and ".join(f"'{lever.name}'" for lever in movers)
        message = (
            f"{names} set every share of '{path_text(family)}', so nothing can give way "
            "for all to add up to 100 %: leave one share to the others"
        )
        yield ("levers", movers[-1].name, "set"), message
