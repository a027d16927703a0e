"""What is found in a run: its bottleneck, services that lock one another, numbers by year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.blocking import Blocking, Cause, main_cause
from sim.analysis.measures import Key, measure_named
from sim.analysis.statistics import estimates, unlike_periods
from sim.analysis.windows import WHOLE, YEAR, Array, windows
from sim.plan.tables import Kind, blocked_pairs
from sim.runs.run import Results


@dataclass(frozen=True, slots=True)
class Locked:
    """Services that lock one another: in how many replications, and on which day first."""

    replications: int
    day: float
    services: tuple[int, ...]


def blocking_found(results: Results) -> Blocking:
    """Return blocking over the whole period: means over replications, in days."""
    services = len(results.outline.services)
    place = {service.name: number for number, service in enumerate(results.outline.services)}
    place["street"] = services
    tables = {
        "blocked place-days by service and want": np.zeros((services, services)),
        "blocked place-days by service and root": np.zeros((services, services)),
        "street nights for want of": np.zeros(services + 1),
        "street nights rooted in": np.zeros(services + 1),
    }
    for key, mean in zip(results.keys, results.estimates.mean, strict=True):
        if key.measure in tables and key.period == WHOLE:
            where = (place[key.service], place[key.other]) if key.other else (place[key.service],)
            tables[key.measure][where] = mean
    blocked_by, rooted_in, wanted, wanted_root = tables.values()
    lived = _lived(results)
    shares = np.divide(blocked_by.sum(axis=1), lived, out=np.zeros(services), where=lived > 0)
    return Blocking(blocked_by, rooted_in, wanted, wanted_root, shares)


def bottleneck(results: Results) -> Cause | None:
    """Return the root behind most blocked place-days, None where nobody is blocked."""
    return main_cause(blocking_found(results), _lived(results), windows(results.outline)[0].days)


def locked(results: Results) -> list[Locked]:
    """Return each set of services that locked first somewhere, the most frequent first."""
    number = {service.name: i for i, service in enumerate(results.outline.services)}
    days: dict[tuple[str, ...], list[float]] = {}
    for _, day, names in results.locked:
        days.setdefault(tuple(names), []).append(day)
    return [
        Locked(len(first_days), min(first_days), tuple(number[name] for name in names))
        for names, first_days in sorted(
            days.items(), key=lambda item: (-len(item[1]), min(item[1]))
        )
    ]


@dataclass(frozen=True, slots=True)
class Unserved:
    """People whom a service did not serve, in a mean year: who, where, how many, of how many.

    ``what``: "visits", "nights" or "requests" turned away; "nights before others": nights turned
    away where a later night service may take these people; "to the street" or "gone": people who
    left the service without a next place, of so many stays that ended; "declined" and "lapsed":
    offers declined, and requests and referrals that came to nothing before the list, at services
    that such people asked for; "turned away and gone";
    "evicted"; "waiting": people on the list, and at the end; "closed" (no place is ever open) or
    "closed at the end".
    """

    what: str
    service: int
    number: float = 0.0
    of: float = 0.0


def unserved(results: Results) -> list[Unserved]:
    """Return everybody who found no room: nothing may be called enough while there is somebody."""
    per_year = YEAR / windows(results.outline)[0].days
    people = []
    asked = asked_in_vain(results)
    for place, service in enumerate(results.outline.services):

        def mean(measure: str, name: str = service.name) -> float:
            values = results.number(measure, name)
            return float(np.nan_to_num(values).mean())

        if service.kind == "outreach":
            continue
        word = {"drop-in": "visits", "overnight": "nights"}.get(service.kind, "requests")
        if word == "nights" and any(mean("nights", each) for each in later_nights(results, place)):
            word = "nights before others"
        people.append(Unserved(word, place, mean("turned away") * per_year))
        if service.kind == "places":
            ended = mean("completions") * per_year
            for what, measure in (
                ("to the street", "to the street without next place"),
                ("gone", "gone without next place"),
                ("turned away and gone", "turned away and gone"),
                ("evicted", "evictions"),
            ):
                people.append(Unserved(what, place, mean(measure) * per_year, ended))
            for what, measure in (("declined", "declines"), ("lapsed", "requests lapsed")):
                if place in asked:
                    people.append(Unserved(what, place, mean(measure) * per_year))
            people.append(Unserved("waiting", place, mean("waiting"), mean("waiting at the end")))
        if not service.unlimited and mean("open places at the end") == 0:
            never = mean("time open") == 0
            people.append(Unserved("closed" if never else "closed at the end", place, 1.0))
    return [each for each in people if each.number > 0 or (each.of > 0 and each.what == "waiting")]


def asked_in_vain(results: Results) -> set[int]:
    """Return the services after those that people left without a next place."""
    services = results.plan.services
    left = {
        place
        for place, service in enumerate(services)
        if service.kind is Kind.PLACES
        for way in ("to the street", "gone")
        if results.number(f"{way} without next place", service.name).any()
    }
    return {to for place, to in blocked_pairs(services) if place in left}


def later_nights(results: Results, number: int) -> list[str]:
    """Return the night services to which people turned away by one can still apply that night.

    They give out their places later, before the night of the first is over, to a class of it.
    """
    services = results.plan.services
    first = services[number]
    length = (first.morning - first.evening) % 1.0 or 1.0
    return [
        other.name
        for place, other in enumerate(services)
        if other.kind is Kind.OVERNIGHT
        and place != number
        and any(map(min, first.classes, other.classes))
        and ((after := (other.evening - first.evening) % 1.0) > 0.0 or place > number)
        and after < length
    ]


def _lived(results: Results) -> Array:
    """Return mean person-days lived in each service over the whole period (S,)."""
    days = windows(results.outline)[0].days
    days_lived = np.zeros(len(results.outline.services))
    for number, service in enumerate(results.outline.services):
        if service.kind in ("places", "overnight"):
            days_lived[number] = results.number("occupied places", service.name).mean() * days
    return days_lived


# --------------------------------------------------------------------------------- by year

HEADLINES = (
    ("street nights per year", "street"),
    ("people without a place per night", "street"),
    ("occupied places", WHOLE),
    ("blocked places", WHOLE),
    ("housed within 12 months", WHOLE),
    ("cost per year", WHOLE),
)
"""Measures a run and a comparison are first read for, and where they are taken.

