"""Types of fields: how each is read, checked and described."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache, partial
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import core_schema

from sim.core.distributions import DECLARATIONS, Declaration, distribution
from sim.core.errors import InvalidValue, KeyPath, quoted, suggestion
from sim.core.limits import HIGHEST_SEED, UNLIMITED
from sim.core.units import (
    EXAMPLES,
    OTHERWISE,
    Dated,
    Intervals,
    Line,
    Profile,
    clear,
    folded,
    hours_in_english,
    in_english,
    merge,
    open_profile,
    plain,
    profile,
    read,
    read_date,
    read_pattern,
    read_whole,
    spaced,
)
from sim.scenarios.values import (
    NO_ANNOTATION,
    STATUSES,
    UNCHANGED,
    Annotation,
    Law,
    Quantity,
    Wording,
    read_only,
)

# --- From plain written data to values; every refusal says what to write instead.

ANNOTATION_KEYS = ("source", "status", "range", "note")
QUANTITY_KEYS = ("value", "calendar", "between", "weekly", *ANNOTATION_KEYS)

read_cached = lru_cache(maxsize=4096)(read)


class Collector:
    """Gathers the faults of one value, so that all are reported at once."""

    def __init__(self) -> None:
        self.faults: list[tuple[KeyPath, str]] = []

    def trying(self, path: KeyPath, reader: Any, *arguments: Any) -> Any:
        """Return what the reader returns, or None after noting below ``path`` what it refused."""
        try:
            return reader(*arguments)
        except InvalidValue as refused:
            self.faults += [((*path, *inner), text) for inner, text in refused.faults]
            return None

    def note(self, path: KeyPath, message: str) -> None:
        """Note one fault."""
        self.faults.append((path, message))

    def finish(self) -> None:
        """Raise everything that was noted."""
        if self.faults:
            raise InvalidValue(faults=self.faults)


def read_quantity(dimension: str, raw: object) -> Quantity:
    """Return a quantity from any of its written forms."""
    if isinstance(raw, Quantity):
        return raw
    if not isinstance(raw, Mapping):
        number = _number(dimension, raw)
        return Quantity(dimension, ((None, number),), written=_as_written(dimension, raw))
    collect = Collector()
    _check_keys(collect, raw, QUANTITY_KEYS)
    forms = [key for key in ("value", "calendar", "weekly") if key in raw]
    if len(forms) != 1:
        given = " and ".join(forms) or "none of them"
        collect.note((), f"one of value, calendar or weekly was expected; found {given}")
        collect.finish()
    form = forms[0]
    if form == "weekly" and dimension == "hours":
        collect.note(("weekly",), _NO_WEEKLY)
        collect.finish()
    if form == "calendar":
        steps = _steps(collect, dimension, raw["calendar"])
    else:
        only = raw["value"] if form == "value" else {"weekly": raw["weekly"]}
        path = ("value",) if form == "value" else ()
        steps = ((None, collect.trying(path, _value, dimension, only)),)
    ramp = _between(collect, raw, form)
    if ramp and any(isinstance(value, tuple) for _, value in steps):
        collect.note(("between",), "a ramp leads from number to number, not to hours of the week")
    if ramp and any(value == UNLIMITED for _, value in steps):
        collect.note(("between",), "a ramp leads from number to number, not to 'unlimited'")
    annotation = _annotation(collect, dimension, raw)
    collect.finish()
    written = {key: raw[key] for key in ("calendar", "weekly", "between") if key in raw}
    as_written = _as_written(dimension, written or raw["value"])
    return Quantity(dimension, steps, ramp, annotation, as_written)


_NO_WEEKLY = (
    "hours of the week are written as they are, for instance 'mon-fri 09:00-17:00', without "
    "'weekly' and values"
)


def _as_written(dimension: str, raw: Any) -> Any:
    """Return a written quantity with its French words in English, and its numbers clear."""
    if isinstance(raw, Mapping):
        return {
            hours_in_english(key) if isinstance(key, str) else key: value
            if key == "between"
            else _as_written(dimension, value)
            for key, value in raw.items()
        }
    if isinstance(raw, list | tuple):
        return [_as_written(dimension, value) for value in raw]
    if isinstance(raw, str):
        return hours_in_english(raw) if dimension == "hours" else in_english(spaced(raw))
    if isinstance(raw, float) and clear(raw) != repr(raw) and clear(raw).endswith("0"):
        return clear(raw) if abs(raw) < 1000 and "." in clear(raw) else raw
    return raw


def _check_keys(collect: Collector, raw: Mapping[Any, Any], allowed: tuple[str, ...]) -> None:
    for key in raw:
        if key not in allowed:
            hint = suggestion(str(key), allowed)
            collect.note((key,), f"{quoted(key)} is not known here{hint}")


def _between(collect: Collector, raw: Mapping[str, Any], form: str) -> bool:
    between = raw.get("between", "steps")
    if between not in ("steps", "ramp"):
        message = f"{quoted(between)} is not known here; allowed: steps, ramp"
        collect.note(("between",), message)
    elif "between" in raw and form != "calendar":
        collect.note(("between",), "'between' belongs to a calendar of dates")
    return bool(between == "ramp")


def _steps(collect: Collector, dimension: str, dated: Any) -> tuple[Dated, ...]:
    if not isinstance(dated, Mapping) or not dated:
        collect.note(("calendar",), "a calendar is a list of lines 'date: value'")
        return ()
    steps: list[Dated] = []
    for key, raw in dated.items():
        date = collect.trying(("calendar", key), read_date, key)
        value = collect.trying(("calendar", key), _value, dimension, raw)
        if date is not None and steps and steps[-1][0] is not None and date <= steps[-1][0]:
            collect.note(("calendar", key), "the dates of a calendar go forward in time")
        if date is not None:
            steps.append((date, value))
    return tuple(steps)


def _value(dimension: str, raw: object) -> float | Profile:
    if isinstance(raw, Mapping):
        if set(raw) == {"weekly"} and dimension == "hours":
            raise InvalidValue(_NO_WEEKLY)
        if set(raw) == {"weekly"}:
            return _weekly(dimension, raw["weekly"])
        raise InvalidValue("one value was expected here, or 'weekly' with lines 'hours: value'")
    return _number(dimension, raw)


def _number(dimension: str, raw: object) -> float | Profile:
    if dimension == "hours":
        return open_profile(read_hours(raw))
    if isinstance(raw, (str, int, float, bool)):
        return read_cached(dimension, raw) if not isinstance(raw, bool) else read(dimension, raw)
    return read(dimension, raw)


def _weekly(dimension: str, raw: object) -> Profile:
    collect = Collector()
    if not isinstance(raw, Mapping):
        raise InvalidValue(
            "'weekly' holds lines 'hours: value', and 'otherwise: value' for the rest"
        )
    lines: list[Line] = []
    otherwise = None
    for key, written in raw.items():
        path: KeyPath = ("weekly", key)
        value = collect.trying(path, read, dimension, written)
        if isinstance(key, str) and hours_in_english(key) == OTHERWISE:
            otherwise = value
            continue
        parts = collect.trying(path, read_pattern, key)
        if parts is not None and value is not None:
            lines.append((key, parts, value))
    collect.finish()
    week: Profile = collect.trying(("weekly",), profile, lines, otherwise)
    collect.finish()
    return week


def read_hours(raw: object) -> Intervals:
    """Return the open parts of the week from one pattern or a list of them."""
    if not isinstance(raw, list):
        return read_pattern(raw)
    collect = Collector()
    parts: list[tuple[float, float]] = []
    for i, pattern in enumerate(raw):
        parts += collect.trying((i,), read_pattern, pattern) or ()
    collect.finish()
    return merge(parts)


def _annotation(collect: Collector, dimension: str, raw: Mapping[str, Any]) -> Annotation:
    if not any(key in raw for key in ANNOTATION_KEYS):
        return NO_ANNOTATION
    for key in ("source", "note"):
        if key in raw and not (isinstance(raw[key], str) and raw[key].strip()):
            collect.note((key,), f"the {key} is a text")
    status = raw.get("status")
    if status is not None:
        known = _STATUSES.get(folded(str(status)).rstrip("s").rstrip("e"))
        if status not in STATUSES and known is None:
            hint = suggestion(str(status), STATUSES)
            collect.note(("status",), f"{quoted(status)} is not a status{hint}")
        status = status if status in STATUSES else known
    between = written = None
    if "range" in raw and dimension == "hours":
        collect.note(
            ("range",), "hours of the week have no range: say in 'note' what else is possible"
        )
    elif "range" in raw:
        between = collect.trying(("range",), _range, dimension, raw["range"])
    if between is not None:
        low, high = _as_written(dimension, raw["range"])
        written = (low, high)
    return Annotation(raw.get("source"), status, between, raw.get("note"), written)


_STATUSES = {"observ": "observed", "deriv": "derived", "suppos": "assumed"}
"""French statuses without accents, feminine and plural."""


def _range(dimension: str, raw: object) -> tuple[float, float]:
    two_values(raw)
    assert isinstance(raw, list | tuple)
    collect = Collector()
    low, high = (collect.trying((i,), read, dimension, written) for i, written in enumerate(raw))
    for i, end in enumerate((low, high)):
        if end == UNLIMITED and dimension == "places":
            collect.note((i,), "a range ends with a number, not with 'unlimited'")
    collect.finish()
    if low > high:
        first, last = (quoted(written, marks=False) for written in raw)
        raise InvalidValue(
            "the first value of a range is the lowest: "
            f"write [{last}, {first}], not [{first}, {last}]"
        )
    return low, high


def two_values(raw: object) -> None:
    """Raise ``InvalidValue``, with what to write, for a range that is not made of two values."""
    if not isinstance(raw, list | tuple):
        raise InvalidValue(f"{_TWO_VALUES}, not {quoted(raw)}")
    if len(raw) == 2:
        return
    shown = quoted(", ".join(str(value) for value in raw), marks=False)
    digits = [str(value).split(" ")[0] for value in raw]
    if len(raw) == 4 and all(value.isdigit() for value in digits):
        low, high = (f"{raw[i]}.{raw[i + 1]}" for i in (0, 2))
        raise InvalidValue(f"decimals take a point: write [{low}, {high}], not [{shown}]")
    raise InvalidValue(
        f"{_TWO_VALUES}, not {len(raw)} ({shown}); decimals take a point (1.5, not 1,5)"
    )


_TWO_VALUES = "a range is two values, lowest and highest: [50, 100]"


# ------------------------------------------------------------------------- laws


def read_law(dimension: str, raw: object) -> Law:
    """Return a law: a family with parameters, or one value for a fixed time or number."""
    if isinstance(raw, Law):
        return raw
    if not isinstance(raw, Mapping) or "family" not in raw:
        _refuse_no_family(raw)
        value = read_quantity(dimension, raw)
        _from_zero(value, raw, (), value.numbers())
        _check_rules(DECLARATIONS["fixed"], {"value": value}, dimension)
        return Law("fixed", {"value": value}, value.annotation)
    family = raw["family"]
    declaration = DECLARATIONS.get(family) if isinstance(family, str) else None
    collect = Collector()
    if declaration is None:
        hint = suggestion(str(family), DECLARATIONS)
        collect.note(("family",), f"there is no family of laws {quoted(family)}{hint}")
        collect.finish()
        raise AssertionError  # finish has raised
    names = tuple(each.name for each in declaration.fields)
    _check_keys(collect, raw, ("family", *names, *ANNOTATION_KEYS))
    parameters = _parameters(collect, declaration, dimension, raw)
    annotation = _annotation(collect, dimension, raw)
    collect.finish()
    whole = Quantity(dimension, (), annotation=annotation)
    _from_zero(whole, raw, ())
    for name, parameter in parameters.items():
        for i, each in enumerate(parameter if isinstance(parameter, list) else [parameter]):
            numbers = each.numbers() if each.dimension == dimension else ()
            path = (name, i) if isinstance(parameter, list) else (name,)
            _from_zero(each, raw[name], path, numbers)
    _check_rules(declaration, parameters, dimension)
    return Law(declaration.name, parameters, annotation)


def _refuse_no_family(raw: object) -> None:
    """Raise ``InvalidValue`` for a law whose 'family' is missing or written in another way."""
    if not isinstance(raw, Mapping):
        return
    slip = next((key for key in raw if get_close_matches(folded(str(key)), ["family"])), None)
    if slip is not None:
        message = f"{quoted(slip)} is not known here; did you mean 'family'?"
        raise InvalidValue(faults=[((slip,), message)])
    fields = {each.name for declaration in DECLARATIONS.values() for each in declaration.fields} - {
        "value"
    }
    if not fields.isdisjoint(raw):
        raise InvalidValue(f"'family' is missing: write one of {', '.join(DECLARATIONS)}")


def as_typed(dimension: str, raw: object, number: float) -> str:
    """Return a number as the text in which it is written somewhere in ``raw``, if it is in one."""
    if isinstance(raw, Mapping | list | tuple):
        inside = raw.values() if isinstance(raw, Mapping) else raw
        return next(filter(None, (as_typed(dimension, value, number) for value in inside)), "")
    if not isinstance(raw, str):
        return ""
    try:
        is_it = read_cached(dimension, raw) == number
    except (InvalidValue, KeyError):
        return ""
    return quoted(spaced(raw), marks=False) if is_it else ""


def _from_zero(
    quantity: Quantity, raw: object, path: KeyPath, numbers: Iterable[float] = ()
) -> None:
    """Raise ``InvalidValue`` for a range, or numbers of a quantity, below 0: nothing drawn is."""
    unit = " days" if quantity.dimension == "duration" else ""
    placed: list[tuple[KeyPath, float]] = [(path, number) for number in numbers]
    placed += [((*path, "range"), end) for end in quantity.annotation.range or ()]
    for where, number in placed:
        if number < 0:
            shown = as_typed(quantity.dimension, raw, number) or f"{plain(round(number, 6))}{unit}"
            message = f"{shown} is too small: 0{unit} is the smallest value"
            raise InvalidValue(faults=[(where, message)])


def _parameters(
    collect: Collector, declaration: Declaration, dimension: str, raw: Mapping[str, Any]
) -> dict[str, Quantity | list[Quantity]]:
    parameters: dict[str, Quantity | list[Quantity]] = {}
    given = [name for name in declaration.either if name in raw]
    if declaration.either and len(given) != 1:
        either = " or ".join(f"'{name}'" for name in declaration.either)
        collect.note((), f"{declaration.name} needs one of {either}")
    for each in declaration.fields:
        if each.name not in raw:
            if each.name not in declaration.either:
                collect.note((), f"{declaration.name} needs '{each.name}'")
            continue
        written = raw[each.name]
        if each.kind == "quantities":
            if not isinstance(written, list) or not written:
                collect.note((each.name,), "a list of values was expected")
                continue
            parameters[each.name] = _list_of(collect, each.name, dimension, written)
        else:
            own = {"quantity": dimension, "number": "number", "count": "count"}[each.kind]
            parameters[each.name] = collect.trying((each.name,), read_quantity, own, written)
    return parameters


MOST_REFUSED = 5
"""Refused values of one list that are reported one by one."""


def _list_of(collect: Collector, name: str, dimension: str, raw: list[Any]) -> list[Quantity]:
    """Return the values of a list; of many that are refused, the first are reported."""
    inside = Collector()
    quantities = [
        inside.trying((name, i), read_quantity, dimension, item) for i, item in enumerate(raw)
    ]
    collect.faults += inside.faults[:MOST_REFUSED]
    if inside.faults[MOST_REFUSED:]:
        count = len(inside.faults) - MOST_REFUSED
        values = "value of this list is" if count == 1 else "values of this list are"
        collect.note((name,), f"{count} more {values} refused")
    return quantities


def _check_rules(
    declaration: Declaration, parameters: dict[str, Quantity | list[Quantity]], dimension: str
) -> None:
    """Check the rules of the family with the parameters of every date; weeks are refused."""
    flat = [q for each in parameters.values() for q in (each if isinstance(each, list) else [each])]
    if any(isinstance(value, tuple) for quantity in flat for _, value in quantity.steps):
        raise InvalidValue(
            "the parameters of a law may change with dates, not with hours of the week"
        )
    dates: list[datetime.date | None] = [*sorted({d for q in flat for d in q.dates})]
    for date in dates or [None]:
        at = {
            name: [_in_force(q, date) for q in each]
            if isinstance(each, list)
            else _in_force(each, date)
            for name, each in parameters.items()
        }
        try:
            distribution(declaration.name, **at)
        except ValueError as error:
            unit = " (in days)" if dimension == "duration" else ""
            when = f" from {date} on" if date is not None else ""
            raise InvalidValue(f"{error}{unit}{when}") from None


def _in_force(quantity: Quantity, date: Any) -> Any:
    values = [value for begin, value in quantity.steps if begin is None or begin <= date]
    return values[-1] if values else quantity.steps[0][1]


def read_wording(raw: object) -> Wording:
    """Return a text in two languages from one text, or from one for each."""
    if isinstance(raw, Wording):
        return raw
    if isinstance(raw, str) and raw.strip():
        return Wording(raw, raw)
    if isinstance(raw, Mapping):
        collect = Collector()
        _check_keys(collect, raw, ("fr", "en"))
        for key in ("fr", "en"):
            if not isinstance(raw.get(key), str) or not raw[key].strip():
                collect.note(
                    (key,) if key in raw else (), f"a text in the language '{key}' is missing"
                )
        collect.finish()
        return Wording(raw["fr"], raw["en"])
    raise InvalidValue("a text was expected, or one for each language: {fr: ..., en: ...}")


# --- How the fields of a scenario file are read, checked and described.
#
# A marker stands in the type of a field (``Annotated[Quantity, Number("share")]``); messages,
# JSON Schema and the reference page derive from it.

NONE = "none"
"""The word for an optional value that is not given."""

PerClass = Quantity | dict[str, Quantity]
"""One quantity for all classes together, or one for each class named."""

Schema = dict[str, Any]
"""A JSON Schema."""
TEXT: Schema = {"type": "string", "minLength": 1}
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def ref(name: str) -> Schema:
    """Return the schema of a definition."""
    return {"$ref": f"#/definitions/{name}"}


def any_of(*forms: Schema) -> Schema:
    """Return the schema of what has one of several forms."""
    return forms[0] if len(forms) == 1 else {"anyOf": list(forms)}


def object_of(properties: Schema, required: list[str], description: str) -> Schema:
    """Return the schema of lines 'key: value' with these keys and no others."""
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


@dataclass(frozen=True, slots=True)
class Marker:
    """How one type of field is read and described; ``optional``: it may be left out."""

    optional: bool = False

    @property
    def absent(self) -> str:
        """Return the word that stands for a value that is not given."""
        return NONE

    @property
    def stand_in(self) -> Any:
        """Return a valid value to put in place of a refused one, so that the others can be checked.

        None: there is none.
        """
        return None

    @property
    def words(self) -> str:
        """Say in the reference what people may write."""
        raise TypeError("each type of field has its own words")

    @property
    def schema(self) -> Schema:
        """Return the JSON Schema of a value that is given."""
        raise TypeError("each type of field has its own schema")

    @property
    def form(self) -> Schema:
        """Return the JSON Schema of all that may be written."""
        return any_of(self.schema, {"const": NONE}) if self.optional else self.schema

    def read(self, raw: object) -> Any:
        """Return the value meant, or raise ``InvalidValue``."""
        raise TypeError("each type of field is read in its own way")

    def read_any(self, raw: object) -> Any:
        """Read a value, or None where an optional value is not given."""
        if self.optional and (raw is None or raw == NONE):
            return None
        return self.read(raw)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: Callable[[Any], Any]
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read_any)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Schema:
        return self.form


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain(Marker):
    """A type of field without settings of its own."""

    reader: Callable[[object], Any]
    words: str = field()
    schema: Schema = field(hash=False)
    stand_in: Any = None
    absent: str = NONE

    def read(self, raw: object) -> Any:
        """Return the value meant, or raise ``InvalidValue``."""
        return self.reader(raw)


@dataclass(frozen=True, slots=True)
class Number(Marker):
    """A quantity of a dimension within bounds (in the units people write)."""

    dimension: str = "count"
    low: float = 0.0
    high: float | None = None
    constant: bool = False
    whole: bool = False

    @property
    def stand_in(self) -> Any:
        """Return the value of an example."""
        return 1 if self.whole else EXAMPLES[self.dimension]

    @property
    def words(self) -> str:
        """Say the dimension with an example."""
        name = "whole number" if self.whole else NAMES[self.dimension]
        lowest = f" from {self.shown(self.low)}" if self.low > 0 else ""
        constant = "; the same at all times" if self.constant else ""
        return f"{name}{lowest}, e.g. `{EXAMPLES[self.dimension]}`{constant}"

    @property
    def schema(self) -> Schema:
        """Return the schema of its dimension; bounds are checked by the program."""
        return ref(self.dimension)

    def read(self, raw: object) -> Quantity:
        """Return the quantity, its numbers within bounds."""
        quantity = read_quantity(self.dimension, raw)
        if self.constant and not quantity.is_constant:
            raise InvalidValue("this value cannot change with time: write one value")
        for number in quantity.numbers():
            self.check(number, as_typed(self.dimension, raw, number))
        for i, end in enumerate(quantity.annotation.range or ()):
            try:
                self.check(end, as_typed(self.dimension, raw, end))
            except InvalidValue as refused:
                raise InvalidValue(faults=[(("range", i), str(refused))]) from None
        return quantity

    def check(self, number: float, typed: str = "") -> None:
        """Raise ``InvalidValue`` for a number out of bounds; ``typed``: as people wrote it."""
        shown = typed or self.shown(number)
        if number < self.low or (self.dimension == "duration" and self.low > 0 and number <= 0):
            raise InvalidValue(
                f"{shown} is too small: {self.shown(self.low)} is the smallest value"
            )
        if self.high is not None and number > self.high:
            raise InvalidValue(
                f"{shown} is too large: {self.shown(self.high)} is the largest value"
            )
        if self.whole and number % 1:
            raise InvalidValue(f"a whole number was expected, not {shown}")

    def shown(self, number: float) -> str:
        """Return a number of this dimension as people read it."""
        units = {"share": " %", "duration": " days", "rate": " per day", "money": " EUR"}
        scale = 100 if self.dimension == "share" else 1
        unit = " day" if self.dimension == "duration" and number == 1 else units.get(self.dimension)
        return plain(round(number * scale, 6)) + (unit or "")


NAMES = {
    "share": "share", "count": "number", "places": "number, or `unlimited`",
    "duration": "duration", "rate": "rate", "time": "time of day", "money": "money",
    "factor": "factor", "number": "number", "hours": "hours of the week",
}  # fmt: skip
"""What each dimension is called in the reference."""


@dataclass(frozen=True, slots=True)
class Drawn(Marker):
    """A law of a duration, or of a number without unit; the stand-in always gives the same."""

    dimension: str = "duration"

    @property
    def stand_in(self) -> Any:
        """Return a law that always gives the same."""
        return "1 day" if self.dimension == "duration" else 1

    @property
    def words(self) -> str:
        """Say what people may write."""
        return f"law of a {self.dimension}"

    @property
    def schema(self) -> Schema:
        """Return the schema of laws of its dimension."""
        return ref(f"law of a {self.dimension}")

    def read(self, raw: object) -> Law:
        """Return the law."""
        return read_law(self.dimension, raw)


@dataclass(frozen=True, slots=True)
class ByClass(Marker):
    """One quantity for all, or one for each class."""

    number: Number = Number()

    @property
    def stand_in(self) -> Any:
        """Return one value for all."""
        return self.number.stand_in

    @property
    def words(self) -> str:
        """Say what people may write."""
        return f"{self.number.words}, or one for each class"

    @property
    def schema(self) -> Schema:
        """Return the schema of a number, or of lines with one each."""
        number = self.number.schema
        return any_of(number, {"type": "object", "additionalProperties": number})

    def read(self, raw: object) -> PerClass:
        """Return one quantity, or a mapping from class to quantity."""
        if not isinstance(raw, Mapping) or any(key in QUANTITY_KEYS for key in raw):
            return self.number.read(raw)
        collect = Collector()
        by_class = {
            name: collect.trying((name,), self.number.read, value) for name, value in raw.items()
        }
        collect.finish()
        return by_class


@dataclass(frozen=True, slots=True)
class OneOf(Marker):
    """One of a few words, or else a value of another type."""

    choices: tuple[str, ...] = ()
    otherwise: Marker | None = None

    @property
    def stand_in(self) -> Any:
        """Return the first word."""
        return self.choices[0]

    @property
    def words(self) -> str:
        """Say the allowed words."""
        words = ", ".join(f"`{word}`" for word in self.choices)
        return words if self.otherwise is None else f"{words}, or {self.otherwise.words}"

    @property
    def schema(self) -> Schema:
        """Return the schema of the words, or of the other type."""
        others = () if self.otherwise is None else (self.otherwise.schema,)
        return any_of({"enum": list(self.choices)}, *others)

    def read(self, raw: object) -> Any:
        """Return the word or the value."""
        word = spaced(raw) if isinstance(raw, str) else raw
        if word in self.choices:
            return word
        is_word = isinstance(word, str) and not re.match(r"[-+\u2212.]?[0-9]", word)
        if self.otherwise is None or is_word:
            hint = suggestion(str(word), self.choices)
            raise InvalidValue(f"{quoted(word)} is not known here{hint}")
        return self.otherwise.read(raw)


@dataclass(frozen=True, slots=True)
class Named(Marker):
    """The name of a class, trait, room, service or destination; known names are checked later."""

    of: str = ""

    @property
    def words(self) -> str:
        """Say what is named."""
        return self.of

    @property
    def schema(self) -> Schema:
        """Return the schema of a text."""
        return TEXT

    def read(self, raw: object) -> str:
        """Return the name."""
        if isinstance(raw, bool | int | float):
            raise InvalidValue(
                f'a name was expected ({self.of}); if {quoted(raw)} is one, write "{raw}"'
            )
        if not isinstance(raw, str) or not raw.strip():
            raise InvalidValue(f"a name was expected ({self.of})")
        return spaced(raw)


@dataclass(frozen=True, slots=True)
class Whole(Marker):
    """A whole number that is a setting, not a quantity."""

    low: int = 0
    high: int = HIGHEST_SEED

    @property
    def stand_in(self) -> Any:
        """Return the lowest number."""
        return self.low

    @property
    def words(self) -> str:
        """Say what people may write."""
        return "whole number"

    @property
    def schema(self) -> Schema:
        """Return the schema with both bounds."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}

    def read(self, raw: object) -> int:
        """Return it."""
        number = read_whole(raw)
        if not self.low <= number <= self.high:
            raise InvalidValue(
                f"a whole number from {self.low} to {self.high} was expected, not "
                f"{quoted(raw, marks=False)}"
            )
        return number


