"""Reports and folders written by a program: errors that speak of arguments, not of options."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from html import escape
from os import PathLike
from pathlib import Path

import numpy as np

from sim.experiments import run as running
from sim.experiments.comparison import Comparison, Member
from sim.experiments.folder import plain_refusals, whole_file
from sim.experiments.own_measures import Own
from sim.experiments.store import read_manifest
from sim.vocabulary.errors import OutputError, WishError

COMMAND = "Python"
"""What stands in a manifest for the command."""
OWN_MEASURES = "own_measures.csv"
"""Measures of the user, by replication."""
ANOTHER = "Choose another folder"
_ARGUMENTS = {
    " with --out": "",
    "or add --replace if": "or give replace=True if",
    "and --replace": "and replace=True",
    "run it again without --no-figures": "make it with sim.run",
}
"""What messages say of options of the command line, and of arguments instead."""


class Page(str):
    """A report as HTML text; notebooks show it as a page."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<report, {len(self):,} characters of HTML>"

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{escape(self, quote=True)}" width="100%" height="700" '
            'sandbox="allow-scripts"></iframe>'
        )


def written(page: str, path: str | PathLike[str] | None) -> Page:
    """Return a report, after writing it to ``path`` if there is one; raises OutputError."""
    if path is not None:
        with plain_refusals(Path(path), "Choose another path"), whole_file(Path(path)) as file:
            file.write_text(page, encoding="utf-8", newline="\n")
    return Page(page)


@contextmanager
def in_python() -> Iterator[None]:
    """Have errors speak of arguments of Python."""
    try:
        yield
    except (OutputError, WishError) as error:
        text = str(error)
        for option, argument in _ARGUMENTS.items():
            text = text.replace(option, argument)
        if text == str(error):
            raise
        kind = OutputError if isinstance(error, OutputError) else WishError
        raise kind(text) from None


def refuse_namesake(folder: Path, results: Sequence[running.Results], replace: bool) -> None:
    """Raise OutputError where a folder holds results of other scenarios with the same names.

    A file may be edited and run again; a scenario made by a program is another one if it differs.
    """
    if replace or all(Path(one.file).is_file() for one in results):
        return
    with suppress(WishError, LookupError, TypeError):  # what is no run or comparison is told later
        found = read_manifest(folder)
        parts = [found["base"], *found["others"]] if "others" in found else [found["scenario"]]
        if [part["sha256"] for part in parts] != [one.hash for one in results]:
            raise OutputError(
                f"{folder} is not replaced: it holds results of another scenario with this name. "
                "Choose another folder, or give replace=True if they are not needed any more"
            )


def write_own(path: Path, own: Mapping[str, Own], first: int) -> None:
    """Write a row per measure of the user and replication; empty: no such number."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("measure", "unit", "replication", "value"))
        for name, one in own.items():
            for number, value in enumerate(one.values.tolist(), start=first):
                table.writerow((name, one.unit, number, "" if value != value else repr(value)))


def read_own(path: Path) -> dict[str, Own]:
    """Return what ``write_own`` wrote, nothing where there is no such file."""
    values: dict[str, list[float]] = {}
    units: dict[str, str] = {}
    if path.is_file():
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                values.setdefault(row["measure"], []).append(float(row["value"] or "nan"))
                units[row["measure"]] = row["unit"]
    return {name: Own(np.array(found), units[name]) for name, found in values.items()}


def results_with_own(results: running.Results, folder: Path | None) -> running.Results:
    """Return results read from a folder with the measures of the user that are kept there."""
    return results if folder is None else replace(results, own=read_own(folder / OWN_MEASURES))


def comparison_with_own(found: Comparison) -> Comparison:
    """Return a comparison; runs read from folders have the measures of the user kept there."""

    def member(one: Member) -> Member:
        return replace(one, results=results_with_own(one.results, one.folder))

    others = tuple(replace(other, member=member(other.member)) for other in found.others)
    return replace(found, base=member(found.base), others=others)
