"""From a validated scenario to the tables an engine receives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from math import nan
from operator import mul, sub
from typing import Any

from sim.core.calendars import Calendar, calendar, constant, product
from sim.core.distributions import Distribution, distribution
from sim.core.draws import key_of
from sim.core.events import DESTINATIONS, EXITS, STREET
from sim.core.limits import UNLIMITED
from sim.core.log import Costs, Outline, ServiceOutline
from sim.core.units import UNITS, Dated, Profile, expand, largest_remainder
from sim.plan.tables import (
    AT_ADMISSION,
    Evict,
    Evicted,
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
from sim.scenarios.schema import COSTS, Scenario

# --- What building any table needs: the period, numbers of names, calendars, laws, purposes.

Fields = dict[str, Any]
"""Fields of a service row, by name."""


@lru_cache(maxsize=64)  # in a sweep nearly all calendars are those of the point before
def combined(rule: Callable[..., float], *calendars: Calendar) -> Calendar:
    """Return the calendar of ``rule`` applied to the values of calendars in force together.

    ``rule`` is a function with a name of its own: another lambda would be another rule.
    """
    times = sorted({time for steps in calendars for time in steps.times})
    return calendar(times, [rule(*(steps.at(time) for steps in calendars)) for time in times])


def share_of_week(week: float | Profile) -> float:
    """Return the mean of a week's values: for hours, the share of the week that is open."""
    if not isinstance(week, tuple):
        return week
    ends = [time for time, _ in week[1:]] + [7.0]
    return sum(value * (end - time) for (time, value), end in zip(week, ends, strict=True)) / 7.0


@dataclass(slots=True)
class Making:
    """The plan in the making."""

    start: date
    horizon: float
    class_shares: Mapping[str, float]
    numbers: Mapping[str, int]  # of services, by name
    traits: Sequence[str]
    rooms: Sequence[str]
    clocks: list[str] = field(default_factory=list)  # exit words, in the order first met
    purpose_names: list[str] = field(default_factory=list)
    _indices: dict[str, int] = field(default_factory=dict)

    def purpose(self, name: str) -> int:
        """Return the index of a purpose, which is in use from now on."""
        if name not in self._indices:
            self._indices[name] = len(self.purpose_names)
            self.purpose_names.append(name)
        return self._indices[name]

    def destination(self, word: str) -> int:
        """Return the number of a service, or the code of the street and of the ways of going."""
        return DESTINATIONS[word] if word in DESTINATIONS else self.numbers[word]

    def calendar(self, quantity: Any) -> Calendar:
        """Return the steps of a quantity, of an hours pattern, or of a plain number."""
        if isinstance(quantity, int | float):
            return constant(float(quantity))
        steps: Calendar = quantity.calendar(self.start, self.horizon)
        return steps

    def share_open(self, hours: Any) -> Calendar:
        """Return the share of the week that the hours pattern in force holds."""
        dated: list[Dated] = [(day, share_of_week(week)) for day, week in hours.steps]
        return expand(dated, self.start, self.horizon)

    def clock_number(self, word: str) -> int:
        """Return the number of the clock of a risk, the same in every living situation."""
        if word not in self.clocks:
            self.clocks.append(word)
        return self.clocks.index(word)

    def first(self, quantity: Any) -> float:
        """Return the value in force at the start."""
        return float(self.calendar(quantity).at(0.0))

    def nonzero(self, quantity: Any) -> Calendar | None:
        """Return the steps of a quantity, or None if it is 0 at all times."""
        steps = None if quantity is None else self.calendar(quantity)
        return steps if steps is not None and any(steps.values) else None

    def chance(self, quantity: Any, purpose: str) -> TimedProbability:
        """Return a share with its purpose."""
        return TimedProbability(self.calendar(quantity), self.purpose(purpose))

    def possible(self, quantity: Any, purpose: str) -> TimedProbability | None:
        """Return the chance, or None if there is none at any time: then nothing is drawn."""
        return None if self.nonzero(quantity) is None else self.chance(quantity, purpose)

    def clock(self, quantity: Any, purpose: str) -> Hazard | None:
        """Return an exponential clock, or None if it never rings."""
        rate = self.nonzero(quantity)
        return None if rate is None else Hazard(rate, self.purpose(purpose))

    def law(self, law: Any, purpose: str) -> TimedDistribution | None:
        """Return the distributions in force from each step of any parameter, None for no law."""
        if law is None:
            return None
        times, rows = self.rows(law)
        return TimedDistribution(times, rows, self.purpose(purpose))

    def delay(self, law: Any, purpose: str) -> TimedDistribution | None:
        """Return a law, or None if it is always exactly 0: then nothing is drawn."""
        made = None if law is None else self.rows(law)[1]
        if made is None or all(row.mean == 0.0 for row in made):
            return None
        return self.law(law, purpose)

    def rows(self, law: Any) -> tuple[tuple[float, ...], tuple[Distribution, ...]]:
        """Return the times and distributions of a law, one per distinct step."""
        times: list[float] = []
        rows: list[Distribution] = []
        for time, fields in law.at_steps(self.start, self.horizon):
            row = distribution(law.family, **fields)
            if not rows or row != rows[-1]:
                times.append(time)
                rows.append(row)
        return tuple(times), tuple(rows)

    def allowed(self, classes: Sequence[str] | None) -> tuple[bool, ...]:
        """Return which classes are named; nothing named means all."""
        return tuple(classes is None or name in classes for name in self.class_shares)


