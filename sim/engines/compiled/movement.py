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
    ready_of,
    referrals_of,
    refused_of,
    requests_of,
    rooms_of,
    routes_index_of,
    routes_of,
    scalars_of,
    sites_of,
    stay_days_of,
    street_list_of,
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

# --- Room, street list and waiting lists: who is where, and whether another one fits in.

# --- room -----------------------------------------------------------------------------------------


@compiled
def free_places(state: int, service: int) -> int:
    """Return how many more people a service can hold now."""
    site = sites_of(state)[service]
    free = site["open"] - site["occupied"] - site["under_turnaround"]
    if site["room"] >= 0:
        room = rooms_of(state)[site["room"]]
        free = min(free, room["open"] - room["inside"])
    return int(free)


@compiled
def count_places(state: int, service: int) -> None:
    """Bring the tallies of a service's places up to date (docs/model.md, section 10)."""
    site = sites_of(state)[service]
    usable = site["tonight"] if site["kind"] == OVERNIGHT else site["usable"]
    occupied, turnaround = site["occupied"], site["under_turnaround"]
    place_level(state, OPEN_PLACES_LEVEL, service, float(usable))
    place_level(state, TURNAROUND_LEVEL, service, float(turnaround))
    free = max(0, usable - turnaround - occupied)
    place_level(state, FREE_PLACES_LEVEL, service, float(free))
    there = occupied if usable > 0 else 0
    place_level(state, PEOPLE_WHILE_OPEN_LEVEL, service, float(there))
    place_level(state, IS_OPEN_LEVEL, service, 1.0 if usable > 0 else 0.0)


@compiled
def count_in(state: int, service: int) -> None:
    """One more person inside."""
    site = sites_of(state)[service]
    site["occupied"] += 1
    if site["room"] >= 0:
        rooms_of(state)[site["room"]]["inside"] += 1
    count_places(state, service)


@compiled
def count_out(state: int, service: int) -> None:
    """One person fewer inside."""
    sites = sites_of(state)
    site = sites[service]
    site["occupied"] -= 1
    if site["room"] >= 0:
        rooms_of(state)[site["room"]]["inside"] -= 1
        room_may_take(state, site["room"])
    else:
        may_take(state, service)


@compiled
def room_may_take(state: int, room: int) -> None:
    """Note that there may be room again in all services that share one."""
    sites = sites_of(state)
    for other in range(scalars_of(state)["site_count"]):
        if sites[other]["room"] == room:
            may_take(state, other)


@compiled
def is_hosted(state: int, person: int) -> bool:
    """Return whether a person lives in a place that is not only for the night."""
    where = people_of(state)[person]["where"]
    return bool(where >= 0 and sites_of(state)[where]["kind"] == PLACES)


@compiled
def serves(state: int, service: int, class_id: int) -> bool:
    """Return whether a service may serve a class."""
    return bool(flags_of(state)[sites_of(state)[service]["classes"] + class_id] != 0)


# --- lists ----------------------------------------------------------------------------------------


@compiled
def request_of(state: int, person: int, service: int) -> int:
    """Return somebody's request for a service; -1 if there is none."""
    requests = requests_of(state)
    request = people_of(state)[person]["first_request"]
    while request >= 0 and requests[request]["service"] < service:
        request = requests[request]["next"]
    if request >= 0 and requests[request]["service"] == service:
        return int(request)
    return NONE


@compiled
def new_request(state: int, person: int, service: int) -> int:
    """Open a request; a person's requests stand in the order of the services."""
    scalars, requests, record = scalars_of(state), requests_of(state), people_of(state)[person]
    request = scalars["free_request"]
    if request >= 0:
        scalars["free_request"] = requests[request]["next"]
    else:
        request = scalars["requests_used"]
        scalars["requests_used"] = request + 1
    opened = requests[request]
    opened["person"], opened["number"], opened["service"] = person, record["number"], service
    opened["priority"] = flags_of(state)[sites_of(state)[service]["priority"] + record["class_id"]]
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
def drop_request(state: int, request: int) -> None:
    """Take a request away from its person, and its record back."""
    scalars, requests = scalars_of(state), requests_of(state)
    gone = requests[request]
    person = people_of(state)[gone["person"]]
    if person["first_request"] == request:
        person["first_request"] = gone["next"]
    else:
        previous = person["first_request"]
        while requests[previous]["next"] != request:
            previous = requests[previous]["next"]
        requests[previous]["next"] = gone["next"]
    gone["service"] = NONE
    gone["next"] = scalars["free_request"]
    scalars["free_request"] = request


