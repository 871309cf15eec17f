"""A file, a folder or an address -> the library, file by file: what has not changed is not read again.

In: a library and a path or address. Out: an Outcome for each document, a Failure for each source that cannot be read,
and how many bytes are done, for a progress bar. A file counts as done when all its documents are stored: whoever is
stopped in between goes on from there. Knows nothing of formats.
"""

from __future__ import annotations

import functools
import hashlib
import os
import stat
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.ahead import read_ahead
from index.library import Library, Outcome
from index.load import MAX_FILE_BYTES, address, files_of, is_address, is_streamed, load, load_file
from index.store import FileRead, digest
from index.types import Document, Failure

_MOST_DOCUMENTS = 1000  # of a file that is remembered; the rows of a longer corpus are compared one by one
_WRITTEN_AT_ONCE = 64
_TOLD_EVERY_BYTES = 2**18
_SETTLED_NS = 2 * 10**9  # a file that was changed a moment ago may change again without a newer time


@dataclass(frozen=True, slots=True)
class _Unchanged:
    """A file of which nothing needs to be read. `again` is what to remember of it now, None where that is known."""

    path: str
    documents: tuple[tuple[str, str], ...]
    again: FileRead | None


@dataclass(frozen=True, slots=True)
class _Bytes:
    """So many more bytes of a file were read."""

    size: int


@dataclass(frozen=True, slots=True)
class _End:
    """The end of a file; `read` is None when it is to be read again the next time."""

    path: str
    read: FileRead | None


_Item = Document | Failure | _Unchanged | _Bytes | _End


def size_of(name: str) -> int | None:
    """How many bytes `take_in` will report; None for an address. Raises InputError or EmptyError as it does."""
    if is_address(name):
        return None
    return sum(_size(path) for path in files_of(name)[0])


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # gone since; reading it will say so


def take_in(
    library: Library,
    name: str,
    *,
    private: bool = False,
    embedded: Callable[[int], object] = lambda passages: None,
    read: Callable[[int], object] = lambda size: None,
) -> Iterator[Outcome | Failure]:
    """Adds what is at a path or address. `embedded` hears of passages, `read` of bytes, each since it heard last.

    Several files are read at once while passages are embedded. Raises InputError or EmptyError as `load` does, and
    LibraryError.
    """
    aside: deque[Outcome | Failure] = deque()
    stored = _Stored(library)

    def documents(items: Iterator[_Item]) -> Iterator[Document]:
        for item in items:
            match item:
                case Document():
                    stored.expect(item.source)
                    yield item
                case Failure():
                    aside.append(item)
                case _Bytes():
                    read(item.size)
                case _Unchanged():
                    aside.extend(library.unchanged(source for source, _ in item.documents))
                    stored.is_done(item.path, item.again)
                case _End():
                    stored.file_ends(item)

    items = iter(load(name, private=private)) if is_address(name) else _items(library, name)
    for outcome in library.add(documents(items), embedded=embedded):
        yield from _taken(aside)
        stored.hear(outcome.source)
        yield outcome
    yield from _taken(aside)
    stored.write()


def _taken(items: deque[Outcome | Failure]) -> Iterator[Outcome | Failure]:
    while items:
        yield items.popleft()


class _Stored:
    """Which files are stored to their last document: only those are remembered, many in one transaction."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._waited_for: Counter[str] = Counter()  # by source, documents that are not stored yet
        self._files: deque[tuple[_End, list[str]]] = deque()
        self._current: list[str] = []  # the sources of the file that is being read
        self._ready: dict[str, FileRead] = {}

    def expect(self, source: str) -> None:
        self._waited_for[source] += 1
        if len(self._current) < _MOST_DOCUMENTS:
            self._current.append(source)

    def file_ends(self, file: _End) -> None:
        if file.read is not None:
            self._files.append((file, self._current))
        self._current = []
        self._look()

    def hear(self, source: str) -> None:
        self._waited_for[source] -= 1
        if not self._waited_for[source]:
            del self._waited_for[source]
        self._look()

    def is_done(self, path: str, read: FileRead | None) -> None:
        if read is not None:
            self._ready[path] = read
        if len(self._ready) >= _WRITTEN_AT_ONCE:
            self.write()

    def write(self) -> None:
        if self._ready:
            self._library.remember(self._ready)
            self._ready = {}

    def _look(self) -> None:
        while self._files and not any(source in self._waited_for for source in self._files[0][1]):
            file, _ = self._files.popleft()
            self.is_done(file.path, file.read)


# --- one file --------------------------------------------------------------------------------------------------------


def _items(library: Library, name: str) -> Iterator[_Item]:
    paths, refused = files_of(name)
    yield from refused
    yield from read_ahead(paths, functools.partial(_read, library))


def _read(library: Library, path: Path) -> Iterator[_Item]:
    """What is in a file, or that it is as it was."""
    source, before = address(path), _state(path)
    known, size = library.file_read(source), _size(path)
    is_same = known is not None and known.state == before.text != ""
    content = None if is_same else _content(path)
    if known is not None and (is_same or known.content == content):
        again = FileRead(before.text, known.content, known.documents)
        yield _Unchanged(source, known.documents, None if again.state == known.state else again)
        yield _Bytes(size)
        return
    at = told = 0
    documents: dict[str, str] = {}
    is_whole = content is not None

    def reached(position: int) -> None:
        nonlocal at
        at = position

    for item in load_file(path, reached=reached):
        is_whole = is_whole and isinstance(item, Document) and item.source not in documents
        if is_whole and isinstance(item, Document) and len(documents) <= _MOST_DOCUMENTS:
            documents[item.source] = digest(item)
        yield item
        if at - told >= _TOLD_EVERY_BYTES:
            yield _Bytes(at - told)
            told = at
    is_whole = is_whole and 0 < len(documents) <= _MOST_DOCUMENTS and _state(path).stamp == before.stamp
    yield _End(source, FileRead(before.text, content or "", tuple(documents.items())) if is_whole else None)
    yield _Bytes(max(0, size - told))


@dataclass(frozen=True, slots=True)
class _State:
    """`stamp` changes whenever the file does; `text` is what to compare it by, "" where that would not be safe."""

    stamp: tuple[int, ...]
    text: str


def _state(path: Path) -> _State:
    try:
        found = path.stat()
    except OSError:
        return _State((), "")
    stamp = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    is_settled = time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) > _SETTLED_NS
    return _State(stamp, f"{' '.join(map(str, stamp))} {_readers()}" if is_settled else "")


def _content(path: Path) -> str | None:
    """A hash of the file and of the code that reads it; None where it would not be read: a pipe, a very large file."""
    try:
        found = path.stat()
        is_too_large = found.st_size > MAX_FILE_BYTES and not is_streamed(path.name)
        if is_too_large or not stat.S_ISREG(found.st_mode):
            return None
        with path.open("rb") as stream:
            return f"{hashlib.file_digest(stream, 'sha256').hexdigest()} {_readers()}"
    except OSError:
        return None


@functools.cache
def _readers() -> str:
    """Changes with the code that reads files: what it made of a file before may not be what it would make now."""
    hashed = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        hashed.update(f"{path.name}\0{os.path.getsize(path)}\0".encode() + path.read_bytes())
    return hashed.hexdigest()[:16]
