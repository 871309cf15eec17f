"""Systems to compare without any environment or model: see `bench.protocol`. Imported by the comparison's processes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from pathlib import Path

from bench.protocol import Document, Found


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
