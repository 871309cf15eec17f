"""Slips of spelling in names ("shangai", "iflytec"): a word is mended only to a word of the passages found. Pure.

What is a word is handed in: whatever the reader's vocabulary holds whole is taken as meant, so that a question about
another, well-known name is never turned into one that the articles answer.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable

from index.types import Passage
from qa.words import share_unnamed

_SHORTEST = 5  # letters; shorter words have too many neighbours
_LEAST_LIKE = 0.84  # difflib's ratio: one letter in seven may be wrong, left out or doubled
_WORD = re.compile(rf"[^\W\d_]{{{_SHORTEST},}}")


def mended(question: str, passages: Iterable[Passage], is_word: Callable[[str], bool]) -> str:
    """The question with each unknown word exchanged for the one of the passages that it must be a slip of."""
    text = " ".join(f"{passage.text} {passage.lead} {passage.title}" for passage in passages)
    written = {word.lower(): word for word in _WORD.findall(text)}

    def mend(found: re.Match[str]) -> str:
        word = found.group().lower()
        if is_word(word) or not share_unnamed(word, text):  # or a form: "deadlines" where "deadline" is written
            return found.group()
        alike = [other for other in written if other[0] == word[0] and abs(len(other) - len(word)) <= 1]
        nearest = difflib.get_close_matches(word, alike, n=1, cutoff=_LEAST_LIKE)
        return written[nearest[0]] if nearest else found.group()

    return _WORD.sub(mend, question)
