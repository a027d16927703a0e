"""What is known before any simulation: loads, scarce places, lists, loops that can lock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import inf

from sim.plan.balance import MATTERS, Balance, limited_by, waited_for
from sim.plan.circulation import Settled, settled
from sim.plan.closings import Closing, closings
from sim.plan.occupancy import Moment, Stays, moments
from sim.plan.tables import UNLIMITED, Kind, Plan
from sim.plan.wiring import loops, unreached, unused_routes
from sim.scenario.kinds import COSTS
from sim.scenario.schema import Scenario
from sim.vocabulary.events import DESTINATIONS

YEAR = 365.0
NOTICED = 0.05
"""People a year from which on it is said that people are turned away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLoad:
    """One service of kind places in one week of the period: what comes, and what it can take.

    Also one room that several of them share, as the sum of its services.

    ``stay``: mean days one admission takes a place if nothing blocks it. ``load``: places that all
    who ask would take. ``opening_per_year``: places that open in the year beside the week, below 0
    if they close. ``passes_per_year``: what these and the places there can take unblocked. Once all
    waits have settled, those for the next service counted in: ``wait``: days one waits for it,
    ``list_limit``: people of the street on its list (inf if nothing bounds it),
    ``sustained_per_year``: admissions, ``blocked``: people blocked in it, ``limited_by``: the
    service whose shortage limits it, empty if none, ``held_for``: the one whose shortage those
    blocked in it wait for. ``seats``: most people on its list, None if
    any number; ``turned_away_per_year``: people for whom there is no seat, by where they go (a
    service is one they wait for instead).
    """

    name: str
    places: float
    inflow_per_year: float
    stay: float
    load: float
    opening_per_year: float
    passes_per_year: float
    growth_per_year: float
    wait: float
    list_limit: float
    sustained_per_year: float
    blocked: float
    limited_by: str
    held_for: str
    seats: int | None
    turned_away_per_year: dict[str, float]
    room: str = ""
    room_is_short: bool = False

    @property
    def utilisation(self) -> float:
        """Return load over places; inf for a load without places."""
        if self.places > 0.0:
            return self.load / self.places
        return inf if self.load > 0.0 else 0.0

    @property
    def keeps_up(self) -> bool:
        """Say whether the places could take all who ask on average if nothing is blocked.

        A shared room has to take all who ask for its services, and where the list is limited,
        hardly anybody is turned away.
        """
        enough = self.load <= self.places + self.opening_per_year / YEAR * self.stay
        return (
            enough and not self.room_is_short and self.turned_away <= MATTERS * self.inflow_per_year
        )

    @property
    def turned_away(self) -> float:
        """Return the people turned away for good per year."""
        return sum(self.turned_away_per_year.values())


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """What a plan lets one say before any simulation; services by name."""

    at_start: tuple[ServiceLoad, ...]
    at_end: tuple[ServiceLoad, ...]
    rooms_at_start: tuple[ServiceLoad, ...]
    rooms_at_end: tuple[ServiceLoad, ...]
    loops: tuple[tuple[str, ...], ...]
    unreached: tuple[str, ...]
    unused_routes: tuple[tuple[str, str], ...]
    closings: tuple[Closing, ...]
    start: date
    names: dict[str, tuple[str, str]]  # French and English name of each service and room

    def name(self, service: str, language: str) -> str:
        """Return what readers of this language call a service."""
        return self.names[service][("fr", "en").index(language)]

    def day(self, time: float) -> date:
        """Return the date of a time in days since the start."""
        return self.start + timedelta(days=time)

    @property
    def bottleneck(self) -> ServiceLoad | None:
        """Return the service or room that holds most others up at the end, or else at the start."""
        for loads, rooms in (
            (self.at_end, self.rooms_at_end),
            (self.at_start, self.rooms_at_start),
        ):
            roots = {one.limited_by for one in loads}
            short = [one for one in (*loads, *rooms) if one.name in roots]
            if short:
                return max(
                    short,
                    key=lambda one: (
                        self.blocked_by(one),
                        one.list_limit,
                        one.growth_per_year + one.turned_away,
                    ),
                )
        return None

    @property
    def turning_away(self) -> tuple[ServiceLoad, ...]:
        """Return the services that turn people away, at the end, or else at the start."""
        for loads in (self.at_end, self.at_start):
            found = tuple(one for one in loads if one.turned_away > NOTICED)
            if found:
                return found
        return ()

    def blocked_by(self, root: ServiceLoad) -> float:
        """Return the people blocked in other services, at the same time, for want of this one."""
        loads = self.at_end if self.is_at_end(root) else self.at_start
        return sum(
            one.blocked for one in loads if one.held_for == root.name and one.name != root.name
        )

    def is_at_end(self, load: ServiceLoad) -> bool:
        """Say whether a load of these is one of the end of the period."""
        return load in self.at_end or load in self.rooms_at_end


