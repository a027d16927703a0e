"""Comparisons: paired differences of scenarios, of runs, and their folders."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from sim.analysis.measures import MEASURES, Key, text_cell
from sim.analysis.statistics import LEVEL, Differences, estimates, holm_known, paired, unpaired
from sim.analysis.summary import COURSES, LONG_SERIES, binned
from sim.analysis.windows import WHOLE, Array
from sim.core.errors import ArgumentError
from sim.core.log import Outline
from sim.plan.build import plan_of
from sim.runs.files import COMPARISON, MANIFEST, Contents, atomic_folder
from sim.runs.findings import HEADLINES, ByYear, by_year
from sim.runs.pool import LocalPool, shared_pool
from sim.runs.read import manifest_as, read_results
from sim.runs.run import (
    Results,
    data_files,
    now,
    read_manifest,
    refuse_changed,
    run,
    typed_command,
    versions,
    write_manifest,
    write_run,
)
from sim.runs.simulate import AUTO, Measure
from sim.scenarios.differences import ValueChange, changes_between, reasons_of
from sim.scenarios.loading import load
from sim.scenarios.resolved import scenario_hash
from sim.scenarios.schema import Scenario

# --- What is certain to have moved between runs that share their random numbers.

HEADLINE, YEARS, SERVICES, DETAILS = "headline", "years", "services", "details"
FAMILIES = (HEADLINE, YEARS, SERVICES, DETAILS)
"""Families of tests: HEADLINES; HEADLINES year by year; every other number of the whole period and
all people; the rest (classes, other numbers by year, pairs of services). Each is corrected for the
number of its tests in all scenarios compared, by Holm's rule: within a family the chance of any
false alarm is at most 5 %."""
LISTED_ALONE = (
    "open places", "occupied places", "blocked places", "waiting", "admissions", "contacts",
    "visits per day", "nights", "turned away", "cost per year",
)  # fmt: skip
"""Measures listed of a service that one scenario alone has."""
ALPHA = 1 - LEVEL
ALONE = "one only"
"""What stands for a family where one scenario alone has the number."""


@dataclass(frozen=True, slots=True)
class MeasureChange:
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
    def numbers(self) -> tuple[float, ...]:
        """Base, other, mean, low, high, p and adjusted p, as tables have them."""
        return (self.base, self.other, self.mean, self.low, self.high, self.p, self.adjusted)

    @property
    def is_sure(self) -> bool:
        """Whether it moved beyond what chance can explain."""
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
class ScenarioRun:
    """One scenario of a comparison: the name of its file or folder, and its results.

    ``folder``: where the run was kept before it was compared, None if it was made for this.
    """

    name: str
    results: Results
    folder: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Other:
    """A scenario compared with the base: what was changed, what moved, what one alone has."""

    member: ScenarioRun
    changes: tuple[ValueChange, ...]
    moved: tuple[MeasureChange, ...]
    alone: tuple[Alone, ...] = ()

    @property
    def services_alone(self) -> dict[str, bool]:
        """The services one of the two scenarios alone has, and whether that is the base."""
        return {
            value.key.service: value.in_base
            for value in self.alone
            if not value.key.other and value.key.service not in (WHOLE, "street")
        }

    def numbers_alone(self, service: str) -> list[Alone]:
        """Return numbers of a service one scenario alone has: whole period, all people."""
        own = [
            value for value in self.alone if (value.key.service, value.key.other) == (service, "")
        ]
        whole = [value for value in own if value.key.class_id == value.key.period == WHOLE]
        return [value for name in LISTED_ALONE for value in whole if value.key.measure == name]

    def number(self, measure: str, service: str = WHOLE) -> MeasureChange:
        """Return one number of the whole period and all people; KeyError if there is none."""
        key = Key(measure, service, "", WHOLE, WHOLE)
        for change in self.moved:
            if change.key == key:
                return change
        raise KeyError(f"no number {tuple(key)}")

    def by_year(self, base: ScenarioRun) -> list[ByYear]:
        """Return the differences of HEADLINES from the base, by model year."""
        return by_year(self.member.results, HEADLINES, base.results)

    def is_sure(self, measure: str, service: str, period: str) -> bool:
        """Return whether a headline number moved for certain in a period."""
        key = Key(measure, service, "", WHOLE, period)
        return any(change.is_sure for change in self.moved if change.key == key)

    def headlines(self) -> list[MeasureChange]:
        """Return the headline numbers there are, in their order."""
        return [change for change in self.moved if change.family == HEADLINE]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A base and the scenarios compared with it; ``tests``: how many there are in each family."""

    base: ScenarioRun
    others: tuple[Other, ...]
    tests: dict[str, int]

    @property
    def members(self) -> list[ScenarioRun]:
        """The base and the others."""
        return [self.base, *(other.member for other in self.others)]


