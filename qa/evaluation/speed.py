"""How fast this machine is with Footnote: indexing, asking, starting, memory, askers at once. `footnote bench`.

In: a configuration. Out: flat figures. Everything is done to a made-up library in a folder that is thrown away; the
stages of a profile are means and add up to the whole. Commands are timed as processes of their own.
"""

from __future__ import annotations

import json
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from index.chunk import chunk
from index.encode import BUNDLED, bundled_folder
from index.library import Library
from index.types import ANY, Document, EmptyError, Encoder, Filter, Hit, Passage
from qa.app import assistant_over, open_encoder, open_reader
from qa.assistant import Assistant
from qa.config import Config
from qa.evaluation.made_up import articles, questions
from qa.evaluation.record import Figures
from qa.reader import Reader, Span

if TYPE_CHECKING:
    from index.types import Vectors

T = TypeVar("T")
PASSAGES, QUESTIONS, ASKERS = 5000, 150, 16
_STARTS = 3
_WAIT_S = 60.0


@dataclass
class Clock:
    """Seconds by stage; what runs within another stage is taken off that one."""

    seconds: dict[str, float] = field(default_factory=dict)
    _running: list[str] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        self._running.append(name)
        try:
            yield
        finally:
            took = time.perf_counter() - began
            self._running.pop()
            self._add(name, took)
            if self._running:
                self._add(self._running[-1], -took)

    def _add(self, name: str, seconds: float) -> None:
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds


@dataclass(frozen=True)
class TimedEncoder:
    """An encoder whose time is a stage of its own."""

    encoder: Encoder
    clock: Clock

    @property
    def name(self) -> str:
        return self.encoder.name

    @property
    def dimension(self) -> int:
        return self.encoder.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        with self.clock.stage("embed"):
            return self.encoder.encode(texts)


@dataclass(frozen=True)
class TimedReader:
    """A reader whose time is a stage of its own."""

    reader: Reader
    clock: Clock

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        with self.clock.stage("read"):
            return self.reader.read(question, passages)


class TimedLibrary(Library):
    """A library whose search is a stage of its own, without the embedding of the question."""

    clock: Clock

    def search(self, query: str, *, limit: int, within: Collection[str] | None = None, only: Filter = ANY) -> list[Hit]:
        with self.clock.stage("search"):
            return super().search(query, limit=limit, within=within, only=only)


def measure(config: Config) -> dict[str, float]:
    """Every figure. About a minute and a half on two cores."""
    documents = articles(PASSAGES)
    clock = Clock()
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder:
        config = replace(config, home=folder)
        plain = open_encoder(config)
        encoder = TimedEncoder(plain, clock)
        with TimedLibrary(config.home_folder, encoder, chunk_chars=config.chunk_chars) as library:
            library.clock = clock
            figures = indexing(library, documents, config, clock)
            figures |= asking(library, config, questions(documents, QUESTIONS), clock)
        figures |= matrix_share(plain, documents, config)
        figures |= starting(config, questions(documents, 1)[0])
    return {name: round(value, 4) for name, value in figures.items()}


# ── Stages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def indexing(library: Library, documents: Sequence[Document], config: Config, clock: Clock) -> dict[str, float]:
    """Passages per second of documents that are read already: split, embedded, stored, searchable."""
    from tqdm import tqdm

    library.search("warm up", limit=1)
    library._encoder.encode(["warm up"])
    clock.seconds.clear()
    began = time.perf_counter()
    with tqdm(desc="indexing", unit=" passages", disable=None, leave=False) as bar, clock.stage("store"):
        count = sum(outcome.passages for outcome in library.add(documents, embedded=bar.update))
        library.search("warm up", limit=1)
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    for document in documents:
        chunk(document, chunk_chars=config.chunk_chars)
    split = time.perf_counter() - began  # the same work once more: it is done within the store's time above
    return {
        "passages": count,
        "passages_per_s": count / seconds,
        "index_ms_split": split * 1000 / count,
        "index_ms_embed": clock.seconds["embed"] * 1000 / count,
        "index_ms_store": (seconds - clock.seconds["embed"] - split) * 1000 / count,
        "index_ms": seconds * 1000 / count,
    }


