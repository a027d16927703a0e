"""Locks on the folder of a sweep and on the points of all sweeps."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sim.experiments.folder import plain_refusals
from sim.experiments.locking import is_taken
from sim.vocabulary.errors import OutputError

LOCK, POINTS_LOCK = ".lock", ".points-lock"
PATIENCE_SECONDS = 5.0
"""Time for which somebody who cleans up is waited for."""


@contextlib.contextmanager
def locked(folder: Path, shard: tuple[int, int] | None) -> Iterator[None]:
    """Hold a folder for one sweep, or for one shard beside other shards; else OutputError.

    Whoever holds it is written in the lock file, with process and machine.
    """
    advice = (
        "wait until it ends, or give one of the two sweeps another --out. Shards of one sweep "
        "(--shard 1/4) may share it"
    )
    with plain_refusals(folder), contextlib.ExitStack() as held:
        whole = held.enter_context((folder / LOCK).open("a+"))
        _take(whole, folder, shard is not None, advice)
        if shard is not None:
            name = f"{LOCK}-{shard[0]}-of-{shard[1]}"
            own = held.enter_context((folder / name).open("a+"))
            _take(own, folder, False, advice)
        yield


@contextlib.contextmanager
def points_held(out: Path, alone: bool = False) -> Iterator[None]:
    """Hold the points of a folder beside others who add to them, or alone; else OutputError."""
    advice = "wait until it ends"
    until = time.monotonic() + (0 if alone else PATIENCE_SECONDS)
    with plain_refusals(out), (out / POINTS_LOCK).open("a+") as file:
        while True:
            try:
                _take(file, out, not alone, advice)
                break
            except OutputError:
                if time.monotonic() >= until:
                    raise
                time.sleep(0.05)
        yield


def _take(file: IO[str], folder: Path, shared: bool, advice: str) -> None:
    if is_taken(file.fileno(), shared):
        file.seek(0)
        holder = file.read().strip() or "another process"
        raise OutputError(f"{folder} is in use by {holder}: {advice}")
    file.seek(0)
    file.truncate()
    if not shared:
        file.write(f"process {os.getpid()} on {platform.node()}\n")
    file.flush()