@compiled
def is_listed(state: int, request: int) -> bool:
    """Return whether a request is on the list (and not under way)."""
    return bool(requests_of(state)[request]["listed_at"] >= 0.0)


@compiled
def refresh(state: int, request: int) -> None:
    """Bring a listed request's readiness and its count up to date with the person."""
    record = requests_of(state)[request]
    person, service = record["person"], record["service"]
    hosted = is_hosted(state, person)
    new_level = WAITING_HOSTED_LEVEL if hosted else WAITING_LEVEL
    if new_level != record["level"]:
        class_id = people_of(state)[person]["class_id"]
        if record["level"] >= 0:
            level(state, record["level"], service, class_id, -1.0)
        record["level"] = new_level
        level(state, new_level, service, class_id, 1.0)
    ready = record["passed_over"] == 0 and (not hosted or _would_come(state, person, service))
    if ready != (record["is_ready"] != 0):
        if ready:
            join_ready(state, request)
        else:
            leave_ready(state, request)


@compiled
def _would_come(state: int, person: int, service: int) -> bool:
    """Return whether somebody hosted could come to a service if offered a place now."""
    record = people_of(state)[person]
    if service > record["where"] and sites_of(state)[record["where"]]["leave_early"]:
        return True
    return bool(record["stage"] == READY or record["stage"] == BLOCKED_STAGE)


@compiled
def refresh_all(state: int, person: int) -> None:
    """Bring all listed requests of a person up to date."""
    request = people_of(state)[person]["first_request"]
    while request >= 0:
        if is_listed(state, request):
            refresh(state, request)
        request = requests_of(state)[request]["next"]


@compiled
def remove_request(state: int, request: int, outcome: int) -> None:
    """Take a request off: from its list, with the wait recorded, or while under way."""
    record = requests_of(state)[request]
    cancel(state, record["timer"])
    cancel(state, record["again"])
    if is_listed(state, request):
        sites_of(state)[record["service"]]["listed"] -= 1
        if record["is_ready"]:
            leave_ready(state, request)
        class_id = people_of(state)[record["person"]]["class_id"]
        level(state, record["level"], record["service"], class_id, -1.0)
        record_wait(state, request, outcome)
    drop_request(state, request)


@compiled
def queue_refusal(state: int, person: int, service: int) -> None:
    """Remember somebody whose destination will not have them (docs/model.md, section 4)."""
    scalars, record = scalars_of(state), people_of(state)[person]
    if record["destination"] == service and record["stage"] >= READY and is_hosted(state, person):
        refused_of(state)[scalars["refused_last"]] = person
        scalars["refused_last"] += 1


# --- street ---------------------------------------------------------------------------------------


@compiled
def join_street_list(state: int, person: int) -> None:
    """Put somebody who comes to the street at the end of the street list."""
    scalars, record = scalars_of(state), people_of(state)[person]
    record["where"], record["street_list_at"] = STREET, scalars["on_street_list"]
    street_list_of(state)[scalars["on_street_list"]] = person
    scalars["on_street_list"] += 1
    level(state, LIVING_LEVEL, STREET, record["class_id"], 1.0)


@compiled
def leave_street_list(state: int, person: int) -> None:
    """Take somebody off the street list; the last on it takes the gap."""
    scalars, people, street_list = scalars_of(state), people_of(state), street_list_of(state)
    scalars["on_street_list"] -= 1
    last, gap = street_list[scalars["on_street_list"]], people[person]["street_list_at"]
    street_list[gap] = last
    people[last]["street_list_at"] = gap
    people[person]["street_list_at"] = NONE
    level(state, LIVING_LEVEL, STREET, people[person]["class_id"], -1.0)


# --- Being at a drop-in: inside, or waiting at its door.


