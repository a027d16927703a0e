"""The types of the fields of a scenario file: how each is read, checked, told and documented.

A field is declared once, as ``name: Type = declared(sentence, default)``; messages, JSON Schema,
the reference page and the resolved form all derive from that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import core_schema

from sim.scenario.reading import (
    QUANTITY_KEYS,
    Collector,
    read_law,
    read_quantity,
    read_wording,
)
from sim.scenario.values import Law, Quantity, Wording
from sim.vocabulary.errors import Refused, did_you_mean
from sim.vocabulary.quantities import EXAMPLES, plain, read_date

NONE = "none"
"""The word for an optional value that is not given."""

PerClass = Quantity | dict[str, Quantity]
"""One quantity for all classes together, or one for each class named."""


class Section(BaseModel):
    """A part of a scenario file: immutable, without unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, arbitrary_types_allowed=True
    )


def declared(sentence: str, default: Any = ..., **more: Any) -> Any:
    """Return the declaration of a field: what it means and its default, written as in a file."""
    return Field(default, description=sentence, **more)


@dataclass(frozen=True, slots=True)
class Marker:
    """How one type of field is read; ``words`` say in the reference what people may write."""

    optional: bool = False

    @property
    def absent(self) -> str:
        """Return the word that stands for a value that is not given."""
        return NONE

    @property
    def words(self) -> str:
        """Say what people may write."""
        raise TypeError("each type of field has its own words")

    def read(self, raw: object) -> Any:
        """Return the value meant, or raise ``Refused``."""
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

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {"x-written": self}


@dataclass(frozen=True, slots=True)
class Number(Marker):
    """A quantity of a dimension within bounds (in the units people write)."""

    dimension: str = "count"
    low: float = 0.0
    high: float | None = None
    constant: bool = False
    whole: bool = False

    @property
    def words(self) -> str:
        """Say the dimension with an example."""
        return f"{NAMES[self.dimension]}, e.g. `{EXAMPLES[self.dimension]}`"

    def read(self, raw: object) -> Quantity:
        """Return the quantity, its numbers within bounds."""
        quantity = read_quantity(self.dimension, raw)
        if self.constant and not quantity.is_constant:
            raise Refused("this value cannot change with time: write one value")
        for number in quantity.numbers():
            self.check(number)
        return quantity

    def check(self, number: float) -> None:
        """Raise ``Refused`` for a number out of bounds."""
        shown = self.shown(number)
        if number < self.low or (self.dimension == "duration" and self.low > 0 and number <= 0):
            raise Refused(f"{shown} is too small: {self.shown(self.low)} is the smallest value")
        if self.high is not None and number > self.high:
            raise Refused(f"{shown} is too large: {self.shown(self.high)} is the largest value")
        if self.whole and number % 1:
            raise Refused(f"a whole number was expected, not {shown}")

    def shown(self, number: float) -> str:
        """Return a number of this dimension as people read it."""
        units = {"share": " %", "duration": " days", "rate": " per day", "money": " EUR"}
        scale = 100 if self.dimension == "share" else 1
        return plain(round(number * scale, 6)) + units.get(self.dimension, "")


NAMES = {
    "share": "share", "count": "number", "places": "number of places, or `unlimited`",
    "duration": "duration", "rate": "rate", "time": "time of day", "money": "money",
    "factor": "factor", "hours": "hours of the week",
}  # fmt: skip
"""What each dimension is called in the reference."""


@dataclass(frozen=True, slots=True)
class Hours(Marker):
    """Hours of the week."""

    @property
    def words(self) -> str:
        """Say what people may write."""
        return "hours of the week, e.g. `mon-fri 09:00-17:00`"

    def read(self, raw: object) -> Quantity:
        """Return a quantity that is 1 in these hours and 0 outside."""
        return read_quantity("hours", raw)


@dataclass(frozen=True, slots=True)
class Drawn(Marker):
    """A law of a duration, or of a number without unit."""

    dimension: str = "duration"

    @property
    def words(self) -> str:
        """Say what people may write."""
        return "law of a duration" if self.dimension == "duration" else "law of a number"

    def read(self, raw: object) -> Law:
        """Return the law."""
        return read_law(self.dimension, raw)


@dataclass(frozen=True, slots=True)
class ByClass(Marker):
    """One quantity for all, or one for each class."""

    number: Number = Number()

    @property
    def words(self) -> str:
        """Say what people may write."""
        return f"{self.number.words}, or one for each class"

    def read(self, raw: object) -> PerClass:
        """Return one quantity, or a mapping from class to quantity."""
        if not isinstance(raw, Mapping) or any(key in QUANTITY_KEYS for key in raw):
            return self.number.read(raw)
        collect = Collector()
        found = {key: collect.trying((key,), self.number.read, one) for key, one in raw.items()}
        collect.finish()
        return found


@dataclass(frozen=True, slots=True)
class Text(Marker):
    """A text, perhaps in two languages."""

    @property
    def words(self) -> str:
        """Say what people may write."""
        return "text, or `{fr: ..., en: ...}`"

    def read(self, raw: object) -> Wording:
        """Return the wording."""
        return read_wording(raw)


