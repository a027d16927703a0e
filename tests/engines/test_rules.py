"""One story per rule of docs/model.md: fixed times, the whole expected log, traced by hand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sim.core.calendars import calendar, constant
from sim.core.distributions import distribution
from sim.core.events import HOUSED, LEFT, STREET, Event
from sim.core.log import ADMITTED
from sim.plan.tables import AT_ADMISSION, Evict, Evicted, Route, TimedDistribution
from tests.stories import shows
from tests.support.engines import ENGINES, story, trace
from tests.support.plans import Drafting

pytestmark = pytest.mark.parametrize("engine", sorted(ENGINES))


def test_the_table_of_simultaneous_events_is_the_order_of_the_codes(engine):
    text = Path("docs/model.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (\w+)", text, flags=re.MULTILINE)
    assert [int(number) for number, _ in rows] == [code for code in Event if code < 32]


def test_a_blocked_person_holds_the_place_and_the_first_who_waits_gets_it(engine):
    draft = Drafting(horizon=30)
    draft.place("shelter", 1, stay=10, to=1)
    draft.place("housing", 1, stay=100, to=HOUSED)
    draft.start(2)
    draft.start(1, where=0, given=5)
    draft.start(1, where=1, given=8)
    draft.waiting(0, 2)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        0 listed #1 shelter - 0
        5 stay_ends #2 shelter housing 0
        5 listed #2 housing - 0
        5 blocked #2 shelter housing 0
        8 stay_ends #3 housing housed 0
        8 leaves_place #3 housing housed 0
        8 goes #3 housing housed 0
        8 leaves_place #2 shelter housing 0
        8 admitted #2 housing shelter 0
        8 admitted #0 shelter - 0
        18 stay_ends #0 shelter housing 0
        18 listed #0 housing - 0
        18 blocked #0 shelter housing 0
    """)


def test_a_place_that_frees_in_the_same_instant_is_no_blocking(engine):
    draft = Drafting(horizon=20)
    draft.place("shelter", 1, stay=50, to=1)
    draft.place("housing", 1, stay=100, to=HOUSED)
    draft.start(1, where=0, given=8)  # number 0: its stay ends first
    draft.start(1, where=1, given=8)
    assert story(engine, draft.plan()) == trace("""
        8 stay_ends #0 shelter housing 0
        8 listed #0 housing - 0
        8 blocked #0 shelter housing 0
        8 stay_ends #1 housing housed 0
        8 leaves_place #1 housing housed 0
        8 goes #1 housing housed 0
        8 leaves_place #0 shelter housing 0
        8 admitted #0 housing shelter 0
    """)
    draft = Drafting(horizon=20)
    draft.place("housing", 1, stay=8, to=HOUSED)
    draft.place("shelter", 1, stay=50, to=0)
    draft.start(1, where=0, given=8)  # now the place frees before
    draft.start(1, where=1, given=8)
    assert story(engine, draft.plan()) == trace("""
        8 stay_ends #0 housing housed 0
        8 leaves_place #0 housing housed 0
        8 goes #0 housing housed 0
        8 stay_ends #1 shelter housing 0
        8 listed #1 housing - 0
        8 leaves_place #1 shelter housing 0
        8 admitted #1 housing shelter 0
        16 stay_ends #1 housing housed 0
        16 leaves_place #1 housing housed 0
        16 goes #1 housing housed 0
    """)


def test_consequences_come_one_at_a_time_lowest_service_first(engine):
    draft = Drafting(horizon=9.0)
    draft.place("first", 1, stay=50, to=LEFT)
    draft.place("second", 1, stay=50, to=LEFT)
    draft.start(2)
    draft.start(1, where=0, given=4)
    draft.start(1, where=1, given=4)
    draft.waiting(0, 2)
    draft.waiting(1, 2)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 first - 0
        0 listed #1 first - 0
        0 listed #0 second - 0
        0 listed #1 second - 0
        4 stay_ends #2 first left 0
        4 leaves_place #2 first left 0
        4 goes #2 first left 0
        4 admitted #0 first - 0
        4 stay_ends #3 second left 0
        4 leaves_place #3 second left 0
        4 goes #3 second left 0
        4 withdrawn #1 first - 0
        4 admitted #1 second - 0
    """)


def test_capacity_changes_before_stays_end(engine):
    draft = Drafting(horizon=9)
    draft.place("shelter", calendar([0, 4], [1, 2]), stay=50, to=LEFT)
    draft.start(2)
    draft.start(1, where=0, given=4)
    draft.waiting(0, 2)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        0 listed #1 shelter - 0
        4 capacity - shelter - 2
        4 admitted #0 shelter - 0
        4 stay_ends #2 shelter left 0
        4 leaves_place #2 shelter left 0
        4 goes #2 shelter left 0
        4 admitted #1 shelter - 0
    """)


