"""Conversations that survive a restart, in `conversations.sqlite` in the library's folder. Answers in, answers out.

Knows nothing of libraries or pages. Each call opens the file anew, so threads, windows and processes may share it and
a folder that was deleted underneath is noticed at once. A stored answer can be shown without any model.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import unicodedata
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from index.text import shorten
from index.types import Document, Hit, InputError, LibraryError, Passage
from qa.types import Answer, Citation, Refusal

MAX_TITLE_CHARS = 80
MAX_TURNS = 500  # of one conversation
MAX_CONVERSATIONS = 10_000
MAX_ANSWER_CHARS = 500_000  # as stored, with its footnotes

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS conversations (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " title TEXT NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS turns (conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,"
    " number INTEGER NOT NULL, at TEXT NOT NULL, answer TEXT NOT NULL, words TEXT NOT NULL,"
    " PRIMARY KEY (conversation, number))",
)
_BUSY_TIMEOUT_S = 30.0
_NEAREST_KEPT = 3  # as many as the page shows
_MOST_WORDS = 100  # of a search; SQLite takes no condition of a thousand
_WRITTEN = "written"  # the field of a stored answer that holds what a language model wrote
_Stored = TypeVar("_Stored", Answer, Citation, Passage, Refusal)
_SUMMARY = "SELECT id, title, changed, (SELECT count(*) FROM turns WHERE conversation = id) FROM conversations"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, when it was stored, what a language model wrote below it.

    No other that ever stood in its conversation has the same `at`.
    Of `answer.hits` a refusal keeps the nearest passages: they are shown again, and questions to ask next looked for
    around the first.
    """

    answer: Answer
    at: dt.datetime
    written: Answer | None = None

    @property
    def key(self) -> str:
        """`at` as text, by which this exchange is meant and not another that takes its place."""
        return self.at.isoformat()

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answer and what was written, unless nothing of that stood."""
        return (self.answer,) if self.written is None or self.written.refused else (self.answer, self.written)


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation as a list shows it. `turns` is how many questions it holds, `changed` when the last was stored."""

    id: str
    title: str
    changed: dt.datetime
    turns: int

    @property
    def last(self) -> str:
        """The key of the exchange that was stored last."""
        return self.changed.isoformat()


@dataclass(frozen=True, slots=True)
class Conversation:
    """A whole conversation, oldest question first."""

    summary: Summary
    exchanges: tuple[Exchange, ...]


