"""Dates and durations of Python, numpy and pandas in scenarios that programs make."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from tests.support.small_scenarios import chain

DAY = datetime.date(2024, 1, 1)
DAYS = [
    datetime.datetime(2024, 1, 1),
    np.datetime64("2024-01-01"),
    np.datetime64("2024-01-01T00:00:00", "ns"),
    np.datetime64("2024-01"),
    pd.Timestamp("2024-01-01"),
]
SPANS = [
    datetime.timedelta(hours=36),
    np.timedelta64(36, "h"),
    np.timedelta64(36 * 3600 * 10**9, "ns"),
    pd.Timedelta(hours=36),
]
NO_TIMES = [np.timedelta64(1, "Y"), np.timedelta64(3), np.timedelta64("NaT"), pd.NaT, 1j]


@pytest.fixture
def small(tmp_path: Path) -> sim.Scenario:
    return sim.load(chain(tmp_path / "x.yaml"))


def both(small: sim.Scenario, service: str, field: str, value: object) -> list[Any]:
    """Return a field given as a change, and in a dictionary."""
    data = small.as_dict()
    data["services"][service][field] = value
    changed = small.with_changes({f"services.{service}.{field}": value})
    return [getattr(item.services[service], field) for item in (changed, sim.scenario(data))]


@pytest.mark.parametrize("day", DAYS, ids=repr)
def test_keys_of_a_calendar_are_dates_of_any_kind(day: Any, small: sim.Scenario) -> None:
    for result in both(small, "shelter", "places", {"calendar": {day: 5, "2024-02-01": 6}}):
        assert result.dates == (DAY, datetime.date(2024, 2, 1))
    assert small.with_changes({"period.start": day}).period.start == DAY


@pytest.mark.parametrize("span", SPANS, ids=repr)
def test_durations_are_of_any_kind(span: Any, small: sim.Scenario) -> None:
    for result in both(small, "shelter", "stay", span):
        assert result.parameters["value"].value == 1.5


@pytest.mark.parametrize("value", NO_TIMES, ids=repr)
def test_what_is_no_time_is_one_fault_at_its_path(value: Any, small: sim.Scenario) -> None:
    data = small.as_dict()
    data["services"]["shelter"]["stay"] = value
    for make in (
        lambda: sim.scenario(data),
        lambda: small.with_changes({"services.shelter.stay": value}),
    ):
        with pytest.raises(sim.ScenarioError, match="cannot stand in a scenario") as error:
            make()
        assert [fault.path for fault in error.value.faults] == ["services.shelter.stay"]


def test_a_time_of_day_is_no_date(small: sim.Scenario) -> None:
    moment = datetime.datetime(2024, 1, 1, 5)
    with pytest.raises(sim.ScenarioError, match="a date is written like '2024-01-31'"):
        small.with_changes({"services.shelter.places": {"calendar": {moment: 5}}})
