"""Levers: inputs varied on purpose, and what each of their values sets in the scenario.

A design places a lever between 0 (its lowest or first value) and 1; nan leaves the base as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sim.scenario.paths import value_at
from sim.scenario.reading import ANNOTATION_KEYS
from sim.scenario.units import is_number, joined, parted, rounded
from sim.scenario.values import Wording
from sim.vocabulary.errors import Path, Refused


@dataclass(frozen=True, slots=True)
class Target:
    """A value of the scenario: set to ``times`` x number + ``plus``, or multiplied by that.

    ``gives_way``: a share that makes room for others where all must add up to 100 %.
    """

    path: Path
    times: float = 1.0
    plus: float = 0.0
    scale: bool = False
    gives_way: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a lever: as the table shows it (a number or a label), and as written."""

    shown: float | str
    written: Any


@dataclass(frozen=True, slots=True)
class Setting:
    """A value set differently at one point; ``gives_way`` as for its target."""

    path: Path
    to: Any
    gives_way: bool = False


@dataclass(frozen=True, slots=True)
class Lever:
    """An input varied on purpose: one of ``choices``, or a number from ``low`` to ``high``.

    ``unit`` belongs to every number. Levers of the same ``group`` move together.
    """

    name: str
    targets: tuple[Target, ...]
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    low: float = math.nan
    high: float = math.nan
    steps: int | None = None
    log: bool = False
    whole: bool = False
    group: int = 0
    wording: Wording | None = None
    each: Wording | None = None  # one more of it, in words
    base: float = math.nan  # the number in the base scenario, where there is one

    @property
    def is_number(self) -> bool:
        """Say whether its values lie on an axis."""
        return not self.choices or not any(isinstance(one.shown, str) for one in self.choices)

    @property
    def count(self) -> int:
        """Return how many values it has in a grid, 0 where it does not say."""
        return len(self.choices) or self.steps or 0

    def at(self, place: float) -> Choice:
        """Return the value at a place from 0 to 1."""
        if self.choices:
            return self.choices[min(int(place * len(self.choices)), len(self.choices) - 1)]
        number = self._number(place)
        return Choice(number, joined(number, self.unit))

    def _number(self, place: float) -> float:
        if self.whole and self.steps is None:  # every whole number as likely as any other
            count = int(self.high) - int(self.low) + 1
            return float(int(self.low) + min(int(place * count), count - 1))
        if self.log:
            number = self.low * (self.high / self.low) ** place
        else:
            number = self.low + place * (self.high - self.low)
        return float(round(number)) if self.whole else rounded(number)

    def settings(self, choice: Choice, base: dict[str, Any]) -> list[Setting]:
        """Return what a value sets in resolved data."""
        return [
            Setting(target.path, self._to(target, choice, base), target.gives_way)
            for target in self.targets
        ]

    def _to(self, target: Target, choice: Choice, base: dict[str, Any]) -> Any:
        if target.scale:
            number, unit = parted(choice.written)
            factor = (number / 100 if unit == "%" else number) * target.times + target.plus
            return scaled(value_at(base, target.path), factor)
        if (target.times, target.plus) == (1.0, 0.0):
            return choice.written
        number, unit = parted(choice.written)
        return joined(number * target.times + target.plus, unit)


def scaled(written: Any, factor: float) -> Any:
    """Return a written quantity with every number in it multiplied; ``Refused`` if it has none."""
    if isinstance(written, dict):
        kept = {key: one for key, one in written.items() if key not in ANNOTATION_KEYS}
        if "value" in kept:
            return scaled(kept["value"], factor)
        if "family" in kept:
            raise Refused("a law is scaled by its mean: name the path of the mean")
        return {k: v if k == "between" else scaled(v, factor) for k, v in kept.items()}
    if not is_number(written):
        shown = "a list" if isinstance(written, list) else f"'{written}'"
        raise Refused(f"{shown} is not a number; write the 'values' it takes and 'set' its path")
    number, unit = parted(written)
    return joined(float(f"{number * factor:.12g}"), unit)
