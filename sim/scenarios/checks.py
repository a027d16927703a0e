"""Checks across a scenario: names, sums, dates, order of times, sources, reach."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sim.core.errors import KeyPath, by_report_name, quoted, suggestion
from sim.core.events import DESTINATIONS
from sim.core.limits import LONGEST_NAME, LONGEST_PERIOD, MOST_SERVICES, MOST_YEARS, UNLIMITED
from sim.core.units import plain
from sim.scenarios.fields import QUANTITY_KEYS, PerClass
from sim.scenarios.resolved import fields_of, numbers_in
from sim.scenarios.schema import COSTS, AnyService, DropIn, Outreach, Overnight, Places, Scenario
from sim.scenarios.values import Annotation, Law, Quantity

# --- Which services anybody can come to.

_WORDS = {
    "places": "nobody can come: no arrivals, referrals, routes or people at the start lead here",
    "drop-in": "nobody visits: no 'visitors' from the start, and no outreach makes any",
    "overnight": "the visitors who could apply visit a service that nobody visits",
}


def check_reach(scenario: Scenario) -> Iterator[tuple[KeyPath, str]]:
    """Yield (path, sentence) for each service that nothing leads to."""
    reached = _reached(scenario)
    for name, service in scenario.services.items():
        if name not in reached:
            yield ("services", name), _WORDS[service.kind]


def _reached(scenario: Scenario) -> set[str]:
    reached = {stream.to for stream in scenario.people.arrivals.values()}
    for name, group in scenario.start.services.items():
        people = group.people.values() if isinstance(group.people, dict) else [group.people]
        if any(each.value for each in people) or group.waiting.value:
            reached.add(name)
    for name, service in scenario.services.items():
        if _always(service):
            reached.add(name)
    while True:
        led = {
            to
            for name, service in scenario.services.items()
            if name in reached
            for to in _leads_to(service)
        }
        led |= {
            name
            for name, service in scenario.services.items()
            if isinstance(service, Overnight) and service.visitors_of in reached
        }
        if led <= reached:
            return reached
        reached |= led


def _always(service: AnyService) -> bool:
    """Say whether people come by themselves, from the street."""
    if isinstance(service, Outreach):
        return True
    if isinstance(service, Overnight):
        return service.visitors_of is None
    if isinstance(service, DropIn):
        shares = service.visitors
        quantities = shares.values() if isinstance(shares, dict) else [shares]
        return any(number > 0 for each in quantities for number in each.numbers())
    return False


def _leads_to(service: AnyService) -> Iterator[str]:
    if isinstance(service, Outreach | DropIn):
        yield from (referral.to for referral in service.referrals)
    if isinstance(service, Outreach):
        yield from (made.of for made in service.makes_visitors)
    if isinstance(service, Places):
        yield from (route.to for route in service.routes)
        yield service.blocked.then


# --- Names in a scenario: every class, service, trait and room that is named must exist and fit.

Found = Iterator[tuple[KeyPath, str]]


def served(scenario: Scenario, service: AnyService) -> tuple[str, ...]:
    """Return the classes a service serves, in the order of the file."""
    classes = tuple(scenario.people.classes)
    if isinstance(service, Outreach) or service.classes is None:
        return classes
    return tuple(name for name in classes if name in service.classes)


def check_names(scenario: Scenario) -> Found:
    """Yield (path, sentence) for each name that is unknown or does not fit."""
    yield from _own_names(scenario)
    classes = tuple(scenario.people.classes)
    for name, stream in scenario.people.arrivals.items():
        path: KeyPath = ("people", "arrivals", name)
        yield from _classes(scenario, path, stream.classes, classes)
        names = [*_services(scenario, Places), "street"]
        yield from _one_of(scenario, (*path, "to"), stream.to, names, _TARGET)
        if stream.to in scenario.services:
            target = served(scenario, scenario.services[stream.to])
            come = [each for each in stream.classes or classes if each in classes]
            yield from _served((*path, "to"), stream.to, come, target, "arrivals")
    yield from _start_names(scenario, classes)
    for name, service in scenario.services.items():
        yield from _service(scenario, ("services", name), service, classes)


def _own_names(scenario: Scenario) -> Found:
    groups: list[tuple[KeyPath, Iterable[str], Iterable[str]]] = [
        (("people", "classes"), scenario.people.classes, ("all", "none", *QUANTITY_KEYS)),
        (("people", "traits"), scenario.people.traits, ("none",)),
        (("people", "arrivals"), scenario.people.arrivals, ()),
        (("rooms",), scenario.rooms, ("none",)),
        (("services",), scenario.services, ("none", *DESTINATIONS)),
    ]
    for path, names, reserved in groups:
        for name in names:
            wrong = wrong_name(name)
            if wrong:
                yield (*path, name), wrong
            elif name in reserved:
                yield (*path, name), f"'{name}' has a meaning of its own: choose another name"
    for path, names, what in (
        (("people", "classes"), scenario.people.classes, "class"),
        (("services",), scenario.services, "service"),
    ):
        if not names:
            yield path, f"at least one {what} is needed"
    if len(scenario.services) > MOST_SERVICES:
        yield ("services",), f"{MOST_SERVICES} services are the most that can be simulated"
    if len(scenario.people.arrivals) * len(scenario.people.classes) > MOST_SERVICES:
        message = f"streams of arrivals times classes: {MOST_SERVICES} are the most there can be"
        yield ("people", "arrivals"), message


_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a formula for programs that read tables, also in the wide form of East Asia."""


