"""A run: its replications, results and folder."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import platform
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from os import PathLike
from pathlib import Path
from types import NoneType, TracebackType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim import __version__
from sim.analysis.measures import Key, keys, measure_named
from sim.analysis.statistics import Estimates, WarmUp, estimates, warm_up
from sim.analysis.summary import COURSES, Summary, summary_of
from sim.analysis.windows import WHOLE, Array
from sim.core.errors import ArgumentError, quoted
from sim.core.log import Outline
from sim.plan.build import plan_of
from sim.plan.tables import Plan
from sim.runs.files import MANIFEST, RUN, Contents, atomic_file, atomic_folder
from sim.runs.pool import LocalPool, cores, replicate
from sim.runs.precision import Ending, look_ahead, refuse_unknown_measures, wanted
from sim.runs.simulate import (
    AUTO,
    SCHEMA,
    Done,
    Measure,
    Order,
    Own,
    array_of,
    engine_name,
    number_column,
    table_in,
    word_column,
)
from sim.scenarios.differences import reasons_of
from sim.scenarios.loading import load
from sim.scenarios.resolved import plain_data, resolved_yaml, scenario_hash
from sim.scenarios.schema import Scenario
from sim.scenarios.values import Wording

# --- What figures are drawn from: ``curves.parquet``, so that a folder of results can be drawn
# again.
#
# A long table of named arrays (one or two indices) and, as metadata, the words and single
# numbers.

CURVES = "curves.parquet"
_WORD = pa.dictionary(pa.int16(), pa.string())
_SCHEMA = pa.schema(
    [("name", _WORD), ("row", pa.int32()), ("column", pa.int32()), ("value", pa.float64())]
)
_ENCODING = {
    "row": "DELTA_BINARY_PACKED", "column": "DELTA_BINARY_PACKED", "value": "BYTE_STREAM_SPLIT",
}  # fmt: skip
_FACTS = b"facts"


def write_curves(path: Path, results: Results) -> None:
    """Write the courses of all replications and, if there is one, the summary of the run."""
    arrays = {f"course {name}": results.courses[:, number] for number, name in enumerate(COURSES)}
    facts: dict[str, Any] = {}
    if results.summary is not None:
        facts["summary"] = _taken_apart(results.summary, "summary", arrays)
    shapes = {name: list(array.shape) for name, array in arrays.items()}
    text = json.dumps(facts | {"shapes": shapes}, ensure_ascii=False)
    table = pa.concat_tables(
        _rows(n, name, arrays[name], list(arrays)) for n, name in enumerate(arrays)
    )
    pq.write_table(
        table.replace_schema_metadata({_FACTS: text.encode()}),
        path,
        compression="zstd",
        use_dictionary=["name"],
        column_encoding=_ENCODING,  # a third smaller
    )


def _rows(number: int, name: str, array: Array, names: list[str]) -> pa.Table:
    flat = array.reshape(len(array), -1) if array.size else np.zeros((0, 1))
    row, column = np.indices(flat.shape, dtype=np.int32)
    columns = [
        word_column(np.full(flat.size, number, np.int16), names),
        number_column(row.ravel()),
        number_column(column.ravel()),
        number_column(flat.ravel()),
    ]
    return pa.Table.from_arrays(columns, schema=_SCHEMA)


def read_curves(path: Path) -> tuple[Array, Summary | None]:
    """Return the courses (R, L, D) and the summary, None if the run had none."""
    arrays, facts = _read(path)
    courses = np.stack([arrays[f"course {name}"] for name in COURSES], axis=1)
    if "summary" not in facts:
        return courses, None
    return courses, _put_together(Summary, facts["summary"], "summary", arrays)


def _read(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    table = table_in(path)
    facts = json.loads(table.schema.metadata[_FACTS])
    values = array_of(table.column("value"))
    arrays, done = {}, 0
    for name, shape in facts["shapes"].items():
        size = int(np.prod(shape))
        arrays[name] = values[done : done + size].reshape(shape).copy()
        done += size
    return arrays, facts


# --------------------------------------------------------- dataclasses as arrays and plain data


def _taken_apart(value: Any, name: str, arrays: dict[str, Array]) -> Any:
    """Return a value as plain data; its arrays go into ``arrays`` under their path."""
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return None
    if is_dataclass(value):
        return {part: _taken_apart(each, f"{name}.{part}", arrays) for part, each in _parts(value)}
    if isinstance(value, Mapping):
        return {key: _taken_apart(each, f"{name}.{key}", arrays) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_taken_apart(each, f"{name}.{i}", arrays) for i, each in enumerate(value)]
    return value


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    return ((field.name, getattr(value, field.name)) for field in fields(value))


def _put_together(kind: Any, plain: Any, name: str, arrays: Mapping[str, Array]) -> Any:
    """Return the value of a declared type from plain data and arrays."""
    origin, inside = get_origin(kind), get_args(kind)
    if name in arrays:
        return arrays[name]
    if origin in (Union, UnionType):
        if plain is None:
            return None
        kind = next(each for each in inside if each is not NoneType)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(
            **{part: _put_together(hints[part], each, f"{name}.{part}", arrays)
               for part, each in plain.items()}
        )  # fmt: skip
    if origin is not None and isinstance(plain, dict):
        return {
            k: _put_together(inside[1], each, f"{name}.{k}", arrays) for k, each in plain.items()
        }
    if origin is tuple:
        return tuple(
            _put_together(inside[0], each, f"{name}.{i}", arrays) for i, each in enumerate(plain)
        )
    return plain


# --- Where the numbers of a run come from: what was run, with what, on what kind of machine.

_PACKAGES = ("numpy", "pandas", "pyarrow", "scipy", "simpy", "numba", "pydantic", "matplotlib")

SHORTEST = 20
"""Days below which MSER-5 says nothing."""

IDENTITY = (
    "On one machine the same scenario hash, seed, replication number and versions give the same "
    "daily.parquet, curves.parquet, measures.csv and estimates.csv, byte for byte, with either "
    "engine and on any number of cores. Elsewhere a logarithm may differ in its last digit: "
    "numbers then agree to six digits or more, unless two events lie so close that they change "
    "places; this is checked on the shipped scenarios (maraude reference --check), not proven."
)
ADVICE = (
    "MSER-5 on the number of people in the street, mean of all replications; to be followed only "
    "where a steady state is meant, not when starting from today; null: the number has not "
    "settled within the period"
)


def manifest(results: Results, command: str) -> dict[str, Any]:
    """Return the manifest, ready for JSON; it names the kind of machine, not the machine."""
    outline, advised = results.outline, warm_up_found(results)
    return {
        "title": outline.title,
        "scenario": {
            "file": results.file,
            "sha256": results.hash,
            "because": plain_data({**results.reasons}),
        },
        "seed": results.seed,
        "replications": results.replications,
        "first_replication": results.first,
        "engine": results.engine,
        "precision_not_reached": results.missed,
        "period": {"start": outline.start, "days": outline.horizon},
        "warm_up": {
            "days_left_out": outline.warm_up,
            "days_advised": advised.left_out if advised and advised.is_settled else None,
            "advice": ADVICE,
        },
        "locked_loops": [
            {"replication": number, "day": day, "services": list(names)}
            for number, day, names in results.locked
        ],
        "identity": IDENTITY,
        "command": command,
        "finished": now().isoformat(timespec="seconds"),
        "elapsed_seconds": round(results.elapsed_seconds, 3),
        "events": results.events,
        "versions": versions(),
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": cores()},
    }


def now() -> datetime:
    """Return the time, or that of SOURCE_DATE_EPOCH (seconds since 1970) where it is set."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed else datetime.now(UTC)


