"""People of the start who come round and round, before any simulation: they are conserved."""

from __future__ import annotations

from math import exp, log

import pytest

from sim.plan.build import plan_of
from sim.plan.diagnostics import Diagnostics, diagnose
from sim.runs.run import run
from sim.text.scenario import findings
from tests.plan.test_diagnostics import EXACT, MET, SHELTER, STREET, TABLE
from tests.support.written import ONE_CLASS, scenario

PAIR = """
a: {kind: places, places: PLACES, stay: 2 h, routes: [{to: b, share: 100 %}]}
b: {kind: places, places: PLACES, stay: 3 h, routes: [{to: a, share: 100 %}]}
"""
TWO_AND_ONE = PAIR.replace("PLACES", "2", 1).replace("PLACES", "1")
ONE_EACH = "start: {services: {a: {people: 1, residual: full}, b: {people: 1, residual: full}}}\n"
BEFORE = """
first: {kind: places, places: 9, stay: 1 day, routes: [{to: next, share: 50 %}, *left]}
next: {kind: places, places: 9, stay: 1 day, routes: [{to: a, share: 100 %}]}
""".replace("*left", "{to: left, share: 50 %}")
EXPONENTIAL = {
    "stay: 2 h": "stay: {family: exponential, mean: 2 h}",
    "stay: 3 h": "stay: {family: exponential, mean: 3 h}",
}


def diagnosed(services: str, more: str, people: str = ONE_CLASS) -> Diagnostics:
    return diagnose(plan_of(scenario(services, people, more)))


def pair(places: str, drawn: bool = False) -> str:
    text = PAIR.replace("PLACES", places)
    for old, new in EXPONENTIAL.items() if drawn else ():
        text = text.replace(old, new)
    return text


def mean_value_analysis(stays: list[float], people: int) -> float:
    """Return rounds per unit of time in a closed ring of single places with exponential stays.

    Source: Reiser and Lavenberg (1980), Journal of the ACM 27(2).
    """
    listed, rate = [0.0] * len(stays), 0.0
    for number in range(1, people + 1):
        times = [stay * (1.0 + each) for stay, each in zip(stays, listed, strict=True)]
        rate = number / sum(times)
        listed = [rate * time for time in times]
    return rate


def test_two_people_in_two_services_with_room_for_both() -> None:
    diagnosis = diagnosed(pair("2"), ONE_EACH)
    for row in (*diagnosis.at_start, *diagnosis.at_end):
        # 2 people, 5 hours a round
        assert row.inflow_per_year == pytest.approx(2 / 5 * 24 * 365, rel=EXACT)
        assert row.sustained_per_year == pytest.approx(3504.0, rel=EXACT)
        assert (row.keeps_up, row.limited_by, row.blocked) == (True, "", 0.0)
    a, b = diagnosis.at_start
    assert (a.load, b.load) == (pytest.approx(0.8), pytest.approx(1.2))  # 2 people


def test_two_people_of_whom_one_has_to_wait() -> None:
    a, b = diagnosed(TWO_AND_ONE, ONE_EACH).at_start
    # b takes one in 3 hours; the other is in a for 2 hours and waits there for 1
    for item in (a, b):
        assert item.sustained_per_year == pytest.approx(24 / 3 * 365, rel=1e-4)
    assert a.held_for == "b"
    assert (a.limited_by, b.limited_by) == ("", "b")  # nobody waits for a
    assert a.blocked == pytest.approx(1 / 3, rel=1e-3)
    assert (a.keeps_up, b.keeps_up) == (True, False)
    text = findings(diagnosed(TWO_AND_ONE, ONE_EACH), "en")[0]
    assert "Bottleneck: b; 3,504 requests a year, room for 2,920" in text
    assert "0.3 places of other services are held" in text


@pytest.mark.parametrize("text", [TWO_AND_ONE, PAIR.replace("PLACES", "2")])
def test_the_simulation_of_fixed_stays_moves_as_many(text: str) -> None:
    results = run(scenario(text, more=ONE_EACH), replications=1, workers=1)
    for load in diagnosed(text, ONE_EACH).at_start:
        each = results.number("admissions", load.name).mean() / 2  # two years
        assert each == pytest.approx(load.sustained_per_year, rel=2e-3)


