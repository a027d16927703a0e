"""Carry out a sweep: what is not stored yet is simulated, then the table is made."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from sim.experiments.engines import engine_name
from sim.experiments.folder import MANIFEST, plain_refusals, sweep_away
from sim.experiments.pool import WorkerPool
from sim.experiments.sweep.conduct import Failed, conduct
from sim.experiments.sweep.design_file import Keys, keys_of
from sim.experiments.sweep.forecast import seconds_of_one
from sim.experiments.sweep.loading import load_sweep, sweep_of_assumed
from sim.experiments.sweep.lock import locked, points_held
from sim.experiments.sweep.marks import Marks, sweep_manifest, write_base, write_status
from sim.experiments.sweep.namesake import refuse_namesake, refuse_other_results
from sim.experiments.sweep.points import Sweep, program_version, scenario_at
from sim.experiments.sweep.store import Store, Writers
from sim.experiments.sweep.table import Made, UnreadableError, write_tables
from sim.experiments.sweep.task import PointDone, Task, simulate_point
from sim.experiments.sweep.watch import Forecast, Progress, Watch
from sim.experiments.sweep.wishes import Wish, pool_of, with_wishes
from sim.plan import plan_of
from sim.vocabulary.errors import OutputError, RunError

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

    ``made``: what is to be told of the tables, if there are any.
    """

    sweep: Sweep
    folder: Path
    failed: dict[int, str]
    left: int
    remade: int
    made: Made


def carry_out_sweep(
    file: str | os.PathLike[str], out: Path, wish: Wish, watch: Watch | None = None
) -> Ended:
    """Simulate all points of a sweep file, or of one shard, and say how it ended.

    The points are kept in ``out/points`` and the tables in ``out/NAME OF FILE``; what is there
    already is not simulated again. Failed points have ``status`` "failed" and a ``message``.
    Raises ScenarioError, ValueError, RunError, OutputError.
    """
    wanted = with_wishes(sweep_of_assumed(file) if wish.assumed else load_sweep(file), wish)
    engine_name(wish.engine)
    folder, store = out / Path(file).stem, out / POINTS
    if folder.name == POINTS:
        raise OutputError(f"'{POINTS}' is the folder of the points: give the file another name")
    refuse_other_results(folder)
    with plain_refusals(folder):
        store.mkdir(parents=True, exist_ok=True)
        folder.mkdir(exist_ok=True)
    _tidy(out, store)
    with points_held(out), locked(folder, wish.shard):
        refuse_namesake(folder, wanted)
        return _Making(wanted, folder, Store(store), wish, watch or Watch()).run()


def _tidy(out: Path, store: Path) -> None:
    """Remove what killed sweeps have left unfinished among the points, if nobody is at work."""
    with contextlib.suppress(OutputError), points_held(out, alone=True):
        sweep_away(store)


