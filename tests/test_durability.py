"""What was reported survives a kill at any instant: nothing added is lost, nothing removed comes back.

A child process changes a library and reports each outcome on a pipe; the parent kills it with SIGKILL and looks.
FOOTNOTE_KILLS sets the number of kills of the long run.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from fakes import HashEncoder, everything

from index.dense import DenseIndex
from index.library import Library

ROOT = Path(__file__).parents[1]
QUICK_KILLS = 12
LONG_KILLS = int(os.environ.get("FOOTNOTE_KILLS", "1000"))

# Source number n of life l has the text of version l. Each line says what is about to happen or what was reported.
CHILD = """
import random
import sys
from pathlib import Path
from fakes import HashEncoder
from index.library import Library
from index.types import Document

home, life, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
draw = random.Random(seed)
library = Library(home, HashEncoder(), chunk_chars=60)
say = lambda *words: print(*words, flush=True)
say("open")
while True:
    numbers = draw.sample(range(40), draw.choice([1, 1, 3, 12]))
    if draw.random() < 0.25:
        say("removing", *numbers)
        library.remove([f"doc{number}" for number in numbers])
        say("removed", *numbers)
    else:
        say("adding", *numbers)
        size = draw.choice([1, 4, 60])
        documents = []
        for number in numbers:
            text = f"Ferry{number} sailed on voyage{life}. " + f"It met storm{number} near the quay. " * size
            documents.append(Document(f"doc{number}", f"Ferry {number}", text.strip(), f"{number}.txt"))
        for outcome in library.add(documents):
            say(outcome.status, outcome.document_id[3:], size)
    if draw.random() < 0.3:
        library.search("storm near the quay", limit=3)  # writes the derived files
"""


@dataclass
class Expected:
    """What a library must hold: per document the texts that are possible; None among them: it may be gone."""

    texts: dict[int, set[str | None]] = field(default_factory=lambda: {number: {None} for number in range(40)})
    reports: int = 0

    def take(self, lines: Iterable[str], life: int) -> None:
        for line in lines:
            word, *rest = line.split()
            numbers = [int(value) for value in rest]
            if word == "adding":
                for number in numbers:
                    self.texts[number] |= {text(number, life, size) for size in (1, 4, 60)}
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


def text(number: int, life: int, size: int) -> str:
    return (
        f"Ferry{number} sailed on voyage{life}. "
        + f"It met storm{number} near the quay. " * (size - 1)
        + (f"It met storm{number} near the quay.")
    )


def live_and_be_killed(home: Path, life: int, seed: int, after_s: float) -> list[str]:
    """The whole lines that a child wrote before SIGKILL reached it, `after_s` after it had opened the library."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    command = [sys.executable, "-c", CHILD, str(home), str(life), str(seed)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stderr
        first = child.stdout.readline()
        assert first == b"open\n", child.stderr.read().decode()
        killer = threading.Timer(after_s, child.kill)
        killer.start()
        written = child.stdout.read().decode()
        errors = child.stderr.read().decode()
        killer.join()
    assert child.returncode == -9, errors
    return written.split("\n")[:-1]  # what follows the last line feed is no whole report


def check(home: Path, expected: Expected) -> None:
    with Library(home, HashEncoder(), chunk_chars=60) as library:
        held = {int(entry.id[3:]): library.document(entry.id).text for entry in library.entries()}
        for number, possible in expected.texts.items():
            assert held.get(number) in possible, number
        expected.texts = {number: {held.get(number)} for number in range(40)}
        library.search("storm", limit=1)
        check_passages(library, held)
        for number in range(40):
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


def kill_again_and_again(home: Path, kills: int, seed: int) -> Expected:
    draw, expected = random.Random(seed), Expected()
    for life in range(kills):
        lines = live_and_be_killed(home, life, draw.randrange(2**32), draw.uniform(0.0, 0.25))
        expected.take(lines, life)
        check(home, expected)
    return expected


def test_a_library_survives_kills_at_any_instant(tmp_path: Path) -> None:
    expected = kill_again_and_again(tmp_path, QUICK_KILLS, seed=1)
    assert expected.reports > QUICK_KILLS  # the children lived long enough for the test to mean something
    assert any(texts != {None} for texts in expected.texts.values())


@pytest.mark.long
@pytest.mark.skipif("FOOTNOTE_KILLS" not in os.environ, reason="set FOOTNOTE_KILLS to run it")
def test_a_library_survives_a_thousand_kills(tmp_path: Path) -> None:
    expected = kill_again_and_again(tmp_path, LONG_KILLS, seed=2)
    assert expected.reports > LONG_KILLS


def test_what_a_kill_left_of_the_dense_file_is_cleared_away(tmp_path: Path) -> None:
    expected = Expected()
    expected.take(live_and_be_killed(tmp_path, 0, 3, 0.2), 0)
    (tmp_path / "dense.1.part").write_bytes(b"half")
    (tmp_path / "dense.faiss").write_bytes(b"footnote-dense-1 and then nothing")
    check(tmp_path, expected)
    assert not list(tmp_path.glob("*.part"))
    with Library(tmp_path, HashEncoder(), chunk_chars=60) as library:
        ids, _ = everything(library._store)
        loaded = DenseIndex.load(tmp_path / "dense.faiss", dimension=32)
        assert loaded is not None
        assert loaded.generation == library._store.generation
    assert len(loaded) == len(ids) > 0
    assert np.isfinite(loaded.search(HashEncoder().encode(["storm"])[0], 1)[0][1])
