"""Worker processes: started by any script, stopped or killed at any moment, never waited for."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from functools import partial
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.core.errors import RunError
from sim.core.stopping import StoppedError, stop_if_asked, stop_thread_when, undisturbed
from sim.runs import pool as pool_module
from sim.runs.pool import (
    Processes,
    Threads,
    WorkerDiedError,
    WorkerPool,
    WorkerProcess,
    fresh_processes,
    result_of,
    script_hidden,
)
from sim.sweeps.workers import Cluster
from tests.support.drafts import pathway
from tests.support.dying import LARGE, dies_within_result, stalls_within_result
from tests.support.engines import ENGINES
from tests.support.sweeps import BASE, GRID, written

CALLS = {
    "run": "len(sim.run('base.yaml', replications=4, workers=2, engine='reference').measures())",
    "sweep": "(sim.sweep('small.yaml', workers=2, engine='reference').table['status'] "
    "== 'done').sum()",
    "cluster": "(sim.sweep('small.yaml', cluster='local:2', engine='reference').table['status'] "
    "== 'done').sum()",
}
WANTED = {"run": "4", "sweep": "6", "cluster": "6"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["run", "sweep", pytest.param("cluster", marks=pytest.mark.cluster)]
)
def test_a_script_needs_no_guard(name: str, tmp_path: Path) -> None:
    written(tmp_path, GRID, BASE)
    script = tmp_path / "script.py"
    script.write_text(f"import sim\nprint({CALLS[name]})\nprint(__file__)\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, cwd=tmp_path, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.stdout.split("\n") == [WANTED[name], str(script), ""], done.stderr


def test_nothing_stays_hidden_when_the_last_block_ends() -> None:
    script = sys.modules["__main__"]
    before = dict(vars(script))
    first, second = script_hidden(), script_hidden()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert script.__spec__ is not before["__spec__"]
    assert script.__dict__.get("__file__") == before.get("__file__")
    second.__exit__(None, None, None)
    assert vars(script) == before


@pytest.mark.slow
def test_a_cluster_that_cannot_be_reached_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sys.modules["__main__"].__spec__
    monkeypatch.setattr(Cluster, "_connected", wrong)
    with pytest.raises(RunError, match="went wrong"):
        Cluster("local:1")
    assert sys.modules["__main__"].__spec__ is before


def wrong(_: Cluster) -> None:
    raise RunError("it went wrong")


def test_workers_are_fresh_ones() -> None:
    assert fresh_processes().get_start_method() in ("forkserver", "spawn")


@pytest.mark.skipif("forkserver" not in multiprocessing.get_all_start_methods(), reason="no fork")
def test_modules_are_imported_once_for_all_workers(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from sim.runs.pool import Processes, result_of\n"
        "for _ in range(3):\n"
        "    pool = Processes(2)\n"
        "    results = {result_of(pool.submit(pow, 2, n)) for n in range(4)}\n"
        "    pool.close(stop=True)\n",
        encoding="utf-8",
    )
    process = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=True,
        env=os.environ | {"PYTHONPROFILEIMPORTTIME": "1"},
    )  # fmt: skip
    imports = re.findall(r"\| +(sim\.runs\.simulate)$", process.stderr, re.MULTILINE)
    assert len(imports) == 2  # of this script, and of the server that forks its workers


# ------------------------------------------------------- workers that are stopped or killed

posix = pytest.mark.skipif(os.name == "nt", reason="half a message is written as POSIX does")


def ended(future: Future[Any]) -> str:
    """Return how a task ended; it must have."""
    assert future.done()
    return "cancelled" if future.cancelled() else type(future.exception()).__name__


def test_workers_stopped_while_they_hand_back_large_results_200_times() -> None:
    others = set(active_children())
    for turn in range(200):
        pool = Processes(2)
        futures = [pool.submit(bytes, LARGE) for _ in range(5)]
        assert len(result_of(futures[turn % 3])) == LARGE
        pool.close(stop=True)
        assert {ended(future) for future in futures} <= {"NoneType", "WorkerDiedError", "cancelled"}
    assert set(active_children()) == others


@posix
def test_a_worker_stopped_in_the_middle_of_a_large_result_is_not_waited_for(
    tmp_path: Path,
) -> None:
    others = set(active_children())
    for turn in range(10):
        mark = tmp_path / str(turn)
        pool = Processes(2)
        stalled = pool.submit(stalls_within_result, str(mark))
        waiting = [pool.submit(time.sleep, 600) for _ in range(3)]
        while not mark.exists():
            time.sleep(0.005)
        pool.close(stop=True)
        assert ended(stalled) == "WorkerDiedError"
        assert {ended(item) for item in waiting} <= {"WorkerDiedError", "cancelled"}
    assert set(active_children()) == others


@posix
def test_a_worker_killed_in_the_middle_of_a_large_result_costs_its_own_task_alone() -> None:
    pool = Processes(2)
    for _ in range(10):
        futures = [pool.submit(bytes, LARGE) for _ in range(4)]
        futures.insert(2, pool.submit(dies_within_result))
        rows = [ended_at_last(future) for future in futures]
        assert rows == ["NoneType", "NoneType", "WorkerDiedError", "NoneType", "NoneType"]
    pool.close(stop=False)


def ended_at_last(future: Future[Any]) -> str:
    with contextlib.suppress(WorkerDiedError):
        result_of(future)
    return ended(future)


def test_a_worker_that_dies_while_it_has_nothing_to_do_costs_nothing() -> None:
    pool = Processes(1)
    first = result_of(pool.submit(os.getpid))
    (idle,) = [child for child in active_children() if child.pid == first]
    idle.kill()
    idle.join()
    assert result_of(pool.submit(os.getpid)) != first
    pool.close(stop=False)


def test_nobody_starts_when_the_pool_is_closed() -> None:
    others = set(active_children())
    pool = Processes(1)
    pool.close(stop=True)
    with pytest.raises(RuntimeError, match="shutdown"):
        pool.submit(os.getpid)
    assert set(active_children()) == others


@pytest.mark.parametrize("make", [Threads, Processes])
def test_what_is_wrong_with_the_work_is_told_as_it_is(make: Any) -> None:
    pool: WorkerPool = make(2)
    with pytest.raises(ValueError, match="invalid literal"):
        result_of(pool.submit(int, "x"))
    assert result_of(pool.submit(int, "7")) == 7
    assert pool.crashes(ValueError()) == 0
    pool.close(stop=False)


def test_results_that_cannot_be_handed_back_are_told_and_the_worker_stays() -> None:
    pool = Processes(1)
    with pytest.raises(Exception, match="pickle"):
        result_of(pool.submit(partial, lambda: None))
    with pytest.raises(Exception, match="cannot pickle"):
        result_of(pool.submit(open, os.devnull))
    first = result_of(pool.submit(os.getpid))
    assert result_of(pool.submit(os.getpid)) == first
    pool.close(stop=False)


# ------------------------------------------------------------------- work that is given up


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_replication_given_up_in_a_thread_ends_before_its_time(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.engines.compiled.STEPS", 100)
    monkeypatch.setattr("sim.engines.reference.state.EVENTS", 100)
    looked: list[bool] = []

    def is_asked() -> bool:
        looked.append(True)
        return len(looked) == 3

    def work() -> None:
        stop_thread_when(is_asked)
        ENGINES[engine](pathway(60.0), 1, 1)

    pool = Threads(1)
    with pytest.raises(StoppedError):
        result_of(pool.submit(work))
    pool.close(stop=False)
    assert len(looked) == 3


@pytest.mark.parametrize("make", [Threads, Processes])
def test_a_pool_goes_on_after_tasks_that_were_given_up(make: Any) -> None:
    pool: Any = make(2)
    given_up = [pool.submit(endless) for _ in range(5)]
    pool.abandon(given_up)
    assert all(item.done() or item.cancelled() for item in given_up)
    assert result_of(pool.submit(int, "7")) == 7
    pool.close(stop=True)


def endless() -> None:
    while True:
        stop_if_asked()
        time.sleep(0.001)


def test_requests_to_end_wait_until_something_short_is_done() -> None:
    done = []

    def tidy_up() -> None:
        with undisturbed():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            done.append(True)

    with pytest.raises(KeyboardInterrupt):
        tidy_up()
    assert done
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


# --------------------------------------------------------------- one pool for many runs


def test_runs_of_one_command_share_their_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = counted(monkeypatch)
    monkeypatch.setattr(pool_module, "SHORT", 0)
    assert run_four(tmp_path) == 0
    assert len(begun) == 2


def test_a_few_short_replications_start_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = counted(monkeypatch)
    assert run_four(tmp_path) == 0
    assert begun == []


def counted(monkeypatch: pytest.MonkeyPatch) -> list[WorkerProcess]:
    begun: list[WorkerProcess] = []

    class Noted(WorkerProcess):
        def __init__(self) -> None:
            super().__init__()
            begun.append(self)

    monkeypatch.setattr(pool_module, "WorkerProcess", Noted)
    return begun


def run_four(folder: Path) -> int:
    files = [folder / f"{name}.yaml" for name in "abcd"]
    for file in files:
        file.write_text(BASE, encoding="utf-8")
    options = ["--engine", "reference", "--workers", "2", "--replications", "4", "--no-figures"]
    done = CliRunner().invoke(main, ["run", *map(str, files), *options, "--out", str(folder)])
    return done.exit_code