def test_a_loop_whose_people_fill_its_places_stands_still() -> None:
    diagnosis = diagnosed(pair("1"), ONE_EACH)
    for load in diagnosis.at_start:
        assert (load.sustained_per_year, load.blocked) == (0.0, 1.0)
    assert diagnosis.loops == (("a", "b"),)
    assert findings(diagnosis, "en")[0].startswith("Bottleneck: ")
    results = run(scenario(pair("1"), more=ONE_EACH), replications=1, workers=1)
    assert results.number("admissions", "a").mean() == 0.0


def test_exponential_stays_with_room_for_all_make_no_difference() -> None:
    a, b = diagnosed(pair("2", drawn=True), ONE_EACH).at_start
    assert a.sustained_per_year == b.sustained_per_year == pytest.approx(3504.0, rel=EXACT)
    results = run(scenario(pair("2", drawn=True), more=ONE_EACH), replications=4, workers=1)
    assert results.number("admissions", "a").mean() / 2 == pytest.approx(3504.0, rel=0.02)


@pytest.mark.parametrize("people", [2, 3, 6])
def test_the_flow_bounds_that_of_exponential_stays(people: int) -> None:
    # people who wait in the street of a ring of single places: an M/M/1 network
    text = pair("1", drawn=True).replace("places: 1,", "places: 1, blocked: {wait: in the street},")
    start = f"start: {{services: {{a: {{people: {people}}}}}}}\n"
    for load in diagnosed(text, start).at_start:
        exact = mean_value_analysis([2.0, 3.0], people) * 24 * 365
        assert exact < load.sustained_per_year == pytest.approx(2920.0, rel=1e-3)
        # the lower bound of a balanced ring: Zahorjan et al. (1982), Comm. ACM 25(2)
        assert exact > people / (5.0 + (people - 1) * 3.0) * 24 * 365


def test_mean_value_analysis_against_the_simulation() -> None:
    exact = mean_value_analysis([2.0, 3.0], 2) * 24 * 365
    assert exact == pytest.approx(2 / 7.6 * 24 * 365)
    text = pair("1", drawn=True)
    text = text.replace("places: 1,", "places: 1, blocked: {wait: in the street},")
    results = run(scenario(text, more=ONE_EACH), replications=4, workers=1)
    assert results.number("admissions", "a").mean() / 2 == pytest.approx(exact, rel=0.02)


def test_many_people_are_no_more_than_there_are() -> None:
    start = "start: {services: {a: {people: 40}}}\n"
    diagnosis = diagnosed(pair("30"), start)
    for item in diagnosis.at_start:
        assert item.sustained_per_year == pytest.approx(40 / 5 * 24 * 365, rel=EXACT)
    assert sum(row.load for row in diagnosis.at_start) == pytest.approx(40.0, rel=EXACT)


def test_a_way_back_through_the_street_and_outreach() -> None:
    # 10 people per outing, each referred in one of ten times: 1 a day and 50 days; half of 100
    many = SHELTER.replace("places: 8", "places: 80")
    load = diagnosed(MET + many, STREET).at_start[0]
    assert load.load == pytest.approx(50.0, rel=EXACT)
    assert load.sustained_per_year == pytest.approx(365.0, rel=EXACT)
    # nobody in the street at the start, the same people in the shelter
    hosted = "start: {services: {shelter: {people: 100}}}\n"
    load = diagnosed(MET + many.replace("80", "100"), hosted).at_start[0]
    assert load.sustained_per_year == pytest.approx(365.0, rel=1e-4)


def test_a_few_people_are_met_as_often_as_they_are_there() -> None:
    # each of 4 is referred 0.1 times a day in the street, then away for 50 days
    load = diagnosed(MET + SHELTER, "start: {street: 4}\n").at_start[0]
    assert load.inflow_per_year == pytest.approx(4 / (10 + 50) * 365, rel=1e-4)
    assert load.sustained_per_year == pytest.approx(4 / 60 * 365, rel=1e-4)


