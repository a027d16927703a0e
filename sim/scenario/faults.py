"""From pydantic's errors to sentences people can act on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from sim.scenario.changes import CHANGES, word_of
from sim.scenario.fields import Section
from sim.scenario.kinds import KINDS
from sim.scenario.resolving import fields_of, marker_of
from sim.scenario.schema import Scenario
from sim.vocabulary.errors import Path, Refused, did_you_mean, quoted


def told(error: ValidationError, schema: type[Section], data: Any) -> Iterator[tuple[Path, str]]:
    """Yield (path, sentence) for everything pydantic found in the data."""
    for each in error.errors(include_url=False):
        path = _without_tag(each["loc"])
        cause = each.get("ctx", {}).get("error")
        if isinstance(cause, Refused):
            yield from (((*path, *inner), text) for inner, text in cause.faults)
        else:
            sentence = _sentence(each["type"], each["msg"], path, each["input"], schema, data)
            yield (*path, "kind") if each["type"] == "union_tag_invalid" else path, sentence


def _without_tag(loc: Path) -> Path:
    """Return the path without what pydantic puts after a service or a change: its kind."""
    return (*loc[:2], *loc[3:]) if len(loc) > 2 and loc[0] in ("services", "changes") else loc


def _sentence(
    kind: str, message: str, path: Path, found: Any, schema: type[Section], data: Any
) -> str:
    key = str(path[-1]) if path else ""
    section = section_at(schema, path[:-1], data)
    if kind == "missing":
        return _missing(key, section)
    if kind == "extra_forbidden":
        return _unknown(key, section)
    if kind == "union_tag_invalid":
        wrong = found.get("kind") if isinstance(found, dict) else found
        return f"there is no kind of service {quoted(wrong)}{did_you_mean(str(wrong), KINDS)}"
    if kind == "union_tag_not_found" and path[:1] == ("changes",):
        return "a change says 'set', 'add' or 'remove', with a path"
    if kind == "union_tag_not_found":
        return f"'kind' is missing: write one of {', '.join(KINDS)}"
    if kind in ("tuple_type", "list_type"):
        return f"a list was expected here, not {_shown(found)}"
    if kind in ("model_type", "dict_type", "model_attributes_type", "dataclass_type"):
        return f"lines 'key: value' were expected here, not {_shown(found)}"
    for start, sentence in _EXPECTED.items():
        if kind.startswith(start):
            return f"{sentence}, not {_shown(found)}"
    return f"{message.replace('Input should be', 'this should be')}, not {_shown(found)}"


_EXPECTED = {
    "string_": "a text was expected",
    "int_": "a whole number was expected",
    "float_": "a number was expected",
    "bool_": "'true' or 'false' was expected",
    "finite_number": "a number was expected",
}
"""What was expected, by the beginning of pydantic's name for the fault."""


def _unknown(key: str, section: type[Section] | None) -> str:
    known = [name for name, _, _ in fields_of(section)] if section else []
    if "based_on" in known and any(key == name for name, _, _ in fields_of(Scenario)):
        said = "a what-if file says under 'changes' what is different"
        return f"{quoted(key)} is not known here: {said}"
    hint = did_you_mean(key, known)
    if section in KINDS.values() and "did you mean" not in hint:
        others = [word for word, kind in KINDS.items() if key in kind.model_fields]
        hint = f"; it belongs to the kind {' and '.join(others)}" if others else hint
    return f"{quoted(key)} is not known here{hint}"


def _missing(key: str, section: type[Section] | None) -> str:
    for name, _, field in fields_of(section) if section else ():
        if name == key and field.description:
            marker = marker_of(field)
            how = f" ({marker.words.replace('`', chr(39))})" if marker else ""
            how = how.replace("(law of a duration", "(such as '9 months': law of a duration")
            return f"this is missing: {field.description.rstrip('.')}{how}"
    return "this is missing"


def _shown(found: Any) -> str:
    if isinstance(found, dict):
        return "lines 'key: value'"
    return "a list" if isinstance(found, list) else quoted(found)


def section_at(schema: type[Section], path: Path, data: Any) -> type[Section] | None:
    """Return the class of the section at a path of a file, None if there is no section."""
    here: Any = schema
    for part in path:
        data = _below(data, part)
        if isinstance(here, type) and issubclass(here, Section):
            annotations = {key: field.annotation for key, _, field in fields_of(here)}
            here = annotations.get(str(part))
        else:  # inside a mapping or a list: its items are of one class, or of the kind named
            here = _item_class(here, data)
        here = _only_section(here)
    return here if isinstance(here, type) and issubclass(here, Section) else None


def _below(data: Any, part: str | int) -> Any:
    try:
        return data[part]
    except (KeyError, IndexError, TypeError):
        return None


def _item_class(container: Any, item: Any) -> Any:
    classes = [each for each in _arguments(container) if each is not str]
    if set(classes) == set(CHANGES.values()):
        return CHANGES.get(word_of(item) or "")
    if len(classes) > 1:
        kind = item.get("kind") if isinstance(item, dict) else None
        return KINDS.get(kind) if isinstance(kind, str) else None
    return classes[0] if classes else None


def _arguments(annotation: Any) -> list[Any]:
    """Return the classes inside ``dict[str, A | B]`` or ``tuple[A, ...]``, flat."""
    found: list[Any] = []
    for each in getattr(annotation, "__args__", ()):
        inner = getattr(each, "__origin__", None) if hasattr(each, "__metadata__") else each
        if hasattr(inner, "__args__"):
            found += _arguments(inner)
        elif inner is not ... and inner is not type(None):
            found.append(inner)
    return found


def _only_section(annotation: Any) -> Any:
    """Return X for an optional section ``X | None``, anything else as it is."""
    if isinstance(annotation, type):
        return annotation
    classes = [each for each in getattr(annotation, "__args__", ()) if isinstance(each, type)]
    sections = [each for each in classes if issubclass(each, Section)]
    optional = type(None) in classes
    return sections[0] if optional and len(sections) == 1 else annotation
