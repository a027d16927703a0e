"""Sweep files: what is read, what is refused, which points a design gives."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import sim
from sim.core.errors import InvalidValue, ScenarioError
from sim.scenarios.loading import load
from sim.scenarios.resolved import resolved
from sim.scenarios.source import in_unit, joined, parted, read_source
from sim.sweeps.file import schema_text
from sim.sweeps.levers import scaled
from sim.sweeps.load import load_sweep
from sim.sweeps.points import point_key, scenario_at
from tests.support.sweeps import BASE, GRID, with_levers, written

SWEEPS = Path(__file__).parents[2] / "scenarios" / "sweeps"
FILES = sorted(path.name for path in SWEEPS.glob("*.yaml"))


def shown(path: Path) -> list[tuple[float | str, ...]]:
    return [point.shown for point in load_sweep(path).points()]


def at(path: Path, number: int):
    sweep = load_sweep(path)
    return scenario_at(sweep.text, sweep.point(number).settings)


# ------------------------------------------------------------------------ files


@pytest.mark.parametrize("file", FILES)
def test_every_sweep_of_the_project_has_points_that_can_be_simulated(file: str) -> None:
    sweep = load_sweep(SWEEPS / file)
    for number in (1, len(sweep) // 2, len(sweep)):
        assert scenario_at(sweep.text, sweep.point(number).settings)


@pytest.mark.parametrize("file", FILES)
def test_sweeps_fit_their_json_schema(file: str) -> None:
    content = read_source(SWEEPS / file, file).data
    jsonschema.Draft7Validator(json.loads(schema_text())).validate(content)


def test_an_editor_sees_an_unknown_key_and_an_unknown_design(tmp_path: Path) -> None:
    validator = jsonschema.Draft7Validator(json.loads(schema_text()))
    content = read_source(written(tmp_path), "small").data
    assert validator.is_valid(content)
    assert not validator.is_valid({**content, "lever": {}})
    assert not validator.is_valid({**content, "design": "square"})


def test_the_json_schema_of_sweeps_is_current() -> None:
    command = "python -m sim.sweeps.file > scenarios/sweeps/sweep.schema.json"
    text = (SWEEPS / "sweep.schema.json").read_text(encoding="utf-8")
    assert text == schema_text(), f"run: {command}"


REFUSED = {
    "based_on: nowhere.yaml": "there is no file",
    "design: square": "there is no design 'square'; ",
    "outcomes: [street night per year]": "did you mean 'street nights per year'?",
    "outcomes: [blocked places of fist]": "did you mean 'first'?",
    "until: [warmth within 2 %]": "no measure 'warmth'",
    "levers: {}": "a sweep needs levers",
    "levers: {p: {set: services.first.place, values: [1]}}": "did you mean 'services.first.places'",
    "levers: {p: {set: services.first.places}}": "write either its 'values' or its 'range'",
    "levers: {p: {values: [1, 2]}}": "what does it move?",
    "levers: {p: {set: services.first.places, range: [4, 2]}}": "the lowest",
    "levers: {p: {set: services.first.places, range: [1, 2]}}": "needs 'values', or 'steps'",
    "levers: {p: {set: services.first.places, range: [1 h, 2 EUR], steps: 2}}": "different units",
    "levers: {p: {set: services.first.places, values: [1], moves_with: q}}": "no lever 'q'",
    "levers: {p: {set: services.first.places, values: [2, 1, 1]}}": "the value 1 is written twice",
    "levers: {p: {set: services.first.places, range: [0, 9], spacing: log, steps: 3}}": "above 0",
    "levers: {p: {set: services.first.places, range: [0.5, 9], whole: true}}": "whole ends",
    "levers: {p: {scale: services.first.admission_hours, values: [50 %]}}": "is not a number",
    "levers: {value: {set: services.first.places, values: [1]}}": "is a column",
    "levers: {street nights per year low: {set: services.first.places}}": "is a column",
    "levers: {blocked places of first high: {set: services.first.places}}": "is a column",
    "outcomes: [street nights per year, street nights per year]": "is written twice",
    "levers: {p: {set: services.first.places, range: [3, 2]}}": "write [2, 3], not [3, 2]",
    "levers: {p: {set: services.first.places, range: [2, 2]}}": "both ends of the range are 2",
    "levers: {p: {set: services.first.places, range: 2}}": "a range is two values, lowest and",
    "levers: {p: {set: services.first.places, range: [1,5, 12]}}": "write [1.5, 12] for decimals",
    "levers: {p: {set: services.first.places, range: ['1,5', 12]}}": "write 1.5, not 1,5",
    "levers: {p: {set: services.first.stay.mean, range: [1, 2 h]}}": "no unit and 'h' are",
    "outcomes: []": "a sweep needs an outcome, for instance 'street nights per year'",
    "budget: 20 USD": "an amount of money is written in EUR: write '20 EUR'",
    "budget: 1,5": "decimals take a point: write 1.5 EUR",
    "budget: -5 EUR": "greater than or equal to 0",
    "based_on: small.yaml": "'small.yaml' is a sweep: the base is a scenario",
    "design: latin hypercube": "needs 'points'",
    "design: {kind: latin hypercube, points: 1000001}": "1,000,001 points are too many",
    "design: {kind: morris, trajectories: 400000}": "1,200,000 points are too many",
    "design: {kind: saltelli, base: 12}": "a power of 2, not 12: write 8 or 16",
    "design: {kind: morris, levels: 3}": "an even number",
    "levers: {chance: {set: run.seed, values: [1, 2]}}": "says how to simulate, not what",
    "design: list": "a list needs 'points'",
    "design: {kind: list, points: [{places: 2}]}": "a value of 'rate' is missing",
    "design: {kind: list, points: [{places: 2, rates: 3}]}": "did you mean 'rate'?",
}


@pytest.mark.parametrize(("line", "message"), REFUSED.items(), ids=list(REFUSED))
def test_a_fault_is_told_at_its_line(line: str, message: str, tmp_path: Path) -> None:
    key = line.split(":")[0]
    content = read_source(written(tmp_path), "small").data
    kept = {name: value for name, value in content.items() if name != key}
    text = "\n".join(f"{name}: {json.dumps(value)}" for name, value in kept.items())
    with pytest.raises(ScenarioError) as refused:
        load_sweep(written(tmp_path, f"{text}\n{line}\n"))
    fault = next(item for item in refused.value.faults if message in item.message)
    lines = [*text.splitlines(), line]
    assert lines[fault.line - 1].startswith(fault.path.split(".")[0].split("[")[0])


@pytest.mark.parametrize("key", ["services", "changes"])
def test_a_scenario_is_no_sweep_and_a_sweep_no_scenario(key: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"based_on: base.yaml\ntitle: x\n{key}: {{}}\n")
    with pytest.raises(ScenarioError, match="this is a scenario, not a sweep: give it to 'maraude"):
        load_sweep(path)
    with pytest.raises(ScenarioError, match="this is a sweep, not a scenario: give it to 'maraude"):
        load(written(tmp_path))


@pytest.mark.parametrize("amount", ["1500000", "1500000 EUR", "1 500 000", "1 500 000 €"])
def test_a_budget_is_an_amount_of_money(amount: str, tmp_path: Path) -> None:
    text = GRID + f"budget: {amount}\n"
    assert load_sweep(written(tmp_path, text)).written.budget == 1_500_000
    content = read_source(tmp_path / "small.yaml", "small").data
    assert jsonschema.Draft7Validator(json.loads(schema_text())).is_valid(content)


def test_a_grid_is_multiplied_before_it_is_made(tmp_path: Path) -> None:
    levers = "{places: {set: services.first.places, range: [2, 5], steps: 2000000000}}"
    with pytest.raises(ScenarioError, match="2,000,000,000 points are too many"):
        load_sweep(written(tmp_path, with_levers(levers)))
    more = """{places: {set: services.first.places, range: [2, 5], steps: 2000},
      stay: {set: services.first.stay.mean, range: [2 h, 5 h], steps: 3000}}"""
    wanted = "2000 x 3000 = 6,000,000 points are too many, 1,000,000 are the most: write fewer"
    with pytest.raises(ScenarioError, match=wanted):
        load_sweep(written(tmp_path, with_levers(more)))


def test_what_is_not_allowed_is_told_with_what_was_found(tmp_path: Path) -> None:
    text = (
        "based_on: base.yaml\ntitle: x\nuncertain: all\ndesign: list\noutcomes: [street nights]\n"
    )
    with pytest.raises(ScenarioError, match="this should be 'none' or 'all assumed', not 'all'"):
        load_sweep(written(tmp_path, text))


# ----------------------------------------------------------------------- levers


def test_a_grid_takes_the_last_lever_fastest(tmp_path: Path) -> None:
    assert shown(written(tmp_path)) == [
        (2.0, 4.0), (2.0, 6.0), (3.0, 4.0), (3.0, 6.0), (4.0, 4.0), (4.0, 6.0)
    ]  # fmt: skip


def test_a_point_is_the_scenario_people_would_have_written(tmp_path: Path) -> None:
    path = written(tmp_path)
    wanted = BASE.replace("value: 3,", "value: 4,").replace("5 per day", "6 per day")
    (tmp_path / "by-hand.yaml").write_text(wanted, encoding="utf-8")
    sweep = load_sweep(path)
    by_hand = load(tmp_path / "by-hand.yaml")
    assert point_key(at(path, 6)) == point_key(by_hand)
    assert point_key(at(path, 6)) != point_key(at(path, 5))
    assert sweep.described(sweep.point(6)) == "places 4, rate 6"


def test_a_lever_sets_several_values_with_factors(tmp_path: Path) -> None:
    lever = """{homes: {set: [{path: services.second.places.calendar.2024-01-11, times: 5,
      plus: 1}, services.first.places], values: [1, 2]}}"""
    result = at(written(tmp_path, with_levers(lever)), 2)
    assert list(result.services["second"].places.numbers()) == [1.0, 11.0]
    assert result.services["first"].places.value == 2.0


def test_a_calendar_is_scaled_as_a_whole(tmp_path: Path) -> None:
    lever = "{all: {scale: [services.second.places, services.first.places], values: [200 %]}}"
    result = at(written(tmp_path, with_levers(lever)), 1)
    assert list(result.services["second"].places.numbers()) == [2.0, 4.0]
    assert result.services["first"].places.value == 6.0


def test_hours_of_the_week_are_scaled_too() -> None:
    weekly = {"weekly": {"mon-fri 09:00-17:00": "4 per day", "otherwise": "1 per day"}}
    doubled = {"weekly": {"mon-fri 09:00-17:00": "8 per day", "otherwise": "2 per day"}}
    assert scaled({**weekly, "source": "x"}, 2.0) == doubled
    with pytest.raises(InvalidValue, match="its mean"):
        scaled({"family": "exponential", "mean": "2 h"}, 2.0)


def test_levers_move_together_each_in_its_own_range(tmp_path: Path) -> None:
    levers = """
  places: {set: services.first.places, values: [2, 4]}
  stay: {set: services.first.stay.mean, range: [2 h, 10 h], steps: 2, moves_with: places}
  rate: {set: people.arrivals.newcomers.rate, range: [1 per day, 100 per day], steps: 3,
         spacing: log}"""
    sweep = shown(written(tmp_path, with_levers(levers)))
    assert sweep == [(p, s, r) for p, s in ((2.0, 2.0), (4.0, 10.0)) for r in (1.0, 10.0, 100.0)]


def test_a_lever_takes_the_number_of_steps_of_the_one_it_moves_with(tmp_path: Path) -> None:
    levers = """
  stay: {set: services.first.stay.mean, range: [2 h, 10 h], steps: 5}
  places: {set: services.first.places, range: [2, 12], whole: true, moves_with: stay}"""
    sweep = shown(written(tmp_path, with_levers(levers)))
    assert [places for _, places in sweep] == [2.0, 4.0, 7.0, 10.0, 12.0]  # as with its own steps
    wrong = levers.replace("whole: true", "steps: 4")
    with pytest.raises(ScenarioError, match=r"'stay' \(5\) and 'places' \(4\) move together"):
        load_sweep(written(tmp_path, with_levers(wrong)))


def test_values_with_labels_are_words(tmp_path: Path) -> None:
    lever = """{hours: {set: services.first.admission_hours,
      values: {day: every day 08:00-20:00, always: always}}}"""
    path = written(tmp_path, with_levers(lever))
    assert shown(path) == [("day",), ("always",)]
    assert at(path, 2).services["first"].admission_hours is not None


def test_the_other_routes_give_way_in_proportion(tmp_path: Path) -> None:
    lever = "{onward: {set: services.first.routes.second.share, values: [0 %, 80 %, 100 %]}}"
    path = written(tmp_path, with_levers(lever))
    shares = [[r.share.value for r in at(path, n).services["first"].routes] for n in (1, 2, 3)]
    assert np.allclose(shares, [[0, 0.6, 0.4], [0.8, 0.12, 0.08], [1, 0, 0]], atol=1e-12)


def test_a_point_that_contradicts_itself_is_refused_in_words(tmp_path: Path) -> None:
    lever, listed = "{p: {set: services.first.stay.mean}}", "{kind: list, points: [{p: -1 h}]}"
    path = written(tmp_path, with_levers(lever, listed))
    with pytest.raises(InvalidValue, match=r"services\.first\.stay"):
        at(path, 1)


@pytest.mark.parametrize(
    ("text", "parts"),
    [("9 months", (9.0, "months")), ("1.8 % per year", (1.8, "% per year")), (75, (75.0, ""))],
)
def test_numbers_keep_their_unit(text: object, parts: tuple[float, str]) -> None:
    assert parted(text) == parts
    assert joined(*parts) == text


@pytest.mark.parametrize(
    ("number", "unit", "wanted", "expected"),
    [
        (14, "days", "weeks", 2.0),
        (1, "month", "months", 1.0),
        (2, "per week", "per day", 2 / 7),
        (1, "% per day", "% per week", 7.0),
        (0, "days", "months", 0.0),
    ],
)
def test_units_of_one_dimension_are_exchanged(
    number: float, unit: str, wanted: str, expected: float
) -> None:
    assert in_unit(number, unit, wanted) == pytest.approx(expected, rel=1e-11)


# ---------------------------------------------------------------------- designs

RANGES = """
  places: {set: services.first.places, range: [2, 5], whole: true}
  stay: {set: services.first.stay.mean, range: [2 h, 10 h]}"""


def test_a_latin_hypercube_has_each_row_and_column_once(tmp_path: Path) -> None:
    design = "{kind: latin hypercube, points: 8, seed: 3}"
    sweep = shown(written(tmp_path, with_levers(RANGES, design)))
    assert sorted(int(stay - 2) for _, stay in sweep) == list(range(8))
    assert sorted(places for places, _ in sweep) == [2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 5.0, 5.0]
    assert shown(written(tmp_path, with_levers(RANGES, design.replace("3", "4")))) != sweep


def test_a_sobol_sequence_fills_every_quarter_evenly(tmp_path: Path) -> None:
    sweep = shown(written(tmp_path, with_levers(RANGES, "{kind: sobol sequence, points: 16}")))
    quarters = [(places > 3, stay > 6) for places, stay in sweep]
    assert {quarters.count(item) for item in set(quarters)} == {4}


def test_morris_walks_move_one_lever_at_a_time(tmp_path: Path) -> None:
    sweep = load_sweep(written(tmp_path, with_levers(RANGES, "{kind: morris, trajectories: 4}")))
    assert sweep.places is not None
    steps = np.diff(sweep.places.reshape(4, 3, 2), axis=1)
    assert ((steps != 0).sum(axis=2) == 1).all()


def test_saltelli_needs_levers_plus_two_times_the_base(tmp_path: Path) -> None:
    assert len(shown(written(tmp_path, with_levers(RANGES, "{kind: saltelli, base: 4}")))) == 16


def test_a_list_is_taken_as_it_is(tmp_path: Path) -> None:
    design = "{kind: list, points: [{places: 2, stay: 3 h}, {places: 9, stay: 1 h}]}"
    levers = "{places: {set: services.first.places}, stay: {set: services.first.stay.mean}}"
    path = written(tmp_path, with_levers(levers, design))
    assert shown(path) == [(2.0, 3.0), (9.0, 1.0)]
    assert at(path, 2).services["first"].places.value == 9.0


def test_values_of_a_list_are_numbers_only_where_all_are_in_one_unit(tmp_path: Path) -> None:
    design = (
        "{kind: list, points: [{places: 2, stay: 3 h}, {places: unlimited, stay: 1 day}, "
        "{places: 2, stay: 2 h}]}"
    )
    levers = "{places: {set: services.first.places}, stay: {set: services.first.stay.mean}}"
    path = written(tmp_path, with_levers(levers, design))
    assert shown(path) == [("2", "3 h"), ("unlimited", "1 day"), ("2", "2 h")]
    assert not any(lever.is_number for lever in load_sweep(path).levers)
    assert at(path, 2).services["first"].stay.parameters["mean"].value == 1.0
    hours = written(tmp_path, with_levers(levers, design.replace("1 day", "24 h")))
    assert [lever.unit for lever in load_sweep(hours).levers] == ["", "h"]
    table = sim.sweep(hours, engine="reference", replications=1, threads=True, workers=1).table
    assert table["places"].tolist() == ["2", "unlimited", "2"]
    assert table["stay"].tolist() == [3.0, 24.0, 2.0]


# -------------------------------------------------------------------- uncertain

UNCERTAIN = """
based_on: base.yaml
title: all that is assumed
uncertain: all assumed
design: one at a time
outcomes: [street nights per year]
"""


def test_assumed_numbers_have_names_of_their_own(tmp_path: Path) -> None:
    route = (
        "{to: second, share: {value: 50 %, status: assumed, source: a guess, range: [30 %, 60 %]}"
    )
    base = BASE.replace("everyone: 100 %", "men: 50 %, women: 50 %").replace(
        f"- {route}}}",
        f"- {route}, classes: [men]}}\n      - {route}, classes: [women]}}",
    )
    names = [lever.name for lever in load_sweep(written(tmp_path, UNCERTAIN, base)).levers]
    assert len(names) == 5
    assert len(set(names)) == 5
    assert "services.first.routes[1].share" in names


def test_every_assumed_number_is_a_lever_alone(tmp_path: Path) -> None:
    sweep = load_sweep(written(tmp_path, UNCERTAIN))
    names = [lever.name for lever in sweep.levers]
    assert names == [
        "services.first.places",
        "services.first.stay.mean",
        "services.first.routes.second.share",
        "services.second.places",
    ]
    assert [lever.whole for lever in sweep.levers] == [True, False, False, False]
    assert sweep.point(1).shown == (3.0, 6 / 24, 50.0, 2.0)
    assert sweep.point(1).settings == ()  # the base itself
    assert sweep.point(2).shown[0] == 2.0
    highest = scenario_at(sweep.text, sweep.point(9).settings).services["second"].places
    assert list(highest.numbers()) == [2.0, 4.0]  # the calendar scaled to its highest value


def test_a_number_written_once_moves_as_one(tmp_path: Path) -> None:
    base = BASE.replace("mean: {value: 6 h", "mean: &stay {value: 6 h").replace(
        "mean: 12 h", "mean: *stay"
    )
    sweep = load_sweep(written(tmp_path, UNCERTAIN, base))
    lever = next(lever for lever in sweep.levers if lever.name == "services.first.stay.mean")
    assert [target.path[1] for target in lever.targets] == ["first", "second"]


def test_a_lever_of_the_file_takes_its_number_out_of_the_assumed_ones(tmp_path: Path) -> None:
    text = UNCERTAIN + "levers: {p: {set: services.first.places, range: [1, 9]}}"
    names = [lever.name for lever in load_sweep(written(tmp_path, text)).levers]
    assert names[0] == "p"
    assert "services.first.places" not in names


def test_resolved_data_is_not_changed_by_making_points(tmp_path: Path) -> None:
    path = written(tmp_path)
    sweep = load_sweep(path)
    before = json.dumps(sweep.data)
    for point in sweep.points():
        scenario_at(sweep.text, point.settings)
    assert json.dumps(sweep.data) == before == json.dumps(resolved(load(tmp_path / "base.yaml")))


PLACES = "{places: {set: services.first.places, range: [2, 4], whole: true}}"


@pytest.mark.parametrize(
    ("design", "wanted"),
    [
        ("grid", 2),
        ("one at a time", 12),
        ("{kind: latin hypercube, points: 8}", 12),
        ("{kind: sobol sequence, points: 8}", 12),
        ("{kind: morris, trajectories: 4}", 12),
        ("{kind: saltelli, base: 4}", 12),
    ],
)
def test_designs_that_tell_effects_have_enough_replications(
    design: str, wanted: int, tmp_path: Path
) -> None:
    text = with_levers(
        PLACES.replace("true}", "true, steps: 3}") if design == "grid" else PLACES, design
    )
    assert load_sweep(written(tmp_path, text, BASE)).replications == wanted
    many = BASE.replace("replications: 2", "replications: 30")
    assert load_sweep(written(tmp_path, text, many)).replications == 30
    file = written(tmp_path, f"{text}\nreplications: 3", BASE)
    assert load_sweep(file).replications == 3
