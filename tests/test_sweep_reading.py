"""Figures, page, export and questions of finished sweeps."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from click.testing import CliRunner

from sim.experiments.sweep.asking import asked
from sim.experiments.sweep.export import export
from sim.experiments.sweep.results import Swept, read_sweep
from sim.experiments.sweep.sweep import Wish, carry_out_sweep
from sim.presentation.cli import main
from sim.presentation.figures.of_sweeps import draw_sweep, figures_of
from sim.presentation.sweep_report import sweep_report
from sim.scenario import load, scenario_hash
from sim.vocabulary.errors import OutputError, WishError
from tests.sweeps import BASE, written

COSTLY = BASE.replace(
    "    places: {value: 3", "    cost: {per_place_year: 100 EUR}\n    places: {value: 3"
)
HEAD = """
based_on: base.yaml
title: {fr: Deux leviers, en: Two levers}
outcomes: [street nights per year, cost per year, people without a place per night]
replications: 3
"""
RATE = "rate: {set: people.arrivals.newcomers.rate, range: [2 per day, 8 per day], steps: 4}"
PLACES = "places: {set: services.first.places, values: [1, 2, 3, 4]}"
STAY = "stay: {set: services.first.stay.mean, values: [3 h, 6 h]}"
FILES = {
    "map": f"levers: {{{PLACES}, {RATE}}}\ndesign: grid\ncleared: 1\nbudget: 250",
    "panels": f"levers: {{{PLACES}, {RATE}, {STAY}}}\ndesign: grid",
    "curve": f"levers: {{{PLACES}}}\ndesign: grid",
    "tornado": "uncertain: all assumed\ndesign: one at a time",
    "morris": "uncertain: all assumed\ndesign: {kind: morris, trajectories: 4}",
    "total": "uncertain: all assumed\ndesign: {kind: saltelli, base: 4}",
    "correlation": "uncertain: all assumed\ndesign: {kind: latin hypercube, points: 12}",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one finished sweep of each sort."""
    out = tmp_path_factory.mktemp("sweeps")
    for name, text in FILES.items():
        path = written(out, HEAD + text, COSTLY, name)
        carry_out_sweep(path, out / "out", Wish(threads=True, workers=1, engine="reference"))
    return out / "out"


def swept(folder: Path, name: str) -> Swept:
    return read_sweep(folder / name)


@pytest.mark.parametrize("name", FILES)
def test_every_design_has_its_figures_with_their_numbers(
    name: str, folder: Path, tmp_path: Path
) -> None:
    found = swept(folder, name)
    files = draw_sweep(found, tmp_path, "fr", ("svg",))
    kind = "map" if name == "panels" else name
    assert f"{kind}-1.svg" in {path.name for path in files}
    assert len(files) == 2 * len(figures_of(found))
    for path in files:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as file:
                heads, *rows = csv.reader(file)
            assert rows
            assert {len(row) for row in rows} == {len(heads)}


def test_figures_are_the_same_bytes_every_time(folder: Path, tmp_path: Path) -> None:
    first, again = (
        [path.read_bytes() for path in draw_sweep(swept(folder, "map"), tmp_path / name, "en")]
        for name in ("one", "two")
    )
    assert first == again


def test_a_figure_says_which_scenario_it_is_of(folder: Path, tmp_path: Path) -> None:
    found = swept(folder, "tornado")
    draw_sweep(found, tmp_path, "en", ("svg",))
    drawn = (tmp_path / "tornado-1.svg").read_text(encoding="utf-8")
    whole = found.manifest["base_sha256"]
    assert whole == scenario_hash(load(folder.parent / "base.yaml"))
    assert f"scenario {whole} · seed" in drawn
    assert f"scenario {whole[:12]} · seed" in drawn


def test_a_map_draws_the_frontier_and_the_budget_where_they_run(
    folder: Path, tmp_path: Path
) -> None:
    found = swept(folder, "map")
    for limit, words in ((0.0, "Nowhere among"), (1e9, "Everywhere among"), (None, "")):
        nights = found.table["people without a place per night"]
        found.manifest["cleared"] = nights.median() if limit is None else limit
        files = draw_sweep(found, tmp_path, "en", ("svg",))
        text = files[0].read_text(encoding="utf-8")
        assert ("these points: at most" in text.replace("\n", " ")) == bool(words)
        assert words in text
        assert "people without a place" in text
        assert "250 EUR a year" in text


def test_a_third_lever_makes_panels(folder: Path, tmp_path: Path) -> None:
    files = draw_sweep(swept(folder, "panels"), tmp_path, "en", ("svg",))
    text = files[0].read_text(encoding="utf-8")
    assert "stay [h] : 3.0" in text
    assert "stay [h] : 6.0" in text


