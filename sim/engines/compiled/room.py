"""Room, roster and lists: who is where, and whether another one fits in."""

from __future__ import annotations

import math

from sim.engines.compiled.building import compiled
from sim.engines.compiled.codes import (
    BLOCKED_STAGE,
    FREE_PLACES_LEVEL,
    IS_OPEN_LEVEL,
    LIVING_LEVEL,
    NONE,
    OPEN_PLACES_LEVEL,
    OVERNIGHT,
    PEOPLE_WHILE_OPEN_LEVEL,
    PLACES,
    READY,
    TURNAROUND_LEVEL,
    WAITING_HOSTED_LEVEL,
    WAITING_LEVEL,
)
from sim.engines.compiled.ranks import join_ready, leave_ready, may_take
from sim.engines.compiled.tally import level, place_level, record_wait
from sim.engines.compiled.timers import cancel
from sim.engines.compiled.views import (
    flags_of,
    people_of,
    refused_of,
    requests_of,
    rooms_of,
    roster_of,
    sites_of,
    world_of,
)
from sim.vocabulary.events import STREET

# --- room -----------------------------------------------------------------------------------------


@compiled
def free_places(world: int, service: int) -> int:
    """Return how many more people a service can hold now."""
    site = sites_of(world)[service]
    free = site["open"] - site["occupied"] - site["under_turnaround"]
    if site["room"] >= 0:
        room = rooms_of(world)[site["room"]]
        free = min(free, room["open"] - room["inside"])
    return int(free)


@compiled
def count_places(world: int, service: int) -> None:
    """Bring the tallies of a service's places up to date (docs/model.md, section 10)."""
    site = sites_of(world)[service]
    usable = site["tonight"] if site["kind"] == OVERNIGHT else site["usable"]
    occupied, turnaround = site["occupied"], site["under_turnaround"]
    place_level(world, OPEN_PLACES_LEVEL, service, float(usable))
    place_level(world, TURNAROUND_LEVEL, service, float(turnaround))
    free = max(0, usable - turnaround - occupied)
    place_level(world, FREE_PLACES_LEVEL, service, float(free))
    there = occupied if usable > 0 else 0
    place_level(world, PEOPLE_WHILE_OPEN_LEVEL, service, float(there))
    place_level(world, IS_OPEN_LEVEL, service, 1.0 if usable > 0 else 0.0)


@compiled
def count_in(world: int, service: int) -> None:
    """One more person inside."""
    site = sites_of(world)[service]
    site["occupied"] += 1
    if site["room"] >= 0:
        rooms_of(world)[site["room"]]["inside"] += 1
    count_places(world, service)


@compiled
def count_out(world: int, service: int) -> None:
    """One person fewer inside."""
    sites = sites_of(world)
    site = sites[service]
    site["occupied"] -= 1
    if site["room"] >= 0:
        rooms_of(world)[site["room"]]["inside"] -= 1
        room_may_take(world, site["room"])
    else:
        may_take(world, service)


@compiled
def room_may_take(world: int, room: int) -> None:
    """Note that there may be room again in all services that share one."""
    sites = sites_of(world)
    for other in range(world_of(world)["site_count"]):
        if sites[other]["room"] == room:
            may_take(world, other)


@compiled
def is_hosted(world: int, person: int) -> bool:
    """Return whether a person lives in a place that is not only for the night."""
    where = people_of(world)[person]["where"]
    return bool(where >= 0 and sites_of(world)[where]["kind"] == PLACES)


@compiled
def serves(world: int, service: int, klass: int) -> bool:
    """Return whether a service may serve a class."""
    return bool(flags_of(world)[sites_of(world)[service]["classes"] + klass] != 0)


# --- lists ----------------------------------------------------------------------------------------


@compiled
def request_of(world: int, person: int, service: int) -> int:
    """Return somebody's request for a service; -1 if there is none."""
    requests = requests_of(world)
    request = people_of(world)[person]["first_request"]
    while request >= 0 and requests[request]["service"] < service:
        request = requests[request]["next"]
    if request >= 0 and requests[request]["service"] == service:
        return int(request)
    return NONE


