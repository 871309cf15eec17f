"""Fusion by ranks and by scores: by hand, and against a twin that adds up one by one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fuse import dense_weight, reciprocal_rank_fusion, score_fusion


def test_two_rankings_are_fused_as_the_formula_says() -> None:
    # 7: 1/11 + 1/12,  3: 1/12 + 1/11,  5: 1/13,  9: 1/13. Equal scores stand in the order of their ids.
    fused = reciprocal_rank_fusion([[7, 3, 5], [3, 7, 9]])
    assert [item for item, _ in fused] == [3, 7, 5, 9]
    assert [score for _, score in fused] == pytest.approx([1 / 11 + 1 / 12] * 2 + [1 / 13] * 2, abs=1e-15)


def test_what_two_rankings_agree_on_passes_the_first_of_one() -> None:
    # k = 1.  2: 1/3 + 1/3 = 0.667,  1: 1/2 = 0.5,  4: 1/2 = 0.5
    assert reciprocal_rank_fusion([[1, 2], [4, 2]], k=1) == [(2, 1 / 3 + 1 / 3), (1, 0.5), (4, 0.5)]


def test_one_ranking_keeps_its_order() -> None:
    assert reciprocal_rank_fusion([[4, 2, 8]]) == [(4, 1 / 11), (2, 1 / 12), (8, 1 / 13)]


@pytest.mark.parametrize("rankings", [[], [[]], [[], []]])
def test_nothing_fused_is_nothing(rankings: list[list[int]]) -> None:
    assert reciprocal_rank_fusion(rankings) == []


def test_scores_are_fused_as_the_formula_says() -> None:
    # the nearest leads the last by 0.1, so that cosines count 0.75:
    # 1: 0.75 * 0.8 + 0.25 * 8/8 = 0.85,  2: 0.75 * 0.9 + 0.25 * 2/8 = 0.7375,  3: 0.75 * 0.9 = 0.675
    fused = score_fusion({1: 0.8, 3: 0.9, 2: 0.9}, {1: 8.0, 2: 2.0})
    assert [item for item, _ in fused] == [1, 2, 3]
    assert [score for _, score in fused] == pytest.approx([0.85, 0.7375, 0.675], abs=1e-12)


@pytest.mark.parametrize(
    ("cosines", "weight"),
    [
        ([], 0.65),
        ([0.5], 0.65),  # nothing to stand out from
        ([0.2, 0.5, 0.4, 0.4, 0.4, 0.45], 0.75),  # the fifth is 0.4
        ([0.9, 0.1, 0.1], 0.95),  # never so much that words count for nothing
    ],
)
def test_cosines_count_the_more_the_further_the_nearest_stands_out(cosines: list[float], weight: float) -> None:
    assert dense_weight(cosines) == pytest.approx(weight)


def test_without_shared_words_the_nearest_comes_first_and_equal_ones_by_id() -> None:
    assert [item for item, _ in score_fusion({4: 0.2, 2: 0.2, 9: 0.3}, {})] == [9, 2, 4]
    assert score_fusion({}, {}) == []


RANKINGS = st.lists(st.lists(st.integers(0, 12), unique=True, max_size=12), max_size=4)


@given(RANKINGS, st.integers(1, 100))
def test_fusion_equals_its_naive_twin(rankings: list[list[int]], k: int) -> None:
    items = {item for ranking in rankings for item in ranking}
    exact = {
        item: sum((Fraction(1, k + ranking.index(item) + 1) for ranking in rankings if item in ranking), Fraction())
        for item in items
    }
    fused = reciprocal_rank_fusion(rankings, k=k)
    assert {item for item, _ in fused} == items
    assert len(fused) == len(items)
    assert fused == sorted(fused, key=lambda pair: (-pair[1], pair[0]))
    for item, score in fused:
        assert score == pytest.approx(float(exact[item]), rel=1e-12)
