"""Nearest vectors by exact inner product, with FAISS. Knows ids and vectors, nothing of passages.

The file is derived from the store: it carries the generation it was made from and a checksum, is written aside and
renamed, and is never trusted when either does not fit.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from index.types import Vectors

_MAGIC = b"footnote-dense-1"
_HEADER = len(_MAGIC) + 8 + 32  # magic, generation, sha256 of the rest


class DenseIndex:
    """Ids and their unit vectors, searched exactly. `generation` is the state of the store they were read from."""

    def __init__(self, dimension: int, generation: int = 0) -> None:
        import faiss

        self.generation = generation
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """`vectors` is (len(ids), dimension). Raises ValueError for another shape, or a vector that is not finite."""
        import numpy as np

        if vectors.shape != (len(ids), self.dimension):
            raise ValueError(f"{len(ids)} ids of dimension {self.dimension} do not fit vectors of {vectors.shape}")
        if not np.isfinite(vectors).all():
            raise ValueError("a vector holds NaN or infinity")  # FAISS would lose it without a word
        self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), np.asarray(ids, dtype=np.int64))

    def search(self, vector: Vectors, limit: int, *, among: Collection[int] | None = None) -> list[tuple[int, float]]:
        """(dimension,) -> at most `limit` (id, inner product), sorted by (-product, id); of the ids `among` alone.

        Which of several equal ones at the cut stay is FAISS's choice. Raises ValueError for another shape or NaN.
        """
        import numpy as np

        if vector.shape != (self.dimension,) or not np.isfinite(vector).all():
            raise ValueError(f"a vector of {vector.shape} cannot be searched among those of dimension {self.dimension}")
        limit = min(limit, len(self) if among is None else len(among))
        if limit <= 0:
            return []
        products, ids = self._index.search(vector.reshape(1, -1), limit, params=_only(among))
        pairs = zip(ids[0].tolist(), products[0].tolist(), strict=True)
        return sorted((pair for pair in pairs if pair[0] >= 0), key=lambda pair: (-pair[1], pair[0]))  # -1 pads

    def save(self, path: Path) -> None:
        """Raises OSError when the disk says no; the file that was there before stays."""
        import faiss

        body = faiss.serialize_index(self._index).tobytes()
        aside = path.with_suffix(f".{os.getpid()}.part")
        try:
            with aside.open("wb") as file:
                file.write(_MAGIC + self.generation.to_bytes(8, "big") + hashlib.sha256(body).digest() + body)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        finally:
            for left in path.parent.glob(f"{path.stem}.*.part"):  # ours, and what a killed process left
                left.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path, *, dimension: int, generation: int) -> Self | None:
        """The saved index, or None when it is missing, damaged, or made from another generation or model."""
        import faiss
        import numpy as np

        try:
            data = path.read_bytes()
        except OSError:
            return None
        head, body = data[:_HEADER], data[_HEADER:]
        if head != _MAGIC + generation.to_bytes(8, "big") + hashlib.sha256(body).digest():
            return None
        loaded = cls(dimension, generation)
        loaded._index = faiss.deserialize_index(np.frombuffer(body, dtype=np.uint8))
        return loaded if loaded.dimension == dimension else None


def _only(among: Collection[int] | None) -> Any:
    import faiss
    import numpy as np

    if among is None:
        return None
    selector = faiss.IDSelectorBatch(np.fromiter(among, dtype=np.int64))
    return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