# --- From people as they are written to arrival streams, the start and traits.


def traits(make: Making, written: Any) -> tuple[Trait, ...]:
    """Return the numbers drawn once per person."""
    drawn = []
    for name, law in written.items():
        made = make.law(law, f"trait:{name}")
        assert made is not None
        drawn.append(Trait(name, made))
    return tuple(drawn)


def streams(make: Making, written: Any) -> tuple[Stream, ...]:
    """Return one stream per arrival stream and class that may come by it."""
    rows = []
    for name, each in written.items():
        rate = make.calendar(each.rate)
        named = [
            class_id
            for class_id in make.class_shares
            if each.classes is None or class_id in each.classes
        ]
        total = sum(make.class_shares[class_id] for class_id in named)
        for class_id in named:
            share = make.class_shares[class_id] / total if total > 0.0 else 1.0 / len(named)
            if share > 0.0 and any(rate.values):
                words = f"{name}:{class_id}"
                rows.append(
                    Stream(
                        name=words,
                        key=key_of(f"arrivals:{words}"),
                        class_id=list(make.class_shares).index(class_id),
                        rate=combined(mul, rate, constant(share)),
                        to=make.destination(each.to),
                        gap_purpose=make.purpose(f"gap:{words}"),
                    )
                )
    return tuple(rows)


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
        StartGroup(f"{name}:{class_id}", key_of(f"start:{name}:{class_id}"), place, people, number)
        for name, number, written, allowed in where
        for place, (class_id, people) in enumerate(
            zip(make.class_shares, numbers_by_class(make, written, allowed), strict=True)
        )
        if people
    )


def start_lists(make: Making, start: Any, services: Sequence[Service]) -> tuple[StartList, ...]:
    """Return how many people of the street stand on each list at the start."""
    lists = []
    for number, service in enumerate(services):
        if service.name in start.services:
            people = int(make.first(start.services[service.name].waiting))
            if people:
                lists.append(StartList(number, people, make.purpose(f"start list:{service.name}")))
    return tuple(lists)


def start_residuals(
    make: Making, start: Any, services: Sequence[Service]
) -> tuple[StartResidual | None, ...]:
    """Return the rule for the remaining stay of those hosted at the start, per service."""
    rules: list[StartResidual | None] = []
    for service in services:
        written = start.services.get(service.name)
        if written is None or service.stay is None:
            rules.append(None)
        elif written.residual in ("full", "equilibrium"):
            rule = Residual.FULL if written.residual == "full" else Residual.EQUILIBRIUM
            rules.append(StartResidual(rule, None, make.purpose(f"residual:{service.name}")))
        else:
            given = make.law(written.residual, f"residual:{service.name}")
            assert given is not None
            rules.append(StartResidual(Residual.GIVEN, given, given.purpose))
    return tuple(rules)


# --- The fields of a service of kind places: stay, routes, blocking, admission.

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
        tuple(route for allowed, route in rows if allowed[class_id])
        for class_id in range(len(make.class_shares))
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


# --- From a service as people write it to the row an engine receives.

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


def risks(make: Making, leaving: Any) -> tuple[ExitHazard, ...]:
    """Return the risks of leaving the model in one living situation, in the order of the file."""
    hazards = []
    for word in ("left", "died"):
        rate = make.nonzero(getattr(leaving, word))
        if rate is not None:
            hazards.append(ExitHazard(EXITS[word], rate, make.clock_number(word)))
    return tuple(hazards)


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
    rows = []
    for each in written.referrals:
        words = f"{name}:{each.to}"
        success = combined(_at_most_one, make.calendar(each.success), factor)
        rows.append(
            Referral(
                to=make.numbers[each.to],
                opened=make.chance(each.share, f"refer:{words}"),
                success=TimedProbability(success, make.purpose(f"success:{words}")),
                delay=make.delay(each.delay, f"delay:{words}"),
                delay_factor=make.calendar(coordination.delay),
                classes=make.allowed(each.classes),
            )
        )
    return tuple(rows)


