"""What the reader sees of a conversation: an Answer or an error becomes a string of safe HTML.

Knows nothing of Gradio, servers or models. Every word of an article, a question or an answer goes through
`html.escape`; the only elements are the ones written here and in `markup.py`, which also says where words come from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import zip_longest
from pathlib import Path
from string import Template

from index.types import Hit, UserError
from qa.chat.feedback import MAX_CHARS
from qa.chat.markup import date, facts, label, opens, outlet, page_number, quiet_button, said, word
from qa.compose import NOT_FOUND
from qa.types import MARKER, Answer, Citation, Refusal
from qa.writing.types import Written

WEB = Path(__file__).parent / "web"
VERY_LIKELY = 0.85
LIKELY = 0.60
NEAREST_SHOWN = 3
EXCERPT_CHARS = 200
LONG_ANSWER_CHARS = 140  # above it an answer is set as prose, not as a headline
COPY_FORMATS = ("plain", "markdown", "bibtex")
REASONS = ("wrong_answer", "wrong_place", "not_said", "missed")

_KEPT_TOGETHER = 16  # characters

_MARKER = re.compile(rf"\s*{MARKER.pattern}")
_PROSE = ("sentences", "summary")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of an answer's text and the footnotes that stand at its end."""

    text: str
    notes: tuple[Citation, ...]


def shell_html(*, examples: Sequence[str], documents: int, formats: Sequence[str], max_bytes: int) -> str:
    """The empty page. `formats` are the suffixes of the files that can be added, `max_bytes` how large one may be."""
    return _shell().substitute(
        documents=documents, formats=escape(",".join(formats)), max_bytes=max_bytes, chips=chips_html(examples)
    )


@cache
def _shell() -> Template:
    return Template((WEB / "page.html").read_text(encoding="utf-8"))


def chips_html(questions: Sequence[str]) -> str:
    """Questions to ask by a click, as list items."""
    return "".join(f'<li><button type="button" class="fn-chip">{escape(text)}</button></li>' for text in questions)


# ── An exchange of the conversation ───────────────────────────────────────────────────────────────────────────────


def answer_html(answer: Answer, *, titles: Mapping[str, str], searched: int | None = None) -> str:
    """Question and reply. `titles` names the documents of the nearest passages; one without a title is left out.

    `searched` is how many documents were searched, for a refusal to say; None: not known any more.
    """
    return asked_html(answer.question) + _understood(answer) + _reply(answer, titles, searched)


def asked_html(question: str) -> str:
    """The question, and the button that makes it a draft again."""
    return f'<div class="fn-asked"><h2 class="fn-question">{escape(question)}</h2>{_edit(question)}</div>'


def _edit(question: str) -> str:
    return quiet_button("edit", "edit", f'data-question="{escape(question)}"')


def trouble_html(error: UserError) -> str:
    """What happened and what to do next, where the answer would have been."""
    hint = f'<p class="fn-hint">{escape(error.hint)}</p>' if error.hint else ""
    return _trouble(error, hint)


def empty_html(error: UserError) -> str:
    """That there is nothing to ask, with the button that opens the library in place of the hint for the terminal."""
    return _trouble(
        error, f'<button type="button" class="fn-send fn-open" data-panel="library" {word("add_first")}></button>'
    )


def _trouble(error: UserError, below: str) -> str:
    """It begins with a capital, but where a name or what was typed comes first."""
    is_word = str(error).partition(" ")[0].isalpha()
    as_is = "" if is_word else ' class="fn-as-is"'
    return f'<div class="fn-trouble"><p{as_is}>{escape(str(error))}</p>{below}</div>'


def not_kept_html(error: UserError) -> str:
    """A note under an answer that could not be added to the stored conversation."""
    return f'<p class="fn-note">{said("not_kept")} {escape(str(error))}</p>'


