"""Stories of sections 1 and 2 of docs/model.md: people, arrivals, leaving, the start."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import count

import pytest

from sim.core.calendars import Calendar, calendar
from sim.core.distributions import distribution
from sim.core.draws import key_of, person_key
from sim.core.events import DIED, HOUSED, LEFT, STREET
from sim.plan.build import plan_of
from tests.stories import Draws, draws_with, met, rate_until, shows
from tests.support.engines import ENGINES, just, story, trace
from tests.support.plans import Drafting
from tests.support.written import scenario

pytestmark = pytest.mark.parametrize("engine", sorted(ENGINES))

NIGHT = {"evening": 0.75, "morning": 0.25}


def head(days: int) -> str:
    return f"title: a story\nperiod: {{start: 2024-01-01, length: {days} days}}\n"


# --- 1. people ------------------------------------------------------------------------------------


@shows(
    "At every instant a person is in exactly one living situation:",
    "the street (no place anywhere; somebody at a drop-in visit still lives in the street);",
    "a place of one service of the kind places (only these people are called hosted) or overnight;",
    "gone: housed (for good, out of the model), left (the scene or the region), died.",
    "Integrals over each day are exact.",
)
def test_at_every_instant_a_person_lives_in_one_situation(engine):
    draft = Drafting(horizon=5)
    draws = Draws()
    draft.overnight("night", 1, **NIGHT)
    draft.place("shelter", calendar([0, 2], [0, 1]), stay=1.5, to=HOUSED)
    rate = rate_until(0.25, draws.unit(met(), "visit:rest"))
    draft.drop_in("rest", 9, rate, length=0.375)
    draft.start(1)
    draft.waiting(1, 1)
    tallies = ENGINES[engine](draft.plan(), draws.seed, 0).tallies
    living = [[float(row[0]) for row in day] for day in tallies.level_mean["living"]]
    # night, shelter, rest, street: the visit from 0.25 to 0.625 changes nothing
    assert living == [
        [0.25, 0, 0, 0.75],
        [0.5, 0, 0, 0.5],
        [0, 1, 0, 0],
        [0, 0.5, 0, 0],
        [0, 0, 0, 0],
    ]
    assert float(tallies.level_mean["visiting"][0][2][0]) == 0.375
    assert [float(value) for value in tallies.people[0][3:]][1:] == [3.5, HOUSED]


ARRIVING = """
a: {kind: places, places: 9, stay: 90 days, routes: [{to: street, share: 100 %}]}
b: {kind: places, places: 9, stay: 90 days, routes: [{to: street, share: 100 %}]}
"""
TWO = """
people:
  classes: {men: 50 %, women: 50 %}
  arrivals:
    one: {rate: 1 per day, classes: [women]}
    two: {rate: 1 per day, classes: [men]}
"""
PRESENT = """
start:
  services: {b: {people: {women: 1, men: 1}}, a: {people: {men: 1}}}
  street: {women: 1, men: 2}
