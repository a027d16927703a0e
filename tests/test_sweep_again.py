"""A sweep carried out again in a folder that holds earlier results, or those of another file."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.presentation.cli import main
from tests.sweeps import GRID, written

PLAIN = ("--threads", "--workers", "1", "--engine", "reference")


def told(*arguments: str | Path) -> Result:
    """Return what the command says."""
    return CliRunner().invoke(main, [str(one) for one in arguments])


def swept(file: Path, out: Path, *options: str) -> Result:
    """Return what the sweep of a file says."""
    return told("sweep", file, "--out", out, *PLAIN, *options)


# ------------------------------------------------------------------ an earlier report


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return the folder of a finished sweep with its report, and a file of somebody in it."""
    out = tmp_path / "out"
    assert swept(written(tmp_path), out).exit_code == 0
    assert told("sweep-report", out / "small").exit_code == 0
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
    assert told("sweep-report", out / "small").exit_code == 0
    assert set(before) - set(drawn(out / "small")) == {"curve-1.svg", "map-7.png", "pareto.csv"}
