"""The reference of all fields, as the second half of docs/scenario.md; derived from the fields.

``python -m sim.scenario.reference docs/scenario.md`` writes that half anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any, get_args

from pydantic.fields import FieldInfo

from sim.scenario.changes import CHANGES, WhatIf
from sim.scenario.fields import Section
from sim.scenario.kinds import KINDS
from sim.scenario.markers import Marker
from sim.scenario.resolving import fields_of, marker_of
from sim.scenario.schema import Scenario
from sim.vocabulary.distributions import DECLARATIONS

GENERATED = "<!-- Below this line everything is written by python -m sim.scenario.reference -->"
"""The line between what is written by hand and what is derived."""


def reference() -> str:
    """Return the reference of all fields, as Markdown."""
    parts = ["## All fields", "", *_laws()]
    titles = {section: title for title, section in _sections()}
    for section, title in titles.items():
        meaning = (section.__doc__ or "").split("\n")[0]
        parts += ["", f"### {title}", "", meaning, *_table(section, titles)]
    return "\n".join(parts) + "\n"


def with_reference(page: str) -> str:
    """Return the page with everything below its dividing line written anew."""
    by_hand, found, _ = page.partition(GENERATED)
    if not found:
        raise ValueError(f"the page has no line {GENERATED!r}")
    return f"{by_hand}{GENERATED}\n\n{reference()}"


def _laws() -> Iterator[str]:
    yield from ("### Laws", "", "| `family` | meaning | parameters |", "|---|---|---|")
    for each in DECLARATIONS.values():
        fields = "; ".join(f"`{field.name}`: {field.sentence}" for field in each.fields)
        one = f" Exactly one of {' and '.join(each.either)}." if each.either else ""
        yield f"| `{each.name}` | {each.sentence} | {fields}{one} |"


def _sections() -> Iterator[tuple[str, type[Section]]]:
    """Yield every section with its place in a file, in the order of the declarations."""
    yield "The scenario file", Scenario
    seen: set[type[Section]] = {Scenario}
    for key, _, field in fields_of(Scenario):
        if key != "services":
            yield from _inside(key, field, seen)
    for word, kind in KINDS.items():
        yield f"A service of the kind `{word}`", kind
        for key, _, field in fields_of(kind):
            yield from _inside(f"services.NAME.{key}", field, seen)
    yield "A what-if file", WhatIf
    for word, change in CHANGES.items():
        yield f"`changes[...]` that begin with `{word}`", change


def _inside(
    path: str, field: FieldInfo, seen: set[type[Section]]
) -> Iterator[tuple[str, type[Section]]]:
    section, container = _section(field.annotation)
    if section is None or section in seen:
        return
    seen.add(section)
    place = path + {"dict": ".NAME", "tuple": "[...]", "": ""}[container]
    yield f"`{place}`", section
    for key, _, inner in fields_of(section):
        yield from _inside(f"{place}.{key}", inner, seen)


def _section(annotation: Any, container: str = "") -> tuple[type[Section] | None, str]:
    """Return the section a field holds, and whether in a mapping, a list or by itself."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation, container
    origin = getattr(annotation, "__origin__", None)
    inside = {dict: "dict", tuple: "tuple"}.get(origin, container) if origin else container
    for each in get_args(annotation):
        found, where = _section(each, inside)
        if found is not None:
            return found, where
    return None, ""


Titles = dict[type[Section], str]


def _table(section: type[Section], titles: Titles) -> Iterator[str]:
    yield from ("", "| key | what to write | default | meaning |", "|---|---|---|---|")
    for key, _, field in fields_of(section):
        words, default = _words(key, field, titles), _default(field)
        yield f"| `{key}` | {words} | {default} | {field.description} |"


def _words(key: str, field: FieldInfo, titles: Titles) -> str:
    marker = marker_of(field)
    if marker is not None:
        return marker.words
    if key == "kind":
        return f"`{get_args(field.annotation)[0]}`"
    section, container = _section(field.annotation)
    several = {"dict": "lines `NAME: ...`, each ", "tuple": "list of items, each ", "": ""}
    if section is None:
        return several["dict"] + next(marker.words for marker in _markers(field.annotation))
    if section in KINDS.values():
        return f"{several['dict']}a service of one of the kinds below"
    if section in CHANGES.values():
        return "list of changes, each of one of the kinds below"
    return f"{several[container]}{'with ' if container else ''}the keys of {titles[section]}"


def _markers(annotation: Any) -> Iterator[Marker]:
    for each in (*getattr(annotation, "__metadata__", ()), *get_args(annotation)):
        if isinstance(each, Marker):
            yield each
        elif each is not annotation:
            yield from _markers(each)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    if field.default in ({}, ()):
        by_itself = isinstance(field.annotation, type) and issubclass(field.annotation, Section)
        return "every default" if by_itself else "nothing"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    return f"`{field.default}`"


if __name__ == "__main__":
    target = FilePath(sys.argv[1])
    target.write_text(with_reference(target.read_text(encoding="utf-8")), encoding="utf-8")
