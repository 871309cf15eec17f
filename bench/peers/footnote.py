"""Footnote as `footnote index` and the chat use it: a library on the disk, dense and lexical search fused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.protocol import Document, Found
from index.load import from_text
from qa.app import open_library
from qa.config import Config


class Footnote:
    """Its embedding model is the bundled one, which is the model that all are given."""

    def __init__(self, model: str) -> None:
        self._model = model

    def index(self, documents: Sequence[Document], folder: Path) -> int:
        with open_library(Config(home=str(folder))) as library:
            articles = (from_text(one.text, source=one.id, title=one.title or None) for one in documents)
            passages = sum(outcome.passages for outcome in library.add(articles))
            library.search("the derived index is made at the first search", limit=1)
        return passages

    def open(self, folder: Path) -> None:
        self._library = open_library(Config(home=str(folder)))
        self._sources = {entry.id: entry.source for entry in self._library.entries()}

    def search(self, question: str, k: int) -> list[Found]:
        hits = self._library.search(question, limit=k)
        return [Found(self._sources[hit.passage.document_id], hit.passage.text) for hit in hits]
