"""Every sentence of docs/model.md has a story on both engines, and the stories see misreadings."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from tests.engines import ENGINES
from tests.planted import MISREADINGS, copy_of_the_project, judge, path_of, plant, told
from tests.stories import ASTRAY, EXPLAINED, MODEL, PAGE, Page, gather, plain

QUICK = [one for one in MISREADINGS if one.quick]
FEW = 20


def untold(page: Page) -> list[str]:
    quotes = [*gather(), *EXPLAINED]
    missing = ((page.left_untold(one, quotes), one.text) for one in page.sentences)
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
    said = sorted(re.findall(r"\w+", MODEL.text))
    headings = re.findall(r"^#.*$|^\|.*\n\|[-|]+$", page, flags=re.MULTILINE)
    for heading in [*headings, *re.findall(r"^\*\*[^*]{,30}\.\*\*(?= \S)", page, re.MULTILINE)]:
        page = page.replace(heading, "", 1)
    assert sorted(re.findall(r"\w+", plain(page))) == said


def test_exempt_words_are_few_told_by_no_story_and_have_a_reason() -> None:
    assert len(EXPLAINED) <= FEW
    for quote, reason in EXPLAINED.items():
        assert MODEL.tellers(quote, gather()) == [], quote
        assert len(reason.split()) >= 4, quote


def marks_of(name: str) -> list[pytest.Mark]:
    """Return the marks of a story: its own, its class's and its module's."""
    module_name, *path = name.split(".")
    found = [import_module(f"tests.{module_name}")]
    for part in path:
        found.append(getattr(found[-1], part))
    marks: list[pytest.Mark] = []
    for holder in found:
        own = getattr(holder, "pytestmark", [])
        marks += [getattr(one, "mark", one) for one in (own if isinstance(own, list) else [own])]
    return marks


def test_every_story_runs_on_both_engines() -> None:
    for names in gather().values():
        for name in names:
            engines = [m.args[1] for m in marks_of(name) if m.args[:1] == ("engine",)]
            assert [sorted(one) for one in engines] == [sorted(ENGINES)], name


# --- misreadings ----------------------------------------------------------------------------------


def test_every_misreading_is_in_both_engines_and_of_words_that_are_told() -> None:
    gather()
    assert len({one.name for one in MISREADINGS}) == len(MISREADINGS)
    for one in MISREADINGS:
        assert MODEL.tellers(one.quote, gather()), one.name
        homes = {path_of(file).split("/")[1:3][-1] for file, *_ in one.edits}
        engines = {file.split("/")[0] for file, *_ in one.edits} & set(ENGINES)
        assert len(engines) != 1 or "start.py" in homes, one.name


def test_every_misreading_still_matches_the_source(tmp_path: Path) -> None:
    with copy_of_the_project() as root:
        for one in MISREADINGS:
            before = {path_of(file): (root / path_of(file)).read_text() for file, *_ in one.edits}
            plant(one, root)
            for path, text in before.items():
                assert (root / path).read_text() != text
                (root / path).write_text(text)
        file, old, _ = MISREADINGS[0].edits[0]
        path = root / path_of(file)
        path.write_text(path.read_text().replace(old, ""))
        with pytest.raises(ValueError, match="0 times"):
            plant(MISREADINGS[0], root)


@pytest.mark.parametrize("one", QUICK, ids=[one.name for one in QUICK])
def test_a_misreading_in_both_engines_is_caught_on_both(one) -> None:
    gather()
    verdict = judge(one)
    assert verdict.caught, told(verdict)
