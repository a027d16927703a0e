"""Rules for events at the same time: the calendar's order, and stories where it decides."""

from __future__ import annotations

import itertools
import random
import re

import pytest

from sim.core import limits
from sim.core.calendars import calendar
from sim.core.errors import RunError
from sim.core.events import LEFT, Event
from sim.engines.reference.state import Environment, Timeline
from sim.plan.tables import Plan
from tests.engines.test_rules_street import ringing_at
from tests.stories import PAGE, plain, shows
from tests.support.engines import ENGINES, story, trace
from tests.support.plans import Drafting

CODES = [code for code in Event if code < 32]


def test_the_calendar_takes_code_then_person_then_service_and_never_the_order_of_entry():
    keys = list(itertools.product(CODES, (-1, 0, 7, 1_000_000), (-1, 0, 11)))
    entered = keys[:]
    random.Random(5).shuffle(entered)
    environment, taken = Environment(), []

    def wait(key: tuple[Event, int, int]) -> Timeline:
        yield environment.at(2.0, *key)
        taken.append(key)

    for key in entered:
        environment.process(wait(key))
    environment.run_until(3.0, after_each=lambda: None)
    assert taken == sorted(keys)
    assert taken != entered  # the control: the order of entry would be another one


@pytest.mark.parametrize("engine", sorted(ENGINES))
class TestStories:
    def test_drop_out_comes_before_the_end_of_the_stay(self, engine):
        draft = Drafting(horizon=9)
        draft.place("shelter", 1, stay=4, to=LEFT, drop_out=1.0, drop_out_after=4.0)
        draft.start(1, where=0, given=4)
        assert story(engine, draft.plan()) == trace("""
            4 drop_out #0 shelter - 0
            4 leaves_place #0 shelter - 0
        """)

    def test_a_request_falls_due_before_the_stay_ends(self, engine):
        draft = Drafting(horizon=9)
        draft.place("shelter", 1, stay=4, to=1, request_lead=9.0)
        draft.place("housing", 1, stay=50, to=LEFT)
        draft.start(1, where=0, given=0.0)
        assert story(engine, draft.plan())[:3] == trace("""
            0 listed #0 housing - 0
            0 stay_ends #0 shelter housing 0
            0 leaves_place #0 shelter housing 0
        """)

    def test_a_turnaround_ends_before_patience_does(self, engine):
        draft = Drafting(horizon=9)
        draft.place("shelter", 1, stay=50, to=LEFT, turnaround=3.0, patience=4.0)
        draft.start(1)
        draft.start(1, where=0, given=1)
        draft.waiting(0, 1)
        assert story(engine, draft.plan())[-2:] == trace("""
            4 turnaround_ends #1 shelter - 0
            4 admitted #0 shelter - 0
        """)

    def test_a_visit_ends_before_patience_at_the_door_does(self, engine):
        draft = Drafting(horizon=3)
        draft.drop_in("rest", 1, ringing_at(1.0), length=0.25, door_wait=0.25)
        draft.start(2)
        lines = story(engine, draft.plan())
        assert [line.split()[1] for line in lines] == [
            *("visit", "at_door", "visit_ends", "visit", "visit_ends")
        ]

    def test_a_referral_is_decided_before_the_outing_of_the_same_instant(self, engine):
        draft = Drafting(horizon=2.5)
        draft.place("shelter", 1, stay=50, to=LEFT)
        draft.outreach("maraude", 1.0, 1, referrals=[draft.referral("maraude", 0, delay=1.0)])
        draft.start(1)
        assert story(engine, draft.plan())[3:] == trace("""
            2 accepted #0 shelter - 0
            2 listed #0 shelter - 0
            2 admitted #0 shelter - 0
            2 outing - maraude - 0
        """)

    def test_an_offer_can_be_made_again_before_a_place_is_given_out_for_the_night(self, engine):
        draft = Drafting(horizon=3)
        again = 20 / 24
        places = calendar([0, 1], [0, 1])
        draft.overnight("night", 1)
        draft.place("shelter", places, stay=50, to=LEFT, unreachable=1.0, offer_again=again)
        draft.start(1)
        draft.waiting(1, 1)
        lines = story(engine, draft.plan())
        at_one = [line for line in lines if line.startswith("1 ")]
        # In the night place at the opening of the shelter: still "not hosted", still out of reach.
        assert at_one == trace("""
            1 capacity - shelter - 1
            1 unreachable #0 shelter - 0
        """)
        assert lines.index("1.83333 offer_again #0 shelter - 0") < lines.index(
            "1.83333 evening - night - 1"
        )


