"""Memory of one replication: where every array is, and how compiled code reaches it."""

from __future__ import annotations

import math
import weakref
from collections import defaultdict
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from sim.core import limits
from sim.core.calendars import MILLISECONDS
from sim.core.log import DAYS_PER_YEAR, stretches
from sim.engines.compiled.jit import array_in, prefetcher, record_at
from sim.engines.compiled.layout import (
    ARRAYS,
    CACHE_LINE,
    COUNTED,
    GROWING,
    LEVELLED,
    NONE,
    OVERNIGHT,
    PER_PERSON,
    PLACE_LEVELLED,
    WORLD,
)
from sim.plan.tables import Kind, Plan, blocked_pairs

# --- Memory that is used again: fresh pages from the system would cost an eighth of a short run.
#
# What a replication hands back (its tallies) lies in such memory too; it is free again when
# nobody holds any part of it.

_SMALLEST = 1 << 17
"""Smaller pieces [bytes] come and go by themselves."""
_MOST_FREE = 1 << 28
"""So many bytes lie ready at most; what is beyond goes back to the system."""

Buffer = NDArray[np.uint8]
_free: dict[int, list[Buffer]] = defaultdict(list)


def table(length: int, kind: np.dtype[Any]) -> NDArray[Any]:
    """Return a table that begins with a line of the processor's cache, its values left open."""
    size = length * kind.itemsize
    raw = _raw(size + CACHE_LINE)
    skipped = -raw.ctypes.data % CACHE_LINE
    return raw[skipped : skipped + size].view(kind)


def zeros(length: int) -> NDArray[np.float64]:
    """Return a table of zeros."""
    result = table(length, np.dtype(np.float64))
    result[:] = 0.0
    return result


def _raw(size: int) -> Buffer:
    if size < _SMALLEST:
        return np.empty(size, np.uint8)
    size = _rounded(size)
    try:
        buffer = _free[size].pop()
    except IndexError:
        buffer = np.empty(size, np.uint8)
    # An array of its own around the buffer: when it and all its views are gone, the buffer is free.
    raw = np.frombuffer(buffer.data, np.uint8)
    weakref.finalize(raw, _give_back, buffer).atexit = False
    return raw


