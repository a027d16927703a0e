"""What stands at a path of a scenario, and numbers that are moved by or times an amount."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from sim.scenario.fields import Section
from sim.scenario.kinds import KINDS
from sim.scenario.markers import NONE, ByClass, Drawn, Hours, Marker, Number
from sim.scenario.paths import value_at
from sim.scenario.reading import ANNOTATION_KEYS, QUANTITY_KEYS, read_quantity
from sim.scenario.resolving import fields_of, marker_of
from sim.scenario.schema import Scenario
from sim.scenario.units import is_number, joined, parted
from sim.scenario.values import NOTHING_SAID, STATUSES, Annotation, Quantity
from sim.scenario.word_markers import OneOf, Whole
from sim.vocabulary.distributions import DECLARATIONS
from sim.vocabulary.errors import Path, Refused, path_text, quoted
from sim.vocabulary.quantities import UNITS, UNLIMITED, plain, read, spaced

ADD, SCALE = "add", "scale"
"""The two ways to move a number."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What the schema has at a path: a section, a container, or a value that a marker reads.

    ``below``: the rest of the path inside that value.
    """

    kind: Any = None
    marker: Marker | None = None
    below: Path = ()


def spot_at(path: Path, data: Any) -> Spot:
    """Return what stands at an existing path of resolved data."""
    here: Any = Scenario
    for position, part in enumerate(path):
        data = data[part]
        if isinstance(here, type) and issubclass(here, Section):
            field = next(field for key, _, field in fields_of(here) if key == part)
            marker, here = marker_of(field), field.annotation
        else:
            marker, here = _item(here, data)
        if marker is not None:
            return Spot(None, marker, path[position + 1 :])
        if type(None) in get_args(here):  # a section that may be left out
            here = next(each for each in get_args(here) if each is not type(None))
    return Spot(here)


def _item(container: Any, item: Any) -> tuple[Marker | None, Any]:
    """Return marker and type of the items of a container; of a service by its kind."""
    inside = get_args(container)[1 if get_origin(container) is dict else 0]
    if get_origin(inside) is Annotated:
        marker = next((each for each in get_args(inside)[1:] if isinstance(each, Marker)), None)
        return marker, KINDS.get(item.get("kind"), None) if marker is None else None
    return None, inside


def is_open(spot: Spot, value: Any) -> bool:
    """Say whether items can be added to what stands there, and removed."""
    if spot.marker is None:
        return get_origin(spot.kind) in (dict, tuple)
    if isinstance(value, list):
        return not spot.below or spot.below[-1] not in ("range", *ANNOTATION_KEYS)
    if not isinstance(value, dict):
        return False
    by_class = isinstance(spot.marker, ByClass) and not spot.below
    return bool(spot.below and spot.below[-1] in ("calendar", "weekly")) or (
        by_class and value.keys().isdisjoint(QUANTITY_KEYS)
    )


# ------------------------------------------------------------------- numbers that move


def number_at(path: Path, data: Any) -> Number:
    """Return how the number at a path is read; ``Refused`` where there is none to move."""
    spot = spot_at(path, data)
    whole = path[: len(path) - len(spot.below)]
    return _number(spot.marker, spot.below, value_at(data, whole), path)


def _number(marker: Marker | None, below: Path, written: Any, path: Path) -> Number:
    """Return how what stands ``below`` a value written like this is read."""
    found: Number | None = None
    if isinstance(marker, OneOf) and written not in marker.choices:
        marker = marker.otherwise
    if isinstance(marker, ByClass):
        by_class = isinstance(written, dict) and written.keys().isdisjoint(QUANTITY_KEYS)
        found, below = marker.number, below[1:] if by_class else below
    elif isinstance(marker, Drawn):
        found, below = _parameter(marker, below, written, path)
    elif isinstance(marker, Whole):
        found = Number(low=marker.low, high=marker.high, whole=True)
    elif isinstance(marker, Number):
        found = marker
    if found is not None and found.dimension == "time":
        raise Refused("a time of day is not added to or multiplied: write 'to' with the new time")
    if isinstance(marker, Hours):
        raise Refused("hours are not added to or multiplied: write 'to' with the new hours")
    if found is None or not _is_number_below(below):
        raise Refused("only numbers are added to or multiplied: write 'to' with the new value")
    return found


def _is_number_below(below: Path) -> bool:
    """Say whether a path inside a quantity leads to its numbers, not to what is said of them."""
    return not below or (below[0] in ("value", "calendar", "weekly") and "between" not in below)


def _parameter(marker: Drawn, below: Path, written: Any, path: Path) -> tuple[Number, Path]:
    """Return how a parameter of a law is read, and the path inside it."""
    plain = Number(dimension=marker.dimension)
    if not isinstance(written, dict) or "family" not in written:
        return plain, below
    fields = {each.name: each for each in DECLARATIONS[written["family"]].fields}
    given = [name for name in fields if name in written]
    if not below:
        names = " or ".join(f"'{path_text((*path, name))}'" for name in given)
        raise Refused(f"a law has more than one number: set {names}")
    if below[0] not in given:
        raise Refused("only numbers are added to or multiplied: write 'to' with the new value")
    kind = fields[str(below[0])].kind
    if kind == "quantities":
        if len(below) == 1:
            raise Refused("a list of values is not added to or multiplied: write 'to'")
        return plain, below[2:]
    if kind == "quantity":
        return plain, below[1:]
    if kind == "count":
        return Number(low=1.0, whole=True), below[1:]
    return Number(dimension="factor"), below[1:]


def moved(number: Number, written: Any, verb: str, amount: Any) -> Any:
    """Return a written value with the amount added to every number in it, or multiplied by it.

    Nothing said of the base's number (source, status, range) holds for the new one. What is said of
    the amount goes on: with its range the new number has the sum (or product) of both ranges, the
    status is the weaker one, and the source names both. Raises ``Refused`` below the amount.
    """
    if isinstance(written, dict) and written.keys().isdisjoint(QUANTITY_KEYS):
        if verb == ADD:
            classes = " or ".join(f"'{name}'" for name in written)
            raise Refused(f"this is one number for each class: name the class: {classes}")
        return {name: moved(number, one, verb, amount) for name, one in written.items()}
    if written == NONE:
        raise Refused("there is no number here to start from: write 'to' with the value")
    is_share = is_number(amount) and unit_of(amount) == "%"
    if verb == ADD and is_share and number.dimension not in ("share", "factor"):
        more = 100 + read("share", amount) * 100
        raise Refused(
            f"'add' takes so much more; for {amount} more write 'scale: {plain(round(more, 6))} %'"
        )
    if verb == SCALE:
        _refuse_signed_factor(amount)
    base = read_quantity(number.dimension, written)
    change = read_quantity(number.dimension if verb == ADD else "factor", amount)
    move = _Move(number, verb)
    found = move.all_of(base, change)
    said = move.said(base, change)
    if said == NOTHING_SAID:
        return found
    about = {
        "source": said.source,
        "status": said.status,
        "range": list(said.written_range) if said.written_range else None,
        "note": said.note,
    }
    about = {key: value for key, value in about.items() if value is not None}
    return {**(found if isinstance(found, dict) else {"value": found}), **about}


def _refuse_signed_factor(amount: Any) -> None:
    """Raise ``Refused`` for ``+20 %`` and ``-20 %``, which are no factors."""
    if isinstance(amount, dict):
        for one in leaves_of(amount):
            _refuse_signed_factor(one)
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
    raise Refused(message.format(text=quoted(text), bare=bare, more=more))


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
            raise Refused("hours of the week stand under 'to', with all values")
        dated = isinstance(base.written, dict) and "calendar" in base.written
        if dated and (base.ramp or change.ramp):
            raise Refused("a ramp and another calendar cannot be joined: write both under 'to'")
        starts = [one.dates[0] for one in (base, change) if one.dates]
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
            return self.one(written, amount, when)
        if "weekly" in written:
            week = {key: self.one(one, amount, when) for key, one in written["weekly"].items()}
            return {**written, "weekly": week}
        steps = {
            date: self._each(one, amount, str(date)) for date, one in written["calendar"].items()
        }
        return {**written, "calendar": steps}

    def one(self, written: Any, amount: Any, when: str = "") -> Any:
        """Return one number, as people write it."""
        number = read(self.number.dimension, written)
        if self.number.dimension == "places" and number >= UNLIMITED:
            raise Refused("places without limit are not added to or multiplied: write 'to'")
        change = self._amount(amount)
        if self.number.dimension == "places" and change >= UNLIMITED:
            raise Refused("for places without limit write 'to: unlimited'")
        found = self.result(number, change)
        text = self._written(found, written, amount)
        self._check(found, number, text, {"sum": self._formula(written, amount), "when": when})
        return text

    def _amount(self, amount: Any) -> float:
        return read(self.number.dimension if self.verb == ADD else "factor", amount)

    def result(self, number: float, amount: float) -> float:
        """Return the number plus the amount, or times it, without noise in the last digits."""
        found = number + amount if self.verb == ADD else number * amount
        return float(f"{found:.12g}")

    def _formula(self, written: Any, amount: Any) -> str:
        text = str(amount)
        if self.verb == SCALE:
            return f"{written} x {text}"
        return f"{written} - {text[1:]}" if text[:1] == "-" else f"{written} + {text}"

    def _check(self, found: float, number: float, text: Any, told: dict[str, str]) -> None:
        """Raise ``Refused``, with what was moved and by how much, for a number out of bounds."""
        mark = self.number
        told |= {"result": str(text), "below": f"{int(found)}", "above": f"{int(found) + 1}"}
        wrong = ""
        if found < mark.low:
            wrong, told["bound"] = "small", mark.shown(mark.low)
        elif mark.high is not None and found > mark.high:
            wrong, told["bound"] = "large", mark.shown(mark.high)
        elif (mark.whole or mark.dimension == "places") and found % 1 and not number % 1:
            wrong = "broken on a date" if told["when"] else "broken"
        if wrong:
            raise Refused(_OUT_OF_BOUNDS[wrong].format(**told))

    def _written(self, found: float, written: Any, amount: Any) -> Any:
        """Return a number in the unit of the base, or of the amount if that needs fewer digits."""
        dimension = self.number.dimension
        units = [unit_of(written)]
        if self.verb == ADD:
            units.append(unit_of(amount))
        if dimension == "duration":
            units.append("days")
        rows = [(float(f"{found / worth(dimension, unit):.12g}"), unit) for unit in units]
        short = (row for row in rows if round(row[0], 4) == row[0])
        value, unit = next(short, rows[-1])
        return joined(value, plural(unit, value) if dimension == "duration" else unit)

    def said(self, base: Quantity, change: Quantity) -> Annotation:
        """Return what is known of the new number: nothing, if nothing is said of the change."""
        mine, yours = base.annotation, change.annotation
        if yours == NOTHING_SAID:
            return NOTHING_SAID
        status = yours.status
        if status is not None and mine.status is not None:
            status = max("derived", status, mine.status, key=STATUSES.index)
        source = yours.source
        if source is not None and mine.source is not None:
            source = BOTH_SOURCES[self.verb].format(change=source.rstrip("."), base=mine.source)
        ends = self._ends(base, change)
        return Annotation(source, status, ends, yours.note, self._range(ends, base, change))

    def _ends(self, base: Quantity, change: Quantity) -> tuple[float, float] | None:
        """Return the lowest and highest plausible value, if the change has such values."""
        if change.annotation.range is None and change.annotation.status != "observed":
            return None
        mine, yours = _plausible(base), _plausible(change)
        ends = [self.result(a, b) for a, b in zip(mine, yours, strict=True)]
        low, high = self.number.low, self.number.high
        return max(low, ends[0]), ends[1] if high is None else min(high, ends[1])

    def _range(
        self, ends: tuple[float, float] | None, base: Quantity, change: Quantity
    ) -> tuple[Any, Any] | None:
        if ends is None:
            return None
        first, amount = next(leaves_of(base.written)), next(leaves_of(change.written))
        low, high = (self._written(end, first, amount) for end in ends)
        return low, high


BOTH_SOURCES = {
    ADD: "{change} (this much more than the base; base: {base})",
    SCALE: "{change} (this many times the base; base: {base})",
}
"""The source of a number that was moved."""


def _plausible(quantity: Quantity) -> tuple[float, float]:
    numbers = list(quantity.numbers())
    return quantity.annotation.range or (min(numbers), max(numbers))


def leaves_of(written: Any) -> Iterator[Any]:
    """Yield every number of a written quantity, without what is said of it."""
    if not isinstance(written, dict):
        yield written
        return
    for key in ("value", "calendar", "weekly"):
        if key in written:
            inside = written[key]
            for one in inside.values() if isinstance(inside, dict) else (inside,):
                yield from leaves_of(one)


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
