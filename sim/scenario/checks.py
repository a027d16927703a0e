"""Checks across a scenario: names, sums, dates, sources, and what leads where."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.schema import Scenario
from sim.vocabulary.errors import Path


def check(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Yield (path, sentence) for everything wrong."""
    yield from ()
