"""The entry that Python calls: from today's state, event after event, to the horizon."""

from __future__ import annotations

from sim.engines.compiled.building import compiled, entry, rarely
from sim.engines.compiled.calendars import change
from sim.engines.compiled.codes import (
    ARRIVES,
    BLOCKED_LIMIT,
    CAPACITY,
    CENSUS,
    DAY_ENDS,
    DECIDED,
    DELAY_ENDS,
    DROP_OUT,
    EVENING,
    GIVES_UP,
    GOES,
    LEAVES_DOOR,
    MORNING,
    NONE,
    OFFER_AGAIN,
    OUTING,
    REQUEST_DUE,
    STAY_ENDS,
    TURNAROUND_ENDS,
    VISIT,
    VISIT_ENDS,
)
from sim.engines.compiled.lives import (
    arrive,
    follow_news,
    leave_for_good,
)
from sim.engines.compiled.luck import MILLISECONDS, moment, value_now
from sim.engines.compiled.moves import end_turnaround
from sim.engines.compiled.records import PER_PERSON
from sim.engines.compiled.requests import decide, give_up
from sim.engines.compiled.room import request_of
from sim.engines.compiled.settle import look_for_locked, next_consequence, offer_again
from sim.engines.compiled.starting import start
from sim.engines.compiled.stays import (
    drop_out,
    end_delay,
    end_stay,
    reach_limit,
    request_due,
)
from sim.engines.compiled.street import (
    give_out,
    go_out,
    leave_in_the_morning,
    take_census,
)
from sim.engines.compiled.tally import close_day
from sim.engines.compiled.timers import free_timer, set_timer, take_timer
from sim.engines.compiled.views import (
    requests_of,
    sites_of,
    timers_of,
    world_of,
)
from sim.engines.compiled.visits import end_visit, give_up_at_door, ring

DONE = 0
"""What ``run`` comes back with at the end; otherwise what there is too little of:"""
PAUSE = 7
"""It comes back as well after so many steps (``until_pause``): Python hears Ctrl-C then."""
STANDSTILL = 8
"""It comes back for good: too many events in one millisecond (docs/model.md, section 6)."""
PEOPLE, REQUESTS, TIMERS, WAITS, MILESTONES, LOG = 1, 2, 3, 4, 5, 6
SHORT_OF = {
    PEOPLE: tuple(PER_PERSON),
    REQUESTS: ("requests",),
    TIMERS: ("timers", "heap"),
    WAITS: ("waits",),
    MILESTONES: ("milestones",),
    LOG: ("log",),
}
"""Which arrays must grow then."""

_NUMBER_BITS = (1 << 36) - 1
SERVICE_BITS = (1 << 12) - 1
"""Of the order of a timer: the service, counted from 1; its code stands from bit 48 on."""

# --- run ------------------------------------------------------------------------------------------


@entry
def run(world: int) -> int:
    """Take event after event to the horizon; return early if memory is short, to be called again.

    Between two consequences everything that is true stands in the records, so going on is safe.
    """
    here = world_of(world)
    if rarely(here["has_started"] == 0):
        here["has_started"] = 1
        start(world)
    while True:
        follow_news(world)
        if rarely(here["steps_left"] == 0):
            short = _look_ahead(world)
            if short != DONE:
                return short
        here["steps_left"] -= 1
        if next_consequence(world):
            continue
        if rarely(here["newly_blocked"] != 0):
            here["newly_blocked"] = 0
            look_for_locked(world)
        if here["next_timer"] < 0:
            here["next_timer"] = take_timer(world)
            if here["next_timer"] < 0:
                return DONE
        short = _shortage_for(world, here["next_timer"])
        if rarely(short != DONE):
            return short
        _take(world, here["next_timer"])


@compiled
def _stands_still(world: int, due: float) -> bool:
    """Return whether as many events have happened in the millisecond of the next one as may."""
    here = world_of(world)
    if due > here["moment"]:
        here["before"] = here["events"]
        return False
    most = here["at_once"] + here["at_once_per_person"] * here["people_count"]
    return bool(here["events"] - here["before"] >= most)


@compiled
def _take(world: int, timer: int) -> None:
    """Let the event of a timer happen."""
    here, record = world_of(world), timers_of(world)[timer]
    order, person, way_out = record["order"], record["person"], record["way_out"]
    here["moment"] = record["due"]
    here["now"] = here["moment"] / MILLISECONDS
    here["next_timer"] = NONE
    here["events"] += 1
    free_timer(world, timer)
    code, service = order >> 48, (order & SERVICE_BITS) - 1
    if person >= 0:
        _happen_to_person(world, code, person, service, way_out)
    else:
        _happen(world, code, ((order >> 12) & _NUMBER_BITS) - 1, service)


