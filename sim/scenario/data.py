"""Scenarios from plain data: dictionaries made by a program, and changes of a scenario at hand.

Both are read as a file is, by the same checks and with the same messages; a fault names the path
of the value, because there is no line.
"""

from __future__ import annotations

import datetime
import math
import os
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from numbers import Real
from pathlib import Path as FilePath
from typing import Any

from sim.scenario.columns import with_columns
from sim.scenario.fields import Section
from sim.scenario.loading import from_source, with_what_if
from sim.scenario.markers import NONE
from sim.scenario.resolving import plain_data
from sim.scenario.schema import Scenario
from sim.scenario.source import Source, normal
from sim.scenario.values import Law, Quantity, Wording
from sim.vocabulary.errors import Fault, Path, ScenarioError, WishError, quoted
from sim.vocabulary.limits import DEEPEST, MOST_VALUES
from sim.vocabulary.quantities import spaced

VERBS = ("to", "add", "scale")
ITEM_WORDS = ("as", "after", "before")
REASON = {"fr": "modifié en Python", "en": "changed in Python"}
"""Why a value was changed, where the caller does not say it."""


def scenario_from_data(data: Mapping[str, Any], name: str) -> Scenario:
    """Return the scenario of a dictionary with the keys of a file; ``name`` stands for the file.

    With ``based_on``, whose path is seen from the working directory, it is a what-if. Raises
    ScenarioError with every fault at the path of its value, TypeError for what is no mapping.
    """
    if not isinstance(data, Mapping):
        raise TypeError(f"a scenario is a dictionary, not {type(data).__name__}")
    _refuse_name(name)
    try:
        source = source_of(data, name)
        return from_source(FilePath.cwd() / name, source, ())
    except ScenarioError as error:
        raise _without_lines(error, name) from None


def changed_scenario(
    base: Scenario,
    changes: Mapping[str, Any],
    because: str | Mapping[str, str] | None,
    title: str | Mapping[str, str] | None,
    name: str | None,
) -> Scenario:
    """Return a scenario with changes, as a what-if file of them would give it.

    Raises ScenarioError with every fault at the path of the value.
    """
    if not isinstance(changes, Mapping):
        raise TypeError(f"changes are a dictionary from paths to values, not {changes!r}")
    name = f"{FilePath(base.history.files[-1]).stem} changed" if name is None else name
    _refuse_name(name)
    written = {
        "based_on": base.history.files[-1],
        "title": title or _title(base, because),
        "changes": [_change(path, value, because) for path, value in changes.items()],
    }
    try:
        source = source_of(written, name)
        with_columns(source, FilePath.cwd())
        return with_what_if(source, lambda _: base)
    except ScenarioError as error:
        raise _without_lines(error, name, list(map(str, changes))) from None


def _refuse_name(name: object) -> None:
    """Raise WishError for a name that could not stand for a file, or name a folder."""
    is_text = isinstance(name, str) and name.strip(". ") and name.isprintable()
    if not is_text or FilePath(str(name)).name != name:
        raise WishError(f"a scenario has a name as a file has, not {name!r}")


def _title(base: Scenario, because: object) -> dict[str, str]:
    """Return the title of the base, with the reason of the changes if it is a short one."""
    if not isinstance(because, str) or not because.strip():
        return {"fr": base.title.fr, "en": base.title.en}
    return {lang: f"{getattr(base.title, lang)} ({because})" for lang in ("fr", "en")}


def _change(path: object, value: Any, because: Any) -> dict[str, Any]:
    """Return one change as a what-if file has it."""
    reason = REASON if because is None else because
    if isinstance(value, Mapping):
        words = set(value) - {"because"}
        reason = value.get("because", reason)
        given = {word: value[word] for word in value if word != "because"}
        if words & set(ITEM_WORDS) and words <= set(ITEM_WORDS):
            return {"add": path, **given, "because": reason}
        if words == {"remove"} and value["remove"] is True:
            return {"remove": path, "because": reason}
        if words and words <= set(VERBS):
            return {"set": path, **given, "because": reason}
    return {"set": path, "to": value, "because": REASON if because is None else because}


