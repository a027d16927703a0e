"""Numbers by year: the rule by which a mean hides something, and where it is told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sim.analysis.statistics import estimates, unlike_periods
from sim.cli import main
from sim.report.comparison import comparison_report
from sim.report.run import run_report
from sim.runs.compare import YEARS, compare
from sim.runs.findings import HEADLINES, by_year, headlines_by_year, services_by_year
from sim.runs.run import run
from sim.text.phrases import hiding_sentences, most_hidden, shown_years
from tests.support.small_scenarios import what_if

CLOSING = """
title: A shelter that loses places
period: {start: 2024-01-01, length: LENGTH}
run: {replications: 8, seed: 3}
people:
  classes: {everyone: 100 %}
  arrivals: {all: {rate: 3 per day}}
  leaving: {street: {left: 12 per year}}
start: {street: 90}
services:
  outreach:
    kind: outreach
    contacts_at_random: 4 per day
    referrals: [{to: shelter, share: 100 %}]
  shelter:
    kind: places
    places: 40
    stay: {family: exponential, mean: 40 days}
    routes: [{to: left, share: 100 %}]
"""
CLOSED = "{calendar: {2024-01-01: 40, 2026-01-01: 4}}"


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("by-year") / "base.yaml"
    file.write_text(CLOSING.replace("LENGTH", "1460 days"), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def closed(base) -> Path:
    return what_if(base.with_name("closed.yaml"), base, "services.shelter.places", CLOSED)


@pytest.fixture(scope="module")
def comparison(base, closed):
    return compare(base, closed, summary=True)


# --- the rule -------------------------------------------------------------------------------------


def test_years_are_told_apart_by_their_paired_differences():
    # Replications differ by hundreds, years of one replication by 20: unpaired nothing could be
    # said; the widest certain gap is from the second year to the last.
    chance = np.array([0.0, 300.0, -200.0, 500.0, -400.0])[:, None]
    noise = np.array([[0, 1, -1, 0], [1, 0, 0, -1], [0, 0, 1, 1], [-1, 1, 0, 0], [0, -1, 0, 1]])
    years = 100 + chance + np.array([5.0, 0.0, 10.0, 20.0]) + noise
    assert unlike_periods(years[:, None, :], np.array([10.0])) == [(1, 3)]


def test_a_gap_within_the_margin_is_not_told_however_certain():
    years = np.array([[100.0, 108.9], [90.0, 99.0], [110.0, 118.95], [95.0, 104.02]])
    assert unlike_periods(years[:, None, :], np.array([10.0])) == [None]
    assert unlike_periods(years[:, None, :], np.array([8.0])) == [(0, 1)]


def test_one_replication_tells_no_years_apart():
    assert unlike_periods(np.array([[[1.0, 100.0]]]), np.array([5.0])) == [None]


def test_years_that_do_not_exist_in_some_replications_are_passed_over():
    gone = np.nan
    values = np.array(
        [[gone, 10.0, 50.0], [gone, 12.0, 49.0], [gone, 9.0, 52.0], [3.0, 11.0, 51.0]]
    )
    assert unlike_periods(values[:, None, :], np.array([2.0])) == [(1, 2)]


def test_equal_years_are_seldom_told_apart():
    # The mean of five equal years, 10 replications, no margin: at most 5 % false, here of 2,000.
    chance = np.random.default_rng(11).normal(size=(10, 2000, 5))
    result = unlike_periods(chance, np.zeros(2000))
    assert sum(pair is not None for pair in result) < 0.05 * 2000


# --- numbers --------------------------------------------------------------------------------------


def test_the_numbers_by_year_are_those_of_the_estimates(comparison):
    results = comparison.base.results
    (nights,) = [
        change for change in headlines_by_year(results) if change.measure == HEADLINES[0][0]
    ]
    assert nights.years == ("2024", "2025", "2026", "2027")
    for place, year in enumerate(nights.years):
        values = results.number("street nights per year", "street", period=year)
        assert nights.means[place] == pytest.approx(values.mean())
        assert nights.lows[place] == pytest.approx(estimates(values[:, None]).low[0])
    assert nights.whole == pytest.approx(np.mean(nights.means))


def test_what_is_added_up_is_told_a_year(comparison):
    results = comparison.base.results
    by_name = {(change.measure, change.service): change for change in services_by_year(results)}
    turned = by_name["turned away", "shelter"]
    assert turned.whole == pytest.approx(np.mean(turned.means))


def test_differences_by_year_are_paired(comparison):
    other = comparison.others[0]
    (nights,) = [
        first for first in other.by_year(comparison.base) if first.measure == HEADLINES[0][0]
    ]
    gaps = [
        other.member.results.number("street nights per year", "street", period=year)
        - comparison.base.results.number("street nights per year", "street", period=year)
        for year in nights.years
    ]
    assert nights.means == pytest.approx([gap.mean() for gap in gaps])
    # Nothing changes before 2026; then some thirty people more sleep in the street.
    assert nights.means[:2] == (0.0, 0.0)
    assert min(nights.means[2:]) > 5000
    assert nights.unlike is not None
    assert nights.years[nights.unlike[0]] in ("2024", "2025")


def test_headlines_by_year_are_a_family_of_tests(comparison):
    rows = [change for change in comparison.others[0].moved if change.family == YEARS]
    assert {(item.key.measure, item.key.service) for item in rows} <= set(HEADLINES)
    assert {item.key.period for item in rows} == {"2024", "2025", "2026", "2027"}
    assert comparison.tests[YEARS] == len(rows)


def test_a_period_without_two_years_has_no_years(tmp_path):
    file = tmp_path / "short.yaml"
    file.write_text(CLOSING.replace("LENGTH", "300 days"), encoding="utf-8")
    results = run(file, replications=2)
    assert headlines_by_year(results) == services_by_year(results) == []
    assert by_year(results, HEADLINES, results) == []


def test_of_many_years_the_ends_and_some_between_are_shown():
    assert shown_years(("a", "b", "c")) == [0, 1, 2]
    assert shown_years([str(year) for year in range(20)]) == [0, 4, 8, 11, 15, 19]


# --- where it is told -----------------------------------------------------------------------------


def test_a_mean_that_hides_a_closure_says_so_in_both_languages(comparison):
    other = comparison.others[0]
    result = other.by_year(comparison.base)
    outline = comparison.base.results.outline
    english = hiding_sentences(result, outline, "en", "Closed")
    assert english[0].startswith("Closed, change of “Street nights per year”: +")
    assert " on average over the period, but 0 in 202" in english[0]
    assert not [first for first in english if "without a place" in first]  # the same number by 365
    french = hiding_sentences(result, outline, "fr", "Fermeture")
    assert " en moyenne sur la période, mais 0 en 202" in french[0]


def test_the_places_by_year_are_told_without_a_test(comparison):
    results = comparison.others[0].member.results
    (places,) = [
        change for change in services_by_year(results) if change.measure == "open places at the end"
    ]
    assert places.means == (40, 40, 4, 4)
    assert places.unlike == (0, 2)
    text = most_hidden(services_by_year(results), 3)
    assert places in text
    assert len(text) == 3


def test_the_page_of_a_run_has_the_years(comparison):
    results = comparison.others[0].member.results
    for lang, head, mean in (("en", "By year", "mean"), ("fr", "Par année", "moyenne")):
        page = run_report(results, lang)
        table = page.partition(f"<caption>{head}</caption>")[2].partition("</table>")[0]
        for cell in (mean, "2024", "2027"):
            assert f">{cell}</th>" in table
        assert table.count("<tr") > len(HEADLINES) - 2


def test_the_page_of_a_comparison_has_the_years(comparison):
    for lang, head in (("en", "Change by year: "), ("fr", "Écart par année : ")):
        page = comparison_report(comparison, lang).replace("\N{NO-BREAK SPACE}", " ")
        table = page.partition(f"<caption>{head}")[2].partition("</table>")[0]
        assert ">2027</th>" in table
    assert "This is the mean of the period: it is 0 in 202" in comparison_report(comparison, "en")


def test_the_tables_have_the_years(base, closed, tmp_path):
    shared = ["--replications", "6", "--no-figures", "--lang", "en"]
    done = CliRunner().invoke(main, ["run", str(closed), "--out", str(tmp_path), *shared])
    assert done.exit_code == 0, done.output
    (head,) = [line for line in done.output.splitlines() if line.startswith("By year")]
    assert head.split() == ["By", "year", "mean", "2024", "2025", "2026", "2027"]
    assert "Street nights per year: " in done.output
    out = str(tmp_path / "compared")
    done = CliRunner().invoke(main, ["compare", str(base), str(closed), "--out", out, *shared])
    assert done.exit_code == 0, done.output
    assert "Change by year (in brackets: not certain)" in done.output
    assert "on average over the period, but 0 in 202" in " ".join(done.output.split())


def test_other_programs_get_the_years_too(base, closed, tmp_path):
    shared = ["--replications", "3", "--no-figures", "--json"]
    done = CliRunner().invoke(main, ["run", str(closed), "--out", str(tmp_path), *shared])
    (answer,) = json.loads(done.stdout)
    nights = answer["by_year"][0]
    assert (nights["measure"], nights["service"]) == HEADLINES[0]
    assert list(nights["years"]) == ["2024", "2025", "2026", "2027"]
    assert nights["years"]["2026"]["low"] < nights["years"]["2026"]["mean"]
    out = str(tmp_path / "compared")
    done = CliRunner().invoke(main, ["compare", str(base), str(closed), "--out", out, *shared])
    (other,) = json.loads(done.stdout)["others"]
    assert other["by_year"][0]["years"]["2024"]["mean"] == 0
