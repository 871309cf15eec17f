"""LangChain with its recursive splitter, its Hugging Face embeddings, and FAISS kept by `save_local`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document as Piece
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from bench.protocol import BATCH, PIECE_CHARS, Document, Found


class LangChain:
    """Embeds the text of a piece alone, so the title is put before it."""

    def __init__(self, model: str) -> None:
        self._embeddings = HuggingFaceEmbeddings(
            model_name=model,
            model_kwargs={"device": "cpu"},
            encode_kwargs={"normalize_embeddings": True, "batch_size": BATCH},
        )

    def index(self, documents: Sequence[Document], folder: Path) -> int:
        splitter = RecursiveCharacterTextSplitter(chunk_size=PIECE_CHARS, chunk_overlap=0)
        pieces = [
            Piece(page_content=one.embedded(piece), metadata={"document": one.id, "text": piece})
            for one in documents
            for piece in splitter.split_text(one.text)
        ]
        FAISS.from_documents(pieces, self._embeddings).save_local(str(folder))
        return len(pieces)

    def open(self, folder: Path) -> None:
        # its store of texts is a pickle; it was written a moment ago by `index` above
        self._store = FAISS.load_local(str(folder), self._embeddings, allow_dangerous_deserialization=True)

    def search(self, question: str, k: int) -> list[Found]:
        found = self._store.similarity_search(question, k=k)
        return [Found(piece.metadata["document"], piece.metadata["text"]) for piece in found]
