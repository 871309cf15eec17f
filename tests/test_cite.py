"""Footnotes: exact ranges, whole sentences, nothing that is not in the text."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunk import chunk
from index.types import Document
from qa.cite import cite
from qa.reader import Span
from qa.show import answer_row, answer_text
from qa.types import Answer

TEXT = "The plan came late. Beijing wants 300 billion yuan by 2025. Others wait."
DOCUMENT = Document("d1", "Plans", TEXT, "/articles/plans.txt", dt.date(2024, 4, 6), pages=(0, 20))


def span_of(text: str, document: Document = DOCUMENT) -> Span:
    start = document.text.index(text)
    return Span(chunk(document)[0], start, start + len(text), text, 1.0)


def test_the_quote_is_the_sentence_around_the_span() -> None:
    citation = cite(span_of("300 billion yuan"), DOCUMENT, marker=1)
    assert citation.quote == "Beijing wants 300 billion yuan by 2025."
    assert (citation.start, citation.end) == (20, 59)
    assert citation.answer == "300 billion yuan"
    assert citation.published == "2024-04-06"
    assert citation.page == 2


def test_a_span_over_two_sentences_quotes_both() -> None:
    assert (
        cite(span_of("2025. Others"), DOCUMENT, marker=1).quote
        == "Beijing wants 300 billion yuan by 2025. Others wait."
    )


@pytest.mark.parametrize("mark", ["-", "•", "*", "▪"])
def test_the_quote_of_an_item_is_without_its_bullet(mark: str) -> None:
    listed = Document("d", "", f"It needs:\n\n{mark} a long rope\n{mark} tar - and oil", "d")
    assert [cite(span_of(word, listed), listed, marker=1).quote for word in ("rope", "tar", "oil")] == [
        "a long rope",
        "tar - and oil",
        "tar - and oil",
    ]


def test_a_span_that_is_not_in_the_stored_text_is_a_bug() -> None:
    passage = chunk(DOCUMENT)[0]
    with pytest.raises(ValueError, match="400 billion"):
        cite(Span(passage, 34, 50, "400 billion yuan", 1.0), DOCUMENT, marker=1)
    with pytest.raises(ValueError, match="not at"):
        cite(Span(passage, 34, 34, "", 1.0), DOCUMENT, marker=1)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1), st.data())
def test_for_any_text_the_quote_is_at_its_range_and_holds_the_span(text: str, data: st.DataObject) -> None:
    document = Document("d", "", text, "s")
    for passage in chunk(document):
        start = data.draw(st.integers(passage.start, passage.end - 1))
        end = data.draw(st.integers(start + 1, passage.end))
        citation = cite(Span(passage, start, end, text[start:end], 0.0), document, marker=1)
        assert text[citation.start : citation.end] == citation.quote
        assert citation.start <= start < end <= citation.end


def test_a_person_at_a_terminal_reads_the_page_and_a_program_its_number() -> None:
    citation = cite(span_of("300 billion yuan"), DOCUMENT, marker=1)
    answer = Answer("How much?", "300 billion yuan", "span", 0.9, (citation,))
    assert answer_text(answer).splitlines()[-1] == "      Plans: plans.txt, page 2, characters 20 to 59"
    assert answer_row(answer, 0.1)["citations"][0]["page"] == 2
