"""What Python programs use: scenarios, results, comparisons and sweeps as objects."""

from __future__ import annotations

import datetime
import inspect
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import sim
from sim.plan.build import plan_of
from sim.runs.simulate import daily_table, simulate_with
from sim.scenarios.values import Quantity
from sim.sweeps.sweep import asked
from tests.support.small_scenarios import chain, what_if

ROOT = Path(__file__).resolve().parents[2]
PARIS = ROOT / "scenarios" / "paris.yaml"
PLACES = ROOT / "scenarios" / "kinds" / "places.yaml"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> sim.Scenario:
    return sim.load(chain(tmp_path_factory.mktemp("api") / "chain.yaml"))


@pytest.fixture(scope="module")
def results(small: sim.Scenario) -> sim.Results:
    return sim.run(small, workers=1, measures={"arrived": arrived, "events": EVENTS})


def arrived(daily: sim.Daily) -> float:
    return float(daily.series("arrivals").sum())


EVENTS = sim.Measure(len, needs="log", unit="events")


def faults(error: pytest.ExceptionInfo[sim.ScenarioError]) -> dict[str, str]:
    """Return the faults of an error by path."""
    return {fault.path: fault.message for fault in error.value.faults}


# ---------------------------------------------------------------------------- public names


def test_every_public_name_is_there_and_short() -> None:
    assert all(getattr(sim, name) is not None for name in sim.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = sim.nothing


@pytest.mark.slow
def test_packages_never_hide_functions_of_their_name() -> None:
    code = (
        "import sim, sim.scenarios.loading, sim.core.log\n"
        "assert callable(sim.scenario) and callable(sim.log)\n"
        "from sim.scenarios import load\n"
        "sim.load(r'%s')\n"
        "import sim.scenarios.checks\n"
        "assert callable(sim.scenario)\n"
    )
    subprocess.run([sys.executable, "-c", code % PLACES], check=True, cwd=ROOT)


@pytest.mark.parametrize("name", [name for name in sim.__all__ if name.islower()])
def test_arguments_are_explicit(name: str) -> None:
    function = getattr(sim, name)
    if not callable(function):
        return
    kinds = {parameter.kind for parameter in inspect.signature(function).parameters.values()}
    assert inspect.Parameter.VAR_KEYWORD not in kinds


# ---------------------------------------------------------------------------- scenarios


def test_a_dictionary_gives_the_scenario_of_the_file(small: sim.Scenario) -> None:
    data = small.as_dict()
    assert sim.scenario(data) == small
    data["period"]["start"] = datetime.date(2024, 1, 1)
    data["services"]["shelter"]["places"] = np.int64(6)
    data["people"]["arrivals"]["all"]["rate"] = small.people.arrivals["all"].rate
    data["services"]["shelter"]["stay"] = {"family": "exponential", "mean": datetime.timedelta(10)}
    data["summary"] = None
    assert sim.scenario(data) == small


def test_a_dictionary_is_checked_as_a_file_and_faults_name_paths(tmp_path: Path) -> None:
    data = sim.load(PLACES).as_dict()
    data["services"]["shelter"]["places"] = -1
    data["services"]["housing"]["stey"] = "3 days"
    data["start"]["street"] = float("nan")
    data["people"]["classes"] = {"everyone": {"share": object()}}
    with pytest.raises(sim.ScenarioError) as error:
        sim.scenario(data, name="trial")
    result = faults(error)
    assert result["services.shelter.places"] == "-1 is too small: 0 is the smallest value"
    assert "did you mean 'stay'" in result["services.housing.stey"]
    assert "not nan" in result["start.street"]
    assert "object cannot stand in a scenario" in result["people.classes.everyone.share"]
    assert "trial cannot be used, for 4 reasons" in str(error.value)
    assert {fault.line for fault in error.value.faults} == {0}
    with pytest.raises(sim.ScenarioError) as error:
        sim.scenario({"title": "x"})
    assert {fault.line for fault in error.value.faults} == {0}


def test_what_cannot_be_a_scenario_is_refused() -> None:
    with pytest.raises(TypeError, match="dictionary"):
        sim.scenario([])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="path of a file"):
        sim.run(3)  # type: ignore[arg-type]
    data: dict[str, object] = {"title": "x"}
    data["people"] = data
    with pytest.raises(sim.ScenarioError, match="contains itself"):
        sim.scenario(data)
    with pytest.raises(sim.ScenarioError, match=r"a key is a text, not '3' \(int\)"):
        sim.scenario({"services": {3: {}}})


@pytest.mark.parametrize("name", ["", "..", "a/b", " ", "a\n", 3])
def test_a_name_is_one_of_a_file(name, small):
    with pytest.raises(sim.ArgumentError, match="has a name as a file has"):
        small.with_changes({"services.shelter.places": 9}, name=name)
    with pytest.raises(sim.ArgumentError, match="has a name as a file has"):
        sim.scenario(small.as_dict(), name=name)


