"""What the reference engine counts while it runs (contract: ``sim.core.log.Tallies``)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim.core.log import COUNTS, LEVELS, PLACE_LEVELS, Outline, Tallies, stretches

Grid = list[list[float]]


def _grid(rows: int, columns: int) -> Grid:
    return [[0.0] * columns for _ in range(rows)]


def _copy(grid: Grid) -> Grid:
    return [row[:] for row in grid]


class Level:
    """A number of people that lasts: its value now, and its integral over the current day.

    A change by ``delta`` at time t adds ``delta x (end of day - t)`` to the day's integral, which
    began as the value at midnight; so one addition per change is enough.
    """

    def __init__(self, rows: int, columns: int) -> None:
        self.now, self.area = _grid(rows, columns), _grid(rows, columns)
        self.means: list[Grid] = []
        self.ends: list[Grid] = []

    def close_day(self) -> None:
        """Keep the day's mean and end value; the next day begins with the value at midnight."""
        self.means.append(self.area)
        self.ends.append(_copy(self.now))
        self.area = _copy(self.now)


class Tally:
    """All counts of one replication; one method per thing that can be counted."""

    def __init__(self, outline: Outline, pairs: Sequence[tuple[int, int]]) -> None:
        services, classes = len(outline.services), len(outline.classes)
        self.outline = outline
        self.street = services
        self.rows, self.columns = services + 1, classes
        self.day = 0
        self.levels = {name: Level(self.rows, classes) for name in LEVELS}
        self.places = {name: Level(services, 1) for name in PLACE_LEVELS}
        self.pairs = tuple(pairs)
        self.place_of = {pair: number for number, pair in enumerate(self.pairs)}
        self.blocked = Level(1, len(self.pairs))
        self.ends = {*stretches(outline), int(outline.horizon)}
        self.came: list[list[float]] = []
        self.went: list[list[float]] = []
        self.counts: dict[str, list[Grid]] = {name: [] for name in COUNTS}
        self.moves: list[Grid] = []
        self.moves_now = _grid(self.rows + 1, self.rows + 3)
        self.wants: list[list[float]] = []
        self.waits: list[tuple[float, ...]] = []
        self.stay_days = [0.0] * services
        self.over_capacity = 0
        self.locked_at = math.nan
        self.locked: tuple[int, ...] = ()
        self._open_day()

    def _open_day(self) -> None:
        self.today = {name: _grid(self.rows, self.columns) for name in COUNTS}
        self.came_today, self.went_today = [0.0] * self.rows, [0.0] * self.rows
        self.wants_today = [0.0] * self.rows

    def count(self, name: str, service: int, class_id: int, many: float = 1.0) -> None:
        """Count one event (or so many) at a service (negative: the street row)."""
        self.today[name][service if service >= 0 else self.street][class_id] += many

    def level(self, name: str, service: int, class_id: int, delta: float, time: float) -> None:
        """Change a number of people by ``delta`` at a time [days]."""
        self._shift(
            self.levels[name], service if service >= 0 else self.street, class_id, delta, time
        )

    def place_level(self, name: str, service: int, value: float, time: float) -> None:
        """Let a number of places be ``value`` from a time [days] on."""
        level = self.places[name]
        self._shift(level, service, 0, value - level.now[service][0], time)

    def blocked_for(self, service: int, waits_for: int, delta: float, time: float) -> None:
        """Change the number of people of a service blocked for another."""
        self._shift(self.blocked, 0, self.place_of[service, waits_for], delta, time)

    def _shift(self, level: Level, row: int, column: int, delta: float, time: float) -> None:
        level.now[row][column] += delta
        level.area[row][column] += delta * (self.day + 1.0 - time)

    def move(self, origin: int, destination: int) -> None:
        """Count a move; negative codes: street -1, exits -2 to -4, origin outside below those."""
        row = origin if origin >= 0 else self.street + (origin < -1)
        column = destination if destination >= 0 else self.street - 1 - destination
        self.moves_now[row][column] += 1.0
        if column <= self.street:
            self.came_today[column] += 1.0
        if row <= self.street:
            self.went_today[row] += 1.0

    def close_day(self) -> None:
        """End a day."""
        for level in (*self.levels.values(), *self.places.values(), self.blocked):
            level.close_day()
        for name, grid in self.today.items():
            self.counts[name].append(grid)
        self.came.append(self.came_today)
        self.went.append(self.went_today)
        self.wants.append(self.wants_today)
        self.day += 1
        if self.day in self.ends:
            self.moves.append(self.moves_now)
            self.moves_now = _grid(self.rows + 1, self.rows + 3)
        self._open_day()

    def result(self, seed: int, replication: int, people: Any, events: int) -> Tallies:
        """Return the finished tallies."""
        flat = {
            name: ([_flat(grid) for grid in kept.means], [_flat(grid) for grid in kept.ends])
            for name, kept in self.places.items()
        }
        return Tallies(
            outline=self.outline,
            seed=seed,
            replication=replication,
            level_mean={name: kept.means for name, kept in self.levels.items()},
            level_end={name: kept.ends for name, kept in self.levels.items()},
            places_mean={name: means for name, (means, _) in flat.items()},
            places_end={name: ends for name, (_, ends) in flat.items()},
            counts=self.counts,
            blocked_pairs=self.pairs,
            blocked_for=[grid[0] for grid in self.blocked.means],
            came=self.came,
            went=self.went,
            moves=self.moves,
            street_wants=self.wants,
            waits=self.waits,
            people=people,
            stay_days=self.stay_days,
            over_capacity=self.over_capacity,
            locked_at=self.locked_at,
            locked=self.locked,
            events=events,
        )


def _flat(grid: Grid) -> list[float]:
    return [row[0] for row in grid]
