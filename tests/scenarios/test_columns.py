"""Empirical laws whose values stand in a column of a CSV file."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.plan.build import plan_of
from sim.runs.simulate import simulate_with
from sim.scenarios.resolved import scenario_hash
from tests.scenarios.test_schema_files import content, validator
from tests.support.engines import ENGINES
from tests.support.small_scenarios import CHAIN

CSV = "who,days, age\nA,3,30\nB,0.5,31\nC,1.234,32\n"
LAW = "{family: empirical, file: data/waits.csv, column: days, unit: days}"
LISTED = "{family: empirical, values: [3 days, 12 h, 1.2340 days]}"


def scenario(folder: Path, law: str = LAW, csv: str | bytes = CSV) -> Path:
    """Write a scenario whose shelter has this stay, and its data; return the file."""
    (folder / "data").mkdir(exist_ok=True)
    data = csv if isinstance(csv, bytes) else csv.encode()
    (folder / "data" / "waits.csv").write_bytes(data)
    text = CHAIN.format(title="A chain", stay="10 days", seed=1, length="150 days")
    path = folder / "chain.yaml"
    path.write_text(text.replace("{family: exponential, mean: 10 days}", law), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "csv",
    [CSV, "\ufeff" + CSV, CSV.replace("\n", "\r\n"), CSV.replace(",", ";"), CSV.replace(",", "\t"),
     CSV + "\n", '"who","days"\n"A, B","3"\n\n"C",".5"\nD, 1.234 \n'],
    ids=["plain", "marked", "windows", "semicolons", "tabs", "empty line", "quoted"],
)  # fmt: skip
def test_a_column_is_the_list_of_its_values(csv: str, tmp_path: Path) -> None:
    loaded = sim.load(scenario(tmp_path, csv=csv))
    assert loaded == sim.load(scenario(tmp_path, LISTED))


def test_the_short_form_means_the_same(tmp_path: Path) -> None:
    short = "{empirical: {file: data/waits.csv, column: days, unit: days}, status: observed}"
    loaded = sim.load(scenario(tmp_path, short))
    law = loaded.services["shelter"].stay  # type: ignore[union-attr]
    assert law.annotation.status == "observed"
    assert scenario_hash(loaded) == scenario_hash(sim.load(scenario(tmp_path, LISTED)))


def test_results_do_not_need_the_file_later(tmp_path: Path) -> None:
    loaded = sim.load(scenario(tmp_path))
    folder = sim.run(loaded, replications=2, workers=1).save(
        tmp_path / "kept", daily=False, figures=False
    )
    (tmp_path / "data" / "waits.csv").unlink()
    kept = sim.read(folder)
    assert isinstance(kept, sim.Results)
    assert kept.scenario == loaded
    assert "waits.csv" not in (folder / "resolved.yaml").read_text(encoding="utf-8")


def test_both_engines_draw_the_values_of_the_column(tmp_path: Path) -> None:
    loaded = sim.load(scenario(tmp_path))
    logs = [list(simulate_with(name)(plan_of(loaded), 1, 1, True).log or ()) for name in ENGINES]
    assert logs[0] == logs[1]
    log = sim.log(loaded)
    begins = log[(log["event"] == "admitted") & (log["service"] == "shelter")]
    ends = log[(log["event"] == "stay_ends") & (log["service"] == "shelter")]
    both = begins.merge(ends, on="person", suffixes=("", "_end"))
    lengths = set((both["time_end"] - both["time"]).round(6))
    assert len(both) > 20
    assert lengths == {3.0, 0.5, 1.234}


def test_traits_have_no_unit(tmp_path: Path) -> None:
    law = "{family: empirical, file: data/waits.csv, column: f}"
    path = traits(tmp_path, law, "f\n0.5\n1.5\n")
    values = sim.load(path).people.traits["slow"].parameters["values"]
    assert [each.value for each in values] == [0.5, 1.5]  # type: ignore[union-attr]


def traits(folder: Path, law: str, csv: str) -> Path:
    """Write a scenario of people with a trait of this law, and its data; return the file."""
    path = scenario(folder, csv=csv)
    text = path.read_text(encoding="utf-8").replace(LAW, "2 days")
    text = text.replace("people:\n", f"people:\n  traits: {{slow: {law}}}\n")
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("law", ["{family: empirical, values: [7, 12.5]}", "{empirical: "
                                 "{file: data/waits.csv, column: f}}"])  # fmt: skip
def test_traits_have_any_values(law: str, tmp_path: Path) -> None:
    loaded = sim.load(traits(tmp_path, law, "f\n7\n12.5\n"))
    values = loaded.people.traits["slow"].parameters["values"]
    assert [each.value for each in values] == [7, 12.5]  # type: ignore[union-attr]
    trait = {"people.traits.slow": {"family": "gamma", "mean": 8, "cv": 12}}
    assert loaded.with_changes(trait).people.traits["slow"].parameters["cv"].value == 12  # type: ignore[union-attr]


def test_the_values_of_a_trait_have_no_unit(tmp_path: Path) -> None:
    law = "{family: empirical, file: data/waits.csv, column: f, unit: days}"
    message = r"(?s)for 1 reason:.*the numbers of a trait have no unit: leave 'unit' out"
    with pytest.raises(sim.ScenarioError, match=message):
        sim.load(traits(tmp_path, law, "f\n7\n"))


def test_a_what_if_and_a_program_may_name_a_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = scenario(tmp_path, "10 days")
    (tmp_path / "more").mkdir()
    what_if = tmp_path / "more" / "what-if.yaml"
    law = LAW.replace("data/", "../data/")
    what_if.write_text(
        f"based_on: ../{base.name}\ntitle: Data\nchanges:\n"
        f"  - {{set: services.shelter.stay, to: {law}, because: measured}}\n",
        encoding="utf-8",
    )
    expected = sim.load(scenario(tmp_path, LISTED)).services["shelter"]
    assert sim.load(what_if).services["shelter"] == expected
    monkeypatch.chdir(tmp_path)
    written = {"family": "empirical", "file": Path("data/waits.csv"), "column": "days",
               "unit": "days"}  # fmt: skip
    loaded = sim.load(scenario(tmp_path, "10 days"))
    changed = loaded.with_changes({"services.shelter.stay": written})
    assert changed.services["shelter"] == expected
    assert "waits.csv" not in str(changed.history.changes)
    data = loaded.as_dict()
    data["services"]["shelter"]["stay"] = written
    assert sim.scenario(data).services["shelter"] == expected
    with pytest.raises(
        sim.ScenarioError, match=r"services.shelter.stay.column: there is no column"
    ):
        loaded.with_changes({"services.shelter.stay": {**written, "column": "ages"}})


@pytest.mark.parametrize(
    ("law", "csv", "message"),
    [
        (LAW.replace("waits", "wait"), CSV, "there is no file 'data/wait.csv' beside the scenario"),
        (LAW.replace("column: days", "column: dys"), CSV,
         "no column 'dys'; did you mean 'days'? There are: who, days, age (in data/waits.csv)"),
        (LAW.replace("column: days", "column: 3"), CSV, "a text was expected, not '3'"),
        (LAW.replace("column: days, ", ""), CSV, "an empirical law from a file needs 'column'"),
        (LAW.replace("unit: days", "unit: dayz"), CSV, "'dayz' is not a unit of time; did you"),
        (LAW.replace(", unit: days", ""), CSV, "for 1 reason"),
        (LAW.replace(", unit: days", ""), CSV, "durations from a file need 'unit': write"),
        (LAW.replace("column", "values: [1 day], column"), CSV, "'file' and 'values' exclude"),
        (LAW, "days\n1\nx\n\n-2\n \n", "row 3 of 'days' in data/waits.csv: a number was expected, "
         "not 'x'; row 5 of 'days' in data/waits.csv: '-2' is below 0; row 6 of 'days' in "
         "data/waits.csv: it is empty"),
        (LAW, "days\n1\n2e12\n", "row 3 of 'days' in data/waits.csv: 2000000000000 days is too"),
        (LAW, "days\n" + "x\n" * 9, "; 4 more rows"),
        (LAW, "days\nnan\ninf\n1_0\n1,5\n", "not 'nan'; row 3"),
        (LAW, "days\n", "has 0 rows; a law has 1 to 10000 values"),
        (LAW, "days\n" + "1\n" * 10_001, "has 10001 rows"),
        (LAW, "days,days\n1,2\n", "has 2 columns 'days'"),
        (LAW, "", "there is no column 'days'"),
        (LAW, b"days\n\xe9\n", "is not written in UTF-8"),
        (LAW, b"days\n" + b"1" * 1_000_001, "is larger than 1 MB"),
        (LAW.replace("data/waits.csv", "data"), CSV, "there is no file 'data'"),
    ],
    ids=str.splitlines("file\ncolumn\nnumber as name\nno column\nunit\nno unit once\nno unit\n"
    "both\nrows\ntoo long\nmany\nnot finite\nempty\nlong\ntwice\nno head\nlatin\nlarge\nfolder"),
)  # fmt: skip
def test_what_is_wrong_with_a_column_is_told(
    law: str, csv: str, message: str, tmp_path: Path
) -> None:
    path = scenario(tmp_path, law, csv)
    with pytest.raises(sim.ScenarioError) as error:
        sim.load(path)
    assert message in str(error.value)
    line = path.read_text(encoding="utf-8").splitlines().index(f"    stay: {law}") + 1
    assert {fault.line for fault in error.value.faults} == {line}
    assert len(error.value.faults) <= 6


@pytest.mark.parametrize("law", [LAW, "{empirical: {file: a.csv, column: b, unit: days}}"])
def test_editors_know_the_form(law: str, tmp_path: Path) -> None:
    validator().validate(content(scenario(tmp_path, law)))
    without = scenario(tmp_path, law.replace(", unit: days", ""))
    assert not validator().is_valid(content(without))


def test_many_refused_values_of_a_list_are_told_in_few_lines(tmp_path: Path) -> None:
    values = ", ".join(["x"] * 50)
    path = scenario(tmp_path, f"{{family: empirical, values: [{values}]}}")
    with pytest.raises(sim.ScenarioError, match="45 more values of this list are refused") as error:
        sim.load(path)
    assert len(error.value.faults) == 6


def test_a_column_of_numbers_that_could_mean_thousands_is_refused(tmp_path: Path) -> None:
    with pytest.raises(sim.ScenarioError) as error:
        sim.load(scenario(tmp_path, csv="days;note\n1.500;x\n7;x\n12.000;y\n"))
    (fault,) = error.value.faults
    assert fault.path == "services.shelter.stay.column"
    assert "row 2 of 'days' in data/waits.csv: a dot before three digits could" in fault.message
    assert "write 1500 for thousands, 1.5 for decimals, not 1.500;" in fault.message
    assert "row 4" in fault.message
    assert "row 3" not in fault.message
    for output in ("0.5", "1.5", "1.2340", "0.250", "1e1"):
        sim.load(scenario(tmp_path, csv=f"days;note\n1.500;x\n{output};x\n12.000;y\n"))
    sim.load(scenario(tmp_path, csv="days\n1\n2\n"))
