"""Comparisons: only what was changed moves anything, and what cannot be paired is refused."""

from __future__ import annotations

import csv
import hashlib
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import sim
from sim.analysis.statistics import paired_difference
from sim.cli import main
from sim.cli.tables import print_comparison
from sim.core.errors import ArgumentError
from sim.report.comparison import comparison_report
from sim.runs.compare import (
    DETAILS,
    HEADLINE,
    SERVICES,
    compared,
    default_base,
    diff_folders,
    folder_name,
    read_comparison,
    write_comparison,
)
from sim.runs.compare import compare as any_compare
from sim.runs.read import read_results
from sim.runs.run import read_manifest
from sim.runs.run import run as any_run
from sim.scenarios.differences import changes_between
from sim.scenarios.loading import load
from sim.scenarios.resolved import scenario_hash
from sim.scenarios.values import Wording
from tests.support.small_scenarios import chain, what_if

compare = partial(any_compare, engine="reference", workers=1)
run = partial(any_run, engine="reference", workers=1)


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("scenarios")
    base = chain(folder / "base.yaml")
    what_if(folder / "longer.yaml", base, "services.shelter.stay.mean", "10.1 days")
    what_if(folder / "more.yaml", base, "services.housing.places", "8", "More homes.")
    what_if(folder / "same.yaml", base, "services.shelter.stay.mean", "240 hours")
    return folder


@pytest.fixture(scope="module")
def comparison(files):
    return compare(*(files / f"{name}.yaml" for name in ("base", "longer", "more", "same")))


@pytest.fixture(scope="module")
def runs(files, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    for name in ("base", "more"):
        run(files / f"{name}.yaml", out=folder / name)
    return folder


@pytest.mark.slow
def test_a_change_of_one_per_cent_is_told_and_moves_numbers(comparison):
    longer = comparison.others[0]
    (change,) = longer.changes
    assert change.path == "services.shelter.stay.mean"
    assert (change.before, change.after, change.unit) == ("10 days", "10.1 days", "days")
    assert change.after_number == pytest.approx(1.01 * change.before_number)
    assert change.because.en == "A test."
    assert any(item.mean != 0 for item in longer.moved)


def test_the_same_values_written_otherwise_move_nothing(comparison):
    same = comparison.others[2]
    assert same.changes == ()
    assert {change.mean for change in same.moved if not np.isnan(change.mean)} == {0.0}
    assert not any(change.is_sure for change in same.moved)


def test_more_homes_unblock_the_shelter_for_certain(comparison):
    values = comparison.others[1].number("blocked places")
    assert values.family == HEADLINE
    assert values.is_sure
    assert values.low < values.mean < values.high < 0
    numbers = [
        member.results.number("blocked places")
        for member in (comparison.others[1].member, comparison.base)
    ]
    right = paired_difference(*numbers)
    assert (values.mean, values.low, values.high) == pytest.approx(
        (right.mean, right.low, right.high)
    )


@pytest.mark.slow
def test_common_random_numbers_narrows_the_interval_and_another_seed_does_not(files, comparison):
    numbers = [
        run(files / "base.yaml", seed=seed).number("occupied places", "shelter") for seed in (1, 2)
    ]
    longer = comparison.others[0].number("occupied places", "shelter")
    shared = (longer.high - longer.low) / 2
    unshared = np.std(numbers[0] - numbers[1], ddof=1) * 2.5706 / np.sqrt(6)
    assert 0 < shared < 0.7 * unshared


def test_each_family_is_corrected_for_its_tests_in_all_scenarios(comparison):
    rows = [first for other in comparison.others for first in other.moved]
    for family in (HEADLINE, SERVICES, DETAILS):
        tested = [first for first in rows if first.family == family and not np.isnan(first.p)]
        assert comparison.tests[family] == len(tested)
        smallest = min(tested, key=lambda each: each.p)
        assert smallest.adjusted == pytest.approx(min(1.0, smallest.p * len(tested)))
    alone = compared(comparison.base, [comparison.others[0].member])
    assert alone.tests[HEADLINE] * 3 == comparison.tests[HEADLINE]


@pytest.mark.slow
def test_folders_of_runs_give_what_their_files_give(files, runs, comparison):
    result = compare(runs / "base", runs / "more")
    assert result.others[0].changes == comparison.others[1].changes
    fresh = compare(files / "base.yaml", files / "more.yaml")
    assert repr(result.others[0].moved) == repr(fresh.others[0].moved)
    mixed = compare(runs / "base", files / "more.yaml")
    assert repr(mixed.others[0].moved) == repr(fresh.others[0].moved)


@pytest.mark.slow
def test_a_file_is_run_with_the_chance_of_the_folder_it_is_compared_with(files, tmp_path):
    run(files / "base.yaml", seed=7, first=4, replications=3, out=tmp_path / "old")
    result = compare(tmp_path / "old", files / "more.yaml")
    right = run(files / "more.yaml", seed=7, first=4, replications=3)
    np.testing.assert_array_equal(result.others[0].member.results.values, right.values)


def test_a_folder_read_back_is_the_run_that_was_written(files, runs):
    fresh, back = run(files / "more.yaml"), read_results(runs / "more")
    assert back.keys == fresh.keys
    np.testing.assert_array_equal(back.values, fresh.values)
    np.testing.assert_array_equal(back.courses, fresh.courses)
    assert (back.hash, back.seed, back.first) == (fresh.hash, fresh.seed, fresh.first)
    assert back.reasons == {"services.housing.places": Wording("More homes.", "More homes.")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"seed": 2}, "seed 1 and 2"),
        ({"replications": 3}, "replications 6 and 3"),
        ({"first": 7}, "first replication 1 and 7"),
    ],
)
def test_runs_that_do_not_share_random_numbers_are_refused(runs, files, tmp_path, other, reason):
    run(files / "more.yaml", out=tmp_path / "other", **other)
    with pytest.raises(ArgumentError, match=f"other cannot be paired with base: {reason}"):
        compare(runs / "base", tmp_path / "other")


