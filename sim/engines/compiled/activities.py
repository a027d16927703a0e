"""Drop-ins, the street, lives and calendars."""

from __future__ import annotations

import math

from sim.core.calendars import ALMOST
from sim.core.events import STREET
from sim.engines.compiled.draws import (
    after,
    area_now,
    bernoulli,
    duration,
    event_time,
    exponential,
    keyed,
    moment,
    next_change,
    person_key,
    site_uniform,
    uniform,
    value_now,
    when,
)
from sim.engines.compiled.jit import compiled
from sim.engines.compiled.layout import (
    APPLICANTS_COUNT,
    ARRIVALS_COUNT,
    ARRIVES,
    BECOMES_VISITOR,
    BLOCKED_STAGE,
    CAPACITY,
    CARE_ACT,
    CARE_ACTS_COUNT,
    CENSUS,
    CONTACT,
    CONTACTS_COUNT,
    DROP_IN,
    EVENING,
    FIRST_IN,
    FIRST_SEEN_COUNT,
    GOES,
    INTERVIEW,
    INTERVIEWS_COUNT,
    LAST_IN,
    LEAVES_DOOR,
    LIVING_LEVEL,
    MORNING,
    NOBODY,
    NONE,
    OFFERED_COUNT,
    OUTING,
    OUTINGS_COUNT,
    OUTREACH,
    OUTSIDE,
    PLACES_LEVEL,
    STAFFED_PLACES_LEVEL,
    STAYING,
    STREET_NIGHTS_COUNT,
    TURNED_AWAY,
    TURNED_AWAY_COUNT,
    VISIT,
    VISIT_ENDS,
    VISITS_COUNT,
)
from sim.engines.compiled.memory import (
    draws_of,
    flags_of,
    levels_now_of,
    makes_of,
    milestones_of,
    news_of,
    nights_of,
    people_of,
    ranked_of,
    requests_of,
    risk_clocks_of,
    risk_purposes_of,
    risks_of,
    rooms_of,
    seen_year_of,
    sites_of,
    streams_of,
    street_list_of,
    timers_of,
    trait_laws_of,
    traits_of,
    visit_clocks_of,
    world_of,
)
from sim.engines.compiled.movement import (
    FIRST_CONTACT,
    admit,
    ask,
    ask_again,
    begin_stay,
    count_places,
    depart,
    evict,
    free_places,
    go,
    is_hosted,
    is_listed,
    join_door,
    join_street_list,
    leave_door,
    milestone,
    refer,
    room_may_take,
    serves,
    settle_in,
    step_in,
    step_out,
)
from sim.engines.compiled.queue import cancel, may_take, rank, ranked_person, set_timer, sort_ranked
from sim.engines.compiled.tallies import count, count_many, move, place_level, want, write

# --- Visits to a drop-in: the clock that brings people, the door, the visit (section 3.2).

NO_CLOCK, PAUSED, RUNNING = 0, 1, 2
"""States of a visit clock."""


@compiled
def clock_of(world: int, person: int, service: int) -> int:
    """Return where somebody's clock for a drop-in stands."""
    return int(person * world_of(world)["drop_in_count"] + sites_of(world)[service]["drop_in"])


@compiled
def become_visitor(world: int, person: int, service: int) -> None:
    """Give somebody a clock for a drop-in, not yet running."""
    clock = visit_clocks_of(world)[clock_of(world, person, service)]
    clock["state"], clock["timer"] = PAUSED, NONE
    clock["left"] = exponential(world, person, sites_of(world)[service]["visit_purpose"])


@compiled
def _eagerness(world: int, person: int, service: int) -> float:
    trait = sites_of(world)[service]["trait"]
    if trait < 0:
        return 1.0
    return float(traits_of(world)[person * world_of(world)["trait_count"] + trait])


@compiled
def refresh_clocks(world: int, person: int) -> None:
    """Let a person's clocks run or pause, as where they are demands."""
    here, record, sites = world_of(world), people_of(world)[person], sites_of(world)
    if here["drop_in_count"] == 0:
        return
    elsewhere = record["exit"] != 0 or record["visiting"] >= 0 or record["at_door"] >= 0
    for service in range(here["site_count"]):
        if sites[service]["kind"] == DROP_IN:
            state = visit_clocks_of(world)[clock_of(world, person, service)]["state"]
            may_come = record["where"] == STREET or sites[service]["hosted_attend"] != 0
            runs = may_come and not elsewhere
            if runs and state == PAUSED:
                _run(world, person, service)
            elif not runs and state == RUNNING:
                _pause(world, person, service)


