"""The durable truth: documents, passages and their vectors in one SQLite file (WAL). All else is derived from it.

Each change is one transaction that also gives the store a new `generation` and records what was removed, so that a
derived index can catch up from any state it was saved in; what was committed survives a kill or a power cut.
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
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import copies
from index.copies import Twin
from index.types import ANY, Document, Entry, Filter, LibraryError, Passage

if TYPE_CHECKING:
    from index.types import Vectors

SCHEMA_VERSION = 4
_RANDOM = "random() & 0x7fffffffffffffff"
_SCHEMA_1 = """
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
CREATE INDEX passages_by_document ON passages (document_id)
"""
# `newest` is the highest passage id that there had been by then; ids are never used twice.
_CHANGES = f"""
CREATE TABLE changes (number INTEGER PRIMARY KEY AUTOINCREMENT, generation INTEGER NOT NULL, newest INTEGER NOT NULL);
CREATE TABLE removed (change INTEGER NOT NULL, passage INTEGER NOT NULL, PRIMARY KEY (change, passage)) WITHOUT ROWID;
CREATE INDEX documents_by_date ON documents (published, source, id);
INSERT INTO changes (generation, newest)
    SELECT {_RANDOM}, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'passages'), 0)
"""
_COPIES = """
CREATE TABLE likeness (key INTEGER NOT NULL, document INTEGER NOT NULL, PRIMARY KEY (key, document)) WITHOUT ROWID;
CREATE TABLE stories (
    document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE, story INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX stories_by_story ON stories (story);
CREATE TABLE files (path TEXT PRIMARY KEY, state TEXT NOT NULL, content TEXT NOT NULL, documents TEXT NOT NULL)
"""
_CHANGES_KEPT = 10_000  # an index that was saved longer ago is built again
_PATIENCE_S = 600.0  # for another program that writes; each of its transactions takes far less
_UNNOTICED_S = 0.5  # a wait this short needs no words
_POLL_S = 0.02
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
class Change:
    """How the store came from an earlier state to `generation`: `removed` passages are gone, and those with an id above
    `after` and up to `newest` are new. From no state: all passages are new.
    """

    generation: int
    after: int
    newest: int
    removed: list[int]


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
        self._connection.create_function("folded", 1, str.casefold, deterministic=True)
        try:
            run("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:  # SQLite does not wait here for another process that does the same
            if "locked" not in str(error):
                raise
        run("PRAGMA synchronous = FULL")  # a commit is on the disk before it is reported
        run("PRAGMA foreign_keys = ON")
        version = run("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise LibraryError(
                f"the library {self.path} was written by a newer version of Footnote (schema {version})",
                "upgrade Footnote, or choose another --home",
            )
        if version < SCHEMA_VERSION:
            with self._transaction():
                for step in range(run("PRAGMA user_version").fetchone()[0], SCHEMA_VERSION):  # another may be first
                    self._MIGRATIONS[step](self)
                run(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _create(self) -> None:
        self._run_each(_SCHEMA_1)

    def _forget_words(self) -> None:
        """Schema 2 wrote the words of unspaced scripts in another way; schema 3 keeps no words."""

    def _record_changes(self) -> None:
        self._connection.execute("DROP TABLE IF EXISTS words")  # the full-text index is a derived one now
        self._connection.execute("DELETE FROM meta WHERE key = 'generation'")
        self._run_each(_CHANGES)

    def _find_copies(self) -> None:
        """Documents that tell the same are linked."""
        self._run_each(_COPIES)
        for (document_id,) in self._connection.execute("SELECT id FROM documents ORDER BY rowid").fetchall():
            self._link(document_id)

    def _run_each(self, statements: str) -> None:
        for statement in statements.split(";"):
            self._connection.execute(statement)

    _MIGRATIONS = (_create, _forget_words, _record_changes, _find_copies)  # from schema n to n + 1

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
        with self._reading():
            row = self._connection.execute("SELECT generation FROM changes ORDER BY number DESC LIMIT 1").fetchone()
        return int(row[0])

    @property
    def encoder(self) -> str | None:
        """The name of the model that made the vectors; None while there are no documents."""
        return self._meta("encoder")

    def _meta(self, key: str) -> str | None:
        with self._reading():
            row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def _record_change(self, removed: Iterable[int]) -> None:
        """Gives the store its next generation; what happened long ago is forgotten."""
        run = self._connection.execute
        newest = "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'passages'), 0)"
        number = run(f"INSERT INTO changes (generation, newest) VALUES ({_RANDOM}, {newest})").lastrowid or 0
        self._connection.executemany("INSERT INTO removed VALUES (?, ?)", ((number, passage) for passage in removed))
        run("DELETE FROM changes WHERE number <= ?", (number - _CHANGES_KEPT,))
        run("DELETE FROM removed WHERE change <= ?", (number - _CHANGES_KEPT,))

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
            gone: list[int] = []
            for item in batch:
                named = replace(item, document=replace(item.document, id=self._free_id(item.document)))
                its_passages = self._delete(named.document.id)
                self._insert(named)
                stored.append(Stored(named.document.id, its_passages is not None, self._link(named.document.id)))
                gone += its_passages or []
            self._record_change(gone)
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
            removed = {name: gone for name in ids if (gone := self._delete(name)) is not None}
            if removed:
                self._record_change(passage for gone in removed.values() for passage in gone)
                if not self.count():  # an empty library takes any model
                    self._connection.execute("DELETE FROM meta WHERE key = 'encoder'")
        return [*removed]

    def _insert(self, item: Indexed) -> None:
        d = item.document
        published = d.published.isoformat() if d.published else None
        pages = json.dumps(d.pages)
        self._connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (d.id, d.title, d.text, d.source, published, d.author, pages, d.body_start, digest(d)),
        )
        for passage, vector in zip(item.passages, item.vectors, strict=True):
            self._connection.execute(
                "INSERT INTO passages (document_id, start, end, lead, vector) VALUES (?, ?, ?, ?, ?)",
                (d.id, passage.start, passage.end, passage.lead, vector.astype("<f4").tobytes()),
            )

    def _delete(self, document_id: str) -> list[int] | None:
        """The ids that its passages had; None when there is no such document."""
        run = self._connection.execute
        row, body = self._body(document_id)
        run(f"DELETE FROM likeness WHERE document = ? AND key IN ({_numbers(copies.keys(body))})", (row,))
        gone = [found[0] for found in run("SELECT id FROM passages WHERE document_id = ?", (document_id,))]
        return gone if run("DELETE FROM documents WHERE id = ?", (document_id,)).rowcount else None

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

    def _change(self, which: str, *values: int) -> Any:
        """(generation, newest, number) of one recorded change, or None. To be called while reading."""
        return self._connection.execute(f"SELECT generation, newest, number FROM changes {which}", values).fetchone()

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

    def passage_count(self) -> int:
        with self._reading():
            return int(self._connection.execute("SELECT count(*) FROM passages").fetchone()[0])

    def passages_of(self, documents: Collection[str] | None, only: Filter = ANY) -> list[int]:
        """The ids of the passages of these documents (None: all) that pass the filter, in order."""
        wanted = ["id IN (SELECT value FROM json_each(:ids))"] if documents is not None else []
        wanted += ["published >= :since"] if only.since else []
        wanted += ["published <= :until"] if only.until else []
        wanted += ["instr(folded(source), folded(:source))"] if only.source else []
        values = {
            "ids": json.dumps([*documents]) if documents is not None else None,
            "since": only.since and only.since.isoformat(),
            "until": only.until and only.until.isoformat(),
            "source": only.source,
        }
        chosen = f"SELECT id FROM documents WHERE {' AND '.join(wanted) or '1'}"
        with self._reading():
            rows = self._connection.execute(
                f"SELECT id FROM passages WHERE document_id IN ({chosen}) ORDER BY id", values
            ).fetchall()
        return [row[0] for row in rows]

    # --- what derived indexes are made from --------------------------------------------------------------------------

    def whole(self) -> Change:
        """From nothing to now."""
        with self._reading():
            generation, newest, _ = self._change("ORDER BY number DESC LIMIT 1")
        return Change(generation, 0, newest, [])

    def change_since(self, generation: int) -> Change | None:
        """From that state to now; None when it is not known here, or not any more."""
        with self._reading():
            now, newest, _ = self._change("ORDER BY number DESC LIMIT 1")
            if (then := self._change("WHERE generation = ?", generation)) is None:
                return None
            # Another process may have gone on since `now` was read; what it removed is gone all the same.
            rows = self._connection.execute("SELECT passage FROM removed WHERE change > ?", (then[2],)).fetchall()
        return Change(now, then[1], newest, [row[0] for row in rows])

    def texts(self, after: int, newest: int, limit: int) -> list[tuple[int, str, str]]:
        """(id, title, text) of the first `limit` passages with an id above `after` and up to `newest`, by id."""
        with self._reading():
            return self._connection.execute(
                "SELECT p.id, d.title, substr(d.text, p.start + 1, p.end - p.start) FROM passages p"
                " JOIN documents d ON d.id = p.document_id WHERE p.id > ? AND p.id <= ? ORDER BY p.id LIMIT ?",
                (after, newest, limit),
            ).fetchall()

    def vectors(self, after: int, newest: int, limit: int) -> tuple[list[int], Vectors]:
        """Ids and vectors, (n, dimension), of the first `limit` passages above `after` and up to `newest`, by id."""
        return self._stacked(
            "SELECT id, vector FROM passages WHERE id > ? AND id <= ? ORDER BY id LIMIT ?", (after, newest, limit)
        )

    def vectors_of(self, ids: Sequence[int]) -> tuple[list[int], Vectors]:
        """Those of `ids` that exist, by id, and their vectors, (n, dimension)."""
        return self._stacked(
            "SELECT id, vector FROM passages WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps([int(number) for number in ids]),),
        )

    def _stacked(self, query: str, values: tuple[object, ...]) -> tuple[list[int], Vectors]:
        import numpy as np

        with self._reading():
            rows = self._connection.execute(query, values).fetchall()
        stacked = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4").astype(np.float32)
        return [row[0] for row in rows], stacked.reshape(len(rows), -1 if rows else 0)


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
