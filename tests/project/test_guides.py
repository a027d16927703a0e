"""The guides: what they tell people to write can be written, and what they show is there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.scenarios.loading import load
from sim.text.scenario import description
from tests.support.hostile import hostile

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ("guide.fr.md", "guide.en.md")
PAGES = (*GUIDES, "figures.md", "stress-des.md", "ispor-sdm.md", "paris-parameters.md")


def text_of(page: str) -> str:
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


def fenced(page: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", text_of(page), re.S)


def commands(page: str) -> list[list[str]]:
    inline = re.findall(r"`(maraude [a-z]+ [^`]*)`", text_of(page))
    lines = [line for block in fenced(page, "bash") for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in (*lines, *inline)]


def unknown(words: list[str]) -> list[str]:
    """Return what of a command line maraude does not know."""
    command = main.commands.get(words[0])
    if command is None:
        return [words[0]]
    options = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    wrong = [w for w in words[1:] if w.startswith("--") and w not in (*options, "--help")]
    files = [w for w in words[1:] if w.startswith("scenarios/") and "*" not in w]
    made_here = ("vingt-places.yaml", "twenty-flats.yaml")
    return wrong + [f for f in files if not f.endswith(made_here) and not (ROOT / f).exists()]


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_the_text_exist(page: str) -> None:
    assert [words for words in commands(page) if unknown(words)] == []
    assert isinstance(main, click.Group)


def test_a_command_that_does_not_exist_would_be_seen() -> None:
    assert unknown(["walk", "x"]) == ["walk"]
    assert unknown(["run", "--faster", "scenarios/none.yaml"]) == [
        "--faster",
        "scenarios/none.yaml",
    ]


@pytest.mark.parametrize("page", PAGES)
def test_pictures_and_pages_named_are_there(page: str) -> None:
    targets = re.findall(r"\]\((?!\w+:|#)([^)#]+)", text_of(page))
    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []


@pytest.mark.parametrize("page", GUIDES)
def test_the_change_in_the_guide_can_be_checked(page: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "scenarios" / "paris.yaml", tmp_path)
    (tmp_path / "what-if").mkdir()
    block, more = fenced(page, "yaml")
    file = tmp_path / "what-if" / "change.yaml"
    file.write_text(block, encoding="utf-8")
    changed = load(file)
    assert changed.services["PHASE flats"].places.value == 34
    assert changed.published
    file.write_text(block + more, encoding="utf-8")
    services = list(load(file).services)
    assert services.index("second shelter") == services.index("shelter") + 1
    file.write_text(block.replace("PHASE flats", "PHASE flat"), encoding="utf-8")
    assert CliRunner().invoke(main, ["check", str(file)]).exit_code == 2


def test_both_guides_have_the_same_shape() -> None:
    french, english = ([line.split(" ")[0] for line in text_of(g).splitlines() if line[:1] == "#"]
                       for g in GUIDES)  # fmt: skip
    assert french == english
    assert [c[0] for c in commands(GUIDES[0])] == [c[0] for c in commands(GUIDES[1])]


def test_the_parameters_of_paris_are_those_of_the_file() -> None:
    file = "scenarios/paris.yaml"
    text = description(load(ROOT / file), file, "en")
    assert text_of("paris-parameters.md") == text
    french = description(load(ROOT / file), file, "fr")
    assert french.count("\n") == text.count("\n")
    assert "Personnes à la rue" in french


def test_numbers_quoted_in_the_checklists_are_those_of_the_file() -> None:
    head = text_of("paris-parameters.md")
    result = re.search(r"Of the (\d+) numbers .*?, (\d+) assumed", head)
    assert result
    assert f"{result[2]} of {result[1]} numbers are *assumed*" in text_of("stress-des.md")
    rows = re.findall(r"^\| \d+ \| [^|]+ \| (yes|partly|no) \|", text_of("ispor-sdm.md"), re.M)
    counted = ", ".join(f"{rows.count(word)} {word}" for word in ("yes", "partly", "no"))
    assert f"Of {len(rows)} items: {counted}." in text_of("ispor-sdm.md")
    items = re.findall(r"^\*\*(\d\.\d(?:\.\d)?) ", text_of("stress-des.md"), re.M)
    assert len({item[:3] for item in items}) == 20


def test_a_description_stays_a_table_whatever_texts_say(tmp_path: Path) -> None:
    base, _ = hostile(tmp_path)
    text = description(load(base), "x", "en")
    assert "<script" not in re.sub(r"`[^`]*`", "", text)  # code is shown, not run
    for line in text.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 7


def test_the_command_writes_the_description(tmp_path: Path) -> None:
    base, _ = hostile(tmp_path)
    target = tmp_path / "p.md"
    done = CliRunner().invoke(main, ["describe", str(base), "--lang", "en", "--out", str(target)])
    assert done.exit_code == 0
    assert target.read_text(encoding="utf-8").startswith("# Parameters: ")
    assert (
        '"status": "assumed"' in CliRunner().invoke(main, ["describe", str(base), "--json"]).output
    )
