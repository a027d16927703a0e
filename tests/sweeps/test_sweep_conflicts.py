"""Levers that stand in each other's way: shares beyond 100 %, and one value moved twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.core.errors import InvalidValue, ScenarioError
from sim.sweeps.load import load_sweep
from sim.sweeps.points import scenario_at
from tests.support.sweeps import BASE, with_levers, written

SECOND, LEFT = (f"services.first.routes.{name}.share" for name in ("second", "left"))
ALL_ONWARD = (
    BASE.replace("value: 50 %", "value: 100 %")
    .replace("range: [30 %, 60 %]", "range: [30 %, 100 %]")
    .replace("street, share: 30 %", "street, share: 0 %")
    .replace("share: 20 %", "share: 0 %")
)
CLASSES = BASE.replace("{everyone: 100 %}", "{women: {share: 40 %}, men: {share: 60 %}}")
MEN_AND_WOMEN = """{women: {set: people.classes.women.share, range: [10 %, 60 %], steps: 2},
  men: {set: people.classes.men.share, range: [10 %, 60 %], steps: 2}}"""


def shares(path: Path, number: int) -> list[float]:
    sweep = load_sweep(path)
    scenario = scenario_at(sweep.text, sweep.point(number).settings)
    return [route.share.value for route in scenario.services["first"].routes]


def refusal(path: Path, number: int) -> str:
    sweep = load_sweep(path)
    with pytest.raises(InvalidValue) as refused:
        scenario_at(sweep.text, sweep.point(number).settings)
    return str(refused.value)


def faults(tmp_path: Path, text: str, base: str = BASE) -> list[tuple[int, str, str]]:
    with pytest.raises(ScenarioError) as refused:
        load_sweep(written(tmp_path, text, base))
    return [(fault.line, fault.path, fault.message) for fault in refused.value.faults]


# ----------------------------------------------------------------------- shares


def test_shares_beyond_the_whole_make_a_point_that_is_refused_by_name(tmp_path: Path) -> None:
    levers = (
        f"{{a: {{set: {SECOND}, values: [0 %, 60 %]}}, b: {{set: {LEFT}, values: [0 %, 60 %]}}}}"
    )
    path = written(tmp_path, with_levers(levers))
    assert np.allclose(shares(path, 1), [0, 1, 0])
    assert np.allclose(shares(path, 3), [0.6, 0.4, 0])
    assert "services.first.routes: the shares set here add up to 120 %" in refusal(path, 4)
    table = sim.sweep(path, engine="reference", replications=1, threads=True, workers=1).table
    assert table["status"].tolist() == ["done", "done", "done", "failed"]


def test_where_all_others_are_zero_nothing_takes_the_rest(tmp_path: Path) -> None:
    levers = (
        f"{{a: {{set: {SECOND}, values: [40 %, 100 %]}}, b: {{set: {LEFT}, values: [0 %, 60 %]}}}}"
    )
    path = written(tmp_path, with_levers(levers), ALL_ONWARD)
    assert "add up to 40 %, and none of the others can take the rest" in refusal(path, 1)
    assert "routes[1] is 0 % there; write a share above 0 % for another" in refusal(path, 1)
    assert np.allclose(shares(path, 2), [0.4, 0, 0.6])
    assert np.allclose(shares(path, 3), [1, 0, 0])


@pytest.mark.parametrize("design", ["grid", "{kind: latin hypercube, points: 4}"])
def test_levers_on_every_share_leave_nothing_to_give_way(design: str, tmp_path: Path) -> None:
    (result,) = faults(tmp_path, with_levers(MEN_AND_WOMEN, design), CLASSES)
    assert result[:2] == (5, "levers.men.set")
    assert result[2].startswith("'women' and 'men' set every share of 'people.classes'")
    assert "leave one share to the others" in result[2]


def test_every_share_may_be_moved_one_at_a_time_or_as_listed(tmp_path: Path) -> None:
    alone = load_sweep(written(tmp_path, with_levers(MEN_AND_WOMEN, "one at a time"), CLASSES))
    assert all(scenario_at(alone.text, point.settings) for point in alone.points())
    listed = "{kind: list, points: [{women: 10 %, men: 90 %}, {women: 10 %, men: 10 %}]}"
    path = written(tmp_path, with_levers(MEN_AND_WOMEN, listed), CLASSES)
    sweep = load_sweep(path)
    assert scenario_at(sweep.text, sweep.point(1).settings)
    assert "every share is set here, and together they are 20 %, not 100 %" in refusal(path, 2)


def test_one_lever_may_set_every_share_if_they_fill_the_whole(tmp_path: Path) -> None:
    lever = """{women: {set: [people.classes.women.share,
      {path: people.classes.men.share, times: -1, plus: 100}],
      range: [10 %, 60.00007 %], steps: 4}}"""
    sweep = load_sweep(written(tmp_path, with_levers(lever), CLASSES))
    assert all(scenario_at(sweep.text, point.settings) for point in sweep.points())


def test_assumed_shares_give_way_to_each_other_and_to_levers(tmp_path: Path) -> None:
    text = "status: assumed, source: a guess, range: [10 %, 90 %]"
    base = BASE.replace("street, share: 30 %", f"street, share: {{value: 30 %, {text}}}")
    base = base.replace("left, share: 20 %", f"left, share: {{value: 20 %, {text}}}")
    levers = f"{{a: {{set: {SECOND}, range: [10 %, 60 %]}}}}"
    design = "{kind: latin hypercube, points: 8}"
    path = written(tmp_path, with_levers(levers, design) + "uncertain: all assumed\n", base)
    for number in range(1, 9):
        second = load_sweep(path).point(number).shown[0]
        result = shares(path, number)
        assert result[0] == pytest.approx(float(second) / 100)
        assert sum(result) == pytest.approx(1, abs=1e-9)


def test_an_assumed_share_alone_is_not_made_into_another_value(tmp_path: Path) -> None:
    path = written(
        tmp_path, with_levers("{}", "one at a time") + "uncertain: all assumed\n", ALL_ONWARD
    )
    messages = []
    sweep = load_sweep(path)
    for point in sweep.points():
        try:
            scenario_at(sweep.text, point.settings)
        except InvalidValue as refused:
            messages.append(str(refused))
    assert len(messages) == 1
    assert "add up to 30 %" in messages[0]


# ------------------------------------------------------------------- same value

PLACES = "services.first.places"
TWICE = {
    f"{{a: {{set: {PLACES}, scale: {PLACES}, range: [1, 2], steps: 2}}}}":
        ("levers.a.scale", "this lever already sets 'services.first.places'"),
    f"{{a: {{set: [{PLACES}, {PLACES}], range: [1, 2], steps: 2}}}}":
        ("levers.a.set", "this lever already sets 'services.first.places'"),
    f"{{a: {{set: {PLACES}, values: [1]}}, b: {{set: {PLACES}, values: [2]}}}}":
        ("levers.b.set", "the lever 'a' already sets 'services.first.places'"),
    "{a: {set: services.second.places.calendar.2024-01-11, values: [1]}, "
    "b: {scale: services.second.places, values: [2]}}":
        ("levers.b.scale", "the lever 'a' already sets 'services.second.places.calendar"),
    "{a: {scale: services.second.places, values: [2]}, "
    "b: {set: services.second.places.calendar.2024-01-11, values: [1]}}":
        ("levers.b.set", "the lever 'a' already multiplies 'services.second.places'"),
}  # fmt: skip


@pytest.mark.parametrize(("levers", "expected"), TWICE.items())
def test_a_value_is_moved_by_one_lever(
    levers: str, expected: tuple[str, str], tmp_path: Path
) -> None:
    (result,) = faults(tmp_path, with_levers(levers))
    assert result[:2] == (4, expected[0])
    assert result[2].startswith(expected[1])