def diagnose(plan: Plan) -> Diagnostics:
    """Return loads at the start and at the end of the period, loops and what is never used."""
    names = [service.name for service in plan.services]
    first, last = moments(plan)
    start = settled(plan, first)
    at_start, rooms_at_start = loads(plan, first, start)
    end = settled(plan, last, start.still(last.begin))
    at_end, rooms_at_end = loads(plan, last, end)
    return Diagnostics(
        at_start=at_start,
        at_end=at_end,
        rooms_at_start=rooms_at_start,
        rooms_at_end=rooms_at_end,
        loops=tuple(tuple(names[i] for i in loop) for loop in loops(plan)),
        unreached=tuple(names[i] for i in unreached(plan)),
        unused_routes=tuple((names[i], place_name(plan, to)) for i, to in unused_routes(plan)),
        closings=closings(plan),
        start=date.fromisoformat(plan.outline.start),
        names={
            one.name: (one.name_fr or one.name, one.name_en or one.name)
            for one in plan.outline.services
        }
        | {f"rooms.{name}": (f"salle {name}", f"room {name}") for name in plan.room_names},
    )


def loads(
    plan: Plan, moment: Moment, now: Settled
) -> tuple[tuple[ServiceLoad, ...], tuple[ServiceLoad, ...]]:
    """Return the load of each service of kind places, and of each room they share, in one week."""
    taken, flows, found = now.taken, now.flows, now.found
    services = {
        number: service_load(plan, moment, number, flows[number], taken, found)
        for number, service in enumerate(plan.services)
        if service.kind is Kind.PLACES
    }
    rooms = {}
    for room in range(len(plan.rooms)):
        inside = [one for number, one in services.items() if found.shared[number] == room]
        if inside:
            rooms[room] = room_load(plan, room, inside, found)
    told = {
        number: replace(one, room=rooms[room].name, room_is_short=not rooms[room].keeps_up)
        if (room := found.shared[number]) >= 0
        else one
        for number, one in services.items()
    }
    return tuple(told.values()), tuple(rooms.values())


def room_load(plan: Plan, room: int, inside: list[ServiceLoad], found: Balance) -> ServiceLoad:
    """Return the load of a room: the sum of its services, of each no more than its own places."""
    places, opening = found.room_places[room], found.room_opening[room]
    inflow, wanted = sum(one.inflow_per_year for one in inside), sum(one.load for one in inside)
    stay = wanted / inflow * YEAR if 0.0 < inflow < inf else inside[0].stay
    unlimited = stay == 0.0 or places >= UNLIMITED
    passes = inf if unlimited else max(0.0, places / stay + opening) * YEAR
    crowded = {
        plan.services[number].name
        for number, shared in enumerate(found.shared)
        if shared == room and found.crowded[number] and found.is_short(number)
    }
    limited = [one.seats for one in inside if one.seats is not None]
    turned_away: dict[str, float] = {}
    for one in inside:
        for to, people in one.turned_away_per_year.items():
            turned_away[to] = turned_away.get(to, 0.0) + people
    return ServiceLoad(
        name=cause_name(plan, len(plan.services) + room),
        places=places if places < UNLIMITED else inf,
        inflow_per_year=inflow,
        stay=stay,
        load=sum(min(one.load, one.places) for one in inside),
        opening_per_year=opening * YEAR,
        passes_per_year=passes,
        growth_per_year=0.0 if len(limited) == len(inside) else max(0.0, inflow - passes),
        wait=max(one.wait for one in inside),
        list_limit=sum(one.list_limit for one in inside),
        sustained_per_year=sum(one.sustained_per_year for one in inside),
        blocked=sum(one.blocked for one in inside),
        limited_by=next((one.limited_by for one in inside if one.name in crowded), ""),
        held_for="",
        seats=sum(limited) if len(limited) == len(inside) else None,
        turned_away_per_year=turned_away,
    )