def written_html(
    written: Written | None,
    *,
    model: str,
    told: str = "",
    trouble: UserError | None = None,
    bug: bool = False,
    seconds: float | None = None,
) -> str:
    """What a language model wrote so far, below the short answer; with how long it took once it has ended.

    `told` says what it waits for. What went wrong stands below whatever was written until then.
    """
    head = f'<h3 class="fn-label">{said("written_by", model=model)}</h3>'
    text = _written_text(written) if written is not None and not written.answer.refused else ""
    if trouble is not None:
        return head + text + trouble_html(trouble)
    if bug:
        return f'{head}{text}<p class="fn-trouble" {word("bug")}></p>'
    if seconds is None:
        waiting = f'<span class="fn-told">{escape(told)}</span>' if told else said("writing")
        return f'{head}{text}<p class="fn-searching">{waiting}</p>'
    if written is None:
        return f'{head}<p class="fn-note" {word("nothing_written")}></p>'
    below = [said("left_out_sentences", count=written.left_out)] if text and written.left_out else []
    nothing = "" if text else f'<p class="fn-note" {word("refusal_unsupported")}></p>'
    return f'{head}{text}{nothing}<p class="fn-note">{facts(*below, said("took", n=f"{seconds:.1f}"))}</p>'


def kept_html(answer: Answer) -> str:
    """A written answer of a stored conversation."""
    text = _written_text(Written(answer, 0, 0)) if not answer.refused else ""
    nothing = "" if text else f'<p class="fn-note" {word("refusal_unsupported")}></p>'
    return f'<section class="fn-written"><h3 class="fn-label" {word("written")}></h3>{text}{nothing}</section>'


def _written_text(written: Written) -> str:
    answer = written.answer
    text = "".join(_piece(piece) for piece in _pieces(answer.text, answer))
    return f'<p class="fn-short fn-long">{text}</p>{_notes(answer)}'


def tools_html(answer: Answer, *, verdict: str | None = None) -> str:
    """What can be done with an answer: say whether it is right, copy it. Nothing with a reply to a greeting."""
    if answer.refusal is not None and answer.refusal.reason == "not_a_question":
        return ""
    thumbs = "".join(
        quiet_button("thumb", key, f'data-verdict="{way}" aria-pressed="{str(way == verdict).lower()}"')
        for way, key in (("up", "right"), ("down", "wrong"))
    )
    judging = f'<div role="group" {label("judge")}>{said("judge")} {thumbs}</div>'
    return f'<div class="fn-tools">{judging}{"" if answer.refused else _copying()}</div>'


def _copying() -> str:
    buttons = "".join(quiet_button("copy", f"copy_{name}", f'data-format="{name}"') for name in COPY_FORMATS)
    return f'<div role="group" {label("copy")}>{said("copy")} {buttons}</div>'


def why_html() -> str:
    """What can be said of an answer that was called wrong: which way, and what would have been right."""
    reasons = "".join(
        quiet_button("reason", f"reason_{reason}", f'data-reason="{reason}" aria-pressed="false"') for reason in REASONS
    )
    right = f'<input type="text" maxlength="{MAX_CHARS}" {label("correction")} data-word-placeholder="correction">'
    send = f'<button type="submit" class="fn-send" {word("send")}></button>'
    return f'<form class="fn-why"><div role="group" {label("why")}>{said("why")} {reasons}</div>{right}{send}</form>'


def confidence_key(probability: float) -> str:
    """A calibrated probability as the key of a word."""
    if probability >= VERY_LIKELY:
        return "very_likely"
    return "likely" if probability >= LIKELY else "uncertain"


def right_of_ten(probability: float) -> int:
    """How many of ten such answers are right; never none or all, which a model's estimate cannot promise."""
    return min(max(round(probability * 10), 1), 9)


def _understood(answer: Answer) -> str:
    if answer.understood.strip().lower() in ("", answer.question.strip().lower()):  # capitals alone are no news
        return ""
    text = f'<span class="fn-as">{escape(answer.understood)}</span>'
    return f'<p class="fn-understood">{said("understood")} {text} {_edit(answer.understood)}</p>'


def _reply(answer: Answer, titles: Mapping[str, str], searched: int | None) -> str:
    if answer.refusal is not None:
        return _refusal(answer.refusal, answer.hits, titles, searched)
    if answer.kind == "disagreement":
        return _disagreement(answer)
    body = _list(answer) if answer.kind == "list" else _short(answer)
    return body + _confidence(answer.confidence) + _notes(answer)


