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
    scalars_of,
    sites_of,
    timers_of,
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
def set_timer(state: int, due: float, code: int, person: int, number: int, service: int) -> int:
    """Set a timer for a millisecond and return it; -1 if that lies at or beyond the horizon.

    ``person`` is the record, ``number`` the person's number, which breaks ties (both -1: nobody).
    """
    scalars, timers = scalars_of(state), timers_of(state)
    if due >= scalars["horizon"] and (code != DAY_ENDS or due > scalars["horizon"]):
        return NONE
    timer = scalars["free_timer"]
    if timer >= 0:
        scalars["free_timer"] = timers[timer]["next"]
    else:
        timer = scalars["timers_used"]
        scalars["timers_used"] = timer + 1
    scalars["timers_set"] += 1
    record = timers[timer]
    record["due"], record["person"] = due, person
    record["order"] = code << 48 | (np.int64(number) + 1) << 12 | (service + 1)
    _put(state, timer)
    return int(timer)


@compiled
def cancel(state: int, timer: int) -> None:
    """Take a timer out, if there is one."""
    if timer < 0:
        return
    timers = timers_of(state)
    previous, following = timers[timer]["previous"], timers[timer]["next"]
    if previous == NONE:
        _leave_heap(state, following)
    else:
        if following >= 0:
            timers[following]["previous"] = previous
        if previous >= 0:
            timers[previous]["next"] = following
        else:
            heads_of(state)[-2 - previous] = following
    free_timer(state, timer)


@compiled
def free_timer(state: int, timer: int) -> None:
    """Give the record of a timer back that is in no list any more."""
    scalars = scalars_of(state)
    scalars["timers_set"] -= 1
    timers_of(state)[timer]["next"] = scalars["free_timer"]
    scalars["free_timer"] = timer


@compiled
def take_timer(state: int) -> int:
    """Take out the first timer of all; -1 if there is none."""
    scalars = scalars_of(state)
    while scalars["heap_count"] == 0:
        if not _open_part(state):
            return NONE
    timer = heap_of(state)[0]
    _leave_heap(state, 0)
    return int(timer)


@compiled
def _put(state: int, timer: int) -> None:
    """Put a timer where its time belongs."""
    scalars, days = scalars_of(state), timers_of(state)[timer]["due"] * _DAYS
    day = int(days)
    if day > scalars["queue_day"]:
        _link(state, timer, day)
        return
    part = int((days - scalars["queue_day"]) * scalars["buckets"])
    if part > scalars["bucket"]:
        _link(state, timer, scalars["first_bucket"] + part)
    else:
        _join_heap(state, timer)


@compiled
def _link(state: int, timer: int, head: int) -> None:
    timers, heads = timers_of(state), heads_of(state)
    following = heads[head]
    timers[timer]["next"], timers[timer]["previous"] = following, -2 - head
    if following >= 0:
        timers[following]["previous"] = timer
    heads[head] = timer


@compiled
def _open_part(state: int) -> bool:
    """Bring the next part of the day that is not empty, or the next day, into reach."""
    scalars, heads = scalars_of(state), heads_of(state)
    part, first, parts = scalars["bucket"] + 1, scalars["first_bucket"], scalars["buckets"]
    ahead = scalars["timers_set"] > _MANY_TIMERS
    while part < parts:
        if ahead:
            _fetch_ahead(state, part)
        if heads[first + part] != NONE:
            break
        part += 1
    if part < parts:
        scalars["bucket"] = part
        _unpack(state, first + part)
        return True
    if scalars["queue_day"] == scalars["last_day"]:
        return False
    scalars["queue_day"] += 1
    scalars["bucket"] = NONE
    yesterday, scalars["day_events"] = scalars["events"] - scalars["day_events"], scalars["events"]
    scalars["buckets"] = _parts(state, yesterday)
    _unpack(state, scalars["queue_day"])
    return True


@compiled
def _parts(state: int, yesterday: int) -> int:
    """Return into how many parts to cut a day; a few timers are best kept in one heap."""
    scalars = scalars_of(state)
    if scalars["timers_set"] <= _FEW_TIMERS:
        return 1
    parts = _FEWEST_BUCKETS
    while parts < yesterday and parts < scalars["most_buckets"]:
        parts += parts
    return parts


