"""The values of a scenario: quantities, laws and hours, each perhaps dated and annotated."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sim.vocabulary.calendars import Calendar
from sim.vocabulary.weeks import Dated, expand

STATUSES = ("observed", "derived", "assumed")
"""How well a number is known."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """Where a number comes from and how well it is known."""

    source: str | None = None
    status: str | None = None
    range: tuple[float, float] | None = None
    note: str | None = None
    written_range: tuple[Any, Any] | None = field(default=None, compare=False)


NOTHING_SAID = Annotation()


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of one dimension, perhaps changing with dates or hours of the week.

    ``steps`` are (date from which it holds, value or week profile); a constant has one step
    without a date. Numbers are in the units of the plan: shares 0 to 1, days, per day, EUR. Hours
    patterns are quantities of the dimension ``hours``: 1 inside, 0 outside.
    """

    dimension: str
    steps: tuple[Dated, ...]
    ramp: bool = False
    annotation: Annotation = NOTHING_SAID
    written: Any = field(default=None, compare=False, repr=False)  # without the annotation

    @property
    def is_constant(self) -> bool:
        """Say whether one number holds at all times."""
        return len(self.steps) == 1 and not isinstance(self.steps[0][1], tuple)

    @property
    def value(self) -> float:
        """Return the number of a constant; a ValueError if it changes with time."""
        only = self.steps[0][1]
        if len(self.steps) != 1 or isinstance(only, tuple):
            raise ValueError("this quantity changes with time: use calendar()")
        return only

    @property
    def dates(self) -> tuple[datetime.date, ...]:
        """Return the dates at which it changes, none for a quantity without a calendar."""
        return tuple(date for date, _ in self.steps if date is not None)

    def numbers(self) -> Iterator[float]:
        """Yield every number in it."""
        for _, value in self.steps:
            if isinstance(value, tuple):
                yield from (number for _, number in value)
            else:
                yield value

    def calendar(self, start_date: datetime.date, horizon: float) -> Calendar:
        """Return its step function over 0 .. horizon days from ``start_date``."""
        return expand(self.steps, start_date, horizon, self.ramp)


@dataclass(frozen=True, slots=True)
class Law:
    """A drawn time or number: a family and its parameters (of an empirical law: a list)."""

    family: str
    parameters: dict[str, Quantity | list[Quantity]]
    annotation: Annotation = NOTHING_SAID

    def quantities(self) -> Iterator[tuple[tuple[str | int, ...], Quantity]]:
        """Yield each parameter with its path below the law."""
        for name, found in self.parameters.items():
            if isinstance(found, list):
                yield from (((name, i), each) for i, each in enumerate(found))
            else:
                yield (name,), found


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in the two languages of the reports."""

    fr: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the text in ``fr`` or ``en``."""
        return self.fr if language == "fr" else self.en
