"""Every sentence of docs/model.md has a story on both engines, and the stories see misreadings."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.planted import MISREADINGS, ROOT, copy_project, path_of, plant
from tests.stories import ASTRAY, EXPLAINED, MODEL, PAGE, Page, gather, modules, plain
from tests.support.engines import ENGINES

FEW = 20


def untold(page: Page) -> list[str]:
    quotes = [*gather(), *EXPLAINED]
    missing = ((page.not_shown(item, quotes), item.text) for item in page.sentences)
    return [f"{words!r} of: {sentence}" for words, sentence in missing if words]


def test_every_quote_stands_on_the_page() -> None:
    gather()
    assert ASTRAY == []


def test_every_word_of_every_sentence_is_told_by_a_story() -> None:
    assert untold(MODEL) == []


def test_a_sentence_without_a_story_is_seen() -> None:
    page = PAGE.read_text(encoding="utf-8")
    more = Page(page + "\nNobody may enter on a Sunday.\n")
    assert untold(more)[-1] == ("'Nobody may enter on a Sunday' of: Nobody may enter on a Sunday.")


def test_the_sentences_are_all_that_the_page_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    output = sorted(re.findall(r"\w+", MODEL.text))
    headings = re.findall(r"^#.*$|^\|.*\n\|[-|]+$", page, flags=re.MULTILINE)
    for heading in [*headings, *re.findall(r"^\*\*[^*]{,30}\.\*\*(?= \S)", page, re.MULTILINE)]:
        page = page.replace(heading, "", 1)
    assert sorted(re.findall(r"\w+", plain(page))) == output


def test_exempt_words_are_few_told_by_no_story_and_have_a_reason() -> None:
    assert len(EXPLAINED) <= FEW
    for quote, reason in EXPLAINED.items():
        assert MODEL.shown_by(quote, gather()) == [], quote
        assert len(reason.split()) >= 4, quote


def marks_of(name: str) -> list[pytest.Mark]:
    """Return the marks of a story: its own, its class's and its module's."""
    module_name, *path = name.split(".")
    rows = [import_module(modules()[module_name])]
    for part in path:
        rows.append(getattr(rows[-1], part))
    marks: list[pytest.Mark] = []
    for holder in rows:
        own = getattr(holder, "pytestmark", [])
        marks += [getattr(item, "mark", item) for item in (own if isinstance(own, list) else [own])]
    return marks


def test_every_story_runs_on_both_engines() -> None:
    for names in gather().values():
        for name in names:
            engines = [m.args[1] for m in marks_of(name) if m.args[:1] == ("engine",)]
            assert [sorted(engine) for engine in engines] == [sorted(ENGINES)], name


# --- misreadings ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_misreading_is_in_both_engines_and_of_words_that_are_told() -> None:
    gather()
    assert len({misreading.name for misreading in MISREADINGS}) == len(MISREADINGS)
    for item in MISREADINGS:
        assert MODEL.shown_by(item.quote, gather()), item.name
        homes = {file.split("/")[0] for file, *_ in item.edits}
        assert homes >= set(ENGINES) or "sim" in homes, item.name  # sim: what both engines use


def test_every_misreading_still_matches_the_source(tmp_path: Path) -> None:
    copy_project(tmp_path)
    for misreading in MISREADINGS:
        paths = {tmp_path / path_of(file) for file, *_ in misreading.edits}
        before = {path: path.read_text() for path in paths}
        plant(misreading, tmp_path)
        for path, text in before.items():
            assert path.read_text() != text
            path.write_text(text)
    file, old, _ = MISREADINGS[0].edits[0]
    path = tmp_path / path_of(file)
    path.write_text(path.read_text().replace(old, ""))
    with pytest.raises(ValueError, match="0 times"):
        plant(MISREADINGS[0], tmp_path)


@pytest.mark.slow
def test_misreadings_in_both_engines_are_caught_on_both() -> None:
    command = [sys.executable, "-m", "tests.planted", "--quick", "--jobs", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for misreading in MISREADINGS:
        assert (f"caught  {misreading.name}\n" in done.stdout) is misreading.quick
