"""Nearest vectors by inner product, with FAISS: exact, or approximate for many. Knows ids and vectors, no passages.

The file is derived from the store: it carries the generation it was made from and a checksum over all of it, is written
aside and renamed, and is never trusted when it is damaged.
"""

from __future__ import annotations

import fcntl
import hashlib
import math
import mmap
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from index.types import Vectors

EXACT_UP_TO = 50_000  # vectors; see qa/evaluation/LOG.md for this and the next three
_PROBES = 128  # how many clusters are looked through
_TRAINED_ON = 40  # vectors for each cluster
_TRAINING_ROUNDS = 10
_OUTGROWN = 4  # an index is made anew when it holds so many times what it was made for

_MAGIC = b"footnote-dense-2"
_SUM = len(_MAGIC) + 8  # where the checksum begins: after the magic and the generation
_BODY = _SUM + 32


def clusters_for(count: int) -> int:
    """Four times the square root: with half of that, two topics share a cluster and neither is found."""
    return max(1, round(4 * math.sqrt(count)))


def training_size(count: int) -> int:
    """How many of `count` vectors are enough to find the clusters."""
    return min(count, _TRAINED_ON * clusters_for(count))


class DenseIndex:
    """Ids and their unit vectors. `generation` is the state of the store that they are of. Safe to share by threads."""

    def __init__(self, dimension: int, generation: int = 0) -> None:
        """An empty index that is searched exactly."""
        import faiss

        self.generation = generation
        self._index: Any = faiss.IndexIDMap(faiss.IndexFlatIP(dimension))
        self._lock = threading.Lock()  # FAISS may not be changed while it is searched

    @classmethod
    def approximate(cls, sample: Vectors, count: int) -> Self:
        """An empty index for some `count` vectors like those of `sample`, (training_size(count), dimension).

        Each vector is kept in one byte per dimension and looked for in the clusters nearest to the query: what it finds
        are candidates, and their products are rough.
        """
        import faiss
        import numpy as np

        made = cls(sample.shape[1])
        coarse: Any = faiss.IndexFlatIP(made.dimension)
        clusters = min(clusters_for(count), len(sample))
        index = faiss.IndexIVFScalarQuantizer(
            coarse, made.dimension, clusters, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
        index.own_fields = True
        coarse.this.disown()
        index.cp.niter = _TRAINING_ROUNDS
        index.cp.min_points_per_centroid = 1
        index.train(np.ascontiguousarray(sample, dtype=np.float32))
        made._index = index
        return made

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    @property
    def exact(self) -> bool:
        return self._clusters == 0

    @property
    def _clusters(self) -> int:
        return int(getattr(self._index, "nlist", 0))

    def suits(self, count: int) -> bool:
        """Whether this is the right kind of index for so many vectors; not one to make, but one to keep."""
        if self.exact:
            return count <= EXACT_UP_TO
        return count > EXACT_UP_TO // 2 and clusters_for(count // _OUTGROWN) <= self._clusters

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """`vectors` is (len(ids), dimension). Raises ValueError for another shape, or a vector that is not finite."""
        import numpy as np

        if vectors.shape != (len(ids), self.dimension):
            raise ValueError(f"{len(ids)} ids of dimension {self.dimension} do not fit vectors of {vectors.shape}")
        if not np.isfinite(vectors).all():
            raise ValueError("a vector holds NaN or infinity")  # FAISS would lose it without a word
        with self._lock:
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), np.asarray(ids, dtype=np.int64))

    def remove(self, ids: Sequence[int]) -> None:
        """Ids that are not there are passed over."""
        import faiss
        import numpy as np

        if len(ids):
            with self._lock:
                self._index.remove_ids(faiss.IDSelectorBatch(np.asarray(ids, dtype=np.int64)))

    def search(self, vector: Vectors, limit: int, *, among: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """(dimension,) -> at most `limit` (id, inner product), sorted by (-product, id); of the ids `among` alone.

        Which of several equal ones at the cut stay is FAISS's choice. Raises ValueError for another shape or NaN.
        """
        import numpy as np

        if vector.shape != (self.dimension,) or not np.isfinite(vector).all():
            raise ValueError(f"a vector of {vector.shape} cannot be searched among those of dimension {self.dimension}")
        with self._lock:
            limit = min(limit, len(self) if among is None else len(among))
            if limit <= 0 or not len(self):
                return []
            query = np.ascontiguousarray(vector.reshape(1, -1), dtype=np.float32)
            with _one_thread():
                products, ids = self._index.search(query, limit, params=self._how(among))
        pairs = zip(ids[0].tolist(), products[0].tolist(), strict=True)
        return sorted((pair for pair in pairs if pair[0] >= 0), key=lambda pair: (-pair[1], pair[0]))  # -1 pads

    def _how(self, among: Sequence[int] | None) -> Any:
        import faiss

        only = _bitmap(among) if among is not None else None
        if self.exact:
            return faiss.SearchParameters(sel=only) if only else None  # type: ignore[call-arg]
        # The fewer of all may be found, the more clusters it takes to come by as many of them.
        share = 1.0 if among is None else max(1, len(among)) / len(self)
        probes = min(self._clusters, round(_PROBES / min(1.0, share)))
        return faiss.SearchParametersIVF(nprobe=probes, **({"sel": only} if only else {}))  # type: ignore[call-arg]

    def save(self, path: Path) -> None:
        """Raises OSError when the disk says no; the file that was there before stays."""
        import faiss

        with self._lock:
            body = faiss.serialize_index(self._index)  # (bytes,) uint8
            generation = self.generation.to_bytes(8, "big")
        aside = path.with_suffix(f".{os.getpid()}.part")
        try:
            with aside.open("wb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)  # until it has its name: who clears up leaves it alone
                file.write(_MAGIC + generation + _checksum(generation, body))
                file.write(body.data)
                file.flush()
                os.fsync(file.fileno())
                aside.replace(path)
        finally:
            for left in path.parent.glob(f"{path.stem}.*.part"):  # ours, and what a killed process left
                if not _is_being_written(left):
                    left.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path, *, dimension: int) -> Self | None:
        """The saved index, or None when it is missing, damaged, or of another dimension."""
        import faiss
        import numpy as np

        try:
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                generation = data[len(_MAGIC) : _SUM]
                with memoryview(data) as whole, whole[_BODY:] as body:
                    if data[:_BODY] != _MAGIC + generation + _checksum(generation, body):
                        return None
                    index = faiss.deserialize_index(np.frombuffer(body, dtype=np.uint8))
        except (OSError, ValueError):  # no file, or an empty one
            return None
        if index.d != dimension:
            return None
        loaded = cls(dimension, int.from_bytes(generation, "big"))
        loaded._index = index
        return loaded


def _is_being_written(part: Path) -> bool:
    """Whether a process holds it: a killed one holds nothing, and its number may be that of another by now."""
    try:
        with part.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held, or not ours to look at
        return True
    return False


def _checksum(generation: bytes, body: Any) -> bytes:
    hashed = hashlib.sha256(generation)
    hashed.update(body)
    return hashed.digest()


@contextmanager
def _one_thread() -> Iterator[None]:
    """For one query: to hand it to several threads takes longer than to answer it (qa/evaluation/LOG.md)."""
    import faiss

    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def _bitmap(ids: Sequence[int]) -> Any:
    """As a bit for each id up to the highest: looked up at once, whatever their number."""
    import faiss
    import numpy as np

    numbers = np.asarray(ids, dtype=np.int64)
    flags = np.zeros(int(numbers.max()) + 1 if len(numbers) else 1, dtype=np.uint8)
    flags[numbers] = 1
    bits = np.packbits(flags, bitorder="little")
    return faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