def warm_up_found(results: Results) -> WarmUp | None:
    """Return what MSER-5 would leave out, None of a period too short for it."""
    street = results.courses[:, COURSES.index("street")].mean(axis=0)
    return warm_up(street) if len(street) >= SHORTEST else None


def versions() -> dict[str, str]:
    """Return the versions of everything that can change a number or a figure."""
    numbers = {"maraude": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            numbers[package] = version(package)
        except PackageNotFoundError:
            continue
    return numbers


# --- The files of a folder of results, and reading them back.
#
# ``resolved.yaml`` the scenario in full; ``manifest.json`` where the numbers come from;
# ``daily.parquet`` every level and count by day; ``curves.parquet`` what figures are drawn from;
# ``measures.csv`` every measure of every replication; ``estimates.csv`` their means and
# intervals; ``own_measures.csv`` measures of the user by replication, if there are any.

RESOLVED, DAILY, MEASURES, ESTIMATES, OWN_MEASURES = (
    "resolved.yaml", "daily.parquet", "measures.csv", "estimates.csv", "own_measures.csv",
)  # fmt: skip
COLUMNS = ("measure", "service", "other", "class", "period")


class Writer:
    """Writes one folder of results, replication by replication."""

    def __init__(self, folder: Path, order: Order) -> None:
        self.folder = folder
        self.daily = (
            pq.ParquetWriter(folder / DAILY, SCHEMA, compression="zstd") if order.daily else None
        )

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.daily is not None:
            self.daily.close()

    def add(self, table: pa.Table) -> None:
        """Add one replication to ``daily.parquet``."""
        if self.daily is not None:
            self.daily.write_table(table)

    def conclude(self, results: Results, command: str) -> None:
        """Write everything else."""
        if self.daily is not None:
            self.daily.close()  # not written before it is closed
        write_run(self.folder, results, command)


def typed_command() -> str:
    """Return the command line that was typed, for the manifest."""
    return shlex.join(["maraude", *sys.argv[1:]])


def write_run(folder: Path, results: Results, command: str) -> None:
    """Write everything but the days into a folder; the manifest, which names all files, last."""
    if results.scenario is not None:
        (folder / RESOLVED).write_text(resolved_yaml(results.scenario), encoding="utf-8")
    write_curves(folder / CURVES, results)
    write_measures(folder / MEASURES, results)
    write_estimates(folder / ESTIMATES, results)
    if results.own:
        write_own(folder / OWN_MEASURES, results.own, results.first)
    write_manifest(folder, manifest(results, command))


def write_manifest(folder: Path, content: dict[str, Any]) -> None:
    """Write the manifest of a folder that is complete: with it go the digests of all its files."""
    whole = content | {"files": _digests(folder)}
    text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)
    with atomic_file(folder / MANIFEST) as unfinished:
        unfinished.write_text(text + "\n", encoding="utf-8", newline="\n")