@compiled
def _happen_to_person(  # noqa: C901 - one line per kind of event
    world: int, code: int, person: int, service: int, way_out: int
) -> None:
    if code == VISIT:
        ring(world, person, service)
    elif code == VISIT_ENDS:
        end_visit(world, person)
    elif code == STAY_ENDS:
        end_stay(world, person)
    elif code == GOES:
        leave_for_good(world, person, way_out)
    elif code == DROP_OUT:
        drop_out(world, person)
    elif code == REQUEST_DUE:
        request_due(world, person)
    elif code == DELAY_ENDS:
        end_delay(world, person)
    elif code == BLOCKED_LIMIT:
        reach_limit(world, person)
    elif code == GIVES_UP:
        give_up(world, person, service)
    elif code == LEAVES_DOOR:
        give_up_at_door(world, person, service)
    elif code == DECIDED:
        request = request_of(world, person, service)
        requests_of(world)[request]["timer"] = NONE
        decide(world, request)
    elif code == OFFER_AGAIN:
        offer_again(world, person, service)


@compiled
def _happen(world: int, code: int, number: int, service: int) -> None:
    if code == ARRIVES:
        arrive(world, service)
    elif code == TURNAROUND_ENDS:
        end_turnaround(world, number, service)
    elif code == DAY_ENDS:
        close_day(world)
        set_timer(world, moment(world_of(world)["day_end"]), DAY_ENDS, NONE, NONE, NONE)
    elif code == CENSUS:
        take_census(world)
    elif code == CAPACITY:
        change(world, service)
    elif code == OUTING:
        go_out(world, service)
    elif code == EVENING:
        give_out(world, service)
    elif code == MORNING:
        leave_in_the_morning(world, service)


# --- memory ---------------------------------------------------------------------------------------


@compiled
def _look_ahead(world: int) -> int:
    """Find out how many steps can be taken before memory could be short, or what is short now."""
    here = world_of(world)
    if here["until_pause"] <= 0:
        return PAUSE
    short = _shortage(world, 2 * here["rows_per_person"])
    if short == DONE:
        left = here["requests_room"] - here["requests_used"]
        left = min(left, here["timers_room"] - here["timers_used"])
        left = min(left, here["waits_room"] // 6 - here["waits_count"])
        if here["logs"]:
            left = min(left, here["log_room"] - here["log_count"])
        here["steps_left"] = min(left // here["rows_per_person"] - 1, here["until_pause"])
        here["until_pause"] -= here["steps_left"]
    return short


@compiled
def _shortage_for(world: int, timer: int) -> int:
    """Return what is short for an event that brings somebody new or touches many at once.

    Also that no further event may happen at its time.
    """
    here, record = world_of(world), timers_of(world)[timer]
    if rarely(_stands_still(world, record["due"])):
        return STANDSTILL
    if record["person"] >= 0:
        return DONE
    order = record["order"]
    code, service = order >> 48, (order & SERVICE_BITS) - 1
    if code == ARRIVES:
        if here["people_count"] * 6 >= here["milestones_room"]:
            here["rows_needed"] = here["rows_per_person"]
            return MILESTONES
        if here["free_person"] < 0 and here["people_used"] >= here["people_room"]:
            return PEOPLE
    elif code in (OUTING, EVENING, MORNING, CAPACITY):
        touched = here["on_roster"]
        if code in (MORNING, CAPACITY):
            touched = sites_of(world)[service]["occupied"]
        elif code == OUTING:
            most = value_now(world, sites_of(world)[service]["contacts"]) + 1.0
            touched = min(touched, int(min(most, 1e9)))
        rows = here["rows_per_person"]
        if code in (EVENING, MORNING):
            rows = 8 + here["drop_in_count"]
        here["until_pause"] += here["steps_left"]
        here["steps_left"] = 0
        return _shortage(world, here["rows_per_person"] + touched * rows)
    return DONE


@compiled
def _shortage(world: int, rows: int) -> int:
    """Return of what there are fewer than so many rows."""
    here = world_of(world)
    here["rows_needed"] = rows
    if here["requests_used"] + rows > here["requests_room"]:
        return REQUESTS
    if here["timers_used"] + rows > here["timers_room"]:
        return TIMERS
    if (here["waits_count"] + rows) * 6 > here["waits_room"]:
        return WAITS
    if here["logs"] and here["log_count"] + rows > here["log_room"]:
        return LOG
    return DONE
