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
    scalars_of,
    seen_year_of,
    sites_of,
    streams_of,
    street_list_of,
    timers_of,
    trait_laws_of,
    traits_of,
    visit_clocks_of,
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
    move_in,
    refer,
    room_may_take,
    serves,
    step_in,
    step_out,
)
from sim.engines.compiled.queue import cancel, may_take, rank, ranked_person, set_timer, sort_ranked
from sim.engines.compiled.tallies import count, count_many, move, place_level, want, write

# --- Visits to a drop-in: the clock that brings people, the door, the visit (section 3.2).

NO_CLOCK, PAUSED, RUNNING = 0, 1, 2
"""States of a visit clock."""


@compiled
def clock_of(state: int, person: int, service: int) -> int:
    """Return where somebody's clock for a drop-in stands."""
    return int(person * scalars_of(state)["drop_in_count"] + sites_of(state)[service]["drop_in"])


@compiled
def become_visitor(state: int, person: int, service: int) -> None:
    """Give somebody a clock for a drop-in, not yet running."""
    clock = visit_clocks_of(state)[clock_of(state, person, service)]
    clock["state"], clock["timer"] = PAUSED, NONE
    clock["left"] = exponential(state, person, sites_of(state)[service]["visit_purpose"])


@compiled
def _eagerness(state: int, person: int, service: int) -> float:
    trait = sites_of(state)[service]["trait"]
    if trait < 0:
        return 1.0
    return float(traits_of(state)[person * scalars_of(state)["trait_count"] + trait])


@compiled
def refresh_clocks(state: int, person: int) -> None:
    """Let a person's clocks run or pause, as where they are demands."""
    scalars, record, sites = scalars_of(state), people_of(state)[person], sites_of(state)
    if scalars["drop_in_count"] == 0:
        return
    elsewhere = record["exit"] != 0 or record["visiting"] >= 0 or record["at_door"] >= 0
    for service in range(scalars["site_count"]):
        if sites[service]["kind"] == DROP_IN:
            running = visit_clocks_of(state)[clock_of(state, person, service)]["state"]
            may_come = record["where"] == STREET or sites[service]["hosted_attend"] != 0
            runs = may_come and not elsewhere
            if runs and running == PAUSED:
                _run(state, person, service)
            elif not runs and running == RUNNING:
                _pause(state, person, service)


@compiled
def _run(state: int, person: int, service: int) -> None:
    clock, rate = (
        visit_clocks_of(state)[clock_of(state, person, service)],
        sites_of(state)[service]["visit_rate"],
    )
    eagerness = _eagerness(state, person, service)
    clock["state"], clock["timer"], clock["area"] = RUNNING, NONE, area_now(state, rate)
    if eagerness > 0.0:
        rings = event_time(state, rate, clock["left"] / eagerness)
        number = people_of(state)[person]["number"]
        clock["timer"] = set_timer(state, rings, VISIT, person, number, service)


@compiled
def _pause(state: int, person: int, service: int) -> None:
    clock, rate = (
        visit_clocks_of(state)[clock_of(state, person, service)],
        sites_of(state)[service]["visit_rate"],
    )
    used = (area_now(state, rate) - clock["area"]) * _eagerness(state, person, service)
    clock["left"] = max(0.0, clock["left"] - used)
    cancel(state, clock["timer"])
    clock["state"], clock["timer"] = PAUSED, NONE


@compiled
def ring(state: int, person: int, service: int) -> None:
    """Come to the drop-in when the clock rings."""
    site = sites_of(state)[service]
    become_visitor(state, person, service)  # the clock is wound anew
    room = site["first_at_door"] < 0 and free_places(state, service) >= 1
    if site["is_window_open"] and room:
        begin_visit(state, person, service)
    elif site["is_window_open"] and site["door_wait"] >= 0:
        join_door(state, person, service)
        _set_visit_timer(state, person, service, site["door_wait"], LEAVES_DOOR)
    else:
        _turn_away(state, person, service)
    refresh_clocks(state, person)


