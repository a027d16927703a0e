"""Services with a limited waiting room before any simulation: who is turned away, and to where."""

from __future__ import annotations

from math import inf

import pytest

from sim.analysis.theory import TwoServices, erlang_a, mmck, two_services
from sim.core.queues import erlang_b, limited_list
from sim.plan.build import plan_of
from sim.plan.diagnostics import Diagnostics, ServiceLoad, diagnose
from sim.runs.run import run
from sim.text.scenario import findings, short
from tests.plan.test_diagnostics import EXACT, LONG, MET, STREET, TABLE, arrivals
from tests.support.written import ONE_CLASS, scenario

BEDS = """
beds:
  kind: places
  places: 10
  waiting_room: SEATS
  turned_away_to: left
  stay: {family: exponential, mean: 1 day}
  routes: [{to: left, share: 100 %}]
"""


def diagnosed(services: str, people: str = ONE_CLASS, more: str = "", **of: str) -> Diagnostics:
    for word, value in {"SEATS": "0", **of}.items():
        services = services.replace(word, value)
    return diagnose(plan_of(scenario(services, people, more)))


def beds(rate: str = "12 per day", services: str = BEDS, **of: str) -> ServiceLoad:
    return next(
        load
        for load in diagnosed(services, arrivals(rate, "beds"), **of).at_start
        if load.name == "beds"
    )


# ------------------------------------------------------------------ the formulas


@pytest.mark.parametrize(("places", "seats"), [(1, 0), (10, 0), (3, 5), (7, 50), (200, 30)])
def test_a_limited_list_is_the_chain_of_its_states(places: int, seats: int) -> None:
    exact = mmck(12.0, 0.6, places, seats)
    lost, listed = limited_list(12.0, 0.6, places, seats)
    assert lost == pytest.approx(exact.turned_away_share, rel=1e-9)
    assert listed == pytest.approx(exact.waiting, rel=1e-9, abs=1e-12)


def test_giving_up_and_many_seats() -> None:
    lost, listed = limited_list(12.0, 0.6, 7, 400, 0.5)
    assert (lost, listed) == (pytest.approx(0.0, abs=1e-12), pytest.approx(2.81979052, rel=1e-6))
    assert listed == pytest.approx(erlang_a(12.0, 0.6, 2.0, 7).waiting, rel=1e-9)
    # far too many come: all seats are taken, and 3 of 12 pass
    lost, listed = limited_list(12.0, 1.0, 3, 5000)
    assert (lost, listed) == (pytest.approx(0.75), pytest.approx(4999.667, rel=1e-6))


def test_no_places_parts_of_a_place_and_very_many_places() -> None:
    assert limited_list(12.0, 1.0, 0, 3) == (1.0, 3.0)
    # two places half of the time and three the other half
    half = (erlang_b(12.0, 2) + erlang_b(12.0, 3)) / 2
    assert limited_list(12.0, 1.0, 2.5, 0)[0] == pytest.approx(half)
    assert limited_list(12.0, 2000.0, 20_000, 7) == (pytest.approx(1 - 20 / 24), 7)
    assert limited_list(0.0, 1.0, 5, 2) == (0.0, 0.0)
    with pytest.raises(ValueError, match="load must be above 0, not 0"):
        erlang_b(0.0, 3)


# ------------------------------------------------------------------ in the balance


def test_who_finds_no_place_and_may_not_wait_is_turned_away() -> None:
    load = beds()
    lost = 12 * 365 * erlang_b(12.0, 10)  # 1,322 of 4,380
    assert load.turned_away_per_year == {"left": pytest.approx(lost, rel=EXACT)}
    assert load.sustained_per_year == pytest.approx(12 * 365 - lost, rel=EXACT)
    assert (load.growth_per_year, load.list_limit, load.wait, load.seats) == (0, 0, 0, 0)
    assert (load.keeps_up, load.limited_by) == (False, "beds")


def test_chance_turns_people_away_where_places_would_do_on_average() -> None:
    load = beds("8 per day")
    assert load.load < load.places
    assert load.turned_away == pytest.approx(8 * 365 * erlang_b(8.0, 10), rel=EXACT)  # 12 %
    assert not load.keeps_up
    rare = beds("2 per day")
    assert (rare.keeps_up, rare.limited_by) == (True, "")
    assert 0.0 < rare.turned_away < 0.05


@pytest.mark.parametrize("law", ["1 day", "{family: gamma, mean: 1 day, cv: 3}"])
def test_without_seats_only_the_mean_of_the_stay_counts(law: str) -> None:
    load = beds(services=BEDS.replace("{family: exponential, mean: 1 day}", law))
    assert load.turned_away == pytest.approx(12 * 365 * erlang_b(12.0, 10), rel=TABLE)