@dataclass(slots=True)
class _Making:
    """One sweep, or one shard of it, under way in a folder that is locked for it."""

    sweep: Sweep
    folder: Path
    store: Store
    wish: Wish
    watch: Watch
    keys: Keys = field(default_factory=lambda: Keys([], []))
    first: dict[str, int] = field(default_factory=dict)  # key to the first point that has it
    mark: str = ""  # of the manifest
    marks: Marks = field(init=False)
    done: int = 0
    remade: int = 0
    status_written: float = 0.0

    def run(self) -> Ended:
        """Simulate what is missing, then make the tables if no other shard has anything left."""
        if self.shard is None:  # other shards are writing here
            sweep_away(self.folder)
        self.remade += self.store.packed.is_spoiled
        self._prepare()
        made = Made()
        for _ in range(TRIES):
            self._simulate()
            left = sum(self._is_missing(key) for key in self.first)
            self._write_status()
            if left:
                break
            try:
                made = write_tables(
                    self.folder, self.store, self.sweep, self.keys, self.marks.failed, self.mark
                )
                break
            except UnreadableError as found:
                self._drop(found.keys)
        else:
            raise OutputError(
                f"{self.store.folder}: point files cannot be read back, again and again"
            )
        failed = {self.first[k]: text for k, text in self.marks.failed.items() if k in self.first}
        failed = dict(sorted(failed.items()))
        return Ended(self.sweep, self.folder, failed, left, self.remade, made)

    @property
    def shard(self) -> tuple[int, int] | None:
        """Which shard this is."""
        return self.wish.shard

    def _prepare(self) -> None:
        told = self.watch.preparing
        count = len(self.sweep)
        self.keys = keys_of(
            self.sweep, self.folder, None if told is None else lambda done: told(done, count)
        )
        for number, key in enumerate(self.keys.keys, start=1):
            self.first.setdefault(key, number)
        self.marks = Marks(self.folder)
        for key in self._mine():
            self.marks.forget(key)
        for key, fault in zip(self.keys.keys, self.keys.faults, strict=True):
            if fault and self.first[key] and self._is_mine(key):
                self.marks.add(key, fault)
        write_base(self.folder, self.sweep)
        self.mark = sweep_manifest(self.folder / MANIFEST, self.sweep, self.keys)

    def _is_mine(self, key: str) -> bool:
        if self.shard is None:
            return True
        return (self.first[key] - 1) % self.shard[1] == self.shard[0] - 1

    def _mine(self) -> list[str]:
        return [key for key in self.first if self._is_mine(key)]

    def _is_missing(self, key: str) -> bool:
        return key not in self.marks.failed and not self.store.holds(key)

    def _drop(self, keys: list[str]) -> None:
        for key in keys:
            self.remade += 1
            self.store.drop(key)

    def _write_status(self) -> None:
        write_status(self.folder, self.keys, self.marks.failed, self._is_missing, self.shard)
        self.status_written = time.monotonic()

    # ---------------------------------------------------------------- simulating

    def _simulate(self) -> None:
        mine = self._mine()
        missing = [key for key in mine if self._is_missing(key)]
        broken = [key for key in missing if self.store.is_cut_short(key)]
        self._drop(broken)
        self.done = len(mine) - len(missing) - sum(key in self.marks.failed for key in mine)
        if not missing:
            self._say_before(mine, missing, None)
            return
        self._write_status()
        some = next(self._tasks(missing[len(missing) // 2 :]))
        plan = plan_of(scenario_at(some.text, some.settings))
        pool, writers = pool_of(self.wish, plan), Writers(self.store)
        stop = True
        try:
            self._say_before(mine, missing, pool)
            for outcome in conduct(self._tasks(missing), pool, simulate_point):
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
        return f"{self.done} points are kept: run the same command again to go on"

    def _tasks(self, keys: list[str]) -> Iterator[Task]:
        outcomes = tuple(one.key for one in self.sweep.outcomes)
        for key in keys:
            number = self.first[key]
            yield Task(
                number=number,
                key=key,
                text=self.sweep.text,
                settings=self.sweep.point(number).settings,
                most=self.sweep.most,
                outcomes=outcomes,
                program=program_version(),
                engine=self.wish.engine,
            )

    def _keep(self, outcome: PointDone | Failed, writers: Writers, mine: int) -> None:
        if isinstance(outcome, Failed):
            self.marks.add(outcome.key, outcome.message)
            self._tell(mine)
            return
        self._count(writers.write(outcome), mine)
        if writers.fault is not None:
            raise writers.fault

    def _count(self, written: int, mine: int) -> None:
        for _ in range(written):
            self.done += 1
            self._tell(mine)

    def _tell(self, mine: int) -> None:
        failed = sum(self._is_mine(key) for key in self.marks.failed if key in self.first)
        if time.monotonic() - self.status_written > STATUS_SECONDS:
            self._write_status()
        if self.watch.progress is not None:
            self.watch.progress(Progress(self.done, failed, mine - self.done - failed))

    def _say_before(self, mine: list[str], missing: list[str], pool: WorkerPool | None) -> None:
        if self.watch.before is None:
            return
        lanes = pool.present if pool else 0
        seconds = 0.0 if pool is None else self._estimate(missing, pool)
        forecast = Forecast(
            points=len(self.sweep),
            different=len(self.first),
            stored=self.done,
            mine=len(mine),
            refused=len(self.marks.failed),
            replications=self.sweep.replications,
            lanes=lanes,
            seconds=seconds,
        )
        self.watch.before(forecast)
        self.watch = replace(self.watch, before=None)

    def _estimate(self, missing: list[str], pool: WorkerPool) -> float:
        """Return how long it will take, from one replication of one point; nan if not known."""
        if not pool.present:
            return float("nan")
        task = next(self._tasks(missing[len(missing) // 2 :]))
        one = seconds_of_one(task, pool, self.watch.patience)
        return one * self.sweep.replications * len(missing) / pool.size
