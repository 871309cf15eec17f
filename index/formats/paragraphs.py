"""Lines in reading order -> paragraphs, and where in their text each page begins.

In: pages of runs of text. Out: a Flow: lines joined to paragraphs, also over the end of a column or a page, and words
mended that a hyphen had parted. Knows nothing of PDF files or Documents.
"""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.formats import layout
from index.formats.layout import CELLS, HEADING, LEADERS, SOFT_HYPHEN, Run

_SENTENCE_END = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*$")
_ITEM = re.compile(r"(?:[•‣▪●○◦■□–—*-]|\(?(?:\d{1,3}|[A-Za-z])[.)]|\[\d{1,3}\])\s")
_PARTED = re.compile(rf"[^\W_](?:-|{SOFT_HYPHEN}|\u2010)$")
_NO_SPACES = re.compile(  # scripts that put none between words
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
)
_SAME_SIZE = 0.08  # of a size, by which two lines of one paragraph may differ


@dataclass(frozen=True, slots=True)
class Flow:
    """The text of all pages; `pages[n]` is the character at which page n + 1 begins. `title` is its largest line."""

    text: str
    pages: tuple[int, ...]
    title: str | None


Paragraph = list[tuple[int, Run]]  # its lines, each with the number of its page


def flow(pages: Sequence[Sequence[Run]]) -> Flow:
    """Reads the pages in order. A page without text begins where the next one does."""
    lines = layout.lines(pages)
    body = layout.body_size(lines)
    paragraphs = _joined(lines, body)
    words = _words(line for page in lines for line in page)
    blocks: list[str] = []
    starts: dict[int, int] = {}
    offset = 0
    for paragraph in paragraphs:
        block = ""
        for (page, line), after in zip(paragraph, [*(line for _, line in paragraph[1:]), None], strict=True):
            starts.setdefault(page, offset + len(block))
            block += _shown(line.text, after.text if after else None, words)
        blocks.append(block)
        offset += len(block) + 2
    text = "\n\n".join(blocks)
    return Flow(text, _filled(starts, len(pages), len(text)), _title(paragraphs, blocks, body))


def _filled(starts: dict[int, int], count: int, end: int) -> tuple[int, ...]:
    found: list[int] = []
    for page in reversed(range(count)):
        end = min(starts.get(page, end), end)
        found.append(end)
    return (0, *reversed(found[:-1])) if found else ()


def _title(paragraphs: Sequence[Paragraph], blocks: Sequence[str], body: float) -> str | None:
    """The first of the largest paragraphs of the first page, if it is larger than the text and not too long."""
    first = [at for at, paragraph in enumerate(paragraphs) if paragraph[0][0] == paragraphs[0][0][0]]
    largest = max(first, key=lambda at: (round(paragraphs[at][0][1].size, 1), -at), default=None)
    if largest is None or paragraphs[largest][0][1].size < HEADING * body:
        return None
    return blocks[largest] if 3 < len(blocks[largest]) <= 200 else None


# --- from lines to paragraphs ----------------------------------------------------------------------------------------


def _joined(pages: Sequence[Sequence[Run]], body: float) -> list[Paragraph]:
    pitch = _pitches(pages)
    paragraphs: list[Paragraph] = []
    full: list[bool] = []  # whether the last line of each paragraph reaches the right edge of its block
    for number, page in enumerate(pages):
        for block in _blocks(page, pitch):
            edge = max(line.right for line in block)
            for at, lines in enumerate(_split(block, is_heading=block[0].size >= HEADING * body)):
                new = [(number, line) for line in lines]
                reaches = len(block) > 2 and lines[-1].right > edge - lines[-1].size
                open_one = _open_one(paragraphs, full, new[0]) if at == 0 else None
                if open_one is None:
                    paragraphs.append(new)
                    full.append(reaches)
                else:  # what stood between, a footnote say, comes first
                    paragraphs.append(paragraphs.pop(open_one) + new)
                    full.pop(open_one)
                    full.append(reaches)
    return paragraphs


def _open_one(paragraphs: Sequence[Paragraph], full: Sequence[bool], line: tuple[int, Run]) -> int | None:
    """Which of the last paragraphs goes on in `line`: the last, or one of the same page before smaller print."""
    for at in range(len(paragraphs) - 1, max(-1, len(paragraphs) - 8), -1):
        last = paragraphs[at][-1]
        if _goes_on(last, line, full[at]) and (at == len(paragraphs) - 1 or _is_elsewhere(last, line)):
            return at
        if last[1].size >= line[1].size or paragraphs[at - 1][0][0] != last[0]:
            return None
    return None


