"""A scenario value by value, and what differs between two."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sim.core.errors import KeyPath, path_text
from sim.core.limits import UNLIMITED
from sim.core.units import plain
from sim.scenarios.changes import leaves_of, plural, unit_of, worth
from sim.scenarios.fields import Marker, Section
from sim.scenarios.resolved import WORDING, fields_of, is_default, marker_of, meaning, plain_data
from sim.scenarios.schema import Scenario
from sim.scenarios.source import joined
from sim.scenarios.values import NOTHING_SAID, Annotation, Changed, Law, Quantity, Wording

# --- A scenario told value by value: what each means, and what tells it apart from its like.


@dataclass(frozen=True, slots=True)
class Told:
    """One value as it is: its path, what tells it apart, what its field means, the value itself.

    ``below``: the parameter of a law it is, as a path (``mean``), empty for a whole value.
    """

    path: KeyPath
    subject: tuple[str, ...]
    meaning: str
    value: Any
    below: str = ""

    @property
    def annotation(self) -> Annotation:
        """Return where the value comes from and how well it is known."""
        said = isinstance(self.value, Quantity | Law)
        return self.value.annotation if said else NOTHING_SAID


def told_by_part(scenario: Scenario) -> Iterator[tuple[KeyPath, tuple[Told, ...]]]:
    """Yield (path, values) of each part in the order of the file; a service is a part."""
    for key, name, _ in fields_of(scenario):
        value = getattr(scenario, name)
        parts: list[tuple[KeyPath, Any]] = []
        if key == "services":
            parts = [((key, each), one) for each, one in value.items()]
        elif isinstance(value, Section) or (isinstance(value, dict) and value):
            parts = [((key,), value)]
        for path, part in parts:
            told = tuple(_of(path, part, (), ""))
            if told:
                yield path, told


def _of(path: KeyPath, value: Any, subject: tuple[str, ...], meaning: str) -> Iterator[Told]:
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


def change_of(scenario: Scenario, path: KeyPath) -> Changed | None:
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


# --- What differs between two scenarios, value by value, from their resolved forms.

UNITS = {
    "share": "share",
    "count": "number",
    "places": "places",
    "duration": "days",
    "rate": "per day",
    "time": "time of day",
    "money": "EUR",
    "factor": "factor",
    "number": "number",
    "hours": "hours",
}
"""What numbers of a dimension are counted in by the model, whatever unit people wrote."""
NO_REASON = Wording("", "")
NOTHING, THERE = "none", "yes"
"""The words for a value that one of the two scenarios does not have, or alone has."""


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One value that differs: its path, before and after (in English and as it is), and why.

    ``before_number`` and ``after_number`` are in ``unit``, None where it is not one number.
    ``difference``: ``+20``, ``-2 months`` or ``x 1.2`` where it is the same for every number of the
    value, else empty. ``because`` is the reason of the change in the what-if file, empty if none is
    given. ``place`` is the path as ``path_text`` writes it, items of lists by their number. What
    only one scenario has is None in the other, and told by its kind, its share or its rate.
    """

    path: str
    unit: str
    before: str
    after: str
    before_number: float | None
    after_number: float | None
    difference: str
    because: Wording
    place: str
    before_value: Any = field(default=None, compare=False, repr=False)
    after_value: Any = field(default=None, compare=False, repr=False)

    def record(self) -> dict[str, Any]:
        """Return what it says, for other programs."""
        kept = (one.name for one in fields(self) if not one.name.endswith("_value"))
        return {name: getattr(self, name) for name in kept} | {"because": asdict(self.because)}


def reasons_of(scenario: Scenario) -> dict[str, Wording]:
    """Return the reasons of the changes of a scenario, by the path of what they set."""
    return {path_text(change.path): change.because for change in scenario.history.changes}


def changes_between(
    base: Scenario, other: Scenario, reasons: Mapping[str, Wording] | None = None
) -> tuple[ValueChange, ...]:
    """Return every value that differs and can change a result, in the order of the file.

    The settings of runs (replications, seed) are left out: who compares gives the same to both.
    ``reasons``: by path, if they are not those of ``other`` itself.
    """
    known = reasons_of(other) if reasons is None else reasons
    return tuple(
        ValueChange(
            path=_named(path, other, base),
            unit=_unit(before, after),
            before=_told(before),
            after=_told(after),
            before_number=_number(before),
            after_number=_number(after),
            difference=difference(before, after),
            because=_reason(path, known),
            place=path_text(path),
            before_value=before,
            after_value=after,
        )
        for path, before, after in _differing(base, other, ())
        if path[0] != "run"
    )