@compiled
def _run(world: int, person: int, service: int) -> None:
    clock, rate = (
        visit_clocks_of(world)[clock_of(world, person, service)],
        sites_of(world)[service]["visit_rate"],
    )
    eagerness = _eagerness(world, person, service)
    clock["state"], clock["timer"], clock["area"] = RUNNING, NONE, area_now(world, rate)
    if eagerness > 0.0:
        rings = event_time(world, rate, clock["left"] / eagerness)
        number = people_of(world)[person]["number"]
        clock["timer"] = set_timer(world, rings, VISIT, person, number, service)


@compiled
def _pause(world: int, person: int, service: int) -> None:
    clock, rate = (
        visit_clocks_of(world)[clock_of(world, person, service)],
        sites_of(world)[service]["visit_rate"],
    )
    used = (area_now(world, rate) - clock["area"]) * _eagerness(world, person, service)
    clock["left"] = max(0.0, clock["left"] - used)
    cancel(world, clock["timer"])
    clock["state"], clock["timer"] = PAUSED, NONE


@compiled
def ring(world: int, person: int, service: int) -> None:
    """Come to the drop-in when the clock rings."""
    site = sites_of(world)[service]
    become_visitor(world, person, service)  # the clock is wound anew
    room = site["first_at_door"] < 0 and free_places(world, service) >= 1
    if site["is_window_open"] and room:
        begin_visit(world, person, service)
    elif site["is_window_open"] and site["door_wait"] >= 0:
        join_door(world, person, service)
        _set_visit_timer(world, person, service, site["door_wait"], LEAVES_DOOR)
    else:
        _turn_away(world, person, service)
    refresh_clocks(world, person)


@compiled
def _set_visit_timer(world: int, person: int, service: int, law: int, code: int) -> None:
    """Set a timer for a drawn time, cut at closing time."""
    record, opening = people_of(world)[person], sites_of(world)[service]["opening"]
    ends = after(world, duration(world, person, law))
    if opening >= 0:
        ends = min(ends, moment(next_change(world, opening)))
    record["visit_timer"] = set_timer(world, ends, code, person, record["number"], service)


@compiled
def _turn_away(world: int, person: int, service: int) -> None:
    record = people_of(world)[person]
    write(world, TURNED_AWAY, record["number"], service, NONE, 0)
    count(world, TURNED_AWAY_COUNT, service, record["class_id"])


@compiled
def give_up_at_door(world: int, person: int, service: int) -> None:
    """Go away from the door."""
    record = people_of(world)[person]
    record["visit_timer"] = NONE
    write(world, LEAVES_DOOR, record["number"], service, NONE, 0)
    leave_door(world, person)
    _turn_away(world, person, service)
    refresh_clocks(world, person)


@compiled
def let_in(world: int, service: int) -> None:
    """Let the first at the door come in (a consequence)."""
    person = sites_of(world)[service]["first_at_door"]
    leave_door(world, person)
    begin_visit(world, person, service)


@compiled
def begin_visit(world: int, person: int, service: int) -> None:
    """Begin a visit, with what happens at its start."""
    record, site = people_of(world)[person], sites_of(world)[service]
    step_in(world, person, service)
    visit_clocks_of(world)[clock_of(world, person, service)]["visit_day"] = world_of(world)["day"]
    write(world, VISIT, record["number"], service, NONE, 0)
    count(world, VISITS_COUNT, service, record["class_id"])
    record_contact(world, person, service)
    _set_visit_timer(world, person, service, site["visit_length"], VISIT_ENDS)
    if site["care_act"] >= 0 and bernoulli(
        world, person, site["care_act"], site["care_act_purpose"]
    ):
        write(world, CARE_ACT, record["number"], service, NONE, 0)
        count(world, CARE_ACTS_COUNT, service, record["class_id"])
    if site["interview"] >= 0 and bernoulli(
        world, person, site["interview"], site["interview_purpose"]
    ):
        _interview(world, person, service)


