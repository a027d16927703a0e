"""Mean flows before any simulation: offered load, what scarce places leave of it, loops."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, inf, isclose
from typing import TypeVar

from sim.core.events import STREET
from sim.core.queues import limited_list
from sim.plan.demand import (
    Demand,
    Moment,
    Present,
    Stay,
    Stays,
    demand_of,
    offers,
    stays,
    street_people,
    survived,
    through,
)
from sim.plan.tables import Plan

# --- Offered load: what comes to each service if every place needed were there at once.
#
# Traffic equations: what comes to a service is what comes from outside plus what every service
# sends on, returns included: ``x = direct + x P`` for each class. Source: Jackson (1957),
# "Networks of waiting lines", Operations Research 5(4).

Flows = list[list[float]]
"""People per day, by service and class."""
TINY = 1e-12


def solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Return the solution of linear equations by elimination with row exchanges.

    A line without a pivot (a loop that nobody leaves) gives infinity if anything flows in, else 0.
    """
    size = len(right)
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for column in range(size):
        best = max(range(column, size), key=lambda i: abs(rows[i][column]))
        rows[column], rows[best] = rows[best], rows[column]
        if abs(rows[column][column]) < TINY:
            continue
        for i in range(column + 1, size):
            factor = rows[i][column] / rows[column][column]
            if factor:
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[column], strict=True)]
    answer = [0.0] * size
    for i in reversed(range(size)):
        rest = rows[i][size] - sum(
            rows[i][j] * answer[j] for j in range(i + 1, size) if rows[i][j] != 0.0
        )
        if abs(rows[i][i]) >= TINY:
            answer[i] = rest / rows[i][i]
        else:
            answer[i] = inf if rest > TINY else 0.0
    return answer


def offered(
    plan: Plan,
    demand: Demand,
    stays: Stays,
    diverted: Flows,
    fixed: Mapping[tuple[int, int], float],
) -> Flows:
    """Return requests per day by service and class, if every service had room at once.

    ``diverted``: requests of those whom another service has turned away. ``fixed``: flows, by
    service and class, that follow from the people there and from nothing else.
    """
    size = len(plan.services)
    flows = [[0.0] * len(plan.classes) for _ in range(size)]
    for class_id in range(len(plan.classes)):
        matrix = [[1.0 if i == j else 0.0 for j in range(size)] for i in range(size)]
        for (number, own), stay in stays.items():
            if own == class_id:
                for to, part in stay.onward.items():
                    matrix[to][number] -= part
        direct = [
            demand.listed[i][class_id] + demand.referred[i][class_id] + diverted[i][class_id]
            for i in range(size)
        ]
        for number in range(size):
            if (number, class_id) in fixed:
                matrix[number] = [1.0 if i == number else 0.0 for i in range(size)]
                direct[number] = fixed[number, class_id]
        for number, flow in enumerate(solved(matrix, direct)):
            flows[number][class_id] = flow
    return flows


# --- The flows that scarce places leave of what is offered, and the waits that bring them about.
#
# Where more comes than the places can pass through, people wait a time that grows until as many
# give up, leave, or are already listed when they are met again, as cannot be served; whoever
# waits in a place of another service takes that place so much longer, and so does whoever waits
# there for the decision of its assessment. People in the street whom an offer does not reach wait
# for the next ones as well. Admission hours and evictions are left out. All waits are found
# together. A wait longer than the period counts as the period. Lists are served in order of time;
# chance is left out. While places open, as many more are admitted as open, and fewer leave than
# come. Source for one service: Whitt (2006), "Fluid models for multiserver queues with
# abandonments", Operations Research 54(1).
#
# A service with a limited waiting room turns people away also where its places would do on
# average, so there chance counts: Erlang B without seats, M/M/c/K with them
# (``core.queues``), fed with the mean flow and the mean time a place is taken, waits for
# the next service included. Requests count as Poisson arrivals, and people listed during their
# stay as ready to come. Whoever is turned away in the street stays or leaves as declared; whoever
# is hosted tries again when the stay is over if the request was made before, then takes the
# fallback, which may be another service. Chance also keeps people of such a service waiting for a
# next one that keeps up on average: that one is an M/M/c/K whose list are the places that can be
# blocked, with as many arrivals as come through. Source: Hillier and Boling (1967), "Finite
# queues in series", Operations Research 15(2).
#
# Services that share a room also share its places: whichever limit is smaller binds. A place of
# the room that is left goes to the first service of the file with somebody on its list
# (docs/model.md, section 6), so each has what those before it leave. Services with a limited
# waiting room have what the lists of the others leave, and are refused alike: one Erlang B for
# all of them. Visits and night places begin only where nobody is on a list, and take nothing from
# the others.

STEPS = 400
"""Points of the table of how many are still waiting after a time."""
QUANTILES = 1000
"""Values that stand for a law of patience."""
TURNS = 2000
"""Most rounds of the search for the waits; a few hundred are usual."""
CLOSE = 1e-6
"""Relative imbalance of places at which the search ends."""
MATTERS = 0.01
"""Share of requests turned away, or of places held by people blocked, that is reported."""
MOST_BLOCKED = 1000
"""Most people that a list by chance is reckoned with."""
SAME = 1e-9
"""Change of the share turned away at which the search ends."""