Deaths are not among them: people who left are not counted any more, so whoever gets a place and
stays is counted longer, and a scenario that helps would seem to kill.
"""
OF_SERVICES = (
    "open places at the end", "people while open", "occupied share", "blocked places", "waiting",
    "turned away",
)  # fmt: skip
"""Measures of each service that the table of a run has a column for."""
DECLARED = ("open places at the end",)
"""Those of them that follow from the scenario alone: no chance, no test."""
ADDED_UP = ("turned away",)
"""Those of them that are added up over the period: given a year."""
MARGIN = 0.1
"""Years are noted as unlike the mean if they differ by more than this share of it."""


@dataclass(frozen=True, slots=True)
class ByYear:
    """One number over the whole period and in each model year: means, with 95 % intervals.

    ``unlike``: the two years (places in ``years``) that differ most, where they are certain to
    differ by more than MARGIN of the mean, which then hides this; else None.
    """

    measure: str
    service: str
    unit: str
    whole: float
    years: tuple[str, ...]
    means: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    unlike: tuple[int, int] | None


def headlines_by_year(results: Results) -> list[ByYear]:
    """Return HEADLINES by model year, none where the period has fewer than two of them."""
    return by_year(results, HEADLINES)


def services_by_year(results: Results) -> list[ByYear]:
    """Return OF_SERVICES by model year, service by service."""
    services = [service.name for service in results.outline.services]
    return by_year(results, [(measure, name) for name in services for measure in OF_SERVICES])


def by_year(
    results: Results, numbers: Sequence[tuple[str, str]], base: Results | None = None
) -> list[ByYear]:
    """Return these (measure, service) by model year, or their differences from a base.

    The base must share its random numbers: its replications are the same ones. Left out are
    numbers that either has not, and everything where there are fewer than two model years.
    """
    years = tuple(each.label for each in windows(results.outline) if each.year)
    runs = [
        (each, {key: column for column, key in enumerate(each.keys)})
        for each in (results, base)
        if each is not None
    ]
    known: list[tuple[str, str]] = []
    cubes: list[Array] = []  # (R, 1 + Y): the whole period, then each year
    for measure, service in numbers if len(years) > 1 else ():
        own = [_columns(each, measure, service, years) for each in runs]
        there = [each for each in own if each is not None]
        if len(there) == len(runs):
            known.append((measure, service))
            with np.errstate(invalid="ignore"):  # inf - inf: not reached with and without
                cubes.append(there[0] - there[1] if base is not None else there[0])
    if not known:
        return []
    values = np.stack(cubes, axis=1)
    estimate = estimates(values.reshape(len(values), -1))
    mean, low, high = (each.reshape(values.shape[1:]) for each in estimate[:3])
    unlike = unlike_periods(values[:, :, 1:], MARGIN * np.abs(mean[:, 0]))
    for k, (measure, _) in enumerate(known):
        if measure in DECLARED and np.ptp(mean[k, 1:]) > MARGIN * abs(mean[k, 0]):
            first, second = sorted((int(mean[k, 1:].argmin()), int(mean[k, 1:].argmax())))
            unlike[k] = first, second
    return [
        ByYear(
            measure=measure,
            service=service,
            unit=measure_named(measure).unit,
            whole=float(mean[k, 0]),
            years=years,
            means=tuple(mean[k, 1:].tolist()),
            lows=tuple(low[k, 1:].tolist()),
            highs=tuple(high[k, 1:].tolist()),
            unlike=unlike[k],
        )
        for k, (measure, service) in enumerate(known)
    ]


def _columns(
    run: tuple[Results, dict[Key, int]], measure: str, service: str, years: Sequence[str]
) -> Array | None:
    """Return a number over the whole period and in each year (R, 1 + Y), None if there is none."""
    results, column = run
    keys = [Key(measure, service, "", WHOLE, period) for period in (WHOLE, *years)]
    if any(key not in column for key in keys):
        return None
    columns: Array = results.values[:, [column[key] for key in keys]].copy()
    if measure in ADDED_UP:
        columns[:, 0] *= YEAR / windows(results.outline)[0].days
    return columns
