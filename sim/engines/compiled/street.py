"""What reaches people in the street: outings, night places, the census (sections 3.1, 3.3, 10)."""

from __future__ import annotations

import math

from sim.engines.compiled.building import compiled
from sim.engines.compiled.codes import (
    APPLICANTS_COUNT,
    BECOMES_VISITOR,
    CENSUS,
    CONTACT,
    CONTACTS_COUNT,
    EVENING,
    LIVING_LEVEL,
    MORNING,
    NONE,
    OFFERED_COUNT,
    OUTING,
    OUTINGS_COUNT,
    STREET_NIGHTS_COUNT,
    TURNED_AWAY,
    TURNED_AWAY_COUNT,
)
from sim.engines.compiled.luck import happens, moment, site_uniform, uniform, value_now, when
from sim.engines.compiled.moves import admit, depart
from sim.engines.compiled.requests import refer
from sim.engines.compiled.room import count_places, free_places, is_listed, serves
from sim.engines.compiled.sorting import rank, ranked_person, sort_ranked
from sim.engines.compiled.tally import count, count_many, want, write
from sim.engines.compiled.timers import set_timer
from sim.engines.compiled.views import (
    flags_of,
    levels_now_of,
    makes_of,
    nights_of,
    people_of,
    ranked_of,
    requests_of,
    roster_of,
    sites_of,
    visit_clocks_of,
    world_of,
)
from sim.engines.compiled.visits import NO_CLOCK, become_visitor, clock_of, refresh_clocks, seen
from sim.vocabulary.calendars import ALMOST
from sim.vocabulary.events import STREET

_CENSUS_HOUR = 3.0 / 24.0

# --- outreach -------------------------------------------------------------------------------------


@compiled
def set_outing(world: int, service: int) -> None:
    """Set the timer of the next outing: when the cumulated rate of outings says so."""
    site = sites_of(world)[service]
    if site["at_random"]:
        draw = site_uniform(world, service, site["outing_purpose"])
        site["outings_due"] += -math.log(1.0 - draw)
    else:
        site["outings_due"] += 1.0
    enough = 1.0 if site["at_random"] else ALMOST
    due = when(world, site["outings"], site["outings_due"], enough)
    set_timer(world, moment(due), OUTING, NONE, NONE, service)


@compiled
def go_out(world: int, service: int) -> None:
    """Meet people of the street."""
    met = _meet(world, service)
    write(world, OUTING, NONE, service, NONE, met)
    count(world, OUTINGS_COUNT, service, 0)
    for place in range(met):
        _contact(world, ranked_person(world, place), service)
    set_outing(world, service)


@compiled
def _how_many(world: int, service: int) -> int:
    """Return how many people the outing would meet; a fraction is rounded by chance."""
    wanted = value_now(world, sites_of(world)[service]["contacts"])
    number = math.floor(wanted)
    if wanted > number:
        draw = site_uniform(world, service, sites_of(world)[service]["size_purpose"])
        if draw < wanted - number:
            number += 1
    return int(min(number, world_of(world)["on_roster"]))


@compiled
def _meet(world: int, service: int) -> int:
    """Pick distinct people of the street; swaps on the roster are undone afterwards."""
    number, roster, ranked = _how_many(world, service), roster_of(world), ranked_of(world)
    remaining, purpose = world_of(world)["on_roster"], sites_of(world)[service]["meet_purpose"]
    for place in range(number):
        picked = math.floor(site_uniform(world, service, purpose) * remaining)
        remaining -= 1
        rank(world, place, roster[picked], picked, 0.0, 0)
        roster[picked], roster[remaining] = roster[remaining], roster[picked]
    for place in range(number - 1, -1, -1):
        picked = ranked[place]["first"]
        roster[picked], roster[remaining] = roster[remaining], roster[picked]
        remaining += 1
    return number


@compiled
def _contact(world: int, person: int, service: int) -> None:
    record, site = people_of(world)[person], sites_of(world)[service]
    write(world, CONTACT, record["number"], service, NONE, 0)
    count(world, CONTACTS_COUNT, service, record["klass"])
    seen(world, person, service)
    for number in range(site["first_makes"], site["last_makes"]):
        made = makes_of(world)[number]
        drop_in = made["of"]
        clock = clock_of(world, person, drop_in)
        if visit_clocks_of(world)[clock]["state"] == NO_CLOCK and happens(
            world, person, made["share"], made["purpose"]
        ):
            become_visitor(world, person, drop_in)
            write(world, BECOMES_VISITOR, record["number"], drop_in, service, 0)
            refresh_clocks(world, person)
    for referral in range(site["first_referral"], site["last_referral"]):
        refer(world, person, referral, service)


# --- night places ---------------------------------------------------------------------------------


@compiled
def set_evening(world: int, service: int) -> None:
    """Set the timer of the next evening."""
    site = sites_of(world)[service]
    due = site["evening_day"] + site["evening"]
    set_timer(world, moment(due), EVENING, NONE, NONE, service)


