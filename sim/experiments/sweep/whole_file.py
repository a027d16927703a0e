"""Files that are whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.experiments.folder import flush_folder, plain_refusals

UNFINISHED = ".unfinished-"
"""How the names of files begin that a killed process may leave behind."""


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Give a temporary sibling to write; when the block ends well it is flushed and renamed.

    An earlier file of that name is replaced only then. OutputError says what the disk refused.
    """
    with plain_refusals(target):
        handle, name = tempfile.mkstemp(prefix=UNFINISHED, suffix=target.suffix, dir=target.parent)
        os.close(handle)
        unfinished = Path(name)
        try:
            yield unfinished
            unfinished.chmod(0o644)
            with unfinished.open("rb+") as file:
                os.fsync(file.fileno())
            os.replace(unfinished, target)
        finally:
            unfinished.unlink(missing_ok=True)
        flush_folder(target.parent)


def sweep_away(folder: Path) -> None:
    """Remove what processes killed earlier have left unfinished in a folder that is ours alone."""
    for path in folder.glob(f"{UNFINISHED}*"):
        path.unlink(missing_ok=True)
