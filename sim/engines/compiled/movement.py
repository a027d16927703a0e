"""Room, presence, moves, requests and stays."""

from __future__ import annotations

import math

from sim.core.events import DIED, LEFT, STREET
from sim.core.log import ADMITTED as WAS_ADMITTED
from sim.core.log import GAVE_UP, WITHDREW
from sim.engines.compiled.draws import (
    MILLISECONDS,
    after,
    bernoulli,
    duration,
    event_time,
    exponential,
    moment,
    skip_draw,
    uniform,
    value_now,
)
from sim.engines.compiled.jit import compiled, rarely
from sim.engines.compiled.layout import (
    ACCEPTED,
    ACCEPTED_COUNT,
    ADMISSIONS_COUNT,
    ADMITTED,
    ASK_NO_MORE,
    AT_DOOR,
    AT_DOOR_LEVEL,
    BLOCKED,
    BLOCKED_LEVEL,
    BLOCKED_LIMIT,
    BLOCKED_STAGE,
    COMPLETIONS_COUNT,
    DECIDED,
    DELAY_ENDS,
    DEPARTURES_COUNT,
    DIED_COUNT,
    DROP_OUT,
    DROP_OUTS_COUNT,
    EVICTED,
    EVICTIONS_COUNT,
    FREE_PLACES_LEVEL,
    GAVE_UP_COUNT,
    GIVES_UP,
    GOES,
    HELD,
    HELD_LEVEL,
    HOUSED_COUNT,
    IS_OPEN_LEVEL,
    KEEP_RANK,
    LAPSED,
    LAPSED_COUNT,
    LEAVES_DOOR,
    LEAVES_PLACE,
    LEFT_COUNT,
    LISTED,
    LISTED_COUNT,
    LIVING_LEVEL,
    NIGHT,
    NIGHTS_COUNT,
    NO_NEXT_GONE_COUNT,
    NO_NEXT_STREET_COUNT,
    NONE,
    OPEN_PLACES_LEVEL,
    OVERNIGHT,
    PEOPLE_WHILE_OPEN_LEVEL,
    PLACES,
    READY,
    REFERRED,
    REFERRED_COUNT,
    REQUEST_DUE,
    STAY_ENDS,
    STAYING,
    TO_STREET_COUNT,
    TURNAROUND_ENDS,
    TURNAROUND_LEVEL,
    TURNED_AWAY,
    TURNED_AWAY_COUNT,
    TURNED_AWAY_GONE_COUNT,
    VISIT_ENDS,
    VISITING_LEVEL,
    WAITING_HOSTED_LEVEL,
    WAITING_LEVEL,
    WITHDRAWN,
    WITHDRAWN_COUNT,
)
from sim.engines.compiled.memory import (
    flags_of,
    milestones_of,
    news_of,
    people_of,
    referrals_of,
    refused_of,
    requests_of,
    rooms_of,
    routes_index_of,
    routes_of,
    sites_of,
    stay_days_of,
    street_list_of,
    unsettled_of,
    world_of,
)
from sim.engines.compiled.queue import cancel, join_ready, leave_ready, may_take, set_timer
from sim.engines.compiled.tallies import (
    blocked_for,
    count,
    level,
    move,
    place_level,
    record_wait,
    write,
)
from sim.plan.tables import AT_ADMISSION

# --- Room, roster and lists: who is where, and whether another one fits in.

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
def serves(world: int, service: int, class_id: int) -> bool:
    """Return whether a service may serve a class."""
    return bool(flags_of(world)[sites_of(world)[service]["classes"] + class_id] != 0)


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
    opened["priority"] = flags_of(world)[sites_of(world)[service]["priority"] + record["class_id"]]
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
        class_id = people_of(world)[person]["class_id"]
        if record["level"] >= 0:
            level(world, record["level"], service, class_id, -1.0)
        record["level"] = new_level
        level(world, new_level, service, class_id, 1.0)
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
def remove_request(world: int, request: int, outcome: int) -> None:
    """Take a request off: from its list, with the wait recorded, or while under way."""
    record = requests_of(world)[request]
    cancel(world, record["timer"])
    cancel(world, record["again"])
    if is_listed(world, request):
        sites_of(world)[record["service"]]["listed"] -= 1
        if record["is_ready"]:
            leave_ready(world, request)
        class_id = people_of(world)[record["person"]]["class_id"]
        level(world, record["level"], record["service"], class_id, -1.0)
        record_wait(world, request, outcome)
    drop_request(world, request)


