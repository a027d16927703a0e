"""Stories of sections 4 and 5 of docs/model.md: ends of stays, being blocked, requests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.core.calendars import calendar, constant
from sim.core.draws import key_of, person_key
from sim.core.events import DIED, HOUSED, LEFT, STREET
from sim.plan.build import plan_of
from sim.plan.tables import AT_ADMISSION, Route
from tests.stories import Draws, draws_with, met, rate_until, shows
from tests.support.engines import ENGINES, just, story, trace
from tests.support.plans import Drafting
from tests.support.written import scenario

pytestmark = pytest.mark.parametrize("engine", sorted(ENGINES))

# --- 4. the destination ---------------------------------------------------------------------------


@shows(
    "stay_ends | the planned stay is over | who | where | where it leads",
    "goes | leaves the model | who | where from (street too) | left, died, housed",
    "The destination is drawn from the routes of the person's class: a service, the street, or "
    "gone.",
    "Then the person moves: out at once if the destination is the street or gone.",
    "Somebody who leaves the model from a place is written as leaving the place and then as going.",
    "The end of a stay is written before the request it opens.",
)
def test_the_destination_is_drawn_from_the_routes_of_the_class(engine):
    draft = Drafting(horizon=9, classes=("men", "women"))
    men = (
        Route(STREET, constant(0.25)),
        Route(LEFT, constant(0.5)),
        Route(1, constant(0.25)),
    )
    draft.place("shelter", 4, stay=50, routes=(men, (Route(DIED, constant(1.0)),)))
    draft.place("housing", 1, stay=50, to=LEFT)
    draft.start(3, where=0, class_id=0, given=3)
    draft.start(1, where=0, class_id=1, given=3)

    def one_each(draws: Draws) -> bool:
        first, second, third = (draws.share(met(k, where=0), "route:shelter") for k in range(3))
        return first < 0.25 <= second < 0.75 <= third

    assert story(engine, draft.plan(), draws_with(one_each).seed) == trace("""
        3 stay_ends #0 shelter - 0
        3 leaves_place #0 shelter - 0
        3 stay_ends #1 shelter left 0
        3 leaves_place #1 shelter left 0
        3 goes #1 shelter left 0
        3 stay_ends #2 shelter housing 0
        3 listed #2 housing - 0
        3 leaves_place #2 shelter housing 0
        3 admitted #2 housing shelter 0
        3 stay_ends #3 shelter died 0
        3 leaves_place #3 shelter died 0
        3 goes #3 shelter died 0
    """)


@shows(
    "It is drawn when the request is due: at the end of the stay (default), at admission, or a "
    "declared time before the planned end.",
    "the value used is the one in force when it is used",
)
def test_the_destination_is_drawn_with_the_shares_in_force_when_the_request_is_due(engine):
    draft = Drafting(horizon=9)
    routes = (Route(DIED, calendar([0, 5], [1.0, 0.0])), Route(LEFT, calendar([0, 5], [0.0, 1.0])))
    draft.place("at the end", 1, stay=50, to=routes)
    draft.place("at admission", 1, stay=50, to=routes, request_lead=AT_ADMISSION)
    draft.place("4 days before", 1, stay=50, to=routes, request_lead=4.0)
    draft.place("2 days before", 1, stay=50, to=routes, request_lead=2.0)
    draft.place("20 days before", 1, stay=50, to=routes, request_lead=20.0)
    for where in range(5):
        draft.start(1, where=where, given=8)
    assert just(story(engine, draft.plan()), "stay_ends") == [
        "8 stay_ends #0 at the end left 0",
        "8 stay_ends #1 at admission died 0",
        "8 stay_ends #2 4 days before died 0",
        "8 stay_ends #3 2 days before left 0",
        "8 stay_ends #4 20 days before died 0",
    ]


@shows(
    "If it is a service a request is opened at that moment, unless one is already open, which "
    "keeps its rank.",
    "If it is a service, they are admitted as soon as an offer reaches them.",
)
def test_a_request_that_is_open_already_keeps_its_rank(engine):
    draft = Drafting(horizon=15)
    draft.place("shelter", 1, stay=3, to=1)
    draft.place("housing", calendar([0, 10, 11], [0, 1, 2]), stay=50, to=LEFT)
    draft.gate("gate", 2, to=1)
    draft.start(1)
    draft.waiting(0, 1)
    draft.waiting(1, 1)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        0 listed #0 housing - 0
        0 admitted #0 shelter - 0
        2 stay_ends #1 gate housing 0
        2 listed #1 housing - 0
        2 leaves_place #1 gate - 0
        3 stay_ends #0 shelter housing 0
        3 blocked #0 shelter housing 0
        10 capacity - housing - 1
        10 leaves_place #0 shelter housing 0
        10 admitted #0 housing shelter 0
        11 capacity - housing - 2
        11 admitted #1 housing - 0
    """)


