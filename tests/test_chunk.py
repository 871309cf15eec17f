"""Passages: exact offsets, every character of the body in exactly one of them, leads that stand right before."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import sentencex
from hypothesis import given
from hypothesis import strategies as st

from index.chunk import CHUNK_CHARS, LEAD_CHARS, chunk, sentences
from index.types import Document, Passage

QUAY = "The quay opened on Monday."  # 26 characters
FERRY = "Two ferries use it."  # 19
PRICE = "A ticket costs 4 kroner."  # 24


def document(text: str, body_start: int = 0) -> Document:
    return Document(id="quay", title="Quay opens", text=text, source="quay.txt", body_start=body_start)


def texts(passages: list[Passage]) -> list[str]:
    return [passage.text for passage in passages]


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_sentences_are_put_together_until_the_size_would_be_passed() -> None:
    # QUAY + " " + FERRY = 46, + " " + PRICE = 71
    text = f"{QUAY} {FERRY} {PRICE}"
    assert texts(chunk(document(text), chunk_chars=71)) == [text]
    assert texts(chunk(document(text), chunk_chars=70)) == [f"{QUAY} {FERRY}", PRICE]
    assert texts(chunk(document(text), chunk_chars=46)) == [f"{QUAY} {FERRY}", PRICE]
    assert texts(chunk(document(text), chunk_chars=45)) == [QUAY, f"{FERRY} {PRICE}"]
    assert texts(chunk(document(text), chunk_chars=1)) == [QUAY, FERRY, PRICE]


def test_a_passage_knows_its_document_its_place_and_what_stood_before() -> None:
    text = f"Quay opens\n\n{QUAY} {FERRY}\n\n{PRICE}"
    first, second, third = chunk(document(text, body_start=12), chunk_chars=30, lead_chars=50)
    assert first == Passage(0, "quay", 12, 38, QUAY, title="Quay opens", lead="")
    assert second == Passage(1, "quay", 39, 58, FERRY, title="Quay opens", lead=QUAY)
    assert third == Passage(2, "quay", 60, 84, PRICE, title="Quay opens", lead=f"{QUAY} {FERRY}")


@pytest.mark.parametrize(("lead_chars", "lead"), [(0, ""), (20, ""), (21, FERRY), (47, FERRY), (48, f"{QUAY} {FERRY}")])
def test_a_lead_takes_whole_sentences_only(lead_chars: int, lead: str) -> None:
    # PRICE begins at 48, FERRY at 27, QUAY at 0: what lies between counts, the empty line included
    text = f"{QUAY} {FERRY}\n\n{PRICE}"
    assert chunk(document(text), chunk_chars=1, lead_chars=lead_chars)[2].lead == lead


def test_the_heading_is_in_no_passage_and_in_no_lead() -> None:
    heading = "Quay opens\n\nUpdated: April 6, 2024\n\nOSLO, April 5 -- "
    passages = chunk(document(f"{heading}{QUAY} {FERRY}", body_start=len(heading)), chunk_chars=1)
    assert texts(passages) == [QUAY, FERRY]
    assert [passage.lead for passage in passages] == ["", QUAY]


@pytest.mark.parametrize(("text", "body_start"), [("", 0), (" \n\n ", 0), ("Quay opens", 10), ("Quay opens\n\n", 10)])
def test_an_empty_body_has_no_passages(text: str, body_start: int) -> None:
    assert chunk(document(text, body_start)) == []


@pytest.mark.parametrize("space", [" ", "\n"])
def test_a_very_long_sentence_is_cut_at_white_space(space: str) -> None:
    text = f"harbor{space}" * 500 + "end"  # 171 of 7 characters are 1,197
    passages = chunk(document(text))
    assert [len(passage.text) for passage in passages] == [1196, 1196, 1109]
    assert space.join(texts(passages)) == text


def test_what_has_no_white_space_at_all_is_cut_all_the_same() -> None:
    passages = chunk(document("字" * 2500))
    assert [(passage.start, passage.end) for passage in passages] == [(0, 1200), (1200, 2400), (2400, 2500)]


def test_a_long_text_is_split_by_paragraphs_and_a_paragraph_without_an_end_in_portions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # the splitter's time grows by the square of the quotes that are open in what it is given
    given_at_once: list[int] = []

    def watched(language: str, text: str) -> Any:
        given_at_once.append(len(text))
        return splitter(language, text)

    splitter = sentencex.get_sentence_boundaries
    monkeypatch.setattr(sentencex, "get_sentence_boundaries", watched)
    paragraph = f"“{QUAY} {FERRY}” said Dr. Moss.\nLine feeds\nend no sentence."
    whole = [paragraph[slice(*found)] for found in sentences(paragraph)]
    text = "\n\n".join([paragraph] * 400)  # 36,000 characters
    assert [text[slice(*found)] for found in sentences(text)] == whole * 400
    text = "“ferry " * 5_000
    assert " ".join(text[slice(*found)] for found in sentences(text)) == text.strip()
    assert max(given_at_once) <= 10_000


def test_chinese_is_split_at_its_own_full_stops() -> None:
    text = "北京发布了计划。规模将达到三千亿元？是的！企业超过四千家。"
    assert texts(chunk(document(text), chunk_chars=1)) == [
        "北京发布了计划。",
        "规模将达到三千亿元？",
        "是的！",
        "企业超过四千家。",
    ]
    assert [passage.lead for passage in chunk(document(text), chunk_chars=12, lead_chars=12)] == [
        "",
        "北京发布了计划。",
        "规模将达到三千亿元？",
    ]


def test_offsets_count_characters_where_an_emoji_stands_before() -> None:
    text = f"The 🚢👩‍🚀 left. {FERRY} 🎉🎉 {PRICE}"
    passages = chunk(document(text), chunk_chars=1)
    assert [(passage.start, passage.end) for passage in passages] == [(0, 14), (15, 34), (35, 62)]
    assert texts(passages) == ["The 🚢👩‍🚀 left.", FERRY, f"🎉🎉 {PRICE}"]


@pytest.mark.parametrize("space", ["\u3000", "\xa0", "\u2028", "\x85", "\t"])
def test_an_unusual_space_after_an_initial_does_no_harm(space: str) -> None:
    text = f"A{space}. Roe left. J.{space}B. Moss stayed."  # the splitter's own code breaks down at "A\u3000."
    found = [text[start:end] for start, end in sentences(text)]
    assert "".join("".join(found).split()) == "".join(text.split())
    assert found == [piece.strip() for piece in found]


def test_an_abbreviation_does_not_end_a_sentence() -> None:
    text = "Dr. Moss of the U.S. Navy paid 3.5 kroner. She left."
    assert [text[start:end] for start, end in sentences(text)] == [
        "Dr. Moss of the U.S. Navy paid 3.5 kroner.",
        "She left.",
    ]


# --- for any text ----------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [QUAY, FERRY, PRICE, "北京发布了计划。", "🎉 Yes!", "U.S.", "Mr.", " ", "\n\n", "”", "A.", "\u3000"]
)
TEXTS = st.lists(PIECES | st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=20).map("".join)


@given(TEXTS, st.integers(0, 300), st.integers(1, 120), st.integers(0, 120))
def test_every_character_of_the_body_lies_in_exactly_one_passage(
    text: str, body_start: int, chunk_chars: int, lead_chars: int
) -> None:
    body_start = min(body_start, len(text))
    given_document = document(text, body_start)
    passages = chunk(given_document, chunk_chars=chunk_chars, lead_chars=lead_chars)
    holders = [0] * len(text)
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text == passage.text.strip() != ""
        for at in range(passage.start, passage.end):
            holders[at] += 1
    assert max(holders, default=0) <= 1
    assert holders[:body_start] == [0] * body_start
    assert all(holders[at] for at in range(body_start, len(text)) if not text[at].isspace())
    assert [passage.id for passage in passages] == list(range(len(passages)))
    assert all(before.end <= after.start for before, after in pairwise(passages))
    assert passages == chunk(given_document, chunk_chars=chunk_chars, lead_chars=lead_chars)


@given(TEXTS, st.integers(1, 120), st.integers(0, 120))
def test_only_a_single_sentence_may_pass_the_size_and_leads_are_whole_sentences(
    text: str, chunk_chars: int, lead_chars: int
) -> None:
    found = sentences(text)
    starts, ends = {start for start, _ in found}, {end for _, end in found}
    for passage in chunk(document(text), chunk_chars=chunk_chars, lead_chars=lead_chars):
        assert len(passage.text) <= chunk_chars or (passage.start, passage.end) in found
        assert passage.start in starts
        assert passage.end in ends
        before = text[: passage.start].rstrip()
        assert before.endswith(passage.lead)
        assert len(passage.lead) <= lead_chars
        assert not passage.lead or len(before) - len(passage.lead) in starts


@given(TEXTS, st.integers(0, 100))
def test_sentences_are_trimmed_in_order_and_no_longer_than_the_limit(text: str, start: int) -> None:
    found = sentences(text, min(start, len(text)))
    assert all(text[a:b] == text[a:b].strip() != "" for a, b in found)
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    assert all(b - a <= 1200 for a, b in found)


def test_the_sizes_in_use_are_those_the_reader_was_trained_on() -> None:
    assert (CHUNK_CHARS, LEAD_CHARS) == (480, 200)
