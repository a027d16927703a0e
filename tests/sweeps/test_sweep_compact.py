"""Points packed into one file: nothing is lost or simulated again, whenever it is killed."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.core.errors import OutputError
from sim.sweeps import store
from sim.sweeps.store import PACKED
from sim.sweeps.sweep import asked, carry_out_sweep, compact, export, points_held
from sim.sweeps.workers import SweepOptions
from tests.support.sweeps import GRID, simulated, tables, written

pytestmark = pytest.mark.slow

THREADS = SweepOptions(threads=True, workers=1, engine="reference")


def swept(folder: Path, text: str = GRID, name: str = "small") -> Path:
    return carry_out_sweep(written(folder, text, name=name), folder / "out", THREADS).folder


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "out" / "points").iterdir())


def test_packed_points_are_all_there_and_none_is_simulated_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tables(swept(tmp_path))
    rows = pd.read_parquet(tmp_path / "out" / "points")
    done = compact(tmp_path / "out")
    assert (done.points, done.removed, done.unreadable) == (6, 6, ())
    assert files(tmp_path) == [PACKED]
    again = pd.read_parquet(tmp_path / "out" / "points").astype(rows.dtypes.to_dict())
    order = ["point", "replication", "measure", "service", "other", "class", "period"]
    in_order = [item.astype({name: str for name in order[2:]} | {"point": str}).sort_values(order)
                for item in (rows, again)]  # fmt: skip
    pd.testing.assert_frame_equal(*(item.reset_index(drop=True) for item in in_order))
    numbers = simulated(monkeypatch)
    assert tables(swept(tmp_path)) == before
    swept(tmp_path, GRID.replace("[2, 3, 4]", "[3, 4, 5]"), "other")
    assert numbers == [5, 6]


def test_new_points_join_the_packed_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "ROWS", 200)  # several row groups
    swept(tmp_path)
    compact(tmp_path / "out")
    other = tables(swept(tmp_path, GRID.replace("[2, 3, 4]", "[3, 4, 5]"), "other"))
    done = compact(tmp_path / "out")
    assert (done.points, done.removed) == (8, 2)
    assert files(tmp_path) == [PACKED]
    numbers = simulated(monkeypatch)
    assert tables(swept(tmp_path, GRID.replace("[2, 3, 4]", "[3, 4, 5]"), "other")) == other
    assert numbers == []
    assert compact(tmp_path / "out").removed == 0


def test_packed_points_are_exported_and_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = swept(tmp_path)
    export(folder, tmp_path / "before.parquet")
    ask = asked(tmp_path / "small.yaml", out=tmp_path / "out", engine="reference")
    answer = ask(places=3, rate=6)
    compact(tmp_path / "out")
    export(folder, tmp_path / "after.parquet")
    first, other = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in ("before", "after"))
    pd.testing.assert_frame_equal(first, other)
    monkeypatch.setattr("sim.sweeps.sweep.simulate_point", None)
    assert ask(places=3, rate=6) == answer


KILLED = """
import os, sys
from pathlib import Path
from sim.runs import files as folder
from sim.sweeps import sweep as compacting
moment, out = sys.argv[1], Path(sys.argv[2])
def end(*arguments):
    os.kill(os.getpid(), 9)
if moment == "before the packed file has its name":
    folder.os.replace = end
elif moment == "before the first small file is removed":
    compacting._remove_small = end
elif moment == "before the second small file is removed":
    real, gone = Path.unlink, []
    def unlink(path, missing_ok=False):
        if len(path.stem) == 40:
            gone.append(path)
        if len(gone) == 2:
            end()
        real(path, missing_ok=missing_ok)
    Path.unlink = unlink
