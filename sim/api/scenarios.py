"""Scenarios from files and dictionaries, and what is known of one before any simulation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from os import PathLike
from typing import TYPE_CHECKING, Any

from sim.core.errors import Fault, ScenarioError
from sim.plan.build import plan_of
from sim.plan.diagnostics import Diagnostics, diagnose
from sim.plan.size import size_of
from sim.scenarios.loading import load, scenario_from_data
from sim.scenarios.schema import Scenario
from sim.text.scenario import findings, size_sentence, unpaid_sentence
from sim.text.translations import words

if TYPE_CHECKING:
    import pandas as pd

AnyScenario = Scenario | str | PathLike[str] | Mapping[str, Any]
"""A scenario, its file, or a dictionary with the keys of a file."""


def scenario(data: Mapping[str, Any], *, name: str = "scenario") -> Scenario:
    """Return the scenario of a dictionary with the keys of a file, checked as a file is.

    ``name`` stands for the file in messages, tables and names of folders. With ``based_on`` and
    ``changes`` it is a what-if; the path of its base is seen from the working directory. Dates,
    numpy numbers and parts of other scenarios are taken; None is "none". Raises ScenarioError with
    every fault at the path of its value, TypeError for what is no dictionary.
    """
    return scenario_from_data(data, name)


def as_scenario(given: AnyScenario) -> Scenario:
    """Return the scenario that is meant; raises ScenarioError, TypeError."""
    if isinstance(given, Scenario):
        return given
    if isinstance(given, str | PathLike):
        return load(given)
    if isinstance(given, Mapping):
        return scenario(given)
    raise TypeError(
        f"a scenario is sim.load(...), the path of a file or a dictionary, not {given!r:.200}"
    )


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Check:
    """What ``maraude check`` says of a scenario; nothing is simulated.

    ``ok``: whether it can be used. ``faults``: everything wrong (file, line, column, path,
    message), empty if it is in order. ``findings``: what is known, in sentences. ``scenario`` is
    None where there are faults.
    """

    ok: bool
    text: str
    faults: tuple[Fault, ...] = ()
    findings: tuple[str, ...] = ()
    scenario: Scenario | None = None
    diagnostics: Diagnostics | None = None

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return "<br>".join(escape(line) for line in self.text.splitlines())

    @property
    def loads(self) -> pd.DataFrame:
        """A row per service of kind places: places, people who ask and admissions a year.

        Columns: service, places, requests [a year], room_for (admissions a year that the places
        have room for), sustained (admissions a year once blocking has settled), blocked [people],
        wait [days], limited_by, keeps_up; all at the end of the period.
        """
        import pandas as pd

        rows = [] if self.diagnostics is None else self.diagnostics.at_end
        return pd.DataFrame(
            [
                (
                    row.name, row.places, row.asked_per_year, row.passes_per_year,
                    row.sustained_per_year, row.blocked, row.wait, row.limited_by, row.keeps_up,
                )
                for row in rows
            ],
            columns=[
                "service", "places", "requests", "room_for", "sustained", "blocked", "wait",
                "limited_by", "keeps_up",
            ],
        )  # fmt: skip


def check(scenario: AnyScenario, *, lang: str = "en") -> Check:
    """Return what is wrong with a scenario, or what is known of it before any simulation.

    ``lang``: of the sentences, "en" or "fr"; faults are as in the errors. Raises TypeError for what
    is no scenario, ValueError for another language; a faulty scenario is not raised but told.
    """
    words(lang)  # a language there is, whatever the scenario
    try:
        loaded = as_scenario(scenario)
        plan = plan_of(loaded)
        if loaded.run.until:
            from sim.runs.precision import refuse_unknown_measures  # measures need numpy

            refuse_unknown_measures(loaded, plan.outline)
    except ScenarioError as error:
        return Check(False, str(error), faults=error.faults)
    known, large = diagnose(plan), size_sentence(size_of(plan), lang)
    sentences = [*findings(known, lang), unpaid_sentence(loaded, lang), large]
    given = tuple(sentence for sentence in sentences if sentence)
    head = f"{loaded.history.files[-1]} is in order: {loaded!r}"
    return Check(True, "\n".join((head, *given)), (), given, loaded, known)


def finite(value: float) -> str:
    """Return a number for a table: at most four digits that tell something."""
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"
