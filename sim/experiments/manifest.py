"""Where the numbers of a run come from: what was run, with what, on what kind of machine."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from sim import __version__
from sim.analysis.courses import COURSES
from sim.analysis.statistics import WarmUp, warm_up
from sim.experiments.pool import cores
from sim.scenario.resolving import plain_data

if TYPE_CHECKING:
    from sim.experiments.run import Results

_PACKAGES = ("numpy", "pandas", "pyarrow", "scipy", "simpy", "numba", "pydantic", "matplotlib")

SHORTEST = 20
"""Days below which MSER-5 says nothing."""

IDENTITY = (
    "On one machine the same scenario hash, seed, replication number and versions give the same "
    "daily.parquet, curves.parquet, measures.csv and estimates.csv, byte for byte, with either "
    "engine and on any number of cores. Elsewhere a logarithm may differ in its last digit: "
    "numbers then agree to six digits or more, unless two events lie so close that they change "
    "places; this is checked on the shipped scenarios (maraude reference --check), not proven."
)
ADVICE = (
    "MSER-5 on the number of people in the street, mean of all replications; to be followed only "
    "where a steady state is meant, not when starting from today; null: the number has not "
    "settled within the period"
)


def manifest(results: Results, command: str) -> dict[str, Any]:
    """Return the manifest, ready for JSON; it names the kind of machine, not the machine."""
    outline, found = results.outline, warm_up_found(results)
    return {
        "title": outline.title,
        "scenario": {
            "file": results.file,
            "sha256": results.hash,
            "because": plain_data({**results.reasons}),
        },
        "seed": results.seed,
        "replications": results.replications,
        "first_replication": results.first,
        "engine": results.engine,
        "precision_not_reached": results.missed,
        "period": {"start": outline.start, "days": outline.horizon},
        "warm_up": {
            "days_left_out": outline.warm_up,
            "days_advised": found.left_out if found and found.is_settled else None,
            "advice": ADVICE,
        },
        "locked_loops": [
            {"replication": number, "day": day, "services": list(names)}
            for number, day, names in results.locked
        ],
        "identity": IDENTITY,
        "command": command,
        "finished": now().isoformat(timespec="seconds"),
        "elapsed_seconds": round(results.elapsed_seconds, 3),
        "events": results.events,
        "versions": versions(),
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": cores()},
    }


def now() -> datetime:
    """Return the time, or that of SOURCE_DATE_EPOCH (seconds since 1970) where it is set."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed else datetime.now(UTC)


def warm_up_found(results: Results) -> WarmUp | None:
    """Return what MSER-5 would leave out, None of a period too short for it."""
    street = results.courses[:, COURSES.index("street")].mean(axis=0)
    return warm_up(street) if len(street) >= SHORTEST else None


def versions() -> dict[str, str]:
    """Return the versions of everything that can change a number or a figure."""
    found = {"maraude": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
