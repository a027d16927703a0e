"""The JSON Schema of scenario files and the reference of their fields, derived from the fields."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import get_args

from pydantic.fields import FieldInfo

from sim.core.distributions import DECLARATIONS
from sim.core.units import UNITS
from sim.scenarios.changes import CHANGES, SetValue, WhatIf
from sim.scenarios.fields import DATE, NONE, TEXT, Schema, Section, any_of, object_of, ref
from sim.scenarios.resolved import fields_of, shape_of
from sim.scenarios.schema import KINDS, ClassOfPeople, Scenario
from sim.scenarios.values import STATUSES

# --- The JSON Schema of scenario files, for editors; derived from the declared fields.
#
# ``python -m sim.scenarios.json_schema > scenarios/scenario.schema.json`` writes it anew.

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
"""What each dimension looks like when it is one value; bounds are checked by the program."""


def json_schema() -> Schema:
    """Return the schema: what-if files by their ``based_on``, complete files otherwise."""
    definitions: Schema = {f"{name} value": any_of(*forms) for name, forms in _PLAIN.items()}
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
        "then": ref("WhatIf"),
        "else": ref("Scenario"),
        "definitions": definitions,
    }


def schema_text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


# --------------------------------------------------------------- values


def _annotation(dimension: str) -> Schema:
    value = ref(f"{dimension} value")
    return {
        "source": {**TEXT, "description": "Where the number comes from."},
        "status": {"enum": list(STATUSES), "description": "How well it is known."},
        "range": {
            "type": "array",
            "items": value,
            "minItems": 2,
            "maxItems": 2,
            "description": "Lowest and highest plausible value.",
        },
        "note": {**TEXT, "description": "A remark."},
    }


def _quantity(dimension: str) -> Schema:
    value = ref(f"{dimension} value")
    annotation = _annotation(dimension)
    weekly = {
        "type": "object",
        "additionalProperties": value,
        "minProperties": 1,
        "description": "Values for hours of the week, and 'otherwise' one for all other hours.",
    }
    by_week = object_of({"weekly": weekly}, ["weekly"], "Values by hours of the week.")
    inside = any_of(value, by_week)
    calendar = {
        "type": "object",
        "patternProperties": {DATE: inside},
        "additionalProperties": False,
        "minProperties": 1,
        "description": "Dates and the values from then on; the first at or before the start.",
    }
    between = {"enum": ["steps", "ramp"], "description": "What happens between the dates."}
    return any_of(
        value,
        object_of({"value": value, **annotation}, ["value"], "A value and where it comes from."),
        object_of({"weekly": weekly, **annotation}, ["weekly"], "Values by hours of the week."),
        object_of(
            {"calendar": calendar, "between": between, **annotation},
            ["calendar"],
            "Values that change with dates.",
        ),
    )


def _law(dimension: str) -> Schema:
    kinds = {"quantity": dimension, "number": "number", "count": "count"}
    families = []
    for declaration in DECLARATIONS.values():
        properties: Schema = {"family": {"const": declaration.name}}
        for each in declaration.fields:
            form = ref(kinds.get(each.kind, dimension))
            if each.kind == "quantities":
                form = {"type": "array", "items": form, "minItems": 1}
            properties[each.name] = {"description": each.sentence, "allOf": [form]}
        needed = [e.name for e in declaration.fields if e.name not in declaration.either]
        family = object_of(
            {**properties, **_annotation(dimension)}, ["family", *needed], declaration.sentence
        )
        if declaration.either:
            family["oneOf"] = [{"required": [name]} for name in declaration.either]
        families.append(family)
    families += _from_column(dimension)
    return any_of(ref(dimension), *families)


def _from_column(dimension: str) -> list[Schema]:
    """Return the two forms of an empirical law whose values stand in a file."""
    texts = {
        "file": "CSV file with a head, seen from this one.",
        "column": "The name of the column.",
        "unit": "The unit of its numbers, e.g. days; none for numbers without a unit.",
    }
    column: Schema = {key: {"type": "string", "description": text} for key, text in texts.items()}
    needed = ["file", "column", *(["unit"] if dimension == "duration" else [])]
    sentence = "One of the observed values in a column of a CSV file."
    family: Schema = {"family": {"const": "empirical"}, **column, **_annotation(dimension)}
    short: Schema = {"empirical": object_of(column, needed, sentence), **_annotation(dimension)}
    return [
        object_of(family, ["family", *needed], sentence),
        object_of(short, ["empirical"], sentence),
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
        definitions[name] = object_of(properties, required, (section.__doc__ or "").split("\n")[0])
        if section is SetValue:
            definitions[name]["oneOf"] = [{"required": [verb]} for verb in ("to", "add", "scale")]
    return ref(name)


def _field(field: FieldInfo, definitions: Schema) -> Schema:
    shape = shape_of(field)
    if shape.marker is not None:
        form = shape.marker.form
    elif shape.sections:
        form = _sections_form(shape.sections, definitions)
    else:  # the kind of a service
        form = {"const": get_args(field.annotation)[0]}
    if shape.container == "dict":
        form = {"type": "object", "additionalProperties": form}
    elif shape.container == "tuple":
        form = {"type": "array", "items": form}
    elif shape.marker is None and not field.is_required() and field.default == NONE:
        form = any_of(form, {"const": NONE})
    described: Schema = {"description": field.description, "allOf": [form]}
    if not field.is_required():
        described["default"] = field.default
    return described


def _sections_form(sections: tuple[type[Section], ...], definitions: Schema) -> Schema:
    """Return the schema of a section, of one of the changes, or of a service of any kind."""
    if sections == tuple(CHANGES.values()):
        return {"oneOf": [_define(kind, definitions) for kind in sections]}
    if len(sections) > 1:
        return _service(definitions)
    form = _define(sections[0], definitions)
    return any_of(ref("share value"), form) if sections[0] is ClassOfPeople else form


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
    by_hand, divider, _ = page.partition(GENERATED)
    if not divider:
        raise ValueError(f"the page has no line {GENERATED!r}")
    return f"{by_hand}{GENERATED}\n\n{reference()}"


def _laws() -> Iterator[str]:
    yield from ("### Laws", "", "| `family` | meaning | parameters |", "|---|---|---|")
    for each in DECLARATIONS.values():
        fields = "; ".join(f"`{field.name}`: {field.sentence}" for field in each.fields)
        either = f" Exactly one of {' and '.join(each.either)}." if each.either else ""
        yield f"| `{each.name}` | {each.sentence} | {fields}{either} |"


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
    shape = shape_of(field)
    section = next(iter(shape.sections), None)
    if section is None or section in seen:
        return
    seen.add(section)
    place = path + {"dict": ".NAME", "tuple": "[...]", "": ""}[shape.container]
    yield f"`{place}`", section
    for key, _, inner in fields_of(section):
        yield from _inside(f"{place}.{key}", inner, seen)


Titles = dict[type[Section], str]


def _table(section: type[Section], titles: Titles) -> Iterator[str]:
    yield from ("", "| key | what to write | default | meaning |", "|---|---|---|---|")
    for key, _, field in fields_of(section):
        words, default = _words(field, titles), _default(field)
        yield f"| `{key}` | {words} | {default} | {field.description} |"


def _words(field: FieldInfo, titles: Titles) -> str:
    shape = shape_of(field)
    several = {"dict": "lines `NAME: ...`, each ", "tuple": "list of items, each ", "": ""}
    if shape.marker is not None:
        return several[shape.container] + shape.marker.words
    if not shape.sections:  # the kind of a service
        return f"`{get_args(field.annotation)[0]}`"
    section = shape.sections[0]
    if section in KINDS.values():
        return f"{several['dict']}a service of one of the kinds below"
    if section in CHANGES.values():
        return "list of changes, each of one of the kinds below"
    keys = f"the keys of {titles[section]}"
    return f"{several[shape.container]}with {keys}" if shape.container else keys


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
