"""Examples -> batches of arrays, a pool at a time; made ahead by other processes where a device waits for them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qa.training.data import Example, fold_of
from qa.training.features import Feature, to_feature

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step reads: n rows of at most `longest` tokens, of examples of one fold."""

    ids: NDArray[np.int32]  # (n, longest), 0 beyond a row's end
    segment_starts: NDArray[np.int32]  # (n,): token type 1 from there on
    answers: NDArray[np.int64]  # (places, 3): the row, the first and the last token of each place
    fold: int  # one past the last for what no teacher teaches
    teacher_share: NDArray[np.float32]  # (n,): how much of the teachers' share in the loss holds for each


class Pools:
    """Pool by pool the batches of a run without end: a new shuffle for each pass, the same under a seed."""

    def __init__(
        self, examples: Sequence[Example], tokenizer: Any, *, seed: int, size: int, batch_tokens: int, folds: int = 1
    ) -> None:
        """`size`: examples whose features are made, sorted by length and batched together."""
        self._examples, self._tokenizer, self._folds = examples, tokenizer, folds
        self._seed, self._size, self._batch_tokens = seed, size, batch_tokens
        self._shuffled: tuple[int, list[int]] = (-1, [])

    def examples(self, number: int) -> list[Example]:
        """Those of pool `number`, counted from 0."""
        in_a_pass = -(-len(self._examples) // self._size)
        which, pool = divmod(number, in_a_pass)
        if self._shuffled[0] != which:
            order = list(range(len(self._examples)))
            random.Random(f"{self._seed}:{which}").shuffle(order)
            self._shuffled = (which, order)
        return [self._examples[i] for i in self._shuffled[1][pool * self._size : (pool + 1) * self._size]]

    def __getitem__(self, number: int) -> list[Batch]:
        rng = random.Random(f"{self._seed}/{number}")
        by_fold: list[list[Feature]] = [[] for _ in range(self._folds + 1)]
        for example in self.examples(number):
            fold = fold_of(example, self._folds) if example.teacher_share else self._folds
            by_fold[fold].append(to_feature(example, self._tokenizer, rng))
        made = [
            _arrays(batch, fold)
            for fold, features in enumerate(by_fold)
            for batch in batches(features, self._batch_tokens)
        ]
        rng.shuffle(made)
        return made


def feed(pools: Pools, *, first: int, workers: int) -> Iterator[list[Batch]]:
    """The pools from number `first` on, without end, in order; made ahead by so many other processes."""
    from torch.utils.data import DataLoader

    yield from DataLoader(
        pools,  # type: ignore[arg-type]  # anything that is indexed will do
        batch_size=None,
        sampler=range(first, 2**31),
        num_workers=workers,
        collate_fn=_as_it_is,
    )


def _as_it_is(pool: list[Batch]) -> list[Batch]:
    return pool


def batches(features: Sequence[Feature], batch_tokens: int) -> Iterator[list[Feature]]:
    """Features of like length together, at most `batch_tokens` padded tokens each."""
    batch: list[Feature] = []
    for feature in sorted(features, key=lambda f: f.length):
        if batch and feature.length * (len(batch) + 1) > batch_tokens:
            yield batch
            batch = []
        batch.append(feature)
    if batch:
        yield batch


def _arrays(batch: Sequence[Feature], fold: int) -> Batch:
    import numpy as np

    ids = np.zeros((len(batch), max(feature.length for feature in batch)), dtype=np.int32)
    for row, feature in enumerate(batch):
        ids[row, : feature.length] = feature.pair.input_ids
    starts = np.array([feature.pair.segment_start for feature in batch], dtype=np.int32)
    places = [(row, *place) for row, feature in enumerate(batch) for place in feature.answers]
    teacher_share = np.array([feature.teacher_share for feature in batch], dtype=np.float32)
    return Batch(ids, starts, np.array(places, dtype=np.int64), fold, teacher_share)