def test_another_period_is_refused(files, tmp_path):
    chain(tmp_path / "short.yaml", length="30 days")
    with pytest.raises(ArgumentError, match=r"days 150\.0 and 30\.0"):
        compare(files / "base.yaml", tmp_path / "short.yaml")


def test_another_version_is_refused(runs, tmp_path):
    shutil.copytree(runs / "more", tmp_path / "old")
    manifest = tmp_path / "old" / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('"maraude": "', '"maraude": "0.0.'), encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"version of maraude .* and 0\.0\."):
        compare(runs / "base", tmp_path / "old")


def test_wishes_a_folder_contradicts_are_refused(runs, files):
    with pytest.raises(ArgumentError, match="base is a run with replications 6, not 4"):
        compare(runs / "base", files / "more.yaml", replications=4)


def test_a_folder_changed_by_hand_is_refused(runs, tmp_path):
    shutil.copytree(runs / "more", tmp_path / "more")
    measures = tmp_path / "more" / "measures.csv"
    measures.write_text(measures.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"measures\.csv was changed after the run"):
        compare(runs / "base", tmp_path / "more")


def test_two_scenarios_of_one_name_are_refused(runs, files):
    with pytest.raises(ArgumentError, match="same name: base"):
        compare(runs / "base", files / "base.yaml")


def test_alone_it_is_compared_with_doing_nothing_else_with_its_base(files, tmp_path):
    assert default_base(files / "more.yaml") == files / "base.yaml"
    with pytest.raises(ArgumentError, match="nothing to be compared with"):
        default_base(files / "base.yaml")
    for name in ("base", "more"):
        shutil.copy(files / f"{name}.yaml", tmp_path)
    what_if(tmp_path / "do-nothing.yaml", tmp_path / "base.yaml", "title", "Nothing")
    assert default_base(tmp_path / "more.yaml") == tmp_path / "do-nothing.yaml"


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


