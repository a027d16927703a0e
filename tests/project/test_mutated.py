"""A few hundred broken files: each is read or refused well (``python -m tests.mutated``)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutated import Originals, judged

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
COUNT = 200


def test_broken_files_are_read_or_refused() -> None:
    command = [sys.executable, "-m", "tests.mutated", "--files", str(COUNT), "--seed", "2026"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = {how: int(count) for count, how in (part.split(" ") for part in _counts(done.stdout))}
    assert sum(counts.values()) == COUNT
    assert counts["read"] > COUNT / 20
    assert counts["refused"] > COUNT / 2


def _counts(printed: str) -> list[str]:
    return printed.strip().partition(";")[0].split(", ")


def test_what_is_not_taken_well_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("title: x\n", encoding="utf-8")
    assert judged(path) == "refused"

    def load(_: object) -> None:
        raise KeyError("hours")

    monkeypatch.setattr("sim.scenarios.loading.load", load)
    assert "KeyError: 'hours'" in judged(path)


def test_a_broken_file_is_the_same_again(tmp_path: Path) -> None:
    left, other = (Originals.copied(tmp_path / name) for name in ("one", "other"))
    for number in range(20):
        first, second = left.broken(1, number), other.broken(1, number)
        assert (first[0].name, first[1]) == (second[0].name, second[1])