@compiled
def set_morning(world: int, service: int) -> None:
    """Set the timer of the next morning."""
    site = sites_of(world)[service]
    due = site["morning_day"] + site["morning"]
    set_timer(world, moment(due), MORNING, NONE, NONE, service)


@compiled
def leave_in_the_morning(world: int, service: int) -> None:
    """Let everybody leave a service, in order of number."""
    people, site = people_of(world), sites_of(world)[service]
    write(world, MORNING, NONE, service, NONE, 0)
    site["tonight"] = 0
    count_places(world, service)
    there, person = 0, site["first_present"]
    while person >= 0:
        rank(world, there, person, people[person]["number"], 0.0, 0)
        there += 1
        person = people[person]["next_present"]
    sort_ranked(world, there)
    for place in range(there):
        depart(world, ranked_person(world, place), STREET, True)
    site["morning_day"] += 1
    set_morning(world, service)


@compiled
def give_out(world: int, service: int) -> None:
    """Offer tonight's places in order of priority, last night's guests, lottery, number."""
    people, site = people_of(world), sites_of(world)[service]
    day = site["evening_day"]
    applicants = _applicants(world, service, day)
    sort_ranked(world, applicants)
    site["tonight"] = max(0, free_places(world, service))
    count_many(world, OFFERED_COUNT, service, 0, float(site["tonight"]))
    count_places(world, service)
    write(world, EVENING, NONE, service, NONE, applicants)
    for place in range(applicants):
        person = ranked_person(world, place)
        record = people[person]
        count(world, APPLICANTS_COUNT, service, record["klass"])
        if free_places(world, service) < 1:
            write(world, TURNED_AWAY, record["number"], service, NONE, 0)
            count(world, TURNED_AWAY_COUNT, service, record["klass"])
        else:
            nights = nights_of(world)[_nights_at(world, person, service)]
            nights["in_a_row"] = nights["in_a_row"] + 1 if nights["last"] == day - 1 else 1
            nights["last"] = day
            admit(world, person, service)
    site["evening_day"] += 1
    set_evening(world, service)


@compiled
def _nights_at(world: int, person: int, service: int) -> int:
    sites = sites_of(world)
    return int(person * world_of(world)["overnight_count"] + sites[service]["overnight"])


@compiled
def _applicants(world: int, service: int, day: int) -> int:
    """Write on the list who applies tonight, and return how many."""
    people, site, roster = people_of(world), sites_of(world)[service], roster_of(world)
    found = 0
    for at in range(world_of(world)["on_roster"]):
        person = roster[at]
        if _applies(world, person, service, day):
            returns = nights_of(world)[_nights_at(world, person, service)]["last"] == day - 1
            returning = site["returning_first"] != 0 and returns
            lottery = uniform(world, person, site["lottery_purpose"])
            priority = flags_of(world)[site["priority"] + people[person]["klass"]]
            first = 2 * priority + (0 if returning else 1)
            rank(world, found, person, first, lottery, people[person]["number"])
            found += 1
    return found


@compiled
def _applies(world: int, person: int, service: int, day: int) -> bool:
    record, site = people_of(world)[person], sites_of(world)[service]
    if not serves(world, service, record["klass"]):
        return False
    visitors_of = site["visitors_of"]
    if visitors_of >= 0:
        clock = visit_clocks_of(world)[clock_of(world, person, visitors_of)]
        if clock["visit_day"] != day:
            return False
    nights = nights_of(world)[_nights_at(world, person, service)]
    again = site["most_nights"] > 0 and nights["last"] == day - 1
    if again and nights["in_a_row"] >= site["most_nights"]:
        return False
    return site["applies"] < 0 or happens(world, person, site["applies"], site["applies_purpose"])


# --- census ---------------------------------------------------------------------------------------


@compiled
def set_census(world: int, day: int) -> None:
    """Set the timer of the census of a day."""
    set_timer(world, moment(day + _CENSUS_HOUR), CENSUS, NONE, NONE, NONE)


@compiled
def take_census(world: int) -> None:
    """Count the people without any place, and what they wait for.

    Whole numbers are counted at once; parts of a night are added in the order of the roster.
    """
    here, people, roster = world_of(world), people_of(world), roster_of(world)
    street = here["site_count"] * here["class_count"]
    for klass in range(here["class_count"]):
        there = levels_now_of(world)[LIVING_LEVEL * (street + here["class_count"]) + street + klass]
        count_many(world, STREET_NIGHTS_COUNT, STREET, klass, there)
    without = here["on_roster"]
    for at in range(here["on_roster"]):
        first = people[roster[at]]["first_request"]
        if first >= 0 and _count_wants(world, first):
            without -= 1
    want(world, NONE, float(without))
    set_census(world, here["day"] + 1)


@compiled
def _count_wants(world: int, first: int) -> bool:
    """Share a street night among the lists somebody is on; return whether there is any."""
    requests, wanted, request = requests_of(world), 0, first
    while request >= 0:
        wanted += 1 if is_listed(world, request) else 0
        request = requests[request]["next"]
    request = first
    while request >= 0:
        if is_listed(world, request):
            want(world, requests[request]["service"], 1.0 / wanted)
        request = requests[request]["next"]
    return wanted > 0