def _pitches(pages: Sequence[Sequence[Run]]) -> dict[int, float]:
    """How far apart the lines of each size stand, in points; the size in whole points."""
    found: defaultdict[int, list[float]] = defaultdict(list)
    for page in pages:
        for above, below in pairwise(page):
            apart = above.bottom - below.bottom
            if _same_size(above, below) and 0 < apart < 3 * above.size:
                found[round(above.size)].append(apart)
    return {size: statistics.median(apart) for size, apart in found.items()}


def _same_size(a: Run, b: Run) -> bool:
    return abs(a.size - b.size) <= _SAME_SIZE * max(a.size, b.size)


def _blocks(page: Sequence[Run], pitch: dict[int, float]) -> Iterator[list[Run]]:
    """Lines of one size, one beneath the other at the usual distance."""
    block: list[Run] = []
    for line in page:
        last = block[-1] if block else None
        if last is not None:
            apart = last.bottom - line.bottom
            usual = pitch.get(round(last.size), 1.4 * last.size)
            beneath = 0 < apart <= 1.3 * usual and line.left < last.right and line.right > last.left
            if not (beneath and _same_size(last, line)):
                yield block
                block = []
        block.append(line)
    if block:
        yield block


def _split(block: list[Run], *, is_heading: bool) -> list[list[Run]]:
    """A block's paragraphs, told by an indented first line, a short last line, or the mark of a list's item."""
    if is_heading and len(block) <= 4:
        return [block]
    left, right = min(line.left for line in block), max(line.right for line in block)
    indented = [line.left > left + 0.7 * line.size for line in block]
    hanging = sum(indented) > len(block) / 2  # then it is the first lines that stand out
    paragraphs = [[block[0]]]
    for at, line in enumerate(block[1:], 1):
        last = block[at - 1]
        room = (right - last.right) / max(right - left, 1e-9)
        short = room > (0.15 if _SENTENCE_END.search(last.text) or _is_centred(last, line) else 0.4)
        first = indented[at] != hanging and indented[at - 1] == hanging and not _ITEM.match(last.text)
        if short or first or _ITEM.match(line.text) or _is_row(last.text) or _is_row(line.text):
            paragraphs.append([])
        paragraphs[-1].append(line)
    return paragraphs


def _is_centred(above: Run, below: Run) -> bool:
    apart = abs(above.left - below.left)
    return apart > above.size and abs(above.left + above.right - below.left - below.right) < 0.2 * apart


def _is_row(text: str) -> bool:
    """Of a table or a table of contents."""
    return CELLS in text or LEADERS in text


def _goes_on(before: tuple[int, Run], after: tuple[int, Run], is_full: bool) -> bool:
    """Whether a paragraph goes on in the next block, column or page. `is_full`: its last line reached the edge.

    A row of a table never does.
    """
    last, line = before[1], after[1]
    if _is_row(last.text) or _is_row(line.text):
        return False
    if not _same_size(last, line) or _SENTENCE_END.search(last.text) or _ITEM.match(line.text):
        return False
    return bool(_PARTED.search(last.text)) or line.text[0].islower() or (is_full and _is_elsewhere(before, after))


def _is_elsewhere(before: tuple[int, Run], after: tuple[int, Run]) -> bool:
    """In another column or on another page."""
    return before[0] != after[0] or after[1].bottom > before[1].top


# --- from lines to text ----------------------------------------------------------------------------------------------


def _words(lines: Iterable[Run]) -> set[str]:
    """The words of the lines, in lower case, but for those that a line's end parts."""
    found: set[str] = set()
    is_rest = False
    for line in lines:
        words = re.findall(r"[^\W_][\w-]*", line.text.casefold())[is_rest:]
        is_rest = bool(_PARTED.search(line.text))
        found.update(words[:-1] if is_rest else words)
    return found


def _shown(text: str, after: str | None, words: set[str]) -> str:
    """A line as it stands in the text before the line `after`: with a space, or without its hyphen."""
    if after is None or not _PARTED.search(text):
        runs_on = after is None or (_NO_SPACES.match(text[-1]) and _NO_SPACES.match(after))
        return text.replace(SOFT_HYPHEN, "-") + ("" if runs_on else " ")
    first, rest = re.search(r"[\w-]*$", text[:-1]), re.match(r"[\w-]*", after)
    begun, ended = first[0].casefold() if first else "", rest[0].casefold() if rest else ""
    if begun + ended in words:
        return text[:-1]
    is_compound = f"{begun}-{ended}" in words or "-" in begun or {begun, ended} <= words
    return text[:-1] + ("-" if is_compound or not after[0].islower() else "")
