"""Names in a scenario: every class, service, trait and room that is named must exist and fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sim.scenario.kinds import AnyService, DropIn, Outreach, Overnight, Places
from sim.scenario.markers import PerClass
from sim.scenario.reading import QUANTITY_KEYS
from sim.scenario.schema import Scenario
from sim.vocabulary.errors import Path, by_report_name, did_you_mean, quoted
from sim.vocabulary.events import DESTINATIONS
from sim.vocabulary.limits import LONGEST_NAME, MOST_SERVICES

Found = Iterator[tuple[Path, str]]


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
        path: Path = ("people", "arrivals", name)
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
    groups: list[tuple[Path, Iterable[str], Iterable[str]]] = [
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


def _one_of(scenario: Scenario, path: Path, name: str, allowed: Sequence[str], what: str) -> Found:
    if name in allowed:
        return
    meant = by_report_name(name, _shown(scenario))
    if meant:
        yield path, f"{quoted(name)} is the name in reports; the name in files is '{meant}'"
        return
    hint = did_you_mean(name, allowed) if allowed else "; the file has none"
    yield path, f"{quoted(name)} is not {what}{hint}"


def _shown(scenario: Scenario) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield what services and classes are called in files, and in reports of both languages."""
    for named in (scenario.services, scenario.people.classes):
        for name, each in named.items():
            if each.names is not None:
                yield name, (each.names.fr, each.names.en)


def _classes(
    scenario: Scenario, path: Path, named: Sequence[str] | None, allowed: Sequence[str]
) -> Found:
    for name in named or ():
        yield from _one_of(scenario, (*path, "classes"), name, allowed, "a class of this file")


def _served(path: Path, to: str, come: Iterable[str], target: Sequence[str], what: str) -> Found:
    refused = [name for name in come if name not in target]
    if refused:
        mend = f"name under 'classes' whom these {what} are for"
        yield path, _not_served(to, refused, mend)


def _not_served(to: str, refused: Sequence[str], mend: str) -> str:
    who = " and ".join(refused)
    return f"'{to}' does not serve {who}: {mend}, or add {who} to the classes of '{to}'"


def _start_names(scenario: Scenario, classes: Sequence[str]) -> Found:
    path: Path = ("start", "street")
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


def _by_class(scenario: Scenario, path: Path, written: PerClass, classes: Sequence[str]) -> Found:
    for name in written if isinstance(written, dict) else ():
        yield from _one_of(scenario, (*path, name), name, classes, "a class of this file")


def _service(scenario: Scenario, path: Path, service: AnyService, classes: Sequence[str]) -> Found:
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
    scenario: Scenario, path: Path, service: Outreach | DropIn, classes: Sequence[str]
) -> Found:
    for i, referral in enumerate(service.referrals):
        here = (*path, "referrals", i)
        yield from _one_of(
            scenario, (*here, "to"), referral.to, _services(scenario, Places), _TARGET
        )
        yield from _classes(scenario, here, referral.classes, classes)


def _visitors(scenario: Scenario, path: Path, service: DropIn, classes: Sequence[str]) -> Found:
    yield from _by_class(scenario, (*path, "visitors"), service.visitors, classes)
    if service.trait is not None:
        traits = list(scenario.people.traits)
        yield from _one_of(
            scenario, (*path, "trait"), service.trait, traits, "a trait of this file"
        )


def _priority(
    scenario: Scenario, path: Path, service: Overnight | Places, allowed: Sequence[str]
) -> Found:
    seen: set[str] = set()
    for i, group in enumerate(service.priority):
        for name in group:
            here = (*path, "priority", i)
            yield from _one_of(scenario, here, name, allowed, "a class served here")
            if name in seen:
                yield here, f"'{name}' is named twice; a class has one rank"
            seen.add(name)


def _onwards(scenario: Scenario, path: Path, service: Places) -> Found:
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
