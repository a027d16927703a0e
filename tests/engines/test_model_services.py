"""Stories of section 3 of docs/model.md: the four kinds of service."""

from __future__ import annotations

import math
from itertools import count

import pytest

from sim.core.calendars import Calendar, calendar, constant
from sim.core.distributions import distribution
from sim.core.draws import key_of, person_key
from sim.core.events import DIED, HOUSED, LEFT, STREET
from sim.plan.build import plan_of
from sim.plan.tables import Evict, Route, TimedDistribution, Trait
from tests.stories import Draws, draws_with, met, rate_until, shows
from tests.support.engines import ENGINES, just, story, trace
from tests.support.plans import Drafting
from tests.support.written import scenario

pytestmark = pytest.mark.parametrize("engine", sorted(ENGINES))

AT_ONCE = 1e6
"""A rate [per day] at which a clock rings within seconds: the same time in six digits."""


def head(days: int, start: str = "2024-01-01") -> str:
    """Return the beginning of a scenario file."""
    return f"title: a story\nperiod: {{start: {start}, length: {days} days}}\n"


# --- 3. capacity ----------------------------------------------------------------------------------

STAFFED = """
shelter:
  kind: places
  places: {calendar: {2024-01-01: 3, 2024-01-03: 5}}
  staffed: {calendar: {2024-01-01: 50 %, 2024-01-04: 60 %, 2024-01-05: 58 %}}
  stay: 9 days
  routes: [{to: street, share: 100 %}]
a hair short: {kind: overnight, places: 100, staffed: 29 %, from: "20:00", until: "08:00"}
short: {kind: overnight, places: 100, staffed: 28.99999 %, from: "20:00", until: "08:00"}
"""
HOSTED = "start: {services: {shelter: {people: 1, residual: full}}}\n"


@shows(
    "Effective capacity is places x staffed share, rounded down, from the calendar "
    "of both; a product within a billionth of a whole number counts as that number.",
    "once at the start for every service that has any",
)
def test_open_places_are_places_times_staffed_share_rounded_down(engine):
    assert 100 * 0.29 < 29  # as computers reckon
    lines = story(engine, plan_of(scenario(STAFFED, more=HOSTED, head=head(6))), scene=True)
    assert just(lines, "capacity") == trace("""
        0 capacity - shelter - 1
        0 capacity - a hair short - 29
        0 capacity - short - 28
        2 capacity - shelter - 2
        3 capacity - shelter - 3
        4 capacity - shelter - 2
    """)


@shows(
    "A service may share a room with others: then the people in all of them together may not "
    "exceed the room's places either.",
    "A service of kind places can take somebody if a place is free (open places and shared room)",
)
def test_people_in_a_shared_room_count_together_but_not_places_under_turnaround(engine):
    draft = Drafting(horizon=9)
    draws = Draws()
    draft.rooms.append(calendar([0, 5], [2, 3]))
    draft.place("one", 2, stay=50, to=LEFT, room=0, turnaround=5.0)
    draft.place("two", 2, stay=50, room=0)
    clock = draws.unit(met(where=3), "visit:rest")
    rate = calendar([0, 6, 8], [0.0, clock / 2, 0.0])
    draft.drop_in("rest", 3, rate, length=1.0, room=0)
    draft.gate("to the street", 6)
    draft.gate("to one", 4, to=0)
    draft.start(2)
    draft.start(1, where=0, given=3)
    draft.waiting(1, 2)
    assert story(engine, draft.plan(), draws.seed) == trace("""
        0 listed #0 two - 0
        0 listed #1 two - 0
        0 admitted #0 two - 0
        3 stay_ends #2 one left 0
        3 leaves_place #2 one left 0
        3 goes #2 one left 0
        3 admitted #1 two - 0
        4 stay_ends #4 to one one 0
        4 listed #4 one - 0
        4 leaves_place #4 to one - 0
        5 admitted #4 one - 0
        6 stay_ends #3 to the street - 0
        6 leaves_place #3 to the street - 0
        8 turnaround_ends #2 one - 0
        8 turned_away #3 rest - 0
    """)


@shows(
    "A service may share a room with others: then the people in all of them together may not "
    "exceed the room's places either."
)
def test_visitors_of_a_drop_in_take_room_in_a_shared_room(engine):
    draft = Drafting(horizon=2, classes=("visitor", "other"))
    draws = Draws()
    draft.rooms.append(constant(1))
    rate = rate_until(1.0, draws.unit(met(), "visit:rest"))
    draft.drop_in("rest", 3, rate, length=0.5, room=0, visitors=(1.0, 0.0))
    draft.place("one", calendar([0, 1.25], [0, 1]), stay=50, room=0, classes=(False, True))
    draft.start(1)
    draft.start(1, class_id=1)
    draft.waiting(1, 1)
    assert story(engine, draft.plan(), draws.seed) == trace("""
        0 listed #1 one - 0
        1 visit #0 rest - 0
        1.25 capacity - one - 1
        1.5 visit_ends #0 rest - 0
        1.5 admitted #1 one - 0
    """)


# --- 3.1 outreach ---------------------------------------------------------------------------------

WORKED = """
maraudes: {kind: outreach, teams: 2, outings: 7 per week, hours: mon-fri 09:00-13:00, contacts: 2}
"""


@shows(
    "Either outings: teams x outings per week, spread evenly over the hours worked (the k-th "
    "outing takes place when the cumulated rate of outings reaches k",
    "each meeting a number of people",
    "may repeat by weekday and hour",
    "Times are in days since midnight of the first day of the period",
)
def test_outings_are_spread_evenly_over_the_hours_worked(engine):
    # 14 outings in the 20 hours of a week: one every 10/7 hours, and a fifth of one is left over
    # from Friday 2024-01-05 (day 0) for Monday (day 3).
    friday, monday, gap = 9 / 24, 3 + 9 / 24, 10 / 7 / 24
    times = [friday + gap, friday + 2 * gap, *(monday + (0.2 + k) * gap for k in range(3))]
    plan = plan_of(scenario(WORKED, more="start: {street: 3}\n", head=head(4, "2024-01-05")))
    assert just(story(engine, plan), "outing") == [f"{t:g} outing - maraudes - 2" for t in times]


EVERY_DAY = """
maraudes: {kind: outreach, outings: 7 per day, hours: "every day 14:00-22:00", contacts: 1}
"""


@shows(
    "(the k-th outing takes place when the cumulated rate of outings reaches k, or comes within a "
    "billionth of it)"
)
def test_the_last_outing_of_a_day_takes_place_at_the_end_of_the_hours(engine):
    # In floating point the sevenths of most days fall short of one; the next would be tomorrow's.
    plan = plan_of(scenario(EVERY_DAY, head=head(20)))
    log = ENGINES[engine](plan, 1, 0, log=True).log
    assert log is not None
    eight_hours = 28_800_000
    wanted = [
        (day * 24 + 14) * 3_600_000 + round(eight_hours * k / 7)
        for day in range(20)
        for k in range(1, 8)
    ]
    assert [round(row.time * 86_400_000) for row in log] == wanted


