"""From a service as people write it to the row an engine receives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.plan.making import Making, combined
from sim.plan.tables import (
    AT_ADMISSION,
    UNLIMITED,
    Chance,
    Clock,
    Evict,
    Kind,
    MakesVisitor,
    Referral,
    Risk,
    Route,
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
EVICTIONS = {
    "nobody new": Evict.NOBODY,
    "last in leaves": Evict.LAST_IN,
    "first in leaves": Evict.FIRST_IN,
    "blocked leave first": Evict.BLOCKED_FIRST,
}
Fields = dict[str, Any]


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
    return combined(
        lambda places, effective: places if places >= UNLIMITED else effective,
        nominal,
        product(nominal, staffed, round_down=True),
    )


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
    return combined(
        lambda each, is_open, share: each * is_open / share if share > 0.0 else 0.0,
        rate,
        make.calendar(hours),
        make.share_open(hours),
    )


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
    rate = combined(
        lambda teams, each: teams * each,
        make.calendar(written.teams),
        make.calendar(written.outings),
    )
    return fields | {
        "outings": spread(make, rate, written.hours),
        "contacts": make.calendar(written.contacts),
        "size_purpose": make.purpose(f"people met:{name}"),
    }


def referrals(make: Making, name: str, written: Any, coordination: Any) -> tuple[Referral, ...]:
    """Return the referrals with the coordination factors folded in."""
    factor = make.calendar(coordination.success)
    found = []
    for each in written.referrals:
        words = f"{name}:{each.to}"
        success = combined(lambda a, b: min(1.0, a * b), make.calendar(each.success), factor)
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


def places(make: Making, name: str, written: Any) -> Fields:
    """Return stay, routes, blocking and admission of a service of kind places."""
    return {
        "housing": written.housing,
        "stay": make.law(written.stay, f"stay:{name}"),
        "route_purpose": make.purpose(f"route:{name}"),
        "routes": routes(make, name, written.routes),
        "turnaround": make.delay(written.turnaround, f"turnaround:{name}"),
        "leave_early": written.leave_early,
        "evict": EVICTIONS[written.when_places_fall],
        "request_lead": request_lead(make, written.request),
        **early_end(make, name, written.drop_out),
        **blocking(make, name, written),
        **admission(make, name, written),
    }


def request_lead(make: Making, request: Any) -> float:
    """Return how long before the planned end the request is due."""
    words = {"at the end": 0.0, "at admission": AT_ADMISSION}
    return words[request] if isinstance(request, str) else make.first(request)


def early_end(make: Making, name: str, drop_out: Any) -> Fields:
    """Return the share or the risk of leaving early, or both."""
    if drop_out is None:
        return {}
    share = make.possible(drop_out.share, f"drop-out:{name}")
    return {
        "drop_out": share,
        "drop_out_after": make.law(drop_out.after, f"drop-out after:{name}") if share else None,
        "drop_out_risk": make.clock(drop_out.risk, f"drop-out risk:{name}"),
        "drop_out_to": make.destination(drop_out.to),
    }


def routes(make: Making, name: str, written: Any) -> tuple[tuple[Route, ...], ...]:
    """Return the routes open to each class, in the order of the file."""
    rows = [
        (
            make.allowed(each.classes),
            Route(
                make.destination(each.to),
                make.calendar(each.share),
                make.delay(each.delay, f"route delay:{name}:{each.to}"),
            ),
        )
        for each in written
    ]
    return tuple(
        tuple(route for allowed, route in rows if allowed[klass])
        for klass in range(len(make.class_shares))
    )


def blocking(make: Making, name: str, written: Any) -> Fields:
    """Return what happens when the next service is full."""
    fields: Fields = {"blocked_credit": make.calendar(written.blocked_time_credited)}
    rule = written.blocked
    if rule is None:
        return fields
    return fields | {
        "wait_in_place": rule.wait == "in the place",
        "blocked_limit": make.law(rule.at_most, f"blocked at most:{name}"),
        "fallback": make.destination(rule.then),
    }


def admission(make: Making, name: str, written: Any) -> Fields:
    """Return assessment, waiting list, offers and admission window."""
    room = written.waiting_room
    fields: Fields = {
        "waiting_room": -1 if room is None else int(make.first(room)),
        "turned_away_to": make.destination(written.turned_away_to),
        "patience": make.law(written.patience, f"patience:{name}"),
        "renege_to": make.destination(written.gives_up_to),
    }
    if written.admission_hours is not None:
        fields["window"] = make.calendar(written.admission_hours)
    if written.offers is not None:
        fields |= {
            "unreachable": make.calendar(written.offers.unreachable),
            "declines": make.calendar(written.offers.declined),
            "offer_purpose": make.purpose(f"offer:{name}"),
            "offer_again": make.law(written.offers.again_after, f"offered again:{name}"),
        }
    if written.assessment is not None:
        fields |= {
            "assessment": make.chance(written.assessment.accepted, f"assessment:{name}"),
            "assessment_delay": make.delay(written.assessment.delay, f"assessment delay:{name}"),
        }
    return fields
