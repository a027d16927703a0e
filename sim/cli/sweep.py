"""``maraude sweep``: simulate every point of a sweep file, and go on where it was stopped."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.common import (
    BAD_INPUT,
    BAD_RUN,
    EVERY_SECONDS,
    as_json,
    engine_option,
    fail,
    file_argument,
    language,
    replications_type,
    report_errors,
    seed_option,
    stopped_by,
    workers_type,
    write_json,
)
from sim.core.errors import counted

if TYPE_CHECKING:
    from sim.sweeps.sweep import Ended
    from sim.sweeps.workers import Callbacks, Progress, TimeEstimate

# --- ``maraude sweep``: simulate every point of a sweep file, and go on where it was stopped.

SHOWN = 10
"""Failed points named at the end; all of them are in the table."""

MANY = 1000
"""Points from which their number is shown before all are prepared."""
PATIENCE_SECONDS = 20.0
"""Time for which a dry run waits for one replication, to estimate the time of all."""
NAMED = 5
"""Points named at the end that did not reach the precision asked for."""


def _shard(context: click.Context, option: click.Parameter, text: str | None) -> Any:
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise click.BadParameter(f"a shard is written like 3/40, not {text}")
    return int(match[1]), int(match[2])


@click.command()
@file_argument
@click.option("--replications", type=replications_type, help="Per point.  [default: the file's]")
@seed_option
@click.option(
    "--out",
    type=click.Path(file_okay=False),
    default="results/sweeps",
    show_default=True,
    help="Folder of the sweeps: each has a folder in it, and they share the points.",
)
@engine_option
@click.option("--workers", type=workers_type, help="Cores to use.  [default: all]")
@click.option("--threads", is_flag=True, help="Threads in place of processes.")
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="A dask cluster: tcp://host:8786, or local:4 for four workers here.",
)
@click.option(
    "--shard",
    metavar="K/N",
    callback=_shard,
    help="Do only the K-th of N parts, as one job of an array.",
)
@click.option(
    "--assumed",
    is_flag=True,
    help="FILE is a scenario: vary each of its assumed numbers alone, to both ends of its range.",
)
@click.option("--dry-run", is_flag=True, help="Only say what is to do and how long it may take.")
@language
@as_json
@report_errors
def sweep(file: str, out: str, dry_run: bool, lang: str, as_json: bool, **options: Any) -> None:
    r"""Simulate every point of a sweep file; the same command again goes on where it stopped.

    Replications already there (of another sweep too) are not simulated again: where more of them
    are asked for, only the missing ones are simulated. The finished sweep leaves table.csv and
    table.parquet. A point that cannot be simulated is named and the others are done.
    Ends with 2 if a file or folder cannot be used, 3 if a point failed or the cluster went away.

    \b
    Examples:
      maraude sweep scenarios/sweeps/housing-or-shelter.yaml --replications 5
      maraude sweep scenarios/paris.yaml --assumed
      maraude sweep scenarios/sweeps/housing-or-shelter.yaml --shard 3/40
      maraude sweep scenarios/sweeps/housing-or-shelter.yaml --cluster tcp://host:8786
    """
    from sim.cli.common import say_if_slow
    from sim.sweeps.sweep import carry_out_sweep, forecast_sweep
    from sim.sweeps.workers import SweepOptions
    from sim.text.translations import sentences

    if options["cluster"] and (options["threads"] or options["workers"]):
        fail("--cluster has its own workers: leave --workers and --threads out", BAD_INPUT)
    say_if_slow(options["engine"], as_json, lang)
    try:
        with _following(file, as_json, dry_run, options, lang) as watch:
            if dry_run:
                forecast_sweep(file, Path(out), SweepOptions(**options), watch)
                return
            ended = carry_out_sweep(file, Path(out), SweepOptions(**options), watch)
    except KeyboardInterrupt as request:
        fail(sentences(lang)("sweep_stopped"), stopped_by(request))
    _report_end(ended, as_json, lang)
    if ended.failed:
        raise SystemExit(BAD_RUN)


@contextmanager
def _following(
    name: str, quiet: bool, dry_run: bool, options: dict[str, Any], lang: str
) -> Iterator[Callbacks]:
    from sim.runs.pool import cores
    from sim.sweeps.workers import Callbacks
    from sim.text.scenario import fewer_workers

    def before(forecast: TimeEstimate) -> None:
        if dry_run and quiet:
            write_json(asdict(forecast))
        else:
            click.echo(_announced(name, forecast, lang), err=not dry_run)
            wanted = 0 if options["cluster"] else options["workers"] or cores()
            if forecast.workers and (fewer := fewer_workers(forecast.workers, wanted, lang)):
                click.echo(fewer, err=True)

    patience = PATIENCE_SECONDS if dry_run else None
    if quiet:
        yield Callbacks(before=before if dry_run else None, patience=patience)
    elif sys.stderr.isatty():
        with _bar(lang) as (preparing, progress):
            yield Callbacks(preparing, before, progress, patience)
    else:
        preparing, progress = _lines(name, lang)
        yield Callbacks(preparing, before, progress, patience)


def _announced(name: str, forecast: TimeEstimate, lang: str) -> str:
    from sim.text.scenario import time_text
    from sim.text.translations import semicolons, sentences

    t = sentences(lang)
    counts = [t("sweep_says_points", name=name, n=forecast.points)]
    if forecast.different < forecast.points:
        counts.append(t("sweep_says_different", n=forecast.different))
    if forecast.mine < forecast.different:
        counts.append(t("sweep_says_mine", n=forecast.mine))
    least = "_at_least" if forecast.at_least else ""
    counts.append(t(f"sweep_says_replications{least}", n=forecast.replications))
    parts = [", ".join(counts)]
    if forecast.stored:
        parts.append(t("sweep_says_stored", n=forecast.stored))
    if forecast.refused:
        parts.append(t("sweep_says_refused", n=forecast.refused))
    if forecast.to_simulate not in (0, forecast.points * forecast.replications):
        key = "sweep_says_to_simulate_at_least" if least else "sweep_says_to_simulate"
        parts.append(t(key, n=forecast.to_simulate))
    if forecast.workers:
        time = time_text(forecast.seconds, lang)
        parts.append(t("sweep_says_time", time=time, n=forecast.workers))
    elif forecast.seconds != forecast.seconds:
        parts.append(t("sweep_says_no_worker"))
    return semicolons(parts, lang)


@contextmanager
def _bar(lang: str) -> Iterator[tuple[Callable[[int, int], None], Callable[[Progress], None]]]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    from sim.text.translations import sentences

    t = sentences(lang)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task(t("sweep_says_preparing_bar"), total=None)

        def preparing(done: int, most: int) -> None:
            if done % 20 == 0 or done == most:
                bar.update(task, completed=done, total=most, refresh=True)

        def progress(now: Progress) -> None:
            bar.update(task, completed=now.simulated, total=now.to_simulate)
            bar.update(task, description=_state(now, lang), refresh=True)

        yield preparing, progress


def _lines(name: str, lang: str) -> tuple[Callable[[int, int], None], Callable[[Progress], None]]:
    """Return what writes lines about points prepared and done, one now and then."""
    from sim.text.translations import sentences

    t, latest = sentences(lang), time.monotonic()

    def show(text: str, is_due: bool) -> None:
        nonlocal latest
        if is_due or time.monotonic() - latest >= EVERY_SECONDS:
            latest = time.monotonic()
            click.echo(text, err=True)

    def preparing(done: int, most: int) -> None:
        text = t("sweep_says_preparing", name=name, done=done, n=most)
        show(text, done == 1 and most >= MANY)

    def progress(now: Progress) -> None:
        show(f"{name}: {_state(now, lang)}", not now.left)

    return preparing, progress


def _state(now: Progress, lang: str) -> str:
    """Return how many points are done, failed and left."""
    from sim.text.translations import sentences

    return sentences(lang)("sweep_says_state", done=now.done, failed=now.failed, left=now.left)


def _report_end(ended: Ended, as_json: bool, lang: str) -> None:
    """Say how it ended: failed points by name, points left, where the table is."""
    from sim.text.translations import sentences

    t = sentences(lang)
    if ended.made.outdated:
        click.echo(t("sweep_says_outdated"), err=True)
    failed = [
        {"point": number, "levers": ended.sweep.described(ended.sweep.point(number)), "why": why}
        for number, why in ended.failed.items()
    ]
    if as_json:
        answer = {"folder": ended.folder.as_posix(), "failed": failed, "left": ended.left}
        write_json({**answer, "unreached": ended.made.unreached})
        return
    if ended.remade:
        click.echo(t("sweep_says_remade", n=ended.remade), err=True)
    for point in failed[:SHOWN]:
        click.echo(t("sweep_says_failed", **point), err=True)
    if len(failed) > SHOWN:
        click.echo(t("sweep_says_more", n=len(failed) - SHOWN), err=True)
    if ended.made.unreached:
        click.echo(_imprecise(ended, lang), err=True)
    if ended.left:
        click.echo(t("sweep_says_left", n=ended.left))
    else:
        click.echo(t("sweep_says_report", folder=ended.folder.as_posix()), err=True)
        click.echo(click.style(f"{ended.folder.as_posix()}/table.csv", bold=True))


def _imprecise(ended: Ended, lang: str) -> str:
    """Return how many points did not reach the precision asked for, which, and what to change."""
    from sim.runs.precision import look_ahead
    from sim.text.translations import sentences

    numbers, asks = ended.made.unreached, ended.sweep
    last = max(asks.most, asks.replications)
    return sentences(lang)(
        "sweep_says_imprecise",
        n=len(numbers),
        shown=", ".join(map(str, numbers[:NAMED])) + (", ..." if len(numbers) > NAMED else ""),
        all=len(asks),
        until=", ".join(asks.until),
        last=last,
        more=look_ahead(last),
    )


# --- ``maraude sweep-report`` and ``maraude sweep-export``: read a sweep, and pack its points.

folder_argument = click.argument("folder", metavar="DIR", type=click.Path(file_okay=False))


@click.command("sweep-report")
@folder_argument
@language
@report_errors
def sweep_report(folder: str, lang: str) -> None:
    r"""Write the page of a finished sweep: figures, what they say, and the numbers behind.

    The page (report.html) and the figures stand in the folder of the sweep. The page needs nothing
    else: it can be sent as it is.

    \b
    Example:
      maraude sweep-report results/sweeps/housing-or-shelter --lang fr
    """
    from sim.figures.sweeps import draw_sweep
    from sim.report.sensitivity import for_readers
    from sim.report.sweep import sweep_report as report
    from sim.runs.files import REPORT, atomic_file, translate_os_errors
    from sim.sweeps.results import read_sweep
    from sim.sweeps.table import FIGURES, forget_figures

    swept = read_sweep(Path(folder))
    page = Path(folder) / REPORT
    advice = f"Ask for the right to write there, or copy {folder} and give the copy"
    with translate_os_errors(page, advice), atomic_file(page) as unfinished:
        unfinished.write_text(report(swept, Path(folder), lang), encoding="utf-8")
        drawn = draw_sweep(for_readers(swept, lang), Path(folder) / FIGURES, lang)
        forget_figures(Path(folder), but=drawn)
    click.echo(click.style(page.as_posix(), bold=True))


@click.command("sweep-export")
@folder_argument
@click.argument("file", type=click.Path(dir_okay=False))
@report_errors
def sweep_export(folder: str, file: str) -> None:
    r"""Pack all numbers of all points of a sweep into one file: .parquet, .arrow or .csv.

    One row per point, replication and measure, with the levers of the point. The file holds more
    than the tables of the sweep: every measure kept, whatever its outcomes are.

    \b
    Examples:
      maraude sweep-export results/sweeps/housing-or-shelter points.parquet
      maraude sweep-export results/sweeps/housing-or-shelter points.csv
    """
    from sim.sweeps.sweep import export

    points, rows = export(Path(folder), Path(file))
    click.echo(f"{counted(points, 'point')}, {counted(rows, 'number')} in {file}", err=True)


@click.command("sweep-compact")
@click.argument(
    "folder",
    metavar="[DIR]",
    default="results/sweeps",
    type=click.Path(file_okay=False),
)
@report_errors
def sweep_compact(folder: str) -> None:
    r"""Pack the points of all sweeps of a folder (its --out) into one file.

    Thousands of small files are slow to copy and count against quotas. Sweeps go on, and use points
    again, as before. A small file is removed only when the packed one is on the disk and holds the
    same; killed at any moment, nothing is lost: give the command again.

    \b
    Example:
      maraude sweep-compact results/sweeps
    """
    from sim.sweeps.sweep import compact

    done = compact(Path(folder))
    for key in done.unreadable:
        click.echo(f"point {key} cannot be read and stays as it is: run its sweep again", err=True)
    removed = counted(done.removed, "small file")
    click.echo(f"{counted(done.points, 'point')} packed, {removed} removed", err=True)
    click.echo(click.style(done.file.as_posix(), bold=True))
