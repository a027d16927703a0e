"""The files of a comparison, and reading it back.

``changes.csv`` what differs between the scenarios; ``differences.csv`` every number of every
scenario against the base; ``runs/NAME/`` each run, without its days; ``manifest.json``.
"""

from __future__ import annotations

import csv
import hashlib
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from sim.analysis.tables import text_cell
from sim.experiments.compare import Listed, refuse_unpaired
from sim.experiments.comparison import (
    ALONE,
    ALPHA,
    FAMILIES,
    Alone,
    Comparison,
    Member,
    Moved,
    compared,
)
from sim.experiments.folder import COMPARISON, MANIFEST, Contents, whole_folder
from sim.experiments.manifest import now, versions
from sim.experiments.reading import NEEDED, manifest_as, read_results
from sim.experiments.store import (
    ESTIMATES,
    read_manifest,
    refuse_changed,
    write_manifest,
    write_run,
)
from sim.vocabulary.errors import WishError

CHANGES, DIFFERENCES, RUNS = "changes.csv", "differences.csv", "runs"
Finish = Callable[[Comparison, Path], None]
"""Adds to the folder (figures, a report) before it gets its name."""

LONGEST = 100
"""Characters up to which the name of a comparison's folder names everything compared."""

ABOUT_TESTS = (
    "Differences are paired replication by replication (same seed, same numbers). Intervals are at "
    "95 %, each for itself. p_adjusted is Holm's within a family: headline numbers; headline "
    "numbers year by year; every other number of the whole period and all people; the rest "
    "(classes, other numbers by year, pairs of services). "
    "Within a family the chance that anything not moved is called sure is at most 5 %. Numbers of "
    "a service that only one of the scenarios has are under 'one only', paired with nothing."
)


def folder_name(names: Sequence[str]) -> str:
    """Return the usual name of the folder of a comparison: ``compare-BASE-with-OTHER+OTHER``.

    Many are told by the first, their number and a few letters that only these names give.
    """
    base, *others = names
    name = f"compare-{base}-with-{'+'.join(others)}"
    if len(name) <= LONGEST:
        return name
    digest = hashlib.sha256("\0".join(names).encode()).hexdigest()[:6]
    more = f"+{len(others) - 1}-more" if others[1:] else ""
    return f"compare-{base[:40]}-with-{others[0][:40]}{more}-{digest}"


def contents_of_comparison(members: Sequence[Listed]) -> Contents:
    """Return what tells a comparison from others: the folders or files that were given."""
    return Contents(COMPARISON, tuple(str(one.folder or one.file) for one in members))


def write_comparison(
    comparison: Comparison,
    out: str | PathLike[str],
    finish: Finish | None = None,
    replace: bool = False,
) -> None:
    """Write the folder of a comparison, whole or not at all; raises OutputError.

    An earlier comparison of the same files is replaced; other results are refused, unless
    ``replace``.
    """
    members = [Listed(one.name, one.results.file, one.folder) for one in comparison.members]
    ours = contents_of_comparison(members)
    with whole_folder(Path(out), ours, replace) as folder:
        for member in comparison.members:
            _write_member(folder / RUNS / member.name, member)
        write_changes(folder / CHANGES, comparison)
        write_differences(folder / DIFFERENCES, comparison)
        if finish is not None:
            finish(comparison, folder)
        write_manifest(folder, _manifest(comparison))


def _write_member(folder: Path, member: Member) -> None:
    folder.mkdir(parents=True)
    if member.folder is None:
        write_run(folder, member.results, _command())
    else:  # as it was: its manifest says with which version it was run
        for name in (*NEEDED, ESTIMATES, MANIFEST):
            shutil.copyfile(member.folder / name, folder / name)


def _command() -> str:
    return shlex.join(["maraude", *sys.argv[1:]])


