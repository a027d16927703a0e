"""The JSON Schema of sweep files, for editors; derived from the declared fields.

``python -m sim.experiments.sweep.json_schema > scenarios/sweeps/sweep.schema.json`` writes it anew.
"""

from __future__ import annotations

import json
from typing import Any

from sim.experiments.sweep.written import KINDS, TEXT, SweepFile

Schema = dict[str, Any]


def sweep_schema() -> Schema:
    """Return the schema, with the short forms people may write."""
    schema = SweepFile.model_json_schema()
    schema["$schema"] = "http://json-schema.org/draft-07/schema#"
    schema["title"] = "A sweep"
    schema["definitions"] = schema.pop("$defs")
    _or(schema["properties"], "design", {"enum": list(KINDS)})
    aims = schema["definitions"]["WrittenLever"]["properties"]
    one: Schema = {"anyOf": [TEXT, {"$ref": "#/$defs/Aim"}]}
    _or(aims, "set", one["anyOf"][0], one["anyOf"][1])
    aims["set"]["anyOf"][0]["items"] = one
    found: Schema = json.loads(json.dumps(schema).replace("#/$defs/", "#/definitions/"))
    return found


def _or(properties: Schema, key: str, *others: Schema) -> None:
    """Let a property also be written in other forms."""
    field = properties[key]
    said = {name: field.pop(name) for name in ("description", "default") if name in field}
    properties[key] = {**said, "anyOf": [field, *others]}


def schema_text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(sweep_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")
