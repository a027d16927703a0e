"""Results of a run as tables, figures and folders."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from html import escape
from numbers import Integral
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import __version__
from sim.analysis.measures import MEASURES, Key, measure_named
from sim.analysis.statistics import Interval, estimate, estimates, holm_known, paired
from sim.analysis.windows import WHOLE, Array, day_count, frozen
from sim.api.scenarios import AnyScenario, as_scenario, finite
from sim.core.errors import ArgumentError, OutputError, RunError, UnknownNameError, unknown_name
from sim.core.limits import HIGHEST_SEED, MOST_REPLICATIONS, MOST_WORKERS
from sim.core.log import Outline, Tallies
from sim.plan.build import plan_of
from sim.runs import run as running
from sim.runs.compare import ALPHA, Comparison
from sim.runs.files import REPORT, RUN, Contents, atomic_folder, write_text
from sim.runs.findings import HEADLINES
from sim.runs.precision import key_of, shown_names
from sim.runs.run import Writer, read_manifest
from sim.runs.simulate import (
    AUTO,
    Daily,
    Measure,
    Order,
    Own,
    daily_table,
    engine_name,
    log_frame,
    memory_for_one,
    position,
    quantities_chosen,
    releases_gil,
    simulate_with,
    words,
)
from sim.scenarios.checks import wrong_word
from sim.scenarios.schema import Scenario
from sim.scenarios.source import normal

if TYPE_CHECKING:
    # Whoever runs a scenario and asks for no table needs no pandas, which takes a fifth of a second
    # to import: functions that make tables import it themselves.
    import pandas as pd
    from matplotlib.figure import Figure

# --- Reports and folders written by a program: errors that speak of arguments, not of options.

COMMAND = "Python"
"""What stands in a manifest for the command."""
ANOTHER = "Choose another folder"
_ARGUMENTS = {
    " with --out": "",
    "or add --replace if": "or give replace=True if",
    "and --replace": "and replace=True",
    "run it again without --no-figures": "make it with sim.run",
    "write --workers 1": "give workers=1",
}
"""What messages say of options of the command line, and of arguments instead."""


class Page(str):
    """A report as HTML text; notebooks show it as a page."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<report, {len(self):,} characters of HTML>"

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{escape(self, quote=True)}" width="100%" height="700" '
            'sandbox="allow-scripts"></iframe>'
        )


def written(page: str, path: str | PathLike[str] | None) -> Page:
    """Return a report, after writing it to ``path`` if there is one; raises OutputError."""
    if path is not None:
        write_text(Path(path), page, "Choose another path")
    return Page(page)


@contextmanager
def in_python() -> Iterator[None]:
    """Have errors speak of arguments of Python."""
    try:
        yield
    except (OutputError, ArgumentError, RunError) as error:
        text = str(error)
        for option, argument in _ARGUMENTS.items():
            text = text.replace(option, argument)
        if text == str(error):
            raise
        kind = next(
            kind for kind in (OutputError, RunError, ArgumentError) if isinstance(error, kind)
        )
        raise kind(text) from error.__cause__


def refuse_namesake(folder: Path, results: Sequence[running.Results], replace: bool) -> None:
    """Raise OutputError where a folder holds results of other scenarios with the same names.

    A file may be edited and run again; a scenario made by a program is another one if it differs.
    """
    if replace or all(Path(result.file).is_file() for result in results):
        return
    with suppress(
        ArgumentError, LookupError, TypeError
    ):  # what is no run or comparison is told later
        manifest = read_manifest(folder)
        parts = (
            [manifest["base"], *manifest["others"]]
            if "others" in manifest
            else [manifest["scenario"]]
        )
        if [part["sha256"] for part in parts] != [result.hash for result in results]:
            raise OutputError(
                f"{folder} is not replaced: it holds results of another scenario with this name. "
                "Choose another folder, or give replace=True if they are not needed any more"
            )


# --- Tables of results: estimates, replications and days as data frames, and short HTML.

ESTIMATES = (
    "measure", "service", "class", "period", "mean", "low", "high", "sd", "n", "unit",
)  # fmt: skip
"""Columns of estimates; pairs of services have ``other`` after ``service``."""
OWN = "own"
"""What stands for the family of tests of measures that a user defined."""


