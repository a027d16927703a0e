"""What is known before any simulation, against examples worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from math import exp, inf, log

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.plan.build import plan_of
from sim.plan.demand import HeadStart
from sim.plan.diagnostics import Diagnostics, ServiceLoad, diagnose, unpaid_changes
from sim.runs.run import run
from sim.scenarios.loading import load
from sim.text.phrases import locked_sentence
from sim.text.scenario import amount, findings, short, unpaid_sentence
from tests.support.written import ONE_CLASS, scenario

ARRIVE = (
    "people: {{classes: {{everybody: 100 %}}, arrivals: {{new: {{rate: {rate}, to: {to}}}}}}}\n"
)
EXACT = 1e-6  # what is computed without a table
THIN, HARD = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
TABLE = 2e-3  # tables of laws and of waits


def diagnosed(services: str, people: str = ONE_CLASS, more: str = "") -> Diagnostics:
    return diagnose(plan_of(scenario(services, people, more)))


def load_of(
    services: str, people: str = ONE_CLASS, more: str = "", name: str = "shelter"
) -> ServiceLoad:
    return next(row for row in diagnosed(services, people, more).at_start if row.name == name)


def arrivals(rate: str, to: str = "shelter") -> str:
    return ARRIVE.format(rate=rate, to=to)


SHELTER = """
shelter:
  kind: places
  places: 8
  stay: 50 days
  routes: [{to: street, share: 100 %}]
"""


def test_more_come_than_the_places_can_pass_through() -> None:
    load = load_of(SHELTER, arrivals("73 per year"))  # 0.2 a day x 50 days
    assert load.load == pytest.approx(10.0, rel=EXACT)
    assert load.utilisation == pytest.approx(1.25, rel=EXACT)
    assert not load.keeps_up
    assert load.passes_per_year == pytest.approx(58.4, rel=EXACT)  # 8 places x 365 / 50
    assert load.growth_per_year == pytest.approx(14.6, rel=EXACT)
    assert load.list_limit == inf
    assert load.sustained_per_year == pytest.approx(58.4, rel=EXACT)
    assert load.limited_by == "shelter"


def test_a_service_with_room_has_no_list() -> None:
    load = load_of(SHELTER, arrivals("36.5 per year"))
    assert (load.load, load.keeps_up) == (pytest.approx(5.0, rel=EXACT), True)
    assert (load.wait, load.list_limit, load.growth_per_year, load.limited_by) == (0, 0, 0, "")
    assert load.sustained_per_year == pytest.approx(36.5, rel=EXACT)


def test_patience_bounds_the_list() -> None:
    patient = SHELTER + "  patience: {family: exponential, mean: 100 days}\n"
    load = load_of(patient, arrivals("73 per year"))
    # 0.04 a day must give up, one in 100 of those listed does each day
    assert load.list_limit == pytest.approx(4.0, rel=TABLE)
    assert load.wait == pytest.approx(-100 * log(0.8), rel=TABLE)


def test_fixed_patience_bounds_the_list_too() -> None:
    load = load_of(SHELTER + "  patience: 30 days\n", arrivals("73 per year"))
    # a fifth gives up at once after 30 days: the table has a step of 0.4 days there
    assert load.wait == pytest.approx(30.0, abs=0.4)
    assert load.list_limit == pytest.approx(0.2 * 30, abs=0.2 * 0.4)


def test_leaving_the_street_bounds_the_list() -> None:
    leaving = "people: {classes: {everybody: 100 %}, leaving: {street: {left: 3.65 per year}}, "
    people = leaving + "arrivals: {new: {rate: 73 per year, to: shelter}}}\n"
    assert load_of(SHELTER, people).list_limit == pytest.approx(4.0, rel=TABLE)


MET = """
maraudes:
  kind: outreach
  outings: 7 per week
  contacts: 10
  referrals: [{to: shelter, share: 20 %, success: 50 %}]
"""
STREET = "start: {street: 100}\n"


def test_contacts_open_requests_by_share_and_success() -> None:
    load = load_of(MET + SHELTER, more=STREET)
    assert load.inflow_per_year == pytest.approx(365.0, rel=EXACT)  # 10 x 20 % x 50 % a day


def test_an_outing_meets_nobody_twice() -> None:
    gone = SHELTER.replace("to: street", "to: left")
    load = load_of(MET + gone, more="start: {street: 4}\n")
    assert load.inflow_per_year == pytest.approx(146.0, rel=EXACT)


def test_who_is_listed_is_not_referred_again() -> None:
    # 0.16 a day are admitted. Each of 100 people is referred 0.01 times a day while not listed:
    # 1 / (1 + 0.01 w) = 0.16 for a wait of 525 days, with 84 people on the list.
    load = load_of(MET + SHELTER.replace("to: street", "to: left"), more=STREET)
    assert load.wait == pytest.approx(525.0, rel=TABLE)
    assert load.list_limit == pytest.approx(84.0, rel=TABLE)


def test_assessment_and_declined_offers_thin_the_requests() -> None:
    strict = SHELTER + "  assessment: {accepted: 40 %}\n"
    strict += "  offers: {declined: 20 %, unreachable: 20 %}\n"
    load = load_of(MET + strict, more=STREET)
    # of ten offers two decline and six come; those not reached are asked again
    assert load.inflow_per_year == pytest.approx(365 * 0.4 * 6 / 8, rel=EXACT)


INTERVIEWS = """
rest space:
  kind: drop-in
  places: 50
  opening_hours: every day 09:00-17:00
  visits: 36.5 per year
  visitors: 50 %
  visit_length: 2 h
  interviews: {share: 40 %, per_day: 1}
  referrals: [{to: shelter, share: 25 %}]
