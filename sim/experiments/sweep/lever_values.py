"""The values of a lever: its choices, its range, and where the base stands among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sim.experiments.sweep.levers import Choice, Lever
from sim.experiments.sweep.written import WrittenLever
from sim.scenario.paths import value_at
from sim.scenario.reading import Collector
from sim.scenario.units import as_typed, in_unit, is_number, parted
from sim.vocabulary.errors import Path, Refused


def _choice(label: str, written: Any) -> Choice:
    if is_number(written) and label == str(written):
        return Choice(parted(written)[0], written)
    return Choice(label, written)


def unclear(lever: Lever, values: Any) -> Iterator[tuple[Path, str]]:
    """Yield (path, message) for values that could mean two things: ``1.000``, a factor of 80."""
    is_factor = any(target.scale for target in lever.targets)
    for key, written in values.items() if isinstance(values, dict) else enumerate(values):
        if is_number(written):
            try:
                as_typed(written, is_factor)
            except Refused as refused:
                yield (key,), str(refused)


def with_choices(lever: Lever, values: dict[str, Any]) -> Lever:
    """Return the lever with its values; they are numbers if all are, in one unit."""
    choices = tuple(_choice(label, written) for label, written in values.items())
    are_numbers = not any(isinstance(one.shown, str) for one in choices)
    units = {parted(one.written)[1] for one in choices} if are_numbers else set()
    if len({unit.rstrip("s") for unit in units}) != 1:
        return replace(lever, choices=tuple(Choice(label, one) for label, one in values.items()))
    return replace(lever, choices=choices, unit=max(units, key=len))


def listed_values(lever: Lever, points: list[dict[str, Any]], data: dict[str, Any]) -> Lever:
    """Return a lever with the values it has in a list of points."""
    found = with_choices(lever, {str(point[lever.name]): point[lever.name] for point in points})
    return replace(found, base=base_number(found, data))


def chosen(lever: Lever, written: Any) -> Choice:
    """Return the choice of a lever that is written like this."""
    return next(one for one in lever.choices if str(one.written) == str(written))


def with_range(lever: Lever, written: WrittenLever) -> Lever:
    """Return the lever with the ends of its range in one unit; ``Refused`` for a wrong range."""
    assert written.range is not None
    collect = Collector()
    is_factor = any(target.scale for target in lever.targets)
    first, last = (
        collect.trying((i,), as_typed, end, is_factor) for i, end in enumerate(written.range)
    )
    collect.finish()
    high, unit = last
    low = in_unit(first[0], first[1], unit)
    if low >= high:
        raise Refused(_not_rising(*written.range, same=low == high))
    if written.spacing == "log" and low <= 0:
        raise Refused("values spaced as logarithms start above 0")
    if written.whole and (low != int(low) or high != int(high)):
        raise Refused("a range of whole numbers has whole ends")
    log, steps = written.spacing == "log", written.steps
    return replace(lever, low=low, high=high, unit=unit, log=log, whole=written.whole, steps=steps)


def _not_rising(low: Any, high: Any, same: bool) -> str:
    if same:
        return f"both ends of the range are {low}: a value alone stands under 'values'"
    return f"the first value of a range is the lowest: write [{high}, {low}], not [{low}, {high}]"


def with_shared_steps(levers: Sequence[Lever]) -> list[Lever]:
    """Return the levers; one without ``steps`` has as many values as those it moves with."""
    counts: dict[int, int] = {}
    for lever in levers:
        if lever.count:
            counts.setdefault(lever.group, lever.count)
    return [one if one.count else replace(one, steps=counts.get(one.group)) for one in levers]


def base_number(lever: Lever, data: dict[str, Any]) -> float:
    """Return the lever's number in the base scenario, nan if there is no such number."""
    if not lever.targets or not lever.is_number:
        return float("nan")
    target = lever.targets[0]
    if target.scale:
        return 100.0 if lever.unit == "%" else 1.0
    written = value_at(data, target.path)
    if isinstance(written, dict):
        written = written.get("value")
    try:
        number = in_unit(*parted(written), lever.unit)
    except Refused:
        return float("nan")
    return (number - target.plus) / target.times if target.times else float("nan")
