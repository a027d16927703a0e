"""The short tables a run ends with."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sim.analysis.blocking import service_name
from sim.analysis.measures import measure_called
from sim.analysis.windows import WHOLE
from sim.core.log import Outline
from sim.runs.compare import ABOUT_TESTS, DETAILS, SERVICES, Comparison, MeasureChange, Other
from sim.runs.findings import headlines_by_year, services_by_year
from sim.runs.marginal import OneMore
from sim.runs.precision import look_ahead
from sim.runs.run import Results, estimate_rows
from sim.text.phrases import (
    about_tests,
    alone_text,
    as_records,
    bottleneck_sentences,
    change_text,
    digits_of,
    hiding_sentences,
    in_per_cent,
    locked_sentence,
    most_hidden,
    name_of,
    period_of,
    place_called,
    shown_years,
    sureness,
    title_of,
    warm_up_sentence,
    year_changes,
    year_rows,
    years_shown,
)
from sim.text.scenario import Saying
from sim.text.translations import day, number, percent, semicolons, sentences, signed, words

# --- The short tables a run ends with.

WIDTH = 100
"""Columns of the tables, on whatever terminal."""

MOST_ROWS = 12
"""Numbers of services whose mean hides a trend that are told, at most."""

Numbers = dict[tuple[str, str], tuple[float, ...]]


def _console() -> Console:
    return Console(file=sys.stdout, width=WIDTH, highlight=False)


def print_results(results: Results, lang: str) -> None:
    """Print services, the street, the bottleneck, and what the reader must know besides."""
    spoken, numbers = words(lang), _numbers(results)
    start, end = period_of(results.outline)
    head = sentences(lang)(
        "run_head",
        title=title_of(results, lang),
        n=results.replications,
        seed=results.seed,
        engine=results.engine,
        start=day(start, lang),
        end=day(end, lang),
    )
    click.echo(click.wrap_text(head, WIDTH))
    table = _table(spoken["service"], 28)
    for name in ("places", "people_there", "occupied", "blocked", "waiting", "turned_away_year"):
        table.add_column(spoken[name], justify="right", no_wrap=True)
    for row in _service_rows(results, numbers, lang):
        table.add_row(*row)
    _console().print(table)
    click.echo(click.wrap_text(spoken["run_columns"], WIDTH))
    for line in _street_lines(numbers, spoken, lang):
        click.echo(line)
    for sentence in _sentences(results, lang):
        click.echo(click.wrap_text(sentence, WIDTH))
    _print_by_year(results, lang)


def _table(first: str, width: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, overflow="fold", max_width=width)
    return table


def _print_by_year(results: Results, lang: str) -> None:
    """Print the headline numbers by year, and those of services whose mean hides a trend."""
    spoken, found = words(lang), headlines_by_year(results)
    if not found:
        return
    found += most_hidden(services_by_year(results), MOST_ROWS)
    table = _table(spoken["by_year_head"], 42)
    for name in (spoken["by_year_mean"], *years_shown(found)):
        table.add_column(name, justify="right", no_wrap=True)
    for name, mean, shown, _ in year_rows(found, results.outline, lang):
        table.add_row(name, mean, *shown)
    _console().print(table)
    click.echo(click.wrap_text(spoken["by_year_rest"], WIDTH))


def _numbers(results: Results) -> Numbers:
    """Return estimates by measure and service: whole period, all classes."""
    return {
        (key.measure, key.service): found
        for key, found, _ in estimate_rows(results)
        if key.class_id == WHOLE and key.period == WHOLE and not key.other
    }


def _service_rows(results: Results, numbers: Numbers, lang: str) -> Iterator[tuple[str, ...]]:
    years = (results.outline.horizon - results.outline.warm_up) / 365
    for place, service in enumerate(results.outline.services):
        if service.kind == "outreach":
            continue

        def told(measure: str, per: float = 1.0, name: str = service.name) -> str:
            return _interval(numbers.get((measure, name)), lang, per)

        share = numbers.get(("occupied share", service.name))
        yield (
            service_name(results.outline, place, lang),
            _places(numbers, service.name, lang),
            told("people while open"),
            percent(share[0], lang) if share else "-",
            told("blocked places"),
            told("waiting"),
            told("turned away", 1 / years),
        )


def _places(numbers: Numbers, service: str, lang: str) -> str:
    """Return the places open at the start and at the end of the period, one number if alike."""
    ends = [numbers.get((f"open places at the {end}", service)) for end in ("start", "end")]
    first, last = (_short(one[0], lang) if one else "-" for one in ends)
    return last if first == last else words(lang)["from_to"].format(first=first, last=last)


def _interval(found: tuple[float, ...] | None, lang: str, per: float = 1.0) -> str:
    """Return "12 (10-14)", or the mean alone where there is no interval worth the room."""
    if found is None:
        return "-"
    mean, low, high = (value * per for value in found[:3])
    if not high - low > 0.05:
        return _short(mean, lang)
    return f"{_short(mean, lang)} ({_short(max(low, 0.0), lang)}-{_short(high, lang)})"


def _short(value: float, lang: str) -> str:
    """Return a number with one digit below ten, none above."""
    return number(value, lang, 0 if abs(value) >= 9.95 or value == round(value) else 1)


def _street_lines(numbers: Numbers, spoken: Any, lang: str) -> Iterator[str]:
    street = "people without a place per night"
    for word, measure in (("run_street", street), ("run_nights", "street nights per year")):
        yield spoken[word].format(n=_interval(numbers.get((measure, "street")), lang))


def _sentences(results: Results, lang: str) -> Iterator[str]:
    yield from bottleneck_sentences(results, lang)
    yield from hiding_sentences(headlines_by_year(results), results.outline, lang)
    warning = locked_sentence(results, lang)
    if warning:
        yield warning
    short = warm_up_sentence(results, lang)
    if short and not results.plan.start_groups:  # from today's state nothing is to be left out
        yield short
    for text in results.missed:
        count = results.replications
        yield sentences(lang)("run_missed", text=text, n=count, more=look_ahead(count))


def print_one_more(results: Results, found: Sequence[OneMore], lang: str) -> None:
    """Print what one more place of each service changes."""
    spoken = words(lang)
    click.echo(spoken["one_more_head"].format(step=found[0].step))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(spoken["service"], overflow="fold", max_width=40)
    for name in ("one_more_nights", "one_more_cost"):
        table.add_column(spoken[name], justify="right", no_wrap=True)
    place = {service.name: at for at, service in enumerate(results.outline.services)}
    for one in found:
        name = service_name(results.outline, place[one.service], lang)
        table.add_row(name, _change(one.street_nights, lang), _change(one.cost, lang))
    _console().print(table)


def _change(found: tuple[float, float, float], lang: str) -> str:
    mean, low, high = found
    if not high - low > 0:
        return signed(mean, lang)
    return f"{signed(mean, lang)} ({signed(low, lang)} … {signed(high, lang)})"


def as_record(results: Results, more: Sequence[OneMore], lang: str) -> dict[str, Any]:
    """Return what the tables say, for other programs."""
    return {
        "title": results.outline.title,
        "scenario_sha256": results.hash,
        "seed": results.seed,
        "replications": results.replications,
        "engine": results.engine,
        "bottleneck": " ".join(bottleneck_sentences(results, lang)),
        "locked": locked_sentence(results, lang),
        "precision_not_reached": results.missed,
        "warm_up": warm_up_sentence(results, lang),
        "estimates": [
            {
                "measure": key.measure,
                "service": key.service,
                "mean": found[0],
                "low": found[1],
                "high": found[2],
                "unit": unit,
            }
            for key, found, unit in estimate_rows(results)
            if key.class_id == WHOLE and key.period == WHOLE and not key.other
        ],
        "by_year": as_records([*headlines_by_year(results), *services_by_year(results)]),
        "one_more": [asdict(one) for one in more],
    }


# --- What a comparison ends with: what changed, what moved, how sure.

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
    _print_comparison_by_year(comparison, other, lang)
    for sentence in _alone(comparison, other, lang):
        _say(sentence)
    for sentence in _beyond(comparison, other, base, lang):
        _say(sentence)


def _print_comparison_by_year(comparison: Comparison, other: Other, lang: str) -> None:
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
            numbers=semicolons(told, lang),
        )


def _row(one: MeasureChange, outline: Outline, lang: str) -> tuple[str, ...]:
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
        yield spoken["compare_also"].format(some=semicolons(some[:MOST_ALSO], lang))
    counts = {
        family: sum(one.family == family for one in other.moved) for family in (SERVICES, DETAILS)
    }
    yield spoken["compare_count"].format(
        services=counts[SERVICES],
        moved=sum(one.family == SERVICES for one in sure),
        details=counts[DETAILS],
        more=sum(one.family == DETAILS for one in sure),
    )


def comparison_record(comparison: Comparison) -> dict[str, Any]:
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


def _moved(one: MeasureChange) -> dict[str, Any]:
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