@shows(
    "outing | a team goes out, or meets somebody at random | | outreach | | people met",
    "or contacts at random (a Poisson process, one person each)",
    "Outings and streams draw",
)
def test_contacts_at_random_come_after_exponential_gaps_and_meet_one_person(engine):
    draft = Drafting(horizon=4)
    draft.outreach("m", calendar([0, 1], [2.0, 0.5]), 1, at_random=True)
    draft.start(2)

    def contacts(draws: Draws) -> list[float]:
        rate, due, times = calendar([0, 1], [2.0, 0.5]), 0.0, []
        for k in count():
            due += draws.unit(key_of("m"), "outing:m", k)
            if rate.when(due) >= 4:
                return times
            times.append(rate.when(due))
        raise AssertionError

    draws = draws_with(lambda draws: len([t for t in contacts(draws) if t > 1]) == 3)
    lines = just(story(engine, draft.plan(), draws.seed), "outing", "contact")
    assert lines[::2] == [f"{t:g} outing - m - 1" for t in contacts(draws)]
    assert [line.split()[1] for line in lines[1::2]] == ["contact"] * len(contacts(draws))


def picked(street_list: list[int], draws: list[float]) -> list[int]:
    """Return who is met: position floor(u x remaining), then the last remaining takes the gap."""
    remaining, met_in_order = list(street_list), []
    for u in draws:
        position = math.floor(u * len(remaining))
        met_in_order.append(remaining[position])
        remaining[position], remaining[-1] = remaining[-1], remaining[position]
        remaining.pop()
    return met_in_order


@shows(
    "Meets people where they are.",
    "An outing meets distinct people among those in the street, each set equally likely, never "
    "more than are there. A fractional number is rounded up with the probability of its fraction. "
    "Who is met is drawn by the outing: the people in the street stand on a street list (a "
    "newcomer to the street at its end; when somebody leaves, the last on it takes the gap); draw "
    "i of the outing picks, among the positions on it not yet picked, position "
    "floor(u x remaining), after which the picked one and the last remaining swap for the length "
    "of the outing. People are contacted in the order picked.",
    "Outings and streams draw under their own key.",
)
def test_who_is_met_is_drawn_from_the_street_list(engine):
    draft = Drafting(horizon=3.5)
    draft.place("shelter", calendar([0, 1.5], [0, 1]), stay=50)
    draft.outreach("m", 1.0, 3.25)
    draft.gate("gate", 1.25)
    draft.start(5)
    draft.waiting(0, 1)
    service = key_of("m")

    def fits(draws: Draws) -> bool:
        up = [draws.share(service, "size:m", k) for k in range(3)]
        listed = min(range(5), key=lambda k: draws.share(met(k), "start list:0"))
        return listed == 1 and up[0] < 0.25 <= up[1] < 0.75 and up[2] < 0.25

    draws = draws_with(fits)
    met_draws = [draws.share(service, "meet:m", k) for k in range(11)]
    at_1 = picked([0, 1, 2, 3, 4], met_draws[:4])
    # #5 has come to the end of the street list at 1.25, and has taken the gap of #1 at 1.5.
    at_2 = picked([0, 5, 2, 3, 4], met_draws[4:7])
    at_3 = picked([0, 5, 2, 3, 4], met_draws[7:])
    assert len({tuple(sorted(item)) for item in (at_1, at_2, at_3)}) == 3
    expected = []
    for time, people in ((1, at_1), (2, at_2), (3, at_3)):
        expected += [f"{time} outing - m - {len(people)}"]
        expected += [f"{time} contact #{who} m - 0" for who in people]
    assert just(story(engine, draft.plan(), draws.seed), "outing", "contact") == expected


@shows(
    "An outing meets distinct people among those in the street, each set equally likely, never "
    "more than are there.",
    "somebody at a drop-in visit still lives in the street",
    "At every instant a person is in exactly one living situation:",
)
def test_only_people_in_the_street_are_met_those_at_a_visit_too(engine):
    draft = Drafting(horizon=2.5, classes=("women", "men"))
    draft.outreach("m", calendar([0, 1, 2], [1.0, 1.0, 0.0]), 9)
    draft.overnight("night", 1, evening=0.75, morning=0.25, classes=(False, True))
    draft.place("shelter", 1, stay=50)
    draft.drop_in("rest", 9, calendar([0, 0.5], [0.0, AT_ONCE]), length=3.0, visitors=(1.0, 0.0))
    draft.start(1)
    draft.start(1, class_id=1)
    draft.start(1, where=2, given=40)
    assert just(story(engine, draft.plan()), "outing", "contact", "visit", "night") == trace(
        """
        0.5 visit #0 rest - 0
        0.75 night #1 night - 0
        1 outing - m - 1
        1 contact #0 m - 0
        1.75 night #1 night - 0
        2 outing - m - 1
        2 contact #0 m - 0
    """
    )


@shows(
    "outing | a team goes out, or meets somebody at random | | outreach | | people met",
    "contact | meets outreach | who | outreach",
    "becomes_visitor | becomes a visitor by that contact | who | drop-in | outreach",
    "referred | a referral is opened | who | the service asked for | who referred",
    "accepted | the referral or request is accepted | who | the service asked for",
    "listed | is put on the waiting list | who | whose list",
    "A contact can make the person a visitor of a drop-in that serves their class (each declared "
    "share), and opens referrals (section 5).",
    "People become visitors when they enter the model, with a declared share, or by a contact.",
)
def test_a_contact_makes_visitors_and_then_opens_referrals(engine):
    draft = Drafting(horizon=2.5)
    draft.place("shelter", 0, stay=50)
    draft.drop_in("always", 9, calendar([0, 1.5], [0.0, AT_ONCE]), length=9.0, visitors=0.0)
    draft.drop_in("half", 9, 0.0, length=9.0, visitors=0.0)
    draft.drop_in("already", 9, 0.0, length=9.0, visitors=1.0)
    draft.drop_in("never", 9, AT_ONCE, length=9.0, visitors=0.0)
    makes = [(1, 1.0), (2, 0.5), (3, 1.0), (4, 0.0)]
    draft.outreach("m", 1.0, 1, [draft.referral("m", 0)], makes)
    draft.start(1)
    draws = draws_with(
        lambda draws: draws.share(met(), "makes:m:2") >= 0.5 > draws.share(met(), H, 1)
    )
    assert story(engine, draft.plan(), draws.seed) == trace("""
        1 outing - m - 1
        1 contact #0 m - 0
        1 becomes_visitor #0 always m 0
        1 referred #0 shelter m 0
        1 accepted #0 shelter - 0
        1 listed #0 shelter - 0
        1.5 visit #0 always - 0
        2 outing - m - 1
        2 contact #0 m - 0
        2 becomes_visitor #0 half m 0
    """)


@shows("A contact can make the person a visitor of a drop-in that serves their class")
def test_a_contact_makes_no_visitor_of_a_drop_in_that_does_not_serve_them(engine):
    draft = Drafting(horizon=1.5, classes=("served", "not served"))
    draft.drop_in("rest", 9, 0.0, length=1.0, visitors=0.0, classes=(True, False))
    draft.outreach("m", 1.0, 2, makes=[(0, 1.0)])
    draft.start(1)
    draft.start(1, class_id=1)
    lines = just(story(engine, draft.plan()), "contact", "becomes_visitor")
    assert sorted(lines) == sorted(
        trace("""
        1 contact #0 m - 0
        1 becomes_visitor #0 rest m 0
        1 contact #1 m - 0
    """)
    )


H = "makes:m:2"

# --- 3.2 drop-in ----------------------------------------------------------------------------------


def every_day(start: float, end: float, days: int, value: float = 1.0) -> Calendar:
    """Return opening hours (or a rate in them): a value from start to end of each day, else 0."""
    steps = [(0.0, 0.0)]
    for day in range(days):
        steps += [(day + start, value), (day + end, 0.0)]
    return calendar([time for time, _ in steps], [value for _, value in steps])


