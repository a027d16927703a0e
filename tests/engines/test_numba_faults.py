"""A numba that is too old or broken: the reference engine runs, and the message says why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.small_scenarios import chain

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SAME = "the reference engine moves the people, with the same results"

FAULTS = {
    "too old": (
        "__version__ = '0.61.2'\nconfig = njit = types = None\n",
        "numba 0.61.2 is too old, 0.63 is the oldest that can be used",
        "python -m pip install --upgrade numba",
    ),
    "another that is too old": (
        "__version__ = '0.62.1'\n",
        "numba 0.62.1 is too old",
        "--upgrade numba",
    ),
    "name gone": ("__version__ = '0.99.0'\n", "numba 0.99.0 does not work", "--force-reinstall"),
    "import error": (
        "raise ImportError('numba needs NumPy 2.3 or less')\n",
        "does not work here (ImportError: numba needs NumPy 2.3 or less)",
        "--force-reinstall",
    ),
    "library missing": (
        "raise OSError('libllvmlite.so: cannot open shared object file')\n",
        "(OSError: libllvmlite.so: cannot open shared object file)",
        "--force-reinstall",
    ),
    "attribute error": (
        "raise AttributeError(\"module 'numpy' has no attribute 'bool8'\")\n",
        "(AttributeError: module 'numpy' has no attribute 'bool8')",
        "--force-reinstall",
    ),
}


def run(tmp_path: Path, numba: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a fresh Python that finds this text as numba."""
    fake = tmp_path / "path" / "numba"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text(numba, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "sim", *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(fake.parent), str(ROOT)))},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_the_reference_engine_runs_and_the_message_says_why(fault: str, tmp_path: Path) -> None:
    numba, why, remedy = FAULTS[fault]
    file = chain(tmp_path / "x.yaml", length="30 days")
    done = run(tmp_path, numba, "run", file.name, "--no-figures", "--replications", "2")
    assert done.returncode == 0, done.stderr
    text = " ".join(done.stderr.split())
    assert why in text
    assert SAME in text
    assert remedy in text
    assert "engine reference" in " ".join(done.stdout.split())
    assert "Traceback" not in text


def test_the_compiled_engine_asked_for_is_refused_with_the_reason(tmp_path: Path) -> None:
    file = chain(tmp_path / "x.yaml", length="30 days")
    done = run(tmp_path, FAULTS["too old"][0], "run", file.name, "--engine", "compiled")
    assert done.returncode == 2
    assert "no engine 'compiled' here (numba 0.61.2); choose one of: auto, reference" in done.stderr


def test_in_french(tmp_path: Path) -> None:
    file = chain(tmp_path / "x.yaml", length="30 days")
    words = ("run", file.name, "--no-figures", "--replications", "2", "--lang", "fr")
    message = run(tmp_path, FAULTS["too old"][0], *words).stderr
    assert "numba 0.61.2 est trop ancien" in message
