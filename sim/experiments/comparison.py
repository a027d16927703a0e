"""What is certain to have moved between runs that share their luck."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.analysis.courses import COURSES
from sim.analysis.measures import MEASURES
from sim.analysis.pairs import LEVEL, Differences, holm_known, paired
from sim.analysis.statistics import estimates
from sim.analysis.summary import LONG_SERIES, binned
from sim.analysis.tables import Key
from sim.analysis.windows import WHOLE, Array
from sim.event_log import Outline
from sim.experiments.findings import HEADLINES, ByYear, by_year
from sim.experiments.run import Results
from sim.scenario import ValueChange, changes_between

HEADLINE, YEARS, SERVICES, DETAILS = "headline", "years", "services", "details"
FAMILIES = (HEADLINE, YEARS, SERVICES, DETAILS)
"""Families of tests: HEADLINES; HEADLINES year by year; every other number of the whole period and
all people; the rest (classes, other numbers by year, pairs of services). Each is corrected for the
number of its tests in all scenarios compared, by Holm's rule: within a family the chance of any
false alarm is at most 5 %."""
TOLD_ALONE = (
    "open places", "occupied places", "blocked places", "waiting", "admissions", "contacts",
    "visits per day", "nights", "turned away", "cost per year",
)  # fmt: skip
"""Measures told of a service that one scenario alone has."""
ALPHA = 1 - LEVEL
ALONE = "one only"
"""What stands for a family where one scenario alone has the number."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One number in base and other: means, paired mean difference with 95 % interval, p-values.

    ``adjusted`` is Holm's p-value within ``family``. nan: no such number, or no interval.
    """

    key: Key
    unit: str
    family: str
    replications: int
    base: float
    other: float
    mean: float
    low: float
    high: float
    p: float
    adjusted: float

    @property
    def is_sure(self) -> bool:
        """Whether it moved beyond what luck can explain."""
        return self.adjusted < ALPHA


@dataclass(frozen=True, slots=True)
class Alone:
    """A number that one of two scenarios alone has, of a service only it has: nothing to pair.

    Mean with 95 % interval over its replications; ``in_base``: whether it is the base that has it.
    """

    key: Key
    unit: str
    in_base: bool
    replications: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One scenario of a comparison: the name of its file or folder, and its results.

    ``folder``: where the run was kept before it was compared, None if it was made for this.
    """

    name: str
    results: Results
    folder: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Other:
    """A scenario compared with the base: what was changed, what moved, what one alone has."""

    member: Member
    changes: tuple[ValueChange, ...]
    moved: tuple[Moved, ...]
    alone: tuple[Alone, ...] = ()

    @property
    def services_alone(self) -> dict[str, bool]:
        """The services one of the two scenarios alone has, and whether that is the base."""
        return {
            one.key.service: one.in_base
            for one in self.alone
            if not one.key.other and one.key.service not in (WHOLE, "street")
        }

    def numbers_alone(self, service: str) -> list[Alone]:
        """Return numbers of a service one scenario alone has: whole period, all people."""
        own = [one for one in self.alone if (one.key.service, one.key.other) == (service, "")]
        whole = [one for one in own if one.key.klass == one.key.period == WHOLE]
        return [one for name in TOLD_ALONE for one in whole if one.key.measure == name]

    def number(self, measure: str, service: str = WHOLE) -> Moved:
        """Return one number of the whole period and all people; KeyError if there is none."""
        key = Key(measure, service, "", WHOLE, WHOLE)
        for one in self.moved:
            if one.key == key:
                return one
        raise KeyError(f"no number {tuple(key)}")

    def by_year(self, base: Member) -> list[ByYear]:
        """Return the differences of HEADLINES from the base, by model year."""
        return by_year(self.member.results, HEADLINES, base.results)

    def is_sure(self, measure: str, service: str, period: str) -> bool:
        """Return whether a headline number moved for certain in a period."""
        key = Key(measure, service, "", WHOLE, period)
        return any(one.is_sure for one in self.moved if one.key == key)

    def headlines(self) -> list[Moved]:
        """Return the headline numbers there are, in their order."""
        return [one for one in self.moved if one.family == HEADLINE]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A base and the scenarios compared with it; ``tests``: how many there are in each family."""

    base: Member
    others: tuple[Other, ...]
    tests: dict[str, int]

    @property
    def members(self) -> list[Member]:
        """The base and the others."""
        return [self.base, *(other.member for other in self.others)]


Judge = Callable[[Array, Array], Differences]


def compared(
    base: Member, others: Sequence[Member], judge: Judge = paired, is_one_alarm: bool = False
) -> Comparison:
    """Return the comparison of runs that share their luck (see ``compare.unlike``).

    With ``judge`` unpaired also of runs that do not. ``is_one_alarm``: families share the 5 %, so
    that it is the chance of any false alarm in all of them together (Bonferroni).
    """
    found = [_Pair.of(base, other, judge) for other in others]
    families = np.array([family for pair in found for family in pair.families], dtype=object)
    p = np.concatenate([pair.differences.p for pair in found])
    adjusted = np.full_like(p, np.nan)
    tests = {}
    for family in FAMILIES:
        here = families == family
        adjusted[here] = holm_known(p[here])
        tests[family] = int((~np.isnan(p[here])).sum())
    if is_one_alarm:
        adjusted = np.minimum(1.0, adjusted * sum(count > 0 for count in tests.values()))
    ends = np.cumsum([len(pair.keys) for pair in found])
    shares = np.split(adjusted, ends[:-1])
    return Comparison(
        base, tuple(pair.judged(share) for pair, share in zip(found, shares, strict=True)), tests
    )


def family_of(key: Key) -> str:
    """Return which family of tests a number belongs to."""
    if key.other or key.klass != WHOLE:
        return DETAILS
    is_headline = (key.measure, key.service) in HEADLINES
    if key.period != WHOLE:
        return YEARS if is_headline else DETAILS
    return HEADLINE if is_headline else SERVICES


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """Base and other, number by number, before they are judged together."""

    base: Member
    other: Member
    keys: list[Key]
    families: list[str]
    means: tuple[Array, Array]
    differences: Differences

    @staticmethod
    def of(base: Member, other: Member, judge: Judge) -> _Pair:
        """Return the numbers both have, and their differences."""
        mine = {key: column for column, key in enumerate(base.results.keys)}
        common = [(key, mine[key], at) for at, key in enumerate(other.results.keys) if key in mine]
        before = base.results.values[:, [at for _, at, _ in common]]
        after = other.results.values[:, [at for _, _, at in common]]
        keys = [key for key, _, _ in common]
        families = [family_of(key) for key in keys]
        means = (estimates(before).mean, estimates(after).mean)
        return _Pair(base, other, keys, families, means, judge(after, before))

    def judged(self, adjusted: Array) -> Other:
        """Return what was changed and what moved, with the adjusted p-values."""
        mine, yours = self.base.results, self.other.results
        return Other(
            self.other,
            changes_between(mine.scenario, yours.scenario, yours.reasons)
            if mine.scenario and yours.scenario
            else (),
            tuple(self._moved(adjusted)),
            (*_alone(mine, yours, in_base=True), *_alone(yours, mine, in_base=False)),
        )

    def _moved(self, adjusted: Array) -> Iterator[Moved]:
        units = {measure.name: measure.unit for measure in MEASURES}
        found = self.differences
        columns = (*self.means, found.mean, found.low, found.high, found.p, adjusted)
        for key, family, count, *numbers in zip(
            self.keys, self.families, found.replications, *columns, strict=True
        ):
            if not (numbers[0] != numbers[0] and numbers[1] != numbers[1]):
                unit = units.get(key.measure, "")
                yield Moved(key, unit, family, int(count), *map(float, numbers))


def _alone(one: Results, other: Results, in_base: bool) -> Iterator[Alone]:
    """Yield the numbers of services that only the first of two runs has."""
    known = {service.name for service in other.outline.services}
    own = {service.name for service in one.outline.services} - known
    columns = [at for at, key in enumerate(one.keys) if own & {key.service, key.other}]
    if not columns:
        return
    units = {measure.name: measure.unit for measure in MEASURES}
    found = estimates(one.values[:, columns])
    for place, at in enumerate(columns):
        key, mean = one.keys[at], float(found.mean[place])
        if mean == mean:
            numbers = (mean, float(found.low[place]), float(found.high[place]))
            count = int(found.replications[place])
            yield Alone(key, units.get(key.measure, ""), in_base, count, *numbers)


@dataclass(frozen=True, slots=True, eq=False)
class Apart:
    """How one of COURSES goes in base and other, and their paired difference with its 95 % band.

    All (T,); ``times`` are days, in the middle of ``step`` days each.
    """

    outline: Outline
    times: Array
    step: int
    base: Array
    other: Array
    mean: Array
    low: Array
    high: Array


def apart(course: str, base: Results, other: Results) -> Apart:
    """Return one of COURSES (else ValueError) in two runs that share their luck."""
    number = COURSES.index(course)
    days = base.courses.shape[2]
    step = 7 if days > LONG_SERIES else 1
    before, after = (binned(one.courses[:, number].T, step).T for one in (base, other))
    found = paired(after, before)
    times = binned(np.arange(days, dtype=np.float64) + 0.5, step)
    means = (before.mean(axis=0), after.mean(axis=0))
    return Apart(base.outline, times, step, *means, found.mean, found.low, found.high)
