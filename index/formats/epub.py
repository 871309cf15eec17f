"""An EPUB book -> its chapters in reading order, under the title and the author that the book states.

In: bytes. Out: a Content. Knows nothing of pages: an EPUB has none.
"""

from __future__ import annotations

import posixpath
import urllib.parse
import zipfile
from collections.abc import Iterator
from typing import Any

from index.dates import find_date
from index.formats.archive import package
from index.formats.content import Content
from index.formats.html import decode_html, shown_text
from index.formats.xml import parse_xml
from index.types import InputError

_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CHAPTERS = {"application/xhtml+xml", "text/html"}


def read_epub(content: bytes) -> Content:
    """Every chapter that belongs to the book's main line; its table of contents is left out."""
    with package(content) as archive:
        try:
            container = parse_xml(archive.read("META-INF/container.xml"))
            place = container.find(".//{*}rootfile").get("full-path")
            book = parse_xml(archive.read(place))
        except (KeyError, AttributeError) as error:
            raise InputError("it is no EPUB book: it does not name its contents") from error
        pages = (archive.read(name) for name in _spine(book, posixpath.dirname(place), archive))
        chapters = [shown_text(decode_html(page)) for page in pages if page.strip()]
    authors = [element.text or "" for element in book.iter(f"{_DC}creator")]
    return Content(
        "\n\n".join(filter(None, chapters)),
        title=book.findtext(f".//{_DC}title"),
        author=", ".join(filter(None, authors)),
        published=find_date(_published(book)),
        kind="authored",
    )


def _spine(book: Any, folder: str, archive: zipfile.ZipFile) -> Iterator[str]:
    """The names of the chapters that are in the archive. Nothing is looked for outside it."""
    items = {item.get("id"): item for item in book.iter(f"{_OPF}item")}
    known = set(archive.namelist())
    for entry in book.iter(f"{_OPF}itemref"):
        item = items.get(entry.get("idref"))
        if item is None or entry.get("linear") == "no" or "nav" in (item.get("properties") or "").split():
            continue
        name = posixpath.normpath(posixpath.join(folder, urllib.parse.unquote(item.get("href") or "")))
        if item.get("media-type") in _CHAPTERS and name in known:
            yield name


def _published(book: Any) -> str:
    dates = {element.get(f"{_OPF}event") or "": element.text or "" for element in book.iter(f"{_DC}date")}
    return dates.get("publication") or dates.get("") or ""