def _rounded(size: int) -> int:
    """Return a size up to an eighth larger, so that sizes nearly the same serve each other."""
    step = 1 << max(0, size.bit_length() - 4)
    return -(-size // step) * step


def _give_back(buffer: Buffer) -> None:
    if sum(size * len(held) for size, held in list(_free.items())) + len(buffer) <= _MOST_FREE:
        _free[len(buffer)].append(buffer)


# --- The state as compiled code sees it: one address, from which every record is reached.
#
# A function that took the arrays themselves would pass some hundred words at each call.


class View(Protocol):
    """A function that returns what stands in the state at an address."""

    def __call__(self, state: int) -> Any:
        """Return the record or the array."""


def _view(name: str) -> View:
    return cast(View, array_in(WORLD, name, ARRAYS[name], sliced=name == "values"))


scalars_of: View = record_at(WORLD)

steps_of = _view("steps")
calendars_of = _view("calendars")
shapes_of = _view("shapes")
values_of = _view("values")
pieces_of = _view("pieces")
laws_of = _view("laws")
routes_of = _view("routes")
routes_index_of = _view("routes_of")
referrals_of = _view("referrals")
makes_of = _view("makes")
risks_of = _view("risks")
sites_of = _view("sites")
rooms_of = _view("rooms")
streams_of = _view("streams")
groups_of = _view("groups")
start_lists_of = _view("start_lists")
trait_laws_of = _view("trait_laws")
risk_purposes_of = _view("risk_purposes")
purposes_of = _view("purposes")
flags_of = _view("flags")
pair_of_of = _view("pair_of")

level_means_of = _view("level_means")
level_ends_of = _view("level_ends")
levels_now_of = _view("levels_now")
place_means_of = _view("place_means")
place_ends_of = _view("place_ends")
places_now_of = _view("places_now")
blocked_means_of = _view("blocked_means")
blocked_now_of = _view("blocked_now")
counts_of = _view("counts")
came_of = _view("came")
went_of = _view("went")
moves_of = _view("moves")
wants_of = _view("wants")
stay_days_of = _view("stay_days")

people_of = _view("people")
draws_of = _view("draws")
traits_of = _view("traits")
risk_clocks_of = _view("risk_clocks")
visit_clocks_of = _view("visit_clocks")
seen_year_of = _view("seen_year")
nights_of = _view("nights")
street_list_of = _view("street_list")
news_of = _view("news")
refused_of = _view("refused")
ready_of = _view("ready")
ranked_of = _view("ranked")

requests_of = _view("requests")
timers_of = _view("timers")
heap_of = _view("heap")
waits_of = _view("waits")
milestones_of = _view("milestones")
log_of = _view("log")
heads_of = _view("heads")
site_draws_of = _view("site_draws")

fetch_timer = prefetcher(WORLD, "timers", ARRAYS["timers"])
fetch_person = prefetcher(WORLD, "people", ARRAYS["people"])
fetch_clock = prefetcher(WORLD, "visit_clocks", ARRAYS["visit_clocks"])
fetch_draws = prefetcher(WORLD, "draws", ARRAYS["draws"])


# --- The memory of one replication: where every array is, and more of it when it runs short.

_FIRST_PEOPLE = 64
_FIRST_ROWS = 1024
_LOG_ROWS = 8  # per person who arrives; what is not touched costs nothing


class Memory:
    """The record of the state, its arrays by name, and how wide their rows are."""

    def __init__(
        self, plan: Plan, flat: dict[str, NDArray[Any]], street_risks: tuple[int, int], logs: bool
    ) -> None:
        self.plan, self.logs = plan, logs
        self.state = np.zeros(1, WORLD)
        self.arrays: dict[str, NDArray[Any]] = {}
        self._sizes(street_risks)
        for name, template in flat.items():
            self.keep(name, template.copy())
        self._tables()
        self._queue()
        self.widths = self._widths()
        for name, rows in self._first_rows().items():
            self._extend(name, rows)

    @property
    def address(self) -> int:
        """Where the record of the state is."""
        return int(self.state.ctypes.data)

    def keep(self, name: str, array: NDArray[Any]) -> None:
        """Make an array part of the state."""
        self.arrays[name] = array
        self.state[name] = array.ctypes.data
        self.state[f"{name}_room"] = len(array)

    def grow(self, names: tuple[str, ...], least: int) -> None:
        """Give arrays at least twice the rows they have, and room for ``least`` more."""
        for name in names:
            rows = len(self.arrays[name]) // self.widths[name]
            self._extend(name, 2 * rows + least)

    def _extend(self, name: str, rows: int) -> None:
        larger = table(rows * self.widths[name], ARRAYS[name])
        if name in self.arrays:
            larger[: len(self.arrays[name])] = self.arrays[name]
        self.keep(name, larger)

    def _first_rows(self) -> dict[str, int]:
        """Return how many rows to begin with: enough for everything that happens at the start."""
        plan = self.plan
        people = sum(group.people for group in plan.start_groups)
        hosted = sum(group.people for group in plan.start_groups if group.where >= 0)
        asked = hosted + sum(wanted.people for wanted in plan.start_lists)
        arrivals = int(1.1 * sum(stream.rate.area(plan.horizon) for stream in plan.streams))
        more = _FIRST_ROWS + 4 * int(self.state["rows_per_person"][0])
        timers = people * (2 + int(self.state["drop_in_count"][0])) + asked + more
        first = dict.fromkeys(PER_PERSON, max(people, _FIRST_PEOPLE))
        first |= {"requests": asked + more, "timers": timers, "heap": timers}
        first["log"] = people + 4 * asked + more + (_LOG_ROWS * arrivals if self.logs else 0)
        return first | {"milestones": people + arrivals + more, "waits": arrivals + more}

    def _sizes(self, street_risks: tuple[int, int]) -> None:
        plan, state = self.plan, self.state
        kinds = [service.kind for service in plan.services]
        starts = stretches(plan.outline)
        counted = {
            "site_count": len(plan.services),
            "class_count": len(plan.classes),
            "purpose_count": len(plan.purposes),
            "trait_count": len(plan.traits),
            "risk_count": len(plan.risk_purposes),
            "drop_in_count": kinds.count(Kind.DROP_IN),
            "overnight_count": kinds.count(Kind.OVERNIGHT),
            "outreach_count": kinds.count(Kind.OUTREACH),
            "group_count": len(plan.start_groups),
            "start_list_count": len(plan.start_lists),
            "stream_count": len(plan.streams),
            "first_risk": street_risks[0],
            "last_risk": street_risks[1],
            "pair_count": len(blocked_pairs(plan.services)),
            "whole_days": int(plan.horizon),
            "first_counted": next((day for day in starts if day % DAYS_PER_YEAR), 0),
        }
        for name, value in counted.items():
            state[name] = value
        openings = [len(site.referrals) + len(site.makes_visitors) for site in plan.services]
        # What the life of one person can need at most, from one event to the next consequence.
        state["rows_per_person"] = 32 + 4 * (len(kinds) + max(openings, default=0))
        state["horizon"], state["day_end"] = round(plan.horizon * MILLISECONDS), 1.0
        state["locked_at"], state["at_once"] = math.nan, limits.MOST_AT_ONCE
        per_service = limits.AT_ONCE_PER_SERVICE * len(kinds)
        state["at_once_per_person"] = limits.AT_ONCE_PER_PERSON + per_service
        state["logs"] = self.logs
        state["cells"] = (len(plan.services) + 1) * len(plan.classes)  # of one count of one day
        for name in ("free_person", "free_request", "free_timer", "next_timer"):
            state[name] = NONE

    def _tables(self) -> None:
        """Lay out the tallies: one row per day, and one more for the day that does not end."""
        days, services = int(self.plan.horizon) + 1, len(self.plan.services)
        cells = (services + 1) * len(self.plan.classes)
        pairs = int(self.state["pair_count"][0])
        sizes = {
            "level_means": days * LEVELLED * cells,
            "level_ends": days * LEVELLED * cells,
            "levels_now": LEVELLED * cells,
            "place_means": days * PLACE_LEVELLED * services,
            "place_ends": days * PLACE_LEVELLED * services,
            "places_now": PLACE_LEVELLED * services,
            "blocked_means": days * pairs,
            "blocked_now": pairs,
            "counts": days * COUNTED * cells,
            "came": days * (services + 1),
            "went": days * (services + 1),
            "moves": (len(stretches(self.plan.outline)) + 1) * (services + 2) * (services + 4),
            "wants": days * (services + 1),
            "stay_days": services,
        }
        for name, size in sizes.items():
            self.keep(name, zeros(max(1, size)))
        draws = max(1, services * len(self.plan.purposes))
        self.keep("site_draws", np.zeros(draws, ARRAYS["site_draws"]))

    def _queue(self) -> None:
        """Lay out the event list: a list per day, and buckets for the day under way."""
        days = int(self.plan.horizon) + 2
        people = sum(group.people for group in self.plan.start_groups)
        most = 2 ** min(22, max(15, people.bit_length() + 3))
        self.keep("heads", np.full(days + most, NONE, ARRAYS["heads"]))
        self.state["last_day"], self.state["first_bucket"] = days - 1, days
        self.state["buckets"], self.state["most_buckets"], self.state["bucket"] = 64, most, NONE

    def _widths(self) -> dict[str, int]:
        """Return how many entries of each array belong to one row."""
        plan = self.plan
        kinds = [service.kind for service in plan.services]
        widths = dict.fromkeys((*PER_PERSON, *GROWING), 1) | {
            "draws": len(plan.purposes),
            "traits": len(plan.traits),
            "risk_clocks": len(plan.risk_purposes),
            "visit_clocks": kinds.count(Kind.DROP_IN),
            "nights": kinds.count(Kind(OVERNIGHT)),
            "seen_year": kinds.count(Kind.OUTREACH),
            "refused": 4,  # nobody is refused more often in one instant
            "waits": 6,
            "milestones": 6,
        }
        return {name: max(1, width) for name, width in widths.items()}
