"""The state of one replication and the few things every rule needs: time, luck, log, room."""

from __future__ import annotations

import math
from bisect import bisect_right, insort

from sim.engines.draws import Keyed
from sim.engines.reference.clockwork import Clockwork
from sim.engines.reference.people import Person, Request, Site, Stage
from sim.engines.reference.tally import Tally
from sim.event_log import Row
from sim.plan.tables import Chance, Kind, Law, Plan, blocked_pairs
from sim.vocabulary.calendars import Calendar, rounded
from sim.vocabulary.events import STREET, Event
from sim.vocabulary.gamma_pieces import drawn


class World:
    """Everything that is true at one instant of one replication."""

    def __init__(self, plan: Plan, seed: int, replication: int, log: bool) -> None:
        self.plan = plan
        self.env = Clockwork()
        self.keyed = Keyed(seed, replication)
        self.tally = Tally(plan.outline, blocked_pairs(plan.services))
        self.log: list[Row] | None = [] if log else None
        self.people: list[Person] = []
        self.roster: list[Person] = []
        purposes = len(plan.purposes)
        self.sites = [
            Site(service, number, draws=[0] * purposes)
            for number, service in enumerate(plan.services)
        ]
        self.open = [0] * len(self.sites)  # open places now
        self.usable = [0] * len(self.sites)  # the same, but 0 while a drop-in is closed
        self.tonight = [0] * len(self.sites)  # places offered this evening, until the morning
        self.window = [True] * len(self.sites)  # admissions (or a drop-in's doors) open now
        self.rooms = [0] * len(plan.rooms)
        self.refused: list[Person] = []  # whose destination will not have them
        self.unsettled: list[Person] = []  # whose stay has just ended
        self.newly_blocked = False
        self.stuck_now: set[int] = set()  # services without a way out when last looked at
        self.loosened: set[int] = set()  # those where somebody has come or gone since

    @property
    def now(self) -> float:
        """The time [days]."""
        return self.env.now

    # --- log ---------------------------------------------------------------------------------

    def write(
        self, event: Event, person: int, service: int = -1, other: int = -1, number: int = 0
    ) -> None:
        """Write one row to the log, if a log is wanted."""
        if self.log is not None:
            self.log.append(Row(self.env.now, int(event), person, service, other, number))

    # --- luck --------------------------------------------------------------------------------

    def uniform(self, who: Person | Site, purpose: int) -> float:
        """Return the next uniform draw of a person (or a service) for a purpose."""
        count = who.draws[purpose]
        who.draws[purpose] = count + 1
        key = who.key if isinstance(who, Person) else who.plan.key
        return self.keyed.uniform(key, self.plan.purposes[purpose], count)

    def happens(self, person: Person, chance: Chance) -> bool:
        """Draw whether something happens to a person."""
        return self.uniform(person, chance.purpose) < chance.share.at(self.now)

    def exponential(self, who: Person | Site, purpose: int) -> float:
        """Return a unit exponential draw."""
        return -math.log(1.0 - self.uniform(who, purpose))

    def strikes(self, rate: Calendar, left: float) -> float:
        """Return when a clock with so much left strikes, if it runs at a rate from now on."""
        return max(self.now, rounded(rate.when(rate.area(self.now) + left)))

    def after(self, duration: float) -> float:
        """Return the time that lies so many days after now, to the millisecond."""
        return rounded(self.now + duration)

    def duration(self, person: Person, law: Law) -> float:
        """Draw a time [days] from the law in force now."""
        row = law.rows[bisect_right(law.times, self.now) - 1]
        return drawn(row.family, row.a, row.b, row.c, row.values, self.uniform(person, law.purpose))

    # --- room --------------------------------------------------------------------------------

    def free(self, site: Site) -> int:
        """Return how many more people a service can hold now."""
        free = self.open[site.number] - site.occupied - site.turnaround
        room = site.plan.room
        if room >= 0:
            inside = sum(other.occupied for other in self.sites if other.plan.room == room)
            free = min(free, self.rooms[room] - inside)
        return free

    def count_places(self, site: Site) -> None:
        """Bring the tallies of a service's places up to date (docs/model.md, section 10)."""
        number, tally, now = site.number, self.tally, self.now
        by_night = site.plan.kind is Kind.OVERNIGHT
        usable = self.tonight[number] if by_night else self.usable[number]
        tally.place_level("open_places", number, usable, now)
        tally.place_level("turnaround", number, site.turnaround, now)
        free = max(0, usable - site.turnaround - site.occupied)
        tally.place_level("free_places", number, free, now)
        tally.place_level("people_while_open", number, site.occupied if usable > 0 else 0, now)
        tally.place_level("is_open", number, 1 if usable > 0 else 0, now)

    def is_hosted(self, person: Person) -> bool:
        """Return whether a person lives in a place that is not only for the night."""
        return person.where >= 0 and self.sites[person.where].plan.kind is Kind.PLACES

    # --- lists -------------------------------------------------------------------------------

    def is_ready(self, person: Person, service: int) -> bool:
        """Return whether a person could come to a service if they were offered a place now.

        A stay is left early only for a service that stands after it in the file: otherwise two
        services with free places could pass somebody to and fro within one instant.
        """
        if not self.is_hosted(person) or person.stage in (Stage.READY, Stage.BLOCKED):
            return True
        return service > person.where and self.sites[person.where].plan.leave_early

    def refresh(self, request: Request) -> None:
        """Bring a listed request's readiness and its count up to date with the person."""
        person, site = request.person, self.sites[request.service]
        level = "waiting_hosted" if self.is_hosted(person) else "waiting"
        if level != request.level:
            self._count_level(request, -1.0)
            request.level = level
            self._count_level(request, 1.0)
        ready = self.is_ready(person, site.number) and not request.passed_over
        if ready != request.is_ready:
            request.is_ready = ready
            rank = request.rank(site.plan.priority[person.klass])
            if ready:
                insort(site.ready, rank)
            else:
                site.ready.remove(rank)

    def strike(self, request: Request, outcome: int) -> None:
        """Take a request off: from its list, with the wait recorded, or while under way."""
        person, site = request.person, self.sites[request.service]
        del person.requests[request.service]
        for timer in request.timers:
            timer.cancel()
        if not request.is_listed:
            return
        del site.listed[person.number]
        if request.is_ready:
            site.ready.remove(request.rank(site.plan.priority[person.klass]))
        self._count_level(request, -1.0)
        self.tally.waits.append(
            (
                float(site.number),
                float(person.klass),
                request.listed_at,
                self.now,
                float(outcome),
                float(request.hosted_when_listed),
            )
        )

    def _count_level(self, request: Request, delta: float) -> None:
        if request.level:
            klass = request.person.klass
            self.tally.level(request.level, request.service, klass, delta, self.now)

    def refresh_all(self, person: Person) -> None:
        """Bring all listed requests of a person up to date."""
        for service in sorted(person.requests):
            request = person.requests[service]
            if request.is_listed:
                self.refresh(request)

    def refuse(self, person: Person, service: int) -> None:
        """Remember somebody whose destination will not have them (docs/model.md, section 4)."""
        if self.is_hosted(person) and person.stage >= Stage.READY and person.destination == service:
            self.refused.append(person)

    def seen(self, person: Person, service: int) -> None:
        """Note that a service has met a person: first contact, first time this year."""
        year = int(self.now // 365.0)
        if person.seen_year.get(service, -1) != year:
            person.seen_year[service] = year
            self.tally.count("first_seen", service, person.klass)
        if math.isnan(person.first_contact):
            person.first_contact = self.now

    def join_roster(self, person: Person) -> None:
        """Put somebody who comes to the street at the end of the roster."""
        person.where = STREET
        person.roster_at = len(self.roster)
        self.roster.append(person)
        self.tally.level("living", STREET, person.klass, 1.0, self.now)

    def leave_roster(self, person: Person) -> None:
        """Take somebody off the roster; the last on it takes the gap."""
        last = self.roster.pop()
        if last is not person:
            self.roster[person.roster_at] = last
            last.roster_at = person.roster_at
        person.roster_at = -1
        self.tally.level("living", STREET, person.klass, -1.0, self.now)
