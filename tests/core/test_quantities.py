"""Written texts and the numbers they mean; weeks, dates and ramps as step functions."""

from __future__ import annotations

from datetime import date

import pytest

from sim.core.errors import InvalidValue
from sim.core.limits import UNLIMITED
from sim.core.units import expand, read, read_pattern
from sim.scenarios.fields import read_law, read_quantity


@pytest.mark.parametrize(
    ("dimension", "written", "meant"),
    [
        ("share", "12 %", 0.12),
        ("share", "12%", 0.12),
        ("share", "0.5 %", 0.005),
        ("count", 75, 75.0),
        ("count", "2.5", 2.5),
        ("count", "1 200", 1200.0),
        ("places", "unlimited", float(UNLIMITED)),
        ("duration", "1 year", 365.0),
        ("duration", "9 months", 9 * 365 / 12),
        ("duration", "6 weeks", 42.0),
        ("duration", "36 h", 1.5),
        ("duration", "36 min", 0.025),
        ("rate", "14 per week", 2.0),
        ("rate", "3.65 per year", 0.01),
        ("rate", "1.825 % per year", 0.00005),
        ("rate", "2 per h", 48.0),
        ("time", "09:00", 0.375),
        ("money", "20000 EUR", 20000.0),
        ("money", "20\u202f000 €", 20000.0),
        ("money", "1\u00a0234\u00a0567 EUR", 1234567.0),
        ("factor", 1.2, 1.2),
        ("factor", "80 %", 0.8),
        ("factor", "700 %", 7.0),
        ("number", 7, 7.0),
        ("number", "0.5", 0.5),
    ],
)
def test_written_and_meant(dimension: str, written: object, meant: float) -> None:
    assert read(dimension, written) == pytest.approx(meant, rel=1e-15)


@pytest.mark.parametrize(
    ("dimension", "written", "hint"),
    [
        ("duration", "1,5 h", "write 1.5 h, not 1,5 h"),
        ("duration", 270, "write '270 days' or '9 months', not 270"),
        ("duration", True, "for instance '9 months'"),
        ("duration", None, "for instance '9 months'"),
        ("duration", "1 h 30 min", "write 90 min, not 1 h 30 min"),
        ("duration", "12 34 days", "write 1234 days, not 12 34 days"),
        ("share", 0.12, "write '12 %', not 0.12"),
        ("share", 12, "write '12 %', not 12"),
        ("share", "1,5 %", "write 1.5 %, not 1,5 %"),
        ("rate", "18 a week", "'18 per week'"),
        ("rate", "18 per wek", "did you mean 'week'?"),
        ("money", "20000", "write '20000 EUR'"),
        ("money", "20000 USD", "write '20000 EUR'"),
        ("count", "many", "a number was expected"),
        ("count", ".inf", "a number was expected"),
        ("count", "nan", "a number was expected"),
        ("count", "1e999", "1e999 is too large"),
        ("factor", 7, "a factor above 5 is written in per cent"),
        ("number", "7 days", "a number without unit was expected: write 7"),
        ("time", "25:00", "there is no time of day"),
        ("time", "9h00", "written like '09:00'"),
    ],
)
def test_refused_with_a_hint(dimension: str, written: object, hint: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read(dimension, written)
    assert hint in str(refused.value)


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("always", [(0, 7)]),
        ("never", []),
        ("mon 06:00-12:00", [(0.25, 0.5)]),
        ("mon-tue 06:00-12:00", [(0.25, 0.5), (1.25, 1.5)]),
        ("mon, wed 00:00-24:00", [(0, 1), (2, 3)]),
        ("sat-sun", [(5, 7)]),
        ("sun-mon", [(0, 1), (6, 7)]),
        ("sun 18:00-06:00", [(0, 0.25), (6.75, 7)]),
        ("mon-tue 18:00-06:00", [(0.75, 1.25), (1.75, 2.25)]),
        ("every day", [(0, 7)]),
    ],
)
def test_hours_of_the_week(pattern: str, parts: list[tuple[float, float]]) -> None:
    assert read_pattern(pattern) == tuple(parts)


