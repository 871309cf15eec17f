"""Stand-ins for the heavy parts: deterministic, without a model, quick enough for every test."""

from __future__ import annotations

import json
import re
import threading
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.protocol import Document, Found

if TYPE_CHECKING:
    from index.types import Vectors


@dataclass(frozen=True, slots=True)
class HashEncoder:
    """Bags of hashed words as unit vectors: equal words lie near each other. Fulfils `index.types.Encoder`."""

    name: str = "hash-encoder"
    dimension: int = 32

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()) or [""]:
                row[zlib.crc32(word.encode("utf-8", "surrogatepass")) % self.dimension] += 1.0
        lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / lengths


@dataclass(frozen=True, slots=True)
class GatedEncoder:
    """A HashEncoder that waits while its gate is closed, as it is at first."""

    gate: threading.Event = field(default_factory=threading.Event)
    name: str = "hash-encoder"
    dimension: int = 32

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not self.gate.wait(20):
            raise TimeoutError("nobody opened the gate")
        return HashEncoder().encode(texts)


class WordSearch:
    """Finds the whole documents that share most words with the question. Fulfils `bench.protocol.System`."""

    def __init__(self, model: str) -> None:
        self.model = model

    def index(self, documents: Sequence[Document], folder: Path) -> int:
        (folder / "kept.json").write_text(json.dumps([(one.id, one.text) for one in documents]))
        return len(documents)

    def open(self, folder: Path) -> None:
        self.kept = json.loads((folder / "kept.json").read_text())

    def search(self, question: str, k: int) -> list[Found]:
        asked = set(re.findall(r"\w+", question.lower()))
        ranked = sorted(self.kept, key=lambda one: -len(asked & set(re.findall(r"\w+", one[1].lower()))))
        return [Found(*one) for one in ranked[:k]]


class BrokenSearch(WordSearch):
    """Indexes, and then cannot search."""

    def search(self, question: str, k: int) -> list[Found]:
        raise RuntimeError(f"no index of {question[:5]!r}")


class SlowSearch(WordSearch):
    """Takes longer than anybody waits."""

    def __init__(self, model: str) -> None:
        time.sleep(60)
