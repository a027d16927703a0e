"""``maraude sweep-report`` and ``maraude sweep-export``: read a sweep, and pack its points."""

from __future__ import annotations

from pathlib import Path

import click

from sim.presentation.cli.common import counted, language, plainly

folder_argument = click.argument("folder", metavar="DIR", type=click.Path(file_okay=False))


@click.command("sweep-report")
@folder_argument
@language
@plainly
def sweep_report(folder: str, lang: str) -> None:
    r"""Write the page of a finished sweep: figures, what they say, and the numbers behind.

    The page (report.html) and the figures stand in the folder of the sweep. The page needs nothing
    else: it can be sent as it is.

    \b
    Example:
      maraude sweep-report results/sweeps/housing-or-shelter --lang fr
    """
    from sim.experiments.folder import REPORT, plain_refusals, whole_file
    from sim.experiments.sweep.drawn import FIGURES, forget_figures
    from sim.experiments.sweep.results import read_sweep
    from sim.presentation.figures.of_sweeps import draw_sweep
    from sim.presentation.sweep_report.naming import for_readers
    from sim.presentation.sweep_report.page import sweep_report as report

    swept = read_sweep(Path(folder))
    page = Path(folder) / REPORT
    advice = f"Ask for the right to write there, or copy {folder} and give the copy"
    with plain_refusals(page, advice), whole_file(page) as unfinished:
        unfinished.write_text(report(swept, Path(folder), lang), encoding="utf-8")
        drawn = draw_sweep(for_readers(swept, lang), Path(folder) / FIGURES, lang)
        forget_figures(Path(folder), but=drawn)
    click.echo(click.style(page.as_posix(), bold=True))


@click.command("sweep-export")
@folder_argument
@click.argument("file", type=click.Path(dir_okay=False))
@plainly
def sweep_export(folder: str, file: str) -> None:
    r"""Pack all numbers of all points of a sweep into one file: .parquet, .arrow or .csv.

    One row per point, replication and measure, with the levers of the point. The file holds more
    than the tables of the sweep: every measure kept, whatever its outcomes are.

    \b
    Examples:
      maraude sweep-export results/sweeps/housing-or-shelter points.parquet
      maraude sweep-export results/sweeps/housing-or-shelter points.csv
    """
    from sim.experiments.sweep.export import export

    points, rows = export(Path(folder), Path(file))
    click.echo(f"{counted(points, 'point')}, {counted(rows, 'number')} in {file}", err=True)


@click.command("sweep-compact")
@click.argument(
    "folder",
    metavar="[DIR]",
    default="results/sweeps",
    type=click.Path(file_okay=False),
)
@plainly
def sweep_compact(folder: str) -> None:
    r"""Pack the points of all sweeps of a folder (its --out) into one file.

    Thousands of small files are slow to copy and count against quotas. Sweeps go on, and use points
    again, as before. A small file is removed only when the packed one is on the disk and holds the
    same; killed at any moment, nothing is lost: give the command again.

    \b
    Example:
      maraude sweep-compact results/sweeps
    """
    from sim.experiments.sweep.compacting import compact

    done = compact(Path(folder))
    for key in done.unreadable:
        click.echo(f"point {key} cannot be read and stays as it is: run its sweep again", err=True)
    removed = counted(done.removed, "small file")
    click.echo(f"{counted(done.points, 'point')} packed, {removed} removed", err=True)
    click.echo(click.style(done.file.as_posix(), bold=True))
