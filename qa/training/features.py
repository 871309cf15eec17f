"""Examples -> token ids with a start and an end. Makes the hard cases: near misses, hasty questions, those
asked of a whole library, windows.

Pure given a `random.Random`. The layout of a pair is `qa.reader.join_pair`, the same that answers questions later.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from index.chunk import sentences
from index.language import YEAR
from qa.reader import MAX_LEAD_TOKENS, Pair, join_pair
from qa.training.data import Example

_NAME = re.compile(r"\b[A-Z][\w'-]+(?: (?:of |the )?[A-Z][\w'-]+)*")
_OPENERS = frozenset(
    "What Who When Where Which Why How In On At The A An Is Are Was Were Did Does Do For By To".split()
)
_STOPWORDS = frozenset("what who when where which is are was were did does do the a an of in on at to by for".split())

_SITUATED = (
    "{name}: {question}",
    "About {name}: {question}",
    "{name} {keywords}",
    "{keywords} {name}",
    "In {name}, {question}",
    "According to the article on {name}, {question}",
    "{bare} ({name})?",
    "{bare}, {name}?",
    "{bare} in {name}?",
    "{bare} of {name}?",
    "{bare} at {name}?",
    "{bare} for {name}?",
)  # ways to say which article is meant; clumsy ones, too, since people type so
_FOREIGN = 0.15  # of the names so given, of another article
_LOWER_CASE = 0.35  # of the questions that get one
_AS_CUT = 2 / 3  # of the windows have a title, and as many a lead


@dataclass(frozen=True, slots=True)
class Feature:
    """A pair of token sequences and where its answer stands: the first and last token of each place.

    Any of the places is right; the only one is (0, 0), the [CLS] token, when there is no answer.
    """

    pair: Pair
    answers: tuple[tuple[int, int], ...]
    teachable: float = 1.0  # as its example

    @property
    def length(self) -> int:
        return len(self.pair.input_ids)


def names_in(text: str) -> list[str]:
    """Capitalised words and runs of them, without the word that opens a question ("In Norway", "Did Tesla")."""
    names = []
    for name in _NAME.findall(text):
        first, _, rest = name.partition(" ")
        names.append(rest.removeprefix("the ").removeprefix("of ") if first in _OPENERS else name)
    return [name for name in names if name]


def near_miss(example: Example, elsewhere: Sequence[str], rng: random.Random) -> Example | None:
    """The same question asked of another year or another name, so that its context no longer answers it.

    `elsewhere` are names of other paragraphs, in training of the same article. None when there is nothing to swap.
    """
    year = YEAR.search(example.question)
    if year:
        other = str(int(year.group()) + rng.choice([-10, -5, -3, -2, -1, 1, 2, 3, 5, 10]))
        if other not in example.context:
            return replace(example, question=example.question.replace(year.group(), other), answers=())
    context = example.context.lower()
    swappable = [name for name in names_in(example.question) if name.lower() in context]
    candidates = [name for name in elsewhere if name.lower() not in context and name not in example.question]
    if not swappable or not candidates:
        return None
    question = example.question.replace(rng.choice(swappable), rng.choice(candidates))
    return replace(example, question=question, answers=())


def situated(example: Example, elsewhere: Sequence[str], rng: random.Random) -> Example | None:
    """The same question as it is asked of a whole library: with a name that tells which article is meant.

    The name is of the title or of the first two sentences, and not of the answer: it need not stand where the answer
    does. Some get a name of `elsewhere` that is not in the text, and have no answer. None where there is none to give.
    """
    text = f"{example.title} {example.context}".lower()
    if rng.random() < _FOREIGN:
        names = [name for name in rng.sample(elsewhere, min(6, len(elsewhere))) if name.lower() not in text]
        example = replace(example, answers=())
    else:
        opening = (example.context[start + 1 : end] for start, end in sentences(example.context)[:2])
        golds = [example.context[start:end].lower() for start, end in example.answers]
        names = [
            name
            for part in (example.title, *opening)  # without its first letter, which may be a capital of no name
            for name in names_in(part)
            if not any(gold in name.lower() or name.lower() in gold for gold in golds)
        ]
    names = [name for name in names if 3 < len(name) < 36 and name.lower() not in example.question.lower()]
    if not names:
        return None
    bare = example.question.rstrip(" ?")
    question = rng.choice(_SITUATED).format(
        name=rng.choice(names), question=example.question, bare=bare, keywords=_keywords(bare)
    )
    return replace(example, question=question.lower() if rng.random() < _LOWER_CASE else question)


def _keywords(question: str) -> str:
    return " ".join(word for word in question.split() if word.lower().strip("?") not in _STOPWORDS) or question


def as_typed(question: str, rng: random.Random) -> str:
    """The question as people type it: often without its mark, sometimes as keywords, sometimes with a slip."""
    if rng.random() < 0.35:
        question = question.rstrip(" ?")
    if rng.random() < 0.04:
        question = _keywords(question)
    if rng.random() < 0.04 and len(question) > 12:
        at = rng.randrange(3, len(question) - 3)
        question = question[:at] + question[at + 1] + question[at] + question[at + 2 :]
    return question


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
        tokenizer.encode(title, add_special_tokens=False).ids,
        context.ids[first:last],
        lead=lead,
    )
    if drawn is None or span is None:
        return Feature(pair, ((0, 0),), example.teachable)
    shift = pair.passage_start - first
    same = (_token_span(context.offsets, answer) for answer in _same_words(example, drawn))
    inside = {place for place in same if place and first <= place[0] and place[1] < last}
    places = sorted(inside | {(span[0], min(span[1], last - 1))})  # an answer longer than the window is cut
    return Feature(pair, tuple((start + shift, end + shift) for start, end in places), example.teachable)


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
