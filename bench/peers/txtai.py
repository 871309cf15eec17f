"""txtai with the chunker that its segmentation pipeline names, content kept beside the vectors, and `save`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from txtai import Embeddings
from txtai.pipeline import Segmentation

from bench.protocol import BATCH, PIECE_CHARS, Document, Found


class Txtai:
    """Embeds the text of a piece alone, so the title is put before it; the document is named by the piece's tags."""

    def __init__(self, model: str) -> None:
        self._embeddings = Embeddings(path=model, content=True, gpu=False, encodebatch=BATCH)

    def index(self, documents: Sequence[Document], folder: Path) -> int:
        split = Segmentation(chunker="recursive", chunk_size=PIECE_CHARS)
        pieces = [(one, piece) for one in documents for piece in split(one.text)]
        rows = ((number, one.embedded(piece), one.id) for number, (one, piece) in enumerate(pieces))
        self._embeddings.index(rows)
        self._embeddings.save(str(folder))
        return len(pieces)

    def open(self, folder: Path) -> None:
        self._embeddings.load(str(folder))

    def search(self, question: str, k: int) -> list[Found]:
        found = self._embeddings.search(
            "select text, tags from txtai where similar(:question)", k, parameters={"question": question}
        )
        return [Found(row["tags"], row["text"]) for row in found]
