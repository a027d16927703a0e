"""Figures and tables of comparisons: the numbers compared, the same bytes every time."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.cli.tables import print_comparison
from sim.figures import compared
from sim.figures.compared import COMPARED, draw_comparison
from sim.figures.style import STREET
from sim.runs.compare import Comparison, apart, compare
from sim.text.translations import words
from tests.support.small_scenarios import chain, what_if

HOSTILE = "<script>alert('x')</script> & $\\frac{ [bold]a[/] 2 $"


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("scenarios")
    base = chain(folder / "base.yaml", title=json.dumps(HOSTILE))
    more = what_if(folder / "more.yaml", base, "services.housing.places", "9", json.dumps(HOSTILE))
    same = what_if(folder / "same.yaml", base, "services.housing.places", "4.0")
    text = same.read_text(encoding="utf-8").replace("A change", json.dumps(HOSTILE))
    same.write_text(text, encoding="utf-8")
    return [base, more, same]


@pytest.fixture(scope="module")
def comparison(files) -> Comparison:
    return compare(*files, replications=4, engine="reference", workers=1)


@pytest.fixture(scope="module")
def drawn(comparison, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    draw_comparison(comparison, folder, "fr")
    return folder


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.slow
def test_every_figure_is_there_and_the_same_bytes_every_time(comparison, drawn, tmp_path):
    again = draw_comparison(comparison, tmp_path, "fr")
    assert sorted(path.name for path in again) == sorted(
        f"{name}.{suffix}" for name in COMPARED for suffix in ("csv", "png", "svg")
    )
    for path in again:
        assert path.read_bytes() == (drawn / path.name).read_bytes(), path.name


def test_the_headline_shows_the_paired_change_of_street_nights(comparison, drawn):
    result = rows(drawn / "street-nights.csv")
    assert [row[0] for row in result] == ["more", "same"]
    for row, other in zip(result, comparison.others, strict=True):
        first = other.number("street nights per year", "street")
        assert [float(number) for number in row[2:7]] == [
            first.base, first.other, first.mean, first.low, first.high,
        ]  # fmt: skip


def test_what_is_certain_is_filled_and_what_is_not_is_hollow(comparison):
    more, same = comparison.others
    sure = replace(more, moved=tuple(replace(change, adjusted=0.01) for change in more.moved))
    judged = replace(comparison, others=(sure, same))
    (axes,) = compared.drawn(judged, words("en"), "").figure.axes
    points = [line.get_markerfacecolor() for line in axes.lines if line.get_marker() == "o"]
    assert points == [STREET, "white"]


def test_the_band_is_that_of_the_paired_days(comparison, drawn):
    more = comparison.others[0]
    item = apart("blocked", comparison.base.results, more.member.results)
    assert item.step == 1
    gaps = more.member.results.courses[:, 2] - comparison.base.results.courses[:, 2]
    np.testing.assert_allclose(item.mean, gaps.mean(axis=0), atol=1e-12)
    half = 3.182446 * gaps.std(axis=0, ddof=1) / 2  # Student, 3 degrees of freedom
    np.testing.assert_allclose(item.high - item.low, 2 * half, rtol=1e-6)
    items = [row for row in rows(drawn / "blocked.csv") if row[0] == "more"]
    assert [float(row[4]) for row in items] == item.mean.tolist()


def test_words_of_a_scenario_stay_words(drawn):
    text = " ".join(ElementTree.parse(drawn / "street-nights.svg").getroot().itertext())
    assert "<script>" in text
    assert "<script>" not in (drawn / "street-nights.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_tables_fit_in_a_hundred_columns(comparison, capsys, lang):
    print_comparison(comparison, lang)
    output = capsys.readouterr().out
    assert max(len(line) for line in output.splitlines()) <= 100
    assert "services.housing.places: 4 → 9" in output
    assert "[bold]a[/]" in output


@pytest.mark.slow
def test_the_command_compares_draws_and_answers_in_json(files, tmp_path):
    out = tmp_path / "compared"
    items = ["--replications", "4", "--engine", "reference", "--workers", "1", "--json"]
    done = CliRunner().invoke(main, ["compare", *map(str, files[:2]), "--out", str(out), *items])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["others"][0]["changed"][0]["path"] == "services.housing.places"
    assert (out / "figures" / "street-nights.svg").is_file()
    refused = CliRunner().invoke(
        main, ["compare", str(out / "runs" / "base"), *map(str, files[1:2]), "--seed", "9"]
    )
    assert refused.exit_code == 2
    assert "base is a run with seed 1, not 9" in refused.stderr
