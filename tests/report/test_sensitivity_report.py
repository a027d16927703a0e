"""The report says how much what is assumed matters, from a sweep over it, or how to find out."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.analysis.sensitivity import foremost_swings
from sim.cli import main
from sim.core.errors import ScenarioError
from sim.report.run import run_report
from sim.report.sensitivity import for_readers, sensitivity
from sim.runs.run import run
from sim.scenarios.loading import load
from sim.sweeps.load import load_sweep, sweep_of_assumed
from sim.sweeps.results import read_sensitivity, read_sweep
from sim.sweeps.sweep import carry_out_sweep
from sim.sweeps.workers import SweepOptions
from sim.text import LANGUAGES
from sim.text.scenario import parameters
from tests.support.browser import CHROMIUM, complaints
from tests.support.hostile import hostile
from tests.support.pages import inaccessible, outside, stray
from tests.support.sweeps import BASE, written

pytestmark = pytest.mark.slow

HOW = ["--engine", "reference", "--workers", "1"]
OTHER = """
based_on: base.yaml
title: one place more
changes: [{set: services.first.places, to: 4, because: a test}]
"""
TOGETHER = """
based_on: base.yaml
title: all at once
uncertain: all assumed
design: {kind: latin hypercube, points: 12}
outcomes: [street nights per year]
"""
LEVERS = """
based_on: base.yaml
title: places
levers: {places: {set: services.first.places, values: [2, 3]}}
design: grid
outcomes: [street nights per year]
"""


def asked(*words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--lang", "en"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a run, a comparison, and sweeps of each sort."""
    home = tmp_path_factory.mktemp("sensitivity")
    written(home, TOGETHER, name="together")
    written(home, LEVERS, name="levers")
    (home / "other.yaml").write_text(OTHER, encoding="utf-8")
    base, other = str(home / "base.yaml"), str(home / "other.yaml")
    assert asked("run", base, "--out", str(home), *HOW).exit_code == 0
    outcome = asked("compare", base, other, "--out", str(home / "both"), "--no-figures", *HOW)
    assert outcome.exit_code == 0, outcome.output
    for name in ("base", "other"):
        sweep = ["sweep", str(home / f"{name}.yaml"), "--assumed", "--out", str(home / "sweeps")]
        result = CliRunner().invoke(main, [*sweep, "--replications", "8", "--threads", *HOW])
        assert result.exit_code == 0, result.output
    for name in ("together", "levers"):
        options = SweepOptions(threads=True, workers=1, engine="reference")
        carry_out_sweep(home / f"{name}.yaml", home / "sweeps", options)
    return home


def page(folder: Path, results: str, sweep: str | None, lang: str = "en") -> str:
    out = folder / "page.html"
    rows = ["--sensitivity", str(folder / "sweeps" / sweep)] if sweep else []
    words = ["report", str(folder / results), *rows, "--out", str(out), "--lang", lang]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return out.read_text(encoding="utf-8")


def section(text: str) -> str:
    """Return the section on what is assumed, as one line of text."""
    result = re.search(r'<section id="assumed".*?</section>', text, re.S)
    assert result
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", result[0])).split())


def test_the_sweep_of_a_scenario_is_the_one_people_would_write(folder: Path) -> None:
    by_hand = written(
        folder,
        "based_on: base.yaml\ntitle: t\nuncertain: all assumed\ndesign: one at a time\n"
        "outcomes: [street nights per year, cost per year]",
        name="by-hand",
    )
    mine, theirs = sweep_of_assumed(folder / "base.yaml"), load_sweep(by_hand)
    assert [point.settings for point in mine.points()] == [
        point.settings for point in theirs.points()
    ]
    assert mine.outcomes == theirs.outcomes


def test_a_scenario_that_assumes_nothing_has_nothing_to_vary(tmp_path: Path) -> None:
    sure = tmp_path / "sure.yaml"
    sure.write_text(BASE.replace("status: assumed", "status: observed"), encoding="utf-8")
    with pytest.raises(ScenarioError, match="no number is assumed with a range"):
        sweep_of_assumed(sure)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("sweep", ["base", "together", None])
def test_the_page_stays_in_order(folder: Path, sweep: str | None, lang: str) -> None:
    text = page(folder, "base", sweep, lang)
    assert (outside(text), stray(text), inaccessible(text, lang)) == ([], [], [])


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here")
def test_axe_finds_nothing(folder: Path, tmp_path: Path) -> None:
    assert complaints(page(folder, "base", "base", "fr"), tmp_path) == []


def test_without_a_sweep_the_report_says_so_and_gives_the_command(folder: Path) -> None:
    text = section(page(folder, "base", None))
    assert "no sensitivity analysis was run for this report" in text
    assert f"maraude sweep {folder.as_posix()}/base.yaml --assumed" in text


