"""Open, free and closed places, nights and occupied share: hand-computed, on both engines.

Rules: docs/model.md, section 10. Times are in days, sums below in place-hours or hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.checks import check
from sim.analysis.measures import keys, values
from sim.analysis.windows import WHOLE
from sim.core.calendars import Calendar, calendar, constant
from sim.core.events import LEFT, STREET
from sim.core.log import Tallies
from sim.plan.build import plan_of
from sim.plan.tables import Plan
from sim.scenarios.loading import load
from tests.stories import shows
from tests.support.engines import ENGINES
from tests.support.plans import Drafting

pytestmark = pytest.mark.parametrize("engine", sorted(ENGINES))
HOUR = 1 / 24
SOON = 1e-4
"""Share of a place left empty while the next visitor, who comes at once, is on the way."""


def daily(first: float, last: float, days: int, value: float = 1.0) -> Calendar:
    """Return a number in force between two hours of each day, 0 otherwise."""
    times, steps = [0.0], [0.0]
    for day in range(days):
        times += [day + first * HOUR, day + last * HOUR]
        steps += [value, 0.0]
    return calendar(times, steps)


def simulated(engine: str, plan: Plan) -> Tallies:
    tallies = ENGINES[engine](plan, 1, 0).tallies
    check(tallies)
    return tallies


def numbers(tallies: Tallies, service: str, period: str = WHOLE) -> Mapping[str, float]:
    """Return the measures of a service by name: whole period, all classes, no pairs."""
    result = zip(keys(tallies.outline), values(tallies), strict=True)
    return {
        key.measure: value
        for key, value in result
        if (key.service, key.other, key.class_id, key.period) == (service, "", WHOLE, period)
    }


def found_in(engine: str, text: str, folder: Path, service: str) -> Mapping[str, float]:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return numbers(simulated(engine, plan_of(load(path))), service)


def agrees(
    result: Mapping[str, float], expected: Mapping[str, float], within: float = 1e-9
) -> None:
    by_name = {name: result[name] for name in expected}
    assert by_name == pytest.approx(expected, abs=within, nan_ok=True)


# --- drop-ins -------------------------------------------------------------------------------------

KITCHEN = """
title: A kitchen that is full from opening to closing
period: {start: 2024-01-01, length: 28 days}
people: {classes: {everyone: 100 %}}
start: {street: PEOPLE}
services:
  kitchen:
    kind: drop-in
    places: 4
    staffed: STAFFED
    opening_hours: mon-sat 11:00-15:00
    visits: 40000 per day
    visit_length: 4 h
"""


def kitchen(staffed: str, people: int) -> str:
    return KITCHEN.replace("STAFFED", staffed).replace("PEOPLE", str(people))


@shows(
    "Open places are those that can be used at that instant.",
    "A drop-in has its effective capacity open inside its opening hours, and nothing outside them.",
    "of any other service, the people there while it is open by its open places.",
)
def test_a_drop_in_is_open_inside_its_hours_only(engine, tmp_path):
    # 4 places, 24 of the 168 hours of a week, full from opening to closing.
    result = found_in(engine, kitchen("100 %", 4), tmp_path, "kitchen")
    share = 24 / 168
    hours = {
        "places": 4,
        "open places": 4 * share,
        "closed places": 4 * (1 - share),
        "places without staff": 0,
        "time open": share,
        "open places at the start": 4,
        "open places at the end": 4,
    }
    agrees(result, hours)
    busy = {
        "visitors at once": 4 * share,
        "free places": 0,
        "people while open": 4,
        "occupied share": 1,
    }
    agrees(result, busy, within=SOON)


@shows(
    "The other places are closed; those above the effective capacity are closed for want of staff."
)
def test_places_without_staff_are_told_from_those_closed_by_the_hour(engine, tmp_path):
    # 60 % of 4 is 2.4: two places can be opened, two cannot, at whatever hour.
    result = found_in(engine, kitchen("60 %", 2), tmp_path, "kitchen")
    share = 24 / 168
    agrees(
        result,
        {
            "places": 4,
            "open places": 2 * share,
            "closed places": 4 - 2 * share,
            "places without staff": 2,
            "open places at the end": 2,
        },
    )
    agrees(result, {"people while open": 2, "occupied share": 1}, within=SOON)


def test_a_drop_in_that_never_closes_is_as_before(engine):
    draft = Drafting(horizon=4)
    draft.drop_in("cafe", 3, visits=0.0, length=1.0)
    draft.start(2)
    agrees(
        numbers(simulated(engine, draft.plan()), "cafe"),
        {"open places": 3, "closed places": 0, "free places": 3, "occupied share": 0},
    )


# --- nights ---------------------------------------------------------------------------------------

DORMITORY = """
title: A dormitory that is always full
period: {start: 2024-01-01, length: 8 weeks}
people: {classes: {everyone: 100 %}}
start: {street: 31}
services:
  dormitory: {kind: overnight, places: 12, from: 21:00, until: 07:00}