def test_a_list_is_never_longer_than_its_seats() -> None:
    load, exact = beds(SEATS="3"), mmck(12.0, 1.0, 10, 3)
    assert load.turned_away == pytest.approx(12 * 365 * exact.turned_away_share, rel=EXACT)
    assert load.list_limit == pytest.approx(exact.waiting, rel=EXACT)
    assert load.list_limit < load.seats == 3
    assert load.wait == pytest.approx(exact.mean_wait, rel=EXACT)
    closed = beds(services=BEDS.replace("places: 10", "places: 0"), SEATS="3")
    assert (closed.list_limit, closed.turned_away) == (0.0, pytest.approx(12 * 365))


def test_giving_up_makes_room_on_the_list() -> None:
    patient = BEDS + "  patience: {family: exponential, mean: 6 h}\n"
    load = beds(services=patient, SEATS="400")
    exact = erlang_a(12.0, 1.0, 0.25, 10)
    assert load.turned_away == pytest.approx(0.0, abs=1e-6)
    assert load.sustained_per_year == pytest.approx(365 * exact.throughput, rel=EXACT)


def test_referrals_by_outreach_of_people_who_stay_in_the_street() -> None:
    text = BEDS.replace("turned_away_to: left", "turned_away_to: street").replace(
        "1 day}", "9 days}"
    )
    load = next(iter(diagnosed(MET.replace("shelter", "beds") + text, more=STREET).at_start))
    # one a day is referred and accepted, whatever becomes of it: 9 places' worth on 10
    assert load.turned_away_per_year == {
        "street": pytest.approx(365 * erlang_b(9.0, 10), rel=EXACT)
    }


CHAIN = """
ward: {kind: places, places: 90, stay: 1 day, FALLBACK, routes: [{to: beds, share: 100 %}]}
beds: {kind: places, places: 3, waiting_room: 0, stay: 1 day, routes: [{to: left, share: 100 %}]}
other: {kind: places, places: 90, stay: 1 day, routes: [{to: left, share: 100 %}]}
"""


@pytest.mark.parametrize(
    ("fallback", "to"),
    [
        ("blocked: {then: left}", "left"),
        ("blocked: {then: street}", "street"),
        ("blocked: {then: other}", "other"),
        ("blocked: {wait: in the street}", "street"),
    ],
)
def test_people_of_other_services_who_are_turned_away_take_their_fallback(
    fallback: str, to: str
) -> None:
    more = "" if to == "other" else "start: {services: {other: {people: 1}}}\n"
    diagnosis = diagnosed(CHAIN.replace("FALLBACK", fallback), arrivals("5 per day", "ward"), more)
    of = {load.name: load for load in diagnosis.at_start}
    lost = 5 * 365 * erlang_b(5.0, 3)
    assert of["beds"].turned_away_per_year == {to: pytest.approx(lost, rel=EXACT)}
    assert of["ward"].blocked == 0.0
    there = lost if to == "other" else 0.0
    assert of["other"].inflow_per_year == pytest.approx(there, rel=EXACT)
    assert of["other"].sustained_per_year == pytest.approx(there, rel=EXACT)
    assert diagnosis.unreached == ()


def test_a_request_made_early_is_made_again_at_the_end_of_the_stay() -> None:
    text = CHAIN.replace("FALLBACK", "request: 12 h, blocked: {then: left}")
    diagnosis = diagnosed(
        text, arrivals("5 per day", "ward"), "start: {services: {other: {people: 1}}}\n"
    )
    load = next(row for row in diagnosis.at_start if row.name == "beds")
    lost = load.turned_away / (5 * 365)  # of the people: both their requests
    # each turned away once asks again: 5 (1 + L) requests a day, and L is Erlang's loss of them
    assert lost**0.5 == pytest.approx(erlang_b(5.0 * (1 + lost**0.5), 3), rel=1e-6)


def test_who_is_turned_away_and_waits_for_another_holds_the_place() -> None:
    text = CHAIN.replace("FALLBACK", "blocked: {then: other}")
    text = text.replace("other: {kind: places, places: 90", "other: {kind: places, places: 1")
    people = arrivals("5 per day", "ward")
    diagnosis = diagnose(plan_of(scenario(text, people, **LONG)))
    ward, _, other = diagnosis.at_start
    # the other lets one a day pass; whoever is turned away by the beds fills the ward
    assert ward.limited_by == "other"
    assert other.sustained_per_year == pytest.approx(365.0, rel=1e-3)
    assert ward.blocked + ward.sustained_per_year / 365 == pytest.approx(90.0, rel=1e-3)


TANDEM = """
first:
  kind: places
  places: FIRST
  waiting_room: SEATS
  turned_away_to: left
  stay: {family: exponential, mean: STAY}
  routes: [{to: second, share: 100 %}]
second:
  kind: places
  places: NEXT
  stay: {family: exponential, mean: AFTER}
  routes: [{to: left, share: 100 %}]
"""


