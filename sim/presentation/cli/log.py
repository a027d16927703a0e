"""``maraude log``: every event of one replication."""

from __future__ import annotations

from typing import Any

import click

from sim.presentation.cli.common import (
    WholeNumber,
    as_json,
    counted,
    engine_option,
    file_argument,
    plainly,
    seed_option,
    write_json,
)
from sim.vocabulary.limits import MOST_REPLICATIONS


@click.command()
@file_argument
@click.option(
    "--replication",
    type=WholeNumber(0, MOST_REPLICATIONS),
    default=1,
    show_default=True,
    help="Which simulated history.",
)
@seed_option
@engine_option
@click.option(
    "--out", type=click.Path(dir_okay=False), help="File to write.  [default: the screen]"
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["canonical", "vidigi"]),
    default="canonical",
    show_default=True,
    help="canonical: every event in words. vidigi: people queueing for, taking and leaving places.",
)
@as_json
@plainly
def log(
    file: str,
    replication: int,
    seed: int | None,
    engine: str,
    out: str | None,
    form: str,
    as_json: bool,
) -> None:
    r"""Write every event of one simulated history as CSV, in the order in which things happen.

    Any history (replication) of a run can be had alone: same file, seed and number, same events.
    A line has the time in days since the start, what happens, to whom (people are numbered as they
    enter the model, from 0), where, and the other service or place concerned (for an admission:
    where the person comes from). Section 11 of docs/model.md has a table of all events, what each
    means and which columns it fills.

    \b
    Examples:
      maraude log scenarios/kinds/places.yaml
      maraude log scenarios/paris.yaml --replication 7 --format vidigi --out log.csv
    """
    import io
    from pathlib import Path

    from sim.experiments.engines import simulate_with
    from sim.experiments.export import CANONICAL, write_log
    from sim.experiments.folder import plain_refusals
    from sim.plan import plan_of
    from sim.presentation.cli.readiness import ready
    from sim.scenario import load

    scenario = load(file)
    ready(engine, as_json)
    plan = plan_of(scenario)
    simulate = simulate_with(engine)
    seed = scenario.run.seed if seed is None else seed
    rows = simulate(plan, seed, replication, log=True).log or ()
    text = io.StringIO()
    written = write_log(text, rows, plan.outline, form)
    if as_json:
        write_json(_records(text.getvalue()))
    elif out is None:
        click.echo(text.getvalue(), nl=False)
    else:
        with plain_refusals(Path(out)):
            Path(out).write_text(text.getvalue(), encoding="utf-8")
        if form == CANONICAL:
            told = f"{counted(written, 'event')} in {out}"
        else:
            told = f"{counted(written, 'row')} in {out}, in the form of {form}, made of "
            told += counted(len(rows), "event")
        click.echo(told, err=True)


def _records(text: str) -> list[dict[str, Any]]:
    import csv
    import io

    return list(csv.DictReader(io.StringIO(text)))