@compiled
def _interview(world: int, person: int, service: int) -> None:
    record, site, today = people_of(world)[person], sites_of(world)[service], world_of(world)["day"]
    if site["interviews_day"] != today:
        site["interviews_day"], site["interviews"] = today, 0
    most = site["interviews_per_day"]
    if most >= 0 and site["interviews"] >= value_now(world, most):
        return
    site["interviews"] += 1
    write(world, INTERVIEW, record["number"], service, NONE, 0)
    count(world, INTERVIEWS_COUNT, service, record["class_id"])
    for referral in range(site["first_referral"], site["last_referral"]):
        refer(world, person, referral, service)


@compiled
def record_contact(world: int, person: int, service: int) -> None:
    """Note that a service has met a person: first contact, first time this year."""
    here, record = world_of(world), people_of(world)[person]
    site = sites_of(world)[service]
    if site["kind"] == DROP_IN:
        clock = visit_clocks_of(world)[clock_of(world, person, service)]
        known, clock["seen_year"] = clock["seen_year"] == here["year"], here["year"]
    else:
        years, at = seen_year_of(world), person * here["outreach_count"] + site["outreach"]
        known, years[at] = years[at] == here["year"], here["year"]
    if not known:
        count(world, FIRST_SEEN_COUNT, service, record["class_id"])
    if not record["is_known"]:
        record["is_known"] = 1
        milestones_of(world)[milestone(world, person, FIRST_CONTACT)] = here["now"]


@compiled
def end_visit(world: int, person: int) -> None:
    """Leave the drop-in when the visit is over."""
    people_of(world)[person]["visit_timer"] = NONE
    step_out(world, person)
    refresh_clocks(world, person)


# --- What reaches people in the street: outings, night places, the census (sections 3.1, 3.3,
# 10).

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
    return int(min(number, world_of(world)["on_street_list"]))


@compiled
def _meet(world: int, service: int) -> int:
    """Pick distinct people of the street; swaps on the roster are undone afterwards."""
    number, street_list, ranked = _how_many(world, service), street_list_of(world), ranked_of(world)
    remaining, purpose = world_of(world)["on_street_list"], sites_of(world)[service]["meet_purpose"]
    for place in range(number):
        picked = math.floor(site_uniform(world, service, purpose) * remaining)
        remaining -= 1
        rank(world, place, street_list[picked], picked, 0.0, 0)
        street_list[picked], street_list[remaining] = street_list[remaining], street_list[picked]
    for place in range(number - 1, -1, -1):
        picked = ranked[place]["first"]
        street_list[picked], street_list[remaining] = street_list[remaining], street_list[picked]
        remaining += 1
    return number


