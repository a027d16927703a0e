"""The report of a sweep: its page, its figures, and what its levers are called."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from pathlib import Path

import pandas as pd

from sim.analysis.measures import measure_called
from sim.analysis.sensitivity import SubstitutionRate
from sim.figures.sweeps import (
    BARS_FIGURE,
    MAP_FIGURE,
    PARETO_FIGURE,
    SAMPLED,
    along_text,
    efficient_rows,
    figures_of,
    in_quotes,
    most_influential_text,
    noise_text,
    notes,
    one_more,
    outcome_label,
    outcomes,
    parts,
    rate_texts,
    short,
    undrawn,
    unit_of,
    value_text,
    with_unit,
)
from sim.report.page import render, table_of
from sim.report.run import LIMITS, Tile
from sim.report.sensitivity import for_readers, pictures_of_sweep
from sim.runs.precision import LOOK_AHEAD
from sim.sweeps.results import FinishedSweep
from sim.sweeps.table import FAILED, TABLE
from sim.text.translations import filled, number, percent, sentences, words

# --- The results of a sweep in a few sentences and numbers: the top of its page.


def _question(swept: FinishedSweep) -> bool:
    """Say whether the sweep asks what one lever is worth in another."""
    return any(chosen.figure is MAP_FIGURE for chosen in figures_of(swept))


def answer(swept: FinishedSweep, lang: str) -> Iterator[str]:
    """Yield the results of the sweep in sentences: the answer first."""
    if _question(swept):
        yield from _worth(swept, lang)
    else:
        for chosen in figures_of(swept)[:2]:
            if chosen.figure is BARS_FIGURE:
                yield most_influential_text(swept, chosen.outcome, words(lang)) + "."
                noise = noise_text(swept, chosen.outcome, words(lang))
                if noise:
                    yield noise
            elif chosen.figure is not PARETO_FIGURE:
                yield along_text(swept, chosen.outcome, words(lang), sentences(lang))


def _worth(swept: FinishedSweep, lang: str) -> Iterator[str]:
    """Yield the question of two levers and its answer, over all points and over parts of them."""
    t, outcome = sentences(lang), figures_of(swept)[0].outcome
    lever, other = swept.axes[:2]
    named = {
        "each": one_more(lever, words(lang)),
        "other": unit_of(other, words(lang)),
        "each_other": one_more(other, words(lang)),
    }
    yield t("sweep_question", **named)
    label = outcome_label(swept, outcome, words(lang))
    whole = swept.exchange(outcome)
    if whole is None or not whole.is_known:
        key = "sweep_answer_few" if whole is None else "sweep_answer_unknown"
        yield t(key, part=t("sweep_part_all"), **named)
        return
    key = _key_of(whole, "sweep_answer")
    all_points, rate = t("sweep_part_all"), rate_texts(whole, lang)
    yield _begun(t(key, part=all_points, outcome=label, **named, **rate))
    effects = {"first": whole.first.mean, "second": whole.second.mean}
    numbers = {key: short(value, lang) for key, value in effects.items()}
    yield _begun(t("sweep_worth", **named, **numbers))
    for text, rows in _parts(swept, lang):
        part = swept.exchange(outcome, rows)
        if part is not None:
            key = _key_of(part, "sweep_answer_part")
            yield t(key, part=text, outcome=label, **named, **rate_texts(part, lang))


def _key_of(rate: SubstitutionRate, sure: str) -> str:
    """Return which sentence fits a rate; ``sure``: that of one which is above zero for certain."""
    if not rate.is_known:
        return "sweep_answer_unknown"
    if rate.low > 0:
        return sure
    return "sweep_answer_opposed" if rate.high < 0 else "sweep_answer_nothing"


def _parts(swept: FinishedSweep, lang: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the points of each panel; without those, where the first lever is low, or high."""
    t, lever, rows = sentences(lang), swept.axes[0], swept.done
    if len(swept.axes) > 2:
        for value, chosen in parts(swept):
            third, is_at = swept.axes[2].title(lang), value_text(value, lang)
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


def tiles(swept: FinishedSweep, lang: str) -> Iterator[Tile]:
    """Yield the numbers that stand large below the answer."""
    t = sentences(lang)
    worth = swept.exchange(figures_of(swept)[0].outcome) if _question(swept) else None
    if worth is not None and worth.low > 0:
        lever, other = swept.axes[:2]
        rate, each = rate_texts(worth, lang), one_more(lever, words(lang))
        interval = t("tile_interval", low=rate["low"], high=rate["high"])
        about = t("sweep_tile", each=each, other=unit_of(other, words(lang)))
        yield Tile(rate["rate"], _begun(about), interval)
    for outcome in swept.outcomes[:3]:
        values = swept.done[outcome].dropna()
        text = f"{short(values.min(), lang)} … {short(values.max(), lang)}"
        yield Tile(text, with_unit(swept, outcome, words(lang)), "")