"""


def test_interviews_are_limited_by_the_staff() -> None:
    # 100 people, half of them visitors, one visit in ten days: 5 visits, 2 interviews wanted
    load = load_of(INTERVIEWS + SHELTER, more=STREET)
    assert load.inflow_per_year == pytest.approx(365 * 0.25, rel=EXACT)
    more_staff = INTERVIEWS.replace("per_day: 1", "per_day: 9")
    load = load_of(more_staff + SHELTER.replace("to: street", "to: left"), more=STREET)
    assert load.inflow_per_year == pytest.approx(365 * 0.5, rel=EXACT)


LOOP = """
first: {kind: places, places: 9, stay: 10 days, routes: [{to: second, share: 50 %}, *left]}
second: {kind: places, places: 9, stay: 10 days, routes: [{to: first, share: 40 %}, *left]}
""".replace("*left", "{to: left, share: 50 %}", 1).replace("*left", "{to: left, share: 60 %}")


def test_returns_count_again_and_again() -> None:
    first, second = diagnosed(LOOP, arrivals("365 per year", "first")).at_start
    assert first.inflow_per_year == pytest.approx(365 / (1 - 0.5 * 0.4), rel=EXACT)
    assert first.load == pytest.approx(12.5, rel=EXACT)
    assert second.load == pytest.approx(6.25, rel=EXACT)


def test_without_returns_the_load_would_be_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.plan.fluid.solved", lambda matrix, right: right)
    first = diagnosed(LOOP, arrivals("365 per year", "first")).at_start[0]
    assert first.load == pytest.approx(10.0, rel=EXACT)


def test_a_loop_that_nobody_leaves_has_no_finite_load() -> None:
    closed = LOOP
    for old, new in [("left, share: 50 %", "left, share: 0 %"), ("60 %", "0 %")]:
        closed = closed.replace(old, new)
    closed = closed.replace("50 %", "100 %").replace("40 %", "100 %")
    first, second = diagnosed(closed, arrivals("365 per year", "first")).at_start
    assert (first.load, second.load) == (inf, inf)


def test_early_ends_shorten_the_stay_and_the_flow_onwards() -> None:
    text = """
    shelter:
      kind: places
      places: 9
      stay: 100 days
      drop_out: {share: 50 %, after: {family: uniform, low: 0 days, high: 40 days}}
      turnaround: 3 days
      routes: [{to: housing, share: 80 %, delay: 5 days}, {to: street, share: 20 %}]
    housing: {kind: places, places: 9, stay: 100 days, routes: [{to: left, share: 100 %}]}
    """
    shelter, housing = diagnosed(text, arrivals("365 per year")).at_start
    # half stay 100 days (four in five of them 5 more), half 20; then 3 days of turnaround
    assert shelter.stay == pytest.approx(0.5 * 100 + 0.5 * 20 + 0.5 * 0.8 * 5 + 3, rel=TABLE)
    assert housing.inflow_per_year == pytest.approx(365 * 0.5 * 0.8, rel=EXACT)


def test_a_drop_out_later_than_the_stay_does_not_count() -> None:
    text = (
        SHELTER
        + "  drop_out: {share: 50 %, after: {family: uniform, low: 0 days, high: 100 days}}\n"
    )
    # half of those who would drop out do, after 25 days on average; the other half stay 50
    assert load_of(text, arrivals("36.5 per year")).stay == pytest.approx(43.75, rel=TABLE)


@pytest.mark.parametrize(
    ("stay", "days", "share"),
    [
        ("{family: exponential, mean: 100 days}", 50.0, 0.5),
        ("100 days", 100 * (1 - exp(-1)), exp(-1)),
        ("{family: erlang, mean: 100 days, phases: 2}", 100 * (1 - 4 / 9), 4 / 9),
    ],
)
def test_risks_shorten_stays(stay: str, days: float, share: float) -> None:
    text = f"""
    shelter:
      kind: places
      places: 9
      stay: {stay}
      drop_out: {{risk: 1.8250 per year}}
      leaving: {{died: 1.8250 per year}}
      routes: [{{to: housing, share: 100 %}}]
    housing: {{kind: places, places: 9, stay: 1 days, routes: [{{to: left, share: 100 %}}]}}
    """
    shelter, housing = diagnosed(text, arrivals("365 per year")).at_start
    assert shelter.stay == pytest.approx(days, rel=TABLE)
    assert housing.inflow_per_year == pytest.approx(365 * share, rel=TABLE)


TANDEM = """
shelter:
  kind: places
  places: 10
  stay: 100 days
  routes: [{to: housing, share: 50 %}, {to: left, share: 50 %}]
