"""The report of a sweep: one self-contained HTML page, in French or English."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import pandas as pd

from sim.analysis.sensitivity import Exchange
from sim.experiments.sweep.results import Swept
from sim.experiments.sweep.table import FAILED, TABLE
from sim.presentation.figures import sweep_bars, sweep_map, sweep_pareto
from sim.presentation.figures.of_sweeps import SAMPLED, figures_of, undrawn
from sim.presentation.figures.sweep_map import one_more, parts, unit_of
from sim.presentation.figures.sweep_parts import (
    change_told,
    in_quotes,
    notes,
    outcome_label,
    short,
    value_told,
)
from sim.presentation.report.page import render
from sim.presentation.report.pictures import table_of
from sim.presentation.report.run_page import LIMITS
from sim.presentation.sweep_report.naming import for_readers
from sim.presentation.sweep_report.pictures import pictures_of_sweep
from sim.presentation.words import number, sentences, words

MOST_VALUES = 12
"""Values of a lever that are listed one by one."""
MOST_FRONT = 20
"""Points that no other beats up to which the page lists them."""
MOST_ROWS = 5000
"""Points up to which the page holds all of them; table.csv always has all."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One large number, what it is, and its interval in words."""

    number: str
    about: str
    interval: str
    is_alarm: bool = False


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
        sentences=list(_answer(swept, lang)),
        tiles=list(_tiles(swept, lang)),
        pictures=pictures,
        undrawn=_undrawn(swept, lang),
        front=list(_front(swept, lang)),
        levers=list(_levers(swept, lang)),
        failures=list(_failures(swept)),
        made=_made(swept, lang),
        limits=("held", *LIMITS),
        tables=tables,
    )


# ---------------------------------------------------------------------------- the answer


def _question(swept: Swept) -> bool:
    """Say whether the sweep asks what one lever is worth in another."""
    return any(one.module is sweep_map for one in figures_of(swept))


def _answer(swept: Swept, lang: str) -> Iterator[str]:
    if _question(swept):
        yield from _worth(swept, lang)
    else:
        for one in figures_of(swept)[:2]:
            if one.module is sweep_bars:
                yield sweep_bars.first_told(swept, one.outcome, words(lang)) + "."
            else:
                yield _along(swept, one.outcome, lang) or one.title(swept, lang) + "."


def _along(swept: Swept, outcome: str, lang: str) -> str:
    """Return how an outcome changes along the only lever; empty for other sweeps."""
    found = swept.along(outcome) if len(swept.axes) == 1 and swept.design not in SAMPLED else None
    if found is None:
        return ""
    return sentences(lang)(
        "sweep_along_answer",
        outcome=outcome_label(swept, outcome, words(lang)),
        change=change_told(found.change, lang),
        lever=swept.axes[0].title(lang),
        first=value_told(found.first, lang),
        last=value_told(found.last, lang),
    )


def _worth(swept: Swept, lang: str) -> Iterator[str]:
    """Yield the question of two levers and its answer, over all points and over parts of them."""
    t, outcome = sentences(lang), swept.outcomes[0]
    one, other = swept.axes[:2]
    named = {
        "each": one_more(one, words(lang)),
        "other": unit_of(other, words(lang)),
        "each_other": one_more(other, words(lang)),
    }
    yield t("sweep_question", **named)
    whole = swept.exchange(outcome)
    if whole is None or not whole.is_known:
        yield t("sweep_answer_unknown", part=t("sweep_part_all"), **named)
        return
    label = outcome_label(swept, outcome, words(lang))
    yield _begun(t("sweep_answer", outcome=label, **named, **_rate(whole, lang)))
    effects = {"first": whole.first.mean, "second": whole.second.mean}
    said = {key: short(value, lang) for key, value in effects.items()}
    yield _begun(t("sweep_worth", **named, **said))
    for text, rows in _parts(swept, lang):
        found = swept.exchange(outcome, rows)
        if found is not None and found.is_known:
            yield t("sweep_answer_part", part=text, **_rate(found, lang))
        elif found is not None:
            yield t("sweep_answer_unknown", part=text, **named)


