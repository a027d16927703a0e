"""Every run checks itself: each broken identity is seen, by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sim.analysis.checks import CHECKS, check
from sim.analysis.windows import as_arrays
from sim.core.errors import RunError
from sim.core.log import Tallies

Fault = Callable[[Tallies], Tallies]


def test_a_sound_run_passes_every_check(drafted):
    check(drafted)


def lose_somebody(tallies: Tallies) -> Tallies:
    tallies.level_end["living"][40:, -1, 0] -= 1
    return tallies


def serve_twice(tallies: Tallies) -> Tallies:
    tallies.level_end["living"][40:, 0, 1] += 1
    return tallies


def forget_a_death(tallies: Tallies) -> Tallies:
    gone = tallies.people[:, 4]
    gone[np.flatnonzero(~np.isnan(gone))[0]] = np.nan
    return tallies


def overfill(tallies: Tallies) -> Tallies:
    return replace(tallies, over_capacity=1)


def shorten_stays(tallies: Tallies) -> Tallies:
    tallies.stay_days[0] *= 0.999
    return tallies


def shorten_a_wait(tallies: Tallies) -> Tallies:
    tallies.waits[0, 3] -= 0.01
    return tallies


def miss_a_move(tallies: Tallies) -> Tallies:
    tallies.came[np.flatnonzero(tallies.came[:, 0])[3], 0] -= 1
    return tallies


def move_somebody_elsewhere(tallies: Tallies) -> Tallies:
    tallies.moves[0, -2, 0] += 1
    tallies.moves[0, -2, 1] -= 1
    return tallies


def miss_an_admission(tallies: Tallies) -> Tallies:
    tallies.counts["admissions"][np.nonzero(tallies.counts["admissions"])[0][0], 0, 0] += 1
    return tallies


def miss_a_departure(tallies: Tallies) -> Tallies:
    tallies.counts["departures"][10, 3, 0] += 1
    return tallies


def lose_blocked_days(tallies: Tallies) -> Tallies:
    tallies.blocked_for[:, tallies.blocked_pairs.index((0, 2))] *= 0.999
    return tallies


def lose_a_night(tallies: Tallies) -> Tallies:
    tallies.street_wants[5, -1] -= 1
    return tallies


def block_more_than_live_there(tallies: Tallies) -> Tallies:
    tallies.level_end["blocked"][7, 0, 0] = 50
    return tallies


def open_what_has_no_staff(tallies: Tallies) -> Tallies:
    tallies.places_mean["open_places"][30, 0] += 0.5
    return tallies


def free_what_is_closed(tallies: Tallies) -> Tallies:
    tallies.places_mean["free_places"][30, 0] += 500
    return tallies


def count_who_is_not_there(tallies: Tallies) -> Tallies:
    tallies.places_mean["people_while_open"][30, 0] += 5
    return tallies


def give_out_more_than_is_offered(tallies: Tallies) -> Tallies:
    night = [service.kind for service in tallies.outline.services].index("overnight")
    day = np.flatnonzero(tallies.counts["nights"][:, night].sum(axis=1))[0]
    tallies.counts["offered"][day, night, 0] = 0
    return tallies


FAULTS: list[tuple[Fault, str]] = [
    (lose_somebody, "conservation of people, class men, end of day 41"),
    (serve_twice, "conservation of people, class women, end of day 41"),
    (forget_a_death, "conservation of people"),
    (overfill, "occupancy, all services: 1 admissions found no room"),
    (shorten_stays, "occupancy (Little's law), shelter"),
    (shorten_a_wait, "waiting lists (Little's law)"),
    (miss_a_move, "people who came and moves, shelter"),
    (move_somebody_elsewhere, "people who came and moves, shelter"),
    (miss_an_admission, "admissions and moves, shelter"),
    (miss_a_departure, "departures and moves, homes"),
    (lose_blocked_days, "blocked by what, shelter"),
    (lose_a_night, "street nights by want, street"),
    (block_more_than_live_there, "parts of a whole, shelter"),
    (open_what_has_no_staff, "open places without staff, shelter: 0.5 too many"),
    (free_what_is_closed, "free places that are not open, shelter"),
    (count_who_is_not_there, "people while open who are not there, shelter: 5 too many"),
    (give_out_more_than_is_offered, "nights given out that were not offered"),
]


@pytest.mark.parametrize(("fault", "words"), FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
def test_a_corrupted_tally_is_seen_and_named(drafted, fault, words):
    with pytest.raises(RunError) as error:
        check(fault(copied(drafted)))
    assert words in str(error.value)
    assert "replication 1 (seed 1)" in str(error.value)


def test_every_check_has_seen_a_fault(drafted):
    seen = {
        check_of
        for fault, _ in FAULTS
        for check_of in CHECKS
        if list(check_of(as_arrays(fault(copied(drafted)))))
    }
    assert seen == set(CHECKS)


def copied(tallies: Tallies) -> Tallies:
    """Return the tallies with arrays of their own."""
    fresh = as_arrays(tallies)
    tables = ("level_mean", "level_end", "places_mean", "places_end", "counts")
    arrays = (
        "blocked_for",
        "came",
        "went",
        "moves",
        "street_wants",
        "waits",
        "people",
        "stay_days",
    )
    return replace(
        fresh,
        **{name: {k: v.copy() for k, v in getattr(fresh, name).items()} for name in tables},
        **{name: getattr(fresh, name).copy() for name in arrays},
    )
