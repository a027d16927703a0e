"""The simulated queues against exact answers; each check has a twin that it must reject.

False-alarm rate: seeds are fixed, so a test passes or fails for good; its threshold is the one a
correct engine would break once in 2,000 sets of seeds. The twin is the same comparison with
stays 10 % longer than the theory is told (or another wrong target); it must fall outside.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from sim.analysis import theory
from sim.analysis.theory import TwoServices, queue_in_time, two_services_without_limit
from sim.core import queues
from sim.core.calendars import calendar
from sim.core.distributions import Distribution, distribution
from sim.core.events import LEFT
from sim.core.log import ADMITTED, GAVE_UP, Tallies
from sim.plan.tables import Plan
from tests.support.engines import FASTEST
from tests.support.plans import Drafting

pytestmark = pytest.mark.statistical

FALSE_ALARM = 1 / 2000
WARM_UP = 100
DAYS = 700
REPLICATIONS = 40

Number = Callable[[Tallies], float]


def exponential(mean: float) -> Distribution:
    return distribution("exponential", mean=mean)


def level(name: str, service: int = 0, class_id: int | None = None) -> Number:
    """Return what takes the time average of a number of people after the warm-up."""

    def number(tallies: Tallies) -> float:
        days = np.asarray(tallies.level_mean[name])[WARM_UP:, service]
        return float(days.sum(axis=1).mean() if class_id is None else days[:, class_id].mean())

    return number


def share_turned_away(tallies: Tallies) -> float:
    lost = np.asarray(tallies.counts["turned_away"])[WARM_UP:, 0].sum()
    return float(lost / np.asarray(tallies.counts["arrivals"])[WARM_UP:, 0].sum())


def simulated(plan: Plan, number: Number, replications: int = REPLICATIONS) -> np.ndarray:
    return np.array([number(FASTEST(plan, 11, k).tallies) for k in range(replications)])


def agrees(values: np.ndarray, target: float) -> bool:
    """Return whether a t test at FALSE_ALARM accepts the target."""
    error = values.std(ddof=1) / math.sqrt(len(values))
    limit = stats.t.ppf(1 - FALSE_ALARM / 2, len(values) - 1)
    return bool(abs(values.mean() - target) <= limit * error)


def queue(
    rate: float, places: int, stay: Distribution, days: float = DAYS, **fields: object
) -> Plan:
    draft = Drafting(horizon=days)
    draft.place("queue", places, stay, to=LEFT, **fields)
    draft.stream(rate, to=0)
    return draft.plan()


@pytest.mark.parametrize(("stay", "right"), [(1.0, True), (1.1, False)])
def test_many_places_and_a_list(stay, right):
    exact = theory.mmc(3.2, 1.0, 4)
    plan = queue(3.2, 4, exponential(stay))
    assert agrees(simulated(plan, level("waiting")), exact.waiting) is right
    assert agrees(simulated(plan, level("living")), exact.present) is right


@pytest.mark.parametrize(
    "stay",
    [exponential(1.0), distribution("lognormal", mean=1.0, cv=2.0)],
    ids=["exp", "lognormal"],
)
@pytest.mark.parametrize("right", [True, False])
def test_a_loss_system_depends_on_the_mean_stay_only(stay, right):
    plan = queue(4.0, 4, stay, waiting_room=0, turned_away_to=LEFT)
    exact = queues.erlang_b(4.0 if right else 4.4, 4)
    assert agrees(simulated(plan, share_turned_away), exact) is right


@pytest.mark.parametrize("right", [True, False])
def test_people_who_give_up(right):
    plan = queue(5.0, 4, exponential(1.0), patience=exponential(0.5), gives_up_to=LEFT)
    exact = theory.erlang_a(5.0, 1.0, 0.5 if right else 1.0, 4)

    def reneged(tallies: Tallies) -> float:
        waits = np.array([row for row in tallies.waits if row[2] >= WARM_UP])
        ended = waits[np.isin(waits[:, 4], (ADMITTED, GAVE_UP))]
        return float((ended[:, 4] == GAVE_UP).mean())

    assert agrees(simulated(plan, reneged), exact.reneged_share) is right
    assert agrees(simulated(plan, level("waiting")), exact.waiting) is right


@pytest.mark.parametrize(
    ("stay", "variance"),
    [
        (distribution("gamma", mean=1.0, cv=0.5), 0.25),
        (distribution("fixed", value=1.0), 0.0),
        (distribution("weibull", mean=1.0, shape=2.0), 4.0 / math.pi - 1.0),
    ],
    ids=["gamma", "fixed", "weibull"],
)
@pytest.mark.parametrize("right", [True, False])
def test_one_place_and_any_stay(stay, variance, right):
    rate = 0.6
    wait = theory.pollaczek_khinchine_mean_wait(rate, 1.0, variance if right else variance + 0.5)
    plan = queue(rate, 1, stay, days=3000)
    assert agrees(simulated(plan, level("waiting")), rate * wait) is right


@pytest.mark.parametrize("right", [True, False])
def test_priorities(right):
    draft = Drafting(horizon=1500, classes=("first", "second"))
    draft.place("queue", 2, exponential(1.0), to=LEFT, priority=(0, 1))
    draft.stream(0.7, to=0, class_id=0)
    draft.stream(0.8, to=0, class_id=1)
    first, second = theory.priority_mean_waits((0.7, 0.8), 1.0, 2)
    if not right:
        first, second = (theory.erlang_c_mean_wait(1.5, 1.0, 2),) * 2  # nobody has priority
    plan = draft.plan()
    assert agrees(simulated(plan, level("waiting", 0, 0)), 0.7 * first) is right
    assert agrees(simulated(plan, level("waiting", 0, 1)), 0.8 * second) is right


@pytest.mark.parametrize("right", [True, False])
def test_two_services_and_blocking_between_them(right):
    exact = two_services_without_limit(TwoServices(1.0, (1.0, 1.0 if right else 0.85), (2, 2)))
    draft = Drafting(horizon=1500)
    draft.place("one", 2, exponential(1.0), to=1)
    draft.place("two", 2, exponential(1.0), to=LEFT)
    draft.stream(1.0, to=0)
    plan = draft.plan()
    assert agrees(simulated(plan, level("blocked")), exact.blocked) is right
    assert agrees(simulated(plan, level("waiting")), exact.waiting) is right


@pytest.mark.parametrize("right", [True, False])
def test_rates_and_places_that_change_with_time(right):
    times = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    rates = [2.0, 9.0, 5.0, 1.0, 6.0, 3.0]
    places = [3.0, 4.0, 8.0, 2.0, 5.0, 4.0]
    draft = Drafting(horizon=6)
    draft.place("queue", calendar(times, places), exponential(0.8), to=LEFT)
    draft.stream(calendar(times, rates), to=0)
    calendar_made = calendar(times, rates if right else [rate * 1.1 for rate in rates])
    exact = queue_in_time(calendar_made, 0.8, calendar(times, places), at=[3.0, 5.0])
    plan = draft.plan()
    for moment in exact:
        day = int(moment.time) - 1
        values = simulated(plan, lambda t, day=day: _everybody(t, day), replications=1000)
        assert agrees(values, moment.present + moment.waiting) is right


def _everybody(tallies: Tallies, day: int) -> float:
    people = np.asarray(tallies.level_end["living"])[day, 0, 0]
    return float(people + np.asarray(tallies.level_end["waiting"])[day, 0, 0])


def test_intervals_cover_the_truth_as_often_as_they_say():
    """40 intervals of 6 replications: 95 % coverage means at least 33 hits (1 in 1,000 below)."""
    from sim.analysis.statistics import estimate

    exact = theory.mmc(0.9, 1.0, 2).present
    plan = queue(0.9, 2, exponential(1.0), days=WARM_UP + 200)
    values = simulated(plan, level("living"), replications=240).reshape(40, 6)

    def hits(target: float) -> int:
        result = [estimate(row) for row in values]
        return sum(item.low <= target <= item.high for item in result)

    assert hits(exact) >= 33
    assert hits(exact * 1.1) < 33
