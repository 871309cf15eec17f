"""Asks an assistant every question of a set. Knows no model and no library: a function that answers is handed in.

In: that function and `Question`s. Out: a `Report` of rows and metrics. A question that failed is a row with its error,
never dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from index.types import InputError
from qa.evaluation.judge import Row, failed, judged
from qa.evaluation.measure import Report, measure
from qa.evaluation.questions import Question
from qa.types import Answer, Turn

Ask: TypeAlias = Callable[[str, Sequence[Turn]], Answer]
AnswerOver: TypeAlias = Callable[[str, Sequence[str]], Answer]
Clock: TypeAlias = Callable[[], float]


def evaluate(
    ask: Ask,
    questions: Iterable[Question],
    *,
    on_row: Callable[[Row], object] | None = None,
    clock: Clock = time.perf_counter,
) -> Report:
    """Asks each question after its history, in a conversation of its own. `on_row` sees each row as it is made."""
    return _evaluate(lambda _question: ask, questions, on_row=on_row, clock=clock)


def over_context(
    answer_over: AnswerOver,
    questions: Iterable[Question],
    *,
    on_row: Callable[[Row], object] | None = None,
    clock: Clock = time.perf_counter,
) -> Report:
    """The same for sets that give the paragraph, without retrieval. Raises InputError for a question without one."""
    asked = list(questions)
    bare = next((question.id for question in asked if not question.context), None)
    if bare is not None:
        raise InputError(f"the question {bare!r} has no context", "ask this set of a library instead")
    return _evaluate(
        lambda question: lambda text, _history: answer_over(text, [question.context]),
        asked,
        on_row=on_row,
        clock=clock,
    )


def _evaluate(
    ask_for: Callable[[Question], Ask],
    questions: Iterable[Question],
    *,
    on_row: Callable[[Row], object] | None,
    clock: Clock,
) -> Report:
    rows = []
    for question in questions:
        row = _attempt(ask_for(question), question, clock)
        rows.append(row)
        if on_row is not None:
            on_row(row)
    return Report(tuple(rows), measure(rows))


def _attempt(ask: Ask, question: Question, clock: Clock) -> Row:
    started = clock()
    try:
        history = converse(ask, question.history)
        started = clock()
        answer = ask(question.question, history)
    except Exception as error:  # whatever fails, the other questions are still asked and this one is counted
        return failed(question, error, seconds=clock() - started)
    return judged(question, answer, seconds=clock() - started)


def converse(ask: Ask, earlier: Sequence[str]) -> tuple[Turn, ...]:
    """The conversation that the earlier questions make."""
    turns: tuple[Turn, ...] = ()
    for text in earlier:
        turns = (*turns, replace(ask(text, turns).turn, question=text))
    return turns
