"""Every file in tests/support/refused is refused, with exactly the message beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.scenarios.loading import load

FOLDER = Path(__file__).parents[1] / "support" / "refused"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def refusal_of(name: str) -> str:
    """Return the message for a file, named as somebody in its folder would."""
    try:
        load(name)
    except ScenarioError as error:
        return f"{error}\n"
    return "accepted\n"


@pytest.mark.parametrize("name", NAMES)
def test_is_refused_in_these_words(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    expected = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert refusal_of(f"{name}.yaml") == expected


def test_the_scenario_they_are_made_from_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    assert refusal_of("base/shelter.yaml") == "accepted\n"


def test_every_message_has_its_file() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == NAMES


def test_messages_are_for_people() -> None:
    for path in FOLDER.glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        for word in ("pydantic", "Input should", "dict", "str ", "NoneType", "Traceback"):
            assert word not in text, path.name
