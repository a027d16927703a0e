"""What is derived from the declared fields is current: JSON Schema and reference page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sim.scenarios.json_schema import reference, schema_text, with_reference
from sim.scenarios.loading import load
from sim.scenarios.resolved import fields_of, resolved_yaml
from sim.scenarios.schema import KINDS, Scenario
from sim.scenarios.source import read_source

TESTS = Path(__file__).parents[1]
SCENARIOS = TESTS.parent / "scenarios"
SCHEMA = SCENARIOS / "scenario.schema.json"
FILES = sorted(
    path.relative_to(SCENARIOS).as_posix()
    for path in SCENARIOS.rglob("*.yaml")
    if path.parent.name != "sweeps"  # plans of many runs, not scenarios
)
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
    "what-if-with-services",
    "date-in-french-order",
]


def validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def content(path: Path) -> Any:
    return read_source(path, path.name).data


def test_the_json_schema_is_current() -> None:
    command = "python -m sim.scenarios.json_schema > scenarios/scenario.schema.json"
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), f"run: {command}"


def test_the_json_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("file", FILES)
def test_scenarios_fit_the_json_schema(file: str) -> None:
    validator().validate(content(SCENARIOS / file))


@pytest.mark.parametrize("name", SEEN_IN_AN_EDITOR)
def test_an_editor_sees_what_is_wrong(name: str) -> None:
    assert not validator().is_valid(content(TESTS / "support" / "refused" / f"{name}.yaml"))


def test_a_resolved_scenario_fits_the_json_schema(tmp_path: Path) -> None:
    full = tmp_path / "resolved.yaml"
    full.write_text(resolved_yaml(load(SCENARIOS / "paris.yaml")), encoding="utf-8")
    validator().validate(content(full))


def test_the_reference_page_is_current() -> None:
    page = (TESTS.parent / "docs" / "scenario.md").read_text(encoding="utf-8")
    assert page == with_reference(page), "run: python -m sim.scenarios.json_schema docs/scenario.md"


def test_the_reference_has_every_field() -> None:
    text = reference()
    for section in (Scenario, *KINDS.values()):
        for key, _, field in fields_of(section):
            assert f"| `{key}` |" in text
            assert field.description in text


def test_a_page_without_its_dividing_line_is_left_alone() -> None:
    with pytest.raises(ValueError, match="no line"):
        with_reference("# Scenario files\n")


def test_the_example_on_the_page_is_a_scenario(tmp_path: Path) -> None:
    page = (TESTS.parent / "docs" / "scenario.md").read_text(encoding="utf-8")
    example = tmp_path / "example.yaml"
    example.write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert list(load(example).services) == ["maraudes", "shelter"]