class Waiting:
    """How many of those listed are still waiting after a time, and for how long on average."""

    def __init__(self, plan: Plan, moment: Moment, number: int) -> None:
        """Tabulate up to the horizon: patience, and leaving the model from the street."""
        law = moment.law(plan.services[number].patience)
        values = (
            None if law is None else [law.quantile((k + 0.5) / QUANTILES) for k in range(QUANTILES)]
        )
        self.longest = plan.horizon
        self.rate = 0.0 if law is None else 1.0 / max(law.mean, 1e-9)  # giving up, per day
        self.leaving = sum(moment.mean(risk.rate) for risk in plan.street_risks)
        self.offers = offers(plan, moment, number)
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
        """Return the share of people in the street reached by an offer after a time, or later."""
        return self.reached(time, self.leaving * time)

    def reached(self, time: float, gone: float) -> float:
        """Return the share reached in the street after a time, or by one of the next offers.

        ``gone``: leaving the model until the first offer, cumulated. None of them is reached who
        gives up or leaves before.
        """
        return sum(
            share * self.patience(self.within(time + days)) * exp(-gone - self.leaving * days)
            for share, days in self.offers
        )

    def within(self, time: float) -> float:
        """Return a time, at most the period."""
        return min(time, self.longest)

    def spent(self, time: float) -> float:
        """Return the mean days waited by somebody of the street who is first offered a place then.

        Whoever is not reached within the period waits all of it.
        """
        reached = sum(share for share, _ in self.offers)
        return (1.0 - reached) * self.total[-1] + sum(
            share * self._at(self.total, self.within(time + days)) for share, days in self.offers
        )

    def spent_between(self, begin: float, end: float) -> float:
        """Return the mean days of a wait in the street that is entered after so long elsewhere."""
        if end <= begin:
            return 0.0
        step = (end - begin) / STEPS
        ends = [
            self.patience(begin + step * k) * exp(-self.leaving * step * k)
            for k in range(STEPS + 1)
        ]
        return step * (sum(ends) - (ends[0] + ends[-1]) / 2)

    def has_no_end(self, time: float) -> bool:
        """Say whether a wait of the whole period is over for nobody: none gives up or leaves."""
        return time >= self.longest and self.leaving == 0.0 and self.patience(time) == 1.0


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
    usable: list[float]  # places these may take: own ones, or what others leave of a shared room
    room: list[float]  # the same with the places that open in one mean stay
    crowded: list[bool]  # whether the shared room is what binds
    blocked: list[dict[int, float]]  # people blocked, by the service they wait for
    places: list[float]
    opening: list[float]  # places per day
    shared: list[int]  # number of the shared room, -1 none
    room_places: list[float]  # by room
    room_opening: list[float]
    lists: list[float]  # people of the street on the list, inf if nothing bounds it
    lost: list[float]  # share of the requests that a full waiting room turns away
    kept: list[float]  # share of those listed in a limited waiting room who do not give up
    refused: list[dict[int, float]]  # turned away for good per day, by where they go
    tries: list[float]  # requests turned away per day, those tried again included
    diverted: list[list[float]]  # requests of those turned away by another service

    @classmethod
    def empty(cls, plan: Plan, moment: Moment) -> Balance:
        """Return the balance of a week in which nobody comes and nobody waits."""
        size, classes = len(plan.services), len(plan.classes)

        def flows() -> Flows:
            return [[0.0] * classes for _ in range(size)]

        return cls(
            waits=[0.0] * size,
            listed=flows(),
            admitted=flows(),
            leaving=flows(),
            wanted=[0.0] * size,
            usable=[0.0] * size,
            room=[0.0] * size,
            crowded=[False] * size,
            blocked=[{} for _ in range(size)],
            places=[moment.mean(service.open_places) for service in plan.services],
            opening=[moment.opening(service) for service in plan.services],
            shared=[service.room for service in plan.services],
            room_places=[moment.mean(places) for places in plan.rooms],
            room_opening=[moment.growth(places) for places in plan.rooms],
            lists=[0.0] * size,
            lost=[0.0] * size,
            kept=[1.0] * size,
            refused=[{} for _ in range(size)],
            tries=[0.0] * size,
            diverted=flows(),
        )

    def is_short(self, number: int) -> bool:
        """Say whether people wait for a service; with a limited list: whether it turns any away.

        Fewer than one in a hundred do not count.
        """
        if self.lost[number] > 0.0:
            return self.lost[number] > MATTERS
        return self.waits[number] > 0.0

    def room_is_short(self, number: int) -> bool:
        """Say whether any service of the room that a service shares is short for want of it."""
        room = self.shared[number]
        return room >= 0 and any(
            self.crowded[i] and self.is_short(i)
            for i, other in enumerate(self.shared)
            if other == room
        )

    def blocked_in_room(self, room: int) -> dict[int, float]:
        """Return people blocked in a room for want of something else, by what they wait for."""
        people_for: dict[int, float] = {}
        for number, waited in enumerate(self.blocked):
            if self.shared[number] == room:
                for to, people in waited.items():
                    if self.shared[to] != room or not self.crowded[to]:
                        people_for[to] = people_for.get(to, 0.0) + people
        return people_for


@dataclass(frozen=True, slots=True)
class Circle:
    """People of one class who come round in services that nothing else feeds, with first flows."""

    class_id: int
    people: float
    flows: Mapping[int, float]