housing: {kind: places, places: 10, stay: 1000 days, routes: [{to: left, share: 100 %}]}
"""
LONG = {"head": "title: a test\nperiod: {start: 2024-01-01, length: 20 years}\n"}


def tandem(text: str = TANDEM, rate: str = "36.5 per year") -> tuple[ServiceLoad, ServiceLoad]:
    shelter, housing = diagnose(plan_of(scenario(text, arrivals(rate), **LONG))).at_start
    return shelter, housing


def test_a_scarce_service_holds_back_the_one_before_it() -> None:
    shelter, housing = tandem()
    # housing admits 1 in 100 days, half of what shelter passes: 2 in 100 days; 10 places / 0.02 a
    # day = 500 days each, of which 400 blocked (800 for every second person)
    assert shelter.load == pytest.approx(10.0, rel=EXACT)
    assert shelter.sustained_per_year == pytest.approx(7.3, rel=1e-4)
    assert shelter.blocked == pytest.approx(8.0, rel=1e-4)
    assert housing.wait == pytest.approx(800.0, rel=1e-4)
    assert (shelter.limited_by, housing.limited_by) == ("housing", "housing")


def test_if_nobody_were_blocked_all_would_come_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HeadStart, "left_of", lambda self, wait: 0.0)
    shelter, _ = tandem()
    assert shelter.sustained_per_year == pytest.approx(36.5, rel=1e-4)


def test_waiting_in_the_street_holds_nobody_back() -> None:
    shelter, _ = tandem(
        TANDEM.replace("stay: 100 days", "stay: 100 days\n  blocked: {wait: in the street}")
    )
    assert (shelter.sustained_per_year, shelter.blocked) == (pytest.approx(36.5, rel=EXACT), 0.0)


IN_STREET = """
a: {kind: places, places: 20, stay: 2 days, blocked: {WAIT}, routes: [{to: b, share: 100 %}]}
b: {kind: places, places: 3, stay: 4 days, routes: [{to: left, share: 100 %}]}
"""


def in_street(wait: str = "wait: in the street", leaving: str = "", more: str = "") -> Diagnostics:
    people = arrivals("2 per day", "a")
    if leaving:
        people = people.replace("}}}", "}}, leaving: {street: {RISK}}}").replace("RISK", leaving)
    text = IN_STREET.replace("WAIT", wait).replace("stay: 4 days", f"stay: 4 days{more}")
    return diagnose(plan_of(scenario(text, people, **LONG)))


@pytest.mark.parametrize("wait", ["wait: in the street", "at_most: 0 days"])
def test_people_who_wait_in_the_street_after_a_stay_are_on_the_list(wait: str) -> None:
    text = in_street(wait)
    assert text.at_start[1].list_limit == inf
    # 730 a year ask, 3 places pass 3 x 365 / 4
    assert findings(text, "en") == [
        "Bottleneck: b; 730 requests a year, room for 274 people a year; its waiting list grows by "
        "456 people a year, without limit."
    ]


def test_risks_of_the_street_bound_the_list_of_people_who_wait_there() -> None:
    b = in_street(leaving="left: 3.65 per year").at_start[1]
    # 1.25 a day must leave, one in 100 of those listed does each day
    assert b.list_limit == pytest.approx(125.0, rel=TABLE)
    assert b.wait == pytest.approx(100 * log(2 / 0.75), rel=TABLE)
    # one day of the wait is in the place
    b = in_street("at_most: 1 day, then: street", "left: 3.65 per year").at_start[1]
    assert b.list_limit == pytest.approx(125.0, rel=TABLE)


def test_patience_bounds_the_list_of_people_who_wait_in_the_street() -> None:
    b = in_street(more=", patience: {family: exponential, mean: 100 days}").at_start[1]
    assert b.list_limit == pytest.approx(125.0, rel=TABLE)


def test_people_who_come_round_through_the_street_are_no_more_than_there_are() -> None:
    text = IN_STREET.replace("WAIT", "wait: in the street").replace("to: left", "to: a")
    diagnosis = diagnosed(text, more="start: {services: {a: {people: 12}}}\n")
    a, b = diagnosis.at_start
    # 3 places for 4 days: 0.75 a day, 1.5 people in a, 3 in b
    assert b.list_limit == pytest.approx(12 - 1.5 - 3, rel=TABLE)
    assert a.list_limit == 0.0


def test_an_early_request_spares_blocked_days() -> None:
    shelter, housing = tandem(
        TANDEM.replace("stay: 100 days", "stay: 100 days\n  request: at admission")
    )
    assert shelter.sustained_per_year == pytest.approx(7.3, rel=1e-4)
    assert housing.wait == pytest.approx(900.0, rel=1e-4)  # 100 of them during the stay


def test_the_root_of_a_chain_is_named() -> None:
    chain = """
    hotel: {kind: places, places: 5, stay: 20 days, routes: [{to: shelter, share: 100 %}]}
    shelter: {kind: places, places: 10, stay: 100 days, routes: [{to: housing, share: 100 %}]}
    housing: {kind: places, places: 10, stay: 1000 days, routes: [{to: left, share: 100 %}]}
    """
    plan = plan_of(scenario(chain, arrivals("36.5 per year", "hotel"), **LONG))
    hotel, shelter, housing = diagnose(plan).at_start
    assert {item.limited_by for item in (hotel, shelter, housing)} == {"housing"}
    assert hotel.sustained_per_year == pytest.approx(3.65, rel=1e-4)
    assert shelter.blocked == pytest.approx(9.0, rel=1e-4)
    assert hotel.blocked == pytest.approx(4.8, rel=1e-4)


def test_the_end_of_the_period_has_its_own_places() -> None:
    growing = SHELTER.replace("places: 8", "places: {calendar: {2024-01-01: 8, 2025-01-01: 20}}")
    both = diagnosed(growing, arrivals("73 per year"))
    assert [row.places for row in (*both.at_start, *both.at_end)] == [8.0, 20.0]
    assert [row.keeps_up for row in (*both.at_start, *both.at_end)] == [False, True]


DATED = "places: {calendar: {CALENDAR}, between: BETWEEN}"
SHORT = {"head": "title: a test\nperiod: {start: 2024-01-01, length: 60 days}\n"}


def dated(calendar: str, between: str = "steps", **head: str) -> Diagnostics:
    places = DATED.replace("CALENDAR", calendar).replace("BETWEEN", between)
    if between == "steps":
        places = places.replace(", between: steps", "")
    text = SHELTER.replace("places: 8", places).replace("50 days", "10 days")
    return diagnose(plan_of(scenario(text, arrivals("1 per day"), **(head or SHORT))))


@pytest.mark.parametrize(
    ("calendar", "before", "after"),
    [
        ("2024-01-01: 0, 2024-02-01: 30", 0.0, 30.0),
        ("2024-01-01: 20, 2024-02-01: 6", 20.0, 6.0),
        ("2024-01-01: 0, 2024-02-02: 1", 0.0, 1.0),
        ("2024-01-01: 1, 2024-01-28: 0", 1.0, 0.0),
        ("2024-01-01: 0, 2024-02-01: 30, 2024-02-10: 0", 0.0, 0.0),
    ],
)
def test_places_of_another_week_make_no_room_in_this_one(
    calendar: str, before: float, after: float
) -> None:
    text = dated(calendar)
    for row, places in zip((*text.at_start, *text.at_end), (before, after), strict=True):
        assert row.places == places
        assert row.opening_per_year == 0.0
        assert row.passes_per_year == pytest.approx(places * 365 / 10, rel=EXACT)
        assert row.growth_per_year == pytest.approx(max(0.0, 365 - row.passes_per_year))
        assert row.list_limit == (0.0 if places >= 10 else inf)


def test_a_service_that_opens_later_has_a_list_without_limit() -> None:
    line = findings(dated("2024-01-01: 0, 2024-02-01: 30"), "en")[0]
    assert line == (
        "Bottleneck (at the start of the period): shelter; 365 requests a year, room for 0 people "
        "a year; its waiting list grows by 365 people a year, without limit."
    )


@pytest.mark.parametrize("more", [30.0, 3.0, -20.0])
def test_places_that_open_at_a_steady_rate_make_room(more: float) -> None:
    ends = f"2024-01-01: 40, 2025-01-01: {40 + more:g}"
    year = {"head": "title: a test\nperiod: {start: 2024-01-01, length: 1 year}\n"}
    text = dated(ends, "ramp", **year)
    for row in (*text.at_start, *text.at_end):
        assert row.opening_per_year == pytest.approx(more, abs=1.0)  # whole places
        passes = (row.places / 10 + row.opening_per_year / 365) * 365
        assert row.passes_per_year == pytest.approx(passes, rel=EXACT)


def test_a_step_in_a_long_period_is_no_rate_either() -> None:
    two = {"head": "title: a test\nperiod: {start: 2024-01-01, length: 2 years}\n"}
    text = dated("2024-01-01: 0, 2024-04-01: 25, 2024-07-01: 50, 2024-10-01: 75", **two)
    assert (text.at_start[0].passes_per_year, text.at_start[0].list_limit) == (0.0, inf)
    assert text.at_end[0].passes_per_year == pytest.approx(75 * 365 / 10, rel=EXACT)


@pytest.mark.parametrize(
    ("change", "loops"),
    [
        (("", ""), (("first", "second"),)),
        (("stay: 10 days,", "stay: 10 days, patience: 9 days,"), ()),
        (("stay: 10 days,", "stay: 10 days, blocked: {wait: in the street},"), ()),
        (("stay: 10 days,", "stay: 10 days, blocked: {at_most: 9 days},"), ()),
        (("share: 40 %", "share: 0 %"), ()),
    ],
)
def test_loops_that_can_lock_are_named(change: tuple[str, str], loops: tuple[object, ...]) -> None:
    text = LOOP.replace(*change) if change[0] else LOOP
    if change[0] == "share: 40 %":
        text = text.replace("share: 60 %", "share: 100 %")
    assert diagnosed(text, arrivals("365 per year", "first")).loops == loops


def test_what_a_loop_waits_for_is_no_part_of_it() -> None:
    text = LOOP.replace("{to: left, share: 60 %}", "{to: third, share: 60 %}")
    text += "third: {kind: places, places: 9, stay: 9 days, routes: [{to: left, share: 100 %}]}\n"
    assert diagnosed(text, arrivals("365 per year", "first")).loops == (("first", "second"),)


def test_a_limit_whose_fallback_waits_for_ever_can_lock() -> None:
    text = LOOP.replace("stay: 10 days,", "stay: 10 days, blocked: {at_most: 9 days, then: THEN},")
    first, second = text.strip().splitlines()
    text = first.replace("THEN", "second") + "\n" + second.replace("THEN", "first") + "\n"
    assert diagnosed(text, arrivals("365 per year", "first")).loops == (("first", "second"),)


def test_what_is_never_used_is_named() -> None:
    text = """
    maraudes:
      kind: outreach
      outings: 0 per week
      contacts: 10
      referrals: [{to: shelter, share: 20 %}]
    shelter: {kind: places, places: 8, stay: 50 days, routes: [{to: housing, share: 100 %}]}
    housing:
      kind: places
      places: 8
      stay: 50 days
      routes: [{to: street, share: 0 %}, {to: left, share: 100 %}]
    """
    nobody = diagnosed(text)
    assert nobody.unreached == ("shelter", "housing")
    assert ("shelter", "housing") in nobody.unused_routes
    somebody = diagnosed(text, arrivals("365 per year"))
    assert somebody.unreached == ()
    assert somebody.unused_routes == (("housing", "street"),)


def test_the_findings_are_told_in_both_languages() -> None:
    names = "shelter:\n  names: {fr: hébergement, en: shelter}"
    plan = plan_of(
        scenario(TANDEM.replace("shelter:", names, 1), arrivals("36.5 per year"), **LONG)
    )
    diagnosis = diagnose(plan)
    assert findings(diagnosis, "en") == [
        "Bottleneck: housing; 18 requests a year, room for 3.6 people a year; in the long run 8 "
        "places of other services are held by people who wait for it."
    ]
    assert short(diagnosis, "en") == "bottleneck: housing (18 requests a year, room for 3.6)"
    assert findings(diagnosis, "fr")[0].startswith(
        f"Goulet d'étranglement{HARD}: housing{HARD}; 18 "
    )


def test_a_bottleneck_nobody_waits_for_in_a_place_has_a_list() -> None:
    endless = diagnosed(SHELTER, arrivals("73 per year"))
    assert findings(endless, "en") == [
        "Bottleneck: shelter; 73 requests a year, room for 58 people a year; its waiting list "
        "grows by 15 people a year, without limit."
    ]
    patient = SHELTER + "  patience: {family: exponential, mean: 100 days}\n"
    (line,) = findings(diagnosed(patient, arrivals("73 per year")), "en")
    assert line.endswith("its waiting list settles at about 4 people of the street.")


def test_a_bottleneck_of_the_beginning_is_told_where_the_end_has_none() -> None:
    growing = SHELTER.replace("places: 8", "places: {calendar: {2024-01-01: 8, 2025-06-01: 20}}")
    (line,) = findings(diagnosed(growing, arrivals("73 per year")), "en")
    assert line.startswith("Bottleneck (at the start of the period): shelter; 73 requests")


def test_a_loop_in_which_each_limits_the_other_has_a_bottleneck() -> None:
    diagnosis = diagnosed(LOOP, arrivals("730 per year", "first"))
    assert diagnosis.bottleneck is not None
    assert findings(diagnosis, "en")[1] == (
        "Can lock: first and second; everybody there may wait, without limit, for the place of "
        "another."
    )


ASKING = "a: {kind: places, places: 20, stay: 2 days, BLOCKED routes: [{to: b, share: 100 %}]}\n"
ASKED = "b: {kind: places, places: 30, stay: 4 days, RULE, routes: [{to: left, share: 100 %}]}\n"
DECLINE, REFUSE = "offers: {declined: 40 %}", "assessment: {accepted: 30 %}"


@pytest.mark.parametrize(
    ("rule", "then", "sentence"),
    [
        (DECLINE, "", "Offers declined a year: 292 at b (292 are in the street)."),
        (DECLINE, "left", "Offers declined a year: 292 at b (292 leave for good)."),
        (DECLINE, "c", "Offers declined a year: 292 at b (292 wait for c instead)."),
        (
            REFUSE,
            "",
            "Requests refused by the assessment a year: 511 at b (511 are in the street).",
        ),
    ],
)
def test_refusals_are_named_where_services_keep_up(rule: str, then: str, sentence: str) -> None:
    blocked = f"blocked: {{wait: in the place, then: {then}}}," if then else ""
    text = ASKING.replace("BLOCKED", blocked) + ASKED.replace("RULE", rule)
    if then == "c":
        text += SHELTER.replace("shelter", "c").replace("8", "99")
    diagnosis = diagnosed(text, arrivals("2 per day", "a"))
    lines = findings(diagnosis, "en")
    assert lines[0] == sentence  # and no word that all is well
    assert short(diagnosis, "en").endswith("requests a year are refused or declined")
    assert "par an" in findings(diagnosis, "fr")[0]


@pytest.mark.parametrize("rule", [DECLINE, REFUSE])
def test_refusals_of_people_in_the_street_are_counted(rule: str) -> None:
    text = ASKED.replace("RULE", rule)
    b = load_of(text, arrivals("2 per day", "b"), name="b")
    refused = 730 * (0.4 if rule == DECLINE else 0.7)
    assert b.inflow_per_year == pytest.approx(730 - refused, rel=EXACT)
    assert b.asked_per_year == pytest.approx(730, rel=EXACT)
    assert b.declined_per_year | b.refused_per_year == {"street": pytest.approx(refused, rel=EXACT)}
    results = run(scenario(text, arrivals("2 per day", "b")), replications=2, workers=1)
    simulated = results.number("declines" if rule == DECLINE else "requests lapsed", "b").mean()
    assert simulated / 2 == pytest.approx(refused, rel=0.1)


def test_only_who_is_offered_a_place_can_decline_it() -> None:
    text = ASKED.replace("RULE", DECLINE).replace("places: 30", "places: 3")
    b = load_of(text, arrivals("2 per day", "b"), name="b")
    # 3 x 365 / 4 are admitted; of ten offers four are declined
    assert b.declined_per_year["street"] == pytest.approx(3 * 365 / 4 * 4 / 6, rel=TABLE)


def test_where_all_keep_up_no_bottleneck_is_told() -> None:
    diagnosis = diagnosed(SHELTER, arrivals("36.5 per year"))
    assert diagnosis.bottleneck is None
    assert findings(diagnosis, "en") == [
        "In the long run every service of kind places keeps up on average."
    ]
    none = diagnosed(MET.split("  referrals")[0], more=STREET)
    assert findings(none, "en")[0].startswith("No service of kind places")


def test_what_is_never_used_is_told_in_one_sentence() -> None:
    text = SHELTER.replace("{to: street, share: 100 %}", "{to: left, share: 100 %}, *never")
    text = text.replace("*never", "{to: street, share: 0 %}, {to: housing, share: 0 %}")
    text += "housing: {kind: places, places: 1, stay: 9 days, routes: [{to: left, share: 100 %}]}\n"
    more = "start: {street: 3, services: {housing: {waiting: 0}}}\n"
    assert findings(diagnosed(text, arrivals("36.5 per year"), more), "en")[-1] == (
        "Never used: housing (nobody can come to it), the route from shelter to the street, the "
        "route from shelter to housing."
    )


def test_every_sentence_exists_in_both_languages() -> None:
    for text, more in [(TANDEM, ""), (LOOP, ""), (MET + SHELTER, STREET)]:
        to = "first" if text is LOOP else "shelter"
        diagnosis = diagnosed(text, arrivals("365 per year", to), more)
        assert findings(diagnosis, "fr")
        assert len(findings(diagnosis, "fr")) == len(findings(diagnosis, "en"))
        assert set(findings(diagnosis, "fr")).isdisjoint(findings(diagnosis, "en"))
    assert amount(1234.0, "fr") == f"1{THIN}234"


BYSTANDER = """
a: {kind: places, places: 1, stay: 2 days, routes: [{to: b, share: 100 %}]}
b: {kind: places, places: 1, stay: 3 days, routes: [{to: c, share: 99 %}, {to: left, share: 1 %}]}
c: {kind: places, places: 1, stay: 4 days, routes: [{to: b, share: 99 %}, {to: left, share: 1 %}]}
"""
ONE_EACH = "start: {services: {a: IN, b: IN, c: IN}}\n".replace("IN", "{people: 1, residual: full}")


def test_who_only_waits_for_a_loop_is_named_neither_before_nor_after_the_run() -> None:
    written = scenario(BYSTANDER, more=ONE_EACH)
    assert diagnose(plan_of(written)).loops == (("b", "c"),)
    results = run(written, replications=2, workers=1)
    assert locked_sentence(results, "en").startswith(
        "Locked: in 2 of 2 replications people in b and c wait for one another, every place "
        "blocked (first on day 4)"
    )
    assert "les personnes de b et c s'attendent" in locked_sentence(results, "fr")


def test_replications_that_lock_elsewhere_are_told_apart() -> None:
    results = run(scenario(BYSTANDER, more=ONE_EACH), replications=3, workers=1)
    rows = [(1, 3.0, ("b", "c")), (2, 2.0, ("a", "b", "c")), (3, 4.0, ("b", "c"))]
    text = locked_sentence(replace(results, locked=rows), "en").split("Locked: ")
    assert [row.split(" wait")[0] for row in text[1:]] == [
        "in 2 of 3 replications people in b and c",
        "in 1 of 3 replications people in a, b, and c",
    ]
    assert locked_sentence(replace(results, locked=[]), "en") == ""


CANTEEN = """
canteen:
  kind: drop-in
  places: PLACES
  opening_hours: mon-fri 12:00-14:00
  visits: 70 per day
  visit_length: 30 min
  interviews: {share: 10 %}
  referrals: [{to: shelter, share: 100 %}]