@pytest.mark.parametrize("pattern", ["mon 9-17", "09:00-17:00", "mond", "mon 12:00-12:00", "", 8])
def test_hours_that_are_not_understood(pattern: object) -> None:
    with pytest.raises(InvalidValue):
        read_pattern(pattern)


def steps_of(written: object, start: str, horizon: float, dimension: str = "count") -> object:
    """Return (time, value) pairs over the horizon."""
    result = read_quantity(dimension, written).calendar(date.fromisoformat(start), horizon)
    return [(round(t, 9), round(v, 9)) for t, v in zip(result.times, result.values, strict=True)]


def test_steps_of_dates() -> None:
    written = {"calendar": {"2023-06-01": 5, "2024-01-11": 8, "2025-01-01": 9}}
    assert steps_of(written, "2024-01-01", 366) == [(0, 5), (10, 8)]  # the last is after the end


def test_a_ramp_has_each_day_the_value_at_noon() -> None:
    written = {"calendar": {"2024-01-01": 0, "2024-01-05": 4}, "between": "ramp"}
    expected = [(0, 0.5), (1, 1.5), (2, 2.5), (3, 3.5), (4, 4)]
    assert steps_of(written, "2024-01-01", 30) == expected


def test_a_ramp_under_way_at_the_start() -> None:
    written = {"calendar": {"2023-12-30": 0, "2024-01-03": 4}, "between": "ramp"}
    assert steps_of(written, "2024-01-01", 30) == [(0, 2.5), (1, 3.5), (2, 4)]


def test_a_week_begins_on_its_own_day() -> None:
    written = "mon 06:00-12:00"
    monday, thursday = "2024-01-01", "2024-01-04"
    in_a_week = [(0, 0), (0.25, 1), (0.5, 0), (7.25, 1), (7.5, 0)]
    assert steps_of(written, monday, 8, "hours") == in_a_week
    assert steps_of(written, thursday, 8, "hours") == [(0, 0), (4.25, 1), (4.5, 0)]


def test_a_week_that_is_open_at_the_start() -> None:
    assert steps_of("sun 18:00-06:00", "2024-01-01", 2, "hours") == [(0, 1), (0.25, 0)]


def test_a_calendar_of_weeks() -> None:
    written = {"calendar": {"2024-01-01": "never", "2024-01-03": "wed-thu 12:00-24:00"}}
    expected = [(0, 0), (2.5, 1), (3, 0), (3.5, 1), (4, 0)]
    assert steps_of(written, "2024-01-01", 7, "hours") == expected


def test_weekly_values() -> None:
    written = {"weekly": {"mon-tue 00:00-12:00": 2, "sun": 5, "otherwise": 1}}
    expected = [(0, 2), (0.5, 1), (1, 2), (1.5, 1), (6, 5)]
    assert steps_of(written, "2024-01-01", 7) == expected


def test_an_open_week_adds_up_to_its_hours() -> None:
    result = expand(((None, _profile("mon-fri 09:00-17:00")),), date(2026, 7, 15), 364)
    assert result.area(364) == pytest.approx(52 * 5 / 3, rel=1e-12)
    assert result.area(364) != pytest.approx(52 * 5 / 3 + 1 / 24, rel=1e-12)  # an hour is seen


def _profile(pattern: str) -> object:
    return read_quantity("hours", pattern).steps[0][1]


def test_laws_keep_their_parameters() -> None:
    law = read_law("duration", {"family": "lognormal", "mean": "9 months", "cv": 1.2})
    assert law.family == "lognormal"
    assert law.parameters["mean"].value == pytest.approx(273.75)
    fixed = read_law("duration", {"value": "20 days", "source": "a count"})
    assert (fixed.family, fixed.parameters["value"].value) == ("fixed", 20)
    assert fixed.annotation.source == "a count"
    empirical = read_law("duration", {"family": "empirical", "values": ["1 day", "1 week"]})
    assert [each.value for each in empirical.parameters["values"]] == [1, 7]
