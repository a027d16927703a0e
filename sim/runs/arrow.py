"""Arrow columns from numpy arrays and back.

``pyarrow.array`` and ``to_numpy`` import pandas, which takes a fifth of a second, to see whether
they are given something of it. A run has only arrays without missing values, so the memory of
one is the memory of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray


def numbers(values: NDArray[Any]) -> pa.Array:
    """Return an array (N,) of numbers as a column of the same type."""
    kind = pa.from_numpy_dtype(values.dtype)
    memory = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(kind, len(values), [None, memory])


def texts(values: Sequence[str]) -> pa.Array:
    """Return texts as a column."""
    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    buffers = pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))
    return pa.StringArray.from_buffers(len(encoded), *buffers)


def words(codes: NDArray[np.int16], names: Sequence[str]) -> pa.DictionaryArray:
    """Return a column of words from their positions among ``names``."""
    return pa.DictionaryArray.from_arrays(numbers(codes), texts(names))


def table_in(path: Path) -> pa.Table:
    """Return the table in a Parquet file."""
    with pq.ParquetFile(path) as file:
        return file.read()


def array_of(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return a column of floating-point numbers without missing values as an array."""
    parts = [
        np.frombuffer(part.buffers()[1], np.float64, len(part), part.offset * 8)
        for part in column.chunks
        if len(part)
    ]
    return np.concatenate([np.empty(0), *parts])
