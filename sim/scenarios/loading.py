"""Load a scenario file or a what-if file; faults as sentences."""

from __future__ import annotations

import csv
import datetime
import io
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from numbers import Real
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.core.distributions import DECLARATIONS
from sim.core.errors import (
    ArgumentError,
    Fault,
    InvalidValue,
    KeyPath,
    ScenarioError,
    counted,
    path_text,
    quoted,
    suggestion,
    unknown_name,
)
from sim.core.limits import DEEPEST, MOST_BYTES, MOST_VALUES
from sim.core.units import (
    UNIT_WORDS,
    UNITS,
    clear,
    in_english,
    is_ambiguous,
    read,
    spaced,
    thousands_or_decimals,
)
from sim.scenarios.changes import GONE, Changing, WhatIf, spot_at, take_over
from sim.scenarios.checks import check, check_apart, unsourced
from sim.scenarios.fields import NONE, QUANTITY_KEYS, Section
from sim.scenarios.resolved import fields_of, marker_of, plain_data, resolved
from sim.scenarios.schema import KINDS, Scenario
from sim.scenarios.source import PRINTED_MARKS, Source, find_file, no_space, normal, read_source
from sim.scenarios.values import (
    History,
    Law,
    Place,
    Quantity,
    Wording,
    child_of,
    locate,
    plain_copy,
    value_at,
)

# --- From pydantic's errors to sentences people can act on.


def sentences_of(
    error: ValidationError, schema: type[Section], data: Any
) -> Iterator[tuple[KeyPath, str]]:
    """Yield (path, sentence) for everything pydantic found in the data."""
    for each in error.errors(include_url=False):
        path = _without_tag(each["loc"])
        cause = each.get("ctx", {}).get("error")
        if isinstance(cause, InvalidValue):
            yield from (((*path, *inner), text) for inner, text in cause.faults)
        else:
            sentence = _sentence(each["type"], each["msg"], path, each["input"], schema, data)
            yield (*path, "kind") if each["type"] == "union_tag_invalid" else path, sentence


def _without_tag(loc: KeyPath) -> KeyPath:
    """Return the path without what pydantic puts after a service or a change: its kind."""
    return (*loc[:2], *loc[3:]) if len(loc) > 2 and loc[0] in ("services", "changes") else loc


def _sentence(
    kind: str, message: str, path: KeyPath, written: Any, schema: type[Section], data: Any
) -> str:
    key = str(path[-1]) if path else ""
    section = spot_at(path[:-1], data, schema).section
    if kind == "missing":
        return _missing(key, section)
    if kind == "extra_forbidden":
        return _unknown(key, section)
    if kind == "union_tag_invalid":
        wrong = written.get("kind") if isinstance(written, dict) else written
        return f"there is no kind of service {quoted(wrong)}{suggestion(str(wrong), KINDS)}"
    if kind == "union_tag_not_found" and path[:1] == ("changes",):
        return "a change says 'set', 'add' or 'remove', with a path"
    if kind == "union_tag_not_found":
        return f"'kind' is missing: write one of {', '.join(KINDS)}"
    if kind in ("tuple_type", "list_type"):
        return f"a list was expected here, not {_shown(written)}"
    if kind in ("model_type", "dict_type", "model_attributes_type", "dataclass_type"):
        return f"lines 'key: value' were expected here, not {_shown(written)}"
    for start, sentence in _EXPECTED.items():
        if kind.startswith(start):
            return f"{sentence}, not {_shown(written)}"
    return f"{message.replace('Input should be', 'this should be')}, not {_shown(written)}"


_EXPECTED = {
    "string_": "a text was expected",
    "int_": "a whole number was expected",
    "float_": "a number was expected",
    "bool_": "'true' or 'false' was expected",
    "finite_number": "a number was expected",
}
"""What was expected, by the beginning of pydantic's name for the fault."""


