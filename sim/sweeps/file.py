"""What people write in a sweep file, and its JSON Schema."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from sim.core.errors import InvalidValue, quoted, suggestion
from sim.core.limits import HIGHEST_SEED, MOST_REPLICATIONS
from sim.core.units import read, read_whole, refuse_ambiguous
from sim.scenarios.fields import (
    PRECISIONS,
    TEXT,
    MaybeWording,
    Section,
    Title,
    declared,
    read_yes_no,
    two_values,
)
from sim.scenarios.source import parted

# --- What people write in a sweep file; its JSON Schema is derived from these fields.

ALL_ASSUMED, ONE_AT_A_TIME = "all assumed", "one at a time"
KINDS = (
    "grid", "list", ONE_AT_A_TIME, "latin hypercube", "sobol sequence", "morris", "saltelli"
)  # fmt: skip
"""Designs: how the points are chosen."""
EFFECT_DESIGNS = KINDS[2:]
"""Designs that are read by effects of inputs."""
EFFECTS_FROM = 12
"""Replications that a point of such a design has where the file does not say, or those of the
scenario if it has more: with fewer, an effect hardly differs from noise (docs/sweeps.md)."""
_WORDING = {
    "anyOf": [
        TEXT,
        {
            "type": "object",
            "properties": {"fr": TEXT, "en": TEXT},
            "required": ["fr", "en"],
            "additionalProperties": False,
        },
    ]
}


def _whole(raw: Any) -> Any:
    """Return a whole number, however it is written; lists of points are left as they are."""
    return raw if raw is None or isinstance(raw, list | tuple) else read_whole(raw)


def _number(raw: Any) -> Any:
    """Return a number without unit; one that could mean thousands is refused."""
    if raw is None:
        return raw
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise InvalidValue(f"a number was expected, not {quoted(raw)}")
    if isinstance(raw, str):
        refuse_ambiguous(raw)
    number, unit = parted(raw)
    if unit:
        raise InvalidValue(f"a number without unit was expected, not {quoted(raw)}")
    return number


MaybeInt = Annotated[int | None, BeforeValidator(_whole)]


class Aim(Section):
    """A value that a lever sets: to ``times`` x the lever's number + ``plus``."""

    path: str = declared("Path of the value, e.g. `services.shelter.places`.")
    times: Annotated[float, BeforeValidator(_number)] = declared(
        "Factor on the lever's number.", 1.0
    )
    plus: Annotated[float, BeforeValidator(_number)] = declared("Added to it.", 0.0)


class Written(Section):
    """Number of one simulated history, in words, for an outcome."""

    measure: str = declared("Name of the measure, as in estimates.csv.")
    service: str = declared("Service, `street` or `all`.", "all")
    other: str = declared("Second service of a pair.", "")
    class_: str = Field("all", alias="class", description="Class of people.")
    period: str = declared("`all`, or a model year.", "all")


def _aims(raw: Any) -> Any:
    items = raw if isinstance(raw, list | tuple) else [raw]
    return [{"path": item} if isinstance(item, str) else item for item in items]


def _values(raw: Any) -> dict[str, Any] | None:
    """Return values by label; numbers label themselves."""
    if raw is None or isinstance(raw, dict):
        return raw
    if not isinstance(raw, list) or not raw:
        raise InvalidValue("a list of values was expected, or lines 'label: value'")
    values = {str(value): value for value in raw}
    if len(values) < len(raw):
        texts = list(map(str, raw))
        twice = next(text for number, text in enumerate(texts) if text in texts[:number])
        raise InvalidValue(f"the value {twice} is written twice")
    return values


def _ends(raw: Any) -> Any:
    if raw is not None:
        two_values(raw)
    return raw


def _some(raw: Any) -> Any:
    if raw == []:
        raise InvalidValue("a sweep needs an outcome, for instance 'street nights per year'")
    return raw


def _money(raw: Any) -> Any:
    """Return an amount in EUR; where only a number is written its unit is understood."""
    if isinstance(raw, bool | list | dict):
        raise InvalidValue(
            f"an amount of money was expected, for instance '20000 EUR', not {quoted(raw)}"
        )
    if not isinstance(raw, str):
        return raw
    return read("money", raw if re.search(r"[^-+\d\s.,]", raw) else f"{raw} EUR")


def _kind(raw: Any) -> Any:
    if raw not in KINDS:
        raise InvalidValue(f"there is no design {quoted(raw)}{suggestion(str(raw), KINDS)}")
    return raw


_PATHS = {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]}
_ENDS = {"type": "array", "items": {"type": ["number", "string"]}, "minItems": 2, "maxItems": 2}
_AMOUNT = {"anyOf": [{"type": "number", "minimum": 0}, TEXT, {"type": "null"}]}
_CHOICES = {"anyOf": [{"type": "array", "minItems": 1}, {"type": "object", "minProperties": 1}]}


