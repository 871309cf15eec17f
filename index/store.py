"""The durable truth: documents, passages and their vectors in one SQLite file (WAL). All else is derived from it.

Each change is one transaction that also renews `generation`; what was committed survives a kill or a power cut.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from index import copies, lexical
from index.copies import Twin
from index.types import Document, Entry, LibraryError, Passage

if TYPE_CHECKING:
    from index.types import Vectors

SCHEMA_VERSION = 4  # each step beyond the first is a function of _MIGRATIONS
_COPIES_SCHEMA = """
CREATE TABLE likeness (key INTEGER NOT NULL, document INTEGER NOT NULL, PRIMARY KEY (key, document)) WITHOUT ROWID;
CREATE TABLE stories (
    document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE, story INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX stories_by_story ON stories (story);
CREATE TABLE files (path TEXT PRIMARY KEY, state TEXT NOT NULL, content TEXT NOT NULL, documents TEXT NOT NULL)
"""
_SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, source TEXT NOT NULL UNIQUE, published TEXT,
    author TEXT, pages TEXT NOT NULL, body_start INTEGER NOT NULL, digest TEXT NOT NULL
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, lead TEXT NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX passages_by_document ON passages (document_id);
{lexical.TABLE};
{_COPIES_SCHEMA};
INSERT INTO meta VALUES ('generation', '0');
PRAGMA user_version = {SCHEMA_VERSION};
"""
_PATIENCE_S = 600.0  # for another program that writes; each of its transactions takes far less
_UNNOTICED_S = 0.5  # a wait this short needs no words
_POLL_S = 0.02
_MIGRATED_AT_ONCE = 500  # passages, under SQLite's limit on parameters
_LOOKED_AT = 4  # documents for each key of likeness: one story may be in a library a thousand times
_COMPARED = 8  # of those, the likeliest

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Indexed:
    """A document with its passages and their vectors, (len(passages), dimension), ready to be stored."""

    document: Document
    passages: list[Passage]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Stored:
    """The id a document was stored under, whether its source was in the library before, and who tells the same."""

    id: str
    was_known: bool
    twin: Twin | None = None


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file whose documents are all stored: its state on the disk, its content's hash, (source, digest) of each."""

    state: str
    content: str
    documents: tuple[tuple[str, str], ...]


def digest(document: Document) -> str:
    """Tells two versions of a document apart."""
    d = document
    parts = [d.title, d.text, *map(str, (d.published, d.author, d.body_start, d.pages))]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


class Store:
    """One SQLite file, or memory when `path` is None. One connection, shared by threads, one at a time."""

    def __init__(self, path: Path | None, *, patience_s: float = _PATIENCE_S) -> None:
        """`patience_s`: how long a change waits while another program changes the same library."""
        self.path, self._patience_s = path, patience_s
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(
                str(path or ":memory:"), timeout=patience_s, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
            self._file = _identity(path)
        except sqlite3.DatabaseError as error:
            raise LibraryError(
                f"the library file {path} cannot be opened: {error}",
                "check that the folder is writable and that the file was made by Footnote, or choose another --home",
            ) from error

    def _prepare(self) -> None:
        run = self._connection.execute
        try:
            run("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:  # SQLite does not wait here for another process that does the same
            if "locked" not in str(error):
                raise
        run("PRAGMA synchronous = FULL")  # a commit is on the disk before it is reported
        run("PRAGMA foreign_keys = ON")
        version = run("PRAGMA user_version").fetchone()[0]
        if version == 0:
            with self._transaction():
                if run("PRAGMA user_version").fetchone()[0] == 0:  # another process may have been first
                    for statement in _SCHEMA.strip().rstrip(";").split(";"):
                        run(statement)
        elif version < SCHEMA_VERSION:
            self._migrate()
        elif version > SCHEMA_VERSION:
            raise LibraryError(
                f"the library {self.path} was written by a newer version of Footnote (schema {version})",
                "upgrade Footnote, or choose another --home",
            )

    def _migrate(self) -> None:
        """Brings a library of an older schema up to this one, in one transaction."""
        run = self._connection.execute
        with self._transaction():
            version = run("PRAGMA user_version").fetchone()[0]  # another process may have been first
            for step in range(version + 1, SCHEMA_VERSION + 1):
                _MIGRATIONS[step](self)
            run(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _split_unspaced_words(self) -> None:
        """Scripts written without spaces are indexed by character."""
        run = self._connection.execute
        run("DELETE FROM words")
        ids = [row[0] for row in run("SELECT id FROM passages ORDER BY id")]
        for at in range(0, len(ids), _MIGRATED_AT_ONCE):
            for passage in self.passages(ids[at : at + _MIGRATED_AT_ONCE]).values():
                self._insert_words(passage.id, passage.title, passage.text)

    def _find_copies(self) -> None:
        """Documents that tell the same are linked."""
        run = self._connection.execute
        for statement in _COPIES_SCHEMA.split(";"):
            run(statement)
        for (document_id,) in run("SELECT id FROM documents ORDER BY rowid").fetchall():
            self._link(document_id)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._begin()
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if type(error) in {sqlite3.OperationalError, sqlite3.DatabaseError}:  # the others are bugs of ours
                raise self._unwritable(error) from error
            raise
        finally:
            self._lock.release()

    def _begin(self) -> None:
        """Takes this store's lock and that of the file; waits while another program writes, and says so.

        Meanwhile this store's lock is free: others go on reading.
        """
        began, has_said = time.monotonic(), False
        while not self._try_to_begin(is_last=time.monotonic() - began >= self._patience_s):
            if not has_said and time.monotonic() - began >= _UNNOTICED_S:
                _log.warning("another program is writing to the library %s; waiting for it ...", self.path)
                has_said = True
            time.sleep(_POLL_S)

    def _try_to_begin(self, *, is_last: bool) -> bool:
        self._lock.acquire()
        try:
            self._connection.execute("PRAGMA busy_timeout = 0")
            self._connection.execute("BEGIN IMMEDIATE")
        except BaseException as error:
            self._lock.release()
            is_busy = isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY
            if is_busy and not is_last:
                return False
            if isinstance(error, sqlite3.OperationalError):
                raise self._unwritable(error) from error
            raise
        self._connection.execute(f"PRAGMA busy_timeout = {self._patience_s * 1000:.0f}")
        return True

    def _unwritable(self, error: BaseException) -> LibraryError:
        return LibraryError(
            f"the library {self.path} could not be written: {error}",
            "check free space and permissions, and that no other program holds the file; nothing was lost",
        )

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.ProgrammingError:  # a bug of ours, such as reading after close()
                raise
            except sqlite3.DatabaseError as error:
                raise LibraryError(
                    f"the library {self.path} could not be read: {error}",
                    "restore the file from a backup, or index the articles again into another --home",
                ) from error

    def _check_file(self) -> None:
        """A file that was deleted can still be written to; what was written would be gone with this process."""
        if _identity(self.path) != self._file:
            raise LibraryError(
                f"the library file {self.path} was deleted or replaced, so nothing can be kept in it",
                "stop Footnote and start it again",
            )

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    # --- what the library is -----------------------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """Another number after every change, by any process.

        Drawn at random: a library restored from a backup never comes to a number that another history had.
        """
        return int(self._meta("generation") or 0)

    @property
    def encoder(self) -> str | None:
        """The name of the model that made the vectors; None while there are no documents."""
        return self._meta("encoder")

    def _meta(self, key: str) -> str | None:
        with self._reading():
            row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def _renew_generation(self) -> None:
        self._connection.execute("UPDATE meta SET value = random() & 0x7fffffffffffffff WHERE key = 'generation'")

    # --- changes -----------------------------------------------------------------------------------------------------

    def put(self, batch: Sequence[Indexed], *, encoder: str) -> list[Stored]:
        """Stores all documents of the batch or none; one whose source is known takes its predecessor's place and id.

        A new source whose id is taken gets an id of its own, decided here because another process may have taken it.
        Raises LibraryError when the vectors come from another model than the library's, or the disk refuses.
        """
        stored: list[Stored] = []
        with self._transaction():
            self._check_file()
            known = self.encoder
            if known is not None and known != encoder:
                raise LibraryError(
                    f"the library {self.path} was made with the embedding model {known!r}, not {encoder!r}",
                    f"use --encoder {known}, or choose another --home",
                )
            self._connection.execute("INSERT OR IGNORE INTO meta VALUES ('encoder', ?)", (encoder,))
            for item in batch:
                named = replace(item, document=replace(item.document, id=self._free_id(item.document)))
                was_known = self._delete(named.document.id)
                self._insert(named)
                stored.append(Stored(named.document.id, was_known, self._link(named.document.id)))
            self._renew_generation()
        return stored

    def _free_id(self, document: Document) -> str:
        """That of the same source; else the document's own, longer by a piece of its source's hash if it is taken."""
        if known := self.by_source(document.source):
            return known[0]
        mark = hashlib.sha256(document.source.encode("utf-8", "surrogatepass")).hexdigest()
        names = (document.id, *(f"{document.id}-{mark[:length]}" for length in (8, 16, 64)))
        return next(name for name in names if self._source_of(name) is None)

    def remove(self, ids: Sequence[str]) -> list[str]:
        """Removes the documents and returns the ids that were there."""
        with self._transaction():
            self._check_file()
            removed = [document_id for document_id in ids if self._delete(document_id)]
            if removed:
                self._renew_generation()
                if not self.count():  # an empty library takes any model
                    self._connection.execute("DELETE FROM meta WHERE key = 'encoder'")
        return removed

    def _insert(self, item: Indexed) -> None:
        d = item.document
        published = d.published.isoformat() if d.published else None
        pages = json.dumps(d.pages)
        self._connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (d.id, d.title, d.text, d.source, published, d.author, pages, d.body_start, digest(d)),
        )
        for passage, vector in zip(item.passages, item.vectors, strict=True):
            cursor = self._connection.execute(
                "INSERT INTO passages (document_id, start, end, lead, vector) VALUES (?, ?, ?, ?, ?)",
                (d.id, passage.start, passage.end, passage.lead, vector.astype("<f4").tobytes()),
            )
            self._insert_words(cursor.lastrowid, d.title, passage.text)

    def _insert_words(self, passage_id: int | None, title: str, text: str) -> None:
        self._connection.execute(
            "INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)",
            (passage_id, lexical.indexed(title), lexical.indexed(text)),
        )

    def _delete(self, document_id: str) -> bool:
        run = self._connection.execute
        row, body = self._body(document_id)
        run(f"DELETE FROM likeness WHERE document = ? AND key IN ({_numbers(copies.keys(body))})", (row,))
        run("DELETE FROM words WHERE rowid IN (SELECT id FROM passages WHERE document_id = ?)", (document_id,))
        return run("DELETE FROM documents WHERE id = ?", (document_id,)).rowcount > 0

    # --- who tells the same ------------------------------------------------------------------------------------------

    def _link(self, document_id: str) -> Twin | None:
        """Puts a document that was just stored into the story of another that tells the same; None: there is none."""
        run = self._connection.execute
        row, body = self._body(document_id)
        keys = copies.keys(body)
        twin = self._twin(keys, body)
        for key in keys:
            run("INSERT OR IGNORE INTO likeness VALUES (?, ?)", (key, row))
        if twin is not None:
            named = run("SELECT story FROM stories WHERE document_id = ?", (twin.document_id,)).fetchone()
            story = named[0] if named else run("SELECT coalesce(max(story), 0) + 1 FROM stories").fetchone()[0]
            for member in (document_id, twin.document_id):
                run("INSERT OR REPLACE INTO stories VALUES (?, ?)", (member, story))
        return twin

    def _twin(self, keys: Sequence[int], body: str) -> Twin | None:
        run = self._connection.execute
        shared: Counter[int] = Counter()
        for key in keys:
            shared.update(
                row[0] for row in run("SELECT document FROM likeness WHERE key = ? LIMIT ?", (key, _LOOKED_AT))
            )
        same = run("SELECT document FROM likeness WHERE key = ? LIMIT 1", (keys[0] if keys else -1,)).fetchone()
        likeliest = [row for row, _ in shared.most_common(_COMPARED)]
        words = copies.told(body)
        found = copies.shingles(words)
        best: tuple[float, str] = (0.0, "")
        for row in dict.fromkeys([*(same or ()), *likeliest]):
            other = run("SELECT id, substr(text, body_start + 1) FROM documents WHERE rowid = ?", (row,)).fetchone()
            if other is None:
                continue
            told = copies.told(other[1])
            if told == words:
                return Twin(other[0], is_same=True)
            best = max(best, (copies.alike(found, copies.shingles(told)), other[0]))
        return Twin(best[1], is_same=False) if best[0] >= copies.LEAST_ALIKE else None

    def _body(self, document_id: str) -> tuple[int, str]:
        """The row of a document and its text without the heading; (-1, "") when there is none."""
        row = self._connection.execute(
            "SELECT rowid, substr(text, body_start + 1) FROM documents WHERE id = ?", (document_id,)
        ).fetchone()
        return row or (-1, "")

    def stories(self, passage_ids: Iterable[int]) -> dict[int, int]:
        """The story of each of these passages whose document shares one with another."""
        with self._reading():
            rows = self._connection.execute(
                "SELECT p.id, s.story FROM passages p JOIN stories s ON s.document_id = p.document_id"
                f" WHERE p.id IN ({_numbers(passage_ids)})"
            ).fetchall()
        return dict(rows)

    def embedded(self, document: Document) -> dict[tuple[str, str], bytes]:
        """(title, text) -> vector of the passages of this source as it was, and of a document with the same words."""
        keys = copies.keys(document.text[document.body_start :])
        with self._reading():
            rows = self._connection.execute(
                "SELECT d.title, substr(d.text, p.start + 1, p.end - p.start), p.vector FROM documents d"
                " JOIN passages p ON p.document_id = d.id WHERE d.source = ?"
                " OR d.rowid = (SELECT document FROM likeness WHERE key = ? LIMIT 1)",
                (document.source, keys[0] if keys else -1),
            ).fetchall()
        return {(title, text): vector for title, text, vector in rows}

    # --- files that were read ----------------------------------------------------------------------------------------

    def remember(self, files: Mapping[str, FileRead]) -> None:
        """What the file at each path held when all its documents were stored."""
        rows = [(path, read.state, read.content, json.dumps(read.documents)) for path, read in files.items()]
        with self._transaction():
            self._check_file()
            self._connection.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", rows)

    def file_read(self, path: str) -> FileRead | None:
        """What was remembered of `path`; None also when one of its documents is gone or came from elsewhere since."""
        with self._reading():
            row = self._connection.execute(
                "SELECT state, content, documents FROM files WHERE path = ?", (path,)
            ).fetchone()
        if row is None:
            return None
        documents = tuple((source, mark) for source, mark in json.loads(row[2]))
        is_whole = all((known := self.by_source(source)) and known[1] == mark for source, mark in documents)
        return FileRead(row[0], row[1], documents) if is_whole else None

    # --- reading -----------------------------------------------------------------------------------------------------

    def document(self, document_id: str) -> Document:
        """Raises KeyError when there is none."""
        with self._reading():
            row = self._connection.execute(
                "SELECT id, title, text, source, published, author, pages, body_start FROM documents WHERE id = ?",
                (document_id,),
            ).fetchone()
        if row is None:
            raise KeyError(document_id)
        return Document(
            id=row[0],
            title=row[1],
            text=row[2],
            source=row[3],
            published=_date(row[4]),
            author=row[5],
            pages=tuple(json.loads(row[6])),
            body_start=row[7],
        )

    def by_source(self, source: str) -> tuple[str, str] | None:
        """(id, digest) of the document that came from `source`."""
        with self._reading():
            row = self._connection.execute("SELECT id, digest FROM documents WHERE source = ?", (source,)).fetchone()
        return (str(row[0]), str(row[1])) if row else None

    def _source_of(self, document_id: str) -> str | None:
        with self._reading():
            row = self._connection.execute("SELECT source FROM documents WHERE id = ?", (document_id,)).fetchone()
        return str(row[0]) if row else None

    def entries(self) -> list[Entry]:
        """Every document, in the order of their titles."""
        with self._reading():
            rows = self._connection.execute(
                "SELECT d.id, d.title, d.source, d.published, count(p.id) FROM documents d"
                " LEFT JOIN passages p ON p.document_id = d.id GROUP BY d.id ORDER BY d.title, d.id"
            ).fetchall()
        return [Entry(row[0], row[1], row[2], _date(row[3]), row[4]) for row in rows]

    def count(self) -> int:
        with self._reading():
            return int(self._connection.execute("SELECT count(*) FROM documents").fetchone()[0])

    def passages(self, ids: Iterable[int]) -> dict[int, Passage]:
        """The passages of these ids that exist."""
        wanted = list(ids)
        marks = ",".join("?" * len(wanted))
        with self._reading():
            rows = self._connection.execute(
                "SELECT p.id, p.document_id, p.start, p.end, substr(d.text, p.start + 1, p.end - p.start), d.title,"
                f" p.lead FROM passages p JOIN documents d ON d.id = p.document_id WHERE p.id IN ({marks})",
                wanted,
            ).fetchall()
        return {row[0]: Passage(*row) for row in rows}

    def words(self, query: str, limit: int, *, within: Collection[str] | None = None) -> list[tuple[int, float]]:
        """BM25 over titles and passages: at most `limit` (passage id, score), best first."""
        with self._reading():
            return lexical.search(self._connection, query, limit, within=within)

    def passages_of(self, document_ids: Collection[str]) -> list[int]:
        """The ids of the passages of these documents."""
        with self._reading():
            rows = self._connection.execute(lexical.PASSAGES_OF, (json.dumps([*document_ids]),)).fetchall()
        return [row[0] for row in rows]

    def vectors(self) -> tuple[int, list[int], Vectors]:
        """(generation, passage ids, (n, dimension) float32) of one moment."""
        import numpy as np

        with self._reading():
            self._connection.execute("BEGIN")
            try:
                generation = self.generation
                rows = self._connection.execute("SELECT id, vector FROM passages ORDER BY id").fetchall()
            finally:
                if self._connection.in_transaction:  # SQLite ends it by itself after some errors
                    self._connection.execute("ROLLBACK")
        stacked = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4").astype(np.float32)
        return generation, [row[0] for row in rows], stacked.reshape(len(rows), -1 if rows else 0)


def _numbers(values: Iterable[int]) -> str:
    """For an SQL list, which as parameters would be bounded."""
    return ",".join(map(str, map(int, values)))


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Tells a file from another that takes its place."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


_MIGRATIONS: dict[int, Callable[[Store], None]] = {
    2: Store._split_unspaced_words,
    3: lambda store: None,
    4: Store._find_copies,
}
