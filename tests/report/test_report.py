"""Reports: self-contained, immune to what a scenario says, accessible, the same every time."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.core.errors import ArgumentError
from sim.report.comparison import comparison_report
from sim.report.page import intervals, picture, policy, table, table_of
from sim.report.run import Answers, blocked_rows, run_report
from sim.runs.compare import compare
from sim.runs.marginal import OneMore, read_one_more, write_one_more
from sim.runs.run import Results, run
from sim.text import LANGUAGES
from sim.text.translations import typeset
from tests.support.browser import CHROMIUM, complaints, opened
from tests.support.hostile import FORMULA, SCRIPT, hostile
from tests.support.pages import Page, inaccessible, outside, stray

MOST_BYTES = 2_000_000
MORE = [
    OneMore("shelter", 2, 3, (-20.0, -30.0, -10.0), (1000.0, 900.0, 1100.0)),
    OneMore("housing", 2, 3, (-50.0, -120.0, 20.0), (0.0, 0.0, 0.0)),
]
HOW = ["--lang", "en", "--engine", "reference", "--workers", "1"]
Pages = dict[str, str]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    base, _ = hostile(tmp_path_factory.mktemp("scenarios"))
    return run(base, summary=True, workers=1, engine="reference")


@pytest.fixture(scope="module")
def pages(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Both kinds of page in both languages, by name."""
    base, other = hostile(tmp_path_factory.mktemp("more"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        both = compare(base, other, summary=True, workers=1, engine="reference")
        yield {
            **{f"run {lang}": run_report(results, lang, MORE) for lang in LANGUAGES},
            **{f"comparison {lang}": comparison_report(both, lang) for lang in LANGUAGES},
        }


NAMES = [f"{kind} {lang}" for kind in ("run", "comparison") for lang in LANGUAGES]


# --------------------------------------------------------------------------- nothing from outside


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_page_asks_for_nothing_and_is_small_enough_to_be_sent(name: str, pages: Pages) -> None:
    assert outside(pages[name]) == []
    assert len(pages[name].encode()) < MOST_BYTES
    rows = [item.get("content", "") for item in Page(pages[name]).of("meta")]
    assert any("default-src 'none'" in item for item in rows)


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="http://example.org/x.png">',
        '<link rel="stylesheet" href="style.css">',
        "<style>@font-face {}</style>",
        '<p style="background: url(x.png)">',
        "<script>fetch('x')</script>",
    ],
)
def test_a_request_would_be_seen(markup: str) -> None:
    assert outside(f"<html><body>{markup}</body></html>")


def test_the_policy_names_the_only_script() -> None:
    assert policy("a") != policy("b")
    assert "unsafe-inline' 'unsafe" not in policy("a")
    assert "script-src 'sha256-" in policy("a")


# ------------------------------------------------------------------------------ hostile scenarios


@pytest.mark.parametrize("name", NAMES)
def test_texts_of_a_scenario_stay_texts(name: str, pages: Pages) -> None:
    assert stray(pages[name]) == []
    assert SCRIPT not in pages[name]
    assert "&lt;script&gt;alert(1)" in pages[name]
    assert "{{ 7 * 191 }}" in pages[name]


@pytest.mark.parametrize("markup", [SCRIPT, "<img src='data:,' onerror=a()>", "<b>x</b>"])
def test_injected_markup_would_be_seen(markup: str, pages: Pages) -> None:
    assert stray(pages["run fr"].replace("</main>", f"{markup}</main>"))


def test_a_download_holds_no_formula_and_the_numbers_of_the_figure() -> None:
    made = table("t", "T", ["name", "n"], [[FORMULA, "0.123456789"], ['a "b", c', "2"]], "fr")
    text = unquote(made.href.partition(",")[2])
    assert made.href.startswith("data:text/csv")
    assert list(csv.reader(io.StringIO(text))) == [
        ["name", "n"],
        [f"'{FORMULA}", "0.123457"],
        ['a "b", c', "2"],
    ]
    assert made.rows[0] == [FORMULA, "0,123"]