@shows(
    "A visitor has a clock for it, running at visit rate x own trait inside opening hours",
    "wound anew after each visit, refusal or wait at the door",
    "A person has a class and a few traits (numbers drawn once, such as how eagerly they visit a "
    "drop-in).",
    "A visit lasts a drawn length, cut at closing time",
)
def test_a_clock_runs_at_rate_times_trait_in_opening_hours_and_is_wound_anew(engine):
    draft = Drafting(horizon=6)
    eager = draft.law("eager", distribution("uniform", low=1.0, high=3.0))
    draft.traits.append(Trait("eager", eager))
    rate = every_day(0.25, 0.75, 6, 2.0)
    fields = {"opening": every_day(0.25, 0.75, 6), "trait": 0}
    draft.drop_in("rest", 9, rate, distribution("uniform", low=0.0, high=0.5), **fields)
    draft.start(1)
    draws, who = Draws(), met()
    trait = 1 + 2 * draws.share(who, "eager")
    expected, now = [], 0.0
    for visit in count():
        rings = rate.when(rate.area(now) + draws.unit(who, "visit:rest", visit) / trait)
        if rings >= 6:
            break
        closes = math.floor(rings) + 0.75
        now = min(closes, rings + 0.5 * draws.share(who, "visit_length:rest", visit))
        expected += [f"{rings:g} visit #0 rest - 0", f"{now:g} visit_ends #0 rest - 0"]
    assert len(expected) > 8
    assert any(line.split()[0].endswith(".75") for line in expected)
    assert just(story(engine, draft.plan()), "visit", "visit_ends") == expected


VISITED = """
rest:
  {kind: drop-in, places: 9, opening_hours: "mon-fri 09:00-13:00", visits: 1 per day,
   visit_length: 4 h}
"""


@shows("inside opening hours (gathered into them, so that a week holds as many visits)")
def test_visits_are_gathered_into_the_opening_hours(engine):
    plan = plan_of(scenario(VISITED, more="start: {street: 1}\n", head=head(2)))
    who = person_key(key_of("start:street:everybody"), 0)
    draws = draws_with(lambda draws: 0.5 < draws.unit(who, "visit:rest") < 1.3)
    # Seven visits a week in 20 hours: 8.4 per day while it is open.
    rings = 9 / 24 + draws.unit(who, "visit:rest") / 8.4
    assert just(story(engine, plan, draws.seed), "visit")[0] == f"{rings:g} visit #0 rest - 0"


@shows("paused while in any visit or at any door")
def test_a_clock_is_paused_while_in_any_visit(engine):
    draft = Drafting(horizon=4.125)
    who = met()
    draws = draws_with(
        lambda draws: 2 * draws.unit(who, "visit:b", 1) > 0.25 * draws.unit(who, "visit:b")
    )
    draft.drop_in("a", 9, rate_until(1.0, draws.unit(who, "visit:a")), length=2.0)
    draft.drop_in("b", 9, draws.unit(who, "visit:b") / 2, length=9.0)  # would ring at day 2
    draft.start(1)
    assert story(engine, draft.plan(), draws.seed) == trace("""
        1 visit #0 a - 0
        3 visit_ends #0 a - 0
        4 visit #0 b - 0
    """)


@shows("paused while in any visit or at any door")
def test_a_clock_is_paused_while_at_any_door(engine):
    draft = Drafting(horizon=4.125, classes=("both", "a"))
    who, other = met(), met(class_id=1)
    draws = draws_with(
        lambda draws: draws.unit(other, "visit:a") + 0.1 < draws.unit(who, "visit:a")
    )
    first, second = draws.unit(other, "visit:a"), draws.unit(who, "visit:a")
    rate = calendar([0, 0.5, 1.125], [first / 0.5, (second - first) / 0.5, 0.0])
    draft.drop_in("a", 1, rate, length=9.0, door_wait=2.0)
    draft.drop_in("b", 9, draws.unit(who, "visit:b") / 2, length=9.0, visitors=(1.0, 0.0))
    draft.start(1)
    draft.start(1, class_id=1)
    assert story(engine, draft.plan(), draws.seed) == trace("""
        0.5 visit #1 a - 0
        1 at_door #0 a - 0
        3 leaves_door #0 a - 0
        3 turned_away #0 a - 0
        4 visit #0 b - 0
    """)


@shows("and (unless hosted people may attend) while not living in the street")
def test_a_clock_is_paused_while_hosted_unless_hosted_people_may_attend(engine):
    draft = Drafting(horizon=3.5)
    who = met(where=2)
    draws = Draws()
    street, hosted = draws.unit(who, "visit:street"), draws.unit(who, "visit:hosted")
    draft.drop_in("street", 9, calendar([0, 3.1], [street, 0.0]), length=9.0)
    draft.drop_in("hosted", 9, rate_until(1.0, hosted), length=0.5, hosted_attend=True)
    draft.gate("gate", 2)
    assert just(story(engine, draft.plan(), draws.seed), "visit", "visit_ends") == trace("""
        1 visit #0 hosted - 0
        1.5 visit_ends #0 hosted - 0
        3 visit #0 street - 0
    """)


@shows("and (unless hosted people may attend) while not living in the street")
def test_a_clock_is_paused_in_a_night_place(engine):
    draft = Drafting(horizon=1.6)
    draws = Draws()
    draft.drop_in("rest", 9, draws.unit(met(), "visit:rest"), length=9.0)  # would ring at day 1
    draft.overnight("night", 1, evening=0.75, morning=0.25)
    draft.start(1)
    assert story(engine, draft.plan(), draws.seed) == trace("""
        0.25 morning - night - 0
        0.75 evening - night - 1
        0.75 night #0 night - 0
        1.25 morning - night - 0
        1.25 leaves_place #0 night - 0
        1.5 visit #0 rest - 0
    """)


@shows("People become visitors when they enter the model, with a declared share, or by a contact.")
def test_who_is_a_visitor_is_drawn_when_they_enter(engine):
    draft = Drafting(horizon=9, classes=("some", "none"))
    draft.drop_in("rest", 99, calendar([0, 5], [0.0, AT_ONCE]), length=9.0, visitors=(0.5, 0.0))
    draft.place("shelter", 2, stay=50, wait_in_place=False)
    draft.start(6)
    draft.start(4, class_id=1)
    draft.start(2, where=1, given=3)
    newcomer = person_key(key_of("stream 0"), 0)
    everybody = [*(met(k) for k in range(6)), *(met(k, where=1) for k in range(2)), newcomer]
    numbers = [*range(6), 10, 11, 12]

    def one_of_each(draws: Draws) -> bool:
        shares = [draws.share(who, "visitor:rest") < 0.5 for who in everybody]
        return sum(shares[:6]) == 2 and shares[6] != shares[7] and shares[8]

    draws = draws_with(one_of_each)
    draft.stream(rate_until(4.0, draws.unit(key_of("stream 0"), "gap")))
    expected = {
        f"#{number}"
        for number, who in zip(numbers, everybody, strict=True)
        if draws.share(who, "visitor:rest") < 0.5
    }
    lines = just(story(engine, draft.plan(), draws.seed), "visit")
    assert {line.split()[2] for line in lines} == expected