def _unknown(key: str, section: type[Section] | None) -> str:
    known = [name for name, _, _ in fields_of(section)] if section else []
    if "based_on" in known and any(key == name for name, _, _ in fields_of(Scenario)):
        reason = _OF_THE_BASE[section is WhatIf, key == "run"]
        return f"{quoted(key)} is not known here: {reason}"
    hint = suggestion(key, known)
    if section in KINDS.values() and "did you mean" not in hint:
        others = [word for word, kind in KINDS.items() if key in kind.model_fields]
        hint = f"; it belongs to the kind {' and '.join(others)}" if others else hint
    return f"{quoted(key)} is not known here{hint}"


_OF_A_CHANGE = "a what-if file says under 'changes' what is different"
_OF_THE_BASE = {
    (True, False): _OF_A_CHANGE,
    (True, True): _OF_A_CHANGE,
    (False, False): "a sweep says under 'levers' what is varied; all else is as in its base",
    (False, True): "in a sweep 'replications', 'seed', 'until' and 'most' stand in lines of their "
    "own",
}
"""What to write instead of a section of a scenario: in a what-if file or a sweep, for 'run'."""


def _missing(key: str, section: type[Section] | None) -> str:
    for name, _, field in fields_of(section) if section else ():
        if name == key and field.description:
            marker = marker_of(field)
            how = f" ({marker.words.replace('`', chr(39))})" if marker else ""
            how = how.replace("(law of a duration", "(such as '9 months': law of a duration")
            return f"this is missing: {field.description.rstrip('.')}{how}"
    return "this is missing"


def _shown(written: Any) -> str:
    if isinstance(written, dict):
        return "lines 'key: value'"
    return "a list" if isinstance(written, list) else quoted(written)


# --- Empirical laws whose values stand in a column of a CSV file.
#
# ``{family: empirical, file: waits.csv, column: days, unit: days}`` becomes the law with these
# values when the file is read, so that a scenario kept with results needs no other file. The file
# is looked for from the folder of the scenario file.

FAMILY, FILE, COLUMN, UNIT, VALUES = "empirical", "file", "column", "unit", "values"
MOST_ROWS = 10_000
"""Values of a column: they all stand in the scenario that is kept with results."""
SHOWN_ROWS = 5
"""Wrong rows that a message names."""


def with_columns(source: Source, folder: FilePath) -> None:
    """Put the values of columns into the laws that name them; notes every fault in the source."""
    for path, law in list(_laws(source.data, ())):
        if FAMILY in law:  # {empirical: {file: ...}}
            inner = law.pop(FAMILY)
            law |= {"family": FAMILY, **inner}
            for places in (source.values, source.keys):
                for key in inner:
                    if (*path, FAMILY, key) in places:
                        places[*path, key] = places.pop((*path, FAMILY, key))
            _forget(source, (*path, FAMILY))
        faults = len(source.faults)
        texts = [_text(source, law, path, key) for key in (FILE, COLUMN, UNIT)]
        _check_unit(source, law, path)
        if VALUES in law:
            source.fault_at((*path, FILE), "'file' and 'values' exclude one another: keep one")
        values: list[str] = []
        if len(source.faults) == faults:
            try:
                values = column_values(folder, *texts)
            except InvalidValue as refused:
                for below, message in refused.faults:
                    source.fault_at((*path, *below), message)
        _put(source, law, path, values or [clear(1.0) if _is_of_trait(source, path) else "1 day"])


