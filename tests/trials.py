"""Trials of a library: it is changed by a process that dies, runs out of disk or loses its power, and then looked at.

The process reports each thing before it does it and after it is done. `Expected` holds what a library may hold then,
`check` compares. Run as a program, this is that process: trials.py HOME LIFE SEED CHANGES SYNCS.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from fakes import HashEncoder, everything

from index.library import Library
from index.types import Document, LibraryError

ROOT = Path(__file__).parents[1]
NUMBERS = range(40)
SIZES = (1, 4, 60)
CHUNK_CHARS = 60
Say = Callable[[str], object]


def text(number: int, life: int, size: int) -> str:
    """What document `number` says in a life. Some documents are copies of one another but for a number."""
    return f"Ferry{number} sailed on voyage{life}. " + " ".join([f"It met storm{number} near the quay."] * size)


def document(number: int, life: int, size: int) -> Document:
    return Document(f"doc{number}", f"Ferry {number}", text(number, life, size), f"{number}.txt")


# --- the process that changes the library ----------------------------------------------------------------------------


def live(home: Path, life: int, seed: int, say: Say, *, changes: int = 10**9) -> None:
    """Adds, updates, removes, throws derived files away and rebuilds them, so many times or until it is stopped."""
    draw = random.Random(seed)
    try:
        library = Library(home, HashEncoder(), chunk_chars=CHUNK_CHARS)
    except LibraryError:
        say("refused")
        return
    say("open")
    for _ in range(changes):
        numbers = draw.sample(NUMBERS, draw.choice([1, 1, 3, 12]))
        try:
            if draw.random() < 0.25:
                say(f"removing {' '.join(map(str, numbers))}")
                library.remove([f"doc{number}" for number in numbers])
                say(f"removed {' '.join(map(str, numbers))}")
            else:
                say(f"adding {' '.join(map(str, numbers))}")
                size = draw.choice(SIZES)
                for outcome in library.add([document(number, life, size) for number in numbers]):
                    say(f"{outcome.status} {outcome.document_id[3:]} {size}")
            if draw.random() < 0.3:
                if draw.random() < 0.3:
                    for path in derived(home):
                        path.unlink(missing_ok=True)
                library.search("storm near the quay", limit=3)  # writes the derived files
        except LibraryError:
            say("refused")  # a full disk, say; what was reported before must be there all the same
    say("end")


def derived(home: Path) -> list[Path]:
    """The files that can be made again from the store."""
    return sorted(path for path in home.rglob("*") if path.is_file() and not path.name.startswith("library.sqlite"))


def _live_in_pipe(home: str, life: int, seed: int, pipe: Connection, file_bytes: int | None) -> None:
    if file_bytes is None:
        live(Path(home), life, seed, pipe.send)
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
        live(Path(home), life, seed, pipe.send, changes=12)


def _server() -> Any:
    """Children are forked from a process that has everything imported and no thread."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["trials", "faiss"])
    return context


@dataclass(frozen=True)
class Death:
    """Of a process: so many seconds after it had said so many things."""

    said: int
    seconds: float


def live_apart(
    home: Path, life: int, seed: int, *, death: Death | None = None, file_bytes: int | None = None
) -> list[str]:
    """What a child said until it was killed, or until its own end.

    `file_bytes`: no file may grow beyond, as on a disk that is full.
    """
    context = _server()
    reader, writer = context.Pipe(duplex=False)
    child = context.Process(target=_live_in_pipe, args=(str(home), life, seed, writer, file_bytes))
    child.start()
    writer.close()
    said: list[str] = []
    dies_at = float("inf")
    with suppress(EOFError):  # also in the middle of a word
        while True:
            if not reader.poll(max(0.0, min(60.0, dies_at - time.monotonic()))):
                child.kill()
                break
            said.append(reader.recv())
            if death is not None and len(said) == death.said:
                dies_at = time.monotonic() + death.seconds
    with suppress(EOFError):
        while True:
            said.append(reader.recv())
    child.join()
    # 255: its server heard of the end before it could say how it came about
    assert child.exitcode in ((0, 255) if death is None else (-9, 255)), (child.exitcode, said[-3:])
    assert death is not None or said[-1] in ("end", "refused"), said[-3:]
    return said


