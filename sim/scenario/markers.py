"""How the number fields of a scenario file are read, checked and told.

A marker stands in the type of a field (``Annotated[Quantity, Number("share")]``); messages, JSON
Schema and the reference page derive from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import core_schema

from sim.scenario.reading import QUANTITY_KEYS, Collector, read_law, read_quantity
from sim.scenario.values import Law, Quantity
from sim.vocabulary.errors import Refused
from sim.vocabulary.quantities import EXAMPLES, plain

NONE = "none"
"""The word for an optional value that is not given."""

PerClass = Quantity | dict[str, Quantity]
"""One quantity for all classes together, or one for each class named."""


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
        name = "whole number" if self.whole else NAMES[self.dimension]
        lowest = f" from {self.shown(self.low)}" if self.low > 0 else ""
        constant = "; the same at all times" if self.constant else ""
        return f"{name}{lowest}, e.g. `{EXAMPLES[self.dimension]}`{constant}"

    def read(self, raw: object) -> Quantity:
        """Return the quantity, its numbers within bounds."""
        quantity = read_quantity(self.dimension, raw)
        if self.constant and not quantity.is_constant:
            raise Refused("this value cannot change with time: write one value")
        for number in quantity.numbers():
            self.check(number)
        for i, end in enumerate(quantity.annotation.range or ()):
            try:
                self.check(end)
            except Refused as refused:
                raise Refused(faults=[(("range", i), str(refused))]) from None
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
        unit = " day" if self.dimension == "duration" and number == 1 else units.get(self.dimension)
        return plain(round(number * scale, 6)) + (unit or "")


NAMES = {
    "share": "share", "count": "number", "places": "number, or `unlimited`",
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
