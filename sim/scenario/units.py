"""Written numbers with their units, taken apart and put together again."""

from __future__ import annotations

import re

from sim.scenario.source import normal
from sim.vocabulary.errors import Refused, quoted
from sim.vocabulary.quantities import (
    TOO_LARGE,
    UNITS,
    clear,
    in_english,
    read,
    refuse_ambiguous,
    spaced,
    split_number,
)

DIGITS = 6
"""Significant digits of a sampled value: enough to tell points apart, the same on any machine."""


def parted(written: object) -> tuple[float, str]:
    """Return number and unit of a written value: (9.0, "months"); ``Refused`` if it has none."""
    if isinstance(written, bool) or not isinstance(written, int | float | str):
        raise Refused("a number with its unit was expected here")
    text = in_english(spaced(normal(str(written))))
    split = split_number(text)
    if split is None or re.match(r"[-:/0-9]", split[1]):
        raise Refused(f"a number with its unit was expected here, not {quoted(written)}")
    number = float(split[0])
    if not abs(number) <= TOO_LARGE:
        raise Refused(f"{quoted(split[0], marks=False)} is too large a number")
    return number, split[1]


def as_typed(written: object, is_factor: bool) -> tuple[float, str]:
    """Return number and unit of what stands in a sweep file; ``Refused`` if it may mean another."""
    if isinstance(written, str) and not is_factor:
        refuse_ambiguous(written)
    number, unit = parted(written)
    if is_factor:
        read("factor", written)
    return number, unit


def is_number(written: object) -> bool:
    """Say whether a written value is one number with a unit or without."""
    try:
        parted(written)
    except Refused:
        return False
    return True


def joined(number: float, unit: str) -> float | int | str:
    """Return a number with its unit as people write it."""
    if unit:
        return f"{clear(number) if abs(number) >= 1e-4 or not number else repr(number)} {unit}"
    return int(number) if number == int(number) else number


def in_unit(number: float, unit: str, wanted: str) -> float:
    """Return a number of one unit in another of the same dimension; ``Refused`` if there is none.

    ``1 month`` and ``2 months`` have the same unit.
    """
    if unit.rstrip("s") == wanted.rstrip("s") or not number:
        return number
    one, other = _days(unit), _days(wanted)
    if one is None or other is None or one[0] != other[0]:
        both = " and ".join(f"'{each}'" if each else "no unit" for each in (unit, wanted))
        raise Refused(f"{both} are different units: write both values in one")
    per = other[1] / one[1] if "per" in one[0] else one[1] / other[1]
    return float(f"{number * per:.12g}")


def _days(unit: str) -> tuple[str, float] | None:
    """Return (form, days) of a unit of time or of a rate: ("% per", 365.0)."""
    form, _, time = unit.rpartition(" ")
    return (form, UNITS[time]) if time in UNITS else None


def rounded(number: float) -> float:
    """Return a number with ``DIGITS`` significant digits."""
    return float(f"{number:.{DIGITS}g}")
