"""A count of one is worded as one, in every sentence and both languages."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from sim.core.errors import InvalidValue, ScenarioError
from sim.scenarios.fields import read_law
from sim.scenarios.loading import column_values, load, scenario_from_data
from sim.text.translations import WORDS, filled
from tests.support.small_scenarios import chain

SHARES = {"share", "alone", "street"}
NEVER_ONE = {"k", "needed", "step"}
"""Blanks that are never one: several inputs, the least replications, the days of a mean."""
WORDS_ALONE = {
    "name", "names", "title", "figure", "version", "each", "each_other", "outcome", "course",
    "to", "service", "measure", "base", "where",
}  # fmt: skip
ELSEWHERE = {
    "replications_n", "flow_people_places", "flow_people_places_1", "sensitivity_one_of",
    "sensitivity_one_of_many",
}  # fmt: skip
"""Sentences that are not taken for one: another is, or there are two things at least."""
PLURAL = {
    "en": re.compile(
        r"(?<![\d.,])1 (?:more |other |assumed |occupied |street )*"
        r"(?:people|are|have|were|differ|carry|die|go|wait|leave|[a-z]*[b-rtv-z]s)\b"
    ),
    "fr": re.compile(r"(?<![\d.,])1 (?:autre )*(?:sont|ont|peuvent|diffèrent|[a-zà-ÿ]+s)\b"),
}
"""One, and a word that goes with several."""
SINGULAR = {
    "en": {"is", "was", "has", "carries", "differs", "changes", "dies", "goes", "leaves", "waits"},
    "fr": {"dans", "sans", "fois", "processus", "pers", "des", "refus"},
}


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_sentence_has_one_with_a_plural(lang: str) -> None:
    wrong = {}
    for key, text in WORDS[lang].items():
        names = {name for _, name, _, _ in Formatter().parse(text) if name}
        blanks = dict.fromkeys(names, "1")
        blanks |= dict.fromkeys(names & SHARES, "34 %") | dict.fromkeys(names & NEVER_ONE, "2")
        blanks |= dict.fromkeys(names & WORDS_ALONE, "Refuge")
        hits = PLURAL[lang].finditer(filled(WORDS[lang], key, **blanks))
        rows = [hit.group() for hit in hits if hit.group().split()[-1] not in SINGULAR[lang]]
        if rows and key not in ELSEWHERE:
            wrong[key] = rows
    assert wrong == {}


@pytest.mark.parametrize(
    ("lang", "output"),
    [
        ("en", "1 request a year, room for 1 person a year; its waiting list grows by 1 person"),
        ("fr", "1 demande par an, 1 personne par an peut y entrer ; sa liste d'attente s'allonge"),
    ],
)
def test_every_count_of_a_sentence_has_its_own_form(lang: str, output: str) -> None:
    ones = dict.fromkeys(("inflow", "passes", "growth"), "1")
    effect = filled(WORDS[lang], "check_effect_endless_list", **ones)
    text = filled(WORDS[lang], "check_bottleneck", when="", name="a", effect=effect, **ones)
    assert output in text
    several = filled(WORDS["en"], "check_bottleneck", when="", name="a", effect="x", inflow="1",
                     passes="2,010")  # fmt: skip
    assert "1 request a year, room for 2,010 people a year" in several


@pytest.mark.parametrize(("number", "word"), [("+1", "night"), ("-1", "night"), ("1.0", "nights")])
def test_a_change_by_one_is_one(number: str, word: str) -> None:
    text = filled(WORDS["en"], "headline_title", name="a", change=number)
    assert text == f"a: {number} street {word} a year"


def test_faults_of_a_file_count_one_as_one(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="1 more value of this list is refused"):
        read_law("duration", {"family": "empirical", "values": ["x"] * 6})
    with pytest.raises(InvalidValue, match="2 more values of this list are refused"):
        read_law("duration", {"family": "empirical", "values": ["x"] * 7})
    (tmp_path / "waits.csv").write_text("days\n" + "x\n" * 6)
    with pytest.raises(InvalidValue, match=r"; 1 more row$"):
        column_values(tmp_path, "waits.csv", "days", "days")
    data = load(chain(tmp_path / "x.yaml")).as_dict()
    data["start"] = {"services": {"shelter": {"waiting": 1}}}
    with pytest.raises(ScenarioError, match=r"1 person of the street cannot be .* only 0 are"):
        scenario_from_data(data, "x")
    data["start"]["services"]["shelter"]["waiting"] = 2
    data["start"]["street"] = 1
    with pytest.raises(ScenarioError, match=r"2 people of the street cannot be .* only 1 is in"):
        scenario_from_data(data, "x")


def test_one_day_is_one_in_what_python_shows(tmp_path: Path) -> None:
    scenario = load(chain(tmp_path / "x.yaml", length="1 day"))
    assert repr(scenario) == '<Scenario "A chain", 2 services, 1 day from 2024-01-01>'
