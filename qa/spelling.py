"""Names as the passages found write them: with their capitals ("beijing"), without slips ("shangai"). Pure.

A word is mended only to a word of those passages. What is a word is handed in: whatever the reader's vocabulary holds
whole is taken as meant, so that a question about another, well-known name is never turned into one that the articles
answer.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable

from index.types import Passage
from qa.words import content_words, share_unnamed

_SHORTEST = 5  # letters; shorter words have too many neighbours
_LEAST_LIKE = 0.84  # difflib's ratio: one letter in seven may be wrong, left out or doubled
_WORD = re.compile(rf"[^\W\d_]{{{_SHORTEST},}}")
_OPENED = re.compile(r"(?:^|[.!?:;…\n•\-–—\"“‘(\[])[\s\"“‘(\[]*$")  # after it any word has a capital


def with_capitals(question: str, passages: Iterable[Passage]) -> str:
    """The question with capitals on the words that have one wherever they stand in the passages: "graham soutar".

    A word that follows such a name has one where it does behind that name, as in "corran bridge".
    """
    text = "\n".join(f"{passage.lead} {passage.text}" for passage in passages)
    meant = content_words(question)
    written: dict[str, set[str]] = {word: set() for word in meant}
    surely: set[str] = set()  # not only where a sentence begins
    for found in re.finditer(r"[^\W_]+", text):
        word = found.group().lower()
        if word in meant:
            written[word].add(found.group())
            if not _OPENED.search(text, max(0, found.start() - 4), found.start()):
                surely.add(word)
    names = {word: next(iter(forms)) for word, forms in written.items() if word in surely and len(forms) == 1}
    names = {word: name for word, name in names.items() if name != word}
    pieces = re.split(r"([^\W_]+)", question)
    for at in range(1, len(pieces), 2):
        before, gap, word = pieces[at - 2] if at > 1 else "", pieces[at - 1], pieces[at]
        if word in names:
            pieces[at] = names[word]
        elif gap == " " and before in names.values() and f"{before} {word.capitalize()}" in text:
            pieces[at] = word.capitalize()
    return "".join(pieces)


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
