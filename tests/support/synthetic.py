"""Made-up tallies that look like a pathway, for tests of figures: the same numbers every time.

A toy that moves head counts once a day, not a model: nothing is to be learnt from it.
"""

from __future__ import annotations

import numpy as np

from sim.core.log import COUNTS, LEVELS, PLACE_LEVELS, Outline, ServiceOutline, Tallies, stretches

# name (fr), name (en), kind, places, mean stay, share of requests from the street, start
PATHWAY = (
    ("Maraudes", "Outreach teams", "outreach", 0, 0, 0.0),
    ("Espace de repos", "Rest space", "drop-in", 26, 0, 0.0),
    ("Lits de nuit", "Night places", "overnight", 14, 1, 0.0),
    ("Hébergement d'urgence", "Emergency shelter", "places", 75, 120, 0.30),
    ("Hôtel ASSORE", "ASSORE hotel programme", "places", 610, 500, 0.40),
    ("Soins résidentiels hors région", "Out-of-region residential care", "places", 40, 150, 0.20),
    ("Centre thérapeutique résidentiel", "Residential therapeutic centre", "places", 25, 240, 0.05),
    ("Appartements de coordination", "Supported apartments", "places", 60, 500, 0.0),
    ("Pension de famille", "Family boarding house", "places", 45, 1100, 0.05),
    ("Logement pérenne accompagné", "Long-term supported housing", "places", 150, 1500, 0.0),
)
SIZES = {1: (3,), 3: (1, 4, 9), 10: tuple(range(10)), 12: (*range(10), 3, 8)}


def outline(services: int = 10, days: int = 1095, classes: int = 3) -> Outline:
    """Return an outline of 1, 3, 10 or 12 services."""
    rows = [PATHWAY[number] for number in SIZES[services]]
    return Outline(
        title="Made-up pathway",
        start="2026-01-01",
        horizon=float(days),
        warm_up=0.0,
        classes=tuple(f"class {number}" for number in range(classes)),
        services=tuple(
            ServiceOutline(
                name=f"{row[1]} {number}".lower() if services == 12 else row[1].lower(),
                kind=row[2],
                housing=row[1].startswith("Long-term"),
                unlimited=row[2] == "outreach",
                mean_stay=float(row[4]) or float("nan"),
                name_fr=row[0] + (" (bis)" if number > 9 else ""),
                name_en=row[1] + (" (2nd)" if number > 9 else ""),
            )
            for number, row in enumerate(rows)
        ),
    )


def tallies(
    services: int = 10, days: int = 1095, replication: int = 0, free: bool = False
) -> Tallies:
    """Return one made-up replication; ``free``: so many places that nobody is ever blocked."""
    plan = outline(services, days)
    return _Toy(plan, [PATHWAY[number] for number in SIZES[services]], replication, free).run()


def runs(services: int = 10, days: int = 1095, replications: int = 8) -> list[Tallies]:
    """Return several made-up replications."""
    return [tallies(services, days, number) for number in range(replications)]


