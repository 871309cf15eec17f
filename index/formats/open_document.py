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
from index.formats.tables import readable
from index.formats.xml import parse_xml
from index.types import InputError

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
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
    """The title is the first paragraph in the style Title or the first heading, else what the file states."""
    with package(content) as archive:
        names = archive.namelist()
        if "content.xml" not in names:
            raise InputError("it is no OpenDocument text: it holds no content.xml")
        body = parse_xml(archive.read("content.xml")).find(f"{_OFFICE}body/{_OFFICE}text")
        about = parse_xml(archive.read("meta.xml")) if "meta.xml" in names else None
    if body is None:
        raise InputError("it is an OpenDocument file, but no text")

    def stated(name: str) -> str:
        return (about.findtext(f".//{name}") or "") if about is not None else ""

    return Content(
        "\n\n".join(filter(None, (block.strip() for block in _blocks(body)))),
        title=_title(body) or telling(stated(f"{_DC}title")),
        author=stated(f"{_META}initial-creator") or stated(f"{_DC}creator"),
        made=find_date(stated(f"{_META}creation-date")),
    )


def _title(body: Any) -> str:
    for element in body.iter(f"{_TEXT}h", f"{_TEXT}p"):
        is_title = element.get(f"{_TEXT}style-name") == "Title" or element.tag == f"{_TEXT}h"
        if is_title and (words := "".join(_pieces(element)).strip()):
            return words
    return ""


def _blocks(parent: Any) -> Iterator[str]:
    for child in parent:
        if child.tag in {f"{_TEXT}p", f"{_TEXT}h"}:
            yield "".join(_pieces(child))
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
    """A cell that is repeated, to fill the sheet's width say, counts a few times at most."""
    for row in table.iter(f"{_TABLE}table-row"):
        cells: list[str] = []
        for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            repeated = cell.get(f"{_TABLE}number-columns-repeated", "1")
            words = " ".join(filter(None, (block.strip() for block in _blocks(cell))))
            cells += [words] * min(int(repeated) if repeated.isdigit() else 1, 20)
        yield cells


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
    )


def _rtf_blocks(lines: Iterable[str]) -> Iterator[str]:
    """Paragraphs, and the rows of each table as they can be read; a row is a line that ends with a bar."""
    for is_table, group in itertools.groupby(lines, lambda line: line.rstrip().endswith("|")):
        if is_table:
            yield "\n".join(readable([line.rstrip()[:-1].split("|") for line in group]))
        else:
            yield from group
