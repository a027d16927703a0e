"""What is noise is not called an effect: sweeps over an input without effect, pairs of seeds.

``python -m tests.noise`` takes some minutes and ends with 1 where noise is called an effect; the
suite has a small part of it (``tests/runs/test_noise.py``).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.analysis.statistics import unpaired
from sim.runs.compare import MeasureChange, ScenarioRun, compared
from sim.runs.run import Results, run
from sim.scenarios.loading import load
from sim.sweeps.results import FinishedSweep, read_sweep
from sim.sweeps.sweep import carry_out_sweep
from sim.sweeps.workers import SweepOptions

NIGHTS = "street nights per year"
QUEUE = """
title: A queue of two villages that are alike in all but whose turn comes first
period: {start: 2025-01-01, length: 18 months}
people:
  classes: {upper village: 50 %, lower village: 50 %}
  arrivals: {all: {rate: 150 per year, to: street}}
  leaving: {street: {left: 40 % per year}}
start: {street: 80}
services:
  walks:
    kind: outreach
    contacts_at_random: 1200 per year
    referrals: [{to: hostel, share: 25 %}]
  hostel:
    kind: places
    places: 30
    priority: [[upper village], [lower village]]
    stay: {family: exponential, mean: 5 months}
    routes: [{to: street, share: 100 %}]
"""
SWEEP = """
based_on: queue.yaml
title: Turns and places
levers:
  turns: {set: people.classes.upper village.share, range: [5 %, 95 %]}
  places: {set: services.hostel.places, range: [27, 33], whole: true}
outcomes: [street nights per year]
"""
INERT, REAL = "turns", "places"
DESIGNS = {
    "one at a time": "one at a time",
    "morris": "{kind: morris, trajectories: 20}",
    "saltelli": "{kind: saltelli, base: 32}",
    "correlation": "{kind: latin hypercube, points: 60}",
}
WARD = """
title: A small ward
period: {start: 2025-01-01, length: 50 days}
people:
  classes: {patients: 100 %}
  arrivals: {new: {rate: 4 per month, to: ward}}
services:
  ward:
    kind: places
    places: 2
    stay: {family: exponential, mean: 15 days}
    routes: [{to: street, share: 40 %}, {to: left, share: 60 %}]
"""
"""So short and small that most of its numbers are small counts."""


def swept(folder: Path, design: str, seed: int, replications: int) -> FinishedSweep:
    """Return the finished sweep of the queue by one of DESIGNS, or by a design as written."""
    (folder / "queue.yaml").write_text(QUEUE, encoding="utf-8")
    file = folder / "turns.yaml"
    design = DESIGNS.get(design, design)
    settings = f"design: {design}\nseed: {seed}\nreplications: {replications}\n"
    file.write_text(SWEEP + settings, encoding="utf-8")
    out = folder / f"{seed}-{replications}"
    carry_out_sweep(file, out, SweepOptions(threads=True, workers=1))
    return read_sweep(out / "turns")


def sure(result: FinishedSweep) -> set[str]:
    """Return the inputs that are called sure."""
    if result.design == "one at a time":
        return {swing.name for swing in result.swings(NIGHTS) if swing.is_sure}
    return {effect.name for effect in next(iter(result.effects(NIGHTS).values())) if effect.is_sure}


def runs_of(folder: Path, replications: int, seeds: int) -> Iterator[Results]:
    """Yield runs of the small ward that differ in their seed alone."""
    (folder / "ward.yaml").write_text(WARD, encoding="utf-8")
    scenario = load(folder / "ward.yaml")
    for seed in range(1, seeds + 1):
        yield run(scenario, replications=replications, seed=seed, workers=1)


def alarms(folder: Path, replications: int, pairs: int) -> int:
    """Return in how many pairs of seeds anything is called moved, as ``diff`` does."""
    rows = list(runs_of(folder, replications, 2 * pairs))
    return sum(
        any(verdict.is_sure for verdict in judged(*two))
        for two in zip(rows[::2], rows[1::2], strict=True)
    )


def judged(first: Results, other: Results) -> tuple[MeasureChange, ...]:
    """Return the numbers of two runs with different chance, judged as by ``diff``."""
    both = compared(ScenarioRun("a", first), [ScenarioRun("b", other)], unpaired, is_one_alarm=True)
    return both.others[0].moved


def main() -> None:
    """Try all designs with ten seeds, and 60 pairs of seeds with 2, 3 and 5 replications."""
    wrong = 0
    for replications, design in product((4, 8, 20), DESIGNS):
        rows = []
        for seed in range(1, 11):
            with TemporaryDirectory() as folder:
                rows.append(sure(swept(Path(folder), design, seed, replications)))
        counts = [sum(name in item for item in rows) for name in (INERT, REAL)]
        print(f"{design}, {replications} replications: of 10 seeds {counts[0]} call the input "
              f"without effect sure, {counts[1]} the real one", flush=True)  # fmt: skip
        wrong += counts[0]
    for replications in (2, 3, 5):
        with TemporaryDirectory() as folder:
            count = alarms(Path(folder), replications, 60)
        print(f"diff, {replications} replications: {count} alarms in 60 pairs", flush=True)
        wrong += count > 3
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
