"""A scenario value by value, and what differs between two."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import reduce
from typing import Any

from sim.core.errors import KeyPath, path_text
from sim.core.limits import UNLIMITED
from sim.core.units import plain
from sim.scenarios.changes import leaves_of, plural, unit_of, worth
from sim.scenarios.fields import NONE, Section
from sim.scenarios.resolved import WORDING, fields_of, is_default, marker_of, meaning, plain_data
from sim.scenarios.schema import Scenario
from sim.scenarios.source import joined
from sim.scenarios.values import NO_ANNOTATION, Annotation, Changed, Law, Quantity, Wording

# --- A scenario value by value: what each means, and how it differs from others of its kind.


@dataclass(frozen=True, slots=True)
class Entry:
    """One value as it is: its path, names around it, meaning of its field, the value itself.

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
        is_number = isinstance(self.value, Quantity | Law)
        return self.value.annotation if is_number else NO_ANNOTATION


def entries_by_part(scenario: Scenario) -> Iterator[tuple[KeyPath, tuple[Entry, ...]]]:
    """Yield (path, values) of each part in the order of the file; a service is a part."""
    for key, name, _ in fields_of(scenario):
        value = getattr(scenario, name)
        parts: list[tuple[KeyPath, Any]] = []
        if key == "services":
            parts = [((key, service), part) for service, part in value.items()]
        elif isinstance(value, Section) or (isinstance(value, dict) and value):
            parts = [((key,), value)]
        for path, part in parts:
            entries = tuple(_of(path, part, (), ""))
            if entries:
                yield path, entries


def _of(path: KeyPath, value: Any, subject: tuple[str, ...], meaning: str) -> Iterator[Entry]:
    if isinstance(value, Section):
        for word, name, declaration in fields_of(value):
            inner, marker = getattr(value, name), marker_of(declaration)
            is_optional = marker is None or marker.absent == NONE
            if word in ("kind", "names") or (inner is None and is_optional):
                continue
            inside = (*subject, word) if _is_group(inner) else subject
            sentence = (declaration.description or word).rstrip(".")
            yield from _of((*path, word), inner, inside, sentence)
    elif _is_group(value):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            label = getattr(item, "to", getattr(item, "of", key)) if isinstance(key, int) else key
            yield from _of((*path, key), item, (*subject, str(label)), meaning)
    elif value not in ((), {}):
        yield Entry(path, subject, meaning, value)
        if isinstance(value, Law):
            for below, each in value.quantities():
                if each.annotation not in (NO_ANNOTATION, value.annotation):
                    yield Entry((*path, *below), subject, meaning, each, path_text(below))


def _is_group(value: Any) -> bool:
    """Say whether a value is made of several that each have a line."""
    if isinstance(value, tuple) and value:
        return isinstance(value[0], Section)
    by_class = isinstance(value, dict) and value.values()
    is_by_class = by_class and all(isinstance(each, Quantity) for each in by_class)
    return isinstance(value, Section) or (isinstance(value, dict) and not is_by_class)


def change_of(scenario: Scenario, path: KeyPath) -> Changed | None:
    """Return the last change of a value, of what is around it or in it; None where none was."""
    for change in reversed(scenario.history.changes):
        length = min(len(change.path), len(path))
        if change.path[:length] == path[:length]:
            return change
    return None


NOTHING, THERE = "none", "yes"
"""The words for a value that one of two scenarios does not have, or alone has."""


