"""The store: what goes in comes out, a change is whole or not at all, and every failure has a name and a hint."""

from __future__ import annotations

import datetime as dt
import os
import random
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import HashEncoder, everything
from hypothesis import given, settings
from hypothesis import strategies as st

from index import schema
from index.chunk import chunk
from index.store import Change, Indexed, Store, Stored, digest
from index.types import ANY, Document, Filter, LibraryError, Passage

ENCODER = HashEncoder()
QUAY = Document("quay", "Quay opens", "The quay opened on Monday. Two ferries use it.", "quay.txt")
FISH = Document("fish", "Fish prices", "Cod costs 40 kroner. Herring costs 12.", "fish.txt")


def indexed(document: Document, chunk_chars: int = 30) -> Indexed:
    passages = chunk(document, chunk_chars=chunk_chars)
    return Indexed(document, passages, ENCODER.encode([passage.text for passage in passages]))


def put(store: Store, *documents: Document) -> list[Stored]:
    return store.put([indexed(document) for document in documents], encoder=ENCODER.name)


def stored_passages(store: Store) -> list[Passage]:
    ids, _ = everything(store)
    held = store.passages(ids)
    return [held[number] for number in ids]


# --- round trips -----------------------------------------------------------------------------------------------------

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)
DOCUMENTS = st.builds(
    Document,
    id=ANY_TEXT.filter(bool),
    title=ANY_TEXT,
    text=ANY_TEXT,
    source=ANY_TEXT,
    published=st.none() | st.dates(),
    author=st.none() | ANY_TEXT,
    pages=st.lists(st.integers(0, 10_000)).map(tuple),
    body_start=st.integers(0, 80),
)


@settings(deadline=None)
@given(DOCUMENTS)
def test_a_document_comes_back_equal_in_every_field(document: Document) -> None:
    store = Store(None)
    assert put(store, document) == [Stored(document.id, was_known=False)]
    assert store.document(document.id) == document
    assert store.by_source(document.source) == (document.id, digest(document))
    (entry,) = store.entries()
    assert (entry.id, entry.title, entry.source, entry.published, entry.passages) == (
        document.id,
        document.title,
        document.source,
        document.published,
        len(chunk(document, chunk_chars=30)),
    )
    store.close()


@settings(deadline=None)
@given(DOCUMENTS)
def test_passages_come_back_with_text_title_and_lead(document: Document) -> None:
    store = Store(None)
    put(store, document)
    expected = [replace(passage, id=at) for at, passage in enumerate(chunk(document, chunk_chars=30), 1)]
    assert stored_passages(store) == expected
    assert store.passages([-1, 10**12]) == {}
    store.close()