class Conversations:
    """All conversations of the library in `home`. Every method raises LibraryError when the folder cannot be used."""

    def __init__(
        self,
        home: Path,
        *,
        clock: Callable[[], dt.datetime] = now,  # in UTC
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._path, self._clock, self._new_id = home / "conversations.sqlite", clock, new_id

    def start(self, answer: Answer) -> Summary:
        """A new conversation, called by its first question. Raises InputError when there are too many."""
        with self._transaction() as connection:
            return self._add(connection, self._begin(connection, answer.question), answer)

    def append(self, conversation_id: str, answer: Answer) -> Summary:
        """Raises InputError when the conversation is gone or full, or the answer is too long to be stored."""
        with self._transaction() as connection:
            return self._add(connection, conversation_id, answer)

    def replace(self, conversation_id: str, answer: Answer, *, dropped: Sequence[str], above: Sequence[str]) -> Summary:
        """Puts an answer in the place of the turns `dropped`, by their keys: a question that was asked again.

        Where the conversation does not end with just those, another window stored what this one never showed: then all
        of it stays, and a new conversation begins with the turns `above` and the answer. Raises InputError as the other
        two do.
        """
        with self._transaction() as connection:
            query = "SELECT at FROM turns WHERE conversation = ? ORDER BY number"
            stored = [at for (at,) in connection.execute(query, (conversation_id,))]
            keep = len(stored) - len(dropped)
            if dropped and stored[max(keep, 0) :] == list(dropped):
                connection.execute("DELETE FROM turns WHERE conversation = ? AND number > ?", (conversation_id, keep))
            else:
                conversation_id = self._branch(connection, conversation_id, above, called=answer.question)
            return self._add(connection, conversation_id, answer)

    def _branch(self, connection: sqlite3.Connection, conversation_id: str, keys: Sequence[str], *, called: str) -> str:
        """A new conversation with copies of these turns; those that are gone are left out."""
        made = self._begin(connection, called)
        copied = "SELECT ?, row_number() OVER (ORDER BY number), at, answer, words FROM turns"
        those = "conversation = ? AND at IN (SELECT value FROM json_each(?))"
        values = (made, conversation_id, json.dumps(list(keys)))
        connection.execute(f"INSERT INTO turns {copied} WHERE {those}", values)
        return made

    def _begin(self, connection: sqlite3.Connection, question: str) -> str:
        (count,) = connection.execute("SELECT count(*) FROM conversations").fetchone()
        if count >= MAX_CONVERSATIONS:
            raise InputError(f"there are {count:,} conversations, the most that are kept", "delete some of them")
        made, at = self._new_id(), self._clock().isoformat()
        row = (made, _title(question), at, at)
        connection.execute("INSERT INTO conversations (id, title, created, changed) VALUES (?, ?, ?, ?)", row)
        return made

    def _add(self, connection: sqlite3.Connection, conversation_id: str, answer: Answer) -> Summary:
        before = _summary(connection, conversation_id)
        if (count := before.turns) >= MAX_TURNS:
            raise InputError(f"this conversation has {count} questions, the most that are kept", "start a new one")
        stored = _to_json(answer)
        if len(stored) > MAX_ANSWER_CHARS:
            raise InputError(f"the answer is too long to be kept ({len(stored):,} characters)", "ask for less at once")
        words = _folded("\n".join([answer.question, answer.text, answer.refusal.message if answer.refusal else ""]))
        after = before.changed + dt.timedelta(microseconds=1)  # a clock may be coarse or set back: no key comes twice
        at = max(self._clock(), after).isoformat()
        row = (conversation_id, count + 1, at, stored, words)
        connection.execute("INSERT INTO turns VALUES (?, ?, ?, ?, ?)", row)
        connection.execute("UPDATE conversations SET changed = ? WHERE id = ?", (at, conversation_id))
        return _summary(connection, conversation_id)

    def add_written(self, conversation_id: str, key: str, written: Answer) -> None:
        """Puts what was written beside the answer it was written over; nothing when that is gone."""
        with self._transaction() as connection:
            query = "SELECT answer FROM turns WHERE conversation = ? AND at = ?"
            for (stored,) in connection.execute(query, (conversation_id, key)).fetchall():
                both = json.dumps(json.loads(stored) | {_WRITTEN: json.loads(_to_json(written))})
                values = (both, conversation_id, key)
                connection.execute("UPDATE turns SET answer = ? WHERE conversation = ? AND at = ?", values)

    def recent(self, words: str = "") -> list[Summary]:
        """The conversation changed last comes first. With `words`, those in whose title or turns each of them occurs.

        A word is found within a longer one, in any script, whatever its case and accents.
        """
        occurs = "(instr(fold(title), ?) OR EXISTS (SELECT 1 FROM turns WHERE conversation = id AND instr(words, ?)))"
        wanted = _folded(words).split()[:_MOST_WORDS]
        where = " AND ".join([occurs] * len(wanted)) or "1"
        values = [word for word in wanted for _ in range(2)]
        with self._transaction(reads_only=True) as connection:
            connection.create_function("fold", 1, _folded, deterministic=True)
            query = f"{_SUMMARY} WHERE {where} ORDER BY changed DESC, number DESC"
            return [_read_summary(row) for row in connection.execute(query, values)]

    def get(self, conversation_id: str) -> Conversation:
        """Raises InputError when it is gone."""
        with self._transaction(reads_only=True) as connection:
            summary = _summary(connection, conversation_id)
            query = "SELECT answer, at FROM turns WHERE conversation = ? ORDER BY number"
            rows = connection.execute(query, (conversation_id,)).fetchall()
        return Conversation(summary, tuple(_exchange(stored, at) for stored, at in rows))

    def rename(self, conversation_id: str, title: str) -> Summary:
        """Raises InputError for an empty title, or when the conversation is gone."""
        if not title.strip():
            raise InputError("the title is empty", "type a name for the conversation")
        with self._transaction() as connection:
            connection.execute("UPDATE conversations SET title = ? WHERE id = ?", (_title(title), conversation_id))
            return _summary(connection, conversation_id)

    def delete(self, conversation_id: str) -> None:
        """One that is gone already is no error."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))

    @contextmanager
    def _transaction(self, *, reads_only: bool = False) -> Iterator[sqlite3.Connection]:
        """All or nothing, on a connection of its own; who only reads waits for no other program that writes.

        The file is made when the folder is there without it.
        """
        try:
            with closing(sqlite3.connect(self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)) as connection:
                with suppress(sqlite3.OperationalError):  # another process is doing it; what is worse is met below
                    connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA foreign_keys = ON")
                if reads_only and _has_tables(connection):
                    connection.execute("BEGIN")
                else:
                    connection.execute("BEGIN IMMEDIATE")
                    for statement in _SCHEMA:
                        connection.execute(statement)
                yield connection
                connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            if type(error) not in {sqlite3.OperationalError, sqlite3.DatabaseError}:
                raise  # a bug of ours
            if not self._path.parent.is_dir():
                message = f"the library's folder {self._path.parent} is not there"
                raise LibraryError(message, "put it back, or start Footnote with another --home") from error
            message = f"the conversations in {self._path} cannot be used: {error}"
            raise LibraryError(message, "check free space and permissions, or move that file away") from error


def _has_tables(connection: sqlite3.Connection) -> bool:
    """Whether somebody has made them: all are made in one transaction."""
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'turns'").fetchone() is not None


def _summary(connection: sqlite3.Connection, conversation_id: str) -> Summary:
    row = connection.execute(f"{_SUMMARY} WHERE id = ?", (conversation_id,)).fetchone()
    if row is None:
        raise InputError("this conversation is gone", "it was deleted, perhaps in another window; start a new one")
    return _read_summary(row)


def _read_summary(row: tuple[str, str, str, int]) -> Summary:
    made, title, changed, turns = row
    return Summary(made, title, dt.datetime.fromisoformat(changed), turns)


def _title(text: str) -> str:
    return shorten(_storable(" ".join(text.split())), MAX_TITLE_CHARS - 1)


def _storable(text: str) -> str:
    """Without lone surrogates, which a browser may send and SQLite does not take."""
    return text.encode("utf-8", "replace").decode()


def _folded(text: str) -> str:
    """As words are compared: without case, accents and the width of letters."""
    letters = unicodedata.normalize("NFKD", _storable(text)).casefold()
    return "".join(letter for letter in letters if not "\u0300" <= letter <= "\u036f")


def _to_json(answer: Answer) -> str:
    nearest = tuple(replace(hit, copies=()) for hit in answer.hits[:_NEAREST_KEPT] if answer.refused)
    return json.dumps(asdict(replace(answer, hits=nearest)))


def _exchange(stored: str, at: str) -> Exchange:
    row = json.loads(stored)
    written = row.get(_WRITTEN)
    return Exchange(_answer(row), dt.datetime.fromisoformat(at), _answer(written) if written else None)


def _answer(row: dict[str, Any]) -> Answer:
    hits = (Hit(_known(Passage, hit["passage"]), hit["score"]) for hit in row["hits"])
    citations = (_known(Citation, citation) for citation in row["citations"])
    refusal = _known(Refusal, row["refusal"]) if row["refusal"] else None
    return _known(Answer, row | {"hits": tuple(hits), "citations": tuple(citations), "refusal": refusal})


def _known(kind: type[_Stored], row: dict[str, Any]) -> _Stored:
    """What was stored, without the fields of a later version, which this one does not know."""
    return kind(**{name: row[name] for name in {field.name for field in fields(kind)} & row.keys()})


def still_there(citation: Citation, document: Document | None) -> bool:
    """Whether the document (None: it was removed) still says what was quoted, at the same place."""
    return document is not None and document.text[citation.start : citation.end] == citation.quote
