"""Checks across a scenario: sums, dates, order of times, sources; names are in ``names``."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Sequence

from sim.scenario.kinds import COSTS, AnyService, DropIn, Outreach, Overnight, Places
from sim.scenario.markers import PerClass
from sim.scenario.names import check_names, served
from sim.scenario.reach import check_reach
from sim.scenario.resolving import fields_of, numbers_in
from sim.scenario.schema import Scenario
from sim.scenario.values import Annotation, Law, Quantity
from sim.vocabulary.errors import Path
from sim.vocabulary.limits import LONGEST_PERIOD, MOST_YEARS
from sim.vocabulary.quantities import UNLIMITED, plain

Found = Iterator[tuple[Path, str]]

WITHOUT_SOURCE = ("period", "run")
"""Sections whose numbers are choices of whoever runs the scenario, not facts."""
WITHOUT_RANGE = ("hours", "time")
"""Dimensions of clock and week, which no range describes."""


def check(scenario: Scenario) -> Found:
    """Yield (path, sentence) for everything wrong in a scenario whose single values are right."""
    unknown = list(check_names(scenario))
    yield from unknown
    yield from _period(scenario)
    yield from _class_shares(scenario)
    yield from _start(scenario)
    for name, service in scenario.services.items():
        path: Path = ("services", name)
        if isinstance(service, Places):
            yield from _routes(scenario, path, service)
            yield from _stay(path, service)
            yield from _offers(scenario, path, service)
        if isinstance(service, DropIn) and service.referrals and service.interviews is None:
            message = "visits open referrals in interviews only: write 'interviews' too"
            yield (*path, "referrals"), message
        yield from _costs(path, service)
        if isinstance(service, Overnight) and service.from_.value == service.until.value:
            yield (*path, "until"), "people cannot leave at the hour at which they come"
    if not unknown:  # a name that is not known leads nowhere, which is told already
        yield from check_reach(scenario)
    yield from _values(scenario)


def _period(scenario: Scenario) -> Found:
    period = scenario.period
    for key in ("length", "warm_up"):
        yield from _whole_days(("period", key), getattr(period, key))
    if period.length.value > LONGEST_PERIOD:
        yield ("period", "length"), f"{MOST_YEARS} years is the longest time that can be simulated"
    elif (datetime.date.max - period.start).days < period.length.value:
        yield ("period", "length"), f"the period ends after the year {datetime.date.max.year}"
    if period.warm_up.value >= period.length.value:
        yield (
            ("period", "warm_up"),
            f"the warm-up ({period.warm_up.written}) must be shorter than the simulated time "
            f"({period.length.written})",
        )


def _whole_days(path: Path, time: Quantity) -> Found:
    """Say that a period goes by whole days; months and years are rounded to them."""
    by_convention = isinstance(time.written, str) and time.written.rstrip("s").endswith(
        ("month", "year")
    )
    if time.value % 1 and not (by_convention and time.value >= 0.5):
        days = math.floor(time.value)
        fewer, more = (f"{n} day" if n == 1 else f"{n} days" for n in (days, days + 1))
        either = (
            f"write '{fewer}' or '{more}'" if days or path[-1] == "warm_up" else f"write '{more}'"
        )
        yield path, f"a period goes by whole days: {either}, not {time.written}"


def _class_shares(scenario: Scenario) -> Found:
    total = sum(each.share.value for each in scenario.people.classes.values())
    if abs(total - 1) > 1e-9:
        message = f"the shares of the classes sum to {_percent(total)}, not to 100 %"
        yield ("people", "classes"), message


def _percent(share: float) -> str:
    return f"{plain(round(share * 100, 6))} %"


def _start(scenario: Scenario) -> Found:
    street = people_in(scenario.start.street)
    for name, group in scenario.start.services.items():
        if group.waiting.value > street:
            yield (
                ("start", "services", name, "waiting"),
                f"{plain(group.waiting.value)} people of the street cannot be on the list when "
                f"only {plain(street)} are in the street at the start",
            )


def people_in(written: PerClass) -> float:
    """Return the number of people, all classes together."""
    if isinstance(written, dict):
        return sum(each.value for each in written.values())
    return written.value


def _routes(scenario: Scenario, path: Path, service: Places) -> Found:
    """Check that the routes of each class sum to 100 %; classes with the same fault together."""
    wrong: dict[str, list[str]] = {}
    for name in served(scenario, service):
        shares = [r.share for r in service.routes if r.classes is None or name in r.classes]
        message = _wrong_sum(scenario, shares)
        if message:
            wrong.setdefault(message, []).append(name)
    everybody = tuple(served(scenario, service))
    for message, names in wrong.items():
        whose = "" if tuple(names) == everybody else f" of {' and '.join(names)}"
        yield (*path, "routes"), f"the shares of the routes{whose} {message}"


def _wrong_sum(scenario: Scenario, shares: Sequence[Quantity]) -> str:
    """Say at which first date the shares do not sum to 100 %, nothing if they always do."""
    if all(share.is_constant for share in shares):
        total = sum(share.value for share in shares)
        return "" if abs(total - 1) < 1e-9 else f"sum to {_percent(total)}, not to 100 %"
    return next(
        (
            f"sum to {_percent(total)} from {date} on, not to 100 %"
            for date, total in _totals(scenario, shares)
            if abs(total - 1) > 1e-9
        ),
        "",
    )


def _totals(scenario: Scenario, shares: Sequence[Quantity]) -> Iterator[tuple[str, float]]:
    """Yield (date, sum) at every step of any of the quantities."""
    start, length = scenario.period.start, scenario.period.length.value
    steps = [share.calendar(start, length) for share in shares]
    for time in sorted({time for each in steps for time in each.times}):
        date = start.fromordinal(start.toordinal() + int(time))
        yield date.isoformat(), sum(each.at(time) for each in steps)


def _stay(path: Path, service: Places) -> Found:
    """Check that a stay takes time: people could go round for ever in one instant."""
    if _may_take_no_time(service.stay):
        yield (*path, "stay"), "a stay lasts longer than 0 days; a few minutes are allowed: '5 min'"


def _may_take_no_time(law: Law) -> bool:
    """Return whether a law ever gives 0 days each time it is drawn."""
    written = law.parameters.get("value" if law.family == "fixed" else "values", [])
    if isinstance(written, Quantity):
        return 0.0 in written.numbers()
    return bool(written) and all(number == 0.0 for each in written for number in each.numbers())


def _costs(path: Path, service: AnyService) -> Found:
    """Check that each cost is of something the service has: it would silently be 0."""
    fitting = COSTS[service.kind]
    for key, name, _ in fields_of(service.cost):
        given = getattr(service.cost, name) is not None
        if given and key not in fitting:
            costs = ", ".join(fitting)
            yield (
                (*path, "cost", key),
                f"a service of the kind {service.kind} has no such cost; it can have {costs}",
            )
    if isinstance(service, Outreach):
        if service.cost.per_outing is not None and service.outings is None:
            message = "contacts at random have no outings: write 'per_visit', the cost of a contact"
            yield (*path, "cost", "per_outing"), message
    elif service.cost.per_place_year is not None and UNLIMITED in service.places.numbers():
        message = "places without limit are not paid one by one: write 'per_year' instead"
        yield (*path, "cost", "per_place_year"), message


def _offers(scenario: Scenario, path: Path, service: Places) -> Found:
    if service.offers is None:
        return
    for date, total in _totals(scenario, (service.offers.unreachable, service.offers.declined)):
        if total > 1 + 1e-9:
            message = f"'unreachable' and 'declined' sum to {_percent(total)} from {date} on"
            yield (*path, "offers"), f"{message}; 100 % is the most"
            break
    if max(service.offers.unreachable.numbers()) > 0 and _may_take_no_time(
        service.offers.again_after
    ):
        message = "who cannot be reached is offered a place again later, not in the same instant"
        yield (*path, "offers", "again_after"), f"{message}: write a time such as '1 day'"


# ----------------------------------------------------------------- single values


def _values(scenario: Scenario) -> Found:
    for path, value in numbers_in(scenario):
        parts = value.quantities() if isinstance(value, Law) else [((), value)]
        for below, quantity in parts:
            yield from _dates(scenario, (*path, *below), quantity)
            yield from _within_range((*path, *below), quantity)
    if scenario.published:
        yield from unsourced(scenario)


def _dates(scenario: Scenario, path: Path, quantity: Quantity) -> Found:
    if quantity.dates and quantity.dates[0] > scenario.period.start:
        first = quantity.dates[0].isoformat()
        yield (
            (*path, "calendar", first),
            f"the first date, {first}, is after the start of the period, "
            f"{scenario.period.start}: say what holds before",
        )


def _within_range(path: Path, quantity: Quantity) -> Found:
    between = quantity.annotation.range
    if between is None:
        return
    for number in quantity.numbers():
        if not between[0] - 1e-9 <= number <= between[1] + 1e-9:
            yield (*path, "range"), "the value itself lies outside its range"
            return


def unsourced(scenario: Scenario) -> Found:
    """Yield (path, sentence) for every number that lacks source, status or range.

    A number that equals the default of its field needs none: it is as if it were not written.
    """
    for path, value in numbers_in(scenario, defaults=False):
        if path[0] in WITHOUT_SOURCE:
            continue
        if isinstance(value, Quantity):
            yield from _lacking(path, value, value.annotation)
            continue
        whole = value.annotation
        for below, quantity in value.quantities():
            own = quantity.annotation
            said = Annotation(
                own.source or whole.source,
                own.status or whole.status,
                own.range or whole.range,
            )
            yield from _lacking((*path, *(() if own == whole else below)), quantity, said)


def _lacking(path: Path, quantity: Quantity, said: Annotation) -> Found:
    lacks = [word for word in ("source", "status") if getattr(said, word) is None]
    ranged = said.status == "observed" or quantity.dimension in WITHOUT_RANGE
    if said.status is not None and said.range is None and not ranged:
        lacks.append("range")
    if lacks:
        yield path, f"a published scenario also gives the {' and '.join(lacks)} of this number"
