"""The report of a comparison, and the page of what moved between two runs."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sim.figures import FIGURES, draw_one, draw_run, provenance_of_run
from sim.figures.compared import difference_of, draw_comparison
from sim.report.page import Interval, Picture, Table, intervals, picture, render, table, table_of
from sim.report.run import LIMITS, Tile, heading, method, sensitivity_of, summary_text
from sim.runs.compare import DETAILS, SERVICES, Comparison, Diff, MeasureChange, Other, ScenarioRun
from sim.runs.run import Results
from sim.text.phrases import (
    about_tests,
    alone_text,
    change_text,
    digits_of,
    hiding_sentences,
    in_per_cent,
    name_of,
    page_rows,
    plain_number,
    sureness,
    title_of,
    two_years,
    years_shown,
)
from sim.text.scenario import ScenarioText, known_of, label_of, parameters
from sim.text.translations import in_language, number, percent, sentences, signed, typeset, words

if TYPE_CHECKING:
    from sim.sweeps.results import FinishedSweep

# --- The report of a comparison: what was changed, what moved, how sure that is.

NIGHTS = ("street nights per year", "street")
"""The number a comparison is read for first."""
SHOWN = ("street-nights", "street", "blocked")
"""Figures of the comparison that stand in the page; the folder has one more."""
MOST_TILES, MOST_NAMES = 4, 3
"""How many scenarios have a tile of their own, and how many are named in a sentence."""
_WRITTEN = ("days", "per day")
"""Units of the model that people write otherwise: their values carry the unit they wrote."""
OF_RUNS = ("flow", "blocked")
"""Figures of single runs, drawn for the base and for the scenario that moves most."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One scenario of the page: names, changes, and its headline numbers ready to be shown."""

    name: str
    title: str
    summary: str
    changes: list[tuple[str, str, str, str, str, str]]
    rows: list[tuple[str, str, str, str, Interval, str]]
    by_year: list[tuple[str, str, list[str], bool]]
    hiding: list[str]
    alone: list[tuple[str, str, str]]  # numbers of services one of the two alone has: base, here


def comparison_report(comparison: Comparison, lang: str, swept: FinishedSweep | None = None) -> str:
    """Return the report of a comparison as one HTML page.

    ``swept``: the sweep over what the base assumes, where it was made.
    """
    base = comparison.base.results
    assert base.scenario is not None  # of files and of folders alike
    parts = parameters(base.scenario, lang, base.reasons)
    best = _largest(comparison)
    pictures, tables = _figures(comparison, best, lang)
    mattering = sensitivity_of(swept, parts, lang, of_base=True)
    return render(
        "comparison.html",
        lang,
        title=title_of(base, lang),
        summary=summary_text(base.scenario, lang),
        head=heading(base, lang),
        sentences=_answer(comparison, lang),
        tiles=_tiles(comparison, lang),
        pictures=pictures,
        flows=[name for name in pictures if name.startswith("flow")],
        blocks=[name for name in pictures if name.startswith("blocked-")],
        compared=[_compared(other, comparison.base, lang) for other in comparison.others],
        years=years_shown(comparison.others[0].by_year(comparison.base)),
        tests=about_tests(comparison, lang),
        known=known_of(parts),
        assumed=[row for part in parts for row in part.rows if row.status == "assumed"],
        sensitivity=mattering,
        file=base.file or "scenario.yaml",
        limits=LIMITS,
        parts_of=parts,
        method=[*_members(comparison, lang), *method(base, lang)],
        tables=[
            *tables,
            *(mattering.tables if mattering else ()),
            _differences(comparison, lang),
        ],
    )


def _largest(comparison: Comparison) -> Other | None:
    """Return the scenario that moves street nights most for certain, None if none does."""
    sure = [other for other in comparison.others if other.number(*NIGHTS).is_sure]
    return max(sure, key=lambda other: abs(other.number(*NIGHTS).mean), default=None)


# --------------------------------------------------------------------------- the answer


def _answer(comparison: Comparison, lang: str) -> list[str]:
    t = sentences(lang)
    base = comparison.others[0].number(*NIGHTS).base
    best = _largest(comparison)
    if best is None:
        first = t("compared_none", n=number(base, lang))
    else:
        first = t(
            "compared_best",
            title=title_of(best.member.results, lang),
            **_change_words(best.number(*NIGHTS), lang),
            base=number(base, lang),
            share=percent(abs(best.number(*NIGHTS).mean) / base, lang),
        )
        first = " ".join([first, *_nights_by_year(comparison, best, lang, "compared_years")])
    return [first, _blocked(comparison, lang), _others(comparison, best, lang)]


def _change_words(change: MeasureChange, lang: str) -> dict[str, str]:
    """Return a change as words: by how much, in which direction, between what."""
    t = sentences(lang)
    low, high = sorted((abs(change.low), abs(change.high)))
    return {
        "n": number(abs(change.mean), lang, digits_of(change)),
        "less": t("fewer" if change.mean < 0 else "more"),
        "low": number(low, lang, digits_of(change)),
        "high": number(high, lang, digits_of(change)),
    }


