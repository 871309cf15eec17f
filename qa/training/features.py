"""Examples -> token ids with a start and an end, in windows as a library cuts them.

Pure given a `random.Random`. The layout of a pair is `qa.reader.join_pair`, the same that answers questions later.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from qa.reader import MAX_LEAD_TOKENS, MAX_TITLE_TOKENS, Pair, join_pair
from qa.training.data import Example
from qa.training.variants import as_typed

_AS_CUT = 2 / 3  # of the windows have a title, and as many a lead


@dataclass(frozen=True, slots=True)
class Feature:
    """A pair of token sequences and where its answer stands: the first and last token of each place.

    Any of the places is right; the only one is (0, 0), the [CLS] token, when there is no answer.
    """

    pair: Pair
    answers: tuple[tuple[int, int], ...]
    teacher_share: float = 1.0  # as its example

    @property
    def length(self) -> int:
        return len(self.pair.input_ids)


def to_feature(example: Example, tokenizer: Any, rng: random.Random, *, max_tokens: int | None = None) -> Feature:
    """Tokens of a window of the context that holds one of the answers (any window when there is none).

    Of several answers one is drawn; where its words stand elsewhere in the window, and that is an answer too, both are.
    `tokenizer` is a `tokenizers.Tokenizer`. `max_tokens` bounds the context; when not given, drawn from 80 to 160, and
    for a quarter of the examples, so that every place of the input is trained, from 160 to 330. Two in three are read
    as a library cuts them: below the title, and behind what stands before the window.
    """
    title = example.title if rng.random() < _AS_CUT else ""
    context = tokenizer.encode(example.context, add_special_tokens=False)
    drawn = rng.choice(example.answers) if example.answers else None
    span = _token_span(context.offsets, drawn) if drawn else None
    size = max_tokens or (rng.randrange(160, 330) if rng.random() < 0.25 else rng.randrange(80, 160))
    first, last = _window(len(context.ids), span, size, rng)
    lead = context.ids[max(0, first - MAX_LEAD_TOKENS) : first] if rng.random() < _AS_CUT else []
    pair = join_pair(
        tokenizer.encode(as_typed(example.question, rng), add_special_tokens=False).ids,
        tokenizer.encode(title, add_special_tokens=False).ids[:MAX_TITLE_TOKENS],
        context.ids[first:last],
        lead=lead,
    )
    if drawn is None or span is None:
        return Feature(pair, ((0, 0),), example.teacher_share)
    shift = pair.passage_start - first
    same = (_token_span(context.offsets, answer) for answer in _same_words(example, drawn))
    inside = {place for place in same if place and first <= place[0] and place[1] < last}
    places = sorted(inside | {(span[0], min(span[1], last - 1))})  # an answer longer than the window is cut
    return Feature(pair, tuple((start + shift, end + shift) for start, end in places), example.teacher_share)


def _same_words(example: Example, answer: tuple[int, int]) -> Iterator[tuple[int, int]]:
    words = example.context[slice(*answer)]
    return (each for each in example.answers if example.context[slice(*each)] == words)


def _token_span(offsets: Sequence[tuple[int, int]], answer: tuple[int, int]) -> tuple[int, int] | None:
    covered = [i for i, (start, end) in enumerate(offsets) if start < answer[1] and end > answer[0]]
    return (covered[0], covered[-1]) if covered else None


def _window(length: int, span: tuple[int, int] | None, size: int, rng: random.Random) -> tuple[int, int]:
    """A random range of at most `size` tokens that covers the span."""
    if length <= size:
        return 0, length
    low, high = (0, length - size) if span is None else (max(0, span[1] + 1 - size), min(span[0], length - size))
    first = rng.randint(low, high) if low <= high else span[0] if span else 0
    return first, min(length, first + size)
