"""A question and what was answered -> a row that says whether it is right. Knows no model, no library and no file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from qa.evaluation.metrics import all_of, exact_match, mentions, token_f1
from qa.evaluation.questions import Question
from qa.types import Answer, Citation, Kind

_SEVERAL: tuple[Kind, ...] = ("list", "sentences", "disagreement")  # kinds that offer one answer per footnote


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one question. `expected` is empty exactly when it is unanswerable.

    A question that failed has an `error`; it counts as neither answered nor refused and has no confidence.
    """

    id: str
    question: str
    expected: tuple[str, ...]
    near_miss: bool = False  # see `questions.near_misses`
    answer: str = ""
    kind: Kind | None = None
    confidence: float | None = None  # that the best answer found is right, given or withheld
    refused: bool = False
    right: bool = False
    exact_match: bool = False
    f1: float = 0.0
    citations: tuple[Citation, ...] = ()
    seconds: float = 0.0  # for this question alone, without its history
    error: str | None = None

    @property
    def answerable(self) -> bool:
        return bool(self.expected)

    @property
    def answered(self) -> bool:
        return self.error is None and not self.refused

    @property
    def certainty(self) -> float:
        """How sure the decision is: the confidence of an answer, what is left of 1 for a refusal, 0 for a failure."""
        confidence = self.confidence or 0.0
        return 1.0 - confidence if self.refused else confidence

    def to_json(self) -> dict[str, Any]:
        """The row of `footnote eval --json`."""
        changed = {"expected": list(self.expected), "citations": [_footnote(citation) for citation in self.citations]}
        return asdict(self) | changed


def judged(question: Question, answer: Answer, *, seconds: float) -> Row:
    """The row of a question that was answered or refused."""
    shown = answer.citations[0].answer if _one_sentence(answer) else answer.words
    return Row(
        id=question.id,
        question=question.question,
        expected=question.answers,
        near_miss=question.near_miss,
        answer="" if answer.refused else answer.text,
        kind=answer.kind,
        confidence=float(answer.confidence),
        refused=answer.refused,
        right=is_right(question, answer),
        exact_match=answer.refused if question.unanswerable else exact_match(shown, question.answers),
        f1=float(answer.refused) if question.unanswerable else token_f1(shown, question.answers),
        citations=answer.citations,
        seconds=seconds,
    )


def failed(question: Question, error: Exception, *, seconds: float) -> Row:
    """The row of a question that could not be answered: wrong, and counted."""
    message = f"{type(error).__name__}: {error}"
    return Row(
        question.id, question.question, question.answers, near_miss=question.near_miss, seconds=seconds, error=message
    )


def is_right(question: Question, answer: Answer) -> bool:
    """The rule by which an answer counts.

    1. No answer is expected: right exactly when refused.
    2. An answer is expected: a refusal is wrong.
    3. `all_of` is given: the text shown names every value, whatever `answers` says.
    4. A language model wrote the text: it names one of the answers.
    5. Otherwise one of these equals one of the answers, by SQuAD's normalised exact match: the text shown without its
       footnote markers; for a list, quoted sentences or a disagreement, also the answer in any footnote.

    SQuAD's exact match and F1 look at the text shown; where that is one quoted sentence, at the words marked in it.
    """
    if question.unanswerable or answer.refused:
        return question.unanswerable and answer.refused
    if question.all_of:
        return all_of(answer.words, question.all_of)
    if answer.kind == "generated":
        return any(mentions(answer.words, value) for value in question.answers)
    return any(exact_match(offered, question.answers) for offered in _offered(answer))


def _offered(answer: Answer) -> list[str]:
    also = [citation.answer for citation in answer.citations] if answer.kind in _SEVERAL else []
    return [answer.words, *also]


def _one_sentence(answer: Answer) -> bool:
    return answer.kind == "sentences" and len(answer.citations) == 1 and bool(answer.citations[0].answer)


def _footnote(citation: Citation) -> dict[str, Any]:
    return {
        "document": citation.document_id,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
    }