@shows(
    "When the clock rings and the person is free, and the place is not full and nobody waits at "
    "the door, the visit begins; when full, the person is turned away, or, if declared, waits at "
    "the door for a drawn time at most (first come first served).",
    "A drop-in can take somebody if there is room and somebody waits at its door: the first who "
    "came.",
)
def test_the_door_is_first_come_first_served(engine):
    draft = Drafting(horizon=4.5)
    draft.drop_in("rest", 1, AT_ONCE, length=1.0, door_wait=2.25)
    draft.gate("a", 1)
    draft.gate("b", 1.5)
    draft.gate("c", 1.25)
    # Who leaves comes back at once, behind the others; a wait of more than 2.25 days has an end.
    lines = [line for line in story(engine, draft.plan()) if " rest " in line]
    assert lines == trace("""
        1 visit #0 rest - 0
        1.25 at_door #2 rest - 0
        1.5 at_door #1 rest - 0
        2 visit_ends #0 rest - 0
        2 visit #2 rest - 0
        2 at_door #0 rest - 0
        3 visit_ends #2 rest - 0
        3 visit #1 rest - 0
        3 at_door #2 rest - 0
        4 visit_ends #1 rest - 0
        4 visit #0 rest - 0
        4 at_door #1 rest - 0
    """)


@shows(
    "at_door | begins to wait at the door | who | drop-in",
    "leaves_door | leaves the door without having come in | who | drop-in",
    "turned_away | finds no room: in the waiting room, at the drop-in, for the night | who | where",
    "visit | begins a visit | who | drop-in",
    "visit_ends | leaves the drop-in | who | drop-in",
    "A visit lasts a drawn length, cut at closing time; a wait at the door is cut at closing time "
    "too.",
    "a calendar change is written only when the number of places that can be used changes (0 while "
    "a drop-in is closed)",
)
def test_visits_and_waits_at_the_door_are_cut_at_closing_time(engine):
    draft = Drafting(horizon=3)
    opening = calendar([0, 0.5, 1.5, 2.5], [0, 1, 0, 1])
    draft.drop_in(
        "rest", 1, calendar([0, 0.5, 1.5], [0, AT_ONCE, 0]), 2.0, door_wait=5.0, opening=opening
    )
    draft.gate("a", 1)
    draft.gate("b", 1.25)
    lines = story(engine, draft.plan(), scene=True)
    assert [line for line in lines if " rest " in line] == trace("""
        0.5 capacity - rest - 1
        1 visit #0 rest - 0
        1.25 at_door #1 rest - 0
        1.5 capacity - rest - 0
        1.5 visit_ends #0 rest - 0
        1.5 leaves_door #1 rest - 0
        1.5 turned_away #1 rest - 0
        2.5 capacity - rest - 1
    """)


@shows(
    "An admission to a place, a night place or leaving the model ends a visit at once.",
    "the visit or the night place is left; the old place is left",
)
def test_an_admission_a_night_place_and_leaving_the_model_end_a_visit(engine):
    draft = Drafting(horizon=2.5, classes=("place", "night", "death"))
    draft.place("shelter", calendar([0, 1], [0, 1]), stay=50, classes=(True, False, False))
    draft.overnight("night", 1, evening=0.75, morning=0.25, classes=(False, True, False))
    draft.drop_in("rest", 9, calendar([0, 0.5], [0.0, AT_ONCE]), length=3.0)
    for class_id in range(3):
        draft.start(1, class_id=class_id)
    draft.waiting(0, 1)
    purpose = f"risk:{DIED}"
    draws = draws_with(
        lambda draws: (
            draws.unit(met(class_id=2), purpose)
            < min(draws.unit(met(class_id=0), purpose), draws.unit(met(class_id=1), purpose))
        )
    )
    draft.risk(DIED, street=rate_until(2.0, draws.unit(met(class_id=2), purpose)))
    lines = story(engine, draft.plan(), draws.seed)
    wanted = ("visit_ends", "night", "admitted", "goes", "leaves_place")
    assert just(lines, *wanted) == trace("""
        0.75 visit_ends #1 rest - 0
        0.75 night #1 night - 0
        1 visit_ends #0 rest - 0
        1 admitted #0 shelter - 0
        1.25 leaves_place #1 night - 0
        1.75 visit_ends #1 rest - 0
        1.75 night #1 night - 0
        2 visit_ends #2 rest - 0
        2 goes #2 - died 0
        2.25 leaves_place #1 night - 0
    """)


@shows("If capacity falls, visits in progress go on; nobody enters until there is room.")
def test_when_a_drop_in_loses_places_visits_go_on_and_nobody_enters(engine):
    draft = Drafting(horizon=2.5)
    draft.drop_in("rest", calendar([0, 1.2], [2, 1]), AT_ONCE, length=1.0, door_wait=9.0)
    draft.gate("a", 1)
    draft.gate("b", 1.1)
    draft.gate("c", 1.15)
    assert [line for line in story(engine, draft.plan()) if " rest " in line] == trace("""
        1 visit #0 rest - 0
        1.1 visit #1 rest - 0
        1.15 at_door #2 rest - 0
        1.2 capacity - rest - 1
        2 visit_ends #0 rest - 0
        2 at_door #0 rest - 0
        2.1 visit_ends #1 rest - 0
        2.1 visit #2 rest - 0
        2.1 at_door #1 rest - 0
    """)


@shows(
    "At the start of a visit, with declared shares: a care act happens; an interview is sought, "
    "and held if fewer than the day's number have been held since midnight.",
    "the count is how many times that person has drawn for it",
)
def test_care_acts_and_interviews_are_drawn_at_each_visit(engine):
    draft = Drafting(horizon=3)
    most = calendar([0, 2], [1, 0])
    fields = {"care_act": 0.5, "interview": 0.625, "interviews_per_day": most}
    draft.drop_in("rest", 9, AT_ONCE, length=0.1875, **fields)  # 16 visits in three days
    draft.start(1)
    who, held, expected = met(), set(), []
    draws = draws_with(lambda draws: draws.share(who, "interview:rest", 0) >= 0.625)
    for visit in range(16):
        time = visit * 0.1875
        expected += ["visit"]
        if draws.share(who, "care_act:rest", visit) < 0.5:
            expected += ["care_act"]
        sought = draws.share(who, "interview:rest", visit) < 0.625
        if sought and time < 2 and int(time) not in held:
            held.add(int(time))
            expected += ["interview"]
    assert held == {0, 1}
    assert expected.count("care_act") not in (0, 16)
    lines = story(engine, draft.plan(), draws.seed)
    assert [line.split()[1] for line in lines if "visit_ends" not in line] == expected


@shows("and held if fewer than the day's number have been held since midnight.")
def test_the_day_s_number_of_interviews_is_for_all_visitors_together(engine):
    draft = Drafting(horizon=2)
    fields = {"interview": 1.0, "interviews_per_day": calendar([0], [1])}
    draft.drop_in("rest", 9, AT_ONCE, length=0.375, **fields)
    draft.start(3)
    lines = story(engine, draft.plan())
    assert len(just(lines, "visit")) == 18  # three people, at 0, 0.375 ... 1.875
    held = [float(line.split()[0]) for line in just(lines, "interview")]
    assert [int(time) for time in held] == [0, 1]


# --- 3.3 overnight --------------------------------------------------------------------------------

NIGHT = {"evening": 0.75, "morning": 0.25}