@shows(
    "If it is a service a request is opened at that moment, unless one is already open",
    "It is drawn when the request is due: at the end of the stay (default), at admission, or a "
    "declared time before the planned end.",
)
def test_the_request_is_opened_when_it_is_due(engine):
    draft = Drafting(horizon=9)
    draft.place("at the end", 1, stay=50, to=4)
    draft.place("at admission", 1, stay=50, to=4, request_lead=AT_ADMISSION)
    draft.place("3 days before", 1, stay=50, to=4, request_lead=3.0)
    draft.place("20 days before", 1, stay=50, to=4, request_lead=20.0)
    draft.place("housing", 0, stay=50, to=LEFT)
    for where in range(4):
        draft.start(1, where=where, given=8)
    assert just(story(engine, draft.plan()), "listed") == trace("""
        0 listed #1 housing - 0
        0 listed #3 housing - 0
        5 listed #2 housing - 0
        8 listed #0 housing - 0
    """)


# --- 4. the delay of a route ----------------------------------------------------------------------


@shows("When the planned stay ends the route's delay, if any, runs first: the place is held")
def test_the_delay_of_a_route_out_of_the_model_runs_too(engine):
    draft = Drafting(horizon=9)
    routes = [Route(LEFT, constant(1.0), draft.law("delay", 1.0))]
    draft.place("shelter", 1, stay=50, to=routes)
    draft.start(1, where=0, given=4)
    assert story(engine, draft.plan()) == trace("""
        4 stay_ends #0 shelter left 0
        5 delay_ends #0 shelter left 0
        5 leaves_place #0 shelter left 0
        5 goes #0 shelter left 0
    """)


@shows("With no delay at all this happens in the same instant.")
def test_a_request_without_delay_is_decided_before_the_next_contact(engine):
    draft = Drafting(horizon=1.5)
    draft.place("care", 0, stay=50)
    draft.outreach("m", 1.0, 2, [draft.referral("m", 0)])
    draft.start(2)
    once = ["contact", "referred", "accepted", "listed"]
    rows = [line.split()[1] for line in story(engine, draft.plan())]
    assert rows == ["outing", *once, *once]