@compiled
def _set_visit_timer(state: int, person: int, service: int, law: int, code: int) -> None:
    """Set a timer for a drawn time, cut at closing time."""
    record, opening = people_of(state)[person], sites_of(state)[service]["opening"]
    ends = after(state, duration(state, person, law))
    if opening >= 0:
        ends = min(ends, moment(next_change(state, opening)))
    record["visit_timer"] = set_timer(state, ends, code, person, record["number"], service)


@compiled
def _turn_away(state: int, person: int, service: int) -> None:
    record = people_of(state)[person]
    write(state, TURNED_AWAY, record["number"], service, NONE, 0)
    count(state, TURNED_AWAY_COUNT, service, record["class_id"])


@compiled
def give_up_at_door(state: int, person: int, service: int) -> None:
    """Go away from the door."""
    record = people_of(state)[person]
    record["visit_timer"] = NONE
    write(state, LEAVES_DOOR, record["number"], service, NONE, 0)
    leave_door(state, person)
    _turn_away(state, person, service)
    refresh_clocks(state, person)


@compiled
def let_in(state: int, service: int) -> None:
    """Let the first at the door come in (a consequence)."""
    person = sites_of(state)[service]["first_at_door"]
    leave_door(state, person)
    begin_visit(state, person, service)


@compiled
def begin_visit(state: int, person: int, service: int) -> None:
    """Begin a visit, with what happens at its start."""
    record, site = people_of(state)[person], sites_of(state)[service]
    step_in(state, person, service)
    visit_clocks_of(state)[clock_of(state, person, service)]["visit_day"] = scalars_of(state)["day"]
    write(state, VISIT, record["number"], service, NONE, 0)
    count(state, VISITS_COUNT, service, record["class_id"])
    record_contact(state, person, service)
    _set_visit_timer(state, person, service, site["visit_length"], VISIT_ENDS)
    if site["care_act"] >= 0 and bernoulli(
        state, person, site["care_act"], site["care_act_purpose"]
    ):
        write(state, CARE_ACT, record["number"], service, NONE, 0)
        count(state, CARE_ACTS_COUNT, service, record["class_id"])
    if site["interview"] >= 0 and bernoulli(
        state, person, site["interview"], site["interview_purpose"]
    ):
        _interview(state, person, service)


@compiled
def _interview(state: int, person: int, service: int) -> None:
    record, site, today = (
        people_of(state)[person],
        sites_of(state)[service],
        scalars_of(state)["day"],
    )
    if site["interviews_day"] != today:
        site["interviews_day"], site["interviews"] = today, 0
    most = site["interviews_per_day"]
    if most >= 0 and site["interviews"] >= value_now(state, most):
        return
    site["interviews"] += 1
    write(state, INTERVIEW, record["number"], service, NONE, 0)
    count(state, INTERVIEWS_COUNT, service, record["class_id"])
    for referral in range(site["first_referral"], site["last_referral"]):
        refer(state, person, referral, service)


@compiled
def record_contact(state: int, person: int, service: int) -> None:
    """Note that a service has met a person: first contact, first time this year."""
    scalars, record = scalars_of(state), people_of(state)[person]
    site = sites_of(state)[service]
    if site["kind"] == DROP_IN:
        clock = visit_clocks_of(state)[clock_of(state, person, service)]
        known, clock["seen_year"] = clock["seen_year"] == scalars["year"], scalars["year"]
    else:
        years, at = seen_year_of(state), person * scalars["outreach_count"] + site["outreach"]
        known, years[at] = years[at] == scalars["year"], scalars["year"]
    if not known:
        count(state, FIRST_SEEN_COUNT, service, record["class_id"])
    if not record["is_known"]:
        record["is_known"] = 1
        milestones_of(state)[milestone(state, person, FIRST_CONTACT)] = scalars["now"]


@compiled
def end_visit(state: int, person: int) -> None:
    """Leave the drop-in when the visit is over."""
    people_of(state)[person]["visit_timer"] = NONE
    step_out(state, person)
    refresh_clocks(state, person)


# --- What reaches people in the street: outings, night places, the census (sections 3.1, 3.3,
# 10).

_CENSUS_HOUR = 3.0 / 24.0

# --- outreach -------------------------------------------------------------------------------------


