"""The engines every test of the rules runs on."""

from __future__ import annotations

from collections.abc import Callable

from sim.core.log import Replication, sentence
from sim.engines import compiled, reference
from sim.plan.tables import Plan

ENGINES: dict[str, Callable[..., Replication]] = {
    "reference": reference.simulate,
    "compiled": compiled.simulate,
}
FASTEST = compiled.simulate
"""For tests that need many replications; that the engines agree is a test of its own."""


def story(
    engine: str, plan: Plan, seed: int = 1, replication: int = 0, scene: bool = False
) -> list[str]:
    """Return the log as sentences, if wanted with the rows that set the scene."""
    log = ENGINES[engine](plan, seed, replication, log=True).log
    assert log is not None
    lines = [sentence(row, plan.outline) for row in log]
    if scene:
        return lines
    return [line for line in lines if not line.startswith(("0 capacity", "0 present"))]


def trace(text: str) -> list[str]:
    """Return the lines of an expected story."""
    return [line.strip() for line in text.strip().splitlines()]


def just(lines: list[str], *events: str) -> list[str]:
    """Return the lines of a story that tell one of these events."""
    return [line for line in lines if line.split()[1] in events]