def test_the_numbers_of_a_curve_are_those_of_the_table(folder: Path, tmp_path: Path) -> None:
    draw_sweep(swept(folder, "curve"), tmp_path, "en", ("svg",))
    drawn = pd.read_csv(tmp_path / "curve-1.csv")
    table = pd.read_csv(folder / "curve" / "table.csv")
    assert drawn["mean"].tolist() == table["street nights per year"].tolist()


def test_a_tornado_compares_with_the_base_luck_by_luck(folder: Path) -> None:
    found = swept(folder, "tornado")
    table = found.table.set_index("point")["street nights per year"]
    arrows = {one.name: one for one in found.swings("street nights per year")}
    first = arrows["services.first.places"]
    assert first.low.mean == pytest.approx(table[2] - table[1])
    assert first.high.mean == pytest.approx(table[3] - table[1])


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("name", FILES)
def test_the_page_needs_nothing_from_outside(name: str, lang: str, folder: Path) -> None:
    page = sweep_report(swept(folder, name), folder / name, lang)
    assert f'<html lang="{lang}">' in page
    assert not re.search(r"(src|href)=\"(?!#|data:)", page)
    assert ("Deux leviers" if lang == "fr" else "Two levers") in page


def test_the_page_answers_what_one_lever_is_worth_in_the_other(folder: Path) -> None:
    found = swept(folder, "map")
    rate = found.exchange("street nights per year")
    assert rate is not None
    page = sweep_report(found, folder / "map", "en")
    assert "How many of “rate [per day]” is 1 more of “places” worth?" in page
    answer = "is worth" if rate.is_known else "cannot be told"
    assert answer in page


def test_the_command_writes_page_and_figures(folder: Path) -> None:
    told = CliRunner().invoke(main, ["sweep-report", str(folder / "curve"), "--lang", "en"])
    assert told.exit_code == 0, told.output
    assert (folder / "curve" / "report.html").is_file()
    assert (folder / "curve" / "figures" / "curve-1.png").is_file()


def test_a_folder_that_is_no_sweep_or_not_finished_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is not the folder of a sweep"):
        read_sweep(tmp_path)
    path = written(tmp_path, HEAD + FILES["map"], COSTLY)
    half = Wish(threads=True, workers=1, shard=(1, 2), engine="reference")
    carry_out_sweep(path, tmp_path / "out", half)
    with pytest.raises(OutputError, match="is not finished"):
        read_sweep(tmp_path / "out" / "small")


# ------------------------------------------------------------------------ export


@pytest.mark.parametrize("form", ["parquet", "arrow", "csv"])
def test_all_numbers_go_into_one_file(form: str, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / f"points.{form}"
    points, rows = export(folder / "map", target)
    if form == "csv":
        found = pd.read_csv(target)
    elif form == "arrow":
        found = pa.ipc.open_file(target).read_pandas()
    else:
        found = pd.read_parquet(target)
    assert (points, rows) == (16, len(found))
    nights = found[found["measure"] == "street nights per year"]
    means = nights.groupby(["places", "rate"])["value"].mean()
    table = pd.read_parquet(folder / "map" / "table.parquet").set_index(["places", "rate"])
    assert means.tolist() == pytest.approx(table["street nights per year"].sort_index().tolist())


def test_another_form_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"ends with one of \.parquet, \.arrow, \.csv"):
        export(folder / "map", tmp_path / "points.xlsx")


# ------------------------------------------------------------------------ asking


def test_a_question_is_a_point_of_the_sweep(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = asked(folder.parent / "map.yaml", out=folder, engine="reference")
    table = pd.read_parquet(folder / "map" / "table.parquet")
    monkeypatch.setattr("sim.experiments.sweep.asking.simulate_point", None)  # all are stored
    found = ask(places=2, rate=4)
    row = table[(table["places"] == 2) & (table["rate"] == 4)].iloc[0]
    assert found["street nights per year"] == pytest.approx(row["street nights per year"])


def test_a_new_question_is_simulated_once(folder: Path, tmp_path: Path) -> None:
    ask = asked(folder.parent / "map.yaml", out=tmp_path, engine="reference", replications=1)
    assert ask(places=2, rate=5) == ask(places=2, rate=5)
    assert len(list((tmp_path / "points").glob("*.parquet"))) == 1
    assert ask()["street nights per year"] >= 0  # the base itself


def test_a_question_about_nothing_is_refused(folder: Path, tmp_path: Path) -> None:
    ask = asked(folder.parent / "map.yaml", out=tmp_path)
    with pytest.raises(WishError, match="did you mean 'places'"):
        ask(place=3)
