"""Carry out a sweep, ask for one point, pack and export."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from numbers import Real
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from sim.analysis.measures import Key
from sim.analysis.windows import Array
from sim.core.errors import (
    ArgumentError,
    OutputError,
    RunError,
    quoted,
    suggestion,
    unknown_name,
)
from sim.core.units import TOO_LARGE
from sim.plan.build import plan_of
from sim.runs.files import (
    DESIGN,
    MANIFEST,
    atomic_file,
    flush_folder,
    is_taken,
    remove_temporaries,
    translate_os_errors,
)
from sim.runs.pool import WorkerPool
from sim.runs.simulate import AUTO, engine_name
from sim.scenarios.source import joined
from sim.sweeps.levers import VALUE, WORDS, Choice, Lever
from sim.sweeps.load import load_sweep, sweep_of_assumed
from sim.sweeps.points import (
    Keys,
    Point,
    StopRule,
    Sweep,
    keys_of,
    point_key,
    program_version,
    scenario_at,
    stop_rule,
)
from sim.sweeps.results import read_sweep
from sim.sweeps.store import (
    PACKED,
    REPLICATIONS,
    SPOILED,
    Packed,
    Store,
    Writers,
    file_of,
    used,
    write_packed,
)
from sim.sweeps.table import (
    DONE,
    Made,
    Marks,
    UnreadableError,
    refuse_namesake,
    refuse_other_results,
    sweep_manifest,
    write_base,
    write_status,
    write_tables,
)
from sim.sweeps.workers import (
    Callbacks,
    Failed,
    PointDone,
    Progress,
    SweepOptions,
    Task,
    TimeEstimate,
    pool_of,
    schedule,
    seconds_of_one,
    simulate_point,
    with_options,
)

# --- Locks on the folder of a sweep and on the points of all sweeps.

LOCK, POINTS_LOCK = ".lock", ".points-lock"
PATIENCE_SECONDS = 5.0
"""Time for which somebody who cleans up is waited for."""


@contextlib.contextmanager
def locked(folder: Path, shard: tuple[int, int] | None) -> Iterator[None]:
    """Hold a folder for one sweep, or for one shard beside other shards; else OutputError.

    Whoever holds it is written in the lock file, with process and machine.
    """
    advice = (
        "wait until it ends, or give one of the two sweeps another --out. Shards of one sweep "
        "(--shard 1/4) may share it"
    )
    with translate_os_errors(folder), contextlib.ExitStack() as held:
        whole = held.enter_context(_opened_lock(folder / LOCK))
        _take(whole, folder, shard is not None, advice)
        if shard is not None:
            name = f"{LOCK}-{shard[0]}-of-{shard[1]}"
            own = held.enter_context(_opened_lock(folder / name))
            _take(own, folder, False, advice)
        yield


@contextlib.contextmanager
def points_held(out: Path, alone: bool = False) -> Iterator[None]:
    """Hold the points of a folder beside others who add to them, or alone; else OutputError."""
    advice = "wait until it ends"
    until = time.monotonic() + (0 if alone else PATIENCE_SECONDS)
    with translate_os_errors(out), _opened_lock(out / POINTS_LOCK) as file:
        while True:
            try:
                _take(file, out, not alone, advice)
                break
            except OutputError:
                if time.monotonic() >= until:
                    raise
                time.sleep(0.05)
        yield


def _opened_lock(path: Path) -> IO[str]:
    """Open a lock file, whatever bytes are in it."""
    return path.open("a+", encoding="utf-8", errors="replace")


def _take(file: IO[str], folder: Path, shared: bool, advice: str) -> None:
    if is_taken(file.fileno(), shared):
        file.seek(0)
        holder = file.read().strip() or "another process"
        raise OutputError(f"{folder} is in use by {holder}: {advice}")
    file.seek(0)
    file.truncate()
    if not shared:
        file.write(f"process {os.getpid()} on {platform.node()}\n")
    file.flush()


# --- Carry out a sweep: what is not stored yet is simulated, then the table is made.

OUT = Path("results") / "sweeps"
POINTS = "points"
"""Folder of the points of all sweeps that have the same ``out``."""
STATUS_SECONDS = 30.0
"""Time after which the status of all points is written anew while a sweep goes on."""
TRIES = 3
"""Times the points are read before a disk that keeps spoiling them is given up."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a sweep ended: failed points by number, points left to other shards, its folder.

    ``made``: what became of the tables, if there are any.
    """

    sweep: Sweep
    folder: Path
    failed: dict[int, str]
    left: int
    remade: int
    made: Made


def carry_out_sweep(
    file: str | os.PathLike[str], out: Path, options: SweepOptions, watch: Callbacks | None = None
) -> Ended:
    """Simulate all points of a sweep file, or of one shard, and return how it ended.

    The points are kept in ``out/points`` and the tables in ``out/NAME OF FILE``; replications that
    are there already are not simulated again. Failed points have ``status`` "failed" and a
    ``message``. Raises ScenarioError, ValueError, RunError, OutputError.
    """
    wanted, folder = _opened(file, out, options)
    store = out / POINTS
    with translate_os_errors(folder):
        store.mkdir(parents=True, exist_ok=True)
        folder.mkdir(exist_ok=True)
    with contextlib.suppress(OutputError), points_held(out, alone=True):
        remove_temporaries(store)  # left by killed sweeps; nobody else is at work
    with points_held(out), locked(folder, options.shard):
        refuse_namesake(folder, wanted)
        return _Making(wanted, folder, Store(store), options, watch or Callbacks()).run()


def forecast_sweep(
    file: str | os.PathLike[str], out: Path, options: SweepOptions, watch: Callbacks
) -> None:
    """Call ``watch.before`` with what carrying out a sweep would do; nothing is written.

    Raises as ``carry_out_sweep`` does.
    """
    wanted, folder = _opened(file, out, options)
    refuse_namesake(folder, wanted)
    _Making(wanted, folder, Store(out / POINTS), options, watch, is_forecast=True).forecast()


def _opened(file: str | os.PathLike[str], out: Path, options: SweepOptions) -> tuple[Sweep, Path]:
    """Return the sweep of a file with the options, and its folder."""
    wanted = with_options(sweep_of_assumed(file) if options.assumed else load_sweep(file), options)
    engine_name(options.engine)
    folder = out / Path(file).stem
    if folder.name == POINTS:
        raise OutputError(f"'{POINTS}' is the folder of the points: give the file another name")
    refuse_other_results(folder)
    return wanted, folder


@dataclass(slots=True)
class _Making:
    """One sweep, or one shard of it, under way in a folder that is locked for it.

    ``is_forecast``: nothing is simulated and nothing written.
    """

    sweep: Sweep
    folder: Path
    store: Store
    options: SweepOptions
    watch: Callbacks
    is_forecast: bool = False
    keys: Keys = field(default_factory=lambda: Keys([], []))
    first: dict[str, int] = field(default_factory=dict)  # key to the first point that has it
    mark: str = ""  # of the manifest
    marks: Marks = field(init=False)
    rule: StopRule = field(init=False)
    wanted: tuple[Key, ...] = ()  # outcomes, then the goals of the rule
    counted: dict[str, tuple[object, int]] = field(default_factory=dict)  # key to state, missing
    missing: dict[str, int] = field(default_factory=dict)  # replications of points under way
    done: int = 0
    simulated: int = 0
    to_simulate: int = 0
    remade: int = 0
    status_written: float = 0.0

    def run(self) -> Ended:
        """Simulate what is missing, then make the tables if no other shard has anything left."""
        if self.shard is None:  # other shards are writing here
            remove_temporaries(self.folder)
        self.remade += self.store.packed.is_spoiled
        self._prepare()
        made = Made()
        for _ in range(TRIES):
            self._simulate()
            left = sum(map(self._is_missing, self.first))
            self._write_status()
            if any(map(self._is_missing, self._mine())):
                continue  # what it was to be added to is not there any more
            if left:
                break
            try:
                made = write_tables(
                    self.folder, self.store, self.sweep, self.keys, self.marks.failed, self.mark
                )
                break
            except UnreadableError as error:
                for key in error.keys:
                    self._read_again(key)
        else:
            raise OutputError(
                f"{self.store.folder}: point files cannot be read back, again and again"
            )
        failed = {self.first[k]: text for k, text in self.marks.failed.items() if k in self.first}
        failed = dict(sorted(failed.items()))
        return Ended(self.sweep, self.folder, failed, left, self.remade, made)

    def forecast(self) -> None:
        """Announce what is to do."""
        self._prepare()
        self._simulate()

    @property
    def shard(self) -> tuple[int, int] | None:
        """Which shard this is."""
        return self.options.shard

    def _prepare(self) -> None:
        self.rule = stop_rule(self.sweep)
        self.wanted = (*(outcome.key for outcome in self.sweep.outcomes), *self.rule.keys)
        preparing = self.watch.preparing
        count = len(self.sweep)
        self.keys = keys_of(
            self.sweep,
            self.folder,
            None if preparing is None else lambda done: preparing(done, count),
            not self.is_forecast,
        )
        for number, key in enumerate(self.keys.keys, start=1):
            self.first.setdefault(key, number)
        self.marks = Marks(self.folder, not self.is_forecast)
        for key in self._mine():
            self.marks.forget(key)
        for key, fault in zip(self.keys.keys, self.keys.faults, strict=True):
            if fault and self.first[key] and self._is_mine(key):
                self.marks.add(key, fault)
        if self.is_forecast:
            return
        write_base(self.folder, self.sweep)
        self.mark = sweep_manifest(self.folder / MANIFEST, self.sweep, self.keys)

    def _is_mine(self, key: str) -> bool:
        if self.shard is None:
            return True
        return (self.first[key] - 1) % self.shard[1] == self.shard[0] - 1

    def _mine(self) -> list[str]:
        return [key for key in self.first if self._is_mine(key)]

    def _is_missing(self, key: str) -> bool:
        return key not in self.marks.failed and self._count_missing(key) > 0

    def _count_missing(self, key: str) -> int:
        """Return how many replications of a point are missing at least."""
        state = self.store.state(key)
        if state is None:
            return self.rule.least
        counted, missing = self.counted.get(key, (None, 0))
        if counted == state:
            return missing
        if self.rule.goals:
            return self._read_again(key)
        missing = max(self.rule.least - self.store.replications(key, self.wanted), 0)
        self.counted[key] = state, missing
        return missing

    def _read_again(self, key: str) -> int:
        """Return how many replications of a point are missing at least, having read those stored.

        A point that cannot be read is dropped.
        """
        missing, state = self.rule.least, self.store.state(key)
        goals = self._stored_goals(key)
        if goals is not None:
            missing = self.rule.missing(goals)
            self.counted[key] = state, missing
        return missing

    def _stored_goals(self, key: str) -> Array | None:
        """Return the numbers of the goals in the replications stored: replications by goals."""
        state = self.store.state(key)
        if state is None:
            return None
        stored = self.store.read(key, self.wanted)
        if stored is None and self.is_forecast:
            return None
        if stored is None:
            self.remade += 1
            self.store.drop(key, state)
            return self._stored_goals(key)  # it may be packed, too
        return stored.values[:, len(self.sweep.outcomes) :]

    def _write_status(self) -> None:
        write_status(self.folder, self.keys, self.marks.failed, self._is_missing, self.shard)
        self.status_written = time.monotonic()

    # ---------------------------------------------------------------- simulating

    def _simulate(self) -> None:
        mine = self._mine()
        missing = [key for key in mine if self._is_missing(key)]
        self.missing = {key: self._count_missing(key) for key in missing}
        self.simulated, self.to_simulate = 0, sum(self.missing.values())
        self.done = len(mine) - len(missing) - sum(key in self.marks.failed for key in mine)
        if not missing:
            self._announce(mine, missing, None)
            return
        if not self.is_forecast:
            self._write_status()
        some = self.sweep.point(self.first[missing[len(missing) // 2]])
        plan = plan_of(scenario_at(self.sweep.text, some.settings))
        pool, writers = pool_of(self.options, plan), Writers(self.store)
        stop = True
        try:
            self._announce(mine, missing, pool)
            if self.is_forecast:
                return
            for outcome in schedule(self._tasks(missing), pool, simulate_point):
                self._keep(outcome, writers, len(mine))
            self._count(writers.close(), len(mine))
            if writers.fault is not None:
                raise writers.fault
            stop = False
        except RunError as error:
            raise RunError(f"{error}; {self._kept(writers)}") from error
        except OutputError as error:
            raise OutputError(f"{error}; {self._kept(writers)}") from error
        finally:
            writers.close()
            pool.close(stop)

    def _kept(self, writers: Writers) -> str:
        self.done += writers.close()
        kept = "1 point is" if self.done == 1 else f"{self.done} points are"
        return f"{kept} kept: run the same command again to go on"

    def _tasks(self, keys: list[str]) -> Iterator[Task]:
        for key in keys:
            point = self.sweep.point(self.first[key])
            goals = self._stored_goals(key)
            yield _task(self.sweep, self.rule, point, key, self.options.engine, goals)

    def _keep(self, outcome: PointDone | Failed, writers: Writers, mine: int) -> None:
        expected = self.missing.pop(outcome.key)
        if isinstance(outcome, Failed):
            self.to_simulate -= expected
            self.marks.add(outcome.key, outcome.message)
            self._report_progress(mine)
            return
        self.simulated += len(outcome.values)
        self.to_simulate += len(outcome.values) - expected
        self._count(writers.write(outcome), mine)
        if writers.fault is not None:
            raise writers.fault

    def _count(self, written: int, mine: int) -> None:
        for _ in range(written):
            self.done += 1
            self._report_progress(mine)

    def _report_progress(self, mine: int) -> None:
        failed = sum(self._is_mine(key) for key in self.marks.failed if key in self.first)
        if time.monotonic() - self.status_written > STATUS_SECONDS:
            self._write_status()
        if self.watch.progress is not None:
            left = mine - self.done - failed
            now = Progress(self.done, failed, left, self.simulated, self.to_simulate)
            self.watch.progress(now)

    def _announce(self, mine: list[str], missing: list[str], pool: WorkerPool | None) -> None:
        if self.watch.before is None:
            return
        seconds = 0.0 if pool is None else self._estimate(missing, pool)
        forecast = TimeEstimate(
            points=len(self.sweep),
            different=len(self.first),
            stored=self.done,
            mine=len(mine),
            refused=len(self.marks.failed),
            replications=self.sweep.replications,
            to_simulate=self.to_simulate,
            at_least=bool(self.rule.goals),
            workers=pool.present if pool else 0,
            seconds=seconds,
        )
        self.watch.before(forecast)
        self.watch = replace(self.watch, before=None)

    def _estimate(self, missing: list[str], pool: WorkerPool) -> float:
        """Return how long it will take, from one replication of one point; nan if not known."""
        if not pool.present:
            return float("nan")
        task = next(self._tasks(missing[len(missing) // 2 :]))
        return seconds_of_one(task, pool, self.watch.patience) * self.to_simulate / pool.size


# --- Ask for one point at a time: for optimisers and for tools that choose the points themselves.

Ask = Callable[..., dict[str, float]]
"""``ask(lever=value, ...)`` returns the mean of each outcome; levers left out stay as in the base.

