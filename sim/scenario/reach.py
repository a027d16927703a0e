"""Which services anybody can come to."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.kinds import AnyService, DropIn, Outreach, Overnight, Places
from sim.scenario.schema import Scenario
from sim.vocabulary.errors import Path

_WORDS = {
    "places": "nobody can come: no arrivals, referrals, routes or people at the start lead here",
    "drop-in": "nobody visits: no 'visitors' from the start, and no outreach makes any",
    "overnight": "the visitors who could apply visit a service that nobody visits",
}


def check_reach(scenario: Scenario) -> Iterator[tuple[Path, str]]:
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