"""


@shows(
    "An overnight service has open, from the evening until the morning, the places it offered that "
    "evening, and nothing by day.",
    "Nights given out are those of them that somebody got.",
    "The occupied share of an overnight service is nights given out by nights offered;",
)
def test_nights_given_out_are_held_against_nights_offered(engine, tmp_path):
    # 56 evenings; the last night has 3 of its 10 hours, the others all.
    result = found_in(engine, DORMITORY, tmp_path, "dormitory")
    hours = 55 * 10 + 3
    agrees(
        result,
        {
            "nights": 56 * 12,
            "nights offered": 56 * 12,
            "occupied share": 1,
            "open places": 12 * hours / (56 * 24),
            "occupied places": 12 * hours / (56 * 24),
            "closed places": 12 - 12 * hours / (56 * 24),
            "free places": 0,
            "people while open": 12,
            "open places at the end": 12,
            "places without staff": 0,
            "time open": hours / (56 * 24),
        },
    )


@shows(
    "The occupied share of an overnight service is nights given out by nights offered;",
    "Nights offered are the places that could be given out when the evening came: the effective "
    "capacity at that instant,",
    "Nothing that happens later in the night (a change of capacity,",
    "Both are added up over the period before one is divided by the other.",
)
def test_a_change_of_capacity_counts_from_the_next_evening(engine):
    # Four people. Places 3, from midnight of day 2 on 5, from midnight of day 4 on 1. Evenings of
    # days 0 to 4: 3, 3, 5, 5, 1 offered, 3, 3, 4, 4, 1 given out. Twelve hours a night, four of
    # the last: (3 + 3 + 5 + 5) x 12 + 1 x 4 open place-hours, of which 2 x 12 empty.
    draft = Drafting(horizon=5)
    draft.overnight("hall", calendar([0, 2, 4], [3, 5, 1]))
    draft.start(4)
    agrees(
        numbers(simulated(engine, draft.plan()), "hall"),
        {
            "nights offered": 17,
            "nights": 15,
            "occupied share": 15 / 17,
            "turned away": 1 + 1 + 0 + 0 + 3,
            "open places": 196 / 120,
            "free places": 24 / 120,
            "people while open": 172 / 52,
            "places": (3 + 3 + 5 + 5 + 1) / 5,
            "closed places": (3 + 3 + 5 + 5 + 1) / 5 - 196 / 120,
        },
    )


@shows("(a change of capacity, a death, an admission elsewhere) changes either number.")
def test_a_night_given_out_stays_given_out(engine):
    # One of two people in the night places gets a shelter place at 02:00, when its window opens.
    # Their night place is empty until 08:00; at 20:00 of the second day one person applies for two.
    draft = Drafting(horizon=2)
    draft.overnight("hall", 2)
    draft.place("shelter", 1, stay=50, to=LEFT, window=calendar([0, 1 + 2 * HOUR], [0, 1]))
    draft.start(2)
    draft.waiting(1, 1)
    tallies = simulated(engine, draft.plan())
    free = np.asarray(tallies.places_mean["free_places"])[:, 0]
    assert free == pytest.approx([0, (6 + 4) / 24])
    agrees(
        numbers(tallies, "hall"),
        {
            "nights": 3,
            "nights offered": 4,
            "occupied share": 3 / 4,
            "open places": 2 * (4 + 8 + 4) / 48,
            "people while open": (2 * 4 + 2 * 2 + 6 + 4) / 16,
        },
    )


def test_night_places_that_nobody_wants_are_offered_all_the_same(engine):
    draft = Drafting(horizon=10)
    draft.overnight("hall", 6, applies=0.0)
    draft.start(3)
    hours = 9 * 12 + 4
    agrees(
        numbers(simulated(engine, draft.plan()), "hall"),
        {
            "nights": 0,
            "nights offered": 60,
            "occupied share": 0,
            "open places": 6 * hours / 240,
            "free places": 6 * hours / 240,
        },
    )


@shows(
    "What others in a shared room leave is taken off the nights offered, and off nothing else.",
    "or what the shared room has left if that is less.",
)
def test_a_shared_room_limits_the_nights_offered(engine):
    # Room for 5, of whom 3 live in the ward all the time: of 4 night places 2 can be given out.
    draft = Drafting(horizon=2)
    draft.rooms.append(constant(5))
    draft.overnight("hall", 4, room=0)
    draft.place("ward", 4, stay=50, to=LEFT, room=0)
    draft.start(9)
    draft.start(3, where=1, given=40)
    tallies = simulated(engine, draft.plan())
    # 12 hours of the first night, 4 of the second.
    agrees(
        numbers(tallies, "hall"),
        {
            "nights": 4,
            "nights offered": 4,
            "occupied share": 1,
            "places": 4,
            "open places": 2 * 16 / 48,
            "closed places": 4 - 2 * 16 / 48,
            "places without staff": 0,
        },
    )
    agrees(numbers(tallies, "ward"), {"open places": 4, "free places": 1, "occupied share": 3 / 4})


def test_a_night_by_day_is_open_by_day(engine):
    # Given out at 09:00, left at 08:00 of the next day.
    draft = Drafting(horizon=3)
    draft.overnight("by day", 2, evening=9 * HOUR, morning=8 * HOUR)
    draft.start(1)
    hours = 23 + 23 + 15
    agrees(
        numbers(simulated(engine, draft.plan()), "by day"),
        {"open places": 2 * hours / 72, "free places": hours / 72, "occupied share": 1 / 2},
    )


# --- places people live in ------------------------------------------------------------------------


@shows(
    "A service of kind places has its effective capacity open at every hour: people live there, "
    "and an admission window closes no place."
)
def test_an_admission_window_closes_no_place(engine):
    # Two places, one person all the time; admissions on two hours a day only.
    draft = Drafting(horizon=6)
    draft.place("home", 2, stay=50, to=LEFT, window=daily(10, 12, 6))
    draft.start(1, where=0, given=40)
    agrees(
        numbers(simulated(engine, draft.plan()), "home"),
        {
            "open places": 2,
            "closed places": 0,
            "free places": 1,
            "time open": 1,
            "occupied share": 1 / 2,
        },
    )


@shows("A service is open while it has an open place.", "the people there while it is open")
def test_places_by_the_hour_are_held_against_the_hours_they_are_open(engine):
    # Two places from 09:00 to 17:00, three days. One person stays 20 hours: 8 of them in the open
    # hours of the first day; later the places are empty.
    draft = Drafting(horizon=3)
    draft.place("day bed", daily(9, 17, 3, 2.0), stay=50, to=LEFT)
    draft.start(1, where=0, given=20 * HOUR)
    agrees(
        numbers(simulated(engine, draft.plan()), "day bed"),
        {
            "places": 2 * 8 / 24,
            "open places": 2 * 8 / 24,
            "closed places": 0,
            "free places": (8 + 16 + 16) / 72,
            "occupied places": 20 / 72,
            "people while open": 8 / 24,
            "occupied share": 8 / 48,
            "open places at the end": 2,
        },
    )


@shows(
    "A free place is an open place with nobody in it and not under turnaround; where there are "
    "more people than open places, none is free."
)
def test_free_places_are_those_of_each_instant(engine):
    # Two people in one place until noon of day 0; their two places are under turnaround until
    # 06:00 of day 1, when there are three places. Nothing is made up by the surplus before.
    draft = Drafting(horizon=2)
    draft.place("shelter", calendar([0, 1], [1, 3]), stay=50, to=LEFT, turnaround=0.75)
    draft.start(2, where=0, given=0.5)
    tallies = simulated(engine, draft.plan())
    free = np.asarray(tallies.places_mean["free_places"])[:, 0]
    assert free == pytest.approx([0, 1 * 6 / 24 + 3 * 18 / 24])


def test_places_closed_for_works_are_not_held_against_the_service(engine):
    # Two places, none from day 2 to day 4 (the one person who lives there stays on), two again.
    staffed = calendar([0, 2, 4], [2, 0, 2])
    for places, unstaffed in ((constant(2), 2 * 2 / 6), (staffed, 0)):
        draft = Drafting(horizon=6)
        draft.place("home", places, stay=50, to=LEFT, open_places=staffed)
        draft.start(1, where=0, given=40)
        agrees(
            numbers(simulated(engine, draft.plan()), "home"),
            {
                "open places": 2 * 4 / 6,
                "closed places": unstaffed,
                "places without staff": unstaffed,
                "free places": 4 / 6,
                "occupied places": 1,
                "people while open": 1,
                "occupied share": 4 / 8,
                "time open": 4 / 6,
                "open places at the end": 2,
            },
        )


def test_places_that_open_late_are_told_at_full_opening_too(engine):
    # Twenty places for the last twenty of a hundred days; ten people move in at once.
    draft = Drafting(horizon=100)
    draft.place("centre", calendar([0, 80], [0, 20]), stay=500, to=LEFT)
    draft.start(10)
    draft.waiting(0, 10)
    agrees(
        numbers(simulated(engine, draft.plan()), "centre"),
        {
            "open places": 4,
            "open places at the start": 0,
            "open places at the end": 20,
            "time open": 1 / 5,
            "people while open": 10,
            "occupied places": 2,
            "occupied share": 1 / 2,
            "free places": 2,
        },
    )


def test_a_service_that_never_opens_has_no_share(engine):
    draft = Drafting(horizon=3)
    draft.place("closed", 0, stay=5, to=LEFT)
    draft.start(1)
    agrees(
        numbers(simulated(engine, draft.plan()), "closed"),
        {
            "open places": 0,
            "open places at the end": 0,
            "time open": 0,
            "people while open": np.nan,
            "occupied share": np.nan,
        },
    )


def test_more_people_than_places_are_a_share_above_one(engine):
    draft = Drafting(horizon=4)
    draft.place("shelter", calendar([0, 2], [3, 2]), stay=50, to=LEFT)
    draft.start(3, where=0, given=40)
    agrees(
        numbers(simulated(engine, draft.plan()), "shelter"),
        {"occupied share": 12 / 10, "free places": 0, "open places": 2.5},
    )


# --- without a next place -------------------------------------------------------------------------


@shows(
    "Somebody who wants to move on to another service and leaves the place for the street or for "
    "good without having been admitted (because they wait in the street by rule, or by a fallback) "
    "has left without a next place, and is counted in the service they leave."
)
def test_people_who_leave_without_a_next_place_are_counted_where_they_lived(engine):
    # The home is taken for good and has no waiting room. Who leaves the shelter is refused: to the
    # street by default, or out of the pathway where that is declared.
    for fallback, street, gone in ((STREET, 2, 0), (LEFT, 0, 2)):
        draft = Drafting(horizon=10)
        draft.place("shelter", 3, stay=50, to=1, fallback=fallback)
        draft.place("home", 1, stay=50, to=LEFT, waiting_room=0)
        draft.start(2, where=0, given=4)
        draft.start(1, where=1, given=40)
        tallies = simulated(engine, draft.plan())
        agrees(
            numbers(tallies, "shelter"),
            {
                "completions": 2,
                "to the street without next place": street,
                "gone without next place": gone,
            },
        )
        agrees(numbers(tallies, "home"), {"turned away": 2, "turned away and gone": 0})
    draft = Drafting(horizon=10)
    draft.place("shelter", 3, stay=50, to=1, wait_in_place=False)
    draft.place("home", 1, stay=50, to=LEFT)
    draft.start(2, where=0, given=4)
    draft.start(1, where=1, given=40)
    tallies = simulated(engine, draft.plan())
    agrees(numbers(tallies, "shelter"), {"to the street without next place": 2})
    agrees(numbers(tallies, "home"), {"turned away": 0, "waiting at the end": 2})


@shows(
    "Somebody in the street who leaves the model because a waiting room turned them away is "
    "counted in the service that turned them away."
)
def test_people_turned_away_and_gone_are_counted_where_they_asked(engine):
    # People arrive straight at a full home without a waiting room; one more is hosted when refused.
    for to in (STREET, LEFT):
        draft = Drafting(horizon=10)
        draft.place("shelter", 1, stay=50, to=1)
        draft.place("home", 1, stay=50, to=LEFT, waiting_room=0, turned_away_to=to)
        draft.start(1, where=0, given=4)
        draft.start(1, where=1, given=40)
        draft.stream(calendar([0, 2], [5.0, 0.0]), to=1)
        tallies = simulated(engine, draft.plan())
        arrived = np.sum(tallies.counts["arrivals"])
        assert arrived > 0
        result = numbers(tallies, "home")
        assert result["turned away"] == arrived + 1
        assert result["turned away and gone"] == (arrived if to == LEFT else 0)
        assert numbers(tallies, "shelter")["to the street without next place"] == 1
