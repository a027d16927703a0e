"""People enter, live in one situation after the other, and leave when a risk strikes."""

from __future__ import annotations

import math

from sim.engines.compiled.building import compiled
from sim.engines.compiled.codes import (
    ARRIVALS_COUNT,
    ARRIVES,
    DROP_IN,
    GOES,
    NONE,
    OUTSIDE,
    STAYING,
)
from sim.engines.compiled.luck import (
    area_now,
    duration,
    exponential,
    happens,
    keyed,
    moment,
    person_key,
    strikes,
    when,
)
from sim.engines.compiled.moves import go, settle_in
from sim.engines.compiled.requests import ask
from sim.engines.compiled.room import is_hosted, join_roster
from sim.engines.compiled.stays import begin_stay
from sim.engines.compiled.tally import count, move, write
from sim.engines.compiled.timers import cancel, set_timer
from sim.engines.compiled.views import (
    draws_of,
    flags_of,
    milestones_of,
    news_of,
    nights_of,
    people_of,
    risk_clocks_of,
    risk_purposes_of,
    risks_of,
    seen_year_of,
    sites_of,
    streams_of,
    timers_of,
    trait_laws_of,
    traits_of,
    visit_clocks_of,
    world_of,
)
from sim.engines.compiled.visits import NO_CLOCK, become_visitor, refresh_clocks
from sim.vocabulary.events import STREET

_LONG_AGO = -9
FROM_THE_START = -1.0
"""Rank of those who live in a place at the start: before everybody who has been listed."""
_MILESTONES = 6

# --- entering -------------------------------------------------------------------------------------


@compiled
def enter(world: int, klass: int, key: int, where: int, first_stay: float) -> int:
    """Let somebody enter the model, with everything that is drawn once; return their record."""
    here = world_of(world)
    person = _new_record(world)
    record = people_of(world)[person]
    record["number"], record["klass"], record["key"] = here["people_count"], klass, key
    here["people_count"] += 1
    _clear(world, person)
    _first_milestones(world, record["number"], klass)
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
        join_roster(world, person)
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
def _first_milestones(world: int, number: int, klass: int) -> None:
    milestones, at = milestones_of(world), number * _MILESTONES
    milestones[at], milestones[at + 1] = klass, world_of(world)["now"]
    milestones[at + 2], milestones[at + 3], milestones[at + 4] = math.nan, math.nan, math.nan
    milestones[at + 5] = 0.0


@compiled
def _become_visitor_from_the_start(world: int, person: int) -> None:
    sites, flags = sites_of(world), flags_of(world)
    for service in range(world_of(world)["site_count"]):
        if sites[service]["kind"] == DROP_IN:
            at = sites[service]["visitor"] + 2 * people_of(world)[person]["klass"]
            if happens(world, person, flags[at], flags[at + 1]):
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
    to, klass = stream["to"], stream["klass"]
    write(world, ARRIVES, world_of(world)["people_count"], to, NONE, klass)
    count(world, ARRIVALS_COUNT, to, klass)
    person = enter(world, klass, key, STREET, math.nan)
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
        time = strikes(world, risk["rate"], clock["left"])
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
