"""The report of one run: what stands in it, section by section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sim import __version__
from sim.analysis.blocking import service_name
from sim.analysis.summary import Summary
from sim.analysis.windows import WHOLE
from sim.experiments.findings import services_by_year
from sim.experiments.manifest import now, versions
from sim.experiments.one_more import OneMore
from sim.experiments.run import Results
from sim.experiments.store import estimate_rows
from sim.experiments.sweep.results import Swept
from sim.presentation.by_year_told import page_rows, years_shown
from sim.presentation.figures import FIGURES
from sim.presentation.figures.of_runs import draw_run
from sim.presentation.findings_told import locked_sentence, warm_up_sentence
from sim.presentation.measures_called import measure_called
from sim.presentation.names import period_of
from sim.presentation.report.answers import Answers, blocked_rows
from sim.presentation.report.intervals import Interval, intervals
from sim.presentation.report.page import render
from sim.presentation.report.parameters import (
    PartOfParameters,
    known_of,
    label_of,
    parameters,
)
from sim.presentation.report.pictures import Picture, Table, picture, table, table_of
from sim.presentation.report.sensitivity import sensitivity
from sim.presentation.words import day, in_language, sentences, typeset, words
from sim.scenario import Scenario
from sim.vocabulary.errors import WishError

LIMITS = ("forecast", "start", "gone", "people", "outside", "luck", "use")
"""What the model cannot tell, in the order of the page."""


def run_report(
    results: Results,
    lang: str,
    more: Sequence[OneMore] = (),
    drawn: Path | None = None,
    swept: Swept | None = None,
) -> str:
    """Return the report of a run as one HTML page; raises WishError without its summary.

    ``more``: the value of one more place, where it was computed. ``drawn``: see ``figures_of``.
    ``swept``: the sweep over what the scenario assumes, where it was made.
    """
    if results.scenario is None or results.summary is None:
        raise WishError("this run has no figures to report on: run it again without --no-figures")
    parts = parameters(results.scenario, lang, results.reasons)
    pictures, tables = figures_of(results, results.summary, lang, drawn)
    answers = Answers(results, lang, more)
    mattering = sensitivity(swept, parts, lang) if swept else None
    return render(
        "run.html",
        lang,
        title=results.scenario.title.in_language(lang),
        summary=summary_text(results.scenario, lang),
        head=heading(results, lang),
        sentences=answers.sentences(),
        tiles=answers.tiles(),
        pictures=pictures,
        years=years_shown(answers.years),
        by_year=page_rows(answers.years, results.outline, lang),
        services_by_year=page_rows(services_by_year(results), results.outline, lang),
        blocked=list(blocked_rows(results, lang)),
        locked=locked_sentence(results, lang),
        reasons=_reasons(results, parts, lang),
        more=value_rows(results, more, answers),
        step=more[0].step if more else 0,
        file=results.file or "scenario.yaml",
        known=known_of(parts),
        assumed=[row for part in parts for row in part.rows if row.status == "assumed"],
        sensitivity=mattering,
        limits=LIMITS,
        parts_of=parts,
        method=method(results, lang),
        tables=[
            *tables,
            *(mattering.tables if mattering else ()),
            estimates_table(results, lang),
        ],
    )


def _reasons(
    results: Results, parts: Sequence[PartOfParameters], lang: str
) -> list[tuple[str, str, str]]:
    """Return what each change of the scenario set, its path and its reason."""
    return [
        (label_of(path, parts), path, typeset(reason.in_language(lang), lang))
        for path, reason in results.reasons.items()
    ]


def summary_text(scenario: Scenario, lang: str) -> str:
    """Return what a scenario describes, empty if it does not say."""
    return typeset(scenario.summary.in_language(lang), lang) if scenario.summary else ""


def heading(results: Results, lang: str) -> list[str]:
    """Return what stands below the title: the period and the simulated histories."""
    t = sentences(lang)
    histories = t("report_replications", n=results.replications)
    return [t("report_period", **_period(results, lang)), histories]


def _period(results: Results, lang: str) -> Mapping[str, str]:
    start, end = period_of(results.outline)
    return {"start": day(start, lang), "end": day(end, lang)}


def figures_of(
    results: Results, summary: Summary, lang: str, drawn: Path | None = None
) -> tuple[dict[str, Picture], list[Table]]:
    """Return the figures of a run by name, and the numbers behind each.

    ``drawn``: the folder in which they were just drawn in this language, None to draw them.
    """
    if drawn is None:
        with TemporaryDirectory() as folder:
            draw_run(results, Path(folder), lang, ("svg",))
            return figures_of(results, summary, lang, Path(folder))
    spoken, t = words(lang), sentences(lang)
    pictures, tables = {}, []
    for name, figure in FIGURES.items():
        title, called = figure.title(summary, spoken), t(f"figure_name_{name}")
        about = t("figure_alt", title=title, subtitle=spoken[f"{name}_subtitle"], table=called)
        svg = (drawn / f"{name}.svg").read_text(encoding="utf-8")
        pictures[name] = picture(name, svg, title, about)
        tables.append(table_of(drawn / f"{name}.csv", name, called, lang))
    return pictures, tables


def value_rows(
    results: Results, more: Sequence[OneMore], answers: Answers
) -> list[tuple[str, Interval, tuple[float, float, float]]]:
    """Return service, change of street nights as an interval to draw, change of cost."""
    places = {service.name: at for at, service in enumerate(results.outline.services)}
    drawn = intervals([one.street_nights for one in more])
    return [
        (answers.named(places[one.service]), interval, one.cost)
        for one, interval in zip(more, drawn, strict=True)
    ]


def method(results: Results, lang: str) -> list[tuple[str, str]]:
    """Return what was run and with what: pairs of a word and a text."""
    t, outline = sentences(lang), results.outline
    last = results.first + results.replications - 1
    warm_up = t("method_days", n=round(outline.warm_up)) + "."
    numbers = t("method_first", first=results.first, last=last)
    others = {name: one for name, one in versions().items() if name != "maraude"}
    found = [
        (t("method_file"), results.file),
        (t("method_hash"), results.hash),
        (t("method_seed"), str(results.seed)),
        (t("method_replications"), f"{results.replications} ({numbers})"),
        (t("method_engine"), results.engine),
        (t("method_period"), t("report_period", **_period(results, lang))),
        (t("method_warm_up"), f"{warm_up} {warm_up_sentence(results, lang)}".strip()),
        (t("method_version"), results.version),
        (t("method_versions"), ", ".join(f"{name} {one}" for name, one in others.items())),
        (t("method_made"), f"{day(now().date(), lang)} (maraude {__version__})"),
    ]
    if results.missed:
        found.append((t("method_missed"), "; ".join(results.missed)))
    return found


def estimates_table(results: Results, lang: str) -> Table:
    """Return every result of the whole period, all classes together, with its interval."""
    t = sentences(lang)
    heads = ("data_measure", "value_service", "waits_for", "data_unit", "mean", "data_low",
             "data_high")  # fmt: skip
    rows = []
    for key, (mean, low, high, *_), unit in estimate_rows(results):
        if key.klass == WHOLE and key.period == WHOLE:
            where = [_place(results, one, lang) for one in (key.service, key.other)]
            numbers = ("" if one != one else repr(float(one)) for one in (mean, low, high))
            rows.append(
                [measure_called(key.measure, lang), *where, in_language(unit, lang), *numbers]
            )
    return table("estimates", t("data_estimates"), [t(head) for head in heads], rows, lang)


def _place(results: Results, name: str, lang: str) -> str:
    if name == WHOLE:
        return words(lang)["whole_pathway"]
    if name == "street":
        return words(lang)["street"]
    for place, service in enumerate(results.outline.services):
        if service.name == name:
            return service_name(results.outline, place, lang)
    return in_language(name, lang)
