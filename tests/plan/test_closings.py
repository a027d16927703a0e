"""People who are sent to a service that can admit nobody: who, from when to when, until when."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.plan.build import plan_of
from sim.plan.diagnostics import Cause, Closing, closings, diagnose
from sim.scenarios.loading import load
from sim.text.scenario import closing_sentences
from tests.support.written import ONE_CLASS, scenario

# Monday 2024-01-01 is day 0; 2025-01-01 is day 366; the period ends on day 730.
STREET = "start: {street: 50}\n"
YEAR_LATE = "{calendar: {2024-01-01: 0, 2025-01-01: 5}}"
CENTRE = (
    "centre: {kind: places, places: PLACES, stay: 30 days, routes: [{to: left, share: 100 %}]}\n"
)
TEAMS = """
teams:
  kind: outreach
  outings: 5 per week
  hours: mon-fri 09:00-17:00
  contacts: 10
  referrals: [{to: centre, share: SHARE}]
"""
VISITS = """
rooms:
  kind: drop-in
  places: 20
  opening_hours: mon-fri 09:00-17:00
  visits: 1 per week
  visit_length: 1 h
  interviews: {share: 50 %, per_day: 9}
  referrals: [{to: centre, share: SHARE}]
"""
WARD = """
ward:
  kind: places
  places: 5
  stay: 40 days
  routes: [{to: TO, share: 100 %}]