"""


@shows(
    "present | lives here at the start | who | where (street too) | | class",
    "arrives | enters the model | who | where to (street too) | | class",
    "A class is given by its number, counted from 0 in the order of the file.",
    "People are numbered in the order in which they enter the model: first those present at the "
    "start (street groups, then the services in file order; classes in file order within each), "
    "then arrivals by time.",
    "Outings and streams draw under their own key.",
)
def test_people_are_numbered_street_first_then_services_then_by_arrival(engine):
    plan = plan_of(scenario(ARRIVING, people=TWO, more=PRESENT, head=head(3)))

    def due(draws: Draws, stream: str) -> list[float]:
        times, cumulated = [], 0.0
        for k in count():
            cumulated += draws.unit(key_of(f"arrivals:{stream}"), f"gap:{stream}", k)
            if cumulated >= 3:
                return times
            times.append(cumulated)
        raise AssertionError

    def by_turns(draws: Draws) -> list[tuple[float, int]]:
        women = [(time, 1) for time in due(draws, "one:women")]
        return sorted(women + [(time, 0) for time in due(draws, "two:men")])

    draws = draws_with(lambda draws: [class_id for _, class_id in by_turns(draws)] == [0, 1, 0, 1])
    assert story(engine, plan, draws.seed, scene=True)[2:] == [
        "0 present #0 - - 0",
        "0 present #1 - - 0",
        "0 present #2 - - 1",
        "0 present #3 a - 0",
        "0 present #4 b - 0",
        "0 present #5 b - 1",
        *(
            f"{time:g} arrives #{6 + place} - - {class_id}"
            for place, (time, class_id) in enumerate(by_turns(draws))
        ),
    ]


def lives(engine: str, street: int, hosted: int, streams: int) -> dict[str, list[str]]:
    """Return what befalls everybody, by source and rank, where nobody is in anybody's way."""
    draft = Drafting(horizon=8)
    days = distribution("uniform", low=1.0, high=9.0)
    draft.place("shelter", 99, stay=days, to=LEFT)
    draft.drop_in("rest", 99, 0.7, length=0.25)
    draft.start(street)
    draft.start(hosted, where=0, given=days)
    for _ in range(streams):
        draft.stream(0.5)
    sources = [f"street {k}" for k in range(street)] + [f"hosted {k}" for k in range(hosted)]
    counts = defaultdict(list)
    lines = [line.split() for line in story(engine, draft.plan(), scene=True)]
    for time, event, who, *rest in lines:
        if who != "-":
            counts[int(who[1:])].append(" ".join((time, event, *rest)))
    for rank in range(len(counts) - street - hosted):
        sources.append(f"newcomer {rank}")
    return {sources[number]: counts[number] for number in sorted(counts)}


@shows(
    "Random numbers are attached to something steadier than the number: the source a person comes "
    "from (a class in the street at the start, a class hosted in a service at the start, an "
    "arrival stream of a class) and their rank within it, so that one more person in one source "
    "changes no random number of anybody else."
)
def test_one_more_person_changes_nobody_elses_draws(engine):
    before = lives(engine, 2, 2, 1)
    assert len(before) > 6
    for more in ((3, 2, 1), (2, 3, 1)):
        after = lives(engine, *more)
        assert {source: after[source] for source in before} == before
        assert len(after) == len(before) + 1
    # Another stream brings others in between; its people are told by when they come.
    with_others = lives(engine, 2, 2, 2)
    assert [with_others[s] for s in list(before)[:4]] == list(before.values())[:4]
    newcomers = list(before.values())[4:]
    assert all(newcomer in with_others.values() for newcomer in newcomers)
    assert len(with_others) > len(before)


@shows(
    "arrives | enters the model | who | where to (street too) | | class",
    "Arrivals of each class form a Poisson process whose rate may change with time. The k-th "
    "arrival happens when the cumulated rate reaches the sum of k unit exponential draws (exact "
    "inversion). They come to the street, or straight onto the waiting list of one service.",
    "Outings and streams draw under their own key.",
    "A unit exponential draw is -log(1 - u)",
)
@pytest.mark.parametrize("to", [STREET, 0])
def test_arrivals_come_when_the_cumulated_rate_reaches_their_draws(engine, to):
    draft = Drafting(horizon=6, classes=("men", "women"))
    rate = calendar([0, 2, 4], [1.0, 0.0, 2.0])
    draft.place("shelter", 0, stay=50)
    draft.stream(rate, to=to, class_id=1)

    def times(draws: Draws) -> list[float]:
        rows, due = [], 0.0
        for k in range(9):
            due += draws.unit(key_of("stream 0"), "gap", k)
            if due < 2:
                rows.append(due)  # 1 a day
            elif due < 6:
                rows.append(4 + (due - 2) / 2)  # 2 a day from day 4 on
        return rows

    draws = draws_with(lambda draws: [t > 4 for t in times(draws)] == [False, False, True, True])
    where = "-" if to == STREET else "shelter"
    expected = []
    for number, time in enumerate(times(draws)):
        expected.append(f"{time:g} arrives #{number} {where} - 1")
        expected += [f"{time:g} listed #{number} shelter - 0"] if to != STREET else []
    assert story(engine, draft.plan(), draws.seed) == expected
    tallies = ENGINES[engine](draft.plan(), draws.seed, 0).tallies
    assert float(tallies.level_end["living"][5][1][1]) == 4  # those on the list: in the street