def service_load(
    plan: Plan, moment: Moment, number: int, flows: list[float], taken: Stays, found: Balance
) -> ServiceLoad:
    """Return the load of one service from the flows offered to it and those it can sustain."""
    service = plan.services[number]
    places = moment.mean(service.open_places)
    inflow = sum(flows)
    load = sum(flow * taken[number, klass].taken for klass, flow in enumerate(flows) if flow)
    served = [taken[number, klass].taken for klass, ok in enumerate(service.classes) if ok]
    stay = load / inflow if 0.0 < inflow < inf else sum(served) / len(served)
    opening = found.opening[number]
    unlimited = stay == 0.0 or places >= UNLIMITED
    passes = inf if unlimited else max(0.0, places / stay + opening)
    cause, held_for = limited_by(found, number), waited_for(found, number)
    return ServiceLoad(
        name=service.name,
        places=places if places < UNLIMITED else inf,
        inflow_per_year=inflow * YEAR,
        stay=stay,
        load=load,
        opening_per_year=opening * YEAR,
        passes_per_year=passes * YEAR,
        growth_per_year=max(0.0, inflow - passes) * YEAR if service.waiting_room < 0 else 0.0,
        wait=found.waits[number],
        list_limit=found.lists[number],
        sustained_per_year=sum(found.admitted[number]) * YEAR,
        blocked=sum(found.blocked[number].values()),
        limited_by="" if cause < 0 else cause_name(plan, cause),
        held_for="" if held_for < 0 else cause_name(plan, held_for),
        seats=service.waiting_room if service.waiting_room >= 0 else None,
        turned_away_per_year={
            place_name(plan, to): people * YEAR for to, people in found.refused[number].items()
        },
    )


def cause_name(plan: Plan, number: int) -> str:
    """Return the name of a service, or of a room, whose numbers come after those of services."""
    room = number - len(plan.services)
    return plan.services[number].name if room < 0 else f"rooms.{plan.room_names[room]}"


def place_name(plan: Plan, number: int) -> str:
    """Return the name of a service, or the word for the street and for ways of leaving."""
    if number >= 0:
        return plan.services[number].name
    return next(word for word, code in DESTINATIONS.items() if code == number)


# ------------------------------------------------------------------ changes that cost nothing


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A change of what a service has to offer that moves no cost: it is free in the results.

    ``value``: the key that was changed, empty for a new service; ``costs``: the keys of costs that
    would follow it.
    """

    service: str
    value: str
    costs: tuple[str, ...]


FOLLOWED_BY: dict[str, dict[str, tuple[str, ...]]] = {
    "outreach": {
        "teams": ("per_team_year", "per_outing", "per_visit"),
        "outings": ("per_outing", "per_visit"),
        "contacts_at_random": ("per_visit",),
    },
    "drop-in": {
        "places": ("per_place_year", "per_visit"),
        "staffed": ("per_place_year", "per_visit"),
        "opening_hours": ("per_opening_hour", "per_visit"),
    },
    "overnight": {
        "places": ("per_place_year", "per_night"),
        "staffed": ("per_place_year", "per_night"),
        "from": ("per_opening_hour",),
        "until": ("per_opening_hour",),
    },
    "places": {
        "places": ("per_place_year", "per_night"),
        "staffed": ("per_place_year", "per_night"),
    },
}
"""The costs that follow what a service of each kind has to offer."""


def unpaid_changes(scenario: Scenario) -> tuple[Unpaid, ...]:
    """Return the changes of capacity, by what-if files, to which no cost is attached.

    Whoever changes the costs of a service too has thought of them.
    """
    paths = [change.path for change in scenario.history.changes]
    found: dict[tuple[str, str], Unpaid] = {}
    for path in paths:
        name = str(path[1]) if path[0] == "services" and len(path) > 1 else ""
        service = scenario.services.get(name)
        if service is None or ("services", name, "cost") in {one[:3] for one in paths}:
            continue
        value = str(path[2]) if len(path) > 2 else ""
        costs = FOLLOWED_BY[service.kind].get(value, ()) if value else COSTS[service.kind]
        if costs and all(getattr(service.cost, cost) is None for cost in costs):
            found.setdefault((name, value), Unpaid(name, value, costs))
    return tuple(found.values())