def test_with_a_sweep_the_numbers_are_those_of_its_table(folder: Path) -> None:
    text = page(folder, "base", "base")
    sentence = section(text)
    swept = read_sweep(folder / "sweeps" / "base")
    swing = swept.swings("street nights per year")[0]
    assert swing.is_sure
    assert "no sensitivity analysis" not in sentence
    assert "4 of the 4 assumed numbers were varied, each alone" in sentence
    assert 'id="figure-tornado-1"' in text
    assert 'id="data-tornado-1"' in text
    rows = [
        f"{end.mean:+,.0f} ({end.low:+,.0f} … {end.high:+,.0f})" for end in (swing.low, swing.high)
    ]
    assert " ".join(rows) in sentence.replace("\N{NO-BREAK SPACE}", " ")


def test_inputs_are_named_as_in_the_tables_of_parameters(folder: Path) -> None:
    scenario = load(folder / "base.yaml")
    swept = read_sweep(folder / "sweeps" / "base")
    text = sensitivity(swept, parameters(scenario, "fr", {}), "fr")
    names = {str(row[0]).replace("\N{NO-BREAK SPACE}", " ") for row in text.tables[0].rows}
    assert "First : places existantes [2 à 6]" in names
    assert not any("services." in name for name in names)


def test_what_comes_first_is_told_with_what_is_as_large(folder: Path) -> None:
    parts = parameters(load(folder / "base.yaml"), "en", {})
    swept = read_sweep(folder / "sweeps" / "base")
    result = swept.swings("street nights per year")
    assert [foremost_swing.name for foremost_swing in foremost_swings(result)] == [result[0].name]
    assert "What counts most is “" in sensitivity(swept, parts, "en").sentences[0]
    first, second = (swept.names.index(item.name) for item in result[:2])
    rows = swept.replications.set_index("point")
    for end in (2, 3):
        same = rows.loc[end + 2 * first, "street nights per year"].to_numpy()
        rows.loc[end + 2 * second, "street nights per year"] = same + [1, -1] * (len(same) // 2)
    tied = replace(swept, replications=rows.reset_index())
    text = sensitivity(tied, parts, "en")
    titles = {lever.name: lever.title("en") for lever in for_readers(tied, "en", parts).levers}
    named = re.search("What counts most is one of “(.+?)”, “(.+?)”. With “", text.sentences[0])
    assert named
    assert set(named.groups()) == {titles[item.name] for item in result[:2]}


def test_an_input_whose_point_failed_stays_in_question(folder: Path) -> None:
    swept = read_sweep(folder / "sweeps" / "base")
    outcome = "street nights per year"
    first = swept.swings(outcome)[0].name
    point = 2 + 2 * swept.names.index(first)
    rest = swept.replications[swept.replications["point"] != point]
    left = replace(swept, replications=rest).most_influential(outcome)
    assert left is not None
    assert first in left
    rest = swept.replications[swept.replications["point"] != 1]
    without = replace(swept, replications=rest)
    assert without.most_influential(outcome) is None
    text = sensitivity(without, parameters(load(folder / "base.yaml"), "en", {}), "en")
    assert "these points do not tell which input counts most" in text.sentences[0]


def test_a_comparison_takes_the_sweep_of_its_base_and_says_so(folder: Path) -> None:
    assert "This is said of the base scenario" in section(page(folder, "both", "base"))


@pytest.mark.parametrize(
    ("results", "sweep", "why"),
    [
        ("base", "other", "is a sweep of another scenario"),
        ("both", "other", "is a sweep of another scenario"),
        ("base", "levers", "is not a sweep over what is assumed"),
        ("base", "nowhere", "is not the folder of a sweep"),
        ("base", "points", "is not the folder of a sweep"),
    ],
)
def test_a_sweep_of_something_else_is_refused(
    folder: Path, results: str, sweep: str, why: str
) -> None:
    result = asked(
        "report", str(folder / results), "--sensitivity", str(folder / "sweeps" / sweep)
    )  # fmt: skip
    assert result.exit_code == 2
    assert why in result.output
    assert "Traceback" not in result.output
    if "folder" not in why:
        assert "maraude sweep" in result.output


def test_a_changed_scenario_is_another_scenario(folder: Path) -> None:
    with pytest.raises(Exception, match="another scenario"):
        read_sensitivity(folder / "sweeps" / "base", "0" * 64, "base.yaml")


def test_names_of_services_stay_texts(tmp_path: Path) -> None:
    base, _ = hostile(tmp_path)
    text = base.read_text(encoding="utf-8")
    for places, place in (("places: 6", "[3, 9]"), ("places: 4", "[2, 8]")):
        number = places.removeprefix("places: ")
        known = f"places: {{value: {number}, status: assumed, range: {place}, source: a guess}}"
        assert places in text
        text = text.replace(places, known)
    base.write_text(text, encoding="utf-8")
    sweep = ["sweep", str(base), "--assumed", "--out", str(tmp_path), "--threads", *HOW]
    outcome = CliRunner().invoke(main, [*sweep, "--replications", "4"])
    assert outcome.exit_code == 0, outcome.output
    result = run(base, summary=True, replications=4, workers=1, engine="reference")
    swept = read_sensitivity(tmp_path / "hostile", result.hash, result.file)
    for lang in LANGUAGES:
        whole = run_report(result, lang, swept=swept)
        assert (outside(whole), stray(whole)) == ([], [])
        assert "$x_1$" in section(whole)