def write_measures(path: Path, results: Results) -> None:
    """Write a row per replication and measure; numbers not there in a replication are left out."""
    first = results.first
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("replication", *COLUMNS, "value"))
        for number, row in enumerate(results.values.tolist(), start=first):
            table.writerows(
                (number, *key, repr(value))
                for key, value in zip(results.keys, row, strict=True)
                if value == value
            )


def estimate_rows(results: Results) -> list[tuple[Key, tuple[float, ...], str]]:
    """Return (key, (mean, low, high, sd, replications), unit) of every number there is."""
    columns = [column.tolist() for column in results.estimates]
    return [
        (key, numbers, measure_named(key.measure).unit)
        for key, *numbers_list in zip(results.keys, *columns, strict=True)
        if (numbers := tuple(numbers_list))[-1] > 0
    ]


def write_estimates(path: Path, results: Results) -> None:
    """Write a row per measure: mean, 95 % interval, standard deviation, replications, unit."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow((*COLUMNS, "mean", "low", "high", "sd", "replications", "unit"))
        for key, (*numbers, count), unit in estimate_rows(results):
            written = ("" if number != number else repr(number) for number in numbers)
            table.writerow((*key, *written, int(count), unit))


def write_own(path: Path, own: Mapping[str, Own], first: int) -> None:
    """Write a row per measure of the user and replication; empty: no such number."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("measure", "unit", "replication", "value"))
        for name, each in own.items():
            for number, value in enumerate(each.values.tolist(), start=first):
                table.writerow((name, each.unit, number, "" if value != value else repr(value)))


