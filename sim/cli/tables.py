"""The short tables that a run and a comparison end with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click
from rich.markup import escape

from sim.analysis.blocking import service_name
from sim.analysis.measures import measure_called
from sim.analysis.windows import WHOLE
from sim.cli.common import WIDTH, print_table, say
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
    plain_number,
    shown_years,
    sureness,
    title_of,
    warm_up_sentence,
    with_interval,
    year_changes,
    year_rows,
    years_shown,
)
from sim.text.scenario import ScenarioText
from sim.text.translations import day, number, percent, semicolons, sentences, signed, words

# --- The short tables a run ends with.

MOST_ROWS = 12
"""Numbers of services whose mean hides a trend that are listed, at most."""

Estimates = dict[tuple[str, str], tuple[float, ...]]
"""Mean, low and high end of numbers of the whole period, by measure and service."""


def print_results(results: Results, lang: str) -> None:
    """Print services, the street, the bottleneck, and what the reader must know besides."""
    texts, estimates = words(lang), _estimates(results)
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
    say(head)
    columns = ("service", "places", "people_there", "occupied", "blocked", "waiting",
               "turned_away_year")  # fmt: skip
    rows = _service_rows(results, estimates, lang)
    print_table([texts[name] for name in columns], rows, 28)
    say(texts["run_columns"])
    for key, measure in (
        ("run_street", "people without a place per night"),
        ("run_nights", "street nights per year"),
    ):
        click.echo(texts[key].format(n=_interval(estimates.get((measure, "street")), lang)))
    for sentence in _sentences(results, lang):
        say(sentence)
    _print_by_year(results, lang)


def _print_by_year(results: Results, lang: str) -> None:
    """Print the headline numbers by year, and those of services whose mean hides a trend."""
    texts, numbers = words(lang), headlines_by_year(results)
    if not numbers:
        return
    numbers += most_hidden(services_by_year(results), MOST_ROWS)
    heads = [texts["by_year_head"], texts["by_year_mean"], *years_shown(numbers)]
    rows = year_rows(numbers, results.outline, lang)
    print_table(heads, ((name, mean, *years) for name, mean, years, _ in rows), 42)
    say(texts["by_year_rest"])


def _estimates(results: Results) -> Estimates:
    """Return estimates by measure and service: whole period, all classes."""
    return {
        (key.measure, key.service): estimate
        for key, estimate, _ in estimate_rows(results)
        if key.class_id == WHOLE and key.period == WHOLE and not key.other
    }


def _service_rows(results: Results, estimates: Estimates, lang: str) -> Iterator[Sequence[str]]:
    years = (results.outline.horizon - results.outline.warm_up) / 365
    for place, service in enumerate(results.outline.services):
        if service.kind == "outreach":
            continue
        ends = [
            estimates.get((f"open places at the {end}", service.name)) for end in ("start", "end")
        ]
        first, last = (_short(end[0], lang) if end else "-" for end in ends)
        places = words(lang)["from_to"].format(first=first, last=last)
        share = estimates.get(("occupied share", service.name))
        means = [
            _interval(estimates.get((measure, service.name)), lang, per)
            for measure, per in (
                ("people while open", 1.0),
                ("blocked places", 1.0),
                ("waiting", 1.0),
                ("turned away", 1 / years),
            )
        ]
        yield (
            service_name(results.outline, place, lang),
            last if first == last else places,
            means[0],
            percent(share[0], lang) if share else "-",
            *means[1:],
        )


def _interval(estimate: tuple[float, ...] | None, lang: str, per: float = 1.0) -> str:
    """Return "12 (10-14)", or the mean alone where there is no interval worth the room."""
    if estimate is None:
        return "-"
    mean, low, high = (value * per for value in estimate[:3])
    if not high - low > 0.05:
        return _short(mean, lang)
    return f"{_short(mean, lang)} ({_short(max(low, 0.0), lang)}-{_short(high, lang)})"


def _short(value: float, lang: str) -> str:
    """Return a number with one digit below ten, none above."""
    return number(value, lang, 0 if abs(value) >= 9.95 or value == round(value) else 1)


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


def print_one_more(results: Results, values: Sequence[OneMore], lang: str) -> None:
    """Print what one more place of each service changes."""
    texts = words(lang)
    click.echo(texts["one_more_head"].format(step=values[0].step))
    place = {service.name: at for at, service in enumerate(results.outline.services)}
    rows = [
        (
            service_name(results.outline, place[value.service], lang),
            with_interval(*value.street_nights, write=lambda n: signed(n, lang)),
            with_interval(*value.cost, write=lambda n: signed(n, lang)),
        )
        for value in values
    ]
    print_table([texts[name] for name in ("service", "one_more_nights", "one_more_cost")], rows, 40)


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
                "mean": estimate[0],
                "low": estimate[1],
                "high": estimate[2],
                "unit": unit,
            }
            for key, estimate, unit in estimate_rows(results)
            if key.class_id == WHOLE and key.period == WHOLE and not key.other
        ],
        "by_year": as_records([*headlines_by_year(results), *services_by_year(results)]),
        "one_more": [asdict(value) for value in more],
    }


# --- What a comparison ends with: what changed, what moved, how sure.

ALSO = ("blocked places", "waiting", "occupied places", "admissions", "turned away")
"""Measures of services that are listed below the headline numbers, if they moved for certain."""
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
    say(head)
    for other in comparison.others:
        click.echo()
        _print_other(comparison, other, lang)
    click.echo()
    say(about_tests(comparison, lang))


def _print_other(comparison: Comparison, other: Other, lang: str) -> None:
    texts = words(lang)
    outline = other.member.results.outline
    title = texts["compare_one"].format(
        title=title_of(other.member.results, lang),
        name=other.member.name,
        base=comparison.base.name,
    )
    click.echo(click.style(click.wrap_text(title, WIDTH), bold=True))
    click.echo(texts["compare_changed"])
    scenario = other.member.results.scenario
    for change in other.changes:
        assert scenario is not None  # it differs from another
        because = change.because.in_language(lang)
        before, after = ScenarioText(scenario, lang).change(change)
        say(f"{change.path}: {before} → {after}", "  ", "    ")
        if because:
            say(texts["compare_because"].format(text=because), "    ", "      ")
    if not other.changes:
        say(texts["compare_same"], "  ", "    ")
    columns = ("compare_moved", "compare_base", "compare_here", "compare_change", "compare_sure")
    rows = [_row(in_per_cent(change), outline, lang) for change in other.headlines()]
    print_table([texts[name] for name in columns], rows, 32, justify="left")
    _print_comparison_by_year(comparison, other, lang)
    for sentence in _alone(comparison, other, lang):
        say(sentence)
    for sentence in _beyond(other, lang):
        say(sentence)


def _print_comparison_by_year(comparison: Comparison, other: Other, lang: str) -> None:
    """Print the changes of the headline numbers by year, and which of them the mean hides."""
    texts, numbers = words(lang), other.by_year(comparison.base)
    if not numbers:
        return
    outline, title = other.member.results.outline, title_of(other.member.results, lang)
    shown = shown_years(numbers[0].years)
    click.echo(texts["by_year_change_head"])
    rows = [
        (escape(name), mean, *year_changes(other, change, shown, lang))
        for name, mean, _, change in year_rows(numbers, outline, lang, change=True)
    ]
    print_table(["", texts["by_year_mean"], *years_shown(numbers)], rows, 42)
    for sentence in hiding_sentences(numbers, outline, lang, title):
        say(sentence)


def _alone(comparison: Comparison, other: Other, lang: str) -> Iterator[str]:
    """Yield, for each service that one of the two scenarios alone has, its numbers."""
    for name, in_base in other.services_alone.items():
        member = comparison.base if in_base else other.member
        numbers = (
            f"{measure_called(value.key.measure, lang)} {alone_text(value, lang)}"
            for value in other.numbers_alone(name)
        )
        yield words(lang)["compare_alone_base" if in_base else "compare_alone_here"].format(
            name=place_called(name, member.results.outline, lang),
            base=comparison.base.name,
            numbers=semicolons(numbers, lang),
        )


def _row(change: MeasureChange, outline: Outline, lang: str) -> tuple[str, ...]:
    digits = digits_of(change)
    return (
        escape(name_of(change, outline, lang)),
        plain_number(change.base, lang, digits),
        plain_number(change.other, lang, digits),
        change_text(change, lang),
        sureness(change, lang),
    )


def _beyond(other: Other, lang: str) -> Iterator[str]:
    """Yield what else moved: some services by name, the rest by count."""
    texts, outline = words(lang), other.member.results.outline
    sure = [change for change in other.moved if change.is_sure]
    named = [
        change
        for change in sure
        if change.family == SERVICES and change.key.measure in ALSO and change.key.service != WHOLE
    ]
    named.sort(
        key=lambda change: -abs(change.mean) / max(abs(change.base), abs(change.other), 1e-9)
    )
    if named:
        some = [
            f"{name_of(change, outline, lang)} {change_text(change, lang)}"
            for change in named[:MOST_ALSO]
        ]
        yield texts["compare_also"].format(some=semicolons(some, lang))
    counts = [
        sum(change.family == family for change in changes)
        for family in (SERVICES, DETAILS)
        for changes in (other.moved, sure)
    ]
    blanks = dict(zip(("services", "moved", "details", "more"), counts, strict=True))
    yield texts["compare_count"].format(**blanks)


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
                "moved": [_moved(change) for change in other.moved if change.family != DETAILS],
                "one only": [
                    asdict(value) | {"key": value.key._asdict()}
                    for name in other.services_alone
                    for value in other.numbers_alone(name)
                ],
            }
            for other in comparison.others
        ],
    }


def _moved(change: MeasureChange) -> dict[str, Any]:
    return {
        "measure": change.key.measure,
        "service": change.key.service,
        "unit": change.unit,
        "family": change.family,
        "base": change.base,
        "changed": change.other,
        "difference": change.mean,
        "low": change.low,
        "high": change.high,
        "p": change.p,
        "p_adjusted": change.adjusted,
        "sure": change.is_sure,
    }
