"""A question and passages in, scored spans out. Knows tokens and logits; decides nothing about answers.

The token layout stands here once, `[CLS] question [SEP] title . lead-in passage [SEP]`, for reading and for training.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.types import ModelError, Passage

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

CLS, SEP, COLON = 101, 102, 1024  # ids in the BERT vocabulary that MiniLM uses
MAX_QUESTION_TOKENS = 48
MAX_TITLE_TOKENS, MAX_LEAD_TOKENS, MAX_PASSAGE_TOKENS = 32, 64, 384
MAX_INPUT_TOKENS = 512  # the positions that the model has
MAX_ANSWER_TOKENS = 30
_SPANS_PER_PASSAGE = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of reader input: token ids, and where the passage's own tokens begin among them."""

    input_ids: list[int]
    segment_start: int  # token_type 1 from here on
    passage_start: int


def join_pair(
    question: Sequence[int], title: Sequence[int], passage: Sequence[int], *, lead: Sequence[int] = ()
) -> Pair:
    """The title and the sentences before (`lead`) tell who is meant; answers are looked for in `passage` alone."""
    head = [CLS, *question[:MAX_QUESTION_TOKENS], SEP]
    before = [*head, *title, COLON, *lead] if title else [*head, *lead]
    return Pair([*before, *passage, SEP], len(head), len(before))


@dataclass(frozen=True, slots=True)
class Span:
    """A candidate answer: `document.text[start:end] == text`.

    `score` is the log odds of this span against "no answer", in its passage: start + end logits less those of [CLS].
    """

    passage: Passage
    start: int
    end: int
    text: str
    score: float


class SpanReader:
    """A `transformers` extractive question-answering model. Loaded at the first question; safe between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loading = threading.Lock()

    @cached_property
    def _model(self) -> Any:
        from transformers import AutoModelForQuestionAnswering

        try:
            model = AutoModelForQuestionAnswering.from_pretrained(str(self._folder), local_files_only=True)
        except (OSError, ValueError, json.JSONDecodeError) as error:
            raise self._unusable(error) from error
        return model.float().eval()

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        file = self._folder / "tokenizer.json"
        if not file.exists():
            raise self._unusable(FileNotFoundError(f"no {file.name}"))
        tokenizer = Tokenizer.from_file(str(file))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def _unusable(self, error: Exception) -> ModelError:
        why = str(error).splitlines()[0]
        return ModelError(
            f"the answering model in {self._folder} cannot be loaded: {why}",
            "install Footnote again, or name the folder of an extractive model with --reader",
        )

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        """The best spans of every passage, sorted by (-score, passage order, start). One pass for all passages."""
        if not passages:
            return []
        with self._loading:
            tokenizer, model = self._tokenizer, self._model
        asked = tokenizer.encode(question, add_special_tokens=False).ids
        rows = [_encode(tokenizer, asked, passage) for passage in passages]
        starts, ends = _logits(model, [pair for pair, _ in rows])
        spans: list[Span] = []
        for (pair, offsets), passage, start, end in zip(rows, passages, starts, ends, strict=True):
            spans.extend(_best_spans(pair, offsets, passage, start, end))
        return sorted(spans, key=lambda span: -span.score)  # stable: equal scores stay in passage order


Offsets = Sequence[tuple[int, int]]


def _encode(tokenizer: Any, question: Sequence[int], passage: Passage) -> tuple[Pair, Offsets]:
    asked = question[:MAX_QUESTION_TOKENS]
    title = tokenizer.encode(passage.title, add_special_tokens=False).ids[:MAX_TITLE_TOKENS]
    lead = tokenizer.encode(passage.lead, add_special_tokens=False).ids[-MAX_LEAD_TOKENS:]
    body = tokenizer.encode(passage.text, add_special_tokens=False)
    taken = len(asked) + len(title) + len(lead) + 4  # [CLS], two [SEP], the colon
    room = min(MAX_PASSAGE_TOKENS, MAX_INPUT_TOKENS - taken)
    return join_pair(asked, title, body.ids[:room], lead=lead), body.offsets[:room]


def pad(pairs: Sequence[Pair]) -> dict[str, torch.Tensor]:
    """The model's input tensors, each (n, longest)."""
    import torch

    ids = torch.zeros(len(pairs), max(len(pair.input_ids) for pair in pairs), dtype=torch.long)
    types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    for row, pair in enumerate(pairs):
        length = len(pair.input_ids)
        ids[row, :length] = torch.tensor(pair.input_ids)
        types[row, pair.segment_start : length] = 1
        mask[row, :length] = 1
    return {"input_ids": ids, "token_type_ids": types, "attention_mask": mask}


def _logits(model: Any, pairs: Sequence[Pair]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Start and end logits, each (n, longest)."""
    import torch

    with torch.inference_mode():
        out = model(**pad(pairs))
    return out.start_logits.numpy(), out.end_logits.numpy()


def _best_spans(
    pair: Pair, offsets: Offsets, passage: Passage, start: NDArray[np.float32], end: NDArray[np.float32]
) -> list[Span]:
    """The best spans of one passage that do not overlap; `start` and `end` are its logits, (longest,)."""
    import numpy as np

    first, count = pair.passage_start, len(offsets)
    null = float(start[0] + end[0])
    scores = start[first : first + count, None] + end[None, first : first + count]  # (count, count)
    length = np.arange(count)[None, :] - np.arange(count)[:, None]
    scores = np.where((length >= 0) & (length < MAX_ANSWER_TOKENS), scores, -np.inf)
    spans: list[Span] = []
    while len(spans) < _SPANS_PER_PASSAGE and np.isfinite(scores).any():
        i, j = divmod(int(scores.argmax()), count)
        begin, stop = offsets[i][0], offsets[j][1]
        text = passage.text[begin:stop]
        spans.append(Span(passage, passage.start + begin, passage.start + stop, text, float(scores[i, j]) - null))
        scores[: j + 1, i:] = -np.inf  # whatever overlaps: starts at or before j and ends at or after i
    return spans
