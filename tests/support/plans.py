"""Small plans built by hand, so that the engines can be tested without scenario files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sim.core.calendars import Calendar, constant
from sim.core.distributions import Distribution, distribution
from sim.core.draws import key_of
from sim.core.events import STREET
from sim.core.log import Outline, ServiceOutline
from sim.plan.tables import (
    ExitHazard,
    Hazard,
    Kind,
    MakesVisitor,
    Plan,
    Referral,
    Residual,
    Route,
    Service,
    StartGroup,
    StartList,
    StartResidual,
    Stream,
    TimedDistribution,
    TimedProbability,
    Trait,
)


def steps(value: float | Calendar) -> Calendar:
    """Return the calendar that a plain number means."""
    return value if isinstance(value, Calendar) else constant(value)


class Drafting:
    """Collects purposes while a plan is written down; ``plan()`` gives the finished plan."""

    def __init__(self, horizon: float = 30.0, classes: Sequence[str] = ("people",)) -> None:
        self.horizon, self.classes = horizon, tuple(classes)
        self.names: list[str] = []
        self.services: list[Service] = []
        self.streams: list[Stream] = []
        self.groups: list[StartGroup] = []
        self.lists: list[StartList] = []
        self.residuals: dict[int, StartResidual] = {}
        self.street_risks: list[ExitHazard] = []
        self.risk_purposes: list[int] = []
        self.rooms: list[Calendar] = []
        self.traits: list[Trait] = []

    def purpose(self, name: str) -> int:
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)

    def law(
        self, name: str, written: float | Distribution | TimedDistribution | None
    ) -> TimedDistribution | None:
        if written is None or isinstance(written, TimedDistribution):
            return written
        if not isinstance(written, Distribution):
            written = distribution("fixed", value=written)
        return TimedDistribution((0.0,), (written,), self.purpose(name))

    def chance(self, name: str, share: float | Calendar) -> TimedProbability:
        return TimedProbability(steps(share), self.purpose(name))

    def clock(self, name: str, rate: float | Calendar) -> Hazard:
        return Hazard(steps(rate), self.purpose(name))

    def add(self, name: str, kind: Kind, places: float | Calendar = 0.0, **fields: Any) -> int:
        number = len(self.services)
        capacity = steps(places)
        defaults: dict[str, Any] = {
            "classes": (True,) * len(self.classes),
            "priority": (0,) * len(self.classes),
            "places": capacity,
            "open_places": capacity,
        }
        service = Service(name=name, key=key_of(name), kind=kind, **(defaults | fields))
        self.services.append(service)
        return number

    def place(
        self,
        name: str,
        places: float | Calendar,
        stay: float | Distribution | TimedDistribution,
        to: int | Sequence[Route] = STREET,
        **fields: Any,
    ) -> int:
        """Add a service of kind places; times among the fields may be plain numbers of days."""
        routes = (Route(to, constant(1.0)),) if isinstance(to, int) else tuple(to)
        times = ("drop_out_after", "blocked_limit", "turnaround", "patience", "offer_again")
        for field in (*times, "assessment_delay"):
            fields[field] = self.law(f"{field}:{name}", fields.get(field))
        for field in ("drop_out", "assessment"):
            if isinstance(fields.get(field), float | Calendar):
                fields[field] = self.chance(f"{field}:{name}", fields[field])
        if "unreachable" in fields or "declines" in fields:
            fields["unreachable"] = steps(fields.get("unreachable", 0.0))
            fields["declines"] = steps(fields.get("declines", 0.0))
            fields["offer_purpose"] = self.purpose(f"offer:{name}")
            if fields["offer_again"] is None:
                fields["offer_again"] = self.law(f"offer_again:{name}", 7.0)
        return self.add(
            name,
            Kind.PLACES,
            places,
            stay=self.law(f"stay:{name}", stay),
            routes=fields.pop("routes", (routes,) * len(self.classes)),
            route_purpose=self.purpose(f"route:{name}"),
            **fields,
        )

    def drop_in(
        self,
        name: str,
        places: float | Calendar,
        visits: float | Calendar,
        length: float | Distribution,
        visitors: float | Sequence[float] = 1.0,
        **fields: Any,
    ) -> int:
        fields["door_wait"] = self.law(f"door_wait:{name}", fields.get("door_wait"))
        for field in ("care_act", "interview"):
            if isinstance(fields.get(field), float | Calendar):
                fields[field] = self.chance(f"{field}:{name}", fields[field])
        if not isinstance(visitors, Sequence):
            visitors = [visitors] * len(self.classes)
        return self.add(
            name,
            Kind.DROP_IN,
            places,
            visits=self.clock(f"visit:{name}", visits),
            visit_length=self.law(f"visit_length:{name}", length),
            visitor=tuple(self.chance(f"visitor:{name}", share) for share in visitors),
            **fields,
        )

    def overnight(
        self, name: str, places: float | Calendar, applies: float = 1.0, **fields: Any
    ) -> int:
        defaults = {"evening": 20 / 24, "morning": 8 / 24}
        return self.add(
            name,
            Kind.OVERNIGHT,
            places,
            applies=self.chance(f"applies:{name}", applies),
            lottery_purpose=self.purpose(f"lottery:{name}"),
            **(defaults | fields),
        )

    def outreach(
        self,
        name: str,
        outings: float | Calendar,
        contacts: float | Calendar = 1.0,
        referrals: Sequence[Referral] = (),
        makes: Sequence[tuple[int, float]] = (),
        **fields: Any,
    ) -> int:
        rate = steps(outings)
        return self.add(
            name,
            Kind.OUTREACH,
            outings=rate,
            contacts=steps(contacts),
            outing_purpose=self.purpose(f"outing:{name}"),
            size_purpose=self.purpose(f"size:{name}"),
            meet_purpose=self.purpose(f"meet:{name}"),
            referrals=tuple(referrals),
            makes_visitors=tuple(
                MakesVisitor(of, self.chance(f"makes:{name}:{of}", share)) for of, share in makes
            ),
            **fields,
        )

    def referral(
        self,
        source: str,
        to: int,
        opened: float | Calendar = 1.0,
        success: float | Calendar = 1.0,
        delay: float | Distribution | None = None,
        factor: float | Calendar = 1.0,
    ) -> Referral:
        return Referral(
            to,
            self.chance(f"refer:{source}:{to}", opened),
            self.chance(f"success:{source}:{to}", success),
            self.law(f"delay:{source}:{to}", delay),
            steps(factor),
        )

    def stream(self, rate: float | Calendar, to: int = STREET, class_id: int = 0) -> None:
        name = f"stream {len(self.streams)}"
        rate = steps(rate)
        self.streams.append(Stream(name, key_of(name), class_id, rate, to, self.purpose("gap")))

    def start(self, people: int, where: int = STREET, class_id: int = 0, given: Any = None) -> None:
        name = f"start:{where}:{class_id}"
        self.groups.append(StartGroup(name, key_of(name), class_id, people, where))
        if where >= 0:
            purpose = self.purpose(f"residual:{where}")
            law = self.law(f"residual:{where}", given)
            rule = Residual.FULL if given is None else Residual.GIVEN
            self.residuals[where] = StartResidual(rule, law, purpose)

    def gate(self, name: str, until: float, to: int = STREET, class_id: int = 0) -> int:
        """Add somebody who comes to the street at a time, and asks for a service then.

        They live in a service of their own until then; ``to`` may be a service added later.
        """
        number = self.place(name, 1, stay=until, to=to, wait_in_place=False)
        self.start(1, where=number, class_id=class_id, given=until)
        return number

    def waiting(self, service: int, people: int) -> None:
        self.lists.append(StartList(service, people, self.purpose(f"start list:{service}")))

    def risk(
        self, exit_code: int, street: float | Calendar = 0.0, hosted: float | Calendar = 0.0
    ) -> None:
        """Add one clock; services added before it get the hosted rate."""
        clock = len(self.risk_purposes)
        self.risk_purposes.append(self.purpose(f"risk:{exit_code}"))
        self.street_risks.append(ExitHazard(exit_code, steps(street), clock))
        for number, service in enumerate(self.services):
            risks = (*service.risks, ExitHazard(exit_code, steps(hosted), clock))
            self.services[number] = replace(service, risks=risks)

    def plan(self) -> Plan:
        words = {Kind.OUTREACH: "outreach", Kind.DROP_IN: "drop-in", Kind.OVERNIGHT: "overnight"}
        outline = Outline(
            title="a small plan",
            start="2024-01-01",
            horizon=self.horizon,
            warm_up=0.0,
            classes=self.classes,
            services=tuple(
                ServiceOutline(
                    name=service.name,
                    kind=words.get(service.kind, "places"),
                    housing=service.housing,
                    unlimited=False,
                    mean_stay=float("nan"),
                )
                for service in self.services
            ),
        )
        return Plan(
            outline=outline,
            horizon=self.horizon,
            classes=self.classes,
            services=tuple(self.services),
            rooms=tuple(self.rooms),
            traits=tuple(self.traits),
            streams=tuple(self.streams),
            start_groups=tuple(
                sorted(self.groups, key=lambda group: (group.where, group.class_id))  # STREET is -1
            ),
            start_lists=tuple(self.lists),
            start_residuals=tuple(
                self.residuals.get(number) for number in range(len(self.services))
            ),
            street_risks=tuple(self.street_risks),
            risk_purposes=tuple(self.risk_purposes),
            purposes=tuple(key_of(name) for name in self.names),
            purpose_names=tuple(self.names),
        )