@compiled
def queue_refusal(world: int, person: int, service: int) -> None:
    """Remember somebody whose destination will not have them (docs/model.md, section 4)."""
    here, record = world_of(world), people_of(world)[person]
    if record["destination"] == service and record["stage"] >= READY and is_hosted(world, person):
        refused_of(world)[here["refused_last"]] = person
        here["refused_last"] += 1


# --- street ---------------------------------------------------------------------------------------


@compiled
def join_street_list(world: int, person: int) -> None:
    """Put somebody who comes to the street at the end of the roster."""
    here, record = world_of(world), people_of(world)[person]
    record["where"], record["street_list_at"] = STREET, here["on_street_list"]
    street_list_of(world)[here["on_street_list"]] = person
    here["on_street_list"] += 1
    level(world, LIVING_LEVEL, STREET, record["class_id"], 1.0)


@compiled
def leave_street_list(world: int, person: int) -> None:
    """Take somebody off the roster; the last on it takes the gap."""
    here, people, street_list = world_of(world), people_of(world), street_list_of(world)
    here["on_street_list"] -= 1
    last, gap = street_list[here["on_street_list"]], people[person]["street_list_at"]
    street_list[gap] = last
    people[last]["street_list_at"] = gap
    people[person]["street_list_at"] = NONE
    level(world, LIVING_LEVEL, STREET, people[person]["class_id"], -1.0)


# --- Being at a drop-in: inside, or waiting at its door.


@compiled
def step_in(world: int, person: int, service: int) -> None:
    """Count somebody in at a drop-in."""
    record = people_of(world)[person]
    record["visiting"] = service
    count_in(world, service)
    level(world, VISITING_LEVEL, service, record["class_id"], 1.0)


@compiled
def step_out(world: int, person: int) -> None:
    """Count somebody out, at the end of a visit or because it is broken off."""
    record = people_of(world)[person]
    service = record["visiting"]
    write(world, VISIT_ENDS, record["number"], service, NONE, 0)
    count_out(world, service)
    count_places(world, service)
    level(world, VISITING_LEVEL, service, record["class_id"], -1.0)
    record["visiting"] = NONE


@compiled
def join_door(world: int, person: int, service: int) -> None:
    """Queue at the door."""
    people, site = people_of(world), sites_of(world)[service]
    record, last = people[person], site["last_at_door"]
    record["at_door"] = service
    record["previous_at_door"], record["next_at_door"] = last, NONE
    if last >= 0:
        people[last]["next_at_door"] = person
    else:
        site["first_at_door"] = person
    site["last_at_door"] = person
    level(world, AT_DOOR_LEVEL, service, record["class_id"], 1.0)
    write(world, AT_DOOR, record["number"], service, NONE, 0)
    may_take(world, service)


@compiled
def leave_door(world: int, person: int) -> None:
    """Leave the queue at the door, to go in or away."""
    people = people_of(world)
    record = people[person]
    service = record["at_door"]
    site = sites_of(world)[service]
    following, previous = record["next_at_door"], record["previous_at_door"]
    if following >= 0:
        people[following]["previous_at_door"] = previous
    else:
        site["last_at_door"] = previous
    if previous >= 0:
        people[previous]["next_at_door"] = following
    else:
        site["first_at_door"] = following
    level(world, AT_DOOR_LEVEL, service, record["class_id"], -1.0)
    record["at_door"] = NONE
    cancel(world, record["visit_timer"])
    record["visit_timer"] = NONE


@compiled
def break_off(world: int, person: int) -> None:
    """End a visit or a wait at a door, because the person moves."""
    record = people_of(world)[person]
    if record["visiting"] >= 0:
        step_out(world, person)
        cancel(world, record["visit_timer"])
        record["visit_timer"] = NONE
    elif record["at_door"] >= 0:
        write(world, LEAVES_DOOR, record["number"], record["at_door"], NONE, 0)
        leave_door(world, person)


# --- From one living situation to another: admission, leaving a place, going for good.

_PER_PERSON = 6
FIRST_CONTACT, HOUSED_AT, GONE_AT, EXIT = 2, 3, 4, 5
"""Columns of ``Tallies.people``."""


@compiled
def milestone(world: int, person: int, column: int) -> int:
    """Return where a milestone of a person is kept."""
    return int(people_of(world)[person]["number"] * _PER_PERSON + column)


