"""Today's state: who is there, what is left of their stay, who is on a list (section 2)."""

from __future__ import annotations

import math

from sim.engines.compiled.building import compiled
from sim.engines.compiled.calendars import open_site, set_change
from sim.engines.compiled.codes import DAY_ENDS, EQUILIBRIUM, NONE, OUTREACH, OVERNIGHT, PRESENT
from sim.engines.compiled.lives import begin_life, enter, set_arrival
from sim.engines.compiled.luck import keyed, moment, person_key, quantile, residual_quantile
from sim.engines.compiled.requests import enlist
from sim.engines.compiled.room import is_hosted, new_request, serves
from sim.engines.compiled.sorting import rank, ranked_person, sort_ranked
from sim.engines.compiled.stays import begin_stay
from sim.engines.compiled.street import set_census, set_evening, set_morning, set_outing
from sim.engines.compiled.tally import write
from sim.engines.compiled.timers import set_timer
from sim.engines.compiled.views import (
    groups_of,
    laws_of,
    people_of,
    shapes_of,
    sites_of,
    start_lists_of,
    values_of,
    world_of,
)
from sim.vocabulary.events import STREET


@compiled
def start(world: int) -> None:
    """Set up today's state and everything that runs by itself."""
    here, sites = world_of(world), sites_of(world)
    set_timer(world, moment(1.0), DAY_ENDS, NONE, NONE, NONE)
    set_census(world, 0)
    for service in range(here["site_count"]):
        open_site(world, service)
        set_change(world, service)
        if sites[service]["kind"] == OUTREACH:
            set_outing(world, service)
        elif sites[service]["kind"] == OVERNIGHT:
            set_evening(world, service)
            set_morning(world, service)
    _let_enter(world)
    _put_on_lists(world)
    present = here["people_count"]
    for person in range(present):
        begin_life(world, person)
    for person in range(present):
        if is_hosted(world, person):
            begin_stay(world, person)
    for stream in range(here["stream_count"]):
        set_arrival(world, stream)


@compiled
def _let_enter(world: int) -> None:
    """Let everybody enter who is present at the start (see ``sim.engines.start``)."""
    groups = groups_of(world)
    for number in range(world_of(world)["group_count"]):
        group = groups[number]
        klass, where = group["klass"], group["where"]
        for at in range(group["people"]):
            key = person_key(group["key"], at)
            left = _residual(world, number, key)
            write(world, PRESENT, world_of(world)["people_count"], where, NONE, klass)
            enter(world, klass, key, where, left)


@compiled
def _residual(world: int, group: int, key: int) -> float:
    """Draw what is left of the stay of somebody hosted at the start; nan in the street."""
    rule = groups_of(world)[group]
    if rule["rule"] < 0:
        return math.nan
    shape = shapes_of(world)[laws_of(world)[rule["law"]]["first"]]
    values = values_of(world)[shape["values"] : shape["values_end"]]
    family, a, b, c = shape["family"], shape["a"], shape["b"], shape["c"]
    u = keyed(world, key, rule["purpose"], 0)
    if rule["rule"] == EQUILIBRIUM:
        v = keyed(world, key, rule["purpose"], 1)
        return float(residual_quantile(family, a, b, c, values, u, v))
    return float(quantile(family, a, b, c, values, u))


@compiled
def _put_on_lists(world: int) -> None:
    """Put people of the street on lists: those with the smallest draws, in order of number."""
    here, people = world_of(world), people_of(world)
    present = here["people_count"]
    for number in range(here["start_list_count"]):
        wanted = start_lists_of(world)[number]
        service, eligible = wanted["service"], 0
        for person in range(present):
            record = people[person]
            if record["where"] == STREET and serves(world, service, record["klass"]):
                draw = keyed(world, record["key"], wanted["purpose"], 0)
                rank(world, eligible, person, 0, draw, person)
                eligible += 1
        sort_ranked(world, eligible)
        listed = min(eligible, wanted["people"])
        for place in range(listed):
            person = ranked_person(world, place)
            rank(world, place, person, person, 0.0, 0)
        sort_ranked(world, listed)
        for place in range(listed):
            enlist(world, new_request(world, ranked_person(world, place), service))
