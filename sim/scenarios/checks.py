"""Checks across a scenario: names, sums, dates, order of times, sources, reach."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator, Sequence

from sim.core.distributions import distribution
from sim.core.errors import KeyPath, by_report_name, quoted, suggestion
from sim.core.events import DESTINATIONS
from sim.core.limits import LONGEST_NAME, LONGEST_PERIOD, MOST_SERVICES, MOST_YEARS, UNLIMITED
from sim.core.units import largest_remainder, plain
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
    reached = {stream.to for stream in scenario.people.arrivals.values()}
    reached |= {
        name
        for name, group in scenario.start.services.items()
        if people_in(group.people) or group.waiting.value
    }
    reached |= {name for name, service in scenario.services.items() if _always(service)}
    fresh = set(reached)
    while fresh:
        fresh = {
            to
            for name, service in scenario.services.items()
            for to in (
                [name]
                if isinstance(service, Overnight) and service.visitors_of in reached
                else _leads_to(service)
                if name in reached
                else ()
            )
        } - reached
        reached |= fresh
    for name, service in scenario.services.items():
        if name not in reached:
            yield ("services", name), _WORDS[service.kind]


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

Faults = Iterator[tuple[KeyPath, str]]


def served(scenario: Scenario, service: AnyService) -> tuple[str, ...]:
    """Return the classes a service serves, in the order of the file."""
    classes = tuple(scenario.people.classes)
    if isinstance(service, Outreach) or service.classes is None:
        return classes
    return tuple(name for name in classes if name in service.classes)


def check_names(scenario: Scenario) -> Faults:
    """Yield (path, sentence) for each name that is unknown or does not fit."""
    yield from _own_names(scenario)
    yield from _Names(scenario).check()


def _own_names(scenario: Scenario) -> Faults:
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


class _Names:
    """The names of a scenario, and where others stand for them."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.classes = tuple(scenario.people.classes)
        hosts, drop_ins = (
            [name for name, each in scenario.services.items() if isinstance(each, kind)]
            for kind in (Places, DropIn)
        )
        self.hosts = hosts
        self.allowed = {
            "a class of this file": self.classes,
            "a trait of this file": tuple(scenario.people.traits),
            "a room of this file": tuple(scenario.rooms),
            "a drop-in": tuple(drop_ins),
            "a service of kind places": tuple(hosts),
            "a destination": (*hosts, *DESTINATIONS),
        }
        self.shown = [  # what services and classes are called in reports of both languages
            (name, (each.names.fr, each.names.en))
            for named in (scenario.services, scenario.people.classes)
            for name, each in named.items()
            if each.names is not None
        ]

    def check(self) -> Faults:
        """Yield (path, sentence) for each name that is unknown or does not fit."""
        scenario = self.scenario
        for name, stream in scenario.people.arrivals.items():
            path: KeyPath = ("people", "arrivals", name)
            yield from self._names((*path, "classes"), stream.classes, "a class of this file")
            targets = (*self.hosts, "street")
            yield from self._name((*path, "to"), stream.to, "a service of kind places", targets)
            come = [each for each in stream.classes or self.classes if each in self.classes]
            yield from self._are_served((*path, "to"), stream.to, come, _of("arrivals"))
        yield from self._by_class(("start", "street"), scenario.start.street)
        for name, group in scenario.start.services.items():
            path = ("start", "services", name)
            yield from self._name(path, name, "a service of kind places")
            yield from self._by_class((*path, "people"), group.people)
            for each in group.people if isinstance(group.people, dict) else ():
                if each in self.classes:
                    person_path, mend = (*path, "people", each), f"remove {each} here"
                    yield from self._are_served(person_path, name, [each], mend)
        for name, service in scenario.services.items():
            yield from self._service(("services", name), service)

    def _name(
        self, path: KeyPath, name: str | None, what: str, allowed: Sequence[str] | None = None
    ) -> Faults:
        """Yield that a name is not one of those allowed, and which may be meant."""
        allowed = self.allowed[what] if allowed is None else allowed
        if name is None or name in allowed:
            return
        meant = by_report_name(name, self.shown)
        if meant:
            yield path, f"{quoted(name)} is the name in reports; the name in files is '{meant}'"
        else:
            hint = suggestion(name, allowed) if allowed else "; the file has none"
            yield path, f"{quoted(name)} is not {what}{hint}"

    def _names(
        self,
        path: KeyPath,
        names: Iterable[str] | None,
        what: str,
        allowed: Sequence[str] | None = None,
    ) -> Faults:
        for name in names or ():
            yield from self._name(path, name, what, allowed)

    def _by_class(self, path: KeyPath, written: PerClass) -> Faults:
        for name in written if isinstance(written, dict) else ():
            yield from self._name((*path, name), name, "a class of this file")

    def _are_served(self, path: KeyPath, to: str, come: Iterable[str], mend: str) -> Faults:
        """Yield that a service does not serve some of those who come to it."""
        if to in self.scenario.services:
            target = served(self.scenario, self.scenario.services[to])
            refused = [name for name in come if name not in target]
            if refused:
                who = " and ".join(refused)
                mends = f"{mend}, or add {who} to the classes of '{to}'"
                yield path, f"'{to}' does not serve {who}: {mends}"

    def _service(self, path: KeyPath, service: AnyService) -> Faults:
        if isinstance(service, Outreach):
            for i, made in enumerate(service.makes_visitors):
                yield from self._name((*path, "makes_visitors", i, "of"), made.of, "a drop-in")
        else:
            yield from self._names((*path, "classes"), service.classes, "a class of this file")
            yield from self._name((*path, "room"), service.room, "a room of this file")
        if isinstance(service, Outreach | DropIn):
            for i, referral in enumerate(service.referrals):
                item = (*path, "referrals", i)
                yield from self._name((*item, "to"), referral.to, "a service of kind places")
                yield from self._names((*item, "classes"), referral.classes, "a class of this file")
        else:
            yield from self._priority(path, service)
        if isinstance(service, DropIn):
            yield from self._by_class((*path, "visitors"), service.visitors)
            yield from self._name((*path, "trait"), service.trait, "a trait of this file")
        elif isinstance(service, Overnight):
            yield from self._name((*path, "visitors_of"), service.visitors_of, "a drop-in")
        elif isinstance(service, Places):
            yield from self._onwards(path, service)

    def _priority(self, path: KeyPath, service: Overnight | Places) -> Faults:
        seen: set[str] = set()
        for i, group in enumerate(service.priority):
            item = (*path, "priority", i)
            for name in group:
                yield from self._name(
                    item, name, "a class served here", served(self.scenario, service)
                )
                if name in seen:
                    yield item, f"'{name}' is named twice; a class has one rank"
                seen.add(name)

    def _onwards(self, path: KeyPath, service: Places) -> Faults:
        own = served(self.scenario, service)
        for i, route in enumerate(service.routes):
            item = (*path, "routes", i)
            yield from self._name((*item, "to"), route.to, "a destination")
            yield from self._names((*item, "classes"), route.classes, "a class served here", own)
            led = [name for name in own if route.classes is None or name in route.classes]
            yield from self._are_served((*item, "to"), route.to, led, _of("routes"))
        then = (*path, "blocked", "then")
        yield from self._name(then, service.blocked.then, "a destination")
        yield from self._are_served(then, service.blocked.then, own, "name another fallback")
        if service.blocked.then == path[-1] and path[-1] not in DESTINATIONS:
            yield (
                then,
                "nobody leaves a service for the service itself: name another fallback",
            )