# --- what must be there ----------------------------------------------------------------------------------------------


@dataclass
class Expected:
    """What a library may hold: per document the texts that are possible; None among them: it may be gone."""

    texts: dict[int, set[str | None]] = field(default_factory=lambda: {number: {None} for number in NUMBERS})
    reports: int = 0
    refused: int = 0

    def take(self, lines: Iterable[str], life: int) -> None:
        for line in lines:
            word, *rest = line.split()
            numbers = [int(value) for value in rest]
            if word == "adding":
                for number in numbers:
                    self.texts[number] |= {text(number, life, size) for size in SIZES}
            elif word == "removing":
                for number in numbers:
                    self.texts[number].add(None)
            elif word == "removed":
                self.texts.update({number: {None} for number in numbers})
                self.reports += 1
            elif word in {"added", "updated", "unchanged"}:
                number, size = numbers
                self.texts[number] = {text(number, life, size)}
                self.reports += 1
            self.refused += word == "refused"


def check(home: Path, expected: Expected) -> None:
    """Every document reported is there and answers, none that was removed is found, every vector is its passage's."""
    with Library(home, HashEncoder(), chunk_chars=CHUNK_CHARS) as library:
        held = {int(entry.id[3:]): library.document(entry.id).text for entry in library.entries()}
        for number, possible in expected.texts.items():
            assert held.get(number) in possible, number
        expected.texts = {number: {held.get(number)} for number in NUMBERS}
        library.search("storm", limit=1)
        check_passages(library, held)
        for number in NUMBERS:
            hits = library.search_words(f"storm{number}", 1000)
            owners = {passage.document_id for passage in library.passages(item for item, _ in hits).values()}
            assert owners == ({f"doc{number}"} if number in held else set())
        check_integrity(library)


def check_passages(library: Library, held: dict[int, str]) -> None:
    """Every passage is at its place, has the vector of its text, and together they are the documents."""
    generation, (ids, vectors) = library._store.generation, everything(library._store)
    passages = library.passages(ids)
    assert sorted(passages) == ids
    if ids:
        expected = HashEncoder().encode([f"{passages[at].title}\n{passages[at].text}" for at in ids])
        assert vectors.tobytes() == expected.tobytes()
        nearest = dict(library.search_dense("It met storm", len(ids)))
        cosines = expected @ HashEncoder().encode(["It met storm"])[0]
        assert nearest == pytest.approx(dict(zip(ids, cosines.tolist(), strict=True)), abs=1e-5)
    joined: dict[str, list[str]] = {}
    for at in ids:
        assert passages[at].text == held[int(passages[at].document_id[3:])][passages[at].start : passages[at].end]
        joined.setdefault(passages[at].document_id, []).append(passages[at].text)
    assert {int(owner[3:]): " ".join(texts) for owner, texts in joined.items()} == held
    assert library._store.generation == generation