def test_a_place_freed_at_the_last_moment_keeps_somebody_from_giving_up(engine):
    draft = Drafting(horizon=9)
    draft.place("shelter", 1, stay=50, to=LEFT, patience=4.0, gives_up_to=LEFT)
    draft.start(2)
    draft.start(1, where=0, given=4)
    draft.waiting(0, 2)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        0 listed #1 shelter - 0
        4 stay_ends #2 shelter left 0
        4 leaves_place #2 shelter left 0
        4 goes #2 shelter left 0
        4 admitted #0 shelter - 0
        4 gives_up #1 shelter - 0
        4 goes #1 - left 0
    """)


def test_the_blocked_limit_comes_after_a_place_freed_at_the_same_time(engine):
    draft = Drafting(horizon=12)
    draft.place("shelter", 2, stay=50, to=1, blocked_limit=4.0)
    draft.place("housing", 1, stay=50, to=HOUSED)
    draft.start(2, where=0, given=5)
    draft.start(1, where=1, given=9)
    assert story(engine, draft.plan()) == trace("""
        5 stay_ends #0 shelter housing 0
        5 listed #0 housing - 0
        5 blocked #0 shelter housing 0
        5 stay_ends #1 shelter housing 0
        5 listed #1 housing - 0
        5 blocked #1 shelter housing 0
        9 stay_ends #2 housing housed 0
        9 leaves_place #2 housing housed 0
        9 goes #2 housing housed 0
        9 leaves_place #0 shelter housing 0
        9 admitted #0 housing shelter 0
        9 blocked_limit #1 shelter - 0
        9 leaves_place #1 shelter - 0
    """)


def test_a_fallback_to_another_service_waits_there_without_limit(engine):
    draft = Drafting(horizon=20)
    draft.place("shelter", 1, stay=50, to=1, blocked_limit=3.0, fallback=2)
    draft.place("housing", 1, stay=50, to=HOUSED)
    draft.place("hotel", 1, stay=50, to=STREET)
    draft.start(1, where=0, given=2)
    draft.start(1, where=1, given=40)
    draft.start(1, where=2, given=15)
    assert story(engine, draft.plan()) == trace("""
        2 stay_ends #0 shelter housing 0
        2 listed #0 housing - 0
        2 blocked #0 shelter housing 0
        5 blocked_limit #0 shelter hotel 0
        5 withdrawn #0 housing - 0
        5 blocked #0 shelter hotel 0
        5 listed #0 hotel - 0
        15 stay_ends #2 hotel - 0
        15 leaves_place #2 hotel - 0
        15 leaves_place #0 shelter hotel 0
        15 admitted #0 hotel shelter 0
    """)


def test_waiting_in_the_street_keeps_the_request_and_frees_the_place(engine):
    draft = Drafting(horizon=12)
    draft.place("shelter", 1, stay=50, to=1, wait_in_place=False)
    draft.place("housing", 1, stay=50, to=HOUSED)
    draft.start(1)
    draft.start(1, where=0, given=5)
    draft.start(1, where=1, given=9)
    draft.waiting(0, 1)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        5 stay_ends #1 shelter housing 0
        5 listed #1 housing - 0
        5 leaves_place #1 shelter - 0
        5 admitted #0 shelter - 0
        9 stay_ends #2 housing housed 0
        9 leaves_place #2 housing housed 0
        9 goes #2 housing housed 0
        9 admitted #1 housing - 0
    """)


def test_a_request_at_admission_keeps_its_rank_and_is_passed_over_until_ready(engine):
    draft = Drafting(horizon=20)
    draft.place("shelter", 2, stay=10, to=1, request_lead=AT_ADMISSION)
    draft.place("housing", 1, stay=50, to=HOUSED)
    draft.start(1)
    draft.start(1, where=0, given=9)  # number 1 asks at 0, ready at 9
    draft.start(1, where=1, given=5)
    draft.waiting(1, 1)  # number 0 asks at 0 too, ready at once
    lines = story(engine, draft.plan())
    assert lines == trace("""
        0 listed #0 housing - 0
        0 listed #1 housing - 0
        5 stay_ends #2 housing housed 0
        5 leaves_place #2 housing housed 0
        5 goes #2 housing housed 0
        5 admitted #0 housing - 0
        9 stay_ends #1 shelter housing 0
        9 blocked #1 shelter housing 0
    """)


