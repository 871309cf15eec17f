"""Whether two answers say the same, by their words and the values of their figures. Pure rules, English."""

from __future__ import annotations

import re

from index.language import FIGURES
from qa.quantities import SCALES, Quantity, in_digits, quantities
from qa.words import words

_ARTICLES = ("a", "an", "the")
_WORD = re.compile(r"[^\W\d_]\w*")
_TURNS = frozenset("not no never nobody none without before after until since except less fewer under below".split())


def answer_words(text: str) -> list[str]:
    """The words by which answers are compared: lower case, figures in digits, without articles and punctuation."""
    return [FIGURES.get(word, word) for word in words(text) if word not in _ARTICLES]


def same_answer(one: str, other: str) -> bool:
    """Whether two spans say the same: equal words and figures, or those of one within the other's.

    "300 billion yuan" and "about 300 billion", "12" and "twelve boats", "4.3 million" and "4,300,000"; but not "5" and
    "5 million", nor "guilty" and "not guilty".
    """
    said = [(_said(each), _amounts(each)) for each in (one, other)]
    (short, few), (long, many) = sorted(said, key=lambda each: (len(each[0]), len(each[1])))
    if not short and not few:  # nothing but articles or signs
        return one.strip() == other.strip()
    if not few <= many or (few != many and not few) or not _TURNS.isdisjoint({*short} ^ {*long}):
        return False
    return any(long[i : i + len(short)] == short for i in range(len(long) - len(short) + 1))


def _said(text: str) -> list[str]:
    """The words without figures, scales and articles."""
    return [word for word in _WORD.findall(in_digits(text).lower()) if word not in _ARTICLES and word not in SCALES]


def _amounts(text: str) -> set[Quantity]:
    """Its figures, whatever currency they are in: a "$" may stand for "dollars"."""
    return {(value, mark.strip("$€£¥")) for value, mark in quantities(text)}
