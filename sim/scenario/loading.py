"""Load a scenario file, or a what-if file: a base and its changes."""

from __future__ import annotations

import contextlib
import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path as FilePath
from typing import Annotated, Any

from pydantic import ValidationError

from sim.scenario.checks import check, unsourced
from sim.scenario.faults import told
from sim.scenario.fields import MaybeWording, Section, Title, declared
from sim.scenario.paths import Changed, History, Place, all_paths, locate, value_at
from sim.scenario.resolving import resolved
from sim.scenario.schema import Scenario
from sim.scenario.source import PRINTED_MARKS, Source, no_space, read_source
from sim.scenario.word_markers import Named
from sim.vocabulary.errors import (
    Fault,
    Path,
    ScenarioError,
    by_report_name,
    did_you_mean,
    path_text,
    quoted,
)


class Anything(Named):
    """Any written value."""

    def read(self, raw: object) -> Any:
        """Return it as it is."""
        return raw


class Change(Section):
    """One value set differently, with its reason."""

    set: Annotated[
        str, Named(of="path of a value, e.g. `services.shelter.routes.street.share`")
    ] = declared(
        "The value to set; an item of a list is named by its number, or by its 'to' or 'of'."
    )
    to: Annotated[Any, Anything(of="any value")] = declared("The new value.")
    because: Title = declared("Why.")


class WhatIf(Section):
    """A what-if file: a base scenario and what is changed in it."""

    based_on: Annotated[str, Named(of="path of a file")] = declared(
        "The base scenario, a path seen from this file."
    )
    title: Title = declared("What the scenario is, in a few words.")
    summary: MaybeWording = declared("What it describes, in a few sentences.", "none")
    changes: tuple[Change, ...] = declared("What is set differently.", ())


def load(path: str | os.PathLike[str]) -> Scenario:
    """Return the scenario of a file, checked; a ``ScenarioError`` tells all that is wrong."""
    return _load(FilePath(path), FilePath(path).as_posix(), ())


def _load(path: FilePath, file: str, above: tuple[FilePath, ...]) -> Scenario:
    source = read_source(path, file)
    if not isinstance(source.data, dict):
        raise ScenarioError(file, source.faults)
    if is_sweep(source.data):
        fault = "this is a sweep, not a scenario: give it to 'maraude sweep'"
        raise ScenarioError(file, [Fault(file, 1, 1, "", fault)])
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
    faults = _unless_known(source, check(scenario), history, data)
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
            faults.append(Fault(*_pointed(history, path, message), path_text(path), told))
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


def _pointed(history: History, path: Path, message: str) -> Place:
    """Return the place of a fault; an unknown key is pointed at itself, not at its value."""
    if "is not known here" in message and path in history.keys:
        key = history.keys[path]
        return key if f"'{path[-1]}'" in message else history.nearest(path)
    return history.nearest(path)


# ---------------------------------------------------------------------- what-if


def _what_if(path: FilePath, source: Source, above: tuple[FilePath, ...]) -> Scenario:
    """Return the base with the changes; it stays published if what it sets has sources too."""
    file = source.file
    own = own_history(source)
    try:
        written = WhatIf.model_validate(source.data)
    except ValidationError as error:
        raise ScenarioError(
            file, _unless_known(source, told(error, WhatIf, source.data), own, source.data)
        ) from None
    if source.faults:
        raise ScenarioError(file, source.faults)
    base = _base(path, source, written.based_on, above)
    data = resolved(base)
    history = History(
        (*base.history.files, file),
        dict(base.history.values),
        dict(base.history.keys),
        base.history.leaves,
        base.history.changes,
    )
    _apply(data, history, source, written)
    for key in ("title", "summary"):
        if key in source.data:
            data[key] = source.data[key]
            _move(history, source, (key,), (key,))
    data["published"] = False
    scenario = _scenario(data, history, source)
    if base.published and not any(unsourced(scenario)):
        return scenario.model_copy(update={"published": True})
    return scenario


