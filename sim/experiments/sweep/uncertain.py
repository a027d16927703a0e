"""``uncertain: all assumed``: every assumed number with a range as a lever.

A number written once and repeated by its name (``*staffed``) moves as one. A calendar is scaled so
that its highest value goes through the range.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sim.experiments.sweep.levers import Lever, Target
from sim.scenario import Scenario, numbers_in
from sim.scenario.paths import value_at
from sim.scenario.units import in_unit, parted
from sim.scenario.values import Law, Quantity
from sim.vocabulary.errors import Path, path_text

ASSUMED = "assumed"


def assumed_levers(
    scenario: Scenario, data: dict[str, Any], taken: Sequence[Path], first_group: int
) -> list[Lever]:
    """Return a lever for each assumed number with a range; ``taken`` paths are passed over."""
    together: dict[Any, list[tuple[Path, Quantity]]] = {}
    for path, quantity in _assumed(scenario):
        if _is_free(path, taken) and not _is_alone(path, data):
            together.setdefault(scenario.history.place(path) or path, []).append((path, quantity))
    levers: list[Lever] = []
    names = _names([found[0][0] for found in together.values()], data)
    for group, found in enumerate(together.values(), start=first_group):
        targets = tuple(_target(path, quantity, data) for path, quantity in found)
        levers.append(_lever(names[found[0][0]], found[0][1], targets, group))
    return levers


def _names(paths: Sequence[Path], data: dict[str, Any]) -> dict[Path, str]:
    """Return how people write these paths; by number where two would be written the same."""
    short = {path: _name(path, data) for path in paths}
    count = Counter(short.values())
    return {path: name if count[name] == 1 else path_text(path) for path, name in short.items()}


def _assumed(scenario: Scenario) -> Iterator[tuple[Path, Quantity]]:
    for path, value in numbers_in(scenario, defaults=False):
        if isinstance(value, Law):
            bare = value.family == "fixed"
            parts = [((*path, *(() if bare else inner)), q) for inner, q in value.quantities()]
        else:
            parts = [(path, value)]
        for at, quantity in parts:
            said = quantity.annotation
            if said.status == ASSUMED and said.range is not None and said.range[0] < said.range[1]:
                yield at, quantity


def _is_free(path: Path, taken: Sequence[Path]) -> bool:
    return not any(path[: len(one)] == one or one[: len(path)] == path for one in taken)


def _is_alone(path: Path, data: dict[str, Any]) -> bool:
    """Say whether it is the only share of its list, which must stay at 100 %."""
    if path[-1] != "share" or len(path) < 3:
        return False
    shares = path[:-2]
    return shares[-1] in ("routes", "classes") and len(value_at(data, shares)) == 1


def _target(path: Path, quantity: Quantity, data: dict[str, Any]) -> Target:
    if quantity.is_constant:
        return Target(path, gives_way=True)
    written = value_at(data, path)
    highest = max(_numbers(written), default=0.0)
    return Target(path, 1 / highest if highest else 0.0, scale=True)


def _numbers(written: Any) -> Iterator[float]:
    """Yield the numbers of a calendar or of a week, all in the unit of the first."""
    units: list[str] = []
    stack = [written.get("calendar", written.get("weekly"))]
    while stack:
        for one in stack.pop().values():
            if isinstance(one, dict):
                stack.append(one["weekly"])
                continue
            number, unit = parted(one)
            units.append(unit)
            yield in_unit(number, unit, units[0])


def _lever(name: str, quantity: Quantity, targets: tuple[Target, ...], group: int) -> Lever:
    written = quantity.annotation.written_range
    assert written is not None  # it has a range
    high, unit = parted(written[1])
    low = in_unit(*parted(written[0]), unit)
    if targets[0].scale:  # the factor is the highest value over the one it has now
        base, scale_unit = 1 / targets[0].times if targets[0].times else 0.0, ""
        return Lever(name, targets, scale_unit, (), low, high, group=group, base=base)
    base = in_unit(*parted(quantity.written), unit)
    ends = (low, high, base)
    whole = quantity.dimension in ("count", "places") and all(one == int(one) for one in ends)
    return Lever(name, targets, unit, (), low, high, whole=whole, group=group, base=base)


def _name(path: Path, data: Any) -> str:
    """Return the path as people write it, items of a list by their ``to`` or ``of``."""
    parts: list[str] = []
    for part in path:
        data = data[part]
        by_name = isinstance(part, int) and isinstance(data, dict)
        parts.append(str(data.get("to", data.get("of", part)) if by_name else part))
    return ".".join(parts)
