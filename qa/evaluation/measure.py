"""Rows -> what they amount to: one `Metrics`. Knows nothing of how the rows came about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qa.evaluation.judge import Row
from qa.evaluation.metrics import accuracy_at_coverage, auroc, expected_calibration_error, mean


@dataclass(frozen=True, slots=True)
class Metrics:
    """Shares lie between 0 and 1; None is undefined (nothing to divide by, or one class only).

    `exact_match` and `f1` are SQuAD's, over the text shown: for answerable questions, and (`_all`) for every question,
    a refusal scoring 1 where there is no answer. `auroc` tells answerable from unanswerable by the confidence, which a
    refusal has too. `near_misses` are explained at `questions.near_misses`.

    Of the answers given: `precision` is the share right, `accuracy_at_50` that of the most confident half of them;
    `ece` compares confidence with `right` in 15 bins of equal width. An answer to an unanswerable question is wrong,
    however confident. What a refusal withheld is not known: measure an always answering run to see these for every
    question.

    Of all decisions, answers and refusals alike: `right` is the share right, `right_at_50` that of the half that is
    surest. An answer is as sure as its confidence p, a refusal 1 - p; a refusal is right where there is no answer, an
    answer where it matches.

    Failed questions count as wrong wherever they are counted; the confidence of answers, AUROC and seconds leave them
    out.
    """

    questions: int
    errors: int
    answered: int
    right: float | None
    right_at_50: float | None
    exact_match: float | None
    f1: float | None
    exact_match_all: float | None
    f1_all: float | None
    precision: float | None
    refused_when_unanswerable: float | None
    false_refusals: float | None
    near_misses: int
    near_misses_refused: float | None
    auroc: float | None
    ece: float | None
    accuracy_at_50: float | None
    seconds_p50: float | None
    seconds_p95: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """The rows of one run, in the order asked, and what they amount to."""

    rows: tuple[Row, ...]
    metrics: Metrics

    def to_json(self) -> dict[str, Any]:
        """What `footnote eval --json` prints."""
        return {"metrics": asdict(self.metrics), "rows": [row.to_json() for row in self.rows]}


def measure(rows: Sequence[Row]) -> Metrics:
    """The metrics of some rows: of a whole report, or of a part of it (one kind, one domain)."""
    answerable = [row for row in rows if row.answerable]
    unanswerable = [row for row in rows if not row.answerable]
    near = [row for row in rows if row.near_miss]
    answered = [row for row in rows if row.answered]
    seconds = [row.seconds for row in rows if row.error is None]
    confidences = [row.confidence or 0.0 for row in answered]  # an answered row always has one
    right = [row.right for row in answered]
    certainties, decided = [row.certainty for row in rows], [row.right for row in rows]
    return Metrics(
        questions=len(rows),
        errors=sum(row.error is not None for row in rows),
        answered=len(answered),
        right=mean(decided),
        right_at_50=accuracy_at_coverage(certainties, decided, 0.50),
        exact_match=mean(row.exact_match for row in answerable),
        f1=mean(row.f1 for row in answerable),
        exact_match_all=mean(row.exact_match for row in rows),
        f1_all=mean(row.f1 for row in rows),
        precision=mean(right),
        refused_when_unanswerable=mean(row.refused for row in unanswerable),
        false_refusals=mean(row.refused for row in answerable),
        near_misses=len(near),
        near_misses_refused=mean(row.refused for row in near),
        auroc=_auroc(rows),
        ece=expected_calibration_error(confidences, right),
        accuracy_at_50=accuracy_at_coverage(confidences, right, 0.50),
        seconds_p50=float(np.percentile(seconds, 50)) if seconds else None,
        seconds_p95=float(np.percentile(seconds, 95)) if seconds else None,
    )


def _auroc(rows: Iterable[Row]) -> float | None:
    stated = [(row.confidence, row.answerable) for row in rows if row.confidence is not None]
    return auroc([confidence for confidence, _ in stated], [answerable for _, answerable in stated])
