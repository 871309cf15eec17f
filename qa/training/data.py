"""Question sets on disk -> examples. Knows the file formats, nothing of tokens or models.

In: JSON Lines (optionally gzip) with `question`, `context`, `answers: [{text, start}]`, `title?`, `offset_guessed?`, or
SQuAD's own nested JSON. Out: `Example`s whose answers really stand in their contexts. A row that breaks that promise is
an error.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from index.types import InputError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Example:
    """One question over one context; `answers` are character ranges, none when the context does not say.

    Where the same words stand several times and nobody knows which of them are the answer, all of them are.
    """

    question: str
    context: str
    title: str = ""
    answers: tuple[tuple[int, int], ...] = ()
    asked_of: str = ""  # the title of the article that the question was written for, where that is another
    teacher_share: float = 1.0  # how much of theirs in the loss holds for it; none where a rule knows better

    @property
    def answerable(self) -> bool:
        return bool(self.answers)


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a JSON Lines file, gzip or plain. Raises InputError with the line that is not JSON."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _parse(line, path, number)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot read {path}: {error}", "check the path and that the file is JSON Lines in UTF-8"
        ) from error


def _parse(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}, line {number}: not JSON ({error})", "write one JSON object per line") from error
    if not isinstance(row, dict):
        raise InputError(f"{path}, line {number}: not a JSON object", "write one JSON object per line")
    return row


def read_examples(path: Path) -> list[Example]:
    """All examples of one file. Raises InputError for a span that is not in its context, or an empty set."""
    rows = _squad_rows(path) if path.suffix == ".json" else read_rows(path)
    examples = [_example(row, path) for row in rows]
    if not examples:
        raise InputError(f"{path} holds no examples", "each line needs question, context and answers")
    return examples


def _example(row: dict[str, Any], path: Path) -> Example:
    try:
        question, context, title = row["question"].strip(), row["context"], row.get("title") or ""
        spans = tuple((a["start"], a["start"] + len(a["text"])) for a in row["answers"])
        texts = [a["text"] for a in row["answers"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}, row {row.get('id', '?')}: a field is missing or of the wrong kind ({error})",
            "each row needs question, context and answers, a list of text and start",
        ) from error
    for (start, end), text in zip(spans, texts, strict=True):
        if context[start:end] != text:
            raise InputError(
                f"{path}, row {row.get('id', '?')}: the answer {text!r} is not at character {start} of its context",
                "answers[].start counts characters of context, from 0",
            )
    if row.get("offset_guessed"):
        spans = tuple(place for text in dict.fromkeys(texts) for place in places(text, context)) or spans
    return Example(question, context, title, spans)


def places(text: str, context: str) -> Iterator[tuple[int, int]]:
    """Where `text` stands in `context`, as words of their own."""
    return (found.span() for found in re.finditer(rf"(?<!\w){re.escape(text)}(?!\w)", context))


def _squad_rows(path: Path) -> Iterator[dict[str, Any]]:
    """SQuAD's own layout (data -> paragraphs -> qas), flattened."""
    try:
        yield from _flattened(json.loads(path.read_text(encoding="utf-8"))["data"])
    except (OSError, KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        message = f"cannot read {path} as SQuAD JSON: {type(error).__name__}: {error}"
        raise InputError(message, "its layout is data -> paragraphs -> qas, in UTF-8") from error


def _flattened(articles: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for article in articles:
        for paragraph in article["paragraphs"]:
            for qa in paragraph["qas"]:
                answers = [{"text": a["text"], "start": a["answer_start"]} for a in qa.get("answers", [])]
                yield {
                    "id": qa.get("id", "?"),
                    "question": qa["question"],
                    "context": paragraph["context"],
                    "title": article.get("title", "").replace("_", " "),
                    "answers": answers,
                }


def held_out(example: Example, *, one_in: int = 40) -> bool:
    """Whether the example's article is kept from training, for calibration. Whole articles, so no context leaks."""
    digest = hashlib.sha256((example.title or example.context).encode()).digest()
    return digest[0] * 256 + digest[1] < 65536 // one_in


def parted(examples: Iterable[Example], *, one_in: int = 40) -> tuple[list[Example], list[Example]]:
    """Those to train on, and those whose articles are kept from it."""
    parts: tuple[list[Example], list[Example]] = [], []
    for example in examples:
        parts[held_out(example, one_in=one_in)].append(example)
    return parts


def some(items: Sequence[T], count: int, rng: random.Random) -> list[T]:
    """At most `count` of them, drawn."""
    return rng.sample(items, min(count, len(items)))


def fold_of(example: Example, folds: int) -> int:
    """Which of so many parts the example is in. All questions written for an article are in the same one."""
    article = example.asked_of or example.title or example.context
    return int.from_bytes(hashlib.sha256(f"fold {article}".encode()).digest()[:4]) % folds


def fingerprint(text: str) -> bytes:
    """A hash that ignores case, spacing and punctuation: the same question typed twice collides."""
    return hashlib.sha256("".join(c for c in text.lower() if c.isalnum()).encode()).digest()[:12]


def without_overlap(examples: Iterable[Example], forbidden: frozenset[bytes]) -> list[Example]:
    """Drops every example whose question or context has one of these fingerprints."""
    return [e for e in examples if forbidden.isdisjoint((fingerprint(e.question), fingerprint(e.context)))]