def check_integrity(library: Library) -> None:
    run = library._store._connection.execute
    assert run("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert run("PRAGMA foreign_key_check").fetchall() == []
    assert len(library._derived.words()) == library._store.passage_count()
    known = {row[0] for row in run("SELECT rowid FROM documents")}
    assert {row[0] for row in run("SELECT DISTINCT document FROM likeness")} == known


# --- trials ----------------------------------------------------------------------------------------------------------


def kills(home: Path, count: int, seed: int) -> Expected:
    """SIGKILL at random instants of adding, updating, removing and rebuilding."""
    draw, expected = random.Random(seed), Expected()
    for life in range(count):
        death = Death(draw.randint(1, 12), draw.expovariate(1 / 0.004))
        expected.take(live_apart(home, life, draw.randrange(2**32), death=death), life)
        check(home, expected)
    return expected


def full_disks(home: Path, count: int, seed: int) -> Expected:
    """No file may grow by more than a little: in the middle of a change the disk is full."""
    draw, expected = random.Random(seed), Expected()
    for life in range(count):
        largest = max((path.stat().st_size for path in home.rglob("*") if path.is_file()), default=0)
        room = draw.choice([0, 4096, 20_000, 100_000, 400_000])
        size = largest + room if draw.random() < 0.5 else max(200_000, room)  # the second: a new log has room, or none
        expected.take(live_apart(home, life, draw.randrange(2**32), file_bytes=size), life)
        check(home, expected)
    return expected


def damages(home: Path, count: int, seed: int) -> int:
    """A derived file is cut, has a bit flipped, is overwritten, emptied or deleted; returns how many were."""
    draw, expected, damaged = random.Random(seed), Expected(), 0
    for life in range(count):
        if life % 10 == 0:
            said = live_apart(home, life, draw.randrange(2**32), death=Death(12, 0.0))
            expected.take(said, life)
            check(home, expected)
        for path in draw.sample(derived(home), k=min(1, len(derived(home)))):
            damage(path, draw)
            damaged += 1
        check(home, expected)
    return damaged


def damage(path: Path, draw: random.Random) -> None:
    content = bytearray(path.read_bytes())
    at = draw.randrange(len(content)) if content else 0
    kind = draw.choice(["bit", "cut", "bytes", "empty", "gone", "longer"])
    if kind == "gone":
        path.unlink()
        return
    if kind == "bit" and content:
        content[at] ^= 1 << draw.randrange(8)
    elif kind == "cut":
        del content[at:]
    elif kind == "bytes":
        content[at : at + 64] = draw.randbytes(64)
    elif kind == "longer":
        content += draw.randbytes(draw.randint(1, 5000))
    else:
        content.clear()
    path.write_bytes(content)


# --- power cuts ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """One change of a file, as recorder.c wrote it down."""

    kind: str  # w: written, t: truncated, s: synced, c: created, u: unlinked, r: renamed
    path: str
    offset: int
    data: bytes


def events(record: bytes) -> Iterator[Event]:
    at, head = 0, struct.Struct("<cIqq")
    while at < len(record):
        kind, path, offset, length = head.unpack_from(record, at)
        at += head.size
        yield Event(kind.decode(), record[at : at + path].decode(), offset, record[at + path : at + path + length])
        at += path + length


@dataclass
class File:
    """What is surely on the disk, and the changes since the last sync, each of which may be there or not."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Event] = field(default_factory=list)

    def sync(self) -> None:
        for event in self.pending:
            apply(event, self.durable, len(event.data))
        self.pending.clear()

    def after_the_cut(self, draw: random.Random) -> bytes:
        """Each change that was not synced is there, lost, or torn at a sector."""
        content = bytearray(self.durable)
        keeps = draw.choice([0.0, 0.5, 0.9, 1.0])
        for event in self.pending:
            if draw.random() < keeps:
                torn = draw.random() < 0.2
                apply(event, content, draw.randrange(0, len(event.data) + 1, 512) if torn else len(event.data))
        return bytes(content)


def apply(event: Event, content: bytearray, length: int) -> None:
    if event.kind == "t":
        del content[event.offset :]
        content.extend(bytes(event.offset - len(content)))
    elif length:
        content.extend(bytes(max(0, event.offset + length - len(content))))
        content[event.offset : event.offset + length] = event.data[:length]


def rename(event: Event, file: File, names: dict[str, File]) -> None:
    names.pop(event.path, None)
    if event.kind != "u":
        names[event.data.decode() or event.path] = file


class Disk:
    """The files of a folder while events happen to them. What is not synced may be lost.

    Names in a folder (created, renamed, unlinked) are sure once the folder is synced; before, as in a journal, the
    first so many of them are. Folders themselves are taken to last.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._files: dict[str, File] = {}
        self._names: list[tuple[Event, File]] = []  # not synced: what happened to a name, and whose it was
        self._durable: dict[str, File] = {}

    def happen(self, event: Event) -> None:
        if event.kind in "cur":
            file = File() if event.kind == "c" else self._files[event.path]
            rename(event, file, self._files)
            self._names.append((event, file))
        elif event.kind == "s" and event.path == self._folder:
            self._names.clear()
            self._durable = dict(self._files)
        elif event.kind == "s":
            self._files[event.path].sync()
        else:
            self._files[event.path].pending.append(event)

    def cut(self, home: Path, draw: random.Random) -> None:
        """Writes to `home` what the power cut has left."""
        names = dict(self._durable)
        for event, file in self._names[: draw.randint(0, len(self._names))]:
            rename(event, file, names)
        home.mkdir(parents=True)
        for path, file in names.items():
            if not path.endswith("-shm"):  # memory that processes share; its file is never read after a crash
                (home / Path(path).name).write_bytes(file.after_the_cut(draw))


def compiled(folder: Path) -> Path:
    """The recorder. Raises OSError or CalledProcessError where no C compiler is at hand."""
    library = folder / "recorder.so"
    source = ROOT / "tests" / "recorder.c"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl", "-lpthread"],
        check=True,
        capture_output=True,
    )
    return library


