"""A sweep carried out again in a folder that holds earlier results, or those of another file."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from tests.support.sweeps import GRID, written

pytestmark = pytest.mark.slow

PLAIN = ("--threads", "--workers", "1", "--engine", "reference")


def invoked(*arguments: str | Path) -> Result:
    """Return what the command says."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def swept(file: Path, out: Path, *options: str) -> Result:
    """Return what the sweep of a file says."""
    return invoked("sweep", file, "--out", out, *PLAIN, *options)


# ------------------------------------------------------------------ an earlier report


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return the folder of a finished sweep with its report, and a file of somebody in it."""
    out = tmp_path / "out"
    assert swept(written(tmp_path), out).exit_code == 0
    assert invoked("sweep-report", out / "small").exit_code == 0
    (out / "small" / "figures" / "mine.png").write_bytes(b"")
    return out


def drawn(folder: Path) -> list[str]:
    """Return the names of the page and figures of a sweep."""
    figures = [path.name for path in (folder / "figures").glob("*")]
    return sorted([*figures, *(path.name for path in folder.glob("report.html"))])


@pytest.mark.parametrize(
    "edit",
    [("[2, 3, 4]", "[2, 3, 5]"), ("title: places", "title: beds"), ("first]", "second]")],
    ids=["value", "title", "outcome"],
)
def test_a_report_of_other_numbers_goes_when_the_tables_are_written(
    edit: tuple[str, str], out: Path, tmp_path: Path
) -> None:
    assert {"report.html", "map-1.svg", "map-1.csv"} <= set(drawn(out / "small"))
    file = written(tmp_path, GRID.replace(*edit))
    assert swept(file, out, "--dry-run").exit_code == 0
    assert "report.html" in drawn(out / "small")
    again = swept(file, out)
    assert drawn(out / "small") == ["mine.png"]
    assert again.stderr.count("told earlier numbers and are removed: make them again") == 1
    assert "removed" not in swept(file, out).stderr


def test_an_unchanged_sweep_leaves_its_report(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = drawn(out / "small")
    monkeypatch.chdir(tmp_path)
    assert "removed" not in swept(Path("small.yaml"), out).stderr
    assert drawn(out / "small") == before


def test_a_report_removes_the_figures_it_does_not_make_any_more(out: Path) -> None:
    for name in ("curve-1.svg", "map-7.png", "pareto.csv", "map-old.svg"):
        (out / "small" / "figures" / name).write_bytes(b"")
    before = drawn(out / "small")
    assert invoked("sweep-report", out / "small").exit_code == 0
    assert set(before) - set(drawn(out / "small")) == {"curve-1.svg", "map-7.png", "pareto.csv"}


# ------------------------------------------------------------- a file of the same name

OTHER = GRID.replace("title: places and arrivals", "title: stays").replace(
    "places: {set: services.first.places, values: [2, 3, 4]}",
    "stay: {set: services.first.stay.mean, values: [3 h, 6 h]}",
)
NOTHING_ALIKE = OTHER.replace("rate: {", "arriving: {")


@pytest.mark.parametrize("text", [OTHER, NOTHING_ALIKE], ids=["a lever in common", "none"])
def test_a_file_of_the_same_name_does_not_replace_a_table(text: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    out = tmp_path / "out"
    assert swept(written(tmp_path), out).exit_code == 0
    table = (out / "small" / "table.csv").read_bytes()
    other = written(tmp_path / "other", text)
    for options in ((), ("--dry-run",)):
        refused = swept(other, out, *options)
        assert refused.exit_code == 2
        assert "holds the table of another sweep, 'places and arrivals' (" in refused.stderr
        assert "give the file another name or another --out" in refused.stderr
    assert (out / "small" / "table.csv").read_bytes() == table
    assert "6 of them stored already" in swept(tmp_path / "small.yaml", out).stderr


def test_title_and_levers_tell_where_the_paths_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (("one", GRID), ("two", NOTHING_ALIKE)):
        (tmp_path / name).mkdir()
        written(tmp_path / name, text)
    monkeypatch.chdir(tmp_path / "one")
    assert swept(Path("small.yaml"), tmp_path / "out").exit_code == 0
    monkeypatch.chdir(tmp_path / "two")
    assert swept(Path("small.yaml"), tmp_path / "out").exit_code == 2


def test_an_edited_or_copied_sweep_keeps_its_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert swept(written(tmp_path), out).exit_code == 0
    (tmp_path / "copy").mkdir()
    assert swept(written(tmp_path / "copy"), out).exit_code == 0
    (tmp_path / "copy" / "small.yaml").unlink()
    assert swept(written(tmp_path, OTHER), out).exit_code == 0
    (out / "small" / "manifest.json").write_text("{", encoding="utf-8")
    assert swept(written(tmp_path, NOTHING_ALIKE), out).exit_code == 0
