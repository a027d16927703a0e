"""Catalogues of words in each language, and how numbers are written."""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache, partial
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any

from babel.dates import format_date, get_month_names
from babel.lists import format_list
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from sim.text import LANGUAGES

# --- The gettext catalogues: every word of one language, read from what is compiled from it.
#
# ``maraude``: words of reports, figures and the command, by key, in French and in English.
# ``scenario``: what the fields of scenario files mean, by their English sentence, in French.
# Compiled when the project is installed; in a checkout also when a .po file is newer than its
# .mo.

FOLDER = Path(__file__).parent / "locales"
WORDS_DOMAIN, FIELDS_DOMAIN = "maraude", "scenario"
"""The two domains: words by key; sentences of fields by their English."""

_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)


class _Forms(Formatter):
    """Fills blanks; one with two forms (``{n:person|people}``) with the first where it is one."""

    def format_field(self, value: Any, spec: str) -> str:
        """Return a value, or the form that goes with it."""
        if "|" not in spec:
            return str(super().format_field(value, spec))
        singular, plural = spec.split("|")
        return singular if str(value).lstrip("+-") == "1" else plural


_FORMS = _Forms()


class Message(str):
    """A sentence of a catalogue.

    Where it counts several things, the words that go with each count are written in both forms:
    ``{n} requests, {seats} {seats:person|people}``. See also ``filled``.
    """

    __slots__ = ()

    def format(self, *values: object, **blanks: object) -> str:
        """Return the sentence with its blanks filled."""
        return _FORMS.vformat(self, values, blanks)


@cache
def catalogue(domain: str, lang: str) -> Mapping[str, str]:
    """Return the messages of a domain in a language, by identifier; none where there is no file."""
    path = FOLDER / lang / "LC_MESSAGES" / f"{domain}.mo"
    source = path.with_suffix(".po")
    if source.is_file() and (not path.is_file() or _changed_at(source) > _changed_at(path)):
        content = compiled(source)
        with contextlib.suppress(OSError):  # where nobody may write it is compiled each time
            _write(path, content)
    elif path.is_file():
        content = path.read_bytes()
    else:
        return MappingProxyType({})
    messages = read_mo(io.BytesIO(content))
    return MappingProxyType({str(each.id): Message(each.string) for each in messages if each.id})


def _changed_at(path: Path) -> int:
    return path.stat().st_mtime_ns


def _write(path: Path, content: bytes) -> None:
    """Write a file at once: another process may be reading it."""
    unfinished = path.with_name(f".{path.name}-{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def sources() -> list[Path]:
    """Return every catalogue as written by people (.po)."""
    return sorted(FOLDER.rglob("*.po"))


def compiled(source: Path) -> bytes:
    """Return what a .po file compiles to, the same bytes every time (of one Babel)."""
    with source.open("rb") as file:
        messages = read_po(file, locale=source.parent.parent.name, abort_invalid=True)
    messages.creation_date = messages.revision_date = _NO_DATE
    stream = io.BytesIO()
    write_mo(stream, messages)
    return stream.getvalue()


def main() -> None:
    """Compile every catalogue."""
    for source in sources():
        _write(source.with_suffix(".mo"), compiled(source))


if __name__ == "__main__":
    main()


# --- Every word shown to a reader, in French and in English, and how numbers are written in each.
#
# A sentence is a format string of the gettext catalogue
# ``locales/LANGUAGE/LC_MESSAGES/maraude.po``; ``words(lang)`` gives the mapping of one language.
# Both languages hold the same keys (held by a test). Numbers and dates are written as Babel knows
# the languages to write them.

_BEFORE, _AFTER = re.compile(r" (?=[:;!?»%])"), re.compile(r"(?<=«) ")
"""Spaces of a French text that may not break a line."""

MONTHS: Mapping[str, tuple[str, ...]] = {
    lang: tuple(names[month] for month in range(1, 13))
    for lang in LANGUAGES
    for names in [get_month_names("abbreviated", "format", lang)]
}
"""Names of the months, short."""

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {lang: catalogue(WORDS_DOMAIN, lang) for lang in LANGUAGES}
)
"""The sentences of each language, by key; blanks to fill stand in braces."""


def words(lang: str) -> Mapping[str, str]:
    """Return the words of a language (``fr`` or ``en``); raise ValueError for any other."""
    if lang not in WORDS:
        raise ValueError(f"no words in language {lang!r}; use one of {', '.join(LANGUAGES)}")
    return WORDS[lang]


def sentences(lang: str) -> Callable[..., str]:
    """Return a function from a key and what fills its blanks to the sentence.

    A sentence about ``n`` things has another form for one of them, see ``filled``.
    """
    return partial(_sentence, lang)


def _sentence(lang: str, key: str, **blanks: object) -> str:
    return typeset(filled(words(lang), key, **blanks), lang)


def filled(texts: Mapping[str, str], key: str, **blanks: object) -> str:
    """Return a sentence with its blanks filled.

    Where ``n`` is one and the catalogue has the key with ``_1``, that one: "1 point failed".
    """
    if blanks.get("n") in (1, "1") and f"{key}_1" in texts:
        key = f"{key}_1"
    return texts[key].format(**blanks) if blanks else texts[key]


def typeset(text: str, lang: str) -> str:
    """Return a text; in French its double signs never begin a line, nor does % stand alone."""
    if lang != "fr":
        return text
    return _AFTER.sub("\N{NO-BREAK SPACE}", _BEFORE.sub("\N{NO-BREAK SPACE}", text))


def semicolons(parts: Iterable[str], lang: str) -> str:
    """Return texts one after another, kept apart as the language does: ``a; b`` or ``a ; b``."""
    return (f"{typeset(' ;', lang)} " if lang == "fr" else "; ").join(parts)


def number(value: float, lang: str, digits: int = 0) -> str:
    """Return a number as written in a language: 12,345.6 or 12 345,6; never a minus zero."""
    shown = round(value, digits) + 0.0
    return format_decimal(
        shown, format=f"#,##0.{'0' * digits}".rstrip("."), locale=lang, decimal_quantization=True
    )


def signed(value: float, lang: str, digits: int = 0) -> str:
    """Return a number with its sign, none for what is written as zero."""
    text = number(value, lang, digits)
    return f"+{text}" if value > 0 and text.strip("0.,") else text


def percent(share: float, lang: str) -> str:
    """Return a share as a percentage: 34% or 34 %; ``<1%`` for a small one that is not zero."""
    if 0 < share < 0.005:
        return f"<{' ' if lang == 'fr' else ''}{percent(0.01, lang)}"
    written = format_percent(round(share, 2) + 0.0, locale=lang)
    # One narrow space, as between thousands: the usual one is as wide as between words.
    return written.replace("\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}")


def day(when: date, lang: str) -> str:
    """Return a date: 3 Mar 2026 or 3 mars 2026."""
    return format_date(when, "d MMM y", locale=lang)


def listing(names: Iterable[str], lang: str) -> str:
    """Return names in a row: a, b, and c or a, b et c."""
    return format_list(list(names), locale=lang)


def in_language(text: str, lang: str) -> str:
    """Return what an English word or sentence of a scenario means in a language."""
    return catalogue(FIELDS_DOMAIN, lang).get(text, text)
