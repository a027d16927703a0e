"""The promise of sweeps at full size: killed again and again, the table is the same to the byte.

``python -m tests.acceptance`` sweeps housing openings by shelter places on the Paris scenario, 400
points: undisturbed; killed with SIGKILL at ten random moments and started again each time; on a
cluster of two dask workers of which one is killed; with a point that kills its workers. It ends
with 1 and says what differs if anything does. Some ten minutes on two idle cores; the tests do the
same at a small size.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from sim.sweeps import workers as sweep_module
from sim.sweeps.sweep import carry_out_sweep
from sim.sweeps.workers import SweepOptions
from tests.support.sweeps import TABLES, poisoned, tables

ROOT = Path(__file__).parent.parent
FILE = ROOT / "scenarios" / "sweeps" / "housing-or-shelter.yaml"
KILLS = 10
POISONED = 2


def report(text: str) -> None:
    """Say what is going on, with the time."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def command(out: Path, replications: int, *more: str) -> list[str]:
    return [
        *(sys.executable, "-m", "sim", "sweep", str(FILE), "--out", str(out)),
        *("--replications", str(replications), *(more or ("--workers", "2"))),
    ]


def started(arguments: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL)


def finished(arguments: list[str]) -> float:
    """Carry a command out and return how long it took [seconds]."""
    begin = time.monotonic()
    subprocess.run(arguments, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begin


def points_stored(out: Path) -> int:
    return len(list((out / "points").glob("[!.]*.parquet")))


def killed(out: Path, replications: int, seconds: float, seed: int) -> list[bytes]:
    """Kill a sweep at ten random moments, each within about a tenth of what it takes; finish it."""
    moments = random.Random(seed)
    for number in range(1, 1 + KILLS):
        after = 3.0 + moments.uniform(0.0, 2.0) * max(0.0, 0.9 * seconds / KILLS)
        process = started(command(out, replications))
        try:
            process.wait(after)
            report(f"  the sweep had ended before kill {number}")
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            report(f"  kill {number} after {after:.1f} s: {points_stored(out)} points are there")
    finished(command(out, replications))
    return tables(out / FILE.stem)


def on_a_cluster(out: Path, replications: int) -> list[bytes]:
    """Sweep on two dask workers; kill one when a quarter of the points are there."""
    with a_cluster() as (address, worker):
        process = started(command(out, replications, "--cluster", address))
        while process.poll() is None and points_stored(out) < 100:
            time.sleep(0.2)
        worker.kill()
        report(f"  one of two workers killed: {points_stored(out)} points are there")
        if process.wait():
            raise SystemExit("the sweep on the cluster failed")
    return tables(out / FILE.stem)


@contextmanager
def a_cluster() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Give the address of a scheduler with two workers, and the process of the first."""
    address = "tcp://127.0.0.1:18786"
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1"]
    scheduler += ["--port", "18786", "--no-dashboard"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address]
    worker += ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    processes = [
        subprocess.Popen(item, env=environment, stderr=subprocess.DEVNULL)
        for item in (scheduler, worker, worker)
    ]
    try:
        yield address, processes[1]
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def with_a_poisoned_point(out: Path, replications: int) -> pd.DataFrame:
    """Sweep with a second point that kills its workers; return the table."""
    sweep_module.simulate_point = poisoned  # type: ignore[assignment]
    ended = carry_out_sweep(FILE, out, SweepOptions(workers=2, replications=replications))
    report(f"  refused: {ended.failed}")
    return pd.read_parquet(ended.folder / "table.parquet")


def others_same(poisoned_table: pd.DataFrame, whole: pd.DataFrame) -> bool:
    """Say whether exactly the poisoned point is refused and all others have their numbers."""
    refused = poisoned_table.index[poisoned_table["status"] == "failed"].tolist()
    others = poisoned_table["point"] != POISONED
    return refused == [POISONED - 1] and poisoned_table[others].equals(whole[others])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("out", type=Path, help="new folder for the four sweeps")
    options.add_argument("--replications", type=int, default=2)
    options.add_argument("--seed", type=int, default=1, help="where the moments come from")
    asked = options.parse_args()
    out, replications = asked.out, asked.replications
    if out.exists():
        options.error(f"{out} exists: name a new folder, or nothing is simulated")
    report("undisturbed")
    seconds = finished(command(out / "undisturbed", replications))
    undisturbed = tables(out / "undisturbed" / FILE.stem)
    whole = pd.read_parquet(out / "undisturbed" / FILE.stem / "table.parquet")
    report(f"  {len(whole)} points in {seconds:.0f} s; now killed {KILLS} times")
    by_name = {"killed": killed(out / "killed", replications, seconds, asked.seed)}
    report("on a cluster")
    by_name["cluster"] = on_a_cluster(out / "cluster", replications)
    faults = [
        f"{how}: {name} differs"
        for how, made in by_name.items()
        for name, first, other in zip(TABLES, made, undisturbed, strict=True)
        if first != other
    ]
    report("with a poisoned point")
    if not others_same(with_a_poisoned_point(out / "poisoned", replications), whole):
        faults.append("poisoned: not exactly the second point is refused, or others differ")
    report("; ".join(faults) or "all tables are the same to the byte")
    raise SystemExit(bool(faults))


if __name__ == "__main__":
    main()
