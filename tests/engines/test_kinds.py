"""Each kind of service in its smallest fixed example: the whole log, as traced by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.log import sentence
from sim.plan.build import plan_of
from sim.scenarios.loading import load
from sim.scenarios.schema import KINDS
from tests.support.engines import ENGINES

TESTS = Path(__file__).parents[1]
EXAMPLES = TESTS.parent / "scenarios" / "kinds"

pytestmark = pytest.mark.parametrize("engine", sorted(ENGINES))


def logged(engine: str, text: str, folder: Path) -> list[str]:
    path = folder / "example.yaml"
    path.write_text(text)
    plan = plan_of(load(path))
    log = ENGINES[engine](plan, 1, 0, log=True).log
    assert log is not None
    return [sentence(row, plan.outline) for row in log]


def by_hand(kind: str) -> list[str]:
    return (TESTS / "support" / "kinds" / f"{kind}.log").read_text().splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_the_log_is_the_one_traced_by_hand(engine: str, kind: str, tmp_path: Path) -> None:
    text = (EXAMPLES / f"{kind}.yaml").read_text()
    assert logged(engine, text, tmp_path) == by_hand(kind)


@pytest.mark.parametrize(
    ("kind", "result", "planted"),
    [
        ("places", "stay: 3 days", "stay: 4 days"),
        ("overnight", "[[women], [men]]", "[[men], [women]]"),
        ("outreach", "delay: 6 h", "delay: 7 h"),
        ("drop-in", "per_day: 1", "per_day: 2"),
    ],
)
def test_one_other_value_gives_another_log(
    engine: str, kind: str, result: str, planted: str, tmp_path: Path
) -> None:
    text = (EXAMPLES / f"{kind}.yaml").read_text()
    assert text.count(result) == 1
    assert logged(engine, text.replace(result, planted), tmp_path) != by_hand(kind)
