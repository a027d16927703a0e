"""A sweep and its points: what each sets in the base scenario, and the key its numbers go by."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import ValidationError

from sim import __version__
from sim.experiments.sweep.designs import Places
from sim.experiments.sweep.levers import Choice, Lever, Setting
from sim.experiments.sweep.outcomes import Outcome
from sim.experiments.sweep.shares import balanced
from sim.experiments.sweep.written import SweepFile
from sim.scenario import Scenario, scenario_hash
from sim.scenario.checks import check
from sim.scenario.faults import told
from sim.scenario.paths import value_at
from sim.vocabulary.errors import Path, Refused, path_text


@dataclass(frozen=True, slots=True)
class Point:
    """One design point: its number from 1 on, the value of each lever, and what they set."""

    number: int
    shown: tuple[float | str, ...]
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """A base scenario (also as resolved ``data``), levers, and where the design puts them.

    ``places``: points by groups of levers, or None where ``rows`` lists the values themselves.
    """

    file: str
    written: SweepFile
    base: Scenario
    data: dict[str, Any]
    levers: tuple[Lever, ...]
    seed: int
    replications: int
    until: tuple[str, ...]
    most: int
    outcomes: tuple[Outcome, ...]
    places: Places | None = None
    rows: tuple[tuple[Choice, ...], ...] = ()
    _text: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows) if self.places is None else len(self.places)

    @property
    def title(self) -> str:
        """Return what it asks, in English."""
        return self.written.title.en

    @property
    def text(self) -> str:
        """Return the base as JSON, with the run settings of the sweep."""
        if not self._text:
            run = {"replications": self.replications, "seed": self.seed, "until": list(self.until)}
            self._text.append(json.dumps({**self.data, "run": run, "published": False}))
        return self._text[0]

    def points(self) -> Iterator[Point]:
        """Yield the points in the order of the design."""
        for number in range(1, len(self) + 1):
            yield self.point(number)

    def point(self, number: int) -> Point:
        """Return a point by its number, from 1 on."""
        shown: list[float | str] = []
        settings: list[Setting] = []
        for position, lever in enumerate(self.levers):
            if self.places is None:
                choice = self.rows[number - 1][position]
            else:
                place = float(self.places[number - 1, lever.group])
                if math.isnan(place):
                    shown.append(lever.base)
                    continue
                choice = lever.at(place)
            shown.append(choice.shown)
            settings += lever.settings(choice, self.data)
        return Point(number, tuple(shown), tuple(settings))

    def described(self, point: Point) -> str:
        """Return the levers of a point in words, for messages: not more than six of them."""
        parts = [
            f"{lever.name} {shown if isinstance(shown, str) else format(shown, 'g')}"
            for lever, shown in zip(self.levers, point.shown, strict=True)
        ]
        return ", ".join(parts[:6]) + (", ..." if len(parts) > 6 else "")


def scenario_at(text: str, settings: tuple[Setting, ...]) -> Scenario:
    """Return the scenario of a point; ``Refused`` with all that is wrong with it in one text."""
    try:
        return scenario_with(text, settings)
    except Refused as refused:
        faults = (f"{path_text(path)}: {reason}" for path, reason in refused.faults)
        raise Refused("; ".join(faults)) from None


def scenario_with(text: str, settings: tuple[Setting, ...]) -> Scenario:
    """Return the scenario of a point; ``Refused`` with every fault at its path."""
    data: dict[str, Any] = json.loads(text)
    for setting in settings:
        value_at(data, setting.path[:-1])[setting.path[-1]] = setting.to
        _forget_range(data, setting.path)
    balanced(data, [(setting.path, setting.gives_way) for setting in settings])
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        raise Refused(faults=list(told(error, Scenario, data))) from None
    faults = list(check(scenario))
    if faults:
        raise Refused(faults=faults)
    return scenario


def _forget_range(data: dict[str, Any], path: Path) -> None:
    """Drop the range said of a number of which a lever has set a part: it was the base's."""
    for length in range(1, len(path)):
        around = value_at(data, path[:length])
        if isinstance(around, dict) and not {"value", "calendar", "weekly"}.isdisjoint(around):
            around.pop("range", None)


def point_key(scenario: Scenario, most: int) -> str:
    """Return the name of a point's numbers: a hash of all that can change them.

    That is the resolved scenario with seed, replications and precision, and the program.
    """
    until = str(most) if scenario.run.until else ""
    parts = (scenario_hash(scenario), until, program_version())
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:40]


_DECIDE = ("vocabulary", "scenario", "plan", "engines", "analysis")
"""Packages whose code decides what numbers a scenario gives, as the precision rule does."""


@cache
def program_version() -> str:
    """Return the version, and a hash of the code that decides the numbers."""
    digest = hashlib.sha256()
    package = files("sim")
    texts = [package / "event_log.py", package / "experiments" / "precision.py"]
    folders = [package / name for name in _DECIDE]
    while folders:
        for path in sorted(folders.pop().iterdir(), key=lambda one: one.name):
            if path.is_dir():
                folders.append(path)
            elif path.name.endswith(".py"):
                texts.append(path)
    for path in sorted(texts, key=str):
        digest.update(path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:12]}"
