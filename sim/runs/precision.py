"""How many replications are enough: "street nights within 2 %".

The rule is that of Hoad, Robinson and Davies, Journal of the Operational Research Society 61
(2010): the first number of replications with the precision that keeps it for LOOK_AHEAD more. A
precision reached once may be chance: stopping there, intervals at 95 % hold the truth in 91 to 94 %
of runs. The replications looked ahead at confirm the number and are no part of the results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.analysis.measures import MEASURES, Key, keys
from sim.analysis.statistics import FEWEST, is_precise
from sim.analysis.windows import WHOLE, Array
from sim.core.errors import (
    ArgumentError,
    Fault,
    InvalidValue,
    KeyPath,
    ScenarioError,
    by_report_name,
    path_text,
    quoted,
    suggestion,
)
from sim.core.log import Outline
from sim.core.units import read, spaced
from sim.scenarios.fields import refuse_precision
from sim.scenarios.schema import Scenario
from sim.scenarios.source import normal


@dataclass(frozen=True, slots=True)
class Wanted:
    """A precision wanted: the 95 % interval of number ``column`` is at most ``share`` each side."""

    text: str
    column: int
    share: float


LOOK_AHEAD = 5
"""Replications for which a precision must be kept (kLimit); of more than 100, that per cent."""


def look_ahead(count: int) -> int:
    """Return how many replications are looked ahead at from ``count`` of them."""
    return LOOK_AHEAD * max(count, 100) // 100


@dataclass(slots=True)
class Ending:
    """Which of the replications seen so far are enough for every precision wanted.

    ``fewest``: replications before which none is. Without ``goals`` no number is ever enough.
    """

    goals: Sequence[Wanted]
    fewest: int
    _seen: list[list[float]] = field(default_factory=list)
    _since: dict[int, int] = field(default_factory=dict)

    def add(self, values: Array) -> None:
        """See the numbers of one more replication."""
        self._seen.append([float(values[goal.column]) for goal in self.goals])
        count = len(self._seen)
        for place, goal in enumerate(self.goals):
            column = [row[place] for row in self._seen]
            if count >= max(self.fewest, FEWEST) and is_precise(column, goal.share):
                self._since.setdefault(place, count)
            else:
                self._since.pop(place, None)

    @property
    def enough(self) -> int | None:
        """How many replications are enough, None while that is not certain."""
        return max(self._since.values()) if self.goals and not self.missed else None

    @property
    def certain(self) -> int:
        """How many of the replications seen will be part of the results, whatever comes."""
        is_reached = self.goals and len(self._since) == len(self.goals)
        return max(self._since.values()) if is_reached else len(self._seen)

    @property
    def missed(self) -> list[str]:
        """The precisions not reached, or not kept for long enough."""
        return [goal.text for place, goal in enumerate(self.goals) if not self._is_kept(place)]

    def _is_kept(self, place: int) -> bool:
        since = self._since.get(place)
        return since is not None and len(self._seen) - since >= look_ahead(since)


def wanted(text: str, outline: Outline) -> Wanted:
    """Read "MEASURE within N %" or "MEASURE of SERVICE within N %"; ArgumentError with the mending.

    Without a service: the street or the whole pathway if the measure has it, else its only service.
    """
    try:
        refuse_precision(text)
    except InvalidValue as refused:
        raise ArgumentError(str(refused)) from None
    what, _, share = text.rpartition(" within ")
    column = keys(outline).index(key_of(what, outline))
    return Wanted(text, column, read("share", share))


def refuse_unknown_measures(scenario: Scenario, outline: Outline) -> None:
    """Raise ScenarioError, at its line, for a precision of the file that names no number."""
    faults = []
    for place, text in enumerate(scenario.run.until):
        try:
            wanted(text, outline)
        except ArgumentError as error:
            path: KeyPath = ("run", "until", place)
            where = scenario.history.place(path) or (scenario.history.files[-1], 0, 0)
            faults.append(Fault(*where, path_text(path), str(error)))
    if faults:
        raise ScenarioError(scenario.history.files[-1], faults)


def key_of(what: str, outline: Outline) -> Key:
    """Return the number meant by "MEASURE" or "MEASURE of SERVICE"; ValueError with the mending."""
    what = spaced(normal(what))
    names = sorted(
        (measure.name for measure in MEASURES if not measure.pairs), key=len, reverse=True
    )
    name = next((n for n in names if what == n or what.startswith(n + " of ")), None)
    if name is None:
        raise ArgumentError(f"no measure {quoted(what)}{suggestion(what, names)}")
    service = what[len(name) + len(" of ") :]
    matching = [
        key for key in keys(outline)
        if key.measure == name and key.class_id == WHOLE and key.period == WHOLE
    ]  # fmt: skip
    chosen = [key for key in matching if key.service == service] if service else _default(matching)
    if len(chosen) != 1:
        allowed = [key.service for key in matching]
        meant = by_report_name(service, shown_names(outline))
        if meant in allowed:
            raise ArgumentError(
                f"{quoted(service)} is the name in reports: write '{name} of {meant}'"
            )
        hint = suggestion(service, allowed)
        raise ArgumentError(f"'{name}' of which service? not {quoted(service)}{hint}")
    return chosen[0]


def shown_names(outline: Outline) -> list[tuple[str, tuple[str, str]]]:
    """Return the name of each service in files, and its names in reports."""
    return [(each.name, (each.name_fr, each.name_en)) for each in outline.services]


def _default(matching: Sequence[Key]) -> Sequence[Key]:
    for place in ("street", WHOLE):
        chosen = [key for key in matching if key.service == place]
        if chosen:
            return chosen
    return matching
