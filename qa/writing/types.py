"""The words of this package: messages to a model, the protocol `Writer`, sources, what was written so far.

Knows no model and no check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from index.types import Passage
from qa.reader import Span
from qa.types import Answer

Stopped: TypeAlias = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a chat model."""

    role: Literal["system", "user"]
    text: str


class Writer(Protocol):
    """A language model that continues a chat."""

    @property
    def name(self) -> str:
        """As it was asked for."""
        ...

    def write(self, messages: Sequence[Message], *, stopped: Stopped) -> Iterator[str]:
        """Pieces of text as they come. Ends within a second after `stopped` says so.

        Raises a UserError (ModelError mostly) for what the person can mend.
        """
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """A whole sentence that the model may cite as `key`: `document.text[start:end] == span.text`."""

    key: str
    span: Span

    @property
    def text(self) -> str:
        return self.span.text

    @property
    def around(self) -> str:
        """Where the names that the sentence leans on stand: its title, what leads to it, its passage."""
        passage: Passage = self.span.passage
        return f"{passage.title} {passage.lead} {passage.text}"


@dataclass(frozen=True, slots=True)
class Written:
    """What stands of an answer so far: `answer` is of kind "generated", or a refusal when nothing stands.

    `sentences` are those the model finished, `supported` those of them that stand in the answer.
    """

    answer: Answer
    sentences: int
    supported: int

    @property
    def left_out(self) -> int:
        return self.sentences - self.supported
