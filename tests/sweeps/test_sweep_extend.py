"""Replications added to points that are stored: only the missing ones are simulated."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sim
from sim.analysis.measures import Key
from sim.core.errors import OutputError
from sim.runs.files import RUN, Contents, atomic_folder, is_taken
from sim.sweeps import workers
from sim.sweeps.points import StopRule
from sim.sweeps.store import Store, Stored, held_alone, read_table, used, write_packed
from sim.sweeps.sweep import asked, carry_out_sweep, compact, export
from sim.sweeps.workers import Callbacks, PointDone, SweepOptions
from tests.support.sweeps import GRID, tables, written
from tests.sweeps.test_sweep_again import invoked, swept

pytestmark = pytest.mark.slow

PAIR = GRID.replace("[2, 3, 4]", "[2, 3]").replace("[4 per day, 6 per day]", "[6 per day]")
"""Two points."""
UNTIL = PAIR + "until: [street nights per year within 12 %]\nmost: 60\n"
YEARLY = PAIR.replace("outcomes: [", "outcomes: [{measure: moves, service: first, other: left}, ")
"""Asks for a number that other sweeps do not keep."""
POOLS = {
    "threads": SweepOptions(threads=True, workers=2, engine="reference"),
    "processes": SweepOptions(workers=1, engine="reference"),
    "cluster": SweepOptions(cluster="local:1", engine="reference"),
}


def carry_out(
    folder: Path, replications: int | None = None, text: str = PAIR, **options: Any
) -> list[bytes]:
    """Carry out a sweep in ``folder/out``; return its tables."""
    (folder / "files").mkdir(exist_ok=True)
    pool = SweepOptions(
        **{"threads": True, "workers": 1, "engine": "reference"} | options,
        replications=replications,
    )
    file = written(folder / "files", text)
    return tables(carry_out_sweep(file, folder / "out", pool).folder)


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list to which the number of every replication simulated is added."""
    numbers: list[int] = []
    replicate = workers._replicate

    def noted(order: Any, kept: Any, replication: int) -> Any:
        numbers.append(replication)
        return replicate(order, kept, replication)

    monkeypatch.setattr(workers, "_replicate", noted)
    return numbers


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[bytes]]:
    """Return the tables of sweeps made at once, by their replications."""
    return {n: carry_out(tmp_path_factory.mktemp("fresh"), n) for n in (2, 3, 5)}


# ------------------------------------------------------------------- more and fewer


def test_more_replications_simulate_only_those_that_are_missing(
    tmp_path: Path, fresh: dict[int, list[bytes]], simulated: list[int]
) -> None:
    for count, expected in ((3, [1, 2, 3] * 2), (5, [4, 5] * 2), (2, []), (5, []), (3, [])):
        assert carry_out(tmp_path, count) == fresh[count]
        assert simulated == expected
        simulated.clear()


@pytest.mark.parametrize(
    "pool", ["threads", "processes", pytest.param("cluster", marks=pytest.mark.cluster)]
)
def test_every_pool_adds_replications(
    pool: str, tmp_path: Path, fresh: dict[int, list[bytes]]
) -> None:
    carry_out(tmp_path, 3)
    counts: list[tuple[int, int, int]] = []
    ended = carry_out_sweep(
        written(tmp_path / "files", PAIR + "replications: 5\n"),
        tmp_path / "out",
        POOLS[pool],
        Callbacks(progress=lambda now: counts.append((now.left, now.simulated, now.to_simulate))),
    )
    assert counts[-1] == (0, 4, 4)
    table = pd.read_parquet(ended.folder / "replications.parquet")
    carry_out(tmp_path, 5)
    assert table.equals(pd.read_parquet(ended.folder / "replications.parquet"))
    assert tables(ended.folder) == fresh[5]


def test_shards_add_replications(
    tmp_path: Path, fresh: dict[int, list[bytes]], simulated: list[int]
) -> None:
    carry_out(tmp_path, 3)
    simulated.clear()
    with pytest.raises(sim.RunError, match="1 point is left to other shards"):
        sim.sweep(
            tmp_path / "files" / "small.yaml",
            out=tmp_path / "out",
            replications=5,
            threads=True,
            engine="reference",
            shard=(2, 2),
        )
    assert simulated == [4, 5]
    assert carry_out(tmp_path, 5, shard=(1, 2)) == fresh[5]
    assert simulated == [4, 5] * 2