def test_a_request_some_time_before_the_end_and_a_stay_that_may_be_left_early(engine):
    draft = Drafting(horizon=20)
    draft.place("shelter", 1, stay=10, to=1, request_lead=6.0, leave_early=True)
    draft.place("housing", 1, stay=50, to=HOUSED)
    draft.start(1, where=0, given=10)
    draft.start(1, where=1, given=7)
    assert story(engine, draft.plan()) == trace("""
        4 listed #0 housing - 0
        7 stay_ends #1 housing housed 0
        7 leaves_place #1 housing housed 0
        7 goes #1 housing housed 0
        7 leaves_place #0 shelter housing 0
        7 admitted #0 housing shelter 0
    """)


@shows(
    "unless the service they live in lets people leave early and the list is that of a service "
    "after it (or two services could pass somebody to and fro for ever in one instant)."
)
def test_a_stay_is_left_early_only_for_a_service_after_it(engine):
    draft = Drafting(horizon=9)
    fields = {"request_lead": AT_ADMISSION, "leave_early": True}
    draft.place("one", 2, stay=5, to=1, **fields)
    draft.place("two", 2, stay=5, to=0, **fields)
    draft.start(1, where=1, given=3)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 one - 0
        3 stay_ends #0 two one 0
        3 leaves_place #0 two one 0
        3 admitted #0 one two 0
        3 listed #0 two - 0
        3 leaves_place #0 one two 0
        3 admitted #0 two one 0
        3 listed #0 one - 0
        8 stay_ends #0 two one 0
        8 leaves_place #0 two one 0
        8 admitted #0 one two 0
        8 listed #0 two - 0
        8 leaves_place #0 one two 0
        8 admitted #0 two one 0
        8 listed #0 one - 0
    """)


@shows(
    "When the planned stay ends the route's delay, if any, runs first: the place is held, which is "
    "told apart from blocked."
)
def test_a_route_delay_holds_the_place_and_is_not_blocked(engine):
    draft = Drafting(horizon=20)
    delay = draft.law("delay", 3.0)
    draft.place("shelter", 1, stay=10, to=[Route(1, constant(1.0), delay)])
    draft.place("housing", 1, stay=50, to=HOUSED)
    draft.start(1, where=0, given=4)
    draft.start(1, where=1, given=9)
    plan = draft.plan()
    assert story(engine, plan) == trace("""
        4 stay_ends #0 shelter housing 0
        4 listed #0 housing - 0
        7 delay_ends #0 shelter housing 0
        7 blocked #0 shelter housing 0
        9 stay_ends #1 housing housed 0
        9 leaves_place #1 housing housed 0
        9 goes #1 housing housed 0
        9 leaves_place #0 shelter housing 0
        9 admitted #0 housing shelter 0
    """)
    tallies = ENGINES[engine](plan, 1, 0).tallies
    held = sum(float(day[0][0]) for day in tallies.level_mean["held"])
    blocked = sum(float(day[0][0]) for day in tallies.level_mean["blocked"])
    assert (held, blocked) == (3.0, 2.0)


def test_a_route_delay_before_the_street_is_held_no_longer_than_it_lasts(engine):
    draft = Drafting(horizon=12)
    delay = draft.law("delay", 3.0)
    draft.place("shelter", 1, stay=10, to=[Route(LEFT, constant(1.0), delay)])
    draft.start(1, where=0, given=4)
    plan = draft.plan()
    assert story(engine, plan) == trace("""
        4 stay_ends #0 shelter left 0
        7 delay_ends #0 shelter left 0
        7 leaves_place #0 shelter left 0
        7 goes #0 shelter left 0
    """)
    tallies = ENGINES[engine](plan, 1, 0).tallies
    held = [float(day[0][0]) for day in tallies.level_mean["held"]]
    assert held == [0.0] * 4 + [1.0] * 3 + [0.0] * 5


def test_time_blocked_can_count_towards_the_next_stay(engine):
    draft = Drafting(horizon=20)
    draft.place("shelter", 1, stay=10, to=1)
    draft.place("care", 1, stay=6, to=LEFT, blocked_credit=constant(0.5))
    draft.start(1, where=0, given=1)
    draft.start(1, where=1, given=5)
    lines = story(engine, draft.plan())
    assert lines[-5:] == trace("""
        5 leaves_place #0 shelter care 0
        5 admitted #0 care shelter 0
        9 stay_ends #0 care left 0
        9 leaves_place #0 care left 0
        9 goes #0 care left 0
    """)


def test_priority_of_class_comes_before_time_on_the_list(engine):
    draft = Drafting(horizon=9, classes=("men", "women"))
    draft.place("shelter", 1, stay=50, to=LEFT, priority=(1, 0))
    draft.start(1, class_id=0)
    draft.start(1, class_id=1)
    draft.start(1, where=0, given=4)
    draft.waiting(0, 2)
    assert story(engine, draft.plan())[-1] == "4 admitted #1 shelter - 0"


def test_turnaround_closes_the_place_and_evictions_need_none(engine):
    draft = Drafting(horizon=9)
    draft.place(
        "shelter",
        calendar([0, 6], [2, 0]),
        stay=50,
        to=LEFT,
        turnaround=2.0,
        evict=Evict.LAST_IN,
    )
    draft.start(1)
    draft.start(2, where=0, given=1)
    draft.waiting(0, 1)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        1 stay_ends #1 shelter left 0
        1 leaves_place #1 shelter left 0
        1 goes #1 shelter left 0
        1 stay_ends #2 shelter left 0
        1 leaves_place #2 shelter left 0
        1 goes #2 shelter left 0
        3 turnaround_ends #1 shelter - 0
        3 admitted #0 shelter - 0
        3 turnaround_ends #2 shelter - 0
        6 capacity - shelter - 0
        6 evicted #0 shelter - 0
        6 leaves_place #0 shelter - 0
        6 listed #0 shelter - 0
    """)


