"""What readers call the levers of a sweep: as its author does, else as reports of its base do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.analysis.sensitivity import TornadoBar
from sim.figures.sweeps import (
    MOST_NAMED,
    change_text,
    draw_chosen,
    figures_of,
    in_quotes,
    most_influential_text,
    notes,
    outcome_label,
    short,
)
from sim.report.page import Picture, Table, picture, table_of
from sim.sweeps.file import ONE_AT_A_TIME
from sim.sweeps.results import STREET_NIGHTS, FinishedLever, FinishedSweep
from sim.text.scenario import Parameter, PartOfParameters, parameters
from sim.text.translations import in_language, percent, sentences, signed, words

# --- What readers call the levers of a sweep: as its author does, else as reports of its base do.

_WORD = re.compile(r"[A-Za-z]+")


def for_readers(
    swept: FinishedSweep, lang: str, parts: Sequence[PartOfParameters] | None = None
) -> FinishedSweep:
    """Return a sweep whose levers have the names and units of a language.

    ``parts``: the parameters of its base scenario, where they are at hand.
    """
    if parts is None:
        parts = parameters(swept.base, lang, {}) if swept.base else ()
    rows = {row.path: row for part in parts for row in part.rows}
    named = [_named(lever, rows, lang) for lever in swept.levers]
    return replace(swept, levers=tuple(_with_others(lever, named, lang) for lever in named))


def _with_others(lever: FinishedLever, named: Sequence[FinishedLever], lang: str) -> FinishedLever:
    """Return a lever under a name with what moves with it, if it is the first of a group."""
    first, *others = (member for member in named if member.group == lever.group)
    if lever is not first or not others:
        return lever
    name = lever.called(lang)
    titles = ", ".join(other.title(lang) for other in others)
    text = words(lang)["sweep_with"].format(name=name, others=titles)
    return replace(lever, names={lang: text})


def _named(lever: FinishedLever, rows: dict[str, Parameter], lang: str) -> FinishedLever:
    lever = replace(lever, unit=_WORD.sub(lambda word: in_language(word[0], lang), lever.unit))
    row = row_of(lever, rows) if lever.is_assumed else None
    if row is None:
        return lever
    return replace(lever, names={lang: row.label}, reach=row.range)


def row_of(lever: FinishedLever, rows: dict[str, Parameter]) -> Parameter | None:
    """Return the parameter that a lever moves, None if it moves only a part of one."""
    return next((rows[path] for path in lever.paths if path in rows), None)


# --- The figures of a sweep inside a page, and the numbers behind them.


def pictures_of_sweep(swept: FinishedSweep, lang: str) -> tuple[list[Picture], list[Table]]:
    """Return every figure a sweep can have, and the numbers of each."""
    pictures, tables = [], []
    description = " ".join(notes(swept, words(lang)))
    with TemporaryDirectory() as name_of_folder:
        for chosen in figures_of(swept):
            path = Path(name_of_folder) / chosen.name
            files = draw_chosen(chosen, swept, path, lang, ("svg",))
            title = chosen.title(swept, lang)
            svg = files[0].read_text(encoding="utf-8")
            pictures.append(picture(chosen.name, svg, title, description))
            tables.append(table_of(files[-1], chosen.name, title, lang))
    return pictures, tables


# --- How much the assumed numbers of a scenario matter: a sweep over them, in its report.

MOST_ROWS = 10
"""Assumptions listed one by one in the page, at most; the tables behind the figures have all."""


@dataclass(frozen=True, slots=True)
class Mattering:
    """An assumption that moves the result for certain: itself, and the change at both its ends."""

    assumption: Parameter
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Results of a sweep over assumptions: sentences, assumptions by weight, figures, tables."""

    sentences: list[str]
    outcome: str
    mattering: list[Mattering]
    pictures: list[Picture]
    tables: list[Table]


