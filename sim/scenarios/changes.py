"""What-if files: changes of a base, read and applied to its resolved data."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, model_validator

from sim.core.distributions import DECLARATIONS
from sim.core.errors import InvalidValue, KeyPath, by_report_name, path_text, quoted, suggestion
from sim.core.limits import PLAIN_FACTOR, UNLIMITED
from sim.core.units import UNITS, plain, read, spaced
from sim.scenarios.fields import (
    ANNOTATION_KEYS,
    HOURS,
    MAYBE_HOURS,
    NONE,
    QUANTITY_KEYS,
    ByClass,
    Drawn,
    Marker,
    MaybeWording,
    Named,
    Number,
    OneOf,
    Plain,
    Section,
    Title,
    Whole,
    declared,
    read_quantity,
)
from sim.scenarios.resolved import Shape, fields_of, shape_of
from sim.scenarios.schema import KINDS, Scenario
from sim.scenarios.source import Source, is_number, joined, parted
from sim.scenarios.values import (
    NO_ANNOTATION,
    STATUSES,
    Annotation,
    Changed,
    History,
    Quantity,
    all_paths,
    child_of,
    locate,
    plain_copy,
    value_at,
)

# --- What stands at a path of a scenario, and numbers that are moved by or times an amount.

ADD, SCALE = "add", "scale"
"""The two ways to move a number."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What the schema has at a path: a section, a container, or a value that a marker reads.

    ``below``: the rest of the path inside that value.
    """

    container: str = ""
    section: type[Section] | None = None
    marker: Marker | None = None
    below: KeyPath = ()


def spot_at(path: KeyPath, data: Any, schema: type[Section] = Scenario) -> Spot:
    """Return what the schema has at a path of plain data, nothing where the path leads nowhere."""
    shape = Shape(sections=(schema,))
    for position, part in enumerate(path):
        if shape.container:
            shape = shape._replace(container="")
        else:
            section = _section_of(shape.sections, data)
            fields = {key: field for key, _, field in fields_of(section)} if section else {}
            if part not in fields:
                return Spot()
            shape = shape_of(fields[str(part)])
        data = child_of(data, part)
        if shape.marker is not None and not shape.container:
            return Spot(marker=shape.marker, below=path[position + 1 :])
    if shape.container:
        return Spot(shape.container)
    return Spot(section=_section_of(shape.sections, data))


def _section_of(sections: Sequence[type[Section]], written: Any) -> type[Section] | None:
    """Return which of several sections is written: a change by its word, a service by its kind."""
    if len(sections) < 2:
        return next(iter(sections), None)
    if SetValue in sections:
        return CHANGES.get(word_of(written) or "")
    kind = child_of(written, "kind")
    return KINDS.get(kind) if isinstance(kind, str) else None


def is_open(spot: Spot, value: Any) -> bool:
    """Say whether items can be added to what stands there, and removed."""
    if spot.marker is None:
        return bool(spot.container)
    if isinstance(value, list):
        return not spot.below or spot.below[-1] not in ("range", *ANNOTATION_KEYS)
    if not isinstance(value, dict):
        return False
    by_class = isinstance(spot.marker, ByClass) and not spot.below
    return bool(spot.below and spot.below[-1] in ("calendar", "weekly")) or (
        by_class and value.keys().isdisjoint(QUANTITY_KEYS)
    )


# ------------------------------------------------------------------- numbers that move


def number_at(path: KeyPath, data: Any) -> Number:
    """Return how the number at a path is read; ``InvalidValue`` where there is none to move."""
    spot = spot_at(path, data)
    whole = path[: len(path) - len(spot.below)]
    return _number(spot.marker, spot.below, value_at(data, whole), path)


def _number(marker: Marker | None, below: KeyPath, written: Any, path: KeyPath) -> Number:
    """Return how what stands ``below`` a value written like this is read."""
    bounds: Number | None = None
    if isinstance(marker, OneOf) and written not in marker.choices:
        marker = marker.otherwise
    if isinstance(marker, ByClass):
        by_class = isinstance(written, dict) and written.keys().isdisjoint(QUANTITY_KEYS)
        bounds, below = marker.number, below[1:] if by_class else below
    elif isinstance(marker, Drawn):
        bounds, below = _parameter(marker, below, written, path)
    elif isinstance(marker, Whole):
        bounds = Number(low=marker.low, high=marker.high, whole=True)
    elif isinstance(marker, Number):
        bounds = marker
    if bounds is not None and bounds.dimension == "time":
        raise InvalidValue(
            "a time of day is not added to or multiplied: write 'to' with the new time"
        )
    if marker in (HOURS, MAYBE_HOURS):
        raise InvalidValue("hours are not added to or multiplied: write 'to' with the new hours")
    # a path inside a quantity leads to its numbers, or to its annotation
    is_number = not below or (
        below[0] in ("value", "calendar", "weekly") and "between" not in below
    )
    if bounds is None or not is_number:
        raise InvalidValue("only numbers are added to or multiplied: write 'to' with the new value")
    return bounds


def _parameter(
    marker: Drawn, below: KeyPath, written: Any, path: KeyPath
) -> tuple[Number, KeyPath]:
    """Return how a parameter of a law is read, and the path inside it."""
    plain = Number(dimension=marker.dimension)
    if not isinstance(written, dict) or "family" not in written:
        return plain, below
    fields = {each.name: each for each in DECLARATIONS[written["family"]].fields}
    given = [name for name in fields if name in written]
    if not below:
        names = " or ".join(f"'{path_text((*path, name))}'" for name in given)
        raise InvalidValue(f"a law has more than one number: set {names}")
    if below[0] not in given:
        raise InvalidValue("only numbers are added to or multiplied: write 'to' with the new value")
    kind = fields[str(below[0])].kind
    if kind == "quantities":
        if len(below) == 1:
            raise InvalidValue("a list of values is not added to or multiplied: write 'to'")
        return plain, below[2:]
    if kind == "quantity":
        return plain, below[1:]
    if kind == "count":
        return Number(low=1.0, whole=True), below[1:]
    return Number(dimension="number"), below[1:]


def moved(number: Number, written: Any, verb: str, amount: Any) -> Any:
    """Return a written value with the amount added to every number in it, or multiplied by it.

    The annotation of the base's number (source, status, range) does not hold for the new one. That
    of the amount does: with its range the new number has the sum (or product) of both ranges, the
    status is the weaker one, and the source names both. Raises ``InvalidValue`` below the amount.
    """
    if isinstance(written, dict) and written.keys().isdisjoint(QUANTITY_KEYS):
        if verb == ADD:
            classes = " or ".join(f"'{name}'" for name in written)
            raise InvalidValue(f"this is one number for each class: name the class: {classes}")
        return {name: moved(number, value, verb, amount) for name, value in written.items()}
    if written == NONE:
        raise InvalidValue("there is no number here to start from: write 'to' with the value")
    is_share = is_number(amount) and unit_of(amount) == "%"
    if verb == ADD and is_share and number.dimension not in ("share", "factor", "number"):
        more = 100 + read("share", amount) * 100
        raise InvalidValue(
            f"'add' takes so much more; for {amount} more write 'scale: {plain(round(more, 6))} %'"
        )
    if verb == SCALE:
        _refuse_signed_factor(amount)
    base = read_quantity(number.dimension, written)
    change = read_quantity(number.dimension if verb == ADD else "factor", amount)
    move = _Move(number, verb)
    numbers = move.all_of(base, change)
    annotation = move.annotation(base, change)
    if annotation == NO_ANNOTATION:
        return numbers
    about = {
        "source": annotation.source,
        "status": annotation.status,
        "range": list(annotation.written_range) if annotation.written_range else None,
        "note": annotation.note,
    }
    about = {key: value for key, value in about.items() if value is not None}
    return {**(numbers if isinstance(numbers, dict) else {"value": numbers}), **about}


def _refuse_signed_factor(amount: Any) -> None:
    """Raise ``InvalidValue`` for ``+20 %`` and ``-20 %``, which are no factors."""
    if isinstance(amount, dict):
        for leaf in leaves_of(amount):
            _refuse_signed_factor(leaf)
        return
    text = spaced(amount)
    sign, bare = text[:1].replace("\u2212", "-"), text[1:].strip()
    if sign not in ("+", "-") or not is_number(bare):
        return
    number, unit = parted(bare)
    whole, share = (100.0, " %") if unit == "%" else (1.0, "")
    message = {
        "+": "{text} is no factor: for {bare} more write 'scale: {more}', for {bare} in all "
        "'scale: {bare}'",
        "-": "{text} is no factor: for {bare} less write 'scale: {more}'",
    }[sign]
    if sign == "-" and number >= whole:
        message = "{text} is no factor: 0 is the smallest one"
    more = f"{plain(round(whole + (number if sign == '+' else -number), 6))}{share}"
    raise InvalidValue(message.format(text=quoted(text), bare=bare, more=more))


_OUT_OF_BOUNDS = {
    "small": "{sum} is {result}: {bound} is the smallest value",
    "large": "{sum} is {result}: {bound} is the largest value",
    "broken": "{sum} is {result}, and only whole numbers are possible: write 'to: {below}' or "
    "'to: {above}' instead",
    "broken on a date": "{sum} is {result} from {when} on, and only whole numbers are possible: "
    "write the whole calendar under 'to', with {below} or {above} there",
}


@dataclass(frozen=True, slots=True)
class _Move:
    """A number that is added to, or multiplied."""

    number: Number
    verb: str

    def all_of(self, base: Quantity, change: Quantity) -> Any:
        """Return the new numbers as people write them."""
        plain = change.written
        if not isinstance(plain, dict):
            return self._each(base.written, plain, "")
        if "weekly" in plain or any(isinstance(value, tuple) for _, value in change.steps):
            raise InvalidValue("hours of the week stand under 'to', with all values")
        dated = isinstance(base.written, dict) and "calendar" in base.written
        if dated and (base.ramp or change.ramp):
            raise InvalidValue(
                "a ramp and another calendar cannot be joined: write both under 'to'"
            )
        starts = [quantity.dates[0] for quantity in (base, change) if quantity.dates]
        dates = sorted({*base.dates, *change.dates})
        steps = {
            date.isoformat(): self._each(_in_force(base, date), _in_force(change, date), str(date))
            for date in dates
            if date >= max(starts)
        }
        return {"calendar": steps, **({"between": "ramp"} if change.ramp else {})}

    def _each(self, written: Any, amount: Any, when: str) -> Any:
        """Return a written value, calendar or week with the amount in every number."""
        if not isinstance(written, dict):
            return self.single(written, amount, when)
        if "weekly" in written:
            week = {
                key: self.single(value, amount, when) for key, value in written["weekly"].items()
            }
            return {**written, "weekly": week}
        steps = {
            date: self._each(value, amount, str(date))
            for date, value in written["calendar"].items()
        }
        return {**written, "calendar": steps}

    def single(self, written: Any, amount: Any, when: str = "") -> Any:
        """Return one number, as people write it."""
        number = read(self.number.dimension, written)
        if self.number.dimension == "places" and number >= UNLIMITED:
            raise InvalidValue("places without limit are not added to or multiplied: write 'to'")
        change = read(self.number.dimension if self.verb == ADD else "factor", amount)
        if self.number.dimension == "places" and change >= UNLIMITED:
            raise InvalidValue("for places without limit write 'to: unlimited'")
        result = self.result(number, change)
        text = self._written(result, written, amount)
        self._check(result, number, text, {"sum": self._formula(written, amount), "when": when})
        return text

    def result(self, number: float, amount: float) -> float:
        """Return the number plus the amount, or times it, without noise in the last digits."""
        result = number + amount if self.verb == ADD else number * amount
        return float(f"{result:.12g}")

    def _formula(self, written: Any, amount: Any) -> str:
        text = str(amount)
        if self.verb == SCALE:
            return f"{written} x {text}"
        return f"{written} - {text[1:]}" if text[:1] == "-" else f"{written} + {text}"

    def _check(self, result: float, number: float, text: Any, blanks: dict[str, str]) -> None:
        """Raise InvalidValue, with what was moved and by how much, for a number out of bounds."""
        mark = self.number
        blanks |= {"result": str(text), "below": f"{int(result)}", "above": f"{int(result) + 1}"}
        wrong = ""
        if result < mark.low:
            wrong, blanks["bound"] = "small", mark.shown(mark.low)
        elif mark.high is not None and result > mark.high:
            wrong, blanks["bound"] = "large", mark.shown(mark.high)
        elif (mark.whole or mark.dimension == "places") and result % 1 and not number % 1:
            wrong = "broken on a date" if blanks["when"] else "broken"
        if wrong:
            raise InvalidValue(_OUT_OF_BOUNDS[wrong].format(**blanks))

    def _written(self, result: float, written: Any, amount: Any) -> Any:
        """Return a number in the unit of the base, or of the amount if that needs fewer digits."""
        dimension = self.number.dimension
        units = [unit_of(written)]
        if self.verb == ADD:
            units.append(unit_of(amount))
        if dimension == "duration":
            units.append("days")
        if dimension == "factor" and result > PLAIN_FACTOR:
            units = ["%"]  # a plain number could be meant in per cent
        rows = [(float(f"{result / worth(dimension, unit):.12g}"), unit) for unit in units]
        short = (row for row in rows if round(row[0], 4) == row[0])
        value, unit = next(short, rows[-1])
        return joined(value, plural(unit, value) if dimension == "duration" else unit)

    def annotation(self, base: Quantity, change: Quantity) -> Annotation:
        """Return the annotation of the new number: none, if the change has none."""
        mine, yours = base.annotation, change.annotation
        if yours == NO_ANNOTATION:
            return NO_ANNOTATION
        status = yours.status
        if status is not None and mine.status is not None:
            status = max("derived", status, mine.status, key=STATUSES.index)
        source = yours.source
        if source is not None and mine.source is not None:
            source = BOTH_SOURCES[self.verb].format(change=source.rstrip("."), base=mine.source)
        ends, written = self._ends(base, change), None
        if ends is not None:
            first, amount = next(leaves_of(base.written)), next(leaves_of(change.written))
            written = self._written(ends[0], first, amount), self._written(ends[1], first, amount)
        return Annotation(source, status, ends, yours.note, written)

    def _ends(self, base: Quantity, change: Quantity) -> tuple[float, float] | None:
        """Return the lowest and highest plausible value, if the change has such values."""
        if change.annotation.range is None and change.annotation.status != "observed":
            return None
        mine, yours = _plausible(base), _plausible(change)
        ends = [self.result(a, b) for a, b in zip(mine, yours, strict=True)]
        low, high = self.number.low, self.number.high
        return max(low, ends[0]), ends[1] if high is None else min(high, ends[1])


BOTH_SOURCES = {
    ADD: "{change} (this much more than the base; base: {base})",
    SCALE: "{change} (this many times the base; base: {base})",
}
"""The source of a number that was moved."""


def _plausible(quantity: Quantity) -> tuple[float, float]:
    numbers = list(quantity.numbers())
    return quantity.annotation.range or (min(numbers), max(numbers))


def leaves_of(written: Any) -> Iterator[Any]:
    """Yield every number of a written quantity, without its annotation."""
    if not isinstance(written, dict):
        yield written
        return
    for key in ("value", "calendar", "weekly"):
        if key in written:
            inside = written[key]
            for value in inside.values() if isinstance(inside, dict) else (inside,):
                yield from leaves_of(value)


def _in_force(quantity: Quantity, date: datetime.date) -> Any:
    """Return the written value in force on a date."""
    if not isinstance(quantity.written, dict) or "calendar" not in quantity.written:
        return quantity.written
    dated = zip(quantity.dates, quantity.written["calendar"].values(), strict=True)
    return [value for begin, value in dated if begin <= date][-1]


def unit_of(written: Any) -> str:
    """Return the unit of a written number, empty if it has none."""
    return parted(written)[1]


def worth(dimension: str, unit: str) -> float:
    """Return what one of a unit is, in the units of the plan."""
    return read(dimension, f"1 {unit}".strip())


def plural(unit: str, value: float) -> str:
    """Return a unit of time as it stands after a number; any other unit as it is."""
    bare = unit.removesuffix("s")
    if unit in ("min", "h") or f"{bare}s" not in UNITS:
        return unit
    return bare if value == 1 else f"{bare}s"


# --- What-if files: what is changed in a base, read and applied to its resolved data.
#
# A change sets a value (``to``), moves a number (``add``, ``scale``), adds an item to a list or
# to named lines (a service, a class, a referral, a route) or removes one. Every fault is noted at
# its line of the what-if file.

TO, NEW, GONE = "to", "new", "gone"
"""What a change does beside moving a number: sets a value, adds or removes an item."""


def _anything(words: str, optional: bool = False) -> Plain:
    """Return the marker of a value that is read later, once the field that it is for is known."""
    return Plain(reader=lambda raw: raw, words=words, schema={}, optional=optional)


INSTEAD = {
    "subtract": "to take something away, write 'add' with a number below 0: add: -5",
    "minus": "to take something away, write 'add' with a number below 0: add: -5",
    "plus": "for so much more, write 'add': add: 5",
    "increase": "for so much more, write 'add': add: 5",
    "multiply": "for so many times as much, write 'scale': scale: 120 %",
    "times": "for so many times as much, write 'scale': scale: 120 %",
    "by": "for so much more write 'add' (add: 5), for so many times as much 'scale' (scale: 120 %)",
    "value": "the new value stands under 'to'",
}
"""Words people may write for the verbs of a change."""


class SetValue(Section):
    """A value that is another one (`to`), so much more (`add`), or so many times (`scale`)."""

    set: Annotated[
        str, Named(of="path of a value, e.g. `services.shelter.routes.street.share`")
    ] = declared(
        "The value to change; an item of a list is named by its number, or by its 'to' or 'of'."
    )
    to: Annotated[Any, _anything("any value", optional=True)] = declared(
        "The new value: this, or 'add', or 'scale'.", NONE
    )
    add: Annotated[Any, _anything("a number in a unit of the value", optional=True)] = declared(
        "How much more; below 0, how much less.", NONE
    )
    scale: Annotated[Any, _anything("factor, e.g. `120 %`", optional=True)] = declared(
        "How many times as much.", NONE
    )
    because: Title = declared("Why.")

    @model_validator(mode="before")
    @classmethod
    def _one_verb(cls, raw: Any) -> Any:
        if isinstance(raw, Mapping):
            verbs_given = [verb for verb in (TO, ADD, SCALE) if verb in raw]
            wrong = [((key,), INSTEAD[key]) for key in raw if key in INSTEAD]
            if wrong:
                raise InvalidValue(faults=wrong)
            if len(verbs_given) > 1:
                verbs = " and ".join(f"'{verb}'" for verb in verbs_given)
                raise InvalidValue(f"{verbs} exclude one another: keep one of them")
            if not verbs_given:
                raise InvalidValue(
                    "write 'to' with the new value, 'add' with how much more, or 'scale' with how "
                    "many times as much"
                )
        return raw

    @property
    def verb(self) -> str:
        """Return what it does."""
        return next(verb for verb in (ADD, SCALE, TO) if verb in self.model_fields_set)


class AddItem(Section):
    """Something the base does not have: a service, a class, a referral, a route."""

    add: Annotated[
        str, Named(of="path of the new item, e.g. `services.NAME`, or of the list it joins")
    ] = declared("What is added.")
    as_: Annotated[Any, _anything("what a complete file has there")] = Field(
        alias="as", description="Its content."
    )
    after: Annotated[str | None, Named(optional=True, of="name of an item")] = declared(
        "The item it comes after; a new service needs this or 'before'.", NONE
    )
    before: Annotated[str | None, Named(optional=True, of="name of an item")] = declared(
        "The item it comes before.", NONE
    )
    because: Title = declared("Why.")

    @model_validator(mode="before")
    @classmethod
    def _of_what(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping):
            return raw
        what = raw.get("add")
        if not isinstance(what, str) or what[:1].isdigit() or what[:1] in "+-.":
            message = (
                f"'add: {what}' says how much, but not of what: write 'set' with the path of the "
                "value beside it"
            )
            raise InvalidValue(faults=[(("add",), message)])
        wrong = [key for key in raw if key in ("to", "value", "scale", "with", "is")]
        if wrong:
            message = "what is added stands under 'as', as it would in a complete file"
            raise InvalidValue(faults=[((key,), message) for key in wrong])
        return raw


class RemoveItem(Section):
    """Something the base has and this scenario has not."""

    remove: Annotated[
        str, Named(of="path of an item, e.g. `services.maraudes.referrals.shelter`")
    ] = declared("What is removed.")
    because: Title = declared("Why.")


CHANGES: dict[str, type[SetValue] | type[AddItem] | type[RemoveItem]] = {
    "set": SetValue,
    "add": AddItem,
    "remove": RemoveItem,
}
"""The kinds of change, by the word that names what it is about."""
Change = SetValue | AddItem | RemoveItem


def word_of(raw: Any) -> str | None:
    """Return which of CHANGES a written change is; None if it says neither."""
    return next((word for word in CHANGES if isinstance(raw, Mapping) and word in raw), None)


AnyChange = Annotated[
    Annotated[SetValue, Tag("set")]
    | Annotated[AddItem, Tag("add")]
    | Annotated[RemoveItem, Tag("remove")],
    Discriminator(word_of),
]


class WhatIf(Section):
    """A what-if file: a base scenario and what is changed in it."""

    based_on: Annotated[str, Named(of="path of a file")] = declared(
        "The base scenario, a path seen from this file."
    )
    title: Title = declared("What the scenario is, in a few words.")
    summary: MaybeWording = declared("What it describes, in a few sentences.", NONE)
    changes: tuple[AnyChange, ...] = declared("What is different.", ())


# --------------------------------------------------------------------- applying them


@dataclass(frozen=True, slots=True, eq=False)
class _Aim:
    """Where one change of a file applies: ``path`` of the value, or of what holds the item.

    ``key``: name or number of the item, None for one that joins a list.
    """

    number: int
    change: Change
    path: KeyPath
    key: str | int | None = None

    @property
    def touched(self) -> KeyPath:
        """Return the path nothing else may touch."""
        if isinstance(self.change, SetValue):
            return self.path
        return (*self.path, f"new {self.number}" if self.key is None else self.key)

    def at(self, word: str) -> KeyPath:
        """Return the path of one of its words in the what-if file."""
        return ("changes", self.number, word)


class Changing:
    """The changes of one what-if file, applied to the resolved data of its base."""

    def __init__(self, data: dict[str, Any], history: History, source: Source) -> None:
        self.data, self.history, self.source = data, history, source
        self.base, self.fault = history.files[-2], source.fault_at

    def apply(self, written: WhatIf, numbers: Sequence[int]) -> None:
        """Change data and history; notes every fault in the source.

        ``numbers``: of the changes in the file, of which those that were refused are left out.
        """
        aims = [
            aim
            for number, change in zip(numbers, written.changes, strict=True)
            if (aim := self._aim(number, change, written)) is not None
        ]
        if self._overlaps(aims):
            return
        settings = [(aim, aim.change) for aim in aims if isinstance(aim.change, SetValue)]
        spots = [spot_at(aim.path, self.data) for aim in aims]
        changed = {aim.number: self._set(aim, change) for aim, change in settings}
        if self.source.faults:
            return
        self._forget_sources(aims, spots)
        self.history.changes += tuple(changed[number] for number in sorted(changed))
        self._items([aim for aim in aims if not isinstance(aim.change, SetValue)])

    # ------------------------------------------------------------------- where

    def _aim(self, number: int, change: Change, written: WhatIf) -> _Aim | None:
        if isinstance(change, SetValue):
            path = locate(self.data, change.set)
            if path is None:
                self.fault(("changes", number, "set"), self._no_value(change.set, written, change))
                return None
            return _Aim(number, change, path)
        if isinstance(change, RemoveItem):
            return self._aim_at_item(number, change)
        return self._aim_at_new(number, change, written)

    def _no_value(self, text: str, written: WhatIf, change: Change) -> str:
        """Say that there is no value at a path, and what may be meant."""
        for other in written.changes:
            if isinstance(other, AddItem) and other is not change:
                is_new = locate(self.data, other.add) is None
                if is_new and f"{text}.".startswith(f"{other.add}."):
                    return (
                        f"'{other.add}' is added by another change of this file: write it there, "
                        "under 'as'"
                    )
        return no_value(self.data, text, self.base, new=True)

    def _aim_at_item(self, number: int, change: RemoveItem) -> _Aim | None:
        path, at = locate(self.data, change.remove), ("changes", number, "remove")
        if path is None:
            self.fault(at, no_value(self.data, change.remove, self.base))
            return None
        around = path[:-1]
        if not around or not is_open(spot_at(around, self.data), value_at(self.data, around)):
            self.fault(
                at,
                "only an item of a list or a named line can be removed; to leave a value out, set "
                "it to 'none'",
            )
            return None
        return _Aim(number, change, around, path[-1])

    def _aim_at_new(self, number: int, change: AddItem, written: WhatIf) -> _Aim | None:
        at: KeyPath = ("changes", number, "add")
        path = locate(self.data, change.add)
        if path is not None:
            value = value_at(self.data, path)
            if isinstance(value, list) and is_open(spot_at(path, self.data), value):
                return self._placed(_Aim(number, change, path), change, written)
            if isinstance(value, dict) and is_open(spot_at(path, self.data), value):
                self.fault(at, f"the name of the new item is missing: {change.add}.NAME")
            elif value == NONE:
                self.fault(at, f"'{change.add}' is 'none' in {self.base}: change it with 'set'")
            else:
                self.fault(at, f"'{change.add}' is there already: change it with 'set'")
            return None
        around, _, name = change.add.rpartition(".")
        parent = locate(self.data, around)
        if parent is None:
            self.fault(at, self._no_value(around or change.add, written, change))
            return None
        value = value_at(self.data, parent)
        if isinstance(value, list):
            self.fault(at, f"an item joins a list by its path: write add: {around}")
            return None
        if not is_open(spot_at(parent, self.data), value):
            message = f"'{around}' is '{value}' in {self.base}: change it with 'set'"
            if isinstance(value, dict):
                message = f"'{name}' is not known in '{around}'{suggestion(name, value)}"
            self.fault(at, message)
            return None
        return self._placed(_Aim(number, change, parent, name), change, written)

    def _placed(self, aim: _Aim, change: AddItem, written: WhatIf) -> _Aim | None:
        """Return the aim if it says well enough where the item comes."""
        if change.after is not None and change.before is not None:
            self.fault(aim.at("before"), "'after' and 'before' exclude one another: keep one")
            return None
        word = "after" if change.after is not None else "before"
        anchor = change.after or change.before
        spot = spot_at(aim.path, self.data)
        if anchor is None:
            if aim.path == ("services",):
                services = ", ".join(self.data["services"])
                self.fault(
                    aim.at("add"),
                    "where does it stand in the pathway? write 'after' or 'before' with the name "
                    f"of a service: {services}",
                )
                return None
            return aim
        if spot.below and spot.below[-1] in ("calendar", "weekly"):
            self.fault(aim.at(word), "dates and hours stand in order by themselves: leave it out")
            return None
        value = value_at(self.data, aim.path)
        names = [*_names_in(value), *self._added_before(aim, written)]
        if anchor not in names and not (
            isinstance(value, list) and anchor.isdigit() and int(anchor) < len(value)
        ):
            message = f"there is no '{anchor}' in '{path_text(aim.path)}'"
            meant = by_report_name(anchor, _shown(self.data))
            if meant in names:
                hint = f"; it is the name in reports: the name in files is '{meant}'"
            else:
                hint = suggestion(anchor, names)
            self.fault(aim.at(word), message + hint)
            return None
        return aim

    def _added_before(self, aim: _Aim, written: WhatIf) -> Iterator[str]:
        """Yield the names of items that earlier changes of this file add to the same place."""
        for change in itertools.takewhile(lambda other: other is not aim.change, written.changes):
            if isinstance(change, AddItem):
                around, _, name = change.add.rpartition(".")
                if aim.key is None and locate(self.data, change.add) == aim.path:
                    yield from _names_in([change.as_])
                elif aim.key is not None and locate(self.data, around) == aim.path:
                    yield name

    def _overlaps(self, aims: list[_Aim]) -> bool:
        """Note changes of the same value, or of one inside another; say whether there are any."""
        before = len(self.source.faults)
        done: list[_Aim] = []
        for aim in aims:
            mine = aim.touched
            for other in done:
                theirs = other.touched
                if mine[: len(theirs)] == theirs or theirs[: len(mine)] == mine:
                    word = word_of_change(aim.change)
                    verbs = {"set": "changes", "add": "adds", "remove": "removes"}
                    verb = verbs[word_of_change(other.change)]
                    shown = path_text(other.path if other.key is None else theirs)
                    message = f"another change of this file already {verb} '{shown}'"
                    self.fault(aim.at(word), message)
                    break
            done.append(aim)
        return len(self.source.faults) > before

    # -------------------------------------------------------------------- values

    def _set(self, aim: _Aim, change: SetValue) -> Changed:
        before, verb = value_at(self.data, aim.path), change.verb
        given = getattr(change, verb) if getattr(change, verb) is not None else NONE
        after, known = given, len(self.source.faults)
        if verb == TO:
            self._refuse_minus(aim, given)
        else:
            try:
                after = moved(number_at(aim.path, self.data), before, verb, given)
            except InvalidValue as refused:
                for below, text in refused.faults:
                    self.fault((*aim.at(verb), *below), text)
        place = self.source.values[aim.at(verb)]
        if len(self.source.faults) > known:
            return Changed(aim.path, before, before, change.because, place, verb)
        value_at(self.data, aim.path[:-1])[aim.path[-1]] = plain_copy(after)
        if verb == TO:
            take_over(self.history, self.source, aim.at(verb), aim.path)
        else:
            forget(self.history, aim.path)
            self.history.values[aim.path] = place
            self.history.leaves |= {aim.path}
        amount = None if verb == TO else given
        return Changed(aim.path, before, after, change.because, place, verb, amount)

    def _refuse_minus(self, aim: _Aim, given: Any) -> None:
        """Note a number below 0 where somebody may mean so much less."""
        try:
            number_at(aim.path, self.data)
        except InvalidValue:
            return
        for below in (*(("value",) if isinstance(given, dict) else ()),), ():
            number = given.get("value") if below else given
            if isinstance(number, int | float | str) and str(number)[:1] in ("-", "\u2212"):
                bare = str(number)[1:].strip()
                self.fault(
                    (*aim.at(TO), *below),
                    f"a number below 0 is not possible here; for {bare} less write 'add: -{bare}'",
                )
                return

    def _forget_sources(self, aims: list[_Aim], spots: list[Spot]) -> None:
        """Drop the annotation of a number of the base of which a part was changed.

        An annotation in this file is kept. That of a whole law stays with the parameters
        that are not changed.
        """
        kept = {aim.touched for aim in aims}
        for aim, spot in zip(aims, spots, strict=True):
            if not spot.below or spot.below[0] in ANNOTATION_KEYS:
                continue
            around = aim.path[: len(aim.path) - len(spot.below)]
            number = value_at(self.data, around)
            if "family" in number:
                self._hand_down(number, str(spot.below[0]), around, kept)
                around, number = (*around, spot.below[0]), number.get(spot.below[0])
            for key in ANNOTATION_KEYS if around != aim.path else ():
                if isinstance(number, dict) and (*around, key) not in kept:
                    number.pop(key, None)

    def _hand_down(
        self, law: dict[str, Any], changed: str, around: KeyPath, kept: set[KeyPath]
    ) -> None:
        """Give the annotation of a whole law to its parameters, except the changed one."""
        annotation = {key: law.pop(key) for key in ANNOTATION_KEYS if key in law}
        if not annotation:
            return
        fields = {each.name: each for each in DECLARATIONS[law["family"]].fields}
        for name, field in fields.items():
            if name not in law or name == changed or (*around, name) in kept:
                continue
            own = {
                key: value
                for key, value in annotation.items()
                if key != "range" or field.kind == "quantity"
            }
            if field.kind != "quantities":
                value = law[name] if isinstance(law[name], dict) else {"value": law[name]}
                law[name] = {**own, **value}

    # --------------------------------------------------------------------- items

    def _note_removed(self, aim: _Aim, change: RemoveItem, item: Any) -> None:
        assert aim.key is not None  # what is removed is there
        path, place = (*aim.path, _name_of(item, aim.key)), self.source.values[aim.at("remove")]
        self.history.changes += (Changed(path, item, None, change.because, place, GONE),)

    def _items(self, aims: list[_Aim]) -> None:
        """Add and remove items, place by place, in the order of the file."""
        for path in dict.fromkeys(aim.path for aim in aims):
            own = [aim for aim in aims if aim.path == path]
            value = value_at(self.data, path)
            if isinstance(value, list):
                self._in_list(path, value, own)
            else:
                self._in_mapping(path, value, own)

    def _in_mapping(self, path: KeyPath, value: dict[str, Any], aims: list[_Aim]) -> None:
        items = dict(value)
        for aim in aims:
            if isinstance(aim.change, AddItem):
                at = _position(list(items), aim.change)
                rows = list(items.items())
                items = dict([*rows[:at], (str(aim.key), plain_copy(aim.change.as_)), *rows[at:]])
                self._note_new(aim, aim.change, str(aim.key))
        for aim in aims:
            if isinstance(aim.change, RemoveItem):
                forget(self.history, (*path, str(aim.key)))
                self._note_removed(aim, aim.change, items.pop(str(aim.key)))
        value.clear()
        if path[-1] == "calendar":
            items = dict(sorted(items.items()))
        value.update(items)

    def _in_list(self, path: KeyPath, value: list[Any], aims: list[_Aim]) -> None:
        rows: list[tuple[int | _Aim, Any]] = list(enumerate(value))
        gone = {aim.key for aim in aims if isinstance(aim.change, RemoveItem)}
        for aim in aims:
            if isinstance(aim.change, AddItem):
                names = _names_in([item for _, item in rows])
                at = _position(names, aim.change, [key for key, _ in rows])
                rows.insert(at, (aim, plain_copy(aim.change.as_)))
        rows = [(key, item) for key, item in rows if key not in gone]
        places: dict[str | int, int] = {
            key: new for new, (key, _) in enumerate(rows) if isinstance(key, int)
        }
        before = list(value)
        value[:] = [item for _, item in rows]
        renumber(self.history, path, places)
        for aim in aims:
            if isinstance(aim.change, RemoveItem):
                self._note_removed(aim, aim.change, before[int(aim.key or 0)])
        for number, (key, _) in enumerate(rows):
            if isinstance(key, _Aim) and isinstance(key.change, AddItem):
                self._note_new(key, key.change, number)

    def _note_new(self, aim: _Aim, change: AddItem, key: str | int) -> None:
        path = (*aim.path, key)
        take_over(self.history, self.source, aim.at("as"), path)
        place = self.source.values[aim.at("add")]
        self.history.keys[path] = place
        self.history.changes += (Changed(path, None, change.as_, change.because, place, NEW),)


def word_of_change(change: Change) -> str:
    """Return the word that names what a change is about."""
    return next(word for word, kind in CHANGES.items() if isinstance(change, kind))


def no_value(data: Any, text: str, base: str, new: bool = False) -> str:
    """Say that there is no value at a path people wrote, and which one they may mean.

    ``new``: what it names could be added.
    """
    meant = by_shown_name(data, text)
    if meant:
        return f"no value {quoted(text)} in {base}: names are those of files, write '{meant}'"
    parts = text.replace("[", ".").replace("]", "").split(".")
    known = max(n for n in range(len(parts)) if n == 0 or locate(data, ".".join(parts[:n])))
    around, name = ".".join(parts[:known]), parts[known]
    path = locate(data, around) or ()
    value = value_at(data, path)
    if not path or not is_open(spot_at(path, data), value):
        hint = suggestion(text, all_paths(data))
        close = hint if "did you mean" in hint else ""
        return f"no value {quoted(text)} in {base}{close}"
    there = {each.lower(): each for each in _names_in(value)}
    close_names = get_close_matches(name.lower(), there, 1, 0.6)
    meant = ".".join((around, there[close_names[0]] if close_names else name, *parts[known + 1 :]))
    is_close = bool(close_names) and locate(data, meant) is not None
    return _NOT_THERE[is_close, new].format(
        text=quoted(text),
        base=base,
        new=around if isinstance(value, list) else f"{around}.{name}",
        names=", ".join(there.values()) or NONE,
        meant=meant,
    )


_NOT_THERE = {
    (True, True): "no value {text} in {base}; did you mean '{meant}'? Something new begins with "
    "'add: {new}'",
    (True, False): "no value {text} in {base}; did you mean '{meant}'?",
    (False, True): "no value {text} in {base}, where there are {names}; something new begins with "
    "'add: {new}'",
    (False, False): "no value {text} in {base}, where there are {names}",
}


def by_shown_name(data: Any, text: str) -> str:
    """Return a path with the names of files where it has those of reports, empty if that is none.

    ``services.appartements PHASE.places`` is ``services.PHASE flats.places`` in a file.
    """
    shown = _shown(data)
    parts = [by_report_name(part, shown) or part for part in text.split(".")]
    meant = ".".join(parts)
    return meant if meant != text and locate(data, meant) is not None else ""


def _shown(data: Any) -> list[tuple[str, tuple[str, ...]]]:
    """Return what services and classes are called in files, and in reports of both languages."""
    named = data.get("services", {}) | data.get("people", {}).get("classes", {})
    return [
        (
            name,
            tuple(each["names"].values()) if isinstance(each["names"], dict) else (each["names"],),
        )
        for name, each in named.items()
        if isinstance(each, dict) and each.get("names") not in (None, NONE)
    ]


def _names_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return list(value)
    return [str(_name_of(item, number)) for number, item in enumerate(value)]


def _name_of(item: Any, key: str | int) -> str | int:
    """Return what an item is called: its key, in a list where it leads to, or itself."""
    if isinstance(key, str):
        return key
    name = item.get("to", item.get("of")) if isinstance(item, dict) else item
    return name if isinstance(name, str) else key


def _position(names: list[str], change: AddItem, keys: list[Any] | None = None) -> int:
    """Return where a new item comes among others: after or before one, else at the end."""
    anchor = change.after or change.before
    if anchor is None:
        return len(names)
    if keys is not None and anchor.isdigit() and int(anchor) in keys:
        position = keys.index(int(anchor))
    else:
        position = names.index(anchor)
    return position + (change.after is not None)


# ------------------------------------------------------------------- where it was written


def take_over(history: History, source: Source, start: KeyPath, path: KeyPath) -> None:
    """Put the places of a value of the what-if file where it now stands in the scenario."""
    forget(history, path)
    moving = [place for place in source.values if place[: len(start)] == start]
    for old in moving:
        new = (*path, *old[len(start) :])
        history.values[new] = source.values[old]
        if old in source.keys:
            history.keys[new] = source.keys[old]
        if not isinstance(value_at(source.data, old), dict | list):
            history.leaves |= {new}


def forget(history: History, path: KeyPath) -> None:
    """Forget where the parts of a value were written."""
    for places in (history.values, history.keys):
        for old in [p for p in places if p[: len(path)] == path and p != path]:
            del places[old]
    history.leaves = frozenset(p for p in history.leaves if p[: len(path)] != path)


def renumber(history: History, path: KeyPath, numbers: Mapping[str | int, int]) -> None:
    """Give the items of a list their new numbers; those without one are gone."""
    size = len(path)

    def moved_path(old: KeyPath) -> KeyPath | None:
        if len(old) <= size or old[:size] != path:
            return old
        number = numbers.get(old[size])
        return None if number is None else (*path, number, *old[size + 1 :])

    for name in ("values", "keys"):
        places = getattr(history, name)
        fresh = {new: place for old, place in places.items() if (new := moved_path(old))}
        setattr(history, name, fresh)
    history.leaves = frozenset(new for old in history.leaves if (new := moved_path(old)))
    history.changes = tuple(
        replace(change, path=new)
        for change in history.changes
        if (new := moved_path(change.path)) is not None
    )
