"""Figures: the same bytes every time, the words of both languages, the numbers beside them."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.text import Text

from sim.analysis.summary import Summary, summary_of
from sim.figures import FIGURES, draw_all, draw_one, draw_picture
from sim.figures.flow import Arrow, Spot, layers, path_of, pathway, place, scene_of
from sim.figures.style import PALETTE, house_style, spread
from sim.text.translations import WORDS, words
from tests.support.synthetic import runs, tallies

PROVENANCE = {"scenario": "0123456789abcdef" * 4, "seed": 7, "replications": 2, "version": "0.1.0"}


@cache
def made_up(services: int = 10, days: int = 240, replications: int = 2) -> Summary:
    return summary_of(runs(services, days, replications))


def bytes_of(name: str, summary: Summary, folder: Path, lang: str = "fr") -> list[bytes]:
    folder.mkdir()
    return [path.read_bytes() for path in draw_one(name, summary, folder / name, lang, PROVENANCE)]


def svg_of(name: str, summary: Summary) -> bytes:
    """The vector picture alone: dots take most of the time."""
    drawn = BytesIO()
    with house_style():
        FIGURES[name].draw(summary, words("fr"), "").savefig(
            drawn, format="svg", metadata={"Date": None}
        )
    return drawn.getvalue()


def text_of(svg: Path) -> str:
    """All words of a picture in the order drawn; a name over two lines is two pieces of text."""
    text = " ".join(ElementTree.parse(svg).getroot().itertext())
    return re.sub(r"\s+", " ", text)


# ------------------------------------------------------------------------------ the same bytes


@pytest.mark.slow
@pytest.mark.parametrize("name", FIGURES)
def test_drawn_again_the_bytes_are_the_same_whatever_the_readers_own_settings(
    name: str, tmp_path: Path
) -> None:
    once = bytes_of(name, made_up(3), tmp_path / "once")
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "pink", "svg.fonttype": "path"}):
        again = bytes_of(name, made_up(3), tmp_path / "again")
        assert mpl.rcParams["font.size"] == 20
    assert again == once


@pytest.mark.slow
def test_another_process_elsewhere_draws_the_same_bytes(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.figures.test_figures import *;"
        "draw_one('flow', made_up(3), Path(sys.argv[1]) / 'flow', 'fr', PROVENANCE)"
    )
    where = draw_one("flow", made_up(3), tmp_path / "here", "fr", PROVENANCE)
    elsewhere = {"PYTHONHASHSEED": "5", "TZ": "Asia/Tokyo", "LC_ALL": "C", "MPLBACKEND": "pdf"}
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], check=True, env=os.environ | elsewhere
    )
    assert [(tmp_path / f"flow{path.suffix}").read_bytes() for path in where] == [
        path.read_bytes() for path in where
    ]


CHANGED = {
    "where": ("level_end", "living", np.s_[-1, -1, 0]),
    "places": ("level_mean", "blocked", np.s_[-1, 1, 0]),
    "waiting": ("level_end", "waiting", np.s_[-1, 1, 0]),
    "blocked": ("blocked_for", "", np.s_[-1, 1 * 3 + 2]),
    "flow": ("moves", "", np.s_[-1, 1, 2]),
}
"""What each figure is made of, and where one number of it is changed."""


@pytest.mark.parametrize("name", FIGURES)
def test_one_number_changed_in_one_tally_changes_picture_and_numbers(name: str) -> None:
    made = runs(3, 60, 2)
    field, level, where = CHANGED[name]
    tables = getattr(made[0], field)
    changed = (tables[level] if level else tables).copy()
    changed[where] += 60
    tables = tables | {level: changed} if level else changed
    other = summary_of([replace(made[0], **{field: tables}), made[1]])
    before, after = summary_of(made), other
    assert svg_of(name, before) == svg_of(name, before)
    assert svg_of(name, before) != svg_of(name, after)
    assert FIGURES[name].table(before, words("fr")) != FIGURES[name].table(after, words("fr"))


def test_two_figures_of_one_page_do_not_share_the_names_of_their_clip_paths(
    tmp_path: Path,
) -> None:
    drawn = (draw_one("where", made_up(3), tmp_path / lang, lang)[0] for lang in WORDS)
    french, english = (
        set(re.findall(r'<clipPath id="(\w+)"', svg.read_text(encoding="utf-8"))) for svg in drawn
    )
    assert french
    assert french.isdisjoint(english)


# ----------------------------------------------------------------------------- what they say


@pytest.mark.slow
@pytest.mark.parametrize("services", [1, 3, 10, 12])
@pytest.mark.parametrize("lang", WORDS)
def test_pictures_name_every_service_people_live_in(services: int, lang: str) -> None:
    summary = made_up(services, 60)
    for name in ("where", "places", "flow"):
        with house_style():
            figure = FIGURES[name].draw(summary, words(lang), "")
        drawn = [text.get_text() for text in figure.findobj(Text)]
        sentence = re.sub(r"\s+", " ", " ".join(drawn))
        for service in summary.outline.services:
            if service.kind in ("places", "overnight"):
                assert (service.name_fr if lang == "fr" else service.name_en) in sentence


@pytest.mark.slow
def test_all_files_are_written_with_their_text_as_text(tmp_path: Path) -> None:
    written = draw_all(made_up(10, 60), tmp_path / "new", "fr", PROVENANCE)
    assert [path.name for path in written] == [
        f"{name}.{kind}" for name in FIGURES for kind in ("svg", "png", "csv")
    ]
    for name in ("where", "waiting", "blocked", "flow"):
        assert "Appartements de coordination" in text_of(tmp_path / "new" / f"{name}.svg")


def test_provenance_is_printed_short_and_kept_whole_in_the_file(tmp_path: Path) -> None:
    svg, png, _ = draw_one("where", made_up(3), tmp_path / "where", "fr", PROVENANCE)
    text = svg.read_text(encoding="utf-8")
    assert "scénario 0123456789ab · graine 7 · réplications 2 · version 0.1.0" in text
    for file in (svg, png):
        assert str(PROVENANCE["scenario"]).encode() in file.read_bytes()
        assert b"2026-1" not in file.read_bytes()  # no date of making


@pytest.mark.parametrize("lang", WORDS)
def test_one_replication_is_said_to_be_one(lang: str, tmp_path: Path) -> None:
    for replications, text in ((1, True), (2, False)):
        summary = made_up(3, 60, replications)
        svg = draw_one("waiting", summary, tmp_path / f"{replications}", lang)[0]
        assert (words(lang)["replications_1"] in text_of(svg)) is text


def test_a_pathway_without_blocking_says_so() -> None:
    free = tallies(3, 60, free=True)
    refused, nobody = summary_of([free]), {**free.counts}
    nobody["turned_away"] = np.zeros_like(nobody["turned_away"])
    quiet = summary_of([replace(free, counts=nobody)])
    for name in ("places", "blocked", "flow"):
        assert FIGURES[name].title(quiet, words("fr")) == words("fr")[f"{name}_title_none"]
        assert words("fr")[f"{name}_title_none"] in svg_of(name, quiet).decode()
    for name in ("blocked", "flow"):
        assert FIGURES[name].title(refused, words("fr")).startswith("Personne n'est bloqué, mais")


def test_the_picture_for_a_page_is_the_flow_figure(tmp_path: Path) -> None:
    picture = draw_picture(made_up(3), tmp_path / "deep" / "pathway.png", "fr")
    flow = draw_one("flow", made_up(3), tmp_path / "flow", "fr")[1]
    assert picture.read_bytes() == flow.read_bytes()


# -------------------------------------------------------------------------- the numbers beside


def rows_of(name: str, summary: Summary, folder: Path) -> list[list[str]]:
    path = draw_one(name, summary, folder / name, "en")[2]
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_table_of_where_holds_the_people_drawn(tmp_path: Path) -> None:
    summary = made_up(3)
    head, *rows = rows_of("where", summary, tmp_path)
    assert head == ["date", "Street", "ASSORE hotel programme", "Long-term supported housing"]
    assert rows[0][0] == "2026-01-04"  # the middle of the first week
    people = np.array([[float(cell) for cell in row[1:]] for row in rows])
    assert np.array_equal(people, summary.living.mean[:, [3, 1, 2]])


def test_the_table_of_waiting_leaves_unknown_intervals_empty(tmp_path: Path) -> None:
    band = made_up(3, 60, 1).waiting
    _, *rows = rows_of("waiting", made_up(3, 60, 1), tmp_path)
    assert [float(row[2]) for row in rows] == [*band.mean[:, 1], *band.mean[:, 2]]
    assert {(row[3], row[4]) for row in rows} == {("", "")}


def test_the_table_of_blocked_holds_both_tracings() -> None:
    summary = made_up(10)
    _, *rows = FIGURES["blocked"].table(summary, words("en"))
    care = "Out-of-region residential care"
    for tracing, days in (
        ("direct", summary.blocking.blocked_by), ("root", summary.blocking.rooted_in)
    ):  # fmt: skip
        items = [row for row in rows if row[:3] == [tracing, "ASSORE hotel programme", care]]
        assert [row[3] for row in items] == [days[4, 5]]
        assert items[0][4] == days[4, 5] / days.sum()
    assert summary.blocking.blocked_by[4, 5] != summary.blocking.rooted_in[4, 5]


def test_the_table_of_flow_holds_moves_too_small_to_be_drawn() -> None:
    summary = made_up(10)
    _, *rows = FIGURES["flow"].table(summary, words("en"))
    moves = [row for row in rows if row[0] == "moves a year" and row[2]]
    # Moves into and out of night places are inside the street and not listed.
    listed = sum(row[3] for row in moves)
    assert listed == pytest.approx(np.delete(np.delete(summary.moves[:-1], 2, 0), 2, 1).sum())
    assert len(moves) > len(pathway(summary).onward) + len(pathway(summary).returns)


# ----------------------------------------------------------------------------------- layout


@pytest.mark.parametrize("services", [1, 3, 10, 12])
def test_boxes_of_a_layer_stand_apart_and_inside(services: int) -> None:
    summary = made_up(services, 240)
    scene = scene_of(summary, words("fr"), pathway(summary))
    for layer in range(1, scene.last + 1):
        spots = sorted(
            (spot for spot in scene.spots.values() if spot.layer == layer),
            key=lambda spot: spot.middle,
        )
        assert spots[0].lower >= -1e-9
        assert spots[-1].upper <= scene.area + 1e-9
        for below, above in pairwise(spots):
            assert below.upper <= above.lower + 1e-9


def test_arrows_lead_to_later_layers_and_bend_around_the_boxes_between() -> None:
    arrows = [Arrow(-1, 0, 9.0), Arrow(0, 1, 5.0), Arrow(0, 2, 1.0), Arrow(1, 2, 4.0)]
    level = layers([0, 1, 2], arrows)
    assert level == {0: 1, 1: 2, 2: 3}
    spots = {-1: Spot(0, 1.0)} | {node: Spot(level[node], 1.0, 0.3) for node in level}
    every = place(spots, arrows, [0.2, 0.2, 0.2, 0.2], 4.0)
    assert path_of(2, arrows[2], spots) == [(0, -1), (2, 2), (2, -1)]
    gap, box = every[2, 2], every[1, -1]
    assert gap.upper <= box.lower or gap.lower >= box.upper


def test_labels_keep_their_distance_and_their_order() -> None:
    placed = spread([1.0, 1.1, 5.0, 5.05], 0.5, 0.0, 5.2)
    assert placed == pytest.approx([1.0, 1.5, 4.7, 5.2])


def test_no_service_is_drawn_in_the_red_of_blocked_places() -> None:
    for colour in PALETTE:
        red, green, blue = mpl.colors.to_rgb(colour)
        assert not (red > 0.6 and green < 0.35 and blue < 0.35), colour
    assert len(set(PALETTE)) == 12