Judge = Callable[[Array, Array], Differences]


def compared(
    base: ScenarioRun,
    others: Sequence[ScenarioRun],
    judge: Judge = paired,
    is_one_alarm: bool = False,
) -> Comparison:
    """Return the comparison of runs that share their random numbers (see ``pairing_problems``).

    With ``judge`` unpaired also of runs that do not. ``is_one_alarm``: families share the 5 %, so
    that it is the chance of any false alarm in all of them together (Bonferroni).
    """
    pairs = [_Pair.of(base, other, judge) for other in others]
    families = np.array([family for pair in pairs for family in pair.families], dtype=object)
    p = np.concatenate([pair.differences.p for pair in pairs])
    adjusted = np.full_like(p, np.nan)
    tests = {}
    for family in FAMILIES:
        is_own = families == family
        adjusted[is_own] = holm_known(p[is_own])
        tests[family] = int((~np.isnan(p[is_own])).sum())
    if is_one_alarm:
        adjusted = np.minimum(1.0, adjusted * sum(count > 0 for count in tests.values()))
    ends = np.cumsum([len(pair.keys) for pair in pairs])
    shares = np.split(adjusted, ends[:-1])
    return Comparison(
        base, tuple(pair.judged(share) for pair, share in zip(pairs, shares, strict=True)), tests
    )


def family_of(key: Key) -> str:
    """Return which family of tests a number belongs to."""
    if key.other or key.class_id != WHOLE:
        return DETAILS
    is_headline = (key.measure, key.service) in HEADLINES
    if key.period != WHOLE:
        return YEARS if is_headline else DETAILS
    return HEADLINE if is_headline else SERVICES


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """Base and other, number by number, before they are judged together."""

    base: ScenarioRun
    other: ScenarioRun
    keys: list[Key]
    families: list[str]
    means: tuple[Array, Array]
    differences: Differences

    @staticmethod
    def of(base: ScenarioRun, other: ScenarioRun, judge: Judge) -> _Pair:
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

    def _moved(self, adjusted: Array) -> Iterator[MeasureChange]:
        units = {measure.name: measure.unit for measure in MEASURES}
        differences = self.differences
        columns = (
            *self.means,
            differences.mean,
            differences.low,
            differences.high,
            differences.p,
            adjusted,
        )
        for key, family, count, *numbers in zip(
            self.keys, self.families, differences.replications, *columns, strict=True
        ):
            if not (numbers[0] != numbers[0] and numbers[1] != numbers[1]):
                unit = units.get(key.measure, "")
                yield MeasureChange(key, unit, family, int(count), *map(float, numbers))


def _alone(results: Results, other: Results, in_base: bool) -> Iterator[Alone]:
    """Yield the numbers of services that only the first of two runs has."""
    known = {service.name for service in other.outline.services}
    own = {service.name for service in results.outline.services} - known
    columns = [at for at, key in enumerate(results.keys) if own & {key.service, key.other}]
    if not columns:
        return
    units = {measure.name: measure.unit for measure in MEASURES}
    estimate = estimates(results.values[:, columns])
    for place, at in enumerate(columns):
        key, mean = results.keys[at], float(estimate.mean[place])
        if mean == mean:
            numbers = (mean, float(estimate.low[place]), float(estimate.high[place]))
            count = int(estimate.replications[place])
            yield Alone(key, units.get(key.measure, ""), in_base, count, *numbers)


@dataclass(frozen=True, slots=True, eq=False)
class SeriesDifference:
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