@compiled
def admit(world: int, person: int, service: int) -> None:
    """Give somebody a place; every consequence in the written order (docs/model.md, section 6)."""
    here, record, site = world_of(world), people_of(world)[person], sites_of(world)[service]
    origin, blocked = record["where"], 0.0
    if record["stage"] == BLOCKED_STAGE:
        blocked = here["now"] - record["blocked_since"]
    break_off(world, person)
    _leave_situation(world, person, service)
    if site["kind"] == PLACES:
        request = request_of(world, person, service)
        record["ranked_from"] = requests_of(world)[request]["ranks_from"]
        remove_request(world, request, WAS_ADMITTED)
        withdraw(world, person, service)
    if rarely(free_places(world, service) < 1):
        here["over_capacity"] += 1
    overnight = site["kind"] == OVERNIGHT
    write(world, NIGHT if overnight else ADMITTED, record["number"], service, origin, 0)
    count(world, NIGHTS_COUNT if overnight else ADMISSIONS_COUNT, service, record["class_id"])
    move(world, origin, service)
    if site["housing"]:
        at, milestones = milestone(world, person, HOUSED_AT), milestones_of(world)
        if math.isnan(milestones[at]):
            milestones[at] = here["now"]
    record["credit"] = blocked
    settle_in(world, person, service)


@compiled
def settle_in(world: int, person: int, service: int) -> None:
    """Let somebody live in a place from now on."""
    people, site = people_of(world), sites_of(world)[service]
    record = people[person]
    record["where"], record["since"] = service, world_of(world)["now"]
    record["stage"], record["blocked_since"] = STAYING, math.nan
    record["route"], record["destination"], record["fell_back"] = NONE, STREET, 0
    site["is_loose"] = 1
    count_in(world, service)
    following = site["first_present"]
    record["next_present"], record["previous_present"] = following, NONE
    if following >= 0:
        people[following]["previous_present"] = person
    site["first_present"] = person
    level(world, LIVING_LEVEL, service, record["class_id"], 1.0)
    _news(world, person)


@compiled
def depart(world: int, person: int, to: int, turnaround: bool) -> None:
    """Leave a place for the street (requests are kept) or for good."""
    if to != STREET:
        go(world, person, to)
        return
    origin = people_of(world)[person]["where"]
    break_off(world, person)
    _leave_place(world, person, STREET, turnaround)
    move(world, origin, STREET)
    join_street_list(world, person)
    _news(world, person)


@compiled
def go(world: int, person: int, way_out: int) -> None:
    """Leave the model: left, died or housed."""
    here, record = world_of(world), people_of(world)[person]
    origin = record["where"]
    break_off(world, person)
    _leave_situation(world, person, way_out)
    withdraw(world, person, here["site_count"])
    write(world, GOES, record["number"], origin, way_out, 0)
    counted = HOUSED_COUNT
    if way_out == LEFT:
        counted = LEFT_COUNT
    elif way_out == DIED:
        counted = DIED_COUNT
    count(world, counted, origin, record["class_id"])
    move(world, origin, way_out)
    record["where"], record["exit"] = way_out, way_out
    milestones = milestones_of(world)
    milestones[milestone(world, person, GONE_AT)] = here["now"]
    milestones[milestone(world, person, EXIT)] = way_out
    _news(world, person)


@compiled
def evict(world: int, person: int) -> None:
    """Lose a place because capacity fell; a place that is no more needs no turnaround."""
    record = people_of(world)[person]
    write(world, EVICTED, record["number"], record["where"], NONE, 0)
    count(world, EVICTIONS_COUNT, record["where"], record["class_id"])
    depart(world, person, STREET, False)


@compiled
def withdraw(world: int, person: int, up_to: int) -> None:
    """Withdraw the requests for services up to a number, in file order."""
    record = people_of(world)[person]
    request = record["first_request"]
    while request >= 0 and requests_of(world)[request]["service"] <= up_to:
        service = requests_of(world)[request]["service"]
        remove_request(world, request, WITHDREW)
        write(world, WITHDRAWN, record["number"], service, NONE, 0)
        count(world, WITHDRAWN_COUNT, service, record["class_id"])
        request = record["first_request"]


@compiled
def _leave_situation(world: int, person: int, to: int) -> None:
    if people_of(world)[person]["where"] == STREET:
        leave_street_list(world, person)
    else:
        _leave_place(world, person, to, True)


