"""A scenario in full: every default filled, as plain data, as YAML, and as one hash."""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from pydantic.fields import FieldInfo
from ruamel.yaml import YAML

from sim.core.errors import KeyPath
from sim.scenarios.fields import NONE, Marker, Section
from sim.scenarios.values import Annotation, Law, Quantity, Wording

WORDING = ("title", "summary", "names", "note", "published")
"""Fields that change nothing in the results."""


def marker_of(field: FieldInfo) -> Marker | None:
    """Return how a field is read, None for a section or a list of sections."""
    return next((each for each in field.metadata if isinstance(each, Marker)), None)


def fields_of(section: type[Section] | Section) -> Iterator[tuple[str, str, FieldInfo]]:
    """Yield (key people write, attribute, field) in the order of the declaration."""
    kind = section if isinstance(section, type) else type(section)
    for name, field in kind.model_fields.items():
        yield field.alias or name, name, field


class Shape(NamedTuple):
    """What a field holds: values read by ``marker``, or sections (of several kinds, one each).

    ``container``: "dict" or "tuple" where it holds any number of them.
    """

    container: str = ""
    marker: Marker | None = None
    sections: tuple[type[Section], ...] = ()


def shape_of(field: FieldInfo) -> Shape:
    """Return what a field holds."""
    return _shape(field.annotation, field.metadata)


def _shape(annotation: Any, metadata: Iterable[Any] = ()) -> Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(arguments[0], arguments[1:])
    marker = next((each for each in metadata if isinstance(each, Marker)), None)
    if marker is not None:
        return Shape(marker=marker)
    if origin in (dict, tuple):
        return _shape(arguments[origin is dict])._replace(container=origin.__name__)
    kinds = [
        get_args(kind)[0] if get_origin(kind) is Annotated else kind
        for kind in arguments or (annotation,)
    ]
    sections = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Section)]
    return Shape(sections=tuple(sections))


def resolved(section: Section) -> dict[str, Any]:
    """Return a scenario (or a part) as plain data, complete, in a stable order.

    Written values are as people wrote them; read again they give an equal scenario.
    """
    full = {}
    for key, name, field in fields_of(section):
        value = getattr(section, name)
        marker = marker_of(field)
        full[key] = plain_data(value) if value is not None else (marker.absent if marker else NONE)
    return full


def plain_data(value: Any) -> Any:
    """Return any value of a scenario as plain data, as people write it."""
    if isinstance(value, Section):
        return resolved(value)
    if isinstance(value, Quantity):
        return _quantity(value)
    if isinstance(value, Law):
        return _law(value)
    if isinstance(value, Wording):
        return value.fr if value.fr == value.en else {"fr": value.fr, "en": value.en}
    if isinstance(value, dict):
        return {key: plain_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_data(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def _quantity(quantity: Quantity) -> Any:
    annotation = _annotation(quantity.annotation)
    if isinstance(quantity.written, dict):
        return {**quantity.written, **annotation}
    return {"value": quantity.written, **annotation} if annotation else quantity.written


def _annotation(annotation: Annotation) -> dict[str, Any]:
    between = annotation.written_range
    written = {
        "source": annotation.source,
        "status": annotation.status,
        "range": None if between is None else list(between),
        "note": annotation.note,
    }
    return {key: value for key, value in written.items() if value is not None}


def _law(law: Law) -> Any:
    only = law.parameters.get("value")
    if isinstance(only, Quantity) and only.annotation == law.annotation:
        return _quantity(only)
    parameters = {name: plain_data(parameter) for name, parameter in law.parameters.items()}
    return {"family": law.family, **parameters, **_annotation(law.annotation)}


def resolved_yaml(scenario: Section) -> str:
    """Return the resolved scenario as a file that can be loaded."""
    stream = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode = True
    data = resolved(scenario)
    # ruamel.yaml breaks a line between two spaces and loses one of them.
    yaml.width = 100 if "  " not in json.dumps(data, default=str) else sys.maxsize
    yaml.dump(data, stream)
    return stream.getvalue()


def scenario_hash(scenario: Section) -> str:
    """Return the SHA-256 of everything that can change a result.

    Left out: titles, names, notes, sources, status and ranges, and the way a number is written.
    """
    text = json.dumps(meaning(scenario), ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def meaning(value: Any) -> Any:
    """Return what of a value can change a result, as plain data."""
    if isinstance(value, Section):
        return {
            key: meaning(getattr(value, name))
            for key, name, _ in fields_of(value)
            if key not in WORDING
        }
    if isinstance(value, Quantity):
        return [[str(date), number] for date, number in value.steps] + [value.ramp]
    if isinstance(value, Law):
        return {"family": value.family, **meaning(value.parameters)}
    if isinstance(value, dict):
        return {key: meaning(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [meaning(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def numbers_in(
    value: Any, path: KeyPath = (), defaults: bool = True
) -> Iterator[tuple[KeyPath, Quantity | Law]]:
    """Yield every quantity and law of a scenario with its path, in the order of the file.

    With ``defaults`` false, those are left out that equal the default of their field.
    """
    if isinstance(value, Quantity | Law):
        yield path, value
    elif isinstance(value, Section):
        for key, name, field in fields_of(value):
            inner = getattr(value, name)
            is_number = isinstance(inner, Quantity | Law)
            if defaults or not is_number or not is_default(inner, field):
                yield from numbers_in(inner, (*path, key), defaults)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from numbers_in(item, (*path, key), defaults)
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from numbers_in(item, (*path, i), defaults)


def is_default(value: Any, field: FieldInfo) -> bool:
    """Say whether a value read by a marker equals the default of its field."""
    marker = marker_of(field)
    return (
        marker is not None
        and not field.is_required()
        and bool(value == marker.read_any(field.default))
    )