@shows(
    "Every evening at a declared hour, places are given out among applicants: people in the street",
    "of an eligible class, who have not just spent the declared maximum of consecutive nights, and "
    "who apply (a declared share, drawn each evening)",
    "Places not given out stay empty that night.",
)
def test_people_of_the_street_of_an_eligible_class_apply_with_a_share_each_evening(engine):
    draft = Drafting(horizon=6, classes=("women", "men"))
    draft.overnight("night", 9, applies=0.5, classes=(True, False), **NIGHT)
    draft.place("shelter", 1, stay=50)
    draft.start(1)
    draft.start(1, class_id=1)
    draft.start(1, where=1, given=40)

    draws = draws_with(
        lambda draws: (
            [draws.share(met(), "applies:night", k) < 0.5 for k in range(6)]
            == [False, True, True, False, True, False]
        )
    )
    lines = story(engine, draft.plan(), draws.seed)
    assert just(lines, "evening", "night") == trace("""
        0.75 evening - night - 0
        1.75 evening - night - 1
        1.75 night #0 night - 0
        2.75 evening - night - 1
        2.75 night #0 night - 0
        3.75 evening - night - 0
        4.75 evening - night - 1
        4.75 night #0 night - 0
        5.75 evening - night - 0
    """)


@shows("Places not given out stay empty that night.")
def test_a_place_not_given_out_or_left_in_the_night_stays_empty(engine):
    draft = Drafting(horizon=1.9)
    draft.overnight("night", 2, **NIGHT)
    draft.place("shelter", calendar([0, 0.9375], [0, 1]), stay=50)
    draft.gate("gate", 0.875)
    draft.start(1)
    draft.waiting(1, 1)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        0.25 morning - night - 0
        0.75 evening - night - 1
        0.75 night #0 night - 0
        0.875 stay_ends #1 gate - 0
        0.875 leaves_place #1 gate - 0
        0.9375 capacity - shelter - 1
        0.9375 leaves_place #0 night shelter 0
        0.9375 admitted #0 shelter night 0
        1.25 morning - night - 0
        1.75 evening - night - 1
        1.75 night #1 night - 0
    """)


@shows("(or only those who began a visit to a named drop-in that calendar day)")
def test_visitors_apply_on_the_calendar_day_on_which_their_visit_began(engine):
    draft = Drafting(horizon=3, classes=("rest", "other"))
    rate = calendar([0, 0.5, 1.1, 2.0], [AT_ONCE, 0.0, AT_ONCE, 0.0])
    draft.drop_in("other", 9, AT_ONCE, length=0.25, visitors=(0.0, 1.0))
    draft.drop_in("rest", 9, rate, length=0.625, visitors=(1.0, 0.0))
    draft.overnight("night", 9, visitors_of=1, **NIGHT)
    draft.gate("a", 0.25)  # at a visit on the first two evenings
    draft.gate("b", 0.5)  # comes too late to visit on day 0
    draft.gate("c", 1.8125)  # at a visit from the night of day 1 until 2.4375
    draft.gate("d", 0.25, class_id=1)
    assert just(story(engine, draft.plan()), "evening", "night") == trace("""
        0.75 evening - night - 1
        0.75 night #0 night - 0
        1.75 evening - night - 2
        1.75 night #0 night - 0
        1.75 night #1 night - 0
        2.75 evening - night - 0
    """)


@shows("(or only those who began a visit to a named drop-in that calendar day)")
def test_a_visitor_who_has_left_the_drop_in_before_the_evening_applies(engine):
    draft = Drafting(horizon=1)
    draft.drop_in("rest", 9, calendar([0, 0.5], [AT_ONCE, 0.0]), length=0.625)
    draft.overnight("night", 9, visitors_of=0, **NIGHT)
    draft.gate("a", 0.0625)
    lines = story(engine, draft.plan())
    (left,) = just(lines, "visit_ends")
    assert 0.6875 <= float(left.split()[0]) < 0.75
    assert just(lines, "evening", "night") == trace("""
        0.75 evening - night - 1
        0.75 night #0 night - 0
    """)


@shows("who have not just spent the declared maximum of consecutive nights")
def test_whoever_has_spent_the_most_consecutive_nights_does_not_apply(engine):
    draft = Drafting(horizon=7)
    draft.overnight("night", 9, most_nights=2, **NIGHT)
    draft.start(1)
    assert just(story(engine, draft.plan()), "evening") == [
        f"{evening + 0.75:g} evening - night - {applicants}"
        for evening, applicants in enumerate([1, 1, 0, 1, 1, 0, 1])
    ]


@shows(
    "evening | night places are given out | | where | | applicants",
    "night | is given a place for the night | who | where | where from",
    "morning | everybody leaves the night places | | where",
    "turned_away | finds no room: in the waiting room, at the drop-in, for the night | who | where",
    "Order: priority of class; then, if declared, those who slept there the night before; then a "
    "lottery draw (the smallest first); then person number. Applicants without a place are turned "
    "away (counted). In the morning everybody leaves, in order of number.",
)
@pytest.mark.parametrize("returning", [True, False])
def test_night_places_go_by_priority_returning_lottery(engine, returning):
    draft = Drafting(horizon=2.5, classes=("men", "women"))
    draft.overnight("night", 2, priority=(1, 0), returning_first=returning, **NIGHT)
    draft.start(2)
    draft.start(1, class_id=1)

    def changes(draws: Draws) -> bool:
        first, second = (
            [draws.share(met(k), "lottery:night", n) for k in range(2)] for n in (0, 1)
        )
        woman = [draws.share(met(class_id=1), "lottery:night", n) for n in (0, 1)]
        return woman[0] > max(first) and first[1] < first[0] and second[0] < second[1] < woman[1]

    seed = draws_with(changes).seed
    again = (1, 0) if returning else (0, 1)
    assert story(engine, draft.plan(), seed) == [
        "0.25 morning - night - 0",
        "0.75 evening - night - 3",
        "0.75 night #2 night - 0",
        "0.75 night #1 night - 0",
        "0.75 turned_away #0 night - 0",
        "1.25 morning - night - 0",
        "1.25 leaves_place #1 night - 0",
        "1.25 leaves_place #2 night - 0",
        "1.75 evening - night - 3",
        "1.75 night #2 night - 0",
        f"1.75 night #{again[0]} night - 0",
        f"1.75 turned_away #{again[1]} night - 0",
        "2.25 morning - night - 0",
        f"2.25 leaves_place #{again[0]} night - 0",
        "2.25 leaves_place #2 night - 0",
    ]
    counts = ENGINES[engine](draft.plan(), seed, 0).tallies.counts
    for name, by_class in (("applicants", [2, 1]), ("nights", [1, 1]), ("turned_away", [1, 0])):
        assert [list(map(float, day[0])) for day in counts[name]] == [by_class, by_class]


@shows("Order: priority of class; then, if declared, those who slept there the night before")
def test_priority_goes_before_a_guest_of_the_night_before(engine):
    draft = Drafting(horizon=2, classes=("men", "women"))
    draft.overnight("night", 1, priority=(1, 0), returning_first=True, **NIGHT)
    draft.gate("g", 1.0, class_id=1)
    draft.start(1)
    assert just(story(engine, draft.plan()), "night", "turned_away") == trace("""
        0.75 night #0 night - 0
        1.75 night #1 night - 0
        1.75 turned_away #0 night - 0
    """)


@shows("then a lottery draw (the smallest first); then person number")
def test_equal_lottery_draws_go_by_person_number(engine):
    draft = Drafting(horizon=2.5)
    draft.overnight("night", 1, **NIGHT)
    draft.start(1)
    draft.start(1)
    assert draft.groups[0].key == draft.groups[1].key  # two people with one draws
    # On evening 1 #0 stands behind #1 on the street list, having left the night place that morning.
    assert just(story(engine, draft.plan()), "night") == [
        "0.75 night #0 night - 0",
        "1.75 night #0 night - 0",
    ]


@shows(
    "A night withdraws no request; a person in a night place can be admitted elsewhere at any "
    "time, as from the street."
)
def test_an_offer_reaches_somebody_in_a_night_place_as_in_the_street(engine):
    draft = Drafting(horizon=2)
    draft.place("before", calendar([0, 1], [0, 1]), stay=50, unreachable=0.5, offer_again=0.125)
    draft.overnight("night", 1, **NIGHT)
    draft.start(1)
    draft.waiting(0, 1)
    draws = draws_with(
        lambda draws: (
            draws.share(met(), "offer:before") < 0.5 <= draws.share(met(), "offer:before", 1)
        )
    )
    assert story(engine, draft.plan(), draws.seed) == trace("""
        0 listed #0 before - 0
        0.25 morning - night - 0
        0.75 evening - night - 1
        0.75 night #0 night - 0
        1 capacity - before - 1
        1 unreachable #0 before - 0
        1.125 offer_again #0 before - 0
        1.125 leaves_place #0 night before 0
        1.125 admitted #0 before night 0
        1.25 morning - night - 0
        1.75 evening - night - 0
    """)


# --- 3.4 places -----------------------------------------------------------------------------------


@shows(
    "A number of places, a waiting list, a stay drawn at admission, and routes.",
    "A draw of a stay uses the law in force when it is drawn.",
    "Engines see step functions, valid from each time on.",
)
def test_a_stay_is_drawn_at_admission_from_the_law_in_force(engine):
    draft = Drafting(horizon=20)
    rows = tuple(distribution("uniform", low=low, high=low + 1.0) for low in (8.0, 2.0))
    stay = TimedDistribution((0.0, 5.0), rows, draft.purpose("stay:shelter"))
    draft.place("shelter", calendar([0, 3], [1, 2]), stay=stay, to=LEFT)
    draft.start(3)
    draft.waiting(0, 3)
    draws = Draws()
    first, second, third = (draws.share(met(k), "stay:shelter") for k in range(3))
    # #0 comes at 0, #1 at 3 and #2 when #0 leaves, after day 5.
    left = 8 + first
    assert just(story(engine, draft.plan()), "admitted", "stay_ends") == [
        "0 admitted #0 shelter - 0",
        "3 admitted #1 shelter - 0",
        f"{left:g} stay_ends #0 shelter left 0",
        f"{left:g} admitted #2 shelter - 0",
        *sorted(
            [
                f"{11 + second:g} stay_ends #1 shelter left 0",
                f"{left + 2 + third:g} stay_ends #2 shelter left 0",
            ],
            key=lambda line: float(line.split()[0]),
        ),
    ]


@shows("Eligibility: classes served.")
def test_only_eligible_people_are_listed_referred_and_given_a_night(engine):
    draft = Drafting(horizon=1.5, classes=("men", "women"))
    served = {"classes": (False, True)}
    draft.place("shelter", 0, stay=50, **served)
    draft.place("care", 0, stay=50, **served)
    draft.overnight("night", 9, **NIGHT, **served)
    draft.outreach("m", 1.0, 9, [draft.referral("m", 1)])
    draft.start(1)
    draft.start(1, class_id=1)
    draft.gate("gate", 0.5, to=1)
    draft.waiting(0, 2)
    lines = [line for line in story(engine, draft.plan()) if "outing" not in line]
    his = [line for line in lines if " #0 " in line or " #2 " in line]
    assert his[:2] == trace("""
        0.5 stay_ends #2 gate care 0
        0.5 leaves_place #2 gate - 0
    """)
    assert sorted(his[2:]) == ["1 contact #0 m - 0", "1 contact #2 m - 0"]
    assert just(lines, "listed", "referred", "night") == trace("""
        0 listed #1 shelter - 0
        0.75 night #1 night - 0
    """)


PRIORITIES = """
shelter:
  kind: places
  places: {calendar: {2024-01-01: 0, 2024-01-03: 4}}
  priority: [[c], [a]]
  stay: 90 days
  routes: [{to: street, share: 100 %}]