def wrong_name(name: str) -> str:
    """Say what is wrong with a name, nothing if it can be one."""
    wrong = wrong_word(name)
    bare = name != name.strip() or name.isdigit()
    if not wrong and (bare or any(mark in name for mark in ".[]")):
        return f"{quoted(name)} is no name: write words, without dots or brackets"
    return wrong


def wrong_word(name: str) -> str:
    """Say what is wrong with a word that heads or fills a table, nothing if it can stand there."""
    if len(name) > LONGEST_NAME:
        return f"a name has at most {LONGEST_NAME} characters; this one has {len(name)}"
    if name[:1] in _FORMULA:
        return (
            f"{quoted(name)} is no name: '{name[0]}' begins a formula in a table of results; "
            "begin with a letter"
        )
    if not name.isprintable() or not name:
        return f"{quoted(name)} is no name: write words, on one line"
    return ""


def _services(scenario: Scenario, kind: type[Any]) -> list[str]:
    return [name for name, each in scenario.services.items() if isinstance(each, kind)]


_TARGET = "a service of kind places"


def _one_of(
    scenario: Scenario, path: KeyPath, name: str, allowed: Sequence[str], what: str
) -> Found:
    if name in allowed:
        return
    meant = by_report_name(name, _shown(scenario))
    if meant:
        yield path, f"{quoted(name)} is the name in reports; the name in files is '{meant}'"
        return
    hint = suggestion(name, allowed) if allowed else "; the file has none"
    yield path, f"{quoted(name)} is not {what}{hint}"


