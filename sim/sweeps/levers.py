"""Levers, designs and outcomes of a sweep."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.measures import Key, keys, measure_named
from sim.analysis.windows import WHOLE
from sim.core.errors import InvalidValue, KeyPath, path_text, suggestion
from sim.core.log import Outline
from sim.core.units import plain, spaced
from sim.runs.precision import key_of
from sim.scenarios.fields import ANNOTATION_KEYS, Collector
from sim.scenarios.resolved import numbers_in
from sim.scenarios.schema import Scenario
from sim.scenarios.source import as_typed, in_unit, is_number, joined, parted, rounded
from sim.scenarios.values import Law, Quantity, Wording, value_at
from sim.sweeps.file import ONE_AT_A_TIME, Written, WrittenDesign, WrittenLever

# --- Levers: inputs varied on purpose, and what each of their values sets in the scenario.
#
# A design places a lever between 0 (its lowest or first value) and 1; nan leaves the base as it
# is.


@dataclass(frozen=True, slots=True)
class Target:
    """A value of the scenario: set to ``times`` x number + ``plus``, or multiplied by that.

    ``gives_way``: a share that makes room for others where all must add up to 100 %.
    """

    path: KeyPath
    times: float = 1.0
    plus: float = 0.0
    scale: bool = False
    gives_way: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a lever: as the table shows it (a number or a label), and as written."""

    shown: float | str
    written: Any


@dataclass(frozen=True, slots=True)
class Setting:
    """A value set differently at one point; ``gives_way`` as for its target."""

    path: KeyPath
    to: Any
    gives_way: bool = False


@dataclass(frozen=True, slots=True)
class Lever:
    """An input varied on purpose: one of ``choices``, or a number from ``low`` to ``high``.

    ``unit`` belongs to every number. Levers of the same ``group`` move together.
    """

    name: str
    targets: tuple[Target, ...]
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    low: float = math.nan
    high: float = math.nan
    steps: int | None = None
    log: bool = False
    whole: bool = False
    group: int = 0
    wording: Wording | None = None
    each: Wording | None = None  # one more of it, in words
    base: float = math.nan  # the number in the base scenario, where there is one

    @property
    def is_number(self) -> bool:
        """Say whether its values lie on an axis."""
        return not self.choices or not any(isinstance(choice.shown, str) for choice in self.choices)

    @property
    def count(self) -> int:
        """Return how many values it has in a grid, 0 where that is not written."""
        return len(self.choices) or self.steps or 0

    def at(self, place: float) -> Choice:
        """Return the value at a place from 0 to 1."""
        if self.choices:
            return self.choices[min(int(place * len(self.choices)), len(self.choices) - 1)]
        number = self._number(place)
        return Choice(number, joined(number, self.unit))

    def _number(self, place: float) -> float:
        if self.whole and self.steps is None:  # every whole number as likely as any other
            count = int(self.high) - int(self.low) + 1
            return float(int(self.low) + min(int(place * count), count - 1))
        if self.log:
            number = self.low * (self.high / self.low) ** place
        else:
            number = self.low + place * (self.high - self.low)
        return float(round(number)) if self.whole else rounded(number)

    def settings(self, choice: Choice, base: dict[str, Any]) -> list[Setting]:
        """Return what a value sets in resolved data."""
        return [
            Setting(target.path, self._to(target, choice, base), target.gives_way)
            for target in self.targets
        ]

    def _to(self, target: Target, choice: Choice, base: dict[str, Any]) -> Any:
        if target.scale:
            number, unit = parted(choice.written)
            factor = (number / 100 if unit == "%" else number) * target.times + target.plus
            return scaled(value_at(base, target.path), factor)
        if (target.times, target.plus) == (1.0, 0.0):
            return choice.written
        number, unit = parted(choice.written)
        return joined(number * target.times + target.plus, unit)