@compiled
def step_in(state: int, person: int, service: int) -> None:
    """Count somebody in at a drop-in."""
    record = people_of(state)[person]
    record["visiting"] = service
    count_in(state, service)
    level(state, VISITING_LEVEL, service, record["class_id"], 1.0)


@compiled
def step_out(state: int, person: int) -> None:
    """Count somebody out, at the end of a visit or because it is broken off."""
    record = people_of(state)[person]
    service = record["visiting"]
    write(state, VISIT_ENDS, record["number"], service, NONE, 0)
    count_out(state, service)
    count_places(state, service)
    level(state, VISITING_LEVEL, service, record["class_id"], -1.0)
    record["visiting"] = NONE


@compiled
def join_door(state: int, person: int, service: int) -> None:
    """Queue at the door."""
    people, site = people_of(state), sites_of(state)[service]
    record, last = people[person], site["last_at_door"]
    record["at_door"] = service
    record["previous_at_door"], record["next_at_door"] = last, NONE
    if last >= 0:
        people[last]["next_at_door"] = person
    else:
        site["first_at_door"] = person
    site["last_at_door"] = person
    level(state, AT_DOOR_LEVEL, service, record["class_id"], 1.0)
    write(state, AT_DOOR, record["number"], service, NONE, 0)
    may_take(state, service)


@compiled
def leave_door(state: int, person: int) -> None:
    """Leave the queue at the door, to go in or away."""
    people = people_of(state)
    record = people[person]
    service = record["at_door"]
    site = sites_of(state)[service]
    following, previous = record["next_at_door"], record["previous_at_door"]
    if following >= 0:
        people[following]["previous_at_door"] = previous
    else:
        site["last_at_door"] = previous
    if previous >= 0:
        people[previous]["next_at_door"] = following
    else:
        site["first_at_door"] = following
    level(state, AT_DOOR_LEVEL, service, record["class_id"], -1.0)
    record["at_door"] = NONE
    cancel(state, record["visit_timer"])
    record["visit_timer"] = NONE


@compiled
def break_off(state: int, person: int) -> None:
    """End a visit or a wait at a door, because the person moves."""
    record = people_of(state)[person]
    if record["visiting"] >= 0:
        step_out(state, person)
        cancel(state, record["visit_timer"])
        record["visit_timer"] = NONE
    elif record["at_door"] >= 0:
        write(state, LEAVES_DOOR, record["number"], record["at_door"], NONE, 0)
        leave_door(state, person)


# --- From one living situation to another: admission, leaving a place, going for good.

_PER_PERSON = 6
FIRST_CONTACT, HOUSED_AT, GONE_AT, EXIT = 2, 3, 4, 5
"""Columns of ``Tallies.people``."""


@compiled
def milestone(state: int, person: int, column: int) -> int:
    """Return where a milestone of a person is kept."""
    return int(people_of(state)[person]["number"] * _PER_PERSON + column)


@compiled
def admit(state: int, person: int, service: int) -> None:
    """Give somebody a place; every consequence in the written order (docs/model.md, section 6)."""
    scalars, record, site = scalars_of(state), people_of(state)[person], sites_of(state)[service]
    origin, blocked = record["where"], 0.0
    if record["stage"] == BLOCKED_STAGE:
        blocked = scalars["now"] - record["blocked_since"]
    break_off(state, person)
    _leave_situation(state, person, service)
    if site["kind"] == PLACES:
        request = request_of(state, person, service)
        record["ranked_from"] = requests_of(state)[request]["ranks_from"]
        remove_request(state, request, WAS_ADMITTED)
        withdraw(state, person, service)
    if rarely(free_places(state, service) < 1):
        scalars["over_capacity"] += 1
    overnight = site["kind"] == OVERNIGHT
    write(state, NIGHT if overnight else ADMITTED, record["number"], service, origin, 0)
    count(state, NIGHTS_COUNT if overnight else ADMISSIONS_COUNT, service, record["class_id"])
    move(state, origin, service)
    if site["housing"]:
        at, milestones = milestone(state, person, HOUSED_AT), milestones_of(state)
        if math.isnan(milestones[at]):
            milestones[at] = scalars["now"]
    record["credit"] = blocked
    move_in(state, person, service)


