"""The footnotes: a span -> the sentence around it, checked against the stored text. Pure."""

from __future__ import annotations

from index.chunk import sentences, unbulleted
from index.types import Document
from qa.reader import Span
from qa.types import Citation


def cite(span: Span, document: Document, *, marker: int) -> Citation:
    """The whole sentences that hold the span. Raises ValueError when the span is not where it says it is."""
    if document.text[span.start : span.end] != span.text or not span.text:
        raise ValueError(f"{span.text!r} is not at characters {span.start} to {span.end} of document {document.id}")
    start, end = quote_range(span, document)
    return Citation(
        marker=marker,
        document_id=document.id,
        title=document.title,
        source=document.source,
        start=start,
        end=end,
        quote=document.text[start:end],
        page=document.page_of(start),
        answer=span.text,
        published=document.published.isoformat() if document.published else None,
    )


def quote_range(span: Span, document: Document) -> tuple[int, int]:
    """Characters of the sentences of the span's passage that it touches, without the bullet of a list's item."""
    found = sentences(document.text[: span.passage.end], span.passage.start)
    touched = [(unbulleted(document.text, start), end) for start, end in found if start < span.end and end > span.start]
    return min([span.start, *(s for s, _ in touched)]), max([span.end, *(e for _, e in touched)])
