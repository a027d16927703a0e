"""From a service as people write it to the row an engine receives."""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul
from typing import Any

from sim.plan.making import Fields, Making, combined
from sim.plan.places import places
from sim.plan.tables import (
    UNLIMITED,
    Chance,
    Clock,
    Kind,
    MakesVisitor,
    Referral,
    Risk,
    Service,
)
from sim.vocabulary.calendars import Calendar, constant, product
from sim.vocabulary.events import EXITS
from sim.vocabulary.keys import key_of

KINDS = {
    "outreach": Kind.OUTREACH,
    "drop-in": Kind.DROP_IN,
    "overnight": Kind.OVERNIGHT,
    "places": Kind.PLACES,
}


def service_row(make: Making, name: str, written: Any, scenario: Any) -> Service:
    """Return the row of one service of any kind."""
    kind = KINDS[written.kind]
    fields: Fields = {
        "name": name,
        "key": key_of(f"service:{name}"),
        "kind": kind,
        **common(make, written),
    }
    if kind is Kind.OUTREACH:
        fields |= outreach(make, name, written, scenario.coordination)
    elif kind is Kind.DROP_IN:
        fields |= drop_in(make, name, written, scenario.coordination)
    elif kind is Kind.OVERNIGHT:
        fields |= overnight(make, name, written)
    else:
        fields |= places(make, name, written)
    if kind in (Kind.OVERNIGHT, Kind.PLACES):
        hosted = scenario.people.leaving.hosted if written.leaving is None else written.leaving
        fields["risks"] = risks(make, hosted)
    return Service(**fields)


def common(make: Making, written: Any) -> Fields:
    """Return places, classes, priority and room; outreach has none of its own."""
    count = len(make.class_shares)
    if written.kind == "outreach":
        none = constant(0.0)
        return {
            "classes": (True,) * count,
            "priority": (0,) * count,
            "places": none,
            "open_places": none,
        }
    nominal = make.calendar(written.places)
    effective = open_places(nominal, make.calendar(written.staffed))
    return {
        "classes": make.allowed(written.classes),
        "priority": priority(make, getattr(written, "priority", ())),
        "places": nominal,
        "open_places": effective,
        "room": -1 if written.room is None else make.rooms.index(written.room),
    }


def open_places(nominal: Calendar, staffed: Calendar) -> Calendar:
    """Return effective capacity, in whole places; places without limit stay so."""
    return combined(_effective, nominal, product(nominal, staffed, round_down=True))


def _effective(places: float, staffed: float) -> float:
    return places if places >= UNLIMITED else staffed


def priority(make: Making, groups: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return the group of each class: the first group first, classes not named last together."""
    place = {name: number for number, group in enumerate(groups) for name in group}
    return tuple(place.get(name, len(groups)) for name in make.class_shares)


def risks(make: Making, leaving: Any) -> tuple[Risk, ...]:
    """Return the risks of leaving the model in one living situation, in the order of the file."""
    found = []
    for word in ("left", "died"):
        rate = make.nonzero(getattr(leaving, word))
        if rate is not None:
            found.append(Risk(EXITS[word], rate, make.clock_number(word)))
    return tuple(found)


def spread(make: Making, rate: Calendar, hours: Any) -> Calendar:
    """Return a rate gathered into the hours worked, so that a week still holds as many."""
    return combined(_gathered, rate, make.calendar(hours), make.share_open(hours))


def _gathered(rate: float, is_open: float, share: float) -> float:
    return rate * is_open / share if share > 0.0 else 0.0


def outreach(make: Making, name: str, written: Any, coordination: Any) -> Fields:
    """Return outings or random contacts, and what a contact may open."""
    fields: Fields = {
        "meet_purpose": make.purpose(f"meet:{name}"),
        "referrals": referrals(make, name, written, coordination),
        "makes_visitors": tuple(
            MakesVisitor(
                make.numbers[made.of], make.chance(made.share, f"becomes visitor:{name}:{made.of}")
            )
            for made in written.makes_visitors
        ),
    }
    if written.contacts_at_random is not None:
        rate = make.calendar(written.contacts_at_random)
        return fields | {
            "outings": spread(make, rate, written.hours),
            "at_random": True,
            "contacts": constant(1.0),
            "outing_purpose": make.purpose(f"contact gap:{name}"),
        }
    rate = combined(mul, make.calendar(written.teams), make.calendar(written.outings))
    return fields | {
        "outings": spread(make, rate, written.hours),
        "contacts": make.calendar(written.contacts),
        "size_purpose": make.purpose(f"people met:{name}"),
    }


def _at_most_one(share: float, factor: float) -> float:
    return min(1.0, share * factor)


def referrals(make: Making, name: str, written: Any, coordination: Any) -> tuple[Referral, ...]:
    """Return the referrals with the coordination factors folded in."""
    factor = make.calendar(coordination.success)
    found = []
    for each in written.referrals:
        words = f"{name}:{each.to}"
        success = combined(_at_most_one, make.calendar(each.success), factor)
        found.append(
            Referral(
                to=make.numbers[each.to],
                opened=make.chance(each.share, f"refer:{words}"),
                success=Chance(success, make.purpose(f"success:{words}")),
                delay=make.delay(each.delay, f"delay:{words}"),
                delay_factor=make.calendar(coordination.delay),
                classes=make.allowed(each.classes),
            )
        )
    return tuple(found)


def drop_in(make: Making, name: str, written: Any, coordination: Any) -> Fields:
    """Return opening, visits and what a visit may hold."""
    opening = make.calendar(written.opening_hours)
    fields: Fields = {
        "opening": opening,
        "visits": Clock(
            spread(make, make.calendar(written.visits), written.opening_hours),
            make.purpose(f"visit:{name}"),
        ),
        "trait": -1 if written.trait is None else make.traits.index(written.trait),
        "visitor": visitors(make, name, written),
        "visit_length": make.law(written.visit_length, f"visit length:{name}"),
        "door_wait": make.law(written.wait_at_door, f"wait at door:{name}"),
        "hosted_attend": written.hosted_people_attend,
        "care_act": make.possible(written.care_acts, f"care act:{name}"),
        "referrals": referrals(make, name, written, coordination),
    }
    if written.interviews is not None:
        fields["interview"] = make.possible(written.interviews.share, f"interview:{name}")
        fields["interviews_per_day"] = make.calendar(written.interviews.per_day)
    return fields


def visitors(make: Making, name: str, written: Any) -> tuple[Chance, ...]:
    """Return the share of visitors of each class; classes not named or not served never visit."""
    served = make.allowed(written.classes)
    named = written.visitors
    return tuple(
        make.chance(
            (named.get(klass, 0.0) if isinstance(named, dict) else named) if ok else 0.0,
            f"visitor:{name}",
        )
        for klass, ok in zip(make.class_shares, served, strict=True)
    )


def overnight(make: Making, name: str, written: Any) -> Fields:
    """Return hours, applicants and order of a night service."""
    most = written.most_consecutive_nights
    return {
        "evening": make.first(written.from_),
        "morning": make.first(written.until),
        "visitors_of": -1 if written.visitors_of is None else make.numbers[written.visitors_of],
        "applies": make.chance(written.applies, f"applies:{name}"),
        "lottery_purpose": make.purpose(f"lottery:{name}"),
        "returning_first": written.returning_first,
        "most_nights": 0 if most is None else int(make.first(most)),
    }
