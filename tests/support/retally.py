"""Tallies worked out again from the event log alone, in another way than the engines count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from sim.core.events import STREET, Event
from sim.core.log import Row
from sim.plan.tables import Kind, Plan

COUNTED = {
    Event.CONTACT: "contacts",
    Event.VISIT: "visits",
    Event.CARE_ACT: "care_acts",
    Event.INTERVIEW: "interviews",
    Event.TURNED_AWAY: "turned_away",
    Event.REFERRED: "referred",
    Event.ACCEPTED: "accepted",
    Event.LAPSED: "lapsed",
    Event.LISTED: "listed",
    Event.UNREACHABLE: "unreachable",
    Event.DECLINES: "declines",
    Event.GIVES_UP: "gave_up",
    Event.WITHDRAWN: "withdrawn",
    Event.ADMITTED: "admissions",
    Event.NIGHT: "nights",
    Event.STAY_ENDS: "completions",
    Event.DROP_OUT: "drop_outs",
    Event.EVICTED: "evictions",
    Event.LEAVES_PLACE: "departures",
    Event.ARRIVES: "arrivals",
}
"""Rows that are counted one to one, at the service of the row."""

FOLLOWING = ("open_places", "turnaround", "free_places", "people_while_open", "is_open")
"""Levels of places that follow from the rows of the log."""

Span = tuple[str, int, int, float, float]
"""Level, service, class, from, to."""


class Retelling:
    """Follows every person through the log and keeps the spans of time in each level."""

    def __init__(self, plan: Plan, log: Sequence[Row]) -> None:
        self.plan, self.log = plan, log
        self.days = round(plan.horizon)
        self.class_id: dict[int, int] = {}
        self.where: dict[int, tuple[int, float]] = {}
        self.open: dict[tuple[str, int, int], float] = {}
        self.spans: list[Span] = []
        self.waits_for: dict[int, tuple[int, int, float]] = {}
        self.blocked_for: list[tuple[int, int, float, float]] = []
        self.ended: dict[int, tuple[float, int]] = {}
        self.now = 0.0
        for row in log:
            self._leave_instant(row.time)
            self._tell(row)
        self._leave_instant(plan.horizon)
        for key in list(self.open):
            self._end(*key, at=plan.horizon)
        for person in list(self.waits_for):
            self._unblock(person, plan.horizon)

    def _leave_instant(self, time: float) -> None:
        """At the end of an instant, whoever has ended the stay and is still there is held."""
        if time == self.now:
            return
        for person, (since, service) in self.ended.items():
            if ("blocked", service, person) not in self.open:
                self.open["held", service, person] = since
        self.ended.clear()
        self.now = time

    def _begin(self, level: str, service: int, person: int, at: float) -> None:
        self.open[level, service, person] = at

    def _end(self, level: str, service: int, person: int, at: float) -> None:
        since = self.open.pop((level, service, person), None)
        if since is not None:
            self.spans.append((level, service, self.class_id[person], since, at))

    def _hosted(self, service: int) -> bool:
        return service >= 0 and self.plan.services[service].kind is Kind.PLACES

    def _waiting(self, person: int) -> str:
        return "waiting_hosted" if self._hosted(self.where[person][0]) else "waiting"

    def _move(self, person: int, to: int, at: float) -> None:
        """Live elsewhere; waiting people change from one count to the other."""
        if person in self.where:
            self._end("living", self.where[person][0], person, at)
        before = self._waiting(person) if person in self.where else ""
        self.where[person] = (to, at)
        if to >= STREET:
            self._begin("living", to, person, at)
        after = self._waiting(person)
        if before and before != after:
            for level, service, who in [key for key in self.open if key[0] == before]:
                if who == person:
                    self._end(level, service, person, at)
                    self._begin(after, service, person, at)

    def _unblock(self, person: int, at: float) -> None:
        if person in self.waits_for:
            service, other, since = self.waits_for.pop(person)
            self.blocked_for.append((service, other, since, at))

    def _off_list(self, person: int, service: int, at: float) -> None:
        self._end("waiting", service, person, at)
        self._end("waiting_hosted", service, person, at)

    def _tell(self, row: Row) -> None:
        time, event, person, service, other, number = row
        if event in (Event.PRESENT, Event.ARRIVES):
            self.class_id[person] = number
            self._move(person, service if event == Event.PRESENT else STREET, time)
        elif event in (Event.ADMITTED, Event.NIGHT):
            self._move(person, service, time)
            if event == Event.ADMITTED:
                self._off_list(person, service, time)
        elif event == Event.GOES:
            self._move(person, other, time)
        elif event == Event.LISTED:
            self._begin(self._waiting(person), service, person, time)
        elif event in (Event.GIVES_UP, Event.DECLINES, Event.WITHDRAWN):
            self._off_list(person, service, time)
        else:
            self._tell_stay(row)
            self._tell_visit(row)

    def _tell_stay(self, row: Row) -> None:
        time, event, person, service, other, _ = row
        if event == Event.LEAVES_PLACE:
            for level in ("blocked", "held"):
                self._end(level, service, person, time)
            self._unblock(person, time)
            self.ended.pop(person, None)
            if other == STREET:
                self._move(person, STREET, time)
        elif event == Event.BLOCKED:
            self._unblock(person, time)
            self.open.setdefault(("blocked", service, person), time)
            self.waits_for[person] = (service, other, time)
        elif event == Event.STAY_ENDS:
            self.ended[person] = (time, service)
        elif event == Event.DELAY_ENDS:
            self._end("held", service, person, time)

    def _tell_visit(self, row: Row) -> None:
        time, event, person, service, *_ = row
        if event == Event.VISIT:
            self._end("at_door", service, person, time)
            self._begin("visiting", service, person, time)
        elif event == Event.VISIT_ENDS:
            self._end("visiting", service, person, time)
        elif event == Event.AT_DOOR:
            self._begin("at_door", service, person, time)
        elif event == Event.LEAVES_DOOR:
            self._end("at_door", service, person, time)

    def place_levels(self) -> dict[str, np.ndarray]:
        """Return the mean over each day of the levels that follow from who is where (D, S)."""
        by_name = {name: np.zeros((self.days, len(self.plan.services))) for name in FOLLOWING}
        rooms = [site.room for site in self.plan.services]
        for number, site in enumerate(self.plan.services):
            usable = turning = tonight = 0
            inside = [0] * len(rooms)
            before, now = {name: 0.0 for name in FOLLOWING}, 0.0
            for row in [*self.log, Row(float(self.days), -1, -1)]:
                _add(by_name, number, before, now, row.time)
                time, event, _, service, _, amount = row
                now = time
                for place, change in _in_and_out(row):
                    inside[place] += change
                if service == number and event == Event.CAPACITY:
                    usable = amount
                elif service == number and event == Event.MORNING:
                    tonight = 0
                elif service == number and event == Event.EVENING:
                    tonight = usable - turning - inside[number]
                    if site.room >= 0:
                        there = sum(inside[s] for s, r in enumerate(rooms) if r == site.room)
                        room = int(self.plan.rooms[site.room].at(time))
                        tonight = min(tonight, room - there)
                    tonight = max(0, tonight)
                elif event == Event.TURNAROUND_ENDS and service == number:
                    turning -= 1
                elif event == Event.LEAVES_PLACE and service == number and site.turnaround:
                    turning += not self._evicted(row)
                is_open = tonight if site.kind is Kind.OVERNIGHT else usable
                before = {
                    "open_places": is_open,
                    "turnaround": turning,
                    "free_places": max(0, is_open - turning - inside[number]),
                    "people_while_open": inside[number] if is_open else 0,
                    "is_open": is_open > 0,
                }
        return by_name

    def _evicted(self, row: Row) -> bool:
        evicted = Row(row.time, Event.EVICTED, row.person, row.service)
        return evicted in self.log

    # --- the same tables as the engines' ------------------------------------------------------

    def level_mean(self, name: str) -> np.ndarray:
        shape = (self.days, len(self.plan.services) + 1, len(self.plan.classes))
        table = np.zeros(shape)
        for level, service, class_id, since, until in self.spans:
            if level == name:
                first, last = int(since), min(int(until), self.days - 1)
                for day in range(first, last + 1):
                    overlap = min(until, day + 1) - max(since, day)
                    table[day, service, class_id] += max(0.0, overlap)
        return table

    def level_end(self, name: str) -> np.ndarray:
        shape = (self.days, len(self.plan.services) + 1, len(self.plan.classes))
        table = np.zeros(shape)
        for level, service, class_id, since, until in self.spans:
            if level == name:
                for day in range(self.days):
                    is_last = day + 1 == self.days and until >= self.days
                    table[day, service, class_id] += since < day + 1 and (
                        until >= day + 1 or is_last
                    )
        return table

    def blocked(self) -> np.ndarray:
        services = len(self.plan.services)
        table = np.zeros((self.days, services, services))
        for service, other, since, until in self.blocked_for:
            for day in range(int(since), min(int(until), self.days - 1) + 1):
                table[day, service, other] += max(0.0, min(until, day + 1) - max(since, day))
        return table

    def counts(self) -> dict[str, np.ndarray]:
        shape = (self.days, len(self.plan.services) + 1, len(self.plan.classes))
        tables: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(shape))
        class_id: dict[int, int] = {}
        for time, event, person, service, other, number in self.log:
            if event in (Event.PRESENT, Event.ARRIVES):
                class_id[person] = number
            if person >= 0 and event in COUNTED:
                tables[COUNTED[Event(event)]][int(time), service, class_id[person]] += 1
            if event == Event.LEAVES_PLACE and other == STREET:
                tables["to_street"][int(time), service, class_id[person]] += 1
            elif event == Event.GOES:
                word = {-2: "left", -3: "died", -4: "housed"}[other]
                tables[word][int(time), service, class_id[person]] += 1
            elif event == Event.OUTING:
                tables["outings"][int(time), service, 0] += 1
        return tables


def _in_and_out(row: Row) -> Iterator[tuple[int, int]]:
    """Yield (service, one more or one fewer there) for people who live there or visit."""
    event, service = row.event, row.service
    if event in (Event.ADMITTED, Event.NIGHT, Event.VISIT) or (
        event == Event.PRESENT and service >= 0
    ):
        yield service, 1
    elif event in (Event.LEAVES_PLACE, Event.VISIT_ENDS):
        yield service, -1


def _add(
    result: dict[str, np.ndarray],
    service: int,
    now: Mapping[str, float],
    since: float,
    until: float,
) -> None:
    """Add what lasted from one time to another to the days it fell in."""
    for day in range(int(since), min(int(until), len(result["is_open"]) - 1) + 1):
        overlap = max(0.0, min(until, day + 1) - max(since, day))
        for name, table in result.items():
            table[day, service] += now[name] * overlap
