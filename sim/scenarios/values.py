"""Values of a scenario, and the key paths at which they stand."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from sim.core.calendars import Calendar
from sim.core.errors import KeyPath
from sim.core.units import Dated, expand

# --- Mappings and lists that stay as they are.

UNCHANGED = (
    "a scenario stays as it is: with_changes gives another one, for instance "
    "scenario.with_changes({'services.shelter.places': 34})"
)
"""The message for setting a value of a scenario in place."""


def _refuse(*_: object, **__: object) -> NoReturn:
    """Raise TypeError: nothing of a scenario is changed in place."""
    raise TypeError(UNCHANGED)


class ReadOnlyMapping(dict[str, Any]):
    """A mapping of a scenario: a dictionary that refuses every change (TypeError)."""

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


class ReadOnlyList(list[Any]):
    """A list of a scenario, which refuses every change (TypeError)."""

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = extend = insert = pop = remove = clear = _refuse
    sort = reverse = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (list(self),)


def read_only(value: Any) -> Any:
    """Return a mapping or a list as one that refuses changes, anything else as it is."""
    if isinstance(value, dict):
        return ReadOnlyMapping((key, read_only(item)) for key, item in value.items())
    return ReadOnlyList(map(read_only, value)) if isinstance(value, list) else value


def plain_copy(value: Any) -> Any:
    """Return mappings and lists, read-only or not, as new ones that can be changed."""
    if isinstance(value, dict):
        return {key: plain_copy(each) for key, each in value.items()}
    return [plain_copy(each) for each in value] if isinstance(value, list) else value


# --- The values of a scenario: quantities, laws and hours, each perhaps dated and annotated.

STATUSES = ("observed", "derived", "assumed")
"""How well a number is known."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """Where a number comes from and how well it is known."""

    source: str | None = None
    status: str | None = None
    range: tuple[float, float] | None = None
    note: str | None = None
    written_range: tuple[Any, Any] | None = field(default=None, compare=False)


NO_ANNOTATION = Annotation()


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of one dimension, perhaps changing with dates or hours of the week.

    ``steps`` are (date from which it holds, value or week profile); a constant has one step
    without a date. Numbers are in the units of the plan: shares 0 to 1, days, per day, EUR. Hours
    patterns are quantities of the dimension ``hours``: 1 inside, 0 outside.
    """

    dimension: str
    steps: tuple[Dated, ...]
    ramp: bool = False
    annotation: Annotation = NO_ANNOTATION
    written: Any = field(default=None, compare=False, repr=False)  # without the annotation

    @property
    def is_constant(self) -> bool:
        """Say whether one number holds at all times."""
        return len(self.steps) == 1 and not isinstance(self.steps[0][1], tuple)

    @property
    def value(self) -> float:
        """Return the number of a constant; a ValueError if it changes with time."""
        only = self.steps[0][1]
        if len(self.steps) != 1 or isinstance(only, tuple):
            raise ValueError("this quantity changes with time: use calendar()")
        return only

    @property
    def dates(self) -> tuple[datetime.date, ...]:
        """Return the dates at which it changes, none for a quantity without a calendar."""
        return tuple(date for date, _ in self.steps if date is not None)

    def numbers(self) -> Iterator[float]:
        """Yield every number in it."""
        for _, value in self.steps:
            if isinstance(value, tuple):
                yield from (number for _, number in value)
            else:
                yield value

    def calendar(self, start_date: datetime.date, horizon: float) -> Calendar:
        """Return its step function over 0 .. horizon days from ``start_date``."""
        return expand(self.steps, start_date, horizon, self.ramp)


@dataclass(frozen=True, slots=True)
class Law:
    """A drawn time or number: a family and its parameters (of an empirical law: a list)."""

    family: str
    parameters: dict[str, Quantity | list[Quantity]]
    annotation: Annotation = NO_ANNOTATION

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", read_only(self.parameters))

    def quantities(self) -> Iterator[tuple[tuple[str | int, ...], Quantity]]:
        """Yield each parameter with its path below the law."""
        for name, parameter in self.parameters.items():
            if isinstance(parameter, list):
                yield from (((name, i), each) for i, each in enumerate(parameter))
            else:
                yield (name,), parameter

    def at_steps(
        self, start_date: datetime.date, horizon: float
    ) -> Iterator[tuple[float, dict[str, Any]]]:
        """Yield (time [days], its parameters) at every step of any of them, as ``expand`` makes."""
        calendars = {
            name: [each.calendar(start_date, horizon) for each in _listed(parameter)]
            for name, parameter in self.parameters.items()
        }
        times = {0.0, *(t for steps in calendars.values() for each in steps for t in each.times)}
        for time in sorted(times):
            fields = {name: [each.at(time) for each in steps] for name, steps in calendars.items()}
            yield (
                time,
                {name: at if name == "values" else at[0] for name, at in fields.items()},
            )


