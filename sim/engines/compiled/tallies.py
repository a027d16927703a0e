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
    state_of,
    waits_of,
    wants_of,
    went_of,
)

_DAYS_PER_YEAR = 365
_PER_WAIT = 6


@compiled
def write(state: int, event: int, number: int, service: int, other: int, detail: int) -> None:
    """Write one row to the log, if a log is wanted."""
    here = state_of(state)
    if rarely(here["logs"] != 0):
        row = log_of(state)[here["log_count"]]
        here["log_count"] += 1
        row["time"], row["event"], row["person"] = here["now"], event, number
        row["service"], row["other"], row["number"] = service, other, detail


@compiled
def count(state: int, what: int, service: int, class_id: int) -> None:
    """Count one event at a service (negative: the street row)."""
    count_many(state, what, service, class_id, 1.0)


@compiled
def count_many(state: int, what: int, service: int, class_id: int, many: float) -> None:
    """Count so many events at once."""
    here = state_of(state)
    row = service if service >= 0 else here["site_count"]
    cell = what * here["cells"] + row * here["class_count"] + class_id
    counts_of(state)[here["counts_today"] + cell] += many


@compiled
def level(state: int, what: int, service: int, class_id: int, delta: float) -> None:
    """Change a number of people by ``delta`` now."""
    here = state_of(state)
    row = service if service >= 0 else here["site_count"]
    cell = what * here["cells"] + row * here["class_count"] + class_id
    levels_now_of(state)[cell] += delta
    level_means_of(state)[here["levels_today"] + cell] += delta * (here["day_end"] - here["now"])


@compiled
def place_level(state: int, what: int, service: int, value: float) -> None:
    """Let a number of places be ``value`` from now on."""
    here = state_of(state)
    cell = what * here["site_count"] + service
    delta = value - places_now_of(state)[cell]
    if delta != 0.0:
        places_now_of(state)[cell] += delta
        due = delta * (here["day_end"] - here["now"])
        place_means_of(state)[here["places_today"] + cell] += due


@compiled
def blocked_for(state: int, service: int, waits_for: int, delta: float) -> None:
    """Change the number of people of a service blocked for another."""
    here = state_of(state)
    cell = pair_of_of(state)[service * here["site_count"] + waits_for]
    blocked_now_of(state)[cell] += delta
    today = here["day"] * here["pair_count"]
    blocked_means_of(state)[today + cell] += delta * (here["day_end"] - here["now"])


@compiled
def move(state: int, origin: int, to: int) -> None:
    """Count a move; negative codes: street -1, exits -2 to -4, origin outside below those."""
    here = state_of(state)
    street = here["site_count"]
    row = origin if origin >= 0 else street + (1 if origin < -1 else 0)
    column = to if to >= 0 else street - 1 - to
    moves_of(state)[here["moves_now"] + row * (street + 4) + column] += 1.0
    today = here["day"] * (street + 1)
    if column <= street:
        came_of(state)[today + column] += 1.0
    if row <= street:
        went_of(state)[today + row] += 1.0


@compiled
def want(state: int, service: int, share: float) -> None:
    """Count part of a street night for want of a service (negative: of nothing asked for)."""
    here = state_of(state)
    row = service if service >= 0 else here["site_count"]
    wants_of(state)[here["day"] * (here["site_count"] + 1) + row] += share


@compiled
def record_wait(state: int, request: int, outcome: int) -> None:
    """Record the wait of a request that leaves its list now."""
    here, record = state_of(state), requests_of(state)[request]
    at, waits = here["waits_count"] * _PER_WAIT, waits_of(state)
    here["waits_count"] += 1
    waits[at] = record["service"]
    waits[at + 1] = people_of(state)[record["person"]]["class_id"]
    waits[at + 2], waits[at + 3] = record["listed_at"], here["now"]
    waits[at + 4], waits[at + 5] = outcome, record["hosted_when_listed"]


@compiled
def close_day(state: int) -> None:
    """End a day; the next begins with the values at midnight."""
    here, services = state_of(state), state_of(state)["site_count"]
    today, cells = here["levels_today"], LEVELLED * here["cells"]
    now, means, ends = levels_now_of(state), level_means_of(state), level_ends_of(state)
    for cell in range(cells):
        ends[today + cell] = now[cell]
        means[today + cells + cell] = now[cell]
    here["levels_today"] = today + cells
    today, cells = here["places_today"], PLACE_LEVELLED * services
    now, means, ends = places_now_of(state), place_means_of(state), place_ends_of(state)
    for cell in range(cells):
        ends[today + cell] = now[cell]
        means[today + cells + cell] = now[cell]
    here["places_today"] = today + cells
    cells = here["pair_count"]
    tomorrow, now, means = (here["day"] + 1) * cells, blocked_now_of(state), blocked_means_of(state)
    for cell in range(cells):
        means[tomorrow + cell] = now[cell]
    here["counts_today"] += COUNTED * here["cells"]
    here["day"] += 1
    is_last = here["day"] == here["whole_days"]
    if is_last or here["day"] == here["first_counted"] or here["day"] % _DAYS_PER_YEAR == 0:
        here["moves_now"] += (services + 2) * (services + 4)
    here["day_end"] = here["day"] + 1.0
    here["year"] = here["day"] // _DAYS_PER_YEAR