``ask(**{"name with spaces": 3})`` names any lever.
"""


def asked(
    file: str | os.PathLike[str],
    *,
    out: str | os.PathLike[str],
    replications: int | None = None,
    engine: str = AUTO,
) -> Ask:
    """Return a function from values of levers to outcomes, for the levers of a sweep file.

    A value is a number in the unit of its lever, or a label. Points are kept in ``out/points``, as
    those of sweeps are: no replication is simulated twice.
    """
    sweep = with_options(load_sweep(file), SweepOptions(replications=replications))
    folder = Path(out) / POINTS
    with translate_os_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)

    def ask(**values: float | str) -> dict[str, float]:
        with points_held(Path(out)):  # they may have been packed since the last question
            means = numbers_at(sweep, Store(folder), engine, values).mean(axis=0)
        names = [outcome.name for outcome in sweep.outcomes]
        return dict(zip(names, means.tolist(), strict=True))

    return ask


def numbers_at(sweep: Sweep, store: Store, engine: str, values: Mapping[str, float | str]) -> Array:
    """Return the outcomes at some values of levers: replications by outcomes.

    Simulated and kept in the store unless they are there. Raises ArgumentError, Refused.
    """
    levers = {lever.name: lever for lever in sweep.levers}
    for name in values:
        if name not in levers:
            raise ArgumentError(unknown_name("lever", name, list(levers)))
    settings = tuple(
        setting
        for name, value in values.items()
        for setting in levers[name].settings(_choice(levers[name], value), sweep.data)
    )
    key = point_key(scenario_at(sweep.text, settings))
    outcomes, rule = tuple(outcome.key for outcome in sweep.outcomes), stop_rule(sweep)
    for _ in range(TRIES):
        state = store.state(key)
        stored = store.read(key, (*outcomes, *rule.keys))
        numbers = used(stored, rule)
        if numbers is not None:
            return numbers.values
        if stored is None:
            store.drop(key, state)
        goals = None if stored is None else stored.values[:, len(outcomes) :]
        store.write(simulate_point(_task(sweep, rule, Point(1, (), settings), key, engine, goals)))
    raise OutputError(f"{store.folder}: point {key} cannot be read back, again and again")


def _task(
    sweep: Sweep, rule: StopRule, point: Point, key: str, engine: str, goals: Array | None
) -> Task:
    """Return the task of simulating what is missing of a point.

    ``goals``: the numbers of the goals in the replications stored, None if there are none.
    """
    outcomes = tuple(outcome.key for outcome in sweep.outcomes)
    stored = np.empty((0, len(rule.keys))) if goals is None else goals
    return Task(
        point.number, key, sweep.text, point.settings, rule, outcomes, program_version(), engine,
        stored,
    )  # fmt: skip


def _choice(lever: Lever, value: object) -> Choice:
    """Return the value of a lever meant by a number or by a label; raises ArgumentError."""
    if isinstance(value, bool) or not isinstance(value, str | Real):
        raise ArgumentError(f"'{lever.name}' takes a number or a label, not {quoted(repr(value))}")
    for choice in lever.choices:
        if value in (choice.shown, choice.written):
            return choice
    if isinstance(value, str):
        labels = [str(choice.shown) for choice in lever.choices]
        raise ArgumentError(
            f"'{lever.name}' has no value {quoted(value)}{suggestion(value, labels)}"
        )
    size: Any = abs(value)
    if not size <= TOO_LARGE:  # nan and what no float holds too
        raise ArgumentError(f"'{lever.name}' takes a number that can be used, not {value!r}")
    number = float(value)
    if lever.whole and number != int(number):
        raise ArgumentError(f"'{lever.name}' takes whole numbers, not {number:g}")
    return Choice(number, joined(number, lever.unit))


# --- Pack the points of all sweeps of a folder into one file: thousands of small files tire a
# disk.


@dataclass(frozen=True, slots=True)
class Compacted:
    """What was packed: points in the file now, small files gone, files left because unreadable."""

    file: Path
    points: int
    removed: int
    unreadable: tuple[str, ...]


def compact(out: Path) -> Compacted:
    """Pack the points of ``out/points`` into one file, then remove the small files.

    A small file goes only when the packed one is whole, on the disk and holds the same. Killed at
    any moment, nothing is lost. OutputError: no points there, in use by a sweep, or what the disk
    refused.
    """
    folder = out / POINTS
    if not folder.is_dir():
        hint = f"; give the folder above it, {out.parent}" if (out / DESIGN).exists() else ""
        raise OutputError(f"{out} has no folder '{POINTS}'{hint}")
    advice = f"Ask for the right to write there, or copy {out} and pack the copy"
    with translate_os_errors(folder, advice), points_held(out, alone=True):
        remove_temporaries(folder)
        return _packed(Store(folder))


def _packed(store: Store) -> Compacted:
    """Pack a store that is held alone, look whether all is there, and remove small files."""
    path, small = store.folder / PACKED, store.small()
    if store.packed.is_spoiled:
        raise OutputError(
            f"{path} cannot be read: remove it (the next sweep makes its points again), then pack "
            "again"
        )
    own = frozenset(small)
    keys = [*(key for key in store.packed if key not in own), *small]
    if not keys:
        raise OutputError(f"there is no point in {store.folder}")
    if not small:
        return Compacted(path, len(keys), 0, ())
    unreadable: list[str] = []

    def readable() -> Iterator[tuple[str, pa.Table]]:
        for key in keys:
            try:
                yield key, store.table(key)
            except SPOILED:
                unreadable.append(key)

    points = write_packed(store.folder, readable())
    store.packed.close()
    return Compacted(path, points, _remove_small(store, small, unreadable), tuple(unreadable))


def _remove_small(store: Store, small: list[str], unreadable: list[str]) -> int:
    """Remove each small file whose rows read back the same from the packed file."""
    packed, removed = Packed(store.folder), 0
    for key in small:
        if key in packed and key not in unreadable and _same(packed.table(key), store.table(key)):
            file_of(store.folder, key).unlink()
            removed += 1
    packed.close()
    flush_folder(store.folder)
    return removed


def _same(table: pa.Table, other: pa.Table) -> bool:
    """Say whether tables hold the same, whatever numbers stand for their words."""
    words = pa.schema(
        (f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in table.schema
    )
    return bool(
        table.schema.metadata == other.schema.metadata
        and table.cast(words).equals(other.replace_schema_metadata(None).cast(words))
    )


# --- All points of a sweep in one file, for other programs: Parquet, Arrow or CSV.


def export(folder: Path, target: Path) -> tuple[int, int]:
    """Write every number kept of a finished sweep to one file; return its points and its rows.

    The form is that of the file's name: ``.parquet``, ``.arrow`` or ``.csv``. Points are read one
    by one, as many replications of each as the sweep uses. OutputError if a point is gone, for
    another form, or what the disk refused.
    """
    if target.suffix not in _WRITERS:
        forms = ", ".join(_WRITERS)
        raise OutputError(f"{target}: the name of the file ends with one of {forms}")
    swept = read_sweep(folder)
    names = [lever.name for lever in swept.levers]
    rows = points = 0
    advice = "Give another file to write"
    with (
        translate_os_errors(target, advice),
        atomic_file(target) as unfinished,
        ExitStack() as files,
    ):
        writer: Any = None
        for table in _tables(swept.table[swept.table["status"] == DONE], names, folder):
            if writer is None:
                writer = files.enter_context(_WRITERS[target.suffix](unfinished, table.schema))
            writer.write_table(table)
            points, rows = points + 1, rows + len(table)
    return points, rows


def _tables(done: pd.DataFrame, names: list[str], folder: Path) -> Iterator[pa.Table]:
    """Yield the numbers of each point, with its number and its levers before them."""
    store = Store(folder.parent / POINTS)
    for _, point in done.iterrows():
        try:
            rows = store.table(str(point["key"]))
        except SPOILED as error:
            text = f"point {point['point']} cannot be read: run the sweep again, then export"
            raise OutputError(text) from error
        rows = rows.filter(pc.field("replication") <= int(point[REPLICATIONS]))
        count = len(rows)
        columns: dict[str, pa.Array] = {"point": pa.array([int(point["point"])] * count)}
        columns |= {name: pa.array([point[name]] * count) for name in names}
        columns["replication"] = rows["replication"]
        columns |= {name: rows[name].cast(pa.string()) for name in WORDS}
        columns[VALUE] = rows["value"]
        yield pa.table(columns)


_WRITERS: dict[str, Callable[[Path, pa.Schema], Any]] = {
    ".parquet": lambda path, schema: pq.ParquetWriter(path, schema, compression="zstd"),
    ".arrow": lambda path, schema: pa.ipc.new_file(str(path), schema),
    ".csv": lambda path, schema: pyarrow.csv.CSVWriter(str(path), schema),
}
