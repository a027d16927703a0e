"""The settle rule: consequences of an event, one at a time (docs/model.md, section 6)."""

from __future__ import annotations

import math

from sim.engines.compiled.building import compiled
from sim.engines.compiled.codes import (
    DECLINES,
    DECLINES_COUNT,
    LOCKED,
    NONE,
    OFFER_AGAIN,
    PLACES,
    READY,
    UNREACHABLE,
    UNREACHABLE_COUNT,
)
from sim.engines.compiled.luck import after, duration, uniform, value_now
from sim.engines.compiled.moves import admit
from sim.engines.compiled.room import (
    free_places,
    is_hosted,
    is_listed,
    refresh,
    refuse,
    request_of,
    strike,
)
from sim.engines.compiled.stays import fall_back, settle_ready
from sim.engines.compiled.tally import count, write
from sim.engines.compiled.timers import set_timer
from sim.engines.compiled.views import (
    people_of,
    refused_of,
    requests_of,
    sites_of,
    unsettled_of,
    world_of,
)
from sim.engines.compiled.visits import let_in
from sim.event_log import GAVE_UP

UNSEEN, SEEN, FOLLOWED = 0, 1, 2
"""How far a search from service to service has come with one."""


@compiled
def next_consequence(world: int) -> bool:
    """Do the next consequence; return whether there was one."""
    here = world_of(world)
    if here["refused_first"] < here["refused_last"]:
        _follow_up_refusal(world)
        return True
    if _some_service_takes_one(world):
        return True
    if here["unsettled_first"] < here["unsettled_last"]:
        person = unsettled_of(world)[here["unsettled_first"]]
        here["unsettled_first"] += 1
        settle_ready(world, person)
        return True
    here["unsettled_first"], here["unsettled_last"] = 0, 0
    return False


@compiled
def _follow_up_refusal(world: int) -> None:
    """Let the first whose destination will not have them fall back, if they still wait for it."""
    here = world_of(world)
    person = refused_of(world)[here["refused_first"]]
    here["refused_first"] += 1
    if here["refused_first"] == here["refused_last"]:
        here["refused_first"], here["refused_last"] = 0, 0
    record = people_of(world)[person]
    still_waits = record["stage"] >= READY and is_hosted(world, person)
    if still_waits and request_of(world, person, record["destination"]) < 0:
        fall_back(world, person)


@compiled
def _some_service_takes_one(world: int) -> bool:
    """Let the lowest service that can take somebody do so.

    Only services are looked at for which something has changed (``may_take``) since they last
    could not: a place that became free, somebody who became ready, a window or door that opened.
    """
    here, sites = world_of(world), sites_of(world)
    service = here["lowest_taker"]
    while service < here["site_count"]:
        if sites[service]["may_take"]:
            here["lowest_taker"] = service
            if _take_one(world, service):
                return True
            sites[service]["may_take"] = 0
        service += 1
    here["lowest_taker"] = service
    return False


@compiled
def _take_one(world: int, service: int) -> bool:
    """Let a service take somebody, if it can."""
    site = sites_of(world)[service]
    if not site["is_window_open"]:
        return False
    if site["kind"] == PLACES and site["ready_count"] > 0:
        if free_places(world, service) >= 1:
            _offer(world, service)
            return True
    elif site["first_at_door"] >= 0 and free_places(world, service) >= 1:
        let_in(world, service)
        return True
    return False


@compiled
def _offer(world: int, service: int) -> None:
    """Offer a place to the highest rank; one draw decides whether the offer holds."""
    site = sites_of(world)[service]
    request = site["first_ready"]
    person = requests_of(world)[request]["person"]
    if site["offer_purpose"] >= 0:
        draw = uniform(world, person, site["offer_purpose"])
        hosted = is_hosted(world, person)
        missed = 0.0 if hosted else value_now(world, site["unreachable"])
        if draw < missed:
            _pass_over(world, request)
            return
        if draw < missed + value_now(world, site["declines"]):
            record = people_of(world)[person]
            write(world, DECLINES, record["number"], service, NONE, 0)
            count(world, DECLINES_COUNT, service, record["klass"])
            strike(world, request, GAVE_UP)
            refuse(world, person, service)
            return
    admit(world, person, service)


@compiled
def _pass_over(world: int, request: int) -> None:
    record = requests_of(world)[request]
    person, number, service = record["person"], record["number"], record["service"]
    write(world, UNREACHABLE, number, service, NONE, 0)
    count(world, UNREACHABLE_COUNT, service, people_of(world)[person]["klass"])
    record["passed_over"] = 1
    refresh(world, request)
    again = duration(world, person, sites_of(world)[service]["offer_again"])
    until = after(world, again)
    record["again"] = set_timer(world, until, OFFER_AGAIN, person, number, service)


@compiled
def offer_again(world: int, person: int, service: int) -> None:
    """Let somebody who could not be reached be offered places again."""
    request = request_of(world, person, service)
    record = requests_of(world)[request]
    record["passed_over"], record["again"] = 0, NONE
    write(world, OFFER_AGAIN, record["number"], service, NONE, 0)
    refresh(world, request)