def test_a_dictionary_may_be_a_what_if(small: sim.Scenario, tmp_path: Path) -> None:
    file = chain(tmp_path / "chain.yaml")
    change = {"set": "services.shelter.places", "add": 2, "because": "A trial."}
    data = {"based_on": str(file), "title": "More", "changes": [change]}
    assert places(sim.scenario(data)) == 8


def places(scenario: sim.Scenario, service: str = "shelter") -> float:
    result = scenario.services[service].places  # type: ignore[union-attr]
    assert isinstance(result, Quantity)
    return result.value


def test_changes_are_those_of_a_what_if_file(tmp_path: Path, small: sim.Scenario) -> None:
    base = chain(tmp_path / "chain.yaml")
    file = what_if(tmp_path / "more.yaml", base, "services.shelter.places", "9", "trial")
    loaded = sim.load(file)
    changed = sim.load(str(base)).with_changes({"services.shelter.places": 9}, because="trial")
    assert {**changed.as_dict(), "title": ""} == {**loaded.as_dict(), "title": ""}
    first, other = changed.history.changes[0], loaded.history.changes[0]
    assert (first.path, first.before, first.after) == (other.path, other.before, other.after)
    assert first.because == other.because
    assert changed.title.en == "A chain (trial)"
    assert places(small) == 6  # the base is not touched


def test_the_verbs_of_changes(small: sim.Scenario) -> None:
    def of(value: object) -> float:
        return places(small.with_changes({"services.shelter.places": value}))

    assert [of(9), of({"to": 9}), of({"add": -2}), of({"scale": "150 %"})] == [9, 9, 4, 9]
    changed = small.with_changes(
        {
            "services.annex": {
                "as": {
                    "kind": "places",
                    "places": 3,
                    "stay": "2 days",
                    "routes": [{"to": "street", "share": "100 %"}],
                },
                "before": "housing",
                "because": "A new house.",
            },
            "services.shelter.routes.street.share": "10 %",
            "services.shelter.routes": {"as": {"to": "annex", "share": "20 %"}},
        },
        because="trial",
    )
    assert list(changed.services) == ["shelter", "annex", "housing"]
    assert {change.because.en for change in changed.history.changes} == {"trial", "A new house."}
    without = changed.with_changes(
        {"services.shelter.routes.annex": {"remove": True}, "services.annex": {"remove": True},
         "services.shelter.routes.street.share": "30 %"}
    )  # fmt: skip
    assert list(without.services) == ["shelter", "housing"]
    assert without.history.changes[-1].because.fr == "modifié en Python"


def test_all_faults_of_changes_are_told_at_once(small: sim.Scenario) -> None:
    with pytest.raises(sim.ScenarioError) as error:
        small.with_changes(
            {
                "services.sheltr.places": 3,
                "services.shelter.places": {"add": "many"},
                "run.seed": {"add": 1, "scale": 2},
                "services.housing.places": -4,
                "coordination.success": 70,
            }
        )
    result = faults(error)
    assert len(result) == 5
    assert "did you mean 'services.shelter.places'" in result["services.sheltr.places"]
    assert "number of places" in result["services.shelter.places"]
    assert "exclude one another" in result["run.seed"]
    assert "below 0" in result["services.housing.places"]
    assert "write '70 %'" in result["coordination.success"]


def test_all_faults_of_a_what_if_file_are_told_at_once(tmp_path: Path) -> None:
    base = chain(tmp_path / "chain.yaml")
    path = tmp_path / "faulty.yaml"
    path.write_text(
        f"based_on: {base.name}\ntitle: Faults\nchanges:\n"
        "  - {set: services.sheltr.places, to: 3, because: x}\n"
        "  - {set: services.shelter.places, add: many, because: x}\n"
        "  - {set: run.seed, add: 1, scale: 2, because: x}\n"
        "  - {set: coordination.success, to: 70, because: x}\n"
    )
    with pytest.raises(sim.ScenarioError) as error:
        sim.load(path)
    assert [fault.line for fault in error.value.faults] == [4, 5, 6, 7]


def test_a_scenario_is_not_changed_unchecked(small: sim.Scenario) -> None:
    with pytest.raises(TypeError, match="with_changes"):
        small.model_copy(update={"published": True})
    assert small.model_copy() == small
    edited = sim.Scenario.model_validate(small.as_dict())
    assert sim.run(edited, replications=1, workers=1).replications == 1


def test_a_scenario_is_saved_and_read_again(small: sim.Scenario, tmp_path: Path) -> None:
    small.save(tmp_path / "saved.yaml")
    assert sim.load(tmp_path / "saved.yaml") == small


