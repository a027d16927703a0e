"""A scenario told value by value: what each means, and what tells it apart from its like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sim.scenario.fields import Section
from sim.scenario.markers import Marker
from sim.scenario.paths import Changed
from sim.scenario.resolving import fields_of, marker_of, plain_data
from sim.scenario.schema import Scenario
from sim.scenario.values import NOTHING_SAID, Annotation, Law, Quantity, Wording
from sim.vocabulary.errors import Path, path_text


@dataclass(frozen=True, slots=True)
class Told:
    """One value as it is: its path, what tells it apart, what its field means, the value itself.

    ``below``: the parameter of a law it is, as a path (``mean``), empty for a whole value.
    """

    path: Path
    subject: tuple[str, ...]
    meaning: str
    value: Any
    below: str = ""

    @property
    def annotation(self) -> Annotation:
        """Return where the value comes from and how well it is known."""
        said = isinstance(self.value, Quantity | Law)
        return self.value.annotation if said else NOTHING_SAID


def told_by_part(scenario: Scenario) -> Iterator[tuple[Path, tuple[Told, ...]]]:
    """Yield (path, values) of each part in the order of the file; a service is a part."""
    for key, name, _ in fields_of(scenario):
        value = getattr(scenario, name)
        parts: list[tuple[Path, Any]] = []
        if key == "services":
            parts = [((key, each), one) for each, one in value.items()]
        elif isinstance(value, Section) or (isinstance(value, dict) and value):
            parts = [((key,), value)]
        for path, part in parts:
            told = tuple(_of(path, part, (), ""))
            if told:
                yield path, told


def _of(path: Path, value: Any, subject: tuple[str, ...], meaning: str) -> Iterator[Told]:
    if isinstance(value, Section):
        for word, name, field in fields_of(value):
            found = getattr(value, name)
            if word in ("kind", "names") or (found is None and _is_optional(field)):
                continue
            inside = (*subject, word) if _is_group(found) else subject
            said = (field.description or word).rstrip(".")
            yield from _of((*path, word), found, inside, said)
    elif _is_group(value):
        for key, one in _items(value):
            label = getattr(one, "to", getattr(one, "of", key)) if isinstance(key, int) else key
            yield from _of((*path, key), one, (*subject, str(label)), meaning)
    elif value not in ((), {}):
        yield Told(path, subject, meaning, value)
        if isinstance(value, Law):
            for below, each in value.quantities():
                if each.annotation not in (NOTHING_SAID, value.annotation):
                    yield Told((*path, *below), subject, meaning, each, path_text(below))


def _items(value: Any) -> Iterator[tuple[Any, Any]]:
    yield from value.items() if isinstance(value, dict) else enumerate(value)


def _is_group(value: Any) -> bool:
    """Say whether a value is made of several that each have a line."""
    if isinstance(value, tuple) and value:
        return isinstance(value[0], Section)
    return isinstance(value, Section) or (isinstance(value, dict) and not _is_by_class(value))


def _is_optional(field: Any) -> bool:
    marker: Marker | None = marker_of(field)
    return marker is None or marker.absent == "none"


def _is_by_class(value: dict[str, Any]) -> bool:
    return bool(value) and all(isinstance(one, Quantity) for one in value.values())


def change_of(scenario: Scenario, path: Path) -> Changed | None:
    """Return the last change of a value, of what is around it or in it; None where none was."""
    for change in reversed(scenario.history.changes):
        length = min(len(change.path), len(path))
        if change.path[:length] == path[:length]:
            return change
    return None


def in_words(value: Any) -> str:
    """Return a value as people read it: ``25 from 2024-04-01, 50 from 2024-07-01``."""
    if isinstance(value, Law):
        return _law_in_words(value)
    if isinstance(value, Quantity):
        return _written_in_words(value.written)
    if isinstance(value, Wording):
        return value.en
    if isinstance(value, dict):
        return ", ".join(f"{in_words(one)} ({name})" for name, one in value.items())
    if isinstance(value, tuple):
        return ", then ".join(" and ".join(e) if isinstance(e, tuple) else str(e) for e in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "all" if value is None else str(plain_data(value))


def _law_in_words(law: Law) -> str:
    found = law.parameters
    if law.family == "fixed" and isinstance(found["value"], Quantity):
        return f"always {in_words(found['value'])}"
    parts = [
        f"{name} {', '.join(map(in_words, each)) if isinstance(each, list) else in_words(each)}"
        for name, each in found.items()
    ]
    return f"{law.family} law with {', '.join(parts)}"


def _written_in_words(written: Any) -> str:
    if isinstance(written, list):
        return " and ".join(map(str, written))
    if not isinstance(written, dict):
        return str(written)
    if "weekly" in written:
        parts = [
            f"otherwise {value}" if hours == "otherwise" else f"{value} on {hours}"
            for hours, value in written["weekly"].items()
        ]
        return ", ".join(parts)
    parts = [f"{_written_in_words(v)} from {date}" for date, v in written["calendar"].items()]
    ramp = ", in a straight line between the dates" if written.get("between") == "ramp" else ""
    return ", ".join(parts) + ramp