LEAVING = """
people:
  classes: {everybody: 100 %}
  leaving:
    hosted: {died: 0.125 per day}
    street: {died: {calendar: {2024-01-01: 0.25 per day, 2024-01-07: 0.5 per day}}}
"""
FOUR_DAYS = "{people: 1, residual: {family: fixed, value: 4 days}}"
HOSTS = """
shelter: {kind: places, places: 9, stay: 90 days, routes: [{to: street, share: 100 %}]}
hotel:
  kind: places
  places: 9
  stay: 90 days
  leaving: {died: 0.0625 per day}
  routes: [{to: street, share: 100 %}]
"""


@shows(
    "Each risk (left, died) is an exponential clock wound once per person: one unit exponential "
    "draw, used up at the rate in force where the person lives at that time (one rate in the "
    "street, another in a place; a service may declare its own). A person moves to another "
    "situation and the clock runs on at another speed: the same person keeps the same random "
    "numbers in every scenario."
)
def test_a_clock_of_leaving_runs_on_at_the_rate_of_where_the_person_lives(engine):
    start = f"start: {{services: {{shelter: {FOUR_DAYS}, hotel: {FOUR_DAYS}}}}}\n"
    plan = plan_of(scenario(HOSTS, people=LEAVING, more=start, head=head(9)))
    people = [person_key(key_of(f"start:{name}:everybody"), 0) for name in ("shelter", "hotel")]

    def units(draws: Draws) -> list[float]:
        return [draws.unit(who, "risk:died") for who in people]

    draws = draws_with(lambda draws: all(1.1 < unit < 2.2 for unit in units(draws)))
    # Used up by day 4: 4 x 0.125 in the shelter, 4 x 0.0625 in the hotel; then 2 x 0.25 by day 6.
    used = 0.5 + 0.5, 0.25 + 0.5
    times = [6 + (unit - u) / 0.5 for unit, u in zip(units(draws), used, strict=True)]
    assert just(story(engine, plan, draws.seed), "goes") == [
        f"{time:g} goes #{who} - died 0" for time, who in sorted(zip(times, (0, 1), strict=True))
    ]


NIGHTS = 'night: {kind: overnight, places: 9, from: "18:00", until: "06:00"}\n'


@shows("(one rate in the street, another in a place; a service may declare its own)")
def test_in_a_night_place_the_rate_is_that_of_a_place(engine):
    leaving = "hosted: {left: 0.5 per day}, street: {left: 1 per day}"
    people = f"people: {{classes: {{everybody: 100 %}}, leaving: {{{leaving}}}}}\n"
    plan = plan_of(scenario(NIGHTS, people=people, more="start: {street: 1}\n", head=head(3)))
    who = person_key(key_of("start:street:everybody"), 0)
    draws = draws_with(lambda draws: 1.0 < draws.unit(who, "risk:left") < 1.5)
    # 0.75 by the evening, 0.25 in the night place until 1.25, the rest in the street
    time = 1.25 + (draws.unit(who, "risk:left") - 1.0)
    assert just(story(engine, plan, draws.seed), "goes") == [f"{time:g} goes #0 - left 0"]


@shows(
    "When two risks would occur, the earlier does; at the same instant, leaving before dying.",
)
def test_the_earlier_risk_occurs_and_leaving_comes_before_dying(engine):
    def drafted(rate: float | Calendar) -> Drafting:
        draft = Drafting(horizon=9)
        draft.start(1)
        draft.risk(LEFT, street=rate)
        draft.risk(DIED, street=rate)
        return draft

    def units(draws: Draws) -> list[float]:
        return [draws.unit(met(), f"risk:{code}") for code in (LEFT, DIED)]

    draws = draws_with(lambda draws: units(draws)[1] < min(0.8, units(draws)[0]))
    earlier = units(draws)[1] / 0.1
    assert story(engine, drafted(0.1).plan(), draws.seed) == [f"{earlier:g} goes #0 - died 0"]
    # So high a rate that both clocks run out at the very same time.
    at_once = calendar([0, 5], [0.0, 1e20])
    assert story(engine, drafted(at_once).plan(), draws.seed) == ["5 goes #0 - left 0"]


# --- 2. the start ---------------------------------------------------------------------------------