def scaled(written: Any, factor: float) -> Any:
    """Return a written quantity with every number in it multiplied; ``Refused`` if it has none."""
    if isinstance(written, dict):
        kept = {key: value for key, value in written.items() if key not in ANNOTATION_KEYS}
        if "value" in kept:
            return scaled(kept["value"], factor)
        if "family" in kept:
            raise InvalidValue("a law is scaled by its mean: name the path of the mean")
        return {k: v if k == "between" else scaled(v, factor) for k, v in kept.items()}
    if not is_number(written):
        shown = "a list" if isinstance(written, list) else f"'{written}'"
        raise InvalidValue(
            f"{shown} is not a number; write the 'values' it takes and 'set' its path"
        )
    number, unit = parted(written)
    return joined(float(f"{number * factor:.12g}"), unit)


# --- Designs: where between 0 and 1 each group of levers stands at each point; nan as in the
# base.

Places = NDArray[np.float64]
"""Points (rows) by groups of levers (columns)."""

PLACE = "place of group "
"""Start of the names of columns with the place, from 0 to 1, of a group of levers."""
MOST_POINTS = 1_000_000
"""Points of a design; more would fill the memory before the first is simulated."""
TRAJECTORIES, LEVELS = 10, 4
"""Settings of a design of Morris that are not in the file."""


def places(design: WrittenDesign, levers: Sequence[Lever], seed: int) -> Places:
    """Return the points of a design; ``Refused`` with what is missing for it."""
    seed = seed if design.seed is None else design.seed
    groups = max((lever.group for lever in levers), default=-1) + 1
    if not groups:
        raise InvalidValue("a sweep needs levers, or 'uncertain: all assumed'")
    if design.kind == "grid":
        return _grid(levers, groups)
    _refuse_too_many(_size(design, groups), "fewer of them are enough")
    if design.kind == ONE_AT_A_TIME:
        return one_at_a_time(groups)
    if design.kind in ("latin hypercube", "sobol sequence"):
        return _filling(design, groups, seed)
    return _sampled(design, groups, seed)


def _grid(levers: Sequence[Lever], groups: int) -> Places:
    members = [[lever for lever in levers if lever.group == group] for group in range(groups)]
    counts = [_count(together) for together in members]
    product = " x ".join(map(str, counts)) + " = " if groups > 1 else ""
    how = "write fewer 'steps', or a design {kind: latin hypercube, points: 1000}"
    _refuse_too_many(math.prod(counts), how, product)
    axes = [np.arange(count) / max(count - 1, 1) for count in counts]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, groups)


def _count(members: Sequence[Lever]) -> int:
    """Return how many values of a grid levers that move together have."""
    for lever in members:
        if not lever.count:
            raise InvalidValue(f"in a grid, '{lever.name}' needs 'values', or 'steps' of its range")
    if len({lever.count for lever in members}) > 1:
        listed = " and ".join(f"'{lever.name}' ({lever.count})" for lever in members)
        raise InvalidValue(f"{listed} move together and need the same number of values")
    return members[0].count


def _size(design: WrittenDesign, groups: int) -> int:
    """Return how many points a sampled design asks for, 0 where that is not written."""
    if design.kind == "morris":
        return (design.trajectories or TRAJECTORIES) * (groups + 1)
    if design.kind == "saltelli":
        return (design.base or 0) * (groups + 2)
    return design.points if isinstance(design.points, int) else 0


def _refuse_too_many(count: int, how: str, product: str = "") -> None:
    if count > MOST_POINTS:
        raise InvalidValue(
            f"{product}{count:,} points are too many, {MOST_POINTS:,} are the most: {how}"
        )


def one_at_a_time(groups: int) -> Places:
    """Return the base, then each group alone at its lowest and at its highest."""
    points = np.full((1 + 2 * groups, groups), math.nan)
    for group in range(groups):
        points[1 + 2 * group, group], points[2 + 2 * group, group] = 0.0, 1.0
    return points


