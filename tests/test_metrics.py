"""Every metric against values worked out by hand and against a slow, obvious twin on random data."""

from __future__ import annotations

import itertools
import math
import re
import string
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from qa.evaluation.metrics import (
    Bin,
    accuracy_at_coverage,
    all_of,
    auroc,
    calibration_bins,
    exact_match,
    expected_calibration_error,
    mentions,
    mrr_at,
    ndcg_at,
    normalise,
    recall_at,
    risk_coverage,
    token_f1,
)

PHRASES = st.lists(st.sampled_from(["the", "a", "harbour", "wind", "2,200", "Yuan.", "-", "An"]), max_size=6).map(
    " ".join
)
COARSE = st.integers(0, 4).map(lambda quarter: quarter / 4)  # few values, so ties are common
JUDGED = st.lists(st.tuples(COARSE, st.booleans()), min_size=1, max_size=30)
RANKS = st.lists(st.none() | st.integers(1, 30), min_size=1, max_size=20)


# ── Texts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  Skerry Wind-Harbour.", "skerry windharbour"),
        ("an AI theatre", "ai theatre"),
        ("2,200", "2200"),
        ("$300 billion (2025)", "300 billion 2025"),
        ("a-n", ""),  # punctuation goes before articles, as in SQuAD's script: "a-n" -> "an" -> ""
        ("Ελλάδα 北京", "ελλάδα 北京"),
        ("", ""),
    ],
)
def test_normalise_follows_squad(text: str, normal: str) -> None:
    assert normalise(text) == normal


@given(st.text(max_size=40) | PHRASES)
def test_normalise_equals_squads_four_steps(text: str) -> None:
    unpunctuated = "".join(c for c in text.lower() if c not in set(string.punctuation))
    assert normalise(text) == " ".join(re.sub(r"\b(a|an|the)\b", " ", unpunctuated).split())


@pytest.mark.parametrize(
    ("prediction", "golds", "right"),
    [
        ("the 300 Billion yuan.", ["200", "300 billion yuan"], True),
        ("300 billion", ["300 billion yuan"], False),
        ("", [], True),
        ("300", [], False),
        ("the", [], False),  # it normalises to nothing, but something was answered
        ("", ["300"], False),
        ("", ["the"], False),
    ],
)
def test_exact_match_needs_one_gold_in_full(prediction: str, golds: list[str], right: bool) -> None:
    assert exact_match(prediction, golds) is right


def test_token_f1_by_hand() -> None:
    # predicted {about, 300, billion}, gold {300, billion, yuan, target}: 2 shared; P 2/3, R 2/4; 2PR/(P+R) = 4/7
    assert token_f1("about 300 billion", ["300 billion yuan target"]) == pytest.approx(4 / 7)
    # repeated words count as often as in both: wind wind / wind harbour share 1; 2*1/(2+2) = 1/2
    assert token_f1("wind wind", ["wind harbour"]) == 0.5
    # the best gold counts: 2/3 against "harbour", 1 against "wind harbour"
    assert token_f1("wind harbour", ["harbour", "the wind harbour"]) == 1.0
    assert token_f1("wind", ["harbour"]) == 0.0
    assert token_f1("", []) == 1.0
    assert token_f1("wind", []) == 0.0
    assert token_f1("", ["wind"]) == 0.0
    assert token_f1("the", ["a"]) == 1.0  # both normalise to nothing
    assert token_f1("the", ["wind"]) == 0.0


def _slow_f1(prediction: str, gold: str) -> float:
    """Crosses shared tokens off one by one, then precision, recall and their harmonic mean."""
    predicted, left = normalise(prediction).split(), normalise(gold).split()
    total, shared = len(left), 0
    if not predicted or not left:
        return float(predicted == left)
    for token in predicted:
        if token in left:
            left.remove(token)
            shared += 1
    precision, recall = shared / len(predicted), shared / total
    return 2 * precision * recall / (precision + recall) if shared else 0.0


@given(PHRASES, st.lists(PHRASES, max_size=3))
def test_token_f1_equals_crossing_off_by_hand(prediction: str, golds: list[str]) -> None:
    if prediction and golds:
        assert token_f1(prediction, golds) == pytest.approx(max(_slow_f1(prediction, gold) for gold in golds))
    assert exact_match(prediction, golds) <= (token_f1(prediction, golds) == 1.0)  # equal texts share every token


def test_all_of_wants_every_value_as_whole_tokens_side_by_side() -> None:
    assert all_of("Either 2,200 or 4,300 firms", ["2,200", "4300"])
    assert not all_of("Either 2,200 or 4,300 firms", ["2,200", "500"])
    assert not all_of("12,200 firms", ["2,200"])
    assert not all_of("wind over the cold harbour", ["wind harbour"])
    assert mentions("wind, the harbour", "wind harbour")  # articles and punctuation do not part them
    assert not mentions("wind", "the")
    assert all_of("anything", [])


