"""The findings as a page of tables, a CSV file and a figure."""

from __future__ import annotations

import csv
import math
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.benchmarks import against, crowd
from tests.benchmarks.findings import Findings, Line, Target

PACKAGES = ("numpy", "numba", "simpy", "ciw", "salabim")


def write(result: Findings, folder: Path) -> str:
    """Write benchmarks.md, benchmarks.csv and benchmarks.svg; return the page."""
    page = _page(result)
    (folder / "benchmarks.md").write_text(page, encoding="utf-8")
    with (folder / "benchmarks.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("part", "name", "value", "unit", "spread"))
        for line in result.lines:
            table.writerow((line.part, line.name, line.value, line.unit, line.spread))
    _figure(result, folder / "benchmarks.svg")
    return page


def _page(result: Findings) -> str:
    lines = ["# Benchmarks", "", _where(), "", "## Targets", ""]
    lines += ["| target | wanted | reached | |", "|---|---|---|---|"]
    lines += [_target(target) for target in result.targets]
    for part in dict.fromkeys(line.part for line in result.lines):
        lines += ["", f"## {part[0].upper()}{part[1:]}", ""]
        lines += ["| what | value | unit | spread |", "|---|---|---|---|"]
        lines += [_row(line) for line in result.of(part)]
    if result.left_out:
        lines += ["", "## Left out", "", *(f"- {reason}" for reason in result.left_out)]
    return "\n".join(lines) + "\n"


def _where() -> str:
    versions = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return f"{platform.machine()}, {sys.platform}; " + ", ".join(versions) + "."


def _target(target: Target) -> str:
    wanted = f"{'at least' if target.at_least else 'at most'} {target.wanted:g} {target.unit}"
    word = "met" if target.met else "**missed**"
    return f"| {target.name} | {wanted} | {target.reached:.3g} {target.unit} | {word} |"


def _row(line: Line) -> str:
    spread = "" if math.isnan(line.spread) else f"± {100 * line.spread:.1f} %"
    value = f"{line.value:,.0f}" if line.value >= 1000 else f"{line.value:.3g}"
    return f"| {line.name} | {value} | {line.unit} | {spread} |"


def _figure(result: Findings, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    _programs(result, left)
    _curve(result, right)
    with matplotlib.rc_context({"svg.hashsalt": "maraude"}):
        figure.savefig(path, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)


def _programs(result: Findings, axes: object) -> None:
    lines = [line for line in result.of(against.PART) if line.unit == "ns per event"]
    lines.sort(key=lambda line: (line.name.split(":")[0], line.value))
    names, values = [line.name for line in lines], [line.value for line in lines]
    axes.barh(names[::-1], values[::-1], color="#4c6a92")  # type: ignore[attr-defined]
    axes.set(xscale="log", xlabel="ns per logical event (log)", title="Two theory queues")  # type: ignore[attr-defined]


def _curve(result: Findings, axes: object) -> None:
    for engine, mark in (("compiled", "o-"), ("reference", "s-")):
        points = [line for line in result.of(crowd.PART) if line.name.startswith(engine)]
        people = [int(line.name.split()[1]) for line in points]
        axes.plot(people, [line.value for line in points], mark, label=engine)  # type: ignore[attr-defined]
    axes.set(xscale="log", yscale="log", xlabel="people", ylabel="ns per event")  # type: ignore[attr-defined]
    axes.set_title("Cost of an event")  # type: ignore[attr-defined]
    axes.legend()  # type: ignore[attr-defined]