@compiled
def new_request(world: int, person: int, service: int) -> int:
    """Open a request; a person's requests stand in the order of the services."""
    here, requests, record = world_of(world), requests_of(world), people_of(world)[person]
    request = here["free_request"]
    if request >= 0:
        here["free_request"] = requests[request]["next"]
    else:
        request = here["requests_used"]
        here["requests_used"] = request + 1
    opened = requests[request]
    opened["person"], opened["number"], opened["service"] = person, record["number"], service
    opened["priority"] = flags_of(world)[sites_of(world)[service]["priority"] + record["klass"]]
    opened["listed_at"], opened["ranks_from"], opened["level"] = -1.0, math.nan, NONE
    opened["passed_over"], opened["is_ready"], opened["hosted_when_listed"] = 0, 0, 0
    opened["timer"], opened["again"] = NONE, NONE
    previous, following = NONE, record["first_request"]
    while following >= 0 and requests[following]["service"] < service:
        previous, following = following, requests[following]["next"]
    opened["next"] = following
    if previous >= 0:
        requests[previous]["next"] = request
    else:
        record["first_request"] = request
    return int(request)


@compiled
def drop_request(world: int, request: int) -> None:
    """Take a request away from its person, and its record back."""
    here, requests = world_of(world), requests_of(world)
    gone = requests[request]
    person = people_of(world)[gone["person"]]
    if person["first_request"] == request:
        person["first_request"] = gone["next"]
    else:
        previous = person["first_request"]
        while requests[previous]["next"] != request:
            previous = requests[previous]["next"]
        requests[previous]["next"] = gone["next"]
    gone["service"] = NONE
    gone["next"] = here["free_request"]
    here["free_request"] = request


@compiled
def is_listed(world: int, request: int) -> bool:
    """Return whether a request is on the list (and not under way)."""
    return bool(requests_of(world)[request]["listed_at"] >= 0.0)


@compiled
def refresh(world: int, request: int) -> None:
    """Bring a listed request's readiness and its count up to date with the person."""
    record = requests_of(world)[request]
    person, service = record["person"], record["service"]
    hosted = is_hosted(world, person)
    new_level = WAITING_HOSTED_LEVEL if hosted else WAITING_LEVEL
    if new_level != record["level"]:
        klass = people_of(world)[person]["klass"]
        if record["level"] >= 0:
            level(world, record["level"], service, klass, -1.0)
        record["level"] = new_level
        level(world, new_level, service, klass, 1.0)
    ready = record["passed_over"] == 0 and (not hosted or _would_come(world, person, service))
    if ready != (record["is_ready"] != 0):
        if ready:
            join_ready(world, request)
        else:
            leave_ready(world, request)


@compiled
def _would_come(world: int, person: int, service: int) -> bool:
    """Return whether somebody hosted could come to a service if offered a place now."""
    record = people_of(world)[person]
    if service > record["where"] and sites_of(world)[record["where"]]["leave_early"]:
        return True
    return bool(record["stage"] == READY or record["stage"] == BLOCKED_STAGE)


@compiled
def refresh_all(world: int, person: int) -> None:
    """Bring all listed requests of a person up to date."""
    request = people_of(world)[person]["first_request"]
    while request >= 0:
        if is_listed(world, request):
            refresh(world, request)
        request = requests_of(world)[request]["next"]


@compiled
def strike(world: int, request: int, outcome: int) -> None:
    """Take a request off: from its list, with the wait recorded, or while under way."""
    record = requests_of(world)[request]
    cancel(world, record["timer"])
    cancel(world, record["again"])
    if is_listed(world, request):
        sites_of(world)[record["service"]]["listed"] -= 1
        if record["is_ready"]:
            leave_ready(world, request)
        klass = people_of(world)[record["person"]]["klass"]
        level(world, record["level"], record["service"], klass, -1.0)
        record_wait(world, request, outcome)
    drop_request(world, request)


@compiled
def refuse(world: int, person: int, service: int) -> None:
    """Remember somebody whose destination will not have them (docs/model.md, section 4)."""
    here, record = world_of(world), people_of(world)[person]
    if record["destination"] == service and record["stage"] >= READY and is_hosted(world, person):
        refused_of(world)[here["refused_last"]] = person
        here["refused_last"] += 1


# --- street ---------------------------------------------------------------------------------------


@compiled
def join_roster(world: int, person: int) -> None:
    """Put somebody who comes to the street at the end of the roster."""
    here, record = world_of(world), people_of(world)[person]
    record["where"], record["roster_at"] = STREET, here["on_roster"]
    roster_of(world)[here["on_roster"]] = person
    here["on_roster"] += 1
    level(world, LIVING_LEVEL, STREET, record["klass"], 1.0)


@compiled
def leave_roster(world: int, person: int) -> None:
    """Take somebody off the roster; the last on it takes the gap."""
    here, people, roster = world_of(world), people_of(world), roster_of(world)
    here["on_roster"] -= 1
    last, gap = roster[here["on_roster"]], people[person]["roster_at"]
    roster[gap] = last
    people[last]["roster_at"] = gap
    people[person]["roster_at"] = NONE
    level(world, LIVING_LEVEL, STREET, people[person]["klass"], -1.0)