class Search:
    """The search for the waits at which places taken and places open agree."""

    def __init__(
        self,
        plan: Plan,
        moment: Moment,
        demand: Demand,
        stays: Stays,
        circles: Sequence[Circle] = (),
    ) -> None:
        """Prepare tables; nothing waits at first."""
        self.plan, self.moment, self.demand, self.stays = plan, moment, demand, stays
        self.circles = circles
        self.now = Balance.empty(plan, moment)
        for circle in circles:
            for number, flow in circle.flows.items():
                self.now.leaving[number][circle.class_id] = flow
        self.numbers = plan.hosts
        self.waiting = {i: Waiting(plan, moment, i) for i in self.numbers}
        self.seats = {
            i: plan.services[i].waiting_room
            for i in self.numbers
            if plan.services[i].waiting_room >= 0
        }
        self.behind = {
            to: self.blocking(to)
            for (i, _), stay in stays.items()
            if i in self.seats and stay.blocks
            for to in stay.onward
            if to not in self.seats
        }
        self.chance = dict.fromkeys(self.behind, 0.0)  # days that chance keeps people waiting
        self.asking = dict.fromkeys(self.behind, 0.0)  # arrivals per day that leave what comes
        # places that all who ask for a seat or a place would take
        self.loads = [0.0] * len(plan.services)

    def run(self) -> Balance:
        """Return the balance; each wait is lengthened or shortened until it stops to matter."""
        step = {i: 1.0 for i in self.numbers}
        last = dict.fromkeys(self.numbers, 0)
        for _ in range(TURNS):
            before, lost = self.now.admitted, list(self.now.lost)
            self.flows()
            if self.settled(before, lost):
                break
            for i in self.numbers:
                if i in self.seats:
                    continue
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

    def settled(self, admitted: list[list[float]], lost: list[float]) -> bool:
        """Say whether the last round has changed nothing that counts."""
        same = self.now.admitted == admitted
        if self.seats or self.circles:  # half of the way is gone at each round, and never all of it
            before, now = [*admitted, lost], [*self.now.admitted, self.now.lost]
            same = all(
                isclose(value, other, rel_tol=SAME, abs_tol=SAME)
                for line, old in zip(now, before, strict=True)
                for value, other in zip(line, old, strict=True)
            )
        return same and all(abs(self.missing(i)) < CLOSE for i in self.numbers)

    def people_listed(self, number: int) -> float:
        """Return how many people in the street are on a list once its wait has settled.

        Those of the street, and those who wait there for the service after their stay. Without
        limit if more keep coming and nothing ends their wait.
        """
        wait, waiting = self.now.waits[number], self.waiting[number]
        if number in self.seats:
            entered = 1.0 - self.now.lost[number]
            listed = sum(self.now.listed[number]) * entered * wait
        else:
            if waiting.has_no_end(wait):
                asked = self.demand.listed[number], self.demand.referred[number]
                for new, referred, people in zip(*asked, self.demand.street, strict=True):
                    if new > 0.0 or (referred > 0.0 and people == 0.0):
                        return inf
            listed = sum(self.now.listed[number]) * waiting.spent(wait)
        for class_id, most in enumerate(self.most_people(number)):
            after = self.listed_after_stays(number, class_id)
            if after > 0.0 and most == inf and waiting.has_no_end(wait):
                return inf
            listed += min(after, most)
        return listed

    def most_people(self, number: int) -> list[float]:
        """Return by class how many people can be on a list at most, without limit if some arrive.

        Nobody arrives where people come round in services that nothing else feeds.
        """
        coming = {stream.class_id for stream in self.plan.streams}
        most = [inf if class_id in coming else 0.0 for class_id in range(len(self.plan.classes))]
        for group in self.plan.start_groups:
            most[group.class_id] += group.people
        for circle in self.circles:
            if number in circle.flows:
                most[circle.class_id] = circle.people
        return most

    def listed_after_stays(self, number: int, class_id: int) -> float:
        """Return how many people of a class wait in the street for a service after their stay."""
        people = 0.0
        for (origin, own), stay in self.stays.items():
            flow = self.now.leaving[origin][own] * stay.onward.get(number, 0.0)
            if own == class_id and flow > 0.0:
                inside, outside = self.waits_of(origin, stay, number)
                if outside > 0.0:
                    wait = self.now.waits[number]  # at its end; an assessment comes before it
                    begin = max(0.0, wait - outside)
                    days = self.waiting[number].spent_between(begin, wait)
                    still = (1.0 - self.lost_to(stay, number)) * exp(-stay.hazard * inside)
                    people += flow * still * days
        return people

    def waits_of(self, origin: int, stay: Stay, to: int) -> tuple[float, float]:
        """Return the days somebody ready to go waits in the place, and then in the street.

        In the street waits whoever has to, or whose limit to being blocked leads there: both keep
        the request.
        """
        time = stay.ahead[to].left_of(self.now.waits[to])
        if not stay.blocks:
            return 0.0, time
        if self.plan.services[origin].fallback != STREET:
            return time, 0.0
        inside = min(time, stay.longest)
        return inside, time - inside

    def missing(self, number: int) -> float:
        """Return by how much the wait is too short (above 0) or too long, 0 if it is at a bound."""
        if number in self.seats:
            return 0.0
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
            for class_id in range(len(self.plan.classes)):
                now.listed[i][class_id] = self.listed(i, class_id)
                coming[class_id] += now.listed[i][class_id] * (1.0 - now.lost[i]) * self.still(i)
            now.blocked[i] = {}
            now.wanted[i] = sum(
                flow * self.taken(i, class_id, flow) for class_id, flow in enumerate(coming) if flow
            )
            wanted = now.wanted[i]
            taken = wanted / sum(coming) if wanted > 0.0 else 0.0
            self.limit(i, taken)
            if i in self.behind:
                self.by_chance(i, sum(coming), taken)
            if i in self.seats:
                self.turn_away(i, taken)
            served = now.room[i] / wanted if wanted > now.room[i] else 1.0
            held = now.usable[i] / wanted if wanted > now.usable[i] else 1.0
            now.admitted[i] = [flow * served for flow in coming]
            now.leaving[i] = [flow * held for flow in coming]
            for to in now.blocked[i]:
                now.blocked[i][to] *= held
        for circle in self.circles:  # nobody is lost: who is not there waits, or comes sooner
            there = sum(self.people(i, circle.class_id, True) for i in circle.flows)
            for i in circle.flows if there > 0.0 else ():
                now.leaving[i][circle.class_id] *= circle.people / there

    def people(self, number: int, class_id: int, waiting: bool = False) -> float:
        """Return the people of a class who live in a service, or wait in the street after it."""
        stay, days = self.stays[number, class_id], 0.0
        if stay.blocks or waiting:
            days = sum(each for _, each in self.blocked_days(number, class_id, stay))
        return self.now.leaving[number][class_id] * (stay.lived + days)

    def present(self) -> Present:
        """Return where people are by class, and how many of those in services leave per day."""
        classes = range(len(self.plan.classes))
        hosted, gone = [0.0 for _ in classes], [0.0 for _ in classes]
        for (number, class_id), stay in self.stays.items():
            hosted[class_id] += self.people(number, class_id)
            kept = sum(stay.onward.values()) + stay.back
            gone[class_id] += self.now.leaving[number][class_id] * max(0.0, 1.0 - kept)
        return Present(self.demand.street, hosted, gone)

    def limit(self, number: int, taken: float) -> None:
        """Set the places of a service: its own ones, or what others leave it of a shared room.

        ``taken``: mean days that somebody takes a place.
        """
        now, room = self.now, self.now.shared[number]
        now.usable[number] = now.places[number]
        now.room[number] = max(0.0, now.places[number] + now.opening[number] * taken)
        if room < 0:
            return
        others = [i for i in self.numbers if now.shared[i] == room and i not in self.seats]
        if number not in self.seats:
            others = [i for i in others if i < number]
        free = max(0.0, now.room_places[room] - sum(self.held(i, now.usable) for i in others))
        more = now.room_opening[room] * taken
        left = now.room_places[room] + more - sum(self.held(i, now.room) for i in others)
        now.crowded[number] = left < now.room[number]
        now.usable[number] = min(now.usable[number], free)
        now.room[number] = min(now.room[number], max(0.0, left))

    def blocking(self, number: int) -> int:
        """Return the places in which people can wait for a service; many where others are listed.

        So many stand for any number.
        """
        if any(self.demand.listed[number]) or any(self.demand.referred[number]):
            return MOST_BLOCKED
        origins = {
            i for (i, _), stay in self.stays.items() if stay.blocks and number in stay.onward
        }
        return int(min(sum(self.now.places[i] for i in origins), MOST_BLOCKED))

    def by_chance(self, number: int, rate: float, taken: float) -> None:
        """Find how long chance keeps people waiting for a service that keeps up on average."""
        room = self.now.room[number]
        if rate == 0.0 or taken == 0.0 or room == 0.0:
            return
        asking = self.asking[number] or rate
        leaving = self.waiting[number].rate
        lost, listed = limited_list(asking, taken, room, self.behind[number], leaving)
        through = asking * (1.0 - lost)
        self.chance[number] = (self.chance[number] + listed / through) / 2.0
        most = MOST_BLOCKED * room / taken
        self.asking[number] = min((asking + asking * rate / through) / 2.0, most)

    def held(self, number: int, places: list[float]) -> float:
        """Return how many of these places are taken."""
        return min(self.now.wanted[number], places[number])

    def turn_away(self, number: int, taken: float) -> None:
        """Find the share that a limited waiting room turns away, and the wait of the others."""
        now, service, lost = self.now, self.plan.services[number], self.now.lost[number]
        refused: dict[int, float] = {}
        rate = sum(now.listed[number])
        street = rate * lost
        if street > 0.0:
            refused[service.turned_away_to] = street
        diverted = sum(now.diverted[number])
        rate += diverted
        if diverted > 0.0:
            refused[STREET] = refused.get(STREET, 0.0) + diverted * lost  # refused twice
        for (origin, class_id), stay in self.stays.items():
            flow = now.leaving[origin][class_id] * stay.onward.get(number, 0.0)
            if flow > 0.0:
                rate += flow * (1.0 + stay.ahead[number].early * lost)
                passed_on = flow * self.lost_to(stay, number)
                if passed_on > 0.0:
                    to = self.plan.services[origin].fallback
                    refused[to] = refused.get(to, 0.0) + passed_on
        now.refused[number], now.tries[number] = refused, rate * lost
        if taken == 0.0:  # nobody came in so far: as if nothing blocked those who do
            stays = [stay.taken for (own, _), stay in self.stays.items() if own == number]
            taken = sum(stays) / len(stays)
        leaving = self.waiting[number].rate + self.waiting[number].leaving * (
            sum(now.listed[number]) / rate if rate > 0.0 else 0.0
        )
        self.loads[number] = rate * taken
        lost, listed = self.refused(number, rate, taken, leaving)
        now.lost[number] = (now.lost[number] + lost) / 2.0  # half way, or loops swing
        entered = rate * (1.0 - lost)
        now.waits[number] = min(listed / entered, self.plan.horizon) if entered > 0.0 else 0.0
        now.kept[number] = max(0.0, 1.0 - listed * leaving / entered) if entered > 0.0 else 1.0

    def refused(
        self, number: int, rate: float, taken: float, leaving: float
    ) -> tuple[float, float]:
        """Return the share turned away and the mean number listed, by the places or by the room."""
        now, seats, room = self.now, self.seats[number], self.now.shared[number]
        own = now.places[number] + now.opening[number] * taken
        by_places = limited_list(rate, taken, max(0.0, min(own, now.room[number])), seats, leaving)
        if room < 0 or rate == 0.0 or taken == 0.0:
            return by_places
        # all that is refused by the room together: the flow of all, in stays of this service
        load = sum(self.loads[i] for i in self.seats if now.shared[i] == room)
        others = [i for i in self.numbers if now.shared[i] == room and i not in self.seats]
        left = now.room_places[room] + now.room_opening[room] * taken
        left = max(0.0, left - sum(self.held(i, now.room) for i in others))
        alike = limited_list(load / taken, taken, left, seats, leaving)
        now.crowded[number] = alike[0] >= by_places[0]
        return max(by_places, alike)

    def still(self, number: int, hazard: float | None = None) -> float:
        """Return the share of those listed who are still there when they are admitted.

        ``hazard``: leaving the model where they live, cumulated while they are kept waiting; None
        for people in the street.
        """
        wait = self.now.waits[number]
        if number in self.seats:
            return self.now.kept[number]
        if hazard is None:
            return self.waiting[number].still(wait)
        return self.waiting[number].patience(wait) * exp(-hazard)

    def lost_to(self, stay: Stay, number: int) -> float:
        """Return the share of those who want to move on whom a service turns away for good."""
        lost = self.now.lost[number]
        return lost * (1.0 - stay.ahead[number].early * (1.0 - lost))

    def listed(self, number: int, class_id: int) -> float:
        """Return requests of the street per day: whoever is listed is not referred again."""
        referred = self.demand.referred[number][class_id]
        people = self.demand.street[class_id]
        if referred > 0.0 and people > 0.0:
            if number in self.seats:
                spent = (1.0 - self.now.lost[number]) * self.now.waits[number]
            else:
                spent = self.waiting[number].spent(self.now.waits[number])
            referred /= 1.0 + referred / people * spent
        return referred + self.demand.listed[number][class_id]

    def arriving(self, number: int) -> list[float]:
        """Return who comes from other services after their wait, per day and class."""
        coming = [0.0] * len(self.plan.classes)
        diverted = [0.0] * len(self.plan.classes)
        for (origin, class_id), stay in self.stays.items():
            part = stay.onward.get(number, 0.0)
            if part > 0.0:
                inside, outside = self.waits_of(origin, stay, number)
                leaving = stay.hazard * inside + self.waiting[number].leaving * outside
                if stay.blocks or number in self.seats:
                    still = self.still(number, leaving)
                else:
                    still = self.waiting[number].reached(self.now.waits[number], leaving)
                still *= 1.0 - self.lost_to(stay, number)
                coming[class_id] += self.now.leaving[origin][class_id] * part * still
            if self.seats and self.plan.services[origin].fallback == number:
                part = self.falling_back(origin, class_id, stay)
                diverted[class_id] += self.now.leaving[origin][class_id] * part
                still = self.still(number, stay.hazard * self.now.waits[number])
                coming[class_id] += (
                    self.now.leaving[origin][class_id]
                    * part
                    * still
                    * (1.0 - self.now.lost[number])
                )
        self.now.diverted[number] = diverted
        return coming

    def falling_back(self, origin: int, class_id: int, stay: Stay) -> float:
        """Return the requests for the fallback of a service, for each stay that ends there."""
        to = self.plan.services[origin].fallback
        if to < 0 or not self.plan.services[to].classes[class_id]:
            return 0.0
        part = sum(
            part * self.lost_to(stay, first) for first, part in stay.onward.items() if first != to
        )
        return part * through(self.plan, self.moment, to, 0.0) if part > 0.0 else 0.0

    def taken(self, number: int, class_id: int, flow: float) -> float:
        """Return the days one admission takes a place, waits for the next service included."""
        stay = self.stays[number, class_id]
        taken = stay.taken
        if stay.blocks:
            for to, days in self.blocked_days(number, class_id, stay):
                taken += days
                blocked = self.now.blocked[number]
                blocked[to] = blocked.get(to, 0.0) + flow * days
        return taken

    def blocked_days(self, number: int, class_id: int, stay: Stay) -> Iterator[tuple[int, float]]:
        """Yield the days that one stay waits for each service after it."""
        for to, part in self.waited_for(number, class_id, stay):
            wait = self.now.waits[to]
            if number in self.seats and to in self.chance:
                wait = max(wait, self.chance[to])
            yield to, part * survived(stay.hazard, stay.blocked(to, wait))

    def waited_for(self, number: int, class_id: int, stay: Stay) -> Iterator[tuple[int, float]]:
        """Yield the services for which people wait in a place after a stay, with their share."""
        for to, part in stay.onward.items():
            yield to, part * (1.0 - self.lost_to(stay, to))
        part = self.falling_back(number, class_id, stay) if self.seats else 0.0
        if part > 0.0:
            yield self.plan.services[number].fallback, part


