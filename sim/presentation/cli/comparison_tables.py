"""What a comparison ends with: what changed, what moved, how sure."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sim.analysis.windows import WHOLE
from sim.event_log import Outline
from sim.experiments.comparison import (
    DETAILS,
    SERVICES,
    Comparison,
    Moved,
    Other,
)
from sim.experiments.comparison_store import ABOUT_TESTS
from sim.presentation.by_year_told import (
    as_records,
    hiding_sentences,
    shown_years,
    year_changes,
    year_rows,
)
from sim.presentation.measures_called import measure_called
from sim.presentation.names import (
    about_tests,
    alone_text,
    change_text,
    digits_of,
    in_per_cent,
    name_of,
    place_called,
    sureness,
    title_of,
)
from sim.presentation.report.saying import Saying
from sim.presentation.words import number, sentences, words

WIDTH = 100
"""Columns of the tables, on whatever terminal."""
ALSO = ("blocked places", "waiting", "occupied places", "admissions", "turned away")
"""Measures of services that are told below the headline numbers, if they moved for certain."""
MOST_ALSO = 6


def print_comparison(comparison: Comparison, lang: str) -> None:
    """Print a block per scenario, then what "certain" means."""
    base = comparison.base.results
    head = sentences(lang)(
        "compare_head",
        base=title_of(base, lang),
        n=len(comparison.others),
        replications=base.replications,
        seed=base.seed,
    )
    _say(head)
    for other in comparison.others:
        click.echo()
        _print_one(comparison, other, lang)
    click.echo()
    _say(about_tests(comparison, lang))


def _say(text: str, indent: str = "") -> None:
    click.echo(click.wrap_text(text, WIDTH, indent, indent + "  " if indent else ""))


def _print_one(comparison: Comparison, other: Other, lang: str) -> None:
    spoken = words(lang)
    base, here = comparison.base.results.outline, other.member.results.outline
    title = spoken["compare_one"].format(
        title=title_of(other.member.results, lang),
        name=other.member.name,
        base=comparison.base.name,
    )
    click.echo(click.style(click.wrap_text(title, WIDTH), bold=True))
    click.echo(spoken["compare_changed"])
    scenario = other.member.results.scenario
    for change in other.changes:
        assert scenario is not None  # it differs from another
        because = change.because.in_language(lang)
        before, after = Saying(scenario, lang).change(change)
        _say(f"{change.path}: {before} → {after}", "  ")
        if because:
            _say(spoken["compare_because"].format(text=because), "    ")
    if not other.changes:
        _say(spoken["compare_same"], "  ")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(spoken["compare_moved"], overflow="fold", max_width=32)
    for name in ("compare_base", "compare_here", "compare_change"):
        table.add_column(spoken[name], justify="right", no_wrap=True)
    table.add_column(spoken["compare_sure"], no_wrap=True)
    for one in other.headlines():
        table.add_row(*_row(in_per_cent(one), here, lang))
    Console(file=sys.stdout, width=WIDTH, highlight=False).print(table)
    _print_by_year(comparison, other, lang)
    for sentence in _alone(comparison, other, lang):
        _say(sentence)
    for sentence in _beyond(comparison, other, base, lang):
        _say(sentence)


def _print_by_year(comparison: Comparison, other: Other, lang: str) -> None:
    """Print the changes of the headline numbers by year, and which of them the mean hides."""
    spoken, found = words(lang), other.by_year(comparison.base)
    if not found:
        return
    outline, title = other.member.results.outline, title_of(other.member.results, lang)
    table = Table(box=None, pad_edge=False, header_style="bold")
    click.echo(spoken["by_year_change_head"])
    table.add_column("", overflow="fold", max_width=42)
    shown = shown_years(found[0].years)
    for name in (spoken["by_year_mean"], *(found[0].years[year] for year in shown)):
        table.add_column(name, justify="right", no_wrap=True)
    for name, mean, _, one in year_rows(found, outline, lang, change=True):
        table.add_row(escape(name), mean, *year_changes(other, one, shown, lang))
    Console(file=sys.stdout, width=WIDTH, highlight=False).print(table)
    for sentence in hiding_sentences(found, outline, lang, title):
        _say(sentence)


def _alone(comparison: Comparison, other: Other, lang: str) -> Iterator[str]:
    """Yield, for each service that one of the two scenarios alone has, its numbers."""
    spoken, base = words(lang), comparison.base.results.outline
    for name, in_base in other.services_alone.items():
        outline = base if in_base else other.member.results.outline
        told = (
            f"{measure_called(one.key.measure, lang)} {alone_text(one, lang)}"
            for one in other.numbers_alone(name)
        )
        yield spoken["compare_alone_base" if in_base else "compare_alone_here"].format(
            name=place_called(name, outline, lang),
            base=comparison.base.name,
            numbers="; ".join(told),
        )


def _row(one: Moved, outline: Outline, lang: str) -> tuple[str, ...]:
    digits = digits_of(one)
    return (
        escape(name_of(one, outline, lang)),
        _plain(one.base, digits, lang),
        _plain(one.other, digits, lang),
        change_text(one, lang),
        sureness(one, words(lang)),
    )


def _plain(value: float, digits: int, lang: str) -> str:
    return number(value, lang, digits) if math.isfinite(value) else "-"


def _beyond(comparison: Comparison, other: Other, base: Outline, lang: str) -> Iterator[str]:
    """Yield what else moved: some services by name, the rest by count."""
    spoken, outline = words(lang), other.member.results.outline
    sure = [one for one in other.moved if one.is_sure]
    told = [
        one for one in sure
        if one.family == SERVICES and one.key.measure in ALSO and one.key.service != WHOLE
    ]  # fmt: skip
    told.sort(key=lambda one: -abs(one.mean) / max(abs(one.base), abs(one.other), 1e-9))
    if told:
        some = [f"{name_of(one, outline, lang)} {change_text(one, lang)}" for one in told]
        yield spoken["compare_also"].format(some="; ".join(some[:MOST_ALSO]))
    counts = {
        family: sum(one.family == family for one in other.moved) for family in (SERVICES, DETAILS)
    }
    yield spoken["compare_count"].format(
        services=counts[SERVICES],
        moved=sum(one.family == SERVICES for one in sure),
        details=counts[DETAILS],
        more=sum(one.family == DETAILS for one in sure),
    )


def as_record(comparison: Comparison) -> dict[str, Any]:
    """Return what the tables say, for other programs: headline numbers and those of services."""
    base = comparison.base
    return {
        "base": {"name": base.name, "title": base.results.outline.title},
        "seed": base.results.seed,
        "replications": base.results.replications,
        "about": ABOUT_TESTS,
        "tests": comparison.tests,
        "others": [
            {
                "name": other.member.name,
                "title": other.member.results.outline.title,
                "changed": [change.record() for change in other.changes],
                "by_year": as_records(other.by_year(base)),
                "moved": [_moved(one) for one in other.moved if one.family != DETAILS],
                "one only": [
                    asdict(one) | {"key": one.key._asdict()}
                    for name in other.services_alone
                    for one in other.numbers_alone(name)
                ],
            }
            for other in comparison.others
        ],
    }


def _moved(one: Moved) -> dict[str, Any]:
    return {
        "measure": one.key.measure,
        "service": one.key.service,
        "unit": one.unit,
        "family": one.family,
        "base": one.base,
        "changed": one.other,
        "difference": one.mean,
        "low": one.low,
        "high": one.high,
        "p": one.p,
        "p_adjusted": one.adjusted,
        "sure": one.is_sure,
    }