@shows(
    "delay_ends | the delay of the route is over | who | where | where it leads",
    "When the planned stay ends the route's delay, if any, runs first: the place is held",
    "Somebody in a planned stay (or its route delay) who is on a list keeps their rank and is "
    "passed over until ready",
)
def test_nobody_moves_before_the_delay_of_their_route_is_over(engine):
    draft = Drafting(horizon=15)
    delay = draft.law("delay", 3.0)
    draft.place("shelter", 1, stay=50, to=[Route(1, constant(1.0), delay)])
    draft.place("housing", calendar([0, 5, 8], [0, 1, 2]), stay=50, to=LEFT)
    draft.gate("gate", 4.5, to=1)
    draft.start(1, where=0, given=4)
    draft.start(1)
    draft.waiting(0, 1)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        4 stay_ends #1 shelter housing 0
        4 listed #1 housing - 0
        4.5 stay_ends #2 gate housing 0
        4.5 listed #2 housing - 0
        4.5 leaves_place #2 gate - 0
        5 capacity - housing - 1
        5 admitted #2 housing - 0
        7 delay_ends #1 shelter housing 0
        7 blocked #1 shelter housing 0
        8 capacity - housing - 2
        8 leaves_place #1 shelter housing 0
        8 admitted #1 housing shelter 0
        8 admitted #0 shelter - 0
    """)


# --- 4. being blocked -----------------------------------------------------------------------------


@shows(
    "Whoever is not admitted in the same instant is, by declared rule, blocked: waits in the place "
    "(default); or returns to the street and keeps the request."
)
def test_by_default_people_wait_in_the_place_and_by_another_rule_in_the_street(engine):
    draft = Drafting(horizon=12)
    draft.place("shelter", 1, stay=50, to=2)
    draft.place("hotel", 1, stay=50, to=2, wait_in_place=False)
    draft.place("housing", calendar([0, 9], [0, 2]), stay=50, to=HOUSED)
    draft.start(1, where=0, given=5)
    draft.start(1, where=1, given=6)
    assert story(engine, draft.plan()) == trace("""
        5 stay_ends #0 shelter housing 0
        5 listed #0 housing - 0
        5 blocked #0 shelter housing 0
        6 stay_ends #1 hotel housing 0
        6 listed #1 housing - 0
        6 leaves_place #1 hotel - 0
        9 capacity - housing - 2
        9 leaves_place #0 shelter housing 0
        9 admitted #0 housing shelter 0
        9 admitted #1 housing - 0
    """)


@shows(
    "blocked_limit | has been blocked as long as is allowed | who | where | the fallback",
    "A limit to the time blocked may be declared, with a fallback: the street (requests kept), "
    "gone",
)
def test_a_limit_to_being_blocked_leads_to_the_street_with_the_request_or_away(engine):
    def drafted(fallback: int) -> Drafting:
        draft = Drafting(horizon=12)
        draft.place("shelter", 1, stay=50, to=1, blocked_limit=3.0, fallback=fallback)
        draft.place("housing", calendar([0, 9], [0, 1]), stay=50, to=HOUSED)
        draft.start(1, where=0, given=2)
        return draft

    blocked = trace("""
        2 stay_ends #0 shelter housing 0
        2 listed #0 housing - 0
        2 blocked #0 shelter housing 0
    """)
    assert story(engine, drafted(STREET).plan()) == blocked + trace("""
        5 blocked_limit #0 shelter - 0
        5 leaves_place #0 shelter - 0
        9 capacity - housing - 1
        9 admitted #0 housing - 0
    """)
    assert story(engine, drafted(DIED).plan()) == blocked + trace("""
        5 blocked_limit #0 shelter died 0
        5 leaves_place #0 shelter died 0
        5 withdrawn #0 housing - 0
        5 goes #0 shelter died 0
        9 capacity - housing - 1
    """)


@shows(
    "blocked | begins to wait in the place, or waits for another service | who | where | what for",
    "or another service (they then wait in the place for that one, without limit; the request for "
    "the first is withdrawn)",
    "The fallback also applies at once to somebody whose request to the destination is refused",
)
def test_there_is_no_limit_after_the_fallback_however_it_came(engine):
    draft = Drafting(horizon=20)
    fields = {"blocked_limit": 3.0, "fallback": 3}
    draft.place("one", 1, stay=50, to=2, **fields)  # refused at once
    draft.place("two", 1, stay=50, to=4, **fields)  # the limit is reached
    draft.place("care", 1, stay=50, to=LEFT, assessment=0.0)
    draft.place("hotel", calendar([0, 15, 16], [0, 1, 2]), stay=50, to=STREET)
    draft.place("housing", calendar([0, 14], [0, 1]), stay=50, to=LEFT)
    draft.start(1, where=0, given=2)
    draft.start(1, where=1, given=4)
    assert story(engine, draft.plan()) == trace("""
        2 stay_ends #0 one care 0
        2 lapsed #0 care - 0
        2 listed #0 hotel - 0
        2 blocked #0 one hotel 0
        4 stay_ends #1 two housing 0
        4 listed #1 housing - 0
        4 blocked #1 two housing 0
        7 blocked_limit #1 two hotel 0
        7 withdrawn #1 housing - 0
        7 blocked #1 two hotel 0
        7 listed #1 hotel - 0
        14 capacity - housing - 1
        15 capacity - hotel - 1
        15 leaves_place #0 one hotel 0
        15 admitted #0 hotel one 0
        16 capacity - hotel - 2
        16 leaves_place #1 two hotel 0
        16 admitted #1 hotel two 0
    """)


def refusing(**fields: object) -> Drafting:
    """Return a plan: somebody wants to move on at day 2 to a service that will not have them."""
    draft = Drafting(horizon=9)
    draft.place("shelter", 1, stay=50, to=1, fallback=DIED)
    draft.place("care", calendar([0, 6], [0, 1]), stay=50, to=STREET, **fields)
    draft.start(1, where=0, given=2)
    return draft


FALLS_BACK = "leaves_place #0 shelter died 0", "goes #0 shelter died 0"


@shows(
    "The fallback also applies at once to somebody whose request to the destination is refused, "
    "turned away, declined or given up while they wait."
)
@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({"assessment": 0.0}, ("2 lapsed #0 care - 0",)),
        ({"waiting_room": 0}, ("2 turned_away #0 care - 0",)),
        ({"classes": (False,)}, ()),
    ],
    ids=["refused", "turned away", "not served"],
)
def test_the_fallback_applies_at_once_to_people_who_are_not_taken(engine, fields, lines):
    assert story(engine, refusing(**fields).plan()) == [
        "2 stay_ends #0 shelter care 0",
        *lines,
        *(f"2 {line}" for line in FALLS_BACK),
        "6 capacity - care - 1",
    ]


@shows(
    "The fallback also applies at once to somebody whose request to the destination is refused, "
    "turned away, declined or given up while they wait.",
)
def test_the_fallback_applies_at_once_to_people_refused_declining_or_giving_up_later(engine):
    wait = trace("""
        2 stay_ends #0 shelter care 0
        2 listed #0 care - 0
        2 blocked #0 shelter care 0
    """)
    opens = "6 capacity - care - 1"
    assert story(engine, refusing(assessment=0.0, assessment_delay=3.0).plan()) == [
        wait[0],
        wait[2],
        "5 lapsed #0 care - 0",
        *(f"5 {line}" for line in FALLS_BACK),
        opens,
    ]
    assert story(engine, refusing(declines=1.0).plan()) == [
        *wait,
        opens,
        "6 declines #0 care - 0",
        *(f"6 {line}" for line in FALLS_BACK),
    ]
    # Giving up would make somebody in the street leave; somebody hosted falls back.
    assert story(engine, refusing(patience=3.0, gives_up_to=LEFT).plan()) == [
        *wait,
        "5 gives_up #0 care - 0",
        *(f"5 {line}" for line in FALLS_BACK),
        opens,
    ]


@shows("A second refusal leads to the street.")
@pytest.mark.parametrize("later", [0.0, 3.0])
def test_a_second_refusal_leads_to_the_street(engine, later):
    draft = Drafting(horizon=9)
    draft.place("shelter", 1, stay=50, to=1, fallback=2)
    draft.place("care", 1, stay=50, to=STREET, assessment=0.0)
    draft.place("hotel", 1, stay=50, to=STREET, assessment=0.0, assessment_delay=later or None)
    draft.start(1, where=0, given=2)
    lines = ["2 stay_ends #0 shelter care 0", "2 lapsed #0 care - 0"]
    lines += ["2 blocked #0 shelter hotel 0"] if later else []
    assert story(engine, draft.plan()) == [
        *lines,
        f"{2 + later:g} lapsed #0 hotel - 0",
        f"{2 + later:g} leaves_place #0 shelter - 0",
    ]


@shows("Refusals are followed up before any other consequence.")
def test_refusals_are_followed_up_before_anybody_else_is_taken(engine):
    draft = Drafting(horizon=9, classes=("men", "women"))
    draft.place("shelter", 1, stay=50, to=1, fallback=LEFT)
    draft.place("care", calendar([0, 6], [0, 1]), stay=50, to=LEFT, declines=0.5, priority=(1, 0))
    draft.start(2, class_id=0)
    draft.start(1, where=0, class_id=1, given=2)
    draft.waiting(0, 2)
    draft.waiting(1, 2)

    def she_declines_he_accepts(draws: Draws) -> bool:
        she = draws.share(met(0, class_id=1, where=0), "offer:care")
        return she < 0.5 <= draws.share(met(1), "offer:care")

    seed = draws_with(she_declines_he_accepts).seed
    assert story(engine, draft.plan(), seed)[4:] == trace("""
        2 stay_ends #2 shelter care 0
        2 listed #2 care - 0
        2 blocked #2 shelter care 0
        6 capacity - care - 1
        6 declines #2 care - 0
        6 leaves_place #2 shelter left 0
        6 goes #2 shelter left 0
        6 admitted #0 shelter - 0
        6 withdrawn #1 shelter - 0
        6 admitted #1 care - 0
    """)


@shows(
    "A request refused during the stay or the route's delay has no such effect; it is opened once "
    "more when the person wants to move."
)
def test_a_request_refused_before_they_want_to_move_is_opened_once_more_then(engine):
    draft = Drafting(horizon=20)
    delay = draft.law("delay", 3.0)
    routes = [Route(2, constant(1.0), delay)]
    draft.place("one", 1, stay=50, to=routes, fallback=LEFT)
    draft.place("two", 1, stay=50, to=routes, fallback=LEFT, request_lead=6.0)
    draft.place("care", 1, stay=50, to=LEFT, assessment=0.0)
    draft.start(1, where=0, given=4)
    draft.start(1, where=1, given=8)
    assert story(engine, draft.plan()) == trace("""
        2 lapsed #1 care - 0
        4 stay_ends #0 one care 0
        4 lapsed #0 care - 0
        7 delay_ends #0 one care 0
        7 lapsed #0 care - 0
        7 leaves_place #0 one left 0
        7 goes #0 one left 0
        8 stay_ends #1 two care 0
        11 delay_ends #1 two care 0
        11 lapsed #1 care - 0
        11 leaves_place #1 two left 0
        11 goes #1 two left 0
    """)


@shows(
    "Somebody in a planned stay (or its route delay) who is on a list keeps their rank and is "
    "passed over until ready, unless the service they live in lets people leave early and the list "
    "is that of a service after it"
)
def test_whoever_is_passed_over_during_the_stay_keeps_the_rank(engine):
    draft = Drafting(horizon=20)
    draft.place("hotel", calendar([0, 7], [0, 1]), stay=50, to=STREET)
    draft.place("shelter", 2, stay=50, to=3, request_lead=AT_ADMISSION)
    draft.place("leave early", 2, stay=50, to=0, request_lead=AT_ADMISSION, leave_early=True)
    draft.place("housing", calendar([0, 5, 12], [0, 1, 2]), stay=50, to=HOUSED)
    draft.gate("a", 3, to=3)
    draft.gate("b", 6, to=3)
    draft.start(1, where=1, given=9)
    draft.start(1, where=2, given=8)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 housing - 0
        0 listed #1 hotel - 0
        3 stay_ends #2 a housing 0
        3 listed #2 housing - 0
        3 leaves_place #2 a - 0
        5 capacity - housing - 1
        5 admitted #2 housing - 0
        6 stay_ends #3 b housing 0
        6 listed #3 housing - 0
        6 leaves_place #3 b - 0
        7 capacity - hotel - 1
        8 stay_ends #1 leave early hotel 0
        8 leaves_place #1 leave early hotel 0
        8 admitted #1 hotel leave early 0
        9 stay_ends #0 shelter housing 0
        9 blocked #0 shelter housing 0
        12 capacity - housing - 2
        12 leaves_place #0 shelter housing 0
        12 admitted #0 housing shelter 0
    """)


