"""Conditional events, today's state, and the entry that Python calls."""

from __future__ import annotations

import math

from sim.core.events import STREET
from sim.core.log import GAVE_UP
from sim.engines.compiled.activities import (
    arrive,
    begin_life,
    change,
    end_visit,
    enter,
    follow_news,
    give_out,
    give_up_at_door,
    go_out,
    leave_for_good,
    leave_in_the_morning,
    let_in,
    open_site,
    ring,
    set_arrival,
    set_census,
    set_change,
    set_evening,
    set_morning,
    set_outing,
    take_census,
)
from sim.engines.compiled.draws import (
    MILLISECONDS,
    after,
    duration,
    keyed,
    moment,
    person_key,
    quantile,
    residual_quantile,
    uniform,
    value_now,
)
from sim.engines.compiled.jit import compiled, entry, rarely
from sim.engines.compiled.layout import (
    ARRIVES,
    BLOCKED_LIMIT,
    CAPACITY,
    CENSUS,
    DAY_ENDS,
    DECIDED,
    DECLINES,
    DECLINES_COUNT,
    DELAY_ENDS,
    DROP_OUT,
    EQUILIBRIUM,
    EVENING,
    GIVES_UP,
    GOES,
    LEAVES_DOOR,
    LOCKED,
    MORNING,
    NONE,
    OFFER_AGAIN,
    OUTING,
    OUTREACH,
    OVERNIGHT,
    PER_PERSON,
    PLACES,
    PRESENT,
    READY,
    REQUEST_DUE,
    STAY_ENDS,
    TURNAROUND_ENDS,
    UNREACHABLE,
    UNREACHABLE_COUNT,
    VISIT,
    VISIT_ENDS,
)
from sim.engines.compiled.memory import (
    groups_of,
    laws_of,
    people_of,
    ready_of,
    refused_of,
    requests_of,
    scalars_of,
    shapes_of,
    sites_of,
    start_lists_of,
    timers_of,
    values_of,
)
from sim.engines.compiled.movement import (
    admit,
    begin_stay,
    decide,
    drop_out,
    end_delay,
    end_stay,
    end_turnaround,
    fall_back,
    free_places,
    give_up,
    is_hosted,
    is_listed,
    join_list,
    move_ready,
    new_request,
    queue_refusal,
    reach_limit,
    refresh,
    remove_request,
    request_due,
    request_of,
    serves,
)
from sim.engines.compiled.queue import (
    free_timer,
    rank,
    ranked_person,
    set_timer,
    sort_ranked,
    take_timer,
)
from sim.engines.compiled.tallies import close_day, count, write

# --- Conditional events: consequences of an event, one at a time (docs/model.md, section 6).

UNSEEN, SEEN, FOLLOWED = 0, 1, 2
"""How far a search from service to service has come with one."""


@compiled
def run_conditional_event(state: int) -> bool:
    """Do the next consequence; return whether there was one."""
    scalars = scalars_of(state)
    if scalars["refused_first"] < scalars["refused_last"]:
        _follow_up_refusal(state)
        return True
    if _some_service_takes_one(state):
        return True
    if scalars["ready_first"] < scalars["ready_last"]:
        person = ready_of(state)[scalars["ready_first"]]
        scalars["ready_first"] += 1
        move_ready(state, person)
        return True
    scalars["ready_first"], scalars["ready_last"] = 0, 0
    return False


@compiled
def _follow_up_refusal(state: int) -> None:
    """Let the first whose destination will not have them fall back, if they still wait for it."""
    scalars = scalars_of(state)
    person = refused_of(state)[scalars["refused_first"]]
    scalars["refused_first"] += 1
    if scalars["refused_first"] == scalars["refused_last"]:
        scalars["refused_first"], scalars["refused_last"] = 0, 0
    record = people_of(state)[person]
    still_waits = record["stage"] >= READY and is_hosted(state, person)
    if still_waits and request_of(state, person, record["destination"]) < 0:
        fall_back(state, person)


