"""From people as they are written to arrival streams, the start and traits."""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul
from typing import Any

from sim.plan.making import Making, combined, largest_remainder
from sim.plan.tables import Residual, Service, StartGroup, StartList, StartResidual, Stream, Trait
from sim.vocabulary.calendars import constant
from sim.vocabulary.events import STREET
from sim.vocabulary.keys import key_of


def traits(make: Making, written: Any) -> tuple[Trait, ...]:
    """Return the numbers drawn once per person."""
    found = []
    for name, law in written.items():
        made = make.law(law, f"trait:{name}")
        assert made is not None
        found.append(Trait(name, made))
    return tuple(found)


def streams(make: Making, written: Any) -> tuple[Stream, ...]:
    """Return one stream per arrival stream and class that may come by it."""
    found = []
    for name, each in written.items():
        rate = make.calendar(each.rate)
        named = [
            klass for klass in make.class_shares if each.classes is None or klass in each.classes
        ]
        total = sum(make.class_shares[klass] for klass in named)
        for klass in named:
            share = make.class_shares[klass] / total if total > 0.0 else 1.0 / len(named)
            if share > 0.0 and any(rate.values):
                words = f"{name}:{klass}"
                found.append(
                    Stream(
                        name=words,
                        key=key_of(f"arrivals:{words}"),
                        klass=list(make.class_shares).index(klass),
                        rate=combined(mul, rate, constant(share)),
                        to=make.destination(each.to),
                        gap_purpose=make.purpose(f"gap:{words}"),
                    )
                )
    return tuple(found)


def numbers_by_class(make: Making, written: Any, allowed: Sequence[bool]) -> list[int]:
    """Return how many people of each class, a total shared by largest remainder."""
    if isinstance(written, dict):
        return [int(make.first(written.get(name, 0))) for name in make.class_shares]
    shares = [
        share if ok else 0.0 for share, ok in zip(make.class_shares.values(), allowed, strict=True)
    ]
    if not any(shares):  # the classes served have no share: they share equally
        shares = [float(ok) for ok in allowed]
    return largest_remainder(int(make.first(written)), shares)


def start_groups(make: Making, start: Any, services: Sequence[Service]) -> tuple[StartGroup, ...]:
    """Return who is present at the start: the street first, then the services in file order."""
    everyone = [True] * len(make.class_shares)
    where = [("street", STREET, start.street, everyone)] + [
        (service.name, number, start.services[service.name].people, service.classes)
        for number, service in enumerate(services)
        if service.name in start.services
    ]
    return tuple(
        StartGroup(f"{name}:{klass}", key_of(f"start:{name}:{klass}"), place, people, number)
        for name, number, written, allowed in where
        for place, (klass, people) in enumerate(
            zip(make.class_shares, numbers_by_class(make, written, allowed), strict=True)
        )
        if people
    )


def start_lists(make: Making, start: Any, services: Sequence[Service]) -> tuple[StartList, ...]:
    """Return how many people of the street stand on each list at the start."""
    found = []
    for number, service in enumerate(services):
        if service.name in start.services:
            people = int(make.first(start.services[service.name].waiting))
            if people:
                found.append(StartList(number, people, make.purpose(f"start list:{service.name}")))
    return tuple(found)


def start_residuals(
    make: Making, start: Any, services: Sequence[Service]
) -> tuple[StartResidual | None, ...]:
    """Return the rule for the remaining stay of those hosted at the start, per service."""
    found: list[StartResidual | None] = []
    for service in services:
        written = start.services.get(service.name)
        if written is None or service.stay is None:
            found.append(None)
        elif written.residual in ("full", "equilibrium"):
            rule = Residual.FULL if written.residual == "full" else Residual.EQUILIBRIUM
            found.append(StartResidual(rule, None, make.purpose(f"residual:{service.name}")))
        else:
            given = make.law(written.residual, f"residual:{service.name}")
            assert given is not None
            found.append(StartResidual(Residual.GIVEN, given, given.purpose))
    return tuple(found)
