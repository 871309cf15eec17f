"""Questions that only a whole table answers: which row has the most, the lowest, the earliest. Pure rules, English.

In: a question, the passages found for it, their documents. Out: the cells that answer it, by comparing the values of a
column in every row. A reader sees some rows and picks one; this is certain, and so it answers nothing where a word of
the question, the column, or a value is in doubt.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from index.dates import find_date
from index.language import FIGURES
from index.types import Document, Passage
from qa.quantities import each_quantity
from qa.reader import Span
from qa.sentences import on_its_line
from qa.words import content_words, share_unnamed, words

Range: TypeAlias = tuple[int, int]

_MOST = (
    "most highest largest biggest greatest maximum longest tallest deepest heaviest widest newest latest youngest"
    " dearest priciest hottest warmest"
).split()
_LEAST = (
    "least fewest lowest smallest minimum shortest shallowest lightest narrowest oldest earliest cheapest coldest"
).split()
_SUMS = "total totals sum average averages mean altogether combined overall".split()
_COUNTS = frozenset("most least fewest".split())  # of what can be counted or added up
_ADDS_UP = _COUNTS | frozenset("largest biggest greatest smallest".split())
_NUMBERS = frozenset("number no count units quantity".split())  # in the name of a column, of what else it says
_MEASURED_BY = {  # words of size, and the columns that they are about, by their whole names or their last words
    "longest shortest": "length, duration, distance, running time, travel time",
    "tallest highest lowest": "height, elevation",
    "deepest shallowest": "depth",
    "heaviest lightest": "weight",
    "widest narrowest": "width",
    "newest latest earliest": "opened, founded, built, established, published, released, date, year, since, time",
    "oldest youngest": "opened, founded, built, established, published, released, year, age, born",
    "cheapest dearest priciest": "price, cost, fee, fare, rent, price per unit",
    "hottest warmest coldest": "temperature",
    "largest biggest smallest": "area, size, population",
}
_TURNED = {"oldest youngest": "age", "highest lowest": "rank, position"}  # the oldest has the highest age
_TOLD_BY = {  # the columns whose cells answer such a question
    "who": "name, person, player, author, employee, member, candidate, driver, student, speaker",
    "when": "year, date, day, month, quarter",
    "where": "place, city, town, country, region, location, venue",
}
_MOST_EQUAL = 6  # rows that are an answer together
_WORDS_OF_A_COLUMN = 4  # at most, behind "which"
_SIZE = re.compile(rf"(?<!\bat )\b(?:{'|'.join(_MOST + _LEAST)})\b", re.IGNORECASE)  # not "at least 5"
_BEYOND = re.compile(  # asks for more, or for other rows, than is understood here
    r"\b(?:how|and|or|since|after|before|between|until|from (?=\d)|over|under|above|below|than|not|except|excluding|"
    rf"without|outside|beyond|besides|apart|but|other|per|second|third|fourth|next|top|{'|'.join(FIGURES)})\b",
    re.IGNORECASE,
)
_SAYS_NOTHING = frozenset("recent recently offer offers offered charge charges charged ever there".split())
_COMPARES = frozenset(_MOST + _LEAST + _SUMS)
_MEANING = re.compile(r"\b(?:do|does|did)\b.*\bmean\b|\bmean(?:s|t)? by\b", re.IGNORECASE)  # no average
_ASKS = re.compile(r"\b(which|what|who|when|where)\b", re.IGNORECASE)
_AGAINST = re.compile(  # what follows is no description of the row
    r"\b(?:than|before|after|since|until|between|over|under|above|below|behind|not|except|excluding|besides)\b.*", re.I
)
_CELL = re.compile(r"([^:;\n]{1,80}): ([^\n]+?)(?:; (?=[^:;\n]{1,80}: )|\.?$)", re.MULTILINE)
# A row about the others.
_SUMMED = re.compile(r"(?:grand |sub)?totals?|sum|averages?|mean|all(?: together)?", re.IGNORECASE)
_BRACKETS = re.compile(r"\(.*?\)")
_TIME = re.compile(r"(\d{1,2}):(\d\d)")
# "3,55" may be three and a half, "1.234" a thousand, and the later year BC is the smaller figure.
_DOUBTFUL = re.compile(r"\d+(?:,\d{1,2}|,\d{4,})(?!\d)|\d{1,3}(?:\.\d{3})+(?![\d.])|\b(?:bc|bce)\b", re.IGNORECASE)
_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}


def is_guess(question: str, span: Span) -> bool:
    """Whether the span is a cell of one row, where the question compares rows, adds them up, or names another row.

    A row that itself speaks of the most or the total may well be the answer.
    """
    text, place = span.passage.text, span.start - span.passage.start
    at = text.rfind("\n", 0, place) + 1
    line = text[at:].partition("\n")[0]
    row = list(_CELL.finditer(line))
    if len(row) < 2:
        return False
    asked = _COMPARES & set(words(_MEANING.sub("", question)))
    beside = {cell[1]: cell[2] for cell in row if not cell.start() <= place - at < cell.end()}
    return bool(asked and asked.isdisjoint(words(line))) or _names_another(question, beside, line, text)


def _names_another(question: str, row: Mapping[str, str], line: str, text: str) -> bool:
    """Whether the question holds what stands in one of these columns in another row, and nothing of what does here."""
    question = _AGAINST.sub("", question)
    return any(
        share_unnamed(" ".join(content_words(row.get(head, "")) - content_words(cell)), question) == 1
        and (cell[0].isupper() or re.search(r"\d{4}|\d.*[^\W\d_]", cell))  # a small figure may be of anything
        and _stands_in(cell, question)
        and not _stands_in(cell, line)
        for head, cell in _CELL.findall(text)
        if content_words(cell)
    )


def _stands_in(cell: str, text: str) -> bool:
    """Whether the text holds the cell as it is written: "open" is no "Open", unless the text has no capitals."""
    is_small = text[1:] == text[1:].lower()
    return bool(re.search(rf"(?<!\w){re.escape(cell)}(?!\w)", text, re.IGNORECASE if is_small else 0))


def extremes(question: str, passages: Iterable[Passage], documents: Mapping[str, Document]) -> list[Span]:
    """The cells that answer "which ... the most ...?": one, or a few where rows, or documents, are equally good."""
    if len(_SIZE.findall(question)) != 1 or _BEYOND.search(question):
        return []
    found: list[tuple[float, list[Span]]] = []
    for document_id in dict.fromkeys(passage.document_id for passage in passages if _has_rows(passage)):
        document = documents[document_id]
        answered = [(table, spans) for table in _tables(document) if (spans := _extreme(question, table))]
        for table, spans in answered if len(answered) == 1 else ():  # two tables may be one that was parted
            found.append((share_unnamed(question, f"{document.title} {' '.join(table.heads)}"), spans))
    least = min((doubt for doubt, _ in found), default=0.0)
    return [span for doubt, spans in found if doubt == least for span in spans]


def _has_rows(passage: Passage) -> bool:
    return any(len(_CELL.findall(line)) > 1 for line in passage.text.split("\n"))


# --- tables ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Table:
    """Lines of a document that follow each other: for each where the values stand, by the column's name."""

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
    """A line without a value ends a table. A row may lack cells, also the first, where one stands for several rows."""
    tables: list[_Table] = []
    heads: set[str] = set()  # of the table that goes on
    for line in re.finditer(r"[^\n]+", document.text):
        cells = {found[1]: found.span(2) for found in _CELL.finditer(document.text, *line.span())}
        if len(cells) > 1 and not (heads and (heads <= set(cells) or set(cells) <= heads)):
            tables.append(_Table(document, []))
            heads = set()
        if len(cells) > 1 and not any(_SUMMED.fullmatch(document.text[slice(*place)]) for place in cells.values()):
            tables[-1].rows.append(cells)
        heads = heads | set(cells) if cells and (heads or len(cells) > 1) else set()
    return tables


