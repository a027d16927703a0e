"""Services that share a room before any simulation: each has what those before it leave."""

from __future__ import annotations

import json
from math import inf

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.core.queues import erlang_b
from sim.plan.build import plan_of
from sim.plan.diagnostics import Diagnostics, ServiceLoad, diagnose
from sim.runs.run import run
from sim.scenarios.schema import Scenario
from sim.text.scenario import findings
from tests.plan.test_diagnostics import EXACT, LONG, TABLE
from tests.support.written import scenario

PEOPLE = (
    "people: {classes: {everybody: 100 %}, arrivals: "
    "{one: {rate: RATE, to: a}, two: {rate: RATE, to: b}}}\n"
)
SERVICE = (
    "NAME: {kind: places, places: OWN, room: ward, stay: {family: exponential, mean: STAY}, "
    "routes: [{to: left, share: 100 %}]}\n"
)
HOUR = {"RATE": "20 per day", "STAY": "1 h"}


def written(room: str = "1", own: tuple[str, str] = ("unlimited", "unlimited"), **of: str) -> str:
    text = PEOPLE + f"rooms: {{ward: {{places: {room}}}}}\n|"
    text += "".join(
        SERVICE.replace("NAME", name).replace("OWN", places)
        for name, places in zip("ab", own, strict=True)
    )
    for word, value in {"RATE": "5 per day", "STAY": "1 day", **of}.items():
        text = text.replace(word, value)
    return text


def made(text: str) -> Scenario:
    before, services = text.split("|")
    return scenario(services, before)


def diagnosed(text: str) -> Diagnostics:
    return diagnose(plan_of(made(text)))


def three(text: str) -> tuple[ServiceLoad, ServiceLoad, ServiceLoad]:
    diagnosis = diagnosed(text)
    return (*diagnosis.at_start[:2], *diagnosis.rooms_at_start)  # type: ignore[return-value]


def test_two_services_that_share_one_place() -> None:
    a, b, room = three(written(**HOUR))
    assert room.load == pytest.approx(40 / 24, rel=EXACT)  # 1.67 on one place
    assert room.utilisation == pytest.approx(40 / 24, rel=EXACT)
    assert (a.keeps_up, b.keeps_up, room.keeps_up) == (False, False, False)
    assert {item.limited_by for item in (a, b, room)} == {"rooms.ward"}
    # a free place goes to the first service of the file: 20 a day; 4 of 24 are left
    assert a.sustained_per_year == pytest.approx(7300.0, rel=1e-4)
    assert b.sustained_per_year == pytest.approx(1460.0, rel=1e-4)
    assert (room.inflow_per_year, room.passes_per_year) == pytest.approx((14600.0, 8760.0))
    assert (room.places, room.list_limit) == (1.0, inf)


def test_a_simulation_passes_as_many() -> None:
    results = run(made(written(**HOUR)), replications=4, workers=1)
    a, b = (results.number("admissions", name).mean() / 2 for name in "ab")
    assert a == pytest.approx(7300.0, rel=0.02)
    assert a + b == pytest.approx(8760.0, rel=0.02)


def test_the_sentence_names_the_room(tmp_path) -> None:
    diagnosis = diagnosed(written(**HOUR))
    assert findings(diagnosis, "en") == [
        "Bottleneck: room ward; 14,600 requests a year, room for 8,760 people a year; the waiting "
        "lists of its services grow by 5,840 people a year, without limit."
    ]
    assert "ward" in findings(diagnosis, "fr")[0]
    assert "listes d'attente de ses services" in findings(diagnosis, "fr")[0]
    file = tmp_path / "ward.yaml"
    before, services = written(**HOUR).split("|")
    head = "title: x\nperiod: {start: 2024-01-01, length: 1 year}\n"
    lines = "".join(f"  {line}\n" for line in services.splitlines())
    file.write_text(f"{head}{before}services:\n{lines}", encoding="utf-8")
    (answer,) = json.loads(CliRunner().invoke(main, ["check", str(file), "--json"]).stdout)
    assert answer["bottleneck"] == answer["rooms_at_end"][0]["name"] == "rooms.ward"
    assert answer["rooms_at_end"][0]["utilisation"] == pytest.approx(40 / 24)
    text = CliRunner().invoke(main, ["check", str(file), "--lang", "en"]).stdout
    assert any(line.split()[:3] == ["room", "ward", "1"] for line in text.splitlines())