@shows("Blocked people, people in the street and in night places are ready.")
def test_blocked_people_people_in_the_street_and_in_night_places_are_ready(engine):
    draft = Drafting(horizon=6)
    draft.overnight("night", 1, evening=0.75, morning=0.25)
    draft.place("shelter", 1, stay=50, to=2)
    draft.place("housing", calendar([0, 5], [0, 3]), stay=50, to=HOUSED)
    draft.gate("late", 4.9, to=2)
    draft.start(1)
    draft.start(1, where=1, given=2)
    draft.waiting(2, 1)
    assert (
        story(engine, draft.plan())[-9:]
        == trace("""
        4.75 evening - night - 1
        4.75 night #0 night - 0
        4.9 stay_ends #2 late housing 0
        4.9 listed #2 housing - 0
        4.9 leaves_place #2 late - 0
        5 capacity - housing - 3
        5 leaves_place #0 night housing 0
        5 admitted #0 housing night 0
        5 leaves_place #1 shelter housing 0
        5 admitted #1 housing shelter 0
        5 admitted #2 housing - 0
        5.25 morning - night - 0
        5.75 evening - night - 0
    """)[-9:]
    )


@shows(
    "A blocked person may be admitted to any service on whose list they stand, not only to the "
    "destination."
)
def test_a_blocked_person_may_be_admitted_to_another_service_than_the_destination(engine):
    draft = Drafting(horizon=12)
    draft.place("shelter", 1, stay=3, to=2)
    draft.place("hotel", calendar([0, 6], [0, 1]), stay=50, to=STREET)
    draft.place("housing", 0, stay=50, to=HOUSED)
    draft.start(1)
    draft.waiting(0, 1)
    draft.waiting(1, 1)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        0 listed #0 hotel - 0
        0 admitted #0 shelter - 0
        3 stay_ends #0 shelter housing 0
        3 listed #0 housing - 0
        3 blocked #0 shelter housing 0
        6 capacity - hotel - 1
        6 leaves_place #0 shelter hotel 0
        6 admitted #0 hotel shelter 0
    """)


@shows(
    "Being blocked is counted from the end of the stay (and its delay) until the person leaves the "
    "place."
)
def test_being_blocked_is_counted_from_the_end_of_stay_and_delay_until_they_leave(engine):
    draft = Drafting(horizon=9)
    delay = draft.law("delay", 1.5)
    draft.place("one", 1, stay=50, to=[Route(3, constant(1.0), delay)])
    draft.place("two", 1, stay=50, to=3, blocked_limit=2.5, fallback=LEFT)
    draft.place("hotel", calendar([0, 5.25], [0, 1]), stay=50, to=STREET)
    draft.place("housing", calendar([0, 6.5], [0, 1]), stay=50, to=HOUSED)
    draft.start(1, where=0, given=2)  # held from 2, blocked from 3.5 until housing opens
    draft.start(1, where=1, given=1.75)  # blocked from 1.75 until the limit
    tallies = ENGINES[engine](draft.plan(), 1, 0).tallies
    blocked = [[float(day[where][0]) for where in (0, 1)] for day in tallies.level_mean["blocked"]]
    assert blocked == [
        [0, 0],
        [0, 0.25],
        [0, 1],
        [0.5, 1],
        [1, 0.25],
        [1, 0],
        [0.5, 0],
        [0, 0],
        [0, 0],
    ]
    columns = [tallies.blocked_pairs.index((where, 3)) for where in (0, 1)]
    for_housing = [[float(day[column]) for column in columns] for day in tallies.blocked_for]
    assert for_housing == blocked


# --- 5. referrals ---------------------------------------------------------------------------------


def others(*classes: bool) -> dict[str, tuple[bool, ...]]:
    return {"classes": classes}


@shows(
    "A contact or an interview considers each declared referral in file order: it is opened with "
    "its share if the person's class is eligible (and named, where the referral names classes), "
    "the person has no request there yet (also none under way)",
    "A contact can make the person a visitor of a drop-in that serves their class (each declared "
    "share), and opens "
    "referrals (section 5).",
    "Eligibility: classes served.",
)
def test_referrals_are_considered_in_file_order_for_those_they_are_for(engine):
    draft = Drafting(horizon=2.5, classes=("men", "women"))
    for name in ("c", "d", "e", "f", "never"):
        draft.place(name, 0, stay=50)
    draft.place("women", 0, stay=50, classes=(False, True))
    draft.place("named", 0, stay=50)
    referrals = {to: draft.referral("maraude", to) for to in (0, 3, 2, 5)}
    never = draft.referral("maraude", 4, opened=0.0)
    under_way = draft.referral("maraude", 1, delay=10.0)
    named = replace(draft.referral("maraude", 6), classes=(False, True))
    draft.outreach("maraude", 1.0, 1, [*referrals.values(), never, under_way, named])
    draft.start(1)
    draft.waiting(0, 1)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 c - 0
        1 outing - maraude - 1
        1 contact #0 maraude - 0
        1 referred #0 f maraude 0
        1 accepted #0 f - 0
        1 listed #0 f - 0
        1 referred #0 e maraude 0
        1 accepted #0 e - 0
        1 listed #0 e - 0
        1 referred #0 d maraude 0
        2 outing - maraude - 1
        2 contact #0 maraude - 0
    """)


