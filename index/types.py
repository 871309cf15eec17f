"""The words everything else is written in: documents, passages, hits, and the errors a person can meet.

Knows nothing of files, models or indexes. Every value is frozen; every offset counts characters of `Document.text`.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors: TypeAlias = NDArray[np.float32]


class UserError(Exception):
    """Something the person can mend: what happened, with which value, and what to do next (`hint`)."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class InputError(UserError):
    """A path, a file or a question that cannot be used as given."""


class EmptyError(UserError):
    """Nothing to work with: an empty library, a folder without articles."""


class LibraryError(UserError):
    """The library's folder cannot be used: no permission, no space, made with another embedding model."""


class ModelError(UserError):
    """A model that is missing, damaged or of the wrong kind."""


@dataclass(frozen=True, slots=True)
class Document:
    """One article. `text` was normalised once, when it was loaded, and never changes afterwards.

    `text[:body_start]` is its heading (title, date line, dateline): shown and citable, but never a passage.
    """

    id: str
    title: str
    text: str
    source: str
    published: dt.date | None = None
    author: str | None = None
    pages: tuple[int, ...] = ()  # the character at which each page begins, for formats that have pages
    body_start: int = 0

    def page_of(self, offset: int) -> int | None:
        """The page, counted from 1, that holds the character at `offset`; None for a format without pages."""
        return bisect.bisect_right(self.pages, offset) or None


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not be read, and why, in words for a person."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A range of whole sentences: `document.text[start:end] == text`.

    `title` and `lead` (the sentences just before it) tell a reader who is meant; answers are never taken from them.
    `id` is given by the store; a passage that is not stored counts from 0 within its document.
    """

    id: int
    document_id: str
    start: int
    end: int
    text: str
    title: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as a list shows it."""

    id: str
    title: str
    source: str
    published: dt.date | None
    passages: int
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Documents published from `since` to `until`, both included, whose source holds the words of `source`.

    None and "" let every document pass; a document without a date passes no filter on dates.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    source: str = ""

    def passes(self, entry: Entry | Document) -> bool:
        """Whether the document is one of them."""
        day = entry.published
        in_range = day is not None and (self.since or day) <= day <= (self.until or day)
        return (in_range or not (self.since or self.until)) and self.source.casefold() in entry.source.casefold()


ANY = Filter()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query. `score` is the finder's own (higher is nearer).

    `copies` are passages of other documents that tell the same story in the same words, or nearly.
    """

    passage: Passage
    score: float
    copies: tuple[Passage, ...] = ()


class Encoder(Protocol):
    """Texts to unit vectors. `name` tells two encoders apart: their vectors must never be mixed."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n,) texts -> (n, dimension) float32, each row of length 1."""
        ...


class Retriever(Protocol):
    """What question answering needs of a library."""

    def __len__(self) -> int:
        """The number of documents."""
        ...

    def search(self, query: str, *, limit: int, within: Collection[str] | None = None, only: Filter = ANY) -> list[Hit]:
        """At most `limit` hits, sorted by (-score, passage id).

        `within` names the documents to look in (None: all), of which those that pass `only` are looked in.
        """
        ...

    def document(self, document_id: str) -> Document:
        """Raises KeyError when there is none."""
        ...

    def entries(self) -> list[Entry]:
        """Every document, in the order of their titles."""
        ...
