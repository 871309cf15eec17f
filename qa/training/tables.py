"""Made-up tables and questions about their cells: the rows that spreadsheets and pages with tables become.

In: names from real articles. Out: examples whose context is what `index.formats.tables` makes of such a table. The
values are drawn, so that nothing can be known by heart: the row and the column must be looked up.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from index.formats.tables import readable
from qa.training.data import Example
from qa.training.facts import ATTRIBUTES, KEYS, QUESTIONS, Attribute, not_told

_PER_TABLE = 3  # questions
_UNANSWERABLE = 0.35  # of the questions: of another name, or of a column that the table does not have
_OTHER_COLUMN = 0.4  # of those
_BY_YEAR = 0.15  # of the tables: a row for each year
_FILLED = 0.97  # of the cells


def tables(names: Sequence[Sequence[str]], rng: random.Random, count: int) -> list[Example]:
    """`count` questions, a few for each table. `names`: groups of names that belong together, at least four each."""
    made: list[Example] = []
    while len(made) < count:
        made += _questions(rng.choice(names), rng)
    return made[:count]


@dataclass(frozen=True, slots=True)
class _Table:
    """Its rows, the first value of each being its key, and the lines that they are read as."""

    heads: Sequence[str]  # without that of the keys
    columns: Sequence[Attribute]
    rows: Sequence[Sequence[str]]
    lines: Sequence[str]
    title: str


def _questions(names: Sequence[str], rng: random.Random) -> list[Example]:
    table = _drawn(names, rng)
    return [_question(table, names, rng) for _ in range(_PER_TABLE)]


def _drawn(names: Sequence[str], rng: random.Random) -> _Table:
    keys = rng.sample(names, min(len(names), rng.randint(3, 14)))
    if rng.random() < _BY_YEAR:
        first = rng.randint(1990, 2022)
        keys, key_head = [str(first + number) for number in range(len(keys))], "Year"
    else:
        key_head = rng.choice(KEYS)
    columns = rng.sample(ATTRIBUTES, rng.randint(1, 5))
    heads = [rng.choice(column.names) for column in columns]
    key_head = "Name" if key_head in heads else key_head  # two columns of one name are no question's
    rows = [[key, *(c.draw(rng, names) if rng.random() < _FILLED else "" for c in columns)] for key in keys]
    lines = readable([[key_head, *heads], *rows], has_header=True)
    title = rng.choice(("", key_head + "s", f"{rng.choice(heads)} by {key_head.lower()}", rng.choice(names)))
    return _Table(heads, columns, rows, lines, title)


def _question(table: _Table, names: Sequence[str], rng: random.Random) -> Example:
    row, at = rng.randrange(len(table.rows)), rng.randrange(len(table.columns))
    column, head = table.columns[at], table.heads[at]
    key, value = table.rows[row][0], table.rows[row][at + 1]
    shown = list(table.lines)
    is_answerable = rng.random() >= _UNANSWERABLE and bool(value)
    if not is_answerable and value:
        others = [name for name in names if name not in "\n".join(table.lines)]
        if rng.random() < _OTHER_COLUMN:
            column = rng.choice(not_told(table.columns))
            head = rng.choice(column.names)
        elif others and not key.isdigit():
            key = rng.choice(others)
        else:  # its row is in another part of the table
            del shown[row]
    besides = {other.lower() for other in table.heads} - {head.lower()}  # "when does it start" asks for a "Start", too
    fitting = [question for question in QUESTIONS + column.questions * 2 if besides.isdisjoint(question.split())]
    asked = rng.choice(fitting).format(key=key, name=head.lower())
    if not is_answerable:
        return Example(asked, "\n".join(shown), table.title, teacher_share=0.0)
    before = sum(len(line) + 1 for line in table.lines[:row])
    start = before + table.lines[row].index(f"{head}: {value}") + len(f"{head}: ")
    return Example(asked, "\n".join(shown), table.title, ((start, start + len(value)),), teacher_share=0.0)
