"""A list of people put in order: applicants of an evening, people to be evicted."""

from __future__ import annotations

from sim.engines.compiled.building import compiled
from sim.engines.compiled.views import ranked_of


@compiled
def rank(world: int, place: int, person: int, first: int, value: float, last: int) -> None:
    """Write somebody on the list, with the three values that order it."""
    record = ranked_of(world)[place]
    record["person"], record["first"], record["value"], record["last"] = person, first, value, last


@compiled
def ranked_person(world: int, place: int) -> int:
    """Return who stands at a place of the list."""
    return int(ranked_of(world)[place]["person"])


@compiled
def sort_ranked(world: int, count: int) -> None:
    """Sort the first so many on the list (heap sort: no further memory, no bad case)."""
    for root in range(count // 2 - 1, -1, -1):
        _sink(world, root, count)
    for end in range(count - 1, 0, -1):
        _swap(world, 0, end)
        _sink(world, 0, end)


@compiled
def _sink(world: int, root: int, count: int) -> None:
    """Let what stands at the root of a heap, latest on top, sink to where it belongs."""
    while 2 * root + 1 < count:
        child = 2 * root + 1
        if child + 1 < count and _is_before(world, child, child + 1):
            child += 1
        if not _is_before(world, root, child):
            return
        _swap(world, root, child)
        root = child


@compiled
def _is_before(world: int, one: int, other: int) -> bool:
    ranked = ranked_of(world)
    left, right = ranked[one], ranked[other]
    if left["first"] != right["first"]:
        return bool(left["first"] < right["first"])
    if left["value"] != right["value"]:
        return bool(left["value"] < right["value"])
    return bool(left["last"] < right["last"])


@compiled
def _swap(world: int, one: int, other: int) -> None:
    ranked = ranked_of(world)
    left, right = ranked[one], ranked[other]
    left["first"], right["first"] = right["first"], left["first"]
    left["value"], right["value"] = right["value"], left["value"]
    left["last"], right["last"] = right["last"], left["last"]
    left["person"], right["person"] = right["person"], left["person"]
