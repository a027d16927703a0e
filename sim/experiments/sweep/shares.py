"""Shares that must add up to 100 %: where a lever sets one, the others give way in proportion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sim.scenario.paths import value_at
from sim.scenario.units import is_number, joined, parted
from sim.vocabulary.errors import Path, Refused, path_text
from sim.vocabulary.quantities import plain

TOGETHER = ("routes", "classes")
"""Lists and mappings whose shares add up to 100 %."""
WHOLE = 100.0
ROUNDING = 1e-3
"""Per cent by which shares that should fill the whole may miss it: sampled values are rounded."""


def family_of(path: Path) -> tuple[Path, str | int] | None:
    """Return the list or mapping a share belongs to and its key there, None for other values."""
    for length in range(1, len(path) - 1):
        if path[length + 1] == "share" and path[length - 1] in TOGETHER:
            return path[:length], path[length]
    return None


def members(paths: Iterable[Path]) -> dict[Path, set[Any]]:
    """Return the keys of the shares among some paths, by the list or mapping they belong to."""
    found: dict[Path, set[Any]] = {}
    for family, key in filter(None, map(family_of, paths)):
        found.setdefault(family, set()).add(key)
    return found


def balanced(data: dict[str, Any], touched: Iterable[tuple[Path, bool]]) -> None:
    """Mend, in resolved data, the shares beside those that levers have set.

    ``touched``: path, and whether this share gives way too where the untouched ones cannot: one
    that is only assumed. Shares that change with time, and routes of some classes only, are left
    for the check to refuse. ``Refused``, with paths, where nothing can give way.
    """
    settings = list(touched)
    soft = members(path for path, gives_way in settings if gives_way)
    faults: list[tuple[Path, str]] = []
    for path, mine in members(path for path, _ in settings).items():
        faults += _balance(value_at(data, path), path, mine, soft.get(path, set()))
    if faults:
        raise Refused(faults=faults)


def _balance(family: Any, path: Path, mine: set[Any], soft: set[Any]) -> Iterator[tuple[Path, str]]:
    keys = list(family) if isinstance(family, dict) else list(range(len(family)))
    found = {key: _share(family[key]) for key in keys}
    shares = {key: share for key, share in found.items() if share is not None and share >= 0}
    if len(shares) < len(keys):
        return
    others = {key: shares[key] for key in keys if key not in mine}
    fixed = {key: shares[key] for key in keys if key in mine}
    yielding = {key: fixed[key] for key in fixed if key in soft}
    rest = WHOLE - sum(fixed.values())
    left = rest + sum(yielding.values())
    if rest >= 0 and any(others.values()):
        _fill(family, others, rest)
        return
    if abs(rest) <= ROUNDING:
        _fill(family, fixed, WHOLE)
    elif left >= 0 and len(fixed) > 1 and any(yielding.values()):
        _fill(family, yielding, left)
    else:
        yield _reason(path, fixed, list(others))
        return
    _fill(family, others, 0.0)


def _reason(path: Path, fixed: dict[Any, float], others: list[Any]) -> tuple[Path, str]:
    """Say why nothing can give way: at the share itself where it alone is too much."""
    total = sum(fixed.values())
    text = f"{plain(round(total, 6))} %"
    if total > WHOLE:
        at = (*path, next(iter(fixed)), "share") if len(fixed) == 1 else path
        return at, f"the shares set here add up to {text}, more than 100 %"
    if not others:
        return path, f"every share is set here, and together they are {text}, not 100 %"
    named = " and ".join(path_text((*path, key)) for key in others)
    return path, (
        f"the shares set here add up to {text}, and none of the others can take the rest: "
        f"{named} {'is' if len(others) == 1 else 'are'} 0 % there; "
        "write a share above 0 % for another of them in the base"
    )


def _fill(family: Any, shares: dict[Any, float], whole: float) -> None:
    """Multiply some shares so that they add up to ``whole``."""
    total = sum(shares.values())
    for key, share in shares.items():
        _write(family, key, share * whole / total if total else 0.0)


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