# --- runs that stand still ------------------------------------------------------------------------


def to_and_fro(stay: float) -> Plan:
    """Draft one person whom two services hand to each other from day 1, 06:00, on."""
    draft = Drafting(horizon=3)
    draft.place("shelter", 1, stay=stay, to=1)
    draft.place("care", 1, stay=stay, to=0)
    draft.start(1, where=0, given=1.25)
    return draft.plan()


def offered_again(after: float) -> Plan:
    """Draft a service with one place and one person on its list who can never be reached."""
    draft = Drafting(horizon=3)
    draft.place("desk", calendar([0, 0.5], [0, 1]), stay=1, unreachable=1.0, offer_again=after)
    draft.start(1)
    draft.waiting(0, 1)
    return draft.plan()


def visiting(rate: float) -> Plan:
    """Draft a drop-in that is full for a day, and a crowd that comes again at once."""
    draft = Drafting(horizon=3)
    draft.drop_in("rest", 0, rate, length=1.0)
    draft.start(3)
    return draft.plan()


STILL = {
    "stays of no time": (to_and_fro(0.0), "2024-01-02 at 06:00:00.000 (shelter)", "stay_ends"),
    "tiny stays": (to_and_fro(1e-20), "2024-01-02 at 06:00:00.000 (shelter)", "stay_ends"),
    "offers": (offered_again(1e-12), "2024-01-01 at 12:00:00.000 (desk)", "offer_again"),
    "visits": (visiting(1e300), "2024-01-01 at 00:00:00.000 (rest)", "visit"),
}


@pytest.mark.parametrize("engine", sorted(ENGINES))
@pytest.mark.parametrize("kind", STILL)
@shows(
    "A run stands still if more than 100,000 events, and for each person numbered so far 100 more "
    "and 10 for each service, happen in the same millisecond: something that takes no time leads "
    "back to itself.",
    "Such a run ends with an error that names the event, the place and the time.",
)
def test_a_run_that_stands_still_says_so(engine, kind, monkeypatch):
    monkeypatch.setattr(limits, "MOST_AT_ONCE", 200)  # for speed
    plan, where, event = STILL[kind]
    with pytest.raises(RunError) as raised:
        ENGINES[engine](plan, 1, 0)
    text = f"the run stands still on {where}: the event {event} happens there again and again"
    assert str(raised.value).startswith(text)


def test_the_bounds_of_a_millisecond_are_those_of_the_page():
    page = plain(PAGE.read_text(encoding="utf-8"))
    numbers = re.search(r"if more than ([\d,]+) events, and .* (\d+) more and (\d+) for each", page)
    assert numbers is not None
    assert [int(group.replace(",", "")) for group in numbers.groups()] == [
        limits.MOST_AT_ONCE,
        limits.AT_ONCE_PER_PERSON,
        limits.AT_ONCE_PER_SERVICE,
    ]


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_the_last_event_of_a_crowded_millisecond_may_happen_and_the_next_may_not(
    engine, monkeypatch
):
    monkeypatch.setattr(limits, "AT_ONCE_PER_PERSON", 1)
    monkeypatch.setattr(limits, "AT_ONCE_PER_SERVICE", 2)

    draft = Drafting(horizon=3)
    draft.place("first", 10, stay=0.5, to=1)
    for after in (2, 3, LEFT):
        draft.place(f"then {after}", 10, stay=0.0, to=after)
    draft.start(10, where=0, given=1.5)
    # Each of the ten ends four stays in the same instant; 1 and 2 x 4 more events for each.
    monkeypatch.setattr(limits, "MOST_AT_ONCE", 40 - 10 * 9)
    log = ENGINES[engine](draft.plan(), 1, 0, log=True).log
    assert sum(row.event == Event.STAY_ENDS for row in log) == 40
    monkeypatch.setattr(limits, "MOST_AT_ONCE", 39 - 10 * 9)
    with pytest.raises(RunError, match="stands still"):
        ENGINES[engine](draft.plan(), 1, 0)
