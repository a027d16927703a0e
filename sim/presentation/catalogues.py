"""The gettext catalogues: every word of one language, read from what is compiled from it.

``maraude``: words of reports, figures and the command, by key, in French and in English.
``scenario``: what the fields of scenario files mean, by their English sentence, in French.
Compiled when the project is installed; in a checkout also when a .po file is newer than its .mo.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType

from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "locales"
WORDS, FIELDS = "maraude", "scenario"
"""The two domains: words by key; sentences of fields by their English."""

_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)


@cache
def catalogue(domain: str, lang: str) -> Mapping[str, str]:
    """Return the messages of a domain in a language, by identifier; none where there is no file."""
    path = FOLDER / lang / "LC_MESSAGES" / f"{domain}.mo"
    source = path.with_suffix(".po")
    if source.is_file() and (not path.is_file() or _changed_at(source) > _changed_at(path)):
        content = compiled(source)
        with contextlib.suppress(OSError):  # where nobody may write it is compiled each time
            _write(path, content)
    elif path.is_file():
        content = path.read_bytes()
    else:
        return MappingProxyType({})
    messages = read_mo(io.BytesIO(content))
    return MappingProxyType({str(one.id): str(one.string) for one in messages if one.id})


def _changed_at(path: Path) -> int:
    return path.stat().st_mtime_ns


def _write(path: Path, content: bytes) -> None:
    """Write a file at once: another process may be reading it."""
    unfinished = path.with_name(f".{path.name}-{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def sources() -> list[Path]:
    """Return every catalogue as written by people (.po)."""
    return sorted(FOLDER.rglob("*.po"))


def compiled(source: Path) -> bytes:
    """Return what a .po file compiles to, the same bytes every time (of one Babel)."""
    with source.open("rb") as file:
        messages = read_po(file, locale=source.parent.parent.name, abort_invalid=True)
    messages.creation_date = messages.revision_date = _NO_DATE
    stream = io.BytesIO()
    write_mo(stream, messages)
    return stream.getvalue()


def main() -> None:
    """Compile every catalogue."""
    for source in sources():
        _write(source.with_suffix(".mo"), compiled(source))


if __name__ == "__main__":
    main()
