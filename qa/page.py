"""What the reader sees: an Answer or a Document becomes a string of safe HTML.

Knows nothing of Gradio, servers or models. Every word of an article, a question or an answer goes through
`html.escape`; the only elements are the ones written here. What can be opened is a button with
`data-document`, `data-start` and `data-end`, which the page's script turns into a call for `article_html`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from index.types import Document, Hit, UserError
from qa.types import Answer, Citation, Refusal

VERY_LIKELY = 0.85
LIKELY = 0.60
NEAREST_SHOWN = 3
EXCERPT_CHARS = 200
LONG_ANSWER_CHARS = 140  # above it an answer is set as prose, not as a headline
WINDOW_CHARS = 20_000  # of an article on each side of the citation: a browser lays this out at once
EDGE_CHARS = 200  # how far a window may shrink to end between two words

_MARKER = re.compile(r"\[(\d+)\]")
_KINDS_WITH_MARKERS = ("generated", "list", "summary", "disagreement")
_BLANK_LINE = re.compile(r"\n\s*\n")
_NEW_LINE = re.compile(r"\n+")


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a text that is shown: `text[first:last]`, with the cited range `start:end` inside it."""

    first: int
    last: int
    start: int
    end: int


# ── The whole page ────────────────────────────────────────────────────────────────────────────────────────────────


def shell_html(*, examples: Sequence[str], documents: int) -> str:
    """The empty page: header, conversation with its example questions, the question box, the article's place."""
    return f"""
<div class="fn-app">
  <header class="fn-top">
    <h1 class="fn-name">Footnote</h1>
    <p class="fn-library">{library_line(documents)}</p>
    <button type="button" class="fn-clear" hidden>Clear</button>
  </header>
  <section class="fn-talk" aria-label="Questions and answers">
    <div class="fn-scroll">
      <div class="fn-welcome">
        <h2>Ask your articles</h2>
        <p>A short answer with the sentence it stands on, or a plain “the articles don’t say”.</p>
        {_chips(examples)}
      </div>
      <div class="fn-log" role="log" aria-live="polite" aria-label="Conversation"></div>
    </div>
    <form class="fn-ask">
      <label class="fn-hidden" for="fn-question">Your question</label>
      <textarea id="fn-question" rows="1" placeholder="Ask a question…" autocomplete="off" enterkeyhint="send"
        ></textarea>
      <button type="submit" class="fn-send">Ask</button>
    </form>
  </section>
  <section class="fn-article" aria-label="Cited article" tabindex="-1">{article_placeholder_html()}</section>
</div>"""


def library_line(documents: int) -> str:
    """How many articles there are, or what to do when there are none."""
    if documents == 0:
        return "The library is empty. Add articles with <code>footnote index FOLDER</code>"
    return f"{documents:,} article{'' if documents == 1 else 's'} in the library"


def _chips(examples: Sequence[str]) -> str:
    chips = (f'<li><button type="button" class="fn-chip">{escape(question)}</button></li>' for question in examples)
    return f'<ul class="fn-chips" aria-label="Example questions">{"".join(chips)}</ul>' if examples else ""


# ── An exchange of the conversation ───────────────────────────────────────────────────────────────────────────────


def answer_html(answer: Answer, *, titles: Mapping[str, str]) -> str:
    """Question and reply. `titles` names the documents of the nearest passages; one without a title is left out."""
    return _question(answer.question) + _understood(answer) + _reply(answer, titles)


def error_html(question: str, error: UserError) -> str:
    """What happened and what to do next, where the answer would have been."""
    hint = f'<p class="fn-hint">{escape(error.hint)}</p>' if error.hint else ""
    return f'{_question(question)}<div class="fn-trouble"><p>{escape(str(error))}</p>{hint}</div>'


def confidence_words(probability: float) -> str:
    """A calibrated probability in words."""
    if probability >= VERY_LIKELY:
        return "very likely"
    return "likely" if probability >= LIKELY else "uncertain"


def percentage(probability: float) -> str:
    """Whole percent; never 0% or 100%, which a model's estimate cannot promise."""
    whole = round(probability * 100)
    if whole <= 0:
        return "under 1%"
    return f"{whole}%" if whole < 100 else "over 99%"


def _question(question: str) -> str:
    return f'<h2 class="fn-question">{escape(question)}</h2>'


def _understood(answer: Answer) -> str:
    if answer.understood.strip() in ("", answer.question.strip()):
        return ""
    return f'<p class="fn-understood">Understood as: {escape(answer.understood)}</p>'


def _reply(answer: Answer, titles: Mapping[str, str]) -> str:
    if answer.refusal is not None:
        return _refusal(answer.refusal, answer.hits, titles)
    if answer.kind == "disagreement":
        return _disagreement(answer)
    evidence = "".join(_evidence(citation, said=answer.text) for citation in answer.citations)
    return _short(answer) + _confidence(answer.confidence) + evidence


