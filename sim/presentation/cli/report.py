"""``maraude report``: one page that an official can read, from a folder of results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sim.presentation.cli.common import as_json, language, plainly, write_json


@click.command()
@click.argument("folder", type=click.Path(file_okay=False))
@click.option(
    "--out",
    type=click.Path(dir_okay=False),
    help="File to write.  [default: report.html in the folder]",
)
@click.option(
    "--sensitivity",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="A finished sweep over what is assumed (see `maraude sweep --assumed`).",
)
@language
@as_json
@plainly
def report(folder: str, out: str | None, sensitivity: str | None, lang: str, as_json: bool) -> None:
    r"""Write the report of a run or of a comparison: one HTML file that needs nothing else.

    FOLDER was written by `maraude run` or `maraude compare`. The file holds its figures, its data
    and every parameter; it opens in any browser, without a network, and prints from there. With
    --sensitivity it also says how much each assumed number matters; for a comparison the sweep is
    that of its base.

    \b
    Examples:
      maraude report results/paris --lang fr
      maraude report results/paris --sensitivity results/sweeps/paris
      maraude report results/compare-paris-with-more-housing --lang en --out for-the-council.html
    """
    from sim.experiments.folder import plain_refusals
    from sim.presentation.report import report_of

    page = report_of(Path(folder), lang, Path(sensitivity) if sensitivity else None)
    target = Path(out) if out else Path(folder) / "report.html"
    with plain_refusals(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page, encoding="utf-8", newline="\n")
    answer: dict[str, Any] = {"report": target.as_posix(), "bytes": len(page.encode())}
    if as_json:
        write_json(answer)
    else:
        click.echo(f"{target.as_posix()} ({len(page.encode()) / 1000:.0f} kB)")
