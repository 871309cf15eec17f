"""Which sentences a model gets to write from: those the reader answered with first, then those it thinks nearest. Pure.

At most about 600 tokens, whole sentences, each under a short key. Sentences that give orders to a machine are left out:
an article is something to read, not someone to obey.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence

from index.text import shorten
from index.types import Document, Passage
from qa.orders import gives_orders
from qa.reader import Span
from qa.sentences import in_reading_order, sentence_around, speaking_of
from qa.types import Answer, Citation
from qa.writing.types import Source

MAX_TOKENS = 600
MAX_SOURCES = 12
_MAX_TITLE_CHARS = 90
_LETTERS = "bcdfghjkmnpqrtvwxz"
_CHARS_PER_TOKEN = 4.0  # of English; any other script is counted as a token for each character
_BRACKETED = re.compile(r"[\[\]【】]")


def choose(question: str, answer: Answer, spans: Sequence[Span], documents: Mapping[str, Document]) -> list[Source]:
    """The sentences to write from, in reading order. `spans` are the reader's for this question, best first."""
    cited = [_cited(citation, documents, answer) for citation in answer.citations if citation.document_id in documents]
    passages = list(dict.fromkeys(hit.passage for hit in answer.hits if hit.passage.document_id in documents))
    nearest = [sentence_around(span) for span in spans if span.passage in passages]
    named = speaking_of(question, passages, most=MAX_SOURCES)
    chosen = in_reading_order(_that_fit([*cited, *nearest, *named]))
    letter = _LETTERS[zlib.crc32("".join(span.text for span in chosen).encode("utf-8", "replace")) % len(_LETTERS)]
    return [Source(f"{letter}{number}", span) for number, span in enumerate(chosen, 1)]


def _cited(citation: Citation, documents: Mapping[str, Document], answer: Answer) -> Span:
    """The footnote as a span of the passage that holds it; of itself, when no passage was searched for."""
    document = documents[citation.document_id]
    for passage in (hit.passage for hit in answer.hits):
        if passage.document_id == document.id and passage.start <= citation.start and citation.end <= passage.end:
            return Span(passage, citation.start, citation.end, citation.quote, 0.0)
    alone = Passage(0, document.id, citation.start, citation.end, citation.quote, document.title)
    return Span(alone, citation.start, citation.end, citation.quote, 0.0)


def _that_fit(spans: Iterable[Span]) -> list[Span]:
    """The first of them that fit together, none within another, none that gives orders."""
    kept: list[Span] = []
    room = float(MAX_TOKENS)
    for span in spans:
        cost = rough_tokens(span.text)
        known = any(_overlap(span, other) or span.text == other.text for other in kept)
        if known or cost > room or gives_orders(span.text) or len(kept) == MAX_SOURCES:
            continue
        kept.append(span)
        room -= cost
    return kept


def _overlap(one: Span, other: Span) -> bool:
    same = one.passage.document_id == other.passage.document_id
    return same and one.start < other.end and other.start < one.end


def rough_tokens(text: str) -> float:
    """About how many tokens a model makes of the text, its key and the end of its line included."""
    plain = sum(letter.isascii() for letter in text)
    return plain / _CHARS_PER_TOKEN + (len(text) - plain) + 4


def shown_title(source: Source) -> str:
    """The article's title as a model gets it: one line, no brackets, no orders."""
    title = " ".join(_BRACKETED.sub("", source.span.passage.title).split())
    return shorten(title, _MAX_TITLE_CHARS) if title and not gives_orders(title) else "untitled"
