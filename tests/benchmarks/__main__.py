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
    options = read.parse_args()
    if engine_name() != "compiled":
        raise SystemExit("numba is not installed here: there is no compiled engine to measure")
    folder = options.out or Path(tempfile.mkdtemp(prefix="maraude-benchmarks-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(report.write(_measure(options.quick), folder))
    print(f"written to {folder}")


def _measure(quick: bool) -> Findings:
    findings = Findings()
    with tempfile.TemporaryDirectory() as built:
        for name, part in (
            ("the Paris pathway", lambda: pathway.measure(findings, quick)),
            ("the theory queues", lambda: against.measure(findings, Path(built), quick)),
            ("the parts", lambda: parts.measure(findings, Path(built), quick)),
            ("the crowd", lambda: crowd.measure(findings, quick)),
        ):
            begin = perf_counter()
            part()
            print(f"{name}: done in {perf_counter() - begin:.0f} s", flush=True)
    return findings


if __name__ == "__main__":
    main()
