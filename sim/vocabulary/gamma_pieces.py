"""The gamma quantile in polynomial pieces: what a draw costs once its law has been tabulated.

Inverting the gamma distribution takes some fifty times as long as any other family. So a law is
cut into pieces, each a polynomial through exact quantiles: first into octaves of the smaller of
``u`` and ``1 - u`` (1/4 to 1/2, 1/8 to 1/4, ...), because the quantile bends in proportion to its
distance from either end, then into equal parts of each octave. The relative distance to
``gamma_quantile`` is below 1e-12 (measured: 4e-13 at the shapes 0.1 and 10,000, 2e-14 between 0.2
and 100). Where pieces would not reach that, the exact function answers: in the last octaves, which
one draw in 4,000 meets, and for shapes below ``SMALLEST_SHAPE``, whose powers bend too much.

Same rules of arithmetic as ``quantiles``: these functions are compiled too. Powers of two make
places and nodes exact, so that a node is itself a draw. Source: Trefethen, Approximation Theory and
Approximation Practice, chapters 2 to 8 (interpolation at Chebyshev points).
"""

import math
from collections.abc import Callable, MutableSequence, Sequence
from functools import lru_cache
from typing import Any

from sim.vocabulary.quantiles import Family, gamma_quantile, quantile

SMALLEST_SHAPE = 0.1
"""Of a law in pieces; a shape of 0.1 is a cv (sd / mean) of 3.2."""
COEFFICIENTS = 8
"""Of a piece, lowest power first: one cache line."""
_OCTAVES = 12
_PARTS = 16
_PIECES_OF_A_HALF = _OCTAVES * _PARTS
PIECES = 2 * _PIECES_OF_A_HALF
"""Of a law: those of the lower half from its middle outwards, then those of the upper half."""
NOWHERE = -1
"""The piece of a draw too close to 0, 1/2 or 1."""

# The Chebyshev points cos((2 i + 1) pi / 16) in 256ths, far from each other in turn (Leja's order),
# which keeps the divided differences small.
_NODES = (
    *(251.0 / 256.0, -251.0 / 256.0, 50.0 / 256.0, -142.0 / 256.0),
    *(213.0 / 256.0, -213.0 / 256.0, 142.0 / 256.0, -50.0 / 256.0),
)


def piece_of(u: float) -> tuple[int, float]:
    """Return the piece of a draw (or ``NOWHERE``) and its place there, from -1 to 1, exactly."""
    tail = u if u < 0.5 else 1.0 - u
    mantissa, exponent = math.frexp(tail)
    octave = -exponent - 1
    if octave < 0 or octave >= _OCTAVES:
        return NOWHERE, 0.0
    along = (mantissa - 0.5) * (2.0 * _PARTS)
    part = int(along)
    piece = octave * _PARTS + part
    if u >= 0.5:
        piece += _PIECES_OF_A_HALF
    return piece, 2.0 * (along - part) - 1.0


def draw_at(piece: int, place: float) -> float:
    """Return the draw at a place from -1 to 1 of a piece: ``piece_of`` the other way round."""
    is_upper = piece >= _PIECES_OF_A_HALF
    number = piece - _PIECES_OF_A_HALF if is_upper else piece
    octave = number // _PARTS
    part = number - octave * _PARTS
    tail = (1.0 + (part + 0.5 + 0.5 * place) / _PARTS) / (4 << octave)
    return 1.0 - tail if is_upper else tail


def fill_piece(
    shape: float, log_gamma: float, piece: int, into: MutableSequence[float], at: int
) -> None:
    """Write the coefficients of a piece of the standard gamma law (scale 1) into a row from ``at``.

    The polynomial through the exact quantiles at the nodes, by divided differences (Newton).
    """
    for i in range(COEFFICIENTS):
        into[at + i] = gamma_quantile(shape, 1.0, log_gamma, draw_at(piece, _NODES[i]))
    last = COEFFICIENTS - 1
    for order in range(1, COEFFICIENTS):
        for i in range(last, order - 1, -1):
            rise = into[at + i] - into[at + i - 1]
            into[at + i] = rise / (_NODES[i] - _NODES[i - order])
    for i in range(last - 1, -1, -1):  # from products of (z - node) to powers of z
        for j in range(i, last):
            into[at + j] -= _NODES[i] * into[at + j + 1]


def value_in_piece(row: Sequence[float], at: int, place: float) -> float:
    """Return the polynomial whose coefficients stand in a row from ``at``, at a place.

    By Estrin's rule, in pairs: half as long as Horner's, because few steps wait for each other.
    """
    square = place * place
    low = (row[at] + row[at + 1] * place) + (row[at + 2] + row[at + 3] * place) * square
    high = (row[at + 4] + row[at + 5] * place) + (row[at + 6] + row[at + 7] * place) * square
    return low + high * (square * square)


PIECE_FUNCTIONS: tuple[Callable[..., Any], ...] = (piece_of, draw_at, fill_piece, value_in_piece)
"""Every function above, for the compiled engine to register behind those of ``quantiles``."""


def is_in_pieces(family: int, shape: float) -> bool:
    """Return whether draws from a law are taken from its pieces."""
    return family == Family.GAMMA and shape >= SMALLEST_SHAPE


@lru_cache(maxsize=2**14)
def _piece(shape: float, log_gamma: float, piece: int) -> Sequence[float]:
    """Return the coefficients of a piece, made when first met: few are in a short run."""
    row = [0.0] * COEFFICIENTS
    fill_piece(shape, log_gamma, piece, row, 0)
    return row


def drawn(family: int, a: float, b: float, c: float, values: Sequence[float], u: float) -> float:
    """Return the value of a draw ``u`` like ``quantile``, that of a gamma law from its pieces."""
    if is_in_pieces(family, a):
        piece, place = piece_of(u)
        if piece != NOWHERE:
            return b * value_in_piece(_piece(a, c, piece), 0, place)
    return quantile(family, a, b, c, values, u)