def _filling(design: WrittenDesign, groups: int, seed: int) -> Places:
    from scipy.stats import qmc

    if not isinstance(design.points, int) or design.points < 1:
        raise InvalidValue(f"a design '{design.kind}' needs 'points': how many, for instance 100")
    if design.kind == "latin hypercube":
        return np.asarray(qmc.LatinHypercube(groups, rng=seed).random(design.points))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about counts that are no power of 2
        return np.asarray(qmc.Sobol(groups, rng=seed).random(design.points))


def _sampled(design: WrittenDesign, groups: int, seed: int) -> Places:
    names = [str(group) for group in range(groups)]
    described = {"num_vars": groups, "names": names, "bounds": [[0.0, 1.0]] * groups}
    if design.kind == "morris":
        from SALib.sample import morris

        levels = design.levels or LEVELS
        if levels % 2:
            raise InvalidValue(f"'levels' is an even number, not {levels}")
        count = design.trajectories or TRAJECTORIES
        return np.asarray(morris.sample(described, count, num_levels=levels, seed=seed))
    from SALib.sample import sobol

    base = design.base or 0
    if base < 2 or base & (base - 1):
        below = 2 ** (base.bit_length() - 1)
        hint = "for instance 64" if base < 2 else f"not {base}: write {below} or {2 * below}"
        raise InvalidValue(f"a design 'saltelli' needs 'base', a power of 2, {hint}")
    return np.asarray(sobol.sample(described, base, calc_second_order=False, seed=seed))


# --- The values of a lever: its choices, its range, and where the base stands among them.


def unclear(lever: Lever, values: Any) -> Iterator[tuple[KeyPath, str]]:
    """Yield (path, message) for values that could mean two things: ``1.000``, a factor of 80."""
    is_factor = any(target.scale for target in lever.targets)
    for key, written in values.items() if isinstance(values, dict) else enumerate(values):
        if is_number(written):
            try:
                as_typed(written, is_factor)
            except InvalidValue as refused:
                yield (key,), str(refused)


def with_choices(lever: Lever, values: dict[str, Any]) -> Lever:
    """Return the lever with its values; they are numbers if all are, in one unit."""
    choices = tuple(
        Choice(
            parted(written)[0] if is_number(written) and label == str(written) else label, written
        )
        for label, written in values.items()
    )
    are_numbers = not any(isinstance(choice.shown, str) for choice in choices)
    units = {parted(choice.written)[1] for choice in choices} if are_numbers else set()
    if len({unit.rstrip("s") for unit in units}) != 1:
        return replace(lever, choices=tuple(map(Choice, values, values.values())))
    return replace(lever, choices=choices, unit=max(units, key=len))


def listed_values(lever: Lever, points: list[dict[str, Any]], data: dict[str, Any]) -> Lever:
    """Return a lever with the values it has in a list of points."""
    listed = with_choices(lever, {str(point[lever.name]): point[lever.name] for point in points})
    return replace(listed, base=base_number(listed, data))


def chosen(lever: Lever, written: Any) -> Choice:
    """Return the choice of a lever that is written like this."""
    return next(choice for choice in lever.choices if str(choice.written) == str(written))


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
    if low == high:
        text = f"both ends of the range are {written.range[0]}"
        raise InvalidValue(f"{text}: a value alone stands under 'values'")
    if low > high:
        now, rising = (", ".join(map(str, ends)) for ends in (written.range, written.range[::-1]))
        text = "the first value of a range is the lowest"
        raise InvalidValue(f"{text}: write [{rising}], not [{now}]")
    if written.spacing == "log" and low <= 0:
        raise InvalidValue("values spaced as logarithms start above 0")
    if written.whole and (low != int(low) or high != int(high)):
        raise InvalidValue("a range of whole numbers has whole ends")
    log, steps = written.spacing == "log", written.steps
    return replace(lever, low=low, high=high, unit=unit, log=log, whole=written.whole, steps=steps)


