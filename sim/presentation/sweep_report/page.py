"""The report of a sweep: one self-contained HTML page, in French or English."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from pathlib import Path

import pandas as pd

from sim.experiments.precision import LOOK_AHEAD
from sim.experiments.sweep.results import Swept
from sim.experiments.sweep.table import FAILED, TABLE
from sim.presentation.figures.of_sweeps import SAMPLED, undrawn
from sim.presentation.figures.sweep_pareto import efficient_rows, outcomes
from sim.presentation.figures.sweep_parts import (
    in_quotes,
    notes,
    outcome_label,
    short,
    value_told,
    with_unit,
)
from sim.presentation.measures_called import measure_called
from sim.presentation.report.page import render
from sim.presentation.report.pictures import table_of
from sim.presentation.report.run_page import LIMITS
from sim.presentation.sweep_report.answer import answer, tiles
from sim.presentation.sweep_report.naming import for_readers
from sim.presentation.sweep_report.pictures import pictures_of_sweep
from sim.presentation.words import filled, number, percent, sentences, words

MOST_VALUES = 12
"""Values of a lever that are listed one by one."""
NO_VALUE = "nan"
"""What a table of words has where a lever is as in the base."""
MOST_FRONT = 20
"""Points that no other beats up to which the page lists them."""
MOST_ROWS = 5000
"""Points up to which the page holds all of them; table.csv always has all."""


def sweep_report(swept: Swept, folder: Path, lang: str) -> str:
    """Return the report of the finished sweep in ``folder`` as one HTML page."""
    swept = for_readers(swept, lang)
    pictures, tables = pictures_of_sweep(swept, lang)
    if len(swept.table) <= MOST_ROWS:
        title = words(lang)["sweep_all_points"]
        tables.append(table_of(folder / TABLE, "points", title, lang))
    return render(
        "sweep.html",
        lang,
        title=swept.manifest["title"][lang],
        summary=(swept.manifest["summary"] or {}).get(lang, ""),
        head=notes(swept, words(lang)),
        sentences=list(answer(swept, lang)),
        tiles=list(tiles(swept, lang)),
        pictures=pictures,
        undrawn=_undrawn(swept, lang),
        front=list(_front(swept, lang)),
        levers=list(_levers(swept, lang)),
        failures=list(_failures(swept)),
        made=_made(swept, lang),
        limits=("held", *LIMITS),
        tables=tables,
    )


def _levers(swept: Swept, lang: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, value in the base, and values of each lever, as text."""
    for lever in swept.levers:
        unit = f" {lever.unit}" if lever.unit and lever.reach else ""
        base = "" if lever.in_base is None else short(lever.in_base, lang) + unit
        values = [one for one in pd.unique(swept.table[lever.name].dropna()) if one != NO_VALUE]
        if not lever.is_number:
            shown = ", ".join(map(str, values))
        elif len(values) <= MOST_VALUES:
            shown = " ; ".join(short(float(one), lang) for one in sorted(values))
        else:
            shown = f"{short(float(min(values)), lang)} … {short(float(max(values)), lang)}"
        yield lever.title(lang), base, shown + unit


def _front(swept: Swept, lang: str) -> Iterator[list[str]]:
    """Yield the points that no other beats, if few, as rows of text; the first row names them."""
    found = outcomes(swept)
    if found is None or swept.design in SAMPLED:
        return
    rows = efficient_rows(swept)
    if not 0 < len(rows) <= MOST_FRONT:
        return
    yield [
        *(lever.title(lang) for lever in swept.axes),
        *(with_unit(swept, name, words(lang)) for name in found),
    ]
    for _, row in rows.iterrows():
        shown = [row[name] for name in (*(lever.name for lever in swept.axes), *found)]
        yield [value_told(value, lang) for value in shown]


def _undrawn(swept: Swept, lang: str) -> str:
    """Return which outcomes have no figure, and why; empty if all have."""
    missing = [outcome_label(swept, outcome, words(lang)) for outcome in undrawn(swept)]
    if not missing or swept.done.empty:
        return ""
    return sentences(lang)("sweep_undrawn", outcomes=in_quotes(missing, words(lang)))


def _failures(swept: Swept) -> Iterator[tuple[str, str]]:
    for _, row in swept.table[swept.table["status"] == FAILED].iterrows():
        values = ", ".join(f"{lever.name} {_plain(row[lever.name])}" for lever in swept.levers[:6])
        yield f"{row['point']} ({values})", str(row["message"])


def _plain(value: object) -> str:
    return format(value, "g") if isinstance(value, float) and isfinite(value) else str(value)


def _made(swept: Swept, lang: str) -> str:
    told, kind = swept.manifest, swept.design.replace(" ", "_")
    made = filled(
        words(lang),
        "sweep_made_text",
        design=words(lang)[f"sweep_design_{kind}"],
        n=number(told["points"], lang),
        different=number(told["different_points"], lang),
        seed=told["seed"],
        program=told["program"],
        base=told["based_on"],
    )
    if not told["until"]:
        return made
    until = words(lang)["sweep_made_until"].format(
        until=" ; ".join(_precision(swept, one, lang) for one in told["until"]),
        least=number(told["replications"], lang),
        most=number(told["most"], lang),
        look_ahead=LOOK_AHEAD,
    )
    return f"{made} {until}"


def _precision(swept: Swept, text: str, lang: str) -> str:
    """Return a precision asked for, its number under the name that readers know."""
    what, _, share = text.partition(" within ")
    is_outcome = what in swept.outcomes
    called = outcome_label(swept, what, words(lang)) if is_outcome else measure_called(what, lang)
    percentage = percent(float(share.rstrip(" %")) / 100, lang)
    return words(lang)["precision"].format(measure=called, share=percentage)