@compiled
def _leave_place(world: int, person: int, to: int, turnaround: bool) -> None:
    here, record = world_of(world), people_of(world)[person]
    service, class_id = record["where"], record["class_id"]
    site = sites_of(world)[service]
    write(world, LEAVES_PLACE, record["number"], service, to, 0)
    count(world, DEPARTURES_COUNT, service, class_id)
    if to == STREET:
        count(world, TO_STREET_COUNT, service, class_id)
    level(world, LIVING_LEVEL, service, class_id, -1.0)
    stay_days_of(world)[service] += here["now"] - record["since"]
    _end_stage(world, person)
    cancel(world, record["stay_timer"])
    record["stay_timer"] = NONE
    _leave_present(world, person)
    count_out(world, service)
    site["is_loose"] = 1
    if turnaround and site["turnaround"] >= 0:
        site["under_turnaround"] += 1
        ends = after(world, duration(world, person, site["turnaround"]))
        set_timer(world, ends, TURNAROUND_ENDS, NONE, record["number"], service)
    count_places(world, service)


@compiled
def _leave_present(world: int, person: int) -> None:
    """Take somebody off the list of those living at a service."""
    people = people_of(world)
    record = people[person]
    following, previous = record["next_present"], record["previous_present"]
    if following >= 0:
        people[following]["previous_present"] = previous
    if previous >= 0:
        people[previous]["next_present"] = following
    else:
        sites_of(world)[record["where"]]["first_present"] = following


@compiled
def _end_stage(world: int, person: int) -> None:
    record = people_of(world)[person]
    service = record["where"]
    if record["stage"] == BLOCKED_STAGE:
        sites_of(world)[service]["blocked"] -= 1
        level(world, BLOCKED_LEVEL, service, record["class_id"], -1.0)
        blocked_for(world, service, record["destination"], -1.0)
    elif record["stage"] == HELD:
        level(world, HELD_LEVEL, service, record["class_id"], -1.0)
    record["stage"] = STAYING


@compiled
def end_turnaround(world: int, number: int, service: int) -> None:
    """Open a place again after somebody has left."""
    write(world, TURNAROUND_ENDS, number, service, NONE, 0)
    sites_of(world)[service]["under_turnaround"] -= 1
    count_places(world, service)
    may_take(world, service)


@compiled
def _news(world: int, person: int) -> None:
    """Queue somebody whose clocks and stay must follow where they live now."""
    here, record = world_of(world), people_of(world)[person]
    refresh_all(world, person)
    if record["is_born"] and not record["has_news"]:
        record["has_news"] = 1
        news_of(world)[here["news_count"]] = person
        here["news_count"] += 1


# --- Referrals and requests: opened, decided, listed, given up (docs/model.md, section 5).


@compiled
def refer(world: int, person: int, referral: int, source: int) -> None:
    """Consider one declared referral for somebody met."""
    record, declared = people_of(world)[person], referrals_of(world)[referral]
    to, class_id, classes = declared["to"], record["class_id"], declared["classes"]
    if record["exit"] != 0:
        return
    if not serves(world, to, class_id) or request_of(world, person, to) >= 0:
        return
    if classes >= 0 and flags_of(world)[classes + class_id] == 0:
        return
    if to <= record["where"] and is_hosted(world, person):
        return
    if not bernoulli(world, person, declared["opened"], declared["opened_purpose"]):
        return
    write(world, REFERRED, record["number"], to, source, 0)
    count(world, REFERRED_COUNT, to, class_id)
    accepted = bernoulli(world, person, declared["success"], declared["success_purpose"])
    delay = 0.0
    if declared["delay"] >= 0:
        factor = value_now(world, declared["factor"])
        delay = duration(world, person, declared["delay"]) * factor
    _apply(world, person, to, accepted, delay, True)


@compiled
def ask(world: int, person: int, service: int) -> None:
    """Open the request that a route (or an arrival straight to a service) calls for."""
    if request_of(world, person, service) >= 0:
        return
    if not serves(world, service, people_of(world)[person]["class_id"]):
        queue_refusal(world, person, service)
        return
    _apply(world, person, service, True, 0.0, False)