def limited_by(balance: Balance, number: int) -> int:
    """Return the service or room whose shortage limits the flow through a service, -1 if none does.

    A service is limited by what most of its people wait for, if they take up a hundredth of its
    places or more; that service may be limited by another in turn. Where a shared room binds, the
    people in all of its services count, and the room is the limit if they wait for nothing outside
    it. Rooms have the numbers after those of the services.
    """
    if not balance.is_short(number) and not balance.room_is_short(number):
        return -1
    seen = {number}
    while True:
        waited, places = balance.blocked[number], balance.places[number]
        limit = number
        alone = balance.is_short(number) or not balance.room_is_short(number)
        if balance.crowded[number] or not alone:
            room = balance.shared[number]
            limit, places = len(balance.waits) + room, balance.room_places[room]
            waited = balance.blocked_in_room(room)
        most = max(waited, key=lambda to: waited[to], default=-1)
        if most < 0 or most in seen or waited[most] <= places * MATTERS:
            return limit
        seen.add(most)
        number = most


def waited_for(balance: Balance, number: int) -> int:
    """Return the service or room whose shortage most people blocked here wait for, -1 if none."""
    if balance.is_short(number):
        return limited_by(balance, number)
    waited = balance.blocked[number]
    most = max(waited, key=lambda to: waited[to], default=-1)
    return limited_by(balance, most) if most >= 0 else -1