def _blocked(comparison: Comparison, lang: str) -> str:
    t = sentences(lang)
    changes = [(other, other.number("blocked places")) for other in comparison.others]
    sure = [(other, change) for other, change in changes if change.is_sure]
    if not sure:
        return t("compared_blocked_none", n=number(changes[0][1].base, lang))
    other, change = max(sure, key=lambda pair: abs(pair[1].mean))
    title = title_of(other.member.results, lang)
    return t(
        "compared_blocked",
        base=number(change.base, lang),
        title=title,
        **_change_words(change, lang),
    )


def _others(comparison: Comparison, best: Other | None, lang: str) -> str:
    """Return which other scenarios move street nights for certain, and which do not."""
    t = sentences(lang)
    rest = [other for other in comparison.others if other is not best]
    sure = [other for other in rest if other.number(*NIGHTS).is_sure]
    moved = [
        t("compared_name", title=title_of(other.member.results, lang))
        + f" ({signed(other.number(*NIGHTS).mean, lang)})"
        for other in sorted(sure, key=lambda other: -abs(other.number(*NIGHTS).mean))
    ]
    unsure = [
        t("compared_name", title=title_of(other.member.results, lang))
        for other in rest
        if other not in sure
    ]
    texts = [
        t(key, names=_listed(names, lang))
        for key, names in (("compared_also", moved), ("compared_unsure", unsure))
        if names
    ]
    return " ".join(texts) or t("compared_alone")


def _listed(names: list[str], lang: str) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - MOST_NAMES
    shown = names if more <= 0 else names[:MOST_NAMES]
    rest = sentences(lang)("compared_more", n=more) if more > 0 else ""
    return ", ".join(shown) + rest


def _nights_by_year(comparison: Comparison, other: Other, lang: str, key: str) -> list[str]:
    """Return the sentence of a key on two years that the mean change of street nights hides."""
    nights = [
        by_year
        for by_year in other.by_year(comparison.base)
        if (by_year.measure, by_year.service) == NIGHTS
    ]
    return [two_years(by_year, lang, key, change=True) for by_year in nights if by_year.unlike]


def _tiles(comparison: Comparison, lang: str) -> list[Tile]:
    t = sentences(lang)
    tiles = []
    ranked = sorted(
        comparison.others,
        key=lambda change: (not change.number(*NIGHTS).is_sure, -abs(change.number(*NIGHTS).mean)),
    )
    for other in ranked[:MOST_TILES]:
        change = other.number(*NIGHTS)
        low, high = (signed(value, lang) for value in (change.low, change.high))
        interval = t("tile_interval", low=low, high=high) if change.high > change.low else ""
        title = title_of(other.member.results, lang)
        shown = signed(change.mean, lang) if change.is_sure else t("tile_unsure")
        tiles.append(
            Tile(
                shown,
                t("tile_change", title=title),
                interval,
                is_alarm=change.is_sure and change.mean > 0,
                years=" ".join(_nights_by_year(comparison, other, lang, "tile_years")),
            )
        )
    return tiles


# --------------------------------------------------------------------------- tables and figures


def _compared(other: Other, base: ScenarioRun, lang: str) -> Compared:
    results, changes = other.member.results, map(in_per_cent, other.headlines())
    rows = []
    for change in changes:
        digits = digits_of(change)
        (drawn,) = intervals([(change.mean, change.low, change.high)], [change.is_sure])
        rows.append(
            (
                name_of(change, results.outline, lang),
                plain_number(change.base, lang, digits),
                plain_number(change.other, lang, digits),
                change_text(change, lang),
                drawn,
                sureness(change, lang),
            )
        )
    summary = summary_text(results.scenario, lang) if results.scenario else ""
    years, title = other.by_year(base), title_of(results, lang)
    return Compared(
        name=other.member.name,
        title=title,
        summary=summary,
        changes=_changes(other, lang),
        rows=rows,
        by_year=page_rows(years, results.outline, lang, other),
        hiding=hiding_sentences(years, results.outline, lang, title),
        alone=list(_alone(base.results, other, lang)),
    )


