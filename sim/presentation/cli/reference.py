"""``maraude reference``: what every shipped scenario gives, made or checked."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from sim.presentation.cli.common import (
    as_json,
    engine_option,
    language,
    plainly,
    replace_option,
    workers_type,
    write_json,
)

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
@replace_option
@click.option("--no-figures", is_flag=True, help="Numbers alone.")
@engine_option
@click.option("--workers", type=workers_type, default=1, show_default=True, help="Cores.")
@language
@as_json
@plainly
def reference(
    check: bool,
    scenarios: str,
    out: str,
    replace: bool,
    no_figures: bool,
    engine: str,
    workers: int,
    lang: str,
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
        _make(Path(scenarios), made, engine, workers, not no_figures, as_json, replace)
        if check:
            _report(Path(out), made, not no_figures, lang, as_json)
        elif as_json:
            write_json({"folder": made.as_posix()})
        else:
            click.echo(click.style(f"{made.as_posix()}/", bold=True))


def _make(
    scenarios: Path,
    out: Path,
    engine: str,
    workers: int,
    figures: bool,
    quiet: bool,
    replace: bool,
) -> None:
    from sim.experiments.reference import make_reference
    from sim.presentation.figures.of_reference import draw_reference

    make_reference(
        scenarios,
        out,
        engine=engine,
        workers=workers,
        draw=draw_reference if figures else None,
        replace=replace,
        announce=None if quiet else lambda name: click.echo(name, err=True),
    )


def _report(kept: Path, made: Path, figures: bool, lang: str, as_json: bool) -> None:
    from sim.experiments.reference import comparable_figures, what_moved
    from sim.presentation.reference_told import told
    from sim.presentation.words import words

    findings = what_moved(kept, made, figures)
    compared = figures and comparable_figures(kept, made)
    if as_json:
        moved = [{"scenario": one.scenario, "what": told(one, lang)} for one in findings]
        write_json({"figures_compared": compared, "moved": moved})
    else:
        _tell(findings, lang)
        if figures and not compared:
            click.echo(words(lang)["reference_not_compared"])
    if findings:
        raise SystemExit(MOVED)


def _tell(findings: list[Finding], lang: str) -> None:
    from sim.presentation.reference_told import told
    from sim.presentation.words import sentences

    t = sentences(lang)
    for scenario, group in groupby(findings, key=lambda one: one.scenario):
        texts = [told(one, lang) for one in group]
        click.echo(t("reference_head", scenario=scenario, n=len(texts)))
        for text in texts[:MOST_TOLD]:
            click.echo(f"  {text}")
        if len(texts) > MOST_TOLD:
            click.echo("  " + t("reference_more", n=len(texts) - MOST_TOLD))
    click.echo(t("reference_what_to_do" if findings else "reference_same"))
