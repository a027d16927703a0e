"""Stories of sections 8 to 10 of docs/model.md: numbers that change, draws, what is counted."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from scipy import stats

from sim.core.calendars import Calendar, calendar, constant
from sim.core.distributions import distribution
from sim.core.draws import key_of, person_key
from sim.core.events import DIED, LEFT, Event
from sim.plan.build import plan_of
from sim.plan.tables import Route, TimedDistribution
from tests.stories import Draws, met, rate_until, shows
from tests.support.engines import ENGINES, just, story, trace
from tests.support.plans import Drafting
from tests.support.written import scenario

pytestmark = pytest.mark.parametrize("engine", sorted(ENGINES))

NIGHT = {"evening": 0.75, "morning": 0.25}
AT_ONCE = 1e6


def head(length: str, start: str = "2024-01-01") -> str:
    return f"title: a story\nperiod: {{start: {start}, length: {length}}}\n"


# --- 8. numbers that change with time -------------------------------------------------------------

CHANGING = """
steps:
  kind: places
  places: {calendar: {2024-01-01: 2, 2024-01-03: 4}, between: steps}
  stay: 90 days
  routes: &away [{to: left, share: 100 %}]
ramp:
  kind: places
  places: {calendar: {2024-01-01: 0, 2024-01-05: 8}, between: ramp}
  stay: 90 days
  routes: *away
weekly:
  kind: places
  places: {weekly: {tue 09:00-12:00: 3, otherwise: 1}}
  stay: 90 days
  routes: *away
"""
ONE_EACH = """
start: {services: {steps: {people: 1}, ramp: {people: 1}, weekly: {people: 1}}}
"""


@shows(
    "A number may be a calendar of dates and values (steps, or linear ramps) and may repeat by "
    "weekday and hour. Engines see step functions, valid from each time on. A ramp is a staircase "
    "of whole days, each with the ramp's value at noon.",
    "Times are in days since midnight of the first day of the period",
)
def test_numbers_follow_steps_ramps_and_hours_of_the_week(engine):
    plan = plan_of(scenario(CHANGING, more=ONE_EACH, head=head("10 days")))
    assert just(story(engine, plan, scene=True), "capacity") == trace("""
        0 capacity - steps - 2
        0 capacity - ramp - 1
        0 capacity - weekly - 1
        1 capacity - ramp - 3
        1.375 capacity - weekly - 3
        1.5 capacity - weekly - 1
        2 capacity - steps - 4
        2 capacity - ramp - 5
        3 capacity - ramp - 7
        4 capacity - ramp - 8
        8.375 capacity - weekly - 3
        8.5 capacity - weekly - 1
    """)


LONG = """
months: {kind: places, places: 1, stay: 9 days, routes: &away [{to: left, share: 100 %}]}
years: {kind: places, places: 1, stay: 9 days, routes: *away}
hours: {kind: places, places: 1, stay: 9 days, routes: *away}
"""
LEFT_OF = """
start:
  services:
    months: {people: 1, residual: {family: fixed, value: 2 months}}
    years: {people: 1, residual: {family: fixed, value: 0.1 years}}
    hours: {people: 1, residual: {family: fixed, value: 90 min}}
