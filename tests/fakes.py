"""Stand-ins for the heavy parts: deterministic, without a model, quick enough for every test."""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from index.store import Store
from qa.writing.types import Message, Stopped

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
        if not self.gate.wait(60):
            raise TimeoutError("nobody opened the gate")
        return HashEncoder().encode(texts)


def everything(store: Store) -> tuple[list[int], Vectors]:
    """The ids and vectors of all passages, by id."""
    return store.vectors(0, 10**9, 10**9)


@dataclass(slots=True)
class ScriptedWriter:
    """Gives the replies it was handed, one for each call, in pieces of `piece_chars`; an exception is raised instead.

    Remembers what it was asked. Fulfils `qa.writing.types.Writer`.
    """

    replies: list[str | Exception]
    name: str = "scripted"
    piece_chars: int = 7
    asked: list[list[Message]] = field(default_factory=list)

    def write(self, messages: Sequence[Message], *, stopped: Stopped) -> Iterator[str]:
        self.asked.append(list(messages))
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        for at in range(0, len(reply), self.piece_chars):
            if stopped():
                return
            yield reply[at : at + self.piece_chars]