def _short(answer: Answer) -> str:
    size = "fn-short fn-long" if len(answer.text) > LONG_ANSWER_CHARS else "fn-short"
    return f'<p class="{size}">{_text_with_footnotes(answer)}</p>'


def _text_with_footnotes(answer: Answer) -> str:
    if answer.kind not in _KINDS_WITH_MARKERS:
        return escape(answer.text)  # a "[1]" here is the article's own
    known = {citation.marker: citation for citation in answer.citations}
    parts = _MARKER.split(answer.text)  # text, number, text, number, ... text
    return "".join(
        _marker(known[int(part)]) if odd and int(part) in known else escape(f"[{part}]" if odd else part)
        for odd, part in zip([False, True] * len(parts), parts, strict=False)
    )


def _marker(citation: Citation) -> str:
    label = escape(f"Footnote {citation.marker}: {citation.title}")
    return f'<button class="fn-marker" aria-label="{label}" {_opens(citation)}>{citation.marker}</button>'


def _confidence(probability: float) -> str:
    words, percent = confidence_words(probability), percentage(probability)
    tooltip = f"The estimated chance that this answer is right: {percent}"
    level = words.replace(" ", "-")
    return (
        f'<p class="fn-confidence fn-{level}" title="{tooltip}"><span class="fn-bars" aria-hidden="true"><i></i><i></i>'
        f"<i></i></span>{words} <small>{percent}</small></p>"
    )


def _evidence(citation: Citation, *, said: str = "") -> str:
    """The cited sentence as a quotation, unless the answer (`said`) is that sentence, and its footnote."""
    quote = "" if citation.quote.strip() == said.strip() else f"<blockquote>{_marked_quote(citation)}</blockquote>"
    return f'<figure class="fn-evidence">{quote}<figcaption>{_footnote(citation)}</figcaption></figure>'


def _marked_quote(citation: Citation) -> str:
    found = _find_words(citation.answer, citation.quote)
    if found is None:
        return escape(citation.quote)
    before, words, after = citation.quote[: found[0]], citation.quote[slice(*found)], citation.quote[found[1] :]
    return f"{escape(before)}<mark>{escape(words)}</mark>{escape(after)}"


def _find_words(words: str, text: str) -> tuple[int, int] | None:
    """Where `words` stand in `text`: as whole words if they can be, in the same case if they can be."""
    if not words.strip():
        return None
    literal = re.escape(words.strip())
    for pattern in (rf"(?<!\w){literal}(?!\w)", rf"(?i:(?<!\w){literal}(?!\w))", rf"(?i:{literal})"):
        if match := re.search(pattern, text):
            return match.span()
    return None


def _footnote(citation: Citation) -> str:
    page = f"p. {citation.page}" if citation.page is not None else ""
    facts = _joined(outlet(citation.source), _written_date(citation.published), page)
    return (
        f'<button class="fn-footnote" {_opens(citation)}><span class="fn-number">[{citation.marker}]</span> '
        f"<cite>{escape(citation.title)}</cite></button>{_facts(facts)}"
    )


def _opens(place: Citation | Hit) -> str:
    """The attributes that make a button open an article at a place."""
    where = place.passage if isinstance(place, Hit) else place
    return _opens_at(where.document_id, where.start, where.end)


def _opens_at(document_id: str, start: int, end: int) -> str:
    return f'type="button" data-document="{escape(document_id)}" data-start="{start}" data-end="{end}"'


def _disagreement(answer: Answer) -> str:
    """The values side by side; sources that give the same value share a column.

    No word of confidence: the estimate is for one answer, and "very likely" here would read as "very likely disagree".
    """
    columns: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        columns.setdefault((citation.answer or citation.quote).strip().casefold(), []).append(citation)
    cards = "".join(_value_card(citations) for citations in columns.values())
    lead = '<p class="fn-disagree">The articles disagree.</p>'
    return f'{lead}<div class="fn-values">{cards}</div>'


def _value_card(citations: Sequence[Citation]) -> str:
    value = citations[0].answer or citations[0].quote
    evidence = "".join(_evidence(citation, said=value) for citation in citations)
    return f'<div class="fn-value"><p class="fn-short">{escape(value)}</p>{evidence}</div>'


def _refusal(refusal: Refusal, hits: Sequence[Hit], titles: Mapping[str, str]) -> str:
    known = [hit for hit in hits if hit.passage.document_id in titles][:NEAREST_SHOWN]
    items = "".join(f"<li>{_nearest(hit, titles[hit.passage.document_id])}</li>" for hit in known)
    nearest = f'<h3 class="fn-label">Nearest passages</h3><ol class="fn-nearest">{items}</ol>' if items else ""
    return f'<p class="fn-refusal">{escape(refusal.message)}</p>{nearest}'