_NEW = re.compile(r"([;?] [Ss])omething new begins with 'add: (.*?)'")
"""How a message for files says what begins something new."""
_OF_CHANGE = re.compile(r"changes\[(\d+)\](?:\.(\w+))?(.*)")


def _without_lines(error: ScenarioError, name: str, keys: Sequence[str] = ()) -> ScenarioError:
    """Return the error with paths alone where it points into ``name``; changes by their path."""
    found = []
    for fault in error.faults:
        path = fault.path
        change = _OF_CHANGE.fullmatch(path)
        if change is not None and keys:
            number, word, rest = change.groups()
            path = keys[int(number)] + rest if word != "because" else f"{keys[int(number)]} because"
        message = _NEW.sub(r"\1omething new is given as {'\2': {'as': ...}}", fault.message)
        is_ours = fault.file == name
        found.append(Fault(fault.file, 0, 0, path, message) if is_ours else fault)
    return ScenarioError(name, found)


# ------------------------------------------------------------------- plain data as a source


def source_of(data: Mapping[str, Any], name: str) -> Source:
    """Return a dictionary as what a file of the same content gives; faults are noted in it."""
    source = Source(name)
    source.data = _plain(source, data, (), frozenset())
    return source


def _plain(source: Source, value: Any, path: Path, above: frozenset[int]) -> Any:
    place = (source.file, 0, 0)
    source.values[path] = place
    if path:
        source.keys[path] = place
    if len(source.values) > MOST_VALUES or len(path) > DEEPEST:
        text = f"more than {MOST_VALUES} values, or {DEEPEST} inside one another"
        raise ScenarioError(source.file, [Fault(*place, "", text)])
    if isinstance(value, Section | Quantity | Law | Wording):
        value = plain_data(value)
    if isinstance(value, Mapping | list | tuple) and id(value) in above:
        source.fault(place, path, "this value contains itself")
        return None
    inside = above | {id(value)}
    if isinstance(value, Mapping):
        return _mapping(source, value, path, inside)
    if isinstance(value, list | tuple):
        return [_plain(source, one, (*path, i), inside) for i, one in enumerate(value)]
    return _single(source, value, path)


def _mapping(
    source: Source, value: Mapping[Any, Any], path: Path, above: frozenset[int]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, one in value.items():
        text = key.isoformat() if isinstance(key, datetime.date) else key
        if not isinstance(text, str):
            message = f"a key is a text, not {quoted(key)} ({type(key).__name__})"
            source.fault((source.file, 0, 0), path, message)
            continue
        text = spaced(normal(text))
        found[text] = _plain(source, one, (*path, text), above)
    return found


def _single(source: Source, value: Any, path: Path) -> Any:
    """Return a value that is not made of others, as a file would hold it."""
    if value is None:
        return NONE
    if isinstance(value, str):
        return normal(value)
    if isinstance(value, bool) or type(value).__name__ == "bool":  # numpy's, too
        return bool(value)
    if isinstance(value, datetime.date | datetime.timedelta):
        return _date(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Real | Decimal):
        number = float(value)
        if math.isfinite(number):
            return int(number) if number.is_integer() else number
        message = f"a number was expected, not {number}"
    else:
        message = (
            f"a value of the type {type(value).__name__} cannot stand in a scenario: write a "
            "number, a text, a list or a dictionary"
        )
    source.fault((source.file, 0, 0), path, message)
    return 0


def _date(value: datetime.date | datetime.timedelta) -> str:
    if isinstance(value, datetime.timedelta):
        return f"{value / datetime.timedelta(days=1):.12g} days"
    is_midnight = isinstance(value, datetime.datetime) and value.time() == datetime.time(0)
    return value.isoformat().partition("T")[0] if is_midnight else value.isoformat()


Scenario._changed_by = changed_scenario