# --- The fields without settings: how each is read.


def _read_classes(raw: object) -> tuple[str, ...] | None:
    """Return the names of a list of classes, None for ``all``."""
    if raw == "all" or raw is None:
        return None
    if not isinstance(raw, list | tuple) or not all(isinstance(name, str) for name in raw):
        raise InvalidValue("a list of classes was expected, for instance [women], or 'all'")
    if not raw:
        raise InvalidValue("at least one class is needed; for everybody write 'all'")
    return tuple(map(spaced, raw))


def _read_groups(raw: object) -> tuple[tuple[str, ...], ...]:
    """Return groups of classes in order of priority; a class alone is a group of one."""
    if not isinstance(raw, list | tuple):
        raise InvalidValue("a list was expected, for instance [[pregnant women], [women, men]]")
    groups = [[item] if isinstance(item, str) else item for item in raw]
    for group in groups:
        if (
            not isinstance(group, list)
            or not group
            or not all(isinstance(name, str) for name in group)
        ):
            raise InvalidValue("each group is a class or a list of classes: [[women], [men]]")
    return tuple(tuple(map(spaced, group)) for group in groups)


def _read_precisions(raw: object) -> tuple[str, ...]:
    """Return the texts of a list of precisions wanted of measures."""
    if not isinstance(raw, list | tuple):
        raise InvalidValue("a list was expected, for instance [street nights within 2 %]")
    for text in raw:
        refuse_precision(text)
    return tuple(raw)