def write_changes(path: Path, comparison: Comparison) -> None:
    """Write a row per scenario and value that differs from the base."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(
            (
                "scenario",
                "path",
                "from",
                "to",
                "unit",
                "from_number",
                "to_number",
                "difference",
                "because",
            )
        )
        for other in comparison.others:
            for one in other.changes:
                numbers = (_number(one.before_number), _number(one.after_number))
                texts = (other.member.name, one.path, one.before, one.after, one.unit)
                more = (text_cell(one.difference), text_cell(one.because.en))
                table.writerow((*map(text_cell, texts), *numbers, *more))


def write_differences(path: Path, comparison: Comparison) -> None:
    """Write a row per scenario and number; empty where there is no number or no interval."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(
            ("scenario", "measure", "service", "other", "class", "period", "unit", "family", "base",
             "changed", "difference", "low", "high", "p", "p_adjusted", "replications", "sure")
        )  # fmt: skip
        for other in comparison.others:
            name = text_cell(other.member.name)
            table.writerows(_row(name, one) for one in other.moved)
            table.writerows(_row_alone(name, one) for one in other.alone)


def _row(name: str, one: Moved) -> tuple[object, ...]:
    numbers = (one.base, one.other, one.mean, one.low, one.high, one.p, one.adjusted)
    sure = "yes" if one.is_sure else "no"
    return (
        name, *one.key, one.unit, one.family, *map(_number, numbers), one.replications, sure,
    )  # fmt: skip


def _row_alone(name: str, one: Alone) -> tuple[object, ...]:
    """Return a number of a service one scenario alone has: nothing but its mean."""
    mean, empty = _number(one.mean), ("",) * 5
    sides = (mean, "") if one.in_base else ("", mean)
    return (name, *one.key, one.unit, ALONE, *sides, *empty, one.replications, "")


def _number(value: float | None) -> str:
    return "" if value is None or value != value else repr(value)


def _manifest(comparison: Comparison) -> dict[str, Any]:
    base = comparison.base.results
    return {
        "title": base.outline.title,
        "base": _about(comparison.base),
        "others": [_about(other.member) for other in comparison.others],
        "seed": base.seed,
        "replications": base.replications,
        "first_replication": base.first,
        "period": {"start": base.outline.start, "days": base.outline.horizon},
        "tests": {
            "about": ABOUT_TESTS,
            "alpha": ALPHA,
            "families": {family: comparison.tests[family] for family in FAMILIES},
        },
        "command": _command(),
        "finished": now().isoformat(timespec="seconds"),
        "versions": versions(),
    }


def _about(member: Member) -> dict[str, str]:
    results = member.results
    about = {"name": member.name, "file": results.file, "sha256": results.hash}
    return about if member.folder is None else about | {"folder": member.folder.as_posix()}


def is_comparison(path: Path) -> bool:
    """Return whether a folder holds a comparison."""
    return (path / MANIFEST).is_file() and "others" in read_manifest(path)


class _Named(BaseModel):
    name: str = Field(pattern=r"^[^/\\\x00]+$")


class ComparisonManifest(BaseModel):
    """What has to stand in the manifest of a comparison for it to be read back."""

    base: _Named
    others: list[_Named] = Field(min_length=1)
    files: dict[str, str]


COMPARE_AGAIN = "compare again"


def read_comparison(folder: str | PathLike[str]) -> Comparison:
    """Return the comparison in a folder, made anew from the runs in it; raises WishError."""
    folder = Path(folder)
    if not is_comparison(folder):
        raise WishError(f"{folder.as_posix()} is not a folder of a comparison")
    manifest = manifest_as(ComparisonManifest, folder)
    refuse_changed(folder, manifest.files, COMPARE_AGAIN)
    members = []
    for one in (manifest.base, *manifest.others):
        path = folder / RUNS / one.name
        members.append(Member(one.name, read_results(path, COMPARE_AGAIN), path))
    for other in members[1:]:
        refuse_unpaired(members[0], other)
    return compared(members[0], members[1:])