@pytest.mark.parametrize(
    ("rule", "leaves"),
    [(Evict.LAST_IN, "#2"), (Evict.FIRST_IN, "#0"), (Evict.BLOCKED_FIRST, "#1")],
)
def test_who_leaves_when_capacity_falls(engine, rule, leaves):
    draft = Drafting(horizon=9)
    fixed = [distribution("fixed", value=days) for days in (40.0, 2.0, 40.0)]
    stay = TimedDistribution((0.0, 1.0, 2.0), tuple(fixed), draft.purpose("stay"))
    places = calendar([0, 1, 2, 6], [1, 2, 3, 2])  # lets them in one a day; the second is blocked
    draft.place("shelter", places, stay=stay, to=1, evict=rule)
    draft.place("housing", 1, stay=50, to=HOUSED)
    draft.start(3)
    draft.start(1, where=1, given=40)
    draft.waiting(0, 3)
    lines = story(engine, draft.plan())
    assert [line for line in lines if " blocked " in line] == ["3 blocked #1 shelter housing 0"]
    assert [line for line in lines if "evicted" in line] == [f"6 evicted {leaves} shelter - 0"]


def losing_a_place(rule: Evicted, **fields: Any) -> Drafting:
    """Draft a shelter whose last in leaves on day 6; two others ask for it on days 3 and 7."""
    draft = Drafting(horizon=12)
    places = calendar([0, 6, 9, 10], [2, 1, 2, 3])
    draft.place("shelter", places, stay=50, to=LEFT, evict=Evict.LAST_IN, evicted=rule, **fields)
    draft.place("early", 1, stay=50, to=0, wait_in_place=False)
    draft.place("late", 1, stay=50, to=0, wait_in_place=False)
    draft.start(2)
    draft.waiting(0, 2)
    draft.start(1, where=1, given=3)
    draft.start(1, where=2, given=7)
    return draft


