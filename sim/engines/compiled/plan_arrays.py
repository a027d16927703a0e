"""From the plan to flat records: every calendar, law, route and referral gets a number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.calendars import Calendar
from sim.core.distributions import Distribution
from sim.core.quantiles import is_in_pieces
from sim.engines.compiled.draws import TABLE, table_of
from sim.engines.compiled.layout import FROM_PLAN, NONE
from sim.plan.tables import (
    ExitHazard,
    Kind,
    Plan,
    Referral,
    Residual,
    Route,
    Service,
    TimedDistribution,
    TimedProbability,
    blocked_pairs,
)

Records = NDArray[Any]


class Flat:
    """The records of a plan while they are collected; ``arrays`` gives them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.rows: dict[str, list[Any]] = {name: [] for name in FROM_PLAN}
        self._calendars: dict[int, int] = {}
        self._laws: dict[int, int] = {}
        self._tables: dict[float, int] = {}
        self.rows["purposes"] = list(plan.purposes)
        self.rows["risk_purposes"] = list(plan.risk_purposes)
        self.rows["trait_laws"] = [self.law(trait.law) for trait in plan.traits]
        for room in plan.rooms:
            self.rows["rooms"].append((self.calendar(room), 0, 0))
        for number, service in enumerate(plan.services):
            self._site(number, service)
        self.street_risks = self._risks(plan.street_risks)
        for stream in plan.streams:
            rate = self.calendar(stream.rate)
            self.rows["streams"].append(
                (0.0, stream.class_id, rate, stream.to, stream.gap_purpose, 0, stream.key)
            )
        pairs = np.full((len(plan.services), len(plan.services)), NONE)
        for column, pair in enumerate(blocked_pairs(plan.services)):
            pairs[pair] = column
        self.rows["pair_of"] = pairs.ravel().tolist()
        self._start()

    @cached_property
    def arrays(self) -> dict[str, Records]:
        """The arrays by name, to be copied by each replication; none is empty: each has an address.

        What is collected as whole tables comes one behind the other.
        """
        return {
            name: np.array(self.rows[name], kind).ravel() if self.rows[name] else np.zeros(1, kind)
            for name, kind in FROM_PLAN.items()
        }

    # --- what many things refer to ---------------------------------------------------------

    def calendar(self, calendar: Calendar | None) -> int:
        """Return the number of a calendar."""
        if calendar is None:
            return NONE
        if id(calendar) not in self._calendars:
            first = len(self.rows["steps"])
            self.rows["steps"] += zip(calendar.times, calendar.values, calendar.areas, strict=True)
            self._calendars[id(calendar)] = len(self.rows["calendars"])
            self.rows["calendars"].append((first, len(self.rows["steps"]) - 1, first))
        return self._calendars[id(calendar)]

    def law(self, law: TimedDistribution | None) -> int:
        """Return the number of a law."""
        if law is None:
            return NONE
        if id(law) not in self._laws:
            first = len(self.rows["shapes"])
            for time, row in zip(law.times, law.rows, strict=True):
                values = len(self.rows["values"])
                self.rows["values"] += row.values
                ends = values + len(row.values)
                self.rows["shapes"].append(
                    (time, row.a, row.b, row.c, row.family, values, ends, self._pieces(row))
                )
            self._laws[id(law)] = len(self.rows["laws"])
            self.rows["laws"].append((first, len(self.rows["shapes"]) - 1, first, law.purpose))
        return self._laws[id(law)]

    def _pieces(self, row: Distribution) -> int:
        """Return where the pieces of a gamma law begin: laws of one shape share them."""
        if not is_in_pieces(row.family, row.a):
            return NONE
        if row.a not in self._tables:
            self._tables[row.a] = TABLE * len(self.rows["pieces"])
            self.rows["pieces"].append(table_of(row.a, row.c))
        return self._tables[row.a]

    def flags(self, values: Sequence[int]) -> int:
        """Return where so many values, one per class, begin."""
        first = len(self.rows["flags"])
        self.rows["flags"] += [int(value) for value in values]
        return first

    def chance(self, chance: TimedProbability | None) -> tuple[int, int]:
        """Return the calendar of a share, and its purpose."""
        return (NONE, NONE) if chance is None else (self.calendar(chance.share), chance.purpose)

    def _risks(self, risks: Sequence[ExitHazard]) -> tuple[int, int]:
        first = len(self.rows["risks"])
        self.rows["risks"] += [(risk.exit, self.calendar(risk.rate), risk.clock) for risk in risks]
        return first, len(self.rows["risks"])

    def _route(self, route: Route) -> tuple[int, int, int]:
        return route.to, self.calendar(route.share), self.law(route.delay)

    def _referral(self, referral: Referral) -> tuple[int, ...]:
        classes = self.flags(referral.classes) if referral.classes else NONE
        return (
            referral.to,
            *self.chance(referral.opened),
            *self.chance(referral.success),
            self.law(referral.delay),
            self.calendar(referral.delay_factor),
            classes,
        )

    # --- services --------------------------------------------------------------------------

    def _site(self, number: int, service: Service) -> None:
        site = np.zeros(1, FROM_PLAN["sites"])[0]
        ranges = self._ranges(service)
        fields: dict[str, Any] = {
            **{name: getattr(service, name) for name in _AS_DECLARED},
            **{name: self.calendar(getattr(service, name)) for name in _CALENDARS},
            **{name: self.law(getattr(service, name)) for name in _LAWS},
            **ranges,
            "classes": self.flags(service.classes),
            "priority": self.flags(service.priority),
            "routes": number,
            "visit_rate": NONE if service.visits is None else self.calendar(service.visits.rate),
            "visit_purpose": NONE if service.visits is None else service.visits.purpose,
            "visitor": self._visitors(service),
            "outreach": self._rank(number, Kind.OUTREACH),
            "drop_in": self._rank(number, Kind.DROP_IN),
            "overnight": self._rank(number, Kind.OVERNIGHT),
        }
        for name in ("care_act", "interview", "applies", "drop_out", "assessment"):
            fields[name], fields[f"{name}_purpose"] = self.chance(getattr(service, name))
        risk = service.drop_out_risk
        fields["drop_out_risk"] = NONE if risk is None else self.calendar(risk.rate)
        fields["drop_out_risk_purpose"] = NONE if risk is None else risk.purpose
        fields |= dict.fromkeys(_EMPTY_AT_FIRST, NONE)
        fields |= {"is_window_open": 1, "may_take": 1}
        for name, value in fields.items():
            site[name] = value
        self.rows["sites"].append(site)

    def _ranges(self, service: Service) -> dict[str, int]:
        """Store routes, referrals, visitors made and risks; return where each begins and ends."""
        for class_id in range(len(self.plan.classes)):
            routes = service.routes[class_id] if service.routes else ()
            first = len(self.rows["routes"])
            self.rows["routes"] += [self._route(route) for route in routes]
            self.rows["routes_of"] += [first, len(self.rows["routes"])]
        ranges = {}
        ranges["first_makes"] = len(self.rows["makes"])
        self.rows["makes"] += [
            (made.of, *self.chance(made.chance)) for made in service.makes_visitors
        ]
        ranges["last_makes"] = len(self.rows["makes"])
        ranges["first_referral"] = len(self.rows["referrals"])
        self.rows["referrals"] += [self._referral(referral) for referral in service.referrals]
        ranges["last_referral"] = len(self.rows["referrals"])
        ranges["first_risk"], ranges["last_risk"] = self._risks(service.risks)
        return ranges

    def _visitors(self, service: Service) -> int:
        """Return where share and purpose of being a visitor begin, two numbers per class."""
        if service.kind is not Kind.DROP_IN:
            return NONE
        return self.flags([part for chance in service.visitor for part in self.chance(chance)])

    def _rank(self, number: int, kind: Kind) -> int:
        """Return how many services of a kind stand before this one; -1 if it is of another."""
        kinds = [service.kind for service in self.plan.services]
        return kinds[:number].count(kind) if kinds[number] is kind else NONE

    # --- the start -------------------------------------------------------------------------

    def _start(self) -> None:
        for group in self.plan.start_groups:
            rule, law, purpose = NONE, NONE, NONE
            residual = self.plan.start_residuals[group.where] if group.where >= 0 else None
            if residual is not None:
                given = residual.rule is Residual.GIVEN
                stay = residual.given if given else self.plan.services[group.where].stay
                rule, law = int(residual.rule), self.law(stay)
                purpose = residual.residual_purpose
            self.rows["groups"].append(
                (group.class_id, group.people, group.where, rule, law, purpose, group.key)
            )
        for wanted in self.plan.start_lists:
            self.rows["start_lists"].append((wanted.service, wanted.people, wanted.purpose))


_AS_DECLARED = (
    *("key", "kind", "room", "housing", "at_random", "outing_purpose", "size_purpose"),
    *("meet_purpose", "trait", "hosted_attend", "evening", "morning", "visitors_of"),
    *("lottery_purpose", "returning_first", "most_nights", "drop_out_to", "route_purpose"),
    *("request_lead", "leave_early", "wait_in_place", "fallback", "waiting_room"),
    *("turned_away_to", "gives_up_to", "offer_purpose", "evict", "evicted"),
)
_CALENDARS = (
    *("places", "open_places", "outings", "contacts", "opening", "interviews_per_day"),
    *("blocked_credit", "window", "unreachable", "declines"),
)
_LAWS = (
    *("visit_length", "door_wait", "stay", "drop_out_after", "blocked_limit", "turnaround"),
    *("patience", "offer_again", "assessment_delay"),
)
_EMPTY_AT_FIRST = (
    "first_ready",
    "first_present",
    "first_at_door",
    "last_at_door",
    "interviews_day",
)