def sensitivity(
    swept: FinishedSweep, parts: Sequence[PartOfParameters], lang: str, of_base: bool = False
) -> Sensitivity:
    """Return the results of a sweep, its inputs named as in the ``parts`` of the scenario.

    ``of_base``: the report compares scenarios, and the sweep is of their base.
    """
    rows = {row.path: row for part in parts for row in part.rows}
    named = for_readers(swept, lang, parts)
    outcome = swept.outcome(STREET_NIGHTS) or swept.outcomes[0]
    bars = swept.swings(outcome) if swept.design == ONE_AT_A_TIME else []
    pictures, tables = pictures_of_sweep(named, lang)
    about = sentences(lang)("sensitivity_of_base") if of_base else ""
    method = [*_varied(swept, rows, lang), *notes(swept, words(lang))]
    return Sensitivity(
        sentences=[f"{_most(named, outcome, bars, lang)} {about}".strip(), " ".join(method)],
        outcome=outcome_label(swept, outcome, words(lang)),
        mattering=list(_mattering(named, bars, rows, lang)),
        pictures=pictures,
        tables=tables,
    )


def _most(swept: FinishedSweep, outcome: str, bars: Sequence[TornadoBar], lang: str) -> str:
    """Return which input matters most and how much, as far as the design allows."""
    t, label = sentences(lang), outcome_label(swept, outcome, words(lang))
    if swept.design != ONE_AT_A_TIME:
        return "".join(figure.title(swept, lang) + "." for figure in figures_of(swept)[:1])
    first = swept.most_influential(outcome)
    if first is None or swept.are_few(outcome):
        return most_influential_text(swept, outcome, words(lang)) + "."
    if not first:
        return t("sensitivity_none", outcome=label, n=len(bars))
    titles = {lever.name: lever.title(lang) for lever in swept.levers}
    base = float(swept.in_replications(outcome, [1]).mean())
    widest = next(bar for bar in bars if bar.name == first[0])
    changes = {end: _change(getattr(widest, end).mean, base, lang) for end in ("low", "high")}
    key = "sensitivity_most" if len(first) == 1 else "sensitivity_one_of"
    if len(first) > MOST_NAMED:
        key = "sensitivity_one_of_many"
    return t(
        key,
        sure=sum(bar.is_sure for bar in bars),
        n=len(swept.axes),
        k=len(first),
        outcome=label,
        name=titles[first[0]],
        names=in_quotes([titles[name] for name in first], words(lang)),
        base=short(base, lang),
        **changes,
    )


def _varied(swept: FinishedSweep, rows: dict[str, Parameter], lang: str) -> Iterator[str]:
    """Yield how many of the assumed numbers were varied, and how."""
    t = sentences(lang)
    assumed = [row for row in rows.values() if row.status == "assumed"]
    paths = {path for lever in swept.levers for path in lever.paths}
    varied = sum(row.path in paths for row in assumed)
    how = "sensitivity_alone" if swept.design == ONE_AT_A_TIME else "sensitivity_together"
    yield t(how, varied=varied, assumed=len(assumed), n=len(swept.axes))
    if varied < len(assumed):
        yield t("sensitivity_not_varied", n=len(assumed) - varied)


def _change(change: float, base: float, lang: str) -> str:
    """Return a change as a number, and as a share of the base where there is one."""
    text = signed(change, lang)
    if not base:
        return text
    sign = "+" if change > 0 else "-" if change < 0 else ""
    return f"{text} ({sign}{percent(abs(change / base), lang)})"


def _mattering(
    swept: FinishedSweep, bars: Sequence[TornadoBar], rows: dict[str, Parameter], lang: str
) -> Iterator[Mattering]:
    """Yield the assumptions that move the outcome for certain, the widest first."""
    levers = {lever.name: lever for lever in swept.levers}
    for swing in [bar for bar in bars if bar.is_sure][:MOST_ROWS]:
        row = row_of(levers[swing.name], rows)
        if row is not None:
            yield Mattering(row, change_text(swing.low, lang), change_text(swing.high, lang))