# --- People of the start who come round and round: the flows of loops that nothing else feeds.
#
# People are conserved: those of a loop (services that feed one another, the street among them
# where people return to it and are referred again) live in its services, wait there, or are in
# the street. With room for all, flows are as many as that takes: people divided by the mean days
# of one round (Little's law); scarce places leave fewer and the others wait, so the flow through
# a loop is the asymptotic bound of a closed network, min(people / days of a round, places / days
# a place is taken in a round). Chance makes it lower where stays vary: by 1/3 for two people with
# exponential stays in two services of one place. A loop whose people fill all its places, and
# wait in them without limit, stands still. Who leaves the loop is not replaced: after a time t
# there are ``people x exp(-rate x t)`` left, at the rate of leaving found at the start. Source:
# Denning and Buzen (1978), "The operational analysis of queueing network models", Computing
# Surveys 10(3).

Solution = TypeVar("Solution")
ROUNDS = 40
"""Most rounds of the search for the people in the street; a few are usual."""
CIRCULATION_STEPS = 100
"""Most stays that lead to a loop."""
STREET_ROUNDS = 30
"""Most rounds of the search for the people in the street at the end of the period."""
STREET_CLOSE = 3e-3
"""Relative change of the people in the street at which it ends."""
WHOLE = 1e-9
"""What a stay may lose of 1 where nobody leaves a loop."""


