"""What a question becomes: turns of a conversation, citations, refusals, answers. All frozen, all checked at birth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from index.types import Hit

Kind = Literal["span", "list", "sentences", "summary", "disagreement", "generated", "refused"]
Reason = Literal["not_found", "not_a_question", "which_article", "unsupported"]

# In the text of the other kinds a "[1]" is the article's own.
KINDS_WITH_MARKERS: tuple[Kind, ...] = ("generated", "disagreement", "list", "sentences", "summary")

PASTED = "pasted:"  # how the source of a text begins that was pasted into the page

MARKER = re.compile(r"\[(\d{1,6})\]")


def unmarked(text: str) -> str:
    """The text on one line, without reference numbers ("[3]"): of an article, they would look like our footnotes."""
    while MARKER.search(text):  # what is left of "[7[2]]" is another
        text = MARKER.sub("", text)
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation, the answer that was shown ("" for a refusal), the documents it cited."""

    question: str
    answer: str = ""
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A footnote: `document.text[start:end] == quote`, checked by `qa.cite` when the answer is made."""

    marker: int  # counted from 1, as in the text: [1]
    document_id: str
    title: str
    source: str
    start: int
    end: int
    quote: str
    page: int | None = None
    answer: str = ""  # the words of the quote that answer the question
    published: str | None = None  # ISO date
    copy_of: int | None = None  # the marker of the footnote whose story this article repeats


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer, in a word for programs and a sentence for people."""

    reason: Reason
    message: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole reply. Refused exactly when there are no citations; every marker in `text` resolves to one.

    `confidence` is the calibrated probability (0 to 1) that the best answer found is right, and 1.0 where a rule quoted
    and nothing was estimated: a topic's sentences, what somebody said, a summary, a list of articles, a table's cell.
    `understood` is the question that was searched for, which differs from `question` in a follow-up.
    """

    question: str
    text: str
    kind: Kind
    confidence: float
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    refusal: Refusal | None = None
    understood: str = ""

    def __post_init__(self) -> None:
        if (self.refusal is None) == (not self.citations) or (self.kind == "refused") == (self.refusal is None):
            raise ValueError("an answer is refused exactly when it has no citations")
        known = {citation.marker for citation in self.citations}
        unresolved = {int(number) for number in MARKER.findall(self.text)} - known
        if self.citations and self.has_markers and unresolved:
            raise ValueError(f"markers without a footnote: {sorted(unresolved)}")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence {self.confidence} is not a probability")

    @property
    def refused(self) -> bool:
        return self.refusal is not None

    @property
    def has_markers(self) -> bool:
        """Whether a "[1]" in the text is a footnote of ours, and not the article's own."""
        return self.kind in KINDS_WITH_MARKERS

    @property
    def words(self) -> str:
        """The text without footnote markers."""
        return unmarked(self.text).replace(" ;", ";") if self.has_markers else self.text

    @property
    def turn(self) -> Turn:
        """What the next question of the conversation needs to know of this one."""
        cited = dict.fromkeys(citation.document_id for citation in self.citations)
        return Turn(self.question, "" if self.refused else self.text, tuple(cited))
