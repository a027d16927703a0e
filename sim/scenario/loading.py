"""Load a scenario file, or a what-if file: a base and its changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.scenario.changes import GONE, Changing, WhatIf, take_over
from sim.scenario.checks import check, unsourced
from sim.scenario.columns import with_columns
from sim.scenario.faults import told
from sim.scenario.paths import Changed, History, Place, value_at
from sim.scenario.resolving import resolved
from sim.scenario.schema import Scenario
from sim.scenario.source import PRINTED_MARKS, Source, find_file, no_space, read_source
from sim.vocabulary.errors import Fault, Path, ScenarioError, path_text, quoted


def load(path: str | os.PathLike[str]) -> Scenario:
    """Return the scenario of a file, checked; a ``ScenarioError`` tells all that is wrong."""
    return _load(FilePath(path), FilePath(path).as_posix(), ())


def _load(path: FilePath, file: str, above: tuple[FilePath, ...]) -> Scenario:
    return from_source(path, read_source(path, file), above)


def from_source(path: FilePath, source: Source, above: tuple[FilePath, ...]) -> Scenario:
    """Return the scenario of what was read; ``above``: the files that are based on it."""
    file = source.file
    if not isinstance(source.data, dict):
        raise ScenarioError(file, source.faults)
    if is_sweep(source.data):
        fault = "this is a sweep, not a scenario: give it to 'maraude sweep'"
        raise ScenarioError(file, [Fault(file, 1, 1, "", fault)])
    with_columns(source, path.parent)
    if "based_on" in source.data:
        return _what_if(path, source, (*above, path.resolve()))
    return _scenario(source.data, own_history(source), source)


def is_sweep(data: object) -> bool:
    """Say whether the content of a file is that of a sweep."""
    return isinstance(data, dict) and not data.keys().isdisjoint(("levers", "design", "outcomes"))


def own_history(source: Source) -> History:
    """Return the places of all that stands in one file."""
    leaves = _leaves(source.values, source.data)
    return History((source.file,), source.values, source.keys, leaves)


def _leaves(paths: Iterable[Path], data: Any) -> frozenset[Path]:
    return frozenset(p for p in paths if not isinstance(_written_at(data, p), dict | list))


def _written_at(data: Any, path: Path) -> Any:
    """Return the value at a path of a file; None where what was written was mended."""
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _scenario(data: dict[str, Any], history: History, source: Source) -> Scenario:
    """Return the scenario of complete data, or raise everything that is wrong with it."""
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        found = told(error, Scenario, data)
        raise ScenarioError(source.file, _unless_known(source, found, history, data)) from None
    scenario._history = history
    faults = _unless_known(source, _caused(check(scenario), data, history), history, data)
    if faults:
        raise ScenarioError(source.file, faults)
    return scenario


def _unless_known(
    source: Source, found: Iterable[tuple[Path, str]], history: History, data: Any
) -> list[Fault]:
    """Return all faults, one for each place: what the reader of the file said comes first."""
    known = {fault.path for fault in source.faults}
    faults = list(source.faults)
    for path, message in found:
        if path_text(path) not in known:
            told = slip(data, path) or message
            place = _in_this_file(history, path, _pointed(history, path, message))
            faults.append(Fault(*place, path_text(path), told))
    return faults


def slip(data: Any, path: Path) -> str:
    """Say which slip of typing made a value or a key that was refused, nothing if none is seen."""
    part: str | int = ""
    for part in path:
        if isinstance(part, str) and part[:1] in PRINTED_MARKS:
            break
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return ""
        if isinstance(data, str):
            part = data
            break
    text = str(part)
    if text[:1] and text[0] in PRINTED_MARKS:
        bare = quoted(text.strip(PRINTED_MARKS + "\u00a0\u202f "), marks=False)
        return (
            f"{quoted(text[0])} is a mark of printed texts and counts as a letter here: "
            f'write "{bare}"'
        )
    return no_space(text) if isinstance(data, str) else ""


def _in_this_file(history: History, path: Path, place: Place) -> Place:
    """Return a place of the what-if file for a fault in its base, which was in order by itself.

    It is that of the change of what the path, or else a name in it, is about; else the first one.
    """
    if place[0] == history.files[-1]:
        return place
    own = [change for change in history.changes if change.place[0] == history.files[-1]]
    named = [change for change in own if change.path[-1] in path]
    return next((change.place for change in (*named, *own)), place)


def _caused(
    found: Iterable[tuple[Path, str]], data: dict[str, Any], history: History
) -> Iterator[tuple[Path, str]]:
    """Yield faults; those of names that a change of this file removed say so, at that change."""
    gone = {
        change.path[-1]: change.path
        for change in history.changes
        if change.verb == GONE
        and change.place[0] == history.files[-1]
        and change.path[:-1] in NAMED
    }
    for path, message in found:
        name = next((name for name in gone if _names(data, path, name)), None)
        if name is None:
            yield path, message
        else:
            text = f"'{path_text(path)}' still names it: remove or change that as well"
            yield gone[name], text


NAMED = (("services",), ("rooms",), ("people", "classes"), ("people", "traits"))
"""Where names are given that other values use."""


def _names(data: Any, path: Path, name: str | int) -> bool:
    """Say whether a value names something: as its text, in its list, or by its key."""
    value = value_at(data, path)
    return name in (value, path[-1]) or (isinstance(value, list) and name in value)


def _pointed(history: History, path: Path, message: str) -> Place:
    """Return the place of a fault; an unknown key is pointed at itself, not at its value."""
    if "is not known here" in message and path in history.keys:
        key = history.keys[path]
        return key if f"'{path[-1]}'" in message else history.nearest(path)
    return history.nearest(path)


# ---------------------------------------------------------------------- what-if


def _what_if(path: FilePath, source: Source, above: tuple[FilePath, ...]) -> Scenario:
    """Return the scenario of a what-if file."""
    return with_what_if(source, lambda based_on: _base(path, source, based_on, above))


def with_what_if(source: Source, base_of: Callable[[str], Scenario]) -> Scenario:
    """Return the base with the changes; it stays published if what it sets has sources too.

    ``base_of``: from what stands under ``based_on`` to the base.
    """
    file = source.file
    written, numbers = _written(source)
    base = base_of(written.based_on)
    data = deepcopy(resolved(base))  # what is written of a quantity is its own
    history = History(
        (*base.history.files, file),
        dict(base.history.values),
        dict(base.history.keys),
        base.history.leaves,
        base.history.changes,
    )
    Changing(data, history, source).apply(written, numbers)
    if source.faults:
        _values(data, history, source)
        raise ScenarioError(file, source.faults)
    for key in ("title", "summary"):
        if key in source.data:
            data[key] = source.data[key]
            take_over(history, source, (key,), (key,))
    data["published"] = False
    scenario = _scenario(data, history, source)
    if base.published and not any(unsourced(scenario)):
        return BaseModel.model_copy(scenario, update={"published": True})
    return scenario


def _written(source: Source) -> tuple[WhatIf, list[int]]:
    """Return the changes that can be read, and their numbers; notes the others in the source.

    Raises ScenarioError for any other fault.
    """
    own, data = own_history(source), source.data
    changes = data.get("changes")
    numbers = list(range(len(changes))) if isinstance(changes, list) else []
    try:
        return WhatIf.model_validate(data), numbers
    except ValidationError as error:
        found = list(told(error, WhatIf, data))
    faults = _unless_known(source, found, own, data)
    wrong = {path[1] for path, _ in found if path[:1] == ("changes",) and len(path) > 1}
    kept = [number for number in numbers if number not in wrong]
    try:
        written = WhatIf.model_validate(data | {"changes": [changes[number] for number in kept]})
    except ValidationError:
        raise ScenarioError(source.file, faults) from None
    source.faults = faults
    return written, kept


def _values(data: dict[str, Any], history: History, source: Source) -> None:
    """Note values of a changed scenario that are refused by themselves, other changes apart."""
    try:
        Scenario.model_validate(data)
    except ValidationError as error:
        own = [
            (path, message)
            for path, message in told(error, Scenario, data)
            if history.nearest(path)[0] == source.file
        ]
        source.faults = _unless_known(source, own, history, data)


def _base(path: FilePath, source: Source, based_on: str, above: tuple[FilePath, ...]) -> Scenario:
    place = source.values[("based_on",)]
    file = os.path.normpath(FilePath(source.file).parent / based_on).replace(os.sep, "/")
    base = find_file(path.parent, based_on)
    if base is None:
        message = f"there is no file {quoted(file, marks=False)}"
        raise ScenarioError(source.file, [Fault(*place, "based_on", message)])
    if base.resolve() in above:
        message = f"{file} is based on this file in turn; a base cannot be its own what-if"
        raise ScenarioError(source.file, [Fault(*place, "based_on", message)])
    if len(above) > MOST_BASES:
        message = f"more than {MOST_BASES} files are based on one another"
        raise ScenarioError(source.file, [Fault(*place, "based_on", message)])
    try:
        return _load(base, file, above)
    except ScenarioError as error:
        raise ScenarioError(source.file, error.faults) from None


MOST_BASES = 50
"""What-if files that are based on one another."""


def what_changed(scenario: Scenario) -> tuple[Changed, ...]:
    """Return the changes of all what-if files of a scenario, those of the first base first."""
    return scenario.history.changes