def _short(answer: Answer) -> str:
    long = answer.kind in _PROSE or len(answer.text) > LONG_ANSWER_CHARS
    text = "".join(_piece(piece) for piece in _pieces(answer.text, answer))
    return f'<p class="fn-short{" fn-long" if long else ""}">{text}</p>'


def _list(answer: Answer) -> str:
    """One item per line; where there is but one line, one per run of text that ends in footnotes."""
    lines = [line for line in answer.text.splitlines() if line.strip()]
    cut = [_pieces(line, answer) for line in lines]
    items = cut if len(cut) > 1 else [[Piece(p.text.strip(" ;,"), p.notes)] for pieces in cut for p in pieces]
    rows = ("".join(_piece(piece) for piece in item) for item in items)
    return f'<ul class="fn-items">{"".join(f"<li>{row}</li>" for row in rows if row.strip(" ."))}</ul>'


def _pieces(text: str, answer: Answer) -> list[Piece]:
    """A text of the answer, cut after its markers. Where a "[1]" would be the article's own, all stand at the end."""
    if not answer.has_markers:
        return [Piece(text, answer.citations)]
    known = {citation.marker: citation for citation in answer.citations}
    parts = _MARKER.split(text)  # text, number, text, number, ... text
    pieces: list[Piece] = []
    for words, number in zip_longest(parts[::2], parts[1::2]):
        notes = (known[int(number)],) if number else ()
        if pieces and notes and not words.strip():  # "[1] [2]"
            pieces[-1] = Piece(pieces[-1].text, pieces[-1].notes + notes)
        else:
            pieces.append(Piece(words, notes))
    return pieces


def _piece(piece: Piece) -> str:
    """The text, its last word (or what is at the end of a very long one) on one line with the markers."""
    if not piece.notes:
        return escape(piece.text)
    cut = max(piece.text.rfind(" ") + 1, len(piece.text) - _KEPT_TOGETHER)
    markers = "".join(
        f'<button class="fn-marker" {opens(c)} {label("footnote", n=c.marker, title=c.title)}>{c.marker}</button>'
        for c in piece.notes
    )
    return f'{escape(piece.text[:cut])}<span class="fn-end">{escape(piece.text[cut:])}{markers}</span>'


def _confidence(probability: float) -> str:
    """Nothing for a probability of 1: no model gives it, it stands for words quoted without a choice to be wrong in."""
    if probability >= 1.0:
        return ""
    key = confidence_key(probability)
    bars = '<span class="fn-bars" aria-hidden="true"><i></i><i></i><i></i></span>'
    meaning = f"<small {word('right_of_ten', n=right_of_ten(probability))}></small>"
    return f'<p class="fn-confidence fn-{key.replace("_", "-")}">{bars} {said(key)} · {meaning}</p>'


# ── Footnotes ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _notes(answer: Answer) -> str:
    """The cited sentences with their footnotes; by their place alone those that stand above already."""
    quotes = {c.marker: _one_line(c.quote) for c in answer.citations}
    said_already = [
        c
        for c in answer.citations
        if quotes[c.marker] in _one_line(answer.text) or quotes.get(c.copy_of or 0) == quotes[c.marker]
    ]
    quoted = "".join(_evidence(c) for c in answer.citations if c not in said_already)
    by_document: dict[str, list[Citation]] = {}
    for citation in said_already:
        by_document.setdefault(citation.document_id, []).append(citation)
    return quoted + "".join(f'<p class="fn-evidence">{_footnote(cited)}</p>' for cited in by_document.values())


def _evidence(citation: Citation, *, said_already: str = "") -> str:
    """The cited sentence as a quotation, unless it was `said_already`, and its footnote."""
    same = citation.quote.strip() == said_already.strip()
    quote = "" if same else f"<blockquote>{_marked_quote(citation)}</blockquote>"
    return f'<figure class="fn-evidence">{quote}<figcaption>{_footnote([citation])}</figcaption></figure>'


def _marked_quote(citation: Citation) -> str:
    found = _find_words(citation.answer, citation.quote)
    if found is None:
        return escape(citation.quote)
    before, words, after = citation.quote[: found[0]], citation.quote[slice(*found)], citation.quote[found[1] :]
    return f"{escape(before)}<mark>{escape(words)}</mark>{escape(after)}"


