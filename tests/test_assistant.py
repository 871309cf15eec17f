"""The whole method with a scripted reader over a real library: order, refusals, citations, bad questions."""

from collections.abc import Iterator, Sequence

import pytest
from fakes import HashEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from index.library import Library
from index.types import Document, EmptyError, InputError, Passage
from qa.assistant import MAX_QUESTION_CHARS, NOT_FOUND, Assistant
from qa.evidence import Calibration
from qa.reader import Span
from qa.types import Answer, Refusal, Turn

CALIBRATION = Calibration((1.0, 0), intercept=0.0, threshold=0.5, second_threshold=0.7)
PLANS = Document("plans", "Plans", "The plan came late. Beijing wants 300 billion yuan by 2025.", "/a/plans.txt")
COUNTS = Document("counts", "Counts", "One report counts 2,200 firms in China.", "/a/counts.txt")
RECOUNT = Document("recount", "Recount", "The ministry counts 4,300 firms in China.", "/a/recount.txt")


class PhraseReader:
    """Finds given phrases wherever they stand, with the score that each was given. Remembers what it was asked."""

    def __init__(self, scores: dict[str, float]) -> None:
        self.scores = scores
        self.asked: list[str] = []

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        self.asked.append(question)
        found = [
            Span(p, p.start + p.text.index(phrase), p.start + p.text.index(phrase) + len(phrase), phrase, score)
            for p in passages
            for phrase, score in self.scores.items()
            if phrase in p.text
        ]
        return sorted(found, key=lambda span: -span.score)


@pytest.fixture
def library() -> Iterator[Library]:
    with Library(None, HashEncoder()) as made:
        assert [outcome.status for outcome in made.add([PLANS, COUNTS, RECOUNT])] == ["added"] * 3
        yield made


def assistant(library: Library, **scores: float) -> Assistant:
    phrases = {name.replace("_", " "): score for name, score in scores.items()}
    return Assistant(library, PhraseReader(phrases), CALIBRATION, passages_read=6)


def test_an_answer_has_its_footnote_at_the_exact_range(library: Library) -> None:
    reader = PhraseReader({"300 billion yuan": 3.0})
    answer = Assistant(library, reader, CALIBRATION, passages_read=6).ask("what is Beijing's 2025 target")
    (citation,) = answer.citations
    assert (answer.text, answer.kind, answer.refused) == ("300 billion yuan", "span", False)
    assert citation.quote == "Beijing wants 300 billion yuan by 2025."
    assert library.document(citation.document_id).text[citation.start : citation.end] == citation.quote
    assert answer.hits
    assert [hit.score for hit in answer.hits] == sorted((hit.score for hit in answer.hits), reverse=True)


def test_weak_evidence_is_a_typed_refusal_that_keeps_the_nearest_passages(library: Library) -> None:
    answer = Assistant(library, PhraseReader({"Beijing": -2.0}), CALIBRATION, passages_read=6).ask("Who is the mayor?")
    assert answer.refusal == Refusal("not_found", NOT_FOUND)
    assert (answer.kind, answer.text, answer.citations) == ("refused", "", ())
    assert {hit.passage.document_id for hit in answer.hits} == {"plans", "counts", "recount"}


def test_sources_that_disagree_are_both_shown_each_with_its_footnote(library: Library) -> None:
    reader = PhraseReader({"2,200": 4.0, "4,300": 3.0})
    answer = Assistant(library, reader, CALIBRATION, passages_read=6).ask("How many firms are there in China?")
    assert (answer.kind, answer.text) == ("disagreement", "2,200 [1]; 4,300 [2]")
    assert [(c.marker, c.document_id, c.answer) for c in answer.citations] == [
        (1, "counts", "2,200"),
        (2, "recount", "4,300"),
    ]


def test_a_follow_up_is_searched_and_read_as_it_was_understood(library: Library) -> None:
    reader = PhraseReader({"300 billion yuan": 3.0})
    asked = Assistant(library, reader, CALIBRATION, passages_read=6)
    answer = asked.ask("And Beijing?", history=[Turn("What does Shanghai want?")])
    assert (answer.question, answer.understood) == ("And Beijing?", "What does Beijing want?")
    assert reader.asked == ["What does Beijing want?"]


@pytest.mark.parametrize("question", ["", "   ", "\n\t"])
def test_an_empty_question_is_named(library: Library, question: str) -> None:
    with pytest.raises(InputError, match="empty"):
        assistant(library).ask(question)


def test_a_question_of_ten_thousand_characters_is_named_with_its_length(library: Library) -> None:
    with pytest.raises(InputError, match="10,000") as caught:
        assistant(library).ask("x" * 10_000)
    assert f"{MAX_QUESTION_CHARS:,}" in str(caught.value)
    assert caught.value.hint


def test_an_empty_library_is_named() -> None:
    with Library(None, HashEncoder()) as empty, pytest.raises(EmptyError, match="empty"):
        assistant(empty).ask("Who?")


def test_a_document_removed_after_the_search_is_not_cited(library: Library) -> None:
    class Vanishing(Library):
        def document(self, document_id: str) -> Document:
            raise KeyError(document_id)

    library.__class__ = Vanishing
    answer = Assistant(library, PhraseReader({"300 billion yuan": 3.0}), CALIBRATION, passages_read=6).ask("target?")
    assert answer.refused
    assert answer.hits == ()


def test_given_texts_are_the_evidence_without_a_library() -> None:
    with Library(None, HashEncoder()) as empty:
        asked = Assistant(empty, PhraseReader({"4,300 firms": 2.0}), CALIBRATION, passages_read=6)
        answer = asked.answer_over("how many?", ["Nothing here.", RECOUNT.text])
    (citation,) = answer.citations
    assert (answer.text, citation.document_id, citation.quote) == ("4,300 firms", "2", RECOUNT.text)


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=300))
def test_no_question_breaks_it_and_every_quote_is_in_its_document(question: str) -> None:
    with Library(None, HashEncoder()) as library:
        assert len(list(library.add([PLANS, COUNTS]))) == 2
        asked = Assistant(library, PhraseReader({"2,200": 1.0, "300 billion yuan": 0.5}), CALIBRATION, passages_read=6)
        try:
            answer = asked.ask(question)
        except InputError:
            assert not question.split()
            return
        for citation in answer.citations:
            assert library.document(citation.document_id).text[citation.start : citation.end] == citation.quote
        assert answer.citations or answer.refused


def test_an_answer_without_citations_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="exactly when"):
        Answer("q", "a", "span", 0.9)
    with pytest.raises(ValueError, match="probability"):
        Answer("q", "", "refused", 1.5, refusal=Refusal("not_found", NOT_FOUND))
