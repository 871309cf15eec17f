"""Which question sets go into the weights, and how much of each. The only place that names them.

In: a folder with the sets (see the model card for what they are). Out: one shuffled list of `Example`s.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from index.types import InputError
from qa.training.data import Example, fingerprint, held_out, parted, read_examples, read_rows, some, without_overlap
from qa.training.parallel import parallels
from qa.training.tables import tables
from qa.training.variants import name_groups, names_in, near_miss, situated
from qa.training.written import asked_examples, of_what_is_left, written_examples

# file -> examples taken at most. SQuAD 2.0, all of it, carries the task; these widen its domain.
SPAN_SETS = {
    "nq_qed.train": 10**6,
    "squadshifts_reddit.train": 10**6,
    "squadshifts_amazon.train": 6000,
    "fairytaleqa.train": 4000,
    "quoref_contrast.train": 936,
    "qamr.train": 16_000,
}
HARD_NEGATIVES = 40_000  # retrieved paragraphs that lack the answer, most of the same article
TABLE_QUESTIONS = 16_000  # about the cells of made-up tables
PARALLEL_QUESTIONS = 12_000  # about made-up lists and sentences that tell the same of several things
NEAR_MISSES = 40_000  # questions with a year or a name swapped
WRITTEN_TIMES = 3  # each question about a text written for training: nearest to what people ask
ASKED_TIMES = 2  # each question written for training about a paragraph of SQuAD
SITUATED = 0.3  # of both, and of SQuAD's, say which article is meant
CALIBRATED_ON = 1000  # held-out questions of each kind
_WRITTEN_HELD_OUT = 15  # of so many texts one is kept from training


def examples_from(folder: Path, *, seed: int) -> list[Example]:
    """The recipe's training examples, without the articles held out for calibration.

    Questions and contexts that also stand in the folders `dev` and `corpora` beside `folder`, which are for measuring,
    are left out.
    """
    rng = random.Random(seed)
    squad, apart = _squad(folder)
    mixed = squad + [e for e in squad if len(e.answers) > 1]  # twice: what an article is about, it says often
    written, _ = _written()
    mixed += [*written, *of_what_is_left(written, rng)] * WRITTEN_TIMES
    asked = asked_examples(squad)
    mixed += [*asked, *of_what_is_left(asked, rng)] * ASKED_TIMES
    groups = name_groups(squad)
    mixed = _as_asked_of_a_library(mixed, sorted({name for group in groups for name in group}), rng)
    titles = {example.title for example in apart}
    for name, limit in SPAN_SETS.items():
        mixed += some([example for example in _read(folder, name) if example.title not in titles], limit, rng)
    mixed += hard_negatives(folder, rng, HARD_NEGATIVES)
    mixed += near_misses(squad, rng, NEAR_MISSES)
    mixed += tables(groups, rng, TABLE_QUESTIONS)
    mixed += parallels(groups, sorted({example.context for example in squad}), rng, PARALLEL_QUESTIONS)
    kept = without_overlap(mixed, measured_texts(folder.parent))
    rng.shuffle(kept)
    return kept


def _as_asked_of_a_library(examples: Sequence[Example], names: Sequence[str], rng: random.Random) -> list[Example]:
    """A part of them says which article is meant, where there is a name to say it by."""
    return [(rng.random() < SITUATED and situated(example, names, rng)) or example for example in examples]


def measured_texts(data: Path) -> frozenset[bytes]:
    """Fingerprints of the questions, contexts and documents in `data`/dev and `data`/corpora."""
    paths = [*sorted(data.glob("dev/*.jsonl.gz")), *sorted(data.glob("corpora/*/*.jsonl"))]
    rows = (row for path in paths for row in read_rows(path))
    return frozenset(fingerprint(row[key]) for row in rows for key in ("question", "context", "text") if row.get(key))


def calibration_from(folder: Path, *, seed: int) -> list[Example]:
    """As many questions of each kind that training never sees: of SQuAD 2.0 training articles, those written about the
    paragraphs of these, which mostly use other words, and those of texts written for training.
    """
    rng = random.Random(seed)
    (_, articles), (_, written) = _squad(folder), _written()
    kinds = (articles, asked_examples(articles), written)
    return [example for kind in kinds for example in some(kind, CALIBRATED_ON, rng)]


def _squad(folder: Path) -> tuple[list[Example], list[Example]]:
    return parted(_read(folder, "squad2.train"))


def _written() -> tuple[list[Example], list[Example]]:
    return parted(written_examples(), one_in=_WRITTEN_HELD_OUT)


def _read(folder: Path, name: str) -> list[Example]:
    return read_examples(_found(folder, name))


def _found(folder: Path, name: str) -> Path:
    for path in (folder / f"{name}.jsonl.gz", folder / f"{name}.jsonl"):
        if path.exists():
            return path
    raise InputError(f"{folder} has no {name}.jsonl(.gz)", "name the folder with the training sets")


def hard_negatives(folder: Path, rng: random.Random, count: int) -> list[Example]:
    """Questions over paragraphs that retrieval ranks high and that do not hold the answer."""
    passages = {row["pid"]: row for row in read_rows(_found(folder, "rerank_passages"))}
    groups = [row for row in read_rows(_found(folder, "rerank_squad.train")) if row["negs"]]
    made = []
    for group in some(groups, count, rng):
        wrong, its_own = passages[rng.choice(group["negs"])], passages[group["pos"]]
        if not held_out(Example("", its_own["text"], its_own["title"])):
            made.append(Example(group["question"], wrong["text"], wrong["title"], asked_of=its_own["title"]))
    return [e for e in made if not held_out(e)]


def near_misses(examples: Sequence[Example], rng: random.Random, count: int) -> list[Example]:
    """Answerable questions turned unanswerable by asking of another year or name of the same article."""
    names: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        names[example.title] += names_in(example.question)
    answerable = [e for e in examples if e.answerable]
    made = []
    for example in some(answerable, 4 * count, rng):
        if missed := near_miss(example, names[example.title], rng):
            made.append(missed)
    return made[:count]
