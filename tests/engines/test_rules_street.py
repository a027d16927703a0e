"""Stories of the street: outreach, visits, nights, offers, assessments, shared rooms, windows."""

from __future__ import annotations

import pytest

from sim.core.calendars import MILLISECONDS, Calendar, calendar, constant
from sim.core.events import HOUSED, LEFT
from sim.plan.tables import Kind
from tests.support.engines import ENGINES, story, trace
from tests.support.plans import Drafting

pytestmark = pytest.mark.parametrize("engine", sorted(ENGINES))


def ringing_at(*times: float) -> Calendar:
    """Return a rate that makes every running visit clock ring at each time (8 in a millisecond)."""
    steps = [(0.0, 0.0)]
    for time in times:
        steps += [(time, 8.0 * MILLISECONDS), (time + 1.0 / MILLISECONDS, 0.0)]
    return calendar([time for time, _ in steps], [value for _, value in steps])


def test_an_outing_meets_distinct_people_and_never_more_than_are_there(engine):
    draft = Drafting(horizon=3.5)
    draft.outreach("maraude", 1.0, 5)
    draft.start(3)
    lines = story(engine, draft.plan())
    assert [line for line in lines if "outing" in line] == trace("""
        1 outing - maraude - 3
        2 outing - maraude - 3
        3 outing - maraude - 3
    """)
    for day in "123":
        met = {line.split()[2] for line in lines if line.startswith(f"{day} contact")}
        assert met == {"#0", "#1", "#2"}


def test_a_referral_is_not_opened_twice_and_its_delay_is_scaled(engine):
    draft = Drafting(horizon=9)
    draft.place("shelter", 1, stay=50, to=LEFT)
    referral = draft.referral("maraude", 0, delay=2.0, factor=1.5)
    draft.outreach("maraude", 1.0, 1, referrals=[referral])
    draft.start(1)
    assert [line for line in story(engine, draft.plan()) if "capacity" not in line][:7] == trace("""
        1 outing - maraude - 1
        1 contact #0 maraude - 0
        1 referred #0 shelter maraude 0
        2 outing - maraude - 1
        2 contact #0 maraude - 0
        3 outing - maraude - 1
        3 contact #0 maraude - 0
    """)
    lines = story(engine, draft.plan())
    assert lines[lines.index("4 accepted #0 shelter - 0") :][:5] == trace("""
        4 accepted #0 shelter - 0
        4 listed #0 shelter - 0
        4 admitted #0 shelter - 0
        4 outing - maraude - 0
        5 outing - maraude - 0
    """)


def test_an_assessment_that_refuses_sends_a_blocked_person_to_the_fallback(engine):
    draft = Drafting(horizon=20)
    draft.place("shelter", 1, stay=50, to=1, fallback=LEFT)
    draft.place("care", 1, stay=50, to=LEFT, assessment=0.0, assessment_delay=4.0)
    draft.start(1, where=0, given=3)
    assert story(engine, draft.plan()) == trace("""
        3 stay_ends #0 shelter care 0
        3 blocked #0 shelter care 0
        7 lapsed #0 care - 0
        7 leaves_place #0 shelter left 0
        7 goes #0 shelter left 0
    """)


def test_a_refusal_before_the_end_of_the_stay_is_asked_again(engine):
    draft = Drafting(horizon=20)
    draft.place("shelter", 1, stay=50, to=1, request_lead=6.0)
    draft.place("care", 1, stay=50, to=LEFT, assessment=0.0)
    draft.start(1, where=0, given=8)
    assert story(engine, draft.plan()) == trace("""
        2 lapsed #0 care - 0
        8 stay_ends #0 shelter care 0
        8 lapsed #0 care - 0
        8 leaves_place #0 shelter - 0
    """)


def test_somebody_out_of_reach_keeps_the_rank_and_is_passed_over(engine):
    draft = Drafting(horizon=20)
    draft.place("shelter", calendar([0, 2], [0, 1]), stay=50, to=LEFT, unreachable=1.0)
    draft.start(1)
    draft.waiting(0, 1)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        2 capacity - shelter - 1
        2 unreachable #0 shelter - 0
        9 offer_again #0 shelter - 0
        9 unreachable #0 shelter - 0
        16 offer_again #0 shelter - 0
        16 unreachable #0 shelter - 0
    """)


def test_declining_closes_the_request_and_the_next_is_asked(engine):
    draft = Drafting(horizon=20)
    draft.place("shelter", calendar([0, 2], [0, 1]), stay=50, to=LEFT, declines=1.0)
    draft.start(2)
    draft.waiting(0, 2)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        0 listed #1 shelter - 0
        2 capacity - shelter - 1
        2 declines #0 shelter - 0
        2 declines #1 shelter - 0
    """)


def test_admissions_wait_for_their_window_and_for_the_shared_room(engine):
    draft = Drafting(horizon=9)
    draft.rooms.append(calendar([0, 6], [1, 2]))
    window = calendar([0, 3], [0, 1])
    draft.place("one", 1, stay=50, to=LEFT, room=0, window=window)
    draft.place("two", 1, stay=50, to=LEFT, room=0)
    draft.start(2)
    draft.waiting(0, 2)
    draft.waiting(1, 2)
    lines = story(engine, draft.plan())
    assert [line for line in lines if "admitted" in line] == trace("""
        0 admitted #0 two - 0
        6 admitted #1 one - 0
    """)


