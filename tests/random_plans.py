"""Random plans over every column of the plan, so that the engines can be compared on anything.

A plan is fully told by its number and its family. In the family *whole days* people are there from
the start and almost every time is a whole number of days, so that many things happen at once.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from sim.plan.tables import (
    AT_ADMISSION,
    UNLIMITED,
    Chance,
    Clock,
    Evict,
    Evicted,
    Kind,
    Law,
    MakesVisitor,
    Plan,
    Referral,
    Residual,
    Risk,
    Route,
    StartResidual,
    Trait,
)
from sim.vocabulary.calendars import Calendar, calendar, constant
from sim.vocabulary.distributions import distribution
from sim.vocabulary.events import DIED, HOUSED, LEFT, STREET
from tests.plans import Drafting

FAMILIES = ("any times", "whole days")
_EXITS = (LEFT, DIED, HOUSED)


def random_plan(number: int, family: str) -> Plan:
    """Return the plan of a number and a family; the same one every time."""
    return _Dice(number, family).plan()


class _Dice:
    """Throws everything a plan consists of."""

    def __init__(self, number: int, family: str) -> None:
        self.random = Random(f"{family} {number}")
        self.whole = family == "whole days"
        self.horizon = float(self.random.randint(12, 30))
        if not self.whole and self.maybe(0.3):
            self.horizon += 0.5
        self.classes = self.random.randint(1, 3)
        self.draft = Drafting(self.horizon, [f"class {k}" for k in range(self.classes)])
        self.kinds = [
            self.random.choices(list(Kind), weights=(1, 2, 1, 5))[0]
            for _ in range(self.random.randint(1, 6))
        ]
        self.kinds.insert(self.random.randint(0, len(self.kinds)), Kind.PLACES)
        self.places = self.numbers(Kind.PLACES)
        self.drop_ins = self.numbers(Kind.DROP_IN)
        self.serial = 0

    def numbers(self, kind: Kind) -> list[int]:
        return [number for number, other in enumerate(self.kinds) if other is kind]

    def maybe(self, share: float) -> bool:
        return self.random.random() < share

    def purpose(self, name: str) -> int:
        self.serial += 1
        return self.draft.purpose(f"{name} {self.serial}")

    # --- values ----------------------------------------------------------------------------

    def times(self, count: int) -> list[float]:
        if self.whole:
            wanted = [float(self.random.randint(1, 20)) for _ in range(count)]
        else:
            wanted = [self.random.uniform(0.1, 25.0) for _ in range(count)]
        return [0.0, *sorted(set(wanted))]

    def steps(self, *choices: float, most: int = 4) -> Calendar:
        """Return a calendar among the values; constant in half of the cases."""
        times = self.times(0 if self.maybe(0.5) else self.random.randint(1, most))
        return calendar(times, [float(self.random.choice(choices)) for _ in times])

    def hours(self) -> Calendar:
        """Return opening hours or an admission window: 1 and 0 in turn."""
        times, start = [0.0], 0.0
        while start < self.horizon:
            gap = self.random.randint(1, 3) if self.whole else self.random.uniform(0.2, 2.5)
            start += gap
            times.append(start)
        first = self.random.randint(0, 1)
        return calendar(times, [float((first + turn) % 2) for turn in range(len(times))])

    def share(self) -> Calendar:
        return self.steps(0.0, 0.15, 0.5, 0.85, 1.0)

    def chance(self, name: str, share: Calendar | None = None) -> Chance:
        return Chance(share or self.share(), self.purpose(name))

    def law(self, name: str, least: int = 0) -> Law:
        times = self.times(0 if self.maybe(0.7) else self.random.randint(1, 2))
        return Law(tuple(times), tuple(self.row(least) for _ in times), self.purpose(name))

    def row(self, least: int) -> Any:
        throw = self.random
        if self.whole:
            if self.maybe(0.5):
                return distribution("fixed", value=throw.randint(least, 5))
            return distribution("empirical", values=[throw.randint(least, 6) for _ in range(4)])
        mean = throw.uniform(0.3, 6.0)
        return self._family(mean)

    def _family(self, mean: float) -> Any:
        fields: dict[str, dict[str, Any]] = {
            "fixed": {"value": mean},
            "exponential": {"mean": mean},
            "uniform": {"low": 0.1, "high": mean + 0.2},
            "triangular": {"low": 0.1, "mode": 0.2, "high": mean + 0.3},
            "gamma": {"mean": mean, "cv": self.random.choice((0.4, 1.3))},
            "erlang": {"mean": mean, "phases": 3},
            "weibull": {"mean": mean, "shape": self.random.choice((0.7, 2.0))},
            "lognormal": {"mean": mean, "cv": 1.1},
            "empirical": {"values": [0.5, 1.0, mean, 3.0]},
        }
        name = self.random.choice(list(fields))
        return distribution(name, **fields[name])

    def optional_law(self, name: str, share: float, least: int = 0) -> Law | None:
        return self.law(name, least) if self.maybe(share) else None

    def capacity(self) -> dict[str, Calendar]:
        if self.maybe(0.05):
            return {"places": constant(UNLIMITED), "open_places": constant(UNLIMITED)}
        open_places = self.steps(0, 1, 1, 2, 3, 5)
        nominal = open_places if self.maybe(0.5) else self.steps(2, 4, 6)
        return {"places": nominal, "open_places": open_places}

    # --- the plan --------------------------------------------------------------------------

    def plan(self) -> Plan:
        draft = self.draft
        for index in range(self.random.choice((0, 0, 1, 2))):
            law = replace(self.law(f"trait {index}"), times=(0.0,))
            draft.traits.append(Trait(f"trait {index}", replace(law, rows=law.rows[:1])))
        for _ in range(self.random.choice((0, 0, 1))):
            draft.rooms.append(self.steps(1, 3, 4, 6))
        for exit_code in self.random.sample((LEFT, DIED), self.random.choice((0, 1, 2))):
            draft.risk_purposes.append(self.purpose(f"risk {exit_code}"))
            rate = self.steps(0.0, 0.02, 0.1)
            if self.maybe(0.8):
                draft.street_risks.append(Risk(exit_code, rate, len(draft.risk_purposes) - 1))
        for number, kind in enumerate(self.kinds):
            draft.add(f"service {number}", kind, **self.service(kind))
        self.people()
        return draft.plan()

    def people(self) -> None:
        draft = self.draft
        for klass in range(self.classes):
            draft.start(self.random.randint(2, 12 if self.whole else 8), klass=klass)
            for where in self.places:
                if self.maybe(0.4):
                    draft.start(self.random.randint(1, 4), where=where, klass=klass)
        for where in sorted(draft.residuals):
            rule = self.random.choice(list(Residual))
            if self.whole:
                rule = self.random.choice((Residual.FULL, Residual.GIVEN))
            given = self.law(f"given {where}", 1) if rule is Residual.GIVEN else None
            draft.residuals[where] = StartResidual(rule, given, self.purpose(f"left {where}"))
        for service in self.places:
            if self.maybe(0.4):
                draft.waiting(service, self.random.randint(1, 6))
        for _ in range(self.random.choice((0, 1, 2))):
            to = self.random.choice(self.places) if self.maybe(0.4) else STREET
            klass = self.random.randrange(self.classes)
            draft.stream(self.steps(0.0, 0.3, 1.0, 2.0), to=to, klass=klass)

    def service(self, kind: Kind) -> dict[str, Any]:
        general: dict[str, Any] = {
            "classes": tuple(self.maybe(0.85) for _ in range(self.classes)),
            "priority": tuple(self.random.randint(0, 1) for _ in range(self.classes)),
            **self.capacity(),
        }
        if kind is Kind.OUTREACH:
            return general | self.outreach()
        if self.draft.rooms and self.maybe(0.5):
            general["room"] = 0
        if kind is Kind.DROP_IN:
            return general | self.drop_in()
        clocks = range(len(self.draft.risk_purposes))
        general["risks"] = tuple(
            Risk(self.random.choice(_EXITS), self.steps(0.0, 0.02, 0.1), clock)
            for clock in clocks
            if self.maybe(0.6)
        )
        general["turnaround"] = self.optional_law("turnaround", 0.3)
        if kind is Kind.OVERNIGHT:
            return general | self.overnight()
        return general | self.place()

    def referrals(self) -> tuple[Referral, ...]:
        return tuple(
            Referral(
                to,
                self.chance("opened"),
                self.chance("success"),
                self.optional_law("delay", 0.5),
                self.steps(1.0, 1.0, 2.0),
                tuple(self.maybe(0.8) for _ in range(self.classes)) if self.maybe(0.3) else (),
            )
            for to in self.random.choices(self.places, k=self.random.randint(0, 3))
        )

    def outreach(self) -> dict[str, Any]:
        rates = (0.0, 1.0, 2.0) if self.whole else (0.0, 0.4, 1.3)
        chosen = self.random.sample(self.drop_ins, min(1, len(self.drop_ins)))
        return {
            "outings": self.steps(*rates),
            "at_random": not self.whole and self.maybe(0.5),
            "contacts": self.steps(0.0, 1.0, 2.5, 6.0),
            "outing_purpose": self.purpose("outing"),
            "size_purpose": self.purpose("size"),
            "meet_purpose": self.purpose("meet"),
            "makes_visitors": tuple(MakesVisitor(of, self.chance("makes")) for of in chosen),
            "referrals": self.referrals(),
        }

    def drop_in(self) -> dict[str, Any]:
        opening = self.hours() if self.maybe(0.7) else None
        rate = constant(self.random.choice((0.3, 1.0, 3.0)))
        if opening is not None:
            values = [value * rate.values[0] for value in opening.values]
            rate = calendar(opening.times, values)
        visitor = self.purpose("visitor")
        return {
            "opening": opening,
            "visits": Clock(rate, self.purpose("visit")),
            "trait": self.random.randrange(-1, len(self.draft.traits)),
            "visitor": tuple(Chance(self.share(), visitor) for _ in range(self.classes)),
            "visit_length": self.law("visit length"),
            "door_wait": self.optional_law("door wait", 0.5),
            "hosted_attend": self.maybe(0.4),
            "care_act": self.chance("care act") if self.maybe(0.5) else None,
            "interview": self.chance("interview") if self.maybe(0.6) else None,
            "interviews_per_day": self.steps(0.0, 1.0, 3.0) if self.maybe(0.5) else None,
            "referrals": self.referrals(),
        }

    def overnight(self) -> dict[str, Any]:
        hours = (0.0, 0.5) if self.whole else (0.0, 0.25, 0.75, 0.9)
        return {
            "evening": self.random.choice(hours),
            "morning": self.random.choice(hours),
            "visitors_of": self.random.choice((-1, *self.drop_ins)),
            "applies": self.chance("applies") if self.maybe(0.7) else None,
            "lottery_purpose": self.purpose("lottery"),
            "returning_first": self.maybe(0.5),
            "most_nights": self.random.choice((0, 1, 3)),
        }

    def place(self) -> dict[str, Any]:
        throw = self.random
        offers = self.maybe(0.4)
        return {
            "housing": self.maybe(0.3),
            "stay": self.law("stay", least=1),
            "drop_out": self.chance("drop out") if self.maybe(0.4) else None,
            "drop_out_after": self.optional_law("drop out after", 0.7),
            "drop_out_risk": Clock(self.steps(0.0, 0.03, 0.2), self.purpose("drop out risk"))
            if self.maybe(0.3) and not self.whole
            else None,
            "drop_out_to": throw.choice((STREET, LEFT, DIED)),
            "routes": tuple(self.routes() for _ in range(self.classes)),
            "route_purpose": self.purpose("route"),
            "request_lead": throw.choice((0.0, 0.0, AT_ADMISSION, 1.0, 3.0)),
            "leave_early": self.maybe(0.25),
            "wait_in_place": self.maybe(0.8),
            "blocked_limit": self.optional_law("blocked limit", 0.3),
            "fallback": throw.choice((STREET, LEFT, *self.places)),
            "blocked_credit": self.steps(0.0, 0.5, 1.0) if self.maybe(0.3) else None,
            "window": self.hours() if self.maybe(0.25) else None,
            "waiting_room": throw.choice((-1, -1, 0, 1, 3)),
            "turned_away_to": throw.choice((STREET, STREET, LEFT)),
            "patience": self.optional_law("patience", 0.4),
            "gives_up_to": throw.choice((STREET, STREET, LEFT)),
            "unreachable": self.steps(0.0, 0.3, 0.6) if offers else None,
            "declines": self.steps(0.0, 0.2, 0.4) if offers else None,
            "offer_purpose": self.purpose("offer") if offers else -1,
            "offer_again": self.law("offer again", least=1) if offers else None,
            "assessment": self.chance("assessment") if self.maybe(0.3) else None,
            "assessment_delay": self.optional_law("assessment delay", 0.3),
            "evict": throw.choice(list(Evict)),
            "evicted": throw.choice(list(Evicted)),
        }

    def routes(self) -> tuple[Route, ...]:
        count = self.random.randint(1, 3)
        destinations = (STREET, *_EXITS, *self.places, *self.places)
        return tuple(
            Route(
                self.random.choice(destinations),
                self.steps(0.2, 0.4, 0.6),
                self.optional_law("route delay", 0.3),
            )
            for _ in range(count)
        )
