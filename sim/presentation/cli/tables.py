"""The short tables a run ends with."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from sim.analysis.blocking import service_name
from sim.analysis.windows import WHOLE
from sim.experiments.findings import headlines_by_year, services_by_year
from sim.experiments.one_more import OneMore
from sim.experiments.precision import look_ahead
from sim.experiments.run import Results
from sim.experiments.store import estimate_rows
from sim.presentation.by_year_told import (
    as_records,
    hiding_sentences,
    most_hidden,
    year_rows,
    years_shown,
)
from sim.presentation.findings_told import (
    bottleneck_sentences,
    locked_sentence,
    warm_up_sentence,
)
from sim.presentation.names import period_of, title_of
from sim.presentation.words import day, number, percent, sentences, signed, words

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
        if key.klass == WHOLE and key.period == WHOLE and not key.other
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
            if key.klass == WHOLE and key.period == WHOLE and not key.other
        ],
        "by_year": as_records([*headlines_by_year(results), *services_by_year(results)]),
        "one_more": [asdict(one) for one in more],
    }