def _of(what: str) -> str:
    return f"name under 'classes' whom these {what} are for"


# --- Checks across a scenario: sums, dates, order of times, sources.

WITHOUT_SOURCE = ("period", "run")
"""Sections whose numbers are choices of whoever runs the scenario, not facts."""
WITHOUT_RANGE = ("hours", "time")
"""Dimensions of clock and week, which no range describes."""


def check(scenario: Scenario) -> Faults:
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
            if _may_take_no_time(service.stay):  # people could go round for ever in one instant
                message = "a stay lasts longer than 0 days; a few minutes are allowed: '5 min'"
                yield (*path, "stay"), message
            yield from _offers(scenario, path, service)
            if service.blocked.wait == "in the street" and service.blocked.at_most is not None:
                yield (
                    (*path, "blocked", "at_most"),
                    "who waits in the street has no longest wait in the place: leave 'at_most' "
                    "out, or write 'wait: in the place'",
                )
        if isinstance(service, DropIn) and service.referrals and service.interviews is None:
            message = "visits open referrals in interviews only: write 'interviews' too"
            yield (*path, "referrals"), message
        yield from _costs(path, service)
        if isinstance(service, Overnight) and not (service.from_.value - service.until.value) % 1:
            yield (*path, "until"), "people cannot leave at the hour at which they come"
    if not unknown:  # an unknown name leads nowhere, and is a fault already
        yield from check_reach(scenario)
    yield from _values(scenario)


def check_apart(scenario: Scenario) -> Faults:
    """Yield what ``check`` says of names and of sums of shares, which hold value by value."""
    yield from check_names(scenario)
    yield from _class_shares(scenario)
    for name, service in scenario.services.items():
        if isinstance(service, Places):
            yield from _routes(scenario, ("services", name), service)


