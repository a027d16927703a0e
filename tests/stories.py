"""Which sentences of docs/model.md are shown by a story computed by hand.

A test says with ``@tells("...")`` which sentences it shows, in the words of the page (spaces and
marks of bold aside). ``tests/test_model_sentences.py`` fails for a sentence that no story tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Test = TypeVar("Test", bound=Callable[..., object])

PAGE = Path(__file__).resolve().parent.parent / "docs" / "model.md"
TOLD: dict[str, list[str]] = {}
"""Tests by quoted sentence, filled while the tests are imported."""


def plain(text: str) -> str:
    """Return text without line breaks and marks of bold, italics and code."""
    return " ".join(re.sub(r"[*`]", "", text).split())


def tells(*quotes: str) -> Callable[[Test], Test]:
    """Mark a test as the story of sentences of docs/model.md; ValueError for words not there."""
    page = plain(PAGE.read_text(encoding="utf-8"))

    def mark(test: Test) -> Test:
        for quote in map(plain, quotes):
            if quote not in page:
                raise ValueError(f"docs/model.md does not say: {quote!r}")
            TOLD.setdefault(quote, []).append(f"{test.__module__}.{test.__name__}")
        return test

    return mark