@compiled
def move_in(state: int, person: int, service: int) -> None:
    """Let somebody live in a place from now on."""
    people, site = people_of(state), sites_of(state)[service]
    record = people[person]
    record["where"], record["since"] = service, scalars_of(state)["now"]
    record["stage"], record["blocked_since"] = STAYING, math.nan
    record["route"], record["destination"], record["fell_back"] = NONE, STREET, 0
    site["is_loose"] = 1
    count_in(state, service)
    following = site["first_present"]
    record["next_present"], record["previous_present"] = following, NONE
    if following >= 0:
        people[following]["previous_present"] = person
    site["first_present"] = person
    level(state, LIVING_LEVEL, service, record["class_id"], 1.0)
    _news(state, person)


@compiled
def depart(state: int, person: int, to: int, turnaround: bool) -> None:
    """Leave a place for the street (requests are kept) or for good."""
    if to != STREET:
        go(state, person, to)
        return
    origin = people_of(state)[person]["where"]
    break_off(state, person)
    _leave_place(state, person, STREET, turnaround)
    move(state, origin, STREET)
    join_street_list(state, person)
    _news(state, person)


@compiled
def go(state: int, person: int, way_out: int) -> None:
    """Leave the model: left, died or housed."""
    scalars, record = scalars_of(state), people_of(state)[person]
    origin = record["where"]
    break_off(state, person)
    _leave_situation(state, person, way_out)
    withdraw(state, person, scalars["site_count"])
    write(state, GOES, record["number"], origin, way_out, 0)
    counted = HOUSED_COUNT
    if way_out == LEFT:
        counted = LEFT_COUNT
    elif way_out == DIED:
        counted = DIED_COUNT
    count(state, counted, origin, record["class_id"])
    move(state, origin, way_out)
    record["where"], record["exit"] = way_out, way_out
    milestones = milestones_of(state)
    milestones[milestone(state, person, GONE_AT)] = scalars["now"]
    milestones[milestone(state, person, EXIT)] = way_out
    _news(state, person)


@compiled
def evict(state: int, person: int) -> None:
    """Lose a place because capacity fell; a place that is no more needs no turnaround."""
    record = people_of(state)[person]
    write(state, EVICTED, record["number"], record["where"], NONE, 0)
    count(state, EVICTIONS_COUNT, record["where"], record["class_id"])
    depart(state, person, STREET, False)


@compiled
def withdraw(state: int, person: int, up_to: int) -> None:
    """Withdraw the requests for services up to a number, in file order."""
    record = people_of(state)[person]
    request = record["first_request"]
    while request >= 0 and requests_of(state)[request]["service"] <= up_to:
        service = requests_of(state)[request]["service"]
        remove_request(state, request, WITHDREW)
        write(state, WITHDRAWN, record["number"], service, NONE, 0)
        count(state, WITHDRAWN_COUNT, service, record["class_id"])
        request = record["first_request"]


@compiled
def _leave_situation(state: int, person: int, to: int) -> None:
    if people_of(state)[person]["where"] == STREET:
        leave_street_list(state, person)
    else:
        _leave_place(state, person, to, True)


@compiled
def _leave_place(state: int, person: int, to: int, turnaround: bool) -> None:
    scalars, record = scalars_of(state), people_of(state)[person]
    service, class_id = record["where"], record["class_id"]
    site = sites_of(state)[service]
    write(state, LEAVES_PLACE, record["number"], service, to, 0)
    count(state, DEPARTURES_COUNT, service, class_id)
    if to == STREET:
        count(state, TO_STREET_COUNT, service, class_id)
    level(state, LIVING_LEVEL, service, class_id, -1.0)
    stay_days_of(state)[service] += scalars["now"] - record["since"]
    _end_stage(state, person)
    cancel(state, record["stay_timer"])
    record["stay_timer"] = NONE
    _leave_present(state, person)
    count_out(state, service)
    site["is_loose"] = 1
    if turnaround and site["turnaround"] >= 0:
        site["under_turnaround"] += 1
        ends = after(state, duration(state, person, site["turnaround"]))
        set_timer(state, ends, TURNAROUND_ENDS, NONE, record["number"], service)
    count_places(state, service)