@compiled
def _apply(
    world: int, person: int, service: int, accepted: bool, delay: float, formal: bool
) -> None:
    """Begin a request: the assessment is drawn at once, its delay comes on top."""
    site = sites_of(world)[service]
    if site["assessment"] >= 0:
        passes = bernoulli(world, person, site["assessment"], site["assessment_purpose"])
        accepted = passes and accepted
        formal = True
    if site["assessment_delay"] >= 0:
        delay = delay + duration(world, person, site["assessment_delay"])
    request = new_request(world, person, service)
    record = requests_of(world)[request]
    record["accepted"], record["formal"] = accepted, formal
    due = after(world, delay)
    if due > world_of(world)["moment"]:
        record["timer"] = set_timer(world, due, DECIDED, person, record["number"], service)
    else:
        decide(world, request)


@compiled
def ask_again(world: int, person: int, service: int) -> None:
    """Ask for the service that has just evicted somebody, by the declared rule."""
    rule = sites_of(world)[service]["evicted"]
    if rule == ASK_NO_MORE or request_of(world, person, service) >= 0:
        return
    request = new_request(world, person, service)
    record = requests_of(world)[request]
    if rule == KEEP_RANK:
        record["ranks_from"] = people_of(world)[person]["ranked_from"]
    record["accepted"], record["formal"] = 1, 0
    decide(world, request)


@compiled
def decide(world: int, request: int) -> None:
    """End the way of a request to the list: accepted, turned away or lapsed."""
    record = requests_of(world)[request]
    person, service = record["person"], record["service"]
    accepted, class_id = record["accepted"] != 0, people_of(world)[person]["class_id"]
    if record["formal"]:
        write(world, ACCEPTED if accepted else LAPSED, record["number"], service, NONE, 0)
        count(world, ACCEPTED_COUNT if accepted else LAPSED_COUNT, service, class_id)
    if not accepted:
        drop_request(world, request)
        queue_refusal(world, person, service)
    elif _is_full(world, service):
        drop_request(world, request)
        write(world, TURNED_AWAY, people_of(world)[person]["number"], service, NONE, 0)
        count(world, TURNED_AWAY_COUNT, service, class_id)
        goes_to = sites_of(world)[service]["turned_away_to"]
        if goes_to != STREET and not is_hosted(world, person):
            count(world, TURNED_AWAY_GONE_COUNT, service, class_id)
        _close(world, person, service, goes_to)
    else:
        join_list(world, request)


@compiled
def _is_full(world: int, service: int) -> bool:
    """Return whether no place is free for a newcomer and the waiting room is full too."""
    site = sites_of(world)[service]
    if site["waiting_room"] < 0:
        return False
    free = max(0, free_places(world, service)) if site["is_window_open"] else 0
    seats = site["waiting_room"]
    return bool(free <= site["ready_count"] and site["listed"] - free >= seats)


@compiled
def join_list(world: int, request: int) -> None:
    """Put a request on the list; the patience clock starts."""
    record, now = requests_of(world)[request], world_of(world)["now"]
    person, service = record["person"], record["service"]
    site = sites_of(world)[service]
    record["listed_at"] = now
    if math.isnan(record["ranks_from"]):
        record["ranks_from"] = now
    record["hosted_when_listed"] = is_hosted(world, person)
    site["listed"] += 1
    write(world, LISTED, record["number"], service, NONE, 0)
    count(world, LISTED_COUNT, service, people_of(world)[person]["class_id"])
    refresh(world, request)
    if site["patience"] >= 0:
        until = after(world, duration(world, person, site["patience"]))
        record["timer"] = set_timer(world, until, GIVES_UP, person, record["number"], service)


@compiled
def give_up(world: int, person: int, service: int) -> None:
    """Give up waiting."""
    record, request = people_of(world)[person], request_of(world, person, service)
    requests_of(world)[request]["timer"] = NONE
    write(world, GIVES_UP, record["number"], service, NONE, 0)
    count(world, GAVE_UP_COUNT, service, record["class_id"])
    remove_request(world, request, GAVE_UP)
    _close(world, person, service, sites_of(world)[service]["gives_up_to"])


@compiled
def _close(world: int, person: int, service: int, street_goes_to: int) -> None:
    """Follow up a request that has come to nothing: a fallback, or leaving from the street."""
    queue_refusal(world, person, service)
    if street_goes_to != STREET and not is_hosted(world, person):
        go(world, person, street_goes_to)


# --- A stay in a place, its end, and being blocked (docs/model.md, sections 3.4 and 4).


