"""What is wrong with a file: where, what was found, what is allowed, how to mend it."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

KeyPath = tuple[str | int, ...]
"""Keys and list positions leading to a value of a scenario."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong, at one place of one file; lines and columns count from 1.

    Line 0: the value was given by a program, which has no lines.
    """

    file: str
    line: int
    column: int
    path: str
    message: str


class ScenarioError(Exception):
    """A scenario that cannot be used; ``faults`` has everything found, by file and line."""

    def __init__(self, file: str, faults: Iterable[Fault]) -> None:
        self.file = file
        self.faults = tuple(sorted(set(faults), key=lambda f: (f.file != file, f)))
        super().__init__(format_faults(file, self.faults))


class InvalidValue(ValueError):  # noqa: N818
    """Written values that were not understood: pairs of (path below the value read, message)."""

    def __init__(self, message: str = "", faults: Sequence[tuple[KeyPath, str]] = ()) -> None:
        self.faults = tuple(faults) or (((), message),)
        super().__init__("; ".join(text for _, text in self.faults))


def format_faults(file: str, faults: Sequence[Fault]) -> str:
    """Return the faults as people read them: a headline, then one aligned line for each."""
    places = [_shown_place(file, fault) for fault in faults]
    width = max((len(place) for place in places), default=0)
    lines = [f"{file} cannot be used, for {counted(len(faults), 'reason')}:"]
    for place, fault in zip(places, faults, strict=True):
        subject = f"{quoted(fault.path, False, 3 * SHOWN)}: " if fault.path else ""
        lines.append(f"  {place:<{width}}{'  ' if width else ''}{subject}{fault.message}")
    return "\n".join(lines)


def _shown_place(file: str, fault: Fault) -> str:
    place = f"{fault.line}:{fault.column}" if fault.line else ""
    return place if fault.file == file else f"{fault.file} {place}".strip()


SHOWN = 60
"""Characters of a written value that a message repeats."""


def quoted(written: object, marks: bool = True, most: int = SHOWN) -> str:
    """Return a written value on one line as a message shows it, cut if long."""
    text = " ".join(str(written)[: 10 * most].split())
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    if len(text) > most:
        text = f"{text[: most - 3]}..."
    return f"'{text}'" if marks else text


def counted(number: int | str, word: str) -> str:
    """Return so many of something: ``1 point``, ``2 points``."""
    return f"{number} {word}" if str(number) == "1" else f"{number} {word}s"


def path_text(path: Sequence[str | int]) -> str:
    """Return a path as people write it: ``services.shelter.routes[0].share``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


MANY_WORDS = 500


def suggestion(written: str, allowed: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?``, or the allowed words if none is close and they are few."""
    words = list(dict.fromkeys(allowed))
    if len(words) > MANY_WORDS:  # of thousands, only those that begin alike are compared
        words = [word for word in words if word[:1].lower() == written[:1].lower()]
    close = difflib.get_close_matches(
        written[: 4 * SHOWN].lower(), [word.lower() for word in words], 1, 0.6
    )
    if close:
        return f"; did you mean {quoted(next(w for w in words if w.lower() == close[0]))}?"
    if 0 < len(words) <= 12:
        return "; allowed: " + ", ".join(quoted(word, marks=False) for word in words)
    return ""


Shown = Iterable[tuple[str, Sequence[str]]]
"""Each name in files with its names in reports."""


def unknown_name(what: str, written: object, allowed: Sequence[str], shown: Shown = ()) -> str:
    """Return that a name does not exist, what may be meant, and what there is."""
    meant, none = by_report_name(str(written), shown), f"there is no {what} {quoted(written)}"
    if meant in allowed:
        return f"{none}: it is the name in reports; the name in files is {quoted(meant)}"
    return none + with_names(suggestion(str(written), allowed), allowed)


def with_names(hint: str, allowed: Sequence[str]) -> str:
    """Return a suggestion, and all the names there are if it does not list them already."""
    if "; allowed: " in hint or not allowed:
        return hint
    return (
        f"{hint} There are: {', '.join(allowed)}" if hint else f"; there are: {', '.join(allowed)}"
    )


class UnknownNameError(KeyError):
    """A name that does not exist: what may be meant, and what there is."""

    def __str__(self) -> str:
        return str(self.args[0])


def unaccented(word: str) -> str:
    """Return a word without accents and capitals, its spaces single."""
    parts = unicodedata.normalize("NFD", " ".join(word.casefold().split()))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def by_report_name(written: str, shown: Shown) -> str:
    """Return the name in files of what reports call ``found``, empty if they call nothing so.

    Accents and capitals may be left out.
    """
    word = unaccented(written)
    return next(
        (
            name
            for name, others in shown
            if word and any(word == unaccented(other) for other in others)
        ),
        "",
    )


class RunError(Exception):
    """A run that contradicts itself: which check failed, at which service, with the figures."""


class OutputError(Exception):
    """Results that cannot be written where they were asked for: what refused, and what to do."""


class ArgumentError(ValueError):
    """Something asked for that does not exist, like an engine or a measure: what there is."""