"""


def closed(services: str, people: str = ONE_CLASS, more: str = "", **of: str) -> list[Closing]:
    for word, value in {"PLACES": YEAR_LATE, "SHARE": "10 %", "TO": "centre", **of}.items():
        services = services.replace(word, value)
    return list(closings(plan_of(scenario(services, people + "\n", more))))


def times(result: list[Closing]) -> list[tuple[str, float, float, float, tuple[str, ...]]]:
    return [(item.service, item.begin, item.end, item.opens, item.origins) for item in result]


def test_referrals_of_outreach_and_interviews() -> None:
    for services, origin in [(TEAMS, "teams"), (VISITS, "rooms")]:
        diagnosis = closed(services + CENTRE, more=STREET)
        assert times(diagnosis) == [("centre", 0.0, 366.0, 366.0, (origin,))]
        assert diagnosis[0].cause is Cause.PLACES


@pytest.mark.parametrize(
    ("first", "begin"),
    # the opening is on 2025-01-01: sent a month before it, or on that day, with one week of delay
    [("2024-12-01", 336.0), ("2024-12-22", None), ("2025-01-01", None)],
)
def test_referrals_that_begin_in_time_are_none_too_early(first: str, begin: float | None) -> None:
    share = "{calendar: {2024-01-01: 0 %, FIRST: 10 %}}".replace("FIRST", first)
    teams = TEAMS.replace("share: SHARE", "share: SHARE, delay: 7 days")
    # outings are on weekdays: those of December begin on Monday the 2nd
    diagnosis = closed(teams + CENTRE, more=STREET, SHARE=share)
    assert [item.begin for item in diagnosis] == ([] if begin is None else [begin])


def test_an_assessment_that_takes_as_long_as_the_opening_is_late_is_no_fault() -> None:
    slow = CENTRE.replace("stay: 30", "assessment: {accepted: 50 %, delay: 366 days}, stay: 30")
    assert closed(TEAMS + slow, more=STREET) == []
    nobody = CENTRE.replace("stay: 30", "assessment: {accepted: 0 %}, stay: 30")
    assert closed(TEAMS + nobody, more=STREET) == []


def test_places_that_all_close() -> None:
    ends = "{calendar: {2024-01-01: 5, 2025-01-01: 0}}"
    assert times(closed(TEAMS + CENTRE, more=STREET, PLACES=ends)) == [
        ("centre", 366.0, 731.0, float("inf"), ("teams",))
    ]
    stopped = "{calendar: {2024-01-01: 10 %, 2025-01-01: 0 %}}"
    assert closed(TEAMS + CENTRE, more=STREET, PLACES=ends, SHARE=stopped) == []


def test_no_place_for_want_of_staff_or_of_a_room() -> None:
    unstaffed = CENTRE.replace("places: PLACES", "places: 5, staffed: 10 %")
    assert [item.opens for item in closed(TEAMS + unstaffed, more=STREET)] == [float("inf")]
    shared = CENTRE.replace("places: PLACES", "places: 5, room: house")
    rooms = STREET + f"rooms: {{house: {{places: {YEAR_LATE}}}}}\n"
    assert [item.opens for item in closed(TEAMS + shared, more=rooms)] == [366.0]


def test_admission_hours() -> None:
    hours = "{calendar: {2024-01-01: never, 2025-01-01: always}}"
    never = CENTRE.replace("stay: 30", f"admission_hours: {hours}, stay: 30")
    (diagnosis,) = closed(TEAMS + never, more=STREET, PLACES="5")
    assert (diagnosis.begin, diagnosis.end, diagnosis.opens, diagnosis.cause) == (
        0.0,
        366.0,
        366.0,
        Cause.HOURS,
    )
    weekly = CENTRE.replace("stay: 30", "admission_hours: mon 09:00-10:00, stay: 30")
    assert closed(TEAMS + weekly, more=STREET, PLACES="5") == []


def test_arrivals_and_the_list_of_the_start() -> None:
    people = "people: {classes: {everybody: 100 %}, arrivals: {new: {rate: 1 per day, to: centre}}}"
    assert times(closed(CENTRE, people)) == [("centre", 0.0, 366.0, 366.0, ("(arrivals)",))]
    listed = "start: {street: 9, services: {centre: {waiting: 3}}}\n"
    assert times(closed(CENTRE, more=listed)) == [("centre", 0.0, 366.0, 366.0, ("(start)",))]


ARRIVE = "people: {classes: {everybody: 100 %}, arrivals: {new: {rate: 1 per day, to: ward}}}"


def test_routes_from_the_first_stay_that_can_end() -> None:
    diagnosis = closed(WARD + CENTRE, ARRIVE)
    assert times(diagnosis) == [("centre", 40.0, 366.0, 366.0, ("ward",))]
    present = closed(WARD + CENTRE, more="start: {services: {ward: {people: 2}}}\n")
    assert [item.begin for item in present] == [0.0]
    idle = TEAMS.replace("5 per week", "0 per week").replace("to: centre", "to: ward")
    assert closed(idle + WARD + CENTRE, more=STREET) == []  # nobody comes to the ward


def test_a_closed_service_sends_nobody_on() -> None:
    late = WARD.replace("places: 5", "places: {calendar: {2024-01-01: 0, 2024-07-01: 5}}")
    diagnosis = closed(late + CENTRE, ARRIVE)
    # the ward opens on day 182, and its first stays end 40 days later
    assert times(diagnosis) == [
        ("ward", 0.0, 182.0, 182.0, ("(arrivals)",)),
        ("centre", 222.0, 366.0, 366.0, ("ward",)),
    ]


def test_nobody_is_sent_before_anybody_arrives() -> None:
    rate = "{calendar: {2024-01-01: 0 per day, 2024-03-01: 1 per day}}"
    people = "people: {classes: {everybody: 100 %}, arrivals: {new: {rate: RATE, to: street}}}\n"
    diagnosis = closed(TEAMS + CENTRE, people.replace("RATE", rate))
    assert [item.begin for item in diagnosis] == [60.0]  # Friday, the first of March


def test_fallbacks() -> None:
    text = WARD.replace(
        "stay: 40 days", "stay: 40 days\n  blocked: {at_most: 2 days, then: centre}"
    )
    other = "other: {kind: places, places: 9, stay: 9 days, routes: [{to: left, share: 100 %}]}\n"
    assert times(closed(text + CENTRE + other, ARRIVE, TO="other")) == [
        ("centre", 40.0, 366.0, 366.0, ("ward",))
    ]


@pytest.mark.parametrize(
    ("again", "result"), [("keep their rank", ["(evicted)"]), ("ask no more", [])]
)
def test_people_evicted_ask_again(again: str, result: list[str]) -> None:
    ends = "places: {calendar: {2024-01-01: 5, 2025-01-01: 0}}, when_places_fall: last in leaves"
    text = CENTRE.replace("places: PLACES", f"{ends}, evicted_people: {again}")
    diagnosis = closed(text, more="start: {services: {centre: {people: 5, residual: full}}}\n")
    assert [origin for item in diagnosis for origin in item.origins] == result


def test_places_by_day_of_the_week_are_no_closing() -> None:
    weekly = '{weekly: {"mon-fri 09:00-17:00": 5, otherwise: 0}}'
    assert closed(TEAMS + CENTRE, more=STREET, PLACES=weekly) == []


def test_classes_that_are_not_sent_there() -> None:
    people = "people: {classes: {men: 100 %, women: 0 %}}"
    women = CENTRE.replace("stay: 30", "classes: [women], stay: 30")
    assert closed(TEAMS + women, people, STREET) == []


def test_the_sentences() -> None:
    text = (TEAMS + CENTRE).replace("SHARE", "10 %")
    diagnosis = diagnose(plan_of(scenario(text.replace("PLACES", YEAR_LATE), more=STREET)))
    assert closing_sentences(diagnosis, "en") == [
        "Asked for while closed: from 1 Jan 2024 to 1 Jan 2025 (366 days) people ask for a place "
        "in centre, which has no places until 1 Jan 2025 (requests come from: teams)."
    ]
    assert "(366 jours), des personnes demandent" in closing_sentences(diagnosis, "fr")[0]
    never = diagnose(plan_of(scenario(text.replace("PLACES", "0"), more=STREET)))
    assert "no places in the rest of the period" in closing_sentences(never, "en")[0]
    winters = "{calendar: {2024-01-01: 5, 2024-04-01: 0, 2024-11-01: 5, 2025-04-01: 0}}"
    twice = diagnose(plan_of(scenario(text.replace("PLACES", winters), more=STREET)))
    assert closing_sentences(twice, "en")[1] == "So it is at 1 other time for centre."


LATE = """
based_on: {base}
title: a year late
changes:
  - set: services.CTR.places
    to: {{calendar: {{2024-01-01: 0, 2027-07-01: 25}}, status: assumed, range: [0, 25], source: x}}
    because: x
