"""LlamaIndex with its sentence splitter and a vector index over FAISS, kept by `persist`.

Its default store compares vector by vector in Python; this one is its own integration of FAISS.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
from llama_index.core import Document as Source
from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.node_parser import SentenceSplitter
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissVectorStore

from bench.protocol import BATCH, Document, Found

_PIECE_TOKENS = 128  # its count includes the title, which it embeds with each piece


class LlamaIndex:
    """Metadata is embedded by default, which is how the title comes in."""

    def __init__(self, model: str) -> None:
        self._model = HuggingFaceEmbedding(model_name=model, device="cpu", embed_batch_size=BATCH)
        self._dimension = len(self._model.get_query_embedding("how long a vector is"))

    def index(self, documents: Sequence[Document], folder: Path) -> int:
        store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(self._dimension))
        index = VectorStoreIndex.from_documents(
            [Source(text=one.text, doc_id=one.id, metadata={"title": one.title}) for one in documents],
            storage_context=StorageContext.from_defaults(vector_store=store),
            transformations=[SentenceSplitter(chunk_size=_PIECE_TOKENS, chunk_overlap=0)],
            embed_model=self._model,
        )
        index.storage_context.persist(persist_dir=str(folder))
        return int(store.client.ntotal)

    def open(self, folder: Path) -> None:
        store = FaissVectorStore.from_persist_dir(str(folder))
        kept = StorageContext.from_defaults(vector_store=store, persist_dir=str(folder))
        self._index = load_index_from_storage(kept, embed_model=self._model)

    def search(self, question: str, k: int) -> list[Found]:
        found = self._index.as_retriever(similarity_top_k=k).retrieve(question)
        return [Found(hit.node.ref_doc_id or "", hit.node.get_content()) for hit in found]
