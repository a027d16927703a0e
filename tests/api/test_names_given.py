"""Names and arguments that programs give: accents of any form, names of reports, wrong types."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.core.errors import by_report_name, unknown_name
from tests.support.small_scenarios import CHAIN

IN_FILES, IN_REPORTS = "h\u00e9bergement", "foyer d'\u00e9t\u00e9"


def parted(name: str) -> str:
    return unicodedata.normalize("NFD", name)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> sim.Scenario:
    """Return a chain whose shelter and class have accents in files and names in reports."""
    text = CHAIN.format(title="A chain", stay="10 days", seed=1, length="100 days")
    text = text.replace("shelter", IN_FILES).replace("women", "\u00e2g\u00e9s")
    text = text.replace(
        f"  {IN_FILES}:\n", f'  {IN_FILES}:\n    names: {{fr: "{IN_REPORTS}", en: hostel}}\n'
    )
    path = tmp_path_factory.mktemp("names") / "x.yaml"
    path.write_text(text, encoding="utf-8")
    return sim.load(path)


@pytest.fixture(scope="module")
def results(small: sim.Scenario) -> sim.Results:
    return sim.run(small, replications=2, workers=1)


def test_accents_of_any_form_are_one_name(results: sim.Results) -> None:
    _, class_ = results.scenario.people.classes
    assert parted(class_) != class_
    for name in (IN_FILES, parted(IN_FILES)):
        assert set(results.estimates(service=name)["service"]) == {IN_FILES}
        assert results.measures(service=name).shape[1] > 3
        assert results.estimate(f"blocked places of {name}").replications == 2
        assert set(sim.marginal_value(results, services=name, workers=1)["service"]) == {IN_FILES}
        result = results.measures("admissions", service=name)
        measure = {"n": lambda daily, name=name: daily.series("visits", service=name).sum()}
        sim.run(results.scenario, replications=1, workers=1, measures=measure)
        assert len(result) == 2
    for name in (class_, parted(class_)):
        assert set(results.estimates(class_=name)["class"]) == {class_}
        assert results.estimate("people", class_=name).mean > 0


@pytest.mark.parametrize(
    "written", [IN_REPORTS, parted(IN_REPORTS), "foyer d'ete", "Foyer  d'Ete", "hostel"]
)
def test_names_of_reports_say_the_name_in_files(written: str, results: sim.Results) -> None:
    small = results.scenario
    hint = f"the name in files is '{IN_FILES}'"
    comparison = sim.compare(results, results)
    for ask in (
        lambda: results.estimates(service=written),
        lambda: results.measures(service=written),
        lambda: comparison.table(service=written),
        lambda: sim.marginal_value(results, services=[written]),
    ):
        with pytest.raises(KeyError, match=hint):
            ask()
    new = {"kind": "places", "places": 1, "stay": "1 day", "routes": [{"to": "left",
           "share": "100 %"}]}  # fmt: skip
    for word in ("after", "before"):
        with pytest.raises(sim.ScenarioError, match=hint):
            small.with_changes({"services.new": {"as": new, word: written}})
    with pytest.raises(sim.ScenarioError, match=f"write 'services.{IN_FILES}.places'"):
        small.with_changes({f"services.{written}.places": 3})


def test_a_report_name_of_nothing_is_none() -> None:
    assert by_report_name("", [("a", ("", ""))]) == ""
    assert (
        unknown_name("x", "ab", ["abc"]) == "there is no x 'ab'; did you mean 'abc'? There are: abc"
    )
    assert unknown_name("x", "q", ["abc"]) == "there is no x 'q'; allowed: abc"
    many = [f"n{i}" for i in range(20)]
    assert "'q'; there are: n0, n1" in unknown_name("x", "q", many)


def test_wrong_arguments_are_told(small: sim.Scenario, results: sim.Results) -> None:
    for text in (None, 3, ["people"]):
        with pytest.raises(sim.ArgumentError, match="named by a text"):
            results.estimate(text)  # type: ignore[arg-type]
    with pytest.raises(sim.ArgumentError, match="quantity is one alone or a list, not 3"):
        results.daily(3)  # type: ignore[arg-type]
    with pytest.raises(sim.ArgumentError, match="replications is one alone or a list, not '2'"):
        results.daily("living", replications="2")  # type: ignore[arg-type]
    with pytest.raises(sim.ArgumentError, match="services is one alone or a list, not 3"):
        sim.marginal_value(results, services=3)  # type: ignore[arg-type]
    with pytest.raises(sim.ArgumentError, match="measures are a dictionary from names"):
        sim.run(small, measures=len)  # type: ignore[arg-type]
    with pytest.raises(sim.ArgumentError, match="until is one alone or a list, not 2"):
        sim.run(small, until=2)  # type: ignore[arg-type]
    with pytest.raises(sim.ArgumentError, match="at most 3 replications are allowed, and 5"):
        sim.run(small, until="people within 5 %", replications=5, most=3)
    with pytest.raises(sim.ArgumentError, match="first is a whole number from 1 to 100,000, not 0"):
        sim.run(small, replications=1, first=0)
    with pytest.raises(
        sim.ArgumentError, match="replication is a whole number from 1 to 100,000, not 0"
    ):
        sim.log(small, replication=0)
    for given in (small, {"title": "faulty"}):
        with pytest.raises(ValueError, match="language 'de'"):
            sim.check(given, lang="de")


def test_one_replication_may_be_asked_for(results: sim.Results) -> None:
    item = results.daily("living", replications=2)
    assert item.equals(results.daily("living", replications=[2]))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"ad": 2}, "'ad' is not known here"),
        ({"scal": "120 %", "because": "x"}, "'scal' is not known here"),
        ({"remove": False}, "'remove' takes True alone"),
        ({"remove": None}, "'remove' takes True alone"),
    ],
)
def test_a_change_without_a_verb_names_the_verbs(
    value: dict[str, Any], message: str, small: sim.Scenario
) -> None:
    for path in (f"services.{IN_FILES}.places", f"services.{IN_FILES}.stay"):
        with pytest.raises(sim.ScenarioError, match=message) as error:
            small.with_changes({path: value})
        (fault,) = error.value.faults
        assert fault.path == path
        assert "{'to': ...}, {'add': ...}, {'scale': ...}, {'remove': True}" in fault.message


def test_slips_inside_a_value_are_told_as_such(small: sim.Scenario) -> None:
    path = f"services.{IN_FILES}.places"
    with pytest.raises(sim.ScenarioError, match="did you mean 'calendar'"):
        small.with_changes({path: {"calender": {"2024-01-01": 3}}})


def test_the_command_refuses_fewer_than_are_asked_for(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from sim.cli import main
    from tests.support.small_scenarios import chain

    file = chain(tmp_path / "x.yaml")
    words = ["run", str(file), "--until", "people within 5 %", "--replications", "5"]
    done = CliRunner().invoke(main, [*words, "--most", "3", "--out", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert "at most 3 replications are allowed, and 5 are asked for" in done.stderr


def test_classes_and_periods_of_one_number_are_names_that_exist(small: sim.Scenario) -> None:
    result = sim.run(small, replications=1, workers=1, measures={"mine": lambda daily: 1.0})
    for name in ("street nights per year", "mine"):
        for ask in (result.estimate, result.values):
            assert ask(name) is not None
            for wrong in (3, None, ["all"], "womn"):
                for what in ("class", "period"):
                    word = {"class": "class_", "period": "period"}[what]
                    with pytest.raises(KeyError, match=f"there is no {what} of '{name}' "):
                        ask(name, **{word: wrong})


def test_fewer_replications_than_the_file_has_are_refused_as_the_most(small: sim.Scenario) -> None:
    most = small.run.replications - 1
    assert most > 1
    with pytest.raises(sim.ArgumentError, match=f"at most {most} replications are allowed, and "):
        sim.run(small, until="people within 5 %", most=most)
    reached = sim.run(small, until="people within 50 %", replications=2, most=2, workers=1)
    assert reached.replications == 2


@pytest.mark.parametrize("name", ["=1+1", "@x", "two\nlines", "x" * 101, "\tx"])
def test_measures_have_names_and_units_that_a_table_can_hold(
    name: str, small: sim.Scenario, results: sim.Results
) -> None:
    with pytest.raises(sim.ArgumentError, match="a measure cannot have this name: "):
        sim.run(small, replications=1, measures={name: len})
    with pytest.raises(sim.ArgumentError, match="'mine' cannot have this unit: "):
        sim.compare(results, results, measures={"mine": sim.Measure(len, unit=name)})
    with pytest.raises(sim.ArgumentError, match="the unit of a measure is a text, not None"):
        sim.Measure(len, unit=None)  # type: ignore[arg-type]