@compiled
def set_outing(state: int, service: int) -> None:
    """Set the timer of the next outing: when the cumulated rate of outings says so."""
    site = sites_of(state)[service]
    if site["at_random"]:
        draw = site_uniform(state, service, site["outing_purpose"])
        site["outings_due"] += -math.log(1.0 - draw)
    else:
        site["outings_due"] += 1.0
    enough = 1.0 if site["at_random"] else ALMOST
    due = when(state, site["outings"], site["outings_due"], enough)
    set_timer(state, moment(due), OUTING, NONE, NONE, service)


@compiled
def go_out(state: int, service: int) -> None:
    """Meet people of the street."""
    met = _meet(state, service)
    write(state, OUTING, NONE, service, NONE, met)
    count(state, OUTINGS_COUNT, service, 0)
    for place in range(met):
        _contact(state, ranked_person(state, place), service)
    set_outing(state, service)


@compiled
def _how_many(state: int, service: int) -> int:
    """Return how many people the outing would meet; a fraction is rounded by chance."""
    wanted = value_now(state, sites_of(state)[service]["contacts"])
    number = math.floor(wanted)
    if wanted > number:
        draw = site_uniform(state, service, sites_of(state)[service]["size_purpose"])
        if draw < wanted - number:
            number += 1
    return int(min(number, scalars_of(state)["on_street_list"]))


@compiled
def _meet(state: int, service: int) -> int:
    """Pick distinct people of the street; swaps on the street list are undone afterwards."""
    number, street_list, ranked = _how_many(state, service), street_list_of(state), ranked_of(state)
    remaining, purpose = (
        scalars_of(state)["on_street_list"],
        sites_of(state)[service]["meet_purpose"],
    )
    for place in range(number):
        picked = math.floor(site_uniform(state, service, purpose) * remaining)
        remaining -= 1
        rank(state, place, street_list[picked], picked, 0.0, 0)
        street_list[picked], street_list[remaining] = street_list[remaining], street_list[picked]
    for place in range(number - 1, -1, -1):
        picked = ranked[place]["first"]
        street_list[picked], street_list[remaining] = street_list[remaining], street_list[picked]
        remaining += 1
    return number


@compiled
def _contact(state: int, person: int, service: int) -> None:
    record, site = people_of(state)[person], sites_of(state)[service]
    write(state, CONTACT, record["number"], service, NONE, 0)
    count(state, CONTACTS_COUNT, service, record["class_id"])
    record_contact(state, person, service)
    for number in range(site["first_makes"], site["last_makes"]):
        made = makes_of(state)[number]
        drop_in = made["of"]
        clock = clock_of(state, person, drop_in)
        may_come = serves(state, drop_in, record["class_id"])
        may_come = may_come and visit_clocks_of(state)[clock]["state"] == NO_CLOCK
        if may_come and bernoulli(state, person, made["share"], made["purpose"]):
            become_visitor(state, person, drop_in)
            write(state, BECOMES_VISITOR, record["number"], drop_in, service, 0)
            refresh_clocks(state, person)
    for referral in range(site["first_referral"], site["last_referral"]):
        refer(state, person, referral, service)


# --- night places ---------------------------------------------------------------------------------


@compiled
def set_evening(state: int, service: int) -> None:
    """Set the timer of the next evening."""
    site = sites_of(state)[service]
    due = site["evening_day"] + site["evening"]
    set_timer(state, moment(due), EVENING, NONE, NONE, service)


@compiled
def set_morning(state: int, service: int) -> None:
    """Set the timer of the next morning."""
    site = sites_of(state)[service]
    due = site["morning_day"] + site["morning"]
    set_timer(state, moment(due), MORNING, NONE, NONE, service)


@compiled
def leave_in_the_morning(state: int, service: int) -> None:
    """Let everybody leave a service, in order of number."""
    people, site = people_of(state), sites_of(state)[service]
    write(state, MORNING, NONE, service, NONE, 0)
    site["tonight"] = 0
    count_places(state, service)
    there, person = 0, site["first_present"]
    while person >= 0:
        rank(state, there, person, people[person]["number"], 0.0, 0)
        there += 1
        person = people[person]["next_present"]
    sort_ranked(state, there)
    for place in range(there):
        depart(state, ranked_person(state, place), STREET, True)
    site["morning_day"] += 1
    set_morning(state, service)


