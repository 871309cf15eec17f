"""The derived indexes follow the store: after any changes, kills and damage a search equals that of a fresh build."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fakes import HashEncoder, everything
from hypothesis import given, settings
from hypothesis import strategies as st

from index import dense, derived, lexical
from index.dense import DenseIndex
from index.library import Library
from index.types import ANY, Document, LibraryError

if TYPE_CHECKING:
    from index.types import Vectors

ROOT = Path(__file__).parents[1]
ENCODER = HashEncoder(dimension=64)
WORDS = [f"{first}{second}" for first in "bdfgklmnprst" for second in ("ora", "elt", "isk", "unt", "awe")]
SMALL = 60  # beyond so many passages the index is approximate in these tests


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense, "EXACT_UP_TO", SMALL)
    monkeypatch.setattr(derived, "EXACT_UP_TO", SMALL)
    monkeypatch.setattr(derived, "_BATCH", 50)


def document(number: int, version: int = 0) -> Document:
    draw = random.Random(f"{number} {version}")
    sentences = [" ".join(draw.choices(WORDS, k=6)).capitalize() + "." for _ in range(4)]
    return Document(f"doc{number}", f"Doc {number}", " ".join(sentences), f"{number}.txt")


def opened(home: Path | None, *documents: Document) -> Library:
    library = Library(home, ENCODER, chunk_chars=40)
    list(library.add(documents))
    return library


def nearest(library: Library, query: str, limit: int) -> list[tuple[int, float]]:
    """By brute force over the vectors of the store."""
    ids, vectors = everything(library._store)
    products = vectors @ ENCODER.encode([query])[0] if ids else np.zeros(0)
    return sorted(zip(ids, products.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))[:limit]


def check(library: Library, query: str) -> None:
    """What is found is there, has its true score, and is nearly all that brute force finds; nothing else is held."""
    found, expected = library.search_dense(query, 10), nearest(library, query, 10)
    exact = dict(nearest(library, query, 10**6))
    assert len(found) == len(expected)
    assert [score for _, score in found] == pytest.approx([exact[number] for number, _ in found], abs=1e-6)
    assert sum(score >= expected[-1][1] - 1e-6 for _, score in found) >= 0.9 * len(expected)
    assert len(library._derived.words()) == library._store.passage_count()
    index = library._derived.dense(ENCODER.dimension)
    assert (len(index) if index else 0) == library._store.passage_count()
    for word in query.split():
        holding = {number for number, passage in library.passages(exact).items() if word in passage.text.lower()}
        assert {number for number, _ in library.search_words(word, 10**4)} == holding


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "remove", "search", "reopen"]), st.integers(0, 39), st.integers(1, 25)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=15, deadline=None)
@given(STEPS)
def test_after_any_changes_a_search_equals_brute_force(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    home = tmp_path_factory.mktemp("library")
    library = opened(home)
    for version, (step, first, count) in enumerate(steps):
        numbers = [number % 40 for number in range(first, first + count)]
        if step == "add":
            list(library.add(document(number, version) for number in numbers))
        elif step == "remove":
            library.remove([f"doc{number}" for number in numbers])
        elif step == "search":
            check(library, "bora felt")
        else:
            library.close()
            library = opened(home)
    check(library, "bora telt")
    library.close()


def test_the_kind_of_index_follows_the_size_there_and_back(tmp_path: Path) -> None:
    library = opened(tmp_path, *(document(number) for number in range(10)))
    kinds = []
    for change in (
        lambda: None,
        lambda: list(library.add(document(number) for number in range(10, 60))),
        lambda: library.remove([f"doc{number}" for number in range(12, 60)]),  # 48 left: not yet
        lambda: library.remove([f"doc{number}" for number in range(5, 12)]),
    ):
        change()
        check(library, "bora felt")
        index = library._derived.dense(ENCODER.dimension)
        assert index is not None
        kinds.append((index.exact, len(index)))
    assert kinds == [(True, 40), (False, 240), (False, 48), (True, 20)]
    library.close()


def test_an_index_that_has_grown_far_beyond_its_clusters_is_made_anew() -> None:
    library = opened(None, *(document(number) for number in range(20)))
    first = library._derived.dense(ENCODER.dimension)
    assert first is not None
    assert first.suits(4 * 80)
    assert not first.suits(6 * 80)
    list(library.add(document(number) for number in range(20, 40)))
    assert library._derived.dense(ENCODER.dimension) is first
    list(library.add(document(number) for number in range(40, 130)))
    second = library._derived.dense(ENCODER.dimension)
    assert second is not None
    assert second is not first
    assert len(second) == 520
    check(library, "bora felt")


def test_one_document_more_is_added_to_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, *(document(number) for number in range(300))) as library:
        library.refresh()
        written = (tmp_path / "dense.faiss").read_bytes()
        added: list[int] = []
        put = DenseIndex.add

        def watched(self: DenseIndex, ids: Sequence[int], vectors: Vectors) -> None:
            added.extend(ids)
            put(self, ids, vectors)

        monkeypatch.setattr(DenseIndex, "add", watched)
        list(library.add([document(500)]))
        library.remove(["doc3"])
        check(library, "bora felt")
        assert added == [1201, 1202, 1203, 1204]
        assert (tmp_path / "dense.faiss").read_bytes() == written  # one in a hundred has not changed yet
    with opened(tmp_path) as again:
        added.clear()
        check(again, "bora felt")
        assert added == [1201, 1202, 1203, 1204]


@pytest.mark.parametrize("harm", ["missing", "empty", "cut", "flipped", "older", "of another library", "a file"])
@pytest.mark.parametrize("which", ["dense.faiss", "words"])
def test_a_derived_index_that_does_not_fit_is_made_anew(tmp_path: Path, which: str, harm: str) -> None:
    home, path = tmp_path / "home", tmp_path / "home" / which
    with opened(home, *(document(number) for number in range(40))) as library:
        check(library, "bora felt")
        shutil.copytree(home, tmp_path / "older")
        list(library.add(document(number, 1) for number in range(30)))
        check(library, "bora felt")
        before = library.search("bora felt runt", limit=1)
    with opened(tmp_path / "other", *(document(number, 2) for number in range(40))) as other:
        other.refresh()
    if harm in ("older", "of another library"):
        _replace(path, tmp_path / ("older" if harm == "older" else "other") / which)
    else:
        _harm(path, harm)
    with opened(home) as again:
        check(again, "bora felt")
        found = again.search("bora felt runt", limit=1)  # which of several equal ones is first is open
        assert found[0].score == pytest.approx(before[0].score, abs=1e-6)


def _replace(path: Path, by: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(by, path) if by.is_dir() else shutil.copy(by, path)


def _harm(path: Path, how: str) -> None:
    for file in [path] if path.is_file() else [file for file in path.iterdir() if file.suffix != ".lock"]:
        whole = file.read_bytes()
        file.unlink()
        if how == "empty":
            file.touch()
        elif how == "cut":
            file.write_bytes(whole[:-1])
        elif how == "flipped":
            file.write_bytes(whole[:90] + bytes([whole[90] ^ 1]) + whole[91:] if len(whole) > 90 else b"?")
    if how in ("missing", "a file") and path.is_dir():
        shutil.rmtree(path)
        if how == "a file":
            path.write_text("words")


def test_a_library_restored_from_a_backup_trusts_no_index_of_the_other_history(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with opened(home, *(document(number) for number in range(30))) as library:
        library.refresh()
    shutil.copy(home / "library.sqlite", tmp_path / "backup")
    with opened(home, *(document(number, 1) for number in range(30, 60))) as library:
        check(library, "bora felt")
    for file in home.glob("library.sqlite*"):
        file.unlink()
    shutil.copy(tmp_path / "backup", home / "library.sqlite")
    with opened(home, *(document(number, 2) for number in range(30, 60))) as library:  # the same ids, other texts
        check(library, "bora felt")


def test_two_libraries_that_change_the_same_folder_see_each_other(tmp_path: Path) -> None:
    with opened(tmp_path, document(0)) as one, opened(tmp_path) as other:
        for number in range(1, 12):
            list((one if number % 2 else other).add([document(number)]))
            for library in (one, other):
                check(library, "bora felt")
        one.remove(["doc3", "doc4"])
        check(other, "bora felt")
        list(other.add([document(3, 1)]))
        check(one, "bora felt")


def test_a_folder_that_cannot_be_written_is_searched_from_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with opened(tmp_path, *(document(number) for number in range(30))) as library:
            check(library, "bora felt")
            list(library.add([document(30)]))
            library.remove(["doc2"])
            check(library, "bora felt")
    with opened(tmp_path) as again:
        check(again, "bora felt")
        assert lexical.WordIndex.open(tmp_path / "words") is not None


@pytest.mark.parametrize("error", [LibraryError("the disk says no"), KeyboardInterrupt()])
@pytest.mark.parametrize("read", ["vectors", "texts"])
@pytest.mark.parametrize("is_kept", [True, False])
def test_an_index_that_was_stopped_on_its_way_to_the_newest_state_is_not_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_kept: bool, read: str, error: BaseException
) -> None:
    monkeypatch.setattr(derived, "_BATCH", 8)
    library = opened(tmp_path if is_kept else None, *(document(number) for number in range(5)))
    check(library, "bora felt")
    list(library.add(document(number, 1) for number in range(3, 8)))
    batches = [getattr(library._store, read), error]

    def stopped(*asked: int) -> object:
        if isinstance(batch := batches.pop(0), BaseException):
            raise batch
        return batch(*asked)

    with monkeypatch.context() as patched:
        patched.setattr(library._store, read, stopped)
        with pytest.raises(type(error)):
            library.search("bora felt", limit=5)
    check(library, "bora felt")


def test_vectors_among_few_documents_are_all_found_by_an_approximate_index() -> None:
    with opened(None, *(document(number) for number in range(120))) as library:
        index = library._derived.dense(ENCODER.dimension)
        assert index is not None
        assert not index.exact
        for within in (["doc7"], [f"doc{number}" for number in range(0, 120, 3)]):
            chosen = set(library._store.passages_of(within, ANY))
            found = library.search_dense("bora felt", 4, within=within)
            expected = [pair for pair in nearest(library, "bora felt", 10**4) if pair[0] in chosen][:4]
            assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-6)


# --- kills -----------------------------------------------------------------------------------------------------------

CHILD = """
import sys
from pathlib import Path
from index import dense, derived
dense.EXACT_UP_TO = derived.EXACT_UP_TO = 60
from test_derived import document, opened
library = opened(Path(sys.argv[1]))
print("open", flush=True)
for version in range(1, 10**6):
    list(library.add(document(number, version) for number in range(version % 7, 40, 1 + version % 3)))
    library.refresh()
