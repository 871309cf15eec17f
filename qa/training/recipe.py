"""Which question sets go into the weights, and how much of each. The only place that names them.

In: a folder with the sets (see the model card for what they are). Out: one shuffled list of `Example`s.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from index.types import InputError
from qa.training.data import (
    Example,
    Verdict,
    fingerprint,
    held_out,
    read_examples,
    read_rows,
    read_verdicts,
    without_overlap,
)
from qa.training.features import names_in, near_miss
from qa.training.yes_no import as_yes_no, other_answer

# file -> examples taken at most. SQuAD 2.0 carries the task; the others widen its domain.
SPAN_SETS = {
    "squad2.train": 10**6,
    "nq_qed.train": 10**6,
    "squadshifts_reddit.train": 4000,
    "squadshifts_amazon.train": 3000,
    "fairytaleqa.train": 2500,
    "quoref_contrast.train": 936,
    "qamr.train": 8000,
}
HARD_NEGATIVES = 40_000  # retrieved paragraphs that lack the answer, most of the same article
NEAR_MISSES = 15_000  # questions with a year or a name swapped
VERDICT_SETS = {"boolq_devset.yesno.train": 3, "pubmedqa.yesno.train": 1}  # file -> times in one pass
VERDICTS = 26_000  # questions turned into questions for a yes or no


def examples_from(folder: Path, *, seed: int) -> list[Example]:
    """The recipe's training examples, without the articles held out for calibration.

    Questions and contexts that also stand in the folders `dev` and `corpora` beside `folder`, which are for measuring,
    are left out.
    """
    rng = random.Random(seed)
    squad = [e for e in _read(folder, "squad2.train") if not held_out(e)]
    mixed = list(squad)
    for name, limit in SPAN_SETS.items():
        if name != "squad2.train":
            found = _read(folder, name)
            mixed += rng.sample(found, min(limit, len(found)))
    mixed += hard_negatives(folder, rng, HARD_NEGATIVES)
    mixed += near_misses(squad, rng, NEAR_MISSES)
    mixed += verdicts(squad, rng, VERDICTS)
    for name, times in VERDICT_SETS.items():
        mixed += times * read_verdicts(_found(folder, name))
    kept = without_overlap(mixed, measured_texts(folder.parent))
    rng.shuffle(kept)
    return kept


def measured_texts(data: Path) -> frozenset[bytes]:
    """Fingerprints of the questions, contexts and documents in `data`/dev and `data`/corpora."""
    paths = [*sorted(data.glob("dev/*.jsonl.gz")), *sorted(data.glob("corpora/*/*.jsonl"))]
    rows = (row for path in paths for row in read_rows(path))
    return frozenset(fingerprint(row[key]) for row in rows for key in ("question", "context", "text") if row.get(key))


def calibration_from(folder: Path) -> list[Example]:
    """SQuAD 2.0 training articles that training never sees."""
    return [e for e in _read(folder, "squad2.train") if held_out(e)]


def _read(folder: Path, name: str) -> list[Example]:
    return read_examples(_found(folder, name))


def _found(folder: Path, name: str) -> Path:
    for path in (folder / f"{name}.jsonl.gz", folder / f"{name}.jsonl"):
        if path.exists():
            return path
    raise InputError(f"{folder} has no {name}.jsonl(.gz)", "name the folder with the training sets")


def hard_negatives(folder: Path, rng: random.Random, count: int) -> list[Example]:
    """Questions over paragraphs that retrieval ranks high and that do not hold the answer."""
    passages = {row["pid"]: row for row in read_rows(folder / "rerank_passages.jsonl.gz")}
    groups = [row for row in read_rows(folder / "rerank_squad.train.jsonl.gz") if row["negs"]]
    made = []
    for group in rng.sample(groups, min(count, len(groups))):
        wrong = passages[rng.choice(group["negs"])]
        made.append(Example(group["question"], wrong["text"], wrong["title"]))
    return [e for e in made if not held_out(e)]


def near_misses(examples: Sequence[Example], rng: random.Random, count: int) -> list[Example]:
    """Answerable questions turned unanswerable by asking of another year or name of the same article."""
    names: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        names[example.title] += names_in(example.question)
    answerable = [e for e in examples if e.answerable]
    made = []
    for example in rng.sample(answerable, min(4 * count, len(answerable))):
        missed = near_miss(example, rng.sample(names[example.title], min(8, len(names[example.title]))), rng)
        if missed:
            made.append(missed)
    return made[:count]


def verdicts(examples: Sequence[Example], rng: random.Random, count: int) -> list[Example]:
    """Questions for a yes or no: with the right answer, with another answer of the article, or with nothing to find."""
    answers: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        answers[example.title] += [example.context[start:end] for start, end in example.answers[:1]]
    made: list[Example] = []
    for example in rng.sample(list(examples), len(examples)):
        if len(made) == count:
            break
        asked = _for_a_verdict(example, answers[example.title], rng)
        made += [asked] if asked else []
    return made


def _for_a_verdict(example: Example, elsewhere: Sequence[str], rng: random.Random) -> Example | None:
    verdict: Verdict = ("yes" if rng.random() < 0.5 else "no") if example.answerable else "unsaid"
    if verdict == "yes":
        start, end = example.answers[0]
        answer: str | None = example.context[start:end]
    elif verdict == "no":
        start, end = example.answers[0]
        answer = other_answer(example.context[start:end], _nearest(elsewhere, example.context, rng), rng)
    else:
        answer = rng.choice(elsewhere) if elsewhere else None
    question = as_yes_no(example.question, answer) if answer else None
    return replace(example, question=question, verdict=verdict) if question else None


def _nearest(answers: Sequence[str], context: str, rng: random.Random) -> list[str]:
    """A few of the answers, half of the time those of the same paragraph: they are the harder ones to tell apart."""
    few = rng.sample(list(answers), min(60, len(answers)))
    here = [answer for answer in few if answer in context]
    return here if here and rng.random() < 0.5 else few