@pytest.mark.parametrize("room", ["10", "unlimited"])
def test_a_room_with_space_for_all_changes_nothing(room: str) -> None:
    a, b, shared = three(written(room, ("9", "9")))
    assert [item.sustained_per_year for item in (a, b)] == pytest.approx([1825.0, 1825.0])
    assert [item.limited_by for item in (a, b, shared)] == ["", "", ""]
    assert (a.keeps_up, b.keeps_up, shared.keeps_up) == (True, True, True)
    assert shared.places == (inf if room == "unlimited" else 10.0)


def test_own_places_bind_where_they_are_fewer() -> None:
    a, b, room = three(written("10", ("2", "9")))
    # 2 and 5 of 10 places are taken
    assert a.sustained_per_year == pytest.approx(730.0, rel=1e-4)
    assert b.sustained_per_year == pytest.approx(1825.0, rel=1e-4)
    assert (a.limited_by, b.limited_by, room.limited_by) == ("a", "", "")
    assert (room.load, room.keeps_up, b.keeps_up) == (pytest.approx(7.0), True, True)


def test_one_is_bound_by_its_own_places_and_the_other_by_the_room() -> None:
    a, b, room = three(written("4", ("3", "3")))
    assert a.sustained_per_year == pytest.approx(3 * 365, rel=1e-4)
    assert b.sustained_per_year == pytest.approx(365, rel=1e-4)
    assert (a.limited_by, b.limited_by, room.limited_by) == ("a", "rooms.ward", "rooms.ward")


def test_a_room_that_grows() -> None:
    grows = "{calendar: {2024-01-01: 1, 2025-01-01: 12}}"
    diagnosis = diagnosed(written(grows))
    assert [load.places for load in (*diagnosis.rooms_at_start, *diagnosis.rooms_at_end)] == [
        1.0,
        12.0,
    ]
    assert {load.limited_by for load in diagnosis.at_end} == {""}
    assert diagnosis.bottleneck is not None
    assert diagnosis.bottleneck.name == "rooms.ward"
    assert "(at the start of the period)" in findings(diagnosis, "en")[0]


def test_a_room_that_shrinks_at_one_date_has_its_places_of_the_week() -> None:
    text = """
    a: {kind: places, places: unlimited, room: ward, stay: 2 days, waiting_room: 0, ROUTES}
    b: {kind: places, places: unlimited, room: ward, stay: 2 days, waiting_room: 0, ROUTES}
    """.replace("ROUTES", "turned_away_to: left, routes: [{to: left, share: 100 %}]")
    people = PEOPLE.replace("RATE", "2 per day")
    head = "title: a test\nperiod: {start: 2024-01-01, length: 200 days}\n"

    def written_room(places: str) -> Diagnostics:
        rooms = f"rooms: {{ward: {{places: {places}}}}}\n"
        return diagnose(plan_of(scenario(text, people + rooms, head=head)))

    shrinks = written_room("{calendar: {2024-01-01: 20, 2024-03-01: 6}}")
    (start,), (end,) = shrinks.rooms_at_start, shrinks.rooms_at_end
    assert start.passes_per_year == pytest.approx(20 * 365 / 2, rel=1e-6)
    assert end.passes_per_year == pytest.approx(6 * 365 / 2, rel=1e-6)
    (always,) = written_room("6").rooms_at_end
    assert end.turned_away == pytest.approx(always.turned_away, rel=1e-6)


def test_people_blocked_in_a_room_keep_others_out_of_it() -> None:
    text = """
    a: {kind: places, places: 99, room: ward, stay: 1 day, routes: [{to: home, share: 100 %}]}
    b: {kind: places, places: 99, room: ward, stay: 1 day, routes: [{to: left, share: 100 %}]}
    home: {kind: places, places: 2, stay: 10 days, routes: [{to: left, share: 100 %}]}
    """
    people = PEOPLE.replace("RATE", "1 per day") + "rooms: {ward: {places: 4}}\n"
    diagnosis = diagnose(plan_of(scenario(text, people, **LONG)))
    a, b, home = diagnosis.at_start
    # a home frees a place in 5 days: all of the ward waits for it, 0.2 a day pass, b has nothing
    assert home.sustained_per_year == pytest.approx(73.0, rel=1e-3)
    assert a.sustained_per_year == pytest.approx(73.0, rel=1e-3)
    assert a.blocked == pytest.approx(4 - 0.2, rel=1e-3)
    assert b.sustained_per_year == pytest.approx(0.0, abs=1.0)
    assert {load.limited_by for load in (a, b, home, *diagnosis.rooms_at_start)} == {"home"}
    assert diagnosis.blocked_by(home) == pytest.approx(3.8, rel=1e-3)