@pytest.mark.parametrize(
    ("rule", "again", "on_9", "on_10"),
    [
        (Evicted.KEEP_RANK, ["6 listed #1 shelter - 0"], "#1", "#2"),
        (Evicted.JOIN_END, ["6 listed #1 shelter - 0"], "#2", "#1"),
        (Evicted.ASK_NO_MORE, [], "#2", "#3"),
    ],
)
@shows(
    "After an eviction: somebody whose stay was not over asks for the same service again at once, "
    "without assessment, unless such a request is open.",
    "By declared rule the request keeps the rank of the one that had brought them (default), "
    "joins the end of the list, or is not made.",
)
def test_who_loses_a_place_asks_again_by_the_declared_rule(engine, rule, again, on_9, on_10):
    draft = losing_a_place(rule)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        0 listed #1 shelter - 0
        0 admitted #0 shelter - 0
        0 admitted #1 shelter - 0
        3 stay_ends #2 early shelter 0
        3 listed #2 shelter - 0
        3 leaves_place #2 early - 0
        6 capacity - shelter - 1
        6 evicted #1 shelter - 0
        6 leaves_place #1 shelter - 0
    """) + again + trace(f"""
        7 stay_ends #3 late shelter 0
        7 listed #3 shelter - 0
        7 leaves_place #3 late - 0
        9 capacity - shelter - 2
        9 admitted {on_9} shelter - 0
        10 capacity - shelter - 3
        10 admitted {on_10} shelter - 0
    """)


def test_the_rank_is_kept_the_wait_begins_anew(engine):
    waits = ENGINES[engine](losing_a_place(Evicted.KEEP_RANK).plan(), 1, 0).tallies.waits
    admitted = [(listed, ended) for _, _, listed, ended, outcome, _ in waits if outcome == ADMITTED]
    assert sorted(admitted) == [(0.0, 0.0), (0.0, 0.0), (3.0, 10.0), (6.0, 9.0)]


@shows("Patience and the next stay are drawn anew.")
def test_an_evicted_person_waits_with_new_patience_and_stays_anew(engine):
    plan = losing_a_place(Evicted.KEEP_RANK, patience=2.5).plan()
    assert "8.5 gives_up #1 shelter - 0" in story(engine, plan)
    draft = Drafting(horizon=30)
    draft.place("shelter", calendar([0, 6, 9], [1, 0, 1]), stay=8, to=LEFT, evict=Evict.LAST_IN)
    draft.start(1)
    draft.waiting(0, 1)
    lines = story(engine, draft.plan())
    assert lines[-4:-2] == ["9 admitted #0 shelter - 0", "17 stay_ends #0 shelter left 0"]


@shows("Those who were there at the start rank before everybody else of their priority.")
def test_who_was_there_at_the_start_ranks_before_those_listed_then(engine):
    def drafted(priority: tuple[int, int]) -> Drafting:
        draft = Drafting(horizon=12, classes=("waiting", "hosted"))
        places = calendar([0, 6, 9], [1, 0, 1])
        fields = {"evict": Evict.LAST_IN, "priority": priority}
        draft.place("shelter", places, stay=50, to=LEFT, **fields)
        draft.start(1, class_id=0)
        draft.waiting(0, 1)
        draft.start(1, where=0, given=40, class_id=1)
        return draft

    assert story(engine, drafted((0, 0)).plan())[-1] == "9 admitted #1 shelter - 0"
    assert story(engine, drafted((0, 1)).plan())[-1] == "9 admitted #0 shelter - 0"


@shows("A full waiting room turns them away like others.")
def test_an_evicted_person_can_be_turned_away_by_a_full_waiting_room(engine):
    plan = losing_a_place(Evicted.KEEP_RANK, waiting_room=1, turned_away_to=LEFT).plan()
    lines = story(engine, plan)
    assert lines[lines.index("6 evicted #1 shelter - 0") :][:4] == trace("""
        6 evicted #1 shelter - 0
        6 leaves_place #1 shelter - 0
        6 turned_away #1 shelter - 0
        6 goes #1 - left 0
    """)


@shows(
    "After an eviction: somebody whose stay was not over asks for the same service again at once"
)
def test_whoever_is_evicted_while_blocked_asks_only_for_the_next_service(engine):
    draft = Drafting(horizon=12)
    places = calendar([0, 10], [1, 0])
    draft.place("shelter", places, stay=50, to=1, evict=Evict.BLOCKED_FIRST)
    draft.place("housing", 0, stay=50)
    draft.start(1, where=0, given=6)
    lines = story(engine, draft.plan())
    assert [line for line in lines if "listed" in line or "evicted" in line] == trace("""
        6 listed #0 housing - 0
        10 evicted #0 shelter - 0
    """)


@shows("By declared rule the request keeps the rank of the one that had brought them (default)")
def test_a_second_eviction_keeps_the_first_rank(engine):
    draft = Drafting(horizon=12)
    places = calendar([0, 2, 4, 6, 9], [1, 0, 1, 0, 1])
    draft.place("shelter", places, stay=50, to=LEFT, evict=Evict.LAST_IN)
    draft.place("care", 1, stay=50, to=0, wait_in_place=False)
    draft.start(1)
    draft.waiting(0, 1)
    draft.start(1, where=1, given=1)  # listed on day 1, before both evictions
    lines = story(engine, draft.plan())
    assert [line for line in lines if "admitted" in line] == trace("""
        0 admitted #0 shelter - 0
        4 admitted #0 shelter - 0
        9 admitted #0 shelter - 0
    """)


@pytest.mark.parametrize("delay", [None, 30.0])
def test_who_has_ended_the_stay_asks_no_more_when_evicted(engine, delay):
    # on day 6 the person is blocked, or held during the delay of the route
    draft = Drafting(horizon=12)
    route = Route(1, constant(1.0), draft.law("delay", delay))
    places = calendar([0, 6, 9], [1, 0, 1])
    draft.place("shelter", places, stay=5, to=[route], evict=Evict.BLOCKED_FIRST)
    draft.place("housing", 0, stay=50, to=LEFT)
    draft.start(1, where=0, given=5)
    lines = story(engine, draft.plan())
    assert lines[-2:] == ["6 leaves_place #0 shelter - 0", "9 capacity - shelter - 1"]
    assert [line for line in lines if " listed " in line] == ["5 listed #0 housing - 0"]


def test_an_open_request_for_the_same_service_is_kept(engine):
    draft = Drafting(horizon=12)
    places = calendar([0, 6, 9], [1, 0, 1])
    fields = {"request_lead": AT_ADMISSION, "evict": Evict.LAST_IN}
    draft.place("shelter", places, stay=50, to=0, **fields)
    draft.start(1)
    draft.waiting(0, 1)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        0 admitted #0 shelter - 0
        0 listed #0 shelter - 0
        6 capacity - shelter - 0
        6 evicted #0 shelter - 0
        6 leaves_place #0 shelter - 0
        9 capacity - shelter - 1
        9 admitted #0 shelter - 0
        9 listed #0 shelter - 0
    """)