"""


@pytest.mark.slow
def test_a_centre_that_opens_a_year_late_while_people_are_sent_to_it(tmp_path) -> None:
    base = Path("scenarios/paris.yaml").resolve()
    (tmp_path / "late.yaml").write_text(LATE.format(base=base), encoding="utf-8")
    of = {
        file: {
            closing.service: (closing.begin, closing.end)
            for closing in closings(plan_of(load(file)))
        }
        for file in (base, base.parent / "what-if/ctr-open.yaml", tmp_path / "late.yaml")
    }
    shipped, early, late = of.values()
    assert "CTR" not in shipped | early
    assert late["CTR"] == (882.0, 882.0 + 395.0)  # 2026-06-01 to 2027-07-01
    files = [str(tmp_path / "late.yaml"), str(base)]
    text = " ".join(CliRunner().invoke(main, ["check", *files]).stdout.split())
    assert text.count("from 1 Jun 2026 to 1 Jul 2027 (395 days)") == 1
    answers = json.loads(CliRunner().invoke(main, ["check", *files, "--json"]).stdout)
    (ctr,) = [item for item in answers[0]["closings"] if item["service"] == "CTR"]
    assert (ctr["begin"], ctr["opens"], ctr["days"]) == ("2026-06-01", "2027-07-01", 395)


HALL = "hall: {kind: drop-in, places: PLACES, opening_hours: HOURS, visits: 1 per day, MORE}\n"
VISITORS = """
walk: {kind: outreach, contacts_at_random: 3 per day, makes_visitors: [{of: hall, share: 50 %}]}
"""
NIGHT = """
night: {kind: overnight, places: PLACES, from: "20:00", until: "08:00", visitors_of: hall}
"""
DAYS = {"HOURS": "every day 09:00-17:00"}
NEVER = "{calendar: {2024-01-01: never, 2025-01-01: always}}"


@pytest.mark.parametrize(
    ("services", "of", "origins"),
    [
        (VISITORS + HALL, {"MORE": "visitors: 0 %, visit_length: 1 h"}, ("walk",)),
        (VISITORS + HALL, {"MORE": "visitors: 0 %, visit_length: 1 h", "PLACES": "5"}, None),
        (HALL, {"MORE": "visitors: 20 %, visit_length: 1 h"}, ("(visitors)",)),
        (VISITORS + HALL, {"MORE": "visitors: 20 %, visit_length: 1 h"}, ("walk", "(visitors)")),
        # nobody comes while it is closed, but people are sent there
        (HALL, {"MORE": "visitors: 20 %, visit_length: 1 h", "PLACES": "5", "HOURS": NEVER}, None),
        (
            VISITORS + HALL,
            {"MORE": "visitors: 20 %, visit_length: 1 h", "PLACES": "5", "HOURS": NEVER},
            ("walk",),
        ),
    ],
)
def test_people_who_are_sent_to_a_closed_drop_in(
    services: str, of: dict[str, str], origins: tuple[str, ...] | None
) -> None:
    diagnosis = closed(services, more=STREET, **{**DAYS, **of})
    expected = [] if origins is None else [("hall", 0.0, 366.0, 366.0, origins)]
    assert times(diagnosis) == expected


def test_visitors_who_apply_for_nights_that_are_not_there() -> None:
    hall = HALL.replace("MORE", "visitors: 20 %, visit_length: 1 h").replace("PLACES", "5")
    assert times(closed(hall + NIGHT, more=STREET, **DAYS)) == [
        ("night", 0.0, 366.0, 366.0, ("hall",))
    ]
    assert closed(hall + NIGHT, more=STREET, **{**DAYS, "PLACES": "5"}) == []
    everybody = NIGHT.replace(", visitors_of: hall", "")
    assert closed(hall + everybody, more=STREET, **DAYS) == []  # nobody is sent there
    later = "staffed: {calendar: {2024-01-01: 0 %, 2025-01-01: 100 %}}, visit_length"
    unstaffed = hall.replace("visit_length", later)
    assert [item.service for item in closed(unstaffed + NIGHT, more=STREET, **DAYS)] == ["hall"]


def test_the_sentences_on_drop_ins() -> None:
    text = (VISITORS + HALL).replace("MORE", "visitors: 20 %, visit_length: 1 h")
    none = text.replace("HOURS", DAYS["HOURS"]).replace("PLACES", YEAR_LATE)
    diagnosis = diagnose(plan_of(scenario(none, more=STREET)))
    assert closing_sentences(diagnosis, "en") == [
        "Visited without a place: from 1 Jan 2024 to 1 Jan 2025 (366 days) people are sent or come "
        "to hall, which has no places until 1 Jan 2025 (they come from: walk and the people "
        "who visit it)."
    ]
    assert "les personnes qui le fréquentent" in closing_sentences(diagnosis, "fr")[0]
    shut = text.replace("HOURS", NEVER).replace("PLACES", "5")
    diagnosis = diagnose(plan_of(scenario(shut, more=STREET)))
    assert (
        "people become visitors of hall, which is closed until"
        in (closing_sentences(diagnosis, "en")[0])
    )
    never = text.replace("HOURS", "never").replace("PLACES", "5")
    diagnosis = diagnose(plan_of(scenario(never, more=STREET)))
    assert "closed in the rest of the period" in closing_sentences(diagnosis, "en")[0]
