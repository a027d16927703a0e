"""Folders of runs, comparisons and references that are damaged: named, with what mends them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner, Result

import sim
from sim.cli import main
from sim.core.errors import ArgumentError, OutputError
from sim.runs.compare import read_comparison
from sim.runs.files import MANIFEST
from sim.runs.kept import what_moved
from sim.runs.read import read_results
from sim.runs.run import read_manifest, write_manifest
from sim.sweeps.results import read_sweep
from tests.support.sweeps import BASE, GRID, written

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a finished run, comparison, reference and sweep."""
    folder = tmp_path_factory.mktemp("finished")
    scenarios = folder / "scenarios"
    scenarios.mkdir()
    base, other = scenarios / "base.yaml", scenarios / "other.yaml"
    base.write_text(BASE, encoding="utf-8")
    other.write_text(BASE.replace("mean: 12 h", "mean: 6 h"), encoding="utf-8")
    file = written(folder, GRID, BASE, "swept")
    for command in (
        ("run", base, other, "--one-more", "1", "--no-figures", "--out", folder),
        ("compare", base, other, "--no-figures", "--out", folder / "compared"),
        ("reference", "--scenarios", scenarios, "--no-figures", "--out", folder / "reference"),
        ("sweep", file, "--threads", "--out", folder),
    ):
        assert command_result(*command).exit_code == 0
    return folder


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of it, to be damaged."""
    return Path(shutil.copytree(finished, tmp_path / "copy"))


def command_result(*command: object) -> Result:
    return CliRunner().invoke(main, [str(part) for part in command])


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoilt(path: Path) -> None:
    path.write_bytes(Random(1).randbytes(path.stat().st_size))


def edited(path: Path) -> None:
    """Change one digit, as by hand."""
    content = bytearray(path.read_bytes())
    at = next(at for at in range(len(content) // 2, len(content)) if chr(content[at]).isdigit())
    content[at] = ord("4") if content[at] != ord("4") else ord("5")
    path.write_bytes(content)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


READERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "base": (
        ("report", "base"),
        ("figures", "base"),
        ("diff", "base", "other", "--out", "page.html"),
        ("compare", "base", "other", "--out", "again"),
        ("compare", "other", "base", "--out", "turned"),
    ),
    "compared": (("report", "compared"), ("figures", "compared")),
}
"""Commands that read a folder."""
FILES = {
    "base": (
        "resolved.yaml", "measures.csv", "estimates.csv", "curves.parquet", "daily.parquet",
        "one_more.csv",
    ),
    "compared": (
        "changes.csv", "differences.csv", "runs/base/measures.csv", "runs/other/estimates.csv",
        "runs/other/curves.parquet",
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", [emptied, cut, spoilt, edited, Path.unlink])
@pytest.mark.parametrize("folder", FILES)
def test_damaged_results_are_named_by_every_command_that_reads_them(
    folder: str, damage: Callable[[Path], None], copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copy)
    for name in FILES[folder]:
        path = Path(folder) / name
        if damage is Path.unlink and path.name == "daily.parquet":
            continue  # the largest file may be deleted
        before = path.read_bytes()
        damage(path)
        for command in READERS[folder]:
            refused = command_result(*command)
            assert refused.exit_code == 2, (command, name, refused.exception)
            assert f"{path.parent.as_posix()} cannot be used: {path.name} " in refused.stderr
            assert refused.stderr.endswith(
                "compare again\n" if folder == "compared" else "run it again\n"
            )
        path.write_bytes(before)
    for command in READERS[folder]:
        if folder == "compared" or command[0] in ("diff", "compare"):  # others need figures
            assert command_result(*command).exit_code in (0, 1), command


def test_a_comparison_of_folders_holds_all_their_results(copy: Path) -> None:
    members = [copy / "base", copy / "other"]
    (members[0] / "own_measures.csv").write_text("measure,unit,replication,value\n")
    write_manifest(members[0], read_manifest(members[0]))
    made = command_result("compare", *members, "--no-figures", "--out", copy / "again")
    assert made.exit_code == 0, made.stderr
    for folder in members:
        kept = sorted(path.name for path in (copy / "again" / "runs" / folder.name).iterdir())
        assert kept == sorted({path.name for path in folder.iterdir()} - {"daily.parquet"})
    assert len(read_comparison(copy / "again").members) == 2


@pytest.mark.parametrize("damage", [emptied, cut, spoilt])
@pytest.mark.parametrize("folder", READERS)
def test_a_damaged_manifest_is_named_by_every_command_and_made_again(
    folder: str, damage: Callable[[Path], None], copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copy)
    damage(Path(folder) / MANIFEST)
    for command in READERS[folder]:
        refused = command_result(*command)
        assert refused.exit_code == 2, refused.exception
        assert f"{folder}/{MANIFEST} is damaged (" in refused.stderr
        assert "): make its folder again, with the same command and --replace" in refused.stderr
    files = ("scenarios/base.yaml", "scenarios/other.yaml", "--no-figures", "--out")
    again = ("run", *files, ".") if folder == "base" else ("compare", *files, folder)
    assert command_result(*again).exit_code == 2
    assert command_result(*again, "--replace").exit_code == 0
    assert command_result(*READERS[folder][-1]).exit_code == 0


def altered(content: Any, keys: int | None = None) -> Iterator[Any]:
    """Yield JSON in which one thing is missing or something else, at every depth.

    ``keys``: of so many keys of each object; of the outermost, all.
    """
    yield from (None, 5, -1, "x", [], {}, [5], {"x": 5}, 1e300)
    if isinstance(content, dict):
        for key, value in list(content.items())[:keys]:
            yield {name: item for name, item in content.items() if name != key}
            yield from (content | {key: item} for item in altered(value, 4))
    elif isinstance(content, list) and content:
        yield from ([item, *content[1:]] for item in altered(content[0], 4))


@pytest.mark.parametrize(
    ("folder", "read", "refused"),
    [
        ("base", read_results, ArgumentError),
        ("compared", read_comparison, ArgumentError),
        ("swept", read_sweep, OutputError),
    ],
)
def test_whatever_a_manifest_says_it_is_read_or_refused(
    folder: str,
    read: Callable[[Path], Any],
    refused: type[Exception],
    copy: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sim.runs.compare.compared", lambda *_: None)  # takes long
    manifest = copy / folder / MANIFEST
    content = json.loads(manifest.read_text(encoding="utf-8"))
    messages: list[str] = []
    for changed in altered(content):
        manifest.write_text(json.dumps(changed), encoding="utf-8")
        try:
            read(copy / folder)
        except refused as error:
            messages.append(str(error))
    assert len(messages) > 20
    assert all(folder in message for message in messages)


def test_a_damaged_reference_is_named(copy: Path) -> None:
    whole = shutil.copytree(copy / "reference", copy / "whole")
    for damage in (emptied, cut, spoilt, Path.unlink):
        for name in ("base/estimates.csv", MANIFEST):
            path = copy / "reference" / name
            damage(path)
            with pytest.raises(ArgumentError, match="reference"):
                what_moved(copy / "reference", whole, figures=False)
            shutil.copyfile(whole / name, path)
    assert what_moved(copy / "reference", whole, figures=False) == []


def test_tables_are_not_read_when_they_were_changed(copy: Path) -> None:
    for name in ("estimates.csv", "measures.csv", "daily.parquet"):
        before = (copy / "base" / name).read_bytes()
        edited(copy / "base" / name)
        with pytest.raises(ArgumentError, match=f"base cannot be used: {name} was changed after"):
            sim.read(copy / "base")
        (copy / "base" / name).write_bytes(before)
    assert isinstance(sim.read(str(copy / "base")), sim.Results)
