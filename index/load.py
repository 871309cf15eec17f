"""A file, a folder, a web address or JSON Lines -> Documents, one small reader per format.

In: a path or an address. Out: Documents whose text is normalised for good, and a Failure for each source that could
not be read. Knows nothing of passages or of the library. To add a format, write a reader and name it in READERS.
"""

from __future__ import annotations

import codecs
import datetime as dt
import hashlib
import io
import os
import re
import stat
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from index.clean import decode, normalise, opening, read_page, shorten
from index.dates import find_date
from index.fetch import fetch
from index.json_lines import read_row
from index.markdown import plain_markdown
from index.types import Document, EmptyError, InputError

MAX_FILE_BYTES = 100 * 2**20
MAX_ROW_BYTES = 100 * 2**20  # a JSON Lines file may be of any size; a row of it may not


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not be read, and why, in words for a person."""

    source: str
    reason: str


Reader = Callable[[bytes, str], Iterator[Document]]  # (content, source); raises InputError with the reason


def load(path_or_url: str) -> Iterator[Document | Failure]:
    """The documents of a file, of a folder (recursive, sorted) or of an http(s) address, one after the other.

    Raises InputError when there is nothing at the path, EmptyError when a folder holds no article. Whatever else
    goes wrong is a Failure among the documents.
    """
    scheme = re.match(r"([a-z][a-z0-9+.-]*)://", path_or_url, re.IGNORECASE)
    if scheme and scheme[1].lower() in {"http", "https"}:
        return _load_url(path_or_url)
    if scheme:
        raise InputError(f"cannot read {shorten(path_or_url)}", "only http and https addresses can be indexed")
    path = _existing(path_or_url)
    return _load_folder(path) if path.is_dir() else _load_file(path)


def from_text(text: str, *, source: str, title: str | None = None) -> Document:
    """A pasted article; without `title` its first line is the title if it reads like one. InputError if empty."""
    known = " ".join(normalise(title).split()) if title else None
    normal = normalise(text)
    if not normal:
        raise InputError("the pasted text is empty", "paste the article's text")
    return _page(normal, source, title=known or None, fallback=opening(normal))


# --- folders, files and pages ----------------------------------------------------------------------------------------


def _existing(name: str) -> Path:
    if not name.strip():
        raise InputError("no file, folder or address given", "name a file, a folder or an http(s) address")
    try:
        path = Path(os.path.abspath(Path(name).expanduser()))  # `..` undone: one source, one spelling
        path.stat()
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: "~nobody" has no home
        reason = error.strerror.lower() if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot read {shorten(name)}: {reason}", "check the spelling of the path") from error
    return path


def _load_folder(folder: Path) -> Iterator[Document | Failure]:
    refused: list[Failure] = []
    paths = sorted(_articles(folder, refused))
    if not paths and not refused:
        raise EmptyError(f"no article in {_address(folder)}", f"it can hold {_formats()} files")

    def each() -> Iterator[Document | Failure]:
        yield from refused
        for path in paths:
            yield from _load_file(path)

    return each()


def _articles(folder: Path, refused: list[Failure]) -> Iterator[Path]:
    """The files that have a reader. Folders that cannot be opened are added to `refused`."""

    def refuse(error: OSError) -> None:
        refused.append(Failure(str(error.filename), f"the folder cannot be opened: {error.strerror}"))

    for place, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith(".") and Path(name).suffix.lower() in {*READERS, ".jsonl"}:
                yield Path(place, name)


def _load_file(path: Path) -> Iterator[Document | Failure]:
    source, suffix = _address(path), path.suffix.lower()
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError("it is not a regular file")
        if suffix == ".jsonl":
            with path.open("rb") as stream:
                yield from read_json_lines(stream, source)
        else:
            yield from _reader(suffix)(_content(path), source)
    except InputError as error:
        yield Failure(source, str(error))
    except OSError as error:
        yield Failure(source, f"it cannot be opened: {error.strerror or error}")


def _content(path: Path) -> bytes:
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise InputError(
            f"it has {size / 2**20:.0f} MB, more than the {MAX_FILE_BYTES // 2**20} MB a file may have; split it"
        )
    return path.read_bytes()


def _reader(suffix: str) -> Reader:
    if suffix not in READERS:
        raise InputError(f"the format {suffix or 'without a suffix'} is not supported; {_formats()} are")
    return READERS[suffix]


def _formats() -> str:
    return ", ".join([*READERS, ".jsonl"])


def _load_url(url: str) -> Iterator[Document | Failure]:
    try:
        page = fetch(url)
        suffix = _suffix_of(page.url, page.content_type)
        if suffix == ".jsonl":
            yield from read_json_lines(io.BytesIO(page.content), url)
        else:
            yield from _reader(suffix)(page.content, url)
    except InputError as error:
        yield Failure(url, str(error))


def _suffix_of(url: str, content_type: str) -> str:
    suffix = PurePosixPath(urllib.parse.urlsplit(url).path).suffix.lower()
    known = {"text/html": ".html", "application/xhtml+xml": ".html", "text/markdown": ".md", "text/plain": ".txt"}
    if content_type in {"text/html", "application/xhtml+xml"} or suffix not in {*READERS, ".jsonl"}:
        return known.get(content_type, content_type)
    return suffix


# --- one reader per format -------------------------------------------------------------------------------------------


def read_text(content: bytes, source: str) -> Iterator[Document]:
    """Plain text, often pasted from a web page."""
    yield _page(normalise(decode(content)), source, fallback=_from_name(source))


def read_markdown(content: bytes, source: str) -> Iterator[Document]:
    """Markdown: the first "# heading" is the title; a front matter's title, date and author count."""
    about, text = plain_markdown(normalise(decode(content)))
    yield _page(
        normalise(text),
        source,
        title=about.get("title"),
        fallback=_from_name(source),
        published=find_date(about.get("date", "")),
        author=about.get("author"),
    )