def _base(path: FilePath, source: Source, based_on: str, above: tuple[FilePath, ...]) -> Scenario:
    place = source.values[("based_on",)]
    file = os.path.normpath(FilePath(source.file).parent / based_on).replace(os.sep, "/")
    base = existing(path.parent, based_on)
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


def existing(folder: FilePath, name: str) -> FilePath | None:
    """Return the file of this name, None if there is none; accents may be in either form."""
    for form in ("NFC", "NFD"):
        path = folder / unicodedata.normalize(form, name)
        with contextlib.suppress(OSError, ValueError):  # too long, or no name at all
            if path.is_file():
                return path
    return None


def by_shown_name(data: Any, text: str) -> str:
    """Return a path with the names of files where it has those of reports, empty if that is none.

    ``services.appartements PHASE.places`` is ``services.PHASE flats.places`` in a file.
    """
    services = data.get("services", {}) | data.get("people", {}).get("classes", {})
    shown = [
        (
            name,
            tuple(each["names"].values()) if isinstance(each["names"], dict) else (each["names"],),
        )
        for name, each in services.items()
        if isinstance(each, dict) and each.get("names") not in (None, "none")
    ]
    parts = [by_report_name(part, shown) or part for part in text.split(".")]
    meant = ".".join(parts)
    return meant if meant != text and locate(data, meant) is not None else ""


def _apply(data: dict[str, Any], history: History, source: Source, written: WhatIf) -> None:
    """Set the changed values in the resolved base, which has a place for every value."""
    paths = _changed_paths(data, history.files[-2], source, written)
    if source.faults:
        raise ScenarioError(source.file, source.faults)
    changes: list[Changed] = []
    for i, (path, change) in enumerate(zip(paths, written.changes, strict=True)):
        place = source.values[("changes", i, "to")]
        changes.append(Changed(path, value_at(data, path), change.to, change.because, place))
        value_at(data, path[:-1])[path[-1]] = change.to
        _move(history, source, ("changes", i, "to"), path)
    history.changes += tuple(changes)


def _changed_paths(data: dict[str, Any], base: str, source: Source, written: WhatIf) -> list[Path]:
    """Return where each change sets a value, noting changes of nothing or of the same value."""
    done: list[Path] = []
    for i, change in enumerate(written.changes):
        here: Path = ("changes", i, "set")
        path = locate(data, change.set)
        if path is None:
            source.fault(source.values[here], here, no_value(data, change.set, base))
            continue
        touched = next((p for p in done if p[: len(path)] == path or path[: len(p)] == p), None)
        if touched is not None:
            message = f"another change of this file already sets '{path_text(touched)}'"
            source.fault(source.values[here], here, message)
        done.append(path)
    return done


def no_value(data: Any, text: str, base: str) -> str:
    """Say that there is no value at a path people wrote, and which one they may mean."""
    meant = by_shown_name(data, text)
    if meant:
        return f"no value {quoted(text)} in {base}: names are those of files, write '{meant}'"
    hint = did_you_mean(text, all_paths(data))
    close = hint if "did you mean" in hint else ""
    return f"no value {quoted(text)} in {base}{close}"


def _move(history: History, source: Source, start: Path, path: Path) -> None:
    """Put the places of a value of the what-if file where it now stands in the scenario."""
    for places in (history.values, history.keys):
        for old in [p for p in places if p[: len(path)] == path and p != path]:
            del places[old]
    moved = [p for p in source.values if p[: len(start)] == start]
    for old in moved:
        history.values[(*path, *old[len(start) :])] = source.values[old]
        if old in source.keys:
            history.keys[(*path, *old[len(start) :])] = source.keys[old]
    leaves = {(*path, *p[len(start) :]) for p in _leaves(moved, source.data)}
    kept = {p for p in history.leaves if p[: len(path)] != path}
    history.leaves = frozenset(kept | leaves)


def what_changed(scenario: Scenario) -> tuple[Changed, ...]:
    """Return the changes of all what-if files of a scenario, those of the first base first."""
    return scenario.history.changes
