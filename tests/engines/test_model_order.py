"""Stories of sections 6 and 7 of docs/model.md: what comes first, and locked loops."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sim.core.calendars import calendar, constant
from sim.core.draws import key_of
from sim.core.events import DIED, LEFT
from sim.plan.tables import AT_ADMISSION, Evict, ExitHazard, Route
from tests.stories import Draws, draws_with, met, rate_until, shows
from tests.support.engines import ENGINES, just, story, trace
from tests.support.plans import Drafting

pytestmark = pytest.mark.parametrize("engine", sorted(ENGINES))

# --- 6. simultaneity ------------------------------------------------------------------------------


@shows(
    "Events are taken in order of time, then code (the table)",
    "3 | calendar: capacity, window or hours change",
    "4 | leaves (left, died) | person",
    "5 | drop-out | person",
    "6 | request due | person",
    "7 | stay ends | person",
    "8 | route delay ends | person",
    "9 | turnaround ends | person who left",
    "10 | visit ends | person",
    "11 | morning | service",
    "12 | blocked limit | person",
    "13 | patience ends | person, service",
    "14 | patience at the door ends | person",
    "15 | request decided | person, service",
    "16 | can be offered again | person, service",
    "17 | arrival | stream",
    "18 | outing or random contact | service",
    "19 | visit clock rings | person",
    "20 | evening | service",
)
def test_everything_that_happens_at_one_instant_comes_in_the_order_of_the_table(engine):
    names = "ring again asked door patience visit newcomer"
    draft = Drafting(horizon=4.5, classes=names.split())
    draws = Draws()

    def only(name: str) -> tuple[bool, ...]:
        return tuple(class_id == name for class_id in draft.classes)

    def once(name: str, places: int, rings: float, **fields: object) -> None:
        """Add a drop-in whose clock rings for one person at one time."""
        who = met(class_id=draft.classes.index(name))
        rate = rate_until(rings, draws.unit(who, f"visit:rest of {name}"))
        draft.drop_in(f"rest of {name}", places, rate, 2.0, visitors=only(name), **fields)

    once("ring", 9, 4.0)
    once("visit", 9, 2.0)
    once("door", 0, 2.0, door_wait=2.0)
    draft.overnight("night", 9, evening=0.0, morning=0.0, classes=(False,) * 7)
    draft.outreach("outing", 0.25, 0)
    offers = {"unreachable": 1.0, "offer_again": 3.0}
    draft.place("offers", calendar([0, 1], [0, 1]), stay=50, classes=only("again"), **offers)
    asked = draft.place("asked", 0, stay=50, classes=only("asked"))
    draft.outreach("m", calendar([0, 1], [1.0, 0.0]), 9, [draft.referral("m", asked, delay=3.0)])
    draft.place("patient", 0, stay=50, classes=only("patience"), patience=4.0)
    full = draft.place("full", 0, stay=50, classes=(True,) * 7)
    draft.place("limit", 1, stay=50, to=full, blocked_limit=2.0)
    draft.place("turnaround", 1, stay=50, to=LEFT, turnaround=2.0)
    draft.place("delay", 1, stay=50, to=[Route(LEFT, constant(1.0), draft.law("delay", 1.0))])
    draft.place("ends", 1, stay=50, to=LEFT)
    draft.place("due", 1, stay=50, to=full, request_lead=4.0)
    draft.place("drops", 1, stay=50, drop_out=1.0, drop_out_after=4.0)
    dies = draft.place("dies", 1, stay=50)
    draft.place("opens", calendar([0, 4], [0, 1]), stay=50)
    for class_id in range(6):
        draft.start(1, class_id=class_id)
    for where, given in zip(range(10, 17), (2, 2, 3, 4, 8, 9, 9), strict=True):
        draft.start(1, where=where, given=given)
    draft.waiting(5, 1)
    draft.waiting(8, 1)
    draft.risk_purposes.append(draft.purpose("risk"))
    risk = ExitHazard(DIED, rate_until(4.0, draws.unit(met(where=dies), "risk")), 0)
    draft.services[dies] = replace(draft.services[dies], risks=(risk,))
    draft.stream(rate_until(4.0, draws.unit(key_of("stream 0"), "gap")), class_id=6)
    assert [line for line in story(engine, draft.plan()) if line.startswith("4 ")] == trace("""
        4 capacity - opens - 1
        4 leaves_place #12 dies died 0
        4 goes #12 dies died 0
        4 drop_out #11 drops - 0
        4 leaves_place #11 drops - 0
        4 listed #10 full - 0
        4 stay_ends #9 ends left 0
        4 leaves_place #9 ends left 0
        4 goes #9 ends left 0
        4 delay_ends #8 delay left 0
        4 leaves_place #8 delay left 0
        4 goes #8 delay left 0
        4 turnaround_ends #7 turnaround - 0
        4 visit_ends #5 rest of visit - 0
        4 morning - night - 0
        4 blocked_limit #6 limit - 0
        4 leaves_place #6 limit - 0
        4 gives_up #4 patient - 0
        4 leaves_door #3 rest of door - 0
        4 turned_away #3 rest of door - 0
        4 accepted #2 asked - 0
        4 listed #2 asked - 0
        4 offer_again #1 offers - 0
        4 unreachable #1 offers - 0
        4 arrives #13 - - 6
        4 outing - outing - 0
        4 visit #0 rest of ring - 0
        4 evening - night - 0
    """)


@shows(
    "1 | day ends (tallies close the day) | -",
    "3 | calendar: capacity, window or hours change (services in file order; evictions) | service",
    "Values at the end of a day are taken before the events of midnight.",
)
def test_the_day_ends_before_anything_else_of_midnight(engine):
    draft = Drafting(horizon=3)
    draft.place("shelter", calendar([0, 1], [1, 2]), stay=50, to=LEFT)
    draft.start(1, where=0, given=1)
    tallies = ENGINES[engine](draft.plan(), 1, 0).tallies
    assert [float(day[0]) for day in tallies.places_end["open_places"]] == [1, 2, 2]
    assert [float(day[0]) for day in tallies.places_mean["open_places"]] == [1, 2, 2]
    assert [float(day[0][0]) for day in tallies.level_end["living"]] == [1, 0, 0]
    assert [float(day[0][0]) for day in tallies.counts["left"]] == [0, 1, 0]


@shows(
    "2 | census at 03:00 | -",
    "3 | calendar: capacity, window or hours change",
    "The census counts, at 03:00, people without any place: a street night each; if they are on k "
    "waiting lists, 1/k of the night is for want of each of those services.",
)
def test_the_census_counts_before_the_events_of_three_o_clock(engine):
    draft = Drafting(horizon=4)
    # Opens at the census of day 1; on day 2 it closes, and its guest must leave, at the census.
    places = calendar([0, 1.125, 2.125], [0, 1, 0])
    draft.place("shelter", places, stay=50, evict=Evict.LAST_IN)
    draft.start(1)
    draft.waiting(0, 1)
    tallies = ENGINES[engine](draft.plan(), 1, 0).tallies
    assert [float(day[-1][0]) for day in tallies.counts["street_nights"]] == [1, 1, 0, 1]


@shows("The census counts, at 03:00, people without any place: a street night each;")
def test_the_census_counts_who_is_there_at_three_o_clock(engine):
    draft = Drafting(horizon=4)
    # Opens at 02:00 of day 1 and closes at 03:30 of day 2: a guest at 03:00 on both days.
    draft.place(
        "shelter", calendar([0, 13 / 12, 2 + 7 / 48], [0, 1, 0]), stay=50, evict=Evict.LAST_IN
    )
    draft.start(1)
    draft.waiting(0, 1)
    tallies = ENGINES[engine](draft.plan(), 1, 0).tallies
    assert [float(day[-1][0]) for day in tallies.counts["street_nights"]] == [1, 0, 0, 1]


@shows(
    "3 | calendar: capacity, window or hours change (services in file order; evictions) | service",
    "4 | leaves (left, died) | person",
)
def test_places_fall_before_people_die_and_services_follow_in_file_order(engine):
    draft = Drafting(horizon=9)
    falls = calendar([0, 5], [1, 0])
    draft.place("b", falls, stay=50, evict=Evict.LAST_IN)
    draft.place("a", falls, stay=50, evict=Evict.LAST_IN)
    draft.start(1, where=0, given=40)
    draft.start(1, where=1, given=40)
    at_once = calendar([0, 5], [0.0, 1e20])
    draft.risk(DIED, street=at_once, hosted=at_once)
    assert just(story(engine, draft.plan()), "capacity", "evicted", "goes") == trace("""
        5 capacity - b - 0
        5 evicted #0 b - 0
        5 capacity - a - 0
        5 evicted #1 a - 0
        5 goes #0 - died 0
        5 goes #1 - died 0
    """)


@shows("12 | blocked limit | person", "13 | patience ends | person, service")
def test_the_blocked_limit_comes_before_the_end_of_patience(engine):
    draft = Drafting(horizon=9)
    draft.place("shelter", 1, stay=50, to=1, blocked_limit=3.0, fallback=2)
    draft.place("care", 0, stay=50, patience=3.0)
    draft.place("hotel", 0, stay=50)
    draft.start(1, where=0, given=2)
    assert story(engine, draft.plan())[3:] == trace("""
        5 blocked_limit #0 shelter hotel 0
        5 withdrawn #0 care - 0
        5 blocked #0 shelter hotel 0
        5 listed #0 hotel - 0
    """)


@shows("17 | arrival | stream", "18 | outing or random contact | service")
def test_who_arrives_at_the_time_of_an_outing_is_met(engine):
    draws = Draws()
    draft = Drafting(horizon=5)
    draft.outreach("m", 0.25, 9)
    draft.stream(rate_until(4.0, draws.unit(key_of("stream 0"), "gap")))
    assert story(engine, draft.plan()) == trace("""
        4 arrives #0 - - 0
        4 outing - m - 1
        4 contact #0 m - 0
    """)


@shows("19 | visit clock rings | person", "20 | evening | service")
def test_whose_visit_begins_at_the_evening_of_the_visitors_applies(engine):
    draws = Draws()
    draft = Drafting(horizon=4.5)
    rate = rate_until(4.0, draws.unit(met(), "visit:rest"))
    draft.drop_in("rest", 9, rate, length=0.25)
    draft.overnight("night", 9, visitors_of=0, evening=0.0, morning=0.25)
    draft.start(1)
    assert [line for line in story(engine, draft.plan()) if line[0] == "4"] == trace("""
        4 visit #0 rest - 0
        4 evening - night - 1
        4 visit_ends #0 rest - 0
        4 night #0 night - 0
        4.25 morning - night - 0
        4.25 leaves_place #0 night - 0
    """)


@shows(
    "Events are taken in order of time, then code (the table), then person number, then service.",
    "The number breaks ties.",
)
def test_events_of_one_kind_come_by_person_then_by_service(engine):
    draft = Drafting(horizon=9)
    draft.place("first", 1, stay=50, to=LEFT)
    draft.place("second", 1, stay=4, to=LEFT)
    draft.place("a", 0, stay=50, patience=6.0)
    draft.place("b", 0, stay=50, patience=6.0)
    draft.start(1)
    draft.start(1, where=0, given=4)
    draft.waiting(3, 1)
    draft.waiting(2, 1)
    draft.waiting(1, 1)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 b - 0
        0 listed #0 a - 0
        0 listed #0 second - 0
        0 admitted #0 second - 0
        4 stay_ends #0 second left 0
        4 leaves_place #0 second left 0
        4 withdrawn #0 a - 0
        4 withdrawn #0 b - 0
        4 goes #0 second left 0
        4 stay_ends #1 first left 0
        4 leaves_place #1 first left 0
        4 goes #1 first left 0
    """)
    draft.services[1] = replace(draft.services[1], stay=draft.law("stay", 40.0))
    assert story(engine, draft.plan())[-2:] == trace("""
        6 gives_up #0 a - 0
        6 gives_up #0 b - 0
    """)