def _laws(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """Yield every law that names a column, with its path."""
    if isinstance(value, dict):
        inner = value.get(FAMILY)
        is_short = isinstance(inner, dict) and FILE in inner
        if is_short or (value.get("family") == FAMILY and FILE in value):
            yield path, value
            return
        items: Any = value.items()
    else:
        items = enumerate(value) if isinstance(value, list) else ()
    for key, inside in items:
        yield from _laws(inside, (*path, key))


def _text(source: Source, law: dict[str, Any], path: KeyPath, key: str) -> str:
    """Return what is written under a key; notes what is missing or no text."""
    written = law.get(key, "" if key == UNIT else None)
    if isinstance(written, str) and (written or key == UNIT):
        return written
    if written is None:
        source.fault_at(path, f"an empirical law from a file needs '{key}'")
    else:
        source.fault_at((*path, key), f"a text was expected, not {quoted(written)}")
    return ""


def _check_unit(source: Source, law: dict[str, Any], path: KeyPath) -> None:
    """Note a missing unit of durations, and one that numbers of a trait do not have."""
    is_given = law.get(UNIT) not in (None, "")
    if _is_of_trait(source, path) and is_given:
        source.fault_at((*path, UNIT), "the numbers of a trait have no unit: leave 'unit' out")
    elif not _is_of_trait(source, path) and not is_given:
        message = "durations from a file need 'unit': write for instance 'unit: days'"
        source.fault_at(path, message)


def _is_of_trait(source: Source, path: KeyPath) -> bool:
    """Say whether a law at a path of a file, or of one of its changes, is that of a trait."""
    if path[:1] == ("changes",) and len(path) > 2 and isinstance(source.data, dict):
        change = value_at(source.data, path[:2])
        target = change.get("set", change.get("add"))
        path = (*str(target).split("."), *path[3:])
    return path[:2] == ("people", "traits")


def _forget(source: Source, path: KeyPath) -> None:
    source.values.pop(path, None)
    source.keys.pop(path, None)


def _put(source: Source, law: dict[str, Any], path: KeyPath, values: list[str]) -> None:
    """Replace file, column and unit by the values: all of them stand where the file is named."""
    place = source.values.get((*path, FILE), source.values[path])
    for key in (FILE, COLUMN, UNIT):
        law.pop(key, None)
        _forget(source, (*path, key))
    law[VALUES] = values
    source.values[(*path, VALUES)] = place
    source.keys[(*path, VALUES)] = place
    source.values |= {(*path, VALUES, row): place for row in range(len(values))}


# ----------------------------------------------------------------------- the file


def column_values(folder: FilePath, file: str, column: str, unit: str) -> list[str]:
    """Return the values of a column as they are written in a scenario, with their unit.

    ``InvalidValue`` with all that is wrong, at ``file``, ``column`` or ``unit``.
    """
    if unit and in_english(unit) not in UNITS:
        hint = suggestion(unit, UNIT_WORDS)
        raise _invalid(UNIT, f"{quoted(unit)} is not a unit of time{hint}")
    text = _content(folder, file)
    # Comma, semicolon or tab: the one most used in the head.
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        head = [normal(name).strip() for name in next(rows, [])]
        if column not in head:
            raise _invalid(COLUMN, f"{unknown_name('column', column, head)} (in {file})")
        place = head.index(column)
        if head.count(column) > 1:
            raise _invalid(COLUMN, f"{file} has {head.count(column)} columns {quoted(column)}")
        cells = [(rows.line_num, row[place] if place < len(row) else "") for row in rows if row]
    except csv.Error as error:
        raise _invalid(FILE, f"{file} cannot be read as CSV: {error}") from None
    if not 0 < len(cells) <= MOST_ROWS:
        raise _invalid(COLUMN, f"{file} has {len(cells)} rows; a law has 1 to {MOST_ROWS} values")
    return _numbers(cells, file, column, unit)


def _invalid(key: str, message: str) -> InvalidValue:
    return InvalidValue(faults=[((key,), message)])


def _numbers(cells: list[tuple[int, str]], file: str, column: str, unit: str) -> list[str]:
    values, wrong = [], []
    for line, cell in cells:
        number = _number(cell)
        if number is None:
            what = f"a number was expected, not {quoted(cell)}" if cell.strip() else "it is empty"
            wrong.append((line, what))
        elif number < 0:
            wrong.append((line, f"{quoted(cell.strip())} is below 0"))
        else:
            text = f"{clear(number)} {unit}".strip()
            try:
                read("duration" if unit else "number", text)
            except InvalidValue as refused:
                wrong.append((line, str(refused)))
            values.append(text)
    if not wrong:
        wrong = _all_ambiguous(cells)
    if wrong:
        rows = [f"row {line} of {quoted(column)} in {file}: {what}" for line, what in wrong]
        more = f"; {counted(len(wrong) - SHOWN_ROWS, 'more row')}" if wrong[SHOWN_ROWS:] else ""
        raise _invalid(COLUMN, "; ".join(rows[:SHOWN_ROWS]) + more)
    return values


def _all_ambiguous(cells: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return (row, message) where every number with a dot could mean thousands or decimals.

    One other number with decimals, such as 0.5, says that dots are decimal points.
    """
    dotted = [(line, cell.strip()) for line, cell in cells if not cell.strip().isdigit()]
    if not all(is_ambiguous(cell) for _, cell in dotted):
        return []
    return [
        (line, thousands_or_decimals(cell[:-4], cell[-3:], "", cell, "dot"))  # 12.345
        for line, cell in dotted
    ]


def _number(cell: str) -> float | None:
    """Return the number of a cell, None if it is none; decimals take a point."""
    try:
        number = float(cell) if cell.strip().isascii() and "_" not in cell else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _content(folder: FilePath, file: str) -> str:
    """Return the text of a file beside the scenario; ``InvalidValue`` says why there is none."""
    path = find_file(folder, file)
    if path is None:
        raise _invalid(FILE, f"there is no file {quoted(file)} beside the scenario")
    try:
        raw = path.read_bytes()
        if len(raw) > MOST_BYTES:
            raise _invalid(FILE, f"{file} is larger than {MOST_BYTES // 1_000_000} MB")
        return raw.decode("utf-8-sig")
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror or error}"
    except UnicodeDecodeError:
        message = f"{file} is not written in UTF-8: save it again as UTF-8"
    raise _invalid(FILE, message)


# --- Load a scenario file, or a what-if file: a base and its changes.


def load(path: str | os.PathLike[str]) -> Scenario:
    """Return the scenario of a file, checked; a ScenarioError has all that is wrong."""
    path = FilePath(path)
    return from_source(path, read_source(path, path.as_posix()), ())


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
        chain = (*above, path.resolve())
        return with_what_if(source, lambda based_on: _base(path, source, based_on, chain))
    return _scenario(source.data, own_history(source), source)


def is_sweep(data: object) -> bool:
    """Say whether the content of a file is that of a sweep."""
    return isinstance(data, dict) and not data.keys().isdisjoint(("levers", "design", "outcomes"))


def own_history(source: Source) -> History:
    """Return the places of all that stands in one file."""
    leaves = [
        path
        for path in source.values
        if not isinstance(reduce(child_of, path, source.data), dict | list)
    ]
    return History((source.file,), source.values, source.keys, frozenset(leaves))


def _scenario(data: dict[str, Any], history: History, source: Source) -> Scenario:
    """Return the scenario of complete data, or raise everything that is wrong with it."""
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        refused = list(sentences_of(error, Scenario, data))
        refused += _besides(data, [path for path, _ in refused], history)
        raise ScenarioError(source.file, _unless_known(source, refused, history, data)) from None
    scenario._history = history
    faults = _unless_known(source, _caused(check(scenario), data, history), history, data)
    if faults:
        raise ScenarioError(source.file, faults)
    return scenario


def _besides(
    data: dict[str, Any],
    refused: Sequence[KeyPath],
    history: History,
    unchanged: Sequence[KeyPath] = (),
) -> Iterator[tuple[KeyPath, str]]:
    """Yield the faults of names and sums that do not depend on the values that were refused.

    They are found with a value that can stand in the place of each; nothing where there is none.
    ``unchanged``: values that should have become others by changes that were refused.
    """
    filled, replaced = plain_copy(data), [*unchanged]
    for path in refused:
        place = _fill(filled, path, data)
        if place is None:
            return
        replaced.append(place)
    try:
        scenario = Scenario.model_validate(filled)
    except ValidationError:
        return
    for path, message in _caused(check_apart(scenario), filled, history):
        depends = any(
            path == place[: len(path)] or place == path[: len(place)]
            or (place[-1] == "classes" and place[:2] == path[:2])
            for place in replaced
        )  # fmt: skip
        if not depends:
            yield path, message


def _fill(filled: dict[str, Any], path: KeyPath, data: dict[str, Any]) -> KeyPath | None:
    """Put a value that is taken in the place of one that was refused; return where, None if none.

    The refused value may be inside the one that is replaced; a key that is not known is taken out.
    """
    if path[:2] == ("people", "traits") and len(path) > 2:
        place, value = path[:3], 1
    else:
        for length in range(1, len(path) + 1):
            place = path[:length]
            section = spot_at(place[:-1], data).section
            if section is None:
                continue
            known = {key: field for key, _, field in fields_of(section)}
            marker = marker_of(known[str(place[-1])]) if place[-1] in known else None
            if place[-1] not in known and length == len(path):
                value_at(filled, place[:-1]).pop(place[-1], None)
                return place
            if marker is not None and marker.stand_in is not None:
                value = marker.stand_in
                break
        else:
            return None
    try:
        value_at(filled, place[:-1])[place[-1]] = plain_copy(value)
    except (KeyError, IndexError, TypeError):  # another one around it was replaced
        return None
    return place


def _unless_known(
    source: Source, refused: Iterable[tuple[KeyPath, str]], history: History, data: Any
) -> list[Fault]:
    """Return all faults, one for each place: those of the reader of the file come first."""
    known = {fault.path for fault in source.faults}
    faults = list(source.faults)
    for path, message in refused:
        if path_text(path) not in known:
            sentence = slip(data, path) or message
            place = _in_this_file(history, path, _pointed(history, path, message))
            faults.append(Fault(*place, path_text(path), sentence))
    return faults


def slip(data: Any, path: KeyPath) -> str:
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


def _in_this_file(history: History, path: KeyPath, place: Place) -> Place:
    """Return a place of the what-if file for a fault in its base, which was in order by itself.

    It is that of the change of what the path, or else a name in it, is about; else the first one.
    """
    if place[0] == history.files[-1]:
        return place
    own = [change for change in history.changes if change.place[0] == history.files[-1]]
    named = [change for change in own if change.path[-1] in path]
    return next((change.place for change in (*named, *own)), place)


def _caused(
    refused: Iterable[tuple[KeyPath, str]], data: dict[str, Any], history: History
) -> Iterator[tuple[KeyPath, str]]:
    """Yield faults; those of names that a change of this file removed say so, at that change."""
    gone = {
        change.path[-1]: change.path
        for change in history.changes
        if change.verb == GONE
        and change.place[0] == history.files[-1]
        and change.path[:-1] in NAMED
    }
    for path, message in refused:
        name = next((name for name in gone if _names(data, path, name)), None)
        if name is None:
            yield path, message
        else:
            text = f"'{path_text(path)}' still names it: remove or change that as well"
            yield gone[name], text


NAMED = (("services",), ("rooms",), ("people", "classes"), ("people", "traits"))
"""Where names are given that other values use."""


def _names(data: Any, path: KeyPath, name: str | int) -> bool:
    """Say whether a value names something: as its text, in its list, or by its key."""
    value = value_at(data, path)
    return name in (value, path[-1]) or (isinstance(value, list) and name in value)


def _pointed(history: History, path: KeyPath, message: str) -> Place:
    """Return the place of a fault; an unknown key is pointed at itself, not at its value."""
    if "is not known here" in message and path in history.keys:
        key = history.keys[path]
        return key if f"'{path[-1]}'" in message else history.nearest(path)
    return history.nearest(path)


# ---------------------------------------------------------------------- what-if


def with_what_if(source: Source, base_of: Callable[[str], Scenario]) -> Scenario:
    """Return the base with the changes; it stays published if what it sets has sources too.

    ``base_of``: from what stands under ``based_on`` to the base.
    """
    file = source.file
    written, numbers = _written(source)
    base = base_of(written.based_on)
    data = plain_copy(resolved(base))  # what is written of a quantity is its own
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
        refused = list(sentences_of(error, WhatIf, data))
    faults = _unless_known(source, refused, own, data)
    wrong = {path[1] for path, _ in refused if path[:1] == ("changes",) and len(path) > 1}
    kept = [number for number in numbers if number not in wrong]
    try:
        written = WhatIf.model_validate(data | {"changes": [changes[number] for number in kept]})
    except ValidationError:
        raise ScenarioError(source.file, faults) from None
    source.faults = faults
    return written, kept


def _values(data: dict[str, Any], history: History, source: Source) -> None:
    """Note what is refused in a changed scenario, other changes apart."""
    refused: list[tuple[KeyPath, str]] = []
    try:
        Scenario.model_validate(data)
    except ValidationError as error:
        refused = list(sentences_of(error, Scenario, data))
    own = [each for each in refused if history.nearest(each[0])[0] == source.file]
    unchanged = _not_applied(data, source)
    if unchanged is not None:
        own += _besides(data, [path for path, _ in refused], history, unchanged)
    source.faults = _unless_known(source, own, history, data)


def _not_applied(data: dict[str, Any], source: Source) -> list[KeyPath] | None:
    """Return the values whose changes were refused, None if more than these was not changed."""
    changes = source.data["changes"]
    if not isinstance(changes, list) or not all(
        isinstance(change, dict) and "set" in change  # items are added and removed at the end
        for change in changes
    ):
        return None
    paths = []
    for fault in source.faults:
        change = _OF_CHANGE.fullmatch(fault.path)
        place = locate(data, str(changes[int(change[1])]["set"])) if change is not None else None
        if place is None:
            return None
        paths.append(place)
    return paths


def _base(path: FilePath, source: Source, based_on: str, above: tuple[FilePath, ...]) -> Scenario:
    place = source.values[("based_on",)]
    file = os.path.normpath(FilePath(source.file).parent / based_on).replace(os.sep, "/")
    base = find_file(path.parent, based_on)
    if base is None:
        message = f"there is no file {quoted(file, marks=False)}"
    elif base.resolve() in above:
        message = f"{file} is based on this file in turn; a base cannot be its own what-if"
    elif len(above) > MOST_BASES:
        message = f"more than {MOST_BASES} files are based on one another"
    else:
        try:
            return from_source(base, read_source(base, file), above)
        except ScenarioError as error:
            raise ScenarioError(source.file, error.faults) from None
    raise ScenarioError(source.file, [Fault(*place, "based_on", message)])


MOST_BASES = 50
"""What-if files that are based on one another."""


# --- Scenarios from plain data: dictionaries made by a program, and changes of a scenario at
# hand.
#
# Both are read as a file is, by the same checks and with the same messages; a fault names the
# path of the value, because there is no line.

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
    given: tuple[Fault, ...] = ()
    try:
        source = source_of(written, name)
        _refuse_no_verbs(source, resolved(base), changes)
        given = tuple(source.faults)
        with_columns(source, FilePath.cwd())
        return with_what_if(source, lambda _: base)
    except ScenarioError as error:
        raise _without_lines(error, name, list(map(str, changes)), given) from None


def _refuse_name(name: object) -> None:
    """Raise ArgumentError for a name that could not stand for a file, or name a folder."""
    is_text = isinstance(name, str) and name.strip(". ") and name.isprintable()
    if not is_text or FilePath(str(name)).name != name:
        raise ArgumentError(f"a scenario has a name as a file has, not {name!r}")


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


_CHANGES = (
    "a change is a new value or one of {'to': ...}, {'add': ...}, {'scale': ...}, {'remove': True}"
)


def _refuse_no_verbs(source: Source, data: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Note the changes whose dictionary has words that neither change a value nor belong to one."""
    for number, (path, value) in enumerate(changes.items()):
        if not isinstance(value, Mapping):
            continue
        message = ""
        at = locate(data, str(path))
        if "remove" in value and value["remove"] is not True:
            message = f"'remove' takes True alone: {_CHANGES}"
        elif at is not None and _is_one_value(value_at(data, at)):
            known = (*QUANTITY_KEYS, *VERBS, *ITEM_WORDS, *_LAW_KEYS, "because", "remove")
            strange = [
                word for word in value
                if word not in known and "did you mean" not in suggestion(str(word), _VALUE_KEYS)
            ]  # fmt: skip
            if strange:
                message = f"{quoted(strange[0])} is not known here: {_CHANGES}"
        if message:
            source.fault((source.file, 0, 0), ("changes", number, "to"), message)


_LAW_KEYS = (
    FAMILY, "family", FILE, COLUMN, UNIT,
    *(field.name for each in DECLARATIONS.values() for field in each.fields),
)  # fmt: skip
_VALUE_KEYS = (*QUANTITY_KEYS, *_LAW_KEYS)


def _is_one_value(value: Any) -> bool:
    """Say whether plain data is one number, hours or a law, not a section or names with values."""
    return not isinstance(value, dict | list) or (
        isinstance(value, dict) and not value.keys().isdisjoint((*QUANTITY_KEYS, "family"))
    )


_NEW = re.compile(r"([;?] [Ss])omething new begins with 'add: (.*?)'")
"""How a message for files says what begins something new."""
_OF_CHANGE = re.compile(r"changes\[(\d+)\](?:\.(\w+))?(.*)")


def _without_lines(
    error: ScenarioError, name: str, keys: Sequence[str] = (), given: Sequence[Fault] = ()
) -> ScenarioError:
    """Return the error with paths alone where it points into ``name``; changes by their path.

    ``given``: values of changes that cannot stand in a scenario; they have no other faults.
    """
    shown: list[Fault] = []
    faults = [*given, *(fault for fault in error.faults if fault not in given)]
    for fault in faults:
        path = fault.path
        change = _OF_CHANGE.fullmatch(path)
        if change is not None and keys:
            number, word, rest = change.groups()
            path = keys[int(number)] + rest if word != "because" else f"{keys[int(number)]} because"
        message = _NEW.sub(r"\1omething new is given as {'\2': {'as': ...}}", fault.message)
        is_ours = fault.file == name
        if not any(f"{path}.".startswith(f"{other.path}.") for other in shown[: len(given)]):
            shown.append(Fault(fault.file, 0, 0, path, message) if is_ours else fault)
    return ScenarioError(name, shown)


# ------------------------------------------------------------------- plain data as a source


def source_of(data: Mapping[str, Any], name: str) -> Source:
    """Return a dictionary as what a file of the same content gives; faults are noted in it."""
    source = Source(name)
    source.data = _plain(source, data, (), frozenset())
    return source


def _plain(source: Source, value: Any, path: KeyPath, above: frozenset[int]) -> Any:
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
        return [_plain(source, item, (*path, i), inside) for i, item in enumerate(value)]
    return _single(source, value, path)


def _mapping(
    source: Source, value: Mapping[Any, Any], path: KeyPath, above: frozenset[int]
) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, item in value.items():
        moment = _moment(key)
        text = _date(moment) if isinstance(moment, datetime.date) else key
        if not isinstance(text, str):
            message = f"a key is a text, not {quoted(key)} ({type(key).__name__})"
            source.fault((source.file, 0, 0), path, message)
            continue
        text = spaced(normal(text))
        plain[text] = _plain(source, item, (*path, text), above)
    return plain


def _single(source: Source, value: Any, path: KeyPath) -> Any:
    """Return a value that is not made of others, as a file would hold it."""
    if value is None:
        return NONE
    if isinstance(value, str):
        return normal(value)
    if isinstance(value, bool) or type(value).__name__ == "bool":  # numpy's, too
        return bool(value)
    moment = _moment(value)
    if moment is not None:
        return _date(moment)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Real | Decimal) and type(value).__name__ not in _TIMES:
        number = _as_float(value)
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


def _as_float(value: Any) -> float:
    """Return a number, as a large one what is beyond the largest there is."""
    try:
        return float(value)
    except OverflowError:
        return 1e30 if value > 0 else -1e30


_TIMES = ("datetime64", "timedelta64")
"""Types of numpy for times; numpy itself is not needed here."""


def _moment(value: Any) -> datetime.date | datetime.timedelta | None:
    """Return a date or a duration of Python, numpy or pandas as one of Python, None for others.

    Also None for "not a time", and for durations of numpy in years, months or without unit.
    """
    if type(value).__name__ in _TIMES:
        if re.fullmatch(r"timedelta64(\[[YM]\])?", str(value.dtype)):
            return None
        value = value.astype(f"{type(value).__name__}[us]").item()
    is_time = isinstance(value, datetime.date | datetime.timedelta) and value == value
    return value if is_time else None


def _date(value: datetime.date | datetime.timedelta) -> str:
    if isinstance(value, datetime.timedelta):
        return f"{value / datetime.timedelta(days=1):.12g} days"
    is_midnight = isinstance(value, datetime.datetime) and value.time() == datetime.time(0)
    return value.isoformat().partition("T")[0] if is_midnight else value.isoformat()


Scenario._changed_by = changed_scenario
