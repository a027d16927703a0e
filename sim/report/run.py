"""The answer of a run in a few sentences and numbers, made from its results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sim import __version__
from sim.analysis.blocking import Cause, service_name
from sim.analysis.measures import measure_called
from sim.analysis.summary import Summary
from sim.analysis.windows import WHOLE, Array
from sim.core.errors import ArgumentError
from sim.core.log import Outline
from sim.figures import FIGURES, draw_run
from sim.report.page import Interval, Picture, Table, intervals, picture, render, table, table_of
from sim.runs.findings import blocking_found, bottleneck, headlines_by_year, services_by_year
from sim.runs.marginal import OneMore
from sim.runs.run import Results, estimate_rows, now, versions
from sim.scenarios.schema import Scenario
from sim.text.phrases import (
    bottleneck_sentences,
    hiding_sentences,
    locked_sentence,
    page_rows,
    period_of,
    two_years,
    warm_up_sentence,
    years_shown,
)
from sim.text.scenario import PartOfParameters, known_of, label_of, parameters
from sim.text.translations import (
    day,
    in_language,
    number,
    percent,
    semicolons,
    sentences,
    typeset,
    words,
)

if TYPE_CHECKING:
    from sim.report.sensitivity import Sensitivity
    from sim.sweeps.results import FinishedSweep

# --- The answer of a run in a few sentences and numbers, made from its results.

CITED = ("street nights per year", "occupied places", "blocked places")
"""Headline numbers that the sentences of an answer give as means."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One large number, what it is, and its interval in words (empty: none).

    ``years``: two years that its mean hides, empty if it hides none.
    """

    number: str
    about: str
    interval: str
    is_alarm: bool = False
    years: str = ""


class Answers:
    """What a run says, in one language."""

    def __init__(self, results: Results, lang: str, more: Sequence[OneMore] = ()) -> None:
        self.results, self.lang, self.more = results, lang, more
        self.t = sentences(lang)
        self.cause: Cause | None = bottleneck(results)
        self.years = headlines_by_year(results)
        self.numbers = {
            (key.measure, key.service): numbers
            for key, numbers, _ in estimate_rows(results)
            if key.class_id == WHOLE and key.period == WHOLE and not key.other
        }

    def sentences(self) -> list[str]:
        """Return the answer in three sentences, and what their means hide."""
        cited = [year for year in self.years if year.measure in CITED]
        hidden = hiding_sentences(cited, self.results.outline, self.lang)
        return [self._street(), self._blocked(), self._last(), *hidden]

    def tiles(self) -> list[Tile]:
        """Return the numbers to be seen first."""
        tiles = [self._tile("people without a place per night", "street", "tile_street")]
        occupied = self._mean("occupied places", WHOLE)
        blocked = self._tile("blocked places", WHOLE, "tile_blocked", all=self._whole(occupied))
        tiles.append(replace(blocked, is_alarm=True))
        if self.cause is not None:
            want = self.named(self.cause.want)
            share = percent(self.cause.share, self.lang)
            tiles.append(Tile(share, self.t("tile_root", want=want), ""))
        housed = self.numbers.get(("housed within 12 months", WHOLE))
        if housed is not None and housed[0] > 0:
            tiles.append(Tile(percent(housed[0], self.lang), self.t("tile_housed"), ""))
        return tiles

    def named(self, place: int) -> str:
        """Return what readers call a service."""
        return service_name(self.results.outline, place, self.lang)

    def _street(self) -> str:
        mean, low, high = self.numbers["people without a place per night", "street"][:3]
        nights = self._whole(self._mean("street nights per year", "street"))
        key = "answer_street" if isfinite(low) else "answer_street_once"
        return self.t(
            key, n=self._whole(mean), nights=nights, low=self._whole(low), high=self._whole(high)
        )

    def _blocked(self) -> str:
        if self.cause is None:
            return " ".join(bottleneck_sentences(self.results, self.lang))
        return self.t(
            "answer_blocked",
            blocked=self._whole(self._mean("blocked places", WHOLE)),
            occupied=self._whole(self._mean("occupied places", WHOLE)),
            share=percent(self.cause.share, self.lang),
            want=self.named(self.cause.want),
        )

    def refusals(self) -> list[str]:
        """Return what is said of those refused or turned away, below the answer on blocking."""
        return bottleneck_sentences(self.results, self.lang)[1:] if self.cause else []

    def _last(self) -> str:
        """Return what one more place is worth where that is known, else whose the nights are."""
        if self.more:
            return self._best() or self.t("answer_more_unsure")
        blocking = blocking_found(self.results)
        nights = blocking.wanted_root.sum()
        if self.cause is None or nights <= 0:
            return self.t("answer_alone", alone=percent(_share(blocking.wanted_root), self.lang))
        return self.t(
            "answer_nights",
            share=percent(self.cause.street_share, self.lang),
            want=self.named(self.cause.want),
            alone=percent(_share(blocking.wanted_root), self.lang),
        )

    def _best(self) -> str:
        """Return the service where one more place saves most for certain, else an empty text."""
        sure = [each for each in self.more if each.street_nights[2] < 0]
        if not sure:
            return ""
        best = min(sure, key=lambda each: each.street_nights[0])
        place = [service.name for service in self.results.outline.services].index(best.service)
        mean, low, high = (self._whole(-value) for value in best.street_nights)
        return self.t("answer_more", service=self.named(place), n=mean, low=high, high=low)

    def _tile(self, measure: str, service: str, key: str, **blanks: str) -> Tile:
        mean, low, high = self.numbers.get((measure, service), (0.0, 0.0, 0.0))[:3]
        interval = ""
        if high - low > 0.5:
            interval = self.t(
                "tile_interval", low=self._whole(max(low, 0.0)), high=self._whole(high)
            )
        return Tile(self._whole(mean), self.t(key, **blanks), interval, years=self._years(measure))

    def _years(self, measure: str) -> str:
        """Return two years that the mean of a headline number hides, empty if it hides none."""
        hiding = [year for year in self.years if year.measure == measure and year.unlike]
        return two_years(hiding[0], self.lang, "tile_years") if hiding else ""

    def _mean(self, measure: str, service: str) -> float:
        return self.numbers.get((measure, service), (0.0,))[0]

    def _whole(self, value: float) -> str:
        if not isfinite(value):
            return "-"
        digits = 0 if abs(value) >= 9.95 or abs(value - round(value)) < 0.05 else 1
        return number(value, self.lang, digits)


def _share(nights: Array) -> float:
    """Return the share of the last entry: nights of people on no list."""
    total = nights.sum()
    return float(nights[-1] / total) if total > 0 else 0.0


def blocked_rows(results: Results, lang: str) -> Iterator[tuple[str, float, float, str, str]]:
    """Yield service, blocked places, share of places taken, main want, main root, where any is."""
    blocking = blocking_found(results)
    outline = results.outline
    for place, service in enumerate(outline.services):
        if blocking.blocked_by[place].sum() > 0:
            yield (
                service_name(outline, place, lang),
                float(results.number("blocked places", service.name).mean()),
                float(blocking.passed_on[place]),
                _most(blocking.blocked_by[place], outline, lang),
                _most(blocking.rooted_in[place], outline, lang),
            )


def _most(days: Array, outline: Outline, lang: str) -> str:
    place = int(days.argmax())
    share = percent(float(days[place] / days.sum()), lang)
    return f"{service_name(outline, place, lang)} ({share})"


# --- The report of one run: what stands in it, section by section.

LIMITS = ("forecast", "start", "gone", "people", "outside", "chance", "use")
"""What the model cannot tell, in the order of the page."""


def run_report(
    results: Results,
    lang: str,
    more: Sequence[OneMore] = (),
    drawn: Path | None = None,
    swept: FinishedSweep | None = None,
) -> str:
    """Return the report of a run as one HTML page; raises ArgumentError without its summary.

    ``more``: the value of one more place, where it was computed. ``drawn``: see ``figures_of``.
    ``swept``: the sweep over what the scenario assumes, where it was made.
    """
    if results.scenario is None or results.summary is None:
        raise ArgumentError(
            "this run has no figures to report on: run it again without --no-figures"
        )
    parts = parameters(results.scenario, lang, results.reasons)
    pictures, tables = figures_of(results, results.summary, lang, drawn)
    answers = Answers(results, lang, more)
    mattering = sensitivity_of(swept, parts, lang)
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
        refusals=answers.refusals(),
        reasons=_reasons(results, parts, lang),
        more=value_rows(results, more, answers),
        step=more[0].step if more else 0,
        file=results.file or "scenario.yaml",
        sensitivity=mattering,
        limits=LIMITS,
        method=method(results, lang),
        tables=[*tables, *_of(mattering), estimates_table(results, lang)],
        **_inputs(parts),
    )


def _of(mattering: Sensitivity | None) -> Sequence[Table]:
    return mattering.tables if mattering else ()


def _inputs(parts: tuple[PartOfParameters, ...]) -> dict[str, Any]:
    """Return what the page says of the inputs: all, those assumed, how much is known of them."""
    assumed = [row for part in parts for row in part.rows if row.status == "assumed"]
    return {"parts_of": parts, "assumed": assumed, "known": known_of(parts)}


def sensitivity_of(
    swept: FinishedSweep | None,
    parts: Sequence[PartOfParameters],
    lang: str,
    of_base: bool = False,
) -> Sensitivity | None:
    """Return what a sweep over assumed numbers says, None without a sweep."""
    if swept is None:
        return None
    # Imported late: its statistics and figures take a second, and most reports have no sweep.
    from sim.report.sensitivity import sensitivity

    return sensitivity(swept, parts, lang, of_base)


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
    catalogue, t = words(lang), sentences(lang)
    pictures, tables = {}, []
    for name, figure in FIGURES.items():
        title, called = figure.title(summary, catalogue), t(f"figure_name_{name}")
        about = t("figure_alt", title=title, subtitle=catalogue[f"{name}_subtitle"], table=called)
        svg = (drawn / f"{name}.svg").read_text(encoding="utf-8")
        pictures[name] = picture(name, svg, title, about)
        tables.append(table_of(drawn / f"{name}.csv", name, called, lang))
    return pictures, tables


def value_rows(
    results: Results, more: Sequence[OneMore], answers: Answers
) -> list[tuple[str, Interval, tuple[float, float, float]]]:
    """Return service, change of street nights as an interval to draw, change of cost."""
    places = {service.name: at for at, service in enumerate(results.outline.services)}
    drawn = intervals([each.street_nights for each in more])
    return [
        (answers.named(places[each.service]), interval, each.cost)
        for each, interval in zip(more, drawn, strict=True)
    ]


def method(results: Results, lang: str) -> list[tuple[str, str]]:
    """Return what was run and with what: pairs of a word and a text."""
    t, outline = sentences(lang), results.outline
    last = results.first + results.replications - 1
    warm_up = t("method_days", n=round(outline.warm_up)) + "."
    numbers = t("method_first", first=results.first, last=last)
    others = {name: first for name, first in versions().items() if name != "maraude"}
    rows = [
        (t("method_file"), results.file),
        (t("method_hash"), results.hash),
        (t("method_seed"), str(results.seed)),
        (t("method_replications"), f"{results.replications} ({numbers})"),
        (t("method_engine"), results.engine),
        (t("method_period"), t("report_period", **_period(results, lang))),
        (t("method_warm_up"), f"{warm_up} {warm_up_sentence(results, lang)}".strip()),
        (t("method_version"), results.version),
        (t("method_versions"), ", ".join(f"{name} {first}" for name, first in others.items())),
        (t("method_made"), f"{day(now().date(), lang)} (maraude {__version__})"),
    ]
    if results.missed:
        rows.append((t("method_missed"), semicolons(results.missed, lang)))
    return rows


def estimates_table(results: Results, lang: str) -> Table:
    """Return every result of the whole period, all classes together, with its interval."""
    t = sentences(lang)
    heads = ("data_measure", "value_service", "waits_for", "data_unit", "mean", "data_low",
             "data_high")  # fmt: skip
    rows = []
    for key, (mean, low, high, *_), unit in estimate_rows(results):
        if key.class_id == WHOLE and key.period == WHOLE:
            where = [_place(results, each, lang) for each in (key.service, key.other)]
            numbers = ("" if each != each else repr(float(each)) for each in (mean, low, high))
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