def read_own(path: Path) -> dict[str, Own]:
    """Return what ``write_own`` wrote, nothing where there is no such file."""
    values: dict[str, list[float]] = {}
    units: dict[str, str] = {}
    if path.is_file():
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                values.setdefault(row["measure"], []).append(float(row["value"] or "nan"))
                units[row["measure"]] = row["unit"]
    return {name: Own(np.array(result), units[name]) for name, result in values.items()}


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / MANIFEST
    }


# --------------------------------------------------------------------------- reading back


def read_manifest(folder: str | PathLike[str]) -> dict[str, Any]:
    """Return the manifest of a folder of results; ArgumentError if it cannot be read."""
    path = Path(folder) / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("an object is expected")
    except FileNotFoundError as error:
        raise ArgumentError(
            f"{path.parent.as_posix()} holds no results: there is no {MANIFEST}"
        ) from error
    except OSError as error:
        raise ArgumentError(
            f"{path.as_posix()} cannot be read: {error.strerror or error}"
        ) from error
    except RecursionError as error:
        raise damaged(path, "nested too deeply") from error
    except ValueError as error:
        raise damaged(path, str(error)) from error
    return content


def damaged(manifest: Path, why: str) -> ArgumentError:
    """Return the error of a manifest that cannot be used, with what to do."""
    return ArgumentError(
        f"{manifest.as_posix()} is damaged ({why}): make its folder again, with the same command "
        "and --replace"
    )


DATA = (".csv", ".parquet", ".yaml")
"""Endings of the files that hold results; pages and figures may be made again."""
RUN_AGAIN = "run it again"


def data_files(files: Iterable[str]) -> list[str]:
    """Return which files of a folder hold its results, but for its days; pages are none."""
    return [
        name for name in files if "/" not in name and Path(name).suffix in DATA and name != DAILY
    ]


def refuse_changed(folder: Path, files: Mapping[str, str], again: str = RUN_AGAIN) -> None:
    """Raise ArgumentError if a file of results is missing or not the one that was written.

    ``files``: digests by name, as the manifest has them. Days alone, the largest file, may be gone.
    """
    for name in (*data_files(files), DAILY):
        path = folder / name
        if name == DAILY and (name not in files or not path.is_file()):
            continue
        if not path.is_file():
            raise ArgumentError(f"{folder.as_posix()} cannot be used: {name} is missing; {again}")
        if hashlib.sha256(path.read_bytes()).hexdigest() != files[name]:
            raise ArgumentError(
                f"{folder.as_posix()} cannot be used: {name} was changed after the run; {again}"
            )


# --- Run one scenario: replications, checks, measures, estimates, and a folder that holds them.

FIRST = 1
"""Number of the first replication, unless another is asked for."""
MOST = 200
"""Replications after which a precision not reached is given up."""
MOST_KEPT = 100
"""Replications that figures are drawn from: more would fill the memory, not change them."""