@compiled
def give_out(state: int, service: int) -> None:
    """Offer tonight's places in order of priority, last night's guests, lottery, number."""
    people, site = people_of(state), sites_of(state)[service]
    day = site["evening_day"]
    applicants = _applicants(state, service, day)
    sort_ranked(state, applicants)
    site["tonight"] = max(0, free_places(state, service))
    count_many(state, OFFERED_COUNT, service, 0, float(site["tonight"]))
    count_places(state, service)
    write(state, EVENING, NONE, service, NONE, applicants)
    for place in range(applicants):
        person = ranked_person(state, place)
        record = people[person]
        count(state, APPLICANTS_COUNT, service, record["class_id"])
        if free_places(state, service) < 1:
            write(state, TURNED_AWAY, record["number"], service, NONE, 0)
            count(state, TURNED_AWAY_COUNT, service, record["class_id"])
        else:
            nights = nights_of(state)[_nights_at(state, person, service)]
            nights["in_a_row"] = nights["in_a_row"] + 1 if nights["last"] == day - 1 else 1
            nights["last"] = day
            admit(state, person, service)
    site["evening_day"] += 1
    set_evening(state, service)


@compiled
def _nights_at(state: int, person: int, service: int) -> int:
    sites = sites_of(state)
    return int(person * scalars_of(state)["overnight_count"] + sites[service]["overnight"])


@compiled
def _applicants(state: int, service: int, day: int) -> int:
    """Write on the list who applies tonight, and return how many."""
    people, site, street_list = people_of(state), sites_of(state)[service], street_list_of(state)
    applicants = 0
    for at in range(scalars_of(state)["on_street_list"]):
        person = street_list[at]
        if _applies(state, person, service, day):
            returns = nights_of(state)[_nights_at(state, person, service)]["last"] == day - 1
            returning = site["returning_first"] != 0 and returns
            lottery = uniform(state, person, site["lottery_purpose"])
            priority = flags_of(state)[site["priority"] + people[person]["class_id"]]
            first = 2 * priority + (0 if returning else 1)
            rank(state, applicants, person, first, lottery, people[person]["number"])
            applicants += 1
    return applicants


@compiled
def _applies(state: int, person: int, service: int, day: int) -> bool:
    record, site = people_of(state)[person], sites_of(state)[service]
    if not serves(state, service, record["class_id"]):
        return False
    visitors_of = site["visitors_of"]
    if visitors_of >= 0:
        clock = visit_clocks_of(state)[clock_of(state, person, visitors_of)]
        if clock["visit_day"] != day:
            return False
    nights = nights_of(state)[_nights_at(state, person, service)]
    again = site["most_nights"] > 0 and nights["last"] == day - 1
    if again and nights["in_a_row"] >= site["most_nights"]:
        return False
    return site["applies"] < 0 or bernoulli(state, person, site["applies"], site["applies_purpose"])


# --- census ---------------------------------------------------------------------------------------


@compiled
def set_census(state: int, day: int) -> None:
    """Set the timer of the census of a day."""
    set_timer(state, moment(day + _CENSUS_HOUR), CENSUS, NONE, NONE, NONE)


@compiled
def take_census(state: int) -> None:
    """Count the people without any place, and what they wait for.

    Whole numbers are counted at once; parts of a night are added in the order of the street list.
    """
    scalars, people, street_list = scalars_of(state), people_of(state), street_list_of(state)
    street = scalars["site_count"] * scalars["class_count"]
    for class_id in range(scalars["class_count"]):
        there = levels_now_of(state)[
            LIVING_LEVEL * (street + scalars["class_count"]) + street + class_id
        ]
        count_many(state, STREET_NIGHTS_COUNT, STREET, class_id, there)
    without = scalars["on_street_list"]
    for at in range(scalars["on_street_list"]):
        first = people[street_list[at]]["first_request"]
        if first >= 0 and _count_wants(state, first):
            without -= 1
    want(state, NONE, float(without))
    set_census(state, scalars["day"] + 1)