def _differing(before: Any, after: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any, Any]]:
    """Yield (path, before, after) of the smallest parts that differ in meaning."""
    if _same(before, after):
        return
    pairs = _parts(before, after)
    if pairs is None:
        yield path, before, after
        if before is None and isinstance(after, Section):
            yield from _given_in(after, path)
        return
    for part, mine, yours in pairs:
        yield from _differing(mine, yours, (*path, part))
    names = (_names(before), _names(after))
    common = tuple(name for name in names[0] if name in names[1])
    reordered = tuple(name for name in names[1] if name in names[0])
    if common != reordered:  # services stand in pathway order
        yield path, common, reordered


def _given_in(section: Section, path: KeyPath) -> Iterator[tuple[KeyPath, Any, Any]]:
    """Yield (path, None, value) of all that a new section says, beside what it is called by."""
    label = label_of_section(section)
    for key, name, declaration in fields_of(section):
        value = getattr(section, name)
        told = ("kind", "to", "of") if isinstance(path[-1], int) else ("kind",)
        known = key in (*WORDING, *told) or value in (None, (), {})
        if known or value is label or is_default(value, declaration):
            continue
        if isinstance(value, Section):
            yield from _given_in(value, (*path, key))
        elif isinstance(value, tuple) and isinstance(value[0], Section):
            for number, one in enumerate(value):
                yield from _differing(None, one, (*path, key, number))
        else:
            yield (*path, key), None, value


def label_of_section(section: Section) -> Any:
    """Return what a section is told by, None where there is nothing of that kind."""
    for name in ("kind", "share", "rate", "places", "people"):
        if getattr(section, name, None) is not None:
            return getattr(section, name)
    return None


def _names(value: Any) -> list[Any]:
    """Return the names of the items of a mapping or of a list of sections, in their order."""
    if isinstance(value, dict):
        return list(value)
    if isinstance(value, tuple):
        return [goal_of(one) for one in value if isinstance(one, Section)]
    return []


def goal_of(item: Any) -> Any:
    """Return what an item of a list is called: where it leads to."""
    return getattr(item, "to", getattr(item, "of", None))


def _same(before: Any, after: Any) -> bool:
    """Return whether two values weigh the same in the hash of a scenario."""
    return json.dumps(meaning(before)) == json.dumps(meaning(after))


def _parts(before: Any, after: Any) -> list[tuple[str | int, Any, Any]] | None:
    """Return the parts of two values of the same kind, None if they are told as a whole."""
    if isinstance(before, Section) and type(before) is type(after):
        return [
            (key, getattr(before, name), getattr(after, name))
            for key, name, _ in fields_of(before)
            if key not in WORDING
        ]
    if isinstance(before, Law) and isinstance(after, Law) and before.family == after.family:
        return None if before.family == "fixed" else _parts(before.parameters, after.parameters)
    if isinstance(before, dict) and isinstance(after, dict) and before and after:
        names = [*before, *(name for name in after if name not in before)]
        return [(name, before.get(name), after.get(name)) for name in names]
    if isinstance(before, tuple) and isinstance(after, tuple):
        return _value_items(before, after)
    return None


def _value_items(
    before: tuple[Any, ...], after: tuple[Any, ...]
) -> list[tuple[str | int, Any, Any]] | None:
    """Return the items of two lists of sections side by side: by name, else by number."""
    if not all(isinstance(one, Section) for one in (*before, *after)):
        return None
    mine, yours = _names(before), _names(after)
    if len(set(mine)) < len(mine) or len(set(yours)) < len(yours):
        same = len(before) == len(after)
        return list(zip(range(len(before)), before, after, strict=True)) if same else None
    found: list[tuple[str | int, Any, Any]] = [
        (number, before[mine.index(name)] if name in mine else None, after[number])
        for number, name in enumerate(yours)
    ]
    gone = [name for name in mine if name not in yours]
    return found + [(name, before[mine.index(name)], None) for name in gone]


def _named(path: KeyPath, *scenarios: Scenario) -> str:
    """Return a path as people may write it in a change: items of lists by what they lead to."""
    named: list[str | int] = []
    here: Any = next((found for found in scenarios if _has(found, path)), scenarios[0])
    for part in path:
        here = _below(here, part)
        goal = getattr(here, "to", None) or getattr(here, "of", None)
        named.append(goal if isinstance(part, int) and isinstance(goal, str) else part)
    return path_text(named)


