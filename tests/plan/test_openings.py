"""Places that open or close during the period: what they let pass, against hand-made numbers."""

from __future__ import annotations

import pytest

from sim.plan.build import plan_of
from sim.plan.demand import Moment
from sim.plan.diagnostics import diagnose
from tests.plan.test_diagnostics import (
    EXACT,
    LONG,
    SHELTER,
    TABLE,
    TANDEM,
    arrivals,
    load_of,
    tandem,
)
from tests.support.written import scenario

OPENING = """
housing:
  kind: places
  places: {calendar: {2024-01-01: 100, 2034-01-01: 621}, between: ramp}
  stay: 3650 days
  routes: [{to: left, share: 100 %}]
"""  # 521 places in 3653 days are 52.06 in 365


def test_places_that_open_let_people_pass() -> None:
    diagnosis = diagnose(plan_of(scenario(OPENING, arrivals("73 per year", "housing"), **LONG)))
    (start,), (end,) = diagnosis.at_start, diagnosis.at_end
    # ten years of a stay let 10 of 100 places pass on in a year; 52 more open
    assert start.opening_per_year == pytest.approx(52.06, abs=0.3)  # whole places
    assert start.passes_per_year == pytest.approx(62.06, abs=0.3)
    assert start.sustained_per_year == pytest.approx(62.06, abs=0.3)
    assert start.growth_per_year == pytest.approx(73 - 62.06, abs=0.3)
    assert not start.keeps_up
    # nothing opens in the last ten of the twenty years
    assert (end.opening_per_year, end.passes_per_year) == (0.0, pytest.approx(62.1, rel=EXACT))


def test_places_that_open_take_who_would_be_too_many_for_the_rest() -> None:
    diagnosis = diagnose(plan_of(scenario(OPENING, arrivals("60 per year", "housing"), **LONG)))
    (start,), (end,) = diagnosis.at_start, diagnosis.at_end
    assert start.load == pytest.approx(600.0, rel=EXACT)
    assert (start.keeps_up, start.wait, start.limited_by) == (True, 0.0, "")
    assert start.sustained_per_year == pytest.approx(60.0, rel=EXACT)
    assert end.keeps_up


def test_without_what_opens_they_would_be_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Moment, "opening", lambda self, service: 0.0)
    diagnosis = diagnose(plan_of(scenario(OPENING, arrivals("60 per year", "housing"), **LONG)))
    assert diagnosis.at_start[0].passes_per_year == pytest.approx(10.0, rel=1e-2)
    assert not diagnosis.at_start[0].keeps_up


def test_what_opens_further_on_unblocks_those_before() -> None:
    more = "{calendar: {2024-01-01: 10, 2044-01-01: 70}, between: ramp}"
    text = TANDEM.replace("places: 10\n  stay: 100 days", "places: 12\n  stay: 100 days")
    text = text.replace("places: 10, stay: 1000", f"places: {more}, stay: 1000")
    shelter, housing = tandem(text, "365 per year")
    # housing admits 3.65 a year of its own and 3 more; shelter passes twice as many, every place
    # taken for 12 / 13.3 years
    a_year = 3.65 + housing.opening_per_year
    assert housing.opening_per_year == pytest.approx(3.0, abs=0.06)
    assert housing.sustained_per_year == pytest.approx(a_year, rel=1e-4)
    assert shelter.sustained_per_year == pytest.approx(2 * a_year, rel=1e-4)
    assert shelter.blocked == pytest.approx(12 - 2 * a_year * 100 / 365, rel=1e-3)


def test_a_service_that_fills_sends_on_only_those_who_leave() -> None:
    filling = "{calendar: {2024-01-01: 10, 2044-01-01: 210}, between: ramp}"
    text = TANDEM.replace("places: 10\n", f"places: {filling}\n", 1).replace("50 %", "100 %", 1)
    text = text.replace(", {to: left, share: 50 %}", "", 1).replace("stay: 100 d", "stay: 365 d")
    text = text.replace("places: 10, stay: 1000", "places: 1000, stay: 1000")
    shelter, housing = tandem(text, "365 per year")
    # of 20 admitted a year 10 take a place that opens, 10 the place of those who go on
    assert shelter.opening_per_year == pytest.approx(10.0, abs=0.2)
    assert shelter.sustained_per_year == pytest.approx(10.0 + shelter.opening_per_year, rel=TABLE)
    assert housing.sustained_per_year == pytest.approx(10.0, rel=TABLE)
    assert housing.limited_by == ""


@pytest.mark.parametrize(("order", "opening"), [("nobody new", -7.0), ("last in leaves", 0.0)])
def test_places_that_close_take_admissions_unless_people_must_leave(
    order: str, opening: float
) -> None:
    fall = "{calendar: {2024-01-01: 16, 2025-01-01: 8}, between: ramp}"
    closing = f"places: {fall}\n  when_places_fall: {order}"
    load = load_of(SHELTER.replace("places: 8", closing), arrivals("1 per year"))
    assert load.opening_per_year == pytest.approx(opening * 365 / 371, rel=EXACT)
    # whole places: the first of the eight closes on the first day
    assert load.places == 15.0
    assert load.passes_per_year == pytest.approx(15 * 7.3 + load.opening_per_year, rel=EXACT)


def test_places_open_at_certain_hours_only_are_no_new_places() -> None:
    weekly = '{weekly: {"mon-fri 09:00-17:00": 8, otherwise: 2}}'
    load = load_of(SHELTER.replace("places: 8", f"places: {weekly}"), arrivals("1 per year"))
    assert load.opening_per_year == 0.0
