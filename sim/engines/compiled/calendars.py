"""What time itself brings: capacity and hours that change, and who must leave when places go."""

from __future__ import annotations

from sim.engines.compiled.building import compiled
from sim.engines.compiled.codes import (
    BLOCKED_STAGE,
    CAPACITY,
    DROP_IN,
    FIRST_IN,
    LAST_IN,
    NOBODY,
    NONE,
    OUTREACH,
    PLACES_LEVEL,
    STAFFED_PLACES_LEVEL,
    STAYING,
)
from sim.engines.compiled.luck import moment, next_change, value_now
from sim.engines.compiled.moves import evict
from sim.engines.compiled.ranks import may_take
from sim.engines.compiled.requests import ask_again
from sim.engines.compiled.room import count_places, room_may_take
from sim.engines.compiled.sorting import rank, ranked_person, sort_ranked
from sim.engines.compiled.tally import place_level, write
from sim.engines.compiled.timers import set_timer
from sim.engines.compiled.views import people_of, rooms_of, sites_of


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
