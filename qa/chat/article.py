"""The article beside an answer: a Document becomes safe HTML around the cited range, in paragraphs, with its heading.

Take the tags of the text away and exactly the document's characters are left. Knows nothing of answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from index.types import Document
from qa.chat.markup import date, facts, opens_at, outlet, page_number, quiet_button, said, source, word
from qa.show import is_web_address

WINDOW_CHARS = 20_000  # of an article on each side of the citation: a browser lays this out at once
EDGE_CHARS = 200  # how far a window may shrink to end between two words

_BLANK_LINE = re.compile(r"\n\s*\n")
_NEW_LINE = re.compile(r"\n+")


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a text that is shown: `text[first:last]`, with the cited range `start:end` inside it."""

    first: int
    last: int
    start: int
    end: int


def article_missing_html() -> str:
    return f'<p class="fn-blank" {word("article_missing")}></p>'


def article_html(document: Document, start: int, end: int, *, quote: str = "") -> str:
    """The article around `text[start:end]`, which stands in `<mark id="cited">`; what is left out is said.

    A range that is empty after clamping to the text marks nothing: `<span id="cited">` keeps the place. `quote` is what
    stood there once: it is marked where it stands now, and when it is gone that is said and nothing is marked.
    """
    place = place_of(quote, document.text, start) if quote else (start, end)
    changed = "" if place else f'<p class="fn-note" {word("article_changed")}></p>'
    window = window_around(document.text, *(place or (0, 0)))
    shows_title = window.first == 0 and _begins_with_title(document)
    title = "" if shows_title else f'<h2 class="fn-title">{escape(document.title)}</h2>'
    earlier = _left_out(document, "earlier", count=window.first, edge=window.first)
    later = _left_out(document, "later", count=len(document.text) - window.last, edge=window.last)
    leave = quiet_button("back", "back") + quiet_button("shut", "close")  # of which a wide page shows the first
    return (
        f'<div class="fn-bar"><div><p class="fn-running">{escape(document.title)}</p>{_article_facts(document, window)}'
        f'</div>{leave}</div><article class="fn-paper">{changed}{title}{earlier}<div class="fn-text">'
        f"{_text(document, window)}</div>{later}</article>"
    )


def place_of(quote: str, text: str, start: int) -> tuple[int, int] | None:
    """Where the quote stands in the text, nearest to where it stood; None: it is gone."""
    places = [found.start() for found in re.finditer(re.escape(quote), text)]
    nearest = min(places, key=lambda place: abs(place - start), default=None)
    return None if nearest is None else (nearest, nearest + len(quote))


def window_around(text: str, start: int, end: int, *, reach: int = WINDOW_CHARS) -> Window:
    """The cited range, clamped to the text, and `reach` characters on each side, ending between words."""
    start = min(max(start, 0), len(text))
    end = min(max(end, start), len(text))
    first, last = max(start - reach, 0), min(end + reach, len(text))
    if first > 0:
        gap = re.compile(r"\s").search(text, first, min(first + EDGE_CHARS, start))
        first = gap.end() if gap else first
    if last < len(text):
        gap = re.compile(r"\s\S*\Z").search(text, max(last - EDGE_CHARS, end), last)
        last = gap.start() if gap else last
    return Window(first, last, start, end)


def _begins_with_title(document: Document) -> bool:
    return bool(document.title) and document.text.startswith(f"{document.title}\n")


def _article_facts(document: Document, window: Window) -> str:
    place = _source_link(document.source) or source(document.source)
    author = escape(document.author or "")
    return facts(author, date(document.published), page_number(document.page_of(window.start)), place)


def _source_link(source: str) -> str:
    if not is_web_address(source):
        return ""
    return (
        f'<a href="{escape(source)}" target="_blank" rel="noopener noreferrer nofollow">'
        f'{escape(outlet(source))}<span aria-hidden="true"> ↗</span></a>'
    )


def _left_out(document: Document, side: str, *, count: int, edge: int) -> str:
    """A note of how much is not shown beyond this edge of the window, and a button that moves the window there."""
    if count == 0:
        return ""
    button = f'<button class="fn-link" {opens_at(document.id, edge, edge)} {word(f"show_{side}")}></button>'
    return f'<p class="fn-left-out">{said(f"left_out_{side}", count=count)} {button}</p>'


def _text(document: Document, window: Window) -> str:
    """`text[first:last]` in paragraphs: take the tags away and exactly that is left."""
    out: list[str] = []
    at = window.first
    for gap_start, gap_end in (*_gaps(document, window), (window.last, window.last)):
        if at < gap_start:
            out.append(
                f"<p{_paragraph_class(document, at, gap_start)}>{_marked(document.text, at, gap_start, window)}</p>"
            )
        out.append(document.text[gap_start:gap_end])
        at = gap_end
    return "".join(out)


def _gaps(document: Document, window: Window) -> Iterator[tuple[int, int]]:
    """The white space between paragraphs. None lies in the cited range, so that one <mark> holds all of it."""
    text = document.text
    between = _BLANK_LINE if _BLANK_LINE.search(text, window.first, window.last) else _NEW_LINE
    heading = _heading_end(document, window)
    spans = [match.span() for match in _NEW_LINE.finditer(text, window.first, heading)]
    spans += [match.span() for match in between.finditer(text, heading, window.last)]
    return (span for span in spans if span[1] <= window.start or span[0] >= window.end)


def _heading_end(document: Document, window: Window) -> int:
    """Where the heading, in which every line is a paragraph, ends; with the blank that follows it."""
    end = max(document.body_start, len(document.title) if _begins_with_title(document) else 0)
    while document.text[end : end + 1] == "\n":
        end += 1
    return min(max(end, window.first), window.last)


def _paragraph_class(document: Document, start: int, end: int) -> str:
    """Of the paragraph `text[start:end]`. One that the body begins in, after "PARIS, 3 May -", is of the body."""
    if start == 0 and _begins_with_title(document):
        return ' class="fn-title" role="heading" aria-level="2"'
    return ' class="fn-dateline"' if end <= document.body_start else ""


def _marked(text: str, first: int, last: int, window: Window) -> str:
    """One paragraph, with the cited range marked if it lies here."""
    if not (first <= window.start and window.end <= last):
        return escape(text[first:last])
    cited = escape(text[window.start : window.end])
    mark = f'<mark id="cited">{cited}</mark>' if cited else '<span id="cited"></span>'
    return f"{escape(text[first : window.start])}{mark}{escape(text[window.end : last])}"