@compiled
def begin_stay(world: int, person: int) -> None:
    """Begin to live in a place: draw how long, and whether one drops out."""
    record, now = people_of(world)[person], world_of(world)["moment"]
    site = sites_of(world)[record["where"]]
    ends = after(world, _length(world, person))
    drops_out = _drop_out(world, person)
    record["ends"], record["drops_out"] = ends, drops_out
    lead = site["request_lead"]
    if lead > 0.0:
        due = max(now, moment(ends / MILLISECONDS - lead))
        if due < drops_out:
            _set_stay_timer(world, person, due, REQUEST_DUE)
            return
    elif lead == AT_ADMISSION:
        _draw_route(world, person)
        _ask(world, person)
    _wait_for_end(world, person)


@compiled
def request_due(world: int, person: int) -> None:
    """Ask for the next place before the stay has ended."""
    people_of(world)[person]["stay_timer"] = NONE
    _draw_route(world, person)
    _ask(world, person)
    _wait_for_end(world, person)


@compiled
def _wait_for_end(world: int, person: int) -> None:
    record = people_of(world)[person]
    if record["drops_out"] <= record["ends"]:
        _set_stay_timer(world, person, record["drops_out"], DROP_OUT)
    else:
        _set_stay_timer(world, person, record["ends"], STAY_ENDS)


@compiled
def drop_out(world: int, person: int) -> None:
    """End a stay early."""
    record = people_of(world)[person]
    service = record["where"]
    to = sites_of(world)[service]["drop_out_to"]
    record["stay_timer"] = NONE
    write(world, DROP_OUT, record["number"], service, to, 0)
    count(world, DROP_OUTS_COUNT, service, record["class_id"])
    depart(world, person, to, True)


@compiled
def end_stay(world: int, person: int) -> None:
    """End a stay as planned; the delay of the route, if any, runs now."""
    record = people_of(world)[person]
    service = record["where"]
    record["stay_timer"] = NONE
    _draw_route(world, person)
    write(world, STAY_ENDS, record["number"], service, record["destination"], 0)
    count(world, COMPLETIONS_COUNT, service, record["class_id"])
    delay = routes_of(world)[_first_route(world, person) + record["route"]]["delay"]
    if delay < 0:
        _wish_to_move(world, person)
        return
    until = after(world, duration(world, person, delay))
    record["stage"] = HELD
    level(world, HELD_LEVEL, service, record["class_id"], 1.0)
    if sites_of(world)[service]["request_lead"] == 0.0:  # otherwise they have asked already
        _ask(world, person)
    _set_stay_timer(world, person, until, DELAY_ENDS)


@compiled
def end_delay(world: int, person: int) -> None:
    """End the delay of a route."""
    record = people_of(world)[person]
    record["stay_timer"] = NONE
    level(world, HELD_LEVEL, record["where"], record["class_id"], -1.0)
    record["stage"] = STAYING
    write(world, DELAY_ENDS, record["number"], record["where"], record["destination"], 0)
    _wish_to_move(world, person)


@compiled
def _set_stay_timer(world: int, person: int, due: float, code: int) -> None:
    record = people_of(world)[person]
    record["stay_timer"] = set_timer(world, due, code, person, record["number"], record["where"])


@compiled
def _length(world: int, person: int) -> float:
    """Draw the stay [days]; blocked time that counts is taken off."""
    record = people_of(world)[person]
    first = record["first_stay"]
    if not math.isnan(first):
        record["first_stay"] = math.nan
        return float(first)
    site = sites_of(world)[record["where"]]
    length = duration(world, person, site["stay"])
    if site["blocked_credit"] >= 0:
        length = max(0.0, length - value_now(world, site["blocked_credit"]) * record["credit"])
    return length


@compiled
def _drop_out(world: int, person: int) -> float:
    """Draw the millisecond of an early drop-out; inf if none."""
    drops_out = math.inf
    site = sites_of(world)[people_of(world)[person]["where"]]
    share, law, risk = site["drop_out"], site["drop_out_after"], site["drop_out_risk"]
    if share >= 0 and law >= 0 and bernoulli(world, person, share, site["drop_out_purpose"]):
        drops_out = after(world, duration(world, person, law))
    if risk >= 0:
        unit = exponential(world, person, site["drop_out_risk_purpose"])
        drops_out = min(drops_out, event_time(world, risk, unit))
    return drops_out


