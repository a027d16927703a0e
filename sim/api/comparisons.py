"""Comparisons: the same random numbers for all scenarios, differences in pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from sim.api.results import (
    COMMAND,
    DIFFERENCES,
    Measures,
    Page,
    Results,
    chosen,
    differences_frame,
    html_table,
    in_python,
    one_or_some,
    optional,
    own_measures,
    refuse_namesake,
    run,
    whole,
    workers_for,
    written,
)
from sim.api.scenarios import AnyScenario, as_scenario, finite
from sim.core.errors import UnknownNameError, unknown_name
from sim.core.limits import HIGHEST_SEED, MOST_PLACES, MOST_REPLICATIONS, MOST_WORKERS
from sim.runs import compare as comparison
from sim.runs.compare import write_comparison
from sim.runs.files import REPORT
from sim.runs.marginal import COST, STREET_NIGHTS, OneMore, with_places
from sim.runs.marginal import marginal_value as values_of
from sim.runs.precision import shown_names
from sim.runs.simulate import AUTO, Own, position

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Compared = AnyScenario | Results
"""What is compared: a scenario, its file, a dictionary, results, or the folder of a run."""


@dataclass(frozen=True, repr=False, eq=False)
class Comparison:
    """A base and the scenarios compared with it, made by ``sim.compare`` or read by ``sim.read``.

    ``folder``: where it was read, None if it was made here.
    """

    data: comparison.Comparison
    folder: Path | None = None

    @property
    def names(self) -> list[str]:
        """The names of the scenarios, the base first."""
        return [member.name for member in self.data.members]

    def __repr__(self) -> str:
        base, *others = self.names
        shown = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if others[3:] else "")
        count = self.data.base.results.replications
        text = f"<Comparison of {shown} with {base}"
        return f"{text[:240]}, {count} replication{'s' if count != 1 else ''}>"

    def _repr_html_(self) -> str:
        table = self._table
        main = table[(table["family"] == comparison.HEADLINE) | (table["family"] == "own")]
        columns = ["scenario", "measure", "difference", "low", "high", "certain", "unit"]
        rows = [
            (
                scenario,
                measure,
                finite(difference),
                f"{finite(low)} to {finite(high)}",
                "yes" if certain else "no",
                unit,
            )
            for scenario, measure, difference, low, high, certain, unit in main[columns]
            .to_numpy()
            .tolist()
        ]
        heads = ("scenario", "measure", "difference", "95 %", "certain", "unit")
        return html_table(repr(self).strip("<>"), heads, rows)

    @property
    def _table(self) -> pd.DataFrame:
        return differences_frame(self.data, self._own())

    def _own(self) -> dict[str, Mapping[str, Own]]:
        return {member.name: member.results.own for member in self.data.members}

    def table(
        self,
        measure: str | None = None,
        *,
        scenario: str | None = None,
        service: str | None = None,
        class_: str | None = None,
        period: str | None = None,
        pairs: bool = False,
    ) -> pd.DataFrame:
        """Return a row for each number of each scenario, paired with the base.

        Columns: scenario, measure, service, class, period, unit, base, changed (means), difference
        (mean over replications), low, high (95 %, each for itself), p, p_adjusted (Holm, within
        the family), n, certain (p_adjusted below 0.05), family. ``pairs``: instead, numbers of
        pairs of services, with the second one in ``other``. Raises KeyError.
        """
        frame = chosen(
            self._table, pairs, self.data.base.results.outline, scenario=scenario,
            measure=measure, service=service, class_=class_, period=period,
        )  # fmt: skip
        return frame if pairs else frame[list(DIFFERENCES)]

    def changes(self) -> pd.DataFrame:
        """Return what differs from the base: scenario, path, before, after, unit, because."""
        import pandas as pd

        return pd.DataFrame(
            [
                (
                    other.member.name,
                    change.path,
                    change.before,
                    change.after,
                    change.unit,
                    change.because.en,
                )
                for other in self.data.others
                for change in other.changes
            ],
            columns=["scenario", "path", "before", "after", "unit", "because"],
        )

    def results(self, name: str) -> Results:
        """Return the results of one scenario, by its name. Raises KeyError."""
        member = self.data.members[position(self.names, name, "scenario")]
        return Results(member.results, member.folder)

    @property
    def plots(self) -> list[str]:
        """The names of the figures there are."""
        from sim.figures.compared import COMPARED

        return list(COMPARED)

    def plot(self, name: str = "street-nights", *, lang: str = "en") -> Figure:
        """Return a figure: one of ``plots``. Raises KeyError, ValueError (language)."""
        from sim.figures.compared import figure_of_comparison

        if name not in self.plots:
            raise UnknownNameError(unknown_name("figure", name, self.plots))
        return figure_of_comparison(self.data, name, lang)

    def report(self, path: str | PathLike[str] | None = None, *, lang: str = "en") -> Page:
        """Return the report, one HTML page that needs nothing else; ``path``: also write it there.

        Raises ValueError (language), OutputError.
        """
        from sim.report.comparison import comparison_report

        return written(comparison_report(self.data, lang), path)

    def save(
        self,
        folder: str | PathLike[str],
        *,
        lang: str = "en",
        figures: bool = True,
        replace: bool = False,
    ) -> Path:
        """Write the folder that ``maraude compare`` writes, whole or not at all; return its path.

        ``figures``: with figures and the report, in ``lang``. ``replace``: whatever results stand
        there; without it only a comparison of the same files is replaced. Raises OutputError.
        """

        def finish(made: comparison.Comparison, path: Path) -> None:
            from sim.figures.compared import draw_comparison

            draw_comparison(made, path / "figures", lang)
            page = self.report(lang=lang)
            (path / REPORT).write_text(page, encoding="utf-8", newline="\n")

        refuse_namesake(Path(folder), [member.results for member in self.data.members], replace)
        with in_python():
            write_comparison(self.data, folder, finish if figures else None, replace, COMMAND)
        return Path(folder)


def compare(
    base: Compared,
    *others: Compared,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    engine: str = AUTO,
    measures: Measures | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Comparison:
    """Run scenarios with common random numbers and return their differences from the first.

    Each is a scenario, its file, a dictionary, results, or the folder of a run; results must share
    seed, replications and period. A file alone is compared with the file it is based on.
    ``replications``, ``seed``: those of the results, else of the base. ``measures``: as in
    ``sim.run``; of results given, those they have. ``progress``: called with (name, replications
    done, to do). Raises ArgumentError with the reason where runs cannot be paired, ScenarioError,
    RunError, TypeError.
    """
    given = [_opened(first) for first in (base, *others)]
    own = own_measures(measures)

    def announce(name: str) -> Callable[[int, int], None] | None:
        return (lambda done, most: progress(name, done, most)) if progress else None

    with in_python():
        compared = comparison.compare(
            *given,
            replications=optional("replications", replications, 1, MOST_REPLICATIONS),
            seed=optional("seed", seed, 0, HIGHEST_SEED),
            engine=engine,
            workers=workers_for(engine, workers, own),
            summary=True,
            own=own,
            names=_names(given) if others else None,
            announce=announce,
        )
    return Comparison(compared)


def _opened(each: Compared) -> comparison.Given:
    if isinstance(each, Results):
        return each.data
    if isinstance(each, str | PathLike):
        return each
    return as_scenario(each)


def _names(given: Sequence[comparison.Given]) -> list[str]:
    """Return a name for each that no other has: a number is added where they would be the same."""
    names: list[str] = []
    for each in given:
        name, number = comparison.name_of(each), 1
        while (name if number == 1 else f"{name} {number}") in names:
            number += 1
        names.append(name if number == 1 else f"{name} {number}")
    return names


def marginal_value(
    scenario: AnyScenario | Results,
    *,
    step: int = 1,
    services: str | Sequence[str] | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    engine: str = AUTO,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Return what ``step`` more places of each service change, per place: paired differences.

    Columns: service, measure ("street nights per year", "cost per year"), mean, low, high (95 %),
    step, n, unit. ``services``: only this one or these. A ``step`` above 1 shows rare effects with
    fewer replications; it gives the mean over these places. Results given are not simulated again.
    Raises KeyError for services without places, and what ``sim.run`` raises.
    """
    base = (
        scenario
        if isinstance(scenario, Results)
        else run(scenario, replications=replications, seed=seed, workers=workers, engine=engine)
    )
    there = with_places(base.data.plan)
    what, shown = "service with a limited number of places,", shown_names(base.data.plan.outline)
    chosen_names = one_or_some("services", services)
    if chosen_names is not None:
        chosen_names = tuple(there[position(there, name, what, shown)] for name in chosen_names)
    with in_python():
        values = values_of(
            base.data,
            step=whole("step", step, 1, int(MOST_PLACES)),
            services=chosen_names,
            workers=optional("workers", workers, 1, MOST_WORKERS),
            progress=progress,
        )
    return _value_frame(values)


def _value_frame(values: Sequence[OneMore]) -> pd.DataFrame:
    """Return a row for each service and measure: see ``marginal_value``."""
    import pandas as pd

    rows = [
        (value.service, measure, *numbers, value.step, value.replications, unit)
        for value in values
        for measure, numbers, unit in (
            (STREET_NIGHTS, value.street_nights, "nights a year per place"),
            (COST, value.cost, "EUR a year per place"),
        )
    ]
    columns = ["service", "measure", "mean", "low", "high", "step", "n", "unit"]
    return pd.DataFrame(rows, columns=pd.Index(columns))
