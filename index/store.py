"""The durable truth: documents, passages and their vectors in one SQLite file (WAL). All else is derived from it.

Each change is one transaction that also raises `generation`; what was committed survives a kill or a power cut.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index import lexical
from index.types import Document, LibraryError, Passage

if TYPE_CHECKING:
    from index.types import Vectors

SCHEMA_VERSION = 1
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
INSERT INTO meta VALUES ('generation', '0');
PRAGMA user_version = {SCHEMA_VERSION};
"""
_BUSY_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as a list shows it."""

    id: str
    title: str
    source: str
    published: dt.date | None
    passages: int


@dataclass(frozen=True, slots=True)
class Indexed:
    """A document with its passages and their vectors, (len(passages), dimension), ready to be stored."""

    document: Document
    passages: list[Passage]
    vectors: Vectors


def digest(document: Document) -> str:
    """Tells two versions of a document apart."""
    parts = [document.title, document.text, str(document.published), str(document.author), str(document.body_start)]
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
            self._prepare()
        except sqlite3.DatabaseError as error:
            raise LibraryError(
                f"the library file {path} cannot be opened: {error}",
                "check that the folder is writable and that the file was made by Footnote, or choose another --home",
            ) from error

    def _prepare(self) -> None:
        run = self._connection.execute
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")  # a commit is on the disk before it is reported
        run("PRAGMA foreign_keys = ON")
        version = run("PRAGMA user_version").fetchone()[0]
        if version == 0:
            with self._transaction():
                if run("PRAGMA user_version").fetchone()[0] == 0:  # another process may have been first
                    for statement in _SCHEMA.strip().rstrip(";").split(";"):
                        run(statement)
        elif version > SCHEMA_VERSION:
            raise LibraryError(
                f"the library {self.path} was written by a newer version of Footnote (schema {version})",
                "upgrade Footnote, or choose another --home",
            )

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
                if isinstance(error, sqlite3.OperationalError):
                    raise LibraryError(
                        f"the library {self.path} could not be written: {error}",
                        "check free space and permissions, and that no other program holds the file; nothing was lost",
                    ) from error
                raise

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    # --- what the library is -----------------------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """Raised by every change, by any process."""
        return int(self._meta("generation") or 0)

    @property
    def encoder(self) -> str | None:
        """The name of the model that made the vectors; None while there are none."""
        return self._meta("encoder")

    def _meta(self, key: str) -> str | None:
        with self._lock:
            row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def _raise_generation(self) -> None:
        self._connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")

    # --- changes -----------------------------------------------------------------------------------------------------

    def put(self, batch: Sequence[Indexed], *, encoder: str) -> None:
        """Stores all documents of the batch or none; one with a known id takes its predecessor's place.

        Raises LibraryError when the vectors come from another model than the library's, or the disk refuses.
        """
        with self._transaction():
            known = self.encoder
            if known is not None and known != encoder:
                raise LibraryError(
                    f"the library {self.path} was made with the embedding model {known!r}, not {encoder!r}",
                    f"use --encoder {known}, or choose another --home",
                )
            self._connection.execute("INSERT OR IGNORE INTO meta VALUES ('encoder', ?)", (encoder,))
            for item in batch:
                self._delete(item.document.id)
                self._insert(item)
            self._raise_generation()

    def remove(self, ids: Sequence[str]) -> list[str]:
        """Removes the documents and returns the ids that were there."""
        with self._transaction():
            removed = [document_id for document_id in ids if self._delete(document_id)]
            if removed:
                self._raise_generation()
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
            self._connection.execute(
                "INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)", (cursor.lastrowid, d.title, passage.text)
            )

    def _delete(self, document_id: str) -> bool:
        run = self._connection.execute
        run("DELETE FROM words WHERE rowid IN (SELECT id FROM passages WHERE document_id = ?)", (document_id,))
        return run("DELETE FROM documents WHERE id = ?", (document_id,)).rowcount > 0

    # --- reading -----------------------------------------------------------------------------------------------------

    def document(self, document_id: str) -> Document:
        """Raises KeyError when there is none."""
        with self._lock:
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
        with self._lock:
            return self._connection.execute("SELECT id, digest FROM documents WHERE source = ?", (source,)).fetchone()

    def source_of(self, document_id: str) -> str | None:
        with self._lock:
            row = self._connection.execute("SELECT source FROM documents WHERE id = ?", (document_id,)).fetchone()
        return str(row[0]) if row else None

    def entries(self) -> list[Entry]:
        """Every document, in the order of their titles."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT d.id, d.title, d.source, d.published, count(p.id) FROM documents d"
                " LEFT JOIN passages p ON p.document_id = d.id GROUP BY d.id ORDER BY d.title, d.id"
            ).fetchall()
        return [Entry(row[0], row[1], row[2], _date(row[3]), row[4]) for row in rows]

    def count(self) -> int:
        with self._lock:
            return int(self._connection.execute("SELECT count(*) FROM documents").fetchone()[0])

    def passages(self, ids: Iterable[int]) -> dict[int, Passage]:
        """The passages of these ids that exist."""
        wanted = list(ids)
        marks = ",".join("?" * len(wanted))
        with self._lock:
            rows = self._connection.execute(
                "SELECT p.id, p.document_id, p.start, p.end, substr(d.text, p.start + 1, p.end - p.start), d.title,"
                f" p.lead FROM passages p JOIN documents d ON d.id = p.document_id WHERE p.id IN ({marks})",
                wanted,
            ).fetchall()
        return {row[0]: Passage(*row) for row in rows}

    def words(self, query: str, limit: int) -> list[tuple[int, float]]:
        """BM25 over titles and passages: at most `limit` (passage id, score), best first."""
        with self._lock:
            return lexical.search(self._connection, query, limit)

    def vectors(self) -> tuple[int, list[int], Vectors]:
        """(generation, passage ids, (n, dimension) float32) of one moment."""
        import numpy as np

        with self._lock:
            self._connection.execute("BEGIN")
            try:
                generation = self.generation
                rows = self._connection.execute("SELECT id, vector FROM passages ORDER BY id").fetchall()
            finally:
                self._connection.execute("COMMIT")
        stacked = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4").astype(np.float32)
        return generation, [row[0] for row in rows], stacked.reshape(len(rows), -1 if rows else 0)


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
