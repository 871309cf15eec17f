"""A question and passages in, scored spans out. Knows tokens and logits; decides nothing about answers.

The token layout stands here once, `[CLS] question [SEP] title . lead-in passage [SEP]`, for reading and for training.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from index.chunk import unbulleted
from index.engine import Row, batches, first_line, open_engine, read_tokenizer
from index.language import UNSPACED
from index.types import ModelError, Passage
from qa.quantities import whole_range, with_unit
from qa.words import with_verb_whole

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    Logits: TypeAlias = NDArray[np.float32]  # (tokens, 2): of starting and of ending at a token

CLS, SEP, COLON = _MARKS = 101, 102, 1024  # ids in the BERT vocabulary that MiniLM uses
QUESTION_MARKS = frozenset((1029, 1994))  # also the one of Chinese and Japanese
MAX_QUESTION_TOKENS = 48
MAX_TITLE_TOKENS, MAX_LEAD_TOKENS = 32, 64
MAX_INPUT_TOKENS = 512  # the positions that the model has
MAX_ANSWER_TOKENS = 30
_SPANS_PER_PASSAGE = 3
_COST_PER_TOKEN = 0.1  # of an answer, in logits; see qa/evaluation/LOG.md
_REMEMBERED = 64  # readings of the same question over the same passages
_TOKEN = re.compile(  # what no answer begins or ends inside: an address of mail or of the web, a word
    r"(?<![\w.+@-])(?:[\w.+-]*@\w[\w-]*(?:\.[\w-]+)*|(?:https?://|www\.)[^\s<>\"”]*[\w/]"
    r"|(?:[\w-]+\.)+[a-z]{2,}(?!\w)(?:/(?:[^\s<>\"”]*[\w/])?)?)"
    rf"|(?:(?!{UNSPACED})[^\W_])+"
)


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
) -> Pair:
    """The title and the sentences before (`lead`) tell who is meant; answers are looked for in `passage` alone.

    The question goes without its mark, so that its answer is the same whether or not the mark was typed; of a long one
    the end is kept, since what is asked mostly stands there.
    """
    asked = list(question)
    while asked and asked[-1] in QUESTION_MARKS:
        asked.pop()
    head = [CLS, *asked[-MAX_QUESTION_TOKENS:], SEP]
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


class Reader(Protocol):
    """Question and passages to scored spans, best first."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]: ...


class SpanReader:
    """An extractive question-answering model with BERT's uncased vocabulary: a BERT on `index.engine`, others in torch.

    Loaded at the first question; safe between threads. What was read a moment ago is remembered.
    """

    def __init__(self, folder: Path, *, reference: bool = False) -> None:
        """`reference`: with torch in fp32, whatever the machine could do."""
        self._folder, self._reference = folder, reference
        self._loading = threading.Lock()
        self._remembered = lru_cache(_REMEMBERED)(lambda *asked: self.read_many([asked])[0])

    @cached_property
    def _logits(self) -> Callable[[Sequence[Pair]], list[Logits]]:
        """Pairs -> for each the logits of its tokens."""
        engine = None if self._reference else open_engine(self._folder, "spans")
        if engine is not None:
            return lambda pairs: engine.run([Row(pair.input_ids, pair.segment_start) for pair in pairs])
        try:
            return _Torch(self._folder, quick=not self._reference)
        except (OSError, ValueError, json.JSONDecodeError) as error:
            raise self._unusable(error) from error

    @cached_property
    def _tokenizer(self) -> Any:
        try:
            tokenizer = read_tokenizer(self._folder)
        except ValueError as error:
            raise self._unusable(error) from error
        if (tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]"), tokenizer.token_to_id(":")) != _MARKS:
            raise self._unusable(ValueError("its vocabulary is not that of BERT, uncased"))
        return tokenizer

    def load(self) -> None:
        """What the first question would wait for. Raises ModelError."""
        with self._loading:
            _ = self._tokenizer, self._logits

    def logits(self, pairs: Sequence[Pair]) -> list[Logits]:
        """What the model says of each pair's tokens. Raises ModelError."""
        self.load()
        return self._logits(pairs)

    def knows(self, word: str) -> bool:
        """Whether the model's vocabulary holds the word, in lower case, whole."""
        with self._loading:
            return self._tokenizer.token_to_id(word) is not None

    def _unusable(self, error: Exception) -> ModelError:
        return ModelError(
            f"the answering model in {self._folder} cannot be loaded: {first_line(error)}",
            "install Footnote again, or name the folder of an extractive model with --reader",
        )

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        """The best spans of every passage, sorted by (-score, passage order, start)."""
        return list(self._remembered(question, tuple(passages)))

    def read_many(self, asked: Sequence[tuple[str, Sequence[Passage]]]) -> list[list[Span]]:
        """`read` for many questions at once: rows of like length share a pass, so that hardly any padding is read."""
        if not any(passages for _, passages in asked):
            return [[] for _ in asked]
        with self._loading:
            tokenizer, logits = self._tokenizer, self._logits
        rows = []
        for number, (question, passages) in enumerate(asked):
            ids = tokenizer.encode(with_verb_whole(question), add_special_tokens=False).ids
            for at, passage in enumerate(passages):
                rows += [((number, at), passage, *window) for window in _windows(tokenizer, ids, passage)]
        found: dict[tuple[int, int], list[Span]] = {}
        for (place, passage, pair, offsets), of_tokens in zip(rows, logits([row[2] for row in rows]), strict=True):
            spans = _best_spans(pair, offsets, passage, of_tokens)
            found.setdefault(place, []).extend(_whole(span, asked[place[0]][0]) for span in spans)
        read: list[list[Span]] = [[] for _ in asked]
        for (number, _), spans in found.items():
            read[number] += _apart(spans)
        return [sorted(spans, key=lambda span: -span.score) for spans in read]  # stable: equal scores keep their order


