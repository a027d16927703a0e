"""Tables of results: estimates, replications and days as data frames, and short HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.measures import MEASURES, measure_named
from sim.analysis.pairs import holm_known, paired
from sim.analysis.statistics import estimates
from sim.analysis.tables import Key
from sim.analysis.windows import WHOLE, Array
from sim.experiments.comparison import ALPHA, Comparison
from sim.experiments.own_measures import Own
from sim.vocabulary.errors import UnknownNameError, WishError, unknown_name

if TYPE_CHECKING:
    from sim.experiments import run as running

ESTIMATES = (
    "measure", "service", "class", "period", "mean", "low", "high", "sd", "n", "unit",
)  # fmt: skip
"""Columns of estimates; pairs of services have ``other`` after ``service``."""
OWN = "own"
"""What stands for the family of tests of measures that a user defined."""


def key_frame(keys: Iterable[Key]) -> pd.DataFrame:
    """Return keys as columns: measure, service, other, class, period."""
    return pd.DataFrame([tuple(key) for key in keys], columns=pd.Index(KEY_COLUMNS))


KEY_COLUMNS = ("measure", "service", "other", "class", "period")


def chosen(frame: pd.DataFrame, pairs: bool, **wanted: str | None) -> pd.DataFrame:
    """Return the rows asked for; KeyError with what there is. Without pairs, no ``other``."""
    if "other" in frame:
        frame = frame[(frame["other"] != "") == pairs]
    for column, value in wanted.items():
        name = column.rstrip("_")
        if value is not None:
            there = list(dict.fromkeys(frame[name].tolist()))
            if value not in there:
                raise UnknownNameError(unknown_name(name, value, there))
            frame = frame[frame[name] == value]
    return (
        frame.reset_index(drop=True)
        if pairs
        else frame.drop(columns="other").reset_index(drop=True)
    )


def estimates_frame(results: running.Results, own: Mapping[str, Own]) -> pd.DataFrame:
    """Return every number there is with its interval, those of the user last."""
    frame = key_frame([*results.keys, *own_keys(own)])
    found = estimates(np.hstack([results.values, *(one.values[:, None] for one in own.values())]))
    frame["mean"], frame["low"], frame["high"], frame["sd"] = found[:4]
    frame["n"] = found.replications.astype(np.int64)
    units = {measure.name: measure.unit for measure in MEASURES}
    units |= {name: one.unit for name, one in own.items()}
    frame["unit"] = [units[name] for name in frame["measure"]]
    return frame[frame["n"] > 0]


def measures_frame(results: running.Results, own: Mapping[str, Own]) -> tuple[pd.DataFrame, Array]:
    """Return the keys of all numbers, and their values by replication (R, K)."""
    frame = key_frame([*results.keys, *own_keys(own)])
    return frame, np.hstack([results.values, *(one.values[:, None] for one in own.values())])


def own_keys(own: Iterable[str]) -> list[Key]:
    """Return the keys of measures that a user defined."""
    return [Key(name, WHOLE, "", WHOLE, WHOLE) for name in own]


DIFFERENCES = (
    "scenario", "measure", "service", "class", "period", "unit", "base", "changed", "difference",
    "low", "high", "p", "p_adjusted", "n", "certain", "family",
)  # fmt: skip
"""Columns of a comparison; pairs of services have ``other`` after ``service``."""


def differences_frame(comparison: Comparison, own: Mapping[str, Mapping[str, Own]]) -> pd.DataFrame:
    """Return a row for each number of each scenario compared, paired with the base.

    ``own``: measures of the user, by scenario and name.
    """
    rows = [
        (
            other.member.name, *one.key, one.unit, one.base, one.other, one.mean, one.low, one.high,
            one.p, one.adjusted, one.replications, one.is_sure, one.family,
        )
        for other in comparison.others
        for one in other.moved
    ]  # fmt: skip
    columns = [*DIFFERENCES[:3], "other", *DIFFERENCES[3:]]
    frame = pd.DataFrame([*rows, *own_rows(comparison, own)], columns=pd.Index(columns))
    frame["certain"] = frame["certain"].astype(bool)
    return frame


def own_rows(
    comparison: Comparison, own: Mapping[str, Mapping[str, Own]]
) -> list[tuple[object, ...]]:
    """Return the paired differences of measures of the user; Holm over all of them."""
    base = own.get(comparison.base.name, {})
    rows: list[tuple[object, ...]] = []
    for other in comparison.others:
        for name, one in own.get(other.member.name, {}).items():
            if name not in base:
                continue
            found = paired(one.values[:, None], base[name].values[:, None])
            means = (float(np.nanmean(base[name].values)), float(np.nanmean(one.values)))
            numbers = [float(part[0]) for part in (found.mean, found.low, found.high, found.p)]
            count = len(one.values)
            rows.append(
                (other.member.name, name, WHOLE, "", WHOLE, WHOLE, one.unit, *means, *numbers,
                 np.nan, count, False, OWN)
            )  # fmt: skip
    adjusted = holm_known(np.array([float(str(row[12])) for row in rows])) if rows else np.zeros(0)
    return [
        (*row[:13], float(p), row[14], bool(p < ALPHA), OWN)
        for row, p in zip(rows, adjusted, strict=True)
    ]


def html_table(head: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a small table for a notebook; the first column is text, the others numbers."""
    cells = "".join(f"<th>{escape(one)}</th>" for one in columns)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(one)}</td>" for one in row) + "</tr>" for row in rows
    )
    return (
        f"<p>{escape(head)}</p><table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>"
    )


def refuse_known(names: Iterable[object]) -> None:
    """Raise ArgumentError where a measure of the user has the name of one of the program's."""
    known = {measure.name for measure in MEASURES}
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise WishError(f"a measure has a text as its name, not {name!r}")
        if name in known:
            unit = measure_named(name).unit
            raise WishError(f"there is a measure '{name}' [{unit}] already: choose another name")
