"""64-bit keys of names and of people: what a draw belongs to, the same on every machine."""

from __future__ import annotations

import hashlib

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
