"""The library from outside: what is added is found, what is removed is not, whoever looks and whatever broke."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fakes import HashEncoder, everything
from hypothesis import given, settings
from hypothesis import strategies as st

from index.dense import DenseIndex
from index.library import Library, Outcome
from index.types import Document, Filter, Hit, LibraryError

if TYPE_CHECKING:
    from index.types import Vectors

ROOT = Path(__file__).parents[1]
ENCODER = HashEncoder()
QUAY = Document("quay", "Quay opens", "The quay opened on Monday. Two ferries use it.", "quay.txt")
FISH = Document("fish", "Fish prices", "Cod costs 40 kroner. Herring costs 12.", "fish.txt")
KELP = Document("kelp", "Kelp farm", "Divers planted kelp near the lighthouse.", "kelp.txt")
THREE = (QUAY, FISH, KELP)


def opened(home: Path | None, *documents: Document, chunk_chars: int = 30) -> Library:
    library = Library(home, ENCODER, chunk_chars=chunk_chars)
    list(library.add(documents))
    return library


def found(hits: list[Hit]) -> list[tuple[str, str]]:
    return [(hit.passage.document_id, hit.passage.text) for hit in hits]


def ids(library: Library) -> list[str]:
    return sorted(entry.id for entry in library.entries())


# --- adding and removing ---------------------------------------------------------------------------------------------


def test_a_document_is_added_then_unchanged_then_updated_then_removed() -> None:
    library = opened(None)
    assert list(library.add([QUAY])) == [Outcome("quay", "quay.txt", "added", 2)]
    assert list(library.add([QUAY])) == [Outcome("quay", "quay.txt", "unchanged", 0)]
    newer = replace(QUAY, text="The quay closed in May.")
    assert list(library.add([newer])) == [Outcome("quay", "quay.txt", "updated", 1)]
    assert library.document("quay") == newer
    assert library.remove(["quay", "nobody"]) == ["quay"]
    assert (len(library), library.search("quay", limit=5)) == (0, [])
    with pytest.raises(KeyError):
        library.document("quay")


def test_the_ids_are_those_of_the_documents_that_are_there() -> None:
    library = opened(None, *THREE)
    library.remove(["fish"])
    assert sorted(library.ids()) == ids(library) == ["kelp", "quay"]


def test_the_same_source_under_another_id_keeps_the_first_id() -> None:
    library = opened(None, QUAY)
    assert list(library.add([replace(QUAY, id="new")])) == [Outcome("quay", "quay.txt", "unchanged", 0)]
    assert list(library.add([replace(QUAY, id="new", text="It closed.")])) == [
        Outcome("quay", "quay.txt", "updated", 1)
    ]
    assert ids(library) == ["quay"]


@pytest.mark.parametrize("batches", [1, 2])
def test_the_same_id_from_another_source_gets_its_own_and_both_are_kept(batches: int) -> None:
    library = opened(None)
    twin = replace(FISH, id="quay")
    given_documents = [[QUAY, twin]] if batches == 1 else [[QUAY], [twin]]
    outcomes = [outcome for batch in given_documents for outcome in library.add(batch)]
    assert [(outcome.status, outcome.source) for outcome in outcomes] == [("added", "quay.txt"), ("added", "fish.txt")]
    first, second = (outcome.document_id for outcome in outcomes)
    assert first == "quay"
    assert second.startswith("quay-")
    assert library.document(first) == QUAY
    assert library.document(second) == replace(twin, id=second)
    assert {hit.passage.document_id for hit in library.search("cod kroner", limit=1)} == {second}
    assert [outcome.status for outcome in library.add([QUAY, twin])] == ["unchanged", "unchanged"]


def test_the_same_source_twice_in_a_batch_is_stored_once_and_the_last_text_stays() -> None:
    library = opened(None)
    newer = replace(QUAY, text="The quay closed in May.")
    outcomes = list(library.add([QUAY, FISH, newer, newer]))
    assert [(outcome.document_id, outcome.status) for outcome in outcomes] == [
        ("quay", "added"),
        ("fish", "added"),
        ("quay", "updated"),
        ("quay", "unchanged"),
    ]
    assert ids(library) == ["fish", "quay"]
    assert library.document("quay") == newer


def test_a_document_without_passages_is_added_and_never_found() -> None:
    title_only = Document("title", "Quay", "Quay", "title.txt", body_start=4)
    library = opened(None)
    assert list(library.add([title_only])) == [Outcome("title", "title.txt", "added", 0)]
    assert library.search("quay", limit=5) == []
    list(library.add([QUAY]))
    assert {hit.passage.document_id for hit in library.search("quay", limit=5)} == {"quay"}
    assert len(library) == 2


def test_what_was_reported_before_the_reader_stopped_is_kept() -> None:
    library = opened(None)

    def endless() -> Iterator[Document]:
        number = 0
        while True:
            number += 1
            yield Document(str(number), "Quay", f"Ferry {number} left. " * 40, f"{number}.txt")

    outcomes = library.add(endless())
    reported = [next(outcomes).document_id for _ in range(3)]
    outcomes.close()  # type: ignore[attr-defined]  # it is a generator
    assert reported == ["1", "2", "3"]
    assert set(reported) <= set(ids(library))


def test_every_vector_is_that_of_title_and_text() -> None:
    library = opened(None, *THREE)
    numbers, vectors = everything(library._store)
    held = library.passages(numbers)
    expected = ENCODER.encode([f"{held[number].title}\n{held[number].text}" for number in numbers])
    assert len(numbers) == 5
    assert vectors.tobytes() == expected.tobytes()


# --- searching -------------------------------------------------------------------------------------------------------


def test_an_empty_library_finds_nothing(tmp_path: Path) -> None:
    for library in (opened(None), opened(tmp_path)):
        assert len(library) == 0
        assert library.search("quay", limit=5) == []
        assert (library.search_dense("quay", 5), library.search_words("quay", 5), library.entries()) == ([], [], [])
        library.close()


def test_a_limit_beyond_the_library_gives_every_passage_once() -> None:
    hits = opened(None, *THREE).search("who planted kelp", limit=1000)
    assert hits[0].passage.text == "Divers planted kelp near the lighthouse."
    assert sorted(hit.passage.id for hit in hits) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("query", ["", "?", '"', "🎉", "quay " * 3000])
def test_an_odd_question_is_answered_all_the_same(query: str) -> None:
    assert len(opened(None, *THREE).search(query, limit=2)) == 2


def test_a_question_is_embedded_alike_with_and_without_its_mark() -> None:
    asked: list[str] = []

    class Noting(HashEncoder):
        def encode(self, texts: Sequence[str]) -> Vectors:
            asked.extend(texts)
            return super().encode(texts)

    with Library(None, Noting()) as library:
        list(library.add([QUAY]))
        asked.clear()
        for query in ("where is the quay", "where is the quay?", "where is the quay ？", "?"):
            library.search(query, limit=1)
            library.search_dense(query, 1)
    assert asked == ["where is the quay"] * 6 + ["?"] * 2


WORDS = st.sampled_from("quay ferry cod kelp rope mast tide crane".split())
SENTENCES = st.lists(WORDS, min_size=1, max_size=6).map(lambda words: " ".join(words).capitalize() + ".")


@settings(max_examples=50, deadline=None)
@given(st.lists(SENTENCES, min_size=1, max_size=12), SENTENCES, st.integers(1, 15))
def test_a_search_equals_its_brute_force_twin(texts: list[str], query: str, limit: int) -> None:
    texts = [f"{text[:-1]} {at}." for at, text in enumerate(texts, 100)]  # each with a figure of its own: no copies
    documents = [Document(str(at), "", text, f"{at}.txt") for at, text in enumerate(texts)]
    library = opened(None, *documents)
    hits = library.search(query, limit=limit)
    cosines = ENCODER.encode(texts).astype(np.float64) @ ENCODER.encode([query])[0].astype(np.float64)
    by_number = {at: float(cosine) for at, cosine in enumerate(cosines, 1)}
    nearest = library.search_dense(query, 50)
    assert dict(nearest) == pytest.approx(by_number, abs=1e-6)
    assert nearest == sorted(nearest, key=lambda pair: (-pair[1], pair[0]))
    matching = dict(library.search_words(query, 50))
    highest = max(matching.values(), default=1.0)
    ordered = sorted(by_number.values(), reverse=True)
    weight = min(0.95, 0.65 + ordered[0] - ordered[min(4, len(ordered) - 1)])
    shares = {number: matching.get(number, 0.0) / highest for number in by_number}
    expected = {number: weight * by_number[number] + (1 - weight) * shares[number] for number in by_number}
    found_scores = {hit.passage.id: hit.score for hit in hits}
    assert found_scores == pytest.approx({number: expected[number] for number in found_scores}, abs=1e-6)
    assert len(hits) == min(limit, len(texts))
    assert min(found_scores.values()) >= sorted(expected.values(), reverse=True)[len(hits) - 1] - 1e-6
    assert hits == sorted(hits, key=lambda hit: (-hit.score, hit.passage.id))
    assert found(hits) == [(str(hit.passage.id - 1), texts[hit.passage.id - 1]) for hit in hits]
    library.close()


@settings(max_examples=25, deadline=None)
@given(st.lists(SENTENCES, min_size=1, max_size=12), SENTENCES, st.integers(1, 15), st.sets(st.integers(0, 13)))
def test_a_search_within_documents_equals_a_full_search_of_which_the_others_are_left_out(
    texts: list[str], query: str, limit: int, chosen: set[int]
) -> None:
    documents = [Document(str(at), "", text, f"{at}.txt") for at, text in enumerate(texts)]
    with opened(None, *documents) as library:
        within = {str(at) for at in chosen}  # some of them name no document
        for search in (library.search_dense, library.search_words):
            whole = [pair for pair in search(query, 50) if str(pair[0] - 1) in within]
            pairs = search(query, limit, within=within)
            assert [score for _, score in pairs] == [score for _, score in whole[:limit]]
            assert set(pairs) <= set(whole)  # which of several equal ones stay at the cut is open
        hits = library.search(query, limit=50, within=within)
        assert {passage.document_id for hit in hits for passage in (hit.passage, *hit.copies)} == within & {
            document.id for document in documents
        }


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (Filter(), {"quay", "fish", "kelp"}),
        (Filter(since=dt.date(2024, 5, 1)), {"fish"}),
        (Filter(until=dt.date(2024, 5, 1)), {"quay"}),
        (Filter(source="KELP"), {"kelp"}),
        (Filter(since=dt.date(2025, 1, 2)), set()),
    ],
)
def test_a_search_finds_only_what_passes_the_filter(only: Filter, expected: set[str]) -> None:
    dated = (replace(QUAY, published=dt.date(2024, 4, 6)), replace(FISH, published=dt.date(2025, 1, 1)), KELP)
    with opened(None, *dated) as library:
        assert {hit.passage.document_id for hit in library.search("quay cod kelp", limit=9, only=only)} == expected
        assert {entry.id for entry in library.entries() if only.passes(entry)} == expected
        assert library.search("quay cod kelp", limit=9, within=["nobody"], only=only) == []


# --- the folder ------------------------------------------------------------------------------------------------------


def test_a_library_opened_again_finds_the_same(tmp_path: Path) -> None:
    with opened(tmp_path / "a" / "b", *THREE) as library:
        before = library.search("ferries at the quay", limit=5)
    with opened(tmp_path / "a" / "b") as again:
        assert again.search("ferries at the quay", limit=5) == before
        assert len(before) == 5
        assert [again.document(document.id) for document in THREE] == list(THREE)


@pytest.mark.parametrize("harm", ["deleted", "empty", "cut", "flipped", "a folder", "of another library"])
def test_a_damaged_dense_file_is_rebuilt_and_the_hits_are_the_same(tmp_path: Path, harm: str) -> None:
    with opened(tmp_path, *THREE) as library:
        before = (library.search("ferries at the quay", limit=5), library.search_dense("kelp", 5))
    path = tmp_path / "dense.faiss"
    whole = path.read_bytes()
    path.unlink()
    if harm == "empty":
        path.touch()
    elif harm == "cut":
        path.write_bytes(whole[:-7])
    elif harm == "flipped":
        path.write_bytes(whole[:200] + bytes([whole[200] ^ 1]) + whole[201:])
    elif harm == "a folder":
        path.mkdir()
    elif harm == "of another library":
        with opened(tmp_path / "other", *(replace(document, text="Something else.") for document in THREE)) as other:
            other.search("quay", limit=1)
        path.write_bytes((tmp_path / "other" / "dense.faiss").read_bytes())
    with opened(tmp_path) as again:
        assert (again.search("ferries at the quay", limit=5), again.search_dense("kelp", 5)) == before
    assert harm == "a folder" or path.read_bytes() == whole


def test_a_dense_file_left_by_a_deleted_library_is_not_trusted(tmp_path: Path) -> None:
    with opened(tmp_path, QUAY) as library:
        library.search("quay", limit=1)
    assert (tmp_path / "dense.faiss").exists()
    (tmp_path / "library.sqlite").unlink()
    with opened(tmp_path, FISH) as again:
        (best, *_) = again.search_dense("Fish prices Cod costs 40 kroner.", 2)
        assert again.passages([best[0]])[best[0]].text == "Cod costs 40 kroner."
        assert best[1] == pytest.approx(1.0, abs=1e-6)


def test_a_dense_file_that_cannot_be_written_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(DenseIndex, "save", full)
    with opened(tmp_path, *THREE) as library:
        assert library.search("kelp", limit=1)[0].passage.document_id == "kelp"
    assert not (tmp_path / "dense.faiss").exists()


def test_another_embedding_model_is_a_library_error_with_both_names_and_changes_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, QUAY) as library:
        before = library.search("quay", limit=5)
    with pytest.raises(LibraryError, match=r"'hash-encoder', not 'other'") as caught:
        Library(tmp_path, HashEncoder(name="other"))
    assert "--encoder hash-encoder" in caught.value.hint
    with opened(tmp_path) as again:
        assert again.search("quay", limit=5) == before


@pytest.mark.parametrize("dimension", [16, 32])
def test_two_models_that_open_the_same_empty_folder_are_told_apart(tmp_path: Path, dimension: int) -> None:
    with Library(tmp_path, HashEncoder("other", dimension)) as late, opened(tmp_path, QUAY):
        with pytest.raises(LibraryError, match="'hash-encoder', not 'other'"):
            late.search("quay", limit=1)
        with pytest.raises(LibraryError, match="'hash-encoder', not 'other'"):
            list(late.add([FISH]))
        assert ids(late) == ["quay"]


def test_a_file_in_the_place_of_the_folder_is_a_library_error(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("mine")
    for home in (tmp_path / "home", tmp_path / "home" / "below"):
        with pytest.raises(LibraryError, match="cannot be made") as caught:
            Library(home, ENCODER)
        assert "--home" in caught.value.hint
    assert (tmp_path / "home").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_cannot_be_written_is_a_library_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(LibraryError):
            Library(tmp_path, ENCODER)
    finally:
        tmp_path.chmod(0o700)


# --- several at once -------------------------------------------------------------------------------------------------


def test_a_change_by_another_is_seen_at_the_next_search(tmp_path: Path) -> None:
    with opened(tmp_path, QUAY) as first, opened(tmp_path) as second:
        assert {hit.passage.document_id for hit in second.search("kelp divers", limit=5)} == {"quay"}
        list(first.add([KELP]))
        assert second.search("kelp divers", limit=1)[0].passage.document_id == "kelp"
        assert first.remove(["quay"]) == ["quay"]
        assert {hit.passage.document_id for hit in second.search("quay", limit=5)} == {"kelp"}
        assert (len(second), second.remove(["quay"])) == (1, [])


PROCESS = """
import sys
from pathlib import Path
from fakes import HashEncoder, everything
from index.library import Library
from index.types import Document
home, who, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
library = Library(home, HashEncoder())
for number in range(count):
    text = f"Ferry {who} {number} left the quay."
    (outcome,) = library.add([Document(str(number), "Ferry", text, f"{who}/{number}.txt")])
    assert outcome.status == "added", outcome