def test_those_before_leave_room_and_an_earlier_service_waits_for_it() -> None:
    before = "hotel: {kind: places, places: 9, stay: 1 day, routes: [{to: b, share: 100 %}]}\n"
    people = (
        PEOPLE.replace("two: {rate: RATE, to: b}", "two: {rate: RATE, to: hotel}")
        .replace("RATE", "5 per day")
        .rstrip()
    )
    services = before + written("6", ("9", "9")).split("|")[1]
    diagnosis = diagnose(
        plan_of(scenario(services, people + "\nrooms: {ward: {places: 6}}\n", **LONG))
    )
    hotel, a, b = diagnosis.at_start
    # a takes 5 of 6 places; one a day passes b, and fills the hotel
    assert a.sustained_per_year == pytest.approx(1825.0, rel=1e-3)
    assert hotel.sustained_per_year == pytest.approx(365.0, rel=1e-3)
    assert hotel.blocked == pytest.approx(8.0, rel=1e-3)
    assert (hotel.limited_by, b.limited_by) == ("rooms.ward", "rooms.ward")
    assert diagnosis.bottleneck is not None
    assert findings(diagnosis, "en")[0].startswith("Bottleneck: room ward; ")
    assert "8 places of other services" in findings(diagnosis, "en")[0]


SEATS = "room: ward, waiting_room: 0,"


def test_services_without_lists_are_refused_by_the_room_alike() -> None:
    text = written("10", RATE="6 per day").replace("room: ward,", SEATS)
    a, b, room = three(text)
    lost = erlang_b(12.0, 10)
    for item in (a, b):
        assert item.turned_away == pytest.approx(6 * 365 * lost, rel=EXACT)
        assert item.limited_by == "rooms.ward"
    assert (room.turned_away, room.growth_per_year) == (pytest.approx(12 * 365 * lost), 0.0)
    assert "1,322 people a year are turned away." in findings(diagnosed(text), "en")[0]
    results = run(made(text), replications=4, workers=1)
    for name in "ab":
        assert results.number("turned away", name).mean() / 2 == pytest.approx(
            6 * 365 * lost, rel=0.05
        )


def test_lists_leave_nothing_to_who_may_not_wait() -> None:
    before, services = written("3").split("|")
    first, second = services.splitlines()
    text = f"{before}|{first.replace('room: ward,', SEATS)}\n{second}\n"
    a, b, _ = three(text)  # the list of b takes all 3 places, though a stands before it
    assert b.sustained_per_year == pytest.approx(3 * 365, rel=1e-3)
    assert a.turned_away == pytest.approx(5 * 365, rel=TABLE)


def test_people_who_fill_a_room_can_lock_those_who_wait_for_it() -> None:
    text = """
    a: {kind: places, places: unlimited, room: ward, stay: 1 day, routes: [{to: c, share: 100 %}]}
    b: {kind: places, places: unlimited, room: ward, stay: 2 days, routes: [*left]}
    c: {kind: places, places: 2, stay: 1 day, routes: [{to: b, share: 100 %}]}
    """
    text = text.replace("*left", "{to: left, share: 100 %}")
    people = PEOPLE.replace("RATE", "1 per day")
    # a and b fill the ward, a waits for c, and c for b
    diagnosis = diagnose(plan_of(scenario(text, people + "rooms: {ward: {places: 4}}\n")))
    assert diagnosis.loops == (("a", "c"),)
    diagnosis = diagnose(plan_of(scenario(text, people + "rooms: {ward: {places: unlimited}}\n")))
    assert diagnosis.loops == ()
    alone = text.replace("room: ward, stay: 2", "stay: 2")
    diagnosis = diagnose(plan_of(scenario(alone, people + "rooms: {ward: {places: 4}}\n")))
    assert diagnosis.loops == ()
