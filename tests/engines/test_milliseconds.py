"""Time goes in whole milliseconds: what lasts and what the clock says meet exactly.

Expected numbers are worked out with whole minutes or milliseconds, never by an engine. Durations
are read as people write them ("85 min" is 85 x 1/1440 days), so that sums of them miss clock times
by a last digit unless they are rounded (docs/model.md, section 8).
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.measure_functions import EVENT, incidence
from sim.core.calendars import MILLISECONDS, Calendar, calendar, constant, rounded
from sim.core.events import LEFT, Event
from sim.core.limits import LONGEST_PERIOD
from sim.core.log import Row
from sim.core.units import expand, open_profile, profile, read, read_pattern
from sim.plan.build import plan_of
from sim.plan.tables import Plan, Route
from tests.stories import shows
from tests.support.engines import ENGINES
from tests.support.plans import Drafting
from tests.support.written import scenario

both = pytest.mark.parametrize("engine", sorted(ENGINES))
LENGTHS = (*range(5, 61), *range(65, 481, 5))
"""Minutes: from 5 minutes to 8 hours."""


def minutes(number: float) -> float:
    """Return so many minutes in days, as a file is read."""
    return read("duration", f"{number} min")


def hours(text: str, horizon: float) -> Calendar:
    """Return the steps of an hours pattern; day 0 is Monday 2024-01-01."""
    from datetime import date

    return expand([(None, open_profile(read_pattern(text)))], date(2024, 1, 1), horizon)


def log(engine: str, plan: Plan) -> list[Row]:
    tallies = ENGINES[engine](plan, 1, 0, log=True).log
    assert tallies is not None
    return list(tallies)


def times(rows: list[Row], event: Event, service: int = 0) -> list[float]:
    return [row.time for row in rows if row.event == event and row.service == service]


def fits(whole: int, part: int) -> int:
    """Return how many parts begin within a whole, one after the other from its beginning."""
    return -(-whole // part)


def queue(people: int, stay: float, **fields: object) -> Plan:
    """Return a day of one place, with so many on its list."""
    draft = Drafting(horizon=fields.pop("horizon", 1.0))  # type: ignore[arg-type]
    draft.place("desk", fields.pop("places", 1.0), stay=stay, to=LEFT, **fields)  # type: ignore[arg-type]
    draft.start(people)
    draft.waiting(0, people)
    return draft.plan()


# --- the grid itself ------------------------------------------------------------------------------

MOST = LONGEST_PERIOD * MILLISECONDS


@settings(max_examples=300, deadline=None)
@given(st.integers(0, MOST), st.lists(st.integers(0, 400 * MILLISECONDS), max_size=40))
def test_the_same_millisecond_is_the_same_float_however_it_is_added_up(start, lengths):
    total, now = start, rounded(start / MILLISECONDS)
    for length in lengths:
        if total + length > MOST:
            break
        total, now = total + length, rounded(now + length / MILLISECONDS)
        assert now == total / MILLISECONDS
        assert rounded(now) == now


def test_times_are_rounded_to_the_nearest_millisecond_and_halves_to_the_even_one():
    ms = 1 / MILLISECONDS
    assert [round(rounded(n * ms) * MILLISECONDS) for n in (0.49, 0.51, 1.4, 2.6)] == [0, 1, 1, 3]
    halves = [rounded(n * 0.5 / MILLISECONDS) * MILLISECONDS for n in (1, 3, 5)]
    assert halves == [0, 2, 2]
    assert rounded(math.inf) == math.inf


def test_the_days_and_minutes_of_the_longest_period_are_their_own_floats():
    for day in range(0, LONGEST_PERIOD, 997):
        assert rounded(float(day)) == day
        assert rounded(day + 17 / 24) == (24 * day + 17) * 3_600_000 / MILLISECONDS


def test_calendars_are_in_whole_milliseconds():
    steps = hours("every day 09:10-17:25", 200.0).times
    assert steps == tuple(rounded(time) for time in steps)
    wanted = [(24 * 60 * day + at) / 1440 for day in range(200) for at in (550, 1045)]
    assert list(steps[1:]) == [rounded(time) for time in wanted]
    assert calendar((0.0, 1.0 + 1e-10), (1.0, 2.0)).times == (0.0, 1.0)
    with pytest.raises(ValueError, match="times of a calendar grow"):
        calendar((0.0, 1.0, 1.0 + 1e-10), (1.0, 2.0, 3.0))


def test_a_week_in_two_parts_is_complete_to_the_minute():
    # each part begins when the other ends, also past midnight and past Sunday
    for minute in range(5, 1440, 5):
        early, late = "00:00", f"{minute // 60:02d}:{minute % 60:02d}"
        for other in (early, "00:05", "04:35"):
            if other < late:
                night = read_pattern(f"every day {late}-{other}")
                day = read_pattern(f"every day {other}-{late}")
                lines = [("night", night, 1.0), ("day", day, 2.0)]
                edges = [(time, value) for time, value in profile(lines, 0.0)]
                assert 0.0 not in {value for _, value in edges}
                wanted = {0} if other != early else set()
                wanted |= {1440 * k + at for k in range(7) for at in (minute, clock(other))}
                assert [round(time * 1440, 6) for time, _ in edges] == sorted(wanted)


def clock(text: str) -> int:
    return 60 * int(text[:2]) + int(text[3:])


def test_waits_of_exactly_thirty_days_are_within_thirty_days():
    listed = np.array([rounded(number / 7.0) for number in range(20_000)])
    waits = np.array([rounded(time + 30.0) for time in listed]) - listed
    assert len(set(waits.tolist())) > 1  # the control: as differences of floats they are not equal
    curve = incidence(waits, np.full(len(waits), EVENT))
    assert curve.times.tolist() == [30.0]
    assert (curve.by(30.0), curve.by(30.0 - 1 / MILLISECONDS)) == (1.0, 0.0)


# --- slots ----------------------------------------------------------------------------------------


@both
@shows(
    "So eight stays of an hour, one after the other from 09:00 on, end at 17:00 exactly",
    "the same millisecond is the same time, however it was added up.",
)
def test_eight_slots_of_an_hour_fit_between_nine_and_five(engine):
    result = scenario(
        """
        desk:
          kind: places
          places: {weekly: {"every day 09:00-17:00": 1, otherwise: 0}}
          stay: 1 h
          routes: [{to: left, share: 100 %}]
        """,
        more="start: {street: 20, services: {desk: {waiting: 20}}}\n",
        head="title: slots\nperiod: {start: 2024-01-01, length: 1 day}\n",
    )
    rows = log(engine, plan_of(result))
    assert times(rows, Event.ADMITTED) == [hour / 24 for hour in range(9, 17)]
    assert times(rows, Event.STAY_ENDS) == [hour / 24 for hour in range(10, 18)]


@pytest.mark.slow
@both
@pytest.mark.parametrize("rule", ["places", "window"])
def test_slots_of_any_length_fit_as_often_as_whole_minutes_do(engine, rule):
    opening = hours("every day 09:00-17:00", 3.0)
    for length in LENGTHS:
        slots = fits(480, length)
        extra = {rule: opening}
        rows = log(engine, queue(3 * slots + 9, minutes(length), horizon=3.0, **extra))
        per_day = Counter(int(time) for time in times(rows, Event.ADMITTED))
        assert per_day == {day: slots for day in range(3)}, f"{length} minutes"


@pytest.mark.slow
@both
@pytest.mark.parametrize("turnaround", [5, 10, 20, 40, 95])
def test_turnarounds_count_to_the_minute(engine, turnaround):
    opening = hours("every day 08:10-18:10", 1.0)
    for length in LENGTHS:
        slots = fits(600, length + turnaround)
        day = queue(130, minutes(length), places=opening, turnaround=minutes(turnaround))
        rows = log(engine, day)
        assert len(times(rows, Event.ADMITTED)) == slots, f"{length} + {turnaround} minutes"


@both
def test_what_ends_at_the_horizon_has_not_ended(engine):
    for length in LENGTHS:
        begun, ended = fits(1440, length), (1440 - 1) // length
        rows = log(engine, queue(begun + 2, minutes(length)))
        counted = len(times(rows, Event.ADMITTED)), len(times(rows, Event.STAY_ENDS))
        assert counted == (begun, ended), f"{length} minutes"


@pytest.mark.slow
@both
def test_patience_that_ends_when_a_place_falls_free_is_rewarded(engine):
    # patience ends after a stay does: whoever is patient for k stays is the k-th to be admitted
    for length in LENGTHS:
        for patience in (length, 3 * length, 7 * length, 7 * length - 1):
            rows = log(engine, queue(12, minutes(length), horizon=9.0, patience=minutes(patience)))
            admitted = min(12, patience // length + 1)
            counted = len(times(rows, Event.ADMITTED)), len(times(rows, Event.GIVES_UP))
            assert counted == (admitted, 12 - admitted), f"{patience} minutes for {length}"


@pytest.mark.slow
@both
def test_a_blocked_limit_that_ends_when_a_place_falls_free_is_not_reached(engine):
    for length in LENGTHS:
        for limit in (length, 3 * length, 6 * length, 6 * length - 1):
            draft = Drafting(horizon=9.0)
            draft.place("shelter", 8, stay=1.0, to=1, fallback=LEFT, blocked_limit=minutes(limit))
            draft.place("desk", 1, stay=minutes(length), to=LEFT)
            draft.start(8, where=0, given=0.25)
            rows = log(engine, draft.plan())
            admitted = min(8, limit // length + 1)
            assert len(times(rows, Event.ADMITTED, service=1)) == admitted
            assert len(times(rows, Event.BLOCKED_LIMIT)) == 8 - admitted


@both
def test_route_delays_hold_the_place_to_the_minute(engine):
    for length in LENGTHS:
        for delay in (1, 7, 55):
            draft = Drafting(horizon=1.0)
            route = Route(LEFT, constant(1.0), draft.law("delay", minutes(delay)))
            draft.place("desk", 1, stay=minutes(length), to=[route])
            cycles = (1440 - 1) // (length + delay)
            draft.start(cycles + 2)
            draft.waiting(0, cycles + 2)
            rows = log(engine, draft.plan())
            assert len(times(rows, Event.LEAVES_PLACE)) == cycles, f"{length} + {delay}"


@pytest.mark.slow
@both
def test_visits_follow_each_other_until_closing_time(engine):
    opening = hours("every day 09:00-17:00", 1.0)
    nine = 9 / 24
    ringing = calendar((0.0, nine, nine + 1 / MILLISECONDS), (0.0, 2e9, 0.0))
    for length in LENGTHS:
        draft = Drafting(horizon=1.0)
        draft.drop_in("rest", 1, ringing, minutes(length), door_wait=1.0, opening=opening)
        draft.start(100)
        rows = log(engine, draft.plan())
        assert len(times(rows, Event.VISIT)) == fits(480, length), f"{length} minutes"
        assert times(rows, Event.VISIT_ENDS)[-1] == 17 / 24  # the last is cut, or just over
        assert set(times(rows, Event.LEAVES_DOOR)) == {17 / 24}


# --- the same time in other words -----------------------------------------------------------------

SAME = [("6 min", "0.1 h"), ("42 min", "0.7 h"), ("1.1 h", "66 min"), ("0.35 days", "8.4 h")]


@both
@pytest.mark.parametrize(("each", "other"), SAME + [(b, a) for a, b in SAME])
def test_equal_durations_in_other_units_end_together(engine, each, other):
    draft = Drafting(horizon=30.0)
    first, second = read("duration", each), read("duration", other)
    draft.place("desk", 1, stay=first, to=LEFT, drop_out=1.0, drop_out_after=second)
    draft.start(60)
    draft.waiting(0, 60)
    rows = log(engine, draft.plan())
    assert len(times(rows, Event.DROP_OUT)) == 60  # a drop-out comes before the end of the stay
    assert times(rows, Event.STAY_ENDS) == []


@both
def test_a_request_due_when_somebody_drops_out_is_not_made(engine):
    draft = Drafting(horizon=30.0)
    stay, lead = read("duration", "0.7 h"), read("duration", "0.1 h")
    fields = {"drop_out": 1.0, "drop_out_after": read("duration", "36 min")}
    draft.place("desk", 1, stay=stay, to=1, request_lead=lead, **fields)
    draft.place("next", 0, stay=1.0, to=LEFT)
    draft.start(60)
    draft.waiting(0, 60)
    rows = log(engine, draft.plan())
    assert len(times(rows, Event.DROP_OUT)) == 60
    assert times(rows, Event.LISTED, service=1) == []


@both
@shows("and a duration below half a millisecond is no duration at all.")
def test_a_delay_below_half_a_millisecond_is_none(engine):
    def story(delay: float) -> list[str]:
        draft = Drafting(horizon=3.0)
        draft.place("shelter", 1, stay=5.0, to=LEFT)
        referral = draft.referral("maraude", 0, delay=delay)
        draft.outreach("maraude", 1.0, 2, referrals=[referral])
        draft.start(2)
        return [Event(row.event).name for row in log(engine, draft.plan()) if row.time == 1.0]

    none = story(0.4 / MILLISECONDS)
    assert none[:4] == ["OUTING", "CONTACT", "REFERRED", "ACCEPTED"]  # before the next contact
    assert none == story(1e-20)
    assert "ACCEPTED" not in story(0.6 / MILLISECONDS)


# --- rates that fill hours ------------------------------------------------------------------------


@both
def test_outings_fill_the_hours_of_every_day(engine):
    # the last one of a day ends the hours; without care it slips into the next morning
    for number in (1, 3, 7, 8, 11, 24, 49):
        result = scenario(
            f"""
            maraude:
              kind: outreach
              outings: {number} per day
              contacts: 1
              hours: every day 09:00-17:00
            """,
            head="title: outings\nperiod: {start: 2024-01-01, length: 200 days}\n",
        )
        rows = log(engine, plan_of(result))
        nine = 9 * 3_600_000
        clock = [nine + round(28_800_000 * k / number) for k in range(1, number + 1)]
        whole = [MILLISECONDS * day + at for day in range(200) for at in clock]
        wanted = [at / MILLISECONDS for at in whole]
        assert times(rows, Event.OUTING) == wanted, f"{number} a day"


@both
def test_a_year_begins_with_the_outing_at_its_midnight(engine):
    # 16:00 to 24:00: the last outing of a day takes place at the next midnight, in the next year
    result = scenario(
        """
        maraude: {kind: outreach, outings: 8 per day, contacts: 1, hours: "every day 16:00-24:00"}
        """,
        more="start: {street: 1}\n",
    )
    plan = plan_of(result)
    tallies = ENGINES[engine](plan, 1, 0).tallies
    outings = [sum(map(sum, day)) for day in tallies.counts["outings"]]
    assert outings == [7.0] + [8.0] * 730
    seen = [sum(map(sum, day)) for day in tallies.counts["first_seen"]]
    assert [day for day, number in enumerate(seen) if number] == [0, 365, 730]


# --- everything an engine writes ------------------------------------------------------------------


@pytest.mark.slow
@both
def test_every_time_of_a_log_is_a_whole_millisecond(engine):
    from tests.support.random_plans import random_plan

    for number in range(12):
        rows = log(engine, random_plan(number, "any times"))
        assert all(row.time == rounded(row.time) for row in rows)
        assert all(first.time <= other.time for first, other in pairwise(rows))
