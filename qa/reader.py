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

CLS, SEP, COLON, YES, NO = 101, 102, 1024, 2748, 2053  # ids in the BERT vocabulary that MiniLM uses
MAX_QUESTION_TOKENS = 48
MAX_TITLE_TOKENS, MAX_LEAD_TOKENS, MAX_PASSAGE_TOKENS = 32, 64, 384
MAX_INPUT_TOKENS = 512  # the positions that the model has
MAX_ANSWER_TOKENS = 30
MAX_PASS_TOKENS = 1536  # of one pass through the model, with padding; larger ones outgrow the cache and are slower
_SPANS_PER_PASSAGE = 3
_COST_PER_TOKEN = 0.1  # of an answer, in logits; see qa/evaluation/LOG.md


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of reader input: token ids, and where the passage's own tokens begin among them."""

    input_ids: list[int]
    segment_start: int  # token_type 1 from here on
    passage_start: int


def join_pair(
    question: Sequence[int],
    title: Sequence[int],
    passage: Sequence[int],
    *,
    lead: Sequence[int] = (),
    verdict: bool = False,
) -> Pair:
    """The title and the sentences before (`lead`) tell who is meant; answers are looked for in `passage` alone.

    With `verdict` the tokens "yes" and "no" stand before them all, to be chosen as an answer is.
    """
    head = [CLS, *question[:MAX_QUESTION_TOKENS], SEP]
    choice = [YES, NO, COLON] if verdict else []
    before = [*head, *choice, *title, COLON, *lead] if title else [*head, *choice, *lead]
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a passage says to a question for a yes or no: log odds of each word against "it does not say"."""

    passage: Passage
    yes: float
    no: float

    @property
    def word(self) -> str:
        return "Yes" if self.yes >= self.no else "No"

    @property
    def score(self) -> float:
        return max(self.yes, self.no)

    @property
    def margin(self) -> float:
        """How much more likely the word is than the other, in log odds."""
        return abs(self.yes - self.no)


class SpanReader:
    """A `transformers` extractive question-answering model. Loaded at the first question; safe between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loading = threading.Lock()

    @cached_property
    def _model(self) -> Any:
        from transformers import AutoModelForQuestionAnswering

        try:
            # Eager attention: on rows this short it is faster than the fused kernel (qa/evaluation/LOG.md).
            model = AutoModelForQuestionAnswering.from_pretrained(
                str(self._folder), local_files_only=True, attn_implementation="eager"
            )
        except (OSError, ValueError, json.JSONDecodeError) as error:
            raise self._unusable(error) from error
        return _quick(model.eval())

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

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary holds the word, in lower case, whole."""
        with self._loading:
            return self._tokenizer.token_to_id(word) is not None

    def _unusable(self, error: Exception) -> ModelError:
        why = str(error).splitlines()[0]
        return ModelError(
            f"the answering model in {self._folder} cannot be loaded: {why}",
            "install Footnote again, or name the folder of an extractive model with --reader",
        )

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        """The best spans of every passage, sorted by (-score, passage order, start)."""
        return self.read_many([(question, passages)])[0]

    def read_many(self, asked: Sequence[tuple[str, Sequence[Passage]]]) -> list[list[Span]]:
        """`read` for many questions at once: rows of like length share a pass, so that hardly any padding is read."""
        if not any(passages for _, passages in asked):
            return [[] for _ in asked]
        with self._loading:
            tokenizer, model = self._tokenizer, self._model
        rows = []
        for number, (question, passages) in enumerate(asked):
            ids = tokenizer.encode(question, add_special_tokens=False).ids
            rows += [(number, passage, *_encode(tokenizer, ids, passage)) for passage in passages]
        found: list[list[Span]] = [[] for _ in rows]
        for batch in _batches([len(pair.input_ids) for _, _, pair, _ in rows]):
            starts, ends = _logits(model, [rows[i][2] for i in batch])
            for i, start, end in zip(batch, starts, ends, strict=True):
                _, passage, pair, offsets = rows[i]
                found[i] = _best_spans(pair, offsets, passage, start, end)
        read: list[list[Span]] = [[] for _ in asked]
        for (number, *_), spans in zip(rows, found, strict=True):
            read[number] += spans
        return [sorted(spans, key=lambda span: -span.score) for spans in read]  # stable: equal scores keep their order

    def verdicts(self, question: str, passages: Sequence[Passage]) -> list[Verdict]:
        """Yes or no by each passage, the surest first."""
        with self._loading:
            tokenizer, model = self._tokenizer, self._model
        ids = tokenizer.encode(question, add_special_tokens=False).ids
        pairs = [_encode(tokenizer, ids, passage, verdict=True)[0] for passage in passages]
        found: list[Verdict] = []
        for batch in _batches([len(pair.input_ids) for pair in pairs]):
            starts, ends = _logits(model, [pairs[i] for i in batch])
            for i, both in zip(batch, starts + ends, strict=True):
                yes = pairs[i].segment_start  # join_pair puts "no" next to it
                found.append(Verdict(passages[i], float(both[yes] - both[0]), float(both[yes + 1] - both[0])))
        return sorted(found, key=lambda verdict: -verdict.score)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Row numbers by length, at most MAX_PASS_TOKENS padded tokens together (one row at least)."""
    made: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if not made or lengths[i] * (len(made[-1]) + 1) > MAX_PASS_TOKENS:
            made.append([])
        made[-1].append(i)
    return made


