"""Commands that are told to end, or killed: nobody and nothing half-made is left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.core.errors import OutputError
from sim.runs import files as folder_module
from sim.runs.files import MANIFEST, RUN, Contents, atomic_folder
from tests.ends import left_behind
from tests.support.sweeps import BASE, GRID, is_alive, written

pytestmark = pytest.mark.slow

BUSY = BASE.replace("5 per day", "50000 per day")
"""The same pathway with some million people: 60 replications would take minutes."""
posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def started(folder: Path, *command: str) -> subprocess.Popen[str]:
    """Start a command on short.yaml and long.yaml in a folder."""
    (folder / "short.yaml").write_text(BASE, encoding="utf-8")
    (folder / "long.yaml").write_text(BUSY, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *command, "--replications", "60", "--workers", "2"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@posix
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are found through /proc")
@pytest.mark.parametrize(
    ("command", "number"),
    [
        (("run", "short.yaml", "long.yaml"), signal.SIGTERM),
        (("run", "short.yaml", "long.yaml"), signal.SIGINT),
        (("run", "short.yaml", "long.yaml", "--engine", "reference"), signal.SIGTERM),
        (("compare", "short.yaml", "long.yaml"), signal.SIGTERM),
        (("compare", "short.yaml", "long.yaml"), signal.SIGHUP),
    ],
)
def test_a_command_told_to_end_does_so_in_order(
    command: tuple[str, ...], number: signal.Signals, tmp_path: Path
) -> None:
    main = started(tmp_path, *command, "--no-figures")
    assert main.stdout is not None
    assert main.stderr is not None
    if command[0] == "run":
        assert "results/short/\n" in iter(main.stdout.readline, "")
    else:
        assert "short: 60 of 60 replications\n" in iter(main.stderr.readline, "")
    main.send_signal(number)
    _, output = main.communicate()
    assert output.splitlines()[-1] == (
        "stopped; what was complete is kept, nothing half-made was left behind"
    )
    assert main.returncode == 128 + number
    kept = sorted(path.name for path in tmp_path.glob("results/*"))
    assert kept == (["short"] if command[0] == "run" else [])
    assert left_behind(main.pid) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="children are found through /proc")
def test_workers_end_with_a_killed_run(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE.replace("20 days", "20 years"), encoding="utf-8")
    command = [sys.executable, "-m", "sim", "run", "base.yaml", "--replications", "500"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    main = subprocess.Popen(
        [*command, "--workers", "2", "--engine", "reference"],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    workers: list[int] = []
    deadline = time.monotonic() + 60
    while len(workers) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
        workers = [pid for pid in descendants(main.pid) if seconds_worked(pid) > 1.0]
    assert len(workers) >= 2
    main.kill()
    main.wait()
    deadline = time.monotonic() + 10
    while any(map(is_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not [pid for pid in workers if is_alive(pid)]


def descendants(main: int) -> list[int]:
    parents = {
        int(item.name): int(stat(item)[1]) for item in Path("/proc").glob("[0-9]*") if stat(item)
    }
    rows = [main]
    for pid in rows:
        rows += [child for child, parent in parents.items() if parent == pid]
    return rows[1:]


def seconds_worked(pid: int) -> float:
    fields = stat(Path(f"/proc/{pid}"))
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def stat(process: Path) -> list[str]:
    try:
        return (process / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


OURS = Contents(RUN, ("mine.yaml",))


def finished(folder: Path, title: str, file: str = "mine.yaml") -> None:
    with atomic_folder(folder, Contents(RUN, (file,))) as building:
        wrote(building, title, file)


def wrote(folder: Path, title: str, file: str = "mine.yaml") -> None:
    text = json.dumps({"title": title, "scenario": {"file": file}})
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def title_of(folder: Path) -> str:
    return str(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["title"])


@pytest.fixture
def killed_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "OLD_SECONDS", -1.0)


def test_what_a_killed_run_left_unfinished_goes_at_the_next(
    tmp_path: Path, killed_long_ago: None
) -> None:
    (tmp_path / ".mine.unfinished-abc").mkdir()
    (tmp_path / ".other.unfinished-abc").mkdir()
    finished(tmp_path / "mine", "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".other.unfinished-abc", "mine"]


def test_what_another_process_is_building_stays(tmp_path: Path, killed_long_ago: None) -> None:
    with atomic_folder(tmp_path / "mine", OURS) as building:
        wrote(building, "slow")
        finished(tmp_path / "mine", "fast")
        assert building.exists()
    assert title_of(tmp_path / "mine") == "slow"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_what_has_only_just_begun_stays(tmp_path: Path) -> None:
    (tmp_path / ".mine.unfinished-abc").mkdir()
    finished(tmp_path / "mine", "new")
    assert (tmp_path / ".mine.unfinished-abc").exists()


def test_an_earlier_result_killed_while_being_replaced_is_put_back(
    tmp_path: Path, killed_long_ago: None
) -> None:
    earlier = tmp_path / ".mine.replaced-abc"
    earlier.mkdir()
    wrote(earlier, "earlier")
    with atomic_folder(tmp_path / "mine", OURS) as building:
        assert title_of(tmp_path / "mine") == "earlier"
        wrote(building, "later")
    earlier.mkdir()
    finished(tmp_path / "mine", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


# ------------------------------------------------- what is finished is not replaced unasked


def test_results_of_another_file_are_refused_unless_asked(tmp_path: Path) -> None:
    finished(tmp_path / "mine", "first")
    finished(tmp_path / "mine", "again")
    with pytest.raises(OutputError, match=r"something else .*--out.*--replace") as raised:
        finished(tmp_path / "mine", "other", "other/mine.yaml")
    assert "(run: mine.yaml)" in str(raised.value)
    assert title_of(tmp_path / "mine") == "again"
    with atomic_folder(tmp_path / "mine", Contents(RUN, ("other",)), replace=True) as building:
        wrote(building, "asked")
    assert title_of(tmp_path / "mine") == "asked"


def test_results_that_came_there_meanwhile_are_not_replaced(tmp_path: Path) -> None:
    def slow() -> None:
        with atomic_folder(tmp_path / "mine", OURS) as building:
            wrote(building, "slow")
            finished(tmp_path / "mine", "fast", "other.yaml")

    with pytest.raises(OutputError, match=r"meanwhile by another command: .* in .*mine-2$"):
        slow()
    assert [title_of(tmp_path / name) for name in ("mine", "mine-2")] == ["fast", "slow"]


def test_a_folder_whose_manifest_is_damaged_is_not_replaced_unasked(tmp_path: Path) -> None:
    finished(tmp_path / "mine", "first")
    for damage in ("", "[]", '{"scenario": 5}', "{" * 100_000):
        (tmp_path / "mine" / MANIFEST).write_text(damage, encoding="utf-8")
        with pytest.raises(OutputError, match=r"cannot be told, because its manifest\.json is dam"):
            finished(tmp_path / "mine", "other")


def test_each_command_leaves_the_results_of_others(tmp_path: Path) -> None:
    """Every command that writes a folder, onto every other one's."""
    out = tmp_path / "out"
    written(tmp_path, GRID, BASE, "same")
    others = tmp_path / "others"
    others.mkdir()
    run = ("run", str(others / "same.yaml"), "--out", str(out))
    commands = {
        "run": run,
        "comparison": ("compare", *map(str, [tmp_path / "base.yaml", others / "same.yaml"])),
        "sweep": ("sweep", str(tmp_path / "same.yaml"), "--threads", "--out", str(out)),
        "reference": ("reference", "--scenarios", str(others)),
    }
    (others / "same.yaml").write_text(BASE.replace("mean: 12 h", "mean: 6 h"), encoding="utf-8")
    for name in ("comparison", "reference"):
        commands[name] += ("--out", str(out / "same"))
    for name in ("run", "comparison", "reference"):
        commands[name] += ("--no-figures",)
    for first, command in commands.items():
        assert CliRunner().invoke(main, command).exit_code == 0
        before = {path: path.read_bytes() for path in (out / "same").glob("*.*")}
        for second in commands.keys() - {first}:
            refused = CliRunner().invoke(main, commands[second])
            assert refused.exit_code == 2, (first, second)
            assert f"something else ({first}" in refused.stderr
            assert "--out" in refused.stderr
        assert {path: path.read_bytes() for path in (out / "same").glob("*.*")} == before
        assert CliRunner().invoke(main, command).exit_code == 0
        shutil.rmtree(out)