"""


@shows("1 year = 365 days, 1 month = 365/12 days; the period is rounded to whole days.")
def test_a_year_has_365_days_a_month_a_twelfth_and_the_period_whole_days(engine):
    def ends(length: str) -> tuple[list[str], int]:
        plan = plan_of(scenario(LONG, more=LEFT_OF, head=head(length)))
        days = len(ENGINES[engine](plan, 1, 0).tallies.counts["listed"])
        return just(story(engine, plan), "stay_ends"), days

    early = ["0.0625 stay_ends #2 hours left 0", "36.5 stay_ends #1 years left 0"]
    # Two months are 60.83 days. A period of 2.1 months has 63.88 days, 64; one of 1.1 has 33.46.
    assert ends("2.1 months") == ([*early, "60.8333 stay_ends #0 months left 0"], 64)
    assert ends("1.1 months") == (early[:1], 33)


@pytest.mark.slow
@shows(
    "A period of whole years or months ends at the same date of a later year or month, "
    "at its last day where it has no such date."
)
def test_a_period_of_whole_years_or_months_ends_at_the_same_date(engine):
    def days(length: str, start: str) -> int:
        plan = plan_of(scenario(LONG, more=LEFT_OF, head=head(length, start)))
        return len(ENGINES[engine](plan, 1, 0).tallies.counts["listed"])

    assert days("1 year", "2024-01-01") == 366  # 31 December 2024 is in it
    assert days("1 year", "2023-01-01") == 365
    assert days("0.5 years", "2024-01-01") == 182  # to 1 July
    assert days("1 month", "2024-01-31") == 29  # to 29 February
    assert days("9 mois", "2024-05-15") == 276  # to 15 February
    assert days("365 days", "2024-01-01") == 365


OPENING = """
rest:
  kind: drop-in
  places: 1
  opening_hours: every day 09:00-17:00
  visits: 0 per day
  visit_length: 1 h
