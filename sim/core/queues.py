"""Formulas of queueing theory for places without a waiting list, or with a limited one.

Rates are per day, times are days, a *load* (rate x mean stay) has no unit.
"""

from __future__ import annotations

from math import inf

MOST_PLACES = 10_000
"""Above so many places chance moves what is turned away by less than 1 %, and is left out."""
LARGE = 1e200
"""Weights of states are brought back to 1 above it."""


def erlang_b(load: float, places: int) -> float:
    """Return the share of arrivals turned away by ``places`` places without a waiting room.

    It holds for stays of any law. Raises ValueError unless the load is above 0 and finite.
    Source: Erlang's loss formula by its recursion; Gross et al., Fundamentals of Queueing Theory,
    4th ed., chapter 2.
    """
    if not 0.0 < load < inf:
        raise ValueError(f"load must be above 0, not {load:g}")
    lost = 1.0
    for place in range(1, places + 1):
        lost = load * lost / (place + load * lost)
    return lost


def limited_list(
    rate: float, stay: float, places: float, seats: int, leaving: float = 0.0
) -> tuple[float, float]:
    """Return the share of arrivals turned away, and the mean number of people on the list.

    Arrivals are Poisson; at most ``seats`` people are listed, each of whom gives up at the rate
    ``leaving``. With no seats stays may have any law, with seats they count as exponential. A
    fraction of a place is taken as a share of the time with one place more.
    Source: M/M/c/K, with giving up M/M/c/K+M; Gross et al., chapter 2 (K = places + seats).
    """
    if rate <= 0.0 or stay <= 0.0:
        return 0.0, 0.0
    load = rate * stay
    if places > MOST_PLACES:
        over = max(0.0, 1.0 - places / load)
        return over, seats if over else 0.0
    whole = int(places)
    fewer = _limited(rate, stay, whole, seats, leaving)
    if places == whole:
        return fewer
    more, part = _limited(rate, stay, whole + 1, seats, leaving), places - whole
    return (
        fewer[0] + part * (more[0] - fewer[0]),
        fewer[1] + part * (more[1] - fewer[1]),
    )


def _limited(
    rate: float, stay: float, places: int, seats: int, leaving: float
) -> tuple[float, float]:
    if places == 0 and leaving == 0.0:
        return 1.0, float(seats)
    full = erlang_b(rate * stay, places)
    total, listed = 1.0, 0.0  # weights of the states with free places or an empty list
    for seat in range(1, seats + 1):
        full *= rate / (places / stay + seat * leaving)
        total += full
        listed += seat * full
        if total > LARGE:
            full, total, listed = full / total, 1.0, listed / total
    return full / total, listed / total
