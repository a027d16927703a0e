"""Every value of a scenario with its unit, source, status and plausible range."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.presentation.explanation import title_of_part
from sim.presentation.report.saying import Saying
from sim.presentation.words import in_language
from sim.scenario import Scenario
from sim.scenario.comparing import NO_REASON
from sim.scenario.resolving import numbers_in
from sim.scenario.telling import Told, told_by_part
from sim.scenario.values import STATUSES, Law, Quantity, Wording
from sim.vocabulary.errors import Path, path_text

COUNTED = {
    "share": "%",
    "count": "number",
    "money": "EUR",
    "time": "time of day",
    "hours": "hours of the week",
}
"""What numbers are written in that carry no unit of time."""
_BRIEF = re.compile(r"\s?[;(]")
"""Where what is only an explanation begins in the sentence of a field."""
_UNIT = re.compile(r"(%\s*)?(per )?[a-z]+$")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row: what it is, its path in the file, value, unit, and how it is known."""

    about: str
    path: str
    value: str
    unit: str
    status: str  # one of STATUSES, or empty
    range: str
    source: str
    note: str
    because: str
    label: str  # its part and, in few words, what it is
    counts: bool  # a number somebody had to choose, told once
    is_default: bool


@dataclass(frozen=True, slots=True)
class PartOfParameters:
    """The parameters of one part of a scenario, under the title readers see."""

    name: str
    title: str
    rows: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """How many numbers have each status; ``all`` counts those of no status too."""

    observed: int
    derived: int
    assumed: int
    unknown: int

    @property
    def all(self) -> int:
        """All numbers that somebody wrote."""
        return self.observed + self.derived + self.assumed + self.unknown


def parameters(
    scenario: Scenario, lang: str, reasons: Mapping[str, Wording]
) -> tuple[PartOfParameters, ...]:
    """Return all values of a scenario, part by part; ``reasons`` of its changes, by path."""
    saying = Saying(scenario, lang)
    chosen = {path for path, _ in numbers_in(scenario, defaults=False)}
    return tuple(
        PartOfParameters(
            name=".".join(map(str, path)),
            title=title_of_part(path, scenario, saying),
            rows=tuple(_row(one, saying.part(path), saying, reasons, chosen) for one in told),
        )
        for path, told in told_by_part(scenario)
    )


def _row(
    told: Told, part: str, saying: Saying, reasons: Mapping[str, Wording], chosen: set[Path]
) -> Parameter:
    said, path = told.annotation, path_text(told.path)
    meaning, subject = saying.meaning(told), saying.subject(told)
    of = f" ({subject})" if subject else ""
    between = said.written_range
    is_number = isinstance(told.value, Quantity | Law)
    is_default = is_number and not any(told.path[: len(one)] == one for one in chosen)
    return Parameter(
        about=meaning + of,
        path=path,
        value=saying.value(told.value),
        unit=unit_of(told.value, saying),
        status=said.status or "",
        range=saying.between(between) if between else "",
        source=said.source or "",
        note=said.note or "",
        because=_because(path, reasons).in_language(saying.lang),
        label=saying.t("parameter_label", part=part, what=_brief(told, saying) + of),
        counts=is_number and not is_default and not _is_setting(told) and not _is_nested(told),
        is_default=is_default,
    )


def _brief(told: Told, saying: Saying) -> str:
    """Return what a value is, without the explanations in the sentence of its field."""
    said, *below = saying.meaning(told).rpartition(", ") if told.below else (saying.meaning(told),)
    said = _BRIEF.split(said)[0]
    return "".join((said[:1].lower(), said[1:], *below))


def _is_setting(told: Told) -> bool:
    """Say whether a value is how long or how often is simulated, not what the world is like."""
    return told.path[0] in ("period", "run")


def _is_nested(told: Told) -> bool:
    """Say whether a law only repeats what is told of its parameters."""
    if not isinstance(told.value, Law) or told.value.annotation.status:
        return False
    return any(one.annotation.status for _, one in told.value.quantities())


def _because(path: str, reasons: Mapping[str, Wording]) -> Wording:
    for changed, reason in reasons.items():
        if path == changed or path.startswith((f"{changed}.", f"{changed}[")):
            return reason
    return NO_REASON


def unit_of(value: object, saying: Saying) -> str:
    """Return the unit in which a number was written, or what it counts."""
    if isinstance(value, Law):
        value = next((one for _, one in value.quantities()), None)
    if not isinstance(value, Quantity):
        return ""
    first = value.written
    while isinstance(first, Mapping):
        first = next(iter((first.get("weekly") or first["calendar"]).values()))
    written = _UNIT.search(str(first)) if value.dimension in ("rate", "duration") else None
    if written:
        return saying.written(written[0].strip())
    return in_language(COUNTED.get(value.dimension, value.dimension), saying.lang)


def label_of(path: str, parts: Sequence[PartOfParameters]) -> str:
    """Return what a value is in few words, or what it is a part of; empty if nothing is told.

    An item (a route, a service) is called by its share or rate, or by its name.
    """
    labels = {part.name: part.title for part in parts}
    labels |= {row.path: row.label for part in parts for row in part.rows}
    for name in (f"{path}.share", f"{path}.rate"):
        if path not in labels and name in labels:
            return labels[name]
    while path and path not in labels:
        path = path.rpartition(".")[0]
    return labels.get(path, "")


def known_of(parts: tuple[PartOfParameters, ...]) -> Known:
    """Return how many of the numbers somebody had to choose have each status."""
    rows = [row for part in parts for row in part.rows if row.counts]
    counts = [sum(row.status == status for row in rows) for status in STATUSES]
    observed, derived, assumed = counts
    return Known(observed, derived, assumed, sum(not row.status for row in rows))