@compiled
def _leave_present(state: int, person: int) -> None:
    """Take somebody off the list of those living at a service."""
    people = people_of(state)
    record = people[person]
    following, previous = record["next_present"], record["previous_present"]
    if following >= 0:
        people[following]["previous_present"] = previous
    if previous >= 0:
        people[previous]["next_present"] = following
    else:
        sites_of(state)[record["where"]]["first_present"] = following


@compiled
def _end_stage(state: int, person: int) -> None:
    record = people_of(state)[person]
    service = record["where"]
    if record["stage"] == BLOCKED_STAGE:
        sites_of(state)[service]["blocked"] -= 1
        level(state, BLOCKED_LEVEL, service, record["class_id"], -1.0)
        blocked_for(state, service, record["destination"], -1.0)
    elif record["stage"] == HELD:
        level(state, HELD_LEVEL, service, record["class_id"], -1.0)
    record["stage"] = STAYING


@compiled
def end_turnaround(state: int, number: int, service: int) -> None:
    """Open a place again after somebody has left."""
    write(state, TURNAROUND_ENDS, number, service, NONE, 0)
    sites_of(state)[service]["under_turnaround"] -= 1
    count_places(state, service)
    may_take(state, service)


@compiled
def _news(state: int, person: int) -> None:
    """Queue somebody whose clocks and stay must follow where they live now."""
    scalars, record = scalars_of(state), people_of(state)[person]
    refresh_all(state, person)
    if record["is_born"] and not record["has_news"]:
        record["has_news"] = 1
        news_of(state)[scalars["news_count"]] = person
        scalars["news_count"] += 1


# --- Referrals and requests: opened, decided, listed, given up (docs/model.md, section 5).


@compiled
def refer(state: int, person: int, referral: int, source: int) -> None:
    """Consider one declared referral for somebody met."""
    record, declared = people_of(state)[person], referrals_of(state)[referral]
    to, class_id, classes = declared["to"], record["class_id"], declared["classes"]
    if record["exit"] != 0:
        return
    if not serves(state, to, class_id) or request_of(state, person, to) >= 0:
        return
    if classes >= 0 and flags_of(state)[classes + class_id] == 0:
        return
    if to <= record["where"] and is_hosted(state, person):
        return
    if not bernoulli(state, person, declared["opened"], declared["opened_purpose"]):
        return
    write(state, REFERRED, record["number"], to, source, 0)
    count(state, REFERRED_COUNT, to, class_id)
    accepted = bernoulli(state, person, declared["success"], declared["success_purpose"])
    delay = 0.0
    if declared["delay"] >= 0:
        factor = value_now(state, declared["factor"])
        delay = duration(state, person, declared["delay"]) * factor
    _apply(state, person, to, accepted, delay, True)


@compiled
def ask(state: int, person: int, service: int) -> None:
    """Open the request that a route (or an arrival straight to a service) calls for."""
    if request_of(state, person, service) >= 0:
        return
    if not serves(state, service, people_of(state)[person]["class_id"]):
        queue_refusal(state, person, service)
        return
    _apply(state, person, service, True, 0.0, False)


@compiled
def _apply(
    state: int, person: int, service: int, accepted: bool, delay: float, formal: bool
) -> None:
    """Begin a request: the assessment is drawn at once, its delay comes on top."""
    site = sites_of(state)[service]
    if site["assessment"] >= 0:
        passes = bernoulli(state, person, site["assessment"], site["assessment_purpose"])
        accepted = passes and accepted
        formal = True
    if site["assessment_delay"] >= 0:
        delay = delay + duration(state, person, site["assessment_delay"])
    request = new_request(state, person, service)
    record = requests_of(state)[request]
    record["accepted"], record["formal"] = accepted, formal
    due = after(state, delay)
    if due > scalars_of(state)["moment"]:
        record["timer"] = set_timer(state, due, DECIDED, person, record["number"], service)
    else:
        decide(state, request)


