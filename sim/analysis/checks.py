"""Checks every run makes of itself, from its tallies alone.

They are identities, true in every replication whatever is drawn: nobody is lost or counted twice,
no place is taken twice, and the same days add up to the same number in two ways. A broken one
means a fault in an engine: the run fails, its figures are worth nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from sim.analysis.windows import (
    Array,
    as_arrays,
    blocked_between,
    day_count,
    over_classes,
    over_days,
    sums,
)
from sim.core.errors import RunError
from sim.core.log import Outline, Tallies

RELATIVE = 1e-9
"""Part in a billion by which two sums of the same days may differ (rounding of floating point)."""
ABSOLUTE = 1e-6


def check(tallies: Tallies) -> None:
    """Raise RunError, naming check, service and figures, unless every identity holds."""
    counted = as_arrays(tallies)
    for each in CHECKS:
        for fault in each(counted):
            raise RunError(
                f"replication {counted.replication} (seed {counted.seed}) contradicts itself: "
                f"{fault}. This is a fault of the program, not of the scenario: please report it"
            )


def conservation(tallies: Tallies) -> Iterator[str]:
    """People: everybody who entered is either living somewhere or gone, each midnight, by class."""
    days = day_count(tallies.outline)
    living = _whole_sums(tallies.level_end["living"])
    class_id, entered, _, _, gone, _ = np.asarray(tallies.people).T
    for number, name in enumerate(tallies.outline.classes):
        own = class_id == number
        came = _by_midnight(entered[own], days)
        went = _by_midnight(gone[own & ~np.isnan(gone)], days)
        day = _first_gap(living[:, number], (came - went).astype(np.float64))
        if day is not None:
            yield (
                f"conservation of people, class {name}, end of day {day + 1}: "
                f"{living[day, number]:g} live somewhere, "
                f"but {came[day]} entered and {went[day]} are gone"
            )


def _by_midnight(times: Array, days: int) -> NDArray[np.intp]:
    """Return how many of these times lie before each midnight (D,): those at it come after."""
    return np.cumsum(np.bincount(times.astype(np.intp), minlength=days)[:days])


def capacity(tallies: Tallies) -> Iterator[str]:
    """Places: no admission found the service full."""
    if tallies.over_capacity:
        yield f"occupancy, all services: {tallies.over_capacity} admissions found no room"


def occupancy(tallies: Tallies) -> Iterator[str]:
    """Little's law for stays: area under the people living there = stays added up one by one."""
    area = _all_days(tallies, "level_mean")["living"]
    stays = np.asarray(tallies.stay_days)
    yield from _compare(tallies, "occupancy (Little's law)", area, stays, "person-days")


def waiting(tallies: Tallies) -> Iterator[str]:
    """Little's law for lists: area under the list = waits added up one by one."""
    levels = _all_days(tallies, "level_mean")
    area = levels["waiting"] + levels["waiting_hosted"]
    end = tallies.outline.horizon
    listed = np.asarray(tallies.waits)
    until = np.where(np.isnan(listed[:, 3]), end, listed[:, 3])
    service = listed[:, 0].astype(np.intp)
    waits = np.zeros_like(area)
    np.add.at(waits, service, until - listed[:, 2])
    yield from _compare(tallies, "waiting lists (Little's law)", area, waits, "days waited")


def traffic(tallies: Tallies) -> Iterator[str]:
    """Traffic: each day, people present change by those who came less those who went."""
    services = len(tallies.outline.services)
    present = over_classes(tallies.level_end["living"])
    came, went = tallies.came, tallies.went
    moved = tallies.moves.sum(axis=0)
    for what, first, other in (
        ("people who came and moves", came, moved.sum(axis=0)),
        ("people who went and moves", went, moved.sum(axis=1)),
    ):
        yield from _compare(tallies, what, first.sum(axis=0), other[: services + 1], "people")
    # Whoever is there at the start came from outside on the first day.
    before = np.vstack([np.zeros_like(present[:1]), present[:-1]])
    expected = before + came - went
    if _first_gap(present.ravel(), expected.ravel()) is None:
        return
    for row, name in enumerate(_names(tallies.outline)):
        day = _first_gap(present[:, row], expected[:, row])
        if day is not None:
            yield (
                f"traffic balance, {name}, day {day + 1}: {before[day, row]:g} were present, "
                f"{came[day, row]:g} came and {went[day, row]:g} went, "
                f"but {present[day, row]:g} are present"
            )


