"""How long the reader takes by itself, over passages of a fixed length of the sample articles, and its size on disk."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from index.chunk import chunk
from index.engine import cores
from index.load import load
from index.types import Document, Passage
from qa.app import open_reader
from qa.config import Config

_READINGS, _READ_PASSAGES, _READ_TOKENS = 60, 5, 110
_QUESTION = "what is Beijing's 2025 target"
_SAMPLE = Path(__file__).parents[2] / "articles"


def reader_alone(config: Config) -> dict[str, float]:
    """Size of the reader's folder, and milliseconds to read five passages of 110 tokens, warm, on the cores there are.

    `ms_p50` and `ms_p95` are of the bare passages, `in_use_ms_p50` of the same with their titles and the sentences
    before them, as a library hands them over.
    """
    reader = open_reader(config)
    passages = _passages_of(_READ_TOKENS, Path(config.reader))
    bare = [replace(passage, title="", lead="") for passage in passages]
    times = _times_ms(lambda: reader.read_many([(_QUESTION, bare)]), _READINGS)
    in_use = _times_ms(lambda: reader.read_many([(_QUESTION, passages)]), _READINGS)
    return {
        "megabytes": round(
            sum(file.stat().st_size for file in Path(config.reader).glob("*") if file.is_file()) / 1e6, 1
        ),
        "passages": len(passages),
        "tokens_per_passage": _READ_TOKENS,
        "cores": cores(),
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


def _times_ms(work: Callable[[], object], runs: int) -> list[float]:
    """After one run to warm up."""
    work()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return times