@dataclass(frozen=True, slots=True)
class Loop:
    """People of one class who come round in ``services`` (STREET: the street is one of them).

    ``drains``: those in the street at the start get into the loop and never come back.
    """

    class_id: int
    services: frozenset[int]
    people: float
    drains: bool = False


Still = Mapping[tuple[int, frozenset[int]], float]
"""The part of the people of the start who are still in a loop, by class and services."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What one week of the period settles at: stays, flows offered, flows sustained.

    ``outside``: requests per day of people in the street by service, ``asked``: all requests, both
    with those that an assessment refuses and those whose offers are declined. ``left``: the part
    of the people of each loop who leave it per day.
    """

    taken: Stays
    flows: Flows
    outside: list[float]
    asked: list[float]
    balance: Balance
    left: dict[tuple[int, frozenset[int]], float]

    def still(self, days: float) -> Still:
        """Return the part of the people of each loop who are still there after a time."""
        return {loop: exp(-rate * days) for loop, rate in self.left.items()}


def settled_street(
    plan: Plan,
    moment: Moment,
    loops: Sequence[Loop],
    balanced: Callable[[list[float]], tuple[Search, list[float]]],
) -> tuple[list[float], Search, list[float]]:
    """Return the people in the street by class, and what ``balanced`` gives for them.

    At the end of the period they depend on who is in services, and these on the requests of the
    street: both are taken in turn, in steps that become shorter where they go too far.
    """
    street = without_loops(street_people(plan, moment), loops)
    search, there = balanced(street)
    step, last = 1.0, [0.0] * len(street)
    for _ in range(STREET_ROUNDS if moment.begin > 0.0 else 0):
        now = without_loops(street_people(plan, moment, search.present()), loops)
        if all(isclose(a, b, rel_tol=STREET_CLOSE) for a, b in zip(street, now, strict=True)):
            break
        more = [b - a for a, b in zip(street, now, strict=True)]
        if sum(a * b for a, b in zip(more, last, strict=True)) < 0.0:
            step /= 2.0
        street, last = [a + step * b for a, b in zip(street, more, strict=True)], more
        search, there = balanced(street)
    return street, search, there


