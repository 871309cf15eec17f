"""How well a language model writes: the same questions, answered by the reader and written out by the model.

In: two functions that answer and `Question`s. Out: a `WrittenReport` with both sets of figures. A written answer is
right when it names an expected one; what the reader refuses stays refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from qa.evaluation.asking import Ask, Clock, converse
from qa.evaluation.judge import Row, failed, judged
from qa.evaluation.measure import Metrics, measure
from qa.evaluation.questions import Question
from qa.types import Answer
from qa.writing.types import Written

Write: TypeAlias = Callable[[Answer], Written | None]  # the whole of what a model writes over an answer; None: nothing


@dataclass(frozen=True, slots=True)
class WrittenMetrics:
    """`metrics` are those of the written answers, `reader` those of the short ones to the same questions.

    `sentences` are those the model finished, `supported` the share of them that was borne out and shown (None without
    sentences), `nothing_left` how many answers had no such sentence. Seconds of an answer that is written hold the
    reader's, too.
    """

    metrics: Metrics
    reader: Metrics
    sentences: int
    supported: float | None
    nothing_left: int


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """`rows` are those of the written answers, in the order asked."""

    model: str
    rows: tuple[Row, ...]
    metrics: WrittenMetrics

    def to_json(self) -> dict[str, Any]:
        """What `footnote eval --model --json` prints: as without a model, and the reader's figures beside."""
        figures = asdict(self.metrics)
        own = figures.pop("metrics")
        return {"model": self.model, "metrics": own | figures, "rows": [row.to_json() for row in self.rows]}


def evaluate_written(
    ask: Ask,
    write: Write,
    questions: Iterable[Question],
    *,
    model: str,
    on_row: Callable[[Row], object] | None = None,
    clock: Clock = time.perf_counter,
) -> WrittenReport:
    """Asks each question once and has the answer written out; the conversation goes on with the short answers."""
    short: list[Row] = []
    rows: list[Row] = []
    sentences = supported = nothing_left = 0
    for question in questions:
        mine, its, written = _attempt(ask, write, question, clock)
        short.append(mine)
        rows.append(its)
        if written is not None:
            sentences += written.sentences
            supported += written.supported
            nothing_left += written.supported == 0
        if on_row is not None:
            on_row(its)
    share = supported / sentences if sentences else None
    return WrittenReport(
        model, tuple(rows), WrittenMetrics(measure(rows), measure(short), sentences, share, nothing_left)
    )


def _attempt(ask: Ask, write: Write, question: Question, clock: Clock) -> tuple[Row, Row, Written | None]:
    """The row of the short answer, that of the written one, and what was written."""
    started = clock()
    try:
        history = converse(ask, question.history)
        started = clock()
        answer = ask(question.question, history)
    except Exception as error:  # as without a model: counted, and the other questions are still asked
        row = failed(question, error, seconds=clock() - started)
        return row, row, None
    short = judged(question, answer, seconds=clock() - started)
    try:
        written = write(answer)
    except Exception as error:  # the model failed; the short answer stands
        return short, failed(question, error, seconds=clock() - started), None
    shown = written.answer if written else answer
    return short, judged(question, shown, seconds=clock() - started), written
