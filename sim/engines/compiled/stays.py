"""A stay in a place, its end, and being blocked (docs/model.md, sections 3.4 and 4)."""

from __future__ import annotations

import math

from sim.engines.compiled.building import compiled
from sim.engines.compiled.codes import (
    BLOCKED,
    BLOCKED_LEVEL,
    BLOCKED_LIMIT,
    BLOCKED_STAGE,
    COMPLETIONS_COUNT,
    DELAY_ENDS,
    DROP_OUT,
    DROP_OUTS_COUNT,
    HELD,
    HELD_LEVEL,
    NO_NEXT_GONE_COUNT,
    NO_NEXT_STREET_COUNT,
    NONE,
    READY,
    REQUEST_DUE,
    STAY_ENDS,
    STAYING,
    WITHDRAWN,
    WITHDRAWN_COUNT,
)
from sim.engines.compiled.luck import (
    MILLISECONDS,
    after,
    duration,
    exponential,
    happens,
    moment,
    pass_by,
    strikes,
    uniform,
    value_now,
)
from sim.engines.compiled.moves import depart
from sim.engines.compiled.requests import ask
from sim.engines.compiled.room import refresh_all, request_of, strike
from sim.engines.compiled.tally import blocked_for, count, level, write
from sim.engines.compiled.timers import cancel, set_timer
from sim.engines.compiled.views import (
    people_of,
    routes_index_of,
    routes_of,
    sites_of,
    unsettled_of,
    world_of,
)
from sim.event_log import WITHDREW
from sim.plan.tables import AT_ADMISSION
from sim.vocabulary.events import STREET


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
    count(world, DROP_OUTS_COUNT, service, record["klass"])
    depart(world, person, to, True)


@compiled
def end_stay(world: int, person: int) -> None:
    """End a stay as planned; the delay of the route, if any, runs now."""
    record = people_of(world)[person]
    service = record["where"]
    record["stay_timer"] = NONE
    _draw_route(world, person)
    write(world, STAY_ENDS, record["number"], service, record["destination"], 0)
    count(world, COMPLETIONS_COUNT, service, record["klass"])
    delay = routes_of(world)[_first_route(world, person) + record["route"]]["delay"]
    if delay < 0:
        _wish_to_move(world, person)
        return
    until = after(world, duration(world, person, delay))
    record["stage"] = HELD
    level(world, HELD_LEVEL, service, record["klass"], 1.0)
    if sites_of(world)[service]["request_lead"] == 0.0:  # otherwise they have asked already
        _ask(world, person)
    _set_stay_timer(world, person, until, DELAY_ENDS)


@compiled
def end_delay(world: int, person: int) -> None:
    """End the delay of a route."""
    record = people_of(world)[person]
    record["stay_timer"] = NONE
    level(world, HELD_LEVEL, record["where"], record["klass"], -1.0)
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
    if share >= 0 and law >= 0 and happens(world, person, share, site["drop_out_purpose"]):
        drops_out = after(world, duration(world, person, law))
    if risk >= 0:
        unit = exponential(world, person, site["drop_out_risk_purpose"])
        drops_out = min(drops_out, strikes(world, risk, unit))
    return drops_out


@compiled
def _first_route(world: int, person: int) -> int:
    """Return the first route of a person's class where they live."""
    record, classes = people_of(world)[person], world_of(world)["class_count"]
    return int(routes_index_of(world)[2 * (record["where"] * classes + record["klass"])])


@compiled
def _draw_route(world: int, person: int) -> None:
    """Draw where the stay leads, unless that is known already."""
    record = people_of(world)[person]
    if record["route"] >= 0:
        return
    routes, first = routes_of(world), _first_route(world, person)
    classes, where = world_of(world)["class_count"], record["where"]
    last = routes_index_of(world)[2 * (where * classes + record["klass"]) + 1] - 1
    purpose = sites_of(world)[where]["route_purpose"]
    chosen = last
    if first == last:
        pass_by(world, person, purpose)
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
    level(world, BLOCKED_LEVEL, service, record["klass"], 1.0)
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
        strike(world, request, WITHDREW)
        write(world, WITHDRAWN, record["number"], given_up, NONE, 0)
        count(world, WITHDRAWN_COUNT, given_up, record["klass"])
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
    count(world, what, record["where"], record["klass"])
    depart(world, person, to, True)
