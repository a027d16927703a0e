"""Folders and files written whole or not at all, and their locks."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sim.core.errors import OutputError
from sim.core.stopping import undisturbed

# --- Locks that their holder loses by ending, however it ends.

HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
"""What the system answers where others hold a lock; every other answer is a fault."""
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
"""What it answers where a disk has no locks."""

if sys.platform == "win32":

    def is_taken(number: int, shared: bool = False) -> bool:
        """Take the lock of an open file; return whether that failed because others hold it.

        Raises OSError where files cannot be locked.
        """
        import msvcrt

        try:
            if not shared:
                msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno not in HELD:
                raise
            return True
        return False

else:

    def is_taken(number: int, shared: bool = False) -> bool:
        """Take the lock of an open file; return whether that failed because others hold it.

        Raises OSError where files cannot be locked.
        """
        import fcntl

        try:
            fcntl.flock(number, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in HELD:
                raise
            return True
        return False


# --- Folders and files of results that are whole or not there.

MANIFEST = "manifest.json"
DESIGN = "design.parquet"
"""Every folder of results has one; a folder without is not ours to replace."""
REPORT = "report.html"
"""The name of a report in a folder of results."""
UNFINISHED, REPLACED = ".unfinished-", ".replaced-"
"""In the names of what is hidden: a folder or file being written, an earlier one being replaced."""
OLD_SECONDS = 60.0
"""Age from which such a folder may be what a killed process left."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a folder of results holds: RUN, COMPARISON, REFERENCE or SWEEP, and of which files."""

    kind: str
    files: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ": ".join((self.kind, ", ".join(self.files))) if any(self.files) else self.kind

    def is_again(self, earlier: Contents) -> bool:
        """Return whether these are the same files, perhaps changed, or run with other settings."""
        return (
            self.kind == earlier.kind
            and len(self.files) == len(earlier.files)
            and all(map(_is_same_file, self.files, earlier.files))
        )


RUN, COMPARISON, REFERENCE, SWEEP = "run", "comparison", "reference", "sweep"


def _is_same_file(first: str, other: str) -> bool:
    try:
        return os.path.abspath(first) == os.path.abspath(other) or Path(first).samefile(other)
    except OSError:
        return False


def contents_of(folder: Path) -> Contents | None:
    """Return what a folder of results holds; None if its manifest cannot be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if "others" in manifest:
            members = (manifest["base"], *manifest["others"])
            return Contents(
                COMPARISON, tuple(str(member.get("folder") or member["file"]) for member in members)
            )
        if "levers" in manifest:
            return Contents(SWEEP, (str(manifest["file"]),))
        if "scenarios" in manifest:
            return Contents(REFERENCE)
        return Contents(RUN, (str(manifest["scenario"]["file"]),))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def made_on(folder: Path) -> str:
    """Return when the results in a folder were finished, "" if there are none or nobody knows."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return str(manifest.get("finished", ""))
    except (OSError, ValueError, AttributeError, RecursionError):
        return ""


def refuse_other(final: Path, ours: Contents, replace: bool = False) -> None:
    """Raise OutputError if a folder holds anything but an earlier result of the same files.

    With ``replace``, any results may stand there.
    """
    if not final.exists():
        return
    if not (final / MANIFEST).is_file():
        raise OutputError(
            f"{final} exists and is not a folder of results ({MANIFEST} is missing): it is not "
            "replaced. Choose another folder with --out"
        )
    earlier = contents_of(final)
    if replace or (earlier is not None and ours.is_again(earlier)):
        return
    if earlier is None:
        raise OutputError(
            f"{final} is not replaced: what it holds cannot be told, because its {MANIFEST} is "
            "damaged. Choose another folder with --out, or add --replace if it is not needed any "
            "more"
        )
    raise OutputError(
        f"{final} is not replaced: it holds results of something else ({earlier}). Choose another "
        "folder with --out, or add --replace if they are not needed any more"
    )


@contextmanager
def atomic_folder(final: Path, ours: Contents, replace: bool = False) -> Iterator[Path]:
    """Give a temporary sibling folder; when the block ends well, make it ``final``, all at once.

    An earlier result of the same files is replaced only then; one of other files is refused unless
    ``replace``. Left by an exception (Ctrl-C too), nothing stays behind and the earlier result is
    untouched; what a killed process has left is tidied up here. Raises OutputError with what to do
    where the disk refuses.
    """
    with translate_os_errors(final):
        building = _begun(final, ours, replace)
        try:
            building.chmod(0o755)
            with _in_work(building):
                yield building
                _flush(building)
                with undisturbed():
                    placed = _swapped(building, final, ours, replace)
            if placed != final:
                raise OutputError(
                    f"{final} was written meanwhile by another command: these results are in "
                    f"{placed}"
                )
        finally:
            with undisturbed():
                shutil.rmtree(building, ignore_errors=True)


def refuse_unwritable(final: Path, ours: Contents, replace: bool = False) -> None:
    """Raise at once the OutputError that ``whole_folder`` would raise after long work."""
    with translate_os_errors(final):
        _begun(final, ours, replace).rmdir()


def _begun(final: Path, ours: Contents, replace: bool) -> Path:
    """Return a new empty folder beside the final one."""
    refuse_other(final, ours, replace)
    final.parent.mkdir(parents=True, exist_ok=True)
    _tidy(final)
    return Path(tempfile.mkdtemp(prefix=f".{final.name}{UNFINISHED}", dir=final.parent))


