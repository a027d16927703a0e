"""What differs between two scenarios, value by value, from their resolved forms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.scenario.fields import Section
from sim.scenario.resolving import WORDING, fields_of, meaning
from sim.scenario.schema import Scenario
from sim.scenario.telling import in_words
from sim.scenario.values import Law, Quantity, Wording
from sim.vocabulary.errors import Path, path_text

UNITS = {
    "share": "share",
    "count": "number",
    "places": "places",
    "duration": "days",
    "rate": "per day",
    "time": "time of day",
    "money": "EUR",
    "factor": "factor",
    "hours": "hours",
}
"""What numbers of a dimension are counted in by the model, whatever unit people wrote."""
NO_REASON = Wording("", "")
NOTHING = "none"
"""The word for a value that one of the two scenarios does not have."""


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One value that differs: its path, as written before and after, and why.

    ``before_number`` and ``after_number`` are in ``unit``, None where it is not one number.
    ``because`` is the reason of the change in the what-if file, empty if none is given. ``place``
    is the path as ``path_text`` writes it, items of lists by their number.
    """

    path: str
    unit: str
    before: str
    after: str
    before_number: float | None
    after_number: float | None
    because: Wording
    place: str


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
            because=_reason(path, known),
            place=path_text(path),
        )
        for path, before, after in _differing(base, other, ())
        if path[0] != "run"
    )


def _differing(before: Any, after: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    """Yield (path, before, after) of the smallest parts that differ in meaning."""
    if _same(before, after):
        return
    pairs = _parts(before, after)
    if pairs is None:
        yield path, before, after
        return
    for part, mine, yours in pairs:
        yield from _differing(mine, yours, (*path, part))
    if isinstance(before, dict):
        common = tuple(name for name in before if name in after)
        reordered = tuple(name for name in after if name in before)
        if common != reordered:  # services stand in pathway order
            yield path, common, reordered


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
    if isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        sections = all(isinstance(one, Section) for one in (*before, *after))
        return list(zip(range(len(before)), before, after, strict=True)) if sections else None
    return None


def _named(path: Path, *scenarios: Scenario) -> str:
    """Return a path as people may write it in a change: items of lists by what they lead to."""
    named: list[str | int] = []
    here: Any = next((found for found in scenarios if _has(found, path)), scenarios[0])
    for part in path:
        here = _below(here, part)
        goal = getattr(here, "to", None) or getattr(here, "of", None)
        named.append(goal if isinstance(part, int) and isinstance(goal, str) else part)
    return path_text(named)


def _has(scenario: Scenario, path: Path) -> bool:
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
    """Return the number of a constant, of a law only if it always gives the same."""
    if isinstance(value, Law) and value.family == "fixed":
        value = value.parameters["value"]
    return value.value if isinstance(value, Quantity) and value.is_constant else None


def _told(value: Any) -> str:
    """Return a value in words; a section by all its values."""
    if value is None:
        return NOTHING
    if isinstance(value, Section):
        told = ((key, getattr(value, name)) for key, name, _ in fields_of(value))
        return "; ".join(f"{key}: {_told(one)}" for key, one in told if one not in (None, (), {}))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_told(one)}" for key, one in value.items()) or NOTHING
    if isinstance(value, tuple) and any(isinstance(one, Section) for one in value):
        return " | ".join(_told(one) for one in value)
    return in_words(value) or NOTHING


def _reason(path: Path, known: Mapping[str, Wording]) -> Wording:
    """Return the reason of the change nearest to a path: of it, around it, or inside it."""
    text = path_text(path)
    around = [path_text(path[:length]) for length in range(len(path), 0, -1)]
    inside = [one for one in known if one.startswith((f"{text}.", f"{text}["))]
    return next((known[one] for one in (*around, *inside) if one in known), NO_REASON)