@pytest.mark.parametrize(
    ("rate", "stays", "places", "seats"),
    [
        (19.2, (60, 80), (1, 1), 3),  # scenarios/theory/tandem-blocking.yaml
        (10.0, (60, 80), (1, 1), 3),
        (40.0, (72, 86), (3, 2), 2),
        (12.0, (1440, 1008), (10, 8), 5),
    ],
)
def test_chance_keeps_people_waiting_for_a_next_service_that_keeps_up(
    rate: float, stays: tuple[int, int], places: tuple[int, int], seats: int
) -> None:
    text = TANDEM.replace("STAY", f"{stays[0]} min").replace("AFTER", f"{stays[1]} min")
    text = text.replace("FIRST", str(places[0])).replace("NEXT", str(places[1]))
    text = text.replace("SEATS", str(seats))
    diagnosis = diagnosed(text, arrivals(f"{rate} per day", "first"))
    first, second = diagnosis.at_start
    days = (stays[0] / 1440, stays[1] / 1440)
    exact = two_services(TwoServices(rate, days, places), seats)
    assert first.sustained_per_year / 365 == pytest.approx(exact.throughput, rel=0.04)
    assert first.turned_away / 365 == pytest.approx(rate * exact.turned_away_share, rel=0.12)
    assert (first.limited_by, second.list_limit) == ("second", 0.0)


# ------------------------------------------------------------------ sentences, simulation


def test_nothing_comforts_where_people_are_turned_away() -> None:
    diagnosis = diagnosed(BEDS, arrivals("8 per day", "beds"))
    assert findings(diagnosis, "en") == [
        "Bottleneck: beds; 2,920 requests a year, room for 3,650 people a year; 355 people a year "
        "are turned away.",
        "Turned away: 355 people a year at beds, 12% of those who ask, because nobody may wait "
        "there (355 leave for good).",
    ]
    few = diagnosed(BEDS, arrivals("4 per day", "beds"))
    assert few.bottleneck is None
    (line,) = findings(few, "en")
    assert line.startswith("Turned away: 7.7 people a year at beds, 1% of those who ask")
    assert short(few, "en") == "7.7 people a year turned away"
    seats = diagnosed(BEDS, arrivals("12 per day", "beds"), SEATS="3")
    assert "because at most 3 may wait there" in findings(seats, "en")[1]
    assert "parce que 3 au plus peuvent y attendre" in findings(seats, "fr")[1]
    assert not any("without limit" in line for line in findings(seats, "en"))


def test_a_list_without_limit_turns_nobody_away() -> None:
    diagnosis = diagnosed(
        BEDS.replace("  waiting_room: SEATS\n", ""), arrivals("12 per day", "beds")
    )
    (load,) = diagnosis.at_start
    assert (load.seats, load.turned_away_per_year, load.list_limit) == (None, {}, inf)
    assert "grows by 730 people a year, without limit" in findings(diagnosis, "en")[0]


@pytest.mark.parametrize("seats", ["0", "4"])
def test_a_simulation_turns_as_many_away(seats: str) -> None:
    text = BEDS.replace("SEATS", seats)
    results = run(scenario(text, arrivals("12 per day", "beds")), replications=10, workers=1)
    load = beds(SEATS=seats)
    for name, expected in [
        ("turned away", load.turned_away),
        ("admissions", load.sustained_per_year),
    ]:
        each = results.number(name, "beds") / 2  # in two years
        noise = 4 * each.std(ddof=1) / len(each) ** 0.5
        assert each.mean() == pytest.approx(expected, abs=noise + 0.002 * expected)


# ------------------------------------------------------------------ refused by an assessment

REFUSED = """
ward: {kind: places, places: 90, stay: 1 day, EARLY, blocked: {then: THEN}, routes: [ROUTE]}
care: {kind: places, places: 90, stay: 1 day, assessment: {accepted: 40 %}, MAY, routes: [LEFT]}
other: {kind: places, places: 90, stay: 1 day, offers: {declined: 30 %}, routes: [LEFT]}
"""


@pytest.mark.parametrize(
    ("early", "delay", "accepted"),
    [
        ("request: at the end", "", 0.4),
        ("request: 6 h", "", 0.64),  # refused during the stay, they ask once more: 1 - 0.6 x 0.6
        ("request: at the end", ", delay: 2 h", 0.64),
        ("request: at admission", "", 0.64),
    ],
)
def test_people_refused_or_declining_ask_the_fallback(
    early: str, delay: str, accepted: float
) -> None:
    text = REFUSED.replace("EARLY", early).replace("MAY", "offers: {declined: 10 %}")
    text = text.replace("ROUTE", f"{{to: care, share: 100 %{delay}}}").replace("THEN", "other")
    text = text.replace("LEFT", "{to: left, share: 100 %}")
    people = arrivals("10 per day", "ward")
    diagnosis = diagnose(plan_of(scenario(text, people)))
    _, care, other = diagnosis.at_start
    share = accepted * 0.9
    assert care.inflow_per_year == pytest.approx(3650 * share, rel=EXACT)
    assert other.inflow_per_year == pytest.approx(3650 * (1 - share) * 0.7, rel=EXACT)
    results = run(scenario(text, people), replications=4, workers=1)
    for first in (care, other):
        each = results.number("admissions", first.name).mean() / 2
        assert each == pytest.approx(first.sustained_per_year, rel=0.04)