class _Toy:
    def __init__(self, plan: Outline, rows: list[tuple], replication: int, free: bool) -> None:
        self.plan, self.rows, self.replication = plan, rows, replication
        self.rng = np.random.default_rng([7, replication])
        days, count, classes = int(plan.horizon), len(rows), len(plan.classes)
        self.days, self.count = days, count
        self.levels = {name: np.zeros((days, count + 1)) for name in LEVELS}
        self.counts = {name: np.zeros((days, count + 1)) for name in COUNTS}
        self.places = {name: np.zeros((days, count)) for name in PLACE_LEVELS}
        self.blocked_for = np.zeros((days, count, count))
        self.moves = np.zeros((len(stretches(plan)), count + 2, count + 4))
        self.came, self.went = np.zeros((days, count + 1)), np.zeros((days, count + 1))
        self.wants = np.zeros((days, count + 1))
        self.shares = np.array([0.5, 0.3, 0.2, 0.1][:classes]) / sum([0.5, 0.3, 0.2, 0.1][:classes])
        self.capacity = np.array([row[3] * (50 if free else 1) for row in rows], dtype=int)
        self.stays = [s for s, row in enumerate(rows) if row[2] == "places"]
        self.planned = np.array([int(0.9 * row[3]) if row[2] == "places" else 0 for row in rows])
        self.blocked = np.zeros((count, count), dtype=int)
        self.listed = np.zeros(count, dtype=int)
        self.street = 720

    def run(self) -> Tallies:
        for day in range(self.days):
            self.street_day(day)
            for s in self.stays:
                self.completions(day, s)
            for s in reversed(self.stays):
                self.admissions(day, s)
            self.close(day)
        return self.tallies()

    def street_day(self, day: int) -> None:
        arrived = self.rng.poisson(1.6)
        gone = min(self.street, self.rng.binomial(self.street, 0.0016))
        died = min(self.street - gone, self.rng.binomial(self.street, 0.00004))
        self.street += arrived - gone - died
        self.move(day, self.count + 1, self.count, arrived)
        self.move(day, self.count, self.count + 1, gone)
        self.move(day, self.count, self.count + 2, died)
        self.counts["arrivals"][day, -1] = arrived
        for s, row in enumerate(self.rows):
            if row[2] == "outreach":
                self.counts["contacts"][day, s] = self.rng.poisson(45)
            if row[2] == "drop-in":
                self.counts["visits"][day, s] = self.rng.poisson(104)
                self.counts["turned_away"][day, s] = self.rng.poisson(6)
            if row[2] == "places":
                asked = self.rng.poisson(row[5] * 2.2)
                self.counts["accepted"][day, s] = asked
                self.listed[s] = min(self.listed[s] + asked, self.street)
                self.listed[s] -= self.rng.binomial(self.listed[s], 0.002)

    def completions(self, day: int, s: int) -> None:
        ended = self.rng.binomial(self.planned[s], 1.0 / self.rows[s][4])
        self.planned[s] -= ended
        later = [x for x in self.stays if x > s]
        to_street = self.rng.binomial(ended, 0.35)
        self.street += to_street
        self.move(day, s, self.count, to_street)
        ended -= to_street
        gone = self.rng.multinomial(ended, [0.15, 0.03, 0.02, 0.8] if later else [0.4, 0.2, 0.4, 0])
        for number in range(3):
            self.move(day, s, self.count + 1 + number, gone[number])
        if later:
            weights = np.array([0.5 ** min(rank, 3) for rank in range(len(later))])
            self.blocked[s, later] += self.rng.multinomial(gone[3], weights / weights.sum())

    def admissions(self, day: int, s: int) -> None:
        room = self.capacity[s] - self.planned[s] - self.blocked[s].sum()
        for before in self.stays:
            came = min(room, self.blocked[before, s])
            self.blocked[before, s] -= came
            self.planned[s] += came
            room -= came
            self.move(day, before, s, came)
        came = max(0, min(room, self.listed[s], self.street))
        self.listed[s] -= came
        self.street -= came
        self.planned[s] += came
        self.move(day, self.count, s, came)

    def move(self, day: int, start: int, end: int, people: int) -> None:
        self.moves[np.searchsorted(stretches(self.plan), day, "right") - 1, start, end] += people
        if end <= self.count:
            self.came[day, end] += people
        if start <= self.count:
            self.went[day, start] += people

    def close(self, day: int) -> None:
        living = self.levels["living"][day]
        living[:-1] = self.planned + self.blocked.sum(axis=1)
        self.levels["blocked"][day, :-1] = self.blocked.sum(axis=1)
        self.levels["held"][day, :-1] = np.minimum(3, self.planned // 20)
        self.levels["waiting"][day, :-1] = self.listed
        self.levels["waiting_hosted"][day, :-1] = self.blocked.sum(axis=0)
        nights = 0
        for s, row in enumerate(self.rows):
            if row[2] == "overnight":
                nights += min(row[3], self.street)
                living[s] = min(row[3], self.street)
                self.counts["nights"][day, s] = living[s]
                self.counts["offered"][day, s] = row[3]
                self.move(day, self.count, s, int(living[s]))
                self.move(day, s, self.count, int(living[s]))
                self.counts["turned_away"][day, s] = self.rng.poisson(20)
            closed = row[3] // 10 if row[2] == "places" and day < 200 else 0
            self.places["places"][day, s] = 1e9 if row[2] == "outreach" else self.capacity[s]
            opened = self.places["places"][day, s] - closed
            there = living[s] if row[2] in ("places", "overnight") else 0.0
            self.places["staffed_places"][day, s] = self.places["open_places"][day, s] = opened
            self.places["people_while_open"][day, s] = there
            self.places["is_open"][day, s] = 1.0
            turning = row[2] == "places" and day % 3 == 0
            self.places["turnaround"][day, s] = turning
            self.places["free_places"][day, s] = max(0.0, opened - turning - there)
        living[-1] = self.street - nights
        self.counts["street_nights"][day, -1] = living[-1]
        self.blocked_for[day] = self.blocked
        lists = self.listed + 0.0
        wanting = min(0.7, lists.sum() / max(living[-1], 1))
        if lists.sum():
            self.wants[day, :-1] = living[-1] * wanting * lists / lists.sum()
        self.wants[day, -1] = living[-1] - self.wants[day, :-1].sum()

    def tallies(self) -> Tallies:
        levels = {name: table[:, :, None] * self.shares for name, table in self.levels.items()}
        return Tallies(
            outline=self.plan,
            seed=7,
            replication=self.replication,
            level_mean=levels,
            level_end=levels,
            places_mean=self.places,
            places_end=self.places,
            counts={name: table[:, :, None] * self.shares for name, table in self.counts.items()},
            blocked_pairs=tuple(np.ndindex(self.count, self.count)),
            blocked_for=self.blocked_for.reshape(self.days, -1),
            came=self.came,
            went=self.went,
            moves=self.moves,
            street_wants=self.wants,
            waits=(),
            people=(),
            stay_days=tuple(self.levels["living"][:, :-1].sum(axis=0)),
            over_capacity=0,
            locked_at=float("nan"),
            locked=(),
            events=0,
        )