# --- locked loops ---------------------------------------------------------------------------------


@compiled
def look_for_locked(world: int) -> None:
    """Find full services whose people all wait for each other (section 7)."""
    here, sites = world_of(world), sites_of(world)
    known = 0
    for service in range(here["site_count"]):
        site = sites[service]
        site["is_stuck"] = site["was_stuck"] != 0 and site["is_loose"] == 0
        known += site["is_stuck"]
    _drop_ways_out(world, known)
    for service in range(here["site_count"]):
        sites[service]["is_known"] = known > 0 and _is_in_loop(world, service)
    stuck = 0
    for service in range(here["site_count"]):
        site = sites[service]
        site["is_loose"], site["is_stuck"] = 0, _all_stuck(world, service)
        stuck += site["is_stuck"]
    _drop_ways_out(world, stuck)
    first = math.isnan(here["locked_at"])
    for service in range(here["site_count"]):
        site = sites[service]
        site["was_stuck"] = site["is_stuck"]
        if stuck > 0 and _is_in_loop(world, service):
            if not site["is_known"]:
                write(world, LOCKED, NONE, service, NONE, 0)
            if first:
                here["locked_at"], site["is_in_first_loop"] = here["now"], 1


@compiled
def _drop_ways_out(world: int, stuck: int) -> None:
    """Leave stuck only services whose people wait for each other only."""
    sites, shrinking = sites_of(world), stuck > 0
    while shrinking:
        shrinking = False
        for service in range(world_of(world)["site_count"]):
            if sites[service]["is_stuck"] and _has_way_out(world, service):
                sites[service]["is_stuck"] = 0
                shrinking = True


@compiled
def _is_in_loop(world: int, service: int) -> bool:
    """Return whether the services waited for lead back from a stuck service to itself."""
    sites, count = sites_of(world), world_of(world)["site_count"]
    if not sites[service]["is_stuck"]:
        return False
    for other in range(count):
        sites[other]["is_reached"] = UNSEEN
    _see_waited_for(world, service)
    other = 0
    while other < count:
        if sites[other]["is_reached"] == SEEN:
            sites[other]["is_reached"] = FOLLOWED
            _see_waited_for(world, other)
            other = 0
        else:
            other += 1
    return bool(sites[service]["is_reached"] != UNSEEN)


@compiled
def _see_waited_for(world: int, service: int) -> None:
    """Mark the services that fill the stuck ones that the people of a service wait for."""
    people, requests, sites = people_of(world), requests_of(world), sites_of(world)
    person = sites[service]["first_present"]
    while person >= 0:
        request = people[person]["first_request"]
        while request >= 0:
            wanted = requests[request]["service"]
            if sites[wanted]["is_stuck"]:
                _see_filling(world, wanted)
            request = requests[request]["next"]
        person = people[person]["next_present"]


@compiled
def _see_filling(world: int, service: int) -> None:
    """Mark who keeps others out of a full service: its own people, or those in its room."""
    sites = sites_of(world)
    if _is_full_itself(world, service):
        sites[service]["is_reached"] = max(sites[service]["is_reached"], SEEN)
        return
    for other in range(world_of(world)["site_count"]):
        site = sites[other]
        if site["room"] == sites[service]["room"] and site["occupied"] > 0:
            site["is_reached"] = max(site["is_reached"], SEEN)


@compiled
def _is_full_itself(world: int, service: int) -> bool:
    """Return whether the places of a full service are taken, not only those of the shared room."""
    site = sites_of(world)[service]
    return bool(site["occupied"] >= site["open"])


@compiled
def _all_stuck(world: int, service: int) -> bool:
    """Return whether a service is full, and everybody in it blocked."""
    site = sites_of(world)[service]
    if site["kind"] != PLACES or site["under_turnaround"] > 0 or free_places(world, service) >= 1:
        return False
    closed = site["occupied"] == 0 and _is_full_itself(world, service)
    return bool(site["blocked"] == site["occupied"] and not closed)


@compiled
def _has_way_out(world: int, service: int) -> bool:
    """Return whether somebody in a service may move without anybody in the set moving first."""
    people, requests, sites = people_of(world), requests_of(world), sites_of(world)
    if free_places(world, service) >= 1:
        return True
    if not _is_full_itself(world, service):
        room = sites[service]["room"]
        for other in range(world_of(world)["site_count"]):
            outside = sites[other]["room"] == room and not sites[other]["is_stuck"]
            if outside and sites[other]["occupied"] > 0:
                return True
    person = sites[service]["first_present"]
    while person >= 0:
        if not people[person]["fell_back"] and sites[service]["blocked_limit"] >= 0:
            return True
        request = people[person]["first_request"]
        while request >= 0:
            wanted = requests[request]["service"]
            target = sites[wanted]
            gives_up = wanted == people[person]["destination"] and target["patience"] >= 0
            if not target["is_stuck"] or not is_listed(world, request) or gives_up:
                return True
            request = requests[request]["next"]
        person = people[person]["next_present"]
    return False