def test_a_list_of_a_closed_population() -> None:
    load = diagnosed(MET + SHELTER, STREET).at_start[0]
    # 8 of 100 are in a place; 0.16 a day are admitted: 1 / (1 + w / 92) = 0.16
    assert load.wait == pytest.approx(92 * (1 / 0.16 - 1), rel=TABLE)
    assert load.list_limit == pytest.approx(92 * 0.84, rel=TABLE)
    results = run(scenario(MET + SHELTER, more=STREET), replications=4, workers=1)
    at_end = results.number("admissions", "shelter").mean() / 2
    assert at_end == pytest.approx(load.sustained_per_year, rel=0.1)


def test_people_who_leave_a_loop_are_not_replaced() -> None:
    text = pair("2").replace("share: 100 %}]}\nb", "share: 99.9 %}, {to: left, share: 0.1 %}]}\nb")
    diagnosis = diagnosed(text, ONE_EACH)
    start, end = diagnosis.at_start[1].sustained_per_year, diagnosis.at_end[1].sustained_per_year
    assert start == pytest.approx(3504.0, rel=2e-3)
    # one in a thousand rounds of 5 hours each: 0.0048 a day and person, 723 days
    assert log(start / end) == pytest.approx(0.001 * 24 / 5 * 723, rel=1e-2)
    assert end == pytest.approx(start * exp(-3.47), rel=1e-2)


def test_people_of_the_street_get_into_a_loop_that_nobody_leaves() -> None:
    text = MET.replace("to: shelter", "to: a") + pair("9")
    diagnosis = diagnosed(text, "start: {street: 5}\n")
    for load in diagnosis.at_start:
        assert load.sustained_per_year == pytest.approx(5 / 5 * 24 * 365, rel=EXACT)


def test_people_elsewhere_count_as_far_as_they_get_there() -> None:
    diagnosis = diagnosed(
        BEFORE + pair("9"), "start: {services: {first: {people: 4}, next: {people: 1}}}\n"
    )
    by_name = {row.name: row for row in diagnosis.at_start}
    for name in "ab":  # half of 4 and 1 get there, 5 hours a round
        assert by_name[name].sustained_per_year == pytest.approx(3 / 5 * 24 * 365, rel=EXACT)
    # the street and outreach, into which a service leads that nobody comes back to
    text = MET + SHELTER.replace("places: 8", "places: 80") + BEFORE.replace("to: a", "to: street")
    diagnosis = diagnosed(text, "start: {street: 88, services: {first: {people: 24}}}\n")
    load = diagnosis.at_start[0]
    assert load.load == pytest.approx(50.0, rel=EXACT)


def test_where_people_arrive_the_street_is_as_at_the_start() -> None:
    people = (
        "people: {classes: {everybody: 100 %}, arrivals: {new: {rate: 1 per year, to: street}}}\n"
    )
    load = diagnosed(MET + SHELTER, "start: {street: 4}\n", people).at_start[0]
    assert load.inflow_per_year == pytest.approx(4 * 0.1 * 365, rel=EXACT)


def test_without_a_way_back_nothing_comes_round() -> None:
    text = pair("9").replace("{to: a, share: 100 %}", "{to: left, share: 100 %}")
    assert [load.inflow_per_year for load in diagnosed(text, ONE_EACH).at_start] == [0.0, 0.0]


def test_two_classes_come_round_apart() -> None:
    people = "people: {classes: {men: 50 %, women: 50 %}}\n"
    text = """
    a: {kind: places, places: 99, stay: 1 day, routes: [{to: b, share: 100 %}]}
    b: {kind: places, places: 99, stay: 1 day, classes: [men], routes: [{to: a, share: 100 %}]}
    """
    text = text.replace("[{to: b, share: 100 %}]", "[{to: b, share: 100 %, classes: [men]}, *left]")
    text = text.replace("*left", "{to: left, share: 100 %, classes: [women]}")
    diagnosis = diagnosed(text, "start: {services: {a: {people: {men: 4, women: 6}}}}\n", people)
    assert diagnosis.at_start[0].sustained_per_year == pytest.approx(4 / 2 * 365, rel=EXACT)


BEFORE_A_LOCK = """
d: {kind: places, places: 3, stay: 1 day, routes: [{to: e, share: 100 %}]}
e: {kind: places, places: 1, stay: 1 day, routes: [{to: a, share: 100 %}]}
a: {kind: places, places: 2, stay: 2 days, routes: [{to: b, share: 100 %}]}
b: {kind: places, places: 1, stay: 3 days, routes: [{to: c, share: 100 %}]}
c: {kind: places, places: 1, stay: 4 days, routes: [{to: b, share: 100 %}]}
"""


