"""The JSON Schema of scenario files and the reference of their fields, derived from the fields."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from sim.core.distributions import DECLARATIONS
from sim.core.units import UNITS
from sim.scenarios.changes import CHANGES, SetValue, WhatIf
from sim.scenarios.fields import (
    NONE,
    ByClass,
    ClassNames,
    Day,
    Drawn,
    Groups,
    Hours,
    Marker,
    Named,
    Number,
    OneOf,
    Precisions,
    Section,
    Text,
    Whole,
    YesNo,
)
from sim.scenarios.resolved import fields_of, marker_of
from sim.scenarios.schema import KINDS, Scenario
from sim.scenarios.values import STATUSES

# --- The JSON Schema of scenario files, for editors; derived from the declared fields.
#
# ``python -m sim.scenarios.json_schema > scenarios/scenario.schema.json`` writes it anew.

Schema = dict[str, Any]

_NUMBER = r"-?[0-9][0-9 \u00a0\u2009\u202f]*(\.[0-9]+)?"
_CLEAR = rf"(?!-?[1-9][0-9]{{0,2}}\.[0-9]{{3}}(?![0-9])){_NUMBER}"
"""A number, but none with a dot before three digits: it could mean thousands."""
_UNIT = f"({'|'.join(UNITS)})"
_PLAIN: dict[str, list[Schema]] = {
    "share": [{"type": "string", "pattern": rf"^{_NUMBER} ?%$"}],
    "count": [{"type": "number"}, {"type": "string", "pattern": f"^{_CLEAR}$"}],
    "places": [
        {"type": "number", "minimum": 0},
        {"type": "string", "pattern": f"^({_CLEAR}|unlimited)$"},
    ],
    "duration": [{"type": "string", "pattern": f"^{_CLEAR} ?{_UNIT}$"}],
    "rate": [{"type": "string", "pattern": f"^({_CLEAR}|{_NUMBER} ?%) per {_UNIT}$"}],
    "time": [{"type": "string", "pattern": "^[0-9]{1,2}:[0-9]{2}$"}],
    "money": [{"type": "string", "pattern": f"^{_CLEAR} ?(EUR|€)$"}],
    "factor": [{"type": "number"}, {"type": "string", "pattern": rf"^{_NUMBER}( ?%)?$"}],
    "number": [{"type": "number"}, {"type": "string", "pattern": rf"^{_NUMBER}( ?%)?$"}],
    "hours": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
}
"""What each dimension looks like when it is one value; bounds are told by the program."""


def json_schema() -> Schema:
    """Return the schema: what-if files by their ``based_on``, complete files otherwise."""
    definitions: Schema = {f"{name} value": _any(forms) for name, forms in _PLAIN.items()}
    definitions |= {name: _quantity(name) for name in _PLAIN}
    definitions |= {f"law of a {name}": _law(name) for name in ("duration", "number")}
    sections: tuple[type[Section], ...] = (Scenario, WhatIf)
    for section in sections:
        _define(section, definitions)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A scenario, or a what-if file based on one",
        "type": "object",
        "if": {"required": ["based_on"]},
        "then": _ref("WhatIf"),
        "else": _ref("Scenario"),
        "definitions": definitions,
    }


def schema_text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _any(forms: list[Schema]) -> Schema:
    return forms[0] if len(forms) == 1 else {"anyOf": forms}


# --------------------------------------------------------------- values

_TEXT: Schema = {"type": "string", "minLength": 1}
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def _annotation(dimension: str) -> Schema:
    value = _ref(f"{dimension} value")
    return {
        "source": {**_TEXT, "description": "Where the number comes from."},
        "status": {"enum": list(STATUSES), "description": "How well it is known."},
        "range": {
            "type": "array",
            "items": value,
            "minItems": 2,
            "maxItems": 2,
            "description": "Lowest and highest plausible value.",
        },
        "note": {**_TEXT, "description": "A remark."},
    }


def _object(properties: Schema, required: list[str], description: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _quantity(dimension: str) -> Schema:
    value = _ref(f"{dimension} value")
    said = _annotation(dimension)
    weekly = {
        "type": "object",
        "additionalProperties": value,
        "minProperties": 1,
        "description": "Values for hours of the week, and 'otherwise' one for all other hours.",
    }
    inside = _any([value, _object({"weekly": weekly}, ["weekly"], "Values by hours of the week.")])
    calendar = {
        "type": "object",
        "patternProperties": {_DATE: inside},
        "additionalProperties": False,
        "minProperties": 1,
        "description": "Dates and the values from then on; the first at or before the start.",
    }
    between = {"enum": ["steps", "ramp"], "description": "What happens between the dates."}
    return _any(
        [
            value,
            _object({"value": value, **said}, ["value"], "A value and where it comes from."),
            _object({"weekly": weekly, **said}, ["weekly"], "Values by hours of the week."),
            _object(
                {"calendar": calendar, "between": between, **said},
                ["calendar"],
                "Values that change with dates.",
            ),
        ]
    )


def _law(dimension: str) -> Schema:
    kinds = {"quantity": dimension, "number": "number", "count": "count"}
    families = []
    for declaration in DECLARATIONS.values():
        properties: Schema = {"family": {"const": declaration.name}}
        for each in declaration.fields:
            found = _ref(kinds.get(each.kind, dimension))
            if each.kind == "quantities":
                found = {"type": "array", "items": found, "minItems": 1}
            properties[each.name] = {"description": each.sentence, "allOf": [found]}
        needed = [e.name for e in declaration.fields if e.name not in declaration.either]
        family = _object(
            {**properties, **_annotation(dimension)}, ["family", *needed], declaration.sentence
        )
        if declaration.either:
            family["oneOf"] = [{"required": [name]} for name in declaration.either]
        families.append(family)
    families += _from_column(dimension)
    return _any([_ref(dimension), *families])


def _from_column(dimension: str) -> list[Schema]:
    """Return the two forms of an empirical law whose values stand in a file."""
    texts = {
        "file": "CSV file with a head, seen from this one.",
        "column": "The name of the column.",
        "unit": "The unit of its numbers, e.g. days; none for numbers without a unit.",
    }
    column: Schema = {key: {"type": "string", "description": one} for key, one in texts.items()}
    needed = ["file", "column", *(["unit"] if dimension == "duration" else [])]
    sentence = "One of the observed values in a column of a CSV file."
    family: Schema = {"family": {"const": "empirical"}, **column, **_annotation(dimension)}
    short: Schema = {"empirical": _object(column, needed, sentence), **_annotation(dimension)}
    return [
        _object(family, ["family", *needed], sentence),
        _object(short, ["empirical"], sentence),
    ]


# ------------------------------------------------------------- sections


def _define(section: type[Section], definitions: Schema) -> Schema:
    name = section.__name__
    if name not in definitions:
        definitions[name] = {}
        properties: Schema = {}
        required = []
        for key, _, field in fields_of(section):
            properties[key] = _field(field, definitions)
            if field.is_required():
                required.append(key)
        definitions[name] = _object(properties, required, (section.__doc__ or "").split("\n")[0])
        if section is SetValue:
            definitions[name]["oneOf"] = [{"required": [verb]} for verb in ("to", "add", "scale")]
    return _ref(name)


def _field(field: FieldInfo, definitions: Schema) -> Schema:
    marker = marker_of(field)
    found = _marked(marker) if marker else _of(field.annotation, definitions)
    if marker is None and not field.is_required() and field.default == NONE:
        found = _any([found, {"const": NONE}])
    told: Schema = {"description": field.description, "allOf": [found]}
    if not field.is_required():
        told["default"] = field.default
    return told


def _of(annotation: Any, definitions: Schema) -> Schema:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        marker = next((each for each in arguments[1:] if isinstance(each, Marker)), None)
        return _marked(marker) if marker else _of(arguments[0], definitions)
    if origin is Literal:
        return {"const": arguments[0]}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(arguments[1], definitions)}
    if origin is tuple:
        return {"type": "array", "items": _of(arguments[0], definitions)}
    sections = [each for each in arguments or (annotation,) if each is not type(None)]
    if len(sections) == len(CHANGES):
        return {"oneOf": [_define(kind, definitions) for kind in CHANGES.values()]}
    if len(sections) > 1:
        return _service(definitions)
    found = _define(sections[0], definitions)
    if sections[0].__name__ == "ClassOfPeople":
        return _any([_ref("share value"), found])
    return found


def _service(definitions: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": list(KINDS), "description": "The kind of service."}},
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": word}}, "required": ["kind"]},
                "then": _define(kind, definitions),
            }
            for word, kind in KINDS.items()
        ],
    }


def _marked(marker: Marker) -> Schema:
    forms = [_form(marker)]
    if marker.optional:
        forms.append({"const": NONE})
    return _any(forms)


_WORDS: dict[type[Marker], Schema] = {
    Hours: _ref("hours"),
    Text: _any(
        [_TEXT, _object({"fr": _TEXT, "en": _TEXT}, ["fr", "en"], "The text in two languages.")]
    ),
    Named: _TEXT,
    ClassNames: _any([{"const": "all"}, {"type": "array", "items": _TEXT, "minItems": 1}]),
    Groups: {"type": "array", "items": _any([_TEXT, {"type": "array", "items": _TEXT}])},
    Day: {"type": "string", "pattern": _DATE},
    Precisions: {"type": "array", "items": {"type": "string", "pattern": r"^.+ within [0-9.]+ %$"}},
    YesNo: {"type": "boolean"},
}


def _form(marker: Marker) -> Schema:
    if isinstance(marker, Number):
        return _ref(f"{marker.dimension}")
    if isinstance(marker, Drawn):
        return _ref(f"law of a {marker.dimension}")
    if isinstance(marker, ByClass):
        one = _form(marker.number)
        return _any([one, {"type": "object", "additionalProperties": one}])
    if isinstance(marker, OneOf):
        words: Schema = {"enum": list(marker.choices)}
        return words if marker.otherwise is None else _any([words, _form(marker.otherwise)])
    if isinstance(marker, Whole):
        return {"type": "integer", "minimum": marker.low, "maximum": marker.high}
    return _WORDS.get(type(marker), {})


# --- The reference of all fields, as the second half of docs/scenario.md; derived from the
# fields.
#
# ``python -m sim.scenarios.json_schema docs/scenario.md`` writes that half anew.

GENERATED = "<!-- Below this line everything is written by python -m sim.scenarios.json_schema -->"
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