@shows(
    'For arrivals and service events "person" is -1 and the stream number stands for the service.',
    "17 | arrival | stream",
)
def test_streams_and_services_come_in_the_order_of_their_numbers(engine):
    draws = Draws()
    draft = Drafting(horizon=5, classes=("a", "b"))
    draft.overnight("north", 0, evening=0.0, morning=0.5)
    draft.overnight("south", 0, evening=0.0, morning=0.5)
    draft.stream(rate_until(4.0, draws.unit(key_of("stream 0"), "gap")), class_id=1)
    draft.stream(rate_until(4.0, draws.unit(key_of("stream 1"), "gap")), class_id=0)
    lines = [line for line in story(engine, draft.plan()) if line[0] == "4"]
    assert just(lines, "arrives", "evening", "morning") == trace("""
        4 arrives #0 - - 1
        4 arrives #1 - - 0
        4 evening - north - 2
        4 evening - south - 2
        4.5 morning - north - 0
        4.5 morning - south - 0
    """)


@shows(
    "After each event come its consequences, one at a time: while any is possible, the "
    "lowest-numbered service that can take somebody takes one, then the search starts again from "
    "the first service.",
    "The log writes things in exactly the order in which they happen.",
)
def test_after_each_consequence_the_search_starts_again_from_the_first_service(engine):
    draft = Drafting(horizon=9)
    draft.place("shelter", 1, stay=50, to=1)
    draft.place("care", 1, stay=50, to=2)
    draft.place("housing", calendar([0, 5], [0, 2]), stay=50)
    draft.start(1)
    draft.start(1, where=0, given=2)
    draft.start(1, where=1, given=1)
    draft.gate("gate", 3, to=2)
    draft.waiting(0, 1)
    assert story(engine, draft.plan())[1:] == trace("""
        1 stay_ends #2 care housing 0
        1 listed #2 housing - 0
        1 blocked #2 care housing 0
        2 stay_ends #1 shelter care 0
        2 listed #1 care - 0
        2 blocked #1 shelter care 0
        3 stay_ends #3 gate housing 0
        3 listed #3 housing - 0
        3 leaves_place #3 gate - 0
        5 capacity - housing - 2
        5 leaves_place #2 care housing 0
        5 admitted #2 housing care 0
        5 leaves_place #1 shelter care 0
        5 admitted #1 care shelter 0
        5 admitted #0 shelter - 0
        5 admitted #3 housing - 0
    """)