def _nearest(hit: Hit, title: str) -> str:
    return (
        f'<button class="fn-passage" {_opens(hit)}><cite>{escape(title)}</cite>'
        f"<span>{escape(excerpt(hit.passage.text))}</span></button>"
    )


def excerpt(text: str, *, max_chars: int = EXCERPT_CHARS) -> str:
    """The beginning of a text on one line, ending between words."""
    line = " ".join(text.split())
    if len(line) <= max_chars:
        return line
    cut = line[:max_chars]
    return f"{cut.rpartition(' ')[0] or cut}…"


# ── The article ───────────────────────────────────────────────────────────────────────────────────────────────────


def article_placeholder_html() -> str:
    return '<p class="fn-blank">The article behind an answer opens here, at the sentence it stands on.</p>'


def article_missing_html() -> str:
    return '<p class="fn-blank">This article is no longer in the library.</p>'


def article_html(document: Document, start: int, end: int) -> str:
    """The article around `text[start:end]`, which stands in `<mark id="cited">`; what is left out is said.

    A range that is empty after clamping to the text marks nothing: `<span id="cited">` keeps the place.
    """
    window = window_around(document.text, start, end)
    shows_title = window.first == 0 and _begins_with_title(document)
    title = "" if shows_title else f'<h2 class="fn-title">{escape(document.title)}</h2>'
    earlier = _left_out(document, count=window.first, edge=window.first, words="earlier")
    later = _left_out(document, count=len(document.text) - window.last, edge=window.last, words="later")
    return (
        f'<div class="fn-bar"><div><p class="fn-running">{escape(document.title)}</p>{_article_facts(document, window)}'
        '</div><button type="button" class="fn-back" aria-label="Back to the answer">Back</button></div>'
        f'<article class="fn-paper">{title}{earlier}<div class="fn-text">{_text(document, window)}</div>{later}'
        "</article>"
    )


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
    page = document.page_of(window.start)
    source = _source_link(document.source) or escape(outlet(document.source))
    date = document.published.isoformat() if document.published else None
    facts = _joined(document.author or "", _written_date(date), f"p. {page}" if page else "")
    return _facts(f"{facts} · {source}" if facts and source else facts or source)


def _source_link(source: str) -> str:
    if not _is_web_address(source):
        return ""
    return (
        f'<a href="{escape(source)}" target="_blank" rel="noopener noreferrer nofollow">'
        f'{escape(outlet(source))}<span aria-hidden="true"> ↗</span></a>'
    )


def _left_out(document: Document, *, count: int, edge: int, words: str) -> str:
    """A note of how much is not shown beyond this edge of the window, and a button that moves the window there."""
    if count == 0:
        return ""
    button = f"<button {_opens_at(document.id, edge, edge)}>Show {words} text</button>"
    return f'<p class="fn-left-out">{count:,} {words} characters are not shown. {button}</p>'


def _text(document: Document, window: Window) -> str:
    """`text[first:last]` in paragraphs: take the tags away and exactly that is left."""
    out: list[str] = []
    at = window.first
    for gap_start, gap_end in (*_gaps(document, window), (window.last, window.last)):
        if at < gap_start:
            out.append(f"<p{_paragraph_class(document, at)}>{_marked(document.text, at, gap_start, window)}</p>")
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


def _paragraph_class(document: Document, at: int) -> str:
    if at == 0 and _begins_with_title(document):
        return ' class="fn-title" role="heading" aria-level="2"'
    return ' class="fn-dateline"' if at < document.body_start else ""


def _marked(text: str, first: int, last: int, window: Window) -> str:
    """One paragraph, with the cited range marked if it lies here."""
    if not (first <= window.start and window.end <= last):
        return escape(text[first:last])
    cited = escape(text[window.start : window.end])
    mark = f'<mark id="cited">{cited}</mark>' if cited else '<span id="cited"></span>'
    return f"{escape(text[first : window.start])}{mark}{escape(text[window.end : last])}"


# ── Sources and dates ─────────────────────────────────────────────────────────────────────────────────────────────


def outlet(source: str) -> str:
    """Where an article comes from, in a word: the site of a web address, the name of a file, or the source itself."""
    if _is_web_address(source):
        return (urlsplit(source).hostname or "").removeprefix("www.")
    return PurePosixPath(source.replace("\\", "/")).name


def _is_web_address(source: str) -> bool:
    try:
        parts = urlsplit(source)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # "http://[" is not an address
        return False


def _written_date(iso_date: str | None) -> str:
    """12 March 2024; what is not an ISO date stays as it is."""
    if not iso_date:
        return ""
    try:
        date = dt.date.fromisoformat(iso_date)
    except ValueError:
        return iso_date
    return f"{date.day} {date:%B} {date.year}"


def _joined(*facts: str) -> str:
    return escape(" · ".join(fact for fact in facts if fact))


def _facts(facts: str) -> str:
    return f'<span class="fn-facts">{facts}</span>' if facts else ""