def apart(course: str, base: Results, other: Results) -> SeriesDifference:
    """Return one of COURSES (else ValueError) in two runs that share their random numbers."""
    number = COURSES.index(course)
    days = base.courses.shape[2]
    step = 7 if days > LONG_SERIES else 1
    before, after = (binned(results.courses[:, number].T, step).T for results in (base, other))
    differences = paired(after, before)
    times = binned(np.arange(days, dtype=np.float64) + 0.5, step)
    means = (before.mean(axis=0), after.mean(axis=0))
    return SeriesDifference(
        base.outline, times, step, *means, differences.mean, differences.low, differences.high
    )


# --- Compare scenarios: the same replications and common random numbers for all.

DO_NOTHING = "do-nothing.yaml"
"""The base of a scenario compared alone, if a file of this name stands beside it."""
Announce = Callable[[str], Callable[[int, int], None] | None]
"""Called with the name of a scenario before it is run; returns its progress."""
Place = str | PathLike[str]
"""A scenario file, or the folder of a run."""


Given = Place | Scenario | Results
"""What can be compared."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What is about to be compared; ``results``: it was run before, perhaps into ``folder``."""

    name: str
    scenario: Scenario
    results: Results | None = None
    folder: Path | None = None

    @property
    def source(self) -> str:
        """The folder or the scenario file that was given."""
        return str(self.folder or self.scenario.history.files[-1])


def compare(
    base: Given,
    *others: Given,
    replications: int | None = None,
    seed: int | None = None,
    engine: str = AUTO,
    workers: int | LocalPool | None = None,
    summary: bool = False,
    own: Mapping[str, Measure] | None = None,
    names: Sequence[str] | None = None,
    announce: Announce | None = None,
    before: Callable[[Sequence[Listed]], None] | None = None,
) -> Comparison:
    """Run scenario files (or take folders of results) with common random numbers, and compare them.

    Replications and seed not given are those of the folders, else those of the base. Without
    ``others``, ``base`` is compared with do-nothing.yaml beside it, else with the file it is based
    on. ``own``: measures of the user. ``names``: other names than those of files and folders.
    ``before`` is called before anything is run, with all that is to be compared, the base first.
    Raises ArgumentError, with the reason, where runs cannot be paired; ScenarioError, RunError.
    """
    chosen = [base, *others] if others else [default_base(base), base]
    listed = _listed(chosen, names or [name_of(given) for given in chosen])
    settings = _settings(listed, replications, seed)
    if before is not None:
        before(listed)
    ready: list[ScenarioRun] = []
    with shared_pool(engine, workers) as pool:
        for each in listed:
            results = each.results or _same_as_before(each.scenario, ready)
            if results is None:
                results = run(
                    each.scenario,
                    **settings,
                    engine=engine,
                    workers=pool,
                    summary=summary,
                    own=own,
                    progress=announce(each.name) if announce else None,
                )
            ready.append(ScenarioRun(each.name, results, each.folder))
            refuse_unpaired(ready[0], ready[-1])
    return compared(ready[0], ready[1:])


