"""A precision asked of a sweep: which points did not reach it is told, and kept."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.runs.precision import Ending, Wanted, look_ahead
from tests.support.sweeps import GRID, with_levers, written
from tests.sweeps.test_sweep_again import invoked, swept

pytestmark = pytest.mark.slow


def until(share: str) -> str:
    """Return a sweep that asks for a precision in at most six replications."""
    return GRID + f"until: [street nights per year within {share} %]\nmost: 6\n"


def test_a_point_goes_on_until_its_precision_is_kept(tmp_path: Path) -> None:
    text = GRID + "until: [street nights per year within 12 %]\nmost: 60\n"
    swept(written(tmp_path, text), tmp_path / "out", "--engine", "compiled")
    table = pd.read_parquet(tmp_path / "out" / "small" / "table.parquet")
    more = GRID + "replications: 21\n"
    swept(written(tmp_path, more, name="more"), tmp_path / "out", "--engine", "compiled")
    every = pd.read_parquet(tmp_path / "out" / "more" / "replications.parquet")
    assert table["reached"].all()
    assert table["replications"].nunique() > 1
    for point, count in zip(table["point"], table["replications"], strict=True):
        values = every[every["point"] == point]["street nights per year"].tolist()
        ending = Ending([Wanted("nights", 0, 0.12)], 2)
        for value in values[: count + look_ahead(count)]:
            assert ending.enough is None
            ending.add(np.array([value]))
        assert ending.enough == count


def test_points_that_do_not_reach_a_precision_are_told(tmp_path: Path) -> None:
    file, out = written(tmp_path, until("0.1")), tmp_path / "out"
    done = swept(file, out)
    assert done.exit_code == 0
    assert (
        "6 points (1, 2, 3, 4, 5, ...) of 6 did not reach 'street nights per year within 0.1 %' "
        "in 6 replications: see the column 'reached'; raise 'most' in the file, or ask for less"
    ) in done.stderr
    table = pd.read_parquet(out / "small" / "table.parquet")
    assert table["reached"].tolist() == [False] * 6
    assert (out / "small" / "table.csv").read_text(encoding="utf-8").count(",6,false,") == 6
    assert json.loads(swept(file, out, "--json").stdout)["unreached"] == [1, 2, 3, 4, 5, 6]
    assert invoked("sweep-compact", out).exit_code == 0
    again = swept(file, out)
    assert "6 of them stored already" in again.stderr
    assert "6 points (1, 2, 3, 4, 5, ...) of 6 did not reach" in again.stderr


def test_points_that_reach_it_are_not_told_and_failed_ones_have_no_answer(tmp_path: Path) -> None:
    design = "{kind: list, points: [{places: 2}, {places: -3}, {places: 4}]}"
    points = with_levers("{places: {set: services.first.places}}", design)
    file = written(tmp_path, points + "until: [street nights per year within 100 %]\nmost: 10\n")
    done = swept(file, tmp_path / "out")
    assert done.exit_code == 3
    assert "did not reach" not in done.stderr
    table = pd.read_csv(tmp_path / "out" / "small" / "table.csv")
    assert table["reached"].isna().tolist() == table["status"].eq("failed").tolist()
    assert table["reached"].dropna().all()


def test_without_a_precision_there_is_no_such_column(tmp_path: Path) -> None:
    swept(written(tmp_path), tmp_path / "out")
    assert "reached" not in pd.read_csv(tmp_path / "out" / "small" / "table.csv")


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_fewer_replications_at_most_than_at_least_are_refused(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    file = written(tmp_path, until("2") + "replications: 8\n")
    refused = swept(file, tmp_path / "out", *options)
    assert refused.exit_code == 2
    assert "'most: 6' is fewer than the 8 replications every point has: write a" in refused.stderr
    assert swept(file, tmp_path / "out", "--replications", "2").exit_code == 0
