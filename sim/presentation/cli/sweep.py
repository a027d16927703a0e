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

from sim.presentation.cli.common import (
    BAD_INPUT,
    BAD_RUN,
    as_json,
    engine_option,
    fail,
    file_argument,
    language,
    plainly,
    replications_type,
    seed_option,
    stopped_by,
    workers_type,
    write_json,
)
from sim.presentation.cli.progress import EVERY_SECONDS

if TYPE_CHECKING:
    from sim.experiments.sweep.sweep import Ended
    from sim.experiments.sweep.watch import Forecast, Progress, Watch

SHOWN = 10
"""Failed points named at the end; all of them are in the table."""

MANY = 1000
"""Points from which their number is told before all are prepared."""
PATIENCE_SECONDS = 20.0
"""Time for which a dry run waits for one replication, to tell how long all may take."""
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
@plainly
def sweep(file: str, out: str, dry_run: bool, lang: str, as_json: bool, **wishes: Any) -> None:
    r"""Simulate every point of a sweep file; the same command again goes on where it stopped.

    Points already there (of another sweep too) are not simulated again. The finished sweep leaves
    table.csv and table.parquet. A point that cannot be simulated is named and the others are done.
    Ends with 2 if a file or folder cannot be used, 3 if a point failed or the cluster went away.

    \b
    Examples:
      maraude sweep scenarios/sweeps/housing-or-shelter.yaml --replications 5
      maraude sweep scenarios/paris.yaml --assumed
      maraude sweep scenarios/sweeps/housing-or-shelter.yaml --shard 3/40
      maraude sweep scenarios/sweeps/housing-or-shelter.yaml --cluster tcp://host:8786
    """
    from sim.experiments.sweep.sweep import carry_out_sweep
    from sim.experiments.sweep.wishes import Wish
    from sim.presentation.cli.readiness import say_if_slow
    from sim.presentation.words import sentences

    if wishes["cluster"] and (wishes["threads"] or wishes["workers"]):
        fail("--cluster has its own workers: leave --workers and --threads out", BAD_INPUT)
    say_if_slow(wishes["engine"], as_json, lang)
    try:
        with _following(file, as_json, dry_run, wishes, lang) as watch:
            ended = carry_out_sweep(file, Path(out), Wish(**wishes), watch)
    except _Enough:
        return
    except KeyboardInterrupt as request:
        fail(sentences(lang)("sweep_stopped"), stopped_by(request))
    _tell(ended, as_json, lang)
    if ended.failed:
        raise SystemExit(BAD_RUN)


class _Enough(Exception):  # noqa: N818 - not an error
    """A dry run has said all it has to say."""


@contextmanager
def _following(
    name: str, quiet: bool, dry_run: bool, wishes: dict[str, Any], lang: str
) -> Iterator[Watch]:
    from sim.experiments.pool import cores
    from sim.experiments.sweep.watch import Watch
    from sim.presentation.size_told import fewer_workers

    def before(forecast: Forecast) -> None:
        if dry_run and quiet:
            write_json(asdict(forecast))
        else:
            click.echo(_announced(name, forecast, lang), err=not dry_run)
            wanted = 0 if wishes["cluster"] else wishes["workers"] or cores()
            if forecast.lanes and (fewer := fewer_workers(forecast.lanes, wanted, lang)):
                click.echo(fewer, err=True)
        if dry_run:
            raise _Enough

    patience = PATIENCE_SECONDS if dry_run else None
    if quiet:
        yield Watch(before=before if dry_run else None, patience=patience)
    elif sys.stderr.isatty():
        with _bar(lang) as (preparing, progress):
            yield Watch(preparing, before, progress, patience)
    else:
        yield Watch(_preparing(name, lang), before, _lines(name, lang), patience)


def _announced(name: str, forecast: Forecast, lang: str) -> str:
    from sim.presentation.size_told import time_told
    from sim.presentation.words import sentences

    t = sentences(lang)
    counts = [t("sweep_says_points", name=name, n=forecast.points)]
    if forecast.different < forecast.points:
        counts.append(t("sweep_says_different", n=forecast.different))
    if forecast.mine < forecast.different:
        counts.append(t("sweep_says_mine", n=forecast.mine))
    counts.append(t("sweep_says_replications", n=forecast.replications))
    parts = [", ".join(counts)]
    if forecast.stored:
        parts.append(t("sweep_says_stored", n=forecast.stored))
    if forecast.refused:
        parts.append(t("sweep_says_refused", n=forecast.refused))
    if forecast.lanes:
        time = time_told(forecast.seconds, lang)
        parts.append(t("sweep_says_time", time=time, n=forecast.lanes))
    elif forecast.seconds != forecast.seconds:
        parts.append(t("sweep_says_no_worker"))
    return "; ".join(parts) if lang == "en" else " ; ".join(parts)


@contextmanager
def _bar(lang: str) -> Iterator[tuple[Callable[[int, int], None], Callable[[Progress], None]]]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    from sim.presentation.words import sentences

    t = sentences(lang)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task(t("sweep_says_preparing_bar"), total=None)

        def preparing(done: int, most: int) -> None:
            if done % 20 == 0 or done == most:
                bar.update(task, completed=done, total=most, refresh=True)

        def progress(now: Progress) -> None:
            total = now.done + now.failed + now.left
            text = t("sweep_says_state", done=now.done, failed=now.failed, left=now.left)
            bar.update(
                task, description=text, completed=now.done + now.failed, total=total, refresh=True
            )

        yield preparing, progress


def _preparing(name: str, lang: str) -> Callable[[int, int], None]:
    from sim.presentation.words import sentences

    said = time.monotonic()

    def show(done: int, most: int) -> None:
        nonlocal said
        is_long = done == 1 and most >= MANY
        if is_long or time.monotonic() - said >= EVERY_SECONDS:
            said = time.monotonic()
            text = sentences(lang)("sweep_says_preparing", name=name, done=done, n=most)
            click.echo(text, err=True)

    return show


def _lines(name: str, lang: str) -> Callable[[Progress], None]:
    from sim.presentation.words import sentences

    said = time.monotonic()

    def show(now: Progress) -> None:
        nonlocal said
        if not now.left or time.monotonic() - said >= EVERY_SECONDS:
            said = time.monotonic()
            counts = {"done": now.done, "failed": now.failed, "left": now.left}
            click.echo(f"{name}: {sentences(lang)('sweep_says_state', **counts)}", err=True)

    return show


def _tell(ended: Ended, as_json: bool, lang: str) -> None:
    """Say how it ended: failed points by name, points left, where the table is."""
    from sim.presentation.words import sentences

    t = sentences(lang)
    if ended.made.outdated:
        click.echo(t("sweep_says_outdated"), err=True)
    failed = [
        {"point": number, "levers": ended.sweep.described(ended.sweep.point(number)), "why": why}
        for number, why in ended.failed.items()
    ]
    if as_json:
        told = {"folder": ended.folder.as_posix(), "failed": failed, "left": ended.left}
        write_json({**told, "unreached": ended.made.unreached})
        return
    if ended.remade:
        click.echo(t("sweep_says_remade", n=ended.remade), err=True)
    for one in failed[:SHOWN]:
        click.echo(t("sweep_says_failed", **one), err=True)
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
    """Return how many points did not reach the precision asked for, which, and what mends it."""
    from sim.experiments.precision import look_ahead
    from sim.presentation.words import sentences

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
