"""The fields of a service of kind places: stay, routes, blocking, admission."""

from __future__ import annotations

from typing import Any

from sim.plan.making import Fields, Making
from sim.plan.tables import AT_ADMISSION, Evict, Evicted, Route

EVICTIONS = {
    "nobody new": Evict.NOBODY,
    "last in leaves": Evict.LAST_IN,
    "first in leaves": Evict.FIRST_IN,
    "blocked leave first": Evict.BLOCKED_FIRST,
}
EVICTED = {
    "keep their rank": Evicted.KEEP_RANK,
    "join the end": Evicted.JOIN_END,
    "ask no more": Evicted.ASK_NO_MORE,
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
        "evicted": EVICTED[written.evicted_people],
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
        "gives_up_to": make.destination(written.gives_up_to),
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
