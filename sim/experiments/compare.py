"""Compare scenarios: the same replications and luck for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path

from sim.event_log import Outline
from sim.experiments.comparison import Comparison, Member, compared
from sim.experiments.engines import AUTO
from sim.experiments.own_measures import Measure
from sim.experiments.pool import LocalPool, shared_pool
from sim.experiments.reading import read_results
from sim.experiments.run import FIRST, Results, run
from sim.plan import plan_of
from sim.scenario import Scenario, changes_between, load, reasons_of, scenario_hash
from sim.vocabulary.errors import WishError

DO_NOTHING = "do-nothing.yaml"
"""The base of a scenario compared alone, if a file of this name stands beside it."""
Announce = Callable[[str], Callable[[int, int], None] | None]
"""Called with the name of a scenario before it is run; returns its progress."""
Place = str | PathLike[str]
"""A scenario file, or the folder of a run."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What is about to be compared: a name, its scenario file, and the folder of its run if any."""

    name: str
    file: str
    folder: Path | None


Given = Place | Scenario | Results
"""What can be compared."""


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
    """Run scenario files (or take folders of results) with the same luck, and compare them.

    Replications and seed not given are those of the folders, else those of the base. Without
    ``others``, ``base`` is compared with do-nothing.yaml beside it, else with the file it is based
    on. ``own``: measures of the user. ``names``: other names than those of files and folders.
    ``before`` is called before anything is run, with all that is to be compared, the base first.
    Raises WishError, with the reason, where runs cannot be paired; ScenarioError, RunError.
    """
    chosen = [base, *others] if others else [default_base(base), base]
    opened = [_opened(one) for one in chosen]
    if names is not None:
        opened = [replace(one, name=name) for one, name in zip(opened, names, strict=True)]
    _refuse_same_names([one.name for one in opened])
    luck = _shared_luck(opened, replications, seed)
    _refuse_other_periods(opened)
    if before is not None:
        before([Listed(one.name, one.scenario.history.files[-1], one.folder) for one in opened])
    ready: list[Member] = []
    with shared_pool(engine, workers) as pool:
        for one in opened:
            results = one.results or _same_as_before(one.scenario, ready)
            if results is None:
                results = run(
                    one.scenario,
                    replications=luck.replications,
                    seed=luck.seed,
                    first=luck.first,
                    engine=engine,
                    workers=pool,
                    summary=summary,
                    own=own,
                    progress=announce(one.name) if announce else None,
                )
            ready.append(Member(one.name, results, one.folder))
            refuse_unpaired(ready[0], ready[-1])
    return compared(ready[0], ready[1:])


@dataclass(frozen=True, slots=True)
class _Opened:
    """A scenario to run, or with the results of the run in a folder."""

    name: str
    scenario: Scenario
    results: Results | None = None
    folder: Path | None = None


def _opened(one: Given) -> _Opened:
    name = name_of(one)
    if isinstance(one, Scenario):
        return _Opened(name, one)
    if isinstance(one, Results):
        assert one.scenario is not None  # of results made from a scenario
        return _Opened(name, one.scenario, one)
    path = Path(one)
    if not path.is_dir():
        return _Opened(name, load(path))
    results = read_results(path)
    assert results.scenario is not None  # of a folder that could be read
    return _Opened(name, results.scenario, results, path)


def name_of(one: Given) -> str:
    """Return what a scenario is called in a comparison: as its file or folder."""
    if isinstance(one, Scenario):
        return Path(one.history.files[-1]).stem
    if isinstance(one, Results):
        return Path(one.file).stem
    return Path(one).resolve().name if Path(one).is_dir() else Path(one).stem


@dataclass(frozen=True, slots=True)
class _Luck:
    replications: int
    seed: int
    first: int = FIRST


def _shared_luck(opened: Sequence[_Opened], replications: int | None, seed: int | None) -> _Luck:
    """Return the luck of the folders given, else what is asked for, else that of the base."""
    for one in opened:
        if one.results is not None:
            _refuse_contradiction(one.name, "replications", one.results.replications, replications)
            _refuse_contradiction(one.name, "seed", one.results.seed, seed)
            return _Luck(one.results.replications, one.results.seed, one.results.first)
    written = opened[0].scenario.run
    return _Luck(replications or written.replications, written.seed if seed is None else seed)


def _refuse_contradiction(name: str, word: str, there: int, wished: int | None) -> None:
    if wished is not None and wished != there:
        raise WishError(
            f"{name} is a run with {word} {there}, not {wished}: give its scenario file instead of "
            "its folder, and it is run again"
        )


def default_base(path: Given) -> Path:
    """Return what a scenario compared alone is compared with; WishError if there is nothing."""
    if isinstance(path, Scenario | Results) or Path(path).is_dir():
        raise WishError("name two runs or more: the base first, then what is compared with it")
    beside = Path(path).parent / DO_NOTHING
    if beside.is_file() and beside.resolve() != Path(path).resolve():
        return beside
    files = load(path).history.files
    if len(files) < 2:
        raise WishError(
            f"{Path(path).as_posix()} has nothing to be compared with: it is based on no other "
            f"file and there is no {DO_NOTHING} beside it; name the base first"
        )
    return Path(files[-2])


def _refuse_same_names(names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise WishError(f"two of the scenarios have the same name: {', '.join(twice)}")


def refuse_unpaired(base: Member, other: Member) -> None:
    """Raise WishError with every reason why two runs do not share their luck."""
    _refuse(base.name, other.name, unlike(base.results, other.results))


def _refuse_other_periods(opened: Sequence[_Opened]) -> None:
    """Raise before any simulation what ``refuse_unpaired`` would say of the periods after it."""
    base, *others = [(one.name, plan_of(one.scenario).outline) for one in opened]
    for name, outline in others:
        _refuse(base[0], name, _unlike_periods(base[1], outline))


def _refuse(base: str, other: str, reasons: Sequence[str]) -> None:
    if reasons:
        raise WishError(
            f"{other} cannot be paired with {base}: {'; '.join(reasons)}. Their "
            "difference would mix what was changed with luck; run both with the same settings"
        )


def unlike(base: Results, other: Results, versions: bool = True) -> list[str]:
    """Return why two runs do not share luck and period: what differs, with both values.

    With ``versions`` false, the version of maraude may differ.
    """
    luck = _differing(
        ("seed", base.seed, other.seed),
        ("replications", base.replications, other.replications),
        ("first replication", base.first, other.first),
    )
    made = ("version of maraude", base.version, other.version if versions else base.version)
    return [*luck, *_unlike_periods(base.outline, other.outline), *_differing(made)]


def _unlike_periods(base: Outline, other: Outline) -> list[str]:
    return _differing(
        ("start of the period", base.start, other.start),
        ("days", base.horizon, other.horizon),
        ("days of warm-up", base.warm_up, other.warm_up),
    )


def _differing(*pairs: tuple[str, object, object]) -> list[str]:
    return [f"{word} {a} and {b}" for word, a, b in pairs if a != b]


def _same_as_before(scenario: Scenario, ready: Sequence[Member]) -> Results | None:
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