library.remove(["quay"])
"""


def start(home: Path, who: str, count: int) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    return subprocess.Popen([sys.executable, "-c", PROCESS, str(home), who, str(count)], env=environment)


@dataclass
class InterruptedEncoder:
    """A HashEncoder during whose first work something else happens."""

    meanwhile: Callable[[], object]
    name: str = ENCODER.name
    dimension: int = ENCODER.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return ENCODER.encode(texts)


def test_an_id_that_another_takes_while_we_embed_is_left_to_it(tmp_path: Path) -> None:
    with opened(tmp_path) as other:
        with Library(tmp_path, InterruptedEncoder(lambda: list(other.add([QUAY])))) as late:
            (outcome,) = late.add([replace(FISH, id="quay")])
        assert outcome.status == "added"
        assert outcome.document_id != "quay"
        assert [other.document(name).source for name in ("quay", outcome.document_id)] == ["quay.txt", "fish.txt"]


def test_a_source_that_another_adds_while_we_embed_is_an_update(tmp_path: Path) -> None:
    with opened(tmp_path) as other:
        newer = replace(QUAY, id="new", text="The quay closed in May.")
        with Library(tmp_path, InterruptedEncoder(lambda: list(other.add([QUAY])))) as late:
            assert list(late.add([newer])) == [Outcome("quay", "quay.txt", "updated", 1)]
        assert ids(other) == ["quay"]
        assert other.document("quay").text == newer.text


def test_processes_that_use_the_same_ids_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    """All start with an empty folder, so that making the file is a race as well."""
    processes = [start(tmp_path, who, 25) for who in ("a", "b", "c")]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    with opened(tmp_path) as library:
        texts = {library.document(entry.id).source: library.document(entry.id).text for entry in library.entries()}
        assert texts == {
            f"{who}/{number}.txt": f"Ferry {who} {number} left the quay." for who in "abc" for number in range(25)
        }
        assert {str(number) for number in range(25)} <= set(ids(library))


def test_a_removal_by_another_process_is_seen(tmp_path: Path) -> None:
    with opened(tmp_path, QUAY) as library:
        assert library.search("quay monday", limit=1)[0].passage.document_id == "quay"
        assert start(tmp_path, "a", 1).wait(60) == 0
        assert {hit.passage.document_id for hit in library.search("quay monday", limit=5)} == {"0"}


def search_until(done: threading.Event, library: Library) -> None:
    while not done.is_set():
        hits = library.search("ferries at the quay", limit=3)
        assert 1 <= len(hits) <= 3
        assert hits == sorted(hits, key=lambda hit: (-hit.score, hit.passage.id))
        assert any(hit.passage.document_id == "quay" for hit in hits)
        assert library.document("quay") == QUAY
        assert library.entries()


def add_thirty_and_remove_ten(library: Library, who: str) -> None:
    for number in range(30):
        name = f"{who}{number}"
        list(library.add([Document(name, "Kelp", f"Kelp {name} grew.", f"{name}.txt")]))
        if number % 3 == 0:
            assert library.remove([name]) == [name]


@pytest.mark.parametrize("in_memory", [True, False])
def test_threads_search_while_others_add_and_remove(tmp_path: Path, in_memory: bool) -> None:
    library, done = opened(None if in_memory else tmp_path, QUAY), threading.Event()
    with ThreadPoolExecutor(5) as pool:
        searching = [pool.submit(search_until, done, library) for _ in range(3)]
        changing = [pool.submit(add_thirty_and_remove_ten, library, who) for who in ("a", "b")]
        wait(changing)
        done.set()
        for task in [*changing, *searching]:
            task.result()  # raises what the thread raised
    assert len(library) == 1 + 2 * 20
    assert len(library.search("kelp", limit=100)) == 42
    library.close()