compacting.compact(out)
"""


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        ("before the packed file has its name", 6),
        ("before the first small file is removed", 6),
        ("before the second small file is removed", 5),
    ],
)
def test_a_kill_while_packing_loses_nothing(
    moment: str, left: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tables(swept(tmp_path))
    root = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", textwrap.dedent(KILLED), moment, str(tmp_path / "out")]
    assert subprocess.run(command, env=root, check=False).returncode == -9
    assert len([name for name in files(tmp_path) if len(name) == 48]) == left
    numbers = simulated(monkeypatch)
    assert tables(swept(tmp_path)) == before
    assert not [name for name in files(tmp_path) if name.startswith(".")]
    compact(tmp_path / "out")
    assert files(tmp_path) == [PACKED]
    assert tables(swept(tmp_path)) == before
    assert numbers == []


def test_small_files_stay_where_the_packed_file_does_not_hold_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept(tmp_path)
    real = store.Packed.table

    def spoiled(self: store.Packed, key: str) -> Any:
        table = real(self, key)
        return table.set_column(7, "value", [[1.0] * len(table)])

    monkeypatch.setattr(store.Packed, "table", spoiled)
    assert compact(tmp_path / "out").removed == 0
    assert len(files(tmp_path)) == 7


def test_a_spoiled_part_of_the_packed_file_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tables(swept(tmp_path))
    compact(tmp_path / "out")
    path = tmp_path / "out" / "points" / PACKED
    content = path.read_bytes()
    path.write_bytes(content[:200] + b"\0" * 100 + content[300:])
    numbers = simulated(monkeypatch)
    assert tables(swept(tmp_path)) == before
    assert numbers == [1, 2, 3, 4, 5, 6]  # they stand in one part of it
    assert compact(tmp_path / "out").points == 6
    numbers.clear()
    assert tables(swept(tmp_path)) == before
    assert numbers == []


def test_a_packed_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    before = tables(swept(tmp_path))
    compact(tmp_path / "out")
    path = tmp_path / "out" / "points" / PACKED
    path.write_bytes(path.read_bytes()[:500])
    ended = carry_out_sweep(written(tmp_path), tmp_path / "out", THREADS)
    assert (tables(ended.folder), ended.remade) == (before, 1)
    with pytest.raises(OutputError, match=r"packed\.parquet cannot be read: remove it"):
        compact(tmp_path / "out")


def test_an_unreadable_small_file_is_named_and_stays(tmp_path: Path) -> None:
    swept(tmp_path)
    path = sorted((tmp_path / "out" / "points").iterdir())[2]
    path.write_bytes(b"PAR1")
    result = CliRunner().invoke(main, ["sweep-compact", str(tmp_path / "out")])
    assert result.exit_code == 0
    assert f"point {path.stem} cannot be read and stays as it is" in result.stderr
    assert "5 points packed, 5 small files removed" in result.stderr
    assert files(tmp_path) == sorted([path.name, PACKED])


def test_nobody_packs_what_a_sweep_is_using_and_the_other_way_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept(tmp_path)
    monkeypatch.setattr("sim.sweeps.sweep.PATIENCE_SECONDS", 0.1)
    with points_held(tmp_path / "out"):
        result = CliRunner().invoke(main, ["sweep-compact", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "out is in use by another process: wait until it ends" in result.stderr
    with points_held(tmp_path / "out", alone=True):
        result = CliRunner().invoke(
            main, ["sweep", str(tmp_path / "small.yaml"), "--out", str(tmp_path / "out")]
        )
    assert result.exit_code == 2
    assert f"out is in use by process {os.getpid()} on" in result.stderr


def test_a_folder_without_points_is_told(tmp_path: Path) -> None:
    folder = swept(tmp_path)
    with pytest.raises(OutputError, match="small has no folder 'points'; give the folder above it"):
        compact(folder)
    result = CliRunner().invoke(main, ["sweep-compact", str(tmp_path / "nowhere")])
    assert result.exit_code == 2
    assert "nowhere has no folder 'points'" in result.stderr
    (tmp_path / "nothing" / "points").mkdir(parents=True)
    with pytest.raises(OutputError, match="there is no point in"):
        compact(tmp_path / "nothing")