def _amount(cell: str) -> tuple[str, float]:
    """What a value is measured in, "?" for what cannot be compared, and how much of it there is."""
    if time := _TIME.fullmatch(cell.strip()):
        return "time", 60.0 * int(time[1]) + int(time[2])
    if date := find_date(cell):
        return "date", float(date.toordinal())
    quantities = list(each_quantity(cell))
    if len(quantities) != 1 or _DOUBTFUL.search(cell):
        return "?", 0.0
    found, (value, sign) = quantities[0]
    unit = (cell[: found.start()] + cell[found.end() :]).strip(" .").lower()
    days = _DAYS.get(unit.removesuffix("s"))
    if days is not None:
        return "days", float(value) * days
    return unit + sign.replace("-", ""), float(-value if "-" in sign else value)


# --- what is asked for -----------------------------------------------------------------------------------------------


def _extreme(question: str, table: _Table) -> list[Span]:
    answer = _answering(question, table)
    measure = _measure(question, table, answer) if answer else None
    if answer is None or measure is None:
        return []
    meant = _meant(question, table, measure)
    amounts = {number: amount for number, amount in table.comparable[measure].items() if number in meant}
    told = [table.text(table.rows[number], answer) for number in amounts if answer in table.rows[number]]
    if not amounts or (_size(question) in _ADDS_UP and len(set(told)) < len(amounts)):  # a country with several ports
        return []
    best = (max if _wants_most(question, measure) else min)(amounts.values())
    rows = [table.rows[number] for number, amount in amounts.items() if amount == best]
    is_answer = len(rows) <= _MOST_EQUAL and all(answer in row for row in rows)
    return [on_its_line(table.document, *row[answer]) for row in rows] if is_answer else []


