"""How sure an answer is: what is observed of held-out questions, and what is fitted on it."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import HashEncoder

from index.types import InputError, Passage
from qa.reader import Span
from qa.training import run
from qa.training.calibrate import Observation, best_threshold, close, fit, observe, questions
from qa.training.data import Example

NAMES = ("Varn", "Holm", "Pell", "Orsa")
OTHERS = ("Tann", "Ulm", "Quill", "Brack", "Larch Bay", "Sund", "Mire", "Dale")


def test_calibration_finds_the_threshold_that_handles_the_most_questions_well() -> None:
    # Answerable and right from 0.6 on, nothing to find below: every threshold from 0.41 to 0.59 handles all of them well,
    # without an error to allow for.
    probabilities = np.array([0.9] * 50 + [0.6] * 50 + [0.401] * 100)
    right = np.array([True] * 100 + [False] * 100)
    assert best_threshold(probabilities, right, right) == 0.50


def test_of_thresholds_that_cannot_be_told_apart_the_one_in_the_middle_is_taken() -> None:

    # Between 0.11 and 0.31 nothing changes; from 0.31 on four questions more are refused, three of them rightly: two more
    # are handled well, and one standard error of that is the root of four. Five in five is more than the root of five.
    probabilities = np.array([0.9] * 60 + [0.1] * 40 + [0.305] * 4)
    right = np.array([True] * 60 + [False] * 40 + [True] + [False] * 3)
    assert best_threshold(probabilities, right, right) == 0.50  # of 0.11 to 0.89
    more = np.concatenate([probabilities, [0.205] * 5]), np.concatenate([right, [False] * 5])
    assert best_threshold(*more, more[1]) == 0.55  # of 0.21 to 0.89


def test_close_is_two_words_in_three() -> None:
    # 3 shared of 4 and 3: F1 = 6/7; 1 of 2 and 1: 2/3; 1 of 3 and 1: 1/2
    assert close("about 300 billion yuan", "300 billion yuan")
    assert close("Beijing China", "Beijing")
    assert not close("Beijing, China, Asia", "Beijing")
    assert not close("", "")


class _FirstWord:
    """A reader whose answer is the first word of every passage."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        words = [passage.text.split()[0] for passage in passages]
        return [Span(p, p.start, p.start + len(w), w, 1.0) for p, w in zip(passages, words, strict=True)]


def test_a_question_whose_own_paragraph_is_not_found_is_no_observation() -> None:
    towns = [Example(f"Where is {name}?", f"{name} lies in the north.", name) for name in ("Varn", "Holm")]
    vague = Example("Where is Varn?", "Nothing of the kind is told here.", "Other")
    (first, second) = observe([*towns, vague], HashEncoder(), _FirstWord(), passages_read=1)
    assert first.right == second.right == (False,)
    answered = replace(towns[0], answers=((0, 4),))
    (only,) = observe([answered], HashEncoder(), _FirstWord(), passages_read=6, others=[vague])
    assert (sorted(only.right), only.answerable) == ([False, True], True)


def test_near_misses_ask_of_what_is_in_no_library() -> None:
    held = [Example(f"When did {name} open its port?", f"{name} opened its port in 1901.", name) for name in NAMES]
    asked = questions(held, ["Larch Bay", "Quill"], random.Random(2), count=3, near_misses=2)
    assert len(asked) == 5
    told = [example for example in asked if any(name in example.question for name in NAMES)]
    assert len(told) == 3
    missed = [example for example in asked if example not in told]
    assert all(re.search("Larch Bay|Quill", example.question) and not example.answerable for example in missed)


def test_a_calibration_is_fitted_on_a_small_and_a_large_library_and_asks_of_the_names_of_neither(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = [Example(f"Where is {name}?", f"{name} lies in the north.", name, ((0, len(name)),)) for name in NAMES]
    training = [Example(f"Where is {name}?", f"{name} lies in the south.", name) for name in OTHERS]
    seen: list[tuple[list[Example], list[Example]]] = []

    def recorded(asked: Sequence[Example], *parts: Any, others: Sequence[Example] = (), **named: Any) -> Any:
        seen.append((list(asked), list(others)))
        return observe(asked, HashEncoder(), _FirstWord(), passages_read=2, others=others)

    monkeypatch.setattr("qa.training.calibrate.observe", recorded)
    fitted = run.fit_calibration(Path("unread"), held, training, seed=3)
    (asked, few), (again, many) = seen
    assert (asked == again, few) == (True, [])
    assert 0 < len(many) < len(training)
    swapped = [example for example in asked if not example.answerable]
    assert swapped
    assert not {name for e in swapped for name in OTHERS if name in e.question} & {e.title for e in many}
    assert fitted["fitted_on"] <= 2 * len(asked)
    with pytest.raises(InputError, match="all answered alike"):
        run.fit_calibration(Path("unread"), [replace(e, answers=()) for e in held], training, seed=3)


def test_a_fitted_calibration_gives_the_share_that_is_right() -> None:
    import math

    # one feature that tells: of the questions with score 2, three in four are right; with score -2, one in four
    observed = [
        Observation(((score, 0.0),), (right,), True)
        for score, rights in ((2.0, [True] * 75 + [False] * 25), (-2.0, [True] * 25 + [False] * 75))
        for right in rights
    ]
    fitted = fit(observed)
    weights, intercept = fitted["weights"], fitted["intercept"]
    assert isinstance(weights, list)
    assert isinstance(intercept, float)
    assert 1 / (1 + math.exp(-(weights[0] * 2.0 + intercept))) == pytest.approx(0.75, abs=0.01)


def test_a_calibration_is_fitted_on_the_spans_that_it_would_choose() -> None:
    # The reader prefers the span whose second value is 1 and which is never right; the other one always is.
    observed = [Observation(((1.0, 1.0), (0.9, 0.0)), (False, True), True)] * 30
    observed += [Observation(((1.0, 0.0), (0.9, 1.0)), (True, False), True)] * 30
    observed += [Observation(((-3.0, 0.0),), (False,), False)] * 30
    weights = fit(observed)["weights"]
    assert isinstance(weights, list)
    assert weights[0] * 0.9 > weights[0] * 1.0 + weights[1]


def test_a_calibration_that_would_choose_right_ones_alone_is_fitted_all_the_same() -> None:
    observed = [Observation(((1.0, 1.0), (0.9, 0.0)), (False, True), True)] * 30
    observed += [Observation(((1.0, 0.0), (0.9, 1.0)), (True, False), True)] * 30
    assert fit(observed)["fitted_on"] == 60
