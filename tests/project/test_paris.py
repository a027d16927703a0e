"""What the Paris scenario must show, with the published and assumed numbers as they are."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.blocking import blocking, main_cause
from sim.analysis.checks import check
from sim.analysis.statistics import paired_difference
from sim.analysis.windows import as_arrays, windows
from sim.core.log import Tallies
from sim.plan.build import plan_of
from sim.scenarios.loading import load
from tests.support.engines import FASTEST

FOLDER = Path(__file__).parents[2] / "scenarios"
REPLICATIONS = range(1, 7)


@lru_cache
def histories(name: str) -> tuple[Tallies, ...]:
    plan = plan_of(load(FOLDER / name))
    return tuple(as_arrays(FASTEST(plan, 2024, k).tallies) for k in REPLICATIONS)


def street_nights(name: str) -> np.ndarray:
    return np.array([tallies.counts["street_nights"].sum() for tallies in histories(name)])


def blocked_share(tallies: Tallies, service: str) -> float:
    names = [item.name for item in tallies.outline.services]
    number = names.index(service)
    last_year = slice(-365, None)
    people = tallies.level_mean["living"][last_year, number].sum()
    return float(tallies.level_mean["blocked"][last_year, number].sum() / people)


def test_shelter_and_hotels_are_blocked_when_nothing_is_done():
    for tallies in histories("paris.yaml"):
        check(tallies)
        assert blocked_share(tallies, "shelter") > 0.1
        assert blocked_share(tallies, "ASSORE hotels") > 0.1
        assert blocked_share(tallies, "long-term housing") == 0.0  # it leads nowhere further


def test_the_root_of_blocking_is_long_term_housing():
    for tallies in histories("paris.yaml"):
        window = windows(tallies.outline)[0]
        result = blocking(tallies, window)
        lived = tallies.level_mean["living"].sum(axis=(0, 2))
        cause = main_cause(result, lived, len(tallies.level_mean["living"]))
        assert cause is not None
        assert tallies.outline.services[cause.want].name == "long-term housing"


@pytest.mark.slow
def test_more_housing_lowers_street_nights_and_more_shelter_far_less():
    base = street_nights("paris.yaml")
    housing = paired_difference(street_nights("what-if/more-housing.yaml"), base)
    shelter = paired_difference(street_nights("what-if/more-shelter.yaml"), base)
    assert housing.high < 0.0
    assert abs(shelter.mean) < 0.6 * abs(housing.mean)


@pytest.mark.slow
def test_doing_nothing_changes_nothing():
    """The control: a scenario without changes differs by exactly nothing, person by person."""
    assert np.array_equal(street_nights("what-if/do-nothing.yaml"), street_nights("paris.yaml"))


def test_another_seed_moves_more_than_the_change_is_worth():
    """Pairing matters: unpaired histories differ by more than paired differences do."""
    base, housing = street_nights("paris.yaml"), street_nights("what-if/more-housing.yaml")
    paired, shuffled = housing - base, np.roll(housing, 1) - base
    assert paired.std(ddof=1) < shuffled.std(ddof=1)


@pytest.mark.parametrize("people", [5000])
def test_ten_services_and_thousands_of_people(tmp_path, people):
    """Ten services in a row, as a long pathway would be; 5,000 people in the street."""
    text = [
        "title: a large pathway",
        "period: {start: 2024-01-01, length: 120 days}",
        "people: {classes: {everybody: 100 %}}",
        f"start: {{street: {people}}}",
        "services:",
        "  outreach:",
        "    {kind: outreach, outings: 14 per week, contacts: 100,",
        "     referrals: [{to: service 1, share: 50 %}]}",
    ]
    for number in range(1, 10):
        to = f"service {number + 1}" if number < 9 else "housed"
        text += [
            f"  service {number}:",
            f"    {{kind: places, places: {120 - 10 * number}, stay: 10 days,",
            f"     routes: [{{to: {to}, share: 100 %}}]}}",
        ]
    path = tmp_path / "large.yaml"
    path.write_text("\n".join(text), encoding="utf-8")
    tallies = as_arrays(FASTEST(plan_of(load(path)), 1, 1).tallies)
    check(tallies)
    assert len(tallies.people) == people
    assert tallies.counts["housed"].sum() > 0
