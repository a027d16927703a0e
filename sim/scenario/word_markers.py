"""How the other fields of a scenario file are read: words, names, lists, dates, switches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sim.scenario.markers import Marker
from sim.scenario.reading import read_wording
from sim.scenario.values import Wording
from sim.vocabulary.errors import Refused, did_you_mean
from sim.vocabulary.quantities import read_date


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
