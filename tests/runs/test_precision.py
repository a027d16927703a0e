"""The number of replications a precision needs: kept for some more, as published, and covering."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from scipy import stats

from sim.analysis.statistics import FEWEST, estimate
from sim.runs import precision
from sim.runs.precision import LOOK_AHEAD, Ending, Wanted, look_ahead

FALSE_ALARM = 1e-3
"""Of each test of coverage: seeds are fixed, so it is the chance that this one was unlucky."""


def published(values: list[float], share: float, initial: int, limit: int = 5) -> int | None:
    """Return Nsol by the algorithm as it is printed, None if ``values`` are used up before."""
    count = initial
    while count <= len(values):
        if is_within(values[:count], share):
            solution, k, is_converged = count, 1, True
            while is_converged and k <= limit * max(solution, 100) // 100:
                if solution + k > len(values):
                    return None
                is_converged = is_within(values[: solution + k], share)
                k += 1
            if is_converged:
                return solution
            count = solution + k - 1  # where it was lost
        count += 1
    return None


def is_within(values: list[float], share: float) -> bool:
    observed = np.array(values)
    half = stats.t.ppf(0.975, len(values) - 1) * observed.std(ddof=1) / math.sqrt(len(values))
    return bool(half <= share * abs(observed.mean()))


def ended(values: Iterable[float], *shares: float, fewest: int = FEWEST) -> tuple[Ending, int]:
    """Return the rule and how many values it has seen when it ends, or they do."""
    ending = Ending([Wanted(str(share), 0, share) for share in shares], fewest)
    seen = 0
    for value in values:
        ending.add(np.array([value]))
        seen += 1
        if ending.enough is not None:
            break
    return ending, seen


def test_it_ends_as_the_published_algorithm_does() -> None:
    chance, result = np.random.default_rng(4), set()
    for _ in range(60):
        values = chance.normal(100, 25, 300).tolist()
        ending, seen = ended(values, 0.05)
        assert ending.enough == published(values, 0.05, FEWEST)
        if ending.enough is not None:
            result.add(ending.enough)
            assert seen == ending.enough + look_ahead(ending.enough)
            assert ending.missed == []
    assert min(result) < 100 < max(result)


def test_it_looks_ahead_at_five_or_at_five_per_cent() -> None:
    assert [look_ahead(count) for count in (5, 100, 119, 120, 400)] == [5, 5, 5, 6, 20]
    assert LOOK_AHEAD == 5


def test_a_precision_lost_again_does_not_count() -> None:
    start = [100.0, 101.0, 99.0, 100.0, 101.0, 99.0]  # precise from the fifth on
    lost = [*start, 160.0, *([100.0, 101.0, 99.0] * 40)]
    ending, seen = ended(lost, 0.05)
    assert ending.enough is not None
    assert ending.enough > len(start)
    assert seen == ending.enough + LOOK_AHEAD
    held, _ = ended([*start, 100.0, 99.0, 101.0, 100.0], 0.05)
    assert held.enough == FEWEST


def test_what_is_certain_to_be_kept_is_known_at_every_moment() -> None:
    chance = np.random.default_rng(6)
    for _ in range(20):
        ending, certain = Ending([Wanted("a", 0, 0.08), Wanted("b", 1, 0.1)], 2), [0]
        for values in chance.normal(100, [20, 25], (200, 2)):
            ending.add(values)
            certain.append(ending.certain)
            if ending.enough is not None:
                break
        assert certain == sorted(certain)  # what was written is never taken back
        assert ending.enough is not None
        assert certain[-1] == ending.enough


def test_the_least_precise_decides_and_is_told() -> None:
    steady = [100.0, 101.0, 99.0, 100.0] * 5
    ending, seen = ended(steady, 0.05, 1e-6)
    assert (ending.enough, seen, ending.missed) == (None, 20, ["1e-06"])
    both, _ = ended(steady, 0.05, 0.05)
    assert both.enough == FEWEST
    few, _ = ended(steady[: FEWEST + LOOK_AHEAD - 1], 0.05)  # reached, but not kept long enough
    assert (few.enough, few.missed) == (None, ["0.05"])
    later, _ = ended(steady, 0.05, fewest=12)
    assert later.enough == 12


def test_without_a_wish_no_number_is_enough() -> None:
    ending, seen = ended([1.0] * 30)
    assert (ending.enough, ending.certain, ending.missed, seen) == (None, 30, [], 30)


def normal() -> Iterator[Iterator[float]]:
    chance = np.random.default_rng(11)
    while True:
        yield iter(chance.normal(100, 10, 600).tolist())


def coverage(trials: int = 2000) -> float:
    """Return the p-value of intervals at the end holding the mean in 95 % of trials."""
    covered = 0
    for _, values in zip(range(trials), normal(), strict=False):
        rows = list(values)
        ending, _ = ended(rows, 0.05)
        assert ending.enough is not None
        row = estimate(rows[: ending.enough])
        covered += row.low <= 100.0 <= row.high
    return float(stats.binomtest(covered, trials, 0.95).pvalue)


@pytest.mark.statistical
def test_intervals_at_the_end_cover_as_often_as_they_say() -> None:
    assert coverage() > FALSE_ALARM  # 0.946 of 2,000 with 5 replications and more


@pytest.mark.statistical
def test_stopping_at_once_would_cover_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "LOOK_AHEAD", 0)
    assert coverage() < FALSE_ALARM  # 0.91
