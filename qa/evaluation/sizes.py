"""What a library costs by its size: made of synthetic passages, built, opened, searched, added to. `footnote bench`.

In: a number of passages. Out: its `Costs`. Texts follow Zipf's law, vectors lie in topics and documents; both are drawn
from a seed. Every step runs in a process of its own, whose memory is measured.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from index.chunk import CHUNK_CHARS, chunk
from index.library import Library
from index.store import Indexed, Store
from index.types import Document, InputError, Passage

if TYPE_CHECKING:
    from index.types import Vectors

_QUERIES, _NEAREST, _LIMIT, _FEWEST = 500, 10, 6, 100
_DIMENSION, _PASSAGES_OF_A_DOCUMENT, _DOCUMENTS_OF_A_TOPIC = 384, 8, 40
_VOCABULARY, _COMMONEST = 200_000, 50  # words, and how many of them no question asks for
_WORDS_OF_A_PASSAGE, _WORDS_ASKED = (40, 110), 6
_BATCH = 1000  # documents that are stored together
_SYLLABLES = "ba ke lo mi nu ra se ti vo zu da fe go hi ju pa".split()
_NAME = "synthetic"

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds to store and to index all, from opening to the first hits, and from adding one document to finding it;
    milliseconds of a search whose vector is given; memory of the process that searches, memory that indexing took;
    `recall` of the ten nearest, against all of them compared.
    """

    passages: int
    store_s: float
    index_s: float
    open_s: float
    add_s: float
    remove_s: float
    search_ms_p50: float
    search_ms_p99: float
    dense_ms_p50: float
    words_ms_p50: float
    memory_mb: float
    indexing_memory_mb: float
    disk_mb: float
    recall: float


def measure(passages: int, *, seed: int = 0, say: Callable[[str], object] = lambda step: None) -> Costs:
    """Builds a library of so many passages in a temporary folder, measures it and takes it away.

    `say` hears which step begins. Raises InputError for too few passages.
    """
    if passages < _FEWEST:
        raise InputError(f"a library of {passages} passages says nothing", f"give at least {_FEWEST}")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        say(f"{passages:,} passages: storing")
        store_s = _apart(_stored, home, passages, seed)
        say(f"{passages:,} passages: indexing")
        index_s, indexing_memory = _apart(_indexed, home)
        say(f"{passages:,} passages: comparing all vectors")
        expected = _apart(_nearest, home, passages, seed)
        say(f"{passages:,} passages: searching")
        found, figures = _apart(_used, home, passages, seed)
        disk = sum(file.stat().st_size for file in home.rglob("*") if file.is_file()) / 1e6
    shared = [len(set(one) & set(other)) / len(other) for one, other in zip(found, expected, strict=True)]
    return Costs(
        passages=passages,
        store_s=round(store_s, 2),
        index_s=round(index_s, 2),
        indexing_memory_mb=indexing_memory,
        disk_mb=round(disk, 1),
        recall=round(statistics.mean(shared), 4),
        **figures,
    )


def _apart(work: Callable[..., Result], *given: Any) -> Result:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


# --- the steps -------------------------------------------------------------------------------------------------------


def _stored(home: Path, passages: int, seed: int) -> float:
    store, spent, batch = Store(home / "library.sqlite"), 0.0, list[Indexed]()
    for item in synthetic(passages, seed):
        batch.append(item)
        if len(batch) == _BATCH:
            spent += _timed(lambda full=batch: store.put(full, encoder=_NAME))  # type: ignore[misc]
            batch = []
    spent += _timed(lambda: store.put(batch, encoder=_NAME))
    store.close()
    return spent


def _indexed(home: Path) -> tuple[float, float]:
    with Library(home, Given({})) as library:
        return _timed(library.refresh), peak_memory_mb()