def _size(question: str) -> str:
    return str(_SIZE.findall(question)[0]).lower()


def _wants_most(question: str, measure: str) -> bool:
    turned = _heads_for(_TURNED, _size(question))
    return (_size(question) in _MOST) != _is_called(measure, turned)


def _answering(question: str, table: _Table) -> str | None:
    """The column whose cell is asked for: the one behind "which", or the only one named that tells no size."""
    asks = _ASKS.search(question)
    kind = asks[1].lower() if asks else "which"
    if kind in _TOLD_BY:
        return _only([head for head in table.heads if _is_called(head, _heads_for(_TOLD_BY, kind))])
    behind = words(_SIZE.split(question[asks.end() :])[0]) if asks else []
    for count in range(1, _WORDS_OF_A_COLUMN + 1):
        named = _named(table.heads, " ".join(behind[:count]))
        if named:
            return named[0]
    named = _named(table.heads, question)
    return _only([head for head in named if head not in table.comparable]) or _only(named)


def _measure(question: str, table: _Table, answer: str) -> str | None:
    """The column whose values are compared: one that is named, or one that such a size is told in."""
    size = _size(question)
    others = [head for head in table.comparable if head != answer]
    if size in _COUNTS:  # of "the most orders" the column "Order" may hold the numbers
        counted = [head for head in others if _meaning(head) and _meaning(head) <= set(words(question))]
        return _longest(counted or [head for head in others if _is_number_of(head, question, table.document.title)])
    about = _heads_for(_MEASURED_BY, size)
    told = [head for head in others if _is_called(head, about)]
    named = _longest(_named(others, question))
    return named or _only(told) or (answer if answer in table.comparable and not told else None)


def _is_number_of(head: str, question: str, title: str) -> bool:
    """Whether "Units sold 2024", below a title that says of what, is the number of what is asked for."""
    meaning = _meaning(head)
    thing = next(iter(words(_SIZE.split(question)[-1])), "")
    is_told = bool(content_words(thing)) and not share_unnamed(thing, f"{title} {head}")
    return is_told and set() < meaning - _NUMBERS < meaning and meaning - _NUMBERS <= set(words(question))


def _meant(question: str, table: _Table, measure: str) -> set[int]:
    """The rows of which a cell says what else is asked: those of Norway. None where a word is nowhere."""
    asked, named = set(words(question)), " ".join([*_named(table.heads, question), measure])
    left = {word for word in content_words(question) - _COMPARES - _SAYS_NOTHING if share_unnamed(word, named)}
    said = [
        {head: set(words(cell)) for head in row if set(words(cell := table.text(row, head))) <= asked}
        for row in table.rows
    ]
    told = {word for cells in said for cell in cells.values() for word in cell}
    left = {word for word in left if word in told or share_unnamed(word, table.document.title)}
    by = {head for cells in said for head, cell in cells.items() if cell & left}
    if any(head not in row for head in by for row in table.rows):  # nobody knows of which the others are
        return set()
    return {number for number, cells in enumerate(said) if left <= set().union(*cells.values())}


def _heads_for(table: Mapping[str, str], word: str) -> set[str]:
    return {head for keys, heads in table.items() if word in keys.split() for head in heads.split(", ")}


def _is_called(head: str, names: set[str]) -> bool:
    """Whether a column has one of these names, or one of them behind other words: "scheduled date"."""
    bare = _bare(head)
    return bare in names or bare.rpartition(" ")[2] in names - {"time"}  # "waiting time" is not when


def _named(heads: Iterable[str], text: str) -> list[str]:
    """Those of which every word stands in the text, in some form."""
    return [head for head in heads if _meaning(head) and not share_unnamed(_bare(head), text)]


def _meaning(head: str) -> set[str]:
    return content_words(_bare(head))


def _bare(head: str) -> str:
    """The name of a column without its unit."""
    return _BRACKETS.sub("", head).strip().lower()


def _only(heads: list[str]) -> str | None:
    return heads[0] if len(heads) == 1 else None


def _longest(heads: list[str]) -> str | None:
    """The one with the most words; None where several have."""
    most = max((len(_meaning(head)) for head in heads), default=0)
    return _only([head for head in heads if len(_meaning(head)) == most])
