"""Every reader is fed files with bytes changed, cut out and repeated: Documents or a reason, never anything else."""

from __future__ import annotations

import io
import os
import random
import time
import zipfile
from pathlib import Path

import pytest
import samples

from index.sandbox import Sandbox
from index.text import normalise
from index.types import Document
from qa.evaluation.record import keep

FILES = samples.one_of_everything()
SEED = 20240506


def mutated(content: bytes, random: random.Random) -> bytes:
    """Some of: bytes changed, a piece cut out, a piece repeated, the end cut off, a number made huge."""
    mutant = bytearray(content)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(mutant) or 1)
        length = random.choice([1, 4, 16, 256])
        kind = random.randrange(5)
        if kind == 0:
            mutant[at : at + length] = random.randbytes(length)
        elif kind == 1:
            del mutant[at : at + length]
        elif kind == 2:
            mutant[at:at] = mutant[at : at + length] * random.choice([1, 50])
        elif kind == 3 and random.random() < 0.2:
            del mutant[at:]
        else:
            mutant[at : at + 4] = random.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"9999", b"\x7f\xff\xff\xff"])
    return bytes(mutant)


def unpacked_and_mutated(content: bytes, random: random.Random) -> bytes:
    """A document that is an archive inside, with one of its members mutated: a checksum guards the others' reader."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    members = {name: archive.read(name) for name in archive.namelist()}
    name = random.choice([name for name in members if members[name]])
    return samples.zipped({**members, name: mutated(members[name], random)})


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox(time_limit_s=10, memory_limit_bytes=2**29)


@pytest.mark.parametrize("name", FILES)
def test_a_mutated_file_gives_documents_or_a_reason(name: str, sandbox: Sandbox) -> None:
    fuzz(name, sandbox, seconds=0.5, seed=SEED)


@pytest.mark.long
@pytest.mark.skipif("FOOTNOTE_FUZZ_S" not in os.environ, reason="set FOOTNOTE_FUZZ_S, the seconds for each format")
def test_many_mutated_files_give_documents_or_a_reason(sandbox: Sandbox) -> None:
    """FOOTNOTE_RECORD names the folder into which the counts are written."""
    seconds = float(os.environ["FOOTNOTE_FUZZ_S"])
    tried = {name: fuzz(name, sandbox, seconds=seconds, seed=SEED + 1) for name in FILES}
    if "FOOTNOTE_RECORD" in os.environ:
        counts = {
            "seed": SEED + 1,
            "seconds_each": seconds,
            "mutants": sum(tried.values()),
            "failures": 0,
            "by_file": tried,
        }
        command = f"FOOTNOTE_FUZZ_S={seconds:g} pytest tests/test_fuzz_readers.py -k many"
        keep("fuzz-readers", counts, Path(os.environ["FOOTNOTE_RECORD"]), command=command)


def fuzz(name: str, sandbox: Sandbox, *, seconds: float, seed: int) -> int:
    """How many mutants were read."""
    dice = random.Random(seed)
    content, tried = FILES[name], 0
    ends = time.monotonic() + seconds
    while time.monotonic() < ends or tried < 5:
        is_archive = content.startswith(b"PK") and dice.random() < 0.7
        mutant = unpacked_and_mutated(content, dice) if is_archive else mutated(content, dice)
        found = list(sandbox.read(mutant, name, name))
        assert found, f"{name}, mutant {tried}: nothing came back"
        for item in found:
            if isinstance(item, Document):
                assert item.text == normalise(item.text) != "", f"{name}, mutant {tried}"
                assert 0 <= item.body_start <= len(item.text)
                assert list(item.pages) == sorted(item.pages)
                assert not item.pages or (item.pages[0] == 0 and item.pages[-1] <= len(item.text))
            else:
                assert item.reason
                assert "longer than" not in item.reason, f"{name}, mutant {tried}: {item.reason}"
        tried += 1
    return tried