@shows("A failed offer is a consequence too.", "It makes one offer, to the highest rank.")
def test_after_a_failed_offer_the_lowest_service_offers_again(engine):
    draft = Drafting(horizon=9)
    room = calendar([0, 5], [0, 2])
    draft.rooms.append(room)
    draft.place("a", 1, stay=50, unreachable=0.5, room=0)
    draft.place("b", 1, stay=50, room=0)
    draft.start(2)
    draft.waiting(0, 2)
    draft.waiting(1, 2)

    def wanted(draws: Draws) -> bool:
        return draws.share(met(0), "offer:a") < 0.5 <= draws.share(met(1), "offer:a")

    # #0 cannot be reached for a, so #1 is offered it before b offers a place to #0.
    assert story(engine, draft.plan(), draws_with(wanted).seed)[4:] == trace("""
        5 unreachable #0 a - 0
        5 admitted #1 a - 0
        5 withdrawn #0 a - 0
        5 admitted #0 b - 0
    """)


@shows(
    "When none is possible any more, people whose stay (and delay) has just ended and who are "
    "still there become blocked, or go to the street if that is declared",
    "a move to the street frees a place, so consequences are looked for again.",
)
def test_a_move_to_the_street_frees_a_place_that_is_taken_at_once(engine):
    draft = Drafting(horizon=9)
    delay = draft.law("delay", 1.0)
    routes = [Route(1, constant(1.0), delay)]
    draft.place("shelter", 1, stay=50, to=routes, wait_in_place=False)
    draft.place("housing", 0, stay=50)
    draft.start(1)
    draft.start(1, where=0, given=4)
    draft.waiting(0, 1)
    assert story(engine, draft.plan())[1:] == trace("""
        4 stay_ends #1 shelter housing 0
        4 listed #1 housing - 0
        5 delay_ends #1 shelter housing 0
        5 leaves_place #1 shelter - 0
        5 admitted #0 shelter - 0
    """)


