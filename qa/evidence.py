"""Scored spans -> one decision: an answer, two that disagree, or none. Pure.

How sure a span is, is the probability that it is right: a logistic model over features that a person could check,
whose numbers come from `Calibration`.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.chunk import sentences
from index.copies import Said
from index.types import Hit, ModelError, Passage
from qa.disagree import disagree
from qa.lists import MARK
from qa.reader import Span
from qa.same import same_answer
from qa.words import capitalised, content_words, share_missing, words, years

FEATURES = (
    "score",
    "words_missing_nearby",
    "most_words_missing",
    "names_missing_nearby",
    "missing_year",
    "found_behind",
)

_NEARLY = 0.1  # this much less sure than the best, another value is a disagreement too; see qa/evaluation/LOG.md
_MOST_AGREEING = 2
MOST_COPIES = 2  # that get a footnote of their own
_CONTEXT_CHARS = 30  # around an answer, by which its place in a copy is told from other places of the same words
_HOW = re.compile(r"\bhow (?:long|old|often|far)\b", re.IGNORECASE)  # the second word need not stand nearby
_MOST = 2 / 3  # of the question's words
_MOST_BEHIND = 0.03  # below the score of the nearest passage; further says little more (qa/evaluation/LOG.md)
_MOST_SCORE = 12.0  # beyond it a logit says nothing more


@dataclass(frozen=True, slots=True)
class Calibration:
    """How sure a span is, by logistic regression on articles that training never saw, and where to say no."""

    weights: tuple[float, ...]  # of FEATURES
    intercept: float
    threshold: float  # below it the answer is a refusal
    second_threshold: float  # from this confidence on, another value elsewhere is a disagreement whatever the best has

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Raises ModelError when the file is missing or made for other features."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if tuple(data["features"]) != FEATURES:
                raise ValueError(f"made for the features {data['features']}")
            return cls(tuple(data["weights"]), data["intercept"], data["threshold"], data["second_threshold"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"the calibration {path} cannot be used: {error}", "install Footnote again") from error

    def probability(self, features: Sequence[float]) -> float:
        total = self.intercept + sum(w * x for w, x in zip(self.weights, features, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


@dataclass(frozen=True, slots=True)
class Decision:
    """The spans to show, best first, and the probability that the best is right. No spans: refuse.

    Two spans disagree. `agreeing` are spans of other documents that give the same answer as the only one, each of
    another story; `copies` is that very answer where other documents tell the story of the only one.
    """

    spans: tuple[Span, ...]
    confidence: float
    agreeing: tuple[Span, ...] = ()
    copies: tuple[Span, ...] = ()


def decide(
    question: str,
    spans: Sequence[Span],
    calibration: Calibration,
    hits: Sequence[Hit],
) -> Decision:
    """The most probable of the `spans` that the reader found in `hits`, the first of equal ones.

    What a span's surroundings lack of the question counts in the choice, and how far behind the nearest its passage was
    found. The copies of a hit were not read.
    """
    if not spans:
        return Decision((), 0.0)
    behind = found_behind(hits)
    sure = {span: calibration.probability(features(question, span, behind[span.passage.id])) for span in spans}
    best = max(spans, key=lambda span: sure[span])
    confidence = sure[best]
    if confidence < calibration.threshold:
        return Decision((), confidence)
    enough = max(calibration.threshold, min(calibration.second_threshold, confidence - _NEARLY))
    rival = _rival(question, best, sure, enough)
    if rival:
        return Decision((best, rival), confidence)
    agreeing: list[Span] = []
    copies = next((hit.copies for hit in hits if hit.passage.id == best.passage.id), ())
    repeating: dict[str, Span] = {span.passage.document_id: span for span in _in_copies(best, copies)}
    for span in _same_elsewhere(best, sure, calibration.threshold):
        if not any(_tells(span, other) for other in (best, *agreeing)):
            agreeing.append(span)
        elif _tells(span, best):
            repeating.setdefault(span.passage.document_id, span)
    return Decision((best,), confidence, tuple(agreeing[:_MOST_AGREEING]), tuple(repeating.values())[:MOST_COPIES])


def _same_elsewhere(best: Span, sure: Mapping[Span, float], threshold: float) -> Iterator[Span]:
    """The same answer in other documents, one span for each, where it would be given by itself too."""
    seen = {best.passage.document_id}
    for span, probability in sure.items():
        if span.passage.document_id in seen or not same_answer(span.text, best.text):
            continue
        if probability >= threshold:
            seen.add(span.passage.document_id)
            yield span


def _in_copies(best: Span, copies: Sequence[Passage]) -> Iterator[Span]:
    """The answer where each copy of its passage has it; nothing of a copy that says it in other words."""
    before = best.start - best.passage.start
    around = best.passage.text[max(0, before - _CONTEXT_CHARS) : before + len(best.text) + _CONTEXT_CHARS]
    wanted = set(words(around))
    for passage in copies:
        places = [found.start() for found in re.finditer(re.escape(best.text), passage.text)]
        if places:
            shared = {
                at: len(
                    wanted
                    & set(words(passage.text[max(0, at - _CONTEXT_CHARS) : at + len(best.text) + _CONTEXT_CHARS]))
                )
                for at in places
            }
            start = passage.start + max(places, key=lambda at: shared[at])
            yield Span(passage, start, start + len(best.text), best.text, best.score)


def _tells(one: Span, other: Span) -> bool:
    """Whether the sentence of one stands in the passage of the other, word for word or nearly: a story told twice."""
    said = Said()
    said.add(f"{other.passage.lead} {other.passage.text}")
    return said.covers(_sentence(one))


def _sentence(span: Span) -> str:
    """The sentences of its passage that the span touches."""
    passage = span.passage
    start, end = span.start - passage.start, span.end - passage.start
    return " ".join(passage.text[a:b] for a, b in _sentences(passage.text) if a < end and b > start) or span.text


@functools.lru_cache(maxsize=64)  # the spans of a question lie in a few passages
def _sentences(text: str) -> list[tuple[int, int]]:
    return sentences(text)


def _rival(question: str, best: Span, sure: Mapping[Span, float], threshold: float) -> Span | None:
    """Another value of the same thing, from another document, that would be answered with confidence by itself."""
    for span, probability in sure.items():
        if span.passage.document_id == best.passage.document_id or probability < threshold:
            continue
        if disagree(question, best, span) and not (_tells(span, best) or _tells(best, span)):
            return span  # and no story in two places, which say both
    return None


def found_behind(hits: Sequence[Hit]) -> dict[int, float]:
    """By how much the score of each passage, by its id, is below that of the nearest."""
    nearest = max((hit.score for hit in hits), default=0.0)
    return {hit.passage.id: nearest - hit.score for hit in hits}


def features(question: str, span: Span, behind: float) -> tuple[float, ...]:
    """Values in the order of FEATURES: the span's score, what its surroundings lack of the question, and `behind`.

    The share of the question's words that do not stand nearby, and whether (1 or 0) that is most of them; the share of
    its names; and whether the question names a year and none of its years stands in the passage or in what leads to it.
    `behind` is how far behind the nearest passage that of the span was found.
    """
    nearby, passage, asked_years = _nearby(span), span.passage, years(question)
    missing = share_missing(content_words(_HOW.sub("how", question)), nearby)
    around = f"{passage.title} {passage.lead} {passage.text}"
    return (
        max(-_MOST_SCORE, min(_MOST_SCORE, span.score)),
        missing,
        float(missing > _MOST),
        share_missing(capitalised(question), nearby),
        float(bool(asked_years) and asked_years.isdisjoint(years(around))),
        min(behind, _MOST_BEHIND),
    )


def _nearby(span: Span) -> str:
    """The title, the sentences that the span touches, and the one before them, where what it speaks of is named.

    Of an item of a list it is named in the sentence that introduces the list.
    """
    passage = span.passage
    text = f"{passage.lead} {passage.text}" if passage.lead else passage.text
    shift = len(text) - len(passage.text) - passage.start
    places = _sentences(text)
    touched = [n for n, (a, b) in enumerate(places) if a < span.end + shift and b > span.start + shift]
    if not touched:
        return f"{passage.title} {span.text}"
    before = touched[0] - 1
    while before > 0 and all(MARK.match(text, places[at][0]) for at in (touched[0], before)):
        before -= 1
    some = places[max(0, before) : before + 1] + places[touched[0] : touched[-1] + 1]
    return " ".join([passage.title, *(text[a:b] for a, b in some)])
