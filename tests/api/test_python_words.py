"""What Python is told: no option of the command line, and no command line that nobody typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import sim
from sim.cli import main
from sim.engines import compiled
from sim.runs import simulate as simulating
from tests.support.small_scenarios import chain


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return chain(tmp_path / "small.yaml", length="30 days")


def no_memory(*_: object) -> Any:
    raise MemoryError


def test_memory_that_ends_names_the_argument(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulating, "_carry_out", no_memory)
    with pytest.raises(sim.RunError, match=r"^out of memory: .*; give workers=1; else ") as caught:
        sim.run(file, replications=2)
    assert "--" not in str(caught.value)
    assert isinstance(caught.value.__cause__, MemoryError)
    with pytest.raises(sim.RunError, match="give workers=1"):
        sim.compare(file, sim.load(file).with_changes({"title": "x"}), replications=2)
    with pytest.raises(sim.RunError, match="give workers=1"):
        sim.marginal_value(file, replications=2)


def test_memory_that_ends_names_the_option_on_the_command_line(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulating, "_carry_out", no_memory)
    done = CliRunner().invoke(main, ["run", str(file), "--out", str(file.parent / "out")])
    assert done.exit_code == 3
    assert "write --workers 1; else" in done.stderr


def test_a_comparison_made_in_python_names_no_command_line(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["pytest", "--typed-by-nobody"])
    other = sim.load(file).with_changes({"run.seed": 1}, name="other")
    folder = sim.compare(file, other, replications=2).save(file.parent / "out", figures=False)
    manifests = [folder / "manifest.json", *folder.glob("runs/*/manifest.json")]
    assert len(manifests) == 3
    assert {json.loads(path.read_text())["command"] for path in manifests} == {"Python"}


class NoSuchTypeError(Exception):
    """What a numba raises that does not know a type."""


def not_compiled(*_: object) -> None:
    raise NoSuchTypeError("Failed in nopython mode pipeline (step: nopython frontend)\nno type")


@pytest.fixture
def broken_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_is_prepared", False)
    monkeypatch.setattr(compiled, "must_compile", lambda: False)
    monkeypatch.setattr(compiled, "compile_at_once", not_compiled)


CANNOT = (
    r"numba [\d.]+ cannot compile the fast engine \(NoSuchTypeError: Failed in nopython mode "
    r"pipeline \(step: nopython frontend\) no type\): .*--force-reinstall numba; or choose the "
    "engine 'reference'"
)


@pytest.mark.usefixtures("broken_numba")
def test_a_numba_that_does_not_compile_is_an_error_that_says_what_to_do(file: Path) -> None:
    with pytest.raises(sim.RunError, match=CANNOT):
        sim.run(file, replications=2)
    with pytest.raises(sim.RunError, match=CANNOT):
        sim.log(file)
    assert sim.run(file, replications=2, engine="reference").replications == 2


@pytest.mark.usefixtures("broken_numba")
def test_a_numba_that_does_not_compile_ends_a_command_without_traceback(file: Path) -> None:
    out = str(file.parent / "out")
    done = CliRunner().invoke(main, ["run", str(file), "--out", out, "--no-figures"])
    assert done.exit_code == 3
    assert "cannot compile the fast engine (NoSuchTypeError" in done.stderr
    assert "Traceback" not in done.stderr
