"""The dense index: the same ids, values and order as numpy, and a file that is trusted only when it fits."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.dense import DenseIndex

if TYPE_CHECKING:
    from index.types import Vectors


def unit_vectors(count: int, dimension: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def filled(ids: list[int], vectors: Vectors, generation: int = 0) -> DenseIndex:
    index = DenseIndex(vectors.shape[1], generation)
    index.add(ids, vectors)
    return index


def brute_force(ids: list[int], vectors: Vectors, query: Vectors, limit: int) -> list[tuple[int, float]]:
    products = vectors.astype(np.float64) @ query.astype(np.float64)  # (n,)
    return sorted(zip(ids, products.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))[:limit]


# --- search ----------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.integers(2, 48), st.integers(1, 400), st.integers(0, 2**32 - 1))
def test_search_equals_brute_force_in_ids_values_and_order(count: int, dimension: int, limit: int, seed: int) -> None:
    vectors, query = unit_vectors(count, dimension, seed), unit_vectors(1, dimension, seed + 1)[0]
    ids = np.random.default_rng(seed).permutation(10 * count)[:count].tolist()
    found, expected = filled(ids, vectors).search(query, limit), brute_force(ids, vectors, query, limit)
    assert len(found) == min(limit, count)
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-5)
    whole = brute_force(ids, vectors, query, count)
    exact = dict(whole)
    assert [exact[item] for item, _ in found] == pytest.approx([score for _, score in found], abs=1e-5)
    if all(a[1] - b[1] > 1e-6 for a, b in pairwise(whole)):  # float32 cannot order what lies nearer than that
        assert [item for item, _ in found] == [item for item, _ in expected]
    assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))


def test_a_small_index_is_searched_in_the_order_that_can_be_read_off() -> None:
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8], [-1, 0]], dtype=np.float32)
    found = filled([10, 11, 12, 13], vectors).search(np.array([1, 0], dtype=np.float32), 3)
    assert [item for item, _ in found] == [10, 12, 11]
    assert [score for _, score in found] == pytest.approx([1.0, 0.6, 0.0], abs=1e-7)


def test_equal_products_stand_in_the_order_of_their_ids() -> None:
    vectors = np.tile(np.array([[0, 1, 0]], dtype=np.float32), (6, 1))
    vectors[4] = [1, 0, 0]
    found = filled([9, 2, 7, 4, 1, 3], vectors).search(np.array([0, 1, 0], dtype=np.float32), 10)
    assert found == [(2, 1.0), (3, 1.0), (4, 1.0), (7, 1.0), (9, 1.0), (1, 0.0)]


def test_more_asked_than_held_gives_all_and_never_minus_one() -> None:
    vectors = unit_vectors(3, 8, 0)
    assert {item for item, _ in filled([5, 6, 7], vectors).search(vectors[0], 1000)} == {5, 6, 7}


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_nothing_gives_nothing(limit: int) -> None:
    vectors = unit_vectors(3, 8, 0)
    assert filled([5, 6, 7], vectors).search(vectors[0], limit) == []


def test_an_empty_index_finds_nothing() -> None:
    empty = DenseIndex(4)
    assert len(empty) == 0
    assert empty.search(np.ones(4, dtype=np.float32), 5) == []
    empty.add([], np.zeros((0, 4), dtype=np.float32))
    assert len(empty) == 0


def test_vectors_added_in_two_steps_are_found_as_if_in_one() -> None:
    vectors = unit_vectors(20, 8, 3)
    twice = filled(list(range(10)), vectors[:10])
    twice.add(list(range(10, 20)), vectors[10:])
    assert twice.search(vectors[4], 20) == filled(list(range(20)), vectors).search(vectors[4], 20)


@pytest.mark.parametrize("shape", [(2, 4), (3, 5), (3,), (0, 4)])
def test_vectors_of_another_shape_are_a_value_error_and_change_nothing(shape: tuple[int, ...]) -> None:
    index = DenseIndex(4)
    with pytest.raises(ValueError, match="do not fit"):
        index.add([1, 2, 3], np.ones(shape, dtype=np.float32))
    assert len(index) == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_vector_that_is_not_finite_is_a_value_error_and_changes_nothing(bad: float) -> None:
    vectors = unit_vectors(3, 4, 0)
    vectors[1, 2] = bad
    index = DenseIndex(4)
    with pytest.raises(ValueError, match="NaN or infinity"):
        index.add([1, 2, 3], vectors)
    assert len(index) == 0


@pytest.mark.parametrize("query", [np.ones(3), np.ones((1, 4)), np.array([1, np.nan, 0, 0])])
def test_a_query_that_does_not_fit_is_a_value_error(query: Vectors) -> None:
    with pytest.raises(ValueError, match="cannot be searched"):
        filled([1, 2], unit_vectors(2, 4, 0)).search(query.astype(np.float32), 1)


# --- the file --------------------------------------------------------------------------------------------------------


def saved(folder: Path, generation: int = 7) -> tuple[Path, DenseIndex]:
    index = filled(list(range(100, 140)), unit_vectors(40, 16, 1), generation)
    index.save(folder / "dense.faiss")
    return folder / "dense.faiss", index


def test_a_saved_index_comes_back_with_the_same_ids_and_values(tmp_path: Path) -> None:
    path, index = saved(tmp_path, generation=2**63 - 1)
    loaded = DenseIndex.load(path, dimension=16)
    assert loaded is not None
    assert (len(loaded), loaded.dimension, loaded.generation) == (40, 16, 2**63 - 1)
    query = unit_vectors(1, 16, 2)[0]
    assert loaded.search(query, 40) == index.search(query, 40)
    assert [file.name for file in tmp_path.iterdir()] == ["dense.faiss"]


def test_a_file_of_another_dimension_is_not_loaded(tmp_path: Path) -> None:
    path, _ = saved(tmp_path)
    assert DenseIndex.load(path, dimension=16) is not None
    assert DenseIndex.load(path, dimension=15) is None


def test_a_missing_file_or_a_folder_in_its_place_is_not_loaded(tmp_path: Path) -> None:
    assert DenseIndex.load(tmp_path / "none.faiss", dimension=16) is None
    assert DenseIndex.load(tmp_path, dimension=16) is None


def test_a_file_cut_anywhere_is_not_loaded(tmp_path: Path) -> None:
    path, _ = saved(tmp_path)
    whole = path.read_bytes()
    for length in [*range(80), *range(80, len(whole), 97), len(whole) - 1]:
        path.write_bytes(whole[:length])
        assert DenseIndex.load(path, dimension=16) is None, length
    path.write_bytes(whole + b"\0")
    assert DenseIndex.load(path, dimension=16) is None


def test_a_file_with_one_bit_flipped_is_not_loaded(tmp_path: Path) -> None:
    path, _ = saved(tmp_path)
    whole = path.read_bytes()
    for at in [*range(80), *range(80, len(whole), 41), len(whole) - 1]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << at % 8)]) + whole[at + 1 :])
        assert DenseIndex.load(path, dimension=16) is None, at
    path.write_bytes(whole)
    assert DenseIndex.load(path, dimension=16) is not None


def test_a_save_that_fails_keeps_the_file_that_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = saved(tmp_path)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        filled([1], unit_vectors(1, 16, 5), 8).save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["dense.faiss"]


def test_what_a_killed_process_left_half_written_is_cleared_by_the_next_save(tmp_path: Path) -> None:
    (tmp_path / "dense.999999.part").write_bytes(b"half")
    (tmp_path / f"dense.{os.getppid()}.part").write_bytes(b"half")  # a number that another process has by now
    (tmp_path / "library.sqlite").write_bytes(b"kept")
    saved(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["dense.faiss", "library.sqlite"]


def test_what_another_process_is_writing_is_left_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, index = saved(tmp_path)
    theirs, sync = filled([1], unit_vectors(1, 16, 5), 8), os.fsync

    def meanwhile(file: int) -> None:
        sync(file)
        monkeypatch.setattr(os, "fsync", sync)
        monkeypatch.setattr(os, "getpid", lambda: 2**22 + 1)  # no process has so high a number
        index.save(tmp_path / "dense.faiss")

    monkeypatch.setattr(os, "fsync", meanwhile)
    theirs.save(tmp_path / "dense.faiss")
    loaded = DenseIndex.load(tmp_path / "dense.faiss", dimension=16)
    assert loaded is not None
    assert (len(loaded), loaded.generation) == (1, 8)
    assert [file.name for file in tmp_path.iterdir()] == ["dense.faiss"]