def _rate(found: Exchange, lang: str) -> dict[str, str]:
    return {name: short(getattr(found, name), lang) for name in ("rate", "low", "high")}


def _parts(swept: Swept, lang: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the points of each panel; without those, where the first lever is low, or high."""
    t, lever, rows = sentences(lang), swept.axes[0], swept.done
    if len(swept.axes) > 2:
        for value, chosen in parts(swept):
            third, is_at = swept.axes[2].title(lang), value_told(value, lang)
            yield t("sweep_part_is", one=third, n=is_at), chosen
        return
    values = sorted(rows[lever.name].unique())
    if len(values) < 4:
        return
    low, high = values[len(values) // 2 - 1], values[(len(values) + 1) // 2]
    for key, limit, chosen in (
        ("sweep_part_low", low, rows[rows[lever.name] <= low]),
        ("sweep_part_high", high, rows[rows[lever.name] >= high]),
    ):
        yield t(key, one=lever.title(lang), n=short(float(limit), lang)), chosen


def _tiles(swept: Swept, lang: str) -> Iterator[Tile]:
    t = sentences(lang)
    found = swept.exchange(swept.outcomes[0]) if _question(swept) else None
    if found is not None and found.is_known:
        one, other = swept.axes[:2]
        rate, each = _rate(found, lang), one_more(one, words(lang))
        interval = t("tile_interval", low=rate["low"], high=rate["high"])
        about = t("sweep_tile", each=each, other=unit_of(other, words(lang)))
        yield Tile(rate["rate"], _begun(about), interval)
    for outcome in swept.outcomes[:3]:
        values = swept.done[outcome].dropna()
        text = f"{short(values.min(), lang)} … {short(values.max(), lang)}"
        yield Tile(text, outcome_label(swept, outcome, words(lang)), "")


# ------------------------------------------------------------------ tables


def _levers(swept: Swept, lang: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, value in the base, and values of each lever, as text."""
    for lever in swept.levers:
        unit = f" {lever.unit}" if lever.unit and lever.reach else ""
        base = "" if lever.in_base is None else short(lever.in_base, lang) + unit
        values = list(pd.unique(swept.table[lever.name].dropna()))
        if not lever.is_number:
            shown = ", ".join(map(str, values))
        elif len(values) <= MOST_VALUES:
            shown = " ; ".join(short(float(one), lang) for one in sorted(values))
        else:
            shown = f"{short(float(min(values)), lang)} … {short(float(max(values)), lang)}"
        yield lever.title(lang), base, shown + unit


def _front(swept: Swept, lang: str) -> Iterator[list[str]]:
    """Yield the points that no other beats, if few, as rows of text; the first row names them."""
    found = sweep_pareto.outcomes(swept)
    if found is None or swept.design in SAMPLED:
        return
    rows = sweep_pareto.efficient_rows(swept)
    if not 0 < len(rows) <= MOST_FRONT:
        return
    yield [
        *(lever.title(lang) for lever in swept.axes),
        *(outcome_label(swept, name, words(lang)) for name in found),
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


def _begun(text: str) -> str:
    """Return a sentence that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def _failures(swept: Swept) -> Iterator[tuple[str, str]]:
    for _, row in swept.table[swept.table["status"] == FAILED].iterrows():
        values = ", ".join(f"{lever.name} {_plain(row[lever.name])}" for lever in swept.levers[:6])
        yield f"{row['point']} ({values})", str(row["message"])


def _plain(value: object) -> str:
    return format(value, "g") if isinstance(value, float) and isfinite(value) else str(value)


def _made(swept: Swept, lang: str) -> str:
    told, kind = swept.manifest, swept.design.replace(" ", "_")
    return words(lang)["sweep_made_text"].format(
        design=words(lang)[f"sweep_design_{kind}"],
        points=number(told["points"], lang),
        different=number(told["different_points"], lang),
        replications=number(told["replications"], lang),
        seed=told["seed"],
        program=told["program"],
        base=told["based_on"],
    )