@compiled
def _some_service_takes_one(state: int) -> bool:
    """Let the lowest service that can take somebody do so.

    Only services are looked at for which something has changed (``may_take``) since they last
    could not: a place that became free, somebody who became ready, a window or door that opened.
    """
    scalars, sites = scalars_of(state), sites_of(state)
    service = scalars["lowest_taker"]
    while service < scalars["site_count"]:
        if sites[service]["may_take"]:
            scalars["lowest_taker"] = service
            if _take_one(state, service):
                return True
            sites[service]["may_take"] = 0
        service += 1
    scalars["lowest_taker"] = service
    return False


@compiled
def _take_one(state: int, service: int) -> bool:
    """Let a service take somebody, if it can."""
    site = sites_of(state)[service]
    if not site["is_window_open"]:
        return False
    if site["kind"] == PLACES and site["ready_count"] > 0:
        if free_places(state, service) >= 1:
            _offer(state, service)
            return True
    elif site["first_at_door"] >= 0 and free_places(state, service) >= 1:
        let_in(state, service)
        return True
    return False


@compiled
def _offer(state: int, service: int) -> None:
    """Offer a place to the highest rank; one draw decides whether the offer holds."""
    site = sites_of(state)[service]
    request = site["first_ready"]
    person = requests_of(state)[request]["person"]
    if site["offer_purpose"] >= 0:
        draw = uniform(state, person, site["offer_purpose"])
        hosted = is_hosted(state, person)
        missed = 0.0 if hosted else value_now(state, site["unreachable"])
        if draw < missed:
            _pass_over(state, request)
            return
        if draw < missed + value_now(state, site["declines"]):
            record = people_of(state)[person]
            write(state, DECLINES, record["number"], service, NONE, 0)
            count(state, DECLINES_COUNT, service, record["class_id"])
            remove_request(state, request, GAVE_UP)
            queue_refusal(state, person, service)
            return
    admit(state, person, service)


@compiled
def _pass_over(state: int, request: int) -> None:
    record = requests_of(state)[request]
    person, number, service = record["person"], record["number"], record["service"]
    write(state, UNREACHABLE, number, service, NONE, 0)
    count(state, UNREACHABLE_COUNT, service, people_of(state)[person]["class_id"])
    record["passed_over"] = 1
    refresh(state, request)
    again = duration(state, person, sites_of(state)[service]["offer_again"])
    until = after(state, again)
    record["again"] = set_timer(state, until, OFFER_AGAIN, person, number, service)


@compiled
def offer_again(state: int, person: int, service: int) -> None:
    """Let somebody who could not be reached be offered places again."""
    request = request_of(state, person, service)
    record = requests_of(state)[request]
    record["passed_over"], record["again"] = 0, NONE
    write(state, OFFER_AGAIN, record["number"], service, NONE, 0)
    refresh(state, request)


# --- locked loops ---------------------------------------------------------------------------------


@compiled
def look_for_locked(state: int) -> None:
    """Find full services whose people all wait for each other (section 7)."""
    scalars, sites = scalars_of(state), sites_of(state)
    known = 0
    for service in range(scalars["site_count"]):
        site = sites[service]
        site["is_stuck"] = site["was_stuck"] != 0 and site["is_loose"] == 0
        known += site["is_stuck"]
    _drop_ways_out(state, known)
    for service in range(scalars["site_count"]):
        sites[service]["is_known"] = known > 0 and _is_in_loop(state, service)
    stuck = 0
    for service in range(scalars["site_count"]):
        site = sites[service]
        site["is_loose"], site["is_stuck"] = 0, _all_stuck(state, service)
        stuck += site["is_stuck"]
    _drop_ways_out(state, stuck)
    first = math.isnan(scalars["locked_at"])
    for service in range(scalars["site_count"]):
        site = sites[service]
        site["was_stuck"] = site["is_stuck"]
        if stuck > 0 and _is_in_loop(state, service):
            if not site["is_known"]:
                write(state, LOCKED, NONE, service, NONE, 0)
            if first:
                scalars["locked_at"], site["is_in_first_loop"] = scalars["now"], 1


@compiled
def _drop_ways_out(state: int, stuck: int) -> None:
    """Leave stuck only services whose people wait for each other only."""
    sites, shrinking = sites_of(state), stuck > 0
    while shrinking:
        shrinking = False
        for service in range(scalars_of(state)["site_count"]):
            if sites[service]["is_stuck"] and _has_way_out(state, service):
                sites[service]["is_stuck"] = 0
                shrinking = True