def test_questions_add_replications(tmp_path: Path, simulated: list[int]) -> None:
    carry_out(tmp_path, 3)
    simulated.clear()
    file = tmp_path / "files" / "small.yaml"
    answers = [
        asked(file, out=tmp_path / name, replications=n, engine="reference")(places=3, rate=6)
        for name, n in (("out", 5), ("out", 5), ("new", 5), ("out", 2))
    ]
    assert simulated == [4, 5, 1, 2, 3, 4, 5]
    assert answers[0] == answers[1] == answers[2] != answers[3]
    simulated.clear()
    result = sim.read(tmp_path / "out" / "small")
    assert result.evaluate(places=2, rate=6, engine="reference").notna().all()
    assert simulated == []


# ------------------------------------------------------------------------ precision


def test_a_precision_counts_the_replications_that_are_stored(
    tmp_path: Path, simulated: list[int]
) -> None:
    (tmp_path / "new").mkdir()
    fresh = carry_out(tmp_path / "new", text=UNTIL)
    needed = list(simulated)
    simulated.clear()
    carry_out(tmp_path, 3)
    assert carry_out(tmp_path, text=UNTIL) == fresh
    assert sorted(simulated) == sorted(needed)
    simulated.clear()
    assert carry_out(tmp_path, text=UNTIL) == fresh
    assert simulated == []


def test_a_higher_most_goes_on_from_where_the_precision_was_given_up(
    tmp_path: Path, simulated: list[int]
) -> None:
    text = PAIR + "until: [street nights per year within 2 %]\n"
    carry_out(tmp_path, text=text + "most: 6\n")
    assert simulated == [1, 2, 3, 4, 5, 6] * 2
    simulated.clear()
    assert carry_out(tmp_path, text=text + "most: 8\n")[0].count(b",8,false,") == 2
    assert simulated == [7, 8] * 2
    simulated.clear()
    assert carry_out(tmp_path, text=text + "most: 6\n")[0].count(b",6,false,") == 2
    assert simulated == []


# --------------------------------------------------------------- what is to be done


def test_the_plan_counts_the_replications_to_simulate(tmp_path: Path) -> None:
    file, out = written(tmp_path, PAIR), tmp_path / "out"
    assert "to simulate" not in swept(file, out, "--dry-run").stdout
    swept(file, out)
    more = swept(file, out, "--replications", "3", "--dry-run")
    assert "2 points, 3 replications each; 2 replications to simulate; about " in more.stdout
    plan = json.loads(swept(file, out, "--replications", "3", "--dry-run", "--json").stdout)
    assert (plan["stored"], plan["replications"], plan["to_simulate"]) == (0, 3, 2)
    fewer = swept(file, out, "--replications", "1", "--dry-run")
    assert "1 replication each; 2 of them stored already\n" in fewer.stdout
    precise = swept(written(tmp_path, UNTIL), out, "--dry-run", "--lang", "fr")
    assert "au moins 2 réplications chacun" in precise.stdout
    assert "au moins 2 réplications à simuler" in precise.stdout


def test_a_new_outcome_is_part_of_the_plan(tmp_path: Path, simulated: list[int]) -> None:
    carry_out(tmp_path, 3)
    plan = swept(written(tmp_path / "files", YEARLY), tmp_path / "out", "--dry-run")
    assert "2 replications each; about" in plan.stdout
    simulated.clear()
    carry_out(tmp_path, 2, YEARLY)
    assert simulated == [1, 2] * 2
    simulated.clear()
    carry_out(tmp_path, 3)  # the replications of the other numbers are still there
    assert simulated == []
    carry_out(tmp_path, 5, YEARLY)
    assert simulated == [3, 4, 5] * 2


# ------------------------------------------------------------------------ one point


