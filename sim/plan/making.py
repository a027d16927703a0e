"""What building any table needs: the period, numbers of names, calendars, laws, purposes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from math import floor
from typing import Any

from sim.plan.tables import Chance, Clock, Law
from sim.vocabulary.calendars import Calendar, calendar, constant
from sim.vocabulary.distributions import Distribution, distribution
from sim.vocabulary.events import DESTINATIONS
from sim.vocabulary.weeks import Dated, Profile, expand

Fields = dict[str, Any]
"""Fields of a service row, by name."""


@lru_cache(maxsize=64)  # in a sweep nearly all calendars are those of the point before
def combined(rule: Callable[..., float], *calendars: Calendar) -> Calendar:
    """Return the calendar of ``rule`` applied to the values of calendars in force together.

    ``rule`` is a function with a name of its own: another lambda would be another rule.
    """
    times = sorted({time for one in calendars for time in one.times})
    return calendar(times, [rule(*(one.at(time) for one in calendars)) for time in times])


def largest_remainder(total: int, weights: Sequence[float]) -> list[int]:
    """Return whole numbers that add up to ``total``, as near as possible to the weights.

    Equal remainders: the first gets the one more. Weights that are all 0 count as equal.
    """
    if not sum(weights) > 0.0:
        weights = [1.0] * len(weights)
    quotas = [total * weight / sum(weights) for weight in weights]
    people = [floor(round(quota, 9)) for quota in quotas]
    # rounded, or equal remainders would be told apart by noise in the last digit
    order = sorted(range(len(quotas)), key=lambda i: (-round(quotas[i] - people[i], 9), i))
    for i in order[: total - sum(people)]:
        people[i] += 1
    return people


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

    def chance(self, quantity: Any, purpose: str) -> Chance:
        """Return a share with its purpose."""
        return Chance(self.calendar(quantity), self.purpose(purpose))

    def possible(self, quantity: Any, purpose: str) -> Chance | None:
        """Return the chance, or None if there is none at any time: then nothing is drawn."""
        return None if self.nonzero(quantity) is None else self.chance(quantity, purpose)

    def clock(self, quantity: Any, purpose: str) -> Clock | None:
        """Return an exponential clock, or None if it never rings."""
        rate = self.nonzero(quantity)
        return None if rate is None else Clock(rate, self.purpose(purpose))

    def law(self, law: Any, purpose: str) -> Law | None:
        """Return the distributions in force from each step of any parameter, None for no law."""
        if law is None:
            return None
        times, rows = self.rows(law)
        return Law(times, rows, self.purpose(purpose))

    def delay(self, law: Any, purpose: str) -> Law | None:
        """Return a law, or None if it is always exactly 0: then nothing is drawn."""
        made = None if law is None else self.rows(law)[1]
        if made is None or all(row.mean == 0.0 for row in made):
            return None
        return self.law(law, purpose)

    def rows(self, law: Any) -> tuple[tuple[float, ...], tuple[Distribution, ...]]:
        """Return the times and distributions of a law, one per distinct step."""
        calendars = {
            name: [self.calendar(one) for one in (found if isinstance(found, list) else [found])]
            for name, found in law.parameters.items()
        }
        times: list[float] = []
        rows: list[Distribution] = []
        steps = {0.0, *(t for found in calendars.values() for one in found for t in one.times)}
        for time in sorted(steps):
            fields = {name: [one.at(time) for one in found] for name, found in calendars.items()}
            row = distribution(
                law.family,
                **{name: at if name == "values" else at[0] for name, at in fields.items()},
            )
            if not rows or row != rows[-1]:
                times.append(time)
                rows.append(row)
        return tuple(times), tuple(rows)

    def allowed(self, classes: Sequence[str] | None) -> tuple[bool, ...]:
        """Return which classes are named; nothing named means all."""
        return tuple(classes is None or name in classes for name in self.class_shares)
