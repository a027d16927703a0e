"""Empirical laws whose values stand in a column of a CSV file.

``{family: empirical, file: waits.csv, column: days, unit: days}`` becomes the law with these values
when the file is read, so that a scenario kept with results needs no other file. The file is looked
for from the folder of the scenario file.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from sim.scenario.source import Source, find_file, normal
from sim.vocabulary.errors import Path, Refused, did_you_mean, quoted, unknown_name
from sim.vocabulary.limits import MOST_BYTES
from sim.vocabulary.quantities import UNIT_WORDS, UNITS, clear, in_english

FAMILY, FILE, COLUMN, UNIT, VALUES = "empirical", "file", "column", "unit", "values"
MOST_ROWS = 10_000
"""Values of a column: they all stand in the scenario that is kept with results."""
SHOWN_ROWS = 5
"""Wrong rows that a message tells."""


def with_columns(source: Source, folder: FilePath) -> None:
    """Put the values of columns into the laws that name them; notes every fault in the source."""
    for path, law in list(_laws(source.data, ())):
        if FAMILY in law:  # {empirical: {file: ...}}
            inner = law.pop(FAMILY)
            law |= {"family": FAMILY, **inner}
            for key in inner:
                _move(source, (*path, FAMILY, key), (*path, key))
            _forget(source, (*path, FAMILY))
        faults = len(source.faults)
        texts = [_text(source, law, path, key) for key in (FILE, COLUMN, UNIT)]
        if VALUES in law:
            _fault(source, (*path, FILE), "'file' and 'values' exclude one another: keep one")
        values: list[str] = []
        if len(source.faults) == faults:
            try:
                values = column_values(folder, *texts)
            except Refused as refused:
                for below, message in refused.faults:
                    _fault(source, (*path, *below), message)
        _put(source, law, path, values or [clear(1.0) + (f" {texts[2]}" if texts[2] else "")])


def _laws(value: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
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
    for key, one in items:
        yield from _laws(one, (*path, key))


def _text(source: Source, law: dict[str, Any], path: Path, key: str) -> str:
    """Return what is written under a key; notes what is missing or no text."""
    found = law.get(key, "" if key == UNIT else None)
    if isinstance(found, str) and (found or key == UNIT):
        return found
    if found is None:
        _fault(source, path, f"an empirical law from a file needs '{key}'")
    else:
        _fault(source, (*path, key), f"a text was expected, not {quoted(found)}")
    return ""


def _fault(source: Source, path: Path, message: str) -> None:
    at = next(path[:n] for n in range(len(path), -1, -1) if path[:n] in source.values)
    source.fault(source.values[at], path, message)


def _move(source: Source, old: Path, new: Path) -> None:
    for places in (source.values, source.keys):
        if old in places:
            places[new] = places.pop(old)


def _forget(source: Source, path: Path) -> None:
    source.values.pop(path, None)
    source.keys.pop(path, None)


def _put(source: Source, law: dict[str, Any], path: Path, values: list[str]) -> None:
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

    ``Refused`` with all that is wrong, at ``file``, ``column`` or ``unit``.
    """
    if unit and in_english(unit) not in UNITS:
        hint = did_you_mean(unit, UNIT_WORDS)
        raise Refused(faults=[((UNIT,), f"{quoted(unit)} is not a unit of time{hint}")])
    text = _content(folder, file)
    # Comma, semicolon or tab: the one most used in the head.
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        head = [normal(name).strip() for name in next(rows, [])]
        if column not in head:
            message = f"{unknown_name('column', column, head)} (in {file})"
            raise Refused(faults=[((COLUMN,), message)])
        place = head.index(column)
        if head.count(column) > 1:
            message = f"{file} has {head.count(column)} columns {quoted(column)}"
            raise Refused(faults=[((COLUMN,), message)])
        cells = [(rows.line_num, row[place] if place < len(row) else "") for row in rows if row]
    except csv.Error as error:
        raise Refused(faults=[((FILE,), f"{file} cannot be read as CSV: {error}")]) from None
    if not 0 < len(cells) <= MOST_ROWS:
        message = f"{file} has {len(cells)} rows; a law has 1 to {MOST_ROWS} values"
        raise Refused(faults=[((COLUMN,), message)])
    return _numbers(cells, file, column, unit)


def _numbers(cells: list[tuple[int, str]], file: str, column: str, unit: str) -> list[str]:
    found, wrong = [], []
    for line, cell in cells:
        number = _number(cell)
        if number is None:
            what = f"a number was expected, not {quoted(cell)}" if cell.strip() else "it is empty"
            wrong.append((line, what))
        elif number < 0:
            wrong.append((line, f"{quoted(cell.strip())} is below 0"))
        else:
            found.append(f"{clear(number)} {unit}".strip())
    if wrong:
        told = [f"row {line} of {quoted(column)} in {file}: {what}" for line, what in wrong]
        more = f"; {len(wrong) - SHOWN_ROWS} more rows" if wrong[SHOWN_ROWS:] else ""
        raise Refused(faults=[((COLUMN,), "; ".join(told[:SHOWN_ROWS]) + more)])
    return found


def _number(cell: str) -> float | None:
    """Return the number of a cell, None if it is none; decimals take a point."""
    try:
        number = float(cell) if cell.strip().isascii() and "_" not in cell else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _content(folder: FilePath, file: str) -> str:
    """Return the text of a file beside the scenario; ``Refused`` says why there is none."""
    path = find_file(folder, file)
    if path is None:
        raise Refused(faults=[((FILE,), f"there is no file {quoted(file)} beside the scenario")])
    try:
        raw = path.read_bytes()
        if len(raw) > MOST_BYTES:
            raise Refused(faults=[((FILE,), f"{file} is larger than {MOST_BYTES // 1_000_000} MB")])
        return raw.decode("utf-8-sig")
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror or error}"
    except UnicodeDecodeError:
        message = f"{file} is not written in UTF-8: save it again as UTF-8"
    raise Refused(faults=[((FILE,), message)])