def with_shared_steps(levers: Sequence[Lever]) -> list[Lever]:
    """Return the levers; one without ``steps`` has as many values as those it moves with."""
    counts: dict[int, int] = {}
    for lever in levers:
        if lever.count:
            counts.setdefault(lever.group, lever.count)
    return [
        lever if lever.count else replace(lever, steps=counts.get(lever.group)) for lever in levers
    ]


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
    except InvalidValue:
        return float("nan")
    return (number - target.plus) / target.times if target.times else float("nan")


# --- Shares that must add up to 100 %: where a lever sets one, the others give way in proportion.

TOGETHER = ("routes", "classes")
"""Lists and mappings whose shares add up to 100 %."""
HUNDRED_PERCENT = 100.0
ROUNDING = 1e-3
"""Per cent by which shares that should fill the whole may miss it: sampled values are rounded."""


def family_of(path: KeyPath) -> tuple[KeyPath, str | int] | None:
    """Return the list or mapping a share belongs to and its key there, None for other values."""
    for length in range(1, len(path) - 1):
        if path[length + 1] == "share" and path[length - 1] in TOGETHER:
            return path[:length], path[length]
    return None


def members(paths: Iterable[KeyPath]) -> dict[KeyPath, set[Any]]:
    """Return the keys of the shares among some paths, by the list or mapping they belong to."""
    moved: dict[KeyPath, set[Any]] = {}
    for family, key in filter(None, map(family_of, paths)):
        moved.setdefault(family, set()).add(key)
    return moved


def balanced(data: dict[str, Any], touched: Iterable[tuple[KeyPath, bool]]) -> None:
    """Mend, in resolved data, the shares beside those that levers have set.

    ``touched``: path, and whether this share gives way too where the untouched ones cannot: one
    that is only assumed. Shares that change with time, and routes of some classes only, are left
    for the check to refuse. ``Refused``, with paths, where nothing can give way.
    """
    settings = list(touched)
    soft = members(path for path, gives_way in settings if gives_way)
    faults: list[tuple[KeyPath, str]] = []
    for path, mine in members(path for path, _ in settings).items():
        faults += _balance(value_at(data, path), path, mine, soft.get(path, set()))
    if faults:
        raise InvalidValue(faults=faults)


def _balance(
    family: Any, path: KeyPath, mine: set[Any], soft: set[Any]
) -> Iterator[tuple[KeyPath, str]]:
    keys = list(family) if isinstance(family, dict) else list(range(len(family)))
    written = {key: _share(family[key]) for key in keys}
    shares = {key: share for key, share in written.items() if share is not None and share >= 0}
    if len(shares) < len(keys):
        return
    others = {key: shares[key] for key in keys if key not in mine}
    fixed = {key: shares[key] for key in keys if key in mine}
    yielding = {key: fixed[key] for key in fixed if key in soft}
    rest = HUNDRED_PERCENT - sum(fixed.values())
    left = rest + sum(yielding.values())
    if rest >= 0 and any(others.values()):
        _fill(family, others, rest)
        return
    if abs(rest) <= ROUNDING:
        _fill(family, fixed, HUNDRED_PERCENT)
    elif left >= 0 and len(fixed) > 1 and any(yielding.values()):
        _fill(family, yielding, left)
    else:
        yield _reason(path, fixed, list(others))
        return
    _fill(family, others, 0.0)


def _reason(path: KeyPath, fixed: dict[Any, float], others: list[Any]) -> tuple[KeyPath, str]:
    """Say why nothing can give way: at the share itself where it alone is too much."""
    total = sum(fixed.values())
    text = f"{plain(round(total, 6))} %"
    if total > HUNDRED_PERCENT:
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
        written = joined(share * whole / total if total else 0.0, "%")
        if isinstance(family[key], dict):
            family[key]["share"] = written
        else:
            family[key] = written


def _share(item: Any) -> float | None:
    if isinstance(item, dict) and item.get("classes", "all") == "all":
        item = item.get("share")
    if isinstance(item, dict):
        item = item.get("value")
    return parted(item)[0] if is_number(item) and str(item).endswith("%") else None


