"""Made-up tables and questions about their cells: the rows that spreadsheets and pages with tables become.

In: names from real articles. Out: examples whose context is what `index.formats.tables` makes of such a table. The
values are drawn, so that nothing can be known by heart: the row and the column must be looked up.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.formats.tables import readable
from qa.training.data import Example

_MONTHS = "January February March April May June July August September October November December".split()
_ASKED = (
    "what is the {column} of {key}",
    "what is {key}'s {column}",
    "{column} of {key}",
    "{key} {column}",
    "{column} {key}",
)
_PER_TABLE = 3  # questions
_UNANSWERABLE = 0.35  # of the questions: of another name, or of a column that the table does not have
_OTHER_COLUMN = 0.4  # of those
_BY_YEAR = 0.15  # of the tables: a row for each year
_FILLED = 0.97  # of the cells

Draw = Callable[[random.Random, Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class Column:
    """What a table tells of each row: its heads, how a value is drawn, and how people ask for it beside `_ASKED`."""

    heads: tuple[str, ...]
    draw: Draw
    questions: tuple[str, ...] = ()


def _name(rng: random.Random, names: Sequence[str]) -> str:
    return rng.choice(names)


def _count(low: int, high: int) -> Draw:
    def draw(rng: random.Random, _names: Sequence[str]) -> str:
        value = rng.randint(low, high) if rng.random() < 0.5 else rng.randint(low, max(low, high // 20))
        return f"{value:,}" if rng.random() < 0.5 else str(value)

    return draw


def _money(rng: random.Random, _names: Sequence[str]) -> str:
    value = rng.choice((f"{rng.uniform(0.5, 99):.1f}", f"{rng.uniform(1, 900):.2f}", f"{rng.randint(2, 950_000):,}"))
    return rng.choice(("{}", "{}", "${}", "€{}", "{} euros", "{} million", "£{}m", "{} yuan")).format(value)


def _share(rng: random.Random, _names: Sequence[str]) -> str:
    return rng.choice(("{:.1f}%", "{:.0f}%", "{:.1f} %", "{:.1f}")).format(rng.uniform(-20, 99))


def _year(rng: random.Random, _names: Sequence[str]) -> str:
    return str(rng.randint(1820, 2026))


def _date(rng: random.Random, _names: Sequence[str]) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(2010, 2027)
    name = _MONTHS[month - 1]
    return rng.choice(
        (f"{year}-{month:02}-{day:02}", f"{day} {name} {year}", f"{name} {day}, {year}", f"{day} {name[:3]}")
    )


def _time(rng: random.Random, _names: Sequence[str]) -> str:
    return f"{rng.randint(6, 22):02}:{rng.choice((0, 5, 10, 15, 20, 30, 40, 45, 50)):02}"


def _measure(*units: str) -> Draw:
    def draw(rng: random.Random, _names: Sequence[str]) -> str:
        value = rng.choice((f"{rng.uniform(0.2, 60):.1f}", str(rng.randint(2, 900)), f"{rng.randint(1000, 90_000):,}"))
        return f"{value} {rng.choice(units)}" if rng.random() < 0.6 else value

    return draw


def _one_of(words: str) -> Draw:
    values = words.split("/")
    return lambda rng, _names: rng.choice(values)


_COLUMNS = (
    Column(
        ("Population", "Inhabitants", "Residents"),
        _count(300, 9_000_000),
        ("how many {column} does {key} have", "how many people live in {key}"),
    ),
    Column(
        ("Employees", "Staff", "Headcount"),
        _count(3, 90_000),
        ("how many {column} does {key} have", "how many people work at {key}"),
    ),
    Column(
        ("Members", "Pupils", "Students", "Visitors", "Beds", "Rooms", "Seats", "Units", "Vehicles", "Orders"),
        _count(2, 40_000),
        ("how many {column} does {key} have", "how many {column} in {key}", "number of {column} {key}"),
    ),
    Column(
        ("Area", "Length", "Height", "Distance", "Depth"),
        _measure("km", "m", "km2", "miles", "ha"),
        ("how large is {key}", "what {column} does {key} have"),
    ),
    Column(
        ("Weight", "Capacity", "Output", "Production", "Load"),
        _measure("t", "kg", "MW", "litres", "tonnes"),
        ("what {column} does {key} have", "how much {column} does {key} have"),
    ),
    Column(
        ("Mayor", "Director", "CEO", "Head", "Author", "Coach", "Speaker", "Owner", "Contact", "Captain"),
        _name,
        ("who is the {column} of {key}", "who is {key}'s {column}", "{column} of {key}?"),
    ),
    Column(
        ("Founded", "Opened", "Built", "Established", "Since"),
        _year,
        ("when was {key} {column}", "what year was {key} {column}", "in which year was {key} {column}"),
    ),
    Column(
        ("Date", "Due", "Deadline", "Start", "Published", "Delivered"),
        _date,
        ("when is {key}", "what is the date for {key}", "when is the {column} of {key}"),
    ),
    Column(
        ("Time", "Starts", "Departure", "Arrival", "Opens"),
        _time,
        ("at what time is {key}", "when does {key} start", "what time {key}"),
    ),
    Column(
        ("Price", "Cost", "Fee", "Fare", "Rent", "Salary"),
        _money,
        ("how much is {key}", "how much does {key} cost", "what does {key} cost"),
    ),
    Column(
        ("Revenue", "Budget", "Sales", "Turnover", "Profit", "Exports", "Imports", "Spending", "Debt", "Investment"),
        _money,
        (
            "how high is the {column} of {key}",
            "how much {column} did {key} have",
            "what was the {column} of {key}",
            "what were the {column} in {key}",
        ),
    ),
    Column(
        ("Growth", "Share", "Change", "Margin", "Rate", "Turnout", "Unemployment", "Inflation"),
        _share,
        ("what was the {column} in {key}", "how high is the {column} of {key}", "what percentage {column} for {key}"),
    ),
    Column(
        ("Country", "Region", "City", "Headquarters", "Location", "Venue", "Club", "Party", "Supplier", "Client"),
        _name,
        (
            "where is {key}",
            "which {column} is {key} in",
            "what {column} does {key} belong to",
            "which {column} for {key}",
        ),
    ),
    Column(
        ("Status", "State", "Phase", "Result"),
        _one_of("open/closed/in progress/delayed/approved/cancelled/planned/won/lost/pending"),
        ("what is the status of {key}", "is {key} open or closed"),
    ),
    Column(
        ("Colour", "Material", "Type", "Category"),
        _one_of("red/blue/green/steel/oak/concrete/public/private/grant/loan/hydro/solar/wind/freight/retail"),
        ("what {column} is {key}", "which {column} is {key}"),
    ),
    Column(
        ("Goals", "Points", "Wins", "Score", "Rank", "Matches", "Medals"),
        _count(0, 120),
        ("how many {column} did {key} get", "how many {column} does {key} have", "what {column} did {key} reach"),
    ),
)
_KEYS = (
    "Name Town City Company Port Project Product School Team Player Country Item Bridge Hotel Site Station Title"
    " Department Event Ship"
).split()


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
    columns: Sequence[Column]
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
        key_head = rng.choice(_KEYS)
    columns = rng.sample(_COLUMNS, rng.randint(1, 5))
    heads = [rng.choice(column.heads) for column in columns]
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
        absent = [column for column in _COLUMNS if column not in table.columns]
        others = [name for name in names if name not in "\n".join(table.lines)]
        if rng.random() < _OTHER_COLUMN:
            column = rng.choice(absent)
            head = rng.choice(column.heads)
        elif others and not key.isdigit():
            key = rng.choice(others)
        else:  # its row is in another part of the table
            del shown[row]
    besides = {other.lower() for other in table.heads} - {head.lower()}  # "when does it start" asks for a "Start", too
    fitting = [question for question in _ASKED + column.questions * 2 if besides.isdisjoint(question.split())]
    asked = rng.choice(fitting).format(key=key, column=head.lower())
    if not is_answerable:
        return Example(asked, "\n".join(shown), table.title)
    before = sum(len(line) + 1 for line in table.lines[:row])
    start = before + table.lines[row].index(f"{head}: {value}") + len(f"{head}: ")
    return Example(asked, "\n".join(shown), table.title, ((start, start + len(value)),))
