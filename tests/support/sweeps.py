"""A small scenario, and sweep files over it, for the tests of sweeps."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest

from sim.sweeps import sweep as sweep_module
from sim.sweeps.workers import PointDone, Task, simulate_point

BASE = """
title: two services in a row
period: {start: 2024-01-01, length: 20 days}
run: {replications: 2, seed: 5}
people:
  classes: {everyone: 100 %}
  arrivals: {newcomers: {rate: 5 per day, to: first}}
services:
  first:
    kind: places
    places: {value: 3, status: assumed, source: a guess, range: [2, 6]}
    stay:
      family: exponential
      mean: {value: 6 h, status: assumed, source: a guess, range: [3 h, 1 day]}
    routes:
      - {to: second, share: {value: 50 %, status: assumed, source: a guess, range: [30 %, 60 %]}}
      - {to: street, share: 30 %}
      - {to: left, share: 20 %}
  second:
    kind: places
    places:
      calendar: {2024-01-01: 1, 2024-01-11: 2}
      status: assumed
      source: a guess
      range: [1, 4]
    stay: {family: exponential, mean: 12 h}
    routes: [{to: left, share: 100 %}]
"""
GRID = """
based_on: base.yaml
title: places and arrivals
levers:
  places: {set: services.first.places, values: [2, 3, 4]}
  rate: {set: people.arrivals.newcomers.rate, values: [4 per day, 6 per day]}
design: grid
outcomes: [street nights per year, blocked places of first]
"""


TABLES = ("table.csv", "table.parquet", "replications.parquet")


def tables(folder: Path) -> list[bytes]:
    """Return what a finished sweep has in its tables."""
    return [(folder / name).read_bytes() for name in TABLES]


def simulated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list to which the number of every point simulated from now on is added."""
    numbers: list[int] = []

    def noted(task: Task) -> PointDone:
        numbers.append(task.number)
        return simulate_point(task)

    monkeypatch.setattr(sweep_module, "simulate_point", noted)
    return numbers


def written(folder: Path, sweep: str = GRID, base: str = BASE, name: str = "small") -> Path:
    """Write base.yaml and a sweep file beside it; return the sweep file."""
    (folder / "base.yaml").write_text(dedent(base), encoding="utf-8")
    path = folder / f"{name}.yaml"
    path.write_text(dedent(sweep), encoding="utf-8")
    return path


def with_levers(levers: str, design: str = "grid") -> str:
    """Return a sweep file over the small scenario with these levers, written as YAML."""
    return f"""
based_on: base.yaml
title: a sweep
levers: {levers}
design: {design}
outcomes: [street nights per year]
"""


def poisoned(task: Task) -> PointDone:
    """Simulate a point, except that the second kills its worker."""
    if task.number == 2:
        os.kill(os.getpid(), 9)
    return simulate_point(task)


def poisoned_once(task: Task, mark: Path) -> PointDone:
    """Simulate a point; the first time, the second kills its worker. The file ``mark`` remembers.

    It is handed over with the work: workers keep the environment they were started in.
    """
    if task.number == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), 9)
    return simulate_point(task)


def is_alive(process: int) -> bool:
    """Say whether a process is there and not just waiting to be buried."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        return not Path("/proc/self").exists()
    return text.rsplit(")", 1)[1].split()[0] != "Z"