"""


@pytest.mark.parametrize("places", ["6", '{weekly: {"mon-fri 12:00-14:00": 6, otherwise: 0}}'])
def test_visits_come_in_while_there_are_places_and_doors_are_open(places) -> None:
    # Six places, ten hours a week, half an hour each: 120 visits a week, however it is written; of
    # these a tenth are interviews, all of them referred.
    people = "people: {classes: {everybody: 100 %}}\nstart: {street: 50}\n"
    shelter = SHELTER.replace("to: street", "to: left")
    load = load_of(CANTEEN.replace("PLACES", places) + shelter, people)
    assert load.inflow_per_year == pytest.approx(120 / 7 * 365 * 0.1, rel=TABLE)


PAID = """
title: a test
period: {start: 2024-01-01, length: 1 year}
people: {classes: {everybody: 100 %}}
start: {street: 10}
services:
  maraudes:
    kind: outreach
    teams: 6
    outings: 5 per week
    contacts: 3
    referrals: [{to: shelter, share: 10 %}]
    cost: {per_year: 2500000 EUR}
  rest space:
    kind: drop-in
    names: {fr: salle de repos, en: day rest space}
    places: 20
    opening_hours: every day 09:00-17:00
    visits: 1 per week
    visit_length: 1 h
    cost: {per_opening_hour: 30 EUR}
  beds: {kind: overnight, places: 5, from: "20:00", until: "08:00", cost: {per_night: 30 EUR}}
  shelter:
    kind: places
    places: 8
    stay: 50 days
    routes: [{to: street, share: 100 %}]