def settled(plan: Plan, moment: Moment, still: Still | None = None) -> Settled:
    """Return what one week settles at, with the people of the start who are still in loops."""
    taken = stays(plan, moment)
    loops = [
        replace(
            loop,
            people=loop.people * (still or {}).get((loop.class_id, loop.services), 1.0),
        )
        for loop in loops_of(plan, moment, taken)
    ]
    inside = [loop for loop in loops if STREET not in loop.services]
    stuck = [loop for loop in inside if stands_still(plan, moment, loop)]
    circles = [circle(loop, taken) for loop in inside if loop not in stuck]

    def sustained(there: list[float]) -> Search:
        search = Search(plan, moment, demand_of(plan, moment, there), taken, circles)
        search.run()
        return search

    def balanced(street: list[float]) -> tuple[Search, list[float]]:
        return conserved(loops, street, sustained, lambda search, i, k: search.people(i, k))

    street, search, there = settled_street(plan, moment, loops, balanced)
    for loop in stuck:
        stop(plan, loop, search.now, taken)
        stop_before(plan, loop, search.now, taken)
    diverted, fixed = search.now.diverted, rounds(loops, taken)
    flows, free = conserved(
        loops,
        street,
        lambda there: offered(plan, demand_of(plan, moment, there), taken, diverted, fixed),
        lambda flows, i, k: flows[i][k] * taken[i, k].lived,
    )
    left = {
        (loop.class_id, loop.services): leaving(plan, moment, loop, search, there) for loop in loops
    }
    outside = [sum(each) for each in demand_of(plan, moment, free).asked]
    return Settled(taken, flows, outside, asked(flows, outside, diverted, taken), search.now, left)


def asked(flows: Flows, outside: list[float], diverted: Flows, taken: Stays) -> list[float]:
    """Return all requests per day by service; whoever asks once more after a refusal counts once.

    No fewer than come to something, where the flows follow from the people there alone.
    """
    requests = [each + sum(more) for each, more in zip(outside, diverted, strict=True)]
    for (number, class_id), stay in taken.items():
        if flows[number][class_id] > 0.0:
            for to in range(len(requests)):
                if (part := stay.asking(to)) > 0.0:
                    requests[to] += flows[number][class_id] * part
    return [max(each, sum(flow)) for each, flow in zip(requests, flows, strict=True)]


def without_loops(street: list[float], loops: Iterable[Loop]) -> list[float]:
    """Return the people in the street, with those of loops where the search for them begins."""
    street = list(street)
    for loop in loops:
        if STREET in loop.services or loop.drains:
            street[loop.class_id] = 0.0 if loop.drains else loop.people
    return street


def conserved(
    loops: Iterable[Loop],
    street: list[float],
    find: Callable[[list[float]], Solution],
    people: Callable[[Solution, int, int], float],
) -> tuple[Solution, list[float]]:
    """Return the solution with as many people in the street as loops through it leave there.

    The search is by secants, class by class, within what can be.
    """
    through = [loop for loop in loops if STREET in loop.services]
    last: dict[int, tuple[float, float]] = {}
    for _ in range(ROUNDS):
        solution = find(street)
        there, street = street, list(street)
        worst = 0.0
        for loop in through:
            now = there[loop.class_id]
            inside = sum(people(solution, i, loop.class_id) for i in loop.services if i != STREET)
            missing = loop.people - inside - now
            worst = max(worst, abs(missing) / loop.people)
            before, then = last.get(loop.class_id, (now, missing))
            guess = now * loop.people / max(now + inside, 1e-9)
            if then != missing:
                secant = now - missing * (now - before) / (missing - then)
                guess = secant if 0.0 < secant < loop.people else guess
            last[loop.class_id] = now, missing
            street[loop.class_id] = guess
        if worst < CLOSE:
            break
    return solution, there


def loops_of(plan: Plan, moment: Moment, taken: Stays) -> list[Loop]:
    """Return the loops with people at the start that no arrivals and nobody else feed."""
    trial = [0.0] * len(plan.classes)
    for group in plan.start_groups:
        trial[group.class_id] += group.people
    demand = demand_of(plan, moment, trial)
    loops = []
    for class_id, people in enumerate(trial):
        if people == 0.0:
            continue
        graph = ways(plan, class_id, taken, demand.referred)
        coming = {stream.to for stream in plan.streams if stream.class_id == class_id}
        at_start = {
            group.where: group.people for group in plan.start_groups if group.class_id == class_id
        }
        after = {place: reach(graph, place) for place in graph}
        fed = coming | {to for place in coming for to in after.get(place, ())}
        for services in {
            frozenset(other for other in after[place] if place in after[other])
            for place in graph
            if place in after[place]
        }:
            loop = loop_in(class_id, services, at_start, after, taken)
            if loop.people > 0.0 and not services & fed:
                loops.append(loop)
    return loops


