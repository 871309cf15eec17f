"""Every system takes its turn in every round, each job in its own process. A failure ends that system's turns only.

In: systems, sets, rounds. Out: for each system what its processes measured, or the reason why there is nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.sets import Set, write_documents
from bench.systems import Compared, python_of
from index.types import UserError

ROOT = Path(__file__).parents[1]
JOBS = "index", "search"
_THREADS = "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "NUMEXPR_NUM_THREADS"


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is the same for all."""

    model: str  # the folder of the embedding model
    rounds: int
    threads: int = 2
    k: int = 5
    limit_s: float = 600  # for one job


@dataclass(slots=True)
class Turns:
    """One system's measurements, job by job: {"index" or "search": [what the worker wrote, round by round]}."""

    system: Compared
    measured: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {job: [] for job in JOBS})
    reason: str = ""  # why it was given up


def take_turns(
    systems: Sequence[Compared],
    sets: Sequence[Set],
    conditions: Conditions,
    workplace: Path,
    *,
    tell: Callable[[str], object],
) -> list[Turns]:
    """A B C A B C ...: a machine that slows down for a while slows all of them."""
    all_turns = [Turns(system) for system in systems]
    pythons = {turns.system.name: _environment(turns, tell) for turns in all_turns}
    for one in sets:
        write_documents(one.documents, workplace / f"{one.name}.jsonl")
    for number in range(conditions.rounds):
        for turns in all_turns:
            folder = workplace / turns.system.name
            for job in JOBS:
                if not turns.reason:
                    began = time.monotonic()
                    _one_job(
                        turns, pythons[turns.system.name], _order(turns, job, sets, conditions, folder), conditions
                    )
                    done = turns.reason or f"{time.monotonic() - began:.0f} s{_so_far(turns.measured[job][-1])}"
                    tell(f"round {number + 1} of {conditions.rounds}, {turns.system.title}: {job}, {done}")
            shutil.rmtree(folder, ignore_errors=True)
    return all_turns


def _so_far(measured: dict[str, Any]) -> str:
    """The processor's seconds of the first set, or the pace of its questions: something to see while one waits."""
    first = next(iter(measured["sets"].values()))
    if "index_s" in first:
        worked = f"{first['index_processor_s']:.1f} s of the processor"
        return f", of which {first['index_s']:.1f} s for {first['pieces']:,} pieces ({worked})"
    worked = f"{1000 * first['search_processor_s']:.1f} ms of the processor"
    return (
        f", ready after {first['ready_s']:.1f} s, a question {1000 * min(first['search_s']):.1f} ms at best ({worked})"
    )


def _environment(turns: Turns, tell: Callable[[str], object]) -> Path:
    try:
        return python_of(turns.system, tell=tell)
    except UserError as error:
        turns.reason = str(error)
        tell(turns.reason)
        return Path()


def _order(turns: Turns, job: str, sets: Sequence[Set], conditions: Conditions, folder: Path) -> dict[str, Any]:
    return {
        "job": job,
        "code": turns.system.code,
        "package": turns.system.package,
        "model": conditions.model,
        "threads": conditions.threads,
        "k": conditions.k,
        "result": str(folder / f"{job}.json"),
        "sets": [
            {
                "name": one.name,
                "documents": str(folder.parent / f"{one.name}.jsonl"),
                "folder": str(folder / one.name),
                "questions": [question.text for question in one.questions],
            }
            for one in sets
        ],
    }


def _one_job(turns: Turns, python: Path, order: dict[str, Any], conditions: Conditions) -> None:
    """Adds what was measured, or the reason."""
    result = Path(order["result"])
    result.parent.mkdir(parents=True, exist_ok=True)
    path = result.with_suffix(".order.json")
    path.write_text(json.dumps({**order, "began": time.monotonic()}), encoding="utf-8")
    try:
        done = subprocess.run(  # noqa: S603  our own module, in an interpreter of our own
            [python, "-m", "bench.worker", str(path)],
            cwd=ROOT,
            env=_variables(conditions.threads),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=conditions.limit_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        turns.reason = f"{order['job']}: {error if isinstance(error, OSError) else f'over {conditions.limit_s:.0f} s'}"
        return
    if done.returncode or not result.exists():
        said = done.stderr.strip().splitlines()
        turns.reason = f"{order['job']}: {said[-1] if said else f'ended with {done.returncode}'}"[:300]
        return
    turns.measured[order["job"]].append(json.loads(result.read_text(encoding="utf-8")))


def _variables(threads: int) -> dict[str, str]:
    """No hub is asked, no more threads are started than all have."""
    given = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    return given | dict.fromkeys(_THREADS, str(threads)) | {"PYTHONDONTWRITEBYTECODE": "1"}
