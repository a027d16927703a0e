"""What a sweep says when it is only asked what it would do, and when it is told to stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sim.sweeps.workers import seconds_of_one
from tests.runs.test_run_killed import descendants, seconds_worked
from tests.support.sweeps import GRID, is_alive, written
from tests.sweeps.test_sweep_again import invoked, swept

pytestmark = pytest.mark.slow

SLOW = GRID.replace("[4 per day, 6 per day]", "[400000 per day, 600000 per day]")
"""A replication takes minutes, and two of them fit into the memory of any machine."""


def test_a_dry_run_answers_other_programs_in_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = sys.modules["sim.cli.sweep"]
    monkeypatch.setattr(patient, "PATIENCE_SECONDS", threading.TIMEOUT_MAX)
    file, out = written(tmp_path), tmp_path / "out"
    asked = json.loads(swept(file, out, "--dry-run", "--json").stdout)
    assert asked.pop("seconds") > 0
    assert asked == {
        "points": 6,
        "different": 6,
        "stored": 0,
        "mine": 6,
        "refused": 0,
        "replications": 2,
        "to_simulate": 12,
        "at_least": False,
        "workers": 1,
    }
    assert swept(file, out).exit_code == 0
    again = json.loads(swept(file, out, "--dry-run", "--json").stdout)
    assert (again["stored"], again["workers"], again["seconds"]) == (6, 0, 0)


@pytest.mark.parametrize("workers", [("--threads",), ()], ids=["threads", "processes"])
def test_a_dry_run_does_not_wait_for_a_long_replication(
    workers: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["sim.cli.sweep"], "PATIENCE_SECONDS", 4.0)
    before = set(descendants(os.getpid()))
    options = ("--out", tmp_path / "out", "--workers", "2", "--engine", "reference", "--dry-run")
    result = invoked("sweep", written(tmp_path, SLOW), *options, *workers)
    assert result.exit_code == 0
    assert "2 replications each; the time cannot be estimated with 2 workers" in result.stdout
    while busy(before):  # the worker it gave up; a worker that goes on would be waited for here
        time.sleep(0.05)
    asked = json.loads(invoked("sweep", tmp_path / "small.yaml", *options, "--json").stdout)
    assert asked["seconds"] is None


def test_a_dry_run_does_not_count_the_start_of_its_worker() -> None:
    """The time for which it waits runs from the first replication."""
    waited: list[tuple[str, float | None]] = []

    class Worker:
        def submit(self, work: Callable[..., Any], *arguments: Any) -> Any:
            def result(patience: float | None = None) -> float:
                waited.append((work.__name__, patience))
                return 7.0

            return SimpleNamespace(result=result)

    task: Any = SimpleNamespace(engine="reference")
    pool: Any = Worker()
    assert seconds_of_one(task, pool, 20.0) == 7.0
    assert waited == [("prepare", None), ("time_of_one", 20.0)]


def busy(known: set[int]) -> list[int]:
    """Return workers that are at it still."""
    return [
        pid for pid in set(descendants(os.getpid())) - known
        if is_alive(pid) and seconds_worked(pid) > 0.5
    ]  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="a signal of POSIX")
def test_a_sweep_told_to_end_by_the_system_ends_in_order(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sim", "sweep", str(written(tmp_path, SLOW))]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    main = subprocess.Popen(
        [*command, "--out", str(tmp_path / "out"), "--workers", "2", "--engine", "reference"],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline, workers = time.monotonic() + 60, []
    while not workers and time.monotonic() < deadline:
        time.sleep(0.1)
        workers = [pid for pid in descendants(main.pid) if seconds_worked(pid) > 2.0]
    main.send_signal(signal.SIGTERM)
    _, output = main.communicate(timeout=30)
    assert output.strip() == (
        "stopped; the points done are kept: run the same command again to go on"
    )
    assert main.returncode == 143
    assert workers
    assert not [pid for pid in workers if is_alive(pid)]