def test_a_long_series_is_shown_thinned_and_downloaded_whole(tmp_path: Path) -> None:
    rows = "".join(f"2024-01-{day % 28 + 1:02d},{day}\n" for day in range(1000))
    (tmp_path / "x.csv").write_text("date,n\n" + rows, encoding="utf-8")
    made = table_of(tmp_path / "x.csv", "x", "X", "en")
    assert made.every == 3
    assert len(made.rows) == 334
    assert made.count == unquote(made.href).count("\n") - 1 == 1000


def test_a_drawing_keeps_its_names_to_itself() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'width="72pt" height="36pt"><defs><style>*{color:red}</style></defs>'
        '<clipPath id="p"><rect x="1.23456" y="0"/></clipPath><g clip-path="url(#p)">'
        '<use xlink:href="#p"/><use xlink:href="http://example.org/x"/></g></svg>'
    )
    text = str(picture("one", svg, "A <title>", "What it shows").drawing)
    assert 'id="one-p"' in text
    assert "url(#one-p)" in text
    assert 'href="#one-p"' in text
    assert 'x="1.2"' in text
    assert "style>" not in text
    assert "example.org" not in text
    assert "A &lt;title&gt;" in text


# ----------------------------------------------------------------------------------- accessible


@pytest.mark.parametrize("name", NAMES)
def test_headings_names_and_tables_are_in_order(name: str, pages: Pages) -> None:
    assert inaccessible(pages[name], name.split()[1]) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<html lang="fr">', "<html>"),
        ("<h3>", "<h5>"),
        ('<th scope="col">', "<th>"),
        ('role="img"', ""),
        ('id="blocked-heading"', 'id="flow-heading"'),
        ("<caption>", "<p>"),
    ],
)
def test_what_a_screen_reader_misses_would_be_seen(before: str, after: str, pages: Pages) -> None:
    assert before in pages["run fr"]
    assert inaccessible(pages["run fr"].replace(before, after, 1), "fr")


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed here")
@pytest.mark.parametrize("name", ["run fr", "comparison en"])
def test_axe_finds_nothing(name: str, pages: Pages, tmp_path: Path) -> None:
    assert complaints(pages[name], tmp_path) == []


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed here")
def test_axe_would_find_pale_words_and_a_nameless_button(tmp_path: Path) -> None:
    text = "<p style='color:#ccc'>pale</p><button></button>"
    page = f"<!doctype html><html lang='en'><title>t</title><body><main>{text}</main></body></html>"
    by_name = {complaint["rule"] for complaint in complaints(page, tmp_path)}
    assert {"color-contrast", "button-name"} <= by_name


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed here")
def test_in_a_browser_only_our_script_runs(pages: Pages, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    text = pages["run fr"].replace("</main>", "<script>document.title = 'taken'</script></main>")
    page.write_text(text, encoding="utf-8")
    shown = opened(page, tmp_path / "profile", fragment="#data-flow")
    assert re.search(r'<details id="data-flow" open', shown)
    assert "<title>taken" not in shown


# ------------------------------------------------------------------------------- what it says


def test_the_answer_is_made_from_the_numbers(results: Results) -> None:
    first, blocked, last = Answers(results, "en").sentences()
    per_night = results.number("people without a place per night", "street").mean()
    assert f"{per_night:.0f}" in first or f"{per_night:.1f}" in first
    assert f"{results.number('blocked places').mean():.1f}" in blocked
    assert "housing" in blocked
    assert "on no waiting list" in last


def test_one_more_place_is_named_only_where_it_is_certain(results: Results) -> None:
    assert (
        "20 nights in the street a year (10 to 30)" in Answers(results, "en", MORE).sentences()[2]
    )
    unsure = Answers(results, "en", MORE[1:]).sentences()[2]
    assert "could not be told" in unsure


def test_blocked_places_are_told_where_there_are_any(results: Results) -> None:
    ((name, places, share, want, root),) = blocked_rows(results, "fr")
    assert name == SCRIPT
    assert places == pytest.approx(results.number("blocked places", "shelter").mean())
    assert 0 < share < 1
    assert want == root == "logement $x_1$ <i> (100\N{NARROW NO-BREAK SPACE}%)"


def test_intervals_share_a_scale_that_holds_zero() -> None:
    sure, unsure, alone = intervals(
        [(-50, -60, -40), (5, -10, 20), (3, float("nan"), float("nan"))]
    )
    assert sure.x[1] == 6.0
    assert unsure.x[3] == 154.0
    assert sure.x[0] == unsure.x[0] == alone.x[0]
    assert sure.x[1] < sure.x[2] < sure.x[3] < sure.x[0]
    assert (sure.is_sure, unsure.is_sure, alone.is_sure) == (True, False, False)
    (corrected,) = intervals([(-50, -60, -40)], [False])
    assert not corrected.is_sure


def test_what_was_changed_is_told_with_its_reason(pages: Pages) -> None:
    for lang, because, other, called in (
        ("en", "Because", "Parce que", "places there are"),
        ("fr", "Parce que", "Because", "places existantes"),
    ):
        page = pages[f"comparison {lang}"]
        assert f"{because} &lt;svg onload=alert(3)&gt;" in page
        assert other not in page
        assert re.search(rf"{called} <code>services.housing.places</code>", page)


def test_figures_of_single_scenarios_say_of_which(pages: Pages) -> None:
    page = pages["comparison fr"]
    for figure in ("flow-0", "blocked-0"):
        around = page[: page.index(f'id="figure-{figure}"')]
        assert "Un titre" in around[around.rindex("<h3>") :]


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_says_how_much_is_assumed(name: str, pages: Pages) -> None:
    answer = pages[name][: pages[name].index('id="contents-title"')]
    assert re.search(r"\b1 (of the|des) \d+ n(umbers|ombres)", answer)
    assert '<a href="#assumed">' in answer


def test_a_full_point_is_what_the_words_beside_call_certain(pages: Pages) -> None:
    rows = re.findall(r"<tr><th.*?</tr>", pages["comparison en"], re.S)
    drawn = [row for row in rows if 'class="interval"' in row]
    assert len(drawn) >= 5
    for row in drawn:
        assert ('class="sure"' in row) == (">certain (p" in row), row


def test_every_parameter_stands_with_status_source_and_range(pages: Pages) -> None:
    french = pages["run fr"]
    assert "Personnes à la rue" in french
    assert '<span class="status assumed">supposé</span>' in french
    assert "1 à 9" in french
    assert "&lt;/td&gt;&lt;/table&gt;" in french
    assert "par défaut" in french


def test_french_signs_do_not_begin_a_line() -> None:
    assert typeset("Rue : « 3 % » ; oui ?", "fr").count("\N{NO-BREAK SPACE}") == 6


# ----------------------------------------------------------------------------- the same bytes


def test_again_the_same_bytes_with_a_fixed_date(
    results: Results, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert run_report(results, "fr", MORE) == pages["run fr"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    assert run_report(results, "fr", MORE) != pages["run fr"]


@pytest.mark.slow
def test_run_leaves_a_report_and_the_command_makes_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    base, _ = hostile(tmp_path)
    call = CliRunner().invoke
    target = tmp_path / "x.html"
    done = call(main, ["run", str(base), "--out", str(tmp_path / "out"), *HOW])
    assert done.exit_code == 0, done.output
    report = tmp_path / "out" / "hostile" / "report.html"
    first = report.read_bytes()
    again = call(main, ["report", str(report.parent), "--lang", "en", "--out", str(target)])
    assert again.exit_code == 0, again.output
    assert target.read_bytes() == first


def test_a_run_without_figures_or_a_folder_of_something_else_is_refused(
    results: Results, tmp_path: Path
) -> None:
    with pytest.raises(ArgumentError, match="run it again without --no-figures"):
        run_report(replace(results, summary=None), "fr")
    refused = CliRunner().invoke(main, ["report", str(tmp_path)])
    assert refused.exit_code == 2


def test_the_value_of_one_more_is_read_back(tmp_path: Path) -> None:
    write_one_more(tmp_path / "one_more.csv", MORE)
    assert read_one_more(tmp_path / "one_more.csv") == MORE