def _begun(text: str) -> str:
    """Return a sentence that begins with a capital letter."""
    return text[:1].upper() + text[1:]


# --- The report of a sweep: one self-contained HTML page, in French or English.

MOST_VALUES = 12
"""Values of a lever that are listed one by one."""
NO_VALUE = "nan"
"""What a table of words has where a lever is as in the base."""
MOST_FRONT = 20
"""Points that no other beats up to which the page lists them."""
MOST_ROWS = 5000
"""Points up to which the page holds all of them; table.csv always has all."""


def sweep_report(swept: FinishedSweep, folder: Path, lang: str) -> str:
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


def _levers(swept: FinishedSweep, lang: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, value in the base, and values of each lever, as text."""
    for lever in swept.levers:
        unit = f" {lever.unit}" if lever.unit and lever.reach else ""
        base = "" if lever.in_base is None else short(lever.in_base, lang) + unit
        column = swept.table[lever.name].dropna()
        values = list(pd.unique(column[column != NO_VALUE]))
        if not lever.is_number:
            shown = ", ".join(map(str, values))
        elif len(values) <= MOST_VALUES:
            shown = " ; ".join(short(float(value), lang) for value in sorted(values))
        else:
            shown = f"{short(float(min(values)), lang)} … {short(float(max(values)), lang)}"
        yield lever.title(lang), base, shown + unit


def _front(swept: FinishedSweep, lang: str) -> Iterator[list[str]]:
    """Yield the points that no other beats, if few, as rows of text; the first row names them."""
    names = outcomes(swept)
    if names is None or swept.design in SAMPLED:
        return
    rows = efficient_rows(swept)
    if not 0 < len(rows) <= MOST_FRONT:
        return
    yield [
        *(lever.title(lang) for lever in swept.axes),
        *(with_unit(swept, name, words(lang)) for name in names),
    ]
    for _, row in rows.iterrows():
        shown = [row[name] for name in (*(lever.name for lever in swept.axes), *names)]
        yield [value_text(value, lang) for value in shown]


def _undrawn(swept: FinishedSweep, lang: str) -> str:
    """Return which outcomes have no figure, and why; empty if all have."""
    missing = [outcome_label(swept, outcome, words(lang)) for outcome in undrawn(swept)]
    if not missing or swept.done.empty:
        return ""
    return sentences(lang)("sweep_undrawn", outcomes=in_quotes(missing, words(lang)))


def _failures(swept: FinishedSweep) -> Iterator[tuple[str, str]]:
    for _, row in swept.table[swept.table["status"] == FAILED].iterrows():
        values = ", ".join(f"{lever.name} {_plain(row[lever.name])}" for lever in swept.levers[:6])
        yield f"{row['point']} ({values})", str(row["message"])


def _plain(value: object) -> str:
    return format(value, "g") if isinstance(value, float) and isfinite(value) else str(value)


def _made(swept: FinishedSweep, lang: str) -> str:
    manifest, kind = swept.manifest, swept.design.replace(" ", "_")
    made = filled(
        words(lang),
        "sweep_made_text",
        design=words(lang)[f"sweep_design_{kind}"],
        n=number(manifest["points"], lang),
        different=number(manifest["different_points"], lang),
        seed=manifest["seed"],
        program=manifest["program"],
        base=manifest["based_on"],
    )
    if not manifest["until"]:
        return made
    until = words(lang)["sweep_made_until"].format(
        until=" ; ".join(_precision(swept, precision, lang) for precision in manifest["until"]),
        least=number(manifest["replications"], lang),
        most=number(manifest["most"], lang),
        look_ahead=LOOK_AHEAD,
    )
    return f"{made} {until}"


def _precision(swept: FinishedSweep, text: str, lang: str) -> str:
    """Return a precision asked for, its number under the name that readers know."""
    what, _, share = text.partition(" within ")
    is_outcome = what in swept.outcomes
    called = outcome_label(swept, what, words(lang)) if is_outcome else measure_called(what, lang)
    percentage = percent(float(share.rstrip(" %")) / 100, lang)
    return words(lang)["precision"].format(measure=called, share=percentage)
