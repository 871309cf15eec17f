"""Reads what a set of questions will need in large batches, before the assistant asks for it question by question.

Each batch of questions is asked twice: once of a reader that reads nothing and notes what it was handed, then for good.
The assistant stays as it is. What was not foreseen (a follow-up that hangs on an earlier answer) is read when asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeAlias, TypeVar

from index.types import ANY, Document, Entry, Filter, Hit, Passage, Retriever
from qa.evaluation.questions import Question
from qa.reader import Span

Asked: TypeAlias = tuple[str, tuple[Passage, ...]]
T = TypeVar("T")

_QUESTIONS_AHEAD = 256


class BatchReader(Protocol):
    """What `qa.reader.SpanReader` does."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]: ...

    def read_many(self, asked: Sequence[tuple[str, Sequence[Passage]]]) -> list[list[Span]]: ...


class ReadAhead:
    """A reader that can be told beforehand what it will be asked. Its spans are those of the reader it stands for."""

    def __init__(self, reader: BatchReader) -> None:
        self._reader = reader
        self._known: dict[Asked, list[Span]] = {}
        self._noted: dict[Asked, None] | None = None

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        asked = (question, tuple(passages))
        if self._noted is not None:
            self._noted[asked] = None
            return []
        return list(self._known[asked]) if asked in self._known else self._reader.read(question, passages)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Within it nothing is read and no span is found; when it ends, all that was asked for is read together."""
        self._noted = {}
        try:
            yield
            noted = list(self._noted)
        finally:
            self._noted = None
        self._known = dict(zip(noted, self._reader.read_many(noted), strict=True))


class SearchedOnce:
    """A library that remembers its hits, so that asking a question again costs no second search."""

    def __init__(self, library: Retriever) -> None:
        self._library = library
        self._found: dict[tuple[str, int, tuple[str, ...] | None, Filter], list[Hit]] = {}

    def __len__(self) -> int:
        return len(self._library)

    def search(self, query: str, *, limit: int, within: Collection[str] | None = None, only: Filter = ANY) -> list[Hit]:
        key = (query, limit, None if within is None else tuple(within), only)
        if key not in self._found:
            self._found[key] = self._library.search(query, limit=limit, within=within, only=only)
        return list(self._found[key])

    def document(self, document_id: str) -> Document:
        return self._library.document(document_id)

    def entries(self) -> list[Entry]:
        return self._library.entries()


def in_batches(
    work: Callable[[Sequence[Question]], T], reader: ReadAhead, questions: Sequence[Question]
) -> Iterator[tuple[Sequence[Question], T]]:
    """`work` over the questions, some at a time, each time with what it reads already read. `work` is called twice."""
    for at in range(0, len(questions), _QUESTIONS_AHEAD):
        some = questions[at : at + _QUESTIONS_AHEAD]
        with reader.noting():
            work(some)
        yield some, work(some)