def loop_in(
    class_id: int,
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
    elsewhere = [i for i, own in taken if own == class_id and i not in services]
    for _ in range(CIRCULATION_STEPS):
        for number in elsewhere:
            stay = taken[number, class_id]
            onward = sum(part * chance.get(to, 0.0) for to, part in stay.onward.items())
            chance[number] = onward + stay.back * chance[STREET]
    people = sum(n * chance.get(place, 0.0) for place, n in at_start.items())
    loop = Loop(class_id, services, people)
    if STREET in services or not (at_start.get(STREET) and street):
        return loop
    return replace(loop, drains=True) if whole(loop, taken) else replace(loop, people=0.0)


def ways(plan: Plan, class_id: int, taken: Stays, referred: Flows) -> dict[int, set[int]]:
    """Return where people of a class can go from each service, and from the street."""
    graph: dict[int, set[int]] = {STREET: set()}
    for (number, own), stay in taken.items():
        if own == class_id:
            graph[number] = set(stay.onward) | ({STREET} if stay.back > 0.0 else set())
            if referred[number][class_id] > 0.0:
                graph[STREET].add(number)
    return {place: {to for to in after if to in graph} for place, after in graph.items()}


def reach(graph: dict[int, set[int]], place: int) -> set[int]:
    """Return where one can come from a place in one step or more."""
    places: set[int] = set()
    fresh = set(graph[place])
    while fresh:
        places |= fresh
        fresh = {to for origin in fresh for to in graph[origin]} - places
    return places


def whole(loop: Loop, taken: Stays) -> bool:
    """Say whether nobody ever leaves a loop of services."""
    return all(
        sum(part for to, part in taken[i, loop.class_id].onward.items() if to in loop.services)
        > 1.0 - WHOLE
        for i in loop.services
    )


def rounds(loops: Iterable[Loop], taken: Stays) -> dict[tuple[int, int], float]:
    """Return the flows of loops of services in which nobody ever has to wait."""
    flows = {}
    for loop in loops:
        if STREET in loop.services:
            continue
        order = sorted(loop.services)
        matrix = [[1.0 if i == j else 0.0 for j in order] for i in order]
        for column, number in enumerate(order):
            for to, part in taken[number, loop.class_id].onward.items():
                if to in loop.services and to != order[0]:
                    matrix[order.index(to)][column] -= part
        visits = solved(matrix, [1.0] + [0.0] * (len(order) - 1))
        days = sum(v * taken[i, loop.class_id].lived for i, v in zip(order, visits, strict=True))
        for number, each in zip(order, visits, strict=True):
            flows[number, loop.class_id] = loop.people * each / days if days > 0.0 else 0.0
    return flows


def stands_still(plan: Plan, moment: Moment, loop: Loop) -> bool:
    """Say whether everybody in a loop ends up waiting in a place for the place of another."""
    services = [plan.services[i] for i in loop.services]
    waits = all(
        service.wait_in_place and service.blocked_limit is None and service.patience is None
        for service in services
    )
    return waits and sum(moment.mean(service.open_places) for service in services) <= loop.people


def stop(plan: Plan, loop: Loop, balance: Balance, taken: Stays) -> None:
    """Put down that all places of a loop are held by people who wait for one another."""
    for number in loop.services:
        onward = taken[number, loop.class_id].onward
        balance.waits[number] = plan.horizon
        balance.blocked[number] = {
            to: balance.places[number] * part for to, part in onward.items() if to in loop.services
        }


def stop_before(plan: Plan, loop: Loop, balance: Balance, taken: Stays) -> None:
    """Put down that people who would go on to a loop that stands still wait for it for ever.

    They fill the services before it, the nearest first, as far as they wait there without limit.
    """
    before = {
        number: {to for to in taken[number, own].onward if plan.services[to].patience is None}
        for number, own in taken
        if own == loop.class_id
        and plan.services[number].wait_in_place
        and plan.services[number].blocked_limit is None
    }
    graph: dict[int, set[int]] = {to: set() for after in before.values() for to in after}
    graph |= before
    beyond = {number: reach(graph, number) for number in before}
    at_start: dict[int, int] = {}
    for group in plan.start_groups:
        if group.class_id == loop.class_id:
            at_start[group.where] = at_start.get(group.where, 0) + group.people
    rest = loop.people - sum(balance.places[number] for number in loop.services)
    full, left = set(loop.services), set(before) - loop.services
    while rest > 0.0 and (nearest := [i for i in sorted(left) if before[i] & full]):
        for number in nearest:
            left.discard(number)
            people = sum(
                n for i, n in at_start.items() if i == number or number in beyond.get(i, ())
            )
            held = min(balance.places[number], rest, float(people))
            rest -= held
            onward = taken[number, loop.class_id].onward
            ways = {to: part for to, part in onward.items() if to in full}
            for to, part in ways.items():
                balance.blocked[number][to] = held * part / sum(ways.values())
            if held >= balance.places[number]:
                balance.waits[number] = plan.horizon
                full.add(number)


def circle(loop: Loop, taken: Stays) -> Circle:
    """Return a loop of services with the flows from which the search begins."""
    flows = rounds([loop], taken)
    return Circle(loop.class_id, loop.people, {i: flows[i, loop.class_id] for i in loop.services})


def leaving(plan: Plan, moment: Moment, loop: Loop, search: Search, street: list[float]) -> float:
    """Return the part of the people of a loop who leave it per day."""
    lost = 0.0
    for number in loop.services - {STREET}:
        stay = search.stays[number, loop.class_id]
        kept = sum(part for to, part in stay.onward.items() if to in loop.services)
        kept += stay.back if STREET in loop.services else 0.0
        lost += search.now.leaving[number][loop.class_id] * max(0.0, 1.0 - kept)
    if STREET in loop.services:
        risk = sum(moment.mean(hazard.rate) for hazard in plan.street_risks)
        lost += street[loop.class_id] * risk
    return lost / loop.people