def test_a_full_drop_in_turns_away_or_lets_people_wait_at_the_door(engine):
    def drafted(door_wait: float | None) -> Drafting:
        draft = Drafting(horizon=3)
        draft.drop_in("rest", 1, ringing_at(1.0), length=0.25, door_wait=door_wait)
        draft.start(2)
        return draft

    lines = story(engine, drafted(None).plan())
    first = lines[0].split()[2]
    other = {"#0": "#1", "#1": "#0"}[first]
    assert lines[0] == f"1 visit {first} rest - 0"
    assert set(lines[1:-1]) == {f"1 turned_away {other} rest - 0"}
    assert lines[-1] == f"1.25 visit_ends {first} rest - 0"
    assert story(engine, drafted(0.5).plan()) == [
        f"1 visit {first} rest - 0",
        f"1 at_door {other} rest - 0",
        f"1.25 visit_ends {first} rest - 0",
        f"1.25 visit {other} rest - 0",
        f"1.5 visit_ends {other} rest - 0",
    ]
    assert story(engine, drafted(0.125).plan()) == [
        f"1 visit {first} rest - 0",
        f"1 at_door {other} rest - 0",
        f"1.125 leaves_door {other} rest - 0",
        f"1.125 turned_away {other} rest - 0",
        f"1.25 visit_ends {first} rest - 0",
    ]


def test_visits_are_cut_at_closing_time_and_end_with_an_admission(engine):
    draft = Drafting(horizon=3)
    opening = calendar([0, 0.5, 1.5], [0, 1, 0])
    draft.drop_in("rest", 5, ringing_at(1.0), length=2.0, opening=opening)
    draft.place("shelter", calendar([0, 1.25], [0, 1]), stay=50, to=LEFT)
    draft.start(2)
    draft.waiting(1, 1)
    lines = story(engine, draft.plan())
    moved = next(line.split()[2] for line in lines if "admitted" in line)
    stays = {"#0": "#1", "#1": "#0"}[moved]
    assert [line for line in lines if not line.startswith(("0", "1 "))] == [
        "1.25 capacity - shelter - 1",
        f"1.25 visit_ends {moved} rest - 0",
        f"1.25 admitted {moved} shelter - 0",
        "1.5 capacity - rest - 0",
        f"1.5 visit_ends {stays} rest - 0",
    ]


def test_interviews_are_limited_each_day_and_open_referrals(engine):
    draft = Drafting(horizon=3)
    draft.place("shelter", 1, stay=50, to=LEFT)
    draft.drop_in(
        "rest",
        9,
        ringing_at(1.0, 2.0),
        length=0.25,
        interview=1.0,
        interviews_per_day=constant(1.0),
        care_act=1.0,
        referrals=(draft.referral("rest", 0, opened=1.0, success=0.0),),
    )
    draft.start(2)
    lines = story(engine, draft.plan())
    words = [(line.split()[0], line.split()[1]) for line in lines if "visit_ends" not in line]
    assert words == [
        (day, word)
        for day in ("1", "2")
        for word in ("visit", "care_act", "interview", "referred", "lapsed", "visit", "care_act")
    ]


def test_nights_go_to_the_visitors_of_the_day_and_end_in_the_morning(engine):
    draft = Drafting(horizon=2.5)
    draft.drop_in("rest", 9, ringing_at(0.5, 1.5), length=0.1, visitors=1.0)
    draft.overnight("night", 1, visitors_of=0)
    draft.start(2)
    lines = [line for line in story(engine, draft.plan()) if "visit" not in line]
    guests = [line.split()[2] for line in lines if " night #" in line]
    refused = [line.split()[2] for line in lines if "turned_away" in line]
    assert [sorted(pair) for pair in zip(guests, refused, strict=True)] == [["#0", "#1"]] * 2
    assert lines == [
        "0.333333 morning - night - 0",
        "0.833333 evening - night - 2",
        f"0.833333 night {guests[0]} night - 0",
        f"0.833333 turned_away {refused[0]} night - 0",
        "1.33333 morning - night - 0",
        f"1.33333 leaves_place {guests[0]} night - 0",
        "1.83333 evening - night - 2",
        f"1.83333 night {guests[1]} night - 0",
        f"1.83333 turned_away {refused[1]} night - 0",
        "2.33333 morning - night - 0",
        f"2.33333 leaves_place {guests[1]} night - 0",
    ]


def test_last_nights_guests_come_first_until_the_most_nights_in_a_row(engine):
    draft = Drafting(horizon=8)
    draft.overnight("night", 1, returning_first=True, most_nights=2)
    draft.start(2)
    lines = story(engine, draft.plan())
    guests = [line.split()[2] for line in lines if " night #" in line]
    first = guests[0]
    other = {"#0": "#1", "#1": "#0"}[first]
    assert guests == [first, first, other, other, first, first, other, other]


def test_somebody_in_a_night_place_can_be_admitted_elsewhere(engine):
    draft = Drafting(horizon=2)
    draft.overnight("night", 1)
    draft.place("shelter", calendar([0, 1], [0, 1]), stay=50, to=HOUSED)
    draft.start(1)
    draft.waiting(1, 1)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        0.333333 morning - night - 0
        0.833333 evening - night - 1
        0.833333 night #0 night - 0
        1 capacity - shelter - 1
        1 leaves_place #0 night shelter 0
        1 admitted #0 shelter night 0
        1.33333 morning - night - 0
        1.83333 evening - night - 0
    """)


def test_an_unused_kind_has_no_say(engine):
    draft = Drafting(horizon=2)
    draft.add("empty", Kind.PLACES)
    draft.start(1)
    assert story(engine, draft.plan()) == []