@compiled
def ask_again(state: int, person: int, service: int) -> None:
    """Ask for the service that has just evicted somebody, by the declared rule."""
    rule = sites_of(state)[service]["evicted"]
    if rule == ASK_NO_MORE or request_of(state, person, service) >= 0:
        return
    request = new_request(state, person, service)
    record = requests_of(state)[request]
    if rule == KEEP_RANK:
        record["ranks_from"] = people_of(state)[person]["ranked_from"]
    record["accepted"], record["formal"] = 1, 0
    decide(state, request)


@compiled
def decide(state: int, request: int) -> None:
    """End the way of a request to the list: accepted, turned away or lapsed."""
    record = requests_of(state)[request]
    person, service = record["person"], record["service"]
    accepted, class_id = record["accepted"] != 0, people_of(state)[person]["class_id"]
    if record["formal"]:
        write(state, ACCEPTED if accepted else LAPSED, record["number"], service, NONE, 0)
        count(state, ACCEPTED_COUNT if accepted else LAPSED_COUNT, service, class_id)
    if not accepted:
        drop_request(state, request)
        queue_refusal(state, person, service)
    elif _is_full(state, service):
        drop_request(state, request)
        write(state, TURNED_AWAY, people_of(state)[person]["number"], service, NONE, 0)
        count(state, TURNED_AWAY_COUNT, service, class_id)
        goes_to = sites_of(state)[service]["turned_away_to"]
        if goes_to != STREET and not is_hosted(state, person):
            count(state, TURNED_AWAY_GONE_COUNT, service, class_id)
        _close(state, person, service, goes_to)
    else:
        join_list(state, request)


@compiled
def _is_full(state: int, service: int) -> bool:
    """Return whether no place is free for a newcomer and the waiting room is full too."""
    site = sites_of(state)[service]
    if site["waiting_room"] < 0:
        return False
    free = max(0, free_places(state, service)) if site["is_window_open"] else 0
    seats = site["waiting_room"]
    return bool(free <= site["ready_count"] and site["listed"] - free >= seats)


@compiled
def join_list(state: int, request: int) -> None:
    """Put a request on the list; the patience clock starts."""
    record, now = requests_of(state)[request], scalars_of(state)["now"]
    person, service = record["person"], record["service"]
    site = sites_of(state)[service]
    record["listed_at"] = now
    if math.isnan(record["ranks_from"]):
        record["ranks_from"] = now
    record["hosted_when_listed"] = is_hosted(state, person)
    site["listed"] += 1
    write(state, LISTED, record["number"], service, NONE, 0)
    count(state, LISTED_COUNT, service, people_of(state)[person]["class_id"])
    refresh(state, request)
    if site["patience"] >= 0:
        until = after(state, duration(state, person, site["patience"]))
        record["timer"] = set_timer(state, until, GIVES_UP, person, record["number"], service)


@compiled
def give_up(state: int, person: int, service: int) -> None:
    """Give up waiting."""
    record, request = people_of(state)[person], request_of(state, person, service)
    requests_of(state)[request]["timer"] = NONE
    write(state, GIVES_UP, record["number"], service, NONE, 0)
    count(state, GAVE_UP_COUNT, service, record["class_id"])
    remove_request(state, request, GAVE_UP)
    _close(state, person, service, sites_of(state)[service]["gives_up_to"])


@compiled
def _close(state: int, person: int, service: int, street_goes_to: int) -> None:
    """Follow up a request that has come to nothing: a fallback, or leaving from the street."""
    queue_refusal(state, person, service)
    if street_goes_to != STREET and not is_hosted(state, person):
        go(state, person, street_goes_to)


# --- A stay in a place, its end, and being blocked (docs/model.md, sections 3.4 and 4).


@compiled
def begin_stay(state: int, person: int) -> None:
    """Begin to live in a place: draw how long, and whether one drops out."""
    record, now = people_of(state)[person], scalars_of(state)["moment"]
    site = sites_of(state)[record["where"]]
    ends = after(state, _length(state, person))
    drops_out = _drop_out(state, person)
    record["ends"], record["drops_out"] = ends, drops_out
    lead = site["request_lead"]
    if lead > 0.0:
        due = max(now, moment(ends / MILLISECONDS - lead))
        if due < drops_out:
            _set_stay_timer(state, person, due, REQUEST_DUE)
            return
    elif lead == AT_ADMISSION:
        _draw_route(state, person)
        _ask(state, person)
    _wait_for_end(state, person)


