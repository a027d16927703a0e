"""The command: ``python -m tests.benchmarks [--quick] [--out FOLDER]``."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from time import perf_counter

from sim.runs.simulate import engine_name
from tests.benchmarks import against, crowd, parts, pathway, report
from tests.benchmarks.findings import Findings


def main() -> None:
    """Measure everything, write the page, the table and the figure, and print the page."""
    read = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    read.add_argument("--quick", action="store_true", help="short and few rounds: only a trial")
    read.add_argument("--out", type=Path, help="folder for the results (default: a new one)")
    wishes = read.parse_args()
    if engine_name() != "compiled":
        raise SystemExit("numba is not installed here: there is no compiled engine to measure")
    folder = wishes.out or Path(tempfile.mkdtemp(prefix="maraude-benchmarks-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(report.write(_measure(wishes.quick), folder))
    print(f"written to {folder}")


def _measure(quick: bool) -> Findings:
    found = Findings()
    with tempfile.TemporaryDirectory() as built:
        for name, part in (
            ("the Paris pathway", lambda: pathway.measure(found, quick)),
            ("the theory queues", lambda: against.measure(found, Path(built), quick)),
            ("the parts", lambda: parts.measure(found, Path(built), quick)),
            ("the crowd", lambda: crowd.measure(found, quick)),
        ):
            begin = perf_counter()
            part()
            print(f"{name}: done in {perf_counter() - begin:.0f} s", flush=True)
    return found


if __name__ == "__main__":
    main()