def drop_in(make: Making, name: str, written: Any, coordination: Any) -> Fields:
    """Return opening, visits and what a visit may hold."""
    opening = make.calendar(written.opening_hours)
    fields: Fields = {
        "opening": opening,
        "visits": Hazard(
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


def visitors(make: Making, name: str, written: Any) -> tuple[TimedProbability, ...]:
    """Return the share of visitors of each class; classes not named or not served never visit."""
    served = make.allowed(written.classes)
    named = written.visitors
    return tuple(
        make.chance(
            (named.get(class_id, 0.0) if isinstance(named, dict) else named) if ok else 0.0,
            f"visitor:{name}",
        )
        for class_id, ok in zip(make.class_shares, served, strict=True)
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


# --- From a validated scenario to the tables an engine receives.

YEAR = UNITS["year"]


def plan_of(scenario: Scenario) -> Plan:
    """Return the plan of a valid scenario; the same scenario always gives the same plan."""
    make = making(scenario)
    written = scenario.people
    services = tuple(
        service_row(make, name, each, scenario) for name, each in scenario.services.items()
    )
    street_risks = risks(make, written.leaving.street)
    rooms = tuple(
        product(make.calendar(room.places), constant(1.0), round_down=True)
        for room in scenario.rooms.values()
    )
    plan = Plan(
        outline=outline(make, scenario, services),
        horizon=make.horizon,
        classes=tuple(make.class_shares),
        services=services,
        rooms=rooms,
        room_names=tuple(scenario.rooms),
        traits=traits(make, written.traits),
        streams=streams(make, written.arrivals),
        start_groups=start_groups(make, scenario.start, services),
        start_lists=start_lists(make, scenario.start, services),
        start_residuals=start_residuals(make, scenario.start, services),
        street_risks=street_risks,
        risk_purposes=tuple(make.purpose(f"risk:{word}") for word in make.clocks),
    )
    # last, when every purpose in use is known
    return replace(
        plan,
        purposes=tuple(key_of(name) for name in make.purpose_names),
        purpose_names=tuple(make.purpose_names),
    )


def making(scenario: Scenario) -> Making:
    """Return what the tables are built from: the period and the numbers of names."""
    return Making(
        start=scenario.period.start,
        horizon=float(round(scenario.period.length.value)),  # whole days: 9 months are 274
        class_shares={name: each.share.value for name, each in scenario.people.classes.items()},
        numbers={name: number for number, name in enumerate(scenario.services)},
        traits=tuple(scenario.people.traits),
        rooms=tuple(scenario.rooms),
    )


def outline(make: Making, scenario: Scenario, services: tuple[Service, ...]) -> Outline:
    """Return the names, sizes and costs that give a log its meaning."""
    return Outline(
        title=scenario.title.en,
        start=scenario.period.start.isoformat(),
        horizon=make.horizon,
        warm_up=float(round(scenario.period.warm_up.value)),
        classes=tuple(make.class_shares),
        services=tuple(
            service_outline(make, service, scenario.services[service.name]) for service in services
        ),
    )


def service_outline(make: Making, service: Service, written: Any) -> ServiceOutline:
    """Return what the analysis must know of one service."""
    names = written.names
    return ServiceOutline(
        name=service.name,
        kind=service.kind.name.lower().replace("_", "-"),
        housing=service.housing,
        unlimited=max(service.places.values) >= UNLIMITED,
        mean_stay=nan if service.stay is None else service.stay.rows[0].mean,
        costs=costs_of(make, service, written),
        name_fr="" if names is None else names.fr,
        name_en="" if names is None else names.en,
    )


def costs_of(make: Making, service: Service, written: Any) -> Costs:
    """Return what one service costs, every unit cost with the value in force at each time."""
    unit = {key: make.nonzero(getattr(written.cost, key)) for key in COSTS[written.kind]}
    per_place = unit.get("per_place_year")
    per_place_day = None if per_place is None else combined(_per_day, per_place)
    drivers: list[tuple[Calendar | None, Calendar]] = [
        (unit["per_year"], constant(1 / YEAR)),
        (per_place_day, service.open_places),
    ]
    if service.kind is Kind.OUTREACH:
        drivers.append((unit["per_team_year"], combined(_per_day, make.calendar(written.teams))))
    elif "per_opening_hour" in unit:
        drivers.append((unit["per_opening_hour"], hours_open(service)))
    parts = [combined(mul, cost, driver) for cost, driver in drivers if cost is not None]
    return Costs(
        per_day=combined(_sum, *parts) if parts else None,
        per_place_day=per_place_day,
        per_outing=unit.get("per_outing"),
        per_night=unit.get("per_night"),
        per_visit=unit.get("per_visit"),
    )


def hours_open(service: Service) -> Calendar:
    """Return the hours open in a day of a drop-in or a night service, none while it has no place.

    Those of a drop-in are in force from minute to minute, those of a night service the same
    every day.
    """
    if service.opening is not None:
        return combined(_hours, service.opening, service.open_places)
    return combined(_hours, constant((service.morning - service.evening) % 1), service.open_places)


def cost_of_places(costs: Costs, before: Calendar, after: Calendar) -> Costs:
    """Return the costs of a service that has more open places than before."""
    if costs.per_place_day is None or costs.per_day is None:
        return costs
    more = combined(mul, costs.per_place_day, combined(sub, after, before))
    return replace(costs, per_day=combined(_sum, costs.per_day, more))


def _per_day(per_year: float) -> float:
    return per_year / YEAR


def _hours(is_open: float, places: float) -> float:
    return 24.0 * is_open if places > 0.0 else 0.0


def _sum(*parts: float) -> float:
    return sum(parts)
