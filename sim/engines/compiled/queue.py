"""The event list, and the order of people on waiting lists."""

from __future__ import annotations

import math

import numpy as np

from sim.engines.compiled.draws import MILLISECONDS
from sim.engines.compiled.jit import compiled
from sim.engines.compiled.layout import DAY_ENDS, NONE
from sim.engines.compiled.memory import (
    fetch_clock,
    fetch_draws,
    fetch_person,
    fetch_timer,
    heads_of,
    heap_of,
    ranked_of,
    requests_of,
    sites_of,
    timers_of,
    world_of,
)

# --- The event list: what is to come, in the written order (docs/model.md, section 6).
#
# Three tiers, so that neither many people nor many equal times make it slow: a list per day; for
# the day under way, lists for equal parts of it (about as many as yesterday had events; one if
# few timers are set); for the part under way, a binary heap. Lists are doubly linked through the
# timers: one that is cancelled is gone at once. ``previous`` of the first in a list is -2 minus
# the number of the list; in the heap it is -1, and ``next`` is the place in the heap. Timers from
# the horizon on are never set.

_FEW_TIMERS = 64  # up to so many, a heap is faster than lists of parts of the day
_FEWEST_BUCKETS = 8
_MANY_TIMERS = 4096  # beyond, they no longer fit into the cache nearest to the processor
_TIMERS_AHEAD, _PEOPLE_AHEAD = 8, 4  # parts of the day
_DAYS = math.nextafter(1.0 / MILLISECONDS, 1.0)
"""Days of a millisecond, a hair too long: a midnight never falls into the day before it."""


@compiled
def set_timer(world: int, due: float, code: int, person: int, number: int, service: int) -> int:
    """Set a timer for a millisecond and return it; -1 if that lies at or beyond the horizon.

    ``person`` is the record, ``number`` the person's number, which breaks ties (both -1: nobody).
    """
    here, timers = world_of(world), timers_of(world)
    if due >= here["horizon"] and (code != DAY_ENDS or due > here["horizon"]):
        return NONE
    timer = here["free_timer"]
    if timer >= 0:
        here["free_timer"] = timers[timer]["next"]
    else:
        timer = here["timers_used"]
        here["timers_used"] = timer + 1
    here["timers_set"] += 1
    record = timers[timer]
    record["due"], record["person"] = due, person
    record["order"] = code << 48 | (np.int64(number) + 1) << 12 | (service + 1)
    _put(world, timer)
    return int(timer)


@compiled
def cancel(world: int, timer: int) -> None:
    """Take a timer out, if there is one."""
    if timer < 0:
        return
    timers = timers_of(world)
    previous, following = timers[timer]["previous"], timers[timer]["next"]
    if previous == NONE:
        _leave_heap(world, following)
    else:
        if following >= 0:
            timers[following]["previous"] = previous
        if previous >= 0:
            timers[previous]["next"] = following
        else:
            heads_of(world)[-2 - previous] = following
    free_timer(world, timer)


@compiled
def free_timer(world: int, timer: int) -> None:
    """Give the record of a timer back that is in no list any more."""
    here = world_of(world)
    here["timers_set"] -= 1
    timers_of(world)[timer]["next"] = here["free_timer"]
    here["free_timer"] = timer


@compiled
def take_timer(world: int) -> int:
    """Take out the first timer of all; -1 if there is none."""
    here = world_of(world)
    while here["heap_count"] == 0:
        if not _open_part(world):
            return NONE
    timer = heap_of(world)[0]
    _leave_heap(world, 0)
    return int(timer)


@compiled
def _put(world: int, timer: int) -> None:
    """Put a timer where its time belongs."""
    here, days = world_of(world), timers_of(world)[timer]["due"] * _DAYS
    day = int(days)
    if day > here["queue_day"]:
        _link(world, timer, day)
        return
    part = int((days - here["queue_day"]) * here["buckets"])
    if part > here["bucket"]:
        _link(world, timer, here["first_bucket"] + part)
    else:
        _join_heap(world, timer)


@compiled
def _link(world: int, timer: int, head: int) -> None:
    timers, heads = timers_of(world), heads_of(world)
    following = heads[head]
    timers[timer]["next"], timers[timer]["previous"] = following, -2 - head
    if following >= 0:
        timers[following]["previous"] = timer
    heads[head] = timer


