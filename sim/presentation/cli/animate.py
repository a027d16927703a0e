"""``maraude animate``: one simulated history as a page of moving dots."""

from __future__ import annotations

from pathlib import Path

import click

from sim.presentation.cli.common import (
    WholeNumber,
    as_json,
    engine_option,
    file_argument,
    language,
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
    help="Which replication.",
)
@seed_option
@engine_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False),
    help="File to write.  [default: results/NAME-animation.html]",
)
@language
@as_json
@plainly
def animate(
    file: str,
    replication: int,
    seed: int | None,
    engine: str,
    out: str | None,
    lang: str,
    as_json: bool,
) -> None:
    r"""Show one replication as people moving through the pathway, on one HTML page.

    The page opens in any browser, without a network: play, speed, and a slider over the days.
    It is one possible history; the report has what is common to all.

    \b
    Examples:
      maraude animate scenarios/paris.yaml --lang fr
      maraude animate scenarios/what-if/more-housing.yaml --replication 7 --out homes.html
    """
    from sim.experiments.engines import simulate_with
    from sim.experiments.folder import plain_refusals
    from sim.plan import plan_of
    from sim.presentation.cli.readiness import ready
    from sim.presentation.report.animation import animation
    from sim.scenario import load

    scenario = load(file)
    ready(engine, as_json)
    plan = plan_of(scenario)
    seed = scenario.run.seed if seed is None else seed
    log = simulate_with(engine)(plan, seed, replication, log=True).log or ()
    page = animation(scenario, log, plan.outline, seed, replication, lang)
    target = Path(out) if out else Path("results") / f"{Path(file).stem}-animation.html"
    with plain_refusals(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page, encoding="utf-8", newline="\n")
    if as_json:
        write_json({"animation": target.as_posix(), "bytes": len(page.encode())})
    else:
        click.echo(f"{target.as_posix()} ({len(page.encode()) / 1000:.0f} kB)")
