"""Held-out articles -> the calibration: how sure an answer is, and where to say no.

The held-out questions are asked of libraries that hold their articles, so that retrieval, reader and features are those
of a real question. These articles are in no training set and in no measured set.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.library import Library
from index.types import Document, Encoder
from qa.evidence import FEATURES, features, found_behind
from qa.reader import Reader, Span
from qa.same import answer_words
from qa.training.data import Example, some
from qa.training.variants import as_typed, near_miss

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DISAGREE_AT = 0.75  # another value at least this sure is shown beside any answer; rare enough to be set by hand
_CHOICES = 3  # rounds in which the spans are chosen by what was learned from those chosen before


@dataclass(frozen=True, slots=True)
class Observation:
    """The spans found for one question, the reader's best first: their features and whether each is right.

    `answerable`: whether there was an answer to find.
    """

    features: tuple[tuple[float, ...], ...]
    right: tuple[bool, ...]
    answerable: bool


def questions(
    held_out: Sequence[Example], elsewhere: Sequence[str], rng: random.Random, *, count: int, near_misses: int
) -> list[Example]:
    """A sample of the held-out questions as people type them, and some turned into near misses.

    Those ask of names of `elsewhere`, of articles that are in no library: in one of theirs there might be an answer.
    """
    swapped = (near_miss(example, elsewhere, rng) for example in held_out)
    missed = [example for example in swapped if example is not None]
    asked = [*some(held_out, count, rng), *some(missed, near_misses, rng)]
    return [replace(example, question=as_typed(example.question, rng)) for example in asked]


def observe(
    asked: Sequence[Example],
    encoder: Encoder,
    reader: Reader,
    *,
    passages_read: int,
    others: Sequence[Example] = (),
    report: Callable[[int], None] = lambda done: None,
) -> list[Observation]:
    """Asks every question of a library that holds all their paragraphs, and those of `others`, which tempt.

    A question whose own paragraph is not found is left out: many name nothing that it could be found by, and what is
    made of other paragraphs says little of the answers that were there to be read (qa/evaluation/LOG.md).
    """
    observations = []
    with _library([*asked, *others], encoder) as library:
        for done, example in enumerate(asked, 1):
            hits = library.search(example.question, limit=passages_read)
            spans = reader.read(example.question, [hit.passage for hit in hits])
            if spans and any(hit.passage.text in example.context for hit in hits):
                observations.append(_observed(example, spans, found_behind(hits)))
            report(done)
    return observations


def _library(examples: Sequence[Example], encoder: Encoder) -> Library:
    paragraphs = {example.context: example.title for example in examples}
    library = Library(None, encoder)
    for _ in library.add(
        Document(str(number), title, text, f"paragraph {number}")
        for number, (text, title) in enumerate(paragraphs.items())
    ):
        pass
    return library


def _observed(example: Example, spans: Sequence[Span], behind: Mapping[int, float]) -> Observation:
    golds = [example.context[start:end] for start, end in example.answers]
    right = tuple(any(close(span.text, gold) for gold in golds) for span in spans)
    seen = tuple(features(example.question, span, behind[span.passage.id]) for span in spans)
    return Observation(seen, right, example.answerable)


def close(answer: str, gold: str) -> bool:
    """Whether two in three words are shared (token F1 of at least 2/3).

    The held-out questions have one gold answer each, where measured sets have several that differ by a word or two.
    """
    a, b = Counter(answer_words(answer)), Counter(answer_words(gold))
    return 2 * (a & b).total() >= 2 / 3 * (a.total() + b.total()) > 0


def fit(observations: Sequence[Observation]) -> dict[str, Any]:
    """The calibration file: logistic regression of "it is right" on the features, and the threshold that decides best.

    It is fitted on the spans that it would choose, as `qa.evidence.decide` does, beginning with the reader's best.
    Best: the most questions handled well, an answer that is right or a refusal where there was nothing to find.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    spans = [np.array(o.features) for o in observations]  # each (found, len(FEATURES))
    answerable = np.array([o.answerable for o in observations])
    model = LogisticRegression(C=10.0, max_iter=1000)

    def of(chosen: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """The features of those spans, (n, len(FEATURES)), and which are right, (n,)."""
        x = np.array([of_one[at] for of_one, at in zip(spans, chosen, strict=True)])
        return x, np.array([o.right[at] for o, at in zip(observations, chosen, strict=True)])

    x, right = of([0] * len(spans))
    for _ in range(_CHOICES):
        if len(set(right)) < 2:  # chosen so, all are alike: nothing more to learn
            break
        model.fit(x, right)
        x, right = of([int(model.decision_function(of_one).argmax()) for of_one in spans])
    return {
        "features": list(FEATURES),
        "weights": [round(float(w), 6) for w in model.coef_[0]],
        "intercept": round(float(model.intercept_[0]), 6),
        "fitted_on": len(observations),
        "threshold": best_threshold(model.predict_proba(x)[:, 1], right, answerable),
        "second_threshold": _DISAGREE_AT,
    }


def best_threshold(
    probabilities: NDArray[np.float64], right: NDArray[np.bool_], answerable: NDArray[np.bool_]
) -> float:
    """The confidence, in steps of 0.01, from which on answering handles the most questions well.

    Many thresholds do so equally well: the middle of those within one standard error of the best. It is the error of
    the difference, by the questions that the two handle differently, since both are asked the same.
    """
    import numpy as np

    steps = np.arange(0.05, 0.95, 0.01)
    answered = probabilities >= steps[:, None]  # (steps, n)
    handled = np.where(answered, right, ~answerable)
    shares = handled.mean(axis=1)
    best = handled[int(np.argmax(shares))]
    errors = np.sqrt((handled != best).sum(axis=1)) / len(right)
    equally_good = steps[shares >= best.mean() - errors]
    return round(float(equally_good[len(equally_good) // 2]), 2)


def write(calibration: Mapping[str, Any], path: Path) -> None:
    path.write_text(json.dumps(calibration, indent=2) + "\n", encoding="utf-8")