"""


def test_a_kill_while_the_indexes_are_written_does_no_harm(tmp_path: Path) -> None:
    draw, states = random.Random(5), set()
    opened(tmp_path, *(document(number) for number in range(40))).close()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    for _ in range(8):
        command = [sys.executable, "-c", CHILD, str(tmp_path)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout
            assert child.stdout.readline() == "open\n"
            timer = threading.Timer(draw.uniform(0.3, 1.5), child.kill)
            timer.start()
            child.wait()
        assert child.returncode == -9
        with opened(tmp_path) as library:
            states.add(library._store.generation)
            check(library, "bora felt")
            assert not list(tmp_path.glob("*.part"))
    assert len(states) > 1  # the children lived long enough for the test to mean something


# --- recall ----------------------------------------------------------------------------------------------------------


def clustered(count: int, dimension: int, seed: int) -> Vectors:
    draw = np.random.default_rng(seed)
    centres = draw.normal(size=(count // 40 + 1, dimension))
    vectors = centres[draw.integers(len(centres), size=count)] + 0.7 * draw.normal(size=(count, dimension))
    unit: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def test_an_approximate_index_finds_nearly_all_of_the_nearest() -> None:
    vectors, queries = clustered(20_000, 96, 1), clustered(100, 96, 2)
    queries = (vectors[::200] + 0.5 * queries) / np.linalg.norm(vectors[::200] + 0.5 * queries, axis=1, keepdims=True)
    index = DenseIndex.approximate(vectors[: dense.training_size(len(vectors))], len(vectors))
    index.add(range(len(vectors)), vectors)
    right = 0
    for query in queries:
        expected = set(np.argsort(-(vectors @ query))[:10].tolist())
        right += len(expected & {number for number, _ in index.search(query, 20)})
    assert right >= 0.97 * 10 * len(queries)