def asking(library: Library, config: Config, asked: Sequence[str], clock: Clock) -> dict[str, float]:
    """One asker with a profile, the same question again, and many askers at once."""
    plain = assistant_over(library, config)
    for question in asked[:5]:
        plain.ask(f"{question} again")
    timed = assistant_over(library, config, reader=TimedReader(open_reader(config), clock))
    timed.ask(asked[0] + " again")
    clock.seconds.clear()
    times = [_seconds(lambda question=question: timed.ask(question)) for question in _shown(asked, "asking")]  # type: ignore[misc]
    mean = statistics.mean(times) * 1000
    stages = {name: clock.seconds.get(name, 0.0) * 1000 / len(asked) for name in ("embed", "search", "read")}
    again = statistics.median(_seconds(lambda: timed.ask(asked[-1])) for _ in range(20))
    return {
        "ask_ms_p50": percentile(times, 50) * 1000,
        "ask_ms_p99": percentile(times, 99) * 1000,
        **{f"ask_ms_{name}": value for name, value in stages.items()},
        "ask_ms_rest": mean - sum(stages.values()),
        "ask_ms": mean,
        "ask_again_ms": again * 1000,
        **_at_once(plain, asked),
    }


def _at_once(assistant: Assistant, asked: Sequence[str]) -> dict[str, float]:
    with ThreadPoolExecutor(ASKERS) as askers:
        began = time.perf_counter()
        answered = askers.map(lambda question: _seconds(lambda: assistant.ask(question)), asked)
        times = list(_shown(answered, f"{ASKERS} asking at once", total=len(asked)))
        seconds = time.perf_counter() - began
    return {"askers": ASKERS, "answers_per_s": len(asked) / seconds, "askers_ms_p95": percentile(times, 95) * 1000}


def _shown(items: Iterable[T], what: str, *, total: int | None = None) -> Iterable[T]:
    """The items, with a progress bar in a terminal."""
    from tqdm import tqdm

    return tqdm(items, desc=what, total=total, disable=None, leave=False)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    with suppress(EmptyError):
        work()
    return time.perf_counter() - began


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of the values that so many per cent do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(percent / 100 * len(values)) - 1)]


# ── Share of the processor's matrix speed ─────────────────────────────────────────────────────────────────────────


def matrix_share(encoder: Encoder, documents: Sequence[Document], config: Config) -> dict[str, float]:
    """Multiplications of the model per second while embedding, of those of the processor in plain products.

    Only tokens count, no padding. The products have the model's shapes, in bf16 where the processor has it.
    """
    folder = bundled_folder() if config.encoder == BUNDLED else Path(config.encoder)
    if not (folder / "tokenizer.json").exists():
        return {}
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    shape = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    texts = [
        passage.text for document in documents[:100] for passage in chunk(document, chunk_chars=config.chunk_chars)
    ][:512]
    lengths = [len(each.ids) for each in tokenizer.encode_batch(texts)]
    encoder.encode(texts)
    seconds = min(_seconds(lambda: encoder.encode(texts)) for _ in range(3))
    used = sum(multiplications(length, shape) for length in lengths) / seconds
    peak = matrix_speed(int(shape["hidden_size"]), int(shape["intermediate_size"]))
    return {
        "tokens_per_passage": statistics.mean(lengths),
        "matrix_gflops": peak / 1e9,
        "matrix_share": 2 * used / peak,
    }


def multiplications(tokens: int, shape: dict[str, Any]) -> float:
    """Of one row through a BERT: four square layers and two wide ones a token, and each token with each other twice."""
    hidden, wide = int(shape["hidden_size"]), int(shape["intermediate_size"])
    return float(shape["num_hidden_layers"] * tokens * (4 * hidden**2 + 2 * hidden * wide + 2 * tokens * hidden))


def matrix_speed(hidden: int, wide: int) -> float:
    """Floating-point operations per second in products of (1024, hidden) and (hidden, wide), the best of many."""
    import torch

    able = torch.cpu.get_capabilities()
    kind = torch.bfloat16 if able.get("avx512_bf16") or able.get("amx_bf16") else torch.float32
    one, other = torch.randn(1024, hidden).to(kind), torch.randn(wide, hidden).to(kind)
    with torch.inference_mode():
        best = min(_seconds(lambda: torch.nn.functional.linear(one, other)) for _ in range(300))
    return 2 * 1024 * hidden * wide / best