def _listed(chosen: Sequence[Given], names: Sequence[str]) -> list[Listed]:
    """Return what was given, read; refused are equal names, and periods that cannot be paired."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ArgumentError(f"two of the scenarios have the same name: {', '.join(twice)}")
    listed = [_read(name, given) for name, given in zip(names, chosen, strict=True)]
    base, *outlines = [plan_of(each.scenario).outline for each in listed]
    for each, outline in zip(listed[1:], outlines, strict=True):
        _refuse(listed[0].name, each.name, _unlike_periods(base, outline))
    return listed


def _read(name: str, given: Given) -> Listed:
    if isinstance(given, Scenario):
        return Listed(name, given)
    folder = None
    if not isinstance(given, Results):
        folder = Path(given)
        if not folder.is_dir():
            return Listed(name, load(folder))
        given = read_results(folder)
    assert given.scenario is not None  # of results made from a scenario, or of a folder
    return Listed(name, given.scenario, given, folder)


def name_of(given: Given) -> str:
    """Return what a scenario is called in a comparison: as its file or folder."""
    if isinstance(given, Scenario):
        return Path(given.history.files[-1]).stem
    if isinstance(given, Results):
        return Path(given.file).stem
    return Path(given).resolve().name if Path(given).is_dir() else Path(given).stem


def _settings(
    listed: Sequence[Listed], replications: int | None, seed: int | None
) -> dict[str, Any]:
    """Return seed and replications of the folders, else what is asked for, else of the base."""
    for each in listed:
        if each.results is not None:
            there = {"replications": each.results.replications, "seed": each.results.seed}
            for word, asked in (("replications", replications), ("seed", seed)):
                if asked not in (None, there[word]):
                    raise ArgumentError(
                        f"{each.name} is a run with {word} {there[word]}, not {asked}: give its "
                        "scenario file instead of its folder, and it is run again"
                    )
            return there | {"first": each.results.first}
    written = listed[0].scenario.run
    return {
        "replications": replications or written.replications,
        "seed": written.seed if seed is None else seed,
    }


def default_base(path: Given) -> Path:
    """Return what a scenario compared alone is compared with; ArgumentError if there is nothing."""
    if isinstance(path, Scenario | Results) or Path(path).is_dir():
        raise ArgumentError("name two runs or more: the base first, then what is compared with it")
    beside = Path(path).parent / DO_NOTHING
    if beside.is_file() and beside.resolve() != Path(path).resolve():
        return beside
    files = load(path).history.files
    if len(files) < 2:
        raise ArgumentError(
            f"{Path(path).as_posix()} has nothing to be compared with: it is based on no other "
            f"file and there is no {DO_NOTHING} beside it; name the base first"
        )
    return Path(files[-2])


def refuse_unpaired(base: ScenarioRun, other: ScenarioRun) -> None:
    """Raise ArgumentError with every reason why two runs do not share their random numbers."""
    _refuse(base.name, other.name, pairing_problems(base.results, other.results))


def _refuse(base: str, other: str, reasons: Sequence[str]) -> None:
    if reasons:
        raise ArgumentError(
            f"{other} cannot be paired with {base}: {'; '.join(reasons)}. Their "
            "difference would mix what was changed with chance; run both with the same settings"
        )


def pairing_problems(base: Results, other: Results, versions: bool = True) -> list[str]:
    """Return why two runs do not share random numbers and period: what differs, with both values.

    With ``versions`` false, the version of maraude may differ.
    """
    numbers = _differing(
        ("seed", base.seed, other.seed),
        ("replications", base.replications, other.replications),
        ("first replication", base.first, other.first),
    )
    made = ("version of maraude", base.version, other.version if versions else base.version)
    return [*numbers, *_unlike_periods(base.outline, other.outline), *_differing(made)]


def _unlike_periods(base: Outline, other: Outline) -> list[str]:
    return _differing(
        ("start of the period", base.start, other.start),
        ("days", base.horizon, other.horizon),
        ("days of warm-up", base.warm_up, other.warm_up),
    )


def _differing(*pairs: tuple[str, object, object]) -> list[str]:
    return [f"{word} {a} and {b}" for word, a, b in pairs if a != b]


def _same_as_before(scenario: Scenario, ready: Sequence[ScenarioRun]) -> Results | None:
    """Return the results of a scenario just run that differs in nothing: they would be the same."""
    for member in ready:
        run_before = member.results
        if run_before.scenario and not changes_between(run_before.scenario, scenario):
            return replace(
                run_before,
                plan=plan_of(scenario),
                scenario=scenario,
                reasons=reasons_of(scenario),
                hash=scenario_hash(scenario),
                file=scenario.history.files[-1],
            )
    return None


# --- The files of a comparison, and reading it back.
#
# ``changes.csv`` what differs between the scenarios; ``differences.csv`` every number of every
# scenario against the base; ``runs/NAME/`` each run, without its days; ``manifest.json``.

CHANGES, DIFFERENCES, RUNS = "changes.csv", "differences.csv", "runs"
Finish = Callable[[Comparison, Path], None]
"""Adds to the folder (figures, a report) before it gets its name."""

LONGEST = 100
"""Characters up to which the name of a comparison's folder names everything compared."""

