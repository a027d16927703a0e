"""The files of a folder of results, and reading them back.

``resolved.yaml`` the scenario in full; ``manifest.json`` where the numbers come from;
``daily.parquet`` every level and count by day; ``curves.parquet`` what figures are drawn from;
``measures.csv`` every measure of every replication; ``estimates.csv`` their means and intervals.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.analysis.measures import measure_named
from sim.analysis.tables import Key
from sim.experiments.curves import CURVES, write_curves
from sim.experiments.daily import SCHEMA
from sim.experiments.folder import MANIFEST, whole_file
from sim.experiments.manifest import manifest
from sim.experiments.worker import Order
from sim.scenario import resolved_yaml
from sim.vocabulary.errors import WishError

if TYPE_CHECKING:
    from sim.experiments.run import Results

RESOLVED, DAILY, MEASURES, ESTIMATES = (
    "resolved.yaml", "daily.parquet", "measures.csv", "estimates.csv",
)  # fmt: skip
COLUMNS = ("measure", "service", "other", "class", "period")


class Writer:
    """Writes one folder of results, replication by replication."""

    def __init__(self, folder: Path, order: Order) -> None:
        self.folder = folder
        self.daily = (
            pq.ParquetWriter(folder / DAILY, SCHEMA, compression="zstd") if order.daily else None
        )

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.daily is not None:
            self.daily.close()

    def add(self, table: pa.Table) -> None:
        """Add one replication to ``daily.parquet``."""
        if self.daily is not None:
            self.daily.write_table(table)

    def conclude(self, results: Results, command: str) -> None:
        """Write everything else."""
        if self.daily is not None:
            self.daily.close()  # not written before it is closed
        write_run(self.folder, results, command)


def write_run(folder: Path, results: Results, command: str) -> None:
    """Write everything but the days into a folder; the manifest, which names all files, last."""
    if results.scenario is not None:
        (folder / RESOLVED).write_text(resolved_yaml(results.scenario), encoding="utf-8")
    write_curves(folder / CURVES, results)
    write_measures(folder / MEASURES, results)
    write_estimates(folder / ESTIMATES, results)
    write_manifest(folder, manifest(results, command))


def write_manifest(folder: Path, content: dict[str, Any]) -> None:
    """Write the manifest of a folder that is complete: with it go the digests of all its files."""
    whole = content | {"files": _digests(folder)}
    text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)
    with whole_file(folder / MANIFEST) as unfinished:
        unfinished.write_text(text + "\n", encoding="utf-8", newline="\n")


def write_measures(path: Path, results: Results) -> None:
    """Write a row per replication and measure; numbers not there in a replication are left out."""
    first = results.first
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("replication", *COLUMNS, "value"))
        for number, row in enumerate(results.values.tolist(), start=first):
            table.writerows(
                (number, *key, repr(value))
                for key, value in zip(results.keys, row, strict=True)
                if value == value
            )


def estimate_rows(results: Results) -> list[tuple[Key, tuple[float, ...], str]]:
    """Return (key, (mean, low, high, sd, replications), unit) of every number there is."""
    columns = [column.tolist() for column in results.estimates]
    return [
        (key, numbers, measure_named(key.measure).unit)
        for key, *numbers_list in zip(results.keys, *columns, strict=True)
        if (numbers := tuple(numbers_list))[-1] > 0
    ]


def write_estimates(path: Path, results: Results) -> None:
    """Write a row per measure: mean, 95 % interval, standard deviation, replications, unit."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow((*COLUMNS, "mean", "low", "high", "sd", "replications", "unit"))
        for key, (*numbers, count), unit in estimate_rows(results):
            written = ("" if number != number else repr(number) for number in numbers)
            table.writerow((*key, *written, int(count), unit))


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / MANIFEST
    }


# --------------------------------------------------------------------------- reading back


def read_manifest(folder: str | PathLike[str]) -> dict[str, Any]:
    """Return the manifest of a folder of results; WishError if there is none that can be read."""
    path = Path(folder) / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("an object is expected")
    except FileNotFoundError as error:
        raise WishError(
            f"{path.parent.as_posix()} holds no results: there is no {MANIFEST}"
        ) from error
    except OSError as error:
        raise WishError(f"{path.as_posix()} cannot be read: {error.strerror or error}") from error
    except RecursionError as error:
        raise damaged(path, "nested too deeply") from error
    except ValueError as error:
        raise damaged(path, str(error)) from error
    return content


def damaged(manifest: Path, why: str) -> WishError:
    """Return the error of a manifest that cannot be used, with what to do."""
    return WishError(
        f"{manifest.as_posix()} is damaged ({why}): make its folder again, with the same command "
        "and --replace"
    )


DATA = (".csv", ".parquet", ".yaml")
"""Endings of the files that hold results; pages and figures may be made again."""
RUN_AGAIN = "run it again"


def refuse_changed(folder: Path, files: Mapping[str, str], again: str = RUN_AGAIN) -> None:
    """Raise WishError if a file of results is not the one that was written.

    ``files``: digests by name, as the manifest has them; what is not there any more passes.
    """
    for name, digest in files.items():
        path = folder / name
        if "/" in name or path.suffix not in DATA or not path.is_file():
            continue
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise WishError(
                f"{folder.as_posix()} cannot be used: {name} was changed after the run; {again}"
            )
