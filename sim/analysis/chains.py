"""Exact answers that need a Markov chain: two services with blocking, and queues in time.

Rates are per day and times are days. States are laid out as rows (first coordinate) and columns.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import expm_multiply, spsolve

from sim.analysis.theory import birth_death
from sim.vocabulary.calendars import Calendar, next_change

State = tuple[int, int]
Moves = Callable[[State], Iterator[tuple[State, float]]]


def generator(shape: State, moves: Moves) -> sparse.csr_array:
    """Return the generator [per day] of a chain on all states of ``shape``.

    ``moves(state)`` yields (next state, rate); a chain that leaves ``shape`` is an IndexError.
    """
    count = shape[0] * shape[1]
    rows, columns, rates = [], [], []
    for state in np.ndindex(shape):
        origin = state[0] * shape[1] + state[1]
        for (row, column), rate in moves((state[0], state[1])):
            if not (0 <= row < shape[0] and 0 <= column < shape[1]):
                raise IndexError(f"from {state} the chain leaves its states for {(row, column)}")
            rows += [origin, origin]
            columns += [row * shape[1] + column, origin]
            rates += [rate, -rate]
    return sparse.csr_array(
        sparse.coo_array((rates, (rows, columns)), shape=(count, count), dtype=float)
    )


def long_run(chain: sparse.csr_array) -> np.ndarray:
    """Return the long-run share of time in each state of a chain with one recurrent class."""
    balance = sparse.lil_array(chain.T)
    balance[0, :] = 1.0  # one balance equation follows from the others
    total = np.zeros(chain.shape[0])
    total[0] = 1.0
    return np.asarray(spsolve(sparse.csc_array(balance), total))


# ------------------------------------------------------------------ two services with blocking


@dataclass(frozen=True, slots=True)
class TwoServices:
    """A first service with a list, then a second one with places only.

    People whose stay in the first ends while the second is full stay in their place, blocked.
    """

    arrival_rate: float
    mean_stays: tuple[float, float]
    places: tuple[int, int]


@dataclass(frozen=True, slots=True)
class TwoServicesMeans:
    """Long-run means: people on the list, in a stay, blocked, and in the second service.

    ``throughput`` [per day] leaves the second service; the share is of all arrivals.
    """

    waiting: float
    first_in_stay: float
    blocked: float
    second: float
    throughput: float
    turned_away_share: float


def two_services_limit(mean_stays: tuple[float, float], places: tuple[int, int]) -> float:
    """Return the largest throughput [per day]: that of a first service whose list is never empty.

    The people past their first stay then form a birth-death chain.
    Source: Avi-Itzhak and Yadin, Management Science 11 (1965), extended to several places.
    """
    most = places[0] + places[1]
    births = [min(places[0], most - m) / mean_stays[0] for m in range(most)]
    deaths = [min(m, places[1]) / mean_stays[1] for m in range(1, most + 1)]
    return float(birth_death(births, deaths)[1:] @ np.array(deaths))


def _two_services_moves(case: TwoServices, most: int) -> Moves:
    """Return the moves of (people before the end of their first stay, people past it)."""

    def moves(state: State) -> Iterator[tuple[State, float]]:
        before, past = state
        blocked = max(past - case.places[1], 0)
        in_stay = min(before, case.places[0] - blocked)
        if before + blocked < most:
            yield (before + 1, past), case.arrival_rate
        if in_stay > 0:
            yield (before - 1, past + 1), in_stay / case.mean_stays[0]
        if past > 0:
            yield (before, past - 1), min(past, case.places[1]) / case.mean_stays[1]

    return moves


def two_services(case: TwoServices, waiting_room: int) -> TwoServicesMeans:
    """Return the exact long-run means with at most ``waiting_room`` people on the first list.

    Blocking after service, first come first served, exponential gaps and stays.
    Source: Perros, Queueing Networks with Blocking (1994), numerical solution.
    """
    most = case.places[0] + waiting_room
    shape = (most + 1, sum(case.places) + 1)
    shares = long_run(generator(shape, _two_services_moves(case, most))).reshape(shape)
    before, past = np.indices(shape)
    blocked = np.maximum(past - case.places[1], 0)
    in_stay = np.minimum(before, case.places[0] - blocked)
    second = float(np.sum(shares * np.minimum(past, case.places[1])))
    return TwoServicesMeans(
        waiting=float(np.sum(shares * (before - in_stay))),
        first_in_stay=float(np.sum(shares * in_stay)),
        blocked=float(np.sum(shares * blocked)),
        second=second,
        throughput=second / case.mean_stays[1],
        turned_away_share=float(np.sum(shares[before + blocked >= most])),
    )


def two_services_without_limit(case: TwoServices) -> TwoServicesMeans:
    """Return the exact long-run means with an unlimited first list.

    The list is cut where fewer than one arrival in 1e10 would meet it. Needs an arrival rate
    below ``two_services_limit``.
    """
    limit = two_services_limit(case.mean_stays, case.places)
    if case.arrival_rate >= limit:
        raise ValueError(f"{case.arrival_rate:g} arrivals a day have no steady state: {limit:g} go")
    waiting_room = 64
    while True:
        means = two_services(case, waiting_room)
        if means.turned_away_share < 1e-10:
            return means
        waiting_room *= 2


# ------------------------------------------------------------------ one service in time


@dataclass(frozen=True, slots=True)
class Moment:
    """Means at one time: people in a place, on the list, and the chance that somebody waits."""

    time: float
    present: float
    waiting: float
    wait_chance: float


def _queue_moves(arrival_rate: float, mean_stay: float, places: int, shape: State) -> Moves:
    """Return the moves of (people present, people on the list) while nothing else changes."""

    def moves(state: State) -> Iterator[tuple[State, float]]:
        present, waiting = state
        if present < places and waiting == 0:
            yield (present + 1, 0), arrival_rate
        elif waiting + 1 < shape[1]:
            yield (present, waiting + 1), arrival_rate
        if present > 0:
            admitted = 1 if waiting > 0 and present <= places else 0
            yield (present - 1 + admitted, waiting - admitted), present / mean_stay

    return moves


def _admit(shares: np.ndarray, places: int) -> np.ndarray:
    """Return the shares of states after people on the list took the places that are open now."""
    admitted = np.zeros_like(shares)
    for present, waiting in np.ndindex(shares.shape):
        moved = min(waiting, max(places - present, 0))
        admitted[present + moved, waiting - moved] += shares[present, waiting]
    return admitted


def queue_in_time(
    arrival_rate: Calendar,
    mean_stay: float,
    places: Calendar,
    at: Sequence[float],
    start: State = (0, 0),
    longest_list: int = 60,
) -> tuple[Moment, ...]:
    """Return the exact means of M(t)/M/c(t) at growing times, from (present, waiting) at time 0.

    When capacity falls nobody leaves, and nobody enters until there is room. Rates and capacities
    are constant in between, so each stretch is one matrix exponential. A list that meets
    ``longest_list`` with a chance above 1e-9 is a ValueError.
    """
    highest = max(start[0], *(math.floor(value) for value in places.values))
    shape = (highest + 1, longest_list + 1)
    shares = np.zeros(shape)
    shares[start] = 1.0
    now = 0.0
    moments = []
    for time in at:
        while now < time:
            open_places = int(places.at(now))
            following = min(next_change(arrival_rate, now), next_change(places, now), time)
            moves = _queue_moves(arrival_rate.at(now), mean_stay, open_places, shape)
            step = generator(shape, moves).T * (following - now)
            shares = expm_multiply(step, _admit(shares, open_places).ravel()).reshape(shape)
            now = following
        shares = _admit(shares, int(places.at(now)))
        if shares[:, -1].sum() > 1e-9:
            raise ValueError(f"the list passes {longest_list} at time {now:g}: allow a longer one")
        present, waiting = np.indices(shape)
        mean_present = float(np.sum(shares * present))
        mean_waiting = float(np.sum(shares * waiting))
        moments.append(Moment(now, mean_present, mean_waiting, float(shares[:, 1:].sum())))
    return tuple(moments)