def _listed(parameter: Quantity | list[Quantity]) -> list[Quantity]:
    return parameter if isinstance(parameter, list) else [parameter]


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in the two languages of the reports."""

    fr: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the text in ``fr`` or ``en``."""
        return self.fr if language == "fr" else self.en


# --- Paths into a scenario, the places its values were written, and its changes.

Place = tuple[str, int, int]
"""File, line and column, counted from 1."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One value changed by a what-if file, as written before and after; None where there is none.

    ``verb``: ``to``, ``add`` or ``scale`` a value (by ``amount``), ``new`` or ``gone`` for an item.
    A removed item of a list is named in ``path`` by what it led to.
    """

    path: KeyPath
    before: Any
    after: Any
    because: Wording
    place: Place
    verb: str = "to"
    amount: Any = None


@dataclass(slots=True)
class History:
    """Where a scenario comes from: its files (base first), the places of its values, changes."""

    files: tuple[str, ...] = ("scenario",)
    values: dict[KeyPath, Place] = field(default_factory=dict)
    keys: dict[KeyPath, Place] = field(default_factory=dict)
    leaves: frozenset[KeyPath] = frozenset()  # values that are not made of others
    changes: tuple[Changed, ...] = ()

    def place(self, path: KeyPath) -> Place | None:
        """Return where a value was written, None for a default."""
        if path in self.values:
            return self.values[path]
        prefixes = (path[:length] for length in range(len(path) - 1, 0, -1))
        return next((self.values[p] for p in prefixes if p in self.leaves), None)

    def nearest(self, path: KeyPath) -> Place:
        """Return where to point at for a fault: at a change in it, at itself, or around it."""
        for change in reversed(self.changes):
            if path and change.path[: len(path)] == path:
                return change.place
        if path in self.leaves:
            return self.values[path]
        for length in range(len(path), 0, -1):
            if path[:length] in self.leaves:
                return self.values[path[:length]]
            if path[:length] in self.keys:
                return self.keys[path[:length]]
            if isinstance(path[length - 1], int) and path[:length] in self.values:
                return self.values[path[:length]]  # an item of a list
        return (self.files[-1], 1, 1)


_INDEX = re.compile(r"\[([0-9]+)\]")


def locate(data: Any, text: str) -> KeyPath | None:
    """Return the path to an existing value of resolved data, None if there is none.

    Items of a list are named by their number or by their ``to`` or ``of``, if only one has it.
    """
    path: list[str | int] = []
    value = data
    for part in _INDEX.sub(r".\1", text).split("."):
        if isinstance(value, list):
            place = _item(value, part)
            if place is None:
                return None
            path.append(place)
            value = value[place]
        elif isinstance(value, dict) and part in value:
            path.append(part)
            value = value[part]
        else:
            return None
    return tuple(path)


def _item(items: list[Any], part: str) -> int | None:
    if re.fullmatch("[0-9]{1,9}", part):
        return int(part) if int(part) < len(items) else None
    named = [
        i for i, item in enumerate(items)
        if isinstance(item, dict) and part in (item.get("to"), item.get("of"))
    ]  # fmt: skip
    return named[0] if len(named) == 1 else None


def value_at(data: Any, path: KeyPath) -> Any:
    """Return the value at an existing path of plain data."""
    for part in path:
        data = data[part]
    return data


def child_of(data: Any, part: str | int) -> Any:
    """Return what stands under a key or number of plain data, None if there is nothing."""
    try:
        return data[part]
    except (KeyError, IndexError, TypeError):
        return None


def all_paths(data: Any, path: str = "") -> Iterator[str]:
    """Yield every path of plain data, as people write it."""
    if path:
        yield path
    if isinstance(data, dict):
        for key, value in data.items():
            yield from all_paths(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, list):
        for i, item in enumerate(data):
            name = item.get("to", item.get("of", i)) if isinstance(item, dict) else i
            yield from all_paths(item, f"{path}.{name}")
