"""Several at one library: two writers wait for each other and say so, readers go on while a writer works."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from fakes import HashEncoder, everything

from index.database import Database
from index.library import Library
from index.types import Document, LibraryError

ROOT = Path(__file__).parents[1]
QUAY = Document("quay", "Quay opens", "The quay opened on Monday. Two ferries use it.", "quay.txt")

WRITER = """
import sys, time
from pathlib import Path
from fakes import HashEncoder, everything
from index.library import Library
from index.types import Document

home, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with Library(home, HashEncoder(), chunk_chars=60) as library:
    print("open", flush=True)
    for number in range(count):
        text = f"Ferry {name}{number} left. " + "The tide was high at noon. " * 20
        (outcome,) = library.add([Document(f"{name}{number}", "Ferry", text.strip(), f"{name}{number}.txt")])
        assert outcome.status == "added"
"""


def writer(home: Path, name: str, count: int) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    command = [sys.executable, "-c", WRITER, str(home), name, str(count)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_writers_lose_nothing_and_a_reader_goes_on_meanwhile(tmp_path: Path) -> None:
    with Library(tmp_path, HashEncoder(), chunk_chars=60) as library:
        list(library.add([QUAY]))
        writers = [writer(tmp_path, name, 25) for name in "ab"]
        seen = set()
        while any(one.poll() is None for one in writers):
            hits = library.search("the quay opened on Monday", limit=3)
            assert "quay" in {hit.passage.document_id for hit in hits}
            seen.add(len(library))
        for one in writers:
            _, err = one.communicate()
            assert all("waiting for it" in line for line in err.splitlines()), err
            assert one.returncode == 0
        assert len(library) == 51
        assert len(seen) > 1  # it read while they wrote
        ids, vectors = everything(library._store)
        held = library.passages(ids)
        expected = HashEncoder().encode([f"{held[at].title}\n{held[at].text}" for at in ids])
        assert vectors.tobytes() == expected.tobytes()


def test_who_waits_for_another_writer_says_so_once_and_is_read_from_meanwhile(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Library(tmp_path, HashEncoder()) as library, closing(holder(tmp_path)) as other:
        other.execute("BEGIN IMMEDIATE")
        added: list[str] = []
        thread = threading.Thread(target=lambda: added.extend(o.status for o in library.add([QUAY])))
        with caplog.at_level(logging.WARNING):
            thread.start()
            until = time.monotonic() + 20
            while not caplog.records and time.monotonic() < until:
                time.sleep(0.01)
            for _ in range(5):
                assert len(library) == 0  # reading does not wait
            time.sleep(0.2)
        assert added == []
        assert [record.getMessage() for record in caplog.records] == [
            f"another program is writing to the library {tmp_path / 'library.sqlite'}; waiting for it ..."
        ]
        other.execute("ROLLBACK")
        thread.join(20)
        assert added == ["added"]
        assert len(library) == 1


def holder(home: Path) -> sqlite3.Connection:
    return sqlite3.connect(home / "library.sqlite", isolation_level=None)


def test_who_waited_in_vain_for_another_writer_is_as_patient_as_before(tmp_path: Path) -> None:
    database = Database(tmp_path / "library.sqlite", patience_s=0.25)
    with closing(holder(tmp_path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LibraryError, match="locked"), database.writing():
            pass
    assert database.connection.execute("PRAGMA busy_timeout").fetchone() == (250,)
    database.close()


def test_the_message_reaches_the_terminal(tmp_path: Path) -> None:
    Library(tmp_path, HashEncoder()).close()
    with closing(holder(tmp_path)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = writer(tmp_path, "late", 1)
        assert waiting.stderr is not None
        assert "waiting for it" in waiting.stderr.readline()
        other.execute("ROLLBACK")
    assert waiting.wait(60) == 0
    assert waiting.stdout is not None
    waiting.stdout.close()
    waiting.stderr.close()
