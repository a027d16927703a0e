"""Results of one scenario: tables, figures, a report, a folder."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim import __version__
from sim.analysis.statistics import Interval, estimate
from sim.analysis.tables import Key
from sim.analysis.windows import WHOLE, Array, day_count, settled
from sim.api.scenarios import AnyScenario, as_scenario, finite
from sim.api.tables import (
    ESTIMATES,
    chosen,
    estimates_frame,
    html_table,
    measures_frame,
    refuse_known,
)
from sim.api.writing import (
    COMMAND,
    OWN_MEASURES,
    Page,
    in_python,
    refuse_namesake,
    write_own,
    written,
)
from sim.event_log import Tallies
from sim.experiments import run as running
from sim.experiments.daily import daily_table, words
from sim.experiments.engines import AUTO, engine_name, releases_gil, simulate_with
from sim.experiments.export import log_frame
from sim.experiments.findings import HEADLINES
from sim.experiments.folder import REPORT, RUN, Contents, whole_folder
from sim.experiments.own_measures import QUANTITIES, Daily, Measure, Own, position
from sim.experiments.precision import key_of
from sim.experiments.store import Writer
from sim.experiments.worker import Order
from sim.plan import plan_of
from sim.scenario.schema import Scenario
from sim.vocabulary.errors import UnknownNameError, WishError, unknown_name
from sim.vocabulary.limits import MOST_REPLICATIONS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
        found = self._estimates
        whole = (found["class"] == WHOLE) & (found["period"] == WHOLE) & (found["other"] == "")
        columns = ["measure", "service", "mean", "low", "high", "unit"]
        rows = [
            (
                measure,
                finite(mean),
                "" if math.isnan(low) else f"{finite(low)} to {finite(high)}",
                unit,
            )
            for measure, service, mean, low, high, unit in found[whole][columns].to_numpy().tolist()
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
            self._estimates, pairs, measure=measure, service=service, class_=class_, period=period
        )
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

    def _key(self, text: str, class_: str, period: str) -> Key:
        if text in self.own:
            return Key(text, WHOLE, "", class_, period)
        try:
            key = key_of(text, self.data.outline)._replace(klass=class_, period=period)
        except WishError as error:
            raise UnknownNameError(str(error)) from None
        same = [one for one in self.data.keys if one[:3] == key[:3]]
        for what, place, wanted in (("class", 3, class_), ("period", 4, period)):
            there = list(dict.fromkeys(one[place] for one in same))
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
        keys, values = measures_frame(self.data, self.own)
        keys["at"] = np.arange(len(keys))
        found = chosen(keys, pairs, measure=measure, service=service, class_=class_, period=period)
        names = [name for name in found.columns if name != "at"]
        first = self.data.first
        return pd.DataFrame(
            values[:, found["at"].to_numpy()],
            index=pd.RangeIndex(first, first + self.replications, name="replication"),
            columns=pd.MultiIndex.from_frame(found[names]),
        )

    def daily(
        self,
        quantity: str | Iterable[str] | None = None,
        *,
        replications: Iterable[int] | None = None,
    ) -> pd.DataFrame:
        """Return what was counted every day, zeros too: a row per replication, day, service, class.

        Columns: replication, date, service, class ("all": places), quantity, mean (over the day),
        end (of the day); counts have the number of the day in both. The replications are simulated
        again, which gives the same numbers. ``quantity``: one or some (docs/api.md names them);
        needed for long runs of many services: ArgumentError says when there would be too many rows.
        Raises KeyError.
        """
        wanted = [quantity] if isinstance(quantity, str) else quantity
        quantities = QUANTITIES if wanted is None else tuple(wanted)
        for name in quantities:
            position(words(self.data.outline)[2], name, "quantity")
        numbers = self._numbers(replications)
        outline = self.data.outline
        rows = day_count(outline) * (len(outline.services) + 1) * len(outline.classes)
        rows *= len(quantities) * len(numbers)
        if rows > MOST_ROWS:
            raise WishError(
                f"this table would have about {rows:,} rows: name the quantities or replications "
                "you need, for instance daily('blocked') or daily(replications=[1])"
            )
        found = [Daily(self._simulated(number)).frame(quantities) for number in numbers]
        return pd.concat(found, ignore_index=True)

    def _numbers(self, replications: Iterable[int] | None) -> list[int]:
        there = range(self.data.first, self.data.first + self.replications)
        if replications is None:
            return list(there)
        numbers = [whole("replication", number, 0) for number in replications]
        wrong = [number for number in numbers if number not in there]
        if wrong or not numbers:
            raise UnknownNameError(
                f"there is no replication {wrong[0] if wrong else 'asked for'}: these results have "
                f"{there[0]} to {there[-1]}"
            )
        return numbers

    def _simulated(self, replication: int) -> Tallies:
        if self.data.version != __version__:
            raise WishError(
                f"these results are of version {self.data.version} of maraude and cannot be "
                f"simulated again by {__version__}: run the scenario again"
            )
        simulate = simulate_with(self.engine)
        return settled(simulate(self.data.plan, self.seed, replication).tallies)

    # --------------------------------------------------------------------- to be looked at

    @property
    def plots(self) -> list[str]:
        """The names of the figures there are."""
        from sim.presentation.figures import FIGURES

        return list(FIGURES)

    def plot(self, name: str = "flow", *, lang: str = "en") -> Figure:
        """Return a figure: one of ``plots``. Raises KeyError, ValueError (language)."""
        from sim.presentation.figures.of_runs import figure_of_run

        if name not in self.plots:
            raise UnknownNameError(unknown_name("figure", name, self.plots))
        return figure_of_run(self.data, name, lang)

    def report(self, path: str | PathLike[str] | None = None, *, lang: str = "en") -> Page:
        """Return the report, one HTML page that needs nothing else; ``path``: also write it there.

        Raises ValueError (language), OutputError.
        """
        from sim.presentation.report.run_page import run_report

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
            whole_folder(Path(folder), ours, replace) as made,
            Writer(made, order) as writer,
        ):
            for number in self._numbers(None) if daily else ():
                writer.add(daily_table(self._simulated(number)))
            if figures:
                from sim.presentation.figures.of_runs import draw_run
                from sim.presentation.report.run_page import run_report

                draw_run(self.data, made / "figures", lang)
                page = run_report(self.data, lang, drawn=made / "figures")
                (made / REPORT).write_text(page, encoding="utf-8", newline="\n")
            if self.own:
                write_own(made / OWN_MEASURES, self.own, self.data.first)
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
    found = as_scenario(scenario)
    own = own_measures(measures)
    return Results(
        running.run(
            found,
            replications=optional("replications", replications, 1, MOST_REPLICATIONS),
            seed=optional("seed", seed, 0),
            workers=workers_for(engine, workers, own),
            engine=engine,
            until=precisions(until),
            most=optional("most", most, 1),
            first=whole("first", first, 0),
            summary=True,
            own=own,
            progress=progress,
        )
    )


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
    run are numbered from 1. Raises ScenarioError, ArgumentError.
    """
    if isinstance(scenario, Results):
        plan, used = scenario.data.plan, scenario.seed if seed is None else seed
        engine = scenario.engine if engine == AUTO else engine
    else:
        found = as_scenario(scenario)
        plan, used = plan_of(found), found.run.seed if seed is None else seed
    simulate = simulate_with(engine)
    number = whole("replication", replication, 0)
    rows = simulate(plan, whole("seed", used, 0), number, log=True).log or ()
    return log_frame(rows, plan.outline)


