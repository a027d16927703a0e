"""How the other fields of a scenario file are read: words, names, lists, dates, switches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sim.scenario.markers import Marker
from sim.scenario.reading import read_wording
from sim.scenario.values import Wording
from sim.vocabulary.errors import Refused, did_you_mean, quoted
from sim.vocabulary.limits import HIGHEST_SEED
from sim.vocabulary.quantities import folded, read, read_date, read_whole, spaced


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
        word = spaced(raw) if isinstance(raw, str) else raw
        if word in self.choices:
            return word
        is_word = isinstance(word, str) and not re.match(r"[-+\u2212.]?[0-9]", word)
        if self.otherwise is None or is_word:
            hint = did_you_mean(str(word), self.choices)
            raise Refused(f"{quoted(word)} is not known here{hint}")
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
        if isinstance(raw, bool | int | float):
            raise Refused(
                f'a name was expected ({self.of}); if {quoted(raw)} is one, write "{raw}"'
            )
        if not isinstance(raw, str) or not raw.strip():
            raise Refused(f"a name was expected ({self.of})")
        return spaced(raw)


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
        return tuple(spaced(one) for one in raw)


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
            groups.append(tuple(spaced(name) for name in group))
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
    high: int = HIGHEST_SEED

    @property
    def words(self) -> str:
        """Say what people may write."""
        return "whole number"

    def read(self, raw: object) -> int:
        """Return it."""
        number = read_whole(raw)
        if not self.low <= number <= self.high:
            found = quoted(raw, marks=False)
            raise Refused(
                f"a whole number from {self.low} to {self.high} was expected, not {found}"
            )
        return number


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
            refuse_precision(one)
        return tuple(raw)


def refuse_precision(text: object) -> None:
    """Raise ``Refused``, with what to write, for a text that is no precision."""
    if not isinstance(text, str):
        raise Refused(f"{_PRECISION}, not {quoted(text)}")
    measure, within, share = (part.strip() for part in text.rpartition(" within "))
    if not within or not measure:
        raise Refused(f"{_PRECISION}, not {quoted(text)}")
    if not 0 < read("share", share) <= 1:
        raise Refused(f"a precision is more than 0 % and at most 100 %, not {quoted(share)}")


_PRECISION = (
    "a precision is written like 'street nights within 2 %' or 'blocked places of NAME OF SERVICE "
    "within 5 %'"
)


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
            raise Refused(f"'true' or 'false' was expected, not {quoted(raw)}{_meant(raw)}")
        return raw


def _meant(raw: object) -> str:
    word = folded(str(raw))
    if word in ("yes", "y", "oui", "on", "vrai"):
        return "; write true"
    return "; write false" if word in ("no", "n", "non", "off", "faux") else ""
