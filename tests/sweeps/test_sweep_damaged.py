"""Folders of sweeps that are damaged or may not be written: told by name, with what mends them."""

from __future__ import annotations

import errno
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sim.core.errors import RunError
from sim.runs.files import is_taken
from sim.sweeps.sweep import carry_out_sweep
from sim.sweeps.workers import Callbacks, SweepOptions, TimeEstimate
from tests.support.sweeps import GRID, written
from tests.sweeps.test_sweep_again import invoked, swept

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a sweep file and its finished sweep in out/small."""
    folder = tmp_path_factory.mktemp("finished")
    assert swept(written(folder), folder / "out").exit_code == 0
    return folder


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of it, to be damaged."""
    return Path(shutil.copytree(finished, tmp_path / "copy"))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


DAMAGE = [
    ("table.parquet", lambda path: path.write_bytes(b"")),
    ("table.parquet", cut),
    ("replications.parquet", Path.unlink),
    ("replications.parquet", cut),
    ("design.parquet", cut),
    ("manifest.json", cut),
    ("manifest.json", lambda path: path.write_text("[]", encoding="utf-8")),
    ("manifest.json", lambda path: path.write_bytes(b'{"title": "\xff"}')),
]


@pytest.mark.parametrize(("name", "damage"), DAMAGE)
def test_a_damaged_file_is_named_and_made_again(name: str, damage: Any, copy: Path) -> None:
    folder = copy / "out" / "small"
    damage(folder / name)
    for command in (("sweep-report", folder), ("sweep-export", folder, copy / "all.csv")):
        refused = invoked(*command)
        assert refused.exit_code == 2, refused.exception
        assert f"{folder / name} " in refused.stderr
        assert ": run the sweep again, which makes it from the points kept" in refused.stderr
    assert "6 of them stored already" in swept(copy / "small.yaml", copy / "out").stderr
    assert invoked("sweep-report", folder).exit_code == 0


def test_a_file_that_may_not_be_read_is_named(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copy / "out" / "small"

    def refused(*arguments: Any, **options: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(pq, "read_schema", refused)
    result = invoked("sweep-report", folder)
    assert result.exit_code == 2
    assert f"{folder / 'table.parquet'} cannot be read (Permission denied): run" in result.stderr


def test_a_table_older_than_its_sweep_is_not_reported(copy: Path) -> None:
    folder = copy / "out" / "small"
    file = written(copy, GRID.replace("[2, 3, 4]", "[2, 3, 5]"))
    watch = Callbacks(before=stop)
    with pytest.raises(RunError, match="stopped here"):
        carry_out_sweep(file, copy / "out", SweepOptions(threads=True, workers=1), watch)
    refused = invoked("sweep-report", folder)
    assert refused.exit_code == 2
    assert "has been changed since its table was made: run it again" in refused.stderr
    assert swept(file, copy / "out").exit_code == 0
    assert invoked("sweep-report", folder).exit_code == 0


def stop(forecast: TimeEstimate) -> None:
    raise RunError("stopped here")


@pytest.mark.parametrize("text", [GRID, GRID.replace("[2, 3, 4]", "[2, 3, 5]")])
def test_a_dry_run_writes_nothing(text: str, copy: Path, tmp_path: Path) -> None:
    out = copy / "out"
    cut(min((out / "points").glob("*.parquet")))
    (out / "small" / "failed" / "abc.txt").write_text("refused", encoding="utf-8")
    (out / "small" / ".unfinished-1").write_bytes(b"of a killed sweep")
    file = written(copy, text)
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert "; about " in swept(file, out, "--dry-run").stdout
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before
    assert invoked("sweep-report", out / "small").exit_code == 0
    assert swept(file, tmp_path / "new", "--dry-run").exit_code == 0
    assert not (tmp_path / "new").exists()


def test_damaged_marks_and_locks_do_not_stop_a_sweep(copy: Path) -> None:
    out, damaged = copy / "out", b"\xff\xfe"
    folder = out / "small"
    (folder / "failed" / "abc.txt").write_bytes(damaged)
    assert swept(copy / "small.yaml", out).exit_code == 0
    assert swept(copy / "small.yaml", out, "--dry-run").exit_code == 0
    for path in (folder / ".lock", out / ".points-lock"):
        path.write_bytes(damaged)
    with (folder / ".lock").open("ab") as held:
        assert not is_taken(held.fileno())
        refused = swept(copy / "small.yaml", out)
    assert refused.exit_code == 2
    assert f"{folder} is in use by " in refused.stderr
    assert swept(copy / "small.yaml", out).exit_code == 0


def test_the_advice_for_a_read_only_folder_fits_the_command(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*arguments: Any, **options: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(tempfile, "mkstemp", refused)
    out = copy / "out"
    commands = {
        ("sweep-report", out / "small"): f"or copy {out / 'small'} and give the copy",
        ("sweep-export", out / "small", copy / "all.csv"): "Give another file to write",
        ("sweep-compact", out): f"or copy {out} and pack the copy",
        ("sweep", copy / "small.yaml", "--out", out): "Choose another place with --out",
    }
    for command, advice in commands.items():
        result = invoked(*command)
        assert result.exit_code == 2
        assert "may not be written (Read-only file system). " in result.stderr
        assert result.stderr.strip().endswith(advice)