def visited_once(engine: str, draft: Drafting, who: int, **fields: object) -> Draws:
    """Add a drop-in whose clock rings for somebody exactly at day 1, and never again."""
    draws = Draws()
    rate = rate_until(1.0, draws.unit(who, "visit:rest"))
    draft.drop_in("rest", 9, rate, length=0.25, **fields)
    return draws


@shows(
    "and, for hosted people, the target stands after the service they live in",
    "An interview opens referrals.",
    'Services stand in the file in pathway order; "before" and "after" refer to this order.',
)
def test_hosted_people_are_referred_only_to_services_after_their_own(engine):
    draft = Drafting(horizon=2)
    draft.place("before", 0, stay=50)
    draft.place("hotel", 1, stay=50)
    draft.place("after", 0, stay=50)
    draft.start(1, where=1, given=40)
    referrals = tuple(draft.referral("rest", to) for to in (0, 1, 2))
    fields = {"hosted_attend": True, "interview": 1.0, "referrals": referrals}
    visited_once(engine, draft, met(where=1), **fields)
    assert story(engine, draft.plan()) == trace("""
        1 visit #0 rest - 0
        1 interview #0 rest - 0
        1 referred #0 after rest 0
        1 accepted #0 after - 0
        1 listed #0 after - 0
        1.25 visit_ends #0 rest - 0
    """)


