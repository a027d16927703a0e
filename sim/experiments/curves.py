"""What figures are drawn from: ``curves.parquet``, so that a folder of results can be drawn again.

A long table of named arrays (one or two indices) and, as metadata, the words and single numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.analysis.courses import COURSES
from sim.analysis.summary import Summary
from sim.analysis.windows import Array

if TYPE_CHECKING:
    from sim.experiments.run import Results

CURVES = "curves.parquet"
_WORD = pa.dictionary(pa.int16(), pa.string())
_SCHEMA = pa.schema(
    [("name", _WORD), ("row", pa.int32()), ("column", pa.int32()), ("value", pa.float64())]
)
_ENCODING = {
    "row": "DELTA_BINARY_PACKED", "column": "DELTA_BINARY_PACKED", "value": "BYTE_STREAM_SPLIT",
}  # fmt: skip
_FACTS = b"facts"


def write_curves(path: Path, results: Results) -> None:
    """Write the courses of all replications and, if there is one, the summary of the run."""
    arrays = {f"course {name}": results.courses[:, number] for number, name in enumerate(COURSES)}
    facts: dict[str, Any] = {}
    if results.summary is not None:
        facts["summary"] = _taken_apart(results.summary, "summary", arrays)
    shapes = {name: list(array.shape) for name, array in arrays.items()}
    text = json.dumps(facts | {"shapes": shapes}, ensure_ascii=False)
    table = pa.concat_tables(
        _rows(n, name, arrays[name], list(arrays)) for n, name in enumerate(arrays)
    )
    pq.write_table(
        table.replace_schema_metadata({_FACTS: text.encode()}),
        path,
        compression="zstd",
        use_dictionary=["name"],
        column_encoding=_ENCODING,  # a third smaller
    )


def _rows(number: int, name: str, array: Array, names: list[str]) -> pa.Table:
    flat = array.reshape(len(array), -1) if array.size else np.zeros((0, 1))
    row, column = np.indices(flat.shape, dtype=np.int32)
    codes = pa.array(np.full(flat.size, number, dtype=np.int16))
    columns = [
        pa.DictionaryArray.from_arrays(codes, pa.array(names)),
        pa.array(row.ravel()),
        pa.array(column.ravel()),
        pa.array(flat.ravel()),
    ]
    return pa.Table.from_arrays(columns, schema=_SCHEMA)


def read_curves(path: Path) -> tuple[Array, Summary | None]:
    """Return the courses (R, L, D) and the summary, None if the run had none."""
    arrays, facts = _read(path)
    courses = np.stack([arrays[f"course {name}"] for name in COURSES], axis=1)
    if "summary" not in facts:
        return courses, None
    return courses, _put_together(Summary, facts["summary"], "summary", arrays)


def _read(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    table = pq.read_table(path)
    facts = json.loads(table.schema.metadata[_FACTS])
    values = table.column("value").to_numpy()
    arrays, done = {}, 0
    for name, shape in facts["shapes"].items():
        size = int(np.prod(shape))
        arrays[name] = values[done : done + size].reshape(shape).copy()
        done += size
    return arrays, facts


# --------------------------------------------------------- dataclasses as arrays and plain data


def _taken_apart(value: Any, name: str, arrays: dict[str, Array]) -> Any:
    """Return a value as plain data; its arrays go into ``arrays`` under their path."""
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return None
    if is_dataclass(value):
        return {part: _taken_apart(one, f"{name}.{part}", arrays) for part, one in _parts(value)}
    if isinstance(value, Mapping):
        return {key: _taken_apart(one, f"{name}.{key}", arrays) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_taken_apart(one, f"{name}.{i}", arrays) for i, one in enumerate(value)]
    return value


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    return ((field.name, getattr(value, field.name)) for field in fields(value))


def _put_together(kind: Any, plain: Any, name: str, arrays: Mapping[str, Array]) -> Any:
    """Return the value of a declared type from plain data and arrays."""
    origin, inside = get_origin(kind), get_args(kind)
    if name in arrays:
        return arrays[name]
    if origin in (Union, UnionType):
        if plain is None:
            return None
        kind = next(one for one in inside if one is not NoneType)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(
            **{part: _put_together(hints[part], one, f"{name}.{part}", arrays)
               for part, one in plain.items()}
        )  # fmt: skip
    if origin is not None and isinstance(plain, dict):
        return {k: _put_together(inside[1], one, f"{name}.{k}", arrays) for k, one in plain.items()}
    if origin is tuple:
        return tuple(
            _put_together(inside[0], one, f"{name}.{i}", arrays) for i, one in enumerate(plain)
        )
    return plain
