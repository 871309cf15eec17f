"""Runs of text with their places on a page -> its lines in reading order, without running heads and page numbers.

In: the runs of each page as a file draws them. Out: lines, one column after the other, the cells of a table's row on
one line. Knows nothing of PDF files or Documents.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

SOFT_HYPHEN = "\u00ad"  # ends a run whose last word goes on in the next line
HEADING = 1.15  # times the size of the text, from which on a line is a heading
CELLS = "  "  # between the cells of a table's row
LEADERS = " … "  # between a heading and its page in a table of contents

_DOTS = re.compile(r"(?:\s*\.){5,}\s*")
_NUMBER = re.compile(r"\d+|\b[ivxlc]{1,7}\b")
_BARE_NUMBER = re.compile(r"(?:page|p\.)?[-–—|\s]*(?:\d{1,4}|[ivxlc]{1,7})[-–—|\s]*(?:(?:of|/)\s*\d{1,4})?", re.I)
_HEAD_POINTS = 12.0  # how far a running head may wander from page to page


@dataclass(frozen=True, slots=True)
class Run:
    """Characters in a row, later a whole line. In points, y grows upwards; `size` is the height of the font."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float


def lines(pages: Sequence[Sequence[Run]]) -> list[list[Run]]:
    """The lines of each page, in the order in which they are read."""
    return _without_running_heads([_lines(_in_order(page)) for page in pages])


def body_size(pages: Sequence[Sequence[Run]]) -> float:
    """The size in which most characters are set."""
    by_size: defaultdict[float, int] = defaultdict(int)
    for page in pages:
        for line in page:
            by_size[round(line.size, 1)] += len(line.text)
    return max(by_size, key=lambda size: by_size[size], default=0.0)


# --- the order of the runs -------------------------------------------------------------------------------------------


def _in_order(runs: Sequence[Run]) -> list[Run]:
    """As they are drawn, which is how they are read in nearly every file, unless their places belie it."""
    columns = _columns(runs)
    if len(columns) > 1:
        place = {id(run): at for at, column in enumerate(columns) for run in column}
        leaps = sum(place[id(a)] != place[id(b)] for a, b in pairwise(runs))
        if leaps > 2 * len(columns) + len(runs) // 10:  # drawn line by line across the columns
            return [run for column in columns for run in _downwards(column)]
        return list(runs)
    leaps = sum(after.bottom > before.top for before, after in pairwise(runs))
    return _downwards(runs) if leaps > 3 + len(runs) // 10 else list(runs)


def _downwards(runs: Sequence[Run]) -> list[Run]:
    """From top to bottom, from left to right within a row."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: -(run.top + run.bottom)):
        if rows and _side_by_side(rows[-1][0], run):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [run for row in rows for run in sorted(row, key=lambda run: run.left)]


def _columns(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs in groups that are read one after the other: what stands above two columns, the left, the right, ..."""
    x = _gutter(runs)
    if x is None:
        return [list(runs)]
    groups: list[list[Run]] = []
    left: list[Run] = []
    right: list[Run] = []
    for run in sorted(runs, key=lambda run: -run.top):
        if run.right <= x:
            left.append(run)
        elif run.left >= x:
            right.append(run)
        else:  # it spans both, and ends the columns above it
            groups += [left, *_columns(right), [run]]
            left, right = [], []
    groups += [left, *_columns(right)]
    return [group for group in groups if group]


