"""Random plans over every column of the plan, so that the engines can be compared on anything.

A plan is fully told by its number and its family. In the family *whole days* people are there from
the start and almost every time is a whole number of days, so that many things happen at once. A few
of *any times* are slow: two years, with all other times as much longer.

``python -m tests.support.random_plans`` prints, for every column of the plan, in how many plans
each kind of value stands, and the lines of the engines that no plan reaches.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from enum import IntEnum
from inspect import CO_NEWLOCALS
from pathlib import Path
from random import Random
from types import CodeType, FrameType, ModuleType
from typing import Any

import numba

from sim.core.calendars import Calendar, calendar, constant, product
from sim.core.distributions import Distribution, distribution
from sim.core.events import DIED, HOUSED, LEFT, STREET
from sim.core.limits import UNLIMITED
from sim.core.quantiles import Family
from sim.engines import compiled, reference
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
    StartResidual,
    TimedDistribution,
    TimedProbability,
    Trait,
)
from tests.support.plans import Drafting

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
        self.slow = 1.0
        if not self.whole and self.maybe(0.04):
            self.horizon = float(self.random.randint(380, 760))
            self.slow = self.horizon / 20.0
        self.classes = self.random.choice((1, 2, 2, 3, 3, 4, 5))
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
            wanted = [self.slow * self.random.uniform(0.1, 25.0) for _ in range(count)]
        return [0.0, *sorted(set(wanted))]

    def steps(self, *choices: float, most: int = 4) -> Calendar:
        """Return a calendar among the values; constant in half of the cases."""
        times = self.times(0 if self.maybe(0.5) else self.random.randint(1, most))
        return calendar(times, [float(self.random.choice(choices)) for _ in times])

    def rates(self, *choices: float) -> Calendar:
        """Return a calendar among the rates [per day]."""
        return self.steps(*(choice / self.slow for choice in choices))

    def hours(self) -> Calendar:
        """Return opening hours or an admission window: 1 and 0 in turn."""
        times, start = [0.0], 0.0
        while start < self.horizon:
            gap = self.random.randint(1, 3) if self.whole else self.random.uniform(0.2, 2.5)
            start += gap * self.slow
            times.append(start)
        first = self.random.randint(0, 1)
        return calendar(times, [float((first + turn) % 2) for turn in range(len(times))])

    def share(self) -> Calendar:
        return self.steps(0.0, 0.15, 0.5, 0.85, 1.0)

    def chance(self, name: str, share: Calendar | None = None) -> TimedProbability:
        return TimedProbability(share or self.share(), self.purpose(name))

    def law(self, name: str, least: int = 0) -> TimedDistribution:
        times = self.times(0 if self.maybe(0.7) else self.random.randint(1, 2))
        return TimedDistribution(
            tuple(times), tuple(self.row(least) for _ in times), self.purpose(name)
        )

    def row(self, least: int) -> Any:
        throw = self.random
        if self.whole:
            if self.maybe(0.5):
                return distribution("fixed", value=throw.randint(least, 5))
            count = throw.choice((1, 2, 4, 7))
            return distribution("empirical", values=[throw.randint(least, 6) for _ in range(count)])
        if least == 0 and self.maybe(0.05):
            return distribution("fixed", value=0.0)
        return self._family(self.slow * throw.uniform(0.3, 6.0))

    def _family(self, mean: float) -> Any:
        throw = self.random
        low = mean * throw.choice((0.0, 0.2, 0.9))
        count = throw.choice((1, 2, 5))
        fields: dict[str, dict[str, Any]] = {
            "fixed": {"value": mean},
            "exponential": {"mean": mean},
            "uniform": {"low": low, "high": mean},
            "triangular": {"low": low, "mode": throw.choice((low, mean)), "high": mean},
            "gamma": {"mean": mean, "cv": throw.choice((0.1, 0.4, 1.0, 1.3, 2.5, 4.0))},
            "erlang": {"mean": mean, "phases": throw.choice((1, 2, 3, 9))},
            "weibull": {"mean": mean, "shape": throw.choice((0.5, 0.7, 1.0, 2.0, 5.0))},
            "lognormal": {"mean": mean, "cv": throw.choice((0.2, 1.1, 3.0))},
            "empirical": {"values": [mean * throw.uniform(0.1, 3.0) for _ in range(count)]},
        }
        name = throw.choice(list(fields))
        return distribution(name, **fields[name])

    def optional_law(self, name: str, share: float, least: int = 0) -> TimedDistribution | None:
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
        for _ in range(self.random.choice((0, 0, 1, 2, 3))):
            draft.rooms.append(self.steps(0, 1, 3, 4, 6))
        for exit_code in self.random.sample((LEFT, DIED), self.random.choice((0, 1, 2))):
            draft.risk_purposes.append(self.purpose(f"risk {exit_code}"))
            rate = self.rates(0.0, 0.02, 0.1)
            if self.maybe(0.8):
                draft.street_risks.append(ExitHazard(exit_code, rate, len(draft.risk_purposes) - 1))
        for number, kind in enumerate(self.kinds):
            draft.add(f"service {number}", kind, **self.service(kind))
        self.people()
        return draft.plan()

    def people(self) -> None:
        draft = self.draft
        for class_id in range(self.classes):
            draft.start(self.random.randint(2, 12 if self.whole else 8), class_id=class_id)
            for where in self.places:
                if self.maybe(0.4):
                    draft.start(self.random.randint(1, 4), where=where, class_id=class_id)
        for where in sorted(draft.residuals):
            rule = self.random.choice(list(Residual))
            if self.whole:
                rule = self.random.choice((Residual.FULL, Residual.GIVEN))
            given = self.law(f"given {where}", 1) if rule is Residual.GIVEN else None
            draft.residuals[where] = StartResidual(rule, given, self.purpose(f"left {where}"))
        for service in self.places:
            if self.maybe(0.4):
                draft.waiting(service, self.random.choice((1, 2, 6, 60)))
        for _ in range(self.random.choice((0, 1, 2, 3))):
            to = self.random.choice(self.places) if self.maybe(0.4) else STREET
            class_id = self.random.randrange(self.classes)
            draft.stream(self.rates(0.0, 0.3, 1.0, 2.0), to=to, class_id=class_id)

    def service(self, kind: Kind) -> dict[str, Any]:
        most = self.random.choice((0, 1, 4))
        general: dict[str, Any] = {
            "classes": tuple(self.maybe(0.85) for _ in range(self.classes)),
            "priority": tuple(self.random.randint(0, most) for _ in range(self.classes)),
            **self.capacity(),
        }
        if kind is Kind.OUTREACH:
            return general | self.outreach()
        if self.draft.rooms and self.maybe(0.5):
            general["room"] = self.random.randrange(len(self.draft.rooms))
        if kind is Kind.DROP_IN:
            return general | self.drop_in()
        clocks = range(len(self.draft.risk_purposes))
        general["risks"] = tuple(
            ExitHazard(self.random.choice(_EXITS), self.rates(0.0, 0.02, 0.1), clock)
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
                self.steps(0.0, 0.5, 1.0, 1.0, 2.0),
                tuple(self.maybe(0.8) for _ in range(self.classes)) if self.maybe(0.3) else (),
            )
            for to in self.random.choices(self.places, k=self.random.randint(0, 3))
        )

    def outreach(self) -> dict[str, Any]:
        rates = (0.0, 1.0, 2.0) if self.whole else (0.0, 0.4, 1.3)
        chosen = self.random.sample(
            self.drop_ins, min(self.random.choice((0, 1, 2)), len(self.drop_ins))
        )
        return {
            "outings": self.rates(*rates),
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
        rate = self.rates(0.0, 0.3, 1.0, 3.0)
        if opening is not None:
            rate = product(rate, opening)
        visitor = self.purpose("visitor")
        return {
            "opening": opening,
            "visits": Hazard(rate, self.purpose("visit")),
            "trait": self.random.randrange(-1, len(self.draft.traits)),
            "visitor": tuple(TimedProbability(self.share(), visitor) for _ in range(self.classes)),
            "visit_length": self.law("visit length"),
            "door_wait": self.optional_law("door wait", 0.5),
            "hosted_attend": self.maybe(0.4),
            "care_act": self.chance("care act") if self.maybe(0.5) else None,
            "interview": self.chance("interview") if self.maybe(0.6) else None,
            "interviews_per_day": self.steps(0.0, 1.0, 3.0) if self.maybe(0.5) else None,
            "referrals": self.referrals(),
        }

    def overnight(self) -> dict[str, Any]:
        hours = (0.0, 0.5) if self.whole else (0.0, 0.125, 0.25, 0.75, 0.9)
        return {
            "evening": self.random.choice(hours),
            "morning": self.random.choice(hours),
            "visitors_of": self.random.choice((-1, *self.drop_ins)),
            "applies": self.chance("applies") if self.maybe(0.7) else None,
            "lottery_purpose": self.purpose("lottery"),
            "returning_first": self.maybe(0.5),
            "most_nights": self.random.choice((0, 1, 2, 3)),
        }

    def place(self) -> dict[str, Any]:
        throw = self.random
        offers = self.maybe(0.4)
        return {
            "housing": self.maybe(0.3),
            "stay": self.law("stay", least=1),
            "drop_out": self.chance("drop out") if self.maybe(0.4) else None,
            "drop_out_after": self.optional_law("drop out after", 0.7),
            "drop_out_risk": Hazard(self.rates(0.0, 0.03, 0.2), self.purpose("drop out risk"))
            if self.maybe(0.3) and not self.whole
            else None,
            "drop_out_to": throw.choice((STREET, STREET, *_EXITS)),
            "routes": tuple(self.routes() for _ in range(self.classes)),
            "route_purpose": self.purpose("route"),
            "request_lead": throw.choice((0.0, 0.0, AT_ADMISSION, self.slow, 3.0 * self.slow)),
            "leave_early": self.maybe(0.25),
            "wait_in_place": self.maybe(0.8),
            "blocked_limit": self.optional_law("blocked limit", 0.3),
            "fallback": throw.choice((STREET, *_EXITS, *self.places, *self.places)),
            "blocked_credit": self.steps(0.0, 0.5, 1.0) if self.maybe(0.3) else None,
            "window": self.hours() if self.maybe(0.25) else None,
            "waiting_room": throw.choice((-1, -1, -1, 0, 1, 3)),
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
        count = self.random.randint(1, 4)
        destinations = (STREET, *_EXITS, *self.places, *self.places)
        return tuple(
            Route(
                self.random.choice(destinations),
                self.steps(0.2, 0.4, 0.6),
                self.optional_law("route delay", 0.3),
            )
            for _ in range(count)
        )


# --- what stands in the plans ---------------------------------------------------------------------

EXEMPT = {"outline", "purposes", "purpose_names", "room_names", "name", "key"}
"""Columns that are names and keys (and all that end in "purpose")."""


def seen(plan: Plan) -> set[tuple[str, str]]:
    """Return (column, kind of value) for all that stands in a plan."""
    result: set[tuple[str, str]] = set()
    _see(plan, "plan", result, plan)
    return result


def _see(row: Any, table: str, result: set[tuple[str, str]], plan: Plan, at: int = -1) -> None:
    """Note the kinds of values of one row of a table, and of the rows that stand in it."""
    for field in fields(row):
        if field.name.endswith("purpose") or field.name in EXEMPT:
            continue
        column, value = f"{table}.{field.name}", getattr(row, field.name)
        result |= {(column, kind) for kind in _kinds(field.name, value, at)}
        for number, inner in enumerate(value if isinstance(value, tuple) else (value,)):
            if isinstance(inner, Service):
                _see(inner, inner.kind.name.lower().replace("_", "-"), result, plan, number)
            elif isinstance(inner, tuple):  # the routes of a class
                for route in inner:
                    if isinstance(route, Route):
                        _see(route, "route", result, plan, at)
            elif is_dataclass(inner) and not isinstance(inner, Calendar | Distribution):
                _see(inner, type(inner).__name__.lower(), result, plan, at)


_PLACES_TO = ("to", "where", "fallback", "drop_out_to", "turned_away_to", "gives_up_to", "exit")
_CODES = {STREET: "street", LEFT: "left", DIED: "died", HOUSED: "housed"}


def _kinds(name: str, value: Any, at: int) -> Iterator[str]:
    """Yield the kinds of a value."""
    if value is None:
        yield "none"
    elif isinstance(value, Calendar):
        yield "changes" if len(value.times) > 1 else "constant"
        yield from ("0" for item in value.values if item == 0.0)
        yield from ("without limit" for item in value.values if item >= UNLIMITED)
        yield from ("fraction" for item in value.values if item % 1)
    elif isinstance(value, bool | IntEnum):
        yield value.name.lower() if isinstance(value, IntEnum) else ("yes" if value else "no")
    elif name in _PLACES_TO:
        yield _CODES.get(value) or (
            "a service"
            if at < 0
            else ("before", "itself", "after")[1 + (value > at) - (value < at)]
        )
    elif isinstance(value, tuple):
        yield from _kinds_of_rows(name, value)
    elif name == "horizon":
        yield "two years" if value > 366 else "a year at most"
        yield from ["part of a day"] * (value % 1 > 0)
    elif isinstance(value, int | float):
        yield "no" if value == -1 else f"{min(value, 4):g}" if value % 1 == 0 else "fraction"
    else:
        yield "given"


def _kinds_of_rows(name: str, rows: tuple[Any, ...]) -> Iterator[str]:
    yield f"{min(len(rows), 5)} rows"
    if rows and all(isinstance(row, bool) for row in rows):
        yield "all" if all(rows) else "some" if any(rows) else "nobody"
    elif name == "priority":
        yield f"{len(set(rows))} groups"
    for row in rows:
        if isinstance(row, Distribution):
            yield _law_kind(row)


def _law_kind(row: Distribution) -> str:
    family = row.family.name.lower()
    if row.family is Family.GAMMA:
        cv = row.a**-0.5
        return f"{family}, cv {'below 0.4' if cv < 0.39 else 'to 1.3' if cv < 1.31 else 'above'}"
    if row.family is Family.WEIBULL:
        return f"{family}, shape {'below 1' if row.a < 1 else '1' if row.a == 1 else 'above 1'}"
    if row.family is Family.LOGNORMAL:
        return f"{family}, sigma {'below 0.5' if row.b < 0.5 else 'above'}"
    if row.family is Family.FIXED:
        return f"{family}, {'0' if row.a == 0 else 'above 0'}"
    return family


def columns(plans: Iterable[Plan]) -> dict[str, Counter[str]]:
    """Return, for every column, in how many plans each kind of value stands."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for plan in plans:
        for column, kind in seen(plan):
            counts[column][kind] += 1
    return counts