class WrittenLever(Section):
    """An input varied on purpose."""

    names: Annotated[MaybeWording, WithJsonSchema(_WORDING)] = declared(
        "What it is called in figures: `homes opened a year`.", "none"
    )
    each: Annotated[MaybeWording, WithJsonSchema(_WORDING)] = declared(
        "One more of it, for the answer in words: `one more home opened a year`.", "none"
    )
    set: Annotated[tuple[Aim, ...], BeforeValidator(_aims)] = declared(
        "The value or values of the scenario to set; several move together.", ()
    )
    scale: Annotated[
        tuple[str, ...],
        BeforeValidator(lambda raw: [raw] if isinstance(raw, str) else raw),
        WithJsonSchema(_PATHS),
    ] = declared("The value or values to multiply, calendars and hours included.", ())
    values: Annotated[dict[str, Any] | None, BeforeValidator(_values), WithJsonSchema(_CHOICES)] = (
        declared("The values it takes: a list, or lines `label: value`.", None)
    )
    range: Annotated[tuple[Any, Any] | None, BeforeValidator(_ends), WithJsonSchema(_ENDS)] = (
        declared("Lowest and highest value.", None)
    )
    steps: MaybeInt = declared("Values of a range in a grid, the ends included.", None, ge=2)
    spacing: Literal["even", "log"] = declared("How values lie in the range.", "even")
    whole: Annotated[bool, BeforeValidator(read_yes_no)] = declared(
        "Whether values of the range are whole numbers.", False
    )
    moves_with: str | None = declared(
        "Another lever; both then go from their lowest to their highest value together.", None
    )


class WrittenDesign(Section):
    """How the points are chosen."""

    kind: Annotated[str, BeforeValidator(_kind), WithJsonSchema({"enum": list(KINDS)})] = declared(
        ", ".join(f"`{kind}`" for kind in KINDS) + "."
    )
    points: Annotated[int | tuple[dict[str, Any], ...] | None, BeforeValidator(_whole)] = declared(
        "How many (latin hypercube, sobol sequence), or the points themselves (list).", None
    )
    trajectories: MaybeInt = declared("Morris: how many walks.", None, ge=2)
    levels: MaybeInt = declared("Morris: values per lever, an even number.", None, ge=2)
    base: MaybeInt = declared("Saltelli: base sample, a power of 2.", None, ge=2)
    seed: MaybeInt = declared(
        "Where the sample comes from, else the seed of the sweep.", None, ge=0, le=HIGHEST_SEED
    )


class SweepFile(Section):
    """A sweep: a base scenario, levers, a design, outcomes."""

    based_on: str = declared("The base scenario, a path seen from this file.")
    title: Annotated[Title, WithJsonSchema(_WORDING)] = declared("What it asks, in a few words.")
    summary: Annotated[MaybeWording, WithJsonSchema(_WORDING)] = declared(
        "What it describes, in a few sentences.", "none"
    )
    levers: dict[str, WrittenLever] = declared("What is varied, by name.", {})
    uncertain: Literal["none", "all assumed"] = declared(
        "`all assumed`: every assumed number with a range is a lever too.", "none"
    )
    design: Annotated[
        WrittenDesign, BeforeValidator(lambda raw: {"kind": raw} if isinstance(raw, str) else raw)
    ] = declared("How the points are chosen.")
    outcomes: Annotated[tuple[str | Written, ...], BeforeValidator(_some)] = declared(
        "Measures to tabulate: `street nights per year`, `waiting of shelter`.", min_length=1
    )
    replications: MaybeInt = declared(
        "Per point, else the scenario's (12 or more where the design tells effects of inputs).",
        None, ge=1, le=MOST_REPLICATIONS,
    )  # fmt: skip
    until: Annotated[tuple[str, ...], PRECISIONS] = declared(
        "Precisions that end a point: `street nights within 2 %`.", ()
    )
    most: Annotated[int, BeforeValidator(_whole)] = declared(
        "Replications after which a precision is given up.", 200, ge=1
    )
    seed: MaybeInt = declared("Random seed, else the scenario's.", None, ge=0, le=HIGHEST_SEED)
    cleared: Annotated[float | None, BeforeValidator(_number)] = declared(
        "People without a place per night at which the street counts as cleared.", None, ge=0
    )
    budget: Annotated[float | None, BeforeValidator(_money), WithJsonSchema(_AMOUNT)] = declared(
        "Yearly cost [EUR] that a line marks.", None, ge=0
    )


# --- The JSON Schema of sweep files, for editors; derived from the declared fields.
#
# ``python -m sim.sweeps.file > scenarios/sweeps/sweep.schema.json`` writes it
# anew.

Schema = dict[str, Any]


def sweep_schema() -> Schema:
    """Return the schema, with the short forms people may write."""
    schema = SweepFile.model_json_schema()
    schema["$schema"] = "http://json-schema.org/draft-07/schema#"
    schema["title"] = "A sweep"
    schema["definitions"] = schema.pop("$defs")
    _or(schema["properties"], "design", {"enum": list(KINDS)})
    aims = schema["definitions"]["WrittenLever"]["properties"]
    aim: Schema = {"anyOf": [TEXT, {"$ref": "#/$defs/Aim"}]}
    _or(aims, "set", aim["anyOf"][0], aim["anyOf"][1])
    aims["set"]["anyOf"][0]["items"] = aim
    renamed: Schema = json.loads(json.dumps(schema).replace("#/$defs/", "#/definitions/"))
    return renamed


def _or(properties: Schema, key: str, *others: Schema) -> None:
    """Let a property also be written in other forms."""
    field = properties[key]
    described = {name: field.pop(name) for name in ("description", "default") if name in field}
    properties[key] = {**described, "anyOf": [field, *others]}


def schema_text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(sweep_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")