def _period(scenario: Scenario) -> Faults:
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


def _whole_days(path: KeyPath, time: Quantity) -> Faults:
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


def _class_shares(scenario: Scenario) -> Faults:
    total = sum(each.share.value for each in scenario.people.classes.values())
    if abs(total - 1) > 1e-9:
        message = f"the shares of the classes sum to {_percent(total)}, not to 100 %"
        yield ("people", "classes"), message


def _percent(share: float) -> str:
    return f"{plain(round(share * 100, 6))} %"


def _start(scenario: Scenario) -> Faults:
    everybody = people_in(scenario.start.street)
    for name, group in scenario.start.services.items():
        service = scenario.services.get(name)
        street = everybody if service is None else _of_classes(scenario, served(scenario, service))
        if group.waiting.value > street:
            people = "person" if group.waiting.value == 1 else "people"
            of = "" if street == everybody else " of the classes served"
            yield (
                ("start", "services", name, "waiting"),
                f"{plain(group.waiting.value)} {people} of the street cannot be on the list when "
                f"only {plain(street)}{of} {'is' if street == 1 else 'are'} in the street at the "
                "start",
            )


def _of_classes(scenario: Scenario, names: Sequence[str]) -> float:
    """Return how many people of some classes are in the street at the start."""
    written = scenario.start.street
    if isinstance(written, dict):
        return sum(each.value for name, each in written.items() if name in names)
    classes = scenario.people.classes
    weights = [each.share.value for each in classes.values()]
    people = largest_remainder(int(written.value), weights)
    return sum(count for name, count in zip(classes, people, strict=True) if name in names)


def people_in(written: PerClass) -> float:
    """Return the number of people, all classes together."""
    if isinstance(written, dict):
        return sum(each.value for each in written.values())
    return written.value


def _routes(scenario: Scenario, path: KeyPath, service: Places) -> Faults:
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


def _may_take_no_time(law: Law) -> bool:
    """Return whether a law ever gives 0 days each time it is drawn."""
    written = law.parameters.get("value" if law.family == "fixed" else "values", [])
    if isinstance(written, Quantity):
        return 0.0 in written.numbers()
    return bool(written) and all(number == 0.0 for each in written for number in each.numbers())


def _costs(path: KeyPath, service: AnyService) -> Faults:
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


def _offers(scenario: Scenario, path: KeyPath, service: Places) -> Faults:
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


def _values(scenario: Scenario) -> Faults:
    for path, value in numbers_in(scenario):
        parts = value.quantities() if isinstance(value, Law) else [((), value)]
        for below, quantity in parts:
            at = (*path, *below)
            if quantity.dates and quantity.dates[0] > scenario.period.start:
                first = quantity.dates[0].isoformat()
                yield (
                    (*at, "calendar", first),
                    f"the first date, {first}, is after the start of the period, "
                    f"{scenario.period.start}: say what holds before",
                )
            low, high = quantity.annotation.range or (-math.inf, math.inf)
            if not all(low - 1e-9 <= number <= high + 1e-9 for number in quantity.numbers()):
                yield (*at, "range"), "the value itself lies outside its range"
        if isinstance(value, Law) and any(each.ramp for _, each in value.quantities()):
            yield from _ramped(scenario, path, value)
    if scenario.published:
        yield from unsourced(scenario)


def _ramped(scenario: Scenario, path: KeyPath, law: Law) -> Faults:
    """Say on which first day parameters of a law do not fit: ramps may cross between dates."""
    start, length = scenario.period.start, scenario.period.length.value
    for time, fields in law.at_steps(start, min(length, (datetime.date.max - start).days)):
        try:
            distribution(law.family, **fields)
        except ValueError as error:
            unit = " (in days)" if _is_time(law) else ""
            date = start.fromordinal(start.toordinal() + int(time))
            yield path, f"{error}{unit} from {date} on"
            return


def _is_time(law: Law) -> bool:
    return any(each.dimension == "duration" for _, each in law.quantities())


def unsourced(scenario: Scenario) -> Faults:
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
            annotation = Annotation(
                own.source or whole.source,
                own.status or whole.status,
                own.range or whole.range,
            )
            yield from _lacking((*path, *(() if own == whole else below)), quantity, annotation)


def _lacking(path: KeyPath, quantity: Quantity, annotation: Annotation) -> Faults:
    lacks = [word for word in ("source", "status") if getattr(annotation, word) is None]
    ranged = annotation.status == "observed" or quantity.dimension in WITHOUT_RANGE
    if annotation.status is not None and annotation.range is None and not ranged:
        lacks.append("range")
    if lacks:
        yield path, f"a published scenario also gives the {' and '.join(lacks)} of this number"