@compiled
def _is_in_loop(state: int, service: int) -> bool:
    """Return whether the services waited for lead back from a stuck service to itself."""
    sites, count = sites_of(state), scalars_of(state)["site_count"]
    if not sites[service]["is_stuck"]:
        return False
    for other in range(count):
        sites[other]["is_reached"] = UNSEEN
    _see_waited_for(state, service)
    other = 0
    while other < count:
        if sites[other]["is_reached"] == SEEN:
            sites[other]["is_reached"] = FOLLOWED
            _see_waited_for(state, other)
            other = 0
        else:
            other += 1
    return bool(sites[service]["is_reached"] != UNSEEN)


@compiled
def _see_waited_for(state: int, service: int) -> None:
    """Mark the services that fill the stuck ones that the people of a service wait for."""
    people, requests, sites = people_of(state), requests_of(state), sites_of(state)
    person = sites[service]["first_present"]
    while person >= 0:
        request = people[person]["first_request"]
        while request >= 0:
            wanted = requests[request]["service"]
            if sites[wanted]["is_stuck"]:
                _see_filling(state, wanted)
            request = requests[request]["next"]
        person = people[person]["next_present"]


@compiled
def _see_filling(state: int, service: int) -> None:
    """Mark who keeps others out of a full service: its own people, or those in its room."""
    sites = sites_of(state)
    if _is_full_itself(state, service):
        sites[service]["is_reached"] = max(sites[service]["is_reached"], SEEN)
        return
    for other in range(scalars_of(state)["site_count"]):
        site = sites[other]
        if site["room"] == sites[service]["room"] and site["occupied"] > 0:
            site["is_reached"] = max(site["is_reached"], SEEN)


@compiled
def _is_full_itself(state: int, service: int) -> bool:
    """Return whether the places of a full service are taken, not only those of the shared room."""
    site = sites_of(state)[service]
    return bool(site["occupied"] >= site["open"])


@compiled
def _all_stuck(state: int, service: int) -> bool:
    """Return whether a service is full, and everybody in it blocked."""
    site = sites_of(state)[service]
    if site["kind"] != PLACES or site["under_turnaround"] > 0 or free_places(state, service) >= 1:
        return False
    closed = site["occupied"] == 0 and _is_full_itself(state, service)
    return bool(site["blocked"] == site["occupied"] and not closed)


@compiled
def _has_way_out(state: int, service: int) -> bool:
    """Return whether somebody in a service may move without anybody in the set moving first."""
    people, requests, sites = people_of(state), requests_of(state), sites_of(state)
    if free_places(state, service) >= 1:
        return True
    if not _is_full_itself(state, service):
        room = sites[service]["room"]
        for other in range(scalars_of(state)["site_count"]):
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
            if not target["is_stuck"] or not is_listed(state, request) or gives_up:
                return True
            request = requests[request]["next"]
        person = people[person]["next_present"]
    return False


# --- Today's state: who is there, what is left of their stay, who is on a list (section 2).


@compiled
def start(state: int) -> None:
    """Set up today's state and everything that runs by itself."""
    scalars, sites = scalars_of(state), sites_of(state)
    set_timer(state, moment(1.0), DAY_ENDS, NONE, NONE, NONE)
    set_census(state, 0)
    for service in range(scalars["site_count"]):
        open_site(state, service)
        set_change(state, service)
        if sites[service]["kind"] == OUTREACH:
            set_outing(state, service)
        elif sites[service]["kind"] == OVERNIGHT:
            set_evening(state, service)
            set_morning(state, service)
    _let_enter(state)
    _put_on_lists(state)
    present = scalars["people_count"]
    for person in range(present):
        begin_life(state, person)
    for person in range(present):
        if is_hosted(state, person):
            begin_stay(state, person)
    for stream in range(scalars["stream_count"]):
        set_arrival(state, stream)


@compiled
def _let_enter(state: int) -> None:
    """Let everybody enter who is present at the start (see ``sim.engines.start``)."""
    groups = groups_of(state)
    for number in range(scalars_of(state)["group_count"]):
        group = groups[number]
        class_id, where = group["class_id"], group["where"]
        for at in range(group["people"]):
            key = person_key(group["key"], at)
            left = _residual(state, number, key)
            write(state, PRESENT, scalars_of(state)["people_count"], where, NONE, class_id)
            enter(state, class_id, key, where, left)


