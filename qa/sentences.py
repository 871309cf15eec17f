"""Which sentences to quote: those of a document that sum it up, those of some passages that speak of a topic. Pure.

By words alone: the measure of a sentence is how much of the document's (or the question's) vocabulary it carries.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.chunk import chunk, sentences, unbulleted
from index.types import Document, Passage
from qa.reader import Span
from qa.words import content_words, share_unnamed, words

_SHORTEST_CHARS, _LONGEST_CHARS = 40, 360  # outside them a sentence is a scrap or a list
_LEANS_BACK = re.compile(
    r"(?:it|its|he|his|she|her|they|their|this|that|these|those|but|and|so|such)\b|\W"
    r"|(?:q|a|question|answer|present|attendees|in attendance|apologies)\s?:"  # of an interview, of a meeting
    r"|(?:the )?(?:questions were asked|interview(?:ed)?|photo(?:graph)?s|reporting) by\b"
    r"|(?-i:[A-Z])[\w.]*(?: \w+)?, you\b|.*\?$",  # to somebody who answers
    re.IGNORECASE,
)
_ROW = re.compile(r"[^:;\n]+: [^;\n]+; [^:;\n]+: ")  # of a table
_CHARS_PER_SENTENCE = 900  # a summary takes one sentence for so much text
_FEWEST, _MOST = 2, 6
_OPENS = re.compile(r"(?:(?:^|\n)[^\w\n]*|(?:^|\s)\d{1,3}[.)]\s*)$")  # where a line begins, or its text behind a number
_SENTENCE_END = re.compile(r"[.!?…:;,。！？][\"'”’)\]]*$")
_IN_SENTENCES = re.compile(r"\b(?:am|are|can|did|do|does|had|has|have|is|may|must|not|was|were|will|would)\b|[:;,?!]")
_RUN_IN_WORDS, _HEADING_WORDS = 3, 6  # at most, of a heading that text goes on behind, and of one on its own line
_MOST_UNDER = 2


def sentences_of(passage: Passage) -> list[Span]:
    """The sentences of a passage, in order."""
    return [
        Span(passage, passage.start + start, passage.start + end, passage.text[start:end], 0.0)
        for start, end in ((unbulleted(passage.text, start), end) for start, end in sentences(passage.text))
    ]


def on_its_line(document: Document, start: int, end: int) -> Span:
    """These characters of a document, in a passage that is their line."""
    line_start = document.text.rfind("\n", 0, start) + 1
    line_end = document.text.find("\n", end)
    stop = len(document.text) if line_end < 0 else line_end
    line = Passage(0, document.id, line_start, stop, document.text[line_start:stop], document.title)
    return Span(line, start, end, document.text[start:end], 0.0)


def sentence_around(span: Span) -> Span:
    """The whole sentences of its passage that a span stands in."""
    touched = [s for s in sentences_of(span.passage) if s.start < span.end and s.end > span.start] or [span]
    start, end = touched[0].start, touched[-1].end
    text = span.passage.text[start - span.passage.start : end - span.passage.start]
    return replace(span, start=start, end=end, text=text)


def summary(document: Document) -> list[Span]:
    """The sentences that sum a document up, in reading order: its first, then those richest in its frequent words.

    Words already covered count less (SumBasic, Nenkova and Vanderwende 2005), so that no two say the same.
    """
    found = [span for passage in chunk(document) for span in sentences_of(passage)]
    whole = [span for span in found if _stands_alone(span.text)] or found
    if not whole:
        return []
    labels = Counter(span.text.partition(": ")[0] for span in found)
    told = {span: _told(span.text, labels) for span in found}
    weights = Counter(word for carried in told.values() for word in carried)
    chosen = [whole[0]]
    wanted = min(_MOST, max(_FEWEST, round(len(document.text) / _CHARS_PER_SENTENCE)), len(whole))
    while len(chosen) < wanted:
        covered = set().union(*(told[span] for span in chosen))
        rest = [span for span in whole if span not in chosen]
        chosen.append(max(rest, key=lambda span: _weight(told[span] - covered, weights, span)))
    return sorted(chosen, key=lambda span: span.start)


def _told(sentence: str, labels: Counter[str]) -> set[str]:
    """Its content words, without those of a label that others have too: of a speaker's name, in an interview."""
    label, _, said = sentence.partition(": ")
    return content_words(said if said and labels[label] > 1 else sentence)


def _stands_alone(sentence: str) -> bool:
    is_plain = not (_LEANS_BACK.match(sentence) or _ROW.match(sentence))
    return is_plain and _SHORTEST_CHARS <= len(sentence) <= _LONGEST_CHARS


def _weight(fresh: set[str], weights: Counter[str], span: Span) -> float:
    return sum(weights[word] for word in fresh if weights[word] > 1) / math.sqrt(len(span.text))


def may_miss(topic: str) -> float:
    """The share of a topic's words that a sentence may lack and still speak of it: none of two, half of more."""
    return 0.5 if len(content_words(topic)) > 2 else 0.0


def speaking_of(topic: str, passages: Iterable[Passage], *, most: int = 3) -> list[Span]:
    """The sentences that hold the most of the topic's words: all of them, or half of three and more.

    Best first; equal ones in the order of the passages. Headings are none: where only a heading of a document names the
    topic, the sentences under it speak of it.
    """
    if not content_words(topic):
        return []
    spans = [span for passage in passages for span in sentences_of(passage)]
    missing = {span: share_unnamed(topic, span.text) for span in spans}
    enough = [span for span in spans if missing[span] <= may_miss(topic)]
    told = {span.passage.document_id for span in enough if not _is_heading(span)}
    found: dict[Span, float] = {}
    for span in enough:
        if not _is_heading(span):
            found[span] = missing[span]
        elif span.passage.document_id not in told:
            found |= dict.fromkeys(_under(span, spans) or [span], missing[span])
    return sorted(found, key=lambda span: found[span])[:most]


def _is_heading(span: Span) -> bool:
    """A few words without a verb, so far as that shows: a line of their own, or before a paragraph, as "3. Fence."."""
    passage, at = span.passage, span.start - span.passage.start
    before, behind = passage.text[:at], passage.text[at + len(span.text) :]
    if "\n" in span.text or _IN_SENTENCES.search(span.text[:-1]):
        return False
    if not _SENTENCE_END.search(span.text):
        is_line = not behind or behind.startswith("\n")
        return is_line and len(words(span.text)) <= _HEADING_WORDS and bool(_OPENS.search(before))
    is_few = span.text[-1] in ".:" and len(words(span.text)) <= _RUN_IN_WORDS
    return is_few and not behind.startswith("\n") and bool(_OPENS.search(f"{passage.lead} {before}".lstrip(" ")))


def _under(heading: Span, spans: Iterable[Span]) -> list[Span]:
    """The first sentences of the paragraph under a heading, as far as they are among the spans."""
    found: list[Span] = []
    end, gap = heading.end, 2  # line feeds at most between the two
    following = (s for s in spans if s.passage.document_id == heading.passage.document_id and s.start >= end)
    for span in sorted(following, key=lambda span: span.start):
        if span.start - end > gap or _is_heading(span) or len(found) == _MOST_UNDER:
            break
        found.append(span)
        end, gap = span.end, 1
    return found


def in_reading_order(spans: Sequence[Span]) -> list[Span]:
    """By document, in the order in which the documents first come, then by place."""
    documents = list(dict.fromkeys(span.passage.document_id for span in spans))
    return sorted(spans, key=lambda span: (documents.index(span.passage.document_id), span.start))