def _alone(base: Results, other: Other, lang: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, number in the base and number here of services one of them alone has."""
    for service, in_base in other.services_alone.items():
        outline = base.outline if in_base else other.member.results.outline
        for value in other.numbers_alone(service):
            text = alone_text(value, lang)
            yield (name_of(value, outline, lang), *((text, "-") if in_base else ("-", text)))


def _changes(other: Other, lang: str) -> list[tuple[str, str, str, str, str, str]]:
    """Return name, path, before, after, unit and reason of what differs from the base."""
    scenario = other.member.results.scenario
    if scenario is None:
        return []
    texts = ScenarioText(scenario, lang)
    parts = parameters(scenario, lang, {})
    rows = []
    for change in other.changes:
        before, after = (typeset(text, lang) for text in texts.change(change))
        unit = "" if change.unit in _WRITTEN else in_language(change.unit, lang)
        because = typeset(change.because.in_language(lang), lang)
        rows.append((label_of(change.place, parts), change.path, before, after, unit, because))
    return rows


def _figures(
    comparison: Comparison, best: Other | None, lang: str
) -> tuple[dict[str, Picture], list[Table]]:
    texts, t = words(lang), sentences(lang)
    pictures, tables = {}, []
    with TemporaryDirectory() as name_of_folder:
        folder = Path(name_of_folder)
        draw_comparison(comparison, folder, lang, ("svg",), SHOWN)
        for name in SHOWN:
            called = t(f"figure_name_{name}")
            pictures[name], made = _embedded(folder / name, name, called, called, lang)
            tables.append(made)
        members = [comparison.base, *([best.member] if best else [])]
        for place, member in enumerate(members):
            results = member.results
            for name in OF_RUNS if results.summary else ():
                own, file = f"{name}-{place}", folder / f"{name}-{place}"
                assert results.summary is not None
                draw_one(name, results.summary, file, lang, provenance_of_run(results), ("svg",))
                title = title_of(results, lang)
                called = t("figure_of", figure=t(f"figure_name_{name}"), scenario=title)
                message = FIGURES[name].title(results.summary, texts)
                pictures[own], made = _embedded(file, own, called, message, lang)
                tables.append(made)
    return pictures, tables


def _embedded(file: Path, name: str, called: str, message: str, lang: str) -> tuple[Picture, Table]:
    about = sentences(lang)("figure_alt", title=called, subtitle=message, table=called)
    svg = file.with_suffix(".svg").read_text(encoding="utf-8")
    return picture(name, svg, called, about), table_of(file.with_suffix(".csv"), name, called, lang)


def _differences(comparison: Comparison, lang: str) -> Table:
    """Return the headline numbers, and every other that moved for certain, against the base."""
    t = sentences(lang)
    heads = ("scenario_word", "data_measure", "data_unit", "compare_base", "compare_here",
             "data_difference", "data_low", "data_high", "data_p")  # fmt: skip
    rows = []
    for other in comparison.others:
        for change in other.moved:
            if change.family == DETAILS or (change.family == SERVICES and not change.is_sure):
                continue
            *numbers, _, adjusted = change.numbers
            cells = ("" if value != value else repr(float(value)) for value in (*numbers, adjusted))
            what = name_of(change, other.member.results.outline, lang)
            rows.append([other.member.name, what, in_language(change.unit, lang), *cells])
    return table("differences", t("data_differences"), [t(head) for head in heads], rows, lang)


def _members(comparison: Comparison, lang: str) -> list[tuple[str, str]]:
    t = sentences(lang)
    return [
        (t("method_member"), f"{member.name}: {member.results.file}, {member.results.hash}")
        for member in comparison.members
    ]


# --- One self-contained HTML page about two runs: numbers that moved; figures old, new,
# difference.

MOST = 300
"""Numbers in the table; all are in the folders' own files."""


def diff_page(diff: Diff, sentences: Iterable[str], lang: str) -> str:
    """Return the page; ``sentences``: what differs, in words."""
    texts = words(lang)
    with TemporaryDirectory() as scratch:
        figures = [(name, _three_pictures(name, diff, Path(scratch), lang)) for name in FIGURES]
    return render(
        "diff.html",
        lang,
        texts=texts,
        title=texts["diff_title"].format(old=diff.old.name, new=diff.new.member.name),
        sentences=list(sentences),
        changes=[(change.path, change.before, change.after) for change in diff.new.changes],
        numbers=list(_diff_rows(diff, lang)),
        figures=figures,
    )


def _diff_rows(diff: Diff, lang: str) -> Iterator[tuple[str, ...]]:
    texts, outline = words(lang), diff.new.member.results.outline
    headlines = [change for change in diff.new.headlines() if not change.is_sure]
    for change in [*diff.moved[:MOST], *headlines]:
        yield (
            name_of(change, outline, lang),
            plain_number(change.base, lang, digits_of(change)),
            plain_number(change.other, lang, digits_of(change)),
            change_text(change, lang),
            texts["diff_moved" if change.is_sure else "diff_noise"],
        )


def _three_pictures(name: str, diff: Diff, scratch: Path, lang: str) -> list[tuple[str, str]]:
    """Return a figure of both runs and where they differ (base 64, caption), nothing if it is none.

    Both as they were drawn with the runs, else drawn now from both.
    """
    texts, members = words(lang), (diff.old, diff.new.member)
    files = [(member.folder or scratch) / "figures" / f"{name}.png" for member in members]
    if not all(file.is_file() for file in files):
        if any(member.results.summary is None for member in members):
            return []
        for side, member in zip(("old", "new"), members, strict=True):
            draw_run(member.results, scratch / side, lang, formats=("png",), only=(name,))
        files = [scratch / side / f"{name}.png" for side in ("old", "new")]
    picture, share = difference_of(*files)
    caption = texts["diff_equal"]
    if share:
        caption = texts["diff_differs"].format(share=percent(share, lang))
    pictures = [*(file.read_bytes() for file in files), picture]
    captions = (texts["diff_old"], texts["diff_new"], caption)
    return [
        (base64.b64encode(data).decode(), text)
        for data, text in zip(pictures, captions, strict=True)
    ]
