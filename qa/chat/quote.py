"""An answer with its footnotes, to be pasted elsewhere: plain text, Markdown, BibTeX. Pure.

Every word of an article, a question or an answer is escaped for where it goes: text stays text, never markup.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

from index.types import Document
from qa.chat.conversations import Conversation, still_there
from qa.show import is_web_address, place, sure
from qa.types import MARKER, Answer, Citation, Kind

_LEADS: dict[Kind, str] = {
    "disagreement": "The articles disagree: ",
    "generated": "Written out by a language model: ",
}

# ── Plain text ────────────────────────────────────────────────────────────────────────────────────────────────────


def plain(*answers: Answer) -> str:
    """The answers with an empty line after each, then a footnote per citation, numbered through.

    A refusal is its sentence.
    """
    texts, notes = list[str](), list[str]()
    for answer in answers:
        numbers = _numbers(answer, first=len(notes) + 1)
        texts.append(_plain_text(answer, numbers))
        for c in answer.citations:
            notes.append(f"[{numbers[c.marker]}] “{_one_line(c.quote)}”\n    {', '.join(_facts(c))}")
    return "\n\n".join([*texts, *(["\n".join(notes)] if notes else [])])


def _plain_text(answer: Answer, numbers: dict[int, int]) -> str:
    if answer.refusal is not None:
        return answer.refusal.message
    if answer.has_markers:
        return _lead(answer) + MARKER.sub(lambda marker: f"[{numbers[int(marker[1])]}]", answer.text)
    return _lead(answer) + answer.text + "".join(f" [{number}]" for number in numbers.values())


def _numbers(answer: Answer, first: int) -> dict[int, int]:
    """Marker -> the number of its footnote, from `first`."""
    return {citation.marker: first + n for n, citation in enumerate(answer.citations)}


def _facts(citation: Citation) -> list[str]:
    """Title, date, page and place, those that are known."""
    page = f"p. {citation.page}" if citation.page is not None else ""
    facts = [_one_line(citation.title), citation.published or "", page, place(citation.source)]
    return [fact for fact in facts if fact]


def _lead(answer: Answer) -> str:
    return _LEADS.get(answer.kind, "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


# ── Markdown ──────────────────────────────────────────────────────────────────────────────────────────────────────

_INLINE = re.compile(r"[\\`*_\[\]<>~|&$^{}]|:(?=//)|(?<=www)\.|@", re.IGNORECASE)  # the last three: GitHub's own links
_LINE_START = re.compile(r"^(\d{1,9})([.)])|^([#+=-])")


def markdown(*answers: Answer) -> str:
    """The answers with footnotes as [^1], which GitHub, pandoc and Obsidian read."""
    texts, notes = list[str](), list[str]()
    for answer in answers:
        text, more = markdown_parts(answer, first=len(notes) + 1)
        texts.append(text)
        notes += more
    return "\n\n".join([*texts, *notes])


def markdown_parts(answer: Answer, first: int = 1) -> tuple[str, list[str]]:
    """(the text, one line per footnote), the footnotes numbered from `first`, so that several answers make one page."""
    if answer.refusal is not None:
        return markdown_text(answer.refusal.message), []
    numbers = _numbers(answer, first)
    text = _lead(answer) + _with_references(answer, numbers)
    return text, [f"[^{numbers[c.marker]}]: “{markdown_text(c.quote)}” {_markdown_facts(c)}" for c in answer.citations]


def _with_references(answer: Answer, numbers: dict[int, int]) -> str:
    if not answer.has_markers:
        return markdown_text(answer.text) + "".join(f"[^{number}]" for number in numbers.values())
    paragraphs = [line for line in answer.text.splitlines() if line.strip()]
    return "\n\n".join("".join(_referring(line, numbers)) for line in paragraphs)


def _referring(line: str, numbers: dict[int, int]) -> Iterator[str]:
    """A line with its markers, and the space before each, exchanged for references."""
    end = 0
    for marker in MARKER.finditer(line):
        if (number := int(marker.group(1))) in numbers:
            yield _between(line[end : marker.start()].rstrip(), after_marker=end > 0)
            yield f"[^{numbers[number]}]"
            end = marker.end()
    yield _between(line[end:].rstrip(), after_marker=end > 0)


def _between(piece: str, *, after_marker: bool) -> str:
    if not after_marker:
        return markdown_text(piece)
    return re.sub(r"^[(:]", r"\\\g<0>", _escaped(piece))  # [^1](x) would be a link, [^1]: x a footnote


def markdown_text(text: str) -> str:
    """One line that Markdown shows as exactly these words (white space made single)."""
    return _LINE_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", _escaped(text).strip())


def _escaped(text: str) -> str:
    """Without the trouble that a line's start can make; a space at either end stays."""
    return _INLINE.sub(r"\\\g<0>", re.sub(r"\s+", " ", text))