"""
VAN = "kind: outreach, contacts_at_random: 1 per day"


@pytest.mark.parametrize(
    ("changes", "unpaid"),
    [
        ("- {set: services.maraudes.teams, add: 2, because: x}",
         [("maraudes", "teams", ("per_team_year", "per_outing", "per_visit"))]),
        ("- {set: services.maraudes.outings, scale: 120 %, because: x}",
         [("maraudes", "outings", ("per_outing", "per_visit"))]),
        ("- {set: services.shelter.places, to: {calendar: {2024-01-01: 9}}, because: x}",
         [("shelter", "places", ("per_place_year", "per_night"))]),
        ("- {set: services.shelter.staffed, to: 80 %, because: x}",
         [("shelter", "staffed", ("per_place_year", "per_night"))]),
        ("- {set: services.rest space.places, add: 5, because: x}",
         [("rest space", "places", ("per_place_year", "per_visit"))]),
        ("- {set: services.beds.until, to: '09:00', because: x}",
         [("beds", "until", ("per_opening_hour",))]),
        (f"- {{add: services.van, after: maraudes, as: {{{VAN}}}, because: x}}",
         [("van", "", ("per_year", "per_team_year", "per_outing", "per_visit"))]),
        # costs that follow, costs that are changed too, and what is no capacity
        ("- {set: services.rest space.opening_hours, to: always, because: x}", []),
        ("- {set: services.beds.places, add: 5, because: x}", []),
        ("- {set: services.maraudes.teams, add: 2, because: x}\n"
         "- {set: services.maraudes.cost.per_year, scale: 133 %, because: x}", []),
        ("- {set: services.shelter.stay, to: 40 days, because: x}", []),
        (f"- {{add: services.van, after: maraudes, as: {{{VAN}, cost: {{per_visit: 9 EUR}}}}, "
         "because: x}", []),
    ],
)  # fmt: skip
def test_changes_that_no_cost_follows_are_known(tmp_path, changes, unpaid) -> None:
    (tmp_path / "base.yaml").write_text(PAID, encoding="utf-8")
    text = f"based_on: base.yaml\ntitle: x\nchanges:\n{changes}\n"
    (tmp_path / "what-if.yaml").write_text(text, encoding="utf-8")
    result = unpaid_changes(load(tmp_path / "what-if.yaml"))
    assert [(item.service, item.value, item.costs) for item in result] == unpaid
    assert unpaid_changes(load(tmp_path / "base.yaml")) == ()


ROOMS = """
title: a test
period: {start: 2024-01-01, length: 100 days}
people: {classes: {e: 100 %}, arrivals: {n: {rate: 1 per day, to: s}}}
rooms: {r: {places: 3}, other: {places: 3}}
services:
  s: {kind: places, places: 9, room: r, stay: 5 days, cost: {COST},
      routes: [{to: left, share: 100 %}]}
