"""Exported logs: every event in words, and places as animation tools want them."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.core.events import Event, event_name
from sim.plan.build import plan_of
from sim.runs.simulate import write_log
from sim.scenarios.loading import load
from tests.support.drafts import pathway
from tests.support.engines import FASTEST
from tests.support.random_plans import FAMILIES, random_plan

ROOT = Path(__file__).parents[2]
FILE = ROOT / "scenarios" / "kinds" / "places.yaml"


def scenario_of(text: str):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        return load(file.name)


def exported(plan, form: str) -> list[dict[str, str]]:
    text = io.StringIO()
    write_log(text, FASTEST(plan, 1, 1, log=True).log, plan.outline, form)
    return list(csv.DictReader(io.StringIO(text.getvalue())))


def test_the_canonical_log_is_the_story_of_the_example():
    rows = exported(plan_of(load(FILE)), "canonical")
    items = [tuple(row.values()) for row in rows if row["event"] not in ("capacity", "locked")]
    assert items[:4] == [
        ("0.0", "present", "0", "street", "", "0"),
        ("0.0", "present", "1", "shelter", "", "0"),
        ("0.0", "present", "2", "housing", "", "0"),
        ("0.0", "listed", "0", "shelter", "", "0"),
    ]
    assert items[4:7] == [
        ("2.0", "stay_ends", "1", "shelter", "housing", "0"),
        ("2.0", "listed", "1", "housing", "", "0"),
        ("2.0", "blocked", "1", "shelter", "housing", "0"),
    ]
    assert ("3.0", "goes", "2", "housing", "left", "0") in items
    assert ("3.0", "admitted", "0", "shelter", "street", "0") in items


def test_the_resource_log_is_the_story_of_the_example():
    rows = [tuple(row.values()) for row in exported(plan_of(load(FILE)), "vidigi")]
    assert rows == [
        ("0", "arrival_departure", "arrival", "0.0", ""),
        ("1", "arrival_departure", "arrival", "0.0", ""),
        ("1", "resource_use", "shelter", "0.0", "1"),
        ("2", "arrival_departure", "arrival", "0.0", ""),
        ("2", "resource_use", "housing", "0.0", "1"),
        ("0", "queue", "waiting for shelter", "0.0", ""),
        ("1", "queue", "waiting for housing", "2.0", ""),
        ("2", "resource_use_end", "housing", "3.0", "1"),
        ("2", "arrival_departure", "depart", "3.0", ""),
        ("1", "resource_use_end", "shelter", "3.0", "1"),
        ("1", "resource_use", "housing", "3.0", "1"),
        ("0", "resource_use", "shelter", "3.0", "1"),
        ("0", "queue", "waiting for housing", "5.0", ""),
    ]


def test_no_place_is_ever_held_by_two_and_no_number_is_above_the_places():
    plan = pathway(200.0)
    most = {service.name: service.places.values[0] for service in plan.services}
    held: dict[tuple[str, str], str] = {}
    highest: dict[str, int] = {}
    for row in exported(plan, "vidigi"):
        place = (row["event"], row["resource_id"])
        if row["event_type"] == "resource_use":
            assert place not in held
            held[place] = row["entity_id"]
            highest[row["event"]] = max(highest.get(row["event"], 0), int(row["resource_id"]))
        elif row["event_type"] == "resource_use_end":
            assert held.pop(place) == row["entity_id"]
    assert set(highest) == {"shelter", "night", "centre", "homes", "rest"}
    for service, number in highest.items():
        assert number <= most[service]


def test_an_unknown_form_is_refused():
    with pytest.raises(ValueError, match="canonical, vidigi"):
        write_log(io.StringIO(), [], pathway(10.0).outline, "xes")


def table_of_events() -> dict[str, dict[str, str]]:
    """Return what docs/model.md says each column of each event holds; empty: nothing."""
    page = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("| `")]
    columns = ("event", "happened", "person", "service", "other", "number")
    items = [dict(zip(columns, map(str.strip, row), strict=True)) for row in rows]
    return {row["event"].strip("`"): row for row in items}


def test_the_table_of_events_has_every_event_that_is_written():
    never = {Event.DAY_ENDS, Event.CENSUS, Event.REQUEST_DUE, Event.DECIDED}
    assert set(table_of_events()) == {event_name(event) for event in set(Event) - never}


def test_every_row_of_a_log_fills_the_columns_of_the_table():
    text, seen = table_of_events(), set()
    for number in range(120):
        for row in exported(random_plan(number, FAMILIES[number % 2]), "canonical"):
            seen.add(row["event"])
            for column in ("person", "service", "other"):
                expected = text[row["event"]][column] != ""
                assert (row[column] != "") is expected, (row, column)
            assert text[row["event"]]["number"] or row["number"] == "0", row
    assert seen == set(text)


def test_the_help_of_the_log_leads_to_the_table():
    page = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    text = CliRunner().invoke(main, ["log", "--help"]).output
    (section,) = re.findall(r"[Ss]ection (\d+) of docs/model.md", " ".join(text.split()))
    headings = dict(re.findall(r"^## (\d+)\. (.+)$", page, flags=re.MULTILINE))
    assert headings[section] == "The log"


def test_places_without_limit_are_told_as_such():
    text = Path(FILE).read_text(encoding="utf-8")
    calendar = "{calendar: {2024-01-01: 1, 2024-01-03: unlimited, 2024-01-05: 0}}"
    first = text.index("places: 1")
    plan = plan_of(scenario_of(text[:first] + f"places: {calendar}" + text[first + 9 :]))
    rows = exported(plan, "canonical")
    items = [(row["time"], row["number"]) for row in rows
            if row["event"] == "capacity" and row["service"] == "shelter"]  # fmt: skip
    assert items == [("0.0", "1"), ("2.0", "unlimited"), ("4.0", "0")]
