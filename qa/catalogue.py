"""Questions about the library itself: which articles there are, when one was published, and by whom. Pure.

In: documents. Out: spans of their headings, to be cited like any other: the title where it stands, the date line.
"""

from __future__ import annotations

import re

from index.chunk import sentences
from index.dates import UPDATED, dates_in
from index.types import Document, Entry
from qa.articles import PRINTED
from qa.reader import Span
from qa.sentences import on_its_line
from qa.words import content_words, share_unnamed, words

_LABEL = re.compile(rf"\b(?:{UPDATED}|{PRINTED}|released)\b", re.I)
_UPDATED = re.compile(rf"\b{UPDATED}\b", re.I)


def holds(document: Document, topic: str) -> bool:
    """Whether the words of the topic (of one side of its "or") stand in the article, its title or its file's name."""
    text = f"{document.title} {document.source.rstrip('/').rpartition('/')[2]} {document.text}"
    return any(content_words(side) and not share_unnamed(side, text) for side in re.split(r"\bor\b", topic))


def is_by(document: Document | Entry, author: str) -> bool:
    return set(words(author)) <= set(words(document.author or ""))


def byline(document: Document) -> Span | None:
    """The author's name where the heading has it: the last time, for a title may name them above the byline."""
    if not document.author:
        return None
    name = re.compile(rf"(?<!\w){re.escape(document.author)}(?!\w)")
    found = list(name.finditer(document.text[: document.body_start]))
    return on_its_line(document, *found[-1].span()) if found else None


def day_of(document: Document) -> str:
    """As "6 April 2024"; "" for an article without a date."""
    return f"{document.published:%d %B %Y}".lstrip("0") if document.published else ""


def asks_for_update(question: str) -> bool:
    return bool(_UPDATED.fullmatch(_label(question)))


def _label(question: str) -> str:
    """The last word that a date may stand under: "published" in "when was the story on modified crops published?"."""
    return next(reversed(_LABEL.findall(question)), "")


def heading(document: Document) -> Span:
    """The title where it is a line of the text; the text's first sentence when it is none, as in a table's row."""
    titled = document.title and re.search(rf"(?m)^[^\w\n]*({re.escape(document.title)})[^\w\n]*$", document.text)
    if titled:
        return on_its_line(document, *titled.span(1))
    first = re.search(r"\S.*", document.text)
    if first is None:
        return on_its_line(document, 0, len(document.text))
    start, end = sentences(first.group())[0]
    return on_its_line(document, first.start() + start, first.start() + end)


def date_line(document: Document, question: str) -> Span | None:
    """The date in the heading that the question asks about: after the label it names ("updated"), else the first.

    None when the heading holds no date, or none of an update that is asked for.
    """
    head = document.text[: document.body_start]
    is_update = asks_for_update(question)
    label = _UPDATED if is_update else re.compile(_label(question), re.I)  # "" stands everywhere
    found = [span for span, _ in dates_in(head)]
    labelled = [span for span in found if label.search(head[head.rfind("\n", 0, span[0]) + 1 : span[0]])]
    chosen = next(iter(labelled if is_update else labelled or found), None)
    return on_its_line(document, *chosen) if chosen else None