@compiled
def _fetch_ahead(state: int, part: int) -> None:
    """Have the timers of a later part brought near, and the people of one that comes sooner."""
    scalars, heads = scalars_of(state), heads_of(state)
    first, last = scalars["first_bucket"], scalars["buckets"] - 1
    timer = heads[first + min(part + _TIMERS_AHEAD, last)]
    if timer >= 0:
        fetch_timer(state, timer)
    timer = heads[first + min(part + _PEOPLE_AHEAD, last)]
    if timer >= 0:
        person = timers_of(state)[timer]["person"]
        if person >= 0:
            fetch_person(state, person)
            fetch_draws(state, person * scalars["purpose_count"])
            fetch_clock(state, person * scalars["drop_in_count"])


@compiled
def _unpack(state: int, head: int) -> None:
    """Put every timer of a list where it belongs now."""
    timers, heads = timers_of(state), heads_of(state)
    timer = heads[head]
    heads[head] = NONE
    while timer >= 0:
        following = timers[timer]["next"]
        _put(state, timer)
        timer = following


# --- the heap of the part under way ---------------------------------------------------------------


@compiled
def _earlier(state: int, first: int, other: int) -> bool:
    timers = timers_of(state)
    left, right = timers[first], timers[other]
    # No branch: which of two timers comes first, no processor can guess.
    before, same = left["due"] < right["due"], left["due"] == right["due"]
    return bool(before | (same & (left["order"] < right["order"])))


@compiled
def _join_heap(state: int, timer: int) -> None:
    scalars = scalars_of(state)
    place = scalars["heap_count"]
    scalars["heap_count"] = place + 1
    timers_of(state)[timer]["previous"] = NONE
    _rise(state, timer, place)


@compiled
def _rise(state: int, timer: int, place: int) -> None:
    """Put a timer at a place of the heap or above it."""
    heap, timers = heap_of(state), timers_of(state)
    while place > 0:
        above = (place - 1) >> 1
        if not _earlier(state, timer, heap[above]):
            break
        heap[place] = heap[above]
        timers[heap[place]]["next"] = place
        place = above
    heap[place] = timer
    timers[timer]["next"] = place


@compiled
def _leave_heap(state: int, place: int) -> None:
    """Take out what stands at a place of the heap; the last one fills the gap.

    The gap sinks to the bottom, where the last one mostly belongs, and rises from there. Source:
    Wegener, "Bottom-up heapsort", Theoretical Computer Science 118 (1993).
    """
    scalars, heap, timers = scalars_of(state), heap_of(state), timers_of(state)
    count = scalars["heap_count"] - 1
    scalars["heap_count"] = count
    if place == count:
        return
    last = heap[count]
    while 2 * place + 1 < count:
        below = 2 * place + 1
        # One too far stands ``last`` itself, still in its old place.
        right = (below + 1 < count) & _earlier(state, heap[below + 1], heap[below])
        below += int(right)
        heap[place] = heap[below]
        timers[heap[place]]["next"] = place
        place = below
    _rise(state, last, place)


# --- Who on a list comes first: per service a pairing heap of the requests that are ready.
#
# The heap is woven through the requests (``child``, ``sibling``, ``previous``), so that a
# newcomer joins in constant time, and taking anybody out costs no walk along the list. Source:
# Fredman, Sedgewick, Sleator and Tarjan, "The pairing heap", Algorithmica 1 (1986).


@compiled
def may_take(state: int, site: int) -> None:
    """Note that something has changed that may allow a service to take somebody."""
    scalars = scalars_of(state)
    sites_of(state)[site]["may_take"] = 1
    if site < scalars["lowest_taker"]:
        scalars["lowest_taker"] = site


@compiled
def join_ready(state: int, request: int) -> None:
    """Let a request stand among those that can be offered a place."""
    record = requests_of(state)[request]
    service = record["service"]
    site = sites_of(state)[service]
    record["is_ready"] = 1
    record["child"], record["sibling"], record["previous"] = NONE, NONE, NONE
    site["first_ready"] = _joined(state, site["first_ready"], request)
    site["ready_count"] += 1
    may_take(state, service)