def test_a_loop_of_full_services_is_reported_by_name(engine):
    draft = Drafting(horizon=9)
    draft.place("one", 1, stay=50, to=1)
    draft.place("two", 1, stay=50, to=0)
    draft.place("other", 1, stay=50, to=0)
    for where, given in ((0, 2.0), (1, 3.0), (2, 4.0)):
        draft.start(1, where=where, given=given)
    plan = draft.plan()
    lines = story(engine, plan)
    assert [line for line in lines if "locked" in line and "blocked" not in line] == trace("""
        3 locked - one - 0
        3 locked - two - 0
    """)
    tallies = ENGINES[engine](plan, 1, 0).tallies
    assert (tallies.locked_at, tallies.locked) == (3.0, (0, 1))


def test_a_full_waiting_room_turns_people_away(engine):
    draft = Drafting(horizon=9)
    draft.place("shelter", 1, stay=50, to=LEFT, waiting_room=1, turned_away_to=LEFT)
    draft.outreach("maraude", 1.0, 3, referrals=[draft.referral("maraude", 0)])
    draft.start(3)
    lines = story(engine, draft.plan())
    counts = {word: sum(f" {word} " in line for line in lines) for word in _WORDS}
    assert counts == {"listed": 2, "admitted": 1, "turned_away": 1, "goes": 1}
    assert [line.split()[1] for line in lines if line.startswith("1 ")] == [
        "outing",
        *("contact", "referred", "accepted", "listed"),
        *("contact", "referred", "accepted", "listed"),
        *("contact", "referred", "accepted", "turned_away", "goes"),
        "admitted",
    ]


_WORDS = ("listed", "admitted", "turned_away", "goes")


def test_the_census_sees_the_state_before_the_events_of_its_instant(engine):
    draft = Drafting(horizon=3)
    draft.place("shelter", calendar([0, 1 + 3 / 24], [0, 1]), stay=50, to=LEFT)
    draft.start(1)
    draft.waiting(0, 1)
    tallies = ENGINES[engine](draft.plan(), 1, 0).tallies
    assert [float(day[-1][0]) for day in tallies.counts["street_nights"]] == [1.0, 1.0, 0.0]
    assert [list(map(float, day)) for day in tallies.street_wants] == [[1, 0], [1, 0], [0, 0]]


def test_a_stay_that_ends_at_midnight_belongs_to_the_next_day(engine):
    draft = Drafting(horizon=3)
    draft.place("shelter", 1, stay=50, to=LEFT)
    draft.start(1, where=0, given=1)
    tallies = ENGINES[engine](draft.plan(), 1, 0).tallies
    assert [float(day[0][0]) for day in tallies.level_end["living"]] == [1.0, 0.0, 0.0]
    assert [float(day[0][0]) for day in tallies.counts["completions"]] == [0.0, 1.0, 0.0]