def _markdown_facts(citation: Citation) -> str:
    title, *facts = _facts(citation) if citation.title.strip() else ["", *_facts(citation)]
    shown = [f"*{markdown_text(title)}*"] if title else []
    for fact in facts:
        shown.append(f"<{_web_address(fact)}>" if is_web_address(fact) else markdown_text(fact))
    return ", ".join(shown)


def conversation_markdown(conversation: Conversation, *, document_of: Callable[[str], Document | None]) -> str:
    """Title, then each question as a heading with its answers, then all footnotes, numbered through.

    A footnote says when it no longer stands: `document_of` gives a document by its id, None for one that was removed.
    """
    blocks, notes = [f"# {markdown_text(conversation.summary.title)}"], list[str]()
    for exchange in conversation.exchanges:
        blocks.append(f"## {markdown_text(exchange.answer.question)}")
        for answer in exchange.answers:
            text, footnotes = markdown_parts(answer, first=len(notes) + 1)
            blocks.append(text if answer is exchange.written else text + sure(answer))
            for note, citation in zip(footnotes, answer.citations, strict=True):
                notes.append(note + _standing(citation, document_of(citation.document_id)))
    return "\n\n".join([*blocks, *notes]) + "\n"


def _standing(citation: Citation, document: Document | None) -> str:
    if document is None:
        return " (no longer in the library)"
    return "" if still_there(citation, document) else " (the article has changed since)"


# ── BibTeX ────────────────────────────────────────────────────────────────────────────────────────────────────────

# No \{ and \}: BibTeX counts braces without looking for the backslash.
_BIBTEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {character: f"\\{character}" for character in "$&#%_"}


def bibtex(citations: Sequence[Citation]) -> str:
    """One entry per document, its quotes in the note: @online for a web address, @misc for a file.

    A document has the same key each time it is copied, and no two documents share one.
    """
    by_document: dict[tuple[str, str], list[Citation]] = {}
    for citation in citations:
        by_document.setdefault((citation.document_id, citation.source), []).append(citation)
    return "\n\n".join(_entry(cited) for cited in by_document.values())


def bibtex_text(text: str) -> str:
    """One line that LaTeX prints as exactly these characters; its braces are balanced."""
    return "".join(_BIBTEX.get(character, character) for character in _one_line(text))


def _entry(cited: Sequence[Citation]) -> str:
    first = cited[0]
    kind, where = "misc", f"howpublished = {{{bibtex_text(place(first.source))}}}"
    if is_web_address(first.source):
        kind, where = "online", f"url = {{{_web_address(first.source)}}}"
    fields = [
        f"title = {{{{{bibtex_text(first.title)}}}}}",  # double braces keep its capitals
        where,
        *([f"date = {{{bibtex_text(first.published)}}}"] if first.published else []),
        f"note = {{{'; '.join(dict.fromkeys(_bibtex_note(citation) for citation in cited))}}}",
    ]
    body = "".join(f"  {field},\n" for field in fields)
    return f"@{kind}{{{_key(first)},\n{body}}}"


def _bibtex_note(citation: Citation) -> str:
    page = f" (p. {citation.page})" if citation.page is not None else ""
    return f"``{bibtex_text(citation.quote)}''{page}"


def _key(citation: Citation) -> str:
    """The first long word of the title, the year, and a mark of where it comes from: `regions2024-1c9f03ab`."""
    folded = unicodedata.normalize("NFKD", citation.title).encode("ascii", "ignore").decode().lower()
    word = next(iter(re.findall(r"[a-z]{4,}", folded)), "article")
    identity = f"{citation.document_id}\0{citation.source}".encode("utf-8", "surrogatepass")
    return f"{word}{(citation.published or '')[:4]}-{hashlib.sha256(identity).hexdigest()[:8]}"


def _web_address(url: str) -> str:
    """Without the characters that would end an address in Markdown or BibTeX, or escape something there."""
    return quote(url, safe="!#$%&'()*+,-./:;=?@[]_~", errors="replace")