"""
FOUR = "people: {classes: {a: 25 %, b: 25 %, c: 25 %, d: 25 %}}\n"


@shows("Priority: groups of classes, first group first; classes not named come last together.")
def test_classes_that_no_group_names_come_last_together(engine):
    start = "start: {street: {a: 1, b: 1, c: 1, d: 1}, services: {shelter: {waiting: 4}}}\n"
    plan = plan_of(scenario(PRIORITIES, people=FOUR, more=start, head=head(5)))
    assert just(story(engine, plan), "admitted") == trace("""
        2 admitted #2 shelter - 0
        2 admitted #0 shelter - 0
        2 admitted #1 shelter - 0
        2 admitted #3 shelter - 0
    """)


@shows(
    "Admission window: if declared, admissions happen only inside it.",
    "its window is open, and somebody on its list is ready",
    "a calendar change is written only when the number of places that can be used changes",
)
def test_admissions_happen_only_inside_the_window(engine):
    draft = Drafting(horizon=9)
    window = calendar([0, 2, 4, 6], [0, 1, 0, 1])
    draft.place("shelter", 2, stay=50, to=LEFT, window=window)
    draft.start(3)
    draft.start(1, where=0, given=4)  # the place frees when the window closes
    draft.waiting(0, 3)
    assert story(engine, draft.plan())[3:] == trace("""
        2 admitted #0 shelter - 0
        4 stay_ends #3 shelter left 0
        4 leaves_place #3 shelter left 0
        4 goes #3 shelter left 0
        6 admitted #1 shelter - 0
    """)


@shows(
    "Waiting room: if declared, a request that finds no place it could be given now (none is free, "
    "or the admission window is shut) and that many people listed is turned away; somebody who is "
    "not hosted may then, by declared rule, leave the model."
)
def test_a_request_is_turned_away_when_no_place_is_free_and_that_many_are_listed(engine):
    draft = Drafting(horizon=9)
    fields = {"waiting_room": 1, "turned_away_to": LEFT}
    draft.place("shelter", calendar([0, 4], [1, 2]), stay=50, **fields)
    for number, day in enumerate((1, 2, 3, 5, 6)):
        draft.gate(f"gate {number}", day)
    draft.outreach("m", calendar([0, 7], [1.0, 0.0]), 9, [draft.referral("m", 0)])
    lines = story(engine, draft.plan())
    # Each comes to the street and is met by the outing of the same day: #0 is admitted, #1 listed.
    assert just(lines, "accepted", "listed", "turned_away", "goes", "admitted") == trace("""
        1 accepted #0 shelter - 0
        1 listed #0 shelter - 0
        1 admitted #0 shelter - 0
        2 accepted #1 shelter - 0
        2 listed #1 shelter - 0
        3 accepted #2 shelter - 0
        3 turned_away #2 shelter - 0
        3 goes #2 - left 0
        4 admitted #1 shelter - 0
        5 accepted #3 shelter - 0
        5 listed #3 shelter - 0
        6 accepted #4 shelter - 0
        6 turned_away #4 shelter - 0
        6 goes #4 - left 0
    """)


@shows("(none is free, or the admission window is shut)")
def test_a_shut_admission_window_fills_the_waiting_room(engine):
    draft = Drafting(horizon=9)
    window = calendar([0, 4], [0, 1])
    draft.place("shelter", 5, stay=50, waiting_room=1, window=window)
    draft.outreach("m", calendar([0, 1.5], [1.0, 0.0]), 9, [draft.referral("m", 0)])
    draft.start(2)
    words = just(story(engine, draft.plan()), "listed", "turned_away", "admitted")
    assert [tuple(line.split()[:2]) for line in words] == [
        ("1", "listed"), ("1", "turned_away"), ("4", "admitted"),
    ]  # fmt: skip


@shows("a request that finds no place it could be given now (none is free,")
def test_a_request_that_finds_a_free_place_needs_no_waiting_room(engine):
    draft = Drafting(horizon=1.5)
    draft.place("shelter", 2, stay=50, waiting_room=0)
    draft.outreach("m", 1.0, 9, [draft.referral("m", 0)])
    draft.start(3)
    lines = story(engine, draft.plan())
    words = just(lines, "listed", "turned_away", "goes", "admitted")
    assert [line.split()[1] for line in words] == [
        *("listed", "listed", "turned_away", "admitted", "admitted")
    ]


@shows(
    "declines | declines an offer; the request is closed | who | who offered",
    "Offers: an offer to somebody in the street fails with a declared share because they cannot "
    "be reached (they keep their rank and are passed over for a declared time); with another "
    "share the person, wherever they live, declines (the request is closed). One draw decides.",
    "somebody on its list is ready and not passed over after a failed offer. It makes one offer, "
    "to the highest rank. A failed offer is a consequence too.",
)
def test_one_draw_decides_whether_an_offer_holds(engine):
    draft = Drafting(horizon=20)
    # Closed from 2 on but for single places: #0 cannot be reached, #1 declines, #2 accepts; on day
    # 5 #0 may be offered a place again and still ranks before #3.
    places = calendar([0, 2, 6, 7], [0, 1, 2, 3])
    share = {"unreachable": 0.25, "declines": 0.25, "offer_again": 3.0}
    draft.place("shelter", places, stay=50, **share)
    draft.start(4)
    draft.waiting(0, 4)

    def wanted(draws: Draws) -> bool:
        item, two, three, four = (draws.share(met(k), "offer:shelter") for k in range(4))
        again = draws.share(met(0), "offer:shelter", 1)
        return item < 0.25 <= two < 0.5 <= min(three, four, again)

    assert story(engine, draft.plan(), draws_with(wanted).seed)[4:] == trace("""
        2 capacity - shelter - 1
        2 unreachable #0 shelter - 0
        2 declines #1 shelter - 0
        2 admitted #2 shelter - 0
        5 offer_again #0 shelter - 0
        6 capacity - shelter - 2
        6 admitted #0 shelter - 0
        7 capacity - shelter - 3
        7 admitted #3 shelter - 0
    """)


@shows(
    "an offer to somebody in the street fails with a declared share because they cannot be reached",
    "with another share the person, wherever they live, declines",
)
@pytest.mark.parametrize(("draw", "outcome"), [(0.1, "declines"), (0.4, "admitted")])
def test_somebody_hosted_can_be_reached_and_may_decline(engine, draw, outcome):
    draft = Drafting(horizon=9)
    draft.place("hotel", 1, stay=50, to=1, fallback=LEFT)
    draft.place("shelter", calendar([0, 6], [0, 1]), stay=50, unreachable=0.5, declines=0.25)
    draft.start(1, where=0, given=2)

    def wanted(draws: Draws) -> bool:
        return 0 <= draws.share(met(where=0), "offer:shelter") - draw < 0.05

    lines = story(engine, draft.plan(), draws_with(wanted).seed)
    assert (
        lines[4:]
        == {
            "declines": trace("""
            6 declines #0 shelter - 0
            6 leaves_place #0 hotel left 0
            6 goes #0 hotel left 0
        """),
            "admitted": trace("""
            6 leaves_place #0 hotel shelter 0
            6 admitted #0 shelter hotel 0
        """),
        }[outcome]
    )


@shows("Turnaround: the place stays closed for a drawn time after each departure.")
def test_a_place_stays_closed_for_a_drawn_time_after_each_departure(engine):
    draft = Drafting(horizon=30)
    turnaround = draft.law("turnaround:shelter", distribution("uniform", low=1.0, high=2.0))
    routes = (Route(STREET, constant(0.25)), Route(LEFT, constant(0.25)), Route(1, constant(0.5)))
    draft.place("shelter", 1, stay=3, to=routes, turnaround=turnaround)
    draft.place("housing", 9, stay=90)
    draft.start(5)
    draft.waiting(0, 5)

    def all_ways(draws: Draws) -> bool:
        ways = [draws.share(met(k), "route:shelter") for k in range(3)]
        return ways[0] < 0.25 <= ways[1] < 0.5 <= ways[2]

    draws = draws_with(all_ways)
    expected, now = [], 0.0
    for number in range(5):
        expected += [f"{now:g} admitted #{number} shelter - 0"]
        now += 3 + 1 + draws.share(met(number), "turnaround:shelter")
        expected += [f"{now:g} turnaround_ends #{number} shelter - 0"]
    lines = [line for line in story(engine, draft.plan(), draws.seed) if "housing" not in line]
    assert just(lines, "admitted", "turnaround_ends") == expected


@shows(
    "drop_out | ends the stay early | who | where | where to",
    "Early drop-out: a share of stays ends after a drawn time if that comes before the planned "
    "end; or a yearly risk during the planned stay (or both; the earlier counts). A destination "
    "without delay: the street or gone.",
    "5 | drop-out | person",
)
def test_a_share_of_stays_ends_early_if_that_comes_before_the_planned_end(engine):
    draft = Drafting(horizon=9)
    fields = {"drop_out": 0.5, "drop_out_after": 4.0}
    long = distribution("empirical", values=[7.0])
    draft.place("shelter", 4, stay=long, to=1, **fields)
    draft.place("housing", 0, stay=50)
    draft.place("short", 2, stay=3, to=1, drop_out=1.0, drop_out_after=4.0, drop_out_to=DIED)
    draft.place("equal", 1, stay=4, to=1, drop_out=1.0, drop_out_after=4.0, drop_out_to=HOUSED)
    draft.start(2)
    draft.start(1, where=2, given=3)
    draft.start(1, where=3, given=4)
    draft.waiting(0, 2)

    def one_of_each(draws: Draws) -> bool:
        return draws.share(met(0), D) < 0.5 <= draws.share(met(1), D)

    lines = story(engine, draft.plan(), draws_with(one_of_each).seed)
    wanted = ("drop_out", "leaves_place", "stay_ends", "goes", "blocked")
    assert just(lines, *wanted) == trace("""
        3 stay_ends #2 short housing 0
        3 blocked #2 short housing 0
        4 drop_out #0 shelter - 0
        4 leaves_place #0 shelter - 0
        4 drop_out #3 equal housed 0
        4 leaves_place #3 equal housed 0
        4 goes #3 equal housed 0
        7 stay_ends #1 shelter housing 0
        7 blocked #1 shelter housing 0
    """)


D = "drop_out:shelter"


@shows(
    "or a yearly risk during the planned stay (or both; the earlier counts)",
    "A unit exponential draw is -log(1 - u)",
)
def test_a_risk_of_dropping_out_runs_during_the_planned_stay(engine):
    draft = Drafting(horizon=9)
    rate = calendar([0, 2], [0.1, 0.3])
    risk = draft.clock("drop_out_risk", rate)
    both = {"drop_out_risk": risk, "drop_out": 1.0, "drop_out_after": 4.0}
    draft.place("risk", 9, stay=50, to=2, drop_out_risk=risk)
    draft.place("both", 9, stay=50, to=2, **both, drop_out_to=LEFT)
    draft.place("housing", 0, stay=50)
    draft.start(2, where=0, given=6)
    draft.start(2, where=1, given=6)
    people = [met(0, where=0), met(1, where=0), met(0, where=1), met(1, where=1)]

    def times(draws: Draws) -> list[float]:
        return [rate.when(draws.unit(who, "drop_out_risk")) for who in people]

    draws = draws_with(
        lambda draws: (
            [2 < t < 4 for t in times(draws)] == [True, False, True, False]
            and 6 < times(draws)[1] < 9
            and times(draws)[3] > 4
        )
    )
    early, _, earlier, _ = times(draws)
    lines = just(story(engine, draft.plan(), draws.seed), "drop_out", "stay_ends", "blocked")
    assert lines == [
        *sorted(
            [f"{early:g} drop_out #0 risk - 0", f"{earlier:g} drop_out #2 both left 0"],
            key=lambda line: float(line.split()[0]),
        ),
        "4 drop_out #3 both left 0",
        "6 stay_ends #1 risk housing 0",
        "6 blocked #1 risk housing 0",
    ]


@shows("Falling capacity: by default nobody new until there is room.")
def test_when_places_fall_nobody_new_comes_until_there_is_room(engine):
    draft = Drafting(horizon=20)
    places = calendar([0, 1, 2, 5], [1, 2, 3, 1])
    draft.place("shelter", places, stay=8, to=LEFT)
    draft.start(4)
    draft.waiting(0, 4)
    assert story(engine, draft.plan())[4:] == trace("""
        0 admitted #0 shelter - 0
        1 capacity - shelter - 2
        1 admitted #1 shelter - 0
        2 capacity - shelter - 3
        2 admitted #2 shelter - 0
        5 capacity - shelter - 1
        8 stay_ends #0 shelter left 0
        8 leaves_place #0 shelter left 0
        8 goes #0 shelter left 0
        9 stay_ends #1 shelter left 0
        9 leaves_place #1 shelter left 0
        9 goes #1 shelter left 0
        10 stay_ends #2 shelter left 0
        10 leaves_place #2 shelter left 0
        10 goes #2 shelter left 0
        10 admitted #3 shelter - 0
        18 stay_ends #3 shelter left 0
        18 leaves_place #3 shelter left 0
        18 goes #3 shelter left 0
    """)


@shows(
    "evicted | has to leave because capacity falls | who | where",
    "If declared, people leave for the street until the rest fit: last in first, first in first, "
    "or blocked first (longest blocked first, then last in). Equal times: the highest number "
    "leaves first under last in, the lowest under the others.",
)
@pytest.mark.parametrize(
    ("rule", "order"),
    [
        (Evict.NOBODY, ""),
        (Evict.LAST_IN, "453210"),
        (Evict.FIRST_IN, "012354"),
        (Evict.BLOCKED_FIRST, "014523"),
    ],
)
def test_who_must_leave_when_places_fall(engine, rule, order):
    draft = Drafting(horizon=20)
    fixed = [distribution("fixed", value=days) for days in (40.0, 2.0)]
    stay = TimedDistribution((0.0, 4.0), tuple(fixed), draft.purpose("stay"))
    # #0 and #1 are there from the start and blocked from day 6 on, #2 and #3 come on day 3 and #5
    # half a day later, all to stay; #4 comes on day 5 and is blocked from day 7 on.
    places = calendar([0, 10, 12], [6, 3, 0])
    draft.place("shelter", places, stay=stay, to=1, evict=rule)
    draft.place("housing", 0, stay=50)
    draft.start(2, where=0, given=6)
    draft.gate("c", 3, to=0)
    draft.gate("d", 3, to=0)
    draft.gate("e", 5, to=0)
    draft.gate("f", 3.5, to=0)
    lines = story(engine, draft.plan())
    assert just(lines, "blocked") == trace("""
        6 blocked #0 shelter housing 0
        6 blocked #1 shelter housing 0
        7 blocked #4 shelter housing 0
    """)
    assert just(lines, "evicted") == [
        f"{10 if place < 3 else 12} evicted #{who} shelter - 0" for place, who in enumerate(order)
    ]
    left = [line for line in just(lines, "leaves_place") if line.split()[3] == "shelter"]
    assert left == [line.replace("evicted", "leaves_place") for line in just(lines, "evicted")]


@shows(
    "Where a shared room is too small as well, people leave until the rest fit the room too: "
    "services in file order, each by its own rule."
)
def test_people_leave_a_shared_room_that_has_become_too_small(engine):
    draft = Drafting(horizon=9)
    draft.rooms.append(calendar([0, 5], [8, 4]))
    rules = (Evict.LAST_IN, Evict.NOBODY, Evict.FIRST_IN, Evict.LAST_IN)
    for number, rule in enumerate(rules):
        draft.place(f"s{number}", 9, stay=50, evict=rule, room=0)
        draft.start(2, where=number, given=40)
    # Four too many: both of s0 and both of s2; nobody of s1, and those of s3 fit then.
    assert just(story(engine, draft.plan()), "evicted") == trace("""
        5 evicted #1 s0 - 0
        5 evicted #0 s0 - 0
        5 evicted #4 s2 - 0
        5 evicted #5 s2 - 0
    """)


@shows("An eviction needs no turnaround.", "the place stays closed for a drawn time after each")
def test_an_eviction_needs_no_turnaround(engine):
    draft = Drafting(horizon=9)
    places = calendar([0, 3, 4], [1, 0, 1])
    draft.place("shelter", places, stay=50, turnaround=3.0, evict=Evict.LAST_IN)
    draft.start(1)
    draft.start(1, where=0, given=40)
    draft.waiting(0, 1)
    lines = story(engine, draft.plan())
    assert just(lines, "evicted", "turnaround_ends", "admitted") == trace("""
        3 evicted #1 shelter - 0
        4 admitted #1 shelter - 0
    """)


@shows(
    "Blocked time credited: a declared share of the time just spent blocked is taken off the next "
    "stay, not below zero."
)
def test_blocked_time_is_taken_off_the_next_stay_but_not_below_zero(engine):
    draft = Drafting(horizon=20)
    credit = calendar([0, 7, 9.5], [0.5, 0.25, 1.0])
    draft.place("shelter", 3, stay=90, to=1)
    draft.place("care", calendar([0, 5, 5.5, 9], [0, 1, 0, 1]), stay=3, blocked_credit=credit)
    draft.start(3, where=0, given=1)
    draft.gate("gate", 11, to=1)
    # Blocked for 4, 8 and 9 days: stays of 3 - 2, 3 - 2 and none at all; #3 has not been blocked.
    assert just(story(engine, draft.plan()), "admitted", "stay_ends")[3:] == trace("""
        5 admitted #0 care shelter 0
        6 stay_ends #0 care - 0
        9 admitted #1 care shelter 0
        10 stay_ends #1 care - 0
        10 admitted #2 care shelter 0
        10 stay_ends #2 care - 0
        11 stay_ends #3 gate care 0
        11 admitted #3 care gate 0
        14 stay_ends #3 care - 0
    """)


@shows("a declared share of the time just spent blocked is taken off the next stay")
def test_time_blocked_before_a_return_to_the_street_is_not_credited(engine):
    draft = Drafting(horizon=20)
    draft.place("shelter", 3, stay=90, to=1, blocked_limit=2.0)
    draft.place("care", calendar([0, 5], [0, 1]), stay=3, blocked_credit=constant(0.5))
    draft.start(1, where=0, given=1)
    assert story(engine, draft.plan())[3:] == trace("""
        3 blocked_limit #0 shelter - 0
        3 leaves_place #0 shelter - 0
        5 capacity - care - 1
        5 admitted #0 care - 0
        8 stay_ends #0 care - 0
        8 leaves_place #0 care - 0
    """)
