"""Paths into a scenario, the places its values were written, and its changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sim.scenario.values import Wording
from sim.vocabulary.errors import Path

Place = tuple[str, int, int]
"""File, line and column, counted from 1."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One value changed by a what-if file, as written before and after; None where there is none.

    ``verb``: ``to``, ``add`` or ``scale`` a value (by ``amount``), ``new`` or ``gone`` for an item.
    A removed item of a list is named in ``path`` by what it led to.
    """

    path: Path
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
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    leaves: frozenset[Path] = frozenset()  # values that are not made of others
    changes: tuple[Changed, ...] = ()

    def place(self, path: Path) -> Place | None:
        """Return where a value was written, None for a default."""
        if path in self.values:
            return self.values[path]
        prefixes = (path[:length] for length in range(len(path) - 1, 0, -1))
        return next((self.values[p] for p in prefixes if p in self.leaves), None)

    def nearest(self, path: Path) -> Place:
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


def locate(data: Any, text: str) -> Path | None:
    """Return the path to an existing value of resolved data, None if there is none.

    Items of a list are named by their number or by their ``to`` or ``of``, if only one has it.
    """
    path: list[str | int] = []
    here = data
    for part in _INDEX.sub(r".\1", text).split("."):
        if isinstance(here, list):
            place = _item(here, part)
            if place is None:
                return None
            path.append(place)
            here = here[place]
        elif isinstance(here, dict) and part in here:
            path.append(part)
            here = here[part]
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


def value_at(data: Any, path: Path) -> Any:
    """Return the value at an existing path of plain data."""
    for part in path:
        data = data[part]
    return data


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
