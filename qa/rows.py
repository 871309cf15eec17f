"""Questions that only a whole table answers: which row has the most, the lowest, the earliest. Pure rules, English.

In: a question, the passages found for it, their documents. Out: the cells that answer it, by comparing the values of a
column in every row; none where the question, the column or a value is in doubt. A reader sees some rows and picks one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from index.copies import FIGURES
from index.dates import find_date
from index.types import Document, Passage
from qa.reader import Span
from qa.words import capitalised, content_words, share_unnamed, words
from qa.writing.quantities import each_quantity

Range: TypeAlias = tuple[int, int]

_MOST = (
    "most highest largest biggest greatest maximum longest tallest deepest heaviest widest newest latest youngest"
    " dearest priciest hottest warmest"
).split()
_LEAST = (
    "least fewest lowest smallest minimum shortest shallowest lightest narrowest oldest earliest cheapest coldest"
).split()
_SUMS = "total totals sum average averages mean altogether combined overall".split()
_MEASURED_BY = {  # words of size, and those of a column that they are about
    "longest shortest": "length duration time distance",
    "tallest highest lowest": "height elevation",
    "deepest shallowest": "depth",
    "heaviest lightest": "weight",
    "widest narrowest": "width",
    "newest latest youngest oldest earliest": "opened founded built established published released date year since time"
    " age",
    "cheapest dearest priciest": "price cost fee fare rent",
    "hottest warmest coldest": "temperature",
    "largest biggest smallest": "area size population",
}
_TURNED = frozenset("age rank position".split())  # the youngest has the lowest age, and the highest rank is 1
_TOLD_BY = {  # what a column may be called whose cells answer such a question
    "who": frozenset("name person player author employee member candidate driver student speaker".split()),
    "when": frozenset("year date day month quarter time".split()),
    "where": frozenset("place city town country region location venue".split()),
}
_MOST_EQUAL = 6  # rows that are an answer together
_WORDS_OF_A_COLUMN = 4  # at most, behind "which"
_SIZE = re.compile(rf"(?<!\bat )\b(?:{'|'.join(_MOST + _LEAST)})\b", re.IGNORECASE)  # not "at least 5"
_BEYOND = re.compile(  # what is asked besides is not understood here
    rf"\b(?:how|since|after|before|between|until|from (?=\d)|over|under|above|below|than|not|except|without|other|"
    rf"second|third|fourth|next|top|{'|'.join(FIGURES)})\b",
    re.IGNORECASE,
)
_COMPARES = frozenset(_MOST + _LEAST + _SUMS)
_ASKS = re.compile(r"\b(which|what|who|when|where)\b", re.IGNORECASE)
_CELL = re.compile(r"([^:;\n]{1,80}): ([^\n]+?)(?:; (?=[^:;\n]{1,80}: )|\.?$)")
_SUMMED = re.compile(r"(?:grand |sub)?totals?|sum|averages?|mean|all\b.*", re.IGNORECASE)  # a row about the others
_BRACKETS = re.compile(r"\(.*?\)")
_TIME = re.compile(r"(\d{1,2}):(\d\d)")
_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}


def is_guess(question: str, span: Span) -> bool:
    """Whether the question compares rows or adds them up, and the span is a cell of one of them, which does neither.

    A row that itself speaks of the most or the total may well be the answer.
    """
    asked = _COMPARES & set(words(question))
    if not asked:
        return False
    text = span.passage.text
    at = text.rfind("\n", 0, span.start - span.passage.start) + 1
    line = text[at:].partition("\n")[0]
    return len(_CELL.findall(line)) > 1 and asked.isdisjoint(words(line))


def extremes(question: str, passages: Iterable[Passage], documents: Mapping[str, Document]) -> list[Span]:
    """The cells that answer "which ... the most ...?": one, or a few where rows or tables are equally good."""
    if not _SIZE.search(question) or _BEYOND.search(question):
        return []
    found: list[tuple[float, Span]] = []
    for document_id in dict.fromkeys(passage.document_id for passage in passages if _has_rows(passage)):
        for table in _tables(documents[document_id]):
            doubt = share_unnamed(question, f"{table.document.title} {' '.join(table.heads)}")
            found += [(doubt, span) for span in _extreme(question, table)]
    least = min((doubt for doubt, _ in found), default=0.0)
    return [span for doubt, span in found if doubt == least]


def _has_rows(passage: Passage) -> bool:
    return any(len(_CELL.findall(line)) > 1 for line in passage.text.split("\n"))


@dataclass(frozen=True)
class _Table:
    """Lines of a document with the same first column: for each where the values stand, by the column's name."""

    document: Document
    rows: list[dict[str, Range]]

    @functools.cached_property
    def heads(self) -> list[str]:
        return list(dict.fromkeys(head for row in self.rows for head in row))

    def text(self, row: Mapping[str, Range], head: str) -> str:
        return self.document.text[slice(*row[head])]

    @functools.cached_property
    def comparable(self) -> dict[str, dict[int, float]]:
        """By the column's name, where all values can be compared: each with the number of its row."""
        return {head: amounts for head in self.heads if (amounts := self._amounts(head))}

    def _amounts(self, head: str) -> dict[int, float]:
        amounts: dict[int, float] = {}
        units: set[str] = set()
        for number, row in enumerate(self.rows):
            cell = self.text(row, head) if head in row else ""
            if any(map(str.isalnum, cell)):
                unit, amounts[number] = _amount(cell)
                units.add(unit)
                if len(units) > 1 or "?" in units:
                    return {}
        return amounts if len(amounts) > 1 else {}


