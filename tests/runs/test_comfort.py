"""That everybody finds room is said only where it is so: who did not, and where they went."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.log import COUNTS
from sim.figures import FIGURES
from sim.report.run import Answers
from sim.runs.findings import bottleneck, unserved
from sim.runs.run import Results, run
from sim.text.phrases import bottleneck_sentences
from sim.text.translations import words
from tests.support.random_plans import random_plan

PEOPLE = """
title: Who finds room
period: {start: 2024-01-01, length: 365 days}
run: {replications: 2}
people:
  classes: {everyone: 100 %}
"""
TANDEM = """
  arrivals: {ward: {rate: 2 per day, to: ward}}
services:
  ward:
    kind: places
    places: 4
    stay: 12 h
    waiting_room: 2
    blocked: {wait: in the place, then: THEN}
    routes: [{to: home, share: 100 %}]
  home:
    kind: places
    places: HOMES
    stay: 1 day
    waiting_room: 0
    routes: [{to: left, share: 100 %}]
"""
NIGHTS = """
start: {street: 9}
services:
  hall: {kind: overnight, places: 4, from: 20:00, until: 08:00}
"""
CLOSED = """
start: {street: 46, services: {centre: {waiting: 46}}}
services:
  centre: {kind: places, places: 0, stay: 30 days, routes: [{to: left, share: 100 %}]}
"""
ROOM = """
start: {street: 3}
services:
  hall: {kind: overnight, places: 4, from: 20:00, until: 08:00}