def key_frame(keys: Iterable[Key]) -> pd.DataFrame:
    """Return keys as columns: measure, service, other, class, period."""
    import pandas as pd

    return pd.DataFrame([tuple(key) for key in keys], columns=pd.Index(KEY_COLUMNS))


KEY_COLUMNS = ("measure", "service", "other", "class", "period")


def chosen(
    frame: pd.DataFrame, pairs: bool, outline: Outline, **wanted: str | None
) -> pd.DataFrame:
    """Return the rows asked for; KeyError with what there is. Without pairs, no ``other``.

    ``outline``: has the names of services in reports, for messages.
    """
    if "other" in frame:
        frame = frame[(frame["other"] != "") == pairs]
    for column, value in wanted.items():
        name = column.rstrip("_")
        if value is not None:
            there = list(dict.fromkeys(frame[name].tolist()))
            shown = shown_names(outline) if name == "service" else ()
            frame = frame[frame[name] == there[position(there, value, name, shown)]]
    return (
        frame.reset_index(drop=True)
        if pairs
        else frame.drop(columns="other").reset_index(drop=True)
    )


def estimates_frame(results: running.Results, own: Mapping[str, Own]) -> pd.DataFrame:
    """Return every number there is with its interval, those of the user last."""
    frame = key_frame([*results.keys, *own_keys(own)])
    means = estimates(np.hstack([results.values, *(each.values[:, None] for each in own.values())]))
    frame["mean"], frame["low"], frame["high"], frame["sd"] = means[:4]
    frame["n"] = means.replications.astype(np.int64)
    units = {measure.name: measure.unit for measure in MEASURES}
    units |= {name: each.unit for name, each in own.items()}
    frame["unit"] = [units[name] for name in frame["measure"]]
    return frame[frame["n"] > 0]


def measures_frame(results: running.Results, own: Mapping[str, Own]) -> tuple[pd.DataFrame, Array]:
    """Return the keys of all numbers, and their values by replication (R, K)."""
    frame = key_frame([*results.keys, *own_keys(own)])
    return frame, np.hstack([results.values, *(each.values[:, None] for each in own.values())])


def own_keys(own: Iterable[str]) -> list[Key]:
    """Return the keys of measures that a user defined."""
    return [Key(name, WHOLE, "", WHOLE, WHOLE) for name in own]


DIFFERENCES = (
    "scenario", "measure", "service", "class", "period", "unit", "base", "changed", "difference",
    "low", "high", "p", "p_adjusted", "n", "certain", "family",
)  # fmt: skip
"""Columns of a comparison; pairs of services have ``other`` after ``service``."""


def differences_frame(comparison: Comparison, own: Mapping[str, Mapping[str, Own]]) -> pd.DataFrame:
    """Return a row for each number of each scenario compared, paired with the base.

    ``own``: measures of the user, by scenario and name.
    """
    import pandas as pd

    rows = [
        (
            other.member.name, *change.key, change.unit, change.base, change.other, change.mean,
            change.low, change.high, change.p, change.adjusted, change.replications,
            change.is_sure, change.family,
        )
        for other in comparison.others
        for change in other.moved
    ]  # fmt: skip
    columns = [*DIFFERENCES[:3], "other", *DIFFERENCES[3:]]
    frame = pd.DataFrame([*rows, *own_rows(comparison, own)], columns=pd.Index(columns))
    frame["certain"] = frame["certain"].astype(bool)
    return frame


