"""The world as compiled code sees it: one address, from which every record is reached.

A function that took the arrays themselves would pass some hundred words at each call.
"""

from __future__ import annotations

from typing import Any, Protocol, cast

from sim.engines.compiled.building import array_in, prefetcher, record_at
from sim.engines.compiled.records import ARRAYS, WORLD


class View(Protocol):
    """A function that returns what stands in the world at an address."""

    def __call__(self, world: int) -> Any:
        """Return the record or the array."""


def _view(name: str) -> View:
    return cast(View, array_in(WORLD, name, ARRAYS[name], sliced=name == "values"))


world_of: View = record_at(WORLD)

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
roster_of = _view("roster")
news_of = _view("news")
refused_of = _view("refused")
unsettled_of = _view("unsettled")
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
