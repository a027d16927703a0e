"""Who is blocked by what, traced to the root.

Somebody ready to leave a shelter waits for a home: the shelter place is blocked *by* the homes. If
the homes are themselves held by people who are blocked, that share of the homes' places is not the
root but a link, and what blocks them is to be named instead. With

- ``B[s, x]`` place-days blocked in service s by people who wait for service x,
- ``phi[x]`` the share of x's lived place-days that is blocked,
- ``P[x, y] = phi[x] * B[x, y] / sum_y B[x, y]``,

each blocked place-day stops at x with weight ``1 - phi[x]`` and is passed on to y with weight
``P[x, y]``: absorbed at the end like a Markov chain, ``R = B (I - P)^-1 diag(1 - phi)``. Rows of R
add up to rows of B: nothing is lost or invented. (Absorbing chains: Kemeny and Snell, Finite
Markov Chains, 1960, chapter 3.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.analysis.windows import Array, Window, blocked_between, cached, sums
from sim.core.log import Outline, Tallies

MOST_PASSED_ON = 1.0 - 1e-9
"""Share passed on by a service that is blocked altogether.

A locked loop would pass its days round for ever. Stopping one in a billion at each step makes the
days end in the loop itself, in proportion to how often they come by: its services are their own
root.
"""


@dataclass(frozen=True, slots=True)
class Blocking:
    """Blocking in one period: ``blocked_by`` and ``rooted_in`` (S, S) place-days; rows are where.

    ``wanted`` and ``wanted_root`` (S + 1,): street nights for want of each service, before and
    after tracing; the last entry (no request open) is never traced. ``passed_on`` (S,): phi.
    """

    blocked_by: Array
    rooted_in: Array
    wanted: Array
    wanted_root: Array
    passed_on: Array


@cached
def blocking(tallies: Tallies, window: Window) -> Blocking:
    """Return who is blocked by what in these days (tallies as arrays)."""
    days = slice(window.first, window.last)
    blocked_by = blocked_between(tallies, window.first, window.last)
    lived = sums(tallies, "level_mean", window.first, window.last)["living"][:-1].sum(axis=1)
    wanted = tallies.street_wants[days].sum(axis=0)
    root = root_weights(blocked_by, lived)
    return Blocking(
        blocked_by=blocked_by,
        rooted_in=blocked_by @ root,
        wanted=wanted,
        wanted_root=np.append(wanted[:-1] @ root, wanted[-1]),
        passed_on=_passed_on(blocked_by, lived),
    )


def root_weights(blocked_by: Array, lived: Array) -> Array:
    """Return W (S, S): of what is wanted from service x, the share whose root is y; rows sum to 1.

    ``blocked_by`` (S, S) and ``lived`` (S,) are place-days of the same period.
    """
    phi = np.minimum(_passed_on(blocked_by, lived), MOST_PASSED_ON)
    rows = blocked_by.sum(axis=1, keepdims=True)
    shares = np.divide(blocked_by, rows, out=np.zeros_like(blocked_by), where=rows > 0)
    passing = np.eye(len(phi)) - phi[:, None] * shares
    weights = np.linalg.solve(passing, np.diag(1.0 - phi))
    # The solution of a locked loop is exact to about seven digits: hand back rows that sum to one.
    positive = np.clip(weights, 0.0, None)
    whole: Array = positive / positive.sum(axis=1, keepdims=True)
    return whole


def _passed_on(blocked_by: Array, lived: Array) -> Array:
    blocked = blocked_by.sum(axis=1)
    share = np.divide(blocked, lived, out=np.zeros_like(blocked), where=lived > 0)
    within: Array = np.clip(share, 0.0, 1.0)
    return within


@dataclass(frozen=True, slots=True)
class Cause:
    """The main bottleneck: ``want`` is the root; ``where`` the service it blocks most.

    ``blocked`` of the ``occupied`` places there (means) are held by people who are ready to leave;
    ``share`` of all blocked place-days of the pathway have this root; ``street_share`` of the
    street nights are for want of it (0 to 1).
    """

    want: int
    where: int
    blocked: float
    occupied: float
    share: float
    street_share: float


def main_cause(blocked: Blocking, lived: Array, days: int) -> Cause | None:
    """Return the root behind most blocked place-days, or None where nobody is ever blocked.

    ``lived`` (S,): place-days lived in each service in the same ``days``.
    """
    by_root = blocked.rooted_in.sum(axis=0)
    if by_root.sum() <= 0:
        return None
    want = int(by_root.argmax())
    where = int(blocked.rooted_in[:, want].argmax())
    nights = blocked.wanted_root.sum()
    return Cause(
        want=want,
        where=where,
        blocked=float(blocked.blocked_by[where].sum() / days),
        occupied=float(lived[where] / days),
        share=float(by_root[want] / by_root.sum()),
        street_share=float(blocked.wanted_root[want] / nights) if nights > 0 else 0.0,
    )


def service_name(outline: Outline, number: int, lang: str = "en") -> str:
    """Return what readers of this language call the service."""
    service = outline.services[number]
    return (service.name_fr if lang == "fr" else service.name_en) or service.name
