"""``maraude reference``: what every shipped scenario gives, made or checked."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from sim.presentation.cli.common import as_json, engine_option, plainly, write_json

if TYPE_CHECKING:
    from sim.experiments.reference import Finding

MOVED = 1
"""Exit code: something is not as in the reference."""
MOST_TOLD = 12
"""Numbers told of each scenario; all with --json."""


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; tell what is not as in the reference.")
@click.option(
    "--scenarios",
    type=click.Path(file_okay=False, exists=True),
    default="scenarios",
    show_default=True,
    help="Folder of the scenarios.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False),
    default="results/reference",
    show_default=True,
    help="Folder of the reference.",
)
@click.option("--no-figures", is_flag=True, help="Numbers alone.")
@engine_option
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Cores.")
@as_json
@plainly
def reference(
    check: bool,
    scenarios: str,
    out: str,
    no_figures: bool,
    engine: str,
    workers: int,
    as_json: bool,
) -> None:
    r"""Run every shipped scenario a few times and keep numbers and figures, or check them.

    They are kept with the code: a change that moves a number or a picture must bring the new ones
    with it, so that whoever reviews it sees what moved. Ends with 0, with --check 1 if anything
    moved, 2 if a file or folder cannot be used, 3 if a run contradicts itself.

    \b
    Examples:
      maraude reference --check
      maraude reference
    """
    with TemporaryDirectory() as scratch:
        made = Path(scratch) / "reference" if check else Path(out)
        _make(Path(scenarios), made, engine, workers, not no_figures, quiet=as_json)
        if check:
            _report(Path(out), made, not no_figures, as_json)
        elif as_json:
            write_json({"folder": made.as_posix()})
        else:
            click.echo(click.style(f"{made.as_posix()}/", bold=True))


def _make(
    scenarios: Path, out: Path, engine: str, workers: int, figures: bool, quiet: bool
) -> None:
    from sim.experiments.reference import make_reference
    from sim.presentation.figures.of_reference import draw_reference

    make_reference(
        scenarios,
        out,
        engine=engine,
        workers=workers,
        draw=draw_reference if figures else None,
        announce=None if quiet else lambda name: click.echo(name, err=True),
    )


def _report(kept: Path, made: Path, figures: bool, as_json: bool) -> None:
    from sim.experiments.reference import comparable_figures, what_moved

    findings = what_moved(kept, made, figures)
    compared = figures and comparable_figures(kept, made)
    if as_json:
        told = [{"scenario": one.scenario, "what": one.text} for one in findings]
        write_json({"figures_compared": compared, "moved": told})
    else:
        _tell(findings)
        if figures and not compared:
            click.echo("Figures were not compared: another version of matplotlib drew them.")
    if findings:
        raise SystemExit(MOVED)


def _tell(findings: list[Finding]) -> None:
    for scenario, group in groupby(findings, key=lambda one: one.scenario):
        texts = [one.text for one in group]
        click.echo(f"{scenario}: {len(texts)} not as in the reference")
        for text in texts[:MOST_TOLD]:
            click.echo(f"  {text}")
        if len(texts) > MOST_TOLD:
            click.echo(f"  and {len(texts) - MOST_TOLD} more (all with --json)")
    if findings:
        click.echo("If this is what the change is meant to do: maraude reference, and commit it.")
    else:
        click.echo("Everything is as in the reference.")
