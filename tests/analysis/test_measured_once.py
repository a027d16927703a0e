"""What measures share is worked out once, and gives the same numbers to the last bit."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.analysis import windows
from sim.analysis.checks import check
from sim.analysis.measures import keys, values, values_of
from sim.analysis.windows import WHOLE, as_arrays
from sim.core.log import Tallies
from sim.engines.compiled import simulate
from sim.engines.reference import simulate as simulate_in_simpy
from sim.plan.build import plan_of
from sim.scenarios.loading import load
from tests.support.sweeps import BASE


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tallies, Tallies]:
    """Return tallies side by side in memory (compiled engine) and as nested lists (reference)."""
    path: Path = tmp_path_factory.mktemp("measured") / "base.yaml"
    path.write_text(BASE.replace("{everyone: 100 %}", "{one: 40 %, other: 60 %}"), "utf-8")
    plan = plan_of(load(path))
    return simulate(plan, 5, 1).tallies, simulate_in_simpy(plan, 5, 1).tallies


def same(first: np.ndarray, other: np.ndarray) -> bool:
    return first.tobytes() == other.tobytes()


def test_tables_side_by_side_give_the_numbers_of_tables_apart(
    both: tuple[Tallies, Tallies], monkeypatch: pytest.MonkeyPatch
) -> None:
    beside, apart = both
    row = windows._side_by_side(list(as_arrays(beside).counts.values()))
    assert row is not None
    assert windows._side_by_side(list(as_arrays(apart).counts.values())) is None
    assert same(values(beside), values(apart))
    real = windows._side_by_side

    def backwards(tables: list[np.ndarray]) -> np.ndarray | None:
        row = real(tables)
        return None if row is None else row[:, ::-1]

    monkeypatch.setattr(windows, "_side_by_side", backwards)
    assert not same(values(beside), values(apart))  # a fault would be seen


def test_tables_that_only_look_alike_are_not_taken_for_neighbours() -> None:
    table = np.arange(24.0).reshape(4, 3, 2)
    first, second, third = (table[:, number] for number in range(3))
    assert windows._side_by_side([first, second, third]) is not None
    assert windows._side_by_side([first, third, second]) is None
    assert windows._side_by_side([first, second, third.copy()]) is None
    assert windows._side_by_side([first, first]) is None


def test_numbers_chosen_are_those_of_the_whole_table(both: tuple[Tallies, Tallies]) -> None:
    tallies = both[0]
    every = keys(tallies.outline)
    whole = tuple(key for key in every if key.class_id == WHOLE)
    some = (every[2], *(key for key in every if key.class_id == "one"))
    assert len(some) > 20
    for chosen in (whole, some):
        places = [every.index(key) for key in chosen]
        assert same(values_of(tallies, chosen), values(tallies)[places])


def test_what_is_known_is_forgotten_with_the_tallies_it_is_of(
    both: tuple[Tallies, Tallies],
) -> None:
    counted = as_arrays(both[1])
    first = values(counted)
    counted.counts["street_nights"][:] += 1.0
    assert not same(values(counted), first)


def test_settled_tallies_are_measured_once_and_others_made_of_them_anew(
    both: tuple[Tallies, Tallies],
) -> None:
    counted = windows.frozen(both[0])
    check(counted)
    known = len(counted.known)
    assert known > 0
    assert same(values(counted), values(both[0]))
    assert len(counted.known) > known  # what measures work out is kept where checks found theirs
    doubled = {name: 2.0 * table for name, table in counted.counts.items()}
    assert same(values(replace(counted, counts=doubled)), values(replace(both[0], counts=doubled)))
    pickle.dumps(replace(counted, counts=doubled))  # what workers hand back knows nothing yet