"""


@shows("Clock time is local standard time without daylight saving.")
def test_there_is_no_daylight_saving(engine):
    # In Paris clocks went forward on 31 March 2024, day 1 of this period.
    plan = plan_of(scenario(OPENING, head=head("3 days", "2024-03-30")))
    assert story(engine, plan) == [
        f"{day + hours / 24:g} capacity - rest - {places}"
        for day in range(3)
        for hours, places in ((9, 1), (17, 0))
    ]


FROM_5, UNTIL_5 = calendar([0, 5], [0.0, 1.0]), calendar([0, 5], [1.0, 0.0])


@shows(
    "Times are in days since midnight of the first day of the period, in whole milliseconds "
    "(section 8).",
    "Time goes in whole milliseconds. Every time at which something is due is rounded to the "
    "nearest millisecond (halves to the even one), whether it comes from a duration, a rate, a "
    "clock time or a calendar.",
)
def test_times_are_rounded_to_the_millisecond_and_halves_to_the_even_one(engine):
    # A day has 1024 x 84,375 milliseconds: 1/2048 of it are 42,187.5, and 3/2048 126,562.5.
    each, three, millisecond = 1 / 2048, 3 / 2048, 1 / 86_400_000
    draft = Drafting(horizon=1)
    draft.place("shelter", calendar([0, three], [1, 2]), stay=50, to=LEFT)
    draft.place("hotel", 1, stay=50, to=LEFT)
    draft.place("care", 1, stay=50, to=LEFT)
    draft.overnight("night", 9, evening=three, morning=each)
    draft.outreach("m", calendar([0, 1 / 512], [1024 * 2 / 3, 0.0]))  # 3/2048 a gap
    for where, given in enumerate((each, three + 0.4 * millisecond, three + 0.6 * millisecond)):
        draft.start(1, where=where, given=given)
    log = ENGINES[engine](draft.plan(), 1, 0, log=True).log
    assert log is not None
    rows = [(round(row.time * 86_400_000), Event(row.event).name) for row in log if row.time > 0]
    assert all(row.time == round(row.time * 86_400_000) / 86_400_000 for row in log)
    assert [item for item in rows if item[1] not in ("LEAVES_PLACE", "GOES")] == [
        (42_188, "STAY_ENDS"),
        (42_188, "MORNING"),
        (126_562, "CAPACITY"),
        (126_562, "OUTING"),
        (126_562, "EVENING"),
        (126_563, "STAY_ENDS"),
        (126_563, "STAY_ENDS"),
    ]


@shows(
    "Whatever is compared, is compared after this rounding: the same millisecond is the same time, "
    "however it was added up."
)
def test_two_ways_to_add_up_the_same_time_give_the_same_time(engine):
    assert 0.1 + 0.2 > 0.3  # as computers reckon
    draft = Drafting(horizon=1)
    draft.place("shelter", 1, stay=0.2, to=LEFT, patience=0.3)
    draft.start(2)
    draft.start(1, where=0, given=0.1)
    draft.waiting(0, 2)
    # #0 leaves at 0.1 + 0.2, when the patience of #1 ends: just in time.
    assert just(story(engine, draft.plan()), "admitted", "gives_up") == [
        "0.1 admitted #0 shelter - 0",
        "0.3 admitted #1 shelter - 0",
    ]


IN_FORCE = (
    "Every number may change with time (section 8); the value used is the one in force when it"
)


@shows(IN_FORCE)
def test_what_an_outing_does_is_what_is_declared_for_its_time(engine):
    draft = Drafting(horizon=9)
    draft.place("shelter", 0, stay=50)
    draft.drop_in("rest", 9, 0.0, length=1.0, visitors=0.0)
    referral = draft.referral("m", 0, opened=FROM_5)
    draft.outreach("m", 0.25, calendar([0, 5], [1, 2]), [referral], [(1, FROM_5)])
    draft.start(2)
    words = [tuple(line.split()[:2]) for line in story(engine, draft.plan())]
    rows = [("8", word) for word in ("becomes_visitor", "referred", "accepted", "listed")]
    assert words == [
        *(("4", "outing"), ("4", "contact")),
        *(("8", "outing"), ("8", "contact"), *rows, ("8", "contact"), *rows),
    ]


@shows(
    "care_act | has a care act during the visit | who | drop-in",
    "interview | has an interview during the visit | who | drop-in",
    IN_FORCE,
)
def test_what_a_visit_holds_is_what_is_declared_for_its_time(engine):
    draft = Drafting(horizon=9)
    rate = calendar([0, 2, 2.5, 6, 6.5], [0, AT_ONCE, 0, AT_ONCE, 0])
    draft.drop_in("rest", 9, rate, length=1.0, care_act=FROM_5, interview=UNTIL_5)
    draft.start(1)
    assert story(engine, draft.plan()) == trace("""
        2 visit #0 rest - 0
        2 interview #0 rest - 0
        3 visit_ends #0 rest - 0
        6 visit #0 rest - 0
        6 care_act #0 rest - 0
        7 visit_ends #0 rest - 0
    """)


@shows(IN_FORCE)
def test_who_applies_drops_out_declines_or_visits_is_drawn_with_the_share_of_the_time(engine):
    draft = Drafting(horizon=9)
    draws = Draws()
    draft.overnight("night", 9, evening=0.25, morning=0.375, applies=UNTIL_5)
    draft.place("drops", 9, stay=50, drop_out=FROM_5, drop_out_after=2.0, drop_out_to=DIED)
    draft.place("offers", calendar([0, 2.5, 3.5, 6.5], [0, 1, 1, 2]), stay=50, declines=FROM_5)
    draft.drop_in("rest", 9, AT_ONCE, length=9.0, visitors=0.0)
    visitor = replace(draft.services[3].visitor[0], share=FROM_5)
    draft.services[3] = replace(draft.services[3], visitor=(visitor,))
    draft.gate("a", 3, to=1)
    draft.gate("b", 5, to=1)
    draft.gate("c", 2, to=2)
    draft.gate("d", 6, to=2)
    for number, time in enumerate((4.0, 8.0)):
        draft.stream(rate_until(time, draws.unit(key_of(f"stream {number}"), "gap")))
    lines = story(engine, draft.plan())
    assert just(lines, "admitted", "drop_out", "declines", "arrives", "visit") == trace(
        """
        2.5 admitted #2 offers - 0
        3 admitted #0 drops a 0
        4 arrives #4 - - 0
        5 admitted #1 drops b 0
        6.5 declines #3 offers - 0
        7 drop_out #1 drops died 0
        8 arrives #5 - - 0
        8 visit #5 rest - 0
    """.replace("2.5 admitted #2 offers - 0", "2.5 admitted #2 offers - 0")
    )
    evenings = [line.split()[-1] for line in just(lines, "evening")]
    assert evenings == ["0", "0", "1", "0", "1", "0", "0", "0", "0"]


def from_5(draft: Drafting, name: str) -> TimedDistribution:
    """Return a law of 2.5 days, and of 4 days from day 5 on."""
    rows = tuple(distribution("fixed", value=value) for value in (2.5, 4.0))
    return TimedDistribution((0.0, 5.0), rows, draft.purpose(name))


def of_the_place(draft: Drafting, field: str) -> None:
    """Add two people whose stays end on days 3 and 5, and a time that begins then."""
    law = from_5(draft, field)
    route = Route(LEFT, constant(1.0), law) if field == "delay" else Route(2, constant(1.0))
    fields = {} if field == "delay" else {field: law}
    if field == "turnaround":
        route = Route(LEFT, constant(1.0))
    draft.place("one", 1, stay=50, to=[route], **fields)
    draft.place("two", 1, stay=50, to=[route], **fields)
    draft.place("full", 0, stay=50)
    draft.start(1, where=0, given=3)
    draft.start(1, where=1, given=5)


def of_the_target(draft: Drafting, field: str) -> None:
    """Add two people who ask for a service on days 3 and 5, and a time that begins then."""
    more = {"drop_out_after": {"drop_out": 1.0}, "assessment_delay": {"assessment": 1.0}}
    places = 9 if field == "drop_out_after" else 0
    fields = {field: from_5(draft, field)} | more.get(field, {})
    draft.place("target", places, stay=50, **fields)
    draft.gate("one", 3, to=0)
    draft.gate("two", 5, to=0)


def of_the_drop_in(draft: Drafting, field: str) -> None:
    """Add two people who visit a drop-in on days 3 and 5, and a time that begins then."""
    places, fields = (
        (9, {}) if field == "visit_length" else (0, {"door_wait": from_5(draft, field)})
    )
    draft.drop_in("rest", places, AT_ONCE, from_5(draft, "visit_length"), **fields)
    draft.gate("one", 3)
    draft.gate("two", 5)


@shows(
    IN_FORCE,
    "Engines see step functions, valid from each time on.",
    "A draw of a stay uses the law in force when it is drawn.",
)
@pytest.mark.parametrize(
    ("add", "field", "event"),
    [
        (of_the_place, "turnaround", "turnaround_ends"),
        (of_the_place, "blocked_limit", "blocked_limit"),
        (of_the_place, "delay", "delay_ends"),
        (of_the_target, "patience", "gives_up"),
        (of_the_target, "assessment_delay", "accepted"),
        (of_the_target, "drop_out_after", "drop_out"),
        (of_the_drop_in, "visit_length", "visit_ends"),
        (of_the_drop_in, "door_wait", "leaves_door"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_times_are_drawn_from_the_law_in_force(engine, add, field, event):
    draft = Drafting(horizon=9.25)
    add(draft, field)
    ends = [line.split()[:3] for line in just(story(engine, draft.plan()), event)]
    assert ends == [["5.5", event, "#0"], ["9", event, "#1"]]


@shows(
    "unreachable | an offer fails: not reached | who | who offered",
    "offer_again | can be offered a place again | who | who offers",
    IN_FORCE,
    "they keep their rank and are passed over for a declared time",
)
def test_being_passed_over_lasts_as_long_as_is_declared_at_the_offer(engine):
    draft = Drafting(horizon=10)
    fields = {"unreachable": 1.0, "offer_again": from_5(draft, "again")}
    for name, opens in (("one", 3), ("two", 5)):
        draft.place(name, calendar([0, opens, opens + 0.5], [0, 1, 0]), stay=50, **fields)
    draft.start(1)
    draft.waiting(0, 1)
    draft.waiting(1, 1)
    assert just(story(engine, draft.plan()), "unreachable", "offer_again") == trace("""
        3 unreachable #0 one - 0
        5 unreachable #0 two - 0
        5.5 offer_again #0 one - 0
        9 offer_again #0 two - 0
    """)


# --- 9. draws -------------------------------------------------------------------------------------


@shows(
    "Every draw is Philox4x64-10(key = (seed, replication), counter = (person, purpose, count, "
    "0)); a purpose is named after what it decides and the service it is about; the count is how "
    "many times that person has drawn for it.",
    "times come from quantile functions",
)
def test_draws_are_those_of_the_published_generator(engine):
    shelter = """
        {name}: {{kind: places, places: 9, stay: {{family: uniform, low: 1 day, high: 2 days}},
          routes: [{{to: {to}, share: 100 %}}]}}
    """
    services = shelter.format(name="one", to="two") + shelter.format(name="two", to="one")
    start = "start: {services: {one: {people: 2, residual: full}}}\n"
    plan = plan_of(scenario(services, more=start, head=head("8 days")))
    draws = Draws(2**63 + 5, 2**64 - 1)
    expected = []
    for rank in range(2):
        who = person_key(key_of("start:one:everybody"), rank)
        time, stays = 1 + draws.share(who, "residual:one"), {"one": 0, "two": 0}
        name = "one"
        while time < 8:
            other = "two" if name == "one" else "one"
            expected.append((time, f"{time:g} stay_ends #{rank} {name} {other} 0"))
            time += 1 + draws.share(who, f"stay:{other}", stays[other])
            stays[other] += 1
            name = other
    lines = story(engine, plan, draws.seed, draws.replication)
    assert just(lines, "stay_ends") == [line for _, line in sorted(expected)]
    assert len(expected) > 8


LAWS = [
    ("fixed", {"value": 3.0}, lambda u: 3.0),
    ("exponential", {"mean": 2.0}, lambda u: -2.0 * math.log(1 - u)),
    ("uniform", {"low": 1.0, "high": 4.0}, lambda u: 1 + 3 * u),
    ("triangular", {"low": 1, "mode": 2, "high": 5}, lambda u: stats.triang.ppf(u, 0.25, 1, 4)),
    ("gamma", {"mean": 3.0, "cv": 0.5}, lambda u: stats.gamma.ppf(u, 4, scale=0.75)),
    ("gamma", {"mean": 3.0, "cv": 4.0}, lambda u: stats.gamma.ppf(u, 1 / 16, scale=48)),
    ("erlang", {"mean": 3.0, "phases": 3}, lambda u: stats.gamma.ppf(u, 3, scale=1)),
    (
        "weibull",
        {"mean": 3.0, "shape": 2.0},
        lambda u: 3 / math.gamma(1.5) * (-math.log(1 - u)) ** 0.5,
    ),
    (
        "lognormal",
        {"mean": 3.0, "cv": 1.0},
        lambda u: stats.lognorm.ppf(u, math.log(2) ** 0.5, scale=3 / 2**0.5),
    ),
    ("empirical", {"values": [4.0, 1.0, 2.0, 8.0]}, lambda u: [4.0, 1.0, 2.0, 8.0][int(4 * u)]),
]


@shows(
    "times come from quantile functions (of a list: the value at place floor(u x length), as "
    "written)"
)
@pytest.mark.parametrize(("family", "fields", "quantile"), LAWS, ids=[law[0] for law in LAWS])
def test_times_come_from_quantile_functions(engine, family, fields, quantile):
    draft = Drafting(horizon=20)
    draft.place("shelter", 9, stay=distribution(family, **fields), to=LEFT)
    draft.start(8)
    draft.waiting(0, 8)
    log = ENGINES[engine](draft.plan(), 3, 0, log=True).log
    assert log is not None
    draws = Draws(3)
    ends = {row.person: row.time for row in log if row.event == Event.STAY_ENDS}
    for number in range(8):
        expected = float(quantile(draws.share(met(number), "stay:shelter")))
        if expected < 20:
            assert abs(ends.pop(number) - expected) * 86_400_000 < 0.501
    assert ends == {}


# --- 10. what is counted when ---------------------------------------------------------------------


@shows(
    "The census counts, at 03:00, people without any place: a street night each; if they are on k "
    "waiting lists, 1/k of the night is for want of each of those services."
)
def test_a_street_night_is_shared_among_the_lists_somebody_is_on(engine):
    draft = Drafting(horizon=3, classes=("waits", "does not", "night"))
    draws = Draws()
    item = (True, False, False)
    for name in ("a", "b", "c", "under way"):
        draft.place(
            name, 0, stay=50, classes=item, assessment_delay=9.0 if name[0] == "u" else None
        )
    draft.overnight("night", 9, **NIGHT, classes=(False, False, True))
    draft.place("shelter", 9, stay=50)
    rate = rate_until(1.0, draws.unit(met(class_id=1), "visit:rest"))
    draft.drop_in("rest", 9, rate, length=0.5, visitors=(0.0, 1.0, 0.0))  # from 1 to 1.5
    draft.outreach("m", calendar([0, 1], [1.0, 0.0]), 9, [draft.referral("m", 3)])
    for class_id in range(3):
        draft.start(1, class_id=class_id)
    draft.start(1, where=5, given=50)
    for service in (0, 1, 2):
        draft.waiting(service, 1)
    tallies = ENGINES[engine](draft.plan(), draws.seed, 0).tallies
    nights = [list(map(float, day[-1])) for day in tallies.counts["street_nights"]]
    assert nights == [[1, 1, 1], [1, 1, 0], [1, 1, 0]]
    third = 1 / 3
    wants = [[float(value) for value in day] for day in tallies.street_wants]
    assert wants == [
        [third, third, third, 0, 0, 0, 0, 0, 2],
        [third, third, third, 0, 0, 0, 0, 0, 1],
        [third, third, third, 0, 0, 0, 0, 0, 1],
    ]


def outings_at(*times: float) -> Calendar:
    """Return the rate of outings that take place at these times."""
    starts = (0.0, *times)
    rates = [1 / (end - start) for start, end in zip(starts, times, strict=False)]
    return calendar([*starts], [*rates, 0.0])


@shows(
    "A first seen is the first contact or visit of a person with that service in a model year (365 "
    "days from the start)."
)
def test_people_are_first_seen_by_each_service_once_a_year(engine):
    draft = Drafting(horizon=367, classes=("met", "visits"))
    draft.outreach("m", outings_at(10.5, 300.5, 364.5, 365.5), 9)
    draft.outreach("other", outings_at(20.5, 340.5), 9)
    visits = calendar([0, 320, 321, 350, 351, 366], [0, AT_ONCE, 0, AT_ONCE, 0, AT_ONCE])
    draft.drop_in("rest", 9, visits, length=5.0, visitors=(0.0, 1.0))
    draft.start(1)
    draft.gate("gate", 310, class_id=1)
    tallies = ENGINES[engine](draft.plan(), 1, 0).tallies
    seen = [
        (day, service, class_id, float(table[service][class_id]))
        for day, table in enumerate(tallies.counts["first_seen"])
        for service in range(3)
        for class_id in range(2)
        if float(table[service][class_id])
    ]
    # The year is not that of the calendar: 2024 has 366 days.
    assert seen == [
        (10, 0, 0, 1),
        (20, 1, 0, 1),
        (320, 2, 1, 1),
        (340, 1, 1, 1),
        (364, 0, 1, 1),
        (365, 0, 0, 1),
        (365, 0, 1, 1),
        (366, 2, 1, 1),
    ]


@shows(
    "The time from first contact runs from the first contact or visit to the first admission to a "
    "service marked as housing"
)
def test_the_time_from_first_contact(engine):
    draft = Drafting(horizon=12, classes=("a", "b"))
    draws = Draws()
    draft.place("shelter", 9, stay=1.5, to=1)
    draft.place("housing", calendar([0, 5], [0, 9]), stay=2, to=2, housing=True)
    draft.place("more housing", 9, stay=50, housing=True)
    referral = draft.referral("m", 0, delay=1.0)
    draft.outreach("m", 1.0, 9, [referral])
    rate = rate_until(0.5, draws.unit(met(), "visit:rest"))
    draft.drop_in("rest", 9, rate, length=0.25, visitors=(1.0, 0.0))
    draft.start(1)
    draft.gate("gate", 2.5, class_id=1)
    tallies = ENGINES[engine](draft.plan(), draws.seed, 0).tallies
    # #0 visits on day 0.5; both are housed on day 5 (and go on to more housing on day 7): #1, in
    # the street from 2.5 on, is met on day 3 and comes to the shelter on day 4.
    assert [[float(value) for value in row[1:4]] for row in tallies.people] == [
        [0, 0.5, 5],
        [0, 3, 5.5],
    ]
