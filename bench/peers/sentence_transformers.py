"""Plain sentence-transformers, the baseline: one call to embed, a matrix on the disk, one product to search."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer

from bench.protocol import BATCH, PIECE_CHARS, Document, Found


class SentenceTransformers:
    """Brings no splitter and no store: whole sentences by a regular expression, numpy's and JSON's files."""

    def __init__(self, model: str) -> None:
        self._model = SentenceTransformer(model, device="cpu", local_files_only=True)

    def index(self, documents: Sequence[Document], folder: Path) -> int:
        pieces = [(one, piece) for one in documents for piece in _pieces(one.text)]
        texts = [one.embedded(piece) for one, piece in pieces]
        vectors = self._model.encode(texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        np.save(folder / "vectors.npy", vectors)
        kept = json.dumps([(one.id, piece) for one, piece in pieces])
        (folder / "pieces.json").write_text(kept, encoding="utf-8")
        return len(pieces)

    def open(self, folder: Path) -> None:
        self._vectors = np.load(folder / "vectors.npy")  # (pieces, dimension)
        self._pieces = json.loads((folder / "pieces.json").read_text(encoding="utf-8"))

    def search(self, question: str, k: int) -> list[Found]:
        query = self._model.encode([question], normalize_embeddings=True, show_progress_bar=False)[0]
        scores = self._vectors @ query  # (pieces,)
        return [Found(*self._pieces[number]) for number in np.argsort(-scores, kind="stable")[:k]]


def _pieces(text: str) -> Iterator[str]:
    """Whole sentences, as many as fit."""
    piece = ""
    for sentence in re.split(r"(?<=[.!?])\s+|\n{2,}", text):
        if piece and len(piece) + len(sentence) >= PIECE_CHARS:
            yield piece
            piece = ""
        piece = f"{piece} {sentence}".strip()
    if piece:
        yield piece
