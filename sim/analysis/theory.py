"""Closed-form answers of queueing theory the model is tested against.

Rates are per day and times are days; a *load* (rate x mean stay) has no unit. Services here hold
people one per place. Answers that need a Markov chain are in ``chains``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.vocabulary.queues import erlang_b as erlang_b


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