def refuse_precision(text: object) -> None:
    """Raise ``InvalidValue``, with what to write, for a text that is no precision."""
    if not isinstance(text, str):
        raise InvalidValue(f"{_PRECISION}, not {quoted(text)}")
    measure, within, share = (part.strip() for part in text.rpartition(" within "))
    if not within or not measure:
        raise InvalidValue(f"{_PRECISION}, not {quoted(text)}")
    if not 0 < read("share", share) <= 1:
        raise InvalidValue(f"a precision is more than 0 % and at most 100 %, not {quoted(share)}")


_PRECISION = (
    "a precision is written like 'street nights within 2 %' or 'blocked places of NAME OF SERVICE "
    "within 5 %'"
)


def read_yes_no(raw: object) -> bool:
    """Return true or false; other words for them are refused with what to write."""
    if isinstance(raw, bool):
        return raw
    word = folded(str(raw))
    meant = "; write true" if word in ("yes", "y", "oui", "on", "vrai") else ""
    meant = "; write false" if word in ("no", "n", "non", "off", "faux") else meant
    raise InvalidValue(f"'true' or 'false' was expected, not {quoted(raw)}{meant}")


# --- The types of the fields of a scenario file.
#
# A field is declared once, as ``name: Type = declared(sentence, default)``.