@compiled
def _residual(state: int, group: int, key: int) -> float:
    """Draw what is left of the stay of somebody hosted at the start; nan in the street."""
    rule = groups_of(state)[group]
    if rule["rule"] < 0:
        return math.nan
    shape = shapes_of(state)[laws_of(state)[rule["law"]]["first"]]
    values = values_of(state)[shape["values"] : shape["values_end"]]
    family, a, b, c = shape["family"], shape["a"], shape["b"], shape["c"]
    u = keyed(state, key, rule["purpose"], 0)
    if rule["rule"] == EQUILIBRIUM:
        v = keyed(state, key, rule["purpose"], 1)
        return float(residual_quantile(family, a, b, c, values, u, v))
    return float(quantile(family, a, b, c, values, u))


@compiled
def _put_on_lists(state: int) -> None:
    """Put people of the street on lists: those with the smallest draws, in order of number."""
    scalars, people = scalars_of(state), people_of(state)
    present = scalars["people_count"]
    for number in range(scalars["start_list_count"]):
        wanted = start_lists_of(state)[number]
        service, eligible = wanted["service"], 0
        for person in range(present):
            record = people[person]
            if record["where"] == STREET and serves(state, service, record["class_id"]):
                draw = keyed(state, record["key"], wanted["purpose"], 0)
                rank(state, eligible, person, 0, draw, person)
                eligible += 1
        sort_ranked(state, eligible)
        listed = min(eligible, wanted["people"])
        for place in range(listed):
            person = ranked_person(state, place)
            rank(state, place, person, person, 0.0, 0)
        sort_ranked(state, listed)
        for place in range(listed):
            join_list(state, new_request(state, ranked_person(state, place), service))


# --- The entry that Python calls: from today's state, event after event, to the horizon.

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
def run(state: int) -> int:
    """Take event after event to the horizon; return early if memory is short, to be called again.

    Between two consequences everything that is true stands in the records, so going on is safe.
    """
    scalars = scalars_of(state)
    if rarely(scalars["has_started"] == 0):
        scalars["has_started"] = 1
        start(state)
    while True:
        follow_news(state)
        if rarely(scalars["steps_left"] == 0):
            short = _look_ahead(state)
            if short != DONE:
                return short
        scalars["steps_left"] -= 1
        if run_conditional_event(state):
            continue
        if rarely(scalars["newly_blocked"] != 0):
            scalars["newly_blocked"] = 0
            look_for_locked(state)
        if scalars["next_timer"] < 0:
            scalars["next_timer"] = take_timer(state)
            if scalars["next_timer"] < 0:
                return DONE
        short = _shortage_for(state, scalars["next_timer"])
        if rarely(short != DONE):
            return short
        _take(state, scalars["next_timer"])


@compiled
def _stands_still(state: int, due: float) -> bool:
    """Return whether as many events have happened in the millisecond of the next one as may."""
    scalars = scalars_of(state)
    if due > scalars["moment"]:
        scalars["before"] = scalars["events"]
        return False
    most = scalars["at_once"] + scalars["at_once_per_person"] * scalars["people_count"]
    return bool(scalars["events"] - scalars["before"] >= most)


@compiled
def _take(state: int, timer: int) -> None:
    """Let the event of a timer happen."""
    scalars, record = scalars_of(state), timers_of(state)[timer]
    order, person, way_out = record["order"], record["person"], record["way_out"]
    scalars["moment"] = record["due"]
    scalars["now"] = scalars["moment"] / MILLISECONDS
    scalars["next_timer"] = NONE
    scalars["events"] += 1
    free_timer(state, timer)
    code, service = order >> 48, (order & SERVICE_BITS) - 1
    if person >= 0:
        _happen_to_person(state, code, person, service, way_out)
    else:
        _happen(state, code, ((order >> 12) & _NUMBER_BITS) - 1, service)


