"""What is imported before a command, a call or a worker process can begin."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.plan.build import plan_of
from sim.runs.pool import Processes, result_of
from sim.runs.simulate import Order, carry_out
from tests.support.small_scenarios import chain

HEAVY = {
    "babel", "click", "dask", "jinja2", "matplotlib", "numba", "numpy", "pandas", "pyarrow",
    "pydantic", "rich", "ruamel.yaml", "scipy", "scipy.linalg", "scipy.special", "scipy.stats",
    "simpy",
}  # fmt: skip
"""Modules that take a hundredth of a second or more to import, up to half a second."""
READING = {"pydantic", "ruamel.yaml"}
SHOWING = {"babel", "click", "rich"}
# scipy itself is imported by numba, to see whether it is there.
SIMULATING = READING | {"numpy", "pyarrow", "scipy", "scipy.special"}
DRAWING = {"jinja2", "matplotlib"}

COMMAND = "from sim.cli import main; main({arguments!r}, standalone_mode=False)"
LOADED = f"""
import json, sys
{{program}}
print(json.dumps(sorted(set({sorted(HEAVY)!r}) & set(sys.modules))))
"""


def imported_by(program: str) -> set[str]:
    """Return which heavy modules a program has imported at its end."""
    script = LOADED.format(program=program)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["sweep", "--help"]])
def test_help_imports_nothing_but_what_reads_the_command_line(arguments: list[str]) -> None:
    assert imported_by(COMMAND.format(arguments=arguments)) <= {"click"}


def test_check_imports_nothing_that_computes_or_draws(tmp_path: Path) -> None:
    arguments = ["check", str(chain(tmp_path / "chain.yaml"))]
    assert imported_by(COMMAND.format(arguments=arguments)) <= READING | SHOWING


def test_importing_the_package_imports_nothing_but_itself() -> None:
    program = "import sys, sim; assert [m for m in sys.modules if m.startswith('sim')] == ['sim']"
    assert imported_by(program) == set()


@pytest.mark.parametrize(("engine", "library"), [("reference", "simpy"), ("compiled", "numba")])
@pytest.mark.parametrize("option", ["--no-figures", "--workers=1"])
def test_a_run_imports_figures_only_to_draw_them_and_no_tables(
    tmp_path: Path, engine: str, library: str, option: str
) -> None:
    file, out = chain(tmp_path / "chain.yaml", length="40 days"), tmp_path / "out"
    arguments = ["run", str(file), "--out", str(out), "--engine", engine, option]
    allowed = SIMULATING | SHOWING | {library}
    if option != "--no-figures":
        allowed |= DRAWING
    assert imported_by(COMMAND.format(arguments=arguments)) <= allowed


def test_a_report_imports_no_statistics_of_sweeps(tmp_path: Path) -> None:
    file, folder = chain(tmp_path / "chain.yaml", length="40 days"), tmp_path / "out"
    sim.run(file, replications=2, engine="reference").save(folder)
    arguments = ["report", str(folder)]
    allowed = SIMULATING | SHOWING | DRAWING
    assert imported_by(COMMAND.format(arguments=arguments)) <= allowed


def test_a_run_from_python_imports_tables_only_to_make_them(tmp_path: Path) -> None:
    file = str(chain(tmp_path / "chain.yaml", length="40 days"))
    program = f"import sim; results = sim.run({file!r}, replications=2, engine='reference')"
    assert imported_by(program) <= SIMULATING | {"babel", "simpy"}
    assert "pandas" in imported_by(f"{program}; results.estimates()")


def test_a_worker_process_imports_what_a_replication_needs(tmp_path: Path) -> None:
    plan = plan_of(sim.load(chain(tmp_path / "chain.yaml", length="40 days")))
    pool = Processes(1)
    try:
        result_of(pool.submit(carry_out, Order(plan, "reference", 1), 1))
        loaded = result_of(pool.submit(eval, "sorted(__import__('sys').modules)"))
    finally:
        pool.close(stop=True)
    assert HEAVY.intersection(loaded) <= READING | {"numpy", "pyarrow", "simpy"}


def test_the_smallest_run_goes_through_few_modules(tmp_path: Path) -> None:
    scenario = sim.load(chain(tmp_path / "chain.yaml", length="40 days"))
    sim.run(scenario, replications=1)  # what is done once is done
    modules: set[str] = set()

    def note(frame: object, event: str, _: object) -> None:
        if event == "call":
            modules.add(frame.f_globals.get("__name__", ""))  # type: ignore[attr-defined]

    sys.setprofile(note)
    try:
        sim.run(scenario, replications=1)
    finally:
        sys.setprofile(None)
    assert len({name for name in modules if name.partition(".")[0] == "sim"}) <= 30
