"""Tables -> rows that can be read, found and cited on their own: "Port: Norrvik; Berths: 12; Opened: 2024-05-03."

In: CSV, TSV and workbooks (XLSX, XLS, ODS), or the rows of a table in another document. Out: a Content, or lines.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, zip_longest
from typing import Any

from index.dates import find_date
from index.formats.archive import OLE, package
from index.formats.content import Content, one_line
from index.text import decode
from index.types import InputError

MAX_CELL_CHARS = 1_000_000
MAX_LABEL_CHARS = 200  # a longer value that is merged over several rows is no label of each
_HEADER_WITHIN = 10  # rows that may stand above a table's header
_ROWS_COMPARED = 1000  # to tell a header from what is below it
_FIGURE = re.compile(r"[-+(]?\W{0,2}\d[\d.,:/ -]*\W?\w{0,5}\)?%?")
_YEAR = re.compile(r"(?:19|20)\d\d(?:\.0|[/–-]\d\d(?:\d\d)?)?")
_NOTE = re.compile(r"(?:sources?|notes?)\b|[*†‡]|.*[.!?]$", re.IGNORECASE)
_STATED = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # what Excel writes and reads
_END = (".", "!", "?", "…", "。")


def read_csv(content: bytes) -> Content:
    """Values parted by commas, semicolons, tabs or bars, whichever the first lines use or its first line states.

    The first row is the header, unless it is like those below it.
    """
    text = decode(content)
    if stated := _STATED.match(text):
        return _from_rows(text[stated.end() :], stated[1])
    try:
        dialect = csv.Sniffer().sniff("".join(text.splitlines(keepends=True)[:20])[:20_000], delimiters=",;\t|")
    except csv.Error:  # a single column, say
        return _from_rows(text, ",")
    return _from_rows(text, dialect.delimiter)


def read_tsv(content: bytes) -> Content:
    """Values parted by tabs."""
    return _from_rows(decode(content), "\t")


def _from_rows(text: str, delimiter: str) -> Content:
    csv.field_size_limit(MAX_CELL_CHARS)
    try:
        rows = list(_parsed(text, delimiter))
    except csv.Error as error:
        raise InputError(f"it is no table ({error})") from error
    return Content("\n".join(readable(rows, has_header=not _is_headless(rows))), kind="table")


def _parsed(text: str, delimiter: str) -> list[list[str]]:
    """Between tabs a quote may be only a quote: it is when, as the start of a value, it would swallow a row's end."""
    lines = io.StringIO(text, newline="")
    if delimiter != "\t":
        return list(csv.reader(lines, delimiter=delimiter))
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:  # the quote has no twin
        rows = []
    if rows and not any("\t" in cell and "\n" in cell for row in rows for cell in row):
        return rows
    lines.seek(0)
    return list(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE))


def _is_headless(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the row where the names would be holds figures or dates like those below, and no name over figures."""
    filled = [row for row in rows if any(row)]
    at = _header(filled, has_header=True)
    columns = [(value, *filter(None, below)) for value, *below in _columns(filled[at:])] if at is not None else []
    alike = [
        len(column) > 1 and _shape(column[0]) == _shape(column[1])
        for column in columns
        if _is_figure(column[0]) or find_date(column[0])
    ]
    return any(alike) and not _names_figures(filled)


def _shape(value: str) -> str:
    """The same for "2.1" and "-30", for "3 May 2024" and "12 June 2023"."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d[\d., ]*", "0", value.lstrip("-+ ").rstrip()))


def read_workbook(content: bytes) -> Content:
    """Every sheet that holds anything, under its name when there are several."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    if content.startswith(b"PK"):
        package(content).close()
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except CalamineError as error:
        if content.startswith(OLE):
            raise InputError("it is encrypted or very old; save a copy without the password, as .xlsx") from error
        raise
    visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    sheets = {name: readable(_cells(book.get_sheet_by_name(name))) for name in visible}
    sheets = {name: lines for name, lines in sheets.items() if lines}
    blocks = ["\n".join([f"{name}\n", *lines] if len(sheets) > 1 else lines) for name, lines in sheets.items()]
    return Content("\n\n".join(blocks), kind="table")


def _cells(sheet: Any) -> Iterator[list[str]]:
    """Its rows, empty ones too. What is merged over several rows counts for each of them that holds more."""
    first_column = sheet.start[1] if sheet.start else 0  # the rows are counted from the sheet's first
    merged = {start: end[0] for start, end in sheet.merged_cell_ranges or () if end[0] > start[0]}
    open_cells: dict[int, tuple[str, int]] = {}  # column -> the value that goes on, and the last row it is for
    for number, values in enumerate(sheet.iter_rows()):
        row = [_value(value) for value in values]
        if any(row):
            for column, (value, last) in open_cells.items():
                row[column] = row[column] or (value if number <= last else "")
        for column, value in enumerate(row):
            if (goes_to := merged.get((number, column + first_column))) and len(value) <= MAX_LABEL_CHARS:
                open_cells[column] = value, goes_to
        yield row


def _value(cell: object) -> str:
    """As a person would write it: no ".0", no midnight."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return f"{cell:.15g}" if abs(cell) < 1e15 else str(cell).removesuffix(".0")
    if isinstance(cell, dt.datetime):
        return str(cell.date()) if cell.time() == dt.time() else cell.isoformat(" ", "minutes")
    return str(cell)


# --- rows as text ----------------------------------------------------------------------------------------------------


