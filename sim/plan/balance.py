"""The flows that scarce places leave of what is offered, and the waits that bring them about.

Where more comes than the places can pass through, people wait a time that grows until as many give
up, leave, or are already listed when they are met again, as cannot be served; whoever waits in a
place of another service takes that place so much longer. All waits are found together. A wait
longer than the period counts as the period. Lists are served in order of time; luck is left out.
While places open, as many more are admitted as open, and fewer leave than come.
Source for one service: Whitt (2006), "Fluid models for multiserver queues with abandonments",
Operations Research 54(1).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import exp, expm1, inf

from sim.plan.demand import Demand
from sim.plan.occupancy import Moment, Stay, Stays
from sim.plan.tables import Kind, Plan

STEPS = 400
"""Points of the table of how many are still waiting after a time."""
QUANTILES = 1000
"""Values that stand for a law of patience."""
TURNS = 2000
"""Most rounds of the search for the waits; a few hundred are usual."""
CLOSE = 1e-6
"""Relative imbalance of places at which the search ends."""


class Waiting:
    """How many of those listed are still waiting after a time, and for how long on average."""

    def __init__(self, plan: Plan, moment: Moment, number: int) -> None:
        """Tabulate up to the horizon: patience, and leaving the model from the street."""
        law = moment.law(plan.services[number].patience)
        values = (
            None if law is None else [law.quantile((k + 0.5) / QUANTILES) for k in range(QUANTILES)]
        )
        self.longest = plan.horizon
        self.leaving = sum(moment.mean(risk.rate) for risk in plan.street_risks)
        self.times = [plan.horizon * (k / STEPS) ** 2 for k in range(STEPS + 1)]
        self.patient = [1.0 if values is None else above(values, time) for time in self.times]
        self.total = [0.0]
        for k in range(STEPS):
            ends = [self.patient[j] * exp(-self.leaving * self.times[j]) for j in (k, k + 1)]
            self.total.append(self.total[k] + sum(ends) / 2 * (self.times[k + 1] - self.times[k]))

    def _at(self, table: list[float], time: float) -> float:
        k = min(int(STEPS * (time / self.longest) ** 0.5), STEPS - 1)
        part = (time - self.times[k]) / (self.times[k + 1] - self.times[k])
        return table[k] + part * (table[k + 1] - table[k])

    def patience(self, time: float) -> float:
        """Return the share who have not given up after a time."""
        return self._at(self.patient, time)

    def still(self, time: float) -> float:
        """Return the share of people in the street still waiting after a time."""
        return self.patience(time) * exp(-self.leaving * time)

    def spent(self, time: float) -> float:
        """Return the mean days waited within that time by somebody of the street."""
        return self._at(self.total, time)


def above(values: list[float], time: float) -> float:
    """Return the share of a law above a time, from its sorted quantiles in the middle of steps."""
    k = bisect_right(values, time)
    if k in (0, len(values)):
        return 1.0 if k == 0 else 0.0
    part = (time - values[k - 1]) / (values[k] - values[k - 1])
    return 1.0 - (k - 0.5 + part) / len(values)


@dataclass(slots=True)
class Balance:
    """Flows per day and waits in days, by service (and class)."""

    waits: list[float]
    listed: list[list[float]]  # requests of people in the street
    admitted: list[list[float]]
    leaving: list[list[float]]  # admissions of those who leave, fewer while places open
    wanted: list[float]  # places that all who come through would take
    room: list[float]  # places these may take: those there, and those that open in one mean stay
    blocked: list[dict[int, float]]  # people blocked, by the service they wait for
    places: list[float]
    opening: list[float]  # places per day
    lists: list[float]  # people of the street on the list, inf if nothing bounds it


class Search:
    """The search for the waits at which places taken and places open agree."""

    def __init__(self, plan: Plan, moment: Moment, demand: Demand, stays: Stays) -> None:
        """Prepare tables; nothing waits at first."""
        self.plan = plan
        self.demand = demand
        self.stays = stays
        self.numbers = [i for i, one in enumerate(plan.services) if one.kind is Kind.PLACES]
        self.waiting = {i: Waiting(plan, moment, i) for i in self.numbers}
        size, classes = len(plan.services), len(plan.classes)
        self.now = Balance(
            waits=[0.0] * size,
            listed=[[0.0] * classes for _ in range(size)],
            admitted=[[0.0] * classes for _ in range(size)],
            leaving=[[0.0] * classes for _ in range(size)],
            wanted=[0.0] * size,
            room=[0.0] * size,
            blocked=[{} for _ in range(size)],
            places=[moment.mean(one.open_places) for one in plan.services],
            opening=[moment.opening(one) for one in plan.services],
            lists=[0.0] * size,
        )

    def found(self) -> Balance:
        """Return the balance; each wait is lengthened or shortened until it stops to matter."""
        step = {i: 1.0 for i in self.numbers}
        last = dict.fromkeys(self.numbers, 0)
        for _ in range(TURNS):
            before = self.now.admitted
            self.flows()
            if self.now.admitted == before and all(
                abs(self.missing(i)) < CLOSE for i in self.numbers
            ):
                break
            for i in self.numbers:
                missing = self.missing(i)
                sign = (missing > 0.0) - (missing < 0.0)
                turned = sign * last[i] < 0
                step[i] = step[i] / 2 if turned else min(step[i] * 1.2, self.plan.horizon / 4)
                last[i] = sign
                wait = self.now.waits[i] + sign * step[i]
                self.now.waits[i] = min(max(wait, 0.0), self.plan.horizon)
        for i in self.numbers:
            self.now.lists[i] = self.people_listed(i)
        return self.now

    def people_listed(self, number: int) -> float:
        """Return how many people of the street are on a list once its wait has settled."""
        wait, waiting = self.now.waits[number], self.waiting[number]
        if wait >= self.plan.horizon and waiting.leaving == 0.0 and waiting.patience(wait) == 1.0:
            asked = self.demand.listed[number], self.demand.referred[number]
            for listed, referred, people in zip(*asked, self.demand.street, strict=True):
                if listed > 0.0 or (referred > 0.0 and people == 0.0):
                    return inf
        return sum(self.now.listed[number]) * waiting.spent(wait)

    def missing(self, number: int) -> float:
        """Return by how much the wait is too short (above 0) or too long, 0 if it is at a bound."""
        room, wanted = self.now.room[number], self.now.wanted[number]
        missing = (wanted - room) / max(room, 1e-9)
        wait = self.now.waits[number]
        at_bound = (missing < 0.0 and wait == 0.0) or (missing > 0.0 and wait >= self.plan.horizon)
        return 0.0 if at_bound else missing

    def flows(self) -> None:
        """Take the flows once round the services, with the waits as they are."""
        now = self.now
        now.admitted = list(now.admitted)
        for i in self.numbers:
            coming = self.arriving(i)
            still = self.waiting[i].still(now.waits[i])
            for klass in range(len(self.plan.classes)):
                now.listed[i][klass] = self.listed(i, klass)
                coming[klass] += now.listed[i][klass] * still
            now.blocked[i] = {}
            now.wanted[i] = sum(
                flow * self.taken(i, klass, flow) for klass, flow in enumerate(coming) if flow
            )
            wanted = now.wanted[i]
            taken = wanted / sum(coming) if wanted > 0.0 else 0.0
            now.room[i] = max(0.0, now.places[i] + now.opening[i] * taken)
            served = now.room[i] / wanted if wanted > now.room[i] else 1.0
            held = now.places[i] / wanted if wanted > now.places[i] else 1.0
            now.admitted[i] = [flow * served for flow in coming]
            now.leaving[i] = [flow * held for flow in coming]
            for to in now.blocked[i]:
                now.blocked[i][to] *= held

    def listed(self, number: int, klass: int) -> float:
        """Return requests of the street per day: whoever is listed is not referred again."""
        referred = self.demand.referred[number][klass]
        people = self.demand.street[klass]
        if referred > 0.0 and people > 0.0:
            spent = self.waiting[number].spent(self.now.waits[number])
            referred /= 1.0 + referred / people * spent
        return referred + self.demand.listed[number][klass]

    def arriving(self, number: int) -> list[float]:
        """Return who comes from other services after their wait, per day and class."""
        coming = [0.0] * len(self.plan.classes)
        for (origin, klass), stay in self.stays.items():
            part = stay.onward.get(number, 0.0)
            if part > 0.0:
                still = self.waiting[number].patience(self.now.waits[number])
                still *= exp(-stay.hazard * self.blocked_time(stay, number))
                coming[klass] += self.now.leaving[origin][klass] * part * still
        return coming

    def blocked_time(self, stay: Stay, to: int) -> float:
        """Return how long somebody ready to go waits for a service."""
        return max(0.0, self.now.waits[to] - stay.lead)

    def taken(self, number: int, klass: int, flow: float) -> float:
        """Return the days one admission takes a place, waits for the next service included."""
        stay = self.stays[number, klass]
        taken = stay.taken
        if stay.blocks:
            for to, part in stay.onward.items():
                time = min(self.blocked_time(stay, to), stay.longest)
                lasting = -expm1(-stay.hazard * time) / stay.hazard if stay.hazard > 0.0 else time
                taken += part * lasting
                blocked = self.now.blocked[number]
                blocked[to] = blocked.get(to, 0.0) + flow * part * lasting
        return taken


def balance(plan: Plan, moment: Moment, demand: Demand, stays: Stays) -> Balance:
    """Return the flows and waits that the open places of one week of the period can sustain."""
    return Search(plan, moment, demand, stays).found()


def limited_by(found: Balance, number: int) -> int:
    """Return the service whose shortage limits the flow through a service, -1 if nothing does.

    A service is limited by what most of its people wait for, if they take up a hundredth of its
    places or more; that service may be limited by another in turn.
    """
    if found.waits[number] <= 0.0:
        return -1
    seen = {number}
    while True:
        waited = found.blocked[number]
        most = max(waited, key=lambda to: waited[to], default=-1)
        if most < 0 or most in seen or waited[most] <= found.places[number] / 100.0:
            return number
        seen.add(most)
        number = most
