"""The periods a measure is taken over, and tallies as numpy arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.log import Outline, Tallies

Array = NDArray[np.float64]

YEAR = 365
"""Days in a model year."""
WHOLE = "all"
"""Label of the period after the warm-up, of all classes together, and of the whole pathway."""


@dataclass(frozen=True, slots=True)
class Window:
    """Days ``first`` to ``last - 1``; ``year`` tells a model year from the whole period."""

    label: str
    first: int
    last: int
    year: bool = False

    @property
    def days(self) -> int:
        """Number of days."""
        return self.last - self.first


def windows(outline: Outline) -> tuple[Window, ...]:
    """Return the whole period after the warm-up, then each whole model year after the warm-up.

    A model year has 365 days and is called by the calendar year in which it begins if the period
    starts on 1 January ("2026"), else by the two it touches ("2026/27"); leap days make later model
    years begin up to a few days before the calendar year of that name.
    """
    first, last = ceil(outline.warm_up), day_count(outline)
    found = [Window(WHOLE, min(first, last - 1), last)]
    for number in range(last // YEAR):
        if number * YEAR >= outline.warm_up:
            label = _year_label(outline.start, number)
            found.append(Window(label, number * YEAR, (number + 1) * YEAR, year=True))
    return tuple(found)


def day_count(outline: Outline) -> int:
    """Return how many days the tallies of this outline have: those that ended by the horizon."""
    return int(outline.horizon)


def _year_label(start: str, number: int) -> str:
    begin = date.fromisoformat(start)
    year = begin.year + number
    if (begin.month, begin.day) == (1, 1):
        return str(year)
    return f"{year}/{(year + 1) % 100:02d}"


def as_arrays(tallies: Tallies) -> Tallies:
    """Return the same tallies with every table a numpy array of floats (shapes: ``Tallies``)."""
    days, services = day_count(tallies.outline), len(tallies.outline.services)
    classes = len(tallies.outline.classes)

    def each(tables: Mapping[str, Any], *shape: int) -> dict[str, Array]:
        return {name: _array(table, *shape) for name, table in tables.items()}

    return replace(
        tallies,
        level_mean=each(tallies.level_mean, days, services + 1, classes),
        level_end=each(tallies.level_end, days, services + 1, classes),
        places_mean=each(tallies.places_mean, days, services),
        places_end=each(tallies.places_end, days, services),
        counts=each(tallies.counts, days, services + 1, classes),
        blocked_for=_array(tallies.blocked_for, days, services, services),
        moves=_array(tallies.moves, days, services + 2, services + 4),
        street_wants=_array(tallies.street_wants, days, services + 1),
        waits=_array(tallies.waits, -1, 6),  # type: ignore[arg-type]
        people=_array(tallies.people, -1, 6),  # type: ignore[arg-type]
        stay_days=_array(tallies.stay_days, services),  # type: ignore[arg-type]
    )


def _array(table: Any, *shape: int) -> Array:
    return np.asarray(table, dtype=np.float64).reshape(shape)
