"""A scenario in sentences: every value with what it means, where it stands and how it is known."""

from __future__ import annotations

from dataclasses import dataclass

from sim.presentation.report.saying import Saying
from sim.presentation.words import in_language, sentences
from sim.scenario import Scenario
from sim.scenario.paths import Place
from sim.scenario.telling import Told, change_of, told_by_part
from sim.vocabulary.errors import Path, path_text


@dataclass(frozen=True, slots=True)
class Line:
    """One value: its path, a sentence, where it was written (none: a default), how it is known.

    ``subject`` tells values of the same kind apart: ``referrals, shelter``.
    """

    path: str
    subject: str
    sentence: str
    place: Place | None
    source: str | None
    status: str | None
    range: str | None
    because: str | None  # the reason of the change that set it
    moved: str | None  # how much more than in the base, if that is what the change says


@dataclass(frozen=True, slots=True)
class Part:
    """The lines about one part of a scenario: its name as written, and its title for readers."""

    name: str
    title: str
    lines: tuple[Line, ...]


def explain(scenario: Scenario, lang: str = "en") -> tuple[Part, ...]:
    """Return the whole scenario as sentences, part by part in the order of the file.

    Optional values that are not given are left out.
    """
    saying = Saying(scenario, lang)
    return tuple(
        Part(
            name=".".join(map(str, path)),
            title=title_of_part(path, scenario, saying),
            lines=tuple(_line(scenario, one, saying) for one in told),
        )
        for path, told in told_by_part(scenario)
    )


def title_of_part(path: Path, scenario: Scenario, saying: Saying) -> str:
    """Return what readers call a part of a scenario, a service with its kind."""
    if len(path) == 1:
        return saying.part(path)
    kind = in_language(scenario.services[str(path[1])].kind, saying.lang)
    return f"{saying.part(path)} ({kind})"


def _line(scenario: Scenario, told: Told, saying: Saying) -> Line:
    said, t = told.annotation, sentences(saying.lang)
    change = change_of(scenario, told.path)
    between = said.written_range
    value = saying.value(told.value).rstrip(".")
    return Line(
        path=path_text(told.path),
        subject=saying.subject(told),
        sentence=t("explain_sentence", what=saying.meaning(told), value=value),
        place=scenario.history.place(told.path),
        source=said.source,
        status=said.status,
        range=saying.between(between) if between else None,
        because=change.because.in_language(saying.lang) if change else None,
        moved=saying.moved(change) if change else None,
    )
