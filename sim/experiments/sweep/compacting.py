"""Pack the points of all sweeps of a folder into one file: thousands of small files tire a disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from sim.experiments.folder import DESIGN, flush_folder, plain_refusals, sweep_away
from sim.experiments.sweep.lock import points_held
from sim.experiments.sweep.packed import PACKED, Packed, write_packed
from sim.experiments.sweep.point_files import file_of
from sim.experiments.sweep.store import SPOILED, Store
from sim.experiments.sweep.sweep import POINTS
from sim.vocabulary.errors import OutputError


@dataclass(frozen=True, slots=True)
class Compacted:
    """What was packed: points in the file now, small files gone, files left because unreadable."""

    file: Path
    points: int
    removed: int
    unreadable: tuple[str, ...]


def compact(out: Path) -> Compacted:
    """Pack the points of ``out/points`` into one file, then remove the small files.

    A small file goes only when the packed one is whole, on the disk and holds the same. Killed at
    any moment, nothing is lost. OutputError: no points there, in use by a sweep, or what the disk
    refused.
    """
    folder = out / POINTS
    if not folder.is_dir():
        hint = f"; give the folder above it, {out.parent}" if (out / DESIGN).exists() else ""
        raise OutputError(f"{out} has no folder '{POINTS}'{hint}")
    advice = f"Ask for the right to write there, or copy {out} and pack the copy"
    with plain_refusals(folder, advice), points_held(out, alone=True):
        sweep_away(folder)
        return _Compacting(Store(folder)).run()


class _Compacting:
    """One packing of a store that is held alone."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.small = store.small()
        own = frozenset(self.small)
        self.keys = [*(key for key in store.packed if key not in own), *self.small]
        self.unreadable: list[str] = []

    def run(self) -> Compacted:
        """Pack, look whether all is there, remove."""
        path = self.store.folder / PACKED
        if self.store.packed.is_spoiled:
            raise OutputError(
                f"{path} cannot be read: remove it (the next sweep makes its points again), then "
                "pack again"
            )
        if not self.keys:
            raise OutputError(f"there is no point in {self.store.folder}")
        if not self.small:
            return Compacted(path, len(self.keys), 0, ())
        points = write_packed(self.store.folder, self._tables())
        self.store.packed.close()
        removed = self._remove(Packed(self.store.folder))
        return Compacted(path, points, removed, tuple(self.unreadable))

    def _tables(self) -> Iterator[tuple[str, pa.Table]]:
        for key in self.keys:
            try:
                yield key, self.store.table(key)
            except SPOILED:
                self.unreadable.append(key)

    def _remove(self, packed: Packed) -> int:
        """Remove each small file whose rows read back the same from the packed file."""
        removed = 0
        for key in self.small:
            if (
                key in packed
                and key not in self.unreadable
                and _same(packed.table(key), self.store.table(key))
            ):
                file_of(self.store.folder, key).unlink()
                removed += 1
        packed.close()
        flush_folder(self.store.folder)
        return removed


def _same(one: pa.Table, other: pa.Table) -> bool:
    """Say whether tables hold the same, whatever numbers stand for their words."""
    words = pa.schema(
        (f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in one.schema
    )
    return bool(
        one.schema.metadata == other.schema.metadata
        and one.cast(words).equals(other.replace_schema_metadata(None).cast(words))
    )