def _nearest(home: Path, passages: int, seed: int) -> list[list[int]]:
    """For each query the ids of the nearest passages, every vector of the store compared."""
    import numpy as np

    vectors = np.stack([vector for _, vector in queries(passages, seed)])  # (q, d)
    best = np.full((len(vectors), _NEAREST), -np.inf, dtype=np.float32)
    ids = np.zeros((len(vectors), _NEAREST), dtype=np.int64)
    store, after = Store(home / "library.sqlite"), 0
    while (read := store.vectors(after, passages, 20_000))[0]:
        products = np.hstack([best, vectors @ read[1].T])  # (q, 10 + batch)
        numbers = np.hstack([ids, np.broadcast_to(np.array(read[0]), (len(vectors), len(read[0])))])
        top = np.argpartition(-products, _NEAREST - 1)[:, :_NEAREST]
        best, ids = np.take_along_axis(products, top, 1), np.take_along_axis(numbers, top, 1)
        after = read[0][-1]
    store.close()
    found: list[list[int]] = ids.tolist()
    return found


def _used(home: Path, passages: int, seed: int) -> tuple[list[list[int]], dict[str, float]]:
    """What is found for each query, and the times of opening, searching, adding and removing."""
    import numpy as np

    asked = queries(passages, seed)
    another = _drawn(0, _PASSAGES_OF_A_DOCUMENT, seed + 1).document
    new = Document("added", another.title, another.text, "added")
    texts = [f"{passage.title}\n{passage.text}" for passage in chunk(new, chunk_chars=CHUNK_CHARS)]
    encoder = Given(dict(asked) | dict(zip(texts, _directions(np.random.default_rng(seed), len(texts)), strict=True)))
    began = time.perf_counter()
    with Library(home, encoder) as library:
        library.search(asked[0][0], limit=_LIMIT)
        open_s = time.perf_counter() - began
        times = sorted(_timed(lambda text=text: library.search(text, limit=_LIMIT)) for text, _ in asked)  # type: ignore[misc]
        dense = [_timed(lambda text=text: library.search_dense(text, 50)) for text, _ in asked]  # type: ignore[misc]
        words = [_timed(lambda text=text: library.search_words(text, 50)) for text, _ in asked]  # type: ignore[misc]
        found = [[number for number, _ in library.search_dense(text, _NEAREST)] for text, _ in asked]
        memory = peak_memory_mb()
        add_s = _timed(lambda: (list(library.add([new])), library.search(asked[0][0], limit=_LIMIT)))
        remove_s = _timed(lambda: (library.remove(["added"]), library.search(asked[0][0], limit=_LIMIT)))
    figures = {"open_s": open_s, "add_s": add_s, "remove_s": remove_s}
    in_ms = {"search_ms_p50": statistics.median(times), "search_ms_p99": statistics.quantiles(times, n=100)[-1]}
    in_ms |= {"dense_ms_p50": statistics.median(dense), "words_ms_p50": statistics.median(words)}
    figures |= {name: seconds * 1000 for name, seconds in in_ms.items()}
    return found, {name: round(value, 3) for name, value in figures.items()} | {"memory_mb": memory}


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peak_memory_mb() -> float:
    """The most that this process has had in memory so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 1024), 1)  # bytes on macOS, KiB elsewhere


def shown(costs: Costs) -> str:
    """For a person at a terminal."""
    c = costs
    return "\n".join(
        (
            f"{c.passages:,} passages, {c.disk_mb:,.0f} MB on disk",
            f"  stored in {c.store_s:,.1f} s, indexed in {c.index_s:,.1f} s, memory {c.indexing_memory_mb:,.0f} MB",
            f"  opened in {c.open_s:.2f} s, one document added in {c.add_s:.2f} s, removed in {c.remove_s:.2f} s",
            f"  search {c.search_ms_p50:.1f} ms, 99th percentile {c.search_ms_p99:.1f} ms (vectors alone"
            f" {c.dense_ms_p50:.1f}, words {c.words_ms_p50:.1f}), memory {c.memory_mb:,.0f} MB",
            f"  of the ten nearest {100 * c.recall:.1f} % are found",
        )
    )


# --- what is drawn ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Given:
    """An encoder that knows the vectors of its texts beforehand, for a search is timed without encoding."""

    vectors: dict[str, Vectors]
    name: str = _NAME
    dimension: int = _DIMENSION

    def encode(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        return np.stack([self.vectors[text] for text in texts])


def synthetic(passages: int, seed: int) -> Iterator[Indexed]:
    """Documents of eight passages, the last one of what is left."""
    for number, first in enumerate(range(0, passages, _PASSAGES_OF_A_DOCUMENT)):
        yield _drawn(number, min(_PASSAGES_OF_A_DOCUMENT, passages - first), seed)


def _drawn(number: int, count: int, seed: int) -> Indexed:
    """A document of so many passages; always the same for its number and seed."""
    import numpy as np

    topic = _directions(np.random.default_rng((seed, 0, number // _DOCUMENTS_OF_A_TOPIC)), 1)
    draw = np.random.default_rng((seed, 1, number))
    vectors = _unit(0.55 * topic + 0.6 * _directions(draw, 1) + 0.6 * _directions(draw, count))
    lengths = draw.integers(*_WORDS_OF_A_PASSAGE, size=count)
    spelled, chances = _vocabulary()
    words = spelled[np.searchsorted(chances, draw.random(int(lengths.sum())))].tolist()
    ends = np.cumsum(lengths).tolist()
    texts = [" ".join(words[begin:end]) + "." for begin, end in zip([0, *ends], ends, strict=False)]
    document, cut = _document(str(number), " ".join(words[:5]), texts)
    return Indexed(document, cut, vectors)


@cache
def _vocabulary() -> tuple[Any, Any]:
    """All words, the commonest first, and the chance that a word is one of the first so many."""
    import numpy as np

    chances = np.cumsum(1 / (np.arange(_VOCABULARY) + 2.7) ** 1.07)  # Zipf and Mandelbrot
    return np.array([_spelled(rank) for rank in range(_VOCABULARY)], dtype=object), chances / chances[-1]


def _document(name: str, title: str, texts: Sequence[str]) -> tuple[Document, list[Passage]]:
    passages, at = [], 0
    for number, text in enumerate(texts):
        passages.append(Passage(number, name, at, at + len(text), text, title))
        at += len(text) + 1
    return Document(name, title, " ".join(texts), name), passages


def queries(passages: int, seed: int) -> list[tuple[str, Vectors]]:
    """Some words of a passage, and a vector whose cosine with the passage's is about 0.65."""
    import numpy as np

    draw = np.random.default_rng((seed, passages))
    common = {_spelled(rank) for rank in range(_COMMONEST)}
    asked = []
    for wanted in draw.choice(passages, size=min(_QUERIES, passages), replace=False).tolist():
        number, place = divmod(wanted, _PASSAGES_OF_A_DOCUMENT)
        item = _drawn(number, min(_PASSAGES_OF_A_DOCUMENT, passages - wanted + place), seed)
        words = sorted(set(item.passages[place].text.rstrip(".").split()) - common)
        vector = _unit(0.65 * item.vectors[place : place + 1] + 0.76 * _directions(draw, 1))[0]
        asked.append((" ".join(draw.permutation(words)[:_WORDS_ASKED]), vector))
    return asked


def _directions(draw: Any, count: int) -> Vectors:
    """(count, dimension): unit vectors, some dimensions of which say more than others, as in those of a real model."""
    import numpy as np

    spread = ((np.arange(_DIMENSION) + 10.0) ** -0.4).astype(np.float32)
    return _unit(draw.standard_normal((count, _DIMENSION), dtype=np.float32) * spread)


def _unit(vectors: Vectors) -> Vectors:
    import numpy as np

    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _spelled(rank: int) -> str:
    """A word that can be spoken, the shorter the commoner."""
    syllables = [_SYLLABLES[rank % 16]]
    while rank := rank // 16:
        syllables.append(_SYLLABLES[rank % 16])
    return "".join(syllables)
