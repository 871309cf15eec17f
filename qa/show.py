"""An answer as JSON for programs and as lines for a terminal. Knows nothing of how it came about."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from qa.types import PASTED, Answer


def answer_row(answer: Answer, seconds: float) -> dict[str, Any]:
    """The answer as the contract of `footnote ask --json` has it."""
    return {
        "question": answer.question,
        "answer": answer.text,
        "kind": answer.kind,
        "confidence": round(answer.confidence, 4),
        "refused": answer.refused,
        "citations": [
            {
                "document": c.document_id,
                "title": c.title,
                "source": c.source,
                "start": c.start,
                "end": c.end,
                "quote": c.quote,
                "page": c.page,
            }
            for c in answer.citations
        ],
        "passages": [
            {
                "document": h.passage.document_id,
                "start": h.passage.start,
                "end": h.passage.end,
                "text": h.passage.text,
                "score": h.score,
            }
            for h in answer.hits
        ],
        "seconds": round(seconds, 4),
    }


def answer_text(answer: Answer) -> str:
    """The answer for a person at a terminal."""
    if answer.refusal:
        nearest = [f"  - {h.passage.title}: {' '.join(h.passage.text.split())[:160]}" for h in answer.hits[:3]]
        return "\n".join([answer.refusal.message, *(["nearest passages:", *nearest] if nearest else [])])
    return "\n".join([f"{answer.text} {sure(answer)}".rstrip(), *notes(answer)])


def sure(answer: Answer) -> str:
    """How sure an answer is, in brackets, after a space; never none or all, which an estimate cannot promise.

    "" where there is no estimate to give: for words quoted without a choice (a probability of 1), and for sources that
    disagree, since it is for one of their answers.
    """
    if answer.refused or answer.confidence >= 1 or answer.kind == "disagreement":
        return ""
    return f" ({min(max(answer.confidence, 0.01), 0.99):.0%} sure)"


def notes(answer: Answer) -> list[str]:
    """The footnotes, two lines for each: the quote, and where it stands."""
    lines = []
    for c in answer.citations:
        page = f"page {c.page}, " if c.page is not None else ""
        copied = f" (the same story as [{c.copy_of}])" if c.copy_of is not None else ""
        where = f"{c.title}: {place(c.source)}, {page}characters {c.start} to {c.end}{copied}"
        lines += [f'  [{c.marker}] "{c.quote}"', f"      {where}"]
    return lines


def place(source: str) -> str:
    """A web address whole; of a file its name alone: the folders of this machine are nobody's business elsewhere."""
    if source.startswith(PASTED):
        return "pasted text"
    return source if is_web_address(source) else PurePosixPath(source.replace("\\", "/")).name


def is_web_address(source: str) -> bool:
    try:
        parts = urlsplit(source)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # "http://[" is none
        return False
