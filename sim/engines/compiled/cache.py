"""Where compiled code is kept between runs: a folder that only fits these very sources.

numba looks at the file of the function it compiles, not at those of the functions that are called;
an edit there would be answered with the old numbers. So the folder is named after everything that
compiled code is made of: another source, another numba, another folder.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np

_HERE = Path(__file__).resolve().parent
_PACKAGE = _HERE.parent.parent
_OWN_FOLDER = "MARAUDE_CACHE"


def sources() -> list[Path]:
    """Return every file compiled code is made of: its own, and where it finds constants."""
    shared = (_PACKAGE / "vocabulary").glob("*.py")
    return sorted(
        [*_HERE.glob("*.py"), *shared, _PACKAGE / "event_log.py", _PACKAGE / "plan/tables.py"]
    )


def fingerprint() -> str:
    """Return a short name for these sources together with what compiles them."""
    versions = (numba.__version__, llvmlite.__version__, np.__version__, sys.version)
    digest = hashlib.blake2b(repr(versions).encode(), digest_size=10)
    for path in sources():
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _candidates() -> Iterator[Path]:
    """Yield folders where a cache may be, the best first."""
    if own := os.environ.get(_OWN_FOLDER):
        yield Path(own)
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        yield Path(local) / "maraude" / "cache"
    elif general := os.environ.get("XDG_CACHE_HOME"):
        yield Path(general) / "maraude"
    elif sys.platform == "darwin":
        yield Path("~/Library/Caches/maraude").expanduser()
    else:
        yield Path("~/.cache/maraude").expanduser()
    yield Path(tempfile.gettempdir()) / f"maraude-{_user()}"


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")


def _is_ours(path: Path) -> bool:
    """Return whether a folder is our own: code that another user has put there is not run."""
    return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()


def folder() -> Path | None:
    """Return the folder for compiled code, made if need be; None where nothing can be written."""
    name = f"compiled-{fingerprint()}"
    for candidate in _candidates():
        path = candidate / name
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=path):
                if _is_ours(path):
                    return path
        except (OSError, RuntimeError):  # RuntimeError: nobody knows the home folder
            continue
    return None


@contextmanager
def kept_in(path: Path | None) -> Iterator[None]:
    """Let functions be declared whose compiled code is kept in a folder."""
    settings: Any = numba.config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = "" if path is None else str(path)
    try:
        yield
    finally:
        settings.CACHE_DIR = before