@compiled
def _count_wants(state: int, first: int) -> bool:
    """Share a street night among the lists somebody is on; return whether there is any."""
    requests, wanted, request = requests_of(state), 0, first
    while request >= 0:
        wanted += 1 if is_listed(state, request) else 0
        request = requests[request]["next"]
    request = first
    while request >= 0:
        if is_listed(state, request):
            want(state, requests[request]["service"], 1.0 / wanted)
        request = requests[request]["next"]
    return wanted > 0


# --- People enter, live in one situation after the other, and leave when a risk occurs.

_LONG_AGO = -9
FROM_THE_START = -1.0
"""Rank of those who live in a place at the start: before everybody who has been listed."""
_MILESTONES = 6

# --- entering -------------------------------------------------------------------------------------


@compiled
def enter(state: int, class_id: int, key: int, where: int, first_stay: float) -> int:
    """Let somebody enter the model, with everything that is drawn once; return their record."""
    scalars = scalars_of(state)
    person = _new_record(state)
    record = people_of(state)[person]
    record["number"], record["class_id"], record["key"] = scalars["people_count"], class_id, key
    scalars["people_count"] += 1
    _clear(state, person)
    _first_milestones(state, record["number"], class_id)
    for trait in range(scalars["trait_count"]):
        drawn = duration(state, person, trait_laws_of(state)[trait])
        traits_of(state)[person * scalars["trait_count"] + trait] = drawn
    for clock in range(scalars["risk_count"]):
        unit = exponential(state, person, risk_purposes_of(state)[clock])
        risk_clocks_of(state)[person * scalars["risk_count"] + clock]["left"] = unit
    if scalars["drop_in_count"] > 0:
        _become_visitor_from_the_start(state, person)
    record["first_stay"] = first_stay
    move(state, OUTSIDE, where)
    if where == STREET:
        join_street_list(state, person)
    else:
        move_in(state, person, where)
    return person


@compiled
def _new_record(state: int) -> int:
    """Return a record for somebody new: that of somebody gone, if there is one."""
    scalars = scalars_of(state)
    person = scalars["free_person"]
    if person >= 0:
        scalars["free_person"] = people_of(state)[person]["next_free"]
    else:
        person = scalars["people_used"]
        scalars["people_used"] = person + 1
    return int(person)


@compiled
def _clear(state: int, person: int) -> None:
    """Bring the record of somebody new to the state before anything has happened."""
    scalars, record = scalars_of(state), people_of(state)[person]
    record["where"], record["exit"], record["stage"] = OUTSIDE, 0, STAYING
    record["is_born"], record["has_news"], record["leaving"] = 0, 0, NONE
    record["destination"], record["stay_timer"] = STREET, NONE
    record["first_request"], record["visiting"], record["at_door"] = NONE, NONE, NONE
    record["visit_timer"], record["credit"], record["is_known"] = NONE, 0.0, 0
    record["ranked_from"] = FROM_THE_START
    draws, purposes = draws_of(state), scalars["purpose_count"]
    for at in range(person * purposes, (person + 1) * purposes):
        draws[at] = 0
    clocks, drop_ins = visit_clocks_of(state), scalars["drop_in_count"]
    for at in range(person * drop_ins, (person + 1) * drop_ins):
        clock = clocks[at]
        clock["state"], clock["timer"] = NO_CLOCK, NONE
        clock["visit_day"], clock["seen_year"] = NONE, NONE
    years, outreach = seen_year_of(state), scalars["outreach_count"]
    for at in range(person * outreach, (person + 1) * outreach):
        years[at] = NONE
    nights, overnights = nights_of(state), scalars["overnight_count"]
    for at in range(person * overnights, (person + 1) * overnights):
        nights[at]["last"], nights[at]["in_a_row"] = _LONG_AGO, 0


@compiled
def _first_milestones(state: int, number: int, class_id: int) -> None:
    milestones, at = milestones_of(state), number * _MILESTONES
    milestones[at], milestones[at + 1] = class_id, scalars_of(state)["now"]
    milestones[at + 2], milestones[at + 3], milestones[at + 4] = math.nan, math.nan, math.nan
    milestones[at + 5] = 0.0


