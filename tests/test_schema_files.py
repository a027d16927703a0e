"""What is derived from the declared fields is current: JSON Schema and reference page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sim.scenario import load, resolved_yaml
from sim.scenario.json_schema import schema_text
from sim.scenario.source import read_source

HERE = Path(__file__).parent
SCENARIOS = HERE.parent / "scenarios"
SCHEMA = SCENARIOS / "scenario.schema.json"
FILES = sorted(path.relative_to(SCENARIOS).as_posix() for path in SCENARIOS.rglob("*.yaml"))
# refused by the JSON Schema too: what can be seen without knowing other files, sums or dates
SEEN_IN_AN_EDITOR = [
    "decimal-comma",
    "duration-without-unit",
    "key-of-another-kind",
    "kind-missing",
    "law-incomplete",
    "missing-fields",
    "rate-without-time",
    "share-as-fraction",
    "status-unknown",
    "text-where-lines-are-expected",
    "thousands-comma",
    "unit-on-a-count",
    "unknown-family",
    "unknown-key",
    "unknown-kind",
    "unknown-unit",
    "week-incomplete",
    "what-if-with-services",
    "date-in-french-order",
]


def validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def content(path: Path) -> Any:
    return read_source(path, path.name).data


def test_the_json_schema_is_current() -> None:
    command = "python -m sim.scenario.json_schema > scenarios/scenario.schema.json"
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), f"run: {command}"


def test_the_json_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("file", FILES)
def test_scenarios_fit_the_json_schema(file: str) -> None:
    validator().validate(content(SCENARIOS / file))


@pytest.mark.parametrize("name", SEEN_IN_AN_EDITOR)
def test_an_editor_sees_what_is_wrong(name: str) -> None:
    assert not validator().is_valid(content(HERE / "refused" / f"{name}.yaml"))


def test_a_resolved_scenario_fits_the_json_schema(tmp_path: Path) -> None:
    full = tmp_path / "resolved.yaml"
    full.write_text(resolved_yaml(load(SCENARIOS / "paris.yaml")), encoding="utf-8")
    validator().validate(content(full))
