"""``maraude check``, ``explain``, ``describe`` and ``schema``: what is known before a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import isinf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.common import (
    BAD_INPUT,
    WIDTH,
    as_json,
    file_argument,
    files_argument,
    language,
    print_table,
    report_errors,
    say,
    write_json,
)
from sim.core.errors import ScenarioError

if TYPE_CHECKING:
    from sim.plan.diagnostics import Closing, Diagnostics, ServiceLoad
    from sim.plan.size import Size
    from sim.scenarios.schema import Scenario
    from sim.text.scenario import Line, Part

# --- ``maraude check``: is a file in order, and what is known before any simulation?


@dataclass(frozen=True, slots=True)
class Checked:
    """A file in order, and what is known of it."""

    file: str
    scenario: Scenario
    days: float
    diagnostics: Diagnostics
    size: Size


@click.command()
@files_argument
@click.option("-v", "--verbose", is_flag=True, help="The whole table of each of several files.")
@language
@as_json
@report_errors
def check(files: tuple[str, ...], verbose: bool, lang: str, as_json: bool) -> None:
    r"""Say whether scenario files are in order, and which services cannot keep up.

    Nothing is simulated: requests are compared with the people that the places have room for, on
    average. Also said: who is turned away, services that are asked for while they are closed, and
    loops that can lock. One file gives a table by service, several give a line each. Of a faulty
    file all faults are told, each with its line and how to mend it; the other files are still
    checked. Ends with 0 if all are in order, else with 2.

    \b
    Examples:
      maraude check scenarios/paris.yaml
      maraude check scenarios/paris.yaml scenarios/what-if/*.yaml
    """
    at_length = verbose or len(files) == 1
    answers, faulty = [], False
    for file in files:
        try:
            checked = _checked(file)
        except ScenarioError as error:
            faulty = True
            faults = [asdict(fault) for fault in error.faults]
            answers.append({"file": file, "ok": False, "text": str(error), "faults": faults})
            if not as_json:
                click.echo(str(error), err=True)
            continue
        if as_json:
            answers.append(_record(checked, lang))
        else:
            _print_checked(checked, lang, at_length)
    if as_json:
        write_json(answers)
    if faulty:
        raise SystemExit(BAD_INPUT)


def _checked(file: str) -> Checked:
    from sim.plan.build import plan_of
    from sim.plan.diagnostics import diagnose
    from sim.plan.size import size_of
    from sim.scenarios.loading import load

    scenario = load(file)
    plan = plan_of(scenario)
    if scenario.run.until:
        from sim.runs.precision import refuse_unknown_measures  # measures need numpy

        refuse_unknown_measures(scenario, plan.outline)
    return Checked(file, scenario, plan.horizon, diagnose(plan), size_of(plan))


def _record(checked: Checked, lang: str) -> dict[str, Any]:
    """Return what is known of a file, for other programs."""
    from sim.text.scenario import findings, size_sentence, unpaid_sentence

    diagnostics = checked.diagnostics
    return {
        "file": checked.file,
        "ok": True,
        "title": checked.scenario.title.in_language(lang),
        "services": len(checked.scenario.services),
        "classes": len(checked.scenario.people.classes),
        "days": checked.days,
        "bottleneck": diagnostics.bottleneck.name if diagnostics.bottleneck else None,
        "findings": findings(diagnostics, lang),
        "closings": [_closing(diagnostics, each) for each in diagnostics.closings],
        "not_reckoned": [
            {"service": name, "what": what.value} for name, what in diagnostics.omitted
        ],
        "unpaid": unpaid_sentence(checked.scenario, lang),
        "size": asdict(checked.size) | {"bytes": checked.size.bytes},
        "large": size_sentence(checked.size, lang),
        "loads_at_start": [_load(each) for each in diagnostics.at_start],
        "loads_at_end": [_load(each) for each in diagnostics.at_end],
        "rooms_at_start": [_load(each) for each in diagnostics.rooms_at_start],
        "rooms_at_end": [_load(each) for each in diagnostics.rooms_at_end],
        "loops": diagnostics.loops,
        "unreached": diagnostics.unreached,
        "unused_routes": diagnostics.unused_routes,
    }


def _load(load: ServiceLoad) -> dict[str, Any]:
    return asdict(load) | {"utilisation": load.utilisation, "keeps_up": load.keeps_up}


def _closing(diagnostics: Diagnostics, closing: Closing) -> dict[str, Any]:
    return asdict(closing) | {
        "begin": diagnostics.day(closing.begin).isoformat(),
        "end": diagnostics.day(closing.end).isoformat(),
        "opens": None if isinf(closing.opens) else diagnostics.day(closing.opens).isoformat(),
        "days": round(closing.end - closing.begin),
    }


def _print_checked(checked: Checked, lang: str, at_length: bool) -> None:
    from sim.text.scenario import (
        amount,
        closing_sentences,
        findings,
        short,
        size_sentence,
        unpaid_sentence,
    )
    from sim.text.translations import filled, words

    texts, diagnostics = words(lang), checked.diagnostics
    if not at_length:
        line = texts["check_several"].format(file=checked.file, short=short(diagnostics, lang))
        click.echo(line)
        for sentence in (
            *closing_sentences(diagnostics, lang),
            unpaid_sentence(checked.scenario, lang),
            size_sentence(checked.size, lang),
        ):
            if sentence:
                say(sentence, "  ", "  ")
        return
    sizes = {
        "services": len(checked.scenario.services),
        "classes": len(checked.scenario.people.classes),
        "days": checked.days,
    }
    title = checked.scenario.title.in_language(lang)
    counts = {
        word: filled(texts, f"check_{word}", n=amount(size, lang)) for word, size in sizes.items()
    }
    click.echo(texts["check_one"].format(file=checked.file, title=title, **counts))
    if diagnostics.at_end:
        _print_loads(diagnostics, lang)
    all_sentences = [*findings(diagnostics, lang), unpaid_sentence(checked.scenario, lang)]
    for sentence in (*all_sentences, size_sentence(checked.size, lang)):
        if sentence:
            say(sentence)


def _print_loads(diagnostics: Diagnostics, lang: str) -> None:
    """Print one line per service of kind places."""
    from sim.text.translations import words

    texts = words(lang)
    click.echo(texts["check_head"])
    columns = ("requests", "passes", "sustained", "blocked", "keeps_up", "limited_by")
    heads = [texts["service"], texts["places"], *(texts[f"check_{name}"] for name in columns)]
    print_table(heads, _rows(diagnostics, lang), 24, justify="left", last_width=18)


def _rows(diagnostics: Diagnostics, lang: str) -> Iterator[tuple[str, ...]]:
    from sim.text.scenario import amount
    from sim.text.translations import words

    texts = words(lang)
    services = zip(diagnostics.at_start, diagnostics.at_end, strict=True)
    rooms = zip(diagnostics.rooms_at_start, diagnostics.rooms_at_end, strict=True)
    for start, end in (*services, *rooms):
        yield (
            diagnostics.name(end.name, lang),
            _course(amount(start.places, lang), amount(end.places, lang)),
            amount(end.asked_per_year, lang),
            _course(amount(start.passes_per_year, lang), amount(end.passes_per_year, lang)),
            amount(end.sustained_per_year, lang),
            amount(end.blocked, lang),
            _course(
                *(texts["check_yes" if load.keeps_up else "check_no"] for load in (start, end))
            ),
            _cause(diagnostics, end, lang),
        )


def _cause(diagnostics: Diagnostics, load: ServiceLoad, lang: str) -> str:
    """Return what limits the flow, or that fewer come than ask, held up in other services."""
    from sim.text.translations import words

    if load.limited_by == load.name:
        return words(lang)["check_itself"]
    if load.limited_by:
        return diagnostics.name(load.limited_by, lang)
    return "" if load.keeps_up else words(lang)["check_fewer"]


def _course(start: str, end: str) -> str:
    """Return what holds at the start and at the end of the period, once if it is the same."""
    return end if start == end else f"{start} → {end}"


# --- ``maraude explain`` and ``maraude schema``: what a file says, and what a file may say.

DEEPER = " " * 6


@click.command()
@file_argument
@click.option("--sources", is_flag=True, help="Also say where each number comes from.")
@language
@as_json
@report_errors
def explain(file: str, sources: bool, lang: str, as_json: bool) -> None:
    r"""Say in sentences what a scenario file means: every value, defaults included.

    A value that the file does not give is marked (default), one that a what-if file sets otherwise
    has its reason.

    \b
    Examples:
      maraude explain scenarios/what-if/more-housing.yaml
      maraude explain scenarios/paris.yaml --sources
    """
    from sim.scenarios.loading import load
    from sim.text.scenario import explain as explained

    parts = explained(load(file), lang)
    if as_json:
        write_json([asdict(part) for part in parts])
        return
    for part in parts:
        for line in _lines(part, sources, lang):
            click.echo(line)


def _lines(part: Part, sources: bool, lang: str) -> Iterator[str]:
    from sim.text.translations import sentences

    t = sentences(lang)
    yield click.style(part.title, bold=True)
    last = ""
    for line in part.lines:
        if not sources and not line.because and line.path.startswith(f"{last}."):
            continue  # a number of a law that the sentence before names
        last = line.path
        subject = f"({line.subject}) " if line.subject else ""
        mark = "" if line.place else f" ({t('explain_default')})"
        yield click.wrap_text(f"{subject}{line.sentence}{mark}", WIDTH, "  - ", "    ")
        if line.because:
            because = t("explain_because", text=line.because)
            yield click.wrap_text(because, WIDTH, DEEPER, DEEPER)
        if line.moved:
            yield click.wrap_text(line.moved, WIDTH, DEEPER, DEEPER)
        if sources:
            for known in _known(line, lang):
                yield click.wrap_text(known, WIDTH, DEEPER, DEEPER)
    yield ""


def _known(line: Line, lang: str) -> Iterator[str]:
    """Yield how a value is known, and where it is written."""
    from sim.text.translations import in_language, sentences

    t = sentences(lang)
    if line.status or line.source:
        status = in_language(line.status, lang) if line.status else t("explain_no_status")
        source = line.source or t("explain_no_source")
        key = "explain_known_range" if line.range else "explain_known"
        yield t(key, status=status, range=line.range, source=source)
    if line.place:
        file, number, _ = line.place
        yield t("explain_place", file=file, line=number)


@click.command()
@click.option("--json", is_flag=True, expose_value=False, help="A schema is JSON with or without.")
@report_errors
def schema() -> None:
    r"""Write the JSON Schema of scenario files, with which editors complete and check them.

    \b
    Example:
      maraude schema > scenarios/scenario.schema.json
    """
    from sim.scenarios.json_schema import schema_text

    click.echo(schema_text(), nl=False)


# --- ``maraude describe``: every parameter of a scenario as a table, for reporting checklists.


@click.command()
@file_argument
@click.option(
    "--out", type=click.Path(dir_okay=False), help="File to write.  [default: the screen]"
)
@language
@as_json
@report_errors
def describe(file: str, out: str | None, lang: str, as_json: bool) -> None:
    r"""Write every parameter of a scenario as Markdown: value, unit, status, range and source.

    It is the part on inputs of reporting checklists such as STRESS-DES (docs/stress-des.md).

    \b
    Examples:
      maraude describe scenarios/paris.yaml --lang en --out docs/paris-parameters.md
      maraude describe scenarios/what-if/more-housing.yaml --lang fr
    """
    from dataclasses import asdict

    from sim.runs.files import write_text
    from sim.scenarios.differences import reasons_of
    from sim.scenarios.loading import load
    from sim.text.scenario import description, parameters

    scenario = load(file)
    if as_json:
        write_json([asdict(part) for part in parameters(scenario, lang, reasons_of(scenario))])
        return
    text = description(scenario, file, lang)
    if out is None:
        click.echo(text, nl=False)
        return
    write_text(Path(out), text)
    click.echo(out, err=True)
