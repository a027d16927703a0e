"""How a few numbers of the whole pathway go, day by day, in one replication."""

from __future__ import annotations

import numpy as np

from sim.analysis.windows import Array
from sim.event_log import Tallies

COURSES = ("street", "occupied", "blocked", "waiting")
"""People without a place at night; places occupied and blocked, all services; people on lists."""


def courses(tallies: Tallies) -> Array:
    """Return COURSES day by day (L, D), classes added up (tallies as arrays)."""
    living = tallies.level_mean["living"].sum(axis=2)
    street = tallies.counts["street_nights"].sum(axis=2)[:, -1]
    blocked = tallies.level_mean["blocked"].sum(axis=(1, 2))
    listed = tallies.level_mean["waiting"] + tallies.level_mean["waiting_hosted"]
    return np.stack([street, living[:, :-1].sum(axis=1), blocked, listed[:, :-1].sum(axis=(1, 2))])
