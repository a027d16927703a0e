"""How much the assumed numbers of a scenario matter: a sweep over them, told in its report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sim.analysis.sensitivity import Swing
from sim.analysis.statistics import Interval
from sim.experiments.sweep.results import STREET_NIGHTS, Swept, SweptLever
from sim.experiments.sweep.written import ONE_AT_A_TIME
from sim.presentation.figures.of_sweeps import figures_of
from sim.presentation.figures.sweep_parts import axes_of, notes, outcome_label, short
from sim.presentation.report.parameters import Parameter, PartOfParameters
from sim.presentation.report.pictures import Picture, Table
from sim.presentation.sweep_report.pictures import pictures_of_sweep
from sim.presentation.words import percent, sentences, signed, words

MOST_ROWS = 10
"""Assumptions told one by one in the page, at most; the tables behind the figures have all."""


@dataclass(frozen=True, slots=True)
class Mattering:
    """An assumption that moves the result for certain: itself, and the change at both its ends."""

    assumption: Parameter
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What a sweep over assumed numbers says: sentences, assumptions by weight, figures, tables."""

    sentences: list[str]
    outcome: str
    mattering: list[Mattering]
    pictures: list[Picture]
    tables: list[Table]


def sensitivity(
    swept: Swept, parts: Sequence[PartOfParameters], lang: str, of_base: bool = False
) -> Sensitivity:
    """Return what a sweep says, its inputs named as in the parameters ``parts`` of the scenario.

    ``of_base``: the report compares scenarios, and the sweep is of their base.
    """
    rows = {row.path: row for part in parts for row in part.rows}
    named = replace(swept, levers=tuple(_named(lever, rows, lang) for lever in swept.levers))
    outcome = swept.outcome(STREET_NIGHTS) or swept.outcomes[0]
    found = swept.swings(outcome) if swept.design == ONE_AT_A_TIME else []
    pictures, tables = pictures_of_sweep(named, lang)
    about = sentences(lang)("sensitivity_of_base") if of_base else ""
    method = [*_varied(swept, rows, lang), *notes(swept, words(lang))]
    return Sensitivity(
        sentences=[f"{_most(named, outcome, found, lang)} {about}".strip(), " ".join(method)],
        outcome=outcome_label(swept, outcome, words(lang)),
        mattering=list(_mattering(named, found, rows, lang)),
        pictures=pictures,
        tables=tables,
    )


def _named(lever: SweptLever, rows: dict[str, Parameter], lang: str) -> SweptLever:
    """Return an input under the name that the tables of parameters give it."""
    row = _row_of(lever, rows)
    if row is None:
        return lever
    return replace(lever, names={lang: row.label}, reach=row.range)


def _row_of(lever: SweptLever, rows: dict[str, Parameter]) -> Parameter | None:
    return next((rows[path] for path in lever.paths if path in rows), None)


def _most(swept: Swept, outcome: str, found: Sequence[Swing], lang: str) -> str:
    """Return which input matters most and how much, as far as the design tells."""
    t, label = sentences(lang), outcome_label(swept, outcome, words(lang))
    if swept.design != ONE_AT_A_TIME:
        return "".join(one.title(swept, lang) + "." for one in figures_of(swept)[:1])
    sure = [one for one in found if one.is_sure]
    if not sure:
        return t("sensitivity_none", outcome=label, n=len(found))
    base = float(swept.in_replications(outcome, [1]).mean())
    first = next(lever for lever in swept.levers if lever.name == sure[0].name)
    return t(
        "sensitivity_most",
        sure=len(sure),
        n=len(found),
        outcome=label,
        name=first.title(lang),
        base=short(base, lang),
        **{end: _change(getattr(sure[0], end).mean, base, lang) for end in ("low", "high")},
    )


def _varied(swept: Swept, rows: dict[str, Parameter], lang: str) -> Iterator[str]:
    """Yield how many of the assumed numbers were varied, and how."""
    t = sentences(lang)
    assumed = [row for row in rows.values() if row.status == "assumed"]
    paths = {path for lever in swept.levers for path in lever.paths}
    varied = sum(row.path in paths for row in assumed)
    how = "sensitivity_alone" if swept.design == ONE_AT_A_TIME else "sensitivity_together"
    yield t(how, varied=varied, assumed=len(assumed), n=len(axes_of(swept)))
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
    swept: Swept, found: Sequence[Swing], rows: dict[str, Parameter], lang: str
) -> Iterator[Mattering]:
    """Yield the assumptions that move the outcome for certain, the widest first."""
    levers = {lever.name: lever for lever in swept.levers}
    for swing in [one for one in found if one.is_sure][:MOST_ROWS]:
        row = _row_of(levers[swing.name], rows)
        if row is not None:
            yield Mattering(row, _told(swing.low, lang), _told(swing.high, lang))


def _told(end: Interval, lang: str) -> str:
    """Return a change with its interval: whole from ten on, one digit below."""
    digits = 0 if abs(end.mean) >= 9.95 or not end.mean else 1
    mean, low, high = (signed(value, lang, digits) for value in (end.mean, end.low, end.high))
    between = f"({low} … {high})".replace(" ", "\N{NO-BREAK SPACE}")
    return f"{mean} {between}" if end.high > end.low else mean