@dataclass(frozen=True, slots=True)
class OneOf(Marker):
    """One of a few words, or else a value of another type."""

    choices: tuple[str, ...] = ()
    otherwise: Marker | None = None

    @property
    def words(self) -> str:
        """Say the allowed words."""
        words = ", ".join(f"`{word}`" for word in self.choices)
        return words if self.otherwise is None else f"{words}, or {self.otherwise.words}"

    def read(self, raw: object) -> Any:
        """Return the word or the value."""
        if isinstance(raw, str) and raw in self.choices:
            return raw
        if self.otherwise is None or (isinstance(raw, str) and not raw[:1].isdigit()):
            raise Refused(f"'{raw}' is not known here{did_you_mean(str(raw), self.choices)}")
        return self.otherwise.read(raw)


@dataclass(frozen=True, slots=True)
class Named(Marker):
    """The name of a class, trait, room, service or destination; known names are checked later."""

    of: str = ""

    @property
    def words(self) -> str:
        """Say what is named."""
        return self.of

    def read(self, raw: object) -> str:
        """Return the name."""
        if not isinstance(raw, str) or not raw.strip():
            raise Refused(f"a name was expected ({self.of})")
        return raw


@dataclass(frozen=True, slots=True)
class ClassNames(Marker):
    """A list of classes; ``all`` is read as None."""

    @property
    def absent(self) -> str:
        """Return the word for everybody."""
        return "all"

    @property
    def words(self) -> str:
        """Say what people may write."""
        return "list of classes, or `all`"

    def read(self, raw: object) -> tuple[str, ...] | None:
        """Return the names, None for all."""
        if raw == "all" or raw is None:
            return None
        if not isinstance(raw, list | tuple) or not all(isinstance(one, str) for one in raw):
            raise Refused("a list of classes was expected, for instance [women], or 'all'")
        if not raw:
            raise Refused("at least one class is needed; for everybody write 'all'")
        return tuple(raw)


@dataclass(frozen=True, slots=True)
class Groups(Marker):
    """Groups of classes in order of priority."""

    @property
    def words(self) -> str:
        """Say what people may write."""
        return "list of classes or of groups of classes, first served first"

    def read(self, raw: object) -> tuple[tuple[str, ...], ...]:
        """Return the groups; a class alone is a group of one."""
        if not isinstance(raw, list | tuple):
            raise Refused("a list was expected, for instance [[pregnant women], [women, men]]")
        groups = []
        for one in raw:
            group = (one,) if isinstance(one, str) else tuple(one) if isinstance(one, list) else ()
            if not group or not all(isinstance(name, str) for name in group):
                raise Refused("each group is a class or a list of classes: [[women], [men]]")
            groups.append(group)
        return tuple(groups)


@dataclass(frozen=True, slots=True)
class Day(Marker):
    """A date."""

    @property
    def words(self) -> str:
        """Say what people may write."""
        return "date, e.g. `2024-01-01`"

    def read(self, raw: object) -> Any:
        """Return the date."""
        return raw if hasattr(raw, "isoformat") else read_date(raw)


@dataclass(frozen=True, slots=True)
class Whole(Marker):
    """A whole number that is a setting, not a quantity."""

    low: int = 0
    high: int = 2**63 - 1

    @property
    def words(self) -> str:
        """Say what people may write."""
        return "whole number"

    def read(self, raw: object) -> int:
        """Return it."""
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise Refused(f"a whole number was expected, not '{raw}'")
        if not self.low <= raw <= self.high:
            raise Refused(f"a whole number from {self.low} to {self.high} was expected, not {raw}")
        return raw


@dataclass(frozen=True, slots=True)
class Precisions(Marker):
    """The precision wanted of some measures."""

    @property
    def words(self) -> str:
        """Say what people may write."""
        return "list of texts like `street nights within 2 %`"

    def read(self, raw: object) -> tuple[str, ...]:
        """Return the texts."""
        if not isinstance(raw, list | tuple):
            raise Refused("a list was expected, for instance [street nights within 2 %]")
        for one in raw:
            if not isinstance(one, str) or re.fullmatch(r".+ within \d+(\.\d+)? %", one) is None:
                raise Refused(
                    f"a precision is written like 'street nights within 2 %', not '{one}'"
                )
        return tuple(raw)


@dataclass(frozen=True, slots=True)
class YesNo(Marker):
    """True or false."""

    @property
    def words(self) -> str:
        """Say what people may write."""
        return "`true` or `false`"

    def read(self, raw: object) -> bool:
        """Return it."""
        if not isinstance(raw, bool):
            raise Refused(f"'true' or 'false' was expected, not '{raw}'")
        return raw


NotGiven = BeforeValidator(lambda raw: None if raw == NONE else raw)
"""Lets an optional section be written as ``none``."""

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
Pattern = Annotated[Quantity, Hours()]
MaybePattern = Annotated[Quantity | None, Hours(optional=True)]
DrawnTime = Annotated[Law, Drawn()]
MaybeDrawnTime = Annotated[Law | None, Drawn(optional=True)]
DrawnNumber = Annotated[Law, Drawn(dimension="factor")]
MaybeWording = Annotated[Wording | None, Text(optional=True)]
Title = Annotated[Wording, Text()]
Classes = Annotated[tuple[str, ...] | None, ClassNames()]
Flag = Annotated[bool, YesNo()]
