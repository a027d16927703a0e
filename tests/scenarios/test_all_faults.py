"""Refused values do not hide faults of names and of sums beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import sim
from sim.cli import main
from tests.support.small_scenarios import CHAIN, chain


def faults(path: Path, **lines: str) -> dict[str, str]:
    """Return what is wrong, by path, with a chain in which lines stand instead of others."""
    text = CHAIN.format(title="x", stay="10 days", seed=1, length="150 days")
    for old, new in lines.items():
        assert BEFORE[old] in text
        text = text.replace(BEFORE[old], new)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(sim.ScenarioError) as error:
        sim.load(path)
    return {fault.path: fault.message for fault in error.value.faults}


BEFORE = {
    "places": "places: 6",
    "classes": "men: 60 %",
    "to": "to: housing",
    "share": "share: 100 %",
    "stay": "{family: exponential, mean: 20 days}",
    "rate": "0.4 per day",
    "length": "150 days",
    "start": "start:\n  street",
}
BESIDE = {
    "people.classes": "sum to 80 %",
    "services.shelter.routes[0].to": "'housin' is not a destination",
    "services.housing.routes": "sum to 90 %",
}


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        ({"places": "places: -5"}, "services.shelter.places"),
        ({"places": "places: six"}, "services.shelter.places"),
        ({"places": "places: 6\n    plces: 3"}, "services.shelter.plces"),
        ({"stay": "{family: gama, mean: 3 days}"}, "services.housing.stay.family"),
        ({"stay": "{family: exponential, mean: 3 dayz}"}, "services.housing.stay.mean"),
        ({"rate": "3"}, "people.arrivals.all.rate"),
        ({"length": "soon"}, "period.length"),
        ({"start": "  traits: {slow: {mean: 3}}\nstart:\n  street"}, "people.traits.slow"),
    ],
)  # fmt: skip
def test_a_refused_value_hides_no_other_fault(
    tmp_path: Path, lines: dict[str, str], path: str
) -> None:
    wrong = {"classes": "men: 40 %", "to": "to: housin", "share": "share: 90 %"}
    result = faults(tmp_path / "x.yaml", **(wrong | lines))
    assert set(result) == {path, *BESIDE}
    assert all(message in result[place] for place, message in BESIDE.items())


def test_sums_with_a_refused_share_are_not_told(tmp_path: Path) -> None:
    assert set(faults(tmp_path / "x.yaml", classes="men: 0.6")) == {"people.classes.men.share"}
    result = faults(tmp_path / "x.yaml", share="share: 1")
    assert set(result) == {"services.housing.routes[0].share"}


def test_the_same_holds_for_changes(tmp_path: Path) -> None:
    small = sim.load(chain(tmp_path / "x.yaml"))
    routes = [{"to": "housin", "share": "90 %"}]
    with pytest.raises(sim.ScenarioError) as error:
        small.with_changes(
            {"services.housing.places": -3, "services.shelter.routes": routes,
             "people.classes.men.share": "20 %", "services.housing.stay": "3 dayz"}
        )  # fmt: skip
    assert {fault.path for fault in error.value.faults} == {
        "services.housing.places", "services.housing.stay", "people.classes",
        "services.shelter.routes", "services.shelter.routes[0].to",
    }  # fmt: skip
    for refused in ("80", {"add": "x"}):  # a share that is not understood may make the sum right
        with pytest.raises(sim.ScenarioError) as error:
            small.with_changes(
                {"people.classes.men.share": "20 %", "people.classes.women.share": refused}
            )
        assert {fault.path for fault in error.value.faults} == {"people.classes.women.share"}


def test_a_precision_of_no_measure_is_a_fault_of_the_file(tmp_path: Path) -> None:
    text = CHAIN.format(title="x", stay="10 days", seed=1, length="100 days")
    line = next(line for line in text.splitlines() if line.startswith("run:"))
    until = "until: [foo within 2 %, people within 5 %, blocked places of sheltr within 5 %]"
    file = tmp_path / "x.yaml"
    file.write_text(text.replace(line, f"run: {{replications: 2, {until}}}"), encoding="utf-8")
    checked = sim.check(file)
    assert not checked.ok
    assert [(fault.path, fault.line) for fault in checked.faults] == [
        ("run.until[0]", text.splitlines().index(line) + 1),
        ("run.until[2]", text.splitlines().index(line) + 1),
    ]
    assert "no measure 'foo'" in checked.faults[0].message
    assert "did you mean 'shelter'" in checked.faults[1].message
    for command in ("check", "run"):
        done = CliRunner().invoke(main, [command, str(file)])
        assert done.exit_code == 2
        assert done.stderr == f"{checked.text}\n"
    with pytest.raises(sim.ScenarioError, match="no measure 'foo'"):
        sim.run(file)