class Section(BaseModel):
    """A part of a scenario file: immutable, without unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, arbitrary_types_allowed=True
    )

    @model_validator(mode="after")
    def _keep_mappings(self) -> Self:
        """Have mappings refuse changes, as attributes do."""
        for name, value in self.__dict__.items():
            if isinstance(value, dict):
                self.__dict__[name] = read_only(value)
        return self

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_"):
            raise AttributeError(UNCHANGED)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(UNCHANGED)


def declared(sentence: str, default: Any = ..., **more: Any) -> Any:
    """Return the declaration of a field: what it means and its default, written as in a file."""
    return Field(default, description=sentence, **more)


NotGiven = BeforeValidator(lambda raw: None if raw == NONE else raw)
"""Lets an optional section be written as ``none``."""

HOURS = Plain(
    reader=partial(read_quantity, "hours"),
    words="hours of the week, e.g. `mon-fri 09:00-17:00`",
    schema=ref("hours"),
    stand_in="always",
)
MAYBE_HOURS = replace(HOURS, optional=True)
TWO_LANGUAGES = Plain(
    reader=read_wording,
    words="text, or `{fr: ..., en: ...}`",
    schema=any_of(
        TEXT, object_of({"fr": TEXT, "en": TEXT}, ["fr", "en"], "The text in two languages.")
    ),
    stand_in="x",
)
CLASSES = Plain(
    reader=_read_classes,
    words="list of classes, or `all`",
    schema=any_of({"const": "all"}, {"type": "array", "items": TEXT, "minItems": 1}),
    stand_in="all",
    absent="all",
)
GROUPS = Plain(
    reader=_read_groups,
    words="list of classes or of groups of classes, first served first",
    schema={"type": "array", "items": any_of(TEXT, {"type": "array", "items": TEXT})},
)
DAY = Plain(
    reader=lambda raw: raw if hasattr(raw, "isoformat") else read_date(raw),
    words="date, e.g. `2024-01-01`",
    schema={"type": "string", "pattern": DATE},
)
PRECISIONS = Plain(
    reader=_read_precisions,
    words="list of texts like `street nights within 2 %`",
    schema={"type": "array", "items": {"type": "string", "pattern": r"^.+ within [0-9.]+ %$"}},
    stand_in=(),
)
YES_NO = Plain(
    reader=read_yes_no, words="`true` or `false`", schema={"type": "boolean"}, stand_in=False
)

Share = Annotated[Quantity, Number(dimension="share", high=1.0)]
Count = Annotated[Quantity, Number(dimension="count")]
PlacesCount = Annotated[Quantity, Number(dimension="places")]
Rate = Annotated[Quantity, Number(dimension="rate")]
Factor = Annotated[Quantity, Number(dimension="factor")]
ClockTime = Annotated[Quantity, Number(dimension="time", high=1.0, constant=True)]
Fixed = Annotated[Quantity, Number(dimension="duration", constant=True)]
MaybeRate = Annotated[Quantity | None, Number(optional=True, dimension="rate")]
MaybeShare = Annotated[Quantity | None, Number(optional=True, dimension="share", high=1.0)]
MaybeCount = Annotated[Quantity | None, Number(optional=True, dimension="count")]
MaybeWhole = Annotated[
    Quantity | None, Number(optional=True, dimension="count", whole=True, constant=True)
]
MaybeMoney = Annotated[Quantity | None, Number(optional=True, dimension="money")]
Pattern = Annotated[Quantity, HOURS]
MaybePattern = Annotated[Quantity | None, MAYBE_HOURS]
DrawnTime = Annotated[Law, Drawn()]
MaybeDrawnTime = Annotated[Law | None, Drawn(optional=True)]
DrawnNumber = Annotated[Law, Drawn(dimension="number")]
MaybeWording = Annotated[Wording | None, replace(TWO_LANGUAGES, optional=True)]
Title = Annotated[Wording, TWO_LANGUAGES]
Classes = Annotated[tuple[str, ...] | None, CLASSES]
Flag = Annotated[bool, YES_NO]
