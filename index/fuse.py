"""Reciprocal rank fusion: several rankings of the same ids -> one. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence


def reciprocal_rank_fusion(rankings: Sequence[Sequence[int]], *, k: int = 10) -> list[tuple[int, float]]:
    """(id, score) sorted by (-score, id), the score being the sum over rankings of 1 / (k + rank), ranks from 1.

    Source: Cormack, Clarke and Buettcher, SIGIR 2009. Their k is 60; 10 finds more here (qa/evaluation/LOG.md).
    """
    scores: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, item in enumerate(ranking, 1):
            scores[item] += 1.0 / (k + rank)
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