ABOUT_TESTS = (
    "Differences are paired replication by replication (same seed, same numbers). Intervals are at "
    "95 %, each for itself. p_adjusted is Holm's within a family: headline numbers; headline "
    "numbers year by year; every other number of the whole period and all people; the rest "
    "(classes, other numbers by year, pairs of services). "
    "Within a family the chance that anything not moved is called sure is at most 5 %. Numbers of "
    "a service that only one of the scenarios has are under 'one only', paired with nothing."
)


def folder_name(names: Sequence[str]) -> str:
    """Return the usual name of the folder of a comparison: ``compare-BASE-with-OTHER+OTHER``.

    Many are named by the first, their number and a few letters that only these names give.
    """
    base, *others = names
    name = f"compare-{base}-with-{'+'.join(others)}"
    if len(name) <= LONGEST:
        return name
    digest = hashlib.sha256("\0".join(names).encode()).hexdigest()[:6]
    more = f"+{len(others) - 1}-more" if others[1:] else ""
    return f"compare-{base[:40]}-with-{others[0][:40]}{more}-{digest}"


def contents_of_comparison(sources: Sequence[str]) -> Contents:
    """Return what identifies a comparison: the folders or files that were given."""
    return Contents(COMPARISON, tuple(sources))


def write_comparison(
    comparison: Comparison,
    out: str | PathLike[str],
    finish: Finish | None = None,
    replace: bool = False,
    command: str | None = None,
) -> None:
    """Write the folder of a comparison, whole or not at all; raises OutputError.

    An earlier comparison of the same files is replaced; other results are refused, unless
    ``replace``. ``command``: what made it, for the manifests; the command line if not given.
    """
    command = typed_command() if command is None else command
    ours = contents_of_comparison(
        [str(member.folder or member.results.file) for member in comparison.members]
    )
    with atomic_folder(Path(out), ours, replace) as folder:
        for member in comparison.members:
            _write_member(folder / RUNS / member.name, member, command)
        write_changes(folder / CHANGES, comparison)
        write_differences(folder / DIFFERENCES, comparison)
        if finish is not None:
            finish(comparison, folder)
        write_manifest(folder, _manifest(comparison, command))


def _write_member(folder: Path, member: ScenarioRun, command: str) -> None:
    folder.mkdir(parents=True)
    if member.folder is None:
        write_run(folder, member.results, command)
    else:  # as it was: its manifest says with which version it was run
        for name in (*data_files(read_manifest(member.folder)["files"]), MANIFEST):
            shutil.copyfile(member.folder / name, folder / name)


def write_changes(path: Path, comparison: Comparison) -> None:
    """Write a row per scenario and value that differs from the base."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(
            ("scenario", "path", "from", "to", "unit", "from_number", "to_number", "difference",
             "because")
        )  # fmt: skip
        for other in comparison.others:
            for change in other.changes:
                numbers = (_number(change.before_number), _number(change.after_number))
                texts = (other.member.name, change.path, change.before, change.after, change.unit)
                more = (text_cell(change.difference), text_cell(change.because.en))
                table.writerow((*map(text_cell, texts), *numbers, *more))


def write_differences(path: Path, comparison: Comparison) -> None:
    """Write a row per scenario and number; empty where there is no number or no interval."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(
            ("scenario", "measure", "service", "other", "class", "period", "unit", "family", "base",
             "changed", "difference", "low", "high", "p", "p_adjusted", "replications", "sure")
        )  # fmt: skip
        for other in comparison.others:
            name = text_cell(other.member.name)
            for change in other.moved:
                row = (name, *change.key, change.unit, change.family)
                sure = "yes" if change.is_sure else "no"
                table.writerow((*row, *map(_number, change.numbers), change.replications, sure))
            for value in other.alone:  # nothing but its mean
                sides = (value.mean, None) if value.in_base else (None, value.mean)
                row = (name, *value.key, value.unit, ALONE)
                table.writerow((*row, *map(_number, sides), *[""] * 5, value.replications, ""))


def _number(value: float | None) -> str:
    return "" if value is None or value != value else repr(value)


def _manifest(comparison: Comparison, command: str) -> dict[str, Any]:
    base = comparison.base.results
    return {
        "title": base.outline.title,
        "base": _about(comparison.base),
        "others": [_about(other.member) for other in comparison.others],
        "seed": base.seed,
        "replications": base.replications,
        "first_replication": base.first,
        "period": {"start": base.outline.start, "days": base.outline.horizon},
        "tests": {
            "about": ABOUT_TESTS,
            "alpha": ALPHA,
            "families": {family: comparison.tests[family] for family in FAMILIES},
        },
        "command": command,
        "finished": now().isoformat(timespec="seconds"),
        "versions": versions(),
    }