@shows("and, for hosted people, the target stands after the service they live in")
def test_somebody_in_a_night_place_is_referred_to_any_service(engine):
    draft = Drafting(horizon=1)
    draft.place("before", 0, stay=50)
    draft.overnight("night", 1, evening=0.75, morning=0.25)
    rate = calendar([0, 0.875], [0.0, 1e6])
    referrals = (draft.referral("rest", 0),)
    fields = {"hosted_attend": True, "interview": 1.0, "referrals": referrals}
    draft.drop_in("rest", 9, rate, length=9.0, **fields)
    draft.start(1)
    assert story(engine, draft.plan())[1:] == trace("""
        0.75 evening - night - 1
        0.75 night #0 night - 0
        0.875 visit #0 rest - 0
        0.875 interview #0 rest - 0
        0.875 referred #0 before rest 0
        0.875 accepted #0 before - 0
        0.875 listed #0 before - 0
    """)


@shows(
    "turned_away | finds no room: in the waiting room, at the drop-in, for the night | who | where",
    "Nobody who has left the model on an earlier referral of the same contact is considered.",
    "is turned away; somebody who is not hosted may then, by declared rule, leave the model.",
)
def test_whoever_leaves_on_a_referral_is_not_considered_for_the_next(engine):
    draft = Drafting(horizon=1.5)
    draft.place("full", 0, stay=50, waiting_room=0, turned_away_to=LEFT)
    draft.place("other", 0, stay=50)
    draft.outreach("maraude", 1.0, 1, [draft.referral("maraude", to) for to in (0, 1)])
    draft.start(1)
    assert story(engine, draft.plan()) == trace("""
        1 outing - maraude - 1
        1 contact #0 maraude - 0
        1 referred #0 full maraude 0
        1 accepted #0 full - 0
        1 turned_away #0 full - 0
        1 goes #0 - left 0
    """)


@shows(
    "lapsed | the referral or request comes to nothing | who | the service asked for",
    "it is opened with its share",
    "Its success share (times the coordination factor for success at that time, at most 1) and the "
    "assessment's acceptance share are drawn at once",
    "it is accepted: the request is put on the list (or turned away by a full waiting room), or it "
    "has lapsed",
    "With no delay at all this happens in the same instant.",
    "a share p happens if u < p",
)
def test_each_share_of_a_referral_is_compared_with_one_draw(engine):
    draft = Drafting(horizon=3.5)
    draft.place("care", 0, stay=50, assessment=0.5)
    draft.outreach("maraude", 1.0, 1, [draft.referral("maraude", 0, opened=0.5, success=0.5)])
    draft.start(1)

    def not_opened_lapsed_accepted(draws: Draws) -> bool:
        opened = [draws.share(met(), "refer:maraude:0", k) < 0.5 for k in range(3)]
        success = [draws.share(met(), "success:maraude:0", k) < 0.5 for k in range(2)]
        passed = [draws.share(met(), "assessment:care", k) < 0.5 for k in range(2)]
        return (opened, success, passed) == ([False, True, True], [False, True], [True, True])

    assert story(engine, draft.plan(), draws_with(not_opened_lapsed_accepted).seed) == trace("""
        1 outing - maraude - 1
        1 contact #0 maraude - 0
        2 outing - maraude - 1
        2 contact #0 maraude - 0
        2 referred #0 care maraude 0
        2 lapsed #0 care - 0
        3 outing - maraude - 1
        3 contact #0 maraude - 0
        3 referred #0 care maraude 0
        3 accepted #0 care - 0
        3 listed #0 care - 0
    """)


@shows(
    "Its success share (times the coordination factor for success at that time, at most 1) and the "
    "assessment's acceptance share are drawn at once; its delay (times the factor for delay) plus "
    "the assessment's delay pass first. Then it is accepted: the request is put on the list (or "
    "turned away by a full waiting room), or it has lapsed.",
    "the value used is the one in force when it is used",
    "Assessment: if declared, every request passes it first (a delay, an acceptance share).",
)
def test_a_referral_is_drawn_at_once_and_decided_after_its_delays(engine):
    draft = Drafting(horizon=9)
    until_2, from_2 = calendar([0, 2], [1.0, 0.0]), calendar([0, 2], [0.0, 1.0])
    fields = {"assessment_delay": 1.0}
    draft.place("yes", 0, stay=50, assessment=draft.chance("assessment:yes", until_2), **fields)
    draft.place("no", 0, stay=50, assessment=draft.chance("assessment:no", from_2), **fields)
    draft.place("failed", 0, stay=50)
    draft.place("full", 0, stay=50, waiting_room=0)
    slower = calendar([0, 2], [1.5, 9.0])
    referrals = [
        replace(draft.referral("m", to, delay=2.0), delay_factor=slower) for to in range(4)
    ]
    failing = draft.chance("success:m:2", from_2)
    referrals[2] = replace(referrals[2], success=failing)
    draft.outreach("m", calendar([0, 1], [1.0, 0.0]), 1, referrals)
    draft.start(1)
    assert story(engine, draft.plan()) == trace("""
        1 outing - m - 1
        1 contact #0 m - 0
        1 referred #0 yes m 0
        1 referred #0 no m 0
        1 referred #0 failed m 0
        1 referred #0 full m 0
        4 lapsed #0 failed - 0
        4 accepted #0 full - 0
        4 turned_away #0 full - 0
        5 accepted #0 yes - 0
        5 listed #0 yes - 0
        5 lapsed #0 no - 0
    """)


