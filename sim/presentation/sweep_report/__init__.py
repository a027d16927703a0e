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
from sim.presentation.figures.of_sweeps import figures_of
from sim.presentation.figures.sweep_parts import axes_of, notes, outcome_label, short
from sim.presentation.report.page import render
from sim.presentation.report.pictures import table_of
from sim.presentation.sweep_report.pictures import pictures_of_sweep
from sim.presentation.words import number, sentences, words

MOST_VALUES = 12
"""Values of a lever that are listed one by one."""
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
        levers=list(_levers(swept, lang)),
        failures=list(_failures(swept)),
        made=_made(swept, lang),
        tables=tables,
    )


# ---------------------------------------------------------------------------- the answer


def _question(swept: Swept) -> bool:
    """Say whether the sweep asks what one lever is worth in another."""
    return len(axes_of(swept)) == 2 and all(lever.is_number for lever in axes_of(swept))


def _answer(swept: Swept, lang: str) -> Iterator[str]:
    if _question(swept):
        yield from _worth(swept, lang)
    else:
        yield from dict.fromkeys(one.title(swept, lang) + "." for one in figures_of(swept)[:2])


def _worth(swept: Swept, lang: str) -> Iterator[str]:
    """Yield the question of two levers and its answer, over all points and over parts of them."""
    t, outcome = sentences(lang), swept.outcomes[0]
    one, other = (lever.title(lang) for lever in axes_of(swept))
    named = {"one": one, "other": other}
    yield t("sweep_question", **named)
    whole = swept.exchange(outcome)
    if whole is None or not whole.is_known:
        yield t("sweep_answer_unknown", part=t("sweep_part_all"), **named)
        return
    label = outcome_label(swept, outcome, words(lang))
    yield t("sweep_answer", outcome=label, **named, **_rate(whole, lang))
    effects = {"first": whole.first.mean, "second": whole.second.mean}
    yield t("sweep_worth", **named, **{key: short(value, lang) for key, value in effects.items()})
    for text, rows in _parts(swept, lang):
        found = swept.exchange(outcome, rows)
        if found is not None and found.is_known:
            yield t("sweep_answer_part", part=text, **_rate(found, lang))
        elif found is not None:
            yield t("sweep_answer_unknown", part=text, **named)


def _rate(found: Exchange, lang: str) -> dict[str, str]:
    return {name: short(getattr(found, name), lang) for name in ("rate", "low", "high")}


def _parts(swept: Swept, lang: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the points where the first lever is low, and where it is high."""
    t, lever, rows = sentences(lang), axes_of(swept)[0], swept.done
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
        one, other = (lever.title(lang) for lever in axes_of(swept))
        rate = _rate(found, lang)
        interval = t("tile_interval", low=rate["low"], high=rate["high"])
        yield Tile(rate["rate"], t("sweep_tile", one=one, other=other), interval)
    for outcome in swept.outcomes[:3]:
        values = swept.done[outcome]
        text = f"{short(values.min(), lang)} … {short(values.max(), lang)}"
        yield Tile(text, outcome_label(swept, outcome, words(lang)), "")


# ------------------------------------------------------------------ tables


def _levers(swept: Swept, lang: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, value in the base, and values of each lever, as text."""
    for lever in swept.levers:
        base = "" if lever.in_base is None else short(lever.in_base, lang)
        values = list(pd.unique(swept.table[lever.name].dropna()))
        if not lever.is_number:
            shown = ", ".join(map(str, values))
        elif len(values) <= MOST_VALUES:
            shown = " ; ".join(short(float(one), lang) for one in sorted(values))
        else:
            shown = f"{short(float(min(values)), lang)} … {short(float(max(values)), lang)}"
        yield lever.title(lang), base, shown


def _failures(swept: Swept) -> Iterator[tuple[str, str]]:
    for _, row in swept.table[swept.table["status"] == FAILED].iterrows():
        values = ", ".join(f"{lever.name} {_plain(row[lever.name])}" for lever in swept.levers[:6])
        yield f"{row['point']} ({values})", str(row["message"])


def _plain(value: object) -> str:
    return format(value, "g") if isinstance(value, float) and isfinite(value) else str(value)


def _made(swept: Swept, lang: str) -> str:
    told = swept.manifest
    return words(lang)["sweep_made_text"].format(
        design=told["design"],
        points=number(told["points"], lang),
        different=number(told["different_points"], lang),
        replications=number(told["replications"], lang),
        seed=told["seed"],
        program=told["program"],
        base=told["based_on"],
    )
