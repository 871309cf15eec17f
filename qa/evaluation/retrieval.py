"""How high the first relevant passage stands, without any answering. Knows no library: a search is handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from index.types import Hit
from qa.evaluation.metrics import mentions, mrr_at, ndcg_at, normalise, recall_at
from qa.evaluation.questions import Question

Search: TypeAlias = Callable[[str, int], list[Hit]]

_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class RetrievalMetrics:
    """Over the questions that could be judged; `skipped` counts the others. See `retrieval` for what is relevant."""

    questions: int
    skipped: int
    recall_at_1: float | None
    recall_at_5: float | None
    recall_at_20: float | None
    mrr_at_10: float | None
    ndcg_at_10: float | None


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """What a search finds, without any answering."""

    metrics: RetrievalMetrics

    def to_json(self) -> dict[str, Any]:
        """`{"metrics": {...}, "rows": []}`: a search gives hits, not rows of answers."""
        return {"metrics": asdict(self.metrics), "rows": []}


def retrieval(search: Search, questions: Iterable[Question]) -> RetrievalReport:
    """How high the first relevant hit stands. `search(question, 20)` returns hits, nearest first.

    A hit is relevant when its passage mentions an answer (normalised tokens side by side) or lies in a document named
    by `evidence`. "Yes" and "no" are never looked for in a text. Unanswerable questions are skipped, and so are those
    that name neither evidence nor an answer to look for. The question is searched for as written, without its history.
    """
    asked = list(questions)
    judged = [
        question for question in asked if not question.unanswerable and (question.evidence or _verbatim(question))
    ]
    relevance = [[_relevant(hit, question) for hit in search(question.question, _DEEPEST)] for question in judged]
    ranks = [found.index(True) + 1 if True in found else None for found in relevance]
    return RetrievalReport(
        RetrievalMetrics(
            questions=len(judged),
            skipped=len(asked) - len(judged),
            recall_at_1=recall_at(ranks, 1),
            recall_at_5=recall_at(ranks, 5),
            recall_at_20=recall_at(ranks, 20),
            mrr_at_10=mrr_at(ranks, 10),
            ndcg_at_10=ndcg_at(relevance, 10),
        )
    )


def _relevant(hit: Hit, question: Question) -> bool:
    if hit.passage.document_id in question.evidence:
        return True
    return any(mentions(hit.passage.text, answer) for answer in _verbatim(question))


def _verbatim(question: Question) -> list[str]:
    return [answer for answer in question.answers if normalise(answer) not in ("", "yes", "no")]
