"""Written numbers with their units, taken apart and put together again."""

from __future__ import annotations

import re

from sim.vocabulary.errors import Refused
from sim.vocabulary.quantities import UNITS, plain, refuse_comma

_PARTS = re.compile(r"([-+]?\d[\d ]*(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*(\D.*)?$")
DIGITS = 6
"""Significant digits of a sampled value: enough to tell points apart, the same on any machine."""


def parted(written: object) -> tuple[float, str]:
    """Return number and unit of a written value: (9.0, "months"); ``Refused`` if it has none."""
    if isinstance(written, bool) or not isinstance(written, int | float | str):
        raise Refused("a number with its unit was expected here")
    refuse_comma(str(written).strip())
    match = _PARTS.match(str(written).strip())
    if match is None:
        raise Refused(f"a number with its unit was expected here, not '{written}'")
    return float(match[1].replace(" ", "")), " ".join((match[2] or "").split())


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
        return f"{plain(number) if abs(number) >= 1e-4 or not number else repr(number)} {unit}"
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