"""


@pytest.mark.parametrize(
    ("change", "cost", "free"),
    [
        ("rooms.r.places, to: 6", "per_year: 1000 EUR", ("room", "r")),
        ("rooms.r.places, to: 6", "per_place_year: 1000 EUR", ("room", "r")),  # of its own places
        ("rooms.r.places, to: 6", "per_night: 10 EUR", None),
        ("rooms.other.places, to: 6", "per_year: 1000 EUR", None),
        ("services.s.room, to: other", "per_year: 1000 EUR", ("room", "")),
    ],
)
def test_the_places_of_a_room_are_free_where_no_cost_follows_them(
    tmp_path, change, cost, free
) -> None:
    base = ROOMS.replace("COST", cost)
    if "other" not in change:
        base = base.replace(", other: {places: 3}", "")
    else:
        used = base[base.index("  s:") :].replace("s:", "u:", 1).replace("room: r", "room: other")
        base = base.replace("to: s}}", "to: s}, m: {rate: 1 per day, to: u}}") + used.replace(
            cost, "per_night: 1 EUR"
        )
    (tmp_path / "base.yaml").write_text(base, encoding="utf-8")
    text = f"based_on: base.yaml\ntitle: x\nchanges:\n- {{set: {change}, because: x}}\n"
    (tmp_path / "what-if.yaml").write_text(text, encoding="utf-8")
    scenario = load(tmp_path / "what-if.yaml")
    rows = [
        (unpaid_change.value, unpaid_change.room)
        for unpaid_change in unpaid_changes(scenario)
        if unpaid_change.service == "s"
    ]
    assert rows == ([] if free is None else [free])
    if free == ("room", "r"):
        assert unpaid_sentence(scenario, "en") == (
            "Free in the results, because no cost follows what was changed: places of the room r "
            "for s (write per_night under its 'cost')."
        )
        french = unpaid_sentence(scenario, "fr").replace(HARD, " ")
        assert "salle « r » pour « s »" in french


def test_check_says_what_is_free(tmp_path) -> None:
    (tmp_path / "base.yaml").write_text(PAID, encoding="utf-8")
    change = "- {set: services.rest space.places, add: 5, because: x}\n"
    text = f"based_on: base.yaml\ntitle: x\nchanges:\n{change}"
    file = tmp_path / "what-if.yaml"
    file.write_text(text, encoding="utf-8")
    free = {
        "en": "Free in the results, because no cost follows what was changed: places of day rest "
        "space (write one of per_place_year, per_visit under its 'cost').",
        "fr": "Gratuit dans les résultats, parce qu'aucun coût ne suit ce qui a été changé",
    }
    for lang, sentence in free.items():
        for files in ([str(file)], [str(file), str(tmp_path / "base.yaml")]):
            output = CliRunner().invoke(main, ["check", *files, "--lang", lang]).stdout
            assert " ".join(output.split()).count(sentence) == 1
    (answer,) = json.loads(CliRunner().invoke(main, ["check", str(file), "--json"]).stdout)
    assert answer["unpaid"]


# ------------------------------------------------------------------ requests decided late

LATE = """
a: {kind: places, places: 1000, stay: 20 days, LEAD routes: [{to: b, share: 100 %, DELAY}]}
b:
  kind: places
  places: 1000
  stay: 20 days
  assessment: {accepted: 50 %, delay: TAKES}
  routes: [{to: left, share: 100 %}]
