"""What every compared system can do, and what goes in and comes out. Read in each system's own environment.

Knows the standard library alone. A system splits documents into pieces of about `PIECE_CHARS` characters that do not
overlap, embeds each with its document's title, stores all of it in a folder and finds the nearest pieces again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

PIECE_CHARS = 480  # Footnote's own size of a passage; splitters that count tokens take 110
BATCH = 32  # texts embedded together; the default of sentence-transformers


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it is given to every system."""

    id: str
    title: str
    text: str

    def embedded(self, piece: str) -> str:
        """What is embedded of a piece of this document, where a system does not put the title there by itself."""
        return f"{self.title}\n{piece}" if self.title else piece


@dataclass(frozen=True, slots=True)
class Found:
    """One piece that a search returned, and the id of its document."""

    document: str
    text: str


class System(Protocol):
    """Made with the folder of the embedding model, which it loads at once."""

    def __init__(self, model: str) -> None: ...

    def index(self, documents: Sequence[Document], folder: Path) -> int:
        """Splits, embeds and stores all documents; returns the number of pieces. All is on the disk when it returns."""
        ...

    def open(self, folder: Path) -> None:
        """Makes ready to search what `index` left in the folder, in another process."""
        ...

    def search(self, question: str, k: int) -> list[Found]:
        """The `k` pieces that suit the question best, best first."""
        ...
