"""How long each stage of a question takes on this machine, and how much memory and disk it needs. `footnote bench`.

Stages are timed one by one over the sample articles with warm models; the median of several runs counts.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.chunk import chunk
from index.encode import SentenceEncoder
from index.library import Library
from index.load import load
from index.types import Document, Passage
from qa.config import Config
from qa.evaluation.record import this_machine
from qa.evaluation.sizes import peak_memory_mb
from qa.evidence import Calibration, decide
from qa.reader import SpanReader

_RUNS = 15
_READINGS, _READ_PASSAGES, _READ_TOKENS, _CORES = 60, 5, 110, 2
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
        "peak_memory_mb": peak_memory_mb(),
    }


def reader_alone(config: Config) -> dict[str, float]:
    """Size of the reader's folder, and milliseconds to read five passages of 110 tokens, warm, on two cores.

    `ms_p50` and `ms_p95` are of the bare passages, `in_use_ms_p50` of the same with their titles and the sentences
    before them, as a library hands them over.
    """
    import torch

    reader = SpanReader(Path(config.reader))
    passages = _passages_of(_READ_TOKENS, Path(config.reader))
    bare = [replace(passage, title="", lead="") for passage in passages]
    threads = torch.get_num_threads()
    torch.set_num_threads(_CORES)
    try:
        times = _times_ms(lambda: reader.read(_QUESTION, bare), _READINGS)
        in_use = _times_ms(lambda: reader.read(_QUESTION, passages), _READINGS)
    finally:
        torch.set_num_threads(threads)
    return {
        "megabytes": round(
            sum(file.stat().st_size for file in Path(config.reader).glob("*") if file.is_file()) / 1e6, 1
        ),
        "passages": len(passages),
        "tokens_per_passage": _READ_TOKENS,
        "cores": _CORES,
        "readings": _READINGS,
        "ms_p50": round(statistics.median(times), 2),
        "ms_p95": round(statistics.quantiles(times, n=20)[-1], 2),
        "in_use_ms_p50": round(statistics.median(in_use), 2),
    }


def _passages_of(tokens: int, reader: Path) -> list[Passage]:
    """The first passages of the sample articles that are long enough, cut to so many tokens of the reader's."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(reader / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()  # else the tokens counted are those that fill it up
    cut = []
    articles = [item for item in load(str(_SAMPLE)) if isinstance(item, Document)]
    for passage in (passage for article in articles for passage in chunk(article, chunk_chars=1000)):
        offsets = tokenizer.encode(passage.text, add_special_tokens=False).offsets
        if len(offsets) >= tokens:
            end = offsets[tokens - 1][1]
            cut.append(replace(passage, text=passage.text[:end], end=passage.start + end))
    return cut[:_READ_PASSAGES]


def timings_table(timings: dict[str, Any]) -> str:
    """The timings for a person at a terminal."""
    rows = [*timings["stages_ms"].items(), ("question to answer", timings["question_ms"])]
    lines = [f"{name:<26}{ms:>9.2f} ms" for name, ms in rows]
    lines.append(f"{'indexing':<26}{timings['passages_indexed_per_s']:>9.1f} passages/s")
    lines.append(f"{'peak memory':<26}{timings['peak_memory_mb']:>9.0f} MB")
    return "\n".join(lines)


def _median_ms(work: Callable[[], object]) -> float:
    return round(statistics.median(_times_ms(work, _RUNS)), 2)


def _times_ms(work: Callable[[], object], runs: int) -> list[float]:
    """After one run to warm up."""
    work()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return times