@shows(
    "When none is possible any more, people whose stay (and delay) has just ended and who are "
    "still there become blocked"
)
def test_whoever_finds_a_free_place_at_once_is_never_blocked(engine):
    draft = Drafting(horizon=9)
    draft.place("shelter", 1, stay=50, to=1)
    draft.place("housing", 1, stay=50)
    draft.start(1, where=0, given=4)
    assert story(engine, draft.plan()) == trace("""
        4 stay_ends #0 shelter housing 0
        4 listed #0 housing - 0
        4 leaves_place #0 shelter housing 0
        4 admitted #0 housing shelter 0
    """)


@shows(
    "admitted | is given a place | who | where | where from",
    "leaves_place | leaves the place | who | where | where to",
    "turnaround_ends | the place left can be used again | who had left | where",
    "Consequences of one admission, in order: the visit or the night place is left; the old place "
    "is left (its turnaround begins); requests are withdrawn in file order; the new stay begins; "
    "if a request is due at admission it is opened.",
    "The end of a stay is written before the request it opens.",
)
def test_the_consequences_of_one_admission_come_in_order(engine):
    draft = Drafting(horizon=7)
    draws = Draws()
    draft.place("shelter", 1, stay=1, to=3, turnaround=2.0)
    draft.place("a", 0, stay=50)
    draft.place("b", 0, stay=50)
    draft.place("hotel", calendar([0, 4], [0, 1]), stay=50, to=4, request_lead=AT_ADMISSION)
    draft.place("housing", 0, stay=50)
    rate = rate_until(2.0, draws.unit(met(), "visit:rest"))
    draft.drop_in("rest", 9, rate, length=9.0, hosted_attend=True)
    draft.start(1)
    draft.waiting(2, 1)
    draft.waiting(1, 1)
    draft.waiting(0, 1)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 b - 0
        0 listed #0 a - 0
        0 listed #0 shelter - 0
        0 admitted #0 shelter - 0
        1 stay_ends #0 shelter hotel 0
        1 listed #0 hotel - 0
        1 blocked #0 shelter hotel 0
        2 visit #0 rest - 0
        4 capacity - hotel - 1
        4 visit_ends #0 rest - 0
        4 leaves_place #0 shelter hotel 0
        4 withdrawn #0 a - 0
        4 withdrawn #0 b - 0
        4 admitted #0 hotel shelter 0
        4 listed #0 housing - 0
        6 turnaround_ends #0 shelter - 0
    """)


@shows(
    "capacity | the places that can be used change (a closed drop-in has 0) | | where | | places "
    "from now on",
    "It has no rows for the end of a day, the census, a request due and a request decided (what "
    "follows from them is written); a calendar change is written only when the number of places "
    "that can be used changes (0 while a drop-in is closed), and once at the start for every "
    "service that has any.",
)
def test_what_the_log_does_not_write(engine):
    draft = Drafting(horizon=6)
    nominal = calendar([0, 2, 3], [3, 4, 5])
    window = calendar([0, 1, 4], [1, 0, 1])
    draft.place("shelter", nominal, stay=50, open_places=calendar([0, 3], [1, 2]), window=window)
    draft.place("none", 0, stay=50)
    draft.outreach("m", 0.0)
    opening = calendar([0, 1, 2, 3], [1, 0, 1, 0])
    places = calendar([0, 1.5, 2.5], [2, 3, 4])
    draft.drop_in("rest", 9, 0.0, length=0.5, opening=opening, open_places=places)
    draft.overnight("night", 2, evening=0.75, morning=0.25, applies=0.0)
    draft.start(1)
    lines = story(engine, draft.plan(), scene=True)
    assert [line for line in lines if "evening" not in line and "morning" not in line] == trace("""
        0 capacity - shelter - 1
        0 capacity - rest - 2
        0 capacity - night - 2
        0 present #0 - - 0
        1 capacity - rest - 0
        2 capacity - rest - 3
        2.5 capacity - rest - 4
        3 capacity - shelter - 2
        3 capacity - rest - 0
    """)


@shows("Nothing that happens at the horizon itself is simulated, except the end of the last day.")
def test_nothing_that_happens_at_the_horizon_is_simulated(engine):
    draft = Drafting(horizon=4)
    draft.place("shelter", calendar([0, 4], [2, 1]), stay=50, to=LEFT)
    draft.outreach("m", 0.25, 9)
    draft.start(1, where=0, given=4)
    draft.start(1)
    plan = draft.plan()
    assert story(engine, plan) == []
    tallies = ENGINES[engine](plan, 1, 0).tallies
    assert [float(day[0][0]) for day in tallies.level_mean["living"]] == [1, 1, 1, 1]
    assert [float(day[0][0]) for day in tallies.level_end["living"]] == [1, 1, 1, 1]
    assert float(tallies.stay_days[0]) == 4


# --- 7. locked loops ------------------------------------------------------------------------------


def loop(each: dict[str, Any], two: dict[str, Any]) -> Drafting:
    """Return a plan: "one" and "two" wait for each other from day 3 on, "other" for one from 4."""
    draft = Drafting(horizon=9)
    draft.place("one", **{"places": 1, "stay": 50, "to": 1} | each)
    draft.place("two", **{"places": 1, "stay": 50, "to": 0} | two)
    draft.place("other", 1, stay=50, to=0)
    for where, given in enumerate((2, 3, 4)):
        draft.start(1, where=where, given=given)
    return draft


@shows(
    "locked | is part of a locked loop | | which service",
    "After somebody becomes blocked, the services are searched for a set in which every place (or "
    "every place of the room it shares) is taken by a blocked person who waits",
    "for services of the same set only",
    "Nobody in such a set can move until somebody leaves the model or capacity grows. Locked are "
    "those of its services that wait for one another",
    "A service that only waits for locked ones is not locked. Locked services are written to the "
    "log (one locked row per service) the first time they are found",
    "and reported by name.",
)
def test_a_set_of_full_services_that_wait_for_each_other_is_locked(engine):
    plan = loop({}, {}).plan()
    assert story(engine, plan) == trace("""
        2 stay_ends #0 one two 0
        2 listed #0 two - 0
        2 blocked #0 one two 0
        3 stay_ends #1 two one 0
        3 listed #1 one - 0
        3 blocked #1 two one 0
        3 locked - one - 0
        3 locked - two - 0
        4 stay_ends #2 other one 0
        4 listed #2 one - 0
        4 blocked #2 other one 0
    """)
    tallies = ENGINES[engine](plan, 1, 0).tallies
    assert tallies.locked_at == 3
    assert [plan.outline.services[number].name for number in tallies.locked] == ["one", "two"]


@shows(
    "(without a limit, and without patience running for the destination)",
    "none of them under turnaround, and no assessment under way",
)
@pytest.mark.parametrize(
    ("each", "two"),
    [
        ({"blocked_limit": 99.0}, {}),
        ({}, {"patience": 99.0}),
        ({}, {"assessment": 1.0, "assessment_delay": 99.0}),
    ],
    ids=["limit", "patience", "assessment"],
)
def test_no_set_is_locked_while_somebody_in_it_has_a_way_out(engine, each, two):
    lines = story(engine, loop(each, two).plan())
    assert len(just(lines, "blocked")) == 3
    assert just(lines, "locked") == []


@shows("every place (or every place of the room it shares) is taken by a blocked person who waits")
def test_no_set_is_locked_while_somebody_in_it_is_in_a_planned_stay(engine):
    draft = Drafting(horizon=9)
    draft.place("one", 2, stay=50, to=1)
    draft.place("two", 1, stay=50, to=0)
    draft.start(1, where=0, given=2)
    draft.start(1, where=1, given=3)
    draft.gate("gate", 1, to=0)
    lines = story(engine, draft.plan())
    assert just(lines, "admitted", "blocked", "locked") == trace("""
        1 admitted #2 one gate 0
        2 blocked #0 one two 0
        3 blocked #1 two one 0
    """)


@shows("for services of the same set only")
def test_a_set_is_not_locked_if_somebody_waits_for_another_service_too(engine):
    draft = Drafting(horizon=9)
    draft.place("one", 1, stay=2, to=1)
    draft.place("two", 1, stay=50, to=0)
    draft.place("outside", 0, stay=50)
    draft.start(1)
    draft.start(1, where=1, given=3)
    draft.waiting(0, 1)
    draft.waiting(2, 1)
    lines = story(engine, draft.plan())
    assert [line.split()[2] for line in just(lines, "blocked")] == ["#0", "#1"]
    assert just(lines, "locked") == []


@shows("none of them under turnaround")
def test_a_set_is_not_locked_while_a_place_is_under_turnaround(engine):
    draft = Drafting(horizon=6, classes=("stuck", "leaves"))
    stuck, leaves = (Route(0, constant(1.0)),), (Route(LEFT, constant(1.0)),)
    draft.place("one", 1, stay=50, to=1)
    draft.place("two", 2, stay=50, routes=(stuck, leaves), turnaround=4.0)
    draft.place("other", 1, stay=50, to=0)
    draft.start(1, where=0, given=2)
    draft.start(1, where=1, given=3)
    draft.start(1, where=1, given=3, class_id=1)
    draft.start(1, where=2, given=5)
    lines = story(engine, draft.plan())
    assert just(lines, "blocked", "goes", "locked") == trace("""
        2 blocked #0 one two 0
        3 blocked #1 two one 0
        3 goes #2 two left 0
        5 blocked #3 other one 0
    """)


@shows("every place (or every place of the room it shares) is taken by a blocked person who waits")
@pytest.mark.parametrize("third", [True, False])
def test_a_room_that_is_full_of_people_who_wait_for_each_other_is_locked(engine, third):
    draft = Drafting(horizon=9)
    draft.rooms.append(constant(3 if third else 2))
    draft.place("one", 2, stay=50, to=1, room=0)
    draft.place("two", 2, stay=50, to=0, room=0)
    draft.place("three", 1, stay=50, to=LEFT, room=0)
    draft.start(1, where=0, given=2)
    draft.start(1, where=1, given=3)
    if third:
        draft.start(1, where=2, given=6)  # in the room, and free to go
    lines = story(engine, draft.plan())
    if third:
        assert just(lines, "blocked", "locked", "goes", "admitted") == trace("""
            2 blocked #0 one two 0
            3 blocked #1 two one 0
            6 goes #2 three left 0
            6 admitted #1 one two 0
            6 admitted #0 two one 0
        """)
    else:
        assert just(lines, "blocked", "locked", "admitted") == trace("""
            2 blocked #0 one two 0
            3 blocked #1 two one 0
            3 locked - one - 0
            3 locked - two - 0
        """)


@shows("(without a limit, and without patience running for the destination)")
def test_patience_for_another_service_than_the_destination_is_no_way_out(engine):
    draft = Drafting(horizon=12)
    draft.place("one", 1, stay=2, to=1)
    draft.place("two", 1, stay=50, to=0)
    draft.place("three", 1, stay=50, to=0, patience=50.0)
    draft.start(1)
    draft.start(1, where=1, given=3)
    draft.start(1, where=2, given=4)
    draft.waiting(0, 1)
    draft.waiting(2, 1)  # #0 is on the list of three as well, and blocked in one for two
    lines = story(engine, draft.plan())
    assert just(lines, "blocked", "locked") == trace("""
        2 blocked #0 one two 0
        3 blocked #1 two one 0
        4 blocked #2 three one 0
        4 locked - one - 0
        4 locked - two - 0
        4 locked - three - 0
    """)


@shows(
    "Locked services are written to the log (one locked row per service) the first time they are "
    "found and again after they have come loose"
)
def test_a_set_is_written_again_only_after_it_has_come_loose(engine):
    draft = Drafting(horizon=22)
    draws = Draws()
    draft.place("one", 1, stay=5, to=1)
    draft.place("two", 1, stay=7, to=0)
    draft.place("three", 1, stay=50, to=3)
    draft.place("four", 1, stay=50, to=2)
    for where, given in enumerate((2, 3, 4, 5)):
        draft.start(1, where=where, given=given)
    draft.gate("gate", 4, to=0)
    draft.risk_purposes.append(draft.purpose("risk"))
    dies = ExitHazard(DIED, rate_until(8.0, draws.unit(met(where=0), "risk")), 0)
    draft.services[0] = replace(draft.services[0], risks=(dies,))
    lines = story(engine, draft.plan())
    assert just(lines, "goes", "admitted", "blocked", "locked") == trace("""
        2 blocked #0 one two 0
        3 blocked #1 two one 0
        3 locked - one - 0
        3 locked - two - 0
        4 blocked #2 three four 0
        5 blocked #3 four three 0
        5 locked - three - 0
        5 locked - four - 0
        8 goes #0 one died 0
        8 admitted #1 one two 0
        13 admitted #1 two one 0
        13 admitted #4 one - 0
        18 blocked #4 one two 0
        20 blocked #1 two one 0
        20 locked - one - 0
        20 locked - two - 0
    """)


@shows("Nobody in such a set can move until somebody leaves the model or capacity grows.")
def test_a_locked_set_comes_loose_when_capacity_grows(engine):
    draft = loop({}, {"places": calendar([0, 6, 7], [1, 2, 1])})
    lines = story(engine, draft.plan())
    assert just(lines, "capacity", "admitted", "locked") == trace("""
        3 locked - one - 0
        3 locked - two - 0
        6 capacity - two - 2
        6 admitted #0 two one 0
        6 admitted #1 one two 0
        7 capacity - two - 1
    """)


@shows(
    "going on and on from a service to one that somebody there waits for",
    "leads back to it. A service that only waits for locked ones is not locked.",
)
def test_who_waited_for_a_set_before_it_was_locked_is_not_locked(engine):
    draft = Drafting(horizon=9)
    draft.place("a", 1, stay=50, to=1)
    draft.place("b", 1, stay=50, to=2)
    draft.place("c", 1, stay=50, to=1)
    for where, given in enumerate((2, 3, 4)):
        draft.start(1, where=where, given=given)
    plan = draft.plan()
    assert just(story(engine, plan), "locked") == trace("""
        4 locked - b - 0
        4 locked - c - 0
    """)
    assert ENGINES[engine](plan, 1, 0).tallies.locked == (1, 2)


@shows("going on and on from a service to one that somebody there waits for", "leads back to it.")
def test_a_service_between_two_locked_sets_is_not_locked(engine):
    draft = Drafting(horizon=19, classes=("these", "those"))
    ways = tuple((Route(to, constant(1.0)),) for to in (1, 2))  # those wait for what is between
    draft.place("one", 2, stay=50, routes=ways)
    draft.place("two", 1, stay=50, to=0)
    draft.place("between", 1, stay=50, to=3)
    draft.place("three", 1, stay=50, to=4)
    draft.place("four", 1, stay=50, to=3)
    for where, given in enumerate((4, 5, 3, 2, 1)):
        draft.start(1, where=where, given=given)
    draft.start(1, where=0, class_id=1, given=4)
    assert just(story(engine, draft.plan()), "locked") == trace("""
        2 locked - three - 0
        2 locked - four - 0
        5 locked - one - 0
        5 locked - two - 0
    """)


@shows("(or that fills the room of that one)")
def test_who_fills_the_room_of_a_service_waited_for_is_locked_with_those_who_wait(engine):
    draft = Drafting(horizon=9)
    draft.rooms.append(constant(1))
    draft.place("wanted", 2, stay=50, to=LEFT, room=0)
    draft.place("mate", 2, stay=50, to=2, room=0)
    draft.place("b", 1, stay=50, to=0)
    draft.start(1, where=1, given=2)
    draft.start(1, where=2, given=3)
    # b waits for a service with free places, in a room that only the mate fills, who waits for b
    assert just(story(engine, draft.plan()), "locked") == trace("""
        3 locked - mate - 0
        3 locked - b - 0
    """)
