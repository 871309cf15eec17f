"""What was reported survives: kills at any instant, full disks, damaged derived files, power cuts.

The trials are in `trials.py`. FOOTNOTE_TRIALS sets the number of kills of the long run; FOOTNOTE_RECORD names the
folder into which its counts are written.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import trials
from fakes import HashEncoder, everything
from trials import Death, Disk, Event, Expected, File, check, live_apart

from index.dense import DenseIndex
from index.library import Library
from index.types import LibraryError
from qa.evaluation.record import keep

Result = TypeVar("Result")
SHARDS = 4
LONG_TRIALS = int(os.environ.get("FOOTNOTE_TRIALS", "1000"))


@pytest.fixture(scope="session")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return trials.compiled(tmp_path_factory.mktemp("recorder"))
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"power cuts need a C compiler and Linux: {error}")


def test_a_library_survives_kills_at_any_instant(tmp_path: Path) -> None:
    expected = trials.kills(tmp_path, 15, seed=1)
    assert expected.reports > 15  # the children lived long enough for the test to mean something
    assert any(texts != {None} for texts in expected.texts.values())


def test_a_library_survives_full_disks(tmp_path: Path) -> None:
    expected = trials.full_disks(tmp_path, 8, seed=2)
    assert expected.reports > 8
    assert expected.refused > 0


def test_damaged_derived_files_are_made_again(tmp_path: Path) -> None:
    assert trials.damages(tmp_path, 20, seed=3) > 10


def test_a_library_survives_power_cuts(tmp_path: Path, recorder: Path) -> None:
    assert trials.power_cuts(tmp_path, 20, seed=4, recorder=recorder).reports > 100


def test_power_cuts_are_noticed_where_nothing_is_synced(tmp_path: Path, recorder: Path) -> None:
    """The model can fail: without syncs a library loses what it reported, or is damaged."""
    with pytest.raises((AssertionError, LibraryError)):
        trials.power_cuts(tmp_path, 50, seed=5, recorder=recorder, syncs="OFF")


def test_what_a_cut_leaves_of_a_small_file_worked_by_hand(tmp_path: Path) -> None:
    disk, folder = Disk("/d"), "/d/a"
    for event in (
        Event("c", folder, 0, b""),
        Event("w", folder, 0, b"sure"),
        Event("s", folder, 0, b""),
        Event("s", "/d", 0, b""),
        Event("w", folder, 4, b" maybe"),
        Event("c", "/d/b", 0, b""),
    ):
        disk.happen(event)
    seen = set()
    for number in range(60):
        disk.cut(tmp_path / str(number), random.Random(number))
        seen.add(tuple(sorted((path.name, path.read_bytes()) for path in (tmp_path / str(number)).iterdir())))
    contents = {dict(names)["a"] for names in seen}
    assert contents == {b"sure", b"sure maybe"}
    assert {tuple(name for name, _ in names) for names in seen} == {("a",), ("a", "b")}
    torn = File(bytearray(b"x" * 1024), [Event("w", "", 0, b"y" * 1024)])
    assert {torn.after_the_cut(random.Random(n))[:1024:512] for n in range(90)} == {b"xx", b"yx", b"yy"}


@pytest.mark.long
@pytest.mark.skipif("FOOTNOTE_TRIALS" not in os.environ, reason="set FOOTNOTE_TRIALS to run it")
def test_a_library_survives_a_thousand_trials(tmp_path: Path, recorder: Path) -> None:
    began, fifth = time.monotonic(), LONG_TRIALS // 5
    with ThreadPoolExecutor(4) as pool:
        kills = pool.submit(sharded, trials.kills, tmp_path / "kills", LONG_TRIALS, seed=100)
        disks = pool.submit(sharded, trials.full_disks, tmp_path / "full", fifth, seed=200)
        damages = pool.submit(sharded, trials.damages, tmp_path / "damage", fifth, seed=300)
        cuts = pool.submit(sharded, partial(trials.power_cuts, recorder=recorder), tmp_path / "power", fifth, seed=400)
    killed, full, damaged, cut = kills.result(), disks.result(), damages.result(), cuts.result()
    reports = {name: sum(one.reports for one in found) for name, found in (("k", killed), ("f", full), ("c", cut))}
    refused = sum(one.refused for one in full)
    assert min(*reports.values(), refused) > fifth // 2
    assert sum(damaged) > fifth // 2
    counts = {
        "libraries": SHARDS,  # of each kind, with the seed and those that follow it
        "kills": {"trials": LONG_TRIALS, "seed": 100, "changes_reported": reports["k"], "failures": 0},
        "full_disks": {
            "trials": fifth,
            "seed": 200,
            "changes_reported": reports["f"],
            "changes_refused": refused,
            "failures": 0,
        },
        "damaged_derived_files": {"trials": sum(damaged), "seed": 300, "failures": 0},
        "power_cuts": {"trials": fifth, "seed": 400, "changes_reported": reports["c"], "failures": 0},
        "seconds": round(time.monotonic() - began),
    }
    if "FOOTNOTE_RECORD" in os.environ:
        command = f"FOOTNOTE_TRIALS={LONG_TRIALS} pytest tests/test_durability.py -k thousand"
        keep("fault-trials", counts, Path(os.environ["FOOTNOTE_RECORD"]), command=command)


def sharded(trial: Callable[..., Result], folder: Path, count: int, *, seed: int) -> list[Result]:
    """Several libraries at once, each with its share of the trials and a seed of its own."""
    with ThreadPoolExecutor(SHARDS) as pool:
        begun = [
            pool.submit(trial, folder / str(number), count=count // SHARDS, seed=seed + number)
            for number in range(SHARDS)
        ]
        return [one.result() for one in begun]


def test_what_a_kill_left_of_the_dense_file_is_cleared_away(tmp_path: Path) -> None:
    expected = Expected()
    expected.take(live_apart(tmp_path, 0, 3, death=Death(12, 0.0)), 0)
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