@compiled
def _open_part(world: int) -> bool:
    """Bring the next part of the day that is not empty, or the next day, into reach."""
    here, heads = world_of(world), heads_of(world)
    part, first, parts = here["bucket"] + 1, here["first_bucket"], here["buckets"]
    ahead = here["timers_set"] > _MANY_TIMERS
    while part < parts:
        if ahead:
            _fetch_ahead(world, part)
        if heads[first + part] != NONE:
            break
        part += 1
    if part < parts:
        here["bucket"] = part
        _unpack(world, first + part)
        return True
    if here["queue_day"] == here["last_day"]:
        return False
    here["queue_day"] += 1
    here["bucket"] = NONE
    yesterday, here["day_events"] = here["events"] - here["day_events"], here["events"]
    here["buckets"] = _parts(world, yesterday)
    _unpack(world, here["queue_day"])
    return True


@compiled
def _parts(world: int, yesterday: int) -> int:
    """Return into how many parts to cut a day; a few timers are best kept in one heap."""
    here = world_of(world)
    if here["timers_set"] <= _FEW_TIMERS:
        return 1
    parts = _FEWEST_BUCKETS
    while parts < yesterday and parts < here["most_buckets"]:
        parts += parts
    return parts


@compiled
def _fetch_ahead(world: int, part: int) -> None:
    """Have the timers of a later part brought near, and the people of one that comes sooner."""
    here, heads = world_of(world), heads_of(world)
    first, last = here["first_bucket"], here["buckets"] - 1
    timer = heads[first + min(part + _TIMERS_AHEAD, last)]
    if timer >= 0:
        fetch_timer(world, timer)
    timer = heads[first + min(part + _PEOPLE_AHEAD, last)]
    if timer >= 0:
        person = timers_of(world)[timer]["person"]
        if person >= 0:
            fetch_person(world, person)
            fetch_draws(world, person * here["purpose_count"])
            fetch_clock(world, person * here["drop_in_count"])


@compiled
def _unpack(world: int, head: int) -> None:
    """Put every timer of a list where it belongs now."""
    timers, heads = timers_of(world), heads_of(world)
    timer = heads[head]
    heads[head] = NONE
    while timer >= 0:
        following = timers[timer]["next"]
        _put(world, timer)
        timer = following


# --- the heap of the part under way ---------------------------------------------------------------


@compiled
def _earlier(world: int, one: int, other: int) -> bool:
    timers = timers_of(world)
    left, right = timers[one], timers[other]
    # No branch: which of two timers comes first, no processor can guess.
    before, same = left["due"] < right["due"], left["due"] == right["due"]
    return bool(before | (same & (left["order"] < right["order"])))


@compiled
def _join_heap(world: int, timer: int) -> None:
    here = world_of(world)
    place = here["heap_count"]
    here["heap_count"] = place + 1
    timers_of(world)[timer]["previous"] = NONE
    _rise(world, timer, place)


@compiled
def _rise(world: int, timer: int, place: int) -> None:
    """Put a timer at a place of the heap or above it."""
    heap, timers = heap_of(world), timers_of(world)
    while place > 0:
        above = (place - 1) >> 1
        if not _earlier(world, timer, heap[above]):
            break
        heap[place] = heap[above]
        timers[heap[place]]["next"] = place
        place = above
    heap[place] = timer
    timers[timer]["next"] = place


@compiled
def _leave_heap(world: int, place: int) -> None:
    """Take out what stands at a place of the heap; the last one fills the gap.

    The gap sinks to the bottom, where the last one mostly belongs, and rises from there. Source:
    Wegener, "Bottom-up heapsort", Theoretical Computer Science 118 (1993).
    """
    here, heap, timers = world_of(world), heap_of(world), timers_of(world)
    count = here["heap_count"] - 1
    here["heap_count"] = count
    if place == count:
        return
    last = heap[count]
    while 2 * place + 1 < count:
        below = 2 * place + 1
        # One too far stands ``last`` itself, still in its old place.
        right = (below + 1 < count) & _earlier(world, heap[below + 1], heap[below])
        below += int(right)
        heap[place] = heap[below]
        timers[heap[place]]["next"] = place
        place = below
    _rise(world, last, place)


# --- Who on a list comes first: per service a pairing heap of the requests that are ready.
#
# The heap is woven through the requests (``child``, ``sibling``, ``previous``), so that a
# newcomer joins in constant time, and taking anybody out costs no walk along the list. Source:
# Fredman, Sedgewick, Sleator and Tarjan, "The pairing heap", Algorithmica 1 (1986).


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


# --- A list of people put in order: applicants of an evening, people to be evicted.


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