COORDINATED = """
shelter: {kind: places, places: 0, stay: 9 days, routes: [{to: street, share: 100 %}]}
hotel: {kind: places, places: 0, stay: 9 days, routes: [{to: street, share: 100 %}]}
maraudes:
  kind: outreach
  outings: 7 per week
  contacts: 1
  referrals: [{to: shelter, share: 100 %, success: 40 %}, {to: hotel, share: 100 %, success: 80 %}]
"""
FACTORS = """
start: {street: 1}
coordination: {success: {calendar: {2024-01-01: 1, 2024-01-03: 1.5}}}
"""


@shows(
    "Its success share (times the coordination factor for success at that time, at most 1)",
    "a purpose is named after what it decides and the service it is about",
)
def test_the_factor_of_coordination_is_the_one_of_the_day(engine):
    head = "title: factors\nperiod: {start: 2024-01-01, length: 4 days}\n"
    plan = plan_of(scenario(COORDINATED, more=FACTORS, head=head))
    who = person_key(key_of("start:street:everybody"), 0)

    def between(draws: Draws) -> bool:
        shelter = [draws.share(who, "success:maraudes:shelter", k) for k in range(2)]
        hotel = draws.share(who, "success:maraudes:hotel")
        return 0.4 <= shelter[0] < 0.6 and 0.4 <= shelter[1] < 0.6 and hotel >= 0.8

    lines = story(engine, plan, draws_with(between).seed)
    assert just(lines, "lapsed", "accepted", "outing") == trace("""
        1 outing - maraudes - 1
        1 lapsed #0 shelter - 0
        1 lapsed #0 hotel - 0
        2 outing - maraudes - 1
        2 accepted #0 shelter - 0
        2 accepted #0 hotel - 0
        3 outing - maraudes - 1
    """)


@shows(
    "A route's request passes the assessment only.",
    "Assessment: if declared, every request passes it first (a delay, an acceptance share).",
    "They come to the street, or straight onto the waiting list of one service.",
)
def test_requests_of_routes_and_of_newcomers_pass_the_assessment_only(engine):
    draws = Draws()
    newcomer = key_of("stream 0"), key_of("stream 1")
    draft = Drafting(horizon=9)
    draft.place("shelter", 2, stay=50, to=1)
    draft.place("care", 1, stay=50, to=LEFT, assessment=1.0, assessment_delay=2.0)
    draft.place("housing", 1, stay=50, to=LEFT)
    draft.outreach("m", 0.0, 1, [draft.referral("m", 1, success=0.0, delay=9.0)])
    draft.start(1, where=0, given=3)
    draft.stream(rate_until(4.0, draws.unit(newcomer[0], "gap")), to=1)
    draft.stream(rate_until(4.0, draws.unit(newcomer[1], "gap")), to=2)
    assert story(engine, draft.plan()) == trace("""
        3 stay_ends #0 shelter care 0
        3 blocked #0 shelter care 0
        4 arrives #1 care - 0
        4 arrives #2 housing - 0
        4 listed #2 housing - 0
        4 admitted #2 housing - 0
        5 accepted #0 care - 0
        5 listed #0 care - 0
        5 leaves_place #0 shelter care 0
        5 admitted #0 care shelter 0
        6 accepted #1 care - 0
        6 listed #1 care - 0
    """)


@shows(
    "withdrawn | the request is withdrawn | who | the service asked for",
    "Admission to a service of kind places withdraws the person's requests to that service and to "
    "those before it (also those under way); later ones stay.",
    'Services stand in the file in pathway order; "before" and "after" refer to this order.',
)
def test_an_admission_withdraws_the_requests_to_that_service_and_those_before(engine):
    draft = Drafting(horizon=12)
    draft.place("under way", 0, stay=50)
    draft.place("a", 0, stay=50)
    draft.place("b", 0, stay=50)
    draft.place("c", calendar([0, 5], [0, 1]), stay=3, to=5)
    draft.place("later under way", 0, stay=50)
    draft.place("d", calendar([0, 6, 7], [0, 0, 1]), stay=50, to=LEFT)
    referrals = [draft.referral("m", to, delay=9.0) for to in (0, 4)]
    draft.outreach("m", calendar([0, 1], [1.0, 0.0]), 1, referrals)
    draft.start(1)
    for service in (1, 2, 3, 5):
        draft.waiting(service, 1)
    assert story(engine, draft.plan())[4:] == trace("""
        1 outing - m - 1
        1 contact #0 m - 0
        1 referred #0 under way m 0
        1 referred #0 later under way m 0
        5 capacity - c - 1
        5 withdrawn #0 under way - 0
        5 withdrawn #0 a - 0
        5 withdrawn #0 b - 0
        5 admitted #0 c - 0
        7 capacity - d - 1
        8 stay_ends #0 c d 0
        8 leaves_place #0 c d 0
        8 withdrawn #0 later under way - 0
        8 admitted #0 d c 0
    """)