# --------------------------------------------------------------------- arguments


def whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """Return a whole number given as an argument; raises ArgumentError."""
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not is_whole or not least <= int(value) <= (most or int(value)):  # type: ignore[call-overload]
        upper = f" to {most:,}" if most else " on"
        raise WishError(f"{name} is a whole number from {least}{upper}, not {value!r}")
    return int(value)  # type: ignore[call-overload, no-any-return]


def optional(name: str, value: object, least: int, most: int | None = None) -> int | None:
    """Return a whole number given as an argument, None if there is none."""
    return None if value is None else whole(name, value, least, most)


def precisions(until: str | Sequence[str] | None) -> Sequence[str] | None:
    """Return precisions as a list: one alone may be given as a text."""
    return (until,) if isinstance(until, str) else until


def own_measures(measures: Measures | None) -> dict[str, Measure]:
    """Return measures of the user; raises ArgumentError for what is none."""
    refuse_known(measures or {})
    return {
        name: one if isinstance(one, Measure) else Measure(one)
        for name, one in (measures or {}).items()
    }


def workers_for(engine: str, workers: int | None, own: Mapping[str, Measure]) -> int | None:
    """Return how many workers to use: one where functions could not be sent to processes."""
    if own and not releases_gil(engine_name(engine)):
        return 1
    return optional("workers", workers, 1)
