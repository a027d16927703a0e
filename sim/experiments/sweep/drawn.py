"""What ``sweep-report`` leaves in the folder of a sweep; it goes when its numbers are replaced."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection
from pathlib import Path

from sim.experiments.folder import REPORT, plain_refusals

FIGURES = "figures"
"""Folder of the figures, in the folder of the sweep."""
_NAMED = re.compile(
    r"((curve|map|points|tornado|morris|total|correlation)-\d+|pareto)\.(svg|png|csv)", re.ASCII
)
"""Names the figures of sweeps have: nothing else in the folder is ours to remove."""


def forget_report(folder: Path) -> bool:
    """Remove the page and the figures of a sweep; return whether there were any.

    OutputError says what the system refused.
    """
    page = folder / REPORT
    there = page.exists()
    with plain_refusals(page):
        page.unlink(missing_ok=True)
    gone = forget_figures(folder)
    with contextlib.suppress(OSError):  # not empty: somebody keeps files of their own there
        (folder / FIGURES).rmdir()
    return there or gone


def forget_figures(folder: Path, but: Collection[Path] = ()) -> bool:
    """Remove the figures of a sweep except some; return whether there were any to remove.

    OutputError says what the system refused.
    """
    old = [
        path
        for path in sorted((folder / FIGURES).glob("*"))
        if _NAMED.fullmatch(path.name) and path not in but
    ]
    with plain_refusals(folder / FIGURES):
        for path in old:
            path.unlink(missing_ok=True)
    return bool(old)