"""
AT_ADMISSION = "request: at admission,"


@pytest.mark.parametrize(
    ("lead", "delay", "takes", "refused"),
    [
        ("", "5 days", "10 days", 0.5),  # decided after the delay: no second request
        ("", "10 days", "5 days", 0.25),
        ("", "0 days", "0 days", 0.5),
        (AT_ADMISSION, "0 days", "25 days", 0.5),
        (AT_ADMISSION, "6 days", "25 days", 0.25),
        ("", "{family: exponential, mean: 5 days}", "{family: exponential, mean: 10 days}", 5 / 12),
    ],
)
def test_who_is_refused_asks_again_only_if_it_was_before_they_were_ready(
    lead: str, delay: str, takes: str, refused: float
) -> None:
    text = LATE.replace("LEAD", lead).replace("TAKES", takes).replace("DELAY", f"delay: {delay}")
    b = load_of(text, arrivals("2 per day", "a"), name="b")
    assert sum(b.refused_per_year.values()) == pytest.approx(730 * refused, rel=TABLE)
    assert b.sustained_per_year == pytest.approx(730 * (1 - refused), rel=TABLE)


@pytest.mark.parametrize("rule", ["assessment: {accepted: 0 %}", "offers: {declined: 100 %}"])
@pytest.mark.parametrize("chain", ["", ASKING.replace("BLOCKED", "")])
def test_who_is_always_refused_has_asked(rule: str, chain: str) -> None:
    diagnosis = diagnosed(
        chain + ASKED.replace("RULE", rule), arrivals("2 per day", "a" if chain else "b")
    )
    b = diagnosis.at_end[-1]
    assert b.declined_per_year | b.refused_per_year == {"street": pytest.approx(730, rel=EXACT)}
    assert b.asked_per_year == pytest.approx(730, rel=EXACT)
    assert (b.inflow_per_year, b.sustained_per_year) == (0.0, 0.0)
    (line,) = findings(diagnosis, "en")
    assert line.endswith("730 at b (730 are in the street).")


def test_people_met_again_who_are_always_refused_ask_each_time() -> None:
    strict = SHELTER.replace("to: street", "to: left") + "  assessment: {accepted: 0 %}\n"
    load = load_of(MET + strict, more=STREET)
    assert (load.asked_per_year, load.sustained_per_year) == (pytest.approx(365.0, rel=EXACT), 0.0)
    assert load.refused_per_year == {"street": pytest.approx(365.0, rel=EXACT)}


# ------------------------------------------------------------------ the time of an assessment


@pytest.mark.parametrize(
    ("lead", "delay", "held"),
    [("", "0 days", 60), ("", "15 days", 45), (AT_ADMISSION, "0 days", 40)],
)
def test_people_hold_their_place_while_the_next_service_decides(
    lead: str, delay: str, held: int
) -> None:
    text = LATE.replace("LEAD", lead).replace("TAKES", "60 days").replace("1000", "30", 1)
    text = text.replace("DELAY", f"delay: {delay}").replace("accepted: 50 %, ", "")
    diagnosis = diagnosed(text, arrivals("1 per day", "a"))
    a, b = diagnosis.at_end
    days = 20 + held + int(delay.split()[0])
    assert a.sustained_per_year == pytest.approx(30 * 365 / days, rel=TABLE)
    assert a.passes_per_year == pytest.approx(30 * 365 / days, rel=EXACT)
    assert a.blocked == pytest.approx(30 * held / days, rel=TABLE)
    assert (a.keeps_up, b.keeps_up) == (False, True)
    assert findings(diagnosis, "en")[0].endswith("are held by people who wait for its assessment.")


def test_a_drawn_assessment_is_waited_for_as_far_as_it_is_late() -> None:
    text = LATE.replace("LEAD", "").replace("TAKES", "{family: exponential, mean: 10 days}")
    text = text.replace("DELAY", "delay: 5 days").replace("accepted: 50 %, ", "")
    a = load_of(text, arrivals("1 per day", "a"), name="a")
    assert a.blocked == pytest.approx(10 * exp(-0.5), rel=3e-3)


def test_waiting_in_the_street_for_a_decision_is_no_waiting_on_the_list() -> None:
    text = LATE.replace("LEAD", "blocked: {wait: in the street},").replace("TAKES", "60 days")
    text = text.replace("DELAY", "delay: 0 days")
    b = diagnosed(text, arrivals("1 per day", "a")).at_end[1]
    assert b.list_limit == 0.0


# ------------------------------------------------------------------ people who cannot be reached


@pytest.mark.parametrize(
    ("missed", "again", "reached"),
    [(99, "30 days", 1 - 0.99**25), (50, "1 day", 1.0), (100, "1 day", 0.0), (0, "1 day", 1.0)],
)
def test_who_is_not_reached_within_the_period_is_not_admitted(
    missed: int, again: str, reached: float
) -> None:
    roomy = SHELTER.replace("places: 8", "places: 99")
    roomy += f"  offers: {{unreachable: {missed} %, again_after: {again}}}\n"
    diagnosis = diagnosed(roomy, arrivals("365 per year"))  # two years: 25 offers, 30 days apart
    (load,) = diagnosis.at_end
    assert load.sustained_per_year == pytest.approx(365 * reached, abs=365 / 400)
    assert load.inflow_per_year == pytest.approx(365, rel=EXACT)
    first = findings(diagnosis, "en")[0]
    assert first.startswith("In the long run" if reached == 1.0 else "Hard to reach: of the people")
    assert ("keeps up" in short(diagnosis, "en")) == (reached == 1.0)


def test_who_gives_up_before_the_next_offer_is_not_reached() -> None:
    roomy = SHELTER.replace("places: 8", "places: 99") + "  patience: 25 days\n"
    roomy += "  offers: {unreachable: 50 %, again_after: 10 days}\n"
    load = load_of(roomy, arrivals("365 per year"))  # offers at once, after 10 and after 20 days
    assert load.sustained_per_year == pytest.approx(365 * 7 / 8, rel=TABLE * 2)
    assert load.list_limit == pytest.approx(10 / 4 + 20 / 8 + 25 / 8, rel=0.02)


def test_who_waits_in_the_street_after_a_stay_has_to_be_reached_too() -> None:
    text = LATE.replace("LEAD", "blocked: {wait: in the street},").replace("DELAY", "delay: 0 days")
    offers = "offers: {unreachable: 100 %, again_after: 9 days}"
    text = text.replace("assessment: {accepted: 50 %, delay: TAKES}", offers)
    assert load_of(text, arrivals("1 per day", "a"), name="b").sustained_per_year == 0.0


# ------------------------------------------------------------------ the street at the end

GROWING = """
people:
  classes: {women: 50 %, men: 50 %}
  arrivals: {w: {rate: 1 per day, classes: [women]}, m: {rate: 1 per day, classes: [men]}}
