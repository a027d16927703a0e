"""How far a run is: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

EVERY_SECONDS = 20.0
"""Time between two lines in a log."""


@contextmanager
def following(name: str, quiet: bool, lang: str) -> Iterator[Callable[[int, int], None] | None]:
    """Give the function to call after each replication with (done, at most to do).

    Before the first one too, something shows now and then that the run goes on.
    """
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(name) as progress:
            yield progress
    else:
        with _lines(name, lang) as progress:
            yield progress


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    # Drawn once a second: a long replication is seen to go on, and no time is taken from it.
    with Progress(
        *columns, console=Console(stderr=True), transient=True, refresh_per_second=1
    ) as bar:
        task = bar.add_task(name, total=None)
        bar.refresh()

        def show(done: int, most: int) -> None:
            bar.update(task, completed=done, total=most, refresh=True)

        yield show


@contextmanager
def _lines(name: str, lang: str) -> Iterator[Callable[[int, int], None]]:
    from sim.presentation.size_told import time_told
    from sim.presentation.words import sentences

    t, started = sentences(lang), time.monotonic()
    said = started
    ended = threading.Event()
    counts = (0, 0)

    def show(done: int, most: int) -> None:
        nonlocal said, counts
        counts = (done, most)
        if done == most or time.monotonic() - said >= EVERY_SECONDS:
            said = time.monotonic()
            click.echo(t("progress_done", name=name, done=done, n=most), err=True)

    def live() -> None:
        nonlocal said
        while not ended.wait(EVERY_SECONDS):
            if time.monotonic() - said >= EVERY_SECONDS and counts[0] == 0:
                said = time.monotonic()
                past = time_told(said - started, lang)
                click.echo(t("progress_lives", name=name, time=past), err=True)

    threading.Thread(target=live, daemon=True).start()
    try:
        yield show
    finally:
        ended.set()
