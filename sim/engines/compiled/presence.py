"""Being at a drop-in: inside, or waiting at its door."""

from __future__ import annotations

from sim.engines.compiled.building import compiled
from sim.engines.compiled.codes import (
    AT_DOOR,
    AT_DOOR_LEVEL,
    LEAVES_DOOR,
    NONE,
    VISIT_ENDS,
    VISITING_LEVEL,
)
from sim.engines.compiled.ranks import may_take
from sim.engines.compiled.room import count_in, count_out, count_places
from sim.engines.compiled.tally import level, write
from sim.engines.compiled.timers import cancel
from sim.engines.compiled.views import people_of, sites_of


@compiled
def step_in(world: int, person: int, service: int) -> None:
    """Count somebody in at a drop-in."""
    record = people_of(world)[person]
    record["visiting"] = service
    count_in(world, service)
    level(world, VISITING_LEVEL, service, record["klass"], 1.0)


@compiled
def step_out(world: int, person: int) -> None:
    """Count somebody out, at the end of a visit or because it is broken off."""
    record = people_of(world)[person]
    service = record["visiting"]
    write(world, VISIT_ENDS, record["number"], service, NONE, 0)
    count_out(world, service)
    count_places(world, service)
    level(world, VISITING_LEVEL, service, record["klass"], -1.0)
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
    level(world, AT_DOOR_LEVEL, service, record["klass"], 1.0)
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
    level(world, AT_DOOR_LEVEL, service, record["klass"], -1.0)
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