@compiled
def _become_visitor_from_the_start(state: int, person: int) -> None:
    sites, flags = sites_of(state), flags_of(state)
    for service in range(scalars_of(state)["site_count"]):
        if sites[service]["kind"] == DROP_IN:
            at = sites[service]["visitor"] + 2 * people_of(state)[person]["class_id"]
            if bernoulli(state, person, flags[at], flags[at + 1]):
                become_visitor(state, person, service)


# --- arrivals -------------------------------------------------------------------------------------


@compiled
def set_arrival(state: int, number: int) -> None:
    """Set the timer of a stream's next arrival: exact inversion of the cumulated rate."""
    stream = streams_of(state)[number]
    draw = keyed(state, stream["key"], stream["purpose"], stream["rank"])
    stream["due"] += -math.log(1.0 - draw)
    due = when(state, stream["rate"], stream["due"], 1.0)
    set_timer(state, moment(due), ARRIVES, NONE, NONE, number)


@compiled
def arrive(state: int, number: int) -> None:
    """Let the next person of a stream arrive."""
    stream = streams_of(state)[number]
    key = person_key(stream["key"], stream["rank"])
    stream["rank"] += 1
    to, class_id = stream["to"], stream["class_id"]
    write(state, ARRIVES, scalars_of(state)["people_count"], to, NONE, class_id)
    count(state, ARRIVALS_COUNT, to, class_id)
    person = enter(state, class_id, key, STREET, math.nan)
    if to != STREET:
        ask(state, person, to)
    begin_life(state, person)
    set_arrival(state, number)


# --- living ---------------------------------------------------------------------------------------


@compiled
def begin_life(state: int, person: int) -> None:
    """Let clocks run for somebody who has just entered (and may be gone already)."""
    record = people_of(state)[person]
    if record["exit"] != 0:
        _end_life(state, person)
        return
    record["is_born"] = 1
    if scalars_of(state)["risk_count"] > 0:
        _let_risks_run(state, person)
    refresh_clocks(state, person)


@compiled
def follow_news(state: int) -> None:
    """Let clocks and stays of those who have moved follow, in the order in which they moved."""
    scalars, at = scalars_of(state), 0
    while at < scalars["news_count"]:
        person = news_of(state)[at]
        at += 1
        record = people_of(state)[person]
        record["has_news"] = 0
        if scalars["risk_count"] > 0:
            _use_up_risks(state, person)
        if record["exit"] != 0:
            _end_life(state, person)
        else:
            if scalars["risk_count"] > 0:
                _let_risks_run(state, person)
            refresh_clocks(state, person)
            if is_hosted(state, person):
                begin_stay(state, person)
    scalars["news_count"] = 0


@compiled
def _end_life(state: int, person: int) -> None:
    """Stop the clocks of somebody who is gone, and give the record back."""
    scalars, record = scalars_of(state), people_of(state)[person]
    refresh_clocks(state, person)
    record["next_free"] = scalars["free_person"]
    scalars["free_person"] = person


@compiled
def _let_risks_run(state: int, person: int) -> None:
    """Set the timer of the risk that would occur first here."""
    scalars, record, risks = scalars_of(state), people_of(state)[person], risks_of(state)
    record["risks_at"], record["leaving"] = record["where"], NONE
    soonest, way_out = math.inf, 0
    for number in range(_first_risk(state, record["where"]), _last_risk(state, record["where"])):
        risk = risks[number]
        clock = risk_clocks_of(state)[person * scalars["risk_count"] + risk["clock"]]
        clock["area"] = area_now(state, risk["rate"])
        time = event_time(state, risk["rate"], clock["left"])
        if time < soonest:
            soonest, way_out = time, risk["exit"]
    if soonest < scalars["horizon"]:
        timer = set_timer(state, soonest, GOES, person, record["number"], NONE)
        timers_of(state)[timer]["way_out"] = way_out
        record["leaving"] = timer


