"""A file, a folder, a web address or a pasted text -> Documents, each file by the reader of its format.

In: a path, an address, an open file or a text. Out: Documents whose text is normalised for good, and a Failure for each
source that could not be read. Knows nothing of formats, of passages, or of the library.
"""

from __future__ import annotations

import io
import os
import re
import stat
import urllib.parse
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import IO

from index.ahead import read_ahead
from index.fetch import Fetched, fetch
from index.formats import MEDIA_TYPES, SUFFIXES, is_known, read, suffix_of
from index.formats.content import Content, document
from index.formats.json_lines import read_json_lines
from index.sandbox import read_apart
from index.text import normalise, opening, shorten
from index.types import Document, EmptyError, Failure, InputError

MAX_FILE_BYTES = 100 * 2**20
_PLAIN = {".txt", ".text"}  # needs no parser, so no child process


def load(path_or_url: str, *, private: bool = False) -> Iterator[Document | Failure]:
    """The documents of a file, of a folder (recursive, sorted) or of an http(s) address, one after the other.

    Several files of a folder are read at once.

    `private` also lets web addresses of this machine and its network through.
    Raises InputError when there is nothing at the path, EmptyError when a folder holds no article. Whatever else
    goes wrong is a Failure among the documents.
    """
    if is_address(path_or_url):
        return _load_url(path_or_url, private=private)
    paths, refused = files_of(path_or_url)
    return chain(refused, read_ahead(paths, load_file))


def is_address(path_or_url: str) -> bool:
    """Whether it is an http(s) address and no path. Raises InputError for an address of any other kind."""
    scheme = re.match(r"([a-z][a-z0-9+.-]*)://", path_or_url, re.IGNORECASE)
    if scheme and scheme[1].lower() not in {"http", "https"}:
        raise InputError(f"cannot read {shorten(path_or_url)}", "only http and https addresses can be indexed")
    return scheme is not None


def from_text(text: str, *, source: str, title: str | None = None) -> Document:
    """A pasted article; without `title` its first line is the title if it reads like one. InputError if empty."""
    normal = normalise(text)
    if not normal:
        raise InputError("the pasted text is empty", "paste the article's text")
    return document(Content(normal, title), source, fallback=opening(normal))


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


def files_of(name: str) -> tuple[list[Path], list[Failure]]:
    """The file itself, or the articles of a folder, sorted; and the folders in it that cannot be opened.

    Raises InputError when there is nothing at the path, EmptyError when a folder holds no article.
    """
    path = _existing(name)
    if not path.is_dir():
        return [path], []
    refused: list[Failure] = []
    paths = sorted(_articles(path, refused))
    if not paths and not refused:
        raise EmptyError(f"no article in {address(path)}", f"it can hold {', '.join(SUFFIXES)} files")
    return paths, refused


def _articles(folder: Path, refused: list[Failure]) -> Iterator[Path]:
    """The files that have a reader. Folders that cannot be opened are added to `refused`."""

    def refuse(error: OSError) -> None:
        refused.append(Failure(str(error.filename), f"the folder cannot be opened: {error.strerror}"))

    for place, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith(".") and is_known(name):
                yield Path(place, name)


def load_file(path: Path, *, reached: Callable[[int], object] = lambda at: None) -> Iterator[Document | Failure]:
    """The documents of a file, whose source is its path. Whatever goes wrong is a Failure.

    `reached` hears before each document how many bytes of the file have been read.
    """
    source = address(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError("it is not a regular file")
        with path.open("rb") as stream:
            for item in load_stream(stream, source):
                reached(stream.tell())
                yield item
    except InputError as error:
        yield Failure(source, str(error))
    except OSError as error:
        yield Failure(source, f"it cannot be opened: {error.strerror or error}")


def load_stream(stream: IO[bytes], source: str, *, name: str = "") -> Iterator[Document | Failure]:
    """The documents of an open file, read by the suffix of its `name`; without one, that of `source` counts."""
    name = name or PurePosixPath(source).name
    try:
        if is_streamed(name):
            yield from read_json_lines(stream, source)
        else:
            yield from _parsed(_bytes(stream), name, source)
    except InputError as error:
        yield Failure(source, str(error))


def is_streamed(name: str) -> bool:
    """Whether files of this name are read row by row, so that they may be of any size."""
    return suffix_of(name) == ".jsonl"


def _bytes(stream: IO[bytes]) -> bytes:
    size = stream.seek(0, os.SEEK_END)
    if size > MAX_FILE_BYTES:
        raise InputError(
            f"it has {size / 2**20:.0f} MB, more than the {MAX_FILE_BYTES // 2**20} MB a file may have; split it"
        )
    stream.seek(0)
    return stream.read()


def _parsed(content: bytes, name: str, source: str) -> Iterator[Document | Failure]:
    if suffix_of(name) in _PLAIN or not is_known(name):
        return read(content, name, source)
    return read_apart(content, name, source)


def _load_url(url: str, *, private: bool) -> Iterator[Document | Failure]:
    try:
        page = fetch(url, private=private)
        yield from load_stream(io.BytesIO(page.content), url, name=_name_of(page))
    except InputError as error:
        yield Failure(url, str(error))


def _name_of(page: Fetched) -> str:
    """The name its address gives it, with the suffix of its type unless the name has a known one."""
    name = PurePosixPath(urllib.parse.unquote(urllib.parse.urlsplit(page.url).path)).name
    if is_known(name) and MEDIA_TYPES.get(page.content_type) != ".html":
        return name
    if page.content_type not in MEDIA_TYPES:
        raise InputError(f"the format {page.content_type} is not supported; {', '.join(SUFFIXES)} are")
    return (PurePosixPath(name).stem or "page") + MEDIA_TYPES[page.content_type]


def address(path: str | Path) -> str:
    """The path as text that every database stores, even when the file's name is not UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