# --- Conflicts between levers: the same value twice, or no share left to give way.

ALONE = (ONE_AT_A_TIME, "list")
"""Designs that may move every share of a list: one lever at a time, or as their author wrote."""


def conflicts(levers: Sequence[Lever], design: str, data: object) -> Iterator[tuple[KeyPath, str]]:
    """Yield (path in the sweep file, message) for levers of a file that exclude each other."""
    yield from _same_values(levers)
    if design not in ALONE:
        yield from _no_share_left(levers, data)


def _same_values(levers: Sequence[Lever]) -> Iterator[tuple[KeyPath, str]]:
    done: list[tuple[Lever, Target]] = []
    for lever in levers:
        for target in lever.targets:
            for other, before in done:
                if not _is_moved_by(target.path, [before.path]):
                    continue
                who = "this lever" if other is lever else f"the lever '{other.name}'"
                verb = "multiplies" if before.scale else "sets"
                message = (
                    f"{who} already {verb} '{path_text(before.path)}': "
                    "a value is moved by one lever, and once"
                )
                yield ("levers", lever.name, "scale" if target.scale else "set"), message
                break
            done.append((lever, target))


def _is_moved_by(path: KeyPath, others: Iterable[KeyPath]) -> bool:
    """Say whether a value is one of some others, inside one of them, or around one of them."""
    return any(path[: len(other)] == other or other[: len(path)] == path for other in others)


def _no_share_left(levers: Sequence[Lever], data: object) -> Iterator[tuple[KeyPath, str]]:
    every = members(target.path for lever in levers for target in lever.targets)
    for family, moved in every.items():
        if len(moved) < len(value_at(data, family)):
            continue
        movers = [
            lever for lever in levers if family in members(target.path for target in lever.targets)
        ]
        if len({lever.group for lever in movers}) == 1:
            continue  # they move together: whether their values fit is for the points
        names = " and ".join(f"'{lever.name}'" for lever in movers)
        message = (
            f"{names} set every share of '{path_text(family)}', so nothing can give way "
            "for all to add up to 100 %: leave one share to the others"
        )
        yield ("levers", movers[-1].name, "set"), message


# --- ``uncertain: all assumed``: every assumed number with a range as a lever.
#
# A number written once and repeated by its name (``*staffed``) moves as one. A calendar is scaled
# so that its highest value goes through the range.

ASSUMED = "assumed"


def assumed_levers(
    scenario: Scenario, data: dict[str, Any], taken: Sequence[KeyPath], first_group: int
) -> list[Lever]:
    """Return a lever for each assumed number with a range; ``taken`` paths are passed over."""
    together: dict[Any, list[tuple[KeyPath, Quantity]]] = {}
    for path, quantity in _assumed(scenario):
        if not _is_moved_by(path, taken) and not _is_alone(path, data):
            together.setdefault(scenario.history.place(path) or path, []).append((path, quantity))
    levers: list[Lever] = []
    names = _names([numbers[0][0] for numbers in together.values()], data)
    for group, numbers in enumerate(together.values(), start=first_group):
        targets = tuple(_target(path, quantity, data) for path, quantity in numbers)
        levers.append(_lever(names[numbers[0][0]], numbers[0][1], targets, group))
    return levers


def _names(paths: Sequence[KeyPath], data: dict[str, Any]) -> dict[KeyPath, str]:
    """Return how people write these paths; by number where two would be written the same."""
    short = {path: _name(path, data) for path in paths}
    count = Counter(short.values())
    return {path: name if count[name] == 1 else path_text(path) for path, name in short.items()}


def _assumed(scenario: Scenario) -> Iterator[tuple[KeyPath, Quantity]]:
    for path, value in numbers_in(scenario, defaults=False):
        if isinstance(value, Law):
            bare = value.family == "fixed"
            parts = [((*path, *(() if bare else inner)), q) for inner, q in value.quantities()]
        else:
            parts = [(path, value)]
        for at, quantity in parts:
            annotation = quantity.annotation
            low, high = annotation.range or (0.0, 0.0)
            if annotation.status == ASSUMED and low < high:
                yield at, quantity