@compiled
def _use_up_risks(state: int, person: int) -> None:
    """Take from each clock what was used up in the situation that ends now."""
    scalars, record, risks = scalars_of(state), people_of(state)[person], risks_of(state)
    cancel(state, record["leaving"])
    record["leaving"] = NONE
    where = record["risks_at"]
    for number in range(_first_risk(state, where), _last_risk(state, where)):
        risk = risks[number]
        clock = risk_clocks_of(state)[person * scalars["risk_count"] + risk["clock"]]
        clock["left"] = max(0.0, clock["left"] - (area_now(state, risk["rate"]) - clock["area"]))


@compiled
def _first_risk(state: int, where: int) -> int:
    if where == STREET:
        return int(scalars_of(state)["first_risk"])
    return int(sites_of(state)[where]["first_risk"])


@compiled
def _last_risk(state: int, where: int) -> int:
    if where == STREET:
        return int(scalars_of(state)["last_risk"])
    return int(sites_of(state)[where]["last_risk"])


@compiled
def leave_for_good(state: int, person: int, way_out: int) -> None:
    """Leave the model because a risk has struck."""
    people_of(state)[person]["leaving"] = NONE
    go(state, person, way_out)


# --- What time itself brings: capacity and hours that change, and who must leave when places go.


@compiled
def set_change(state: int, service: int) -> None:
    """Set the timer of the next change of any calendar that concerns a service."""
    site = sites_of(state)[service]
    due = min(next_change(state, site["places"]), next_change(state, site["open_places"]))
    due = min(due, next_change(state, site["window"]))
    due = min(due, next_change(state, site["opening"]))
    if site["room"] >= 0:
        due = min(due, next_change(state, rooms_of(state)[site["room"]]["places"]))
    set_timer(state, moment(due), CAPACITY, NONE, NONE, service)


@compiled
def change(state: int, service: int) -> None:
    """Follow the calendars of a service."""
    open_site(state, service)
    if sites_of(state)[service]["evict"] != NOBODY:
        _evict(state, service)
    set_change(state, service)


@compiled
def open_site(state: int, service: int) -> None:
    """Bring places, staffed places, window and doors of a service up to date."""
    site = sites_of(state)[service]
    if site["kind"] == OUTREACH:
        return
    usable_before = site["usable"]
    site["open"] = int(value_now(state, site["open_places"]))
    place_level(state, PLACES_LEVEL, service, value_now(state, site["places"]))
    place_level(state, STAFFED_PLACES_LEVEL, service, float(site["open"]))
    hours = site["opening"] if site["kind"] == DROP_IN else site["window"]
    site["is_window_open"] = hours < 0 or value_now(state, hours) > 0.0
    if site["room"] >= 0:
        room = rooms_of(state)[site["room"]]
        room["open"] = int(value_now(state, room["places"]))
        room_may_take(state, site["room"])
    closed = site["kind"] == DROP_IN and not site["is_window_open"]
    site["usable"] = 0 if closed else site["open"]
    if site["usable"] != usable_before:
        write(state, CAPACITY, NONE, service, NONE, site["usable"])
    count_places(state, service)
    may_take(state, service)


@compiled
def _evict(state: int, service: int) -> None:
    """Let people leave until the rest fit the service and its room, in the declared order."""
    site = sites_of(state)[service]
    over = -free_places(state, service)
    if over <= 0:
        return
    there, person = 0, site["first_present"]
    while person >= 0:
        _rank_for_eviction(state, there, person, site["evict"])
        there += 1
        person = people_of(state)[person]["next_present"]
    sort_ranked(state, there)
    for place in range(min(over, there)):
        person = ranked_person(state, place)
        stay_is_over = people_of(state)[person]["stage"] != STAYING
        evict(state, person)
        if not stay_is_over:
            ask_again(state, person, service)


@compiled
def _rank_for_eviction(state: int, place: int, person: int, rule: int) -> None:
    record = people_of(state)[person]
    if rule == LAST_IN:
        rank(state, place, person, 0, -record["since"], -record["number"])
    elif rule == FIRST_IN:
        rank(state, place, person, 0, record["since"], record["number"])
    elif record["stage"] == BLOCKED_STAGE:
        rank(state, place, person, 0, record["blocked_since"], record["number"])
    else:
        rank(state, place, person, 1, -record["since"], record["number"])
