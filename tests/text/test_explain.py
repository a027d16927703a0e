"""A scenario in sentences: what is said of each value, and where it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenarios.loading import load
from sim.text.scenario import Line, description, explain
from tests.text.test_catalogues import ENGLISH

BASE = """\
title: A shelter
period: {start: 2024-01-01, length: 2 years}
people:
  classes: {women: 40 %, men: 60 %}
services:
  maraudes:
    kind: outreach
    contacts_at_random: 10 per week
    referrals: [{to: shelter, share: 10 %}]
  shelter:
    kind: places
    names: {fr: hébergement, en: hostel}
    places: {calendar: {2024-01-01: 20, 2025-01-01: 30}, between: ramp,
             source: The city, status: derived, range: [20, 40]}
    priority: [[women], [men]]
    stay:
      family: gamma
      mean: {value: 9 months, source: A count, status: observed}
      cv: 1.2
    routes: [{to: street, share: 100 %}]
"""
WHAT_IF = """\
based_on: base.yaml
title: Shorter stays
changes: [{set: services.shelter.stay, to: 20 days, because: A plan.}]
"""
PLACES = "services.shelter.places"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "what-if.yaml").write_text(WHAT_IF, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines_of(file: str, lang: str = "en") -> dict[str, Line]:
    return {line.path: line for part in explain(load(file), lang) for line in part.lines}


def test_parts_follow_the_file(folder: Path) -> None:
    parts = explain(load("base.yaml"), "fr")
    assert [(part.name, part.title) for part in parts][-2:] == [
        ("services.maraudes", "Maraudes (maraude)"),
        ("services.shelter", "Hébergement (places)"),
    ]


def test_a_value_is_told_with_its_place_source_and_range(folder: Path) -> None:
    assert lines_of("base.yaml")["services.shelter.places"] == Line(
        path="services.shelter.places",
        subject="",
        sentence="Places there are: 20 from 1 Jan 2024, 30 from 1 Jan 2025, "
        "in a straight line between the dates.",
        place=("base.yaml", 13, 13),
        source="The city",
        status="derived",
        range="20 to 40",
        because=None,
        moved=None,
    )


def test_a_default_has_no_place(folder: Path) -> None:
    line = lines_of("base.yaml")["services.shelter.blocked.wait"]
    assert (line.subject, line.place) == ("blocked", None)
    assert line.sentence == "Where the person waits: in the place."


def test_a_law_and_what_is_known_of_its_parameters(folder: Path) -> None:
    lines = lines_of("base.yaml")
    law, mean = lines["services.shelter.stay"], lines["services.shelter.stay.mean"]
    assert law.sentence.endswith("gamma law: mean 9 months, cv 1.2.")
    assert (mean.source, mean.status, mean.place) == ("A count", "observed", ("base.yaml", 18, 13))
    assert "services.shelter.stay.cv" not in lines


def test_lists_are_told_apart_by_where_they_lead(folder: Path) -> None:
    assert lines_of("base.yaml")["services.shelter.routes[0].share"].subject == "routes, street"


def test_options_that_are_not_given_are_left_out(folder: Path) -> None:
    assert "services.shelter.patience" not in lines_of("base.yaml")


def test_a_change_is_told_with_its_reason(folder: Path) -> None:
    line = lines_of("what-if.yaml")["services.shelter.stay"]
    assert line.sentence == "Length of a stay as planned at admission: always 20 days."
    assert (line.because, line.place) == ("A plan.", ("what-if.yaml", 3, 44))
    assert lines_of("what-if.yaml")["services.shelter.places"].because is None


def test_in_french_no_english_is_left_but_what_people_wrote(folder: Path) -> None:
    lines = {item.path: item for part in explain(load("base.yaml"), "fr") for item in part.lines}
    places = lines["services.shelter.places"]
    assert places.sentence.replace("\N{NO-BREAK SPACE}", " ") == (
        "Places existantes : 20 à partir du 1 janv. 2024, 30 à partir du 1 janv. 2025, "
        "en ligne droite entre les dates."
    )
    assert places.range == "20 à 40"
    for line in lines.values():
        assert not ENGLISH.search(f"{line.sentence} {line.subject} {line.range}"), line


@pytest.mark.parametrize(
    ("how", "english", "french"),
    [
        ("add: 5", "as in the base, with 5 added", "comme dans la base, avec en plus : 5"),
        (
            "add: {value: 5, status: assumed, range: [0, 9]}",
            "as in the base, with 5 added",
            "comme dans la base, avec en plus : 5",
        ),
        ("scale: 150 %", "the base multiplied by 150 %", "la base multipliée par 150 %"),
        ("to: 9", None, None),
    ],
)
def test_a_moved_number_says_how_much_more_it_is(folder, how, english, french) -> None:
    text = WHAT_IF.replace("set: services.shelter.stay, to: 20 days", f"set: {PLACES}, {how}")
    assert text != WHAT_IF
    Path("moved.yaml").write_text(text, encoding="utf-8")
    for lang, sentence in (("en", english), ("fr", french)):
        result = lines_of("moved.yaml", lang)[PLACES].moved
        assert (result and result.replace("\N{NO-BREAK SPACE}", " ")) == sentence
        described = description(load("moved.yaml"), "moved.yaml", lang)
        assert sentence is None or f"({sentence})" in described.replace("\N{NO-BREAK SPACE}", " ")
