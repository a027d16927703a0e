"""Every word shown to a reader, in French and in English, and how numbers are written in each.

A sentence is a format string of the gettext catalogue ``locales/LANGUAGE/LC_MESSAGES/maraude.po``;
``words(lang)`` gives the mapping of one language. Both languages hold the same keys (held by a
test). Numbers and dates are written as Babel knows the languages to write them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from types import MappingProxyType

from babel.dates import format_date, get_month_names
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from sim.presentation.catalogues import FIELDS, catalogue
from sim.presentation.catalogues import WORDS as BY_KEY

LANGUAGES = ("fr", "en")
_BEFORE, _AFTER = re.compile(r" (?=[:;!?»%])"), re.compile(r"(?<=«) ")
"""Spaces of a French text that may not break a line."""

MONTHS: Mapping[str, tuple[str, ...]] = {
    lang: tuple(names[month] for month in range(1, 13))
    for lang in LANGUAGES
    for names in [get_month_names("abbreviated", "format", lang)]
}
"""Names of the months, short."""

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {lang: catalogue(BY_KEY, lang) for lang in LANGUAGES}
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


def filled(spoken: Mapping[str, str], key: str, **blanks: object) -> str:
    """Return a sentence with its blanks filled.

    Where ``n`` is one and the catalogue has the key with ``_1``, that one: "1 point failed".
    """
    if blanks.get("n") in (1, "1") and f"{key}_1" in spoken:
        key = f"{key}_1"
    return spoken[key].format(**blanks) if blanks else spoken[key]


def typeset(text: str, lang: str) -> str:
    """Return a text; in French its double signs never begin a line, nor does % stand alone."""
    if lang != "fr":
        return text
    return _AFTER.sub("\N{NO-BREAK SPACE}", _BEFORE.sub("\N{NO-BREAK SPACE}", text))


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
    return catalogue(FIELDS, lang).get(text, text)
