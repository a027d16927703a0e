"""Values of a lever that its own number cannot take are faults of the file, at their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.sweeps.load import load_sweep
from tests.support.sweeps import BASE, with_levers, written

STAY = "services.first.stay.mean"
SHARE = "services.first.routes.second.share"
UNIFORM = BASE.replace(
    "family: exponential\n      mean: {value: 6 h, status: assumed, source: a guess, "
    "range: [3 h, 1 day]}",
    "{family: uniform, low: 2 h, high: 6 h}",
).replace("stay:\n      {", "stay: {")


def faults(tmp_path: Path, text: str, base: str = BASE) -> list[tuple[str, str]]:
    with pytest.raises(ScenarioError) as refused:
        load_sweep(written(tmp_path, text, base))
    return [(fault.path, fault.message) for fault in refused.value.faults]


IMPOSSIBLE = {
    f"set: {STAY}, range: [3, 12], steps: 2": [
        ("levers.p.range[0]", f"{STAY}: a duration needs a unit: write '3 days' or '3 months'"),
        ("levers.p.range[1]", f"{STAY}: a duration needs a unit: write '12 days' or '12 months'"),
    ],
    f"set: {STAY}, values: [3 h, -1 h]": [
        ("levers.p.values[1]", "services.first.stay.mean: -1 h is too small: 0 days is"),
    ],
    f"set: {SHARE}, range: [0.1, 0.4], steps: 2": [
        ("levers.p.range[0]", "services.first.routes[0].share: a share is written in per cent"),
        ("levers.p.range[1]", "services.first.routes[0].share: a share is written in per cent"),
    ],
    f"set: {SHARE}, values: [10 %, 140 %]": [
        ("levers.p.values[1]", "services.first.routes[0].share: the shares set here add up to 140"),
    ],
    "set: services.first.admission_hours, values: {day: 9-17, never: always}": [
        ("levers.p.values.day", "services.first.admission_hours: '9-17' does not say which days"),
    ],
    "set: services.second.places.calendar.2024-01-11, range: [-4, 3], steps: 2": [
        ("levers.p.range[0]", "services.second.places"),
    ],
    f"set: {{path: {STAY}, times: 2}}, values: [3 h, always]": [
        ("levers.p.values[1]", "a number with its unit was expected here, not 'always'"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("lever", "expected"), IMPOSSIBLE.items(), ids=list(IMPOSSIBLE))
def test_a_value_the_number_cannot_take_is_told_in_the_line_of_the_lever(
    lever: str, expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    result = faults(tmp_path, with_levers(f"{{p: {{{lever}}}}}"))
    assert [path for path, _ in result] == [path for path, _ in expected]
    assert all(got.startswith(text) for (_, got), (_, text) in zip(result, expected, strict=True))


def test_the_column_is_that_of_the_value(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as refused:
        load_sweep(written(tmp_path, with_levers(f"{{p: {{set: {STAY}, values: [3 h, -1 h]}}}}")))
    (fault,) = refused.value.faults
    line = (tmp_path / "small.yaml").read_text(encoding="utf-8").splitlines()[fault.line - 1]
    assert line[fault.column - 1 :].startswith("-1 h")


def test_what_is_possible_only_with_another_lever_is_left_to_the_points(tmp_path: Path) -> None:
    low = "low: {set: services.first.stay.low, values: [1 h, 8 h]}"
    high = "high: {set: services.first.stay.high, values: [4 h, 9 h]}"
    assert len(load_sweep(written(tmp_path, with_levers(f"{{{low}, {high}}}"), UNIFORM))) == 4
    ((path, message),) = faults(tmp_path, with_levers(f"{{{low}}}"), UNIFORM)
    assert path == "levers.low.values[1]"
    assert message.startswith("services.first.stay: uniform")


def test_levers_that_move_together_are_tried_together(tmp_path: Path) -> None:
    together = """{low: {set: services.first.stay.low, values: [1 h, 8 h]},
      high: {set: services.first.stay.high, values: [4 h, 9 h], moves_with: low}}"""
    assert len(load_sweep(written(tmp_path, with_levers(together), UNIFORM))) == 2


def test_a_list_is_judged_point_by_point(tmp_path: Path) -> None:
    listed = "{kind: list, points: [{p: 3 h}, {p: always}]}"
    assert len(load_sweep(written(tmp_path, with_levers(f"{{p: {{set: {STAY}}}}}", listed)))) == 2
    lever = f"{{p: {{set: {{path: {STAY}, times: 2}}}}}}"
    ((path, message),) = faults(tmp_path, with_levers(lever, listed))
    assert path == "design.points[1].p"
    assert "not 'always'" in message
