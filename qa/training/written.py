"""What was written for training: short texts of invented people, firms and towns, and questions about any text.

In: `written.jsonl` beside this module, a text and its questions on each line, and `asked.jsonl`, questions about
paragraphs of the question sets, which stay where they are: each is named by its fingerprint, an answer by its place.
Out: examples. They teach to tell one thing from the next, and what a text does not say.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.chunk import sentences
from index.types import InputError
from qa.training.data import Example, fingerprint, places, read_rows

WRITTEN = Path(__file__).with_name("written.jsonl")
ASKED = Path(__file__).with_name("asked.jsonl")
_ELSEWHERE = 0.25  # of the answerable questions
_TEACHER_SHARE = 0.6  # set by hand: their answers are as careful as a teacher is


def written_examples(path: Path = WRITTEN) -> list[Example]:
    """Raises InputError for a line that is no text with questions, or an answer that does not stand in its text."""
    return [example for number, row in enumerate(read_rows(path), 1) for example in _of_text(row, f"{path}:{number}")]


def asked_examples(of: Sequence[Example], path: Path = ASKED) -> list[Example]:
    """The questions about those paragraphs that are among the contexts `of`.

    Raises InputError for a line that is no paragraph with questions, or an answer that is not within its paragraph.
    """
    known = {fingerprint(example.context).hex(): example for example in of}
    rows = enumerate(read_rows(path), 1)
    return [example for number, row in rows for example in _of_paragraph(row, known, f"{path}:{number}")]


def of_what_is_left(examples: Sequence[Example], rng: random.Random) -> list[Example]:
    """Some of the answerable ones, asked of their text without the sentence that answers them."""
    silent = (_without_its_sentence(e) for e in examples if e.answerable and rng.random() < _ELSEWHERE)
    return [example for example in silent if example is not None]


def _of_text(row: dict[str, Any], where: str) -> Iterator[Example]:
    try:
        text, title = row["text"], row["title"]
        for question, *rest in row["questions"]:
            yield Example(question, text, title, tuple(_places(text, *rest)), teacher_share=_TEACHER_SHARE)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{where}: {type(error).__name__}: {error}",
            "each line needs title, text and questions: lists of the question, its answer or null, and where it stands",
        ) from error


def _of_paragraph(row: dict[str, Any], known: dict[str, Example], where: str) -> Iterator[Example]:
    try:
        paragraph = known.get(row["paragraph"])
        if paragraph is None:
            return
        for question, *place in row["questions"]:
            answers = ((place[0], place[1]),) if place else ()
            if any(not 0 <= start < end <= len(paragraph.context) for start, end in answers):
                raise ValueError(f"no answer stands at {place} of {len(paragraph.context)} characters")
            yield Example(question, paragraph.context, paragraph.title, answers, teacher_share=_TEACHER_SHARE)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise InputError(
            f"{where}: {type(error).__name__}: {error}",
            "each line needs paragraph, its fingerprint, and questions: the question, and its answer's start and end",
        ) from error


def _places(text: str, answer: str | None, within: str = "") -> Iterator[tuple[int, int]]:
    """Where the answer stands: all places, or the one in `within`, a longer piece of the text."""
    if answer is None:
        return
    at = text.index(within)  # 0 without
    found = [(at + start, at + end) for start, end in places(answer, within or text)]
    if not found:
        raise ValueError(f"the answer {answer!r} does not stand in {within or 'its text'!r}")
    yield from found


def _without_its_sentence(example: Example) -> Example | None:
    """None where hardly anything is left, or the answer is told elsewhere, too."""
    text, (start, end) = example.context, example.answers[0]
    whole = sentences(text)
    touched = [(a, b) for a, b in whole if a < end and b > start]
    left = text[: touched[0][0]] + text[touched[-1][1] :].lstrip()
    if len(whole) - len(touched) < 2 or text[start:end] in left:
        return None
    return replace(example, context=left, answers=())
