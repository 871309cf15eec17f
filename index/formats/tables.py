"""Tables -> rows that can be read, found and cited on their own: "Port: Norrvik; Berths: 12; Opened: 2024-05-03."

In: CSV, TSV and workbooks (XLSX, XLS, ODS), or the rows of a table in another document. Out: a Content, or lines.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence

from index.clean import decode
from index.formats.archive import OLE, package
from index.formats.content import Content, one_line
from index.types import InputError

MAX_CELL_CHARS = 1_000_000
_HEADER_WITHIN = 10  # rows that may stand above a table's header
_FIGURE = re.compile(r"[-+(]?\W{0,2}\d[\d.,:/ -]*\W?\w{0,5}\)?%?")
_YEAR = re.compile(r"(?:19|20)\d\d(?:\.0)?")
_END = (".", "!", "?", "…", "。")


def read_csv(content: bytes) -> Content:
    """Values parted by commas, semicolons, tabs or bars, whichever the first lines use. The first row is the header."""
    text = decode(content)
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
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(f"it is no table ({error})") from error
    return Content("\n".join(readable(rows, has_header=True)), is_table=True)


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
    sheets = {name: readable(_cells(book.get_sheet_by_name(name).iter_rows())) for name in visible}
    sheets = {name: lines for name, lines in sheets.items() if lines}
    blocks = ["\n".join([f"{name}\n", *lines] if len(sheets) > 1 else lines) for name, lines in sheets.items()]
    return Content("\n\n".join(blocks), is_table=True)


def _cells(rows: Iterable[Sequence[object]]) -> list[list[str]]:
    return [[_value(cell) for cell in row] for row in rows if any(cell != "" for cell in row)]


def _value(cell: object) -> str:
    """As a person would write it: no ".0", no midnight."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return f"{cell:.15g}" if abs(cell) < 1e15 else str(cell)
    if isinstance(cell, dt.datetime):
        return str(cell.date()) if cell.time() == dt.time() else cell.isoformat(" ", "minutes")
    return str(cell)


# --- rows as text ----------------------------------------------------------------------------------------------------


def readable(rows: Iterable[Sequence[str]], *, has_header: bool | None = None) -> list[str]:
    """A line for each row that holds anything, each value after its column's name. None: find out about the header."""
    filled = [[one_line(cell) or "" for cell in row] for row in rows]
    filled = [row for row in filled if any(row)]
    at = _header(filled, has_header=has_header)
    if at is None:
        return [_plain(row) for row in filled]
    lines = [_plain(row) for row in filled[:at]]
    names = filled[at]
    if at == len(filled) - 1:
        return [*lines, _plain(names)]
    return lines + [_sentence("; ".join(_named(names, row))) for row in filled[at + 1 :]]


def under_header(rows: Sequence[Sequence[str]], *, has_header: bool | None = True) -> list[str]:
    """The same for a table whose first row is marked as its header; as it is shown where that only sets the layout.

    That is so of a single column. None: of two, the mark may be that of a name before its value.
    """
    width = max((sum(map(bool, row)) for row in rows), default=0)
    is_header = width > 1 and 2 * sum(map(bool, rows[0])) > width
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
    if has_header:
        return at if rows else None
    if widest < 2 or any(map(_is_figure, rows[at])):
        return None
    values = [row[-1] for row in rows[at + 1 :] if row[-1]]
    return at if widest > 2 or (values and all(map(_FIGURE.fullmatch, values))) else None


def _is_figure(value: str) -> bool:
    return bool(_FIGURE.fullmatch(value)) and not _YEAR.fullmatch(value)


def _plain(row: Sequence[str]) -> str:
    """A row without names over its columns; two values are a name and its value."""
    values = [value for value in row if value]
    return _sentence(f"{values[0].rstrip(':')}: {values[1]}" if len(values) == 2 else "; ".join(values))


def _named(names: Sequence[str], row: Sequence[str]) -> Iterable[str]:
    for number, value in enumerate(row):
        name = names[number].rstrip(":") if number < len(names) else ""
        if value:
            yield f"{name}: {value}" if name else value


def _sentence(line: str) -> str:
    return line if line.endswith(_END) else line + "."
