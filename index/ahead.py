"""Several sources are read at once while the results are taken one after the other, in the order of the sources.

In: sources and a function that reads one of them. Out: its results. Only so many sources and results are ahead of
whoever takes them, so that memory stays bounded. Knows nothing of files and documents.
"""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Generic, TypeVar

S = TypeVar("S")
T = TypeVar("T")

WORKERS = min(4, os.cpu_count() or 1)
_RESULTS_AHEAD = 16  # of each source
_LOOKS_UP_S = 0.1  # how often a worker that cannot put down its result looks whether anybody still wants it


@dataclass(frozen=True, slots=True)
class _End:
    """No more results; the exception that ended them, if any."""

    error: BaseException | None = None


@dataclass(slots=True)
class _Lane(Generic[S, T]):
    """A source on its way, and its results so far."""

    source: S
    results: queue.Queue[T | _End] = field(default_factory=lambda: queue.Queue(_RESULTS_AHEAD))


def read_ahead(sources: Iterable[S], read: Callable[[S], Iterator[T]], *, workers: int = WORKERS) -> Iterator[T]:
    """The results of every source, in order; an exception of `read` is raised at its place.

    `read` is called in `workers` threads and must be safe between them. When nobody takes the rest, what is being read
    is closed as soon as its next result comes.
    """
    waiting: queue.SimpleQueue[_Lane[S, T] | None] = queue.SimpleQueue()
    stopped = threading.Event()
    coming = iter(sources)
    ahead: deque[_Lane[S, T]] = deque()

    def begin_next() -> None:
        for source in coming:
            lane: _Lane[S, T] = _Lane(source)
            ahead.append(lane)
            waiting.put(lane)
            return

    for _ in range(workers):
        begin_next()
        threading.Thread(target=_work, args=(waiting, read, stopped), name="reading ahead", daemon=True).start()
    try:
        while ahead:
            lane = ahead.popleft()
            while not isinstance(result := lane.results.get(), _End):
                yield result
            if result.error is not None:
                raise result.error
            begin_next()
    finally:
        stopped.set()
        for _ in range(workers):
            waiting.put(None)


def _work(
    waiting: queue.SimpleQueue[_Lane[S, T] | None], read: Callable[[S], Iterator[T]], stopped: threading.Event
) -> None:
    while (lane := waiting.get()) is not None and not stopped.is_set():
        end = _End()
        try:
            with closing(read(lane.source)) as results:  # type: ignore[type-var]  # iterators of ours are generators
                for result in results:
                    if not _put(lane.results, result, stopped):
                        return
        except BaseException as error:  # whatever it is, it belongs to whoever takes the results
            end = _End(error)
        _put(lane.results, end, stopped)


def _put(results: queue.Queue[T | _End], result: T | _End, stopped: threading.Event) -> bool:
    """False when nobody wants it any more."""
    while not stopped.is_set():
        try:
            results.put(result, timeout=_LOOKS_UP_S)
        except queue.Full:
            continue
        return True
    return False
