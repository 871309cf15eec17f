"""What all systems are given: documents, and questions with the evidence that a search should return.

Two sets: many passages of 35 to 200 tokens, and a few long articles. Taken from a folder of corpora, or, without one,
made up from a seed, in which case the words mean nothing but each question still has one passage that answers it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.protocol import Document
from index.types import InputError

_SHORT, _LONG = ("squad2_dev", "nq_gold", "multihop100"), ("covidqa",)
_SHORTEST, _LONGEST = 150, 900  # characters; about 35 and 200 tokens


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words of a document that answer; no text: the whole document."""

    document: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question that has evidence."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Set:
    """One set of documents with its questions."""

    name: str
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]

    @property
    def characters(self) -> int:
        return sum(len(one.text) for one in self.documents)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of each set is taken."""

    passages: int
    articles: int
    questions: int


def from_folder(data: Path, sizes: Sizes) -> list[Set]:
    """Raises InputError when the folder lacks the corpora."""
    short = [
        (document, questions)
        for document, questions in _corpora(data, _SHORT)
        if _SHORTEST <= len(document.text) <= _LONGEST
    ]
    return [
        _set("passages", spread(short, sizes.passages), sizes.questions),
        _set("articles", spread(list(_corpora(data, _LONG)), sizes.articles), sizes.questions),
    ]


def spread(items: Sequence[Any], count: int) -> list[Any]:
    """At most `count` of them, evenly; the same ones each time."""
    count = min(count, len(items))
    return [items[number * len(items) // count] for number in range(count)]


def _set(name: str, taken: Sequence[tuple[Document, list[Question]]], most: int) -> Set:
    """Questions of which at least one piece of evidence was taken."""
    questions = {question: None for _, its in taken for question in its}
    return Set(name, tuple(document for document, _ in taken), tuple(spread(list(questions), most)))


def _corpora(data: Path, names: Sequence[str]) -> Iterator[tuple[Document, list[Question]]]:
    """Each document with the questions that name it. Ids are prefixed, so that corpora can stand in one library."""
    for name in names:
        about: dict[str, list[Question]] = {}
        for row in _rows(data / name / "questions.jsonl"):
            evidence = tuple(Evidence(f"{name}/{one['doc']}", one.get("text", "")) for one in row.get("evidence", []))
            for document in dict.fromkeys(one.document for one in evidence if not row["unanswerable"]):
                about.setdefault(document, []).append(Question(row["question"].strip(), evidence))
        for row in _rows(data / name / "corpus.jsonl"):
            taken = Document(f"{name}/{row['id']}", row["title"], row["text"])
            yield taken, about.get(taken.id, [])


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines if line.strip())
    except (OSError, ValueError) as error:
        hint = f"name the folder that holds {', '.join((*_SHORT, *_LONG))}, or none for made-up text"
        raise InputError(f"cannot read {path}: {error}", hint) from error


# ── Made up ───────────────────────────────────────────────────────────────────────────────────────────────────────


def made_up(sizes: Sizes, *, seed: int = 7) -> list[Set]:
    """The same two sets without any data: sentences of made-up words, a question of five words of one sentence."""
    rng = random.Random(seed)
    words = ["".join(rng.choices("bdfklmnprstvz", k=1) + rng.choices("aeiou", k=1)) for _ in range(400)]
    words = ["".join(rng.sample(words, rng.choice((1, 2, 2, 3)))) for _ in range(4000)]
    short = [_document(rng, words, f"made/{number}", rng.randint(2, 11)) for number in range(sizes.passages)]
    long = [_document(rng, words, f"long/{number}", rng.randint(150, 400)) for number in range(sizes.articles)]
    return [
        Set(name, tuple(documents), tuple(_asked(rng, documents, sizes.questions)))
        for name, documents in (("passages", short), ("articles", long))
    ]


def _document(rng: random.Random, words: Sequence[str], name: str, sentences: int) -> Document:
    text = " ".join(" ".join(rng.choices(words, k=rng.randint(8, 16))).capitalize() + "." for _ in range(sentences))
    return Document(name, " ".join(rng.choices(words, k=3)).title(), text)


def _asked(rng: random.Random, documents: Sequence[Document], count: int) -> Iterator[Question]:
    for document in spread(documents, count):
        for _ in range(max(1, count // len(documents))):
            sentence = rng.choice(document.text.removesuffix(".").split(". "))
            chosen = rng.sample(sentence.lower().split(), 5)
            yield Question(f"What of {' '.join(chosen)}?", (Evidence(document.id, f"{sentence}."),))


# ── To and from the disk, for the processes that do the work ──────────────────────────────────────────────────────


def write_documents(documents: Sequence[Document], path: Path) -> None:
    path.write_text("".join(json.dumps(asdict(one)) + "\n" for one in documents), encoding="utf-8")
