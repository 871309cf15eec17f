"""The lists of a document: all the items of one, where a question asks for all of them. Pure rules, English.

A reader gives one run of words, which of a list is one item. An item is a line that begins with a bullet or a number,
and what introduces a list is the line before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from index.chunk import sentences
from index.types import Document, Passage
from qa.message import OPENER
from qa.reader import Span
from qa.words import content_words, share_unnamed, words

MARK = re.compile(  # before an item
    r"[ \t]*(?:(?P<bullet>[•‣▪●○◦■□–—*+-])|\(?(?:\d{1,3}[.)]|[A-Za-z]\)))[ \t]+(?=\S)"
)

_LINE = re.compile(r"^.*\S.*$", re.MULTILINE)
_GOES_ON = re.compile(r"[ \t]{2}")
_PLURAL = r"(?:people|children|men|women|criteria|[\w-]+[^\W\d_siu]s)\b"
_PLURAL_VERB = r" (?:are|were|do|does|did|have|had|will|would|can|could|may|might|must|shall|should)\b"
_ALL = re.compile(  # "which lines close?", "what new lines are there?"; but not "which line comes first?"
    OPENER + r"(?:(?:what|which|who) (?:are|were|will be)\b|(?:(?:list|name|enumerate)|(?:give|show|tell)(?: me)?)\b"
    rf"|why\b|which {_PLURAL}|(?:what|which) (?:[\w-]+ ){{0,3}}?{_PLURAL}{_PLURAL_VERB}"
    r"|what (?:does|do|did|will|would) .+ (?:include|contain|consist of|involve|comprise|cover|propose|promise)\b)",
    re.IGNORECASE,
)
_SOME = re.compile(  # of a list: the largest, those above a figure
    r"\b(?:more|less|fewer|over|under|above|below|than|only|the (?:first|second|third|last|next)|most|least|same|each"
    r"|\w{3,}est|one|not|without|except)\b",
    re.IGNORECASE,
)
_NO_TOPIC = frozenset(
    "list name enumerate give show tell me all two three four five six seven eight nine ten main key following"
    " include contain consist involve comprise cover propose promise".split()
)
_SKIPPED_WORDS = 2  # from so many on before the answer its item is about something else
_LONGEST_CHARS = 400  # longer ones are paragraphs with numbers


@dataclass(frozen=True, slots=True)
class _List:
    """The sentence that introduces it ("" for none), and where in the document it and the items are, without marks."""

    introduction: str
    start: int
    items: tuple[tuple[int, int], ...]


def items_of(question: str, span: Span, document: Document) -> list[Span]:
    """The items of a list of which the span opens one or introduces all, where the question asks for all of them.

    It does not where it names what only that item has: "what are the opening hours of the museum?". Of a span over
    several items these, whatever is asked.
    """
    found = next((each for each in _lists(document) if each.start < span.end and span.start < each.items[-1][1]), None)
    if found is None:
        return []
    touched = [(start, end) for start, end in found.items if start < span.end and span.start < end]
    if not _asks_for_all(question):
        return _spans(touched, span, document) if len(touched) > 1 else []
    if len(touched) == 1:
        ((start, end),) = touched
        named = f"{document.title} {found.introduction}"
        others = [word for word in content_words(question) if share_unnamed(word, named)]
        its_own = any(not share_unnamed(word, document.text[start:end]) for word in others)
        if its_own or len(words(document.text[start : span.start])) >= _SKIPPED_WORDS:
            return []
    return _spans(found.items, span, document) if touched or found.introduction.endswith(":") else []


def introduced(question: str, passages: Iterable[Passage], documents: Mapping[str, Document]) -> list[Span]:
    """The items of the first list that is introduced by the words of the question, which asks for all of them."""
    topic = " ".join(content_words(question) - _NO_TOPIC)
    if not topic or not _asks_for_all(question):
        return []
    for passage in passages:
        document = documents[passage.document_id]
        for found in _lists(document):
            is_here = passage.start < found.items[-1][1] and passage.end > found.start
            if is_here and found.introduction.endswith(":") and not share_unnamed(topic, found.introduction):
                return _spans(found.items, Span(passage, passage.start, passage.end, passage.text, 0.0), document)
    return []


def _asks_for_all(question: str) -> bool:
    return bool(_ALL.match(question)) and not _SOME.search(question)


def _spans(items: Iterable[tuple[int, int]], like: Span, document: Document) -> list[Span]:
    return [replace(like, start=start, end=end, text=document.text[start:end]) for start, end in items]


def _lists(document: Document) -> Iterator[_List]:
    """Of two items and more that are marked alike, in reading order; empty lines may stand between them."""
    start, introduction = document.body_start, ""
    for mark, group in groupby(_blocks(document), lambda block: block[0]):
        blocks = [(block_start, block_end) for _, block_start, block_end in group]
        if not mark:
            first, last = sentences(document.text[: blocks[-1][1]], blocks[-1][0])[-1]
            start, introduction = first, document.text[first:last]
        elif len(blocks) > 1 and all(block_end - block_start <= _LONGEST_CHARS for block_start, block_end in blocks):
            yield _List(introduction, start, tuple(blocks))


def _blocks(document: Document) -> list[tuple[str, int, int]]:
    """How it is marked, and its characters, for each line; an indented line goes on with the item above."""
    blocks: list[tuple[str, int, int]] = []
    for line in _LINE.finditer(document.text, document.body_start):
        mark = MARK.match(line.group())
        if blocks and blocks[-1][0] and not mark and _GOES_ON.match(line.group()):
            blocks[-1] = (blocks[-1][0], blocks[-1][1], line.end())
        else:
            kind = (mark["bullet"] or "1.") if mark else ""
            blocks.append((kind, line.start() + (mark.end() if mark else 0), line.end()))
    return blocks