# ── Commands as processes ─────────────────────────────────────────────────────────────────────────────────────────


def starting(config: Config, question: str) -> dict[str, float]:
    """Medians of `footnote ask` from nothing to the printed answer, and of `footnote chat` to a ready page."""
    command = [sys.executable, "-m", "qa"]
    options = ["--home", str(config.home), "--encoder", config.encoder, "--reader", config.reader]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}

    def ask() -> None:
        subprocess.run(  # noqa: S603 - our own command
            [*command, "ask", *options, question], env=environment, capture_output=True, check=True
        )

    _seconds(ask)
    asked = statistics.median(_seconds(ask) for _ in _shown(range(_STARTS), "starting footnote ask"))
    chat = [*command, "chat", *options, "--port", "0"]
    chats = [_chat(chat, environment) for _ in _shown(range(_STARTS), "starting footnote chat")]
    return {
        "cold_ask_s": asked,
        "cold_chat_s": statistics.median(seconds for seconds, _ in chats),
        "chat_mb": statistics.median(memory for _, memory in chats),
    }


def _chat(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds until the page is there, which waits for the models' first answer, and MB of memory then."""
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own command
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as chat:
        try:
            assert chat.stdout is not None  # noqa: S101 - it was asked for
            url = next(found.group() for line in chat.stdout if (found := re.search(r"http://\S+", line)))
            with urllib.request.urlopen(url, timeout=_WAIT_S) as page:  # noqa: S310 - our own address
                page.read()
            return time.perf_counter() - began, _memory_mb(chat.pid)
        finally:
            chat.terminate()


def _memory_mb(process: int) -> float:
    """What the process holds now; 0 where the system does not tell."""
    status = Path(f"/proc/{process}/status")
    found = re.search(r"^VmRSS:\s+(\d+)", status.read_text(), re.MULTILINE) if status.exists() else None
    return int(found.group(1)) / 1024 if found else 0.0


# ── For a terminal ────────────────────────────────────────────────────────────────────────────────────────────────

_ROWS = (
    ("indexing", "passages_per_s", "{:.0f} passages/s"),
    ("  split, a passage", "index_ms_split", "{:.2f} ms"),
    ("  embed", "index_ms_embed", "{:.2f} ms"),
    ("  store and the rest", "index_ms_store", "{:.2f} ms"),
    ("  together", "index_ms", "{:.2f} ms"),
    ("matrix speed of this processor", "matrix_gflops", "{:.0f} GFLOP/s"),
    ("  share used while embedding", "matrix_share", "{:.0%}"),
    ("question to answer, median", "ask_ms_p50", "{:.1f} ms"),
    ("  99th percentile", "ask_ms_p99", "{:.1f} ms"),
    ("  embed the question, mean", "ask_ms_embed", "{:.1f} ms"),
    ("  search", "ask_ms_search", "{:.1f} ms"),
    ("  read the passages", "ask_ms_read", "{:.1f} ms"),
    ("  decide, cite and the rest", "ask_ms_rest", "{:.1f} ms"),
    ("  together", "ask_ms", "{:.1f} ms"),
    ("the same question again", "ask_again_ms", "{:.1f} ms"),
    ("16 askers at once", "answers_per_s", "{:.1f} answers/s"),
    ("  95th percentile", "askers_ms_p95", "{:.0f} ms"),
    ("footnote ask, from nothing", "cold_ask_s", "{:.2f} s"),
    ("footnote chat, until it answers", "cold_chat_s", "{:.2f} s"),
    ("  memory", "chat_mb", "{:.0f} MB"),
)


def speed_table(figures: Figures) -> str:
    """The figures for a person at a terminal."""
    rows = [(name, how.format(value)) for name, key, how in _ROWS if (value := figures.get(key)) is not None]
    return "\n".join(f"{name:<34}{value:>18}" for name, value in rows)
