"""``maraude explain`` and ``maraude schema``: what a file says, and what a file may say."""

from __future__ import annotations

import click

from sim.presentation.cli.common import as_json, file_argument, plainly, write_json


@click.command()
@file_argument
@as_json
@plainly
def explain(file: str, as_json: bool) -> None:
    r"""Say in full what a scenario file means: every value, its default, its source.

    \b
    Example:
      maraude explain scenarios/what-if/more-housing.yaml
    """
    from sim.scenario import explain as explained
    from sim.scenario import load, resolved

    scenario = load(file)
    if as_json:
        write_json(resolved(scenario))
    else:
        click.echo(explained(scenario))


@click.command()
@as_json
@plainly
def schema(as_json: bool) -> None:
    r"""Write the JSON Schema of scenario files, with which editors complete and check them.

    \b
    Example:
      maraude schema > scenarios/scenario.schema.json
    """
    from sim.scenario import json_schema

    write_json(json_schema())
