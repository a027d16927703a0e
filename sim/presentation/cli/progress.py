"""How far a run is: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from sim.presentation.cli.common import counted

EVERY_SECONDS = 20.0
"""Time between two lines in a log."""


@contextmanager
def following(name: str, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Give the function to call after each replication with (done, at most to do)."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(name) as progress:
            yield progress
    else:
        yield _lines(name)


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    # No thread of its own: drawn when there is something new, it takes no time from the workers.
    with Progress(
        *columns, console=Console(stderr=True), transient=True, auto_refresh=False
    ) as bar:
        task = bar.add_task(name, total=None)
        bar.refresh()

        def show(done: int, most: int) -> None:
            bar.update(task, completed=done, total=most, refresh=True)

        yield show


def _lines(name: str) -> Callable[[int, int], None]:
    said = time.monotonic()

    def show(done: int, most: int) -> None:
        nonlocal said
        if done == most or time.monotonic() - said >= EVERY_SECONDS:
            said = time.monotonic()
            click.echo(f"{name}: {done} of {counted(most, 'replication')}", err=True)

    return show