@compiled
def _first_route(world: int, person: int) -> int:
    """Return the first route of a person's class where they live."""
    record, classes = people_of(world)[person], world_of(world)["class_count"]
    return int(routes_index_of(world)[2 * (record["where"] * classes + record["class_id"])])


@compiled
def _draw_route(world: int, person: int) -> None:
    """Draw where the stay leads, unless that is known already."""
    record = people_of(world)[person]
    if record["route"] >= 0:
        return
    routes, first = routes_of(world), _first_route(world, person)
    classes, where = world_of(world)["class_count"], record["where"]
    last = routes_index_of(world)[2 * (where * classes + record["class_id"]) + 1] - 1
    purpose = sites_of(world)[where]["route_purpose"]
    chosen = last
    if first == last:
        skip_draw(world, person, purpose)
    else:
        draw, cumulated = uniform(world, person, purpose), 0.0
        for route in range(first, last):
            cumulated += value_now(world, routes[route]["share"])
            if draw < cumulated:
                chosen = route
                break
    record["route"] = chosen - first
    record["destination"] = routes[chosen]["to"]


@compiled
def _ask(world: int, person: int) -> None:
    destination = people_of(world)[person]["destination"]
    if destination >= 0:
        ask(world, person, destination)


@compiled
def _wish_to_move(world: int, person: int) -> None:
    """Go at once, or be ready for an offer within this instant."""
    here, record = world_of(world), people_of(world)[person]
    if record["destination"] < 0:
        depart(world, person, record["destination"], True)
        return
    record["stage"] = READY
    unsettled_of(world)[here["unsettled_last"]] = person
    here["unsettled_last"] += 1
    refresh_all(world, person)
    _ask(world, person)


@compiled
def settle_ready(world: int, person: int) -> None:
    """Decide for somebody whom no offer has reached: blocked in the place, or to the street."""
    record, here = people_of(world)[person], world_of(world)
    if record["stage"] != READY:
        return
    service, site = record["where"], sites_of(world)[record["where"]]
    if not site["wait_in_place"]:
        _leave_without_next(world, person, STREET)
        return
    record["stage"], record["blocked_since"] = BLOCKED_STAGE, here["now"]
    here["newly_blocked"] = 1
    site["blocked"] += 1
    level(world, BLOCKED_LEVEL, service, record["class_id"], 1.0)
    blocked_for(world, service, record["destination"], 1.0)
    write(world, BLOCKED, record["number"], service, record["destination"], 0)
    if site["blocked_limit"] >= 0 and not record["fell_back"]:
        until = after(world, duration(world, person, site["blocked_limit"]))
        _set_stay_timer(world, person, until, BLOCKED_LIMIT)


@compiled
def reach_limit(world: int, person: int) -> None:
    """Have been blocked as long as is allowed."""
    record = people_of(world)[person]
    record["stay_timer"] = NONE
    fallback = sites_of(world)[record["where"]]["fallback"]
    write(world, BLOCKED_LIMIT, record["number"], record["where"], fallback, 0)
    fall_back(world, person)


@compiled
def fall_back(world: int, person: int) -> None:
    """Give up the destination: another service once, otherwise the street or leaving."""
    record = people_of(world)[person]
    service, given_up = record["where"], record["destination"]
    to = STREET if record["fell_back"] else sites_of(world)[service]["fallback"]
    record["fell_back"] = 1
    if to < 0:
        _leave_without_next(world, person, to)
        return
    cancel(world, record["stay_timer"])
    record["stay_timer"] = NONE
    request = request_of(world, person, given_up)
    if request >= 0:
        remove_request(world, request, WITHDREW)
        write(world, WITHDRAWN, record["number"], given_up, NONE, 0)
        count(world, WITHDRAWN_COUNT, given_up, record["class_id"])
    if record["stage"] == BLOCKED_STAGE:
        blocked_for(world, service, given_up, -1.0)
        blocked_for(world, service, to, 1.0)
        write(world, BLOCKED, record["number"], service, to, 0)
        world_of(world)["newly_blocked"] = 1
    record["destination"] = to
    ask(world, person, to)


@compiled
def _leave_without_next(world: int, person: int, to: int) -> None:
    """Leave a place for want of the next one."""
    record = people_of(world)[person]
    what = NO_NEXT_STREET_COUNT if to == STREET else NO_NEXT_GONE_COUNT
    count(world, what, record["where"], record["class_id"])
    depart(world, person, to, True)
