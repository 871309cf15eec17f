"""How long each stage of a question takes on this machine, and how much memory it needs. `footnote bench`.

Stages are timed one by one over the sample articles with warm models; the median of several runs counts.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index.encode import SentenceEncoder
from index.library import Library
from index.load import load
from index.types import Document
from qa.config import Config
from qa.evaluation.run import this_machine
from qa.evidence import Calibration, decide
from qa.reader import SpanReader

_RUNS = 15
_QUESTION = "what is Beijing's 2025 target"
_SAMPLE = Path(__file__).parents[2] / "articles"


def measure(config: Config) -> dict[str, Any]:
    """Median milliseconds per stage, indexing rate, peak memory. Uses a library in memory, never the person's own."""
    documents = [item for item in load(str(_SAMPLE)) if isinstance(item, Document)]
    encoder, reader = SentenceEncoder(config.encoder), SpanReader(Path(config.reader))
    calibration = Calibration.load(Path(config.reader) / "calibration.json")
    encoder.encode(["warm up"])
    with Library(None, encoder) as library:
        began = time.perf_counter()
        passages = sum(outcome.passages for outcome in library.add(documents))
        rate = passages / (time.perf_counter() - began)
        found = [hit.passage for hit in library.search(_QUESTION, limit=config.passages_read)]
        spans = reader.read(_QUESTION, found)
        stages = {
            "encode the question": _median_ms(lambda: encoder.encode([_QUESTION])),
            "search (with encoding)": _median_ms(lambda: library.search(_QUESTION, limit=config.passages_read)),
            "read the passages": _median_ms(lambda: reader.read(_QUESTION, found)),
            "decide": _median_ms(lambda: decide(_QUESTION, spans, calibration)),
        }
    return {
        "machine": this_machine(),
        "passages": passages,
        "passages_indexed_per_s": round(rate, 1),
        "stages_ms": stages,
        "question_ms": round(sum(ms for name, ms in stages.items() if name != "encode the question"), 2),
        "peak_memory_mb": _peak_memory_mb(),
    }


def timings_table(timings: dict[str, Any]) -> str:
    """The timings for a person at a terminal."""
    rows = [*timings["stages_ms"].items(), ("question to answer", timings["question_ms"])]
    lines = [f"{name:<26}{ms:>9.2f} ms" for name, ms in rows]
    lines.append(f"{'indexing':<26}{timings['passages_indexed_per_s']:>9.1f} passages/s")
    lines.append(f"{'peak memory':<26}{timings['peak_memory_mb']:>9.0f} MB")
    return "\n".join(lines)


def _median_ms(work: Callable[[], object]) -> float:
    work()
    times = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return round(statistics.median(times) * 1000, 2)


def _peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 1024), 1)  # bytes on macOS, KiB elsewhere