@compiled
def _happen_to_person(  # noqa: C901 - one line per kind of event
    state: int, code: int, person: int, service: int, way_out: int
) -> None:
    if code == VISIT:
        ring(state, person, service)
    elif code == VISIT_ENDS:
        end_visit(state, person)
    elif code == STAY_ENDS:
        end_stay(state, person)
    elif code == GOES:
        leave_for_good(state, person, way_out)
    elif code == DROP_OUT:
        drop_out(state, person)
    elif code == REQUEST_DUE:
        request_due(state, person)
    elif code == DELAY_ENDS:
        end_delay(state, person)
    elif code == BLOCKED_LIMIT:
        reach_limit(state, person)
    elif code == GIVES_UP:
        give_up(state, person, service)
    elif code == LEAVES_DOOR:
        give_up_at_door(state, person, service)
    elif code == DECIDED:
        request = request_of(state, person, service)
        requests_of(state)[request]["timer"] = NONE
        decide(state, request)
    elif code == OFFER_AGAIN:
        offer_again(state, person, service)


@compiled
def _happen(state: int, code: int, number: int, service: int) -> None:
    if code == ARRIVES:
        arrive(state, service)
    elif code == TURNAROUND_ENDS:
        end_turnaround(state, number, service)
    elif code == DAY_ENDS:
        close_day(state)
        set_timer(state, moment(scalars_of(state)["day_end"]), DAY_ENDS, NONE, NONE, NONE)
    elif code == CENSUS:
        take_census(state)
    elif code == CAPACITY:
        change(state, service)
    elif code == OUTING:
        go_out(state, service)
    elif code == EVENING:
        give_out(state, service)
    elif code == MORNING:
        leave_in_the_morning(state, service)


# --- memory ---------------------------------------------------------------------------------------


@compiled
def _look_ahead(state: int) -> int:
    """Find out how many steps can be taken before memory could be short, or what is short now."""
    scalars = scalars_of(state)
    if scalars["until_pause"] <= 0:
        return PAUSE
    short = _shortage(state, 2 * scalars["rows_per_person"])
    if short == DONE:
        left = scalars["requests_room"] - scalars["requests_used"]
        left = min(left, scalars["timers_room"] - scalars["timers_used"])
        left = min(left, scalars["waits_room"] // 6 - scalars["waits_count"])
        if scalars["logs"]:
            left = min(left, scalars["log_room"] - scalars["log_count"])
        scalars["steps_left"] = min(left // scalars["rows_per_person"] - 1, scalars["until_pause"])
        scalars["until_pause"] -= scalars["steps_left"]
    return short


@compiled
def _shortage_for(state: int, timer: int) -> int:
    """Return what is short for an event that brings somebody new or touches many at once.

    Also that no further event may happen at its time.
    """
    scalars, record = scalars_of(state), timers_of(state)[timer]
    if rarely(_stands_still(state, record["due"])):
        return STANDSTILL
    if record["person"] >= 0:
        return DONE
    order = record["order"]
    code, service = order >> 48, (order & SERVICE_BITS) - 1
    if code == ARRIVES:
        if scalars["people_count"] * 6 >= scalars["milestones_room"]:
            scalars["rows_needed"] = scalars["rows_per_person"]
            return MILESTONES
        if scalars["free_person"] < 0 and scalars["people_used"] >= scalars["people_room"]:
            return PEOPLE
    elif code in (OUTING, EVENING, MORNING, CAPACITY):
        touched = scalars["on_street_list"]
        if code in (MORNING, CAPACITY):
            touched = sites_of(state)[service]["occupied"]
        elif code == OUTING:
            most = value_now(state, sites_of(state)[service]["contacts"]) + 1.0
            touched = min(touched, int(min(most, 1e9)))
        rows = scalars["rows_per_person"]
        if code in (EVENING, MORNING):
            rows = 8 + scalars["drop_in_count"]
        scalars["until_pause"] += scalars["steps_left"]
        scalars["steps_left"] = 0
        return _shortage(state, scalars["rows_per_person"] + touched * rows)
    return DONE


@compiled
def _shortage(state: int, rows: int) -> int:
    """Return of what there are fewer than so many rows."""
    scalars = scalars_of(state)
    scalars["rows_needed"] = rows
    if scalars["requests_used"] + rows > scalars["requests_room"]:
        return REQUESTS
    if scalars["timers_used"] + rows > scalars["timers_room"]:
        return TIMERS
    if (scalars["waits_count"] + rows) * 6 > scalars["waits_room"]:
        return WAITS
    if scalars["logs"] and scalars["log_count"] + rows > scalars["log_room"]:
        return LOG
    return DONE
