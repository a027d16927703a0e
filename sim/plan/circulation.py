"""People of the start who come round and round: the flows of loops that nothing else feeds.

People are conserved: those of a loop (services that feed one another, the street among them where
people return to it and are referred again) live in its services, wait there, or are in the street.
With room for all, flows are as many as that takes: people divided by the mean days of one round
(Little's law); scarce places leave fewer and the others wait, so the flow through a loop is the
asymptotic bound of a closed network, min(people / days of a round, places / days a place is taken
in a round). Chance makes it lower where stays vary: by 1/3 for two people with exponential stays
in two services of one place. A loop whose people fill all its places, and wait in them without
limit, stands still. Who leaves the loop is not replaced: after a time t there are
``people x exp(-rate x t)`` left, at the rate of leaving found at the start.
Source: Denning and Buzen (1978), "The operational analysis of queueing network models", Computing
Surveys 10(3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from math import exp
from typing import TypeVar

from sim.plan.balance import Balance, Circle, Search
from sim.plan.demand import demand_of, street_people
from sim.plan.loads import Flows, offered, solved
from sim.plan.occupancy import Moment, Stays, stays
from sim.plan.tables import Plan
from sim.vocabulary.events import STREET

Found = TypeVar("Found")
ROUNDS = 40
"""Most rounds of the search for the people in the street; a few are usual."""
CLOSE = 1e-6
"""People missing, as a share of all, at which it ends."""
STEPS = 100
"""Most stays that lead to a loop."""
WHOLE = 1e-9
"""What a stay may lose of 1 where nobody leaves a loop."""


@dataclass(frozen=True, slots=True)
class Loop:
    """People of one class who come round in ``services`` (STREET: the street is one of them).

    ``drains``: those in the street at the start get into the loop and never come back.
    """

    klass: int
    services: frozenset[int]
    people: float
    drains: bool = False


Still = Mapping[tuple[int, frozenset[int]], float]
"""The part of the people of the start who are still in a loop, by class and services."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What one week of the period settles at: stays, flows offered, flows sustained.

    ``left``: the part of the people of each loop who leave it per day.
    """

    taken: Stays
    flows: Flows
    found: Balance
    left: dict[tuple[int, frozenset[int]], float]

    def still(self, days: float) -> Still:
        """Return the part of the people of each loop who are still there after a time."""
        return {loop: exp(-rate * days) for loop, rate in self.left.items()}


def settled(plan: Plan, moment: Moment, still: Still | None = None) -> Settled:
    """Return what one week settles at, with the people of the start who are still in loops."""
    taken = stays(plan, moment)
    loops = [
        replace(one, people=one.people * (still or {}).get((one.klass, one.services), 1.0))
        for one in loops_of(plan, moment, taken)
    ]
    street = street_people(plan, moment)
    for loop in loops:
        if STREET in loop.services or loop.drains:
            street[loop.klass] = 0.0 if loop.drains else loop.people
    inside = [one for one in loops if STREET not in one.services]
    stuck = [one for one in inside if stands_still(plan, moment, one)]
    circles = [circle(one, taken) for one in inside if one not in stuck]

    def sustained(there: list[float]) -> Search:
        search = Search(plan, moment, demand_of(plan, moment, there), taken, circles)
        search.found()
        return search

    search, there = conserved(loops, street, sustained, lambda search, i, k: search.people(i, k))
    for loop in stuck:
        stop(plan, loop, search.now, taken)
    diverted, fixed = search.now.diverted, rounds(loops, taken)
    flows, _ = conserved(
        loops,
        street,
        lambda there: offered(plan, demand_of(plan, moment, there), taken, diverted, fixed),
        lambda flows, i, k: flows[i][k] * taken[i, k].lived,
    )
    left = {(one.klass, one.services): leaving(plan, moment, one, search, there) for one in loops}
    return Settled(taken, flows, search.now, left)


def conserved(
    loops: Iterable[Loop],
    street: list[float],
    find: Callable[[list[float]], Found],
    people: Callable[[Found, int, int], float],
) -> tuple[Found, list[float]]:
    """Return what is found with as many people in the street as loops through it leave there.

    The search is by secants, class by class, within what can be.
    """
    through = [one for one in loops if STREET in one.services]
    last: dict[int, tuple[float, float]] = {}
    for _ in range(ROUNDS):
        found = find(street)
        there, street = street, list(street)
        worst = 0.0
        for loop in through:
            now = there[loop.klass]
            inside = sum(people(found, i, loop.klass) for i in loop.services if i != STREET)
            missing = loop.people - inside - now
            worst = max(worst, abs(missing) / loop.people)
            before, then = last.get(loop.klass, (now, missing))
            guess = now * loop.people / max(now + inside, 1e-9)
            if then != missing:
                secant = now - missing * (now - before) / (missing - then)
                guess = secant if 0.0 < secant < loop.people else guess
            last[loop.klass] = now, missing
            street[loop.klass] = guess
        if worst < CLOSE:
            break
    return found, there


def loops_of(plan: Plan, moment: Moment, taken: Stays) -> list[Loop]:
    """Return the loops with people at the start that no arrivals and nobody else feed."""
    trial = [0.0] * len(plan.classes)
    for group in plan.start_groups:
        trial[group.klass] += group.people
    demand = demand_of(plan, moment, trial)
    found = []
    for klass, people in enumerate(trial):
        if people == 0.0:
            continue
        graph = ways(plan, klass, taken, demand.referred)
        coming = {stream.to for stream in plan.streams if stream.klass == klass}
        at_start = {one.where: one.people for one in plan.start_groups if one.klass == klass}
        after = {place: reach(graph, place) for place in graph}
        fed = coming | {to for place in coming for to in after.get(place, ())}
        for services in {
            frozenset(other for other in after[place] if place in after[other])
            for place in graph
            if place in after[place]
        }:
            loop = loop_in(klass, services, at_start, after, taken)
            if loop.people > 0.0 and not services & fed:
                found.append(loop)
    return found


def loop_in(
    klass: int,
    services: frozenset[int],
    at_start: Mapping[int, int],
    after: Mapping[int, set[int]],
    taken: Stays,
) -> Loop:
    """Return the loop of some services with its people; none if the street goes on feeding it.

    People elsewhere count with the chance that they ever get there.
    """
    street = 1.0 if STREET in after and services & after[STREET] else 0.0
    there = dict.fromkeys(services, 1.0)
    chance = {STREET: street} | there
    elsewhere = [i for i, own in taken if own == klass and i not in services]
    for _ in range(STEPS):
        for number in elsewhere:
            stay = taken[number, klass]
            onward = sum(part * chance.get(to, 0.0) for to, part in stay.onward.items())
            chance[number] = onward + stay.back * chance[STREET]
    people = sum(n * chance.get(place, 0.0) for place, n in at_start.items())
    loop = Loop(klass, services, people)
    if STREET in services or not (at_start.get(STREET) and street):
        return loop
    return replace(loop, drains=True) if whole(loop, taken) else replace(loop, people=0.0)


def ways(plan: Plan, klass: int, taken: Stays, referred: Flows) -> dict[int, set[int]]:
    """Return where people of a class can go from each service, and from the street."""
    graph: dict[int, set[int]] = {STREET: set()}
    for (number, own), stay in taken.items():
        if own == klass:
            graph[number] = set(stay.onward) | ({STREET} if stay.back > 0.0 else set())
            if referred[number][klass] > 0.0:
                graph[STREET].add(number)
    return {place: {to for to in after if to in graph} for place, after in graph.items()}


def reach(graph: dict[int, set[int]], place: int) -> set[int]:
    """Return where one can come from a place in one step or more."""
    found: set[int] = set()
    fresh = set(graph[place])
    while fresh:
        found |= fresh
        fresh = {to for one in fresh for to in graph[one]} - found
    return found


def whole(loop: Loop, taken: Stays) -> bool:
    """Say whether nobody ever leaves a loop of services."""
    return all(
        sum(part for to, part in taken[i, loop.klass].onward.items() if to in loop.services)
        > 1.0 - WHOLE
        for i in loop.services
    )


def rounds(loops: Iterable[Loop], taken: Stays) -> dict[tuple[int, int], float]:
    """Return the flows of loops of services in which nobody ever has to wait."""
    found = {}
    for loop in loops:
        if STREET in loop.services:
            continue
        order = sorted(loop.services)
        matrix = [[1.0 if i == j else 0.0 for j in order] for i in order]
        for column, number in enumerate(order):
            for to, part in taken[number, loop.klass].onward.items():
                if to in loop.services and to != order[0]:
                    matrix[order.index(to)][column] -= part
        visits = solved(matrix, [1.0] + [0.0] * (len(order) - 1))
        days = sum(v * taken[i, loop.klass].lived for i, v in zip(order, visits, strict=True))
        for number, each in zip(order, visits, strict=True):
            found[number, loop.klass] = loop.people * each / days if days > 0.0 else 0.0
    return found


def stands_still(plan: Plan, moment: Moment, loop: Loop) -> bool:
    """Say whether everybody in a loop ends up waiting in a place for the place of another."""
    services = [plan.services[i] for i in loop.services]
    waits = all(
        one.wait_in_place and one.blocked_limit is None and one.patience is None for one in services
    )
    return waits and sum(moment.mean(one.open_places) for one in services) <= loop.people


def stop(plan: Plan, loop: Loop, found: Balance, taken: Stays) -> None:
    """Put down that all places of a loop are held by people who wait for one another."""
    for number in loop.services:
        onward = taken[number, loop.klass].onward
        found.waits[number] = plan.horizon
        found.blocked[number] = {
            to: found.places[number] * part for to, part in onward.items() if to in loop.services
        }


def circle(loop: Loop, taken: Stays) -> Circle:
    """Return a loop of services with the flows from which the search begins."""
    flows = rounds([loop], taken)
    return Circle(loop.klass, loop.people, {i: flows[i, loop.klass] for i in loop.services})


def leaving(plan: Plan, moment: Moment, loop: Loop, search: Search, street: list[float]) -> float:
    """Return the part of the people of a loop who leave it per day."""
    lost = 0.0
    for number in loop.services - {STREET}:
        stay = search.stays[number, loop.klass]
        kept = sum(part for to, part in stay.onward.items() if to in loop.services)
        kept += stay.back if STREET in loop.services else 0.0
        lost += search.now.leaving[number][loop.klass] * max(0.0, 1.0 - kept)
    if STREET in loop.services:
        risk = sum(moment.mean(one.rate) for one in plan.street_risks)
        lost += street[loop.klass] * risk
    return lost / loop.people
