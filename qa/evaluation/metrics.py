"""The numbers of question answering: exact match, F1, ranking, calibration. Pure; knows no assistant and no file.

Lists of numbers in, a number out; None where it is undefined (no rows, one class only). Paired arguments have one
length, else ValueError.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = Sequence[float] | Sequence[bool] | Floats

BINS = 15  # of the calibration error, as in Guo et al. 2017

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


# ── Texts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def normalise(text: str) -> str:
    """Lower case, no ASCII punctuation, no English articles, single spaces: SQuAD's evaluate-v2.0.py."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(prediction: str, golds: Sequence[str]) -> bool:
    """Whether the prediction is one of the golds, normalised. "" means no answer: right when there is no gold."""
    if not prediction or not golds:
        return not prediction and not golds
    return normalise(prediction) in {normalise(gold) for gold in golds}


def token_f1(prediction: str, golds: Sequence[str]) -> float:
    """The best harmonic mean of token precision and recall over the golds; "" means no answer, as in `exact_match`."""
    if not prediction or not golds:
        return float(not prediction and not golds)
    return max(_overlap_f1(normalise(prediction).split(), normalise(gold).split()) for gold in golds)


def _overlap_f1(predicted: list[str], gold: list[str]) -> float:
    if not predicted or not gold:
        return float(predicted == gold)
    shared = sum((Counter(predicted) & Counter(gold)).values())
    return 2 * shared / (len(predicted) + len(gold))


def mentions(text: str, value: str) -> bool:
    """Whether the value's normalised tokens stand side by side in the text's. A value without tokens is not found."""
    wanted = normalise(value)
    return bool(wanted) and f" {wanted} " in f" {normalise(text)} "


def all_of(prediction: str, values: Sequence[str]) -> bool:
    """Whether every value is mentioned in the prediction."""
    return all(mentions(prediction, value) for value in values)


# ── Confidence ────────────────────────────────────────────────────────────────────────────────────────────────────


def auroc(scores: Numbers, labels: Numbers) -> float | None:
    """The chance that a random positive scores above a random negative, a tie counting half. None for one class."""
    scored, positive = _paired(scores, labels)
    positives = int(positive.sum())
    negatives = len(scored) - positives
    if not positives or not negatives:
        return None
    _, group, sizes = np.unique(scored, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[group]  # (n,) from 1, ties share their mean rank
    above = float(ranks[positive > 0].sum()) - positives * (positives + 1) / 2  # Mann-Whitney U
    return above / (positives * negatives)


@dataclass(frozen=True, slots=True)
class Bin:
    """The rows whose stated probability falls into one bin: how many, their mean probability, their share right."""

    count: int
    probability: float
    right: float


def calibration_bins(probabilities: Numbers, right: Numbers, *, bins: int = BINS) -> list[Bin]:
    """Bins of equal width that hold any rows, lowest first.

    Bin i holds i/bins <= p < (i+1)/bins, the last one also p = 1. ValueError for a p outside of 0 to 1.
    """
    stated, correct = _paired(probabilities, right)
    if not len(stated):
        return []
    if stated.min() < 0 or stated.max() > 1:
        raise ValueError("a probability lies between 0 and 1")
    bin_of = np.minimum((stated * bins).astype(np.int64), bins - 1)
    inside = [np.flatnonzero(bin_of == number) for number in range(bins)]
    return [Bin(len(rows), float(stated[rows].mean()), float(correct[rows].mean())) for rows in inside if len(rows)]


def expected_calibration_error(probabilities: Numbers, right: Numbers, *, bins: int = BINS) -> float | None:
    """The mean of |share right - mean probability| over bins of equal width, weighted by rows (Guo et al. 2017).

    See `calibration_bins`. None without rows.
    """
    found = calibration_bins(probabilities, right, bins=bins)
    rows = sum(one.count for one in found)
    return sum(one.count * abs(one.right - one.probability) for one in found) / rows if rows else None


def risk_coverage(confidences: Numbers, right: Numbers) -> tuple[Floats, Floats]:
    """Coverage 1/n, 2/n ... 1 and the accuracy of that many most confident rows; risk is 1 - accuracy.

    Equal confidences count as shuffled: each contributes its group's share right, so the order of rows is irrelevant.
    """
    confident, correct = _paired(confidences, right)
    _, group = np.unique(-confident, return_inverse=True)  # 0 is the most confident
    shares = np.bincount(group, weights=correct) / np.maximum(np.bincount(group), 1)
    taken = np.arange(1, len(confident) + 1)
    return taken / max(len(confident), 1), np.cumsum(shares[np.sort(group)]) / taken


def accuracy_at_coverage(confidences: Numbers, right: Numbers, coverage: float) -> float | None:
    """The share right among the most confident `coverage` (0 < coverage <= 1) of the rows, rounded up to whole rows."""
    if not 0 < coverage <= 1:
        raise ValueError(f"coverage {coverage} is not above 0 and at most 1")
    _, accuracy = risk_coverage(confidences, right)
    if not len(accuracy):
        return None
    taken = math.ceil(coverage * len(accuracy) - 1e-9)  # 0.07 * 100 is a little more than 7
    return float(accuracy[taken - 1])


def _paired(first: Numbers, second: Numbers) -> tuple[Floats, Floats]:
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.shape != other.shape or one.ndim != 1:
        raise ValueError(f"{one.shape} and {other.shape} are not two lists of one length")
    if np.isnan(one).any() or np.isnan(other).any():
        raise ValueError("not a number among the values")
    return one, other


# ── Rankings ──────────────────────────────────────────────────────────────────────────────────────────────────────


def recall_at(ranks: Sequence[int | None], k: int) -> float | None:
    """The share of questions whose first relevant hit is among the first k. Ranks count from 1; None: not found."""
    return mean([float(rank is not None and rank <= k) for rank in ranks])


def mrr_at(ranks: Sequence[int | None], k: int) -> float | None:
    """The mean of 1/rank of the first relevant hit, 0 beyond k."""
    return mean([1 / rank if rank is not None and rank <= k else 0.0 for rank in ranks])


def ndcg_at(relevance: Sequence[Sequence[bool]], k: int) -> float | None:
    """Binary nDCG: a relevant hit at rank r gains 1/log2(r+1); the ideal has the same hits, relevant ones first.

    `relevance` holds one ranking per question, best first, judged at least down to k. No relevant hit scores 0.
    """
    return mean([_ndcg(ranking, k) for ranking in relevance])


def _ndcg(ranking: Sequence[bool], k: int) -> float:
    discounts = [1 / math.log2(rank + 1) for rank in range(1, k + 1)]
    gain = sum(discount for discount, relevant in zip(discounts, ranking, strict=False) if relevant)
    ideal = sum(discounts[: sum(ranking)])
    return gain / ideal if ideal else 0.0


def mean(values: Iterable[float]) -> float | None:
    """None without values."""
    listed = list(values)
    return math.fsum(listed) / len(listed) if listed else None