STARTING = """
outreach: {kind: outreach, outings: 1 per year, contacts: 1}
shelter:
  kind: places
  places: 1
  stay: 90 days
  routes: [{to: left, share: 100 %}]
later:
  kind: places
  places: {calendar: {2024-01-01: 0, 2024-01-03: 1}}
  stay: 90 days
  routes: [{to: left, share: 100 %}]
hotel: {kind: places, places: 2, stay: 90 days, routes: [{to: left, share: 100 %}]}
rest:
  kind: drop-in
  places: 4
  opening_hours: every day 09:00-17:00
  visits: 0 per day
  visit_length: 1 h
night: {kind: overnight, places: 3, from: "20:00", until: "08:00", applies: 0 %}
"""
STARTED = """
start:
  street: {men: 1, women: 2}
  services:
    shelter: {people: {men: 1, women: 1}, waiting: 1, residual: {family: fixed, value: 3 days}}
    later: {waiting: 2}
    hotel: {people: {men: 1}, waiting: 1, residual: full}
"""
BOTH = "people: {classes: {men: 50 %, women: 50 %}}\n"


def smallest(draws: Draws, people: list[int], purpose: str, wanted: int) -> list[int]:
    """Return the numbers of those with the smallest draws, in order of number."""
    shares = [draws.share(key, purpose) for key in people]
    return sorted(sorted(range(len(people)), key=lambda number: shares[number])[:wanted])


@shows(
    "The street holds so many people of each class; each service of kind places so many hosted "
    "people (also above capacity) and so many street people on its waiting list.",
    "The log begins with the places of every service that has any (capacity, in file order), one "
    "present row per person and one listed row per request; consequences follow.",
    "and once at the start for every service that has any",
)
def test_the_log_begins_with_places_people_and_requests(engine):
    plan = plan_of(scenario(STARTING, people=BOTH, more=STARTED, head=head(4)))
    keys = [person_key(key_of("start:street:men"), 0)]
    keys += [person_key(key_of("start:street:women"), rank) for rank in range(2)]

    def numbers(draws: Draws) -> list[int]:
        lists = (("shelter", 1), ("later", 2), ("hotel", 1))
        return [n for name, k in lists for n in smallest(draws, keys, f"start list:{name}", k)]

    draws = draws_with(lambda draws: numbers(draws) == [2, 1, 2, 0])
    lines = [
        line for line in story(engine, plan, draws.seed, scene=True) if line[:2] in ("0 ", "3 ")
    ]
    assert lines == trace("""
        0 capacity - shelter - 1
        0 capacity - hotel - 2
        0 capacity - night - 3
        0 present #0 - - 0
        0 present #1 - - 1
        0 present #2 - - 1
        0 present #3 shelter - 0
        0 present #4 shelter - 1
        0 present #5 hotel - 0
        0 listed #2 shelter - 0
        0 listed #1 later - 0
        0 listed #2 later - 0
        0 listed #0 hotel - 0
        0 admitted #0 hotel - 0
        3 stay_ends #3 shelter left 0
        3 leaves_place #3 shelter left 0
        3 goes #3 shelter left 0
        3 stay_ends #4 shelter left 0
        3 leaves_place #4 shelter left 0
        3 goes #4 shelter left 0
        3 admitted #2 shelter - 0
    """)


@shows("Totals are shared between classes by largest remainder.")
def test_totals_are_shared_by_largest_remainder(engine):
    people = "people: {classes: {a: 45 %, b: 35 %, c: 20 %}}\n"
    start = "start: {street: 7, services: {shelter: {people: 6, residual: full}}}\n"
    shelter = """
        shelter:
          {kind: places, places: 9, stay: 90 days, classes: [b, c],
           routes: [{to: street, share: 100 %}]}
    """
    plan = plan_of(scenario(shelter, people=people, more=start, head=head(2)))
    # 3.15, 2.45, 1.40: the one more to b. Of b and c alone 3.82, 2.18: the one more to b.
    classes = [line.split()[-1] for line in just(story(engine, plan, scene=True), "present")]
    assert classes == ["0"] * 3 + ["1"] * 3 + ["2"] + ["1"] * 4 + ["2"] * 2


