"""Keyed uniform draws (Philox), and the 64-bit keys of names and of people."""

from __future__ import annotations

import hashlib
from operator import index

# --- 64-bit keys of names and of people: what a draw belongs to, the same on every machine.

_MASK = 2**64 - 1
_GOLDEN = 0x9E3779B97F4A7C15


def key_of(name: str) -> int:
    """Return the 64-bit key of a name: the same in every process, version and machine."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def person_key(source_key: int, rank: int) -> int:
    """Return the key of the person who is number ``rank`` of the arrival source ``source_key``.

    The SplitMix64 finaliser of ``source_key + golden * rank`` (modulo 2**64): a bijection, so two
    persons of one source never share a key, and a person keeps it when another source is added.
    Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA (2014).
    """
    mixed = (source_key + _GOLDEN * rank) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return mixed ^ (mixed >> 31)


# --- Keyed uniform draws: the same five words always give the same number, in any order.
#
# The five words of a draw (seed, replication, person, purpose, count) go one to one into the two
# key words and the first three counter words of Philox4x64-10; the fourth counter word is zero.
# Nothing is folded together first, so the quality of the draws is that of the published
# generator, and numpy's own Philox is an independent oracle.
#
# Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11
# (2011).

# Why this generator. Smallest cost of one draw, two-core Xeon, Python 3.11. Compiled, most of it is
# the upper half of a 64 x 64 bit product: one machine instruction where the compiler is given
# 128-bit numbers, a dozen where it has to be put together from 32-bit halves.
#
#                   plain Python [us]   numba, 32-bit halves [ns]   numba, 128 bit [ns]   words
#   squares64                     1.0                         2.7                   2.7       2
#   Philox2x64-10                 2.1                        27.1                   6.2       3
#   Philox4x64-10                 2.8                        47.5                  13.6       6
#
# A draw here has five words. Only Philox4x64 takes them one to one; the others need them folded by
# hand, which is where home-made keyings break (tests/core/test_draws.py holds one that does).


_WORD = 2**64
_WORD_MASK = _WORD - 1
_MULTIPLIER_0 = 0xD2E7470EE14C6C93
_MULTIPLIER_1 = 0xCA5A826395121157
_KEY_STEP_0 = 0x9E3779B97F4A7C15
_KEY_STEP_1 = 0xBB67AE8584CAA73B
_ROUNDS = 10
_UNIFORM_STEP = 2.0**-53


def _word(name: str, value: int) -> int:
    """Return ``value`` as a plain int, or refuse what is not a 64-bit word."""
    whole = index(value)
    if not 0 <= whole < _WORD:
        raise ValueError(f"{name} must be a whole number from 0 to 2**64 - 1, not {whole}")
    return whole


class Keyed:
    """The draws of one replication: a pure function of person, purpose and count."""

    __slots__ = ("_round_keys",)

    def __init__(self, seed: int, replication: int) -> None:
        """Prepare the ten round keys; both words must lie in 0..2**64 - 1, else ValueError."""
        key_0 = _word("seed", seed)
        key_1 = _word("replication", replication)
        self._round_keys = tuple(
            ((key_0 + turn * _KEY_STEP_0) & _WORD_MASK, (key_1 + turn * _KEY_STEP_1) & _WORD_MASK)
            for turn in range(_ROUNDS)
        )

    def word(self, person_key: int, purpose_key: int, count: int) -> int:
        """Return the first output word of Philox4x64-10; the arguments must be 64-bit words.

        They are not checked: this is the innermost call of the reference engine.
        """
        word_0, word_1, word_2, word_3 = person_key, purpose_key, count, 0
        for key_0, key_1 in self._round_keys:
            product_0 = _MULTIPLIER_0 * word_0
            product_1 = _MULTIPLIER_1 * word_2
            word_0 = (product_1 >> 64) ^ word_1 ^ key_0
            word_1 = product_1 & _WORD_MASK
            word_2 = (product_0 >> 64) ^ word_3 ^ key_1
            word_3 = product_0 & _WORD_MASK
        return word_0

    def uniform(self, person_key: int, purpose_key: int, count: int) -> float:
        """Return a draw in [0, 1): the top 53 bits of the output word."""
        return (self.word(person_key, purpose_key, count) >> 11) * _UNIFORM_STEP