Offsets = Sequence[tuple[int, int]]


def _windows(tokenizer: Any, question: Sequence[int], passage: Passage) -> Iterator[tuple[Pair, Offsets]]:
    """One; of a passage that the model has no room for, as one of Chinese may be, as many as it takes."""
    asked = question[-MAX_QUESTION_TOKENS:]
    title = tokenizer.encode(passage.title, add_special_tokens=False).ids[:MAX_TITLE_TOKENS]
    body = tokenizer.encode(passage.text, add_special_tokens=False)
    room = MAX_INPUT_TOKENS - len(asked) - len(title) - 4  # [CLS], two [SEP], the colon
    before = tokenizer.encode(passage.lead, add_special_tokens=False).ids
    most = min(MAX_LEAD_TOKENS, max(0, room - len(body.ids)))  # a long passage takes the place of its lead
    lead = before[max(0, len(before) - most) :]
    for at in range(0, max(1, len(body.ids) - MAX_ANSWER_TOKENS), room - MAX_ANSWER_TOKENS):
        yield join_pair(asked, title, body.ids[at : at + room], lead=lead), body.offsets[at : at + room]


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


class _Torch:
    """`transformers` in eager mode: the reference, and for models and machines that the engine cannot serve."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        """In bf16 where that is wanted and the processor multiplies it. Raises OSError or ValueError."""
        import torch
        from safetensors import SafetensorError
        from transformers import AutoModelForQuestionAnswering

        try:
            # Eager attention: on rows this short it is faster than the fused kernel (qa/evaluation/LOG.md).
            model = AutoModelForQuestionAnswering.from_pretrained(
                str(folder), local_files_only=True, attn_implementation="eager"
            )
        except SafetensorError as error:
            raise ValueError(f"its weights are damaged: {error}") from error
        able = torch.cpu.get_capabilities()
        self._model = model.eval().float()
        if quick and (able.get("avx512_bf16") or able.get("amx_bf16")):
            model.to(torch.bfloat16)
            model.qa_outputs.float().register_forward_pre_hook(lambda _layer, inputs: (inputs[0].float(),))

    def __call__(self, pairs: Sequence[Pair]) -> list[Logits]:
        import torch

        found: dict[int, Logits] = {}
        for batch in batches([len(pair.input_ids) for pair in pairs]):
            with torch.inference_mode():
                out = self._model(**pad([pairs[i] for i in batch]))
            both = torch.stack((out.start_logits, out.end_logits), dim=-1).numpy()  # (n, longest, 2)
            found |= {i: row[: len(pairs[i].input_ids)] for i, row in zip(batch, both, strict=True)}
        return [found[i] for i in range(len(pairs))]


def _best_spans(pair: Pair, offsets: Offsets, passage: Passage, logits: Logits) -> list[Span]:
    """The best spans of one window that do not overlap, each within a paragraph.

    Best: by score less a little for each token, so that of two nearly equal ones the shorter is given.
    """
    import numpy as np

    first, count = pair.passage_start, len(offsets)
    start, end = logits[:, 0], logits[:, 1]
    null = float(start[0] + end[0])
    scores = start[first : first + count, None] + end[None, first : first + count]  # (count, count)
    length = np.arange(count)[None, :] - np.arange(count)[:, None]
    blank_lines = [found.start() for found in re.finditer("\n\n", passage.text)]
    paragraph = np.searchsorted(blank_lines, [begin for begin, _ in offsets])
    allowed = (length >= 0) & (length < MAX_ANSWER_TOKENS) & (paragraph[:, None] == paragraph[None, :])
    ranked = np.where(allowed, scores - _COST_PER_TOKEN * length, -np.inf)
    spans: list[Span] = []
    while len(spans) < _SPANS_PER_PASSAGE and np.isfinite(ranked).any():
        i, j = divmod(int(ranked.argmax()), count)
        begin, stop = offsets[i][0], offsets[j][1]
        words = unbulleted(passage.text, begin)
        begin = words if words < stop else begin
        text = passage.text[begin:stop]
        spans.append(Span(passage, passage.start + begin, passage.start + stop, text, float(scores[i, j]) - null))
        ranked[: j + 1, i:] = -np.inf  # whatever overlaps: starts at or before j and ends at or after i
    return spans


def _whole(span: Span, question: str) -> Span:
    """The span with the unit of its amount, which the model often leaves out (qa/evaluation/LOG.md).

    Of a range it has both ends, and of a word or an address no part alone.
    """
    text, shift = span.passage.text, span.passage.start
    start, end = whole_range(text, span.start - shift, span.end - shift, question)
    behind = text.find(" ", end)
    for token in _TOKEN.finditer(text, text.rfind(" ", 0, start) + 1, behind if behind >= 0 else len(text)):
        start = token.start() if token.start() < start < token.end() else start
        end = token.end() if token.start() < end < token.end() else end
    end = with_unit(text, start, end, question)
    return replace(span, start=shift + start, end=shift + end, text=text[start:end])


def _apart(spans: Sequence[Span]) -> list[Span]:
    """The best spans of one passage that do not overlap; those of its windows may."""
    chosen: list[Span] = []
    for span in sorted(spans, key=lambda span: -span.score):
        if len(chosen) < _SPANS_PER_PASSAGE and all(span.end <= c.start or c.end <= span.start for c in chosen):
            chosen.append(span)
    return chosen
