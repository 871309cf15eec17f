"""Questions to offer that the library really answers: made by rule from its own sentences, then asked.

One is offered only when the answer is confident, stands on the very sentence that the question was made from and has
the words that it was made about. Where nothing passes, nothing is offered. Knows nothing of libraries or pages.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Protocol

from index.types import Document, UserError
from qa.chat.templates import Candidate, candidates
from qa.types import Answer, Turn
from qa.words import content_words, words

MIN_CONFIDENCE = 0.5
_MOST_DOCUMENTS = 200  # drawn from a large library
_ALIKE = 0.65  # two questions share so much of their words: one of them is enough


class Asker(Protocol):
    """What is needed of the assistant."""

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer: ...

    def document(self, document_id: str) -> Document:
        """Raises KeyError when there is none."""
        ...


def suggestions(
    ids: Sequence[str],
    asker: Asker,
    *,
    count: int,
    rng: random.Random,
    deadline_s: float,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[str]:
    """At most `count` questions over the documents `ids`, each as soon as it is found, from as many as possible.

    A generator: run it in a thread of its own, close it to stop. It ends when a question cannot be asked.
    """
    drawn = rng.sample(ids, min(len(ids), _MOST_DOCUMENTS))
    found = _in_turn([_start(each, asker, rng) for each in drawn], until=clock() + deadline_s, clock=clock)
    yield from _unlike(found, said=[], count=count)


def next_questions(
    answer: Answer,
    asker: Asker,
    *,
    history: Sequence[Turn],
    count: int,
    deadline_s: float,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[str]:
    """What to ask after `answer`, the nearest to its citation first; after a refusal, to the nearest passage.

    `history` ends with the turn of `answer`: each question is tried as it would be asked, after all of it.
    """
    place = next(((c.document_id, c.start) for c in answer.citations), None) or next(
        ((hit.passage.document_id, hit.passage.start) for hit in answer.hits), None
    )
    if place is not None:
        found = _in_turn([_around(*place, answer, asker, history)], until=clock() + deadline_s, clock=clock)
        yield from _unlike(found, said=[answer.question, *(turn.question for turn in history)], count=count)


Tries = Iterator[str | None]  # one for each question that was asked; None: it did not pass


def _start(document_id: str, asker: Asker, rng: random.Random) -> Tries:
    """The questions of a document that can be understood by themselves, in any order."""
    with suppress(KeyError):  # removed in the meantime
        made = [candidate for candidate in candidates(asker.document(document_id)) if candidate.named]
        drawn = sorted(rng.sample(made, len(made)), key=lambda candidate: candidate.question.startswith("When"))
        yield from _tries(document_id, drawn, asker, history=())  # dates are the most common by far: last


def _around(document_id: str, start: int, answer: Answer, asker: Asker, history: Sequence[Turn]) -> Tries:
    with suppress(KeyError):
        made = candidates(asker.document(document_id), around=start)
        fresh = [candidate for candidate in made if not _same(candidate.answer, answer.text)]
        nearest = sorted(fresh, key=lambda candidate: abs(candidate.start - start))
        yield from _tries(document_id, nearest, asker, history=history)


def _tries(document_id: str, made: Iterable[Candidate], asker: Asker, *, history: Sequence[Turn]) -> Tries:
    used: set[int] = set()  # one question of a sentence is enough
    for candidate in made:
        if candidate.start not in used:
            passed = _passes(candidate, document_id, asker.ask(candidate.question, history=history))
            used |= {candidate.start} if passed else set()
            yield candidate.question if passed else None


def _passes(candidate: Candidate, document_id: str, answer: Answer) -> bool:
    if answer.refused or answer.kind == "disagreement" or answer.confidence < MIN_CONFIDENCE:
        return False
    first = answer.citations[0]
    from_there = first.document_id == document_id and first.start < candidate.end and candidate.start < first.end
    as_it_stands = answer.understood in ("", candidate.question)
    return from_there and as_it_stands and _same(first.answer or answer.text, candidate.answer)


def _same(one: str, other: str) -> bool:
    """Whether the words of one stand side by side in the other."""
    short, long = sorted((f" {' '.join(words(one))} ", f" {' '.join(words(other))} "), key=len)
    return bool(short.strip()) and short in long


def _in_turn(documents: Iterable[Tries], *, until: float, clock: Callable[[], float]) -> Iterator[str]:
    """One try of each document after the other, round and round."""
    waiting = deque(documents)
    with suppress(UserError):  # the library was emptied, or its folder is gone: the page says so elsewhere
        while waiting and clock() < until:
            tries = waiting.popleft()
            for tried in tries:
                waiting.append(tries)
                if tried is not None:
                    yield tried
                break


def _unlike(found: Iterable[str], *, said: list[str], count: int) -> Iterator[str]:
    """The first `count` that are unlike each other and whatever was `said`."""
    kept = [content_words(question) for question in said]
    left = count
    for question in found if count > 0 else ():
        asked = content_words(question)
        if all(len(asked & other) < _ALIKE * len(asked | other) for other in kept):
            kept.append(asked)
            left -= 1
            yield question
        if not left:
            return
