"""Measures that users define: functions of one replication, beside those of the program."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from numbers import Real
from typing import Any, Literal

import numpy as np
import pandas as pd

from sim.analysis.windows import Array, as_arrays
from sim.event_log import COUNTS, LEVELS, PLACE_LEVELS, Replication, Tallies
from sim.experiments.daily import STREET, by_day
from sim.experiments.export import category, log_frame
from sim.vocabulary.errors import RunError, UnknownNameError, WishError, unknown_name

DAILY, LOG = "daily", "log"
QUANTITIES = (*LEVELS, *PLACE_LEVELS, *COUNTS)
"""What is counted every day (docs/measures.md, Quantities by day)."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A user's measure: ``function`` gives one number for one replication.

    ``needs``: "daily" (the function is given a ``Daily``) or "log" (the event log as ``sim.log``
    gives it). ``unit``: written beside its estimates. nan: no such number in this replication.
    """

    function: Callable[[Any], float]
    needs: Literal["daily", "log"] = "daily"
    unit: str = ""

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise WishError(f"a measure is a function of one replication, not {self.function!r}")
        if self.needs not in (DAILY, LOG):
            raise WishError(unknown_name("input of measures", self.needs, (DAILY, LOG)))


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """What a measure of a user gave: a number for each replication (R,), and its unit."""

    values: Array
    unit: str = ""


class Daily:
    """What one replication counted, day by day, over D days.

    ``days``: the dates (D,). ``services``: names, "street" last. ``classes``: names.
    """

    def __init__(self, tallies: Tallies) -> None:
        self._tallies = as_arrays(tallies)
        outline = tallies.outline
        start = np.datetime64(date.fromisoformat(outline.start))
        self.replication = tallies.replication
        self.warm_up = math.ceil(outline.warm_up)
        self.services = (*(service.name for service in outline.services), STREET)
        self.classes = outline.classes
        self.days = start + np.arange(len(self._tallies.came))

    def __repr__(self) -> str:
        return f"<Daily, replication {self.replication}, {len(self.days)} days>"

    def series(
        self,
        quantity: str,
        service: str | None = None,
        class_: str | None = None,
        *,
        at_end: bool = False,
    ) -> Array:
        """Return a quantity by day (D,), services and classes not named added up.

        Levels are means over the day, with ``at_end`` the values at its end. Raises KeyError.
        """
        position(self.quantities, quantity, "quantity")
        end, mean, is_merged = self._by_day[quantity]
        values = end if at_end else mean
        if class_ is not None:
            column = position(self.classes, class_, "class")
            if is_merged:
                raise WishError(f"{quantity} is not counted by class")
            values = values[:, :, column : column + 1]
        if service is not None:
            row = position(self.services, service, "service")
            if row >= values.shape[1]:
                raise WishError(f"{quantity} is not counted in the street")
            values = values[:, row : row + 1]
        total: Array = values.sum(axis=(1, 2))
        return total

    @cached_property
    def _by_day(self) -> dict[str, tuple[Array, Array, bool]]:
        """Return end and mean (D, rows, columns) of each quantity, and whether classes are one."""
        return {name: (end, mean, one) for name, end, mean, one in by_day(self._tallies)}

    @property
    def quantities(self) -> tuple[str, ...]:
        """The names of what is counted every day."""
        return tuple(self._by_day)

    def frame(self, quantities: Iterable[str] | None = None) -> pd.DataFrame:
        """Return quantities (all of QUANTITIES) as a table: date, service, class, mean, end, ...

        Zeros are rows like others. What is not counted by class has the class "all".
        """
        pieces = []
        chosen = QUANTITIES if quantities is None else tuple(quantities)
        for quantity in chosen:
            position(self.quantities, quantity, "quantity")
            end, mean, is_merged = self._by_day[quantity]
            day, row, column = (one.ravel() for one in np.indices(mean.shape))
            pieces.append(
                pd.DataFrame(
                    {
                        "replication": np.int32(self.replication),
                        "date": self.days[day].astype("datetime64[s]"),
                        "service": category(row, self.services),
                        "class": category(
                            column + len(self.classes) if is_merged else column,
                            (*self.classes, "all"),
                        ),
                        "quantity": category(np.full(day.size, chosen.index(quantity)), chosen),
                        "mean": mean.ravel(),
                        "end": end.ravel(),
                    }
                )
            )
        return pd.concat(pieces, ignore_index=True)


def position(names: Iterable[str], name: str, what: str) -> int:
    """Return where a name stands; KeyError with what there is."""
    known = tuple(names)
    if name not in known:
        raise UnknownNameError(unknown_name(what, name, known))
    return known.index(name)


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise RunError(f"{where}: it gave {value!r} ({type(value).__name__}), not a number")
    return float(value)


def own_values(measures: Mapping[str, Measure], simulated: Replication) -> tuple[float, ...]:
    """Return each measure of one replication; RunError that names the one whose function failed."""
    log: pd.DataFrame | None = None
    found = []
    for name, measure in measures.items():
        given: Any
        if measure.needs == LOG:
            if log is None:
                log = log_frame(simulated.log or (), simulated.tallies.outline)
            given = log.copy()
        else:
            given = Daily(simulated.tallies)
        where = f"the measure '{name}' failed in replication {simulated.tallies.replication}"
        try:
            value = measure.function(given)
        except Exception as error:
            raise RunError(f"{where}: {type(error).__name__}: {error}") from error
        found.append(_number(value, where))
    return tuple(found)