def _gutter(runs: Sequence[Run]) -> float | None:
    """The x between two columns of prose; None when there are none. A table's cells are too short to be columns."""
    if len(runs) < 12:
        return None
    left, right = min(run.left for run in runs), max(run.right for run in runs)
    edges = sorted({run.right for run in runs if 0.2 < (run.right - left) / (right - left + 1e-9) < 0.8})
    best: tuple[int, float] | None = None
    for x in edges[:: max(1, len(edges) // 60)]:
        crossing = sum(run.left < x < run.right for run in runs)
        best = min(best or (crossing, x), (crossing, x))
    if best is None:
        return None
    x = best[1]
    sides = [run for run in runs if run.right <= x], [run for run in runs if run.left >= x]
    enough = all(len(side) >= 5 and statistics.median(len(run.text) for run in side) >= 20 for side in sides)
    if not enough or best[0] > sum(map(len, sides)) / 2:
        return None
    (low, high), (other_low, other_high) = ((min(r.bottom for r in s), max(r.top for r in s)) for s in sides)
    beside = min(high, other_high) - max(low, other_low)
    return x if beside > 0.5 * min(high - low, other_high - other_low) else None


def _side_by_side(a: Run, b: Run) -> bool:
    return min(a.top, b.top) - max(a.bottom, b.bottom) > 0.5 * min(a.top - a.bottom, b.top - b.bottom)


def _lines(runs: Sequence[Run]) -> list[Run]:
    """Runs that follow one another on the same height, joined; far apart ones, as in a table, by two spaces."""
    lines: list[Run] = []
    for run in runs:
        last = lines[-1] if lines else None
        if last is None or not _side_by_side(last, run) or run.left < last.right - 0.5 * last.size:
            lines.append(run)
            continue
        gap = (run.left - last.right) / max(last.size, run.size, 1e-9)
        space = "" if gap < 0.12 or last.text.endswith(" ") or run.text.startswith(" ") else " " if gap < 1.8 else CELLS
        wide = last if last.right - last.left >= run.right - run.left else run
        text = last.text.replace(SOFT_HYPHEN, "-") + space + run.text
        lines[-1] = replace(wide, text=text, left=min(last.left, run.left), right=max(last.right, run.right))
    return [replace(line, text=_DOTS.sub(LEADERS, line.text).strip()) for line in lines if line.text.strip()]


# --- what stands at the edges of every page --------------------------------------------------------------------------


def _without_running_heads(pages: Sequence[Sequence[Run]]) -> list[list[Run]]:
    """Leaves out what comes again at the same height of other pages, but for its page number, and bare page numbers.

    The header of a table that goes on over pages stays where it stands first.
    """
    body = body_size(pages)
    known: defaultdict[tuple[bool, str], list[tuple[int, Run]]] = defaultdict(list)
    for number, page in enumerate(pages):
        for is_top, line in _edges(page, body):
            known[is_top, _NUMBER.sub("#", line.text.casefold())].append((number, line))
    running = {
        id(line)
        for lines in known.values()
        for at, (number, line) in enumerate(lines)
        for other, twin in (*lines[max(0, at - 3) : at], *lines[at + 1 : at + 4])
        if abs(line.top - twin.top) <= _HEAD_POINTS and _counts_on(line.text, twin.text, other - number)
    }
    places = Counter((line.text, round(line.top / 4)) for page in pages for line in page)
    always = {place for place, count in places.items() if count >= max(4, len(pages) / 3)}  # watermarks, line numbers
    running |= {id(line) for page in pages for line in page if (line.text, round(line.top / 4)) in always}
    running -= _first_headers(pages, running)
    rest = [[line for line in page if id(line) not in running] for page in pages]
    bare = {id(line) for page in rest for _, line in _edges(page, body) if _is_page_number(line, page)}
    return [[line for line in page if id(line) not in bare] for page in rest]


def _first_headers(pages: Sequence[Sequence[Run]], running: set[int]) -> set[int]:
    """Of the running lines the first of each kind that holds cells and stands right above a row of a table."""
    first: dict[str, int] = {}
    for page in pages:
        for line, below in pairwise(page):
            if id(line) in running and CELLS in line.text and CELLS in below.text and id(below) not in running:
                first.setdefault(_NUMBER.sub("#", line.text.casefold()), id(line))
    return set(first.values())


def _edges(page: Sequence[Run], body: float) -> list[tuple[bool, Run]]:
    """(is at the top, line) of the two rows nearest to each edge, without headings, which are set larger."""
    found = []
    for is_top in (True, False):
        rows = sorted(page, key=lambda line: -line.top if is_top else line.bottom)
        second = next((line for line in rows if not _side_by_side(line, rows[0])), None)
        near = [line for line in rows if _side_by_side(line, rows[0]) or (second and _side_by_side(line, second))]
        found += [(is_top, line) for line in near if line.size < HEADING * body]
    return found


def _counts_on(text: str, other: str, pages: int) -> bool:
    """Whether the numbers of two lines that are equal otherwise are the same or differ as their pages do."""
    pairs = zip(re.findall(r"\d+", text), re.findall(r"\d+", other), strict=False)
    return all(int(after[-9:]) - int(before[-9:]) in {0, pages} for before, after in pairs)


def _is_page_number(line: Run, page: Sequence[Run]) -> bool:
    """A bare number that stands alone, with the others all on one side of it and at some distance."""
    if not _BARE_NUMBER.fullmatch(line.text):
        return False
    others = [other for other in page if other is not line]
    above = all(other.bottom > line.top + 0.5 * line.size for other in others)
    return bool(others) and (above or all(other.top < line.bottom - 0.5 * line.size for other in others))