def readable(rows: Iterable[Sequence[str]], *, has_header: bool | None = None) -> list[str]:
    """A line for each row that holds anything, each value after its column's name. None: find out about the header.

    Below an empty row the names go on to count, unless a row there names its columns anew.
    """
    tables: list[list[list[str]]] = []
    for is_filled, group in groupby(([one_line(cell) or "" for cell in row] for row in rows), any):
        block = list(group) if is_filled else []
        if tables and not _names_figures(block):
            tables[-1] += block
        elif block:
            tables.append(block)
    return [line for table in tables for line in _lines(table, has_header=has_header)]


def _lines(table: Sequence[Sequence[str]], *, has_header: bool | None) -> list[str]:
    at = _header(table, has_header=has_header)
    if at is None or at == len(table) - 1:
        return [_plain(row) for row in table]
    if at and _is_above(table[at - 1], table[at]):
        at, size = at - 1, 2
    else:
        size = 2 if _is_below(table[at], table[at + 1 : at + 3]) else 1
    names = _joined(*table[at : at + 2]) if size == 2 else table[at]
    return [*map(_plain, table[:at]), *(_line(names, row) for row in table[at + size :])]


def _is_above(upper: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a row groups the columns that the next one names, as years do: each of its values is over several."""
    first = next((number for number, value in enumerate(upper) if value), 0)
    has_gaps = any(name and not over for over, name in zip_longest(upper[first:], names[first:], fillvalue=""))
    return sum(map(bool, upper)) > 1 and has_gaps and (first > 0 or upper[0] in names[:1])


def _is_below(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row goes on with the names, in units say: it has words and no label, and figures follow."""
    if len(rows) < 2 or not names[0] or rows[0][0] not in {"", names[0]}:
        return False
    words = [value for value in rows[0][1:] if value]
    return len(words) > 1 and not any(map(_FIGURE.fullmatch, words)) and any(map(_FIGURE.fullmatch, rows[1]))


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The names of a header in two rows: what stands in the upper one counts for the empty columns to its right."""
    names, over = [], ""
    for high, low in zip_longest(upper, lower, fillvalue=""):
        over = high or over
        names.append(" ".join(dict.fromkeys(filter(None, (over if low else high, low)))))
        over = over if low and low != high else ""
    return names


def _names_figures(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a row is beyond doubt a header: below one of its words there are only figures."""
    at = _header(rows, has_header=None)
    if at is None:
        return False
    return any(name and not _FIGURE.fullmatch(name) and _are_figures(below) for name, *below in _columns(rows[at:]))


def _are_figures(values: Iterable[str]) -> bool:
    filled = [value for value in values if value]
    return bool(filled) and all(map(_FIGURE.fullmatch, filled))


def _columns(rows: Sequence[Sequence[str]]) -> Iterable[Sequence[str]]:
    return zip_longest(*rows[:_ROWS_COMPARED], fillvalue="")


def under_header(rows: Sequence[Sequence[str]], *, has_header: bool | None = True) -> list[str]:
    """The same for a table whose first row is marked as its header; as it is shown where that only sets the layout.

    That is so of a single column. None: of two, the mark may be that of a name before its value.
    """
    width = max((sum(map(bool, row)) for row in rows), default=0)
    is_header = width > 1 and (2 * sum(map(bool, rows[0])) > width or (len(rows) > 2 and _is_above(*rows[:2])))
    if is_header and (has_header or _header(rows, has_header=None) == 0):
        return readable(rows, has_header=True)
    return as_shown(rows)


def as_shown(rows: Iterable[Sequence[str]]) -> list[str]:
    """A line for each row of a table without a header, as it stands there."""
    return list(filter(None, ("; ".join(filter(None, row)).replace(".; ", ". ") for row in rows)))


def _header(rows: Sequence[Sequence[str]], *, has_header: bool | None) -> int | None:
    """The number of the row that names the columns; None when no row does.

    Above it only rows with fewer values stand, and no figure stands in it but years. Two columns are a list of names
    and values unless there are only figures under a word.
    """
    counts = [sum(map(bool, row)) for row in rows[:_HEADER_WITHIN]]
    widest = max(counts, default=0)
    at = next((number for number, count in enumerate(counts) if 2 * count > widest), 0)
    if has_header is not None:
        return at if rows and has_header else None
    if widest < 2 or any(map(_is_figure, rows[at])):
        return None
    values = [row[-1] for row in rows[at + 1 :] if len(row) > 1 and row[-1]]
    return at if widest > 2 or (values and all(map(_FIGURE.fullmatch, values))) else None


def _is_figure(value: str) -> bool:
    return bool(_FIGURE.fullmatch(value)) and not _YEAR.fullmatch(value)


def _plain(row: Sequence[str]) -> str:
    """A row without names over its columns; two values are a name and its value."""
    values = [value for value in row if value]
    return _sentence(f"{values[0].rstrip(':')}: {values[1]}" if len(values) == 2 else "; ".join(values))


def _line(names: Sequence[str], row: Sequence[str]) -> str:
    """Each value after its column's name. One that stands alone is a note, or heads the rows below it."""
    is_alone = bool(row[0]) and not any(row[1:])
    if is_alone and (sum(map(bool, names)) > 2 or _NOTE.match(row[0])):
        return _sentence(row[0])
    return _sentence("; ".join(_named(names, row)))


def _named(names: Sequence[str], row: Sequence[str]) -> Iterable[str]:
    for number, value in enumerate(row):
        name = names[number].rstrip(":") if number < len(names) else ""
        if value:
            yield f"{name}: {value}" if name else value


def _sentence(line: str) -> str:
    return line if line.endswith(_END) else line + "."
