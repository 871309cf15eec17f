"""OpenDocument and RTF texts -> their paragraphs, headings and tables, in order.

In: bytes. Out: a Content. Knows nothing of Documents.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any

from index.dates import find_date
from index.formats.archive import package
from index.formats.content import Content, telling
from index.formats.tables import MAX_LABEL_CHARS, readable
from index.formats.xml import parse_xml
from index.text import BULLET
from index.types import InputError

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_SPACES = {f"{_TEXT}s": " ", f"{_TEXT}tab": " ", f"{_TEXT}line-break": "\n"}
_ASIDES = {f"{_TEXT}note", f"{_DRAW}frame"}
_SKIPPED = {
    *(f"{_TEXT}tracked-changes", f"{_TEXT}note-citation", f"{_TEXT}table-of-content"),
    *(f"{_OFFICE}annotation", f"{_OFFICE}forms"),
}


# --- OpenDocument ----------------------------------------------------------------------------------------------------


def read_odt(content: bytes) -> Content:
    """The title is the first paragraph in the style Title, else what the file states, else the first heading."""
    with package(content) as archive:
        names = archive.namelist()
        if "content.xml" not in names:
            raise InputError("it is no OpenDocument text: it holds no content.xml")
        root = parse_xml(archive.read("content.xml"))
        about = parse_xml(archive.read("meta.xml")) if "meta.xml" in names else None
    if (body := root.find(f"{_OFFICE}body/{_OFFICE}text")) is None:
        raise InputError("it is an OpenDocument file, but no text")
    styles = _title_styles(root)
    titles = (p for p in body.iter(f"{_TEXT}p", f"{_TEXT}h") if p.get(f"{_TEXT}style-name") in styles)

    def stated(name: str) -> str:
        return (about.findtext(f".//{name}") or "") if about is not None else ""

    return Content(
        "\n\n".join(filter(None, (block.strip() for block in _blocks(body)))),
        title=_words(titles) or telling(stated(f"{_DC}title")) or _words(body.iter(f"{_TEXT}h")),
        author=stated(f"{_META}initial-creator") or stated(f"{_DC}creator"),
        made=find_date(stated(f"{_META}creation-date")),
        kind="authored",
    )


def _title_styles(root: Any) -> set[str]:
    """Title, and those that a program makes of it where somebody sets a title by hand."""
    styles = root.iterfind(f"{_OFFICE}automatic-styles/{_STYLE}style")
    made = (style.get(f"{_STYLE}name") for style in styles if style.get(f"{_STYLE}parent-style-name") == "Title")
    return {"Title", *made}


def _words(paragraphs: Iterable[Any]) -> str:
    """Of the first that has any."""
    return next(filter(None, ("".join(_pieces(paragraph)).strip() for paragraph in paragraphs)), "")


def _blocks(parent: Any) -> Iterator[str]:
    for child in parent:
        if child.tag in {f"{_TEXT}p", f"{_TEXT}h"}:
            words = "".join(_pieces(child))
            is_item = child.tag == f"{_TEXT}p" and child is parent[0] and parent.tag == f"{_TEXT}list-item"
            yield BULLET + words if is_item and words.strip() else words
            yield from (block for aside in _asides(child) for block in _blocks(aside))
        elif child.tag == f"{_TABLE}table":
            yield "\n".join(readable(_rows(child)))
        elif child.tag not in _SKIPPED:
            yield from _blocks(child)


def _pieces(element: Any) -> Iterator[str]:
    """The words of a paragraph."""
    yield element.text or ""
    for child in element:
        if child.tag in _SPACES:
            yield _SPACES[child.tag]
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED | _ASIDES:  # an entity's tag is none
            yield from _pieces(child)
        yield child.tail or ""


def _asides(element: Any) -> Iterator[Any]:
    """The notes and frames of a paragraph, which follow it in paragraphs of their own."""
    for child in element:
        if child.tag in _ASIDES:
            yield child
        elif child.tag not in _SKIPPED:
            yield from _asides(child)


def _rows(table: Any) -> Iterator[list[str]]:
    """A cell over several rows counts for each; one repeated to fill the sheet's width, a few times at most."""
    merged: dict[int, tuple[str, int]] = {}  # column -> the words of a cell that goes on, and for how many rows
    own_rows = (row for row in table.iter(f"{_TABLE}table-row") if next(row.iterancestors(f"{_TABLE}table")) is table)
    for row in own_rows:
        cells: list[str] = []
        for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            words = " ".join(filter(None, (block.strip() for block in _blocks(cell))))
            own = words, _count(cell, "rows-spanned") - 1 if len(words) <= MAX_LABEL_CHARS else 0
            for column in range(len(cells), len(cells) + min(_count(cell, "columns-repeated"), 20)):
                above, left = merged.get(column, ("", 0))
                goes_on = left > 0 and cell.tag == f"{_TABLE}covered-table-cell"
                merged[column] = (above, left - 1) if goes_on else own
                cells.append(merged[column][0])
        yield cells


def _count(cell: Any, of: str) -> int:
    said = cell.get(f"{_TABLE}number-{of}", "1")
    return int(said) if said.isdigit() else 1


# --- RTF -------------------------------------------------------------------------------------------------------------


def read_rtf(content: bytes) -> Content:
    """Paragraphs, and tables as rows; what the file states of its title and author counts."""
    from striprtf.striprtf import rtf_to_text

    if not content.lstrip().startswith(b"{\\rtf"):
        raise InputError("it is damaged or no RTF file: it does not begin with {\\rtf")
    raw = content.decode("latin-1")

    def words(rtf: str) -> str:
        text: str = rtf_to_text(rtf, errors="replace")  # type: ignore[no-untyped-call]
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def stated(name: str) -> str:
        found = re.search(rf"\{{\\{name} ([^{{}}]{{1,500}})\}}", raw)
        return words(f"{{\\rtf1\\ansi {found[1]}}}").strip() if found else ""

    made = re.search(r"\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})", raw)
    return Content(
        "\n\n".join(_rtf_blocks(words(raw).split("\n"))),
        title=stated("title"),
        author=stated("author"),
        made=find_date("-".join(made.groups())) if made else None,
        kind="authored",
    )


def _rtf_blocks(lines: Iterable[str]) -> Iterator[str]:
    """Paragraphs, and the rows of each table as they can be read; a row is a line that ends with a bar."""
    for is_table, group in itertools.groupby(lines, lambda line: line.rstrip().endswith("|")):
        if is_table:
            yield "\n".join(readable([line.rstrip()[:-1].split("|") for line in group]))
        else:
            yield from group