@compiled
def leave_ready(state: int, request: int) -> None:
    """Take a request out from among those that can be offered a place."""
    requests = requests_of(state)
    record = requests[request]
    site = sites_of(state)[record["service"]]
    record["is_ready"] = 0
    site["ready_count"] -= 1
    below = _gathered(state, record["child"])
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
    site["first_ready"] = _joined(state, site["first_ready"], below)


@compiled
def _ranks_before(state: int, first: int, other: int) -> bool:
    """Compare priority of class, time of listing that counts, person number."""
    requests = requests_of(state)
    left, right = requests[first], requests[other]
    if left["priority"] != right["priority"]:
        return bool(left["priority"] < right["priority"])
    if left["ranks_from"] != right["ranks_from"]:
        return bool(left["ranks_from"] < right["ranks_from"])
    return bool(left["number"] < right["number"])


@compiled
def _joined(state: int, first: int, other: int) -> int:
    """Join two heaps (first of each, -1 if empty) to one; return its first."""
    if first < 0:
        return other
    if other < 0:
        return first
    if _ranks_before(state, other, first):
        first, other = other, first
    requests = requests_of(state)
    sibling = requests[first]["child"]
    requests[other]["sibling"], requests[other]["previous"] = sibling, first
    if sibling >= 0:
        requests[sibling]["previous"] = other
    requests[first]["child"] = other
    return first


@compiled
def _gathered(state: int, first: int) -> int:
    """Join the heaps of a row of siblings: by twos from the left, then all from the right."""
    requests, pairs = requests_of(state), NONE
    while first >= 0:
        each, other = first, requests[first]["sibling"]
        first = NONE
        requests[each]["sibling"] = NONE
        if other >= 0:
            first = requests[other]["sibling"]
            requests[other]["sibling"] = NONE
            each = _joined(state, each, other)
        requests[each]["sibling"] = pairs
        pairs = each
    whole = NONE
    while pairs >= 0:
        following = requests[pairs]["sibling"]
        requests[pairs]["sibling"] = NONE
        whole = _joined(state, whole, pairs)
        pairs = following
    if whole >= 0:
        requests[whole]["previous"] = NONE
    return whole


# --- A list of people put in order: applicants of an evening, people to be evicted.


@compiled
def rank(state: int, place: int, person: int, first: int, value: float, last: int) -> None:
    """Write somebody on the list, with the three values that order it."""
    record = ranked_of(state)[place]
    record["person"], record["first"], record["value"], record["last"] = person, first, value, last


@compiled
def ranked_person(state: int, place: int) -> int:
    """Return who stands at a place of the list."""
    return int(ranked_of(state)[place]["person"])


@compiled
def sort_ranked(state: int, count: int) -> None:
    """Sort the first so many on the list (heap sort: no further memory, no bad case)."""
    for root in range(count // 2 - 1, -1, -1):
        _sink(state, root, count)
    for end in range(count - 1, 0, -1):
        _swap(state, 0, end)
        _sink(state, 0, end)


@compiled
def _sink(state: int, root: int, count: int) -> None:
    """Let what stands at the root of a heap, latest on top, sink to where it belongs."""
    while 2 * root + 1 < count:
        child = 2 * root + 1
        if child + 1 < count and _is_before(state, child, child + 1):
            child += 1
        if not _is_before(state, root, child):
            return
        _swap(state, root, child)
        root = child


@compiled
def _is_before(state: int, first: int, other: int) -> bool:
    ranked = ranked_of(state)
    left, right = ranked[first], ranked[other]
    if left["first"] != right["first"]:
        return bool(left["first"] < right["first"])
    if left["value"] != right["value"]:
        return bool(left["value"] < right["value"])
    return bool(left["last"] < right["last"])


@compiled
def _swap(state: int, first: int, other: int) -> None:
    ranked = ranked_of(state)
    left, right = ranked[first], ranked[other]
    left["first"], right["first"] = right["first"], left["first"]
    left["value"], right["value"] = right["value"], left["value"]
    left["last"], right["last"] = right["last"], left["last"]
    left["person"], right["person"] = right["person"], left["person"]