Offsets = Sequence[tuple[int, int]]


def _encode(
    tokenizer: Any, question: Sequence[int], passage: Passage, *, verdict: bool = False
) -> tuple[Pair, Offsets]:
    asked = question[:MAX_QUESTION_TOKENS]
    title = tokenizer.encode(passage.title, add_special_tokens=False).ids[:MAX_TITLE_TOKENS]
    lead = tokenizer.encode(passage.lead, add_special_tokens=False).ids[-MAX_LEAD_TOKENS:]
    body = tokenizer.encode(passage.text, add_special_tokens=False)
    taken = len(asked) + len(title) + len(lead) + 4 + 3 * verdict  # [CLS], two [SEP], the colon; "yes no :"
    room = min(MAX_PASSAGE_TOKENS, MAX_INPUT_TOKENS - taken)
    return join_pair(asked, title, body.ids[:room], lead=lead, verdict=verdict), body.offsets[:room]


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


def _quick(model: Any) -> Any:
    """In bf16 where the processor multiplies it, which takes less than half the time; the last layer stays in fp32."""
    import torch

    able = torch.cpu.get_capabilities()
    if not (able.get("avx512_bf16") or able.get("amx_bf16")):
        return model.float()
    model.to(torch.bfloat16)
    model.qa_outputs.float().register_forward_pre_hook(lambda _layer, inputs: (inputs[0].float(),))
    return model


def _logits(model: Any, pairs: Sequence[Pair]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Start and end logits, each (n, longest)."""
    import torch

    with torch.inference_mode():
        out = model(**pad(pairs))
    return out.start_logits.numpy(), out.end_logits.numpy()


def _best_spans(
    pair: Pair, offsets: Offsets, passage: Passage, start: NDArray[np.float32], end: NDArray[np.float32]
) -> list[Span]:
    """The best spans of one passage that do not overlap; `start` and `end` are its logits, (longest,).

    Best: by score less a little for each token, so that of two nearly equal ones the shorter is given.
    """
    import numpy as np

    first, count = pair.passage_start, len(offsets)
    null = float(start[0] + end[0])
    scores = start[first : first + count, None] + end[None, first : first + count]  # (count, count)
    length = np.arange(count)[None, :] - np.arange(count)[:, None]
    ranked = np.where((length >= 0) & (length < MAX_ANSWER_TOKENS), scores - _COST_PER_TOKEN * length, -np.inf)
    spans: list[Span] = []
    while len(spans) < _SPANS_PER_PASSAGE and np.isfinite(ranked).any():
        i, j = divmod(int(ranked.argmax()), count)
        begin, stop = offsets[i][0], offsets[j][1]
        text = passage.text[begin:stop]
        spans.append(Span(passage, passage.start + begin, passage.start + stop, text, float(scores[i, j]) - null))
        ranked[: j + 1, i:] = -np.inf  # whatever overlaps: starts at or before j and ends at or after i
    return spans