class ValueText:
    """Values as people read them, in English and as they were written: ``25 from 2024-04-01``.

    ``text.scenario`` has them in the languages of reports.
    """

    lang = "en"
    texts: Mapping[str, str] = {
        "yes": "yes", "no": "no", "all_classes": "all", "and_words": " and ",
        "then_words": ", then ", "by_class": "{value} ({name})", "law_always": "always {value}",
        "law_of": "{family} law with {parts}", "otherwise": "otherwise {value}",
        "on_hours": "{value} on {hours}", "from_date": "{value} from {date}",
        "in_a_line": "in a straight line between the dates",
        "change_service": "service of the kind {kind}", "change_there": THERE,
    }  # fmt: skip

    def t(self, key: str, **blanks: object) -> str:
        """Return a sentence with its blanks filled."""
        return self.texts[key].format(**blanks)

    def word(self, word: str) -> str:
        """Return a word of scenario files."""
        return word

    def name(self, word: object) -> str:
        """Return a service, a class or a word people choose from."""
        return str(word)

    def item(self, text: str) -> str:
        """Return one text of a list."""
        return self.name(text)

    def plain(self, text: str) -> str:
        """Return one written number, date or pattern of hours."""
        return text

    def value(self, value: Any) -> str:
        """Return any value of a scenario in words."""
        if isinstance(value, Law):
            return self._law(value)
        if isinstance(value, Quantity):
            return self.written(value.written)
        if isinstance(value, Wording):
            return value.in_language(self.lang)
        if isinstance(value, bool):
            return self.t("yes" if value else "no")
        if isinstance(value, datetime.date):
            return self.plain(value.isoformat())
        if isinstance(value, Mapping):
            return ", ".join(
                self.t("by_class", value=self.value(each), name=self.name(name))
                for name, each in value.items()
            )
        if isinstance(value, tuple):
            return self.t("then_words").join(
                self.t("and_words").join(map(self.name, each))
                if isinstance(each, tuple)
                else self.item(each)
                for each in value
            )
        if value is None:
            return self.t("all_classes")
        return self.name(value) if isinstance(value, str) else str(plain_data(value))

    def _law(self, law: Law) -> str:
        parameters = law.parameters
        if law.family == "fixed" and isinstance(parameters["value"], Quantity):
            return self.t("law_always", value=self.value(parameters["value"]))
        parts = [
            f"{self.word(name)} "
            + (", ".join(map(self.value, each)) if isinstance(each, list) else self.value(each))
            for name, each in parameters.items()
        ]
        return self.t("law_of", family=self.word(law.family), parts=", ".join(parts))

    def written(self, written: Any) -> str:
        """Return a quantity as written by people."""
        if isinstance(written, list | tuple):
            return self.t("and_words").join(map(self.written, written))
        if not isinstance(written, Mapping):
            return self.plain(str(written))
        if "weekly" in written:
            return ", ".join(
                self.t("otherwise", value=self.written(value))
                if hours == "otherwise"
                else self.t("on_hours", value=self.written(value), hours=self.plain(hours))
                for hours, value in written["weekly"].items()
            )
        parts = [
            self.t("from_date", value=self.written(value), date=self.plain(date))
            for date, value in written["calendar"].items()
        ]
        line = [self.t("in_a_line")] if written.get("between") == "ramp" else []
        return ", ".join(parts + line)

    def changed(self, value: Any) -> str:
        """Return a value that one of two scenarios has; of a section what it is known by."""
        if value is None or (isinstance(value, tuple | dict) and not value):
            return self.word(NOTHING)
        if isinstance(value, Section):
            label = label_of_section(value)
            if isinstance(label, str):  # the kind of a service
                return self.t("change_service", kind=self.word(label))
            return self.t("change_there") if label is None else self.changed(label)
        if isinstance(value, dict):
            return self.keyed(value)
        if isinstance(value, tuple) and isinstance(value[0], Section):
            return self.listed(value)
        return self.value(value) or self.word(NOTHING)

    def keyed(self, values: Mapping[str, Any]) -> str:
        """Return the values of a mapping with their names."""
        return ", ".join(f"{name}: {self.changed(value)}" for name, value in values.items())

    def listed(self, sections: Sequence[Section]) -> str:
        """Return the items of a list by what they are called."""
        return self.keyed({goal_of(section): section for section in sections})


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


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One value that differs: its path, before and after (in English and as it is), and why.

    ``before_number`` and ``after_number`` are in ``unit``, None where it is not one number.
    ``difference``: ``+20``, ``-2 months`` or ``x 1.2`` where it is the same for every number of the
    value, else empty. ``because`` is the reason of the change in the what-if file, empty if none is
    given. ``place`` is the path as ``path_text`` writes it, items of lists by their number. What
    only one scenario has is None in the other, and shown by its kind, its share or its rate.
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
        kept = (each.name for each in fields(self) if not each.name.endswith("_value"))
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
    known, text = reasons_of(other) if reasons is None else reasons, ValueText()
    return tuple(
        ValueChange(
            path=_named(path, other, base),
            unit=_unit(before, after),
            before=text.changed(before),
            after=text.changed(after),
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
    if json.dumps(meaning(before)) == json.dumps(meaning(after)):  # the same in the hash
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
        known_keys = ("kind", "to", "of") if isinstance(path[-1], int) else ("kind",)
        known = key in (*WORDING, *known_keys) or value in (None, (), {})
        if known or value is label or is_default(value, declaration):
            continue
        if isinstance(value, Section):
            yield from _given_in(value, (*path, key))
        elif isinstance(value, tuple) and isinstance(value[0], Section):
            for number, item in enumerate(value):
                yield from _differing(None, item, (*path, key, number))
        else:
            yield (*path, key), None, value


def label_of_section(section: Section) -> Any:
    """Return the value that stands for a section, None where there is none."""
    for name in ("kind", "share", "rate", "places", "people"):
        if getattr(section, name, None) is not None:
            return getattr(section, name)
    return None


def _names(value: Any) -> list[Any]:
    """Return the names of the items of a mapping or of a list of sections, in their order."""
    if isinstance(value, dict):
        return list(value)
    if isinstance(value, tuple):
        return [goal_of(item) for item in value if isinstance(item, Section)]
    return []


def goal_of(item: Any) -> Any:
    """Return what an item of a list is called: where it leads to."""
    return getattr(item, "to", getattr(item, "of", None))


def _parts(before: Any, after: Any) -> list[tuple[str | int, Any, Any]] | None:
    """Return the parts of two values of the same kind, None if they differ as a whole."""
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
    if not all(isinstance(item, Section) for item in (*before, *after)):
        return None
    mine, yours = _names(before), _names(after)
    if len(set(mine)) < len(mine) or len(set(yours)) < len(yours):
        same = len(before) == len(after)
        return list(zip(range(len(before)), before, after, strict=True)) if same else None
    pairs: list[tuple[str | int, Any, Any]] = [
        (number, before[mine.index(name)] if name in mine else None, after[number])
        for number, name in enumerate(yours)
    ]
    gone = [name for name in mine if name not in yours]
    return pairs + [(name, before[mine.index(name)], None) for name in gone]


def _named(path: KeyPath, *scenarios: Scenario) -> str:
    """Return a path as people may write it in a change: items of lists by what they lead to."""
    named: list[str | int] = []
    having = (each for each in scenarios if reduce(_below, path, each) is not None)
    value: Any = next(having, scenarios[0])
    for part in path:
        value = _below(value, part)
        goal = getattr(value, "to", None) or getattr(value, "of", None)
        named.append(goal if isinstance(part, int) and isinstance(goal, str) else part)
    return path_text(named)


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
        unit_of(leaf).rstrip("s")
        for quantity in (before, after)
        for leaf in leaves_of(quantity.written)
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
    inside = [place for place in known if place.startswith((f"{text}.", f"{text}["))]
    return next((known[place] for place in (*around, *inside) if place in known), NO_REASON)
