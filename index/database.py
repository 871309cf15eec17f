"""One SQLite file (WAL), or memory: transactions that are whole or not at all, and waiting for another program's.

Knows nothing of what is stored. What the disk or the file refuses becomes a LibraryError that says what to do.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.types import LibraryError

_UNNOTICED_S = 0.5  # a wait this short needs no words
_POLL_S = 0.02

_log = logging.getLogger(__name__)


class Database:
    """One connection, shared by threads, one at a time: statements are run inside `reading` or `writing`."""

    def __init__(self, path: Path | None, *, patience_s: float) -> None:
        """`patience_s`: how long a change waits while another program changes the same file.

        Raises LibraryError when the file cannot be opened or is not a database.
        """
        self.path, self._patience_s = path, patience_s
        self._lock = threading.RLock()
        try:
            self.connection = sqlite3.connect(
                str(path or ":memory:"), timeout=patience_s, isolation_level=None, check_same_thread=False
            )
            try:
                self._configure()
            except BaseException:
                self.connection.close()
                raise
        except sqlite3.DatabaseError as error:
            raise LibraryError(
                f"the library file {path} cannot be opened: {error}",
                "check that the folder is writable and that the file was made by Footnote, or choose another --home",
            ) from error
        self._file = _identity(path)

    def _configure(self) -> None:
        run = self.connection.execute
        try:
            run("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:  # SQLite does not wait here for another process that does the same
            if "locked" not in str(error):
                raise
        run("PRAGMA synchronous = FULL")  # a commit is on the disk before it is reported
        run("PRAGMA foreign_keys = ON")
        run("SELECT count(*) FROM sqlite_schema")  # a file that is no database fails here at the latest

    def close(self) -> None:
        with self._lock:
            self.connection.close()

    @contextmanager
    def reading(self) -> Iterator[None]:
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

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, on the disk when the block ends; nothing of it remains when the block fails."""
        self._begin()
        try:
            self._check_file()
            yield
            self.connection.execute("COMMIT")
        except BaseException as error:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            if type(error) in {sqlite3.OperationalError, sqlite3.DatabaseError}:  # the others are bugs of ours
                raise self._unwritable(error) from error
            raise
        finally:
            self._lock.release()

    def _begin(self) -> None:
        """Takes this connection's lock and that of the file; waits while another program writes, and says so.

        Meanwhile the connection's lock is free: others go on reading.
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
            self._wait_for_others(0)
            try:
                self.connection.execute("BEGIN IMMEDIATE")
            finally:
                self._wait_for_others(self._patience_s)
        except BaseException as error:
            self._lock.release()
            is_busy = isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY
            if is_busy and not is_last:
                return False
            if isinstance(error, sqlite3.OperationalError):
                raise self._unwritable(error) from error
            raise
        return True

    def _wait_for_others(self, seconds: float) -> None:
        """How long a statement waits, with this connection's lock held, for a file that another program holds."""
        self.connection.execute(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")

    def _unwritable(self, error: BaseException) -> LibraryError:
        return LibraryError(
            f"the library {self.path} could not be written: {error}",
            "check free space and permissions, and that no other program holds the file; nothing was lost",
        )

    def _check_file(self) -> None:
        """A file that was deleted can still be written to; what was written would be gone with this process."""
        if _identity(self.path) != self._file:
            raise LibraryError(
                f"the library file {self.path} was deleted or replaced, so nothing can be kept in it",
                "stop Footnote and start it again",
            )


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Tells a file from another that takes its place."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None
