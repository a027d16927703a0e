"""Who on a list comes first: per service a pairing heap of the requests that are ready.

The heap is woven through the requests (``child``, ``sibling``, ``previous``), so that a newcomer
joins in constant time, and taking anybody out costs no walk along the list. Source: Fredman,
Sedgewick, Sleator and Tarjan, "The pairing heap", Algorithmica 1 (1986).
"""

from __future__ import annotations

from sim.engines.compiled.building import compiled
from sim.engines.compiled.codes import NONE
from sim.engines.compiled.views import requests_of, sites_of, world_of


@compiled
def may_take(world: int, site: int) -> None:
    """Note that something has changed that may allow a service to take somebody."""
    here = world_of(world)
    sites_of(world)[site]["may_take"] = 1
    if site < here["lowest_taker"]:
        here["lowest_taker"] = site


@compiled
def join_ready(world: int, request: int) -> None:
    """Let a request stand among those that can be offered a place."""
    record = requests_of(world)[request]
    service = record["service"]
    site = sites_of(world)[service]
    record["is_ready"] = 1
    record["child"], record["sibling"], record["previous"] = NONE, NONE, NONE
    site["first_ready"] = _joined(world, site["first_ready"], request)
    site["ready_count"] += 1
    may_take(world, service)


@compiled
def leave_ready(world: int, request: int) -> None:
    """Take a request out from among those that can be offered a place."""
    requests = requests_of(world)
    record = requests[request]
    site = sites_of(world)[record["service"]]
    record["is_ready"] = 0
    site["ready_count"] -= 1
    below = _gathered(world, record["child"])
    if site["first_ready"] == request:
        site["first_ready"] = below
        return
    previous, sibling = record["previous"], record["sibling"]
    if requests[previous]["child"] == request:
        requests[previous]["child"] = sibling
    else:
        requests[previous]["sibling"] = sibling
    if sibling >= 0:
        requests[sibling]["previous"] = previous
    site["first_ready"] = _joined(world, site["first_ready"], below)


@compiled
def _ranks_before(world: int, one: int, other: int) -> bool:
    """Compare priority of class, time of listing that counts, person number."""
    requests = requests_of(world)
    left, right = requests[one], requests[other]
    if left["priority"] != right["priority"]:
        return bool(left["priority"] < right["priority"])
    if left["ranks_from"] != right["ranks_from"]:
        return bool(left["ranks_from"] < right["ranks_from"])
    return bool(left["number"] < right["number"])


@compiled
def _joined(world: int, one: int, other: int) -> int:
    """Join two heaps (first of each, -1 if empty) to one; return its first."""
    if one < 0:
        return other
    if other < 0:
        return one
    if _ranks_before(world, other, one):
        one, other = other, one
    requests = requests_of(world)
    sibling = requests[one]["child"]
    requests[other]["sibling"], requests[other]["previous"] = sibling, one
    if sibling >= 0:
        requests[sibling]["previous"] = other
    requests[one]["child"] = other
    return one


@compiled
def _gathered(world: int, first: int) -> int:
    """Join the heaps of a row of siblings: by twos from the left, then all from the right."""
    requests, pairs = requests_of(world), NONE
    while first >= 0:
        one, other = first, requests[first]["sibling"]
        first = NONE
        requests[one]["sibling"] = NONE
        if other >= 0:
            first = requests[other]["sibling"]
            requests[other]["sibling"] = NONE
            one = _joined(world, one, other)
        requests[one]["sibling"] = pairs
        pairs = one
    whole = NONE
    while pairs >= 0:
        following = requests[pairs]["sibling"]
        requests[pairs]["sibling"] = NONE
        whole = _joined(world, whole, pairs)
        pairs = following
    if whole >= 0:
        requests[whole]["previous"] = NONE
    return whole