def flows(tallies: Tallies) -> Iterator[str]:
    """Flows: admissions, nights and departures are the moves into and out of each service."""
    services = len(tallies.outline.services)
    moved = tallies.moves.sum(axis=0)
    counts = _all_days(tallies, "counts")
    admissions, nights, departures = (
        counts[name] for name in ("admissions", "nights", "departures")
    )
    yield from _compare(
        tallies,
        "admissions and moves",
        admissions + nights,
        moved[: services + 1, :services].sum(axis=0),
        "people",
    )
    left = moved[:services].sum(axis=1)
    yield from _compare(tallies, "departures and moves", departures, left, "people")


def wants(tallies: Tallies) -> Iterator[str]:
    """Wants: blocked days by what is wanted, and street nights by what is wanted, lose nothing."""
    blocked = _all_days(tallies, "level_mean")["blocked"]
    wanted = blocked_between(tallies, 0, day_count(tallies.outline)).sum(axis=1)
    yield from _compare(tallies, "blocked by what", blocked, wanted, "place-days")
    nights = sums(tallies, "counts", 0, day_count(tallies.outline))["street_nights"].sum()
    for_want = tallies.street_wants.sum()
    if not _close(nights, for_want):
        yield f"street nights by want, street: {nights:.10g} nights, but {for_want:.10g} by want"


def parts(tallies: Tallies) -> Iterator[str]:
    """Parts: blocked and held people are some of those living there; no number is below zero."""
    ends = tallies.level_end
    rest = (ends["living"] - ends["blocked"] - ends["held"])[:, :-1]
    if min(rest.min(), *(end.min() for end in ends.values())) >= -ABSOLUTE:
        return
    lows = [rest.min(axis=0), *(day[:-1] for day in over_days(ends, how=np.minimum).values())]
    lowest = np.min(lows, axis=(0, 2))
    for name, least in zip(_names(tallies.outline), lowest, strict=False):
        if least < -ABSOLUTE:
            yield f"parts of a whole, {name}: {least:g} people at the end of some day"


def places(tallies: Tallies) -> Iterator[str]:
    """Places: none is open without staff or free without being open; nights given are offered."""
    mean, outline = tallies.places_mean, tallies.outline
    by_day = [service.kind != "overnight" for service in outline.services]
    there = over_classes(tallies.level_mean["living"] + tallies.level_mean["visiting"])[:, :-1]
    unstaffed = (mean["open_places"] - mean["staffed_places"]) * by_day
    nights = over_classes(tallies.counts["nights"] - tallies.counts["offered"])[:, :-1]
    for what, over in (
        ("open places without staff", unstaffed),
        ("free places that are not open", mean["free_places"] - mean["open_places"]),
        ("people while open who are not there", mean["people_while_open"] - there),
        ("nights given out that were not offered", nights),
        ("time open of a day", mean["is_open"] - 1.0),
    ):
        most = over.max(axis=0, initial=0.0)
        for name, each in zip(_names(outline), most, strict=False):
            if each > ABSOLUTE:
                yield f"{what}, {name}: {each:g} too many on some day"


CHECKS: tuple[Callable[[Tallies], Iterator[str]], ...] = (
    conservation,
    capacity,
    occupancy,
    waiting,
    traffic,
    flows,
    wants,
    parts,
    places,
)
"""Every check of a run, in the order in which they are made."""


def _all_days(tallies: Tallies, table: str) -> dict[str, Array]:
    """Return the tables (S,) added up over all days and classes."""
    added = sums(tallies, table, 0, day_count(tallies.outline))
    return {name: each[:-1].sum(axis=1) for name, each in added.items()}


def _whole_sums(table: Array) -> Array:
    """Return a table (D, N, K) of whole numbers added up over N, quickly: in any order the same."""
    added: Array = np.ones(table.shape[1]) @ table
    return added


def _names(outline: Outline) -> list[str]:
    return [*(service.name for service in outline.services), "street"]


def _close(first: float, other: float) -> bool:
    return abs(first - other) <= ABSOLUTE + RELATIVE * max(abs(first), abs(other))


def _compare(tallies: Tallies, what: str, ones: Array, others: Array, unit: str) -> Iterator[str]:
    for name, first, other in zip(_names(tallies.outline), ones, others, strict=False):
        if not _close(first, other):
            yield f"{what}, {name}: {first:.10g} {unit} counted one way, {other:.10g} the other"


def _first_gap(counted: Array, expected: Array) -> int | None:
    days = np.flatnonzero(np.abs(counted - expected) > ABSOLUTE)
    return int(days[0]) if days.size else None
