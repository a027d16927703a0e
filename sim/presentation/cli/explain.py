"""``maraude explain`` and ``maraude schema``: what a file says, and what a file may say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from sim.presentation.cli.common import (
    WIDTH,
    as_json,
    file_argument,
    language,
    plainly,
    write_json,
)

if TYPE_CHECKING:
    from sim.presentation.explanation import Line, Part

DEEPER = " " * 6


@click.command()
@file_argument
@click.option("--sources", is_flag=True, help="Also say where each number comes from.")
@language
@as_json
@plainly
def explain(file: str, sources: bool, lang: str, as_json: bool) -> None:
    r"""Say in sentences what a scenario file means: every value, defaults included.

    A value that the file does not give is marked (default), one that a what-if file sets otherwise
    has its reason.

    \b
    Examples:
      maraude explain scenarios/what-if/more-housing.yaml
      maraude explain scenarios/paris.yaml --sources
    """
    from sim.presentation.explanation import explain as explained
    from sim.scenario import load

    parts = explained(load(file), lang)
    if as_json:
        write_json([asdict(part) for part in parts])
        return
    for part in parts:
        for line in _told(part, sources, lang):
            click.echo(line)


def _told(part: Part, sources: bool, lang: str) -> Iterator[str]:
    from sim.presentation.words import sentences

    t = sentences(lang)
    yield click.style(part.title, bold=True)
    last = ""
    for line in part.lines:
        if not sources and not line.because and line.path.startswith(f"{last}."):
            continue  # a number of a law that the sentence before has told
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
    from sim.presentation.words import in_language, sentences

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
@plainly
def schema() -> None:
    r"""Write the JSON Schema of scenario files, with which editors complete and check them.

    \b
    Example:
      maraude schema > scenarios/scenario.schema.json
    """
    from sim.scenario.json_schema import schema_text

    click.echo(schema_text(), nl=False)
