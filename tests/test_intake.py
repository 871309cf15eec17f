"""Files into the library: read once, gone on with after a stop, read again when they, or the library, have changed."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

import pytest
import samples
from fakes import HashEncoder

from index import intake, load
from index.gone import gone_from
from index.intake import size_of, take_in
from index.library import Library, Outcome
from index.types import EmptyError, Failure, InputError

ROOT = Path(__file__).parents[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    for name, content in samples.one_of_everything().items():
        (made / name).write_bytes(content)
    long_ago = time.time() - 3600
    for path in made.iterdir():
        os.utime(path, (long_ago, long_ago))
    return made


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "home", HashEncoder()) as opened:
        yield opened


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were parsed; a file counts as settled at once."""
    names: list[str] = []
    real = load.load_file

    def load_file(path, **options):  # type: ignore[no-untyped-def]
        names.append(path.name)
        return real(path, **options)

    monkeypatch.setattr(intake, "load_file", load_file)
    monkeypatch.setattr(intake, "_SETTLED_NS", -1)
    return names


def taken(library: Library, path: Path) -> dict[str, str]:
    """What became of each source, by the end of its name."""
    found = {}
    for item in take_in(library, str(path)):
        status = item.status if isinstance(item, Outcome) else f"failed: {item.reason}"
        found[item.source.removeprefix(f"{path}/")] = status
    return found


def test_a_second_run_parses_nothing_and_reports_every_document(
    library: Library, folder: Path, parsed: list[str]
) -> None:
    first = taken(library, folder)
    assert set(first.values()) == {"added"}
    assert len(first) == len(library) == 17  # a mail with a table, an archive of two
    assert sorted(parsed) == sorted(path.name for path in folder.iterdir())
    parsed.clear()
    assert taken(library, folder) == dict.fromkeys(first, "unchanged")
    assert parsed == []


def test_a_changed_file_alone_is_read_again(library: Library, folder: Path, parsed: list[str]) -> None:
    taken(library, folder)
    parsed.clear()
    (folder / "note.txt").write_text("Quay closes\n\nThe harbour of Norrvik closed the quay on Friday.")
    found = taken(library, folder)
    assert parsed == ["note.txt"]
    assert found.pop("note.txt") == "updated"
    assert set(found.values()) == {"unchanged"}


