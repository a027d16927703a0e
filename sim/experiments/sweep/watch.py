"""What a sweep tells whoever watches it: what it is about to do, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a sweep is about to do; ``seconds`` is nan where nothing is left, or not known."""

    points: int
    different: int
    stored: int
    mine: int
    refused: int
    replications: int
    lanes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """Points done (those found stored too), failed and left, of this shard."""

    done: int
    failed: int
    left: int


@dataclass(frozen=True, slots=True)
class Watch:
    """What to call while a sweep goes on.

    ``patience``: seconds for which the replication is waited for that tells how long all may take.
    """

    preparing: Callable[[int, int], None] | None = None
    before: Callable[[Forecast], None] | None = None
    progress: Callable[[Progress], None] | None = None
    patience: float | None = None