def read_html(content: bytes, source: str) -> Iterator[Document]:
    """A web page: its main text, found by trafilatura."""
    import trafilatura

    found: Any = trafilatura.bare_extraction(
        _decode_html(content),
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"extensive_search": False, "original_date": True},  # a stated date, never a guess
    )
    text = normalise(found.text or "") if found else ""
    if text.count(" ") < 5:
        raise InputError("no article was found in the page; copy its text into a .txt file and index that")
    yield _page(
        "\n\n".join(text.split("\n")),
        source,
        title=" ".join(normalise(found.title or "").split()) or None,
        fallback=_from_name(source),
        published=find_date(found.date or ""),
        author=found.author or found.sitename,
    )


def _decode_html(content: bytes) -> str:
    """By the encoding the page names, if Python knows it."""
    named = re.search(rb"""<meta[^>]{0,200}?charset=["']?([\w-]{2,30})""", content[:4096], re.IGNORECASE)
    try:
        if named and b"\0" not in content:
            return content.decode(named[1].decode())
    except (LookupError, UnicodeError):
        pass
    return decode(content)


READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".text": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
}


def read_json_lines(stream: BinaryIO, source: str) -> Iterator[Document | Failure]:
    """One document per line, read line by line: the one format without a size limit."""
    seen: set[str] = set()
    sources: set[str] = set()
    number, empty = 0, True
    while line := stream.readline(MAX_ROW_BYTES + 1):
        number += 1
        if not line.strip(codecs.BOM_UTF8 + b" \t\r\n"):
            continue
        empty = False
        try:
            _check_line(line)
            document = read_row(line, source, number=number, fallback_id=_identify(f"{source}#{number}"))
            if document.id in seen:
                raise InputError(f'the id "{document.id}" stands on an earlier line; give each row its own')
            seen.add(document.id)
            if document.source in sources:  # an outlet's name, say: rows that share it are still documents of their own
                document = replace(document, source=f"{document.source}#{document.id}")
            sources.add(document.source)
            yield document
        except InputError as error:
            yield Failure(source, f"line {number}: {error}")
        if len(line) > MAX_ROW_BYTES or b"\0" in line:
            return
    if empty:
        yield Failure(source, "it is empty")


def _check_line(line: bytes) -> None:
    if len(line) > MAX_ROW_BYTES:
        raise InputError(f"longer than {MAX_ROW_BYTES // 2**20} MB; the rest of the file was not read")
    if b"\0" in line:
        raise InputError("it is not text (binary data); the rest of the file was not read")


# --- from text to a document -----------------------------------------------------------------------------------------


def _page(
    text: str,
    source: str,
    *,
    fallback: str,
    title: str | None = None,
    published: dt.date | None = None,
    author: str | None = None,
) -> Document:
    """A normalised text -> Document. What the format states of itself comes before what the text says."""
    if not text:
        raise InputError("it holds no text")
    page = read_page(text, title=title)
    return Document(
        id=_identify(source),
        title=page.title or fallback,
        text=page.text,
        source=source,
        published=published or page.published,
        author=author or page.author,
        body_start=page.body_start,
    )


def _identify(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def _address(path: Path) -> str:
    """The path as text that every database stores, even when the file's name is not UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _from_name(source: str) -> str:
    stem = PurePosixPath(urllib.parse.urlsplit(source).path if "://" in source else Path(source).as_posix()).stem
    words = " ".join(re.sub(r"[-_]+", " ", normalise(stem)).split())
    return words[:1].upper() + words[1:] if words else source