def own_rows(
    comparison: Comparison, own: Mapping[str, Mapping[str, Own]]
) -> list[tuple[object, ...]]:
    """Return the paired differences of measures of the user; Holm over all of them."""
    base = own.get(comparison.base.name, {})
    rows: list[tuple[object, ...]] = []
    for other in comparison.others:
        for name, first in own.get(other.member.name, {}).items():
            if name not in base:
                continue
            differences = paired(first.values[:, None], base[name].values[:, None])
            means = (float(np.nanmean(base[name].values)), float(np.nanmean(first.values)))
            numbers = [
                float(part[0])
                for part in (differences.mean, differences.low, differences.high, differences.p)
            ]
            count = int(differences.replications[0])
            rows.append(
                (other.member.name, name, WHOLE, "", WHOLE, WHOLE, first.unit, *means, *numbers,
                 np.nan, count, False, OWN)
            )  # fmt: skip
    adjusted = holm_known(np.array([float(str(row[12])) for row in rows])) if rows else np.zeros(0)
    return [
        (*row[:13], float(p), row[14], bool(p < ALPHA), OWN)
        for row, p in zip(rows, adjusted, strict=True)
    ]


def html_table(head: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a small table for a notebook; the first column is text, the others numbers."""
    cells = "".join(f"<th>{escape(column)}</th>" for column in columns)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(each)}</td>" for each in row) + "</tr>" for row in rows
    )
    return (
        f"<p>{escape(head)}</p><table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>"
    )


def refuse_known(names: Iterable[object]) -> None:
    """Raise ArgumentError where a measure of the user has the name of one of the program's."""
    known = {measure.name for measure in MEASURES}
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise ArgumentError(f"a measure has a text as its name, not {name!r}")
        if wrong := wrong_word(name):
            raise ArgumentError(f"a measure cannot have this name: {wrong}")
        if name in known:
            unit = measure_named(name).unit
            raise ArgumentError(
                f"there is a measure '{name}' [{unit}] already: choose another name"
            )


# --- Results of one scenario: tables, figures, a report, a folder.

MOST_ROWS = 50_000_000
"""Rows of ``daily`` up to which it is made."""
Measures = Mapping[str, Measure | Callable[[Daily], float]]
"""Measures of the user by name; a plain function is given a ``Daily``."""


@dataclass(frozen=True, repr=False, eq=False)
class Results:
    """All replications of one scenario, made by ``sim.run`` or read by ``sim.read``.

    ``scenario``: what was run. ``seed``, ``engine``, ``replications``: how. ``folder``: where they
    were read, None if they were made here.
    """

    data: running.Results
    folder: Path | None = None

    @property
    def own(self) -> Mapping[str, Own]:
        """The measures of your own: ``values`` by replication, ``unit``."""
        return self.data.own

    @property
    def scenario(self) -> Scenario:
        """The scenario that was run."""
        assert self.data.scenario is not None  # of all results made here
        return self.data.scenario

    @property
    def seed(self) -> int:
        """The random seed."""
        return self.data.seed

    @property
    def replications(self) -> int:
        """How many replications there are."""
        return self.data.replications

    @property
    def engine(self) -> str:
        """The engine that simulated them."""
        return self.data.engine

    @property
    def not_reached(self) -> list[str]:
        """The precisions of ``until`` that were not reached."""
        return list(self.data.missed)

    @property
    def seconds(self) -> float:
        """The time it took."""
        return self.data.elapsed_seconds

    def __repr__(self) -> str:
        return repr(self.data)

    def _repr_html_(self) -> str:
        main = [*HEADLINES, *((name, WHOLE) for name in self.own)]
        table = self._estimates
        whole = (table["class"] == WHOLE) & (table["period"] == WHOLE) & (table["other"] == "")
        columns = ["measure", "service", "mean", "low", "high", "unit"]
        rows = [
            (
                measure,
                finite(mean),
                "" if math.isnan(low) else f"{finite(low)} to {finite(high)}",
                unit,
            )
            for measure, service, mean, low, high, unit in table[whole][columns].to_numpy().tolist()
            if (measure, service) in main
        ]
        return html_table(repr(self).strip("<>"), ("measure", "mean", "95 %", "unit"), rows)

    # --------------------------------------------------------------------- numbers

    @cached_property
    def _estimates(self) -> pd.DataFrame:
        return estimates_frame(self.data, self.own)

    def estimates(
        self,
        measure: str | None = None,
        *,
        service: str | None = None,
        class_: str | None = None,
        period: str | None = None,
        pairs: bool = False,
    ) -> pd.DataFrame:
        """Return every number with its 95 % interval, a row each; any of them may be chosen.

        Columns: measure, service ("all": the whole pathway), class, period ("all": everything after
        the warm-up), mean, low, high, sd, n (replications that have the number), unit. ``pairs``:
        instead, the numbers of pairs of services, with the second one in ``other``. low, high and
        sd are nan with one replication. Raises KeyError for names that do not exist.
        """
        frame = chosen(
            self._estimates, pairs, self.data.outline, measure=measure, service=service,
            class_=class_, period=period,
        )  # fmt: skip
        return frame if pairs else frame[list(ESTIMATES)]

    def estimate(self, measure: str, *, class_: str = WHOLE, period: str = WHOLE) -> Interval:
        """Return one number: mean, low, high, sd, replications.

        ``measure``: as in precisions: "street nights per year", "blocked places of shelter"
        (without a service: the street or the whole pathway). Raises KeyError.
        """
        return self._interval(self._key(measure, class_, period))

    def values(self, measure: str, *, class_: str = WHOLE, period: str = WHOLE) -> Array:
        """Return one number in each replication (R,), named as in ``estimate``."""
        return self._column(self._key(measure, class_, period))

    def _key(self, text: object, class_: Any, period: Any) -> Key:
        if not isinstance(text, str):
            raise ArgumentError(
                "a number is named by a text, for instance 'street nights per year' or 'blocked "
                f"places of SERVICE', not {text!r}"
            )
        class_ = normal(class_) if isinstance(class_, str) else class_
        if text in self.own:
            key = Key(text, WHOLE, "", class_, period)
        else:
            try:
                key = key_of(text, self.data.outline)._replace(class_id=class_, period=period)
            except ArgumentError as error:
                raise UnknownNameError(str(error)) from None
        same = [each for each in (*self.data.keys, *own_keys(self.own)) if each[:3] == key[:3]]
        for what, place, wanted in (("class", 3, class_), ("period", 4, period)):
            there = list(dict.fromkeys(each[place] for each in same))
            if wanted not in there:
                raise UnknownNameError(unknown_name(f"{what} of '{text}'", wanted, there))
        if key not in same:
            raise UnknownNameError(f"'{text}' is not counted by class and by year at once")
        return key

    def _column(self, key: Key) -> Array:
        if key.measure in self.own:
            return self.own[key.measure].values
        column: Array = self.data.values[:, self.data.keys.index(key)]
        return column

    def _interval(self, key: Key) -> Interval:
        values = self._column(key)
        known = values[~np.isnan(values)]
        return estimate(known if known.size else values)

    def measures(
        self,
        measure: str | None = None,
        *,
        service: str | None = None,
        class_: str | None = None,
        period: str | None = None,
        pairs: bool = False,
    ) -> pd.DataFrame:
        """Return every number of every replication: a row for each replication.

        Columns: measure, service, class, period (for ``pairs``: other after service), as levels of
        one index. nan: no such number in this replication. Raises KeyError.
        """
        import pandas as pd

        keys, values = measures_frame(self.data, self.own)
        keys["at"] = np.arange(len(keys))
        columns = chosen(
            keys, pairs, self.data.outline, measure=measure, service=service, class_=class_,
            period=period,
        )  # fmt: skip
        names = [name for name in columns.columns if name != "at"]
        first = self.data.first
        return pd.DataFrame(
            values[:, columns["at"].to_numpy()],
            index=pd.RangeIndex(first, first + self.replications, name="replication"),
            columns=pd.MultiIndex.from_frame(columns[names]),
        )

    def daily(
        self,
        quantity: str | Iterable[str] | None = None,
        *,
        replications: int | Iterable[int] | None = None,
    ) -> pd.DataFrame:
        """Return what was counted every day, zeros too: a row per replication, day, service, class.

        Columns: replication, date, service, class ("all": places), quantity, mean (over the day),
        end (of the day); counts have the number of the day in both. The replications, one or some,
        are simulated again, which gives the same numbers. ``quantity``: one or some (docs/api.md
        names them); needed for long runs of many services: ArgumentError says when there would be
        too many rows. Raises KeyError.
        """
        import pandas as pd

        wanted = one_or_some("quantity", quantity)
        quantities = quantities_chosen(wanted, words(self.data.outline)[2])
        numbers = self._numbers(replications)
        outline = self.data.outline
        rows = day_count(outline) * (len(outline.services) + 1) * len(outline.classes)
        rows *= len(quantities) * len(numbers)
        if rows > MOST_ROWS:
            raise ArgumentError(
                f"this table would have about {rows:,} rows: name the quantities or replications "
                "you need, for instance daily('blocked') or daily(replications=[1])"
            )
        tables = [Daily(self._simulated(number)).frame(quantities) for number in numbers]
        return pd.concat(tables, ignore_index=True)

    def _numbers(self, replications: int | Iterable[int] | None) -> list[int]:
        there = range(self.data.first, self.data.first + self.replications)
        asked = one_or_some("replications", replications, Integral)
        if asked is None:
            return list(there)
        numbers = list(dict.fromkeys(whole("replication", number, 0) for number in asked))
        wrong = [number for number in numbers if number not in there]
        if wrong or not numbers:
            raise UnknownNameError(
                f"there is no replication {wrong[0] if wrong else 'asked for'}: these results have "
                f"{there[0]} to {there[-1]}"
            )
        return numbers

    def _simulated(self, replication: int) -> Tallies:
        if self.data.version != __version__:
            raise ArgumentError(
                f"these results are of version {self.data.version} of maraude and cannot be "
                f"simulated again by {__version__}: run the scenario again"
            )
        with memory_for_one(self.data.plan):
            simulated = simulate_with(self.engine)(self.data.plan, self.seed, replication)
            return frozen(simulated.tallies)

    # --------------------------------------------------------------------- to be looked at

    @property
    def plots(self) -> list[str]:
        """The names of the figures there are."""
        from sim.figures import FIGURES

        return list(FIGURES)

    def plot(self, name: str = "flow", *, lang: str = "en") -> Figure:
        """Return a figure: one of ``plots``. Raises KeyError, ValueError (language)."""
        from sim.figures import figure_of_run

        if name not in self.plots:
            raise UnknownNameError(unknown_name("figure", name, self.plots))
        return figure_of_run(self.data, name, lang)

    def report(self, path: str | PathLike[str] | None = None, *, lang: str = "en") -> Page:
        """Return the report, one HTML page that needs nothing else; ``path``: also write it there.

        Raises ValueError (language), OutputError.
        """
        from sim.report.run import run_report

        return written(run_report(self.data, lang), path)

    def save(
        self,
        folder: str | PathLike[str],
        *,
        lang: str = "en",
        figures: bool = True,
        daily: bool = True,
        replace: bool = False,
    ) -> Path:
        """Write the folder that ``maraude run`` writes, whole or not at all; return its path.

        ``figures``: with figures and the report, in ``lang``. ``daily``: with daily.parquet.
        ``replace``: whatever results stand there; without it only those of the same scenario file,
        or of the same scenario made by a program, are replaced. Raises OutputError.
        """
        refuse_namesake(Path(folder), [self.data], replace)
        ours = Contents(RUN, (self.data.file,))
        order = Order(self.data.plan, self.engine, self.seed, daily)
        with (
            in_python(),
            atomic_folder(Path(folder), ours, replace) as made,
            Writer(made, order) as writer,
        ):
            for number in self._numbers(None) if daily else ():
                writer.add(daily_table(self._simulated(number)))
            if figures:
                from sim.figures import draw_run
                from sim.report.run import run_report

                draw_run(self.data, made / "figures", lang)
                page = run_report(self.data, lang, drawn=made / "figures")
                (made / REPORT).write_text(page, encoding="utf-8", newline="\n")
            writer.conclude(self.data, COMMAND)
        return Path(folder)


def run(
    scenario: AnyScenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    engine: str = AUTO,
    until: str | Sequence[str] | None = None,
    most: int | None = None,
    first: int = running.FIRST,
    measures: Measures | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Results:
    """Simulate a scenario (or its file, or a dictionary) and return the results.

    ``replications``, ``seed``, ``until``: those of the scenario unless given. ``workers``: cores
    (default: all). ``engine``: "auto", "compiled" or "reference". ``until``: precisions
    such as "street nights within 2 %", tried for up to ``most`` replications. ``first``: number of
    the first replication. ``measures``: of your own, by name: functions of a ``Daily``, or a
    ``sim.Measure``; they are called from several threads, with the reference engine from one.
    ``progress``: called with (replications done, to do at most). Results depend on scenario, seed
    and numbers of the replications alone. Raises ScenarioError, ArgumentError, RunError, TypeError.
    """
    loaded = as_scenario(scenario)
    own = own_measures(measures)
    with in_python():
        results = running.run(
            loaded,
            replications=optional("replications", replications, 1, MOST_REPLICATIONS),
            seed=optional("seed", seed, 0, HIGHEST_SEED),
            workers=workers_for(engine, workers, own),
            engine=engine,
            until=one_or_some("until", until),
            most=optional("most", most, 1, MOST_REPLICATIONS),
            first=whole("first", first, running.FIRST, MOST_REPLICATIONS),
            summary=True,
            own=own,
            progress=progress,
        )
    return Results(results)


def log(
    scenario: AnyScenario | Results,
    *,
    replication: int = running.FIRST,
    seed: int | None = None,
    engine: str = AUTO,
) -> pd.DataFrame:
    """Return every event of one replication, a row each, in the order in which things happened.

    Columns: time [days since the start], date, event, person (from 0), class (of the person),
    service, other, number; docs/model.md, section 11, says what each event fills. Replications of a
    run are numbered from 1. Raises ScenarioError, ArgumentError, RunError (memory).
    """
    if isinstance(scenario, Results):
        plan, used = scenario.data.plan, scenario.seed if seed is None else seed
        engine = scenario.engine if engine == AUTO else engine
    else:
        loaded = as_scenario(scenario)
        plan, used = plan_of(loaded), loaded.run.seed if seed is None else seed
    number = whole("replication", replication, running.FIRST, MOST_REPLICATIONS)
    seed = whole("seed", used, 0, HIGHEST_SEED)
    with memory_for_one(plan, log=True):
        rows = simulate_with(engine)(plan, seed, number, log=True).log or ()
        return log_frame(rows, plan.outline)


# --------------------------------------------------------------------- arguments


def whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """Return a whole number given as an argument; raises ArgumentError."""
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not is_whole or not least <= int(value) <= (most or int(value)):  # type: ignore[call-overload]
        upper = f" to {most:,}" if most else " on"
        raise ArgumentError(f"{name} is a whole number from {least}{upper}, not {value!r}")
    return int(value)  # type: ignore[call-overload, no-any-return]


def optional(name: str, value: object, least: int, most: int | None = None) -> int | None:
    """Return a whole number given as an argument, None if there is none."""
    return None if value is None else whole(name, value, least, most)


def one_or_some(name: str, value: Any, kind: type = str) -> tuple[Any, ...] | None:
    """Return what is one alone (of this kind) or some, None if it is None; raises ArgumentError."""
    if value is None:
        return None
    if isinstance(value, kind):
        return (value,)
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise ArgumentError(f"{name} is one alone or a list, not {value!r}")
    return tuple(value)


def own_measures(measures: Measures | None) -> dict[str, Measure]:
    """Return measures of the user; raises ArgumentError for what is none."""
    if measures is not None and not isinstance(measures, Mapping):
        raise ArgumentError(
            "measures are a dictionary from names to functions, for instance "
            f"{{'visits': lambda daily: daily.series('visits').sum()}}, not {measures!r}"
        )
    refuse_known(measures or {})
    own = {
        name: each if isinstance(each, Measure) else Measure(each)
        for name, each in (measures or {}).items()
    }
    for name, each in own.items():
        if each.unit and (wrong := wrong_word(each.unit)):
            raise ArgumentError(f"the measure '{name}' cannot have this unit: {wrong}")
    return own


def workers_for(engine: str, workers: int | None, own: Mapping[str, Measure]) -> int | None:
    """Return how many workers to use: one where functions could not be sent to processes."""
    if own and not releases_gil(engine_name(engine)):
        return 1
    return optional("workers", workers, 1, MOST_WORKERS)
