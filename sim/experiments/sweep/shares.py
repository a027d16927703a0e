"""Shares that must add up to 100 %: where a lever sets one, the others give way in proportion."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sim.experiments.sweep.units import is_number, joined, parted
from sim.scenario.paths import value_at
from sim.vocabulary.errors import Path

TOGETHER = ("routes", "classes")
"""Lists and mappings whose shares add up to 100 %."""


def balanced(data: dict[str, Any], touched: Iterable[Path]) -> None:
    """Mend, in resolved data, the shares beside those a lever has set.

    If the levers leave nothing to the others, theirs are divided by their sum. Shares that change
    with time, and routes of some classes only, are left for the check to refuse.
    """
    families: dict[Path, set[Any]] = {}
    for path in touched:
        for length in range(1, len(path) - 1):
            if path[length + 1] == "share" and path[length - 1] in TOGETHER:
                families.setdefault(path[:length], set()).add(path[length])
    for path, mine in families.items():
        _balance(value_at(data, path), mine)


def _balance(family: Any, mine: set[Any]) -> None:
    keys = list(family) if isinstance(family, dict) else list(range(len(family)))
    numbers = {key: _share(family[key]) for key in keys}
    if any(number is None for number in numbers.values()):
        return
    shares = {key: number for key, number in numbers.items() if number is not None}
    fixed = sum(shares[key] for key in keys if key in mine)
    rest = sum(shares[key] for key in keys if key not in mine)
    left = max(100.0 - fixed, 0.0) if rest else 0.0
    for key in keys:
        if key not in mine:
            share = shares[key] * left / rest if rest else 0.0
        else:
            share = shares[key] if left else shares[key] * 100.0 / fixed
        _write(family, key, share)


def _share(item: Any) -> float | None:
    if isinstance(item, dict) and item.get("classes", "all") == "all":
        item = item.get("share")
    if isinstance(item, dict):
        item = item.get("value")
    return parted(item)[0] if is_number(item) and str(item).endswith("%") else None


def _write(family: Any, key: Any, share: float) -> None:
    written = joined(share, "%")
    if isinstance(family[key], dict):
        family[key]["share"] = written
    else:
        family[key] = written