@pytest.mark.parametrize(
    ("start", "blocked"),
    [
        ("d: 1, e: 1, a: 2, b: 1, c: 1", [1, 1, 2, 1, 1]),
        ("d: 2, a: 1, b: 1, c: 1", [0, 1, 2, 1, 1]),
        ("d: 2, b: 1, c: 1", [0, 0, 2, 1, 1]),
    ],
)
def test_people_before_a_loop_that_stands_still_wait_too(start: str, blocked: list[int]) -> None:
    groups = ", ".join(
        f"{name}: {{people: {people}, residual: full}}"
        for name, people in (item.split(": ") for item in start.split(", "))
    )
    more = f"start: {{services: {{{groups}}}}}\n"
    text = BEFORE_A_LOCK if "d:" in start else BEFORE_A_LOCK.split("\n", 2)[2]
    diagnosis = diagnosed(text, more)
    for loads in (diagnosis.at_start, diagnosis.at_end):
        assert [load.blocked for load in loads] == pytest.approx(blocked)
    held = sum(blocked) - 1  # all but those of the service that all wait for
    assert (
        f"in the long run {held} places of other services are held" in findings(diagnosis, "en")[0]
    )
    results = run(scenario(text, more=more), replications=1, workers=1)
    for row in diagnosis.at_end:
        assert results.number("blocked places", row.name).mean() == pytest.approx(
            row.blocked, abs=0.1
        )


@pytest.mark.parametrize(("people", "loops"), [(10, ()), (11, (("a", "b", "c"),))])
def test_too_few_people_to_fill_a_loop_cannot_lock_it(people: int, loops: object) -> None:
    ring = """
    a: {kind: places, places: 5, stay: 3 days, routes: [{to: b, share: 100 %}]}
    b: {kind: places, places: 5, stay: 2 days, routes: [{to: c, share: 100 %}]}
    c: {kind: places, places: 1, stay: 2 days, routes: [{to: a, share: 100 %}]}
    """
    there = f"a: {{people: 5}}, b: {{people: 5}}, c: {{people: {people - 10}}}"
    start = f"start: {{services: {{{there}}}}}\n"
    assert diagnosed(ring, start).loops == loops
    arrivals = "people: {classes: {everybody: 100 %}, arrivals: {new: {rate: 1 per year, to: a}}}\n"
    assert diagnosed(ring, start, arrivals).loops == (("a", "b", "c"),)


def test_of_a_large_loop_what_few_people_can_lock_is_named() -> None:
    text = """
    a: {kind: places, places: 5, stay: 3 days, routes: [{to: b, share: 100 %}]}
    b: {kind: places, places: 1, stay: 2 days, routes: [{to: c, share: 100 %}]}
    c: {kind: places, places: 1, stay: 2 days, routes: [{to: b, share: 50 %}, {to: a, share: 50 %}]}
    """
    assert diagnosed(text, "start: {services: {a: {people: 3}}}\n").loops == (("b", "c"),)
    more = "start: {services: {a: {people: 5}, b: {people: 1}, c: {people: 1}}}\n"
    assert diagnosed(text, more).loops == (("a", "b", "c"),)


def test_a_room_that_few_people_fill_can_lock() -> None:
    text = """
    a: {kind: places, places: 9, room: ward, stay: 3 days, routes: [{to: b, share: 100 %}]}
    b: {kind: places, places: 9, room: ward, stay: 2 days, routes: [{to: a, share: 100 %}]}
    """
    start = "start: {services: {a: {people: 2}}}\nrooms: {ward: {places: PLACES}}\n"
    assert diagnosed(text, start.replace("PLACES", "2")).loops == (("a", "b"),)
    assert diagnosed(text, start.replace("PLACES", "3")).loops == ()


def test_one_place_held_is_told_as_one() -> None:
    diagnosis = diagnosed(pair("1"), ONE_EACH)
    assert (
        "in the long run 1 place of other services is held by somebody who"
        in (findings(diagnosis, "en")[0])
    )
    assert "1 place d'un autre service est tenue par une personne" in findings(diagnosis, "fr")[0]
