"""Try the values of each lever alone, so that a mistake in its line is told at that line.

Only what the lever itself sets is judged: other faults may go away where other levers move too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sim.experiments.sweep.levers import Lever, Setting
from sim.experiments.sweep.points import Sweep, scenario_with
from sim.experiments.sweep.shares import family_of
from sim.scenario.paths import value_at
from sim.vocabulary.errors import Path, Refused, path_text

FORMS = ("value", "calendar", "weekly", "family")
"""Keys of what is one value of a scenario, though made of several."""


def trials(sweep: Sweep, content: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield (path in the sweep file, reason) for each value the base scenario cannot take.

    ``content``: the file as written. Levers that move together are tried together. Points of a list
    are only made: its author says which values go together. Levers of assumed numbers have the
    ranges of the scenario and are passed over.
    """
    if sweep.places is None:
        yield from _listed(sweep)
        return
    named = [lever for lever in sweep.levers if lever.name in sweep.written.levers]
    for group in dict.fromkeys(lever.group for lever in named):
        members = [lever for lever in named if lever.group == group]
        for place in _places(members):
            for lever, path, text in _trial(sweep, members, place):
                yield ("levers", lever.name, *_written_at(lever, place, content)), path + text


def _listed(sweep: Sweep) -> Iterator[tuple[Path, str]]:
    for number, row in enumerate(sweep.rows):
        for lever, choice in zip(sweep.levers, row, strict=True):
            try:
                lever.settings(choice, sweep.data)
            except Refused as refused:
                yield ("design", "points", number, lever.name), str(refused)


def _places(members: Sequence[Lever]) -> list[float]:
    """Return where levers that move together are tried: at both ends, and at each choice."""
    counts = {len(lever.choices) for lever in members if len(lever.choices) > 1}
    inner = {number / (count - 1) for count in counts for number in range(count)}
    return sorted({0.0, 1.0} | inner)


def _trial(
    sweep: Sweep, members: Sequence[Lever], place: float
) -> Iterator[tuple[Lever, str, str]]:
    """Yield lever, path with a colon, and reason where the base cannot take what levers set."""
    settings: list[Setting] = []
    for lever in members:
        try:
            settings += lever.settings(lever.at(place), sweep.data)
        except Refused as refused:
            yield lever, "", str(refused)
    try:
        scenario_with(sweep.text, tuple(settings))
    except Refused as refused:
        for path, text in refused.faults:
            for lever in members:
                if _is_own(path, lever, sweep):
                    yield lever, f"{path_text(path)}: ", text


def _written_at(lever: Lever, place: float, content: dict[str, Any]) -> Path:
    """Return where the value at a place stands below its lever in the file."""
    if not lever.choices:
        return ("range", *({0.0: (0,), 1.0: (1,)}.get(place, ())))
    number = lever.choices.index(lever.at(place))
    written = content["levers"][lever.name]["values"]
    return ("values", list(written)[number] if isinstance(written, dict) else number)


def _is_own(path: Path, lever: Lever, sweep: Sweep) -> bool:
    """Say whether a fault is of what the lever sets, or of a value around it only it moves."""
    return any(
        path[: len(target.path)] == target.path
        or (path == target.path[: len(path)] and _is_one(path, target.path, sweep.data)
            and not _is_moved(path, lever, sweep))
        for target in lever.targets
    )  # fmt: skip


def _is_one(path: Path, inside: Path, data: Any) -> bool:
    """Say whether a value is a number, a law, or the list of shares that ``inside`` belongs to."""
    family = family_of(inside)
    if family is not None and family[0] == path:
        return True
    found = value_at(data, path)
    return isinstance(found, dict) and not found.keys().isdisjoint(FORMS)


def _is_moved(path: Path, lever: Lever, sweep: Sweep) -> bool:
    """Say whether levers of other groups move something in a value."""
    return any(
        target.path[: len(path)] == path
        for other in sweep.levers
        if other.group != lever.group
        for target in other.targets
    )
