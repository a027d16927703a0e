"""``maraude describe``: every parameter of a scenario as a table, for reporting checklists."""

from __future__ import annotations

from pathlib import Path

import click

from sim.presentation.cli.common import as_json, file_argument, language, plainly, write_json


@click.command()
@file_argument
@click.option(
    "--out", type=click.Path(dir_okay=False), help="File to write.  [default: the screen]"
)
@language
@as_json
@plainly
def describe(file: str, out: str | None, lang: str, as_json: bool) -> None:
    r"""Write every parameter of a scenario as Markdown: value, unit, status, range and source.

    It is the part on inputs of reporting checklists such as STRESS-DES (docs/stress-des.md).

    \b
    Examples:
      maraude describe scenarios/paris.yaml --lang en --out docs/paris-parameters.md
      maraude describe scenarios/what-if/more-housing.yaml --lang fr
    """
    from dataclasses import asdict

    from sim.experiments.folder import plain_refusals
    from sim.presentation.description import description
    from sim.presentation.report.parameters import parameters
    from sim.scenario import load, reasons_of

    scenario = load(file)
    if as_json:
        write_json([asdict(part) for part in parameters(scenario, lang, reasons_of(scenario))])
        return
    text = description(scenario, file, lang)
    if out is None:
        click.echo(text, nl=False)
        return
    with plain_refusals(Path(out)):
        Path(out).write_text(text, encoding="utf-8", newline="\n")
    click.echo(out, err=True)
