"""Words: both languages complete, numbers written as each language does."""

from __future__ import annotations

from string import Formatter

import pytest

from sim.text import LANGUAGES
from sim.text.translations import WORDS, number, percent, words

THIN = "\N{NARROW NO-BREAK SPACE}"


def blanks(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_both_languages_have_the_same_keys_and_the_same_blanks_to_fill() -> None:
    assert set(WORDS) == set(LANGUAGES)
    french, english = words("fr"), words("en")
    assert set(french) == set(english)
    for key in english:
        assert blanks(french[key]) == blanks(english[key]), key
        assert french[key].strip(), key
        assert english[key].strip(), key


def test_another_language_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no words in language 'de'; use one of fr, en"):
        words("de")


@pytest.mark.parametrize(
    ("value", "digits", "english", "french"),
    [
        (1234567.0, 0, "1,234,567", f"1{THIN}234{THIN}567"),
        (1234.5, 1, "1,234.5", f"1{THIN}234,5"),
        (-0.04, 1, "0.0", "0,0"),
        (-12.0, 0, "-12", "-12"),
    ],
)
def test_numbers(value: float, digits: int, english: str, french: str) -> None:
    assert number(value, "en", digits) == english
    assert number(value, "fr", digits) == french


@pytest.mark.parametrize(
    ("share", "english", "french"),
    [(0.337, "34%", f"34{THIN}%"), (0.002, "<1%", f"< 1{THIN}%"), (0.0, "0%", f"0{THIN}%")],
)
def test_shares(share: float, english: str, french: str) -> None:
    assert percent(share, "en") == english
    assert percent(share, "fr") == french
