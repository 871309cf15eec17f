"""Several rankings of the same ids -> one, by their ranks or by their scores. Pure."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

LEAST_WEIGHT, MOST_WEIGHT = 0.65, 0.95  # of the cosine; BM25 has the rest (qa/evaluation/LOG.md)
LED = 5  # the nearest stands out by what it is nearer than this one


def score_fusion(cosines: Mapping[int, float], bm25: Mapping[int, float]) -> list[tuple[int, float]]:
    """(id, score) sorted by (-score, id): the weighted sum of the cosine and of BM25 over its highest value.

    Every id has a cosine; one without a BM25 score has none of the query's words among the best, and counts 0 there.
    The more the nearest stands out, the more the cosines count.
    """
    weight, highest = dense_weight(cosines.values()), max(bm25.values(), default=0.0) or 1.0
    scores = {
        item: weight * cosine + (1.0 - weight) * bm25.get(item, 0.0) / highest for item, cosine in cosines.items()
    }
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def dense_weight(cosines: Iterable[float]) -> float:
    """LEAST_WEIGHT, and the lead of the highest cosine over the LEDth (or the last, when there are fewer)."""
    nearest = heapq.nlargest(LED, cosines)
    return min(MOST_WEIGHT, LEAST_WEIGHT + nearest[0] - nearest[-1]) if nearest else LEAST_WEIGHT


def reciprocal_rank_fusion(rankings: Sequence[Sequence[int]], *, k: int = 10) -> list[tuple[int, float]]:
    """(id, score) sorted by (-score, id), the score being the sum over rankings of 1 / (k + rank), ranks from 1.

    Source: Cormack, Clarke and Buettcher, SIGIR 2009. Their k is 60; 10 finds more here (qa/evaluation/LOG.md).
    """
    scores: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, item in enumerate(ranking, 1):
            scores[item] += 1.0 / (k + rank)
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
