"""Workers that die, points that kill them, a scheduler that goes away: nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.core.errors import ArgumentError, RunError
from sim.sweeps import sweep as sweep_module
from sim.sweeps.points import StopRule
from sim.sweeps.sweep import carry_out_sweep
from sim.sweeps.workers import CRASHES, Callbacks, Failed, SweepOptions, Task, schedule
from tests.support.sweeps import is_alive, poisoned, poisoned_once, tables, written

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished sweep, never disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    return carry_out_sweep(
        written(folder), folder / "out", SweepOptions(threads=True, workers=1, engine="reference")
    ).folder


# ------------------------------------------------ the rules, with workers that die on command


class Dying(Exception):  # noqa: N818
    """What a dying worker leaves."""


class Puppets:
    """Workers that carry out a task when asked to: those named kill their worker, so many times."""

    def __init__(self, size: int, deaths: dict[int, int], by: int = 1) -> None:
        self.size, self.deaths, self.by = size, deaths, by
        self.started: list[tuple[int, int]] = []  # task, how many were under way before it
        self.busy = 0

    def submit(self, work: Callable[..., Any], task: Task) -> Future[Any]:
        self.started.append((task.number, self.busy))
        self.busy += 1
        future: Future[Any] = Future()
        future.add_done_callback(lambda _: setattr(self, "busy", self.busy - 1))
        if self.deaths.get(task.number, 0) > 0:
            self.deaths[task.number] -= 1
            threading.Timer(0.01, future.set_exception, [Dying()]).start()
        else:
            threading.Timer(0.01, future.set_result, [work(task)]).start()
        return future

    def crashes(self, error: BaseException) -> int:
        return self.by if isinstance(error, Dying) else 0

    def close(self, stop: bool) -> None:
        return


def tasks(count: int) -> Iterator[Task]:
    for number in range(1, count + 1):
        yield Task(number, f"key {number}", "", (), StopRule(1), (), "program")


def results_of(pool: Any, count: int = 6) -> list[Any]:
    return list(schedule(tasks(count), pool, lambda task: task.number))  # type: ignore[arg-type]


def test_every_task_is_done_once() -> None:
    pool = Puppets(2, {})
    assert sorted(results_of(pool)) == [1, 2, 3, 4, 5, 6]
    assert sorted(number for number, _ in pool.started) == [1, 2, 3, 4, 5, 6]
    assert max(busy for _, busy in pool.started) == 1  # never more than two at once


def test_a_killed_worker_costs_its_task_not_the_sweep() -> None:
    pool = Puppets(2, {3: 1})
    assert sorted(results_of(pool)) == [1, 2, 3, 4, 5, 6]
    assert [number for number, _ in pool.started].count(3) == 2
    assert len(pool.started) == 7


def test_a_suspect_is_tried_alone_at_last_and_may_be_innocent() -> None:
    pool = Puppets(2, {3: CRASHES - 1})
    assert sorted(results_of(pool)) == [1, 2, 3, 4, 5, 6]
    assert pool.started[-1] == (3, 0)


def test_only_the_guilty_point_is_refused_after_three_crashes() -> None:
    pool = Puppets(2, {3: 99})
    result = results_of(pool)
    refused = [item for item in result if isinstance(item, Failed)]
    assert [item.number for item in refused] == [3]
    assert "its worker died 3 times, the last time with nothing else running" in refused[0].message
    assert sorted(item for item in result if not isinstance(item, Failed)) == [1, 2, 4, 5, 6]
    assert pool.deaths[3] == 99 - CRASHES


def test_a_cluster_that_has_tried_four_workers_is_asked_once_more_alone() -> None:
    pool = Puppets(2, {3: 99}, by=4)
    result = results_of(pool)
    assert [item.number for item in result if isinstance(item, Failed)] == [3]
    assert [busy for number, busy in pool.started if number == 3][-1] == 0
    assert pool.deaths[3] == 97


def test_work_that_is_cancelled_from_outside_ends_the_sweep() -> None:
    pool = Puppets(1, {})
    pool.submit = lambda work, task: _cancelled()  # type: ignore[method-assign]
    with pytest.raises(RunError, match="the scheduler went away"):
        results_of(pool)


def _cancelled() -> Future[Any]:
    future: Future[Any] = Future()
    future.cancel()
    future.set_running_or_notify_cancel()
    with pytest.raises(CancelledError):
        future.result()
    return future


def test_a_fault_of_the_point_itself_is_not_tried_again() -> None:
    def faulty(task: Task) -> Any:
        if task.number == 2:
            raise RunError("people lost")
        return task.number

    class InThisProcess(Puppets):
        def submit(self, work: Callable[..., Any], task: Task) -> Future[Any]:
            future: Future[Any] = Future()
            try:
                future.set_result(work(task))
            except RunError as error:
                future.set_exception(error)
            return future

    rows = list(schedule(tasks(3), InThisProcess(1, {}), faulty))  # type: ignore[arg-type]
    assert rows == [1, Failed(2, "key 2", "people lost"), 3]


# --------------------------------------------------------------------- real processes


def test_a_process_killed_once_changes_nothing(
    tmp_path: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = partial(poisoned_once, mark=tmp_path / "mark")
    monkeypatch.setattr(sweep_module, "simulate_point", once)
    ended = carry_out_sweep(
        written(tmp_path), tmp_path / "out", SweepOptions(workers=2, engine="reference")
    )
    assert (tmp_path / "mark").exists()
    assert ended.failed == {}
    assert tables(ended.folder) == tables(finished)


def test_a_poisoned_point_is_refused_by_name_and_the_others_done(
    tmp_path: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sweep_module, "simulate_point", poisoned)
        ended = carry_out_sweep(
            written(tmp_path), tmp_path / "out", SweepOptions(workers=2, engine="reference")
        )
    assert list(ended.failed) == [2]
    table = pd.read_csv(ended.folder / "table.csv")
    assert table["status"].tolist() == ["done", "failed", *["done"] * 4]
    assert table["message"][1].startswith("its worker died 3 times")
    again = carry_out_sweep(
        written(tmp_path), tmp_path / "out", SweepOptions(threads=True, engine="reference")
    )
    assert again.failed == {}
    assert tables(again.folder) == tables(finished)


def test_worker_processes_end_with_a_killed_sweep(tmp_path: Path) -> None:
    script = """