@pytest.mark.slow
def test_the_folder_is_the_same_every_time_and_can_be_read_back(files, comparison, tmp_path):
    write_comparison(comparison, tmp_path / "one")
    again = compare(*(files / f"{name}.yaml" for name in ("base", "longer", "more", "same")))
    write_comparison(again, tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    back = read_comparison(tmp_path / "one")
    assert [repr(other.moved) for other in back.others] == [
        repr(other.moved) for other in comparison.others
    ]
    assert [other.changes for other in back.others] == [o.changes for o in comparison.others]
    with (tmp_path / "one" / "changes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["scenario"] for row in rows] == ["longer", "more"]
    assert (rows[1]["from"], rows[1]["to"], rows[1]["because"]) == ("4", "8", "More homes.")


def test_what_differs_is_told_exactly_if_the_hash_differs(files, tmp_path):
    base = load(files / "base.yaml")
    text = (files / "base.yaml").read_text(encoding="utf-8")
    for name, old, new, path in (
        ("renamed", "title: A chain", "title: Another", None),
        ("fewer", "share: 70 %", "share: 60 %", "services.shelter.routes.housing.share"),
        ("law", "family: exponential, mean: 10 days", "family: fixed, value: 10 days",
         "services.shelter.stay"),
        ("split", "  street: 5", "  street: {men: 2, women: 3}", "start.street"),
        ("said", "    places: 6", "    places: {value: 6, range: [5, 7], note: Said.}", None),
        ("turned", "{men: 60 %, women: 40 %}", "{women: 40 %, men: 60 %}", "people.classes"),
    ):  # fmt: skip
        changed = text.replace(old, new)
        if name == "fewer":
            changed = changed.replace("share: 30 %", "share: 40 %")
        (tmp_path / f"{name}.yaml").write_text(changed, encoding="utf-8")
        rows = [change.path for change in changes_between(base, load(tmp_path / f"{name}.yaml"))]
        assert (path in rows) if path else rows == []
        same = scenario_hash(load(tmp_path / f"{name}.yaml")) == scenario_hash(base)
        assert same is (path is None)


WITH_ONE_MORE = """\
based_on: base.yaml
title: {fr: Un centre de plus, en: One more centre}
changes:
  - add: services.centre
    after: shelter
    as:
      kind: places
      places: 2
      stay: 20 days
      routes: [{to: street, share: 100 %}]
      cost: {per_place_year: 3650 EUR}
    because: A test.
  - {add: services.shelter.routes, as: {to: centre, share: 20 %}, because: A test.}
  - {set: services.shelter.routes.street.share, add: -20 %, because: A test.}
"""


@pytest.fixture(scope="module")
def with_one_more(files):
    (files / "richer.yaml").write_text(WITH_ONE_MORE, encoding="utf-8")
    return compare(files / "base.yaml", files / "richer.yaml"), compare(
        files / "richer.yaml", files / "base.yaml"
    )


@pytest.mark.slow
@pytest.mark.parametrize("in_base", [False, True])
def test_numbers_of_a_service_only_one_has_are_told_and_paired_with_nothing(with_one_more, in_base):
    (other,) = with_one_more[in_base].others
    results = (with_one_more[in_base].base if in_base else other.member).results
    assert other.services_alone == {"centre": in_base}
    by_name = {first.key.measure: first for first in other.numbers_alone("centre")}
    assert by_name["cost per year"].mean == pytest.approx(7300)
    taken = results.number("occupied places", "centre")
    left = by_name["occupied places"]
    assert (left.in_base, left.mean, left.replications) == (in_base, pytest.approx(taken.mean()), 6)
    assert 0 < left.low < left.mean < left.high
    assert not any("centre" in (moved.key.service, moved.key.other) for moved in other.moved)
    assert any(first.key.other == "centre" for first in other.alone)
    shared = [moved for moved in other.moved if moved.key.measure == "occupied places"]
    assert {moved.key.service for moved in shared} == {"shelter", "housing", "all"}


def test_a_folder_keeps_the_numbers_only_one_has(with_one_more, tmp_path):
    write_comparison(with_one_more[0], tmp_path / "one")
    (back,) = read_comparison(tmp_path / "one").others
    assert repr(back.alone) == repr(with_one_more[0].others[0].alone)
    with (tmp_path / "one" / "differences.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["family"] == "one only"]
    assert len(rows) == len(back.alone)
    assert {(row["base"], row["difference"], row["p"], row["sure"]) for row in rows} == {("",) * 4}
    assert all(float(row["changed"]) == float(row["changed"]) for row in rows)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_and_the_tables_tell_a_service_only_one_has(with_one_more, lang, capsys):
    start = {"en": "Only here: centre: open places 2", "fr": "Seulement ici : centre : places ouv"}
    caption = {
        "en": "Services that only one of the two scenarios has",
        "fr": "Services qu&#39;un seul des deux scénarios possède",
    }
    print_comparison(with_one_more[0], lang)
    assert start[lang] in capsys.readouterr().out
    print_comparison(with_one_more[1], lang)
    before = {"en": "Only in richer: centre", "fr": "Seulement dans richer : centre"}[lang]
    assert before in capsys.readouterr().out
    for comparison in with_one_more:
        assert caption[lang] in comparison_report(comparison, lang)


@pytest.mark.slow
@pytest.mark.usefixtures("with_one_more")  # which writes the files
def test_two_runs_of_which_one_has_a_service_more_can_be_held_against_each_other(
    files, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for name in ("base", "richer"):
        run(files / f"{name}.yaml", out=tmp_path / name)
    result = diff_folders(tmp_path / "base", tmp_path / "richer")
    assert tuple(result.new.services_alone) == ("centre",)
    outcome = CliRunner().invoke(
        main, ["diff", str(tmp_path / "base"), str(tmp_path / "richer"), "--lang", "en"]
    )
    assert "whose numbers are compared with nothing: centre." in " ".join(outcome.stdout.split())


def test_the_date_of_a_folder_can_be_fixed(comparison, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1704067200")
    write_comparison(comparison, tmp_path / "dated")
    assert read_manifest(tmp_path / "dated")["finished"] == "2024-01-01T00:00:00+00:00"


def test_what_cannot_be_paired_or_written_is_refused_before_any_simulation(tmp_path, monkeypatch):
    def simulated(*_: object, **__: object) -> None:
        raise AssertionError("simulated in vain")

    monkeypatch.setattr("sim.runs.compare.run", simulated)
    base = chain(tmp_path / "base.yaml")
    longer = chain(tmp_path / "longer.yaml", length="151 days")
    with pytest.raises(ArgumentError, match=r"days 150\.0 and 151\.0"):
        compare(base, longer)
    file = tmp_path / "file"
    file.touch()
    other = chain(tmp_path / "other.yaml", length="150 days")
    result = CliRunner().invoke(main, ["compare", str(base), str(other), "--out", str(file / "in")])
    assert (result.exit_code, "could not be written" in result.stderr) == (2, True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").touch()
    result = CliRunner().invoke(
        main, ["compare", str(base), str(other), "--out", str(tmp_path / "mine")]
    )
    assert (result.exit_code, "is not replaced" in result.stderr) == (2, True)


def test_each_comparison_has_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("base", "one", "two"):
        chain(tmp_path / f"{name}.yaml")

    def folders_after(*names: str) -> set[str]:
        files = [f"{name}.yaml" for name in names]
        asked = ["compare", *files, "--replications", "2", "--no-figures"]
        result = CliRunner().invoke(main, asked)
        assert result.exit_code == 0
        again = CliRunner().invoke(main, asked)
        (line,) = [line for line in again.stderr.splitlines() if "replaces" in line]
        folder = result.stdout.splitlines()[-1]
        assert line.startswith(f"{folder} replaces the results of 20")
        assert "replaces" not in result.stderr
        return {path.name for path in (tmp_path / "results").iterdir()}

    assert folders_after("base", "one") == {"compare-base-with-one"}
    assert len(folders_after("base", "two")) == 2
    assert folders_after("base", "one", "two") == {
        "compare-base-with-one", "compare-base-with-two", "compare-base-with-one+two",
    }  # fmt: skip


def test_the_folder_of_many_scenarios_has_a_short_name_of_its_own():
    many = [f"scenario-{number}" for number in range(30)]
    name = folder_name(["base", *many])
    assert name.startswith("compare-base-with-scenario-0+29-more-")
    assert len(name) < 60
    assert folder_name(["base", *many[:-1], "another"])[:-6] == name[:-6]
    assert folder_name(["base", *many[:-1], "another"]) != name
    assert len(folder_name(["b" * 200, "o" * 200])) < 120


def test_places_without_limit_are_no_number_of_changes(tmp_path: Path) -> None:
    base = sim.load(chain(tmp_path / "base.yaml"))
    other = base.with_changes({"services.shelter.places": "unlimited"}, name="other")
    made = sim.compare(base, other, replications=2, workers=1)
    folder = made.save(tmp_path / "made", figures=False)
    with (folder / "changes.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["from"], row["from_number"]) == ("6", "6.0")
    assert (row["to"], row["to_number"]) == ("unlimited", "")