def done(first: int, last: int, names: str = "ab") -> PointDone:
    """Return replications of a point with made-up numbers: those after ``first`` up to ``last``."""
    keys = tuple(Key(name, "street", "", "all", "all") for name in names)
    values = np.arange(first + 1.0, last + 1)[:, None] * np.arange(1.0, len(names) + 1)
    return PointDone(1, "k" * 40, keys, values, (last,), "compiled", 1.0, first)


@pytest.mark.parametrize(
    "parts",
    [
        [done(0, 2), done(2, 3), done(2, 5)],
        [done(0, 2), done(2, 5), done(2, 3)],
        [done(0, 5), done(0, 2)],
        [done(0, 5), done(0, 2, "abc")],
    ],
)
def test_whoever_writes_last_loses_nothing_of_the_others(
    parts: list[PointDone], tmp_path: Path
) -> None:
    for part in parts:
        Store(tmp_path).write(part)
    stored = Store(tmp_path).read("k" * 40, parts[0].keys)
    assert stored is not None
    assert stored.values.tolist() == [[n, 2 * n] for n in range(1, 6)]
    assert [path.name for path in tmp_path.iterdir()] == [f"{'k' * 40}.parquet"]


def test_replications_that_do_not_follow_those_stored_are_not_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(done(2, 5))
    assert list(tmp_path.iterdir()) == []
    store.write(done(0, 1))
    store.write(done(2, 5))
    assert store.replications("k" * 40, done(0, 1).keys) == 1


@pytest.mark.parametrize("use", ["write", "read", "count"])
def test_a_point_that_cannot_be_read_now_is_kept(
    use: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*arguments: Any, **options: Any) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    store, key = Store(tmp_path), "k" * 40
    store.write(done(0, 5))
    with monkeypatch.context() as patch:
        patch.setattr(pq, "ParquetFile", refused)
        patch.setattr(pq, "read_metadata", refused)
        calls = {
            "write": lambda: store.write(done(0, 2)),
            "read": lambda: store.read(key, done(0, 1).keys),
            "count": lambda: store.replications(key, done(0, 1).keys),
        }
        with pytest.raises(OutputError, match=r"\.parquet cannot be read \(Too many open files\)"):
            calls[use]()
    assert store.replications(key, done(0, 1).keys) == 5


def test_what_was_written_meanwhile_is_not_dropped(tmp_path: Path) -> None:
    store, key = Store(tmp_path), "k" * 40
    before = store.state(key)
    assert store.read(key, done(0, 1).keys) is None
    Store(tmp_path).write(done(0, 5))  # by another process
    store.drop(key, before)
    assert store.replications(key, done(0, 1).keys) == 5
    path = next(tmp_path.glob("*.parquet"))
    path.write_bytes(b"damaged")
    store.drop(key, store.state(key))
    assert list(tmp_path.iterdir()) == []


def test_one_writer_holds_a_point_at_a_time(tmp_path: Path) -> None:
    with held_alone(tmp_path, "key"):
        (path,) = tmp_path.iterdir()
        with path.open("a") as other:
            assert is_taken(other.fileno())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
