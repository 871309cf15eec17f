"""Which stored documents tell the same story: looked up among all of them by keys, then compared word by word.

Each function is a part of its caller's transaction. The comparing itself is in copies.py.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence

from index import copies
from index.copies import Twin

_LOOKED_AT = 4  # documents for each key of likeness: one story may be in a library a thousand times
_COMPARED = 8  # of those, the likeliest


def link(connection: sqlite3.Connection, document_id: str) -> Twin | None:
    """Puts a document that was just stored into the story of another that tells the same; None: there is none."""
    run = connection.execute
    row, body = _body(connection, document_id)
    keys = copies.keys(body)
    twin = _twin(connection, keys, body)
    for key in keys:
        run("INSERT OR IGNORE INTO likeness VALUES (?, ?)", (key, row))
    if twin is not None:
        named = run("SELECT story FROM stories WHERE document_id = ?", (twin.document_id,)).fetchone()
        story = named[0] if named else run("SELECT coalesce(max(story), 0) + 1 FROM stories").fetchone()[0]
        for member in (document_id, twin.document_id):
            run("INSERT OR REPLACE INTO stories VALUES (?, ?)", (member, story))
    return twin


def unlink(connection: sqlite3.Connection, document_id: str) -> None:
    """A document that is about to be removed is found by its keys no more."""
    row, body = _body(connection, document_id)
    connection.executemany(
        "DELETE FROM likeness WHERE document = ? AND key = ?", ((row, key) for key in copies.keys(body))
    )


def same_words(connection: sqlite3.Connection, body: str) -> int | None:
    """The row of a document with this very body, or one that shares a 48-bit hash with it."""
    words = copies.told(body)
    return _first(connection, copies.key_of(words) if words else None)


def _first(connection: sqlite3.Connection, key: int | None) -> int | None:
    row = connection.execute("SELECT document FROM likeness WHERE key = ? LIMIT 1", (key,)).fetchone()
    return row[0] if row else None


def _twin(connection: sqlite3.Connection, keys: Sequence[int], body: str) -> Twin | None:
    run = connection.execute
    shared: Counter[int] = Counter()
    for key in keys:
        shared.update(row[0] for row in run("SELECT document FROM likeness WHERE key = ? LIMIT ?", (key, _LOOKED_AT)))
    likeliest = [row for row, _ in shared.most_common(_COMPARED)]
    words = copies.told(body)
    found = copies.shingles(words)
    same = _first(connection, keys[0] if keys else None)
    best: tuple[float, str] = (0.0, "")
    for row in dict.fromkeys([*([] if same is None else [same]), *likeliest]):
        other = run("SELECT id, substr(text, body_start + 1) FROM documents WHERE rowid = ?", (row,)).fetchone()
        if other is None:
            continue
        told = copies.told(other[1])
        if told == words:
            return Twin(other[0], is_same=True)
        best = max(best, (copies.alike(found, copies.shingles(told)), other[0]))
    return Twin(best[1], is_same=False) if best[0] >= copies.LEAST_ALIKE else None


def _body(connection: sqlite3.Connection, document_id: str) -> tuple[int, str]:
    """The row of a document and its text without the heading; (-1, "") when there is none."""
    row = connection.execute(
        "SELECT rowid, substr(text, body_start + 1) FROM documents WHERE id = ?", (document_id,)
    ).fetchone()
    return row or (-1, "")