def _is_alone(path: KeyPath, data: dict[str, Any]) -> bool:
    """Say whether it is the only share of its list, which must stay at 100 %."""
    if path[-1] != "share" or len(path) < 3:
        return False
    shares = path[:-2]
    return shares[-1] in TOGETHER and len(value_at(data, shares)) == 1


def _target(path: KeyPath, quantity: Quantity, data: dict[str, Any]) -> Target:
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
        for value in stack.pop().values():
            if isinstance(value, dict):
                stack.append(value["weekly"])
                continue
            number, unit = parted(value)
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
    whole = quantity.dimension in ("count", "places") and all(end == int(end) for end in ends)
    return Lever(name, targets, unit, (), low, high, whole=whole, group=group, base=base)


def _name(path: KeyPath, data: Any) -> str:
    """Return the path as people write it, items of a list by their ``to`` or ``of``."""
    parts: list[str] = []
    for part in path:
        data = data[part]
        by_name = isinstance(part, int) and isinstance(data, dict)
        parts.append(str(data.get("to", data.get("of", part)) if by_name else part))
    return ".".join(parts)


# --- Outcomes: the numbers a sweep tabulates, named as people name them.


@dataclass(frozen=True, slots=True)
class Outcome:
    """A number to tabulate, and its name in the table."""

    name: str
    key: Key

    @property
    def unit(self) -> str:
        """Return the unit of its measure."""
        return measure_named(self.key.measure).unit


def outcome(written: str | Written, outline: Outline) -> Outcome:
    """Return the outcome meant; ValueError with what could be meant."""
    if isinstance(written, str):
        return Outcome(spaced(written), key_of(written, outline))
    key = Key(written.measure, written.service, written.other, written.class_, written.period)
    if key not in keys(outline):
        same = {number for number in keys(outline) if number.measure == key.measure}
        if not same:
            names = dict.fromkeys(number.measure for number in keys(outline))
            raise ValueError(f"no measure '{key.measure}'{suggestion(key.measure, names)}")
        raise ValueError(f"no number {_words(key)}; see estimates.csv of a run for what there is")
    return Outcome(_words(key), key)


def _words(key: Key) -> str:
    words = [key.measure, f"of {key.service}"] if key.service != WHOLE else [key.measure]
    words += [key.other] if key.other else []
    words += [part for part in (key.class_id, key.period) if part != WHOLE]
    return ", ".join([" ".join(words[:2]), *words[2:]])


# --- The columns of a sweep's tables, and the names of levers and outcomes they leave.

LOW, HIGH = " low", " high"
"""Ends of the columns with the bounds of the 95 % interval of an outcome."""
WORDS = ("measure", "service", "other", "class", "period")
"""Columns of an export that identify a number; the number itself is the ``VALUE``."""
VALUE = "value"
REACHED = "reached"
"""Column of sweeps that ask for a precision: whether it was; empty where that is not known."""
RESERVED = (
    *("point", "key", "fault", "status", "replications", "replication", "locked", "message"),
    REACHED,
    *WORDS,
    VALUE,
)
"""Columns of the tables that no lever may be called."""


def outcome_columns(name: str) -> tuple[str, str, str]:
    """Return the columns of an outcome: its mean, and the bounds of the 95 % interval."""
    return name, name + LOW, name + HIGH


def taken_names(
    levers: Iterable[str], outcomes: Sequence[Outcome]
) -> Iterator[tuple[KeyPath, str]]:
    """Yield (path in the sweep file, message) for levers called like a column."""
    columns = {*RESERVED}.union(*(outcome_columns(outcome.name) for outcome in outcomes))
    for name in levers:
        if name in columns or name.startswith(PLACE):
            text = f"'{name}' is a column of the tables: give the lever another name"
            yield ("levers", name), text
