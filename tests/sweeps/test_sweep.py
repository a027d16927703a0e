"""A sweep: what is simulated, stored, reused, and told when the disk or the folder refuses."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import sim
from sim.cli import main
from sim.core.errors import ArgumentError, OutputError, RunError
from sim.runs.run import run
from sim.sweeps import points as points_module
from sim.sweeps import sweep as sweep_module
from sim.sweeps.sweep import asked, carry_out_sweep, locked
from sim.sweeps.workers import Callbacks, SweepOptions
from tests.support.sweeps import GRID, simulated, tables, written

THREADS = SweepOptions(threads=True, workers=1, engine="reference")
REFERENCE = ("--engine", "reference")  # nothing to compile


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished sweep, never disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    return carry_out_sweep(written(folder), folder / "out", THREADS).folder


# ----------------------------------------------------------------------- numbers


def test_a_point_has_the_numbers_of_a_run_of_its_scenario(finished: Path, tmp_path: Path) -> None:
    changed = """
based_on: base.yaml
title: by hand
changes:
  - {set: services.first.places, to: 3, because: a test}
  - {set: people.arrivals.newcomers.rate, to: 6 per day, because: a test}
"""
    by_hand = run(written(tmp_path, changed), workers=1)
    row = pd.read_csv(finished / "table.csv").iloc[3]
    assert (row["places"], row["rate"], row["status"]) == (3, 6, "done")
    mean = by_hand.number("blocked places", "first").mean()
    assert row["blocked places of first"] == pytest.approx(mean, rel=1e-12)
    place = by_hand.keys.index(("street nights per year", "street", "", "all", "all"))
    for column, numbers in (("low", by_hand.estimates.low), ("high", by_hand.estimates.high)):
        result = row[f"street nights per year {column}"]
        assert result == pytest.approx(numbers[place], rel=1e-12)


def test_common_random_numbers_meets_every_point(finished: Path) -> None:
    base = pd.read_parquet(finished.parent / "points").query("measure == 'arrivals'")
    street = base[base["service"] == "all"].pivot(
        index="point", columns="replication", values="value"
    )
    assert street.nunique().tolist() == [2, 2]  # one number for each arrival rate


def test_replications_and_table_agree(finished: Path) -> None:
    item = pd.read_parquet(finished / "replications.parquet").groupby("point").mean()
    table = pd.read_parquet(finished / "table.parquet").set_index("point")
    name = "street nights per year"
    assert np.allclose(item[name], table[name], rtol=1e-12)
    assert item[name].nunique() > 1


def test_csv_and_parquet_hold_the_same_table(finished: Path) -> None:
    text = pd.read_csv(finished / "table.csv", keep_default_na=False)
    table = pd.read_parquet(finished / "table.parquet")
    assert list(text.columns) == list(table.columns)
    for name in text.columns:
        assert (text[name].to_numpy() == table[name].to_numpy()).all()


def test_sim_sweep_gives_the_table_and_leaves_nothing(tmp_path: Path, finished: Path) -> None:
    result = sim.sweep(written(tmp_path), engine="reference", threads=True, workers=2).table
    assert result.equals(pd.read_parquet(finished / "table.parquet"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base.yaml", "small.yaml"]


@pytest.mark.slow
def test_until_goes_on_to_a_precision(tmp_path: Path) -> None:
    more = GRID + "until: [street nights per year within 20 %]\nmost: 17\n"
    result = sim.sweep(written(tmp_path, more), engine="reference", threads=True, workers=1).table
    assert result["replications"].between(5, 17).all()
    asked = sim.sweep(
        written(tmp_path, more), engine="reference", threads=True, workers=1, replications=3
    ).table
    assert set(asked["replications"]) == {3}


def test_a_duplicate_point_is_simulated_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = simulated(monkeypatch)
    design = "{kind: list, points: [{places: 2, rate: 4 per day}, {places: 2, rate: 4 per day}]}"
    text = sim.sweep(
        written(tmp_path, GRID.replace("design: grid", f"design: {design}")),
        engine="reference",
        threads=True,
        workers=1,
    ).table
    assert numbers == [1]
    assert text["key"].nunique() == 1
    assert len(text) == 2


def test_an_outcome_may_be_of_a_year_or_a_class(tmp_path: Path) -> None:
    sentence = "{measure: moves, service: first, other: street}"
    text = sim.sweep(
        written(tmp_path, GRID.replace("outcomes: [", f"outcomes: [{sentence}, ")),
        engine="reference",
        threads=True,
        workers=1,
    ).table
    assert (text["moves of first, street"] > 0).all()


def test_the_table_does_not_depend_on_the_engine_nor_on_the_workers(
    finished: Path, tmp_path: Path
) -> None:
    path = written(tmp_path)
    other = carry_out_sweep(path, tmp_path / "out", SweepOptions(threads=True, workers=3))
    assert tables(other.folder) == tables(finished)


# ------------------------------------------------------------------------- reuse


def test_an_unchanged_sweep_simulates_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path)
    first = tables(carry_out_sweep(path, tmp_path / "out", THREADS).folder)
    numbers = simulated(monkeypatch)
    assert tables(carry_out_sweep(path, tmp_path / "out", THREADS).folder) == first
    assert numbers == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "again"),
    [
        (("[2, 3, 4]", "[2, 3, 5]"), [5, 6]),
        (("title: places", "title: other"), []),
        (("[street nights per year", "[waiting of second"), []),
        (("[street nights per year", "[{measure: moves, service: first, other: left}"), "all"),
        (("levers:", "seed: 6\nlevers:"), "all"),
        (("levers:", "replications: 3\nlevers:"), "all"),
    ],
    ids=["one value", "title", "kept outcome", "new outcome", "seed", "replications"],
)
def test_only_what_has_changed_is_simulated_again(
    edit: tuple[str, str], again: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out_sweep(written(tmp_path), tmp_path / "out", THREADS)
    numbers = simulated(monkeypatch)
    carry_out_sweep(written(tmp_path, GRID.replace(*edit), name="other"), tmp_path / "out", THREADS)
    assert numbers == (list(range(1, 7)) if again == "all" else again)


def test_an_edited_base_never_reuses_an_old_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support.sweeps import BASE

    carry_out_sweep(written(tmp_path), tmp_path / "out", THREADS)
    numbers = simulated(monkeypatch)
    edited = BASE.replace("mean: 12 h", "mean: 13 h")
    carry_out_sweep(written(tmp_path, base=edited), tmp_path / "out", THREADS)
    assert len(numbers) == 6


def test_an_edited_program_never_reuses_an_old_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out_sweep(written(tmp_path), tmp_path / "out", THREADS)
    numbers = simulated(monkeypatch)
    for module in (points_module, sweep_module, sys.modules["sim.sweeps.points"]):
        monkeypatch.setattr(module, "program_version", lambda: "another")
    monkeypatch.setattr(sys.modules["sim.sweeps.workers"], "program_version", lambda: "another")
    carry_out_sweep(written(tmp_path), tmp_path / "out", THREADS)
    assert len(numbers) == 6


def test_a_worker_with_another_program_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = sys.modules["sim.sweeps.workers"]
    monkeypatch.setattr(task, "program_version", lambda: "0.0.9+old")
    ended = carry_out_sweep(written(tmp_path), tmp_path / "out", THREADS)
    assert len(ended.failed) == 6
    assert "the worker has maraude 0.0.9+old" in ended.failed[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:200] + b"\0" * 100 + data[300:],
        lambda data: b"",
    ],
    ids=["cut short", "overwritten inside", "empty"],
)
def test_an_unreadable_point_file_is_made_again(
    spoil: Any, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path)
    ended = carry_out_sweep(path, tmp_path / "out", THREADS)
    key = pd.read_parquet(ended.folder / "table.parquet")["key"][2]
    point = tmp_path / "out" / "points" / f"{key}.parquet"
    point.write_bytes(spoil(point.read_bytes()))
    numbers = simulated(monkeypatch)
    again = carry_out_sweep(path, tmp_path / "out", THREADS)
    assert numbers == [3]
    assert again.remade == 1
    assert tables(again.folder) == tables(finished)


def test_a_point_file_of_another_point_is_made_again(
    tmp_path: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path)
    ended = carry_out_sweep(path, tmp_path / "out", THREADS)
    keys = pd.read_parquet(ended.folder / "table.parquet")["key"]
    store = tmp_path / "out" / "points"
    (store / f"{keys[1]}.parquet").write_bytes((store / f"{keys[0]}.parquet").read_bytes())
    numbers = simulated(monkeypatch)
    assert tables(carry_out_sweep(path, tmp_path / "out", THREADS).folder) == tables(finished)
    assert numbers == [2]


# ------------------------------------------------------------------------ shards


def test_shards_share_the_work_and_the_last_makes_the_table(
    tmp_path: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, numbers = written(tmp_path), simulated(monkeypatch)
    left = [
        carry_out_sweep(
            path,
            tmp_path / "out",
            SweepOptions(threads=True, workers=1, shard=(shard, 4), engine="reference"),
        ).left
        for shard in (3, 1, 4, 2)
    ]
    assert numbers == [3, 1, 5, 4, 2, 6]
    assert left == [5, 3, 2, 0]
    assert tables(tmp_path / "out" / "small") == tables(finished)


# ------------------------------------------------------------------ what goes wrong


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"shard": "1/3"}, r"shard is two numbers, \(1, 3\) for the first of 3, not '1/3'"),
        ({"shard": (4, 3)}, r"shard is two numbers, .* not \(4, 3\)"),
        ({"replications": 0}, r"replications is a whole number from 1 to [0-9,]+, not 0"),
        ({"replications": "two"}, r"replications is a whole number from 1 to [0-9,]+, not 'two'"),
        ({"seed": -3}, r"seed is a whole number from 0 to [0-9,]+, not -3"),
        ({"workers": 0}, r"workers is a whole number from 1 to [0-9,]+, not 0"),
    ],
)
def test_a_wish_that_cannot_be_met_is_told_before_anything_is_done(
    option: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ArgumentError, match=message):
        sim.sweep(written(tmp_path), out=tmp_path / "out", **option)
    assert not (tmp_path / "out").exists()


def test_questions_have_the_same_wishes(tmp_path: Path) -> None:
    with pytest.raises(
        ArgumentError, match=r"replications is a whole number from 1 to [0-9,]+, not 0"
    ):
        asked(written(tmp_path), out=tmp_path / "out", replications=0)


def test_a_point_that_cannot_be_simulated_is_named_and_the_others_done(tmp_path: Path) -> None:
    listed = [{"places": p, "rate": f"{r} per day"} for p in (2, -3, 4) for r in (4, 6)]
    design = json.dumps({"kind": "list", "points": listed})
    path = written(tmp_path, GRID.replace("design: grid", f"design: {design}"))
    options = ["--out", str(tmp_path / "out"), "--threads", "--workers", "1", *REFERENCE]
    result = CliRunner().invoke(main, ["sweep", str(path), *options])
    assert result.exit_code == 3
    assert "point 3 (places -3, rate 4) failed: services.first.places: -3 is too small" in (
        result.stderr
    )
    table = pd.read_csv(tmp_path / "out" / "small" / "table.csv")
    assert table["status"].tolist() == ["done", "done", "failed", "failed", "done", "done"]
    status = pd.read_csv(tmp_path / "out" / "small" / "status.csv")
    assert status["status"].tolist() == table["status"].tolist()
    assert status["message"].notna().tolist() == [False, False, True, True, False, False]


def test_a_full_disk_is_told_and_loses_nothing(
    tmp_path: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real, written_files = written(tmp_path), Path.write_bytes, []

    def until_full(where: Path, content: Any) -> int:
        written_files.append(where)
        if len(written_files) > 2:
            real(where, b"PAR1 half")
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(where, content)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", until_full)
        with pytest.raises(OutputError, match=r"the disk is full.*2 points are kept: run the same"):
            carry_out_sweep(path, tmp_path / "out", THREADS)
    points = sorted((tmp_path / "out" / "points").iterdir())
    assert [path.suffix for path in points] == [".parquet"] * 2
    assert not (tmp_path / "out" / "small" / "table.csv").exists()
    numbers = simulated(monkeypatch)
    assert tables(carry_out_sweep(path, tmp_path / "out", THREADS).folder) == tables(finished)
    assert numbers == [3, 4, 5, 6]


def test_a_read_only_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, real = written(tmp_path), Path.mkdir

    def forbidden(self: Path, *arguments: Any, **options: Any) -> None:
        if "out" in self.parts:
            raise PermissionError(errno.EACCES, "Permission denied")
        real(self, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", forbidden)
    result = CliRunner().invoke(main, ["sweep", str(path), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert (
        "may not be written (Permission denied). Choose another place with --out" in result.stderr
    )


def test_two_sweeps_cannot_use_one_folder(tmp_path: Path) -> None:
    path = written(tmp_path)
    (tmp_path / "out" / "small").mkdir(parents=True)
    with locked(tmp_path / "out" / "small", None):
        with pytest.raises(OutputError, match=rf"is in use by process {os.getpid()} on"):
            carry_out_sweep(path, tmp_path / "out", THREADS)
        with pytest.raises(OutputError, match="is in use"):
            carry_out_sweep(path, tmp_path / "out", SweepOptions(shard=(1, 2), engine="reference"))
    carry_out_sweep(path, tmp_path / "out", THREADS)


def test_shards_may_share_a_folder_but_not_a_shard(tmp_path: Path) -> None:
    with locked(tmp_path, (1, 2)):
        with locked(tmp_path, (2, 2)), pytest.raises(OutputError, match="is in use"):
            locked(tmp_path, None).__enter__()
        with pytest.raises(OutputError, match="is in use"):
            locked(tmp_path, (1, 2)).__enter__()


@pytest.mark.slow
def test_a_crash_of_the_machine_leaves_whole_files_only(tmp_path: Path, finished: Path) -> None:
    """Kill a sweep while it writes points, then start it again."""
    path = written(tmp_path)
    command = [
        sys.executable,
        "-m",
        "sim",
        "sweep",
        str(path),
        "--out",
        str(tmp_path / "out"),
        *REFERENCE,
    ]
    sweep = subprocess.Popen([*command, "--workers", "2"], stderr=subprocess.DEVNULL)
    points = tmp_path / "out" / "points"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not any(points.glob("[!.]*")):
        time.sleep(0.01)
    sweep.kill()
    sweep.wait()
    stored = len(list(points.glob("[!.]*")))
    assert 0 < stored <= 6
    status = pd.read_csv(tmp_path / "out" / "small" / "status.csv")["status"]
    assert set(status) <= {"pending", "done"}
    assert len(status) == 6
    ended = carry_out_sweep(path, tmp_path / "out", THREADS)
    assert ended.remade == 0
    assert tables(ended.folder) == tables(finished)
    assert not list(ended.folder.glob(".unfinished-*"))


# --------------------------------------------------------------------- command


def test_the_command_says_what_is_to_do_before_it_does_it(tmp_path: Path) -> None:
    path, out = written(tmp_path), str(tmp_path / "out")
    options = ["--out", out, "--threads", "--workers", "1", *REFERENCE]
    plan = CliRunner().invoke(main, ["sweep", str(path), *options, "--dry-run"])
    assert plan.exit_code == 0
    assert "small.yaml: 6 points, 2 replications each; about " in plan.stdout
    assert not (tmp_path / "out" / "small" / "table.csv").exists()
    done = CliRunner().invoke(main, ["sweep", str(path), *options])
    assert "6 done, 0 failed, 0 left" in done.stderr
    assert done.stdout.strip() == f"{out}/small/table.csv"
    again = CliRunner().invoke(main, ["sweep", str(path), *options])
    assert "; 6 of them stored already" in again.stderr


def test_the_command_speaks_french(tmp_path: Path) -> None:
    path, out = written(tmp_path), str(tmp_path / "out")
    options = ["--out", out, "--threads", "--workers", "1", *REFERENCE, "--lang", "fr"]
    done = CliRunner().invoke(main, ["sweep", str(path), *options, "--replications", "1"])
    assert (
        "small.yaml\N{NO-BREAK SPACE}: 6 points, 1 réplication chacun\N{NO-BREAK SPACE}; environ "
        in done.stderr
    )
    assert "avec 1 processus" in done.stderr
    assert "faits\N{NO-BREAK SPACE}: 6, échoués\N{NO-BREAK SPACE}: 0" in done.stderr


def test_the_command_answers_other_programs_in_json(tmp_path: Path) -> None:
    path, out = written(tmp_path), str(tmp_path / "out")
    options = ["--out", out, "--threads", "--workers", "1", *REFERENCE, "--shard", "1/2", "--json"]
    result = CliRunner().invoke(main, ["sweep", str(path), *options])
    assert json.loads(result.stdout) == {
        "folder": f"{out}/small",
        "failed": [],
        "left": 3,
        "unreached": [],
    }


@pytest.mark.parametrize("text", ["0/4", "5/4", "3", "a/b"])
def test_a_shard_that_does_not_exist_is_refused(text: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["sweep", str(written(tmp_path)), "--shard", text])
    assert result.exit_code == 2


def test_a_manifest_says_what_was_swept(finished: Path) -> None:
    content = json.loads((finished / "manifest.json").read_text(encoding="utf-8"))
    assert content["levers"][0]["name"] == "places"
    assert content["levers"][0]["in_base"] == 3
    assert content["levers"][1]["unit"] == "per day"
    assert (content["seed"], content["replications"], content["points"]) == (5, 2, 6)


def test_watchers_hear_of_every_point(tmp_path: Path) -> None:
    heard: list[tuple[int, int, int]] = []
    watch = Callbacks(progress=lambda now: heard.append((now.done, now.failed, now.left)))
    carry_out_sweep(written(tmp_path), tmp_path / "out", THREADS, watch)
    assert heard == [(n, 0, 6 - n) for n in range(1, 7)]


def test_a_table_waits_for_the_other_shards(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="3 points are left to other shards"):
        sim.sweep(
            written(tmp_path),
            engine="reference",
            threads=True,
            workers=1,
            shard=(1, 2),
        )


def test_a_shard_spares_what_other_shards_are_writing(tmp_path):
    path = written(tmp_path)
    half_written = tmp_path / "out" / path.stem / ".unfinished-status.csv"
    for shard in (1, 2):
        options = SweepOptions(threads=True, workers=1, shard=(shard, 2), engine="reference")
        carry_out_sweep(path, tmp_path / "out", options)
        if shard == 1:
            half_written.touch()
    assert half_written.exists()  # the first shard might still have been writing it
    carry_out_sweep(
        path, tmp_path / "out", SweepOptions(threads=True, workers=1, engine="reference")
    )
    assert not half_written.exists()


def test_the_number_of_many_points_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, words = written(tmp_path), ["--out", str(tmp_path), "--dry-run"]
    assert "preparing" not in CliRunner().invoke(main, ["sweep", str(file), *words]).stderr
    monkeypatch.setattr(sys.modules["sim.cli.sweep"], "MANY", 6)
    output = CliRunner().invoke(main, ["sweep", str(file), *words])
    assert output.stderr.startswith(f"{file}: preparing, 1 of 6 points\n")


def test_a_log_tells_that_points_are_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["sim.cli.sweep"], "EVERY_SECONDS", 0.0)
    result = CliRunner().invoke(main, ["sweep", str(written(tmp_path)), "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "small.yaml: preparing, 3 of 6 points" in result.stderr
    assert f"maraude sweep-report {tmp_path.as_posix()}/small" in result.stderr
    assert result.stdout == f"{tmp_path.as_posix()}/small/table.csv\n"
