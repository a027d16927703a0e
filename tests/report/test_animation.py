"""The animation: every move of the log and nothing else, on a page as safe as a report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.core.events import LEFT, Event
from sim.core.log import Outline, Row
from sim.engines.reference import simulate
from sim.plan.build import plan_of
from sim.plan.tables import Kind
from sim.report.animation import TICKS, Steps, animation, states_of, steps_of
from sim.scenarios.loading import load
from tests.support.browser import CHROMIUM, complaints, opened
from tests.support.hostile import SCRIPT, hostile
from tests.support.pages import inaccessible, outside, stray

KINDS = Path(__file__).resolve().parents[2] / "scenarios" / "kinds"
SHELTER, HOUSING = 0, 1


def outline_of_places() -> Outline:
    return plan_of(load(KINDS / "places.yaml")).outline


def replayed(steps: Steps, states: int) -> list[int]:
    """How many people are in each state at the end."""
    at = {person: code for _, person, code in zip(*[iter(steps.moves)] * 3, strict=True)}
    return [sum(code >> 1 == state for code in at.values()) for state in range(states)]


def test_the_hand_traced_history_of_a_shelter_and_a_home() -> None:
    plan = plan_of(load(KINDS / "places.yaml"))
    log = simulate(plan, 1, 0, log=True).log
    assert log is not None
    steps = steps_of(log, plan.outline)
    street, shelter, housing, gone = 0, 1, 2, 4  # 3: housed for good
    assert steps.moves[: 7 * 3] == [
        0, 0, 2 * street, 0, 1, 2 * shelter, 0, 2, 2 * housing,
        2 * TICKS, 1, 2 * shelter + 1,
        1 * TICKS, 2, 2 * gone, 0, 1, 2 * housing, 0, 0, 2 * shelter,
    ]  # fmt: skip
    assert steps.places == [0, shelter, 1, 0, housing, 1]


def test_night_places_are_open_from_the_evening_to_the_morning() -> None:
    plan = plan_of(load(KINDS / "overnight.yaml"))
    (number,) = [n for n, item in enumerate(plan.services) if item.kind is Kind.OVERNIGHT]
    log = simulate(plan, 1, 0, log=True).log
    assert log is not None
    evening, morning = (round(at * TICKS) for at in (20 / 24, 8 / 24))
    state = states_of(plan.outline)[number]
    places = [*zip(*[iter(steps_of(log, plan.outline).places)] * 3, strict=True)]
    own = [(tick, open_now) for tick, where, open_now in places if where == state]
    assert own[:3] == [(morning, 0), (evening, 1), (TICKS + morning, 0)]


def test_who_moves_on_in_the_same_instant_is_never_in_the_street() -> None:
    outline = outline_of_places()
    log = [
        Row(0.0, Event.PRESENT, 0, SHELTER),
        Row(1.0, Event.LEAVES_PLACE, 0, SHELTER, HOUSING),
        Row(1.0, Event.ADMITTED, 0, HOUSING, SHELTER),
        Row(2.0, Event.LEAVES_PLACE, 0, HOUSING, LEFT),
        Row(2.0, Event.GOES, 0, HOUSING, LEFT),
    ]
    assert steps_of(log, outline).moves == [0, 0, 2, TICKS, 0, 4, TICKS, 0, 8]
    assert steps_of(log[:2], outline).moves == [0, 0, 2, TICKS, 0, 0]  # seen: to the street


def test_replayed_it_ends_where_the_tallies_end(tmp_path: Path) -> None:
    base, _ = hostile(tmp_path)
    plan = plan_of(load(base))
    done = simulate(plan, 3, 1, log=True)
    assert done.log is not None
    ends = [sum(classes) for classes in done.tallies.level_end["living"][-1]]
    where = replayed(steps_of(done.log, plan.outline), len(states_of(plan.outline)))
    assert where[:3] == [ends[-1], ends[0], ends[1]]
    gone = sum(done.tallies.people[n][-1] != 0 for n in range(len(done.tallies.people)))
    assert sum(where[3:]) == gone > 0
    short = [row for row in done.log if row.event != Event.GOES]
    assert sum(replayed(steps_of(short, plan.outline), 6)[3:]) == 0  # would be seen


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    base, _ = hostile(tmp_path_factory.mktemp("animation"))
    scenario = load(base)
    plan = plan_of(scenario)
    log = simulate(plan, 3, 1, log=True).log
    assert log is not None
    return animation(scenario, log, plan.outline, 3, 1, "fr")


def test_the_page_is_self_contained_and_immune(page: str) -> None:
    assert outside(page) == []
    assert stray(page) == []
    assert SCRIPT not in page
    assert inaccessible(page, "fr") == []


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed here")
def test_axe_finds_nothing(page: str, tmp_path: Path) -> None:
    assert complaints(page, tmp_path) == []


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed here")
def test_a_day_asked_for_is_shown(page: str, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(page, encoding="utf-8")
    shown = opened(file, tmp_path / "profile", fragment="#day-31")
    assert re.search(r'<output id="date"[^>]*>1 févr\. 2024', shown)
    people = re.findall(r'<tr><th scope="row">[^<]*</th><td class="number">(\d*)</td>', shown)
    assert len(people) == 3
    assert all(people)
    assert "1 févr. 2024" in shown.split('id="said"')[1][:200]


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    target = tmp_path / "out" / "a.html"
    how = ["--engine", "reference", "--lang", "en", "--out", str(target)]
    done = CliRunner().invoke(main, ["animate", str(KINDS / "places.yaml"), *how])
    assert done.exit_code == 0, done.output
    assert "One simulated history" in target.read_text(encoding="utf-8")
