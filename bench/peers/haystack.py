"""Haystack: one pipeline to split, embed and write, one to search, over its FAISS document store, saved and loaded.

Its default store is one in memory, which is saved as JSON with the vectors written out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from haystack import Document as Piece
from haystack import Pipeline
from haystack.components.preprocessors import RecursiveDocumentSplitter
from haystack.components.writers import DocumentWriter
from haystack.utils import ComponentDevice
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack_integrations.components.retrievers.faiss import FAISSEmbeddingRetriever
from haystack_integrations.document_stores.faiss import FAISSDocumentStore

from bench.protocol import BATCH, PIECE_CHARS, Document, Found

_DIMENSION = 384


class Haystack:
    """The title is embedded as a field of the metadata."""

    def __init__(self, model: str) -> None:
        self._given = {
            "model": model,
            "device": ComponentDevice.from_str("cpu"),
            "batch_size": BATCH,
            "progress_bar": False,
            "normalize_embeddings": True,
            "local_files_only": True,
        }

    def index(self, documents: Sequence[Document], folder: Path) -> int:
        store = FAISSDocumentStore(index_path=str(folder / "store"), embedding_dim=_DIMENSION)
        indexing = Pipeline()
        indexing.add_component(
            "split",
            RecursiveDocumentSplitter(
                split_length=PIECE_CHARS, split_overlap=0, split_unit="char", separators=["\n\n", "\n", r"\. ", " "]
            ),
        )
        indexing.add_component(
            "embed", SentenceTransformersDocumentEmbedder(**self._given, meta_fields_to_embed=["title"])
        )
        indexing.add_component("write", DocumentWriter(store))
        indexing.connect("split", "embed")
        indexing.connect("embed", "write")
        whole = [Piece(id=one.id, content=one.text, meta={"title": one.title, "document": one.id}) for one in documents]
        indexing.run({"split": {"documents": whole}})
        store.save(str(folder / "store"))
        return int(store.count_documents())

    def open(self, folder: Path) -> None:
        store = FAISSDocumentStore(index_path=str(folder / "store"), embedding_dim=_DIMENSION)
        self._searching = Pipeline()
        self._searching.add_component("embed", SentenceTransformersTextEmbedder(**self._given))
        self._searching.add_component("find", FAISSEmbeddingRetriever(document_store=store))
        self._searching.connect("embed.embedding", "find.query_embedding")

    def search(self, question: str, k: int) -> list[Found]:
        found = self._searching.run({"embed": {"text": question}, "find": {"top_k": k}})["find"]["documents"]
        return [Found(piece.meta["document"], piece.content) for piece in found]
