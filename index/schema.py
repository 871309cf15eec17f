"""The store's tables, and the steps that bring a library of any earlier version to them. Nothing is lost on the way."""

from __future__ import annotations

import sqlite3

from index import stories
from index.database import Database
from index.types import LibraryError

VERSION = 4
RANDOM = "random() & 0x7fffffffffffffff"
NEWEST = "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'passages'), 0)"  # ids are never used twice
_DOCUMENTS = """
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
# `newest` is the highest passage id that there had been by then.
_CHANGES = f"""
CREATE TABLE changes (number INTEGER PRIMARY KEY AUTOINCREMENT, generation INTEGER NOT NULL, newest INTEGER NOT NULL);
CREATE TABLE removed (change INTEGER NOT NULL, passage INTEGER NOT NULL, PRIMARY KEY (change, passage)) WITHOUT ROWID;
CREATE INDEX documents_by_date ON documents (published, source, id);
INSERT INTO changes (generation, newest) SELECT {RANDOM}, {NEWEST}
"""
_COPIES = """
CREATE TABLE likeness (key INTEGER NOT NULL, document INTEGER NOT NULL, PRIMARY KEY (key, document)) WITHOUT ROWID;
CREATE TABLE stories (
    document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE, story INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX stories_by_story ON stories (story);
CREATE TABLE files (path TEXT PRIMARY KEY, state TEXT NOT NULL, content TEXT NOT NULL, documents TEXT NOT NULL)
"""


def migrate(database: Database) -> None:
    """Brings the tables to VERSION, in one transaction. Raises LibraryError for a library of a newer Footnote."""
    run = database.connection.execute
    with database.reading():
        version = run("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise LibraryError(
            f"the library {database.path} was written by a newer version of Footnote (schema {version})",
            "upgrade Footnote, or choose another --home",
        )
    if version < VERSION:
        with database.writing():
            for step in _STEPS[run("PRAGMA user_version").fetchone()[0] :]:  # another program may have been first
                step(database.connection)
            run(f"PRAGMA user_version = {VERSION}")


def _create(connection: sqlite3.Connection) -> None:
    _run_each(connection, _DOCUMENTS)


def _forget_words(connection: sqlite3.Connection) -> None:
    """Schema 2 wrote the words of unspaced scripts in another way; schema 3 keeps no words."""


def _record_changes(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE IF EXISTS words")  # the full-text index is a derived one now
    connection.execute("DELETE FROM meta WHERE key = 'generation'")
    _run_each(connection, _CHANGES)


def _find_copies(connection: sqlite3.Connection) -> None:
    """Documents that tell the same are linked."""
    _run_each(connection, _COPIES)
    for (document_id,) in connection.execute("SELECT id FROM documents ORDER BY rowid").fetchall():
        stories.link(connection, document_id)


def _run_each(connection: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";"):
        connection.execute(statement)


_STEPS = (_create, _forget_words, _record_changes, _find_copies)  # from schema n to n + 1