def _shown(scenario: Scenario) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield what services and classes are called in files, and in reports of both languages."""
    for named in (scenario.services, scenario.people.classes):
        for name, each in named.items():
            if each.names is not None:
                yield name, (each.names.fr, each.names.en)


def _classes(
    scenario: Scenario, path: KeyPath, named: Sequence[str] | None, allowed: Sequence[str]
) -> Found:
    for name in named or ():
        yield from _one_of(scenario, (*path, "classes"), name, allowed, "a class of this file")


def _served(path: KeyPath, to: str, come: Iterable[str], target: Sequence[str], what: str) -> Found:
    refused = [name for name in come if name not in target]
    if refused:
        mend = f"name under 'classes' whom these {what} are for"
        yield path, _not_served(to, refused, mend)


def _not_served(to: str, refused: Sequence[str], mend: str) -> str:
    who = " and ".join(refused)
    return f"'{to}' does not serve {who}: {mend}, or add {who} to the classes of '{to}'"


def _start_names(scenario: Scenario, classes: Sequence[str]) -> Found:
    path: KeyPath = ("start", "street")
    yield from _by_class(scenario, path, scenario.start.street, classes)
    for name, group in scenario.start.services.items():
        path = ("start", "services", name)
        yield from _one_of(scenario, path, name, _services(scenario, Places), _TARGET)
        yield from _by_class(scenario, (*path, "people"), group.people, classes)
        if name in scenario.services and isinstance(group.people, dict):
            target = served(scenario, scenario.services[name])
            refused = [each for each in group.people if each in classes and each not in target]
            for each in refused:
                yield (*path, "people", each), _not_served(name, [each], f"remove {each} here")


def _by_class(
    scenario: Scenario, path: KeyPath, written: PerClass, classes: Sequence[str]
) -> Found:
    for name in written if isinstance(written, dict) else ():
        yield from _one_of(scenario, (*path, name), name, classes, "a class of this file")


def _service(
    scenario: Scenario, path: KeyPath, service: AnyService, classes: Sequence[str]
) -> Found:
    if isinstance(service, Outreach):
        for i, made in enumerate(service.makes_visitors):
            drop_ins = _services(scenario, DropIn)
            yield from _one_of(
                scenario, (*path, "makes_visitors", i, "of"), made.of, drop_ins, "a drop-in"
            )
    else:
        yield from _classes(scenario, path, service.classes, classes)
        if service.room is not None:
            yield from _one_of(
                scenario, (*path, "room"), service.room, list(scenario.rooms), "a room of this file"
            )
    if isinstance(service, Outreach | DropIn):
        yield from _referrals(scenario, path, service, classes)
    else:
        yield from _priority(scenario, path, service, served(scenario, service))
    if isinstance(service, DropIn):
        yield from _visitors(scenario, path, service, classes)
    elif isinstance(service, Overnight) and service.visitors_of is not None:
        drop_ins = _services(scenario, DropIn)
        yield from _one_of(
            scenario, (*path, "visitors_of"), service.visitors_of, drop_ins, "a drop-in"
        )
    elif isinstance(service, Places):
        yield from _onwards(scenario, path, service)


def _referrals(
    scenario: Scenario, path: KeyPath, service: Outreach | DropIn, classes: Sequence[str]
) -> Found:
    for i, referral in enumerate(service.referrals):
        here = (*path, "referrals", i)
        yield from _one_of(
            scenario, (*here, "to"), referral.to, _services(scenario, Places), _TARGET
        )
        yield from _classes(scenario, here, referral.classes, classes)


def _visitors(scenario: Scenario, path: KeyPath, service: DropIn, classes: Sequence[str]) -> Found:
    yield from _by_class(scenario, (*path, "visitors"), service.visitors, classes)
    if service.trait is not None:
        traits = list(scenario.people.traits)
        yield from _one_of(
            scenario, (*path, "trait"), service.trait, traits, "a trait of this file"
        )


def _priority(
    scenario: Scenario, path: KeyPath, service: Overnight | Places, allowed: Sequence[str]
) -> Found:
    seen: set[str] = set()
    for i, group in enumerate(service.priority):
        for name in group:
            here = (*path, "priority", i)
            yield from _one_of(scenario, here, name, allowed, "a class served here")
            if name in seen:
                yield here, f"'{name}' is named twice; a class has one rank"
            seen.add(name)


def _onwards(scenario: Scenario, path: KeyPath, service: Places) -> Found:
    allowed = [*_services(scenario, Places), *DESTINATIONS]
    here = served(scenario, service)
    for i, route in enumerate(service.routes):
        place = (*path, "routes", i)
        yield from _one_of(scenario, (*place, "to"), route.to, allowed, "a destination")
        for name in route.classes or ():
            yield from _one_of(scenario, (*place, "classes"), name, here, "a class served here")
        if route.to in scenario.services:
            target = served(scenario, scenario.services[route.to])
            led = [name for name in here if route.classes is None or name in route.classes]
            yield from _served((*place, "to"), route.to, led, target, "routes")
    then = (*path, "blocked", "then")
    yield from _one_of(scenario, then, service.blocked.then, allowed, "a destination")
    if service.blocked.then in scenario.services:
        target = served(scenario, scenario.services[service.blocked.then])
        refused = [name for name in here if name not in target]
        if refused:
            yield then, _not_served(service.blocked.then, refused, "name another fallback")


# --- Checks across a scenario: sums, dates, order of times, sources.

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
        path: KeyPath = ("services", name)
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


def check_apart(scenario: Scenario) -> Found:
    """Yield what ``check`` says of names and of sums of shares, which hold value by value."""
    yield from check_names(scenario)
    yield from _class_shares(scenario)
    for name, service in scenario.services.items():
        if isinstance(service, Places):
            yield from _routes(scenario, ("services", name), service)


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


def _whole_days(path: KeyPath, time: Quantity) -> Found:
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
            people = "person" if group.waiting.value == 1 else "people"
            yield (
                ("start", "services", name, "waiting"),
                f"{plain(group.waiting.value)} {people} of the street cannot be on the list when "
                f"only {plain(street)} {'is' if street == 1 else 'are'} in the street at the start",
            )


def people_in(written: PerClass) -> float:
    """Return the number of people, all classes together."""
    if isinstance(written, dict):
        return sum(each.value for each in written.values())
    return written.value


def _routes(scenario: Scenario, path: KeyPath, service: Places) -> Found:
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


def _stay(path: KeyPath, service: Places) -> Found:
    """Check that a stay takes time: people could go round for ever in one instant."""
    if _may_take_no_time(service.stay):
        yield (*path, "stay"), "a stay lasts longer than 0 days; a few minutes are allowed: '5 min'"


def _may_take_no_time(law: Law) -> bool:
    """Return whether a law ever gives 0 days each time it is drawn."""
    written = law.parameters.get("value" if law.family == "fixed" else "values", [])
    if isinstance(written, Quantity):
        return 0.0 in written.numbers()
    return bool(written) and all(number == 0.0 for each in written for number in each.numbers())


def _costs(path: KeyPath, service: AnyService) -> Found:
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


def _offers(scenario: Scenario, path: KeyPath, service: Places) -> Found:
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


def _dates(scenario: Scenario, path: KeyPath, quantity: Quantity) -> Found:
    if quantity.dates and quantity.dates[0] > scenario.period.start:
        first = quantity.dates[0].isoformat()
        yield (
            (*path, "calendar", first),
            f"the first date, {first}, is after the start of the period, "
            f"{scenario.period.start}: say what holds before",
        )


def _within_range(path: KeyPath, quantity: Quantity) -> Found:
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


def _lacking(path: KeyPath, quantity: Quantity, said: Annotation) -> Found:
    lacks = [word for word in ("source", "status") if getattr(said, word) is None]
    ranged = said.status == "observed" or quantity.dimension in WITHOUT_RANGE
    if said.status is not None and said.range is None and not ranged:
        lacks.append("range")
    if lacks:
        yield path, f"a published scenario also gives the {' and '.join(lacks)} of this number"