import time
from sim.runs.pool import Processes
if __name__ == "__main__":
    pool = Processes(1)
    import os
    print(pool.submit(os.getpid).result(), flush=True)
    pool.submit(time.sleep, 600).result()
"""
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    main = subprocess.Popen(
        [sys.executable, str(tmp_path / "script.py")], stdout=subprocess.PIPE, env=environment
    )
    assert main.stdout is not None
    worker = int(main.stdout.readline())
    assert is_alive(worker)
    main.kill()
    main.wait()
    main.stdout.close()
    deadline = time.monotonic() + 10
    while is_alive(worker) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(worker)


# ------------------------------------------------------------------------------- dask


def test_a_missing_scheduler_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.sweeps.workers.CONNECT_SECONDS", 0.2)
    with pytest.raises(RunError, match=r"no scheduler answers at tcp://127\.0\.0\.1:9: start one"):
        carry_out_sweep(
            written(tmp_path),
            tmp_path / "out",
            SweepOptions(cluster="tcp://127.0.0.1:9", engine="reference"),
        )


@pytest.mark.parametrize("address", ["local:0", "local:two", "host:8786", ""])
def test_what_is_no_cluster_is_refused_at_once(address: str, tmp_path: Path) -> None:
    with pytest.raises(
        ArgumentError, match=f"'{address}' is no cluster: write tcp://host:8786, or"
    ):
        carry_out_sweep(written(tmp_path), tmp_path / "out", SweepOptions(cluster=address))


@pytest.mark.cluster
def test_a_cluster_without_workers_is_told_and_waited_for(tmp_path: Path, finished: Path) -> None:
    from distributed import LocalCluster

    heard: list[tuple[int, bool]] = []
    with LocalCluster(n_workers=0, dashboard_address=":0", processes=False) as cluster:

        def before(forecast: Any) -> None:
            heard.append((forecast.workers, forecast.seconds == forecast.seconds))
            cluster.scale(1)

        ended = carry_out_sweep(
            written(tmp_path),
            tmp_path / "out",
            SweepOptions(cluster=cluster.scheduler_address, engine="reference"),
            Callbacks(before=before),
        )
    assert heard == [(0, False)]
    assert tables(ended.folder) == tables(finished)


@pytest.mark.cluster
def test_one_of_two_dask_workers_killed_changes_nothing(
    tmp_path: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = partial(poisoned_once, mark=tmp_path / "mark")
    monkeypatch.setattr(sweep_module, "simulate_point", once)
    ended = carry_out_sweep(
        written(tmp_path), tmp_path / "out", SweepOptions(cluster="local:2", engine="reference")
    )
    assert (tmp_path / "mark").exists()
    assert ended.failed == {}
    assert tables(ended.folder) == tables(finished)


@pytest.mark.cluster
def test_a_scheduler_that_goes_away_is_told_and_points_are_kept(
    tmp_path: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import LocalCluster

    path = written(tmp_path)
    cluster = LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=":0", processes=False
    )

    def end(now: Any) -> None:
        if now.done == 2:
            threading.Thread(target=cluster.close).start()

    with pytest.raises(RunError, match=r"went away.*points are kept: run the same command again"):
        carry_out_sweep(
            path,
            tmp_path / "out",
            SweepOptions(cluster=cluster.scheduler_address, engine="reference"),
            Callbacks(progress=end),
        )
    kept = len(list((tmp_path / "out" / "points").glob("*.parquet")))
    assert 2 <= kept < 6
    ended = carry_out_sweep(path, tmp_path / "out", SweepOptions(threads=True, engine="reference"))
    assert tables(ended.folder) == tables(finished)
