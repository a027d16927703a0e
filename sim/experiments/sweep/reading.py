"""The files of a finished sweep, read with care: damaged ones are named, with what mends them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiments.folder import DESIGN, MANIFEST
from sim.experiments.sweep.marks import mark_of
from sim.experiments.sweep.table import MARK, TABLE_PARQUET
from sim.vocabulary.errors import OutputError


def refuse_unfinished(folder: Path) -> None:
    """Raise OutputError if a folder is not that of a sweep, or has no table yet."""
    with _named(folder):
        if not (folder / MANIFEST).is_file() or not (folder / DESIGN).is_file():
            raise OutputError(f"{folder} is not the folder of a sweep ({DESIGN} is missing)")
        if not (folder / TABLE_PARQUET).is_file():
            raise OutputError(
                f"the sweep in {folder} is not finished ({TABLE_PARQUET} is missing): "
                "run it again until no point is left"
            )


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what a sweep says of itself; OutputError if that cannot be read."""
    with _named(folder / MANIFEST):
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError("no object")
        return found


def read_columns(path: Path) -> pd.DataFrame:
    """Return a table of a sweep; OutputError if it cannot be read."""
    with _named(path):
        return pd.read_parquet(path)


def refuse_mixed(folder: Path, manifest: dict[str, Any]) -> None:
    """Raise OutputError if the table of a sweep is older than what the sweep says of itself.

    It is where the sweep was changed and then stopped, or only asked what it would do.
    """
    with _named(folder / TABLE_PARQUET):
        mark = (pq.read_schema(folder / TABLE_PARQUET).metadata or {}).get(MARK, b"")
    if mark and mark.decode() != mark_of(manifest):
        raise OutputError(
            f"the sweep in {folder} has been changed since its table was made: "
            "run it again until no point is left"
        )


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn every way in which a file cannot be read into an OutputError that names it."""
    try:
        yield
    except FileNotFoundError as error:
        raise OutputError(f"{path} is missing: {_MEND}") from error
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise OutputError(f"{path} cannot be read ({why.splitlines()[0]}): {_MEND}") from error


_MEND = "run the sweep again, which makes it from the points kept"