"""
LEAVES = "  leaving: {street: {left: 1 per year}}\n"
FEW = """
met: {kind: outreach, outings: 2 per day, contacts: 1, referrals: [{to: hotel, share: 10 %}]}
hotel: {kind: places, places: 0, classes: [men], stay: 9 days, routes: [{to: left, share: 100 %}]}
"""


def test_classes_that_were_not_there_at_the_start_are_met_at_the_end() -> None:
    start = "start: {street: {women: 300}}\n"
    kept = exp(-(2 * 366 - 8) / 365)  # the last week begins on day 724 of 731
    settled = 365 * (1 - kept)
    men, women = settled, settled + 300 * kept
    load = diagnosed(FEW, GROWING + LEAVES, start).at_end[0]
    assert load.asked_per_year == pytest.approx(73 * men / (men + women), rel=0.01)


@pytest.mark.parametrize("start", ["", "start: {street: {women: 0, men: 1}}\n"])
@pytest.mark.parametrize("leaves", ["", LEAVES])
def test_the_street_of_the_first_day_is_not_that_of_the_end(start: str, leaves: str) -> None:
    rest = INTERVIEWS.replace("places: 50", "places: 5000").replace(", per_day: 1", "")
    closed = SHELTER.replace("places: 8", "places: 0")
    load = diagnosed(rest + closed, GROWING + leaves, start).at_end[0]
    people = 2 * 724 if not leaves else 730 * (1 - exp(-724 / 365))
    # half are visitors, a visit in ten days, 40 % interviews, of which 25 % ask
    assert load.asked_per_year == pytest.approx(people * 0.5 * 36.5 * 0.4 * 0.25, rel=0.01)


def test_who_is_in_a_place_is_not_met_in_the_street() -> None:
    # nobody leaves; of x people in the street x / 200 a day move in, for 50 days
    people = "people: {classes: {everybody: 100 %}, arrivals: {new: {rate: 0.1 per day}}}\n"
    rest = INTERVIEWS.replace("places: 50", "places: 5000").replace(", per_day: 1", "")
    roomy = SHELTER.replace("places: 8", "places: 5000")
    load = diagnosed(rest + roomy, people, "start: {street: 500}\n").at_end[0]
    in_street = (500 + 0.1 * 724) / (1 + 50 / 200)
    assert load.asked_per_year == pytest.approx(in_street / 200 * 365, rel=0.01)


# ------------------------------------------------------------------ what is not reckoned

FALLING = "{weekly: {mon-fri: 10, otherwise: 0}}\n  when_places_fall: last in leaves"


@pytest.mark.parametrize(
    ("places", "more", "thing"),
    [
        ("99", "admission_hours: tue 09:00-12:00", "the admission hours of shelter"),
        (FALLING, "", "the people who have to leave shelter when its places fall"),
        (
            "99",
            "waiting_room: 9\n  offers: {unreachable: 9 %, again_after: 1 day}",
            "the offers of shelter that reach nobody",
        ),
    ],
)
def test_what_is_not_reckoned_is_named_in_place_of_a_word_that_all_is_well(
    places: str, more: str, thing: str
) -> None:
    text = SHELTER.replace("50 days", "1 day").replace("places: 8", f"places: {places}")
    diagnosis = diagnosed(f"{text}  {more}\n", arrivals("1 per day"))
    assert findings(diagnosis, "en") == [
        f"Not reckoned before a simulation, and may hold people up: {thing}."
    ]
    assert "keeps up" not in short(diagnosis, "en")
    (line,) = findings(diagnosis, "fr")
    assert "shelter" in line


def test_one_fall_within_the_period_is_none_of_every_week() -> None:
    once = "{calendar: {2024-01-01: 20, 2025-01-01: 9}}\n  when_places_fall: last in leaves"
    diagnosis = diagnosed(SHELTER.replace("8", once), arrivals("36.5 per year"))
    assert "Not reckoned" not in " ".join(findings(diagnosis, "en"))


def test_a_cost_pays_for_the_changes_of_its_own_file(tmp_path) -> None:
    head, because = "based_on: {}.yaml\ntitle: x\nchanges:\n", ", because: x}\n"
    places = "- {set: services.rest space.places, add: 5" + because
    cost = "- {set: services.rest space.cost.per_year, to: 5 EUR" + because
    (tmp_path / "base.yaml").write_text(PAID, encoding="utf-8")
    (tmp_path / "first.yaml").write_text(head.format("base") + places + cost, encoding="utf-8")
    (tmp_path / "second.yaml").write_text(head.format("first") + places, encoding="utf-8")
    assert unpaid_changes(load(tmp_path / "first.yaml")) == ()
    unpaid = unpaid_changes(load(tmp_path / "second.yaml"))
    assert [(change.service, change.value) for change in unpaid] == [("rest space", "places")]


@pytest.mark.parametrize(("cost", "free"), [("per_outing", ["contacts"]), ("per_visit", [])])
def test_more_people_met_in_an_outing_are_named_where_no_cost_follows(
    tmp_path, cost: str, free: list[str]
) -> None:
    base = ROOMS.replace("COST", "per_year: 1000 EUR") + (
        "  m: {kind: outreach, outings: 1 per day, contacts: 3, cost: {" + cost + ": 9 EUR},\n"
        "      referrals: [{to: s, share: 10 %}]}\n"
    )
    (tmp_path / "base.yaml").write_text(base.replace(", other: {places: 3}", ""), encoding="utf-8")
    change = "- {set: services.m.contacts, scale: 200 %, because: x}\n"
    text = f"based_on: base.yaml\ntitle: x\nchanges:\n{change}"
    (tmp_path / "what-if.yaml").write_text(text, encoding="utf-8")
    unpaid = unpaid_changes(load(tmp_path / "what-if.yaml"))
    assert [change.value for change in unpaid] == free
