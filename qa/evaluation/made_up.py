"""Made-up articles and questions for measuring speed: as long as real ones, of real words, and free to publish.

In: a number and a seed. Out: Documents whose passages have some 35 to 200 tokens, and questions of their words. They
mean nothing, so nothing but speed may be measured on them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.chunk import chunk
from index.types import Document, InputError

_SAMPLE = Path(__file__).parents[2] / "articles"
_ASKING = "What is the", "How many", "Who said that", "When will", "Which", "Where does"


def articles(passages: int, *, seed: int = 7) -> list[Document]:
    """Just so many that they are cut into at least `passages` passages."""
    rng, words = random.Random(seed), _words()
    made: list[Document] = []
    count = 0
    while count < passages:
        text = " ".join(_sentence(rng, words) for _ in range(rng.randint(1, 16)))
        title = " ".join(rng.choices(words, k=rng.randint(3, 8))).capitalize()
        made.append(Document(f"made-up-{len(made)}", title, text, f"made-up:{len(made)}"))
        count += len(chunk(made[-1]))
    return made


def questions(documents: Sequence[Document], count: int, *, seed: int = 11) -> list[str]:
    """Different ones, each with a few words of one of the documents."""
    rng = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        words = rng.choice(documents).text.split()
        at = rng.randrange(max(1, len(words) - 8))
        made[f"{rng.choice(_ASKING)} {' '.join(words[at : at + rng.randint(4, 8)])}?"] = None
    return list(made)


def _sentence(rng: random.Random, words: Sequence[str]) -> str:
    chosen = rng.choices(words, k=rng.randint(8, 26))
    chosen[rng.randrange(len(chosen))] = f"{rng.randint(2, 9000):,}"
    return " ".join(chosen).capitalize() + "."


def _words() -> list[str]:
    """Those of the sample articles, as often as they stand there."""
    return [word for text in _texts() for word in re.findall(r"[A-Za-z]{2,}", text)]


def _texts() -> Iterator[str]:
    found = sorted(_SAMPLE.glob("*.txt"))
    if not found:
        raise InputError(f"there are no sample articles in {_SAMPLE}", "run it from a checkout of the project")
    for path in found:
        yield path.read_text(encoding="utf-8")
