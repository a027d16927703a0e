"""Figures, page, export and questions of finished sweeps."""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from click.testing import CliRunner

from sim.analysis.sensitivity import SubstitutionRate
from sim.analysis.statistics import Interval
from sim.cli import main
from sim.core.errors import ArgumentError, OutputError
from sim.figures import sweeps
from sim.figures.style import house_style
from sim.figures.sweeps import (
    Ticks,
    change_text,
    curve_draw,
    draw_sweep,
    efficient_rows,
    figures_of,
    pareto_draw,
    with_unit,
)
from sim.report.sweep import sweep_report
from sim.scenarios.loading import load
from sim.scenarios.resolved import scenario_hash
from sim.sweeps.results import FinishedSweep, read_sweep
from sim.sweeps.sweep import asked, carry_out_sweep, export
from sim.sweeps.table import forget_figures
from sim.sweeps.workers import SweepOptions
from sim.text.translations import words
from tests.support.browser import CHROMIUM, complaints
from tests.support.pages import answer, inaccessible, outside, stray
from tests.support.sweeps import BASE, written

pytestmark = pytest.mark.slow

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
AT, STAYS = "people.arrivals.newcomers.rate", "services.first.stay.mean"
WORDS = f"how: {{set: {STAYS}, values: {{short: 1 h, long: 1 day, middle: 6 h}}}}"
MORE = "more: {set: services.second.places, values: [1, 2, 3, 4], moves_with: places}"
NAMED = PLACES.replace("{set", "{names: beds, each: {fr: un lit de plus, en: one more bed}, set")
STAY = "stay: {set: services.first.stay.mean, values: [3 h, 6 h]}"
FILES = {
    "map": f"levers: {{{PLACES}, {RATE}}}\ndesign: grid\ncleared: 1\nbudget: 250",
    "panels": f"levers: {{{PLACES}, {RATE}, {STAY}}}\ndesign: grid",
    "curve": f"levers: {{{PLACES}}}\ndesign: grid",
    "words": f"levers: {{{WORDS}, {PLACES}}}\ndesign: grid",
    "word": f"levers: {{{WORDS}}}\ndesign: grid",
    "list": f"levers: {{p: {{set: services.first.places}}, r: {{set: {AT}}}, s: {{set: {STAYS}}}}}"
    "\ndesign: {kind: list, points: [{p: 1, r: 4 per day, s: 3 h}, {p: 4, r: 4 per day, s: 6 h}]}",
    "log": f"levers: {{stay: {{set: {STAYS}, range: [1 h, 1 day], steps: 3, spacing: log}}}}"
    "\ndesign: grid",
    "together": f"levers: {{{PLACES}, {MORE}, {RATE}}}\ndesign: grid",
    "named": f"levers: {{{NAMED}, {RATE}}}\ndesign: grid",
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
        carry_out_sweep(
            path, out / "out", SweepOptions(threads=True, workers=1, engine="reference")
        )
    return out / "out"


def swept(folder: Path, name: str) -> FinishedSweep:
    return read_sweep(folder / name)


@pytest.mark.parametrize("name", FILES)
def test_every_design_has_its_figures_with_their_numbers(
    name: str, folder: Path, tmp_path: Path
) -> None:
    sweep = swept(folder, name)
    files = draw_sweep(sweep, tmp_path, "fr", ("svg",))
    kinds = dict.fromkeys(("panels", "together", "named"), "map")
    kinds |= dict.fromkeys(("words", "word", "list"), "points") | {"log": "curve"}
    kind = kinds.get(name, name)
    assert f"{kind}-1.svg" in {path.name for path in files}
    assert len(files) == 2 * len(figures_of(sweep))
    for path in files:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as file:
                heads, *rows = csv.reader(file)
            assert rows
            assert {len(row) for row in rows} == {len(heads)}
    own = tmp_path / "figures" / "notes.csv"
    own.parent.mkdir()
    own.touch()
    for path in files:
        path.rename(own.parent / path.name)
    assert forget_figures(tmp_path)
    assert list(own.parent.iterdir()) == [own]


def test_figures_are_the_same_bytes_every_time(folder: Path, tmp_path: Path) -> None:
    first, again = (
        [path.read_bytes() for path in draw_sweep(swept(folder, "map"), tmp_path / name, "en")]
        for name in ("one", "two")
    )
    assert first == again


def test_a_figure_says_which_scenario_it_is_of(folder: Path, tmp_path: Path) -> None:
    sweep = swept(folder, "tornado")
    draw_sweep(sweep, tmp_path, "en", ("svg",))
    drawn = (tmp_path / "tornado-1.svg").read_text(encoding="utf-8")
    whole = sweep.manifest["base_sha256"]
    assert whole == scenario_hash(load(folder.parent / "base.yaml"))
    assert f"scenario {whole} · seed" in drawn
    assert f"scenario {whole[:12]} · seed" in drawn


def test_a_map_draws_the_frontier_and_the_budget_where_they_run(
    folder: Path, tmp_path: Path
) -> None:
    sweep = swept(folder, "map")
    for limit, output in ((0.0, "Nowhere among"), (1e9, "Everywhere among"), (None, "")):
        nights = sweep.table["people without a place per night"]
        sweep.manifest["cleared"] = nights.median() if limit is None else limit
        files = draw_sweep(sweep, tmp_path, "en", ("svg",))
        text = re.sub(r"<[^>]+>|\s+", " ", files[0].read_text(encoding="utf-8"))
        text = " ".join(text.split())
        assert ("these points: at most" in text) == bool(output)
        assert output in text
        assert "people without a place" in text
        assert "250 EUR a year" in text


def test_a_third_lever_makes_panels(folder: Path, tmp_path: Path) -> None:
    files = draw_sweep(swept(folder, "panels"), tmp_path, "en", ("svg",))
    text = files[0].read_text(encoding="utf-8")
    assert "stay [h]: 3<" in text
    assert "stay [h]: 6<" in text


def test_the_numbers_of_a_curve_are_those_of_the_table(folder: Path, tmp_path: Path) -> None:
    draw_sweep(swept(folder, "curve"), tmp_path, "en", ("svg",))
    drawn = pd.read_csv(tmp_path / "curve-1.csv")
    table = pd.read_csv(folder / "curve" / "table.csv")
    assert drawn["mean"].tolist() == table["street nights per year"].tolist()


def test_a_tornado_compares_with_the_base_replication_by_replication(folder: Path) -> None:
    sweep = swept(folder, "tornado")
    table = sweep.table.set_index("point")["street nights per year"]
    arrows = {swing.name: swing for swing in sweep.swings("street nights per year")}
    first = arrows["services.first.places"]
    assert first.low.mean == pytest.approx(table[2] - table[1])
    assert first.high.mean == pytest.approx(table[3] - table[1])


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("name", FILES)
def test_the_page_needs_nothing_from_outside(name: str, lang: str, folder: Path) -> None:
    page = sweep_report(swept(folder, name), folder / name, lang)
    assert (outside(page), stray(page), inaccessible(page, lang)) == ([], [], [])
    assert ("Deux leviers" if lang == "fr" else "Two levers") in page


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here")
@pytest.mark.parametrize(("name", "width"), [("map", 1280), ("tornado", 390)])
def test_axe_finds_nothing(name: str, width: int, folder: Path, tmp_path: Path) -> None:
    page = sweep_report(swept(folder, name), folder / name, "fr")
    assert complaints(page, tmp_path, width) == []


def test_the_page_answers_what_one_lever_is_worth_in_the_other(folder: Path) -> None:
    sweep = swept(folder, "map")
    rate = sweep.exchange("street nights per year")
    assert rate is not None
    page = sweep_report(sweep, folder / "map", "en")
    assert "How many “rate [per day]” is 1 more of “places” worth?" in page
    assert rate.low <= 0 <= rate.high
    assert "cannot be told, 1 more of “places” may do nothing there" in page


EFFECT = Interval(-1.0, -1.0, -1.0, 0.0, 3)
SENTENCES = {
    "One more bed is worth 2 “rate [per day]” (95 % interval 1 to 3)": (2.0, 1.0, 3.0),
    "cannot be told, one more bed may do nothing there": (0.1, -1.0, 1.2),
    "no exchange, one more bed and 1 more of “rate [per day]” move": (-2.0, -3.0, -1.0),
    "cannot be told, 1 more of “rate [per day]” may do nothing there": (2.0, math.nan, math.nan),
}


@pytest.mark.parametrize("text", SENTENCES)
def test_only_a_rate_above_zero_is_told_as_one(
    text: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        FinishedSweep, "exchange", lambda *_: SubstitutionRate(*SENTENCES[text], EFFECT, EFFECT)
    )
    answer_text = answer(sweep_report(swept(folder, "named"), folder / "named", "en"))
    assert text in answer_text
    assert ("what one more bed is worth" in answer_text) == (SENTENCES[text][1] > 0)


def test_one_lever_is_answered_by_the_change_from_end_to_end(folder: Path) -> None:
    sweep = swept(folder, "curve")
    nights = sweep.in_replications("street nights per year", [1, 4])
    change = (nights[:, 1] - nights[:, 0]).mean()
    answer_text = answer(sweep_report(sweep, folder / "curve", "en"))
    assert re.search(
        rf"Street nights per year: {change:+,.0f} \(.*when “places” goes from 1", answer_text
    )


def test_a_change_that_may_be_chance_is_not_told_as_one(folder: Path) -> None:
    sweep = swept(folder, "curve")
    item = figures_of(sweep)[0]
    assert "no certain change" not in item.title(sweep, "en")
    chance = [float(row) for row in (5.0, -4.0, 1.0)]
    for point in (1, 4):
        where = sweep.replications["point"] == point
        sweep.replications.loc[where, item.outcome] = chance if point == 4 else [0.0, 0.0, 0.0]
    assert "no certain change when “places” goes from 1 to 4" in item.title(sweep, "en")


def test_words_are_compared_from_the_highest_to_the_lowest(folder: Path) -> None:
    sweep = swept(folder, "word")
    table = sweep.table.set_index("how")["street nights per year"]
    highest, lowest = table.idxmax(), table.idxmin()
    answer_text = answer(sweep_report(sweep, folder / "word", "en"))
    change = table[lowest] - table[highest]
    assert f"when “how” goes from {highest} to {lowest}: {change:+,.0f} (" in answer_text


def test_points_of_several_levers_stand_below_one_another(folder: Path, tmp_path: Path) -> None:
    for name, labels in (
        ("words", ("short ; 1", "long ; 4")),
        ("list", ("1 ; 4 ; 3", "4 ; 4 ; 6")),
    ):
        files = draw_sweep(swept(folder, name), tmp_path / name, "en", ("svg",))
        text = files[0].read_text(encoding="utf-8")
        assert files[0].name == "points-1.svg"
        order = ("1 ; short", "4 ; long") if name == "words" else labels
        assert all(f">{label}<" in text for label in order)


def test_words_are_not_ranked_where_points_are_many(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "MOST", 5)
    sweep = swept(folder, "words")
    assert sweep.names == ["how", "places"]
    (only,) = sweep.effects("street nights per year")["correlation"]
    table = sweep.table
    nights = table["street nights per year"].rank().corr(table["places"].rank())
    assert (only.name, only.value) == ("places", pytest.approx(nights))
    assert "how" in (sweep.most_influential("street nights per year") or ["how"])


def test_levers_beside_points_do_not_cover_one_another(folder: Path) -> None:
    sweep = swept(folder, "map")
    with house_style():
        figure = pareto_draw(sweep, "", words("en"), "")
    (axes,) = figure.axes
    figure.canvas.draw()
    boxes = [
        first.get_window_extent() for first in axes.texts if first.get_text().count(" ; ") == 1
    ]
    assert len(boxes) > 1
    assert not any(first.overlaps(other) for first, other in combinations(boxes, 2))
    crowded = sweep.table["cost per year"]
    sweep.table["cost per year"] = crowded.min() + (crowded - crowded.min()) / 1e3
    sweep.table.loc[0, "cost per year"] = crowded.max()
    sweep.manifest["budget"] = None  # whose line would lay out the axes early
    with house_style():
        (axes,) = pareto_draw(sweep, "", words("en"), "").axes
    rows = [first for first in axes.texts if first.get_text().count(" ; ") == 1]
    assert 0 < len(rows) < len(efficient_rows(sweep))


def test_values_spaced_as_logarithms_are_drawn_so(folder: Path) -> None:
    sweep = swept(folder, "log")
    with house_style():
        figure = curve_draw(sweep, sweep.outcomes[0], words("en"), "")
    assert figure.axes[0].get_xscale() == "log"
    assert figure.axes[0].get_yscale() == "linear"


def test_ticks_have_the_digits_that_tell_them_apart() -> None:
    assert Ticks("en").format_ticks([0.495, 0.5, 0.505]) == ["0.495", "0.500", "0.505"]
    assert Ticks("fr").format_ticks([0.0, 2500.0, 5000.0]) == ["0", "2\u202f500", "5\u202f000"]
    assert Ticks("en").format_ticks([1.0]) == ["1"]


def test_what_moves_with_a_lever_is_named_with_it(folder: Path) -> None:
    page = sweep_report(swept(folder, "together"), folder / "together", "en")
    assert "1 more of “places (and with it more)”" in answer(page)


def test_numbers_have_units_where_their_names_have_none(folder: Path) -> None:
    sweep = swept(folder, "curve")
    assert with_unit(sweep, "cost per year", words("fr")) == "Coût par an [EUR]"
    assert with_unit(sweep, "street nights per year", words("en")) == "Street nights per year"


def test_a_curve_has_gaps_where_there_is_no_number(folder: Path, tmp_path: Path) -> None:
    sweep = swept(folder, "curve")
    for missing, drawn in ((1, True), (3, False)):
        sweep.table.loc[: missing - 1, "cost per year"] = math.inf
        names = [path.name for path in draw_sweep(sweep, tmp_path / str(missing), "en", ("svg",))]
        assert ("curve-2.svg" in names) == drawn
        page = sweep_report(sweep, folder / "curve", "en")
        assert ("Without a figure, because some points have no such number" in page) != drawn
        assert "not reached" in answer(page)
    text = (tmp_path / "1" / "curve-2.svg").read_text(encoding="utf-8")
    assert "No number at 1 of the points" in text.replace("\n", " ")


def test_each_panel_has_its_answer(folder: Path) -> None:
    sweep = swept(folder, "panels")
    answer_text = answer(sweep_report(sweep, folder / "panels", "en"))
    for hours in (3, 6):
        rows = sweep.table[sweep.table["stay"] == hours]
        rate = sweep.exchange("street nights per year", rows)
        assert rate is not None
        text = "it is worth" if rate.low > 0 else "no exchange" if rate.high < 0 else "cannot"
        assert f"Where “stay [h]” is {hours}: {text}" in answer_text


def test_what_moves_together_is_not_exchanged_for_itself(folder: Path) -> None:
    sweep = swept(folder, "together")
    rate = sweep.exchange("street nights per year")
    assert rate is not None
    assert sweep.names == ["places", "rate"]
    table = sweep.table
    sides = np.column_stack([np.ones(len(table)), table["places"], table["rate"]]).astype(float)
    plane = np.linalg.lstsq(sides, table["street nights per year"], rcond=None)[0]
    assert (rate.first.mean, rate.second.mean) == pytest.approx(tuple(plane[1:]))


def test_an_outcome_with_gaps_is_no_answer_and_the_next_one_is(folder: Path) -> None:
    sweep = swept(folder, "map")
    first, second, _ = sweep.outcomes
    sweep.table.loc[0, first] = math.inf
    sweep.replications.loc[0, first] = math.inf
    assert sweep.exchange(first) is None
    answer_text = answer(sweep_report(sweep, folder / "map", "en"))
    assert (
        "cannot be told, 1 more of “rate [per day]” may do nothing there" in answer_text
    )  # as to the cost
    assert second == figures_of(sweep)[0].outcome


def test_what_was_not_analysed_is_not_called_without_effect(folder: Path) -> None:
    for name in ("morris", "total"):
        sweep = swept(folder, name)
        sweep.table.loc[1, "status"] = "failed"
        answer_text = answer(sweep_report(sweep, folder / name, "en"))
        assert "these points do not tell which input counts most" in answer_text
        assert "no effect" not in answer_text


def test_a_change_of_a_share_keeps_the_digits_that_count() -> None:
    text = change_text(Interval(0.071, 0.031, 0.111, 0.02, 4), "en")
    assert text.replace("\N{NO-BREAK SPACE}", " ") == "+0.071 (+0.031 … +0.111)"
    assert change_text(Interval(-4123.4, -4123.4, -4123.4, 0.0, 4), "en") == "-4,123"
    assert change_text(Interval(0.25, math.nan, math.nan, math.nan, 1), "en") == "+0.25"


def test_a_map_is_titled_by_a_rate_only_where_it_is_sure(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = swept(folder, "panels")
    outcome = sweep.outcomes[0]
    effect = Interval(-1.0, -1.0, -1.0, 0.0, 3)

    def title(*ends: tuple[float, float]) -> str:
        """Return the title, given the bounds of the rate over all and in each panel."""
        rates = iter(
            [SubstitutionRate((low + high) / 2, low, high, effect, effect) for low, high in ends]
        )
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(FinishedSweep, "exchange", lambda *_: next(rates))
            return figures_of(sweep)[0].title(sweep, "en")

    assert "is worth 1 “rate [per day]” where “stay [h]” is 3, 3 where it is 6" in title(
        (0.8, 1.2), (2.8, 3.2), (1.8, 2.2)
    )
    assert title((0.8, 2.2), (1.8, 3.2), (1.8, 2.2)).endswith("is worth 2 “rate [per day]”")
    assert f"{outcome.capitalize()}: from" in title((-0.1, 0.3), (0.2, 0.4), (-0.1, 0.3))


def test_one_replication_is_given_as_the_reason(folder: Path) -> None:
    sweep = swept(folder, "map")
    single = sweep.replications[sweep.replications["replication"] == 1]
    page = sweep_report(replace(sweep, replications=single), folder / "map", "en")
    assert "cannot be told from so few points or replications" in answer(page)


def test_a_sweep_whose_points_all_failed_has_a_page(folder: Path) -> None:
    sweep = swept(folder, "map")
    sweep.table["status"] = "failed"
    page = sweep_report(sweep, folder / "map", "en")
    assert "16 points failed" in page
    assert 'id="sweep_failures"' in page


def test_authors_words_are_used_and_others_stand_in_quotes(folder: Path) -> None:
    answer_text = answer(sweep_report(swept(folder, "named"), folder / "named", "en"))
    assert "How many “rate [per day]” is one more bed worth?" in answer_text
    assert "one more bed may do nothing there" in answer_text
    french = answer(sweep_report(swept(folder, "named"), folder / "named", "fr"))
    assert "Que vaut un lit de plus, en « rate [par jour] » ?" in french


def test_assumed_numbers_have_the_names_of_the_report_of_a_run(folder: Path) -> None:
    for name in ("tornado", "morris", "total", "correlation"):
        page = sweep_report(swept(folder, name), folder / name, "en")
        assert "First: places there are" in page
        assert "services.first" not in page.split('id="data"')[0]


def test_nobody_chooses_among_assumptions(folder: Path) -> None:
    names = [figure.name for figure in figures_of(swept(folder, "correlation"))]
    assert "pareto" not in names
    assert "pareto" in [figure.name for figure in figures_of(swept(folder, "map"))]
    page = sweep_report(swept(folder, "map"), folder / "map", "en")
    cheapest = swept(folder, "map").table.sort_values("cost per year").iloc[0]
    section = page.split('id="sweep_front"')[1].split("</section>")[0]
    assert f"<td>{cheapest['cost per year']:.0f}</td>" in section
    assert 'id="sweep_front"' not in sweep_report(
        swept(folder, "correlation"), folder / "correlation", "en"
    )


@pytest.mark.parametrize("name", FILES)
def test_no_section_is_empty(name: str, folder: Path) -> None:
    sweep = swept(folder, name)
    sweep.manifest["outcomes"] = sweep.manifest["outcomes"][:1]
    page = sweep_report(sweep, folder / name, "en")
    for heading, rest in re.findall(r"<section id=\"(\w+)\".*?</h2>(.*?)</section>", page, re.S):
        assert re.sub(r"<[^>]+>|\s", "", rest), heading


def test_a_sweep_of_another_version_is_told(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "map", tmp_path / "map")
    manifest = json.loads((tmp_path / "map" / "manifest.json").read_text(encoding="utf-8"))
    del manifest["levers"][0]["is_assumed"]
    (tmp_path / "map" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(OutputError, match="made by another version"):
        read_sweep(tmp_path / "map")


def test_the_command_writes_page_and_figures(folder: Path) -> None:
    result = CliRunner().invoke(main, ["sweep-report", str(folder / "curve"), "--lang", "en"])
    assert result.exit_code == 0, result.output
    assert (folder / "curve" / "report.html").is_file()
    assert (folder / "curve" / "figures" / "curve-1.png").is_file()


def test_a_folder_that_is_no_sweep_or_not_finished_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is not the folder of a sweep"):
        read_sweep(tmp_path)
    path = written(tmp_path, HEAD + FILES["map"], COSTLY)
    half = SweepOptions(threads=True, workers=1, shard=(1, 2), engine="reference")
    carry_out_sweep(path, tmp_path / "out", half)
    with pytest.raises(OutputError, match="is not finished"):
        read_sweep(tmp_path / "out" / "small")


LISTED = [(1, 2), (2, 4), (3, 8), (4, 6), (2, 7), (3, 3)]


@pytest.mark.parametrize(
    ("stays", "compared"),
    [
        (("3 h", "12 h"), ["places", "rate", "stay"]),
        (("{family: gamma, mean: 3 h, cv: 1}", "{family: exponential, mean: 12 h}"), None),
    ],
    ids=["numbers", "words"],
)
def test_a_list_of_three_levers_has_correlations_of_its_numbers(
    stays: tuple[str, str],
    compared: list[str] | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where = "services.first.stay.mean" if compared else "services.first.stay"
    points = ", ".join(
        f"{{places: {places}, rate: {rate} per day, stay: {stays[number % 2]}}}"
        for number, (places, rate) in enumerate(LISTED)
    )
    levers = (
        "places: {set: services.first.places}, rate: {set: people.arrivals.newcomers.rate}, "
        f"stay: {{set: {where}}}"
    )
    text = HEAD + f"levers: {{{levers}}}\ndesign: {{kind: list, points: [{points}]}}"
    path = written(tmp_path, text, COSTLY)
    carry_out_sweep(
        path, tmp_path / "out", SweepOptions(threads=True, workers=1, engine="reference")
    )
    sweep = read_sweep(tmp_path / "out" / "small")
    effects = sweep.effects("street nights per year")["correlation"]
    assert [effect.name for effect in effects] == (compared or ["places", "rate"])
    assert effects[1].value > 0.5  # arrivals fill the street
    if not compared:
        assert "stay" in (sweep.most_influential("street nights per year") or ["stay"])
    result = CliRunner().invoke(main, ["sweep-report", str(tmp_path / "out" / "small")])
    assert result.exit_code == 0, result.exception
    assert (tmp_path / "out" / "small" / "figures" / "points-1.csv").is_file()
    monkeypatch.setattr(sweeps, "MOST", 5)  # one fewer than there are
    assert [figure.name for figure in figures_of(sweep)][:1] == ["correlation-1"]
    page = sweep_report(sweep, tmp_path / "out" / "small", "en")
    assert inaccessible(page, "en") == []


# ------------------------------------------------------------------------ export


@pytest.mark.parametrize("form", ["parquet", "arrow", "csv"])
def test_all_numbers_go_into_one_file(form: str, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / f"points.{form}"
    points, rows = export(folder / "map", target)
    if form == "csv":
        result = pd.read_csv(target)
    elif form == "arrow":
        result = pa.ipc.open_file(target).read_pandas()
    else:
        result = pd.read_parquet(target)
    assert (points, rows) == (16, len(result))
    nights = result[result["measure"] == "street nights per year"]
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
    monkeypatch.setattr("sim.sweeps.sweep.simulate_point", None)  # all are stored
    result = ask(places=2, rate=4)
    row = table[(table["places"] == 2) & (table["rate"] == 4)].iloc[0]
    assert result["street nights per year"] == pytest.approx(row["street nights per year"])


def test_a_new_question_is_simulated_once(folder: Path, tmp_path: Path) -> None:
    ask = asked(folder.parent / "map.yaml", out=tmp_path, engine="reference", replications=1)
    assert ask(places=2, rate=5) == ask(places=2, rate=5)
    assert len(list((tmp_path / "points").glob("*.parquet"))) == 1
    assert ask()["street nights per year"] >= 0  # the base itself


def test_a_question_about_nothing_is_refused(folder: Path, tmp_path: Path) -> None:
    ask = asked(folder.parent / "map.yaml", out=tmp_path)
    with pytest.raises(ArgumentError, match="did you mean 'places'"):
        ask(place=3)
