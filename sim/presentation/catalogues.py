"""The gettext catalogues: every word of one language, read from what is compiled from it.

``maraude``: words of reports, figures and the command, by key, in French and in English.
``scenario``: what the fields of scenario files mean, by their English sentence, in French.
After a change of a .po file: ``python -m sim.presentation.catalogues``.
"""

from __future__ import annotations

import io
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
    if not path.is_file():
        return MappingProxyType({})
    with path.open("rb") as file:
        found = {str(one.id): str(one.string) for one in read_mo(file) if one.id}
    return MappingProxyType(found)


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
        source.with_suffix(".mo").write_bytes(compiled(source))


if __name__ == "__main__":
    main()
