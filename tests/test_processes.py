"""Workers of a script that is written down as one types it: without ``if __name__``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sim.experiments.processes import fresh_processes, script_hidden
from sim.experiments.sweep.cluster import Cluster
from sim.vocabulary.errors import RunError
from tests.sweeps import BASE, GRID, written

CALLS = {
    "run": "len(sim.run('base.yaml', replications=4, workers=2, engine='reference').values)",
    "sweep": "(sim.sweep('small.yaml', workers=2, engine='reference')['status'] == 'done').sum()",
    "cluster": "(sim.sweep('small.yaml', cluster='local:2', engine='reference')['status'] "
    "== 'done').sum()",
}
WANTED = {"run": "4", "sweep": "6", "cluster": "6"}


@pytest.mark.parametrize("name", CALLS)
def test_a_script_needs_no_guard(name: str, tmp_path: Path) -> None:
    written(tmp_path, GRID, BASE)
    script = tmp_path / "script.py"
    script.write_text(f"import sim\nprint({CALLS[name]})\nprint(__file__)\n", encoding="utf-8")
    told = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, cwd=tmp_path, timeout=120,
        check=False,
    )  # fmt: skip
    assert told.stdout.split("\n") == [WANTED[name], str(script), ""], told.stderr


def test_nothing_stays_hidden_when_the_last_block_ends() -> None:
    script = sys.modules["__main__"]
    before = dict(vars(script))
    first, second = script_hidden(), script_hidden()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert script.__spec__ is not before["__spec__"]
    assert script.__dict__.get("__file__") == before.get("__file__")
    second.__exit__(None, None, None)
    assert vars(script) == before


def test_a_cluster_that_cannot_be_reached_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sys.modules["__main__"].__spec__
    monkeypatch.setattr(Cluster, "_connected", wrong)
    with pytest.raises(RunError, match="went wrong"):
        Cluster("local:1")
    assert sys.modules["__main__"].__spec__ is before


def wrong(_: Cluster) -> None:
    raise RunError("it went wrong")


def test_workers_are_fresh_ones() -> None:
    assert fresh_processes().get_start_method() in ("forkserver", "spawn")
