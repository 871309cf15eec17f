"""Decisions and quoted sentences -> an `Answer` with its footnotes. Pure; every citation is checked as it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.types import Document, Hit
from qa.cite import cite
from qa.evidence import Decision
from qa.reader import Span
from qa.types import MARKER, Answer, Citation, Kind, Refusal, unmarked

NOT_FOUND = "The articles don't say."
MOST_ITEMS = 30  # of a list
_NO_BRACKETS = str.maketrans("", "", "[]")

Documents = Mapping[str, Document]


@dataclass(frozen=True, slots=True)
class Heard:
    """A question as it was typed, and as it was understood to stand alone."""

    asked: str
    understood: str


def refused(
    heard: Heard, hits: Sequence[Hit] = (), *, confidence: float = 0.0, because: Refusal | None = None
) -> Answer:
    return Answer(
        question=heard.asked,
        text="",
        kind="refused",
        confidence=confidence,
        hits=tuple(hits),
        refusal=because or Refusal("not_found", NOT_FOUND),
        understood=heard.understood,
    )


def fact(heard: Heard, decision: Decision, documents: Documents, hits: Sequence[Hit]) -> Answer:
    """The best span, with a footnote for every article that says the same, copies last; a refusal when there is none.

    Where sources disagree both are given, that of the newer source first.
    """
    if not decision.spans:
        return refused(heard, hits, confidence=decision.confidence)
    spans = sorted(decision.spans, key=lambda span: _age(documents[span.passage.document_id]))
    if len(spans) == 1:
        told = 1 + len(decision.agreeing)
        citations = footnotes([*spans, *decision.agreeing, *decision.copies], documents)
        citations[told:] = [replace(copy, copy_of=1) for copy in citations[told:]]
        return _answer(heard, spans[0].text, "span", citations, decision.confidence, hits)
    citations = footnotes(spans, documents)
    text = "; ".join(f"{unmarked(span.text)} [{number}]" for number, span in enumerate(spans, 1))
    return _answer(heard, text, "disagreement", citations, decision.confidence, hits)


def _age(document: Document) -> int:
    """Sorts the newest first, undated documents last."""
    return -document.published.toordinal() if document.published else 0


def quotes(
    heard: Heard,
    spans: Sequence[Span],
    documents: Documents,
    hits: Sequence[Hit],
    *,
    kind: Kind,
    confidence: float = 1.0,
) -> Answer:
    """The sentences that hold the spans, as they stand in the articles, each with its footnote."""
    if not spans:
        return refused(heard, hits)
    citations = footnotes(spans, documents)
    text = " ".join(f"{unmarked(c.quote)} [{c.marker}]" for c in citations)
    return _answer(heard, text, kind, citations, confidence, hits)


def cells(heard: Heard, spans: Sequence[Span], documents: Documents, hits: Sequence[Hit]) -> Answer:
    """Cells of a table that were found by a rule: the only one, or a line for each where several are equally good."""
    if len(spans) == 1:
        return fact(heard, Decision((spans[0],), 1.0), documents, hits)
    return items(heard, spans, documents, hits)


def items(
    heard: Heard, spans: Sequence[Span], documents: Documents, hits: Sequence[Hit], *, confidence: float = 1.0
) -> Answer:
    """Each span on a line of its own, with its footnote; of very many the first."""
    shown, left = spans[:MOST_ITEMS], len(spans) - MOST_ITEMS
    text = "\n".join(f"{unmarked(span.text)} [{number}]" for number, span in enumerate(shown, 1))
    text += f"\nand {left:,} more" if left > 0 else ""
    return _answer(heard, text, "list", footnotes(shown, documents), confidence, hits)


def stated(heard: Heard, text: str, spans: Sequence[Span], documents: Documents) -> Answer:
    """What is known of articles without standing in them, footnoted with the spans that name the articles."""
    return _answer(heard, text, "span", footnotes(spans, documents), 1.0, ())


def listing(
    heard: Heard, spans: Sequence[Span], documents: Documents, hits: Sequence[Hit] = (), *, more: str = ""
) -> Answer:
    """A title for each span, on a line of its own; `more` ("and 4 more") is the last line where some are left out."""
    if not spans:
        return refused(heard, hits)
    titles = [documents[span.passage.document_id].title or span.text for span in spans]
    text = "\n".join(f"{unmarked(title)} [{number}]" for number, title in enumerate(titles, 1))
    return _answer(heard, f"{text}\n{more}".rstrip(), "list", footnotes(spans, documents), 1.0, hits)


def several(heard: Heard, parts: Sequence[tuple[str, Answer]]) -> Answer:
    """The answers to the questions within a question, each under its label; a part without one says so.

    As sure as the least sure of the parts that are answered; refused when none is.
    """
    hits = tuple(dict.fromkeys(hit for _, answer in parts for hit in answer.hits))
    answered = [answer for _, answer in parts if not answer.refused]
    if not answered:
        return refused(heard, hits, confidence=max(answer.confidence for _, answer in parts))
    lines: list[str] = []
    citations: list[Citation] = []
    for label, answer in parts:
        asked = _named(label)
        told = _renumbered(answer, len(citations)) or (answer.refusal.message if answer.refusal else NOT_FOUND)
        lines.append(f"{asked[0].upper()}{asked[1:]} {told}" if asked.endswith("?") else f"{asked}: {told}")
        citations += [replace(c, marker=c.marker + len(citations)) for c in answer.citations]
    return _answer(heard, "\n".join(lines), "list", citations, min(a.confidence for a in answered), hits)


def footnotes(spans: Sequence[Span], documents: Documents) -> list[Citation]:
    """A citation for each span, numbered from 1."""
    return [cite(span, documents[span.passage.document_id], marker=number) for number, span in enumerate(spans, 1)]


def _named(label: str) -> str:
    """The label, unmarked; of one that is only a reference number, as "[1]", the number."""
    named = unmarked(label)
    return named if any(map(str.isalnum, named)) else label.translate(_NO_BRACKETS)


def _renumbered(answer: Answer, by: int) -> str:
    """The answer's text with its footnotes counted on from `by`; a plain fact gets the marks of all of its own."""
    if answer.kind == "span":
        return " ".join([unmarked(answer.text), *(f"[{citation.marker + by}]" for citation in answer.citations)])
    return MARKER.sub(lambda found: f"[{int(found[1]) + by}]", answer.text)


def _answer(
    heard: Heard, text: str, kind: Kind, citations: Sequence[Citation], confidence: float, hits: Sequence[Hit]
) -> Answer:
    return Answer(
        question=heard.asked,
        text=text,
        kind=kind,
        confidence=confidence,
        citations=tuple(citations),
        hits=tuple(hits),
        understood=heard.understood,
    )