@given(PHRASES, PHRASES)
def test_mentions_equals_sliding_over_the_tokens(text: str, value: str) -> None:
    tokens, wanted = normalise(text).split(), normalise(value).split()
    found = any(tokens[at : at + len(wanted)] == wanted for at in range(len(tokens)))
    assert mentions(text, value) is (bool(wanted) and found)


# ── Confidence ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_auroc_by_hand() -> None:
    # pairs (positive, negative): .9>.8 yes, .9>.3 yes, .3>.8 no, .3=.3 half; 2.5 of 4
    assert auroc([0.9, 0.8, 0.3, 0.3], [True, False, True, False]) == 2.5 / 4
    assert auroc([0.1, 0.9], [True, False]) == 0.0
    assert auroc([0.5, 0.6], [True, True]) is None
    assert auroc([], []) is None


@given(JUDGED)
def test_auroc_equals_counting_pairs_and_scikit_learn(judged: list[tuple[float, bool]]) -> None:
    scores, labels = [score for score, _ in judged], [label for _, label in judged]
    above = [
        1.0 if p > n else 0.5 if p == n else 0.0
        for p, n in itertools.product(
            [s for s, label in judged if label],
            [s for s, label in judged if not label],
        )
    ]
    if above:
        assert auroc(scores, labels) == pytest.approx(sum(above) / len(above))
        assert auroc(scores, labels) == pytest.approx(roc_auc_score(labels, scores))
    else:
        assert auroc(scores, labels) is None


def test_calibration_error_by_hand() -> None:
    # two bins. [0, .5): .2 wrong, .4 right: share 1/2, mean .3, gap .2. [.5, 1]: .9 right, 1.0 wrong: 1/2, .95, gap .45
    # weighted by rows: 2/4 * .2 + 2/4 * .45 = .325
    assert expected_calibration_error([0.2, 0.4, 0.9, 1.0], [False, True, True, False], bins=2) == pytest.approx(0.325)
    assert expected_calibration_error([1.0, 0.0], [True, False]) == 0.0
    assert expected_calibration_error([1.0], [False]) == 1.0
    assert expected_calibration_error([], []) is None
    with pytest.raises(ValueError, match="between 0 and 1"):
        expected_calibration_error([1.2], [True])


def test_calibration_bins_by_hand() -> None:
    # four bins: [.25, .5) holds .25 wrong and .375 right; [.75, 1] holds .75 right and 1.0 right; the others none
    bins = calibration_bins([0.75, 0.25, 1.0, 0.375], [True, False, True, True], bins=4)
    assert bins == [Bin(2, 0.3125, 0.5), Bin(2, 0.875, 1.0)]
    assert calibration_bins([0.5], [False]) == [Bin(1, 0.5, 0.0)]
    assert calibration_bins([], []) == []
    with pytest.raises(ValueError, match="between 0 and 1"):
        calibration_bins([-0.1], [True])


@given(st.lists(st.tuples(st.integers(0, 60).map(lambda n: n / 60), st.booleans()), min_size=1, max_size=30))
def test_calibration_bins_equal_putting_each_row_into_its_bin(judged: list[tuple[float, bool]]) -> None:
    slow: dict[int, list[tuple[float, bool]]] = {}
    for stated, right in judged:
        slow.setdefault(min(math.floor(stated * 15), 14), []).append((stated, right))
    expected = [
        (len(rows), sum(stated for stated, _ in rows) / len(rows), sum(right for _, right in rows) / len(rows))
        for _, rows in sorted(slow.items())
    ]
    found = calibration_bins([stated for stated, _ in judged], [right for _, right in judged])
    assert [(one.count, one.probability, one.right) for one in found] == [pytest.approx(bin_) for bin_ in expected]
    error = sum(count / len(judged) * abs(right - stated) for count, stated, right in expected)
    assert expected_calibration_error(*zip(*judged, strict=True)) == pytest.approx(error)


def test_calibration_error_equals_a_loop_over_bins() -> None:
    generator = np.random.default_rng(7)
    for rows in (1, 10, 500):
        stated, right = generator.random(rows), generator.random(rows) < 0.4
        slow = 0.0
        for index in range(15):
            inside = [i for i in range(rows) if index / 15 <= stated[i] < (index + 1) / 15]
            if inside:
                gap = abs(np.mean([right[i] for i in inside]) - np.mean([stated[i] for i in inside]))
                slow += len(inside) / rows * gap
        assert expected_calibration_error(stated, right.tolist()) == pytest.approx(slow)


def test_risk_coverage_by_hand() -> None:
    # by confidence: .9 right, then .5 and .5 (one of two right: half each), then .1 wrong
    coverage, accuracy = risk_coverage([0.5, 0.9, 0.1, 0.5], [True, True, False, False])
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert accuracy.tolist() == pytest.approx([1 / 1, 1.5 / 2, 2 / 3, 2 / 4])
    assert [len(points) for points in risk_coverage([], [])] == [0, 0]