def _find_words(words: str, text: str) -> tuple[int, int] | None:
    """Where `words` stand in `text`: as whole words if they can be, in the same case if they can be."""
    if not words.strip() or len(words) > 0.9 * len(text):  # to mark nearly all of it would mark nothing
        return None
    literal = re.escape(words.strip())
    for pattern in (rf"(?<!\w){literal}(?!\w)", rf"(?i:(?<!\w){literal}(?!\w))", rf"(?i:{literal})"):
        if match := re.search(pattern, text):
            return match.span()
    return None


def _footnote(citations: Sequence[Citation]) -> str:
    """The number and title of a footnote; the further ones into the same document stand before it as numbers."""
    *further, last = citations
    place, title = escape(outlet(last.source)), escape(last.title)
    if last.quote == last.title:  # an article's title was answered with: it stands above already
        place, title = "", place or title
    numbers = "".join(f'<button class="fn-footnote" {opens(c)}>[{c.marker}]</button> ' for c in further)
    pages = dict.fromkeys(page_number(c.page) for c in citations)
    copied = [said("same_story", n=last.copy_of)] if last.copy_of is not None else []
    return (
        f'{numbers}<button class="fn-footnote" {opens(last)}><span class="fn-number">[{last.marker}]</span> '
        f"<cite>{title}</cite></button>{facts(place, date(last.published), *pages, *copied)}"
    )


# ── Disagreements and refusals ────────────────────────────────────────────────────────────────────────────────────


def _disagreement(answer: Answer) -> str:
    """The values side by side; sources that give the same value share a column.

    No word of confidence: the estimate is for one answer, and "very likely" here would read as "very likely disagree".
    """
    columns: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        columns.setdefault((citation.answer or citation.quote).strip().casefold(), []).append(citation)
    cards = "".join(_value_card(citations) for citations in columns.values())
    return f'<p class="fn-disagree" {word("disagree")}></p><div class="fn-values">{cards}</div>'


def _value_card(citations: Sequence[Citation]) -> str:
    value = citations[0].answer or citations[0].quote
    evidence = "".join(_evidence(citation, said_already=value) for citation in citations)
    return f'<div class="fn-value"><p class="fn-short">{escape(value)}</p>{evidence}</div>'


def _refusal(refusal: Refusal, hits: Sequence[Hit], titles: Mapping[str, str], searched: int | None) -> str:
    """What is not there, where it was looked for, what comes nearest, and what could be done.

    A refusal that says more than that nothing was found looked at one article or at titles: how many is not said.
    """
    plain = refusal.message == NOT_FOUND
    attributes, text = (word("refusal_not_found"), "") if plain else ("", escape(refusal.message))
    message = f'<p class="fn-refusal" {attributes}>{text}</p>'
    if refusal.reason != "not_found":
        return message
    known = [hit for hit in hits if hit.passage.document_id in titles][:NEAREST_SHOWN]
    items = "".join(f"<li>{_nearest(hit, titles[hit.passage.document_id])}</li>" for hit in known)
    nearest = f'<h3 class="fn-label" {word("nearest")}></h3><ol class="fn-nearest">{items}</ol>' if items else ""
    looked = said("looked_in", count=searched) if plain and searched is not None else ""
    add = quiet_button("open", "add_one", 'data-panel="library"')
    return f'{message}<p class="fn-looked">{looked} {add}</p>{nearest}'


def _nearest(hit: Hit, title: str) -> str:
    return (
        f'<button class="fn-passage" {opens(hit)}><cite>{escape(title)}</cite>'
        f"<span>{escape(excerpt(hit.passage.text))}</span></button>"
    )


def excerpt(text: str, *, max_chars: int = EXCERPT_CHARS) -> str:
    """The beginning of a text on one line, ending between words."""
    line = _one_line(text)
    if len(line) <= max_chars:
        return line
    cut = line[:max_chars]
    return f"{cut.rpartition(' ')[0] or cut}…"


def _one_line(text: str) -> str:
    return " ".join(text.split())