@pytest.mark.slow
def test_what_is_printed_is_short(small: sim.Scenario, results: sim.Results) -> None:
    assert repr(small) == '<Scenario "A chain", 2 services, 150 days from 2024-01-01>'
    assert repr(results) == '<Results "A chain", 6 replications, seed 1>'
    paris = sim.run(PARIS, replications=1, workers=1)
    for item in (sim.load(PARIS), paris, paris.data, paris.report()):
        assert len(repr(item)) < 300
    assert len(str(sim.load(PARIS))) < 300


# ---------------------------------------------------------------------------- results


def test_results_do_not_depend_on_how_the_scenario_is_given(
    small: sim.Scenario, results: sim.Results, tmp_path: Path
) -> None:
    file = chain(tmp_path / "chain.yaml")
    for given in (str(file), file, small.as_dict()):
        again = sim.run(given, workers=2)
        assert np.array_equal(again.data.values, results.data.values, equal_nan=True)


def test_estimates_are_a_table(results: sim.Results) -> None:
    rows = results.estimates()
    assert list(rows.columns) == [
        "measure", "service", "class", "period", "mean", "low", "high", "sd", "n", "unit",
    ]  # fmt: skip
    assert not rows.duplicated(["measure", "service", "class", "period"]).any()
    item = results.estimates("blocked places", service="shelter", class_="all", period="all")
    assert len(item) == 1
    values = results.values("blocked places of shelter")
    assert item["mean"][0] == pytest.approx(values.mean())
    assert item["sd"][0] == pytest.approx(values.std(ddof=1))
    assert item["n"][0] == len(values) == 6
    row = results.estimate("blocked places of shelter")
    assert (row.mean, row.low, row.high) == tuple(item.loc[0, ["mean", "low", "high"]])
    pairs = results.estimates("moves", service="shelter", pairs=True)
    assert "housing" in set(pairs["other"])


def test_measures_have_a_row_for_each_replication(results: sim.Results) -> None:
    table = results.measures("blocked places", period="all")
    assert list(table.index) == [1, 2, 3, 4, 5, 6]
    column = table["blocked places", "shelter", "all", "all"]
    assert np.array_equal(column, results.values("blocked places of shelter"))
    assert len(results.measures().columns) >= len(results.estimates())


def test_days_have_their_zeros(results: sim.Results, small: sim.Scenario) -> None:
    table = results.daily(["blocked", "arrivals", "free_places"])
    assert list(table.columns) == [
        "replication", "date", "service", "class", "quantity", "mean", "end",
    ]  # fmt: skip
    assert len(table[table["quantity"] == "blocked"]) == 6 * 150 * 3 * 2
    assert len(table[table["quantity"] == "free_places"]) == 6 * 150 * 2
    assert table["date"].max() == pd.Timestamp("2024-05-29")
    tallies = simulate_with("auto")(plan_of(small), 1, 2).tallies
    stored = daily_table(sim.Daily(tallies)._tallies).to_pandas()
    for quantity in ("blocked", "arrivals", "free_places"):
        mine = table[(table["replication"] == 2) & (table["quantity"] == quantity)]
        theirs = stored[stored["quantity"] == quantity]
        assert mine["mean"].sum() == pytest.approx(theirs["mean"].sum())
        assert mine["end"].sum() == pytest.approx(theirs["end"].sum())
        assert (mine["mean"] == 0).sum() > 0


def test_too_long_a_table_of_days_says_what_to_do() -> None:
    result = sim.run(PARIS, replications=3, workers=2)
    with pytest.raises(sim.ArgumentError, match=r"about .* rows: name the quantities"):
        _many(result).daily()
    assert len(result.daily("street_nights", replications=[2])) == 1825 * 12 * 3


def _many(result: sim.Results) -> sim.Results:
    from dataclasses import replace

    values = np.repeat(result.data.values, 50, axis=0)
    return replace(result, data=replace(result.data, values=values))


def test_own_measures_stand_beside_the_others(results: sim.Results) -> None:
    rows = results.estimates("arrived")
    counted = results.measures("arrivals", service="all", class_="all", period="all")
    assert results.values("arrived") == pytest.approx(counted.to_numpy()[:, 0])
    assert results.values("arrived").min() > 0
    assert rows["mean"][0] == pytest.approx(results.values("arrived").mean())
    assert rows["n"][0] == 6
    events = results.estimates("events")
    assert events["unit"][0] == "events"
    lengths = [len(sim.log(results, replication=number)) for number in range(1, 7)]
    assert list(results.values("events")) == lengths
    assert "arrived" in results._repr_html_()