@compiled
def request_due(state: int, person: int) -> None:
    """Ask for the next place before the stay has ended."""
    people_of(state)[person]["stay_timer"] = NONE
    _draw_route(state, person)
    _ask(state, person)
    _wait_for_end(state, person)


@compiled
def _wait_for_end(state: int, person: int) -> None:
    record = people_of(state)[person]
    if record["drops_out"] <= record["ends"]:
        _set_stay_timer(state, person, record["drops_out"], DROP_OUT)
    else:
        _set_stay_timer(state, person, record["ends"], STAY_ENDS)


@compiled
def drop_out(state: int, person: int) -> None:
    """End a stay early."""
    record = people_of(state)[person]
    service = record["where"]
    to = sites_of(state)[service]["drop_out_to"]
    record["stay_timer"] = NONE
    write(state, DROP_OUT, record["number"], service, to, 0)
    count(state, DROP_OUTS_COUNT, service, record["class_id"])
    depart(state, person, to, True)


@compiled
def end_stay(state: int, person: int) -> None:
    """End a stay as planned; the delay of the route, if any, runs now."""
    record = people_of(state)[person]
    service = record["where"]
    record["stay_timer"] = NONE
    _draw_route(state, person)
    write(state, STAY_ENDS, record["number"], service, record["destination"], 0)
    count(state, COMPLETIONS_COUNT, service, record["class_id"])
    delay = routes_of(state)[_first_route(state, person) + record["route"]]["delay"]
    if delay < 0:
        _get_ready_to_move(state, person)
        return
    until = after(state, duration(state, person, delay))
    record["stage"] = HELD
    level(state, HELD_LEVEL, service, record["class_id"], 1.0)
    if sites_of(state)[service]["request_lead"] == 0.0:  # otherwise they have asked already
        _ask(state, person)
    _set_stay_timer(state, person, until, DELAY_ENDS)


@compiled
def end_delay(state: int, person: int) -> None:
    """End the delay of a route."""
    record = people_of(state)[person]
    record["stay_timer"] = NONE
    level(state, HELD_LEVEL, record["where"], record["class_id"], -1.0)
    record["stage"] = STAYING
    write(state, DELAY_ENDS, record["number"], record["where"], record["destination"], 0)
    _get_ready_to_move(state, person)


@compiled
def _set_stay_timer(state: int, person: int, due: float, code: int) -> None:
    record = people_of(state)[person]
    record["stay_timer"] = set_timer(state, due, code, person, record["number"], record["where"])


@compiled
def _length(state: int, person: int) -> float:
    """Draw the stay [days]; blocked time that counts is taken off."""
    record = people_of(state)[person]
    first = record["first_stay"]
    if not math.isnan(first):
        record["first_stay"] = math.nan
        return float(first)
    site = sites_of(state)[record["where"]]
    length = duration(state, person, site["stay"])
    if site["blocked_credit"] >= 0:
        length = max(0.0, length - value_now(state, site["blocked_credit"]) * record["credit"])
    return length


@compiled
def _drop_out(state: int, person: int) -> float:
    """Draw the millisecond of an early drop-out; inf if none."""
    drops_out = math.inf
    site = sites_of(state)[people_of(state)[person]["where"]]
    share, law, risk = site["drop_out"], site["drop_out_after"], site["drop_out_risk"]
    if share >= 0 and law >= 0 and bernoulli(state, person, share, site["drop_out_purpose"]):
        drops_out = after(state, duration(state, person, law))
    if risk >= 0:
        unit = exponential(state, person, site["drop_out_risk_purpose"])
        drops_out = min(drops_out, event_time(state, risk, unit))
    return drops_out


@compiled
def _first_route(state: int, person: int) -> int:
    """Return the first route of a person's class where they live."""
    record, classes = people_of(state)[person], scalars_of(state)["class_count"]
    return int(routes_index_of(state)[2 * (record["where"] * classes + record["class_id"])])