# --- which lines of an engine they reach ----------------------------------------------------------


def _lines(code: CodeType) -> set[int]:
    """Return the lines of all functions below a code, without those that define them."""
    result: set[int] = set()
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            if inner.co_flags & CO_NEWLOCALS and inner.co_name != "<lambda>":
                result |= {line for *_, line in inner.co_lines() if line}
                result.discard(inner.co_firstlineno)
            result |= _lines(inner)
    return result


_MACHINERY = {"__init__", "building", "cache", "linking", "records", "views"}
"""Modules of the compiled engine that hold no rules."""


def unreached(engine: ModuleType, plans: Iterable[Plan]) -> list[str]:
    """Return the lines of an engine that no plan reaches (compiled code cannot be followed)."""
    folder = Path(str(engine.__file__)).parent
    paths = [path for path in folder.glob("*.py") if path.stem not in _MACHINERY]
    reached: dict[str, set[int]] = {str(path): set() for path in paths}

    def follow(frame: FrameType, _event: str, _argument: object) -> Any:
        lines = reached.get(frame.f_code.co_filename)
        if lines is None:
            return None

        def note(frame: FrameType, _event: str, _argument: object) -> Any:
            lines.add(frame.f_lineno)
            return note

        return note

    sys.settrace(follow)
    try:
        for number, plan in enumerate(plans):
            engine.simulate(plan, number, 0, log=True)
    finally:
        sys.settrace(None)
    missed = []
    for name, lines in sorted(reached.items()):
        text = Path(name).read_text(encoding="utf-8")
        for line in sorted(_lines(compile(text, name, "exec")) - lines):
            missed.append(f"{Path(name).name}:{line}: {text.splitlines()[line - 1].strip()}")
    return missed


def first_plans(number: int) -> list[Plan]:
    """Return the first plans of each family."""
    return [random_plan(k, family) for k in range(number) for family in FAMILIES]


def main(number: int = 100) -> None:
    """Print what stands in the first plans of each family, and what of the engines they miss."""
    plans = first_plans(number)
    for column, kinds in sorted(columns(plans).items()):
        if len(kinds) > 1:
            print(f"{column}: " + ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items())))
    for engine in (reference, compiled):
        name = engine.__name__.rpartition(".")[2]
        if engine is compiled and not numba.config.DISABLE_JIT:
            print("\nlines of the compiled engine: say NUMBA_DISABLE_JIT=1")
        else:
            print(f"\nlines of the {name} engine that no plan reaches:")
            print("\n".join(unreached(engine, plans)))


if __name__ == "__main__":
    from tests.support import random_plans

    random_plans.main(*map(int, sys.argv[1:]))
