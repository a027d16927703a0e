"""The words of the field: names the code may not use, and what is written in their place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

WORDS = {
    "luck": "random numbers, common random numbers",
    "klass": "class_id",
    "crew": "worker pool",
    "lane": "slot",
    "wish": "option",
    "wishes": "options",
    "spoken": "words",
    "told": "the name of the thing: message, text, output",
    "said": "the name of the thing: message, text, output",
    "found": "the name of the thing: estimate, diagnosis, rows",
    "one": "the name of the thing: service, change, load",
    "here": "the name of the thing: folder, state, cell",
    "namesake": "check_same_sweep",
    "roster": "street_list",
    "clockwork": "environment",
    "strikes": "event_time",
    "enlist": "join_list",
    "did_you_mean": "suggestion",
    "sweep_away": "remove_temporaries",
    "whole_file": "atomic_file",
    "whole_folder": "atomic_folder",
}
"""Names that are not used, and what is written in their place."""


def names(tree: ast.AST) -> Iterator[str]:
    """Yield every name that code gives to a value, a function, a class or a parameter."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name


def words_in(folder: Path) -> set[str]:
    """Return the words of the list that are names in a folder of code."""
    return {
        name.strip("_").lower()
        for path in sorted(folder.rglob("*.py"))
        for name in names(ast.parse(path.read_text(encoding="utf-8")))
        if name.strip("_").lower() in WORDS
    }


FOLDERS = [
    path.relative_to(ROOT).as_posix()
    for package in ("sim", "tests")
    for path in sorted((ROOT / package).iterdir())
    if path.is_dir() and any(path.glob("*.py"))
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_names_are_words_of_the_field(folder: str) -> None:
    assert words_in(ROOT / folder) == set()


PROSE = {
    r"\bsame luck\b|\bthe luck\b|\bby luck\b": "common random numbers",
    r"\bcrews?\b": "worker pool",
    r"\blanes?\b": "slot of a pool",
    r"\bWishError\b": "ArgumentError",
}
"""Words of pages and docstrings. "One", "found" and "told" are plain English in prose."""
ALLOWED = {
    "CHANGELOG.md": "names what things were called before",
    "tests/project/test_vocabulary.py": "holds the list",
}


def prose() -> Iterator[tuple[str, str]]:
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    for package in ("sim", "tests"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def test_prose_is_in_words_of_the_field() -> None:
    wrong = [
        f"{file}: {hit.group()} (write {instead})"
        for file, text in prose()
        if file not in ALLOWED
        for pattern, instead in PROSE.items()
        for hit in re.finditer(pattern, text, re.IGNORECASE)
    ]
    assert wrong == []


def test_an_old_word_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f(wish):\n    _told = 1\n    return _told\n")
    assert words_in(tmp_path) == {"wish", "told"}