@shows("Going (out of the model) withdraws all.")
def test_going_withdraws_all_requests(engine):
    draft = Drafting(horizon=12)
    draft.place("a", 0, stay=50)
    draft.place("shelter", 1, stay=50, drop_out=1.0, drop_out_after=4.0, drop_out_to=DIED)
    draft.place("b", 0, stay=50)
    draft.place("c", 0, stay=50)
    referrals = [draft.referral("rest", 3, delay=9.0)]
    fields = {"hosted_attend": True, "interview": 1.0, "referrals": tuple(referrals)}
    draft.start(1)
    visited_once(engine, draft, met(), **fields)
    draft.waiting(1, 1)
    draft.waiting(2, 1)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        0 listed #0 b - 0
        0 admitted #0 shelter - 0
        1 visit #0 rest - 0
        1 interview #0 rest - 0
        1 referred #0 c rest 0
        1.25 visit_ends #0 rest - 0
        4 drop_out #0 shelter died 0
        4 leaves_place #0 shelter died 0
        4 withdrawn #0 b - 0
        4 withdrawn #0 c - 0
        4 goes #0 shelter died 0
    """)


@shows(
    "gives_up | gives up waiting; the request is closed | who | whose list",
    "goes | leaves the model | who | where from (street too) | left, died, housed",
    "Patience: a drawn time from listing on, wherever the person lives; then the request is "
    "closed (the person gives up). Somebody who is not hosted may then, by declared rule, leave "
    "the model.",
)
def test_patience_runs_from_the_listing_wherever_the_person_lives(engine):
    draft = Drafting(horizon=12, classes=("women", "men"))
    draft.overnight("night", 1, evening=0.75, morning=0.25, classes=(True, False))
    draft.place("housing", calendar([0, 11], [0, 1]), stay=50, patience=5.125, gives_up_to=LEFT)
    referral = draft.referral("m", 1, delay=2.0)
    draft.outreach("m", calendar([0, 1], [1.0, 0.0]), 2, [referral])
    draft.start(1)
    draft.gate("gate", 0.5, class_id=1)
    draft.waiting(1, 1)
    # #0 is listed at the start and gives up in a night place, #1 once the referral has passed.
    lines = story(engine, draft.plan())
    assert just(lines, "referred", "listed", "gives_up", "goes") == trace("""
        0 listed #0 housing - 0
        1 referred #1 housing m 0
        3 listed #1 housing - 0
        5.125 gives_up #0 housing - 0
        5.125 goes #0 night left 0
        8.125 gives_up #1 housing - 0
        8.125 goes #1 - left 0
    """)


@shows(
    "Patience: a drawn time from listing on, wherever the person lives; then the request is closed "
    "(the person gives up). Somebody who is not hosted may then, by declared rule, leave the model."
)
def test_patience_runs_on_during_a_stay_and_somebody_hosted_stays(engine):
    draft = Drafting(horizon=12)
    draft.place("shelter", calendar([0, 2], [0, 1]), stay=50, patience=2.5)
    draft.place("housing", calendar([0, 9], [0, 1]), stay=50, patience=5.0, gives_up_to=LEFT)
    draft.start(1)
    draft.waiting(0, 1)
    draft.waiting(1, 1)
    assert story(engine, draft.plan()) == trace("""
        0 listed #0 shelter - 0
        0 listed #0 housing - 0
        2 capacity - shelter - 1
        2 admitted #0 shelter - 0
        5 gives_up #0 housing - 0
        9 capacity - housing - 1
    """)


@shows(
    "Rank on a list: priority of class, then time of listing (for somebody evicted, see 3.4), then "
    "person number.",
    "The number breaks ties.",
)
def test_a_list_is_served_by_priority_then_time_of_listing_then_number(engine):
    draft = Drafting(horizon=30, classes=("men", "women"))
    places = calendar([0, 10, 11, 12, 13], [0, 1, 2, 3, 4])
    draft.place("shelter", places, stay=50, to=LEFT, priority=(1, 0))
    draft.gate("a", 5, to=0)
    draft.gate("b", 3, to=0)
    draft.gate("c", 3, to=0)
    draft.gate("d", 8, to=0, class_id=1)
    lines = story(engine, draft.plan())
    assert just(lines, "listed", "admitted") == trace("""
        3 listed #1 shelter - 0
        3 listed #2 shelter - 0
        5 listed #0 shelter - 0
        8 listed #3 shelter - 0
        10 admitted #3 shelter - 0
        11 admitted #1 shelter - 0
        12 admitted #2 shelter - 0
        13 admitted #0 shelter - 0
    """)
