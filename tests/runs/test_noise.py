"""What is noise is not called an effect, on simulated scenarios; ``tests.noise`` has all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.report.sweep import sweep_report
from sim.runs.run import run
from sim.scenarios.loading import load
from sim.sweeps.results import Along
from tests.noise import DESIGNS, NIGHTS, QUEUE, REAL, WARD, alarms, judged, sure, swept
from tests.support.pages import answer

pytestmark = pytest.mark.statistical

SMALL = {
    "morris": "{kind: morris, trajectories: 8}",
    "saltelli": "{kind: saltelli, base: 16}",
}
WORDS = {
    "en": ("With fewer than 6 replications of each point nothing", "too few replications to tell"),
    "fr": ("Avec moins de 6 réplications par point, rien", "trop peu de réplications pour dire"),
}


@pytest.mark.parametrize("design", DESIGNS)
def test_an_input_without_effect_is_not_called_sure_and_a_real_one_is(
    design: str, tmp_path: Path
) -> None:
    sweep = swept(tmp_path, SMALL.get(design, design), seed=1, replications=10)
    assert sure(sweep) == {REAL}
    assert REAL in (sweep.most_influential(NIGHTS) or ())
    page = answer(sweep_report(sweep, tmp_path / "1-10" / "turns", "en"))
    assert ("Monte Carlo error makes" in page) == (design in ("morris", "saltelli"))
    assert "too few replications" not in page


@pytest.mark.parametrize("design", DESIGNS)
def test_few_replications_call_nothing_sure_and_the_page_says_why(
    design: str, tmp_path: Path
) -> None:
    for count in (1, 4):
        sweep = swept(tmp_path, SMALL.get(design, design), seed=4, replications=count)
        assert sure(sweep) == set()
        for lang, words in WORDS.items():
            page = sweep_report(sweep, tmp_path / f"4-{count}" / "turns", lang)
            assert words[0] in page
            assert (words[1] in answer(page)) == (design != "correlation")  # its figure is a map


def test_the_two_furthest_of_many_points_are_no_effect(tmp_path: Path) -> None:
    """Points that differ in nothing that counts: the highest is above the lowest all the same."""
    listed = ", ".join(f"{{turns: {10 * number} %, places: 30}}" for number in range(1, 9))
    sweep = swept(tmp_path, f"{{kind: list, points: [{listed}]}}", seed=2, replications=8)
    change = sweep.along(NIGHTS)
    assert isinstance(change, Along)
    assert change.change.mean < 0
    assert not change.change.excludes_zero


@pytest.mark.parametrize("replications", [2, 3, 5])
def test_pairs_of_seeds_raise_few_alarms(replications: int, tmp_path: Path) -> None:
    assert alarms(tmp_path, replications, 60) <= 3  # 5 %


def test_a_real_change_raises_an_alarm(tmp_path: Path) -> None:
    seen = 0
    files = [tmp_path / name for name in ("ward.yaml", "more.yaml")]
    files[0].write_text(WARD, encoding="utf-8")
    files[1].write_text(WARD.replace("4 per month", "8 per month"), encoding="utf-8")
    for seed in range(1, 11):
        first, other = (
            run(load(file), replications=15, seed=seed + place, workers=1)
            for place, file in enumerate(files)
        )
        seen += any(change.is_sure for change in judged(first, other))
    assert seen >= 9


def test_a_real_change_is_seen_in_pairs_of_few_replications(tmp_path: Path) -> None:
    from sim.runs.compare import compare

    files = [tmp_path / name for name in ("queue.yaml", "more.yaml")]
    files[0].write_text(QUEUE, encoding="utf-8")
    files[1].write_text(QUEUE.replace("places: 30", "places: 40"), encoding="utf-8")
    for count, is_seen in ((2, False), (5, True)):
        (other,) = compare(*files, replications=count, seed=3, workers=1).others
        assert other.number(NIGHTS, "street").is_sure == is_seen