def _has(scenario: Scenario, path: KeyPath) -> bool:
    here: Any = scenario
    for part in path:
        here = _below(here, part)
    return here is not None


def _below(value: Any, part: str | int) -> Any:
    if isinstance(value, Section):
        return next(
            (getattr(value, name) for key, name, _ in fields_of(value) if key == part), None
        )
    if isinstance(value, Law):
        value = value.parameters
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, Sequence) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


def _unit(*values: Any) -> str:
    for value in values:
        if isinstance(value, Quantity):
            return UNITS.get(value.dimension, value.dimension)
        if isinstance(value, Law):
            return next((_unit(quantity) for _, quantity in value.quantities()), "")
    return ""


def _number(value: Any) -> float | None:
    """Return the number of a constant, of a law only if it always gives the same.

    None for places without limit.
    """
    if isinstance(value, Law) and value.family == "fixed":
        value = value.parameters["value"]
    if not isinstance(value, Quantity) or not value.is_constant:
        return None
    is_unlimited = value.dimension == "places" and value.value >= UNLIMITED
    return None if is_unlimited else value.value


def _told(value: Any) -> str:
    """Return a value in words; a section by what it is called by."""
    if value is None:
        return NOTHING
    if isinstance(value, Section):
        label = label_of_section(value)
        if isinstance(label, str):  # the kind of a service
            return f"service of the kind {label}"
        return THERE if label is None else _told(label)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_told(one)}" for key, one in value.items()) or NOTHING
    if isinstance(value, tuple) and any(isinstance(one, Section) for one in value):
        return ", ".join(f"{goal_of(one)}: {_told(one)}" for one in value)
    return in_words(value) or NOTHING


# ------------------------------------------------------------------------ how much more


def difference(before: Any, after: Any) -> str:
    """Return by how much a value differs, where that is the same for every number in it."""
    mine, yours = _quantity(before), _quantity(after)
    if mine is None or yours is None or mine.dimension != yours.dimension:
        return ""
    if mine.dimension in ("hours", "time") or mine.ramp != yours.ramp:
        return ""
    if mine.dates != yours.dates or len(mine.steps) != len(yours.steps):
        return ""
    first, second = list(mine.numbers()), list(yours.numbers())
    if len(first) != len(second) or UNLIMITED in (*first, *second):
        return ""
    more = [b - a for a, b in zip(first, second, strict=True)]
    if _alike(more):
        return _signed(more[0], mine, yours)
    ratios = [b / a for a, b in zip(first, second, strict=True) if a]
    zeros = all(not b for a, b in zip(first, second, strict=True) if not a)
    return f"x {plain(float(f'{ratios[0]:.6g}'))}" if zeros and _alike(ratios) else ""


def _quantity(value: Any) -> Quantity | None:
    if isinstance(value, Law) and value.family == "fixed":
        value = value.parameters["value"]
    return value if isinstance(value, Quantity) else None


def _alike(numbers: Sequence[float]) -> bool:
    return bool(numbers) and max(numbers) - min(numbers) <= 1e-9 * max(map(abs, numbers), default=0)


def _signed(more: float, before: Quantity, after: Quantity) -> str:
    """Return a difference with its sign, in the unit both are written in if there is one."""
    if not more:
        return ""
    units = {
        unit_of(leaf).rstrip("s") for one in (before, after) for leaf in leaves_of(one.written)
    }
    unit = units.pop() if len(units) == 1 else DAYS.get(before.dimension, "")
    if before.dimension == "share" or unit == "%":
        number, unit = more * 100, "points"
    else:
        number = more / worth(before.dimension, unit)
    number = float(f"{number:.6g}")
    text = joined(number, plural(unit, abs(number)))
    return f"+{text}" if more > 0 else str(text)


DAYS = {"duration": "days", "rate": "per day", "money": "EUR"}
"""The unit of a difference between two numbers that are written in different ones."""


def _reason(path: KeyPath, known: Mapping[str, Wording]) -> Wording:
    """Return the reason of the change nearest to a path: of it, around it, or inside it."""
    text = path_text(path)
    around = [path_text(path[:length]) for length in range(len(path), 0, -1)]
    inside = [one for one in known if one.startswith((f"{text}.", f"{text}["))]
    return next((known[one] for one in (*around, *inside) if one in known), NO_REASON)