def test_a_disk_without_locks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def refused(*arguments: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    file, store = written(tmp_path), Store(tmp_path)
    monkeypatch.setattr(fcntl, "flock", refused)
    output = swept(file, tmp_path / "out")
    assert output.exit_code == 2
    assert "is on a disk whose files cannot be locked (No locks available)" in output.stderr
    assert "Choose another place with --out, on another disk" in output.stderr
    with pytest.raises(OutputError, match="cannot be locked"):
        store.write(done(0, 2))
    with atomic_folder(tmp_path / "run", Contents(RUN)) as folder:  # where locks only help
        (folder / "manifest.json").write_text("{}")
    assert (tmp_path / "run").is_dir()


def test_a_lock_that_was_removed_meanwhile_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.sweeps import store

    attempts: list[Path] = []

    def taken(number: int) -> bool:
        attempts.extend(tmp_path.iterdir())
        if len(attempts) == 1:  # its holder has just released it
            attempts[0].unlink()
        return is_taken(number)

    monkeypatch.setattr(store, "is_taken", taken)
    with held_alone(tmp_path, "key"):
        assert len(attempts) == 2
        assert attempts[1].exists()


def test_only_locked_replications_that_are_used_count() -> None:
    stored = Stored(np.zeros((5, 1)), (2, 5))
    locked = [used(stored, StopRule(count)) for count in (1, 2, 5)]
    assert [item and item.locked for item in locked] == [0, 1, 2]
    assert used(stored, StopRule(6)) is None
    assert used(None, StopRule(1)) is None


# ------------------------------------------------------------------ packed, exported


def test_packed_points_get_more_replications(
    tmp_path: Path, fresh: dict[int, list[bytes]], simulated: list[int]
) -> None:
    carry_out(tmp_path, 3)
    compact(tmp_path / "out")
    simulated.clear()
    assert carry_out(tmp_path, 2) == fresh[2]
    assert carry_out(tmp_path, 5) == fresh[5]
    assert simulated == [4, 5] * 2
    packed = compact(tmp_path / "out")
    assert (packed.points, packed.removed) == (2, 2)
    assert carry_out(tmp_path, 5) == fresh[5]
    assert carry_out(tmp_path, 3) == fresh[3]
    assert simulated == [4, 5] * 2


def test_a_spoiled_file_of_a_packed_point_leaves_the_packed_replications(
    tmp_path: Path, fresh: dict[int, list[bytes]], simulated: list[int]
) -> None:
    carry_out(tmp_path, 3)
    compact(tmp_path / "out")
    carry_out(tmp_path, 5)
    for path in (tmp_path / "out" / "points").glob(f"{'[0-9a-f]' * 40}.parquet"):
        path.write_bytes(path.read_bytes()[:200])
    simulated.clear()
    assert carry_out(tmp_path, 5) == fresh[5]
    assert simulated == [4, 5] * 2


def test_an_export_and_a_reader_see_the_replications_of_the_sweep(tmp_path: Path) -> None:
    carry_out(tmp_path, 5)
    carry_out(tmp_path, 3)
    export(tmp_path / "out" / "small", tmp_path / "all.parquet")
    assert set(pd.read_parquet(tmp_path / "all.parquet")["replication"]) == {1, 2, 3}
    assert set(sim.read(tmp_path / "out" / "small").replications["replication"]) == {1, 2, 3}


# ------------------------------------------------------------ killed, unreadable, old

KILLED = """
import os, sys
from pathlib import Path
from sim.runs import files
from sim.sweeps import store
from sim.sweeps.sweep import carry_out_sweep
from sim.sweeps.workers import SweepOptions
write, replace = store.write_rows, os.replace
def kill(*arguments):
    os.kill(os.getpid(), 9)
def killed(folder, key, rows):
    if sys.argv[3] == "before it is written":
        kill()
    files.os.replace = kill
    write(folder, key, rows)
store.write_rows = killed
options = SweepOptions(replications=5, threads=True, workers=1, engine="reference")
carry_out_sweep(sys.argv[1], Path(sys.argv[2]), options)
"""


@pytest.mark.parametrize("moment", ["before it is written", "before it has its name"])
def test_a_kill_while_adding_replications_loses_none_that_is_stored(
    moment: str, tmp_path: Path, fresh: dict[int, list[bytes]], simulated: list[int]
) -> None:
    carry_out(tmp_path, 3)
    root = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    file, out = tmp_path / "files" / "small.yaml", tmp_path / "out"
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(file), str(out), moment]
    assert subprocess.run(command, env=root, check=False).returncode == -9
    assert [path for path in (out / "points").iterdir() if path.suffix == ".lock"]
    simulated.clear()
    assert carry_out(tmp_path, 3) == fresh[3]
    assert simulated == []
    assert carry_out(tmp_path, 5) == fresh[5]
    assert simulated == [4, 5] * 2
    assert not [path for path in (out / "points").iterdir() if path.name.startswith(".")]


