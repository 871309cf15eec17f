"""An example -> its question asked otherwise: of another name, of a whole library, in haste.

Knows text alone, nothing of tokens. Pure given a `random.Random`.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from index.chunk import sentences
from index.language import YEAR
from qa.training.data import Example, some

_NAME = re.compile(r"\b[A-Z][\w'-]+(?: (?:of |the )?[A-Z][\w'-]+)*")
_OPENERS = frozenset(  # which begin a question or a sentence with the capital of no name
    "A About After Along Although Among An And Are As At Because Before Besides But By Can Could Did Do Does During"
    " Each First For From Had Has Have He How If In Into Is It Its Like Many Name No Not Of On Other Since So That The"
    " Their These They This Those Through To Under Until Was Were What What's When Where Which While Who Who's Whom"
    " Whose Why Will With Within Would You".split()
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
_TRIED = 8  # names of other articles, of which one that is not in the text is taken


def names_in(text: str) -> list[str]:
    """Capitalised words and runs of them, without the word that opens a question ("In Norway", "Did Tesla")."""
    names = []
    for name in _NAME.findall(text):
        first, _, rest = name.partition(" ")
        names.append(rest.removeprefix("the ").removeprefix("of ") if first in _OPENERS else name)
    return [name for name in names if name]


def name_groups(examples: Sequence[Example]) -> list[list[str]]:
    """The names that the questions of an article speak of, article by article; sorted, at least six each."""
    groups: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        found = (name.removesuffix("'s") for name in names_in(example.question))
        groups[example.title] |= {name for name in found if len(name) < 30}
    return [sorted(names) for names in groups.values() if len(names) >= 6]


def near_miss(example: Example, elsewhere: Sequence[str], rng: random.Random) -> Example | None:
    """The same question asked of another year or another name, so that its context no longer answers it.

    `elsewhere` are names of other paragraphs. None when there is nothing to swap.
    """
    year = YEAR.search(example.question)
    if year:
        other = str(int(year.group()) + rng.choice([-10, -5, -3, -2, -1, 1, 2, 3, 5, 10]))
        if other not in example.context:
            return replace(example, question=example.question.replace(year.group(), other), answers=())
    context = example.context.lower()
    swappable = [name for name in names_in(example.question) if name.lower() in context]
    others = some(elsewhere, _TRIED, rng)
    candidates = [name for name in others if name.lower() not in context and name not in example.question]
    if not swappable or not candidates:
        return None
    asked_of, other = rng.choice(swappable), rng.choice(candidates)
    question = re.sub(rf"\b{re.escape(asked_of)}\b", lambda _: other, example.question)
    return replace(example, question=question, answers=())


def situated(example: Example, elsewhere: Sequence[str], rng: random.Random) -> Example | None:
    """The same question as it is asked of a whole library: with a name that tells which article is meant.

    The name is of the title or of the first two sentences, and not of the answer: it need not stand where the answer
    does. Some get a name of `elsewhere` that is not in the text, and have no answer. None where there is none to give.
    """
    text = f"{example.title} {example.context}".lower()
    if rng.random() < _FOREIGN:
        names = [name for name in some(elsewhere, _TRIED, rng) if name.lower() not in text]
        example = replace(example, answers=())
    else:
        # Each without its first letter, which may be the capital of no name.
        opening = (example.context[start + 1 : end] for start, end in sentences(example.context)[:2])
        golds = [example.context[start:end].lower() for start, end in example.answers]
        names = [
            name
            for part in (example.title, *opening)
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
