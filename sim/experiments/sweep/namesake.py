"""Sweep files of the same name share a folder of results: one does not replace another's table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.experiments.folder import MANIFEST, SWEEP, contents_of
from sim.experiments.sweep.points import Sweep
from sim.experiments.sweep.table import TABLE_PARQUET
from sim.vocabulary.errors import OutputError


def refuse_other_results(folder: Path) -> None:
    """Raise OutputError if the folder holds results that are not of a sweep."""
    held = contents_of(folder)
    if held is not None and held.kind != SWEEP:
        raise OutputError(
            f"{folder} holds results of something else ({held}): give the sweep another --out, or "
            "its file another name"
        )


def refuse_namesake(folder: Path, sweep: Sweep) -> None:
    """Raise OutputError if the folder holds the table of another sweep file of the same name."""
    earlier = _manifest(folder / MANIFEST)
    if earlier is None or not (folder / TABLE_PARQUET).exists():
        return
    if _is_another(earlier, sweep):
        raise OutputError(
            f"{folder} holds the table of another sweep, '{_title(earlier)}' "
            f"({earlier.get('file')}), and {sweep.file} asks '{sweep.title}': give the file "
            "another name or another --out (or remove that folder, if it is not needed any more)"
        )


def _is_another(earlier: dict[str, Any], sweep: Sweep) -> bool:
    """Say whether a manifest is of another sweep file.

    The path in it is only as it was given, somewhere: it tells a difference for certain where both
    files are there, seen from here. Else title and levers tell: people edit the one or some of the
    others, but not the title and every lever. A copy that asks the same is the same sweep.
    """
    levers = earlier.get("levers")
    listed = levers if isinstance(levers, list) else []
    names = {str(one.get("name")) for one in listed if isinstance(one, dict)}
    now = {lever.name for lever in sweep.levers}
    is_renamed = _title(earlier) != sweep.title
    if _both_there(str(earlier.get("file", "")), sweep.file):
        return is_renamed or names != now
    return is_renamed and names.isdisjoint(now)


def _both_there(one: str, other: str) -> bool:
    """Say whether two paths lead to two files."""
    try:
        return Path(one).is_file() and not Path(one).samefile(other)
    except OSError:
        return False


def _title(manifest: dict[str, Any]) -> str:
    title = manifest.get("title")
    return str(title.get("en")) if isinstance(title, dict) else ""


def _manifest(path: Path) -> dict[str, Any] | None:
    """Return the manifest of an earlier sweep; None if there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
