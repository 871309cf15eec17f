"""Question sets on disk -> Questions. Knows the file layouts, nothing of assistants, metrics or training.

In: JSON Lines (optionally gzip): question sets (`answers` are strings), paragraphs with questions (`context`, `answers`
are {text, start}), yes/no sets (`yesno`) and rewriting sets (`rewrite`). Out: checked `Question`s, in file order.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.types import InputError

_LAYOUT = 'each line needs "id", "question", "answers": [...] and "unanswerable": true or false'
_NEAR = 0.6  # reading SQuAD 2.0: above it nearly all differ in one word, below 0.5 many ask of something else


@dataclass(frozen=True, slots=True)
class Question:
    """One question and what is expected. `answers` is empty exactly when the question is unanswerable.

    `history` holds the user's earlier questions, `evidence` the ids of documents that hold the answer, `all_of` values
    that must all be named, `context` the paragraph for sets that give one. A rewriting set expects the rewrite.
    `near_miss` marks what an inattentive reader would answer: see `near_misses`.
    """

    id: str
    question: str
    answers: tuple[str, ...]
    unanswerable: bool
    history: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    context: str = ""
    title: str = ""
    near_miss: bool = False

    def __post_init__(self) -> None:
        if not self.question.strip():
            raise ValueError("the question is empty")
        if self.unanswerable and (self.answers or self.all_of):
            raise ValueError("an unanswerable question cannot have answers")
        if not self.unanswerable and not self.answers:
            raise ValueError("an answerable question needs at least one answer")


def read_questions(path: Path) -> list[Question]:
    """All questions of one file. Raises InputError naming the line that cannot be used, or for an empty file."""
    questions = [_checked(line, path, number) for number, line in _lines(path)]
    if not questions:
        raise InputError(f"{path} holds no questions", _LAYOUT)
    near = near_misses(questions)
    return [
        replace(question, near_miss=True) if number in near else question for number, question in enumerate(questions)
    ]


def near_misses(questions: Sequence[Question]) -> frozenset[int]:
    """The places of unanswerable questions that nearly repeat an answerable one: another city, another year, "not".

    Nearly: of the words that either has, both have three in five. The two must be of the same paragraph, or of the same
    evidence where a set gives no paragraph.
    """
    words = [frozenset(re.findall(r"\w+", question.question.lower())) for question in questions]
    answerable: dict[object, list[frozenset[str]]] = defaultdict(list)
    for question, its_words in zip(questions, words, strict=True):
        if not question.unanswerable:
            answerable[_about(question)].append(its_words)
    return frozenset(
        number
        for number, (question, its_words) in enumerate(zip(questions, words, strict=True))
        if question.unanswerable and any(_shared(its_words, other) >= _NEAR for other in answerable[_about(question)])
    )


def _about(question: Question) -> object:
    return question.context or question.evidence


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard's index: the words of both among those of either."""
    return len(one & other) / max(1, len(one | other))


def sample(questions: Sequence[Question], count: int) -> list[Question]:
    """At most `count` questions, spread evenly over the set; the same ones each time."""
    count = min(count, len(questions))
    return [questions[number * len(questions) // count] for number in range(count)]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers counted from 1."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig") as lines:
            yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        hint = "check the path, and that the file is JSON Lines in UTF-8 (gzip only when it is named .gz)"
        raise InputError(f"cannot read {path}: {error}", hint) from error


def _checked(line: str, path: Path, number: int) -> Question:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}, line {number}: not JSON ({error})", "write one JSON object per line") from error
    if not isinstance(row, dict):
        raise InputError(f"{path}, line {number}: not a JSON object", "write one JSON object per line")
    try:
        return _question(row)
    except KeyError as error:
        raise InputError(f"{path}, line {number}: the field {error} is missing", _LAYOUT) from error
    except ValueError as error:
        raise InputError(f"{path}, line {number}: {error}", _LAYOUT) from error


def _question(row: Mapping[str, Any]) -> Question:
    """Raises KeyError for a missing field, ValueError for one of the wrong kind."""
    answers, unanswerable = _expected(row)
    return Question(
        id=_text(row["id"], "id"),
        question=_text(row["question"], "question").strip(),
        answers=answers,
        unanswerable=unanswerable,
        history=_user_questions(row),
        evidence=_texts(row, "evidence", key="doc"),
        all_of=_texts(row, "all_of"),
        context=_text(row.get("context", ""), "context"),
        title=_text(row.get("title", ""), "title"),
    )


def _expected(row: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    """The answers that count as right, and whether there are none."""
    for field in ("yesno", "rewrite"):
        if field in row and "answers" not in row:
            return (_text(row[field], field),), False
    unanswerable = row["no_answer"] if "no_answer" in row else row["unanswerable"]
    if not isinstance(unanswerable, bool):
        raise ValueError(f'"unanswerable" is {unanswerable!r}, not true or false')
    if "answers" not in row:
        raise KeyError("answers")
    return _texts(row, "answers", key="text"), unanswerable


def _user_questions(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The user's side of `history`, oldest first, in each of the three shapes that public sets use."""
    turns = _texts(row, "history")
    if str(row["id"]).startswith("canard:"):
        return turns[2::2]  # topic, section, question, answer, question, answer ...
    if "answerability" in row:
        return turns[::2]  # MTRAG-UN: user, assistant, user, assistant ...
    return turns


def _texts(row: Mapping[str, Any], field: str, *, key: str = "") -> tuple[str, ...]:
    """The distinct strings of a list, in order (a question may be asked twice, so `history` keeps every one).

    Objects in the list stand for their `key`.
    """
    values = row.get(field, [])
    if not isinstance(values, list):
        raise ValueError(f'"{field}" is {values!r}, not a list')
    texts = [_text(value[key] if key and isinstance(value, dict) else value, field) for value in values]
    return tuple(texts if field == "history" else dict.fromkeys(texts))


def _text(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f'"{field}" holds {value!r}, which is not text')
    return value
