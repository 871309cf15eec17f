"""The durable truth: documents, passages and their vectors in one SQLite file. All else is derived from it.

Each change is one transaction that also gives the store a new `generation` and records what was removed, so that a
derived index can catch up from any state it was saved in; what was committed survives a kill or a power cut.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import schema, stories
from index.copies import Twin
from index.database import Database
from index.types import ANY, Document, Entry, Filter, LibraryError, Passage

if TYPE_CHECKING:
    from index.types import Vectors

_CHANGES_KEPT = 10_000  # an index that was saved longer ago is built again
_PATIENCE_S = 600.0  # for another program that writes; each of its transactions takes far less


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
    """One SQLite file, or memory when `path` is None; threads may share it."""

    def __init__(self, path: Path | None, *, patience_s: float = _PATIENCE_S) -> None:
        """`patience_s`: how long a change waits while another program changes the same library.

        Raises LibraryError when the file is not a library, or one of a newer version; every other method does when the
        disk or the file refuses.
        """
        self._database = Database(path, patience_s=patience_s)
        self._connection = self._database.connection
        self._connection.create_function("folded", 1, str.casefold, deterministic=True)
        try:
            schema.migrate(self._database)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._database.close()

    # --- what the library is -----------------------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """Another number after every change, by any process.

        Drawn at random: a library restored from a backup never comes to a number that another history had.
        """
        with self._database.reading():
            return int(self._newest_change()[0])

    @property
    def encoder(self) -> str | None:
        """The name of the model that made the vectors; None while there are no documents."""
        with self._database.reading():
            row = self._connection.execute("SELECT value FROM meta WHERE key = 'encoder'").fetchone()
        return str(row[0]) if row else None

    def check_encoder(self, name: str) -> None:
        """Raises LibraryError when the vectors come from another model than this one."""
        known = self.encoder
        if known is not None and known != name:
            raise LibraryError(
                f"the library {self._database.path} was made with the embedding model {known!r}, not {name!r}",
                f"use --encoder {known}, or choose another --home",
            )

    def _record_change(self, removed: Iterable[int]) -> None:
        """Gives the store its next generation; what happened long ago is forgotten."""
        run = self._connection.execute
        drawn = f"INSERT INTO changes (generation, newest) VALUES ({schema.RANDOM}, {schema.NEWEST})"
        number = run(drawn).lastrowid or 0
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
        with self._database.writing():
            self.check_encoder(encoder)
            self._connection.execute("INSERT OR IGNORE INTO meta VALUES ('encoder', ?)", (encoder,))
            gone: list[int] = []
            for item in batch:
                named = replace(item, document=replace(item.document, id=self._free_id(item.document)))
                its_passages = self._delete(named.document.id)
                self._insert(named)
                stored.append(
                    Stored(
                        named.document.id, its_passages is not None, stories.link(self._connection, named.document.id)
                    )
                )
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
        with self._database.writing():
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
        stories.unlink(self._connection, document_id)
        gone = [found[0] for found in run("SELECT id FROM passages WHERE document_id = ?", (document_id,))]
        return gone if run("DELETE FROM documents WHERE id = ?", (document_id,)).rowcount else None

    # --- who tells the same ------------------------------------------------------------------------------------------

    def stories(self, passage_ids: Iterable[int]) -> dict[int, int]:
        """The story of each of these passages whose document shares one with another."""
        with self._database.reading():
            rows = self._connection.execute(
                "SELECT p.id, s.story FROM passages p JOIN stories s ON s.document_id = p.document_id"
                " WHERE p.id IN (SELECT value FROM json_each(?))",
                (json.dumps([int(number) for number in passage_ids]),),
            ).fetchall()
        return dict(rows)

    def embedded(self, document: Document) -> dict[tuple[str, str], bytes]:
        """(title, text) -> vector of the passages of this source as it was, and of a document with the same words."""
        with self._snapshot():
            same = stories.same_words(self._connection, document.text[document.body_start :])
            rows = self._connection.execute(
                "SELECT p.id, p.document_id, p.start, p.end, d.title, p.vector FROM documents d"
                " JOIN passages p ON p.document_id = d.id WHERE d.source = ? OR d.rowid = ?",
                (document.source, same),
            ).fetchall()
            texts = self._cut(rows)
        return {(title, texts[number]): vector for number, *_, title, vector in rows}

    # --- files that were read ----------------------------------------------------------------------------------------

    def remember(self, files: Mapping[str, FileRead]) -> None:
        """What the file at each path held when all its documents were stored."""
        rows = [(path, read.state, read.content, json.dumps(read.documents)) for path, read in files.items()]
        with self._database.writing():
            self._connection.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", rows)

    def file_read(self, path: str) -> FileRead | None:
        """What was remembered of `path`; None also when one of its documents is gone or came from elsewhere since."""
        with self._database.reading():
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
        with self._database.reading():
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
        with self._database.reading():
            row = self._connection.execute("SELECT id, digest FROM documents WHERE source = ?", (source,)).fetchone()
        return (str(row[0]), str(row[1])) if row else None

    def _change(self, which: str, *values: int) -> Any:
        """(generation, newest, number) of one recorded change, or None. To be called while reading."""
        return self._connection.execute(f"SELECT generation, newest, number FROM changes {which}", values).fetchone()

    def _newest_change(self) -> Any:
        return self._change("ORDER BY number DESC LIMIT 1")

    def _source_of(self, document_id: str) -> str | None:
        with self._database.reading():
            row = self._connection.execute("SELECT source FROM documents WHERE id = ?", (document_id,)).fetchone()
        return str(row[0]) if row else None

    def entries(self) -> list[Entry]:
        """Every document, in the order of their titles."""
        with self._database.reading():
            rows = self._connection.execute(
                "SELECT d.id, d.title, d.source, d.published, count(p.id), d.author FROM documents d"
                " LEFT JOIN passages p ON p.document_id = d.id GROUP BY d.id ORDER BY d.title, d.id"
            ).fetchall()
        return [Entry(row[0], row[1], row[2], _date(row[3]), row[4], row[5]) for row in rows]

    def ids(self) -> list[str]:
        """Of every document, in no order."""
        with self._database.reading():
            return [row[0] for row in self._connection.execute("SELECT id FROM documents")]

    def count(self) -> int:
        with self._database.reading():
            return int(self._connection.execute("SELECT count(*) FROM documents").fetchone()[0])

    def passages(self, ids: Iterable[int]) -> dict[int, Passage]:
        """The passages of these ids that exist."""
        with self._snapshot():
            rows = self._connection.execute(
                "SELECT p.id, p.document_id, p.start, p.end, d.title, p.lead FROM passages p"
                " JOIN documents d ON d.id = p.document_id WHERE p.id IN (SELECT value FROM json_each(?))",
                (json.dumps([*ids]),),
            ).fetchall()
            texts = self._cut(rows)
        return {
            number: Passage(number, document_id, start, end, texts[number], title, lead)
            for number, document_id, start, end, title, lead in rows
        }

    def _cut(self, passages: Iterable[Sequence[Any]]) -> dict[int, str]:
        """Id -> text of passages that begin with (id, document id, start, end). To be called in a snapshot.

        Each document is read once, one at a time: `substr` in a query reads it to the passage, for every passage.
        """
        ranges: dict[str, list[tuple[int, int, int]]] = {}
        for number, document_id, start, end, *_ in passages:
            ranges.setdefault(document_id, []).append((number, start, end))
        cut: dict[int, str] = {}
        for document_id, its in ranges.items():
            row = self._connection.execute("SELECT text FROM documents WHERE id = ?", (document_id,)).fetchone()
            cut.update((number, row[0][start:end]) for number, start, end in its)
        return cut

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Reads in which no other program's change comes between two queries."""
        with self._database.reading():
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")  # nothing was written

    def passage_count(self) -> int:
        with self._database.reading():
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
        with self._database.reading():
            rows = self._connection.execute(
                f"SELECT id FROM passages WHERE document_id IN ({chosen}) ORDER BY id", values
            ).fetchall()
        return [row[0] for row in rows]

    # --- what derived indexes are made from --------------------------------------------------------------------------

    def whole(self) -> Change:
        """From nothing to now."""
        with self._database.reading():
            generation, newest, _ = self._newest_change()
        return Change(generation, 0, newest, [])

    def change_since(self, generation: int) -> Change | None:
        """From that state to now; None when it is not known here, or not any more."""
        with self._database.reading():
            now, newest, _ = self._newest_change()
            if (then := self._change("WHERE generation = ?", generation)) is None:
                return None
            # Another process may have gone on since `now` was read; what it removed is gone all the same.
            rows = self._connection.execute("SELECT passage FROM removed WHERE change > ?", (then[2],)).fetchall()
        return Change(now, then[1], newest, [row[0] for row in rows])

    def texts(self, after: int, newest: int, limit: int) -> list[tuple[int, str, str]]:
        """(id, title, text) of the first `limit` passages with an id above `after` and up to `newest`, by id."""
        with self._snapshot():
            rows = self._connection.execute(
                "SELECT p.id, p.document_id, p.start, p.end, d.title FROM passages p"
                " JOIN documents d ON d.id = p.document_id WHERE p.id > ? AND p.id <= ? ORDER BY p.id LIMIT ?",
                (after, newest, limit),
            ).fetchall()
            texts = self._cut(rows)
        return [(row[0], row[4], texts[row[0]]) for row in rows]

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

        with self._database.reading():
            rows = self._connection.execute(query, values).fetchall()
        stacked = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4").astype(np.float32)
        return [row[0] for row in rows], stacked.reshape(len(rows), -1 if rows else 0)


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