Progress = Callable[[int, int], None]
"""Called with (replications done, replications to do at most)."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Results:
    """All replications of one scenario.

    ``values`` (R, K): replications ``first``, ``first`` + 1, ... by measures in the order of
    ``keys``. ``courses`` (R, L, D): COURSES by day. ``locked``: (replication, time, services) of
    each locked loop. ``missed``: precisions wanted and not reached. ``scenario``: what was run,
    None for a bare plan; ``reasons`` of its changes, by path. ``summary``: of at most MOST_KEPT
    replications, what figures are drawn from, if it was asked for. ``own``: measures of the user.
    """

    plan: Plan
    seed: int
    engine: str
    keys: list[Key]
    values: Array
    courses: Array
    first: int
    locked: list[tuple[int, float, tuple[str, ...]]]
    missed: list[str]
    events: int
    elapsed_seconds: float
    scenario: Scenario | None = None
    reasons: Mapping[str, Wording] = field(default_factory=dict)
    hash: str = ""
    file: str = ""
    summary: Summary | None = None
    version: str = __version__
    own: Mapping[str, Own] = field(default_factory=dict)

    def __repr__(self) -> str:
        title = quoted(self.outline.title, False)
        count = f"{self.replications} replication{'s' if self.replications != 1 else ''}"
        return f'<Results "{title}", {count}, seed {self.seed}>'

    @property
    def outline(self) -> Outline:
        """Names and sizes of the pathway."""
        return self.plan.outline

    @property
    def replications(self) -> int:
        """How many replications there are."""
        return len(self.values)

    @property
    def estimates(self) -> Estimates:
        """Means and 95 % intervals, in the order of ``keys``."""
        return estimates(self.values)

    def number(
        self, measure: str, service: str = WHOLE, class_id: str = WHOLE, period: str = WHOLE
    ) -> Array:
        """Return one measure in every replication (R,); KeyError if there is no such number."""
        key = Key(measure, service, "", class_id, period)
        if key not in self.keys:
            raise KeyError(f"no number {tuple(key)}")
        return self.values[:, self.keys.index(key)]


Finish = Callable[[Results, Path], None]
"""Adds to the folder (figures, a report) before it gets its name."""


def run(
    scenario: Scenario | Plan | str | PathLike[str],
    *,
    replications: int | None = None,
    seed: int | None = None,
    engine: str = AUTO,
    workers: int | LocalPool | None = None,
    until: Sequence[str] | None = None,
    most: int | None = None,
    first: int = FIRST,
    out: Path | None = None,
    replace: bool = False,
    daily: bool = True,
    summary: bool = False,
    own: Mapping[str, Measure] | None = None,
    progress: Progress | None = None,
    finish: Finish | None = None,
) -> Results:
    """Simulate a scenario (or its file, or a plan) and return its results; with ``out`` store them.

    ``own``: measures of the user. ``workers``: how many (default: one per core), or a shared pool.
    Replications ``first``, ``first`` + 1, ... are pure functions of (scenario, seed, number). With
    ``until`` they go on from ``replications`` to at most ``most`` (MOST), until every precision is
    reached and kept, see ``precision``. Numbers not given come from the scenario. ``out`` may hold
    an earlier run of the same file; other results are refused unless ``replace``. Raises
    ScenarioError, ArgumentError, RunError, OutputError.
    """
    scenario = load(scenario) if isinstance(scenario, str | PathLike) else scenario
    settings = _settings(scenario, replications, seed, until)
    _refuse_most(settings, most)
    plan = plan_of(scenario) if isinstance(scenario, Scenario) else scenario
    if settings.until and until is None and isinstance(scenario, Scenario):
        refuse_unknown_measures(scenario, plan.outline)
    goals = [wanted(text, plan.outline) for text in settings.until]
    daily = daily and out is not None
    order = Order(plan, engine_name(engine), settings.seed, daily, summary, own or {})
    ending = Ending(goals, settings.replications)
    last = first + _at_most(settings.replications, most, bool(goals))
    making = _Making(order, ending, range(first, last), scenario)
    if out is None:
        return making.run(workers, progress, None)
    with (
        atomic_folder(Path(out), contents_of_run(scenario), replace) as folder,
        Writer(folder, order) as writer,
    ):
        results = making.run(workers, progress, writer)
        if finish is not None:
            finish(results, folder)
        writer.conclude(results, typed_command())
    return results


def _at_most(replications: int, most: int | None, has_goals: bool) -> int:
    """Return how many replications there may be, with precisions to be reached or without."""
    if not has_goals:
        return replications
    return max(replications, most or max(MOST, replications + look_ahead(replications)))


def contents_of_run(scenario: Scenario | Plan) -> Contents:
    """Return what identifies a run: the file of its scenario, "" for a bare plan."""
    return Contents(RUN, (scenario.history.files[-1] if isinstance(scenario, Scenario) else "",))


def _refuse_most(settings: _Settings, most: int | None) -> None:
    """Raise ArgumentError where fewer replications are allowed than are asked for at least."""
    if most is not None and settings.until and most < settings.replications:
        raise ArgumentError(
            f"at most {most} replications are allowed, and {settings.replications} are asked for: "
            f"give {settings.replications} or more as the most, or ask for {most} or fewer"
        )


@dataclass(frozen=True, slots=True)
class _Settings:
    replications: int
    seed: int
    until: tuple[str, ...]


def _settings(
    scenario: Scenario | Plan,
    replications: int | None,
    seed: int | None,
    until: Sequence[str] | None,
) -> _Settings:
    """Return what was asked for, else what the scenario says."""
    if isinstance(scenario, Scenario):
        written = scenario.run
        # Asking for a number of replications means that number, whatever precision the file wants.
        by_file = written.until if replications is None else ()
        return _Settings(
            replications or written.replications,
            written.seed if seed is None else seed,
            tuple(by_file if until is None else until),
        )
    return _Settings(replications or 20, 1 if seed is None else seed, tuple(until or ()))


@dataclass(slots=True)
class _Making:
    """One run under way."""

    order: Order
    ending: Ending
    numbers: range
    scenario: Scenario | Plan

    def run(
        self, workers: int | LocalPool | None, progress: Progress | None, writer: Writer | None
    ) -> Results:
        """Run until there are enough replications."""
        started = time.monotonic()
        done: list[Done] = []
        replications = replicate(self.order, self.numbers, workers)
        try:
            for replication in replications:
                done.append(replication)
                self.ending.add(replication.values)
                self._write(done[: self.ending.certain], writer)
                if len(done) > MOST_KEPT:
                    replication.part = None
                if progress is not None:
                    progress(len(done), len(self.numbers))
                if self.ending.enough is not None:
                    break
        finally:
            replications.close()  # type: ignore[attr-defined]
        del done[self.ending.enough or len(done) :]
        self._write(done, writer)
        return self._results(done, time.monotonic() - started)

    def _write(self, done: list[Done], writer: Writer | None) -> None:
        """Write the daily rows and forget them: they are too many to hold."""
        for each in done:
            if writer is not None and each.daily is not None:
                writer.add(each.daily)
            each.daily = None

    def _results(self, done: list[Done], elapsed: float) -> Results:
        outline = self.order.plan.outline
        scenario = self.scenario if isinstance(self.scenario, Scenario) else None
        kept = [each.part for each in done if each.part is not None]
        return Results(
            plan=self.order.plan,
            seed=self.order.seed,
            engine=self.order.engine,
            keys=keys(outline),
            values=np.array([each.values for each in done]),
            first=self.numbers[0],
            courses=np.array([each.courses for each in done]),
            locked=[_locked(each, outline) for each in done if each.locked],
            missed=self.ending.missed,
            events=sum(each.events for each in done),
            elapsed_seconds=elapsed,
            scenario=scenario,
            reasons=reasons_of(scenario) if scenario else {},
            hash=scenario_hash(scenario) if scenario else "",
            file=scenario.history.files[-1] if scenario else "",
            summary=summary_of(kept) if kept else None,
            own={
                name: Own(np.array([each.own[place] for each in done]), measure.unit)
                for place, (name, measure) in enumerate(self.order.own.items())
            },
        )


def _locked(each: Done, outline: Outline) -> tuple[int, float, tuple[str, ...]]:
    names = tuple(outline.services[number].name for number in each.locked)
    return each.replication, each.locked_at, names
