"""Arrow columns made of numpy arrays without pandas are those that pyarrow itself makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.runs.simulate import array_of, number_column, table_in, text_column, word_column

NAMES = ["shelter", "centre d'accueil été", "", "€"]


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.float64])
@pytest.mark.parametrize("values", [[], [3], [0, 5, 2, 7]])
def test_numbers_are_those_of_pyarrow(kind: type[np.generic], values: list[int]) -> None:
    array = np.array(values, kind)
    assert number_column(array).equals(pa.array(array))


def test_numbers_that_do_not_lie_side_by_side_are_taken_in_their_order() -> None:
    array = np.arange(12.0).reshape(4, 3)[::2, 1]
    assert number_column(array).to_pylist() == [1.0, 7.0]


@pytest.mark.parametrize("names", [[], NAMES])
def test_texts_are_those_of_pyarrow(names: list[str]) -> None:
    assert text_column(names).equals(pa.array(names, pa.string()))


def test_words_are_named_by_their_position() -> None:
    column = word_column(np.array([3, 0, 1, 1], np.int16), NAMES)
    assert column.to_pylist() == [NAMES[3], NAMES[0], NAMES[1], NAMES[1]]
    assert column.type == pa.dictionary(pa.int16(), pa.string())


def test_a_column_comes_back_whole_from_a_file_and_from_its_pieces(tmp_path: Path) -> None:
    values = np.array([0.1, -2.0, np.inf, 4.5])
    path = tmp_path / "table.parquet"
    pq.write_table(pa.table({"value": number_column(values)}), path, row_group_size=3)
    column = table_in(path).column("value")
    assert np.array_equal(array_of(column), values)
    pieces = pa.chunked_array([column.combine_chunks().slice(2, 2), column.combine_chunks()[:1]])
    assert np.array_equal(array_of(pieces), [np.inf, 4.5, 0.1])
    assert array_of(pa.chunked_array([], pa.float64())).shape == (0,)
