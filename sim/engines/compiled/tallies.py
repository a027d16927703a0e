"""What is counted while it runs, and the log (contracts: ``sim.core.log``)."""

from __future__ import annotations

from sim.engines.compiled.jit import compiled, rarely
from sim.engines.compiled.layout import COUNTED, LEVELLED, PLACE_LEVELLED
from sim.engines.compiled.memory import (
    blocked_means_of,
    blocked_now_of,
    came_of,
    counts_of,
    level_ends_of,
    level_means_of,
    levels_now_of,
    log_of,
    moves_of,
    pair_of_of,
    people_of,
    place_ends_of,
    place_means_of,
    places_now_of,
    requests_of,
    waits_of,
    wants_of,
    went_of,
    world_of,
)

_DAYS_PER_YEAR = 365
_PER_WAIT = 6


@compiled
def write(world: int, event: int, number: int, service: int, other: int, detail: int) -> None:
    """Write one row to the log, if a log is wanted."""
    here = world_of(world)
    if rarely(here["logs"] != 0):
        row = log_of(world)[here["log_count"]]
        here["log_count"] += 1
        row["time"], row["event"], row["person"] = here["now"], event, number
        row["service"], row["other"], row["number"] = service, other, detail


@compiled
def count(world: int, what: int, service: int, class_id: int) -> None:
    """Count one event at a service (negative: the street row)."""
    count_many(world, what, service, class_id, 1.0)


@compiled
def count_many(world: int, what: int, service: int, class_id: int, many: float) -> None:
    """Count so many events at once."""
    here = world_of(world)
    row = service if service >= 0 else here["site_count"]
    cell = what * here["cells"] + row * here["class_count"] + class_id
    counts_of(world)[here["counts_today"] + cell] += many


@compiled
def level(world: int, what: int, service: int, class_id: int, delta: float) -> None:
    """Change a number of people by ``delta`` now."""
    here = world_of(world)
    row = service if service >= 0 else here["site_count"]
    cell = what * here["cells"] + row * here["class_count"] + class_id
    levels_now_of(world)[cell] += delta
    level_means_of(world)[here["levels_today"] + cell] += delta * (here["day_end"] - here["now"])


@compiled
def place_level(world: int, what: int, service: int, value: float) -> None:
    """Let a number of places be ``value`` from now on."""
    here = world_of(world)
    cell = what * here["site_count"] + service
    delta = value - places_now_of(world)[cell]
    if delta != 0.0:
        places_now_of(world)[cell] += delta
        due = delta * (here["day_end"] - here["now"])
        place_means_of(world)[here["places_today"] + cell] += due


@compiled
def blocked_for(world: int, service: int, waits_for: int, delta: float) -> None:
    """Change the number of people of a service blocked for another."""
    here = world_of(world)
    cell = pair_of_of(world)[service * here["site_count"] + waits_for]
    blocked_now_of(world)[cell] += delta
    today = here["day"] * here["pair_count"]
    blocked_means_of(world)[today + cell] += delta * (here["day_end"] - here["now"])


@compiled
def move(world: int, origin: int, to: int) -> None:
    """Count a move; negative codes: street -1, exits -2 to -4, origin outside below those."""
    here = world_of(world)
    street = here["site_count"]
    row = origin if origin >= 0 else street + (1 if origin < -1 else 0)
    column = to if to >= 0 else street - 1 - to
    moves_of(world)[here["moves_now"] + row * (street + 4) + column] += 1.0
    today = here["day"] * (street + 1)
    if column <= street:
        came_of(world)[today + column] += 1.0
    if row <= street:
        went_of(world)[today + row] += 1.0


@compiled
def want(world: int, service: int, share: float) -> None:
    """Count part of a street night for want of a service (negative: of nothing asked for)."""
    here = world_of(world)
    row = service if service >= 0 else here["site_count"]
    wants_of(world)[here["day"] * (here["site_count"] + 1) + row] += share


@compiled
def record_wait(world: int, request: int, outcome: int) -> None:
    """Record the wait of a request that leaves its list now."""
    here, record = world_of(world), requests_of(world)[request]
    at, waits = here["waits_count"] * _PER_WAIT, waits_of(world)
    here["waits_count"] += 1
    waits[at] = record["service"]
    waits[at + 1] = people_of(world)[record["person"]]["class_id"]
    waits[at + 2], waits[at + 3] = record["listed_at"], here["now"]
    waits[at + 4], waits[at + 5] = outcome, record["hosted_when_listed"]


@compiled
def close_day(world: int) -> None:
    """End a day; the next begins with the values at midnight."""
    here, services = world_of(world), world_of(world)["site_count"]
    today, cells = here["levels_today"], LEVELLED * here["cells"]
    now, means, ends = levels_now_of(world), level_means_of(world), level_ends_of(world)
    for cell in range(cells):
        ends[today + cell] = now[cell]
        means[today + cells + cell] = now[cell]
    here["levels_today"] = today + cells
    today, cells = here["places_today"], PLACE_LEVELLED * services
    now, means, ends = places_now_of(world), place_means_of(world), place_ends_of(world)
    for cell in range(cells):
        ends[today + cell] = now[cell]
        means[today + cells + cell] = now[cell]
    here["places_today"] = today + cells
    cells = here["pair_count"]
    tomorrow, now, means = (here["day"] + 1) * cells, blocked_now_of(world), blocked_means_of(world)
    for cell in range(cells):
        means[tomorrow + cell] = now[cell]
    here["counts_today"] += COUNTED * here["cells"]
    here["day"] += 1
    is_last = here["day"] == here["whole_days"]
    if is_last or here["day"] == here["first_counted"] or here["day"] % _DAYS_PER_YEAR == 0:
        here["moves_now"] += (services + 2) * (services + 4)
    here["day_end"] = here["day"] + 1.0
    here["year"] = here["day"] // _DAYS_PER_YEAR
