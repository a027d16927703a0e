"""From one living situation to another: admission, leaving a place, going for good."""

from __future__ import annotations

import math

from sim.engines.compiled.building import compiled, rarely
from sim.engines.compiled.codes import (
    ADMISSIONS_COUNT,
    ADMITTED,
    BLOCKED_LEVEL,
    BLOCKED_STAGE,
    DEPARTURES_COUNT,
    DIED_COUNT,
    EVICTED,
    EVICTIONS_COUNT,
    GOES,
    HELD,
    HELD_LEVEL,
    HOUSED_COUNT,
    LEAVES_PLACE,
    LEFT_COUNT,
    LIVING_LEVEL,
    NIGHT,
    NIGHTS_COUNT,
    NONE,
    OVERNIGHT,
    PLACES,
    STAYING,
    TO_STREET_COUNT,
    TURNAROUND_ENDS,
    WITHDRAWN,
    WITHDRAWN_COUNT,
)
from sim.engines.compiled.luck import after, duration
from sim.engines.compiled.presence import break_off
from sim.engines.compiled.ranks import may_take
from sim.engines.compiled.room import (
    count_in,
    count_out,
    count_places,
    free_places,
    join_roster,
    leave_roster,
    refresh_all,
    request_of,
    strike,
)
from sim.engines.compiled.tally import blocked_for, count, level, move, write
from sim.engines.compiled.timers import cancel, set_timer
from sim.engines.compiled.views import (
    milestones_of,
    news_of,
    people_of,
    requests_of,
    sites_of,
    stay_days_of,
    world_of,
)
from sim.event_log import ADMITTED as WAS_ADMITTED
from sim.event_log import WITHDREW
from sim.vocabulary.events import DIED, LEFT, STREET

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
        strike(world, request, WAS_ADMITTED)
        withdraw(world, person, service)
    if rarely(free_places(world, service) < 1):
        here["over_capacity"] += 1
    overnight = site["kind"] == OVERNIGHT
    write(world, NIGHT if overnight else ADMITTED, record["number"], service, origin, 0)
    count(world, NIGHTS_COUNT if overnight else ADMISSIONS_COUNT, service, record["klass"])
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
    level(world, LIVING_LEVEL, service, record["klass"], 1.0)
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
    join_roster(world, person)
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
    count(world, counted, origin, record["klass"])
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
    count(world, EVICTIONS_COUNT, record["where"], record["klass"])
    depart(world, person, STREET, False)


@compiled
def withdraw(world: int, person: int, up_to: int) -> None:
    """Withdraw the requests for services up to a number, in file order."""
    record = people_of(world)[person]
    request = record["first_request"]
    while request >= 0 and requests_of(world)[request]["service"] <= up_to:
        service = requests_of(world)[request]["service"]
        strike(world, request, WITHDREW)
        write(world, WITHDRAWN, record["number"], service, NONE, 0)
        count(world, WITHDRAWN_COUNT, service, record["klass"])
        request = record["first_request"]


@compiled
def _leave_situation(world: int, person: int, to: int) -> None:
    if people_of(world)[person]["where"] == STREET:
        leave_roster(world, person)
    else:
        _leave_place(world, person, to, True)


@compiled
def _leave_place(world: int, person: int, to: int, turnaround: bool) -> None:
    here, record = world_of(world), people_of(world)[person]
    service, klass = record["where"], record["klass"]
    site = sites_of(world)[service]
    write(world, LEAVES_PLACE, record["number"], service, to, 0)
    count(world, DEPARTURES_COUNT, service, klass)
    if to == STREET:
        count(world, TO_STREET_COUNT, service, klass)
    level(world, LIVING_LEVEL, service, klass, -1.0)
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
        level(world, BLOCKED_LEVEL, service, record["klass"], -1.0)
        blocked_for(world, service, record["destination"], -1.0)
    elif record["stage"] == HELD:
        level(world, HELD_LEVEL, service, record["klass"], -1.0)
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
