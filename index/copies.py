"""Which texts tell the same story: word for word, or nearly, as when two outlets print one wire report. Pure.

In: texts. Out: the keys by which a nearly equal text can be looked up in a table (MinHash over shingles of words, in
bands), how alike two texts are, and which of several passages say nothing that another has not said.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index import lexical
from index.language import FIGURES
from index.types import Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHINGLE_WORDS = 3
BANDS, ROWS = 8, 3  # texts that share 0.5, 0.6, 0.7, 0.8 of their shingles meet with probability 0.66, 0.86, 0.96, 1.0
LEAST_ALIKE = 0.5  # Jaccard: half of the shingles of both texts together
_LEAST_COVERED = 0.6  # of a passage, for it to say nothing new
_HASHED_AT_ONCE = 50_000  # shingles; bounds the memory that a book takes

_draw = random.Random(20261125)
_FACTORS = [_draw.getrandbits(64) | 1 for _ in range(BANDS * ROWS)]
_TERMS = [_draw.getrandbits(64) for _ in range(BANDS * ROWS)]


@dataclass(frozen=True, slots=True)
class Twin:
    """Another document that tells the same; `is_same`: word for word."""

    document_id: str
    is_same: bool


def told(text: str) -> list[str]:
    """The words of a text as they are indexed: in lower case, without punctuation, any script."""
    return lexical.indexed_words(text)


def shingles(words: Sequence[str]) -> set[str]:
    """Every run of SHINGLE_WORDS words; the whole text when it is shorter. None for no words."""
    runs = range(max(1, len(words) - SHINGLE_WORDS + 1))
    return {" ".join(words[at : at + SHINGLE_WORDS]) for at in runs} if words else set()


def alike(one: set[str], other: set[str]) -> float:
    """The Jaccard similarity of two sets of shingles, 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0


def keys(text: str) -> list[int]:
    """One key for the words of the text, then BANDS of which alike texts are likely to share one. None for no words.

    Source: Broder, SEQUENCES 1997 (MinHash); Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4 (bands).
    """
    words = told(text)
    if not words:
        return []
    least = _least(shingles(words))
    rows = (least[at : at + ROWS].tobytes() for at in range(0, BANDS * ROWS, ROWS))
    return [key_of(words), *(_key(row, number) for number, row in enumerate(rows, 1))]


def key_of(words: Sequence[str]) -> int:
    """The first of the `keys` of a text with these words."""
    return _key(" ".join(words).encode(), 0)


def _key(content: bytes, number: int) -> int:
    """48 bits: small in a table, and still hardly ever shared by chance. `number` keeps the kinds of keys apart."""
    return int.from_bytes(hashlib.blake2b(content, digest_size=6, salt=bytes([number])).digest(), "big")


def _least(found: set[str]) -> NDArray[np.uint64]:
    """(BANDS * ROWS,): for each hash function the least value that any shingle has."""
    import numpy as np

    factors, terms = np.array(_FACTORS, dtype=np.uint64), np.array(_TERMS, dtype=np.uint64)
    least = np.full(len(factors), np.iinfo(np.uint64).max, dtype=np.uint64)
    for some in _slices(found, _HASHED_AT_ONCE):
        digests = b"".join(hashlib.blake2b(shingle.encode(), digest_size=8).digest() for shingle in some)
        hashed = np.frombuffer(digests, dtype=np.uint64)  # (n,)
        for number, (factor, term) in enumerate(zip(factors, terms, strict=True)):
            least[number] = min(least[number], (hashed * factor + term).min())  # products wrap at 2**64, as they should
    return least


def _slices(items: Iterable[str], size: int) -> Iterator[list[str]]:
    listed = list(items)
    for at in range(0, len(listed), size):
        yield listed[at : at + size]


class Said:
    """What the passages of one story have said so far."""

    def __init__(self) -> None:
        self._shingles: set[str] = set()
        self._numbers: set[str] = set()

    def covers(self, text: str) -> bool:
        """Whether most of the text, and every number in it, has been said. Another figure is never a copy."""
        words = told(text)
        found = shingles(words)
        share = len(found & self._shingles) / max(1, len(found))
        return share >= _LEAST_COVERED and self._numbers.issuperset(_numbers(words))

    def add(self, text: str) -> None:
        words = told(text)
        self._shingles |= shingles(words)
        self._numbers.update(_numbers(words))


def _numbers(words: Iterable[str]) -> Iterator[str]:
    return (FIGURES.get(word, word) for word in words if word in FIGURES or any(char.isdigit() for char in word))


def without_copies(
    ranked: Iterable[Passage], stories: Mapping[int, int], *, limit: int
) -> list[tuple[Passage, tuple[Passage, ...]]]:
    """The first `limit` passages that say something new, each with those of the rest that repeat it elsewhere.

    `stories` names the story of each passage (by id) whose document shares one with another. Passages of one document
    are never copies of one another.
    """
    kept: list[tuple[Passage, list[Passage]]] = []
    said: dict[int, Said] = {}
    for passage in ranked:
        story = stories.get(passage.id)
        if story is not None and story in said and said[story].covers(passage.text):
            home = _most_alike(passage, [pair for pair in kept if stories.get(pair[0].id) == story])
            if home is not None:
                home[1].append(passage)
                continue
        if len(kept) == limit:
            continue  # what follows may still repeat one that was kept
        kept.append((passage, []))
        if story is not None:
            said.setdefault(story, Said()).add(passage.text)
    return [(passage, tuple(copies)) for passage, copies in kept]


def _most_alike(
    passage: Passage, among: Sequence[tuple[Passage, list[Passage]]]
) -> tuple[Passage, list[Passage]] | None:
    others = [pair for pair in among if pair[0].document_id != passage.document_id]
    found = shingles(told(passage.text))
    return max(others, key=lambda pair: len(found & shingles(told(pair[0].text))), default=None)
