"""Referrals and requests: opened, decided, listed, given up (docs/model.md, section 5)."""

from __future__ import annotations

import math

from sim.engines.compiled.building import compiled
from sim.engines.compiled.codes import (
    ACCEPTED,
    ACCEPTED_COUNT,
    ASK_NO_MORE,
    DECIDED,
    GAVE_UP_COUNT,
    GIVES_UP,
    KEEP_RANK,
    LAPSED,
    LAPSED_COUNT,
    LISTED,
    LISTED_COUNT,
    NONE,
    REFERRED,
    REFERRED_COUNT,
    TURNED_AWAY,
    TURNED_AWAY_COUNT,
    TURNED_AWAY_GONE_COUNT,
)
from sim.engines.compiled.luck import after, duration, happens, value_now
from sim.engines.compiled.moves import go
from sim.engines.compiled.room import (
    drop_request,
    free_places,
    is_hosted,
    new_request,
    refresh,
    refuse,
    request_of,
    serves,
    strike,
)
from sim.engines.compiled.tally import count, write
from sim.engines.compiled.timers import set_timer
from sim.engines.compiled.views import (
    flags_of,
    people_of,
    referrals_of,
    requests_of,
    sites_of,
    world_of,
)
from sim.event_log import GAVE_UP
from sim.vocabulary.events import STREET


@compiled
def refer(world: int, person: int, referral: int, source: int) -> None:
    """Consider one declared referral for somebody met."""
    record, declared = people_of(world)[person], referrals_of(world)[referral]
    to, klass, classes = declared["to"], record["klass"], declared["classes"]
    if record["exit"] != 0:
        return
    if not serves(world, to, klass) or request_of(world, person, to) >= 0:
        return
    if classes >= 0 and flags_of(world)[classes + klass] == 0:
        return
    if to <= record["where"] and is_hosted(world, person):
        return
    if not happens(world, person, declared["opened"], declared["opened_purpose"]):
        return
    write(world, REFERRED, record["number"], to, source, 0)
    count(world, REFERRED_COUNT, to, klass)
    accepted = happens(world, person, declared["success"], declared["success_purpose"])
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
    if not serves(world, service, people_of(world)[person]["klass"]):
        refuse(world, person, service)
        return
    _apply(world, person, service, True, 0.0, False)


@compiled
def _apply(
    world: int, person: int, service: int, accepted: bool, delay: float, formal: bool
) -> None:
    """Begin a request: the assessment is drawn at once, its delay comes on top."""
    site = sites_of(world)[service]
    if site["assessment"] >= 0:
        passes = happens(world, person, site["assessment"], site["assessment_purpose"])
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
    accepted, klass = record["accepted"] != 0, people_of(world)[person]["klass"]
    if record["formal"]:
        write(world, ACCEPTED if accepted else LAPSED, record["number"], service, NONE, 0)
        count(world, ACCEPTED_COUNT if accepted else LAPSED_COUNT, service, klass)
    if not accepted:
        drop_request(world, request)
        refuse(world, person, service)
    elif _is_full(world, service):
        drop_request(world, request)
        write(world, TURNED_AWAY, people_of(world)[person]["number"], service, NONE, 0)
        count(world, TURNED_AWAY_COUNT, service, klass)
        goes_to = sites_of(world)[service]["turned_away_to"]
        if goes_to != STREET and not is_hosted(world, person):
            count(world, TURNED_AWAY_GONE_COUNT, service, klass)
        _close(world, person, service, goes_to)
    else:
        enlist(world, request)


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
def enlist(world: int, request: int) -> None:
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
    count(world, LISTED_COUNT, service, people_of(world)[person]["klass"])
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
    count(world, GAVE_UP_COUNT, service, record["klass"])
    strike(world, request, GAVE_UP)
    _close(world, person, service, sites_of(world)[service]["gives_up_to"])


@compiled
def _close(world: int, person: int, service: int, street_goes_to: int) -> None:
    """Follow up a request that has come to nothing: a fallback, or leaving from the street."""
    refuse(world, person, service)
    if street_goes_to != STREET and not is_hosted(world, person):
        go(world, person, street_goes_to)