def recorded(folder: Path, recorder: Path, seed: int, *, changes: int, syncs: str = "FULL") -> list[Event]:
    """What a process did to the files in `folder`/home, and what it said in `folder`/said, in one order."""
    home = folder / "home"
    home.mkdir(parents=True)
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        "LD_PRELOAD": str(recorder),
        "RECORD": str(folder.parent / f"{folder.name}.record"),
        "RECORDED": str(folder),
    }
    command = [sys.executable, str(Path(__file__)), str(home), "0", str(seed), str(changes), syncs]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return list(events((folder.parent / f"{folder.name}.record").read_bytes()))


def _of_the_home(path: Path, home: Path) -> bool:
    return path == home or (path.parent == home and path.name != "words")


def power_cuts(folder: Path, count: int, seed: int, *, recorder: Path, syncs: str = "FULL") -> Expected:
    """Each run is cut at several instants.

    tantivy writes past the recorder. Of its folder a cut leaves nothing, or what it became long after the cut.
    """
    draw, total, cuts = random.Random(seed), Expected(), 0
    while cuts < count:
        run = folder / f"run{cuts}"
        happened = recorded(run, recorder, draw.randrange(2**32), changes=25, syncs=syncs)
        for cut in sorted(draw.sample(range(len(happened)), min(25, count - cuts, len(happened)))):
            disk, said = Disk(str(run / "home")), bytearray()
            for event in happened[:cut]:
                if event.path == str(run / "said"):
                    said += event.data
                elif _of_the_home(Path(event.path), run / "home"):
                    disk.happen(event)
            after = run / f"after{cut}"
            disk.cut(after, draw)
            if draw.random() < 0.5:
                shutil.copytree(run / "home" / "words", after / "words")
            expected = Expected()
            expected.take(said.decode().splitlines(), 0)
            check(after, expected)
            total.reports += expected.reports
            cuts += 1
    return total


def _main() -> None:
    home, life, seed, changes, syncs = sys.argv[1:]
    said = os.open(Path(home).parent / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    if syncs != "FULL":
        from index.database import Database

        configure = Database._configure

        def careless(database: Database) -> None:
            configure(database)
            database.connection.execute(f"PRAGMA synchronous = {syncs}")

        Database._configure = careless  # type: ignore  # what the model must notice
    live(Path(home), int(life), int(seed), lambda line: os.write(said, f"{line}\n".encode()), changes=int(changes))


if __name__ == "__main__":
    _main()
