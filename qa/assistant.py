"""The whole algorithm in one readable method: follow-up -> search -> read -> decide -> cite."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from index.chunk import chunk
from index.types import Document, EmptyError, Hit, InputError, Passage, Retriever
from qa.cite import cite
from qa.evidence import Calibration, Decision, decide
from qa.followup import standalone
from qa.reader import Span
from qa.types import Answer, Kind, Refusal, Turn

MAX_QUESTION_CHARS = 1000
NOT_FOUND = "The articles don't say."


class Reader(Protocol):
    """Question and passages to scored spans, best first."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]: ...


class Assistant:
    """Answers questions over a library. Knows no heavy library: its parts are handed to it."""

    def __init__(self, library: Retriever, reader: Reader, calibration: Calibration, *, passages_read: int) -> None:
        self.library, self._reader, self._calibration = library, reader, calibration
        self._passages_read = passages_read

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        """One answer, with its footnotes or a refusal. Raises InputError or EmptyError for what cannot be asked."""
        asked = checked(question)
        if self.document_count() == 0:
            raise EmptyError("the library is empty", "add articles first: footnote index PATH_OR_URL")
        understood = standalone(asked, history)
        hits = self.library.search(understood, limit=self._passages_read)
        found = self._documents_of(hits)
        return self._answer(asked, understood, [hit for hit in hits if hit.passage.document_id in found], found)

    def answer_over(self, question: str, passages: Sequence[str]) -> Answer:
        """No retrieval: the given texts are the evidence. They are cited as documents "1", "2", ..."""
        asked = checked(question)
        given = [Document(str(number), "", text, f"text {number}") for number, text in enumerate(passages, 1)]
        pieces = [passage for document in given for passage in chunk(document, chunk_chars=4 * 480)]
        hits = [Hit(passage, 0.0, "given") for passage in pieces]
        return self._answer(asked, asked, hits, {document.id: document for document in given})

    def document(self, document_id: str) -> Document:
        """Raises KeyError when there is none."""
        return self.library.document(document_id)

    def document_count(self) -> int:
        return len(self.library)

    def _documents_of(self, hits: Sequence[Hit]) -> dict[str, Document]:
        """The documents of the hits, without those removed or changed since the search by somebody else."""
        found: dict[str, Document] = {}
        for passage in (hit.passage for hit in hits):
            with suppress(KeyError):
                document = self.library.document(passage.document_id)
                if document.text[passage.start : passage.end] == passage.text:
                    found[document.id] = document
        return found

    def _answer(self, asked: str, understood: str, hits: Sequence[Hit], found: dict[str, Document]) -> Answer:
        spans = self._reader.read(understood, [hit.passage for hit in hits])
        decision = decide(understood, spans, self._calibration)
        citations = tuple(
            cite(span, found[span.passage.document_id], marker=number) for number, span in enumerate(decision.spans, 1)
        )
        return Answer(
            question=asked,
            text=_text(decision),
            kind=_kind(decision),
            confidence=decision.confidence,
            citations=citations,
            hits=tuple(hits),
            refusal=None if citations else Refusal("not_found", NOT_FOUND),
            understood=understood,
        )


def checked(question: str) -> str:
    """The question without the white space around it. Raises InputError when it is empty or too long."""
    asked = " ".join(question.split())
    if not asked:
        raise InputError("the question is empty", "type a question about your articles")
    if len(asked) > MAX_QUESTION_CHARS:
        raise InputError(
            f"the question has {len(asked):,} characters; at most {MAX_QUESTION_CHARS:,} are read",
            "ask in a sentence or two; add a long text as an article instead: footnote index FILE",
        )
    return asked


def _kind(decision: Decision) -> Kind:
    if not decision.spans:
        return "refused"
    return "span" if len(decision.spans) == 1 else "disagreement"


def _text(decision: Decision) -> str:
    if len(decision.spans) > 1:
        return "; ".join(f"{span.text} [{number}]" for number, span in enumerate(decision.spans, 1))
    return decision.spans[0].text if decision.spans else ""