"""


def made(text: str, folder: Path) -> Results:
    file = folder / "scenario.yaml"
    file.write_text(PEOPLE + text, encoding="utf-8")
    return run(file, summary=True)


def sentences_of(results: Results, lang: str = "en") -> str:
    return " ".join(bottleneck_sentences(results, lang)).replace("\N{NO-BREAK SPACE}", " ")


def titles(results: Results, lang: str = "en") -> list[str]:
    assert results.summary is not None
    return [figure.title(results.summary, words(lang)) for figure in FIGURES.values()]


@pytest.mark.parametrize("then", ["street", "left"])
def test_people_refused_by_the_next_service_are_told_with_where_they_went(then, tmp_path):
    results = made(TANDEM.replace("THEN", then).replace("HOMES", "1"), tmp_path)
    ended = results.number("completions", "ward").mean()
    refused = results.number("turned away", "home").mean()
    street, gone = (
        results.number(f"{way} without next place", "ward").mean()
        for way in ("to the street", "gone")
    )
    assert (street, gone) == ((refused, 0) if then == "street" else (0, refused))
    assert 0 < refused < ended
    answer = sentences_of(results)
    assert "Nobody is blocked, turned away" not in answer
    assert f"Requests turned away a year, home: {refused:.0f}." in answer
    way = "Back in the street" if then == "street" else "Out of the pathway"
    assert (
        f"{way} without the next place, ward: {refused:.0f} a year, of {ended:.0f} whose" in answer
    )
    french = sentences_of(results, "fr")
    assert f"Demandes refusées par an, home : {refused:.0f}." in french
    assert answer.split(". ")[0] in " ".join(Answers(results, "en").sentences())
    for title in titles(results):
        assert title != words("en")["flow_title_none"]


@pytest.mark.parametrize(
    ("rule", "measure", "sentence"),
    [
        ("offers: {declined: 40 %}", "declines", "Offers declined a year, home: N."),
        (
            "assessment: {accepted: 30 %}",
            "requests lapsed",
            "Requests and referrals that come to nothing before the list a year, home: N.",
        ),
    ],
)
def test_refusals_that_are_no_want_of_room_are_told_as_such(rule, measure, sentence, tmp_path):
    text = TANDEM.replace("THEN", "street").replace("HOMES", "9")
    text = text.replace("waiting_room: 2", "").replace("places: 4", "places: 40")
    results = made(text.replace("waiting_room: 0", rule), tmp_path)
    refused, street = (
        results.number(name, service).mean()
        for name, service in ((measure, "home"), ("to the street without next place", "ward"))
    )
    assert refused == street > 0
    answer = sentences_of(results)
    assert answer.startswith(words("en")["cause_none_but_refused"])
    assert "finds room" not in answer
    assert "want of" not in answer
    title = words("en")["flow_title_without_next"].format(n=f"{street:.0f}")
    assert title in [item.replace("\N{NO-BREAK SPACE}", " ") for item in titles(results)]
    assert sentence.replace("N", f"{refused:.0f}") in answer
    assert f"Back in the street without the next place, ward: {street:.0f} a year" in answer


def test_nights_refused_are_no_comfort(tmp_path):
    results = made(NIGHTS, tmp_path)
    assert sentences_of(results) == (
        "No place is held by somebody who is ready to move on, but not everybody finds room. "
        "Applications for the night turned away a year, hall: 1,825; these people stay in the "
        "street."
    )
    assert "turned away: 1,825 times a year" in " ".join(titles(results))
    assert "turned away a year 1,825" in " ".join(titles(results))


@pytest.mark.parametrize(
    ("late", "more", "stay"),
    [
        ("from: 21:00, until: 08:00", "", False),
        ("from: 01:00, until: 06:00", "", False),
        ("from: 20:00, until: 08:00", "", False),  # the first of the file comes first
        ("from: 19:00, until: 08:00", "", True),
        ("from: 09:00, until: 18:00", "", True),
        ("from: 21:00, until: 08:00", ", classes: [women]", True),
        ("from: 21:00, until: 08:00", ", staffed: 0 %", True),
    ],
)
def test_whoever_a_later_night_service_can_take_does_not_stay_in_the_street(
    late, more, stay, tmp_path
):
    text = PEOPLE.replace("everyone: 100 %", "men: 50 %, women: 50 %") + NIGHTS.replace(
        "{kind: overnight, places: 4,", "{kind: overnight, classes: [men], places: 4,"
    )
    text = text.replace("street: 9", "street: {men: 9, women: 0}")
    text += f"  late: {{kind: overnight, places: 2, {late}{more}}}\n"
    file = tmp_path / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    answer = sentences_of(run(file))
    turned = "Applications for the night turned away a year, hall: "
    assert turned in answer
    first = answer.split(turned)[1].split(".")[0]
    assert first.endswith("; these people stay in the street") == stay
    assert first.endswith("; a later night service may take these people") != stay


def test_a_closed_service_and_a_list_are_no_comfort(tmp_path):
    results = made(CLOSED, tmp_path)
    assert sentences_of(results).endswith(
        "People on the list, centre: 46 on average, 46 at the end. "
        "Closed during the whole period: centre."
    )
    assert "waiting 46" in " ".join(titles(results))
    assert "Fermé pendant toute la période : centre." in sentences_of(results, "fr")


def test_a_service_that_closes_is_told_even_if_nobody_wants_it(tmp_path):
    text = ROOM.replace("places: 4", "places: {calendar: {2024-01-01: 4, 2024-12-01: 0}}")
    text = text.replace("street: 3", "street: 0")
    results = made(text, tmp_path)
    assert sentences_of(results).endswith("Closed at the end of the period: hall.")
    assert "without an open place at the end: Hall" in " ".join(titles(results))


def test_where_everybody_finds_room_it_is_said(tmp_path):
    results = made(ROOM, tmp_path)
    assert sentences_of(results) == words("en")["cause_none"]
    assert words("en")["flow_title_none"] in titles(results)
    assert words("en")["waiting_title_none"] in titles(results)


@pytest.mark.slow
def test_comfort_is_never_said_while_somebody_is_without_room():
    comforted = seen = 0
    for number in range(60):
        results = run(random_plan(number, "whole days"), replications=2, summary=True, workers=1)
        if bottleneck(results) is not None:
            continue
        missing = unserved(results)
        assert results.summary is not None
        refused = sum(
            results.summary.yearly[name].sum()
            for name in COUNTS
            if name in ("turned_away", "no_next_street", "no_next_gone", "turned_away_gone")
        )
        without = refused + results.summary.queue.sum()
        comfort = bottleneck_sentences(results, "en") == [words("en")["cause_none"]]
        comforted, seen = comforted + comfort, seen + 1
        assert comfort == (not missing)
        assert not (comfort and without > 0)
        if without > 0:
            assert words("en")["flow_title_none"] not in titles(results)
    assert seen > 5
    assert comforted < seen