@pytest.mark.usefixtures("parsed")
def test_a_changed_file_is_hashed_once(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken(library, folder)
    (folder / "note.txt").write_text("Quay closes\n\nThe harbour of Norrvik closed the quay on Friday.")
    hashed: list[str] = []
    digest = hashlib.file_digest

    def watched(stream: BufferedReader, kind: str) -> object:
        hashed.append(Path(stream.name).name)
        return digest(stream, kind)

    monkeypatch.setattr("hashlib.file_digest", watched)
    taken(library, folder)
    assert hashed == ["note.txt"]


def test_a_file_of_the_same_content_with_another_time_is_not_parsed(
    library: Library, folder: Path, parsed: list[str]
) -> None:
    taken(library, folder)
    parsed.clear()
    content = (folder / "report.pdf").read_bytes()
    (folder / "report.pdf").unlink()
    (folder / "report.pdf").write_bytes(content)
    assert set(taken(library, folder).values()) == {"unchanged"}
    assert parsed == []


def test_the_same_size_and_time_do_not_hide_a_change(library: Library, folder: Path, parsed: list[str]) -> None:
    taken(library, folder)
    parsed.clear()
    note = folder / "note.txt"
    before = note.stat()
    note.write_bytes(note.read_bytes().replace(b"Monday", b"Friday"))
    os.utime(note, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (note.stat().st_size, note.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert taken(library, folder)["note.txt"] == "updated"
    assert parsed == ["note.txt"]


def test_a_file_that_changed_a_moment_ago_is_compared_by_its_content(library: Library, folder: Path) -> None:
    (folder / "late.txt").write_text("Late\n\nThe last ferry left at ten.")
    taken(library, folder)
    known = library.file_read(str(folder / "late.txt"))
    assert known is not None
    assert known.state == ""
    assert taken(library, folder)["late.txt"] == "unchanged"


def test_what_was_removed_from_the_library_is_read_again(library: Library, folder: Path, parsed: list[str]) -> None:
    taken(library, folder)
    (gone,) = [entry for entry in library.entries() if "mail.eml#" in entry.source]
    library.remove([gone.id])
    parsed.clear()
    found = taken(library, folder)
    assert parsed == ["mail.eml"]
    assert (found["mail.eml"], found[gone.source.removeprefix(f"{folder}/")]) == ("unchanged", "added")


def test_newer_readers_read_everything_again(
    library: Library, folder: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(library, folder)
    parsed.clear()
    monkeypatch.setattr(intake, "_readers", lambda: "another version")
    assert set(taken(library, folder).values()) == {"unchanged"}
    assert len(parsed) == 15


def test_a_file_that_failed_is_tried_again(library: Library, folder: Path, parsed: list[str]) -> None:
    (folder / "report.pdf").write_bytes(b"%PDF-1.4 torn")
    assert taken(library, folder)["report.pdf"].startswith("failed: ")
    parsed.clear()
    assert taken(library, folder)["report.pdf"].startswith("failed: ")
    assert parsed == ["report.pdf"]


def test_a_pipe_and_a_file_that_is_too_large_are_named_without_being_read(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(load.MAX_FILE_BYTES + 1)
    monkeypatch.setattr("hashlib.file_digest", lambda *_: pytest.fail("it was read"))
    statuses = taken(library, tmp_path)
    assert "not a regular file" in statuses["pipe.txt"]
    assert "more than the 100 MB" in statuses["huge.txt"]


def test_a_long_corpus_is_compared_row_by_row(
    library: Library, tmp_path: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_MOST_DOCUMENTS", 5)
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("\n".join(f'{{"id": "r{n}", "text": "Row {n} tells of ferry {n}."}}' for n in range(9)))
    assert list(taken(library, corpus).values()) == ["added"] * 9
    assert list(taken(library, corpus).values()) == ["unchanged"] * 9
    assert parsed == ["corpus.jsonl"] * 2


@pytest.mark.parametrize(("most", "is_remembered"), [(1000, True), (1, False)])
def test_rows_that_name_another_file_as_their_source_are_not_gone_from_the_folder(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch, *, most: int, is_remembered: bool
) -> None:
    monkeypatch.setattr(intake, "_MOST_DOCUMENTS", most)
    names = ("x.html", "note.txt")  # the one is not there, the other is an article of its own
    rows = [
        {"source": str(folder / name), "id": n, "text": f"{name} tells of ferries."} for n, name in enumerate(names)
    ]
    corpus = folder / "named.jsonl"
    corpus.write_text("\n".join(map(json.dumps, rows)))

    def members(path: str) -> list[str] | None:
        read = library.file_read(path)
        return None if read is None else [source for source, _ in read.documents]

    assert set(taken(library, folder).values()) == {"added"}
    assert (members(str(corpus)) is not None) is is_remembered
    assert gone_from(folder, library.entries(), members=members) == []
    corpus.write_text(json.dumps(rows[0]))
    taken(library, folder)
    gone = [entry.source for entry in gone_from(folder, library.entries(), members=members)]
    assert gone == [f"{folder / 'note.txt'}#1"]


def test_every_byte_is_reported(library: Library, folder: Path) -> None:
    (folder / "rows.jsonl").write_text(
        "\n".join(f'{{"id": "r{n}", "text": "Ferry {n} {"sails " * 3000}"}}' for n in range(60))
    )
    for _ in range(2):  # the second time nothing is read, and all of it is done
        heard: list[int] = []
        for _ in take_in(library, str(folder), read=heard.append):
            pass
        assert sum(heard) == size_of(str(folder)) == sum(path.stat().st_size for path in folder.iterdir())
    assert min(heard) >= 0
    assert size_of("https://example.org/") is None


def test_a_path_that_cannot_be_used_is_an_error_as_before(library: Library, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        list(take_in(library, str(tmp_path / "absent")))
    (tmp_path / "empty").mkdir()
    with pytest.raises(EmptyError, match="no article"):
        list(take_in(library, str(tmp_path / "empty")))
    (tmp_path / "bad.docx").write_bytes(b"no")
    (failure,) = take_in(library, str(tmp_path / "bad.docx"))
    assert isinstance(failure, Failure)


# Says how far it is, so that it can be stopped in the middle.
SLOW = """
import os, signal, sys, time
from fakes import HashEncoder
from index.library import Library
from pathlib import Path
from io import BufferedReader
import index.library
import qa.app, qa.cli

class Slow(HashEncoder):
    def encode(self, texts):
        time.sleep(float(os.environ["PAUSE"]))
        return super().encode(texts)

signal.signal(signal.SIGINT, signal.default_int_handler)  # tests that run in the background inherit none
index.library._BATCH_PASSAGES = 1
qa.app.open_library = lambda config: Library(config.home_folder, Slow())
raise SystemExit(qa.cli.main(sys.argv[1:]))
"""


def test_ctrl_c_keeps_what_is_done_and_the_next_run_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:02}.txt").write_text(f"Ferry {number}\n\nFerry {number} left the quay of Norrvik at dawn.")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    command = [sys.executable, "-c", SLOW, "index", "--home", str(tmp_path / "home"), str(folder)]
    slowly = environment | {"PAUSE": "0.5"}  # so that even a busy machine looks before all is done
    with subprocess.Popen(command, env=slowly, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        while not (tmp_path / "home" / "library.sqlite").exists() or stored(tmp_path / "home") < 3:
            assert run.poll() is None, run.communicate()
            time.sleep(0.05)
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "the same command goes on from here" in err
    done = stored(tmp_path / "home")
    assert 3 <= done < 60
    assert f"{done} added" in err or f"{done - 1} added" in err  # the last may be stored and not yet reported
    again = subprocess.run(command, env=environment | {"PAUSE": "0"}, capture_output=True, text=True, check=True)
    assert again.stdout.endswith(f"{60 - done} added, 0 updated, {done} unchanged\n")


def stored(home: Path) -> int:
    with Library(home, HashEncoder()) as library:
        return len(library)