@functools.lru_cache(maxsize=8)  # a large table takes a second
def _tables(document: Document) -> list[_Table]:
    tables: dict[str, _Table] = {}
    for line in re.finditer(r"\S[^\n]*", document.text):
        cells = {found[1]: found.span(2) for found in _CELL.finditer(document.text, *line.span())}
        if len(cells) > 1 and not _SUMMED.fullmatch(document.text[slice(*next(iter(cells.values())))]):
            tables.setdefault(next(iter(cells)), _Table(document, [])).rows.append(cells)
    return list(tables.values())


def _extreme(question: str, table: _Table) -> list[Span]:
    answer = _answering(question, table)
    measure = _measure(question, table, answer) if answer else None
    if answer is None or measure is None:
        return []
    meant = _meant(question, table)
    amounts = {number: amount for number, amount in table.comparable[measure].items() if number in meant}
    wants_most = (_size(question) in _MOST) != (not _TURNED.isdisjoint(words(measure)))
    best = (max if wants_most else min)(amounts.values(), default=0.0)
    rows = [table.rows[number] for number, amount in amounts.items() if amount == best]
    return [] if len(rows) > _MOST_EQUAL else [_span(table.document, row[answer]) for row in rows if answer in row]


def _size(question: str) -> str:
    return str(_SIZE.findall(question)[0]).lower()


def _meant(question: str, table: _Table) -> set[int]:
    """The rows that hold the question's other words: those of Norway. None where a name or a figure is in none."""
    said = [set(words(" ".join(table.text(row, head) for head in row))) for row in table.rows]
    meant = set(range(len(said)))
    for word in content_words(question) - set(words(f"{table.document.title} {' '.join(table.heads)}")) - _COMPARES:
        holding = {number for number in meant if word in said[number]}
        if holding or word.isdigit() or word in capitalised(question):
            meant = holding
    return meant


def _answering(question: str, table: _Table) -> str | None:
    """The column whose cell is asked for: the one behind "which", or the only one named that tells no size."""
    asks = _ASKS.search(question)
    kind = asks[1].lower() if asks else "which"
    if kind in _TOLD_BY:
        return _only([head for head in table.heads if not _TOLD_BY[kind].isdisjoint(words(head))])
    behind = words(_SIZE.split(question[asks.end() :])[0]) if asks else []
    for count in range(1, _WORDS_OF_A_COLUMN + 1):
        named = _named(table.heads, " ".join(behind[:count]))
        if named:
            return named[0]
    named = _named(table.heads, question)
    return _only([head for head in named if head not in table.comparable]) or _only(named)


def _measure(question: str, table: _Table, answer: str) -> str | None:
    """The column whose values are compared: one that is named, or one that such a size is told in."""
    named = _named([head for head in table.comparable if head != answer], question)
    if named:
        most = max(len(_meaning(head)) for head in named)
        return _only([head for head in named if len(_meaning(head)) == most])
    size = _size(question)
    about = {word for sizes, heads in _MEASURED_BY.items() if size in sizes.split() for word in heads.split()}
    told = [head for head in table.comparable if head != answer and not about.isdisjoint(words(head))]
    return (
        _only([head for head in told if _bare(head) in about])
        or _only(told)
        or (answer if answer in table.comparable and not told else None)
    )


def _named(heads: Iterable[str], text: str) -> list[str]:
    """Those of which every word stands in the text, in some form."""
    return [head for head in heads if _meaning(head) and not share_unnamed(_bare(head), text)]


def _meaning(head: str) -> set[str]:
    return content_words(_bare(head))


def _bare(head: str) -> str:
    """The name of a column without its unit."""
    return _BRACKETS.sub("", head).lower()


def _only(heads: list[str]) -> str | None:
    return heads[0] if len(heads) == 1 else None


def _amount(cell: str) -> tuple[str, float]:
    """What a value is measured in, "?" for what cannot be compared, and how much of it there is."""
    if time := _TIME.fullmatch(cell.strip()):
        return "time", 60.0 * int(time[1]) + int(time[2])
    if date := find_date(cell):
        return "date", float(date.toordinal())
    quantities = list(each_quantity(cell))
    if len(quantities) != 1:
        return "?", 0.0
    found, (value, sign) = quantities[0]
    unit = (cell[: found.start()] + cell[found.end() :]).strip(" .").lower()
    days = _DAYS.get(unit.removesuffix("s"))
    if days is not None:
        return "days", float(value) * days
    return unit + sign.replace("-", ""), float(-value if "-" in sign else value)


def _span(document: Document, place: Range) -> Span:
    """The cell, in a passage that is its row."""
    start, end = place
    begin = document.text.rfind("\n", 0, start) + 1
    row = document.text[begin:].partition("\n")[0]
    return Span(Passage(0, document.id, begin, begin + len(row), row), start, end, document.text[start:end], 0.0)
