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
    from sim.scenario.explain import Line, Part

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
    has its reason. Sentences are in English, names in the language asked for.

    \b
    Examples:
      maraude explain scenarios/what-if/more-housing.yaml
      maraude explain scenarios/paris.yaml --sources
    """
    from sim.scenario import load
    from sim.scenario.explain import explain as explained

    parts = explained(load(file), lang)
    if as_json:
        write_json([asdict(part) for part in parts])
        return
    for part in parts:
        for line in _told(part, sources):
            click.echo(line)


def _told(part: Part, sources: bool) -> Iterator[str]:
    yield click.style(part.title, bold=True)
    last = ""
    for line in part.lines:
        if not sources and not line.because and line.path.startswith(f"{last}."):
            continue  # a number of a law that the sentence before has told
        last = line.path
        subject = f"({line.subject}) " if line.subject else ""
        mark = " (default)" if line.place is None else ""
        yield click.wrap_text(f"{subject}{line.sentence}{mark}", WIDTH, "  - ", "    ")
        if line.because:
            yield click.wrap_text(f"because: {line.because}", WIDTH, DEEPER, DEEPER)
        if sources:
            for known in _known(line):
                yield click.wrap_text(known, WIDTH, DEEPER, DEEPER)
    yield ""


def _known(line: Line) -> Iterator[str]:
    """Yield how a value is known, and where it is written."""
    if line.status or line.source:
        between = f", range {line.range}" if line.range else ""
        yield f"{line.status or 'no status'}{between}: {line.source or 'no source'}"
    if line.place:
        yield "{}, line {}".format(*line.place)


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