@compiled
def _draw_route(state: int, person: int) -> None:
    """Draw where the stay leads, unless that is known already."""
    record = people_of(state)[person]
    if record["route"] >= 0:
        return
    routes, first = routes_of(state), _first_route(state, person)
    classes, where = scalars_of(state)["class_count"], record["where"]
    last = routes_index_of(state)[2 * (where * classes + record["class_id"]) + 1] - 1
    purpose = sites_of(state)[where]["route_purpose"]
    chosen = last
    if first == last:
        skip_draw(state, person, purpose)
    else:
        draw, cumulated = uniform(state, person, purpose), 0.0
        for route in range(first, last):
            cumulated += value_now(state, routes[route]["share"])
            if draw < cumulated:
                chosen = route
                break
    record["route"] = chosen - first
    record["destination"] = routes[chosen]["to"]


@compiled
def _ask(state: int, person: int) -> None:
    destination = people_of(state)[person]["destination"]
    if destination >= 0:
        ask(state, person, destination)


@compiled
def _get_ready_to_move(state: int, person: int) -> None:
    """Go at once, or be ready for an offer within this instant."""
    scalars, record = scalars_of(state), people_of(state)[person]
    if record["destination"] < 0:
        depart(state, person, record["destination"], True)
        return
    record["stage"] = READY
    ready_of(state)[scalars["ready_last"]] = person
    scalars["ready_last"] += 1
    refresh_all(state, person)
    _ask(state, person)


@compiled
def move_ready(state: int, person: int) -> None:
    """Decide for somebody whom no offer has reached: blocked in the place, or to the street."""
    record, scalars = people_of(state)[person], scalars_of(state)
    if record["stage"] != READY:
        return
    service, site = record["where"], sites_of(state)[record["where"]]
    if not site["wait_in_place"]:
        _leave_without_next(state, person, STREET)
        return
    record["stage"], record["blocked_since"] = BLOCKED_STAGE, scalars["now"]
    scalars["newly_blocked"] = 1
    site["blocked"] += 1
    level(state, BLOCKED_LEVEL, service, record["class_id"], 1.0)
    blocked_for(state, service, record["destination"], 1.0)
    write(state, BLOCKED, record["number"], service, record["destination"], 0)
    if site["blocked_limit"] >= 0 and not record["fell_back"]:
        until = after(state, duration(state, person, site["blocked_limit"]))
        _set_stay_timer(state, person, until, BLOCKED_LIMIT)


@compiled
def reach_limit(state: int, person: int) -> None:
    """Have been blocked as long as is allowed."""
    record = people_of(state)[person]
    record["stay_timer"] = NONE
    fallback = sites_of(state)[record["where"]]["fallback"]
    write(state, BLOCKED_LIMIT, record["number"], record["where"], fallback, 0)
    fall_back(state, person)


@compiled
def fall_back(state: int, person: int) -> None:
    """Give up the destination: another service once, otherwise the street or leaving."""
    record = people_of(state)[person]
    service, given_up = record["where"], record["destination"]
    to = STREET if record["fell_back"] else sites_of(state)[service]["fallback"]
    record["fell_back"] = 1
    if to < 0:
        _leave_without_next(state, person, to)
        return
    cancel(state, record["stay_timer"])
    record["stay_timer"] = NONE
    request = request_of(state, person, given_up)
    if request >= 0:
        remove_request(state, request, WITHDREW)
        write(state, WITHDRAWN, record["number"], given_up, NONE, 0)
        count(state, WITHDRAWN_COUNT, given_up, record["class_id"])
    if record["stage"] == BLOCKED_STAGE:
        blocked_for(state, service, given_up, -1.0)
        blocked_for(state, service, to, 1.0)
        write(state, BLOCKED, record["number"], service, to, 0)
        scalars_of(state)["newly_blocked"] = 1
    record["destination"] = to
    ask(state, person, to)


@compiled
def _leave_without_next(state: int, person: int, to: int) -> None:
    """Leave a place for want of the next one."""
    record = people_of(state)[person]
    what = NO_NEXT_STREET_COUNT if to == STREET else NO_NEXT_GONE_COUNT
    count(state, what, record["where"], record["class_id"])
    depart(state, person, to, True)
