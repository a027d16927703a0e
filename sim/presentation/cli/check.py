"""``maraude check``: is a file in order, and what is known before any simulation?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import isinf
from typing import TYPE_CHECKING, Any

import click

from sim.presentation.cli.common import (
    BAD_INPUT,
    WIDTH,
    as_json,
    console,
    files_argument,
    language,
    plainly,
    write_json,
)
from sim.vocabulary.errors import ScenarioError

if TYPE_CHECKING:
    from sim.plan.closings import Closing
    from sim.plan.diagnostics import Diagnostics, ServiceLoad
    from sim.plan.size import Size
    from sim.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Checked:
    """A file in order, and what is known of it."""

    file: str
    scenario: Scenario
    days: float
    found: Diagnostics
    size: Size


@click.command()
@files_argument
@click.option("-v", "--verbose", is_flag=True, help="The whole table of each of several files.")
@language
@as_json
@plainly
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
            _tell(checked, lang, at_length)
    if as_json:
        write_json(answers)
    if faulty:
        raise SystemExit(BAD_INPUT)


def _checked(file: str) -> Checked:
    from sim.plan import plan_of
    from sim.plan.diagnostics import diagnose
    from sim.plan.size import size_of
    from sim.scenario import load

    scenario = load(file)
    plan = plan_of(scenario)
    return Checked(file, scenario, plan.horizon, diagnose(plan), size_of(plan))


def _record(checked: Checked, lang: str) -> dict[str, Any]:
    """Return what is known of a file, for other programs."""
    from sim.presentation.diagnostics_told import findings, unpaid_sentence
    from sim.presentation.size_told import size_sentence

    found = checked.found
    return {
        "file": checked.file,
        "ok": True,
        "title": checked.scenario.title.in_language(lang),
        "services": len(checked.scenario.services),
        "classes": len(checked.scenario.people.classes),
        "days": checked.days,
        "bottleneck": found.bottleneck.name if found.bottleneck else None,
        "findings": findings(found, lang),
        "closings": [_closing(found, one) for one in found.closings],
        "unpaid": unpaid_sentence(checked.scenario, lang),
        "size": asdict(checked.size) | {"bytes": checked.size.bytes},
        "large": size_sentence(checked.size, lang),
        "loads_at_start": [_load(one) for one in found.at_start],
        "loads_at_end": [_load(one) for one in found.at_end],
        "rooms_at_start": [_load(one) for one in found.rooms_at_start],
        "rooms_at_end": [_load(one) for one in found.rooms_at_end],
        "loops": found.loops,
        "unreached": found.unreached,
        "unused_routes": found.unused_routes,
    }


def _load(load: ServiceLoad) -> dict[str, Any]:
    return asdict(load) | {"utilisation": load.utilisation, "keeps_up": load.keeps_up}


def _closing(found: Diagnostics, one: Closing) -> dict[str, Any]:
    return asdict(one) | {
        "begin": found.day(one.begin).isoformat(),
        "end": found.day(one.end).isoformat(),
        "opens": None if isinf(one.opens) else found.day(one.opens).isoformat(),
        "days": round(one.end - one.begin),
    }


def _tell(checked: Checked, lang: str, at_length: bool) -> None:
    from sim.presentation.diagnostics_told import (
        closing_sentences,
        findings,
        short,
        unpaid_sentence,
    )
    from sim.presentation.size_told import size_sentence
    from sim.presentation.words import words

    spoken, found = words(lang), checked.found
    if not at_length:
        line = spoken["check_several"].format(file=checked.file, short=short(found, lang))
        click.echo(line)
        for sentence in (
            *closing_sentences(found, lang),
            unpaid_sentence(checked.scenario, lang),
            size_sentence(checked.size, lang),
        ):
            if sentence:
                click.echo(click.wrap_text(sentence, WIDTH, "  ", "  "))
        return
    sizes = {
        "services": len(checked.scenario.services),
        "classes": len(checked.scenario.people.classes),
        "days": checked.days,
    }
    title = checked.scenario.title.in_language(lang)
    counts = {word: _counted(word, size, lang) for word, size in sizes.items()}
    click.echo(spoken["check_one"].format(file=checked.file, title=title, **counts))
    if found.at_end:
        _print_table(found, lang)
    told = [*findings(found, lang), unpaid_sentence(checked.scenario, lang)]
    for sentence in (*told, size_sentence(checked.size, lang)):
        if sentence:
            click.echo(click.wrap_text(sentence, WIDTH))


def _counted(word: str, size: float, lang: str) -> str:
    from sim.presentation.diagnostics_told import amount
    from sim.presentation.words import words

    spoken = words(lang)[f"check_{word}_1" if size == 1 else f"check_{word}"]
    return spoken.format(n=amount(size, lang))


def _print_table(found: Diagnostics, lang: str) -> None:
    """Print one line per service of kind places."""
    from rich.table import Table

    from sim.presentation.words import words

    spoken = words(lang)
    click.echo(spoken["check_head"])
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(spoken["service"], overflow="fold", max_width=24)
    table.add_column(spoken["places"], justify="right", no_wrap=True)
    for name in ("requests", "passes", "sustained", "blocked", "keeps_up"):
        table.add_column(spoken[f"check_{name}"], justify="right", no_wrap=True)
    table.add_column(spoken["check_limited_by"], overflow="fold", max_width=18)
    for row in _rows(found, lang):
        table.add_row(*row)
    console().print(table)


def _rows(found: Diagnostics, lang: str) -> Iterator[tuple[str, ...]]:
    from sim.presentation.diagnostics_told import amount
    from sim.presentation.words import words

    spoken = words(lang)
    services = zip(found.at_start, found.at_end, strict=True)
    rooms = zip(found.rooms_at_start, found.rooms_at_end, strict=True)
    for start, end in (*services, *rooms):
        yield (
            found.name(end.name, lang),
            _course(amount(start.places, lang), amount(end.places, lang)),
            amount(end.inflow_per_year, lang),
            _course(amount(start.passes_per_year, lang), amount(end.passes_per_year, lang)),
            amount(end.sustained_per_year, lang),
            amount(end.blocked, lang),
            _course(*(spoken["check_yes" if one.keeps_up else "check_no"] for one in (start, end))),
            _cause(found, end, lang),
        )


def _cause(found: Diagnostics, load: ServiceLoad, lang: str) -> str:
    """Return what limits the flow, or that fewer come than ask, held up in other services."""
    from sim.presentation.words import words

    if load.limited_by == load.name:
        return words(lang)["check_itself"]
    if load.limited_by:
        return found.name(load.limited_by, lang)
    return "" if load.keeps_up else words(lang)["check_fewer"]


def _course(start: str, end: str) -> str:
    """Return what holds at the start and at the end of the period, once if it is the same."""
    return end if start == end else f"{start} → {end}"
