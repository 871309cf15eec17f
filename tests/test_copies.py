"""The same story from several places: recognised, linked, read once, and footnoted everywhere."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import HashEncoder, everything
from hypothesis import given
from hypothesis import strategies as st

from index import copies
from index.copies import Twin, alike, keys, shingles, told, without_copies
from index.library import Library
from index.types import Document, Passage

ENCODER = HashEncoder()
WIRE = (
    "The port of Norrvik opened a new quay on Monday after three years of work. Two ferries a day will use it, and the"
    " authority expects 40,000 passengers in the first year. The mayor said that the town had waited long enough."
    " Fishermen had feared for their moorings, but an agreement in spring gave them the inner basin for ten years."
)
EDITED = WIRE.replace("on Monday ", "").replace("The mayor said", "Mayor Ada Moss said")
OTHER = (
    "Cod is dearer than it was a year ago, and herring is cheaper. The auction house in Larch Bay sells both before"
    " dawn, and buyers come from as far as Skerry to bid. Nobody expects the price of cod to fall before the autumn."
)


def doc(name: str, text: str, title: str = "") -> Document:
    return Document(name, title or name, text, f"/{name}.txt")


def opened(*documents: Document, home: Path | None = None, chunk_chars: int = 200) -> Library:
    library = Library(home, ENCODER, chunk_chars=chunk_chars)
    list(library.add(documents))
    return library


# --- likeness --------------------------------------------------------------------------------------------------------


def test_likeness_of_a_small_case_worked_by_hand() -> None:
    one, other = shingles(told("The quay opened on Monday.")), shingles(told("the QUAY opened on Tuesday"))
    assert one == {"the quay opened", "quay opened on", "opened on monday"}
    assert alike(one, other) == 2 / 4
    assert shingles(told("Quay")) == {"quay"}
    assert (shingles(told("...")), alike(set(), set())) == (set(), 0.0)


def test_scripts_without_spaces_are_compared_by_characters_and_their_pairs() -> None:
    assert told("北京计划") == ["北", "京", "计", "划", "北京", "京计", "计划"]
    # ten characters and nine pairs are 17 runs of three; 10 of them are in both
    assert alike(shingles(told("北京计划到二零二五年")), shingles(told("北京计划到二零三零年"))) == 10 / 24


@given(st.text(max_size=60))
def test_texts_of_the_same_words_share_every_key(text: str) -> None:
    found = keys(text)
    assert keys(f"  {text.replace(' ', chr(10))} ") == found
    assert len(found) == (1 + copies.BANDS if told(text) else 0)
    assert all(0 <= key < 2**48 for key in found)


def test_alike_texts_share_a_key_as_often_as_the_formula_says_and_others_never() -> None:
    draw = random.Random(7)
    words = [f"word{number}" for number in range(3000)]
    met = strangers = 0
    for _ in range(300):
        one = draw.choices(words, k=100)
        other = [word if draw.random() > 0.1 else draw.choice(words) for word in one]
        met += bool(set(keys(" ".join(one))[1:]) & set(keys(" ".join(other))[1:]))
        strangers += bool(set(keys(" ".join(one))) & set(keys(" ".join(draw.choices(words, k=100)))))
    # a word in ten changed leaves 0.9 ** 3 of the shingles: likeness 0.573 on average, 1 - (1 - 0.573 ** 3) ** 8 = 0.81
    assert met / 300 == pytest.approx(0.81, abs=0.08)
    assert strangers == 0


def test_a_book_is_hashed_piece_by_piece_to_the_same_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = keys(WIRE)
    monkeypatch.setattr(copies, "_HASHED_AT_ONCE", 7)
    assert keys(WIRE) == whole


# --- in the library --------------------------------------------------------------------------------------------------


def test_a_copy_and_a_near_copy_are_reported_with_what_they_repeat() -> None:
    library = Library(None, ENCODER)
    documents = [doc("wire", WIRE), doc("fish", OTHER), doc("same", f"{WIRE} "), doc("edited", EDITED)]
    outcomes = {outcome.document_id: outcome for outcome in library.add(documents)}
    assert [outcome.status for outcome in outcomes.values()] == ["added"] * 4
    assert {name: outcome.twin for name, outcome in outcomes.items()} == {
        "wire": None,
        "fish": None,
        "same": Twin("wire", is_same=True),
        "edited": outcomes["edited"].twin,
    }
    assert outcomes["edited"].twin in (Twin("wire", is_same=False), Twin("same", is_same=False))
    assert len(library) == 4  # each source is remembered


def test_the_heading_does_not_hide_a_copy() -> None:
    library = opened(doc("wire", WIRE))
    headed = Document("headed", "Norrvik", f"Norrvik\n\n5 May 2024\n\n{WIRE}", "/h.txt", body_start=21)
    (outcome,) = library.add([headed])
    assert outcome.twin == Twin("wire", is_same=True)


def test_a_document_that_changed_leaves_its_story() -> None:
    library = opened(doc("wire", WIRE), doc("copy", WIRE))
    store = library._store
    assert len(set(store.stories(store.passages_of(["wire", "copy"])).values())) == 1
    (outcome,) = library.add([doc("copy", OTHER)])
    assert (outcome.status, outcome.twin) == ("updated", None)
    assert store.stories(store.passages_of(["copy"])) == {}
    (outcome,) = library.add([doc("third", OTHER)])
    assert outcome.twin == Twin("copy", is_same=True)
    stories = {name: set(store.stories(store.passages_of([name])).values()) for name in ("wire", "copy", "third")}
    assert stories["copy"] == stories["third"] != stories["wire"]


def test_what_was_removed_is_nobodys_twin_and_leaves_no_key() -> None:
    library = opened(doc("wire", WIRE), doc("fish", OTHER))
    library.remove(["wire"])
    run = library._store._connection.execute
    assert run("SELECT count(*) FROM likeness").fetchone() == (1 + copies.BANDS,)  # those of the fish
    (outcome,) = library.add([doc("late", WIRE)])
    assert outcome.twin is None


def test_a_copy_is_not_embedded_again_nor_is_what_an_update_leaves_alone() -> None:
    asked: list[str] = []

    class Counting(HashEncoder):
        def encode(self, texts):  # type: ignore[no-untyped-def]
            asked.extend(texts)
            return super().encode(texts)

    library = Library(None, Counting(), chunk_chars=80)
    list(library.add([doc("wire", WIRE, "Quay")]))
    once = len(asked)
    assert once >= 4
    heard: list[int] = []
    list(library.add([doc("copy", WIRE, "Quay")], embedded=heard.append))
    assert len(asked) == once
    assert sum(heard) == once  # a progress bar counts them all the same
    list(library.add([doc("wire", f"{WIRE} It rained.", "Quay")]))
    assert len(asked) == once + 1
    numbers, vectors = everything(library._store)
    held = library.passages(numbers)
    expected = ENCODER.encode([f"{held[number].title}\n{held[number].text}" for number in numbers])
    assert vectors.tobytes() == expected.tobytes()


def test_links_survive_closing_and_many_copies_stay_quick_to_add(tmp_path: Path) -> None:
    with opened(*(doc(f"d{number}", WIRE) for number in range(60)), home=tmp_path) as library:
        store = library._store
        assert len(set(store.stories(store.passages_of([f"d{n}" for n in range(60)])).values())) == 1
    with Library(tmp_path, ENCODER) as library:
        (outcome,) = library.add([doc("late", EDITED)])
        assert outcome.twin is not None
        assert not outcome.twin.is_same


# --- in a search -----------------------------------------------------------------------------------------------------


def test_copies_do_not_crowd_out_another_source() -> None:
    outlets = [doc(f"outlet{number}", EDITED if number % 2 else WIRE) for number in range(8)]
    library = opened(
        *outlets, doc("report", "Ferries at the quay of Norrvik: the harbour report counts 52,000 passengers.")
    )
    hits = library.search("How many passengers will the ferries at the new quay of Norrvik carry?", limit=3)
    assert len(hits) == 3
    assert "report" in {hit.passage.document_id for hit in hits}
    texts = [hit.passage.text for hit in hits]
    assert len(set(texts)) == 3
    first = next(hit for hit in hits if "40,000" in hit.passage.text)
    assert len({passage.document_id for passage in first.copies}) >= 3
    assert all("40,000" in passage.text for passage in first.copies)
    assert first.passage.document_id not in {passage.document_id for passage in first.copies}


@pytest.mark.parametrize(("figure", "other"), [("40,000", "45,000"), ("three", "seven")])
def test_a_copy_with_another_figure_is_no_copy(figure: str, other: str) -> None:
    wire = WIRE.replace("40,000", figure)
    library = opened(doc("wire", wire), doc("late", wire.replace(figure, other)))
    hits = library.search("How many passengers are expected?", limit=6)
    assert {each for hit in hits for each in (figure, other) if each in hit.passage.text} == {figure, other}


def test_within_one_outlet_its_own_passages_are_found() -> None:
    library = opened(doc("wire", WIRE), doc("copy", WIRE))
    hits = library.search("ferries", limit=6, within={"copy"})
    assert {hit.passage.document_id for hit in hits} == {"copy"}
    assert all(hit.copies == () for hit in hits)


def passage(number: int, document: str, text: str) -> Passage:
    return Passage(number, document, 0, len(text), text)


def test_passages_that_say_nothing_new_go_with_the_one_they_repeat() -> None:
    first, second = "The quay opened on Monday in the rain.", "Fishermen feared for their old moorings."
    ranked = [
        passage(1, "a", first),
        passage(2, "b", f"{first} {second}"),  # half of it is new
        passage(3, "c", second),
        passage(4, "d", first.replace("Monday", "Sunday")),
        passage(5, "e", first),
        passage(6, "a", first),
    ]
    stories = dict.fromkeys((1, 2, 3, 5, 6), 7)  # 4 is of another story
    kept = without_copies(ranked, stories, limit=3)
    assert [(one.id, [other.id for other in others]) for one, others in kept] == [(1, [5]), (2, [3, 6]), (4, [])]
    assert [one.id for one, _ in without_copies(ranked, {}, limit=3)] == [1, 2, 3]
    assert without_copies(ranked, stories, limit=0) == []
    assert [one.id for one, _ in without_copies([replace(p, text="") for p in ranked], stories, limit=9)]
