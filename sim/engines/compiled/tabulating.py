"""The pieces of gamma laws, all at once: made once per shape, not in each replication."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from sim.engines.compiled.building import entry
from sim.engines.compiled.luck import fill_piece
from sim.vocabulary.gamma_pieces import COEFFICIENTS, PIECES

TABLE = PIECES * COEFFICIENTS
"""How many numbers the pieces of one law are."""
SIGNATURE: Any = (numba.float64, numba.float64, numba.float64[::1])
"""Of ``fill_table``."""


@entry
def fill_table(shape: float, log_gamma: float, table: Any) -> None:
    """Write all pieces of the gamma law of a shape, whose scale is 1."""
    for piece in range(PIECES):
        fill_piece(shape, log_gamma, piece, table, piece * COEFFICIENTS)


@lru_cache(maxsize=256)
def table_of(shape: float, log_gamma: float) -> NDArray[np.float64]:
    """Return the pieces of a shape; plans of a sweep mostly share their shapes."""
    table = np.empty(TABLE)
    fill_table(shape, log_gamma, table)
    table.flags.writeable = False
    return table