@compiled
def _contact(world: int, person: int, service: int) -> None:
    record, site = people_of(world)[person], sites_of(world)[service]
    write(world, CONTACT, record["number"], service, NONE, 0)
    count(world, CONTACTS_COUNT, service, record["class_id"])
    record_contact(world, person, service)
    for number in range(site["first_makes"], site["last_makes"]):
        made = makes_of(world)[number]
        drop_in = made["of"]
        clock = clock_of(world, person, drop_in)
        if visit_clocks_of(world)[clock]["state"] == NO_CLOCK and bernoulli(
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
        count(world, APPLICANTS_COUNT, service, record["class_id"])
        if free_places(world, service) < 1:
            write(world, TURNED_AWAY, record["number"], service, NONE, 0)
            count(world, TURNED_AWAY_COUNT, service, record["class_id"])
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
    people, site, street_list = people_of(world), sites_of(world)[service], street_list_of(world)
    found = 0
    for at in range(world_of(world)["on_street_list"]):
        person = street_list[at]
        if _applies(world, person, service, day):
            returns = nights_of(world)[_nights_at(world, person, service)]["last"] == day - 1
            returning = site["returning_first"] != 0 and returns
            lottery = uniform(world, person, site["lottery_purpose"])
            priority = flags_of(world)[site["priority"] + people[person]["class_id"]]
            first = 2 * priority + (0 if returning else 1)
            rank(world, found, person, first, lottery, people[person]["number"])
            found += 1
    return found


@compiled
def _applies(world: int, person: int, service: int, day: int) -> bool:
    record, site = people_of(world)[person], sites_of(world)[service]
    if not serves(world, service, record["class_id"]):
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
    return site["applies"] < 0 or bernoulli(world, person, site["applies"], site["applies_purpose"])


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
    here, people, street_list = world_of(world), people_of(world), street_list_of(world)
    street = here["site_count"] * here["class_count"]
    for class_id in range(here["class_count"]):
        there = levels_now_of(world)[
            LIVING_LEVEL * (street + here["class_count"]) + street + class_id
        ]
        count_many(world, STREET_NIGHTS_COUNT, STREET, class_id, there)
    without = here["on_street_list"]
    for at in range(here["on_street_list"]):
        first = people[street_list[at]]["first_request"]
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


# --- People enter, live in one situation after the other, and leave when a risk strikes.

_LONG_AGO = -9
FROM_THE_START = -1.0
"""Rank of those who live in a place at the start: before everybody who has been listed."""
_MILESTONES = 6

# --- entering -------------------------------------------------------------------------------------


@compiled
def enter(world: int, class_id: int, key: int, where: int, first_stay: float) -> int:
    """Let somebody enter the model, with everything that is drawn once; return their record."""
    here = world_of(world)
    person = _new_record(world)
    record = people_of(world)[person]
    record["number"], record["class_id"], record["key"] = here["people_count"], class_id, key
    here["people_count"] += 1
    _clear(world, person)
    _first_milestones(world, record["number"], class_id)
    for trait in range(here["trait_count"]):
        drawn = duration(world, person, trait_laws_of(world)[trait])
        traits_of(world)[person * here["trait_count"] + trait] = drawn
    for clock in range(here["risk_count"]):
        unit = exponential(world, person, risk_purposes_of(world)[clock])
        risk_clocks_of(world)[person * here["risk_count"] + clock]["left"] = unit
    if here["drop_in_count"] > 0:
        _become_visitor_from_the_start(world, person)
    record["first_stay"] = first_stay
    move(world, OUTSIDE, where)
    if where == STREET:
        join_street_list(world, person)
    else:
        settle_in(world, person, where)
    return person


@compiled
def _new_record(world: int) -> int:
    """Return a record for somebody new: that of somebody gone, if there is one."""
    here = world_of(world)
    person = here["free_person"]
    if person >= 0:
        here["free_person"] = people_of(world)[person]["next_free"]
    else:
        person = here["people_used"]
        here["people_used"] = person + 1
    return int(person)


@compiled
def _clear(world: int, person: int) -> None:
    """Bring the record of somebody new to the state before anything has happened."""
    here, record = world_of(world), people_of(world)[person]
    record["where"], record["exit"], record["stage"] = OUTSIDE, 0, STAYING
    record["is_born"], record["has_news"], record["leaving"] = 0, 0, NONE
    record["destination"], record["stay_timer"] = STREET, NONE
    record["first_request"], record["visiting"], record["at_door"] = NONE, NONE, NONE
    record["visit_timer"], record["credit"], record["is_known"] = NONE, 0.0, 0
    record["ranked_from"] = FROM_THE_START
    draws, purposes = draws_of(world), here["purpose_count"]
    for at in range(person * purposes, (person + 1) * purposes):
        draws[at] = 0
    clocks, drop_ins = visit_clocks_of(world), here["drop_in_count"]
    for at in range(person * drop_ins, (person + 1) * drop_ins):
        clock = clocks[at]
        clock["state"], clock["timer"] = NO_CLOCK, NONE
        clock["visit_day"], clock["seen_year"] = NONE, NONE
    years, outreach = seen_year_of(world), here["outreach_count"]
    for at in range(person * outreach, (person + 1) * outreach):
        years[at] = NONE
    nights, overnights = nights_of(world), here["overnight_count"]
    for at in range(person * overnights, (person + 1) * overnights):
        nights[at]["last"], nights[at]["in_a_row"] = _LONG_AGO, 0


@compiled
def _first_milestones(world: int, number: int, class_id: int) -> None:
    milestones, at = milestones_of(world), number * _MILESTONES
    milestones[at], milestones[at + 1] = class_id, world_of(world)["now"]
    milestones[at + 2], milestones[at + 3], milestones[at + 4] = math.nan, math.nan, math.nan
    milestones[at + 5] = 0.0


@compiled
def _become_visitor_from_the_start(world: int, person: int) -> None:
    sites, flags = sites_of(world), flags_of(world)
    for service in range(world_of(world)["site_count"]):
        if sites[service]["kind"] == DROP_IN:
            at = sites[service]["visitor"] + 2 * people_of(world)[person]["class_id"]
            if bernoulli(world, person, flags[at], flags[at + 1]):
                become_visitor(world, person, service)


# --- arrivals -------------------------------------------------------------------------------------


@compiled
def set_arrival(world: int, number: int) -> None:
    """Set the timer of a stream's next arrival: exact inversion of the cumulated rate."""
    stream = streams_of(world)[number]
    draw = keyed(world, stream["key"], stream["purpose"], stream["rank"])
    stream["due"] += -math.log(1.0 - draw)
    due = when(world, stream["rate"], stream["due"], 1.0)
    set_timer(world, moment(due), ARRIVES, NONE, NONE, number)


@compiled
def arrive(world: int, number: int) -> None:
    """Let the next person of a stream arrive."""
    stream = streams_of(world)[number]
    key = person_key(stream["key"], stream["rank"])
    stream["rank"] += 1
    to, class_id = stream["to"], stream["class_id"]
    write(world, ARRIVES, world_of(world)["people_count"], to, NONE, class_id)
    count(world, ARRIVALS_COUNT, to, class_id)
    person = enter(world, class_id, key, STREET, math.nan)
    if to != STREET:
        ask(world, person, to)
    begin_life(world, person)
    set_arrival(world, number)


# --- living ---------------------------------------------------------------------------------------


@compiled
def begin_life(world: int, person: int) -> None:
    """Let clocks run for somebody who has just entered (and may be gone already)."""
    record = people_of(world)[person]
    if record["exit"] != 0:
        _end_life(world, person)
        return
    record["is_born"] = 1
    if world_of(world)["risk_count"] > 0:
        _let_risks_run(world, person)
    refresh_clocks(world, person)


@compiled
def follow_news(world: int) -> None:
    """Let clocks and stays of those who have moved follow, in the order in which they moved."""
    here, at = world_of(world), 0
    while at < here["news_count"]:
        person = news_of(world)[at]
        at += 1
        record = people_of(world)[person]
        record["has_news"] = 0
        if here["risk_count"] > 0:
            _use_up_risks(world, person)
        if record["exit"] != 0:
            _end_life(world, person)
        else:
            if here["risk_count"] > 0:
                _let_risks_run(world, person)
            refresh_clocks(world, person)
            if is_hosted(world, person):
                begin_stay(world, person)
    here["news_count"] = 0


@compiled
def _end_life(world: int, person: int) -> None:
    """Stop the clocks of somebody who is gone, and give the record back."""
    here, record = world_of(world), people_of(world)[person]
    refresh_clocks(world, person)
    record["next_free"] = here["free_person"]
    here["free_person"] = person


@compiled
def _let_risks_run(world: int, person: int) -> None:
    """Set the timer of the risk that would strike first here."""
    here, record, risks = world_of(world), people_of(world)[person], risks_of(world)
    record["risks_at"], record["leaving"] = record["where"], NONE
    soonest, way_out = math.inf, 0
    for number in range(_first_risk(world, record["where"]), _last_risk(world, record["where"])):
        risk = risks[number]
        clock = risk_clocks_of(world)[person * here["risk_count"] + risk["clock"]]
        clock["area"] = area_now(world, risk["rate"])
        time = event_time(world, risk["rate"], clock["left"])
        if time < soonest:
            soonest, way_out = time, risk["exit"]
    if soonest < here["horizon"]:
        timer = set_timer(world, soonest, GOES, person, record["number"], NONE)
        timers_of(world)[timer]["way_out"] = way_out
        record["leaving"] = timer


@compiled
def _use_up_risks(world: int, person: int) -> None:
    """Take from each clock what was used up in the situation that ends now."""
    here, record, risks = world_of(world), people_of(world)[person], risks_of(world)
    cancel(world, record["leaving"])
    record["leaving"] = NONE
    where = record["risks_at"]
    for number in range(_first_risk(world, where), _last_risk(world, where)):
        risk = risks[number]
        clock = risk_clocks_of(world)[person * here["risk_count"] + risk["clock"]]
        clock["left"] = max(0.0, clock["left"] - (area_now(world, risk["rate"]) - clock["area"]))


@compiled
def _first_risk(world: int, where: int) -> int:
    if where == STREET:
        return int(world_of(world)["first_risk"])
    return int(sites_of(world)[where]["first_risk"])


@compiled
def _last_risk(world: int, where: int) -> int:
    if where == STREET:
        return int(world_of(world)["last_risk"])
    return int(sites_of(world)[where]["last_risk"])


@compiled
def leave_for_good(world: int, person: int, way_out: int) -> None:
    """Leave the model because a risk has struck."""
    people_of(world)[person]["leaving"] = NONE
    go(world, person, way_out)


# --- What time itself brings: capacity and hours that change, and who must leave when places go.


@compiled
def set_change(world: int, service: int) -> None:
    """Set the timer of the next change of any calendar that concerns a service."""
    site = sites_of(world)[service]
    due = min(next_change(world, site["places"]), next_change(world, site["open_places"]))
    due = min(due, next_change(world, site["window"]))
    due = min(due, next_change(world, site["opening"]))
    if site["room"] >= 0:
        due = min(due, next_change(world, rooms_of(world)[site["room"]]["places"]))
    set_timer(world, moment(due), CAPACITY, NONE, NONE, service)


@compiled
def change(world: int, service: int) -> None:
    """Follow the calendars of a service."""
    open_site(world, service)
    if sites_of(world)[service]["evict"] != NOBODY:
        _evict(world, service)
    set_change(world, service)


@compiled
def open_site(world: int, service: int) -> None:
    """Bring places, staffed places, window and doors of a service up to date."""
    site = sites_of(world)[service]
    if site["kind"] == OUTREACH:
        return
    usable_before = site["usable"]
    site["open"] = int(value_now(world, site["open_places"]))
    place_level(world, PLACES_LEVEL, service, value_now(world, site["places"]))
    place_level(world, STAFFED_PLACES_LEVEL, service, float(site["open"]))
    hours = site["opening"] if site["kind"] == DROP_IN else site["window"]
    site["is_window_open"] = hours < 0 or value_now(world, hours) > 0.0
    if site["room"] >= 0:
        room = rooms_of(world)[site["room"]]
        room["open"] = int(value_now(world, room["places"]))
        room_may_take(world, site["room"])
    closed = site["kind"] == DROP_IN and not site["is_window_open"]
    site["usable"] = 0 if closed else site["open"]
    if site["usable"] != usable_before:
        write(world, CAPACITY, NONE, service, NONE, site["usable"])
    count_places(world, service)
    may_take(world, service)


@compiled
def _evict(world: int, service: int) -> None:
    """Let people leave until the rest fit, in the declared order."""
    site = sites_of(world)[service]
    over = site["occupied"] + site["under_turnaround"] - site["open"]
    if over <= 0:
        return
    there, person = 0, site["first_present"]
    while person >= 0:
        _rank_for_eviction(world, there, person, site["evict"])
        there += 1
        person = people_of(world)[person]["next_present"]
    sort_ranked(world, there)
    for place in range(min(over, there)):
        person = ranked_person(world, place)
        stay_is_over = people_of(world)[person]["stage"] != STAYING
        evict(world, person)
        if not stay_is_over:
            ask_again(world, person, service)


@compiled
def _rank_for_eviction(world: int, place: int, person: int, rule: int) -> None:
    record = people_of(world)[person]
    if rule == LAST_IN:
        rank(world, place, person, 0, -record["since"], -record["number"])
    elif rule == FIRST_IN:
        rank(world, place, person, 0, record["since"], record["number"])
    elif record["stage"] == BLOCKED_STAGE:
        rank(world, place, person, 0, record["blocked_since"], record["number"])
    else:
        rank(world, place, person, 1, -record["since"], record["number"])
