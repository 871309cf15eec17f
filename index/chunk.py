"""A document -> its passages: whole sentences with exact character offsets, about the size the reader was trained on.

Knows nothing of tokens or models: sizes are characters. Sentence boundaries come from `sentencex` (any script).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from index.types import Document, Passage

# Sizes compared on long articles in qa/evaluation/LOG.md; about 4.4 characters make a token.
CHUNK_CHARS = 480
LEAD_CHARS = 200
_MAX_SENTENCE_CHARS = 1200
_SPLIT_CHARS = 10_000  # at once: sentencex takes time by the square of the quotes that a paragraph does not close
BULLETS = "[•‣▪●○◦■□–*+-]"
_BULLET = re.compile(rf"^{BULLETS}[ \t]+(?=\S)", re.MULTILINE)
_ODD_SPACE = re.compile(r"[^\S \n]")  # sentencex 1.0.32 panics on "A\u3000."; one character stands for one

Range = tuple[int, int]


def sentences(text: str, start: int = 0) -> list[Range]:
    """Ranges of the sentences of `text[start:]`, trimmed of white space; together they cover every other character.

    A line that begins with a bullet is one. What runs on without an end (tables, lists of names) is cut at white space
    every 1,200 characters.
    """
    from sentencex import get_sentence_boundaries

    ranges: list[Range] = []
    plain = _ODD_SPACE.sub(" ", text)
    for first, last in _portions(plain, start):
        for boundary in get_sentence_boundaries("en", plain[first:last]):
            whole = _trim(text, first + boundary["start_index"], first + boundary["end_index"])
            for item in _items(text, *whole):
                ranges.extend(_cut(text, item))
    return ranges


def _portions(text: str, start: int) -> Iterator[Range]:
    """Whole paragraphs that are split at once; only one that is longer is cut, where a line, sentence or word ends."""
    while len(text) - start > _SPLIT_CHARS:
        ends = (text.rfind(mark, start, start + _SPLIT_CHARS) for mark in ("\n\n", "\n", ". ", " "))
        stop = next((at + 1 for at in ends if at >= 0), start + _SPLIT_CHARS)
        yield start, stop
        start = stop
    yield start, len(text)


def _items(text: str, start: int, end: int) -> Iterator[Range]:
    """The items of a list that were taken for one sentence, or all of it."""
    starts = [start, *(bullet.start() for bullet in _BULLET.finditer(text, start + 1, end)), end]
    yield from (_trim(text, *piece) for piece in pairwise(starts) if text[slice(*piece)].strip())


def unbulleted(text: str, start: int) -> int:
    """Where the words of a sentence begin that may be the item of a list."""
    bullet = _BULLET.match(text, start)
    return bullet.end() if bullet else start


def _trim(text: str, start: int, end: int) -> Range:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _cut(text: str, whole: Range) -> Iterator[Range]:
    start, end = whole
    while end - start > _MAX_SENTENCE_CHARS:
        within = start + _MAX_SENTENCE_CHARS // 2, start + _MAX_SENTENCE_CHARS
        at = max(text.rfind(space, *within) for space in " \n")
        stop = at if at > 0 else start + _MAX_SENTENCE_CHARS
        piece = _trim(text, start, stop)
        if piece[0] < piece[1]:
            yield piece
        start = _trim(text, stop, end)[0]
    if start < end:
        yield start, end


def chunk(document: Document, *, chunk_chars: int = CHUNK_CHARS, lead_chars: int = LEAD_CHARS) -> list[Passage]:
    """Passages in reading order. They do not overlap, and every sentence of the body lies in exactly one.

    A passage takes sentences until `chunk_chars` would be passed; one longer sentence is a passage of its own.
    """
    found = sentences(document.text, document.body_start)
    passages: list[Passage] = []
    for first, last in _groups(found, chunk_chars):
        start, end = found[first][0], found[last][1]
        lead_start = _lead_start(found, first, lead_chars)
        passages.append(
            Passage(
                id=len(passages),
                document_id=document.id,
                start=start,
                end=end,
                text=document.text[start:end],
                title=document.title,
                lead=document.text[lead_start:start].strip(),
            )
        )
    return passages


def _groups(found: list[Range], chunk_chars: int) -> Iterator[Range]:
    """(first, last) sentence numbers of each passage."""
    first = 0
    for number in range(1, len(found) + 1):
        if number == len(found) or found[number][1] - found[first][0] > chunk_chars:
            yield first, number - 1
            first = number


def _lead_start(found: list[Range], first: int, lead_chars: int) -> int:
    """Where the whole sentences begin that end before sentence `first` and fit into `lead_chars`."""
    number = first
    while number > 0 and found[first][0] - found[number - 1][0] <= lead_chars:
        number -= 1
    return found[number][0]