def test_two_processes_may_add_to_the_same_points_at_once(
    tmp_path: Path, fresh: dict[int, list[bytes]]
) -> None:
    carry_out(tmp_path, 2)
    root = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    processes = []
    for name, count in (("three", "3"), ("five", "5")):
        file = written(tmp_path / "files", PAIR, name=name)
        command = [sys.executable, "-m", "sim", "sweep", str(file), "--out", str(tmp_path / "out")]
        options = ["--replications", count, "--threads", "--workers", "2", "--engine", "reference"]
        processes.append(subprocess.Popen([*command, *options], env=root))
    assert [process.wait() for process in processes] == [0, 0]
    assert tables(tmp_path / "out" / "three") == fresh[3]
    assert tables(tmp_path / "out" / "five") == fresh[5]


def test_a_stored_point_that_cannot_be_read_is_made_again_as_a_whole(
    tmp_path: Path, fresh: dict[int, list[bytes]], simulated: list[int]
) -> None:
    carry_out(tmp_path, 3)
    path = sorted((tmp_path / "out" / "points").iterdir())[0]
    content = path.read_bytes()
    path.write_bytes(content[:200] + b"\0" * 100 + content[300:])
    simulated.clear()
    assert carry_out(tmp_path, 5) == fresh[5]
    assert sorted(simulated) == [1, 2, 3, 4, 4, 5, 5]


def as_before(folder: Path) -> list[str]:
    """Make the points of a sweep those of an earlier version; return their keys.

    Their names counted replications, and their metadata did not.
    """
    points, keys = folder.parent / "points", []
    for number, path in enumerate(sorted(points.iterdir())):
        key, table = f"{number:040x}", read_table(path)
        about = {"maraude locked": "0", "maraude engine": "reference", "maraude seconds": "1.0",
                 "maraude reached": "True"}  # fmt: skip
        column = pa.array([key] * len(table)).dictionary_encode()
        codes = pa.DictionaryArray.from_arrays(column.indices.cast("int16"), column.dictionary)
        pq.write_table(
            table.set_column(0, "point", codes).replace_schema_metadata(about),
            points / f"{key}.parquet",
        )
        for name in ("table.csv", "table.parquet"):
            file = folder / name
            if name == "table.csv":
                text = file.read_text(encoding="utf-8").replace(path.stem, key)
                file.write_text(text, encoding="utf-8")
            else:
                rows = pq.read_table(file)
                named = [key if value == path.stem else value for value in rows["key"].to_pylist()]
                place = rows.column_names.index("key")
                pq.write_table(rows.set_column(place, "key", pa.array(named)), file)
        path.unlink()
        keys.append(key)
    return keys


def test_a_sweep_of_an_earlier_version_is_read_exported_packed_and_made_again(
    tmp_path: Path, fresh: dict[int, list[bytes]], simulated: list[int]
) -> None:
    carry_out(tmp_path, 3)
    out, folder = tmp_path / "out", tmp_path / "out" / "small"
    keys = as_before(folder)
    assert len(sim.read(folder).table) == 2
    assert invoked("sweep-report", folder).exit_code == 0
    for packed in (False, True):
        if packed:
            assert compact(out).points == 2
        points, rows = export(folder, tmp_path / "all.parquet")
        assert (points, rows % 3) == (2, 0)
    simulated.clear()
    assert carry_out(tmp_path, 3) == fresh[3]
    assert simulated == [1, 2, 3] * 2
    assert compact(out).points == 4
    assert all(Store(out / "points").packed.table(key) is not None for key in keys)
    assert carry_out(tmp_path, 3) == fresh[3]
    assert simulated == [1, 2, 3] * 2


def test_a_file_without_its_replications_counts_as_none(tmp_path: Path) -> None:
    Store(tmp_path).write(done(0, 2))
    path = tmp_path / f"{'k' * 40}.parquet"
    table = read_table(path)
    pq.write_table(table.replace_schema_metadata({"maraude locked": "0"}), path)
    assert Store(tmp_path).replications("k" * 40, done(0, 2).keys) == 0
    assert Store(tmp_path).read("k" * 40, done(0, 2).keys) is None
    write_packed(tmp_path, [("k" * 40, read_table(path))])
    path.unlink()
    assert Store(tmp_path).replications("k" * 40, done(0, 2).keys) == 0
