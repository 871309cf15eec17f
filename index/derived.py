"""The two derived indexes of a store, brought up to its state before they are asked. Knows no queries and no fusion.

An index catches up with what has changed since its own state; one that cannot (missing, damaged, of another history,
outgrown) is made anew. Without a folder, or with one that cannot be written, both live in memory.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from index.dense import EXACT_UP_TO, DenseIndex, training_size
from index.lexical import WordIndex, locked
from index.store import Change, Store

if TYPE_CHECKING:
    from index.types import Vectors

_BATCH = 5_000  # passages that are read from the store at once
_SAVED_AT = 100  # the dense file is written again when one in so many vectors has changed since


class Derived:
    """The indexes of one store. Safe to share by threads."""

    def __init__(self, store: Store, home: Path | None) -> None:
        self._store, self._home = store, home
        self._dense: DenseIndex | None = None
        self._words: WordIndex | None = None
        self._unsaved = 0  # vectors changed since the dense file was written or read
        self._bringing_up = threading.Lock()

    # --- vectors -----------------------------------------------------------------------------------------------------

    def dense(self, dimension: int) -> DenseIndex | None:
        """The dense index of the store as it is now; None for a store without passages."""
        with self._bringing_up:
            generation = self._store.generation
            if self._dense is None or self._dense.generation != generation:
                self._dense = self._fresh_dense(dimension)
            return self._dense if len(self._dense) else None

    def _fresh_dense(self, dimension: int) -> DenseIndex:
        count = self._store.passage_count()
        index, self._dense = self._dense, None  # stopped half way it holds neither state, and is not asked again
        path = self._home / "dense.faiss" if self._home else None
        if index is None and path is not None:
            index = DenseIndex.load(path, dimension=dimension)
        change = self._store.change_since(index.generation) if index is not None else None
        if index is None or change is None or not index.suits(count):
            index, change = self._empty_dense(dimension, count), self._store.whole()
            self._unsaved = max(1, count)
        index.remove(change.removed)
        self._unsaved += len(change.removed)
        for ids, vectors in self._vectors(change):
            index.add(ids, vectors)
            self._unsaved += len(ids)
        index.generation = change.generation
        if path is not None and self._unsaved * _SAVED_AT >= count:
            with suppress(OSError):  # a full or read-only disk costs the next start some time, nothing else
                index.save(path)
                self._unsaved = 0
        return index

    def _empty_dense(self, dimension: int, count: int) -> DenseIndex:
        if count <= EXACT_UP_TO:
            return DenseIndex(dimension)
        newest = self._store.whole().newest
        some = random.Random(count).sample(range(1, newest + 1), min(newest, training_size(count) * newest // count))
        return DenseIndex.approximate(self._store.vectors_of(some)[1], count)

    def _vectors(self, change: Change) -> Iterator[tuple[list[int], Vectors]]:
        after = change.after
        while (read := self._store.vectors(after, change.newest, _BATCH))[0]:
            yield read
            after = read[0][-1]

    # --- words -------------------------------------------------------------------------------------------------------

    def words(self) -> WordIndex:
        """The word index of the store as it is now."""
        with self._bringing_up:
            if self._words is None or self._words.generation != self._store.generation:
                self._words = self._fresh_words()
            return self._words

    def _fresh_words(self) -> WordIndex:
        held, self._words = self._words, None  # an empty index is false
        if self._home is not None:
            folder = self._home / "words"
            with suppress(OSError), locked(folder):  # else in memory, as long as this process lives
                index = held if held is not None and held.is_current else WordIndex.open(folder)
                return self._caught_up(WordIndex(folder) if index is None else index, folder)
        return self._caught_up(held if held is not None and held.folder is None else WordIndex(None), None)

    def _caught_up(self, index: WordIndex, folder: Path | None) -> WordIndex:
        change = None if index.generation is None else self._store.change_since(index.generation)
        if change is None:
            index = index if index.generation is None else WordIndex(folder)
            change = self._store.whole()
        if change.generation != index.generation:
            index.change(change.removed, self._texts(change), change.generation)
        return index

    def _texts(self, change: Change) -> Iterator[list[tuple[int, str, str]]]:
        after = change.after
        while read := self._store.texts(after, change.newest, _BATCH):
            yield read
            after = read[-1][0]
