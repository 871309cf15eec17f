"""The durable truth: documents, passages and their vectors in one SQLite file (WAL). All else is derived from it.

Each change is one transaction that also gives the store a new `generation` and records what was removed, so that a
derived index can catch up from any state it was saved in; what was committed survives a kill or a power cut.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.types import Document, Entry, Filter, LibraryError, Passage

if TYPE_CHECKING:
    from index.types import Vectors

SCHEMA_VERSION = 3
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
_CHANGES_KEPT = 10_000  # an index that was saved longer ago is built again
_BUSY_TIMEOUT_S = 30.0


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
    """The id a document was stored under, and whether its source was in the library before."""

    id: str
    was_known: bool


def digest(document: Document) -> str:
    """Tells two versions of a document apart."""
    d = document
    parts = [d.title, d.text, *map(str, (d.published, d.author, d.body_start, d.pages))]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


class Store:
    """One SQLite file, or memory when `path` is None. One connection, shared by threads, one at a time."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(
                str(path or ":memory:"), timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
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
                    MIGRATIONS[step](self._connection)
                run(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if type(error) in {sqlite3.OperationalError, sqlite3.DatabaseError}:  # the others are bugs of ours
                    raise LibraryError(
                        f"the library {self.path} could not be written: {error}",
                        "check free space and permissions, and that no other program holds the file; nothing was lost",
                    ) from error
                raise

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
                stored.append(Stored(named.document.id, was_known=its_passages is not None))
                gone += its_passages or []
                self._insert(named)
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
        gone = [row[0] for row in run("SELECT id FROM passages WHERE document_id = ?", (document_id,))]
        return gone if run("DELETE FROM documents WHERE id = ?", (document_id,)).rowcount else None

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

    def passages_of(self, documents: Collection[str] | None, only: Filter) -> list[int]:
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


def _create(connection: sqlite3.Connection) -> None:
    for statement in _SCHEMA_1.split(";"):
        connection.execute(statement)


def _forget_words(_: sqlite3.Connection) -> None:
    """Schema 2 wrote the words of unspaced scripts in another way; schema 3 keeps no words."""


def _record_changes(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE IF EXISTS words")  # the full-text index is a derived one now
    connection.execute("DELETE FROM meta WHERE key = 'generation'")
    for statement in _CHANGES.split(";"):
        connection.execute(statement)


MIGRATIONS = (_create, _forget_words, _record_changes)  # from schema n to n + 1


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Tells a file from another that takes its place."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
