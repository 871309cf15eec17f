"""Machines that lack something, simulated: the same answer, with one line that explains; or an error that says why."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from qa.cli import main

ROOT = Path(__file__).parents[1]
QUESTION = "what is Beijing's 2025 target"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = str(tmp_path_factory.mktemp("home"))
    assert main(["index", "--home", folder, str(ROOT / "articles")]) == 0
    return folder


def ask(
    home: str, *, environment: Mapping[str, str] | None = None, before: Callable[[], None] | None = None
) -> tuple[int, str, list[str]]:
    """(exit code, the answer's first words, the lines on stderr)"""
    done = subprocess.run(
        [sys.executable, "-m", "qa", "ask", "--home", home, QUESTION],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        preexec_fn=before,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.split("  (")[0], done.stderr.splitlines()


def at_most(megabytes: int) -> Callable[[], None]:
    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))

    return limit


linux = pytest.mark.skipif(sys.platform != "linux", reason="limits and affinity as Linux has them")


def test_a_processor_without_avx512_and_bf16_answers_in_fp32(home: str) -> None:
    code, answer, notes = ask(home, environment={"OV_CPU_MAX_ISA": "AVX2"})
    assert (code, answer, len(notes)) == (0, "300 billion yuan", 1), notes
    assert "fp32" in notes[0]


@pytest.mark.slow
def test_a_broken_openvino_is_replaced_by_torch(home: str, tmp_path: Path) -> None:
    (tmp_path / "openvino.py").write_text('raise ImportError("libopenvino.so: cannot open shared object file")')
    code, answer, notes = ask(home, environment={"PYTHONPATH": str(tmp_path)})
    assert (code, answer, len(notes)) == (0, "300 billion yuan", 1), notes
    assert "libopenvino.so" in notes[0]
    assert "torch" in notes[0]


@linux
def test_one_gigabyte_is_enough(home: str) -> None:
    code, answer, notes = ask(home, before=at_most(1024))
    assert (code, answer, len(notes)) == (0, "300 billion yuan", 1), notes
    assert "1,024 MB" in notes[0]


@linux
def test_too_little_memory_is_an_error_and_no_crash(home: str) -> None:
    code, answer, notes = ask(home, before=at_most(500))
    assert (code, answer) == (2, "")
    assert notes[0] == "error: only 500 MB of memory may be used here; the models need 1 GB"
    assert notes[1].startswith("hint: ")


@linux
def test_one_core_answers_the_same(home: str) -> None:
    code, answer, notes = ask(home, before=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}))
    assert (code, answer, notes) == (0, "300 billion yuan", [])