def test_own_measures_with_the_reference_engine(
    small: sim.Scenario, results: sim.Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.runs.pool.SHORT", 0)  # else nothing goes to a process
    slow = sim.run(
        small, engine="reference", workers=2, replications=2,
        measures={"arrived": lambda daily: arrived(daily)},  # which no process could be sent
    )  # fmt: skip
    assert list(slow.values("arrived")) == list(results.values("arrived")[:2])


def test_a_measure_that_fails_is_named(small: sim.Scenario) -> None:
    def wrong(daily: sim.Daily) -> float:
        return float(daily.series("blokced")[0])

    def text(log: pd.DataFrame) -> float:
        return "many"  # type: ignore[return-value]

    with pytest.raises(sim.RunError, match=r"measure 'mine' failed in replication 1.*'blocked'"):
        sim.run(small, workers=1, measures={"mine": wrong})
    with pytest.raises(sim.RunError, match=r"'words' failed .* 'many' .str., not a number"):
        sim.run(small, workers=1, measures={"words": sim.Measure(text, needs="log")})
    with pytest.raises(sim.ArgumentError, match=r"'blocked places' \[places\] already"):
        sim.run(small, measures={"blocked places": wrong})
    with pytest.raises(sim.ArgumentError, match="did you mean 'daily'"):
        sim.Measure(wrong, needs="dayly")  # type: ignore[arg-type]
    with pytest.raises(sim.ArgumentError, match="is a function"):
        sim.run(small, measures={"mine": 3})  # type: ignore[dict-item]


def test_days_given_to_measures(small: sim.Scenario) -> None:
    replication = sim.Daily(simulate_with("auto")(plan_of(small), 1, 1).tallies)
    assert replication.services == ("shelter", "housing", "street")
    whole = replication.series("living", "shelter")
    by_class = [replication.series("living", "shelter", name) for name in ("men", "women")]
    assert whole == pytest.approx(sum(by_class))
    assert replication.series("living", at_end=True).shape == (150,)
    want = replication.series("blocked for housing")
    assert want.sum() > 0
    assert want.sum() == pytest.approx(replication.series("blocked", "shelter").sum())
    assert set(replication.frame(["blocked for housing"])["class"]) == {"all"}
    with pytest.raises(KeyError, match="did you mean 'shelter'"):
        replication.series("living", "sheltr")
    with pytest.raises(KeyError, match="there is no class"):
        replication.series("living", class_="child")
    with pytest.raises(sim.ArgumentError, match="not counted by class"):
        replication.series("open_places", class_="men")
    with pytest.raises(sim.ArgumentError, match="not counted in the street"):
        replication.series("open_places", "street")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda r: r.estimates("blocked place"), "no measure .* did you mean 'blocked places'"),
        (lambda r: r.estimates(service="sheltr"), "did you mean 'shelter'.*There are"),
        (lambda r: r.estimate("blocked places of sheltr"), "did you mean 'shelter'"),
        (lambda r: r.estimate("blocked places", class_="men", period="2024"), "period"),
        (lambda r: r.values("blocked places", class_="child"), "no class of 'blocked places'"),
        (lambda r: r.measures(period="2031"), "there is no period '2031'"),
        (lambda r: r.daily("blokced"), "did you mean 'blocked'"),
        (lambda r: r.daily(replications=[7]), "no replication 7: these results have 1 to 6"),
        (lambda r: r.plot("flo"), "did you mean 'flow'.*There are: where, places"),
    ],
)
def test_names_that_do_not_exist_are_refused_with_those_that_do(results, wrong, message):
    with pytest.raises(KeyError, match=message):
        wrong(results)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"replications": 0}, "replications is a whole number from 1"),
        ({"replications": 2.5}, "replications is a whole number"),
        ({"workers": 0}, "workers is a whole number from 1"),
        ({"seed": -1}, "seed is a whole number from 0"),
        ({"engine": "fast"}, "choose one of: auto"),
        ({"engine": "compild"}, "did you mean 'compiled'"),
        ({"until": "street nights"}, "a precision is written like"),
        ({"first": True}, "first is a whole number"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused(small, arguments, message):
    with pytest.raises(sim.ArgumentError, match=message):
        sim.run(small, **arguments)


HUGE = 2**70


@pytest.mark.parametrize("name", ["seed", "replications", "first", "most", "workers"])
def test_whole_numbers_have_the_bounds_of_files(small: sim.Scenario, name: str) -> None:
    many = {"until": "street nights within 5 %"} if name == "most" else {"replications": 2}
    with pytest.raises(sim.ArgumentError, match=f"{name} is a whole number from . to .*not {HUGE}"):
        sim.run(small, **many | {name: HUGE})  # type: ignore[arg-type]
    if name in ("first", "most"):
        return
    for ask in (
        lambda: sim.compare(small, small, **{name: HUGE}),
        lambda: sim.marginal_value(small, **{name: HUGE}),
        lambda: sim.sweep("no-file.yaml", **{name: HUGE}),
    ):
        with pytest.raises(sim.ArgumentError, match=f"{name} is a whole number from . to "):
            ask()


def test_the_seed_and_the_replication_of_a_log_have_the_bounds_of_files(
    small: sim.Scenario,
) -> None:
    for name in ("seed", "replication"):
        with pytest.raises(sim.ArgumentError, match=f"{name} is a whole number from . to "):
            sim.log(small, **{name: HUGE})  # type: ignore[arg-type]
    with pytest.raises(sim.ArgumentError, match="seed is a whole number from 0 to "):
        sim.run(small, replications=1, seed=2**63)


def test_the_log_is_a_table(small: sim.Scenario) -> None:
    log = sim.log(small, replication=3)
    assert list(log.columns) == [
        "time", "date", "event", "person", "class", "service", "other", "number",
    ]  # fmt: skip
    rows = simulate_with("auto")(plan_of(small), 1, 3, log=True).log
    assert rows is not None
    assert len(log) == len(rows)
    assert list(log["time"]) == [row.time for row in rows]
    admitted = log[(log["event"] == "admitted") & (log["other"] == "street")]
    assert set(admitted["service"]) <= {"shelter", "housing"}
    assert log["time"].is_monotonic_increasing
    where = log[log["event"] == "arrives"]
    assert set(where["class"]) == {"men", "women"}
    assert (log.loc[log["event"] == "capacity", "person"]).isna().all()
    assert log.equals(sim.log(sim.run(small, replications=1, workers=1), replication=3))


def test_the_log_has_the_words_of_the_command_line(small: sim.Scenario) -> None:
    from sim.runs.simulate import canonical_rows

    plan = plan_of(sim.load(ROOT / "scenarios" / "kinds" / "outreach.yaml"))
    rows = list(simulate_with("auto")(plan, 1, 1, log=True).log or ())
    log = sim.log(ROOT / "scenarios" / "kinds" / "outreach.yaml", seed=1)
    _, *text = canonical_rows(rows, plan.outline)
    for row, words in zip(log.itertuples(), text, strict=True):
        mine = [row.event, row.person, row.service, row.other]
        assert ["" if pd.isna(first) else first for first in mine] == list(words[1:5])


@pytest.mark.slow
def test_figures_reports_and_folders(results: sim.Results, tmp_path: Path) -> None:
    for name in results.plots:
        assert isinstance(results.plot(name), Figure)
    page = results.report(tmp_path / "page.html", lang="fr")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page
    assert "<html" in page
    with pytest.raises(ValueError, match="one of fr, en"):
        results.report(lang="de")
    folder = results.save(tmp_path / "saved")
    assert (folder / "report.html").is_file()
    assert (folder / "daily.parquet").is_file()
    with pytest.raises(sim.OutputError, match=r"give replace=True") as error:
        sim.run(PLACES, workers=1).save(str(folder))
    assert "--" not in str(error.value)
    sim.run(PLACES, workers=1).save(str(folder), replace=True, figures=False, daily=False)
    assert not (folder / "report.html").exists()


def test_results_of_another_scenario_of_the_same_name_are_not_replaced(
    small: sim.Scenario, tmp_path: Path
) -> None:
    def saved(places: int, replace: bool = False) -> Path:
        changed = small.with_changes({"services.shelter.places": places})
        item = sim.run(changed, replications=2, workers=1)
        both = sim.compare(small, changed, replications=2, workers=1)
        both.save(tmp_path / "both", figures=False, replace=replace)
        return item.save(tmp_path / "one", figures=False, daily=False, replace=replace)

    saved(8)
    saved(8)  # the same again
    before = (tmp_path / "one" / "measures.csv").read_bytes()
    with pytest.raises(sim.OutputError, match=r"both is not replaced: .* another scenario with"):
        saved(9)
    changed = small.with_changes({"services.shelter.places": 9})
    with pytest.raises(sim.OutputError, match=r"one is not replaced: .* another scenario with"):
        sim.run(changed, replications=2, workers=1).save(str(tmp_path / "one"))
    assert (tmp_path / "one" / "measures.csv").read_bytes() == before
    saved(9, replace=True)


# ---------------------------------------------------------------------------- check


def test_check_says_what_the_command_says(tmp_path: Path) -> None:
    result = sim.check(PARIS)
    assert result
    assert "in order" in repr(result)
    assert result.findings
    assert result.findings[0] in repr(result)
    assert result.loads["service"].iloc[0] == "shelter"
    assert sim.check(PARIS, lang="fr").findings != result.findings
    faulty = sim.check({"title": "x"})
    assert not faulty.ok
    assert {fault.path for fault in faulty.faults} == {"people", "period", "services"}
    assert "for 3 reasons" in repr(faulty)
    assert faulty.loads.empty
    missing = sim.check(tmp_path / "nowhere.yaml")
    assert "no such file" in repr(missing)


# ---------------------------------------------------------------------------- comparisons


@pytest.fixture(scope="module")
def comparison(small: sim.Scenario) -> sim.Comparison:
    more = small.with_changes({"services.housing.places": {"add": 2}}, because="trial")
    same = small.with_changes({"services.housing.places": {"add": 3}}, because="another")
    return sim.compare(small, more, same, workers=1, measures={"arrived": arrived})


def test_scenarios_are_compared_with_common_random_numbers(comparison: sim.Comparison) -> None:
    assert comparison.names == ["chain", "chain changed", "chain changed 2"]
    item = comparison.table(
        "street nights per year", scenario="chain changed", service="street", period="all",
        class_="all",
    )  # fmt: skip
    assert list(item.columns) == [
        "scenario", "measure", "service", "class", "period", "unit", "base", "changed",
        "difference", "low", "high", "p", "p_adjusted", "n", "certain", "family",
    ]  # fmt: skip
    base, changed = (comparison.results(name) for name in comparison.names[:2])
    gaps = changed.values("street nights per year") - base.values("street nights per year")
    assert item["difference"][0] == pytest.approx(gaps.mean())
    assert item["base"][0] == pytest.approx(base.values("street nights per year").mean())
    assert set(comparison.changes()["path"]) == {"services.housing.places"}
    assert set(comparison.changes()["because"]) == {"trial", "another"}


def test_own_measures_are_compared(comparison: sim.Comparison) -> None:
    rows = comparison.table("arrived")
    assert list(rows["difference"]) == [0.0, 0.0]  # arrivals are the same in all scenarios
    assert set(rows["family"]) == {"own"}
    assert not rows["certain"].any()


@pytest.mark.slow
def test_what_a_comparison_prints_draws_and_keeps(
    comparison: sim.Comparison, tmp_path: Path
) -> None:
    text = "<Comparison of chain changed, chain changed 2 with chain, 6 replications>"
    assert repr(comparison) == text
    assert "street nights per year" in comparison._repr_html_()
    assert isinstance(comparison.plot(), Figure)
    with pytest.raises(KeyError, match="did you mean 'street'"):
        comparison.plot("stret")
    with pytest.raises(KeyError, match=r"there is no scenario 'chian'.*did you mean 'chain'"):
        comparison.results("chian")
    assert "<html" in comparison.report(tmp_path / "page.html")
    folder = comparison.save(tmp_path / "both")
    again = sim.read(str(folder))
    assert isinstance(again, sim.Comparison)
    pd.testing.assert_frame_equal(again.table(), comparison.table())


def test_own_measures_count_the_pairs_that_have_the_number(small: sim.Scenario) -> None:
    result = sim.run(small, replications=4, workers=1, measures={"some": arrived})

    def having(*values: float) -> sim.Results:
        own = {"some": replace(result.data.own["some"], values=np.array(values))}
        return replace(result, data=replace(result.data, own=own))

    full, three, others = having(1, 2, 4, 3), having(2, 5, 3, np.nan), having(np.nan, 1, 2, 4)
    assert list(sim.compare(full, three, others).table("some")["n"]) == [3, 3]
    assert list(sim.compare(three, others).table("some")["n"]) == [2]


def test_own_measures_of_a_comparison_that_were_edited_are_refused(
    comparison: sim.Comparison, tmp_path: Path
) -> None:
    folder = comparison.save(tmp_path / "both", figures=False)
    again = sim.read(folder)
    assert isinstance(again, sim.Comparison)
    pd.testing.assert_frame_equal(again.table(), comparison.table())
    for name in comparison.names:
        path = folder / "runs" / name / "own_measures.csv"
        text = path.read_text()
        path.write_text(text + "arrived,,7,1.0\n")
        with pytest.raises(sim.ArgumentError, match=r"own_measures\.csv was changed after"):
            sim.read(folder)
        path.write_text(text)


def test_results_and_folders_are_compared_without_running_again(
    small: sim.Scenario, results: sim.Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = small.with_changes({"services.shelter.places": 8})
    folder = sim.run(more, workers=1, measures={"arrived": arrived}).save(
        tmp_path / "more", daily=False, figures=False
    )
    monkeypatch.setattr("sim.runs.compare.run", None)  # nothing is left to run
    result = sim.compare(results, sim.read(folder), str(folder))  # type: ignore[arg-type]
    assert result.names == ["chain", "chain changed", "more"]
    assert len(result.table("arrived")) == 2
    other = sim.run(small, replications=2, workers=1)
    with pytest.raises(sim.ArgumentError, match="replications 6 and 2"):
        sim.compare(results, other)


def test_one_file_is_compared_with_its_base(tmp_path: Path) -> None:
    base = chain(tmp_path / "chain.yaml")
    more = what_if(tmp_path / "more.yaml", base, "services.shelter.places", "9")
    result = sim.compare(more, workers=1, replications=2)
    assert result.names == ["chain", "more"]


def test_the_value_of_a_place_is_that_of_the_pair(small: sim.Scenario) -> None:
    base = sim.run(small, workers=1)
    result = sim.marginal_value(base, services=["housing"], step=2, workers=1)
    assert list(result.columns) == [
        "service", "measure", "mean", "low", "high", "step", "n", "unit",
    ]  # fmt: skip
    more = sim.run(small.with_changes({"services.housing.places": {"add": 2}}), workers=1)
    gaps = more.values("street nights per year") - base.values("street nights per year")
    assert result["mean"][0] == pytest.approx(gaps.mean() / 2)
    with pytest.raises(KeyError, match="did you mean 'housing'"):
        sim.marginal_value(base, services=["housin"])


# ---------------------------------------------------------------------------- sweeps, folders

SWEEP = """
based_on: chain.yaml
title: {fr: Places, en: Places}
levers:
  shelter: {set: services.shelter.places, range: [4, 8], steps: 3}
  services.housing.places: {set: services.housing.places, range: [3, 5], steps: 2}
design: grid
outcomes: [street nights per year]
replications: 2
"""


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> sim.SweepResults:
    folder = tmp_path_factory.mktemp("swept")
    chain(folder / "chain.yaml")
    (folder / "places.yaml").write_text(SWEEP)
    return sim.sweep(str(folder / "places.yaml"), out=str(folder / "out"), workers=1, threads=True)


def test_a_sweep_is_a_table_with_figures_and_a_page(swept: sim.SweepResults) -> None:
    assert len(swept.table) == 6
    assert repr(swept) == (
        '<SweepResults "Places", 6 points, levers: shelter, services.housing.places>'
    )
    assert "street nights per year" in swept._repr_html_()
    assert isinstance(swept.plot(), Figure)
    assert isinstance(swept.plot(swept.plots[0], lang="fr"), Figure)
    with pytest.raises(KeyError, match="did you mean 'map-1'"):
        swept.plot("map")
    assert "<html" in swept.report()
    assert list(swept.replications.columns) == ["point", "replication", "street nights per year"]


def test_a_point_is_read_or_simulated(swept: sim.SweepResults) -> None:
    row = swept.table[(swept.table["shelter"] == 6) & (swept.table["services.housing.places"] == 5)]
    result = swept.evaluate({"services.housing.places": 5}, shelter=6)
    for name in ("street nights per year", "street nights per year low"):
        assert result[name] == row[name].iloc[0]
    between = swept.evaluate(shelter=5)  # housing as in the base
    alone = sim.run(
        sim.load(swept.folder.parent.parent / "chain.yaml").with_changes(
            {"services.shelter.places": 5}
        ),
        replications=2,
        workers=1,
    )
    expected = alone.estimate("street nights per year").mean
    assert between["street nights per year"] == pytest.approx(expected)
    with pytest.raises(KeyError, match=r"there is no lever 'sheltr'; did you mean 'shelter'"):
        swept.evaluate(sheltr=5)
    with pytest.raises(sim.ArgumentError, match=r"cannot be used.*places"):
        swept.evaluate(shelter=-5)


def test_a_sweep_without_a_folder_leaves_nothing(tmp_path: Path) -> None:
    chain(tmp_path / "chain.yaml")
    (tmp_path / "places.yaml").write_text(SWEEP)
    heard: list[tuple[int, int]] = []
    result = sim.sweep(
        tmp_path / "places.yaml", workers=1, threads=True, progress=lambda *n: heard.append(n)
    )
    assert heard[-1] == (6, 6)
    home = result.folder
    assert home.is_dir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chain.yaml", "places.yaml"]
    del result
    assert not home.exists()


def test_a_folder_is_read_as_what_it_holds(
    results: sim.Results, swept: sim.SweepResults, tmp_path: Path
) -> None:
    folder = results.save(tmp_path / "results" / "one", daily=False, figures=False)
    again = sim.read(folder)
    assert isinstance(again, sim.Results)
    pd.testing.assert_frame_equal(again.estimates(), results.estimates())
    pd.testing.assert_frame_equal(again.daily("blocked"), results.daily("blocked"))
    assert isinstance(sim.read(swept.folder), sim.SweepResults)
    cases = {
        tmp_path / "nowhere": "is not there",
        folder / "measures.csv": "is a file, not a folder",
        tmp_path / "results": "results are in: .*results/one",
        folder.parent.parent: "it holds: results",
    }
    for path, message in cases.items():
        with pytest.raises(sim.ArgumentError, match=message):
            sim.read(path)
    (tmp_path / "results" / "manifest.json").write_text('{"what": 1}')
    with pytest.raises(sim.ArgumentError, match="has: what"):
        sim.read(tmp_path / "results")


def test_points_of_a_sweep_whose_base_was_changed_are_not_mixed(tmp_path: Path) -> None:
    chain(tmp_path / "chain.yaml")
    (tmp_path / "places.yaml").write_text(SWEEP)
    result = sim.sweep(tmp_path / "places.yaml", out=tmp_path / "out", workers=1, threads=True)
    chain(tmp_path / "chain.yaml", stay="12 days")
    with pytest.raises(sim.OutputError, match="was changed since"):
        result.evaluate(shelter=5)
    chain(tmp_path / "chain.yaml")
    assert result.evaluate(shelter=6).notna().all()
    (tmp_path / "places.yaml").unlink()
    with pytest.raises(sim.OutputError, match="no such file"):
        sim.read(result.folder).evaluate(shelter=5)  # type: ignore[union-attr]


ONE_POINT = """
based_on: chain.yaml
title: {fr: Places, en: Places}
levers:
  shelter: {set: services.shelter.places, values: [6]}
  homes: {set: services.housing.places, values: [3]}
design: grid
outcomes: [street nights per year]
replications: 2
until: [street nights within 90 %]
"""


@pytest.mark.parametrize(
    "edits",
    [
        {"services.shelter.places": "{path: services.shelter.places, times: 2}"},
        {"services.shelter.places": "{path: services.shelter.places, plus: 1}"},
        {"shelter:": "homes_:", "homes:": "shelter:", "homes_:": "homes:"},
        {"[street nights per year]": "[blocked places]"},
        {"90 %": "80 %"},
        {"replications: 2": "replications: 3"},
        {"replications: 2": "replications: 2\nmost: 7"},
    ],
    ids=["times", "plus", "levers", "outcomes", "until", "replications", "most"],
)
def test_points_of_a_sweep_whose_file_was_changed_are_not_mixed(
    edits: dict[str, str], tmp_path: Path
) -> None:
    chain(tmp_path / "chain.yaml")
    file = tmp_path / "places.yaml"
    file.write_text(ONE_POINT)
    result = sim.sweep(file, out=tmp_path / "out", workers=1, threads=True)
    before = result.evaluate(shelter=6)
    changed = ONE_POINT
    for was, now in edits.items():
        assert was in changed
        changed = changed.replace(was, now)
    file.write_text(changed)
    with pytest.raises(sim.OutputError, match="was changed since this sweep was made"):
        result.evaluate(shelter=6)
    file.write_text(ONE_POINT.replace("fr: Places", "fr: Des places"))  # asks the same
    pd.testing.assert_series_equal(result.evaluate(shelter=6), before)


@pytest.mark.parametrize("value", [None, True, [6], math.nan, math.inf, 10**400, "6", 1e30])
def test_a_point_is_asked_for_by_a_number_or_a_label(
    swept: sim.SweepResults, value: object
) -> None:
    ask = asked(swept.folder.parent.parent / "places.yaml", out=swept.folder.parent)
    for each in (swept.evaluate, ask):
        with pytest.raises(sim.ArgumentError, match=r"^'shelter' (takes a number|has no value)"):
            each(shelter=value)  # type: ignore[arg-type, operator]


def test_a_lever_of_whole_numbers_takes_no_others(tmp_path: Path) -> None:
    chain(tmp_path / "chain.yaml")
    (tmp_path / "places.yaml").write_text(SWEEP.replace("steps: 3", "steps: 3, whole: true"))
    ask = asked(tmp_path / "places.yaml", out=tmp_path / "out")
    with pytest.raises(sim.ArgumentError, match=r"^'shelter' takes whole numbers, not 4\.5"):
        ask(shelter=4.5)
    assert ask(shelter=np.float64(4)) == ask(shelter=4)


def test_days_are_given_once_however_often_they_are_asked_for(results: sim.Results) -> None:
    once = results.daily("blocked", replications=[1])
    twice = results.daily(["blocked", "blocked"], replications=[1, np.int64(1)])
    pd.testing.assert_frame_equal(twice, once)
    with pytest.raises(sim.ArgumentError, match="one quantity or more, and none is named"):
        results.daily([])
    of_a_measure: list[int] = []

    def measure(daily: sim.Daily) -> float:
        of_a_measure.append(len(daily.frame(["blocked", "blocked"])) - len(daily.frame("blocked")))
        with pytest.raises(sim.ArgumentError, match="none is named"):
            daily.frame([])
        return 0.0

    sim.run(results.scenario, replications=1, workers=1, measures={"m": measure})
    assert of_a_measure == [0]