@given(st.lists(st.tuples(COARSE, st.booleans()), min_size=1, max_size=6))
def test_risk_coverage_equals_the_mean_over_every_order_of_ties(judged: list[tuple[float, bool]]) -> None:
    orders = [
        order for order in itertools.permutations(judged) if all(a[0] >= b[0] for a, b in itertools.pairwise(order))
    ]
    assert orders
    curves = [[sum(right for _, right in order[:n]) / n for n in range(1, len(order) + 1)] for order in orders]
    coverage, accuracy = risk_coverage([score for score, _ in judged], [right for _, right in judged])
    assert accuracy.tolist() == pytest.approx(np.mean(curves, axis=0).tolist())
    assert coverage.tolist() == pytest.approx([n / len(judged) for n in range(1, len(judged) + 1)])


def test_accuracy_at_coverage_by_hand() -> None:
    confidences, right = [0.9, 0.8, 0.7, 0.6, 0.5], [True, False, True, True, False]
    assert accuracy_at_coverage(confidences, right, 0.2) == 1.0
    assert accuracy_at_coverage(confidences, right, 0.5) == 2 / 3  # 2.5 rows are three rows
    assert accuracy_at_coverage(confidences, right, 1.0) == 3 / 5
    assert accuracy_at_coverage([1 - i / 100 for i in range(100)], [i < 7 for i in range(100)], 0.07) == 1.0
    assert accuracy_at_coverage([], [], 0.5) is None
    with pytest.raises(ValueError, match="coverage 0"):
        accuracy_at_coverage(confidences, right, 0)


@given(st.integers(1, 60), st.integers(1, 60))
def test_coverage_never_takes_a_row_too_many(rows: int, taken: int) -> None:
    taken = min(rows, taken)
    confidences = [1 - i / rows for i in range(rows)]
    right = [i < taken for i in range(rows)]
    assert accuracy_at_coverage(confidences, right, taken / rows) == 1.0
    if taken < rows:
        assert accuracy_at_coverage(confidences, right, (taken + 0.5) / rows) == pytest.approx(taken / (taken + 1))


@pytest.mark.parametrize("metric", [auroc, expected_calibration_error, risk_coverage])
def test_lists_of_different_lengths_and_nan_are_refused(metric: object) -> None:
    assert callable(metric)
    with pytest.raises(ValueError, match="one length"):
        metric([0.5, 0.6], [True])
    with pytest.raises(ValueError, match="not a number"):
        metric([0.5, math.nan], [True, False])


# ── Rankings ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_recall_and_reciprocal_rank_by_hand() -> None:
    ranks = [1, 4, None, 11]
    assert recall_at(ranks, 1) == 1 / 4
    assert recall_at(ranks, 4) == 2 / 4
    assert mrr_at(ranks, 10) == (1 + 1 / 4 + 0 + 0) / 4
    assert mrr_at(ranks, 20) == pytest.approx((1 + 1 / 4 + 1 / 11) / 4)
    assert recall_at([], 5) is None
    assert mrr_at([], 5) is None


@given(RANKS, st.integers(1, 30))
def test_recall_and_reciprocal_rank_equal_walking_down_the_hits(ranks: list[int | None], k: int) -> None:
    found, reciprocal = 0, 0.0
    for rank in ranks:
        for position in range(1, k + 1):
            if position == rank:
                found += 1
                reciprocal += 1 / position
    assert recall_at(ranks, k) == pytest.approx(found / len(ranks))
    assert mrr_at(ranks, k) == pytest.approx(reciprocal / len(ranks))


def test_ndcg_by_hand() -> None:
    # relevant at ranks 2 and 3: 1/log2(3) + 1/log2(4) = .63093 + .5; ideal at 1 and 2: 1 + .63093; 1.13093 / 1.63093
    assert ndcg_at([[False, True, True]], 10) == pytest.approx(0.69343, abs=1e-5)
    # cut at 2 the gain is .63093, the ideal still 1.63093
    assert ndcg_at([[False, True, True]], 2) == pytest.approx(0.63093 / 1.63093, abs=1e-5)
    assert ndcg_at([[True], [False]], 10) == 0.5
    assert ndcg_at([[]], 10) == 0.0
    assert ndcg_at([], 10) is None


@given(st.lists(st.lists(st.booleans(), max_size=6), min_size=1, max_size=4), st.integers(1, 6))
def test_ndcg_equals_the_gain_over_the_best_order(relevance: list[list[bool]], k: int) -> None:
    def gain(ranking: Sequence[bool]) -> float:
        return sum(math.log(2) / math.log(place + 2) for place in range(min(k, len(ranking))) if ranking[place])

    slow = []
    for ranking in relevance:
        best = max(gain(order) for order in itertools.permutations(ranking))
        slow.append(gain(ranking) / best if best else 0.0)
    assert ndcg_at(relevance, k) == pytest.approx(sum(slow) / len(slow))
