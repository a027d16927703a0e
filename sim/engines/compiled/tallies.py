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
    scalars_of,
    waits_of,
    wants_of,
    went_of,
)

_DAYS_PER_YEAR = 365
_PER_WAIT = 6


@compiled
def write(state: int, event: int, number: int, service: int, other: int, detail: int) -> None:
    """Write one row to the log, if a log is wanted."""
    scalars = scalars_of(state)
    if rarely(scalars["logs"] != 0):
        row = log_of(state)[scalars["log_count"]]
        scalars["log_count"] += 1
        row["time"], row["event"], row["person"] = scalars["now"], event, number
        row["service"], row["other"], row["number"] = service, other, detail


@compiled
def count(state: int, what: int, service: int, class_id: int) -> None:
    """Count one event at a service (negative: the street row)."""
    count_many(state, what, service, class_id, 1.0)


@compiled
def count_many(state: int, what: int, service: int, class_id: int, many: float) -> None:
    """Count so many events at once."""
    scalars = scalars_of(state)
    row = service if service >= 0 else scalars["site_count"]
    cell = what * scalars["cells"] + row * scalars["class_count"] + class_id
    counts_of(state)[scalars["counts_today"] + cell] += many


@compiled
def level(state: int, what: int, service: int, class_id: int, delta: float) -> None:
    """Change a number of people by ``delta`` now."""
    scalars = scalars_of(state)
    row = service if service >= 0 else scalars["site_count"]
    cell = what * scalars["cells"] + row * scalars["class_count"] + class_id
    levels_now_of(state)[cell] += delta
    rest_of_day = scalars["day_end"] - scalars["now"]
    level_means_of(state)[scalars["levels_today"] + cell] += delta * rest_of_day


@compiled
def place_level(state: int, what: int, service: int, value: float) -> None:
    """Let a number of places be ``value`` from now on."""
    scalars = scalars_of(state)
    cell = what * scalars["site_count"] + service
    delta = value - places_now_of(state)[cell]
    if delta != 0.0:
        places_now_of(state)[cell] += delta
        due = delta * (scalars["day_end"] - scalars["now"])
        place_means_of(state)[scalars["places_today"] + cell] += due


@compiled
def blocked_for(state: int, service: int, waits_for: int, delta: float) -> None:
    """Change the number of people of a service blocked for another."""
    scalars = scalars_of(state)
    cell = pair_of_of(state)[service * scalars["site_count"] + waits_for]
    blocked_now_of(state)[cell] += delta
    today = scalars["day"] * scalars["pair_count"]
    blocked_means_of(state)[today + cell] += delta * (scalars["day_end"] - scalars["now"])


@compiled
def move(state: int, origin: int, to: int) -> None:
    """Count a move; negative codes: street -1, exits -2 to -4, origin outside below those."""
    scalars = scalars_of(state)
    street = scalars["site_count"]
    row = origin if origin >= 0 else street + (1 if origin < -1 else 0)
    column = to if to >= 0 else street - 1 - to
    moves_of(state)[scalars["moves_now"] + row * (street + 4) + column] += 1.0
    today = scalars["day"] * (street + 1)
    if column <= street:
        came_of(state)[today + column] += 1.0
    if row <= street:
        went_of(state)[today + row] += 1.0


@compiled
def want(state: int, service: int, share: float) -> None:
    """Count part of a street night for want of a service (negative: of nothing asked for)."""
    scalars = scalars_of(state)
    row = service if service >= 0 else scalars["site_count"]
    wants_of(state)[scalars["day"] * (scalars["site_count"] + 1) + row] += share


@compiled
def record_wait(state: int, request: int, outcome: int) -> None:
    """Record the wait of a request that leaves its list now."""
    scalars, record = scalars_of(state), requests_of(state)[request]
    at, waits = scalars["waits_count"] * _PER_WAIT, waits_of(state)
    scalars["waits_count"] += 1
    waits[at] = record["service"]
    waits[at + 1] = people_of(state)[record["person"]]["class_id"]
    waits[at + 2], waits[at + 3] = record["listed_at"], scalars["now"]
    waits[at + 4], waits[at + 5] = outcome, record["hosted_when_listed"]


@compiled
def close_day(state: int) -> None:
    """End a day; the next begins with the values at midnight."""
    scalars, services = scalars_of(state), scalars_of(state)["site_count"]
    today, cells = scalars["levels_today"], LEVELLED * scalars["cells"]
    now, means, ends = levels_now_of(state), level_means_of(state), level_ends_of(state)
    for cell in range(cells):
        ends[today + cell] = now[cell]
        means[today + cells + cell] = now[cell]
    scalars["levels_today"] = today + cells
    today, cells = scalars["places_today"], PLACE_LEVELLED * services
    now, means, ends = places_now_of(state), place_means_of(state), place_ends_of(state)
    for cell in range(cells):
        ends[today + cell] = now[cell]
        means[today + cells + cell] = now[cell]
    scalars["places_today"] = today + cells
    cells = scalars["pair_count"]
    tomorrow, now, means = (
        (scalars["day"] + 1) * cells,
        blocked_now_of(state),
        blocked_means_of(state),
    )
    for cell in range(cells):
        means[tomorrow + cell] = now[cell]
    scalars["counts_today"] += COUNTED * scalars["cells"]
    scalars["day"] += 1
    is_last = scalars["day"] == scalars["whole_days"]
    if (
        is_last
        or scalars["day"] == scalars["first_counted"]
        or scalars["day"] % _DAYS_PER_YEAR == 0
    ):
        scalars["moves_now"] += (services + 2) * (services + 4)
    scalars["day_end"] = scalars["day"] + 1.0
    scalars["year"] = scalars["day"] // _DAYS_PER_YEAR