def _about(member: ScenarioRun) -> dict[str, str]:
    results = member.results
    about = {"name": member.name, "file": results.file, "sha256": results.hash}
    return about if member.folder is None else about | {"folder": member.folder.as_posix()}


def is_comparison(path: Path) -> bool:
    """Return whether a folder holds a comparison."""
    return (path / MANIFEST).is_file() and "others" in read_manifest(path)


class _Named(BaseModel):
    name: str = Field(pattern=r"^[^/\\\x00]+$")


class ComparisonManifest(BaseModel):
    """What has to stand in the manifest of a comparison for it to be read back."""

    base: _Named
    others: list[_Named] = Field(min_length=1)
    files: dict[str, str]


COMPARE_AGAIN = "compare again"


def read_comparison(folder: str | PathLike[str]) -> Comparison:
    """Return the comparison in a folder, made anew from the runs in it; raises ArgumentError."""
    folder = Path(folder)
    if not is_comparison(folder):
        raise ArgumentError(f"{folder.as_posix()} is not a folder of a comparison")
    manifest = manifest_as(ComparisonManifest, folder)
    refuse_changed(folder, manifest.files, COMPARE_AGAIN)
    members = []
    for member in (manifest.base, *manifest.others):
        path = folder / RUNS / member.name
        members.append(ScenarioRun(member.name, read_results(path, COMPARE_AGAIN), path))
    for other in members[1:]:
        refuse_unpaired(members[0], other)
    return compared(members[0], members[1:])


# --- Two runs, perhaps of two versions: which numbers moved beyond noise.


@dataclass(frozen=True, slots=True, eq=False)
class Diff:
    """Old and new run, number by number; ``unpaired`` says why they were not paired, if so.

    Paired runs are judged by paired t tests, others by Welch's; both with Holm in each family of
    numbers, and the chance of any false alarm is at most 5 % in all families together.
    """

    comparison: Comparison
    unpaired: tuple[str, ...]

    @property
    def old(self) -> ScenarioRun:
        """The first run."""
        return self.comparison.base

    @property
    def new(self) -> Other:
        """The second run, against the first."""
        return self.comparison.others[0]

    @property
    def moved(self) -> list[MeasureChange]:
        """The numbers that moved beyond noise, family by family, the largest changes first."""

        def rank(change: MeasureChange) -> tuple[int, float]:
            largest = max(abs(change.base), abs(change.other), 1e-300)
            return FAMILIES.index(change.family), -abs(change.mean) / largest

        return sorted((change for change in self.new.moved if change.is_sure), key=rank)

    @property
    def differing(self) -> int:
        """How many numbers differ at all."""
        return sum(change.base != change.other and change.mean != 0 for change in self.new.moved)

    @property
    def gone(self) -> tuple[str, ...]:
        """Measures only one of the two runs has."""
        mine, yours = (
            {key.measure for key in member.results.keys} for member in (self.old, self.new.member)
        )
        return tuple(sorted(mine ^ yours))


def diff_folders(old: Path, new: Path) -> Diff:
    """Return what differs between two folders of runs, paired if they share their random numbers.

    Raises ArgumentError where a folder cannot be used or has a single replication.
    """
    members = []
    names = [path.resolve().name for path in (old, new)]
    if names[0] == names[1]:  # then with the folder above
        names = ["/".join(path.resolve().parts[-2:]) for path in (old, new)]
    for name, folder in zip(names, (old, new), strict=True):
        results = read_results(folder)
        if results.replications < 2:
            raise ArgumentError(
                f"{folder.as_posix()} has a single replication: nothing is known about its noise; "
                "run two or more"
            )
        members.append(ScenarioRun(name, results, folder))
    reasons = pairing_problems(members[0].results, members[1].results, versions=False)
    judge = unpaired if reasons else paired
    return Diff(compared(members[0], members[1:], judge, is_one_alarm=True), tuple(reasons))
