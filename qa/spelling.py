"""Names as the passages found write them: with their capitals ("beijing"), without slips ("shangai"). Pure.

A word is mended only to a word of those passages. What is a word is handed in: whatever the reader's vocabulary holds
whole is taken as meant, so that a question about another, well-known name is never turned into one that the articles
answer.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from itertools import pairwise

from index.language import UPPER
from index.types import Passage
from qa.words import content_words, share_unnamed, words

_SHORTEST = 5  # letters; shorter words have too many neighbours
_LEAST_LIKE = 0.84  # difflib's ratio: one letter in seven may be wrong, left out or doubled
_WORD = re.compile(rf"[^\W\d_]{{{_SHORTEST},}}")
_LONGEST = 30  # letters before, where another word may begin
_LEAST_ALONE = 4  # letters of a name of one word: "us" is hardly the US
_NO_NAME = frozenset("report article paper story note memo letter interview minutes study page post".split())
_BEFORE, _BEHIND = re.compile(rf"{UPPER}\w* $"), re.compile(rf" {UPPER}")  # a word with a capital
_OPENED = re.compile(r"(?:^|[.!?:;…\n•\-–—\"“‘(\[])[\s\"“‘(\[]*$")  # after it any word has a capital


def with_capitals(question: str, passages: Iterable[Passage]) -> str:
    """The question with capitals on the words that have one wherever they stand in the passages: "graham soutar".

    One word is a name where it stands alone: "old" is none because of an Old Town. Of several the whole name is asked
    for, as in "corran bridge".
    """
    text = "\n".join(f"{passage.lead} {passage.text}" for passage in passages)
    asked = words(question)
    written: dict[str, set[str]] = {word: set() for word in content_words(question)}
    alone: set[str] = set()
    for found in re.finditer(r"[^\W_]+", text):
        word = found.group().lower()
        if word in written:
            written[word].add(found.group())
            if _stands_alone(text, found):
                alone.add(word)
    capital = {word: next(iter(forms)) for word, forms in written.items() if len(forms) == 1 and not forms <= {word}}
    pairs = {
        (one, other)
        for one, other in pairwise(asked)
        if one in capital and f"{capital[one]} {capital.get(other, other.capitalize())}" in text
    }
    whole = {word for pair in pairs for word in pair}
    names = {word for word in alone & set(capital) if len(word) >= _LEAST_ALONE and word not in _NO_NAME}
    shown = {word: capital.get(word, word.capitalize()) for word in whole | names}
    return re.sub(r"[^\W_]+", lambda found: shown.get(found.group(), found.group()), question)


def _stands_alone(text: str, word: re.Match[str]) -> bool:
    """Whether it is inside a sentence and beside no other name: in "On Monday", not in "the Old Town"."""
    around = max(0, word.start() - _LONGEST)
    before = _BEFORE.search(text, around, word.start())
    if _BEHIND.match(text, word.end()) or (before and content_words(before.group())):
        return False
    return not _OPENED.search(text, around, word.start())


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
