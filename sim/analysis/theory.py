"""Exact answers of queueing theory: closed forms, and Markov chains."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import expm_multiply, spsolve

from sim.core.calendars import Calendar, next_change
from sim.core.queues import erlang_b

# --- Closed-form answers of queueing theory the model is tested against.
#
# Rates are per day and times are days; a *load* (rate x mean stay) has no unit. Services here
# hold people one per place. Answers that need a Markov chain follow below.


@dataclass(frozen=True, slots=True)
class SteadyState:
    """Long-run means of one service.

    ``waiting`` and ``present`` are people (present: in a place), ``mean_wait`` [days] is of those
    who are not turned away and counts the wait of those who renege, ``throughput`` [per day] is
    completed stays, and the shares are of all arrivals.
    """

    waiting: float
    present: float
    mean_wait: float
    wait_share: float
    turned_away_share: float
    reneged_share: float
    throughput: float


def _positive(**given: float) -> None:
    for name, value in given.items():
        if not 0.0 < value < math.inf:
            raise ValueError(f"{name} must be above 0, not {value:g}")


def _stable(load: float, places: int) -> None:
    if load >= places:
        raise ValueError(f"a load of {load:g} on {places} places has no steady state")


def erlang_c(load: float, places: int) -> float:
    """Return the share of arrivals that wait, with an unlimited list; needs ``load < places``.

    Source: Gross et al., section 2.3, written with Erlang's loss formula.
    """
    _positive(load=load)
    _stable(load, places)
    lost = erlang_b(load, places)
    return places * lost / (places - load * (1.0 - lost))


def erlang_c_mean_wait(arrival_rate: float, mean_stay: float, places: int) -> float:
    """Return the mean wait [days] in a queue with exponential gaps and stays and equal places.

    Needs ``arrival_rate * mean_stay < places``; otherwise no steady state exists.
    Source: Gross et al., Fundamentals of Queueing Theory, 4th ed., section 2.3.
    """
    _positive(arrival_rate=arrival_rate, mean_stay=mean_stay)
    load = arrival_rate * mean_stay
    return erlang_c(load, places) * mean_stay / (places - load)


def mmc(arrival_rate: float, mean_stay: float, places: int) -> SteadyState:
    """Return the long-run means of M/M/c with an unlimited list (Gross et al., section 2.3)."""
    load = arrival_rate * mean_stay
    wait = erlang_c_mean_wait(arrival_rate, mean_stay, places)
    share = erlang_c(load, places)
    return SteadyState(arrival_rate * wait, load, wait, share, 0.0, 0.0, arrival_rate)


def birth_death(births: Sequence[float], deaths: Sequence[float]) -> np.ndarray:
    """Return the long-run shares of time in states 0..n of a birth-death chain.

    ``births[i]`` leads from i to i + 1 and ``deaths[i]`` from i + 1 to i [per day], n of each.
    Source: Gross et al., section 2.1 (detailed balance), by logarithms against overflow.
    """
    steps = np.log(np.asarray(births, float)) - np.log(np.asarray(deaths, float))
    logs = np.concatenate(([0.0], np.cumsum(steps)))
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def _from_states(
    shares: np.ndarray, arrival_rate: float, mean_stay: float, places: int, patience: float
) -> SteadyState:
    """Return the means of a service whose last state turns arrivals away."""
    people = np.arange(len(shares))
    waiting = float(shares @ np.maximum(people - places, 0))
    present = float(shares @ np.minimum(people, places))
    turned_away = float(shares[-1])
    entered = arrival_rate * (1.0 - turned_away)
    return SteadyState(
        waiting=waiting,
        present=present,
        mean_wait=waiting / entered,
        wait_share=float(shares[places:-1].sum()),
        turned_away_share=turned_away,
        reneged_share=waiting / patience / arrival_rate,
        throughput=present / mean_stay,
    )


def mmck(arrival_rate: float, mean_stay: float, places: int, waiting_room: int) -> SteadyState:
    """Return the long-run means of M/M/c with at most ``waiting_room`` people on the list.

    Source: Gross et al., chapter 2 (there K = places + waiting_room).
    """
    _positive(arrival_rate=arrival_rate, mean_stay=mean_stay, places=places)
    most = places + waiting_room
    deaths = [min(n, places) / mean_stay for n in range(1, most + 1)]
    shares = birth_death([arrival_rate] * most, deaths)
    return _from_states(shares, arrival_rate, mean_stay, places, math.inf)


def erlang_a(
    arrival_rate: float, mean_stay: float, mean_patience: float, places: int
) -> SteadyState:
    """Return the long-run means of M/M/c+M, where people renege after an exponential patience.

    The list is cut where fewer than one arrival in 1e12 would meet it.
    Source: Garnett, Mandelbaum and Reiman, Manufacturing & Service Operations Management 4 (2002).
    """
    _positive(arrival_rate=arrival_rate, mean_stay=mean_stay, mean_patience=mean_patience)
    listed = 64
    while True:
        most = places + listed
        deaths = [
            min(n, places) / mean_stay + max(n - places, 0) / mean_patience
            for n in range(1, most + 1)
        ]
        shares = birth_death([arrival_rate] * most, deaths)
        if shares[-1] < 1e-12:
            return _from_states(shares, arrival_rate, mean_stay, places, mean_patience)
        listed *= 2


def pollaczek_khinchine_mean_wait(
    arrival_rate: float, mean_stay: float, stay_variance: float
) -> float:
    """Return the mean wait [days] for one place with any stay; variance in days squared.

    Needs ``arrival_rate * mean_stay < 1``. Source: Gross et al., section 5.1.
    """
    _positive(arrival_rate=arrival_rate, mean_stay=mean_stay)
    load = arrival_rate * mean_stay
    _stable(load, 1)
    return arrival_rate * (stay_variance + mean_stay**2) / (2.0 * (1.0 - load))


def priority_mean_waits(
    arrival_rates: Sequence[float], mean_stay: float, places: int
) -> tuple[float, ...]:
    """Return the mean wait [days] of each priority, first to last, when nobody is interrupted.

    Stays are exponential and alike for all; needs a total load below ``places``.
    Source: Cobham, Operations Research 2 (1954) 70-76.
    """
    _positive(mean_stay=mean_stay)
    load = sum(arrival_rates) * mean_stay
    residual = erlang_c(load, places) * mean_stay / places
    waits = []
    before = 1.0  # share of the places' time left by the priorities before
    reached = 0.0
    for rate in arrival_rates:
        reached += rate
        left = 1.0 - reached * mean_stay / places
        waits.append(residual / (before * left))
        before = left
    return tuple(waits)


def infinite_places_mean(
    times: Sequence[float], rates: Sequence[float], mean_stay: float, at: float
) -> float:
    """Return the mean people present at ``at`` of M(t)/M/infinity that starts empty.

    ``rates[i]`` [per day] holds from ``times[i]`` on.
    Source: Eick, Massey and Whitt, Operations Research 41 (1993) 731-742.
    """
    _positive(mean_stay=mean_stay)
    ends = [*times[1:], math.inf]
    present = 0.0
    for begin, end, rate in zip(times, ends, rates, strict=True):
        if begin < at:
            last = min(end, at)
            stayed = math.exp(-(at - last) / mean_stay) - math.exp(-(at - begin) / mean_stay)
            present += rate * mean_stay * stayed
    return present


# --- Exact answers that need a Markov chain: two services with blocking, and queues in time.
#
# Rates are per day and times are days. States are laid out as rows (first coordinate) and
# columns.

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