@shows(
    "Those on a list are the eligible people of the street with the smallest keyed draws for that "
    "list; they are listed at time 0 and rank among themselves by number."
)
def test_those_with_the_smallest_draws_are_on_a_list_at_the_start(engine):
    draft = Drafting(horizon=9, classes=("men", "women"))
    draft.place("a", calendar([0, 2, 4], [0, 1, 2]), stay=50, classes=(False, True))
    draft.place("b", 0, stay=50)
    draft.start(4)
    draft.start(5, class_id=1)
    draft.start(2, where=1, class_id=1, given=40)  # hosted people stand on no list
    draft.waiting(0, 3)
    draft.waiting(1, 4)

    women = [met(rank, class_id=1) for rank in range(5)]
    everybody = [met(rank) for rank in range(4)] + women

    def orders_differ(draws: Draws) -> bool:
        shares = [draws.share(key, "start list:0") for key in women]
        first = min(range(5), key=lambda k: shares[k])
        hosted = [draws.share(met(k, where=1, class_id=1), "start list:0") for k in range(2)]
        by_number = first > min(smallest(draws, women, "start list:0", 3))
        return by_number and max(hosted) < sorted(shares)[2]

    draws = draws_with(orders_differ)
    on_a = [4 + k for k in smallest(draws, women, "start list:0", 3)]
    on_b = smallest(draws, everybody, "start list:1", 4)
    lines = story(engine, draft.plan(), draws.seed)
    assert just(lines, "listed") == [
        *(f"0 listed #{number} a - 0" for number in on_a),
        *(f"0 listed #{number} b - 0" for number in on_b),
    ]
    assert just(lines, "admitted") == [
        f"2 admitted #{on_a[0]} a - 0",
        f"4 admitted #{on_a[1]} a - 0",
    ]


STAYS = """
equilibrium: {kind: places, places: 9, stay: &stay {family: uniform, low: 10 days, high: 20 days},
  routes: &routes [{to: left, share: 100 %}]}
full: {kind: places, places: 9, stay: *stay, routes: *routes}
given: {kind: places, places: 9, stay: *stay, routes: *routes}
"""
RULES = """
start:
  services:
    equilibrium: {people: 2, residual: equilibrium}
    full: {people: 1, residual: full}
    given: {people: 1, residual: {family: uniform, low: 1 day, high: 2 days}}
"""


@shows(
    "A hosted person's remaining stay is, by declared rule, an equilibrium residual (a draw from "
    "the length-biased stay times a uniform draw), a full stay, or a given law.",
    "Early drop-out and routes then apply as for anybody.",
)
def test_a_remaining_stay_is_drawn_by_one_of_three_rules(engine):
    plan = plan_of(scenario(STAYS, more=RULES, head=head(21)))
    draws = Draws()

    def draw(name: str, rank: int = 0, time: int = 0) -> float:
        who = person_key(key_of(f"start:{name}:everybody"), rank)
        return draws.share(who, f"residual:{name}", time)

    # Length-biased: density x / 150 between 10 and 20, so that u = (x^2 - 100) / 300.
    biased = [math.sqrt(100 + 300 * draw("equilibrium", rank)) for rank in range(2)]
    left = {k: draw("equilibrium", k, 1) * biased[k] for k in range(2)}
    left |= {2: 10 + 10 * draw("full"), 3: 1 + draw("given")}
    names = ["equilibrium", "equilibrium", "full", "given"]
    expected = [f"{left[k]:g} stay_ends #{k} {names[k]} left 0" for k in sorted(left, key=left.get)]
    assert just(story(engine, plan), "stay_ends") == expected


@shows("Early drop-out and routes then apply as for anybody.")
def test_people_hosted_at_the_start_drop_out_and_take_routes_as_anybody(engine):
    draft = Drafting(horizon=9)
    draft.place("drops", 1, stay=50, to=LEFT, drop_out=1.0, drop_out_after=4.0)
    draft.place("shelter", 1, stay=50, to=2)
    draft.place("housing", 1, stay=50)
    draft.start(1, where=0, given=6)
    draft.start(1, where=1, given=5)
    assert story(engine, draft.plan()) == trace("""
        4 drop_out #0 drops - 0
        4 leaves_place #0 drops - 0
        5 stay_ends #1 shelter housing 0
        5 listed #1 housing - 0
        5 leaves_place #1 shelter housing 0
        5 admitted #1 housing shelter 0
    """)