def _tidy(final: Path) -> None:
    """Remove what was being built, or put back what was being replaced, when a process was killed.

    What is only just there, or locked, belongs to a process at work.
    """
    for left in final.parent.glob(f".{final.name}{UNFINISHED}*"):
        if _is_old(left):
            with _in_work(left) as is_ours:
                if is_ours:
                    shutil.rmtree(left, ignore_errors=True)
    for earlier in final.parent.glob(f".{final.name}{REPLACED}*"):
        if _is_old(earlier) and final.exists():
            shutil.rmtree(earlier, ignore_errors=True)
        elif _is_old(earlier):
            earlier.rename(final)


def _is_old(path: Path) -> bool:
    return time.time() - path.stat().st_ctime > OLD_SECONDS


@contextmanager
def _in_work(folder: Path) -> Iterator[bool]:
    """Lock a folder while something is built in it; give whether it is ours (where locks work)."""
    if os.name != "posix":
        yield False
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            is_ours = not is_taken(handle)
        except OSError:
            is_ours = False
        yield is_ours
    finally:
        os.close(handle)


class NotWritableError(OutputError):
    """A place that may not be written, and what to do instead."""

    def __init__(self, target: Path, reason: str | None, advice: str) -> None:
        self.target, self.reason = target, reason
        super().__init__(f"{target} may not be written ({reason}). {advice}")


ANOTHER_OUT = "Choose another place with --out"


@contextmanager
def translate_os_errors(target: Path, advice: str | None = None) -> Iterator[None]:
    """Turn what the operating system refuses into an OutputError that says what to do.

    ``advice``: what to do where nothing may be written; it also counts for what is refused deeper
    inside, because the command knows its options and the writer of a file does not.
    """
    try:
        yield
    except NotWritableError as error:
        if advice is None:
            raise
        raise NotWritableError(error.target, error.reason, advice) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            text = f"the disk is full: {target} could not be written. Free some space and run again"
        elif error.errno in NO_LOCKS:
            text = (
                f"{target} is on a disk whose files cannot be locked ({error.strerror}), which "
                f"keeps two commands from writing the same files. {ANOTHER_OUT}, on another disk"
            )
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise NotWritableError(target, error.strerror, advice or ANOTHER_OUT) from error
        else:
            text = f"{target} could not be written: {error.strerror or error}"
        raise OutputError(text) from error


def _flush(folder: Path) -> None:
    """Make sure every file is on the disk before its folder gets its name."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    flush_folder(folder)


def flush_folder(folder: Path) -> None:
    """Make sure the names in a folder are on the disk, where the system can promise that."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _swapped(building: Path, final: Path, ours: Contents, replace: bool) -> Path:
    """Give a folder its name, or one like it if other results came there meanwhile; return it."""
    free, number = final, 1
    while True:
        try:
            refuse_other(free, ours, replace)
            break
        except OutputError:
            number += 1
            free = final.with_name(f"{final.name}-{number}")
    _swap(building, free)
    return free


def _swap(building: Path, final: Path) -> None:
    if not final.exists():
        building.rename(final)
    else:
        replaced = final.with_name(f".{final.name}{REPLACED}{building.name[-8:]}")
        final.rename(replaced)
        try:
            building.rename(final)
        except OSError:
            replaced.rename(final)
            raise
        shutil.rmtree(replaced, ignore_errors=True)
    flush_folder(final.parent)


@contextmanager
def atomic_file(target: Path) -> Iterator[Path]:
    """Give a temporary sibling to write; when the block ends well it is flushed and renamed.

    An earlier file of that name is replaced only then. OutputError says what the disk refused.
    """
    with translate_os_errors(target):
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


def write_text(target: Path, text: str, advice: str | None = None) -> None:
    """Write a text file whole or not at all; devices and pipes are written as they are.

    OutputError says what the disk refused, with ``advice``.
    """
    with translate_os_errors(target, advice):
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8", newline="\n")
            return
        with atomic_file(target.resolve()) as unfinished:
            unfinished.write_text(text, encoding="utf-8", newline="\n")


def marked(page: str, *sources: Path) -> str:
    """Return a page with a mark of the folders or files it shows, which only shows their digest."""
    return f"{page}{_mark(sources)}\n"


def refuse_other_page(target: Path, *sources: Path) -> None:
    """Raise OutputError if a file is there that is no page, marked, of the same sources."""
    with translate_os_errors(target):
        there = target.read_bytes() if target.is_file() else None
    if there is not None and not there.rstrip().endswith(_mark(sources).encode()):
        shown = " and ".join(source.as_posix() for source in sources)
        raise OutputError(
            f"{target.as_posix()} is not replaced: it is not a page of {shown}. Choose another "
            "file with --out, or remove it if it is not needed any more"
        )


def _mark(sources: Sequence[Path]) -> str:
    paths = "\0".join(str(source.resolve()) for source in sources)
    return f"<!-- {hashlib.sha256(paths.encode()).hexdigest()[:16]} -->"


def remove_temporaries(folder: Path) -> None:
    """Remove what processes killed earlier have left unfinished in a folder that is ours alone."""
    for path in folder.glob(f"{UNFINISHED}*"):
        path.unlink(missing_ok=True)
