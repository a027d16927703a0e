"""The compiled engine around its model: what is kept on disk, memory, threads, debugging."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import numpy as np
import pytest

from sim.core.log import Row, first_difference
from sim.engines import compiled
from sim.engines.compiled import jit, memory, plan_arrays
from sim.engines.compiled.jit import compiled as compile_part
from sim.engines.compiled.layout import GROWING, PER_PERSON
from sim.engines.compiled.model import run
from tests.engines.test_agreement import crowd, different_tallies
from tests.support.random_plans import random_plan

ROOT = Path(__file__).resolve().parents[2]


def told_by(script: str, home: Path = ROOT, **environment: str) -> str:
    """Return what a script prints in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=home,
        env=os.environ | environment,
    )
    return done.stdout.strip()


# --- what is kept ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A copy of the package, to edit."""
    home = tmp_path_factory.mktemp("installed")
    shutil.copytree(ROOT / "sim", home / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    return home


NAME = "from sim.engines.compiled.jit import fingerprint; print(fingerprint())"


def test_the_folder_of_another_place_has_the_same_name(installed):
    assert told_by(NAME, installed) == jit.fingerprint()


@pytest.mark.slow
@pytest.mark.parametrize(
    "file",
    ["engines/compiled/queue.py", "core/quantiles.py", "core/log.py", "plan/tables.py"],
)
def test_an_edit_in_any_file_of_compiled_code_changes_the_folder(installed, file):
    source = installed / "sim" / file
    before = source.read_text(encoding="utf-8")
    source.write_text(before + "\n_EDITED = 1\n", encoding="utf-8")
    try:
        assert told_by(NAME, installed) != jit.fingerprint()
    finally:
        source.write_text(before, encoding="utf-8")


def test_an_edit_elsewhere_keeps_the_folder(installed):
    source = installed / "sim" / "engines" / "start.py"
    source.write_text(source.read_text(encoding="utf-8") + "\n_EDITED = 1\n", encoding="utf-8")
    assert told_by(NAME, installed) == jit.fingerprint()


@pytest.mark.slow
def test_numba_alone_would_answer_with_old_numbers(tmp_path):
    """The reason for all this: an edit in a file of a function that is called goes unseen."""
    (tmp_path / "lower.py").write_text(
        "import numba\n@numba.njit\ndef lower(): return 10\n", encoding="utf-8"
    )
    (tmp_path / "upper.py").write_text(
        "import numba\nfrom lower import lower\n"
        "@numba.njit(cache=True)\ndef upper(): return 2 * lower()\n",
        encoding="utf-8",
    )
    script = "from upper import upper; print(upper())"
    kept = {"NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    assert told_by(script, tmp_path, **kept) == "20"
    (tmp_path / "lower.py").write_text(
        "import numba\n@numba.njit\ndef lower(): return 1000 + 10\n", encoding="utf-8"
    )
    assert told_by(script, tmp_path, **kept) == "20"


def test_the_folder_is_the_one_asked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("MARAUDE_CACHE", str(tmp_path / "mine"))
    assert jit.folder() == tmp_path / "mine" / f"compiled-{jit.fingerprint()}"


def test_where_nothing_can_be_written_the_next_folder_is_taken(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("MARAUDE_CACHE", str(tmp_path / "file"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "file"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    monkeypatch.setattr(jit.tempfile, "gettempdir", lambda: str(tmp_path))
    result = jit.folder()
    assert result is not None
    assert result.parent.parent == tmp_path or result.parent.parent.parent == tmp_path
    monkeypatch.setattr(jit.tempfile, "gettempdir", lambda: str(tmp_path / "file"))
    assert jit.folder() in (None, result)


def test_the_folder_of_somebody_else_is_not_used(monkeypatch, tmp_path):
    monkeypatch.setenv("MARAUDE_CACHE", str(tmp_path / "mine"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "general"))
    monkeypatch.setattr(jit, "_is_ours", lambda path: "mine" not in path.parts)
    result = jit.folder()
    assert result is not None
    assert "mine" not in result.parts


# --- compiled at once -----------------------------------------------------------------------------


def test_the_kernel_is_compiled_for_one_signature_only():
    compiled.prepare()
    assert [tuple(map(str, signature)) for signature in run.signatures] == [("int64",)]


@pytest.mark.parametrize("hindered", [False, True])
def test_an_entry_is_the_same_however_it_is_linked(monkeypatch, hindered):
    @compile_part
    def double(number):
        return 2 * number

    @compile_part
    def plus_double(number, small):
        return number + double(small)

    @numba.njit
    def both(number):
        return plus_double(number, 3) + double(number)

    if hindered:  # as if the inside of numba had changed

        def missing(*_):
            raise AttributeError("no such thing in this numba")

        monkeypatch.setattr(jit, "_with_parts", missing)
    jit.compile_at_once(both, (numba.int64,))
    assert both(5) == 5 + 6 + 10
    assert plus_double.nopython_signatures[0].args == (numba.int64, numba.int64)


# --- running --------------------------------------------------------------------------------------


def test_replications_in_threads_are_those_run_alone():
    plan = crowd()
    alone = [compiled.simulate(plan, 3, number).tallies for number in range(4)]
    with ThreadPoolExecutor(4) as threads:
        together = threads.map(lambda number: compiled.simulate(plan, 3, number).tallies, range(4))
        for first, other in zip(alone, together, strict=True):
            assert list(different_tallies(first, other)) == []


def progress_of_others(work) -> int:
    """Return how often another thread got its turn while ``work`` was done.

    No thread is made to give way meanwhile: others only go on where ``work`` lets them.
    """
    counted, gone_on, done = 0, 0, threading.Event()

    def watched() -> None:
        nonlocal gone_on
        before = counted
        work()
        gone_on = counted - before
        done.set()

    thread, interval = threading.Thread(target=watched), sys.getswitchinterval()
    sys.setswitchinterval(1000.0)
    try:
        thread.start()
        while not done.is_set():
            counted += 1
            time.sleep(0)
    finally:
        sys.setswitchinterval(interval)
    thread.join()
    return gone_on


def test_other_threads_go_on_while_a_replication_runs():
    plan = crowd(horizon=3000)
    flat = plan_arrays.Flat(plan)
    space = memory.Memory(plan, flat.arrays, flat.street_risks, False)
    space.grow((*PER_PERSON, *GROWING), 1_000_000)  # so that one call goes to the end,
    space.state["until_pause"] = 2**40  # without a pause
    compiled.prepare()
    assert progress_of_others(lambda: run(space.address)) > 0
    assert space.state["events"][0] > 100_000
    assert progress_of_others(lambda: sum(range(10**6))) == 0  # this lets nobody else go on


def test_memory_is_used_again_but_never_while_somebody_holds_it(monkeypatch):
    monkeypatch.setattr(memory, "_SMALLEST", 0)
    plan = crowd()
    held = compiled.simulate(plan, 3, 0).tallies
    kept = pickle.loads(pickle.dumps(held))
    made = []
    monkeypatch.setattr(memory.np, "empty", lambda *asked: made.append(asked) or np.zeros(*asked))
    for number in range(1, 4):
        compiled.simulate(plan, 3, number)
        made.clear()
    compiled.simulate(plan, 3, 3)
    assert made == []  # the fourth needs what the third has given back, and no more
    assert list(different_tallies(held, kept)) == []


def test_memory_given_back_too_early_is_seen(monkeypatch):
    monkeypatch.setattr(memory, "_SMALLEST", 0)
    handed_out = []
    with monkeypatch.context() as patched:
        patched.setattr(memory.weakref, "finalize", lambda *asked: Never(handed_out, asked[-1]))
        held = compiled.simulate(crowd(), 3, 0).tallies
    kept = pickle.loads(pickle.dumps(held))
    for buffer in handed_out:
        memory._give_back(buffer)
    compiled.simulate(crowd(), 3, 1)
    assert list(different_tallies(held, kept)) != []


class Never:
    """Stands for a finalizer that only notes what it should give back."""

    atexit = True

    def __init__(self, noted, buffer) -> None:
        noted.append(buffer)


def test_the_log_is_a_sequence_of_rows():
    log = compiled.simulate(random_plan(2, "any times"), 1, 0, log=True).log
    assert log is not None
    rows = list(log)
    assert len(rows) == len(log) > 50
    assert isinstance(rows[0], Row)
    assert (log[0], log[-1], log[3:5]) == (rows[0], rows[-1], rows[3:5])
    assert first_difference(log, rows) is None
    with pytest.raises(IndexError):
        log[len(log)]


@pytest.mark.slow
def test_without_compilation_the_same_code_gives_the_same_log():
    script = """
import json
from sim.engines import compiled
from tests.support.random_plans import random_plan
print(json.dumps([list(compiled.simulate(random_plan(5, f), 1, 0, log=True).log)
                  for f in ("any times", "whole days")]))
"""
    interpreted = json.loads(told_by(script, NUMBA_DISABLE_JIT="1"))
    for family, rows in zip(("any times", "whole days"), interpreted, strict=True):
        log = compiled.simulate(random_plan(5, family), 1, 0, log=True).log
        assert log is not None
        assert [list(row) for row in log] == rows


def test_pauses_change_nothing(monkeypatch):
    """Python takes over every few steps, so that Ctrl-C is heard; the log is the same."""
    pauses = []
    for number in range(20):
        plan = random_plan(number, "any times")
        whole = compiled.simulate(plan, 1, number, log=True)
        with monkeypatch.context() as patched:
            patched.setattr(compiled, "STEPS", 3)
            patched.setattr(compiled, "stop_if_asked", lambda: pauses.append(True))
            paused = compiled.simulate(plan, 1, number, log=True)
        assert list(paused.log) == list(whole.log)
        assert list(different_tallies(paused.tallies, whole.tallies)) == []
    assert len(pauses) > 100