@given(st.integers(1, 5), st.integers(1, 64), st.integers(0, 2**32 - 1))
def test_vectors_come_back_bit_for_bit(count: int, dimension: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    passages = [Passage(at, "quay", at, at + 1, QUAY.text[at]) for at in range(count)]
    store = Store(None)
    store.put([Indexed(QUAY, passages, vectors)], encoder=ENCODER.name)
    ids, found = everything(store)
    assert ids == list(range(1, count + 1))
    assert found.dtype == np.float32
    assert found.tobytes() == vectors.tobytes()
    assert found.shape == (count, dimension)
    store.close()


def test_a_store_closed_and_opened_again_holds_the_same(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    store = Store(path)
    put(store, QUAY, FISH)
    before = (store.generation, store.encoder, store.entries(), stored_passages(store))
    _, vectors = everything(store)
    store.close()
    again = Store(path)
    assert (again.generation, again.encoder, again.entries(), stored_passages(again)) == before
    assert everything(again)[1].tobytes() == vectors.tobytes()
    again.close()


# --- what a change does ----------------------------------------------------------------------------------------------


def test_an_empty_store_says_so() -> None:
    store = Store(None)
    assert (store.count(), store.entries(), store.encoder, store.passages([])) == (0, [], None, {})
    assert store.ids() == []
    assert everything(store)[0] == []
    assert everything(store)[1].shape == (0, 0)
    assert (store.passage_count(), store.passages_of(None, ANY)) == (0, [])
    assert store.by_source("quay.txt") is None
    with pytest.raises(KeyError, match="quay"):
        store.document("quay")


def test_every_change_gives_another_generation_and_nothing_else_does() -> None:
    store = Store(None)
    seen = [store.generation]
    put(store, QUAY)
    seen.append(store.generation)
    put(store, QUAY)
    seen.append(store.generation)
    store.remove(["nobody"])
    assert store.generation == seen[-1]
    store.remove(["quay"])
    seen.append(store.generation)
    assert len(set(seen)) == 4
    assert all(0 <= generation < 2**63 for generation in seen)


def test_two_libraries_with_the_same_history_never_share_a_generation() -> None:
    first, second = Store(None), Store(None)
    put(first, QUAY)
    put(second, FISH)
    assert first.generation != second.generation


def test_the_same_source_keeps_its_id_and_takes_its_predecessors_place() -> None:
    store = Store(None)
    put(store, QUAY, FISH)
    newer = replace(QUAY, id="another", text="The quay closed in May.")
    assert put(store, newer) == [Stored("quay", was_known=True)]
    assert store.document("quay") == replace(newer, id="quay")
    assert store.count() == 2
    texts = [passage.text for passage in stored_passages(store)]
    assert texts == ["Cod costs 40 kroner.", "Herring costs 12.", "The quay closed in May."]
    assert everything(store)[0] == [3, 4, 5]  # ids are never used twice


def test_a_taken_id_goes_to_nobody_else() -> None:
    store = Store(None)
    other, third = replace(FISH, id="quay"), replace(FISH, id="quay", source="third.txt")
    stored = put(store, QUAY, other) + put(store, third)
    assert [item.was_known for item in stored] == [False] * 3
    assert stored[0].id == "quay"
    assert all(item.id.startswith("quay-") and len(item.id) == 13 for item in stored[1:])
    assert [store.document(item.id).source for item in stored] == ["quay.txt", "fish.txt", "third.txt"]
    assert [(item.id, item.was_known) for item in put(store, other)] == [(stored[1].id, True)]


def test_removal_returns_what_was_there_and_takes_its_passages_with_it() -> None:
    store = Store(None)
    put(store, QUAY, FISH)
    assert store.remove(["nobody", "quay", "quay"]) == ["quay"]
    assert [passage.document_id for passage in stored_passages(store)] == ["fish", "fish"]
    assert [entry.id for entry in store.entries()] == ["fish"]
    assert store.remove([]) == []


def test_a_document_without_passages_is_kept() -> None:
    store = Store(None)
    empty = Document("empty", "Only a title", "Only a title", "empty.txt", body_start=12)
    put(store, empty)
    assert store.document("empty") == empty
    assert (store.count(), store.entries()[0].passages, everything(store)[0]) == (1, 0, [])


def test_a_batch_is_stored_whole_or_not_at_all() -> None:
    store = Store(None)
    put(store, QUAY)
    before = store.generation
    broken = replace(indexed(FISH), vectors=ENCODER.encode(["one too few"]))
    with pytest.raises(ValueError, match="shorter"):
        store.put([indexed(replace(QUAY, text="New.")), broken], encoder=ENCODER.name)
    assert (store.generation, store.count(), store.document("quay")) == (before, 1, QUAY)


@pytest.mark.parametrize(
    "other",
    [
        replace(QUAY, title="Quay"),
        replace(QUAY, text=QUAY.text + "!"),
        replace(QUAY, published=dt.date(2024, 4, 6)),
        replace(QUAY, author="Ada Moss"),
        replace(QUAY, pages=(0, 20)),
        replace(QUAY, body_start=4),
    ],
)
def test_the_digest_sees_every_field_that_a_reader_sees(other: Document) -> None:
    assert digest(other) != digest(QUAY)
    assert digest(replace(QUAY, id="another", source="elsewhere.txt")) == digest(QUAY)


# --- another model ---------------------------------------------------------------------------------------------------


def test_vectors_of_another_model_are_refused_with_both_names() -> None:
    store = Store(None)
    put(store, QUAY)
    with pytest.raises(LibraryError, match=r"'hash-encoder', not 'other'") as caught:
        store.put([indexed(FISH)], encoder="other")
    assert "--encoder hash-encoder" in caught.value.hint
    assert [entry.id for entry in store.entries()] == ["quay"]


def test_an_emptied_library_takes_any_model() -> None:
    store = Store(None)
    put(store, QUAY, FISH)
    store.remove(["quay"])
    assert store.encoder == "hash-encoder"
    store.remove(["fish"])
    assert store.encoder is None
    store.put([indexed(FISH)], encoder="other")
    assert store.encoder == "other"


# --- files that cannot be used ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [100, 5000, 100_000])
def test_random_bytes_are_a_library_error_and_stay_as_they_are(tmp_path: Path, size: int) -> None:
    path = tmp_path / "library.sqlite"
    content = random.Random(size).randbytes(size)
    path.write_bytes(content)
    with pytest.raises(LibraryError, match="cannot be opened") as caught:
        Store(path)
    assert caught.value.hint
    assert path.read_bytes() == content


def test_a_library_damaged_inside_is_a_library_error_when_it_is_read_or_written(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    store = Store(path)
    put(store, *(replace(QUAY, id=str(at), source=str(at), text=f"{QUAY.text} " * 40) for at in range(20)))
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = random.Random(1).randbytes(len(content) - 4096)  # the first page still says SQLite
    path.write_bytes(content)
    damaged = Store(path)
    for use in (
        damaged.entries,
        lambda: everything(damaged),
        lambda: put(damaged, FISH),
        lambda: damaged.remove(["3"]),
    ):
        with pytest.raises(LibraryError, match="could not be") as caught:
            use()
        assert caught.value.hint


def test_a_folder_in_the_place_of_the_file_is_a_library_error(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="cannot be opened"):
        Store(tmp_path)


def test_a_schema_of_the_future_is_a_library_error_that_says_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    Store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LibraryError, match=r"newer version of Footnote \(schema 99\)") as caught:
        Store(path)
    assert "upgrade" in caught.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_cannot_be_written_is_a_library_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(LibraryError, match="cannot be opened"):
            Store(tmp_path / "library.sqlite")
    finally:
        tmp_path.chmod(0o700)


def test_reading_after_closing_is_a_bug_and_no_library_error() -> None:
    store = Store(None)
    store.close()
    with pytest.raises(sqlite3.ProgrammingError):
        store.count()


def test_a_full_disk_is_a_library_error_and_what_was_there_stays_searchable(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.sqlite")
    put(store, QUAY)
    before = store.generation
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(LibraryError, match="full") as caught:
        put(store, replace(FISH, text="Cod costs 40 kroner. " * 5000))
    assert "free space" in caught.value.hint
    assert (store.generation, store.count()) == (before, 1)
    assert [passage.text for passage in stored_passages(store)][1] == "Two ferries use it."
    store._connection.execute("PRAGMA max_page_count = 100000")
    put(store, FISH)
    assert store.count() == 2


@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_is_written_to_a_file_that_was_deleted_or_replaced(tmp_path: Path, *, replaced: bool) -> None:
    path = tmp_path / "library.sqlite"
    with closing(Store(path)) as store:
        put(store, QUAY)
        for file in tmp_path.iterdir():
            file.rename(tmp_path / f"old-{file.name}")
        if replaced:
            Store(path).close()
        for change in (lambda: put(store, QUAY), lambda: store.remove(["quay"])):
            with pytest.raises(LibraryError, match="was deleted or replaced"):
                change()
        assert store.document(QUAY.id) == QUAY  # what is open can still be read


def test_many_processes_may_open_a_new_library_at_once(tmp_path: Path) -> None:
    code = f"from pathlib import Path; from index.store import Store; Store(Path({str(tmp_path / 'new.sqlite')!r}))"
    root = Path(__file__).parents[1]
    started = [subprocess.Popen([sys.executable, "-c", code], cwd=root) for _ in range(8)]
    assert [process.wait(timeout=120) for process in started] == [0] * 8


def test_a_library_held_by_another_program_is_a_library_error(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.sqlite", patience_s=0.05)
    other = sqlite3.connect(tmp_path / "library.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryError, match="locked") as caught:
        put(store, QUAY)
    assert "nothing was lost" in caught.value.hint
    assert store.count() == 0
    other.execute("ROLLBACK")
    other.close()
    put(store, QUAY)
    assert store.count() == 1


# --- what derived indexes are made from ------------------------------------------------------------------------------


def test_a_change_names_what_was_removed_and_what_is_new_since_a_state() -> None:
    store = Store(None)
    empty = store.generation
    put(store, QUAY, FISH)  # passages 1, 2 and 3, 4
    two = store.generation
    put(store, replace(FISH, text="Cod is dear these days. Herring is not dear."))  # 5, 6 instead of 3, 4
    store.remove(["quay"])
    now = store.generation
    assert store.change_since(now) == Change(now, 6, 6, [])
    assert store.change_since(two) == Change(now, 4, 6, [3, 4, 1, 2])
    assert store.change_since(empty) == Change(now, 0, 6, [3, 4, 1, 2])
    assert store.whole() == Change(now, 0, 6, [])
    assert store.change_since(now + 1) is None
    assert store.vectors(0, 6, 1)[0] == store.vectors(4, 5, 9)[0] == [5]
    assert store.vectors(5, 6, 9)[1].tobytes() == store.vectors_of([6, 1, 99])[1].tobytes()
    assert store.texts(0, 6, 9) == [
        (5, "Fish prices", "Cod is dear these days."),
        (6, "Fish prices", "Herring is not dear."),
    ]
    assert store.texts(6, 99, 9) == []


def test_a_passage_costs_the_same_in_a_long_document_as_in_a_short_one() -> None:
    row = f"{'é' * 249}\n"
    document = Document("rows", "Rows", row * 8_000, "rows.csv")  # of 4 MB in UTF-8
    places = range(0, len(document.text), len(row))
    passages = [Passage(at, "rows", start, start + 249, row[:-1], "Rows") for at, start in enumerate(places, 1)]
    store = Store(None)
    store.put([Indexed(document, passages, np.ones((8_000, 1), np.float32))], encoder=ENCODER.name)
    began = time.thread_time()
    texts = store.texts(0, 8_000, 8_000)
    some = store.passages(range(1, 8_000, 10))
    vectors = store.embedded(document)
    assert (
        time.thread_time() - began < 3
    )  # a tenth of a second; half a minute when each is looked for from the beginning
    assert texts == [(passage.id, "Rows", row[:-1]) for passage in passages]
    assert some == {passage.id: passage for passage in passages[::10]}
    assert [*vectors] == [("Rows", row[:-1])]
    store.close()


def test_a_document_that_another_program_replaces_meanwhile_is_read_as_it_was(tmp_path: Path) -> None:
    ours, theirs = (Store(tmp_path / "library.sqlite") for _ in range(2))
    put(ours, QUAY)
    before = stored_passages(ours)
    newer = replace(QUAY, text=f"Gulls! {QUAY.text}")

    def replace_it(statement: str) -> None:
        if statement.startswith("SELECT text"):
            put(theirs, newer)

    ours._connection.set_trace_callback(replace_it)
    assert [*ours.passages([1, 2]).values()] == before
    ours._connection.set_trace_callback(None)
    assert ours.document("quay") == newer
    ours.close()
    theirs.close()


def test_what_happened_long_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.store._CHANGES_KEPT", 3)
    store, seen = Store(None), []
    for _ in range(6):
        put(store, QUAY)
        seen.append(store.generation)
    assert [store.change_since(generation) is None for generation in seen] == [True] * 3 + [False] * 3
    kept = store.change_since(seen[3])
    assert kept is not None
    assert kept.removed == [7, 8, 9, 10]  # those of the fourth and the fifth


DATED = (
    replace(QUAY, published=dt.date(2024, 4, 6), source="https://Example.org/quay"),
    replace(FISH, published=dt.date(2025, 1, 1), source="/home/notes/100%_fish.txt"),
    Document("kelp", "Kelp", "Kelp grew.", "/home/kelp.txt"),
)


@pytest.mark.parametrize(
    ("documents", "only", "expected"),
    [
        (None, Filter(), [1, 2, 3, 4, 5]),
        (None, Filter(since=dt.date(2024, 4, 6)), [1, 2, 3, 4]),
        (None, Filter(since=dt.date(2024, 4, 7)), [3, 4]),
        (None, Filter(until=dt.date(2024, 4, 6)), [1, 2]),
        (None, Filter(dt.date(2024, 1, 1), dt.date(2024, 12, 31)), [1, 2]),
        (None, Filter(dt.date(2025, 1, 1), dt.date(2024, 12, 31)), []),
        (None, Filter(source="EXAMPLE.org"), [1, 2]),
        (None, Filter(source="/home/"), [3, 4, 5]),
        (None, Filter(source="%_"), [3, 4]),
        (["kelp", "quay", "nobody"], Filter(), [1, 2, 5]),
        (["kelp", "quay"], Filter(until=dt.date(2030, 1, 1)), [1, 2]),
        ([], Filter(), []),
    ],
)
def test_passages_are_chosen_by_document_date_and_source(
    documents: list[str] | None, only: Filter, expected: list[int]
) -> None:
    store = Store(None)
    put(store, *DATED)
    assert store.passages_of(documents, only) == expected


# The tables as the first version made them. Nothing here may ever change.
SCHEMA_1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, source TEXT NOT NULL UNIQUE, published TEXT,
    author TEXT, pages TEXT NOT NULL, body_start INTEGER NOT NULL, digest TEXT NOT NULL
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, lead TEXT NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX passages_by_document ON passages (document_id);
CREATE VIRTUAL TABLE words USING fts5(title, body, tokenize='porter unicode61 remove_diacritics 2');
INSERT INTO meta VALUES ('generation', '5'), ('encoder', 'hash-encoder');
"""


def old_library(path: Path, version: int, documents: list[Document]) -> None:
    """A library as schema 1 or 2 held it: 1 kept the words as they were written, 2 cut up scripts without spaces."""
    with closing(sqlite3.connect(path)) as old:
        old.executescript(SCHEMA_1)
        for d in documents:
            row = (d.id, d.title, d.text, d.source, None, d.author, "[]", d.body_start, digest(d))
            old.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            for passage, vector in zip((held := indexed(d)).passages, held.vectors, strict=True):
                about = (d.id, passage.start, passage.end, passage.lead, vector.astype("<f4").tobytes())
                number = old.execute(
                    "INSERT INTO passages (document_id, start, end, lead, vector) VALUES (?, ?, ?, ?, ?)", about
                ).lastrowid
                words = [d.title, passage.text] if version == 1 else [lexical_form(d.title), lexical_form(passage.text)]
                old.execute("INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)", (number, *words))
        old.execute(f"PRAGMA user_version = {version}")
        old.commit()


@pytest.mark.parametrize("version", [1, 2])
def test_a_library_of_an_older_schema_is_brought_up_to_this_one(tmp_path: Path, version: int) -> None:
    path = tmp_path / "library.sqlite"
    plan = Document("plan", "计划", "北京计划到二零二五年达到三千亿元。", "plan.txt")
    copy = replace(QUAY, id="copy", title="Port news", source="port.txt")
    documents = [QUAY, plan, copy]
    old_library(path, version, documents)
    with closing(Store(path)) as store:
        assert [store.document(d.id) for d in documents] == documents
        held = [(passage.document_id, passage.text) for passage in stored_passages(store)]
        assert held == [(d.id, passage.text) for d in documents for passage in indexed(d).passages]
        assert everything(store)[1].tobytes() == np.concatenate([indexed(d).vectors for d in documents]).tobytes()
        assert store.whole() == Change(store.generation, 0, len(held), [])
        assert store.change_since(5) is None
        assert set(store.stories(store.passages_of(["quay", "copy"])).values()) == {1}  # the copy was found
        assert store.stories(store.passages_of(["plan"])) == {}
        assert put(store, FISH) == [Stored("fish", was_known=False)]
    with closing(sqlite3.connect(path)) as now:
        assert now.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        made = {tuple(row) for row in now.execute("SELECT type, name, tbl_name FROM sqlite_master")}
    Store(tmp_path / "new.sqlite").close()
    with closing(sqlite3.connect(tmp_path / "new.sqlite")) as new:
        assert {tuple(row) for row in new.execute("SELECT type, name, tbl_name FROM sqlite_master")} == made


def lexical_form(text: str) -> str:
    return re.sub(r"[\u4e00-\u9fff]", r" \g<0> ", text)
