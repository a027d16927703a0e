"""The columns of a sweep's tables, and the names of levers and outcomes they leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sim.experiments.sweep.designs import PLACE
from sim.experiments.sweep.outcomes import Outcome
from sim.vocabulary.errors import Path

LOW, HIGH = " low", " high"
"""Ends of the columns with the bounds of the 95 % interval of an outcome."""
WORDS = ("measure", "service", "other", "class", "period")
"""Columns of an export that say which number it is; the number itself is the ``VALUE``."""
VALUE = "value"
REACHED = "reached"
"""Column of sweeps that ask for a precision: whether it was; empty where that is not known."""
RESERVED = (
    *("point", "key", "fault", "status", "replications", "replication", "locked", "message"),
    REACHED,
    *WORDS,
    VALUE,
)
"""Columns of the tables that no lever may be called."""


def outcome_columns(name: str) -> tuple[str, str, str]:
    """Return the columns of an outcome: its mean, and the bounds of the 95 % interval."""
    return name, name + LOW, name + HIGH


def taken_names(levers: Iterable[str], outcomes: Sequence[Outcome]) -> Iterator[tuple[Path, str]]:
    """Yield (path in the sweep file, message) for levers called like a column."""
    columns = {*RESERVED, *(column for one in outcomes for column in outcome_columns(one.name))}
    for name in levers:
        if name in columns or name.startswith(PLACE):
            text = f"'{name}' is a column of the tables: give the lever another name"
            yield ("levers", name), text
