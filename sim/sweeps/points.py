"""Design points, trial values of each lever, and the file of the design."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from sim import __version__
from sim.analysis.measures import Key, keys
from sim.analysis.windows import Array
from sim.core.errors import InvalidValue, KeyPath, path_text
from sim.plan.build import plan_of
from sim.runs.files import DESIGN, atomic_file
from sim.runs.precision import Ending, Wanted, wanted
from sim.scenarios.checks import check
from sim.scenarios.loading import sentences_of
from sim.scenarios.resolved import meaning
from sim.scenarios.schema import Scenario
from sim.scenarios.values import value_at
from sim.sweeps.file import SweepFile
from sim.sweeps.levers import PLACE, Choice, Lever, Outcome, Places, Setting, balanced, family_of

# --- A sweep and its points: what each sets in the base scenario, and the key its numbers go by.


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
        """Return the base as JSON, with the seed of the sweep."""
        if not self._text:
            run = {"seed": self.seed}
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
    except InvalidValue as refused:
        faults = (f"{path_text(path)}: {reason}" for path, reason in refused.faults)
        raise InvalidValue("; ".join(faults)) from None


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
        raise InvalidValue(faults=list(sentences_of(error, Scenario, data))) from None
    faults = list(check(scenario))
    if faults:
        raise InvalidValue(faults=faults)
    return scenario


def _forget_range(data: dict[str, Any], path: KeyPath) -> None:
    """Drop the range of a number of which a lever has set a part: it belongs to the base."""
    for length in range(1, len(path)):
        around = value_at(data, path[:length])
        if isinstance(around, dict) and not {"value", "calendar", "weekly"}.isdisjoint(around):
            around.pop("range", None)


def point_key(scenario: Scenario) -> str:
    """Return the name of a point's numbers: a hash of all that can change a replication.

    That is the resolved scenario with its seed, and the program. The number of replications and the
    precision only decide how many of them are used.
    """
    content = {**meaning(scenario), "run": {"seed": scenario.run.seed}}
    text = json.dumps([content, program_version()], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def question_hash(sweep: Sweep) -> str:
    """Return a hash of what decides the outcomes at given values of the levers, but for the base.

    That is what each lever sets, which outcomes are asked for, and how many replications are used.
    """
    levers = {
        lever.name: repr((lever.targets, lever.unit, lever.choices, lever.whole))
        for lever in sweep.levers
    }
    outcomes = [(outcome.name, *outcome.key) for outcome in sweep.outcomes]
    most = sweep.most if sweep.until else 0
    content = [levers, outcomes, sweep.seed, sweep.replications, sweep.until, most]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


_DECIDE = ("core", "scenarios", "plan", "engines", "analysis")
"""Packages whose code decides what numbers a scenario gives, as the precision rule does."""


@cache
def program_version() -> str:
    """Return the version, and a hash of the code that decides the numbers."""
    digest = hashlib.sha256()
    package = files("sim")
    texts = [package / "runs" / "precision.py"]
    folders = [package / name for name in _DECIDE]
    while folders:
        for path in sorted(folders.pop().iterdir(), key=lambda item: item.name):
            if path.is_dir():
                folders.append(path)
            elif path.name.endswith(".py"):
                texts.append(path)
    for path in sorted(texts, key=str):
        digest.update(path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:12]}"


# --- How many replications of a point are used.


@dataclass(frozen=True, slots=True)
class StopRule:
    """Which replications of a point a sweep uses: ``least``, or more until ``goals`` are kept.

    ``keys``: the numbers of the goals; the column of a goal counts in them. ``most``: replications
    after which a precision is given up.
    """

    least: int
    most: int = 0
    goals: tuple[Wanted, ...] = ()
    keys: tuple[Key, ...] = ()

    @property
    def last(self) -> int:
        """Return the number of the last replication that may be simulated."""
        return max(self.least, self.most) if self.goals else self.least

    def used(self, rows: Array) -> tuple[int, bool] | None:
        """Return how many replications are used, and whether the precision was reached.

        ``rows``: replications by ``keys``. None where more replications are needed.
        """
        count = ReplicationCount(self)
        for row in rows:
            if count.used is not None:
                break
            count.add(row)
        return count.used

    def missing(self, rows: Array) -> int:
        """Return how many more replications are needed at least, 0 if none is."""
        return 0 if self.used(rows) is not None else max(self.least - len(rows), 1)


class ReplicationCount:
    """The replications of one point, counted until a rule needs no more."""

    def __init__(self, rule: StopRule) -> None:
        self._rule, self._count = rule, 0
        self._ending = Ending(rule.goals, rule.least)

    def add(self, row: Array) -> None:
        """Count one replication, given its numbers of the goals."""
        self._count += 1
        self._ending.add(row)

    @property
    def used(self) -> tuple[int, bool] | None:
        """Return how many are used, and whether the precision was reached; None: more needed."""
        if self._ending.enough is not None:
            return self._ending.enough, True
        is_last = self._count >= self._rule.last
        return (self._rule.last, not self._rule.goals) if is_last else None


def stop_rule(sweep: Sweep) -> StopRule:
    """Return which replications of its points a sweep uses."""
    if not sweep.until:
        return StopRule(sweep.replications)
    outline = plan_of(sweep.base).outline
    goals = [wanted(text, outline) for text in sweep.until]
    return StopRule(
        sweep.replications,
        sweep.most,
        tuple(replace(goal, column=column) for column, goal in enumerate(goals)),
        tuple(keys(outline)[goal.column] for goal in goals),
    )


# --- Try the values of each lever alone, so that a fault is reported at its line.
#
# Only what the lever itself sets is judged: other faults may go away where other levers move too.

FORMS = ("value", "calendar", "weekly", "family")
"""Keys of what is one value of a scenario, though made of several."""


def trials(sweep: Sweep, content: dict[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """Yield (path in the sweep file, reason) for each value the base scenario cannot take.

    ``content``: the file as written. Levers that move together are tried together. Points of a list
    are only made: its author decides which values go together. Levers of assumed numbers have the
    ranges of the scenario and are passed over.
    """
    if sweep.places is None:
        yield from _listed(sweep)
        return
    named = [lever for lever in sweep.levers if lever.name in sweep.written.levers]
    for group in dict.fromkeys(lever.group for lever in named):
        members = [lever for lever in named if lever.group == group]
        for place in _places(members):
            for lever, path, text in _trial(sweep, members, place):
                yield ("levers", lever.name, *_written_at(lever, place, content)), path + text


def _listed(sweep: Sweep) -> Iterator[tuple[KeyPath, str]]:
    for number, row in enumerate(sweep.rows):
        for lever, choice in zip(sweep.levers, row, strict=True):
            try:
                lever.settings(choice, sweep.data)
            except InvalidValue as refused:
                yield ("design", "points", number, lever.name), str(refused)


def _places(members: Sequence[Lever]) -> list[float]:
    """Return where levers that move together are tried: at both ends, and at each choice."""
    counts = {len(lever.choices) for lever in members if len(lever.choices) > 1}
    inner = {number / (count - 1) for count in counts for number in range(count)}
    return sorted({0.0, 1.0} | inner)


def _trial(
    sweep: Sweep, members: Sequence[Lever], place: float
) -> Iterator[tuple[Lever, str, str]]:
    """Yield lever, path with a colon, and reason where the base cannot take what levers set."""
    settings: list[Setting] = []
    for lever in members:
        try:
            settings += lever.settings(lever.at(place), sweep.data)
        except InvalidValue as refused:
            yield lever, "", str(refused)
    try:
        scenario_with(sweep.text, tuple(settings))
    except InvalidValue as refused:
        for path, text in refused.faults:
            for lever in members:
                if _is_own(path, lever, sweep):
                    yield lever, f"{path_text(path)}: ", text


def _written_at(lever: Lever, place: float, content: dict[str, Any]) -> KeyPath:
    """Return where the value at a place stands below its lever in the file."""
    if not lever.choices:
        return ("range", *({0.0: (0,), 1.0: (1,)}.get(place, ())))
    number = lever.choices.index(lever.at(place))
    written = content["levers"][lever.name]["values"]
    return ("values", list(written)[number] if isinstance(written, dict) else number)


def _is_own(path: KeyPath, lever: Lever, sweep: Sweep) -> bool:
    """Say whether a fault is of what the lever sets, or of a value around it only it moves."""
    moved_by_others = any(
        target.path[: len(path)] == path
        for other in sweep.levers
        if other.group != lever.group
        for target in other.targets
    )
    return any(
        path[: len(target.path)] == target.path
        or (path == target.path[: len(path)] and not moved_by_others
            and _is_one_value(path, target.path, sweep.data))
        for target in lever.targets
    )  # fmt: skip


def _is_one_value(path: KeyPath, inside: KeyPath, data: Any) -> bool:
    """Say whether a value is a number, a law, or the list of shares that ``inside`` belongs to."""
    family, value = family_of(inside), value_at(data, path)
    is_form = isinstance(value, dict) and not value.keys().isdisjoint(FORMS)
    return is_form or (family is not None and family[0] == path)


# --- The points of a sweep with their keys, kept in ``design.parquet`` as long as nothing
# changes.

MARK = b"maraude sweep"


@dataclass(frozen=True, slots=True)
class Keys:
    """The key of each point, and why a point cannot be simulated ("" if it can)."""

    keys: list[str]
    faults: list[str]


def keys_of(
    sweep: Sweep,
    folder: Path,
    progress: Callable[[int], None] | None = None,
    is_kept: bool = True,
) -> Keys:
    """Return the keys of all points: from the file of an earlier start if nothing has changed.

    ``is_kept``: they are written to that file.
    """
    mark = _mark(sweep)
    path = folder / DESIGN
    kept = _kept(path, mark)
    if kept is not None:
        return kept
    keys = Keys([], [])
    for point in sweep.points():
        try:
            keys.keys.append(point_key(scenario_at(sweep.text, point.settings)))
            keys.faults.append("")
        except InvalidValue as refused:
            text = json.dumps([sweep.text, repr(point.settings)])
            keys.keys.append("refused-" + hashlib.sha256(text.encode()).hexdigest()[:32])
            keys.faults.append(str(refused))
        if progress is not None:
            progress(point.number)
    if is_kept:
        with atomic_file(path) as unfinished:
            pq.write_table(_table(sweep, keys, mark), unfinished, compression="zstd")
    return keys


def _mark(sweep: Sweep) -> bytes:
    """Return a hash of all that the keys depend on, and the columns of the file."""
    digest = hashlib.sha256(f"{program_version()} {sweep.text}".encode())
    digest.update(repr([(lever.name, lever.unit, lever.group) for lever in sweep.levers]).encode())
    for point in sweep.points():
        digest.update(repr((point.shown, point.settings)).encode())
    return digest.hexdigest().encode()


def _kept(path: Path, mark: bytes) -> Keys | None:
    try:
        table = pq.read_table(path, columns=["key", "fault"])
    except (OSError, pa.ArrowException, KeyError, ValueError):
        return None
    if (table.schema.metadata or {}).get(MARK) != mark:
        return None
    return Keys(table["key"].to_pylist(), table["fault"].to_pylist())


def _table(sweep: Sweep, keys: Keys, mark: bytes) -> pa.Table:
    columns: dict[str, pa.Array] = {
        "point": pa.array(np.arange(1, len(sweep) + 1)),
        "key": pa.array(keys.keys, pa.string()),
        "fault": pa.array(keys.faults, pa.string()),
    }
    shown = [point.shown for point in sweep.points()]
    for position, lever in enumerate(sweep.levers):
        values = [row[position] for row in shown]
        columns[lever.name] = pa.array(values if lever.is_number else [str(v) for v in values])
    if sweep.places is not None:
        for group, places in enumerate(sweep.places.T):
            columns[f"{PLACE}{group}"] = pa.array(places)
    return pa.table(columns).replace_schema_metadata({MARK: mark})
