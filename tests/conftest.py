"""Which tests a run has, and what several test modules use."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sim.core.log import Tallies

LONG = ("slow", "browser", "cluster", "statistical")
"""Markers of the tests that plain ``pytest`` leaves out."""
LEFT_OUT = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all", action="store_true", help=f"run the tests marked {', '.join(LONG)} as well"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Leave the long tests out where nobody chose tests: no file, no -m, no -k, no --all."""
    chosen = config.option.all or config.option.markexpr or config.option.keyword
    if not chosen and config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.option.markexpr = " and ".join(f"not {marker}" for marker in LONG)


# pytest-xdist does not count deselected tests in its last line: each worker hands on its number.


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    config = items[0].config
    config.stash[LEFT_OUT] = config.stash.get(LEFT_OUT, 0) + len(items)
    if hasattr(config, "workeroutput"):
        config.workeroutput["left out"] = config.stash[LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the number of one worker: all of them collect the same tests."""
    count = getattr(node, "workeroutput", {}).get("left out", 0)
    node.config.stash[LEFT_OUT] = max(node.config.stash.get(LEFT_OUT, 0), count)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    count = config.stash.get(LEFT_OUT, 0)
    if count and "deselected" not in terminalreporter.stats:
        terminalreporter.stats["deselected"] = [SimpleNamespace()] * count
    if count and all(f"not {marker}" in config.option.markexpr for marker in LONG):
        terminalreporter.write_line(
            f"{count} tests marked {', '.join(LONG)} were left out: --all runs them"
        )


@pytest.fixture(scope="session")
def drafted() -> Tallies:
    """The tallies of two years of a small pathway with everything in it."""
    from tests.support.drafts import pathway
    from tests.support.engines import FASTEST

    tallies: Tallies = FASTEST(pathway(), 1, 1).tallies
    return tallies
