"""Two runs: what moved beyond noise, paired where they share random numbers, and its page."""

from __future__ import annotations

import json
import re
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from click.testing import CliRunner
from scipy import stats

from sim.cli import main
from sim.core.errors import ArgumentError
from sim.figures.compared import difference_of
from sim.report import comparison
from sim.runs.compare import diff_folders
from sim.runs.run import run as any_run
from tests.support.small_scenarios import chain, what_if

pytestmark = pytest.mark.slow

HOSTILE = "<script>alert('x')</script> & \\\"quoted\\\""
run = partial(any_run, engine="reference", workers=1, replications=6, daily=False)


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    base = chain(folder / "base.yaml", title=f'"{HOSTILE}"')
    longer = what_if(folder / "longer.yaml", base, "services.shelter.stay.mean", "10.1 days")
    more = what_if(folder / "more.yaml", base, "services.housing.places", "9")
    for name, file, seed, summary in (
        ("base", base, 1, True), ("again", base, 1, True), ("longer", longer, 1, False),
        ("more", more, 1, True), ("other", base, 2, False), ("more-other", more, 2, False),
    ):  # fmt: skip
        run(file, seed=seed, out=folder / name, summary=summary)
    return folder


@pytest.fixture(autouse=True)
def few_figures(monkeypatch):
    """Two are enough to see: dots take most of the time."""
    monkeypatch.setattr(comparison, "FIGURES", ("where", "waiting"))


def page_of(runs: Path, tmp_path: Path, old: str, new: str) -> tuple[int, dict, str]:
    page = tmp_path / "page.html"
    rows = ["--out", str(page), "--lang", "en", "--json"]
    done = CliRunner().invoke(main, ["diff", str(runs / old), str(runs / new), *rows])
    return done.exit_code, json.loads(done.stdout), page.read_text(encoding="utf-8")


def test_the_same_run_again_differs_in_nothing(runs, tmp_path):
    code, output, page = page_of(runs, tmp_path, "base", "again")
    assert (code, output["differing"], output["moved"], output["changed"]) == (0, 0, [], [])
    assert page.count("no point differs") == 4  # of each figure: in words and for the blind


def test_more_homes_move_numbers_beyond_noise_in_pairs_and_without(runs, tmp_path):
    code, output, page = page_of(runs, tmp_path, "base", "more")
    assert (code, output["paired"]) == (1, True)
    assert output["moved"][0]["measure"] == "blocked places"
    assert "services.housing.places" in page
    assert "difference: " in page
    apart = diff_folders(runs / "base", runs / "more-other")
    assert apart.unpaired == ("seed 1 and 2",)
    result = apart.moved[0]
    assert result.key.measure == "blocked places"
    numbers = [m.results.number("blocked places") for m in (apart.new.member, apart.old)]
    assert result.p == pytest.approx(stats.ttest_ind(*numbers, equal_var=False).pvalue)


def test_another_seed_alone_is_noise_and_in_pairs_one_per_cent_still_differs(runs):
    noise = diff_folders(runs / "base", runs / "other")
    assert noise.unpaired
    assert noise.moved == []
    longer = diff_folders(runs / "base", runs / "longer")
    assert [change.path for change in longer.new.changes] == ["services.shelter.stay.mean"]
    assert longer.differing > 20


def test_one_replication_has_no_noise_to_compare_with(runs, tmp_path):
    run(runs / "base.yaml", replications=1, out=tmp_path / "one")
    with pytest.raises(ArgumentError, match="single replication"):
        diff_folders(runs / "base", tmp_path / "one")


class Tags(HTMLParser):
    """Collects what a browser would see as tags, and where they point."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attributes if name in ("src", "href")]


def test_the_page_stands_alone_and_words_of_scenarios_stay_words(runs, tmp_path):
    shutil_name = tmp_path / "<b>&run"
    (runs / "more").rename(shutil_name)
    try:
        _, _, page = page_of(runs, tmp_path, "base", str(shutil_name))
    finally:
        shutil_name.rename(runs / "more")
    seen = Tags()
    seen.feed(page)
    assert "script" not in seen.tags
    assert "b" not in seen.tags
    assert all(source.startswith("data:image/png;base64,") for source in seen.sources)
    assert not re.search(r"https?://", page)
    assert "&lt;b&gt;&amp;run" in page


def test_a_changed_point_is_marked_and_counted(tmp_path):
    picture = np.ones((10, 20, 3))
    matplotlib.image.imsave(tmp_path / "old.png", picture)
    picture[3, 4] = 0.0
    matplotlib.image.imsave(tmp_path / "new.png", picture)
    assert difference_of(tmp_path / "old.png", tmp_path / "old.png")[1] == 0.0
    marked, share = difference_of(tmp_path / "old.png", tmp_path / "new.png")
    assert share == pytest.approx(1 / 200)
    (tmp_path / "marked.png").write_bytes(marked)
    shown = matplotlib.image.imread(tmp_path / "marked.png")
    assert shown[3, 4, :3] == pytest.approx((0.8, 0.0, 0.6), abs=0.01)
    assert shown[0, 0, :3] == pytest.approx((1.0, 1.0, 1.0))


def test_figures_are_drawn_again_from_the_folder_the_same_to_the_byte(runs, tmp_path):
    for name in ("one", "two"):
        done = CliRunner().invoke(
            main, ["figures", str(runs / "base"), "--only", "flow", "--format", "pdf",
                   "--format", "svg", "--out", str(tmp_path / name), "--lang", "fr"],
        )  # fmt: skip
        assert done.exit_code == 0, done.output
    for path in (tmp_path / "one" / "base").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / "base" / path.name).read_bytes()
    assert {path.suffix for path in (tmp_path / "one" / "base").iterdir()} == {
        ".pdf", ".svg", ".csv",
    }  # fmt: skip


def test_a_run_without_figures_and_a_figure_there_is_not_are_refused(runs):
    done = CliRunner().invoke(main, ["figures", str(runs / "longer")])
    assert done.exit_code == 2
    assert "was run with --no-figures" in done.stderr
    done = CliRunner().invoke(main, ["figures", str(runs / "base"), "--only", "flows"])
    assert done.exit_code == 2
    assert "did you mean 'flow'" in done.stderr


def test_redrawn_figures_are_those_drawn_after_the_run(runs, tmp_path):
    from sim.figures import draw_run

    folder = tmp_path / "run"
    draw = lambda results, into: draw_run(results, into / "figures", "fr", only=("where",))  # noqa: E731
    run(runs / "base.yaml", out=folder, summary=True, finish=draw)
    before = (folder / "figures" / "where.svg").read_bytes()
    listed = (folder / "manifest.json").read_text(encoding="utf-8")
    done = CliRunner().invoke(main, ["figures", str(folder), "--only", "where", "--lang", "fr"])
    assert done.exit_code == 0
    assert (folder / "figures" / "where.svg").read_bytes() == before
    assert (folder / "manifest.json").read_text(encoding="utf-8") == listed
